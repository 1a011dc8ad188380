//! Who signs: names, directors, pools and groups, without the verb.

use super::lexer::{Kind, Token};
use super::lexicon::Word;
use crate::signing_rule::rule::{Majority, Pool, Rule, RuleKind, RuleRefusal, Span};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Names longer than this in one mixed sequence of และ and หรือ are not bracketed.
const MAX_MIXED: usize = 6;
/// The most names in one list.
const MAX_LIST: usize = 128;

/// How many people on record hold each office that counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    pub(super) directors: usize,
    pub(super) managing_partners: usize,
    pub(super) liquidators: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Only a space, a comma or a number between two names.
    Beside,
    And,
    Or,
}

#[derive(Debug, Clone)]
pub(super) enum Who {
    /// Names with their connectors; `any_one` when คนใดคนหนึ่ง closes the list.
    Names {
        people: Vec<Rule>,
        joins: Vec<Join>,
        any_one: bool,
    },
    /// Anything the words settle by themselves.
    Settled(Rule),
    /// An office without a count.
    Bare(Pool),
    /// กรรมการ without a count: read only when one stands behind the verb.
    BareDirectors,
}

#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) who: Who,
    pub(super) span: Span,
    /// A count in the words does not fit the register.
    pub(super) mismatch: bool,
}

/// A group's label, and its members with every place where their list may end.
pub(super) type Definition = (String, Vec<(usize, Vec<Rule>)>);

/// What is built once for a sentence and read everywhere.
pub(super) struct Sentence<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) sizes: Sizes,
    /// Members of the groups the sentence defines, by label.
    pub(super) groups: BTreeMap<String, Vec<Rule>>,
    /// Work left; at zero nothing more is read.
    pub(super) budget: Cell<usize>,
    /// The furthest token that was understood.
    pub(super) furthest: Cell<usize>,
}

