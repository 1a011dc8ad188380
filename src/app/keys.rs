//! The seams of the rooms towards the key workshop: who seals personal data, indexes it and signs the log.

use crate::authority::service::PairwiseReferences;
use crate::crypto::key::FileKey;
use crate::crypto::note::{self, NoteVerifier};
use crate::crypto::vault as crypto_vault;
use crate::crypto::vault::{BlindIndexKey, PairwiseKey, Place, Vault};
use crate::identity::person::Passport;
use crate::identity::vault::{Vault as IdentityVault, VaultError};
use crate::kernel::id::{NationalId, Randomness};
use crate::ledger::checkpoint::{NoteError, NoteSigner};
use crate::registry::identities::IdentityIndex;
use crate::registry::model::BlindIndex;
use crate::registry::vault::{RegistryVault, Sealed, VaultError as RegistryVaultError};
use chrono::NaiveDate;
use std::sync::Arc;

/// The table whose label the index of 13-digit IDs carries: officers and people who sign in are found under the same index,
/// because linking them is what it is for.
const NATIONAL_ID_TABLE: &str = "officer_identity";

/// Keys that personal data is stored under.
pub struct PersonalData {
    vault: Vault,
    index: BlindIndexKey,
    pairwise: PairwiseKey,
    /// Indexes of passports and of accounts at providers: keyed like references, apart by their first word.
    others: PairwiseKey,
    randomness: Arc<dyn Randomness>,
}

impl PersonalData {
    /// Put together.
    pub fn new(
        vault: Vault,
        index: BlindIndexKey,
        pairwise: PairwiseKey,
        others: PairwiseKey,
        randomness: Arc<dyn Randomness>,
    ) -> Self {
        Self {
            vault,
            index,
            pairwise,
            others,
            randomness,
        }
    }

    /// A passport of the register and one of a provider are found under the same index, however either spells it.
    fn passport_digest(
        &self,
        number: &str,
        country: &str,
        birth_date: NaiveDate,
    ) -> Result<BlindIndex, crypto_vault::VaultError> {
        let (number, country) = match Passport::new(number, country, birth_date) {
            Ok(plain) => (plain.number, plain.country),
            Err(_) => (number.to_owned(), country.to_owned()),
        };
        self.others
            .reference("passport", &format!("{number}\n{country}\n{birth_date}"))
            .map(|index| *index.as_bytes())
    }

    /// What stands in for an index that could not be computed: it agrees with nothing, so that nobody is linked by it.
    fn unmatchable(&self, cause: &dyn std::fmt::Display) -> [u8; 32] {
        tracing::error!(error = %cause, "an index could not be computed");
        let mut bytes = [0u8; 32];
        self.randomness.fill(&mut bytes);
        bytes
    }
}

fn unavailable(cause: impl std::fmt::Display) -> VaultError {
    VaultError::Unavailable {
        cause: cause.to_string(),
    }
}

/// `table.column` as one value is how a room names a place.
fn place<'a>(text: &'a str, row: &'a str) -> Place<'a> {
    let (table, column) = text.split_once('.').unwrap_or((text, ""));
    Place { table, column, row }
}

impl IdentityVault for PersonalData {
    fn seal(&self, at: &str, id: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.vault
            .seal(&place(at, id), plain, self.randomness.as_ref())
            .map_err(unavailable)
    }

    fn open(&self, at: &str, id: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.vault
            .open(&place(at, id), sealed)
            .map(|plain| plain.to_vec())
            .map_err(|error| VaultError::CannotOpen {
                place: at.to_owned(),
                cause: error.to_string(),
            })
    }

    fn national_id_index(&self, national_id: &NationalId) -> Result<[u8; 32], VaultError> {
        self.index
            .index(NATIONAL_ID_TABLE, national_id)
            .map(|index| *index.as_bytes())
            .map_err(unavailable)
    }

    fn passport_index(&self, passport: &Passport) -> Result<[u8; 32], VaultError> {
        self.passport_digest(&passport.number, &passport.country, passport.birth_date)
            .map_err(unavailable)
    }

    fn person_index(&self, issuer: &str, subject: &str) -> Result<[u8; 32], VaultError> {
        self.others
            .reference("account", &format!("{issuer}\n{subject}"))
            .map(|index| *index.as_bytes())
            .map_err(unavailable)
    }
}

impl IdentityIndex for PersonalData {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        match self.index.index(NATIONAL_ID_TABLE, id) {
            Ok(index) => *index.as_bytes(),
            Err(error) => self.unmatchable(&error),
        }
    }

    fn passport(&self, number: &str, country: &str, birth_date: NaiveDate) -> BlindIndex {
        match self.passport_digest(number, country, birth_date) {
            Ok(index) => index,
            Err(error) => self.unmatchable(&error),
        }
    }
}

impl RegistryVault for PersonalData {
    fn seal(
        &self,
        at: &'static str,
        row: &str,
        plain: &[u8],
    ) -> Result<Sealed, RegistryVaultError> {
        let place = place(at, row);
        let randomness = self.randomness.as_ref();
        let sealed = || {
            let (key, data_key) = self.vault.new_person_key(&place, randomness)?;
            let value = key.seal(&place, plain, randomness)?;
            Ok::<_, crate::crypto::vault::VaultError>(Sealed { data_key, value })
        };
        sealed().map_err(|error| RegistryVaultError::Unavailable {
            cause: error.to_string(),
        })
    }

    fn open(
        &self,
        at: &'static str,
        row: &str,
        data_key: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, RegistryVaultError> {
        let place = place(at, row);
        let opened = self
            .vault
            .person_key(&place, data_key)
            .and_then(|key| key.open(&place, value));
        opened
            .map(|plain| plain.to_vec())
            .map_err(|error| RegistryVaultError::CannotOpen {
                place: at,
                cause: error.to_string(),
            })
    }
}

impl PairwiseReferences for PersonalData {
    fn reference(&self, client_id: &str, person: &str) -> String {
        let bytes = match self.pairwise.reference(client_id, person) {
            Ok(reference) => *reference.as_bytes(),
            Err(error) => self.unmatchable(&error),
        };
        // 128 bits are enough to be nobody else's.
        format!(
            "psn_{}",
            crate::kernel::id::crockford(bytes.get(..16).unwrap_or_default())
        )
    }
}

/// The log's key with the name it signs under.
pub struct LogSigner {
    name: String,
    key: FileKey,
    verifier: NoteVerifier,
}

impl LogSigner {
    /// A signer of this name.
    pub fn new(name: &str, key: FileKey) -> Result<Self, note::NoteError> {
        let verifier = NoteVerifier::of(name, &key)?;
        Ok(Self {
            name: name.to_owned(),
            key,
            verifier,
        })
    }

    /// What others pin to check the log's notes.
    pub fn verifier(&self) -> String {
        self.verifier.to_string()
    }
}

impl NoteSigner for LogSigner {
    fn sign(&self, body: &str) -> Result<String, NoteError> {
        note::sign(body, &self.name, &self.key).map_err(|error| NoteError::Signing {
            cause: error.to_string(),
        })
    }

    fn open(&self, text: &str) -> Result<String, NoteError> {
        note::open(text, std::slice::from_ref(&self.verifier))
            .map(|opened| opened.text.to_owned())
            .map_err(|error| NoteError::NotOurs {
                cause: error.to_string(),
            })
    }
}
