//! One alternative: parties, the verb, what closes it.

use super::lexer::Kind;
use super::lexicon::Word;
use super::party::{Join, Party, Sentence, Who, bracketings, head_count};
use crate::signing_rule::clause::{AmountRange, ScopedAct, Seal};
use crate::signing_rule::rule::{Pool, Rule, Span};

/// The most parties joined by ร่วมกับ.
const MAX_PARTIES: usize = 6;

/// One alternative of a sentence, in every reading of its connectors.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) readings: Vec<Rule>,
    /// What its own words say about the seal; `None` when they are silent.
    pub(super) seal: Option<Seal>,
    pub(super) amounts: AmountRange,
    /// Acts named behind the verb: ลงลายมือชื่อในการ….
    pub(super) acts: Vec<ScopedAct>,
    pub(super) span: Span,
    pub(super) mismatch: bool,
    /// ได้ด้วย: the words themselves say that this adds to what was said before.
    pub(super) adds: bool,
}

/// What follows the verb.
#[derive(Debug, Clone, Default)]
struct Closing {
    joint: bool,
    total: Option<u16>,
    everybody: Option<Option<u16>>,
    /// A count behind the verb: กรรมการลงลายมือชื่อร่วมกันสองคน.
    count: Option<u16>,
    any_one: bool,
    alone: bool,
    seal: Option<Seal>,
    amounts: AmountRange,
    acts: Vec<ScopedAct>,
    adds: bool,
    liquidators: bool,
}

/// Parties joined by ร่วมกับ, before the closing is read.
#[derive(Debug, Clone)]
struct Chain {
    parties: Vec<Party>,
    /// The verb stands before the first ร่วมกับ.
    early: bool,
    signed: bool,
    joint: bool,
    /// รวมเป็นสองคน before the verb.
    total: Option<u16>,
}

