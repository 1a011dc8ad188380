//! The signature inside a sealed document: PAdES baseline B-B and B-T (ETSI EN 319 142-1 §6) as a detached CMS message
//! (RFC 5652) over a *digest*, so that the key may be far away and this module never sees a document.
//!
//! Sealing: [`SignedAttributes::prepare`] → the signer signs [`SignedAttributes::to_be_signed`] → for B-T a time-stamp over
//! [`signature_imprint`] → [`assemble`]. There is no signing-time attribute: PAdES takes the claimed time from the
//! document and forbids this second one.
//!
//! Judging: [`verify()`] takes the message apart, checks every part, and then writes it again from the parts. The two must be
//! equal byte for byte, so there is no place left where a change could hide.

use super::algorithm;
use super::der;
use super::key::{Algorithm, KeyKind, ecdsa_raw};
use super::oid;
use super::signed_data::{self, Draft, SignedData, StructureRefusal};
use super::timestamp::{self, TimestampRefusal, Token};
use super::x509::{Certificate, ChainRefusal, Purpose, verify_chain};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;

/// Why a signature is not assembled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// Ed25519: the validators of documents do not read it.
    #[error("documents are sealed with P-256 or RSA keys only")]
    Algorithm,
    /// Not a signature of the named algorithm.
    #[error("the signature has another form than its algorithm's")]
    Signature,
    /// The time-stamp token is not one DER element.
    #[error("the time-stamp token is malformed")]
    Timestamp,
}

/// What the signer signs: content type, the document's digest and the signer's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAttributes {
    set: Vec<u8>,
    signer: Certificate,
}

impl SignedAttributes {
    /// For a document with this SHA-256 digest, to be signed with the key of this certificate.
    pub fn prepare(digest: &Digest, signer: &Certificate) -> Self {
        Self {
            set: signed_data::signed_attributes(oid::DATA, digest.as_bytes(), signer),
            signer: signer.clone(),
        }
    }

    /// The message for [`super::key::Signer::sign`].
    pub fn to_be_signed(&self) -> &[u8] {
        &self.set
    }
}

/// What a time-stamp must cover: SHA-256 over the signature value as the message holds it (ETSI EN 319 122-1 §5.3).
pub fn signature_imprint(algorithm: Algorithm, signature: &[u8]) -> Result<Digest, CmsError> {
    let encoded = algorithm::encoded(algorithm, signature).ok_or(CmsError::Signature)?;
    Ok(Digest::of(encoded))
}

/// The message in DER: `signature` as the signer gave it, the certificates between signer and root (the signer's own is
/// added, the root may be left out), and for B-T the time-stamp token.
pub fn assemble(
    attributes: &SignedAttributes,
    signature: &[u8],
    algorithm: Algorithm,
    intermediates: &[Certificate],
    timestamp: Option<&[u8]>,
) -> Result<Vec<u8>, CmsError> {
    let signature = algorithm::encoded(algorithm, signature).ok_or(CmsError::Signature)?;
    if let Some(token) = timestamp {
        der::only(token, der::tag::SEQUENCE).map_err(|_| CmsError::Timestamp)?;
    }
    let mut certificates = vec![attributes.signer.clone()];
    for intermediate in intermediates {
        if !certificates.contains(intermediate) {
            certificates.push(intermediate.clone());
        }
    }
    let draft = Draft {
        content_type: oid::DATA,
        content: None,
        signer: &attributes.signer,
        signed_attributes: &attributes.set,
        algorithm,
        signature: &signature,
        certificates: &certificates,
        unsigned: timestamp.map(|token| (oid::TIME_STAMP_TOKEN, token)),
    };
    draft.encode().ok_or(CmsError::Algorithm)
}

/// An upper bound of the assembled message in bytes, for the hole in the document: `timestamp` is the length of a
/// token of the authority that will be asked (zero for B-B). Tokens differ by a few bytes, so leave some room beside it.
pub fn size_bound(
    signer: &Certificate,
    intermediates: &[Certificate],
    algorithm: Algorithm,
    timestamp: usize,
) -> usize {
    let certificates: usize = intermediates
        .iter()
        .chain(std::iter::once(signer))
        .map(|certificate| certificate.der().len())
        .sum();
    let signature = match algorithm {
        Algorithm::Es256 => 72,
        Algorithm::Ed25519 => 64,
        // The key's bits are within its certificate; 8192 bits is the longest key read.
        Algorithm::Rsa3072Sha256 => 1024,
    };
    let issuer_twice = 2 * (signer.facts().issuer_der.len() + signer.facts().serial.len() + 16);
    certificates + signature + issuer_twice + timestamp + 320
}

