//! The one shape of a signed message (CMS SignedData, RFC 5652 §5) that documents and time-stamps share here: a single
//! signer named by issuer and serial number, certificates, no revocation lists.

use super::algorithm;
use super::der::{self, DerError, Reader, tag};
use super::key::{Algorithm, Hash, KeyError};
use super::oid;
use super::x509::{Certificate, CertificateError};
use openssl::error::ErrorStack;
use std::collections::HashSet;

/// Why bytes are not a signed message we accept.
#[derive(Debug, thiserror::Error)]
pub enum StructureRefusal {
    /// The encoding is not canonical or has another structure.
    #[error("the signature's structure is not the one expected")]
    Encoding(#[from] DerError),
    /// An embedded certificate is not readable.
    #[error("an embedded certificate is not readable")]
    Certificate(#[from] CertificateError),
    /// The signer's key is of a kind we do not verify with.
    #[error("the signer's key is not acceptable")]
    Key(#[from] KeyError),
    /// The signer's certificate is missing, or there are two.
    #[error("not exactly one embedded certificate is the signer's")]
    SignerCertificate,
    /// The signed attributes do not name the signer's certificate.
    #[error("the signature does not name the signer's certificate")]
    SigningCertificate,
    /// A required attribute is missing, repeated, or says something else.
    #[error("a signed attribute is missing, repeated or wrong")]
    Attribute,
    /// The signed digest is not that of the content.
    #[error("the signed digest is not that of the content")]
    ContentDigest,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// The cryptographic library failed.
    #[error("the signature could not be checked")]
    Library(#[from] ErrorStack),
}

/// One attribute with its only value.
pub(super) struct Attribute<'a> {
    name: &'a [u8],
    value: der::Element<'a>,
}

/// Name and value of an attribute as encoded.
type Encoded<'a> = (&'a [u8], &'a [u8]);

/// A parsed signed message; nothing in it has been verified.
pub(super) struct SignedData<'a> {
    pub(super) content_type: &'a [u8],
    pub(super) content: Option<&'a [u8]>,
    pub(super) certificates: Vec<Certificate>,
    issuer: &'a [u8],
    serial: &'a [u8],
    hash: Hash,
    /// Content of the signed attributes' SET.
    pub(super) signed_attributes: &'a [u8],
    attributes: Vec<Attribute<'a>>,
    signature_algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
    unsigned_attributes: Vec<Attribute<'a>>,
}

impl<'a> SignedData<'a> {
    /// The structure, exactly: versions, one digest algorithm, one signer, nothing unknown, nothing after it.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StructureRefusal> {
        let mut info = der::only(bytes, tag::SEQUENCE)?;
        if info.content(tag::OID)? != oid::SIGNED_DATA {
            return Err(DerError::Value.into());
        }
        let mut wrapped = info.enter(tag::context_constructed(0))?;
        info.finish()?;
        let mut data = wrapped.enter(tag::SEQUENCE)?;
        wrapped.finish()?;

        let version = data.small_integer()?;
        let mut digests = data.enter(tag::SET)?;
        let digest_algorithm = digests.expect(tag::SEQUENCE)?;
        digests.finish()?;
        let mut encapsulated = data.enter(tag::SEQUENCE)?;
        let content_type = encapsulated.content(tag::OID)?;
        let content = match encapsulated.optional(tag::context_constructed(0))? {
            Some(element) => {
                let mut inner = Reader::new(element.content);
                let content = inner.content(tag::OCTET_STRING)?;
                inner.finish()?;
                Some(content)
            }
            None => None,
        };
        encapsulated.finish()?;
        // RFC 5652 §5.1: 1 for plain data, 3 for any other content (attribute certificates never occur here).
        if version != if content_type == oid::DATA { 1 } else { 3 } {
            return Err(DerError::Value.into());
        }
        let mut certificates = Vec::new();
        if let Some(set) = data.optional(tag::context_constructed(0))? {
            let mut inner = Reader::new(set.content);
            while !inner.is_empty() {
                certificates.push(Certificate::from_der(inner.expect(tag::SEQUENCE)?.raw)?);
            }
        }
        let mut signers = data.enter(tag::SET)?;
        data.finish()?;
        let mut signer = signers.enter(tag::SEQUENCE)?;
        signers.finish()?;

        if signer.small_integer()? != 1 {
            return Err(DerError::Value.into());
        }
        let mut identifier = signer.enter(tag::SEQUENCE)?;
        let issuer = identifier.expect(tag::SEQUENCE)?.raw;
        let serial = identifier.content(tag::INTEGER)?;
        identifier.finish()?;
        let signer_digest = signer.expect(tag::SEQUENCE)?;
        if signer_digest.raw != digest_algorithm.raw {
            return Err(DerError::Value.into());
        }
        let hash = algorithm::read_hash(signer_digest.content)?;
        let signed_attributes = signer.content(tag::context_constructed(0))?;
        let signature_algorithm = signer.content(tag::SEQUENCE)?;
        let signature = signer.content(tag::OCTET_STRING)?;
        let unsigned = match signer.optional(tag::context_constructed(1))? {
            Some(element) if element.content.is_empty() => return Err(DerError::Value.into()),
            Some(element) => read_attributes(element.content)?,
            None => Vec::new(),
        };
        signer.finish()?;
        Ok(Self {
            content_type,
            content,
            certificates,
            issuer,
            serial,
            hash,
            signed_attributes,
            attributes: read_attributes(signed_attributes)?,
            signature_algorithm,
            signature,
            unsigned_attributes: unsigned,
        })
    }

    /// The one embedded certificate that the signer's identifier names.
    pub(super) fn signer(&self) -> Result<&Certificate, StructureRefusal> {
        let mut named = self.certificates.iter().filter(|certificate| {
            let facts = certificate.facts();
            facts.issuer_der == self.issuer && facts.serial == self.serial
        });
        match (named.next(), named.next()) {
            (Some(signer), None) => Ok(signer),
            _ => Err(StructureRefusal::SignerCertificate),
        }
    }

    /// Everything between content and signature: the type and digest that were signed, the certificate they name, and
    /// the signature with that certificate's key. `digest` is called with the signer's hash.
    pub(super) fn verify(
        &self,
        digest: impl FnOnce(Hash) -> Result<Vec<u8>, StructureRefusal>,
    ) -> Result<(), StructureRefusal> {
        let signer = self.signer()?;
        let content_type = self.attribute(oid::CONTENT_TYPE, tag::OID)?;
        if content_type != self.content_type {
            return Err(StructureRefusal::Attribute);
        }
        let signed_digest = self.attribute(oid::MESSAGE_DIGEST, tag::OCTET_STRING)?;
        if signed_digest != digest(self.hash)? {
            return Err(StructureRefusal::ContentDigest);
        }
        self.check_signing_certificate(signer)?;
        let key = signer.public_key()?;
        let scheme = algorithm::read_scheme(self.signature_algorithm, self.hash, key.kind())?;
        let message = der::element(tag::SET, self.signed_attributes);
        if key.verify_scheme(scheme, &message, self.signature) {
            Ok(())
        } else {
            Err(StructureRefusal::Signature)
        }
    }

    /// The only value of a signed attribute that must be there.
    fn attribute(&self, name: &[u8], tag: u8) -> Result<&'a [u8], StructureRefusal> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name && attribute.value.tag == tag)
            .map(|attribute| attribute.value.content)
            .ok_or(StructureRefusal::Attribute)
    }

