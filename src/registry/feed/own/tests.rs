//! The table of rows that fit and rows that do not, which the published schema is judged by as well.

use super::*;
use crate::registry::feed::{FeedShape, read_row as read_feed_row};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Case {
    why: String,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
    schema: bool,
    refused: Option<String>,
}

fn base() -> Value {
    serde_json::from_str(include_str!("../../../../tests/feeds/base.json")).unwrap()
}

fn cases() -> Vec<Case> {
    include_str!("../../../../tests/feeds/own.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn changed(case: &Case) -> Value {
    let mut row = base();
    let set = case
        .set
        .iter()
        .map(|(pointer, value)| (pointer, Some(value)));
    let removed = case.remove.iter().map(|pointer| (pointer, None));
    for (pointer, value) in set.chain(removed) {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let members = row.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => members.insert(member.to_owned(), value.clone()),
            None => members.remove(member),
        };
    }
    row
}

#[test]
fn each_row_of_the_table_is_read_or_refused_as_it_says() {
    for case in cases() {
        let read = read_line(9, &changed(&case).to_string());
        let refused = read.as_ref().err().map(|refusal| refusal.field.clone());
        assert_eq!(refused, case.refused, "{}: {read:?}", case.why);
        if let Err(refusal) = read {
            assert_eq!(refusal.line, 9);
        }
        // What the schema refuses is never read.
        assert!(case.schema || case.refused.is_some(), "{}", case.why);
    }
}

#[test]
fn a_row_becomes_a_record_with_numbers_and_validity() {
    let row = read_feed_row(FeedShape::Own, 1, &base().to_string()).unwrap();
    let record = &row.record;
    assert_eq!(record.name_th, "บริษัท ตัวอย่างไทย จำกัด");
    assert_eq!(record.status, Status::Active);
    assert_eq!(record.paid_up, Baht::from_baht(2_500_000));
    assert_eq!(
        record
            .former_names
            .first()
            .map(|former| former.name.as_str()),
        Some("บริษัท ลองของการค้า จำกัด")
    );
    assert_eq!(record.officers.len(), 2);
    assert_eq!(record.former_officers.len(), 1);
    let people = row.people.unwrap();
    assert_eq!(people.len(), 2);
    assert!(matches!(
        people[1].number,
        DeclaredNumber::Passport { ref number, .. } if number == "X0000001"
    ));
    assert_eq!(format!("{people:?}").matches("hidden").count(), 2);
    assert_eq!(row.valid_from, "2026-11-23T17:00:00Z".parse().ok());
    assert!(row.valid_to > row.valid_from);
}

#[test]
fn numbers_are_known_when_one_is_told_or_when_the_row_says_so() {
    let known = |change: fn(&mut Value)| {
        let mut row = base();
        row["officers"][0]
            .as_object_mut()
            .unwrap()
            .remove("national_id");
        row["officers"][1]
            .as_object_mut()
            .unwrap()
            .remove("passport");
        change(&mut row);
        read_line(1, &row.to_string())
            .unwrap()
            .people
            .map(|people| people.len())
    };
    assert_eq!(known(|_| ()), None);
    assert_eq!(known(|row| row["numbers_known"] = true.into()), Some(0));
    assert_eq!(
        known(|row| row["officers"][1]["national_id"] = "3100500000020".into()),
        Some(1)
    );
}

#[test]
fn a_header_is_told_from_a_row() {
    assert_eq!(
        is_header(r#"{"format":"amnat-register-feed/1","note":"ทดลอง"}"#),
        Ok(true)
    );
    assert_eq!(is_header(&base().to_string()), Ok(false));
    assert_eq!(is_header("nonsense"), Ok(false));
    assert!(is_header(r#"{"format":"amnat-register-feed/2"}"#).is_err());
    assert!(is_header(r#"{"format":"amnat-register-feed/1","count":3}"#).is_err());
}

#[test]
fn a_refusal_of_the_parser_says_why_and_a_row_has_nothing_behind_it() {
    let text = base().to_string();
    let refusal = read_line(3, &format!("{text} {text}")).unwrap_err();
    assert!(matches!(refusal.reason, RowReason::Shape(_)));
    let twice = text.replacen('{', r#"{"name_en":"A","name_en":"B","#, 1);
    assert!(read_line(3, &twice).is_err());
    assert!(read_line(3, "[]").is_err());
    assert!(read_line(3, "null").is_err());
}

/// The published schema names exactly the members that are read: it is the table's other half, without its judge.
#[test]
fn the_published_schema_names_the_members_that_are_read() {
    let schema: Value = serde_json::from_str(include_str!(
        "../../../../openapi/register-feed.schema.json"
    ))
    .unwrap();
    let row = &schema["$defs"]["row"];
    let properties = row["properties"].as_object().unwrap();
    let mut line = base();
    for (name, value) in [
        ("former_number", "ก"),
        ("successor_number", "0107568999997"),
        ("dissolved_on", "2026-05-01"),
    ] {
        line[name] = value.into();
    }
    line["numbers_known"] = true.into();
    let written = line.as_object().unwrap();
    assert!(
        written
            .keys()
            .eq(properties.keys().collect::<std::collections::BTreeSet<_>>())
    );
    assert!(read_line(1, &line.to_string()).is_ok());
    for required in row["required"].as_array().unwrap() {
        let mut without = line.clone();
        without
            .as_object_mut()
            .unwrap()
            .remove(required.as_str().unwrap());
        let refusal = read_line(1, &without.to_string()).unwrap_err();
        assert_eq!(
            (refusal.field.as_str(), refusal.reason),
            (required.as_str().unwrap(), RowReason::Missing)
        );
    }
    let example = schema["examples"][0].clone();
    assert_eq!(example, base());
}

proptest! {
    #[test]
    fn no_line_makes_the_reader_fall_over(line in "\\PC{0,200}") {
        let _ = read_line(1, &line);
        let _ = is_header(&line);
    }
}
