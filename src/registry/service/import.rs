//! Taking in a whole feed: read, check, understand, seal and load, side by side, in one transaction.
//!
//! One thread reads lines, several check, understand and seal them, and the caller's writes. Little is held at a time,
//! however long the file. What is not written when something fails was never there.

use super::{RegistryService, blocking};
use crate::db::{AnyConnection, StoreError};
use crate::kernel::digest::Digest;
use crate::kernel::id::{RegistrationNumber, ReviewId, crockford};
use crate::kernel::time::Instant;
use crate::registry::exchange::RowRefusal;
use crate::registry::feed::{FeedKind, FeedReader, FeedShape, own};
use crate::registry::history::Validity;
use crate::registry::model::VersionSource;
use crate::registry::review::{ReviewCase, store as review_store};
use crate::registry::source::FeedManifest;
use crate::registry::store::bulk::{self, Begun, Waiting};
use crate::registry::store::{self, ImportRecord, Upsert};
use pipeline::{Batch, Fate, Item, Row, Workshop};
use std::collections::{BTreeMap, HashSet};
use std::io::BufRead;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant as Stopwatch;

mod pipeline;
mod report;
pub mod skeleton;

pub use report::{ImportError, ImportReport, Interpreted, MAX_LISTED, Progress, Stages};

/// Lines that one thread takes at a time.
const LINES_AT_ONCE: usize = 256;
/// Batches that wait for somebody at most. Few: it bounds what is held in memory, and while the database takes a large part
/// in, whoever prepares the next one soon waits instead of taking its cores away.
const WAITING: usize = 4;
/// Juristic persons that are written at once.
const WRITTEN_AT_ONCE: usize = 16_384;
/// Records compared with what is known at once: their numbers are parameters of one statement.
const COMPARED_AT_ONCE: usize = 2_048;

/// How a feed is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOrder {
    /// The register's state as of this instant.
    pub as_of: Instant,
    /// Everybody, or those whose record changed.
    pub kind: FeedKind,
    /// How lines are written; `None`: as the first one shows.
    pub shape: Option<FeedShape>,
    /// What the file should be, if that is told: number of entries and digest.
    pub manifest: Option<(u64, Digest)>,
    /// Leave out lines that cannot be used instead of refusing the file.
    pub keep_going: bool,
}

impl ImportOrder {
    /// All or nothing, of a file that nothing is told of.
    pub fn as_of(as_of: Instant) -> Self {
        Self {
            as_of,
            kind: FeedKind::Full,
            shape: None,
            manifest: None,
            keep_going: false,
        }
    }

    /// All or nothing, as the manifest says.
    pub fn by(manifest: &FeedManifest) -> Self {
        Self {
            as_of: manifest.as_of,
            kind: manifest.kind,
            shape: manifest.shape,
            manifest: Some((manifest.count, manifest.sha256)),
            keep_going: false,
        }
    }
}

/// What is written down while a feed is taken in.
struct Tally {
    report: ImportReport,
    /// Entries, used or refused.
    entries: u64,
    /// Whether nothing will be kept: a line was refused, and all or nothing is wanted.
    doomed: bool,
}

impl RegistryService {
    /// Take in a whole feed from a reader: all of it or, if one line cannot be used, nothing.
    pub fn import_feed(
        &self,
        lines: impl BufRead + Send,
        order: &ImportOrder,
    ) -> Result<ImportReport, ImportError> {
        self.import_feed_telling(lines, order, &mut |_| {})
    }

