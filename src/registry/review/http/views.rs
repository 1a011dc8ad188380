//! What the review queue shows. Officers by a reference of the caller's own, people on record by name, numbers never.

use crate::kernel::time::Instant;
use crate::registry::http::views::{
    AsOfView, CodeView, FlagView, OfficerActView, clauses, flag_views,
};
use crate::registry::model::OfficerRole;
use crate::registry::review::Change;
use crate::registry::review::case::{Proposal, ProposalState};
use crate::registry::review::service::Shown;
use crate::web::problem::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewQueue)]
pub struct QueueView {
    /// The reviews of this page, longest waiting first.
    pub(super) reviews: Vec<ReviewView>,
    /// Where the next page starts; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// Words of the sentence that were not understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnresolvedView {
    /// `[start, end]` in Unicode scalar values of `statement`.
    span: [usize; 2],
    /// The words.
    words: String,
}

/// Somebody on record, now or earlier: whom a rule may name.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Reference.
    #[schema(example = "off_1")]
    reference: String,
    /// Name as registered.
    name: String,
    /// Offices: `director`, `managing_partner`, `partner`, `liquidator`.
    roles: Vec<&'static str>,
    /// Whether in office now.
    in_office: bool,
}

/// One thing that keeps a rule from applying.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// Stable code.
    code: &'static str,
    /// English.
    detail: String,
    /// Thai.
    detail_th: String,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        let text = change.text();
        Self {
            code: change.as_str(),
            detail: text.en,
            detail_th: text.th,
        }
    }
}

/// What became of a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// `confirmed`, `rejected`, `withdrawn`, `superseded` or `revoked`.
    step: &'static str,
    /// By whom, when and why.
    #[serde(flatten)]
    act: OfficerActView,
}

/// A rule that an officer proposed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub struct ProposalView {
    /// Identifier.
    id: String,
    /// `open`, `confirmed`, `rejected`, `withdrawn`, `superseded` or `revoked`.
    state: &'static str,
    /// SHA-256 of the rule with everything it is bound to: what a confirmation names.
    rule_sha256: String,
    /// The rule.
    #[schema(value_type = Vec<Object>)]
    clauses: Value,
    /// Which reading of the sentence it is; null for a rule of the officer's own.
    reading: Option<usize>,
    /// Whether the rule counts the board and so is bound to all of it.
    bound_to_board: bool,
    /// By whom, when and why.
    proposed: OfficerActView,
    /// What became of it, in order.
    steps: Vec<StepView>,
    /// What has changed since, and keeps an open proposal from being confirmed and a confirmed rule from applying.
    changes: Vec<ChangeView>,
}

/// One registered sentence under review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView {
    /// Identifier.
    id: String,
    /// Counts the steps; the `ETag` holds it.
    version: u64,
    /// 13 digits.
    registration_number: String,
    /// Thai name.
    name: String,
    /// Type that the review is about.
    juristic_type: CodeView,
    /// `waiting`, `proposed` or `confirmed`. A confirmed rule that does not apply any more is `waiting`.
    state: &'static str,
    /// Whether somebody has to act.
    in_queue: bool,
    /// Since when it stands in the queue, or does not.
    #[schema(value_type = String, format = DateTime)]
    since: Instant,
    /// When it was first put into the queue.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// The sentence, letter by letter.
    statement: String,
    /// A registered limit beside the sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction: Option<String>,
    /// What of the sentence is no longer as it is registered; empty while it is.
    changes: Vec<ChangeView>,
    /// How the grammar reads it: `complete`, `ambiguous`, `unresolved`; null when it is no longer registered.
    outcome: Option<&'static str>,
    /// The readings of an ambiguous sentence, each a list of clauses.
    #[schema(value_type = Vec<Vec<Object>>)]
    readings: Vec<Value>,
    /// Words that were not understood.
    unresolved: Vec<UnresolvedView>,
    /// What is notable.
    flags: Vec<FlagView>,
    /// Everybody on record, now or earlier.
    people: Vec<PersonView>,
    /// Every proposal there ever was, oldest first.
    proposals: Vec<ProposalView>,
    /// Which version of the record it was compared with.
    as_of: AsOfView,
}

/// A review as this caller sees it.
pub(super) fn review_view(shown: &Shown, caller: &str) -> Result<ReviewView, Problem> {
    let (case, record) = (&shown.case, &shown.facts.record);
    let changes = case.subject.changes(record);
    // Of another sentence the reading says nothing.
    let reading = shown.reading.as_ref().filter(|_| changes.is_empty());
    let read = reading.and_then(|reading| reading.interpretation.as_ref());
    let words = |start: usize, end: usize| -> String {
        let length = end.saturating_sub(start);
        case.statement.chars().skip(start).take(length).collect()
    };
    let day = shown.at.thai_date();
    Ok(ReviewView {
        id: case.id.to_string(),
        version: case.version,
        registration_number: case.subject.registration_number.to_string(),
        name: record.name_th.clone(),
        juristic_type: CodeView::new(
            case.subject.juristic_type.as_str(),
            case.subject.juristic_type.label(),
        ),
        state: shown.state().as_str(),
        in_queue: case.queued,
        since: case.queued_since,
        opened_at: case.opened_at,
        statement: case.statement.clone(),
        restriction: case.restriction.clone(),
        changes: changes.into_iter().map(ChangeView::from).collect(),
        outcome: reading.map(|reading| reading.outcome().as_str()),
        readings: read
            .map_or(&[][..], |read| read.readings.as_slice())
            .iter()
            .map(clauses)
            .collect::<Result<_, _>>()?,
        unresolved: read
            .map_or(&[][..], |read| read.unresolved_spans.as_slice())
            .iter()
            .map(|span| UnresolvedView {
                span: [span.start, span.end],
                words: words(span.start, span.end),
            })
            .collect(),
        flags: read.map(|read| flag_views(&read.flags)).unwrap_or_default(),
        people: record
            .officers
            .iter()
            .chain(&record.former_officers)
            .map(|officer| PersonView {
                reference: officer.reference.to_string(),
                name: officer.name.full(),
                roles: officer
                    .roles
                    .iter()
                    .copied()
                    .map(OfficerRole::as_str)
                    .collect(),
                in_office: officer.serves_on(day),
            })
            .collect(),
        proposals: case
            .proposals
            .iter()
            .map(|proposal| proposal_view(shown, proposal, caller))
            .collect::<Result<_, _>>()?,
        as_of: AsOfView::new(&shown.facts.version, false),
    })
}

fn proposal_view(
    shown: &Shown,
    proposal: &Proposal,
    caller: &str,
) -> Result<ProposalView, Problem> {
    let stands = matches!(
        proposal.state,
        ProposalState::Open | ProposalState::Confirmed(_)
    );
    let changes = if stands {
        shown.changes(&proposal.binding)
    } else {
        Vec::new()
    };
    Ok(ProposalView {
        id: proposal.id.to_string(),
        state: proposal.state.as_str(),
        rule_sha256: proposal.digest.to_hex(),
        clauses: clauses(&proposal.rule)?,
        reading: proposal.reading,
        bound_to_board: proposal.binding.board.is_some(),
        proposed: OfficerActView::new(&proposal.proposed, caller),
        steps: proposal
            .state
            .steps()
            .into_iter()
            .map(|(kind, act)| StepView {
                step: kind.as_str(),
                act: OfficerActView::new(act, caller),
            })
            .collect(),
        changes: changes.into_iter().map(ChangeView::from).collect(),
    })
}
