//! What was recorded, and can anybody have changed it since? The tamper-evident log.
//!
//! Words: a *leaf* is one entry: kind, reference, time and a salted commitment; its *opening* is the salt and record
//! that it commits to; the *tree* is the Merkle tree of RFC 9162 over all leaves; a *checkpoint* is the signed size and
//! root of the tree; the *keeper* is where the last signed checkpoint is remembered outside the database.
//!
//! Invariants:
//! * A leaf's index comes from a counter row that changes in the transaction of the act itself: there is no act
//!   without a leaf, no leaf without its act, and no gap (LOG-03).
//! * A leaf says nothing about a person. With its opening erased, nothing links it to a record, and the tree stays
//!   whole (LOG-02).
//! * Leaves, nodes and checkpoints are never changed or deleted; the tables themselves refuse it (LOG-10).
//! * A checkpoint is signed only if it extends the last one signed, as the keeper remembers it (LOG-04).
//!
//! Use: another room's service calls [`LedgerService::record`] inside its own transaction. The record holds references
//! and digests, never a name or a number of a person. Every minute somebody calls [`LedgerService::checkpoint`];
//! proofs exist from then on.
//!
//! To add a kind of leaf: one line in [`LeafKind`]. A kind is never taken away.

pub mod checkpoint;
pub mod http;
pub mod keeper;
pub mod leaf;
pub mod proof;
pub mod service;
mod store;
pub mod tree;

pub use checkpoint::{Checkpoint, NoteError, NoteSigner, SignedCheckpoint};
pub use keeper::CheckpointKeeper;
pub use leaf::{Leaf, LeafIndex, LeafKind, LeafReference, Opening, PreparedLeaf};
pub use service::{CheckpointOutcome, FileKeeper, Finding, LedgerService, RecordError};
