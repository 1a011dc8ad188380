//! What an ID token must look like before its signature is even looked at (SEC-21, SEC-43).
//!
//! The library that checks the signature is lenient where OpenID Connect lets it be: it takes a second audience, needs
//! no `nbf`, and reads repeated members one way or another. Here nothing is left to taste.

use crate::identity::assurance::CLOCK_AHEAD;
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::time::Duration;

/// Largest ID token that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;
/// An ID token issued longer ago than this belongs to another sign-in.
pub const MAX_AGE: Duration = Duration::from_secs(600);

/// Signature algorithms that can be allowed. `none`, RS1 and everything with a shared secret cannot be named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256.
    Es256,
    /// RSASSA-PKCS1-v1_5.
    Rs256,
    /// RSASSA-PSS.
    Ps256,
}

impl Algorithm {
    /// As it stands in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

/// Why an answer is not accepted. No value of the token is repeated: it may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// The browser came back without a code.
    #[error("no code came back")]
    NoCode,
    /// The `iss` parameter is missing though promised, or names another issuer.
    #[error("the iss parameter is missing or names another issuer")]
    IssuerParameter,
    /// The token endpoint's answer has no ID token or is not in its form.
    #[error("the token endpoint's answer cannot be used: {0}")]
    TokenResponse(&'static str),
    /// Longer than is read, or not three parts of base64url.
    #[error("the ID token has the wrong form: {0}")]
    Form(&'static str),
    /// The header has an unknown or repeated member, or names a key source, a critical extension or a wrong type.
    #[error("the ID token's header is not acceptable: {0}")]
    Header(&'static str),
    /// The algorithm is not allowed for this provider.
    #[error("the ID token's algorithm is not allowed")]
    Algorithm,
    /// A member of the payload is missing or of the wrong kind.
    #[error("the claim {0} is missing or malformed")]
    Claim(String),
    /// Issued by somebody else.
    #[error("the ID token is of another issuer")]
    Issuer,
    /// For somebody else, or for somebody else as well.
    #[error("the ID token is not for us alone")]
    Audience,
    /// Expired, not yet valid, issued too long ago or in the future.
    #[error("the ID token is not of this time: {0}")]
    Time(&'static str),
    /// Not an answer to our request.
    #[error("the nonce is not ours")]
    Nonce,
    /// The signature does not verify with the provider's keys.
    #[error("the signature does not verify: {0}")]
    Signature(&'static str),
}

/// What the token has to say.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// Issuer identifier, byte for byte.
    pub issuer: &'a str,
    /// Our client identifier there.
    pub client_id: &'a str,
    /// The nonce of the journey.
    pub nonce: &'a str,
    /// Allowed algorithms.
    pub algorithms: &'a [Algorithm],
    /// The present.
    pub now: Instant,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default, rename = "kid")]
    _kid: Option<String>,
    #[serde(default, rename = "x5t")]
    _x5t: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    _x5t_s256: Option<String>,
}

/// An object none of whose members stands twice, at any depth.
struct Once(Map<String, Value>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnceVisitor;
        impl<'de> Visitor<'de> for OnceVisitor {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Once, A::Error> {
                let mut members = Map::new();
                while let Some(name) = access.next_key::<String>()? {
                    let value: Value = access.next_value()?;
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member stands twice"));
                    }
                }
                Ok(Once(members))
            }
        }
        deserializer.deserialize_map(OnceVisitor)
    }
}

/// The claims of a token that has the right form, header, issuer, audience, times and nonce. Its signature is **not**
/// checked here; until it is, the claims are nobody's.
pub fn unverified_claims(
    token: &str,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, TokenRefusal> {
    if token.len() > MAX_BYTES {
        return Err(TokenRefusal::Form("too long"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(TokenRefusal::Form("not three parts"));
    };
    if signature.is_empty() {
        return Err(TokenRefusal::Form("no signature"));
    }
    let decode = |part: &str| {
        URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| TokenRefusal::Form("not base64url"))
    };
    check_header(&decode(header)?, expected.algorithms)?;
    let Once(claims) = serde_json::from_slice(&decode(payload)?)
        .map_err(|_| TokenRefusal::Form("the payload is no object of single members"))?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn check_header(bytes: &[u8], algorithms: &[Algorithm]) -> Result<(), TokenRefusal> {
    let header: Header = serde_json::from_slice(bytes)
        .map_err(|_| TokenRefusal::Header("an unknown or repeated member"))?;
    if !algorithms
        .iter()
        .any(|allowed| allowed.as_str() == header.alg)
    {
        return Err(TokenRefusal::Algorithm);
    }
    match header.typ.as_deref() {
        None => Ok(()),
        Some(typ) if typ.eq_ignore_ascii_case("jwt") => Ok(()),
        Some(_) => Err(TokenRefusal::Header("another type of token")),
    }
}

fn check_claims(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), TokenRefusal> {
    if text(claims, "iss")? != expected.issuer {
        return Err(TokenRefusal::Issuer);
    }
    let audience = claims.get("aud").ok_or_else(|| missing("aud"))?;
    let audience = match audience {
        Value::String(only) => only.as_str(),
        Value::Array(list) => match list.as_slice() {
            [Value::String(only)] => only.as_str(),
            _ => return Err(TokenRefusal::Audience),
        },
        _ => return Err(missing("aud")),
    };
    if audience != expected.client_id {
        return Err(TokenRefusal::Audience);
    }
    if claims.contains_key("azp") && text(claims, "azp")? != expected.client_id {
        return Err(TokenRefusal::Audience);
    }
    if text(claims, "sub")?.is_empty() || text(claims, "sub")?.len() > 255 {
        return Err(missing("sub"));
    }
    let now = expected.now;
    let ahead = now.plus(CLOCK_AHEAD);
    let issued = instant(claims, "iat")?;
    if issued > ahead {
        return Err(TokenRefusal::Time("issued in the future"));
    }
    if issued < now.minus(MAX_AGE) {
        return Err(TokenRefusal::Time("issued too long ago"));
    }
    if claims.contains_key("nbf") && instant(claims, "nbf")? > ahead {
        return Err(TokenRefusal::Time("not yet valid"));
    }
    if instant(claims, "exp")? <= now {
        return Err(TokenRefusal::Time("expired"));
    }
    if instant(claims, "auth_time")? > ahead {
        return Err(TokenRefusal::Time("authenticated in the future"));
    }
    if text(claims, "nonce")? != expected.nonce {
        return Err(TokenRefusal::Nonce);
    }
    Ok(())
}

fn missing(claim: &str) -> TokenRefusal {
    TokenRefusal::Claim(claim.to_owned())
}

/// A claim that must be text.
pub fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, TokenRefusal> {
    claims
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| missing(name))
}

/// A claim that must be a number of whole seconds.
pub fn instant(claims: &Map<String, Value>, name: &str) -> Result<Instant, TokenRefusal> {
    claims
        .get(name)
        .and_then(Value::as_i64)
        .and_then(|seconds| seconds.checked_mul(1000))
        .and_then(Instant::from_millis)
        .ok_or_else(|| missing(name))
}
