//! Asking: facts, people, rule, answer, receipt, all in one transaction.

mod people;
mod receipts;

pub use receipts::{ReceiptRefusal, receipt_keys, verify_receipt};

use super::answer::{
    Answer, AsOfPart, BasisPart, CompletionPart, CountedPart, ExcludedPart, MorePart,
    WouldPermitPart, step_up_parts, valid_until, words_at,
};
use super::decision::{self, Asked, AskedSeal, Outcome, Reason, Signer, SignerStanding};
use super::question::{Question, RecordedQuestion, Signatory};
use super::receipt::{self, AssuranceBasis, ReceiptClaims};
use super::store::{self, Index, StoredVerification};
use crate::crypto::jws::{self, JwsError};
use crate::crypto::key::Signer as KeySigner;
pub use crate::db::StoreError;
use crate::db::{AnyConnection, Database, RetryHint};
use crate::identity::assurance::Assurance;
use crate::identity::service::{IdentityError, IdentityService};
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::{NationalId, Randomness, VerificationId};
use crate::kernel::time::{Clock, Instant};
use crate::ledger::leaf::LeafKind;
use crate::ledger::service::{LedgerService, RecordError};
use crate::linkage::lookup::{LookupLimit, TooMany};
pub use crate::linkage::references::PairwiseReferences;
use crate::linkage::service::LinkageService;
use crate::registry::freshness::FactsUse;
use crate::registry::model::{BlindIndex, Facts};
use crate::registry::reading::Reading;
use crate::registry::service::{ConsultError, Freshness, ReadingError, RegistryService};
use crate::registry::store as registry_store;
use crate::signing_rule::{Decision, ReasonCode};
use people::{People, Person};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The register has no such juristic person, or could not be asked.
    #[error(transparent)]
    Registry(#[from] ConsultError),
    /// Nothing is known of it at the moment asked about.
    #[error("nothing is known of this juristic person at that time")]
    UnknownThen,
    /// The moment asked about lies in the future.
    #[error("{member} lies in the future")]
    Future {
        /// Member of the question that names the moment.
        member: &'static str,
    },
    /// The client named too many people by number.
    #[error(transparent)]
    TooManyLookups(#[from] TooMany),
    /// A sign-in could not be read.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The receipt could not be signed.
    #[error(transparent)]
    Receipt(#[from] JwsError),
    /// The log refused.
    #[error("the log: {0}")]
    Ledger(#[from] RecordError),
    /// The question or answer has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AskError {
    /// What the database said, where it was the database.
    pub fn of_the_store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) | Self::Ledger(RecordError::Store(error)) => Some(error),
            _ => None,
        }
    }
}

impl RetryHint for AskError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) => error.may_be_retried(),
            Self::Ledger(error) => error.may_be_retried(),
            Self::Identity(IdentityError::Store(error)) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// An answer with its receipt.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// The receipt, compact JWS.
    pub receipt: String,
}

/// Whether the status of passports may still be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passports {
    /// It may: a question that needs it comes back.
    MayBeAsked,
    /// It was: what is not known now stays a doubt.
    WereAsked,
}

/// Who asks, when, and under which name the answer is kept.
struct Asker<'a> {
    id: &'a VerificationId,
    now: Instant,
    client_id: &'a str,
    passports: Passports,
}

/// What is decided on, and the moments it is asked about.
struct Moment<'a> {
    valid_at: Instant,
    known_at: Instant,
    facts: &'a Facts,
}

/// What came of one transaction.
enum Attempt {
    /// The answer.
    Answered(Box<Answered>),
    /// Nothing was decided or written: the status of these passports must be known first.
    Needs(Vec<BlindIndex>),
}

/// What [`AuthorityService::new`] is made from.
pub struct Parts {
    /// Where answers are kept.
    pub database: Arc<Database>,
    /// Facts.
    pub registry: RegistryService,
    /// Sign-ins and policies.
    pub identity: Arc<IdentityService>,
    /// Links, disputes, passports.
    pub linkage: Arc<LinkageService>,
    /// How often a client may name people by number.
    pub lookups: LookupLimit,
    /// The log.
    pub ledger: LedgerService,
    /// Signs receipts.
    pub signer: Arc<dyn KeySigner>,
    /// References of people for each client.
    pub references: Arc<dyn PairwiseReferences>,
    /// Issuer of receipts: the service's API address.
    pub issuer: String,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub randomness: Arc<dyn Randomness>,
}

