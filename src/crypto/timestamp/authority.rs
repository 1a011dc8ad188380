//! The answering side: what the sandbox runs in place of a recognised time-stamp authority.

use super::token::read_imprint;
use crate::crypto::algorithm;
use crate::crypto::der::{self, DerError, tag};
use crate::crypto::key::{SignError, Signer};
use crate::crypto::oid;
use crate::crypto::signed_data::{Draft, signed_attributes};
use crate::crypto::x509::Certificate;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use std::sync::Arc;

/// Why the authority cannot be set up or cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The policy is not a dotted identifier.
    #[error("the policy is not an object identifier")]
    Policy(#[from] DerError),
    /// The certificate speaks of another key, or the key cannot sign time-stamps.
    #[error("the certificate or the algorithm does not fit the signer")]
    Unsuitable,
    /// The signer refused.
    #[error("the time-stamp could not be signed")]
    Signing(#[from] SignError),
}

// PKIFailureInfo, the first bit leftmost (RFC 3161 §2.4.2).
const BAD_ALGORITHM: u32 = 1 << 31;
const BAD_REQUEST: u32 = 1 << (31 - 2);
const BAD_DATA_FORMAT: u32 = 1 << (31 - 5);
const UNACCEPTED_POLICY: u32 = 1 << (31 - 15);
const UNACCEPTED_EXTENSION: u32 = 1 << (31 - 16);

/// A signer with a time-stamping certificate.
#[derive(Clone)]
pub struct TimeStampAuthority {
    signer: Arc<dyn Signer>,
    certificate: Certificate,
    /// Certificates between the authority's own and the root.
    intermediates: Vec<Certificate>,
    policy: Vec<u8>,
}

struct Asked<'a> {
    imprint: &'a [u8],
    nonce: &'a [u8],
    with_certificates: bool,
}

impl TimeStampAuthority {
    /// An authority that answers under this policy (a dotted identifier).
    pub fn new(
        signer: Arc<dyn Signer>,
        certificate: Certificate,
        intermediates: Vec<Certificate>,
        policy: &str,
    ) -> Result<Self, AnswerError> {
        let fits = certificate.facts().spki == signer.public_key_der()
            && algorithm::message_identifier(signer.algorithm()).is_some();
        if !fits {
            return Err(AnswerError::Unsuitable);
        }
        Ok(Self {
            signer,
            certificate,
            intermediates,
            policy: der::oid_content(policy)?,
        })
    }

    /// The answer to a request (TimeStampResp in DER): a token with this serial number, or a refusal that says why. A serial
    /// number is never used twice; a refused request leaves it unused.
    pub fn respond(
        &self,
        request: &[u8],
        serial: u64,
        now: Instant,
    ) -> Result<Vec<u8>, AnswerError> {
        match self.read(request) {
            Ok(asked) => {
                let token = self.token(&asked, serial, now)?;
                let granted = der::sequence(&[&der::integer(0)]);
                Ok(der::sequence(&[&granted, &token]))
            }
            Err((failure, text)) => {
                let info = der::sequence(&[
                    &der::integer(2),
                    &der::sequence(&[&der::utf8(text)]),
                    &der::named_bits(failure),
                ]);
                Ok(der::sequence(&[&info]))
            }
        }
    }

    fn read<'a>(&self, request: &'a [u8]) -> Result<Asked<'a>, (u32, &'static str)> {
        let malformed = |_: DerError| (BAD_DATA_FORMAT, "the request is malformed");
        let mut reader = der::only(request, tag::SEQUENCE).map_err(malformed)?;
        if reader.small_integer().map_err(malformed)? != 1 {
            return Err((BAD_REQUEST, "the request is of another version"));
        }
        let imprint = reader.expect(tag::SEQUENCE).map_err(malformed)?;
        let mut inner = der::Reader::new(imprint.content);
        let algorithm = inner.content(tag::SEQUENCE).map_err(malformed)?;
        if algorithm::read_hash(algorithm).is_err() {
            return Err((BAD_ALGORITHM, "digests are SHA-256, SHA-384 or SHA-512"));
        }
        read_imprint(der::Reader::new(imprint.content)).map_err(malformed)?;
        let policy = reader.optional(tag::OID).map_err(malformed)?;
        if policy.is_some_and(|policy| policy.content != self.policy) {
            return Err((UNACCEPTED_POLICY, "another policy is not offered"));
        }
        let nonce = reader.optional(tag::INTEGER).map_err(malformed)?;
        let with_certificates = match reader.optional(tag::BOOLEAN).map_err(malformed)? {
            None => false,
            Some(element) if element.content == [0xff] => true,
            Some(_) => return Err((BAD_DATA_FORMAT, "the request is malformed")),
        };
        if reader.peek() == Some(tag::context_constructed(0)) {
            return Err((UNACCEPTED_EXTENSION, "extensions are not supported"));
        }
        reader.finish().map_err(malformed)?;
        Ok(Asked {
            imprint: imprint.raw,
            nonce: nonce.map_or(&[], |element| element.raw),
            with_certificates,
        })
    }

    fn token(&self, asked: &Asked<'_>, serial: u64, now: Instant) -> Result<Vec<u8>, AnswerError> {
        let one_second = der::sequence(&[&der::integer(1)]);
        let info = der::sequence(&[
            &der::integer(1),
            &der::oid(&self.policy),
            asked.imprint,
            &der::integer(serial),
            &der::generalized_time(now),
            &one_second,
            asked.nonce,
        ]);
        let attributes = signed_attributes(
            oid::TST_INFO,
            Digest::of(&info).as_bytes(),
            &self.certificate,
        );
        let mut certificates = Vec::new();
        if asked.with_certificates {
            certificates.push(self.certificate.clone());
            certificates.extend(self.intermediates.iter().cloned());
        }
        let draft = Draft {
            content_type: oid::TST_INFO,
            content: Some(&info),
            signer: &self.certificate,
            signed_attributes: &attributes,
            algorithm: self.signer.algorithm(),
            signature: &algorithm::sign(self.signer.as_ref(), &attributes)?,
            certificates: &certificates,
            unsigned: None,
        };
        draft.encode().ok_or(AnswerError::Unsuitable)
    }
}
