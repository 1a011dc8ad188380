//! What differs between two versions of a record, place by place.
//!
//! Officers are compared by their reference, not by their place on the list, so that somebody who moves up is not told as
//! two changes; other lists are compared place by place.

use crate::registry::model::JuristicPerson;
use serde_json::{Map, Value};

/// One place at which two records differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON Pointer (RFC 6901) into the record, with officers under their references:
    /// `/officers/off_2/ended`.
    pub path: String,
    /// What stood there; `None`: nothing.
    pub before: Option<Value>,
    /// What stands there; `None`: nothing.
    pub after: Option<Value>,
}

impl Change {
    /// The member of the record that it is in.
    pub fn member(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}

/// The places at which two records differ, in order of their paths.
pub fn difference(
    before: &JuristicPerson,
    after: &JuristicPerson,
) -> Result<Vec<Change>, serde_json::Error> {
    let (before, after) = (by_reference(before)?, by_reference(after)?);
    let mut changes = Vec::new();
    compare(String::new(), Some(&before), Some(&after), &mut changes);
    Ok(changes)
}

/// The members of a record that differ, by name and in alphabetical order.
pub fn changed_members(
    before: &JuristicPerson,
    after: &JuristicPerson,
) -> Result<Vec<String>, serde_json::Error> {
    let mut members: Vec<String> = difference(before, after)?
        .iter()
        .map(|change| change.member().to_owned())
        .collect();
    members.dedup();
    Ok(members)
}

fn by_reference(record: &JuristicPerson) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(record)?;
    for list in ["officers", "former_officers"] {
        let Some(officers) = value.get_mut(list) else {
            continue;
        };
        let Value::Array(rows) = officers.take() else {
            continue;
        };
        *officers = rows
            .into_iter()
            .filter_map(|row| Some((row.get("reference")?.as_str()?.to_owned(), row)))
            .collect::<Map<String, Value>>()
            .into();
    }
    Ok(value)
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    match (before, after) {
        (one, other) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let step = name.replace('~', "~0").replace('/', "~1");
                compare(
                    format!("{path}/{step}"),
                    one.get(name),
                    other.get(name),
                    changes,
                );
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                compare(
                    format!("{path}/{place}"),
                    one.get(place),
                    other.get(place),
                    changes,
                );
            }
        }
        (before, after) => changes.push(Change {
            path,
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::exchange;
    use proptest::prelude::*;
    use serde_json::json;

    fn record(people: &[(u32, &str)], text: &str) -> JuristicPerson {
        let people: Vec<Value> = people
            .iter()
            .map(|(sequence, first)| json!({"Sequence": sequence.to_string(), "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"}))
            .collect();
        let row = json!({
            "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": people,
            "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": text, "Type": "L"}],
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    #[test]
    fn a_change_is_told_at_its_place() {
        let before = record(&[(1, "กล้า"), (2, "คม")], "กรรมการสองคนลงลายมือชื่อร่วมกัน/");
        let mut after = before.clone();
        after.officers.remove(0);
        after.statements[0].text = "กรรมการหนึ่งคนลงลายมือชื่อ/".into();
        let changes = difference(&before, &after).unwrap();
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["/officers/off_1", "/statements/0/text"]);
        assert_eq!(changes[0].after, None);
        assert_eq!(changes[0].before.as_ref().unwrap()["name"]["first"], "กล้า");
        assert_eq!(
            changed_members(&before, &after).unwrap(),
            ["officers", "statements"]
        );
        assert_eq!(difference(&before, &before).unwrap(), []);
    }

    proptest! {
        #[test]
        fn the_way_back_is_the_same_change_turned_round(one in proptest::sample::subsequence(vec![1u32, 2, 3, 4], 1..4), other in proptest::sample::subsequence(vec![1u32, 2, 3, 4], 1..4)) {
            let people = |places: &[u32]| -> Vec<(u32, &str)> { places.iter().map(|place| (*place, ["ก", "ข", "ค", "ง"][*place as usize - 1])).collect() };
            let (one, other) = (record(&people(&one), "ก/"), record(&people(&other), "ข/"));
            let there = difference(&one, &other).unwrap();
            let back: Vec<Change> = difference(&other, &one)
                .unwrap()
                .into_iter()
                .map(|change| Change { path: change.path, before: change.after, after: change.before })
                .collect();
            prop_assert_eq!(&there, &back);
            prop_assert_eq!(there.is_empty(), one == other);
        }
    }
}
