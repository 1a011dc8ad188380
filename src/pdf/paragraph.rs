//! Paragraphs: words to lines.
//!
//! The lines of a paragraph are chosen together, so that no line is loose where another could give
//! way (the cheapest series of breaks, after Knuth and Plass). A straight right edge is made of
//! wider spaces first, then of letters up to three hundredths wider, then of a little room between
//! words; what is still missing stays ragged.

use super::block::{Align, Span, Weight};
use super::breaks::{Fit, choose_breaks, fit};
use super::error::PdfError;
use super::fonts::{Fonts, SPACE};
use super::shape::{Word, WordCache, put_spaces};
use super::words::{self, Words};
use std::ops::Range;
use std::sync::Arc;

/// Longest paragraph: some thirty pages. Widths stay within 32 bits.
const MOST_CHARACTERS: usize = 100_000;
/// What the workshop keeps between documents; nothing in it shows in a document.
#[derive(Default)]
pub(super) struct Bench {
    /// Words shaped before.
    pub(super) cache: WordCache,
    /// Room for finding word ends.
    pub(super) scratch: words::Scratch,
}

/// What every paragraph needs: letters and words.
#[derive(Clone, Copy)]
pub(super) struct Craft<'a> {
    /// The faces.
    pub(super) fonts: &'a Fonts,
    /// The word list.
    pub(super) words: &'a Words,
}

/// What stands between a piece and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing, and no line may end here.
    Glued,
    /// Nothing, but a line may end here.
    Seam,
    /// Spaces.
    Space { count: usize, breaks: bool },
    /// The line ends here.
    Newline,
    /// The paragraph ends here.
    End,
}

impl Gap {
    pub(super) fn breaks(self) -> bool {
        !matches!(self, Self::Glued | Self::Space { breaks: false, .. })
    }

    pub(super) fn forced(self) -> bool {
        matches!(self, Self::Newline | Self::End)
    }
}

/// A word or part of a word that is never divided.
pub(super) struct Piece {
    pub(super) word: Arc<Word>,
    weight: Weight,
    text: Range<usize>,
    pub(super) gap: Gap,
}

/// One line, ready to be shown.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From the left edge of the paragraph, in points.
    pub(super) x: f32,
    /// How wide the letters are made: 1 is natural.
    pub(super) scale: f32,
    /// The weight the line starts in.
    pub(super) weight: Weight,
    /// The inside of its text-showing array, as a range of the arena.
    pub(super) bytes: Range<usize>,
    /// Width in points, without what a straight edge adds.
    pub(super) width: f32,
}

/// Where the lines of a paragraph stand.
#[derive(Clone, Copy)]
pub(super) struct Measure {
    /// From the left margin to the right one, in points.
    pub(super) width: f32,
    /// How far the lines are moved in.
    pub(super) indent: f32,
    /// How far the first line is moved in further.
    pub(super) first_indent: f32,
    /// Size of the letters.
    pub(super) size: f32,
    /// The edges.
    pub(super) align: Align,
}

impl Measure {
    /// A single line as wide as it needs to be.
    pub(super) fn unbounded(size: f32) -> Self {
        Self {
            width: 1.0e6,
            indent: 0.0,
            first_indent: 0.0,
            size,
            align: Align::Left,
        }
    }

    fn start(&self, first: bool) -> f32 {
        let extra = if first { self.first_indent } else { 0.0 };
        (self.indent + extra).max(0.0)
    }

    /// Room of a line in thousandths of the size.
    pub(super) fn room(&self, first: bool) -> f32 {
        ((self.width - self.start(first)) / self.size * 1000.0).max(1.0)
    }
}

