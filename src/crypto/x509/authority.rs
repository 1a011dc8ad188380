//! A certificate authority: enough of one for the sandbox and for tests.

use super::certificate::{Certificate, CertificateError};
use super::name::Name;
use super::request::SigningRequest;
use super::revocation::{self, Revoked};
use crate::crypto::der::{self, DerError, tag};
use crate::crypto::key::{SignError, Signer};
use crate::crypto::{algorithm, oid};
use crate::kernel::digest::Digest;
use crate::kernel::id::Randomness;
use crate::kernel::time::Instant;
use std::net::IpAddr;
use std::sync::Arc;

/// Why a certificate or a list is not issued.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The signer refused.
    #[error("the authority could not sign")]
    Signing(#[from] SignError),
    /// What was made is not a certificate: an inner fault.
    #[error("the issued certificate is not readable")]
    Certificate(#[from] CertificateError),
    /// A key that is not in the form it should have.
    #[error("a key is not in canonical form")]
    Key(#[from] DerError),
    /// The signer's key is not the one the authority's certificate speaks of.
    #[error("the authority's certificate is for another key")]
    OtherKey,
    /// A server without names, or a name outside ASCII.
    #[error("a server's certificate needs names in ASCII")]
    ServerNames,
    /// A validity that ends before it begins, or after the authority's own.
    #[error("the validity is empty or outlives the authority")]
    Validity,
}

/// First and last moment of a certificate, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub not_before: Instant,
    /// Last moment.
    pub not_after: Instant,
}

/// What a certificate is issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// A TLS server under these names or addresses.
    TlsServer(Vec<String>),
    /// A TLS client.
    TlsClient,
    /// Seals on documents (document signing, RFC 9336).
    Seal,
    /// Time-stamps (critical extended key usage, RFC 3161 §2.3).
    TimeStamping,
    /// Answers about revocation, itself not to be asked about (RFC 6960 §4.2.2.2.1).
    OcspSigner,
}

// KeyUsage bits, the first one leftmost (RFC 5280 §4.2.1.3).
const DIGITAL_SIGNATURE: u32 = 0x8000_0000;
const NON_REPUDIATION: u32 = 0x4000_0000;
const CERTIFICATE_AND_CRL_SIGN: u32 = 0x0600_0000;

/// A signer with the certificate that makes it an authority.
#[derive(Clone)]
pub struct CertificateAuthority {
    signer: Arc<dyn Signer>,
    certificate: Certificate,
    above: Vec<Certificate>,
    crl_url: Option<String>,
}

impl CertificateAuthority {
    /// A new root with a certificate over its own key.
    pub fn create_root(
        signer: Arc<dyn Signer>,
        name: &Name,
        validity: Validity,
        randomness: &dyn Randomness,
    ) -> Result<Self, AuthorityError> {
        let subject = name.to_der();
        let extensions = authority_extensions(signer.public_key_der(), None)?;
        let draft = Draft {
            issuer: &subject,
            subject: &subject,
            spki: signer.public_key_der(),
            validity,
            extensions,
        };
        let certificate = draft.sign(signer.as_ref(), randomness)?;
        Ok(Self {
            signer,
            certificate,
            above: Vec::new(),
            crl_url: None,
        })
    }

    /// A new authority below this one, which may have no authority below itself.
    pub fn create_issuing(
        &self,
        signer: Arc<dyn Signer>,
        name: &Name,
        validity: Validity,
        randomness: &dyn Randomness,
    ) -> Result<Self, AuthorityError> {
        self.check(validity)?;
        let mut extensions = authority_extensions(signer.public_key_der(), Some(0))?;
        extensions.extend(self.issuer_extensions()?);
        let subject = name.to_der();
        let draft = Draft {
            issuer: &self.certificate.facts().subject_der,
            subject: &subject,
            spki: signer.public_key_der(),
            validity,
            extensions,
        };
        let certificate = draft.sign(self.signer.as_ref(), randomness)?;
        Ok(Self {
            signer,
            certificate,
            above: self.chain(),
            crl_url: None,
        })
    }

    /// An authority whose certificate exists; `above` are the certificates from its issuer to the root.
    pub fn load(
        signer: Arc<dyn Signer>,
        certificate: Certificate,
        above: Vec<Certificate>,
    ) -> Result<Self, AuthorityError> {
        if certificate.facts().spki != signer.public_key_der() {
            return Err(AuthorityError::OtherKey);
        }
        Ok(Self {
            signer,
            certificate,
            above,
            crl_url: None,
        })
    }

