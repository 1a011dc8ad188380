//! Loading many first versions at once, with a body for each engine.
//!
//! Nothing of a load is seen before its transaction ends. On an empty register the rows go in without indexes, which are
//! made at the end: on PostgreSQL into tables of their own that take the place of the empty ones, so that whoever reads
//! meanwhile waits for no lock; on SQLite into the tables themselves. A register that is not empty keeps its indexes.

mod inserts;

use super::rows::{OfficerRow, SeenRow, VersionRow, VersionRows};
use crate::db::schema::{juristic_person_version, officer, register_seen};
use crate::db::{AnyConnection, StoreError};
use chrono::NaiveDateTime;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::pg::CopyFormat;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// A first version with its freshness, sealed and ready to be written.
pub struct Prepared {
    /// The version and its people.
    pub rows: VersionRows,
    /// Its freshness.
    pub seen: SeenRow,
}

/// First versions that wait to be written together.
#[derive(Default)]
pub struct Waiting {
    versions: Vec<VersionRow>,
    people: Vec<OfficerRow>,
    seen: Vec<SeenRow>,
}

impl Waiting {
    /// One more.
    pub fn add(&mut self, prepared: Prepared) {
        let VersionRows {
            version, people, ..
        } = prepared.rows;
        self.versions.push(version);
        self.people.extend(people);
        self.seen.push(prepared.seen);
    }

    /// How many versions wait.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// How many people are in them.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// They are written, or not wanted any more.
    pub fn clear(&mut self) {
        self.versions.clear();
        self.people.clear();
        self.seen.clear();
    }
}

/// What a load found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// No juristic person is known yet.
    Empty,
    /// Some are.
    Filled,
    /// Another load is under way.
    Busy,
}

/// Among PostgreSQL's advisory locks, the one that loads of this schema's register take.
const LOAD_LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtext('amnat register load ' || current_schema())) AS taken";

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Schemas, quoted: the one that unqualified names are made in, and the one that a load makes for itself beside it.
#[derive(QueryableByName)]
struct Schemas {
    #[diesel(sql_type = Text)]
    home: String,
    #[diesel(sql_type = Text)]
    apart: String,
}

/// Indexes as the migration makes them, by their tables.
const INDEXES: [&str; 3] = [
    "CREATE UNIQUE INDEX juristic_person_version_key ON juristic_person_version (registration_number, version)",
    "CREATE UNIQUE INDEX officer_key ON officer (registration_number, version, place)",
    "CREATE INDEX officer_person ON officer (blind_index)",
];

/// PostgreSQL's tables that a load fills, with the trigger of each that is only ever added to.
const TABLES: [(&str, Option<&str>); 3] = [
    (
        "juristic_person_version",
        Some("juristic_person_version_stays"),
    ),
    ("officer", Some("officer_stays")),
    ("register_seen", None),
];

/// Begin a load, in the caller's transaction.
pub fn begin(connection: &mut AnyConnection) -> Result<Begun, StoreError> {
    if let AnyConnection::Postgres(postgres) = connection {
        // A whole register takes longer than any statement of a question may.
        postgres.batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )?;
        let lock: Taken = diesel::sql_query(LOAD_LOCK).get_result(postgres)?;
        if !lock.taken {
            return Ok(Begun::Busy);
        }
    }
    let empty = !any(connection)?;
    if !empty {
        return Ok(Begun::Filled);
    }
    match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.batch_execute(
            "DROP INDEX juristic_person_version_key; DROP INDEX officer_key; DROP INDEX officer_person",
        )?,
        AnyConnection::Postgres(postgres) => {
            let Schemas { home, apart } = schemas(postgres)?;
            postgres.batch_execute(&format!("CREATE SCHEMA {apart}"))?;
            for (table, _) in TABLES {
                postgres.batch_execute(&format!(
                    "CREATE TABLE {apart}.{table} (LIKE {home}.{table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
                ))?;
            }
            postgres.batch_execute(&format!("SET LOCAL search_path TO {apart}, {home}"))?;
        }
    }
    Ok(Begun::Empty)
}

fn any(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let first: Option<i64> = register_seen::table
        .select(register_seen::registration_number)
        .first(connection)
        .optional()?;
    Ok(first.is_some())
}

fn schemas(postgres: &mut PgConnection) -> Result<Schemas, StoreError> {
    let names = "SELECT quote_ident(current_schema()) AS home, quote_ident(current_schema() || '_load') AS apart";
    Ok(diesel::sql_query(names).get_result(postgres)?)
}

/// Write these, of juristic persons that are not known yet.
pub fn load(connection: &mut AnyConnection, waiting: &Waiting) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            inserts::insert(sqlite, &waiting.versions)?;
            inserts::insert(sqlite, &waiting.people)?;
            inserts::insert(sqlite, &waiting.seen)
        }
        AnyConnection::Postgres(postgres) => copy(postgres, waiting),
    }
}

