//! Is it the same living person? The door to the national face-verification engine, which compares a captured face with
//! the portrait behind a 13-digit ID.
//!
//! Words: a *comparison* is one question to the engine; its *score* is the engine's percentage in hundredths, which is
//! not a probability; *thresholds* turn a score into a verdict and belong to one version of one engine.
//!
//! Invariants:
//! * Nothing is asked without a consent that is given, alive and for this purpose: a [`FaceRequest`] cannot be made
//!   without one, and that is before any network traffic.
//! * An engine that is busy, slow, unreachable or says something unreadable gives *no result*: never a mismatch, and
//!   never a pass (REL-25).
//! * A face is never written anywhere. Its buffers are wiped when they are dropped; what is kept is score, thresholds,
//!   engine, consent and a salted digest (KEY-25).
//! * The score stays inside; outside there is a verdict only (ATK-73).
//!
//! To add an engine: its row in `policy.toml`, with thresholds whose false-match rate was measured; an engine that
//! speaks another language is one more implementation of [`FaceEngine`].

pub mod breaker;
pub mod client;
pub mod comparison;
pub mod engine;
pub mod policy;

pub use client::HttpFaceEngine;
pub use comparison::{
    ConsentReference, FaceAnswer, FaceImage, FaceOutcome, FaceRequest, FaceRequestRefusal,
    ImageFormat, Score,
};
pub use engine::{FaceEngine, FaceFailure};
pub use policy::{FacePolicy, FaceVerdict, Thresholds};
