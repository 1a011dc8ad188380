//! What a document says, before anybody decides where it stands on a page.
//!
//! Measures are PDF points (1/72 inch). Colours are sRGB.

use super::error::PdfError;
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

/// A part of the content, top to bottom.
#[derive(Debug, Clone)]
pub enum Block {
    /// A heading or a paragraph.
    Paragraph(Paragraph),
    /// A list with marks or numbers.
    List(List),
    /// Rows and columns with a meaning.
    Table(Table),
    /// Things side by side without a tabular meaning (a letterhead, a QR code beside its
    /// explanation).
    Columns(Columns),
    /// A picture made of lines: emblem or QR code.
    Figure(Figure),
    /// A thin line across the text width.
    Rule,
    /// Empty height in points.
    Spacer(f32),
    /// What follows starts on a new page.
    PageBreak,
}

/// How lines stand between the margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Ragged right.
    #[default]
    Left,
    /// Centred.
    Center,
    /// Ragged left.
    Right,
    /// Both edges straight, the last line left.
    Justify,
}

/// Thickness of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Weight {
    /// Text.
    #[default]
    Regular,
    /// Headings and emphasis.
    Bold,
}

/// Words of one thickness inside a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The words. `\n` starts a new line, U+00A0 is a space that no line ends at, U+200B a place
    /// where a line may end.
    pub text: String,
    /// Thickness.
    pub weight: Weight,
}

impl Span {
    /// Words in the text face.
    pub fn regular(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            weight: Weight::Regular,
        }
    }

    /// Words in the bold face.
    pub fn bold(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            weight: Weight::Bold,
        }
    }
}

/// What a paragraph is in the logical structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Running text.
    #[default]
    Text,
    /// A heading of level 1 to 6; it stays with what follows.
    Heading(u8),
}

/// A colour in sRGB, each part from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// The colour of text.
    pub const BLACK: Self = Self(0, 0, 0);
}

/// A heading or a paragraph.
#[derive(Debug, Clone)]
pub struct Paragraph {
    /// The words, one after the other.
    pub spans: Vec<Span>,
    /// What it is.
    pub role: Role,
    /// Where its lines stand.
    pub align: Align,
    /// Size of the letters in points.
    pub size: f32,
    /// Colour of the letters.
    pub color: Color,
    /// Distance from line to line, in sizes.
    pub leading: f32,
    /// How far every line is moved in from the left.
    pub indent: f32,
    /// How far the first line is moved in further; negative for a hanging paragraph.
    pub first_indent: f32,
    /// Empty height above; not at the top of a page.
    pub space_before: f32,
    /// Empty height below.
    pub space_after: f32,
    /// Whether what follows must start on the same page.
    pub keep_with_next: bool,
}

impl Paragraph {
    /// Size of running text in points.
    pub const TEXT_SIZE: f32 = 11.5;

    /// Running text, both edges straight.
    pub fn text(text: impl Into<String>) -> Self {
        Self::spans(vec![Span::regular(text)])
    }

    /// Running text with bold parts, both edges straight.
    pub fn spans(spans: Vec<Span>) -> Self {
        Self {
            spans,
            role: Role::Text,
            align: Align::Justify,
            size: Self::TEXT_SIZE,
            color: Color::BLACK,
            leading: 1.5,
            indent: 0.0,
            first_indent: 0.0,
            space_before: 0.0,
            space_after: 4.0,
            keep_with_next: false,
        }
    }

    /// A heading: bold, the larger the higher its level (1 to 6), kept with what follows.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        let size = match level {
            0 | 1 => 18.0,
            2 => 14.0,
            _ => 12.0,
        };
        Self {
            role: Role::Heading(level.clamp(1, 6)),
            align: Align::Left,
            size,
            space_before: size * 0.4,
            keep_with_next: true,
            ..Self::spans(vec![Span::bold(text)])
        }
    }

    /// The same with other alignment.
    pub fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The same in another size (points).
    pub fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }

    /// The same with the first line moved in by so many points.
    pub fn first_line(self, first_indent: f32) -> Self {
        Self {
            first_indent,
            ..self
        }
    }

    /// The same with every line moved in by so many points.
    pub fn indented(self, indent: f32) -> Self {
        Self { indent, ..self }
    }

    /// The same with other empty heights above and below.
    pub fn spaced(self, space_before: f32, space_after: f32) -> Self {
        Self {
            space_before,
            space_after,
            ..self
        }
    }

    /// The same in another colour.
    pub fn colored(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// The same, with what follows starting on the same page.
    pub fn kept(self) -> Self {
        Self {
            keep_with_next: true,
            ..self
        }
    }
}

impl From<Paragraph> for Block {
    fn from(paragraph: Paragraph) -> Self {
        Self::Paragraph(paragraph)
    }
}

