//! From the original text to the text the grammar reads.

use super::{is_thai_consonant, is_thai_mark};
use std::ops::Range;

const NIKHAHIT: char = '\u{e4d}';
const SARA_AA: char = '\u{e32}';
const SARA_AM: char = '\u{e33}';

/// Normalised text, and for each of its scalars the scalars of the original it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The text.
    pub text: String,
    origin: Vec<Range<usize>>,
    original_length: usize,
}

impl Normalised {
    /// How many scalars the normalised text has.
    pub fn len(&self) -> usize {
        self.origin.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.origin.is_empty()
    }

    /// The range of original scalars (half-open) behind a range of normalised scalars. An empty
    /// range gives an empty range at its place.
    pub fn span_in_original(&self, range: Range<usize>) -> Range<usize> {
        let covered = self
            .origin
            .get(range.start..range.end.min(self.origin.len()))
            .unwrap_or(&[]);
        let start = covered.iter().map(|piece| piece.start).min();
        let end = covered.iter().map(|piece| piece.end).max();
        match (start, end) {
            (Some(start), Some(end)) => start..end,
            _ => {
                let at = self
                    .origin
                    .get(range.start)
                    .map_or(self.original_length, |piece| piece.start);
                at..at
            }
        }
    }
}

/// Normalise: drop invisible characters, bring back private-use variants of marks, fold digits,
/// spaces and dashes, put marks in order, compose ำ and แ.
pub fn normalise(original: &str) -> Normalised {
    let folded = fold(original);
    let ordered = order_marks(folded);
    let mut text = String::with_capacity(original.len());
    let mut origin: Vec<Range<usize>> = Vec::with_capacity(ordered.len());
    for (character, from) in ordered {
        if character == ' ' && (text.is_empty() || text.ends_with(' ')) {
            continue;
        }
        text.push(character);
        origin.push(from);
    }
    if text.ends_with(' ') {
        text.pop();
        origin.pop();
    }
    Normalised {
        text,
        origin,
        original_length: original.chars().count(),
    }
}

type Placed = (char, Range<usize>);

/// One scalar at a time: what stands alone.
fn fold(original: &str) -> Vec<Placed> {
    let mut folded: Vec<Placed> = Vec::with_capacity(original.len());
    let mut base = None;
    for (index, character) in original.chars().enumerate() {
        let place = index..index + 1;
        let character = match character {
            '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' => continue,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => continue,
            '\u{f700}'..='\u{f71a}' => private_use_mark(character),
            '๐'..='๙' => ascii_digit(character, '๐'),
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character)
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            // ๅ is a mistyped า unless it lengthens ฤ or ฦ.
            '\u{e45}'
                if base
                    .is_some_and(|base| is_thai_consonant(base) && base != 'ฤ' && base != 'ฦ') =>
            {
                SARA_AA
            }
            other if other.is_whitespace() || other.is_control() => ' ',
            other => other,
        };
        if character == 'เ'
            && let Some((last, from)) = folded.last_mut()
            && *last == 'เ'
        {
            *last = 'แ';
            from.end = place.end;
            continue;
        }
        if !is_thai_mark(character) {
            base = Some(character);
        }
        folded.push((character, place));
    }
    folded
}

fn ascii_digit(character: char, zero: char) -> char {
    char::from_digit(u32::from(character) - u32::from(zero), 10).unwrap_or(character)
}

/// Glyph variants that old fonts kept in the private use area, back to the marks they draw.
fn private_use_mark(character: char) -> char {
    match character {
        '\u{f700}' => 'ฐ',
        '\u{f701}' => '\u{e34}',
        '\u{f702}' => '\u{e35}',
        '\u{f703}' => '\u{e36}',
        '\u{f704}' => '\u{e37}',
        '\u{f705}' | '\u{f70a}' | '\u{f713}' => '\u{e48}',
        '\u{f706}' | '\u{f70b}' | '\u{f714}' => '\u{e49}',
        '\u{f707}' | '\u{f70c}' | '\u{f715}' => '\u{e4a}',
        '\u{f708}' | '\u{f70d}' | '\u{f716}' => '\u{e4b}',
        '\u{f709}' | '\u{f70e}' | '\u{f717}' => '\u{e4c}',
        '\u{f70f}' => 'ญ',
        '\u{f710}' => '\u{e31}',
        '\u{f711}' => NIKHAHIT,
        '\u{f712}' => '\u{e47}',
        '\u{f718}' => '\u{e38}',
        '\u{f719}' => '\u{e39}',
        '\u{f71a}' => '\u{e3a}',
        other => other,
    }
}

/// Vowels and nikhahit before tones, tones before the silencing mark.
fn rank(mark: char) -> u8 {
    match mark {
        '\u{e48}'..='\u{e4b}' => 1,
        '\u{e4c}' | '\u{e4e}' => 2,
        _ => 0,
    }
}

