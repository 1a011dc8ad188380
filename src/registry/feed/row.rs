//! One line of a feed as a record: which shapes there are, and what a line tells besides the record.

use super::{own, prefixed};
use crate::kernel::id::NationalId;
use crate::kernel::time::Instant;
use crate::registry::exchange::{self, RowRefusal};
use crate::registry::model::{JuristicPerson, OfficerRef};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How the lines of a feed are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedShape {
    /// Our own documented schema (`openapi/register-feed.schema.json`).
    Own,
    /// The government exchange's juristic service v4.
    Exchange,
    /// The newer service with `cd:`, `td:` and `cr:` before its member names.
    Prefixed,
}

impl FeedShape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Own, Self::Exchange, Self::Prefixed];

    /// The stable code, as manifests and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Exchange => "exchange",
            Self::Prefixed => "prefixed",
        }
    }

    /// The shape with this code.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == code)
    }

    /// The shape of a feed whose first line this is; `None` when it is of none of them.
    pub fn of_line(text: &str) -> Option<Self> {
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let has = |name: &str| line.contains_key(name);
        if has("registration_number") || has("format") {
            Some(Self::Own)
        } else if has("JuristicID") || has("ResultList") {
            Some(Self::Exchange)
        } else if has("data") || line.keys().any(|name| name.starts_with("cd:")) {
            Some(Self::Prefixed)
        } else {
            None
        }
    }
}

impl fmt::Display for FeedShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one line of a feed tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// The juristic person.
    pub record: JuristicPerson,
    /// Whose numbers stand behind its officers; `None` when this feed tells no numbers at all.
    pub people: Option<Vec<DeclaredIdentity>>,
    /// From when this is so; `None`: as of the file's own instant.
    pub valid_from: Option<Instant>,
    /// Until when this is so; `None`: until further notice.
    pub valid_to: Option<Instant>,
}

impl FeedRow {
    fn of_record(record: JuristicPerson) -> Self {
        Self {
            record,
            people: None,
            valid_from: None,
            valid_to: None,
        }
    }
}

/// The number that a feed gives for one officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredIdentity {
    /// Which officer of the row's record.
    pub officer: OfficerRef,
    /// The number.
    pub number: DeclaredNumber,
}

/// A number of a person in clear, on its way to a blind index. Personal data: `Debug` prints a fixed word.
#[derive(Clone, PartialEq, Eq)]
pub enum DeclaredNumber {
    /// A 13-digit number.
    NationalId(NationalId),
    /// A passport.
    Passport {
        /// Number printed in it.
        number: String,
        /// Issuing country, ISO 3166-1 alpha-3.
        country: String,
        /// Date of birth, common era.
        birth_date: NaiveDate,
    },
}

impl fmt::Debug for DeclaredNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeclaredNumber(hidden)")
    }
}

/// Read one line of a feed. Refusals name line, field and reason.
pub fn read_row(shape: FeedShape, line: u64, text: &str) -> Result<FeedRow, RowRefusal> {
    match shape {
        FeedShape::Exchange => exchange::read_line(line, text).map(FeedRow::of_record),
        FeedShape::Prefixed => prefixed::read_line(line, text).map(FeedRow::of_record),
        FeedShape::Own => own::read_line(line, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_shows_the_shape() {
        for (line, shape) in [
            (
                r#"{"registration_number":"0105569999999"}"#,
                Some(FeedShape::Own),
            ),
            (
                r#"{"format":"amnat-register-feed/1"}"#,
                Some(FeedShape::Own),
            ),
            (
                r#"{"JuristicID":"0105569999999"}"#,
                Some(FeedShape::Exchange),
            ),
            (
                r#"{"ResultList":[],"RawData":""}"#,
                Some(FeedShape::Exchange),
            ),
            (
                r#"{"cd:OrganizationJuristicPerson":{}}"#,
                Some(FeedShape::Prefixed),
            ),
            (
                r#"{"status":{"code":"1000"},"data":[]}"#,
                Some(FeedShape::Prefixed),
            ),
            (r#"{"juristicID":"0105569999999"}"#, None),
            ("[]", None),
            ("nonsense", None),
        ] {
            assert_eq!(FeedShape::of_line(line), shape, "{line}");
        }
        for shape in FeedShape::ALL {
            assert_eq!(FeedShape::find(shape.as_str()), Some(shape));
        }
        assert_eq!(FeedShape::find("csv"), None);
    }

    #[test]
    fn the_services_shapes_tell_no_numbers_and_no_validity() {
        let line = r#"{"JuristicID":"0105569999999","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"ร้าง"}"#;
        let row = read_row(FeedShape::Exchange, 1, line).unwrap();
        assert_eq!(
            (row.people, row.valid_from, row.valid_to),
            (None, None, None)
        );
    }
}
