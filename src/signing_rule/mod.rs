//! What a registered authority statement means, and whether it is met.
//!
//! The register holds one Thai sentence for each juristic person: who may bind it, with or without the seal,
//! for what. This room reads the sentence once ([`interpret::interpret`]), turns it into a rule
//! ([`SigningRule`]), compiles the rule for the people on record ([`compile()`]) and from then on answers
//! questions ([`CompiledRule::decide`]) without reading anything else.
//!
//! # Words
//!
//! * *Rule*: a list of clauses, each with who, seal, scope and the words it was read from. Its JSON is public.
//! * *Board*: the people on record at one instant, grouped into natural persons.
//! * *Standing*: status and type; the status is asked before the rule.
//! * *Seat*, *alternative*: the compiled form; an alternative is met when its seats go to different people.
//! * *Verdict*: permit, deny or indeterminate, with reasons; who is missing; what is notable.
//!
//! # Invariants
//!
//! * Different seats, different people: one person never stands for two parts of a rule.
//! * Monotone: one more signatory never turns a permit into a deny.
//! * Doubt never permits: an unclear reading, act, amount, identity or status is `indeterminate`.
//! * Nothing is lowered to fit a board that has shrunk, and nothing is truncated in silence.
//! * Everything here is pure: no clock, no randomness, no database, and a bound on all work.
//!
//! # How to add one more
//!
//! * a phrase or sentence pattern: see `interpret`;
//! * a kind of rule: a variant of [`RuleKind`], its JSON in `rule.rs`, its seats in `alternatives.rs`, and its
//!   definition in the naive twin of the tests;
//! * a status: a row of the table in [`status`], its arm, and its row in the status test;
//! * a reason or flag: a row in `verdict.rs`, with both languages.

mod alternatives;
mod board;
mod clause;
pub mod compile;
mod evaluate;
mod explain;
pub mod interpret;
mod matching;
mod reach;
mod review;
mod rule;
mod standing;
pub mod status;
mod verdict;

#[cfg(test)]
mod decision_tests;
#[cfg(test)]
#[path = "../../fuzz/bodies/mod.rs"]
mod fuzz_bodies;
#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod statement_tests;
#[cfg(test)]
mod work_tests;

pub use board::{Board, BoardRefusal, Liability, MAX_MEMBERS, Member, People, Role};
pub use clause::{AmountRange, AmountUnit, Clause, Scope, ScopedAct, Seal, SigningRule};
pub use compile::{
    CompileRefusal, CompiledRule, compile, compile_without_statement, decided_by_standing,
};
pub use explain::{MAX_COMPLETIONS, MAX_MINIMAL_SETS};
pub use interpret::{Interpretation, Outcome, Register, interpret};
pub use review::{StatementVerdict, decide_statement};
pub use rule::{Majority, Parts, Pool, Rule, RuleKind, RuleRefusal, Span};
pub use standing::{JuristicType, Standing, Status};
pub use verdict::{
    AskedAct, AskedAmount, Completion, Decision, Excluded, ExclusionCode, Flag, Met, MinimalSet,
    MinimalSets, More, Question, Reason, ReasonCode, SealGiven, Verdict, WouldPermitIf,
};
