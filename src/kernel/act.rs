//! Acts a juristic person may be bound for: the catalogue, and the words of statements that mean them.
//!
//! The catalogue is data with a version. A code says what kind of act a relying party asks about
//! (`bank.account.open`); a *scope word* is what a registered statement says (การทำธุรกรรมกับธนาคาร).
//! Between the two there are three cases: the word surely covers the act, the word may cover it
//! (it is narrower or wider than the code), or it does not. Doubt is kept as doubt: an act that a
//! word only *may* cover never permits.
//!
//! To add an act: one row at the end of `catalogue.rs`, a new [`CATALOGUE_VERSION`]. To add a scope
//! word: one row in `scope_table.rs`; list under `surely` only acts every instance of which the
//! word covers.

mod catalogue;
mod scope_table;
mod scope_words;

pub use scope_words::{ScopeMeaning, scope_word, scope_word_at, scope_words};

use super::lang::Bilingual;
use catalogue::{ActType, CATALOGUE};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Version of the catalogue and of the scope words; part of every policy version.
pub const CATALOGUE_VERSION: &str = "2026.2";

/// The field of business an act belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Accounts and payments at a bank.
    Banking,
    /// Loans, guarantees and security.
    Credit,
    /// Telephone and data services.
    Telecom,
    /// Returns, refunds and disputes with the Revenue Department.
    Tax,
    /// Filings with the company registrar.
    Registry,
    /// Bids and contracts with the state.
    Procurement,
    /// Ordinary trade.
    Commercial,
    /// Land and buildings.
    Property,
    /// Courts, arbitration and criminal complaints.
    Litigation,
    /// Staff and social security.
    Employment,
    /// Customs clearance.
    Customs,
    /// Insurance contracts and claims.
    Insurance,
    /// Securities trading.
    Securities,
    /// Meetings of companies in which shares are held.
    Corporate,
    /// Licences.
    Government,
    /// Consent to share data.
    Consent,
}

impl Family {
    /// The family's name in both languages.
    pub fn label(self) -> Bilingual {
        let (thai, english) = match self {
            Self::Banking => ("ธนาคาร", "Banking"),
            Self::Credit => ("สินเชื่อ", "Credit"),
            Self::Telecom => ("โทรคมนาคม", "Telecom"),
            Self::Tax => ("ภาษีอากร", "Tax"),
            Self::Registry => ("งานทะเบียนนิติบุคคล", "Company registry"),
            Self::Procurement => ("จัดซื้อจัดจ้างภาครัฐ", "Public procurement"),
            Self::Commercial => ("การค้า", "Commerce"),
            Self::Property => ("อสังหาริมทรัพย์", "Property"),
            Self::Litigation => ("คดีความ", "Litigation"),
            Self::Employment => ("แรงงาน", "Employment"),
            Self::Customs => ("ศุลกากร", "Customs"),
            Self::Insurance => ("ประกันภัย", "Insurance"),
            Self::Securities => ("หลักทรัพย์", "Securities"),
            Self::Corporate => ("กิจการบริษัท", "Corporate affairs"),
            Self::Government => ("ใบอนุญาต", "Licences"),
            Self::Consent => ("ความยินยอม", "Consent"),
        };
        Bilingual::new(thai, english)
    }
}

/// The form the law asks of the act itself, and through Civil and Commercial Code s. 798 of the
/// power to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// No form, or the agency's own.
    None,
    /// Evidenced in writing.
    Evidence,
    /// Made in writing.
    Writing,
    /// Made in writing; registered with an officer where the object demands it.
    WritingOrRegistered,
    /// Made in writing and registered with an officer.
    Registered,
}

/// How many acts the catalogue holds.
pub const ACT_COUNT: usize = 48;

/// One act of the catalogue, for example `bank.account.open`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActCode(u8);

/// Text that is not a code of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no act with this code in catalogue {CATALOGUE_VERSION}: {code:?}")]
pub struct UnknownAct {
    /// What was given.
    pub code: String,
}

impl ActCode {
    /// All acts, in the order of the catalogue.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        (0..ACT_COUNT).map(|index| Self(index as u8))
    }

    /// Position in the catalogue, below [`ACT_COUNT`]. Valid within one catalogue version.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    fn row(self) -> &'static ActType {
        static NOWHERE: ActType = ActType::NOWHERE;
        CATALOGUE.get(self.index()).unwrap_or(&NOWHERE)
    }

    /// The code as written in requests and receipts.
    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The act's name in both languages.
    pub fn label(self) -> Bilingual {
        Bilingual::new(self.row().thai, self.row().english)
    }

    /// The family it belongs to.
    pub fn family(self) -> Family {
        self.row().family
    }

    /// The number in Civil and Commercial Code s. 801 paragraph 2 when a power must name this act
    /// expressly; `None` when a general power may include it.
    pub fn named_authority(self) -> Option<u8> {
        self.row().named_authority
    }

    /// The form the law asks for.
    pub fn form(self) -> Form {
        self.row().form
    }

    /// Whether the act usually carries an amount of money.
    pub fn carries_amount(self) -> bool {
        self.row().carries_amount
    }
}

impl fmt::Display for ActCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ActCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActCode {
    type Err = UnknownAct;

    fn from_str(text: &str) -> Result<Self, UnknownAct> {
        Self::all()
            .find(|act| act.as_str() == text)
            .ok_or_else(|| UnknownAct {
                code: text.to_owned(),
            })
    }
}

impl Serialize for ActCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ActCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A set of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ActSet(u64);

impl ActSet {
    /// No act.
    pub const NONE: Self = Self(0);
    /// Every act of the catalogue.
    pub const ALL: Self = Self((1 << ACT_COUNT) - 1);

    /// Whether the act is in the set.
    pub fn contains(self, act: ActCode) -> bool {
        self.0 & (1 << act.0) != 0
    }

    /// The set with one act more.
    #[must_use]
    pub fn with(self, act: ActCode) -> Self {
        Self(self.0 | (1 << act.0))
    }

    /// Acts in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Acts in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Acts in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The acts, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = ActCode> {
        ActCode::all().filter(move |act| self.contains(*act))
    }
}

impl FromIterator<ActCode> for ActSet {
    fn from_iter<I: IntoIterator<Item = ActCode>>(acts: I) -> Self {
        acts.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_reads_back_and_none_is_there_twice() {
        let codes: BTreeSet<&str> = ActCode::all().map(ActCode::as_str).collect();
        assert_eq!(codes.len(), ACT_COUNT);
        for act in ActCode::all() {
            assert_eq!(act.as_str().parse(), Ok(act));
            let json = serde_json::to_string(&act).unwrap();
            assert_eq!(serde_json::from_str::<ActCode>(&json).unwrap(), act);
            assert!(!act.label().th.is_empty() && !act.label().en.is_empty());
        }
        assert!("bank.account".parse::<ActCode>().is_err());
        assert!("".parse::<ActCode>().is_err());
    }

    #[test]
    fn the_six_acts_of_section_801_are_marked() {
        let named: BTreeSet<u8> = ActCode::all()
            .filter_map(ActCode::named_authority)
            .collect();
        assert_eq!(named, (1..=6).collect());
        let codes: Vec<&str> = ActCode::all()
            .filter(|act| act.named_authority().is_some())
            .map(ActCode::as_str)
            .collect();
        assert_eq!(
            codes,
            [
                "credit.mortgage.immovable",
                "property.sale.immovable",
                "property.lease.long",
                "property.gift",
                "litig.sue",
                "litig.compromise",
                "litig.arbitrate"
            ]
        );
    }
}
