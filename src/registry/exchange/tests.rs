//! Rows as the exchange sends them, and rows that cannot be right.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn company() -> Value {
    json!({
        "JuristicType": "5",
        "JuristicID": "0105569999999",
        "OldJuristicID": "",
        "RegisterDate": "25690403",
        "JuristicName_TH": "ตัวอย่างไทย จำกัด",
        "JuristicName_EN": "TUAYANG THAI COMPANY LIMITED",
        "RegisterCapital": "10000000.00",
        "PaidRegisterCapital": "10,000,000.00",
        "NumberOfObjective": "32",
        "NumberOfPageOfObjective": "2",
        "JuristicStatus": "ยังดำเนินกิจการอยู่",
        "StandardID": "62010",
        "CommitteeInformations": [
            {"Sequence": "2", "Title": "นางสาว", "FirstName": "ขวัญ", "LastName": "สมมติไทย", "Type": "K"},
            {"Sequence": "1", "Title": "นาย", "FirstName": "กล้า", "LastName": "ทดลองดี", "Type": "K"}
        ],
        "AuthorizeDescriptions": [
            {"Sequence": "2", "AuthorizeDescription": "ร่วมกัน/", "Type": "L"},
            {"Sequence": "1", "AuthorizeDescription": "กรรมการสองคนลงลายมือชื่", "Type": "L"},
            {"Sequence": "1", "AuthorizeDescription": "หมายเหตุ 1/", "Type": "S"},
            {"Sequence": "2", "AuthorizeDescription": "หมายเหตุ 2", "Type": "S"}
        ],
        "StandardObjectives": [{"Sequence": "1", "ObjectiveDescription": "การเขียนโปรแกรม"}],
        "AddressInformations": [{"AddressName": "สำนักงานแห่งใหญ่", "FullAddress": "เลขที่ 518/47 ถนนสีลม"}]
    })
}

fn read(value: &Value) -> Result<JuristicPerson, RowRefusal> {
    read_line(7, &value.to_string())
}

fn with(member: &str, value: Value) -> Value {
    let mut row = company();
    row[member] = value;
    row
}

#[test]
fn a_row_becomes_a_record() {
    let mut row = company();
    row["AuthorizeDescriptions"][1]["AuthorizeDescription"] = json!("กรรมการสองคนลงลายมือชื่อ");
    let record = read(&row).unwrap();
    assert_eq!(record.name_th, "บริษัท ตัวอย่างไทย จำกัด");
    assert_eq!(record.registered_on.to_string(), "2026-04-03");
    assert_eq!(record.capital, Baht::from_baht(10_000_000));
    assert_eq!(record.paid_up, record.capital);
    assert_eq!(record.former_number, None);
    assert_eq!(record.status, Status::Active);
    assert_eq!(
        record.authority_text().as_deref(),
        Some("กรรมการสองคนลงลายมือชื่อร่วมกัน/")
    );
    let notes: Vec<_> = record
        .texts(StatementKind::Note)
        .map(Statement::words)
        .collect();
    assert_eq!(notes, ["หมายเหตุ 1", "หมายเหตุ 2"]);
    let officers: Vec<_> = record
        .officers
        .iter()
        .map(|officer| (officer.reference.to_string(), officer.name.full()))
        .collect();
    assert_eq!(
        officers,
        [
            ("off_1".to_owned(), "นายกล้า ทดลองดี".to_owned()),
            ("off_2".to_owned(), "นางสาวขวัญ สมมติไทย".to_owned())
        ]
    );
    assert_eq!(record.head_office(), Some("เลขที่ 518/47 ถนนสีลม"));
}

#[test]
fn absent_members_are_forgiven() {
    let bare = json!({
        "JuristicID": "0105569999999", "RegisterDate": 20260403, "JuristicName_TH": "ตัวอย่างไทย จำกัด",
        "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": null, "Unheard": {"of": 1}
    });
    let record = read(&bare).unwrap();
    assert_eq!(record.juristic_type, JuristicType::LimitedCompany);
    assert_eq!((record.capital, record.authority_text()), (None, None));
    assert!(record.officers.is_empty());
}

