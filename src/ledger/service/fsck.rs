//! The whole log computed again from its records, and compared with everything that is stored (LOG-07).

use crate::db::{AnyConnection, StoreError};
use crate::kernel::digest::Digest;
use crate::ledger::checkpoint::{self, NoteSigner};
use crate::ledger::leaf::LeafIndex;
use crate::ledger::store::{self, StoredCheckpoint};
use crate::ledger::tree::{Frontier, NodeAddress};
use std::collections::BTreeMap;

/// Something in the log that does not fit the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The counter and the leaves disagree.
    #[error("the counter says {counter} leaves, there are {leaves}")]
    Counter {
        /// Value of the counter row.
        counter: u64,
        /// Leaves found.
        leaves: u64,
    },
    /// A leaf is missing.
    #[error("leaf {index} is missing")]
    MissingLeaf {
        /// Its place.
        index: u64,
    },
    /// A leaf no longer has the hash it was appended with.
    #[error("leaf {index} was changed: it no longer has its hash")]
    Leaf {
        /// Its place.
        index: u64,
    },
    /// The record of a leaf was changed.
    #[error("the record of leaf {index} was changed")]
    Record {
        /// Its place.
        index: u64,
    },
    /// The record is the old one, but the salt no longer opens the commitment.
    #[error("the salt of leaf {index} was changed")]
    Salt {
        /// Its place.
        index: u64,
    },
    /// A stored node is not the hash over its leaves.
    #[error("node {position} of level {level} does not follow from its leaves")]
    Node {
        /// Height above the leaves.
        level: u8,
        /// Place within the level.
        position: u64,
    },
    /// There are more or fewer nodes than the last checkpoint covers.
    #[error("there are {stored} nodes where the last checkpoint needs {expected}")]
    NodeCount {
        /// Nodes found.
        stored: u64,
        /// Nodes that follow from the size.
        expected: u64,
    },
    /// A checkpoint's size or root is not what the leaves give.
    #[error("checkpoint {sequence} does not follow from the leaves")]
    Checkpoint {
        /// Its number.
        sequence: i64,
    },
    /// A checkpoint's signature is not ours, or it signs something else than the row says.
    #[error("the signature of checkpoint {sequence} does not fit: {cause}")]
    Signature {
        /// Its number.
        sequence: i64,
        /// What is wrong.
        cause: String,
    },
    /// A row cannot be read at all.
    #[error("{cause}")]
    Row {
        /// Table, column and row.
        cause: String,
    },
}

/// A row that cannot be what we wrote is a finding; a database that does not answer is an error.
fn readable<T>(
    result: Result<T, StoreError>,
    findings: &mut Vec<Finding>,
) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ StoreError::Inconsistent { .. }) => {
            findings.push(Finding::Row {
                cause: error.to_string(),
            });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub(super) fn check(
    connection: &mut AnyConnection,
    signer: &dyn NoteSigner,
    origin: &str,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    let Some(checkpoints) = readable(all_checkpoints(connection), &mut findings)? else {
        return Ok(findings);
    };
    let integrated = checkpoints.last().map_or(0, |last| last.size);
    let Some(counter) = readable(store::size(connection), &mut findings)? else {
        return Ok(findings);
    };
    let mut roots: BTreeMap<u64, Option<Digest>> =
        checkpoints.iter().map(|row| (row.size, None)).collect();
    let mut frontier = Frontier::default();
    let mut expected_nodes = 0;
    if let Some(root) = roots.get_mut(&0) {
        *root = Some(frontier.root());
    }
    loop {
        let page = store::leaves_from(connection, frontier.size());
        // What follows an unreadable leaf cannot be computed: one finding is enough to stop issuing.
        let Some(page) = readable(page, &mut findings)? else {
            return Ok(findings);
        };
        if page.is_empty() {
            break;
        }
        for stored in page {
            let index = frontier.size();
            if stored.index.0 != index {
                findings.push(Finding::MissingLeaf { index });
                return Ok(findings);
            }
            if !matches!(stored.leaf.hash(), Ok(hash) if hash == stored.hash) {
                findings.push(Finding::Leaf { index });
            }
            check_opening(connection, &stored.leaf.commitment, index, &mut findings)?;
            for (address, hash) in frontier.push(stored.hash) {
                if index < integrated {
                    expected_nodes += 1;
                    check_node(connection, address, hash, &mut findings)?;
                }
            }
            if let Some(root) = roots.get_mut(&frontier.size()) {
                *root = Some(frontier.root());
            }
        }
    }
    // A working service may have appended meanwhile: the counter was right before or is right now, or between.
    let Some(counter_now) = readable(store::size(connection), &mut findings)? else {
        return Ok(findings);
    };
    if !(counter..=counter_now).contains(&frontier.size()) {
        findings.push(Finding::Counter {
            counter: counter_now,
            leaves: frontier.size(),
        });
    }
    let stored_nodes = store::count_nodes(connection)?;
    let unmoved = readable(store::last_checkpoint(connection), &mut findings)?.flatten();
    if unmoved.as_ref() == checkpoints.last() && stored_nodes != expected_nodes {
        findings.push(Finding::NodeCount {
            stored: stored_nodes,
            expected: expected_nodes,
        });
    }
    for row in &checkpoints {
        if roots.get(&row.size).copied().flatten() != Some(row.root) {
            findings.push(Finding::Checkpoint {
                sequence: row.sequence,
            });
        }
        findings.extend(check_signature(row, signer, origin));
    }
    Ok(findings)
}

fn all_checkpoints(connection: &mut AnyConnection) -> Result<Vec<StoredCheckpoint>, StoreError> {
    let mut all: Vec<StoredCheckpoint> = Vec::new();
    loop {
        let after = all.last().map_or(0, |row| row.sequence);
        let page = store::checkpoints_after(connection, after)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn check_opening(
    connection: &mut AnyConnection,
    commitment: &Digest,
    index: u64,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let opening = store::opening(connection, LeafIndex(index));
    let Some(Some((opening, record_digest))) = readable(opening, findings)? else {
        return Ok(());
    };
    if Digest::of(&opening.record) != record_digest {
        findings.push(Finding::Record { index });
    } else if opening.salt.commit(&opening.record) != *commitment {
        findings.push(Finding::Salt { index });
    }
    Ok(())
}

fn check_node(
    connection: &mut AnyConnection,
    address: NodeAddress,
    expected: Digest,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let stored = store::node(connection, address);
    if readable(stored, findings)?.flatten() != Some(expected) {
        findings.push(Finding::Node {
            level: address.level,
            position: address.position,
        });
    }
    Ok(())
}

fn check_signature(
    row: &StoredCheckpoint,
    signer: &dyn NoteSigner,
    origin: &str,
) -> Option<Finding> {
    let cause = match checkpoint::open(&row.note, |note| signer.open(note)) {
        Err(error) => error.to_string(),
        Ok(signed) => {
            let said = &signed.checkpoint;
            if said.origin == origin && said.size == row.size && said.root == row.root {
                return None;
            }
            "it was given for another checkpoint".to_owned()
        }
    };
    Some(Finding::Signature {
        sequence: row.sequence,
        cause,
    })
}
