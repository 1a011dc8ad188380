//! The last signed checkpoint in a file.

use crate::ledger::keeper::{CheckpointKeeper, KeeperError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file, on another disk than the database's. It is replaced as a whole or not at all.
#[derive(Debug, Clone)]
pub struct FileKeeper {
    path: PathBuf,
}

impl FileKeeper {
    /// Keep the note at this path. The directory must exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn failed(&self, cause: std::io::Error) -> KeeperError {
        KeeperError {
            place: self.path.display().to_string(),
            cause,
        }
    }

    fn replace(&self, note: &str) -> std::io::Result<()> {
        let directory = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(note.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The new name itself must survive a power cut.
        std::fs::File::open(directory)?.sync_all()
    }
}

impl CheckpointKeeper for FileKeeper {
    fn last(&self) -> Result<Option<String>, KeeperError> {
        match std::fs::read_to_string(&self.path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn keep(&self, note: &str) -> Result<(), KeeperError> {
        self.replace(note).map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_note_kept_is_read_back_by_another_keeper() {
        let directory = tempfile::tempdir().unwrap();
        let keeper = FileKeeper::new(directory.path().join("log.checkpoint"));
        assert_eq!(keeper.last().unwrap(), None);
        keeper.keep("one\n").unwrap();
        keeper.keep("two\n").unwrap();
        assert_eq!(keeper.clone().last().unwrap().as_deref(), Some("two\n"));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_keeper_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
        let directory = tempfile::tempdir().unwrap();
        assert!(FileKeeper::new(directory.path()).last().is_err());
        assert!(
            FileKeeper::new(directory.path().join("no/file"))
                .keep("x")
                .is_err()
        );
    }
}
