//! The newer service's shape, with `cd:`, `td:` and `cr:` before its member names.
//!
//! A line is the service's whole answer (`{"status", "data"}`, the data an object or a list of one) or a bare entry.
//! It is turned into the older exchange's entry and read by the same rules, so that both mean the same; refusals name
//! the members as they are written here. Dates are of the common or the Buddhist era: a year above 2400 is Buddhist.

use crate::registry::exchange::{
    AddressRow, CommitteeRow, Entry, ObjectiveRow, RowReason, RowRefusal, TextRow, Word, read_entry,
};
use crate::registry::model::{JuristicPerson, StatementKind};
use serde::de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// What the service writes when all is well.
const SUCCESS: &str = "1000";

/// Read one line of a feed.
pub fn read_line(line: u64, text: &str) -> Result<JuristicPerson, RowRefusal> {
    let at_line = |refusal: RowRefusal| RowRefusal { line, ..refusal };
    let answer: Answer = serde_json::from_str(text)
        .map_err(|error| at_line(refuse("", RowReason::Shape(error.to_string()))))?;
    let person = answer.person().map_err(at_line)?;
    let entry = person.entry().map_err(at_line)?;
    read_entry(&entry).map_err(|refusal| RowRefusal {
        line,
        field: written_here(&refusal.field),
        reason: refusal.reason,
    })
}

fn refuse(field: impl Into<String>, reason: RowReason) -> RowRefusal {
    RowRefusal {
        line: 0,
        field: field.into(),
        reason,
    }
}

/// What this shape calls the members of the older one.
const NAMES: [(&str, &str); 22] = [
    ("JuristicID", "cd:OrganizationJuristicID"),
    ("OldJuristicID", "cd:OrganizationOldJuristicID"),
    ("JuristicName_TH", "cd:OrganizationJuristicNameTH"),
    ("JuristicName_EN", "cd:OrganizationJuristicNameEN"),
    ("JuristicType", "cd:OrganizationJuristicType"),
    ("RegisterDate", "cd:OrganizationJuristicRegisterDate"),
    ("JuristicStatus", "cd:OrganizationJuristicStatus"),
    ("RegisterCapital", "cd:OrganizationJuristicRegisterCapital"),
    (
        "PaidRegisterCapital",
        "cd:OrganizationJuristicPaidUpCapital",
    ),
    ("NumberOfObjective", "cd:OrganizationJuristicObjectiveItems"),
    (
        "NumberOfPageOfObjective",
        "cd:OrganizationJuristicObjectivePages",
    ),
    ("StandardID", "cd:OrganizationJuristicObjective"),
    ("StandardObjectives", "cd:OrganizationJuristicObjective"),
    ("AddressInformations", "cd:OrganizationJuristicAddress"),
    ("CommitteeInformations", "cd:OrganizationJuristicPersonList"),
    (
        "AuthorizeDescriptions",
        "cd:OrganizationJuristicPersonDescription",
    ),
    (
        "CommitteeInformations.Sequence",
        "cd:OrganizationJuristicPersonList.td:JuristicPersonSequence",
    ),
    (
        "CommitteeInformations.Type",
        "cd:OrganizationJuristicPersonList.td:JuristicPersonType",
    ),
    (
        "CommitteeInformations.FirstName",
        "cd:OrganizationJuristicPersonList.cd:PersonFirstNameTH",
    ),
    (
        "AuthorizeDescriptions.Sequence",
        "cd:OrganizationJuristicPersonDescriptionSequence",
    ),
    (
        "AuthorizeDescriptions.Type",
        "cd:OrganizationJuristicPersonDescriptionType",
    ),
    ("ResultList", "data"),
];

fn written_here(field: &str) -> String {
    NAMES
        .iter()
        .find(|(older, _)| *older == field)
        .map_or(field, |(_, here)| here)
        .to_owned()
}

/// What the service calls the entries of the register, without spaces; two spellings of some are in use.
fn letter_of_text(written: &str) -> Option<&'static str> {
    let bare: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let kind = match bare.as_str() {
        "อำนาจกรรมการ" => StatementKind::Authority,
        "ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ" | "ข้อจำกัดอำนาจหุ้นส่วน" => {
            StatementKind::Restriction
        }
        "รายการอื่นที่เห็นสมควรทราบ" => {
            StatementKind::Other
        }
        "หมายเหตุการเปลี่ยนชื่อ" => {
            StatementKind::NameChange
        }
        "หมายเหตุอื่น" | "หมายเหตุอื่นๆ" => {
            StatementKind::Note
        }
        _ => return None,
    };
    Some(kind.letter())
}

