//! Whole feeds: all of a file or nothing, whatever comes between.

use super::registry::{NoIndex, OpenVault};
use amnat::db::{AnyConnection, Database, Engine, StoreError};
use amnat::kernel::id::{RegistrationNumber, SeededRandomness};
use amnat::kernel::time::{FixedClock, Instant};
use amnat::registry::exchange;
use amnat::registry::feed::{FeedKind, FeedShape, read_row};
use amnat::registry::freshness::FreshnessPolicy;
use amnat::registry::generate::{Order, generate};
use amnat::registry::history::{Incoming, Validity};
use amnat::registry::model::{IdentityState, VersionSource};
use amnat::registry::service::{
    AsOf, ImportError, ImportOrder, ImportReport, Parts, RegistryService,
};
use amnat::registry::source::FeedManifest;
use amnat::registry::store::{self, Upsert};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn service(database: &Arc<Database>) -> RegistryService {
    service_of(database, 1)
}

fn service_of(database: &Arc<Database>, seed: u64) -> RegistryService {
    RegistryService::new(Parts {
        database: database.clone(),
        source: None,
        index: Arc::new(NoIndex),
        vault: Arc::new(OpenVault),
        clock: Arc::new(FixedClock::at(instant("2026-11-24T03:00:00Z"))),
        randomness: Arc::new(SeededRandomness::new(seed)),
        max_age: Duration::from_secs(3600),
        freshness: FreshnessPolicy::embedded().unwrap(),
    })
}

/// A generated feed with its manifest.
fn feed(companies: u64, as_of: &str, changes: Option<u64>) -> (Vec<u8>, FeedManifest) {
    let mut bytes = Vec::new();
    let order = Order {
        companies,
        seed: 7,
        shape: FeedShape::Own,
        as_of: instant(as_of),
        changes,
    };
    let manifest = generate(&order, &mut bytes).unwrap();
    (bytes, manifest)
}

const FULL: &str = "2026-01-01T00:00:00+07:00";
const LATER: &str = "2026-02-01T00:00:00+07:00";

fn taken(service: &RegistryService, (bytes, manifest): &(Vec<u8>, FeedManifest)) -> ImportReport {
    service
        .import_feed(bytes.as_slice(), &ImportOrder::by(manifest))
        .unwrap()
}

fn numbers(bytes: &[u8]) -> Vec<RegistrationNumber> {
    std::str::from_utf8(bytes)
        .unwrap()
        .lines()
        .zip(1..)
        .map(|(line, number)| {
            read_row(FeedShape::Own, number, line)
                .unwrap()
                .record
                .registration_number
        })
        .collect()
}

pub fn a_whole_register_is_found_again_as_the_file_states_it(database: &Arc<Database>) {
    let service = service(database);
    let feed = feed(700, FULL, None);
    let report = taken(&service, &feed);
    assert_eq!(
        (report.imported, report.lines, report.rejects),
        (700, 700, 0)
    );
    let counts = report.interpreted;
    assert_eq!(
        counts.complete + counts.ambiguous + counts.unresolved + counts.none,
        700
    );
    assert!(
        counts.complete > 400 && report.skeletons < 500,
        "{report:?}"
    );
    assert_eq!(service.changes().unwrap(), 700);
    let text = std::str::from_utf8(&feed.0).unwrap();
    for (line, number) in text.lines().zip(1..).step_by(7) {
        let stated = read_row(FeedShape::Own, number, line).unwrap();
        let facts = service
            .facts(&stated.record.registration_number, AsOf::default())
            .unwrap();
        assert_eq!(facts.record, stated.record);
        assert_eq!(facts.version.version, 1);
        assert_eq!(facts.version.data_as_of, feed.1.as_of);
        assert_eq!(facts.version.identities, IdentityState::Known);
        let people = stated.people.unwrap();
        assert_eq!(facts.identities.len(), people.len());
    }
}

/// One thing of the schema, as the engine writes it down.
#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    #[diesel(sql_type = Text)]
    piece: String,
}

const SQLITE_PIECES: &str =
    "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS piece FROM sqlite_master";
