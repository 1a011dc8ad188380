//! What a registered authority statement means, and whether it is met.
//!
//! wip front door

mod board;
pub mod compile;
mod evaluate;
mod explain;
mod matching;
mod rule;
mod verdict;

#[cfg(test)]
mod decision_tests;

pub use board::{
    Board, BoardRefusal, JuristicType, Liability, MAX_MEMBERS, Member, People, Role, Standing,
    Status,
};
pub use compile::{CompileRefusal, CompiledRule, compile};
pub use explain::{MAX_COMPLETIONS, MAX_MINIMAL_SETS};
pub use rule::{
    AmountRange, AmountUnit, Clause, Majority, Parts, Pool, Rule, RuleKind, RuleRefusal, Scope,
    ScopedAct, Seal, SigningRule, Span,
};
pub use verdict::{
    AskedAct, AskedAmount, Completion, Decision, Excluded, ExclusionCode, Flag, Met, MinimalSet,
    More, Question, Reason, ReasonCode, SealGiven, Verdict, WouldPermitIf,
};
