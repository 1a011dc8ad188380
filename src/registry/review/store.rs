//! Rows of reviews, proposals, decisions and of the list of registry officers.

use super::ReviewedRule;
use super::binding::Subject;
use super::case::{Act, Proposal, ProposalState, ReviewCase, Step, StepKind};
use super::officer::RegistryOfficer;
use super::queue::QueuePlace;
use crate::db::schema::{registry_officer, review_decision, review_proposal, statement_review};
use crate::db::{AnyConnection, StoreError, bad_row, one_row, parsed};
use crate::kernel::id::{RegistrationNumber, RegistryOfficerId, ReviewId};
use crate::kernel::time::Instant;
use crate::registry::model::BlindIndex;
use crate::registry::store::sealed_error;
use crate::registry::vault::{RegistryVault, Sealed};
use crate::signing_rule::JuristicType;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

const OFFICER: &str = "registry_officer";
const REVIEW: &str = "statement_review";
const PROPOSAL: &str = "review_proposal";
const DECISION: &str = "review_decision";

#[derive(Queryable, Selectable)]
#[diesel(table_name = registry_officer)]
struct OfficerRow {
    id: String,
    added_at: NaiveDateTime,
    removed_at: Option<NaiveDateTime>,
}

impl OfficerRow {
    fn into_officer(self) -> Result<RegistryOfficer, StoreError> {
        Ok(RegistryOfficer {
            id: parsed(OFFICER, "id", &self.id, &self.id)?,
            added_at: Instant::from_naive(self.added_at),
            removed_at: self.removed_at.map(Instant::from_naive),
        })
    }
}

/// The officer with this number, on the list or taken off it.
pub fn officer_with(
    connection: &mut AnyConnection,
    index: &BlindIndex,
) -> Result<Option<RegistryOfficer>, StoreError> {
    registry_officer::table
        .filter(registry_officer::blind_index.eq(index.as_slice()))
        .select(OfficerRow::as_select())
        .first(connection)
        .optional()?
        .map(OfficerRow::into_officer)
        .transpose()
}

/// The officer with this identifier, on the list or taken off it.
pub fn officer(
    connection: &mut AnyConnection,
    id: &RegistryOfficerId,
) -> Result<Option<RegistryOfficer>, StoreError> {
    registry_officer::table
        .find(id.as_str())
        .select(OfficerRow::as_select())
        .first(connection)
        .optional()?
        .map(OfficerRow::into_officer)
        .transpose()
}

/// Everybody who is or was on the list, in the order they came.
pub fn officers(connection: &mut AnyConnection) -> Result<Vec<RegistryOfficer>, StoreError> {
    let rows: Vec<OfficerRow> = registry_officer::table
        .order((registry_officer::added_at, registry_officer::id))
        .select(OfficerRow::as_select())
        .load(connection)?;
    rows.into_iter().map(OfficerRow::into_officer).collect()
}

