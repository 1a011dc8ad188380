//! Words as ready-made pieces of a content stream.
//!
//! A word is shaped once and kept as the bytes that draw it inside a text-showing array, free of
//! any size, so that a line is a series of copies. Copying and searching must give the right
//! Thai back: each glyph means one character (`ToUnicode`), and where that cannot be true (SARA AM,
//! which is drawn as two marks; a consonant with two marks stacked, which readers tear apart) the
//! text is said beside it (`ActualText`).

use super::block::Weight;
use super::error::PdfError;
use super::fonts::{Fonts, Glyph, SPACE};
use super::write::{put_hex16, put_int, put_number, put_text};
use rustybuzz::UnicodeBuffer;
use std::collections::HashMap;
use std::sync::Arc;

/// A word ready to be copied into a line.
#[derive(Debug)]
pub(super) struct Word {
    /// What stands inside an open `[ … ] TJ` array.
    pub(super) bytes: Vec<u8>,
    /// Width in thousandths of the size.
    pub(super) width: i32,
    /// Whether room may be added after it. After a mark that is drawn beside its place, readers
    /// of the text would take even a little room for a space.
    pub(super) elastic: bool,
}

/// Words shaped so far. Bounded by two generations: when the young one is full it becomes the old
/// one, and what nobody asked for since is forgotten.
#[derive(Default)]
pub(super) struct WordCache {
    young: [HashMap<Box<str>, Arc<Word>>; 2],
    old: [HashMap<Box<str>, Arc<Word>>; 2],
    buffer: UnicodeBuffer,
}

/// Words of one weight in one generation. Two generations of two weights of a few hundred bytes
/// each stay below 10 MB.
const GENERATION: usize = 8_000;

/// Longest text kept, in bytes.
const LONGEST_KEPT: usize = 200;

impl WordCache {
    /// The word in this weight, shaped now or earlier.
    pub(super) fn word(
        &mut self,
        fonts: &Fonts,
        weight: Weight,
        text: &str,
    ) -> Result<Arc<Word>, PdfError> {
        let [young, old] = match weight {
            Weight::Regular => {
                let ([young, _], [old, _]) = (&mut self.young, &mut self.old);
                [young, old]
            }
            Weight::Bold => {
                let ([_, young], [_, old]) = (&mut self.young, &mut self.old);
                [young, old]
            }
        };
        if let Some(word) = young.get(text) {
            return Ok(Arc::clone(word));
        }
        let word = match old.remove(text) {
            Some(word) => word,
            None => Arc::new(shape_word(fonts, weight, text, &mut self.buffer)?),
        };
        // A word that long is no word and will hardly come again.
        if text.len() > LONGEST_KEPT {
            return Ok(word);
        }
        if young.len() >= GENERATION {
            *old = std::mem::take(young);
        }
        young.insert(text.into(), Arc::clone(&word));
        Ok(word)
    }
}

fn is_thai(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}')
}

/// A sign that takes no width of its own: vowels above and below, tone marks.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}')
}

/// Glyphs that stand for a stretch of text together.
struct Unit {
    glyphs: std::ops::Range<usize>,
    text: std::ops::Range<usize>,
}

fn shape_word(
    fonts: &Fonts,
    weight: Weight,
    text: &str,
    buffer: &mut UnicodeBuffer,
) -> Result<Word, PdfError> {
    let mut pen = Pen::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let thai = is_thai(first);
        let end = rest.find(|c| is_thai(c) != thai).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let glyphs = fonts.of(weight).shape(run, buffer)?;
        for unit in units(run, &glyphs) {
            pen.draw(fonts, weight, run, &glyphs, &unit);
        }
        rest = after;
    }
    pen.close_string();
    Ok(Word {
        width: pen.width,
        elastic: !text.ends_with(is_mark),
        bytes: pen.out,
    })
}

/// Divides a shaped run into units: clusters, joined where marks are stacked.
fn units(run: &str, glyphs: &[Glyph]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (i, glyph) in glyphs.iter().enumerate() {
        match units.last_mut() {
            Some(last) if last.text.start == glyph.cluster => last.glyphs.end = i + 1,
            _ => {
                if let Some(last) = units.last_mut() {
                    last.text.end = glyph.cluster;
                }
                units.push(Unit {
                    glyphs: i..i + 1,
                    text: glyph.cluster..run.len(),
                });
            }
        }
    }
    let marks_only = |unit: &Unit| {
        run.get(unit.text.clone())
            .is_some_and(|t| t.chars().all(is_mark))
    };
    let mut joined: Vec<Unit> = Vec::with_capacity(units.len());
    let mut units = units.into_iter().peekable();
    while let Some(mut unit) = units.next() {
        if !marks_only(&unit) {
            let mut stack = Vec::new();
            while let Some(mark) = units.next_if(marks_only) {
                stack.push(mark);
            }
            if let [_, .., last] = stack.as_slice() {
                unit.glyphs.end = last.glyphs.end;
                unit.text.end = last.text.end;
                stack.clear();
            }
            joined.push(unit);
            joined.append(&mut stack);
        } else {
            joined.push(unit);
        }
    }
    joined
}