/// A list. Items may hold lists.
#[derive(Debug, Clone)]
pub struct List {
    /// What stands before the items.
    pub marker: Marker,
    /// How far the text of the items is moved in, in points.
    pub indent: f32,
    /// The items.
    pub items: Vec<ListItem>,
}

/// What stands before the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A bullet.
    Bullet,
    /// A dash.
    Dash,
    /// `1.` `2.` `3.` from this number on.
    Arabic(u32),
    /// `๑.` `๒.` `๓.` from this number on.
    Thai(u32),
    /// `(1)` `(2)` `(3)` from this number on.
    Parenthesis(u32),
}

/// One item of a list.
#[derive(Debug, Clone)]
pub struct ListItem {
    /// The item's own mark in place of the list's: the number as registered.
    pub label: Option<String>,
    /// What the item says.
    pub blocks: Vec<Block>,
}

impl ListItem {
    /// An item of one paragraph.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            label: None,
            blocks: vec![Paragraph::text(text).spaced(0.0, 2.0).into()],
        }
    }
}

/// Rows and columns with a meaning.
#[derive(Debug, Clone)]
pub struct Table {
    /// Relative widths of the columns.
    pub columns: Vec<f32>,
    /// Which lines are drawn.
    pub borders: Borders,
    /// Space inside the cells, in points.
    pub padding: f32,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// Label and value side by side, without lines: the form of a register extract.
    pub fn fields<L: Into<String>, V: Into<String>>(
        label_share: f32,
        rows: impl IntoIterator<Item = (L, V)>,
    ) -> Self {
        let rows = rows
            .into_iter()
            .map(|(label, value)| Row {
                cells: vec![
                    Cell {
                        header: true,
                        ..Cell::of(
                            Paragraph::spans(vec![Span::bold(label)])
                                .aligned(Align::Left)
                                .spaced(0.0, 0.0),
                        )
                    },
                    Cell::of(Paragraph::text(value).spaced(0.0, 0.0)),
                ],
            })
            .collect();
        Self {
            columns: vec![label_share, 1.0 - label_share],
            borders: Borders::None,
            padding: 2.0,
            rows,
        }
    }
}

/// Which lines of a table are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Borders {
    /// None.
    #[default]
    None,
    /// Thin lines above, between and below the rows.
    Horizontal,
    /// Thin lines around every cell.
    Grid,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The cells from left to right; fewer than columns leaves the rest empty.
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Whether the cell names its column or row (`TH`).
    pub header: bool,
    /// What the cell says.
    pub blocks: Vec<Block>,
}

impl Cell {
    /// A cell of one block.
    pub fn of(block: impl Into<Block>) -> Self {
        Self {
            header: false,
            blocks: vec![block.into()],
        }
    }
}

/// Blocks side by side, read from left to right.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Relative widths.
    pub widths: Vec<f32>,
    /// Empty width between the columns, in points.
    pub gap: f32,
    /// What stands in each column.
    pub columns: Vec<Vec<Block>>,
}

/// A picture made of lines and filled shapes.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What is drawn.
    pub image: Image,
    /// Width in points; the height follows from the shape of the image.
    pub width: f32,
    /// Where it stands; [`Align::Justify`] counts as left.
    pub align: Align,
    /// What a person who cannot see it needs to know.
    pub alt: String,
}

/// What a figure draws.
#[derive(Debug, Clone)]
pub enum Image {
    /// A QR code (ISO/IEC 18004) of this text, error correction level M.
    Code(String),
    /// Paths.
    Drawing(Drawing),
}

/// Paths in a coordinate system of their own, y downwards as in SVG.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Width of the drawing in its own units.
    pub width: f32,
    /// Height of the drawing in its own units.
    pub height: f32,
    /// The shapes, the later over the earlier.
    pub shapes: Vec<Shape>,
}

/// One path with its colours.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The parts of the path.
    pub segments: Vec<Segment>,
    /// Colour inside, by the non-zero rule; `None` leaves it empty.
    pub fill: Option<Color>,
    /// Colour and width of the line.
    pub stroke: Option<(Color, f32)>,
}

/// One part of a path; coordinates are absolute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Start here.
    Move(f32, f32),
    /// A straight line to here.
    Line(f32, f32),
    /// A cubic Bézier curve: two control points, then the end.
    Curve(f32, f32, f32, f32, f32, f32),
    /// Back to the start.
    Close,
}

impl Shape {
    /// Reads path data in the notation of SVG, as far as it uses the absolute commands `M`, `L`,
    /// `C` and `Z`.
    pub fn parse(
        data: &str,
        fill: Option<Color>,
        stroke: Option<(Color, f32)>,
    ) -> Result<Self, PdfError> {
        Ok(Self {
            segments: super::path::parse(data)?,
            fill,
            stroke,
        })
    }
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
