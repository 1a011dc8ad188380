//! The seam towards a time-stamp authority (RFC 3161).

use crate::kernel::digest::Digest;
use std::future::Future;
use std::pin::Pin;

/// Why there is no time-stamp.
#[derive(Debug, thiserror::Error)]
pub enum TimestampFailure {
    /// The authority did not answer in time, or not at all. Trying again may help.
    #[error("the time-stamp authority does not answer: {cause}")]
    Unavailable {
        /// What the client said.
        cause: String,
    },
    /// It answered, but not with a time-stamp for what was asked.
    #[error("the time-stamp authority's answer is not accepted: {cause}")]
    NotAccepted {
        /// What is wrong with it.
        cause: String,
    },
}

/// A time-stamp token in DER, checked: it is for the digest asked, answers our nonce and comes from a trusted authority.
#[derive(Debug, Clone)]
pub struct TimestampToken(pub Vec<u8>);

/// Whoever says when something existed.
pub trait TimestampAuthority: Send + Sync {
    /// A time-stamp over a digest (SHA-256).
    fn stamp<'a>(
        &'a self,
        imprint: Digest,
    ) -> Pin<Box<dyn Future<Output = Result<TimestampToken, TimestampFailure>> + Send + 'a>>;
}
