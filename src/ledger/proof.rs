//! A proof that one leaf stands in the log, as a text file that is checked without asking anybody (C2SP `tlog-proof`).

use super::checkpoint::{
    Checkpoint, NoteError, SignedCheckpoint, hash_from_base64, hash_to_base64, open,
};
use super::tree::{self, ProofRefusal};
use crate::kernel::digest::Digest;
use std::fmt;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Where a leaf stands under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Place of the leaf.
    pub index: u64,
    /// Hashes from the leaf to the root, lowest first.
    pub hashes: Vec<Digest>,
    /// The checkpoint that the hashes lead to.
    pub checkpoint: SignedCheckpoint,
}

/// Why a proof file does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileRefusal {
    /// Not a proof file.
    #[error("line {line} of the proof cannot be read")]
    Form {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The checkpoint is not one of the expected log.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint belongs to a log of another name.
    #[error("the checkpoint is of another log")]
    Origin,
    /// The hashes do not lead to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] ProofRefusal),
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", hash_to_base64(hash))?;
        }
        writeln!(f)?;
        f.write_str(&self.checkpoint.note)
    }
}

/// Check a proof file: the checkpoint under which the leaf with this hash stands in the log `origin`. `reader` gives the
/// body of a note that the pinned key of that log signed; nothing else is needed, and nobody is asked.
pub fn verify(
    file: &str,
    leaf: &Digest,
    origin: &str,
    reader: impl FnOnce(&str) -> Result<String, NoteError>,
) -> Result<Checkpoint, ProofFileRefusal> {
    let form = |line| ProofFileRefusal::Form { line };
    let (head, note) = file.split_once("\n\n").ok_or_else(|| form(1))?;
    let mut lines = head.split('\n').zip(1..);
    match lines.next() {
        Some((FIRST_LINE, _)) => {}
        _ => return Err(form(1)),
    }
    let number = lines
        .next()
        .and_then(|(line, _)| line.strip_prefix("index "))
        .ok_or_else(|| form(2))?;
    let index: u64 = number.parse().map_err(|_| form(2))?;
    if index.to_string() != number {
        return Err(form(2));
    }
    let mut hashes = Vec::new();
    for (line, place) in lines {
        // A tree of 2^63 leaves has 63 levels: a longer list is not read on.
        if place > 65 {
            return Err(form(place));
        }
        hashes.push(hash_from_base64(line).ok_or_else(|| form(place))?);
    }
    let checkpoint = open(note, reader)?.checkpoint;
    if checkpoint.origin != origin {
        return Err(ProofFileRefusal::Origin);
    }
    tree::verify_inclusion(leaf, index, checkpoint.size, &hashes, &checkpoint.root)?;
    Ok(checkpoint)
}
