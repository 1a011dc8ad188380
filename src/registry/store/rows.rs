//! Rows and what they mean: a version, the people of a version, the freshness of a juristic person.

use super::Seen;
use crate::db::schema::{juristic_person_version, officer, register_seen};
use crate::db::{StoreError, bad_row};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use crate::registry::model::{
    BlindIndex, Facts, IdentityKind, IdentityState, JuristicPerson, Officer, OfficerIdentity,
    OfficerRef, RegisterVersion, VersionSource,
};
use crate::registry::vault::{RegistryVault, VaultError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::fmt::Display;

const TABLE: &str = "juristic_person_version";
const PEOPLE: &str = "officer";
const SEEN: &str = "register_seen";
/// Where a record lies sealed.
const RECORD: &str = "juristic_person_version.record";
/// Where a person lies sealed.
const PERSON: &str = "officer.person";

/// A registration number as it is stored: its digits as an integer. They begin with 0 and are 13.
pub(super) fn key_of(number: &RegistrationNumber) -> Result<i64, StoreError> {
    number
        .as_str()
        .parse()
        .map_err(|error| bad_row(TABLE, "registration_number", number.as_str(), error))
}

/// Back from what is stored.
pub(super) fn number_of(table: &'static str, key: i64) -> Result<RegistrationNumber, StoreError> {
    let digits = format!("{key:013}");
    digits
        .parse()
        .map_err(|error| bad_row(table, "registration_number", &digits, error))
}

pub(super) fn stored(version: u64, number: &str) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|error| bad_row(TABLE, "version", number, error))
}

/// A version.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = juristic_person_version)]
pub struct VersionRow {
    pub(super) registration_number: i64,
    pub(super) version: i64,
    pub(super) valid_from: NaiveDateTime,
    pub(super) valid_to: Option<NaiveDateTime>,
    pub(super) recorded_at: NaiveDateTime,
    pub(super) data_as_of: NaiveDateTime,
    pub(super) source: String,
    pub(super) digest: Vec<u8>,
    pub(super) identities: String,
    pub(super) data_key: Vec<u8>,
    pub(super) record: Vec<u8>,
}

/// Somebody in a version.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = officer)]
pub struct OfficerRow {
    pub(super) registration_number: i64,
    pub(super) version: i64,
    pub(super) place: i64,
    pub(super) reference: i64,
    pub(super) former: bool,
    pub(super) kind: Option<String>,
    pub(super) blind_index: Option<Vec<u8>>,
    pub(super) data_key: Vec<u8>,
    pub(super) person: Vec<u8>,
}

/// The freshness of a juristic person.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = register_seen)]
pub struct SeenRow {
    pub(super) registration_number: i64,
    pub(super) version: i64,
    pub(super) latest: i64,
    pub(super) highest_officer: i64,
    pub(super) stated: Vec<u8>,
    pub(super) data_as_of: NaiveDateTime,
    pub(super) seen_at: NaiveDateTime,
    pub(super) source: String,
}

/// All rows of one version, sealed and ready to be written.
pub struct VersionRows {
    pub(super) version: VersionRow,
    pub(super) people: Vec<OfficerRow>,
    highest: u32,
}

/// Identifier of a version's row, as its sealed value is bound to it.
fn version_id(key: i64, version: i64) -> String {
    format!("{key:013}/{version}")
}

/// Identifier of a person's row.
fn person_id(key: i64, version: i64, place: i64) -> String {
    format!("{key:013}/{version}/{place}")
}

/// The error of a sealed column: changed bytes are an inconsistent row, a vault out of reach is no fault of the row.
pub(in crate::registry) fn sealed_error(
    table: &'static str,
    column: &'static str,
    id: &str,
    error: VaultError,
) -> StoreError {
    match error {
        VaultError::CannotOpen { .. } => bad_row(table, column, id, error),
        VaultError::Unavailable { cause } => StoreError::Unavailable { cause },
    }
}

