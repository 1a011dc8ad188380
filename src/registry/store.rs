//! Rows of the register's versions, of the people in them, of their freshness, and of imports.

use super::feed::FeedKind;
use super::history::{self, Incoming, Known, Step, Validity};
use super::model::{BlindIndex, Facts, IdentityKind, VersionSource};
use super::vault::RegistryVault;
use crate::db::schema::{
    juristic_person_version, officer, register_change, register_import, register_seen,
};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::BTreeMap;

pub mod bulk;
mod rows;

pub(in crate::registry) use rows::sealed_error;
use rows::{OfficerRow, VersionRow, key_of, number_of};
pub use rows::{SeenRow, VersionRows};

/// Rows that one statement names at most: engines bound the parameters of a statement.
const AT_ONCE: usize = 500;

/// When the register was last seen to state something of a juristic person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The version that holds now.
    pub version: u64,
    /// The latest version, whatever time it is about.
    pub latest: u64,
    /// The highest number an officer ever had.
    pub highest_officer: u32,
    /// Digest of what was stated when it was last taken in ([`Incoming::stated`]).
    pub stated: Digest,
    /// The register's state as of this instant.
    pub data_as_of: Instant,
    /// When we looked.
    pub seen_at: Instant,
    /// How.
    pub source: VersionSource,
}

