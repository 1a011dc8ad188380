//! The log's tables.

use super::leaf::{Leaf, LeafIndex, LeafReference, Opening, PreparedLeaf, Salt};
use super::tree::{NodeAddress, Nodes};
use crate::db::schema::{ledger_checkpoint, ledger_leaf, ledger_node, ledger_opening, ledger_size};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// How many rows are read at a time when the whole log is walked.
pub(super) const PAGE: i64 = 1000;

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = ledger_leaf)]
struct LeafRow {
    leaf_index: i64,
    kind: String,
    reference: String,
    recorded_at: NaiveDateTime,
    commitment: String,
    leaf_hash: String,
}

/// A leaf as it is stored, with its place and the hash it had when it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredLeaf {
    pub(super) index: LeafIndex,
    pub(super) leaf: Leaf,
    pub(super) hash: Digest,
}

impl TryFrom<LeafRow> for StoredLeaf {
    type Error = StoreError;

    fn try_from(row: LeafRow) -> Result<Self, StoreError> {
        let id = row.leaf_index.to_string();
        let bad =
            |column, cause: &dyn std::fmt::Display| bad_row("ledger_leaf", column, &id, cause);
        Ok(Self {
            index: LeafIndex(
                u64::try_from(row.leaf_index).map_err(|error| bad("leaf_index", &error))?,
            ),
            leaf: Leaf {
                kind: row.kind.parse().map_err(|error| bad("kind", &error))?,
                reference: row
                    .reference
                    .parse()
                    .map_err(|error| bad("reference", &error))?,
                at: Instant::from_naive(row.recorded_at),
                commitment: row
                    .commitment
                    .parse()
                    .map_err(|error| bad("commitment", &error))?,
            },
            hash: row
                .leaf_hash
                .parse()
                .map_err(|error| bad("leaf_hash", &error))?,
        })
    }
}

/// Append leaves in the caller's transaction; the index of the first.
pub(super) fn append(
    connection: &mut AnyConnection,
    leaves: &[PreparedLeaf],
) -> Result<LeafIndex, StoreError> {
    let count = stored_number(leaves.len() as u64)?;
    let affected = diesel::update(ledger_size::table.filter(ledger_size::id.eq(1)))
        .set(ledger_size::size.eq(ledger_size::size + count))
        .execute(connection)?;
    one_row("ledger_size", affected)?;
    // The row is ours until the transaction ends: what is read is what was just written.
    let first = size(connection)? - leaves.len() as u64;
    for (prepared, index) in leaves.iter().zip(stored_number(first)?..) {
        diesel::insert_into(ledger_leaf::table)
            .values(LeafRow {
                leaf_index: index,
                kind: prepared.leaf.kind.as_str().to_owned(),
                reference: prepared.leaf.reference.as_str().to_owned(),
                recorded_at: prepared.leaf.at.to_naive(),
                commitment: prepared.leaf.commitment.to_hex(),
                leaf_hash: prepared.hash.to_hex(),
            })
            .execute(connection)?;
        diesel::insert_into(ledger_opening::table)
            .values((
                ledger_opening::leaf_index.eq(index),
                ledger_opening::salt.eq(prepared.opening.salt.as_bytes().as_slice()),
                ledger_opening::record.eq(prepared.opening.record.as_slice()),
                ledger_opening::record_digest.eq(Digest::of(&prepared.opening.record).to_hex()),
            ))
            .execute(connection)?;
    }
    Ok(LeafIndex(first))
}

/// How many leaves the log has.
pub(super) fn size(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let size: i64 = ledger_size::table
        .filter(ledger_size::id.eq(1))
        .select(ledger_size::size)
        .first(connection)?;
    u64::try_from(size).map_err(|error| bad_row("ledger_size", "size", "1", error))
}

/// A page of leaves, from this index on.
pub(super) fn leaves_from(
    connection: &mut AnyConnection,
    first: u64,
) -> Result<Vec<StoredLeaf>, StoreError> {
    let rows: Vec<LeafRow> = ledger_leaf::table
        .filter(ledger_leaf::leaf_index.ge(stored_number(first)?))
        .order(ledger_leaf::leaf_index)
        .limit(PAGE)
        .select(LeafRow::as_select())
        .load(connection)?;
    rows.into_iter().map(StoredLeaf::try_from).collect()
}

/// The leaves of one record, oldest first, at most 100.
pub(super) fn leaves_of(
    connection: &mut AnyConnection,
    reference: &LeafReference,
) -> Result<Vec<StoredLeaf>, StoreError> {
    let rows: Vec<LeafRow> = ledger_leaf::table
        .filter(ledger_leaf::reference.eq(reference.as_str()))
        .order(ledger_leaf::leaf_index)
        .limit(100)
        .select(LeafRow::as_select())
        .load(connection)?;
    rows.into_iter().map(StoredLeaf::try_from).collect()
}

/// The opening of a leaf with the digest its record had when it was appended; `None` once it is erased.
pub(super) fn opening(
    connection: &mut AnyConnection,
    index: LeafIndex,
) -> Result<Option<(Opening, Digest)>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, String)> = ledger_opening::table
        .filter(ledger_opening::leaf_index.eq(stored_number(index.0)?))
        .select((
            ledger_opening::salt,
            ledger_opening::record,
            ledger_opening::record_digest,
        ))
        .first(connection)
        .optional()?;
    let Some((salt, record, digest)) = row else {
        return Ok(None);
    };
    let id = index.to_string();
    let salt = <[u8; 32]>::try_from(salt)
        .map_err(|_| bad_row("ledger_opening", "salt", &id, "it is not 32 bytes long"))?;
    let digest = digest
        .parse()
        .map_err(|error| bad_row("ledger_opening", "record_digest", &id, error))?;
    Ok(Some((
        Opening {
            salt: Salt::from_bytes(salt),
            record,
        },
        digest,
    )))
}

