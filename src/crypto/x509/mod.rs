//! Certificates (RFC 5280): their facts, chains to roots the caller trusts, and a small authority that issues them.
//!
//! * [`Certificate`] is parsed and checked for one spelling when it is made; its facts never disagree with its bytes.
//! * [`verify_chain`] is the only way to trust. Roots are an argument; nothing inside the judged data becomes one.
//! * [`CertificateAuthority`] is what the sandbox runs. A production service asks a recognised authority instead.
//!
//! To add a kind of certificate: a variant of [`Profile`] (what is issued) and, if it is to be trusted for something
//! new, a variant of [`Purpose`] (what is demanded).

mod authority;
mod certificate;
mod chain;
mod name;
mod request;
mod revocation;

pub use authority::{AuthorityError, CertificateAuthority, Profile, Validity};
pub use certificate::{Certificate, CertificateError, Facts, KeyUsage};
pub use chain::{ChainRefusal, Purpose, verify_chain};
pub use name::Name;
pub use request::{RequestError, SigningRequest};
pub use revocation::{Reason, Revoked};

#[cfg(test)]
pub(super) mod tests;
