//! JSON Web Signatures in the compact form (RFC 7515), signed and strictly verified, and the keys that belong to them.
//!
//! Nobody else reads a token: libraries accept by default what RFC 8725, RFC 9068 and FAPI forbid. [`verify()`] checks
//! length, form, a closed header without duplicate members, the algorithm (listed by the caller *and* fitting the
//! key), the type and the signature; [`VerifiedJws::check`] then checks the claims. Nothing of a payload is parsed
//! before its signature holds, and a caller must not tell the outside which check failed.
//!
//! To accept another algorithm: a variant of [`JwsAlgorithm`] and its scheme; it stays refused wherever a caller's
//! list does not name it.

mod claims;
mod json;
mod jwk;
mod verify;

pub use claims::{Claim, ClaimRefusal, ClaimRules, Claims};
pub use jwk::{Jwk, JwkError, JwkSet, thumbprint};
pub use verify::{
    Expectation, Header, JwsRefusal, TokenRefusal, Typ, VerifiedJws, verify, verify_claims,
};

use super::key::{KeyKind, SignError, Signer};
use crate::kernel::digest::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// Signature algorithms we can verify in a token (RFC 7518 §3.1, RFC 8037, RFC 9864). There is no `none` and no HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JwsAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA PKCS #1 v1.5 with SHA-256: only for identity providers that offer nothing better.
    Rs256,
    /// Ed25519, called `EdDSA` or `Ed25519`.
    EdDsa,
}

impl JwsAlgorithm {
    /// The name in headers and metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of this name, letter by letter.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "PS256" => Some(Self::Ps256),
            "RS256" => Some(Self::Rs256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::Es256 => kind == KeyKind::P256,
            Self::Ps256 | Self::Rs256 => kind == KeyKind::Rsa,
            Self::EdDsa => kind == KeyKind::Ed25519,
        }
    }
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum JwsError {
    /// The claims have no JSON form.
    #[error("the claims have no JSON form")]
    Claims(#[from] serde_json::Error),
    /// The signer refused.
    #[error("the token could not be signed")]
    Signing(#[from] SignError),
}

#[derive(Serialize)]
struct HeaderOut<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'a str,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t_s256: Option<String>,
}

/// A compact token: header `alg`, `kid` (the signer's), `typ` and, when the certificate's thumbprint is given,
/// `x5t#S256` (RFC 7515 §4.1.8); payload the claims as JSON.
pub fn sign<T: Serialize>(
    signer: &dyn Signer,
    typ: &str,
    certificate: Option<&Digest>,
    claims: &T,
) -> Result<String, JwsError> {
    sign_bytes(signer, typ, certificate, &serde_json::to_vec(claims)?)
}

/// The same over a payload whose bytes are already decided.
pub fn sign_bytes(
    signer: &dyn Signer,
    typ: &str,
    certificate: Option<&Digest>,
    payload: &[u8],
) -> Result<String, JwsError> {
    let header = serde_json::to_vec(&HeaderOut {
        alg: signer.algorithm().jws_name(),
        kid: signer.key_id(),
        typ,
        x5t_s256: certificate.map(|digest| URL_SAFE_NO_PAD.encode(digest.as_bytes())),
    })?;
    let mut token = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 100);
    URL_SAFE_NO_PAD.encode_string(&header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
    Ok(token)
}

#[cfg(test)]
mod tests;
