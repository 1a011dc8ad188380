//! From the elements of a sentence to clauses, in every reading of what they leave open.

use super::branch::{Branch, SealForAll};
use super::conflicts::{
    Off, adds_without_a_ceiling, lifts_a_ceiling, off, off_may_reach, overlapping, reaches_back,
};
use super::duty::replaces;
use super::lexer::Kind;
use super::lexicon::Word;
use super::party::Sentence;
use super::scope::{Withdrawal, left_over};
use super::statement::{Element, MAX_READINGS, Mode, Reading};
use crate::signing_rule::clause::{Clause, Scope, Seal, SigningRule};
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
        let excepts: Vec<Off> = off(elements, &Mode::Except);
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
        // An act or amount behind the rest of all cases may limit the rest, or every case.
        if of_mode(Mode::Rest).any(limited) {
            return None;
        }
        if self.shared_scope(&general)
            || reaches_back(elements)
            || adds_without_a_ceiling(elements)
            || general
                .iter()
                .any(|e| !e.acts.is_empty() && excepts.iter().any(|off| off.speaks_of(e)))
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
                    .any(|off| off.item.is_some() && off.item == last_item))
            || (alternatives > 1 && branches().any(|branch| branch.narrowed_before))
            || !seals_fit(branches(), alternatives)
        {
            return None;
        }
        let beside: Vec<Off> = off(elements, &Mode::Case);
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
        // What was added, or is a case, may be meant to be cut by an exception like the general rule is, or not.
        let cuts = if off_may_reach(elements, &excepts, &beside) {
            vec![true, false]
        } else {
            vec![false]
        };
        // "การกู้ยืมเงินเกินหนึ่งล้านบาทให้… การอื่นให้…": other acts than loans, or than such loans.
        let other_acts = || {
            self.tokens
                .iter()
                .any(|token| token.kind == Kind::Word(Word::OtherActs))
        };
        let wholes = if rests > 0
            && other_acts()
            && cases
                .iter()
                .any(|e| !e.acts.is_empty() && !e.amounts.is_any())
        {
            vec![true, false]
        } else {
            vec![false]
        };
        let seals = self.seal_readings(elements, said_for_all(elements), &mut flags);
        let mut rules = Vec::new();
        let mut ways = Vec::new();
        for replaces in &replaces {
            let mut off = excepts.clone();
            if *replaces {
                off.extend(beside.iter().cloned());
            }
            for cuts in &cuts {
                for whole in &wholes {
                    let rest = |case: &Off| case.withdrawal(*whole);
                    ways.push(Cutting {
                        off: off.clone(),
                        rest: beside.iter().map(rest).collect(),
                        cuts_all: *cuts,
                        adds: cases_unclear && !*replaces,
                    });
                }
            }
        }
        for choice in choices(elements)? {
            for way in &ways {
                for seal in &seals {
                    let clauses = clauses(elements, &choice, seal, way)?;
                    rules.push((SigningRule::new(clauses).ok()?, way.adds));
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
            // What is added to a rule with the seal, or is another tier of amounts behind it, and says nothing of the
            // seal; a number of its own keeps it apart.
            let tier = |element: &Element| !element.amounts.is_any();
            let goes_on = silent.0.item.is_none()
                && spoken.iter().take(at).any(|(element, branch)| {
                    let asks = branch.seal == Some(Seal::Required) && !branch.seal_alone;
                    let tiers = tier(silent.0) && tier(element) && element.item.is_none();
                    asks && (silent.0.mode == Mode::Add || silent.0.above || tiers)
                });
            silent.1.seal.is_none() && (behind || before == Some(true) || dutiful || goes_on)
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

/// One way in which exceptions and cases cut the rest.
struct Cutting {
    off: Vec<Off>,
    /// What the rest of all cases leaves out.
    rest: Vec<Withdrawal>,
    /// What was added, and the cases, are cut as well.
    cuts_all: bool,
    /// A case of unclear standing adds to the general rule.
    adds: bool,
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
    way: &Cutting,
) -> Option<Vec<Clause>> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut seals = seals.iter();
    for (at, (element, rule)) in elements.iter().zip(choice).enumerate() {
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
                let off: Vec<Withdrawal> = way
                    .off
                    .iter()
                    .filter(|off| off.speaks_of(element))
                    .map(|off| off.withdrawal(false))
                    .collect();
                left_over(&own, &off)?
            }
            Mode::Rest => left_over(&Scope::default(), &way.rest)?,
            Mode::Case | Mode::Add => {
                let off: Vec<Withdrawal> = way
                    .off
                    .iter()
                    .filter(|off| off.at != at && (way.cuts_all || off.of_everything))
                    .filter(|off| {
                        off.speaks_of(element) && !(off.case && element.mode == Mode::Case)
                    })
                    .map(|off| (off.at, off.withdrawal(false)))
                    // What is added to an exception, for nothing else, is added to it.
                    .filter(|(before, off)| {
                        *before > at
                            || left_over(&own, std::slice::from_ref(off))
                                .is_none_or(|left| !left.is_empty())
                    })
                    .map(|(_, off)| off)
                    .collect();
                left_over(&own, &off)?
            }
            Mode::Except | Mode::Instead => vec![own],
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
