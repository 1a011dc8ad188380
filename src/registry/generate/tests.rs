//! What is generated is a register: every line is read, the shapes agree, and the mix is what it says.

use super::*;
use crate::registry::feed::{DeclaredNumber, FeedRow, read_row};
use crate::registry::kind::{JuristicType, Status};
use crate::registry::model::{JuristicPerson, OfficerRole, StatementKind};
use crate::registry::reading::read_record;
use crate::signing_rule::Outcome;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn order(companies: u64, seed: u64) -> Order {
    Order {
        companies,
        seed,
        shape: FeedShape::Own,
        as_of: "2026-01-01T00:00:00+07:00".parse().unwrap(),
        changes: None,
    }
}

fn text(order: &Order) -> (String, FeedManifest) {
    let mut bytes = Vec::new();
    let manifest = generate(order, &mut bytes).unwrap();
    assert!(manifest.check(manifest.count, Digest::of(&bytes)).is_ok());
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count() as u64, manifest.count);
    (text, manifest)
}

fn rows(order: &Order) -> Vec<FeedRow> {
    let (text, _) = text(order);
    text.lines()
        .zip(1..)
        .map(|(line, place)| {
            assert_eq!(FeedShape::of_line(line), Some(order.shape));
            read_row(order.shape, place, line).unwrap_or_else(|refusal| panic!("{refusal}: {line}"))
        })
        .collect()
}

