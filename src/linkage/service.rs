//! Links that decisions use, disputes about them, and passports that must be good.
//!
//! What a decision asks of this room runs in the decision's own transaction: a dispute that was opened or settled before
//! it is seen, whichever instance saw to it, also by people who signed in earlier.

use super::dispute::{self, Claim, Dispute, DisputeState, OpenedAs, Refusal, Settlement, Verdict};
use super::foreigner::{self, ForeignerStatusSource, PassportStanding};
use super::matching::{Link, UsedLink};
use super::references::{PairwiseReferences, log_name};
use super::store;
use crate::access::idempotency::{Begun, IdempotencyScope, KeptAnswer, Retention, UnwrittenAnswer};
use crate::access::store::idempotency;
use crate::db::{AnyConnection, Database, RetryHint, StoreError, bad_row};
use crate::identity::person::{Passport, PersonRef};
use crate::identity::store as identity_store;
use crate::identity::vault::Vault;
use crate::kernel::digest::Digest;
use crate::kernel::id::{DisputeId, Randomness, RegistrationNumber};
use crate::kernel::time::{Clock, Instant};
use crate::ledger::leaf::LeafKind;
use crate::ledger::service::{LedgerService, RecordError};
use crate::registry::freshness::FactsUse;
use crate::registry::model::{BlindIndex, Facts, IdentityState, OfficerRef};
use crate::registry::review::officer::{RegistryOfficer, log_name as officer_log_name};
use crate::registry::review::service::{ReviewError, serving};
use crate::registry::service::{ConsultError, RegistryService};
use crate::registry::store as registry_store;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// Links shown with a dispute at most.
const SHOWN_LINKS: i64 = 20;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum LinkageError {
    /// There is no such dispute, or nothing that this person may dispute.
    #[error("there is nothing to dispute, or no such dispute")]
    Unknown,
    /// The person stands on the register under several numbers and must say which officer is meant.
    #[error("which officer is meant must be said")]
    WhichOfficer,
    /// We know nothing of the juristic person yet, and the register does not answer.
    #[error("the register does not answer")]
    RegisterUnavailable,
    /// The person is not on the list of registry officers.
    #[error("the person is not on the list of registry officers")]
    NotAnOfficer,
    /// The dispute has moved on since the caller read it.
    #[error("the dispute is no longer at the version that was read")]
    MovedOn,
    /// The step is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
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
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LinkageError {
    /// Whether another request changed the same thing at the same time.
    pub fn is_contention(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Stale { .. } | StoreError::Conflict { .. })
        )
    }
}

impl RetryHint for LinkageError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) => error.may_be_retried(),
            Self::Ledger(error) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// What every act of a person comes with.
#[derive(Debug, Clone)]
pub struct Order {
    /// The person of the session.
    pub person: String,
    /// The idempotency key with everything it is bound to.
    pub key: IdempotencyScope,
    /// Digest of the canonical body.
    pub request: Digest,
    /// Makes the answer that is kept under the key.
    pub answer: fn(&Shown) -> Result<KeptAnswer, UnwrittenAnswer>,
}

/// What a person disputes.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Of which juristic person.
    pub registration_number: RegistrationNumber,
    /// Which officer; `None` is the person's own place.
    pub officer: Option<OfficerRef>,
    /// What is said.
    pub claim: Claim,
    /// Why.
    pub reason: String,
}

/// How a registry officer settles a dispute.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// Which dispute.
    pub dispute: DisputeId,
    /// The version of it that the officer read.
    pub version: u64,
    /// Which way.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was done now.
    Now(KeptAnswer),
    /// It was done before under the same key.
    Before(KeptAnswer),
}

/// A dispute with what stands around it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The dispute.
    pub dispute: Dispute,
    /// The officer's name as registered now; `None` when no such officer is on record any more.
    pub name: Option<String>,
    /// Thai name of the juristic person.
    pub company: String,
    /// Whether the register still puts the disputed number behind the officer.
    pub still_registered: bool,
    /// How the caller calls whoever opened it.
    pub opener: String,
    /// How the caller calls the registry officer who settled it.
    pub settled_by: Option<String>,
    /// Links of the officer that decisions used, newest first: how the caller calls each person, and the link.
    pub links: Vec<(String, UsedLink)>,
}

