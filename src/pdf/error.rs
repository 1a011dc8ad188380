//! Why a document was not made.

/// A document that cannot be written. Nothing is written in part: the record is refused whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The prepared fonts have no picture for this character. Writing the text without it would
    /// change a name, so the record is refused.
    #[error("the fonts have no glyph for U+{:04X} {character:?}", u32::from(*.character))]
    MissingGlyph {
        /// The first character without a picture.
        character: char,
    },
    /// A font shipped with the program could not be read.
    #[error("the font {name} cannot be used")]
    FontUnusable {
        /// Which font.
        name: &'static str,
    },
    /// The word list shipped with the program could not be turned into an index.
    #[error("the word list cannot be indexed")]
    WordListUnusable,
    /// The text of a QR code is longer than the largest symbol holds.
    #[error("{bytes} bytes do not fit into a QR code")]
    CodeTooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Two attachments of one document have the same name; a reader could not tell them apart.
    #[error("two attachments are called {name:?}")]
    DuplicateAttachment {
        /// The name used twice.
        name: String,
    },
    /// More pages than a document may have.
    #[error("the document would have more than {most} pages")]
    TooManyPages {
        /// The most pages a document may have.
        most: usize,
    },
    /// Something that cannot be divided is taller than the page or wider than its place.
    #[error("a piece of the document does not fit on the page")]
    DoesNotFit,
    /// Blocks inside blocks, more than the writer follows.
    #[error("blocks are nested more than {most} deep")]
    NestedTooDeep {
        /// The deepest nesting followed.
        most: usize,
    },
    /// A table row with more cells than the table has columns, or a table without columns.
    #[error("a table row has more cells than the table has columns")]
    TableShape,
    /// A measure that is not a finite number of points, or is negative.
    #[error("a measure is not a finite, positive number of points")]
    BadMeasure,
    /// A property name, prefix or namespace that XMP cannot carry.
    #[error("{name:?} cannot be an XMP name")]
    BadPropertyName {
        /// The name as given.
        name: String,
    },
    /// A media type that is not of the form `type/subtype`.
    #[error("{mime:?} is not a media type")]
    BadMediaType {
        /// The media type as given.
        mime: String,
    },
    /// The signature is longer than the hole reserved for it.
    #[error("the signature has {bytes} bytes, the hole holds {hole}")]
    SignatureTooLong {
        /// Length of the signature in bytes.
        bytes: usize,
        /// Room in bytes.
        hole: usize,
    },
    /// What was given as a signature is not exactly one DER object.
    #[error("the signature is not exactly one DER object")]
    SignatureNotDer,
    /// Path data that is not made of `M`, `L`, `C` and `Z` with absolute coordinates.
    #[error("path data goes wrong at byte {at}")]
    BadPath {
        /// Where, in bytes from the start.
        at: usize,
    },
}
