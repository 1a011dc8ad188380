//! Personal data at rest: authenticated encryption bound to its place, blind indices, pairwise references.
//!
//! * A sealed value opens only at the table, column and row it was sealed for ([`Place`]), so a value copied to another
//!   row or person is refused.
//! * Each person has a [`PersonKey`]; it is stored wrapped by the vault's own key. Throwing the wrapped key away makes
//!   everything sealed with it unreadable: that is the deletion.
//! * A 13-digit number is found again through [`BlindIndexKey`]. An index without a key is no protection: all valid numbers
//!   can be tried in minutes.
//! * [`PairwiseKey`] gives every client its own reference of the same person, so that two clients cannot join their data.
//!
//! Keys come from files that only their owner may read, are wiped from memory when dropped and never printed.

use super::key::{KeyError, read_secret, write_secret};
use crate::kernel::digest::Digest;
use crate::kernel::id::{NationalId, Randomness};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why something is not sealed, opened or indexed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A key file.
    #[error(transparent)]
    File(#[from] KeyError),
    /// A key file that does not hold 64 hexadecimal characters, or holds a sample.
    #[error("the key file {0:?} does not hold a key of 256 random bits")]
    KeyForm(PathBuf),
    /// Two keys under one version, or no current one.
    #[error("no key, or two keys, with version {0}")]
    KeyVersion(u32),
    /// Not a sealed value.
    #[error("the sealed value is malformed")]
    Malformed,
    /// Sealed with a key that is not here.
    #[error("the value was sealed with the key of version {0}, which is not here")]
    UnknownKey(u32),
    /// Changed, or sealed for another place or with another key.
    #[error("the sealed value does not belong here or was changed")]
    NotAuthentic,
    /// The cryptographic library failed.
    #[error("the value could not be sealed or indexed")]
    Library(#[from] ErrorStack),
}

/// 256 secret bits.
struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        randomness.fill(bytes.as_mut());
        Self(bytes)
    }

    fn load(path: &Path) -> Result<Self, VaultError> {
        let text = read_secret(path)?;
        let form = || VaultError::KeyForm(path.to_owned());
        let text = std::str::from_utf8(&text).map_err(|_| form())?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.trim_ascii(), bytes.as_mut()).map_err(|_| form())?;
        // A key with few different bytes was typed by a person or copied from a manual.
        let mut different = *bytes;
        different.sort_unstable();
        let count = different.chunk_by(|left, right| left == right).count();
        if count < 16 {
            return Err(form());
        }
        Ok(Self(bytes))
    }

    fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self, VaultError> {
        match path.try_exists() {
            Ok(true) => Self::load(path),
            Ok(false) => {
                let fresh = Self::generate(randomness);
                let text = Zeroizing::new(hex::encode(*fresh.0));
                write_secret(path, text.as_bytes())?;
                Ok(fresh)
            }
            Err(source) => Err(KeyError::File {
                path: path.to_owned(),
                source,
            }
            .into()),
        }
    }

    fn hmac(&self, message: &[u8]) -> Result<Digest, VaultError> {
        let key = PKey::hmac(self.0.as_ref())?;
        let code = Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(message)?;
        let code = <[u8; 32]>::try_from(code).map_err(|_| VaultError::Malformed)?;
        Ok(Digest::from_bytes(code))
    }

    fn seal(
        &self,
        version: u32,
        place: &Place<'_>,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0u8; NONCE];
        randomness.fill(&mut nonce);
        let mut tag = [0u8; TAG];
        let sealed = encrypt_aead(
            Cipher::aes_256_gcm(),
            self.0.as_ref(),
            Some(&nonce),
            &place.bound(version),
            plain,
            &mut tag,
        )?;
        Ok([&[FORMAT], &version.to_be_bytes()[..], &nonce, &sealed, &tag].concat())
    }

    fn open(
        &self,
        version: u32,
        place: &Place<'_>,
        parts: &Parts<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        decrypt_aead(
            Cipher::aes_256_gcm(),
            self.0.as_ref(),
            Some(parts.nonce),
            &place.bound(version),
            parts.sealed,
            parts.tag,
        )
        .map(Zeroizing::new)
        .map_err(|_| VaultError::NotAuthentic)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hidden")
    }
}

const FORMAT: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// A sealed value taken apart: format byte, key version, nonce, ciphertext, tag.
struct Parts<'a> {
    version: u32,
    nonce: &'a [u8],
    sealed: &'a [u8],
    tag: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (nonce, rest) = rest.split_at_checked(NONCE)?;
        let (sealed, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        (*format == FORMAT).then_some(Self {
            version: u32::from_be_bytes(*version),
            nonce,
            sealed,
            tag,
        })
    }
}

/// Where a sealed value lies. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Identifier of the row.
    pub row: &'a str,
}

impl Place<'_> {
    /// The associated data: every part with its length before it, so that no two places read the same.
    fn bound(&self, version: u32) -> Vec<u8> {
        let version = version.to_be_bytes();
        let parts = [
            b"amnat vault 1".as_slice(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
            &version,
        ];
        length_prefixed(&parts)
    }
}

fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// The keys that wrap persons' keys and seal what belongs to nobody in particular: one current, older ones to open with.
#[derive(Debug)]
pub struct Vault {
    current: u32,
    keys: BTreeMap<u32, Secret>,
}

impl Vault {
    /// Keys from files, each under its version; `current` seals.
    pub fn load(current: u32, files: &[(u32, PathBuf)]) -> Result<Self, VaultError> {
        let mut keys = BTreeMap::new();
        for (version, path) in files {
            if keys.insert(*version, Secret::load(path)?).is_some() {
                return Err(VaultError::KeyVersion(*version));
            }
        }
        if !keys.contains_key(&current) {
            return Err(VaultError::KeyVersion(current));
        }
        Ok(Self { current, keys })
    }

    /// One key in a file that is made when missing: for the sandbox.
    pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self, VaultError> {
        let key = Secret::load_or_create(path, randomness)?;
        Ok(Self {
            current: 1,
            keys: BTreeMap::from([(1, key)]),
        })
    }

    /// Seals with the current key.
    pub fn seal(
        &self,
        place: &Place<'_>,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.key(self.current)?;
        key.seal(self.current, place, plain, randomness)
    }

    /// Opens what was sealed for this place with any of the keys.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = Parts::read(sealed).ok_or(VaultError::Malformed)?;
        self.key(parts.version)?.open(parts.version, place, &parts)
    }

    /// Whether the value was sealed with an older key and should be sealed again.
    pub fn is_outdated(&self, sealed: &[u8]) -> Result<bool, VaultError> {
        let parts = Parts::read(sealed).ok_or(VaultError::Malformed)?;
        Ok(parts.version != self.current)
    }

    /// A fresh key for one person, and the same key wrapped for storing at this place.
    pub fn new_person_key(
        &self,
        place: &Place<'_>,
        randomness: &dyn Randomness,
    ) -> Result<(PersonKey, Vec<u8>), VaultError> {
        let secret = Secret::generate(randomness);
        let wrapped = self.seal(place, secret.0.as_ref(), randomness)?;
        Ok((PersonKey(secret), wrapped))
    }

    /// A person's key from its wrapped form.
    pub fn person_key(&self, place: &Place<'_>, wrapped: &[u8]) -> Result<PersonKey, VaultError> {
        let plain = self.open(place, wrapped)?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        if plain.len() != bytes.len() {
            return Err(VaultError::Malformed);
        }
        bytes.copy_from_slice(&plain);
        Ok(PersonKey(Secret(bytes)))
    }

    fn key(&self, version: u32) -> Result<&Secret, VaultError> {
        self.keys
            .get(&version)
            .ok_or(VaultError::UnknownKey(version))
    }
}

/// One person's key: everything about the person is sealed with it.
#[derive(Debug)]
pub struct PersonKey(Secret);

/// The version written into what a person's key seals: there is only ever one.
const PERSON_KEY: u32 = 0;

impl PersonKey {
    /// Seals for this place.
    pub fn seal(
        &self,
        place: &Place<'_>,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, VaultError> {
        self.0.seal(PERSON_KEY, place, plain, randomness)
    }

    /// Opens what this key sealed for this place.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = Parts::read(sealed).ok_or(VaultError::Malformed)?;
        if parts.version != PERSON_KEY {
            return Err(VaultError::UnknownKey(parts.version));
        }
        self.0.open(PERSON_KEY, place, &parts)
    }
}

/// Finds a 13-digit number again without storing it.
#[derive(Debug)]
pub struct BlindIndexKey(Secret);

impl BlindIndexKey {
    /// The key in this file.
    pub fn load(path: &Path) -> Result<Self, VaultError> {
        Secret::load(path).map(Self)
    }

    /// The key in this file, made when missing: for the sandbox.
    pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self, VaultError> {
        Secret::load_or_create(path, randomness).map(Self)
    }

    /// HMAC-SHA-256 over version, the table's label and the number. Indices of two tables are unrelated.
    pub fn index(&self, table: &str, number: &NationalId) -> Result<Digest, VaultError> {
        // The number is always the last 13 characters: a label with a colon changes nothing.
        let message = Zeroizing::new(format!("nid:v1:{table}:{}", number.expose()));
        self.0.hmac(message.as_bytes())
    }
}

/// Names a person differently to every client.
#[derive(Debug)]
pub struct PairwiseKey(Secret);

impl PairwiseKey {
    /// The key in this file.
    pub fn load(path: &Path) -> Result<Self, VaultError> {
        Secret::load(path).map(Self)
    }

    /// The key in this file, made when missing: for the sandbox.
    pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self, VaultError> {
        Secret::load_or_create(path, randomness).map(Self)
    }

    /// The reference this client has for this person: always the same, and another one for every other client.
    pub fn reference(&self, client: &str, person: &str) -> Result<Digest, VaultError> {
        let parts = [
            b"pairwise:v1".as_slice(),
            client.as_bytes(),
            person.as_bytes(),
        ];
        self.0.hmac(&length_prefixed(&parts))
    }
}

#[cfg(test)]
mod tests;