const POSTGRES_PIECES: &str = "\
    SELECT 'index ' || indexdef AS piece FROM pg_indexes WHERE schemaname = current_schema() \
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text \
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal \
    UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace \
    UNION ALL SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
        || ordinal_position || ' ' || coalesce(column_default, '') \
        FROM information_schema.columns WHERE table_schema = current_schema() \
    UNION ALL SELECT 'table ' || relname || ' ' || relowner::regrole::text || ' ' || coalesce(relacl::text, '') \
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' \
    UNION ALL SELECT 'column of ' || attrelid::regclass::text || ' ' || attname || ' ' || attacl::text \
        FROM pg_attribute WHERE attrelid = 'officer'::regclass AND attacl IS NOT NULL \
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname = current_schema() || '_load'";

/// Everything of the schema that a load could lose.
fn schema(database: &Database) -> BTreeSet<Piece> {
    let query = match database.engine() {
        Engine::Sqlite => SQLITE_PIECES,
        Engine::Postgres => POSTGRES_PIECES,
    };
    let pieces: Vec<Piece> = database
        .read(|connection: &mut AnyConnection| -> Result<_, StoreError> {
            Ok(diesel::sql_query(query).load(connection)?)
        })
        .unwrap();
    // The engine's own statistics come with counting the rows.
    pieces
        .into_iter()
        .filter(|piece| !piece.piece.contains("sqlite_stat"))
        .collect()
}

pub fn a_whole_load_leaves_the_schema_as_the_migrations_made_it(database: &Arc<Database>) {
    if database.engine() == Engine::Postgres {
        // Somebody who may only read, as an operator would have.
        database
            .write(|connection| -> Result<(), StoreError> {
                let grant = "GRANT SELECT ON juristic_person_version, officer, register_seen TO PUBLIC; \
                             GRANT SELECT, INSERT ON officer TO pg_monitor WITH GRANT OPTION; \
                             GRANT UPDATE (place, person) ON officer TO pg_monitor";
                Ok(connection.batch_execute(grant)?)
            })
            .unwrap();
    }
    let made = schema(database);
    assert!(made.len() > 30, "{made:?}");
    let service = service(database);
    assert_eq!(taken(&service, &feed(60, FULL, None)).imported, 60);
    let left = schema(database);
    assert_eq!(
        made.difference(&left).collect::<Vec<_>>(),
        Vec::<&Piece>::new(),
        "lost"
    );
    assert_eq!(
        left.difference(&made).collect::<Vec<_>>(),
        Vec::<&Piece>::new(),
        "new"
    );
}

pub fn the_same_file_again_changes_nothing(database: &Arc<Database>) {
    let service = service(database);
    let feed = feed(60, FULL, None);
    taken(&service, &feed);
    let again = taken(&service, &feed);
    assert!(again.repeated);
    // Without a manifest that tells so before, the bytes tell it.
    let order = ImportOrder::as_of(feed.1.as_of);
    let untold = service.import_feed(feed.0.as_slice(), &order).unwrap();
    assert!(untold.repeated);
    assert_eq!((untold.imported, service.changes().unwrap()), (0, 60));
}

pub fn a_later_feed_makes_versions_only_of_what_changed(database: &Arc<Database>) {
    let service = service(database);
    let full = feed(300, FULL, None);
    taken(&service, &full);
    let delta = feed(300, LATER, Some(40));
    assert_eq!(delta.1.kind, FeedKind::Delta);
    let report = taken(&service, &delta);
    assert_eq!((report.imported, report.unchanged), (40, 0), "{report:?}");
    let changed = numbers(&delta.0);
    for number in &changed {
        let history = service.history(number).unwrap();
        assert_eq!(history.len(), 2);
        let asked = |valid: &str| AsOf {
            valid_at: Some(instant(valid)),
            known_at: None,
        };
        assert_eq!(
            service
                .facts(number, asked("2026-01-15T00:00:00Z"))
                .unwrap(),
            history[0]
        );
        assert_eq!(
            service
                .facts(number, asked("2026-02-15T00:00:00Z"))
                .unwrap()
                .record,
            history[1].record
        );
    }
    // The register as it was, stated again later, is news only of those whom the delta changed.
    let again = ImportOrder::as_of(instant("2026-03-01T00:00:00+07:00"));
    let report = service.import_feed(full.0.as_slice(), &again).unwrap();
    assert_eq!((report.imported, report.unchanged), (40, 260), "{report:?}");
    let still = numbers(&full.0)
        .into_iter()
        .find(|number| !changed.contains(number))
        .unwrap();
    let facts = service.facts(&still, AsOf::default()).unwrap();
    assert_eq!(
        (facts.version.version, facts.version.data_as_of),
        (1, again.as_of)
    );
}

