//! Where the lines of a paragraph end, and how each is made as wide as its room.

use super::block::Align;
use super::paragraph::{Gap, Measure, Piece};

/// Most that a space grows before letters are widened, in thousandths of the size.
const SPACE_STRETCH: i32 = 300;
/// Most that a space grows at all.
const SPACE_LIMIT: i32 = 1200;
/// Most that a space shrinks.
const SPACE_SHRINK: i32 = 60;
/// Most that letters are widened.
const LETTER_STRETCH: f32 = 0.03;
/// Room between two words without a space before spaces grow further.
const SEAM_STRETCH: i32 = 25;
/// The same at all: readers of the text take much more for a space.
const SEAM_LIMIT: i32 = 45;

/// The start and the flexible places of a piece, counted from the start of the paragraph.
#[derive(Clone, Copy, Default)]
struct Mark {
    start: i32,
    end: i32,
    spaces: i32,
    seams: i32,
}

/// The last piece of each line.
#[expect(clippy::cast_precision_loss, reason = "widths are far below 2^24")]
pub(super) fn choose_breaks(pieces: &[Piece], space: i32, measure: &Measure) -> Vec<usize> {
    let mut marks = Vec::with_capacity(pieces.len());
    let mut now = Mark::default();
    for piece in pieces {
        now.end = now.start + piece.word.width;
        marks.push(now);
        now.start = now.end;
        match piece.gap {
            Gap::Space { count, .. } => {
                let count = i32::try_from(count).unwrap_or(i32::MAX / 4096);
                now.start = now.start.saturating_add(space.saturating_mul(count));
                now.spaces += count;
            }
            Gap::Seam if piece.word.elastic => now.seams += 1,
            _ => {}
        }
    }
    // cost and first piece of the best series of lines that ends after each piece
    let mut best: Vec<Option<(f32, usize)>> = vec![None; pieces.len()];
    for (to, (piece, end)) in pieces.iter().zip(&marks).enumerate() {
        if !piece.gap.breaks() {
            continue;
        }
        let mut choice: Option<(f32, usize)> = None;
        for from in (0..=to).rev() {
            let Some(start) = marks.get(from) else { break };
            let before = from.checked_sub(1);
            let gap_before = before.and_then(|k| pieces.get(k)).map(|p| p.gap);
            if gap_before.is_some_and(|gap| !gap.breaks()) {
                continue;
            }
            let width = (end.end - start.start) as f32;
            let slack = measure.room(from == 0) - width;
            let shrink = match measure.align {
                Align::Justify => (SPACE_SHRINK * (end.spaces - start.spaces)) as f32,
                _ => 0.0,
            };
            if slack < -shrink && choice.is_some() {
                break;
            }
            let spent = match before {
                None => Some(0.0),
                Some(k) => best.get(k).copied().flatten().map(|(cost, _)| cost),
            };
            if let Some(spent) = spent {
                let stretch = (SPACE_STRETCH * (end.spaces - start.spaces)
                    + SEAM_STRETCH * (end.seams - start.seams))
                    as f32
                    + width * LETTER_STRETCH;
                let price = price(
                    slack,
                    shrink,
                    stretch,
                    piece.gap.forced(),
                    from == 0,
                    measure,
                );
                let cost = spent + price;
                if choice.is_none_or(|(old, _)| cost < old) {
                    choice = Some((cost, from));
                }
            }
            if slack < -shrink || gap_before == Some(Gap::Newline) {
                break;
            }
        }
        if let Some(slot) = best.get_mut(to) {
            *slot = choice;
        }
    }
    let mut ends = Vec::new();
    let mut at = pieces.len().checked_sub(1);
    while let Some(to) = at {
        ends.push(to);
        at = best
            .get(to)
            .copied()
            .flatten()
            .and_then(|(_, from)| from.checked_sub(1));
    }
    ends.reverse();
    ends
}

/// How bad a line is: 0 for a perfect one.
fn price(slack: f32, shrink: f32, stretch: f32, last: bool, first: bool, measure: &Measure) -> f32 {
    /// Each line costs a little, so that a paragraph is not longer than it must be.
    const LINE: f32 = 0.2;
    /// A line wider than its room: only when nothing else is possible.
    const OVERFULL: f32 = 1.0e6;
    if slack < -shrink {
        return OVERFULL;
    }
    if slack < 0.0 {
        return LINE + 1.5 * (slack / shrink).powi(2);
    }
    let share = slack / measure.room(first);
    if last {
        // A last line of one short word looks lost.
        return if !first && share > 0.9 {
            LINE + 0.6
        } else {
            LINE
        };
    }
    match measure.align {
        Align::Justify => LINE + (slack / stretch.max(1.0)).powi(2),
        _ => LINE + 20.0 * share.powi(2),
    }
}

/// How a line is made as wide as its room.
#[derive(Clone, Copy)]
pub(super) struct Fit {
    /// Added to each space, in thousandths of the size.
    pub(super) space: i32,
    /// Added between two words without a space.
    pub(super) seam: i32,
    /// How wide the letters are made.
    pub(super) scale: f32,
}

impl Fit {
    /// Nothing changed.
    pub(super) const NATURAL: Self = Self {
        space: 0,
        seam: 0,
        scale: 1.0,
    };
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "widths are far below 2^24"
)]
pub(super) fn fit(slack: f32, width: f32, spaces: i32, seams: i32) -> Fit {
    let (space_count, seam_count) = (spaces as f32, seams as f32);
    if slack < 0.0 {
        let space = if spaces > 0 { slack / space_count } else { 0.0 };
        return Fit {
            space: space.floor() as i32,
            ..Fit::NATURAL
        };
    }
    let mut left = slack;
    let mut take = |most: f32| {
        let taken = left.min(most);
        left -= taken;
        taken
    };
    let mut in_spaces = take(space_count * SPACE_STRETCH as f32);
    let before = width + in_spaces;
    let scale = 1.0 + take(before * LETTER_STRETCH) / before.max(1.0);
    let mut in_seams = take(seam_count * SEAM_STRETCH as f32);
    in_spaces += take(space_count * (SPACE_LIMIT - SPACE_STRETCH) as f32) / scale;
    in_seams += take(seam_count * (SEAM_LIMIT - SEAM_STRETCH) as f32);
    Fit {
        space: (in_spaces / space_count.max(1.0)) as i32,
        seam: (in_seams / scale / seam_count.max(1.0)) as i32,
        scale,
    }
}
