//! What stands in an access token (RFC 9068), bound to a certificate (RFC 8705 §3).

use super::api_client::{ClientId, Scopes};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a token lives (SEC-06).
pub const LIFETIME: Duration = Duration::from_secs(300);

/// The media type in the token's header (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// The claims, closed: a token with any other is not ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessClaims {
    /// Who gave it: the address machines use.
    pub iss: String,
    /// Whom it is for: the same address, one string.
    pub aud: String,
    /// The client.
    pub sub: String,
    /// The client once more (RFC 9068 §2.2).
    pub client_id: String,
    /// When it was given, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// 128 random bits, base64url.
    pub jti: String,
    /// What it is good for, separated by spaces.
    pub scope: String,
    /// Over which connections.
    pub cnf: Confirmation,
}

/// The certificate a token is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// base64url of SHA-256 over the certificate's DER.
    #[serde(rename = "x5t#S256")]
    pub thumbprint: String,
}

impl Confirmation {
    /// Bound to this certificate.
    pub fn of(thumbprint: &Digest) -> Self {
        Self {
            thumbprint: URL_SAFE_NO_PAD.encode(thumbprint.as_bytes()),
        }
    }
}

impl AccessClaims {
    /// A fresh token's claims. The binding is taken by value: there is no token without one.
    pub fn new(
        issuer: &str,
        client_id: &ClientId,
        scopes: &Scopes,
        binding: Confirmation,
        random: [u8; 16],
        now: Instant,
    ) -> Self {
        Self {
            iss: issuer.to_owned(),
            aud: issuer.to_owned(),
            sub: client_id.to_string(),
            client_id: client_id.to_string(),
            iat: now.seconds(),
            exp: now.plus(LIFETIME).seconds(),
            jti: URL_SAFE_NO_PAD.encode(random),
            scope: scopes.to_string(),
            cnf: binding,
        }
    }

    /// What only this kind of token says and no general check knows: subject and client are one, the life is no longer
    /// than ours, and the connection is the one it is bound to.
    pub fn is_bound_to(&self, thumbprint: Option<&Digest>) -> bool {
        let lifetime = self.exp.checked_sub(self.iat);
        self.sub == self.client_id
            && lifetime.is_some_and(|seconds| {
                u64::try_from(seconds).is_ok_and(|seconds| seconds <= LIFETIME.as_secs())
            })
            && thumbprint.is_some_and(|thumbprint| self.cnf == Confirmation::of(thumbprint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> AccessClaims {
        AccessClaims::new(
            "https://api.amnat.example",
            &"bank-a".parse().unwrap(),
            &Scopes::trusted("log.read"),
            Confirmation::of(&Digest::of(b"certificate")),
            [1; 16],
            "2026-11-24T02:30:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn a_token_lives_five_minutes_and_names_its_certificate() {
        let claims = claims();
        assert_eq!(claims.exp - claims.iat, 300);
        let json = serde_json::to_value(&claims).unwrap();
        assert_eq!(json["cnf"]["x5t#S256"].as_str().unwrap().len(), 43);
        assert_eq!(json["sub"], json["client_id"]);
    }

    #[test]
    fn another_connection_is_not_the_one_it_is_bound_to() {
        let mut claims = claims();
        assert!(claims.is_bound_to(Some(&Digest::of(b"certificate"))));
        assert!(!claims.is_bound_to(Some(&Digest::of(b"other"))));
        assert!(!claims.is_bound_to(None));
        claims.exp += 1;
        assert!(!claims.is_bound_to(Some(&Digest::of(b"certificate"))));
        claims.exp = i64::MIN;
        assert!(!claims.is_bound_to(Some(&Digest::of(b"certificate"))));
    }

    #[test]
    fn claims_that_no_token_of_ours_has_are_refused() {
        let mut json = serde_json::to_value(claims()).unwrap();
        json["nonce"] = "n".into();
        assert!(serde_json::from_value::<AccessClaims>(json.clone()).is_err());
        json.as_object_mut().unwrap().remove("nonce");
        assert!(serde_json::from_value::<AccessClaims>(json.clone()).is_ok());
        json["aud"] = serde_json::json!(["https://api.amnat.example"]);
        assert!(serde_json::from_value::<AccessClaims>(json).is_err());
    }
}
