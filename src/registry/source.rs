//! The seam towards the register: what is asked of it and how it fails. `client` speaks to the real one.

use super::exchange::Entry;
use super::feed::{FeedKind, FeedShape};
use super::follow::{ChangePage, Cursor};
use super::identities::WireIdentities;
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Why the register could not be asked. Trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum SourceFailure {
    /// No connection, no answer in time, or it broke off.
    #[error("the register cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It kept failing and is left alone for a while: nothing was asked (REL-23).
    #[error("the register kept failing and is not asked for another {} s", after.as_secs_f64().ceil())]
    Open {
        /// After this it is tried again.
        after: Duration,
    },
    /// Nothing was left of the time for an answer.
    #[error("there was no time left to ask the register")]
    Deadline,
    /// It answered with this HTTP status.
    #[error("the register answered with status {0}")]
    Status(u16),
    /// It sent more than is read.
    #[error("the register sent more than {0} bytes")]
    TooLarge(usize),
    /// What it sent is not of the agreed shape.
    #[error("the register sent something of another shape")]
    Shape(#[source] serde_json::Error),
    /// It sent more than one juristic person for one number.
    #[error("the register sent {0} juristic persons for one number")]
    Several(usize),
    /// The file is not the one that its manifest describes.
    #[error("the feed is not the file that its manifest describes")]
    Manifest,
}

/// What is known of the officers' numbers.
#[derive(Debug)]
pub enum IdentityAnswer {
    /// The extension answered.
    Given(WireIdentities),
    /// The operator has no such extension.
    NotOffered,
    /// It was asked in vain. The facts stand without it.
    Failed(SourceFailure),
}

/// One juristic person as just asked.
#[derive(Debug)]
pub struct Fetched {
    /// The exchange's entry.
    pub entry: Entry,
    /// The officers' numbers.
    pub identities: IdentityAnswer,
}

/// What a feed file should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedManifest {
    /// Number of lines.
    pub count: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The register's state as of this instant.
    pub as_of: Instant,
    /// Whether it tells of everybody or of those whose record changed.
    #[serde(default)]
    pub kind: FeedKind,
    /// How its lines are written; `None`: as the first one shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<FeedShape>,
}

/// A whole feed, checked against its manifest.
#[derive(Debug)]
pub struct Feed {
    /// What it holds.
    pub manifest: FeedManifest,
    /// One entry a line.
    pub lines: Vec<u8>,
}

/// Asks the register.
pub trait RegisterSource: Send + Sync {
    /// The juristic person with this number; `None` when the register has none.
    fn fetch<'a>(
        &'a self,
        number: &'a RegistrationNumber,
    ) -> BoxFuture<'a, Result<Option<Fetched>, SourceFailure>>;

    /// Everybody at once.
    fn feed(&self) -> BoxFuture<'_, Result<Feed, SourceFailure>>;

    /// Whether the officers' numbers can be asked for at all.
    fn tells_identities(&self) -> bool;
}

/// Asks the register what changed.
pub trait ChangeFeed: Send + Sync {
    /// At most `limit` changes after this place, oldest first.
    fn changes<'a>(
        &'a self,
        after: &'a Cursor,
        limit: u32,
    ) -> BoxFuture<'a, Result<ChangePage, SourceFailure>>;
}
