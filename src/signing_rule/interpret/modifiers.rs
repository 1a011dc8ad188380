//! What narrows a count of people: those who do not count, and those who must be among them.

use super::brackets::bracketings;
use super::lexer::Kind;
use super::lexicon::Word;
use super::party::{Join, Sentence, Who, head_count, tidy};
use crate::signing_rule::rule::{Rule, RuleKind};

/// Narrowing words around one verb.
#[derive(Debug, Clone, Default)]
pub(super) struct Modifiers {
    /// ยกเว้น ก, ที่มิใช่ ก: people who fill no seat of a count.
    pub(super) excluded: Vec<Rule>,
    /// ยกเว้น ก และ ข: perhaps only the two together.
    pair: bool,
    /// ที่มิใช่ ก และ ข before the verb: perhaps ข signs beside whoever is not ก.
    linked: bool,
    /// โดยต้องมี ก: who must be among those counted, in every reading.
    pub(super) among: Vec<Rule>,
    /// โดยมี ก ร่วมด้วย: beside those named before, if they are named.
    joining: bool,
    /// "หนึ่งในสามคนดังกล่าว": how many were counted.
    of: Option<u16>,
    /// โดยต้องเป็น: perhaps all those counted are taken from these.
    made_up: bool,
}

/// Who must be among those counted, as the words say it.
struct Among {
    rules: Vec<Rule>,
    joining: bool,
    of: Option<u16>,
    made_up: bool,
}

impl Modifiers {
    pub(super) fn is_empty(&self) -> bool {
        self.excluded.is_empty() && self.among.is_empty()
    }
}

