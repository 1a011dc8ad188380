//! Where a line of Thai may end.
//!
//! Thai is written without spaces between words, and a line may end only between words. The words
//! are found by covering the text with as few entries of a word list as possible; a piece the list
//! does not know is never divided. Two things stand above the list: the spelling (a vowel or tone
//! mark belongs to its consonant) and a few typographic habits (a repetition mark stays with its
//! word, `16:30 น.` stays together).
//!
//! `words_th.txt` is the word list of PyThaiNLP, dedicated to the public domain (see
//! `LICENCE.md` beside it). `extra.txt` is our own: words of company law the list lacks, names
//! that stay in one piece, and entries of the list that are better left out. To add a word, add a
//! line there.

use crate::pdf::error::PdfError;
use crawdad::Trie;

const LIST: &str = include_str!("words_th.txt");
const EXTRA: &str = include_str!("extra.txt");

/// A word of this many characters may be divided where it is made of shorter ones. Shorter words
/// are kept whole: dividing them found false seams (นิติกร|รม).
const LONG_WORD: usize = 12;

/// Costs of a piece: few words beat many, and a known word beats an unknown one.
const KNOWN: u32 = 2;
const UNKNOWN: u32 = 7;

/// The index of the word list.
pub(super) struct Words {
    trie: Trie,
    /// Entries from this value on are never divided.
    whole_from: u32,
}

/// Room reused from paragraph to paragraph.
#[derive(Default)]
pub(super) struct Scratch {
    cost: Vec<Option<Step>>,
    /// The result: whether a line may end before each character.
    pub(super) breaks: Vec<bool>,
}

#[derive(Clone, Copy)]
struct Step {
    cost: u32,
    from: usize,
    /// The entry of the list, `None` for an unknown piece.
    entry: Option<u32>,
}

/// A Thai letter, vowel or mark: what words are made of.
fn is_thai(c: char) -> bool {
    matches!(c, '\u{0E01}'..='\u{0E3A}' | '\u{0E40}'..='\u{0E4E}')
}

fn is_consonant(c: char) -> bool {
    matches!(c, '\u{0E01}'..='\u{0E2E}')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '\u{0E50}'..='\u{0E59}')
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{0E48}'..='\u{0E4B}')
}

/// A space a line may end at.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{200B}')
}

/// Whether the spelling lets a line end between the characters before and from `i` on.
fn spelling_allows(chars: &[char], i: usize) -> bool {
    let at = |k: usize| chars.get(k).copied().unwrap_or('\0');
    let Some(before) = i.checked_sub(1).map(at) else {
        return false;
    };
    let here = at(i);
    // A mark, a following vowel, ๆ and ฯ belong to what stands before them.
    if matches!(here, '\u{0E2F}'..='\u{0E3A}' | '\u{0E45}'..='\u{0E4E}') {
        return false;
    }
    // A leading vowel belongs to the consonant after it.
    if matches!(before, '\u{0E40}'..='\u{0E44}') {
        return false;
    }
    // ฯลฯ is one sign.
    if before == 'ฯ' && here == 'ล' && at(i + 1) == 'ฯ' {
        return false;
    }
    if is_consonant(here) {
        // A silenced consonant, alone or with its vowel, ends the syllable before it: ศักดิ์.
        let next = at(i + 1);
        let silenced = next == '\u{0E4C}'
            || (matches!(next, '\u{0E34}' | '\u{0E38}') && at(i + 2) == '\u{0E4C}');
        if silenced {
            return false;
        }
        // ั and ื never end a syllable: the consonant after them does.
        let vowel = match (before, i.checked_sub(2).map(at)) {
            (tone, Some(vowel)) if is_tone(tone) => vowel,
            (vowel, _) => vowel,
        };
        if matches!(vowel, '\u{0E31}' | '\u{0E37}') {
            return false;
        }
    }
    true
}

/// Whether a line may end between two neighbours of which at least one is not Thai.
fn neighbours_allow(chars: &[char], i: usize) -> bool {
    let at = |k: usize| chars.get(k).copied().unwrap_or('\0');
    let (before, here) = (at(i.saturating_sub(1)), at(i));
    let word = |c: char| is_thai(c) || c.is_ascii_alphabetic();
    match before {
        '-' | '–' | '—' | '/' => {
            i >= 2 && word(at(i - 2)) && (is_thai(here) || (before != '/' && word(here)))
        }
        ')' | ']' | '}' | '”' | '’' | ',' | ':' | ';' => is_thai(here),
        _ if is_thai(before) => here.is_ascii_alphabetic() || matches!(here, '(' | '“' | '‘'),
        _ if before.is_ascii_alphabetic() => is_thai(here),
        _ => false,
    }
}

