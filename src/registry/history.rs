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
use crate::kernel::digest::{CanonicalError, Digest};
use crate::kernel::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// What the register says.
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
    /// When it holds.
    pub validity: Validity,
}

impl Incoming {
    /// Digest of what is stated, before it is compared with anything: the same statement again has the same one. It is ours
    /// alone and only ever compared with itself, so the record is hashed as it is written, not in its canonical form.
    pub fn stated(&self) -> Result<Digest, CanonicalError> {
        let record = serde_json::to_vec(&self.record)?;
        let mut identities: Vec<&OfficerIdentity> = self.identities.iter().collect();
        identities.sort_by_key(|identity| (identity.officer, identity.kind));
        let numbers: Vec<u8> = identities
            .iter()
            .flat_map(|identity| {
                let officer = identity.officer.number().to_be_bytes();
                officer
                    .into_iter()
                    .chain(identity.kind.as_str().bytes())
                    .chain(identity.index)
            })
            .collect();
        Ok(Digest::of_parts([
            record.as_slice(),
            self.state.as_str().as_bytes(),
            &numbers,
        ]))
    }
}

/// When something that the register states holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From when it was seen, until something else is.
    AsSeen,
    /// It has held since this instant, and still does: a correction when we knew something else of that time.
    Since(Instant),
    /// It held then and no longer does: a correction of the past alone.
    Between {
        /// First instant at which it held.
        from: Instant,
        /// First instant at which it no longer did.
        to: Instant,
    },
}

/// What is known before something comes in.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The version that holds now.
    pub current: &'a Facts,
    /// What we hold of the time that a correction of the past is about.
    pub then: Option<&'a Facts>,
    /// The latest version, whatever time it is about.
    pub latest: u64,
    /// The highest number that an officer of any version has.
    pub highest_officer: u32,
}

impl<'a> Known<'a> {
    /// Nothing but this one version.
    pub fn only(current: &'a Facts) -> Self {
        let numbers = current
            .record
            .officers
            .iter()
            .chain(&current.record.former_officers);
        Self {
            current,
            then: None,
            latest: current.version.version,
            highest_officer: numbers
                .map(|officer| officer.reference.number())
                .max()
                .unwrap_or_default(),
        }
    }
}

/// What an incoming record means for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is older than what we know, tells less than that, or is about a time that has not come: nothing changes, the
    /// freshness neither.
    Older,
    /// The register still states the same: only the freshness moves.
    Unchanged {
        /// The version that still holds.
        version: u64,
    },
    /// Something changed.
    New(Box<Facts>),
}

