//! From what we knew and what the register says now to the next version, or to none.
//!
//! The same person keeps the same reference from version to version; somebody who is no longer listed is kept among
//! the people who left. What only the extension told is not lost when the extension does not answer, as long as the
//! exchange still states the same.

use super::model::{
    Facts, IdentityState, JuristicPerson, Officer, OfficerIdentity, OfficerRef, OfficerRole,
    RegisterVersion, VersionSource,
};
use super::names::same_name;
use crate::kernel::digest::CanonicalError;
use crate::kernel::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// What the register says now.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The record; its officer references are places on the list.
    pub record: JuristicPerson,
    /// The numbers behind its officers; empty unless `state` is `Known`.
    pub identities: Vec<OfficerIdentity>,
    /// Whether the numbers are known.
    pub state: IdentityState,
    /// When the register stated it.
    pub data_as_of: Instant,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// How it came.
    pub source: VersionSource,
}

/// What an incoming record means for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is older than what we know, or tells less than that: nothing changes, the freshness neither.
    Older,
    /// The register still states the same: only the freshness moves.
    Unchanged {
        /// The version that still holds.
        version: u64,
    },
    /// Something changed.
    New(Box<Facts>),
}

/// Decide what an incoming record means, given the latest version.
pub fn next(previous: Option<&Facts>, incoming: Incoming) -> Result<Step, CanonicalError> {
    let Incoming {
        mut record,
        mut identities,
        state,
        data_as_of,
        recorded_at,
        source,
    } = incoming;
    if let Some(previous) = previous {
        if data_as_of < previous.version.data_as_of {
            return Ok(Step::Older);
        }
        let left = carry_over(previous, &mut record, &mut identities);
        if state != IdentityState::Known
            && previous.version.identities == IdentityState::Known
            && without_extension(&previous.record) == without_extension(&record)
        {
            // Only the extension tells liquidators. The exchange alone does not confirm that they still are.
            let liquidator = |officer: &Officer| officer.is(OfficerRole::Liquidator);
            if previous.record.officers.iter().any(liquidator) {
                return Ok(Step::Older);
            }
            return Ok(Step::Unchanged {
                version: previous.version.version,
            });
        }
        let kept = keep_those_who_left(previous, &mut record, left, state, data_as_of);
        if state == IdentityState::Known {
            let numbers = kept
                .iter()
                .filter_map(|reference| number_of(&previous.identities, *reference));
            identities.extend(numbers.cloned());
        }
    }
    identities.sort_by_key(|identity| (identity.officer, identity.kind));
    let digest = record.digest()?;
    if let Some(previous) = previous
        && previous.version.digest == digest
        && previous.version.identities == state
        && previous.identities == identities
    {
        return Ok(Step::Unchanged {
            version: previous.version.version,
        });
    }
    let version = previous.map_or(1, |previous| previous.version.version + 1);
    Ok(Step::New(Box::new(Facts {
        version: RegisterVersion {
            version,
            valid_from: data_as_of,
            recorded_at,
            data_as_of,
            source,
            digest,
            identities: state,
        },
        record,
        identities,
    })))
}

/// The members of a record that differ between two versions, by name and in alphabetical order.
pub fn changed_members(
    before: &JuristicPerson,
    after: &JuristicPerson,
) -> Result<Vec<String>, serde_json::Error> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let names = |value: &serde_json::Value| -> BTreeSet<String> {
        value
            .as_object()
            .map(|members| members.keys().cloned().collect())
            .unwrap_or_default()
    };
    Ok(names(&before)
        .union(&names(&after))
        .filter(|name| before.get(name) != after.get(name))
        .cloned()
        .collect())
}

