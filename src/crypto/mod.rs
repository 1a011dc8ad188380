//! The key workshop: keys, signatures, certificates, time-stamps and sealing. It knows no business and no PDF.
//!
//! | module | what it gives |
//! |---|---|
//! | [`key`] | private keys behind [`key::Signer`], public keys, plain signatures, the machine's generator |
//! | [`jws`] | JSON Web Signatures: signing, strict verification, claims, key sets |
//! | [`x509`] | certificates: facts, chains to given roots, a small authority that issues them |
//! | [`cms`] | the signature inside a sealed document (PAdES baseline B-B and B-T) |
//! | [`timestamp`] | RFC 3161 time-stamps, the asking side and the answering side |
//! | [`vault`] | personal data at rest: authenticated encryption, blind indices, pairwise references |
//! | [`note`] | signed notes (C2SP), such as a log's checkpoints |
//! | [`tls`] | what the service listens with |
//! | [`der`] | reading and writing the one canonical encoding |
//!
//! Words: a *signer* holds a private key and may be far away (a hardware module); a *root* is a certificate the
//! caller trusts and is never taken from the data being judged; a *refusal* is a value that says why.
//!
//! Invariants:
//! * Time and randomness are arguments. [`key::OsRandomness`] is made by the composition root only.
//! * Whatever is verified here has one spelling: a changed byte anywhere in it is a refusal.
//! * `openssl` and `x509-parser` are imported nowhere else.
//!
//! To add an algorithm: a variant of [`key::Algorithm`], then let the compiler show the places that must speak of it.
//! To add a kind of signer (a hardware module): implement [`key::Signer`]; nothing else asks what is behind it.

mod algorithm;
pub mod cms;
pub mod der;
pub mod jws;
pub mod key;
pub mod note;
mod oid;
mod signed_data;
pub mod timestamp;
pub mod tls;
pub mod vault;
pub mod x509;
