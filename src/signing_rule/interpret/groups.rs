//! Groups of directors (กลุ่ม ก, กลุ่มที่ 1): defined somewhere in the sentence, used in its parties.

use super::lexer::Kind;
use super::lexicon::Word;
use super::party::{Definition, Join, Party, Sentence, Who};
use crate::signing_rule::rule::{Rule, RuleRefusal};

impl Sentence<'_> {
    pub(super) fn groups_here(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        // กรรมการในกลุ่ม ก, กรรมการจากกลุ่ม ก
        let bare = self.skip(bare, Word::Again);
        let inside = self.skip(bare, Word::In);
        if let Some(Kind::Group(label)) = self.kind(inside) {
            let label = label.clone();
            self.one_group(at, inside, &label, found);
            self.group_list(at, inside, found);
            return;
        }
        self.any_group(at, inside, found);
        // สองคนจากกลุ่ม ก, สองคนในกลุ่มเดียวกัน, สองคนจากต่างกลุ่มกัน
        if let Some((to, n)) = self.count(bare) {
            let from = self.skip(to, Word::In);
            let group = self.skip(from, Word::Director);
            let group = self.skip(group, Word::In);
            if from > to
                && let Some(Kind::Group(label)) = self.kind(group)
            {
                found.extend(self.settled(at, group + 1, self.members(n, label), false));
            }
            if self.is(group, Word::SameGroup) {
                found.extend(self.settled(at, group + 1, self.same_group(n), false));
            }
            if self.is(group, Word::DifferentGroups) {
                found.extend(self.settled(at, group + 1, self.different_groups(n), false));
            }
        }
        // กรรมการคนใดคนหนึ่งของแต่ละกลุ่ม, กรรมการหนึ่งคนจากแต่ละกลุ่ม: one of every one of them
        if let Some((to, 1)) = self.count(bare)
            && !self.is(bare, Word::Each)
            && let each = self.skip(to, Word::In)
            && self.is(each, Word::EachGroup)
            && self.count(each + 1).is_none()
            && self.groups.len() > 1
        {
            let rule = self.each_of_all(1).and_then(Rule::all_of);
            found.extend(self.settled(at, each + 1, rule, false));
        }
        // กรรมการในกลุ่มเดียวกันสองคน
        if self.is(inside, Word::SameGroup)
            && let Some((to, n)) = self.count(inside + 1)
        {
            found.extend(self.settled(at, to, self.same_group(n), false));
        }
        // กรรมการทั้งสามกลุ่ม กลุ่มละหนึ่งคน, กรรมการสามกลุ่ม กลุ่มละหนึ่งคน
        let number = self.skip(bare, Word::Both);
        if let Some(of) = self.whole_number(number)
            && self.is(number + 1, Word::Groups)
            && let each = self.skip(number + 2, Word::This)
            && self.is(each, Word::EachGroup)
            && let Some((to, each)) = self.count(each + 1)
            && usize::from(of) == self.groups.len()
        {
            let rule = self.each_of_all(each).and_then(Rule::all_of);
            found.extend(self.settled(at, to, rule, false));
        }
        // สองในสามกลุ่ม กลุ่มละหนึ่งคน
        if let Some(n) = self.whole_number(bare)
            && self.is(bare + 1, Word::In)
            && let Some(of) = self.whole_number(bare + 2)
            && self.is(bare + 3, Word::Groups)
            && let each = self.skip(bare + 4, Word::This)
            && self.is(each, Word::EachGroup)
            && let Some((to, each)) = self.count(each + 1)
            && usize::from(of) == self.groups.len()
        {
            let rule = self
                .each_of_all(each)
                .and_then(|parts| Rule::at_least(n, parts, None));
            found.extend(self.settled(at, to, rule, false));
        }
    }

    /// กลุ่ม ก n คน; กลุ่ม ก ได้แก่ A B คนใดคนหนึ่ง
    fn one_group(&self, at: usize, group: usize, label: &str, found: &mut Vec<(usize, Party)>) {
        let mut count_at = vec![group + 1];
        let lead = self.skip(self.skip(group + 1, Word::Define), Word::Whereby);
        let open = self.is(lead, Word::Open);
        let list = self.skip(self.skip(lead, Word::Open), Word::Define);
        for (end, people, joins) in self.name_lists(list) {
            let mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
            if open && !self.is(end, Word::Close) {
                continue;
            }
            if !mixed
                && self
                    .groups
                    .get(label)
                    .is_some_and(|members| members.len() == people.len())
            {
                count_at.push(end + usize::from(open));
            }
        }
        let size = self.groups.get(label).map_or(0, Vec::len);
        for next in count_at {
            if let Some((to, n, of)) = self.fraction(next) {
                if of == size {
                    found.extend(self.settled(at, to, self.members(n, label), false));
                }
            } else if let Some((to, n)) = self.count(next) {
                found.extend(self.settled(at, to, self.members(n, label), false));
            } else if self.is(next, Word::All)
                && let Ok(n) = u16::try_from(size)
            {
                found.extend(self.settled(at, next + 1, self.members(n, label), false));
            } else if let Some((to, n)) = self.both(next)
                && usize::from(n) == size
            {
                found.extend(self.settled(at, to, self.members(n, label), false));
            }
            if next > group + 1 && self.groups.contains_key(label) {
                found.push(self.party(
                    at,
                    next,
                    Who::BareGroups {
                        labels: vec![label.to_owned()],
                        joins: Vec::new(),
                    },
                ));
            }
        }
    }

    /// กลุ่ม 1 กลุ่ม 2 และกลุ่ม 3, with กลุ่มละหนึ่งคน or without a count of their own.
    fn group_list(&self, at: usize, group: usize, found: &mut Vec<(usize, Party)>) {
        let mut labels: Vec<String> = Vec::new();
        let mut joins: Vec<Join> = Vec::new();
        let mut next = group;
        let mut either = false;
        while let Some(Kind::Group(label)) = self.kind(next) {
            if labels.contains(label) || !self.groups.contains_key(label) {
                break;
            }
            labels.push(label.clone());
            next += 1;
            let (joined, join) = match self.kind(next) {
                Some(Kind::Word(Word::And | Word::With)) => (next + 1, Join::And),
                Some(Kind::Word(Word::Or)) => (next + 1, Join::Or),
                Some(Kind::Word(Word::AndOr)) => {
                    either = true;
                    (next + 1, Join::Or)
                }
                Some(Kind::Word(Word::Comma)) => (next + 1, Join::Beside),
                _ => (next, Join::Beside),
            };
            let joined = self.skip(self.skip(joined, Word::Director), Word::In);
            if matches!(self.kind(joined), Some(Kind::Group(_))) {
                joins.push(join);
                next = joined;
            } else {
                self.counted_groups(at, next, &labels, &joins, either, found);
                break;
            }
        }
    }

    fn counted_groups(
        &self,
        at: usize,
        next: usize,
        labels: &[String],
        joins: &[Join],
        either: bool,
        found: &mut Vec<(usize, Party)>,
    ) {
        // "กลุ่ม 1, กลุ่ม 2 และกลุ่ม 3": the last connector speaks for the commas.
        let spoken = joins
            .iter()
            .rev()
            .find(|join| **join != Join::Beside)
            .copied();
        let joins: Vec<Join> = joins
            .iter()
            .map(|join| match (join, spoken) {
                (Join::Beside, Some(spoken)) => spoken,
                _ => *join,
            })
            .collect();
        found.push(self.party(
            at,
            next,
            Who::BareGroups {
                labels: labels.to_vec(),
                joins: joins.clone(),
            },
        ));
        if labels.len() < 2 {
            return;
        }
        let mixed = joins.contains(&Join::Or) && joins.contains(&Join::And);
        let or = joins.contains(&Join::Or);
        if self.is(next, Word::EachGroup)
            && !mixed
            && !or
            && let Some((to, each)) = self.count(next + 1)
        {
            let parts: Result<Vec<Rule>, RuleRefusal> = labels
                .iter()
                .map(|label| self.members(each, label))
                .collect();
            found.extend(self.settled(at, to, parts.and_then(Rule::all_of), false));
        } else if or
            && !mixed
            && let Some((to, n)) = self.count(next)
        {
            // กลุ่ม ก หรือกลุ่ม ข คนใดคนหนึ่ง: one of either; และ/หรือ: so many of both together.
            if n == 1 || either {
                let rule = self
                    .members_of_all(labels)
                    .ok_or(RuleRefusal::Empty)
                    .and_then(|people| Rule::at_least(n, people, None));
                found.extend(self.settled(at, to, rule, false));
            }
        }
    }

    /// กลุ่มใดกลุ่มหนึ่ง n คน, กลุ่มใดกลุ่มหนึ่ง ครบทั้งกลุ่ม
    fn any_group(&self, at: usize, group: usize, found: &mut Vec<(usize, Party)>) {
        if !self.is(group, Word::AnyGroup) {
            return;
        }
        let mut next = group + 1;
        if self.is(next, Word::In)
            && let Some(of) = self.whole_number(next + 1)
            && self.is(next + 2, Word::Groups)
        {
            if usize::from(of) != self.groups.len() {
                return;
            }
            next += 3;
        }
        let next = self.skip(next, Word::This);
        if let Some((to, n)) = self.count(next) {
            found.extend(self.settled(at, to, self.same_group(n), false));
        } else if self.is(next, Word::EachGroup) {
            // "กลุ่มใดกลุ่มหนึ่ง กลุ่มละหนึ่งคน": one of any group, or one of each.
        } else if self.is(next, Word::WholeGroup) || self.is(next, Word::All) {
            let parts: Result<Vec<Rule>, RuleRefusal> =
                self.groups.values().cloned().map(Rule::all_of).collect();
            found.extend(self.settled(at, next + 1, parts.and_then(Rule::any_of), false));
        } else if !self.groups.is_empty() {
            // How many of it stands behind the verb: ลงลายมือชื่อร่วมกันครบทั้งกลุ่ม.
            let labels: Vec<String> = self.groups.keys().cloned().collect();
            let joins = vec![Join::Or; labels.len().saturating_sub(1)];
            found.push(self.party(at, next, Who::BareGroups { labels, joins }));
        }
    }

    fn each_of_all(&self, n: u16) -> Result<Vec<Rule>, RuleRefusal> {
        self.groups
            .keys()
            .map(|label| self.members(n, label))
            .collect()
    }

    fn same_group(&self, n: u16) -> Result<Rule, RuleRefusal> {
        // A group too small for the count is no way to sign.
        let parts: Result<Vec<Rule>, RuleRefusal> = self
            .groups
            .iter()
            .filter(|(_, members)| members.len() >= usize::from(n))
            .map(|(label, _)| self.members(n, label))
            .collect();
        parts.and_then(Rule::any_of)
    }

    /// Refused where somebody is in two groups, or there are fewer groups than people asked for: what the words
    /// ask then is not said.
    fn different_groups(&self, n: u16) -> Result<Rule, RuleRefusal> {
        let labels: Vec<String> = self.groups.keys().cloned().collect();
        let members: usize = self.groups.values().map(Vec::len).sum();
        let apart = self.members_of_all(&labels).map(|people| people.len()) == Some(members);
        if !apart || usize::from(n) > labels.len() || n < 2 {
            return Err(RuleRefusal::Empty);
        }
        self.each_of_all(1)
            .and_then(|parts| Rule::at_least(n, parts, None))
    }

    fn members(&self, n: u16, label: &str) -> Result<Rule, RuleRefusal> {
        let members = self.groups.get(label).cloned().unwrap_or_default();
        Rule::at_least(n, members, Some(format!("กลุ่ม {label}")))
    }

    pub(super) fn group_of(&self, n: u16, label: &str) -> Option<Rule> {
        self.members(n, label).ok()
    }

    /// One member of a group, or all of them.
    pub(super) fn whole_or_one(&self, label: &str, all: bool) -> Option<Rule> {
        let size = u16::try_from(self.groups.get(label)?.len()).ok()?;
        self.group_of(if all { size } else { 1 }, label)
    }

    pub(super) fn members_of_all(&self, labels: &[String]) -> Option<Vec<Rule>> {
        let mut people: Vec<Rule> = Vec::new();
        for label in labels {
            for person in self.groups.get(label)? {
                if !people.iter().any(|known| known.kind == person.kind) {
                    people.push(person.clone());
                }
            }
        }
        Some(people)
    }

    /// กลุ่ม ก ได้แก่ A B C: the label, the members and every place where the list may end.
    pub(super) fn definition(&self, at: usize) -> Option<Definition> {
        if matches!(self.kind(at), Some(Kind::Name(_))) {
            return self.reversed(at);
        }
        // ก และ ข เป็นกรรมการกลุ่ม ก: what follows is the next sentence.
        if at
            .checked_sub(1)
            .is_some_and(|before| self.is(before, Word::Being))
        {
            return None;
        }
        let group = self.skip(at, Word::Director);
        let group = self.skip(group, Word::In);
        let label = match self.kind(group) {
            Some(Kind::Group(label)) => label.clone(),
            // (ก) A หรือ B, where the sentence says กรรมการตาม (ก).
            Some(Kind::Item(number)) if self.refers_to_item(*number) => format!("({number})"),
            _ => return None,
        };
        let lead = self.skip(self.skip(group + 1, Word::Whereby), Word::Define);
        let lead = self.skip(lead, Word::Has);
        let open = self.is(lead, Word::Open);
        // กลุ่ม ก ได้แก่กรรมการทุกคน
        let office = self.skip(lead, Word::Director);
        if office > lead && self.is(office, Word::All) && !self.directors.is_empty() {
            let all = self.directors.clone();
            // …ยกเว้น ก
            return match self.exclusion(office + 1) {
                Some((end, out)) if !self.starts_verb(end) => {
                    let kept = |person: &Rule| !out.iter().any(|other| other.kind == person.kind);
                    let kept: Vec<Rule> =
                        all.iter().filter(|person| kept(person)).cloned().collect();
                    (!kept.is_empty()).then(|| (label.clone(), vec![(end, kept)]))
                }
                _ => Some((label.clone(), vec![(office + 1, all)])),
            };
        }
        let (list, said) = self.list_lead(lead + usize::from(open));
        let ends: Vec<(usize, Vec<Rule>)> = self
            .lists(list, true)
            .into_iter()
            .filter(|(_, _, joins)| !(joins.contains(&Join::And) && joins.contains(&Join::Or)))
            .filter(|(end, _, _)| !open || self.is(*end, Word::Close))
            .filter(|(_, people, _)| said.is_none_or(|said| said == people.len()))
            .map(|(end, people, _)| (end + usize::from(open), people))
            .collect();
        (!ends.is_empty()).then_some((label, ends))
    }

    fn refers_to_item(&self, number: u64) -> bool {
        let label = format!("({number})");
        self.tokens
            .iter()
            .any(|token| matches!(&token.kind, Kind::Group(other) if *other == label))
    }

    /// Whether a name at this place goes on with a list that began before it.
    pub(super) fn within_a_list(&self, at: usize) -> bool {
        let named = |position: Option<usize>| {
            position.is_some_and(|position| matches!(self.kind(position), Some(Kind::Name(_))))
        };
        let joined = at.checked_sub(1).is_some_and(|before| {
            matches!(
                self.kind(before),
                Some(Kind::Word(Word::And | Word::Comma | Word::With | Word::Or))
            )
        });
        matches!(self.kind(at), Some(Kind::Name(_)))
            && (named(at.checked_sub(1)) || (joined && named(at.checked_sub(2))))
    }

    /// A และ B เป็นกรรมการกลุ่ม ก
    fn reversed(&self, at: usize) -> Option<Definition> {
        self.lists(at, true)
            .into_iter()
            .find_map(|(end, people, joins)| {
                if joins.contains(&Join::Or) || !self.is(end, Word::Being) {
                    return None;
                }
                let group = self.skip(self.skip(end + 1, Word::Director), Word::In);
                match self.kind(group) {
                    Some(Kind::Group(label)) => Some((label.clone(), vec![(group + 1, people)])),
                    _ => None,
                }
            })
    }

    /// \[มี\] \[กรรมการ\] \[จำนวน\] \[3 คน\] \[ดังนี้\] \[คือ\]: what may stand before the list, and the number it gives.
    fn list_lead(&self, at: usize) -> (usize, Option<usize>) {
        let mut next = self.skip(self.skip(at, Word::Define), Word::Has);
        let office = self.skip(next, Word::Director);
        let counted = self.skip(office, Word::Count);
        let mut said = None;
        if let Some(n) = self.whole_number(counted)
            && self.is(counted + 1, Word::Person)
        {
            said = Some(usize::from(n));
            next = counted + 2;
        } else if office > next {
            next = office;
        }
        next = self.skip(next, Word::This);
        (self.skip(next, Word::Define), said)
    }
}
