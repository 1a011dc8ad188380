//! Blocks to slabs: everything gets its place in a column of a given width.
//!
//! A slab is what a page break never divides: a line, a picture, a table row. Pages are filled
//! with slabs afterwards (`pages`), so nothing here knows of pages.

use super::block::{
    Align, Block, Color, Figure, Image, List, ListItem, Marker, Paragraph, Role, Segment, Span,
};
use super::error::PdfError;
use super::fonts::{ASCENT, DESCENT, EM};
use super::paragraph::{self, Bench, Craft, Line, Measure};
use super::structure::{NodeId, Tag, Tree};
use fast_qr::{ECL, QRBuilder, QRCode};

/// Blocks inside blocks, followed so deep.
const MOST_NESTING: usize = 8;
/// Thickness of rules and borders.
pub(super) const HAIRLINE: f32 = 0.5;
/// Least room between a mark and its item, in sizes.
const LABEL_GAP: f32 = 0.5;
/// Light space around a QR code in modules (ISO/IEC 18004, 9.1).
const QUIET_ZONE: usize = 4;

/// Something drawn.
pub(super) enum Ink {
    /// A line of text; the place is the start of its baseline.
    Text { line: Line, size: f32, color: Color },
    /// A filled rectangle; the place is its upper left corner.
    Rule { width: f32, height: f32 },
    /// A QR code of this side length; the place is its upper left corner.
    Code { code: CodeRuns, side: f32 },
    /// Paths, scaled; the place is the upper left corner.
    Paths {
        shapes: Vec<super::block::Shape>,
        scale: f32,
    },
}

/// Something drawn at a place: to the right and down from the upper left corner of its slab.
pub(super) struct Item {
    pub(super) x: f32,
    pub(super) y: f32,
    /// What it belongs to; `None` for what has no meaning (borders).
    pub(super) node: Option<NodeId>,
    pub(super) ink: Ink,
}

/// A piece of a column that no page break divides.
#[derive(Default)]
pub(super) struct Slab {
    /// Empty height above, left out at the top of a page.
    pub(super) before: f32,
    pub(super) height: f32,
    /// Whether the next slab must start on the same page.
    pub(super) keep: bool,
    /// Whether this slab starts a page.
    pub(super) new_page: bool,
    pub(super) items: Vec<Item>,
}

/// Everything a document needs while it is laid out.
pub(super) struct Layout<'a> {
    pub(super) craft: Craft<'a>,
    pub(super) bench: &'a mut Bench,
    /// The bytes of all lines.
    pub(super) arena: Vec<u8>,
    pub(super) tree: Tree,
}

/// A measure that is a finite, non-negative number of points.
pub(super) fn positive(value: f32) -> Result<f32, PdfError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(PdfError::BadMeasure)
    }
}

/// Height of a line and how far below its top the baseline is.
pub(super) fn line_box(size: f32, leading: f32) -> (f32, f32) {
    #[expect(clippy::cast_precision_loss, reason = "small constants")]
    let (ascent, descent) = (
        ASCENT as f32 / EM as f32 * size,
        DESCENT as f32 / EM as f32 * size,
    );
    let height = leading * size;
    (height, (height - ascent - descent) / 2.0 + ascent)
}

