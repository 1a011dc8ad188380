//! One review: its proposals, what became of each, and which step may come next.
//!
//! ```text
//! open ──confirmed (another officer, on its digest, nothing changed)──▶ confirmed ──revoked (any officer)──▶ revoked
//!   ├──rejected (another officer)──▶ rejected
//!   ├──withdrawn (the officer who proposed it)──▶ withdrawn
//!   └──superseded (by a new proposal, when what it was bound to has changed)──▶ superseded
//! ```
//!
//! Two people start a rule, one stops it. Confirming a new rule revokes the one before, so that revoking the new one
//! never brings the old one back.

use super::ReviewedRule;
use super::binding::{Binding, Change, Subject};
use crate::kernel::digest::Digest;
use crate::kernel::id::{ProposalId, RegistryOfficerId, ReviewId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::signing_rule::SigningRule;

/// What an officer did, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub officer: RegistryOfficerId,
    /// When.
    pub at: Instant,
    /// Why, in the officer's words; may be empty for a confirmation.
    pub reason: String,
}

/// What can happen to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// Another officer confirmed it.
    Confirmed,
    /// Another officer turned it down.
    Rejected,
    /// Its own officer took it back.
    Withdrawn,
    /// A new proposal took its place.
    Superseded,
    /// It was confirmed and no longer counts.
    Revoked,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Confirmed,
        Self::Rejected,
        Self::Withdrawn,
        Self::Superseded,
        Self::Revoked,
    ];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }

    /// Back from the stored word.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where a proposal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposalState {
    /// It waits for another officer.
    Open,
    /// It decides, as long as its binding fits.
    Confirmed(Act),
    /// It decided until it was revoked.
    Revoked {
        /// The confirmation.
        confirmed: Act,
        /// The revocation.
        revoked: Act,
    },
    /// Another officer turned it down.
    Rejected(Act),
    /// Its own officer took it back.
    Withdrawn(Act),
    /// A new proposal took its place.
    Superseded(Act),
}

impl ProposalState {
    /// The state after a step; `None` when the step cannot follow.
    #[must_use]
    pub fn after(self, kind: StepKind, act: Act) -> Option<Self> {
        match (self, kind) {
            (Self::Open, StepKind::Confirmed) => Some(Self::Confirmed(act)),
            (Self::Open, StepKind::Rejected) => Some(Self::Rejected(act)),
            (Self::Open, StepKind::Withdrawn) => Some(Self::Withdrawn(act)),
            (Self::Open, StepKind::Superseded) => Some(Self::Superseded(act)),
            (Self::Confirmed(confirmed), StepKind::Revoked) => Some(Self::Revoked {
                confirmed,
                revoked: act,
            }),
            _ => None,
        }
    }

    /// The word that is shown.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed(_) => StepKind::Confirmed.as_str(),
            Self::Revoked { .. } => StepKind::Revoked.as_str(),
            Self::Rejected(_) => StepKind::Rejected.as_str(),
            Self::Withdrawn(_) => StepKind::Withdrawn.as_str(),
            Self::Superseded(_) => StepKind::Superseded.as_str(),
        }
    }

    /// What happened to it, in order.
    pub fn steps(&self) -> Vec<(StepKind, &Act)> {
        match self {
            Self::Open => Vec::new(),
            Self::Confirmed(act) => vec![(StepKind::Confirmed, act)],
            Self::Revoked { confirmed, revoked } => vec![
                (StepKind::Confirmed, confirmed),
                (StepKind::Revoked, revoked),
            ],
            Self::Rejected(act) => vec![(StepKind::Rejected, act)],
            Self::Withdrawn(act) => vec![(StepKind::Withdrawn, act)],
            Self::Superseded(act) => vec![(StepKind::Superseded, act)],
        }
    }
}

/// What one officer read a sentence to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which one.
    pub id: ProposalId,
    /// The rule.
    pub rule: SigningRule,
    /// What it is bound to.
    pub binding: Binding,
    /// Digest of both.
    pub digest: Digest,
    /// Which reading of an ambiguous sentence it is; `None` for a rule of the officer's own.
    pub reading: Option<usize>,
    /// Who proposed it, when and why.
    pub proposed: Act,
    /// Where it stands.
    pub state: ProposalState,
}

/// One step of one proposal, to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Of which proposal.
    pub proposal: ProposalId,
    /// What happened.
    pub kind: StepKind,
    /// Who, when, why.
    pub act: Act,
}

