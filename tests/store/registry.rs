//! Versions of the register, kept and found again.

use amnat::db::{AnyConnection, Database, StoreError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::{NationalId, RegistrationNumber, SeededRandomness};
use amnat::kernel::time::{FixedClock, Instant};
use amnat::registry::exchange;
use amnat::registry::freshness::FreshnessPolicy;
use amnat::registry::history::{Incoming, Validity};
use amnat::registry::identities::IdentityIndex;
use amnat::registry::model::{
    BlindIndex, Facts, IdentityKind, IdentityState, OfficerIdentity, VersionSource,
};
use amnat::registry::service::{AsOf, ImportError, ImportOrder, Parts, Refreshed, RegistryService};
use amnat::registry::source::{Feed, Fetched, IdentityAnswer, RegisterSource, SourceFailure};
use amnat::registry::store::{self, Upsert};
use amnat::registry::vault::{RegistryVault, Sealed, VaultError};
use chrono::NaiveDate;
use diesel::RunQueryDsl as _;
use futures_util::future::BoxFuture;
use serde_json::json;
use std::sync::{Arc, Barrier};
use std::time::Duration;

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
        validity: Validity::AsSeen,
    }
}

/// Seals for tests: nothing is hidden, but everything is bound to its place.
pub struct OpenVault;

impl RegistryVault for OpenVault {
    fn seal(&self, place: &'static str, row: &str, plain: &[u8]) -> Result<Sealed, VaultError> {
        Ok(Sealed {
            data_key: format!("{place}/{row}").into_bytes(),
            value: plain.to_vec(),
        })
    }

    fn open(
        &self,
        place: &'static str,
        row: &str,
        data_key: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        if data_key == format!("{place}/{row}").as_bytes() {
            Ok(value.to_vec())
        } else {
            Err(VaultError::CannotOpen {
                place,
                cause: "it is another place's".to_owned(),
            })
        }
    }
}

fn put(database: &Database, incoming: &Incoming) -> Upsert {
    database
        .write(|connection| store::upsert(connection, &OpenVault, incoming.clone()))
        .unwrap()
}

fn read<T>(
    database: &Database,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> T {
    database.read(work).unwrap()
}

fn current(database: &Database) -> Facts {
    read(database, |connection| {
        store::current(connection, &OpenVault, &number())
    })
    .unwrap()
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

/// A vault that cannot be asked.
struct NoVault;

impl RegistryVault for NoVault {
    fn seal(&self, _: &'static str, _: &str, _: &[u8]) -> Result<Sealed, VaultError> {
        Err(VaultError::Unavailable {
            cause: "nobody answers".to_owned(),
        })
    }

    fn open(&self, _: &'static str, _: &str, _: &[u8], _: &[u8]) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Unavailable {
            cause: "nobody answers".to_owned(),
        })
    }
}

pub fn a_vault_out_of_reach_is_said_to_be_so_and_no_row_is_blamed(database: &Database) {
    let first = incoming(&["ก", "ข"], 1, 1);
    let unsealed = database.write(|connection| store::upsert(connection, &NoVault, first.clone()));
    assert!(matches!(unsealed, Err(StoreError::Unavailable { .. })));
    put(database, &first);
    let unopened = database.read(|connection| store::current(connection, &NoVault, &number()));
    let Err(StoreError::Unavailable { cause }) = unopened else {
        panic!("{unopened:?}");
    };
    assert_eq!(cause, "nobody answers");
}

pub fn what_was_stated_and_what_was_known_are_kept_apart(database: &Database) {
    put(database, &incoming(&["ก", "ข"], 1, 5));
    put(database, &incoming(&["ก"], 10, 12));
    let at = |valid: u32, known: u32| {
        read(database, |connection| {
            store::at(connection, &OpenVault, &number(), day(valid), day(known))
        })
        .map(|facts| facts.version.version)
    };
    assert_eq!(at(1, 4), None, "not yet known");
    assert_eq!(at(1, 5), Some(1));
    assert_eq!(at(10, 11), Some(1), "the change was not known yet");
    assert_eq!(at(9, 12), Some(1), "the change came later");
    assert_eq!(at(10, 12), Some(2));
    let versions = read(database, |connection| {
        store::history(connection, &OpenVault, &number())
    });
    let told: Vec<_> = versions
        .iter()
        .map(|facts| (facts.version.valid_from, facts.version.recorded_at))
        .collect();
    assert_eq!(told, [(day(1), day(5)), (day(10), day(12))]);
    assert_eq!(versions[1].record.former_officers[0].name.first, "ข");
    let nobody: RegistrationNumber = "0107568999997".parse().unwrap();
    assert!(
        read(database, |connection| store::current(
            connection, &OpenVault, &nobody
        ))
        .is_none()
    );
}