/// Delete the opening of a leaf; whether there was one.
pub(super) fn erase_opening(
    connection: &mut AnyConnection,
    index: LeafIndex,
) -> Result<bool, StoreError> {
    let deleted = diesel::delete(
        ledger_opening::table.filter(ledger_opening::leaf_index.eq(stored_number(index.0)?)),
    )
    .execute(connection)?;
    Ok(deleted == 1)
}

/// The stored nodes of the tree.
pub(super) struct StoredNodes<'a>(pub(super) &'a mut AnyConnection);

impl Nodes for StoredNodes<'_> {
    type Error = StoreError;

    fn node(&mut self, address: NodeAddress) -> Result<Digest, StoreError> {
        let id = format!("{}/{}", address.level, address.position);
        node(self.0, address)?
            .ok_or_else(|| bad_row("ledger_node", "hash", &id, "the node is missing"))
    }
}

/// One stored node.
pub(super) fn node(
    connection: &mut AnyConnection,
    address: NodeAddress,
) -> Result<Option<Digest>, StoreError> {
    let hash: Option<String> = ledger_node::table
        .filter(ledger_node::level.eq(i64::from(address.level)))
        .filter(ledger_node::position.eq(stored_number(address.position)?))
        .select(ledger_node::hash)
        .first(connection)
        .optional()?;
    hash.map(|hash| {
        hash.parse().map_err(|error| {
            let id = format!("{}/{}", address.level, address.position);
            bad_row("ledger_node", "hash", &id, error)
        })
    })
    .transpose()
}

/// How many nodes are stored.
pub(super) fn count_nodes(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let count: i64 = ledger_node::table.count().get_result(connection)?;
    u64::try_from(count).map_err(|error| bad_row("ledger_node", "level", "all", error))
}

/// Store nodes that became complete.
pub(super) fn add_nodes(
    connection: &mut AnyConnection,
    nodes: &[(NodeAddress, Digest)],
) -> Result<(), StoreError> {
    for (address, hash) in nodes {
        diesel::insert_into(ledger_node::table)
            .values((
                ledger_node::level.eq(i64::from(address.level)),
                ledger_node::position.eq(stored_number(address.position)?),
                ledger_node::hash.eq(hash.to_hex()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = ledger_checkpoint)]
struct CheckpointRow {
    sequence: i64,
    size: i64,
    root: String,
    note: String,
    signed_at: NaiveDateTime,
}

/// A checkpoint as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredCheckpoint {
    pub(super) sequence: i64,
    pub(super) size: u64,
    pub(super) root: Digest,
    pub(super) note: String,
    pub(super) signed_at: Instant,
}

impl TryFrom<CheckpointRow> for StoredCheckpoint {
    type Error = StoreError;

    fn try_from(row: CheckpointRow) -> Result<Self, StoreError> {
        let id = row.sequence.to_string();
        Ok(Self {
            sequence: row.sequence,
            size: u64::try_from(row.size)
                .map_err(|error| bad_row("ledger_checkpoint", "size", &id, error))?,
            root: row
                .root
                .parse()
                .map_err(|error| bad_row("ledger_checkpoint", "root", &id, error))?,
            note: row.note,
            signed_at: Instant::from_naive(row.signed_at),
        })
    }
}

/// The newest checkpoint.
pub(super) fn last_checkpoint(
    connection: &mut AnyConnection,
) -> Result<Option<StoredCheckpoint>, StoreError> {
    let row: Option<CheckpointRow> = ledger_checkpoint::table
        .order(ledger_checkpoint::sequence.desc())
        .select(CheckpointRow::as_select())
        .first(connection)
        .optional()?;
    row.map(StoredCheckpoint::try_from).transpose()
}

/// A page of checkpoints after this sequence number.
pub(super) fn checkpoints_after(
    connection: &mut AnyConnection,
    sequence: i64,
) -> Result<Vec<StoredCheckpoint>, StoreError> {
    let rows: Vec<CheckpointRow> = ledger_checkpoint::table
        .filter(ledger_checkpoint::sequence.gt(sequence))
        .order(ledger_checkpoint::sequence)
        .limit(PAGE)
        .select(CheckpointRow::as_select())
        .load(connection)?;
    rows.into_iter().map(StoredCheckpoint::try_from).collect()
}

/// Store a checkpoint that was just signed.
pub(super) fn add_checkpoint(
    connection: &mut AnyConnection,
    checkpoint: &StoredCheckpoint,
) -> Result<(), StoreError> {
    diesel::insert_into(ledger_checkpoint::table)
        .values(CheckpointRow {
            sequence: checkpoint.sequence,
            size: stored_number(checkpoint.size)?,
            root: checkpoint.root.to_hex(),
            note: checkpoint.note.clone(),
            signed_at: checkpoint.signed_at.to_naive(),
        })
        .execute(connection)?;
    Ok(())
}

fn stored_number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|error| bad_row("ledger_size", "size", "1", error))
}
