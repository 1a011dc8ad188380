//! The whole sentence: alternatives, cases and exceptions, put together into clauses.

use super::branch::Branch;
use super::lexer::Kind;
use super::lexicon::Word;
use super::party::Sentence;
use crate::kernel::act::scope_word;
use crate::signing_rule::clause::{AmountRange, ScopedAct, SigningRule};
use crate::signing_rule::rule::Span;
use crate::signing_rule::verdict::Flag;

/// The most alternatives and cases of one sentence.
const MAX_ELEMENTS: usize = 64;
/// The most unfinished readings kept at once.
const MAX_OPEN: usize = 128;
/// The most readings of one sentence.
pub(super) const MAX_READINGS: usize = 32;

/// How an element stands to the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mode {
    /// The rule itself, or an alternative to it.
    General,
    /// เว้นแต่: the general rule is withdrawn there.
    Except,
    /// กรณี, เฉพาะ: for this only.
    Case,
    /// นอกจาก…แล้ว, …ได้ด้วย: added, the general rule stays.
    Add,
    /// กรณีอื่น: everything the cases before it are not.
    Rest,
}

#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) mode: Mode,
    pub(super) acts: Vec<ScopedAct>,
    pub(super) amounts: AmountRange,
    /// Nobody, when an exception names no rule of its own.
    pub(super) branch: Option<Branch>,
    pub(super) item: Option<u64>,
    pub(super) span: Span,
}

/// One way to read the sentence to its end.
pub(super) struct Reading {
    pub(super) rules: Vec<SigningRule>,
    pub(super) flags: Vec<Flag>,
    pub(super) mismatch: bool,
}

