//! Private keys behind one trait, public keys, plain signatures, and the machine's generator.
//!
//! The rest of the program holds a [`Signer`] and does not know whether the key lies in a file or in a hardware
//! module. [`FileKey`] is for the sandbox and for tests; whoever composes a production service decides not to make one.

use super::der;
use crate::kernel::digest::Digest;
use crate::kernel::id::Randomness;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer as OpensslSigner, Verifier};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

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

/// How a signature given to us was made. Wider than [`Algorithm`]: others may sign in ways we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// ECDSA with SHA-256, 64 bytes r and s.
    EcdsaRaw,
    /// ECDSA with this digest, r and s in DER.
    EcdsaDer(Hash),
    /// RSA PKCS #1 v1.5.
    RsaPkcs1(Hash),
    /// RSA-PSS with SHA-256, salt of 32 bytes (PS256).
    RsaPss,
    /// Ed25519.
    Ed25519,
}

/// Digests that others may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn openssl(self) -> MessageDigest {
        match self {
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The digest of these bytes.
    pub(super) fn digest(self, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        Ok(openssl::hash::hash(self.openssl(), bytes)?.to_vec())
    }
}

/// Kinds of public keys that may verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Elliptic curve P-256.
    P256,
    /// Elliptic curve P-384 (in foreign certificates only).
    P384,
    /// RSA of at least 2048 bits with an odd exponent of at least 65537.
    Rsa,
    /// Ed25519.
    Ed25519,
}

/// A public key, parsed and checked once.
#[derive(Clone)]
pub struct PublicKey {
    kind: KeyKind,
    key: PKey<Public>,
    spki: Vec<u8>,
}

