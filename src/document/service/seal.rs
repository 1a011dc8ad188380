//! The seal on a document: hole, signature, time-stamp, in an order that types enforce.

use crate::crypto::cms::{self, CmsError, SignedAttributes};
use crate::crypto::key::{SignError, Signer};
use crate::crypto::x509::Certificate;
use crate::document::content::IssuedBy;
use crate::document::timestamp::TimestampToken;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use crate::pdf::{PdfError, Prepared, SignatureSpec};
use std::sync::Arc;

/// Room kept in the file for a time-stamp token with the authority's chain, in bytes.
const TIMESTAMP_ROOM: usize = 6 * 1024;

/// Why a document was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealFailure {
    /// The chain of the seal certificate is empty.
    #[error("there is no seal certificate")]
    NoCertificate,
    /// The certificate is not of the key that signs.
    #[error("the seal certificate is not of the seal key")]
    OtherKey,
    /// The signer refused.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The signature could not be assembled.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// It does not fit into the file.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The sealed file does not verify. It is not handed out.
    #[error("the sealed document does not verify")]
    DoesNotVerify,
}

/// Key, certificate and the roots that our own documents must verify under.
pub struct Sealer {
    signer: Arc<dyn Signer>,
    certificate: Certificate,
    intermediates: Vec<Certificate>,
    roots: Vec<Certificate>,
}

/// A document that was signed and waits for its time-stamp. Only [`Sealer::sign`] makes one.
pub struct Pending {
    prepared: Prepared,
    attributes: SignedAttributes,
    signature: Vec<u8>,
    imprint: Digest,
}

impl Pending {
    /// What the time-stamp must be over.
    pub fn timestamp_imprint(&self) -> Digest {
        self.imprint
    }
}

impl Sealer {
    /// The chain starts with the certificate of the signer's key; it may leave out the root.
    pub fn new(
        signer: Arc<dyn Signer>,
        chain: Vec<Certificate>,
        roots: Vec<Certificate>,
    ) -> Result<Self, SealFailure> {
        let mut chain = chain.into_iter();
        let certificate = chain.next().ok_or(SealFailure::NoCertificate)?;
        let key = certificate
            .public_key()
            .map_err(|_| SealFailure::OtherKey)?;
        if key.spki_der() != signer.public_key_der() {
            return Err(SealFailure::OtherKey);
        }
        // A root inside the file would prove nothing: the reader brings its own.
        let intermediates = chain
            .filter(|certificate| !roots.contains(certificate))
            .collect();
        Ok(Self {
            signer,
            certificate,
            intermediates,
            roots,
        })
    }

    /// The roots our documents verify under.
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// The signature field of a document.
    pub fn signature(&self, issued_by: &IssuedBy, issued_at: Instant) -> SignatureSpec {
        SignatureSpec {
            hole_bytes: cms::size_bound(
                &self.certificate,
                &self.intermediates,
                self.signer.algorithm(),
                TIMESTAMP_ROOM,
            ),
            claimed_time: issued_at,
            name: issued_by.office.th.clone(),
            reason: Some("รับรองข้อมูลทะเบียนนิติบุคคล / Certification of register data".to_owned()),
            location: Some("Thailand".to_owned()),
            certify: true,
        }
    }

    /// Sign a prepared document.
    pub fn sign(&self, prepared: Prepared) -> Result<Pending, SealFailure> {
        let attributes = SignedAttributes::prepare(&prepared.signed_digest(), &self.certificate);
        let signature = self.signer.sign(attributes.to_be_signed())?;
        let imprint = cms::signature_imprint(self.signer.algorithm(), &signature)?;
        Ok(Pending {
            prepared,
            attributes,
            signature,
            imprint,
        })
    }

    /// Put signature and time-stamp into the file.
    pub fn complete(
        &self,
        pending: Pending,
        token: &TimestampToken,
    ) -> Result<Vec<u8>, SealFailure> {
        let cms = cms::assemble(
            &pending.attributes,
            &pending.signature,
            self.signer.algorithm(),
            &self.intermediates,
            Some(&token.0),
        )?;
        Ok(pending.prepared.fill(&cms)?)
    }
}
