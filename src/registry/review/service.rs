//! Reviewing: the queue, proposals, confirmations, and the list of registry officers.
//!
//! Every act is one transaction: officer, key, review and facts are loaded, the core decides, rows and the log's leaf are
//! written, the queue is brought up to date, and the answer is kept under the key.

use super::binding::{Binding, Change};
use super::case::{
    Act, CaseState, Confirmation, Proposal, ProposalState, Refusal, ReviewCase, Step, StepKind,
};
use super::draft::{Choice, RuleFault, draft};
use super::officer::{RegistryOfficer, log_name};
use super::queue::QueuePlace;
use super::store;
use crate::access::idempotency::{Begun, IdempotencyScope, KeptAnswer, Retention, UnwrittenAnswer};
use crate::access::store::idempotency;
pub use crate::db::StoreError;
use crate::db::{AnyConnection, Database, RetryHint, bad_row};
use crate::identity::person::PersonRef;
use crate::identity::store as identity_store;
use crate::kernel::digest::{CanonicalError, Digest};
use crate::kernel::id::{
    NationalId, ProposalId, Randomness, RegistrationNumber, RegistryOfficerId, ReviewId,
};
use crate::kernel::time::{Clock, Instant};
use crate::ledger::leaf::LeafKind;
use crate::ledger::service::{LedgerService, RecordError};
use crate::registry::model::Facts;
use crate::registry::reading::Reading;
use crate::registry::service::{ReadingError, RegistryService};
use crate::registry::store as registry_store;
use serde::Serialize;
use std::sync::Arc;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is no such review.
    #[error("there is no such review")]
    Unknown,
    /// The person is not on the list of registry officers.
    #[error("the person is not on the list of registry officers")]
    NotAnOfficer,
    /// The review has moved on since the caller read it.
    #[error("the review is no longer at the version that was read")]
    MovedOn,
    /// The statement is past the bounds of what can be decided about.
    #[error("the statement is past the bounds of what can be decided about")]
    PastTheBounds,
    /// The step is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The proposed rule cannot be used.
    #[error(transparent)]
    Rule(#[from] RuleFault),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyUsed,
    /// A request with the same key is at work.
    #[error("a request with the same idempotency key is at work")]
    KeyRunning,
    /// What was done could not be told, so it was not done.
    #[error(transparent)]
    Answer(#[from] UnwrittenAnswer),
    /// The log refused.
    #[error("the log: {0}")]
    Ledger(#[from] RecordError),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for ReviewError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) => error.may_be_retried(),
            Self::Ledger(error) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// Why the list of registry officers was not changed.
#[derive(Debug, thiserror::Error)]
pub enum OfficerError {
    /// The person is on the list already.
    #[error("the person is on the list already, as {0}")]
    Listed(RegistryOfficerId),
    /// Nobody on the list has this identifier.
    #[error("nobody on the list has the identifier {0}")]
    Unknown(RegistryOfficerId),
    /// The log refused.
    #[error("the log: {0}")]
    Ledger(#[from] RecordError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for OfficerError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) => error.may_be_retried(),
            Self::Ledger(error) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// A review with what stands registered now.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The review.
    pub case: ReviewCase,
    /// What the register states now.
    pub facts: Facts,
    /// What the registered statement means now; `None` past the bounds.
    pub reading: Option<Arc<Reading>>,
    /// The instant it was looked at.
    pub at: Instant,
}

impl Shown {
    /// What keeps a proposal from applying now.
    pub fn changes(&self, binding: &Binding) -> Vec<Change> {
        binding.changes(&self.facts.record, &self.facts.identities, self.at)
    }

    /// Where the review stands, given what stands registered now: a confirmed rule that does not apply waits again.
    pub fn state(&self) -> CaseState {
        match self.case.state() {
            CaseState::Confirmed => {
                let applies =
                    self.case.reviewed().iter().any(|rule| {
                        rule.in_force(self.at) && self.changes(&rule.binding).is_empty()
                    });
                if applies {
                    CaseState::Confirmed
                } else {
                    CaseState::Waiting
                }
            }
            other => other,
        }
    }
}

/// A page of the queue.
#[derive(Debug)]
pub struct QueuePage {
    /// The reviews, longest waiting first.
    pub reviews: Vec<Shown>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<QueuePlace>,
}

/// What every act of an officer comes with.
#[derive(Debug, Clone)]
pub struct Order {
    /// The person of the session.
    pub person: String,
    /// The review.
    pub review: ReviewId,
    /// The version of it that the officer read.
    pub version: u64,
    /// The idempotency key with everything it is bound to.
    pub key: IdempotencyScope,
    /// Digest of the canonical body.
    pub request: Digest,
    /// Makes the answer that is kept under the key.
    pub answer: fn(&Shown, person: &str) -> Result<KeptAnswer, UnwrittenAnswer>,
}

/// What an officer wants to do.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Propose a rule.
    Propose {
        /// Which.
        choice: Choice,
        /// Why.
        reason: String,
    },
    /// Confirm another officer's proposal.
    Confirm {
        /// Which.
        proposal: ProposalId,
        /// Its digest, as the officer saw it.
        digest: Digest,
        /// A remark; may be empty.
        reason: String,
    },
    /// Turn a proposal down, take it back, or revoke it.
    Reject {
        /// Which.
        proposal: ProposalId,
        /// Why.
        reason: String,
    },
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was done now.
    Now(KeptAnswer),
    /// It was done before under the same key.
    Before(KeptAnswer),
}

/// What [`ReviewService::new`] is made from.
pub struct Parts {
    /// Where reviews are kept.
    pub database: Arc<Database>,
    /// Facts and readings.
    pub registry: RegistryService,
    /// The log.
    pub ledger: LedgerService,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub randomness: Arc<dyn Randomness>,
}

/// The use cases of reviewing.
pub struct ReviewService {
    parts: Parts,
}

/// What the log commits to when something happened to a proposal.
#[derive(Serialize)]
struct LoggedStep<'a> {
    registration_number: &'a RegistrationNumber,
    review: &'a ReviewId,
    proposal: &'a ProposalId,
    rule_sha256: Digest,
    step: &'static str,
    officer: String,
    at: Instant,
}

/// What the log commits to when the list of officers changed.
#[derive(Serialize)]
struct LoggedOfficer<'a> {
    officer: &'a str,
    change: &'static str,
    at: Instant,
}

impl ReviewService {
    /// Put together.
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// The officer behind a session, if the person is on the list.
    pub fn officer(&self, person: &str) -> Result<RegistryOfficer, ReviewError> {
        self.parts
            .database
            .read(|connection| serving(connection, person))
    }

    /// The reviews that somebody has to act on, longest waiting first.
    pub fn queue(
        &self,
        after: Option<&QueuePlace>,
        limit: usize,
    ) -> Result<QueuePage, ReviewError> {
        let at = self.parts.clock.now();
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        self.parts.database.read(|connection| {
            let mut places = store::queue(connection, after, wanted)?;
            let more = places.len() > limit;
            places.truncate(limit);
            let mut reviews = Vec::with_capacity(places.len());
            for (place, number) in &places {
                if let Some(shown) = self.look(connection, number, &place.review, at)? {
                    reviews.push(shown);
                }
            }
            let last = places.pop().map(|(place, _)| place);
            Ok(QueuePage {
                reviews,
                next: last.filter(|_| more),
            })
        })
    }

    /// One review, in the queue or not.
    pub fn find(&self, id: &ReviewId) -> Result<Shown, ReviewError> {
        let at = self.parts.clock.now();
        self.parts
            .database
            .read(|connection| self.shown(connection, id, at))
    }

    fn shown(
        &self,
        connection: &mut AnyConnection,
        id: &ReviewId,
        at: Instant,
    ) -> Result<Shown, ReviewError> {
        let number = store::number_of(connection, id)?.ok_or(ReviewError::Unknown)?;
        self.look(connection, &number, id, at)?
            .ok_or(ReviewError::Unknown)
    }

    fn look(
        &self,
        connection: &mut AnyConnection,
        number: &RegistrationNumber,
        id: &ReviewId,
        at: Instant,
    ) -> Result<Option<Shown>, ReviewError> {
        let cases = store::cases(connection, self.parts.registry.vault(), number)?;
        let Some(case) = cases.into_iter().find(|case| case.id == *id) else {
            return Ok(None);
        };
        // Versions are never dropped: a review is always of a juristic person that is known.
        let facts = registry_store::current(connection, self.parts.registry.vault(), number)?
            .ok_or(ReviewError::Unknown)?;
        let reading = match self.parts.registry.reading_in(connection, &facts, at, at) {
            Ok(reading) => Some(reading),
            Err(ReadingError::Refused(_)) => None,
            Err(ReadingError::Store(error)) => return Err(error.into()),
        };
        Ok(Some(Shown {
            case,
            facts,
            reading,
            at,
        }))
    }

    /// Carry out an officer's wish, once for each key.
    pub fn act(&self, order: &Order, wish: &Wish) -> Result<Done, ReviewError> {
        // Fixed before the transaction: it may run again, and must then say the same.
        let fresh = ProposalId::generate(self.parts.randomness.as_ref());
        let at = self.parts.clock.now();
        self.parts.database.write(|connection| {
            let officer = serving(connection, &order.person)?;
            let ticket = match idempotency::begin(connection, &order.key, &order.request, at)? {
                Begun::Fresh(ticket) => ticket,
                Begun::Replay(kept) => return Ok(Done::Before(kept)),
                Begun::OtherBody => return Err(ReviewError::KeyUsed),
                Begun::Running => return Err(ReviewError::KeyRunning),
            };
            let before = self.shown(connection, &order.review, at)?;
            if before.case.version != order.version {
                return Err(ReviewError::MovedOn);
            }
            let act = |reason: &str| Act {
                officer: officer.id.clone(),
                at,
                reason: reason.to_owned(),
            };
            let steps = match wish {
                Wish::Propose { choice, reason } => {
                    self.propose(connection, &before, choice.clone(), &fresh, act(reason))?
                }
                Wish::Confirm {
                    proposal,
                    digest,
                    reason,
                } => {
                    let proposer = &before.case.proposal(proposal)?.proposed.officer;
                    let proposer_serves = store::officer(connection, proposer)?
                        .is_some_and(|proposer| proposer.is_active());
                    let confirmation = Confirmation {
                        proposal,
                        digest: *digest,
                        act: act(reason),
                        proposer_serves,
                    };
                    before
                        .case
                        .confirm(confirmation, |binding| before.changes(binding))?
                }
                Wish::Reject { proposal, reason } => {
                    vec![before.case.reject(proposal, act(reason))?]
                }
            };
            self.write_down(connection, &before.case, &steps)?;
            store::advance(connection, &before.case.id, order.version)?;
            let after = self.settled(connection, &before, at)?;
            let kept = (order.answer)(&after, &order.person)?;
            idempotency::finish(connection, &ticket, &kept, Retention::Day, at)?;
            Ok(Done::Now(kept))
        })
    }

    /// Write a proposal down; the steps that made room for it.
    fn propose(
        &self,
        connection: &mut AnyConnection,
        before: &Shown,
        choice: Choice,
        id: &ProposalId,
        act: Act,
    ) -> Result<Vec<Step>, ReviewError> {
        let changed = before.case.subject.changes(&before.facts.record);
        if !changed.is_empty() {
            return Err(Refusal::Outdated(changed).into());
        }
        let room = before
            .case
            .propose(&act, |binding| before.changes(binding))?;
        let reading = before.reading.as_ref().ok_or(ReviewError::PastTheBounds)?;
        let draft = draft(choice, &before.facts, reading, before.at)?;
        let proposal = Proposal {
            id: id.clone(),
            digest: draft.binding.digest_with(&draft.rule)?,
            rule: draft.rule,
            binding: draft.binding,
            reading: draft.reading,
            proposed: act,
            state: ProposalState::Open,
        };
        store::add_proposal(connection, &before.case, &proposal)?;
        self.log(
            connection,
            LeafKind::StatementProposed,
            &before.case,
            &proposal,
            "proposed",
            &proposal.proposed,
        )?;
        Ok(room.into_iter().collect())
    }

    fn write_down(
        &self,
        connection: &mut AnyConnection,
        case: &ReviewCase,
        steps: &[Step],
    ) -> Result<(), ReviewError> {
        for step in steps {
            store::add_decision(connection, step)?;
            let kind = match step.kind {
                StepKind::Confirmed => LeafKind::StatementReviewed,
                StepKind::Rejected
                | StepKind::Withdrawn
                | StepKind::Superseded
                | StepKind::Revoked => LeafKind::StatementRejected,
            };
            if matches!(step.kind, StepKind::Confirmed | StepKind::Revoked) {
                registry_store::count_changes(connection, 1)?;
            }
            let proposal = case.proposal(&step.proposal)?;
            self.log(
                connection,
                kind,
                case,
                proposal,
                step.kind.as_str(),
                &step.act,
            )?;
        }
        Ok(())
    }

    fn log(
        &self,
        connection: &mut AnyConnection,
        kind: LeafKind,
        case: &ReviewCase,
        proposal: &Proposal,
        step: &'static str,
        act: &Act,
    ) -> Result<(), ReviewError> {
        let record = LoggedStep {
            registration_number: &case.subject.registration_number,
            review: &case.id,
            proposal: &proposal.id,
            rule_sha256: proposal.digest,
            step,
            officer: log_name(&act.officer),
            at: act.at,
        };
        self.parts
            .ledger
            .record(connection, kind, proposal.id.as_str(), &record)?;
        Ok(())
    }

    /// The review after its step, with the queue brought up to date.
    fn settled(
        &self,
        connection: &mut AnyConnection,
        before: &Shown,
        at: Instant,
    ) -> Result<Shown, ReviewError> {
        let registry = &self.parts.registry;
        match registry.reading_in(connection, &before.facts, at, at) {
            Ok(reading) => registry.queue_for_review(connection, &before.facts, &reading, at)?,
            Err(ReadingError::Refused(_)) => {}
            Err(ReadingError::Store(error)) => return Err(error.into()),
        }
        self.shown(connection, &before.case.id, at)
    }

    /// Put a person on the list of registry officers. Who was on it before comes back as the same officer.
    pub fn add_officer(&self, number: &NationalId) -> Result<RegistryOfficer, OfficerError> {
        let index = self.parts.registry.index().national_id(number);
        let id = RegistryOfficerId::generate(self.parts.randomness.as_ref());
        let at = self.parts.clock.now();
        self.parts.database.write(|connection| {
            let officer = match store::officer_with(connection, &index)? {
                Some(known) if known.is_active() => return Err(OfficerError::Listed(known.id)),
                Some(known) => {
                    store::move_officer(connection, &known.id, None)?;
                    RegistryOfficer {
                        removed_at: None,
                        ..known
                    }
                }
                None => {
                    let officer = RegistryOfficer {
                        id: id.clone(),
                        added_at: at,
                        removed_at: None,
                    };
                    store::add_officer(connection, &officer, &index)?;
                    officer
                }
            };
            self.log_officer(connection, &officer.id, "added", at)?;
            Ok(officer)
        })
    }

    /// Take an officer off the list. Rules the officer had a part in go on deciding; proposals that wait cannot be
    /// confirmed any more.
    pub fn remove_officer(&self, id: &RegistryOfficerId) -> Result<RegistryOfficer, OfficerError> {
        let at = self.parts.clock.now();
        self.parts.database.write(|connection| {
            let known = store::officer(connection, id)?
                .filter(RegistryOfficer::is_active)
                .ok_or_else(|| OfficerError::Unknown(id.clone()))?;
            store::move_officer(connection, id, Some(at))?;
            self.log_officer(connection, id, "removed", at)?;
            Ok(RegistryOfficer {
                removed_at: Some(at),
                ..known
            })
        })
    }

    /// Everybody who is or was on the list.
    pub fn officers(&self) -> Result<Vec<RegistryOfficer>, StoreError> {
        self.parts.database.read(store::officers)
    }

    fn log_officer(
        &self,
        connection: &mut AnyConnection,
        id: &RegistryOfficerId,
        change: &'static str,
        at: Instant,
    ) -> Result<(), OfficerError> {
        let officer = log_name(id);
        let record = LoggedOfficer {
            officer: &officer,
            change,
            at,
        };
        self.parts
            .ledger
            .record(connection, LeafKind::OfficerChanged, &officer, &record)?;
        Ok(())
    }
}

/// The officer that a person is, on the list now. Whoever has no proven number is none.
pub fn serving(
    connection: &mut AnyConnection,
    person: &str,
) -> Result<RegistryOfficer, ReviewError> {
    let person: PersonRef = person
        .parse()
        .map_err(|error| bad_row("person", "id", person, error))?;
    let index = identity_store::index_of(connection, &person)?;
    let officer = match index {
        Some(index) => store::officer_with(connection, &index)?,
        None => None,
    };
    officer
        .filter(RegistryOfficer::is_active)
        .ok_or(ReviewError::NotAnOfficer)
}