impl Layout<'_> {
    /// Lays out blocks one under the other.
    pub(super) fn flow(
        &mut self,
        blocks: &[Block],
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        if depth > MOST_NESTING {
            return Err(PdfError::NestedTooDeep { most: MOST_NESTING });
        }
        if !(width.is_finite() && width > 1.0) {
            return Err(PdfError::DoesNotFit);
        }
        let mut slabs: Vec<Slab> = Vec::new();
        // Empty height and page breaks wanted before the next slab.
        let (mut gap, mut new_page) = (0.0, false);
        for block in blocks {
            let after = positive(space_after(block))?;
            let mut part = match block {
                Block::Paragraph(paragraph) => {
                    gap += positive(paragraph.space_before)?;
                    self.paragraph(paragraph, width, parent)?
                }
                Block::List(list) => self.list(list, width, parent, depth)?,
                Block::Table(table) => self.table(table, width, parent, depth)?,
                Block::Columns(columns) => self.columns(columns, width, parent, depth)?,
                Block::Figure(figure) => vec![self.figure(figure, width, parent)?],
                Block::Rule => vec![rule(width)],
                Block::Spacer(height) => {
                    gap += positive(*height)?;
                    Vec::new()
                }
                Block::PageBreak => {
                    new_page = true;
                    Vec::new()
                }
            };
            if let Some(first) = part.first_mut() {
                first.before += gap;
                first.new_page |= new_page;
                (gap, new_page) = (0.0, false);
            }
            gap += after;
            slabs.append(&mut part);
        }
        Ok(slabs)
    }

    fn paragraph(
        &mut self,
        paragraph: &Paragraph,
        width: f32,
        parent: NodeId,
    ) -> Result<Vec<Slab>, PdfError> {
        let size = positive(paragraph.size)?.max(1.0);
        let measure = Measure {
            width,
            indent: positive(paragraph.indent)?,
            first_indent: if paragraph.first_indent.is_finite() {
                paragraph.first_indent
            } else {
                return Err(PdfError::BadMeasure);
            },
            size,
            align: paragraph.align,
        };
        let (height, baseline) = line_box(size, positive(paragraph.leading)?);
        let lines = paragraph::set(
            self.craft,
            self.bench,
            &paragraph.spans,
            &measure,
            &mut self.arena,
        )?;
        if lines.is_empty() {
            return Ok(vec![Slab {
                height,
                ..Slab::default()
            }]);
        }
        let node = self.tree.add(parent, paragraph.role.into());
        let count = lines.len();
        let keep_all = matches!(paragraph.role, Role::Heading(_)) && count <= 6;
        let slabs = lines.into_iter().enumerate().map(|(i, line)| Slab {
            height,
            // Two lines at least stay together at either end of a paragraph.
            keep: if i + 1 == count {
                paragraph.keep_with_next
            } else {
                keep_all || i == 0 || i + 2 == count
            },
            items: vec![Item {
                x: line.x,
                y: baseline,
                node: Some(node),
                ink: Ink::Text {
                    line,
                    size,
                    color: paragraph.color,
                },
            }],
            ..Slab::default()
        });
        Ok(slabs.collect())
    }

    /// One line of text, not divided, for marks, running lines and watermarks.
    pub(super) fn single_line(
        &mut self,
        spans: &[Span],
        size: f32,
    ) -> Result<Option<Line>, PdfError> {
        let lines = paragraph::set(
            self.craft,
            self.bench,
            spans,
            &Measure::unbounded(size),
            &mut self.arena,
        )?;
        let mut lines = lines.into_iter();
        match (lines.next(), lines.next()) {
            (line, None) => Ok(line),
            // A line break where only one line can stand: nothing of it may get lost.
            _ => Err(PdfError::DoesNotFit),
        }
    }

    fn list(
        &mut self,
        list: &List,
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        let node = self.tree.add(parent, Tag::List);
        let labels: Vec<Vec<Span>> = list
            .items
            .iter()
            .zip(0u32..)
            .map(|(item, index)| {
                let own = item.label.clone();
                vec![Span::regular(
                    own.unwrap_or_else(|| list.marker.text(index)),
                )]
            })
            .collect();
        // A mark wider than the indent moves the text of all items, so that they stay aligned.
        let mut indent = positive(list.indent)?;
        for (label, item) in labels.iter().zip(&list.items) {
            let size = label_size(item);
            if let Some(line) = self.single_line(label, size)? {
                indent = indent.max(line.width + size * LABEL_GAP);
            }
        }
        let mut slabs = Vec::new();
        let mut gap = 0.0;
        for (item, label) in list.items.iter().zip(&labels) {
            let item_node = self.tree.add(node, Tag::Item);
            let label_node = self.tree.add(item_node, Tag::Label);
            let body = self.tree.add(item_node, Tag::Body);
            let mut part = self.flow(&item.blocks, width - indent, body, depth + 1)?;
            for placed in part.iter_mut().flat_map(|slab| &mut slab.items) {
                placed.x += indent;
            }
            // The mark stands on the line of the first words.
            let first_text = part.first().and_then(|slab| {
                slab.items.iter().find_map(|item| match &item.ink {
                    Ink::Text { color, .. } => Some((item.y, *color)),
                    _ => None,
                })
            });
            let size = label_size(item);
            let (height, baseline) = line_box(size, 1.5);
            let (y, color) = first_text.unwrap_or((baseline, Color::BLACK));
            if part.is_empty() {
                part.push(Slab {
                    height,
                    ..Slab::default()
                });
            }
            let line = self.single_line(label, size)?;
            if let Some(first) = part.first_mut() {
                // The empty height that ended the item before was dropped with its last block.
                first.before += gap;
                if let Some(line) = line {
                    let ink = Ink::Text { line, size, color };
                    first.items.insert(
                        0,
                        Item {
                            x: 0.0,
                            y,
                            node: Some(label_node),
                            ink,
                        },
                    );
                }
            }
            gap = item.blocks.last().map_or(0.0, space_after);
            slabs.append(&mut part);
        }
        Ok(slabs)
    }

    fn figure(&mut self, figure: &Figure, width: f32, parent: NodeId) -> Result<Slab, PdfError> {
        let wanted = positive(figure.width)?;
        if wanted > width || wanted < 1.0 {
            return Err(PdfError::DoesNotFit);
        }
        let node = self.tree.add(parent, Tag::Figure);
        self.tree.describe(node, &figure.alt);
        let (ink, height) = match &figure.image {
            Image::Code(text) => {
                let code = QRBuilder::new(text.as_str())
                    .ecl(ECL::M)
                    .build()
                    .map_err(|_| PdfError::CodeTooLong { bytes: text.len() })?;
                let code = code_runs(&code);
                (Ink::Code { code, side: wanted }, wanted)
            }
            Image::Drawing(drawing) => {
                let measures = [drawing.width, drawing.height];
                let usable = measures.iter().all(|m| m.is_finite() && *m > 0.0);
                if !usable || !drawing.shapes.iter().all(finite) {
                    return Err(PdfError::BadMeasure);
                }
                let scale = wanted / drawing.width;
                let shapes = drawing.shapes.clone();
                (Ink::Paths { shapes, scale }, drawing.height * scale)
            }
        };
        let x = match figure.align {
            Align::Left | Align::Justify => 0.0,
            Align::Center => (width - wanted) / 2.0,
            Align::Right => width - wanted,
        };
        Ok(Slab {
            height,
            items: vec![Item {
                x,
                y: 0.0,
                node: Some(node),
                ink,
            }],
            ..Slab::default()
        })
    }
}