/// Where a review stands, by its proposals alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Nobody has proposed a rule, or none that stands.
    Waiting,
    /// A proposal waits for another officer.
    Proposed,
    /// A rule was confirmed.
    Confirmed,
}

impl CaseState {
    /// The word that is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
        }
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The review has no such proposal.
    #[error("the review has no such proposal")]
    UnknownProposal,
    /// A proposal waits already.
    #[error("a proposal waits for another officer already")]
    AlreadyProposed,
    /// The proposal's state does not allow the step.
    #[error("the proposal is {0}")]
    WrongState(&'static str),
    /// The officer who proposed it.
    #[error("the officer who proposed a rule cannot confirm it")]
    SameOfficer,
    /// The officer who proposed it is no longer on the list.
    #[error("the officer who proposed the rule is no longer a registry officer")]
    ProposerLeft,
    /// Another digest than the proposal's.
    #[error("the digest is not that of the proposal")]
    OtherDigest,
    /// What the proposal is bound to has changed.
    #[error("the register has changed since the proposal")]
    Outdated(Vec<Change>),
}

impl Refusal {
    /// For people.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::UnknownProposal => Bilingual::new("ไม่พบข้อเสนอนี้ในรายการตรวจสอบ", self.to_string()),
            Self::AlreadyProposed => {
                Bilingual::new("มีข้อเสนอที่รอนายทะเบียนอีกคนยืนยันอยู่แล้ว", self.to_string())
            }
            Self::WrongState(state) => Bilingual::new(
                format!("ข้อเสนอนี้อยู่ในสถานะ {state} จึงทำรายการนี้ไม่ได้"),
                self.to_string(),
            ),
            Self::SameOfficer => Bilingual::new(
                "ผู้เสนอยืนยันข้อเสนอของตนเองไม่ได้ ต้องเป็นนายทะเบียนอีกคน",
                self.to_string(),
            ),
            Self::ProposerLeft => {
                Bilingual::new("ผู้เสนอไม่ได้เป็นนายทะเบียนแล้ว ต้องเสนอใหม่", self.to_string())
            }
            Self::OtherDigest => Bilingual::new("ค่าแฮชที่ส่งมาไม่ใช่ของข้อเสนอนี้", self.to_string()),
            Self::Outdated(changes) => {
                let (thai, english): (Vec<String>, Vec<String>) = changes
                    .iter()
                    .map(|change| change.text())
                    .map(|text| (text.th, text.en))
                    .unzip();
                Bilingual::new(thai.join("; "), english.join("; "))
            }
        }
    }
}

/// A confirmation, as it is asked for.
#[derive(Debug, Clone)]
pub struct Confirmation<'a> {
    /// Of which proposal.
    pub proposal: &'a ProposalId,
    /// The digest that the officer saw.
    pub digest: Digest,
    /// Who, when, why.
    pub act: Act,
    /// Whether the officer who proposed it is on the list still.
    pub proposer_serves: bool,
}

/// One registered sentence under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewCase {
    /// Which one.
    pub id: ReviewId,
    /// What it is about.
    pub subject: Subject,
    /// The sentence, letter by letter.
    pub statement: String,
    /// The limit beside it, if there is one.
    pub restriction: Option<String>,
    /// When it was first put into the queue.
    pub opened_at: Instant,
    /// Whether it stands in the queue.
    pub queued: bool,
    /// Since when it stands there, or does not.
    pub queued_since: Instant,
    /// Counts the steps, from 1.
    pub version: u64,
    /// Every proposal there ever was, oldest first.
    pub proposals: Vec<Proposal>,
}

impl ReviewCase {
    /// Where it stands.
    pub fn state(&self) -> CaseState {
        let any = |test: fn(&ProposalState) -> bool| {
            self.proposals.iter().any(|proposal| test(&proposal.state))
        };
        if any(|state| matches!(state, ProposalState::Open)) {
            CaseState::Proposed
        } else if any(|state| matches!(state, ProposalState::Confirmed(_))) {
            CaseState::Confirmed
        } else {
            CaseState::Waiting
        }
    }

    /// The proposal that waits for another officer.
    pub fn open(&self) -> Option<&Proposal> {
        self.proposals
            .iter()
            .find(|proposal| proposal.state == ProposalState::Open)
    }

    /// The proposal with this identifier.
    pub fn proposal(&self, id: &ProposalId) -> Result<&Proposal, Refusal> {
        self.proposals
            .iter()
            .find(|proposal| proposal.id == *id)
            .ok_or(Refusal::UnknownProposal)
    }

