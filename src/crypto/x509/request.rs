//! Certification requests (PKCS #10, RFC 2986): a key and a name, signed with that key.

use super::name::Name;
use crate::crypto::algorithm;
use crate::crypto::der::{self, DerError, tag};
use crate::crypto::key::{KeyError, PublicKey, SignError, Signer};
use openssl::error::ErrorStack;
use openssl::x509::X509Req;

/// Why a request is not made or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Not a request in its one spelling.
    #[error("not a certification request in canonical form")]
    Encoding(#[from] DerError),
    /// The cryptographic library does not read it.
    #[error("the certification request could not be read")]
    Library(#[from] ErrorStack),
    /// The key is of a kind we do not certify.
    #[error("the requested key is not acceptable")]
    Key(#[from] KeyError),
    /// Whoever asks does not hold the key.
    #[error("the request is not signed with the key it asks for")]
    NotPossessed,
    /// The signer refused.
    #[error("the request could not be signed")]
    Signing(#[from] SignError),
}

/// A request whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    der: Vec<u8>,
    pub(super) subject_der: Vec<u8>,
    pub(super) public_key: PublicKey,
}

impl SigningRequest {
    /// Ask for a certificate over this signer's key. Alternative names are not asked for here: the profile of the
    /// authority names them.
    pub fn create(signer: &dyn Signer, subject: &Name) -> Result<Self, RequestError> {
        let body = der::sequence(&[
            &der::integer(0),
            &subject.to_der(),
            signer.public_key_der(),
            &der::element(tag::context_constructed(0), &[]),
        ]);
        let signature = algorithm::sign(signer, &body)?;
        let request = der::sequence(&[
            &body,
            &algorithm::identifier(signer.algorithm()),
            &der::bit_string(&signature),
        ]);
        Self::from_der(&request)
    }

    /// From DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, RequestError> {
        let mut outer = der::only(bytes, tag::SEQUENCE)?;
        let mut body = outer.enter(tag::SEQUENCE)?;
        body.expect(tag::INTEGER)?;
        let subject_der = body.expect(tag::SEQUENCE)?.raw.to_vec();
        let public_key = PublicKey::from_spki(body.expect(tag::SEQUENCE)?.raw)?;
        let request = X509Req::from_der(bytes)?;
        if !request.verify(public_key.openssl())? {
            return Err(RequestError::NotPossessed);
        }
        Ok(Self {
            der: bytes.to_vec(),
            subject_der,
            public_key,
        })
    }

    /// From PEM.
    pub fn from_pem(text: &[u8]) -> Result<Self, RequestError> {
        Self::from_der(&X509Req::from_pem(text)?.to_der()?)
    }

    /// The request in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request in PEM.
    pub fn to_pem(&self) -> Result<String, RequestError> {
        let pem = X509Req::from_der(&self.der)?.to_pem()?;
        Ok(String::from_utf8_lossy(&pem).into_owned())
    }
}
