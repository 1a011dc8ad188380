//! The register's changes: the place and what was taken in up to it.

use super::registry::OpenVault;
use amnat::db::{AnyConnection, Database, StoreError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::{NationalId, RegistrationNumber, SeededRandomness};
use amnat::kernel::time::{FixedClock, Instant};
use amnat::registry::follow::service::{FollowError, Followed, Follower, Parts as FollowerParts};
use amnat::registry::follow::store as follow_store;
use amnat::registry::follow::{ChangePage, Cursor};
use amnat::registry::freshness::FreshnessPolicy;
use amnat::registry::identities::IdentityIndex;
use amnat::registry::model::BlindIndex;
use amnat::registry::service::{AsOf, Parts, RegistryService};
use amnat::registry::source::{ChangeFeed, SourceFailure};
use chrono::NaiveDate;
use diesel::connection::SimpleConnection as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

const ONE: &str = "0105569999999";
const TWO: &str = "0105566999947";

struct NoIndex;

impl IdentityIndex for NoIndex {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        *Digest::of(id.expose()).as_bytes()
    }

    fn passport(&self, number: &str, _: &str, _: NaiveDate) -> BlindIndex {
        *Digest::of(number).as_bytes()
    }
}

/// All changes behind any place, on one page. With a barrier, the first two askers wait for each other.
struct OnePage {
    changes: Vec<Value>,
    wait: Option<Barrier>,
    asked: AtomicUsize,
}

impl ChangeFeed for OnePage {
    fn changes<'a>(
        &'a self,
        after: &'a Cursor,
        _: u32,
    ) -> BoxFuture<'a, Result<ChangePage, SourceFailure>> {
        Box::pin(async move {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst);
            if let Some(wait) = self.wait.as_ref().filter(|_| asked < 2) {
                wait.wait();
            }
            let place = |value: &Value| value["cursor"].as_str() == Some(after.as_str());
            let start = self.changes.iter().position(place).map_or(0, |at| at + 1);
            let last = self
                .changes
                .last()
                .and_then(|value| value["cursor"].as_str());
            Ok(ChangePage {
                changes: self.changes[start..].to_vec(),
                next: last.unwrap_or("x0").parse().unwrap(),
                more: false,
            })
        })
    }
}