#[test]
fn senseless_members_are_refused_with_line_field_and_reason() {
    let person = |sequence: &str, letter: &str| json!({"Sequence": sequence, "FirstName": "ก", "LastName": "ข", "Type": letter});
    let piece = |sequence: &str, letter: &str| json!({"Sequence": sequence, "AuthorizeDescription": "ก", "Type": letter});
    let cases = [
        (
            "JuristicID",
            json!("0105569999998"),
            RowReason::Number(ThirteenDigitError::CheckDigit),
        ),
        (
            "JuristicID",
            json!("1100100000018"),
            RowReason::Number(ThirteenDigitError::Kind),
        ),
        ("JuristicID", json!(""), RowReason::Missing),
        ("JuristicType", json!("4"), RowReason::Type),
        ("JuristicType", json!("7"), RowReason::TypeOfNumber),
        ("JuristicStatus", json!(null), RowReason::Missing),
        (
            "JuristicName_TH",
            json!("หจ.ตัวอย่าง"),
            RowReason::Name(names::NameRefusal::OtherType),
        ),
        (
            "JuristicName_TH",
            json!("ตัว\u{202E}อย่าง จำกัด"),
            RowReason::Character,
        ),
        (
            "RegisterDate",
            json!("25691403"),
            RowReason::Date(RegisterDateError),
        ),
        (
            "RegisterCapital",
            json!("-1"),
            RowReason::Amount(BahtError::Form),
        ),
        ("NumberOfObjective", json!("many"), RowReason::Count),
        (
            "CommitteeInformations.Sequence",
            json!([person("1", "K"), person("1", "K")]),
            RowReason::Sequence,
        ),
        (
            "CommitteeInformations.Sequence",
            json!([person("1", "K"), person("", "K")]),
            RowReason::Sequence,
        ),
        (
            "CommitteeInformations.Sequence",
            json!([person("0", "K")]),
            RowReason::Count,
        ),
        (
            "CommitteeInformations.Type",
            json!([person("1", "X")]),
            RowReason::Letter,
        ),
        (
            "CommitteeInformations.Type",
            json!([person("1", "L")]),
            RowReason::Letter,
        ),
        (
            "CommitteeInformations.FirstName",
            json!([{"Sequence": "1", "Type": "K"}]),
            RowReason::Missing,
        ),
        (
            "AuthorizeDescriptions.Type",
            json!([piece("1", "K")]),
            RowReason::Letter,
        ),
        (
            "AuthorizeDescriptions.Sequence",
            json!([piece("1", "L"), piece("1", "L")]),
            RowReason::Sequence,
        ),
        (
            "AuthorizeDescriptions",
            json!([{"AuthorizeDescription": "ก".repeat(30_000), "Type": "L"}]),
            RowReason::TooLong,
        ),
    ];
    for (field, value, reason) in cases {
        let member = field.split('.').next().unwrap();
        let refusal = read(&with(member, value)).unwrap_err();
        assert_eq!(
            refusal,
            RowRefusal {
                line: 7,
                field: field.to_owned(),
                reason
            }
        );
    }
    let refusal = read_line(3, "{\"JuristicID\":").unwrap_err();
    assert!(matches!(refusal.reason, RowReason::Shape(_)));
    assert_eq!(refusal.line, 3);
}

#[test]
fn a_whole_answer_of_the_service_is_its_one_entry() {
    let answer = |results: Value| json!({"ResultList": results, "RawData": "e30="});
    let lone = read(&company()).unwrap();
    assert_eq!(read(&answer(json!([company()]))).unwrap(), lone);
    for (results, reason) in [
        (json!([]), RowReason::Missing),
        (json!([company(), company()]), RowReason::Several(2)),
    ] {
        let refusal = read(&answer(results)).unwrap_err();
        assert_eq!(
            (refusal.field.as_str(), refusal.reason),
            ("ResultList", reason)
        );
    }
}

