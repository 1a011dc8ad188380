//! The PDF workshop: writes official documents in Thai and English as sealed-to-be PDF/A-3a files,
//! and reads such files back with suspicion. It knows no business and signs nothing.
//!
//! # Words
//!
//! * **specification** ([`DocumentSpec`]): what a document says, in blocks.
//! * **slab**: a piece of a page that is never divided; **page**: slabs one under the other.
//! * **word**: shaped once, kept as the bytes that draw it.
//! * **hole**: where the signature goes ([`Prepared`]); the **signed bytes** are all others.
//! * **finding** ([`read::Finding`]): something in a file that no file of ours has.
//!
//! # Invariants
//!
//! * Equal specifications give equal bytes: no clock, no randomness, a fixed compressor.
//! * A character without a glyph refuses the whole document ([`PdfError::MissingGlyph`]).
//! * Every file conforms to PDF/A-3, level A (`CLAUSES.md` says how, clause by clause), in one
//!   revision with a classic cross-reference table.
//! * What is copied or searched is what was written, letter for letter.
//! * The reader never panics and never unpacks more than its limits, whatever the bytes.
//!
//! # How to add
//!
//! A kind of block: a variant of [`Block`], its slabs in `layout`, its structure type in
//! `structure`. A face: a file in `fonts`, a variant of [`Weight`]. A word that lines must not
//! divide: a line in `words/extra.txt`.

mod block;
mod breaks;
mod document;
mod error;
mod fonts;
mod layout;
mod model;
mod pages;
mod paragraph;
mod path;
pub mod read;
mod seal;
mod shape;
mod structure;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod words;
mod write;
mod xmp;

pub use block::{
    Align, Block, Borders, Cell, Color, Columns, Drawing, Figure, Image, List, ListItem, Marker,
    Paragraph, Role, Row, Segment, Shape, Span, Table, Weight,
};
pub use document::Engine;
pub use error::PdfError;
pub use model::{
    Attachment, CustomProperty, CustomSchema, Digits, DocumentSpec, Metadata, PageSetup,
    Relationship, Running, RunningPiece, SignatureSpec,
};
pub use seal::{MOST_HOLE_BYTES, Prepared};