pub fn a_feed_that_goes_back_in_time_changes_nothing(database: &Arc<Database>) {
    let service = service(database);
    taken(&service, &feed(50, LATER, None));
    let (older, _) = feed(50, FULL, None);
    let order = ImportOrder::as_of(instant(FULL));
    let report = service.import_feed(older.as_slice(), &order).unwrap();
    assert_eq!(
        (report.imported, report.unchanged, report.older),
        (0, 0, 50)
    );
    assert_eq!(service.changes().unwrap(), 50);
}

pub fn a_corrupted_file_is_not_taken_in(database: &Arc<Database>) {
    let service = service(database);
    let (bytes, manifest) = feed(50, FULL, None);
    let order = ImportOrder::by(&manifest);
    let mut cut = bytes.clone();
    cut.truncate(bytes.len() * 2 / 3);
    let mut turned = bytes.clone();
    let digit = turned.iter().rposition(|byte| *byte == b'2').unwrap();
    turned[digit] = b'3';
    let mut garbage = bytes.clone();
    garbage[bytes.len() / 2..bytes.len() / 2 + 3].copy_from_slice(&[0xff, 0, b'{']);
    for broken in [cut, turned, garbage] {
        let refused = service.import_feed(broken.as_slice(), &order).unwrap_err();
        let refused = matches!(
            refused,
            ImportError::Manifest(_) | ImportError::Refused { .. }
        );
        assert!(refused);
        assert_eq!(service.changes().unwrap(), 0);
        assert!(service.facts(&numbers(&bytes)[0], AsOf::default()).is_err());
    }
    assert_eq!(taken(&service, &(bytes, manifest)).imported, 50);
}

pub fn a_company_that_stands_in_a_file_twice_is_refused_the_second_time(database: &Arc<Database>) {
    let service = service(database);
    let (bytes, _) = feed(20, FULL, None);
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let twice = [bytes.as_slice(), first].concat();
    let mut order = ImportOrder::as_of(instant(FULL));
    let Err(ImportError::Refused { rejected, rejects }) =
        service.import_feed(twice.as_slice(), &order)
    else {
        panic!("a company that stands there twice is taken in");
    };
    assert_eq!((rejects, rejected[0].line), (1, 21));
    assert_eq!(service.changes().unwrap(), 0);
    order.keep_going = true;
    let report = service.import_feed(twice.as_slice(), &order).unwrap();
    assert_eq!((report.imported, report.rejects), (20, 1));
}

/// Breaks off, or waits for somebody, in the middle of a file.
struct Halfway<'a> {
    bytes: &'a [u8],
    middle: usize,
    read: usize,
    then: Then,
}

enum Then {
    BreakOff,
    Wait(Sender<()>, Receiver<()>),
}

impl Read for Halfway<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read >= self.middle {
            match &self.then {
                Then::BreakOff => return Err(io::Error::other("the disk is gone")),
                Then::Wait(reached, go_on) => {
                    reached.send(()).ok();
                    // Where writers wait for each other, the other one comes only when this one is done.
                    go_on.recv_timeout(Duration::from_secs(1)).ok();
                    self.middle = usize::MAX;
                }
            }
        }
        let rest = self.bytes.get(self.read..).unwrap_or_default();
        let read = rest.len().min(buffer.len()).min(4_096);
        buffer[..read].copy_from_slice(&rest[..read]);
        self.read += read;
        Ok(read)
    }
}

pub fn an_import_that_breaks_off_leaves_the_register_as_it_was(database: &Arc<Database>) {
    let service = service(database);
    let full = feed(400, FULL, None);
    let broken = |bytes: &[u8]| {
        let input = Halfway {
            bytes,
            middle: bytes.len() / 2,
            read: 0,
            then: Then::BreakOff,
        };
        let order = ImportOrder::as_of(instant(LATER));
        let broken = service.import_feed(BufReader::new(input), &order);
        assert!(matches!(broken, Err(ImportError::Io(_))), "{broken:?}");
    };
    broken(&full.0);
    assert_eq!(service.changes().unwrap(), 0);
    assert!(
        service
            .facts(&numbers(&full.0)[0], AsOf::default())
            .is_err()
    );
    assert_eq!(taken(&service, &full).imported, 400);
    // Of a register that is not empty as well.
    broken(&full.0);
    assert_eq!(service.changes().unwrap(), 400);
    let facts = service
        .facts(&numbers(&full.0)[0], AsOf::default())
        .unwrap();
    assert_eq!(facts.version.data_as_of, full.1.as_of);
}

