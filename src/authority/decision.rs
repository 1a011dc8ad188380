//! From standings and a compiled rule to an answer.
//!
//! Two verdicts are drawn: one over the people who surely count, one over those who might as well. They settle it:
//!
//! | surely | perhaps | answer |
//! |---|---|---|
//! | permit | any | permit |
//! | deny | deny | deny |
//! | deny | permit or indeterminate | indeterminate |
//! | deny | deny, but somebody's identity is unknown and the whole board together would not be denied | indeterminate |
//! | indeterminate | any | indeterminate |

use crate::kernel::act::ActCode;
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::registry::freshness::Staleness;
use crate::signing_rule::{
    AskedAct, AskedAmount, Board, CompiledRule, Completion, Decision, Flag, People,
    Question as RuleQuestion, ReasonCode as RuleReason, SealGiven, Span,
};
use chrono::NaiveDate;
use serde::Serialize;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $code:literal, $th:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it means, for people.
            pub fn text(self) -> Bilingual {
                match self { $(Self::$variant => Bilingual::new($th, $en),)* }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

codes! {
    /// Why a signatory does not count, or does not count surely.
    SignatoryCode {
        /// No officer of this juristic person.
        NotAnOfficer = "not_an_officer", "ไม่ได้เป็นกรรมการหรือผู้มีอำนาจของนิติบุคคลนี้", "not an officer of this juristic person";
        /// Left office.
        Resigned = "resigned", "พ้นจากตำแหน่งแล้ว", "no longer in office";
        /// In office, but not in one that signs.
        OfficeDoesNotSign = "office_does_not_sign", "ดำรงตำแหน่งที่ไม่มีอำนาจลงลายมือชื่อ", "holds an office that does not sign";
        /// The register's service for identities is out of reach or does not know.
        OfficerIdentityUnavailable = "officer_identity_unavailable", "ยังไม่ทราบเลขประจำตัวของกรรมการ จึงเทียบตัวบุคคลไม่ได้", "the officers' identity numbers are not available, so nobody can be matched";
        /// The number agrees, the name does not.
        NameMismatch = "name_mismatch", "เลขประจำตัวตรงกัน แต่ชื่อไม่ตรงกับทะเบียน", "the number agrees, but the name does not";
        /// Several officers on record agree.
        OfficerNotUnique = "officer_not_unique", "ตรงกับกรรมการมากกว่าหนึ่งรายการ", "more than one officer on record agrees";
        /// The link between person and officer is disputed.
        LinkDisputed = "link_disputed", "การเชื่อมโยงตัวบุคคลกับตำแหน่งนี้ถูกโต้แย้ง จึงยังไม่นับ", "the link between person and officer is disputed and does not count";
        /// The passport that proves the person is expired, lost or stolen.
        PassportNotValid = "passport_not_valid", "หนังสือเดินทางที่ใช้ยืนยันตัวตนหมดอายุหรือถูกแจ้งหายหรือถูกขโมย", "the passport that proves the person has expired or was reported lost or stolen";
        /// Nobody can say whether the passport that proves the person is good.
        ForeignerStatusUnavailable = "foreigner_status_unavailable", "ยังตรวจสอบสถานะหนังสือเดินทางของบุคคลไม่ได้", "the status of the person's passport cannot be checked";
        /// Only the caller says so.
        AssertedOnly = "asserted_only", "ผู้เรียกอ้างเอง ยังไม่ได้ยืนยันตัวตนกับระบบนี้", "asserted by the caller only; the person has not signed in here";
        /// The assurance is too low or too old.
        AssuranceTooLow = "assurance_too_low", "ระดับความเชื่อมั่นของการยืนยันตัวตนไม่พอ", "the assurance of the sign-in is not enough";
        /// The sign-in was made for another question.
        SignInNotForThis = "sign_in_not_for_this", "การยืนยันตัวตนนี้ทำไว้สำหรับเรื่องอื่น", "the sign-in was made for something else";
        /// The sign-in was never completed.
        SignInNotCompleted = "sign_in_not_completed", "ยังยืนยันตัวตนไม่เสร็จ", "the sign-in is not complete";
        /// The sign-in is too old.
        SignInExpired = "sign_in_expired", "การยืนยันตัวตนหมดอายุ", "the sign-in has expired";
        /// The sign-in supported a permit already.
        SignInUsed = "sign_in_used", "การยืนยันตัวตนนี้ใช้ไปแล้ว", "the sign-in was used already";
        /// No such sign-in of this client.
        SignInUnknown = "sign_in_unknown", "ไม่พบการยืนยันตัวตนนี้", "there is no such sign-in";
        /// The same person twice in one question.
        Repeated = "repeated", "บุคคลเดียวกันถูกระบุซ้ำ", "the same person is named twice";
    }
}

codes! {
    /// Reasons beside those of the signing rule.
    AnswerCode {
        /// Counting somebody whose standing is doubtful would change the answer.
        SignatoryDoubtful = "signatory_doubtful", "ยังไม่แน่ชัดว่าผู้ลงลายมือชื่อบางคนมีอำนาจหรือไม่", "it is not certain that every signatory counts";
        /// The register's data is older than allowed and could not be refreshed.
        DataStale = "data_stale", "ข้อมูลทะเบียนเก่าเกินกว่าที่กำหนดและยังปรับปรุงไม่ได้", "the register's data is older than allowed and could not be refreshed";
        /// A seal was applied that cannot be shown to be the registered one.
        SealUnproven = "seal_unproven", "ยังไม่อาจยืนยันได้ว่าตราที่ประทับเป็นตราที่จดทะเบียนไว้", "it cannot be shown that the seal applied is the registered one";
        /// Somebody would count with a stronger or fresher sign-in.
        StepUpNeeded = "step_up_needed", "ต้องยืนยันตัวตนด้วยระดับที่สูงขึ้น", "a stronger or fresher sign-in is needed";
    }
}

/// How one signatory counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerStanding {
    /// Surely this officer.
    Counts {
        /// Reference of the officer.
        officer: String,
    },
    /// Perhaps an officer; which one, if that much is known.
    Doubtful {
        /// Reference of the officer, if known.
        officer: Option<String>,
        /// Why it is doubtful.
        code: SignatoryCode,
    },
    /// This officer, but with too weak a sign-in.
    TooWeak {
        /// Reference of the officer.
        officer: String,
        /// What would cure it.
        step_up: Bilingual,
    },
    /// Does not count.
    Excluded {
        /// Why.
        code: SignatoryCode,
        /// Since when, where that is known.
        since: Option<NaiveDate>,
        /// Which officer it would be otherwise, if that much is known.
        officer: Option<String>,
    },
}

