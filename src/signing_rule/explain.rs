//! Who is missing: symbolically for every unmet alternative, and as explicit sets up to a cap.
//!
//! For an alternative that the signers fill in part, several choices of open seats can be left. They are
//! told apart only by how many seats of each kind stay open, so the search runs over small vectors of
//! counts, not over sets of people. Two budgets bound the work of one answer: [`SEATINGS`] matchings
//! for the symbolic part and [`SET_STEPS`] steps for the listing. A budget that runs out sets a flag.

use super::board::People;
use super::clause::Seal;
use super::compile::{CompiledClause, CompiledRule};
use super::evaluate::{Coverage, Signers};
use super::matching::{fills_all, implies, seat};
use super::verdict::{
    AskedAct, Completion, Decision, MinimalSet, More, Question, SealGiven, Verdict,
};

/// The most explicit minimal sets in one answer.
pub const MAX_MINIMAL_SETS: usize = 64;
/// The most symbolic completions in one answer.
pub const MAX_COMPLETIONS: usize = 64;
/// The most matchings spent on the symbolic completions of one answer.
const SEATINGS: usize = 1_500;
/// The most steps and matchings spent on listing explicit sets in one answer.
const SET_STEPS: usize = 30_000;

/// Open seats that ask for the same people.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    people: People,
    seats: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    kinds: Vec<Kind>,
    seal: bool,
}

impl Open {
    fn people(&self) -> usize {
        self.kinds.iter().map(|kind| kind.seats).sum()
    }

    fn seats(&self) -> Vec<People> {
        self.kinds
            .iter()
            .flat_map(|kind| std::iter::repeat_n(kind.people, kind.seats))
            .collect()
    }

    /// Whether whatever completes the other completes this one too.
    fn asks_no_more_than(&self, other: &Self) -> bool {
        if self.seal && !other.seal {
            return false;
        }
        implies(&other.seats(), &self.seats())
    }
}

struct Search<'a> {
    rule: &'a CompiledRule,
    signers: &'a [People],
    /// Whom a completion may name: people who have not signed and are surely different from all others.
    available: People,
    spent: usize,
    truncated: bool,
    found: Vec<Open>,
}

/// Fill in what is missing.
pub(super) fn complete(
    rule: &CompiledRule,
    question: &Question,
    signers: &Signers,
    verdict: &mut Verdict,
) {
    let mut search = Search {
        rule,
        signers: &signers.surely,
        available: available(rule, question.signers),
        spent: 0,
        truncated: false,
        found: Vec::new(),
    };
    let sealed = question.seal == SealGiven::Registered;
    for clause in rule
        .clauses
        .iter()
        .filter(|clause| covers(rule, clause, question))
    {
        let seal = clause.seal == Seal::Required && !sealed;
        for alternative in &clause.alternatives {
            search.alternative(alternative, seal);
        }
    }
    let mut found = search.found;
    found.sort_by_key(|open| (open.people(), open.seal));
    let mut kept: Vec<Open> = Vec::new();
    for open in found {
        if kept.len() >= MAX_COMPLETIONS {
            search.truncated = true;
            break;
        }
        if !kept.iter().any(|earlier| earlier.asks_no_more_than(&open)) {
            kept.retain(|earlier| !open.asks_no_more_than(earlier));
            kept.push(open);
        }
    }
    let (sets, sets_truncated) = minimal_sets(rule, question, &kept, search.truncated);
    verdict.minimal_sets = sets;
    verdict.minimal_sets_truncated = sets_truncated;
    verdict.completions_truncated = search.truncated;
    verdict.completions = kept
        .iter()
        .map(|open| Completion {
            add: open
                .kinds
                .iter()
                .map(|kind| More {
                    n: kind.seats,
                    of: rule.board.references_of(kind.people),
                })
                .collect(),
            seal: open.seal,
        })
        .collect();
}

/// Only clauses that surely cover what is asked can be completed; with no act given, every act.
fn covers(rule: &CompiledRule, clause: &CompiledClause, question: &Question) -> bool {
    let sure =
        |act, winding_up| rule.coverage(clause, act, winding_up, question.amount) == Coverage::Yes;
    match &question.act {
        AskedAct::Unknown(_) => false,
        AskedAct::Known(act) => sure(*act, true),
        AskedAct::NotGiven => rule.classes.iter().all(|act| sure(*act, false)),
    }
}

fn available(rule: &CompiledRule, asked: People) -> People {
    let mut available = rule.eligible.without(asked);
    for group in rule.board.unclear() {
        let left = group.intersection(available);
        let keep = if group.intersection(asked).is_empty() {
            left.each().next()
        } else {
            None
        };
        available = available.without(left).union(keep.unwrap_or(People::NONE));
    }
    available
}

