//! Versions: what makes a new one, and who stays who.

use super::difference::changed_members;
use super::*;
use crate::registry::exchange;
use crate::registry::model::IdentityKind;
use proptest::prelude::*;
use serde_json::{Value, json};

fn person(sequence: u32, first: &str) -> Value {
    json!({"Sequence": sequence.to_string(), "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"})
}

fn record(people: &[(u32, &str)]) -> JuristicPerson {
    let people: Vec<Value> = people
        .iter()
        .map(|(sequence, first)| person(*sequence, first))
        .collect();
    let row = json!({
        "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": people,
    });
    exchange::read_line(1, &row.to_string()).unwrap()
}

fn at(day: u32) -> Instant {
    format!("2026-11-{day:02}T03:00:00Z").parse().unwrap()
}

fn incoming(people: &[(u32, &str)], day: u32) -> Incoming {
    Incoming {
        record: record(people),
        identities: Vec::new(),
        state: IdentityState::Unavailable,
        data_as_of: at(day),
        recorded_at: at(day),
        source: VersionSource::Exchange,
        validity: Validity::AsSeen,
    }
}

/// The same with numbers known: each person's number is made of the name.
fn known(people: &[(u32, &str)], day: u32) -> Incoming {
    let mut incoming = incoming(people, day);
    incoming.state = IdentityState::Known;
    for officer in &mut incoming.record.officers {
        officer.appointed = Some("2026-04-03".parse().unwrap());
        incoming.identities.push(OfficerIdentity {
            officer: officer.reference,
            kind: IdentityKind::NationalId,
            index: *crate::kernel::digest::Digest::of(&officer.name.first).as_bytes(),
        });
    }
    incoming
}

