//! The schema itself: forward and back, and the same on both engines.

use amnat::db::{AnyConnection, Database, Engine, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A column as either engine describes it, in PostgreSQL's words.
#[derive(QueryableByName, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    /// 1 when it may be null.
    #[diesel(sql_type = BigInt)]
    nullable: i64,
}

const SQLITE_COLUMNS: &str = "\
    SELECT t.name AS table_name, c.name AS column_name, \
           CASE c.type WHEN 'TIMESTAMP' THEN 'timestamp without time zone' WHEN 'BLOB' THEN 'bytea' WHEN 'INTEGER' THEN 'bigint' \
                       ELSE lower(c.type) END AS data_type, \
           CASE WHEN c.\"notnull\" = 1 THEN 0 ELSE 1 END AS nullable \
    FROM sqlite_master t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '__diesel%'";
const POSTGRES_COLUMNS: &str = "\
    SELECT table_name::text, column_name::text, data_type::text, \
           CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END::bigint AS nullable \
    FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%'";

fn columns(database: &Database) -> BTreeSet<Column> {
    let query = match database.engine() {
        Engine::Sqlite => SQLITE_COLUMNS,
        Engine::Postgres => POSTGRES_COLUMNS,
    };
    let rows: Vec<Column> = database
        .read(|connection: &mut AnyConnection| -> Result<_, StoreError> {
            Ok(diesel::sql_query(query).load(connection)?)
        })
        .unwrap();
    rows.into_iter().collect()
}

pub fn they_go_forward_back_and_forward_again(database: &Database) {
    assert!(database.is_current().unwrap());
    let forward = columns(database);
    let tables: BTreeSet<&str> = forward
        .iter()
        .map(|column| column.table_name.as_str())
        .collect();
    assert!(tables.contains("juristic_person_version") && tables.contains("write_turn"));
    let reverted = database.revert_all().unwrap();
    assert!(!database.is_current().unwrap());
    assert_eq!(columns(database), BTreeSet::new(), "tables are left behind");
    let applied: BTreeSet<String> = database.migrate().unwrap().into_iter().collect();
    assert_eq!(applied, reverted.into_iter().collect());
    assert_eq!(columns(database), forward);
}

thread_local! {
    static SEEN: RefCell<Option<BTreeSet<Column>>> = const { RefCell::new(None) };
}

fn remember(database: &Database) {
    SEEN.with(|seen| *seen.borrow_mut() = Some(columns(database)));
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    crate::engines::on_sqlite(|database| remember(database));
    let sqlite = SEEN.take().unwrap();
    crate::engines::on_postgres("columns", |database| remember(database));
    let Some(postgres) = SEEN.take() else {
        return;
    };
    let only = |one: &BTreeSet<Column>, other: &BTreeSet<Column>| -> Vec<String> {
        one.difference(other)
            .map(|column| format!("{column:?}"))
            .collect()
    };
    assert_eq!(
        only(&sqlite, &postgres),
        Vec::<String>::new(),
        "on SQLite alone"
    );
    assert_eq!(
        only(&postgres, &sqlite),
        Vec::<String>::new(),
        "on PostgreSQL alone"
    );
}