impl Sentence<'_> {
    /// Every way to read one alternative at this place.
    pub(super) fn branches(&self, at: usize) -> Vec<(usize, Branch)> {
        let mut found = Vec::new();
        for (next, party) in self.parties(at, false) {
            let mut chain = Chain {
                parties: vec![party],
                early: false,
                signed: false,
                joint: false,
                total: None,
            };
            let verb = self.verb(next, &mut chain);
            chain.early = verb.is_some();
            self.chain(at, verb.unwrap_or(next), chain, &mut found);
        }
        found
    }

    fn chain(&self, from: usize, at: usize, chain: Chain, found: &mut Vec<(usize, Branch)>) {
        if chain.signed
            && let Some((to, branch)) = self.close(from, at, &chain)
        {
            found.push((to, branch));
        }
        if chain.parties.len() >= MAX_PARTIES {
            return;
        }
        let with = self.is(at, Word::With);
        // "และ" before directors or a group joins them like ร่วมกับ, as long as no verb came between.
        let and = self.is(at, Word::And) && !chain.signed && self.joins_office(at + 1);
        if !with && !and {
            return;
        }
        for (next, party) in self.parties(at + 1, true) {
            let mut chain = chain.clone();
            chain.parties.push(party);
            if !chain.signed {
                let verb = self.verb(next, &mut chain);
                self.chain(from, verb.unwrap_or(next), chain, found);
                continue;
            }
            self.chain(from, next, chain.clone(), found);
            // The verb said once more at the end changes nothing.
            if self.is(next, Word::Sign)
                && !self.is(next + 1, Word::With)
                && let Some((to, branch)) = self.close(from, next + 1, &chain)
            {
                found.push((to, branch));
            }
        }
    }

    /// The verb at this place, after มีอำนาจ, ร่วมกัน and a total if they are there.
    fn verb(&self, at: usize, chain: &mut Chain) -> Option<usize> {
        let (mut next, mut joint, mut total) = (at, false, None);
        loop {
            match self.kind(next) {
                Some(Kind::Word(Word::May)) => next += 1,
                Some(Kind::Word(Word::Joint)) if !joint => {
                    joint = true;
                    next += 1;
                }
                Some(Kind::Word(Word::Total)) if total.is_none() => {
                    let (to, n) = self.total(next)?;
                    (next, total) = (to, Some(n));
                }
                Some(Kind::Word(Word::Sign)) => {
                    chain.signed = true;
                    chain.joint |= joint;
                    chain.total = total;
                    return Some(next + 1);
                }
                _ => return None,
            }
        }
    }

    /// รวมเป็น n คน
    fn total(&self, at: usize) -> Option<(usize, u16)> {
        let number = self.skip(at + 1, Word::Count);
        let n = self.whole_number(number)?;
        self.is(number + 1, Word::Person).then_some((number + 2, n))
    }

    fn joins_office(&self, at: usize) -> bool {
        self.is(at, Word::Director) || matches!(self.kind(at), Some(Kind::Group(_)))
    }

    fn close(&self, from: usize, at: usize, chain: &Chain) -> Option<(usize, Branch)> {
        let (to, closing) = self.closing(at)?;
        let joint = chain.joint || closing.joint;
        let mut readings = self.readings(chain, &closing, joint)?;
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
            || (closing.alone && readings.iter().any(|rule| most(rule) != 1));
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
                amounts: closing.amounts,
                acts: closing.acts,
                span,
                mismatch,
                adds: closing.adds,
            },
        ))
    }

    /// Everything that may follow the verb, each at most once, in any order.
    fn closing(&self, mut at: usize) -> Option<(usize, Closing)> {
        let mut closing = Closing::default();
        let once = |taken: &mut bool| !std::mem::replace(taken, true);
        let (mut joint, mut total, mut everybody, mut any_one, mut alone, mut seal, mut amounts) =
            (false, false, false, false, false, false, false);
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
                    closing.everybody = Some(None);
                    at += 1;
                }
                Some(Kind::Word(Word::AnyOne)) if once(&mut any_one) => {
                    closing.any_one = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Alone)) if once(&mut alone) => {
                    closing.alone = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Seal)) if once(&mut seal) => {
                    closing.seal = Some(Seal::Required);
                    at += 1;
                }
                Some(Kind::Word(Word::NoSeal)) if once(&mut seal) => {
                    closing.seal = Some(Seal::NotRequired);
                    at += 1;
                }
                Some(Kind::Word(Word::Noise)) => at += 1,
                Some(Kind::Word(Word::LiquidatorNoise)) => {
                    closing.liquidators = true;
                    at += 1;
                }
                Some(Kind::Word(Word::Too)) => {
                    closing.adds = true;
                    at += 1;
                }
                Some(Kind::Word(
                    Word::Limit
                    | Word::NotOver
                    | Word::PerAct
                    | Word::PerDay
                    | Word::PerMonth
                    | Word::PerContract,
                )) if once(&mut amounts) => {
                    let (to, range) = self.amounts(at)?;
                    closing.amounts = range;
                    at = to;
                }
                Some(Kind::Number(_) | Kind::Word(Word::AtLeast | Word::Count))
                    if closing.count.is_none() =>
                {
                    let (to, n) = self.count(at)?;
                    (at, closing.count) = (to, Some(n));
                }
                Some(Kind::Word(Word::In)) if closing.acts.is_empty() => {
                    let (to, acts) = self.acts(at + 1);
                    // Before a new rule the acts are its case, not the end of this one.
                    if acts.is_empty() || !self.closes_acts(to) {
                        return Some((at, closing));
                    }
                    (at, closing.acts) = (to, acts);
                }
                _ => return Some((at, closing)),
            }
        }
    }

    fn closes_acts(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            None | Some(Kind::Word(
                Word::Too
                    | Word::Noise
                    | Word::Seal
                    | Word::NoSeal
                    | Word::Slash
                    | Word::Stop
                    | Word::Or
            ))
        )
    }

    /// What the parties mean together.
    fn readings(&self, chain: &Chain, closing: &Closing, joint: bool) -> Option<Vec<Rule>> {
        if let [party] = chain.parties.as_slice() {
            return self.single(party, closing, joint);
        }
        if closing.everybody.is_some() || closing.count.is_some() {
            return None;
        }
        let marked = |party: &Party, last: bool| match &party.who {
            Who::Names { any_one, .. } => *any_one || (last && closing.any_one),
            _ => false,
        };
        let count = chain.parties.len();
        let unsettled = !(chain.early && count == 2)
            && chain
                .parties
                .iter()
                .enumerate()
                .any(|(position, party)| match &party.who {
                    Who::Names { joins, .. } => {
                        joins.contains(&Join::Or) && !marked(party, position + 1 == count)
                    }
                    _ => false,
                });
        if closing.any_one {
            // (คนใดคนหนึ่ง) behind everything belongs to a list of alternatives right before it.
            let last = chain.parties.last()?;
            let Who::Names { joins, .. } = &last.who else {
                return None;
            };
            if !joins.contains(&Join::Or) || joins.contains(&Join::And) {
                return None;
            }
        }
        if unsettled {
            return self.flattened(chain);
        }
        let mut products: Vec<Vec<Rule>> = vec![Vec::new()];
        for party in &chain.parties {
            let options = within_chain(party)?;
            let mut next = Vec::new();
            for product in &products {
                for option in &options {
                    let mut parts = product.clone();
                    parts.push(option.clone());
                    next.push(parts);
                }
            }
            if next.len() > 64 {
                return None;
            }
            products = next;
        }
        products
            .into_iter()
            .map(|parts| Rule::all_of(joined(parts)).ok())
            .collect()
    }

    /// One verb over a chain with หรือ in it: ร่วมกับ is one connector among others.
    fn flattened(&self, chain: &Chain) -> Option<Vec<Rule>> {
        let mut parts: Vec<Rule> = Vec::new();
        let mut all_joins: Vec<Join> = Vec::new();
        for party in &chain.parties {
            if !parts.is_empty() {
                all_joins.push(Join::And);
            }
            match &party.who {
                Who::Names {
                    people,
                    joins,
                    any_one: true,
                } if !joins.contains(&Join::And) => {
                    parts.push(Rule::any_of(people.clone()).ok()?.at(party.span));
                }
                Who::Names { people, joins, .. } => {
                    if joins.contains(&Join::Beside) {
                        return None;
                    }
                    parts.extend(people.iter().cloned());
                    all_joins.extend(joins);
                }
                Who::Settled(rule) => parts.push(rule.clone()),
                Who::Bare(_) | Who::BareDirectors => return None,
            }
        }
        bracketings(&parts, &all_joins)
    }

    fn single(&self, party: &Party, closing: &Closing, joint: bool) -> Option<Vec<Rule>> {
        if let Some(n) = closing.count {
            if closing.everybody.is_some() || closing.any_one {
                return None;
            }
            let rule = match party.who {
                Who::BareDirectors => Rule::any_director(n).ok()?,
                Who::Bare(pool) => Rule::any_of_pool(n, pool).ok()?,
                Who::Names { .. } | Who::Settled(_) => return None,
            };
            return Some(vec![rule.at(party.span)]);
        }
        match &party.who {
            Who::Settled(rule) => {
                // กรรมการสองคน…ทั้งสองคน says nothing new when the numbers agree.
                match closing.everybody {
                    None => {}
                    Some(Some(n))
                        if head_count(rule, self.sizes) == (usize::from(n), usize::from(n)) => {}
                    Some(_) => return None,
                }
                (!closing.any_one).then(|| vec![rule.clone()])
            }
            Who::Bare(pool) => self.bare(*pool, party, closing, joint),
            Who::BareDirectors => None,
            Who::Names {
                people,
                joins,
                any_one,
            } => names(people, joins, *any_one, party.span, closing, joint),
        }
    }

    /// An office without a count.
    fn bare(&self, pool: Pool, party: &Party, closing: &Closing, joint: bool) -> Option<Vec<Rule>> {
        let size = match pool {
            Pool::ManagingPartner => self.sizes.managing_partners,
            Pool::Liquidator => self.sizes.liquidators,
            Pool::PlanAdministrator => 0,
        };
        let size = u16::try_from(size).ok().filter(|size| *size > 0)?;
        let of = |n: u16| {
            Rule::any_of_pool(n, pool)
                .map(|rule| rule.at(party.span))
                .ok()
        };
        if closing.any_one || closing.alone {
            return (closing.everybody.is_none() && !joint)
                .then(|| of(1))
                .flatten()
                .map(|rule| vec![rule]);
        }
        match (closing.everybody, joint) {
            (Some(None), _) => Some(vec![of(size)?]),
            (Some(Some(n)), _) => (n == size).then(|| of(n)).flatten().map(|rule| vec![rule]),
            // Jointly, without a number: two, or all of them.
            (None, true) => match size {
                0 | 1 => None,
                2 => Some(vec![of(2)?]),
                _ => Some(vec![of(2)?, of(size)?]),
            },
            // Each managing partner binds alone (s. 1033, 1035); several liquidators do not (s. 1261).
            (None, false) if pool == Pool::ManagingPartner || size == 1 => Some(vec![of(1)?]),
            (None, false) => Some(vec![of(1)?, of(size)?]),
        }
    }
}