fn new(previous: Option<&Facts>, incoming: Incoming) -> Facts {
    match next(previous.map(Known::only), incoming).unwrap() {
        Step::New(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

fn names(officers: &[Officer]) -> Vec<(u32, &str)> {
    officers
        .iter()
        .map(|officer| (officer.reference.number(), officer.name.first.as_str()))
        .collect()
}

#[test]
fn the_same_record_again_makes_no_version() {
    let first = new(None, incoming(&[(1, "ก"), (2, "ข")], 1));
    assert_eq!(first.version.version, 1);
    let again = next(
        Some(Known::only(&first)),
        incoming(&[(1, "ก"), (2, "ข")], 2),
    )
    .unwrap();
    assert_eq!(again, Step::Unchanged { version: 1 });
}

#[test]
fn older_news_changes_nothing() {
    let first = new(None, incoming(&[(1, "ก")], 5));
    assert_eq!(
        next(Some(Known::only(&first)), incoming(&[(1, "ข")], 4)).unwrap(),
        Step::Older
    );
}

#[test]
fn references_stay_when_others_leave_and_the_list_closes_up() {
    let first = new(None, incoming(&[(1, "ก"), (2, "ข"), (3, "ค")], 1));
    let second = new(Some(&first), incoming(&[(1, "ข"), (2, "ค"), (3, "ง")], 2));
    assert_eq!(
        names(&second.record.officers),
        [(2, "ข"), (3, "ค"), (4, "ง")]
    );
    assert_eq!(names(&second.record.former_officers), [(1, "ก")]);
    assert_eq!(
        second.record.former_officers[0].ended,
        Some(at(2).thai_date())
    );
    let third = next(
        Some(Known::only(&second)),
        incoming(&[(1, "ข"), (2, "ค"), (3, "ง")], 3),
    )
    .unwrap();
    assert_eq!(third, Step::Unchanged { version: 2 });
}

#[test]
fn a_person_who_changes_name_is_known_by_number() {
    let first = new(None, known(&[(1, "ก"), (2, "ข")], 1));
    let mut renamed = known(&[(1, "ก"), (2, "ข")], 2);
    renamed.record.officers[1].name.first = "ขวัญ".into();
    let second = new(Some(&first), renamed);
    assert_eq!(names(&second.record.officers), [(1, "ก"), (2, "ขวัญ")]);
    assert!(second.record.former_officers.is_empty());
}

#[test]
fn another_number_is_another_person_under_the_same_name_and_place() {
    let first = new(None, known(&[(1, "ก")], 1));
    let mut other = known(&[(1, "ก")], 2);
    other.identities[0].index = [7; 32];
    let second = new(Some(&first), other);
    assert_eq!(names(&second.record.officers), [(2, "ก")]);
    let numbers: Vec<_> = second
        .identities
        .iter()
        .map(|identity| identity.officer.number())
        .collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(names(&second.record.former_officers), [(1, "ก")]);
}

#[test]
fn a_silent_extension_loses_nothing_while_the_exchange_states_the_same() {
    let first = new(None, known(&[(1, "ก"), (2, "ข")], 1));
    let same = next(
        Some(Known::only(&first)),
        incoming(&[(1, "ก"), (2, "ข")], 2),
    )
    .unwrap();
    assert_eq!(same, Step::Unchanged { version: 1 });
    let changed = new(Some(&first), incoming(&[(1, "ก")], 3));
    assert_eq!(changed.version.identities, IdentityState::Unavailable);
    assert!(changed.identities.is_empty());
    let answered = new(Some(&changed), known(&[(1, "ก")], 4));
    assert_eq!(answered.version.identities, IdentityState::Known);
    assert_eq!(names(&answered.record.former_officers), [(2, "ข")]);
}

#[test]
fn the_exchange_alone_does_not_confirm_liquidators() {
    let mut told = known(&[(1, "ก")], 1);
    let mut liquidator = told.record.officers[0].clone();
    liquidator.reference = OfficerRef::new(9).unwrap();
    liquidator.sequence = 9;
    liquidator.name.first = "ช".into();
    liquidator.roles = vec![OfficerRole::Liquidator];
    told.record.officers.push(liquidator);
    let first = new(None, told.clone());
    let silent = next(Some(Known::only(&first)), incoming(&[(1, "ก")], 2)).unwrap();
    assert_eq!(silent, Step::Older, "the freshness stays where it was");
    told.data_as_of = at(3);
    let again = next(Some(Known::only(&first)), told).unwrap();
    assert_eq!(again, Step::Unchanged { version: 1 });
}

#[test]
fn two_of_one_name_are_not_confused_by_a_closing_list() {
    let first = new(None, incoming(&[(1, "ก"), (2, "ข"), (3, "ข")], 1));
    let second = new(Some(&first), incoming(&[(1, "ข"), (2, "ข")], 2));
    // Place decides for the one that kept it; the other one is the only one left of that name.
    assert_eq!(names(&second.record.officers), [(3, "ข"), (2, "ข")]);
}

#[test]
fn changed_members_are_named() {
    let first = record(&[(1, "ก")]);
    let mut second = first.clone();
    second.status_text = "ร้าง".into();
    second.former_names.push("เดิม".to_owned().into());
    assert_eq!(
        changed_members(&first, &first).unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(
        changed_members(&first, &second).unwrap(),
        ["former_names", "status_text"]
    );
}

proptest! {
    /// Whatever lists follow each other: nobody's reference is ever given to anybody else.
    #[test]
    fn a_reference_is_never_given_to_another_name(
        lists in proptest::collection::vec(proptest::collection::btree_set(0usize..8, 0..6), 1..6),
    ) {
        const NAMES: [&str; 8] = ["ก", "ข", "ค", "ง", "จ", "ฉ", "ช", "ซ"];
        let mut owners: BTreeMap<u32, String> = BTreeMap::new();
        let mut previous: Option<Facts> = None;
        for (day, list) in (1u32..).zip(&lists) {
            let people: Vec<(u32, &str)> = (1u32..).zip(list.iter().map(|name| NAMES[*name])).collect();
            if let Step::New(facts) = next(previous.as_ref().map(Known::only), incoming(&people, day)).unwrap() {
                let everybody = facts.record.officers.iter().chain(&facts.record.former_officers);
                let mut seen = BTreeSet::new();
                for officer in everybody {
                    prop_assert!(seen.insert(officer.reference), "one reference, two rows");
                    let owner = owners.entry(officer.reference.number()).or_insert_with(|| officer.name.first.clone());
                    prop_assert_eq!(&*owner, &officer.name.first);
                }
                previous = Some(*facts);
            }
        }
    }
}
