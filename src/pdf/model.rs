//! What a document says, before anybody decides where it stands on a page.
//!
//! Measures are PDF points (1/72 inch). Colours are sRGB.

use super::block::Block;
use crate::kernel::digest::Digest;
use crate::kernel::lang::Language;
use crate::kernel::time::Instant;

/// One whole document: what it is about, what it says, what it carries.
#[derive(Debug, Clone)]
pub struct DocumentSpec {
    /// What the document says about itself.
    pub metadata: Metadata,
    /// Paper and margins.
    pub page: PageSetup,
    /// Repeated at the top of every page, outside the logical structure.
    pub header: Option<Running>,
    /// Repeated at the foot of every page, outside the logical structure.
    pub footer: Option<Running>,
    /// Large light words across every page, under the text: `SANDBOX`.
    pub watermark: Option<String>,
    /// The content, in reading order.
    pub body: Vec<Block>,
    /// Files carried inside the document (ISO 19005-3).
    pub attachments: Vec<Attachment>,
}

/// What the document says about itself: the same in XMP and in the information dictionary.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Title, shown by viewers in place of the file name.
    pub title: String,
    /// Who issues the document.
    pub author: String,
    /// One line about the content.
    pub subject: Option<String>,
    /// The software that made the document.
    pub producer: String,
    /// Language of the document (`/Lang`).
    pub language: Language,
    /// When it was made: creation and modification date, whole seconds are kept.
    pub created: Instant,
    /// The file identifier (`/ID`) is taken from this digest, so that the same record gives the
    /// same bytes.
    pub seed: Digest,
    /// Further properties of the caller's own, each schema declared as PDF/A asks (6.6.2.3).
    pub schemas: Vec<CustomSchema>,
}

/// A set of XMP properties of the caller's own.
#[derive(Debug, Clone)]
pub struct CustomSchema {
    /// What the schema is called, for people.
    pub name: String,
    /// Namespace URI, ending in `#` or `/`.
    pub namespace: String,
    /// Preferred prefix: ASCII letters.
    pub prefix: String,
    /// The properties, all of them text.
    pub properties: Vec<CustomProperty>,
}

/// One text property of a [`CustomSchema`].
#[derive(Debug, Clone)]
pub struct CustomProperty {
    /// Name of the property: ASCII letters and digits.
    pub name: String,
    /// What it means, for people.
    pub description: String,
    /// Its value in this document.
    pub value: String,
}

/// Paper and margins in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageSetup {
    /// Paper width.
    pub width: f32,
    /// Paper height.
    pub height: f32,
    /// Space above the text; the header stands in it.
    pub top: f32,
    /// Space to the right of the text.
    pub right: f32,
    /// Space below the text; the footer stands in it.
    pub bottom: f32,
    /// Space to the left of the text.
    pub left: f32,
}

impl PageSetup {
    /// A4 upright with the margins of Thai official letters, 3 cm at the binding side and 2 cm
    /// opposite (Office of the Prime Minister regulation on official correspondence, appendix).
    pub const A4: Self = Self {
        width: 595.28,
        height: 841.89,
        top: 62.0,
        right: 56.7,
        bottom: 68.0,
        left: 72.0,
    };
}

/// A line repeated on every page.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// At the left margin.
    pub left: Vec<RunningPiece>,
    /// In the middle.
    pub center: Vec<RunningPiece>,
    /// At the right margin.
    pub right: Vec<RunningPiece>,
    /// Whether a thin line separates it from the text.
    pub rule: bool,
}

/// A part of a running line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunningPiece {
    /// Words.
    Text(String),
    /// The number of this page.
    PageNumber(Digits),
    /// The number of all pages.
    PageCount(Digits),
}

/// How a page number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digits {
    /// 0 1 2 3
    #[default]
    Arabic,
    /// ๐ ๑ ๒ ๓
    Thai,
}

/// A file carried inside the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name: `amnat-certificate.xml`.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Media type: `text/xml`.
    pub mime: String,
    /// What it is to the pages.
    pub relationship: Relationship,
    /// When its content was last changed.
    pub modified: Instant,
    /// The content.
    pub bytes: Vec<u8>,
}

/// What an attachment is to the pages (ISO 32000-2, `AFRelationship`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relationship {
    /// The original the pages were made from.
    Source,
    /// Data the pages show.
    Data,
    /// The same content in another form.
    Alternative,
    /// Something more.
    Supplement,
    /// None of these.
    Unspecified,
}

impl Relationship {
    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "Source",
            Self::Data => "Data",
            Self::Alternative => "Alternative",
            Self::Supplement => "Supplement",
            Self::Unspecified => "Unspecified",
        }
    }

    /// The relationship of this name; `None` for a name the standard does not define.
    pub fn of_name(name: &[u8]) -> Option<Self> {
        [
            Self::Source,
            Self::Data,
            Self::Alternative,
            Self::Supplement,
            Self::Unspecified,
        ]
        .into_iter()
        .find(|relationship| relationship.name().as_bytes() == name)
    }
}

/// The signature field of a document that will be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureSpec {
    /// Room for the signature in bytes of DER. A baseline signature needs 3 to 4 kB, with a time
    /// stamp 7 to 9 kB.
    pub hole_bytes: usize,
    /// When the signer says it signed (`/M`): PAdES baseline takes the claimed time from here.
    pub claimed_time: Instant,
    /// Who signs.
    pub name: String,
    /// Why.
    pub reason: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Whether the signature certifies the document and allows no change (`DocMDP` level 1).
    /// Validation data and document time stamps may still be appended (ISO 32000-2, 12.8.2.2).
    pub certify: bool,
}
