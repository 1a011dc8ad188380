//! Who is missing: symbolically in every answer, and as explicit sets on request, up to a cap.
//!
//! For an alternative that the signers fill in part, several choices of open seats can be left. They are told
//! apart only by how many seats of each kind stay open, so the search runs over small vectors of counts, not over
//! sets of people, and turns back as soon as no completion can follow. Alternatives that lack the fewest people come
//! first, and each gives one completion straight from a matching; the search for others stops after [`SEARCH`]
//! steps. What is left out sets a flag; who is told nothing could not be completed by anybody.

use super::alternatives::Alternative;
use super::board::People;
use super::clause::Seal;
use super::compile::{Basis, CompiledClause, CompiledRule, MAX_NAMED};
use super::evaluate::{Asking, Coverage};
use super::matching::{Kind, Matching, completable, implies_counted};
use super::verdict::{
    AskedAct, Completion, Decision, MinimalSet, MinimalSets, More, Question, SealGiven, Verdict,
};
use std::cmp::Ordering;

/// The most explicit minimal sets in one answer.
pub const MAX_MINIMAL_SETS: usize = 64;
/// The most symbolic completions in one answer; together they name at most [`MAX_NAMED`] people.
pub const MAX_COMPLETIONS: usize = 32;
/// The most steps spent on completions beside the first.
const SEARCH: usize = 2_000;
/// What looking at one more alternative or choice costs beside the steps of its matchings.
const LOOK: usize = 10;
/// The most steps spent on listing explicit sets.
const LISTING: usize = 60_000;

/// Open seats, by kind: people who have not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    kinds: Vec<Kind>,
    /// How many seats there are.
    seats: usize,
    /// Everybody in any kind.
    people: People,
    seal: bool,
}

impl Open {
    fn names(&self) -> usize {
        self.kinds.iter().map(|kind| kind.people.len()).sum()
    }

    /// Whether whatever completes the other completes this one too.
    fn asks_no_more_than(&self, other: &Self, work: &mut usize) -> bool {
        *work += 1;
        // As many seats on both sides: each of the other's serves one of these, so nobody is in them alone.
        let possible = match other.seats.cmp(&self.seats) {
            Ordering::Less => false,
            Ordering::Equal => other.people.is_subset(self.people),
            Ordering::Greater => true,
        };
        possible && (!self.seal || other.seal) && implies_counted(&other.kinds, &self.kinds, work)
    }
}

/// An alternative of a clause that covers what is asked.
struct Candidate<'a> {
    alternative: &'a Alternative,
    /// How many seats stay open.
    open: usize,
    seal: bool,
}

struct Search<'a> {
    asking: &'a Asking<'a>,
    /// Whom a completion may name: people who have not signed and are surely different from all others.
    available: People,
    work: usize,
    truncated: bool,
    full: bool,
    kept: Vec<Open>,
}

/// Fill in what is missing.
pub(super) fn complete(asking: &Asking<'_>, verdict: &mut Verdict) {
    let (missing, truncated) = missing(asking);
    verdict.completions_truncated = truncated;
    verdict.completions = missing
        .iter()
        .map(|open| Completion {
            add: open
                .kinds
                .iter()
                .map(|kind| More {
                    n: kind.seats,
                    of: asking.rule.board.references_of(kind.people),
                })
                .collect(),
            seal: open.seal,
        })
        .collect();
}

/// Everything that would complete the signatures, fewest people first, and whether some is left out.
fn missing(asking: &Asking<'_>) -> (Vec<Open>, bool) {
    let rule = asking.rule;
    let mut work = 0;
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for clause in &rule.clauses {
        if !covers(asking, clause) {
            continue;
        }
        let sealed = asking.question.seal == SealGiven::Registered;
        let seal = clause.seal == Seal::Required && !sealed;
        candidates.extend(clause.alternatives.iter().map(|alternative| {
            let filled = Matching::count(alternative, &asking.surely, &mut work);
            Candidate {
                alternative,
                open: alternative.seats() - filled,
                seal,
            }
        }));
    }
    candidates.sort_by_key(|candidate| (candidate.open, candidate.seal));
    let mut search = Search {
        asking,
        available: available(rule, asking.question.signers),
        work: 0,
        truncated: false,
        full: false,
        kept: Vec::new(),
    };
    for candidate in &candidates {
        if search.full || (search.work > SEARCH && !search.kept.is_empty()) {
            search.truncated = true;
            break;
        }
        search.candidate(candidate);
    }
    asking.spend(work + search.work);
    (search.kept, search.truncated)
}

