//! People in office.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

pub use crate::signing_rule::Liability;

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
    /// เจ้าพนักงานพิทักษ์ทรัพย์ (Bankruptcy Act s. 22): an office of the Legal Execution Department, named where the
    /// register notes a receivership.
    OfficialReceiver,
    /// ผู้ทำแผน (Bankruptcy Act s. 90/12, 90/25): manages the debtor until a plan is approved.
    PlanPreparer,
    /// ผู้บริหารแผน (Bankruptcy Act s. 90/59): manages the debtor under an approved plan.
    PlanAdministrator,
}

impl OfficerRole {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Director,
        Self::ManagingPartner,
        Self::Partner,
        Self::Liquidator,
        Self::OfficialReceiver,
        Self::PlanPreparer,
        Self::PlanAdministrator,
    ];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Director => "director",
            Self::ManagingPartner => "managing_partner",
            Self::Partner => "partner",
            Self::Liquidator => "liquidator",
            Self::OfficialReceiver => "official_receiver",
            Self::PlanPreparer => "plan_preparer",
            Self::PlanAdministrator => "plan_administrator",
        }
    }

    /// The role behind a stable code.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A person's name as registered, in its parts. Shown and printed unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// First name.
    pub first: String,
    /// Last name; may be empty (some people have none).
    pub last: String,
    /// Middle name, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<String>,
    /// Title, rank or honorific; may be empty.
    pub title: String,
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
    /// First day in office, where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointed: Option<NaiveDate>,
    /// First day no longer in office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<NaiveDate>,
    /// Name in Latin letters, where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latin_name: Option<String>,
    /// Whether a partner's liability is limited (CCC 1077, 1078), where the register told it. `None` for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<Liability>,
    /// Name as registered.
    pub name: PersonName,
    /// Nationality, ISO 3166-1 alpha-3, where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// Which one.
    pub reference: OfficerRef,
    /// Roles, each once, in order. A managing partner is a partner as well.
    pub roles: Vec<OfficerRole>,
    /// Place on the register's list, from 1.
    pub sequence: u32,
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
            liability: None,
            latin_name: None,
            nationality: None,
            appointed: Some(day("2026-04-03")),
            ended: Some(day("2026-08-31")),
        };
        assert!(!officer.serves_on(day("2026-04-02")));
        assert!(officer.serves_on(day("2026-04-03")));
        assert!(officer.serves_on(day("2026-08-30")));
        assert!(!officer.serves_on(day("2026-08-31")));
    }

    #[test]
    fn every_role_has_one_code() {
        for role in OfficerRole::ALL {
            assert_eq!(OfficerRole::from_stored(role.as_str()), Some(role));
            assert_eq!(
                serde_json::to_value(role).unwrap(),
                serde_json::Value::from(role.as_str())
            );
        }
        assert_eq!(OfficerRole::from_stored("owner"), None);
    }
}