    /// As [`RegistryService::import_feed`], telling how far it is.
    pub fn import_feed_telling(
        &self,
        lines: impl BufRead + Send,
        order: &ImportOrder,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<ImportReport, ImportError> {
        let began = Stopwatch::now();
        let mut bytes = [0u8; 16];
        self.randomness.fill(&mut bytes);
        let id = format!("imp_{}", crockford(&bytes));
        if let Some((count, digest)) = order.manifest
            && self.was_imported(digest, order.as_of)?
        {
            return Ok(ImportReport::repeated(id, count));
        }
        let outcome = self
            .database
            .bulk(|connection| self.take_in_feed(connection, &id, lines, order, tell));
        let mut report = match outcome {
            // The same bytes again, with no manifest that would have told so before they were read.
            Err(ImportOutcome::Repeated(lines)) => return Ok(ImportReport::repeated(id, lines)),
            Err(ImportOutcome::Failed(error)) => return Err(error),
            Ok(report) => report,
        };
        // The plans of questions rest on what the engine knows of the tables.
        if report.imported > 10_000 {
            self.database.read(bulk::count_rows).or_else(unplanned)?;
        }
        report.stages.whole = began.elapsed();
        Ok(report)
    }

    fn was_imported(&self, file: Digest, as_of: Instant) -> Result<bool, StoreError> {
        self.database
            .read(|connection| store::was_imported(connection, file, as_of))
    }

    fn take_in_feed(
        &self,
        connection: &mut AnyConnection,
        id: &str,
        lines: impl BufRead + Send,
        order: &ImportOrder,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<ImportReport, ImportOutcome> {
        let begun = bulk::begin(connection)?;
        if begun == Begun::Busy {
            return Err(ImportError::Busy.into());
        }
        let recorded_at = self.clock.now();
        let workshop = Workshop {
            vault: self.vault.as_ref(),
            index: self.index.as_ref(),
            skeletons: skeleton::Skeletons::default(),
            as_of: order.as_of,
            recorded_at,
            engine: self.database.engine(),
            first: begun == Begun::Empty,
        };
        let mut tally = Tally {
            report: ImportReport::of(id.to_owned()),
            entries: 0,
            doomed: false,
        };
        let mut writer = Writer {
            service: self,
            order,
            recorded_at,
            first: Waiting::default(),
            cases: Vec::new(),
            rows: Vec::new(),
            corrections: Vec::new(),
            told: HashSet::new(),
        };
        let read = run(&workshop, lines, order.shape, |batch| {
            let batch = match batch {
                Told::Batch(batch) => batch,
                Told::Bytes { lines, bytes } => {
                    tell(Progress::Lines { lines, bytes });
                    return Ok(());
                }
            };
            tally.report.stages.check += batch.check;
            tally.report.stages.interpret += batch.interpret;
            tally.report.stages.encrypt += batch.encrypt;
            for item in batch.items {
                tally.entries += 1;
                writer.take(item, &mut tally)?;
            }
            Ok(writer.write_enough(connection, &mut tally)?)
        })?;
        writer.write(connection, &mut tally)?;
        if let Some((count, digest)) = order.manifest {
            if digest != read.digest {
                return Err(ImportError::Manifest("the digest differs").into());
            }
            if count != tally.entries {
                return Err(ImportError::Manifest("the number of entries differs").into());
            }
        }
        let mut report = tally.report;
        if tally.doomed {
            return Err(ImportError::Refused {
                rejected: report.rejected,
                rejects: report.rejects,
            }
            .into());
        }
        if begun == Begun::Filled && store::was_imported(connection, read.digest, order.as_of)? {
            return Err(ImportOutcome::Repeated(read.lines));
        }
        tell(Progress::Indexes);
        if begun == Begun::Empty {
            let began = Stopwatch::now();
            bulk::finish(connection)?;
            report.stages.index = began.elapsed();
        }
        writer.write_corrections(connection, &mut report)?;
        store::count_changes(connection, report.imported)?;
        report.lines = read.lines;
        report.skeletons = workshop.skeletons.count() as u64;
        store::note_import(
            connection,
            &ImportRecord {
                id: report.id.clone(),
                file_digest: read.digest,
                kind: order.kind,
                as_of: order.as_of,
                recorded_at,
                lines: report.lines,
                imported: report.imported,
                unchanged: report.unchanged,
                older: report.older,
                rejected: report.rejects,
            },
        )?;
        Ok(report)
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

/// A register that is not counted anew is only slower to ask.
fn unplanned(error: StoreError) -> Result<(), StoreError> {
    tracing::warn!(error.chain = %error, "the tables could not be counted anew");
    Ok(())
}

/// How an import ends without being kept.
enum ImportOutcome {
    /// The same file was taken in before; it has so many lines.
    Repeated(u64),
    /// It failed.
    Failed(ImportError),
}

impl<E: Into<ImportError>> From<E> for ImportOutcome {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What the writing thread is told.
enum Told {
    /// Lines, ready to be written, in the order of the file.
    Batch(Batch),
    /// How far the file was read.
    Bytes { lines: u64, bytes: u64 },
}

/// What was read of a file.
struct Read {
    lines: u64,
    digest: Digest,
}

/// Read, check, understand and seal on threads of their own; `write` gets everything in the order of the file.
fn run(
    workshop: &Workshop<'_>,
    lines: impl BufRead + Send,
    shape: Option<FeedShape>,
    mut write: impl FnMut(Told) -> Result<(), ImportOutcome>,
) -> Result<Read, ImportOutcome> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let (to_workers, from_reader) = sync_channel::<(u64, pipeline::Lines)>(WAITING);
    let (to_writer, from_workers) = sync_channel::<(u64, Batch)>(WAITING);
    let from_reader = Arc::new(Mutex::new(from_reader));
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            step_back();
            read_lines(lines, shape, &to_workers)
        });
        let working: Vec<_> = (0..threads)
            .map(|_| {
                let (from_reader, to_writer) = (Arc::clone(&from_reader), to_writer.clone());
                scope.spawn(move || {
                    step_back();
                    work(workshop, &from_reader, &to_writer);
                })
            })
            .collect();
        // Only the workers keep these ends now: when they stop, nothing more comes.
        drop((from_reader, to_writer));
        let written = write_in_order(&from_workers, &mut write);
        // A writer that failed takes no more; whoever waits for it stops.
        drop(from_workers);
        let mut whole = true;
        for worker in working {
            whole &= worker.join().is_ok();
        }
        let read = reading.join().map_err(|_| ImportError::Interrupted);
        written?;
        if !whole {
            return Err(ImportError::Interrupted.into());
        }
        Ok(read??)
    })
}

