//! What the working threads do with lines: check them, understand what they state, seal it.

use super::skeleton::{Skeletons, Understanding};
use crate::db::{Engine, StoreError};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use crate::registry::exchange::{RowReason, RowRefusal};
use crate::registry::feed::{DeclaredIdentity, DeclaredNumber, FeedRow, FeedShape, Line, read_row};
use crate::registry::history::{self, Incoming, Step, Validity};
use crate::registry::identities::IdentityIndex;
use crate::registry::model::{IdentityKind, IdentityState, OfficerIdentity, VersionSource};
use crate::registry::reading::texts;
use crate::registry::review::Subject;
use crate::registry::store::bulk::Prepared;
use crate::registry::store::{Seen, SeenRow, VersionRows};
use crate::registry::vault::RegistryVault;
use std::time::{Duration, Instant as Stopwatch};

/// Lines of a file, on their way to a worker.
pub(super) struct Lines {
    pub(super) shape: FeedShape,
    pub(super) lines: Vec<Line>,
    /// Lines and bytes read up to here.
    pub(super) read: (u64, u64),
}

/// The same lines, ready to be written.
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    pub(super) read: (u64, u64),
    pub(super) check: Duration,
    pub(super) interpret: Duration,
    pub(super) encrypt: Duration,
}

/// One line.
pub(super) enum Item {
    /// It cannot be used.
    Refused(RowRefusal),
    /// It can.
    Usable(Box<Usable>),
    /// It could, but not now: the vault is out of reach.
    Failed(StoreError),
}

/// Why a line is not ready.
enum Trouble {
    Row(RowRefusal),
    Store(StoreError),
}

impl From<RowRefusal> for Trouble {
    fn from(refusal: RowRefusal) -> Self {
        Self::Row(refusal)
    }
}

/// A line that can be used.
pub(super) struct Usable {
    pub(super) line: u64,
    pub(super) number: RegistrationNumber,
    /// Whether it tells of a past alone.
    pub(super) corrects: bool,
    pub(super) understanding: Understanding,
    pub(super) fate: Fate,
}

/// What is done with a line.
pub(super) enum Fate {
    /// It is written as it is: nothing is known yet. With what has to be reviewed of it.
    First(Box<Prepared>, Option<Box<Unread>>),
    /// It is compared with what is known.
    Compare(Box<Row>),
    /// It is compared when everything else is in.
    Later(Box<Row>),
}

/// A sentence that is not read with certainty.
pub(super) struct Unread {
    pub(super) subject: Subject,
    pub(super) statement: String,
    pub(super) restriction: Option<String>,
}

/// A record to be compared with what is known.
pub(super) struct Row {
    pub(super) incoming: Incoming,
    /// Digest of what it states.
    pub(super) stated: Digest,
    /// Whether nothing decides about its statement.
    pub(super) unread: bool,
}

/// The refusal of a juristic person that stands in the file before.
pub(super) fn repeated(line: u64) -> RowRefusal {
    RowRefusal {
        line,
        field: "JuristicID".to_owned(),
        reason: RowReason::Repeated,
    }
}

/// Everything that the workers share.
pub(super) struct Workshop<'a> {
    pub(super) vault: &'a dyn RegistryVault,
    pub(super) index: &'a dyn IdentityIndex,
    pub(super) skeletons: Skeletons,
    pub(super) as_of: Instant,
    pub(super) recorded_at: Instant,
    /// What the rows are made ready for.
    pub(super) engine: Engine,
    /// Whether the register is empty.
    pub(super) first: bool,
}

