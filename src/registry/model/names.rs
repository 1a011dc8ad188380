//! Names that a juristic person had.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name that a juristic person no longer has. Written as the name alone when its last day is not known, so that a
/// record that tells no dates keeps its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// The whole name, as registered.
    pub name: String,
    /// First day on which it had another name, where the register told it.
    pub until: Option<NaiveDate>,
}

impl From<String> for FormerName {
    fn from(name: String) -> Self {
        Self { name, until: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written<Text> {
    Name(Text),
    Dated(Dated<Text>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated<Text> {
    name: Text,
    until: NaiveDate,
}

impl Serialize for FormerName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.name.as_str();
        match self.until {
            None => Written::Name(name),
            Some(until) => Written::Dated(Dated { name, until }),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FormerName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::<String>::deserialize(deserializer)? {
            Written::Name(name) => Self::from(name),
            Written::Dated(Dated { name, until }) => Self {
                name,
                until: Some(until),
            },
        })
    }
}