/// What the two services' shapes can tell of a record.
fn told(record: &JuristicPerson, shape: FeedShape) -> JuristicPerson {
    let mut told = record.clone();
    told.dissolved_on = None;
    told.former_officers.clear();
    for former in &mut told.former_names {
        former.until = None;
    }
    told.officers
        .retain(|officer| officer.is(OfficerRole::Director) || officer.is(OfficerRole::Partner));
    for officer in &mut told.officers {
        officer.latin_name = None;
        officer.liability = None;
        officer.nationality = None;
        officer.appointed = None;
        officer.ended = None;
    }
    told.statements.sort_by_key(|statement| statement.kind);
    if shape == FeedShape::Prefixed {
        for address in told.addresses.iter_mut().skip(1) {
            address.name.clear();
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_line_is_read_in_every_shape_and_the_shapes_agree(
        seed in any::<u64>(),
        companies in 1u64..60,
        changes in proptest::option::of(0u64..20),
    ) {
        let own = Order { changes: changes.map(|changes| changes.min(companies)), ..order(companies, seed) };
        let own_rows = rows(&own);
        for shape in [FeedShape::Exchange, FeedShape::Prefixed] {
            let others = rows(&Order { shape, ..own });
            prop_assert_eq!(others.len(), own_rows.len());
            for (one, other) in own_rows.iter().zip(&others) {
                prop_assert_eq!(&told(&one.record, shape), &other.record);
                prop_assert_eq!(&other.people, &None);
            }
        }
    }
}

#[test]
fn our_own_shape_tells_everything_that_was_generated() {
    let pool = Pool::new(3, 500);
    let made: Vec<FeedRow> = slots(500)
        .unwrap()
        .map(|slot| companies::company(3, pool, &slot))
        .collect();
    assert_eq!(rows(&order(500, 3)), made);
}

#[test]
fn the_same_seed_is_the_same_file_and_another_seed_another() {
    for shape in FeedShape::ALL {
        let of = |seed| {
            text(&Order {
                shape,
                ..order(400, seed)
            })
            .1
            .sha256
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }
    let digest = text(&order(1_000, 7)).1.sha256;
    assert_eq!(digest, text(&order(1_000, 7)).1.sha256);
}

#[test]
fn numbers_are_in_order_and_nobody_stands_twice() {
    let rows = rows(&order(3_000, 11));
    let numbers: Vec<&str> = rows
        .iter()
        .map(|row| row.record.registration_number.as_str())
        .collect();
    assert!(numbers.is_sorted_by(|one, other| one < other));
    assert_eq!(numbers.len(), 3_000);
}

#[test]
fn the_mix_is_that_of_a_register() {
    let rows = rows(&order(8_000, 7));
    let share = |test: &dyn Fn(&FeedRow) -> bool| {
        rows.iter().filter(|row| test(row)).count() as f64 / rows.len() as f64
    };
    let active = share(&|row| {
        row.record.juristic_type == JuristicType::LimitedCompany
            && row.record.status == Status::Active
    });
    assert!((0.70..0.80).contains(&active), "{active}");
    let partnerships = share(&|row| row.record.juristic_type.is_partnership());
    assert!((0.10..0.20).contains(&partnerships), "{partnerships}");
    let kinds: BTreeSet<_> = rows.iter().map(|row| row.record.juristic_type).collect();
    assert_eq!(kinds.len(), JuristicType::ALL.len());
    let statuses: BTreeSet<_> = rows.iter().map(|row| row.record.status).collect();
    assert!(statuses.len() >= 11, "{statuses:?}");
    let boards: Vec<usize> = rows
        .iter()
        .filter(|row| row.record.juristic_type == JuristicType::LimitedCompany)
        .map(|row| row.record.officers.len())
        .filter(|size| *size > 0)
        .collect();
    let mean = boards.iter().sum::<usize>() as f64 / boards.len() as f64;
    assert!((2.5..3.3).contains(&mean), "{mean}");
    assert!(boards.iter().all(|size| (1..=9).contains(size)));
    assert!(
        share(&|row| row.record.status == Status::DissolvedLiquidating
            && row
                .record
                .officers
                .iter()
                .all(|officer| officer.is(OfficerRole::Liquidator)))
            > 0.02
    );
    assert!(share(&|row| !row.record.former_names.is_empty()) > 0.05);
    assert!(share(&|row| row.record.name_en.is_some()) > 0.7);
}

#[test]
fn some_people_sit_on_several_boards_and_a_few_are_foreigners() {
    let rows = rows(&order(4_000, 7));
    let mut boards: BTreeMap<String, u32> = BTreeMap::new();
    let (mut people, mut foreigners) = (0u32, 0u32);
    for number in rows.iter().flat_map(|row| row.people.iter().flatten()) {
        people += 1;
        match &number.number {
            DeclaredNumber::NationalId(id) => {
                *boards.entry(id.expose().to_owned()).or_default() += 1;
            }
            DeclaredNumber::Passport { .. } => foreigners += 1,
        }
    }
    let shared = boards.values().filter(|count| **count > 1).count();
    assert!(shared * 10 > boards.len(), "{shared} of {}", boards.len());
    let share = f64::from(foreigners) / f64::from(people);
    assert!((0.025..0.055).contains(&share), "{share}");
}

/// How far the reading of the statements of these records gets: complete, ambiguous, unresolved.
fn outcomes(rows: &[FeedRow]) -> [usize; 3] {
    let at = "2026-01-01T00:00:00+07:00".parse().unwrap();
    let mut counts = [0; 3];
    for row in rows {
        let reading = read_record(&row.record, &[], at).unwrap();
        let Some(interpretation) = &reading.interpretation else {
            continue;
        };
        let place = match interpretation.outcome {
            Outcome::Complete => 0,
            Outcome::Ambiguous => 1,
            Outcome::Unresolved => 2,
        };
        counts[place] += 1;
    }
    counts
}

#[test]
fn most_statements_are_read_with_certainty_and_a_few_are_not() {
    let rows = rows(&order(2_300, 7));
    let [complete, ambiguous, unresolved] = outcomes(&rows);
    let all = complete + ambiguous + unresolved;
    assert!(all >= 2_000, "{all}");
    let share = complete as f64 / all as f64;
    println!("{complete} complete, {ambiguous} ambiguous, {unresolved} unresolved: {share:.3}");
    assert!((0.90..0.97).contains(&share), "{share}");
    assert!(ambiguous > 0 && unresolved > 0);
}

#[test]
fn every_sentence_of_the_tables_is_met() {
    let rows = rows(&order(7_000, 5));
    let texts: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.record.texts(StatementKind::Authority))
        .map(|statement| statement.text.as_str())
        .collect();
    let tables = [
        statements::DIRECTORS,
        statements::PARTNERS,
        statements::LIQUIDATORS,
        statements::UNCLEAR,
    ];
    let skeletons: Vec<_> = tables.into_iter().flatten().collect();
    assert!(skeletons.len() >= 60);
    for skeleton in skeletons {
        // The words between the blanks stand in some text in this order.
        let parts = skeleton.fixed_parts();
        let met = texts.iter().any(|text| {
            let mut rest = *text;
            parts
                .iter()
                .all(|part| match rest.split_once(part.as_str()) {
                    Some((_, behind)) => {
                        rest = behind;
                        true
                    }
                    None => false,
                })
        });
        assert!(met, "{skeleton:?}");
    }
}

#[test]
fn a_delta_holds_that_many_changed_companies_of_the_same_register() {
    let full = rows(&order(1_500, 7));
    let delta = Order {
        changes: Some(300),
        as_of: "2026-02-01T00:00:00+07:00".parse().unwrap(),
        ..order(1_500, 7)
    };
    assert_eq!(text(&delta).1.kind, FeedKind::Delta);
    let changed = rows(&delta);
    assert_eq!(changed.len(), 300);
    let by_number: BTreeMap<_, _> = full
        .iter()
        .map(|row| (&row.record.registration_number, row))
        .collect();
    let (mut resigned, mut came, mut restated, mut dissolved, mut moved) = (0, 0, 0, 0, 0);
    for row in &changed {
        let before = by_number[&row.record.registration_number];
        let (old, new) = (&before.record, &row.record);
        assert_ne!(old, new);
        let gone = new.former_officers.len() > old.former_officers.len();
        if new.status != old.status {
            dissolved += 1;
            assert!(
                new.officers
                    .iter()
                    .all(|officer| officer.is(OfficerRole::Liquidator))
            );
        } else if gone {
            resigned += 1;
            let ended = new.former_officers.last().and_then(|officer| officer.ended);
            assert_eq!(ended, "2026-02-01".parse().ok());
        } else if new.officers.len() > old.officers.len() {
            came += 1;
        } else if new.addresses != old.addresses {
            moved += 1;
        } else if new.statements != old.statements {
            restated += 1;
        }
        assert!(row.people.iter().flatten().count() >= before.people.iter().flatten().count());
    }
    for count in [resigned, came, restated, dissolved, moved] {
        assert!(
            count > 5,
            "{resigned} {came} {restated} {dissolved} {moved}"
        );
    }
    assert_eq!(text(&delta).1, text(&delta).1);
    let later = Order {
        as_of: "2026-03-01T00:00:00+07:00".parse().unwrap(),
        ..delta
    };
    assert_ne!(text(&delta).1.sha256, text(&later).1.sha256);
}

#[test]
fn more_than_there_is_cannot_be_asked_for() {
    let refused = |order: Order| generate(&order, Vec::new()).unwrap_err();
    assert!(matches!(
        refused(Order {
            changes: Some(11),
            ..order(10, 1)
        }),
        GenerateError::TooManyChanges {
            changes: 11,
            companies: 10
        }
    ));
    assert!(matches!(
        refused(order(u64::MAX / 4, 1)),
        GenerateError::TooMany(_)
    ));
    assert_eq!(text(&order(0, 1)).1.count, 0);
}
