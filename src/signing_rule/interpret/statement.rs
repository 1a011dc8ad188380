//! The whole sentence: alternatives, cases and exceptions, put together into clauses.

use super::branch::{Branch, seal_for_all};
use super::conflicts::apart;
use super::lexer::{Kind, Token};
use super::lexicon::Word;
use super::party::Sentence;
use crate::signing_rule::clause::{AmountRange, ScopedAct, Seal, SigningRule};
use crate::signing_rule::rule::{Rule, RuleKind, Span};
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
    /// แต่กรณี, กรณี…ต้อง: takes the general rule's place there; without a general rule, a case like others.
    Instead,
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
    /// เว้นแต่ (ก) … (ข) …: the number within the exception.
    pub(super) sub_item: Option<u64>,
    /// ต้อง: what it says is a duty.
    pub(super) duty: bool,
    /// เกินกว่านั้น: above the ceiling of the element before it.
    pub(super) above: bool,
    /// Stands before what it is said of: an exception before the rule, a scope before numbered alternatives.
    pub(super) leads: bool,
    /// Said under a heading of limits: of everything.
    pub(super) headed: bool,
    /// Takes the place of the element before it: the same words with a seal phrase that stood further on.
    pub(super) replaces_last: bool,
    pub(super) span: Span,
}

/// What leads in a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lead {
    /// Where the rule starts.
    pub(super) at: usize,
    /// ต้อง: nothing else will do.
    pub(super) must: bool,
    /// ต้องมี: somebody must be there, which says nothing of a name alone.
    pub(super) has: bool,
}

/// Whether an element has acts or amounts of its own.
pub(super) fn limited(element: &Element) -> bool {
    element.mode == Mode::General && (!element.acts.is_empty() || !element.amounts.is_any())
}

/// One way to read the sentence to its end.
pub(super) struct Reading {
    /// Each rule, and whether it takes a case of unclear standing to add to the general rule.
    pub(super) rules: Vec<(SigningRule, bool)>,
    pub(super) flags: Vec<Flag>,
    pub(super) mismatch: bool,
}

