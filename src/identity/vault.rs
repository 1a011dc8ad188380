//! The seam to whatever holds the keys: personal data leaves this room sealed or as a keyed index, never plain (KEY-20).

use super::person::Passport;
use crate::kernel::id::NationalId;

/// The vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The bytes were not sealed for this place, or were changed.
    #[error("what is sealed at {place} cannot be opened: {cause}")]
    CannotOpen {
        /// Table and column.
        place: String,
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

/// Seals personal data and makes the indexes it is found by.
pub trait Vault: Send + Sync {
    /// Encrypt so that it can be opened only for this place (`table.column`) and row id.
    fn seal(&self, place: &str, id: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// The plain bytes of what [`Vault::seal`] made for the same place and row id.
    fn open(&self, place: &str, id: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// Keyed index of a 13-digit ID (KEY-21): equal for equal numbers, useless without the key.
    fn national_id_index(&self, national_id: &NationalId) -> Result<[u8; 32], VaultError>;

    /// Keyed index of a passport: number, country and date of birth together.
    fn passport_index(&self, passport: &Passport) -> Result<[u8; 32], VaultError>;

    /// Keyed index of an account at a provider.
    fn person_index(&self, issuer: &str, subject: &str) -> Result<[u8; 32], VaultError>;
}
