//! Time-stamps (RFC 3161, RFC 5816): proof from a third party that something existed at a moment.
//!
//! The asking side makes a [`request`], sends it as it likes (there is no network here) and reads the answer with
//! [`read_response`]; [`verify_token`] judges a token again later. The answering side is [`TimeStampAuthority`]: what the
//! sandbox runs.
//!
//! A token is judged as strictly as a document's signature: one signer, named certificate, exact structure, every
//! embedded certificate takes part in the chain, no unsigned attributes. Foreign authorities may sign with digests and
//! signed attributes that we do not use ourselves.

mod authority;
mod token;

pub use authority::{AnswerError, TimeStampAuthority};
pub use token::{TimestampRefusal, Token, verify_token};

use super::algorithm;
use super::der::{self, DerError, tag};
use super::x509::{Certificate, Purpose, verify_chain};
use crate::kernel::digest::Digest;
use crate::kernel::id::Randomness;
use crate::kernel::time::Instant;

/// A number that ties an answer to its request: 126 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// A fresh one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0u8; 16];
        randomness.fill(&mut bytes);
        if let Some(first) = bytes.first_mut() {
            // Never a leading zero: the number has one spelling.
            *first = (*first & 0x3f) | 0x40;
        }
        Self(bytes)
    }
}

/// A request for a time-stamp over this digest, with the authority's certificates in the answer (§2.4.1).
pub fn request(imprint: &Digest, nonce: &Nonce) -> Vec<u8> {
    der::sequence(&[
        &der::integer(1),
        &der::sequence(&[&algorithm::sha256(), &der::octet_string(imprint.as_bytes())]),
        &der::unsigned(&nonce.0),
        &der::boolean(true),
    ])
}

/// Judges an authority's answer to [`request`] (§2.4.2): granted, over this digest, with this nonce, and signed under one of
/// the roots by a certificate that is valid now. Policies are compared when the caller names one.
pub fn read_response(
    response: &[u8],
    imprint: &Digest,
    nonce: &Nonce,
    policy: Option<&str>,
    roots: &[Certificate],
    now: Instant,
) -> Result<Token, TimestampRefusal> {
    let token = granted_token(response)?;
    let token = verify_token(token, imprint, roots, now)?;
    if token.nonce.as_deref() != Some(nonce.0.as_slice()) {
        return Err(TimestampRefusal::Nonce);
    }
    if policy.is_some_and(|policy| policy != token.policy) {
        return Err(TimestampRefusal::Policy(token.policy));
    }
    verify_chain(&token.tsa, &token.chain, roots, now, Purpose::TimeStamping)?;
    Ok(token)
}

/// The token in an answer that grants one.
fn granted_token(response: &[u8]) -> Result<&[u8], TimestampRefusal> {
    let mut outer = der::only(response, tag::SEQUENCE)?;
    let mut info = outer.enter(tag::SEQUENCE)?;
    let status = info.small_integer()?;
    let mut texts = Vec::new();
    if let Some(list) = info.optional(tag::SEQUENCE)? {
        let mut list = der::Reader::new(list.content);
        while !list.is_empty() {
            let text = std::str::from_utf8(list.content(tag::UTF8_STRING)?)
                .map_err(|_| DerError::Value)?;
            texts.push(text.to_owned());
        }
    }
    info.optional(tag::BIT_STRING)?;
    info.finish()?;
    // Granted, and granted with modifications (which the later checks judge).
    if status > 1 {
        return Err(TimestampRefusal::Rejected {
            status,
            text: texts.join("; "),
        });
    }
    let token = outer.expect(tag::SEQUENCE)?.raw;
    outer.finish()?;
    Ok(token)
}

#[cfg(test)]
pub(super) mod tests;
