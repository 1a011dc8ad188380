//! Algorithms as certificates and signed messages spell them.

use super::der;
use super::key::{Algorithm, Hash, KeyKind, Scheme, SignError, Signer, ecdsa_der};
use super::oid;

/// AlgorithmIdentifier of our own signatures (RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3).
pub(super) fn identifier(algorithm: Algorithm) -> Vec<u8> {
    match algorithm {
        Algorithm::Es256 => der::sequence(&[&der::oid(oid::ECDSA_WITH_SHA256)]),
        Algorithm::Rsa3072Sha256 => der::sequence(&[&der::oid(oid::SHA256_WITH_RSA), &der::null()]),
        Algorithm::Ed25519 => der::sequence(&[&der::oid(oid::ED25519)]),
    }
}

/// AlgorithmIdentifier of our signatures in signed messages: as in certificates, except that RSA is named without its
/// digest, which the signer's own field names (RFC 3370 §3.2). `None` for Ed25519: PAdES and RFC 3161 validators do not
/// read it.
pub(super) fn message_identifier(algorithm: Algorithm) -> Option<Vec<u8>> {
    match algorithm {
        Algorithm::Es256 => Some(identifier(algorithm)),
        Algorithm::Rsa3072Sha256 => Some(der::sequence(&[
            &der::oid(oid::RSA_ENCRYPTION),
            &der::null(),
        ])),
        Algorithm::Ed25519 => None,
    }
}

/// AlgorithmIdentifier of SHA-256, parameters absent (RFC 5754 §2).
pub(super) fn sha256() -> Vec<u8> {
    der::sequence(&[&der::oid(oid::SHA256)])
}

/// A signer's answer in the form certificates and signed messages hold it.
pub(super) fn encoded(algorithm: Algorithm, signature: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        Algorithm::Es256 => ecdsa_der(signature),
        Algorithm::Rsa3072Sha256 | Algorithm::Ed25519 => Some(signature.to_vec()),
    }
}

/// Signs and gives the signature in the form certificates and signed messages hold it.
pub(super) fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, SignError> {
    encoded(signer.algorithm(), &signer.sign(message)?).ok_or(SignError::Malformed)
}

/// The digest an AlgorithmIdentifier names; parameters are absent or NULL.
pub(super) fn read_hash(content: &[u8]) -> Result<Hash, der::DerError> {
    match identifier_parts(content)? {
        (oid::SHA256, _) => Ok(Hash::Sha256),
        (oid::SHA384, _) => Ok(Hash::Sha384),
        (oid::SHA512, _) => Ok(Hash::Sha512),
        _ => Err(der::DerError::Value),
    }
}

/// How a message was signed, from its signature's AlgorithmIdentifier, the digest its signer names and the key.
///
/// For RSA only `rsaEncryption` is read: it and `sha256WithRSAEncryption` mean the same here, are one byte apart and are
/// covered by no signature, so accepting both would leave a byte that may change.
pub(super) fn read_scheme(
    content: &[u8],
    hash: Hash,
    kind: KeyKind,
) -> Result<Scheme, der::DerError> {
    let (name, null) = identifier_parts(content)?;
    match (name, hash, kind) {
        (oid::ECDSA_WITH_SHA256, Hash::Sha256, KeyKind::P256 | KeyKind::P384)
        | (oid::ECDSA_WITH_SHA384, Hash::Sha384, KeyKind::P256 | KeyKind::P384)
        | (oid::ECDSA_WITH_SHA512, Hash::Sha512, KeyKind::P256 | KeyKind::P384)
            if !null =>
        {
            Ok(Scheme::EcdsaDer(hash))
        }
        (oid::RSA_ENCRYPTION, _, KeyKind::Rsa) if null => Ok(Scheme::RsaPkcs1(hash)),
        _ => Err(der::DerError::Value),
    }
}

/// The name and whether NULL parameters follow it.
fn identifier_parts(content: &[u8]) -> Result<(&[u8], bool), der::DerError> {
    let mut reader = der::Reader::new(content);
    let name = reader.content(der::tag::OID)?;
    let null = reader.optional(der::tag::NULL)?;
    if null.is_some_and(|element| !element.content.is_empty()) {
        return Err(der::DerError::Value);
    }
    reader.finish()?;
    Ok((name, null.is_some()))
}
