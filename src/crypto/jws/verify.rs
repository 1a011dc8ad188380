//! Strict verification of a compact token.

use super::claims::{ClaimRefusal, ClaimRules, Claims};
use super::jwk::JwkSet;
use super::{JwsAlgorithm, json};
use crate::crypto::key::{Hash, Scheme};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Why a token is not accepted. For logs: the outside is told one thing for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsRefusal {
    /// Longer than the caller reads.
    #[error("the token is too long")]
    Length,
    /// Not three parts of base64url without padding.
    #[error("the token is not three parts of base64url")]
    Form,
    /// A header that is not a JSON object, repeats a member, or has a member of another kind.
    #[error("the header is malformed")]
    Header,
    /// A header member that could name another key (`jku`, `x5u`, `jwk`, `x5c`).
    #[error("the header brings its own key")]
    ForeignKey,
    /// A header member we do not understand, `crit` included.
    #[error("the header has a member that is not understood")]
    UnknownMember,
    /// An algorithm the caller does not list.
    #[error("the algorithm is not accepted here")]
    Algorithm,
    /// Made for another use.
    #[error("the token was made for another use")]
    Type,
    /// No key of the set has this name and permits this algorithm.
    #[error("no key fits the token")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

/// What `typ` must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typ<'a> {
    /// Exactly this.
    Exactly(&'a str),
    /// `JWT` or nothing: ID tokens (OpenID Connect Core names no type) and client assertions (RFC 7523).
    JwtOrAbsent,
}

/// What the caller accepts before looking at any claim.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    typ: Typ<'a>,
    algorithms: &'a [JwsAlgorithm],
    longest: usize,
}

impl<'a> Expectation<'a> {
    /// This type, ES256 or EdDSA, at most 8 KiB.
    pub fn of(typ: Typ<'a>) -> Self {
        Self {
            typ,
            algorithms: &[JwsAlgorithm::Es256, JwsAlgorithm::EdDsa],
            longest: 8 * 1024,
        }
    }

    /// These algorithms instead.
    pub fn signed_with(mut self, algorithms: &'a [JwsAlgorithm]) -> Self {
        self.algorithms = algorithms;
        self
    }

    /// Up to this many bytes instead (decision receipts: 64 KiB).
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }
}

/// The header of a token, all of it: other members are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`
    pub algorithm: JwsAlgorithm,
    /// `kid`
    pub key_id: Option<String>,
    /// `typ`
    pub typ: Option<String>,
    /// `x5t#S256`: which certificate the signer says is its own.
    pub certificate: Option<Digest>,
}

/// A token whose signature holds. Its payload has not been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedJws {
    /// The header.
    pub header: Header,
    /// The payload as signed.
    pub payload: Vec<u8>,
}

impl VerifiedJws {
    /// The claims, checked against the rules at this moment.
    pub fn check(&self, rules: &ClaimRules<'_>, now: Instant) -> Result<Claims, ClaimRefusal> {
        rules.check(&self.payload, now)
    }
}

/// A token refused, at either stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// Before the claims.
    #[error(transparent)]
    Signature(#[from] JwsRefusal),
    /// By a claim.
    #[error(transparent)]
    Claim(#[from] ClaimRefusal),
}

/// [`verify()`] and [`VerifiedJws::check`] in one.
pub fn verify_claims(
    token: &str,
    keys: &JwkSet,
    expected: &Expectation<'_>,
    rules: &ClaimRules<'_>,
    now: Instant,
) -> Result<Claims, TokenRefusal> {
    Ok(verify(token, keys, expected)?.check(rules, now)?)
}

/// Checks everything about a compact token except its claims.
pub fn verify(
    token: &str,
    keys: &JwkSet,
    expected: &Expectation<'_>,
) -> Result<VerifiedJws, JwsRefusal> {
    if token.len() > expected.longest {
        return Err(JwsRefusal::Length);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsRefusal::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsRefusal::Form)?;
    // A fourth part would leave a dot in the payload, which is no letter of base64url.
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsRefusal::Form);
    let header = read_header(&decode(header)?)?;
    let (payload, signature) = (decode(payload)?, decode(signature)?);

    if !expected.algorithms.contains(&header.algorithm) {
        return Err(JwsRefusal::Algorithm);
    }
    let typ_fits = match expected.typ {
        Typ::Exactly(typ) => header.typ.as_deref() == Some(typ),
        Typ::JwtOrAbsent => header
            .typ
            .as_deref()
            .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")),
    };
    if !typ_fits {
        return Err(JwsRefusal::Type);
    }
    let jwk = keys
        .choose(header.key_id.as_deref(), header.algorithm)
        .ok_or(JwsRefusal::UnknownKey)?;
    let scheme = match header.algorithm {
        JwsAlgorithm::Es256 => Scheme::EcdsaRaw,
        JwsAlgorithm::Ps256 => Scheme::RsaPss,
        JwsAlgorithm::Rs256 => Scheme::RsaPkcs1(Hash::Sha256),
        JwsAlgorithm::EdDsa => Scheme::Ed25519,
    };
    if jwk.key.verify_scheme(scheme, signed.as_bytes(), &signature) {
        Ok(VerifiedJws { header, payload })
    } else {
        Err(JwsRefusal::Signature)
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, JwsRefusal> {
    let members = json::object(bytes).map_err(|_| JwsRefusal::Header)?;
    let (mut algorithm, mut key_id, mut typ, mut certificate) = (None, None, None, None);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("alg", Value::String(name)) => {
                algorithm = Some(JwsAlgorithm::named(&name).ok_or(JwsRefusal::Algorithm)?);
            }
            ("kid", Value::String(text)) => key_id = Some(text),
            ("typ", Value::String(text)) => typ = Some(text),
            ("x5t#S256", Value::String(text)) => {
                let bytes = URL_SAFE_NO_PAD
                    .decode(text)
                    .map_err(|_| JwsRefusal::Header)?;
                let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| JwsRefusal::Header)?;
                certificate = Some(Digest::from_bytes(bytes));
            }
            ("alg" | "kid" | "typ" | "x5t#S256", _) => return Err(JwsRefusal::Header),
            ("jku" | "x5u" | "jwk" | "x5c", _) => return Err(JwsRefusal::ForeignKey),
            _ => return Err(JwsRefusal::UnknownMember),
        }
    }
    Ok(Header {
        algorithm: algorithm.ok_or(JwsRefusal::Header)?,
        key_id,
        typ,
        certificate,
    })
}
