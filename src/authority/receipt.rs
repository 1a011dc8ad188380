//! The signed form of an answer: what a bank files.
//!
//! A JWS compact serialisation (RFC 7515) with `typ` `amnat-decision+jwt`. It holds no personal data beyond pairwise
//! references, names its audience (the asking client) and the digest of the question (RFC 8785), so that it proves neither
//! for another client nor for another amount.

use serde::{Deserialize, Serialize};

/// Value of the `typ` header: a receipt is never taken for a token, nor a token for a receipt.
pub const TYPE: &str = "amnat-decision+jwt";

/// Claims of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptClaims {
    /// Issuer: the service's API address.
    pub iss: String,
    /// Audience: the asking client.
    pub aud: String,
    /// Identifier of the answer.
    pub jti: String,
    /// Seconds since 1970 when it was answered.
    pub iat: i64,
    /// The same, for people.
    pub issued_at: String,
    /// Registration number.
    pub juristic_person: String,
    /// `permit`, `deny` or `indeterminate`.
    pub decision: String,
    /// The moment it was asked about, RFC 3339: the issue's own unless the question named an earlier one.
    pub valid_at: String,
    /// The moment up to which our knowledge counted, likewise.
    pub known_at: String,
    /// Codes of the reasons.
    pub reason_codes: Vec<String>,
    /// SHA-256 over the canonical form of the recorded question.
    pub question_sha256: String,
    /// SHA-256 over the canonical form of the answer without the receipt.
    pub answer_sha256: String,
    /// Version of the company's record.
    pub registry_version: u64,
    /// SHA-256 of the rule that two registry officers confirmed, when it was decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_rule: Option<String>,
    /// The register's data as of.
    pub data_as_of: String,
    /// Version of the policies.
    pub policy_version: String,
    /// Until when the answer may be relied on without asking again.
    pub valid_until: String,
    /// Whether every counted signatory's authenticator level was stated by its provider.
    pub assurance_basis: AssuranceBasis,
}

/// Where the assurance of the counted signatories comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssuranceBasis {
    /// Nobody was counted.
    None,
    /// Stated by the providers.
    Stated,
    /// At least one authenticator level is assumed by a reviewed policy row.
    Assumed,
}
