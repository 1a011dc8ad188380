//! The parts of a document's content.

use super::error::PdfError;

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
    /// The colour of paper.
    pub const WHITE: Self = Self(255, 255, 255);
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
