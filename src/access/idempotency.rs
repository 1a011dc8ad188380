//! One act for one `Idempotency-Key`, however often it is asked for (INT-20 to INT-22).
//!
//! In the transaction of the act: [`super::store::idempotency::begin`] says whether this is the first time; if so, the
//! act is done and [`super::store::idempotency::finish`] keeps its answer. An act that speaks to an outside system
//! between two transactions begins in the first and finishes in the second; meanwhile others are told that it is running.

use crate::kernel::digest::Digest;
use std::time::Duration;

/// How long an answer is kept unless it is kept for ever.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How long a running attempt is believed to be alive. Longer than any request may take.
pub const ALIVE_FOR: Duration = Duration::from_secs(60);

/// What a key is a key of: who asked, with which method, where. The same text from somebody else is another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyScope(Digest);

impl IdempotencyScope {
    /// The scope that was stored under this digest.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// `caller` is the client's or person's reference; `path` the path without its query.
    pub fn new(caller: &str, method: &str, path: &str, key: &str) -> Self {
        let mut parts = Vec::new();
        for part in [caller, method, path, key] {
            // Lengths go first: no two different quadruples give the same bytes.
            parts.extend_from_slice(&(part.len() as u64).to_be_bytes());
            parts.extend_from_slice(part.as_bytes());
        }
        Self(Digest::of(parts))
    }

    /// As it is stored.
    pub fn digest(&self) -> Digest {
        self.0
    }
}

/// The right to do the act and to finish it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What it is for.
    pub scope: IdempotencyScope,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// An answer that could not be written down: nothing is done, rather than an empty answer kept for whoever asks again.
#[derive(Debug, thiserror::Error)]
#[error("the answer could not be written down: {0}")]
pub struct UnwrittenAnswer(pub String);

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// Body, byte for byte.
    pub body: Vec<u8>,
}

/// How long an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// 24 hours.
    Day,
    /// As long as the thing it made: issued documents.
    ForEver,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The first time: do it, then finish.
    Fresh(Ticket),
    /// It was done: give this answer again.
    Replay(KeptAnswer),
    /// The key was used for a request with other content.
    OtherBody,
    /// Another request with this key is at work.
    Running,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_belongs_to_one_caller_method_and_path() {
        let one = IdempotencyScope::new("bank-a", "POST", "/v1/certificates", "k");
        for other in [
            IdempotencyScope::new("bank-b", "POST", "/v1/certificates", "k"),
            IdempotencyScope::new("bank-a", "PUT", "/v1/certificates", "k"),
            IdempotencyScope::new("bank-a", "POST", "/v1/certificate", "sk"),
            IdempotencyScope::new("bank-a", "POST", "/v1/certificates", "K"),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(
            one,
            IdempotencyScope::new("bank-a", "POST", "/v1/certificates", "k")
        );
    }
}
