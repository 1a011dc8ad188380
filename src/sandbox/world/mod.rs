//! The invented country the stand-ins share: its companies, its people, its foreigners.
//!
//! Everything here is fictional. Numbers carry valid check digits and lie where none have been handed
//! out (high running numbers for companies, low serials for people), so that the product's checks
//! accept them and nobody real is meant.
//!
//! Words: a *person* has a 13-digit ID; a *foreigner* has a passport only; an *officer* is a person or
//! foreigner in a role on the register, under the name the register wrote down (which may differ from
//! the name on the card: a doctorate, a former surname). A few officers have no number at all, as in
//! old paper records.
//!
//! Invariants, proven by the tests below: every number checks, none occurs twice, every kind and every
//! status of the register occurs, the pieces of every text put together give the text.
//!
//! To add a company: append it to the file of its kind (`*_companies.json`, `partnerships.json`,
//! `other_kinds.json`), give it a free running number ([`crate::kernel::id::check_digit`] completes it)
//! and cut its texts into pieces as the register does, here and there inside a word.

use crate::kernel::id::{NationalId, RegistrationNumber};
use crate::kernel::money::Baht;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

/// A name in its three parts, as the register and the identity card keep them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// `นาย`, `พันตำรวจเอก`, `Mr.`
    pub title: String,
    /// Given name, with any middle names.
    pub first: String,
    /// Family name.
    pub last: String,
}

impl PersonName {
    /// Given and family name with one space between, without the title.
    pub fn without_title(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// As printed: a Thai title stands directly before the name, a Latin one (and a rank or degree
    /// before a Latin name) with a space.
    pub fn full(&self) -> String {
        let space = if self.title.is_ascii() { " " } else { "" };
        format!("{}{space}{} {}", self.title, self.first, self.last)
    }
}

/// Somebody with a Thai identity card (or a 13-digit number for a resident foreigner).
#[derive(Debug, Clone)]
pub struct Person {
    /// The 13-digit ID.
    pub national_id: NationalId,
    /// As on the card, in Thai.
    pub name: PersonName,
    /// As on the card, in Latin letters.
    pub name_en: PersonName,
    /// Common era.
    pub birth_date: NaiveDate,
}

/// A travel document as the register noted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passport {
    /// Number printed in the document.
    pub number: String,
    /// Issuing country, ISO 3166-1 alpha-3.
    pub country: String,
    /// Common era.
    pub birth_date: NaiveDate,
}

/// Somebody known by a passport only.
#[derive(Debug, Clone)]
pub struct Foreigner {
    /// The document.
    pub passport: Passport,
    /// As the register writes it: Thai letters, or Latin ones.
    pub name: PersonName,
    /// As in the passport.
    pub name_en: PersonName,
}

/// What kind of juristic person: the first four carry a register code, the others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JuristicKind {
    /// ห้างหุ้นส่วนสามัญนิติบุคคล (Civil and Commercial Code s. 1064)
    OrdinaryPartnership,
    /// ห้างหุ้นส่วนจำกัด (s. 1077)
    LimitedPartnership,
    /// บริษัทจำกัด (s. 1096)
    LimitedCompany,
    /// บริษัทมหาชนจำกัด (Public Limited Companies Act)
    PublicCompany,
    /// สมาคมการค้า (Trade Association Act)
    TradeAssociation,
    /// หอการค้า (Chamber of Commerce Act)
    ChamberOfCommerce,
    /// นิติบุคคลต่างประเทศ (Foreign Business Act)
    ForeignBranch,
}

impl JuristicKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::OrdinaryPartnership,
        Self::LimitedPartnership,
        Self::LimitedCompany,
        Self::PublicCompany,
        Self::TradeAssociation,
        Self::ChamberOfCommerce,
        Self::ForeignBranch,
    ];

    /// What the exchange writes in `JuristicType`: a digit where the register has one (it is also the
    /// fourth digit of the number), the Thai word where it has none.
    pub fn register_code(self) -> &'static str {
        match self {
            Self::OrdinaryPartnership => "2",
            Self::LimitedPartnership => "3",
            Self::LimitedCompany => "5",
            Self::PublicCompany => "7",
            Self::TradeAssociation => "สมาคมการค้า",
            Self::ChamberOfCommerce => "หอการค้า",
            Self::ForeignBranch => "นิติบุคคลต่างประเทศ",
        }
    }
}

