//! Each outcome, and that a name alone never links.

use super::*;
use crate::kernel::digest::Digest;
use crate::registry::exchange;
use crate::registry::model::{RegisterVersion, VersionSource};
use proptest::prelude::*;
use serde_json::json;

fn index(number: &str) -> BlindIndex {
    *Digest::of(number).as_bytes()
}

fn now() -> Instant {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(in crate::linkage) fn reference(number: u32) -> OfficerRef {
    OfficerRef::new(number).unwrap()
}

/// Two directors with numbers, one with a passport, one without any number.
pub(in crate::linkage) fn facts() -> Facts {
    let person = |sequence: &str, title: &str, first: &str, last: &str| json!({"Sequence": sequence, "Title": title, "FirstName": first, "LastName": last, "Type": "K"});
    let row = json!({
        "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
        "JuristicStatus": "ยังดำเนินกิจการอยู่",
        "CommitteeInformations": [
            person("1", "นาย", "กล้า", "ทดลองดี"), person("2", "นางสาว", "น้ำ", "สมมติไทย"),
            person("3", "Mr.", "KENJI", "SAMPLE"), person("4", "นาย", "ไร้", "เลข"),
        ],
    });
    let mut record = exchange::read_line(1, &row.to_string()).unwrap();
    record.officers[1].appointed = Some(day("2026-04-03"));
    let identity = |officer: u32, kind, number: &str| OfficerIdentity {
        officer: reference(officer),
        kind,
        index: index(number),
    };
    Facts {
        version: RegisterVersion {
            version: 7,
            valid_from: now(),
            valid_to: None,
            recorded_at: now(),
            data_as_of: now(),
            source: VersionSource::Exchange,
            digest: record.digest().unwrap(),
            identities: IdentityState::Known,
        },
        record,
        identities: vec![
            identity(1, IdentityKind::NationalId, "kla"),
            identity(2, IdentityKind::NationalId, "nam"),
            identity(3, IdentityKind::Passport, "kenji"),
        ],
    }
}

fn person(number: &str, name: &str) -> LinkCandidate {
    LinkCandidate {
        national_id: Some(index(number)),
        passport: None,
        names: vec![name.to_owned()],
    }
}

#[test]
fn the_number_links_and_titles_do_not_count() {
    for name in ["กล้า ทดลองดี", "นายกล้า ทดลองดี", "ดร. กล้า  ทดลองดี"]
    {
        let outcome = link(&person("kla", name), &facts(), now());
        let LinkOutcome::Linked(links) = outcome else {
            panic!("{name}: {outcome:?}");
        };
        let [
            Link {
                officer,
                basis,
                evidence,
            },
        ] = links.as_slice()
        else {
            panic!("{name}: {links:?}");
        };
        assert_eq!((*officer, *basis), (reference(1), LinkBasis::NationalId));
        assert_eq!(evidence.registered_name, "นายกล้า ทดลองดี");
        assert_eq!(evidence.agreed_name, name);
        assert_eq!(evidence.registry_version, 7);
    }
}

#[test]
fn another_spelling_of_the_same_name_links() {
    let outcome = link(&person("nam", "น.ส. นํ้า สมมติไทย"), &facts(), now());
    assert!(matches!(outcome, LinkOutcome::Linked(_)), "{outcome:?}");
}

fn linked_as(links: &[Link]) -> Vec<(OfficerRef, LinkBasis)> {
    links
        .iter()
        .map(|link| (link.officer, link.basis))
        .collect()
}

#[test]
fn a_passport_links_a_foreigner() {
    let candidate = LinkCandidate {
        national_id: None,
        passport: Some(index("kenji")),
        names: vec!["นายเคนจิ ซัมเปิล".to_owned(), "Kenji Sample".to_owned()],
    };
    let outcome = link(&candidate, &facts(), now());
    assert!(
        matches!(&outcome, LinkOutcome::Linked(links) if linked_as(links) == [(reference(3), LinkBasis::Passport)]),
        "{outcome:?}"
    );
}

#[test]
fn the_name_alone_never_links() {
    let mut complete = facts();
    complete.record.officers.pop();
    let stranger = LinkCandidate {
        passport: Some(index("nobody")),
        ..person("nobody", "นายกล้า ทดลองดี")
    };
    assert_eq!(link(&stranger, &complete, now()), LinkOutcome::NotAnOfficer);
    let nothing = LinkCandidate {
        national_id: None,
        ..person("kla", "นายกล้า ทดลองดี")
    };
    assert_eq!(
        link(&nothing, &facts(), now()),
        LinkOutcome::NothingToCompare
    );
}

#[test]
fn a_number_under_another_name_is_a_matter_for_a_person() {
    assert_eq!(
        link(&person("kla", "นายกลา ทดลองดี"), &facts(), now()),
        LinkOutcome::NameMismatch {
            officer: reference(1)
        }
    );
    assert_eq!(
        link(&person("kla", ""), &facts(), now()),
        LinkOutcome::NameMismatch {
            officer: reference(1)
        }
    );
}

#[test]
fn a_stranger_may_be_the_officer_whose_number_is_not_known() {
    assert_eq!(
        link(&person("nobody", "ใคร ก็ไม่รู้"), &facts(), now()),
        LinkOutcome::IdentityIncomplete {
            unknown: vec![reference(3), reference(4)]
        }
    );
}

#[test]
fn without_numbers_of_the_register_nobody_is_linked() {
    for state in [IdentityState::Unavailable, IdentityState::Conflicting] {
        let mut facts = facts();
        facts.version.identities = state;
        assert_eq!(
            link(&person("kla", "นายกล้า ทดลองดี"), &facts, now()),
            LinkOutcome::IdentityUnavailable
        );
    }
}

#[test]
fn somebody_who_left_and_somebody_who_has_yet_to_start_are_told_apart() {
    let mut facts = facts();
    let mut left = facts.record.officers.remove(0);
    left.ended = Some(day("2026-11-24"));
    facts.record.former_officers.push(left);
    assert_eq!(
        link(&person("kla", "กล้า ทดลองดี"), &facts, now()),
        LinkOutcome::Former {
            officer: reference(1),
            since: day("2026-11-24")
        }
    );
    // Before the end of the office, the same facts link.
    let before = "2026-11-23T03:00:00Z".parse().unwrap();
    assert!(matches!(
        link(&person("kla", "กล้า ทดลองดี"), &facts, before),
        LinkOutcome::Linked(_)
    ));
    let early = "2026-04-02T03:00:00Z".parse().unwrap();
    assert_eq!(
        link(&person("nam", "น้ำ สมมติไทย"), &facts, early),
        LinkOutcome::NotYet {
            officer: reference(2),
            from: day("2026-04-03")
        }
    );
}

#[test]
fn one_person_in_two_rows_is_linked_as_one_person() {
    let mut facts = facts();
    let mut again = facts.record.officers[0].clone();
    again.reference = reference(9);
    facts.record.officers.push(again);
    facts.identities.push(OfficerIdentity {
        officer: reference(9),
        kind: IdentityKind::NationalId,
        index: index("kla"),
    });
    let outcome = link(&person("kla", "กล้า ทดลองดี"), &facts, now());
    assert!(
        matches!(&outcome, LinkOutcome::Linked(links) if linked_as(links)
            == [(reference(1), LinkBasis::NationalId), (reference(9), LinkBasis::NationalId)]),
        "{outcome:?}"
    );
}

proptest! {
    /// Against a naive twin: linked exactly when a row in office has the number and every such row has the name.
    #[test]
    fn only_number_and_name_together_link(number in 0usize..4, name in 0usize..4, state in 0usize..3) {
        let numbers = ["kla", "nam", "kenji", "nobody"];
        let names = ["นายกล้า ทดลองดี", "นางสาวน้ำ สมมติไทย", "KENJI SAMPLE", "ใคร ก็ไม่รู้"];
        let mut facts = facts();
        facts.version.identities = [IdentityState::Known, IdentityState::Unavailable, IdentityState::Conflicting][state];
        let candidate = person(numbers[number], names[name]);
        let linked = matches!(link(&candidate, &facts, now()), LinkOutcome::Linked(_));
        prop_assert_eq!(linked, state == 0 && number == name && number < 2);
    }
}
