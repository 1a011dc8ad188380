//! Deciding against any rule, board and question, judged by the naive twin.
//!
//! What a question leaves open makes *worlds*: each unclear scope word covers or does not, each amount that was
//! not given is one of those around the limits, records of one name are one person or two. A permit must be a
//! permit in every world, a deny in none a permit; where there is one world only, the decision is its.

use super::bytes::Bytes;
use super::twin::World;
use crate::kernel::act::ActCode;
use crate::kernel::money::Baht;
use crate::signing_rule::{
    AmountRange, AmountUnit, AskedAct, AskedAmount, Board, Clause, CompiledRule, Completion,
    Decision, JuristicType, Majority, Member, More, Parts, People, Question, Role, Rule, RuleKind,
    Scope, ScopedAct, Seal, SealGiven, SigningRule, Span, Standing, Status, Verdict, compile,
    decided_by_standing,
};
use std::collections::BTreeSet;

/// The most parts of a generated rule.
const MOST_PARTS: usize = 18;
/// Amounts around the limits, in satang; the limits are the second and the fourth.
const AMOUNTS: [i64; 5] = [0, 100_000_000, 100_000_001, 500_000_000, 500_000_001];
const ACTS: [&str; 4] = [
    "bank.account.open",
    "credit.loan",
    "tax.efile",
    "property.gift",
];
const WORDS: [&str; 3] = ["ทำธุรกรรมกับธนาคาร", "สั่งจ่ายเช็ค", "ปลูกต้นไม้"];

/// A case, ready to be asked.
struct Case {
    /// How many directors; references `o0`, `o1`, ….
    directors: usize,
    /// Directors who share the name of the one before.
    doubles: u16,
    rule: SigningRule,
    standing: Standing,
    /// Directors who signed, as bits.
    signed: u32,
    /// Whether somebody signed who is no director.
    outsider: bool,
    seal: SealGiven,
    act: AskedAct,
    amount: AskedAmount,
}

/// A rule with at most so many parts.
fn rule(bytes: &mut Bytes<'_>, directors: usize, depth: usize, parts: &mut usize) -> Rule {
    *parts += 1;
    let leaf = depth == 0 || *parts >= MOST_PARTS;
    let choice = bytes.below(if leaf { 9 } else { 16 });
    match choice {
        // One reference more than there are directors: somebody who left.
        0..=4 => Rule::person(format!("o{}", bytes.below(directors + 1))).unwrap(),
        5 | 6 => Rule::any_director(bytes.pick(&[1, 2, 3, 4])).unwrap(),
        7 => Rule::new(RuleKind::AllDirectors),
        8 => Rule::new(RuleKind::Majority(
            bytes.pick(&[Majority::Half, Majority::MoreThanHalf]),
        )),
        _ => {
            let count = 1 + bytes.below(4);
            let list = (0..count)
                .map(|_| rule(bytes, directors, depth - 1, parts))
                .collect();
            match choice {
                9 | 10 => Rule::new(RuleKind::AllOf(Parts::new(list).unwrap())),
                11 | 12 => Rule::new(RuleKind::AnyOf(Parts::new(list).unwrap())),
                _ => Rule::at_least(bytes.pick(&[1, 2, 3]), list, None).unwrap(),
            }
        }
    }
}

fn acts(bytes: &mut Bytes<'_>) -> Option<Vec<ScopedAct>> {
    match bytes.below(8) {
        0 => Some(vec![ScopedAct::Known(bytes.pick(&ACTS).parse().unwrap())]),
        1 => Some(vec![ScopedAct::Word(bytes.pick(&WORDS).to_owned())]),
        2 => Some(
            ACTS[..2]
                .iter()
                .map(|act| ScopedAct::Known(act.parse().unwrap()))
                .collect(),
        ),
        _ => None,
    }
}

fn amounts(bytes: &mut Bytes<'_>) -> AmountRange {
    let unit = bytes.pick(&[None, None, Some(AmountUnit::Act), Some(AmountUnit::Day)]);
    let baht = |index: usize| Some(Baht::from_satang(AMOUNTS[index]));
    match bytes.below(8) {
        0 => AmountRange::new(None, baht(1), unit),
        1 => AmountRange::new(baht(2), None, unit),
        2 => AmountRange::new(baht(2), baht(3), unit),
        _ => Ok(AmountRange::ANY),
    }
    .unwrap()
}