/// Sets a paragraph: its lines, with their bytes appended to `arena`.
pub(super) fn set(
    craft: Craft<'_>,
    bench: &mut Bench,
    spans: &[Span],
    measure: &Measure,
    arena: &mut Vec<u8>,
) -> Result<Vec<Line>, PdfError> {
    let chars: Vec<char> = spans.iter().flat_map(|span| span.text.chars()).collect();
    if chars.len() > MOST_CHARACTERS {
        return Err(PdfError::DoesNotFit);
    }
    let mut pieces = cut(craft, bench, spans, &chars)?;
    let room = measure.room(true).min(measure.room(false));
    relieve(craft, bench, &chars, &mut pieces, room)?;
    let space = craft.fonts.of(Weight::Regular).width(SPACE);
    let breaks = choose_breaks(&pieces, space, measure);
    let mut lines = Vec::with_capacity(breaks.len());
    let mut from = 0;
    for to in breaks {
        if let Some(line) = pieces.get(from..=to) {
            lines.push(compose(line, space, measure, from == 0, arena));
        }
        from = to + 1;
    }
    Ok(lines)
}

/// Cuts the text at spaces, word ends and changes of weight.
fn cut(
    craft: Craft<'_>,
    bench: &mut Bench,
    spans: &[Span],
    chars: &[char],
) -> Result<Vec<Piece>, PdfError> {
    craft.words.find_breaks(chars, &mut bench.scratch);
    let mut pieces: Vec<Piece> = Vec::with_capacity(chars.len() / 4 + 1);
    let mut text = String::new();
    let mut at = 0;
    let mut span_end = 0;
    for span in spans {
        span_end += span.text.chars().count();
        while at < span_end {
            let rest = chars.get(at..span_end).unwrap_or_default();
            let spaces = rest.iter().take_while(|c| is_gap(**c)).count();
            if let Some(gap) = rest.get(..spaces)
                && !gap.is_empty()
            {
                let breaks = bench.scratch.breaks.get(at + spaces).copied();
                if let Some(last) = pieces.last_mut() {
                    last.gap = widen(last.gap, gap, breaks.unwrap_or(true));
                }
                at += spaces;
                continue;
            }
            let length = rest
                .iter()
                .enumerate()
                .skip(1)
                .find(|(i, c)| is_gap(**c) || bench.scratch.breaks.get(at + i) == Some(&true))
                .map_or(rest.len(), |(i, _)| i);
            text.clear();
            text.extend(rest.iter().take(length));
            let end = at + length;
            let seam = bench.scratch.breaks.get(end) == Some(&true);
            pieces.push(Piece {
                word: bench.cache.word(craft.fonts, span.weight, &text)?,
                weight: span.weight,
                text: at..end,
                gap: if seam { Gap::Seam } else { Gap::Glued },
            });
            at = end;
        }
    }
    if let Some(last) = pieces.last_mut() {
        last.gap = Gap::End;
    }
    Ok(pieces)
}

fn is_gap(c: char) -> bool {
    words::is_space(c) || c == '\u{A0}'
}

/// The gap after spaces were added to it.
fn widen(old: Gap, spaces: &[char], breaks: bool) -> Gap {
    if old == Gap::Newline || spaces.contains(&'\n') {
        return Gap::Newline;
    }
    let fixed = spaces.contains(&'\u{A0}');
    let added = spaces.iter().filter(|c| **c != '\u{200B}').count();
    match old {
        Gap::Space { count, breaks: b } => Gap::Space {
            count: count + added,
            breaks: b && breaks && !fixed,
        },
        _ if added == 0 => Gap::Seam,
        _ => Gap::Space {
            count: added,
            breaks: breaks && !fixed,
        },
    }
}

