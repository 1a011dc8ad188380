//! One alternative: parties, the verb, what closes it.

use super::lexer::Kind;
use super::lexicon::Word;
use super::modifiers::Modifiers;
use super::party::{Join, Party, Sentence, Who, head_count};
use crate::signing_rule::clause::{AmountRange, ScopedAct, Seal};
use crate::signing_rule::rule::{Rule, Span};

/// The most parties of one alternative.
const MAX_PARTIES: usize = 6;
/// The most readings of one alternative.
pub(super) const MAX_PRODUCTS: usize = 64;

/// One alternative of a sentence, in every reading of its connectors.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) readings: Vec<Rule>,
    /// What its own words say about the seal; `None` when they are silent.
    pub(super) seal: Option<Seal>,
    /// ประทับตรา… และ ก ลงลายมือชื่อ: the seal stands before everything.
    pub(super) seal_leads: bool,
    /// เว้นแต่…ต้องประทับตรา: what it says of the seal is said of it alone.
    pub(super) seal_alone: bool,
    /// ทุกกรณีให้ประทับตรา: what it says about the seal holds for the alternatives before it too.
    pub(super) seal_for_all: Option<SealForAll>,
    pub(super) amounts: AmountRange,
    /// Acts named behind the verb: ลงลายมือชื่อในการ….
    pub(super) acts: Vec<ScopedAct>,
    pub(super) span: Span,
    pub(super) mismatch: bool,
    /// ได้ด้วย: the words themselves say that this adds to what was said before.
    pub(super) adds: bool,
    /// ด้วย alone: somebody signs too, beside whom is not said.
    pub(super) also: bool,
    /// ต้อง: the words themselves say that nothing else will do.
    pub(super) must: bool,
    /// ในกิจการอื่น behind the verb: for everything the others are not.
    pub(super) rest: bool,
    /// Somebody is left out before everything: perhaps of every alternative.
    pub(super) narrowed_before: bool,
    /// Somebody is left out or required behind the verb: perhaps of every alternative.
    pub(super) narrowed_behind: bool,
    /// Somebody is left out: perhaps also of a count that is said further on.
    pub(super) leaves_out: bool,
    /// ทั้งนี้, โดย, ทุกกรณี before acts or amounts behind the verb: perhaps of every alternative.
    pub(super) scope_apart: bool,
    /// มีอำนาจ, ได้, แต่ผู้เดียว: says that they may, not that they sign too.
    pub(super) may: bool,
}

/// A word on the seal that reaches beyond its own alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealForAll {
    /// Every alternative asks for it.
    Required,
    /// So many alternatives ask for it, and there must be so many.
    RequiredOf(usize),
    /// None asks for it.
    NotRequired,
    /// ทั้งนี้: the last one, or all of them.
    Perhaps,
}

/// How a party is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    With,
    And,
    Or,
}

/// What follows the verb.
#[derive(Debug, Clone, Default)]
pub(super) struct Closing {
    pub(super) joint: bool,
    pub(super) total: Option<u16>,
    pub(super) everybody: Option<Option<u16>>,
    /// A count behind the verb: กรรมการลงลายมือชื่อร่วมกันสองคน.
    pub(super) count: Option<u16>,
    /// A list behind the verb: กรรมการสองในสามคนนี้ลงลายมือชื่อ คือ ก ข ค.
    pub(super) list: Vec<Rule>,
    pub(super) any_one: bool,
    pub(super) alone: bool,
    pub(super) seal: Option<Seal>,
    pub(super) seal_for_all: Option<SealForAll>,
    pub(super) several_acts: bool,
    /// ทั้งนี้, โดย, ทุกกรณี before acts or amounts.
    pub(super) apart: bool,
    pub(super) can: bool,
    pub(super) narrowed: bool,
    pub(super) amounts: AmountRange,
    pub(super) acts: Vec<ScopedAct>,
    pub(super) adds: bool,
    pub(super) also: bool,
    /// ได้อีกคนหนึ่ง
    pub(super) too_one: bool,
    pub(super) rest: bool,
    pub(super) liquidators: bool,
    pub(super) modifiers: Modifiers,
}

