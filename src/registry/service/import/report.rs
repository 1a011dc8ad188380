//! What became of a feed.

use super::skeleton::{Understanding, Understood};
use crate::db::StoreError;
use crate::registry::exchange::RowRefusal;
use crate::registry::source::SourceFailure;
use std::time::Duration;

/// Refusals that are listed at most; more are only counted.
pub const MAX_LISTED: usize = 100_000;

/// What became of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Name of the import in the journal.
    pub id: String,
    /// Whether this very file was taken in before: then nothing was done.
    pub repeated: bool,
    /// Lines read.
    pub lines: u64,
    /// New versions.
    pub imported: u64,
    /// Rows of people in them.
    pub officers: u64,
    /// Records that hold still.
    pub unchanged: u64,
    /// Records older than what we know.
    pub older: u64,
    /// Lines that were left out (only when told to keep going).
    pub rejected: Vec<RowRefusal>,
    /// How many, listed or not.
    pub rejects: u64,
    /// How the statements of who may bind them were understood.
    pub interpreted: Interpreted,
    /// Different sentence skeletons that were read.
    pub skeletons: u64,
    /// Where the time went.
    pub stages: Stages,
}

impl ImportReport {
    pub(super) fn of(id: String) -> Self {
        Self {
            id,
            repeated: false,
            lines: 0,
            imported: 0,
            officers: 0,
            unchanged: 0,
            older: 0,
            rejected: Vec::new(),
            rejects: 0,
            interpreted: Interpreted::default(),
            skeletons: 0,
            stages: Stages::default(),
        }
    }

    pub(super) fn repeated(id: String, lines: u64) -> Self {
        Self {
            repeated: true,
            lines,
            ..Self::of(id)
        }
    }
}

/// Where the time of an import went. Checking, reading and sealing are done by several threads at once: theirs are sums
/// over the threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stages {
    /// Reading rows and checking them.
    pub check: Duration,
    /// Reading statements.
    pub interpret: Duration,
    /// Blind indexes and encryption.
    pub encrypt: Duration,
    /// Writing rows, as the database took them.
    pub load: Duration,
    /// Putting statements that are not read with certainty before the registry's officers.
    pub review: Duration,
    /// Making indexes and putting tables in their place.
    pub index: Duration,
    /// From beginning to end.
    pub whole: Duration,
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
    pub(super) fn count(&mut self, understanding: Understanding) {
        let count = match understanding.understood {
            Understood::None => &mut self.none,
            Understood::Complete => &mut self.complete,
            Understood::Ambiguous => &mut self.ambiguous,
            Understood::Unresolved => &mut self.unresolved,
        };
        *count += 1;
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Lines are taken in.
    Lines {
        /// Lines so far.
        lines: u64,
        /// Bytes so far.
        bytes: u64,
    },
    /// All lines are in; indexes are being made.
    Indexes,
}

/// Why a feed was not taken in. Then nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("the feed cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Lines that cannot be used: how many, and which (the first [`MAX_LISTED`]).
    #[error("{rejects} lines cannot be used")]
    Refused {
        /// Listed refusals.
        rejected: Vec<RowRefusal>,
        /// All of them.
        rejects: u64,
    },
    /// The file is not the one that its manifest describes.
    #[error("the feed is not the file that its manifest describes: {0}")]
    Manifest(&'static str),
    /// Another import is under way.
    #[error("another import is under way")]
    Busy,
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
