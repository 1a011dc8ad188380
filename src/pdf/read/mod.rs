//! Reading PDF files that strangers hand in.
//!
//! [`inspect`] says what a file carries and everything in it that no file of ours has. Files whose
//! outermost structure is not the kind we write (classic cross-reference tables, every entry
//! pointing at its object) are refused before anything is unpacked, so that a crafted file cannot
//! make the reader work long. What remains is bounded: size, number of objects, nesting, and how
//! much a stream may unpack to.
//!
//! A sealed file is unaltered when its signature verifies over [`SignatureField::digest`], its
//! [`Coverage`] is the whole file, its hole is canonical, and [`Inspection::findings`] is empty.
//! Changing any single byte breaks at least one of these.
//!
//! To add a finding: a variant of [`Finding`], and its place in `objects`.

mod objects;
mod signature;
mod table;

use super::model::Relationship;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;

/// Largest file that is read, in bytes.
pub const MOST_BYTES: usize = 20 << 20;
/// Most that one stream may unpack to, in bytes.
pub const MOST_UNPACKED: usize = 10 << 20;
/// Most that all attachments together may unpack to, in bytes.
pub const MOST_ATTACHED: usize = 20 << 20;

/// A file that is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadRefusal {
    /// Larger than [`MOST_BYTES`].
    #[error("the file has {bytes} bytes, more than {MOST_BYTES}")]
    TooLarge {
        /// Size in bytes.
        bytes: usize,
    },
    /// Does not start with a PDF header.
    #[error("the file does not start as a PDF file")]
    NotPdf,
    /// Cross-reference tables are missing, damaged, compressed, or point beside their objects.
    #[error("the cross-reference table is not one of a file written here")]
    ForeignStructure,
    /// Encrypted.
    #[error("the file is encrypted")]
    Encrypted,
    /// An object cannot be read, or something unpacks to more than its limit.
    #[error("an object of the file cannot be read")]
    Malformed,
}

/// What a file carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Number of pages.
    pub pages: usize,
    /// Number of revisions: 1 plus how often something was appended.
    pub revisions: usize,
    /// Every signature and document time stamp, in the order of their places in the file.
    pub signatures: Vec<SignatureField>,
    /// Every attached file, in the order of the name tree.
    pub attachments: Vec<EmbeddedFile>,
    /// The PDF/A level the file claims.
    pub conformance: Option<Conformance>,
    /// Title in the information dictionary.
    pub title: Option<String>,
    /// Everything that a file of ours does not have. Empty for an unaltered sealed file in one
    /// revision.
    pub findings: Vec<Finding>,
}

impl Inspection {
    /// The only signature of a file with exactly one.
    pub fn only_signature(&self) -> Option<&SignatureField> {
        match self.signatures.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// The PDF/A level in the XMP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conformance {
    /// Part of ISO 19005.
    pub part: u8,
    /// Level: `A`, `U` or `B`.
    pub level: char,
}

/// One signature dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureField {
    /// Name of the form field that holds it; `None` when no field does.
    pub field: Option<String>,
    /// Signer as the dictionary says (`/Name`).
    pub name: Option<String>,
    /// Kind of signature (`/SubFilter`): `ETSI.CAdES.detached`, `ETSI.RFC3161`.
    pub sub_filter: String,
    /// The claimed time (`/M`).
    pub claimed_time: Option<Instant>,
    /// Start and length of the two signed stretches, in bytes.
    pub byte_range: [usize; 4],
    /// What the two stretches cover.
    pub coverage: Coverage,
    /// Whether the digits between them are the lower-case form of one DER object with only zeros
    /// after it.
    pub hole: Hole,
    /// The DER object in the hole: a CMS signature or a time-stamp token. Empty when there is
    /// none.
    pub cms: Vec<u8>,
    /// SHA-256 over the two stretches; of nothing when they are not stretches of the file.
    pub digest: Digest,
}

/// What a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte of the file except its own hole.
    WholeFile,
    /// Every byte up to this one except its own hole: something was appended.
    UpTo {
        /// Number of bytes from the start of the file.
        bytes: usize,
    },
    /// Something else: stretches that overlap, leave a gap other than the hole, or do not exist.
    Wrong,
}

