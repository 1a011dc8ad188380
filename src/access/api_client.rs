//! A machine client: who it is, which certificate is its own, what it may ask for.

use crate::kernel::digest::Digest;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A client's identifier: 3 to 48 characters, a small letter first, then small letters, digits, `.`, `_` or `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

/// Text that is not a client identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a client identifier has 3 to 48 characters: a small letter, then small letters, digits, '.', '_' or '-'"
)]
pub struct ClientIdError;

impl ClientId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        if (3..=48).contains(&text.len()) && starts_well && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClientIdError)
        }
    }
}

/// A set of scopes, written with single spaces in alphabetical order (RFC 6749 §3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<String>);

/// A scope nobody can be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope {0:?}")]
pub struct UnknownScope(pub String);

impl Scopes {
    /// Read scopes, each of which must be one of `known`.
    pub fn read(text: &str, known: &[&str]) -> Result<Self, UnknownScope> {
        text.split(' ')
            .filter(|name| !name.is_empty())
            .map(|name| {
                if known.contains(&name) {
                    Ok(name.to_owned())
                } else {
                    Err(UnknownScope(name.chars().take(64).collect()))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Scopes that were checked when they were stored or signed.
    pub fn trusted(text: &str) -> Self {
        Self(
            text.split(' ')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of these are among `others`.
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }

    /// Those in both.
    pub fn common(&self, others: &Self) -> Self {
        Self(self.0.intersection(&others.0).cloned().collect())
    }

    /// The names.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Whether a client may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientStatus {
    /// It may.
    Active,
    /// Never again; a new client is added instead.
    Revoked,
}

impl ClientStatus {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }
}

/// Text that is not a client's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client is active or revoked")]
pub struct UnknownStatus;

impl FromStr for ClientStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        match text {
            "active" => Ok(Self::Active),
            "revoked" => Ok(Self::Revoked),
            _ => Err(UnknownStatus),
        }
    }
}

/// A client that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    /// Its identifier.
    pub client_id: ClientId,
    /// Its name as shown to people.
    pub name: Bilingual,
    /// SHA-256 over the DER of its certificate (RFC 8705 §3.1).
    pub certificate_thumbprint: Digest,
    /// What it may ask for, as `"authority.evaluate registry.read"`.
    pub scopes: String,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiClient {
    /// Its identifier.
    pub client_id: ClientId,
    /// Its name as shown to people.
    pub name: Bilingual,
    /// SHA-256 over the DER of the one certificate it authenticates with.
    pub certificate_thumbprint: Digest,
    /// What it may ask for.
    pub scopes: Scopes,
    /// Whether it may still come.
    pub status: ClientStatus,
    /// When it was added.
    pub created_at: Instant,
    /// Grows with every change, from 1.
    pub version: i64,
}

impl ApiClient {
    /// Whether a connection made with this certificate is this client's, now.
    pub fn is_proven_by(&self, thumbprint: Option<&Digest>) -> bool {
        self.status == ClientStatus::Active && thumbprint == Some(&self.certificate_thumbprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_identifiers_are_plain() {
        for good in ["bank-a", "a.b_c-1", "abc"] {
            assert!(good.parse::<ClientId>().is_ok(), "{good}");
        }
        for bad in ["", "ab", "1ab", "Bank", "a b", "ธนาคาร", "a\nb", "-ab"] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
        assert!("a".repeat(49).parse::<ClientId>().is_err());
    }

    #[test]
    fn scopes_are_sorted_and_closed() {
        let known = ["b.read", "a.read"];
        let scopes = Scopes::read("b.read  a.read b.read", &known).unwrap();
        assert_eq!(scopes.to_string(), "a.read b.read");
        assert_eq!(
            Scopes::read("a.read admin", &known),
            Err(UnknownScope("admin".into()))
        );
        assert!(Scopes::read("", &known).unwrap().is_empty());
    }

    #[test]
    fn a_revoked_client_is_proven_by_nothing() {
        let thumbprint = Digest::of(b"certificate");
        let mut client = ApiClient {
            client_id: "bank-a".parse().unwrap(),
            name: Bilingual::new("ธนาคาร ก", "Bank A"),
            certificate_thumbprint: thumbprint,
            scopes: Scopes::default(),
            status: ClientStatus::Active,
            created_at: Instant::from_millis(0).unwrap(),
            version: 1,
        };
        assert!(client.is_proven_by(Some(&thumbprint)));
        assert!(!client.is_proven_by(None));
        assert!(!client.is_proven_by(Some(&Digest::of(b"other"))));
        client.status = ClientStatus::Revoked;
        assert!(!client.is_proven_by(Some(&thumbprint)));
    }
}
