//! The review queue: two officers, one sentence, and what is kept of it.

use super::registry::OpenVault;
use crate::ledger::LogSigner;
use amnat::access::idempotency::{IdempotencyScope, KeptAnswer};
use amnat::db::{Database, StoreError};
use amnat::identity::person::PersonRef;
use amnat::identity::store as identity_store;
use amnat::kernel::digest::Digest;
use amnat::kernel::id::{NationalId, ProposalId, RegistrationNumber, SeededRandomness};
use amnat::kernel::time::{Clock as _, FixedClock, Instant};
use amnat::ledger::keeper::{CheckpointKeeper, KeeperError};
use amnat::ledger::{LeafKind, LedgerService};
use amnat::registry::exchange;
use amnat::registry::freshness::FreshnessPolicy;
use amnat::registry::history::{Incoming, Validity};
use amnat::registry::identities::IdentityIndex;
use amnat::registry::model::{BlindIndex, IdentityState, VersionSource};
use amnat::registry::review::draft::Choice;
use amnat::registry::review::service::{
    Done, OfficerError, Order, Parts, ReviewError, ReviewService, Shown, Wish,
};
use amnat::registry::review::{CaseState, Refusal, RegistryOfficer};
use amnat::registry::service::{AsOf, ImportOrder, Parts as RegistryParts, RegistryService};
use amnat::registry::store as registry_store;
use amnat::signing_rule::Outcome;
use chrono::NaiveDate;
use diesel::RunQueryDsl as _;
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};
use std::time::Duration;

const NUMBER: &str = "0105569999999";
const PEOPLE: [&str; 3] = ["1100100000018", "3100500000020", "5101200000030"];
/// Nothing settles which of the two is meant.
const SENTENCE: &str = "นายกล้า ดี และนายคม ดี หรือนายชาญ ดี ลงลายมือชื่อร่วมกัน/";

struct PlainIndex;

impl IdentityIndex for PlainIndex {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        *Digest::of(id.expose()).as_bytes()
    }

    fn passport(&self, number: &str, _: &str, _: NaiveDate) -> BlindIndex {
        *Digest::of(number).as_bytes()
    }
}

/// A keeper that remembers nothing: no case signs a checkpoint.
struct NoKeeper;

impl CheckpointKeeper for NoKeeper {
    fn last(&self) -> Result<Option<String>, KeeperError> {
        Ok(None)
    }

    fn keep(&self, _: &str) -> Result<(), KeeperError> {
        Ok(())
    }
}

/// One instance of the service over a case's database.
struct Instance {
    registry: RegistryService,
    review: ReviewService,
    clock: Arc<FixedClock>,
    ledger: LedgerService,
}

fn start() -> Instant {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn number() -> RegistrationNumber {
    NUMBER.parse().unwrap()
}

fn person(place: usize) -> PersonRef {
    PersonRef::generate(&SeededRandomness::new(100 + place as u64))
}

fn national_id(place: usize) -> NationalId {
    PEOPLE[place].parse().unwrap()
}

fn instance(database: &Arc<Database>, seed: u64) -> Instance {
    let clock = Arc::new(FixedClock::at(start()));
    let randomness = Arc::new(SeededRandomness::new(seed));
    let registry = RegistryService::new(RegistryParts {
        database: Arc::clone(database),
        source: None,
        index: Arc::new(PlainIndex),
        vault: Arc::new(OpenVault),
        clock: clock.clone(),
        randomness: randomness.clone(),
        max_age: Duration::from_secs(3600),
        freshness: FreshnessPolicy::embedded().unwrap(),
    });
    let ledger = LedgerService::new(
        Arc::clone(database),
        clock.clone(),
        randomness.clone(),
        Arc::new(LogSigner::new()),
        Arc::new(NoKeeper),
        "amnat.example/log",
    );
    let review = ReviewService::new(Parts {
        database: Arc::clone(database),
        registry: registry.clone(),
        ledger: ledger.clone(),
        clock: clock.clone(),
        randomness,
    });
    Instance {
        registry,
        review,
        clock,
        ledger,
    }
}

fn row(sentence: &str, people: &[&str]) -> String {
    let people: Vec<Value> = (1..)
        .zip(people)
        .map(|(place, first): (u32, _)| json!({"Sequence": place.to_string(), "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"}))
        .collect();
    json!({
        "JuristicID": NUMBER, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่างไทย จำกัด",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": people,
        "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": sentence, "Type": "L"}],
    })
    .to_string()
}

