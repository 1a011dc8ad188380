//! From normalised text to tokens: names on record first, then numbers, groups, acts and the lexicon.
//!
//! Every scalar of the text belongs to exactly one token or is a space. What nothing fits becomes
//! [`Kind::Unknown`], and a sentence with an unknown token is never read.

use super::english::{English, english_at};
use super::lexicon::{Word, longest};
use super::names::{Civil, Found, Names};
use crate::kernel::act::scope_word_at;
use crate::kernel::text::{Normalised, is_thai_consonant, is_thai_mark, read_number, strip_titles};
use crate::signing_rule::rule::Span;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody on record now or earlier.
    Name(String),
    /// A name that more than one person has.
    AmbiguousName,
    /// A whole or broken number, in hundredths.
    Number(u64),
    /// (1), 1., ก.: the position it announces, from one.
    Item(u64),
    /// กลุ่ม with its label.
    Group(String),
    /// A scope word of the act catalogue, without การ.
    Act(&'static str),
    Word(Word),
    /// A title in front of a name that nobody on record has.
    UnknownName,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Place in the original text.
    pub(super) span: Span,
}

/// Scalars of the longest number that is read, separators and ล้าน among them.
const LONGEST_NUMBER: usize = 64;

/// A stretch of unknown scalars after which the rest of the text is not looked at.
const LONGEST_UNKNOWN: usize = 512;

struct Lexer<'a> {
    text: &'a str,
    /// Scalars without spaces.
    scalars: Vec<char>,
    /// For each of them, its position in the normalised text and its byte offset.
    place: Vec<(usize, usize)>,
    /// Whether a space stands before it.
    spaced: Vec<bool>,
    names: &'a Names,
}

/// Cut the text into tokens; `None` when there would be more than `most`.
pub(super) fn tokens(normalised: &Normalised, names: &Names, most: usize) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        text: &normalised.text,
        scalars: Vec::new(),
        place: Vec::new(),
        spaced: Vec::new(),
        names,
    };
    let mut space = true;
    for (position, (offset, scalar)) in normalised.text.char_indices().enumerate() {
        if scalar == ' ' {
            space = true;
            continue;
        }
        lexer.scalars.push(scalar);
        lexer.place.push((position, offset));
        lexer.spaced.push(space);
        space = false;
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut unknown_since: Option<usize> = None;
    let mut figures: Vec<(usize, bool)> = Vec::new();
    while at < lexer.scalars.len() {
        if tokens.len() > most {
            return None;
        }
        // Nothing that follows so long a stretch of unknown words would be used.
        if unknown_since.is_some_and(|since| at - since > LONGEST_UNKNOWN) {
            at = lexer.scalars.len();
            break;
        }
        let previous = tokens
            .last()
            .filter(|_| unknown_since.is_none())
            .map(|token| &token.kind);
        match lexer.token(at, previous) {
            Some((kind, length)) if length > 0 => {
                if let Some(since) = unknown_since.take() {
                    tokens.push(Token {
                        kind: lexer.unknown(since),
                        span: lexer.span(normalised, since, at),
                    });
                }
                if matches!(kind, Kind::Item(_)) {
                    let open = usize::from(lexer.scalars.get(at) == Some(&'('));
                    let first = lexer.scalars.get(at + open);
                    figures.push((tokens.len(), first.is_some_and(char::is_ascii_digit)));
                }
                tokens.push(Token {
                    kind,
                    span: lexer.span(normalised, at, at + length),
                });
                at += length;
            }
            _ => {
                unknown_since.get_or_insert(at);
                at += 1;
            }
        }
    }
    if let Some(since) = unknown_since {
        tokens.push(Token {
            kind: lexer.unknown(since),
            span: lexer.span(normalised, since, at),
        });
    }
    one_kind_of_numbers(&mut tokens, &figures);
    // Quotation marks set words off and change nothing.
    tokens.retain(|token| token.kind != Kind::Word(Word::Quote));
    Some(tokens)
}

/// Letters beside figures, as in "(1) (ก) … (ข) …", number something within something: not one series. Neither the
/// number of the whole line nor a letter that the sentence refers to by "ตาม (ก)" counts.
fn one_kind_of_numbers(tokens: &mut [Token], figures: &[(usize, bool)]) {
    let refers = tokens
        .iter()
        .any(|token| matches!(&token.kind, Kind::Group(label) if label.starts_with('(')));
    let mut first: Option<bool> = None;
    for (at, figures) in figures {
        let heads = matches!(
            tokens.get(at + 1).map(|next| &next.kind),
            Some(Kind::Word(Word::Heading | Word::HeadingSign))
        );
        if heads || (refers && !figures) {
            continue;
        }
        if *first.get_or_insert(*figures) != *figures
            && let Some(token) = tokens.get_mut(*at)
        {
            token.kind = Kind::Unknown;
        }
    }
}

