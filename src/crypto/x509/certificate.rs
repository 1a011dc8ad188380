//! One certificate: its bytes and what they say.

use crate::crypto::der::{self, DerError, tag};
use crate::crypto::key::{KeyError, PublicKey};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use openssl::error::ErrorStack;
use openssl::x509::X509;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use x509_parser::prelude::{ASN1Time, FromDer, GeneralName, X509Certificate, X509Name};

/// Why bytes are no certificate we read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The outer structure is not in its one spelling.
    #[error("the certificate is not in canonical form")]
    Encoding(#[from] DerError),
    /// The content is malformed, repeats an extension or names times outside the calendar.
    #[error("the certificate is malformed: {0}")]
    Content(String),
    /// The cryptographic library does not read it.
    #[error("the certificate could not be read")]
    Library(#[from] ErrorStack),
}

/// What a key may be used for (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyUsage {
    /// Signatures other than on certificates and revocation lists.
    pub digital_signature: bool,
    /// Signatures meant to be held against the signer later ("content commitment").
    pub non_repudiation: bool,
    /// Signatures on certificates.
    pub certificate_sign: bool,
    /// Signatures on revocation lists.
    pub crl_sign: bool,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The subject, readable.
    pub subject: String,
    /// The subject's common name.
    pub subject_common_name: Option<String>,
    /// The subject's organisation.
    pub subject_organization: Option<String>,
    /// The subject as encoded.
    pub subject_der: Vec<u8>,
    /// The issuer, readable.
    pub issuer: String,
    /// The issuer as encoded.
    pub issuer_der: Vec<u8>,
    /// Content of the serial number's INTEGER.
    pub serial: Vec<u8>,
    /// First second of validity.
    pub not_before: Instant,
    /// Last second of validity.
    pub not_after: Instant,
    /// SubjectPublicKeyInfo in DER.
    pub spki: Vec<u8>,
    /// Key usage; `None` when the extension is absent.
    pub key_usage: Option<KeyUsage>,
    /// Extended key usages as dotted identifiers; empty when the extension is absent.
    pub extended_key_usage: Vec<String>,
    /// Whether the extended key usage is critical.
    pub extended_key_usage_critical: bool,
    /// Whether it may sign certificates at all.
    pub is_authority: bool,
    /// How many authorities may stand below it.
    pub path_length: Option<u32>,
    /// Names it serves in the domain name system.
    pub dns_names: Vec<String>,
    /// Addresses it serves.
    pub ip_addresses: Vec<IpAddr>,
    /// Subject key identifier.
    pub key_identifier: Option<Vec<u8>>,
    /// SHA-256 over the whole certificate.
    pub thumbprint: Digest,
}

/// A certificate. Equal when the bytes are.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    facts: Facts,
}

impl Certificate {
    /// From DER; nothing may follow it.
    pub fn from_der(bytes: &[u8]) -> Result<Self, CertificateError> {
        check_outer_form(bytes)?;
        let facts = read_facts(bytes)?;
        // The chain check hands the bytes to the library: what it cannot read is refused here and not there.
        X509::from_der(bytes)?;
        Ok(Self {
            der: bytes.to_vec(),
            facts,
        })
    }

    /// All certificates in a PEM text, in order.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, CertificateError> {
        X509::stack_from_pem(text)?
            .iter()
            .map(|one| Self::from_der(&one.to_der()?))
            .collect()
    }

    /// The certificate's bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM.
    pub fn to_pem(&self) -> String {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(&self.der);
        let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
        for (index, letter) in body.chars().enumerate() {
            if index > 0 && index % 64 == 0 {
                text.push('\n');
            }
            text.push(letter);
        }
        text.push_str("\n-----END CERTIFICATE-----\n");
        text
    }

    /// What it says.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// SHA-256 over the whole certificate: `x5t#S256`.
    pub fn thumbprint(&self) -> Digest {
        self.facts.thumbprint
    }

    /// The key it speaks of; refuses kinds we do not verify with.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki(&self.facts.spki)
    }

    pub(in crate::crypto) fn openssl(&self) -> Result<X509, ErrorStack> {
        X509::from_der(&self.der)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Certificate({}, {:?})",
            self.facts.subject, self.facts.thumbprint
        )
    }
}