pub fn a_stored_version_cannot_be_changed_or_dropped(database: &Database) {
    put(database, &incoming(&["ก"], 1, 1));
    for statement in [
        "UPDATE juristic_person_version SET record = '{}'",
        "UPDATE officer SET reference = 2",
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

pub struct NoIndex;

impl IdentityIndex for NoIndex {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        *Digest::of(id.expose()).as_bytes()
    }

    fn passport(&self, number: &str, _: &str, _: NaiveDate) -> BlindIndex {
        *Digest::of(number).as_bytes()
    }
}

/// A register that answers only when every asker has asked.
struct AllAtOnce(Barrier);

const ROW: &str = r#"{"JuristicID":"0105569999999","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"ร้าง"}"#;

impl RegisterSource for AllAtOnce {
    fn fetch<'a>(
        &'a self,
        _: &'a RegistrationNumber,
    ) -> BoxFuture<'a, Result<Option<Fetched>, SourceFailure>> {
        Box::pin(async move {
            self.0.wait();
            Ok(Some(Fetched {
                entry: serde_json::from_str(ROW).map_err(SourceFailure::Shape)?,
                identities: IdentityAnswer::NotOffered,
            }))
        })
    }

    fn feed(&self) -> BoxFuture<'_, Result<Feed, SourceFailure>> {
        Box::pin(async { Err(SourceFailure::Manifest) })
    }

    fn tells_identities(&self) -> bool {
        false
    }
}

fn service(database: &Arc<Database>, askers: usize) -> RegistryService {
    RegistryService::new(Parts {
        database: database.clone(),
        source: Some(Arc::new(AllAtOnce(Barrier::new(askers)))),
        index: Arc::new(NoIndex),
        vault: Arc::new(OpenVault),
        clock: Arc::new(FixedClock::at(day(24))),
        randomness: Arc::new(SeededRandomness::new(1)),
        max_age: Duration::from_secs(3600),
        freshness: FreshnessPolicy::embedded().unwrap(),
    })
}

pub fn a_feed_is_taken_in_whole_or_not_at_all(database: &Arc<Database>) {
    let service = service(database, 1);
    let mut order = ImportOrder {
        keep_going: false,
        ..ImportOrder::as_of(day(24))
    };
    let bad = format!("{ROW}\n{{\"JuristicID\":\"1\"}}\n");
    let refused = service.import_feed(bad.as_bytes(), &order);
    assert!(matches!(
        refused,
        Err(ImportError::Refused { rejects: 1, .. })
    ));
    assert_eq!(service.changes().unwrap(), 0);
    order.keep_going = true;
    let report = service.import_feed(bad.as_bytes(), &order).unwrap();
    assert_eq!((report.imported, report.rejected.len()), (1, 1));
    assert_eq!(report.interpreted.none, 1);
    let again = service.import_feed(ROW.as_bytes(), &order).unwrap();
    assert_eq!((again.imported, again.unchanged), (0, 1));
    assert_eq!(service.changes().unwrap(), 1);
    let facts = service.facts(&number(), AsOf::default()).unwrap();
    assert_eq!(facts.version.source, VersionSource::Feed);
}

pub fn many_askers_at_once_make_one_version(database: &Arc<Database>) {
    const ASKERS: usize = 6;
    let service = service(database, ASKERS);
    let outcomes: Vec<Refreshed> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKERS)
            .map(|_| {
                scope.spawn(|| {
                    tokio::runtime::Runtime::new()
                        .unwrap()
                        .block_on(service.refresh_now(&number()))
                        .unwrap()
                })
            })
            .collect();
        asking
            .into_iter()
            .map(|asker| asker.join().unwrap())
            .collect()
    });
    let new = Refreshed::Asked(Upsert::New { version: 1 });
    let same = Refreshed::Asked(Upsert::Unchanged { version: 1 });
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == new).count(),
        1
    );
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == same).count(),
        ASKERS - 1
    );
    assert_eq!(service.changes().unwrap(), 1);
}