/// Answers questions.
pub struct AuthorityService {
    parts: Parts,
}

/// What the log commits to when a question was answered.
#[derive(Serialize)]
struct Logged<'a> {
    client_id: &'a str,
    decision: &'a str,
    question_sha256: Digest,
    answer_sha256: Digest,
    receipt_sha256: Digest,
}

impl AuthorityService {
    /// Put together.
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Answer a question of a client.
    pub async fn ask(
        self: &Arc<Self>,
        client_id: &str,
        question: Question,
    ) -> Result<Answered, AskError> {
        let now = self.parts.clock.now();
        for (member, at) in [
            ("valid_at", question.valid_at),
            ("known_at", question.known_at),
        ] {
            if at.is_some_and(|at| at > now) {
                return Err(AskError::Future { member });
            }
        }
        self.count_lookups(client_id, &question, now)?;
        // Whoever names a past moment still asks by what is known now, unless the knowledge is to be past too.
        let freshness = if question.known_at.is_none() {
            self.parts
                .registry
                .consult(&question.juristic_person, self.facts_limit(&question))
                .await?
                .freshness
        } else {
            Freshness::Fresh
        };
        let question = Arc::new(question);
        let passports = match self
            .attempt(client_id, &question, freshness, Passports::MayBeAsked)
            .await?
        {
            Attempt::Answered(answered) => return Ok(*answered),
            Attempt::Needs(passports) => passports,
        };
        // Nothing was written, and nothing is held open while the network is asked.
        self.parts.linkage.ask_for_status(&passports).await?;
        match self
            .attempt(client_id, &question, freshness, Passports::WereAsked)
            .await?
        {
            Attempt::Answered(answered) => Ok(*answered),
            // Not reached: who was asked once is not asked again.
            Attempt::Needs(_) => Err(StoreError::Unavailable {
                cause: "the status of a passport is not settled".to_owned(),
            }
            .into()),
        }
    }

    /// How old facts may be for this question. One about the past is not more or less urgent than another.
    fn facts_limit(&self, question: &Question) -> Duration {
        let registry = &self.parts.registry;
        match (question.valid_at, question.known_at) {
            (None, None) => registry.limit(FactsUse::Decision {
                act: question.act,
                sector: question.sector,
                purpose: Some(&question.purpose),
            }),
            _ => registry.max_age(),
        }
    }

    /// Count the people that a client names by number and write down whom by index, never by number (KEY-22).
    fn count_lookups(
        &self,
        client_id: &str,
        question: &Question,
        now: Instant,
    ) -> Result<(), TooMany> {
        let named: Vec<&NationalId> = question
            .signatories
            .iter()
            .filter_map(|signatory| match signatory {
                Signatory::Asserted { national_id } => Some(national_id),
                Signatory::SignIn(_) => None,
            })
            .collect();
        let taken = self.parts.lookups.take(client_id, named.len(), now);
        if let Err(refusal) = &taken {
            tracing::warn!(
                client.id = client_id,
                lookup.count = named.len(),
                lookup.after_ms = u64::try_from(refusal.after.as_millis()).unwrap_or(u64::MAX),
                "a client names too many people by number"
            );
        }
        taken?;
        for national_id in named {
            let index = self.parts.registry.index().national_id(national_id);
            tracing::info!(
                client.id = client_id,
                person.index = %hex::encode(index),
                "a client names a person by number"
            );
        }
        Ok(())
    }

    /// Load, decide, write: one transaction.
    async fn attempt(
        self: &Arc<Self>,
        client_id: &str,
        question: &Arc<Question>,
        freshness: Freshness,
        passports: Passports,
    ) -> Result<Attempt, AskError> {
        let (this, question) = (Arc::clone(self), Arc::clone(question));
        let client_id = client_id.to_owned();
        // Fixed before the transaction: it may run again, and must then say the same.
        let id = VerificationId::generate(self.parts.randomness.as_ref());
        let now = self.parts.clock.now();
        let span = tracing::Span::current();
        let work = move || {
            let asked = Asker {
                id: &id,
                now,
                client_id: &client_id,
                passports,
            };
            this.parts
                .database
                .write(|connection| this.answer_in(connection, &asked, &question, freshness))
        };
        tokio::task::spawn_blocking(move || span.in_scope(work))
            .await
            .map_err(|error| StoreError::Unavailable {
                cause: error.to_string(),
            })?
    }