impl PublicKey {
    /// From SubjectPublicKeyInfo in DER; refuses other spellings, other kinds and short keys.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let key = PKey::public_key_from_der(der).map_err(KeyError::Encoding)?;
        if key.public_key_to_der().map_err(KeyError::Encoding)? != der {
            return Err(KeyError::NotCanonical);
        }
        Self::from_openssl(key)
    }

    pub(super) fn from_openssl(key: PKey<Public>) -> Result<Self, KeyError> {
        let kind = kind_of(&key)?;
        let spki = key.public_key_to_der().map_err(KeyError::Encoding)?;
        Ok(Self { kind, key, spki })
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// SubjectPublicKeyInfo in DER.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    pub(super) fn openssl(&self) -> &PKey<Public> {
        &self.key
    }

    /// Whether this key made the signature over the message. A key of another kind never did.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let scheme = match algorithm {
            Algorithm::Es256 => Scheme::EcdsaRaw,
            Algorithm::Rsa3072Sha256 => Scheme::RsaPkcs1(Hash::Sha256),
            Algorithm::Ed25519 => Scheme::Ed25519,
        };
        self.verify_scheme(scheme, message, signature)
    }

    /// The library's own errors about a signature (not a point, out of range) mean the same to us: not verified.
    pub(super) fn verify_scheme(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        self.try_verify(scheme, message, signature).unwrap_or(false)
    }

    fn try_verify(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, ErrorStack> {
        match (scheme, self.kind) {
            (Scheme::EcdsaRaw, KeyKind::P256) => {
                let Some(encoded) = ecdsa_der(signature) else {
                    return Ok(false);
                };
                Verifier::new(MessageDigest::sha256(), &self.key)?.verify_oneshot(&encoded, message)
            }
            (Scheme::EcdsaDer(hash), KeyKind::P256 | KeyKind::P384) => {
                Verifier::new(hash.openssl(), &self.key)?.verify_oneshot(signature, message)
            }
            (Scheme::RsaPkcs1(hash), KeyKind::Rsa) => {
                Verifier::new(hash.openssl(), &self.key)?.verify_oneshot(signature, message)
            }
            (Scheme::RsaPss, KeyKind::Rsa) => {
                let mut verifier = Verifier::new(MessageDigest::sha256(), &self.key)?;
                verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                verifier.set_rsa_mgf1_md(MessageDigest::sha256())?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(32))?;
                verifier.verify_oneshot(signature, message)
            }
            (Scheme::Ed25519, KeyKind::Ed25519) => {
                Verifier::new_without_digest(&self.key)?.verify_oneshot(signature, message)
            }
            _ => Ok(false),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PublicKey({:?}, {:?})",
            self.kind,
            Digest::of(&self.spki)
        )
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

fn kind_of(key: &PKey<Public>) -> Result<KeyKind, KeyError> {
    match key.id() {
        Id::EC => {
            let ec = key.ec_key().map_err(KeyError::Encoding)?;
            ec.check_key().map_err(KeyError::Encoding)?;
            match ec.group().curve_name() {
                Some(Nid::X9_62_PRIME256V1) => Ok(KeyKind::P256),
                Some(Nid::SECP384R1) => Ok(KeyKind::P384),
                _ => Err(KeyError::Unsuitable),
            }
        }
        Id::RSA => {
            let rsa = key.rsa().map_err(KeyError::Encoding)?;
            let exponent = rsa.e().to_vec();
            let odd = exponent.last().is_some_and(|last| last & 1 == 1);
            let large = der::small(&exponent).is_ok_and(|value| value >= 65_537);
            if odd && large && (2048..=8192).contains(&key.bits()) {
                Ok(KeyKind::Rsa)
            } else {
                Err(KeyError::Unsuitable)
            }
        }
        Id::ED25519 => {
            let point = key.raw_public_key().map_err(KeyError::Encoding)?;
            if is_small_order(&point) {
                Err(KeyError::Unsuitable)
            } else {
                Ok(KeyKind::Ed25519)
            }
        }
        _ => Err(KeyError::Unsuitable),
    }
}

/// Points of small order on edwards25519: with such a "key", one signature fits many messages.
fn is_small_order(point: &[u8]) -> bool {
    const Y_OF_ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let Ok(mut y) = <[u8; 32]>::try_from(point) else {
        return true;
    };
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    if Y_OF_ORDER_8.contains(&y) {
        return true;
    }
    // y is 0, 1, p-1, p or p+1 with p = 2^255 - 19.
    let [first, middle @ .., last] = &y;
    let low = middle.iter().all(|byte| *byte == 0) && *last == 0 && *first <= 1;
    let high =
        middle.iter().all(|byte| *byte == 0xff) && *last == 0x7f && (0xec..=0xee).contains(first);
    low || high
}

/// Whether the key (SubjectPublicKeyInfo, DER) made the signature over the message. Callers that verify often keep a
/// [`PublicKey`] instead.
pub fn verify(
    algorithm: Algorithm,
    spki_der: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, KeyError> {
    Ok(PublicKey::from_spki(spki_der)?.verify(algorithm, message, signature))
}

/// 64 bytes r and s become an ECDSA-Sig-Value; `None` for another length.
pub(super) fn ecdsa_der(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.len() != 64 {
        return None;
    }
    let (r, s) = raw.split_at_checked(32)?;
    Some(der::sequence(&[&der::unsigned(r), &der::unsigned(s)]))
}

/// An ECDSA-Sig-Value on P-256 becomes 64 bytes r and s; `None` when it is not one.
pub(super) fn ecdsa_raw(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut inner = der::only(encoded, der::tag::SEQUENCE).ok()?;
    let mut raw = Vec::with_capacity(64);
    for _ in 0..2 {
        let number = inner.unsigned_integer().ok()?;
        let padding = 32usize.checked_sub(number.len())?;
        raw.extend(std::iter::repeat_n(0, padding));
        raw.extend_from_slice(number);
    }
    inner.finish().ok()?;
    Some(raw)
}

/// A private key in a PEM file (PKCS #8) that only its owner may read. For the sandbox and for tests.
pub struct FileKey {
    key: PKey<Private>,
    algorithm: Algorithm,
    public: PublicKey,
    key_id: String,
}

impl FileKey {
    /// A new key in memory, kept nowhere.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let key = match algorithm {
            Algorithm::Es256 => EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
                .and_then(|group| EcKey::generate(&group))
                .and_then(PKey::from_ec_key),
            Algorithm::Rsa3072Sha256 => Rsa::generate(3072).and_then(PKey::from_rsa),
            Algorithm::Ed25519 => PKey::generate_ed25519(),
        };
        Self::from_openssl(key.map_err(KeyError::Generation)?, algorithm)
    }

    /// The key in this file, which must be of this kind and readable by its owner only.
    pub fn load(path: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        let pem = read_secret(path)?;
        let key = PKey::private_key_from_pem(&pem).map_err(KeyError::Encoding)?;
        Self::from_openssl(key, algorithm)
    }

    /// The key in this file; a missing file is made, with mode 0600 and a new key in it.
    pub fn load_or_create(path: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        match path.try_exists() {
            Ok(true) => Self::load(path, algorithm),
            Ok(false) => {
                let fresh = Self::generate(algorithm)?;
                let pem = fresh.private_key_pem()?;
                write_secret(path, &pem)?;
                Ok(fresh)
            }
            Err(source) => Err(KeyError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The same key under another name.
    pub fn named(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = key_id.into();
        self
    }

    /// The public half, parsed.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The private key as PKCS #8 PEM, for a TLS client library that wants it. Wiped from memory when dropped.
    pub fn private_key_pem(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let pem = self
            .key
            .private_key_to_pem_pkcs8()
            .map_err(KeyError::Encoding)?;
        Ok(Zeroizing::new(pem))
    }

    pub(super) fn openssl(&self) -> &PKey<Private> {
        &self.key
    }

    fn from_openssl(key: PKey<Private>, algorithm: Algorithm) -> Result<Self, KeyError> {
        let spki = key.public_key_to_der().map_err(KeyError::Encoding)?;
        let public = PublicKey::from_spki(&spki)?;
        let fits = match (algorithm, public.kind()) {
            (Algorithm::Es256, KeyKind::P256) | (Algorithm::Ed25519, KeyKind::Ed25519) => true,
            (Algorithm::Rsa3072Sha256, KeyKind::Rsa) => key.bits() >= 3072,
            _ => false,
        };
        if !fits {
            return Err(KeyError::Unsuitable);
        }
        let key_id = super::jws::thumbprint(&public)?;
        Ok(Self {
            key,
            algorithm,
            public,
            key_id,
        })
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileKey({:?}, hidden)", self.algorithm)
    }
}

impl Signer for FileKey {
    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn public_key_der(&self) -> &[u8] {
        self.public.spki_der()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match self.algorithm {
            Algorithm::Es256 => {
                let encoded = OpensslSigner::new(MessageDigest::sha256(), &self.key)?
                    .sign_oneshot_to_vec(message)?;
                ecdsa_raw(&encoded).ok_or(SignError::Malformed)
            }
            Algorithm::Rsa3072Sha256 => Ok(OpensslSigner::new(MessageDigest::sha256(), &self.key)?
                .sign_oneshot_to_vec(message)?),
            Algorithm::Ed25519 => {
                Ok(OpensslSigner::new_without_digest(&self.key)?.sign_oneshot_to_vec(message)?)
            }
        }
    }
}

/// The content of a secret file that only its owner may read. Wiped from memory when dropped.
pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let failed = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    // The mode of what was opened, not of what the path names a moment later.
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Mode {
            path: path.to_owned(),
            mode,
        });
    }
    let mut content = Zeroizing::new(Vec::new());
    file.read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// A new secret file with mode 0600; an existing file is never overwritten.
pub(super) fn write_secret(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })
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
mod tests {
    use super::*;

