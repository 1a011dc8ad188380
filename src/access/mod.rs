//! Which machine is calling, and what may it ask? A small authorisation server in the manner of FAPI 2.0.
//!
//! Words: a *client* is a bank's or agency's system, known by its identifier and one certificate; an *access token* is
//! a signed statement of ours, good for five minutes and only over connections made with that certificate; a *scope*
//! is a verb on one kind of resource.
//!
//! Invariants:
//! * A client proves itself with its TLS certificate alone; there are no shared secrets (SEC-03).
//! * Every token is bound to a certificate: its claims cannot be made without the thumbprint (SEC-07).
//! * A revoked client, or a certificate that was replaced, stops working within 60 seconds on every instance although
//!   tokens are self-contained (SEC-10): what is known about a client is at most 30 seconds old.
//! * What does not exist is not in the metadata (SEC-01).
//! * Every change of a client stands in the tamper-evident log, in the same transaction.
//!
//! It also keeps the answers of requests that came with an `Idempotency-Key` ([`idempotency`], [`store::idempotency`]),
//! in the transaction of the act itself.
//!
//! To add a scope: one line in `web::caller::scope`; clients get it with `amnat clients add`. To add a way for clients to
//! authenticate: a variant of [`grant::Proof`], its row in the refusal table of the tests, its name in the metadata.

pub mod api_client;
pub mod grant;
pub mod http;
pub mod idempotency;
pub mod service;
pub mod store;
pub mod token;

pub use api_client::{ApiClient, ClientId, ClientStatus, NewClient};
pub use service::AccessService;