fn out_of_reach(cause: &dyn Display) -> StoreError {
    StoreError::Unavailable {
        cause: cause.to_string(),
    }
}

impl VersionRows {
    /// Seal a version: the record without its people, and each person apart.
    pub fn of(vault: &dyn RegistryVault, facts: &Facts) -> Result<Self, StoreError> {
        let number = facts.record.registration_number.as_str();
        let key = key_of(&facts.record.registration_number)?;
        let version = stored(facts.version.version, number)?;
        let json = |error: serde_json::Error| bad_row(TABLE, "record", number, error);
        let mut record = facts.record.clone();
        let (serving, left) = (
            std::mem::take(&mut record.officers),
            std::mem::take(&mut record.former_officers),
        );
        let sealed = vault
            .seal(
                RECORD,
                &version_id(key, version),
                &serde_json::to_vec(&record).map_err(json)?,
            )
            .map_err(|error| out_of_reach(&error))?;
        let everybody = serving
            .iter()
            .map(|officer| (officer, false))
            .chain(left.iter().map(|officer| (officer, true)));
        let mut highest = 0;
        let mut people = Vec::with_capacity(serving.len() + left.len());
        for (place, (officer, former)) in (1i64..).zip(everybody) {
            highest = highest.max(officer.reference.number());
            let identity = facts
                .identities
                .iter()
                .find(|identity| identity.officer == officer.reference);
            let person = vault
                .seal(
                    PERSON,
                    &person_id(key, version, place),
                    &serde_json::to_vec(officer).map_err(json)?,
                )
                .map_err(|error| out_of_reach(&error))?;
            people.push(OfficerRow {
                registration_number: key,
                version,
                place,
                reference: i64::from(officer.reference.number()),
                former,
                kind: identity.map(|identity| identity.kind.as_str().to_owned()),
                blind_index: identity.map(|identity| identity.index.to_vec()),
                data_key: person.data_key,
                person: person.value,
            });
        }
        Ok(Self {
            version: VersionRow {
                registration_number: key,
                version,
                valid_from: facts.version.valid_from.to_naive(),
                valid_to: facts.version.valid_to.map(Instant::to_naive),
                recorded_at: facts.version.recorded_at.to_naive(),
                data_as_of: facts.version.data_as_of.to_naive(),
                source: facts.version.source.as_str().to_owned(),
                digest: facts.version.digest.as_bytes().to_vec(),
                identities: facts.version.identities.as_str().to_owned(),
                data_key: sealed.data_key,
                record: sealed.value,
            },
            people,
            highest,
        })
    }

    /// The highest number an officer of this version has.
    pub fn highest_officer(&self) -> u32 {
        self.highest
    }
}

impl VersionRow {
    /// Open a version with its people (in order of their places).
    pub(super) fn into_facts(
        self,
        vault: &dyn RegistryVault,
        people: Vec<OfficerRow>,
    ) -> Result<Facts, StoreError> {
        let id = version_id(self.registration_number, self.version);
        let bad = |column: &'static str, cause: &dyn Display| bad_row(TABLE, column, &id, cause);
        let plain = vault
            .open(RECORD, &id, &self.data_key, &self.record)
            .map_err(|error| sealed_error(TABLE, "record", &id, error))?;
        let mut record: JuristicPerson =
            serde_json::from_slice(&plain).map_err(|error| bad("record", &error))?;
        if key_of(&record.registration_number)? != self.registration_number {
            return Err(bad("record", &"it is another juristic person's"));
        }
        let mut identities = Vec::new();
        for row in people {
            let (officer, former, identity) = row.into_officer(vault)?;
            identities.extend(identity);
            if former {
                record.former_officers.push(officer);
            } else {
                record.officers.push(officer);
            }
        }
        identities.sort_by_key(|identity: &OfficerIdentity| (identity.officer, identity.kind));
        identities.dedup();
        Ok(Facts {
            version: RegisterVersion {
                version: u64::try_from(self.version).map_err(|error| bad("version", &error))?,
                valid_from: Instant::from_naive(self.valid_from),
                valid_to: self.valid_to.map(Instant::from_naive),
                recorded_at: Instant::from_naive(self.recorded_at),
                data_as_of: Instant::from_naive(self.data_as_of),
                source: VersionSource::from_stored(&self.source)
                    .ok_or_else(|| bad("source", &"not a known word"))?,
                digest: digest(&self.digest).map_err(|error| bad("digest", &error))?,
                identities: IdentityState::from_stored(&self.identities)
                    .ok_or_else(|| bad("identities", &"not a known word"))?,
            },
            record,
            identities,
        })
    }
}

