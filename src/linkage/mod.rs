//! Is this person that officer?
//!
//! Words: a *candidate* is an authenticated person as the identity provider told us: the blind index of the 13-digit
//! number or of the passport, and the name; an *outcome* says which officer it is, on which *basis*, or why not.
//!
//! A *dispute* says that a person is not, or no longer, the officer: until it is settled the link does not count. A
//! passport links only while a status service says that it is good. The *evidence* of every link that a decision used is
//! kept.
//!
//! Invariants:
//! * The number decides, never the name alone (ATK-41). The name must agree as well: when the number is an officer's
//!   and the name is not, a person looks at it, and meanwhile nobody is linked.
//! * Doubt never links: no numbers known for the company is `IdentityUnavailable` and not "is no officer".
//! * Somebody who left is told apart from somebody who never was there.
//! * One person may be several rows of the register (partner and liquidator, an old and a new passport): all of them are
//!   linked, as one person.
//! * A disputed link is never permitted on ([`dispute`]); nor is a passport that nobody vouches for ([`foreigner`]).
//! * No number of a person is stored or logged; names and people's own words are sealed.
//!
//! To add a basis: a number the provider and the register both hold, its kind in
//! [`crate::registry::model::IdentityKind`], and its line in [`matching::link`] before the name is looked at.

pub mod client;
pub mod dispute;
pub mod foreigner;
pub mod http;
pub mod lookup;
pub mod matching;
pub mod references;
pub mod service;
pub mod store;
