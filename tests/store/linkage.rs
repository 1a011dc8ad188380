//! Links that were used, disputes about them, and people who stand on the register twice.

use super::registry::OpenVault;
use crate::identity::ToyVault;
use crate::ledger::LogSigner;
use amnat::access::idempotency::{IdempotencyScope, KeptAnswer, UnwrittenAnswer};
use amnat::db::{Database, StoreError};
use amnat::identity::person::{Passport, PersonRef};
use amnat::identity::store as identity_store;
use amnat::kernel::digest::Digest;
use amnat::kernel::id::{DisputeId, NationalId, RegistrationNumber, SeededRandomness};
use amnat::kernel::time::{Clock as _, FixedClock, Instant};
use amnat::ledger::keeper::{CheckpointKeeper, KeeperError};
use amnat::ledger::{LeafKind, LedgerService};
use amnat::linkage::dispute::{Claim, Refusal, Verdict};
use amnat::linkage::matching::{Link, LinkBasis, LinkEvidence};
use amnat::linkage::references::PairwiseReferences;
use amnat::linkage::service::{
    Done, LinkageError, LinkageService, Order, Parts, Ruling, Shown, Wish,
};
use amnat::linkage::store as linkage_store;
use amnat::registry::exchange;
use amnat::registry::freshness::FreshnessPolicy;
use amnat::registry::history::{Incoming, Validity};
use amnat::registry::identities::IdentityIndex;
use amnat::registry::model::{
    BlindIndex, IdentityKind, IdentityState, OfficerIdentity, OfficerRef, VersionSource,
};
use amnat::registry::review::service::{Parts as ReviewParts, ReviewService};
use amnat::registry::service::{AsOf, Parts as RegistryParts, RegistryService};
use amnat::registry::store as registry_store;
use amnat::signing_rule::{Decision, People, Question};
use chrono::NaiveDate;
use diesel::RunQueryDsl as _;
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};
use std::time::Duration;

const NUMBER: &str = "0105569999999";
/// Two directors and two registry officers.
const PEOPLE: [&str; 4] = [
    "1100100000018",
    "3100500000020",
    "5101200000030",
    "1600600000047",
];

struct PlainIndex;

impl IdentityIndex for PlainIndex {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        *Digest::of(id.expose()).as_bytes()
    }

    fn passport(&self, number: &str, _: &str, _: NaiveDate) -> BlindIndex {
        *Digest::of(number).as_bytes()
    }
}

/// Hides nobody: what a reference is made with is the key workshop's question.
struct PlainReferences;

impl PairwiseReferences for PlainReferences {
    fn reference(&self, client_id: &str, person: &str) -> String {
        let digest = Digest::of(format!("{client_id}|{person}")).to_hex();
        format!("psn_{}", &digest[..26])
    }
}

struct NoKeeper;

impl CheckpointKeeper for NoKeeper {
    fn last(&self) -> Result<Option<String>, KeeperError> {
        Ok(None)
    }

    fn keep(&self, _: &str) -> Result<(), KeeperError> {
        Ok(())
    }
}

struct Instance {
    registry: RegistryService,
    linkage: Arc<LinkageService>,
    review: ReviewService,
    ledger: LedgerService,
    clock: Arc<FixedClock>,
}

