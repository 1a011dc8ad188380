//! Questions and answers: the words in which a decision is given.

use super::board::People;
use super::clause::AmountUnit;
use super::rule::Span;
use crate::kernel::act::ActCode;
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use serde::{Deserialize, Serialize, Serializer};

/// The three answers. `Indeterminate` is never a permit anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Authorised by the register.
    Permit,
    /// Not authorised by the register.
    Deny,
    /// The register does not settle it.
    Indeterminate,
}

impl Decision {
    /// The word used in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
            Self::Indeterminate => "indeterminate",
        }
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal, $thai:literal, $english:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$item])* $variant,)*
        }

        impl $name {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, in snake case.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means, in both languages.
            pub fn text(self) -> Bilingual {
                let (thai, english) = match self { $(Self::$variant => ($thai, $english),)* };
                Bilingual::new(thai, english)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

codes! {
    /// Why a question was decided as it was.
    ReasonCode {
        /// A clause is met.
        ClauseMet = "clause_met", "ผู้ลงลายมือชื่อครบตามที่จดทะเบียนไว้", "The signatories are those the register asks for.";
        /// More signatories are needed.
        SignersMissing = "signers_missing", "ผู้ลงลายมือชื่อยังไม่ครบตามที่จดทะเบียนไว้", "More signatories are needed than have signed.";
        /// The people are complete, the seal is not there.
        SealMissing = "seal_missing", "ยังไม่ได้ประทับตราสำคัญตามที่จดทะเบียนไว้", "The registered seal has not been applied.";
        /// A seal was applied that was not registered at that time.
        SealNotRegistered = "seal_not_registered", "ตราที่ประทับไม่ใช่ตราที่จดทะเบียนไว้ในขณะนั้น", "The seal applied was not registered at that time.";
        /// No clause covers the act.
        ActNotCovered = "act_not_covered", "ข้อความที่จดทะเบียนไว้ไม่ครอบคลุมการกระทำนี้", "No clause of the statement covers this act.";
        /// No clause covers the amount.
        AmountNotCovered = "amount_not_covered", "ข้อความที่จดทะเบียนไว้ไม่ครอบคลุมจำนวนเงินนี้", "No clause of the statement covers this amount.";
        /// Nobody on record can satisfy the rule.
        RuleUnsatisfiable = "rule_unsatisfiable", "ไม่มีผู้ใดในทะเบียนที่จะลงลายมือชื่อได้ครบตามที่จดทะเบียนไว้", "Nobody on record can satisfy the registered rule any more.";
        /// The act asked about is not in the catalogue.
        ActUnknown = "act_unknown", "ไม่รู้จักรหัสการกระทำที่ถาม", "The act asked about is not in the catalogue.";
        /// The statement's scope may or may not cover the act.
        ScopeUnclear = "scope_unclear", "ไม่ชัดเจนว่าข้อความที่จดทะเบียนไว้ครอบคลุมการกระทำนี้หรือไม่", "Whether the statement's words cover this act is not clear.";
        /// The answer depends on the act, and none was given.
        ActNotGiven = "act_not_given", "คำตอบขึ้นอยู่กับการกระทำ ซึ่งไม่ได้ระบุมา", "The answer depends on the act, and none was given.";
        /// The answer depends on the amount, and none was given.
        AmountUnknown = "amount_unknown", "คำตอบขึ้นอยู่กับจำนวนเงิน ซึ่งไม่ได้ระบุมา", "The answer depends on the amount, and none was given.";
        /// The amount is in another currency than the statement's.
        AmountCurrency = "amount_currency", "จำนวนเงินที่ถามไม่ได้เป็นเงินบาท", "The amount is not in baht, the currency of the statement.";
        /// The statement limits another unit than the amount asked about.
        AmountUnit = "amount_unit", "ข้อความที่จดทะเบียนไว้จำกัดจำนวนเงินตามหน่วยอื่น", "The statement limits amounts by another unit (day, month, contract).";
        /// Two records of the same name are not proven to be different people.
        PersonIdentityUnclear = "person_identity_unclear", "ไม่ชัดเจนว่ารายการในทะเบียนเป็นบุคคลคนละคนกันหรือไม่", "Two records are not proven to be different people.";
        /// In liquidation, and not clear that the act belongs to winding up.
        WindingUpUnclear = "winding_up_unclear", "ไม่ชัดเจนว่าเป็นการกระทำเพื่อการชำระบัญชีหรือไม่", "It is not clear that this act belongs to winding up.";
        /// Dissolved, and the register names no liquidator.
        NoLiquidatorOnRecord = "no_liquidator_on_record", "เลิกแล้วแต่ไม่ปรากฏชื่อผู้ชำระบัญชีในทะเบียน", "Dissolved, and no liquidator is on record.";
        /// The statement speaks of an office that does not sign for this type and status.
        StatementDoesNotFit = "statement_does_not_fit", "ข้อความที่จดทะเบียนไว้ไม่ตรงกับประเภทหรือสถานะของนิติบุคคล", "The statement speaks of an office that does not fit the type or status.";
        /// The register gives a managing partner limited liability, which s. 1087 does not allow.
        LimitedManagingPartner = "limited_managing_partner", "ทะเบียนระบุหุ้นส่วนผู้จัดการเป็นหุ้นส่วนจำกัดความรับผิด ซึ่งขัดต่อกฎหมาย", "The register names a partner of limited liability as managing partner, which the law does not allow.";
        /// The statement has not been read with certainty.
        StatementNeedsReview = "statement_needs_review", "ข้อความที่จดทะเบียนไว้ต้องให้นายทะเบียนตรวจสอบ", "The statement needs review by registry officers.";
        /// Under rehabilitation.
        UnderRehabilitation = "under_rehabilitation", "อยู่ระหว่างฟื้นฟูกิจการ ผู้ทำแผนหรือผู้บริหารแผนเป็นผู้มีอำนาจ", "Under rehabilitation: the plan preparer or administrator acts.";
        /// In receivership.
        InReceivership = "in_receivership", "ถูกพิทักษ์ทรัพย์ เจ้าพนักงานพิทักษ์ทรัพย์เป็นผู้มีอำนาจ", "In receivership: only the official receiver acts.";
        /// In interim receivership.
        InTemporaryReceivership = "in_temporary_receivership", "ถูกพิทักษ์ทรัพย์ชั่วคราว เจ้าพนักงานพิทักษ์ทรัพย์เป็นผู้มีอำนาจ", "In temporary receivership: only the official receiver acts.";
        /// What the court ordered, or the plan allows, is not on the register.
        CourtOrderNeeded = "court_order_needed", "ต้องตรวจสอบคำสั่งศาลหรือแผนฟื้นฟูกิจการ ซึ่งไม่ปรากฏในทะเบียน", "The court's order or the plan, which the register does not hold, must be looked at.";
        /// Bankrupt.
        Bankrupt = "bankrupt", "ล้มละลาย เจ้าพนักงานพิทักษ์ทรัพย์เป็นผู้มีอำนาจ", "Bankrupt: only the official receiver acts.";
        /// Struck off.
        StruckOff = "struck_off", "ถูกขีดชื่อออกจากทะเบียน", "Struck off the register.";
        /// Liquidation completed.
        Liquidated = "liquidated", "เสร็จการชำระบัญชีแล้ว", "Liquidation is complete.";
        /// Converted to another type.
        Converted = "converted", "แปรสภาพเป็นนิติบุคคลอื่นแล้ว", "Converted: its successor acts.";
        /// Amalgamated.
        Amalgamated = "amalgamated", "ควบรวมเป็นนิติบุคคลอื่นแล้ว", "Amalgamated: its successor acts.";
        /// Never incorporated.
        MemorandumWithdrawn = "memorandum_withdrawn", "ถอนหนังสือบริคณห์สนธิแล้ว", "The memorandum was withdrawn.";
        /// Ended.
        Ended = "ended", "สิ้นสภาพนิติบุคคลแล้ว", "The juristic person has ended.";
        /// Status not known.
        StatusUnknown = "status_unknown", "ไม่ทราบสถานะนิติบุคคล", "The status of the juristic person is not known.";
        /// A type whose signing law is not modelled.
        JuristicTypeNotModelled = "juristic_type_not_modelled", "ยังไม่รองรับนิติบุคคลประเภทนี้", "Signing for this type of juristic person is not modelled.";
    }
}

codes! {
    /// What is notable beside the decision.
    Flag {
        /// A person the statement names is not on record in an office that signs.
        NamedPersonLeft = "named_person_left", "บุคคลที่ระบุชื่อไว้ไม่อยู่ในตำแหน่งแล้ว", "A person named in the statement no longer holds the office.";
        /// A name in the rule fits several people on record.
        NamedPersonUnclear = "named_person_unclear", "ชื่อที่ระบุไว้ตรงกับบุคคลในทะเบียนมากกว่าหนึ่งคน", "A name in the rule fits more than one person on record.";
        /// More people signed than were needed.
        ExtraSigners = "extra_signers", "มีผู้ลงลายมือชื่อเกินกว่าที่จำเป็น", "More people signed than the rule asks for.";
        /// What a scope word covers is not clear; the signatories suffice whichever it is.
        ScopeEitherWay = "scope_either_way", "ขอบเขตไม่ชัดเจน แต่ผู้ลงลายมือชื่อครบไม่ว่าจะตีความอย่างไร", "The scope is not clear, but the signatories suffice either way.";
        /// Nobody on record can satisfy the rule.
        RuleUnsatisfiable = "rule_unsatisfiable", "ไม่มีผู้ใดในทะเบียนที่จะลงลายมือชื่อได้ครบ", "Nobody on record can satisfy the rule.";
        /// Liquidators bind for winding-up acts only.
        WindingUpActsOnly = "winding_up_acts_only", "ผูกพันเฉพาะการกระทำเพื่อการชำระบัญชี", "Only acts of winding up are bound.";
        /// No registered authority of the liquidators: all act jointly.
        LiquidatorsJointly = "liquidators_jointly", "ผู้ชำระบัญชีทุกคนต้องกระทำร่วมกัน", "All liquidators act jointly.";
        /// The register gives a managing partner limited liability, which s. 1087 does not allow; that partner never counts.
        LimitedManagingPartner = "limited_managing_partner", "ทะเบียนระบุหุ้นส่วนผู้จัดการเป็นหุ้นส่วนจำกัดความรับผิด ซึ่งขัดต่อกฎหมาย", "The register names a partner of limited liability as managing partner, which the law does not allow.";
        /// A count in the statement does not fit the people on record.
        CountMismatch = "count_mismatch", "จำนวนคนในข้อความไม่ตรงกับทะเบียน", "A count in the statement does not fit the register.";
        /// A seal phrase that may belong to one alternative or to all.
        SealScopeUnclear = "seal_scope_unclear", "ไม่ชัดเจนว่าต้องประทับตราในทุกกรณีหรือไม่", "Whether the seal belongs to every alternative is not clear.";
        /// The scope of และ / หรือ is not settled by the words.
        ConnectorScopeUnclear = "connector_scope_unclear", "ขอบเขตของคำว่า และ/หรือ ไม่ชัดเจน", "The scope of and/or is not settled by the words.";
        /// Whether a case replaces or adds to the general rule is not settled.
        CaseUnclear = "case_unclear", "ไม่ชัดเจนว่ากรณีเฉพาะแทนที่หรือเพิ่มเติมหลักทั่วไป", "Whether the case replaces or adds to the general rule is not clear.";
        /// A name matches nobody on record, now or earlier.
        UnknownName = "unknown_name", "ชื่อไม่ตรงกับผู้ใดในทะเบียน", "A name matches nobody on record, now or earlier.";
        /// A name matches more than one person.
        AmbiguousName = "ambiguous_name", "ชื่อตรงกับบุคคลมากกว่าหนึ่งคน", "A name matches more than one person.";
        /// The text is cut off.
        TextCutOff = "text_cut_off", "ข้อความไม่ครบ", "The text is cut off.";
        /// The text refers to another document or to a date.
        RefersElsewhere = "refers_elsewhere", "ข้อความอ้างถึงเอกสารอื่นหรือวันที่", "The text refers to another document or to a date.";
        /// A role that nobody on record holds.
        RoleNotOnRecord = "role_not_on_record", "ตำแหน่งที่ระบุไม่มีผู้ดำรงตำแหน่งในทะเบียน", "A role that nobody on record holds.";
        /// The text is longer than is read.
        TextTooLong = "text_too_long", "ข้อความยาวเกินกว่าที่รองรับ", "The text is longer than is read.";
        /// Words outside the grammar.
        UnknownWords = "unknown_words", "มีถ้อยคำที่ระบบไม่รู้จัก", "The text holds words outside the grammar.";
        /// The text is empty.
        EmptyText = "empty_text", "ไม่มีข้อความ", "There is no text.";
        /// The rule is past a bound of the compiler.
        RuleTooLarge = "rule_too_large", "เงื่อนไขมีขนาดเกินกว่าที่รองรับ", "The rule is larger than is decided on.";
    }
}

codes! {
    /// Why somebody's signature does not count.
    ExclusionCode {
        /// Not a director on record.
        NotADirector = "not_a_director", "ไม่ได้เป็นกรรมการในทะเบียน", "Not a director on record.";
        /// Not a managing partner on record.
        NotAManagingPartner = "not_a_managing_partner", "ไม่ได้เป็นหุ้นส่วนผู้จัดการในทะเบียน", "Not a managing partner on record.";
        /// A partner of limited liability may not manage.
        LimitedPartner = "limited_partner", "หุ้นส่วนจำกัดความรับผิดจัดการห้างไม่ได้", "A partner of limited liability may not manage.";
        /// Not a liquidator on record.
        NotALiquidator = "not_a_liquidator", "ไม่ได้เป็นผู้ชำระบัญชีในทะเบียน", "Not a liquidator on record.";
        /// Neither plan preparer nor plan administrator on record.
        NotAPlanManager = "not_a_plan_manager", "ไม่ได้เป็นผู้ทำแผนหรือผู้บริหารแผนในทะเบียน", "Neither plan preparer nor plan administrator on record.";
        /// Not the official receiver on record.
        NotTheOfficialReceiver = "not_the_official_receiver", "ไม่ใช่เจ้าพนักงานพิทักษ์ทรัพย์ในทะเบียน", "Not the official receiver on record.";
        /// Not on record at all.
        NotOnRecord = "not_on_record", "ไม่มีชื่อในทะเบียน", "Not on record.";
    }
}

/// Whether the seal was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SealGiven {
    /// No seal.
    #[default]
    None,
    /// The seal registered at that time.
    Registered,
    /// A seal that was not registered at that time: the same as none (Supreme Court 1462/2508).
    NotRegistered,
}

/// The act asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AskedAct {
    /// None given: permit only if every act would be permitted.
    #[default]
    NotGiven,
    /// An act of the catalogue.
    Known(ActCode),
    /// A code that is not in the catalogue.
    Unknown(String),
}