/// How much a signature proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Who sealed it (baseline B-B).
    BaselineB,
    /// Who sealed it, and that it existed at a moment a time-stamp authority names (baseline B-T).
    BaselineT,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CmsReport {
    /// The sealing certificate.
    pub signer: Certificate,
    /// From the sealing certificate to the trusted root.
    pub chain: Vec<Certificate>,
    /// The time-stamp, for B-T.
    pub timestamp: Option<Token>,
}

impl CmsReport {
    /// The level reached.
    pub fn level(&self) -> Level {
        match self.timestamp {
            Some(_) => Level::BaselineT,
            None => Level::BaselineB,
        }
    }
}

/// Why a document's signature does not hold.
#[derive(Debug, thiserror::Error)]
pub enum CmsRefusal {
    /// Its structure or its signature.
    #[error(transparent)]
    Structure(#[from] StructureRefusal),
    /// It is over something else than the document.
    #[error("the signature is over another content")]
    OtherContent,
    /// The content is inside: not a detached signature over plain data.
    #[error("not a detached signature over a document")]
    NotDetached,
    /// An unsigned attribute that is no time-stamp.
    #[error("the signature carries an unsigned attribute that is no time-stamp")]
    UnsignedAttribute,
    /// The time-stamp does not hold.
    #[error("the time-stamp does not hold")]
    Timestamp(#[from] TimestampRefusal),
    /// The sealing certificate is not trusted.
    #[error("the sealing certificate is not trusted")]
    Chain(#[from] ChainRefusal),
    /// A certificate is embedded that takes part in nothing.
    #[error("a certificate is embedded that takes no part in the chain")]
    SuperfluousCertificate,
    /// The message could have been written otherwise.
    #[error("the signature is not in the one form we write")]
    NotCanonical,
}

/// Judges a detached signature over a document with this digest.
///
/// The sealing certificate must lead to one of the roots, which the caller trusts, at the time-stamp's moment (B-T) or
/// at `at` (B-B); the time-stamp authority's certificate must lead to one of them as well. A time-stamp from after
/// `at` is refused.
pub fn verify(
    cms: &[u8],
    digest: &Digest,
    roots: &[Certificate],
    at: Instant,
) -> Result<CmsReport, CmsRefusal> {
    let data = SignedData::parse(cms)?;
    if data.content_type != oid::DATA || data.content.is_some() {
        return Err(CmsRefusal::NotDetached);
    }
    data.verify(|_| Ok(digest.as_bytes().to_vec()))
        .map_err(|refusal| match refusal {
            StructureRefusal::ContentDigest => CmsRefusal::OtherContent,
            other => other.into(),
        })?;
    let signer = data.signer()?.clone();
    let token = match data.unsigned()? {
        None => None,
        Some((oid::TIME_STAMP_TOKEN, token)) => Some(token),
        Some(_) => return Err(CmsRefusal::UnsignedAttribute),
    };
    let timestamp = token
        .map(|token| timestamp::verify_token(token, &Digest::of(data.signature), roots, at))
        .transpose()?;
    let moment = timestamp.as_ref().map_or(at, |token| token.time);
    let chain = verify_chain(&signer, &data.certificates, roots, moment, Purpose::Seal)?;
    if !data.embeds_only(&chain) {
        return Err(CmsRefusal::SuperfluousCertificate);
    }
    if rewritten(&data, digest, &signer, token).as_deref() != Some(cms) {
        return Err(CmsRefusal::NotCanonical);
    }
    Ok(CmsReport {
        signer,
        chain,
        timestamp,
    })
}

/// The message as we would have written it from its parts.
fn rewritten(
    data: &SignedData<'_>,
    digest: &Digest,
    signer: &Certificate,
    token: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let (algorithm, signature) = match signer.public_key().ok()?.kind() {
        KeyKind::P256 => (Algorithm::Es256, ecdsa_raw(data.signature)?),
        KeyKind::Rsa => (Algorithm::Rsa3072Sha256, data.signature.to_vec()),
        KeyKind::P384 | KeyKind::Ed25519 => return None,
    };
    let attributes = SignedAttributes::prepare(digest, signer);
    assemble(
        &attributes,
        &signature,
        algorithm,
        &data.certificates,
        token,
    )
    .ok()
}

#[cfg(test)]
mod tests;
