//! A fresh database of either engine for one case.

use amnat::db::{Database, DatabaseUrl};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const POSTGRES_URL: &str = "AMNAT_TEST_POSTGRES_URL";

fn open(url: &str) -> Database {
    let url: DatabaseUrl = url.parse().unwrap();
    let database = Database::open(&url, 2).unwrap_or_else(|error| panic!("{error}"));
    database.migrate().unwrap_or_else(|error| panic!("{error}"));
    database
}

/// Run a case on a new SQLite file.
pub fn on_sqlite(case: impl FnOnce(&Arc<Database>)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("case.sqlite");
    case(&Arc::new(open(&format!("sqlite:{}", path.display()))));
    println!("ran on SQLite");
}

/// Run a case in a new schema of the PostgreSQL database that the environment names, if it does.
pub fn on_postgres(name: &str, case: impl FnOnce(&Arc<Database>)) {
    let Ok(base) = std::env::var(POSTGRES_URL) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "{POSTGRES_URL} must name a database where CI is set"
        );
        println!("not run on PostgreSQL: {POSTGRES_URL} is not set");
        return;
    };
    let schema = Schema::make(&base, name);
    case(&Arc::new(open(&schema.url())));
    println!("ran on PostgreSQL");
}

/// A schema that goes away with the case, also when the case fails.
struct Schema {
    base: String,
    name: String,
}

impl Schema {
    fn make(base: &str, case: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let short: String = case.chars().take(30).collect();
        let schema = Self {
            base: base.to_owned(),
            name: format!("case_{}_{count}_{short}", std::process::id()),
        };
        schema.run(&format!("CREATE SCHEMA {}", schema.name));
        schema
    }

    fn run(&self, statement: &str) {
        PgConnection::establish(&self.base)
            .unwrap_or_else(|error| panic!("{POSTGRES_URL}: {error}"))
            .batch_execute(statement)
            .unwrap();
    }

    fn url(&self) -> String {
        let separator = if self.base.contains('?') { '&' } else { '?' };
        format!(
            "{}{separator}options=-c%20search_path%3D{}",
            self.base, self.name
        )
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}