    /// Certificates issued from now on name this address of the revocation list.
    pub fn publishing_at(mut self, crl_url: impl Into<String>) -> Self {
        self.crl_url = Some(crl_url.into());
        self
    }

    /// The authority's own certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its own certificate and those above it, up to the root.
    pub fn chain(&self) -> Vec<Certificate> {
        let mut chain = vec![self.certificate.clone()];
        chain.extend(self.above.iter().cloned());
        chain
    }

    /// A certificate over the requested key and name. The serial number has 126 random bits.
    pub fn issue(
        &self,
        request: &SigningRequest,
        profile: &Profile,
        validity: Validity,
        randomness: &dyn Randomness,
    ) -> Result<Certificate, AuthorityError> {
        self.check(validity)?;
        let spki = request.public_key.spki_der();
        let mut extensions = profile_extensions(profile)?;
        extensions.push(key_identifier_extension(spki)?);
        extensions.extend(self.issuer_extensions()?);
        let draft = Draft {
            issuer: &self.certificate.facts().subject_der,
            subject: &request.subject_der,
            spki,
            validity,
            extensions,
        };
        draft.sign(self.signer.as_ref(), randomness)
    }

    /// A revocation list in DER (RFC 5280 §5): numbered, valid from one moment to the next, naming these
    /// certificates or none.
    pub fn revocation_list(
        &self,
        number: u64,
        this_update: Instant,
        next_update: Instant,
        revoked: &[Revoked],
    ) -> Result<Vec<u8>, AuthorityError> {
        let body = revocation::list_body(
            self.signer.algorithm(),
            &self.certificate.facts().subject_der,
            (this_update, next_update),
            revoked,
            &[
                self.authority_key_identifier()?,
                extension(oid::CRL_NUMBER, false, &der::integer(number)),
            ],
        );
        signed(self.signer.as_ref(), &body)
    }

    fn check(&self, validity: Validity) -> Result<(), AuthorityError> {
        // Certificates count in whole seconds.
        let (first, last) = (validity.not_before.seconds(), validity.not_after.seconds());
        if first < last && last <= self.certificate.facts().not_after.seconds() {
            Ok(())
        } else {
            Err(AuthorityError::Validity)
        }
    }

    fn authority_key_identifier(&self) -> Result<Vec<u8>, AuthorityError> {
        let identifier = key_identifier(&self.certificate.facts().spki)?;
        let identifier = self
            .certificate
            .facts()
            .key_identifier
            .clone()
            .unwrap_or(identifier);
        let value = der::sequence(&[&der::element(tag::context(0), &identifier)]);
        Ok(extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &value))
    }

    fn issuer_extensions(&self) -> Result<Vec<Vec<u8>>, AuthorityError> {
        let mut extensions = vec![self.authority_key_identifier()?];
        if let Some(url) = &self.crl_url {
            let name = der::element(tag::context(6), url.as_bytes());
            let full_name = der::element(tag::context_constructed(0), &name);
            let point = der::element(tag::context_constructed(0), &full_name);
            let points = der::sequence(&[&der::sequence(&[&point])]);
            extensions.push(extension(oid::CRL_DISTRIBUTION_POINTS, false, &points));
        }
        Ok(extensions)
    }
}

struct Draft<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    spki: &'a [u8],
    validity: Validity,
    extensions: Vec<Vec<u8>>,
}

impl Draft<'_> {
    fn sign(
        &self,
        signer: &dyn Signer,
        randomness: &dyn Randomness,
    ) -> Result<Certificate, AuthorityError> {
        let mut serial = [0u8; 16];
        randomness.fill(&mut serial);
        if let Some(first) = serial.first_mut() {
            // Positive and always sixteen bytes long.
            *first = (*first & 0x3f) | 0x40;
        }
        let version = der::element(tag::context_constructed(0), &der::integer(2));
        let validity = der::sequence(&[
            &der::certificate_time(self.validity.not_before),
            &der::certificate_time(self.validity.not_after),
        ]);
        let extensions = der::element(tag::SEQUENCE, &self.extensions.concat());
        let body = der::sequence(&[
            &version,
            &der::unsigned(&serial),
            &algorithm::identifier(signer.algorithm()),
            self.issuer,
            &validity,
            self.subject,
            self.spki,
            &der::element(tag::context_constructed(3), &extensions),
        ]);
        Ok(Certificate::from_der(&signed(signer, &body)?)?)
    }
}

