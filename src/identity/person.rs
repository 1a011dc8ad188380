//! A person as a provider proved them, and our reference of that person.
//!
//! Accounts are found by issuer and subject. Two accounts are one person only when issuers that are trusted for it
//! name the same 13-digit ID, or the same passport with its country and birth date; never by name, birth date, mail or telephone (SEC-44).

use super::assurance::Assurance;
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::{NationalId, Randomness, crockford};
use crate::kernel::lang::Language;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Our reference of a person: random, and without meaning outside this service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct PersonRef(String);

/// Text that is no reference of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person's reference starts with \"per_\" and goes on with 26 characters of base 32")]
pub struct PersonRefError;

impl PersonRef {
    /// A fresh reference with 128 random bits.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0u8; 16];
        randomness.fill(&mut bytes);
        Self(format!("per_{}", crockford(&bytes)))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PersonRef {
    type Err = PersonRefError;

    fn from_str(text: &str) -> Result<Self, PersonRefError> {
        let rest = text.strip_prefix("per_").ok_or(PersonRefError)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if rest.len() == 26 && rest.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PersonRefError)
        }
    }
}

/// The parts of a person's name as the provider signed them. Personal data: its `Debug` prints a fixed word, and it is
/// written to JSON only to be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    /// Title, Thai: `นาย`. Empty when the provider does not say.
    pub title: String,
    /// Given name, Thai.
    pub given: String,
    /// Family name, Thai.
    pub family: String,
    /// Whole name in Latin letters, if known.
    pub english: Option<String>,
}

impl PersonName {
    /// Title, given name and family name, as written in Thai.
    pub fn thai(&self) -> String {
        // A Thai title is written on to the given name.
        format!("{}{} {}", self.title, self.given, self.family)
            .trim()
            .to_owned()
    }

    /// The name for a page in this language.
    pub fn shown(&self, language: Language) -> String {
        match (language, &self.english) {
            (Language::En, Some(english)) => english.clone(),
            _ => self.thai(),
        }
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(hidden)")
    }
}

/// A travel document, as a provider or the register names it. Personal data: its `Debug` prints a fixed word, and it is
/// written to JSON only to be sealed or to ask the status service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// Number printed in it.
    pub number: String,
    /// Issuing country, ISO 3166-1 alpha-3.
    pub country: String,
    /// Date of birth of its holder, common era.
    pub birth_date: NaiveDate,
}

/// Text that cannot be a passport's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a passport has a number of 4 to 20 letters and digits and a country of three letters")]
pub struct PassportError;

impl Passport {
    /// From what a provider states: letters in upper case, without the spaces and hyphens that people write.
    pub fn new(number: &str, country: &str, birth_date: NaiveDate) -> Result<Self, PassportError> {
        let number = plain(number);
        let country = plain(country);
        let letters = country.bytes().all(|byte| byte.is_ascii_uppercase());
        let marks = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if (4..=20).contains(&number.len()) && marks && country.len() == 3 && letters {
            Ok(Self {
                number,
                country,
                birth_date,
            })
        } else {
            Err(PassportError)
        }
    }
}

/// Upper case, and nothing that only separates.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passport(hidden)")
    }
}

/// What makes a sign-in provable years later: the provider's signed words, the key they were signed with, and the random
/// part of the nonce that binds them to what the sign-in was for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The ID token as it came (compact serialisation).
    pub id_token: String,
    /// The JSON Web Key that verified it.
    pub jwk: serde_json::Value,
    /// The random part of the nonce, hexadecimal.
    pub nonce_random: String,
}

impl Evidence {
    /// The digest that receipts and the log name the evidence by.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of(canonical_json(self)?))
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence(hidden)")
    }
}

/// Somebody whom a provider has just proved to be there.
#[derive(Debug, Clone)]
pub struct ProvenIdentity {
    /// Issuer identifier of the provider.
    pub issuer: String,
    /// The provider's subject identifier. Stored only as a keyed index and sealed.
    pub subject: String,
    /// 13-digit ID, present only when the provider is trusted for it.
    pub national_id: Option<NationalId>,
    /// Passport, present only when the provider is trusted for it.
    pub passport: Option<Passport>,
    /// Name.
    pub name: PersonName,
    /// Levels and time.
    pub assurance: Assurance,
    /// Proof of all that.
    pub evidence: Evidence,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::SeededRandomness;

    #[test]
    fn a_reference_is_read_back_and_other_text_is_refused() {
        let reference = PersonRef::generate(&SeededRandomness::new(1));
        assert_eq!(reference.as_str().parse(), Ok(reference.clone()));
        for text in [
            "per_",
            "si_00000000000000000000000000",
            "per_0000000000000000000000000A",
        ] {
            assert_eq!(text.parse::<PersonRef>(), Err(PersonRefError), "{text}");
        }
    }

    #[test]
    fn a_passport_is_read_in_one_spelling_and_never_printed() {
        let born: NaiveDate = "1974-05-20".parse().unwrap();
        let passport = Passport::new("tz 000-0011", "jpn", born).unwrap();
        assert_eq!(
            (passport.number.as_str(), passport.country.as_str()),
            ("TZ0000011", "JPN")
        );
        assert_eq!(format!("{passport:?}"), "Passport(hidden)");
        for (number, country) in [
            ("", "JPN"),
            ("TZ0000011", "JP"),
            ("ทะเบียน", "JPN"),
            ("1", "JPN"),
        ] {
            assert_eq!(Passport::new(number, country, born), Err(PassportError));
        }
    }

    #[test]
    fn a_thai_title_is_written_on_to_the_name() {
        let mut name = PersonName {
            title: "นาย".to_owned(),
            given: "กล้า".to_owned(),
            family: "ทดลองดี".to_owned(),
            english: Some("Mr Kla Thotlongdi".to_owned()),
        };
        assert_eq!(name.shown(Language::Th), "นายกล้า ทดลองดี");
        assert_eq!(name.shown(Language::En), "Mr Kla Thotlongdi");
        name.english = None;
        assert_eq!(name.shown(Language::En), "นายกล้า ทดลองดี");
        assert_eq!(format!("{name:?}"), "PersonName(hidden)");
    }
}
