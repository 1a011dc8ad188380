//! Deciding and reading, timed by criterion; `benches/run` makes a table of what it writes.

use amnat_benches::cases::{
    naive, naive_missing, question, seven, statement, two_of_seven, two_with_seal,
};
use amnat_benches::engines::{Cedar, Rego};
use amnat_benches::signing_rule::{
    Decision, JuristicType, Outcome, Register, SealGiven, interpret,
};
use amnat_benches::worst::{Worst, worst, worst_of_seven};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};

const TWO: [&str; 2] = ["d2", "d5"];

fn permit(c: &mut Criterion) {
    let mut group = c.benchmark_group("permit");
    let (board, rule) = (seven(), two_with_seal());
    let compiled = two_of_seven();
    let asked = question(&board, &TWO, true);
    let (mut rego, rego_input) = (Rego::new("data.amnat.allow"), Rego::input(&TWO, true));
    let (cedar, request) = (Cedar::new(), Cedar::request(&TWO, true));
    // The same answers before any time is taken, for every set of signers.
    for set in 0u32..128 {
        let signers: Vec<&str> = amnat_benches::cases::SEVEN
            .iter()
            .enumerate()
            .filter(|(index, _)| set & (1 << index) != 0)
            .map(|(_, id)| *id)
            .collect();
        for (sealed, seal) in [(true, SealGiven::Registered), (false, SealGiven::None)] {
            let ours = compiled.decision(&question(&board, &signers, sealed)) == Decision::Permit;
            assert_eq!(ours, set.count_ones() >= 2 && sealed);
            assert_eq!(
                ours,
                naive(&rule, &board, &signers, seal) == Decision::Permit
            );
            assert_eq!(
                ours,
                rego.ask(&Rego::input(&signers, sealed)) == regorus::Value::from(true)
            );
            assert_eq!(ours, cedar.ask(&Cedar::request(&signers, sealed)));
        }
    }
    group.bench_function("amnat", |b| {
        b.iter(|| black_box(&compiled).decision(black_box(&asked)))
    });
    group.bench_function("amnat with its grounds", |b| {
        b.iter(|| black_box(&compiled).decide(black_box(&asked)))
    });
    group.bench_function("naive tree walk", |b| {
        b.iter(|| {
            naive(
                black_box(&rule),
                &board,
                black_box(&TWO),
                SealGiven::Registered,
            )
        })
    });
    group.bench_function("regorus", |b| b.iter(|| rego.ask(black_box(&rego_input))));
    group.bench_function("cedar", |b| b.iter(|| cedar.ask(black_box(&request))));
    group.finish();
}

fn missing(c: &mut Criterion) {
    let mut group = c.benchmark_group("missing");
    let (board, rule) = (seven(), two_with_seal());
    let compiled = two_of_seven();
    let asked = question(&board, &[], false);
    let (mut rego, rego_input) = (Rego::new("data.amnat.report"), Rego::input(&[], false));
    let verdict = compiled.decide(&asked);
    assert_eq!(verdict.completions.len(), 1);
    assert_eq!(compiled.minimal_sets(&asked).sets.len(), 21);
    assert_eq!(naive_missing(&rule, &board, &[]).len(), 21);
    let report = rego.ask(&rego_input);
    assert_eq!(report["missing"].as_set().unwrap().len(), 21);
    group.bench_function("amnat", |b| {
        b.iter(|| black_box(&compiled).decide(black_box(&asked)))
    });
    group.bench_function("amnat with the 21 sets", |b| {
        b.iter(|| {
            (
                black_box(&compiled).decide(black_box(&asked)),
                compiled.minimal_sets(black_box(&asked)),
            )
        })
    });
    group.bench_function("naive tree walk", |b| {
        b.iter(|| naive_missing(black_box(&rule), &board, black_box(&[])))
    });
    group.bench_function("regorus", |b| b.iter(|| rego.ask(black_box(&rego_input))));
    group.finish();
}

/// The dearest of the rules that are admitted, found by a first rough timing.
fn worst_rules(c: &mut Criterion) {
    let mut group = c.benchmark_group("worst");
    for (board, all) in [("seven", worst_of_seven()), ("128", worst())] {
        let answer = |case: &Worst| {
            black_box(case.rule.decide(&case.question));
        };
        let decision = |case: &Worst| {
            black_box(case.rule.decision(&case.question));
        };
        let asked: [(&str, &dyn Fn(&Worst)); 2] = [("decision", &decision), ("answer", &answer)];
        for (what, ask) in asked {
            let Some(dearest) = all.iter().max_by_key(|case| rough(&|| ask(case))) else {
                continue;
            };
            eprintln!("dearest {what}, board of {board}: {}", dearest.name);
            group.bench_function(format!("{what}, board of {board}"), |b| {
                b.iter(|| ask(dearest))
            });
        }
    }
    group.finish();
}

/// The best of a few: enough to find the dearest.
fn rough(ask: &dyn Fn()) -> Option<Duration> {
    let once = |_| {
        let start = Instant::now();
        ask();
        start.elapsed()
    };
    (0..9).map(once).min()
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("interpret");
    let board = seven();
    let register = Register {
        board: &board,
        former: &[],
        juristic_type: Some(JuristicType::LimitedCompany),
    };
    let text = statement();
    let scalars = text.chars().count();
    assert!((280..=320).contains(&scalars), "{scalars}");
    let reading = interpret(&text, &register);
    assert_eq!(reading.outcome, Outcome::Complete, "{reading:?}");
    group.bench_function("300 characters", |b| {
        b.iter(|| interpret(black_box(&text), black_box(&register)))
    });
    let short = "กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท";
    group.bench_function("55 characters", |b| {
        b.iter(|| interpret(black_box(short), black_box(&register)))
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = permit, missing, worst_rules, reading
}
criterion_main!(benches);