impl Case {
    fn of(bytes: &mut Bytes<'_>) -> Self {
        let directors = 1 + bytes.below(7);
        let doubles = if bytes.chance(60) {
            u16::from(bytes.byte()) & !1
        } else {
            0
        };
        let mut parts = 0;
        let clauses = (0..1 + bytes.below(3))
            .map(|_| Clause {
                rule: rule(bytes, directors, 3, &mut parts),
                seal: if bytes.chance(90) {
                    Seal::Required
                } else {
                    Seal::NotRequired
                },
                span: Span { start: 0, end: 1 },
                scope: Scope {
                    acts: acts(bytes),
                    except_acts: acts(bytes),
                    amounts: amounts(bytes),
                },
            })
            .collect();
        let status = if bytes.chance(20) {
            bytes.pick(Status::ALL)
        } else {
            Status::Active
        };
        Self {
            directors,
            doubles,
            rule: SigningRule::new(clauses).unwrap(),
            standing: Standing {
                status,
                juristic_type: JuristicType::LimitedCompany,
            },
            signed: u32::from(bytes.byte()) & ((1 << directors) - 1),
            outsider: bytes.chance(40),
            seal: bytes.pick(&[
                SealGiven::None,
                SealGiven::Registered,
                SealGiven::NotRegistered,
            ]),
            act: match bytes.below(8) {
                0 | 1 => AskedAct::NotGiven,
                2 => AskedAct::Unknown("x.y".to_owned()),
                choice => AskedAct::Known(ACTS[choice % ACTS.len()].parse().unwrap()),
            },
            amount: match bytes.below(8) {
                0 | 1 => AskedAmount::NotGiven,
                2 => AskedAmount::OtherCurrency,
                choice => AskedAmount::Baht(
                    Baht::from_satang(AMOUNTS[choice % AMOUNTS.len()]),
                    bytes.pick(&[AmountUnit::Act, AmountUnit::Act, AmountUnit::Day]),
                ),
            },
        }
    }

    /// The number in the name of a row: its own, or that of the row before.
    fn name(&self, row: usize) -> usize {
        if self.doubles & (1 << row) != 0 {
            row - 1
        } else {
            row
        }
    }

    /// The board, its rows in this order or the other way round.
    fn board(&self, backwards: bool) -> Board {
        let mut rows: Vec<Member> = (0..self.directors)
            .map(|row| Member::director(format!("o{row}"), format!("นายกล้า ที่{}", self.name(row))))
            .collect();
        rows.push(Member::director("x", "นายคม นอกคณะ").with_role(Role::Liquidator));
        if backwards {
            rows.reverse();
        }
        Board::new(rows).unwrap()
    }

    fn question(&self, board: &Board) -> Question {
        let mut signers = people(board, self.signed);
        if self.outsider {
            signers = signers.union(board.people_named("x"));
        }
        Question {
            signers,
            seal: self.seal,
            act: self.act.clone(),
            amount: self.amount,
        }
    }

    /// Whether any two records may be one person.
    fn unclear(&self) -> bool {
        (1..self.directors).any(|row| self.doubles & (1 << row) != 0)
    }

    fn words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = Vec::new();
        for clause in self.rule.clauses() {
            for act in [&clause.scope.acts, &clause.scope.except_acts]
                .into_iter()
                .flatten()
                .flatten()
            {
                if let ScopedAct::Word(word) = act
                    && !words.contains(&word.as_str())
                {
                    words.push(word);
                }
            }
        }
        words
    }
}

fn people(board: &Board, mask: u32) -> People {
    (0..32)
        .filter(|row| mask & (1 << row) != 0)
        .fold(People::NONE, |all, row| {
            all.union(board.people_named(&format!("o{row}")))
        })
}

/// One case.
pub fn run(data: &[u8]) {
    let case = Case::of(&mut Bytes::new(data));
    let board = case.board(false);
    // Refused whole is an answer too; what is admitted must hold what follows.
    let Ok(compiled) = compile(&case.rule, &board, case.standing) else {
        return;
    };
    let question = case.question(&board);
    let verdict = compiled.decide(&question);
    assert_eq!(
        verdict.decision,
        compiled.decision(&question),
        "with and without completions"
    );
    assert_eq!(verdict, compiled.decide(&question), "the same answer twice");
    assert!(!verdict.reasons.is_empty());
    well_formed(&case, &board, &question, &verdict);
    monotone(&compiled, &question, verdict.decision);
    order_is_irrelevant(&case, &verdict);
    completions_complete(&compiled, &question, &verdict);
    would_permit(&compiled, &question, &verdict);
    if let Some((decision, _)) = decided_by_standing(case.standing) {
        assert_eq!(verdict.decision, decision, "status first");
    } else if matches!(case.standing.status, Status::Active | Status::Restored) {
        let exact = agrees_with_worlds(&case, verdict.decision);
        if exact && matches!(case.act, AskedAct::Known(_)) {
            completions_are_all(&case, &compiled, &question, &verdict);
        }
    }
}

