//! May these people bind this company for this act?
//!
//! Words: a *question* names the juristic person, the act, the signatories and the moment; a *signatory* is one natural
//! person, by a sign-in of ours or as asserted by the caller; its *standing* says how it counts; the *answer* is permit, deny
//! or indeterminate with its basis, reasons, completions and exclusions; the *receipt* is the signed form of an answer.
//!
//! Invariants:
//! * Doubt never permits. A signatory that is only perhaps an officer is never counted for a permit; when counting the
//!   doubtful ones would change the answer, it is *indeterminate*.
//! * A sign-in counts only for the question it was made for, and supports one permit.
//! * The answer is decided, stored, logged and its sign-ins used up in one transaction.
//! * The answer names the versions it was decided on, so that it can be asked again later.
//!
//! To add a reason: a line in `decision::ReasonCode` with both languages. To add a basis beside the signing rule: a variant
//! of `decision::Basis`, decided there and nowhere else.

pub mod answer;
pub mod decision;
pub mod http;
pub mod question;
pub mod receipt;
pub mod service;
pub mod store;