#[test]
fn an_unknown_status_is_kept_in_its_own_words() {
    let record = read(&with("JuristicStatus", json!("อยู่ระหว่างตรวจสอบข้อเท็จจริง"))).unwrap();
    assert_eq!(record.status, Status::Unknown);
    assert_eq!(record.status_text, "อยู่ระหว่างตรวจสอบข้อเท็จจริง");
}

#[test]
fn a_managing_partner_is_the_partner_of_the_same_row() {
    let person = |sequence: &str, first: &str, letter: &str| json!({"Sequence": sequence, "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": letter});
    let mut row = company();
    row["JuristicType"] = json!("3");
    row["JuristicID"] = json!("0503567999988");
    row["JuristicName_TH"] = json!("หจ.ดอย");
    row["CommitteeInformations"] = json!([
        person("1", "กล้า", "K"),
        person("2", "คม", "K"),
        person("3", "คม", "K"),
        person("1", "กล้า", "L"),
        person("3", "คม", "L"),
        person("4", "ธนา", "L"),
    ]);
    let record = read(&row).unwrap();
    let roles: Vec<(String, &[OfficerRole])> = record
        .officers
        .iter()
        .map(|officer| (officer.reference.to_string(), officer.roles.as_slice()))
        .collect();
    use OfficerRole::{ManagingPartner, Partner};
    assert_eq!(
        roles,
        [
            ("off_1".to_owned(), [ManagingPartner, Partner].as_slice()),
            ("off_2".to_owned(), [Partner].as_slice()),
            ("off_3".to_owned(), [ManagingPartner, Partner].as_slice()),
            ("off_4".to_owned(), [ManagingPartner].as_slice()),
        ]
    );
}

proptest! {
    #[test]
    fn pieces_cut_anywhere_and_sent_in_any_order_give_the_same_text(
        text in "[ก-ฮa-z ]{1,60}",
        cuts in proptest::collection::vec(0usize..60, 0..6),
        order in any::<u64>(),
    ) {
        prop_assume!(!text.trim().is_empty());
        let letters: Vec<char> = text.chars().collect();
        let mut ends: Vec<usize> = cuts.into_iter().filter(|cut| *cut < letters.len()).collect();
        ends.push(letters.len());
        ends.sort_unstable();
        let mut start = 0;
        let mut rows = Vec::new();
        for (index, end) in ends.into_iter().enumerate() {
            let piece: String = letters[start..end].iter().collect();
            rows.push(json!({"Sequence": (index + 1).to_string(), "AuthorizeDescription": piece, "Type": "L"}));
            start = end;
        }
        let turn = usize::try_from(order % rows.len() as u64).unwrap();
        rows.rotate_left(turn);
        let record = read(&with("AuthorizeDescriptions", Value::Array(rows))).unwrap();
        prop_assert_eq!(record.authority_text(), Some(text));
    }

    #[test]
    fn no_line_makes_the_reader_fall_over(line in "\\PC{0,200}") {
        let _ = read_line(1, &line);
    }
}

/// The published schema of a feed line and the reader agree on which members there are and which cannot be missing.
#[test]
fn the_published_schema_names_the_members_that_are_read() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../openapi/register-record.schema.json")).unwrap();
    let members = |value: &Value| -> std::collections::BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let mut written = members(&company());
    assert_eq!(members(&schema["properties"]), written);
    for required in schema["required"].as_array().unwrap() {
        let required = required.as_str().unwrap();
        let refusal = read(&with(required, Value::Null)).unwrap_err();
        assert_eq!(refusal.field, required);
        assert!(written.remove(required));
    }
    for optional in written {
        assert!(read(&with(&optional, Value::Null)).is_ok(), "{optional}");
    }
}
