//! What we certify, and whether a file is what we issued.
//!
//! One pipeline for every kind of document: **content** (the facts, a plain value) → **layout** (blocks on pages, and
//! the same facts as XML) → **sealed PDF** → **number, digest and log entry**. Adding a kind means adding a content, its
//! templates under `templates/`, and its XML; the pipeline stays.
//!
//! Words: the *number* is gap-free within a year and printed; the *token* is the unguessable part of the address in the
//! QR code; a document is *genuine* when its bytes are exactly those that were issued, and only then.
//!
//! Invariants:
//! * The page and the embedded XML are made from one value, so they cannot disagree.
//! * Number and intent are committed before the seal is asked for; what could not be sealed stays visible as a void
//!   number (never reused).
//! * Nothing is sealed that was not checked: only the service's prepared value reaches the signer.
//! * A file is never called genuine by its looks or its signature alone: an offline check says *intact and trusted* at
//!   most.

pub mod client;
pub mod content;
pub mod drawing_up;
pub mod http;
pub mod layout;
pub mod record;
pub mod service;
pub mod store;
pub mod template;
pub mod timestamp;
pub mod verification;
pub mod xml;
