//! Taking in feeds, keeping facts fresh, answering from them.

use super::board::as_known_people;
use super::freshness::FreshnessPolicy;
use super::identities::IdentityIndex;
use super::model::{BlindIndex, Facts, IdentityKind, OfficerIdentity};
use super::reading::{Reading, ReadingRefusal, read_reviewed};
use super::review::queue::{Move, moves};
use super::review::{ReviewCase, Subject, store as review_store};
use super::source::RegisterSource;
use super::store;
use super::vault::RegistryVault;
use crate::db::{AnyConnection, Database, StoreError};
use crate::identity::store as identity_store;
use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, RegistrationNumber, ReviewId};
use crate::kernel::time::{Clock, Instant};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

mod import;
mod refresh;

pub use import::{ImportError, ImportOrder, ImportReport, Interpreted, Progress, Stages};
pub use refresh::{ConsultError, Consulted, Freshness, RefreshError, Refreshed};

/// The use cases of the register. Cheap to share: everything inside is shared.
#[derive(Clone)]
pub struct RegistryService {
    database: Arc<Database>,
    source: Option<Arc<dyn RegisterSource>>,
    index: Arc<dyn IdentityIndex>,
    vault: Arc<dyn RegistryVault>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    max_age: Duration,
    freshness: Arc<FreshnessPolicy>,
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

/// What the service is made of.
pub struct Parts {
    /// Where versions are kept.
    pub database: Arc<Database>,
    /// The register; `None` when facts come from feeds alone.
    pub source: Option<Arc<dyn RegisterSource>>,
    /// Makes blind indexes of people's numbers.
    pub index: Arc<dyn IdentityIndex>,
    /// Seals what the register states of people.
    pub vault: Arc<dyn RegistryVault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh names of imports.
    pub randomness: Arc<dyn Randomness>,
    /// Facts older than this are asked for again, whatever they are used for.
    pub max_age: Duration,
    /// How old they may be for what they are used for.
    pub freshness: FreshnessPolicy,
}

impl RegistryService {
    /// The service made of these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            database,
            source,
            index,
            vault,
            clock,
            randomness,
            max_age,
            freshness,
        } = parts;
        Self {
            database,
            source,
            index,
            vault,
            clock,
            randomness,
            max_age,
            freshness: Arc::new(freshness),
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
            } => store::current(connection, self.vault(), number),
            AsOf { valid_at, known_at } => store::at(
                connection,
                self.vault(),
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
        let people = known_people(connection, facts)?;
        // The same rule may have been proposed twice: the confirmation that counts is another one then.
        let parts = rules
            .iter()
            .flat_map(|rule| [rule.proposal.as_str().as_bytes(), rule.digest.as_bytes()]);
        // What is known of people may change between two versions of the record.
        let one = (people != facts.identities).then(|| people.iter().map(|of| of.index.as_slice()));
        let parts = parts.chain(one.into_iter().flatten());
        let beside =
            (!rules.is_empty() || people != facts.identities).then(|| Digest::of_parts(parts));
        let key = (number, facts.version.version, at.thai_date(), beside);
        // A reading is never half made: whoever panicked with the lock held left the map whole.
        let lock = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let reading = Arc::new(read_reviewed(facts, &people, &rules, at, known_at)?);
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
        let cases =
            review_store::cases(connection, self.vault(), &facts.record.registration_number)?;
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
                    review_store::open(connection, self.vault(), &case)?;
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
        let Some(facts) = store::current(connection, self.vault(), number)? else {
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

    /// Every version, oldest first.
    pub fn history(&self, number: &RegistrationNumber) -> Result<Vec<Facts>, FactsError> {
        let versions = self
            .database
            .read(|connection| store::history(connection, self.vault(), number))?;
        if versions.is_empty() {
            return Err(FactsError::Unknown);
        }
        Ok(versions)
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

    /// Seals what the register states of people; every store of this room opens with it.
    pub fn vault(&self) -> &dyn RegistryVault {
        self.vault.as_ref()
    }

    /// The present moment, by the service's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// The numbers behind the officers, with those of one known person made one. Only a passport can be the second number of
/// somebody; where there is none, or one number alone, nobody is asked for.
fn known_people(
    connection: &mut AnyConnection,
    facts: &Facts,
) -> Result<Vec<OfficerIdentity>, StoreError> {
    let identities = &facts.identities;
    let passports = identities
        .iter()
        .any(|identity| identity.kind == IdentityKind::Passport);
    if !passports || identities.len() < 2 {
        return Ok(identities.clone());
    }
    let indexes: Vec<BlindIndex> = identities.iter().map(|identity| identity.index).collect();
    let known = identity_store::people_behind(connection, &indexes)?;
    Ok(as_known_people(identities, &known))
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
#[cfg(test)]
mod upstream_tests;