/// Parties before the closing is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) parties: Vec<Party>,
    pub(super) links: Vec<Link>,
    /// How many parties stand before the verb, once it has been read.
    pub(super) before_verb: Option<usize>,
    pub(super) joint: bool,
    /// ร่วมกัน before the verb.
    pub(super) joint_before: bool,
    /// หรือ behind the verb, before several people: …ร่วมกับ ข หรือกรรมการสองคน.
    pub(super) or_several: bool,
    pub(super) must: bool,
    /// คนเดียว before the verb.
    pub(super) alone: bool,
    /// มีอำนาจ: says that they may, not that they do it together.
    pub(super) may: bool,
    /// รวมเป็นสองคน before the verb.
    pub(super) total: Option<u16>,
    pub(super) modifiers: Modifiers,
}

impl Chain {
    fn signed(&self) -> bool {
        self.before_verb.is_some()
    }

    fn joined(&self, link: Link, party: Party) -> Self {
        let mut longer = self.clone();
        longer.links.push(link);
        longer.parties.push(party);
        longer
    }
}

impl Sentence<'_> {
    /// Every way to read one alternative at this place. `scoped`: its acts or amounts were said before it.
    pub(super) fn branches(&self, at: usize, scoped: bool) -> Vec<(usize, Branch)> {
        let mut found = Vec::new();
        // ลงลายมือชื่อโดยกรรมการสองคน: the verb first.
        if self.is(at, Word::Sign) && self.is(at + 1, Word::Whereby) {
            for (next, party) in self.parties(at + 2, false) {
                let chain = Chain {
                    parties: vec![party],
                    before_verb: Some(1),
                    ..Chain::default()
                };
                self.chain(at, next, chain, scoped, &mut found);
            }
        }
        for (next, party) in self.parties(at, false) {
            let chain = Chain {
                parties: vec![party],
                ..Chain::default()
            };
            self.verb_or_chain(at, next, chain, scoped, &mut found);
        }
        found
    }

    /// ยกเว้น ก กรรมการสองคนลงลายมือชื่อร่วมกัน: who does not count, before who does.
    pub(super) fn branches_without(&self, at: usize) -> Vec<(usize, Branch)> {
        let mut found = Vec::new();
        let Some((start, modifiers)) = self.modifier(at, &Modifiers::default(), false) else {
            return found;
        };
        let start = self.skip(start, Word::Comma);
        if modifiers.excluded.is_empty() || !self.is(start, Word::Director) {
            return found;
        }
        for (next, party) in self.parties(start, false) {
            let chain = Chain {
                parties: vec![party],
                modifiers: modifiers.clone(),
                ..Chain::default()
            };
            self.verb_or_chain(at, next, chain, false, &mut found);
        }
        for (_, branch) in &mut found {
            branch.narrowed_before = true;
        }
        found
    }

    fn verb_or_chain(
        &self,
        from: usize,
        next: usize,
        mut chain: Chain,
        scoped: bool,
        found: &mut Vec<(usize, Branch)>,
    ) {
        let mut next = next;
        if let Some((to, modifiers)) = self.modifier(next, &chain.modifiers, false) {
            (next, chain.modifiers) = (to, modifiers);
        }
        if self.implied_verb {
            self.chain(from, next, chain, scoped, found);
            return;
        }
        // "…authorised to sign are: two directors jointly with the seal": the heading's verb serves the first rule.
        if from > 0
            && self.is(from - 1, Word::Define)
            && (0..from).any(|at| self.is(at, Word::HeadingSign))
            && self.is(next, Word::Joint)
            && self.is(next + 1, Word::Seal)
        {
            chain.before_verb = Some(chain.parties.len());
            self.chain(from, next, chain, scoped, found);
            return;
        }
        let verb = self.verb(next, &mut chain);
        self.chain(from, verb.unwrap_or(next), chain, scoped, found);
    }

    fn chain(
        &self,
        from: usize,
        at: usize,
        chain: Chain,
        scoped: bool,
        found: &mut Vec<(usize, Branch)>,
    ) {
        if (chain.signed() || self.implied_verb)
            && let Some((to, branch)) = self.close(from, at, &chain, scoped)
        {
            found.push((to, branch));
        }
        if chain.parties.len() >= MAX_PARTIES {
            return;
        }
        let Some((link, next)) = self.link(at, &chain) else {
            return;
        };
        for (to, party) in self.parties(next, link != Link::Or) {
            let mut longer = chain.joined(link, party);
            longer.or_several = longer.signed()
                && (chain.or_several || (link == Link::Or && self.several(next, to, &longer)));
            if !longer.signed() {
                self.verb_or_chain(from, to, longer, scoped, found);
                continue;
            }
            self.chain(from, to, longer.clone(), scoped, found);
            // The verb said once more at the end may change nothing.
            if !(link == Link::Or && self.opens_of_its_own(next, to, &longer))
                && self.is(to, Word::Sign)
                && !self.is(to + 1, Word::With)
                && let Some((to, branch)) = self.close(from, to + 1, &longer, scoped)
            {
                found.push((to, branch));
            }
        }
    }

    /// Whether what stands behind หรือ, with its own verb, can only be an alternative of its own:
    /// "…หรือกรรมการสามคนลงลายมือชื่อร่วมกัน", but not "…หรือกรรมการอื่นอีกสองคน…", who may be beside the first.
    fn opens_of_its_own(&self, from: usize, to: usize, chain: &Chain) -> bool {
        self.is(to + 1, Word::Joint) && self.several(from, to, chain)
    }

    /// Whether the last party is several people, and not said to be others than those before.
    fn several(&self, from: usize, to: usize, chain: &Chain) -> bool {
        let several = chain.parties.last().is_some_and(|party| match &party.who {
            Who::Settled(rule) => head_count(rule, self.sizes).0 > 1,
            _ => false,
        });
        several && !self.says(from, to, Word::Other) && !self.says(from, to, Word::Again)
    }

    /// Whether this word stands between two places.
    pub(super) fn says(&self, from: usize, to: usize, word: Word) -> bool {
        (from..to).any(|at| self.is(at, word))
    }

    /// How the next party is joined to those read so far, and where it starts.
    fn link(&self, at: usize, chain: &Chain) -> Option<(Link, usize)> {
        if self.is(at, Word::With) {
            return Some((Link::With, at + 1));
        }
        let settled = chain.parties.last().is_some_and(|party| {
            matches!(
                party.who,
                Who::Settled(_) | Who::Names { any_one: true, .. }
            )
        });
        let joint_between = self.skip(at, Word::Comma);
        if self.is(joint_between, Word::And) {
            let next = self.skip(joint_between, Word::And);
            // "และ" joins an office like ร่วมกับ as long as no verb came between; a list of names has its own และ.
            let named = settled && matches!(self.kind(next), Some(Kind::Name(_)));
            return (!chain.signed() && (self.joins_office(next) || named))
                .then_some((Link::And, next));
        }
        if self.is(joint_between, Word::Or) || self.is(joint_between, Word::AndOr) {
            let next = joint_between + 1;
            let inside = chain
                .before_verb
                .is_none_or(|before| chain.parties.len() > before);
            let named = settled && matches!(self.kind(next), Some(Kind::Name(_)));
            return (inside && (self.joins_office(next) || named)).then_some((Link::Or, next));
        }
        None
    }

    /// The verb at this place, after มีอำนาจ, ต้อง, ร่วมกัน and a total if they are there.
    fn verb(&self, at: usize, chain: &mut Chain) -> Option<usize> {
        let (mut next, mut joint, mut must, mut total) = (at, false, false, None);
        let mut modifiers = chain.modifiers.clone();
        loop {
            match self.kind(next) {
                Some(Kind::Word(Word::May)) => {
                    chain.may = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Can)) => {
                    chain.may = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Noise | Word::Only | Word::Closed | Word::Comma)) => {
                    next += 1;
                }
                Some(Kind::Word(Word::Sole | Word::Alone)) if !chain.alone => {
                    chain.alone = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Must | Word::MustBe)) => {
                    must = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Joint)) if !joint => {
                    joint = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Total)) if total.is_none() => {
                    let (to, n) = self.total(next)?;
                    (next, total) = (to, Some(n));
                }
                Some(Kind::Word(Word::Sign)) => {
                    chain.before_verb = Some(chain.parties.len());
                    chain.joint |= joint;
                    chain.joint_before |= joint && !self.says_merely_joint(at, next);
                    chain.must |= must;
                    chain.total = total;
                    chain.modifiers = modifiers;
                    return Some(next + 1);
                }
                _ => {
                    (next, modifiers) = self.modifier(next, &modifiers, false)?;
                }
            }
        }
    }

    /// กรรมการทุกคนแต่ละคน: each of them, not all of them together, where the words say that they may.
    pub(super) fn each_of_all_directors(&self, at: usize) -> bool {
        self.is(at, Word::All) && self.is(at + 1, Word::Each)
    }

    /// ร่วม before a verb, of "ร่วมลงนามกับ": ร่วมกับ taken apart.
    fn says_merely_joint(&self, from: usize, to: usize) -> bool {
        const JOINT: usize = 4;
        self.tokens
            .get(from..to)
            .unwrap_or(&[])
            .iter()
            .any(|token| {
                token.kind == Kind::Word(Word::Joint) && token.span.end - token.span.start == JOINT
            })
    }

    /// รวมเป็น n คน
    fn total(&self, at: usize) -> Option<(usize, u16)> {
        let number = self.skip(self.skip(at + 1, Word::Count), Word::AtLeast);
        let n = self.whole_number(number)?;
        self.is(number + 1, Word::Person).then_some((number + 2, n))
    }

    fn joins_office(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                Kind::Group(_)
                    | Kind::Word(Word::Director | Word::ManagingPartner | Word::Liquidator)
            )
        ) || self.opens_english_office(at)
    }

    fn close(
        &self,
        from: usize,
        at: usize,
        chain: &Chain,
        scoped: bool,
    ) -> Option<(usize, Branch)> {
        let (to, closing) = self.closing(at, chain, scoped)?;
        let joint = chain.joint || closing.joint;
        // "กรรมการทุกคนมีอำนาจลงลายมือชื่อ": each of them, or all together.
        let may = chain.may || closing.can;
        let each = (may || self.implied_verb) && !joint;
        let every_one = self.is(from, Word::Director) && self.each_of_all_directors(from + 1);
        let everybody = closing.everybody.is_some()
            || (self.says(from, at, Word::All) && !every_one)
            || self.says(from, at, Word::Both);
        if (each && everybody) || (every_one && !each) {
            return None;
        }
        // "แต่ละคนต้องลงลายมือชื่อ": every one of them must; "ก และ ข แต่ละคน" only says each alone where they may.
        if self.says(from, at, Word::Each) {
            let alone = closing.alone || chain.alone;
            let with = self.says(from, at, Word::With);
            if chain.must || with || (self.says(from, at, Word::And) && !may && !alone) {
                return None;
            }
        }
        // Acts or amounts behind somebody left out, or required, may be when they are.
        if !closing.modifiers.is_empty() && (!closing.acts.is_empty() || !closing.amounts.is_any())
        {
            return None;
        }
        // An amount behind several acts may limit all of them or the last.
        if closing.several_acts && !closing.amounts.is_any() {
            return None;
        }
        let mut readings = self.readings(chain, &closing, joint, each)?;
        readings = self.modified(readings, &closing.modifiers)?;
        for total in [chain.total, closing.total]
            .into_iter()
            .flatten()
            .map(usize::from)
        {
            readings.retain(|rule| head_count(rule, self.sizes) == (total, total));
        }
        // ร่วมกัน of one person contradicts itself; so does โดยลำพัง of two. Neither chooses between readings.
        let single = chain.parties.len() == 1;
        let most = |rule: &Rule| head_count(rule, self.sizes).1;
        let contradicted = (joint && readings.iter().all(|rule| most(rule) < 2))
            || ((closing.alone || chain.alone) && readings.iter().any(|rule| most(rule) != 1));
        if readings.is_empty()
            || contradicted
            || (closing.liquidators && !(single && self.is(from, Word::Liquidator)))
        {
            return None;
        }
        let span = self.span(from, to);
        let readings = readings
            .into_iter()
            .map(|rule| {
                if rule.span.is_some() {
                    rule
                } else {
                    rule.at(self.span(from, at))
                }
            })
            .collect();
        let mismatch = chain.parties.iter().any(|party| party.mismatch);
        Some((
            to,
            Branch {
                readings,
                seal: closing.seal,
                seal_leads: false,
                seal_alone: false,
                seal_for_all: closing.seal_for_all,
                amounts: closing.amounts,
                acts: closing.acts,
                span,
                mismatch,
                adds: closing.adds,
                also: closing.also || (closing.too_one && !closing.alone && !chain.alone),
                must: chain.must,
                rest: closing.rest,
                narrowed_before: false,
                narrowed_behind: closing.narrowed,
                leaves_out: !closing.modifiers.excluded.is_empty(),
                scope_apart: closing.apart,
                may: may || closing.alone || chain.alone,
            },
        ))
    }

    /// Everything that may follow the verb, each at most once, in any order.
    fn closing(&self, mut at: usize, chain: &Chain, scoped: bool) -> Option<(usize, Closing)> {
        let mut closing = Closing {
            modifiers: chain.modifiers.clone(),
            ..Closing::default()
        };
        let points = chain
            .parties
            .iter()
            .any(|party| matches!(party.who, Who::Pointing { .. }));
        let once = |taken: &mut bool| !std::mem::replace(taken, true);
        let (mut joint, mut total, mut everybody, mut any_one, mut alone, mut seal, mut amounts) =
            (false, false, false, false, false, false, false);
        let mut closed = false;
        loop {
            match self.kind(at) {
                Some(Kind::Word(Word::Joint)) if once(&mut joint) => {
                    closing.joint = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Total)) if once(&mut total) => {
                    let (to, n) = self.total(at)?;
                    (at, closing.total) = (to, Some(n));
                }
                Some(Kind::Word(Word::Both)) if once(&mut everybody) => {
                    let (to, n) = self.both(at)?;
                    closing.everybody = Some(Some(n));
                    at = to;
                }
                Some(Kind::Word(Word::All)) if once(&mut everybody) => {
                    let both = self.both(at);
                    closing.everybody = Some(both.map(|(_, n)| n));
                    at = both.map_or(at + 1, |(to, _)| to);
                }
                Some(Kind::Word(Word::AnyOne)) if once(&mut any_one) => {
                    closing.any_one = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Alone | Word::Sole)) if once(&mut alone) => {
                    closing.alone = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Seal)) if once(&mut seal) => {
                    closing.seal = Some(Seal::Required);
                    at += 1;
                }
                // A duty of the seal behind acts or amounts is for them, and another rule.
                Some(Kind::Word(Word::SealDuty | Word::NoSealBare))
                    if !closing.acts.is_empty() || !closing.amounts.is_any() =>
                {
                    return None;
                }
                Some(Kind::Word(Word::SealDuty)) if once(&mut seal) => {
                    closing.seal = Some(Seal::Required);
                    at += 1;
                }
                Some(Kind::Word(Word::NoSeal | Word::NoSealBare)) if once(&mut seal) => {
                    closing.seal = Some(Seal::NotRequired);
                    at += 1;
                }
                Some(Kind::Word(word)) if seal_for_all(*word).is_some() => {
                    let for_all = seal_for_all(*word)?;
                    let asked = match for_all {
                        SealForAll::NotRequired => Seal::NotRequired,
                        _ => Seal::Required,
                    };
                    if closing.seal.is_some_and(|said| said != asked)
                        || closing.seal_for_all.is_some()
                    {
                        return None;
                    }
                    seal = true;
                    // In "ประทับตรา ทุกกรณีในวงเงิน…" the words for all may lead in the amount.
                    closed = true;
                    (closing.seal, closing.seal_for_all) = (Some(asked), Some(for_all));
                    at += 1;
                }
                Some(Kind::Word(Word::Seal | Word::SealDuty))
                    if closing.seal == Some(Seal::Required) =>
                {
                    at += 1;
                }
                // "ประทับตราก็ได้": the seal, or the signing, is optional.
                Some(Kind::Word(Word::Optional)) => {
                    if matches!(
                        at.checked_sub(1).and_then(|before| self.kind(before)),
                        Some(Kind::Word(
                            Word::Seal
                                | Word::SealDuty
                                | Word::SealThereby
                                | Word::NoSeal
                                | Word::NoSealBare
                        ))
                    ) {
                        return None;
                    }
                    closing.adds = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Can)) => {
                    closing.can = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Noise | Word::Only)) => at += 1,
                Some(Kind::Word(Word::Closed)) => {
                    closed = true;
                    at += 1;
                }
                // A comma before something that still belongs to this alternative.
                Some(Kind::Word(Word::Comma))
                    if matches!(
                        self.kind(at + 1),
                        Some(Kind::Word(
                            Word::Seal
                                | Word::NoSeal
                                | Word::SealForAll
                                | Word::Total
                                | Word::Joint
                                | Word::NotBeing
                                | Word::AmongThem
                                | Word::OneAmongThem
                                | Word::MadeUpOf
                                | Word::WithThem
                                | Word::SealDuty
                                | Word::SealThereby
                                | Word::NoSealBare
                        ))
                    ) =>
                {
                    at += 1;
                }
                Some(Kind::Act(_)) if !scoped && closing.acts.is_empty() => {
                    let (to, acts) = self.acts(at);
                    if acts.is_empty() || !self.closes_acts(to) {
                        return Some((at, closing));
                    }
                    closing.several_acts = self.several_acts(at, to);
                    closing.apart |= closed;
                    (at, closing.acts) = (to, acts);
                }
                Some(Kind::Word(Word::OtherCases | Word::OtherActs))
                    if !scoped
                        && !closing.rest
                        && self.closes_acts(at + 1)
                        && closing.acts.is_empty() =>
                {
                    closing.rest = true;
                    at += 1;
                }
                Some(Kind::Word(Word::WholeGroup)) if once(&mut everybody) => {
                    closing.everybody = Some(None);
                    at += 1;
                }
                Some(Kind::Word(Word::Too)) => {
                    closing.adds = true;
                    at += 1;
                }
                Some(Kind::Word(Word::LiquidatorNoise)) => {
                    closing.liquidators = true;
                    at += 1;
                }
                // Alone, or beside those said before, is not said: only a word such as โดยลำพัง tells.
                Some(Kind::Word(Word::TooOne)) => {
                    closing.adds = true;
                    closing.too_one = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Also)) => {
                    closing.also = true;
                    at += 1;
                }
                Some(Kind::Word(
                    Word::Limit
                    | Word::LimitThereby
                    | Word::SumLimit
                    | Word::Within
                    | Word::NotOver
                    | Word::PerAct
                    | Word::PerDay
                    | Word::PerMonth
                    | Word::PerContract,
                )) if !scoped && once(&mut amounts) => {
                    let (to, range) = self.amounts(at)?;
                    closing.apart |= closed || self.is(at, Word::LimitThereby);
                    closing.amounts = range;
                    at = to;
                }
                Some(Kind::Number(_) | Kind::Word(Word::AtLeast | Word::Count))
                    if closing.count.is_none() =>
                {
                    let (to, n) = self.count(at)?;
                    (at, closing.count) = (to, Some(n));
                }
                Some(Kind::Word(Word::In | Word::Case | Word::Whereby | Word::About))
                    if !scoped && self.scope_behind(at).is_some() =>
                {
                    let (to, acts, range) = self.scope_behind(at)?;
                    if !(acts.is_empty() || closing.acts.is_empty())
                        || !(range.is_any() || closing.amounts.is_any())
                    {
                        return None;
                    }
                    closing.several_acts |= self.several_acts(at, to);
                    closing.apart |= closed
                        || self.says(at, to, Word::Whereby)
                        || self.says(at, to, Word::LimitThereby);
                    closing.acts.extend(acts);
                    if !range.is_any() {
                        amounts = true;
                        closing.amounts = range;
                    }
                    at = to;
                }
                Some(Kind::Word(Word::Define | Word::This))
                    if points && closing.list.is_empty() =>
                {
                    let list = self.skip(self.skip(at, Word::This), Word::Define);
                    let (to, people, joins) = self.name_lists(list).pop()?;
                    if joins.contains(&Join::And) && joins.contains(&Join::Or) {
                        return None;
                    }
                    (at, closing.list) = (to, people);
                }
                _ => match self.modifier(at, &closing.modifiers, true) {
                    Some((to, modifiers)) => {
                        closing.narrowed = true;
                        (at, closing.modifiers) = (to, modifiers);
                    }
                    None => return Some((at, closing)),
                },
            }
        }
    }

    /// \[ทั้งนี้\] \[เฉพาะ\] \[ใน\] acts amounts, at the end of an alternative. Before a new rule they are its case.
    fn scope_behind(&self, at: usize) -> Option<(usize, Vec<ScopedAct>, AmountRange)> {
        let mut lead = at;
        for word in [Word::Whereby, Word::Case, Word::In, Word::Case] {
            lead = self.skip(lead, word);
        }
        let (end, acts) = self.acts(lead);
        let (to, range) = self.amounts(end).unwrap_or((end, AmountRange::ANY));
        let says = !acts.is_empty() || !range.is_any();
        // "…up to Baht 1,000,000 and two directors…": another rule, for amounts of its own.
        let next_tier = !range.is_any() && self.is(to, Word::And) && self.joins_office(to + 1);
        (says && (next_tier || self.closes_acts(to))).then_some((to, acts, range))
    }

    /// Whether more than one act is named between two places.
    pub(super) fn several_acts(&self, from: usize, to: usize) -> bool {
        (from..to)
            .filter(|at| matches!(self.kind(*at), Some(Kind::Act(_))))
            .count()
            > 1
    }

    fn closes_acts(&self, at: usize) -> bool {
        let rest = self.is(at, Word::Comma)
            && (self.is(at + 1, Word::OtherCases) || self.is(at + 1, Word::OtherActs));
        rest || matches!(
            self.kind(at),
            None | Some(Kind::Item(_))
                | Some(Kind::Word(
                    Word::Too
                        | Word::Except
                        | Word::CaseInstead
                        | Word::Noise
                        | Word::Only
                        | Word::Closed
                        | Word::Can
                        | Word::Optional
                        | Word::Seal
                        | Word::NoSeal
                        | Word::SealForAll
                        | Word::Slash
                        | Word::Stop
                        | Word::Or
                        | Word::OtherCases
                        | Word::OtherActs
                        | Word::OverThat
                        | Word::Alone
                ))
        )
    }
}

/// A phrase on the seal that reaches beyond its own alternative.
pub(super) fn seal_for_all(word: Word) -> Option<SealForAll> {
    match word {
        Word::SealForAll => Some(SealForAll::Required),
        Word::SealForTwo => Some(SealForAll::RequiredOf(2)),
        Word::SealForThree => Some(SealForAll::RequiredOf(3)),
        Word::NoSealForAll => Some(SealForAll::NotRequired),
        Word::SealThereby => Some(SealForAll::Perhaps),
        _ => None,
    }
}
