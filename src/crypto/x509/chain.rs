//! From a certificate to a root the caller trusts.

use super::certificate::{Certificate, CertificateError};
use crate::kernel::time::Instant;
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyParam;
use openssl::x509::{X509PurposeId, X509StoreContext, X509VerifyResult};

/// What a certificate is to be trusted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A server's end of TLS.
    TlsServer,
    /// A client's end of TLS.
    TlsClient,
    /// Seals on documents: may sign, and is not limited to something else.
    Seal,
    /// Time-stamps: extended key usage critical and nothing but time-stamping (RFC 3161 §2.3).
    TimeStamping,
    /// Answers about revocation (RFC 6960 §4.2.2.2).
    OcspSigner,
}

/// Why a certificate is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum ChainRefusal {
    /// No way to a given root, or a step on the way does not hold.
    #[error("no trusted chain: {0}")]
    NotTrusted(String),
    /// A certificate of the chain had ended at that moment.
    #[error("a certificate of the chain had expired at that moment")]
    Expired,
    /// A certificate of the chain had not begun at that moment.
    #[error("a certificate of the chain was not valid yet at that moment")]
    NotYetValid,
    /// It was issued for something else.
    #[error("the certificate was issued for another purpose")]
    Purpose,
    /// A certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The cryptographic library failed.
    #[error("the chain could not be checked")]
    Library(#[from] ErrorStack),
}

// Codes of X509_verify_cert(3) that deserve their own refusal.
const NOT_YET_VALID: i32 = 9;
const HAS_EXPIRED: i32 = 10;
const INVALID_PURPOSE: i32 = 26;

/// Usages that permit sealing a document where a certificate limits its usage: document signing (RFC 9336), mail,
/// the two older vendor usages for documents, and "any".
const SEALING_USAGES: [&str; 5] = [
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.4.1.311.10.3.12",
    "1.2.840.113583.1.1.5",
    "2.5.29.37.0",
];

/// The chain from the leaf to one of the roots (both included), valid at that moment and fit for the purpose.
///
/// Keys and signatures below 112 bits of strength are refused (RSA under 2048 bits, SHA-1). Revocation is not looked
/// at: who has the evidence asks it.
pub fn verify_chain(
    leaf: &Certificate,
    intermediates: &[Certificate],
    roots: &[Certificate],
    at: Instant,
    purpose: Purpose,
) -> Result<Vec<Certificate>, ChainRefusal> {
    if !fits(leaf, purpose) {
        return Err(ChainRefusal::Purpose);
    }
    let mut store = X509StoreBuilder::new()?;
    for root in roots {
        store.add_cert(root.openssl()?)?;
    }
    let mut rules = X509VerifyParam::new()?;
    rules.set_time(at.seconds());
    rules.set_auth_level(2);
    match purpose {
        Purpose::TlsServer => rules.set_purpose(X509PurposeId::SSL_SERVER)?,
        Purpose::TlsClient => rules.set_purpose(X509PurposeId::SSL_CLIENT)?,
        Purpose::TimeStamping => rules.set_purpose(X509PurposeId::TIMESTAMP_SIGN)?,
        Purpose::Seal | Purpose::OcspSigner => {}
    }
    store.set_param(&rules)?;
    let store = store.build();
    let mut untrusted = Stack::new()?;
    for intermediate in intermediates {
        untrusted.push(intermediate.openssl()?)?;
    }
    let mut context = X509StoreContext::new()?;
    let (result, chain) = context.init(&store, &*leaf.openssl()?, &untrusted, |context| {
        let verified = context.verify_cert()?;
        let mut chain = Vec::new();
        for certificate in context.chain().into_iter().flatten() {
            chain.push(certificate.to_der()?);
        }
        let result = if verified {
            Ok(())
        } else {
            Err(context.error())
        };
        Ok((result, chain))
    })?;
    result.map_err(refusal)?;
    let chain = chain
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(chain)
}

fn refusal(result: X509VerifyResult) -> ChainRefusal {
    match result.as_raw() {
        NOT_YET_VALID => ChainRefusal::NotYetValid,
        HAS_EXPIRED => ChainRefusal::Expired,
        INVALID_PURPOSE => ChainRefusal::Purpose,
        _ => ChainRefusal::NotTrusted(result.error_string().to_owned()),
    }
}

/// What the library does not ask of a leaf for this purpose.
fn fits(leaf: &Certificate, purpose: Purpose) -> bool {
    let facts = leaf.facts();
    let usages = &facts.extended_key_usage;
    let may_sign = facts
        .key_usage
        .is_none_or(|usage| usage.digital_signature || usage.non_repudiation);
    if facts.is_authority || !may_sign {
        return false;
    }
    match purpose {
        Purpose::TlsServer => usages.iter().any(|usage| usage == "1.3.6.1.5.5.7.3.1"),
        Purpose::TlsClient => usages.iter().any(|usage| usage == "1.3.6.1.5.5.7.3.2"),
        Purpose::Seal => {
            usages.is_empty()
                || usages
                    .iter()
                    .any(|usage| SEALING_USAGES.contains(&usage.as_str()))
        }
        Purpose::TimeStamping => {
            facts.extended_key_usage_critical
                && usages.len() == 1
                && usages.iter().all(|usage| usage == "1.3.6.1.5.5.7.3.8")
        }
        Purpose::OcspSigner => usages.iter().any(|usage| usage == "1.3.6.1.5.5.7.3.9"),
    }
}
