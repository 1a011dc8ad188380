//! Recording, signing, proving.

use super::checkpoint::{self, Checkpoint, NoteError, NoteSigner, SignedCheckpoint};
use super::keeper::{CheckpointKeeper, KeeperError};
use super::leaf::{
    Leaf, LeafIndex, LeafKind, LeafReference, Opening, PreparedLeaf, ReferenceError, Salt,
};
use super::proof::InclusionProof;
use super::store::{self, StoredCheckpoint, StoredNodes};
use super::tree::{self, Frontier};
use crate::db::{AnyConnection, Database, RetryHint, StoreError, bad_row};
use crate::kernel::digest::{CanonicalError, Digest};
use crate::kernel::id::Randomness;
use crate::kernel::time::{Clock, Instant};
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

mod file_keeper;
mod fsck;

pub use file_keeper::FileKeeper;
pub use fsck::Finding;

/// A log without new leaves still says once a day that it is alive (LOG-04).
const QUIET_DAY: Duration = Duration::from_secs(24 * 3600);

/// Why an entry was not recorded. The caller's transaction must then not be kept.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The reference cannot stand in a leaf.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The record has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for RecordError {
    fn may_be_retried(&self) -> bool {
        matches!(self, Self::Store(error) if error.may_be_retried())
    }
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database is out of reach for the moment.
    #[error("the log is out of reach: {cause}")]
    Unavailable {
        /// What the database said.
        cause: String,
    },
    /// The stored log is not what was written, or the database refused a statement.
    #[error(transparent)]
    Broken(StoreError),
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { cause } => Self::Unavailable { cause },
            other => Self::Broken(other),
        }
    }
}

/// What came of the wish to sign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointOutcome {
    /// A new one was signed.
    Signed(SignedCheckpoint),
    /// The last one still says everything.
    Unchanged(SignedCheckpoint),
}

/// Why no checkpoint was signed. All but the last two mean that the log was tampered with, or that an old copy of the
/// database was restored: somebody must look before anything more is issued.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The database has fewer leaves than were signed for.
    #[error(
        "the log shrank: a checkpoint was signed for {signed} leaves, the database has {stored}"
    )]
    Shrunk {
        /// Size of the last checkpoint signed.
        signed: u64,
        /// Leaves in the database.
        stored: u64,
    },
    /// The leaves that were signed for are no longer the same.
    #[error("the log changed: the first {size} leaves no longer have the root that was signed")]
    Forked {
        /// Size of the checkpoint that no longer fits.
        size: u64,
    },
    /// The kept checkpoint belongs to a log of another name.
    #[error("the kept checkpoint is of the log {found}")]
    OtherLog {
        /// Its name.
        found: String,
    },
    /// A note is not ours, or a new one could not be signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The keeper is out of reach.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for CheckpointError {
    fn may_be_retried(&self) -> bool {
        matches!(self, Self::Store(error) if error.may_be_retried())
    }
}

/// What the log says of one leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place.
    pub index: LeafIndex,
    /// The entry.
    pub leaf: Leaf,
    /// Its hash in the tree.
    pub hash: Digest,
    /// The proof; `None` until the next checkpoint is signed.
    pub proof: Option<InclusionProof>,
}

/// Why the log could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output.
    #[error("the log could not be written out: {0}")]
    Output(#[from] std::io::Error),
}

/// The log of this service.
#[derive(Clone)]
pub struct LedgerService {
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    signer: Arc<dyn NoteSigner>,
    keeper: Arc<dyn CheckpointKeeper>,
    origin: String,
}