/// End a load that began empty: make the indexes and, on PostgreSQL, put the tables in their places. Refused as stale when
/// somebody wrote of a juristic person meanwhile.
pub fn finish(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for index in INDEXES {
        connection.batch_execute(index)?;
    }
    let AnyConnection::Postgres(postgres) = connection else {
        return Ok(());
    };
    postgres.batch_execute(
        "CREATE UNIQUE INDEX register_seen_key ON register_seen (registration_number)",
    )?;
    for (table, trigger) in TABLES {
        if let Some(trigger) = trigger {
            postgres.batch_execute(&format!(
                "CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION register_is_only_added_to()"
            ))?;
        }
    }
    postgres.batch_execute("SET LOCAL search_path TO DEFAULT")?;
    let Schemas { home, apart } = schemas(postgres)?;
    let tables = TABLES.map(|(table, _)| table).join(", ");
    postgres.batch_execute(&format!("LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))?;
    let first: Option<i64> = register_seen::table
        .select(register_seen::registration_number)
        .first(postgres)
        .optional()?;
    if first.is_some() {
        return Err(StoreError::Stale {
            table: "register_seen",
        });
    }
    for (table, _) in TABLES {
        postgres.batch_execute(&format!(
            "DROP TABLE {table}; ALTER TABLE {apart}.{table} SET SCHEMA {home}"
        ))?;
    }
    postgres.batch_execute(&format!("DROP SCHEMA {apart}"))?;
    Ok(())
}

/// Let the engine count anew what it plans with. After the load's transaction.
pub fn count_rows(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for (table, _) in TABLES {
        connection.batch_execute(&format!("ANALYZE {table}"))?;
    }
    Ok(())
}

/// Binary `COPY`, one for each table.
fn copy(postgres: &mut PgConnection, waiting: &Waiting) -> Result<(), StoreError> {
    let mut versions = Copy::new();
    for version in &waiting.versions {
        versions.row(11);
        versions.integer(version.registration_number);
        versions.integer(version.version);
        versions.time(version.valid_from);
        match version.valid_to {
            Some(time) => versions.time(time),
            None => versions.null(),
        }
        versions.time(version.recorded_at);
        versions.time(version.data_as_of);
        versions.bytes(version.source.as_bytes());
        versions.bytes(&version.digest);
        versions.bytes(version.identities.as_bytes());
        versions.bytes(&version.data_key);
        versions.bytes(&version.record);
    }
    let mut people = Copy::new();
    for person in &waiting.people {
        people.row(9);
        people.integer(person.registration_number);
        people.integer(person.version);
        people.integer(person.place);
        people.integer(person.reference);
        people.field(&[u8::from(person.former)]);
        match &person.kind {
            Some(kind) => people.bytes(kind.as_bytes()),
            None => people.null(),
        }
        match &person.blind_index {
            Some(index) => people.bytes(index),
            None => people.null(),
        }
        people.bytes(&person.data_key);
        people.bytes(&person.person);
    }
    let mut seen = Copy::new();
    for fresh in &waiting.seen {
        seen.row(8);
        seen.integer(fresh.registration_number);
        seen.integer(fresh.version);
        seen.integer(fresh.latest);
        seen.integer(fresh.highest_officer);
        seen.bytes(&fresh.stated);
        seen.time(fresh.data_as_of);
        seen.time(fresh.seen_at);
        seen.bytes(fresh.source.as_bytes());
    }
    let (versions, people, seen) = (versions.end(), people.end(), seen.end());
    diesel::copy_from(juristic_person_version::table)
        .from_raw_data(juristic_person_version::table, |sink| send(sink, &versions))
        .with_format(CopyFormat::Binary)
        .execute(postgres)?;
    diesel::copy_from(officer::table)
        .from_raw_data(officer::table, |sink| send(sink, &people))
        .with_format(CopyFormat::Binary)
        .execute(postgres)?;
    diesel::copy_from(register_seen::table)
        .from_raw_data(register_seen::table, |sink| send(sink, &seen))
        .with_format(CopyFormat::Binary)
        .execute(postgres)?;
    Ok(())
}

fn send(sink: &mut dyn std::io::Write, bytes: &[u8]) -> Result<(), StoreError> {
    sink.write_all(bytes)
        .map_err(|error| StoreError::Unavailable {
            cause: error.to_string(),
        })
}

/// Rows in PostgreSQL's binary copy format: a signature, rows of length-prefixed fields in network order, a trailer.
struct Copy(Vec<u8>);

impl Copy {
    fn new() -> Self {
        let mut bytes = b"PGCOPY\n\xff\r\n\0".to_vec();
        // No flags, no extension of the header.
        bytes.extend([0; 8]);
        Self(bytes)
    }

    fn row(&mut self, fields: i16) {
        self.0.extend(fields.to_be_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        // Every field is far below 2 GiB; one that is not would be refused as a negative length.
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MIN);
        self.0.extend(length.to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn null(&mut self) {
        self.0.extend((-1i32).to_be_bytes());
    }

    fn integer(&mut self, value: i64) {
        self.field(&value.to_be_bytes());
    }

    fn bytes(&mut self, value: &[u8]) {
        self.field(value);
    }

    /// Microseconds since the beginning of 2000.
    fn time(&mut self, value: NaiveDateTime) {
        const FROM_1970_TO_2000: i64 = 946_684_800_000_000;
        self.integer(value.and_utc().timestamp_micros() - FROM_1970_TO_2000);
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend((-1i16).to_be_bytes());
        self.0
    }
}