/// Whether a line may end at the spaces before `i`.
fn space_allows(chars: &[char], space_from: usize, i: usize) -> bool {
    let at = |k: usize| chars.get(k).copied().unwrap_or('\0');
    // ๆ and ฯ stay with their word even across a space.
    if matches!(at(i), 'ๆ' | 'ฯ') {
        return false;
    }
    // 16:30 น.
    let after_digit = space_from.checked_sub(1).is_some_and(|k| is_digit(at(k)));
    !(after_digit && at(i) == 'น' && at(i + 1) == '.')
}

impl Words {
    /// Reads and indexes the word list.
    pub(super) fn load() -> Result<Self, PdfError> {
        let usable = |word: &&str| {
            let single = word.chars().nth(1).is_none();
            !word.contains(char::is_whitespace) && (!single || *word == "ณ")
        };
        let left_out: Vec<&str> = EXTRA
            .lines()
            .filter_map(|line| line.strip_prefix('-'))
            .collect();
        let own = EXTRA.lines().filter(|line| !line.starts_with(['#', '-']));
        let mut keys: Vec<(&str, bool)> = LIST
            .lines()
            .map(|word| (word, false))
            .chain(own.map(|word| (word, true)))
            .filter(|(word, _)| !word.is_empty() && usable(word) && !left_out.contains(word))
            .collect();
        // Where both lists have a word, ours decides that it stays whole.
        keys.sort_unstable_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1)));
        keys.dedup_by(|later, earlier| later.0 == earlier.0);
        let whole_from = u32::try_from(keys.len()).map_err(|_| PdfError::WordListUnusable)?;
        let records = keys.iter().zip(0u32..).map(|((word, whole), index)| {
            let value = if *whole { index + whole_from } else { index };
            (*word, value)
        });
        let trie = Trie::from_records(records).map_err(|_| PdfError::WordListUnusable)?;
        Ok(Self { trie, whole_from })
    }

    /// Fills `scratch.breaks` with whether a line may end before each character.
    pub(super) fn find_breaks(&self, chars: &[char], scratch: &mut Scratch) {
        scratch.breaks.clear();
        scratch.breaks.resize(chars.len(), false);
        let mut start = 0;
        while start < chars.len() {
            let rest = chars.get(start..).unwrap_or_default();
            let spaces = rest.iter().take_while(|c| is_space(**c)).count();
            let token = rest
                .iter()
                .skip(spaces)
                .take_while(|c| !is_space(**c))
                .count();
            let from = start + spaces;
            if spaces > 0
                && space_allows(chars, start, from)
                && let Some(slot) = scratch.breaks.get_mut(from)
            {
                *slot = true;
            }
            self.divide_token(chars, from, from + token, scratch);
            start = from + token.max(usize::from(spaces == 0));
        }
    }

    /// Marks the word ends inside `chars[from..to]`, which holds no space.
    fn divide_token(&self, chars: &[char], from: usize, to: usize, scratch: &mut Scratch) {
        let Some(token) = chars.get(from..to) else {
            return;
        };
        if !token.iter().any(|c| is_thai(*c)) {
            // Addresses and words in Latin letters: only a dash between letters divides.
            for i in from + 1..to {
                mark(&mut scratch.breaks, i, neighbours_allow(chars, i));
            }
            return;
        }
        if !self.cover(token, None, &mut scratch.cost) {
            return;
        }
        // Walk the cheapest cover back to front.
        let mut end = token.len();
        // How many clusters the unknown piece after the current seam has, if it is unknown.
        let mut next_unknown: Option<usize> = None;
        while let Some(Some(step)) = scratch.cost.get(end).copied() {
            let unknown = step
                .entry
                .is_none()
                .then(|| clusters(token, step.from, end));
            if end < token.len() {
                let at = from + end;
                let both_thai = chars.get(at).is_some_and(|c| is_thai(*c))
                    && chars.get(at - 1).is_some_and(|c| is_thai(*c));
                // A single unknown syllable is more likely a part of its neighbour (a name)
                // than a word; two unknown pieces are one.
                let torn = unknown == Some(1)
                    || next_unknown == Some(1)
                    || (unknown.is_some() && next_unknown.is_some());
                let allowed = if both_thai {
                    !torn
                } else {
                    neighbours_allow(chars, at)
                };
                mark(&mut scratch.breaks, at, allowed);
            }
            next_unknown = unknown;
            let long = end - step.from >= LONG_WORD;
            if long && step.entry.is_some_and(|entry| entry < self.whole_from) {
                self.divide_long_word(chars, from + step.from, from + end, &mut scratch.breaks);
            }
            end = step.from;
            if end == 0 {
                break;
            }
        }
    }

    /// Marks the seams of a long word that is made of shorter ones.
    fn divide_long_word(&self, chars: &[char], from: usize, to: usize, breaks: &mut [bool]) {
        let Some(word) = chars.get(from..to) else {
            return;
        };
        let mut cost = Vec::new();
        if !self.cover(word, Some(word.len()), &mut cost) {
            return;
        }
        let mut seams = Vec::new();
        let mut end = word.len();
        while let Some(Some(step)) = cost.get(end).copied() {
            // Every part must be a word of its own, and not a mere syllable of two letters.
            if step.entry.is_none() || end - step.from < 3 {
                return;
            }
            end = step.from;
            if end == 0 {
                break;
            }
            seams.push(from + end);
        }
        for seam in seams {
            mark(breaks, seam, true);
        }
    }

    /// The cheapest cover of a token by words, as steps from each end back to its start. Words of
    /// `forbidden` characters are left out. False when the end cannot be reached.
    fn cover(
        &self,
        token: &[char],
        forbidden: Option<usize>,
        cost: &mut Vec<Option<Step>>,
    ) -> bool {
        cost.clear();
        cost.resize(token.len() + 1, None);
        if let Some(first) = cost.first_mut() {
            *first = Some(Step {
                cost: 0,
                from: 0,
                entry: None,
            });
        }
        for start in 0..token.len() {
            let Some(Some(here)) = cost.get(start).copied() else {
                continue;
            };
            let rest = token.get(start..).unwrap_or_default();
            let mut relax = |length: usize, price: u32, entry: Option<u32>| {
                let step = Step {
                    cost: here.cost + price,
                    from: start,
                    entry,
                };
                if let Some(slot) = cost.get_mut(start + length)
                    && slot.is_none_or(|old| step.cost < old.cost)
                {
                    *slot = Some(step);
                }
            };
            for (entry, length) in self.trie.common_prefix_search(rest.iter().copied()) {
                let ends_well = start + length == token.len() || is_seam(token, start + length);
                if ends_well && Some(length) != forbidden {
                    relax(length, KNOWN, Some(entry));
                }
            }
            let next = (start + 1..token.len())
                .find(|i| is_seam(token, *i))
                .unwrap_or(token.len());
            let thai = rest.first().is_some_and(|c| is_thai(*c));
            relax(next - start, if thai { UNKNOWN } else { KNOWN }, None);
        }
        cost.last().is_some_and(Option::is_some)
    }
}

/// Whether a piece may end before character `i` of a token.
fn is_seam(token: &[char], i: usize) -> bool {
    let thai = |k: usize| token.get(k).is_some_and(|c| is_thai(*c));
    match (thai(i.saturating_sub(1)), thai(i)) {
        (true, true) => spelling_allows(token, i),
        (false, false) => false,
        _ => true,
    }
}

fn clusters(token: &[char], from: usize, to: usize) -> usize {
    1 + (from + 1..to).filter(|i| is_seam(token, *i)).count()
}

fn mark(breaks: &mut [bool], at: usize, allowed: bool) {
    if let Some(slot) = breaks.get_mut(at) {
        *slot = allowed;
    }
}

/// Whether a word that is wider than its line may be divided before character `i` as a last
/// resort: never inside a written syllable.
pub(super) fn emergency_break(chars: &[char], i: usize) -> bool {
    let thai = chars.get(i).is_some_and(|c| is_thai(*c));
    if thai {
        spelling_allows(chars, i)
    } else {
        i > 0
    }
}

#[cfg(test)]
pub(in crate::pdf) mod tests;
