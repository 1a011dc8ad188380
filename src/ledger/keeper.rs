//! The seam to where the last signed checkpoint is remembered outside the database, so that an old copy of the database
//! is noticed.

/// Remembers one note.
pub trait CheckpointKeeper: Send + Sync {
    /// The last note kept; `None` only if none ever was.
    fn last(&self) -> Result<Option<String>, KeeperError>;

    /// Keep this note instead of the one before.
    fn keep(&self, note: &str) -> Result<(), KeeperError>;
}

/// The keeper could not be read or written. Without it nothing is signed.
#[derive(Debug, thiserror::Error)]
#[error("the kept checkpoint {place} cannot be used: {cause}")]
pub struct KeeperError {
    /// Where it is kept, for the operator.
    pub place: String,
    /// What the system said.
    pub cause: std::io::Error,
}