impl std::fmt::Debug for LedgerService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerService")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl LedgerService {
    /// The log named `origin` (a name without a scheme, as in C2SP `tlog-checkpoint`).
    pub fn new(
        database: Arc<Database>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        signer: Arc<dyn NoteSigner>,
        keeper: Arc<dyn CheckpointKeeper>,
        origin: impl Into<String>,
    ) -> Self {
        Self {
            database,
            clock,
            randomness,
            signer,
            keeper,
            origin: origin.into(),
        }
    }

    /// Name of the log, as it stands in checkpoints.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Make a leaf without touching the database, so that hashing stays outside a group's transaction.
    pub fn prepare(
        &self,
        kind: LeafKind,
        reference: &str,
        record: &impl Serialize,
    ) -> Result<PreparedLeaf, RecordError> {
        Ok(PreparedLeaf::new(
            kind,
            reference.parse::<LeafReference>()?,
            self.clock.now(),
            record,
            Salt::generate(self.randomness.as_ref()),
        )?)
    }

    /// Append prepared leaves in the caller's transaction; the index of the first.
    pub fn append(
        &self,
        connection: &mut AnyConnection,
        leaves: &[PreparedLeaf],
    ) -> Result<LeafIndex, StoreError> {
        store::append(connection, leaves)
    }

    /// Record that something happened, in the transaction in which it happens.
    pub fn record(
        &self,
        connection: &mut AnyConnection,
        kind: LeafKind,
        reference: &str,
        record: &impl Serialize,
    ) -> Result<LeafIndex, RecordError> {
        let leaf = self.prepare(kind, reference, record)?;
        Ok(self.append(connection, &[leaf])?)
    }

    /// What a leaf commits to, for the room that owns the record; `None` once it is erased.
    pub fn opening(
        &self,
        connection: &mut AnyConnection,
        index: LeafIndex,
    ) -> Result<Option<Opening>, StoreError> {
        Ok(store::opening(connection, index)?.map(|(opening, _)| opening))
    }

    /// Make a leaf meaningless: the right to erasure. Whether there was anything to erase.
    pub fn erase(
        &self,
        connection: &mut AnyConnection,
        index: LeafIndex,
    ) -> Result<bool, StoreError> {
        store::erase_opening(connection, index)
    }

    /// Sign a checkpoint if there are new leaves or the last one is a day old, and if the log only grew since.
    pub fn checkpoint(&self) -> Result<CheckpointOutcome, CheckpointError> {
        let kept = match self.keeper.last()? {
            Some(note) => {
                let kept = self.own(&note)?.checkpoint;
                if kept.origin != self.origin {
                    return Err(CheckpointError::OtherLog { found: kept.origin });
                }
                Some(kept)
            }
            None => None,
        };
        let outcome = self
            .database
            .write(|connection| self.extend(connection, kept.as_ref(), self.clock.now()))?;
        let (CheckpointOutcome::Signed(signed) | CheckpointOutcome::Unchanged(signed)) = &outcome;
        // Kept before it is shown to anybody, and again if an earlier attempt got no further than the database.
        if kept.as_ref() != Some(&signed.checkpoint) {
            self.keeper.keep(&signed.note)?;
        }
        Ok(outcome)
    }

    fn extend(
        &self,
        connection: &mut AnyConnection,
        kept: Option<&Checkpoint>,
        now: Instant,
    ) -> Result<CheckpointOutcome, CheckpointError> {
        let last = store::last_checkpoint(connection)?;
        let size = store::size(connection)?;
        let integrated = last.as_ref().map_or(0, |last| last.size);
        let signed = kept.map_or(0, |kept| kept.size).max(integrated);
        if size < signed {
            return Err(CheckpointError::Shrunk {
                signed,
                stored: size,
            });
        }
        let mut frontier = Frontier::load(&mut StoredNodes(connection), integrated)?;
        if let Some(last) = &last
            && frontier.root() != last.root
        {
            return Err(CheckpointError::Forked { size: last.size });
        }
        integrate(connection, &mut frontier, size)?;
        let root = frontier.root();
        if let Some(kept) = kept {
            self.demand_extension(connection, kept, size, &root)?;
        }
        if let Some(last) = last
            .as_ref()
            .filter(|last| last.size == size && now < last.signed_at.plus(QUIET_DAY))
        {
            let unchanged = self.own(&last.note)?;
            return Ok(CheckpointOutcome::Unchanged(unchanged));
        }
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size,
            root,
        };
        let note = self.signer.sign(&checkpoint.to_string())?;
        let stored = StoredCheckpoint {
            sequence: last.map_or(1, |last| last.sequence + 1),
            size,
            root,
            note: note.clone(),
            signed_at: now,
        };
        store::add_checkpoint(connection, &stored)?;
        Ok(CheckpointOutcome::Signed(SignedCheckpoint {
            checkpoint,
            note,
        }))
    }

    /// The proof that an outside observer would ask for: it is checked before he can.
    fn demand_extension(
        &self,
        connection: &mut AnyConnection,
        kept: &Checkpoint,
        size: u64,
        root: &Digest,
    ) -> Result<(), CheckpointError> {
        let forked = || CheckpointError::Forked { size: kept.size };
        let proof = tree::consistency_proof(&mut StoredNodes(connection), kept.size, size)?
            .ok_or_else(forked)?;
        tree::verify_consistency(kept.size, size, &kept.root, root, &proof).map_err(|_| forked())
    }

    /// The newest signed checkpoint; `None` before the first.
    pub fn latest(&self) -> Result<Option<SignedCheckpoint>, ReadError> {
        self.database
            .read(|connection| Ok(self.latest_in(connection)?))
    }

    fn latest_in(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<Option<SignedCheckpoint>, StoreError> {
        Ok(store::last_checkpoint(connection)?.map(|last| self.signed(last)))
    }

    /// Read a note that must be one of this log's own.
    fn own(&self, note: &str) -> Result<SignedCheckpoint, NoteError> {
        checkpoint::open(note, |note| self.signer.open(note))
    }

    fn signed(&self, stored: StoredCheckpoint) -> SignedCheckpoint {
        SignedCheckpoint {
            checkpoint: Checkpoint {
                origin: self.origin.clone(),
                size: stored.size,
                root: stored.root,
            },
            note: stored.note,
        }
    }

    /// What the log says of a record: its leaves, oldest first, each with its proof under the newest checkpoint.
    pub fn proof(&self, reference: &LeafReference) -> Result<Vec<LogEntry>, ReadError> {
        // Leaves, nodes and checkpoints only grow: the statements agree without a transaction.
        self.database.read(|connection| {
            let latest = self.latest_in(connection)?;
            let mut entries = Vec::new();
            for stored in store::leaves_of(connection, reference)? {
                let proof = match &latest {
                    Some(checkpoint) => inclusion(connection, stored.index, checkpoint)?,
                    None => None,
                };
                entries.push(LogEntry {
                    index: stored.index,
                    leaf: stored.leaf,
                    hash: stored.hash,
                    proof,
                });
            }
            Ok(entries)
        })
    }

    /// The hashes that show that one checkpoint extends another; `None` for sizes beyond the newest checkpoint.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Digest>>, ReadError> {
        self.database.read(|connection| {
            let signed = self
                .latest_in(connection)?
                .map_or(0, |latest| latest.checkpoint.size);
            if new > signed {
                return Ok(None);
            }
            Ok(tree::consistency_proof(
                &mut StoredNodes(connection),
                old,
                new,
            )?)
        })
    }

    /// Recompute everything from the records up; what does not fit (LOG-07). Empty means that all is well. It may run
    /// beside a working service.
    pub fn fsck(&self) -> Result<Vec<Finding>, ReadError> {
        self.database.read(|connection| {
            let signer = self.signer.as_ref();
            Ok(fsck::check(connection, signer, &self.origin)?)
        })
    }

    /// Write the whole log as JSON lines, leaves first, then checkpoints; how many leaves. No opening is written.
    pub fn export(&self, output: &mut dyn Write) -> Result<u64, ExportError> {
        self.database.read(|connection| export(connection, output))
    }
}