pub fn two_imports_at_once_lose_nothing(database: &Arc<Database>) {
    let feeds = [feed(300, FULL, None), feed(300, LATER, None)];
    let outcomes: Vec<Result<ImportReport, ImportError>> = std::thread::scope(|scope| {
        let importing: Vec<_> = feeds
            .iter()
            .zip(2..)
            .map(|((bytes, manifest), seed)| {
                let service = service_of(database, seed);
                scope.spawn(move || {
                    service.import_feed(bytes.as_slice(), &ImportOrder::by(manifest))
                })
            })
            .collect();
        importing
            .into_iter()
            .map(|import| import.join().unwrap())
            .collect()
    });
    let service = service(database);
    assert!(outcomes.iter().any(Result::is_ok));
    for (outcome, feed) in outcomes.iter().zip(&feeds) {
        match outcome {
            Ok(_) => {}
            // Refused whole: it can simply be run again.
            Err(ImportError::Busy) => drop(taken(&service, feed)),
            Err(other) => panic!("{other}"),
        }
    }
    for number in numbers(&feeds[0].0) {
        let facts = service.facts(&number, AsOf::default()).unwrap();
        assert_eq!(facts.version.data_as_of, feeds[1].1.as_of);
    }
}

const ASKED: &str = r#"{"JuristicID":"0105569999999","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"ยังดำเนินกิจการอยู่"}"#;

pub fn what_is_asked_during_the_first_import_is_not_lost(database: &Arc<Database>) {
    let service = service(database);
    let full = feed(400, FULL, None);
    let incoming = Incoming {
        record: exchange::read_line(1, ASKED).unwrap(),
        identities: Vec::new(),
        state: IdentityState::Unavailable,
        data_as_of: instant(LATER),
        recorded_at: instant(LATER),
        source: VersionSource::Exchange,
        validity: Validity::AsSeen,
    };
    let number = incoming.record.registration_number.clone();
    let (reached, is_reached) = channel();
    let (go_on, may_go_on) = channel();
    let (import, asked) = std::thread::scope(|scope| {
        let asking = scope.spawn(move || {
            is_reached.recv().unwrap();
            let asked = database
                .write(|connection| store::upsert(connection, &OpenVault, incoming.clone()));
            go_on.send(()).ok();
            asked
        });
        let input = Halfway {
            bytes: &full.0,
            middle: full.0.len() / 2,
            read: 0,
            then: Then::Wait(reached, may_go_on),
        };
        let import = service.import_feed(BufReader::new(input), &ImportOrder::by(&full.1));
        (import, asking.join().unwrap())
    });
    assert!(matches!(asked, Ok(Upsert::New { version: 1 })), "{asked:?}");
    // PostgreSQL let both at it: the import saw at its end that the register is no longer empty, and was refused whole.
    if let Err(error) = import {
        assert!(matches!(error, ImportError::Store(_)), "{error}");
        assert_eq!(service.changes().unwrap(), 1);
        taken(&service, &full);
    }
    assert_eq!(service.changes().unwrap(), 401);
    service.facts(&number, AsOf::default()).unwrap();
    service
        .facts(&numbers(&full.0)[0], AsOf::default())
        .unwrap();
}

/// The same company in our own shape with these directors, and for this time.
fn stated(directors: &[&str], valid: &[(&str, &str)]) -> String {
    let officers: Vec<_> = (1..)
        .zip(directors)
        .map(|(sequence, first)| {
            let sequence: u32 = sequence;
            serde_json::json!({"sequence": sequence, "name": {"title": "นาย", "first": first, "last": "ดี"}, "roles": ["director"]})
        })
        .collect();
    let mut row = serde_json::json!({
        "registration_number": "0105569999999", "juristic_type": "limited_company", "status_text": "ยังดำเนินกิจการอยู่",
        "name_th": "บริษัท ตัวอย่างไทย จำกัด", "registered_on": "2026-04-03", "officers": officers,
        "statements": [{"kind": "authority", "text": "กรรมการสองคนลงลายมือชื่อร่วมกัน/"}],
    });
    for (member, instant) in valid {
        row[*member] = serde_json::json!(instant);
    }
    row.to_string()
}

