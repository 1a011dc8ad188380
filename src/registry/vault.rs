//! The seam to whatever holds the keys: what names a person is stored sealed, each row with a data key of its own (KEY-20).

/// The vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The bytes were not sealed for this place, or were changed.
    #[error("what is sealed at {place} cannot be opened: {cause}")]
    CannotOpen {
        /// Table and column.
        place: &'static str,
        /// What the vault said.
        cause: String,
    },
    /// The keys are out of reach.
    #[error("the vault is out of reach: {cause}")]
    Unavailable {
        /// What the vault said.
        cause: String,
    },
}

/// A value under a data key of its own. Throwing the wrapped key away makes the value unreadable for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The data key, wrapped by the vault's key.
    pub data_key: Vec<u8>,
    /// The value, encrypted under the data key.
    pub value: Vec<u8>,
}

impl Sealed {
    /// Both parts as one value, for a column of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.data_key.len()).unwrap_or(u32::MAX);
        [&length.to_be_bytes()[..], &self.data_key, &self.value].concat()
    }

    /// The data key and the value in what [`Sealed::to_bytes`] made.
    pub fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
    }
}

/// Seals what the register states of people.
pub trait RegistryVault: Send + Sync {
    /// Encrypt under a fresh data key, so that it opens only at this place (`table.column`) and row.
    fn seal(&self, place: &'static str, row: &str, plain: &[u8]) -> Result<Sealed, VaultError>;

    /// The plain bytes of what [`RegistryVault::seal`] made for the same place and row.
    fn open(
        &self,
        place: &'static str,
        row: &str,
        data_key: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, VaultError>;
}
