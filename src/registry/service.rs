//! Taking in feeds, keeping facts fresh, answering from them.

use super::exchange::{RowRefusal, read_entry};
use super::history::Incoming;
use super::identities::{IdentityIndex, join};
use super::model::{BlindIndex, Facts, IdentityKind, IdentityState, VersionSource};
use super::reading::{Reading, ReadingRefusal, read_reviewed};
use super::review::queue::{Move, moves};
use super::review::{ReviewCase, Subject, store as review_store};
use super::source::{Fetched, IdentityAnswer, RegisterSource, SourceFailure};
use super::store::{self, Seen, Upsert};
use crate::db::{AnyConnection, Database, StoreError};
use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, RegistrationNumber, ReviewId};
use crate::kernel::time::{Clock, Instant};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

mod import;

pub use import::{ImportError, ImportOrder, ImportReport, Interpreted};

/// How soon the extension is asked again after it did not answer.
const IDENTITY_RETRY: Duration = Duration::from_secs(30);

/// The use cases of the register. Cheap to share: everything inside is shared.
#[derive(Clone)]
pub struct RegistryService {
    database: Arc<Database>,
    source: Option<Arc<dyn RegisterSource>>,
    index: Arc<dyn IdentityIndex>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    max_age: Duration,
    readings: Arc<Mutex<Readings>>,
}

/// Statements that were read, by juristic person, version, calendar day (people enter and leave office by the day) and
/// the confirmed rules they were read with.
type Readings = HashMap<(RegistrationNumber, u64, NaiveDate, Option<Digest>), Arc<Reading>>;

/// Readings kept at most; then all are forgotten and read anew.
const MAX_READINGS: usize = 50_000;

/// What [`RegistryService::facts`] is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AsOf {
    /// The instant the register is asked about; `None` is now.
    pub valid_at: Option<Instant>,
    /// The instant up to which our knowledge counts; `None` is now.
    pub known_at: Option<Instant>,
}

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// We know nothing of this number at that time.
    #[error("the register is not known to have this juristic person then")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a statement could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// It is past the bounds of what can be decided about.
    #[error(transparent)]
    Refused(#[from] ReadingRefusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What asking the register brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// What we have is young enough; nobody was asked.
    Fresh,
    /// The register was asked.
    Asked(Upsert),
    /// The register has no such juristic person.
    NotOnRegister,
    /// There is no register to ask: facts come from feeds alone.
    NoSource,
}

/// Why the register could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// It did not answer, or not as agreed.
    #[error(transparent)]
    Source(#[from] SourceFailure),
    /// Its answer cannot be used.
    #[error("the register's answer cannot be used: {0}")]
    Row(#[from] RowRefusal),
    /// Its answer is about another number.
    #[error("the register answered about another juristic person")]
    OtherNumber,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off.
    #[error("the work was cut off")]
    Interrupted,
}

/// How young the facts of a consultation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Not older than the longest age that is allowed.
    Fresh,
    /// Older, because the register could not be asked. Whoever decides must not permit on them.
    Stale,
}

/// Facts as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consulted {
    /// What the register states.
    pub facts: Facts,
    /// How young it is.
    pub freshness: Freshness,
}

/// Why a consultation failed.
#[derive(Debug, thiserror::Error)]
pub enum ConsultError {
    /// Neither we nor the register know the number.
    #[error("the register has no such juristic person")]
    Unknown,
    /// We know nothing yet, and the register could not be asked.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
}

/// What the service is made of.
pub struct Parts {
    /// Where versions are kept.
    pub database: Arc<Database>,
    /// The register; `None` when facts come from feeds alone.
    pub source: Option<Arc<dyn RegisterSource>>,
    /// Makes blind indexes of people's numbers.
    pub index: Arc<dyn IdentityIndex>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh names of imports.
    pub randomness: Arc<dyn Randomness>,
    /// Facts older than this are asked for again.
    pub max_age: Duration,
}

