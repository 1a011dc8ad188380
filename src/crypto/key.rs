//! Private keys behind one trait, public keys, plain signatures, and the machine's generator.
//!
//! The rest of the program holds a [`Signer`] and does not know whether the key lies in a file or in a hardware
//! module. [`FileKey`] is for the sandbox and for tests; whoever composes a production service decides not to make one.

mod file;
mod public;

pub use file::FileKey;
pub use public::{KeyKind, PublicKey, verify};

pub(in crate::crypto) use file::{read_secret, write_secret};
pub(in crate::crypto) use public::{Hash, Scheme, ecdsa_der, ecdsa_raw};

use crate::kernel::id::Randomness;
use openssl::error::ErrorStack;
use std::path::PathBuf;

/// How our own keys sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; signatures are the 64 bytes r and s (RFC 7518 §3.4).
    Es256,
    /// RSA PKCS #1 v1.5 with SHA-256, 3072 bits (2048 and more are accepted when verifying).
    Rsa3072Sha256,
    /// Ed25519 (RFC 8032); signatures are 64 bytes.
    Ed25519,
}

impl Algorithm {
    /// The name in JSON Web Signatures (RFC 7518 §3.1, RFC 8037 §3.1).
    pub fn jws_name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rsa3072Sha256 => "RS256",
            Self::Ed25519 => "EdDSA",
        }
    }
}

/// Why something was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The cryptographic library refused.
    #[error("the signature could not be made")]
    Library(#[from] ErrorStack),
    /// The key is out of reach (a hardware module that does not answer).
    #[error("the signing key is out of reach: {0}")]
    Unavailable(String),
    /// The library answered with something that is not a signature.
    #[error("the signature came back malformed")]
    Malformed,
}

/// Something that holds a private key and signs with it.
pub trait Signer: Send + Sync {
    /// Name of the key: what `kid` says. By default the RFC 7638 thumbprint.
    fn key_id(&self) -> &str;

    /// How it signs.
    fn algorithm(&self) -> Algorithm;

    /// The public half as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
    fn public_key_der(&self) -> &[u8];

    /// The signature over the message (which is hashed here), in the form [`Algorithm`] names.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why a key is not usable.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or written.
    #[error("the key file {path:?} could not be read or written")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner may read the file.
    #[error(
        "the key file {path:?} may be read by others than its owner (mode {mode:o}); it needs 600 or 400"
    )]
    Mode {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a key we understand.
    #[error("not a key in the expected form")]
    Encoding(#[source] ErrorStack),
    /// Bytes that are not the only spelling of a public key.
    #[error("the public key is not in its canonical form")]
    NotCanonical,
    /// A key of another kind, curve or length than the algorithm asks for.
    #[error("the key is of another kind, curve or length than asked for")]
    Unsuitable,
    /// A new key could not be made.
    #[error("the key could not be generated")]
    Generation(#[source] ErrorStack),
}

/// The operating system's generator. Made by the composition root only.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = openssl::rand::rand_bytes(buffer) {
            // Predictable "randomness" would be worse than a stopped process, and the trait has no error to give.
            eprintln!("amnat: the generator of random numbers failed: {error}");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests;