/// One signatory with its standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// How answers call this person: a pairwise reference or the sign-in's id.
    pub reference: String,
    /// How it counts.
    pub standing: SignerStanding,
}

/// What the rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The act; `None` asks about every act.
    pub act: Option<ActCode>,
    /// The amount.
    pub amount: Option<Baht>,
    /// Company seal.
    pub seal: AskedSeal,
}

/// The company seal in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedSeal {
    /// None was applied.
    None,
    /// One was applied after the moment asked about.
    TooLate,
    /// One was applied in time, and nothing shows that it is the registered one.
    Unproven,
}

impl AskedSeal {
    /// What surely counts.
    fn surely(self) -> SealGiven {
        match self {
            Self::None | Self::TooLate => SealGiven::None,
            Self::Unproven => SealGiven::NotRegistered,
        }
    }

    /// What might count.
    fn perhaps(self) -> SealGiven {
        match self {
            Self::None | Self::TooLate => SealGiven::None,
            Self::Unproven => SealGiven::Registered,
        }
    }
}

/// One reason of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// English.
    pub detail: String,
    /// Thai.
    pub detail_th: String,
}

impl Reason {
    fn new(code: &str, text: Bilingual) -> Self {
        Self {
            code: code.to_owned(),
            detail: text.en,
            detail_th: text.th,
        }
    }

    /// A reason of the signing rule.
    pub fn rule(code: RuleReason) -> Self {
        Self::new(code.as_str(), code.text())
    }

    /// A reason of ours.
    pub fn answer(code: AnswerCode) -> Self {
        Self::new(code.as_str(), code.text())
    }

    /// That facts must not be relied on, and why.
    pub fn stale(why: Staleness) -> Self {
        Self::new(AnswerCode::DataStale.as_str(), why.text())
    }

    /// A flag of the rule, told as a notice.
    pub fn flag(flag: Flag) -> Self {
        Self::new(flag.as_str(), flag.text())
    }
}

/// What a permit rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Clause of the signing rule.
    pub clause: usize,
    /// Words of the statement.
    pub span: Span,
    /// Positions, among the signers asked about, of those who fill its seats. Never references: an officer may stand on
    /// the register in several rows, and rule and signer may each name another one.
    pub seated: Vec<usize>,
}