fn well_formed(case: &Case, board: &Board, question: &Question, verdict: &Verdict) {
    assert_eq!(verdict.met.is_some(), verdict.decision == Decision::Permit);
    if let Some(met) = &verdict.met {
        assert!(met.clause < case.rule.clauses().len());
        let seated: BTreeSet<&String> = met.signers.iter().collect();
        assert_eq!(seated.len(), met.signers.len(), "nobody fills two seats");
        for signer in &met.signers {
            let person = board.people_named(signer);
            assert_eq!(person.len(), 1, "on record");
            assert!(person.is_subset(question.signers), "signed");
        }
        assert!(verdict.completions.is_empty());
    }
    let out = verdict.excluded.iter().any(|out| out.person == "x");
    assert!(
        verdict
            .excluded
            .iter()
            .all(|out| out.person == "x" || case.standing.status != Status::Active)
    );
    let clauses_decide = case.standing.status == Status::Active;
    assert!(
        !clauses_decide || out == case.outsider,
        "who does not count is named"
    );
    let sizes: Vec<usize> = verdict.completions.iter().map(Completion::people).collect();
    assert!(sizes.is_sorted(), "fewest people first");
}

fn monotone(compiled: &CompiledRule, question: &Question, decision: Decision) {
    for person in compiled.board().everybody().each() {
        let (more, fewer) = (
            question.signers.union(person),
            question.signers.without(person),
        );
        let ask = |signers: People| {
            compiled.decision(&Question {
                signers,
                ..question.clone()
            })
        };
        if decision == Decision::Permit {
            assert_eq!(
                ask(more),
                Decision::Permit,
                "one more signatory takes a permit away"
            );
        } else {
            assert_ne!(
                ask(fewer),
                Decision::Permit,
                "one signatory fewer gives a permit"
            );
        }
    }
    if decision == Decision::Permit {
        assert_eq!(
            compiled.decision(&question.clone().sealed()),
            Decision::Permit,
            "the seal takes a permit away"
        );
    }
}

fn backwards(rule: &Rule) -> Rule {
    let list = || Parts::new(rule.parts().iter().rev().map(backwards).collect()).unwrap();
    Rule::new(match &rule.kind {
        RuleKind::AllOf(_) => RuleKind::AllOf(list()),
        RuleKind::AnyOf(_) => RuleKind::AnyOf(list()),
        RuleKind::AtLeast { n, label, .. } => RuleKind::AtLeast {
            n: *n,
            of: list(),
            label: label.clone(),
        },
        other => other.clone(),
    })
}

/// One completion without the order of its parts: how many of whom, and whether the seal.
type Told = (BTreeSet<(usize, BTreeSet<String>)>, bool);

/// What is missing, without the order in which it is told.
fn told(verdict: &Verdict) -> BTreeSet<Told> {
    let more = |more: &More| (more.n, more.of.iter().cloned().collect());
    verdict
        .completions
        .iter()
        .map(|completion| (completion.add.iter().map(more).collect(), completion.seal))
        .collect()
}

fn order_is_irrelevant(case: &Case, verdict: &Verdict) {
    let clauses = case.rule.clauses().iter().rev();
    let turned = clauses.map(|clause| Clause {
        rule: backwards(&clause.rule),
        ..clause.clone()
    });
    let turned = SigningRule::new(turned.collect()).unwrap();
    let board = case.board(true);
    let other = compile(&turned, &board, case.standing)
        .unwrap()
        .decide(&case.question(&board));
    assert_eq!(
        verdict.decision, other.decision,
        "order of rows, clauses and parts"
    );
    if !case.unclear() && !verdict.completions_truncated && !other.completions_truncated {
        assert_eq!(
            told(verdict),
            told(&other),
            "order of rows, clauses and parts"
        );
    }
}