impl Search<'_> {
    fn alternative(&mut self, seats: &[People], seal: bool) {
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
        // The widest kinds first: leaving them open asks least of anybody.
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.people.len()));
        self.spent += 1;
        let open = seats.len() - seat(seats, self.signers).filled();
        let mut left = vec![0; kinds.len()];
        self.choose(&kinds, 0, open, &mut left, seal);
    }

    /// Every way to leave so many seats open, kind by kind. Depth is the number of kinds.
    fn choose(
        &mut self,
        kinds: &[Kind],
        from: usize,
        open: usize,
        left: &mut Vec<usize>,
        seal: bool,
    ) {
        if self.spent >= SEATINGS || self.found.len() >= SEATINGS {
            self.truncated = true;
            return;
        }
        let Some(kind) = kinds.get(from) else {
            if open == 0 {
                self.consider(kinds, left, seal);
            }
            return;
        };
        let room: usize = kinds.iter().skip(from + 1).map(|kind| kind.seats).sum();
        for count in (open.saturating_sub(room)..=kind.seats.min(open)).rev() {
            if let Some(slot) = left.get_mut(from) {
                *slot = count;
            }
            self.choose(kinds, from + 1, open - count, left, seal);
        }
    }

    fn consider(&mut self, kinds: &[Kind], left: &[usize], seal: bool) {
        self.spent += 1;
        let taken: Vec<People> = kinds
            .iter()
            .zip(left)
            .flat_map(|(kind, left)| std::iter::repeat_n(kind.people, kind.seats - left))
            .collect();
        if !fills_all(&taken, self.signers) {
            return;
        }
        let open = Open {
            kinds: kinds
                .iter()
                .zip(left)
                .filter(|(_, left)| **left > 0)
                .map(|(kind, left)| Kind {
                    people: kind.people.intersection(self.available),
                    seats: *left,
                })
                .collect(),
            seal,
        };
        let others: Vec<People> = self
            .available
            .intersection(self.rule.eligible)
            .each()
            .collect();
        if fills_all(&open.seats(), &others) && !self.found.contains(&open) {
            self.found.push(open);
        }
    }
}

fn minimal_sets(
    rule: &CompiledRule,
    question: &Question,
    open: &[Open],
    truncated: bool,
) -> (Vec<MinimalSet>, bool) {
    let mut listing = Listing {
        rule,
        question,
        steps: 0,
        truncated,
        sets: Vec::new(),
    };
    for open in open {
        listing.list(&open.seats(), 0, (People::NONE, People::NONE), open.seal);
    }
    let sets = listing
        .sets
        .iter()
        .map(|(people, seal)| MinimalSet {
            people: rule.board.references_of(*people),
            seal: *seal,
        })
        .collect();
    (sets, listing.truncated)
}

struct Listing<'a> {
    rule: &'a CompiledRule,
    question: &'a Question,
    steps: usize,
    truncated: bool,
    sets: Vec<(People, bool)>,
}

impl Listing<'_> {
    /// Every choice of different people for the seats from `from` on, after the people chosen so far and
    /// the last of them. Depth is the number of seats.
    fn list(&mut self, seats: &[People], from: usize, so_far: (People, People), seal: bool) {
        let (chosen, last) = so_far;
        self.steps += 1;
        if self.steps > SET_STEPS || self.sets.len() >= MAX_MINIMAL_SETS {
            self.truncated = true;
            return;
        }
        let Some(seat) = seats.get(from) else {
            if !self.sets.contains(&(chosen, seal)) && self.is_minimal(chosen, seal) {
                self.sets.push((chosen, seal));
            }
            return;
        };
        // Seats of one kind are filled in the order of the board, so that no set comes twice.
        let same_kind = from > 0 && seats.get(from - 1) == Some(seat);
        for person in seat.without(chosen).each() {
            if same_kind && person < last {
                continue;
            }
            self.list(seats, from + 1, (chosen.union(person), person), seal);
        }
    }

    /// Whether nobody, nor the seal, can be left out.
    fn is_minimal(&mut self, chosen: People, seal: bool) -> bool {
        let permits = |people: People, seal: bool| {
            let mut question = self.question.clone();
            question.signers = question.signers.union(people);
            if seal {
                question.seal = SealGiven::Registered;
            }
            self.rule.decision(&question) == Decision::Permit
        };
        self.steps += (chosen.len() + 2) * self.rule.alternatives();
        permits(chosen, seal)
            && (!seal || !permits(chosen, false))
            && chosen
                .each()
                .all(|person| !permits(chosen.without(person), seal))
    }
}