/// Lets lines end inside what is wider than a line: first where words were held together, then
/// between written syllables.
fn relieve(
    craft: Craft<'_>,
    bench: &mut Bench,
    chars: &[char],
    pieces: &mut Vec<Piece>,
    room: f32,
) -> Result<(), PdfError> {
    #[expect(clippy::cast_precision_loss, reason = "widths are far below 2^24")]
    let too_wide = |width: i32| width as f32 > room;
    let mut start = 0;
    while start < pieces.len() {
        let chain = pieces
            .iter()
            .skip(start)
            .position(|piece| piece.gap.breaks())
            .map_or(pieces.len() - start, |i| i + 1);
        let members = pieces.get_mut(start..start + chain).unwrap_or_default();
        let width: i32 = members.iter().map(|piece| piece.word.width).sum();
        if too_wide(width) {
            for piece in members {
                piece.gap = match piece.gap {
                    Gap::Glued => Gap::Seam,
                    Gap::Space { count, .. } => Gap::Space {
                        count,
                        breaks: true,
                    },
                    other => other,
                };
            }
        }
        start += chain;
    }
    if !pieces.iter().any(|piece| too_wide(piece.word.width)) {
        return Ok(());
    }
    let mut divided = Vec::with_capacity(pieces.len() * 2);
    for piece in pieces.drain(..) {
        if !too_wide(piece.word.width) {
            divided.push(piece);
            continue;
        }
        let mut from = piece.text.start;
        for to in piece.text.start + 1..=piece.text.end {
            let last = to == piece.text.end;
            if last || words::emergency_break(chars, to) {
                let text: String = chars.get(from..to).unwrap_or_default().iter().collect();
                divided.push(Piece {
                    word: bench.cache.word(craft.fonts, piece.weight, &text)?,
                    weight: piece.weight,
                    text: from..to,
                    gap: if last { piece.gap } else { Gap::Seam },
                });
                from = to;
            }
        }
    }
    *pieces = divided;
    Ok(())
}

/// Writes one line.
#[expect(clippy::cast_precision_loss, reason = "widths are far below 2^24")]
fn compose(
    pieces: &[Piece],
    space: i32,
    measure: &Measure,
    first: bool,
    arena: &mut Vec<u8>,
) -> Line {
    let last = pieces.len().saturating_sub(1);
    let (mut width, mut spaces, mut seams) = (0i32, 0i32, 0i32);
    for (i, piece) in pieces.iter().enumerate() {
        width += piece.word.width;
        if i < last {
            match piece.gap {
                Gap::Space { count, .. } => {
                    let count = i32::try_from(count).unwrap_or(0);
                    spaces += count;
                    width += space * count;
                }
                Gap::Seam if piece.word.elastic => seams += 1,
                _ => {}
            }
        }
    }
    let ends_paragraph = pieces.last().is_none_or(|piece| piece.gap.forced());
    let slack = measure.room(first) - width as f32;
    let fitted = if measure.align == Align::Justify && (!ends_paragraph || slack < 0.0) {
        fit(slack, width as f32, spaces, seams)
    } else {
        Fit::NATURAL
    };
    let begin = arena.len();
    let start_weight = pieces.first().map_or(Weight::Regular, |piece| piece.weight);
    let mut weight = start_weight;
    for (i, piece) in pieces.iter().enumerate() {
        if piece.weight != weight {
            weight = piece.weight;
            arena.extend_from_slice(b"]TJ ");
            arena.extend_from_slice(font_name(weight));
            arena.extend_from_slice(b" 1 Tf[");
        }
        arena.extend_from_slice(&piece.word.bytes);
        match piece.gap {
            // The space at the end of a line is written for those who copy the text.
            Gap::Space { count, .. } if i == last => put_spaces(arena, count.min(1), 0),
            Gap::Space { count, .. } => {
                let times = i32::try_from(count).unwrap_or(0);
                put_spaces(arena, count, fitted.space * times);
            }
            Gap::Seam if i < last && piece.word.elastic => put_spaces(arena, 0, fitted.seam),
            _ => {}
        }
    }
    let natural = width as f32 / 1000.0 * measure.size;
    let free = (measure.width - measure.start(first) - natural).max(0.0);
    let shift = match measure.align {
        Align::Left | Align::Justify => 0.0,
        Align::Center => free / 2.0,
        Align::Right => free,
    };
    Line {
        x: measure.start(first) + shift,
        scale: fitted.scale,
        weight: start_weight,
        bytes: begin..arena.len(),
        width: natural,
    }
}

/// The name of a face in the resources of a page.
pub(super) fn font_name(weight: Weight) -> &'static [u8] {
    match weight {
        Weight::Regular => b"/F0",
        Weight::Bold => b"/F1",
    }
}
