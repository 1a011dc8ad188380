//! What may be permitted, and what doubt may do.

use super::*;
use crate::signing_rule::{
    Clause, Member, Parts, Rule, RuleKind, Scope, Seal, SigningRule, Standing, Status, compile,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// `o0`, `o1`, … with different names and numbers.
fn board(n: usize) -> Board {
    let row =
        |i| Member::director(format!("o{i}"), format!("นายกล้า ที่{i}")).with_person(format!("k{i}"));
    Board::new((0..n).map(row).collect()).unwrap()
}

fn compiled(rule: Rule, seal: Seal, board: &Board, standing: Standing) -> CompiledRule {
    let clause = Clause {
        rule,
        seal,
        span: Span { start: 0, end: 4 },
        scope: Scope::default(),
    };
    compile(&SigningRule::new(vec![clause]).unwrap(), board, standing).unwrap()
}

fn of(rule: Rule, board: &Board) -> CompiledRule {
    compiled(rule, Seal::NotRequired, board, Standing::ACTIVE_COMPANY)
}

fn two() -> Rule {
    Rule::any_director(2).unwrap()
}

fn person(reference: &str) -> Rule {
    Rule::person(reference).unwrap()
}

fn signer(reference: &str, standing: SignerStanding) -> Signer {
    Signer {
        reference: reference.to_owned(),
        standing,
    }
}

fn counts(officer: &str) -> Signer {
    signer(
        &format!("p-{officer}"),
        SignerStanding::Counts {
            officer: officer.to_owned(),
        },
    )
}

fn doubtful(officer: Option<&str>) -> Signer {
    signer(
        "doubtful",
        SignerStanding::Doubtful {
            officer: officer.map(str::to_owned),
            code: SignatoryCode::NameMismatch,
        },
    )
}

fn too_weak(officer: &str) -> Signer {
    signer(
        "weak",
        SignerStanding::TooWeak {
            officer: officer.to_owned(),
            step_up: Bilingual::new("ยืนยันใหม่", "sign in again"),
        },
    )
}

const PLAIN: Asked = Asked {
    act: None,
    amount: None,
    seal: AskedSeal::None,
};

fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome
        .reasons
        .iter()
        .map(|reason| reason.code.as_str())
        .collect()
}

#[test]
fn a_signer_who_stands_on_the_register_twice_is_named_by_a_permit_under_either_row() {
    // One person, listed first as o5: the rule names the person so, whoever signed may be linked as o2.
    let rows = ["o5", "o2"].map(|id| Member::director(id, "นายกล้า ดี").with_person("k"));
    let board = Board::new(rows.to_vec()).unwrap();
    let rule = of(Rule::any_director(1).unwrap(), &board);
    for officer in ["o5", "o2"] {
        let outcome = decide(&rule, &[doubtful(None), counts(officer)], PLAIN);
        assert_eq!(outcome.decision, Decision::Permit);
        assert_eq!(outcome.basis.unwrap().seated, [1], "{officer}");
    }
    let alone = of(two(), &board);
    let outcome = decide(&alone, &[counts("o5"), counts("o2")], PLAIN);
    assert_eq!(outcome.decision, Decision::Deny, "one person, one seat");
}

#[test]
fn somebody_doubtful_who_would_complete_the_rule_makes_it_indeterminate() {
    let rule = of(two(), &board(3));
    let outcome = decide(&rule, &[counts("o0"), doubtful(Some("o1"))], PLAIN);
    assert_eq!(outcome.decision, Decision::Indeterminate);
    assert_eq!(outcome.basis, None);
    let told = codes(&outcome);
    assert!(told.contains(&"signatory_doubtful") && told.contains(&"name_mismatch"));
    // The same officer again completes nothing.
    let same = decide(&rule, &[counts("o0"), doubtful(Some("o0"))], PLAIN);
    assert_eq!(same.decision, Decision::Deny);
}