/// What stands in the hole of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// Lower-case digits of exactly one DER object, zeros after it.
    Canonical,
    /// Anything else.
    NotCanonical,
}

/// A file attached to a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// File name.
    pub name: String,
    /// What it is, for people.
    pub description: Option<String>,
    /// Media type.
    pub mime: Option<String>,
    /// What it is to the pages.
    pub relationship: Option<Relationship>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Something that no file of ours has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// No signature at all.
    Unsigned,
    /// More signatures than one. Document time stamps appended later count here too.
    SeveralSignatures {
        /// How many.
        count: usize,
    },
    /// The last signature does not cover every byte of the file.
    NotWholeFile,
    /// The hole of a signature holds more than the signature, or the same in another spelling.
    HoleNotCanonical,
    /// A signature dictionary that no field refers to.
    SignatureOutsideField,
    /// Something was appended after the first revision.
    Appended {
        /// Number of revisions.
        revisions: usize,
    },
    /// Bytes after the end mark.
    BytesAfterEnd,
    /// A script.
    Script,
    /// Content that can be switched on and off.
    OptionalContent,
    /// Something happens when the file is opened.
    OpenAction,
    /// Something happens on other occasions.
    AdditionalActions,
    /// An action that leads elsewhere or changes something.
    Action {
        /// Its kind.
        kind: String,
    },
    /// A form in XML.
    Xfa,
    /// A form field that is not a signature.
    FormField,
    /// An annotation that is not a signature's widget.
    Annotation {
        /// Its kind.
        kind: String,
    },
    /// Content that is fetched from another file or place.
    ExternalFile,
    /// Objects packed into a stream.
    ObjectStream,
    /// The claimed time cannot be read.
    UnreadableTime,
    /// Two attachments with the same name.
    SameNameTwice,
    /// An attachment that is not associated with the document, or an associated file that is not
    /// among the attachments.
    AttachmentNotAssociated,
    /// The file does not claim PDF/A-3.
    NotPdfA3,
}

/// Reads a file and lists what it carries.
///
/// Never panics; work and memory are bounded by the size of the file and the limits of this
/// module. Refuses what it cannot read to the end.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, ReadRefusal> {
    if bytes.len() > MOST_BYTES {
        return Err(ReadRefusal::TooLarge { bytes: bytes.len() });
    }
    let chain = table::read_chain(bytes)?;
    let mut inspection = objects::read(bytes)?;
    inspection.revisions = chain.revisions;
    let mut add = |present: bool, finding: Finding| {
        if present {
            inspection.findings.push(finding);
        }
    };
    add(chain.bytes_after_end, Finding::BytesAfterEnd);
    let revisions = chain.revisions;
    add(revisions > 1, Finding::Appended { revisions });
    let count = inspection.signatures.len();
    add(count == 0, Finding::Unsigned);
    add(count > 1, Finding::SeveralSignatures { count });
    let last = inspection
        .signatures
        .iter()
        .max_by_key(|signature| signature.byte_range.get(2).copied());
    let covered = last.is_none_or(|last| last.coverage == Coverage::WholeFile);
    let mut signatures = inspection.signatures.iter();
    let wrong = signatures.any(|signature| signature.coverage == Coverage::Wrong);
    add(!covered || wrong, Finding::NotWholeFile);
    let mut signatures = inspection.signatures.iter();
    let blurred = signatures.any(|signature| signature.hole == Hole::NotCanonical);
    add(blurred, Finding::HoleNotCanonical);
    let mut signatures = inspection.signatures.iter();
    let loose = signatures.any(|signature| signature.field.is_none());
    add(loose, Finding::SignatureOutsideField);
    let archival = inspection.conformance.is_some_and(|c| c.part == 3);
    add(!archival, Finding::NotPdfA3);
    inspection.findings.sort();
    inspection.findings.dedup();
    Ok(inspection)
}

#[cfg(test)]
mod tests;
