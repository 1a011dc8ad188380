//! The command line's reader of JSON lines.

#[path = "../../src/cli/rules.rs"]
pub mod rules;
