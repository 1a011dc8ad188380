//! From the parts of a rule to alternatives: lists of seats, then kinds of seats.

use super::board::People;
use super::compile::{CompileRefusal, CompiledRule, MAX_ALTERNATIVES, MAX_NAMED, MAX_SEATS};
use super::matching::Kind;
use super::rule::{Majority, Rule, RuleKind};
use super::verdict::Flag;

/// The seats of one alternative, each the people who may fill it.
pub(super) type Seats = Vec<People>;

/// One way to satisfy a clause: every seat filled by a different person. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alternative {
    /// Seats for the same people together, the widest first: leaving those open asks least of anybody.
    kinds: Vec<Kind>,
    seats: usize,
    /// Everybody who may fill a seat.
    people: People,
    /// Whether nobody is in two kinds, so that counting is enough.
    disjoint: bool,
}

impl Alternative {
    /// The seats, sorted into kinds; refused when they name more than [`MAX_NAMED`] people.
    pub(super) fn of(seats: &[People]) -> Result<Self, CompileRefusal> {
        let mut kinds: Vec<Kind> = Vec::new();
        for seat in seats {
            match kinds.iter_mut().find(|kind| kind.people == *seat) {
                Some(kind) => kind.seats += 1,
                None => kinds.push(Kind {
                    people: *seat,
                    seats: 1,
                }),
            }
        }
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.people.len()));
        let named: usize = kinds.iter().map(|kind| kind.people.len()).sum();
        if named > MAX_NAMED {
            return Err(CompileRefusal::TooManyNamed);
        }
        let people = kinds
            .iter()
            .fold(People::NONE, |all, kind| all.union(kind.people));
        Ok(Self {
            kinds,
            seats: seats.len(),
            people,
            disjoint: named == people.len(),
        })
    }

    /// Each of these people: one seat apiece.
    pub(super) fn everybody(people: People) -> Self {
        Self {
            kinds: people
                .each()
                .map(|people| Kind { people, seats: 1 })
                .collect(),
            seats: people.len(),
            people,
            disjoint: true,
        }
    }

    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    pub(super) fn seats(&self) -> usize {
        self.seats
    }

    pub(super) fn people(&self) -> People {
        self.people
    }

    pub(super) fn is_disjoint(&self) -> bool {
        self.disjoint
    }
}

/// Every alternative of a rule.
pub(super) fn expand(
    rule: &Rule,
    compiled: &mut CompiledRule,
) -> Result<Vec<Seats>, CompileRefusal> {
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

fn same_seats(people: People, n: usize) -> Result<Vec<Seats>, CompileRefusal> {
    if n > MAX_SEATS {
        return Err(CompileRefusal::TooManySeats);
    }
    Ok(vec![vec![people; n]])
}

fn expand_parts(
    parts: &[Rule],
    compiled: &mut CompiledRule,
) -> Result<Vec<Vec<Seats>>, CompileRefusal> {
    parts.iter().map(|part| expand(part, compiled)).collect()
}

/// Every part at once: the product of their alternatives.
fn jointly(parts: Vec<Vec<Seats>>) -> Result<Vec<Seats>, CompileRefusal> {
    let mut product: Vec<Seats> = vec![Vec::new()];
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
fn either(parts: Vec<Vec<Seats>>) -> Result<Vec<Seats>, CompileRefusal> {
    let mut single = People::NONE;
    let mut single_seen = false;
    let mut all: Vec<Seats> = Vec::new();
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

fn at_least(n: usize, parts: Vec<Vec<Seats>>) -> Result<Vec<Seats>, CompileRefusal> {
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
    parts: &'a [Vec<Seats>],
    found: Vec<Seats>,
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
