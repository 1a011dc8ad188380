//! A juristic person as the register states it, and the versions of that statement.

use super::kind::{JuristicType, Status};
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

mod version;

pub use version::{
    BlindIndex, Facts, IdentityKind, IdentityState, OfficerIdentity, RegisterVersion, VersionSource,
};

/// Which officer of one juristic person: `off_` and a number that no other officer of it ever had.
///
/// The number is the place on the register's list when the officer was first seen there, and stays when others
/// leave. It means nothing outside its juristic person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfficerRef(u32);

/// Text that is not an officer reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an officer reference is written off_ and a number from 1")]
pub struct OfficerRefError;

impl OfficerRef {
    /// The reference with this number; `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for OfficerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "off_{}", self.0)
    }
}

impl FromStr for OfficerRef {
    type Err = OfficerRefError;

    fn from_str(text: &str) -> Result<Self, OfficerRefError> {
        let digits = text.strip_prefix("off_").ok_or(OfficerRefError)?;
        // One spelling each: no sign, no leading zero.
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(OfficerRefError);
        }
        let number = digits.parse().map_err(|_| OfficerRefError)?;
        Self::new(number).ok_or(OfficerRefError)
    }
}

impl Serialize for OfficerRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OfficerRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What somebody is on the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

impl OfficerRole {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Director => "director",
            Self::ManagingPartner => "managing_partner",
            Self::Partner => "partner",
            Self::Liquidator => "liquidator",
        }
    }
}

/// A person's name as registered, in its parts. Shown and printed unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Title, rank or honorific; may be empty.
    pub title: String,
    /// First name.
    pub first: String,
    /// Middle name, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<String>,
    /// Last name; may be empty (some people have none).
    pub last: String,
}

impl PersonName {
    /// First, middle and last name with one space between.
    pub fn without_title(&self) -> String {
        [
            self.first.as_str(),
            self.middle.as_deref().unwrap_or_default(),
            self.last.as_str(),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
    }

    /// As printed: a Thai title stands close to the name, a Latin one apart.
    pub fn full(&self) -> String {
        let rest = self.without_title();
        let latin = self
            .title
            .chars()
            .any(|letter| letter.is_ascii_alphabetic());
        if self.title.is_empty() {
            rest
        } else if latin {
            format!("{} {rest}", self.title)
        } else {
            format!("{}{rest}", self.title)
        }
    }
}

/// One natural person in office, or formerly so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Which one.
    pub reference: OfficerRef,
    /// Place on the register's list, from 1.
    pub sequence: u32,
    /// Name as registered.
    pub name: PersonName,
    /// Roles, each once, in order. A managing partner is a partner as well.
    pub roles: Vec<OfficerRole>,
    /// Nationality, ISO 3166-1 alpha-3, where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// First day in office, where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointed: Option<NaiveDate>,
    /// First day no longer in office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<NaiveDate>,
}

impl Officer {
    /// Whether the officer is in office on this day, as far as dates are known.
    pub fn serves_on(&self, day: NaiveDate) -> bool {
        self.appointed.is_none_or(|appointed| appointed <= day)
            && self.ended.is_none_or(|ended| day < ended)
    }

    /// Whether the officer has this role.
    pub fn is(&self, role: OfficerRole) -> bool {
        self.roles.contains(&role)
    }
}

/// Which entry of the register a text stands under (`AuthorizeDescriptions[].Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// `L` อำนาจกรรมการ: who may bind the juristic person.
    Authority,
    /// `M` ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ
    Restriction,
    /// `N` รายการอื่นที่เห็นสมควรทราบ
    Other,
    /// `R` หมายเหตุการเปลี่ยนชื่อ
    NameChange,
    /// `S` หมายเหตุอื่น ๆ
    Note,
}

impl StatementKind {
    /// Every kind, in the register's order.
    pub const ALL: [Self; 5] = [
        Self::Authority,
        Self::Restriction,
        Self::Other,
        Self::NameChange,
        Self::Note,
    ];

    /// The letter the exchange uses.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Authority => "L",
            Self::Restriction => "M",
            Self::Other => "N",
            Self::NameChange => "R",
            Self::Note => "S",
        }
    }

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Restriction => "restriction",
            Self::Other => "other",
            Self::NameChange => "name_change",
            Self::Note => "note",
        }
    }
}

/// One registered text, its pieces joined, letter by letter as registered (with the slash that closes it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Entry it stands under.
    pub kind: StatementKind,
    /// The text.
    pub text: String,
}

impl Statement {
    /// The text without the slash that closes an entry.
    pub fn words(&self) -> &str {
        let text = self.text.trim_end();
        text.strip_suffix('/').unwrap_or(text).trim_end()
    }
}

/// An address in the register's parts; a part that is not there is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    missing_docs,
    reason = "each field is the part of a Thai address it is named after"
)]
pub struct Address {
    /// What the register calls it: สำนักงานแห่งใหญ่.
    pub name: String,
    /// The whole in one line.
    pub full: String,
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

/// What the juristic person was registered to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// Number of clauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Pages they fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Thai standard industrial classification, five digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_code: Option<String>,
    /// Objectives told in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
}