pub fn a_back_dated_correction_changes_what_held_then_and_not_what_was_known_then(
    database: &Arc<Database>,
) {
    let clock = Arc::new(FixedClock::at(instant("2026-05-01T00:00:00Z")));
    let service = RegistryService::new(Parts {
        database: database.clone(),
        source: None,
        index: Arc::new(NoIndex),
        vault: Arc::new(OpenVault),
        clock: clock.clone(),
        randomness: Arc::new(SeededRandomness::new(1)),
        max_age: Duration::from_secs(3600),
        freshness: FreshnessPolicy::embedded().unwrap(),
    });
    let import = |as_of: &str, row: String| {
        let order = ImportOrder::as_of(instant(as_of));
        service.import_feed(row.as_bytes(), &order).unwrap()
    };
    import("2026-05-01T00:00:00Z", stated(&["กล้า", "คม", "ดำ"], &[]));
    // On 10 May it is learnt that somebody resigned; on 20 May, that this was on 4 May already.
    clock.advance(Duration::from_secs(9 * 86_400));
    import("2026-05-10T00:00:00Z", stated(&["กล้า", "คม"], &[]));
    clock.advance(Duration::from_secs(10 * 86_400));
    let since = [("valid_from", "2026-05-04T00:00:00Z")];
    let correction = import("2026-05-20T00:00:00Z", stated(&["กล้า", "คม"], &since));
    assert_eq!(correction.imported, 1);
    // And that between 6 and 8 May there was another director.
    clock.advance(Duration::from_secs(86_400));
    let between = [
        ("valid_from", "2026-05-06T00:00:00Z"),
        ("valid_to", "2026-05-08T00:00:00Z"),
    ];
    let past = stated(&["กล้า", "คม", "แดง"], &between);
    assert_eq!(import("2026-05-21T00:00:00Z", past.clone()).imported, 1);
    // Told again another day it is no news.
    assert_eq!(import("2026-05-21T01:00:00Z", past).unchanged, 1);

    let number: RegistrationNumber = "0105569999999".parse().unwrap();
    let in_office = |valid: &str, known: &str| {
        let asked = AsOf {
            valid_at: Some(instant(&format!("2026-05-{valid}T12:00:00Z"))),
            known_at: Some(instant(&format!("2026-05-{known}T12:00:00Z"))),
        };
        let facts = service.facts(&number, asked).unwrap();
        let at = asked.valid_at.unwrap();
        let names = facts
            .record
            .officers_at(at)
            .map(|officer| officer.name.first.clone());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(in_office("03", "05"), "กล้า คม ดำ");
    assert_eq!(
        in_office("05", "05"),
        "กล้า คม ดำ",
        "the resignation was not known yet"
    );
    assert_eq!(
        in_office("07", "15"),
        "กล้า คม ดำ",
        "known from 10 May on, for 10 May on"
    );
    assert_eq!(in_office("11", "15"), "กล้า คม");
    assert_eq!(in_office("05", "20"), "กล้า คม", "corrected");
    assert_eq!(in_office("03", "20"), "กล้า คม ดำ");
    assert_eq!(in_office("07", "20"), "กล้า คม");
    assert_eq!(in_office("07", "21"), "กล้า คม แดง");
    assert_eq!(in_office("08", "21"), "กล้า คม");
    assert_eq!(
        in_office("20", "21"),
        "กล้า คม",
        "the past alone changes nothing now"
    );
    let now = service.facts(&number, AsOf::default()).unwrap();
    assert_eq!((now.version.version, now.record.officers.len()), (3, 2));
    let history = service.history(&number).unwrap();
    assert_eq!(history.len(), 4);
    // A reference is never given to another person, in whichever version.
    let of = |first: &str| -> Vec<_> {
        let mut references: Vec<_> = history
            .iter()
            .flat_map(|facts| {
                facts
                    .record
                    .officers
                    .iter()
                    .chain(&facts.record.former_officers)
            })
            .filter(|officer| officer.name.first == first)
            .map(|officer| officer.reference)
            .collect();
        references.dedup();
        references
    };
    for first in ["กล้า", "คม", "ดำ", "แดง"] {
        assert_eq!(of(first).len(), 1, "{first}");
    }
    assert_ne!(of("ดำ"), of("แดง"));
}