/// Only clauses that surely cover what is asked can be completed; with no act given, every act.
fn covers(asking: &Asking<'_>, clause: &CompiledClause) -> bool {
    let (rule, question) = (asking.rule, asking.question);
    let sure =
        |act, winding_up| rule.coverage(clause, act, winding_up, question.amount) == Coverage::Yes;
    match &question.act {
        AskedAct::Unknown(_) => false,
        AskedAct::Known(act) => sure(*act, true),
        AskedAct::NotGiven => {
            asking.spend(rule.classes.len());
            rule.classes.iter().all(|act| sure(*act, false))
        }
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
    fn candidate(&mut self, candidate: &Candidate<'_>) {
        // Where only the seal is missing, or nothing but it, nobody else is asked.
        let enough = |open: &Open| open.kinds.is_empty() && (candidate.seal || !open.seal);
        if self.kept.first().is_some_and(enough) {
            return;
        }
        self.work += LOOK;
        let Candidate {
            alternative, open, ..
        } = *candidate;
        let signers = &self.asking.surely;
        let Some(left) = completable(alternative, signers, self.available, &mut self.work) else {
            return;
        };
        self.consider(candidate, &left);
        // Counting has one result only, and so has an alternative with all seats open, or none.
        if !signers.counts(alternative) && open > 0 && open < alternative.seats() {
            let mut left = vec![0; alternative.kinds().len()];
            self.choose(candidate, 0, open, &mut left);
        }
    }

    /// Every way to leave so many seats open, kind by kind. Depth is the number of kinds.
    fn choose(
        &mut self,
        candidate: &Candidate<'_>,
        from: usize,
        open: usize,
        left: &mut Vec<usize>,
    ) {
        let kinds = candidate.alternative.kinds();
        let Some(kind) = kinds.get(from) else {
            if open == 0 {
                self.consider(candidate, left);
            }
            return;
        };
        let room: usize = kinds.iter().skip(from + 1).map(|kind| kind.seats).sum();
        for count in (open.saturating_sub(room)..=kind.seats.min(open)).rev() {
            if self.full || self.work > SEARCH {
                self.truncated = true;
                return;
            }
            if let Some(slot) = left.get_mut(from) {
                *slot = count;
            }
            if self.can_follow(candidate, from, left) {
                self.choose(candidate, from + 1, open - count, left);
            }
        }
    }

    /// Whether a completion can follow when the kinds up to here leave so many seats open: signers alone still fill
    /// as many seats as they can, and with the others every seat.
    fn can_follow(&mut self, candidate: &Candidate<'_>, upto: usize, left: &[usize]) -> bool {
        self.work += LOOK;
        let kinds = candidate.alternative.kinds();
        let signers = &self.asking.surely;
        let with_others = signers.and(self.available);
        let mut everybody: Vec<Kind> = Vec::with_capacity(kinds.len() + upto + 1);
        let mut alone: Vec<Kind> = Vec::with_capacity(kinds.len());
        for (index, (kind, left)) in kinds.iter().zip(left).enumerate() {
            let fit = signers.fit(kind.people);
            if index > upto {
                everybody.push(Kind {
                    people: with_others.fit(kind.people),
                    seats: kind.seats,
                });
                alone.push(Kind {
                    people: fit,
                    seats: kind.seats,
                });
                continue;
            }
            let taken = Kind {
                people: fit,
                seats: kind.seats - left,
            };
            alone.push(taken);
            everybody.push(taken);
            everybody.push(Kind {
                people: kind.people.intersection(self.available),
                seats: *left,
            });
        }
        let seats = candidate.alternative.seats();
        Matching::within(&everybody, &mut self.work).filled() == seats
            && Matching::within(&alone, &mut self.work).filled() == seats - candidate.open
    }

    /// Keep what is not covered already.
    fn consider(&mut self, candidate: &Candidate<'_>, left: &[usize]) {
        self.work += LOOK;
        let mut kinds: Vec<Kind> = Vec::new();
        for (kind, left) in candidate.alternative.kinds().iter().zip(left) {
            if *left == 0 {
                continue;
            }
            // Kinds that differ only by people who have signed are told as one.
            let people = kind.people.intersection(self.available);
            match kinds.iter_mut().find(|other| other.people == people) {
                Some(same) => same.seats += *left,
                None => kinds.push(Kind {
                    people,
                    seats: *left,
                }),
            }
        }
        let open = Open {
            seats: candidate.open,
            people: kinds
                .iter()
                .fold(People::NONE, |all, kind| all.union(kind.people)),
            kinds,
            seal: candidate.seal,
        };
        let work = &mut self.work;
        if self
            .kept
            .iter()
            .any(|earlier| earlier.asks_no_more_than(&open, work))
        {
            return;
        }
        self.kept
            .retain(|earlier| !open.asks_no_more_than(earlier, work));
        // The first is told whole, whatever its length.
        let names: usize = self.kept.iter().map(Open::names).sum();
        if !self.kept.is_empty()
            && (self.kept.len() >= MAX_COMPLETIONS || names + open.names() > MAX_NAMED)
        {
            self.full = true;
            self.truncated = true;
            return;
        }
        self.kept.push(open);
    }
}

impl CompiledRule {
    /// The smallest sets of people who would complete the signatures, none within another. Made on request only;
    /// empty for a permit and where nobody could help. Bounded by [`MAX_MINIMAL_SETS`] and by work.
    pub fn minimal_sets(&self, question: &Question) -> MinimalSets {
        self.minimal_sets_counted(question).0
    }

    pub(super) fn minimal_sets_counted(&self, question: &Question) -> (MinimalSets, usize) {
        let (decision, work) = self.decision_counted(question);
        if decision == Decision::Permit || self.basis != Basis::Clauses {
            return (MinimalSets::default(), work);
        }
        let asking = Asking::new(self, question, true);
        let (missing, truncated) = missing(&asking);
        let mut listing = Listing {
            rule: self,
            question,
            work: work + asking.spent(),
            truncated,
            sets: Vec::new(),
        };
        for open in &missing {
            let seats: Vec<People> = open
                .kinds
                .iter()
                .flat_map(|kind| std::iter::repeat_n(kind.people, kind.seats))
                .collect();
            listing.list(&seats, 0, (People::NONE, People::NONE), open.seal);
        }
        let sets = listing.sets.iter().map(|(people, seal)| MinimalSet {
            people: self.board.references_of(*people),
            seal: *seal,
        });
        let sets = MinimalSets {
            sets: sets.collect(),
            truncated: listing.truncated,
        };
        (sets, listing.work)
    }
}

struct Listing<'a> {
    rule: &'a CompiledRule,
    question: &'a Question,
    work: usize,
    truncated: bool,
    sets: Vec<(People, bool)>,
}

impl Listing<'_> {
    /// Every choice of different people for the seats from `from` on, after the people chosen so far and
    /// the last of them. Depth is the number of seats.
    fn list(&mut self, seats: &[People], from: usize, so_far: (People, People), seal: bool) {
        let (chosen, last) = so_far;
        self.work += 1;
        if self.work > LISTING || self.sets.len() >= MAX_MINIMAL_SETS {
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
            if self.truncated {
                return;
            }
        }
    }

    /// Whether nobody, nor the seal, can be left out.
    fn is_minimal(&mut self, chosen: People, seal: bool) -> bool {
        let mut permits = |people: People, seal: bool| {
            let mut question = self.question.clone();
            question.signers = question.signers.union(people);
            if seal {
                question.seal = SealGiven::Registered;
            }
            let (decision, work) = self.rule.decision_counted(&question);
            self.work += work + 1;
            decision == Decision::Permit
        };
        permits(chosen, seal)
            && (!seal || !permits(chosen, false))
            && chosen
                .each()
                .all(|person| !permits(chosen.without(person), seal))
    }
}
