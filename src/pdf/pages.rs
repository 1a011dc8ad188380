//! Slabs to pages, and pages to content streams.

use super::block::{Color, Segment, Shape, Span};
use super::error::PdfError;
use super::layout::{CodeRuns, Ink, Item, Layout, Slab, line_box, thai_digit};
use super::model::{Digits, PageSetup, Running, RunningPiece};
use super::paragraph::{Line, font_name};
use super::structure::NodeId;
use super::write::{put, put_number};

/// Pages of one document at most: a register extract of a thousand pages is a mistake.
const MOST_PAGES: usize = 400;
/// Size of running lines.
const RUNNING_SIZE: f32 = 9.0;
const GREY: Color = Color(90, 90, 90);
/// Light enough to read text over it, without transparency.
const WATERMARK: Color = Color(230, 230, 234);

/// Slabs with their distance from the top of the text.
pub(super) type Page = Vec<(f32, Slab)>;

/// Fills pages.
pub(super) fn paginate(slabs: Vec<Slab>, setup: &PageSetup) -> Result<Vec<Page>, PdfError> {
    let room = setup.height - setup.top - setup.bottom;
    let mut pages: Vec<Page> = vec![Vec::new()];
    let mut y = 0.0;
    let mut queue: std::collections::VecDeque<Slab> = slabs.into();
    while !queue.is_empty() {
        // What must stay together, up to the first slab that may be followed by a page break.
        let length = queue
            .iter()
            .position(|slab| !slab.keep)
            .map_or(queue.len(), |i| i + 1);
        let group: Vec<Slab> = queue.drain(..length).collect();
        let at_top = pages.last().is_none_or(Vec::is_empty);
        let height: f32 = group
            .iter()
            .enumerate()
            .map(|(i, slab)| slab.height + if i == 0 && at_top { 0.0 } else { slab.before })
            .sum();
        let forced = group.first().is_some_and(|slab| slab.new_page);
        if !at_top && (forced || y + height > room + 0.01) {
            pages.push(Vec::new());
            y = 0.0;
        }
        for slab in group {
            let at_top = pages.last().is_none_or(Vec::is_empty);
            let before = if at_top { 0.0 } else { slab.before };
            if slab.height > room + 0.01 {
                return Err(PdfError::DoesNotFit);
            }
            // Only a group taller than a page is divided here.
            if y + before + slab.height > room + 0.01 {
                pages.push(Vec::new());
                y = 0.0;
            } else {
                y += before;
            }
            let top = y;
            y += slab.height;
            if let Some(page) = pages.last_mut() {
                page.push((top, slab));
            }
            if pages.len() > MOST_PAGES {
                return Err(PdfError::TooManyPages { most: MOST_PAGES });
            }
        }
    }
    Ok(pages)
}

/// What is the same on every page.
pub(super) struct Frame<'a> {
    pub(super) setup: &'a PageSetup,
    pub(super) header: Option<&'a Running>,
    pub(super) footer: Option<&'a Running>,
    pub(super) watermark: Option<&'a str>,
}

/// A content stream in the making: knows what is open.
struct Canvas<'a> {
    out: Vec<u8>,
    arena: &'a [u8],
    height: f32,
    in_text: bool,
    fill: Color,
    /// What the open marked content belongs to.
    open: Open,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Artifact,
    Node(NodeId),
}

/// Writes the content stream of one page and notes its pieces in the tree.
pub(super) fn draw_page(
    layout: &mut Layout<'_>,
    page: &Page,
    frame: &Frame<'_>,
    number: usize,
    count: usize,
) -> Result<Vec<u8>, PdfError> {
    layout.tree.begin_page();
    let setup = frame.setup;
    let mut running: Vec<(f32, f32, Line)> = Vec::new();
    let mut rules: Vec<f32> = Vec::new();
    let (line_height, baseline) = line_box(RUNNING_SIZE, 1.4);
    if let Some(header) = frame.header {
        let y = (setup.top - line_height) * 0.62;
        running_line(
            layout,
            header,
            setup,
            y + baseline,
            number,
            count,
            &mut running,
        )?;
        if header.rule {
            rules.push(y + line_height + 2.0);
        }
    }
    if let Some(footer) = frame.footer {
        let y = setup.height - setup.bottom + (setup.bottom - line_height) * 0.40;
        running_line(
            layout,
            footer,
            setup,
            y + baseline,
            number,
            count,
            &mut running,
        )?;
        if footer.rule {
            rules.push(y - 3.0);
        }
    }
    let watermark = match frame.watermark {
        Some(text) if !text.is_empty() => layout.single_line(&[Span::bold(text)], 1.0)?,
        _ => None,
    };
    let mut canvas = Canvas {
        out: Vec::with_capacity(16_384),
        arena: &layout.arena,
        height: setup.height,
        in_text: false,
        fill: Color::BLACK,
        open: Open::Nothing,
    };
    if let Some(line) = &watermark {
        canvas.watermark(line, setup);
    }
    for (top, slab) in page {
        for item in &slab.items {
            canvas.enter(item.node, &mut layout.tree);
            canvas.item(item, setup.left, setup.top + top);
        }
    }
    canvas.leave();
    if !running.is_empty() || !rules.is_empty() {
        canvas.artifact("/Artifact<</Type/Pagination>>BDC\n");
        for (x, y, line) in &running {
            canvas.text(line, *x, *y, RUNNING_SIZE, GREY);
        }
        for y in rules {
            canvas.end_text();
            canvas.color(GREY);
            let width = setup.width - setup.left - setup.right;
            canvas.rectangle(setup.left, y, width, 0.4);
        }
        canvas.leave();
    }
    Ok(canvas.out)
}

