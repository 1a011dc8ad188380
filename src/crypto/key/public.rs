//! Public keys, parsed and checked once, and the signatures they verify.

use super::{Algorithm, KeyError};
use crate::crypto::der;
use crate::kernel::digest::Digest;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};
use std::fmt;

/// How a signature given to us was made. Wider than [`Algorithm`]: others may sign in ways we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::crypto) enum Scheme {
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
pub(in crate::crypto) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(in crate::crypto) fn openssl(self) -> MessageDigest {
        match self {
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The digest of these bytes.
    pub(in crate::crypto) fn digest(self, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
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

    pub(in crate::crypto) fn from_openssl(key: PKey<Public>) -> Result<Self, KeyError> {
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

    pub(in crate::crypto) fn openssl(&self) -> &PKey<Public> {
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
    pub(in crate::crypto) fn verify_scheme(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
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
pub(in crate::crypto) fn ecdsa_der(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.len() != 64 {
        return None;
    }
    let (r, s) = raw.split_at_checked(32)?;
    Some(der::sequence(&[&der::unsigned(r), &der::unsigned(s)]))
}

/// An ECDSA-Sig-Value on P-256 becomes 64 bytes r and s; `None` when it is not one.
pub(in crate::crypto) fn ecdsa_raw(encoded: &[u8]) -> Option<Vec<u8>> {
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