#[test]
fn somebody_unknown_makes_it_indeterminate_only_where_anybody_could_help() {
    let board = board(3);
    let signers = [counts("o0"), doubtful(None)];
    assert_eq!(
        decide(&of(two(), &board), &signers, PLAIN).decision,
        Decision::Indeterminate
    );
    let struck_off = Standing {
        status: Status::StruckOff,
        ..Standing::ACTIVE_COMPANY
    };
    let rule = compiled(two(), Seal::NotRequired, &board, struck_off);
    let outcome = decide(&rule, &signers, PLAIN);
    assert_eq!(outcome.decision, Decision::Deny);
    assert_eq!(codes(&outcome), ["struck_off"]);
    let gone = of(
        Rule::all_of(vec![person("o0"), person("o9")]).unwrap(),
        &board,
    );
    assert_eq!(decide(&gone, &signers, PLAIN).decision, Decision::Deny);
}

#[test]
fn a_sign_in_that_is_too_weak_does_not_count_and_says_what_would() {
    let rule = of(two(), &board(2));
    let outcome = decide(&rule, &[counts("o0"), too_weak("o1")], PLAIN);
    assert_eq!(outcome.decision, Decision::Deny);
    assert!(codes(&outcome).contains(&"step_up_needed"));
    assert_eq!(outcome.step_up.len(), 1);
    assert_eq!(outcome.excluded[0].code, SignatoryCode::AssuranceTooLow);
}

#[test]
fn a_seal_that_cannot_be_shown_to_be_registered_never_permits() {
    let board = board(2);
    let rule = compiled(two(), Seal::Required, &board, Standing::ACTIVE_COMPANY);
    let signers = [counts("o0"), counts("o1")];
    let with = |seal| decide(&rule, &signers, Asked { seal, ..PLAIN });
    for seal in [AskedSeal::None, AskedSeal::TooLate] {
        let outcome = with(seal);
        assert_eq!(outcome.decision, Decision::Deny);
        assert!(outcome.completions.iter().all(|completion| completion.seal));
    }
    let outcome = with(AskedSeal::Unproven);
    assert_eq!(outcome.decision, Decision::Indeterminate);
    assert!(codes(&outcome).contains(&"seal_unproven"));
}

#[test]
fn an_officer_whose_office_does_not_sign_is_told_so_under_either_row() {
    use crate::signing_rule::Role;
    let rows = ["o5", "o2"].map(|id| {
        Member::director(id, "นายกล้า ดี")
            .with_person("k")
            .with_role(Role::Partner)
    });
    let board = Board::new(rows.to_vec()).unwrap();
    let outcome = decide(&of(two(), &board), &[counts("o2")], PLAIN);
    assert_eq!(outcome.decision, Decision::Deny);
    assert_eq!(outcome.excluded[0].code, SignatoryCode::OfficeDoesNotSign);
}

#[test]
fn an_answer_without_a_rule_never_permits() {
    for asked in [Decision::Permit, Decision::Deny, Decision::Indeterminate] {
        for code in AnswerCode::ALL {
            let outcome = Outcome::settled(asked, Reason::answer(*code), &[counts("o0")]);
            assert_ne!(outcome.decision, Decision::Permit);
            assert_eq!(outcome.basis, None);
            assert_eq!(outcome.reasons.len(), 1);
        }
    }
}

#[test]
fn every_code_is_told_in_thai_and_in_english() {
    let signatory = SignatoryCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.text()));
    let answer = AnswerCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.text()));
    let mut seen = BTreeSet::new();
    for (code, text) in signatory.chain(answer) {
        assert!(seen.insert(code), "{code} stands twice");
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{code}"
        );
        let thai = |text: &str| text.chars().any(|letter| ('ก'..='๛').contains(&letter));
        assert!(
            thai(&text.th) && !thai(&text.en) && !text.en.is_empty(),
            "{code}"
        );
    }
}

