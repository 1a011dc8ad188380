//! The register's changes, in order, from a place that is remembered: what a page holds and how a change is read.
//!
//! Invariants: the place moves in the transaction that takes the changes before it in, so that nothing is skipped and
//! nothing half taken in, wherever the process ends; a change that cannot be read is written down, its juristic person is
//! doubted until the register was asked for it, and the changes behind it go on.

pub mod service;
pub mod store;

use super::exchange::{Entry, RowReason, RowRefusal, read_entry};
use super::model::JuristicPerson;
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How far the register's clock may differ from ours.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Longest place that is kept, in bytes.
const MAX_CURSOR_BYTES: usize = 200;

/// A place between two changes, as the register names it. Opaque; the empty one is before the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor(String);

/// Text that names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place in the changes is 1 to {MAX_CURSOR_BYTES} visible ASCII characters")]
pub struct CursorError;

impl Cursor {
    /// Before the first change.
    pub fn start() -> Self {
        Self::default()
    }

    /// As the register wrote it; empty before the first change.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let fine = (1..=MAX_CURSOR_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fine.then(|| Self(text.to_owned())).ok_or(CursorError)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Some changes in order. Each is read on its own: one that is of another shape does not spoil the rest.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangePage {
    /// The changes, oldest first.
    pub changes: Vec<Value>,
    /// The place behind the last of them.
    pub next: Cursor,
    /// Whether there are more behind it.
    pub more: bool,
}

/// One change that can be taken in.
#[derive(Debug, Clone)]
pub struct Change {
    /// The place behind it.
    pub cursor: Cursor,
    /// What the register states from then on.
    pub record: JuristicPerson,
    /// Since when it states it; not after the moment it was read.
    pub stated_at: Instant,
}

/// Why a change cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeReason {
    /// A member is missing or of another kind.
    Shape(&'static str),
    /// The moment lies in the future by more than clocks may differ.
    Future,
    /// The entry is about another juristic person than the change.
    OtherNumber,
    /// The entry cannot be used.
    Entry(RowRefusal),
    /// What is held of the juristic person cannot be compared with it.
    Held,
}

impl ChangeReason {
    /// Stable word, and the member that is at fault. Never a value: values are people's names.
    pub fn code(&self) -> (&'static str, &str) {
        match self {
            Self::Shape(member) => ("shape", member),
            Self::Future => ("future", "changed_at"),
            Self::OtherNumber => ("other_number", "JuristicID"),
            Self::Entry(refusal) => match refusal.reason {
                RowReason::Shape(_) => ("shape", "entry"),
                _ => ("entry", &refusal.field),
            },
            Self::Held => ("held", "entry"),
        }
    }
}

/// A change that is not taken in, as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRefusal {
    /// SHA-256 of the change as it came: the same one again is the same refusal.
    pub digest: Digest,
    /// The place behind it, if it names one.
    pub cursor: Option<Cursor>,
    /// Whom it is about, if it says so.
    pub number: Option<RegistrationNumber>,
    /// Why.
    pub reason: ChangeReason,
}

/// Read one change. `now` is the moment it was read.
pub fn read_change(value: &Value, now: Instant) -> Result<Change, Box<ChangeRefusal>> {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    let cursor: Option<Cursor> = text("cursor").and_then(|text| text.parse().ok());
    let told = text("JuristicID").and_then(|text| text.parse().ok());
    let of_entry = || {
        let written = value.get("entry")?.get("JuristicID")?.as_str()?;
        written.parse::<RegistrationNumber>().ok()
    };
    let refuse = |reason| {
        Box::new(ChangeRefusal {
            digest: digest(value),
            cursor: cursor.clone(),
            number: told.clone().or_else(of_entry),
            reason,
        })
    };
    let missing = |member| move || refuse(ChangeReason::Shape(member));
    let place = cursor.clone().ok_or_else(missing("cursor"))?;
    let number: RegistrationNumber = told.clone().ok_or_else(missing("JuristicID"))?;
    let stated_at: Instant = text("changed_at")
        .and_then(|text| text.parse().ok())
        .ok_or_else(missing("changed_at"))?;
    if stated_at > now.plus(CLOCK_SKEW) {
        return Err(refuse(ChangeReason::Future));
    }
    let entry = value.get("entry").ok_or_else(missing("entry"))?;
    let entry = Entry::deserialize(entry).map_err(|_| refuse(ChangeReason::Shape("entry")))?;
    let record = read_entry(&entry).map_err(|refusal| refuse(ChangeReason::Entry(refusal)))?;
    if record.registration_number != number {
        return Err(refuse(ChangeReason::OtherNumber));
    }
    Ok(Change {
        cursor: place,
        record,
        stated_at: stated_at.min(now),
    })
}

/// SHA-256 of a change as it came.
pub fn digest(value: &Value) -> Digest {
    Digest::of(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn change() -> Value {
        json!({
            "cursor": "c7", "JuristicID": "0105569999999", "changed_at": "2026-11-24T03:00:00Z",
            "entry": {
                "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ก จำกัด",
                "JuristicStatus": "ร้าง",
            },
        })
    }

    fn now() -> Instant {
        "2026-11-24T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_change_is_read_with_its_place_and_moment() {
        let read = read_change(&change(), now()).unwrap();
        assert_eq!(read.cursor.as_str(), "c7");
        assert_eq!(read.stated_at.to_string(), "2026-11-24T03:00:00.000Z");
        assert_eq!(read.record.status_text, "ร้าง");
        // A clock a little ahead of ours states nothing of the future.
        let mut ahead = change();
        ahead["changed_at"] = json!("2026-11-24T04:04:00Z");
        assert_eq!(read_change(&ahead, now()).unwrap().stated_at, now());
    }

    #[test]
    fn a_change_that_cannot_be_read_says_whom_it_is_about_and_never_a_value() {
        let cases = [
            ("cursor", json!(null), "shape", "cursor"),
            ("cursor", json!("ก"), "shape", "cursor"),
            ("JuristicID", json!("0105569999998"), "shape", "JuristicID"),
            ("changed_at", json!("yesterday"), "shape", "changed_at"),
            (
                "changed_at",
                json!("2026-11-24T04:06:00Z"),
                "future",
                "changed_at",
            ),
            (
                "entry",
                json!({"CommitteeInformations": "นายกล้า"}),
                "shape",
                "entry",
            ),
            ("entry", json!({}), "entry", "JuristicID"),
            (
                "JuristicID",
                json!("0107568999997"),
                "other_number",
                "JuristicID",
            ),
        ];
        for (member, value, code, field) in cases {
            let mut wrong = change();
            wrong[member] = value;
            let refusal = read_change(&wrong, now()).unwrap_err();
            assert_eq!(refusal.reason.code(), (code, field), "{wrong}");
            assert!(refusal.number.is_some(), "{wrong}");
        }
        for nothing in [json!(null), json!(7), json!([]), json!({})] {
            assert_eq!(read_change(&nothing, now()).unwrap_err().number, None);
        }
    }

    #[test]
    fn the_envelope_must_name_the_next_place() {
        let page = |value: Value| serde_json::from_value::<ChangePage>(value);
        assert!(page(json!({"changes": [1, null], "next": "c2", "more": false})).is_ok());
        for wrong in [
            json!({"changes": [], "more": false}),
            json!({"changes": [], "next": "", "more": false}),
            json!({"changes": {}, "next": "c2", "more": false}),
            json!({"changes": [], "next": "c2"}),
        ] {
            assert!(page(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_text_is_read_into_a_panic(text in ".{0,200}") {
            let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
            prop_assert!(read_change(&value, now()).is_err());
        }
    }
}