/// Decide what an incoming record means, given what is known.
pub fn next(known: Option<Known<'_>>, incoming: Incoming) -> Result<Step, CanonicalError> {
    let Incoming {
        mut record,
        mut identities,
        state,
        data_as_of,
        recorded_at,
        source,
        validity,
    } = incoming;
    let (valid_from, valid_to) = match validity {
        Validity::AsSeen => (data_as_of, None),
        Validity::Since(from) => (from, None),
        Validity::Between { from, to } => (from, Some(to)),
    };
    // A past alone is no present: whoever is not known needs a present first.
    if known.is_none() && valid_to.is_some() {
        return Ok(Step::Older);
    }
    if valid_from > data_as_of || valid_to.is_some_and(|to| to > data_as_of || to <= valid_from) {
        return Ok(Step::Older);
    }
    if let Some(known) = known {
        let previous = known.current;
        if data_as_of < previous.version.data_as_of {
            return Ok(Step::Older);
        }
        let left = carry_over(known, &mut record, &mut identities);
        if state != IdentityState::Known
            && previous.version.identities == IdentityState::Known
            && validity == Validity::AsSeen
            && without_extension(&previous.record) == without_extension(&record)
        {
            // Only the extension tells liquidators, receivers and plan managers. The exchange alone does not confirm that
            // they still are.
            let appointed_apart =
                |officer: &Officer| officer.roles.iter().any(|role| told_apart(*role));
            if previous.record.officers.iter().any(appointed_apart) {
                return Ok(Step::Older);
            }
            return Ok(Step::Unchanged {
                version: previous.version.version,
            });
        }
        // Whoever is not in a record of the past may have come later: only the present tells who left.
        if valid_to.is_none() {
            let kept = keep_those_who_left(previous, &mut record, left, state, valid_from);
            if state == IdentityState::Known {
                let numbers = kept
                    .iter()
                    .filter_map(|reference| number_of(&previous.identities, *reference));
                identities.extend(numbers.cloned());
            }
        }
    }
    identities.sort_by_key(|identity| (identity.officer, identity.kind));
    let digest = record.digest()?;
    let stated_before = known.and_then(|known| match validity {
        Validity::AsSeen => Some(known.current),
        Validity::Since(from) => {
            Some(known.current).filter(|current| current.version.valid_from <= from)
        }
        Validity::Between { .. } => known.then.filter(|then| {
            then.version.valid_from == valid_from && then.version.valid_to == valid_to
        }),
    });
    if let Some(before) = stated_before
        && before.version.digest == digest
        && before.version.identities == state
        && before.identities == identities
    {
        return Ok(Step::Unchanged {
            version: before.version.version,
        });
    }
    let version = known.map_or(1, |known| known.latest + 1);
    Ok(Step::New(Box::new(Facts {
        version: RegisterVersion {
            version,
            valid_from,
            valid_to,
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

/// Give everybody the reference they had, and newcomers one that nobody had. The references of people who are no
/// longer listed come back.
fn carry_over(
    before: Known<'_>,
    record: &mut JuristicPerson,
    identities: &mut [OfficerIdentity],
) -> BTreeSet<OfficerRef> {
    let previous = before.current;
    let mut known: Vec<&Officer> = previous
        .record
        .officers
        .iter()
        .chain(&previous.record.former_officers)
        .collect();
    let mut known_numbers: Vec<OfficerIdentity> = previous.identities.clone();
    // Whoever stands only in what is held of that time is known as well.
    if let Some(then) = before.then {
        let also = then
            .record
            .officers
            .iter()
            .chain(&then.record.former_officers);
        for officer in also {
            if known
                .iter()
                .all(|other| other.reference != officer.reference)
            {
                known.push(officer);
                known_numbers.extend(number_of(&then.identities, officer.reference).cloned());
            }
        }
    }
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
                        (earlier, number_of(&known_numbers, earlier.reference)),
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
    // A number once given in any version is never given to somebody else.
    let mut highest = used
        .last()
        .copied()
        .max(Some(before.highest_officer))
        .unwrap_or_default();
    for officer in &everybody {
        if given.contains_key(&officer.reference) {
            continue;
        }
        let place = officer.reference.number();
        let number = if used.contains(&place) || place <= before.highest_officer {
            highest.saturating_add(1)
        } else {
            place
        };
        highest = highest.max(number);
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

/// Whether only the extension tells who has this role: the exchange lists directors and partners.
const fn told_apart(role: OfficerRole) -> bool {
    match role {
        OfficerRole::Director | OfficerRole::Partner | OfficerRole::ManagingPartner => false,
        OfficerRole::Liquidator
        | OfficerRole::OfficialReceiver
        | OfficerRole::PlanPreparer
        | OfficerRole::PlanAdministrator => true,
    }
}

/// An officer with no role that the exchange tells is not in its list.
fn listed(officer: &Officer) -> bool {
    officer.roles.iter().any(|role| !told_apart(*role))
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
        // Without the extension nothing says that such a person left.
        if in_office && !listed(officer) && state != IdentityState::Known {
            continue;
        }
        let mut officer = officer.clone();
        // Whoever is not in a record is out of office from then on, whatever end was told or supposed before.
        let gone = seen.thai_date();
        officer.ended = Some(officer.ended.map_or(gone, |ended| ended.min(gone)));
        record.former_officers.push(officer);
        kept.push(reference);
    }
    record
        .former_officers
        .sort_by_key(|officer| officer.reference);
    kept
}

pub mod bitemporal;
pub mod difference;

#[cfg(test)]
mod tests;