fn finite(shape: &super::block::Shape) -> bool {
    let points = shape.segments.iter().all(|segment| match segment {
        Segment::Move(x, y) | Segment::Line(x, y) => [*x, *y].iter().all(|v| v.is_finite()),
        Segment::Curve(a, b, c, d, e, f) => [*a, *b, *c, *d, *e, *f].iter().all(|v| v.is_finite()),
        Segment::Close => true,
    });
    points && shape.stroke.is_none_or(|(_, width)| width.is_finite())
}

/// The empty height below a block.
fn space_after(block: &Block) -> f32 {
    match block {
        Block::Paragraph(paragraph) => paragraph.space_after,
        Block::List(_) | Block::Table(_) | Block::Columns(_) | Block::Figure(_) => 4.0,
        Block::Rule | Block::Spacer(_) | Block::PageBreak => 0.0,
    }
}

/// The size of the first words of an item, which its mark takes.
fn label_size(item: &ListItem) -> f32 {
    item.blocks
        .iter()
        .find_map(|block| match block {
            Block::Paragraph(paragraph) => Some(paragraph.size.max(1.0)),
            _ => None,
        })
        .unwrap_or(Paragraph::TEXT_SIZE)
}

fn rule(width: f32) -> Slab {
    Slab {
        height: 6.0,
        items: vec![Item {
            x: 0.0,
            y: 3.0,
            node: None,
            ink: Ink::Rule {
                width,
                height: HAIRLINE,
            },
        }],
        ..Slab::default()
    }
}

impl Marker {
    /// What stands before the item with this index.
    fn text(self, index: u32) -> String {
        match self {
            Self::Bullet => "•".to_owned(),
            Self::Dash => "–".to_owned(),
            Self::Arabic(first) => format!("{}.", first.saturating_add(index)),
            Self::Parenthesis(first) => format!("({})", first.saturating_add(index)),
            Self::Thai(first) => {
                let digits = first.saturating_add(index).to_string();
                format!("{}.", digits.chars().map(thai_digit).collect::<String>())
            }
        }
    }
}

/// The Thai form of an Arabic digit; other characters stay.
pub(super) fn thai_digit(c: char) -> char {
    match c {
        '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + 0x0E50).unwrap_or(c),
        other => other,
    }
}

/// The dark modules of a QR code.
pub(super) struct CodeRuns {
    /// Modules along one side, quiet zone included.
    pub(super) modules: usize,
    /// Row, first column and length of each dark run.
    pub(super) runs: Vec<(usize, usize, usize)>,
}

fn code_runs(code: &QRCode) -> CodeRuns {
    let size = code.size;
    let mut runs = Vec::new();
    for (row, modules) in code.data.chunks(size.max(1)).take(size).enumerate() {
        let dark = modules.iter().map(|module| module.value());
        let mut from = None;
        for (column, dark) in dark.chain(std::iter::once(false)).enumerate() {
            match (dark, from) {
                (true, None) => from = Some(column),
                (false, Some(start)) => {
                    runs.push((row + QUIET_ZONE, start + QUIET_ZONE, column - start));
                    from = None;
                }
                _ => {}
            }
        }
    }
    CodeRuns {
        modules: size + 2 * QUIET_ZONE,
        runs,
    }
}
