//! Marked people walk through the service; afterwards every column of every table, the log and every file is searched for
//! them (KEY-50). A place where a mark may stand is named below, with its reason.

use crate::linkage::{
    FIRST, PAIR, RENAMED, RENAMED_DIRECTOR, SONG_MUEANG, TAN, THIRD, appoint, both, dispute, settle,
};
use crate::restart::{FreshDatabase, Process, written_configuration};
use crate::support::{Session, Subject, World, asserted, signed};
use amnat::db::{AnyConnection, Database, Engine, StoreError};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Numbers of people: nowhere, in no form.
const NUMBERS: [&str; 6] = [
    SONG_MUEANG,
    THIRD,
    TAN,
    RENAMED_DIRECTOR,
    FIRST,
    // The holder's date of birth goes with the passport.
    "1969-02-02",
];
/// Names and people's own words.
const NAMES: [&str; 4] = [
    // With the given name alone the company's own name would be found.
    "นามสมมติ",
    "TAN AH",
    "ลองของ",
    "ความลับของผู้โต้แย้ง",
];

/// Columns that may hold names in clear. Each says why; none may hold a number.
const NAMES_MAY_STAND: [(&str, &str); 3] = [
    (
        "verification.answer",
        "the answer as it was given: its receipt signs the digest of these bytes",
    ),
    (
        "issued_document.file",
        "the sealed certificate, which is meant to show the officers",
    ),
    ("issued_document.content", "what the certificate shows"),
];

/// Files that are searched for numbers alone: the database's own, whose columns are searched one by one.
const DATABASE_FILES: &str = "amnat.sqlite";
/// The invented country is the sandbox's, and no part of the service.
const SANDBOX: &str = "sandbox";

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    cell: String,
}

fn cells(connection: &mut AnyConnection, statement: &str) -> Vec<String> {
    let rows: Vec<Cell> = diesel::sql_query(statement).load(connection).unwrap();
    rows.into_iter().map(|row| row.cell).collect()
}

/// Every column as `table.column`, with a query that gives its cells in hexadecimal.
fn columns(connection: &mut AnyConnection, engine: Engine) -> Vec<(String, String)> {
    let (listed, hex): (_, fn(&str, &str) -> String) = match engine {
        Engine::Sqlite => (
            "SELECT m.name || '.' || c.name || ' ' || c.type AS cell FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table'",
            |column, _| format!("hex({column})"),
        ),
        Engine::Postgres => (
            "SELECT table_name || '.' || column_name || ' ' || data_type AS cell FROM information_schema.columns \
             WHERE table_schema = 'public'",
            |column, kind| match kind {
                "bytea" => format!("upper(encode({column}, 'hex'))"),
                _ => format!("upper(encode(convert_to({column}::text, 'UTF8'), 'hex'))"),
            },
        ),
    };
    cells(connection, listed)
        .into_iter()
        .map(|listed| {
            let (place, kind) = listed.split_once(' ').unwrap();
            let (table, column) = place.split_once('.').unwrap();
            let column = format!("\"{column}\"");
            let query = format!(
                "SELECT {} AS cell FROM \"{table}\" WHERE {column} IS NOT NULL",
                hex(&column, kind)
            );
            (place.to_owned(), query)
        })
        .collect()
}

fn holds(bytes: &[u8], mark: &str) -> bool {
    bytes
        .windows(mark.len())
        .any(|part| part == mark.as_bytes())
}

/// The columns with any of these marks.
fn found(database: &Database, marks: &[&str]) -> BTreeSet<String> {
    let marks: Vec<String> = marks
        .iter()
        .map(|mark| hex::encode_upper(mark.as_bytes()))
        .collect();
    database
        .read(|connection| {
            let columns = columns(connection, database.engine());
            assert!(columns.len() > 100, "{}", columns.len());
            Ok::<_, StoreError>(
                columns
                    .into_iter()
                    .filter(|(_, query)| {
                        let cells = cells(connection, query);
                        cells
                            .iter()
                            .any(|cell| marks.iter().any(|mark| cell.contains(mark)))
                    })
                    .map(|(place, _)| place)
                    .collect(),
            )
        })
        .unwrap()
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().unwrap() != SANDBOX {
                found.extend(files(&path));
            }
        } else {
            found.push(path);
        }
    }
    found
}