impl Sentence<'_> {
    /// Every way to read the sentence from the first token to the last. `None` when there are more
    /// than can be kept.
    pub(super) fn statement(&self) -> Option<Vec<Reading>> {
        let mut open: Vec<(usize, Vec<Element>)> = vec![(self.skip(0, Word::Heading), Vec::new())];
        let mut readings = Vec::new();
        let mut steps = 0usize;
        while let Some((at, elements)) = open.pop() {
            steps += 1;
            if steps > MAX_OPEN * MAX_ELEMENTS
                || open.len() > MAX_OPEN
                || readings.len() > MAX_READINGS
            {
                return None;
            }
            if !elements.is_empty() && self.ends(at) {
                readings.extend(self.compose(&elements));
                continue;
            }
            if elements.len() >= MAX_ELEMENTS {
                return None;
            }
            // The last one pushed is read first: the order of readings is the order of the grammar.
            for (next, element) in self.elements(at, &elements).into_iter().rev() {
                let mut longer = elements.clone();
                longer.extend(element);
                open.push((next, longer));
            }
        }
        if self.budget.get() == 0 {
            None
        } else {
            Some(readings)
        }
    }

    /// Whether only closing words are left.
    fn ends(&self, mut at: usize) -> bool {
        loop {
            match self.kind(at) {
                None => return at >= self.tokens.len(),
                Some(Kind::Word(Word::Slash | Word::Stop)) => at += 1,
                Some(Kind::Word(Word::NoLimits)) => {
                    at = self.skip(at + 1, Word::Define);
                    if !self.is(at, Word::None) {
                        return false;
                    }
                    at += 1;
                }
                Some(_) => return false,
            }
        }
    }

    /// What may come next: a definition (nothing to keep), or an element.
    fn elements(&self, at: usize, before: &[Element]) -> Vec<(usize, Option<Element>)> {
        let mut found = Vec::new();
        if let Some((label, ends)) = self.definition(at) {
            let members = self.groups.get(&label).map_or(0, Vec::len);
            for (end, people) in ends {
                if people.len() == members && self.closes_definition(end) {
                    found.push((end, None));
                }
            }
        }
        let last = before.last();
        let expected = before
            .iter()
            .filter_map(|element| element.item)
            .max()
            .map_or(1, |item| item + 1);
        if self.is(at, Word::Except) {
            if last.is_some() && before.iter().all(|element| element.item.is_none()) {
                self.scoped(at, at + 1, Mode::Except, None, &mut found);
            }
            return found;
        }
        // หรือ opens an alternative to a general rule, never to a case.
        let or = self.is(at, Word::Or) || self.is(at, Word::AndOr);
        let after_or = at + usize::from(or);
        if or && !last.is_some_and(|last| last.mode == Mode::General) {
            return found;
        }
        let item = match self.kind(after_or) {
            Some(Kind::Item(number)) if *number == expected => Some(*number),
            Some(Kind::Item(_)) => return found,
            _ => None,
        };
        let start = after_or + usize::from(item.is_some());
        // Either every element is numbered or none is.
        if before
            .first()
            .is_some_and(|first| first.item.is_some() != item.is_some())
        {
            return found;
        }
        // Two sentences side by side, without หรือ, number or case, are not known to be alternatives.
        if last.is_some() && !or && item.is_none() && !self.opens_case(start) {
            return found;
        }
        if self.opens_case(start) {
            if !or {
                self.case(at, start, item, &mut found);
            }
            return found;
        }
        for (next, branch) in self.branches(self.skip(start, Word::Give)) {
            found.push((next, Some(general(branch, item))));
        }
        found
    }

    /// After a list of members the next thing must be a new one, or the end.
    fn closes_definition(&self, at: usize) -> bool {
        self.ends(at)
            || self.definition(at).is_some()
            || self.is(at, Word::Director)
            || matches!(self.kind(at), Some(Kind::Group(_)))
    }

    fn opens_case(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                Kind::Act(_)
                    | Kind::Word(
                        Word::Case
                            | Word::OtherCases
                            | Word::Besides
                            | Word::BesidesItem
                            | Word::Limit
                    )
            )
        ) || (self.is(at, Word::In) && matches!(self.kind(at + 1), Some(Kind::Act(_))))
    }

    fn case(
        &self,
        from: usize,
        at: usize,
        item: Option<u64>,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        if self.is(at, Word::OtherCases) {
            for (next, branch) in self.branches(self.skip(at + 1, Word::Give)) {
                let span = self.span(from, next);
                let element = Element {
                    mode: Mode::Rest,
                    acts: Vec::new(),
                    amounts: AmountRange::ANY,
                    branch: Some(branch),
                    item,
                    span,
                };
                found.push((next, Some(element)));
            }
            return;
        }
        if let Some(next) = self.besides(at) {
            return self.scoped(from, next, Mode::Add, item, found);
        }
        let scope = self.skip(self.skip(at, Word::Case), Word::In);
        self.scoped(from, scope, Mode::Case, item, found);
    }

    /// นอกจากผู้มีอำนาจข้างต้นแล้ว, นอกจากผู้มีอำนาจตาม (1) แล้ว
    fn besides(&self, at: usize) -> Option<usize> {
        if self.is(at, Word::Besides) {
            return Some(at + 1);
        }
        let item = matches!(self.kind(at + 1), Some(Kind::Item(_)));
        (self.is(at, Word::BesidesItem) && item && self.is(at + 2, Word::Then)).then_some(at + 3)
    }

    /// Acts and amounts, then whose rule it is.
    fn scoped(
        &self,
        from: usize,
        at: usize,
        mode: Mode,
        item: Option<u64>,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let (next, acts) = self.acts(at);
        let limited = matches!(
            self.kind(next),
            Some(Kind::Word(
                Word::Limit
                    | Word::NotOver
                    | Word::Over
                    | Word::From
                    | Word::Below
                    | Word::AtLeast
                    | Word::PerAct
                    | Word::PerDay
                    | Word::PerMonth
                    | Word::PerContract
            ))
        );
        let (next, amounts) = match self.amounts(next) {
            Some((to, range)) => (to, range),
            None if limited => return,
            None => (next, AmountRange::ANY),
        };
        let (next, mode) = match self.besides(next) {
            Some(to) if mode == Mode::Case => (to, Mode::Add),
            _ => (next, mode),
        };
        if acts.is_empty() && amounts.is_any() && mode != Mode::Add {
            return;
        }
        let element = |next: usize, branch: Option<Branch>| Element {
            mode: match &branch {
                Some(branch) if branch.adds && mode == Mode::Case => Mode::Add,
                _ => mode.clone(),
            },
            acts: match &branch {
                Some(branch) if acts.is_empty() => branch.acts.clone(),
                _ => acts.clone(),
            },
            amounts,
            branch,
            item,
            span: self.span(from, next),
        };
        if mode == Mode::Except && (self.ends(next) || self.is(next, Word::Except)) {
            found.push((next, Some(element(next, None))));
        }
        for (to, branch) in self.branches(self.skip(next, Word::Give)) {
            // A scope before and another behind the verb: which one holds is not said.
            if branch.amounts.is_any() && (branch.acts.is_empty() || acts.is_empty()) {
                found.push((to, Some(element(to, Some(branch)))));
            }
        }
    }

    pub(super) fn acts(&self, mut at: usize) -> (usize, Vec<ScopedAct>) {
        let mut acts: Vec<ScopedAct> = Vec::new();
        let mut end = at;
        while let Some(Kind::Act(word)) = self.kind(at) {
            for act in entries(word) {
                if !acts.contains(&act) {
                    acts.push(act);
                }
            }
            end = at + 1;
            at = end;
            if matches!(
                self.kind(at),
                Some(Kind::Word(Word::And | Word::Or | Word::AndOr | Word::Comma))
            ) {
                at += 1;
            }
        }
        (end, acts)
    }
}

fn general(branch: Branch, item: Option<u64>) -> Element {
    let amounts = branch.amounts;
    let span = branch.span;
    let acts = branch.acts.clone();
    Element {
        mode: Mode::General,
        acts,
        amounts,
        branch: Some(branch),
        item,
        span,
    }
}

/// The codes a scope word surely covers, and the word itself where it may cover more.
fn entries(word: &str) -> Vec<ScopedAct> {
    let Some(meaning) = scope_word(word) else {
        return vec![ScopedAct::Word(word.to_owned())];
    };
    let mut entries: Vec<ScopedAct> = meaning.surely.iter().map(ScopedAct::Known).collect();
    if !meaning.perhaps.is_empty() {
        entries.push(ScopedAct::Word(word.to_owned()));
    }
    entries
}