impl Instance {
    /// The register states this from now on.
    fn state(&self, sentence: &str, people: &[&str]) {
        let order = ImportOrder {
            keep_going: false,
            ..ImportOrder::as_of(self.clock.now())
        };
        let report = self
            .registry
            .import_feed(row(sentence, people).as_bytes(), &order)
            .unwrap();
        assert_eq!(report.imported, 1);
    }

    fn queue(&self) -> Vec<Shown> {
        self.review.queue(None, 100).unwrap().reviews
    }

    fn only(&self) -> Shown {
        let mut queue = self.queue();
        assert_eq!(queue.len(), 1, "{queue:#?}");
        queue.remove(0)
    }

    /// Which of the people decides with the rest, by a reading of the instance's own.
    fn decides(&self) -> bool {
        let facts = self.registry.facts(&number(), AsOf::default()).unwrap();
        let now = self.clock.now();
        let reading = self.registry.reading(&facts, now, now).unwrap();
        assert_eq!(reading.reviewed.is_some(), reading.compiled.is_some());
        reading.compiled.is_some()
    }

    fn act(&self, by: usize, shown: &Shown, key: &str, wish: Wish) -> Result<Done, ReviewError> {
        let order = Order {
            person: person(by).to_string(),
            review: shown.case.id.clone(),
            version: shown.case.version,
            key: IdempotencyScope::new(person(by).as_str(), "POST", "/", key),
            request: Digest::of(format!("{wish:?}")),
            answer: |shown, _| {
                Ok(KeptAnswer {
                    status: 201,
                    content_type: "text/plain".to_owned(),
                    body: format!("{}@{}", shown.state().as_str(), shown.case.version).into_bytes(),
                })
            },
        };
        self.review.act(&order, &wish)
    }

    /// Officers, and three people who signed in.
    fn officers(&self, database: &Database, count: usize) -> Vec<RegistryOfficer> {
        for place in 0..PEOPLE.len() {
            let index = PlainIndex.national_id(&national_id(place));
            database
                .write(|connection| {
                    identity_store::add_person(connection, &person(place), Some(&index), start())
                })
                .unwrap();
        }
        (0..count)
            .map(|place| self.review.add_officer(&national_id(place)).unwrap())
            .collect()
    }

    fn confirm_first_reading(&self) -> ProposalId {
        let shown = self.only();
        self.act(0, &shown, "key-of-the-proposal", reading(0))
            .unwrap();
        let shown = self.only();
        let open = shown.case.open().unwrap().clone();
        self.act(1, &shown, "key-of-the-confirmation", confirm(&shown))
            .unwrap();
        open.id
    }
}

fn reading(place: usize) -> Wish {
    Wish::Propose {
        choice: Choice::Reading(place),
        reason: "the usual reading".to_owned(),
    }
}

fn confirm(shown: &Shown) -> Wish {
    let open = shown.case.open().unwrap();
    Wish::Confirm {
        proposal: open.id.clone(),
        digest: open.digest,
        reason: String::new(),
    }
}

fn reject(proposal: &ProposalId) -> Wish {
    Wish::Reject {
        proposal: proposal.clone(),
        reason: "not what it says".to_owned(),
    }
}

fn body(done: &Done) -> String {
    let (Done::Now(kept) | Done::Before(kept)) = done;
    String::from_utf8(kept.body.clone()).unwrap()
}

