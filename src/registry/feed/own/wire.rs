//! The members of our own schema, as they travel. Members that are not named here are refused.

use crate::registry::kind::JuristicType;
use crate::registry::model::{OfficerRole, StatementKind};
use crate::signing_rule::Liability;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// No header is longer, in bytes.
pub(super) const LONGEST_HEADER: usize = 1_024;

/// The header that a feed may begin with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderLine {
    /// [`super::FORMAT`].
    pub format: String,
    /// Who wrote it, in free words.
    #[serde(default)]
    pub note: Option<String>,
}

/// One juristic person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct RowLine {
    pub registration_number: String,
    #[serde(default)]
    pub former_number: Option<String>,
    #[serde(default)]
    pub successor_number: Option<String>,
    pub juristic_type: JuristicType,
    pub status_text: String,
    pub name_th: String,
    #[serde(default)]
    pub name_en: Option<String>,
    #[serde(default)]
    pub former_names: Vec<Object<FormerNameLine>>,
    pub registered_on: String,
    #[serde(default)]
    pub dissolved_on: Option<String>,
    #[serde(default)]
    pub capital: Option<String>,
    #[serde(default)]
    pub paid_up: Option<String>,
    #[serde(default)]
    pub addresses: Vec<Object<AddressLine>>,
    #[serde(default)]
    pub objectives: Object<ObjectivesLine>,
    pub officers: Vec<Object<OfficerLine>>,
    #[serde(default)]
    pub former_officers: Vec<Object<OfficerLine>>,
    pub statements: Vec<Object<StatementLine>>,
    /// Whether the feed knows the officers' numbers; absent: whether it tells one here.
    #[serde(default)]
    pub numbers_known: Option<bool>,
    #[serde(default)]
    pub valid_from: Option<String>,
    #[serde(default)]
    pub valid_to: Option<String>,
}

/// A name that it had before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct FormerNameLine {
    pub name_th: String,
    #[serde(default)]
    pub until: Option<String>,
}

/// An address in its parts.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct AddressLine {
    pub name: String,
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

impl AddressLine {
    pub(super) fn parts(&self) -> [(&'static str, &str); 13] {
        [
            ("name", &self.name),
            ("full", &self.full),
            ("building", &self.building),
            ("room", &self.room),
            ("floor", &self.floor),
            ("village", &self.village),
            ("number", &self.number),
            ("moo", &self.moo),
            ("soi", &self.soi),
            ("road", &self.road),
            ("tumbol", &self.tumbol),
            ("ampur", &self.ampur),
            ("province", &self.province),
        ]
    }
}

/// What it was registered to do.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct ObjectivesLine {
    #[serde(default)]
    pub count: Option<u32>,
    #[serde(default)]
    pub pages: Option<u32>,
    #[serde(default)]
    pub standard_code: Option<String>,
    #[serde(default)]
    pub texts: Vec<String>,
}

/// One person in one or more roles. Personal data: `Debug` prints the place only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct OfficerLine {
    pub sequence: u32,
    pub roles: Vec<OfficerRole>,
    pub name: Object<NameLine>,
    #[serde(default)]
    pub latin_name: Option<String>,
    #[serde(default)]
    pub liability: Option<Liability>,
    #[serde(default)]
    pub appointed: Option<String>,
    #[serde(default)]
    pub ended: Option<String>,
    #[serde(default)]
    pub nationality: Option<String>,
    #[serde(default)]
    pub national_id: Option<String>,
    #[serde(default)]
    pub passport: Option<Object<PassportLine>>,
}

impl fmt::Debug for OfficerLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficerLine({})", self.sequence)
    }
}

/// A person's name in its parts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct NameLine {
    #[serde(default)]
    pub title: String,
    pub first: String,
    #[serde(default)]
    pub middle: Option<String>,
    #[serde(default)]
    pub last: String,
}

/// A passport. It has no `Debug`: it is personal data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct PassportLine {
    pub number: String,
    pub country: String,
    pub birth_date: String,
}

/// One registered text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the members are those of the model and are described in the schema file"
)]
pub struct StatementLine {
    pub kind: StatementKind,
    pub text: String,
}

/// An object, and nothing else: members by place in a list are not in the schema.
#[derive(Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}