    fn answer_in(
        &self,
        connection: &mut AnyConnection,
        asker: &Asker<'_>,
        question: &Question,
        freshness: Freshness,
    ) -> Result<Attempt, AskError> {
        let Asker {
            id, now, client_id, ..
        } = *asker;
        let valid_at = question.valid_at.unwrap_or(now);
        let known_at = question.known_at.unwrap_or(now);
        let number = &question.juristic_person;
        let facts = match (question.valid_at, question.known_at) {
            (None, None) => {
                registry_store::current(connection, self.parts.registry.vault(), number)?
            }
            _ => registry_store::at(
                connection,
                self.parts.registry.vault(),
                number,
                valid_at,
                known_at,
            )?,
        }
        .ok_or(AskError::UnknownThen)?;
        let limit = self.facts_limit(question);
        let registry = &self.parts.registry;
        let freshness = match (freshness, question.known_at) {
            (Freshness::Stale(why), _) => Freshness::Stale(why),
            (Freshness::Fresh, None) => {
                registry.freshness_in(connection, &facts, valid_at, limit)?
            }
            // By what was known then, later doubt does not count.
            (Freshness::Fresh, Some(_)) => registry.freshness(&facts, valid_at, limit),
        };

        let moment = Moment {
            valid_at,
            known_at,
            facts: &facts,
        };
        let people = match self.people(connection, asker, question, &moment)? {
            People::Known(people) => people,
            People::Need(passports) => return Ok(Attempt::Needs(passports)),
        };
        let signers: Vec<Signer> = people.iter().map(|person| person.signer.clone()).collect();
        let reading = match registry.reading_in(connection, &facts, valid_at, known_at) {
            Ok(reading) => Some(reading),
            // A board or rule past the bounds is a matter for review, like words that are not understood.
            Err(ReadingError::Refused(refusal)) => {
                tracing::warn!(refusal = %refusal, "a statement cannot be decided on");
                None
            }
            Err(ReadingError::Store(error)) => return Err(error.into()),
        };
        let reading = reading.as_deref();
        if let Some(reading) = reading
            && reading.needs_review()
            && (question.valid_at, question.known_at) == (None, None)
        {
            registry.queue_for_review(connection, &facts, reading, now)?;
        }
        let outcome = self.decide(question, freshness, reading, &signers, valid_at);

        let answer = self.put_together(
            id,
            now,
            question,
            &facts,
            reading,
            &people,
            &outcome,
            (valid_at, known_at),
        );
        let recorded = canonical_json(&recorded(question, &people, valid_at, known_at))?;
        let question_sha256 = Digest::of(&recorded);
        let answer_sha256 = answer.digest()?;
        let claims = self.claims(
            client_id,
            question,
            &answer,
            &people,
            &outcome,
            (question_sha256, answer_sha256),
            now,
        );
        let receipt = jws::sign(self.parts.signer.as_ref(), receipt::TYPE, None, &claims)?;

        if outcome.decision == Decision::Permit {
            // Those of others who signed too stay usable for their own question.
            for sign_in in seated(&people, &outcome).filter_map(|person| person.sign_in.as_ref()) {
                self.parts.identity.consume(connection, sign_in, id, now)?;
            }
        }
        let stored = StoredVerification {
            id: id.clone(),
            client_id: client_id.to_owned(),
            asked_at: now,
            question: String::from_utf8_lossy(&recorded).into_owned(),
            answer: String::from_utf8_lossy(&canonical_json(&answer)?).into_owned(),
            receipt: receipt.clone(),
        };
        let index = Index {
            registration_number: number.as_str(),
            decision: outcome.decision.as_str(),
            registry_version: facts.version.version,
        };
        store::insert(connection, &stored, index)?;
        for person in &people {
            if let Some((who, links)) = &person.links {
                let linkage = &self.parts.linkage;
                linkage.keep_links(connection, number, who, links, now)?;
            }
        }
        let logged = Logged {
            client_id,
            decision: outcome.decision.as_str(),
            question_sha256,
            answer_sha256,
            receipt_sha256: Digest::of(&receipt),
        };
        self.parts.ledger.record(
            connection,
            LeafKind::VerificationDecided,
            id.as_str(),
            &logged,
        )?;
        Ok(Attempt::Answered(Box::new(Answered { answer, receipt })))
    }

