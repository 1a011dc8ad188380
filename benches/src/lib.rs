//! The pure rooms of amnat by themselves, the cases that are measured, and the engines beside them.

#[path = "../../src/kernel/mod.rs"]
pub mod kernel;
#[path = "../../src/signing_rule/mod.rs"]
pub mod signing_rule;

/// Rules as dear as the bounds admit, shared with the tests that count their work.
#[path = "../../fuzz/bodies/worst.rs"]
pub mod worst;

pub mod cases;
pub mod cli;
pub mod engines;
