//! A record in the newer service's shape.

use super::{Habits, eight_digits, figures, listed, money, type_word};
use crate::registry::model::{Address, JuristicPerson, Officer, StatementKind};
use serde::Serialize;
use std::borrow::Cow;

/// What the service calls the entries of the register.
fn words(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Authority => "อำนาจกรรมการ",
        StatementKind::Restriction => "ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ",
        StatementKind::Other => "รายการอื่นที่เห็นสมควรทราบ",
        StatementKind::NameChange => "หมายเหตุการเปลี่ยนชื่อ",
        StatementKind::Note => "หมายเหตุอื่น",
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    status: AnswerStatus,
    data: [Wrapped<'a>; 1],
}

#[derive(Serialize)]
struct AnswerStatus {
    code: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Wrapped<'a> {
    #[serde(rename = "cd:OrganizationJuristicPerson")]
    organization: Organization<'a>,
}

#[derive(Serialize)]
struct Organization<'a> {
    #[serde(rename = "cd:OrganizationJuristicID")]
    id: &'a str,
    #[serde(rename = "cd:OrganizationOldJuristicID")]
    old_id: Option<&'a str>,
    #[serde(rename = "cd:OrganizationJuristicNameTH")]
    name_th: Cow<'a, str>,
    #[serde(rename = "cd:OrganizationJuristicNameEN")]
    name_en: Option<&'a str>,
    #[serde(rename = "cd:OrganizationJuristicType")]
    juristic_type: &'static str,
    #[serde(rename = "cd:OrganizationJuristicRegisterDate")]
    register_date: String,
    #[serde(rename = "cd:OrganizationJuristicStatus")]
    status: &'a str,
    #[serde(rename = "cd:OrganizationJuristicObjective")]
    objectives: Vec<WrappedObjective<'a>>,
    #[serde(rename = "cd:OrganizationJuristicObjectiveItems")]
    objective_items: String,
    #[serde(rename = "cd:OrganizationJuristicObjectivePages")]
    objective_pages: String,
    #[serde(rename = "cd:OrganizationJuristicRegisterCapital")]
    register_capital: String,
    #[serde(rename = "cd:OrganizationJuristicPaidUpCapital")]
    paid_up_capital: String,
    #[serde(rename = "cd:OrganizationJuristicPersonList")]
    people: Vec<PersonRow<'a>>,
    #[serde(rename = "cd:OrganizationJuristicBranchName")]
    branch_name: &'a str,
    #[serde(rename = "cd:OrganizationJuristicAddress")]
    addresses: Vec<WrappedAddress<'a>>,
    #[serde(rename = "cd:OrganizationJuristicPersonDescription")]
    descriptions: Vec<Description<'a>>,
    #[serde(rename = "td:DigitalIDFlag")]
    digital_id: &'static str,
}

#[derive(Serialize)]
struct WrappedObjective<'a> {
    #[serde(rename = "td:JuristicObjective")]
    objective: Objective<'a>,
}

#[derive(Serialize)]
struct Objective<'a> {
    #[serde(rename = "td:JuristicObjectiveCode")]
    code: &'a str,
    #[serde(rename = "td:JuristicObjectiveTextTH")]
    text: &'a str,
}

#[derive(Serialize)]
struct PersonRow<'a> {
    #[serde(rename = "td:JuristicPersonSequence")]
    sequence: String,
    #[serde(rename = "td:JuristicPersonType")]
    kind: &'static str,
    #[serde(rename = "td:JuristicPerson")]
    person: Person<'a>,
}

#[derive(Serialize)]
struct Person<'a> {
    #[serde(rename = "cd:PersonNameTH")]
    name: Name<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    #[serde(rename = "cd:PersonNameTitleTextTH")]
    title: &'a str,
    #[serde(rename = "cd:PersonFirstNameTH")]
    first: &'a str,
    #[serde(rename = "cd:PersonMiddleNameTH")]
    middle: Option<&'a str>,
    #[serde(rename = "cd:PersonLastNameTH")]
    last: &'a str,
}

#[derive(Serialize)]
struct WrappedAddress<'a> {
    #[serde(rename = "cr:AddressType")]
    address: AddressParts<'a>,
}