/// A page of open disputes.
#[derive(Debug)]
pub struct DisputePage {
    /// The disputes, longest waiting first.
    pub disputes: Vec<Shown>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<(Instant, DisputeId)>,
}

/// What [`LinkageService::new`] is made from.
pub struct Parts {
    /// Where links and disputes are kept.
    pub database: Arc<Database>,
    /// Facts.
    pub registry: RegistryService,
    /// The log.
    pub ledger: LedgerService,
    /// Seals what people wrote.
    pub vault: Arc<dyn Vault>,
    /// References of people for each caller.
    pub references: Arc<dyn PairwiseReferences>,
    /// Where the status of passports is asked for; `None` where the operator has no such service.
    pub status: Option<Arc<dyn ForeignerStatusSource>>,
    /// How old its answers may be.
    pub status_max_age: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub randomness: Arc<dyn Randomness>,
}

/// The use cases of this room.
pub struct LinkageService {
    parts: Parts,
}

/// What the log commits to when a dispute was opened.
#[derive(Serialize)]
struct LoggedDispute<'a> {
    registration_number: &'a RegistrationNumber,
    officer: OfficerRef,
    registry_version: u64,
    claim: &'static str,
    opened_as: &'static str,
    opener: String,
    reason_sha256: Digest,
    at: Instant,
}

/// What the log commits to when a dispute was settled.
#[derive(Serialize)]
struct LoggedSettlement<'a> {
    registration_number: &'a RegistrationNumber,
    officer: OfficerRef,
    verdict: &'static str,
    by: String,
    reason_sha256: Digest,
    at: Instant,
}

fn person_ref(person: &str) -> Result<PersonRef, StoreError> {
    person
        .parse()
        .map_err(|error| bad_row("person", "id", person, error))
}

impl LinkageService {
    /// Put together.
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Keep the links that a decision uses. Runs in the decision's transaction.
    pub fn keep_links(
        &self,
        connection: &mut AnyConnection,
        number: &RegistrationNumber,
        person: &PersonRef,
        links: &[Link],
        at: Instant,
    ) -> Result<(), StoreError> {
        for link in links {
            let used = UsedLink {
                person: person.clone(),
                link: link.clone(),
                at,
            };
            store::keep_link(connection, self.parts.vault.as_ref(), number, &used)?;
        }
        Ok(())
    }

    /// Every dispute there ever was about a juristic person. Runs in the decision's transaction.
    pub fn disputes(
        &self,
        connection: &mut AnyConnection,
        number: &RegistrationNumber,
    ) -> Result<Vec<Dispute>, StoreError> {
        store::disputes(connection, self.parts.vault.as_ref(), number)
    }

    /// How a passport stands now. Runs in the decision's transaction and asks nobody;
    /// [`LinkageService::ask_for_status`] does.
    pub fn passport(
        &self,
        connection: &mut AnyConnection,
        passport: &BlindIndex,
        now: Instant,
    ) -> Result<PassportStanding, StoreError> {
        let last = store::last_status(connection, passport)?;
        Ok(foreigner::standing(last, self.parts.status_max_age, now))
    }

    /// Ask the status service about these passports and write down what it says. What it does not answer stays
    /// unknown: whoever decides then sees that nobody has asked.
    pub async fn ask_for_status(
        self: &Arc<Self>,
        passports: &[BlindIndex],
    ) -> Result<(), StoreError> {
        let Some(source) = self.parts.status.clone() else {
            return Ok(());
        };
        for index in passports {
            let (this, asked) = (Arc::clone(self), *index);
            let document: Option<Passport> = blocking(move || {
                let vault = this.parts.vault.as_ref();
                this.parts
                    .database
                    .read(|connection| identity_store::passport(connection, vault, &asked))
            })
            .await?;
            let Some(document) = document else {
                tracing::error!(passport.index = %hex::encode(index), "a passport of a sign-in is not kept");
                continue;
            };
            match source.status(&document).await {
                Ok(answer) => {
                    let (this, asked) = (Arc::clone(self), *index);
                    blocking(move || this.write_status(&asked, answer)).await?;
                }
                Err(failure) => {
                    tracing::warn!(error = %failure, "the status of a passport could not be asked for");
                }
            }
        }
        Ok(())
    }