    /// The only unsigned attribute, if there is one.
    pub(super) fn unsigned(&self) -> Result<Option<Encoded<'a>>, StructureRefusal> {
        match self.unsigned_attributes.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some((one.name, one.value.raw))),
            _ => Err(StructureRefusal::Attribute),
        }
    }

    /// The first identifier in signing-certificate-v2 (RFC 5035) or its older form with SHA-1 (RFC 2634 §5.4) is the
    /// signer's certificate.
    fn check_signing_certificate(&self, signer: &Certificate) -> Result<(), StructureRefusal> {
        let newer = self.attribute(oid::SIGNING_CERTIFICATE_V2, tag::SEQUENCE);
        let older = self.attribute(oid::SIGNING_CERTIFICATE, tag::SEQUENCE);
        let (content, newer) = match (newer, older) {
            (Ok(content), _) => (content, true),
            (Err(_), Ok(content)) => (content, false),
            (Err(_), Err(_)) => return Err(StructureRefusal::SigningCertificate),
        };
        let mut identifiers = Reader::new(content).enter(tag::SEQUENCE)?;
        let mut identifier = identifiers.enter(tag::SEQUENCE)?;
        let expected = if newer {
            let hash = match identifier.optional(tag::SEQUENCE)? {
                Some(element) => algorithm::read_hash(element.content)?,
                None => Hash::Sha256,
            };
            hash.digest(signer.der())?
        } else {
            openssl::hash::hash(openssl::hash::MessageDigest::sha1(), signer.der())?.to_vec()
        };
        if identifier.content(tag::OCTET_STRING)? == expected {
            Ok(())
        } else {
            Err(StructureRefusal::SigningCertificate)
        }
    }

    /// Whether every embedded certificate is one of these, none twice.
    pub(super) fn embeds_only(&self, chain: &[Certificate]) -> bool {
        let thumbprints: HashSet<_> = self
            .certificates
            .iter()
            .map(Certificate::thumbprint)
            .collect();
        thumbprints.len() == self.certificates.len()
            && self
                .certificates
                .iter()
                .all(|embedded| chain.contains(embedded))
    }
}

