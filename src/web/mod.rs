//! The HTTP workshop: problem documents, extractors that refuse, request ids, pages, the credentials of a request.
//!
//! Words: a *caller* is an authenticated machine client; a *visitor* is a person with a session; a *problem* is
//! any answer of 4xx or 5xx, always an RFC 9457 document with a code from one registry.
//!
//! Invariants:
//! * Every `/v1` handler names in its signature what it demands: [`caller::Authorised`] or [`caller::Visitor`].
//! * A problem never tells internals; an internal failure is logged once, here, with its cause.
//! * Every answer carries the request's id, and so does every log line of the request.
//!
//! To add an endpoint: a handler with `#[utoipa::path]` in the room's `http.rs`, its line in `app::routes` (mounting and
//! document), and its row in the refusal table of `tests/api`.

pub mod caller;
pub mod idempotency;
pub mod json;
pub mod page;
pub mod problem;
pub mod request;