    /// Whether a new rule may be proposed; the step that makes room for it, if one is needed. `changes` tells what of a
    /// binding has changed by now.
    pub fn propose(
        &self,
        act: &Act,
        changes: impl Fn(&Binding) -> Vec<Change>,
    ) -> Result<Option<Step>, Refusal> {
        match self.open() {
            None => Ok(None),
            Some(open) if changes(&open.binding).is_empty() => Err(Refusal::AlreadyProposed),
            Some(outdated) => Ok(Some(Step {
                proposal: outdated.id.clone(),
                kind: StepKind::Superseded,
                act: act.clone(),
            })),
        }
    }

    /// Confirm a proposal: the steps to be written down, in order.
    pub fn confirm(
        &self,
        confirmation: Confirmation<'_>,
        changes: impl Fn(&Binding) -> Vec<Change>,
    ) -> Result<Vec<Step>, Refusal> {
        let Confirmation {
            proposal,
            digest,
            act,
            proposer_serves,
        } = confirmation;
        let proposal = self.proposal(proposal)?;
        if proposal.state != ProposalState::Open {
            return Err(Refusal::WrongState(proposal.state.as_str()));
        }
        if proposal.proposed.officer == act.officer {
            return Err(Refusal::SameOfficer);
        }
        if !proposer_serves {
            return Err(Refusal::ProposerLeft);
        }
        if proposal.digest != digest {
            return Err(Refusal::OtherDigest);
        }
        let changes = changes(&proposal.binding);
        if !changes.is_empty() {
            return Err(Refusal::Outdated(changes));
        }
        let replaced = self
            .proposals
            .iter()
            .filter(|earlier| matches!(earlier.state, ProposalState::Confirmed(_)))
            .map(|earlier| Step {
                proposal: earlier.id.clone(),
                kind: StepKind::Revoked,
                act: Act {
                    reason: format!("replaced by {}", proposal.id),
                    ..act.clone()
                },
            });
        let confirmed = Step {
            proposal: proposal.id.clone(),
            kind: StepKind::Confirmed,
            act: act.clone(),
        };
        Ok(replaced.chain([confirmed]).collect())
    }

    /// Turn a proposal down, take it back, or revoke it when it was confirmed: whoever the officer is.
    pub fn reject(&self, proposal: &ProposalId, act: Act) -> Result<Step, Refusal> {
        let proposal = self.proposal(proposal)?;
        let kind = match &proposal.state {
            ProposalState::Open if proposal.proposed.officer == act.officer => StepKind::Withdrawn,
            ProposalState::Open => StepKind::Rejected,
            ProposalState::Confirmed(_) => StepKind::Revoked,
            ended => return Err(Refusal::WrongState(ended.as_str())),
        };
        Ok(Step {
            proposal: proposal.id.clone(),
            kind,
            act,
        })
    }

    /// The review after a step; a step that cannot follow is refused.
    pub fn take(mut self, step: &Step) -> Result<Self, Refusal> {
        let proposal = self
            .proposals
            .iter_mut()
            .find(|proposal| proposal.id == step.proposal)
            .ok_or(Refusal::UnknownProposal)?;
        let word = proposal.state.as_str();
        proposal.state = proposal
            .state
            .clone()
            .after(step.kind, step.act.clone())
            .ok_or(Refusal::WrongState(word))?;
        Ok(self)
    }

    /// Every rule that was ever confirmed here.
    pub fn reviewed(&self) -> Vec<ReviewedRule> {
        self.proposals
            .iter()
            .filter_map(|proposal| proposal.reviewed(&self.id))
            .collect()
    }
}

impl Proposal {
    /// The rule that two officers agreed on, if they did.
    pub fn reviewed(&self, review: &ReviewId) -> Option<ReviewedRule> {
        let (confirmed, revoked_at) = match &self.state {
            ProposalState::Confirmed(act) => (act, None),
            ProposalState::Revoked { confirmed, revoked } => (confirmed, Some(revoked.at)),
            ProposalState::Open
            | ProposalState::Rejected(_)
            | ProposalState::Withdrawn(_)
            | ProposalState::Superseded(_) => return None,
        };
        Some(ReviewedRule {
            review: review.clone(),
            proposal: self.id.clone(),
            rule: self.rule.clone(),
            binding: self.binding.clone(),
            digest: self.digest,
            proposed: self.proposed.clone(),
            confirmed: confirmed.clone(),
            revoked_at,
        })
    }
}

#[cfg(test)]
mod tests;