/// Attributes, each type once and with one value.
fn read_attributes(content: &[u8]) -> Result<Vec<Attribute<'_>>, StructureRefusal> {
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    let mut reader = Reader::new(content);
    while !reader.is_empty() {
        let mut attribute = reader.enter(tag::SEQUENCE)?;
        let name = attribute.content(tag::OID)?;
        let mut values = attribute.enter(tag::SET)?;
        attribute.finish()?;
        let value = values.element()?;
        values.finish()?;
        if attributes.iter().any(|earlier| earlier.name == name) {
            return Err(StructureRefusal::Attribute);
        }
        attributes.push(Attribute { name, value });
    }
    Ok(attributes)
}

/// What is signed besides the content: content type, digest and the signer's certificate with issuer and serial number
/// (RFC 5035 §3), as the SET that the signature covers.
pub(super) fn signed_attributes(
    content_type: &[u8],
    digest: &[u8],
    signer: &Certificate,
) -> Vec<u8> {
    let facts = signer.facts();
    let issuer = der::element(tag::context_constructed(4), &facts.issuer_der);
    let issuer_serial = der::sequence(&[
        &der::sequence(&[&issuer]),
        &der::element(tag::INTEGER, &facts.serial),
    ]);
    // The digest algorithm is SHA-256, the default, which the rules demand to leave out.
    let identifier = der::sequence(&[
        &der::octet_string(signer.thumbprint().as_bytes()),
        &issuer_serial,
    ]);
    let signing_certificate = der::sequence(&[&der::sequence(&[&identifier])]);
    der::set_of(&[
        attribute(oid::CONTENT_TYPE, &der::oid(content_type)),
        attribute(oid::MESSAGE_DIGEST, &der::octet_string(digest)),
        attribute(oid::SIGNING_CERTIFICATE_V2, &signing_certificate),
    ])
}

fn attribute(name: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(name), &der::constructed(tag::SET, &[value])])
}

/// The parts of a signed message we write. Digests are SHA-256.
pub(super) struct Draft<'a> {
    pub(super) content_type: &'a [u8],
    pub(super) content: Option<&'a [u8]>,
    pub(super) signer: &'a Certificate,
    /// As [`signed_attributes`] gave it.
    pub(super) signed_attributes: &'a [u8],
    pub(super) algorithm: Algorithm,
    /// In the form certificates hold it.
    pub(super) signature: &'a [u8],
    pub(super) certificates: &'a [Certificate],
    pub(super) unsigned: Option<(&'a [u8], &'a [u8])>,
}

impl Draft<'_> {
    /// The message; `None` for an algorithm that signed messages here do not use.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let facts = self.signer.facts();
        let identifier = der::sequence(&[
            &facts.issuer_der,
            &der::element(tag::INTEGER, &facts.serial),
        ]);
        // Inside the message the SET of attributes carries [0] instead of its own tag (RFC 5652 §5.4).
        let mut attributes = self.signed_attributes.to_vec();
        if let Some(first) = attributes.first_mut() {
            *first = tag::context_constructed(0);
        }
        let unsigned = self.unsigned.map_or_else(Vec::new, |(name, value)| {
            der::element(tag::context_constructed(1), &attribute(name, value))
        });
        let signer = der::sequence(&[
            &der::integer(1),
            &identifier,
            &algorithm::sha256(),
            &attributes,
            &algorithm::message_identifier(self.algorithm)?,
            &der::octet_string(self.signature),
            &unsigned,
        ]);
        let content = self.content.map_or_else(Vec::new, |content| {
            der::element(tag::context_constructed(0), &der::octet_string(content))
        });
        let certificates: Vec<Vec<u8>> = self
            .certificates
            .iter()
            .map(|certificate| certificate.der().to_vec())
            .collect();
        let certificates = if certificates.is_empty() {
            Vec::new()
        } else {
            der::element(tag::context_constructed(0), &der::sorted(&certificates))
        };
        let version = if self.content_type == oid::DATA { 1 } else { 3 };
        let data = der::sequence(&[
            &der::integer(version),
            &der::set_of(&[algorithm::sha256()]),
            &der::sequence(&[&der::oid(self.content_type), &content]),
            &certificates,
            &der::set_of(&[signer]),
        ]);
        Some(der::sequence(&[
            &der::oid(oid::SIGNED_DATA),
            &der::element(tag::context_constructed(0), &data),
        ]))
    }
}