impl Sentence<'_> {
    pub(super) fn kind(&self, at: usize) -> Option<&Kind> {
        self.budget.set(self.budget.get().saturating_sub(1));
        if self.budget.get() == 0 {
            return None;
        }
        let kind = self.tokens.get(at).map(|token| &token.kind);
        if kind.is_some() && at > self.furthest.get() {
            self.furthest.set(at);
        }
        kind
    }

    pub(super) fn is(&self, at: usize, word: Word) -> bool {
        self.kind(at) == Some(&Kind::Word(word))
    }

    /// The place after an optional word.
    pub(super) fn skip(&self, at: usize, word: Word) -> usize {
        at + usize::from(self.is(at, word))
    }

    pub(super) fn whole_number(&self, at: usize) -> Option<u16> {
        match self.kind(at) {
            Some(Kind::Number(hundredths)) if hundredths.is_multiple_of(100) => {
                u16::try_from(hundredths / 100)
                    .ok()
                    .filter(|number| *number > 0)
            }
            _ => None,
        }
    }

    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let covered = self.tokens.get(from..to).unwrap_or(&[]);
        match (covered.first(), covered.last()) {
            (Some(first), Some(last)) => first.span.cover(last.span),
            _ => Span { start: 0, end: 0 },
        }
    }

    fn name(&self, at: usize) -> Option<Rule> {
        let Some(Kind::Name(reference)) = self.kind(at) else {
            return None;
        };
        let span = self.tokens.get(at)?.span;
        Rule::person(reference.clone())
            .ok()
            .map(|rule| rule.at(span))
    }

    /// The list of names at this place, in every length, shortest first.
    pub(super) fn name_lists(&self, at: usize) -> Vec<(usize, Vec<Rule>, Vec<Join>)> {
        let mut lists = Vec::new();
        let mut people: Vec<Rule> = Vec::new();
        let mut joins: Vec<Join> = Vec::new();
        let mut next = at;
        if matches!(self.kind(next), Some(Kind::Item(1))) {
            next += 1;
        }
        let numbered = next > at;
        while let Some(person) = self.name(next) {
            // A name said twice makes a count of the list doubtful.
            if people.iter().any(|known| known.kind == person.kind) {
                break;
            }
            people.push(person);
            next += 1;
            lists.push((next, people.clone(), joins.clone()));
            if people.len() >= MAX_LIST {
                break;
            }
            let (mut after, join) = match self.kind(next) {
                Some(Kind::Word(Word::And)) => (next + 1, Join::And),
                Some(Kind::Word(Word::Or | Word::AndOr)) => (next + 1, Join::Or),
                Some(Kind::Word(Word::Comma)) => (next + 1, Join::Beside),
                _ => (next, Join::Beside),
            };
            if numbered {
                match self.kind(after) {
                    Some(Kind::Item(number)) if *number == people.len() as u64 + 1 => after += 1,
                    _ => break,
                }
            }
            joins.push(join);
            next = after;
        }
        lists
    }

    /// Every way to read a party at this place. `with` says that ร่วมกับ stands before it.
    pub(super) fn parties(&self, at: usize, with: bool) -> Vec<(usize, Party)> {
        let mut found = Vec::new();
        if matches!(self.kind(at), Some(Kind::Name(_) | Kind::Item(_))) {
            self.named(at, &mut found);
        }
        let bare = self.skip(at, Word::Director);
        if bare > at {
            self.directors(at, bare, with, &mut found);
            self.counted_list(at, bare, &mut found);
        }
        self.groups_here(at, bare, &mut found);
        for (word, pool, size) in [
            (
                Word::ManagingPartner,
                Pool::ManagingPartner,
                self.sizes.managing_partners,
            ),
            (Word::Liquidator, Pool::Liquidator, self.sizes.liquidators),
        ] {
            if self.is(at, word) && size > 0 {
                self.pool(at, pool, size, &mut found);
            }
        }
        found
    }

    fn party(&self, from: usize, to: usize, who: Who) -> (usize, Party) {
        (
            to,
            Party {
                who,
                span: self.span(from, to),
                mismatch: false,
            },
        )
    }

    pub(super) fn settled(
        &self,
        from: usize,
        to: usize,
        rule: Result<Rule, RuleRefusal>,
        mismatch: bool,
    ) -> Option<(usize, Party)> {
        let span = self.span(from, to);
        let rule = rule.ok()?.at(span);
        Some((
            to,
            Party {
                who: Who::Settled(rule),
                span,
                mismatch,
            },
        ))
    }

    fn named(&self, at: usize, found: &mut Vec<(usize, Party)>) {
        for (end, people, joins) in self.name_lists(at) {
            let mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
            let count = people.len();
            let names = |any_one| Who::Names {
                people: people.clone(),
                joins: joins.clone(),
                any_one,
            };
            found.push(self.party(at, end, names(false)));
            if count < 2 {
                continue;
            }
            // คนใดคนหนึ่ง, with or without the number it is out of.
            let director = self.skip(end, Word::Director);
            if self.is(director, Word::AnyOne) {
                let mut to = director + 1;
                let mut fits = true;
                if self.is(to, Word::In)
                    && let Some(of) = self.whole_number(to + 1)
                {
                    fits = usize::from(of) == count;
                    to = self.skip(self.skip(to + 2, Word::Person), Word::This);
                }
                let only_and = joins.contains(&Join::And) && !mixed;
                if fits && !only_and {
                    found.push(self.party(at, to, names(true)));
                }
                continue;
            }
            if mixed {
                continue;
            }
            // สองในสามคน, ทั้งสองคน, สองคนนี้, ทุกคน: the connectors before it only mark a list.
            if let Some((to, n, of)) = self.fraction(director) {
                if of == count && usize::from(n) <= count {
                    found.extend(self.settled(
                        at,
                        to,
                        Rule::at_least(n, people.clone(), None),
                        false,
                    ));
                }
            } else if let Some((to, n)) = self.both(director).or_else(|| self.these(director)) {
                if usize::from(n) == count && !joins.contains(&Join::Or) {
                    found.extend(self.settled(at, to, Rule::all_of(people.clone()), false));
                }
            } else if self.is(director, Word::All) && !joins.contains(&Join::Or) {
                found.extend(self.settled(at, director + 1, Rule::all_of(people.clone()), false));
            }
        }
    }

    /// \[จำนวน\] n \[คน\] ใน m \[คน\] \[นี้\]
    fn fraction(&self, at: usize) -> Option<(usize, u16, usize)> {
        let at = self.skip(at, Word::Count);
        let n = self.whole_number(at)?;
        let next = self.skip(at + 1, Word::Person);
        if !self.is(next, Word::In) {
            return None;
        }
        let next = self.skip(next + 1, Word::Count);
        let of = self.whole_number(next)?;
        let counted = self.skip(next + 1, Word::Person);
        // สองในสามกลุ่ม counts groups.
        if self.is(counted, Word::Groups) {
            return None;
        }
        Some((self.skip(counted, Word::This), n, usize::from(of)))
    }

    /// ทั้ง n คน [นี้]
    pub(super) fn both(&self, at: usize) -> Option<(usize, u16)> {
        if !self.is(at, Word::Both) {
            return None;
        }
        let n = self.whole_number(at + 1)?;
        self.is(at + 2, Word::Person)
            .then(|| (self.skip(at + 3, Word::This), n))
    }

    /// n คนนี้
    fn these(&self, at: usize) -> Option<(usize, u16)> {
        let at = self.skip(at, Word::Count);
        let n = self.whole_number(at)?;
        let next = self.skip(at + 1, Word::Person);
        self.is(next, Word::This).then_some((next + 1, n))
    }

    /// \[อย่างน้อย\] \[จำนวน\] n คน \[ขึ้นไป\] \[ใดก็ได้\], or คนใดคนหนึ่ง, คนหนึ่ง, ผู้เดียว.
    pub(super) fn count(&self, at: usize) -> Option<(usize, u16)> {
        if self.is(at, Word::AnyOne) || self.is(at, Word::OnePerson) || self.is(at, Word::Sole) {
            return Some((at + 1, 1));
        }
        let from = self.is(at, Word::From);
        let next = self.skip(at, Word::Count);
        let next = if from {
            next + 1
        } else {
            self.skip(next, Word::AtLeast)
        };
        let next = self.skip(next, Word::Count);
        let n = self.whole_number(next)?;
        if !self.is(next + 1, Word::Person) {
            return None;
        }
        let up = self.skip(next + 2, Word::Upwards);
        // ตั้งแต่ needs its ขึ้นไป.
        if from && up == next + 2 {
            return None;
        }
        Some((self.skip(up, Word::AnyWhich), n))
    }

    fn directors(&self, at: usize, bare: usize, with: bool, found: &mut Vec<(usize, Party)>) {
        let board = self.sizes.directors;
        if board == 0 {
            return;
        }
        if let Some((to, n)) = self.count(bare) {
            // กรรมการสองคนนี้ points at a list that is not here; กรรมการสองคนในห้าคน is a fraction.
            if !self.is(to, Word::This) && !self.is(to, Word::In) {
                found.extend(self.settled(at, to, Rule::any_director(n), false));
            }
        }
        let pointing = |to: usize| {
            to.checked_sub(1)
                .and_then(|last| self.tokens.get(last))
                .is_some_and(|last| last.kind == Kind::Word(Word::This))
        };
        if let Some((to, n, of)) = self.fraction(bare)
            && usize::from(n) <= of
            && !pointing(to)
        {
            found.extend(self.settled(at, to, Rule::any_director(n), of != board));
            // Two of three on a board of another size may also mean two thirds.
            if of != board
                && let Ok(share) = u16::try_from((usize::from(n) * board).div_ceil(of))
            {
                found.extend(self.settled(at, to, Rule::any_director(share), true));
            }
        }
        if self.is(bare, Word::All) {
            let all = || Ok(Rule::new(RuleKind::AllDirectors));
            match self.whole_number(bare + 1) {
                Some(n) if self.is(bare + 2, Word::Person) => {
                    found.extend(self.settled(at, bare + 3, all(), usize::from(n) != board));
                }
                _ => found.extend(self.settled(at, bare + 1, all(), false)),
            }
        }
        if let Some((to, n)) = self.both(bare) {
            let rule = if usize::from(n) == board {
                Ok(Rule::new(RuleKind::AllDirectors))
            } else {
                Rule::any_director(n)
            };
            found.extend(self.settled(at, to, rule, usize::from(n) != board));
        }
        self.share(at, bare, found);
        if !with {
            found.push(self.party(at, bare, Who::BareDirectors));
        }
        let other = self.skip(bare, Word::Other);
        let again = self.skip(other, Word::Again);
        if with
            && again > bare
            && let Some((to, n)) = self.count(again)
        {
            found.extend(self.settled(at, to, Rule::any_director(n), false));
        }
    }

    /// กึ่งหนึ่ง, เกินกึ่งหนึ่ง [ของจำนวนกรรมการทั้งหมด]
    fn share(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        let next = self.skip(self.skip(bare, Word::Count), Word::AtLeast);
        let share = match self.kind(next) {
            Some(Kind::Word(Word::Half)) => Majority::Half,
            Some(Kind::Word(Word::MoreThanHalf)) => Majority::MoreThanHalf,
            _ => return,
        };
        let to = self.skip(next + 1, Word::OfBoard);
        found.extend(self.settled(at, to, Ok(Rule::new(RuleKind::Majority(share))), false));
    }

    /// กรรมการสองในสามคนนี้ \[คือ\] A B C
    fn counted_list(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        let Some((to, n, of)) = self.fraction(bare) else {
            return;
        };
        let list = self.skip(to, Word::Define);
        for (end, people, joins) in self.name_lists(list) {
            let mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
            if people.len() == of && usize::from(n) <= of && !mixed {
                found.extend(self.settled(at, end, Rule::at_least(n, people, None), false));
            }
        }
    }

    fn pool(&self, at: usize, pool: Pool, size: usize, found: &mut Vec<(usize, Party)>) {
        let next = at + 1;
        let of = |n: u16| Rule::any_of_pool(n, pool);
        let all = || {
            u16::try_from(size)
                .map_err(|_| RuleRefusal::Empty)
                .and_then(of)
        };
        if let Some((to, n)) = self.count(next) {
            if !self.is(to, Word::This) && !self.is(to, Word::In) {
                found.extend(self.settled(at, to, of(n), false));
            }
        } else if let Some((to, n, whole)) = self.fraction(next) {
            found.extend(self.settled(at, to, of(n), whole != size));
        } else if self.is(next, Word::All) {
            found.extend(self.settled(at, next + 1, all(), false));
        } else if let Some((to, n)) = self.both(next) {
            found.extend(self.settled(at, to, of(n), usize::from(n) != size));
        } else {
            found.push(self.party(at, next, Who::Bare(pool)));
        }
    }
}