pub fn two_officers_make_a_rule_decide_on_every_instance_at_once(database: &Arc<Database>) {
    let (one, other) = (instance(database, 1), instance(database, 2));
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    let shown = one.only();
    assert_eq!(
        shown.reading.as_ref().unwrap().outcome(),
        Outcome::Ambiguous
    );
    assert_eq!(shown.state(), CaseState::Waiting);
    assert!(!one.decides() && !other.decides());
    let before = one.registry.changes().unwrap();

    let done = one
        .act(0, &shown, "key-of-the-proposal", reading(0))
        .unwrap();
    assert_eq!(body(&done), "proposed@2");
    assert!(!one.decides() && !other.decides());
    let shown = other.only();
    assert!(matches!(
        other.act(0, &shown, "key-of-the-same", confirm(&shown)),
        Err(ReviewError::Refused(Refusal::SameOfficer))
    ));
    assert!(matches!(
        other.act(2, &shown, "key-of-a-stranger", confirm(&shown)),
        Err(ReviewError::NotAnOfficer)
    ));
    let done = other
        .act(1, &shown, "key-of-the-confirmation", confirm(&shown))
        .unwrap();
    assert_eq!(body(&done), "confirmed@3");
    assert!(one.decides() && other.decides());
    assert!(one.queue().is_empty());
    assert_eq!(one.registry.changes().unwrap(), before + 1);

    let shown = one.review.find(&shown.case.id).unwrap();
    let rule = shown.case.reviewed().remove(0);
    let done = one
        .act(0, &shown, "key-of-the-revocation", reject(&rule.proposal))
        .unwrap();
    assert_eq!(body(&done), "waiting@4");
    assert!(!one.decides() && !other.decides());
    assert_eq!(one.registry.changes().unwrap(), before + 2);
    let kept = one.only().case;
    assert_eq!(kept.proposals.len(), 1);
    assert_eq!(kept.proposals[0].state.as_str(), "revoked");
}

pub fn what_the_rule_is_bound_to_puts_it_back_into_the_queue(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    let id = one.only().case.id;
    one.confirm_first_reading();
    assert!(one.decides());

    // Somebody joins whom the rule neither names nor counts.
    one.clock.advance(Duration::from_secs(60));
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ", "ใหม่"]);
    assert!(one.decides() && one.queue().is_empty());

    // Somebody named leaves.
    one.clock.advance(Duration::from_secs(60));
    one.state(SENTENCE, &["กล้า", "คม"]);
    assert!(!one.decides());
    let shown = one.only();
    assert_eq!(
        (shown.case.id.clone(), shown.state()),
        (id.clone(), CaseState::Waiting)
    );
    assert_eq!(shown.case.state(), CaseState::Confirmed, "history stays");

    // Another sentence is another review, and one that is understood is none.
    one.clock.advance(Duration::from_secs(60));
    one.state("ประธานกรรมการลงลายมือชื่อ/", &["กล้า", "คม"]);
    assert_ne!(one.only().case.id, id);
    one.clock.advance(Duration::from_secs(60));
    one.state("กรรมการสองคนลงลายมือชื่อร่วมกัน/", &["กล้า", "คม"]);
    assert!(one.queue().is_empty());
    let shown = one.review.find(&id).unwrap();
    let wish = reading(0);
    assert!(matches!(
        one.act(0, &shown, "key-of-an-old-sentence", wish),
        Err(ReviewError::Refused(Refusal::Outdated(_)))
    ));
}

pub fn what_was_known_then_is_not_rewritten(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    one.clock.advance(Duration::from_secs(60));
    let proposal = one.confirm_first_reading();
    let confirmed = one.clock.now();
    one.clock.advance(Duration::from_secs(60));
    let shown =
        database.read(|connection| registry_store::current(connection, &OpenVault, &number()));
    let facts: amnat::registry::model::Facts =
        shown.map_err(|error: StoreError| error).unwrap().unwrap();
    let review = one.review.find(&{
        let rules = database
            .read(|connection| amnat::registry::review::store::reviewed(connection, &number()))
            .unwrap();
        rules[0].review.clone()
    });
    one.act(
        1,
        &review.unwrap(),
        "key-of-the-revocation",
        reject(&proposal),
    )
    .unwrap();
    let decided = |known_at: Instant| {
        let reading = one.registry.reading(&facts, start(), known_at).unwrap();
        reading.compiled.is_some()
    };
    assert!(!decided(start()), "not yet confirmed");
    assert!(decided(confirmed));
    assert!(decided(one.clock.now().minus(Duration::from_secs(1))));
    assert!(!decided(one.clock.now()), "revoked");
}

