//! Blocks to slabs: everything gets its place in a column of a given width.
//!
//! A slab is what a page break never divides: a line, a picture, a table row. Pages are filled
//! with slabs afterwards (`pages`), so nothing here knows of pages.

use super::error::PdfError;
use super::fonts::{ASCENT, DESCENT, EM};
use super::model::{
    Align, Block, Borders, Color, Columns, Figure, Image, List, ListItem, Marker, Paragraph, Role,
    Segment, Span, Table,
};
use super::paragraph::{self, Bench, Craft, Line, Measure};
use super::structure::{NodeId, Tag, Tree};
use fast_qr::{ECL, QRBuilder, QRCode};

/// Blocks inside blocks, followed so deep.
const MOST_NESTING: usize = 8;
/// A table row taller than this may be divided between pages.
const ROW_KEPT_WHOLE: f32 = 220.0;
/// Thickness of rules and borders.
const HAIRLINE: f32 = 0.5;
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
        shapes: Vec<super::model::Shape>,
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

fn positive(value: f32) -> Result<f32, PdfError> {
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

    fn table(
        &mut self,
        table: &Table,
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        let padding = positive(table.padding)?;
        let edges = edges(&table.columns, width, 0.0)?;
        let node = self.tree.add(parent, Tag::Table);
        let mut slabs: Vec<Slab> = Vec::new();
        for (row, index) in table.rows.iter().zip(0usize..) {
            if row.cells.len() > table.columns.len() {
                return Err(PdfError::TableShape);
            }
            let row_node = self.tree.add(node, Tag::Row);
            // Without lines the outer edges of the text stay on the margins.
            let side = match table.borders {
                Borders::Grid => padding.max(3.0),
                Borders::None | Borders::Horizontal => 0.0,
            };
            let mut cells = Vec::with_capacity(row.cells.len());
            for (cell, (left, right)) in row.cells.iter().zip(&edges) {
                let tag = if cell.header {
                    Tag::HeaderCell
                } else {
                    Tag::DataCell
                };
                let cell_node = self.tree.add(row_node, tag);
                let room = right - left - 2.0 * side - if side > 0.0 { 0.0 } else { 6.0 };
                let flow = self.flow(&cell.blocks, room, cell_node, depth + 1)?;
                cells.push((left + side, flow));
            }
            let mut parts = side_by_side(cells, padding);
            let all_headers = row.cells.iter().all(|cell| cell.header);
            if let (true, Some(last)) = (all_headers && table.columns.len() > 1, parts.last_mut()) {
                last.keep = true;
            }
            draw_borders(&mut parts, table.borders, &edges, width, index == 0);
            slabs.append(&mut parts);
        }
        Ok(slabs)
    }

    fn columns(
        &mut self,
        columns: &Columns,
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        if columns.columns.len() > columns.widths.len() {
            return Err(PdfError::TableShape);
        }
        let edges = edges(&columns.widths, width, positive(columns.gap)?)?;
        let mut cells = Vec::with_capacity(columns.columns.len());
        for (blocks, (left, right)) in columns.columns.iter().zip(&edges) {
            if blocks.is_empty() {
                continue;
            }
            let node = self.tree.add(parent, Tag::Division);
            cells.push((*left, self.flow(blocks, right - left, node, depth + 1)?));
        }
        Ok(side_by_side(cells, 0.0))
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

fn finite(shape: &super::model::Shape) -> bool {
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

/// Left and right edge of each column.
fn edges(shares: &[f32], width: f32, gap: f32) -> Result<Vec<(f32, f32)>, PdfError> {
    let total: f32 = shares.iter().sum();
    if shares.is_empty() || !shares.iter().all(|s| s.is_finite() && *s > 0.0) || total <= 0.0 {
        return Err(PdfError::TableShape);
    }
    #[expect(clippy::cast_precision_loss, reason = "few columns")]
    let room = width - gap * (shares.len() - 1) as f32;
    let mut left = 0.0;
    Ok(shares
        .iter()
        .map(|share| {
            let right = left + room * share / total;
            let edge = (left, right);
            left = right + gap;
            edge
        })
        .collect())
}

/// Puts columns side by side: one slab, or several where a tall row may be divided.
fn side_by_side(cells: Vec<(f32, Vec<Slab>)>, padding: f32) -> Vec<Slab> {
    /// Slabs of a column with their upper and lower edge.
    struct Placed {
        top: f32,
        bottom: f32,
        x: f32,
        slab: Slab,
    }
    let mut placed = Vec::new();
    let mut height: f32 = 0.0;
    for (x, slabs) in cells {
        let mut y = padding;
        for (i, slab) in slabs.into_iter().enumerate() {
            if i > 0 {
                y += slab.before;
            }
            let top = y;
            y += slab.height;
            placed.push(Placed {
                top,
                bottom: y,
                x,
                slab,
            });
        }
        height = height.max(y + padding);
    }
    let mut cuts = vec![height];
    if height > ROW_KEPT_WHOLE {
        let free = |y: f32| {
            placed
                .iter()
                .all(|p| p.bottom <= y + 0.01 || p.top >= y - 0.01)
        };
        cuts.extend(
            placed
                .iter()
                .map(|p| p.bottom)
                .filter(|y| *y < height - padding - 0.01 && free(*y)),
        );
        cuts.sort_by(f32::total_cmp);
        cuts.dedup_by(|a, b| (*a - *b).abs() < 0.01);
    }
    let mut parts: Vec<Slab> = Vec::with_capacity(cuts.len());
    let mut from = 0.0;
    for cut in cuts {
        parts.push(Slab {
            height: cut - from,
            ..Slab::default()
        });
        from = cut;
    }
    for piece in placed {
        let mut top = 0.0;
        let last = parts.len().saturating_sub(1);
        for (i, part) in parts.iter_mut().enumerate() {
            if piece.top < top + part.height - 0.01 || i == last {
                part.items
                    .extend(piece.slab.items.into_iter().map(|item| Item {
                        x: item.x + piece.x,
                        y: item.y + piece.top - top,
                        ..item
                    }));
                break;
            }
            top += part.height;
        }
    }
    parts
}

fn draw_borders(
    parts: &mut [Slab],
    borders: Borders,
    edges: &[(f32, f32)],
    width: f32,
    first_row: bool,
) {
    if borders == Borders::None {
        return;
    }
    let across = |y: f32| Item {
        x: 0.0,
        y,
        node: None,
        ink: Ink::Rule {
            width,
            height: HAIRLINE,
        },
    };
    if let Some(first) = parts.first_mut()
        && (first_row || borders == Borders::Grid)
    {
        first.items.push(across(0.0));
    }
    if borders == Borders::Grid {
        for part in parts.iter_mut() {
            let height = part.height + HAIRLINE;
            let lines = edges
                .iter()
                .map(|(left, _)| *left)
                .chain(std::iter::once(width - HAIRLINE));
            part.items.extend(lines.map(|x| Item {
                x,
                y: 0.0,
                node: None,
                ink: Ink::Rule {
                    width: HAIRLINE,
                    height,
                },
            }));
        }
    }
    if let Some(last) = parts.last_mut() {
        let y = last.height;
        last.items.push(across(y));
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
