//! Who is this person, with which assurance?
//!
//! Words: a *provider* proves people (ThaiD, brokers); a *sign-in* is one person proved once for one thing; its *subject*
//! is that thing: who asks, which juristic person, which act, how much, what for; a *flow* is one journey of a browser to a
//! provider and back; *evidence* is what proves the sign-in years later; a *session* lets a person use our own pages.
//!
//! Invariants:
//! * A sign-in is bound to its subject before the person sees a page, by a nonce that the provider signs. It lives at most
//!   15 minutes, ends in the browser it began in, and supports one permit.
//! * Only a signed, strictly read ID token is a fact. Silence about a level is the lowest level.
//! * A person is an issuer and a subject. Accounts are joined by 13-digit ID alone, and only on the word of issuers that are
//!   trusted for it.
//! * No 13-digit ID, name, token or provider's subject is stored unsealed or written to a log.
//! * Which level an act asks for is a reviewed row of data ([`policy`]).
//!
//! To add a provider: see [`providers`]. To add a level, a row or a sector: [`assurance`], `policy.toml`, [`policy`].

pub mod assurance;
pub mod http;
pub mod person;
pub mod policy;
pub mod providers;
pub mod service;
pub mod session;
pub mod signin;
pub mod store;
pub mod vault;