fn inclusion(
    connection: &mut AnyConnection,
    index: LeafIndex,
    checkpoint: &SignedCheckpoint,
) -> Result<Option<InclusionProof>, StoreError> {
    let size = checkpoint.checkpoint.size;
    let hashes = tree::inclusion_proof(&mut StoredNodes(connection), index.0, size)?;
    Ok(hashes.map(|hashes| InclusionProof {
        index: index.0,
        hashes,
        checkpoint: checkpoint.clone(),
    }))
}

fn export(connection: &mut AnyConnection, output: &mut dyn Write) -> Result<u64, ExportError> {
    let mut next = 0;
    loop {
        let page = store::leaves_from(connection, next)?;
        let Some(last) = page.last() else {
            break;
        };
        next = last.index.0 + 1;
        for stored in &page {
            let line = serde_json::json!({
                "index": stored.index, "leaf": stored.leaf, "leaf_hash": stored.hash,
            });
            writeln!(output, "{line}")?;
        }
    }
    let mut sequence = 0;
    loop {
        let page = store::checkpoints_after(connection, sequence)?;
        let Some(last) = page.last() else {
            return Ok(next);
        };
        sequence = last.sequence;
        for stored in &page {
            let line =
                serde_json::json!({ "checkpoint": stored.note, "signed_at": stored.signed_at });
            writeln!(output, "{line}")?;
        }
    }
}

/// Take the leaves that no checkpoint covers yet into the stored tree.
fn integrate(
    connection: &mut AnyConnection,
    frontier: &mut Frontier,
    size: u64,
) -> Result<(), StoreError> {
    while frontier.size() < size {
        let page = store::leaves_from(connection, frontier.size())?;
        if page.is_empty() {
            let id = frontier.size().to_string();
            return Err(bad_row(
                "ledger_leaf",
                "leaf_index",
                &id,
                "the leaf is missing",
            ));
        }
        let mut complete = Vec::new();
        for stored in page {
            let id = stored.index.to_string();
            let bad = |column, cause: &str| bad_row("ledger_leaf", column, &id, cause);
            if stored.index.0 != frontier.size() || frontier.size() >= size {
                return Err(bad("leaf_index", "it does not follow the leaf before"));
            }
            let hash = stored
                .leaf
                .hash()
                .map_err(|error| bad("leaf_hash", &error.to_string()))?;
            if hash != stored.hash {
                return Err(bad("leaf_hash", "the leaf has another hash"));
            }
            complete.extend(frontier.push(hash));
        }
        store::add_nodes(connection, &complete)?;
    }
    Ok(())
}