/// Body, algorithm and signature: the form certificates and revocation lists share.
fn signed(signer: &dyn Signer, body: &[u8]) -> Result<Vec<u8>, AuthorityError> {
    Ok(der::sequence(&[
        body,
        &algorithm::identifier(signer.algorithm()),
        &der::bit_string(&algorithm::sign(signer, body)?),
    ]))
}

pub(super) fn extension(name: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let (name, value) = (der::oid(name), der::octet_string(value));
    if critical {
        der::sequence(&[&name, &der::boolean(true), &value])
    } else {
        der::sequence(&[&name, &value])
    }
}

/// The leftmost 160 bits of SHA-256 over the key's bits (RFC 7093 §2, method 1).
fn key_identifier(spki: &[u8]) -> Result<Vec<u8>, DerError> {
    let mut inner = der::only(spki, tag::SEQUENCE)?;
    inner.expect(tag::SEQUENCE)?;
    let bits = der::whole_bytes(inner.content(tag::BIT_STRING)?)?;
    Ok(Digest::of(bits)
        .as_bytes()
        .iter()
        .copied()
        .take(20)
        .collect())
}

fn key_identifier_extension(spki: &[u8]) -> Result<Vec<u8>, DerError> {
    let value = der::octet_string(&key_identifier(spki)?);
    Ok(extension(oid::SUBJECT_KEY_IDENTIFIER, false, &value))
}

fn key_usage_extension(bits: u32) -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &der::named_bits(bits))
}

fn extended_usage_extension(usage: &[u8], critical: bool) -> Vec<u8> {
    let value = der::sequence(&[&der::oid(usage)]);
    extension(oid::EXTENDED_KEY_USAGE, critical, &value)
}

fn authority_extensions(
    spki: &[u8],
    path_length: Option<u64>,
) -> Result<Vec<Vec<u8>>, AuthorityError> {
    let length = path_length.map(der::integer).unwrap_or_default();
    let constraints = der::sequence(&[&der::boolean(true), &length]);
    Ok(vec![
        extension(oid::BASIC_CONSTRAINTS, true, &constraints),
        key_usage_extension(CERTIFICATE_AND_CRL_SIGN),
        key_identifier_extension(spki)?,
    ])
}

fn profile_extensions(profile: &Profile) -> Result<Vec<Vec<u8>>, AuthorityError> {
    Ok(match profile {
        Profile::TlsServer(names) => vec![
            key_usage_extension(DIGITAL_SIGNATURE),
            extended_usage_extension(oid::SERVER_AUTH, false),
            extension(
                oid::SUBJECT_ALTERNATIVE_NAME,
                false,
                &alternative_names(names)?,
            ),
        ],
        Profile::TlsClient => vec![
            key_usage_extension(DIGITAL_SIGNATURE),
            extended_usage_extension(oid::CLIENT_AUTH, false),
        ],
        Profile::Seal => vec![
            key_usage_extension(DIGITAL_SIGNATURE | NON_REPUDIATION),
            extended_usage_extension(oid::DOCUMENT_SIGNING, false),
        ],
        Profile::TimeStamping => vec![
            key_usage_extension(DIGITAL_SIGNATURE),
            extended_usage_extension(oid::TIME_STAMPING, true),
        ],
        Profile::OcspSigner => vec![
            key_usage_extension(DIGITAL_SIGNATURE),
            extended_usage_extension(oid::OCSP_SIGNING, false),
            extension(oid::OCSP_NO_CHECK, false, &der::null()),
        ],
    })
}

fn alternative_names(names: &[String]) -> Result<Vec<u8>, AuthorityError> {
    if names.is_empty() || !names.iter().all(|name| name.is_ascii() && !name.is_empty()) {
        return Err(AuthorityError::ServerNames);
    }
    let encoded: Vec<Vec<u8>> = names
        .iter()
        .map(|name| match name.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => der::element(tag::context(7), &address.octets()),
            Ok(IpAddr::V6(address)) => der::element(tag::context(7), &address.octets()),
            Err(_) => der::element(tag::context(2), name.as_bytes()),
        })
        .collect();
    Ok(der::element(tag::SEQUENCE, &encoded.concat()))
}