    fn decide(
        &self,
        question: &Question,
        freshness: Freshness,
        reading: Option<&Reading>,
        signers: &[Signer],
        valid_at: Instant,
    ) -> Outcome {
        if let Freshness::Stale(why) = freshness {
            return Outcome::settled(Decision::Indeterminate, Reason::stale(why), signers);
        }
        let Some(rule) = reading.and_then(|reading| reading.compiled.as_ref()) else {
            let reason = Reason::rule(ReasonCode::StatementNeedsReview);
            return Outcome::settled(Decision::Indeterminate, reason, signers);
        };
        let asked = Asked {
            act: question.act,
            amount: question.amount,
            seal: seal(question, valid_at),
        };
        decision::decide(rule, signers, asked)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an answer names everything it was decided on"
    )]
    fn put_together(
        &self,
        id: &VerificationId,
        now: Instant,
        question: &Question,
        facts: &Facts,
        reading: Option<&Reading>,
        people: &[Person],
        outcome: &Outcome,
        (valid_at, known_at): (Instant, Instant),
    ) -> Answer {
        let name_of = |officer: &String| {
            officer
                .parse()
                .ok()
                .and_then(|reference| facts.record.officer(reference))
                .map_or_else(|| officer.clone(), |officer| officer.name.full())
        };
        let statement = reading
            .and_then(|reading| reading.statement.as_deref())
            .unwrap_or_default();
        let reviewed = reading
            .and_then(|reading| reading.reviewed.as_ref())
            .map(|rule| rule.digest.to_hex());
        let basis = outcome.basis.iter().map(|basis| BasisPart {
            kind: "signing_rule".to_owned(),
            rule: reviewed.as_ref().map(|_| "reviewed".to_owned()),
            rule_sha256: reviewed.clone(),
            clause: basis.clause,
            span: [basis.span.start, basis.span.end],
            text: words_at(statement, basis.span),
            signatories: basis
                .seated
                .iter()
                .filter_map(|position| people.get(*position))
                .filter_map(|person| self.counted(person, question, &name_of))
                .collect(),
        });

        Answer {
            id: id.to_string(),
            decision: outcome.decision.as_str().to_owned(),
            basis: basis.collect(),
            reasons: outcome.reasons.iter().cloned().map(Into::into).collect(),
            notices: outcome.notices.iter().cloned().map(Into::into).collect(),
            completions: outcome
                .completions
                .iter()
                .map(|completion| CompletionPart {
                    add: completion
                        .add
                        .iter()
                        .map(|more| MorePart {
                            n: more.n,
                            of: more.of.iter().map(name_of).collect(),
                            officers: more.of.clone(),
                        })
                        .collect(),
                    seal: completion.seal,
                    step_up: step_up_parts(outcome, |step| step.helps(completion)),
                })
                .collect(),
            completions_truncated: outcome.completions_truncated,
            excluded: outcome
                .excluded
                .iter()
                .cloned()
                .map(|out| ExcludedPart::new(out, &name_of))
                .collect(),
            would_permit_if: WouldPermitPart {
                max_amount: outcome.max_amount.map(|amount| amount.to_string()),
                acts: outcome
                    .acts
                    .iter()
                    .map(|act| act.as_str().to_owned())
                    .collect(),
                step_up: step_up_parts(outcome, |_| true),
            },
            as_of: AsOfPart {
                valid_at,
                known_at,
                registry_version: facts.version.version,
                policy_version: self.policy_version(),
                reviewed_rule: reviewed.clone(),
            },
            data_as_of: Some(facts.version.data_as_of),
            valid_until: valid_until(now, [question.valid_at, question.known_at]),
        }
    }

    /// Versions of the rows on assurance and of those on how old facts may be.
    fn policy_version(&self) -> String {
        format!(
            "assurance {}, freshness {}",
            self.parts.identity.policy().version(),
            self.parts.registry.freshness_version()
        )
    }

    /// A person who fills a seat, as the answer shows it.
    fn counted(
        &self,
        person: &Person,
        question: &Question,
        name_of: &dyn Fn(&String) -> String,
    ) -> Option<CountedPart> {
        let SignerStanding::Counts { officer } = &person.signer.standing else {
            return None;
        };
        let assurance = person.assurance.as_ref();
        let requirement = self.requirement(question);
        Some(CountedPart {
            person: person.signer.reference.clone(),
            officer: officer.clone(),
            name: name_of(officer),
            sign_in: person.sign_in.as_ref().map(ToString::to_string),
            ial: assurance.map(|assurance| assurance.ial.as_str().to_owned()),
            aal: assurance.map(|assurance| assurance.aal.as_str().to_owned()),
            aal_assumed: assurance.is_some_and(|assurance| assurance.aal_assumed),
            policy_row: assurance.map(|_| format!("{} v{}", requirement.id, requirement.version)),
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a receipt names everything it is about"
    )]
    fn claims(
        &self,
        client_id: &str,
        question: &Question,
        answer: &Answer,
        people: &[Person],
        outcome: &Outcome,
        (question_sha256, answer_sha256): (Digest, Digest),
        now: Instant,
    ) -> ReceiptClaims {
        let seated: Vec<&Assurance> = seated(people, outcome)
            .filter_map(|person| person.assurance.as_ref())
            .collect();
        let assurance_basis = if seated.is_empty() {
            AssuranceBasis::None
        } else if seated.iter().any(|assurance| assurance.aal_assumed) {
            AssuranceBasis::Assumed
        } else {
            AssuranceBasis::Stated
        };
        ReceiptClaims {
            iss: self.parts.issuer.clone(),
            aud: client_id.to_owned(),
            jti: answer.id.clone(),
            iat: now.seconds(),
            issued_at: now.to_string(),
            juristic_person: question.juristic_person.to_string(),
            decision: answer.decision.clone(),
            valid_at: answer.as_of.valid_at.to_string(),
            known_at: answer.as_of.known_at.to_string(),
            reason_codes: answer
                .reasons
                .iter()
                .map(|reason| reason.code.clone())
                .collect(),
            question_sha256: question_sha256.to_hex(),
            answer_sha256: answer_sha256.to_hex(),
            registry_version: answer.as_of.registry_version,
            reviewed_rule: answer.as_of.reviewed_rule.clone(),
            data_as_of: answer
                .data_as_of
                .map(|at| at.to_string())
                .unwrap_or_default(),
            policy_version: answer.as_of.policy_version.clone(),
            valid_until: answer.valid_until.to_string(),
            assurance_basis,
        }
    }

    /// A stored answer of this client.
    pub fn find(
        &self,
        client_id: &str,
        id: &VerificationId,
    ) -> Result<Option<StoredVerification>, StoreError> {
        self.parts
            .database
            .read(|connection| store::find(connection, client_id, id))
    }
}