/// A rule over `o0` to `o6`, of which the board may have fewer.
fn any_rule() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        4 => (0usize..7).prop_map(|i| person(&format!("o{i}"))),
        2 => (1u16..4).prop_map(|n| Rule::any_director(n).unwrap()),
        1 => Just(Rule::new(RuleKind::AllDirectors)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let parts = proptest::collection::vec(inner, 1..4);
        prop_oneof![
            parts
                .clone()
                .prop_map(|parts| Rule::new(RuleKind::AllOf(Parts::new(parts).unwrap()))),
            parts
                .clone()
                .prop_map(|parts| Rule::new(RuleKind::AnyOf(Parts::new(parts).unwrap()))),
            (1u16..4, parts).prop_map(|(n, parts)| Rule::at_least(n, parts, None).unwrap()),
        ]
    })
}

/// Rows `o0`, `o1`, … of few names and few numbers: some are one person, of some it is not clear.
fn any_board() -> impl Strategy<Value = Board> {
    let row = (0u8..4, proptest::option::of(0u8..5));
    proptest::collection::vec(row, 1..7).prop_map(|rows| {
        let member = |(i, (name, number)): (usize, (u8, Option<u8>))| {
            let mut member = Member::director(format!("o{i}"), format!("นายกล้า ที่{name}"));
            member.person = number.map(|number| format!("k{number}"));
            member
        };
        Board::new(rows.into_iter().enumerate().map(member).collect()).unwrap()
    })
}

fn any_standing() -> impl Strategy<Value = SignerStanding> {
    let officer = || (0usize..7).prop_map(|i| format!("o{i}"));
    prop_oneof![
        4 => officer().prop_map(|officer| SignerStanding::Counts { officer }),
        2 => proptest::option::of(officer()).prop_map(|officer| SignerStanding::Doubtful {
            officer,
            code: SignatoryCode::NameMismatch,
        }),
        1 => officer().prop_map(|officer| SignerStanding::TooWeak {
            officer,
            step_up: Bilingual::new("ยืนยันใหม่", "sign in again"),
        }),
        1 => Just(SignerStanding::Excluded { code: SignatoryCode::Resigned, since: None, officer: None }),
    ]
}

fn any_signers() -> impl Strategy<Value = Vec<Signer>> {
    proptest::collection::vec(any_standing(), 0..6).prop_map(|standings| {
        let numbered = standings.into_iter().enumerate();
        numbered
            .map(|(i, standing)| signer(&format!("p{i}"), standing))
            .collect()
    })
}

fn any_asked() -> impl Strategy<Value = (Seal, Asked)> {
    let required = prop_oneof![Just(Seal::Required), Just(Seal::NotRequired)];
    let seal = prop_oneof![
        Just(AskedSeal::None),
        Just(AskedSeal::TooLate),
        Just(AskedSeal::Unproven)
    ];
    let act = proptest::option::of(Just(ActCode::all().next().unwrap()));
    (required, seal, act).prop_map(|(required, seal, act)| (required, Asked { act, seal, ..PLAIN }))
}

