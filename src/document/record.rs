//! A document's record: what it states, who ordered it, where it stands.

use super::content::{CertificateContent, DocumentKind};
use crate::kernel::digest::Digest;
use crate::kernel::id::{CertificateId, VerificationToken};
use crate::kernel::time::Instant;

/// Where a document stands (REL-01…04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentState {
    /// Number and content are fixed, the seal is not there yet.
    Reserved,
    /// Sealed and handed out.
    Issued {
        /// When it was stored sealed.
        at: Instant,
        /// SHA-256 of the file.
        file_digest: Digest,
    },
    /// It will never exist; its number stays visible.
    Void {
        /// When it was given up.
        at: Instant,
        /// Why.
        reason: String,
    },
}

/// One document's record, without its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Identifier.
    pub id: CertificateId,
    /// Kind.
    pub kind: DocumentKind,
    /// Printed number.
    pub number: String,
    /// Unguessable part of the address in the QR code.
    pub token: VerificationToken,
    /// Who ordered it.
    pub client_id: String,
    /// The facts it states.
    pub content: CertificateContent,
    /// Digest over the canonical form of the facts.
    pub content_digest: Digest,
    /// When the number was taken.
    pub reserved_at: Instant,
    /// Where it stands.
    pub state: DocumentState,
}
