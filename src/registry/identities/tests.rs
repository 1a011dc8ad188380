//! Joining the extension's answer with a record.

use super::*;
use crate::kernel::digest::Digest;
use crate::registry::exchange;
use serde_json::{Value, json};

/// Not keyed: good enough to tell numbers apart in a test.
pub(crate) struct PlainIndex;

impl IdentityIndex for PlainIndex {
    fn national_id(&self, id: &NationalId) -> BlindIndex {
        *Digest::of(id.expose()).as_bytes()
    }

    fn passport(&self, number: &str, country: &str, birth_date: NaiveDate) -> BlindIndex {
        *Digest::of(format!("{number}|{country}|{birth_date}")).as_bytes()
    }
}

fn record(kind: &str, number: &str, people: Value) -> JuristicPerson {
    let row = json!({
        "JuristicType": kind, "JuristicID": number, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": people,
    });
    exchange::read_line(1, &row.to_string()).unwrap()
}

fn company() -> JuristicPerson {
    record(
        "5",
        "0105569999999",
        json!([
            {"Sequence": "1", "Title": "นาย", "FirstName": "กล้า", "LastName": "ทดลองดี", "Type": "K"},
            {"Sequence": "2", "Title": "", "FirstName": "KENJI", "LastName": "SAMPLE", "Type": "K"},
        ]),
    )
}

fn answer(officers: Value) -> WireIdentities {
    serde_json::from_value(json!({
        "extension": EXTENSION, "juristic_id": "0105569999999", "as_of": "2026-11-24T00:00:00Z", "officers": officers,
    }))
    .unwrap()
}

fn first() -> Value {
    json!({"sequence": 1, "title": "นาย", "first_name": "กล้า", "last_name": "ทดลองดี", "role": "director",
           "national_id": "1100100000018", "appointed": "2026-04-03"})
}

fn second() -> Value {
    json!({"sequence": 2, "first_name": "Kenji", "last_name": "Sample", "role": "director",
           "passport": {"number": "TZ0000011", "country": "JPN", "birth_date": "1974-05-20"}, "appointed": "2026-04-03"})
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

#[test]
fn officers_get_dates_and_blind_indexes() {
    let left = json!({"sequence": 3, "title": "นาง", "first_name": "สุดา", "last_name": "เก่า", "role": "director",
                      "national_id": "3100500000020", "appointed": "2026-04-03", "ended": "2026-08-31"});
    let liquidator = json!({"sequence": 4, "title": "นาง", "first_name": "มาลี", "last_name": "ชำระ", "role": "liquidator",
                            "appointed": "2026-10-01"});
    let (joined, identities) = join(
        &company(),
        &answer(json!([first(), second(), left, liquidator])),
        &PlainIndex,
        today(),
    )
    .unwrap();
    assert_eq!(joined.officers.len(), 3);
    assert_eq!(joined.officers[1].nationality.as_deref(), Some("JPN"));
    assert_eq!(joined.officers[2].roles, [OfficerRole::Liquidator]);
    assert_eq!(joined.former_officers.len(), 1);
    assert_eq!(joined.former_officers[0].name.full(), "นางสุดา เก่า");
    let kinds: Vec<_> = identities
        .iter()
        .map(|identity| (identity.officer.number(), identity.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (1, IdentityKind::NationalId),
            (2, IdentityKind::Passport),
            (3, IdentityKind::NationalId)
        ]
    );
}

#[test]
fn an_answer_about_other_officers_is_not_used() {
    let refusal = |officers| join(&company(), &answer(officers), &PlainIndex, today()).unwrap_err();
    assert_eq!(refusal(json!([first()])), IdentityConflict::NotKnown(2));
    let mut other_name = first();
    other_name["first_name"] = json!("กล้าหาญ");
    assert_eq!(
        refusal(json!([other_name, second()])),
        IdentityConflict::NotListed(1)
    );
    let mut resigned = second();
    resigned["ended"] = json!("2026-11-24");
    assert_eq!(
        refusal(json!([first(), resigned])),
        IdentityConflict::NotKnown(2)
    );
    let mut other_number = first();
    other_number["national_id"] = json!("3100500000020");
    assert_eq!(
        refusal(json!([first(), second(), other_number])),
        IdentityConflict::TwoNumbers(1)
    );
    let mut other_company = answer(json!([first(), second()]));
    other_company.juristic_id = "0107568999997".parse().unwrap();
    assert_eq!(
        join(&company(), &other_company, &PlainIndex, today()),
        Err(IdentityConflict::OtherCompany)
    );
}

#[test]
fn a_managing_partner_is_told_once_and_listed_twice() {
    let person = |letter: &str| json!({"Sequence": "1", "Title": "นาย", "FirstName": "กล้า", "LastName": "ทดลองดี", "Type": letter});
    let partnership = record("3", "0503567999988", json!([person("K"), person("L")]));
    let told = |role: &str| {
        let mut row = first();
        row["role"] = json!(role);
        let mut answer = answer(json!([row]));
        answer.juristic_id = "0503567999988".parse().unwrap();
        join(&partnership, &answer, &PlainIndex, today())
    };
    assert_eq!(told("managing_partner").unwrap().1.len(), 1);
    assert_eq!(told("partner"), Err(IdentityConflict::NotListed(1)));
}

#[test]
fn numbers_are_not_printed() {
    let printed = format!("{:?}", answer(json!([first(), second()])));
    assert!(!printed.contains("1100100000018") && !printed.contains("TZ0000011"));
}
