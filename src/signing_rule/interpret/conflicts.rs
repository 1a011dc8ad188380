//! Elements whose words do not say how far they reach: what is said of one of them may be said of others.

use super::party::Sentence;
use super::scope::Withdrawal;
use super::statement::{Element, Mode};
use crate::kernel::act::ActSet;
use crate::signing_rule::clause::{AmountRange, ScopedAct};
use crate::signing_rule::rule::{Rule, RuleKind};

/// What an exception, or a case, takes away from other elements.
#[derive(Debug, Clone)]
pub(super) struct Off {
    /// The numbered alternative it is an exception to; `None` for all.
    pub(super) item: Option<u64>,
    /// The element that says it.
    pub(super) at: usize,
    /// Said under a heading of limits: of everything.
    pub(super) of_everything: bool,
    /// A case, not an exception.
    pub(super) case: bool,
    acts: Vec<ScopedAct>,
    amounts: AmountRange,
}

impl Off {
    pub(super) fn speaks_of(&self, element: &Element) -> bool {
        self.item.is_none() || self.item == element.item
    }

    /// What is taken away; `whole`: its acts in every amount.
    pub(super) fn withdrawal(&self, whole: bool) -> Withdrawal {
        let whole = whole && !self.acts.is_empty();
        Withdrawal {
            acts: self.acts.clone(),
            amounts: if whole {
                AmountRange::ANY
            } else {
                self.amounts
            },
        }
    }
}

/// What all elements of this standing take away.
pub(super) fn off(elements: &[Element], mode: &Mode) -> Vec<Off> {
    let of_mode = |(_, element): &(usize, &Element)| element.mode == *mode;
    elements
        .iter()
        .enumerate()
        .filter(of_mode)
        .map(|(at, element)| Off {
            item: if *mode == Mode::Case {
                None
            } else {
                element.item
            },
            at,
            of_everything: element.headed,
            case: *mode == Mode::Case,
            acts: element.acts.clone(),
            amounts: element.amounts,
        })
        .collect()
}

/// Whether something was added, or is a case, that exceptions might be meant to cut.
pub(super) fn off_may_reach(elements: &[Element], excepts: &[Off], beside: &[Off]) -> bool {
    let of_mode = |mode: Mode| elements.iter().any(|e| e.mode == mode);
    let anything = !excepts.is_empty();
    (anything && (of_mode(Mode::Add) || of_mode(Mode::Case)))
        || (!beside.is_empty() && of_mode(Mode::Add))
}

impl Sentence<'_> {
    /// Whether a limit of one alternative might be meant for others too. Numbered alternatives keep their limits to
    /// themselves; and a silent one behind a limited one is without limits where it asks more than that one.
    pub(super) fn shared_scope(&self, general: &[&Element]) -> bool {
        let unnumbered = general.iter().all(|element| element.item.is_none());
        unnumbered
            && general.iter().enumerate().any(|(at, element)| {
                let behind = general.get(at + 1..).unwrap_or(&[]);
                behind.iter().any(|other| self.shares(element, other))
            })
    }

    fn shares(&self, before: &Element, behind: &Element) -> bool {
        let limits = |element: &Element| (!element.acts.is_empty(), !element.amounts.is_any());
        match (limits(before), limits(behind)) {
            (one, two) if one == two => false,
            (_, (false, false)) => {
                let first = |element: &Element| element.branch.as_ref()?.readings.first().cloned();
                match (first(before), first(behind)) {
                    (Some(before), Some(behind)) => {
                        !self.asks_more(&behind, &before) || self.asks_more(&before, &behind)
                    }
                    _ => true,
                }
            }
            _ => true,
        }
    }
}