impl Sentence<'_> {
    /// A modifier at this place, added to those read before.
    /// `signed`: the verb has been read.
    pub(super) fn modifier(
        &self,
        at: usize,
        so_far: &Modifiers,
        signed: bool,
    ) -> Option<(usize, Modifiers)> {
        if self.is(at, Word::Open) {
            let (to, mut modifiers) = self.modifier(at + 1, so_far, signed)?;
            // A bracket closes the list.
            modifiers.linked = so_far.linked;
            return self.is(to, Word::Close).then_some((to + 1, modifiers));
        }
        if so_far.excluded.is_empty()
            && let Some((to, excluded)) = self.exclusion(at)
            // "ยกเว้น ก ลงลายมือชื่อ" gives ก a rule of its own and excludes nobody.
            && !(signed && self.is(at, Word::Except) && self.starts_verb(to))
        {
            let mut more = so_far.clone();
            more.excluded = excluded;
            let joins = |word: Word| self.says(at, to, word);
            more.pair = joins(Word::And) || joins(Word::With);
            // "กรรมการหนึ่งคนที่มิใช่ ก และ ข ลงลายมือชื่อ": ข may sign beside that director; not so in "ก ข และ ค".
            let list = (at..to).filter(|place| matches!(self.kind(*place), Some(Kind::Name(_))));
            let joints = (at..to).filter(|place| {
                matches!(self.kind(*place), Some(Kind::Word(Word::And | Word::With)))
            });
            more.linked = !signed && more.pair && list.count() == joints.count() + 1;
            return Some((to, more));
        }
        if so_far.excluded.is_empty()
            && let Some((to, excluded)) = self.powerless(at)
        {
            let mut more = so_far.clone();
            more.excluded = excluded;
            return Some((to, more));
        }
        if so_far.among.is_empty()
            && let Some((to, among)) = self.among(at, signed)
        {
            let mut more = so_far.clone();
            more.among = among.rules;
            (more.joining, more.of) = (among.joining, among.of);
            more.made_up = among.made_up;
            return Some((to, more));
        }
        None
    }

    pub(super) fn starts_verb(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                Kind::Act(_)
                    | Kind::Word(
                        Word::Sign
                            | Word::May
                            | Word::Must
                            | Word::MustBe
                            | Word::MustHave
                            | Word::Joint
                            | Word::With
                            | Word::Seal
                            | Word::SealDuty
                            | Word::SealForAll
                            | Word::SealThereby
                            | Word::NoSeal
                            | Word::NoSealBare
                            | Word::In
                            | Word::Case
                            | Word::Limit
                            | Word::LimitThereby
                    )
            )
        )
    }

    /// (ยกเว้น | ที่มิใช่) names
    pub(super) fn exclusion(&self, at: usize) -> Option<(usize, Vec<Rule>)> {
        if !self.is(at, Word::NotBeing) && !self.is(at, Word::Except) {
            return None;
        }
        let list = self.skip(self.skip(at + 1, Word::In), Word::Director);
        if let Some(Kind::Group(label)) = self.kind(list) {
            return Some((list + 1, self.groups.get(label)?.clone()));
        }
        let (end, people, joins) = self.lists(list, true).pop()?;
        // "ยกเว้น ก ร่วมกับ ข": ก with ข is left out, or whoever is not ก signs with ข. Behind หรือ it may be either.
        let with = self.is(end, Word::With);
        if with && (self.is(at, Word::Except) || !joins.is_empty()) {
            return None;
        }
        Some((end, people))
    }

    /// \[โดย\] names ไม่มีอำนาจลงลายมือชื่อ
    fn powerless(&self, at: usize) -> Option<(usize, Vec<Rule>)> {
        let list = self.skip(self.skip(at, Word::Whereby), Word::Director);
        let (end, people, joins) = self.name_lists(list).pop()?;
        let alone = matches!(
            self.kind(end + 2),
            Some(Kind::Word(Word::Alone | Word::Sole | Word::Each))
        );
        (self.is(end, Word::Forbidden)
            && self.is(end + 1, Word::Sign)
            && !alone
            && !joins.contains(&Join::Or))
        .then_some((end + 2, people))
    }

    /// โดยต้องมี ก \[หรือ ข\] \[ร่วมลงลายมือชื่อด้วย\], โดยต้องมีกรรมการกลุ่ม ก อย่างน้อยหนึ่งคน
    fn among(&self, at: usize, signed: bool) -> Option<(usize, Among)> {
        let weak = self.is(at, Word::WithThem);
        // โดยหนึ่งในสองคนต้องเป็น ก
        let numbered = self
            .one_in(self.skip(at, Word::Whereby))
            .and_then(|(to, of)| {
                (self.is(at, Word::Whereby) && self.is(to, Word::MustBe)).then_some((to, of))
            });
        let (at, of) = numbered.map_or((at, None), |(to, of)| (to, Some(of)));
        let one = of.is_some() || self.is(at, Word::OneAmongThem);
        let made_up = self.is(at, Word::MadeUpOf);
        if !weak && !one && !made_up && !self.is(at, Word::AmongThem) {
            return self.one_of_those(at);
        }
        let mut joining = false;
        let (mut to, mut readings) = self.required(at + 1)?;
        while self.is(to, Word::And) || self.is(to, Word::Comma) {
            let Some((end, more)) = self.required(to + 1) else {
                break;
            };
            let mut both = Vec::new();
            for first in &readings {
                for second in &more {
                    both.push(Rule::all_of(vec![first.clone(), second.clone()]).ok()?);
                }
            }
            if both.len() > 16 {
                return None;
            }
            (to, readings) = (end, both);
        }
        // "โดยหนึ่งในนั้นต้องเป็น ก และ ข" names two where one is asked for.
        if one
            && readings
                .iter()
                .any(|rule| head_count(rule, self.sizes) != (1, 1))
        {
            return None;
        }
        // The verb said once more, with its ด้วย.
        if signed {
            let mut verb = self.skip(self.skip(to, Word::Must), Word::May);
            joining |= self.is(verb, Word::Joint);
            verb = self.skip(verb, Word::Joint);
            if self.is(verb, Word::Sign) && !self.is(verb + 1, Word::With) {
                joining |= self.is(verb + 1, Word::Joint);
                to = self.skip(verb + 1, Word::Joint);
            }
        }
        joining |= self.is(to, Word::TooWithThem);
        // โดยให้มี ก หรือ ข เป็นหนึ่งในสองคนนั้น
        let closed = self
            .one_in(to + 1)
            .filter(|_| of.is_none() && self.is(to, Word::Being) && !joining);
        let single = |rule: &Rule| head_count(rule, self.sizes) == (1, 1);
        let of = match closed {
            Some(_) if !readings.iter().all(single) => return None,
            Some((end, size)) => {
                to = end;
                Some(size)
            }
            None => of,
        };
        // โดยมี ก ลงลายมือชื่อด้วย: one of them, or one more, unless the words say that ก is one of them.
        joining |= weak && closed.is_none() && !self.is(to, Word::OneOfThem);
        to = self.skip(self.skip(to, Word::OneOfThem), Word::TooWithThem);
        let among = Among {
            rules: readings,
            joining: weak && joining,
            of,
            // "ต้องเป็นกรรมการกลุ่ม ก ไม่น้อยกว่าสองคน": so many of the group, and the rest as they come.
            made_up: made_up && !self.says(at, to, Word::AtLeast),
        };
        Some((self.skip(to, Word::Also), among))
    }

    /// ทั้งนี้ ก ต้องเป็นหนึ่งในสามคนดังกล่าว
    fn one_of_those(&self, at: usize) -> Option<(usize, Among)> {
        let list = self.skip(at, Word::Whereby);
        let person = self.name(list)?;
        if !self.is(list + 1, Word::MustBeOneOf) {
            return None;
        }
        let number = self.skip(list + 2, Word::Count);
        let of = self.whole_number(number)?;
        let among = Among {
            rules: vec![person],
            joining: false,
            of: Some(of),
            made_up: false,
        };
        self.is(number + 1, Word::Person)
            .then(|| (self.skip(number + 2, Word::This), among))
    }

    /// หนึ่งในสองคน \[นี้\]
    fn one_in(&self, at: usize) -> Option<(usize, u16)> {
        let number = self.skip(at + 2, Word::Count);
        let of = self.whole_number(number)?;
        (self.whole_number(at) == Some(1)
            && self.is(at + 1, Word::In)
            && self.is(number + 1, Word::Person))
        .then(|| (self.skip(number + 2, Word::This), of))
    }

    fn required(&self, at: usize) -> Option<(usize, Vec<Rule>)> {
        // อย่างน้อยหนึ่งคนเป็น ก หรือ ข
        let (to, party) = self
            .parties(at, false)
            .into_iter()
            .filter(|(_, party)| matches!(party.who, Who::Names { .. } | Who::Settled(_)))
            .max_by_key(|(to, _)| *to)?;
        if self.says(at, to, Word::Each) {
            return None;
        }
        let readings = match party.who {
            Who::Settled(rule) => vec![rule],
            Who::Names {
                people,
                any_one: true,
                ..
            } => vec![Rule::any_of(people).ok()?],
            Who::Names { people, joins, .. } => {
                if !tidy(&joins) {
                    return None;
                }
                if joins.contains(&Join::Beside) && !joins.contains(&Join::Or) {
                    vec![Rule::all_of(people).ok()?]
                } else {
                    let joins: Vec<Join> = joins
                        .iter()
                        .map(|join| {
                            if *join == Join::Beside {
                                Join::Or
                            } else {
                                *join
                            }
                        })
                        .collect();
                    bracketings(&people, &joins)?
                }
            }
            _ => return None,
        };
        Some((to, readings))
    }

    /// Each rule under the modifiers; `None` when they do not fit it.
    pub(super) fn modified(&self, rules: Vec<Rule>, modifiers: &Modifiers) -> Option<Vec<Rule>> {
        if modifiers.is_empty() {
            return Some(rules);
        }
        let mut found = Vec::new();
        let mut narrowed = Vec::new();
        // Of "everybody" ข is one anyway.
        let everybody = |rule: &Rule| matches!(rule.kind, RuleKind::AllDirectors);
        if modifiers.linked && !rules.iter().all(everybody) {
            return None;
        }
        for rule in rules {
            if modifiers.excluded.is_empty() {
                narrowed.push(rule);
                continue;
            }
            narrowed.push(self.without(&rule, &modifiers.excluded)?);
            if modifiers.pair && counts(&rule, modifiers.excluded.len()) {
                narrowed.push(self.not_that_pair(&rule, &modifiers.excluded)?);
            }
        }
        for rule in narrowed {
            for among in &modifiers.among {
                found.push(self.having(&rule, among, modifiers)?);
                if modifiers.made_up && chooses(among) {
                    found.push(self.taken_from(&rule, among)?);
                }
            }
            if modifiers.among.is_empty() {
                found.push(rule);
            }
        }
        Some(found)
    }

    /// The rule, with these people filling none of its counted seats. `None` where nothing is counted, or
    /// where one of them is named.
    pub(super) fn without(&self, rule: &Rule, excluded: &[Rule]) -> Option<Rule> {
        let out = |person: &Rule| excluded.iter().any(|other| other.kind == person.kind);
        let kept =
            |people: &[Rule]| -> Vec<Rule> { people.iter().filter(|p| !out(p)).cloned().collect() };
        let placed = |new: Rule| match rule.span {
            Some(span) => new.at(span),
            None => new,
        };
        match &rule.kind {
            RuleKind::AnyDirector(n) => Rule::at_least(n.get(), kept(&self.directors), None)
                .ok()
                .map(placed),
            RuleKind::AllDirectors => Rule::all_of(kept(&self.directors)).ok().map(placed),
            RuleKind::AtLeast { n, of, label }
                if of
                    .as_slice()
                    .iter()
                    .all(|part| matches!(part.kind, RuleKind::Person(_))) =>
            {
                let people = kept(of.as_slice());
                (people.len() < of.as_slice().len())
                    .then(|| Rule::at_least(n.get(), people, label.clone()).ok())
                    .flatten()
                    .map(placed)
            }
            RuleKind::AnyOf(parts)
                if parts
                    .as_slice()
                    .iter()
                    .all(|part| matches!(part.kind, RuleKind::AtLeast { .. })) =>
            {
                let parts: Vec<Rule> = parts
                    .as_slice()
                    .iter()
                    .map(|part| self.without(part, excluded).unwrap_or_else(|| part.clone()))
                    .collect();
                Rule::any_of(parts).ok().map(placed)
            }
            RuleKind::AllOf(parts) => {
                let mut counted = false;
                let mut new = Vec::new();
                for part in parts.as_slice() {
                    match part.kind {
                        RuleKind::Person(_) if out(part) => return None,
                        RuleKind::Person(_) => new.push(part.clone()),
                        _ => match self.without(part, excluded) {
                            Some(narrowed) => {
                                counted = true;
                                new.push(narrowed);
                            }
                            None => new.push(part.clone()),
                        },
                    }
                }
                counted
                    .then(|| Rule::all_of(new).ok())
                    .flatten()
                    .map(placed)
            }
            _ => None,
        }
    }

    /// "กรรมการสองคน ที่มิใช่ ก กับ ข": not those two together, if that is what it says. `None` where it cannot be written.
    pub(super) fn not_that_pair(&self, rule: &Rule, excluded: &[Rule]) -> Option<Rule> {
        let (n, people) = match &rule.kind {
            RuleKind::AnyDirector(n) => (n.get(), self.directors.clone()),
            RuleKind::AtLeast { n, of, .. } => (n.get(), of.as_slice().to_vec()),
            _ => return None,
        };
        let others = people
            .iter()
            .filter(|person| !excluded.iter().any(|other| other.kind == person.kind))
            .cloned()
            .collect();
        let one = Rule::at_least(1, others, None).ok()?;
        let rest = Rule::at_least(n.checked_sub(1)?, people, None).ok()?;
        Rule::all_of(vec![one, rest]).ok()
    }

    /// So many people, all of them from among these: "กรรมการสองคน ซึ่งต้องเป็น ก หรือ ข หรือ ค".
    fn taken_from(&self, rule: &Rule, among: &Rule) -> Option<Rule> {
        let (few, many) = head_count(rule, self.sizes);
        let n = u16::try_from(few).ok().filter(|_| few == many)?;
        let mut people: Vec<Rule> = Vec::new();
        for person in among.people() {
            let person = Rule::person(person).ok()?;
            if !people.iter().any(|known| known.kind == person.kind) {
                people.push(person);
            }
        }
        if people.len() < few {
            return None;
        }
        let rule = Rule::at_least(n, people, None).ok()?;
        among.span.map(|span| rule.at(span))
    }

    /// So many people, these among them: "two, one of whom ก" is ก and one more.
    fn having(&self, rule: &Rule, among: &Rule, modifiers: &Modifiers) -> Option<Rule> {
        let named_alone = matches!(rule.kind, RuleKind::Person(_));
        // "กรรมการสองคน โดยมี ก ลงลายมือชื่อร่วมด้วย": among the two, or beside them.
        if (modifiers.joining && !named_alone) || among.counts_the_board() {
            return None;
        }
        let (few, many) = head_count(among, self.sizes);
        let named = u16::try_from(few).ok().filter(|_| few == many)?;
        let span = rule.span;
        // One person "with ก" is two people to some and ก alone to others; so is any count that ก fills up.
        let rest = |n: u16| {
            let of = modifiers.of.is_none_or(|of| of == n);
            n.checked_sub(named).filter(|left| *left > 0 && of)
        };
        let people = among.people();
        let more = match &rule.kind {
            RuleKind::AnyDirector(n) => Rule::any_director(rest(n.get())?).ok()?,
            RuleKind::AtLeast { n, of, .. }
                if of
                    .as_slice()
                    .iter()
                    .all(|part| matches!(part.kind, RuleKind::Person(_))) =>
            {
                let pool: Vec<&str> = of
                    .as_slice()
                    .iter()
                    .flat_map(|part| part.people())
                    .collect();
                // Somebody outside the list cannot be among those counted.
                if !people.iter().all(|person| pool.contains(person)) {
                    return None;
                }
                Rule::at_least(rest(n.get())?, of.as_slice().to_vec(), None).ok()?
            }
            RuleKind::AnyOfPool { n, pool } => Rule::any_of_pool(rest(n.get())?, *pool).ok()?,
            // ก ลงลายมือชื่อโดยมี ข ร่วมด้วย
            RuleKind::Person(_)
                if modifiers.of.is_none()
                    && !people.iter().any(|person| rule.people().contains(person)) =>
            {
                let rule = Rule::all_of(vec![rule.clone(), among.clone()]).ok()?;
                return Some(match span {
                    Some(span) => rule.at(span),
                    None => rule,
                });
            }
            _ => return None,
        };
        let rule = Rule::all_of(vec![among.clone(), more]).ok()?;
        Some(match span {
            Some(span) => rule.at(span),
            None => rule,
        })
    }
}

/// Whether a rule leaves a choice between people.
fn chooses(rule: &Rule) -> bool {
    !matches!(rule.kind, RuleKind::Person(_))
        && !matches!(&rule.kind, RuleKind::AllOf(parts) if !parts.as_slice().iter().any(chooses))
}

/// Whether so many people are counted somewhere in a rule.
pub(super) fn counts(rule: &Rule, n: usize) -> bool {
    match &rule.kind {
        RuleKind::AnyDirector(count) => usize::from(count.get()) == n && n > 1,
        RuleKind::AtLeast { n: count, of, .. } => {
            (usize::from(count.get()) == n && n > 1)
                || of.as_slice().iter().any(|part| counts(part, n))
        }
        _ => rule.parts().iter().any(|part| counts(part, n)),
    }
}