/// What somebody is on the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficerRole {
    /// กรรมการ
    Director,
    /// หุ้นส่วนผู้จัดการ
    ManagingPartner,
    /// หุ้นส่วน
    Partner,
    /// ผู้ชำระบัญชี
    Liquidator,
}

/// Which number, if any, the register holds for an officer.
#[derive(Debug, Clone)]
pub enum OfficerIdentity {
    /// A Thai identity card.
    NationalId(NationalId),
    /// A foreign passport.
    Passport(Passport),
    /// Neither: an entry older than the numbers.
    NotRecorded,
}

/// One person in one role.
#[derive(Debug, Clone)]
pub struct Officer {
    /// Place on the register's list, from 1; kept when others leave.
    pub sequence: u32,
    /// The role.
    pub role: OfficerRole,
    /// As registered.
    pub name: PersonName,
    /// The number behind the name; the public exchange never shows it.
    pub identity: OfficerIdentity,
    /// First day in office.
    pub appointed: NaiveDate,
    /// First day no longer in office; `None` while in office.
    pub ended: Option<NaiveDate>,
}

impl Officer {
    /// Whether the officer holds the role on this day.
    pub fn in_office(&self, day: NaiveDate) -> bool {
        self.appointed <= day && self.ended.is_none_or(|ended| day < ended)
    }
}

/// Which entry of the register a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// อำนาจกรรมการ: who may bind the juristic person.
    Authority,
    /// ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ
    PartnerLimit,
    /// รายการอื่นที่เห็นสมควรทราบ
    Other,
    /// หมายเหตุการเปลี่ยนชื่อ
    Rename,
    /// หมายเหตุอื่น: dissolution, liquidators, court orders.
    Note,
}

impl TextKind {
    /// The letter of `AuthorizeDescriptions[].Type`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Authority => "L",
            Self::PartnerLimit => "M",
            Self::Other => "N",
            Self::Rename => "R",
            Self::Note => "S",
        }
    }
}

/// One registered text and the pieces the exchange delivers it in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredText {
    /// Which entry.
    pub kind: TextKind,
    /// The whole, ending with the slash that closes an entry.
    pub text: String,
    /// The same, cut; a cut may lie inside a word.
    pub pieces: Vec<String>,
}

/// The head office, in the register's parts; empty where there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "each field is the part of a Thai address it is named after"
)]
pub struct Address {
    pub building: String,
    pub room: String,
    pub floor: String,
    pub village: String,
    pub number: String,
    pub moo: String,
    pub soi: String,
    pub road: String,
    pub tumbol: String,
    pub ampur: String,
    pub province: String,
}