/// Preparing takes every core there is: whoever asks meanwhile, and the database that takes the rows, go first. Only on
/// Linux does a priority belong to a thread; elsewhere the whole process would step back.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(19) {
        tracing::debug!(error = %error, "the import runs at the priority of everything else");
    }
}

fn read_lines(
    input: impl BufRead,
    shape: Option<FeedShape>,
    to_workers: &SyncSender<(u64, pipeline::Lines)>,
) -> Result<Read, ImportError> {
    let mut reader = FeedReader::new(input);
    let mut shape = shape;
    let mut number = 0;
    let mut first = true;
    loop {
        let mut lines = Vec::with_capacity(LINES_AT_ONCE);
        while lines.len() < LINES_AT_ONCE
            && let Some(line) = reader.next_line()?
        {
            if shape.is_none()
                && let (_, Ok(text)) = &line
            {
                shape = Some(FeedShape::of_line(text).unwrap_or(FeedShape::Exchange));
            }
            let may_be_header = std::mem::take(&mut first) && shape == Some(FeedShape::Own);
            match &line {
                // A header that is not one of ours is refused as a row is.
                (_, Ok(text)) if may_be_header && own::is_header(text) == Ok(true) => {}
                _ => lines.push(line),
            }
        }
        if lines.is_empty() {
            return Ok(Read {
                lines: reader.lines(),
                digest: reader.digest(),
            });
        }
        let batch = pipeline::Lines {
            shape: shape.unwrap_or(FeedShape::Exchange),
            lines,
            read: (reader.lines(), reader.bytes()),
        };
        if to_workers.send((number, batch)).is_err() {
            return Err(ImportError::Interrupted);
        }
        number += 1;
    }
}

fn work(
    workshop: &Workshop<'_>,
    from_reader: &Mutex<Receiver<(u64, pipeline::Lines)>>,
    to_writer: &SyncSender<(u64, Batch)>,
) {
    loop {
        let taken = from_reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((number, lines)) = taken else {
            return;
        };
        if to_writer.send((number, workshop.prepare(lines))).is_err() {
            return;
        }
    }
}

fn write_in_order(
    from_workers: &Receiver<(u64, Batch)>,
    write: &mut impl FnMut(Told) -> Result<(), ImportOutcome>,
) -> Result<(), ImportOutcome> {
    let mut next = 0;
    let mut early: BTreeMap<u64, Batch> = BTreeMap::new();
    while let Ok((number, batch)) = from_workers.recv() {
        early.insert(number, batch);
        while let Some(batch) = early.remove(&next) {
            next += 1;
            let (lines, bytes) = batch.read;
            write(Told::Batch(batch))?;
            write(Told::Bytes { lines, bytes })?;
        }
    }
    Ok(())
}

/// Writes what was prepared.
struct Writer<'a> {
    service: &'a RegistryService,
    order: &'a ImportOrder,
    recorded_at: Instant,
    /// First versions for an empty register.
    first: Waiting,
    /// Reviews to be opened with them.
    cases: Vec<ReviewCase>,
    /// Records for a register that is not empty.
    rows: Vec<Row>,
    /// Corrections of the past in a file for an empty register: they wait for everything else.
    corrections: Vec<Row>,
    /// Whom the file told of so far.
    told: HashSet<RegistrationNumber>,
}