/// One list of names under one verb.
fn names(
    people: &[Rule],
    joins: &[Join],
    any_one: bool,
    span: Span,
    closing: &Closing,
    joint: bool,
) -> Option<Vec<Rule>> {
    let any = || {
        Rule::any_of(people.to_vec())
            .ok()
            .map(|rule| placed(rule, span))
    };
    let all = || {
        Rule::all_of(people.to_vec())
            .ok()
            .map(|rule| placed(rule, span))
    };
    let or = joins.contains(&Join::Or);
    let and = joins.contains(&Join::And);
    let any_one = any_one || closing.any_one;
    if let Some(everybody) = closing.everybody {
        let fits = everybody.is_none_or(|n| usize::from(n) == people.len());
        return (fits && !or && !any_one && people.len() > 1)
            .then(all)
            .flatten()
            .map(|rule| vec![rule]);
    }
    if people.len() == 1 {
        return (!joint && !any_one)
            .then(all)
            .flatten()
            .map(|rule| vec![rule]);
    }
    match (and, or) {
        (true, true) => bracketings(people, joins),
        _ if any_one && joint => None,
        (true, false) if any_one || closing.alone => None,
        (true, false) => Some(vec![all()?]),
        // "ก หรือ ข ลงลายมือชื่อร่วมกัน" contradicts itself, and a total does not mend it.
        (false, true) if joint && closing.total.is_some() => None,
        (false, true) if joint => Some(vec![any()?, all()?]),
        (false, true) => Some(vec![any()?]),
        (false, false) if any_one => Some(vec![any()?]),
        (false, false) if joint => Some(vec![all()?]),
        (false, false) => Some(vec![any()?, all()?]),
    }
}

