//! Rows of the register's versions, of the numbers behind officers, and of imports.

use super::history::{self, Incoming, Step};
use super::model::{
    BlindIndex, Facts, IdentityKind, IdentityState, OfficerIdentity, OfficerRef, RegisterVersion,
    VersionSource,
};
use crate::db::schema::{
    juristic_person_version, officer_identity, register_change, register_import, register_seen,
};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

const TABLE: &str = "juristic_person_version";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = juristic_person_version)]
struct VersionRow {
    registration_number: String,
    version: i64,
    valid_from: NaiveDateTime,
    recorded_at: NaiveDateTime,
    data_as_of: NaiveDateTime,
    source: String,
    digest: String,
    identities: String,
    record: String,
}

impl VersionRow {
    fn into_facts(self, identities: Vec<OfficerIdentity>) -> Result<Facts, StoreError> {
        let bad = |column: &'static str, cause: &dyn std::fmt::Display| {
            let id = format!("{}/{}", self.registration_number, self.version);
            bad_row(TABLE, column, &id, cause)
        };
        let version = RegisterVersion {
            version: u64::try_from(self.version).map_err(|error| bad("version", &error))?,
            valid_from: Instant::from_naive(self.valid_from),
            recorded_at: Instant::from_naive(self.recorded_at),
            data_as_of: Instant::from_naive(self.data_as_of),
            source: VersionSource::from_stored(&self.source)
                .ok_or_else(|| bad("source", &"not a known word"))?,
            digest: self.digest.parse().map_err(|error| bad("digest", &error))?,
            identities: IdentityState::from_stored(&self.identities)
                .ok_or_else(|| bad("identities", &"not a known word"))?,
        };
        let record = serde_json::from_str(&self.record).map_err(|error| bad("record", &error))?;
        Ok(Facts {
            version,
            record,
            identities,
        })
    }

    fn of(facts: &Facts) -> Result<Self, StoreError> {
        let number = facts.record.registration_number.as_str();
        let record = serde_json::to_string(&facts.record)
            .map_err(|error| bad_row(TABLE, "record", number, error))?;
        Ok(Self {
            registration_number: number.to_owned(),
            version: stored(facts.version.version, number)?,
            valid_from: facts.version.valid_from.to_naive(),
            recorded_at: facts.version.recorded_at.to_naive(),
            data_as_of: facts.version.data_as_of.to_naive(),
            source: facts.version.source.as_str().to_owned(),
            digest: facts.version.digest.to_hex(),
            identities: facts.version.identities.as_str().to_owned(),
            record,
        })
    }
}

fn stored(version: u64, number: &str) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|error| bad_row(TABLE, "version", number, error))
}

/// When the register was last seen to state something of a juristic person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The version that holds.
    pub version: u64,
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
    let row: Option<(i64, NaiveDateTime, NaiveDateTime, String)> = register_seen::table
        .filter(register_seen::registration_number.eq(number.as_str()))
        .select((
            register_seen::version,
            register_seen::data_as_of,
            register_seen::seen_at,
            register_seen::source,
        ))
        .first(connection)
        .optional()?;
    row.map(|(version, data_as_of, seen_at, source)| {
        let bad = |column, cause: &dyn std::fmt::Display| {
            bad_row("register_seen", column, number.as_str(), cause)
        };
        Ok(Seen {
            version: u64::try_from(version).map_err(|error| bad("version", &error))?,
            data_as_of: Instant::from_naive(data_as_of),
            seen_at: Instant::from_naive(seen_at),
            source: VersionSource::from_stored(&source)
                .ok_or_else(|| bad("source", &"not a known word"))?,
        })
    })
    .transpose()
}

/// What the register states now, with its freshness; `None` when we know nothing.
pub fn current(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<Option<Facts>, StoreError> {
    let Some(seen) = seen(connection, number)? else {
        return Ok(None);
    };
    let row = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(number.as_str()))
        .filter(juristic_person_version::version.eq(stored(seen.version, number.as_str())?))
        .select(VersionRow::as_select())
        .first(connection)?;
    let mut facts = complete(connection, row)?;
    facts.version.data_as_of = facts.version.data_as_of.max(seen.data_as_of);
    Ok(Some(facts))
}

/// What the register stated at `valid_at`, as far as we knew at `known_at`; `None` when we knew nothing of then.
///
/// How long a version that was replaced went on holding is not kept: its `data_as_of` is when it was first seen.
pub fn at(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
    valid_at: Instant,
    known_at: Instant,
) -> Result<Option<Facts>, StoreError> {
    let row = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(number.as_str()))
        .filter(juristic_person_version::valid_from.le(valid_at.to_naive()))
        .filter(juristic_person_version::recorded_at.le(known_at.to_naive()))
        .order(juristic_person_version::version.desc())
        .select(VersionRow::as_select())
        .first(connection)
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut facts = complete(connection, row)?;
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
    number: &RegistrationNumber,
) -> Result<Vec<Facts>, StoreError> {
    let rows: Vec<VersionRow> = juristic_person_version::table
        .filter(juristic_person_version::registration_number.eq(number.as_str()))
        .order(juristic_person_version::version.asc())
        .select(VersionRow::as_select())
        .load(connection)?;
    rows.into_iter()
        .map(|row| complete(connection, row))
        .collect()
}

