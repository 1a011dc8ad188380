//! What a rule means, by its definition alone: sets of people, tried one by one. Slow, and short enough to be
//! believed; the matcher is judged by it.

use crate::signing_rule::{Majority, Rule, RuleKind};
use std::collections::BTreeSet;

/// Who is who: a bit for each natural person, in the order of the board.
pub struct World<'a> {
    /// How many natural persons sign.
    pub people: u32,
    /// The person behind a reference; `None` for one who does not count.
    pub who: &'a dyn Fn(&str) -> Option<u32>,
}

impl World<'_> {
    /// Sets of people that satisfy a rule, every smallest one among them: parts get disjoint sets.
    pub fn satisfying(&self, rule: &Rule) -> BTreeSet<u32> {
        let parts = |parts: &[Rule]| -> Vec<BTreeSet<u32>> {
            parts.iter().map(|part| self.satisfying(part)).collect()
        };
        match &rule.kind {
            RuleKind::Person(reference) => (self.who)(reference)
                .map(|person| 1 << person)
                .into_iter()
                .collect(),
            RuleKind::AnyDirector(n) => self.of_size(u32::from(n.get())),
            // Nobody is no board: a rule for all of nobody is not met by nobody.
            RuleKind::AllDirectors if self.people == 0 => BTreeSet::new(),
            RuleKind::AllDirectors => self.of_size(self.people),
            RuleKind::Majority(Majority::Half) => self.of_size(self.people.div_ceil(2).max(1)),
            RuleKind::Majority(Majority::MoreThanHalf) => self.of_size(self.people / 2 + 1),
            RuleKind::AnyOfPool { .. } => BTreeSet::new(),
            RuleKind::AnyOf(list) => parts(list.as_slice()).into_iter().flatten().collect(),
            RuleKind::AllOf(list) => disjoint(&parts(list.as_slice()).iter().collect::<Vec<_>>()),
            RuleKind::AtLeast { n, of, .. } => {
                let parts = parts(of.as_slice());
                (0u32..1 << parts.len())
                    .filter(|choice| choice.count_ones() == u32::from(n.get()))
                    .flat_map(|choice| {
                        let chosen: Vec<&BTreeSet<u32>> = parts
                            .iter()
                            .enumerate()
                            .filter(|(index, _)| choice & (1 << index) != 0)
                            .map(|(_, part)| part)
                            .collect();
                        disjoint(&chosen)
                    })
                    .collect()
            }
        }
    }

    fn of_size(&self, size: u32) -> BTreeSet<u32> {
        (0u32..1 << self.people)
            .filter(|set| set.count_ones() == size)
            .collect()
    }

    /// For each set of people, whether it satisfies the rule: it holds a set that does.
    pub fn satisfied(&self, rule: &Rule) -> Vec<bool> {
        let mut met = vec![false; 1 << self.people];
        for set in self.satisfying(rule) {
            met[set as usize] = true;
        }
        for person in 0..self.people {
            for set in 0..met.len() {
                if set & (1 << person) != 0 {
                    met[set] |= met[set & !(1 << person)];
                }
            }
        }
        met
    }
}

fn disjoint(parts: &[&BTreeSet<u32>]) -> BTreeSet<u32> {
    parts.iter().fold(BTreeSet::from([0]), |all, part| {
        all.iter()
            .flat_map(|left| {
                part.iter()
                    .filter(move |right| *right & left == 0)
                    .map(move |right| left | right)
            })
            .collect()
    })
}