/// Put a new person on the list.
pub fn add_officer(
    connection: &mut AnyConnection,
    officer: &RegistryOfficer,
    index: &BlindIndex,
) -> Result<(), StoreError> {
    diesel::insert_into(registry_officer::table)
        .values((
            registry_officer::id.eq(officer.id.as_str()),
            registry_officer::blind_index.eq(index.as_slice()),
            registry_officer::added_at.eq(officer.added_at.to_naive()),
            registry_officer::removed_at.eq(officer.removed_at.map(Instant::to_naive)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Take an officer off the list, or put them back on it.
pub fn move_officer(
    connection: &mut AnyConnection,
    id: &RegistryOfficerId,
    removed_at: Option<Instant>,
) -> Result<(), StoreError> {
    let moved = diesel::update(registry_officer::table.find(id.as_str()))
        .set(registry_officer::removed_at.eq(removed_at.map(Instant::to_naive)))
        .execute(connection)?;
    one_row(OFFICER, moved)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = statement_review)]
struct ReviewRow {
    id: String,
    registration_number: String,
    juristic_type: String,
    statement_digest: String,
    statement: Vec<u8>,
    opened_at: NaiveDateTime,
    queued: bool,
    queued_since: NaiveDateTime,
    version: i64,
}

/// Where the sentence of a review lies sealed: it names people.
const STATEMENT: &str = "statement_review.statement";

/// What is sealed of a review.
#[derive(Serialize, Deserialize)]
struct Sentence {
    statement: String,
    restriction: Option<String>,
}

impl ReviewRow {
    fn of(vault: &dyn RegistryVault, case: &ReviewCase) -> Result<Self, StoreError> {
        let sentence = Sentence {
            statement: case.statement.clone(),
            restriction: case.restriction.clone(),
        };
        let plain = serde_json::to_vec(&sentence)
            .map_err(|error| bad_row(REVIEW, "statement", case.id.as_str(), error))?;
        let sealed = vault
            .seal(STATEMENT, case.id.as_str(), &plain)
            .map_err(|error| StoreError::Unavailable {
                cause: error.to_string(),
            })?;
        Ok(Self {
            id: case.id.to_string(),
            registration_number: case.subject.registration_number.to_string(),
            juristic_type: case.subject.juristic_type.as_str().to_owned(),
            statement_digest: case.subject.statement_sha256.to_hex(),
            statement: sealed.to_bytes(),
            opened_at: case.opened_at.to_naive(),
            queued: case.queued,
            queued_since: case.queued_since.to_naive(),
            version: counted(case.version, &case.id)?,
        })
    }

    fn into_case(
        self,
        vault: &dyn RegistryVault,
        proposals: Vec<Proposal>,
    ) -> Result<ReviewCase, StoreError> {
        let id = &self.id;
        let bad = |cause: &dyn Display| bad_row(REVIEW, "statement", id, cause);
        let (data_key, value) =
            Sealed::parts(&self.statement).ok_or_else(|| bad(&"it is not sealed"))?;
        let plain = vault
            .open(STATEMENT, id, data_key, value)
            .map_err(|error| sealed_error(REVIEW, "statement", id, error))?;
        let sentence: Sentence = serde_json::from_slice(&plain).map_err(|error| bad(&error))?;
        Ok(ReviewCase {
            subject: Subject {
                registration_number: parsed(
                    REVIEW,
                    "registration_number",
                    id,
                    &self.registration_number,
                )?,
                juristic_type: JuristicType::find(&self.juristic_type)
                    .ok_or_else(|| bad_row(REVIEW, "juristic_type", id, "not a known word"))?,
                statement_sha256: parsed(REVIEW, "statement_digest", id, &self.statement_digest)?,
            },
            id: parsed(REVIEW, "id", id, id)?,
            opened_at: Instant::from_naive(self.opened_at),
            queued: self.queued,
            queued_since: Instant::from_naive(self.queued_since),
            version: u64::try_from(self.version)
                .map_err(|error| bad_row(REVIEW, "version", id, error))?,
            statement: sentence.statement,
            restriction: sentence.restriction,
            proposals,
        })
    }
}

fn counted(version: u64, id: &ReviewId) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|error| bad_row(REVIEW, "version", id.as_str(), error))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_proposal)]
struct ProposalRow {
    id: String,
    review_id: String,
    digest: String,
    rule: String,
    binding: String,
    reading: Option<i64>,
    reason: String,
    officer_id: String,
    proposed_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_decision)]
struct DecisionRow {
    proposal_id: String,
    kind: String,
    officer_id: String,
    decided_at: NaiveDateTime,
    reason: String,
}

impl ProposalRow {
    /// With what became of it, in order. A changed row is an error and never a rule: the digest is computed again.
    fn into_proposal(self, decisions: Vec<DecisionRow>) -> Result<Proposal, StoreError> {
        let id = &self.id;
        let bad = |column, cause: &dyn Display| bad_row(PROPOSAL, column, id, cause);
        let rule = serde_json::from_str(&self.rule).map_err(|error| bad("rule", &error))?;
        let binding: super::Binding =
            serde_json::from_str(&self.binding).map_err(|error| bad("binding", &error))?;
        let digest = parsed(PROPOSAL, "digest", id, &self.digest)?;
        let computed = binding
            .digest_with(&rule)
            .map_err(|error| bad("rule", &error))?;
        if computed != digest {
            return Err(bad("digest", &"it is not that of the rule and its binding"));
        }
        let mut state = ProposalState::Open;
        for decision in decisions {
            let bad = |column, cause: &dyn Display| bad_row(DECISION, column, id, cause);
            let kind = StepKind::from_stored(&decision.kind)
                .ok_or_else(|| bad("kind", &"not a known word"))?;
            let act = Act {
                officer: parsed(DECISION, "officer_id", id, &decision.officer_id)?,
                at: Instant::from_naive(decision.decided_at),
                reason: decision.reason,
            };
            state = state
                .after(kind, act)
                .ok_or_else(|| bad("kind", &"the step cannot follow"))?;
        }
        Ok(Proposal {
            id: parsed(PROPOSAL, "id", id, id)?,
            reading: self
                .reading
                .map(usize::try_from)
                .transpose()
                .map_err(|error| bad("reading", &error))?,
            proposed: Act {
                officer: parsed(PROPOSAL, "officer_id", id, &self.officer_id)?,
                at: Instant::from_naive(self.proposed_at),
                reason: self.reason,
            },
            rule,
            binding,
            digest,
            state,
        })
    }
}