/// Give everybody the reference they had, and newcomers one that nobody had. The references of people who are no
/// longer listed come back.
fn carry_over(
    previous: &Facts,
    record: &mut JuristicPerson,
    identities: &mut [OfficerIdentity],
) -> BTreeSet<OfficerRef> {
    let known: Vec<&Officer> = previous
        .record
        .officers
        .iter()
        .chain(&previous.record.former_officers)
        .collect();
    let mut free: BTreeSet<OfficerRef> = known.iter().map(|officer| officer.reference).collect();
    let mut given: BTreeMap<OfficerRef, OfficerRef> = BTreeMap::new();
    let everybody: Vec<Officer> = record
        .officers
        .iter()
        .chain(&record.former_officers)
        .cloned()
        .collect();
    // Surest first over everybody, so that a weaker match never takes a place from a surer one.
    for sureness in [Sureness::Place, Sureness::Number, Sureness::Name] {
        for officer in &everybody {
            if given.contains_key(&officer.reference) {
                continue;
            }
            let matching: Vec<OfficerRef> = known
                .iter()
                .filter(|earlier| free.contains(&earlier.reference))
                .filter(|earlier| {
                    sureness.matches(
                        (earlier, number_of(&previous.identities, earlier.reference)),
                        (officer, number_of(identities, officer.reference)),
                    )
                })
                .map(|earlier| earlier.reference)
                .collect();
            if let [only] = matching.as_slice() {
                free.remove(only);
                given.insert(officer.reference, *only);
            }
        }
    }
    let mut used: BTreeSet<u32> = known
        .iter()
        .map(|officer| officer.reference.number())
        .collect();
    for officer in &everybody {
        if given.contains_key(&officer.reference) {
            continue;
        }
        let place = officer.reference.number();
        let number = if used.contains(&place) {
            used.last().copied().unwrap_or_default().saturating_add(1)
        } else {
            place
        };
        used.insert(number);
        given.insert(
            officer.reference,
            OfficerRef::new(number).unwrap_or(officer.reference),
        );
    }
    let renamed = |reference: OfficerRef| given.get(&reference).copied().unwrap_or(reference);
    for officer in record
        .officers
        .iter_mut()
        .chain(&mut record.former_officers)
    {
        officer.reference = renamed(officer.reference);
    }
    for identity in identities {
        identity.officer = renamed(identity.officer);
    }
    free
}

/// How two rows of different versions are known to be the same officer.
#[derive(Clone, Copy)]
enum Sureness {
    /// The same place on the list and the same name.
    Place,
    /// The same number in the same role.
    Number,
    /// The only one of that name in the same role.
    Name,
}

type WithNumber<'a> = (&'a Officer, Option<&'a OfficerIdentity>);

impl Sureness {
    fn matches(
        self,
        (earlier, earlier_number): WithNumber<'_>,
        (officer, number): WithNumber<'_>,
    ) -> bool {
        let same_number = earlier_number
            .zip(number)
            .map(|(one, other)| one.kind == other.kind && one.index == other.index);
        let same_role = officer.roles.iter().any(|role| earlier.is(*role));
        // Two different numbers are two different people, whatever they are called.
        if same_number == Some(false) && !matches!(self, Self::Number) {
            return false;
        }
        match self {
            Self::Place => {
                earlier.sequence == officer.sequence
                    && same_role
                    && same_name(&earlier.name, &officer.name)
            }
            Self::Number => same_number == Some(true) && same_role,
            Self::Name => same_role && same_name(&earlier.name, &officer.name),
        }
    }
}

fn number_of(identities: &[OfficerIdentity], officer: OfficerRef) -> Option<&OfficerIdentity> {
    identities
        .iter()
        .find(|identity| identity.officer == officer)
}

/// Only the extension tells liquidators; an officer with no other role is not in the exchange's list.
fn listed(officer: &Officer) -> bool {
    officer
        .roles
        .iter()
        .any(|role| *role != OfficerRole::Liquidator)
}

fn without_extension(record: &JuristicPerson) -> JuristicPerson {
    let mut bare = record.clone();
    bare.former_officers.clear();
    bare.officers.retain(listed);
    for officer in &mut bare.officers {
        officer.nationality = None;
        officer.appointed = None;
        officer.ended = None;
    }
    bare
}

/// Keep people who are no longer listed among those who left; who they are.
fn keep_those_who_left(
    previous: &Facts,
    record: &mut JuristicPerson,
    left: BTreeSet<OfficerRef>,
    state: IdentityState,
    seen: Instant,
) -> Vec<OfficerRef> {
    let mut kept = Vec::new();
    for reference in left {
        let Some(officer) = previous.record.officer(reference) else {
            continue;
        };
        let in_office = previous
            .record
            .officers
            .iter()
            .any(|earlier| earlier.reference == reference);
        // Without the extension nothing says that a liquidator left.
        if in_office && !listed(officer) && state != IdentityState::Known {
            continue;
        }
        let mut officer = officer.clone();
        officer.ended = Some(officer.ended.unwrap_or_else(|| seen.thai_date()));
        record.former_officers.push(officer);
        kept.push(reference);
    }
    record
        .former_officers
        .sort_by_key(|officer| officer.reference);
    kept
}

#[cfg(test)]
mod tests;
