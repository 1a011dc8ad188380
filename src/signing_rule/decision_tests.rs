//! Decisions against a naive twin, and the decision table row by row.

use super::fuzz_bodies::decide::fill;
use super::fuzz_bodies::twin::World;
use super::*;
use crate::kernel::act::ActCode;
use crate::kernel::money::Baht;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn board(n: usize) -> Board {
    Board::new(
        (0..n)
            .map(|i| Member::director(format!("o{i}"), format!("นายกล้า ที่{i}")))
            .collect(),
    )
    .unwrap()
}

fn signers(board: &Board, mask: u32) -> People {
    (0..32)
        .filter(|i| mask & (1 << i) != 0)
        .fold(People::NONE, |all, i| {
            all.union(board.people_named(&format!("o{i}")))
        })
}

fn clause(rule: Rule) -> Clause {
    Clause {
        rule,
        seal: Seal::NotRequired,
        span: Span { start: 0, end: 1 },
        scope: Scope::default(),
    }
}

fn simple(rule: Rule) -> SigningRule {
    SigningRule::new(vec![clause(rule)]).unwrap()
}

fn compiled(rule: Rule, board: &Board) -> CompiledRule {
    compile(&simple(rule), board, Standing::ACTIVE_COMPANY).unwrap()
}

fn person(i: usize) -> Rule {
    Rule::person(format!("o{i}")).unwrap()
}

