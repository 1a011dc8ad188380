//! A duty that would ask no more of anybody than the rule it takes the place of.
//!
//! "กรรมการสองคนลงลายมือชื่อร่วมกัน การกู้ยืมเงินต้องมีกรรมการกลุ่ม ก หนึ่งคนลงลายมือชื่อ": one of the group alone, or
//! one of the group beside the two? A duty that asks more settles it by itself; one that does not is read both ways.

use super::brackets::flat;
use super::meaning::implied;
use super::party::{Sentence, head_count};
use super::statement::{Element, Mode};
use crate::signing_rule::board::Board;
use crate::signing_rule::clause::{Clause, Scope, Seal, SigningRule};
use crate::signing_rule::compile::compile;
use crate::signing_rule::rule::{Rule, RuleKind, Span};
use crate::signing_rule::standing::Standing;

/// What rules are weighed against: the boards, and who signs.
pub(super) struct Weighing {
    /// The board as it is, and with everybody who left.
    pub(super) boards: Vec<Board>,
    pub(super) standing: Standing,
    pub(super) liquidators: bool,
}

impl Sentence<'_> {
    /// Give every duty that asks no more than what it would replace its second reading: together with it.
    /// Whether any was given.
    pub(super) fn weigh_duties(&self, elements: &mut [Element]) -> bool {
        let mut unclear: Vec<usize> = Vec::new();
        for at in 0..elements.len() {
            let Some(second) = self.beside_what_it_replaces(elements, at, &unclear) else {
                continue;
            };
            if let Some(branch) = elements
                .get_mut(at)
                .and_then(|element| element.branch.as_mut())
            {
                branch.readings.extend(second);
                unclear.push(at);
            }
        }
        !unclear.is_empty()
    }

    fn beside_what_it_replaces(
        &self,
        elements: &[Element],
        at: usize,
        unclear: &[usize],
    ) -> Option<Vec<Rule>> {
        let element = elements.get(at).filter(|element| element.duty)?;
        let branch = element.branch.as_ref()?;
        let replaced: Vec<Rule> = elements
            .iter()
            .enumerate()
            // What may be no rule of its own bears out no other.
            .filter(|(other, _)| *other != at && !unclear.contains(other))
            .filter(|(other, before)| replaces(element, before, *other < at))
            .filter_map(|(_, before)| before.branch.as_ref()?.readings.first().cloned())
            .collect();
        let replaced = Rule::any_of(flat(replaced, true)).ok()?;
        let second: Vec<Rule> = branch
            .readings
            .iter()
            .filter(|duty| !self.asks_more(duty, &replaced))
            .filter_map(|duty| {
                let both = Rule::all_of(once(flat(vec![replaced.clone(), duty.clone()], false)));
                both.ok().map(|rule| rule.at(branch.span))
            })
            .collect();
        (!second.is_empty()).then_some(second)
    }

    /// Whether nobody who satisfies the duty falls short of the rule, or more people are asked than the rule ever asks.
    pub(super) fn asks_more(&self, duty: &Rule, replaced: &Rule) -> bool {
        if head_count(duty, self.sizes).0 > head_count(replaced, self.sizes).1 {
            return true;
        }
        let alone = |rule: &Rule| {
            let clause = Clause {
                rule: rule.clone(),
                seal: Seal::NotRequired,
                span: Span { start: 0, end: 0 },
                scope: Scope::default(),
            };
            let rule = SigningRule::new(vec![clause]).ok()?;
            Some(if self.weighing.liquidators {
                rule.of_liquidators()
            } else {
                rule
            })
        };
        let (Some(duty), Some(replaced)) = (alone(duty), alone(replaced)) else {
            return false;
        };
        self.weighing.boards.iter().all(|board| {
            let compiled = |rule| compile(rule, board, self.weighing.standing).ok();
            matches!(
                (compiled(&duty), compiled(&replaced)),
                (Some(duty), Some(replaced)) if implied(&duty, &replaced)
            )
        })
    }
}

/// Whether this element, a duty, would stand in the place of that one.
pub(super) fn replaces(duty: &Element, other: &Element, before: bool) -> bool {
    match (&duty.mode, &other.mode) {
        (Mode::Except | Mode::Instead, Mode::General) => {
            duty.item.is_none() || duty.item == other.item
        }
        (Mode::General, Mode::General) | (Mode::Rest, Mode::Case) => before,
        // A tier above another: what is done below is perhaps done above too.
        (Mode::Case, Mode::Case) => {
            let same_acts = duty.acts.iter().any(|act| other.acts.contains(act));
            before
                && !duty.amounts.is_any()
                && (same_acts || duty.acts.is_empty() || other.acts.is_empty())
        }
        (Mode::Except, Mode::Except) => before && duty.above,
        _ => false,
    }
}

/// Each person once: nobody fills two seats.
fn once(parts: Vec<Rule>) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    for part in parts {
        let named = matches!(part.kind, RuleKind::Person(_));
        if !(named && kept.iter().any(|other| other.kind == part.kind)) {
            kept.push(part);
        }
    }
    kept
}