#[derive(Serialize)]
struct AddressParts<'a> {
    #[serde(rename = "cd:Address")]
    full: &'a str,
    #[serde(rename = "cd:Building")]
    building: &'a str,
    #[serde(rename = "cd:RoomNo")]
    room: &'a str,
    #[serde(rename = "cd:Floor")]
    floor: &'a str,
    #[serde(rename = "cd:AddressNo")]
    number: &'a str,
    #[serde(rename = "cd:Moo")]
    moo: &'a str,
    #[serde(rename = "cd:Soi")]
    soi: &'a str,
    #[serde(rename = "cd:Village")]
    village: &'a str,
    #[serde(rename = "cd:Road")]
    road: &'a str,
    #[serde(rename = "cd:CitySubDivision")]
    tumbol: SubDivision<'a>,
    #[serde(rename = "cd:City")]
    ampur: City<'a>,
    #[serde(rename = "cd:CountrySubDivision")]
    province: CountrySubDivision<'a>,
}

#[derive(Serialize)]
struct SubDivision<'a> {
    #[serde(rename = "cr:CitySubDivisionTextTH")]
    text: &'a str,
}

#[derive(Serialize)]
struct City<'a> {
    #[serde(rename = "cr:CityTextTH")]
    text: &'a str,
}

#[derive(Serialize)]
struct CountrySubDivision<'a> {
    #[serde(rename = "cr:CountrySubDivisionTextTH")]
    text: &'a str,
}

#[derive(Serialize)]
struct Description<'a> {
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionSequence")]
    sequence: String,
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionType")]
    kind: &'static str,
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionDetail")]
    detail: &'a str,
}

/// Write a record behind what is in the buffer: bare or in the service's whole answer.
pub(super) fn write(record: &JuristicPerson, buffer: &mut Vec<u8>) -> serde_json::Result<()> {
    let mut habits = Habits::of(record);
    let wrapped = Wrapped {
        organization: organization(record, &mut habits),
    };
    if habits.half() {
        serde_json::to_writer(buffer, &wrapped)
    } else {
        let status = AnswerStatus {
            code: "1000",
            description: "Success",
        };
        let data = [wrapped];
        serde_json::to_writer(buffer, &Answer { status, data })
    }
}

fn organization<'a>(record: &'a JuristicPerson, habits: &mut Habits) -> Organization<'a> {
    let code = record
        .objectives
        .standard_code
        .as_deref()
        .unwrap_or_default();
    Organization {
        id: record.registration_number.as_str(),
        old_id: record.former_number.as_deref(),
        name_th: habits.name(record),
        name_en: record.name_en.as_deref(),
        juristic_type: type_word(record.juristic_type),
        register_date: eight_digits(record.registered_on, habits.half()),
        status: &record.status_text,
        objectives: record
            .objectives
            .texts
            .iter()
            .map(|text| WrappedObjective {
                objective: Objective { code, text },
            })
            .collect(),
        objective_items: figures(record.objectives.count),
        objective_pages: figures(record.objectives.pages),
        register_capital: money(record.capital),
        paid_up_capital: money(record.paid_up),
        people: listed(record)
            .map(|(officer, letter)| person(officer, letter))
            .collect(),
        branch_name: record
            .addresses
            .first()
            .map(|address| address.name.as_str())
            .unwrap_or_default(),
        addresses: record.addresses.iter().map(address).collect(),
        descriptions: habits
            .pieces(record)
            .into_iter()
            .map(|piece| Description {
                sequence: piece.sequence.to_string(),
                kind: words(piece.kind),
                detail: piece.text,
            })
            .collect(),
        digital_id: "N",
    }
}

fn person<'a>(officer: &'a Officer, kind: &'static str) -> PersonRow<'a> {
    PersonRow {
        sequence: officer.sequence.to_string(),
        kind,
        person: Person {
            name: Name {
                title: &officer.name.title,
                first: &officer.name.first,
                middle: officer.name.middle.as_deref(),
                last: &officer.name.last,
            },
        },
    }
}

fn address(address: &Address) -> WrappedAddress<'_> {
    WrappedAddress {
        address: AddressParts {
            full: &address.full,
            building: &address.building,
            room: &address.room,
            floor: &address.floor,
            number: &address.number,
            moo: &address.moo,
            soi: &address.soi,
            village: &address.village,
            road: &address.road,
            tumbol: SubDivision {
                text: &address.tumbol,
            },
            ampur: City {
                text: &address.ampur,
            },
            province: CountrySubDivision {
                text: &address.province,
            },
        },
    }
}