fn placed(rule: Rule, span: Span) -> Rule {
    if rule.span.is_some() {
        rule
    } else {
        rule.at(span)
    }
}

/// One party of several joined by ร่วมกับ.
fn within_chain(party: &Party) -> Option<Vec<Rule>> {
    match &party.who {
        Who::Settled(rule) => Some(vec![rule.clone()]),
        Who::Bare(_) | Who::BareDirectors => None,
        Who::Names {
            people,
            joins,
            any_one,
        } => {
            let or = joins.contains(&Join::Or);
            let and = joins.contains(&Join::And);
            let any = || {
                Rule::any_of(people.clone())
                    .ok()
                    .map(|rule| placed(rule, party.span))
            };
            match (and, or) {
                (true, true) => bracketings(people, joins),
                (true, false) if *any_one => None,
                (true, false) => Some(vec![placed(Rule::all_of(people.clone()).ok()?, party.span)]),
                (false, true) => Some(vec![any()?]),
                (false, false) if people.len() == 1 => Some(people.clone()),
                (false, false) if *any_one => Some(vec![any()?]),
                // Names side by side, neither และ nor หรือ, joined with somebody else: not settled.
                (false, false) => None,
            }
        }
    }
}

/// all_of[all_of[a, b], c] is all_of[a, b, c].
fn joined(parts: Vec<Rule>) -> Vec<Rule> {
    use crate::signing_rule::rule::RuleKind;
    parts
        .into_iter()
        .flat_map(|part| match &part.kind {
            RuleKind::AllOf(inner) => inner.as_slice().to_vec(),
            _ => vec![part],
        })
        .collect()
}
