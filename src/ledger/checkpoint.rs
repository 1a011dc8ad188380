//! A checkpoint: what the whole log said at one size, as the body of a C2SP signed note (`tlog-checkpoint`).

use crate::kernel::digest::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The state of the log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, unique in the world, without a scheme: `amnat.example/log`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree of that many leaves.
    pub root: Digest,
}

/// Text that is not the body of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a checkpoint has three lines: origin, size in decimal, root in base 64")]
pub struct CheckpointTextError;

impl Checkpoint {
    /// Read the body of a note. Extension lines are refused: this log writes none.
    pub fn parse(text: &str) -> Result<Self, CheckpointTextError> {
        let mut lines = text.split('\n');
        let mut next = || lines.next().ok_or(CheckpointTextError);
        let (origin, size, root, end) = (next()?, next()?, next()?, next()?);
        if lines.next().is_some() || !end.is_empty() || origin.is_empty() {
            return Err(CheckpointTextError);
        }
        let number: u64 = size.parse().map_err(|_| CheckpointTextError)?;
        // One number has one form: no sign, no leading zero.
        if number.to_string() != size {
            return Err(CheckpointTextError);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: number,
            root: hash_from_base64(root).ok_or(CheckpointTextError)?,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.origin)?;
        writeln!(f, "{}", self.size)?;
        writeln!(f, "{}", hash_to_base64(&self.root))
    }
}

/// 44 characters of standard base 64, as the C2SP formats write hashes.
pub fn hash_to_base64(hash: &Digest) -> String {
    STANDARD.encode(hash.as_bytes())
}

/// The other way; `None` for any other text.
pub fn hash_from_base64(text: &str) -> Option<Digest> {
    let Ok(decoded) = STANDARD.decode(text) else {
        return None;
    };
    let Ok(bytes) = <[u8; 32]>::try_from(decoded) else {
        return None;
    };
    Some(Digest::from_bytes(bytes))
}

/// A checkpoint with the note that proves who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The signed note: body, empty line, signature lines.
    pub note: String,
}

/// Why a note could not be signed or is not ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key is out of reach.
    #[error("the checkpoint could not be signed: {cause}")]
    Signing {
        /// What the key's keeper said.
        cause: String,
    },
    /// The note is not one that our key signed.
    #[error("the note is not signed by this log: {cause}")]
    NotOurs {
        /// What is wrong with it.
        cause: String,
    },
}

/// Signs checkpoints with the log's Ed25519 key, which is used for nothing else.
pub trait NoteSigner: Send + Sync {
    /// The signed note for a body that ends with a line end.
    fn sign(&self, body: &str) -> Result<String, NoteError>;

    /// The body of a note, provided that this log's key signed it.
    fn open(&self, note: &str) -> Result<String, NoteError>;
}

/// Read a note with `reader`, which gives the body of a note that the expected log signed.
pub fn open(
    note: &str,
    reader: impl FnOnce(&str) -> Result<String, NoteError>,
) -> Result<SignedCheckpoint, NoteError> {
    let body = reader(note)?;
    let checkpoint = Checkpoint::parse(&body).map_err(|error| NoteError::NotOurs {
        cause: error.to_string(),
    })?;
    Ok(SignedCheckpoint {
        checkpoint,
        note: note.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_three_lines_and_is_read_back() {
        let checkpoint = Checkpoint {
            origin: "amnat.example/log".into(),
            size: 42,
            root: Digest::of(b"root"),
        };
        let text = checkpoint.to_string();
        assert_eq!(text.lines().count(), 3);
        assert!(text.starts_with("amnat.example/log\n42\n") && text.ends_with("=\n"));
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint));
    }

    #[test]
    fn other_forms_of_the_same_checkpoint_are_refused() {
        let root = hash_to_base64(&Digest::of(b"root"));
        for bad in [
            String::new(),
            format!("a\n1\n{root}"),
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("\n1\n{root}\n"),
            format!("a\n1\n{root}\nmore\n"),
            format!("a\n1\n{root}\n\n"),
            format!("a\r\n1\r\n{root}\r\n"),
            "a\n1\nAAAA\n".to_owned(),
            format!("a\n1\n{}\n", root.trim_end_matches('=')),
        ] {
            assert_eq!(Checkpoint::parse(&bad), Err(CheckpointTextError), "{bad:?}");
        }
    }
}
