//! What does a sentence mean that the grammar could not read with certainty? Two registry officers say so together.
//!
//! Words: a *review* is one registered sentence of one juristic person that needs a person's reading; a *proposal* is
//! the rule that one officer read it to mean; a *reviewed rule* is a proposal that another officer confirmed; a
//! *binding* is everything that must be as it was for the rule to apply.
//!
//! Invariants:
//! * One officer alone never makes a rule decide; one officer alone can stop one ([`case`]).
//! * A reviewed rule applies only while its binding fits the facts it is asked about ([`binding`]): sentence, type,
//!   the people named, and the whole board where the rule counts it. It is compared anew at every question, so that no
//!   change has to be noticed in time.
//! * Proposals and decisions are only ever added, and each stands in the tamper-evident log.
//! * What is proposed can be used: its people are on record and it compiles ([`draft`]).
//!
//! To add a ground on which a rule stops applying: a variant of [`binding::Change`] and its comparison in
//! [`binding::Binding::changes`]. To add a step: a variant of [`case::StepKind`], its arm in [`case::ProposalState`].

pub mod binding;
pub mod case;
pub mod draft;
pub mod http;
pub mod officer;
pub mod queue;
pub mod service;
pub mod store;

pub use binding::{Binding, Change, Subject};
pub use case::{Act, CaseState, Proposal, ProposalState, Refusal, ReviewCase, StepKind};
pub use draft::{Draft, RuleFault};
pub use officer::RegistryOfficer;

use crate::kernel::digest::Digest;
use crate::kernel::id::{ProposalId, ReviewId};
use crate::kernel::time::Instant;
use crate::registry::model::Facts;
use crate::signing_rule::SigningRule;

/// A proposal that a second officer confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedRule {
    /// The review it came from.
    pub review: ReviewId,
    /// The proposal.
    pub proposal: ProposalId,
    /// The rule.
    pub rule: SigningRule,
    /// What must be as it was.
    pub binding: Binding,
    /// Digest of rule and binding: what the second officer confirmed.
    pub digest: Digest,
    /// Who proposed it, when and why.
    pub proposed: Act,
    /// Who confirmed it and when.
    pub confirmed: Act,
    /// Since when it no longer counts, because an officer revoked it.
    pub revoked_at: Option<Instant>,
}

impl ReviewedRule {
    /// Whether it was in force by what was known at this moment.
    pub fn in_force(&self, known_at: Instant) -> bool {
        self.confirmed.at <= known_at && self.revoked_at.is_none_or(|revoked| known_at < revoked)
    }
}

/// The reviewed rule that decides about these facts at `at`, by what was known at `known_at`: the last one confirmed
/// among those whose binding fits.
pub fn deciding<'a>(
    rules: &'a [ReviewedRule],
    facts: &Facts,
    at: Instant,
    known_at: Instant,
) -> Option<&'a ReviewedRule> {
    rules
        .iter()
        .filter(|rule| rule.in_force(known_at))
        .filter(|rule| {
            rule.binding
                .changes(&facts.record, &facts.identities, at)
                .is_empty()
        })
        .max_by_key(|rule| (rule.confirmed.at, rule.proposal.clone()))
}