pub fn one_key_acts_once_and_a_stale_version_not_at_all(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    let shown = one.only();
    let key = "key-of-the-proposal";
    let first = one.act(0, &shown, key, reading(0)).unwrap();
    let Done::Now(kept) = first else {
        panic!("{first:?}")
    };
    let again = one.act(0, &shown, key, reading(0)).unwrap();
    assert_eq!(again, Done::Before(kept));
    assert!(matches!(
        one.act(0, &shown, key, reading(1)),
        Err(ReviewError::KeyUsed)
    ));
    assert_eq!(one.only().case.proposals.len(), 1);
    // What was read before the proposal is no longer so.
    let open = one.only().case.open().unwrap().id.clone();
    assert!(matches!(
        one.act(1, &shown, "key-of-a-late-one", reject(&open)),
        Err(ReviewError::MovedOn)
    ));
    // A refused act leaves no key behind.
    let shown = one.only();
    let refused = one.act(1, &shown, "key-used-twice", reading(1));
    assert!(matches!(
        refused,
        Err(ReviewError::Refused(Refusal::AlreadyProposed))
    ));
    one.act(1, &shown, "key-used-twice", confirm(&shown))
        .unwrap();
}

pub fn of_many_confirmations_at_once_one_is_kept(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 3);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    one.act(0, &one.only(), "key-of-the-proposal", reading(0))
        .unwrap();
    let shown = one.only();
    let barrier = Barrier::new(2);
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let asking: Vec<_> = [1usize, 2]
            .into_iter()
            .map(|by| {
                let (one, shown, barrier) = (&one, &shown, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let key = format!("key-of-confirmation-{by}");
                    one.act(by, shown, &key, confirm(shown)).is_ok()
                })
            })
            .collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|kept| **kept).count(), 1);
    assert!(one.decides());
}

pub fn officers_come_go_and_come_back_as_the_same(database: &Arc<Database>) {
    let one = instance(database, 1);
    let officers = one.officers(database, 2);
    assert!(matches!(
        one.review.add_officer(&national_id(0)),
        Err(OfficerError::Listed(ref id)) if *id == officers[0].id
    ));
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    one.act(0, &one.only(), "key-of-the-proposal", reading(0))
        .unwrap();
    one.review.remove_officer(&officers[0].id).unwrap();
    assert!(matches!(
        one.review.remove_officer(&officers[0].id),
        Err(OfficerError::Unknown(_))
    ));
    assert!(matches!(
        one.review.officer(person(0).as_str()),
        Err(ReviewError::NotAnOfficer)
    ));
    let shown = one.only();
    assert!(matches!(
        one.act(1, &shown, "key-of-the-confirmation", confirm(&shown)),
        Err(ReviewError::Refused(Refusal::ProposerLeft))
    ));
    // Back on the list it is the same officer, who still cannot confirm the own proposal.
    let back = one.review.add_officer(&national_id(0)).unwrap();
    assert_eq!(back, officers[0]);
    assert!(matches!(
        one.act(0, &shown, "key-of-the-same", confirm(&shown)),
        Err(ReviewError::Refused(Refusal::SameOfficer))
    ));
    one.act(1, &shown, "key-of-the-confirmation", confirm(&shown))
        .unwrap();
    assert_eq!(one.review.officers().unwrap().len(), 2);
}

