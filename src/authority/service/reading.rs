//! From facts to a compiled rule: read the statement, compile it, or say that somebody has to look.

use crate::kernel::time::Instant;
use crate::registry::board;
use crate::registry::model::Facts;
use crate::signing_rule::{
    CompiledRule, Outcome, Register, compile, compile_without_statement, decided_by_standing,
    interpret,
};

/// What is decided on.
pub(super) struct Reading {
    /// The statement as registered; empty when there is none.
    pub(super) statement: String,
    /// The rule; `None` when the statement has not been read with certainty.
    pub(super) rule: Option<CompiledRule>,
}

/// Read the statement for the board of that instant. Only one complete reading is used by itself.
pub(super) fn read(facts: &Facts, at: Instant) -> Reading {
    let statement = facts.record.authority_text().unwrap_or_default();
    let rule = compiled(facts, at, &statement);
    Reading { statement, rule }
}

fn compiled(facts: &Facts, at: Instant, statement: &str) -> Option<CompiledRule> {
    // A board that cannot be built (too many people for one rule) is a matter for review.
    let board = board::board_at(facts, at)
        .inspect_err(|refusal| tracing::warn!(refusal = %refusal, "a board cannot be built"))
        .ok()?;
    let standing = board::standing(facts);
    // A registered authority of the liquidators goes before the law's default; a status that ends authority before both.
    if decided_by_standing(standing).is_some() || statement.trim().is_empty() {
        return compile_without_statement(&board, standing);
    }
    let former = board::former_at(facts, at);
    let register = Register {
        board: &board,
        former: &former,
        juristic_type: Some(standing.juristic_type),
    };
    let interpretation = interpret(statement, &register);
    match (interpretation.outcome, interpretation.rule) {
        (Outcome::Complete, Some(rule)) => compile(&rule, &board, standing)
            .inspect_err(
                |refusal| tracing::warn!(refusal = %refusal, "a rule is too large to decide on"),
            )
            .ok(),
        _ => None,
    }
}