/// Whether something said behind one alternative may be meant for those before it too: who is left out or required,
/// acts or amounts set apart by ทั้งนี้ or โดย; or whether who was left out comes back in a count further on.
pub(super) fn reaches_back(elements: &[Element]) -> bool {
    let spoken: Vec<&Element> = elements.iter().filter(|e| e.branch.is_some()).collect();
    spoken.iter().enumerate().any(|(at, element)| {
        let Some(branch) = &element.branch else {
            return false;
        };
        let behind = spoken.get(at + 1..).unwrap_or(&[]);
        // What stands between two numbers is said of the first of them.
        let enclosed = element.item.is_some()
            && behind
                .first()
                .is_some_and(|next| next.mode == Mode::General && next.item > element.item);
        let before = at > 0 && ((branch.narrowed_behind && !enclosed) || branch.scope_apart);
        let comes_back = |other: &&Element| {
            other.item.is_none()
                && other.branch.as_ref().is_some_and(|other| {
                    !other.leaves_out && other.readings.iter().any(counts_somebody)
                })
        };
        before || (branch.leaves_out && behind.iter().any(comes_back))
    })
}

/// Whether a rule counts people rather than naming them all.
fn counts_somebody(rule: &Rule) -> bool {
    match &rule.kind {
        RuleKind::Person(_) => false,
        RuleKind::AllOf(parts) | RuleKind::AnyOf(parts) => {
            parts.as_slice().iter().any(counts_somebody)
        }
        _ => true,
    }
}

/// Something added without an amount to a rule with one: whether the ceiling holds there too is not said.
pub(super) fn adds_without_a_ceiling(elements: &[Element]) -> bool {
    let of_mode = |mode: Mode| elements.iter().filter(move |e| e.mode == mode);
    of_mode(Mode::Add).any(|e| e.amounts.is_any())
        && of_mode(Mode::General).any(|e| !e.amounts.is_any())
}

/// Whether two elements have nothing to do with each other: different acts, or different amounts.
pub(super) fn apart(one: &Element, two: &Element) -> bool {
    let acts = !one.acts.is_empty() && !two.acts.is_empty() && !meet(one, two);
    let amounts = !one.amounts.is_any()
        && !two.amounts.is_any()
        && one.amounts.per() == two.amounts.per()
        && one.amounts.intersection(two.amounts).is_none();
    acts || amounts
}

/// Exceptions that speak twice of one act, or of amounts and of acts apart: which goes before is not said.
pub(super) fn overlapping<'a>(excepts: impl Iterator<Item = &'a Element>) -> bool {
    let excepts: Vec<&Element> = excepts.collect();
    excepts.iter().enumerate().any(|(index, one)| {
        excepts.iter().skip(index + 1).any(|two| {
            let acts_meet = one.acts.is_empty() || two.acts.is_empty() || meet(one, two);
            let amounts_meet = one.amounts.intersection(two.amounts).is_some()
                || one.amounts.per() != two.amounts.per();
            let items_meet = one.item.is_none() || two.item.is_none() || one.item == two.item;
            acts_meet && amounts_meet && items_meet
        })
    })
}

/// An exception for acts, without an amount, to a rule with one: whether the amount holds there too is not said.
pub(super) fn lifts_a_ceiling(elements: &[Element]) -> bool {
    elements.iter().any(|e| {
        e.mode == Mode::Except
            && e.branch.is_some()
            && e.amounts.is_any()
            && elements.iter().any(|general| {
                general.mode == Mode::General
                    && !general.amounts.is_any()
                    && (e.item.is_none() || e.item == general.item)
            })
    })
}

/// Whether two elements may speak of the same act. What only forbids reaches all that its words can mean.
fn meet(one: &Element, two: &Element) -> bool {
    let reach = |element: &Element| {
        let meaning = match element.branch {
            Some(_) => ScopedAct::meaning,
            None => ScopedAct::withdrawn,
        };
        let acts = element.acts.iter().map(meaning);
        acts.fold(ActSet::NONE, |all, (surely, perhaps)| {
            all.union(surely).union(perhaps)
        })
    };
    let both = reach(two);
    reach(one).iter().any(|act| both.contains(act))
}