/// The amount asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AskedAmount {
    /// None given.
    #[default]
    NotGiven,
    /// So many baht, counted over this unit.
    Baht(Baht, AmountUnit),
    /// Another currency.
    OtherCurrency,
}

/// The question: may these people bind it for this act?
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// Natural persons of the board who have signed.
    pub signers: People,
    /// The seal.
    pub seal: SealGiven,
    /// The act.
    pub act: AskedAct,
    /// The amount.
    pub amount: AskedAmount,
}

impl Question {
    /// These people, without seal, act or amount.
    pub fn by(signers: People) -> Self {
        Self {
            signers,
            ..Self::default()
        }
    }

    /// The same question with the registered seal.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.seal = SealGiven::Registered;
        self
    }

    /// The same question about an act.
    #[must_use]
    pub fn about(mut self, act: ActCode) -> Self {
        self.act = AskedAct::Known(act);
        self
    }

    /// The same question about an amount of one act.
    #[must_use]
    pub fn for_amount(mut self, amount: Baht) -> Self {
        self.amount = AskedAmount::Baht(amount, AmountUnit::Act);
        self
    }
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Reason {
    /// Stable code.
    pub code: ReasonCode,
    /// The reason in both languages.
    pub detail: Bilingual,
}

impl From<ReasonCode> for Reason {
    fn from(code: ReasonCode) -> Self {
        Self {
            code,
            detail: code.text(),
        }
    }
}

