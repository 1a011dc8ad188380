//! The house rules, run as tests: who may import whom, which calls are forbidden, and that what
//! is generated, listed or promised is really there.
//!
//! Each rule is a function from source text to findings, so that every rule is proven twice: the
//! house has no finding, and a planted violation is found.
//!
//! To add a rule: a function that returns [`source::Finding`]s, a test that runs it over
//! [`source::house`] named after the fact it proves, and a test with a planted violation.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a file that cannot be read fails the test that needs it"
)]

mod calls;
mod doors;
mod files;
mod imports;
mod migrations;
mod openapi;
mod scan;
mod source;