/// Every way to put brackets into a sequence of parts; `None` when there are too many.
pub(super) fn bracketings(parts: &[Rule], joins: &[Join]) -> Option<Vec<Rule>> {
    if parts.len() > MAX_MIXED {
        return None;
    }
    let mut trees = trees(parts, joins);
    trees.dedup();
    Some(trees)
}

fn trees(parts: &[Rule], joins: &[Join]) -> Vec<Rule> {
    if let [only] = parts {
        return vec![only.clone()];
    }
    let mut found: Vec<Rule> = Vec::new();
    for (split, join) in joins.iter().enumerate() {
        let (Some(left), Some(right)) = (parts.get(..=split), parts.get(split + 1..)) else {
            continue;
        };
        let (Some(before), Some(after)) = (joins.get(..split), joins.get(split + 1..)) else {
            continue;
        };
        for left in trees(left, before) {
            for right in trees(right, after) {
                let pair = vec![left.clone(), right.clone()];
                let rule = match join {
                    Join::Or => Rule::any_of(flat(pair, true)),
                    Join::And | Join::Beside => Rule::all_of(flat(pair, false)),
                };
                if let Ok(rule) = rule
                    && !found.contains(&rule)
                {
                    found.push(rule);
                }
            }
        }
    }
    found
}

/// Parts of the same connector side by side: any_of[any_of[a, b], c] is any_of[a, b, c].
fn flat(parts: Vec<Rule>, or: bool) -> Vec<Rule> {
    parts
        .into_iter()
        .flat_map(|part| match &part.kind {
            RuleKind::AnyOf(inner) if or => inner.as_slice().to_vec(),
            RuleKind::AllOf(inner) if !or => inner.as_slice().to_vec(),
            _ => vec![part],
        })
        .collect()
}

/// Fewest and most people a rule asks for.
pub(super) fn head_count(rule: &Rule, sizes: Sizes) -> (usize, usize) {
    let parts = || rule.parts().iter().map(|part| head_count(part, sizes));
    match &rule.kind {
        RuleKind::Person(_) => (1, 1),
        RuleKind::AnyDirector(n) | RuleKind::AnyOfPool { n, .. } => {
            (usize::from(n.get()), usize::from(n.get()))
        }
        RuleKind::AllDirectors => (sizes.directors, sizes.directors),
        RuleKind::Majority(share) => (share.of(sizes.directors), share.of(sizes.directors)),
        RuleKind::AllOf(_) => {
            parts().fold((0, 0), |(low, high), (few, many)| (low + few, high + many))
        }
        RuleKind::AnyOf(_) => parts().fold((usize::MAX, 0), |(low, high), (few, many)| {
            (low.min(few), high.max(many))
        }),
        RuleKind::AtLeast { n, .. } => {
            let (low, high) = parts().fold((usize::MAX, 0), |(low, high), (few, many)| {
                (low.min(few), high.max(many))
            });
            (
                low.saturating_mul(usize::from(n.get())),
                high.saturating_mul(usize::from(n.get())),
            )
        }
    }
}