impl Sentence<'_> {
    /// Every way to read the sentence from the first token to the last. `None` when there are more
    /// than can be kept.
    pub(super) fn statement(&self) -> Option<Vec<Reading>> {
        let mut open: Vec<(usize, Vec<Element>)> = vec![(self.opening(), Vec::new())];
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
                if element
                    .as_ref()
                    .is_some_and(|element| element.replaces_last)
                {
                    longer.pop();
                }
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

    /// The place after the heading, and after limits that are none.
    fn opening(&self) -> usize {
        let mut at = 0;
        if self.is(0, Word::NoLimits) {
            let none = self.skip(1, Word::Define);
            if self.is(none, Word::None) {
                at = self.skip(self.skip(none + 1, Word::Slash), Word::Stop);
            }
        }
        // The line's number on a certificate: 3. จำนวนหรือชื่อกรรมการ…
        if matches!(self.kind(at), Some(Kind::Item(_)))
            && matches!(
                self.kind(at + 1),
                Some(Kind::Word(Word::Heading | Word::HeadingSign))
            )
        {
            at += 1;
        }
        at = self.skip(self.skip(at, Word::Heading), Word::HeadingSign);
        // บริษัทมีกรรมการ 3 คน: said of the board, and true or not read.
        if self.is(at, Word::BoardHas)
            && self.whole_number(at + 1).map(usize::from) == Some(self.sizes.directors)
            && self.is(at + 2, Word::Person)
        {
            at += 3;
        }
        at = self.skip(at, Word::OneOfThese);
        at = self.skip(at, Word::Define);
        self.skip_powerless(at)
    }

    /// นอกจาก ก ซึ่งไม่มีอำนาจลงลายมือชื่อแล้ว กรรมการอื่น…: "other" then leaves out whoever was named.
    fn skip_powerless(&self, at: usize) -> usize {
        if !self.is(at, Word::BesidesItem) {
            return at;
        }
        let Some((end, _, _)) = self.name_lists(at + 1).pop() else {
            return at;
        };
        let next = self.skip(end, Word::Whereby);
        let closed = self.is(next, Word::Forbidden)
            && self.is(next + 1, Word::Sign)
            && self.is(next + 2, Word::Then)
            && self.is(next + 3, Word::Director)
            && self.is(next + 4, Word::Other);
        if closed { next + 3 } else { at }
    }

    /// Whether only closing words are left.
    pub(super) fn ends(&self, mut at: usize) -> bool {
        loop {
            match self.kind(at) {
                None => return at >= self.tokens.len(),
                Some(Kind::Word(
                    Word::Slash
                    | Word::Stop
                    | Word::NoneSaid
                    | Word::Noise
                    | Word::Only
                    | Word::Closed
                    | Word::Can
                    | Word::Close,
                )) => at += 1,
                Some(Kind::Word(Word::NoLimits)) => {
                    at = self.skip(at + 1, Word::Define);
                    if !self.is(at, Word::None) && !self.is(at, Word::NoneSaid) {
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
        self.definitions_here(at, &mut found);
        let last = before.last();
        let marked = at;
        let at = self.after_mark(at);
        let expected = before
            .iter()
            .filter_map(|element| element.item)
            .max()
            .map_or(1, |item| item + 1);
        if let Some(last) = last {
            self.seal_behind(at, last, &mut found);
            self.above_that(at, last, before, &mut found);
            self.added(at, &mut found);
        }
        if self.is(at, Word::NoLimits) {
            if last.is_some() {
                self.limits(at, &mut found);
            }
            return found;
        }
        let unnumbered = before.iter().all(|element| element.item.is_none());
        // เว้นแต่ (ก) … (ข) …
        let sub = match (self.kind(at), last.and_then(|last| last.sub_item)) {
            (Some(Kind::Item(number)), Some(before)) if *number == before + 1 => Some(*number),
            _ => None,
        };
        if let Some(number) = sub {
            let mut inner = Vec::new();
            self.scoped(at, at + 1, Mode::Except, None, &mut inner);
            for (to, element) in inner {
                let element = element.map(|element| Element {
                    sub_item: Some(number),
                    ..element
                });
                found.push((to, element));
            }
            return found;
        }
        if unnumbered
            && last.is_some()
            && self.is(at, Word::Except)
            && matches!(self.kind(at + 1), Some(Kind::Item(1)))
        {
            let mut inner = Vec::new();
            self.scoped(at, at + 2, Mode::Except, None, &mut inner);
            for (to, element) in inner {
                let element = element.map(|element| Element {
                    sub_item: Some(1),
                    ..element
                });
                found.push((to, element));
            }
            return found;
        }
        // "แต่การลงนามในเช็คให้…"
        let but_acts = self.is(at, Word::But) && matches!(self.kind(at + 1), Some(Kind::Act(_)));
        // "ทั้งนี้ยกเว้น" before acts is an exception, before names it leaves people out.
        let left_out = self.is(at, Word::NotBeing)
            && matches!(
                self.kind(at + 1),
                Some(Kind::Act(_) | Kind::Word(Word::Limit | Word::About | Word::Over))
            );
        if last.is_none() && (self.is(at, Word::Except) || self.is(at, Word::NotBeing)) {
            for (next, branch) in self.branches_without(at) {
                if !branch.also && !branch.adds {
                    found.push((next, Some(general(branch, None))));
                }
            }
            self.exception_first(at, &mut found);
            return found;
        }
        if last.is_none() {
            self.numbered_within_a_scope(at, &mut found);
        }
        if self.is(at, Word::Except) || self.is(at, Word::CaseInstead) || left_out || but_acts {
            // Set apart from a numbered alternative by a mark, it may speak of all of them.
            // "ก ลงลายมือชื่อ แต่เฉพาะการกู้ยืมเงิน กรรมการสองคน…": only ก, or only the two.
            const BUT_ONLY: usize = 8;
            let length = |token: &Token| token.span.end - token.span.start;
            let hangs = self.is(at, Word::CaseInstead)
                && self.tokens.get(at).map(length) == Some(BUT_ONLY)
                && !self.given_behind(at + 1);
            if !hangs && last.is_some_and(|last| last.item.is_none() || marked == at) {
                self.seal_exception(at, before, &mut found);
                let mode = if self.is(at, Word::CaseInstead) || but_acts {
                    Mode::Instead
                } else {
                    Mode::Except
                };
                // Behind a numbered alternative the exception is to that one.
                let of_item = last.and_then(|last| last.item);
                self.scoped(at, at + 1, mode, of_item, &mut found);
            }
            return found;
        }
        if self.is(at, Word::Forbidden) {
            // Set apart from a numbered alternative, it forbids in all of them.
            if last.is_some() && (unnumbered || marked < at) {
                self.forbidden(at, at, &mut found);
            }
            return found;
        }
        // หรือ opens an alternative to a general rule, never to a case.
        let comma = self.skip(at, Word::Comma);
        let or = self.is(comma, Word::Or) || self.is(comma, Word::AndOr);
        let mut after_or = if or { comma + 1 } else { at };
        let mut item = None;
        if let Some(Kind::Item(number)) = self.kind(after_or) {
            if *number != expected {
                return found;
            }
            item = Some(*number);
            after_or += 1;
        }
        // (1) … (2) หรือ …
        let or_inside = item.is_some() && !or && self.is(after_or, Word::Or);
        after_or += usize::from(or_inside);
        let or = or || or_inside;
        if or && !last.is_some_and(|last| last.mode == Mode::General) {
            return found;
        }
        let mut start = after_or;
        if last.is_none() {
            // What may lead in the first rule behind definitions.
            for lead in [Word::Whereby, Word::Comma, Word::Heading, Word::Slash] {
                start = self.skip(start, lead);
            }
            start = self.skip_only(start);
        }
        // "(1) … (2) … การกู้ยืมเงินต้องให้…" at the end: a duty takes the place of all of them.
        if !unnumbered && item.is_none() && !or {
            let start = self.skip(self.skip(at, Word::Slash), Word::Whereby);
            if last.is_some_and(|last| last.mode == Mode::General)
                && self.opens_case(start)
                && !last.is_some_and(|last| self.hangs(marked, start, last))
            {
                let mut cases = Vec::new();
                self.case(at, start, None, &mut cases);
                found.extend(cases.into_iter().filter(|(to, element)| {
                    self.ends(*to)
                        && element
                            .as_ref()
                            .is_some_and(|element| element.mode == Mode::Instead)
                }));
            }
            return found;
        }
        // Either every element is numbered or none is.
        if before
            .first()
            .is_some_and(|first| first.item.is_some() != item.is_some())
        {
            return found;
        }
        // What may stand between two cases; และ may also mean that both must sign.
        let mut joined = false;
        if last.is_some() && !or && item.is_none() {
            for lead in [Word::Slash, Word::Comma, Word::And, Word::Stop] {
                joined |= self.is(start, lead) && lead == Word::And;
                start = self.skip(start, lead);
            }
            if self.is(start, Word::Whereby) && self.opens_case(start + 1) {
                start += 1;
            }
        }
        // Two sentences side by side, without หรือ, number or case, are not known to be alternatives, unless each
        // has amounts or acts of its own, and they are not the same.
        if last.is_some() && !or && item.is_none() && !self.opens_case(start) {
            // "Except for borrowing, any one director signs"
            if before.len() == 1 && last.is_some_and(|last| last.leads) {
                for (next, branch) in self.led(self.give(start), false) {
                    if !branch.also && !branch.adds {
                        found.push((next, Some(general(branch, None))));
                    }
                }
                return found;
            }
            if last.is_some_and(limited) {
                let lead = self.give(start);
                for (next, mut branch) in self.led(lead, false) {
                    branch.must |= lead.must;
                    let element = general(branch, None);
                    let beside = |other: &Element| stands_beside(other, &element, joined);
                    if limited(&element)
                        && before.iter().all(beside)
                        && element.branch.as_ref().is_some_and(|branch| !branch.also)
                    {
                        found.push((next, Some(element)));
                    }
                }
            }
            return found;
        }
        if self.opens_case(start) {
            let hangs = last.is_some_and(|last| self.hangs(marked, start, last));
            if !or && !hangs {
                self.case(at, start, item, &mut found);
            }
            return found;
        }
        let shared = before.first().filter(|first| first.leads);
        let lead = self.give(start);
        for (next, mut branch) in self.led(lead, false) {
            // ด้วย behind a numbered alternative for acts of its own, where it says that they may: it is one more.
            let one_more = item.is_some() && !branch.acts.is_empty() && branch.may;
            if branch.also && !one_more {
                continue;
            }
            // A numbered duty may be one condition of several; and the first rule adds to nothing.
            if (branch.must && item.is_some() && !or) || (branch.adds && last.is_none()) {
                continue;
            }
            branch.must |= lead.must;
            let mut element = general(branch, item);
            if let Some(first) = shared {
                if limited(&element) || element.mode != Mode::General {
                    continue;
                }
                (element.acts, element.amounts) = (first.acts.clone(), first.amounts);
            }
            found.push((next, Some(element)));
        }
        // ประทับตราสำคัญของบริษัทและกรรมการหนึ่งคนลงลายมือชื่อ
        if self.is(start, Word::Seal) && self.is(start + 1, Word::And) {
            for (next, mut branch) in self.branches(start + 2, false) {
                if branch.seal.is_none() && !branch.also {
                    branch.seal = Some(Seal::Required);
                    branch.seal_leads = true;
                    found.push((next, Some(general(branch, item))));
                }
            }
        }
        // 1. ก 2. ข 3. ค สองในสามคนนี้: the numbers may count names, not alternatives.
        if item == Some(1) && last.is_none() {
            for (next, branch) in self.branches(start - 1, false) {
                if !branch.also {
                    found.push((next, Some(general(branch, None))));
                }
            }
        }
        found
    }

    /// "Except for borrowing, any one director signs": nobody may borrow. Without the comma it may be whose rule it is.
    fn exception_first(&self, at: usize, found: &mut Vec<(usize, Option<Element>)>) {
        let (end, acts) = self.acts(self.skip(at + 1, Word::In));
        if acts.is_empty() || !self.is(at, Word::Except) || !self.is(end, Word::Comma) {
            return;
        }
        found.push((
            end + 1,
            Some(Element {
                mode: Mode::Except,
                acts,
                amounts: AmountRange::ANY,
                branch: None,
                item: None,
                sub_item: None,
                duty: false,
                above: false,
                leads: true,
                headed: false,
                replaces_last: false,
                span: self.span(at, end),
            }),
        ));
    }

    /// ในวงเงินไม่เกินหนึ่งล้านบาท (1) … (2) …: the scope of every number.
    fn numbered_within_a_scope(&self, at: usize, found: &mut Vec<(usize, Option<Element>)>) {
        let lead = self.skip(self.skip(self.skip(at, Word::Case), Word::In), Word::Case);
        let (acts_end, acts) = self.acts(lead);
        let (end, amounts) = self
            .amounts(acts_end)
            .unwrap_or((acts_end, AmountRange::ANY));
        let unclear = self.several_acts(lead, acts_end) && !amounts.is_any();
        let item = self.skip(end, Word::Define);
        if end == lead || unclear || self.kind(item) != Some(&Kind::Item(1)) {
            return;
        }
        for (next, branch) in self.led(self.give(item + 1), false) {
            let element = general(branch, Some(1));
            let plain = element.branch.as_ref().is_some_and(|branch| {
                !branch.also && !branch.adds && !branch.must && branch.amounts.is_any()
            });
            if plain && element.acts.is_empty() && element.mode == Mode::General {
                found.push((
                    next,
                    Some(Element {
                        acts: acts.clone(),
                        amounts,
                        leads: true,
                        ..element
                    }),
                ));
            }
        }
    }

    /// เฉพาะ ก และ ข ลงลายมือชื่อ: only they. กรณี and หาก before somebody would say when.
    fn skip_only(&self, at: usize) -> usize {
        const ONLY: usize = 5;
        let length = |token: &Token| token.span.end - token.span.start;
        let only = self.is(at, Word::Case) && self.tokens.get(at).map(length) == Some(ONLY);
        let somebody = matches!(
            self.kind(at + 1),
            Some(Kind::Name(_) | Kind::Word(Word::Director))
        );
        if only && somebody { at + 1 } else { at }
    }

    /// The place after a mark that only sets apart what follows: a number, หรือ, an exception, a seal for all.
    fn after_mark(&self, at: usize) -> usize {
        let mut next = at;
        for word in [Word::Slash, Word::Stop, Word::Comma, Word::Whereby] {
            next = self.skip(next, word);
        }
        let sets_apart = matches!(
            self.kind(next),
            Some(
                Kind::Item(_)
                    | Kind::Word(
                        Word::Or
                            | Word::SealForTwo
                            | Word::SealForThree
                            | Word::NoSealForAll
                            | Word::Except
                            | Word::CaseInstead
                            | Word::SealForAll
                            | Word::Forbidden
                    )
            )
        );
        if next > at && sets_apart { next } else { at }
    }

    /// ให้, ต้อง, ต้องให้, ต้องมี, and what they say of the rule behind them.
    pub(super) fn give(&self, mut at: usize) -> Lead {
        let (mut must, mut has) = (false, false);
        at = self.skip(at, Word::Comma);
        at = self.skip(at, Word::ForWhich);
        at = self.skip(at, Word::Define);
        if matches!(
            self.kind(at + 1),
            Some(Kind::Word(
                Word::Give | Word::Must | Word::MustBe | Word::MustHave
            ))
        ) {
            at = self.skip(at, Word::Whereby);
        }
        for _ in 0..2 {
            match self.kind(at) {
                Some(Kind::Word(Word::Give)) => at += 1,
                Some(Kind::Word(Word::Must | Word::MustBe)) => {
                    must = true;
                    at += 1;
                }
                Some(Kind::Word(Word::MustHave | Word::Has)) => {
                    (must, has) = (true, true);
                    at += 1;
                }
                _ => break,
            }
        }
        Lead { at, must, has }
    }

    /// Every alternative behind these words. "ต้องมี ก" does not say that ก alone will do.
    pub(super) fn led(&self, lead: Lead, scoped: bool) -> Vec<(usize, Branch)> {
        let mut found = self.branches(lead.at, scoped);
        if lead.has {
            found.retain(|(_, branch)| branch.readings.iter().all(counts_people));
        }
        found
    }

    /// \[โดย\] \[(\] กลุ่ม ก ได้แก่ … \[)\]: every place where a definition here may end.
    fn definitions_here(&self, at: usize, found: &mut Vec<(usize, Option<Element>)>) {
        let mut lead = at;
        loop {
            match self.kind(lead) {
                Some(Kind::Word(
                    Word::Whereby
                    | Word::And
                    | Word::Comma
                    | Word::Slash
                    | Word::Stop
                    | Word::Open
                    | Word::Close
                    | Word::Define
                    | Word::Case,
                )) if lead < at + 4 => lead += 1,
                _ => break,
            }
        }
        let Some((label, ends)) = self.definition(lead) else {
            return;
        };
        let members = self.groups.get(&label).map_or(0, Vec::len);
        for (end, people) in ends {
            let end = self.skip(end, Word::Close);
            if people.len() == members && self.closes_definition(end) {
                found.push((end, None));
            }
        }
    }

    /// After a list of members the next thing must be a new one, or the end.
    fn closes_definition(&self, at: usize) -> bool {
        let mut next = at;
        while matches!(
            self.kind(next),
            Some(Kind::Word(
                Word::Whereby | Word::And | Word::Comma | Word::Slash | Word::Stop | Word::Open
            ))
        ) && next < at + 4
        {
            next += 1;
        }
        self.ends(at)
            || self.definition(next).is_some()
            || self.is(next, Word::Director)
            || self.is(next, Word::Give)
            || self.is(next, Word::Heading)
            || matches!(self.kind(next), Some(Kind::Name(_) | Kind::Item(_)))
            || self.is(at, Word::Seal)
            || self.is(at, Word::SealDuty)
            || matches!(self.kind(at), Some(Kind::Word(word)) if seal_for_all(*word).is_some())
            || matches!(self.kind(next), Some(Kind::Group(_) | Kind::Number(_)))
            || self.opens_case(at)
            || self.is(at, Word::Except)
    }
}

/// Whether two rules with scopes of their own, side by side, can only be two rules: their scopes never meet, or they
/// are tiers of one thing, or the second of them is only added to, and nothing like และ joins them.
fn stands_beside(one: &Element, other: &Element, joined: bool) -> bool {
    if one.mode != Mode::General || apart(one, other) {
        return true;
    }
    let tiers = one.acts == other.acts
        && one.amounts != other.amounts
        && one.amounts.per() == other.amounts.per();
    !joined && !one.duty && !other.duty && tiers
}

/// Whether a rule counts people rather than naming them.
fn counts_people(rule: &Rule) -> bool {
    match &rule.kind {
        RuleKind::Person(_) => false,
        RuleKind::AnyDirector(_)
        | RuleKind::AllDirectors
        | RuleKind::Majority(_)
        | RuleKind::AnyOfPool { .. } => true,
        RuleKind::AtLeast { label, .. } => label.is_some(),
        RuleKind::AllOf(parts) | RuleKind::AnyOf(parts) => {
            parts.as_slice().iter().all(counts_people)
        }
    }
}

pub(super) fn general(branch: Branch, item: Option<u64>) -> Element {
    let amounts = branch.amounts;
    let span = branch.span;
    let duty = branch.must;
    let acts = branch.acts.clone();
    let mode = if branch.rest {
        Mode::Rest
    } else {
        Mode::General
    };
    Element {
        mode,
        acts,
        amounts,
        branch: Some(branch),
        item,
        sub_item: None,
        duty,
        above: false,
        leads: false,
        headed: false,
        replaces_last: false,
        span,
    }
}