/// The naive twin: for each set of the directors o0, o1, …, whether it satisfies the rule.
fn satisfied(rule: &Rule, n: usize) -> Vec<bool> {
    let who = |reference: &str| {
        reference[1..]
            .parse()
            .ok()
            .filter(|index| *index < n as u32)
    };
    World {
        people: n as u32,
        who: &who,
    }
    .satisfied(rule)
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        6 => (0usize..9).prop_map(person),
        2 => (1u16..4).prop_map(|n| Rule::any_director(n).unwrap()),
        1 => Just(Rule::new(RuleKind::AllDirectors)),
        1 => prop_oneof![Just(Majority::Half), Just(Majority::MoreThanHalf)]
            .prop_map(|share| Rule::new(RuleKind::Majority(share))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let parts = proptest::collection::vec(inner, 1..4);
        prop_oneof![
            parts
                .clone()
                .prop_map(|parts| Rule::new(RuleKind::AllOf(Parts::new(parts).unwrap()))),
            parts
                .clone()
                .prop_map(|parts| Rule::new(RuleKind::AnyOf(Parts::new(parts).unwrap()))),
            (1u16..4, parts, proptest::option::of("[a-z]{1,3}"))
                .prop_map(|(n, parts, label)| Rule::at_least(n, parts, label).unwrap()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn deciding_agrees_with_trying_every_assignment(rule in any_rule(), n in 1usize..9) {
        let board = board(n);
        let compiled = compiled(rule.clone(), &board);
        let met = satisfied(&rule, n);
        for mask in 0u32..1 << n {
            let expected = met[mask as usize];
            let decision = compiled.decision(&Question::by(signers(&board, mask)));
            prop_assert_eq!(decision == Decision::Permit, expected, "{:b}", mask);
            prop_assert!(decision != Decision::Indeterminate);
        }
    }

    #[test]
    fn more_signatories_never_take_a_permit_away(rule in any_rule(), n in 1usize..13, mask in any::<u32>(), more in any::<u32>()) {
        let board = board(n);
        let compiled = compiled(rule, &board);
        let few = signers(&board, mask);
        let many = few.union(signers(&board, more));
        if compiled.decision(&Question::by(few)) == Decision::Permit {
            prop_assert_eq!(compiled.decision(&Question::by(many)), Decision::Permit);
        }
    }

    #[test]
    fn whoever_is_named_as_missing_completes_the_signatures(rule in any_rule(), n in 1usize..13, mask in any::<u32>()) {
        let board = board(n);
        let compiled = compiled(rule.clone(), &board);
        let few = signers(&board, mask & mask.rotate_left(7));
        let verdict = compiled.decide(&Question::by(few));
        let minimal = compiled.minimal_sets(&Question::by(few));
        prop_assert_eq!(verdict.decision, compiled.decision(&Question::by(few)));
        let possible = compiled.decision(&Question::by(board.everybody())) == Decision::Permit;
        if verdict.decision == Decision::Permit {
            prop_assert!(verdict.completions.is_empty() && verdict.met.is_some());
            prop_assert!(minimal.sets.is_empty() && !minimal.truncated);
            return Ok(());
        }
        prop_assert_eq!(!verdict.completions.is_empty(), possible);
        for completion in &verdict.completions {
            // Filling from the front and from the back: any choice of different people must do.
            for backwards in [false, true] {
                if let Some(added) = fill(&board, completion, backwards) {
                    prop_assert_eq!(compiled.decision(&Question::by(few.union(added))), Decision::Permit);
                }
            }
        }
        for (position, set) in minimal.sets.iter().enumerate() {
            let people = named(&board, &set.people);
            prop_assert_eq!(compiled.decision(&Question::by(few.union(people))), Decision::Permit);
            for person in people.each() {
                let fewer = few.union(people.without(person));
                prop_assert_ne!(compiled.decision(&Question::by(fewer)), Decision::Permit);
            }
            prop_assert!(!minimal.sets[..position].contains(set));
        }
        if n <= 8 && !minimal.truncated {
            let wanted: BTreeSet<u128> = smallest(&compiled, &board, few, n);
            let listed: BTreeSet<u128> =
                minimal.sets.iter().map(|set| named(&board, &set.people).0).collect();
            prop_assert_eq!(listed, wanted);
        }
    }

    #[test]
    fn a_rule_printed_reads_back_the_same(rule in any_rule(), start in 0usize..9, length in 0usize..9) {
        let rule = SigningRule::new(vec![Clause {
            rule: rule.at(Span { start, end: start + length }),
            seal: Seal::Required,
            span: Span { start, end: start + length },
            scope: Scope {
                acts: Some(vec![ScopedAct::Known("credit.loan".parse().unwrap()), ScopedAct::Word("อื่น".into())]),
                except_acts: None,
                amounts: AmountRange::new(None, Some(Baht::from_satang(100_000_000)), Some(AmountUnit::Day)).unwrap(),
            },
        }]).unwrap();
        let json = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(serde_json::from_str::<SigningRule>(&json).unwrap(), rule);
    }
}

proptest! {
    // Every subset of a large board is dear in the naive twin: fewer rules, all sets of people.
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn deciding_agrees_with_trying_every_assignment_on_large_boards(rule in any_rule(), n in 9usize..15) {
        let board = board(n);
        let compiled = compiled(rule.clone(), &board);
        let met = satisfied(&rule, n);
        for mask in 0u32..1 << n {
            let expected = met[mask as usize];
            let decision = compiled.decision(&Question::by(signers(&board, mask)));
            prop_assert_eq!(decision == Decision::Permit, expected, "{:b}", mask);
        }
    }
}

fn named(board: &Board, references: &[String]) -> People {
    references
        .iter()
        .fold(People::NONE, |all, one| all.union(board.people_named(one)))
}

fn smallest(compiled: &CompiledRule, board: &Board, few: People, n: usize) -> BTreeSet<u128> {
    let permits =
        |people: People| compiled.decision(&Question::by(few.union(people))) == Decision::Permit;
    (0u32..1 << n)
        .map(|mask| signers(board, mask))
        .filter(|people| people.intersection(few).is_empty() && permits(*people))
        .filter(|people| people.each().all(|person| !permits(people.without(person))))
        .map(|people| people.0)
        .collect()
}

#[test]
fn one_person_in_two_groups_does_not_stand_for_both() {
    let board = board(3);
    let group = |members: &[usize], label: &str| {
        Rule::at_least(
            1,
            members.iter().map(|i| person(*i)).collect(),
            Some(label.into()),
        )
        .unwrap()
    };
    let rule = Rule::all_of(vec![group(&[0, 1], "กลุ่ม ก"), group(&[1, 2], "กลุ่ม ข")]).unwrap();
    let compiled = compiled(rule, &board);
    assert_eq!(
        compiled.decision(&Question::by(signers(&board, 0b010))),
        Decision::Deny
    );
    assert_eq!(
        compiled.decision(&Question::by(signers(&board, 0b011))),
        Decision::Permit
    );
    let sets: Vec<Vec<String>> = compiled
        .minimal_sets(&Question::by(signers(&board, 0b010)))
        .sets
        .iter()
        .map(|set| set.people.clone())
        .collect();
    assert_eq!(sets, [["o0"], ["o2"]]);
}

#[test]
fn the_seal_is_missing_apart_from_people() {
    let board = board(2);
    let mut one = clause(Rule::any_director(1).unwrap());
    one.seal = Seal::Required;
    let compiled = compile(
        &SigningRule::new(vec![one]).unwrap(),
        &board,
        Standing::ACTIVE_COMPANY,
    )
    .unwrap();
    let asked = Question::by(signers(&board, 1));
    let verdict = compiled.decide(&asked);
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(verdict.missing_seal && verdict.has_reason(ReasonCode::SealMissing));
    assert_eq!(
        verdict.completions,
        [Completion {
            add: vec![],
            seal: true
        }]
    );
    assert_eq!(
        compiled.decide(&asked.clone().sealed()).decision,
        Decision::Permit
    );
    let wrong = Question {
        seal: SealGiven::NotRegistered,
        ..asked
    };
    let verdict = compiled.decide(&wrong);
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(verdict.has_reason(ReasonCode::SealNotRegistered));
    let nobody = compiled.decide(&Question::by(People::NONE));
    assert!(!nobody.missing_seal && nobody.has_reason(ReasonCode::SignersMissing));
    assert_eq!(nobody.completions.len(), 1);
    assert!(nobody.completions[0].seal);
}

#[test]
fn any_ten_of_twenty_is_said_in_one_line() {
    let board = board(20);
    let compiled = compiled(Rule::any_director(10).unwrap(), &board);
    let asked = Question::by(signers(&board, 0b11));
    let (verdict, minimal) = (compiled.decide(&asked), compiled.minimal_sets(&asked));
    assert_eq!(verdict.completions.len(), 1);
    assert_eq!(verdict.completions[0].add[0].n, 8);
    assert_eq!(verdict.completions[0].add[0].of.len(), 18);
    assert!(minimal.truncated && !verdict.completions_truncated);
    assert_eq!(minimal.sets.len(), MAX_MINIMAL_SETS);
}

#[test]
fn a_named_person_who_left_leaves_a_seat_that_nobody_fills() {
    let board = board(2);
    let gone = Rule::person("นายเก่า จากไป").unwrap();
    let jointly = Rule::all_of(vec![gone.clone(), person(0)]).unwrap();
    let compiled_alone = compiled(jointly.clone(), &board);
    let verdict = compiled_alone.decide(&Question::by(board.everybody()));
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(verdict.has_reason(ReasonCode::RuleUnsatisfiable));
    assert!(verdict.flags.contains(&Flag::NamedPersonLeft));
    assert!(verdict.flags.contains(&Flag::RuleUnsatisfiable));
    assert!(verdict.completions.is_empty());
    let either = compiled(Rule::any_of(vec![jointly, person(1)]).unwrap(), &board);
    let verdict = either.decide(&Question::by(signers(&board, 0b10)));
    assert_eq!(verdict.decision, Decision::Permit);
    assert!(verdict.flags.contains(&Flag::NamedPersonLeft));
    assert!(!verdict.flags.contains(&Flag::RuleUnsatisfiable));
}

#[test]
fn a_threshold_is_never_lowered_to_fit_a_board_that_has_shrunk() {
    let board = board(2);
    let verdict =
        compiled(Rule::any_director(3).unwrap(), &board).decide(&Question::by(board.everybody()));
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(verdict.has_reason(ReasonCode::RuleUnsatisfiable));
}

#[test]
fn extra_signers_are_a_notice() {
    let board = board(3);
    let compiled = compiled(Rule::any_director(2).unwrap(), &board);
    assert!(
        compiled
            .decide(&Question::by(signers(&board, 0b11)))
            .flags
            .is_empty()
    );
    let verdict = compiled.decide(&Question::by(signers(&board, 0b111)));
    assert_eq!(verdict.decision, Decision::Permit);
    assert_eq!(verdict.flags, [Flag::ExtraSigners]);
}

#[test]
fn two_records_of_one_name_never_fill_two_seats() {
    let rows = |first: Option<&str>, second: Option<&str>| {
        let mut one = Member::director("a", "นายกล้า ทดลองดี");
        let mut two = Member::director("b", "นายกล้า ทดลองดี");
        one.person = first.map(str::to_owned);
        two.person = second.map(str::to_owned);
        Board::new(vec![one, two, Member::director("c", "นายคม ตัวอย่างชัย")]).unwrap()
    };
    let ask = |board: &Board, ids: &[&str]| {
        let people = ids
            .iter()
            .fold(People::NONE, |all, id| all.union(board.people_named(id)));
        compiled(Rule::any_director(2).unwrap(), board).decide(&Question::by(people))
    };
    let unclear = rows(None, None);
    let verdict = ask(&unclear, &["a", "b"]);
    assert_eq!(verdict.decision, Decision::Indeterminate);
    assert!(verdict.has_reason(ReasonCode::PersonIdentityUnclear));
    assert_eq!(ask(&unclear, &["a", "c"]).decision, Decision::Permit);
    assert_eq!(ask(&unclear, &["a"]).completions[0].add[0].of, ["c"]);
    assert_eq!(
        ask(&rows(Some("k"), Some("k")), &["a", "b"]).decision,
        Decision::Deny
    );
    assert_eq!(
        ask(&rows(Some("k"), Some("l")), &["a", "b"]).decision,
        Decision::Permit
    );
}

fn scoped(
    rule: Rule,
    acts: Option<&[&str]>,
    except: Option<&[&str]>,
    range: AmountRange,
) -> Clause {
    let list = |codes: &[&str]| {
        codes
            .iter()
            .map(|code| serde_json::from_value((*code).into()).unwrap())
            .collect()
    };
    Clause {
        scope: Scope {
            acts: acts.map(list),
            except_acts: except.map(list),
            amounts: range,
        },
        ..clause(rule)
    }
}

fn act(code: &str) -> ActCode {
    code.parse().unwrap()
}

#[test]
fn acts_choose_the_clause_and_doubt_never_permits() {
    let board = board(3);
    let rule = SigningRule::new(vec![
        scoped(
            Rule::any_director(2).unwrap(),
            None,
            Some(&["bank.account.open"]),
            AmountRange::ANY,
        ),
        scoped(
            person(0),
            Some(&["bank.account.open"]),
            None,
            AmountRange::ANY,
        ),
        scoped(person(2), Some(&["ปลูกต้นไม้"]), None, AmountRange::ANY),
    ])
    .unwrap();
    let rule = compile(&rule, &board, Standing::ACTIVE_COMPANY).unwrap();
    let by = |mask| Question::by(signers(&board, mask));
    assert_eq!(
        rule.decision(&by(0b001).about(act("bank.account.open"))),
        Decision::Permit
    );
    assert_eq!(
        rule.decision(&by(0b010).about(act("bank.account.open"))),
        Decision::Deny
    );
    assert_eq!(
        rule.decision(&by(0b110).about(act("tax.efile"))),
        Decision::Permit
    );
    // A word without a code may mean any act.
    let verdict = rule.decide(&by(0b100).about(act("tax.efile")));
    assert_eq!(verdict.decision, Decision::Indeterminate);
    assert!(verdict.has_reason(ReasonCode::ScopeUnclear));
    // No act: only what every act would permit.
    let verdict = rule.decide(&by(0b001));
    assert_eq!(verdict.decision, Decision::Indeterminate);
    assert!(verdict.has_reason(ReasonCode::ActNotGiven));
    assert_eq!(
        verdict.would_permit_if.unwrap().acts,
        [act("bank.account.open")]
    );
    assert_eq!(rule.decision(&by(0b011)), Decision::Permit);
    assert_eq!(rule.decision(&by(0)), Decision::Deny);
    let unknown = Question {
        act: AskedAct::Unknown("x.y".into()),
        ..by(0b111)
    };
    assert!(rule.decide(&unknown).has_reason(ReasonCode::ActUnknown));
    assert_eq!(rule.decision(&unknown), Decision::Indeterminate);
}

#[test]
fn an_unclear_word_does_not_matter_to_people_who_suffice_either_way() {
    let board = board(3);
    let word = &["ขอสินเชื่อ"];
    let rule = SigningRule::new(vec![
        scoped(
            Rule::any_director(2).unwrap(),
            None,
            Some(word),
            AmountRange::ANY,
        ),
        scoped(person(0), Some(word), None, AmountRange::ANY),
    ])
    .unwrap();
    let rule = compile(&rule, &board, Standing::ACTIVE_COMPANY).unwrap();
    let ask = |mask, code: &str| rule.decide(&Question::by(signers(&board, mask)).about(act(code)));
    // A guarantee may or may not be among what สินเชื่อ means.
    assert_eq!(
        ask(0b001, "credit.guarantee").decision,
        Decision::Indeterminate
    );
    assert_eq!(
        ask(0b110, "credit.guarantee").decision,
        Decision::Indeterminate
    );
    let both = ask(0b011, "credit.guarantee");
    assert_eq!(both.decision, Decision::Permit);
    assert!(both.flags.contains(&Flag::ScopeEitherWay));
    assert_eq!(ask(0b110, "credit.loan").decision, Decision::Deny);
    assert_eq!(ask(0b001, "credit.loan").decision, Decision::Permit);
    let every_act = rule.decide(&Question::by(signers(&board, 0b011)));
    assert_eq!(every_act.decision, Decision::Permit);
    assert_eq!(
        rule.decision(&Question::by(signers(&board, 0b110))),
        Decision::Indeterminate
    );
}

#[test]
fn amounts_are_inclusive_and_an_unknown_amount_never_permits() {
    let board = board(2);
    let million = Baht::from_satang(100_000_000);
    let over = Baht::from_satang(100_000_001);
    let rule = SigningRule::new(vec![
        scoped(
            person(0),
            None,
            None,
            AmountRange::new(None, Some(million), None).unwrap(),
        ),
        scoped(
            Rule::any_director(2).unwrap(),
            None,
            None,
            AmountRange::new(Some(over), None, None).unwrap(),
        ),
    ])
    .unwrap();
    let rule = compile(&rule, &board, Standing::ACTIVE_COMPANY).unwrap();
    let ask = |mask, amount| {
        rule.decide(&Question {
            amount,
            ..Question::by(signers(&board, mask)).about(act("credit.loan"))
        })
    };
    let baht = |amount| AskedAmount::Baht(amount, AmountUnit::Act);
    assert_eq!(ask(0b01, baht(million)).decision, Decision::Permit);
    let verdict = ask(0b01, baht(over));
    assert_eq!(verdict.decision, Decision::Deny);
    assert_eq!(verdict.would_permit_if.unwrap().max_amount, Some(million));
    assert_eq!(ask(0b11, baht(over)).decision, Decision::Permit);
    for (amount, code) in [
        (AskedAmount::NotGiven, ReasonCode::AmountUnknown),
        (AskedAmount::OtherCurrency, ReasonCode::AmountCurrency),
        (
            AskedAmount::Baht(million, AmountUnit::Day),
            ReasonCode::AmountUnit,
        ),
    ] {
        let verdict = ask(0b11, amount);
        assert_eq!(verdict.decision, Decision::Indeterminate);
        assert!(verdict.has_reason(code), "{code}");
    }
}

#[test]
fn status_comes_first_row_by_row() {
    let board = Board::new(vec![
        Member::director("d", "นายกล้า ทดลองดี"),
        Member::director("l1", "นายคม ตัวอย่างชัย").with_role(Role::Liquidator),
        Member::director("l2", "นางจันทร์ ลองงาม").with_role(Role::Liquidator),
    ])
    .unwrap();
    let ask = |status, rule: Rule, ids: &[&str], act: Option<&str>| {
        let standing = Standing {
            status,
            juristic_type: JuristicType::LimitedCompany,
        };
        let people = ids
            .iter()
            .fold(People::NONE, |all, id| all.union(board.people_named(id)));
        let mut question = Question::by(people);
        if let Some(act) = act {
            question = question.about(act.parse().unwrap());
        }
        compile(&simple(rule), &board, standing)
            .unwrap()
            .decide(&question)
    };
    let one = || Rule::any_director(1).unwrap();
    use Decision::{Deny, Indeterminate, Permit};
    for (status, decision, code) in [
        (Status::Active, Permit, ReasonCode::ClauseMet),
        (Status::Restored, Permit, ReasonCode::ClauseMet),
        (
            Status::Rehabilitation,
            Indeterminate,
            ReasonCode::UnderRehabilitation,
        ),
        (Status::Receivership, Deny, ReasonCode::InReceivership),
        (Status::Bankrupt, Deny, ReasonCode::Bankrupt),
        (
            Status::DissolvedLiquidating,
            Deny,
            ReasonCode::SignersMissing,
        ),
        (Status::Liquidated, Deny, ReasonCode::Liquidated),
        (Status::StruckOff, Deny, ReasonCode::StruckOff),
        (Status::Converted, Deny, ReasonCode::Converted),
        (Status::Amalgamated, Deny, ReasonCode::Amalgamated),
        (
            Status::MemorandumWithdrawn,
            Deny,
            ReasonCode::MemorandumWithdrawn,
        ),
        (Status::Ended, Deny, ReasonCode::Ended),
        (Status::Unknown, Indeterminate, ReasonCode::StatusUnknown),
    ] {
        let verdict = ask(status, one(), &["d"], None);
        assert_eq!(verdict.decision, decision, "{status}");
        assert!(verdict.has_reason(code), "{status}");
    }
    // Dissolved: the directors' statement is over; all liquidators jointly, for winding up.
    let dissolved = Status::DissolvedLiquidating;
    let verdict = ask(dissolved, one(), &["d"], None);
    assert_eq!(
        verdict.excluded,
        [Excluded {
            person: "d".into(),
            code: ExclusionCode::NotALiquidator
        }]
    );
    assert_eq!(ask(dissolved, one(), &["l1"], None).decision, Deny);
    assert_eq!(ask(dissolved, one(), &["l1", "l2"], None).decision, Permit);
    assert_eq!(
        ask(
            dissolved,
            one(),
            &["l1", "l2"],
            Some("property.sale.immovable")
        )
        .decision,
        Permit
    );
    let verdict = ask(dissolved, one(), &["l1", "l2"], Some("property.gift"));
    assert_eq!(verdict.decision, Indeterminate);
    assert!(verdict.has_reason(ReasonCode::WindingUpUnclear));
    let registered = Rule::any_of_pool(1, Pool::Liquidator).unwrap();
    assert_eq!(
        ask(dissolved, registered.clone(), &["l1"], None).decision,
        Permit
    );
    // The liquidators' rule says nothing while the company is in operation.
    assert!(
        ask(Status::Active, registered, &["l1"], None).has_reason(ReasonCode::StatementDoesNotFit)
    );
}

#[test]
fn in_a_partnership_only_managing_partners_of_unlimited_liability_count() {
    let board = Board::new(vec![
        Member::director("m", "นายกล้า ทดลองดี")
            .with_role(Role::ManagingPartner)
            .with_liability(Liability::Unlimited),
        Member::director("x", "นายคม ตัวอย่างชัย")
            .with_role(Role::ManagingPartner)
            .with_liability(Liability::Limited),
        Member::director("p", "นางจันทร์ ลองงาม")
            .with_role(Role::Partner)
            .with_liability(Liability::Unlimited),
    ])
    .unwrap();
    let standing = Standing {
        status: Status::Active,
        juristic_type: JuristicType::LimitedPartnership,
    };
    let rule = Rule::any_of_pool(1, Pool::ManagingPartner).unwrap();
    let rule = compile(&simple(rule), &board, standing).unwrap();
    let by = |id: &str| rule.decide(&Question::by(board.people_named(id)));
    assert_eq!(by("m").decision, Decision::Permit);
    assert_eq!(by("x").decision, Decision::Deny);
    assert_eq!(by("x").excluded[0].code, ExclusionCode::LimitedPartner);
    assert_eq!(by("p").excluded[0].code, ExclusionCode::NotAManagingPartner);
    let by_directors = compile(&simple(Rule::any_director(1).unwrap()), &board, standing).unwrap();
    let verdict = by_directors.decide(&Question::by(board.people_named("m")));
    assert!(verdict.has_reason(ReasonCode::StatementDoesNotFit));
    assert_eq!(verdict.decision, Decision::Indeterminate);
}

#[test]
fn a_rule_past_a_bound_is_refused_whole() {
    let board = board(12);
    let standing = Standing::ACTIVE_COMPANY;
    let pair = |i: usize| Rule::all_of(vec![person(i), person(i + 1)]).unwrap();
    let choice = || Rule::any_of(vec![pair(0), pair(2), pair(4)]).unwrap();
    let wide = Rule::all_of((0..8).map(|_| choice()).collect()).unwrap();
    assert_eq!(
        compile(&simple(wide), &board, standing),
        Err(CompileRefusal::TooManyAlternatives)
    );
    let deep = (0..compile::MAX_DEPTH).fold(person(0), |rule, _| {
        Rule::new(RuleKind::AllOf(Parts::new(vec![rule]).unwrap()))
    });
    assert_eq!(
        compile(&simple(deep), &board, standing),
        Err(CompileRefusal::TooDeep)
    );
    let many = Rule::any_director(200).unwrap();
    assert_eq!(
        compile(&simple(many), &board, standing),
        Err(CompileRefusal::TooManySeats)
    );
    let crowd = Rule::any_of((0..compile::MAX_NODES).map(|_| person(0)).collect()).unwrap();
    assert_eq!(
        compile(&simple(crowd), &board, standing),
        Err(CompileRefusal::TooManyNodes)
    );
}

#[test]
fn json_that_says_nothing_or_too_much_is_refused() {
    for json in [
        r#"{"any_of":[]}"#,
        r#"{"all_of":[]}"#,
        r#"{"at_least":{"n":1,"of":[]}}"#,
        r#"{"at_least":{"n":0,"of":[{"person":"a"}]}}"#,
        r#"{"any_director":0}"#,
        r#"{"all_directors":false}"#,
        r#"{"person":""}"#,
        r#"{"person":"a","any_director":1}"#,
        r#"{"person":"a","note":"x"}"#,
        r#"{"person":"a","label":"x"}"#,
        r#"{"any_of_pool":{"n":1,"pool":"director"}}"#,
        r#"{"majority":"two_thirds"}"#,
        r#"{"person":"a","span":[3,2]}"#,
        r#"{}"#,
    ] {
        assert!(serde_json::from_str::<Rule>(json).is_err(), "{json}");
    }
    for json in [
        r#"{"clauses":[]}"#,
        r#"{"clauses":[{"rule":{"person":"a"},"seal":"maybe","span":[0,1]}]}"#,
        r#"{"clauses":[{"rule":{"person":"a"},"seal":"required","span":[0,1],"acts":[]}]}"#,
        r#"{"clauses":[{"rule":{"person":"a"},"seal":"required","span":[0,1],"min_amount":"2","max_amount":"1"}]}"#,
        r#"{"clauses":[{"rule":{"person":"a"},"seal":"required","span":[0,1],"amount_per":"day"}]}"#,
        r#"{"clauses":[{"rule":{"person":"a"},"seal":"required","span":[0,1],"x":1}]}"#,
    ] {
        assert!(serde_json::from_str::<SigningRule>(json).is_err(), "{json}");
    }
    let json = r#"{"clauses":[{"rule":{"at_least":{"n":1,"of":[{"person":"a"}]},"label":"กลุ่ม ก","span":[0,9]},"seal":"not_required","span":[0,9],"max_amount":"1000000.00","amount_per":"contract"}]}"#;
    let rule: SigningRule = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&rule).unwrap(), json);
}
