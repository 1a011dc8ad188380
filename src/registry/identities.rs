//! Whose numbers stand behind the officers: the register's extension, joined with a record.
//!
//! The exchange shows names only. Where the operator has the extension, it tells for each officer the 13-digit
//! number or the passport; these become blind indexes here and are forgotten. An answer that is not about exactly
//! the officers of the record is not used at all: nobody is matched by name alone.

use super::model::{
    BlindIndex, IdentityKind, JuristicPerson, Officer, OfficerIdentity, OfficerRef, OfficerRole,
    PersonName,
};
use super::names::same_name;
use crate::kernel::id::{NationalId, RegistrationNumber};
use crate::kernel::time::Instant;
use chrono::NaiveDate;
use serde::Deserialize;
use std::fmt;

/// Name and version of the extension, the first member of every answer.
pub const EXTENSION: &str = "amnat-sandbox-officer-identities/1";

/// Makes blind indexes: keyed digests (HMAC-SHA-256) of numbers of people (KEY-21). `app` implements it with the
/// vault's key; whoever links a person to officers makes the person's index with the same one.
pub trait IdentityIndex: Send + Sync {
    /// The index of a 13-digit number.
    fn national_id(&self, id: &NationalId) -> BlindIndex;

    /// The index of a passport: number, issuing country (ISO 3166-1 alpha-3) and date of birth together.
    fn passport(&self, number: &str, country: &str, birth_date: NaiveDate) -> BlindIndex;
}

/// The extension's answer about one juristic person.
#[derive(Debug, Deserialize)]
pub struct WireIdentities {
    /// [`EXTENSION`].
    pub extension: String,
    /// About whom.
    pub juristic_id: RegistrationNumber,
    /// As of when.
    pub as_of: Instant,
    /// Officers, present and past.
    pub officers: Vec<WireOfficer>,
}

/// One officer in the extension's answer.
#[derive(Debug, Deserialize)]
pub struct WireOfficer {
    /// Place on the register's list.
    pub sequence: u32,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: String,
    /// Role.
    pub role: OfficerRole,
    /// 13-digit number, if the register has one.
    #[serde(default)]
    pub national_id: Option<NationalId>,
    /// Passport, if the register has one.
    #[serde(default)]
    pub passport: Option<WirePassport>,
    /// First day in office.
    pub appointed: NaiveDate,
    /// First day no longer in office.
    #[serde(default)]
    pub ended: Option<NaiveDate>,
}

/// A passport as the register noted it. Personal data: `Debug` prints a fixed word.
#[derive(Deserialize)]
pub struct WirePassport {
    /// Number printed in it.
    pub number: String,
    /// Issuing country, ISO 3166-1 alpha-3.
    pub country: String,
    /// Date of birth, common era.
    pub birth_date: NaiveDate,
}

impl fmt::Debug for WirePassport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WirePassport(hidden)")
    }
}

impl WireOfficer {
    fn name(&self) -> PersonName {
        PersonName {
            title: self.title.trim().to_owned(),
            first: self.first_name.trim().to_owned(),
            middle: None,
            last: self.last_name.trim().to_owned(),
        }
    }

    fn identity(&self, index: &dyn IdentityIndex) -> Option<(IdentityKind, BlindIndex)> {
        if let Some(id) = &self.national_id {
            return Some((IdentityKind::NationalId, index.national_id(id)));
        }
        let passport = self.passport.as_ref()?;
        let blind = index.passport(&passport.number, &passport.country, passport.birth_date);
        Some((IdentityKind::Passport, blind))
    }

    fn serves_on(&self, day: NaiveDate) -> bool {
        self.appointed <= day && self.ended.is_none_or(|ended| day < ended)
    }
}

/// Why an answer is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityConflict {
    /// It is not an answer of the extension in its known version.
    #[error("the answer is of another kind: {0}")]
    Kind(String),
    /// It is about another juristic person.
    #[error("the answer is about another juristic person")]
    OtherCompany,
    /// It has an officer in office whom the exchange does not list so.
    #[error("the exchange has no such officer in office at place {0}")]
    NotListed(u32),
    /// The exchange lists somebody in office whom it does not know so.
    #[error("the extension has no such officer in office at place {0}")]
    NotKnown(u32),
    /// It gives one officer two different numbers.
    #[error("the officer at place {0} has two different numbers")]
    TwoNumbers(u32),
}

