//! Rows as the newer service sends them, and rows that cannot be right.

use super::*;
use crate::kernel::id::ThirteenDigitError;
use crate::kernel::money::Baht;
use crate::kernel::time::RegisterDateError;
use crate::registry::kind::{JuristicType, Status};
use crate::registry::model::{OfficerRole, StatementKind};
use serde_json::{Value, json};

fn person(sequence: &str, kind: &str, title: &str, first: &str, last: &str) -> Value {
    json!({
        "td:JuristicPersonSequence": sequence, "td:JuristicPersonType": kind,
        "td:JuristicPerson": {"cd:PersonNameTH": {
            "cd:PersonNameTitleTextTH": title, "cd:PersonFirstNameTH": first,
            "cd:PersonMiddleNameTH": null, "cd:PersonLastNameTH": last
        }},
        "td:JuristicPersonInvestType": "เงิน", "td:JuristicPersonInvestAmount": "1000000.00"
    })
}

fn piece(sequence: &str, kind: &str, detail: &str) -> Value {
    json!({
        "cd:OrganizationJuristicPersonDescriptionSequence": sequence,
        "cd:OrganizationJuristicPersonDescriptionType": kind,
        "cd:OrganizationJuristicPersonDescriptionDetail": detail
    })
}

fn company() -> Value {
    json!({
        "cd:OrganizationJuristicID": "0105569999999",
        "cd:OrganizationOldJuristicID": "",
        "cd:OrganizationJuristicNameTH": "บจ.ตัวอย่างไทย จำกัด",
        "cd:OrganizationJuristicNameEN": "TUAYANG THAI COMPANY LIMITED",
        "cd:OrganizationJuristicType": "บริษัทจำกัด",
        "cd:OrganizationJuristicRegisterDate": "20260403",
        "cd:OrganizationJuristicStatus": "ยังดำเนินกิจการอยู่",
        "cd:OrganizationJuristicObjective": {"td:JuristicObjective": {
            "td:JuristicObjectiveCode": "62010", "td:JuristicObjectiveTextTH": "การเขียนโปรแกรม",
            "td:JuristicObjectiveTextEN": "Programming"
        }},
        "cd:OrganizationJuristicObjectiveItems": 32,
        "cd:OrganizationJuristicObjectivePages": "2",
        "cd:OrganizationJuristicRegisterCapital": "10000000.00",
        "cd:OrganizationJuristicPaidUpCapital": "10,000,000.00",
        "cd:OrganizationJuristicPersonList": [
            person("2", "K", "นางสาว", "ขวัญ", "สมมติไทย"), person("1", "กรรมการ", "นาย", "กล้า", "ทดลองดี")
        ],
        "cd:OrganizationJuristicBranchName": "สำนักงานแห่งใหญ่",
        "cd:OrganizationJuristicAddress": {"cr:AddressType": {
            "cd:Address": "เลขที่ 518/47 ซอยสีลม 9 แยก 2 ถนนสีลม", "cd:AddressNo": "518/47", "cd:Soi": "สีลม 9",
            "cd:Yaek": "2", "cd:Trok": null, "cd:Road": "สีลม",
            "cd:CitySubDivision": {"cr:CitySubDivisionCode": "100402", "cr:CitySubDivisionTextTH": "สีลม"},
            "cd:City": {"cr:CityCode": "1004", "cr:CityTextTH": "บางรัก"},
            "cd:CountrySubDivision": {"cr:CountrySubDivisionCode": "10", "cr:CountrySubDivisionTextTH": "กรุงเทพมหานคร"}
        }},
        "cd:OrganizationJuristicPersonDescription": [
            piece("2", "อำนาจกรรมการ", "อร่วมกัน/"),
            piece("1", "อำนาจกรรมการ", "กรรมการสองคนลงลายมือชื่"),
            piece("1", "หมายเหตุอื่น", "หมายเหตุ 1/"),
            piece("2", "หมายเหตุอื่น ๆ", "หมายเหตุ 2/")
        ],
        "td:DigitalIDFlag": "N"
    })
}

fn bare(company: Value) -> Value {
    json!({"cd:OrganizationJuristicPerson": company})
}

fn answer(data: Value) -> Value {
    json!({"status": {"code": "1000", "description": "Success"}, "data": data})
}

fn read(line: &Value) -> Result<JuristicPerson, RowRefusal> {
    read_line(7, &line.to_string())
}

fn with(member: &str, value: Value) -> Value {
    let mut row = company();
    row[member] = value;
    bare(row)
}