/// The people who fill the seats of a permit.
fn seated<'a>(people: &'a [Person], outcome: &'a Outcome) -> impl Iterator<Item = &'a Person> {
    outcome
        .basis
        .iter()
        .flat_map(|basis| &basis.seated)
        .filter_map(|position| people.get(*position))
}

/// The company seal as far as it can be told. The register's feed names no seal: that one was applied in time does not
/// show that it is the registered one (Supreme Court 1462/2508).
fn seal(question: &Question, valid_at: Instant) -> AskedSeal {
    match &question.company_seal {
        None => AskedSeal::None,
        Some(seal) if seal.at > valid_at => AskedSeal::TooLate,
        Some(_) => AskedSeal::Unproven,
    }
}

fn recorded<'a>(
    question: &'a Question,
    people: &[Person],
    valid_at: Instant,
    known_at: Instant,
) -> RecordedQuestion<'a> {
    RecordedQuestion {
        juristic_person: question.juristic_person.as_str(),
        act: question.act.map(|act| act.as_str()),
        amount: question.amount.map(|amount| amount.to_string()),
        signatories: people
            .iter()
            .map(|person| person.signer.reference.clone())
            .collect(),
        company_seal: question.company_seal.as_ref(),
        sector: question.sector,
        purpose: &question.purpose,
        valid_at,
        known_at,
    }
}