impl Writer<'_> {
    fn take(&mut self, item: Item, tally: &mut Tally) -> Result<(), StoreError> {
        let usable = match item {
            Item::Failed(error) => return Err(error),
            Item::Refused(refusal) => {
                self.refuse(refusal, tally);
                return Ok(());
            }
            Item::Usable(usable) => *usable,
        };
        // A file tells of everybody once; corrections of the past come on top.
        if !usable.corrects && !self.told.insert(usable.number) {
            self.refuse(pipeline::repeated(usable.line), tally);
            return Ok(());
        }
        tally.report.interpreted.count(usable.understanding);
        if tally.doomed {
            return Ok(());
        }
        match usable.fate {
            Fate::First(first, unread) => {
                self.first.add(*first);
                self.cases.extend(unread.map(|unread| ReviewCase {
                    id: ReviewId::generate(self.service.randomness.as_ref()),
                    subject: unread.subject,
                    statement: unread.statement,
                    restriction: unread.restriction,
                    opened_at: self.recorded_at,
                    queued: true,
                    queued_since: self.recorded_at,
                    version: 1,
                    proposals: Vec::new(),
                }));
            }
            Fate::Later(row) => self.corrections.push(*row),
            Fate::Compare(row) => self.rows.push(*row),
        }
        Ok(())
    }

    fn refuse(&self, refusal: RowRefusal, tally: &mut Tally) {
        tally.report.rejects += 1;
        tally.doomed |= !self.order.keep_going;
        if tally.report.rejected.len() < MAX_LISTED {
            tally.report.rejected.push(refusal);
        }
    }

    /// Write what waits when it is enough for one statement.
    fn write_enough(
        &mut self,
        connection: &mut AnyConnection,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        if self.first.len() < WRITTEN_AT_ONCE && self.rows.len() < COMPARED_AT_ONCE {
            return Ok(());
        }
        self.write(connection, tally)
    }

    /// Write what waits.
    fn write(
        &mut self,
        connection: &mut AnyConnection,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        if tally.doomed {
            self.first.clear();
            self.cases.clear();
            self.rows.clear();
            self.corrections.clear();
            return Ok(());
        }
        let began = Stopwatch::now();
        if !self.first.is_empty() {
            bulk::load(connection, &self.first)?;
            tally.report.imported += self.first.len() as u64;
            tally.report.officers += self.first.people() as u64;
            self.first.clear();
        }
        let rows = std::mem::take(&mut self.rows);
        self.compare(connection, rows, &mut tally.report)?;
        tally.report.stages.load += began.elapsed();
        let began = Stopwatch::now();
        review_store::open_all(connection, self.service.vault(), &self.cases)?;
        self.cases.clear();
        tally.report.stages.review += began.elapsed();
        Ok(())
    }

    /// What had to wait until everything else was in.
    fn write_corrections(
        &mut self,
        connection: &mut AnyConnection,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        let began = Stopwatch::now();
        let rows = std::mem::take(&mut self.corrections);
        self.compare(connection, rows, report)?;
        report.stages.load += began.elapsed();
        Ok(())
    }

    /// Records of a register that is not empty: who is stated as before is only seen again.
    fn compare(
        &self,
        connection: &mut AnyConnection,
        rows: Vec<Row>,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        let numbers: Vec<&RegistrationNumber> = rows
            .iter()
            .map(|row| &row.incoming.record.registration_number)
            .collect();
        let mut known = store::seen_of(connection, &numbers)?;
        let (same, changed): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| {
            row.incoming.validity == Validity::AsSeen
                && known
                    .remove(&row.incoming.record.registration_number)
                    .is_some_and(|seen| {
                        seen.stated == row.stated && seen.data_as_of <= self.order.as_of
                    })
        });
        let numbers: Vec<&RegistrationNumber> = same
            .iter()
            .map(|row| &row.incoming.record.registration_number)
            .collect();
        store::seen_again(
            connection,
            &numbers,
            self.order.as_of,
            self.recorded_at,
            VersionSource::Feed,
        )?;
        report.unchanged += same.len() as u64;
        for row in changed {
            let number = row.incoming.record.registration_number.clone();
            let people = row.incoming.record.officers.len();
            match store::put(connection, self.service.vault(), row.incoming)? {
                Upsert::New { version } => {
                    report.imported += 1;
                    report.officers += people as u64;
                    // What is new and understood was never in the queue.
                    if row.unread || version > 1 {
                        self.service.requeue(connection, &number)?;
                    }
                }
                Upsert::Unchanged { .. } => report.unchanged += 1,
                Upsert::Older => report.older += 1,
            }
        }
        Ok(())
    }
}
