//! Versions of the register, kept and found again.

use amnat::db::{AnyConnection, Database, StoreError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::RegistrationNumber;
use amnat::kernel::time::Instant;
use amnat::registry::exchange;
use amnat::registry::history::Incoming;
use amnat::registry::model::{
    BlindIndex, Facts, IdentityKind, IdentityState, OfficerIdentity, VersionSource,
};
use amnat::registry::store::{self, Upsert};
use diesel::RunQueryDsl as _;
use serde_json::json;

const NUMBER: &str = "0105569999999";

fn number() -> RegistrationNumber {
    NUMBER.parse().unwrap()
}

fn day(day: u32) -> Instant {
    format!("2026-11-{day:02}T03:00:00.123Z").parse().unwrap()
}

fn index(first: &str) -> BlindIndex {
    *Digest::of(first).as_bytes()
}

/// The company with these directors, seen on `seen` and learnt on `learnt`.
fn incoming(directors: &[&str], seen: u32, learnt: u32) -> Incoming {
    let people: Vec<_> = (1..)
        .zip(directors)
        .map(|(sequence, first)| json!({"Sequence": sequence.to_string(), "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"}))
        .collect();
    let row = json!({
        "JuristicID": NUMBER, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่างไทย จำกัด",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "RegisterCapital": "1000000.50", "CommitteeInformations": people,
        "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": "กรรมการสองคนลงลายมือชื่อร่วมกัน/", "Type": "L"}],
    });
    let record = exchange::read_line(1, &row.to_string()).unwrap();
    let identities = record
        .officers
        .iter()
        .map(|officer| OfficerIdentity {
            officer: officer.reference,
            kind: IdentityKind::NationalId,
            index: index(&officer.name.first),
        })
        .collect();
    Incoming {
        record,
        identities,
        state: IdentityState::Known,
        data_as_of: day(seen),
        recorded_at: day(learnt),
        source: VersionSource::Exchange,
    }
}

fn put(database: &Database, incoming: &Incoming) -> Upsert {
    database
        .write(|connection| store::upsert(connection, incoming.clone()))
        .unwrap()
}

fn read<T>(
    database: &Database,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> T {
    database.read(work).unwrap()
}

fn current(database: &Database) -> Facts {
    read(database, |connection| store::current(connection, &number())).unwrap()
}

fn directors(facts: &Facts) -> Vec<&str> {
    facts
        .record
        .officers
        .iter()
        .map(|officer| officer.name.first.as_str())
        .collect()
}

pub fn the_same_record_again_makes_no_version(database: &Database) {
    let first = incoming(&["ก", "ข"], 1, 1);
    assert_eq!(put(database, &first), Upsert::New { version: 1 });
    let again = incoming(&["ก", "ข"], 2, 3);
    assert_eq!(put(database, &again), Upsert::Unchanged { version: 1 });
    let facts = current(database);
    assert_eq!(facts.record, first.record);
    assert_eq!(facts.identities, first.identities);
    assert_eq!(facts.version.data_as_of, day(2));
    assert_eq!(facts.version.digest, facts.record.digest().unwrap());
    let seen = read(database, |connection| store::seen(connection, &number())).unwrap();
    assert_eq!((seen.version, seen.seen_at), (1, day(3)));
    assert_eq!(put(database, &incoming(&["ค"], 1, 4)), Upsert::Older);
    assert_eq!(directors(&current(database)), ["ก", "ข"]);
}

pub fn what_was_stated_and_what_was_known_are_kept_apart(database: &Database) {
    put(database, &incoming(&["ก", "ข"], 1, 5));
    put(database, &incoming(&["ก"], 10, 12));
    let at = |valid: u32, known: u32| {
        read(database, |connection| {
            store::at(connection, &number(), day(valid), day(known))
        })
        .map(|facts| facts.version.version)
    };
    assert_eq!(at(1, 4), None, "not yet known");
    assert_eq!(at(1, 5), Some(1));
    assert_eq!(at(10, 11), Some(1), "the change was not known yet");
    assert_eq!(at(9, 12), Some(1), "the change came later");
    assert_eq!(at(10, 12), Some(2));
    let versions = read(database, |connection| store::history(connection, &number()));
    let told: Vec<_> = versions
        .iter()
        .map(|facts| (facts.version.valid_from, facts.version.recorded_at))
        .collect();
    assert_eq!(told, [(day(1), day(5)), (day(10), day(12))]);
    assert_eq!(versions[1].record.former_officers[0].name.first, "ข");
    let nobody: RegistrationNumber = "0107568999997".parse().unwrap();
    assert!(read(database, |connection| store::current(connection, &nobody)).is_none());
}

pub fn a_stored_version_cannot_be_changed_or_dropped(database: &Database) {
    put(database, &incoming(&["ก"], 1, 1));
    for statement in [
        "UPDATE juristic_person_version SET record = '{}'",
        "UPDATE officer_identity SET officer = 2",
        "DELETE FROM juristic_person_version",
    ] {
        let outcome: Result<usize, StoreError> =
            database.write(|connection| Ok(diesel::sql_query(statement).execute(connection)?));
        assert!(outcome.is_err(), "{statement}");
    }
    assert_eq!(directors(&current(database)), ["ก"]);
}

pub fn a_person_is_found_by_number_in_the_version_that_holds(database: &Database) {
    put(database, &incoming(&["ก", "ข"], 1, 1));
    let companies = |first: &str, kind| {
        read(database, |connection| {
            store::companies_of(connection, kind, &index(first))
        })
    };
    assert_eq!(companies("ก", IdentityKind::NationalId), [number()]);
    assert_eq!(companies("ก", IdentityKind::Passport), []);
    assert_eq!(companies("ค", IdentityKind::NationalId), []);
    // Somebody who left is still found, so that the answer can say so.
    put(database, &incoming(&["ค"], 2, 2));
    assert_eq!(companies("ค", IdentityKind::NationalId), [number()]);
    assert_eq!(companies("ก", IdentityKind::NationalId), [number()]);
    let left = current(database);
    assert_eq!(directors(&left), ["ค"]);
    assert_eq!(left.record.former_officers.len(), 2);
}

pub fn changes_are_counted_once_a_version(database: &Database) {
    let changes = || read(database, store::changes);
    assert_eq!(changes(), 0);
    put(database, &incoming(&["ก"], 1, 1));
    put(database, &incoming(&["ก"], 2, 2));
    assert_eq!(changes(), 1);
    put(database, &incoming(&["ข"], 3, 3));
    assert_eq!(changes(), 2);
}