/// Proposals with their decisions, by review, each in order.
fn put_together(
    rows: Vec<(ProposalRow, Option<DecisionRow>)>,
) -> Result<Vec<(String, Proposal)>, StoreError> {
    let mut order: Vec<ProposalRow> = Vec::new();
    let mut decisions: BTreeMap<String, Vec<DecisionRow>> = BTreeMap::new();
    for (proposal, decision) in rows {
        if let Some(decision) = decision {
            decisions
                .entry(decision.proposal_id.clone())
                .or_default()
                .push(decision);
        }
        if order.last().is_none_or(|last| last.id != proposal.id) {
            order.push(proposal);
        }
    }
    order
        .into_iter()
        .map(|row| {
            let of_it = decisions.remove(&row.id).unwrap_or_default();
            Ok((row.review_id.clone(), row.into_proposal(of_it)?))
        })
        .collect()
}

/// Every proposal about a juristic person, by review.
fn proposals(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<Vec<(String, Proposal)>, StoreError> {
    let rows: Vec<(ProposalRow, Option<DecisionRow>)> = review_proposal::table
        .left_join(review_decision::table.on(review_decision::proposal_id.eq(review_proposal::id)))
        .filter(review_proposal::registration_number.eq(number.as_str()))
        .order((
            review_proposal::review_id.asc(),
            review_proposal::place.asc(),
            review_decision::step.asc(),
        ))
        .select((ProposalRow::as_select(), Option::<DecisionRow>::as_select()))
        .load(connection)?;
    put_together(rows)
}

/// Every rule that two officers ever agreed on for this juristic person: one query.
pub fn reviewed(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<Vec<ReviewedRule>, StoreError> {
    proposals(connection, number)?
        .into_iter()
        .filter_map(|(review, proposal)| {
            let review = match parsed(REVIEW, "id", &review, &review) {
                Ok(review) => review,
                Err(error) => return Some(Err(error)),
            };
            proposal.reviewed(&review).map(Ok)
        })
        .collect()
}

/// Every review of a juristic person, oldest first.
pub fn cases(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    number: &RegistrationNumber,
) -> Result<Vec<ReviewCase>, StoreError> {
    let rows: Vec<ReviewRow> = statement_review::table
        .filter(statement_review::registration_number.eq(number.as_str()))
        .order((statement_review::opened_at, statement_review::id))
        .select(ReviewRow::as_select())
        .load(connection)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_each: BTreeMap<String, Vec<Proposal>> = BTreeMap::new();
    for (review, proposal) in proposals(connection, number)? {
        of_each.entry(review).or_default().push(proposal);
    }
    rows.into_iter()
        .map(|row| {
            let proposals = of_each.remove(&row.id).unwrap_or_default();
            row.into_case(vault, proposals)
        })
        .collect()
}

/// The juristic person that a review is about; `None` when there is no such review.
pub fn number_of(
    connection: &mut AnyConnection,
    id: &ReviewId,
) -> Result<Option<RegistrationNumber>, StoreError> {
    let number: Option<String> = statement_review::table
        .find(id.as_str())
        .select(statement_review::registration_number)
        .first(connection)
        .optional()?;
    number
        .map(|number| parsed(REVIEW, "registration_number", id.as_str(), &number))
        .transpose()
}

/// The next reviews in the queue, longest waiting first, with the juristic person of each.
pub fn queue(
    connection: &mut AnyConnection,
    after: Option<&QueuePlace>,
    limit: i64,
) -> Result<Vec<(QueuePlace, RegistrationNumber)>, StoreError> {
    let mut query = statement_review::table
        .filter(statement_review::queued.eq(true))
        .select((
            statement_review::id,
            statement_review::queued_since,
            statement_review::registration_number,
        ))
        .order((statement_review::queued_since, statement_review::id))
        .limit(limit)
        .into_boxed();
    if let Some(place) = after {
        let since = place.since.to_naive();
        query = query.filter(
            statement_review::queued_since
                .gt(since)
                .or(statement_review::queued_since
                    .eq(since)
                    .and(statement_review::id.gt(place.review.as_str().to_owned()))),
        );
    }
    let rows: Vec<(String, NaiveDateTime, String)> = query.load(connection)?;
    rows.into_iter()
        .map(|(id, since, number)| {
            let place = QueuePlace {
                since: Instant::from_naive(since),
                review: parsed(REVIEW, "id", &id, &id)?,
            };
            Ok((place, parsed(REVIEW, "registration_number", &id, &number)?))
        })
        .collect()
}

/// Open a review.
pub fn open(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    case: &ReviewCase,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(statement_review::table)
        .values(ReviewRow::of(vault, case)?)
        .execute(connection);
    match inserted.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        // Two questions about one sentence at once: run again, and the other's review is there.
        Err(StoreError::Conflict { constraint }) => Err(StoreError::Unavailable {
            cause: format!("the same review was opened at the same time ({constraint})"),
        }),
        Err(error) => Err(error),
    }
}

/// Open reviews of juristic persons that have none yet.
pub fn open_all(
    connection: &mut AnyConnection,
    vault: &dyn RegistryVault,
    cases: &[ReviewCase],
) -> Result<(), StoreError> {
    let rows = cases
        .iter()
        .map(|case| ReviewRow::of(vault, case))
        .collect::<Result<Vec<_>, _>>()?;
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            for row in rows {
                diesel::insert_into(statement_review::table)
                    .values(row)
                    .execute(sqlite)?;
            }
        }
        // Nine columns a row: far below the parameters that one statement may have.
        AnyConnection::Postgres(postgres) => {
            let mut rows = rows;
            while !rows.is_empty() {
                let rest = rows.split_off(rows.len().min(1_000));
                diesel::insert_into(statement_review::table)
                    .values(rows)
                    .execute(postgres)?;
                rows = rest;
            }
        }
    }
    Ok(())
}

