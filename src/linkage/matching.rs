//! The one question of this room, as a pure function over facts.

use crate::identity::person::PersonRef;
use crate::kernel::text::NameSkeleton;
use crate::kernel::time::Instant;
use crate::registry::model::{
    BlindIndex, Facts, IdentityKind, IdentityState, Officer, OfficerIdentity, OfficerRef,
};
use chrono::NaiveDate;

/// An authenticated person as the identity provider told us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCandidate {
    /// Blind index of the 13-digit number, if the provider vouches for one.
    pub national_id: Option<BlindIndex>,
    /// Blind index of the passport, if the provider vouches for one.
    pub passport: Option<BlindIndex>,
    /// Names of the person, with or without title: the Thai one, and the Latin one if known. Any of them may agree.
    pub names: Vec<String>,
}

/// What proved that it is the same person. The name agreed as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkBasis {
    /// The same 13-digit number.
    NationalId,
    /// The same passport: number, country and date of birth.
    Passport,
}

impl LinkBasis {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NationalId => "national_id",
            Self::Passport => "passport",
        }
    }
}

impl LinkBasis {
    /// Back from the stable code.
    pub fn find(code: &str) -> Option<Self> {
        [Self::NationalId, Self::Passport]
            .into_iter()
            .find(|basis| basis.as_str() == code)
    }
}

/// A person who is an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which officer.
    pub officer: OfficerRef,
    /// What proved it.
    pub basis: LinkBasis,
    /// What was compared.
    pub evidence: LinkEvidence,
}

/// A link that a decision used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedLink {
    /// Who.
    pub person: PersonRef,
    /// As which officer, on what, by which names.
    pub link: Link,
    /// When a decision first used it.
    pub at: Instant,
}

/// What was compared, for the record of a decision. It holds no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEvidence {
    /// The name on the register.
    pub registered_name: String,
    /// The name of the candidate that agreed with it.
    pub agreed_name: String,
    /// The version of the register that was compared with.
    pub registry_version: u64,
}

/// Whether the person is an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkOutcome {
    /// The person is in office: one link at least, more when the register has several rows of the same person.
    Linked(Vec<Link>),
    /// The person was in office and left.
    Former {
        /// As which officer.
        officer: OfficerRef,
        /// First day no longer in office.
        since: NaiveDate,
    },
    /// The person will be in office later.
    NotYet {
        /// As which officer.
        officer: OfficerRef,
        /// First day in office.
        from: NaiveDate,
    },
    /// The number is an officer's, the name is not: a person has to look at it.
    NameMismatch {
        /// The officer with that number.
        officer: OfficerRef,
    },
    /// No officer has the number.
    NotAnOfficer,
    /// The number is no officer's, but there are officers whose number is not known: one of them may be this person.
    IdentityIncomplete {
        /// The officers without a known number who are in office.
        unknown: Vec<OfficerRef>,
    },
    /// The register did not tell whose numbers stand behind the officers, or contradicted itself.
    IdentityUnavailable,
    /// The provider vouches for no number of the candidate.
    NothingToCompare,
}

impl LinkOutcome {
    /// The stable code, as used in reasons.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Linked(_) => "linked",
            Self::Former { .. } => "resigned",
            Self::NotYet { .. } => "not_yet_in_office",
            Self::NameMismatch { .. } => "name_mismatch",
            Self::NotAnOfficer => "not_an_officer",
            Self::IdentityIncomplete { .. } | Self::IdentityUnavailable => {
                "officer_identity_unavailable"
            }
            Self::NothingToCompare => "person_number_unavailable",
        }
    }
}

/// Which officer of these facts the candidate is at this instant.
pub fn link(candidate: &LinkCandidate, facts: &Facts, at: Instant) -> LinkOutcome {
    if candidate.national_id.is_none() && candidate.passport.is_none() {
        return LinkOutcome::NothingToCompare;
    }
    if facts.version.identities != IdentityState::Known {
        return LinkOutcome::IdentityUnavailable;
    }
    let day = at.thai_date();
    let rows: Vec<(&Officer, LinkBasis)> = facts
        .identities
        .iter()
        .filter_map(|identity| {
            Some((
                facts.record.officer(identity.officer)?,
                basis(candidate, identity)?,
            ))
        })
        .collect();
    let serving: Vec<(&Officer, LinkBasis)> = rows
        .iter()
        .copied()
        .filter(|(officer, _)| officer.serves_on(day))
        .collect();
    if !serving.is_empty() {
        // Every row of the number must bear the name: two people under one number is an error of the register.
        let mut links = Vec::with_capacity(serving.len());
        for (officer, basis) in serving {
            let Some(agreed_name) = agreeing(candidate, officer) else {
                return LinkOutcome::NameMismatch {
                    officer: officer.reference,
                };
            };
            links.push(Link {
                officer: officer.reference,
                basis,
                evidence: LinkEvidence {
                    registered_name: officer.name.full(),
                    agreed_name: agreed_name.to_owned(),
                    registry_version: facts.version.version,
                },
            });
        }
        return LinkOutcome::Linked(links);
    }
    let left = rows
        .iter()
        .filter_map(|(officer, _)| {
            let since = officer.ended.filter(|ended| *ended <= day)?;
            Some((since, officer.reference))
        })
        .max();
    if let Some((since, officer)) = left {
        return LinkOutcome::Former { officer, since };
    }
    let later = rows
        .iter()
        .filter_map(|(officer, _)| Some((officer.appointed?, officer.reference)))
        .min();
    if let Some((from, officer)) = later {
        return LinkOutcome::NotYet { officer, from };
    }
    let unknown = without_number(candidate, facts, at);
    if unknown.is_empty() {
        LinkOutcome::NotAnOfficer
    } else {
        LinkOutcome::IdentityIncomplete { unknown }
    }
}

/// Whether the candidate's number is this officer's.
fn basis(candidate: &LinkCandidate, identity: &OfficerIdentity) -> Option<LinkBasis> {
    let (own, basis) = match identity.kind {
        IdentityKind::NationalId => (candidate.national_id, LinkBasis::NationalId),
        IdentityKind::Passport => (candidate.passport, LinkBasis::Passport),
    };
    (own? == identity.index).then_some(basis)
}

/// Officers in office whose number cannot be compared with the candidate's: none is known, or one of a kind that the
/// provider does not vouch for.
fn without_number(candidate: &LinkCandidate, facts: &Facts, at: Instant) -> Vec<OfficerRef> {
    facts
        .record
        .officers_at(at)
        .map(|officer| officer.reference)
        .filter(|reference| {
            !facts.identities.iter().any(|identity| {
                identity.officer == *reference
                    && match identity.kind {
                        IdentityKind::NationalId => candidate.national_id.is_some(),
                        IdentityKind::Passport => candidate.passport.is_some(),
                    }
            })
        })
        .collect()
}

/// The candidate's name that agrees with the registered one.
fn agreeing<'a>(candidate: &'a LinkCandidate, officer: &Officer) -> Option<&'a str> {
    candidate
        .names
        .iter()
        .map(String::as_str)
        .find(|name| names_agree(name, &officer.name.full()))
}

/// Whether two written names are spellings of one name: titles, order of marks, spaces and the case of Latin letters
/// do not count, any other letter does (ATK-40). A name that cannot be compared agrees with none.
fn names_agree(one: &str, other: &str) -> bool {
    match (NameSkeleton::of(one), NameSkeleton::of(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests;
