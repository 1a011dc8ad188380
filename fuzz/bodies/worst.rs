//! Rules as dear as the bounds of the compiler admit, asked in the dearest ways known. Their work is counted by the
//! tests and timed by the benches.

use crate::signing_rule::{
    Board, Clause, CompiledRule, Majority, Member, People, Question, Rule, RuleKind, Scope,
    ScopedAct, Seal, SigningRule, Span, Standing, compile,
};

/// One rule and one question.
pub struct Worst {
    /// What is dear about it.
    pub name: String,
    /// The rule, for the largest board.
    pub rule: CompiledRule,
    /// The question.
    pub question: Question,
}

fn person(index: usize) -> Rule {
    Rule::person(format!("p{}", index % 128)).unwrap()
}

/// So many of 40 people, from this one on.
fn group(n: u16, from: usize, size: usize) -> Rule {
    Rule::at_least(n, (from..from + size).map(person).collect(), None).unwrap()
}

fn jointly(parts: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::all_of(parts.into_iter().collect()).unwrap()
}

fn either(parts: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::any_of(parts.into_iter().collect()).unwrap()
}

/// Each seat for one of two neighbours: the longest paths a matching can need.
fn chain(from: usize, seats: usize) -> Rule {
    jointly((from..from + seats).map(|at| either([person(at), person(at + 1)])))
}

fn rules() -> Vec<(&'static str, Rule)> {
    let half = || Rule::new(RuleKind::Majority(Majority::Half));
    vec![
        (
            "six overlapping groups of 40",
            jointly((0..6).map(|i| group(1, i * 6, 40))),
        ),
        (
            "ten each of six overlapping groups of 40",
            jointly((0..6).map(|i| group(10, i * 6, 40))),
        ),
        (
            "six of seven groups of 36, or the other way round",
            either([
                Rule::at_least(6, (0..7).map(|i| group(2, i * 9, 36)).collect(), None).unwrap(),
                Rule::at_least(6, (0..7).rev().map(|i| group(3, i * 5, 36)).collect(), None)
                    .unwrap(),
            ]),
        ),
        (
            "three of nine groups of ten",
            Rule::at_least(3, (0..9).map(|i| group(1, i * 4, 10)).collect(), None).unwrap(),
        ),
        (
            "nested choices",
            Rule::at_least(
                2,
                (0..7)
                    .map(|i| {
                        Rule::at_least(
                            1,
                            (0..2).map(|j| group(2, i * 8 + j * 3, 12)).collect(),
                            None,
                        )
                        .unwrap()
                    })
                    .collect(),
                None,
            )
            .unwrap(),
        ),
        (
            "a hundred and twenty pairs",
            either((0..120).map(|i| jointly([person(i), person(i * 7 + 1)]))),
        ),
        (
            "a hundred and twenty quadruples",
            either(
                (0..120)
                    .map(|i| jointly([person(i), person(i + 1), person(i * 3), person(i * 5 + 2)])),
            ),
        ),
        ("a chain of 126 seats", chain(0, 126)),
        (
            "eight chains of 60 seats",
            either((0..8).map(|i| chain(i * 2, 60))),
        ),
        (
            "half the board beside a chain",
            jointly([half(), chain(0, 60)]),
        ),
        (
            "half the board beside groups within groups",
            jointly([
                half(),
                group(20, 0, 60),
                group(10, 10, 40),
                group(5, 15, 20),
            ]),
        ),
        ("everybody", Rule::new(RuleKind::AllDirectors)),
        (
            "everybody, or everybody but",
            either((0..4).map(|i| {
                if i == 0 {
                    Rule::new(RuleKind::AllDirectors)
                } else {
                    jointly((i..121 + i).map(person))
                }
            })),
        ),
        (
            "people who left among overlapping groups",
            either((0..12).map(|i| {
                jointly([
                    Rule::person("gone").unwrap(),
                    group(3, i, 40),
                    group(3, i + 10, 40),
                    group(2, i + 20, 40),
                ])
            })),
        ),
    ]
}

fn clause(rule: Rule) -> Clause {
    Clause {
        rule,
        seal: Seal::Required,
        span: Span { start: 0, end: 1 },
        scope: Scope::default(),
    }
}

