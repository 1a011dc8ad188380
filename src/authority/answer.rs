//! The answer as it is given, stored and signed.

use super::decision::{LeftOut, Outcome, Reason, StepUp};
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::time::{Instant, start_of_thai_day};
use crate::signing_rule::Span;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One answered question, without its receipt: the receipt signs the digest of this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Identifier.
    pub id: String,
    /// `permit`, `deny` or `indeterminate`.
    pub decision: String,
    /// What a permit rests on; empty otherwise.
    pub basis: Vec<BasisPart>,
    /// Why; never empty.
    pub reasons: Vec<ReasonPart>,
    /// What is notable beside the decision.
    pub notices: Vec<ReasonPart>,
    /// What is missing, fewest people first.
    pub completions: Vec<CompletionPart>,
    /// Whether completions were left out because of a bound.
    pub completions_truncated: bool,
    /// Signatories that do not count.
    pub excluded: Vec<ExcludedPart>,
    /// What the same people could do.
    pub would_permit_if: WouldPermitPart,
    /// Moments and versions the answer was decided on.
    pub as_of: AsOfPart,
    /// The register's data as of.
    pub data_as_of: Option<Instant>,
    /// Until when the answer may be relied on without asking again. Of a question about the past, that past moment.
    pub valid_until: Instant,
}

/// How long an answer about the present may be relied on (ATK-61).
const VALID_FOR: Duration = Duration::from_secs(60);

/// Until when an answer given now may be relied on: not past the day, for people enter and leave office by the day. `past`
/// are the moments that the question named, if any: an answer about them says nothing of later ones.
pub fn valid_until(now: Instant, past: [Option<Instant>; 2]) -> Instant {
    let day = now.thai_date();
    let midnight = start_of_thai_day(day.succ_opt().unwrap_or(day));
    past.into_iter()
        .flatten()
        .chain([now.plus(VALID_FOR), midnight])
        .min()
        .unwrap_or(now)
}

/// One ground of a permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasisPart {
    /// `signing_rule`.
    pub kind: String,
    /// `reviewed` when two registry officers confirmed what the statement means; `None` for one read with certainty, or
    /// what the law settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// SHA-256 of the reviewed rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_sha256: Option<String>,
    /// Clause of the rule.
    pub clause: usize,
    /// Where its words stand in the statement, in Unicode scalar values.
    pub span: [usize; 2],
    /// Those words.
    pub text: String,
    /// The signatories who fill its seats.
    pub signatories: Vec<CountedPart>,
}

/// One signatory who counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedPart {
    /// Pairwise reference of the person.
    pub person: String,
    /// Officer on record.
    pub officer: String,
    /// Name as registered.
    pub name: String,
    /// Sign-in that proves the person.
    pub sign_in: Option<String>,
    /// Identity assurance level.
    pub ial: Option<String>,
    /// Authenticator assurance level.
    pub aal: Option<String>,
    /// Whether the authenticator level is assumed by a policy row and not stated by the provider.
    pub aal_assumed: bool,
    /// Policy row that accepts it.
    pub policy_row: Option<String>,
}

/// A code with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonPart {
    /// Stable code.
    pub code: String,
    /// English.
    pub detail: String,
    /// Thai.
    pub detail_th: String,
}

impl From<Reason> for ReasonPart {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.code,
            detail: reason.detail,
            detail_th: reason.detail_th,
        }
    }
}

/// One way to a permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionPart {
    /// Who must still sign.
    pub add: Vec<MorePart>,
    /// Whether the company seal must still be applied.
    pub seal: bool,
    /// Signatories who must sign in more strongly.
    pub step_up: Vec<StepUpPart>,
}

/// So many more of these people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MorePart {
    /// How many.
    pub n: usize,
    /// Names as registered.
    pub of: Vec<String>,
    /// The same people by officer reference.
    pub officers: Vec<String>,
}

/// A stronger sign-in that would make somebody count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUpPart {
    /// Reference of the signatory.
    pub person: String,
    /// What to do, English.
    pub detail: String,
    /// What to do, Thai.
    pub detail_th: String,
}

/// A signatory that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedPart {
    /// Reference of the signatory.
    pub person: String,
    /// Stable code.
    pub code: String,
    /// English.
    pub detail: String,
    /// Thai.
    pub detail_th: String,
    /// Since when, where that is known.
    pub since: Option<NaiveDate>,
    /// The officer on record that it is about, if that much is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// Name of that officer as registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ExcludedPart {
    /// A signatory that was left out; `name_of` tells the registered name behind a reference.
    pub fn new(out: LeftOut, name_of: &dyn Fn(&String) -> String) -> Self {
        let text = out.code.text();
        Self {
            name: out.officer.as_ref().map(name_of),
            officer: out.officer,
            person: out.reference,
            code: out.code.as_str().to_owned(),
            detail: text.en,
            detail_th: text.th,
            since: out.since,
        }
    }
}

/// What the same people could do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WouldPermitPart {
    /// Greatest amount in baht.
    pub max_amount: Option<String>,
    /// Act codes.
    pub acts: Vec<String>,
    /// Stronger sign-ins.
    pub step_up: Vec<StepUpPart>,
}

/// Moments and versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOfPart {
    /// Moment asked about.
    pub valid_at: Instant,
    /// Knowledge asked about.
    pub known_at: Instant,
    /// Version of the company's record; 0 when there is none.
    pub registry_version: u64,
    /// Version of the policies.
    pub policy_version: String,
    /// SHA-256 of the reviewed rule that was decided on, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_rule: Option<String>,
}

impl Answer {
    /// SHA-256 over the canonical form (RFC 8785).
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        canonical_json(self).map(Digest::of)
    }
}

/// The words of a statement that a span points at.
pub fn words_at(statement: &str, span: Span) -> String {
    statement
        .chars()
        .skip(span.start)
        .take(span.end.saturating_sub(span.start))
        .collect()
}

/// Those of an outcome's stronger sign-ins that are asked for.
pub fn step_up_parts(outcome: &Outcome, which: impl Fn(&StepUp) -> bool) -> Vec<StepUpPart> {
    outcome
        .step_up
        .iter()
        .filter(|step| which(step))
        .map(|step| StepUpPart {
            person: step.reference.clone(),
            detail: step.what.en.clone(),
            detail_th: step.what.th.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_answer_is_good_for_a_minute_and_not_past_midnight_in_thailand() {
        let noon = at("2026-11-24T05:00:00Z");
        assert_eq!(valid_until(noon, [None, None]), at("2026-11-24T05:01:00Z"));
        let late = at("2026-11-24T16:59:30Z");
        assert_eq!(valid_until(late, [None, None]), at("2026-11-24T17:00:00Z"));
    }

    #[test]
    fn an_answer_about_the_past_is_good_for_nothing_later() {
        let (now, past) = (at("2026-11-24T05:00:00Z"), at("2025-01-01T05:00:00Z"));
        for asked in [
            [Some(past), None],
            [None, Some(past)],
            [Some(now), Some(past)],
        ] {
            assert_eq!(valid_until(now, asked), past);
        }
    }
}
