//! The Merkle tree of the log: hashing, roots and proofs as in RFC 9162 §2.1 (the same tree as RFC 6962).
//!
//! Nothing here stores anything. Hashes of complete subtrees come from a [`Nodes`]; a [`Frontier`] grows the tree leaf
//! by leaf and says which subtrees became complete.

use crate::kernel::digest::Digest;
use std::ops::Range;

const LEAF: &[u8] = &[0x00];
const NODE: &[u8] = &[0x01];

/// The hash of a leaf's bytes: `SHA-256(0x00 ‖ bytes)`.
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    Digest::of_parts([LEAF, bytes])
}

/// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts([NODE, left.as_bytes(), right.as_bytes()])
}

/// The root of a tree without leaves: the hash of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// Where a complete subtree stands: it covers the leaves `position * 2^level` up to, but not including,
/// `(position + 1) * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeAddress {
    /// Height above the leaves.
    pub level: u8,
    /// Place within the level, from the left, starting at 0.
    pub position: u64,
}

/// Gives the hashes of complete subtrees.
pub trait Nodes {
    /// Why a hash cannot be given.
    type Error;

    /// The hash of this complete subtree.
    fn node(&mut self, address: NodeAddress) -> Result<Digest, Self::Error>;
}

/// Length of the left part of a tree with `length` leaves, `length > 1`: the largest power of two below it.
fn split(length: u64) -> u64 {
    1 << (63 - (length - 1).leading_zeros())
}

/// The hash over a range of leaves that is itself a subtree of the log.
fn subtree<N: Nodes>(nodes: &mut N, range: &Range<u64>) -> Result<Digest, N::Error> {
    let length = range.end - range.start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return nodes.node(NodeAddress {
            level: u8::try_from(level).unwrap_or(u8::MAX),
            position: range.start >> level,
        });
    }
    let middle = range.start + split(length);
    let left = subtree(nodes, &(range.start..middle))?;
    let right = subtree(nodes, &(middle..range.end))?;
    Ok(node_hash(&left, &right))
}

/// The root of the tree made of the first `size` leaves.
pub fn root<N: Nodes>(nodes: &mut N, size: u64) -> Result<Digest, N::Error> {
    if size == 0 {
        return Ok(empty_root());
    }
    subtree(nodes, &(0..size))
}

/// The hashes that lead from the leaf at `index` to the root of the first `size` leaves, lowest first (RFC 9162
/// §2.1.3.1). `None` when there is no such leaf.
pub fn inclusion_proof<N: Nodes>(
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let mut siblings = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = range.start + split(range.end - range.start);
        if index < middle {
            siblings.push(middle..range.end);
            range.end = middle;
        } else {
            siblings.push(range.start..middle);
            range.start = middle;
        }
    }
    hashes(nodes, &siblings).map(Some)
}

/// The hashes that show that the first `old` leaves are the start of the first `new` leaves (RFC 9162 §2.1.4.1).
/// Empty for `old = 0` and for `old = new`; `None` when `old > new`.
pub fn consistency_proof<N: Nodes>(
    nodes: &mut N,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if old > new {
        return Ok(None);
    }
    if old == 0 {
        return Ok(Some(Vec::new()));
    }
    let mut siblings = Vec::new();
    let mut range = 0..new;
    // The verifier knows the old root: it is left out when it is itself a subtree.
    let mut is_old_root = true;
    while range.end != old {
        let middle = range.start + split(range.end - range.start);
        if old <= middle {
            siblings.push(middle..range.end);
            range.end = middle;
        } else {
            siblings.push(range.start..middle);
            range.start = middle;
            is_old_root = false;
        }
    }
    if !is_old_root {
        siblings.push(range);
    }
    hashes(nodes, &siblings).map(Some)
}

fn hashes<N: Nodes>(nodes: &mut N, ranges: &[Range<u64>]) -> Result<Vec<Digest>, N::Error> {
    ranges
        .iter()
        .rev()
        .map(|range| subtree(nodes, range))
        .collect()
}

/// Why a proof does not show what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// The index or the sizes cannot be.
    #[error("there is no such leaf or tree")]
    OutOfRange,
    /// Fewer or more hashes than a tree of this shape has.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Whether the leaf with this hash stands at `index` in the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofRefusal> {
    if index >= size {
        return Err(ProofRefusal::OutOfRange);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofRefusal::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // On the right edge, levels without a sibling are skipped.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofRefusal::Length);
    }
    if hash == *root {
        Ok(())
    } else {
        Err(ProofRefusal::Root)
    }
}

/// Whether the tree of `old` leaves with `old_root` is the start of the tree of `new` leaves with `new_root` (RFC 9162
/// §2.1.4.2).
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofRefusal> {
    if old > new {
        return Err(ProofRefusal::OutOfRange);
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofRefusal::Length);
        }
        let expected = if old == 0 { empty_root() } else { *new_root };
        return if *old_root == expected {
            Ok(())
        } else {
            Err(ProofRefusal::Root)
        };
    }
    let mut hashes = proof.iter();
    let start = if old.is_power_of_two() {
        *old_root
    } else {
        *hashes.next().ok_or(ProofRefusal::Length)?
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (start, start);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofRefusal::Length);
        }
        if node & 1 == 1 || node == last {
            from_old = node_hash(sibling, &from_old);
            from_new = node_hash(sibling, &from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofRefusal::Length);
    }
    if from_old == *old_root && from_new == *new_root {
        Ok(())
    } else {
        Err(ProofRefusal::Root)
    }
}

/// The right edge of a growing tree: its complete subtrees, largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Digest>,
}

impl Frontier {
    /// The edge of a tree whose complete subtrees are already known.
    pub fn load<N: Nodes>(nodes: &mut N, size: u64) -> Result<Self, N::Error> {
        let mut subtrees = Vec::new();
        for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
            subtrees.push(nodes.node(NodeAddress {
                level: u8::try_from(level).unwrap_or(u8::MAX),
                position: (size >> level) - 1,
            })?);
        }
        Ok(Self { size, subtrees })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Add one leaf. The subtrees that became complete, the leaf itself first.
    pub fn push(&mut self, leaf: Digest) -> Vec<(NodeAddress, Digest)> {
        let mut position = self.size;
        let mut complete = vec![(NodeAddress { level: 0, position }, leaf)];
        let mut hash = leaf;
        let mut level = 0;
        // As many merges as the old size has trailing ones: each takes the smallest subtree from the edge.
        while position & 1 == 1 {
            let Some(left) = self.subtrees.pop() else {
                break;
            };
            hash = node_hash(&left, &hash);
            level += 1;
            position >>= 1;
            complete.push((NodeAddress { level, position }, hash));
        }
        self.subtrees.push(hash);
        self.size += 1;
        complete
    }

    /// The root of the tree as it stands.
    pub fn root(&self) -> Digest {
        self.subtrees
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }
}

#[cfg(test)]
mod tests;