/// Everything the register states of one juristic person at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JuristicPerson {
    /// Its number.
    pub registration_number: RegistrationNumber,
    /// The number it had before a conversion or amalgamation, as the register writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_number: Option<String>,
    /// Its type.
    pub juristic_type: JuristicType,
    /// Its status.
    pub status: Status,
    /// The status in the register's own words.
    pub status_text: String,
    /// Full Thai name with prefix and suffix.
    pub name_th: String,
    /// English name, if registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Earlier names told by name-change notes, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<String>,
    /// Date of registration.
    pub registered_on: NaiveDate,
    /// Registered capital; some types have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capital: Option<Baht>,
    /// Paid-up capital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_up: Option<Baht>,
    /// Head office first, then branches.
    pub addresses: Vec<Address>,
    /// Objectives.
    pub objectives: Objectives,
    /// People in office, in the register's order.
    pub officers: Vec<Officer>,
    /// People who left office, as far as the register told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_officers: Vec<Officer>,
    /// Registered texts.
    pub statements: Vec<Statement>,
}

impl JuristicPerson {
    /// SHA-256 over the canonical JSON of the record (RFC 8785).
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        canonical_json(self).map(Digest::of)
    }

    /// The texts of one kind, in order.
    pub fn texts(&self, kind: StatementKind) -> impl Iterator<Item = &Statement> {
        self.statements
            .iter()
            .filter(move |statement| statement.kind == kind)
    }

    /// The whole registered statement of who may bind it, exactly as registered; `None` when nothing is.
    /// Several entries are joined, so that none is left out when the statement is read.
    pub fn authority_text(&self) -> Option<String> {
        let text: String = self
            .texts(StatementKind::Authority)
            .map(|statement| statement.text.as_str())
            .collect();
        (!text.trim().is_empty()).then_some(text)
    }

    /// The people in office at this instant (by the calendar day in Thailand).
    pub fn officers_at(&self, at: Instant) -> impl Iterator<Item = &Officer> {
        let day = at.thai_date();
        self.officers
            .iter()
            .chain(&self.former_officers)
            .filter(move |officer| officer.serves_on(day))
    }

    /// The people whose office has ended by this instant.
    pub fn left_by(&self, at: Instant) -> impl Iterator<Item = &Officer> {
        let day = at.thai_date();
        self.officers
            .iter()
            .chain(&self.former_officers)
            .filter(move |officer| officer.ended.is_some_and(|ended| ended <= day))
    }

    /// The officer with this reference, in office or not.
    pub fn officer(&self, reference: OfficerRef) -> Option<&Officer> {
        self.officers
            .iter()
            .chain(&self.former_officers)
            .find(|officer| officer.reference == reference)
    }

    /// The head office in one line.
    pub fn head_office(&self) -> Option<&str> {
        self.addresses
            .first()
            .map(|address| address.full.as_str())
            .filter(|full| !full.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn officer_references_have_one_spelling() {
        assert_eq!(
            "off_12".parse::<OfficerRef>().map(OfficerRef::number),
            Ok(12)
        );
        assert_eq!(OfficerRef::new(12).unwrap().to_string(), "off_12");
        for bad in [
            "off_0",
            "off_012",
            "off_",
            "off_+1",
            "12",
            "off_4294967296",
            "off_1 ",
        ] {
            assert_eq!(bad.parse::<OfficerRef>(), Err(OfficerRefError), "{bad}");
        }
    }

    #[test]
    fn names_are_printed_as_registered() {
        let mut name = PersonName {
            title: "นาย".into(),
            first: "กล้า".into(),
            middle: None,
            last: "ทดลองดี".into(),
        };
        assert_eq!(name.full(), "นายกล้า ทดลองดี");
        name.title = "Mr.".into();
        name.middle = Some("ณ".into());
        assert_eq!(name.full(), "Mr. กล้า ณ ทดลองดี");
        name.title.clear();
        name.last.clear();
        assert_eq!(name.full(), "กล้า ณ");
    }

    #[test]
    fn an_office_includes_its_first_day_and_not_its_end() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let officer = Officer {
            reference: OfficerRef::new(1).unwrap(),
            sequence: 1,
            name: PersonName {
                title: String::new(),
                first: "ก".into(),
                middle: None,
                last: "ข".into(),
            },
            roles: vec![OfficerRole::Director],
            nationality: None,
            appointed: Some(day("2026-04-03")),
            ended: Some(day("2026-08-31")),
        };
        assert!(!officer.serves_on(day("2026-04-02")));
        assert!(officer.serves_on(day("2026-04-03")));
        assert!(officer.serves_on(day("2026-08-30")));
        assert!(!officer.serves_on(day("2026-08-31")));
    }
}