/// Dear rules for a board of seven, where "any two" is the everyday rule: p0 to p6.
fn rules_of_seven() -> Vec<(&'static str, Rule)> {
    let choose = |n: u32| {
        let sets = (0u32..128).filter(move |set| set.count_ones() == n);
        either(sets.map(|set| jointly((0..7).filter(|i| set & (1 << i) != 0).map(person))))
    };
    let ring =
        |i: usize| Rule::at_least(1, (0..4).map(|j| person((i + j) % 7)).collect(), None).unwrap();
    vec![
        ("every pair", choose(2)),
        ("every three", choose(3)),
        ("every four", choose(4)),
        ("a chain of six seats", chain(0, 6)),
        ("four overlapping groups of four", jointly((0..4).map(ring))),
        (
            "three of seven groups of four",
            Rule::at_least(3, (0..7).map(ring).collect(), None).unwrap(),
        ),
    ]
}

/// The same questions to a board of seven.
pub fn worst_of_seven() -> Vec<Worst> {
    let board = board(7, false);
    let mut all = Vec::new();
    for (name, rule) in rules_of_seven() {
        let rule = SigningRule::new(vec![clause(rule)]).unwrap();
        let compiled = compile(&rule, &board, Standing::ACTIVE_COMPANY).unwrap();
        for signed in [0b0, 0b1, 0b1000, 0b101, 0b10010] {
            let people = (0..7)
                .filter(|row| signed & (1 << row) != 0)
                .fold(People::NONE, |all, row| {
                    all.union(board.people_named(&format!("p{row}")))
                });
            all.push(Worst {
                name: format!("{name} of seven, signed by {signed:b}"),
                rule: compiled.clone(),
                question: Question::by(people).about("credit.loan".parse().unwrap()),
            });
        }
    }
    all
}

fn board(size: usize, doubles: bool) -> Board {
    let name = |row: usize| {
        if doubles && row.is_multiple_of(3) {
            row / 6
        } else {
            row + 1000
        }
    };
    Board::new(
        (0..size)
            .map(|row| Member::director(format!("p{row}"), format!("นายกล้า ที่{}", name(row))))
            .collect(),
    )
    .unwrap()
}

/// Sixty-four clauses, each with scope words that may mean anything.
fn scoped() -> SigningRule {
    let word = |index: usize| ScopedAct::Word(format!("ปลูกต้นไม้ชนิดที่ {}", index % 6));
    let clauses = (0..64).map(|index| Clause {
        scope: Scope {
            acts: Some((0..6).map(|more| word(index + more)).collect()),
            except_acts: (index % 2 == 0)
                .then(|| (0..5).map(|more| word(index * 5 + more + 1)).collect()),
            ..Scope::default()
        },
        ..clause(either((0..2).map(|i| {
            jointly([person(index + i), person(index * 3 + i + 1)])
        })))
    });
    SigningRule::new(clauses.collect()).unwrap()
}

/// Every rule with several sets of signers, on boards with and without doubtful names.
pub fn worst() -> Vec<Worst> {
    let mut all = Vec::new();
    let rules = rules()
        .into_iter()
        .map(|(name, rule)| (name, SigningRule::new(vec![clause(rule)]).unwrap()));
    for (name, rule) in rules.chain([("64 clauses of unclear scope", scoped())]) {
        for doubles in [false, true] {
            let board = board(128, doubles);
            let compiled = compile(&rule, &board, Standing::ACTIVE_COMPANY)
                .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            let asked: [(&str, &dyn Fn(usize) -> bool); 5] = [
                ("nobody", &|_| false),
                ("a few", &|row| row % 25 == 3),
                ("every other", &|row| row % 2 == 1),
                ("all but a few", &|row| row % 40 != 7),
                ("the first", &|row| row < 50),
            ];
            for (who, signs) in asked {
                let people = (0..128)
                    .filter(|row| signs(*row))
                    .fold(People::NONE, |all, row| {
                        all.union(board.people_named(&format!("p{row}")))
                    });
                let doubt = if doubles { ", doubtful names" } else { "" };
                all.push(Worst {
                    name: format!("{name}, signed by {who}{doubt}"),
                    rule: compiled.clone(),
                    question: Question::by(people),
                });
                let last = all.last().unwrap();
                all.push(Worst {
                    name: format!("{} about a loan", last.name),
                    rule: last.rule.clone(),
                    question: last
                        .question
                        .clone()
                        .about("credit.loan".parse().unwrap())
                        .sealed(),
                });
            }
        }
    }
    all
}