/// The older shape's letter for what somebody is: told by that letter or in words.
fn letter_of_person(written: &str) -> Option<&'static str> {
    match written.trim() {
        "K" | "กรรมการ" | "หุ้นส่วน" | "ผู้เป็นหุ้นส่วน" => {
            Some("K")
        }
        "L" | "หุ้นส่วนผู้จัดการ" => Some("L"),
        _ => None,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    status: Option<AnswerStatus>,
    data: Many<Wrapped>,
    #[serde(rename = "cd:OrganizationJuristicPerson")]
    bare: Option<Organization>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AnswerStatus {
    code: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wrapped {
    #[serde(rename = "cd:OrganizationJuristicPerson")]
    organization: Option<Organization>,
}

impl Answer {
    /// The one juristic person that the line is about.
    fn person(self) -> Result<Organization, RowRefusal> {
        if let Some(code) = self.status.as_ref().and_then(|status| status.code.given())
            && code != SUCCESS
        {
            return Err(refuse("status.code", RowReason::Answer(code.to_owned())));
        }
        let mut people: Vec<Organization> = self
            .data
            .0
            .into_iter()
            .filter_map(|wrapped| wrapped.organization)
            .chain(self.bare)
            .collect();
        match (people.pop(), people.len()) {
            (Some(one), 0) => Ok(one),
            (Some(_), others) => Err(refuse("data", RowReason::Several(others + 1))),
            (None, _) => Err(refuse("cd:OrganizationJuristicPerson", RowReason::Missing)),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Organization {
    #[serde(rename = "cd:OrganizationJuristicID")]
    id: Word,
    #[serde(rename = "cd:OrganizationOldJuristicID")]
    old_id: Word,
    #[serde(rename = "cd:OrganizationJuristicNameTH")]
    name_th: Word,
    #[serde(rename = "cd:OrganizationJuristicNameEN")]
    name_en: Word,
    #[serde(rename = "cd:OrganizationJuristicType")]
    juristic_type: Word,
    #[serde(rename = "cd:OrganizationJuristicRegisterDate")]
    register_date: Word,
    #[serde(rename = "cd:OrganizationJuristicStatus")]
    status: Word,
    #[serde(rename = "cd:OrganizationJuristicObjective")]
    objectives: Many<WrappedObjective>,
    #[serde(rename = "cd:OrganizationJuristicObjectiveItems")]
    objective_items: Word,
    #[serde(rename = "cd:OrganizationJuristicObjectivePages")]
    objective_pages: Word,
    #[serde(rename = "cd:OrganizationJuristicRegisterCapital")]
    register_capital: Word,
    #[serde(rename = "cd:OrganizationJuristicPaidUpCapital")]
    paid_up_capital: Word,
    #[serde(rename = "cd:OrganizationJuristicPersonList")]
    people: Many<PersonRow>,
    #[serde(rename = "cd:OrganizationJuristicBranchName")]
    branch_name: Word,
    #[serde(rename = "cd:OrganizationJuristicAddress")]
    addresses: Many<WrappedAddress>,
    #[serde(rename = "cd:OrganizationJuristicPersonDescription")]
    descriptions: Many<Description>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WrappedObjective {
    #[serde(rename = "td:JuristicObjective")]
    objective: Objective,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Objective {
    #[serde(rename = "td:JuristicObjectiveCode")]
    code: Word,
    #[serde(rename = "td:JuristicObjectiveTextTH")]
    text: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PersonRow {
    #[serde(rename = "td:JuristicPersonSequence")]
    sequence: Word,
    #[serde(rename = "td:JuristicPersonType")]
    kind: Word,
    #[serde(rename = "td:JuristicPerson")]
    person: Person,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Person {
    #[serde(rename = "cd:PersonNameTH")]
    name: Name,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Name {
    #[serde(rename = "cd:PersonNameTitleTextTH")]
    title: Word,
    #[serde(rename = "cd:PersonFirstNameTH")]
    first: Word,
    #[serde(rename = "cd:PersonMiddleNameTH")]
    middle: Word,
    #[serde(rename = "cd:PersonLastNameTH")]
    last: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WrappedAddress {
    #[serde(rename = "cr:AddressType")]
    address: Address,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    #[serde(rename = "cd:Address")]
    full: Word,
    #[serde(rename = "cd:Building")]
    building: Word,
    #[serde(rename = "cd:RoomNo")]
    room: Word,
    #[serde(rename = "cd:Floor")]
    floor: Word,
    #[serde(rename = "cd:AddressNo")]
    number: Word,
    #[serde(rename = "cd:Moo")]
    moo: Word,
    #[serde(rename = "cd:Yaek")]
    yaek: Word,
    #[serde(rename = "cd:Soi")]
    soi: Word,
    #[serde(rename = "cd:Trok")]
    trok: Word,
    #[serde(rename = "cd:Village")]
    village: Word,
    #[serde(rename = "cd:Road")]
    road: Word,
    #[serde(rename = "cd:CitySubDivision")]
    tumbol: SubDivision,
    #[serde(rename = "cd:City")]
    ampur: City,
    #[serde(rename = "cd:CountrySubDivision")]
    province: CountrySubDivision,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SubDivision {
    #[serde(rename = "cr:CitySubDivisionTextTH")]
    text: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct City {
    #[serde(rename = "cr:CityTextTH")]
    text: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CountrySubDivision {
    #[serde(rename = "cr:CountrySubDivisionTextTH")]
    text: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Description {
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionSequence")]
    sequence: Word,
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionType")]
    kind: Word,
    #[serde(rename = "cd:OrganizationJuristicPersonDescriptionDetail")]
    detail: Word,
}

impl Organization {
    /// As the older exchange would write it.
    fn entry(self) -> Result<Entry, RowRefusal> {
        let standard_id = self
            .objectives
            .0
            .first()
            .map(|row| row.objective.code.clone())
            .unwrap_or_default();
        Ok(Entry {
            juristic_type: self.juristic_type,
            juristic_id: self.id,
            old_juristic_id: self.old_id,
            register_date: self.register_date,
            name_th: self.name_th,
            name_en: self.name_en,
            register_capital: self.register_capital,
            paid_register_capital: self.paid_up_capital,
            number_of_objective: self.objective_items,
            number_of_page_of_objective: self.objective_pages,
            juristic_status: self.status,
            standard_id,
            committee_informations: self
                .people
                .0
                .into_iter()
                .map(PersonRow::row)
                .collect::<Result<_, _>>()?,
            authorize_descriptions: self
                .descriptions
                .0
                .into_iter()
                .map(Description::row)
                .collect::<Result<_, _>>()?,
            standard_objectives: self
                .objectives
                .0
                .into_iter()
                .map(|row| ObjectiveRow {
                    sequence: Word::default(),
                    objective_description: row.objective.text,
                })
                .collect(),
            address_informations: addresses(self.addresses.0, &self.branch_name),
        })
    }
}

impl PersonRow {
    fn row(self) -> Result<CommitteeRow, RowRefusal> {
        let letter = letter_of_person(self.kind.trimmed()).ok_or_else(|| {
            refuse(
                written_here("CommitteeInformations.Type"),
                RowReason::Letter,
            )
        })?;
        let name = self.person.name;
        Ok(CommitteeRow {
            sequence: self.sequence,
            title: name.title,
            first_name: name.first,
            middle_name: name.middle,
            last_name: name.last,
            r#type: Word(letter.to_owned()),
        })
    }
}

impl Description {
    fn row(self) -> Result<TextRow, RowRefusal> {
        let letter = letter_of_text(self.kind.trimmed()).ok_or_else(|| {
            refuse(
                written_here("AuthorizeDescriptions.Type"),
                RowReason::Letter,
            )
        })?;
        Ok(TextRow {
            sequence: self.sequence,
            authorize_description: self.detail,
            r#type: Word(letter.to_owned()),
        })
    }
}

/// The branch's name belongs to the first address; the head office is told by that name too.
fn addresses(rows: Vec<WrappedAddress>, branch_name: &Word) -> Vec<AddressRow> {
    rows.into_iter()
        .enumerate()
        .map(|(index, row)| {
            let soi = row.address.lane();
            let address = row.address;
            AddressRow {
                address_name: if index == 0 {
                    branch_name.clone()
                } else {
                    Word::default()
                },
                full_address: address.full,
                building: address.building,
                room_no: address.room,
                floor: address.floor,
                village_name: address.village,
                address_no: address.number,
                moo: address.moo,
                soi,
                road: address.road,
                tumbol: address.tumbol.text,
                ampur: address.ampur.text,
                province: address.province.text,
            }
        })
        .collect()
}

impl Address {
    /// The lane with the lanes that branch off it; the record has one place for all of them.
    fn lane(&self) -> Word {
        let soi = self.soi.trimmed().to_owned();
        let yaek = self.yaek.given().map(|yaek| format!("แยก {yaek}"));
        let trok = self.trok.given().map(|trok| format!("ตรอก {trok}"));
        let parts: Vec<String> = [Some(soi), yaek, trok]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        Word(parts.join(" "))
    }
}

/// A list, a lone object, or null.
#[derive(Debug)]
struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMore<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, a list of objects or null")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Many::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| Many(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut many = Vec::new();
                while let Some(one) = list.next_element()? {
                    many.push(one);
                }
                Ok(Many(many))
            }
        }

        deserializer.deserialize_any(OneOrMore(PhantomData))
    }
}

#[cfg(test)]
mod tests;
