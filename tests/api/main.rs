//! The whole service over real HTTP: sandbox peers and the service on free loopback ports, as its callers see it.
//!
//! Cases share one service where they do not disturb one another ([`support::shared`]); those that change settings, the
//! clock or the process start a [`support::World`] of their own. The core cases run on PostgreSQL too when
//! `AMNAT_TEST_POSTGRES_URL` names a database; where `CI` is set, a missing one fails the suite.
//!
//! To add a case: a test in the file of its question. A new operation of the API document is put to the cases of
//! [`refused`] by itself; give its path parameters a value there.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "tests fail loudly"
)]

mod as_of;
mod bad_input;
mod canary;
mod certificates;
mod follow;
mod foreigners;
mod linkage;
mod question;
mod refused;
mod restart;
mod review;
mod sign_in;
mod support;