fn digest(bytes: &[u8]) -> Result<Digest, std::array::TryFromSliceError> {
    bytes.try_into().map(Digest::from_bytes)
}

impl OfficerRow {
    /// The person, whether the office has ended, and the number behind it.
    fn into_officer(
        self,
        vault: &dyn RegistryVault,
    ) -> Result<(Officer, bool, Option<OfficerIdentity>), StoreError> {
        let id = person_id(self.registration_number, self.version, self.place);
        let bad = |column: &'static str, cause: &dyn Display| bad_row(PEOPLE, column, &id, cause);
        let plain = vault
            .open(PERSON, &id, &self.data_key, &self.person)
            .map_err(|error| sealed_error(PEOPLE, "person", &id, error))?;
        let officer: Officer =
            serde_json::from_slice(&plain).map_err(|error| bad("person", &error))?;
        let reference = u32::try_from(self.reference)
            .map(OfficerRef::new)
            .map_err(|error| bad("reference", &error))?
            .ok_or_else(|| bad("reference", &"not a number from 1"))?;
        if reference != officer.reference {
            return Err(bad("reference", &"it is another person's"));
        }
        let identity = match (self.kind, self.blind_index) {
            (None, None) => None,
            (Some(kind), Some(index)) => Some(OfficerIdentity {
                officer: reference,
                kind: IdentityKind::from_stored(&kind)
                    .ok_or_else(|| bad("kind", &"not a known word"))?,
                index: BlindIndex::try_from(index.as_slice())
                    .map_err(|error| bad("blind_index", &error))?,
            }),
            _ => {
                return Err(bad(
                    "blind_index",
                    &"a kind without a number, or the reverse",
                ));
            }
        };
        Ok((officer, self.former, identity))
    }
}

impl SeenRow {
    /// The row of this freshness.
    pub fn new(number: &RegistrationNumber, seen: &Seen) -> Result<Self, StoreError> {
        Ok(Self {
            registration_number: key_of(number)?,
            version: stored(seen.version, number.as_str())?,
            latest: stored(seen.latest, number.as_str())?,
            highest_officer: i64::from(seen.highest_officer),
            stated: seen.stated.as_bytes().to_vec(),
            data_as_of: seen.data_as_of.to_naive(),
            seen_at: seen.seen_at.to_naive(),
            source: seen.source.as_str().to_owned(),
        })
    }

    pub(super) fn into_seen(self) -> Result<Seen, StoreError> {
        let id = format!("{:013}", self.registration_number);
        let bad = |column: &'static str, cause: &dyn Display| bad_row(SEEN, column, &id, cause);
        Ok(Seen {
            version: u64::try_from(self.version).map_err(|error| bad("version", &error))?,
            latest: u64::try_from(self.latest).map_err(|error| bad("latest", &error))?,
            highest_officer: u32::try_from(self.highest_officer)
                .map_err(|error| bad("highest_officer", &error))?,
            stated: digest(&self.stated).map_err(|error| bad("stated", &error))?,
            data_as_of: Instant::from_naive(self.data_as_of),
            seen_at: Instant::from_naive(self.seen_at),
            source: VersionSource::from_stored(&self.source)
                .ok_or_else(|| bad("source", &"not a known word"))?,
        })
    }
}
