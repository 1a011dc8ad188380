//! Taking in a whole feed.

use super::{RegistryService, blocking};
use crate::db::StoreError;
use crate::kernel::digest::Digest;
use crate::kernel::id::crockford;
use crate::kernel::time::Instant;
use crate::registry::exchange::RowRefusal;
use crate::registry::feed::FeedReader;
use crate::registry::history::Incoming;
use crate::registry::model::{IdentityState, JuristicPerson, VersionSource};
use crate::registry::reading::{Reading, read_record};
use crate::registry::source::{FeedManifest, SourceFailure};
use crate::registry::store::{self, ImportRecord, Upsert};
use crate::signing_rule::Outcome;
use std::io::BufRead;

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
    /// The counts, and for each record whether nothing decides about its statement.
    fn of(records: &[JuristicPerson], at: Instant) -> (Self, Vec<bool>) {
        let mut counts = Self::default();
        let mut unread = Vec::with_capacity(records.len());
        for record in records {
            let reading = read_record(record, &[], at);
            unread.push(reading.as_ref().is_ok_and(Reading::needs_review));
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
        (counts, unread)
    }
}

impl RegistryService {
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
        let (interpreted, unread) = Interpreted::of(&records, order.as_of);
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
            for (record, unread) in records.iter().zip(&unread) {
                let incoming = Incoming {
                    record: record.clone(),
                    identities: Vec::new(),
                    state: IdentityState::Unavailable,
                    data_as_of: order.as_of,
                    recorded_at,
                    source: VersionSource::Feed,
                };
                match store::put(connection, incoming)? {
                    Upsert::New { version } => {
                        note.imported += 1;
                        // What is new and understood was never in the queue.
                        if *unread || version > 1 {
                            self.requeue(connection, &record.registration_number)?;
                        }
                    }
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
}
