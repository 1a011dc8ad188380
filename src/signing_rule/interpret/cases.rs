//! What stands beside the general rule: cases, exceptions, limits, additions, and seals said further on.

use super::brackets::flat;
use super::branch::{Branch, SealForAll, seal_for_all};
use super::lexer::Kind;
use super::lexicon::Word;
use super::party::{Join, Sentence};
use super::statement::{Element, Lead, Mode, general, limited};
use crate::signing_rule::clause::{AmountRange, ScopedAct, Seal};
use crate::signing_rule::rule::{Rule, RuleKind};

impl Sentence<'_> {
    /// เว้นแต่การ… ไม่ต้องประทับตรา: the same people, another word on the seal.
    pub(super) fn seal_exception(
        &self,
        at: usize,
        before: &[Element],
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let [general] = before else { return };
        let Some(branch) = general
            .branch
            .as_ref()
            // A ceiling, or acts of its own: whether they hold without the seal too is not said.
            .filter(|_| general.mode == Mode::General && !limited(general))
        else {
            return;
        };
        let (next, acts) = self.acts(at + 1);
        let (next, amounts) = self.amounts(next).unwrap_or((next, AmountRange::ANY));
        let phrase = self.give(next).at;
        let seal = match self.kind(phrase) {
            Some(Kind::Word(Word::SealDuty)) => Seal::Required,
            Some(Kind::Word(Word::NoSealBare)) => Seal::NotRequired,
            _ => return,
        };
        let unclear = self.several_acts(at, next) && !amounts.is_any();
        if (acts.is_empty() && amounts.is_any()) || unclear || !self.ends(phrase + 1) {
            return;
        }
        let mut branch = branch.clone();
        branch.seal = Some(seal);
        branch.seal_alone = true;
        found.push((
            phrase + 1,
            Some(Element {
                mode: Mode::Except,
                acts,
                amounts,
                branch: Some(branch),
                item: None,
                sub_item: None,
                duty: false,
                above: false,
                leads: false,
                headed: false,
                replaces_last: false,
                span: self.span(at, phrase + 1),
            }),
        ));
    }

    /// A seal phrase behind the definitions: it belongs to the alternative before them.
    pub(super) fn seal_behind(
        &self,
        at: usize,
        last: &Element,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let for_all = match self.kind(at) {
            Some(Kind::Word(Word::Seal | Word::SealDuty)) => None,
            Some(Kind::Word(word)) if seal_for_all(*word).is_some() => seal_for_all(*word),
            _ => return,
        };
        let Some(branch) = &last.branch else { return };
        let asked = match for_all {
            Some(SealForAll::NotRequired) => Seal::NotRequired,
            _ => Seal::Required,
        };
        if branch
            .seal
            .is_some_and(|said| for_all.is_none() || said != asked)
            || branch.seal_for_all.is_some()
        {
            return;
        }
        let mut branch = branch.clone();
        branch.seal = Some(asked);
        branch.seal_for_all = for_all;
        found.push((
            at + 1,
            Some(Element {
                branch: Some(branch),
                replaces_last: true,
                span: last.span.cover(self.span(at, at + 1)),
                ..last.clone()
            }),
        ));
    }

    /// และ ก ลงลายมือชื่อในการ…ได้ด้วย, หรือในเรื่อง… ก ลงลายมือชื่อก็ได้: the words themselves add.
    pub(super) fn added(&self, at: usize, found: &mut Vec<(usize, Option<Element>)>) {
        let lead = match self.kind(at) {
            Some(Kind::Word(Word::And | Word::Or | Word::Moreover | Word::Preserves)) => at + 1,
            _ => return,
        };
        if self.is(at, Word::Or) {
            let mut cases = Vec::new();
            if self.opens_case(lead) {
                self.case(at, lead, None, &mut cases);
            }
            found.extend(cases.into_iter().filter(|(_, element)| {
                element
                    .as_ref()
                    .is_some_and(|element| element.mode == Mode::Add)
            }));
            return;
        }
        let given = self.give(lead);
        for (to, branch) in self.led(given, false) {
            let element = general(branch, None);
            // นอกจากนี้ ก มีอำนาจลงลายมือชื่อ: that ก may is one more rule, and not one more signature.
            let one_more = element.branch.as_ref().is_some_and(|branch| {
                !branch.must
                    && !given.must
                    && !branch.also
                    && (branch.adds
                        || self.is(at, Word::Preserves)
                        || (branch.may && self.is(at, Word::Moreover)))
            });
            if limited(&element) && one_more {
                found.push((
                    to,
                    Some(Element {
                        mode: Mode::Add,
                        ..element
                    }),
                ));
            }
        }
    }

    /// หากเกินวงเงินดังกล่าวต้องมี ข ลงลายมือชื่อร่วมด้วย: those before, and ข.
    fn with_them(&self, at: usize, last: &Element) -> Option<(usize, Branch)> {
        let (list, people) = match self.name_lists(at).pop() {
            Some((_, _, joins)) if joins.contains(&Join::Or) => return None,
            Some((list, people, _)) => (list, people),
            // …ต้องมีกรรมการหนึ่งคนลงลายมือชื่อร่วมด้วย: one director more.
            None => {
                let (to, n) = self.count(self.skip(at, Word::Director))?;
                let counts = |rule: &Rule| matches!(rule.kind, RuleKind::AnyDirector(_));
                let before = last.branch.as_ref()?;
                if n > 1 || !self.is(at, Word::Director) || !before.readings.iter().all(counts) {
                    return None;
                }
                (to, vec![Rule::any_director(n).ok()?])
            }
        };
        let verb = self.skip(list, Word::Joint);
        if !self.is(verb, Word::Sign) {
            return None;
        }
        // ด้วย alone says it of somebody named only.
        let named = people
            .iter()
            .all(|one| matches!(one.kind, RuleKind::Person(_)));
        let to = if self.is(verb + 1, Word::TooWithThem) || (named && self.is(verb + 1, Word::Also))
        {
            verb + 2
        } else if self.is(verb + 1, Word::Joint) && self.is(verb + 2, Word::Also) {
            verb + 3
        } else {
            return None;
        };
        let mut branch = last.branch.clone()?;
        let readings: Option<Vec<Rule>> = branch
            .readings
            .iter()
            .map(|rule| {
                let mut parts = vec![rule.clone()];
                parts.extend(people.iter().cloned());
                let named: Vec<&str> = rule.people();
                let twice = people
                    .iter()
                    .flat_map(|person| person.people())
                    .any(|person| named.contains(&person));
                (!twice)
                    .then(|| Rule::all_of(flat(parts, false)).ok())
                    .flatten()
                    .map(|rule| rule.at(self.span(at, to)))
            })
            .collect();
        branch.readings = readings?;
        branch.span = self.span(at, to);
        Some((to, branch))
    }

    /// เกินกว่านั้นให้…: above the ceiling just said.
    pub(super) fn above_that(
        &self,
        at: usize,
        last: &Element,
        before: &[Element],
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let at_over = self.skip(self.skip(at, Word::Comma), Word::And);
        if !self.is(at_over, Word::OverThat) {
            return;
        }
        // What was added may be added above it too, or not; and more than one ceiling may be meant.
        if last.mode == Mode::Add {
            return;
        }
        // Behind a ceiling of one alternative: whether another that reaches higher still holds there is not said.
        let reaches_higher = |element: &Element| {
            element.mode == Mode::General
                && element.amounts != last.amounts
                && element
                    .amounts
                    .max()
                    .is_none_or(|max| Some(max) > last.amounts.max())
        };
        if last.mode == Mode::General && before.iter().any(reaches_higher) {
            return;
        }
        let Some(above) = last.amounts.max().and_then(|max| max.one_satang_more()) else {
            return;
        };
        // เกินกว่านั้นแต่ไม่เกินห้าล้านบาท
        let but = self.skip(self.skip(at_over + 1, Word::But), Word::And);
        let ceiling = self
            .amounts(but)
            .filter(|(_, range)| range.min().is_none() && range.per() == last.amounts.per());
        let (behind, max) = match ceiling {
            Some((to, range)) => (to, range.max()),
            None => (at_over + 1, None),
        };
        let Ok(amounts) = AmountRange::new(Some(above), max, last.amounts.per()) else {
            return;
        };
        let lead = self.give(behind);
        let with_them = if lead.must && before.len() == 1 {
            self.with_them(lead.at, last)
        } else {
            None
        };
        for (to, branch) in self.led(lead, true).into_iter().chain(with_them) {
            if branch.also || branch.adds {
                continue;
            }
            let duty = lead.must || branch.must;
            found.push((
                to,
                Some(Element {
                    mode: last.mode.clone(),
                    acts: last.acts.clone(),
                    amounts,
                    branch: Some(branch),
                    item: None,
                    sub_item: None,
                    duty,
                    above: true,
                    leads: false,
                    headed: false,
                    replaces_last: false,
                    span: self.span(at, to),
                }),
            ));
        }
    }

    /// ข้อจำกัดอำนาจ: ห้าม…; …ต้อง…; ในวงเงินไม่เกิน….
    pub(super) fn limits(&self, at: usize, found: &mut Vec<(usize, Option<Element>)>) {
        let mut next = self.skip(at + 1, Word::Define);
        if self.is(next, Word::None) {
            if self.ends(next + 1) {
                found.push((next + 1, None));
            }
            return;
        }
        if let Some(Kind::Item(1)) = self.kind(next) {
            next += 1;
        }
        self.forbidden(at, next, found);
        let may = self.may_do(next);
        // A ceiling without a rule of its own: nobody may above it.
        for from in [next, may] {
            let (acts_end, acts) = self.acts(from);
            let several = self.several_acts(from, acts_end);
            let acts_end = self.skip(self.skip_noise(acts_end), Word::Can);
            if let Some((to, range)) = self.amounts(acts_end)
                && self.ends(to)
                && !several
                && range.min().is_none()
                && let Some(above) = range.max().and_then(|max| max.one_satang_more())
                && let Ok(amounts) = AmountRange::new(Some(above), None, range.per())
            {
                found.push((
                    to,
                    Some(Element {
                        mode: Mode::Except,
                        acts,
                        amounts,
                        branch: None,
                        item: None,
                        sub_item: None,
                        duty: false,
                        above: false,
                        leads: false,
                        headed: false,
                        replaces_last: false,
                        span: self.span(at, to),
                    }),
                ));
                break;
            }
        }
        let mut cases = Vec::new();
        let lead = self.skip(self.skip(next, Word::Case), Word::In);
        self.scoped(at, lead, Mode::Case, None, &mut cases);
        for (to, element) in cases {
            // Only a duty limits: "การกู้ยืมเงินต้อง…".
            if let Some(mut element) = element
                && element.mode == Mode::Instead
                // "ในวงเงินไม่เกิน… กรรมการสามคนต้อง…": a ceiling, or when the three must.
                && element.amounts.max().is_none()
                && element
                    .branch
                    .as_ref()
                    .is_some_and(|branch| branch.amounts.is_any())
            {
                element.span = self.span(at, to);
                found.push((to, Some(element)));
            }
        }
        for element in found.iter_mut().filter_map(|(_, element)| element.as_mut()) {
            element.headed |= element.span.start == self.span(at, at + 1).start;
        }
    }

    /// ทำนิติกรรมได้, มีอำนาจทำนิติกรรม: any act.
    fn may_do(&self, at: usize) -> usize {
        self.skip(self.skip(self.skip(at, Word::May), Word::AnyAct), Word::Can)
    }

    /// \[หุ้นส่วนผู้จัดการ\] ห้ามมิให้ acts amounts: nobody may.
    pub(super) fn forbidden(
        &self,
        from: usize,
        at: usize,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let mut next = self.skip_any_office(at);
        if !self.is(next, Word::Forbidden) {
            return;
        }
        next = self.skip_any_office(next + 1);
        let lead = self.skip(self.skip(next, Word::In), Word::AnyAct);
        let (mut acts_end, mut acts) = self.acts(lead);
        // ห้ามกู้ยืมเงินและห้ามค้ำประกัน; 1. ห้าม… 2. ห้าม…
        let mut number = match at.checked_sub(1).and_then(|before| self.kind(before)) {
            Some(Kind::Item(number)) => Some(*number),
            _ => None,
        };
        loop {
            let joined = match self.kind(acts_end) {
                Some(Kind::Item(next)) if number.is_some_and(|number| number + 1 == *next) => {
                    number = Some(*next);
                    acts_end + 1
                }
                Some(Kind::Word(Word::And | Word::Comma)) if number.is_none() => acts_end + 1,
                _ => break,
            };
            if !self.is(joined, Word::Forbidden) {
                break;
            }
            let (end, more) = self.acts(self.skip(joined + 1, Word::In));
            if more.is_empty() || acts.is_empty() {
                break;
            }
            acts.extend(
                more.into_iter()
                    .filter(|act| !acts.contains(act))
                    .collect::<Vec<_>>(),
            );
            acts_end = end;
        }
        let next = self.skip_noise(acts_end);
        let (to, amounts) = self.amounts(next).unwrap_or((next, AmountRange::ANY));
        let to = self.skip_noise(to);
        let unclear = self.several_acts(lead, acts_end) && !amounts.is_any();
        if (acts.is_empty() && amounts.is_any()) || unclear {
            return;
        }
        // ห้าม… เว้นแต่หุ้นส่วนผู้จัดการทุกคนลงลายมือชื่อร่วมกัน
        if self.is(to, Word::Except) {
            // "…เว้นแต่ ก ลงลายมือชื่อ" may only ask for ก beside the others.
            let lead = Lead {
                has: true,
                ..self.give(to + 1)
            };
            for (end, branch) in self.led(lead, true) {
                if !branch.also && !branch.adds {
                    found.push((
                        end,
                        Some(Element {
                            mode: Mode::Except,
                            acts: acts.clone(),
                            amounts,
                            branch: Some(branch),
                            item: None,
                            sub_item: None,
                            // Nobody may but them: what they must do.
                            duty: true,
                            above: false,
                            leads: false,
                            headed: false,
                            replaces_last: false,
                            span: self.span(from, end),
                        }),
                    ));
                }
            }
            return;
        }
        if !self.closes_limit(to) {
            return;
        }
        found.push((
            to,
            Some(Element {
                mode: Mode::Except,
                acts,
                amounts,
                branch: None,
                item: None,
                sub_item: None,
                duty: false,
                above: false,
                leads: false,
                headed: false,
                replaces_last: false,
                span: self.span(from, to),
            }),
        ));
    }

    fn skip_noise(&self, at: usize) -> usize {
        self.skip(
            self.skip(self.skip(at, Word::Noise), Word::Only),
            Word::Closed,
        )
    }

    fn closes_limit(&self, at: usize) -> bool {
        self.ends(at) || self.is(at, Word::Except) || self.is(at, Word::NoLimits)
    }

    fn skip_any_office(&self, at: usize) -> usize {
        match self.kind(at) {
            Some(Kind::Word(Word::Director | Word::ManagingPartner | Word::Liquidator)) => at + 1,
            _ => at,
        }
    }

    pub(super) fn opens_case(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                Kind::Act(_)
                    | Kind::Word(
                        Word::Case
                            | Word::OtherCases
                            | Word::OtherActs
                            | Word::Besides
                            | Word::BesidesItem
                            | Word::Limit
                            | Word::LimitThereby
                            | Word::SumLimit
                            | Word::Within
                            | Word::NotOver
                            | Word::Over
                            | Word::From
                            | Word::Below
                    )
            )
        ) || (self.is(at, Word::In) && matches!(self.kind(at + 1), Some(Kind::Act(_))))
    }

    /// "ก ลงลายมือชื่อในการกู้ยืมเงิน กรรมการสองคนต้อง…": whether ก signs for loans only, or the two must, is not
    /// said, unless ให้ or ต้องให้ right behind the scope gives it to whom follows. `marked`: where the rule before
    /// ends; what stands between is และ or ทั้งนี้, or a mark that sets the scope apart.
    pub(super) fn hangs(&self, marked: usize, at: usize, last: &Element) -> bool {
        let led = (marked..at).all(|at| self.is(at, Word::Whereby) || self.is(at, Word::And));
        let scope = self.is(at, Word::In) || self.is(at, Word::Case);
        // "ลงลายมือชื่อกู้ยืมเงิน": an act without การ goes on with the verb.
        let verb = self.tokens.get(at).is_some_and(|token| {
            let length = token.span.end - token.span.start;
            matches!(token.kind, Kind::Act(word) if word.chars().count() >= length)
        });
        let bare = self.is(at, Word::About) || verb;
        if last.branch.is_none() || !led || !(scope || (bare && at == marked)) {
            return false;
        }
        let scope = self.skip(self.skip(self.skip(at, Word::Case), Word::In), Word::Case);
        let (end, acts) = self.acts(self.skip(scope, Word::AnyAct));
        let room = if acts.is_empty() {
            last.acts.is_empty() && last.amounts.is_any()
        } else {
            last.acts.is_empty()
        };
        // "…ในการกู้ยืมเงิน วงเงินเกินสามล้านบาทให้…": the acts behind, the amount before.
        let split = !acts.is_empty()
            && matches!(
                self.kind(end),
                Some(Kind::Word(Word::Limit | Word::SumLimit))
            );
        // "สำหรับการ… นอกจากกรรมการดังกล่าวแล้ว ให้…"
        let (end, _) = self.acts(self.skip(scope, Word::AnyAct));
        let besides = self.is(at, Word::Case) && self.besides(end).is_some();
        room && (split || !(besides || self.given_behind(scope)))
    }

    /// Whether ให้ or ต้อง stands right behind the acts and amounts at this place.
    pub(super) fn given_behind(&self, scope: usize) -> bool {
        let (end, _) = self.acts(self.skip(scope, Word::AnyAct));
        let end = self.amounts(end).map_or(end, |(to, _)| to);
        matches!(
            self.kind(end),
            Some(Kind::Word(
                Word::Give | Word::Must | Word::MustBe | Word::MustHave
            ))
        )
    }

    pub(super) fn case(
        &self,
        from: usize,
        at: usize,
        item: Option<u64>,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        if let Some(rest) = self.rest_of_cases(at, item) {
            let lead = self.give(rest);
            for (next, branch) in self.led(lead, false) {
                // "นอกจากนี้ ก ลงลายมือชื่อในการ…ได้ด้วย" adds for what it names.
                let adds = branch.adds && !branch.acts.is_empty();
                if (branch.adds && !adds) || branch.also {
                    continue;
                }
                if !adds && !branch.acts.is_empty() {
                    continue;
                }
                let span = self.span(from, next);
                let element = Element {
                    mode: if adds { Mode::Add } else { Mode::Rest },
                    acts: branch.acts.clone(),
                    amounts: branch.amounts,
                    duty: lead.must || branch.must,
                    branch: Some(branch),
                    item,
                    sub_item: None,
                    above: false,
                    leads: false,
                    headed: false,
                    replaces_last: false,
                    span,
                };
                found.push((next, Some(element)));
            }
            return;
        }
        if let Some(next) = self.besides(at) {
            return self.scoped(from, next, Mode::Add, item, found);
        }
        let scope = self.skip(self.skip(self.skip(at, Word::Case), Word::In), Word::Case);
        self.scoped(from, scope, Mode::Case, item, found);
    }

    /// กรณีอื่น, กรณีอื่นนอกจาก (1) ถึง (3), นอกจาก (1) และ (2): everything that the cases before are not.
    fn rest_of_cases(&self, at: usize, item: Option<u64>) -> Option<usize> {
        let other = self.skip(self.skip(at, Word::OtherCases), Word::OtherActs);
        if !self.is(other, Word::BesidesItem) {
            return (other > at).then_some(other);
        }
        let mut next = other + 1;
        let mut last = 0;
        let mut count = 0;
        while let Some(Kind::Item(number)) = self.kind(next) {
            let range = self.is(next.checked_sub(1)?, Word::To);
            if *number != last + 1 && !range {
                return None;
            }
            last = *number;
            count += 1;
            next += 1;
            if matches!(
                self.kind(next),
                Some(Kind::Word(Word::And | Word::To | Word::Comma))
            ) {
                next += 1;
            }
        }
        // All the numbers so far, and no แล้ว: what goes on with แล้ว adds to them.
        (count > 0 && item == Some(last + 1) && !self.is(next, Word::Then)).then_some(next)
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
    pub(super) fn scoped(
        &self,
        from: usize,
        at: usize,
        mode: Mode,
        item: Option<u64>,
        found: &mut Vec<(usize, Option<Element>)>,
    ) {
        let (next, acts) = self.acts(self.skip(at, Word::AnyAct));
        let next = self.skip(next, Word::Whereby);
        let limited = matches!(
            self.kind(next),
            Some(Kind::Word(
                Word::Limit
                    | Word::LimitThereby
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
        let several = (at..next)
            .filter(|position| matches!(self.kind(*position), Some(Kind::Act(_))))
            .count()
            > 1;
        let (next, amounts) = match self.amounts(next) {
            // "การค้ำประกันและการกู้ยืมเงินเกิน…": which of them the amount limits is not said.
            Some(_) if several => return,
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
        let lead = self.give(next);
        let element = |next: usize, branch: Option<Branch>| Element {
            mode: match &branch {
                Some(branch) if branch.adds && mode == Mode::Case => Mode::Add,
                // "การกู้ยืมเงินต้อง…" takes the general rule's place.
                Some(branch) if (lead.must || branch.must) && mode == Mode::Case => Mode::Instead,
                _ => mode.clone(),
            },
            acts: match &branch {
                Some(branch) if acts.is_empty() => branch.acts.clone(),
                _ => acts.clone(),
            },
            amounts,
            duty: branch
                .as_ref()
                .is_some_and(|branch| lead.must || branch.must),
            branch,
            item,
            sub_item: None,
            above: false,
            leads: false,
            headed: false,
            replaces_last: false,
            span: self.span(from, next),
        };
        if mode == Mode::Except && (self.ends(next) || self.is(next, Word::Except)) {
            found.push((next, Some(element(next, None))));
        }
        let scoped = !acts.is_empty() || !amounts.is_any();
        for (to, branch) in self.led(lead, scoped) {
            // A scope before and another behind the verb: which one holds is not said.
            let clear = branch.amounts.is_any() && (branch.acts.is_empty() || acts.is_empty());
            // ด้วย without นอกจาก: beside whom is not said. An exception that adds contradicts itself.
            let replaces = matches!(mode, Mode::Except | Mode::Instead);
            let must = lead.must || branch.must;
            // What must be adds to nothing: it may be one more condition.
            // นอกจาก…แล้วให้ ก ลงลายมือชื่อด้วย: one more signature, unless the words say that ก may.
            let one_more = mode == Mode::Add && !branch.adds && !branch.may;
            let odd = (branch.also && mode != Mode::Add)
                || one_more
                || (branch.adds && (replaces || must))
                || (mode == Mode::Add && must);
            if clear && !odd {
                found.push((to, Some(element(to, Some(branch)))));
            }
        }
    }

    pub(super) fn acts(&self, mut at: usize) -> (usize, Vec<ScopedAct>) {
        let mut acts: Vec<ScopedAct> = Vec::new();
        let mut end = at;
        let mut count = 0;
        at = self.skip(at, Word::About);
        while let Some(Kind::Act(word)) = self.kind(at) {
            count += 1;
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
            } else {
                // Two acts side by side, or one about another, are one narrower act, which nobody knows.
                break;
            }
            at = self.skip(at, Word::About);
        }
        // "งานด้านแรงงาน ได้แก่ การจ้าง…": what follows says which.
        if count == 1
            && self.is(end, Word::Define)
            && matches!(self.kind(end + 1), Some(Kind::Act(_)))
        {
            return self.acts(end + 1);
        }
        (end, acts)
    }
}

/// The codes a scope word surely covers, and the word itself where it may cover more, or take away more.
fn entries(word: &str) -> Vec<ScopedAct> {
    let word = ScopedAct::Word(word.to_owned());
    let (surely, _) = word.meaning();
    let (_, perhaps) = word.withdrawn();
    let mut entries: Vec<ScopedAct> = surely.iter().map(ScopedAct::Known).collect();
    if !perhaps.is_empty() || entries.is_empty() {
        entries.push(word);
    }
    entries
}