/// A choice of different people for a completion, from the front or from the back.
pub fn fill(board: &Board, completion: &Completion, backwards: bool) -> Option<People> {
    let mut chosen = People::NONE;
    let mut groups: Vec<&More> = completion.add.iter().collect();
    if backwards {
        groups.reverse();
    }
    for more in groups {
        let mut left: Vec<People> = more
            .of
            .iter()
            .map(|reference| board.people_named(reference))
            .filter(|person| !person.is_subset(chosen))
            .collect();
        if backwards {
            left.reverse();
        }
        if left.len() < more.n {
            return None;
        }
        chosen = left[..more.n]
            .iter()
            .fold(chosen, |all, one| all.union(*one));
    }
    Some(chosen)
}

fn completions_complete(compiled: &CompiledRule, question: &Question, verdict: &Verdict) {
    for completion in &verdict.completions {
        assert!(
            completion.seal || completion.people() > 0,
            "nothing is missing"
        );
        for from_the_back in [false, true] {
            let Some(added) = fill(compiled.board(), completion, from_the_back) else {
                continue;
            };
            assert!(
                added.intersection(question.signers).is_empty(),
                "has signed already"
            );
            let mut completed = Question {
                signers: question.signers.union(added),
                ..question.clone()
            };
            if completion.seal {
                completed = completed.sealed();
            }
            assert_eq!(
                compiled.decision(&completed),
                Decision::Permit,
                "{completion:?} completes"
            );
        }
    }
}

fn would_permit(compiled: &CompiledRule, question: &Question, verdict: &Verdict) {
    let Some(would) = &verdict.would_permit_if else {
        return;
    };
    if let Some(most) = would.max_amount {
        let asked = question.clone().for_amount(most);
        assert_eq!(
            compiled.decision(&asked),
            Decision::Permit,
            "would permit up to {most}"
        );
    }
    for act in &would.acts {
        assert_eq!(
            compiled.decision(&question.clone().about(*act)),
            Decision::Permit,
            "would permit {act}"
        );
    }
}

/// Judges the decision by every world; whether there is only one.
fn agrees_with_worlds(case: &Case, decision: Decision) -> bool {
    let words = case.words();
    let apart: Vec<u32> = (0..case.directors as u32).collect();
    let first =
        |row: u32| (0..row).find(|first| case.name(*first as usize) == case.name(row as usize));
    let merged: Vec<u32> = apart
        .iter()
        .map(|row| first(*row).unwrap_or(*row))
        .collect();
    let identities = if case.unclear() {
        vec![apart, merged]
    } else {
        vec![apart]
    };
    let unit_of = |clause: &Clause| clause.scope.amounts.per().unwrap_or_default();
    let limited: Vec<&Clause> = case
        .rule
        .clauses()
        .iter()
        .filter(|clause| !clause.scope.amounts.is_any())
        .collect();
    let known = |unit: AmountUnit| match case.amount {
        AskedAmount::Baht(amount, asked) if asked == unit => Some(amount),
        _ => None,
    };
    let mut exact = words.is_empty() && !case.unclear();
    exact &= limited
        .iter()
        .all(|clause| known(unit_of(clause)).is_some());
    let values = |unit: AmountUnit| match known(unit) {
        Some(amount) => vec![amount],
        None if limited.iter().any(|clause| unit_of(clause) == unit) => {
            AMOUNTS.map(Baht::from_satang).to_vec()
        }
        None => vec![Baht::from_satang(0)],
    };
    let acts: Vec<ActCode> = match &case.act {
        AskedAct::Known(act) => vec![*act],
        AskedAct::NotGiven => ActCode::all().collect(),
        AskedAct::Unknown(_) => {
            assert_eq!(
                decision,
                Decision::Indeterminate,
                "an act outside the catalogue"
            );
            return false;
        }
    };
    let (mut every, mut some) = (true, false);
    for identity in &identities {
        let met = met_clauses(case, identity);
        for meaning in 0u32..1 << words.len() {
            for act in &acts {
                let covered: Vec<bool> = case
                    .rule
                    .clauses()
                    .iter()
                    .map(|clause| covers(clause, *act, &words, meaning))
                    .collect();
                for by_act in values(AmountUnit::Act) {
                    for by_day in values(AmountUnit::Day) {
                        let permit =
                            case.rule
                                .clauses()
                                .iter()
                                .enumerate()
                                .any(|(index, clause)| {
                                    let amount = if unit_of(clause) == AmountUnit::Day {
                                        by_day
                                    } else {
                                        by_act
                                    };
                                    met[index]
                                        && covered[index]
                                        && clause.scope.amounts.contains(amount)
                                });
                        every &= permit;
                        some |= permit;
                    }
                }
            }
        }
    }
    match decision {
        Decision::Permit => assert!(every, "a permit that some world does not give"),
        Decision::Deny => assert!(!some || case.unclear(), "a deny where some world permits"),
        Decision::Indeterminate => {
            assert!(!exact || (some && !every), "doubt where there is none");
        }
    }
    exact
}

