//! What the parties of one alternative mean together, in every reading of what joins them.

use super::brackets::{bracketings, flat};
use super::branch::{Chain, Closing, Link, MAX_PRODUCTS};
use super::party::{Join, Party, Sentence, Who, head_count, tidy};
use crate::signing_rule::rule::{Pool, Rule, RuleKind, Span};

/// Parts of a rule with what stands between them.
#[derive(Debug, Clone, Default)]
struct Sequence {
    parts: Vec<Rule>,
    joins: Vec<Join>,
}

impl Sentence<'_> {
    /// What the parties mean together.
    pub(super) fn readings(
        &self,
        chain: &Chain,
        closing: &Closing,
        joint: bool,
        each: bool,
    ) -> Option<Vec<Rule>> {
        if let [party] = chain.parties.as_slice() {
            return self.single(party, closing, chain.total, joint, each);
        }
        if chain.or_several {
            return self.or_several(chain, closing, joint, each);
        }
        if closing.everybody.is_some() || closing.count.is_some() || !closing.list.is_empty() {
            return None;
        }
        let count = chain.parties.len();
        let split = chain.before_verb.unwrap_or(count).min(count);
        let mut products: Vec<Vec<Rule>> = vec![Vec::new()];
        for (from, to) in [(0, split), (split, count)] {
            if from == to {
                continue;
            }
            let parties = chain.parties.get(from..to)?;
            let links = chain.links.get(from..to.saturating_sub(1)).unwrap_or(&[]);
            let options = self.segment(parties, links, closing.any_one && to == count)?;
            // Where the words only say who may sign, และ need not mean jointly.
            if each && from == 0 && (links.contains(&Link::And) || parties.iter().any(joined)) {
                return None;
            }
            // "ก หรือ ข ร่วมกันลงลายมือชื่อร่วมกับ ค": both of them, or one.
            if chain.joint_before && to < count && options.iter().any(|rule| self.chooses_one(rule))
            {
                return None;
            }
            let mut longer = Vec::new();
            for product in &products {
                for option in &options {
                    let mut parts = product.clone();
                    parts.push(option.clone());
                    longer.push(parts);
                }
            }
            if longer.len() > MAX_PRODUCTS {
                return None;
            }
            products = longer;
        }
        let rules: Option<Vec<Rule>> = products
            .into_iter()
            .map(|parts| Rule::all_of(flat(parts, false)).ok())
            .collect();
        // One person beside herself fills no second seat.
        let rules = rules.filter(|rules| !rules.iter().any(names_somebody_twice));
        // "ก หรือกรรมการสองคนลงลายมือชื่อร่วมกัน": with whom ก signs jointly is not said.
        let lonely = |rule: &Rule| head_count(rule, self.sizes).0 < 2;
        rules
            .filter(|rules| !(joint && chain.links.contains(&Link::Or) && rules.iter().all(lonely)))
    }

    /// "ก ลงลายมือชื่อร่วมกับ ข หรือกรรมการสองคน": the two beside ก, or without.
    fn or_several(
        &self,
        chain: &Chain,
        closing: &Closing,
        joint: bool,
        each: bool,
    ) -> Option<Vec<Rule>> {
        let mut inside = chain.clone();
        inside.or_several = false;
        let mut readings = self.readings(&inside, closing, joint, each)?;
        let (last, _) = (inside.parties.pop()?, inside.links.pop()?);
        let Who::Settled(several) = last.who else {
            return None;
        };
        for before in self.readings(&inside, closing, joint, each)? {
            readings.push(Rule::any_of(flat(vec![before, several.clone()], true)).ok()?);
        }
        Some(readings)
    }

    /// Whether one person will do, and who is open.
    fn chooses_one(&self, rule: &Rule) -> bool {
        matches!(rule.kind, RuleKind::AnyOf(_)) && head_count(rule, self.sizes).0 < 2
    }

    /// The parties on one side of the verb, in every reading of what joins them.
    fn segment(&self, parties: &[Party], links: &[Link], any_one: bool) -> Option<Vec<Rule>> {
        let mut sequences = vec![Sequence::default()];
        for (position, party) in parties.iter().enumerate() {
            let last = position + 1 == parties.len();
            let options = self.sequences(party, any_one && last, links.contains(&Link::Or))?;
            let join = position
                .checked_sub(1)
                .and_then(|before| links.get(before))
                .map(|link| match link {
                    Link::Or => Join::Or,
                    Link::With | Link::And => Join::And,
                });
            let mut longer = Vec::new();
            for sequence in &sequences {
                for option in &options {
                    let mut sequence = sequence.clone();
                    sequence.joins.extend(join);
                    sequence.joins.extend(option.joins.iter().copied());
                    sequence.parts.extend(option.parts.iter().cloned());
                    longer.push(sequence);
                }
            }
            if longer.len() > MAX_PRODUCTS {
                return None;
            }
            sequences = longer;
        }
        let mut readings = Vec::new();
        for sequence in &sequences {
            readings.extend(bracketings(&sequence.parts, &sequence.joins)?);
        }
        (readings.len() <= MAX_PRODUCTS).then_some(readings)
    }

    /// One party of several, as the parts it brings; several ways where a group names no count.
    fn sequences(
        &self,
        party: &Party,
        any_one_behind: bool,
        or_beside: bool,
    ) -> Option<Vec<Sequence>> {
        let one = |rule: Rule| {
            Some(vec![Sequence {
                parts: vec![rule],
                joins: Vec::new(),
            }])
        };
        match &party.who {
            Who::Settled(rule) => (!any_one_behind).then(|| rule.clone()).and_then(one),
            Who::Names {
                people,
                joins,
                any_one,
            } => {
                let or = joins.contains(&Join::Or);
                let and = joins.contains(&Join::And);
                if !tidy(joins) || (or && and && (*any_one || any_one_behind)) {
                    return None;
                }
                if *any_one || any_one_behind {
                    // (คนใดคนหนึ่ง) behind everything belongs to a list of alternatives right before it.
                    if any_one_behind && !*any_one && (!or || and) {
                        return None;
                    }
                    return one(placed(Rule::any_of(people.clone()).ok()?, party.span));
                }
                if people.len() == 1 {
                    return Some(vec![Sequence {
                        parts: people.clone(),
                        joins: Vec::new(),
                    }]);
                }
                // In "ก, ข หรือ ค" the comma does what the connector behind it says; names side by side, neither
                // และ nor หรือ, joined with somebody else are not settled.
                let plain = match (and, or) {
                    (true, false) => Join::And,
                    (false, true) => Join::Or,
                    (true, true) if !joins.contains(&Join::Beside) => Join::Beside,
                    _ => return None,
                };
                let joins = joins
                    .iter()
                    .map(|join| if *join == Join::Beside { plain } else { *join })
                    .collect();
                if !(and && or) {
                    let rule = if or {
                        Rule::any_of(people.clone())
                    } else {
                        Rule::all_of(people.clone())
                    };
                    // A connector of its own kind within a chain may reach further than its list.
                    if !or && !or_beside {
                        return one(placed(rule.ok()?, party.span));
                    }
                }
                Some(vec![Sequence {
                    parts: people.clone(),
                    joins,
                }])
            }
            Who::BareGroups { labels, joins } => {
                if any_one_behind {
                    if labels.len() != 1 {
                        return None;
                    }
                    return one(placed(self.group_of(1, labels.first()?)?, party.span));
                }
                let option = |all: bool| -> Option<Sequence> {
                    let parts: Option<Vec<Rule>> = labels
                        .iter()
                        .map(|label| self.whole_or_one(label, all))
                        .collect();
                    Some(Sequence {
                        parts: parts?,
                        joins: joins.clone(),
                    })
                };
                Some(vec![option(false)?, option(true)?])
            }
            Who::Bare(pool) => {
                let size = self.pool_size(*pool);
                (size == 1)
                    .then(|| Rule::any_of_pool(1, *pool).ok())
                    .flatten()
                    .map(|rule| placed(rule, party.span))
                    .and_then(one)
            }
            Who::BareDirectors | Who::Pointing { .. } => None,
        }
    }

    fn pool_size(&self, pool: Pool) -> usize {
        match pool {
            Pool::ManagingPartner => self.sizes.managing_partners,
            Pool::Liquidator => self.sizes.liquidators,
            Pool::PlanAdministrator => 0,
        }
    }

    fn single(
        &self,
        party: &Party,
        closing: &Closing,
        total: Option<u16>,
        joint: bool,
        each: bool,
    ) -> Option<Vec<Rule>> {
        let whole = |rule: Rule| Some(vec![placed(rule, party.span)]);
        if let Who::Pointing { n, of } = &party.who {
            let size = closing.list.len();
            let fits = of.map_or(size > usize::from(*n), |of| of == size);
            if !fits || closing.any_one || closing.count.is_some() {
                return None;
            }
            return whole(Rule::at_least(*n, closing.list.clone(), None).ok()?);
        }
        if let Some(n) = closing.count {
            if closing.everybody.is_some() || closing.any_one {
                return None;
            }
            return whole(match &party.who {
                Who::BareDirectors => Rule::any_director(n).ok()?,
                Who::Bare(pool) => Rule::any_of_pool(n, *pool).ok()?,
                Who::Names { people, joins, .. } if tidy(joins) => {
                    let fits = (usize::from(n) < people.len() && !joins.contains(&Join::And))
                        || (usize::from(n) == people.len() && !joins.contains(&Join::Or));
                    fits.then(|| Rule::at_least(n, people.clone(), None).ok())??
                }
                Who::BareGroups { labels, .. } if labels.len() == 1 => {
                    self.group_of(n, labels.first()?)?
                }
                Who::Names { .. }
                | Who::Settled(_)
                | Who::BareGroups { .. }
                | Who::Pointing { .. } => return None,
            });
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
            Who::BareDirectors if closing.any_one || closing.alone => {
                let plain = closing.everybody.is_none() && !joint;
                plain
                    .then(|| Rule::any_director(1).ok())
                    .flatten()
                    .and_then(whole)
            }
            Who::BareDirectors => match closing.everybody {
                Some(None) if !joint || closing.total.is_none() => {
                    whole(Rule::new(RuleKind::AllDirectors))
                }
                _ => None,
            },
            Who::BareGroups { joins, .. } if each && joins.contains(&Join::And) => None,
            Who::BareGroups { labels, joins } => self.bare_groups(labels, joins, closing, joint),
            Who::Names {
                people,
                joins,
                any_one,
            } => {
                let total = total.or(closing.total);
                self.names(
                    people, joins, *any_one, party.span, closing, total, joint, each,
                )
            }
            Who::Pointing { .. } => None,
        }
    }

    /// Groups without a count under one verb.
    fn bare_groups(
        &self,
        labels: &[String],
        joins: &[Join],
        closing: &Closing,
        joint: bool,
    ) -> Option<Vec<Rule>> {
        if let [label] = labels {
            let one = self.whole_or_one(label, false)?;
            let all = self.whole_or_one(label, true)?;
            return Some(match closing.everybody {
                Some(None) => vec![all],
                Some(Some(n)) => {
                    (head_count(&all, self.sizes).0 == usize::from(n)).then(|| vec![all])?
                }
                None if closing.any_one || closing.alone => (!joint).then(|| vec![one])?,
                None if joint => match closing.total {
                    Some(n) => vec![self.group_of(n, label)?],
                    None => vec![self.group_of(2, label)?, all],
                },
                None => vec![one, all],
            });
        }
        if closing.any_one || closing.alone {
            return None;
        }
        let mut readings = Vec::new();
        let everybody = matches!(closing.everybody, Some(None));
        if closing.everybody.is_some() && !everybody {
            return None;
        }
        for all in [false, true] {
            if everybody && !all {
                continue;
            }
            let parts: Option<Vec<Rule>> = labels
                .iter()
                .map(|label| self.whole_or_one(label, all))
                .collect();
            readings.extend(bracketings(&parts?, joins)?);
        }
        // กลุ่ม ก หรือกลุ่ม ข รวมสองคน: two of one group, or two of both together.
        if let (Some(n), true) = (closing.total, joins.contains(&Join::Or)) {
            let people = self.members_of_all(labels)?;
            readings.push(Rule::at_least(n, people, None).ok()?);
            for label in labels {
                readings.push(self.group_of(n, label)?);
            }
        }
        Some(readings)
    }

    /// An office without a count.
    fn bare(&self, pool: Pool, party: &Party, closing: &Closing, joint: bool) -> Option<Vec<Rule>> {
        let size = u16::try_from(self.pool_size(pool))
            .ok()
            .filter(|size| *size > 0)?;
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

    /// One list of names under one verb.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list, and everything the words around it say of it"
    )]
    fn names(
        &self,
        people: &[Rule],
        joins: &[Join],
        any_one: bool,
        span: Span,
        closing: &Closing,
        total: Option<u16>,
        joint: bool,
        each: bool,
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
        if !tidy(joins) || (and && or && (any_one || closing.any_one)) {
            return None;
        }
        if let Some(everybody) = closing.everybody {
            let fits = everybody.is_none_or(|n| usize::from(n) == people.len());
            return (fits && !or && !any_one && !closing.any_one && people.len() > 1)
                .then(all)
                .flatten()
                .map(|rule| vec![rule]);
        }
        if any_one {
            return (!joint).then(any).flatten().map(|rule| vec![rule]);
        }
        if people.len() == 1 {
            return (!joint && !closing.any_one)
                .then(all)
                .flatten()
                .map(|rule| vec![rule]);
        }
        // ก ข ค หรือ ง ลงลายมือชื่อร่วมกัน รวมเป็นสองคน: two of the four.
        let counted = || {
            total
                .filter(|n| (2..people.len()).contains(&usize::from(*n)))
                .and_then(|n| Rule::at_least(n, people.to_vec(), None).ok())
                .map(|rule| vec![placed(rule, span)])
        };
        match (and, or) {
            (true, true) => bracketings(people, joins),
            _ if closing.any_one && joint => None,
            (true, false) if closing.any_one || closing.alone => None,
            // Where the words only say who may sign, และ need not mean jointly; a total says so.
            (true, false) if each && total.is_none() => Some(vec![any()?, all()?]),
            (true, false) => Some(vec![all()?]),
            (false, true) if joint && total.is_some() => counted(),
            (false, true) if joint => Some(vec![any()?, all()?]),
            (false, true) => Some(vec![any()?]),
            (false, false) if closing.any_one => Some(vec![any()?]),
            (false, false) if joint && total.is_some() => counted().or_else(|| Some(vec![all()?])),
            (false, false) if joint => Some(vec![all()?]),
            (false, false) => Some(vec![any()?, all()?]),
        }
    }
}

/// Whether และ joins names within a party.
fn joined(party: &Party) -> bool {
    matches!(&party.who, Who::Names { joins, .. } if joins.contains(&Join::And))
}

fn names_somebody_twice(rule: &Rule) -> bool {
    let RuleKind::AllOf(parts) = &rule.kind else {
        return false;
    };
    let parts = parts.as_slice();
    parts.iter().enumerate().any(|(index, part)| {
        matches!(part.kind, RuleKind::Person(_))
            && parts
                .iter()
                .skip(index + 1)
                .any(|other| other.kind == part.kind)
    })
}

fn placed(rule: Rule, span: Span) -> Rule {
    if rule.span.is_some() {
        rule
    } else {
        rule.at(span)
    }
}
