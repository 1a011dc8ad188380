//! The exchange's members, as they travel.

use serde::{Deserialize, Deserializer};

/// The answer of `GET …/juristic/v4/profile/information`.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    /// One entry, or none for a number that nobody has.
    #[serde(rename = "ResultList", default)]
    pub results: Vec<Entry>,
}

/// One juristic person as the exchange writes it; also one line of a bulk feed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are named as the exchange names them"
)]
pub struct Entry {
    pub juristic_type: Word,
    #[serde(rename = "JuristicID")]
    pub juristic_id: Word,
    #[serde(rename = "OldJuristicID")]
    pub old_juristic_id: Word,
    pub register_date: Word,
    #[serde(rename = "JuristicName_TH")]
    pub name_th: Word,
    #[serde(rename = "JuristicName_EN")]
    pub name_en: Word,
    pub register_capital: Word,
    pub paid_register_capital: Word,
    pub number_of_objective: Word,
    pub number_of_page_of_objective: Word,
    pub juristic_status: Word,
    #[serde(rename = "StandardID")]
    pub standard_id: Word,
    #[serde(deserialize_with = "list")]
    pub committee_informations: Vec<CommitteeRow>,
    #[serde(deserialize_with = "list")]
    pub authorize_descriptions: Vec<TextRow>,
    #[serde(deserialize_with = "list")]
    pub standard_objectives: Vec<ObjectiveRow>,
    #[serde(deserialize_with = "list")]
    pub address_informations: Vec<AddressRow>,
}

/// One person on the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are named as the exchange names them"
)]
pub struct CommitteeRow {
    pub sequence: Word,
    pub title: Word,
    pub first_name: Word,
    pub middle_name: Word,
    pub last_name: Word,
    /// `K` director or partner, `L` managing partner.
    pub r#type: Word,
}

/// One piece of a registered text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are named as the exchange names them"
)]
pub struct TextRow {
    pub sequence: Word,
    /// A piece may begin and end inside a word: nothing of it is trimmed.
    pub authorize_description: Word,
    /// `L` authority, `M` restriction, `N` other, `R` name change, `S` note. (`L` means something else among people.)
    pub r#type: Word,
}

/// One objective in words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are named as the exchange names them"
)]
pub struct ObjectiveRow {
    pub sequence: Word,
    pub objective_description: Word,
}

/// One address in parts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are named as the exchange names them"
)]
pub struct AddressRow {
    pub address_name: Word,
    pub full_address: Word,
    pub building: Word,
    pub room_no: Word,
    pub floor: Word,
    pub village_name: Word,
    pub address_no: Word,
    pub moo: Word,
    pub soi: Word,
    pub road: Word,
    pub tumbol: Word,
    pub ampur: Word,
    pub province: Word,
}

/// A value that should be text: text, a number or null. Null and absence are the empty word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word(pub String);

impl Word {
    /// The text without spaces around it.
    pub fn trimmed(&self) -> &str {
        self.0.trim()
    }

    /// The trimmed text unless it is empty.
    pub fn given(&self) -> Option<&str> {
        Some(self.trimmed()).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
            Nothing(()),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => Self(text),
            Written::Number(number) => Self(number.to_string()),
            Written::Nothing(()) => Self::default(),
        })
    }
}

/// A list that may be null.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}