impl Lexer<'_> {
    fn span(&self, normalised: &Normalised, from: usize, to: usize) -> Span {
        let start = self
            .place
            .get(from)
            .map_or(normalised.len(), |(position, _)| *position);
        let end = match to.checked_sub(1).and_then(|last| self.place.get(last)) {
            Some((position, _)) => position + 1,
            None => start,
        };
        let original = normalised.span_in_original(start..end);
        Span {
            start: original.start,
            end: original.end,
        }
    }

    fn rest(&self, at: usize) -> &[char] {
        self.scalars.get(at..).unwrap_or(&[])
    }

    fn unknown(&self, at: usize) -> Kind {
        let rest = self
            .place
            .get(at)
            .and_then(|(_, offset)| self.text.get(*offset..))
            .unwrap_or("");
        if strip_titles(rest).len() < rest.len() {
            Kind::UnknownName
        } else {
            Kind::Unknown
        }
    }

    fn token(&self, at: usize, previous: Option<&Kind>) -> Option<(Kind, usize)> {
        if let Some((found, length)) = self.name(at) {
            let kind = match found {
                Found::One(reference) => Kind::Name(reference),
                Found::Several => Kind::AmbiguousName,
            };
            return Some((kind, length));
        }
        // A counter is a counter only behind a number: กรรมการ 2 นาย.
        if matches!(previous, Some(Kind::Number(_))) && self.rest(at).starts_with(&['น', 'า', 'ย'])
        {
            return Some((Kind::Word(Word::Person), 3));
        }
        if let Some((english, length)) = english_at(&self.scalars, &self.spaced, at) {
            return Some(self.english(english, at, length));
        }
        // กรรมการตาม (ก): whoever stands behind that number.
        if self.rest(at).starts_with(&['ต', 'า', 'ม'])
            && let Some((Kind::Item(number), length)) = self.item(at + 3)
            && previous == Some(&Kind::Word(Word::Director))
        {
            return Some((Kind::Group(format!("({number})")), 3 + length));
        }
        let phrase = longest(self.rest(at));
        let item = self.item(at);
        let number = self.number(at);
        let act = scope_word_at(self.rest(at)).map(|(word, length)| (Kind::Act(word), length));
        let phrase_length = phrase.map_or(0, |(_, length)| length);
        if let Some((kind, length)) = act
            && length > phrase_length
        {
            return Some((kind, length));
        }
        if let Some((kind, length)) = item
            && length > phrase_length
            && !matches!(previous, Some(Kind::Number(_)))
        {
            return Some((kind, length));
        }
        if let Some((kind, length)) = number
            && length > phrase_length
        {
            return Some((kind, length));
        }
        match phrase {
            Some((Word::Groups, length)) => Some(
                self.group(at + length)
                    .map_or((Kind::Word(Word::Groups), length), |(label, more)| {
                        (Kind::Group(label), length + more)
                    }),
            ),
            Some((word, length)) => Some((Kind::Word(word), length)),
            None => None,
        }
    }

    fn english(&self, english: English, at: usize, length: usize) -> (Kind, usize) {
        match english {
            English::Number(value) => self.repeated(value * 100, at, length),
            English::Act(word) => (Kind::Act(word), length),
            English::Word(Word::Groups) => self
                .group(at + length)
                .map_or((Kind::Word(Word::Groups), length), |(label, more)| {
                    (Kind::Group(label), length + more)
                }),
            English::Word(word) => (Kind::Word(word), length),
        }
    }

    /// A name on record at this place, after any titles.
    fn name(&self, at: usize) -> Option<(Found, usize)> {
        let (_, offset) = self.place.get(at)?;
        let rest = self.text.get(*offset..)?;
        let bare = strip_titles(rest);
        let before = rest.get(..rest.len() - bare.len())?;
        let titles = before.chars().filter(|scalar| *scalar != ' ').count();
        let find = |at: usize, titled: bool| {
            let civil = if titled { Civil::of(before) } else { None };
            self.names
                .at(&self.scalars, &self.spaced, at, titled, civil)
        };
        let behind_titles = (titles > 0)
            .then(|| find(at + titles, true))
            .flatten()
            .map(|(found, length)| (found, titles + length));
        behind_titles
            .or_else(|| find(at, false))
            .filter(|(_, length)| self.name_may_end(at + length))
    }

    /// Whether a name may end here: a letter glued to it must begin something that can follow a name, or the
    /// name is longer than the one on record.
    fn name_may_end(&self, end: usize) -> bool {
        if self.may_be_a_surname(end) {
            return false;
        }
        let glued = !self.spaced.get(end).copied().unwrap_or(true)
            && self
                .scalars
                .get(end)
                .is_some_and(|next| is_thai_consonant(*next) || ('เ'..='ไ').contains(next));
        if !glued {
            return true;
        }
        let rest = self
            .place
            .get(end)
            .and_then(|(_, offset)| self.text.get(*offset..))
            .unwrap_or("");
        let follows = longest(self.rest(end)).is_some_and(|(word, _)| {
            !matches!(
                word,
                Word::Noise
                    | Word::Closed
                    | Word::Can
                    | Word::Person
                    | Word::In
                    | Word::Has
                    | Word::AnyWhich
                    | Word::Other
                    | Word::This
                    | Word::Half
                    | Word::Role
                    | Word::Too
                    | Word::TooOne
                    | Word::Also
                    | Word::About
                    | Word::Case
                    | Word::Limit
                    | Word::To
                    | Word::But
            )
        });
        (follows && self.settles_end(end))
            || strip_titles(rest).len() < rest.len()
            || (read_number(self.rest(end)).is_some() && self.settles_end(end))
            || self.item(end).is_some()
            || self
                .names
                .at(&self.scalars, &self.spaced, end, false, None)
                .is_some()
    }

    /// Whether a word set apart behind a name may be the rest of a longer one: "Mr. Li Wei Sign jointly with …",
    /// "นายหวัง เสี่ยว ร่วม ลงลายมือชื่อร่วมกับ…". English words of a sentence are not written with a capital.
    fn may_be_a_surname(&self, end: usize) -> bool {
        const ALONE: &[&str] = &["ร่วม", "รวม", "มี", "แทน"];
        let apart = |at: usize| self.spaced.get(at).copied().unwrap_or(true);
        let capital = self.scalars.get(end).is_some_and(char::is_ascii_uppercase);
        if !apart(end) {
            return false;
        }
        if capital {
            return !matches!(
                english_at(&self.scalars, &self.spaced, end),
                None | Some((English::Word(Word::Groups), _))
            );
        }
        ALONE.iter().any(|word| {
            let length = word.chars().count();
            apart(end + length) && self.rest(end).iter().copied().take(length).eq(word.chars())
        })
    }

    /// Whether the words glued to a name up to the next space hold one that ends no name: a verb of signing, a connector.
    /// "ทองสามารถ ลงลายมือชื่อ" may be a longer name than ทอง; "ทองสามารถลงลายมือชื่อ" is not.
    fn settles_end(&self, end: usize) -> bool {
        /// Scalars of the shortest verb that is part of no name.
        const VERB: usize = 8;
        /// Words looked at: a longer run without a verb is no name with something behind it.
        const LONGEST_RUN: usize = 24;
        let mut at = end;
        for _ in 0..LONGEST_RUN {
            let number = || read_number(self.rest(at)).map(|number| (None, number.length));
            let (word, length) = match longest(self.rest(at)) {
                Some((word, length)) => (Some(word), length),
                None => match number() {
                    Some(number) => number,
                    None => return self.token_at(at),
                },
            };
            let settles = match word {
                Some(Word::Sign) => length >= VERB || !self.signs_again(at + length),
                Some(
                    Word::With
                    | Word::And
                    | Word::Or
                    | Word::AndOr
                    | Word::Comma
                    | Word::AnyOne
                    | Word::Alone
                    | Word::Sole
                    | Word::Each
                    | Word::Groups
                    | Word::Seal
                    | Word::SealDuty
                    | Word::SealForAll
                    | Word::SealForTwo
                    | Word::SealForThree
                    | Word::SealThereby
                    | Word::NoSeal
                    | Word::NoSealBare
                    | Word::NoSealForAll
                    | Word::Except
                    | Word::NotBeing
                    | Word::WithThem
                    | Word::AmongThem
                    | Word::OneAmongThem
                    | Word::MadeUpOf
                    | Word::MustBeOneOf
                    | Word::Define
                    | Word::Person
                    | Word::Total
                    | Word::Whereby
                    | Word::Forbidden
                    | Word::CaseInstead
                    | Word::OverThat
                    | Word::Slash
                    | Word::Stop
                    | Word::Open
                    | Word::Close
                    | Word::CutOff
                    | Word::Elsewhere
                    | Word::NoLimits
                    | Word::NoneSaid,
                ) => true,
                _ => false,
            };
            if settles {
                return true;
            }
            at += length.max(1);
            if self.spaced.get(at).copied().unwrap_or(true) {
                return false;
            }
        }
        false
    }

    /// Whether another verb of signing stands not far behind: "ทองลงชื่อ หรือ ข ลงลายมือชื่อ" may name somebody ทองลงชื่อ.
    fn signs_again(&self, from: usize) -> bool {
        const NEAR: usize = 120;
        let end = self.scalars.len().min(from + NEAR);
        (from..end).any(|at| {
            matches!(self.scalars.get(at), Some('ล' | 'เ'))
                && matches!(longest(self.rest(at)), Some((Word::Sign, _)))
        })
    }

    /// Whether something other than a word of the lexicon is read here: an item, a name, a title, an act.
    fn token_at(&self, at: usize) -> bool {
        let rest = self
            .place
            .get(at)
            .and_then(|(_, offset)| self.text.get(*offset..))
            .unwrap_or("");
        self.item(at).is_some()
            || strip_titles(rest).len() < rest.len()
            || scope_word_at(self.rest(at)).is_some()
            || self
                .names
                .at(&self.scalars, &self.spaced, at, false, None)
                .is_some()
    }

    /// A number, with its repetition in brackets if it has one: 2 (สอง). A repetition that does not
    /// agree makes the whole unknown.
    fn number(&self, at: usize) -> Option<(Kind, usize)> {
        let (value, length) = self.plain_number(at)?;
        Some(self.repeated(value, at, length))
    }

    fn repeated(&self, value: u64, at: usize, length: usize) -> (Kind, usize) {
        if self.scalars.get(at + length) != Some(&'(') {
            return (Kind::Number(value), length);
        }
        match self.plain_number(at + length + 1) {
            Some((again, more)) if self.scalars.get(at + length + 1 + more) == Some(&')') => {
                // "2 (3)" contradicts itself unless the bracket numbers an item; neither is guessed.
                let kind = if again == value {
                    Kind::Number(value)
                } else {
                    Kind::Unknown
                };
                (kind, length + more + 2)
            }
            _ => (Kind::Number(value), length),
        }
    }

    /// Figures end at a space, so that 2 5 is never 25; a place word may follow one: 10 ล้าน.
    fn plain_number(&self, at: usize) -> Option<(u64, usize)> {
        let first = self.scalars.get(at)?;
        if let Some((English::Number(value), length)) = english_at(&self.scalars, &self.spaced, at)
        {
            return Some((value * 100, length));
        }
        if !first.is_ascii_digit() {
            return read_number(self.rest(at)).map(|number| (number.hundredths, number.length));
        }
        // No amount is longer; a longer run of figures is no number.
        let limit = self.scalars.len().min(at + LONGEST_NUMBER);
        let end = (at + 1..limit)
            .find(|next| self.spaced.get(*next) == Some(&true))
            .unwrap_or(limit);
        let number = read_number(self.scalars.get(at..end)?)?;
        if let Some(broken) = self.broken(at, number.hundredths, number.length) {
            return Some(broken);
        }
        if at + number.length == end
            && let Some((factor, more)) = place_word(self.rest(end))
        {
            return Some((number.hundredths.checked_mul(factor)?, number.length + more));
        }
        Some((number.hundredths, number.length))
    }

    /// 1.5 ล้าน: one figure behind the point, where a place word follows.
    fn broken(&self, at: usize, hundredths: u64, length: usize) -> Option<(u64, usize)> {
        const POINT_AND_FIGURE: usize = 2;
        let point = at + length;
        let figure = self.scalars.get(point + 1)?.to_digit(10)?;
        let whole = self.scalars.get(point - 1)?.is_ascii_digit() && hundredths.is_multiple_of(100);
        let apart = |at: usize| self.spaced.get(at).copied().unwrap_or(true);
        if self.scalars.get(point) != Some(&'.') || !whole || apart(point) || apart(point + 1) {
            return None;
        }
        let (factor, more) = place_word(self.rest(point + POINT_AND_FIGURE))?;
        let hundredths = hundredths.checked_add(u64::from(figure) * 10)?;
        Some((
            hundredths.checked_mul(factor)?,
            length + POINT_AND_FIGURE + more,
        ))
    }

    /// (1), 1), 1., (ก), ก.
    fn item(&self, at: usize) -> Option<(Kind, usize)> {
        let open = usize::from(self.scalars.get(at) == Some(&'('));
        let (value, length) = self.ordinal(at + open)?;
        let after = at + open + length;
        match self.scalars.get(after) {
            Some(')') => Some((Kind::Item(value), open + length + 1)),
            Some('.')
                if open == 0
                    && !self
                        .rest(after + 1)
                        .first()
                        .is_some_and(char::is_ascii_digit) =>
            {
                Some((Kind::Item(value), length + 1))
            }
            _ => None,
        }
    }

    fn ordinal(&self, at: usize) -> Option<(u64, usize)> {
        let first = *self.scalars.get(at)?;
        if first.is_ascii_digit() {
            let figures: String = self
                .rest(at)
                .iter()
                .take(3)
                .take_while(|next| next.is_ascii_digit())
                .collect();
            return figures
                .parse()
                .ok()
                .filter(|_| figures.len() <= 2)
                .map(|value| (value, figures.len()));
        }
        // ฃ and ฅ are left out, as in lists.
        let letters = ['ก', 'ข', 'ค', 'ง', 'จ', 'ฉ', 'ช'];
        letters
            .iter()
            .position(|letter| *letter == first)
            .map(|index| (index as u64 + 1, 1))
    }

    /// The label behind กลุ่ม, and its length: a figure, a number word, one letter, or a word of its own.
    fn group(&self, at: usize) -> Option<(String, usize)> {
        let quote = |position: usize| {
            matches!(
                self.scalars.get(position),
                Some('“' | '”' | '"' | '\'' | '‘' | '’')
            )
        };
        let lead = if self.rest(at).starts_with(&['ท', 'ี', '\u{e48}']) {
            3
        } else {
            0
        };
        let opened = usize::from(quote(at + lead));
        let start = at + lead + opened;
        let first = *self.scalars.get(start)?;
        let (label, length) = if first.is_ascii_digit() {
            let figures: String = self
                .rest(start)
                .iter()
                .take(LONGEST_NUMBER)
                .take_while(|next| next.is_ascii_digit())
                .collect();
            let length = figures.len();
            (figures, length)
        } else if let Some(number) = read_number(self.rest(start)).filter(|number| {
            number.whole().is_some_and(|value| value < 100)
                && self.ends_label(start + number.length)
        }) {
            (number.whole()?.to_string(), number.length)
        } else if lead == 0
            && (is_thai_consonant(first) || first.is_ascii_alphabetic())
            && self.ends_label(start + 1)
        {
            (first.to_uppercase().collect(), 1)
        } else if lead == 0 {
            let length = self.word_label(start)?;
            (self.rest(start).get(..length)?.iter().collect(), length)
        } else {
            return None;
        };
        let mut end = start + length + usize::from(opened > 0 && quote(start + length));
        if length == 1 && self.scalars.get(end) == Some(&'.') {
            end += 1;
        }
        Some((label, end - at))
    }

    /// Whether a label may end here: before a space, a full stop, a number or a word of the lexicon.
    fn ends_label(&self, end: usize) -> bool {
        let quoted = matches!(
            self.scalars.get(end),
            None | Some('.' | '“' | '”' | '"' | '\'' | '‘' | '’')
        );
        quoted
            || self.spaced.get(end).copied().unwrap_or(true)
            || longest(self.rest(end)).is_some()
            || read_number(self.rest(end)).is_some()
    }

    /// A label that is a word of its own, such as ไทย or เอ: letters up to a space or the next word.
    fn word_label(&self, start: usize) -> Option<usize> {
        const LONGEST: usize = 16;
        if self.spaced.get(start).copied().unwrap_or(true) || longest(self.rest(start)).is_some() {
            return None;
        }
        (1..=LONGEST).find(|length| {
            let end = start + length;
            let mark = self
                .scalars
                .get(end)
                .is_some_and(|next| is_thai_mark(*next) || matches!(next, 'ะ' | 'า' | 'ำ' | 'ๆ'));
            !mark && self.ends_label(end)
        })
    }
}

fn place_word(text: &[char]) -> Option<(u64, usize)> {
    [
        ("ล้าน", 1_000_000),
        ("แสน", 100_000),
        ("หมื่น", 10_000),
        ("พัน", 1_000),
    ]
    .iter()
    .find_map(|(word, factor)| {
        let word: Vec<char> = word.chars().collect();
        text.starts_with(&word).then_some((*factor, word.len()))
    })
}