impl Address {
    /// One line, with the words that Bangkok and the provinces use for their districts.
    pub fn full(&self) -> String {
        let bangkok = self.province == "กรุงเทพมหานคร";
        let (tumbol, ampur, province) = if bangkok {
            ("แขวง", "เขต", "")
        } else {
            ("ตำบล", "อำเภอ", "จังหวัด")
        };
        let parts = [
            ("เลขที่ ", &self.number),
            ("หมู่ที่ ", &self.moo),
            ("", &self.building),
            ("ห้องเลขที่ ", &self.room),
            ("ชั้นที่ ", &self.floor),
            ("หมู่บ้าน", &self.village),
            ("ซอย", &self.soi),
            ("ถนน", &self.road),
            (tumbol, &self.tumbol),
            (ampur, &self.ampur),
            (province, &self.province),
        ];
        let present = parts.iter().filter(|(_, value)| !value.is_empty());
        present
            .map(|(label, value)| format!("{label}{value}"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// One juristic person as the register knows it.
#[derive(Debug, Clone)]
pub struct JuristicPerson {
    /// 13 digits.
    pub id: RegistrationNumber,
    /// The kind.
    pub kind: JuristicKind,
    /// The number before a conversion or amalgamation, or empty.
    pub old_id: String,
    /// Date of registration, common era.
    pub registered: NaiveDate,
    /// Full Thai name with its prefix.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Status in the register's words; spelling varies as it does there.
    pub status: String,
    /// Registered capital; zero where the kind has none.
    pub capital: Baht,
    /// Paid-up capital.
    pub paid: Baht,
    /// Number of objectives.
    pub objectives: u32,
    /// Pages they fill.
    pub objective_pages: u32,
    /// Thai industry classification, five digits.
    pub industry: String,
    /// Its Thai label.
    pub industry_text: String,
    /// Head office.
    pub address: Address,
    /// Everybody in office now or earlier.
    pub officers: Vec<Officer>,
    /// Statement of authority, limits and notes.
    pub texts: Vec<RegisteredText>,
}

impl JuristicPerson {
    /// The name as the exchange writes it: a company's without the word บริษัท.
    pub fn name_without_prefix(&self) -> &str {
        self.name.strip_prefix("บริษัท ").unwrap_or(&self.name)
    }
}

/// Why the embedded data cannot be used. Tests prove that this does not happen.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file that does not have the expected shape.
    #[error("the sandbox data file {file} cannot be read")]
    Shape {
        /// Which file.
        file: &'static str,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// An officer that points at nobody.
    #[error("officer {sequence} of {juristic_id} is nobody in the sandbox world")]
    Nobody {
        /// The company.
        juristic_id: RegistrationNumber,
        /// The officer's place on its list.
        sequence: u32,
    },
}

/// The whole invented country.
#[derive(Debug)]
pub struct World {
    people: Vec<Person>,
    foreigners: Vec<Foreigner>,
    juristic_persons: Vec<JuristicPerson>,
}

const COMPANY_FILES: [(&str, &str); 5] = [
    (
        "limited_companies.json",
        include_str!("limited_companies.json"),
    ),
    (
        "limited_companies_other_statuses.json",
        include_str!("limited_companies_other_statuses.json"),
    ),
    (
        "public_companies.json",
        include_str!("public_companies.json"),
    ),
    ("partnerships.json", include_str!("partnerships.json")),
    ("other_kinds.json", include_str!("other_kinds.json")),
];

impl World {
    /// Read the embedded data and join officers with the people they are.
    pub fn load() -> Result<Self, WorldError> {
        let people: Vec<RawPerson> = parse("people.json", include_str!("people.json"))?;
        let people: Vec<Person> = people.into_iter().map(Person::from).collect();
        let foreigners: Vec<RawForeigner> =
            parse("foreigners.json", include_str!("foreigners.json"))?;
        let foreigners: Vec<Foreigner> = foreigners.into_iter().map(Foreigner::from).collect();
        let directory = Directory {
            people: people
                .iter()
                .map(|person| (person.national_id.expose(), person))
                .collect(),
            foreigners: foreigners
                .iter()
                .map(|person| (person.passport.number.as_str(), person))
                .collect(),
        };
        let mut juristic_persons = Vec::new();
        for (file, text) in COMPANY_FILES {
            for raw in parse::<Vec<RawJuristicPerson>>(file, text)? {
                juristic_persons.push(directory.join(raw)?);
            }
        }
        Ok(Self {
            people,
            foreigners,
            juristic_persons,
        })
    }

    /// Everybody with a 13-digit ID.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Everybody with a passport only.
    pub fn foreigners(&self) -> &[Foreigner] {
        &self.foreigners
    }

    /// Every juristic person.
    pub fn juristic_persons(&self) -> &[JuristicPerson] {
        &self.juristic_persons
    }

    /// The person with this 13-digit ID, written as 13 ASCII digits.
    pub fn person(&self, national_id: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.national_id.expose() == national_id)
    }

    /// The foreigner with this passport number.
    pub fn foreigner(&self, passport: &str) -> Option<&Foreigner> {
        self.foreigners
            .iter()
            .find(|foreigner| foreigner.passport.number == passport)
    }

    /// The juristic person with this number.
    pub fn juristic_person(&self, id: &RegistrationNumber) -> Option<&JuristicPerson> {
        self.juristic_persons
            .iter()
            .find(|juristic| juristic.id == *id)
    }

    /// People whose Thai or English name or ID contains the text, letters in either case; everybody
    /// for an empty text.
    pub fn search_people(&self, text: &str) -> Vec<&Person> {
        let wanted = text.trim().to_lowercase();
        let matches = |person: &&Person| {
            [
                person.name.full(),
                person.name_en.full(),
                person.national_id.expose().to_owned(),
            ]
            .iter()
            .any(|field| field.to_lowercase().contains(&wanted))
        };
        self.people.iter().filter(matches).collect()
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, WorldError> {
    serde_json::from_str(text).map_err(|cause| WorldError::Shape { file, cause })
}

struct Directory<'a> {
    people: HashMap<&'a str, &'a Person>,
    foreigners: HashMap<&'a str, &'a Foreigner>,
}

impl Directory<'_> {
    fn join(&self, raw: RawJuristicPerson) -> Result<JuristicPerson, WorldError> {
        let officers = raw.officers.into_iter().map(|officer| {
            let sequence = officer.sequence;
            self.officer(officer).ok_or_else(|| WorldError::Nobody {
                juristic_id: raw.id.clone(),
                sequence,
            })
        });
        let officers = officers.collect::<Result<Vec<_>, _>>()?;
        Ok(JuristicPerson {
            id: raw.id,
            kind: raw.kind,
            old_id: raw.old_id,
            registered: raw.registered,
            name: raw.name,
            name_en: raw.name_en,
            status: raw.status,
            capital: raw.capital,
            paid: raw.paid,
            objectives: raw.objectives,
            objective_pages: raw.objective_pages,
            industry: raw.industry,
            industry_text: raw.industry_text,
            address: raw.address,
            officers,
            texts: raw.texts,
        })
    }

    fn officer(&self, raw: RawOfficer) -> Option<Officer> {
        let (mut name, identity) = match (&raw.national_id, &raw.passport, raw.unidentified) {
            (Some(id), None, None) => {
                let person = self.people.get(id.expose())?;
                (
                    person.name.clone(),
                    OfficerIdentity::NationalId(person.national_id.clone()),
                )
            }
            (None, Some(number), None) => {
                let foreigner = self.foreigners.get(number.as_str())?;
                (
                    foreigner.name.clone(),
                    OfficerIdentity::Passport(foreigner.passport.clone()),
                )
            }
            (None, None, Some(name)) => (PersonName::from(name), OfficerIdentity::NotRecorded),
            _ => return None,
        };
        if let Some(registered) = raw.registered_as {
            name.title = registered.title.unwrap_or(name.title);
            name.last = registered.last_name.unwrap_or(name.last);
        }
        let (sequence, role, appointed, ended) = (raw.sequence, raw.role, raw.appointed, raw.ended);
        Some(Officer {
            sequence,
            role,
            name,
            identity,
            appointed,
            ended,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    national_id: NationalId,
    title: String,
    first_name: String,
    last_name: String,
    title_en: String,
    first_name_en: String,
    last_name_en: String,
    birth_date: NaiveDate,
}

impl From<RawPerson> for Person {
    fn from(raw: RawPerson) -> Self {
        Self {
            national_id: raw.national_id,
            name: PersonName {
                title: raw.title,
                first: raw.first_name,
                last: raw.last_name,
            },
            name_en: PersonName {
                title: raw.title_en,
                first: raw.first_name_en,
                last: raw.last_name_en,
            },
            birth_date: raw.birth_date,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForeigner {
    passport: String,
    country: String,
    title: String,
    first_name: String,
    last_name: String,
    title_en: String,
    first_name_en: String,
    last_name_en: String,
    birth_date: NaiveDate,
}

impl From<RawForeigner> for Foreigner {
    fn from(raw: RawForeigner) -> Self {
        Self {
            passport: Passport {
                number: raw.passport,
                country: raw.country,
                birth_date: raw.birth_date,
            },
            name: PersonName {
                title: raw.title,
                first: raw.first_name,
                last: raw.last_name,
            },
            name_en: PersonName {
                title: raw.title_en,
                first: raw.first_name_en,
                last: raw.last_name_en,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJuristicPerson {
    id: RegistrationNumber,
    kind: JuristicKind,
    old_id: String,
    registered: NaiveDate,
    name: String,
    name_en: String,
    status: String,
    capital: Baht,
    paid: Baht,
    objectives: u32,
    objective_pages: u32,
    industry: String,
    industry_text: String,
    address: Address,
    officers: Vec<RawOfficer>,
    texts: Vec<RegisteredText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOfficer {
    sequence: u32,
    role: OfficerRole,
    national_id: Option<NationalId>,
    passport: Option<String>,
    unidentified: Option<RawName>,
    #[serde(rename = "as")]
    registered_as: Option<RegisteredAs>,
    appointed: NaiveDate,
    ended: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawName {
    title: String,
    first_name: String,
    last_name: String,
}

impl From<RawName> for PersonName {
    fn from(raw: RawName) -> Self {
        Self {
            title: raw.title,
            first: raw.first_name,
            last: raw.last_name,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisteredAs {
    title: Option<String>,
    last_name: Option<String>,
}

#[cfg(test)]
mod tests;
