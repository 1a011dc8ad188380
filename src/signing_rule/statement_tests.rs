//! Rules printed as Thai statements, and read back: print, then parse, is identity.

use super::*;
use crate::kernel::act::ActCode;
use crate::kernel::money::{Baht, thai_number};
use proptest::prelude::*;

use super::fuzz_bodies::cast::{Cast, NAMES};

const LETTERS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
const SEAL: &str = "และประทับตราสำคัญของบริษัท";
const NO_SEAL: &str = "โดยไม่ต้องประทับตรา";
/// Scope words that mean exactly one act.
const SCOPES: [(&str, &str); 2] = [
    ("การกู้ยืมเงิน", "credit.loan"),
    ("การค้ำประกัน", "credit.guarantee"),
];

fn person(letter: &str) -> Rule {
    Rule::person(letter).unwrap()
}

fn name(rule: &Rule) -> &'static str {
    let RuleKind::Person(letter) = &rule.kind else {
        panic!("only people are listed")
    };
    NAMES[usize::from(letter.as_bytes()[0] - b'A')]
}

fn names(parts: &[Rule], join: &str) -> String {
    parts.iter().map(name).collect::<Vec<_>>().join(join)
}

fn is_person(rule: &Rule) -> bool {
    matches!(rule.kind, RuleKind::Person(_))
}

/// A party in words, without its verb.
fn party(rule: &Rule) -> String {
    match &rule.kind {
        RuleKind::Person(_) => name(rule).to_owned(),
        RuleKind::AnyOf(list) => format!("{} คนใดคนหนึ่ง", names(list.as_slice(), " หรือ ")),
        RuleKind::AnyDirector(n) => format!("กรรมการอื่นอีก{}คน", thai_number(n.get().into())),
        RuleKind::AtLeast {
            n,
            label: Some(label),
            ..
        } => {
            format!("กรรมการ{label} {}คน", thai_number(n.get().into()))
        }
        other => panic!("no party: {other:?}"),
    }
}

/// Who signs, in words, with the verb.
fn branch(rule: &Rule) -> String {
    let list = rule.parts();
    match &rule.kind {
        RuleKind::AnyDirector(n) if n.get() == 1 => "กรรมการหนึ่งคนลงลายมือชื่อ".to_owned(),
        RuleKind::AnyDirector(n) => {
            format!("กรรมการ{}คนลงลายมือชื่อร่วมกัน", thai_number(n.get().into()))
        }
        RuleKind::AllDirectors => "กรรมการทุกคนลงลายมือชื่อร่วมกัน".to_owned(),
        RuleKind::Majority(Majority::Half) => {
            "กรรมการไม่น้อยกว่ากึ่งหนึ่งของจำนวนกรรมการทั้งหมดลงลายมือชื่อร่วมกัน".to_owned()
        }
        RuleKind::Majority(Majority::MoreThanHalf) => "กรรมการเกินกึ่งหนึ่งลงลายมือชื่อร่วมกัน".to_owned(),
        RuleKind::AllOf(_) if list.iter().all(is_person) => {
            format!("{} ลงลายมือชื่อร่วมกัน", names(list, " และ "))
        }
        RuleKind::AllOf(_) => format!("{} ลงลายมือชื่อร่วมกับ{}", party(&list[0]), party(&list[1])),
        RuleKind::AtLeast { n, label: None, .. } => format!(
            "{} กรรมการ{}ใน{}คนนี้ลงลายมือชื่อ{}",
            names(list, " "),
            thai_number(n.get().into()),
            thai_number(list.len() as u64),
            if n.get() > 1 {
                "ร่วมกัน"
            } else {
                ""
            }
        ),
        RuleKind::Person(_) | RuleKind::AnyOf(_) => format!("{} ลงลายมือชื่อ", party(rule)),
        other => panic!("no branch: {other:?}"),
    }
}

/// The groups a rule names, defined.
fn definitions(rule: &Rule) -> String {
    let one = |group: &Rule| match &group.kind {
        RuleKind::AtLeast {
            label: Some(label),
            of,
            ..
        } => {
            format!(" กรรมการ{label} ได้แก่ {}", names(of.as_slice(), " "))
        }
        _ => String::new(),
    };
    rule.parts().iter().map(one).collect()
}

fn amount(baht: Baht, figures: bool) -> String {
    if figures {
        format!("{} บาท", baht.grouped().trim_end_matches(".00"))
    } else {
        format!("{}บาท", thai_number((baht.satang() / 100).unsigned_abs()))
    }
}

/// What the clauses of a statement are to one another.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// One clause for everything.
    Plain,
    /// The second in place of the first for one act.
    Except(usize),
    /// The first up to an amount, the second above it.
    Amounts(Baht, bool),
}

