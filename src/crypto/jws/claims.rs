//! The claims of a token (RFC 7519 §4.1), checked at a moment the caller names.

use super::json;
use crate::kernel::time::Instant;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// The registered claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// `iss`
    Issuer,
    /// `aud`
    Audience,
    /// `sub`
    Subject,
    /// `exp`
    Expiry,
    /// `nbf`
    NotBefore,
    /// `iat`
    IssuedAt,
    /// `jti`
    TokenId,
}

impl Claim {
    /// The member's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::Subject => "sub",
            Self::Expiry => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::TokenId => "jti",
        }
    }
}

/// Why the claims are not accepted. For logs: the outside is told one thing for all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    /// The payload is not a JSON object, or repeats a member.
    #[error("the payload is not a JSON object without duplicate members")]
    Payload,
    /// A claim that must be there is not.
    #[error("the claim {} is missing", .0.name())]
    Missing(Claim),
    /// A claim of another form: text that is empty, an audience that is a list, a time that is no whole number.
    #[error("the claim {} has another form", .0.name())]
    Form(Claim),
    /// From somebody else.
    #[error("another issuer")]
    Issuer,
    /// For somebody else.
    #[error("another audience")]
    Audience,
    /// About somebody else.
    #[error("another subject")]
    Subject,
    /// Its time has passed.
    #[error("expired")]
    Expired,
    /// It lives longer than such a token may.
    #[error("it lives too long")]
    LivesTooLong,
    /// Its time has not come, or it says it was issued in the future.
    #[error("not valid yet")]
    NotYet,
}

/// What the claims must say. Every registered claim is required unless the caller says otherwise.
#[derive(Debug, Clone)]
pub struct ClaimRules<'a> {
    issuer: &'a str,
    audience: &'a str,
    subject: Option<&'a str>,
    optional: Vec<Claim>,
    leeway: Duration,
    ahead: Duration,
    longest_life: Option<Duration>,
}

impl<'a> ClaimRules<'a> {
    /// From this issuer to this one audience, all claims present, at most 5 s after expiry and 10 s before `nbf` and
    /// `iat`.
    pub fn new(issuer: &'a str, audience: &'a str) -> Self {
        Self {
            issuer,
            audience,
            subject: None,
            optional: Vec::new(),
            leeway: Duration::from_secs(5),
            ahead: Duration::from_secs(10),
            longest_life: None,
        }
    }

    /// About this subject only.
    pub fn about(mut self, subject: &'a str) -> Self {
        self.subject = Some(subject);
        self
    }

    /// This claim may be missing (it is still checked where it is present). Issuer, audience and expiry may not.
    pub fn without(mut self, claim: Claim) -> Self {
        if !matches!(claim, Claim::Issuer | Claim::Audience | Claim::Expiry) {
            self.optional.push(claim);
        }
        self
    }

    /// Expiry counts to the second.
    pub fn without_leeway(mut self) -> Self {
        self.leeway = Duration::ZERO;
        self
    }

    /// Expiry lies at most this far in the future (client assertions: 300 s).
    pub fn living_at_most(mut self, life: Duration) -> Self {
        self.longest_life = Some(life);
        self
    }

    pub(super) fn check(&self, payload: &[u8], now: Instant) -> Result<Claims, ClaimRefusal> {
        let members = json::object(payload).map_err(|_| ClaimRefusal::Payload)?;
        let issuer = self.required_text(&members, Claim::Issuer)?;
        if issuer != self.issuer {
            return Err(ClaimRefusal::Issuer);
        }
        if self.required_text(&members, Claim::Audience)? != self.audience {
            return Err(ClaimRefusal::Audience);
        }
        let subject = self.text(&members, Claim::Subject)?;
        if self.subject.is_some() && subject.as_deref() != self.subject {
            return Err(ClaimRefusal::Subject);
        }
        let token_id = self.text(&members, Claim::TokenId)?;
        let expires_at = self
            .time(&members, Claim::Expiry)?
            .ok_or(ClaimRefusal::Missing(Claim::Expiry))?;
        if now >= expires_at.plus(self.leeway) {
            return Err(ClaimRefusal::Expired);
        }
        if let Some(life) = self.longest_life
            && expires_at > now.plus(life).plus(self.leeway)
        {
            return Err(ClaimRefusal::LivesTooLong);
        }
        let not_before = self.time(&members, Claim::NotBefore)?;
        let issued_at = self.time(&members, Claim::IssuedAt)?;
        let horizon = now.plus(self.ahead);
        if [not_before, issued_at]
            .iter()
            .flatten()
            .any(|time| *time > horizon)
        {
            return Err(ClaimRefusal::NotYet);
        }
        Ok(Claims {
            subject,
            token_id,
            expires_at,
            issued_at,
            members,
        })
    }

    fn required_text(
        &self,
        members: &Map<String, Value>,
        claim: Claim,
    ) -> Result<String, ClaimRefusal> {
        self.text(members, claim)?
            .ok_or(ClaimRefusal::Missing(claim))
    }

    fn text(
        &self,
        members: &Map<String, Value>,
        claim: Claim,
    ) -> Result<Option<String>, ClaimRefusal> {
        match members.get(claim.name()) {
            None => self.absent(claim),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(ClaimRefusal::Form(claim)),
        }
    }

    /// A time in whole seconds through the year 9999. RFC 7519 permits fractions; nobody we trust writes them.
    fn time(
        &self,
        members: &Map<String, Value>,
        claim: Claim,
    ) -> Result<Option<Instant>, ClaimRefusal> {
        let Some(value) = members.get(claim.name()) else {
            return self.absent(claim);
        };
        value
            .as_i64()
            .filter(|seconds| (0..=253_402_300_799).contains(seconds))
            .and_then(|seconds| Instant::from_millis(seconds * 1000))
            .map(Some)
            .ok_or(ClaimRefusal::Form(claim))
    }

    fn absent<T>(&self, claim: Claim) -> Result<Option<T>, ClaimRefusal> {
        if self.optional.contains(&claim) {
            Ok(None)
        } else {
            Err(ClaimRefusal::Missing(claim))
        }
    }
}

/// Claims that were checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// `sub`
    pub subject: Option<String>,
    /// `jti`
    pub token_id: Option<String>,
    /// `exp`
    pub expires_at: Instant,
    /// `iat`
    pub issued_at: Option<Instant>,
    members: Map<String, Value>,
}

impl Claims {
    /// A further claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A further claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// All claims in the shape of a type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.members.clone()))
    }
}