/// Writes glyphs into an open text-showing array.
#[derive(Default)]
struct Pen {
    out: Vec<u8>,
    in_string: bool,
    /// A move to the left not written yet, in thousandths.
    pending: i32,
    width: i32,
}

impl Pen {
    fn draw(&mut self, fonts: &Fonts, weight: Weight, run: &str, glyphs: &[Glyph], unit: &Unit) {
        let font = fonts.of(weight);
        let glyphs = glyphs.get(unit.glyphs.clone()).unwrap_or_default();
        let text = run.get(unit.text.clone()).unwrap_or_default();
        let plain = match glyphs {
            [only] => {
                let mut chars = text.chars();
                font.meaning(only.id) == chars.next() && chars.next().is_none()
            }
            _ => false,
        };
        if !plain {
            self.close_string();
            self.out.extend_from_slice(b"]TJ/Span<</ActualText");
            put_text(&mut self.out, text);
            self.out.extend_from_slice(b">>BDC[");
        }
        for glyph in glyphs {
            self.pending -= glyph.dx;
            if glyph.dy == 0 {
                self.show(glyph.id);
            } else {
                self.close_string();
                self.out.extend_from_slice(b"]TJ ");
                #[expect(clippy::cast_precision_loss, reason = "offsets are small")]
                put_number(&mut self.out, glyph.dy as f32 / 1000.0);
                self.out.extend_from_slice(b" Ts[");
                self.show(glyph.id);
                self.close_string();
                self.out.extend_from_slice(b"]TJ 0 Ts[");
            }
            self.pending += font.width(glyph.id) - glyph.advance + glyph.dx;
            self.width += glyph.advance;
        }
        if !plain {
            self.close_string();
            self.out.extend_from_slice(b"]TJ EMC[");
        }
    }

    fn show(&mut self, glyph: u16) {
        if self.pending != 0 {
            self.close_string();
        }
        if !self.in_string {
            self.out.push(b'<');
            self.in_string = true;
        }
        put_hex16(&mut self.out, glyph);
    }

    fn close_string(&mut self) {
        if self.in_string {
            self.out.push(b'>');
            self.in_string = false;
        }
        if self.pending != 0 {
            put_int(&mut self.out, self.pending);
            self.pending = 0;
        }
    }
}

/// Writes spaces into an open array, moved apart by so many thousandths of the size in all.
pub(super) fn put_spaces(out: &mut Vec<u8>, count: usize, extra: i32) {
    if count > 0 {
        out.push(b'<');
        for _ in 0..count {
            put_hex16(out, SPACE);
        }
        out.push(b'>');
    }
    if extra != 0 {
        put_int(out, -extra);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        let fonts = Fonts::load().unwrap();
        let word = WordCache::default().word(&fonts, Weight::Regular, text);
        String::from_utf8(word.unwrap().bytes.clone()).unwrap()
    }

    #[test]
    fn stacked_marks_and_sara_am_say_their_text_and_nothing_else_does() {
        let spans = |text: &str| drawn(text).matches("/ActualText").count();
        assert!(drawn("ผู้ดี").contains("/ActualText<feff0e1c0e390e49>"));
        assert_eq!(spans("ผู้ดี"), 1);
        assert_eq!(spans("น้ำ"), 1);
        assert_eq!(spans("ที่ปั๊ม"), 2);
        assert_eq!(spans("บริษัทจดทะเบียน"), 0);
        assert_eq!(spans("Limited 2569"), 0);
    }

    #[test]
    fn the_cache_stays_within_its_bounds() {
        let fonts = Fonts::load().unwrap();
        let mut cache = WordCache::default();
        let long = "x".repeat(LONGEST_KEPT + 1);
        cache.word(&fonts, Weight::Bold, &long).unwrap();
        assert!(cache.young.iter().all(HashMap::is_empty));
        let first = cache.word(&fonts, Weight::Regular, "ก").unwrap();
        for number in 0..GENERATION * 2 + 10 {
            let again = cache.word(&fonts, Weight::Regular, "ก").unwrap();
            let word = number.to_string();
            cache.word(&fonts, Weight::Regular, &word).unwrap();
            // What is asked for again and again is never forgotten.
            assert!(Arc::ptr_eq(&first, &again));
        }
        assert!(cache.young[0].len() <= GENERATION && cache.old[0].len() <= GENERATION);
    }
}