/// A statement, and what it means.
fn statement(first: &(Rule, bool), second: &(Rule, bool), shape: Shape) -> (String, SigningRule) {
    let clause = |(rule, sealed): &(Rule, bool), scope: Scope| Clause {
        rule: rule.clone(),
        seal: if *sealed {
            Seal::Required
        } else {
            Seal::NotRequired
        },
        span: Span { start: 0, end: 0 },
        scope,
    };
    let say = |(rule, sealed): &(Rule, bool)| {
        format!("{}{}", branch(rule), if *sealed { SEAL } else { NO_SEAL })
    };
    let (one, two) = (say(first), say(second));
    let range = |min: Option<Baht>, max: Option<Baht>| Scope {
        amounts: AmountRange::new(min, max, None).unwrap(),
        ..Scope::default()
    };
    let (text, clauses) = match shape {
        Shape::Plain => (one, vec![clause(first, Scope::default())]),
        Shape::Except(scope) => {
            let (word, act) = SCOPES[scope];
            let acts = || Some(vec![ScopedAct::Known(act.parse::<ActCode>().unwrap())]);
            let general = Scope {
                except_acts: acts(),
                ..Scope::default()
            };
            let special = Scope {
                acts: acts(),
                ..Scope::default()
            };
            (
                format!("{one} เว้นแต่{word}ให้{two}"),
                vec![clause(first, general), clause(second, special)],
            )
        }
        Shape::Amounts(limit, figures) => {
            let limit_words = amount(limit, figures);
            (
                format!("กรณีวงเงินไม่เกิน {limit_words} {one} กรณีเกิน {limit_words} {two}"),
                vec![
                    clause(first, range(None, Some(limit))),
                    clause(second, range(limit.one_satang_more(), None)),
                ],
            )
        }
    };
    let text = match shape {
        Shape::Plain => text + &definitions(&first.0),
        _ => text,
    };
    (text, SigningRule::new(clauses).unwrap())
}

fn people(least: usize, most: usize) -> impl Strategy<Value = Vec<Rule>> {
    proptest::sample::subsequence(LETTERS.to_vec(), least..=most)
        .prop_shuffle()
        .prop_map(|letters| letters.into_iter().map(person).collect())
}

fn simple() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (1u16..6).prop_map(|n| Rule::any_director(n).unwrap()),
        Just(Rule::new(RuleKind::AllDirectors)),
        Just(Rule::new(RuleKind::Majority(Majority::Half))),
        Just(Rule::new(RuleKind::Majority(Majority::MoreThanHalf))),
        people(1, 1).prop_map(|mut one| one.remove(0)),
        people(2, 5).prop_map(|all| Rule::all_of(all).unwrap()),
        people(2, 5).prop_map(|all| Rule::any_of(all).unwrap()),
        (people(2, 6), 1usize..5).prop_map(|(all, split)| {
            let (left, right) = all.split_at(split.min(all.len() - 1));
            Rule::all_of(vec![
                Rule::any_of(left.to_vec()).unwrap(),
                Rule::any_of(right.to_vec()).unwrap(),
            ])
            .unwrap()
        }),
        (people(1, 1), 1u16..4).prop_map(|(mut one, n)| {
            Rule::all_of(vec![one.remove(0), Rule::any_director(n).unwrap()]).unwrap()
        }),
        (people(3, 6), 1u16..3).prop_map(|(all, n)| Rule::at_least(n, all, None).unwrap()),
    ]
}

fn groups() -> impl Strategy<Value = Rule> {
    (people(2, 6), people(2, 6), 1u16..3, 1u16..3).prop_map(|(first, second, n, m)| {
        // Groups may share people, and may ask for more than they have.
        let group =
            |n, members, label: &str| Rule::at_least(n, members, Some(label.to_owned())).unwrap();
        Rule::all_of(vec![group(n, first, "กลุ่ม ก"), group(m, second, "กลุ่ม ข")]).unwrap()
    })
}

/// The same without spans: what a rule says, not where it was said.
fn bare(rule: &Rule) -> Rule {
    let list = || Parts::new(rule.parts().iter().map(bare).collect()).unwrap();
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

fn said(rule: &SigningRule) -> Vec<(Rule, Seal, Scope)> {
    rule.clauses()
        .iter()
        .map(|clause| (bare(&clause.rule), clause.seal, clause.scope.clone()))
        .collect()
}

fn reads_back(
    first: &(Rule, bool),
    second: &(Rule, bool),
    shape: Shape,
) -> Result<(), TestCaseError> {
    let cast = Cast::plain();
    let (text, rule) = statement(first, second, shape);
    let reading = interpret(&text, &cast.register());
    prop_assert_eq!(reading.outcome, Outcome::Complete, "{}", text);
    let read = reading.rule.unwrap();
    prop_assert_eq!(said(&read), said(&rule), "{}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_rule_in_thai_reads_back_the_same(rule in simple(), sealed in any::<bool>()) {
        let rule = (rule, sealed);
        reads_back(&rule, &rule, Shape::Plain)?;
    }

    #[test]
    fn groups_in_thai_read_back_the_same(rule in groups(), sealed in any::<bool>()) {
        let rule = (rule, sealed);
        reads_back(&rule, &rule, Shape::Plain)?;
    }

    #[test]
    fn an_exception_in_thai_reads_back_the_same(
        general in (simple(), any::<bool>()),
        special in (simple(), any::<bool>()),
        scope in 0..SCOPES.len(),
    ) {
        reads_back(&general, &special, Shape::Except(scope))?;
    }

    #[test]
    fn amounts_in_thai_read_back_the_same(
        low in (simple(), any::<bool>()),
        high in (simple(), any::<bool>()),
        baht in 1i64..99_999_999,
        figures in any::<bool>(),
    ) {
        reads_back(&low, &high, Shape::Amounts(Baht::from_baht(baht).unwrap(), figures))?;
    }
}
