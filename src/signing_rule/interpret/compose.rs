//! From the elements of a sentence to clauses, in every reading of what they leave open.

use super::party::Sentence;
use super::statement::{Element, MAX_READINGS, Mode, Reading};
use crate::signing_rule::clause::{AmountRange, Clause, Scope, ScopedAct, Seal, SigningRule};
use crate::signing_rule::rule::{Rule, RuleKind};
use crate::signing_rule::verdict::Flag;

impl Sentence<'_> {
    /// The clauses that these elements mean, in every reading.
    pub(super) fn compose(&self, elements: &[Element]) -> Option<Reading> {
        let general: Vec<&Element> = elements
            .iter()
            .filter(|e| e.mode == Mode::General)
            .collect();
        let cases: Vec<&Element> = elements.iter().filter(|e| e.mode == Mode::Case).collect();
        let excepts: Vec<&Element> = elements.iter().filter(|e| e.mode == Mode::Except).collect();
        let rests = elements.iter().filter(|e| e.mode == Mode::Rest).count();
        if elements.iter().any(|e| e.mode == Mode::Add) && general.is_empty() {
            return None;
        }
        if rests > 0
            && (rests > 1 || !general.is_empty() || cases.is_empty() || !excepts.is_empty())
        {
            return None;
        }
        if shared_scope(&general)
            || (!excepts.is_empty() && general.iter().any(|e| !e.acts.is_empty()))
        {
            return None;
        }
        let withdrawn = withdrawal(excepts.iter().copied())?;
        let beside = withdrawal(cases.iter().copied());
        let mut flags: Vec<Flag> = Vec::new();
        // A case after a general rule, without a word that replaces or adds: both are possible.
        let replaces: Vec<bool> = if !cases.is_empty() && !general.is_empty() {
            flags.push(Flag::CaseUnclear);
            vec![true, false]
        } else {
            vec![false]
        };
        let seals = seal_readings(&general, &mut flags);
        let mut rules = Vec::new();
        for choice in choices(elements)? {
            for replaces in &replaces {
                for seal in &seals {
                    let off = if *replaces {
                        beside.clone()?.and(&withdrawn)?
                    } else {
                        withdrawn.clone()
                    };
                    let rest = beside.clone();
                    let clauses = clauses(elements, &choice, seal, &off, rest.as_ref())?;
                    rules.push(SigningRule::new(clauses).ok()?);
                    if rules.len() > MAX_READINGS {
                        return None;
                    }
                }
            }
        }
        if elements
            .iter()
            .any(|e| e.branch.as_ref().is_some_and(|b| b.readings.len() > 1))
        {
            flags.push(Flag::ConnectorScopeUnclear);
        }
        let mismatch = elements
            .iter()
            .any(|e| e.branch.as_ref().is_some_and(|b| b.mismatch));
        Some(Reading {
            rules,
            flags,
            mismatch,
        })
    }
}

/// What exceptions take away from the general rule.
#[derive(Debug, Clone, Default)]
struct Withdrawal {
    acts: Vec<ScopedAct>,
    amounts: AmountRange,
}

impl Withdrawal {
    fn and(mut self, other: &Self) -> Option<Self> {
        if !self.amounts.is_any() && !other.amounts.is_any() {
            return None;
        }
        self.acts.extend(
            other
                .acts
                .iter()
                .filter(|act| !self.acts.contains(act))
                .cloned()
                .collect::<Vec<_>>(),
        );
        if self.amounts.is_any() {
            self.amounts = other.amounts;
        }
        Some(self)
    }

    /// Amounts left to the general rule; `None` when they are not one range.
    fn amounts_left(&self) -> Option<AmountRange> {
        let per = self.amounts.per();
        match (self.amounts.min(), self.amounts.max()) {
            (None, None) => Some(AmountRange::ANY),
            (Some(min), None) => AmountRange::new(None, Some(min.one_satang_less()?), per).ok(),
            (None, Some(max)) => AmountRange::new(Some(max.one_satang_more()?), None, per).ok(),
            (Some(_), Some(_)) => None,
        }
    }
}

/// `None` when acts and amounts are mixed so that what is left is not one scope.
fn withdrawal<'a>(elements: impl Iterator<Item = &'a Element>) -> Option<Withdrawal> {
    let mut all = Withdrawal::default();
    let mut count = 0;
    for element in elements {
        count += 1;
        if !element.acts.is_empty() && !element.amounts.is_any() {
            return None;
        }
        for act in &element.acts {
            if !all.acts.contains(act) {
                all.acts.push(act.clone());
            }
        }
        if !element.amounts.is_any() {
            if !all.amounts.is_any() {
                return None;
            }
            all.amounts = element.amounts;
        }
    }
    // "except for large sums, and except for loans" leaves two half-planes, not one scope.
    if count > 1 && !all.acts.is_empty() && !all.amounts.is_any() {
        None
    } else {
        Some(all)
    }
}

