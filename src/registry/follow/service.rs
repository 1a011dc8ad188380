//! Taking in the register's changes from where they were left.

use super::store;
use super::{Change, ChangePage, ChangeReason, ChangeRefusal, Cursor, read_change};
use crate::db::{AnyConnection, Database, StoreError};
use crate::kernel::time::{Clock, Instant};
use crate::registry::service::{RefreshError, RegistryService};
use crate::registry::source::{ChangeFeed, SourceFailure};
use crate::registry::store::Upsert;
use std::sync::Arc;

/// Most pages of one turn: then others have theirs.
const MOST_PAGES: usize = 1_000;
/// Most juristic persons that are asked for again in one turn.
const MOST_DUE: u32 = 50;

/// Why the changes could not be followed any further. The place stays where it was; trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The register did not answer, or not as agreed.
    #[error(transparent)]
    Source(#[from] SourceFailure),
    /// It says that there is more, and names the place that it was asked from.
    #[error("the register says that there is more and leads nowhere")]
    NoProgress,
    /// It no longer knows the place: a whole feed must be taken in first.
    #[error("the register no longer knows the place that was reached")]
    PlaceLost,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A doubtful juristic person could not be asked for.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The work was cut off.
    #[error("the work was cut off")]
    Interrupted,
}

/// What was done with changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followed {
    /// They made new versions.
    pub new: usize,
    /// They stated what was known.
    pub unchanged: usize,
    /// They were older than what was known.
    pub older: usize,
    /// They could not be taken in and were written down.
    pub refused: usize,
}

impl Followed {
    fn count(&mut self, outcome: Upsert) {
        match outcome {
            Upsert::New { .. } => self.new += 1,
            Upsert::Unchanged { .. } => self.unchanged += 1,
            Upsert::Older => self.older += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.new += other.new;
        self.unchanged += other.unchanged;
        self.older += other.older;
        self.refused += other.refused;
    }
}

/// What became of one page.
enum Page {
    /// It was taken in.
    Taken(Followed),
    /// Another instance took it in first.
    Raced,
}

/// What the follower is made of.
pub struct Parts {
    /// Where place and versions are kept.
    pub database: Arc<Database>,
    /// Takes changes in.
    pub registry: RegistryService,
    /// The register.
    pub feed: Arc<dyn ChangeFeed>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Changes asked for at a time.
    pub page: u32,
}

/// Follows the register's changes. Cheap to share.
#[derive(Clone)]
pub struct Follower {
    parts: Arc<Parts>,
}

impl Follower {
    /// A follower made of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Take in everything up to the newest change, then ask for those juristic persons that changes left doubtful or
    /// incomplete.
    pub async fn turn(&self) -> Result<Followed, FollowError> {
        let followed = self.follow().await?;
        self.parts.registry.refresh_due(MOST_DUE).await?;
        Ok(followed)
    }

    /// Take in everything up to the newest change.
    pub async fn follow(&self) -> Result<Followed, FollowError> {
        let mut followed = Followed::default();
        let mut limit = self.parts.page.max(1);
        for _ in 0..MOST_PAGES {
            let from = self.place().await?;
            let page = match self.parts.feed.changes(&from, limit).await {
                Ok(page) => page,
                // Fewer changes are a smaller page.
                Err(SourceFailure::TooLarge(_)) if limit > 1 => {
                    limit /= 2;
                    continue;
                }
                Err(SourceFailure::Status(410)) => return Err(FollowError::PlaceLost),
                Err(failure) => return Err(failure.into()),
            };
            if page.next == from {
                if page.more || !page.changes.is_empty() {
                    return Err(FollowError::NoProgress);
                }
                break;
            }
            let more = page.more;
            if let Page::Taken(taken) = self.take_page(from, page).await? {
                followed.add(taken);
                if !more {
                    break;
                }
            }
        }
        Ok(followed)
    }

    /// Up to where changes were taken in.
    pub async fn place(&self) -> Result<Cursor, FollowError> {
        let parts = Arc::clone(&self.parts);
        blocking(move || parts.database.read(store::place))
            .await?
            .map_err(FollowError::Store)
    }