fn order_marks(folded: Vec<Placed>) -> Vec<Placed> {
    let mut ordered: Vec<Placed> = Vec::with_capacity(folded.len());
    let mut rest = folded.into_iter().peekable();
    let mut marks: Vec<Placed> = Vec::new();
    while let Some((character, place)) = rest.next() {
        if is_thai_mark(character) {
            marks.push((character, place));
            continue;
        }
        if character == SARA_AA
            && let Some(position) = marks.iter().position(|(mark, _)| *mark == NIKHAHIT)
        {
            let (_, nikhahit) = marks.remove(position);
            let from = nikhahit.start.min(place.start)..nikhahit.end.max(place.end);
            push_sara_am(&mut ordered, &mut marks, from, &mut rest);
            continue;
        }
        if character == SARA_AM {
            push_sara_am(&mut ordered, &mut marks, place, &mut rest);
        } else {
            flush(&mut ordered, &mut marks);
            ordered.push((character, place));
        }
    }
    flush(&mut ordered, &mut marks);
    ordered
}

/// ำ, with the tones typed after it moved to the marks before it, if a consonant is there to carry them.
/// Other marks typed after it stay behind.
fn push_sara_am(
    ordered: &mut Vec<Placed>,
    marks: &mut Vec<Placed>,
    place: Range<usize>,
    rest: &mut std::iter::Peekable<std::vec::IntoIter<Placed>>,
) {
    let mut end = place.end;
    let mut behind = Vec::new();
    let carried = ordered
        .last()
        .is_some_and(|(base, _)| is_thai_consonant(*base));
    while let Some((mark, from)) = rest.next_if(|(next, _)| is_thai_mark(*next)) {
        if carried && rank(mark) == 1 {
            end = from.end;
            marks.push((mark, from));
        } else {
            behind.push((mark, from));
        }
    }
    flush(ordered, marks);
    ordered.push((SARA_AM, place.start..end));
    marks.append(&mut behind);
}

fn flush(ordered: &mut Vec<Placed>, marks: &mut Vec<Placed>) {
    marks.sort_by_key(|(mark, _)| rank(*mark));
    for (mark, place) in marks.drain(..) {
        match ordered.last_mut() {
            Some((last, from)) if *last == mark => from.end = from.end.max(place.end),
            _ => ordered.push((mark, place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(original: &str) -> String {
        normalise(original).text
    }

    #[test]
    fn sara_am_has_one_spelling() {
        let canonical = "น\u{e49}\u{e33}";
        for spelling in [
            "น\u{e49}\u{e33}",
            "น\u{e49}\u{e4d}\u{e32}",
            "น\u{e4d}\u{e49}\u{e32}",
            "น\u{e33}\u{e49}",
            "น\u{200b}\u{e49}\u{e4d}\u{e32}",
        ] {
            assert_eq!(text(spelling), canonical, "{spelling:?}");
        }
        assert_eq!(text("กรรมการกระทํา"), "กรรมการกระทำ");
    }

    #[test]
    fn vowel_comes_before_tone_and_doubled_marks_collapse() {
        assert_eq!(text("ท\u{e48}\u{e35}"), "ที่");
        assert_eq!(text("ค\u{e48}\u{e38}"), "คุ่");
        assert_eq!(text("พันธ\u{e4c}\u{e38}"), "พันธุ์");
        assert_eq!(text("ที่\u{e48}"), "ที่");
        assert_eq!(text("เเก"), "แก");
        assert_eq!(text("ท\u{f70a}าน"), "ท่าน");
    }

    #[test]
    fn digits_spaces_and_dashes_fold() {
        assert_eq!(
            text(" กรรมการ\u{a0}\u{a0}๒ \t\n(สอง)  คน "),
            "กรรมการ 2 (สอง) คน"
        );
        assert_eq!(text("２–๓"), "2-3");
        assert_eq!(text("กๅร ฤๅษี"), "การ ฤๅษี");
    }

    #[test]
    fn a_span_leads_back_to_the_words_it_came_from() {
        let original = "ก\u{200b}า  ท\u{e48}\u{e35} น\u{e49}\u{e4d}\u{e32}";
        let normalised = normalise(original);
        let scalars: Vec<char> = original.chars().collect();
        let words: Vec<char> = normalised.text.chars().collect();
        let position = words.iter().position(|scalar| *scalar == 'ท').unwrap();
        let span = normalised.span_in_original(position..position + 3);
        assert_eq!(scalars[span].iter().collect::<String>(), "ท\u{e48}\u{e35}");
        let span = normalised.span_in_original(words.len() - 3..words.len());
        assert_eq!(
            scalars[span].iter().collect::<String>(),
            "น\u{e49}\u{e4d}\u{e32}"
        );
        assert_eq!(
            normalised.span_in_original(words.len()..words.len()),
            scalars.len()..scalars.len()
        );
    }

    fn thai_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                8 => proptest::char::range('\u{e01}', '\u{e5b}'),
                1 => proptest::char::range('\u{f700}', '\u{f71a}'),
                1 => proptest::sample::select(vec![' ', '\u{a0}', '\u{200b}', '\t', '2', 'A', '-', '\u{2013}']),
                1 => any::<char>(),
            ],
            0..40,
        )
        .prop_map(|scalars| scalars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing_more(original in thai_text()) {
            let once = text(&original);
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn every_scalar_comes_from_somewhere_in_the_original(original in thai_text()) {
            let normalised = normalise(&original);
            let length = original.chars().count();
            prop_assert_eq!(normalised.len(), normalised.text.chars().count());
            for position in 0..normalised.len() {
                let span = normalised.span_in_original(position..position + 1);
                prop_assert!(span.start < span.end && span.end <= length);
            }
        }
    }
}
