//! Who signs: names, directors, pools and groups, without the verb.

use super::duty::Weighing;
use super::lexer::{Kind, Token};
use super::lexicon::Word;
use super::modifiers::counts;
use crate::signing_rule::rule::{Majority, Pool, Rule, RuleKind, RuleRefusal, Span};
use std::cell::Cell;
use std::collections::BTreeMap;

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
    /// Groups without a count, with their connectors.
    BareGroups {
        labels: Vec<String>,
        joins: Vec<Join>,
    },
    /// กรรมการสองในสามคนนี้, whose list stands behind the verb.
    Pointing { n: u16, of: Option<usize> },
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
    /// What rules are weighed against.
    pub(super) weighing: Weighing,
    /// Every director on record.
    pub(super) directors: Vec<Rule>,
    /// The heading holds the only verb.
    pub(super) implied_verb: bool,
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

    pub(super) fn name(&self, at: usize) -> Option<Rule> {
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
        self.lists(at, false)
    }

    /// Whether กับ stands here alone: in a list it joins names; ร่วมกับ and พร้อมด้วย say who signs with whom.
    pub(super) fn plain_with(&self, at: usize) -> bool {
        const WITH: usize = 3;
        let length = |token: &Token| token.span.end - token.span.start;
        self.is(at, Word::With) && self.tokens.get(at).map(length) == Some(WITH)
    }

    /// As [`Sentence::name_lists`]; in a definition กับ joins names like และ.
    pub(super) fn lists(&self, at: usize, defining: bool) -> Vec<(usize, Vec<Rule>, Vec<Join>)> {
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
                Some(Kind::Word(Word::With)) if defining && self.plain_with(next) => {
                    (next + 1, Join::And)
                }
                Some(Kind::Word(Word::Or | Word::AndOr)) => (next + 1, Join::Or),
                Some(Kind::Word(Word::Comma)) => match self.kind(next + 1) {
                    // "A, B, and C"
                    Some(Kind::Word(Word::And)) => (next + 2, Join::And),
                    Some(Kind::Word(Word::Or)) => (next + 2, Join::Or),
                    _ => (next + 1, Join::Beside),
                },
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
            self.named(at, at, &mut found);
        }
        let bare = self.skip(at, Word::Director);
        if bare > at {
            let office = self.skip(bare, Word::AnyWhich);
            self.directors(at, office, with, &mut found);
            self.counted_list(at, bare, &mut found);
            self.listed(at, bare, &mut found);
        }
        // สองในสามคนนี้ … คือ ก ข ค, จำนวนสองคนจาก ก ข ค
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
                self.pool(at, pool, size, with, &mut found);
                self.listed(at, at + 1, &mut found);
            }
        }
        self.english_party(at, &mut found);
        found.extend(self.english_office(at));
        found
    }

    /// กรรมการ คือ ก และ ข: names behind the office they hold.
    fn listed(&self, at: usize, behind: usize, found: &mut Vec<(usize, Party)>) {
        let list = self.skip(behind, Word::Define);
        if matches!(self.kind(list), Some(Kind::Name(_) | Kind::Item(1))) {
            self.named(at, list, found);
        }
    }

    pub(super) fn party(&self, from: usize, to: usize, who: Who) -> (usize, Party) {
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

    /// The place after an office that a list of names may be followed by: ก และ ข กรรมการ, ก หุ้นส่วนผู้จัดการ.
    fn skip_office(&self, at: usize) -> usize {
        match self.kind(at) {
            Some(Kind::Word(Word::Director | Word::ManagingPartner | Word::Liquidator)) => at + 1,
            _ => at,
        }
    }

    pub(super) fn named(&self, at: usize, list: usize, found: &mut Vec<(usize, Party)>) {
        for (end, people, joins) in self.name_lists(list) {
            let and = joins.contains(&Join::And);
            let or = joins.contains(&Join::Or);
            let mixed = and && or;
            let count = people.len();
            let names = |any_one| Who::Names {
                people: people.clone(),
                joins: joins.clone(),
                any_one,
            };
            found.push(self.party(at, end, names(false)));
            let office = self.skip_office(end);
            if office > end {
                found.push(self.party(at, office, names(false)));
            }
            // โดยทั้งสองคน, โดยทุกคน
            let whereby = self.skip(office, Word::Whereby);
            let office = match self.kind(whereby) {
                Some(Kind::Word(Word::Both | Word::All | Word::AnyOne | Word::Each)) => whereby,
                _ => office,
            };
            // In "ก หรือ ข ค" nothing says how ค is joined.
            if !tidy(&joins) {
                continue;
            }
            // แต่ละคน, ต่างคนต่าง: each alone, whatever joins them.
            if self.is(office, Word::Each) && !mixed {
                let rule = Rule::any_of(people.clone());
                found.extend(self.settled(at, office + 1, rule, false));
            }
            if count < 2 {
                continue;
            }
            if !mixed {
                self.english_count_of_list(at, office, &people, found);
            }
            // คนใดคนหนึ่ง, with or without the number it is out of; อีกคนหนึ่ง behind a choice.
            // "ก และ ข หรือ ค คนใดคนหนึ่ง": one of three, or one of two beside ก.
            if mixed {
                continue;
            }
            let again = self.is(office, Word::Again) && or;
            let one = self.skip(office, Word::Again);
            if self.is(office, Word::AnyOne) || (again && matches!(self.count(one), Some((_, 1)))) {
                let mut to = if again {
                    self.count(one).map_or(office + 1, |(to, _)| to)
                } else {
                    office + 1
                };
                let mut fits = true;
                if self.is(to, Word::In) {
                    let next = self.skip_office(to + 1);
                    if let Some(of) = self.whole_number(next) {
                        fits = usize::from(of) == count;
                        to = self.skip(self.skip(next + 1, Word::Person), Word::This);
                    } else if self.is(to + 1, Word::Count) && self.is(to + 2, Word::This) {
                        to += 3;
                    }
                }
                if fits {
                    found.push(self.party(at, to, names(true)));
                }
                continue;
            }
            // สองในสามคน, ทั้งสองคน, สองคนนี้, ทุกคน: the connectors before it only mark a list.
            if let Some((to, n, of)) = self.fraction(office) {
                if of == count && usize::from(n) <= count {
                    found.extend(self.settled(
                        at,
                        to,
                        Rule::at_least(n, people.clone(), None),
                        false,
                    ));
                } else if usize::from(n) <= count.min(of) {
                    // Two of three, but four are named: which three is not said.
                    found.extend(self.settled(
                        at,
                        to,
                        Rule::at_least(n, people.clone(), None),
                        true,
                    ));
                }
            } else if let Some((to, n)) = self.both(office).or_else(|| self.these(office)) {
                if usize::from(n) == count && !or {
                    found.extend(self.settled(at, to, Rule::all_of(people.clone()), false));
                }
            } else if self.is(office, Word::All) && !or {
                let to = self.skip(self.skip(office + 1, Word::This), Word::Joint);
                found.extend(self.settled(at, to, Rule::all_of(people.clone()), false));
            } else if let Some((to, n)) = self.count(office)
                && !self.is(to, Word::In)
                && usize::from(n) == count
                && !or
            {
                found.extend(self.settled(at, to, Rule::all_of(people.clone()), false));
            } else if let Some((to, n)) = self.count(office)
                && !self.is(to, Word::In)
                && !and
                && usize::from(n) < count
            {
                // ก ข ค สองคน: two of those just named.
                found.extend(self.settled(at, to, Rule::at_least(n, people.clone(), None), false));
            }
        }
    }

    /// \[จำนวน\] n \[คน\] ใน m \[คน\] \[นี้\]
    pub(super) fn fraction(&self, at: usize) -> Option<(usize, u16, usize)> {
        let at = self.skip(self.skip(at, Word::Count), Word::AtLeast);
        let n = self.whole_number(at)?;
        let next = self.skip(self.skip(at + 1, Word::Person), Word::AnyWhich);
        if !self.is(next, Word::In) {
            return None;
        }
        let next = self.skip(self.skip(next + 1, Word::Count), Word::Director);
        let next = self.skip(next, Word::All);
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
        let at = self.skip(at, Word::All);
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
        let plain = self.skip(at, Word::Count);
        if let Some(Kind::Word(Word::AnyOne | Word::OnePerson | Word::Sole | Word::Each)) =
            self.kind(plain)
        {
            return Some((plain + 1, 1));
        }
        // มากกว่าหนึ่งคน, เกินกว่าสองคน
        if self.is(plain, Word::Over)
            && let Some(n) = self.whole_number(plain + 1)
            && self.is(plain + 2, Word::Person)
        {
            return n.checked_add(1).map(|n| (plain + 3, n));
        }
        let from = self.is(at, Word::From);
        let next = if from {
            at + 1
        } else {
            self.skip(plain, Word::AtLeast)
        };
        let next = self.skip(next, Word::Count);
        let n = self.whole_number(next)?;
        // สองใน … is a fraction; "สองคน" needs its counter, but for "จำนวนสอง".
        if self.is(next + 1, Word::AnyWhich) && !from {
            return Some((next + 2, n));
        }
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
        let total = self.skip(bare, Word::Total);
        if let Some((to, n)) = self.count(total) {
            // กรรมการสองคนนี้ points at a list that is not here; กรรมการสองคนในห้าคน is a fraction.
            if !self.is(to, Word::This) && !self.is(to, Word::In) {
                found.extend(self.settled(at, to, Rule::any_director(n), false));
            }
        }
        // กรรมการคนใดคนหนึ่งในจำนวนห้าคน
        if let Some(Kind::Word(Word::AnyOne | Word::OnePerson)) = self.kind(bare)
            && self.is(bare + 1, Word::In)
        {
            let next = self.skip(self.skip(bare + 2, Word::Count), Word::Director);
            if let Some(of) = self.whole_number(next)
                && self.is(next + 1, Word::Person)
                && !self.is(next + 2, Word::This)
            {
                let mismatch = usize::from(of) != board;
                found.extend(self.settled(at, next + 2, Rule::any_director(1), mismatch));
            }
        }
        let pointing = |to: usize| {
            to.checked_sub(1)
                .and_then(|last| self.tokens.get(last))
                .is_some_and(|last| last.kind == Kind::Word(Word::This))
        };
        if let Some((to, n, of)) = self.fraction(bare)
            && usize::from(n) <= of
        {
            found.push(self.party(at, to, Who::Pointing { n, of: Some(of) }));
            // "สองในห้าคนนี้" of a board of five, with no list anywhere: these are the board.
            if pointing(to) {
                if of == board && self.groups.is_empty() && self.named_before(at).is_empty() {
                    found.extend(self.settled(at, to, Rule::any_director(n), false));
                }
            } else {
                found.extend(self.settled(at, to, Rule::any_director(n), of != board));
                // Two of three on a board of another size may also mean two thirds.
                if of != board
                    && let Ok(share) = u16::try_from((usize::from(n) * board).div_ceil(of))
                {
                    found.extend(self.settled(at, to, Rule::any_director(share), true));
                }
            }
        }
        if self.each_of_all_directors(bare) {
            found.extend(self.settled(at, bare + 2, Rule::any_director(1), false));
        } else if self.is(bare, Word::All) {
            let all = || Ok(Rule::new(RuleKind::AllDirectors));
            let to = self.skip(bare + 1, Word::Both);
            match self.whole_number(to) {
                Some(n) if self.is(to + 1, Word::Person) => {
                    found.extend(self.settled(at, to + 2, all(), usize::from(n) != board));
                }
                _ if to == bare + 1 => {
                    let to = self.skip(to, Word::All);
                    found.extend(self.settled(at, to, all(), false));
                }
                _ => {}
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
        // กรรมการที่มิใช่ ก คนใดคนหนึ่ง
        if let Some((to, excluded)) = self.exclusion(bare)
            && self.is(bare, Word::NotBeing)
            && let Some((to, n)) = self.count(self.skip(to, Word::Again))
        {
            self.directors_without(at, to, n, &excluded, found);
        }
        if !with {
            found.push(self.party(at, bare, Who::BareDirectors));
        }
        if with {
            self.other_directors(at, bare, found);
        } else if self.is(bare, Word::Other) {
            // A later alternative of "other directors": nobody named before it fills its seats.
            let again = self.skip(bare + 1, Word::Again);
            let named = self.named_before(at);
            if let Some((to, n)) = self.count(again)
                && !named.is_empty()
                && let Some(rule) = Rule::any_director(n)
                    .ok()
                    .and_then(|rule| self.without(&rule, &named))
            {
                found.extend(self.settled(at, to, Ok(rule), false));
            }
        }
    }

    fn named_before(&self, at: usize) -> Vec<Rule> {
        (0..at).filter_map(|before| self.name(before)).collect()
    }

    /// The members of every group spoken of before this place.
    fn groups_before(&self, at: usize) -> Vec<Rule> {
        (0..at)
            .filter_map(|before| match self.kind(before) {
                Some(Kind::Group(label)) => self.groups.get(label),
                _ => None,
            })
            .flatten()
            .cloned()
            .collect()
    }

    /// กรรมการอื่นอีกสองคน, กรรมการสองคนอื่น, behind ร่วมกับ.
    fn other_directors(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        // กรรมการที่เหลือ: of several named before, or of a group, who is left is not said.
        let one_named = self.named_before(at).len() == 1 && self.groups_before(at).is_empty();
        let other = if self.is(bare, Word::Remaining) && one_named {
            bare + 1
        } else {
            self.skip(bare, Word::Other)
        };
        let again = self.skip(other, Word::Again);
        if again > bare
            && let Some((to, n)) = self.count(again)
            && !self.is(to, Word::In)
        {
            found.extend(self.settled(at, to, Rule::any_director(n), false));
            // กรรมการกลุ่ม ก หนึ่งคน … ร่วมกับกรรมการอื่นอีกหนึ่งคน: another person, or one who is not of the group.
            let group = self.groups_before(at);
            if self.is(bare, Word::Other)
                && !group.is_empty()
                && let Some(rule) = Rule::any_director(n)
                    .ok()
                    .and_then(|rule| self.without(&rule, &group))
            {
                found.extend(self.settled(at, to, Ok(rule), false));
            }
        }
        if let Some((to, n)) = self.count(bare) {
            let more = self.skip(self.skip(to, Word::Other), Word::Again);
            if more > to {
                found.extend(self.settled(at, more, Rule::any_director(n), false));
            }
        }
        // กรรมการอื่นที่มิใช่ ก อีกหนึ่งคน
        if let Some((to, excluded)) = self.exclusion(bare) {
            let again = self.skip(to, Word::Again);
            if let Some((to, n)) = self.count(again) {
                self.directors_without(at, to, n, &excluded, found);
            }
        }
    }

    /// So many directors but these: none of them, or not those together.
    fn directors_without(
        &self,
        at: usize,
        to: usize,
        n: u16,
        excluded: &[Rule],
        found: &mut Vec<(usize, Party)>,
    ) {
        let Ok(rule) = Rule::any_director(n) else {
            return;
        };
        let Some(narrowed) = self.without(&rule, excluded) else {
            return;
        };
        let joined = self.says(at, to, Word::And) || self.says(at, to, Word::With);
        if joined && counts(&rule, excluded.len()) {
            let pair = self.not_that_pair(&rule, excluded);
            found.extend(pair.and_then(|pair| self.settled(at, to, Ok(pair), false)));
        }
        found.extend(self.settled(at, to, Ok(narrowed), false));
    }

    /// กึ่งหนึ่ง, เกินกึ่งหนึ่ง [ของจำนวนกรรมการทั้งหมด]
    fn share(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        let next = self.skip(self.skip(bare, Word::Count), Word::AtLeast);
        let share = match self.kind(next) {
            Some(Kind::Word(Word::Half)) => Majority::Half,
            Some(Kind::Word(Word::MoreThanHalf)) => Majority::MoreThanHalf,
            _ => return,
        };
        let mut to = self.skip(next + 1, Word::OfBoard);
        if share == Majority::Half {
            to = self.skip(to, Word::Upwards);
        }
        to = self.skip(to, Word::OfBoard);
        found.extend(self.settled(at, to, Ok(Rule::new(RuleKind::Majority(share))), false));
    }

    /// กรรมการสองในสามคนนี้ \[คือ\] A B C; กรรมการสองคนจาก A B C; กรรมการคนใดคนหนึ่งดังต่อไปนี้ A B C
    fn counted_list(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        let fraction = self.fraction(bare).map(|(to, n, of)| (to, n, Some(of)));
        let counted = self.count(bare).and_then(|(to, n)| {
            let from = self.skip(to, Word::In);
            let from = self.skip(from, Word::Director);
            let pointed = self.skip(from, Word::This);
            (pointed > to).then_some((pointed, n, None))
        });
        for (to, n, of) in fraction.into_iter().chain(counted) {
            let list = self.skip(self.skip(to, Word::This), Word::Define);
            for (end, people, joins) in self.name_lists(list) {
                let mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
                // Without a number of its own the list is all that is there.
                let fits = match of {
                    Some(of) => of == people.len(),
                    None => !self.list_goes_on(end),
                };
                if fits && usize::from(n) <= people.len() && !mixed {
                    found.extend(self.settled(at, end, Rule::at_least(n, people, None), false));
                }
            }
        }
    }

    /// Whether another name of the same list follows.
    pub(super) fn list_goes_on(&self, end: usize) -> bool {
        let next = match self.kind(end) {
            Some(Kind::Word(Word::And | Word::Or | Word::AndOr | Word::Comma)) => end + 1,
            _ => end,
        };
        matches!(self.kind(next), Some(Kind::Name(_)))
            || (next > end && matches!(self.kind(next + 1), Some(Kind::Name(_))))
    }

    fn pool(
        &self,
        at: usize,
        pool: Pool,
        size: usize,
        with: bool,
        found: &mut Vec<(usize, Party)>,
    ) {
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
        } else if let Some((to, n)) = self.both(next) {
            found.extend(self.settled(at, to, of(n), usize::from(n) != size));
        } else if self.is(next, Word::All) {
            found.extend(self.settled(at, next + 1, all(), false));
        } else {
            found.push(self.party(at, next, Who::Bare(pool)));
        }
        if with {
            let other = self.skip(next, Word::Other);
            let again = self.skip(other, Word::Again);
            if again > next
                && let Some((to, n)) = self.count(again)
            {
                found.extend(self.settled(at, to, of(n), false));
            }
        }
    }
}

/// Whether no name stands bare behind a connector: what joins it would not be said.
pub(super) fn tidy(joins: &[Join]) -> bool {
    let first = joins.iter().position(|join| *join != Join::Beside);
    first.is_none_or(|first| !joins.iter().skip(first).any(|join| *join == Join::Beside))
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
