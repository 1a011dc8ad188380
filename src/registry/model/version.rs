//! Versions of a record, and the numbers behind its officers.

use super::{JuristicPerson, OfficerRef};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use serde::{Deserialize, Serialize};

/// Where a version came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionSource {
    /// A bulk feed file.
    Feed,
    /// The government exchange, asked for one number.
    Exchange,
}

impl VersionSource {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Exchange => "exchange",
        }
    }

    /// Back from the stored word.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Feed, Self::Exchange]
            .into_iter()
            .find(|source| source.as_str() == text)
    }
}

/// Whether the officers' identities are known for a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityState {
    /// The register told who stands behind the officers.
    Known,
    /// It could not be asked or did not answer.
    Unavailable,
    /// It answered, but not about the same officers: nothing of it is used.
    Conflicting,
}

impl IdentityState {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Unavailable => "unavailable",
            Self::Conflicting => "conflicting",
        }
    }

    /// Back from the stored word.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Known, Self::Unavailable, Self::Conflicting]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// One version of what we know of a juristic person. Versions are only ever added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterVersion {
    /// Counts from 1 for each juristic person (REL-11).
    pub version: u64,
    /// The register stated this from here on, as far as we saw or were told.
    pub valid_from: Instant,
    /// It no longer held from here on; `None`: it holds until a later version says otherwise.
    pub valid_to: Option<Instant>,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The latest instant at which the register was seen to state exactly this.
    pub data_as_of: Instant,
    /// Where it came from.
    pub source: VersionSource,
    /// Digest of the record.
    pub digest: Digest,
    /// Whether the officers' identities are known.
    pub identities: IdentityState,
}

/// A blind index: a keyed digest under which a 13-digit number or a passport is found again without being stored.
pub type BlindIndex = [u8; 32];

/// What kind of number stands behind a blind index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdentityKind {
    /// เลขประจำตัวประชาชน
    NationalId,
    /// A foreign passport: number, country and date of birth together.
    Passport,
}

impl IdentityKind {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NationalId => "national_id",
            Self::Passport => "passport",
        }
    }

    /// Back from the stored word.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::NationalId, Self::Passport]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// The number behind one officer, blinded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerIdentity {
    /// Which officer.
    pub officer: OfficerRef,
    /// Kind of number.
    pub kind: IdentityKind,
    /// Its blind index.
    pub index: BlindIndex,
}

/// A record with its version and what is known of the people in it: what every other room decides from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Which version.
    pub version: RegisterVersion,
    /// What the register states.
    pub record: JuristicPerson,
    /// The numbers behind its officers, blinded. Empty unless `version.identities` is `Known`.
    pub identities: Vec<OfficerIdentity>,
}
