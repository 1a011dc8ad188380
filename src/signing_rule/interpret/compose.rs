//! From the elements of a sentence to clauses, in every reading of what they leave open.

use super::branch::{Branch, SealForAll};
use super::duty::replaces;
use super::party::Sentence;
use super::scope::{Withdrawal, left_over};
use super::statement::{Element, MAX_READINGS, Mode, Reading};
use crate::kernel::act::ActSet;
use crate::signing_rule::clause::{Clause, Scope, ScopedAct, Seal, SigningRule};
use crate::signing_rule::rule::{Rule, RuleKind};
use crate::signing_rule::verdict::Flag;

impl Sentence<'_> {
    /// The clauses that these elements mean, in every reading.
    pub(super) fn compose(&self, elements: &[Element]) -> Option<Reading> {
        // "เฉพาะ… นอกนั้น…": what the rest is measured against are cases.
        let rest = elements.iter().any(|element| element.mode == Mode::Rest);
        let limited = |e: &Element| !e.acts.is_empty() || !e.amounts.is_any();
        let anything_general = elements
            .iter()
            .any(|e| e.mode == Mode::General && !(rest && limited(e)));
        let mut settled: Vec<Element> = elements
            .iter()
            .map(|element| {
                let mut element = element.clone();
                element.mode = match element.mode {
                    Mode::General if rest && limited(&element) => Mode::Case,
                    Mode::Instead if anything_general => {
                        // What takes the general rule's place does so for every numbered alternative.
                        element.item = None;
                        Mode::Except
                    }
                    Mode::Instead => Mode::Case,
                    mode => mode,
                };
                element
            })
            .collect();
        let connectors = settled
            .iter()
            .any(|e| e.branch.as_ref().is_some_and(|b| b.readings.len() > 1));
        let duty_unclear = self.weigh_duties(&mut settled);
        let elements = settled.as_slice();
        let of_mode = |mode: Mode| elements.iter().filter(move |e| e.mode == mode);
        let general: Vec<&Element> = of_mode(Mode::General).collect();
        let cases: Vec<&Element> = of_mode(Mode::Case).collect();
        let excepts: Vec<(Option<u64>, Withdrawal)> = of_mode(Mode::Except)
            .map(|element| (element.item, withdrawal(element)))
            .collect();
        let rests = of_mode(Mode::Rest).count();
        if of_mode(Mode::Add).count() > 0 && general.is_empty() {
            return None;
        }
        // An exception to cases is an exception to nothing that was said of everything.
        if general.is_empty() && !excepts.is_empty() {
            return None;
        }
        if rests > 0
            && (rests > 1 || !general.is_empty() || cases.is_empty() || !excepts.is_empty())
        {
            return None;
        }
        if shared_scope(&general)
            || general.iter().any(|e| {
                let excepted = |(item, _): &(Option<u64>, _)| item.is_none() || *item == e.item;
                !e.acts.is_empty() && excepts.iter().any(excepted)
            })
            || overlapping(of_mode(Mode::Except))
            || lifts_a_ceiling(elements)
        {
            return None;
        }
        let spoken = || elements.iter().filter(|e| e.branch.is_some());
        let branches = || elements.iter().filter_map(|e| e.branch.as_ref());
        let alternatives = spoken().count();
        let last_item = general.iter().filter_map(|e| e.item).max();
        let units: Vec<_> = elements
            .iter()
            .map(|e| e.amounts)
            .filter(|range| !range.is_any())
            .map(|range| range.per())
            .collect();
        // Two cases for one act and amount; tiers of different units; an exception or somebody left out behind the
        // last of several alternatives, which may be meant for all of them.
        if overlapping(cases.iter().copied())
            || units
                .windows(2)
                .any(|pair| matches!(pair, [one, two] if one != two))
            || (general.len() > 1
                && excepts
                    .iter()
                    .any(|(item, _)| item.is_some() && *item == last_item))
            || (alternatives > 1 && branches().any(|branch| branch.narrowed_before))
            || (alternatives > 1
                && spoken()
                    .next_back()
                    .and_then(|e| e.branch.as_ref())
                    .is_some_and(|branch| branch.narrowed_behind))
            || !seals_fit(branches(), alternatives)
        {
            return None;
        }
        let beside: Vec<Withdrawal> = cases.iter().copied().map(withdrawal).collect();
        let mut flags: Vec<Flag> = Vec::new();
        if duty_unclear {
            flags.push(Flag::CaseUnclear);
        }
        // A case after a general rule, without a word that replaces or adds: both are possible.
        let cases_unclear = !cases.is_empty() && !general.is_empty();
        let replaces: Vec<bool> = if cases_unclear {
            flags.push(Flag::CaseUnclear);
            vec![true, false]
        } else {
            vec![false]
        };
        let seals = self.seal_readings(elements, said_for_all(elements), &mut flags);
        let mut rules = Vec::new();
        for choice in choices(elements)? {
            for replaces in &replaces {
                for seal in &seals {
                    let mut off = excepts.clone();
                    if *replaces {
                        off.extend(beside.iter().cloned().map(|case| (None, case)));
                    }
                    let clauses = clauses(elements, &choice, seal, &off, &beside)?;
                    rules.push((SigningRule::new(clauses).ok()?, cases_unclear && !*replaces));
                    if rules.len() > MAX_READINGS {
                        return None;
                    }
                }
            }
        }
        if connectors {
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

    /// The seal of every element that has a rule, in every reading. A silent alternative before one that asks for the
    /// seal may share it, and so may a silent case before one that asks no more people: a seal that makes the greater
    /// the stricter is its own. Behind a seal that stands before everything all may share it. ทุกกรณีให้ประทับตรา says so.
    fn seal_readings(
        &self,
        elements: &[Element],
        for_all: Option<Seal>,
        flags: &mut Vec<Flag>,
    ) -> Vec<Vec<Seal>> {
        let spoken: Vec<(&Element, &Branch)> = elements
            .iter()
            .filter_map(|element| element.branch.as_ref().map(|branch| (element, branch)))
            .collect();
        let plain: Vec<Seal> = spoken
            .iter()
            .map(|(_, branch)| branch.seal.or(for_all).unwrap_or(Seal::NotRequired))
            .collect();
        if for_all.is_some() {
            return vec![plain];
        }
        let asking = spoken
            .iter()
            .rposition(|(_, branch)| branch.seal == Some(Seal::Required) && !branch.seal_alone);
        let leading = spoken.iter().position(|(_, branch)| branch.seal_leads);
        let shares = |at: usize, silent: &(&Element, &Branch)| {
            let behind = leading.is_some_and(|leading| at > leading);
            let before = asking.filter(|asking| at < *asking).and_then(|asking| {
                let (element, branch) = spoken.get(asking)?;
                let (said, other) = (branch.readings.first()?, silent.1.readings.first()?);
                let alternatives = element.mode == Mode::General && silent.0.mode == Mode::General;
                Some(alternatives || (element.item.is_none() && !self.asks_more(said, other)))
            });
            // A duty that says nothing of a seal asks for no less than the rule it takes the place of, or for none.
            let dutiful = spoken.iter().enumerate().any(|(other, (element, branch))| {
                silent.0.duty
                    && other != at
                    && branch.seal == Some(Seal::Required)
                    && replaces(silent.0, element, other < at)
            });
            silent.1.seal.is_none() && (behind || before == Some(true) || dutiful)
        };
        let shared: Vec<Seal> = spoken
            .iter()
            .zip(&plain)
            .enumerate()
            .map(|(at, (silent, plain))| {
                if shares(at, silent) {
                    Seal::Required
                } else {
                    *plain
                }
            })
            .collect();
        if shared == plain {
            return vec![plain];
        }
        flags.push(Flag::SealScopeUnclear);
        vec![plain, shared]
    }
}

fn withdrawal(element: &Element) -> Withdrawal {
    Withdrawal {
        acts: element.acts.clone(),
        amounts: element.amounts,
    }
}

/// Exceptions that speak twice of one act, or of amounts and of acts apart: which goes before is not said.
fn overlapping<'a>(excepts: impl Iterator<Item = &'a Element>) -> bool {
    let excepts: Vec<&Element> = excepts.collect();
    excepts.iter().enumerate().any(|(index, one)| {
        excepts.iter().skip(index + 1).any(|two| {
            let acts_meet =
                one.acts.is_empty() || two.acts.is_empty() || meet(&one.acts, &two.acts);
            let amounts_meet = one.amounts.intersection(two.amounts).is_some()
                || one.amounts.per() != two.amounts.per();
            acts_meet && amounts_meet && one.item == two.item
        })
    })
}