impl Workshop<'_> {
    /// Make lines ready, stage by stage.
    pub(super) fn prepare(&self, lines: Lines) -> Batch {
        let began = Stopwatch::now();
        let rows: Vec<(u64, Result<FeedRow, RowRefusal>)> = lines
            .lines
            .into_iter()
            .map(|(number, text)| (number, checked(lines.shape, number, text, self.as_of)))
            .collect();
        let check = began.elapsed();
        let began = Stopwatch::now();
        let understood: Vec<Option<Understanding>> = rows
            .iter()
            .map(|(_, row)| {
                let row = row.as_ref().ok()?;
                Some(self.skeletons.understand(&row.record, self.as_of))
            })
            .collect();
        let interpret = began.elapsed();
        let began = Stopwatch::now();
        let items = rows
            .into_iter()
            .zip(understood)
            .map(|((line, row), understood)| {
                let usable = row.map_err(Trouble::from).and_then(|row| {
                    let understanding =
                        understood.ok_or_else(|| refused(line, RowReason::Missing))?;
                    self.usable(line, row, understanding)
                });
                match usable {
                    Ok(usable) => Item::Usable(Box::new(usable)),
                    Err(Trouble::Row(refusal)) => Item::Refused(refusal),
                    Err(Trouble::Store(error)) => Item::Failed(error),
                }
            })
            .collect();
        Batch {
            items,
            read: lines.read,
            check,
            interpret,
            encrypt: began.elapsed(),
        }
    }

    fn usable(
        &self,
        line: u64,
        row: FeedRow,
        understanding: Understanding,
    ) -> Result<Usable, Trouble> {
        let validity = match (row.valid_from, row.valid_to) {
            (Some(from), Some(to)) => Validity::Between { from, to },
            (Some(from), None) => Validity::Since(from),
            (None, _) => Validity::AsSeen,
        };
        let corrects = matches!(validity, Validity::Between { .. });
        let (identities, state) = match &row.people {
            None => (Vec::new(), IdentityState::Unavailable),
            Some(people) => (
                people.iter().map(|person| self.blinded(person)).collect(),
                IdentityState::Known,
            ),
        };
        let incoming = Incoming {
            record: row.record,
            identities,
            state,
            data_as_of: self.as_of,
            recorded_at: self.recorded_at,
            source: VersionSource::Feed,
            validity,
        };
        let number = incoming.record.registration_number.clone();
        let unusable =
            |error: &dyn std::fmt::Display| refused(line, RowReason::Shape(error.to_string()));
        let stated = incoming.stated().map_err(|error| unusable(&error))?;
        let fate = if self.first && !corrects {
            let unread = understanding.unread.then(|| unread(&incoming)).flatten();
            let step = history::next(None, incoming).map_err(|error| unusable(&error))?;
            let Step::New(facts) = step else {
                return Err(refused(line, RowReason::Validity).into());
            };
            let rows = VersionRows::of(self.vault, &facts).map_err(Trouble::Store)?;
            let seen = Seen {
                version: facts.version.version,
                latest: facts.version.version,
                highest_officer: rows.highest_officer(),
                stated,
                data_as_of: self.as_of,
                seen_at: self.recorded_at,
                source: VersionSource::Feed,
            };
            let seen = SeenRow::new(&number, &seen).map_err(Trouble::Store)?;
            Fate::First(
                Box::new(Prepared::new(self.engine, rows, seen)),
                unread.map(Box::new),
            )
        } else {
            let row = Box::new(Row {
                incoming,
                stated,
                unread: understanding.unread,
            });
            if self.first {
                Fate::Later(row)
            } else {
                Fate::Compare(row)
            }
        };
        Ok(Usable {
            line,
            number,
            corrects,
            understanding,
            fate,
        })
    }

    fn blinded(&self, person: &DeclaredIdentity) -> OfficerIdentity {
        let (kind, index) = match &person.number {
            DeclaredNumber::NationalId(id) => {
                (IdentityKind::NationalId, self.index.national_id(id))
            }
            DeclaredNumber::Passport {
                number,
                country,
                birth_date,
            } => (
                IdentityKind::Passport,
                self.index.passport(number, country, *birth_date),
            ),
        };
        OfficerIdentity {
            officer: person.officer,
            kind,
            index,
        }
    }
}

fn refused(line: u64, reason: RowReason) -> RowRefusal {
    RowRefusal {
        line,
        field: String::new(),
        reason,
    }
}

/// A row that holds for a time that can be: it begins before it ends, and not after the file's own.
fn checked(
    shape: FeedShape,
    line: u64,
    text: Result<String, RowReason>,
    as_of: Instant,
) -> Result<FeedRow, RowRefusal> {
    let row = read_row(shape, line, &text.map_err(|reason| refused(line, reason))?)?;
    let sound = match (row.valid_from, row.valid_to) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(from), None) => from <= as_of,
        (Some(from), Some(to)) => from < to && to <= as_of,
    };
    if sound {
        Ok(row)
    } else {
        Err(RowRefusal {
            line,
            field: "valid_from".to_owned(),
            reason: RowReason::Validity,
        })
    }
}

fn unread(incoming: &Incoming) -> Option<Unread> {
    let (statement, restriction) = texts(&incoming.record);
    Some(Unread {
        subject: Subject::of(&incoming.record)?,
        statement: statement?,
        restriction,
    })
}