/// For each clause, whether its people and its seal are there, when who is who is as given.
fn met_clauses(case: &Case, identity: &[u32]) -> Vec<bool> {
    let mut persons: Vec<u32> = identity.to_vec();
    persons.sort_unstable();
    persons.dedup();
    let person = |row: usize| {
        persons
            .iter()
            .position(|one| *one == identity[row])
            .unwrap() as u32
    };
    let who = |reference: &str| {
        let row: usize = reference.strip_prefix('o')?.parse().ok()?;
        (row < case.directors).then(|| person(row))
    };
    let world = World {
        people: persons.len() as u32,
        who: &who,
    };
    let signed = (0..case.directors)
        .filter(|row| case.signed & (1 << row) != 0)
        .fold(0u32, |all, row| all | 1 << person(row));
    case.rule
        .clauses()
        .iter()
        .map(|clause| {
            let sealed = clause.seal == Seal::NotRequired || case.seal == SealGiven::Registered;
            sealed && world.satisfied(&clause.rule)[signed as usize]
        })
        .collect()
}

/// Whether a clause covers an act when each unclear word means what its bit says.
fn covers(clause: &Clause, act: ActCode, words: &[&str], meaning: u32) -> bool {
    let entry = |scoped: &ScopedAct| {
        let (surely, perhaps) = scoped.meaning();
        let taken = match scoped {
            ScopedAct::Known(_) => false,
            ScopedAct::Word(word) => words
                .iter()
                .position(|one| one == word)
                .is_some_and(|bit| meaning & (1 << bit) != 0),
        };
        surely.contains(act) || (taken && perhaps.contains(act))
    };
    let any = |acts: &Option<Vec<ScopedAct>>| acts.as_ref().map(|acts| acts.iter().any(entry));
    any(&clause.scope.acts).unwrap_or(true) && !any(&clause.scope.except_acts).unwrap_or(false)
}

/// Where nothing is in doubt: whoever could complete the signatures is told, and nobody more than needed.
fn completions_are_all(
    case: &Case,
    compiled: &CompiledRule,
    question: &Question,
    verdict: &Verdict,
) {
    if verdict.decision == Decision::Permit {
        return;
    }
    let board = compiled.board();
    let permits = |added: u32, seal: bool| {
        let mut asked = Question {
            signers: question.signers.union(people(board, added)),
            ..question.clone()
        };
        if seal {
            asked = asked.sealed();
        }
        compiled.decision(&asked) == Decision::Permit
    };
    let needs_seal = case.seal != SealGiven::Registered;
    let mut smallest: BTreeSet<(u128, bool)> = BTreeSet::new();
    for added in (0u32..1 << case.directors).filter(|added| added & case.signed == 0) {
        for seal in [false, true] {
            let fewer = (0..case.directors)
                .any(|row| added & (1 << row) != 0 && permits(added & !(1 << row), seal));
            let without = seal && permits(added, false);
            if (needs_seal || !seal) && permits(added, seal) && !fewer && !without {
                smallest.insert((people(board, added).0, seal));
            }
        }
    }
    assert_eq!(
        smallest.is_empty(),
        verdict.completions.is_empty(),
        "who is missing, if anybody can help"
    );
    if let Some(completion) = verdict.completions.first() {
        let least = smallest
            .iter()
            .map(|(people, _)| people.count_ones() as usize)
            .min();
        assert_eq!(Some(completion.people()), least, "fewest people first");
    }
    let minimal = compiled.minimal_sets(question);
    let listed: BTreeSet<(u128, bool)> = minimal
        .sets
        .iter()
        .map(|set| {
            let people = set
                .people
                .iter()
                .fold(People::NONE, |all, one| all.union(board.people_named(one)));
            (people.0, set.seal)
        })
        .collect();
    assert!(listed.is_subset(&smallest), "a listed set is smallest");
    assert!(
        minimal.truncated || listed == smallest,
        "every smallest set is listed"
    );
}
