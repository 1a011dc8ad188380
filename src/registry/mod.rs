//! Which juristic persons, officers and statements does the register have, as of when?
//!
//! Words: a *record* is everything the register states of one juristic person; a *version* is a record that was
//! stated from one instant on; *facts* are a record with its version and with what is known of the people in it. The
//! *exchange* is the government's service for one number; a *feed* is a file, one entry a line, *full* of everybody or a
//! *delta* of those whose record changed, with a *manifest* beside it; the
//! *extension* tells whose number stands behind an officer.
//!
//! Invariants:
//! * Versions are only ever added; the database refuses to change or drop one. The same record again makes none: only
//!   its freshness moves. `valid_from` is when the register was seen to state it, `recorded_at` when we learnt it.
//! * Nothing of a row is guessed: a refusal names line, field and reason, and by default a file with one refusal is
//!   not taken in at all.
//! * A 13-digit number or passport of a person is stored as a keyed index only. Without an answer of the extension, or
//!   with one that is not about exactly these officers, nobody's number is known; names never stand in for it.
//! * An officer's reference is never given to another person.
//! * A register that keeps failing is left alone ([`breaker`]); what is held is then used as long as it is young enough
//!   for what it is used for ([`freshness`]), and no longer.
//! * A change that the register tells of is taken in, or the juristic person is doubted until it was asked for again
//!   ([`follow`]).
//! * A sentence that is not read with certainty decides nothing until two registry officers say what it means
//!   ([`review`]).
//!
//! To add a field: the member in [`exchange`] and [`feed::own`], its place in [`model`], its sense in `read_entry` with a
//! refusal, a row in the tables of refusals, its part in [`generate`]. To add a feed of another shape: a reader that ends
//! in a [`feed::FeedRow`], named in [`feed::FeedShape`].

pub mod board;
pub mod breaker;
pub mod client;
pub mod exchange;
pub mod feed;
pub mod follow;
pub mod freshness;
pub mod generate;
pub mod history;
pub mod http;
pub mod identities;
pub mod kind;
pub mod labels;
pub mod model;
pub mod names;
pub mod reading;
pub mod retry;
pub mod review;
pub mod service;
pub mod source;
pub mod store;
pub mod vault;
