//! What an answer may cost, counted in steps and not in time, for the dearest rules that are admitted.

use super::fuzz_bodies::worst::{worst, worst_of_seven};
use super::*;

/// One decision looks at each seat of each alternative, twice where names are doubtful, and moves at most every signer
/// for it: far fewer than seats times signers.
const DECISION: usize = 20_000;
/// A decision, one look at every alternative, one completion told whole, and a bounded search for others.
const ANSWER: usize = 40_000;
/// Explicit sets, made on request: an answer, and a bounded listing that ends with one last set judged.
const SETS: usize = 120_000;

#[test]
fn no_admitted_rule_costs_more_than_the_bound() {
    let all: Vec<_> = worst().into_iter().chain(worst_of_seven()).collect();
    assert!(all.len() > 200, "{}", all.len());
    let mut told_nothing = 0;
    for case in &all {
        let (decision, steps) = case.rule.decision_counted(&case.question);
        assert!(steps <= DECISION, "{}: {steps} steps to decide", case.name);
        let (verdict, steps) = case.rule.decide_counted(&case.question);
        assert!(steps <= ANSWER, "{}: {steps} steps to answer", case.name);
        assert_eq!(verdict.decision, decision, "{}", case.name);
        let names: usize = verdict
            .completions
            .iter()
            .flat_map(|one| &one.add)
            .map(|more| more.of.len())
            .sum();
        assert!(names <= compile::MAX_NAMED, "{}: {names} names", case.name);
        assert!(
            verdict.completions.len() <= MAX_COMPLETIONS,
            "{}",
            case.name
        );
        let (minimal, steps) = case.rule.minimal_sets_counted(&case.question);
        assert!(steps <= SETS, "{}: {steps} steps for sets", case.name);
        assert!(minimal.sets.len() <= MAX_MINIMAL_SETS, "{}", case.name);
        // Whatever was left out, whoever could be completed is told how.
        let everybody = Question {
            signers: case.rule.board().everybody(),
            ..case.question.clone()
        };
        let possible = case.rule.decision(&everybody.sealed()) == Decision::Permit;
        if verdict.decision == Decision::Deny && verdict.completions.is_empty() {
            told_nothing += 1;
            assert!(!possible, "{}: nobody is told how", case.name);
        }
    }
    assert!(told_nothing > 0, "some rules cannot be met any more");
}

#[test]
fn two_of_seven_costs_next_to_nothing() {
    let members = (0..7).map(|i| Member::director(format!("o{i}"), format!("นายกล้า ที่{i}")));
    let board = Board::new(members.collect()).unwrap();
    let clause = Clause {
        rule: Rule::any_director(2).unwrap(),
        seal: Seal::NotRequired,
        span: Span { start: 0, end: 1 },
        scope: Scope::default(),
    };
    let rule = SigningRule::new(vec![clause]).unwrap();
    let rule = compile(&rule, &board, Standing::ACTIVE_COMPANY).unwrap();
    let (verdict, steps) = rule.decide_counted(&Question::by(board.people_named("o3")));
    assert_eq!(verdict.completions[0].add[0].n, 1);
    assert!(steps < 50, "{steps} steps");
}