/// What no signature covers must have one spelling: the outer lengths, the repeated algorithm, the signature's bits.
fn check_outer_form(bytes: &[u8]) -> Result<(), DerError> {
    let mut outer = der::only(bytes, tag::SEQUENCE)?;
    let mut body = outer.enter(tag::SEQUENCE)?;
    let algorithm = outer.expect(tag::SEQUENCE)?;
    der::whole_bytes(outer.content(tag::BIT_STRING)?)?;
    outer.finish()?;

    body.optional(tag::context_constructed(0))?;
    body.expect(tag::INTEGER)?;
    if body.expect(tag::SEQUENCE)?.raw == algorithm.raw {
        Ok(())
    } else {
        Err(DerError::Value)
    }
}

fn malformed(error: impl fmt::Display) -> CertificateError {
    CertificateError::Content(error.to_string())
}

fn read_facts(bytes: &[u8]) -> Result<Facts, CertificateError> {
    let (_, parsed) = X509Certificate::from_der(bytes).map_err(malformed)?;
    let body = &parsed.tbs_certificate;
    let key_usage = body.key_usage().map_err(malformed)?.map(|extension| {
        let usage = extension.value;
        KeyUsage {
            digital_signature: usage.digital_signature(),
            non_repudiation: usage.non_repudiation(),
            certificate_sign: usage.key_cert_sign(),
            crl_sign: usage.crl_sign(),
        }
    });
    let mut extended_key_usage = Vec::new();
    let mut extended_key_usage_critical = false;
    if let Some(extension) = body.extended_key_usage().map_err(malformed)? {
        extended_key_usage_critical = extension.critical;
        let usage = extension.value;
        let known = [
            (usage.any, "2.5.29.37.0"),
            (usage.server_auth, "1.3.6.1.5.5.7.3.1"),
            (usage.client_auth, "1.3.6.1.5.5.7.3.2"),
            (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
            (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
            (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
            (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
        ];
        let known = known.into_iter().filter(|(set, _)| *set);
        extended_key_usage.extend(known.map(|(_, name)| name.to_owned()));
        extended_key_usage.extend(usage.other.iter().map(|other| other.to_id_string()));
    }
    let constraints = body.basic_constraints().map_err(malformed)?;
    let (mut dns_names, mut ip_addresses) = (Vec::new(), Vec::new());
    if let Some(extension) = body.subject_alternative_name().map_err(malformed)? {
        for name in &extension.value.general_names {
            match name {
                GeneralName::DNSName(text) => dns_names.push((*text).to_owned()),
                GeneralName::IPAddress(octets) => ip_addresses.extend(ip_address(octets)),
                _ => {}
            }
        }
    }
    let extensions = body.extensions_map().map_err(malformed)?;
    let key_identifier = extensions
        .get(&x509_parser::oid_registry::OID_X509_EXT_SUBJECT_KEY_IDENTIFIER)
        .map(|extension| {
            der::Reader::new(extension.value)
                .content(tag::OCTET_STRING)
                .map(<[u8]>::to_vec)
        })
        .transpose()?;
    Ok(Facts {
        subject: body.subject.to_string(),
        subject_common_name: text_of(body.subject.iter_common_name().next()),
        subject_organization: text_of(body.subject.iter_organization().next()),
        subject_der: name_der(&body.subject),
        issuer: body.issuer.to_string(),
        issuer_der: name_der(&body.issuer),
        serial: body.raw_serial().to_vec(),
        not_before: instant(body.validity.not_before)?,
        not_after: instant(body.validity.not_after)?,
        spki: body.subject_pki.raw.to_vec(),
        key_usage,
        extended_key_usage,
        extended_key_usage_critical,
        is_authority: constraints.as_ref().is_some_and(|one| one.value.ca),
        path_length: constraints.and_then(|one| one.value.path_len_constraint),
        dns_names,
        ip_addresses,
        key_identifier,
        thumbprint: Digest::of(bytes),
    })
}

fn name_der(name: &X509Name<'_>) -> Vec<u8> {
    name.as_raw().to_vec()
}

fn text_of(attribute: Option<&x509_parser::x509::AttributeTypeAndValue<'_>>) -> Option<String> {
    // A spelling that is not text we read (a legacy alphabet) is shown in `subject` only.
    attribute?.as_str().map(str::to_owned).ok()
}

fn instant(time: ASN1Time) -> Result<Instant, CertificateError> {
    time.timestamp()
        .checked_mul(1000)
        .and_then(Instant::from_millis)
        .ok_or_else(|| malformed("a time outside the calendar"))
}

fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(octets)
        .map(|sixteen| Ipv6Addr::from(sixteen).into())
        .ok()
}