    const ALL: [Algorithm; 3] = [
        Algorithm::Es256,
        Algorithm::Rsa3072Sha256,
        Algorithm::Ed25519,
    ];

    #[test]
    fn each_algorithm_verifies_its_own_signature_and_no_other_message() {
        for algorithm in ALL {
            let key = FileKey::generate(algorithm).unwrap();
            let signature = key.sign(b"message").unwrap();
            let spki = key.public_key_der();
            assert!(verify(algorithm, spki, b"message", &signature).unwrap());
            assert!(!verify(algorithm, spki, b"massage", &signature).unwrap());
            for other in ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(!verify(other, spki, b"message", &signature).unwrap());
            }
        }
    }

    #[test]
    fn ecdsa_signatures_of_zeros_or_in_der_form_are_refused() {
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        let raw = key.sign(b"message").unwrap();
        let encoded = ecdsa_der(&raw).unwrap();
        assert_eq!(ecdsa_raw(&encoded), Some(raw));
        let public = key.public_key();
        assert!(!public.verify(Algorithm::Es256, b"message", &[0; 64]));
        assert!(!public.verify(Algorithm::Es256, b"message", &encoded));
        assert!(!public.verify(Algorithm::Es256, b"message", &[]));
    }

    #[test]
    fn a_key_file_is_kept_private_and_refused_when_it_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seal.pem");
        let made = FileKey::load_or_create(&path, Algorithm::Es256).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = FileKey::load_or_create(&path, Algorithm::Es256).unwrap();
        assert_eq!(made.public_key(), again.public_key());
        assert_eq!(made.key_id(), again.key_id());
        assert!(matches!(
            FileKey::load(&path, Algorithm::Ed25519),
            Err(KeyError::Unsuitable)
        ));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            FileKey::load_or_create(&path, Algorithm::Es256),
            Err(KeyError::Mode { mode: 0o640, .. })
        ));
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        write_secret(&path, b"first").unwrap();
        assert!(matches!(
            write_secret(&path, b"second"),
            Err(KeyError::File { .. })
        ));
        assert_eq!(&read_secret(&path).unwrap()[..], b"first");
    }

    #[test]
    fn ed25519_keys_of_small_order_are_refused() {
        let mut one = [0u8; 32];
        one[0] = 1;
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for point in [[0; 32], one, minus_one] {
            let key = PKey::public_key_from_raw_bytes(&point, Id::ED25519).unwrap();
            assert!(matches!(
                PublicKey::from_openssl(key),
                Err(KeyError::Unsuitable)
            ));
        }
    }

    #[test]
    fn private_keys_are_not_printed() {
        let key = FileKey::generate(Algorithm::Ed25519).unwrap();
        assert_eq!(format!("{key:?}"), "FileKey(Ed25519, hidden)");
    }

    #[test]
    fn the_machines_generator_does_not_repeat_itself() {
        assert_ne!(OsRandomness.bytes::<32>(), OsRandomness.bytes::<32>());
    }
}