    fn write_status(
        &self,
        passport: &BlindIndex,
        answer: foreigner::StatusAnswer,
    ) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let written: Result<(), StoreError> = self
            .parts
            .database
            .write(|connection| store::add_status(connection, passport, answer, now));
        match written {
            // Asked twice in one millisecond: the first word stands.
            Err(StoreError::Conflict { .. }) => Ok(()),
            other => other,
        }
    }

    /// Open a dispute, once for each key. The register is asked first where our facts are too old; when it does not
    /// answer, what we have is good enough to doubt.
    pub async fn open(self: &Arc<Self>, order: Order, wish: Wish) -> Result<Done, LinkageError> {
        let registry = &self.parts.registry;
        match registry
            .consult(&wish.registration_number, registry.limit(FactsUse::Read))
            .await
        {
            Ok(_) => {}
            Err(ConsultError::Unknown) => return Err(LinkageError::Unknown),
            Err(ConsultError::Refresh(error)) => {
                tracing::warn!(error = %error, "the register could not be asked about a disputed link");
                return Err(LinkageError::RegisterUnavailable);
            }
        }
        let this = Arc::clone(self);
        blocking(move || this.open_now(&order, &wish)).await
    }

    fn open_now(&self, order: &Order, wish: &Wish) -> Result<Done, LinkageError> {
        // Fixed before the transaction: it may run again, and must then say the same.
        let id = DisputeId::generate(self.parts.randomness.as_ref());
        let at = self.parts.clock.now();
        let opener = person_ref(&order.person)?;
        self.parts.database.write(|connection| {
            let ticket = match idempotency::begin(connection, &order.key, &order.request, at)? {
                Begun::Fresh(ticket) => ticket,
                Begun::Replay(kept) => return Ok(Done::Before(kept)),
                Begun::OtherBody => return Err(LinkageError::KeyUsed),
                Begun::Running => return Err(LinkageError::KeyRunning),
            };
            let number = &wish.registration_number;
            let facts = registry_store::current(connection, self.parts.registry.vault(), number)?
                .ok_or(LinkageError::Unknown)?;
            let earlier = self.disputes(connection, number)?;
            let (officer, opened_as) =
                self.meant(connection, &facts, &earlier, &opener, wish.officer, at)?;
            dispute::may_open(&earlier, &facts, officer, &opener)?;
            let identity = facts
                .identities
                .iter()
                .find(|identity| identity.officer == officer)
                .ok_or(LinkageError::Unknown)?;
            let dispute = Dispute {
                id: id.clone(),
                registration_number: number.clone(),
                officer,
                kind: identity.kind,
                index: identity.index,
                registry_version: facts.version.version,
                claim: wish.claim,
                opener: opener.clone(),
                opened_as,
                opened_at: at,
                reason: wish.reason.clone(),
                settlement: None,
            };
            store::add_dispute(connection, self.parts.vault.as_ref(), &dispute)?;
            registry_store::count_changes(connection, 1)?;
            let record = LoggedDispute {
                registration_number: number,
                officer,
                registry_version: dispute.registry_version,
                claim: dispute.claim.as_str(),
                opened_as: opened_as.as_str(),
                opener: log_name(self.parts.references.as_ref(), opener.as_str()),
                reason_sha256: Digest::of(&dispute.reason),
                at,
            };
            self.parts
                .ledger
                .record(connection, LeafKind::LinkDisputed, id.as_str(), &record)?;
            let shown = self.around(connection, dispute, &facts, &order.person)?;
            let kept = (order.answer)(&shown)?;
            idempotency::finish(connection, &ticket, &kept, Retention::Day, at)?;
            Ok(Done::Now(kept))
        })
    }

    /// Which officer a person means, and as what they may dispute that link. Whoever may not is told that there is
    /// nothing: who is no officer learns nothing of those who are.
    fn meant(
        &self,
        connection: &mut AnyConnection,
        facts: &Facts,
        earlier: &[Dispute],
        person: &PersonRef,
        officer: Option<OfficerRef>,
        at: Instant,
    ) -> Result<(OfficerRef, OpenedAs), LinkageError> {
        if facts.version.identities != IdentityState::Known {
            return Err(LinkageError::Unknown);
        }
        let own_numbers = own_numbers(connection, person)?;
        let own: Vec<(OfficerRef, BlindIndex)> = facts
            .identities
            .iter()
            .filter(|identity| own_numbers.contains(&identity.index))
            .map(|identity| (identity.officer, identity.index))
            .collect();
        let Some(officer) = officer else {
            let (first, index) = own.first().copied().ok_or(LinkageError::Unknown)?;
            return if own.iter().all(|(_, other)| *other == index) {
                Ok((first, OpenedAs::Person))
            } else {
                Err(LinkageError::WhichOfficer)
            };
        };
        let known = facts
            .identities
            .iter()
            .any(|identity| identity.officer == officer);
        if !known {
            return Err(LinkageError::Unknown);
        }
        if own.iter().any(|(mine, _)| *mine == officer) {
            return Ok((officer, OpenedAs::Person));
        }
        match serving(connection, person.as_str()) {
            Ok(_) => return Ok((officer, OpenedAs::RegistryOfficer)),
            Err(ReviewError::NotAnOfficer) => {}
            Err(ReviewError::Store(error)) => return Err(error.into()),
            Err(other) => return Err(bad_row("registry_officer", "id", "", other).into()),
        }
        let today = at.thai_date();
        let rows: Vec<OfficerRef> = own.iter().map(|(mine, _)| *mine).collect();
        let in_office = rows
            .iter()
            .filter_map(|mine| facts.record.officer(*mine))
            .any(|mine| mine.serves_on(today));
        // Whose own link is disputed has no say about another's.
        if in_office && dispute::against(earlier, facts, &rows, at).is_none() {
            Ok((officer, OpenedAs::FellowOfficer))
        } else {
            Err(LinkageError::Unknown)
        }
    }

    /// The open disputes, longest waiting first, for a registry officer.
    pub fn queue(
        &self,
        person: &str,
        after: Option<&(Instant, DisputeId)>,
        limit: usize,
    ) -> Result<DisputePage, LinkageError> {
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let vault = self.parts.vault.as_ref();
        self.parts.database.read(|connection| {
            registry_officer(connection, person)?;
            let mut disputes = store::open_disputes(connection, vault, after, wanted)?;
            let more = disputes.len() > limit;
            disputes.truncate(limit);
            let last = disputes
                .last()
                .map(|dispute| (dispute.opened_at, dispute.id.clone()));
            let disputes = disputes
                .into_iter()
                .map(|dispute| self.shown(connection, dispute, person))
                .collect::<Result<_, LinkageError>>()?;
            Ok(DisputePage {
                disputes,
                next: last.filter(|_| more),
            })
        })
    }

    /// One dispute, open or settled, for a registry officer.
    pub fn find(&self, person: &str, id: &DisputeId) -> Result<Shown, LinkageError> {
        let vault = self.parts.vault.as_ref();
        self.parts.database.read(|connection| {
            registry_officer(connection, person)?;
            let dispute = store::dispute(connection, vault, id)?.ok_or(LinkageError::Unknown)?;
            self.shown(connection, dispute, person)
        })
    }

    /// Whether the person behind a session is a registry officer.
    pub fn admit(&self, person: &str) -> Result<(), LinkageError> {
        self.parts
            .database
            .read(|connection| registry_officer(connection, person).map(|_| ()))
    }

    /// Settle a dispute, once for each key.
    pub fn settle(&self, order: &Order, ruling: &Ruling) -> Result<Done, LinkageError> {
        let at = self.parts.clock.now();
        let person = person_ref(&order.person)?;
        let vault = self.parts.vault.as_ref();
        self.parts.database.write(|connection| {
            let officer = registry_officer(connection, &order.person)?;
            let ticket = match idempotency::begin(connection, &order.key, &order.request, at)? {
                Begun::Fresh(ticket) => ticket,
                Begun::Replay(kept) => return Ok(Done::Before(kept)),
                Begun::OtherBody => return Err(LinkageError::KeyUsed),
                Begun::Running => return Err(LinkageError::KeyRunning),
            };
            let mut dispute =
                store::dispute(connection, vault, &ruling.dispute)?.ok_or(LinkageError::Unknown)?;
            if dispute.version() != ruling.version {
                return Err(LinkageError::MovedOn);
            }
            dispute.may_settle(&person, &own_numbers(connection, &person)?)?;
            let settlement = Settlement {
                verdict: ruling.verdict,
                officer: officer.id.clone(),
                at,
                reason: ruling.reason.clone(),
            };
            store::add_settlement(connection, vault, &dispute.id, &settlement)?;
            registry_store::count_changes(connection, 1)?;
            let record = LoggedSettlement {
                registration_number: &dispute.registration_number,
                officer: dispute.officer,
                verdict: settlement.verdict.as_str(),
                by: officer_log_name(&officer.id),
                reason_sha256: Digest::of(&settlement.reason),
                at,
            };
            self.parts.ledger.record(
                connection,
                LeafKind::LinkSettled,
                dispute.id.as_str(),
                &record,
            )?;
            dispute.settlement = Some(settlement);
            let shown = self.shown(connection, dispute, &order.person)?;
            let kept = (order.answer)(&shown)?;
            idempotency::finish(connection, &ticket, &kept, Retention::Day, at)?;
            Ok(Done::Now(kept))
        })
    }

    fn shown(
        &self,
        connection: &mut AnyConnection,
        dispute: Dispute,
        caller: &str,
    ) -> Result<Shown, LinkageError> {
        // Versions are never dropped: a dispute is always of a juristic person that is known.
        let facts = registry_store::current(
            connection,
            self.parts.registry.vault(),
            &dispute.registration_number,
        )?
        .ok_or(LinkageError::Unknown)?;
        self.around(connection, dispute, &facts, caller)
    }

    fn around(
        &self,
        connection: &mut AnyConnection,
        dispute: Dispute,
        facts: &Facts,
        caller: &str,
    ) -> Result<Shown, LinkageError> {
        let links = store::links(
            connection,
            self.parts.vault.as_ref(),
            &dispute.registration_number,
            dispute.officer,
            SHOWN_LINKS,
        )?;
        let named = |person: &PersonRef| self.parts.references.reference(caller, person.as_str());
        Ok(Shown {
            name: facts
                .record
                .officer(dispute.officer)
                .map(|officer| officer.name.full()),
            company: facts.record.name_th.clone(),
            still_registered: dispute.concerns(facts, dispute.officer),
            opener: named(&dispute.opener),
            settled_by: dispute.settlement.as_ref().map(|settlement| {
                crate::registry::review::officer::reference_for(&settlement.officer, caller)
            }),
            links: links
                .into_iter()
                .map(|used| (named(&used.person), used))
                .collect(),
            dispute,
        })
    }
}

impl Shown {
    /// Where the dispute stands.
    pub fn state(&self) -> DisputeState {
        self.dispute.state()
    }
}

/// The indexes of every number that was ever proved to be this person's.
fn own_numbers(
    connection: &mut AnyConnection,
    person: &PersonRef,
) -> Result<Vec<BlindIndex>, StoreError> {
    let mut numbers = identity_store::passports_of(connection, person)?;
    numbers.extend(identity_store::index_of(connection, person)?);
    Ok(numbers)
}

fn registry_officer(
    connection: &mut AnyConnection,
    person: &str,
) -> Result<RegistryOfficer, LinkageError> {
    serving(connection, person).map_err(|error| match error {
        ReviewError::NotAnOfficer => LinkageError::NotAnOfficer,
        ReviewError::Store(error) => LinkageError::Store(error),
        other => LinkageError::Store(bad_row("registry_officer", "id", "", other)),
    })
}

/// Run blocking work beside the asynchronous one, inside the span of the request.
async fn blocking<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(outcome) => outcome,
        Err(error) => Err(E::from(StoreError::Unavailable {
            cause: error.to_string(),
        })),
    }
}