/// An exception for acts, without an amount, to a rule with one: whether the amount holds there too is not said.
fn lifts_a_ceiling(elements: &[Element]) -> bool {
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

/// Whether some act may belong to both lists.
fn meet(one: &[ScopedAct], two: &[ScopedAct]) -> bool {
    let reach = |acts: &[ScopedAct]| {
        acts.iter()
            .map(ScopedAct::meaning)
            .fold(ActSet::NONE, |all, (surely, perhaps)| {
                all.union(surely).union(perhaps)
            })
    };
    let both = reach(two);
    reach(one).iter().any(|act| both.contains(act))
}

/// Whether a phrase on the seal that reaches beyond its alternative agrees with what the others say.
fn seals_fit<'a>(branches: impl Iterator<Item = &'a Branch> + Clone, alternatives: usize) -> bool {
    branches
        .clone()
        .filter_map(|branch| branch.seal_for_all)
        .all(|for_all| {
            let all_say = |seal: Seal| {
                branches
                    .clone()
                    .all(|branch| branch.seal.is_none_or(|said| said == seal))
            };
            match for_all {
                SealForAll::Required => all_say(Seal::Required),
                SealForAll::RequiredOf(count) => count == alternatives && all_say(Seal::Required),
                SealForAll::NotRequired => all_say(Seal::NotRequired),
                // "ทั้งนี้ต้องประทับตรา" behind the last of several.
                SealForAll::Perhaps => alternatives == 1,
            }
        })
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

/// What one phrase says of the seal of every alternative.
fn said_for_all(elements: &[Element]) -> Option<Seal> {
    elements
        .iter()
        .filter_map(|element| element.branch.as_ref()?.seal_for_all)
        .map(|for_all| match for_all {
            SealForAll::NotRequired => Seal::NotRequired,
            _ => Seal::Required,
        })
        .next()
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
    seals: &[Seal],
    withdrawn: &[(Option<u64>, Withdrawal)],
    cases: &[Withdrawal],
) -> Option<Vec<Clause>> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut seals = seals.iter();
    for (element, rule) in elements.iter().zip(choice) {
        let Some(rule) = rule.clone() else { continue };
        let seal = *seals.next()?;
        let own = Scope {
            acts: (!element.acts.is_empty()).then(|| element.acts.clone()),
            except_acts: None,
            amounts: element.amounts,
        };
        let scopes = match element.mode {
            Mode::General => {
                // An exception behind a numbered alternative is an exception to that one.
                let off: Vec<Withdrawal> = withdrawn
                    .iter()
                    .filter(|(item, _)| item.is_none() || *item == element.item)
                    .map(|(_, off)| off.clone())
                    .collect();
                left_over(&own, &off)?
            }
            Mode::Rest => left_over(&Scope::default(), cases)?,
            Mode::Except | Mode::Instead | Mode::Case | Mode::Add => vec![own],
        };
        for scope in scopes {
            push(
                &mut clauses,
                Clause {
                    rule: rule.clone(),
                    seal,
                    span: element.span,
                    scope,
                },
                element.mode == Mode::General,
            );
        }
    }
    Some(clauses)
}

/// General alternatives with one seal and one scope are one clause.
fn push(clauses: &mut Vec<Clause>, clause: Clause, general: bool) {
    let same = clauses
        .iter_mut()
        .find(|other| general && other.seal == clause.seal && other.scope == clause.scope);
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