/// A signatory that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Reference.
    pub reference: String,
    /// Why.
    pub code: SignatoryCode,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// The officer it is about, if that much is known.
    pub officer: Option<String>,
}

/// What a stronger sign-in would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// Reference of the signatory.
    pub reference: String,
    /// The officer the signatory is.
    pub officer: String,
    /// What to do.
    pub what: Bilingual,
}

/// The answer, before it is given names and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Permit, deny or indeterminate.
    pub decision: Decision,
    /// What a permit rests on.
    pub basis: Option<Basis>,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
    /// Notices beside the decision.
    pub notices: Vec<Reason>,
    /// What is missing.
    pub completions: Vec<Completion>,
    /// Whether completions were left out because of a bound.
    pub completions_truncated: bool,
    /// Who was left out.
    pub excluded: Vec<LeftOut>,
    /// Stronger sign-ins that would make people count.
    pub step_up: Vec<StepUp>,
    /// Greatest amount for which these people would be permitted.
    pub max_amount: Option<Baht>,
    /// Acts for which these people would be permitted.
    pub acts: Vec<ActCode>,
}

impl Outcome {
    /// An answer that needs no rule: the status, an unread statement or stale data settles it.
    pub fn settled(decision: Decision, reason: Reason, signers: &[Signer]) -> Self {
        // A permit always rests on a clause; whoever calls this with one is wrong, and doubt never permits.
        let decision = if decision == Decision::Permit {
            Decision::Indeterminate
        } else {
            decision
        };
        Self {
            decision,
            basis: None,
            reasons: vec![reason],
            notices: Vec::new(),
            completions: Vec::new(),
            completions_truncated: false,
            excluded: left_out(signers),
            step_up: step_up(signers),
            max_amount: None,
            acts: Vec::new(),
        }
    }
}

fn left_out(signers: &[Signer]) -> Vec<LeftOut> {
    signers
        .iter()
        .filter_map(|signer| {
            let (code, since, officer) = match &signer.standing {
                SignerStanding::Counts { .. } => return None,
                SignerStanding::Doubtful { code, officer } => (*code, None, officer.clone()),
                SignerStanding::TooWeak { officer, .. } => {
                    (SignatoryCode::AssuranceTooLow, None, Some(officer.clone()))
                }
                SignerStanding::Excluded {
                    code,
                    since,
                    officer,
                } => (*code, *since, officer.clone()),
            };
            Some(LeftOut {
                reference: signer.reference.clone(),
                code,
                since,
                officer,
            })
        })
        .collect()
}

fn step_up(signers: &[Signer]) -> Vec<StepUp> {
    signers
        .iter()
        .filter_map(|signer| match &signer.standing {
            SignerStanding::TooWeak { officer, step_up } => Some(StepUp {
                reference: signer.reference.clone(),
                officer: officer.clone(),
                what: step_up.clone(),
            }),
            _ => None,
        })
        .collect()
}

impl StepUp {
    /// Whether a stronger sign-in would fill a seat of this completion.
    pub fn helps(&self, completion: &Completion) -> bool {
        completion
            .add
            .iter()
            .any(|more| more.of.contains(&self.officer))
    }
}

/// Fewest people first; among those, what asks the fewest to sign in more strongly.
fn ranked(mut completions: Vec<Completion>, step_up: &[StepUp]) -> Vec<Completion> {
    completions.sort_by_key(|completion| {
        let people: usize = completion.add.iter().map(|more| more.n).sum();
        let stronger = step_up.iter().filter(|step| step.helps(completion)).count();
        (people, stronger)
    });
    completions
}

/// The officer that somebody surely is.
fn counted(standing: &SignerStanding) -> Option<&str> {
    match standing {
        SignerStanding::Counts { officer } => Some(officer),
        _ => None,
    }
}

/// Positions of the signers who are among these people of the board, whichever of their rows each side names.
fn seated(board: &Board, signers: &[Signer], seats: &[String]) -> Vec<usize> {
    let people = seats
        .iter()
        .map(|seat| board.people_named(seat))
        .fold(People::NONE, People::union);
    signers
        .iter()
        .enumerate()
        .filter(|(_, signer)| {
            counted(&signer.standing)
                .map(|officer| board.people_named(officer))
                .is_some_and(|person| !person.is_empty() && person.is_subset(people))
        })
        .map(|(position, _)| position)
        .collect()
}