fn now() -> Instant {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn change(cursor: &str, number: &str, minute: u64, status: &str) -> Value {
    let at = now().minus(Duration::from_secs(3_600 - minute * 60));
    json!({"cursor": cursor, "JuristicID": number, "changed_at": at.to_string(),
        "entry": {"JuristicID": number, "RegisterDate": "25690403", "JuristicName_TH": "ก จำกัด", "JuristicStatus": status}})
}

fn service(database: &Arc<Database>) -> RegistryService {
    RegistryService::new(Parts {
        database: database.clone(),
        source: None,
        index: Arc::new(NoIndex),
        vault: Arc::new(OpenVault),
        clock: Arc::new(FixedClock::at(now())),
        randomness: Arc::new(SeededRandomness::new(1)),
        max_age: Duration::from_secs(3600),
        freshness: FreshnessPolicy::embedded().unwrap(),
    })
}

fn follower(database: &Arc<Database>, feed: OnePage) -> Follower {
    Follower::new(FollowerParts {
        database: database.clone(),
        registry: service(database),
        feed: Arc::new(feed),
        clock: Arc::new(FixedClock::at(now())),
        page: 100,
    })
}

fn page(changes: &[Value]) -> OnePage {
    OnePage {
        changes: changes.to_vec(),
        wait: None,
        asked: AtomicUsize::new(0),
    }
}

fn follow(follower: &Follower) -> Result<Followed, FollowError> {
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(follower.follow())
}

fn read<T>(
    database: &Database,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> T {
    database.read(work).unwrap()
}

fn place(database: &Database) -> String {
    read(database, follow_store::place).as_str().to_owned()
}

/// How many versions there are of this number, and what the last one says.
fn held(database: &Arc<Database>, number: &str) -> (usize, Option<String>) {
    let service = service(database);
    let number: RegistrationNumber = number.parse().unwrap();
    let versions = service
        .history(&number)
        .map_or(0, |versions| versions.len());
    let status = service.facts(&number, AsOf::default());
    (versions, status.ok().map(|facts| facts.record.status_text))
}

/// New rows of this table fail from now on with these words.
fn refuse_inserts(database: &Database, sqlite: bool, table: &str, words: &str) {
    let statement = if sqlite {
        format!(
            "CREATE TRIGGER away BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END;"
        )
    } else {
        format!(
            "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION '{words}'; END; $$;
             CREATE TRIGGER away BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION away();"
        )
    };
    run(database, &statement);
}

fn run(database: &Database, statement: &str) {
    database
        .write(|connection| Ok::<_, StoreError>(connection.batch_execute(statement)?))
        .unwrap();
}

pub fn place_and_records_move_together_or_not_at_all(database: &Arc<Database>) {
    let sqlite = database.engine() == amnat::db::Engine::Sqlite;
    let changes = [
        change("x1", ONE, 1, "ร้าง"),
        json!({"cursor": "x2", "JuristicID": TWO}),
        change("x3", ONE, 3, "เลิก"),
    ];
    let follower = follower(database, page(&changes));
    // The end comes after the first record and the place were written, and before the transaction is over.
    // The words are those of a database that is out of reach for a moment.
    refuse_inserts(
        database,
        sqlite,
        "register_follow_refusal",
        "database is locked",
    );
    let ended = follow(&follower);
    assert!(
        matches!(ended, Err(FollowError::Store(ref error)) if error.may_be_retried()),
        "{ended:?}"
    );
    assert_eq!(
        (place(database), held(database, ONE)),
        (String::new(), (0, None))
    );
    let drop = if sqlite {
        "DROP TRIGGER away"
    } else {
        "DROP TRIGGER away ON register_follow_refusal"
    };
    run(database, drop);
    // It goes on as if nothing had happened: nothing is skipped, nothing stands twice.
    let followed = follow(&follower).unwrap();
    assert_eq!((followed.new, followed.refused), (2, 1));
    assert_eq!(place(database), "x3");
    assert_eq!(held(database, ONE), (2, Some("เลิก".to_owned())));
    assert_eq!(read(database, follow_store::changes_read), 3);
    let two: RegistrationNumber = TWO.parse().unwrap();
    let due = read(database, |connection| follow_store::due(connection, &two));
    assert!(matches!(due, Some((_, follow_store::DueFor::Doubt))));
}

pub fn the_same_changes_again_change_nothing(database: &Arc<Database>) {
    let changes = [change("x1", ONE, 1, "ร้าง"), json!({"cursor": "x2"})];
    let first = follow(&follower(database, page(&changes))).unwrap();
    assert_eq!((first.new, first.refused), (1, 1));
    let again = follow(&follower(database, page(&changes))).unwrap();
    assert_eq!(again, Followed::default());
    // A register that tells them once more, under other places.
    let mut told = changes.to_vec();
    told.extend([
        change("x3", ONE, 1, "ร้าง"),
        json!({"cursor": "x2"}),
        change("x4", TWO, 2, "ร้าง"),
    ]);
    let more = follow(&follower(database, page(&told))).unwrap();
    assert_eq!((more.new, more.unchanged, more.refused), (1, 1, 1));
    assert_eq!(held(database, ONE), (1, Some("ร้าง".to_owned())));
    let refusals = read(database, |connection| {
        follow_store::refusals(connection, 10)
    });
    assert_eq!(refusals.len(), 1);
}

pub fn of_two_followers_one_takes_a_page_in(database: &Arc<Database>) {
    let changes: Vec<Value> = (1..=20)
        .map(|minute| {
            let status = if minute % 2 == 0 {
                "ร้าง"
            } else {
                "เลิก"
            };
            change(&format!("x{minute}"), ONE, minute, status)
        })
        .collect();
    let feed = OnePage {
        changes,
        wait: Some(Barrier::new(2)),
        asked: AtomicUsize::new(0),
    };
    let follower = follower(database, feed);
    let followed: Vec<Followed> = std::thread::scope(|scope| {
        let following: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| follow(&follower).unwrap()))
            .collect();
        following
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let taken: usize = followed.iter().map(|followed| followed.new).sum();
    assert_eq!(taken, 20, "{followed:?}");
    assert!(followed.contains(&Followed::default()), "{followed:?}");
    assert_eq!(held(database, ONE), (20, Some("ร้าง".to_owned())));
    assert_eq!(read(database, follow_store::changes_read), 20);
}

pub fn a_row_that_cannot_be_compared_does_not_keep_the_others_back(database: &Arc<Database>) {
    follow(&follower(database, page(&[change("x1", ONE, 1, "ร้าง")]))).unwrap();
    // What one company's change brings about is refused by the database, again and again.
    let sqlite = database.engine() == amnat::db::Engine::Sqlite;
    refuse_inserts(database, sqlite, "statement_review", "broken");
    let mut unclear = change("x3", ONE, 3, "ยังดำเนินกิจการอยู่");
    unclear["entry"]["AuthorizeDescriptions"] = json!([
        {"Sequence": "1", "AuthorizeDescription": "ผู้ลงนามเป็นไปตามข้อบังคับ/", "Type": "L"}
    ]);
    let changes = [
        change("x1", ONE, 1, "ร้าง"),
        change("x2", TWO, 2, "ร้าง"),
        unclear,
        change("x4", TWO, 4, "เลิก"),
    ];
    let followed = follow(&follower(database, page(&changes))).unwrap();
    assert_eq!((followed.new, followed.refused), (2, 1));
    assert_eq!(place(database), "x4");
    assert_eq!(held(database, TWO), (2, Some("เลิก".to_owned())));
    assert_eq!(held(database, ONE), (1, Some("ร้าง".to_owned())));
    let refusals = read(database, |connection| {
        follow_store::refusals(connection, 10)
    });
    assert_eq!(refusals[0].code, "held");
    let one: RegistrationNumber = ONE.parse().unwrap();
    let due = read(database, |connection| follow_store::due(connection, &one));
    assert!(matches!(due, Some((_, follow_store::DueFor::Doubt))));
}