impl RegistryService {
    /// The service made of these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            database,
            source,
            index,
            clock,
            randomness,
            max_age,
        } = parts;
        Self {
            database,
            source,
            index,
            clock,
            randomness,
            max_age,
            readings: Arc::default(),
        }
    }

    /// What the register states (or stated). It does not ask the register; [`RegistryService::consult`] does.
    pub fn facts(&self, number: &RegistrationNumber, asked: AsOf) -> Result<Facts, FactsError> {
        let now = self.clock.now();
        let found = self.database.read(|connection| match asked {
            AsOf {
                valid_at: None,
                known_at: None,
            } => store::current(connection, number),
            AsOf { valid_at, known_at } => store::at(
                connection,
                number,
                valid_at.unwrap_or(now),
                known_at.unwrap_or(now),
            ),
        })?;
        found.ok_or(FactsError::Unknown)
    }

    /// What the statement means for the people in office at this instant, by the reviews known at `known_at`.
    pub fn reading(
        &self,
        facts: &Facts,
        at: Instant,
        known_at: Instant,
    ) -> Result<Arc<Reading>, ReadingError> {
        self.database
            .read(|connection| self.reading_in(connection, facts, at, known_at))
    }

    /// As [`RegistryService::reading`], in the transaction that decides on it: a rule confirmed or revoked before is seen,
    /// whichever instance saw to it. Read once for each version, day and set of reviewed rules.
    pub fn reading_in(
        &self,
        connection: &mut AnyConnection,
        facts: &Facts,
        at: Instant,
        known_at: Instant,
    ) -> Result<Arc<Reading>, ReadingError> {
        let number = facts.record.registration_number.clone();
        let mut rules = review_store::reviewed(connection, &number)?;
        rules.retain(|rule| rule.in_force(known_at));
        // The same rule may have been proposed twice: the confirmation that counts is another one then.
        let parts = rules
            .iter()
            .flat_map(|rule| [rule.proposal.as_str().as_bytes(), rule.digest.as_bytes()]);
        let of_rules = (!rules.is_empty()).then(|| Digest::of_parts(parts));
        let key = (number, facts.version.version, at.thai_date(), of_rules);
        // A reading is never half made: whoever panicked with the lock held left the map whole.
        let lock = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let reading = Arc::new(read_reviewed(facts, &rules, at, known_at)?);
        let mut readings = lock();
        if readings.len() >= MAX_READINGS {
            readings.clear();
        }
        readings.insert(key, reading.clone());
        Ok(reading)
    }

    /// Bring the review queue of a juristic person up to date with what stands registered now, in the caller's
    /// transaction. `reading` is that of these facts, `now` the instant it was read for.
    pub fn queue_for_review(
        &self,
        connection: &mut AnyConnection,
        facts: &Facts,
        reading: &Reading,
        now: Instant,
    ) -> Result<(), StoreError> {
        let cases = review_store::cases(connection, &facts.record.registration_number)?;
        let current = Subject::of(&facts.record);
        for step in moves(&cases, current.as_ref(), reading.needs_review()) {
            match step {
                Move::Queue(id) => review_store::queue_up(connection, &id, true, now)?,
                Move::Settle(id) => review_store::queue_up(connection, &id, false, now)?,
                Move::Open(subject) => {
                    let case = ReviewCase {
                        id: ReviewId::generate(self.randomness.as_ref()),
                        subject,
                        statement: reading.statement.clone().unwrap_or_default(),
                        restriction: reading.restriction.clone(),
                        opened_at: now,
                        queued: true,
                        queued_since: now,
                        version: 1,
                        proposals: Vec::new(),
                    };
                    review_store::open(connection, &case)?;
                }
            }
        }
        Ok(())
    }

    /// As [`RegistryService::queue_for_review`], of the facts that hold now. A statement past the bounds cannot be
    /// reviewed into a rule: it stays as it is.
    fn requeue(
        &self,
        connection: &mut AnyConnection,
        number: &RegistrationNumber,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(facts) = store::current(connection, number)? else {
            return Ok(());
        };
        match self.reading_in(connection, &facts, now, now) {
            Ok(reading) => self.queue_for_review(connection, &facts, &reading, now),
            Err(ReadingError::Store(error)) => Err(error),
            Err(ReadingError::Refused(refusal)) => {
                tracing::warn!(refusal = %refusal, "a statement cannot be decided on");
                Ok(())
            }
        }
    }

    /// Whether the register was seen to state these facts recently enough to decide about this instant.
    ///
    /// Of a time between two looks nobody knows when the change fell, nor what the register has learnt of it since.
    pub fn freshness(&self, facts: &Facts, at: Instant) -> Freshness {
        if facts.version.data_as_of.plus(self.max_age) < at {
            Freshness::Stale
        } else {
            Freshness::Fresh
        }
    }

    /// Every version, oldest first.
    pub fn history(&self, number: &RegistrationNumber) -> Result<Vec<Facts>, FactsError> {
        let versions = self
            .database
            .read(|connection| store::history(connection, number))?;
        if versions.is_empty() {
            return Err(FactsError::Unknown);
        }
        Ok(versions)
    }

    /// Facts as of now, asking the register when ours are too old. Old facts are given, and called stale, when it does
    /// not answer.
    pub async fn consult(&self, number: &RegistrationNumber) -> Result<Consulted, ConsultError> {
        let refreshed = self.refresh(number).await;
        let held = self.held(number).await?;
        match (refreshed, held) {
            (Ok(Refreshed::Fresh | Refreshed::Asked(_) | Refreshed::NoSource), Some(facts)) => {
                let freshness = self.freshness(&facts, self.clock.now());
                Ok(Consulted { facts, freshness })
            }
            (Ok(_), None) => Err(ConsultError::Unknown),
            (Ok(Refreshed::NotOnRegister), Some(facts)) => {
                tracing::warn!("the register no longer has a juristic person that it had");
                Ok(Consulted {
                    facts,
                    freshness: Freshness::Stale,
                })
            }
            (Err(error), Some(facts)) => {
                tracing::warn!(error.chain = %error, "the register could not be asked; older facts are used");
                Ok(Consulted {
                    facts,
                    freshness: Freshness::Stale,
                })
            }
            (Err(error), None) => Err(error.into()),
        }
    }

    /// Ask the register when what we have is older than allowed, or lacks the officers' numbers.
    pub async fn refresh(&self, number: &RegistrationNumber) -> Result<Refreshed, RefreshError> {
        let Some(source) = &self.source else {
            return Ok(Refreshed::NoSource);
        };
        let tells_identities = source.tells_identities();
        let (service, asked) = (self.clone(), number.clone());
        let due = blocking(move || service.due(&asked, tells_identities)).await??;
        if due {
            self.refresh_now(number).await
        } else {
            Ok(Refreshed::Fresh)
        }
    }

    /// Ask the register, however young our facts are.
    pub async fn refresh_now(
        &self,
        number: &RegistrationNumber,
    ) -> Result<Refreshed, RefreshError> {
        let Some(source) = &self.source else {
            return Ok(Refreshed::NoSource);
        };
        // Before asking: what changes while the answer travels is younger than it.
        let data_as_of = self.clock.now();
        let Some(fetched) = source.fetch(number).await? else {
            return Ok(Refreshed::NotOnRegister);
        };
        let incoming = self.incoming(number, fetched, data_as_of)?;
        let service = self.clone();
        let outcome = blocking(move || service.take_in(&incoming)).await??;
        Ok(Refreshed::Asked(outcome))
    }

    /// The juristic persons that have (or had) an officer with this number, as far as we know.
    pub fn companies_of(
        &self,
        kind: IdentityKind,
        index: &BlindIndex,
    ) -> Result<Vec<RegistrationNumber>, StoreError> {
        self.database
            .read(|connection| store::companies_of(connection, kind, index))
    }

    /// How many versions were ever added and rules confirmed or revoked: when it has not moved, nothing has changed that
    /// is decided on.
    pub fn changes(&self) -> Result<u64, StoreError> {
        self.database.read(store::changes)
    }

    /// Makes the blind indexes under which officers are found; whoever links a person uses this one.
    pub fn index(&self) -> &dyn IdentityIndex {
        self.index.as_ref()
    }

    /// The present moment, by the service's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    async fn held(&self, number: &RegistrationNumber) -> Result<Option<Facts>, RefreshError> {
        let (service, number) = (self.clone(), number.clone());
        let read = move || {
            service
                .database
                .read(|connection| store::current(connection, &number))
        };
        Ok(blocking(read).await??)
    }

    fn max_age_passed(&self, data_as_of: Instant) -> bool {
        data_as_of.plus(self.max_age) < self.clock.now()
    }

    fn due(&self, number: &RegistrationNumber, tells_identities: bool) -> Result<bool, StoreError> {
        let held = self.database.read(|connection| {
            let Some(seen) = store::seen(connection, number)? else {
                return Ok(None);
            };
            let facts = store::current(connection, number)?;
            Ok::<_, StoreError>(facts.map(|facts| (seen, facts.version.identities)))
        })?;
        let Some((seen, identities)) = held else {
            return Ok(true);
        };
        let lacking = tells_identities
            && identities != IdentityState::Known
            && (seen.source == VersionSource::Feed || self.retry_due(&seen));
        Ok(lacking || self.max_age_passed(seen.data_as_of))
    }

    fn retry_due(&self, seen: &Seen) -> bool {
        seen.seen_at.plus(IDENTITY_RETRY) <= self.clock.now()
    }

    fn incoming(
        &self,
        number: &RegistrationNumber,
        fetched: Fetched,
        data_as_of: Instant,
    ) -> Result<Incoming, RefreshError> {
        let record = read_entry(&fetched.entry)?;
        if record.registration_number != *number {
            return Err(RefreshError::OtherNumber);
        }
        let (record, identities, state) = match fetched.identities {
            IdentityAnswer::NotOffered | IdentityAnswer::Failed(_) => {
                (record, Vec::new(), IdentityState::Unavailable)
            }
            IdentityAnswer::Given(answer) => {
                let today = data_as_of.thai_date();
                match join(&record, &answer, self.index.as_ref(), today) {
                    Ok((joined, identities)) => (joined, identities, IdentityState::Known),
                    Err(conflict) => {
                        tracing::warn!(error.chain = %conflict, "the officers' numbers are not used");
                        (record, Vec::new(), IdentityState::Conflicting)
                    }
                }
            }
        };
        Ok(Incoming {
            record,
            identities,
            state,
            data_as_of,
            recorded_at: self.clock.now(),
            source: VersionSource::Exchange,
        })
    }

    fn take_in(&self, incoming: &Incoming) -> Result<Upsert, StoreError> {
        let write = || {
            self.database.write(|connection| {
                let outcome = store::upsert(connection, incoming.clone())?;
                if matches!(outcome, Upsert::New { .. }) {
                    self.requeue(connection, &incoming.record.registration_number)?;
                }
                Ok(outcome)
            })
        };
        match write() {
            // Another request took the same number in at the same time: now it is there to be compared with.
            Err(StoreError::Conflict { .. }) => write(),
            other => other,
        }
    }
}

/// Run blocking work beside the asynchronous one, inside the span of the request.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RefreshError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(|_| RefreshError::Interrupted)
}

#[cfg(test)]
pub(crate) mod tests;