/// Put a review into the queue, or take it out.
pub fn queue_up(
    connection: &mut AnyConnection,
    id: &ReviewId,
    queued: bool,
    since: Instant,
) -> Result<(), StoreError> {
    let moved = diesel::update(statement_review::table.find(id.as_str()))
        .set((
            statement_review::queued.eq(queued),
            statement_review::queued_since.eq(since.to_naive()),
        ))
        .execute(connection)?;
    one_row(REVIEW, moved)
}

/// Count a step of a review that had this version; refused as stale when somebody else took one.
pub fn advance(
    connection: &mut AnyConnection,
    id: &ReviewId,
    version: u64,
) -> Result<(), StoreError> {
    let version = counted(version, id)?;
    let moved = diesel::update(
        statement_review::table
            .filter(statement_review::id.eq(id.as_str()))
            .filter(statement_review::version.eq(version)),
    )
    .set(statement_review::version.eq(version + 1))
    .execute(connection)?;
    one_row(REVIEW, moved)
}

/// Write a proposal down as the next of its review.
pub fn add_proposal(
    connection: &mut AnyConnection,
    case: &ReviewCase,
    proposal: &Proposal,
) -> Result<(), StoreError> {
    let bad = |column, cause: &dyn Display| bad_row(PROPOSAL, column, proposal.id.as_str(), cause);
    let place = i64::try_from(case.proposals.len() + 1).map_err(|error| bad("place", &error))?;
    let reading = proposal
        .reading
        .map(i64::try_from)
        .transpose()
        .map_err(|error| bad("reading", &error))?;
    diesel::insert_into(review_proposal::table)
        .values((
            review_proposal::id.eq(proposal.id.as_str()),
            review_proposal::review_id.eq(case.id.as_str()),
            review_proposal::registration_number.eq(case.subject.registration_number.as_str()),
            review_proposal::place.eq(place),
            review_proposal::digest.eq(proposal.digest.to_hex()),
            review_proposal::rule
                .eq(serde_json::to_string(&proposal.rule).map_err(|error| bad("rule", &error))?),
            review_proposal::binding
                .eq(serde_json::to_string(&proposal.binding)
                    .map_err(|error| bad("binding", &error))?),
            review_proposal::reading.eq(reading),
            review_proposal::reason.eq(&proposal.proposed.reason),
            review_proposal::officer_id.eq(proposal.proposed.officer.as_str()),
            review_proposal::proposed_at.eq(proposal.proposed.at.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Write down what became of a proposal.
pub fn add_decision(connection: &mut AnyConnection, step: &Step) -> Result<(), StoreError> {
    let place: i64 = match step.kind {
        StepKind::Revoked => 2,
        StepKind::Confirmed | StepKind::Rejected | StepKind::Withdrawn | StepKind::Superseded => 1,
    };
    diesel::insert_into(review_decision::table)
        .values((
            review_decision::proposal_id.eq(step.proposal.as_str()),
            review_decision::step.eq(place),
            review_decision::kind.eq(step.kind.as_str()),
            review_decision::officer_id.eq(step.act.officer.as_str()),
            review_decision::decided_at.eq(step.act.at.to_naive()),
            review_decision::reason.eq(&step.act.reason),
        ))
        .execute(connection)?;
    Ok(())
}
