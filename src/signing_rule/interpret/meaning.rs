//! Whether two readings mean the same: compared by what they decide, never by how they are built.

use super::super::alternatives::Alternative;
use super::super::clause::{AmountUnit, Clause, ScopedAct, Seal, SigningRule};
use super::super::compile::{CompiledClause, CompiledRule};
use super::super::matching::implies;
use crate::kernel::act::{ActCode, ActSet};
use crate::kernel::money::Baht;

/// The most words of open meaning that are settled both ways for one act.
const MAX_OPEN_WORDS: usize = 6;
/// The most comparisons of alternatives; readings that need more count as different.
const MAX_WORK: usize = 200_000;

/// One way to be bound: seats, and whether the seal is asked for.
struct Way<'a> {
    seats: &'a Alternative,
    seal: Seal,
}

impl Way<'_> {
    /// Whoever satisfies this way satisfies the other one too.
    fn satisfies(&self, other: &Way<'_>) -> bool {
        (other.seal == Seal::NotRequired || self.seal == Seal::Required)
            && implies(self.seats, other.seats)
    }
}

/// Whether two rules, compiled for one board, give the same people the same authority for every act and
/// amount, however the words of open meaning are settled. A proof: what cannot be proven equal counts as
/// different.
pub(super) fn same_meaning(
    one: (&SigningRule, &CompiledRule),
    two: (&SigningRule, &CompiledRule),
) -> bool {
    let both = || one.0.clauses().iter().chain(two.0.clauses());
    if one.1.clauses.is_empty() || two.1.clauses.is_empty() {
        return false;
    }
    let given = || both().flat_map(|clause| clause.scope.acts.iter().flatten());
    let taken = || both().flat_map(|clause| clause.scope.except_acts.iter().flatten());
    let entries: Vec<(&ScopedAct, (ActSet, ActSet))> = given()
        .map(|act| (act, act.meaning()))
        .chain(taken().map(|act| (act, act.withdrawn())))
        .collect();
    let amounts = sample_amounts(both());
    let mut work = 0usize;
    let mut seen: Vec<Vec<(bool, bool)>> = Vec::new();
    for act in ActCode::all() {
        let treatment: Vec<(bool, bool)> = entries
            .iter()
            .map(|(_, (surely, perhaps))| (surely.contains(act), perhaps.contains(act)))
            .collect();
        if seen.contains(&treatment) {
            continue;
        }
        seen.push(treatment);
        let open = open_words(&entries, act);
        if open.len() > MAX_OPEN_WORDS {
            return false;
        }
        for settled in 0..1usize << open.len() {
            let covers: Vec<&str> = open
                .iter()
                .enumerate()
                .filter(|(index, _)| settled >> index & 1 == 1)
                .map(|(_, word)| *word)
                .collect();
            for amount in &amounts {
                let ways = |of: (&SigningRule, &CompiledRule)| -> Vec<(usize, usize)> {
                    applying(of, act, &covers, *amount)
                };
                let (first, second) = (ways(one), ways(two));
                work = work.saturating_add(first.len().saturating_mul(second.len()));
                if work > MAX_WORK {
                    return false;
                }
                if !(covered(&first, one.1, &second, two.1)
                    && covered(&second, two.1, &first, one.1))
                {
                    return false;
                }
            }
        }
    }
    true
}

fn open_words<'a>(entries: &[(&'a ScopedAct, (ActSet, ActSet))], act: ActCode) -> Vec<&'a str> {
    let mut open: Vec<&str> = Vec::new();
    for (entry, (_, perhaps)) in entries {
        if let ScopedAct::Word(word) = entry
            && perhaps.contains(act)
            && !open.contains(&word.as_str())
        {
            open.push(word);
        }
    }
    open
}

/// Amounts on both sides of every bound, in every unit that is spoken of.
fn sample_amounts<'a>(
    clauses: impl Iterator<Item = &'a Clause> + Clone,
) -> Vec<(Baht, AmountUnit)> {
    let mut units: Vec<AmountUnit> = vec![AmountUnit::Act];
    let mut values: Vec<Baht> = vec![Baht::from_satang(0)];
    for range in clauses.map(|clause| clause.scope.amounts) {
        if let Some(unit) = range.per()
            && !units.contains(&unit)
        {
            units.push(unit);
        }
        let bounds = [
            range.min(),
            range.min().and_then(Baht::one_satang_less),
            range.max(),
            range.max().and_then(Baht::one_satang_more),
        ];
        for value in bounds.into_iter().flatten() {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    units
        .iter()
        .flat_map(|unit| values.iter().map(move |value| (*value, *unit)))
        .collect()
}

/// The clauses that apply, and their alternatives, by position.
fn applying(
    of: (&SigningRule, &CompiledRule),
    act: ActCode,
    covers: &[&str],
    (amount, unit): (Baht, AmountUnit),
) -> Vec<(usize, usize)> {
    let names = |acts: &[ScopedAct]| {
        acts.iter().any(|entry| {
            // What is surely taken away is surely given.
            let surely: ActSet = entry.meaning().0;
            surely.contains(act)
                || matches!(entry, ScopedAct::Word(word) if covers.contains(&word.as_str()))
        })
    };
    let applies = |compiled: &CompiledClause| {
        of.0.clauses().get(compiled.index).is_some_and(|clause| {
            let scope = &clause.scope;
            let range = scope.amounts;
            scope.acts.as_deref().is_none_or(names)
                && !scope.except_acts.as_deref().is_some_and(names)
                && (range.is_any()
                    || (range.per().unwrap_or_default() == unit && range.contains(amount)))
        })
    };
    of.1.clauses
        .iter()
        .enumerate()
        .filter(|(_, clause)| applies(clause))
        .flat_map(|(position, clause)| {
            (0..clause.alternatives.len()).map(move |alternative| (position, alternative))
        })
        .collect()
}

fn way(rule: &CompiledRule, (clause, alternative): (usize, usize)) -> Option<Way<'_>> {
    let clause = rule.clauses.get(clause)?;
    clause.alternatives.get(alternative).map(|seats| Way {
        seats,
        seal: clause.seal,
    })
}

fn covered(
    strong: &[(usize, usize)],
    strong_of: &CompiledRule,
    weak: &[(usize, usize)],
    weak_of: &CompiledRule,
) -> bool {
    strong.iter().all(|one| {
        way(strong_of, *one).is_some_and(|one| {
            weak.iter()
                .filter_map(|other| way(weak_of, *other))
                .any(|other| one.satisfies(&other))
        })
    })
}

/// Whether whoever satisfies one rule satisfies the other, acts, amounts and seal aside. What cannot be proven is not so.
pub(super) fn implied(strong: &CompiledRule, weak: &CompiledRule) -> bool {
    let ways = |of: &CompiledRule| -> Vec<(usize, usize)> {
        of.clauses
            .iter()
            .enumerate()
            .flat_map(|(position, clause)| {
                (0..clause.alternatives.len()).map(move |alternative| (position, alternative))
            })
            .collect()
    };
    let (first, second) = (ways(strong), ways(weak));
    first.len().saturating_mul(second.len()) <= MAX_WORK && covered(&first, strong, &second, weak)
}