/// Sign-in, question, dispute, settlement and certificate, with the service in a process of its own.
async fn walk_through(world: &World, configuration: &str) -> Vec<u8> {
    let log = world.place.file("canary.log");
    let stderr = File::create(&log).unwrap();
    let mut process = Process::serve_with_log(world, configuration, stderr.into()).await;
    let bank = world.machine("bank").await;
    let mut told = String::new();
    let pair = both(&bank).await;
    let answer = bank.ask(&Subject::of(PAIR), &pair).await;
    assert_eq!(answer["decision"], "permit", "{answer:#}");
    told.push_str(&answer.to_string());
    let named = bank.ask(&Subject::of(PAIR), &[asserted(THIRD)]).await;
    told.push_str(&named.to_string());
    let renamed = bank.sign_in(&Subject::of(RENAMED), RENAMED_DIRECTOR).await;
    let mismatch = bank.ask(&Subject::of(RENAMED), &[signed(&renamed)]).await;
    told.push_str(&mismatch.to_string());

    let third = Session::open(world, THIRD).await;
    let words = format!("ความลับของผู้โต้แย้ง: สองเมือง นามสมมติ {SONG_MUEANG}");
    let body = json!({ "claim": "never", "officer": "off_1", "reason": words });
    let opened = dispute(&third, PAIR, "a-marked-dispute-001", body).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    told.push_str(&opened.text());
    let first = Session::open(world, FIRST).await;
    let settled = settle(&first, &opened.json(), "a-marked-settlement1", "rejected").await;
    assert_eq!(settled.status, 201, "{}", settled.text());
    told.push_str(&settled.text());
    let ordered = bank.order(PAIR, "a-marked-certificate").await;
    assert_eq!(ordered.status, 201, "{}", ordered.text());
    let file = bank.get(ordered.json()["pdf"].as_str().unwrap()).await;
    assert_eq!(file.status, 200);
    for mark in NUMBERS {
        assert!(!told.contains(mark), "{mark} was answered");
        assert!(!holds(&file.body, mark), "{mark} stands in a certificate");
    }
    process.kill();
    let log = fs::read(log).unwrap();
    assert!(holds(&log, "person.index"), "the log is written");
    log
}

fn judge(database: &Database, log: &[u8], world: &World) {
    // The scan sees what is there.
    assert!(found(database, &[PAIR]).contains("verification.registration_number"));
    let numbers = found(database, &NUMBERS);
    assert!(numbers.is_empty(), "numbers of people stand in {numbers:?}");
    let allowed: BTreeSet<String> = NAMES_MAY_STAND
        .iter()
        .map(|(place, _)| (*place).to_owned())
        .collect();
    let names = found(database, &NAMES);
    let beside: BTreeSet<&String> = names.difference(&allowed).collect();
    assert!(beside.is_empty(), "names of people stand in {beside:?}");
    assert!(names.contains("verification.answer"), "{names:?}");
    for mark in NUMBERS.iter().chain(&NAMES) {
        assert!(!holds(log, mark), "{mark} stands in the log");
    }
    for path in files(&world.place.directory) {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let marks = NUMBERS.iter().chain(if name.starts_with(DATABASE_FILES) {
            [].iter()
        } else {
            NAMES.iter()
        });
        for mark in marks {
            assert!(!holds(&bytes, mark), "{mark} stands in {name}");
        }
    }
}

/// What the process logs is as talkative as it can be made.
fn talkative(configuration: &str) -> String {
    configuration
        .replace("format = \"human\"", "format = \"json\"")
        .replace("filter = \"warn\"", "filter = \"info,amnat=trace\"")
}

#[tokio::test]
async fn marked_people_stand_in_no_column_log_or_file_where_they_do_not_belong() {
    let world = World::start();
    let app = world.app(world.config.clone());
    appoint(&app);
    drop(app);
    let log = walk_through(&world, &talkative(&written_configuration(&world))).await;
    let database = Database::open(&world.config.database.url, 2).unwrap();
    judge(&database, &log, &world);
}

#[tokio::test]
async fn marked_people_stand_in_no_column_of_postgresql_where_they_do_not_belong() {
    let Some(fresh) = FreshDatabase::make("canary") else {
        return;
    };
    let world = World::start();
    let mut config = world.config.clone();
    config.database.url = fresh.url().parse().unwrap();
    let app = world.app(config.clone());
    appoint(&app);
    drop(app);
    let sqlite = format!("'sqlite:{}'", world.place.file("amnat.sqlite").display());
    let written = talkative(&written_configuration(&world));
    let configuration = written.replace(&sqlite, &format!("'{}'", fresh.url()));
    assert_ne!(configuration, written);
    let log = walk_through(&world, &configuration).await;
    let database = Database::open(&config.database.url, 2).unwrap();
    judge(&database, &log, &world);
    drop(database);
    drop(fresh);
}