pub fn every_step_stands_in_the_log_and_names_nobody(database: &Arc<Database>) {
    let one = instance(database, 1);
    let officers = one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    let proposal = one.confirm_first_reading();
    let review = database
        .read(|connection| amnat::registry::review::store::reviewed(connection, &number()))
        .unwrap()[0]
        .review
        .clone();
    let shown = one.review.find(&review).unwrap();
    one.act(1, &shown, "key-of-the-revocation", reject(&proposal))
        .unwrap();
    one.review.remove_officer(&officers[1].id).unwrap();
    let mut lines = Vec::new();
    one.ledger.export(&mut lines).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let count = |kind: LeafKind| {
        let word = format!("\"{kind}\"");
        text.lines().filter(|line| line.contains(&word)).count()
    };
    assert_eq!(count(LeafKind::OfficerChanged), 3);
    assert_eq!(count(LeafKind::StatementProposed), 1);
    assert_eq!(count(LeafKind::StatementReviewed), 1);
    assert_eq!(count(LeafKind::StatementRejected), 1);
    for hidden in officers
        .iter()
        .map(|officer| officer.id.as_str())
        .chain(PEOPLE)
    {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert_eq!(one.ledger.fsck().unwrap(), []);
}

pub fn proposals_and_decisions_cannot_be_changed_or_dropped(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    one.confirm_first_reading();
    for statement in [
        "UPDATE review_proposal SET rule = '{}'",
        "DELETE FROM review_proposal",
        "UPDATE review_decision SET kind = 'rejected'",
        "DELETE FROM review_decision",
        "DELETE FROM statement_review",
        "DELETE FROM registry_officer",
    ] {
        let outcome: Result<usize, StoreError> =
            database.write(|connection| Ok(diesel::sql_query(statement).execute(connection)?));
        assert!(outcome.is_err(), "{statement}");
    }
    assert!(one.decides());
}

pub fn the_queue_is_told_page_by_page(database: &Arc<Database>) {
    let one = instance(database, 1);
    let numbers = ["0105569999999", "0105566999947", "0105564999788"];
    for (place, other) in (0u64..).zip(numbers) {
        one.clock.advance(Duration::from_secs(place));
        let text = row(SENTENCE, &["กล้า", "คม", "ชาญ"]).replace(NUMBER, other);
        let record = exchange::read_line(1, &text).unwrap();
        let order = ImportOrder {
            keep_going: false,
            ..ImportOrder::as_of(one.clock.now())
        };
        assert_eq!(record.registration_number.as_str(), other);
        one.registry.import_feed(text.as_bytes(), &order).unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = one.review.queue(after.as_ref(), 1).unwrap();
        seen.extend(
            page.reviews
                .iter()
                .map(|shown| shown.case.subject.registration_number.to_string()),
        );
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, numbers);
}

/// An exchange that tells the numbers behind the officers later does not end a rule; one that tells other people does.
pub fn a_number_that_becomes_known_leaves_the_rule_alone(database: &Arc<Database>) {
    let one = instance(database, 1);
    one.officers(database, 2);
    one.state(SENTENCE, &["กล้า", "คม", "ชาญ"]);
    one.confirm_first_reading();
    let tell = |seconds: u64, salt: &str| {
        let record = exchange::read_line(1, &row(SENTENCE, &["กล้า", "คม", "ชาญ"])).unwrap();
        let identities = record
            .officers
            .iter()
            .map(|officer| amnat::registry::model::OfficerIdentity {
                officer: officer.reference,
                kind: amnat::registry::model::IdentityKind::NationalId,
                index: *Digest::of(format!("{salt}{}", officer.reference)).as_bytes(),
            })
            .collect();
        let at = start().plus(Duration::from_secs(seconds));
        let incoming = Incoming {
            record,
            identities,
            state: IdentityState::Known,
            data_as_of: at,
            recorded_at: at,
            source: VersionSource::Exchange,
            validity: Validity::AsSeen,
        };
        database
            .write(|connection| registry_store::upsert(connection, &OpenVault, incoming.clone()))
            .unwrap();
    };
    tell(60, "one");
    assert!(one.decides());
    tell(120, "other");
    assert!(!one.decides());
}
