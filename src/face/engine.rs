//! The seam to an engine that compares faces.

use super::comparison::{FaceAnswer, FaceRequest};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Why there is no result. None of these says anything about the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaceFailure {
    /// The engine, or our share of it, is full.
    #[error("the face engine is busy")]
    Busy {
        /// When to ask again.
        retry_after: Duration,
    },
    /// It failed too often of late, and is left alone for a while.
    #[error("the face engine is being left alone after failures")]
    LeftAlone {
        /// When it will be tried again.
        retry_after: Duration,
    },
    /// No answer in time.
    #[error("the face engine did not answer in time")]
    TimedOut,
    /// No connection.
    #[error("the face engine cannot be reached: {cause}")]
    Unreachable {
        /// What the network said.
        cause: String,
    },
    /// It does not accept our request.
    #[error("the face engine refused the request with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// It failed by its own account.
    #[error("the face engine reports a failure of its own")]
    Engine,
    /// Its answer is not one we know, or is for another question.
    #[error("the face engine's answer cannot be used: {cause}")]
    Unreadable {
        /// What is wrong with it.
        cause: String,
    },
}

/// A comparison under way.
pub type Comparing<'a> = Pin<Box<dyn Future<Output = Result<FaceAnswer, FaceFailure>> + Send + 'a>>;

/// Compares faces.
pub trait FaceEngine: Send + Sync {
    /// Compare the face with the person's portrait. The request is consumed, and its picture wiped with it.
    fn compare(&self, request: FaceRequest) -> Comparing<'_>;
}