/// Whether a limit behind a later alternative might be meant for the ones before it too. Numbered
/// alternatives keep their limits to themselves.
fn shared_scope(general: &[&Element]) -> bool {
    let limited = |element: &&Element| !element.acts.is_empty() || !element.amounts.is_any();
    general.iter().all(|element| element.item.is_none())
        && general
            .iter()
            .rposition(limited)
            .is_some_and(|last| !general.iter().take(last).all(limited))
}

/// The seal of each general alternative, in every reading. A silent alternative before one that asks for
/// the seal may share it.
fn seal_readings(general: &[&Element], flags: &mut Vec<Flag>) -> Vec<Vec<Seal>> {
    let said: Vec<Option<Seal>> = general
        .iter()
        .map(|element| element.branch.as_ref().and_then(|branch| branch.seal))
        .collect();
    let plain: Vec<Seal> = said
        .iter()
        .map(|seal| seal.unwrap_or(Seal::NotRequired))
        .collect();
    let mut shared = plain.clone();
    let last = said
        .iter()
        .rposition(|seal| *seal == Some(Seal::Required))
        .unwrap_or(0);
    for (seal, said) in shared.iter_mut().zip(&said).take(last) {
        if said.is_none() {
            *seal = Seal::Required;
        }
    }
    if shared == plain {
        vec![plain]
    } else {
        flags.push(Flag::SealScopeUnclear);
        vec![plain, shared]
    }
}

/// For each element, which of its readings: every combination. `None` when there are too many.
fn choices(elements: &[Element]) -> Option<Vec<Vec<Option<Rule>>>> {
    let mut all: Vec<Vec<Option<Rule>>> = vec![Vec::new()];
    for element in elements {
        let options: Vec<Option<Rule>> = match &element.branch {
            Some(branch) => branch.readings.iter().cloned().map(Some).collect(),
            None => vec![None],
        };
        if all.len() * options.len() > MAX_READINGS {
            return None;
        }
        all = all
            .iter()
            .flat_map(|so_far| {
                options.iter().map(move |option| {
                    let mut longer = so_far.clone();
                    longer.push(option.clone());
                    longer
                })
            })
            .collect();
    }
    Some(all)
}

fn clauses(
    elements: &[Element],
    choice: &[Option<Rule>],
    general_seals: &[Seal],
    withdrawn: &Withdrawal,
    cases: Option<&Withdrawal>,
) -> Option<Vec<Clause>> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut seals = general_seals.iter();
    for (element, rule) in elements.iter().zip(choice) {
        let seal = if element.mode == Mode::General {
            *seals.next()?
        } else {
            element
                .branch
                .as_ref()
                .and_then(|branch| branch.seal)
                .unwrap_or(Seal::NotRequired)
        };
        let Some(rule) = rule.clone() else { continue };
        let some = |acts: &[ScopedAct]| (!acts.is_empty()).then(|| acts.to_vec());
        let scope = match element.mode {
            Mode::General => {
                let amounts = withdrawn.amounts_left()?.intersection(element.amounts)?;
                Scope {
                    acts: some(&element.acts),
                    except_acts: some(&withdrawn.acts),
                    amounts,
                }
            }
            Mode::Rest => {
                let cases = cases?;
                Scope {
                    acts: None,
                    except_acts: some(&cases.acts),
                    amounts: cases.amounts_left()?,
                }
            }
            Mode::Except | Mode::Case | Mode::Add => Scope {
                acts: some(&element.acts),
                except_acts: None,
                amounts: element.amounts,
            },
        };
        push(
            &mut clauses,
            Clause {
                rule,
                seal,
                span: element.span,
                scope,
            },
            element.mode == Mode::General,
        );
    }
    Some(clauses)
}

/// General alternatives with one seal and one scope are one clause.
fn push(clauses: &mut Vec<Clause>, clause: Clause, general: bool) {
    let same = clauses
        .last_mut()
        .filter(|last| general && last.seal == clause.seal && last.scope == clause.scope);
    match same {
        Some(last) => {
            let mut parts = match &last.rule.kind {
                RuleKind::AnyOf(parts) if last.rule.span == Some(last.span) => {
                    parts.as_slice().to_vec()
                }
                _ => vec![last.rule.clone()],
            };
            parts.push(clause.rule);
            let span = last.span.cover(clause.span);
            if let Ok(rule) = Rule::any_of(parts) {
                last.rule = rule.at(span);
                last.span = span;
            }
        }
        None => clauses.push(clause),
    }
}