/// Decide over a compiled rule.
pub fn decide(rule: &CompiledRule, signers: &[Signer], asked: Asked) -> Outcome {
    let board = rule.board();
    let question = |people: People, seal: SealGiven| RuleQuestion {
        signers: people,
        seal,
        act: asked.act.map_or(AskedAct::NotGiven, AskedAct::Known),
        amount: asked.amount.map_or(AskedAmount::NotGiven, |amount| {
            AskedAmount::Baht(amount, Default::default())
        }),
    };
    let people = |counts: &dyn Fn(&SignerStanding) -> Option<&str>| -> People {
        signers
            .iter()
            .filter_map(|signer| counts(&signer.standing))
            .map(|officer| board.people_named(officer))
            .fold(People::NONE, People::union)
    };
    let surely = rule.decide(&question(people(&counted), asked.seal.surely()));
    let with_doubtful = people(&|standing| match standing {
        SignerStanding::Doubtful { officer, .. } => officer.as_deref(),
        other => counted(other),
    });
    let perhaps = rule.decision(&question(with_doubtful, asked.seal.perhaps()));
    let with_weak = people(&|standing| match standing {
        SignerStanding::TooWeak { officer, .. } => Some(officer),
        other => counted(other),
    });
    let stronger = rule.decision(&question(with_weak, asked.seal.surely()));
    let somebody = signers.iter().any(|signer| {
        matches!(
            signer.standing,
            SignerStanding::Doubtful { officer: None, .. }
        )
    });
    // Whoever it is: what the whole board may not do, nobody may (a struck-off company, an act that no clause covers).
    let anybody = || rule.decision(&question(board.everybody(), asked.seal.perhaps()));
    let doubt = surely.decision == Decision::Deny
        && (perhaps != Decision::Deny || (somebody && anybody() != Decision::Deny));
    let decision = if doubt {
        Decision::Indeterminate
    } else {
        surely.decision
    };

    let mut reasons: Vec<Reason> = Vec::new();
    if doubt {
        let people = signers
            .iter()
            .any(|signer| matches!(signer.standing, SignerStanding::Doubtful { .. }));
        if people {
            reasons.push(Reason::answer(AnswerCode::SignatoryDoubtful));
        }
        if asked.seal == AskedSeal::Unproven {
            reasons.push(Reason::answer(AnswerCode::SealUnproven));
        }
        // Which doubt it is, told once each.
        for signer in signers {
            if let SignerStanding::Doubtful { code, .. } = &signer.standing {
                let reason = Reason::new(code.as_str(), code.text());
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
    }
    if decision != Decision::Permit {
        // Somebody stands on the register and is kept from counting: that is a reason, and not only a missing signature.
        for signer in signers {
            if let SignerStanding::Excluded { code, .. } = &signer.standing
                && matches!(
                    code,
                    SignatoryCode::LinkDisputed | SignatoryCode::PassportNotValid
                )
            {
                let reason = Reason::new(code.as_str(), code.text());
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
    }
    reasons.extend(
        surely
            .reasons
            .iter()
            .map(|reason| Reason::new(reason.code.as_str(), reason.detail.clone())),
    );
    let cured = decision != Decision::Permit && stronger == Decision::Permit;
    if cured {
        reasons.push(Reason::answer(AnswerCode::StepUpNeeded));
    }
    let basis = match (&surely.met, decision) {
        (Some(met), Decision::Permit) => Some(Basis {
            clause: met.clause,
            span: met.span,
            seated: seated(board, signers, &met.signers),
        }),
        _ => None,
    };
    let would = surely.would_permit_if.unwrap_or_default();
    let mut excluded = left_out(signers);
    for out in &surely.excluded {
        // The officer is in the question, but in an office that does not sign.
        let person = board.people_named(&out.person);
        let who = signers.iter().filter(|signer| {
            counted(&signer.standing).is_some_and(|officer| board.people_named(officer) == person)
        });
        excluded.extend(who.map(|signer| LeftOut {
            reference: signer.reference.clone(),
            code: SignatoryCode::OfficeDoesNotSign,
            since: None,
            officer: counted(&signer.standing).map(str::to_owned),
        }));
    }
    Outcome {
        decision,
        basis,
        reasons,
        notices: surely.flags.iter().copied().map(Reason::flag).collect(),
        completions: ranked(surely.completions, &step_up(signers)),
        completions_truncated: surely.completions_truncated,
        excluded,
        step_up: step_up(signers),
        max_amount: would.max_amount,
        acts: would.acts,
    }
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
