//! Loading many first versions at once, with a body for each engine.
//!
//! Nothing of a load is seen before its transaction ends. On an empty register the rows go in without indexes, which are
//! made at the end: on PostgreSQL into tables of their own that take the place of the empty ones, so that whoever reads
//! meanwhile waits for no lock; on SQLite into the tables themselves. A register that is not empty keeps its indexes.

mod copies;
mod inserts;

use super::rows::{OfficerRow, SeenRow, VersionRow, VersionRows};
use crate::db::schema::register_seen;
use crate::db::{AnyConnection, Engine, StoreError};
use copies::Copies;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// A first version with its people and its freshness, sealed and ready to be written: as rows for SQLite, in the bytes of a
/// copy for PostgreSQL.
pub struct Prepared {
    people: usize,
    form: Form,
}

enum Form {
    Rows(Box<(VersionRows, SeenRow)>),
    Copies(Copies),
}

impl Prepared {
    /// Ready for this engine. What can be done by many threads at once is done here.
    pub fn new(engine: Engine, rows: VersionRows, seen: SeenRow) -> Self {
        Self {
            people: rows.people.len(),
            form: match engine {
                Engine::Sqlite => Form::Rows(Box::new((rows, seen))),
                Engine::Postgres => Form::Copies(Copies::of(&rows, &seen)),
            },
        }
    }
}

/// First versions that wait to be written together.
#[derive(Default)]
pub struct Waiting {
    count: usize,
    people: usize,
    rows: Rows,
    copies: Copies,
}

#[derive(Default)]
struct Rows {
    versions: Vec<VersionRow>,
    people: Vec<OfficerRow>,
    seen: Vec<SeenRow>,
}

impl Waiting {
    /// One more.
    pub fn add(&mut self, prepared: Prepared) {
        self.count += 1;
        self.people += prepared.people;
        match prepared.form {
            Form::Rows(both) => {
                let (version, seen) = *both;
                self.rows.versions.push(version.version);
                self.rows.people.extend(version.people);
                self.rows.seen.push(seen);
            }
            Form::Copies(copies) => self.copies.append(&copies),
        }
    }

    /// How many versions wait.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many people are in them.
    pub fn people(&self) -> usize {
        self.people
    }

    /// They are written, or not wanted any more.
    pub fn clear(&mut self) {
        (self.count, self.people) = (0, 0);
        self.rows.versions.clear();
        self.rows.people.clear();
        self.rows.seen.clear();
        self.copies.clear();
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
            let Rows {
                versions,
                people,
                seen,
            } = &waiting.rows;
            inserts::insert(sqlite, versions)?;
            inserts::insert(sqlite, people)?;
            inserts::insert(sqlite, seen)
        }
        AnyConnection::Postgres(postgres) => waiting.copies.send(postgres),
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
        postgres.batch_execute(&hand_over(
            &format!("{home}.{table}"),
            &format!("{apart}.{table}"),
        ))?;
        postgres.batch_execute(&format!(
            "DROP TABLE {table}; ALTER TABLE {apart}.{table} SET SCHEMA {home}"
        ))?;
    }
    postgres.batch_execute(&format!("DROP SCHEMA {apart}"))?;
    Ok(())
}

/// Gives the new table the old one's owner, and everybody's privileges on it and on its columns: a table made like another
/// has none of them. Names are quoted already.
fn hand_over(old: &str, new: &str) -> String {
    let literal = |name: &str| format!("'{}'", name.replace('\'', "''"));
    let (old, new) = (literal(old), literal(new));
    format!(
        "DO $hand_over$ DECLARE granted record; heir name; BEGIN \
         FOR granted IN \
             SELECT acl.privilege_type, '' AS of, acl.grantee, acl.is_grantable, 0 AS place \
             FROM pg_class, aclexplode(relacl) AS acl \
             WHERE oid = {old}::regclass AND acl.grantee <> relowner \
             UNION ALL \
             SELECT acl.privilege_type, format(' (%I)', attname), acl.grantee, acl.is_grantable, attnum \
             FROM pg_attribute, aclexplode(attacl) AS acl \
             WHERE attrelid = {old}::regclass AND NOT attisdropped \
             ORDER BY place \
         LOOP \
             EXECUTE format('GRANT %s%s ON %s TO %s%s', granted.privilege_type, granted.of, {new}, \
                 CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END, \
                 CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END); \
         END LOOP; \
         SELECT pg_get_userbyid(relowner) INTO heir FROM pg_class WHERE oid = {old}::regclass; \
         IF heir <> current_user THEN EXECUTE format('ALTER TABLE %s OWNER TO %I', {new}, heir); END IF; \
         END $hand_over$"
    )
}

/// Let the engine count anew what it plans with. After the load's transaction.
pub fn count_rows(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for (table, _) in TABLES {
        connection.batch_execute(&format!("ANALYZE {table}"))?;
    }
    Ok(())
}