/// The freshness of a juristic person; `None` when it was never seen.
pub fn seen(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<Option<Seen>, StoreError> {
    register_seen::table
        .filter(register_seen::registration_number.eq(key_of(number)?))
        .select(SeenRow::as_select())
        .first(connection)
        .optional()?
        .map(SeenRow::into_seen)
        .transpose()
}

/// The freshness of each of these that was ever seen.
pub fn seen_of(
    connection: &mut AnyConnection,
    numbers: &[&RegistrationNumber],
) -> Result<BTreeMap<RegistrationNumber, Seen>, StoreError> {
    let mut found = BTreeMap::new();
    for part in numbers.chunks(AT_ONCE) {
        let keys = part
            .iter()
            .map(|number| key_of(number))
            .collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<SeenRow> = register_seen::table
            .filter(register_seen::registration_number.eq_any(keys))
            .select(SeenRow::as_select())
            .load(connection)?;
        for row in rows {
            let number = number_of("register_seen", row.registration_number)?;
            found.insert(number, row.into_seen()?);
        }
    }
    Ok(found)
}

/// The register still states the same of all of these.
pub fn seen_again(
    connection: &mut AnyConnection,
    numbers: &[&RegistrationNumber],
    data_as_of: Instant,
    seen_at: Instant,
    source: VersionSource,
) -> Result<(), StoreError> {
    for part in numbers.chunks(AT_ONCE) {
        let keys = part
            .iter()
            .map(|number| key_of(number))
            .collect::<Result<Vec<_>, _>>()?;
        diesel::update(register_seen::table)
            .filter(register_seen::registration_number.eq_any(keys))
            .set((
                register_seen::data_as_of.eq(data_as_of.to_naive()),
                register_seen::seen_at.eq(seen_at.to_naive()),
                register_seen::source.eq(source.as_str()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// What the register states now, with its freshness; `None` when we know nothing.
pub fn current(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    number: &RegistrationNumber,
) -> Result<Option<Facts>, StoreError> {
    let Some(seen) = seen(connection, number)? else {
        return Ok(None);
    };
    held(connection, vault, number, &seen).map(Some)
}

/// The version that holds now.
fn held(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    number: &RegistrationNumber,
    seen: &Seen,
) -> Result<Facts, StoreError> {
    let version = rows::stored(seen.version, number.as_str())?;
    let row = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(key_of(number)?))
        .filter(juristic_person_version::version.eq(version))
        .select(VersionRow::as_select())
        .first(connection)?;
    let mut facts = complete(connection, vault, row)?;
    facts.version.data_as_of = facts.version.data_as_of.max(seen.data_as_of);
    Ok(facts)
}

/// What the register stated at `valid_at`, as far as we knew at `known_at`; `None` when we knew nothing of then: of the
/// versions learnt by then that are about that time, the latest.
///
/// How long a version that was replaced went on holding is not kept: its `data_as_of` is when it was first seen.
pub fn at(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    number: &RegistrationNumber,
    valid_at: Instant,
    known_at: Instant,
) -> Result<Option<Facts>, StoreError> {
    let row = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(key_of(number)?))
        .filter(juristic_person_version::valid_from.le(valid_at.to_naive()))
        .filter(
            juristic_person_version::valid_to
                .is_null()
                .or(juristic_person_version::valid_to.gt(valid_at.to_naive())),
        )
        .filter(juristic_person_version::recorded_at.le(known_at.to_naive()))
        .order(juristic_person_version::version.desc())
        .select(VersionRow::as_select())
        .first(connection)
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut facts = complete(connection, vault, row)?;
    let seen = seen(connection, number)?
        .filter(|seen| seen.version == facts.version.version && seen.seen_at <= known_at);
    if let Some(seen) = seen {
        facts.version.data_as_of = facts.version.data_as_of.max(seen.data_as_of);
    }
    Ok(Some(facts))
}

/// Every version, oldest first.
pub fn history(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    number: &RegistrationNumber,
) -> Result<Vec<Facts>, StoreError> {
    let key = key_of(number)?;
    let rows: Vec<VersionRow> = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(key))
        .order(juristic_person_version::version.asc())
        .select(VersionRow::as_select())
        .load(connection)?;
    let people: Vec<OfficerRow> = officer::table
        .filter(officer::registration_number.eq(key))
        .order((officer::version.asc(), officer::place.asc()))
        .select(OfficerRow::as_select())
        .load(connection)?;
    let mut of_each: BTreeMap<i64, Vec<OfficerRow>> = BTreeMap::new();
    for person in people {
        of_each.entry(person.version).or_default().push(person);
    }
    rows.into_iter()
        .map(|row| {
            let people = of_each.remove(&row.version).unwrap_or_default();
            row.into_facts(vault, people)
        })
        .collect()
}

fn complete(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    row: VersionRow,
) -> Result<Facts, StoreError> {
    let people: Vec<OfficerRow> = officer::table
        .filter(officer::registration_number.eq(row.registration_number))
        .filter(officer::version.eq(row.version))
        .order(officer::place.asc())
        .select(OfficerRow::as_select())
        .load(connection)?;
    row.into_facts(vault, people)
}

/// What became of an incoming record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upsert {
    /// It made this version.
    New {
        /// The version.
        version: u64,
    },
    /// This version still holds.
    Unchanged {
        /// The version.
        version: u64,
    },
    /// It was older than what we know and changed nothing.
    Older,
}

/// Take in what the register says: a new version, or only its freshness. Counts the change.
pub fn upsert(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    incoming: Incoming,
) -> Result<Upsert, StoreError> {
    let outcome = put(connection, vault, incoming)?;
    if matches!(outcome, Upsert::New { .. }) {
        count_changes(connection, 1)?;
    }
    Ok(outcome)
}

/// As [`upsert`] without counting, for whoever takes in many and counts once with [`count_changes`].
pub fn put(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    incoming: Incoming,
) -> Result<Upsert, StoreError> {
    let number = incoming.record.registration_number.clone();
    let bad = |error: &dyn std::fmt::Display| {
        bad_row("juristic_person_version", "record", number.as_str(), error)
    };
    let stated = incoming.stated().map_err(|error| bad(&error))?;
    let (data_as_of, seen_at, source) =
        (incoming.data_as_of, incoming.recorded_at, incoming.source);
    let validity = incoming.validity;
    let before = seen(connection, &number)?;
    let current = match &before {
        None => None,
        Some(seen) => Some(held(connection, vault, &number, seen)?),
    };
    let then = match (validity, &before) {
        (Validity::Between { from, .. }, Some(_)) => at(connection, vault, &number, from, seen_at)?,
        _ => None,
    };
    let known = before
        .as_ref()
        .zip(current.as_ref())
        .map(|(seen, current)| Known {
            current,
            then: then.as_ref(),
            latest: seen.latest,
            highest_officer: seen.highest_officer,
        });
    let step = history::next(known, incoming).map_err(|error| bad(&error))?;
    let (outcome, version, highest) = match step {
        Step::Older => return Ok(Upsert::Older),
        Step::Unchanged { version } => (Upsert::Unchanged { version }, version, 0),
        Step::New(facts) => {
            let rows = VersionRows::of(vault, &facts)?;
            let version = facts.version.version;
            let highest = rows.highest_officer();
            insert(connection, &rows)?;
            (Upsert::New { version }, version, highest)
        }
    };
    let past = matches!(validity, Validity::Between { .. });
    let Some(before) = before else {
        let row = SeenRow::new(
            &number,
            &Seen {
                version,
                latest: version,
                highest_officer: highest,
                stated,
                data_as_of,
                seen_at,
                source,
            },
        )?;
        diesel::insert_into(register_seen::table)
            .values(row)
            .execute(connection)?;
        return Ok(outcome);
    };
    // What is told of the past alone says nothing of now.
    let after = if past {
        Seen {
            latest: before.latest.max(version),
            highest_officer: before.highest_officer.max(highest),
            ..before
        }
    } else {
        Seen {
            version,
            latest: before.latest.max(version),
            highest_officer: before.highest_officer.max(highest),
            stated,
            data_as_of,
            seen_at,
            source,
        }
    };
    let moved = diesel::update(register_seen::table)
        .filter(register_seen::registration_number.eq(key_of(&number)?))
        .set(SeenRow::new(&number, &after)?)
        .execute(connection)?;
    one_row("register_seen", moved)?;
    Ok(outcome)
}

fn insert(connection: &mut AnyConnection, rows: &VersionRows) -> Result<(), StoreError> {
    diesel::insert_into(juristic_person_version::table)
        .values(&rows.version)
        .execute(connection)?;
    for person in &rows.people {
        diesel::insert_into(officer::table)
            .values(person)
            .execute(connection)?;
    }
    Ok(())
}

/// Count new versions, and rules that came to decide or no longer do.
pub fn count_changes(connection: &mut AnyConnection, new: u64) -> Result<(), StoreError> {
    let new =
        i64::try_from(new).map_err(|error| bad_row("register_change", "changes", "1", error))?;
    let counted = diesel::update(register_change::table)
        .filter(register_change::id.eq(1))
        .set(register_change::changes.eq(register_change::changes + new))
        .execute(connection)?;
    one_row("register_change", counted)
}

/// How many versions were ever added and rules confirmed or revoked: when it has not moved, nothing has changed that is
/// decided on.
pub fn changes(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let changes: i64 = register_change::table
        .filter(register_change::id.eq(1))
        .select(register_change::changes)
        .first(connection)?;
    u64::try_from(changes).map_err(|error| bad_row("register_change", "changes", "1", error))
}

/// Which juristic persons have an officer with this number in the version that holds now, in office or not.
pub fn companies_of(
    connection: &mut AnyConnection,
    kind: IdentityKind,
    index: &BlindIndex,
) -> Result<Vec<RegistrationNumber>, StoreError> {
    let numbers: Vec<i64> = officer::table
        .inner_join(
            register_seen::table.on(register_seen::registration_number
                .eq(officer::registration_number)
                .and(register_seen::version.eq(officer::version))),
        )
        .filter(officer::blind_index.eq(index.as_slice()))
        .filter(officer::kind.eq(kind.as_str()))
        .order(officer::registration_number.asc())
        .select(officer::registration_number)
        .load(connection)?;
    let mut companies: Vec<RegistrationNumber> = numbers
        .into_iter()
        .map(|number| number_of("officer", number))
        .collect::<Result<_, _>>()?;
    companies.dedup();
    Ok(companies)
}

/// One feed file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// `imp_` and random letters.
    pub id: String,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// Everybody, or those whose record changed.
    pub kind: FeedKind,
    /// The register's state as of this instant.
    pub as_of: Instant,
    /// When it was taken in.
    pub recorded_at: Instant,
    /// Lines read.
    pub lines: u64,
    /// New versions.
    pub imported: u64,
    /// Records that still hold.
    pub unchanged: u64,
    /// Records older than what we knew.
    pub older: u64,
    /// Lines that could not be used.
    pub rejected: u64,
}

/// Write an import down.
pub fn note_import(
    connection: &mut AnyConnection,
    import: &ImportRecord,
) -> Result<(), StoreError> {
    let count = |column: &'static str, value: u64| {
        i64::try_from(value).map_err(|error| bad_row("register_import", column, &import.id, error))
    };
    diesel::insert_into(register_import::table)
        .values((
            register_import::id.eq(&import.id),
            register_import::file_digest.eq(import.file_digest.to_hex()),
            register_import::kind.eq(import.kind.as_str()),
            register_import::as_of.eq(import.as_of.to_naive()),
            register_import::recorded_at.eq(import.recorded_at.to_naive()),
            register_import::read_lines.eq(count("read_lines", import.lines)?),
            register_import::imported.eq(count("imported", import.imported)?),
            register_import::unchanged.eq(count("unchanged", import.unchanged)?),
            register_import::older.eq(count("older", import.older)?),
            register_import::rejected.eq(count("rejected", import.rejected)?),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether this file was taken in before, and stood for this instant then.
pub fn was_imported(
    connection: &mut AnyConnection,
    file: Digest,
    as_of: Instant,
) -> Result<bool, StoreError> {
    let times: Vec<NaiveDateTime> = register_import::table
        .filter(register_import::file_digest.eq(file.to_hex()))
        .select(register_import::as_of)
        .load(connection)?;
    Ok(times.contains(&as_of.to_naive()))
}