fn running_line(
    layout: &mut Layout<'_>,
    running: &Running,
    setup: &PageSetup,
    y: f32,
    number: usize,
    count: usize,
    lines: &mut Vec<(f32, f32, Line)>,
) -> Result<(), PdfError> {
    let room = setup.width - setup.left - setup.right;
    for (pieces, share) in [
        (&running.left, 0.0),
        (&running.center, 0.5),
        (&running.right, 1.0),
    ] {
        let text: String = pieces
            .iter()
            .map(|piece| match piece {
                RunningPiece::Text(text) => text.clone(),
                RunningPiece::PageNumber(digits) => digits.write(number),
                RunningPiece::PageCount(digits) => digits.write(count),
            })
            .collect();
        if text.is_empty() {
            continue;
        }
        if let Some(line) = layout.single_line(&[Span::regular(text)], RUNNING_SIZE)? {
            if line.width > room {
                return Err(PdfError::DoesNotFit);
            }
            lines.push((setup.left + (room - line.width) * share, y, line));
        }
    }
    Ok(())
}

impl Digits {
    fn write(self, number: usize) -> String {
        let text = number.to_string();
        match self {
            Self::Arabic => text,
            Self::Thai => text.chars().map(thai_digit).collect(),
        }
    }
}

impl Canvas<'_> {
    /// Goes on with what the next item belongs to.
    fn enter(&mut self, node: Option<NodeId>, tree: &mut super::structure::Tree) {
        let wanted = node.map_or(Open::Artifact, Open::Node);
        if self.open == wanted {
            return;
        }
        self.leave();
        match node {
            None => self.out.extend_from_slice(b"/Artifact BMC\n"),
            Some(node) => {
                let name = tree.tag(node).opening();
                let mcid = tree.content(node);
                put(&mut self.out, format_args!("/{name}<</MCID {mcid}>>BDC\n"));
            }
        }
        self.open = wanted;
    }

    fn artifact(&mut self, opening: &str) {
        self.leave();
        self.out.extend_from_slice(opening.as_bytes());
        self.open = Open::Artifact;
    }

    fn leave(&mut self) {
        self.end_text();
        if self.open != Open::Nothing {
            self.out.extend_from_slice(b"EMC\n");
            self.open = Open::Nothing;
        }
    }

    fn end_text(&mut self) {
        if self.in_text {
            self.out.extend_from_slice(b"ET\n");
            self.in_text = false;
        }
    }

    fn color(&mut self, color: Color) {
        if color != self.fill {
            self.fill = color;
            put_color(&mut self.out, color);
            self.out.extend_from_slice(b" rg\n");
        }
    }

    fn numbers(&mut self, values: &[f32]) {
        put_numbers(&mut self.out, values);
    }

    fn item(&mut self, item: &Item, left: f32, top: f32) {
        let (x, y) = (left + item.x, top + item.y);
        match &item.ink {
            Ink::Text { line, size, color } => self.text(line, x, y, *size, *color),
            Ink::Rule { width, height } => {
                self.end_text();
                self.color(Color::BLACK);
                self.rectangle(x, y, *width, *height);
            }
            Ink::Code { code, side } => self.code(code, *side, x, y),
            Ink::Paths { shapes, scale } => self.paths(shapes, *scale, x, y),
        }
    }

    fn text(&mut self, line: &Line, x: f32, y: f32, size: f32, color: Color) {
        if !self.in_text {
            self.color(color);
            self.out.extend_from_slice(b"BT\n");
            self.in_text = true;
        } else if color != self.fill {
            self.color(color);
        }
        self.out.extend_from_slice(font_name(line.weight));
        self.out.extend_from_slice(b" 1 Tf ");
        let matrix = [size * line.scale, 0.0, 0.0, size, x, self.height - y];
        self.numbers(&matrix);
        self.show(line, b"Tm[");
    }

    fn show(&mut self, line: &Line, opening: &[u8]) {
        self.out.extend_from_slice(opening);
        let bytes = self.arena.get(line.bytes.clone()).unwrap_or_default();
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"]TJ\n");
    }

    /// Large words from corner to corner.
    fn watermark(&mut self, line: &Line, setup: &PageSetup) {
        // The empty replacement text keeps its letters out of what is copied and searched.
        self.artifact("/Artifact<</Type/Background>>BDC /Span<</ActualText<feff>>>BDC\n");
        self.color(WATERMARK);
        let diagonal = setup.width.hypot(setup.height);
        // The line was set in size 1: its width is its length in ems.
        let size = (diagonal * 0.6 / line.width.max(0.1)).min(110.0);
        let (cos, sin) = (setup.width / diagonal, setup.height / diagonal);
        let length = line.width * size;
        let sink = size * 0.35;
        let x = setup.width / 2.0 - cos * length / 2.0 + sin * sink;
        let y = setup.height / 2.0 - sin * length / 2.0 - cos * sink;
        self.out.extend_from_slice(b"BT\n");
        self.in_text = true;
        self.out.extend_from_slice(font_name(line.weight));
        self.out.extend_from_slice(b" 1 Tf ");
        self.numbers(&[size * cos, size * sin, -size * sin, size * cos, x, y]);
        self.show(line, b"Tm[");
        self.end_text();
        self.out.extend_from_slice(b"EMC ");
        self.leave();
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.numbers(&[x, self.height - y - height, width, height]);
        self.out.extend_from_slice(b"re f\n");
    }

    #[expect(clippy::cast_precision_loss, reason = "a code has at most 185 modules")]
    fn code(&mut self, code: &CodeRuns, side: f32, x: f32, y: f32) {
        self.end_text();
        // Scanners want the quiet zone white, whatever lies under it.
        self.color(Color::WHITE);
        self.rectangle(x, y, side, side);
        self.color(Color::BLACK);
        let module = side / code.modules as f32;
        // Rows count downwards, as in the symbol.
        let matrix = [module, 0.0, 0.0, -module, x, self.height - y];
        self.out.extend_from_slice(b"q ");
        self.numbers(&matrix);
        self.out.extend_from_slice(b"cm\n");
        for (row, column, length) in &code.runs {
            put(
                &mut self.out,
                format_args!("{column} {row} {length} 1 re\n"),
            );
        }
        self.out.extend_from_slice(b"f\nQ\n");
    }

    fn paths(&mut self, shapes: &[Shape], scale: f32, x: f32, y: f32) {
        self.end_text();
        self.out.extend_from_slice(b"q ");
        let matrix = [scale, 0.0, 0.0, -scale, x, self.height - y];
        self.numbers(&matrix);
        self.out.extend_from_slice(b"cm\n");
        for shape in shapes {
            if let Some(fill) = shape.fill {
                put_color(&mut self.out, fill);
                self.out.extend_from_slice(b" rg ");
            }
            if let Some((color, width)) = shape.stroke {
                put_color(&mut self.out, color);
                self.out.extend_from_slice(b" RG ");
                self.numbers(&[width]);
                self.out.extend_from_slice(b"w 1 j 1 J ");
            }
            for segment in &shape.segments {
                match segment {
                    Segment::Move(x, y) => {
                        self.numbers(&[*x, *y]);
                        self.out.extend_from_slice(b"m ");
                    }
                    Segment::Line(x, y) => {
                        self.numbers(&[*x, *y]);
                        self.out.extend_from_slice(b"l ");
                    }
                    Segment::Curve(a, b, c, d, e, f) => {
                        self.numbers(&[*a, *b, *c, *d, *e, *f]);
                        self.out.extend_from_slice(b"c ");
                    }
                    Segment::Close => self.out.extend_from_slice(b"h "),
                }
            }
            let paint: &[u8] = match (shape.fill, shape.stroke) {
                (Some(_), Some(_)) => b"B\n",
                (Some(_), None) => b"f\n",
                (None, Some(_)) => b"S\n",
                (None, None) => b"n\n",
            };
            self.out.extend_from_slice(paint);
        }
        self.out.extend_from_slice(b"Q\n");
    }
}

fn put_color(out: &mut Vec<u8>, color: Color) {
    let [r, g, b] = [color.0, color.1, color.2].map(|part| f32::from(part) / 255.0);
    put_number(out, r);
    out.push(b' ');
    put_number(out, g);
    out.push(b' ');
    put_number(out, b);
}

fn put_numbers(out: &mut Vec<u8>, values: &[f32]) {
    for value in values {
        put_number(out, *value);
        out.push(b' ');
    }
}