    async fn take_page(&self, from: Cursor, page: ChangePage) -> Result<Page, FollowError> {
        let this = self.clone();
        let taken = blocking(move || {
            let now = this.parts.clock.now();
            let changes: Vec<Read> = page
                .changes
                .iter()
                .map(|value| read_change(value, now))
                .collect();
            let whole = || {
                this.parts
                    .database
                    .write(|connection| this.take(connection, (&from, &page.next), &changes, now))
            };
            match whole() {
                // A question took the same juristic person in meanwhile: now it is there to be compared with.
                Err(StoreError::Conflict { .. }) => whole(),
                // One row must not keep the others back.
                Err(StoreError::Inconsistent { .. } | StoreError::Statement(_)) => {
                    this.take_singly(&from, &page, &changes, now)
                }
                other => other,
            }
        })
        .await?
        .map_err(FollowError::Store)?;
        if let Page::Taken(followed) = &taken {
            told(followed);
        }
        Ok(taken)
    }

    /// Changes and place in one transaction: both or neither.
    fn take(
        &self,
        connection: &mut AnyConnection,
        (from, to): (&Cursor, &Cursor),
        changes: &[Read],
        now: Instant,
    ) -> Result<Page, StoreError> {
        if !store::advance(connection, from, to, changes.len(), now)? {
            return Ok(Page::Raced);
        }
        let mut followed = Followed::default();
        for change in changes {
            match change {
                Ok(change) => {
                    let outcome = self.parts.registry.take_change(connection, change, now)?;
                    followed.count(outcome);
                }
                Err(refusal) => {
                    refuse(connection, refusal, now)?;
                    followed.refused += 1;
                }
            }
        }
        Ok(Page::Taken(followed))
    }

    /// A transaction for each change, so that the one that cannot be taken in is found and written down. The place moves
    /// with each of them.
    fn take_singly(
        &self,
        from: &Cursor,
        page: &ChangePage,
        changes: &[Read],
        now: Instant,
    ) -> Result<Page, StoreError> {
        let mut followed = Followed::default();
        let mut place = from.clone();
        for (change, value) in changes.iter().zip(&page.changes) {
            let next = match change {
                Ok(change) => change.cursor.clone(),
                Err(refusal) => refusal.cursor.clone().unwrap_or_else(|| place.clone()),
            };
            let one = |change: &Read| {
                self.parts.database.write(|connection| {
                    self.take(
                        connection,
                        (&place, &next),
                        std::slice::from_ref(change),
                        now,
                    )
                })
            };
            let taken = match one(change) {
                Err(StoreError::Inconsistent { .. } | StoreError::Statement(_)) => {
                    let held = change.as_ref().ok().map(|change| ChangeRefusal {
                        digest: super::digest(value),
                        cursor: Some(change.cursor.clone()),
                        number: Some(change.record.registration_number.clone()),
                        reason: ChangeReason::Held,
                    });
                    match held {
                        Some(refusal) => one(&Err(Box::new(refusal)))?,
                        None => one(change)?,
                    }
                }
                other => other?,
            };
            let Page::Taken(taken) = taken else {
                return Ok(Page::Raced);
            };
            followed.add(taken);
            place = next;
        }
        let ended = self
            .parts
            .database
            .write(|connection| store::advance(connection, &place, &page.next, 0, now))?;
        Ok(if ended {
            Page::Taken(followed)
        } else {
            Page::Raced
        })
    }
}

type Read = Result<Change, Box<ChangeRefusal>>;

/// Write a refusal down; whom it is about is doubted until the register was asked.
fn refuse(
    connection: &mut AnyConnection,
    refusal: &ChangeRefusal,
    now: Instant,
) -> Result<(), StoreError> {
    let (code, field) = refusal.reason.code();
    tracing::warn!(
        change.reason = code,
        change.member = field,
        change.cursor = refusal.cursor.as_ref().map(Cursor::as_str),
        "a change of the register cannot be taken in"
    );
    store::refuse(connection, refusal, now)?;
    match &refusal.number {
        Some(number) => store::mark(connection, number, store::DueFor::Doubt, now),
        None => Ok(()),
    }
}

fn told(followed: &Followed) {
    for (outcome, count) in [
        ("new", followed.new),
        ("unchanged", followed.unchanged),
        ("older", followed.older),
        ("refused", followed.refused),
    ] {
        metrics::counter!("amnat_register_changes_total", "outcome" => outcome)
            .increment(count as u64);
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, FollowError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(|_| FollowError::Interrupted)
}
