//! Verifying a receipt offline, with the issuer's published keys.

use crate::authority::receipt::{ReceiptClaims, TYPE};
use crate::crypto::jws::{self, Expectation, JwkError, JwkSet, JwsRefusal, Typ};

/// Largest receipt that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Why a receipt is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptRefusal {
    /// Signature, type or form.
    #[error(transparent)]
    Token(#[from] JwsRefusal),
    /// The signature holds, but the content is not a receipt's.
    #[error("the content is not a receipt: {0}")]
    Content(#[from] serde_json::Error),
}

/// The issuer's keys from a JWK set.
pub fn receipt_keys(json: &[u8]) -> Result<JwkSet, JwkError> {
    JwkSet::from_provider(json)
}

/// The claims of a receipt whose signature holds. Whom it is for and when it ran out is for the reader to judge: it proves
/// what was answered, years later too.
pub fn verify_receipt(receipt: &str, keys: &JwkSet) -> Result<ReceiptClaims, ReceiptRefusal> {
    let verified = jws::verify(
        receipt,
        keys,
        &Expectation::of(Typ::Exactly(TYPE)).up_to(MAX_BYTES),
    )?;
    Ok(serde_json::from_slice(&verified.payload)?)
}
