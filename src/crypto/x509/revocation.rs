//! Revocation lists (RFC 5280 §5) as our authority writes them.

use super::authority::extension;
use super::certificate::Certificate;
use crate::crypto::der::{self, tag};
use crate::crypto::key::Algorithm;
use crate::crypto::{algorithm, oid};
use crate::kernel::time::Instant;

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its key is known to others.
    KeyCompromise,
    /// Its subject is no longer what it says.
    AffiliationChanged,
    /// Another one took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
}

impl Reason {
    fn code(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
        }
    }
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Content of its serial number's INTEGER.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Instant,
    /// Why.
    pub reason: Reason,
}

impl Revoked {
    /// This certificate, since then, for this reason.
    pub fn certificate(certificate: &Certificate, at: Instant, reason: Reason) -> Self {
        Self {
            serial: certificate.facts().serial.clone(),
            at,
            reason,
        }
    }
}

pub(super) fn list_body(
    signed_with: Algorithm,
    issuer: &[u8],
    (this_update, next_update): (Instant, Instant),
    revoked: &[Revoked],
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    let entries: Vec<Vec<u8>> = revoked.iter().map(entry).collect();
    // An empty list of entries is absent, not empty (§5.1.2.6).
    let entries = if entries.is_empty() {
        Vec::new()
    } else {
        der::element(tag::SEQUENCE, &entries.concat())
    };
    let extensions = der::element(tag::SEQUENCE, &extensions.concat());
    der::sequence(&[
        &der::integer(1),
        &algorithm::identifier(signed_with),
        issuer,
        &der::certificate_time(this_update),
        &der::certificate_time(next_update),
        &entries,
        &der::element(tag::context_constructed(0), &extensions),
    ])
}

fn entry(revoked: &Revoked) -> Vec<u8> {
    let reason = der::element(tag::ENUMERATED, &[revoked.reason.code()]);
    let extensions = der::sequence(&[&extension(oid::CRL_REASON, false, &reason)]);
    der::sequence(&[
        &der::element(tag::INTEGER, &revoked.serial),
        &der::certificate_time(revoked.at),
        &extensions,
    ])
}
