//! Taking in feeds, keeping facts fresh, answering from them.

use super::exchange::{RowRefusal, read_entry};
use super::feed::FeedReader;
use super::history::Incoming;
use super::identities::{IdentityIndex, join};
use super::model::{BlindIndex, Facts, IdentityKind, IdentityState, JuristicPerson, VersionSource};
use super::reading::{Reading, ReadingRefusal, read, read_record};
use super::source::{FeedManifest, Fetched, IdentityAnswer, RegisterSource, SourceFailure};
use super::store::{self, ImportRecord, Seen, Upsert};
use crate::db::{Database, StoreError};
use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, RegistrationNumber, crockford};
use crate::kernel::time::{Clock, Instant};
use crate::signing_rule::Outcome;
use chrono::NaiveDate;
use std::collections::HashMap;
use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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

/// Statements that were read, by juristic person, version and calendar day (people enter and leave office by the day).
type Readings = HashMap<(RegistrationNumber, u64, NaiveDate), Arc<Reading>>;

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

/// What became of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Name of the import in the journal.
    pub id: String,
    /// Lines read.
    pub lines: u64,
    /// New versions.
    pub imported: u64,
    /// Records that hold still.
    pub unchanged: u64,
    /// Records older than what we know.
    pub older: u64,
    /// Lines that were left out (only when told to keep going).
    pub rejected: Vec<RowRefusal>,
    /// How the statements of who may bind them were understood.
    pub interpreted: Interpreted,
}

/// Why a feed was not taken in. Then nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("the feed cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Lines that cannot be used; all of them are listed.
    #[error("{} lines cannot be used", .0.len())]
    Refused(Vec<RowRefusal>),
    /// The file is not the one that its manifest describes.
    #[error("the feed is not the file that its manifest describes: {0}")]
    Manifest(&'static str),
    /// The register could not be asked for its feed.
    #[error(transparent)]
    Source(#[from] SourceFailure),
    /// There is no register to ask.
    #[error("there is no register to ask")]
    NoSource,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off.
    #[error("the work was cut off")]
    Interrupted,
}

/// How a feed is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOrder {
    /// The register's state as of this instant.
    pub as_of: Instant,
    /// What the file should be, if that is told.
    pub manifest: Option<(u64, Digest)>,
    /// Leave out lines that cannot be used instead of refusing the file.
    pub keep_going: bool,
}

impl ImportOrder {
    /// All or nothing, as the manifest says.
    pub fn by(manifest: &FeedManifest) -> Self {
        Self {
            as_of: manifest.as_of,
            manifest: Some((manifest.count, manifest.sha256)),
            keep_going: false,
        }
    }
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

    /// What the statement means for the people in office at this instant. Read once for each version and day.
    pub fn reading(&self, facts: &Facts, at: Instant) -> Result<Arc<Reading>, ReadingRefusal> {
        let number = facts.record.registration_number.clone();
        let key = (number, facts.version.version, at.thai_date());
        // A reading is never half made: whoever panicked with the lock held left the map whole.
        let lock = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let reading = Arc::new(read(facts, at)?);
        let mut readings = lock();
        if readings.len() >= MAX_READINGS {
            readings.clear();
        }
        readings.insert(key, reading.clone());
        Ok(reading)
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
                let age = self.max_age_passed(facts.version.data_as_of);
                let freshness = if age {
                    Freshness::Stale
                } else {
                    Freshness::Fresh
                };
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

    /// Take in a whole feed from a reader: all of it or, if one line cannot be used, nothing.
    ///
    /// The records are held in memory until the one transaction that writes them.
    pub fn import_feed(
        &self,
        lines: impl BufRead,
        order: &ImportOrder,
    ) -> Result<ImportReport, ImportError> {
        let mut reader = FeedReader::new(lines);
        let (mut records, mut rejected) = (Vec::new(), Vec::new());
        while let Some(outcome) = reader.next_record()? {
            match outcome {
                Ok(record) => records.push(record),
                Err(refusal) => rejected.push(refusal),
            }
        }
        let file_digest = reader.digest();
        if let Some((count, digest)) = order.manifest {
            if digest != file_digest {
                return Err(ImportError::Manifest("the digest differs"));
            }
            if count != (records.len() + rejected.len()) as u64 {
                return Err(ImportError::Manifest("the number of entries differs"));
            }
        }
        if !order.keep_going && !rejected.is_empty() {
            return Err(ImportError::Refused(rejected));
        }
        let interpreted = Interpreted::of(&records, order.as_of);
        let recorded_at = self.clock.now();
        let mut bytes = [0u8; 16];
        self.randomness.fill(&mut bytes);
        let note = ImportRecord {
            id: format!("imp_{}", crockford(&bytes)),
            file_digest,
            as_of: order.as_of,
            recorded_at,
            lines: reader.lines(),
            imported: 0,
            unchanged: 0,
            older: 0,
            rejected: rejected.len() as u64,
        };
        let note = self.database.write(|connection| {
            let mut note = note.clone();
            for record in &records {
                let incoming = Incoming {
                    record: record.clone(),
                    identities: Vec::new(),
                    state: IdentityState::Unavailable,
                    data_as_of: order.as_of,
                    recorded_at,
                    source: VersionSource::Feed,
                };
                match store::put(connection, incoming)? {
                    Upsert::New { .. } => note.imported += 1,
                    Upsert::Unchanged { .. } => note.unchanged += 1,
                    Upsert::Older => note.older += 1,
                }
            }
            store::count_changes(connection, note.imported)?;
            store::note_import(connection, &note)?;
            Ok::<_, StoreError>(note)
        })?;
        Ok(ImportReport {
            id: note.id,
            lines: note.lines,
            imported: note.imported,
            unchanged: note.unchanged,
            older: note.older,
            rejected,
            interpreted,
        })
    }

    /// Ask the register for its whole feed and take it in, as its manifest says.
    pub async fn import_from_source(&self) -> Result<ImportReport, ImportError> {
        let source = self.source.as_ref().ok_or(ImportError::NoSource)?;
        let feed = source.feed().await?;
        let service = self.clone();
        let work = move || {
            let order = ImportOrder::by(&feed.manifest);
            service.import_feed(feed.lines.as_slice(), &order)
        };
        blocking(work).await.map_err(|_| ImportError::Interrupted)?
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

    /// How many versions were ever added: when it has not moved, no fact has changed.
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
            self.database
                .write(|connection| store::upsert(connection, incoming.clone()))
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

/// How many statements of who may bind a juristic person were understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interpreted {
    /// One reading covers all of it.
    pub complete: u64,
    /// Several readings.
    pub ambiguous: u64,
    /// Words that are not known.
    pub unresolved: u64,
    /// No statement is registered.
    pub none: u64,
}

impl Interpreted {
    fn of(records: &[JuristicPerson], at: Instant) -> Self {
        let mut counts = Self::default();
        for record in records {
            let reading = read_record(record, &[], at);
            let count = match reading
                .as_ref()
                .map(|reading| reading.interpretation.as_ref())
            {
                Ok(None) => &mut counts.none,
                Ok(Some(reading)) => match reading.outcome {
                    Outcome::Complete => &mut counts.complete,
                    Outcome::Ambiguous => &mut counts.ambiguous,
                    Outcome::Unresolved => &mut counts.unresolved,
                },
                // Too many people or too large a rule to decide about.
                Err(_refused) => &mut counts.unresolved,
            };
            *count += 1;
        }
        counts
    }
}

#[cfg(test)]
pub(crate) mod tests;