#[test]
fn a_row_becomes_a_record() {
    let record = read(&bare(company())).unwrap();
    assert_eq!(record.name_th, "บริษัท ตัวอย่างไทย จำกัด");
    assert_eq!(record.juristic_type, JuristicType::LimitedCompany);
    assert_eq!(record.registered_on.to_string(), "2026-04-03");
    assert_eq!(record.capital, Baht::from_baht(10_000_000));
    assert_eq!(record.paid_up, record.capital);
    assert_eq!(record.status, Status::Active);
    assert_eq!(
        record.authority_text().as_deref(),
        Some("กรรมการสองคนลงลายมือชื่อร่วมกัน/")
    );
    assert_eq!(record.texts(StatementKind::Note).count(), 2);
    let officers: Vec<_> = record
        .officers
        .iter()
        .map(|officer| (officer.sequence, officer.name.full()))
        .collect();
    assert_eq!(
        officers,
        [
            (1, "นายกล้า ทดลองดี".to_owned()),
            (2, "นางสาวขวัญ สมมติไทย".to_owned())
        ]
    );
    let office = record.addresses.first().unwrap();
    assert_eq!(office.name, "สำนักงานแห่งใหญ่");
    assert_eq!(office.soi, "สีลม 9 แยก 2");
    assert_eq!(
        (
            office.tumbol.as_str(),
            office.ampur.as_str(),
            office.province.as_str()
        ),
        ("สีลม", "บางรัก", "กรุงเทพมหานคร")
    );
    assert_eq!(record.objectives.standard_code.as_deref(), Some("62010"));
    assert_eq!(record.objectives.texts, ["การเขียนโปรแกรม"]);
    assert_eq!(record.objectives.count, Some(32));
}

#[test]
fn an_answer_with_an_object_or_a_list_is_the_bare_entry() {
    let lone = read(&bare(company())).unwrap();
    assert_eq!(read(&answer(bare(company()))).unwrap(), lone);
    assert_eq!(read(&answer(json!([bare(company())]))).unwrap(), lone);
}

#[test]
fn both_eras_are_the_same_day() {
    let member = "cd:OrganizationJuristicRegisterDate";
    assert_eq!(
        read(&with(member, json!("25690403"))).unwrap(),
        read(&with(member, json!(20_260_403))).unwrap()
    );
}

#[test]
fn a_managing_partner_is_told_in_words_or_by_letter() {
    for word in ["L", "หุ้นส่วนผู้จัดการ"] {
        let mut row = company();
        row["cd:OrganizationJuristicID"] = json!("0503567999988");
        row["cd:OrganizationJuristicType"] = json!("3");
        row["cd:OrganizationJuristicNameTH"] = json!("หจ.ดอย");
        row["cd:OrganizationJuristicPersonList"] = json!([
            person("1", "K", "นาย", "กล้า", "ดี"),
            person("2", "K", "นาย", "คม", "ดี"),
            person("1", word, "นาย", "กล้า", "ดี")
        ]);
        row["cd:OrganizationJuristicPersonDescription"] =
            json!([piece("1", "ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ", "ไม่มี/")]);
        let record = read(&bare(row)).unwrap();
        assert_eq!(record.name_th, "ห้างหุ้นส่วนจำกัด ดอย");
        let managing: Vec<u32> = record
            .officers
            .iter()
            .filter(|officer| officer.is(OfficerRole::ManagingPartner))
            .map(|officer| officer.sequence)
            .collect();
        assert_eq!(managing, [1]);
        assert_eq!(record.texts(StatementKind::Restriction).count(), 1);
    }
}

#[test]
fn senseless_members_are_refused_under_the_name_they_are_written_with() {
    let cases = [
        (
            with("cd:OrganizationJuristicID", json!("0105569999998")),
            "cd:OrganizationJuristicID",
            RowReason::Number(ThirteenDigitError::CheckDigit),
        ),
        (
            with("cd:OrganizationJuristicRegisterDate", json!("2026-04-03")),
            "cd:OrganizationJuristicRegisterDate",
            RowReason::Date(RegisterDateError),
        ),
        (
            with("cd:OrganizationJuristicStatus", json!(null)),
            "cd:OrganizationJuristicStatus",
            RowReason::Missing,
        ),
        (
            with(
                "cd:OrganizationJuristicPersonDescription",
                json!([piece("1", "อำนาจอื่น", "ก")]),
            ),
            "cd:OrganizationJuristicPersonDescriptionType",
            RowReason::Letter,
        ),
        (
            with(
                "cd:OrganizationJuristicPersonList",
                json!([person("1", "ผู้ถือหุ้น", "", "ก", "ข")]),
            ),
            "cd:OrganizationJuristicPersonList.td:JuristicPersonType",
            RowReason::Letter,
        ),
        (
            with(
                "cd:OrganizationJuristicPersonList",
                json!([person("1", "K", "", "", "ข")]),
            ),
            "cd:OrganizationJuristicPersonList.cd:PersonFirstNameTH",
            RowReason::Missing,
        ),
        (
            with(
                "cd:OrganizationJuristicPersonList",
                json!([
                    person("1", "K", "", "ก", "ข"),
                    person("1", "K", "", "ค", "ง")
                ]),
            ),
            "cd:OrganizationJuristicPersonList.td:JuristicPersonSequence",
            RowReason::Sequence,
        ),
        (
            answer(json!([])),
            "cd:OrganizationJuristicPerson",
            RowReason::Missing,
        ),
        (
            answer(json!([bare(company()), bare(company())])),
            "data",
            RowReason::Several(2),
        ),
        (
            json!({"status": {"code": "4004"}, "data": null}),
            "status.code",
            RowReason::Answer("4004".to_owned()),
        ),
    ];
    for (line, field, reason) in cases {
        assert_eq!(
            read(&line).unwrap_err(),
            RowRefusal {
                line: 7,
                field: field.to_owned(),
                reason
            }
        );
    }
    assert!(matches!(
        read(&json!({"cd:OrganizationJuristicPerson": "text"}))
            .unwrap_err()
            .reason,
        RowReason::Shape(_)
    ));
}