fn start() -> Instant {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn number() -> RegistrationNumber {
    NUMBER.parse().unwrap()
}

fn officer(place: u32) -> OfficerRef {
    OfficerRef::new(place).unwrap()
}

fn person(place: usize) -> PersonRef {
    PersonRef::generate(&SeededRandomness::new(100 + place as u64))
}

fn instance(database: &Arc<Database>, seed: u64) -> Instance {
    let clock = Arc::new(FixedClock::at(start()));
    let randomness = Arc::new(SeededRandomness::new(seed));
    let registry = RegistryService::new(RegistryParts {
        database: Arc::clone(database),
        source: None,
        index: Arc::new(PlainIndex),
        clock: clock.clone(),
        randomness: randomness.clone(),
        vault: Arc::new(OpenVault),
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
    let linkage = LinkageService::new(Parts {
        database: Arc::clone(database),
        registry: registry.clone(),
        ledger: ledger.clone(),
        vault: Arc::new(ToyVault),
        references: Arc::new(PlainReferences),
        status: None,
        status_max_age: Duration::from_secs(3600),
        clock: clock.clone(),
        randomness: randomness.clone(),
    });
    let review = ReviewService::new(ReviewParts {
        database: Arc::clone(database),
        registry: registry.clone(),
        ledger: ledger.clone(),
        clock: clock.clone(),
        randomness,
    });
    Instance {
        registry,
        linkage: Arc::new(linkage),
        review,
        ledger,
        clock,
    }
}

/// The register states three directors of whom two sign, with these numbers behind them.
fn state(database: &Database, at: Instant, numbers: [(IdentityKind, BlindIndex); 3]) {
    let people: Vec<Value> = (1..)
        .zip(["กล้า", "คม", "ชาญ"])
        .map(|(place, first): (u32, _)| json!({"Sequence": place.to_string(), "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"}))
        .collect();
    let row = json!({
        "JuristicID": NUMBER, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่างไทย จำกัด",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": people,
        "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": "กรรมการสองคนลงลายมือชื่อร่วมกัน/", "Type": "L"}],
    });
    let record = exchange::read_line(1, &row.to_string()).unwrap();
    let identities = (1..)
        .zip(numbers)
        .map(|(place, (kind, index))| OfficerIdentity {
            officer: officer(place),
            kind,
            index,
        })
        .collect();
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
}

fn national(place: usize) -> (IdentityKind, BlindIndex) {
    let index = PlainIndex.national_id(&PEOPLE[place].parse().unwrap());
    (IdentityKind::NationalId, index)
}

/// Everybody signed in once; the last two are registry officers.
fn people(database: &Database, one: &Instance) {
    for (place, digits) in PEOPLE.iter().enumerate() {
        let (_, index) = national(place);
        database
            .write(|connection| {
                identity_store::add_person(connection, &person(place), Some(&index), start())
            })
            .unwrap();
        if place >= 2 {
            one.review.add_officer(&digits.parse().unwrap()).unwrap();
        }
    }
    let unknown = (IdentityKind::NationalId, [9; 32]);
    state(database, start(), [national(0), national(1), unknown]);
}

fn order(by: usize, key: &str) -> Order {
    Order {
        person: person(by).to_string(),
        key: IdempotencyScope::new(person(by).as_str(), "POST", "/", key),
        request: Digest::of(key),
        answer: |shown: &Shown| {
            Ok(KeptAnswer {
                status: 201,
                content_type: "text/plain".to_owned(),
                body: shown.dispute.id.to_string().into_bytes(),
            })
        },
    }
}

impl Instance {
    fn open(&self, by: usize, key: &str) -> Result<DisputeId, LinkageError> {
        self.open_by(order(by, key))
    }

    fn open_by(&self, order: Order) -> Result<DisputeId, LinkageError> {
        let wish = Wish {
            registration_number: number(),
            officer: Some(officer(1)),
            claim: Claim::NoLonger,
            reason: "นายกล้า ดี ลาออกแล้ว".to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let done = runtime.block_on(self.linkage.open(order, wish))?;
        let (Done::Now(kept) | Done::Before(kept)) = done;
        Ok(String::from_utf8(kept.body).unwrap().parse().unwrap())
    }

    fn settle(&self, by: usize, dispute: &DisputeId, key: &str) -> Result<Done, LinkageError> {
        let ruling = Ruling {
            dispute: dispute.clone(),
            version: 1,
            verdict: Verdict::Upheld,
            reason: "หนังสือลาออกของนายกล้า ดี".to_owned(),
        };
        self.linkage.settle(&order(by, key), &ruling)
    }
}

pub fn one_person_with_two_passports_fills_one_seat(database: &Arc<Database>) {
    let one = instance(database, 1);
    let passport = |number: &str| {
        let document = Passport::new(number, "JPN", "1974-05-20".parse().unwrap()).unwrap();
        let index = PlainIndex.passport(&document.number, "", NaiveDate::default());
        (document, index)
    };
    let (old, new) = (passport("TZ0000011"), passport("TZ0000099"));
    let numbers = [
        (IdentityKind::Passport, old.1),
        (IdentityKind::Passport, new.1),
        national(1),
    ];
    state(database, start(), numbers);
    let decides = |signers: &[&str]| {
        let facts = one.registry.facts(&number(), AsOf::default()).unwrap();
        let reading = one.registry.reading(&facts, start(), start()).unwrap();
        let people = signers
            .iter()
            .map(|signer| reading.board.people_named(signer))
            .fold(People::NONE, People::union);
        let rule = reading.compiled.as_ref().unwrap();
        (
            reading.board.people_count(),
            rule.decide(&Question::by(people)).decision,
        )
    };
    // Two passports of nobody known may be two people.
    assert_eq!(decides(&["off_1", "off_2"]), (3, Decision::Permit));
    let holder = person(0);
    database
        .write(|connection| {
            identity_store::add_person(connection, &holder, None, start())?;
            for (document, index) in [&old, &new] {
                identity_store::add_passport(
                    connection,
                    &ToyVault,
                    index,
                    &holder,
                    document,
                    start(),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(decides(&["off_1", "off_2"]), (2, Decision::Deny));
    assert_eq!(decides(&["off_2", "off_3"]), (2, Decision::Permit));
    // The same with a passport and a 13-digit number.
    database
        .write(|connection| identity_store::set_index(connection, &holder, &national(1).1))
        .unwrap();
    assert_eq!(decides(&["off_1", "off_2", "off_3"]), (1, Decision::Deny));
}

fn link(version: u64) -> Link {
    Link {
        officer: officer(1),
        basis: LinkBasis::NationalId,
        evidence: LinkEvidence {
            registered_name: "นายกล้า ดี".to_owned(),
            agreed_name: "กล้า ดี".to_owned(),
            registry_version: version,
        },
    }
}

pub fn a_link_is_kept_once_for_each_version_and_sealed(database: &Arc<Database>) {
    let one = instance(database, 1);
    people(database, &one);
    for (second, version) in [(0, 1), (5, 1), (9, 2)] {
        let at = start().plus(Duration::from_secs(second));
        database
            .write(|connection| {
                one.linkage
                    .keep_links(connection, &number(), &person(0), &[link(version)], at)
            })
            .unwrap();
    }
    let kept = database
        .read(|connection| linkage_store::links(connection, &ToyVault, &number(), officer(1), 10))
        .unwrap();
    let told: Vec<_> = kept
        .iter()
        .map(|used| (used.link.clone(), used.at, used.person.clone()))
        .collect();
    let at = |second| start().plus(Duration::from_secs(second));
    assert_eq!(
        told,
        [(link(2), at(9), person(0)), (link(1), at(0), person(0))]
    );
    // Moved to another row, it does not open.
    let moved = database.read(|connection| {
        linkage_store::links(connection, &OtherPlace, &number(), officer(1), 10)
    });
    assert!(
        matches!(moved, Err(StoreError::Inconsistent { .. })),
        "{moved:?}"
    );
}

/// The same vault, asked at another place.
struct OtherPlace;

impl amnat::identity::vault::Vault for OtherPlace {
    fn seal(
        &self,
        place: &str,
        id: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, amnat::identity::vault::VaultError> {
        ToyVault.seal(place, &format!("{id}x"), plain)
    }

    fn open(
        &self,
        place: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, amnat::identity::vault::VaultError> {
        ToyVault.open(place, &format!("{id}x"), sealed)
    }

    fn national_id_index(
        &self,
        id: &NationalId,
    ) -> Result<[u8; 32], amnat::identity::vault::VaultError> {
        ToyVault.national_id_index(id)
    }

    fn passport_index(
        &self,
        passport: &Passport,
    ) -> Result<[u8; 32], amnat::identity::vault::VaultError> {
        ToyVault.passport_index(passport)
    }

    fn person_index(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<[u8; 32], amnat::identity::vault::VaultError> {
        ToyVault.person_index(issuer, subject)
    }
}

pub fn a_dispute_is_opened_once_however_many_ask_and_settled_once(database: &Arc<Database>) {
    let instances: Vec<Instance> = (1..5).map(|seed| instance(database, seed)).collect();
    people(database, &instances[0]);
    let at_once = |work: &(dyn Fn(usize, &Instance) -> Result<(), LinkageError> + Sync)| {
        let barrier = Barrier::new(instances.len());
        std::thread::scope(|scope| {
            let running: Vec<_> = instances
                .iter()
                .enumerate()
                .map(|(place, one)| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        work(place, one)
                    })
                })
                .collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect::<Vec<_>>()
        })
    };
    let outcomes = at_once(&|place, one| {
        one.open(1, &format!("one-key-for-each-{place}"))
            .map(|_| ())
    });
    let opened = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(opened, 1, "{outcomes:?}");
    for outcome in &outcomes {
        let known = matches!(
            outcome,
            Ok(()) | Err(LinkageError::Refused(Refusal::AlreadyDisputed))
        );
        assert!(known, "{outcome:?}");
    }
    let page = instances[0]
        .linkage
        .queue(person(2).as_str(), None, 10)
        .unwrap();
    assert_eq!(page.disputes.len(), 1);
    let id = page.disputes[0].dispute.id.clone();
    let outcomes = at_once(&|place, one| {
        one.settle(2 + place % 2, &id, &format!("settles-it-{place}-now"))
            .map(|_| ())
    });
    let settled = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(settled, 1, "{outcomes:?}");
    let shown = instances[1].linkage.find(person(3).as_str(), &id).unwrap();
    assert_eq!(shown.dispute.version(), 2);
    assert_eq!(shown.dispute.reason, "นายกล้า ดี ลาออกแล้ว");
    let refused = instances[0].linkage.find(person(1).as_str(), &id);
    assert!(matches!(refused, Err(LinkageError::NotAnOfficer)));
}

pub fn a_dispute_that_cannot_be_told_of_is_not_opened(database: &Arc<Database>) {
    let one = instance(database, 1);
    people(database, &one);
    let untold = Order {
        answer: |_| Err(UnwrittenAnswer("no words".to_owned())),
        ..order(1, "opens-the-dispute-1")
    };
    let refused = one.open_by(untold);
    assert!(matches!(refused, Err(LinkageError::Answer(_))));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the answer could not be written down: no words"
    );
    // Neither the dispute nor the key was kept: the same request opens it now.
    one.open(1, "opens-the-dispute-1").unwrap();
}

pub fn links_disputes_and_settlements_cannot_be_changed_or_dropped(database: &Arc<Database>) {
    let one = instance(database, 1);
    people(database, &one);
    let id = one.open(1, "opens-the-dispute-1").unwrap();
    one.settle(2, &id, "settles-the-dispute").unwrap();
    database
        .write(|connection| {
            one.linkage
                .keep_links(connection, &number(), &person(0), &[link(1)], start())?;
            let answer = amnat::linkage::foreigner::StatusAnswer {
                status: amnat::linkage::foreigner::ForeignerStatus::Valid,
                as_of: one.clock.now(),
            };
            linkage_store::add_status(connection, &[3; 32], answer, start())
        })
        .unwrap();
    for statement in [
        "UPDATE link_evidence SET basis = 'passport'",
        "DELETE FROM link_evidence",
        "UPDATE link_dispute SET claim = 'never'",
        "DELETE FROM link_dispute",
        "UPDATE link_settlement SET verdict = 'rejected'",
        "DELETE FROM link_settlement",
        "UPDATE passport_status SET status = 'expired'",
        "DELETE FROM passport_status",
    ] {
        let outcome: Result<usize, StoreError> =
            database.write(|connection| Ok(diesel::sql_query(statement).execute(connection)?));
        assert!(outcome.is_err(), "{statement}");
    }
    let settled = one.settle(3, &id, "settles-it-once-more");
    assert!(matches!(settled, Err(LinkageError::MovedOn)), "{settled:?}");
}

pub fn every_step_of_a_dispute_stands_in_the_log_and_names_nobody(database: &Arc<Database>) {
    let one = instance(database, 1);
    people(database, &one);
    let before = one.registry.changes().unwrap();
    let id = one.open(1, "opens-the-dispute-1").unwrap();
    one.settle(2, &id, "settles-the-dispute").unwrap();
    assert_eq!(one.registry.changes().unwrap(), before + 2);
    let mut lines = Vec::new();
    one.ledger.export(&mut lines).unwrap();
    let text = String::from_utf8(lines).unwrap();
    for kind in [LeafKind::LinkDisputed, LeafKind::LinkSettled] {
        let word = format!("\"{kind}\"");
        let leaves: Vec<&str> = text.lines().filter(|line| line.contains(&word)).collect();
        assert_eq!(leaves.len(), 1, "{kind}");
        assert!(leaves[0].contains(id.as_str()));
    }
    for hidden in PEOPLE.into_iter().chain(["กล้า", "ลาออก"]) {
        assert!(!text.contains(hidden), "{hidden}");
    }
    for place in 0..PEOPLE.len() {
        assert!(!text.contains(person(place).as_str()));
    }
    assert_eq!(one.ledger.fsck().unwrap(), []);
}