/// The clause that permits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    /// Position in the rule's list of clauses.
    pub clause: usize,
    /// The words of the statement.
    pub span: Span,
    /// References of the people who fill its seats.
    pub signers: Vec<String>,
}

/// So many more of these people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct More {
    /// How many.
    pub n: usize,
    /// References of whom.
    pub of: Vec<String>,
}

/// One way to get to a permit. The people of its parts must be different from one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Who must still sign; empty when only the seal is missing.
    pub add: Vec<More>,
    /// Whether the seal must still be applied.
    pub seal: bool,
}

impl Completion {
    /// How many people must still sign.
    pub fn people(&self) -> usize {
        self.add.iter().map(|more| more.n).sum()
    }
}

/// One inclusion-minimal set of people who would complete the signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MinimalSet {
    /// References of the people.
    pub people: Vec<String>,
    /// Whether the seal must still be applied.
    pub seal: bool,
}

/// Explicit sets: made on request only, since they explode where the symbolic form stays short.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MinimalSets {
    /// At most [`super::MAX_MINIMAL_SETS`], those of fewest people first.
    pub sets: Vec<MinimalSet>,
    /// Whether sets were left out because of the cap or of a bound on work.
    pub truncated: bool,
}

/// Somebody whose signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// Reference.
    pub person: String,
    /// Why.
    pub code: ExclusionCode,
}

/// What the same people could do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WouldPermitIf {
    /// The greatest amount for which the same people would be permitted this act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_amount: Option<Baht>,
    /// Acts for which the same people would be permitted this amount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<ActCode>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Permit, deny or indeterminate.
    pub decision: Decision,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
    /// The clause that permits; present exactly with a permit.
    pub met: Option<Met>,
    /// What is missing, fewest people first; empty with a permit.
    pub completions: Vec<Completion>,
    /// Whether completions were left out because of a bound.
    pub completions_truncated: bool,
    /// Whether the people are complete and only the seal is missing.
    pub missing_seal: bool,
    /// Signers whose signature does not count.
    pub excluded: Vec<Excluded>,
    /// What is notable.
    pub flags: Vec<Flag>,
    /// What the same people could do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_permit_if: Option<WouldPermitIf>,
}

impl Verdict {
    /// Whether a reason is given.
    pub fn has_reason(&self, code: ReasonCode) -> bool {
        self.reasons.iter().any(|reason| reason.code == code)
    }
}
