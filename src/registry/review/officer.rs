//! Registry officers (นายทะเบียน): who may propose and confirm what a sentence means.

use crate::kernel::digest::Digest;
use crate::kernel::id::{RegistryOfficerId, crockford};
use crate::kernel::time::Instant;

/// A person on the list of registry officers. Their number is known by its keyed index alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryOfficer {
    /// Which one. Known to the operator and the database; others see a reference made from it.
    pub id: RegistryOfficerId,
    /// When the person was first put on the list.
    pub added_at: Instant,
    /// Since when the person is no longer on it.
    pub removed_at: Option<Instant>,
}

impl RegistryOfficer {
    /// Whether the person is on the list now.
    pub fn is_active(&self) -> bool {
        self.removed_at.is_none()
    }
}

/// How this caller knows an officer: another caller has another reference, and none leads back to the officer (the
/// identifier has 128 random bits and is shown to no caller).
pub fn reference_for(officer: &RegistryOfficerId, caller: &str) -> String {
    digested(
        "ofc_",
        &[
            b"officer-reference/1",
            caller.as_bytes(),
            officer.as_str().as_bytes(),
        ],
    )
}

/// How the log names an officer: always alike, and again without a way back.
pub fn log_name(officer: &RegistryOfficerId) -> String {
    digested("ofl_", &[b"officer-in-log/1", officer.as_str().as_bytes()])
}

fn digested(prefix: &str, parts: &[&[u8]]) -> String {
    let mut bytes = Vec::new();
    for part in parts {
        // Lengths go first: no two different lists give the same bytes.
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    let digest = Digest::of(bytes);
    let half = digest.as_bytes().get(..16).unwrap_or_default();
    format!("{prefix}{}", crockford(half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::SeededRandomness;

    #[test]
    fn two_callers_cannot_join_what_they_know_of_an_officer() {
        let officer = RegistryOfficerId::generate(&SeededRandomness::new(1));
        let (bank, agency) = (
            reference_for(&officer, "bank"),
            reference_for(&officer, "agency"),
        );
        assert_ne!(bank, agency);
        assert_eq!(bank, reference_for(&officer, "bank"));
        for shown in [&bank, &agency, &log_name(&officer)] {
            assert!(!shown.contains(&officer.as_str()[4..]), "{shown}");
        }
    }
}