fn complete(connection: &mut AnyConnection, row: VersionRow) -> Result<Facts, StoreError> {
    let identities: Vec<(i64, String, Vec<u8>)> = officer_identity::table
        .filter(officer_identity::registration_number.eq(&row.registration_number))
        .filter(officer_identity::version.eq(row.version))
        .order(officer_identity::officer.asc())
        .select((
            officer_identity::officer,
            officer_identity::kind,
            officer_identity::blind_index,
        ))
        .load(connection)?;
    let bad = |column, cause: &dyn std::fmt::Display| {
        let id = format!("{}/{}", row.registration_number, row.version);
        bad_row("officer_identity", column, &id, cause)
    };
    let identities = identities
        .into_iter()
        .map(|(officer, kind, index)| {
            Ok(OfficerIdentity {
                officer: u32::try_from(officer)
                    .map(OfficerRef::new)
                    .map_err(|error| bad("officer", &error))?
                    .ok_or_else(|| bad("officer", &"not a number from 1"))?,
                kind: IdentityKind::from_stored(&kind)
                    .ok_or_else(|| bad("kind", &"not a known word"))?,
                index: BlindIndex::try_from(index.as_slice())
                    .map_err(|error| bad("blind_index", &error))?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    row.into_facts(identities)
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

/// Take in what the register says now: a new version, or only its freshness. Counts the change.
pub fn upsert(connection: &mut AnyConnection, incoming: Incoming) -> Result<Upsert, StoreError> {
    let outcome = put(connection, incoming)?;
    if matches!(outcome, Upsert::New { .. }) {
        count_changes(connection, 1)?;
    }
    Ok(outcome)
}

/// As [`upsert`] without counting, for whoever takes in many and counts once with [`count_changes`].
pub fn put(connection: &mut AnyConnection, incoming: Incoming) -> Result<Upsert, StoreError> {
    let number = incoming.record.registration_number.clone();
    let fresh = (incoming.data_as_of, incoming.recorded_at, incoming.source);
    let previous = current(connection, &number)?;
    let step = history::next(previous.as_ref(), incoming)
        .map_err(|error| bad_row(TABLE, "record", number.as_str(), error))?;
    let outcome = match step {
        Step::Older => return Ok(Upsert::Older),
        Step::Unchanged { version } => Upsert::Unchanged { version },
        Step::New(facts) => {
            insert(connection, &facts)?;
            Upsert::New {
                version: facts.version.version,
            }
        }
    };
    let (Upsert::New { version } | Upsert::Unchanged { version }) = outcome else {
        return Ok(outcome);
    };
    let (data_as_of, seen_at, source) = fresh;
    let columns = (
        register_seen::version.eq(stored(version, number.as_str())?),
        register_seen::data_as_of.eq(data_as_of.to_naive()),
        register_seen::seen_at.eq(seen_at.to_naive()),
        register_seen::source.eq(source.as_str()),
    );
    if previous.is_some() {
        let moved = diesel::update(register_seen::table)
            .filter(register_seen::registration_number.eq(number.as_str()))
            .set(columns)
            .execute(connection)?;
        one_row("register_seen", moved)?;
    } else {
        diesel::insert_into(register_seen::table)
            .values((
                register_seen::registration_number.eq(number.as_str()),
                columns.0,
                columns.1,
                columns.2,
                columns.3,
            ))
            .execute(connection)?;
    }
    Ok(outcome)
}

fn insert(connection: &mut AnyConnection, facts: &Facts) -> Result<(), StoreError> {
    let row = VersionRow::of(facts)?;
    diesel::insert_into(juristic_person_version::table)
        .values(&row)
        .execute(connection)?;
    for identity in &facts.identities {
        diesel::insert_into(officer_identity::table)
            .values((
                officer_identity::registration_number.eq(&row.registration_number),
                officer_identity::version.eq(row.version),
                officer_identity::officer.eq(i64::from(identity.officer.number())),
                officer_identity::kind.eq(identity.kind.as_str()),
                officer_identity::blind_index.eq(identity.index.as_slice()),
            ))
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
    let numbers: Vec<String> = officer_identity::table
        .inner_join(
            register_seen::table.on(register_seen::registration_number
                .eq(officer_identity::registration_number)
                .and(register_seen::version.eq(officer_identity::version))),
        )
        .filter(officer_identity::blind_index.eq(index.as_slice()))
        .filter(officer_identity::kind.eq(kind.as_str()))
        .order(officer_identity::registration_number.asc())
        .select(officer_identity::registration_number)
        .load(connection)?;
    let mut companies: Vec<RegistrationNumber> = numbers
        .into_iter()
        .map(|number| {
            number
                .parse()
                .map_err(|error| bad_row("officer_identity", "registration_number", &number, error))
        })
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
