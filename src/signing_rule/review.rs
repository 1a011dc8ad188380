//! Deciding on a statement that may not have been read with certainty.
//!
//! Only a complete reading decides. For an ambiguous one the answer also says what each reading would
//! decide and whether all agree; the decision stays indeterminate.

use super::board::Board;
use super::clause::SigningRule;
use super::compile::{compile, compile_without_statement, decided_by_standing};
use super::interpret::{Interpretation, Outcome};
use super::standing::Standing;
use super::verdict::{Decision, Question, Reason, ReasonCode, Verdict};

/// A verdict on a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementVerdict {
    /// The answer.
    pub verdict: Verdict,
    /// What each reading of an ambiguous statement would decide; empty otherwise.
    pub by_reading: Vec<Decision>,
}

impl StatementVerdict {
    /// Whether all readings of an ambiguous statement decide alike; `None` when there are none.
    pub fn readings_agree(&self) -> Option<bool> {
        let first = self.by_reading.first()?;
        Some(self.by_reading.iter().all(|decision| decision == first))
    }
}

/// Decide on an interpretation. The standing comes first: a statement that needs review does not hide that a
/// company has been struck off.
pub fn decide_statement(
    interpretation: &Interpretation,
    board: &Board,
    standing: Standing,
    question: &Question,
) -> StatementVerdict {
    if let (Outcome::Complete, Some(rule)) = (interpretation.outcome, &interpretation.rule)
        && let Some(verdict) = by_rule(rule, board, standing, question)
    {
        return StatementVerdict {
            verdict,
            by_reading: Vec::new(),
        };
    }
    let by_status = decided_by_standing(standing)
        .and_then(|_| compile_without_statement(board, standing))
        .map(|compiled| compiled.decide(question));
    let by_reading = interpretation
        .readings
        .iter()
        .filter_map(|rule| by_rule(rule, board, standing, question))
        .map(|verdict| verdict.decision)
        .collect();
    let mut verdict = by_status.unwrap_or_else(|| Verdict {
        decision: Decision::Indeterminate,
        reasons: vec![Reason::from(ReasonCode::StatementNeedsReview)],
        met: None,
        completions: Vec::new(),
        completions_truncated: false,
        missing_seal: false,
        excluded: Vec::new(),
        flags: Vec::new(),
        would_permit_if: None,
    });
    verdict.flags.extend_from_slice(&interpretation.flags);
    StatementVerdict {
        verdict,
        by_reading,
    }
}

/// `None` for a rule past the bounds, which interpretation refuses before it gets here.
fn by_rule(
    rule: &SigningRule,
    board: &Board,
    standing: Standing,
    question: &Question,
) -> Option<Verdict> {
    match compile(rule, board, standing) {
        Ok(compiled) => Some(compiled.decide(question)),
        Err(_past_a_bound) => None,
    }
}
