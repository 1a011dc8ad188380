//! Groups of directors (กลุ่ม ก, กลุ่มที่ 1): defined somewhere in the sentence, used in its parties.

use super::lexer::Kind;
use super::lexicon::Word;
use super::party::{Definition, Join, Party, Sentence};
use crate::signing_rule::rule::{Rule, RuleRefusal};

impl Sentence<'_> {
    pub(super) fn groups_here(&self, at: usize, bare: usize, found: &mut Vec<(usize, Party)>) {
        if let Some(Kind::Group(label)) = self.kind(bare) {
            let label = label.clone();
            self.one_group(at, bare, &label, found);
            self.each_group(at, bare, found);
            return;
        }
        // สองคนจากกลุ่ม ก
        if let Some((to, n)) = self.count(bare)
            && self.is(to, Word::In)
        {
            let group = self.skip(to + 1, Word::Director);
            if let Some(Kind::Group(label)) = self.kind(group) {
                found.extend(self.settled(at, group + 1, self.members(n, label), false));
            }
        }
        // สองในสามกลุ่ม กลุ่มละหนึ่งคน
        if let Some(n) = self.whole_number(bare)
            && self.is(bare + 1, Word::In)
            && let Some(of) = self.whole_number(bare + 2)
            && self.is(bare + 3, Word::Groups)
            && self.is(bare + 4, Word::EachGroup)
            && let Some((to, each)) = self.count(bare + 5)
            && usize::from(of) == self.groups.len()
        {
            let parts: Result<Vec<Rule>, RuleRefusal> = self
                .groups
                .keys()
                .map(|label| self.members(each, label))
                .collect();
            let rule = parts.and_then(|parts| Rule::at_least(n, parts, None));
            found.extend(self.settled(at, to, rule, false));
        }
    }

    /// กลุ่ม ก n คน; กลุ่ม ก ได้แก่ A B คนใดคนหนึ่ง
    fn one_group(&self, at: usize, group: usize, label: &str, found: &mut Vec<(usize, Party)>) {
        let mut count_at = vec![group + 1];
        let list = self.skip(group + 1, Word::Define);
        for (end, people, joins) in self.name_lists(list) {
            let mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
            if !mixed
                && self
                    .groups
                    .get(label)
                    .is_some_and(|members| members.len() == people.len())
            {
                count_at.push(end);
            }
        }
        for next in count_at {
            if let Some((to, n)) = self.count(next) {
                found.extend(self.settled(at, to, self.members(n, label), false));
            } else if self.is(next, Word::All)
                && let Some(n) = self
                    .groups
                    .get(label)
                    .and_then(|members| u16::try_from(members.len()).ok())
            {
                found.extend(self.settled(at, next + 1, self.members(n, label), false));
            }
        }
    }

    /// กลุ่มที่ 1 กลุ่มที่ 2 และกลุ่มที่ 3 กลุ่มละหนึ่งคน
    fn each_group(&self, at: usize, group: usize, found: &mut Vec<(usize, Party)>) {
        let mut labels: Vec<&str> = Vec::new();
        let mut next = group;
        while let Some(Kind::Group(label)) = self.kind(next) {
            labels.push(label);
            next += 1;
            let joined = match self.kind(next) {
                Some(Kind::Word(Word::And | Word::Comma)) => next + 1,
                _ => next,
            };
            let joined = self.skip(joined, Word::Director);
            if matches!(self.kind(joined), Some(Kind::Group(_))) {
                next = joined;
            }
        }
        if labels.len() > 1
            && self.is(next, Word::EachGroup)
            && let Some((to, each)) = self.count(next + 1)
        {
            let parts: Result<Vec<Rule>, RuleRefusal> = labels
                .iter()
                .map(|label| self.members(each, label))
                .collect();
            found.extend(self.settled(at, to, parts.and_then(Rule::all_of), false));
        }
    }

    fn members(&self, n: u16, label: &str) -> Result<Rule, RuleRefusal> {
        let members = self.groups.get(label).cloned().unwrap_or_default();
        Rule::at_least(n, members, Some(format!("กลุ่ม {label}")))
    }

    /// กลุ่ม ก ได้แก่ A B C: the label, the members and every place where the list may end.
    pub(super) fn definition(&self, at: usize) -> Option<Definition> {
        let group = self.skip(at, Word::Director);
        let Some(Kind::Group(label)) = self.kind(group) else {
            return None;
        };
        let list = self.skip(group + 1, Word::Define);
        let ends: Vec<(usize, Vec<Rule>)> = self
            .name_lists(list)
            .into_iter()
            .filter(|(_, _, joins)| !(joins.contains(&Join::And) && joins.contains(&Join::Or)))
            .map(|(end, people, _)| (end, people))
            .collect();
        (!ends.is_empty()).then(|| (label.clone(), ends))
    }
}