/// A record as the exchange told it, completed with dates, liquidators and people who left, and the numbers behind
/// its officers.
///
/// `today` is the calendar day in Thailand on which both were asked.
pub fn join(
    record: &JuristicPerson,
    answer: &WireIdentities,
    index: &dyn IdentityIndex,
    today: NaiveDate,
) -> Result<(JuristicPerson, Vec<OfficerIdentity>), IdentityConflict> {
    if answer.extension != EXTENSION {
        return Err(IdentityConflict::Kind(answer.extension.clone()));
    }
    if answer.juristic_id != record.registration_number {
        return Err(IdentityConflict::OtherCompany);
    }
    let mut joined = record.clone();
    let mut identities = Vec::new();
    let mut told: Vec<(OfficerRef, OfficerRole)> = Vec::new();
    for row in answer.officers.iter().filter(|row| row.serves_on(today)) {
        let officer = match position(&joined, row) {
            Some(place) => joined.officers.get_mut(place),
            None if row.role == OfficerRole::Liquidator => newcomer(&mut joined, row, true),
            None => None,
        }
        .ok_or(IdentityConflict::NotListed(row.sequence))?;
        officer.appointed = earliest(officer.appointed, row.appointed);
        officer.ended = row.ended;
        officer.nationality = nationality(row);
        let (reference, roles) = (officer.reference, officer.roles.clone());
        // A managing partner is told once and listed twice.
        let implied = (row.role == OfficerRole::ManagingPartner
            && roles.contains(&OfficerRole::Partner))
        .then_some(OfficerRole::Partner);
        told.extend(
            [Some(row.role), implied]
                .into_iter()
                .flatten()
                .map(|role| (reference, role)),
        );
        note(&mut identities, reference, row, index)?;
    }
    let unknown = joined.officers.iter().find(|officer| {
        officer
            .roles
            .iter()
            .any(|role| !told.contains(&(officer.reference, *role)))
    });
    if let Some(officer) = unknown {
        return Err(IdentityConflict::NotKnown(officer.sequence));
    }
    let gone = |row: &&WireOfficer| row.ended.is_some_and(|ended| ended <= today);
    for row in answer.officers.iter().filter(gone) {
        // Somebody who left one role and kept another stands among the people in office.
        if let Some(officer) = newcomer(&mut joined, row, false) {
            officer.appointed = Some(row.appointed);
            officer.ended = row.ended;
            officer.nationality = nationality(row);
            let reference = officer.reference;
            note(&mut identities, reference, row, index)?;
        }
    }
    Ok((joined, identities))
}

/// The listed officer that a row is about: same place, same name, and that role.
fn position(record: &JuristicPerson, row: &WireOfficer) -> Option<usize> {
    let name = row.name();
    record.officers.iter().position(|officer| {
        officer.sequence == row.sequence
            && same_name(&officer.name, &name)
            && officer.is(row.role)
            // A managing partner told as a mere partner would change what the person may do.
            && (row.role != OfficerRole::Partner || !officer.is(OfficerRole::ManagingPartner))
    })
}

/// Add a person whom the exchange does not list; `None` when the place belongs to somebody listed.
fn newcomer<'a>(
    record: &'a mut JuristicPerson,
    row: &WireOfficer,
    in_office: bool,
) -> Option<&'a mut Officer> {
    let reference = OfficerRef::new(row.sequence)?;
    let taken = record.officer(reference).is_some()
        || record
            .officers
            .iter()
            .any(|officer| officer.sequence == row.sequence);
    if taken {
        return None;
    }
    let officers = if in_office {
        &mut record.officers
    } else {
        &mut record.former_officers
    };
    officers.push(Officer {
        reference,
        sequence: row.sequence,
        name: row.name(),
        roles: vec![row.role],
        liability: None,
        latin_name: None,
        nationality: None,
        appointed: None,
        ended: None,
    });
    officers.last_mut()
}

fn earliest(known: Option<NaiveDate>, told: NaiveDate) -> Option<NaiveDate> {
    Some(known.map_or(told, |known| known.min(told)))
}

fn nationality(row: &WireOfficer) -> Option<String> {
    row.passport
        .as_ref()
        .map(|passport| passport.country.clone())
}

fn note(
    identities: &mut Vec<OfficerIdentity>,
    officer: OfficerRef,
    row: &WireOfficer,
    index: &dyn IdentityIndex,
) -> Result<(), IdentityConflict> {
    let Some((kind, blind)) = row.identity(index) else {
        return Ok(());
    };
    match identities.iter().find(|known| known.officer == officer) {
        Some(known) if known.kind == kind && known.index == blind => Ok(()),
        Some(_) => Err(IdentityConflict::TwoNumbers(row.sequence)),
        None => {
            identities.push(OfficerIdentity {
                officer,
                kind,
                index: blind,
            });
            Ok(())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