proptest! {
    #[test]
    fn only_those_who_surely_count_ever_permit(
        rule in any_rule(), board in any_board(), signers in any_signers(), (required, asked) in any_asked(),
    ) {
        let rule = compiled(rule, required, &board, Standing::ACTIVE_COMPANY);
        let outcome = decide(&rule, &signers, asked);
        let sure: Vec<&str> = signers.iter().filter_map(|signer| counted(&signer.standing)).collect();
        let people = sure.iter().map(|officer| board.people_named(officer)).fold(People::NONE, People::union);
        let mut alone = RuleQuestion::by(people);
        alone.act = asked.act.map_or(AskedAct::NotGiven, AskedAct::Known);
        let permitted = rule.decision(&alone) == Decision::Permit;
        prop_assert_eq!(outcome.decision == Decision::Permit, permitted);
        prop_assert_eq!(outcome.basis.is_some(), permitted);
        prop_assert!(!outcome.reasons.is_empty());
        if permitted {
            prop_assert_eq!(required, Seal::NotRequired);
        }
    }

    /// Taking the doubtful, the weak and the excluded away changes no permit, and turns none into one.
    #[test]
    fn doubt_never_permits_and_never_hides_a_permit(
        rule in any_rule(), board in any_board(), signers in any_signers(), (required, asked) in any_asked(),
    ) {
        let rule = compiled(rule, required, &board, Standing::ACTIVE_COMPANY);
        let sure: Vec<Signer> = signers
            .iter()
            .filter(|signer| counted(&signer.standing).is_some())
            .cloned()
            .collect();
        let (all, few) = (decide(&rule, &signers, asked), decide(&rule, &sure, asked));
        prop_assert_eq!(all.decision == Decision::Permit, few.decision == Decision::Permit);
        // A denial holds against everybody who was doubtful only for lack of proof.
        if all.decision == Decision::Deny {
            let proven: Vec<Signer> = signers
                .iter()
                .map(|one| match &one.standing {
                    SignerStanding::Doubtful { officer: Some(officer), .. } => counts(officer),
                    _ => one.clone(),
                })
                .collect();
            prop_assert_ne!(decide(&rule, &proven, asked).decision, Decision::Permit);
        }
    }

    #[test]
    fn one_more_signatory_never_takes_a_permit_away(
        rule in any_rule(), board in any_board(), signers in any_signers(), more in any_standing(),
        place in 0usize..6, (required, asked) in any_asked(),
    ) {
        let rule = compiled(rule, required, &board, Standing::ACTIVE_COMPANY);
        let before = decide(&rule, &signers, asked).decision;
        let mut grown = signers.clone();
        grown.insert(place.min(signers.len()), signer("more", more));
        let after = decide(&rule, &grown, asked).decision;
        if before == Decision::Permit {
            prop_assert_eq!(after, Decision::Permit);
        }
    }

    /// The signers that a permit names suffice by themselves, and each of them surely counts.
    #[test]
    fn whom_a_permit_names_would_be_permitted_alone(
        rule in any_rule(), board in any_board(), signers in any_signers(), (required, asked) in any_asked(),
    ) {
        let rule = compiled(rule, required, &board, Standing::ACTIVE_COMPANY);
        if let Some(basis) = decide(&rule, &signers, asked).basis {
            let named: Vec<Signer> = basis.seated.iter().map(|position| signers[*position].clone()).collect();
            prop_assert!(!named.is_empty());
            prop_assert!(named.iter().all(|signer| counted(&signer.standing).is_some()));
            prop_assert_eq!(decide(&rule, &named, asked).decision, Decision::Permit);
        }
    }
}

#[test]
fn a_completion_asks_for_stronger_sign_ins_of_its_own_people_and_the_fewest_come_first() {
    let board = board(3);
    let with = |other: &str| Rule::all_of(vec![person("o0"), person(other)]).unwrap();
    let rule = of(Rule::any_of(vec![with("o1"), with("o2")]).unwrap(), &board);
    let weak = signer(
        "weak",
        SignerStanding::TooWeak {
            officer: "o1".into(),
            step_up: Bilingual::new("ยืนยันใหม่", "sign in again"),
        },
    );
    let outcome = decide(&rule, &[counts("o0"), weak], PLAIN);
    let named: Vec<&str> = outcome
        .completions
        .iter()
        .flat_map(|completion| completion.add.iter())
        .flat_map(|more| more.of.iter().map(String::as_str))
        .collect();
    assert_eq!(named, ["o2", "o1"]);
    let helps: Vec<bool> = outcome
        .completions
        .iter()
        .map(|completion| outcome.step_up[0].helps(completion))
        .collect();
    assert_eq!(helps, [false, true]);
}
