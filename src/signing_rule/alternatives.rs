//! From the parts of a rule to alternatives: lists of seats.

use super::board::People;
use super::compile::{Alternative, CompileRefusal, CompiledRule, MAX_ALTERNATIVES, MAX_SEATS};
use super::rule::{Majority, Rule, RuleKind};
use super::verdict::Flag;

/// Every alternative of a rule.
pub(super) fn expand(
    rule: &Rule,
    compiled: &mut CompiledRule,
) -> Result<Vec<Alternative>, CompileRefusal> {
    match &rule.kind {
        RuleKind::Person(reference) => {
            let person = compiled
                .board
                .people_named(reference)
                .intersection(compiled.eligible);
            match person.len() {
                0 => compiled.flag(Flag::NamedPersonLeft),
                1 => return Ok(vec![vec![person]]),
                _ => compiled.flag(Flag::NamedPersonUnclear),
            }
            Ok(vec![vec![People::NONE]])
        }
        RuleKind::AnyDirector(n) | RuleKind::AnyOfPool { n, .. } => {
            same_seats(compiled.eligible, usize::from(n.get()))
        }
        RuleKind::AllDirectors if compiled.eligible.is_empty() => Ok(vec![vec![People::NONE]]),
        RuleKind::AllDirectors => Ok(vec![compiled.eligible.each().collect()]),
        RuleKind::Majority(share) => same_seats(
            compiled.eligible,
            Majority::of(*share, compiled.eligible.len()),
        ),
        RuleKind::AtLeast { n, of, .. } => {
            let parts = expand_parts(of.as_slice(), compiled)?;
            at_least(usize::from(n.get()), parts)
        }
        RuleKind::AllOf(parts) => jointly(expand_parts(parts.as_slice(), compiled)?),
        RuleKind::AnyOf(parts) => either(expand_parts(parts.as_slice(), compiled)?),
    }
}

fn same_seats(people: People, n: usize) -> Result<Vec<Alternative>, CompileRefusal> {
    if n > MAX_SEATS {
        return Err(CompileRefusal::TooManySeats);
    }
    Ok(vec![vec![people; n]])
}

fn expand_parts(
    parts: &[Rule],
    compiled: &mut CompiledRule,
) -> Result<Vec<Vec<Alternative>>, CompileRefusal> {
    parts.iter().map(|part| expand(part, compiled)).collect()
}

/// Every part at once: the product of their alternatives.
fn jointly(parts: Vec<Vec<Alternative>>) -> Result<Vec<Alternative>, CompileRefusal> {
    let mut product: Vec<Alternative> = vec![Vec::new()];
    for part in parts {
        if product.len().saturating_mul(part.len()) > MAX_ALTERNATIVES {
            return Err(CompileRefusal::TooManyAlternatives);
        }
        let mut next = Vec::with_capacity(product.len() * part.len());
        for left in &product {
            for right in &part {
                if left.len() + right.len() > MAX_SEATS {
                    return Err(CompileRefusal::TooManySeats);
                }
                next.push(left.iter().chain(right).copied().collect());
            }
        }
        product = next;
    }
    Ok(product)
}

/// Any part: alternatives of one seat each are one seat for everybody in them.
fn either(parts: Vec<Vec<Alternative>>) -> Result<Vec<Alternative>, CompileRefusal> {
    let mut single = People::NONE;
    let mut single_seen = false;
    let mut all: Vec<Alternative> = Vec::new();
    for alternative in parts.into_iter().flatten() {
        match alternative.as_slice() {
            [seat] => {
                single = single.union(*seat);
                single_seen = true;
            }
            _ if all.contains(&alternative) => {}
            _ => all.push(alternative),
        }
    }
    if single_seen {
        all.insert(0, vec![single]);
    }
    if all.len() > MAX_ALTERNATIVES {
        return Err(CompileRefusal::TooManyAlternatives);
    }
    Ok(all)
}

fn at_least(n: usize, parts: Vec<Vec<Alternative>>) -> Result<Vec<Alternative>, CompileRefusal> {
    // Parts that are one person each need no listing: so many of the people named.
    let people: Option<Vec<People>> = parts
        .iter()
        .map(|part| match part.as_slice() {
            [alternative] => match alternative.as_slice() {
                [seat] if seat.len() <= 1 => Some(*seat),
                _ => None,
            },
            _ => None,
        })
        .collect();
    if let Some(people) = people {
        return same_seats(people.into_iter().fold(People::NONE, People::union), n);
    }
    if n > parts.len() {
        // More parts asked for than there are: nobody can.
        return same_seats(People::NONE, n);
    }
    let mut chosen = Chosen {
        parts: &parts,
        found: Vec::new(),
    };
    chosen.pick(0, n, &mut Vec::new())?;
    either(vec![chosen.found])
}

struct Chosen<'a> {
    parts: &'a [Vec<Alternative>],
    found: Vec<Alternative>,
}

impl Chosen<'_> {
    /// Every choice of `left` more parts from position `from` on. Depth is bounded by the number of
    /// parts, the number of results by [`MAX_ALTERNATIVES`].
    fn pick(
        &mut self,
        from: usize,
        left: usize,
        picked: &mut Vec<usize>,
    ) -> Result<(), CompileRefusal> {
        if left == 0 {
            let parts = picked
                .iter()
                .filter_map(|part| self.parts.get(*part).cloned())
                .collect();
            self.found.extend(jointly(parts)?);
            return if self.found.len() > MAX_ALTERNATIVES {
                Err(CompileRefusal::TooManyAlternatives)
            } else {
                Ok(())
            };
        }
        for part in from..self.parts.len() {
            if self.parts.len() - part < left {
                break;
            }
            picked.push(part);
            self.pick(part + 1, left - 1, picked)?;
            picked.pop();
        }
        Ok(())
    }
}
