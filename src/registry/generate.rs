//! Registers of any size, put together by chance and repeatable by seed: for measuring and for trying out.
//!
//! Nobody and nothing in them exists: family names and company names say that they are invented, numbers have valid
//! check digits and stand in no register. The mix is plausible: types, statuses, boards of one to nine, partnerships,
//! liquidators, foreigners, people who sit on several boards, and statements of which a few in a hundred cannot be
//! read with certainty.
//!
//! A company is made of its number and the seed alone and forgotten when it is written, so that memory does not grow
//! with the register. To add a kind of fact: in [`companies`], and in [`mod@write`] for each shape that can tell it.

use super::feed::{FeedKind, FeedShape};
use super::source::FeedManifest;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use sha2::Digest as _;
use std::io::{self, Write};

pub mod cells;
pub mod changes;
pub mod companies;
pub mod dice;
pub mod people;
pub mod places;
pub mod statements;
pub mod write;

use cells::{TooMany, slots};
use dice::Dice;
use people::Pool;

/// Lines are gathered up to so many bytes before they are written.
const CHUNK_BYTES: usize = 256 * 1024;
const WHAT: u64 = 0x5049_434b;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Companies on the whole register.
    pub companies: u64,
    /// The same seed and size give the same register.
    pub seed: u64,
    /// How the lines are written.
    pub shape: FeedShape,
    /// The instant whose state the file tells; a delta's changes happen on its day.
    pub as_of: Instant,
    /// `None`: everybody. Otherwise a delta of so many changed companies.
    pub changes: Option<u64>,
}

/// Why nothing was generated, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// More companies than there are numbers.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// More changes than companies.
    #[error("{changes} companies cannot change on a register of {companies}")]
    TooManyChanges {
        /// Changes asked for.
        changes: u64,
        /// Companies on the register.
        companies: u64,
    },
    /// A row could not be written as JSON.
    #[error("a row cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The output failed.
    #[error("cannot write: {0}")]
    Io(#[from] io::Error),
}

/// Write the feed and tell its manifest.
pub fn generate(order: &Order, output: impl Write) -> Result<FeedManifest, GenerateError> {
    let mut feed = Feed {
        output,
        buffer: Vec::with_capacity(CHUNK_BYTES * 2),
        hasher: sha2::Sha256::new(),
        lines: 0,
    };
    let pool = Pool::new(order.seed, order.companies);
    let slots = slots(order.companies)?;
    let kind = match order.changes {
        None => {
            for slot in slots {
                feed.row(order.shape, &companies::company(order.seed, pool, &slot))?;
            }
            FeedKind::Full
        }
        Some(changes) if changes > order.companies => {
            return Err(GenerateError::TooManyChanges {
                changes,
                companies: order.companies,
            });
        }
        Some(changes) => {
            let mut chosen = chosen(order, changes).peekable();
            for (place, slot) in (0u64..).zip(slots) {
                if chosen.next_if_eq(&place).is_some() {
                    let (row, _) = changes::changed(order.seed, pool, &slot, order.as_of);
                    feed.row(order.shape, &row)?;
                }
            }
            FeedKind::Delta
        }
    };
    let (lines, digest) = feed.end()?;
    Ok(FeedManifest::of(
        lines,
        digest,
        order.as_of,
        kind,
        order.shape,
    ))
}

/// The places of the companies that change: one in each of as many stretches of the register.
fn chosen(order: &Order, changes: u64) -> impl Iterator<Item = u64> {
    let companies = u128::from(order.companies);
    let start = move |stretch: u64| {
        u64::try_from(u128::from(stretch) * companies / u128::from(changes.max(1)))
            .unwrap_or_default()
    };
    let mut dice = Dice::of(order.seed, WHAT, order.as_of.millis().unsigned_abs());
    (0..changes).map(move |stretch| {
        let (from, to) = (start(stretch), start(stretch + 1));
        from + dice.below(to - from)
    })
}

struct Feed<W> {
    output: W,
    buffer: Vec<u8>,
    hasher: sha2::Sha256,
    lines: u64,
}

impl<W: Write> Feed<W> {
    fn row(&mut self, shape: FeedShape, row: &super::feed::FeedRow) -> Result<(), GenerateError> {
        write::line(shape, row, &mut self.buffer)?;
        self.lines += 1;
        if self.buffer.len() >= CHUNK_BYTES {
            self.pass_on()?;
        }
        Ok(())
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.hasher.update(&self.buffer);
        self.output.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn end(mut self) -> io::Result<(u64, Digest)> {
        self.pass_on()?;
        self.output.flush()?;
        Ok((
            self.lines,
            Digest::from_bytes(self.hasher.finalize().into()),
        ))
    }
}

#[cfg(test)]
mod tests;
