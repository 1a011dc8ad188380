//! How old facts may be for what they are used for: reviewed rows of data, not code.

use crate::identity::policy::Sector;
use crate::kernel::act::ActCode;
use crate::kernel::lang::Bilingual;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::time::Duration;

const ROWS: &str = include_str!("freshness.toml");

/// What facts are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactsUse<'a> {
    /// A question about the present is decided on them.
    Decision {
        /// The act; `None` asks about every act, and then the strictest row counts.
        act: Option<ActCode>,
        /// Who asks.
        sector: Option<Sector>,
        /// What for, in the caller's words; `None` where nobody says.
        purpose: Option<&'a str>,
    },
    /// A document is issued that states them.
    Certificate,
    /// They are shown.
    Read,
}

/// Why rows cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreshnessPolicyError {
    /// Not TOML, or an unknown member.
    #[error("the freshness policy cannot be read: {0}")]
    Form(String),
    /// A use has no row, or more than one, without act, sector and purpose.
    #[error("exactly one row of use {0} has neither act, sector nor purpose")]
    Floor(&'static str),
    /// Two rows for the same, or with the same id.
    #[error("row {0} stands twice")]
    Twice(String),
    /// A row that fewer than two offices reviewed.
    #[error("row {0} needs two reviewers")]
    Unreviewed(String),
    /// An act, sector or purpose in a row of a use that has none.
    #[error("row {0} names an act, a sector or a purpose, and only decisions have them")]
    Misplaced(String),
    /// An act that no code of the catalogue begins with.
    #[error("row {0} names an act that is not in the catalogue")]
    Act(String),
    /// An age of nothing: no answer would ever be young enough.
    #[error("row {0} allows no age at all")]
    Zero(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Decision,
    Certificate,
    Read,
}

impl Kind {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Decision, "decision"),
        (Self::Certificate, "certificate"),
        (Self::Read, "read"),
    ];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    row: Vec<Row>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    /// Counted up by whoever changes the row.
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "use")]
    used_for: Kind,
    #[serde(default)]
    act: Option<String>,
    #[serde(default)]
    sector: Option<Sector>,
    #[serde(default)]
    purpose: Option<String>,
    reviewers: Vec<String>,
    max_age_seconds: u64,
}

impl Row {
    fn age(&self) -> Duration {
        Duration::from_secs(self.max_age_seconds)
    }

    /// How narrowly the row speaks of this act and sector: exact before family, the longer code, sector last.
    fn narrowness(&self, act: ActCode, sector: Option<Sector>) -> Option<(bool, usize, bool)> {
        if self.sector.is_some() && self.sector != sector {
            return None;
        }
        let by_sector = self.sector.is_some();
        match self.act.as_deref() {
            None => Some((false, 0, by_sector)),
            Some(code) if code == act.as_str() => Some((true, code.len(), by_sector)),
            Some(family) if family.ends_with('.') && act.as_str().starts_with(family) => {
                Some((false, family.len(), by_sector))
            }
            Some(_) => None,
        }
    }
}

/// The rows in force.
#[derive(Debug, Clone)]
pub struct FreshnessPolicy {
    version: String,
    rows: Vec<Row>,
}

impl FreshnessPolicy {
    /// The rows that are part of this program.
    pub fn embedded() -> Result<Self, FreshnessPolicyError> {
        Self::read(ROWS)
    }

    /// Rows from TOML text.
    pub fn read(text: &str) -> Result<Self, FreshnessPolicyError> {
        let File { version, row: rows } =
            toml::from_str(text).map_err(|error| FreshnessPolicyError::Form(error.to_string()))?;
        let mut ids = BTreeSet::new();
        let mut places = BTreeSet::new();
        for row in &rows {
            let refuse = |reason: fn(String) -> FreshnessPolicyError| Err(reason(row.id.clone()));
            let offices: BTreeSet<&String> = row.reviewers.iter().collect();
            if offices.len() < 2 {
                return refuse(FreshnessPolicyError::Unreviewed);
            }
            let place = (row.used_for, &row.act, row.sector, &row.purpose);
            if !ids.insert(&row.id) || !places.insert(place) {
                return refuse(FreshnessPolicyError::Twice);
            }
            let narrowed = row.act.is_some() || row.sector.is_some() || row.purpose.is_some();
            if narrowed && row.used_for != Kind::Decision {
                return refuse(FreshnessPolicyError::Misplaced);
            }
            let known = |written: &String| {
                ActCode::all().any(|act| {
                    act.as_str() == written
                        || (written.ends_with('.') && act.as_str().starts_with(written.as_str()))
                })
            };
            if row.act.as_ref().is_some_and(|act| !known(act)) {
                return refuse(FreshnessPolicyError::Act);
            }
            if row.max_age_seconds == 0 {
                return refuse(FreshnessPolicyError::Zero);
            }
        }
        for (kind, word) in Kind::ALL {
            if !places.contains(&(kind, &None, None, &None)) {
                return Err(FreshnessPolicyError::Floor(word));
            }
        }
        Ok(Self { version, rows })
    }

    /// Version of the whole set, for answers and receipts.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How old facts may be for this use.
    pub fn limit(&self, asked: FactsUse<'_>) -> Duration {
        match asked {
            FactsUse::Decision {
                act,
                sector,
                purpose,
            } => {
                let of_act = |act| self.decision(act, sector);
                // Rows that name a purpose shorten only: a caller must not be able to talk an age up.
                let by_purpose = self
                    .rows_of(Kind::Decision)
                    .filter(|row| row.purpose.is_some() && row.purpose.as_deref() == purpose)
                    .filter(|row| {
                        ActCode::all()
                            .filter(|one| act.is_none_or(|act| act == *one))
                            .any(|one| row.narrowness(one, sector).is_some())
                    })
                    .map(Row::age)
                    .min();
                let by_act = match act {
                    Some(act) => of_act(act),
                    None => ActCode::all().map(of_act).min().unwrap_or_default(),
                };
                by_purpose.map_or(by_act, |shorter| shorter.min(by_act))
            }
            FactsUse::Certificate => self.floor(Kind::Certificate),
            FactsUse::Read => self.floor(Kind::Read),
        }
    }

    fn rows_of(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.used_for == kind)
    }

    fn decision(&self, act: ActCode, sector: Option<Sector>) -> Duration {
        self.rows_of(Kind::Decision)
            .filter(|row| row.purpose.is_none())
            .filter_map(|row| row.narrowness(act, sector).map(|rank| (rank, row)))
            .max_by_key(|(rank, _)| *rank)
            .map_or_else(Duration::default, |(_, row)| row.age())
    }

    fn floor(&self, kind: Kind) -> Duration {
        self.rows_of(kind)
            .find(|row| row.act.is_none() && row.sector.is_none() && row.purpose.is_none())
            .map_or_else(Duration::default, Row::age)
    }
}

/// Why facts must not be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staleness {
    /// They are older than the use allows.
    TooOld {
        /// How old they are.
        age: Duration,
        /// How old they may be.
        limit: Duration,
    },
    /// The register told of a change since, and what changed is not known yet.
    Changed,
    /// The register answered, and what it said cannot be used.
    Unreadable,
    /// The register no longer has this juristic person.
    Gone,
}

impl Staleness {
    /// The reason as it is told.
    pub fn text(self) -> Bilingual {
        match self {
            Self::TooOld { age, limit } => {
                let (old, allowed) = (words(age), words(limit));
                Bilingual::new(
                    format!(
                        "ข้อมูลทะเบียนเก่า {} เกินกว่าที่กำหนดไว้ {} และยังปรับปรุงไม่ได้",
                        old.th, allowed.th
                    ),
                    format!(
                        "the register's data is {} old, {} are allowed here, and it could not be refreshed",
                        old.en, allowed.en
                    ),
                )
            }
            Self::Changed => Bilingual::new(
                "นายทะเบียนแจ้งว่ามีการเปลี่ยนแปลง แต่ยังไม่ทราบรายละเอียด",
                "the register told of a change, and what changed is not known yet",
            ),
            Self::Unreadable => Bilingual::new(
                "คำตอบล่าสุดจากทะเบียนใช้ไม่ได้ จึงไม่ทราบว่าข้อมูลที่มีอยู่ยังถูกต้องหรือไม่",
                "the register's latest answer cannot be used, so that it is not known whether what is held still holds",
            ),
            Self::Gone => Bilingual::new(
                "ไม่พบนิติบุคคลนี้ในทะเบียนแล้ว",
                "the register no longer has this juristic person",
            ),
        }
    }
}

/// A span of time as it is told: its two greatest units, rounded down.
fn words(span: Duration) -> Bilingual {
    const UNITS: [(u64, &str, &str); 4] = [
        (86_400, "วัน", "d"),
        (3_600, "ชั่วโมง", "h"),
        (60, "นาที", "min"),
        (1, "วินาที", "s"),
    ];
    let mut left = span.as_secs();
    let (mut th, mut en) = (Vec::new(), Vec::new());
    for (size, thai, english) in UNITS {
        let count = left / size;
        left %= size;
        if count > 0 && en.len() < 2 {
            th.push(format!("{count} {thai}"));
            en.push(format!("{count} {english}"));
        }
    }
    if en.is_empty() {
        return Bilingual::new("ไม่ถึงหนึ่งวินาที", "less than 1 s");
    }
    Bilingual::new(th.join(" "), en.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(code: &str) -> Option<ActCode> {
        Some(code.parse().unwrap())
    }

    fn asked(act: Option<ActCode>) -> FactsUse<'static> {
        FactsUse::Decision {
            act,
            sector: Some(Sector::Banking),
            purpose: Some("account-opening"),
        }
    }

    fn row(id: &str, rest: &str) -> String {
        format!("[[row]]\nid = \"{id}\"\nversion = 1\nreviewers = [\"a\", \"b\"]\n{rest}\n")
    }

    fn policy(rows: &[String]) -> Result<FreshnessPolicy, FreshnessPolicyError> {
        let floors = [
            row("d", "use = \"decision\"\nmax_age_seconds = 100"),
            row("c", "use = \"certificate\"\nmax_age_seconds = 10"),
            row("r", "use = \"read\"\nmax_age_seconds = 1000"),
        ];
        FreshnessPolicy::read(&format!(
            "version = \"1\"\n{}{}",
            floors.concat(),
            rows.concat()
        ))
    }

    #[test]
    fn the_embedded_rows_are_strict_where_much_is_at_stake() {
        let policy = FreshnessPolicy::embedded().unwrap();
        let minutes = |asked| policy.limit(asked).as_secs() / 60;
        for code in [
            "bank.account.open",
            "credit.loan",
            "property.sale.immovable",
            "litig.compromise",
            "sec.trade",
        ] {
            assert_eq!(minutes(asked(act(code))), 15, "{code}");
        }
        assert_eq!(minutes(asked(act("bank.account.operate"))), 60);
        assert_eq!(minutes(asked(act("tax.efile"))), 24 * 60);
        assert_eq!(minutes(asked(None)), 15, "every act: the strictest");
        assert_eq!(minutes(FactsUse::Certificate), 15);
        assert_eq!(minutes(FactsUse::Read), 7 * 24 * 60);
    }

    #[test]
    fn the_narrowest_row_counts_and_a_purpose_only_shortens() {
        let policy = policy(&[
            row(
                "family",
                "use = \"decision\"\nact = \"bank.\"\nmax_age_seconds = 50",
            ),
            row(
                "act",
                "use = \"decision\"\nact = \"bank.account.open\"\nmax_age_seconds = 60",
            ),
            row(
                "sector",
                "use = \"decision\"\nact = \"bank.\"\nsector = \"telecom\"\nmax_age_seconds = 40",
            ),
            row(
                "shorter",
                "use = \"decision\"\npurpose = \"wire\"\nmax_age_seconds = 5",
            ),
            row(
                "longer",
                "use = \"decision\"\npurpose = \"chat\"\nmax_age_seconds = 5000",
            ),
        ])
        .unwrap();
        let limit = |code: &str, sector, purpose| {
            let (act, sector) = (act(code), Some(sector));
            let asked = FactsUse::Decision {
                act,
                sector,
                purpose,
            };
            policy.limit(asked).as_secs()
        };
        assert_eq!(limit("bank.account.open", Sector::Telecom, None), 60);
        assert_eq!(limit("bank.account.close", Sector::Telecom, None), 40);
        assert_eq!(limit("bank.account.close", Sector::Banking, None), 50);
        assert_eq!(limit("tax.efile", Sector::Banking, None), 100);
        assert_eq!(limit("tax.efile", Sector::Banking, Some("wire")), 5);
        assert_eq!(limit("tax.efile", Sector::Banking, Some("chat")), 100);
    }

    #[test]
    fn rows_that_cannot_be_right_are_refused() {
        let refused = |rest: &str| policy(&[row("x", rest)]).unwrap_err();
        assert!(matches!(
            refused("use = \"decision\"\nmax_age_seconds = 1"),
            FreshnessPolicyError::Twice(_)
        ));
        assert!(matches!(
            refused("use = \"read\"\nact = \"bank.\"\nmax_age_seconds = 1"),
            FreshnessPolicyError::Misplaced(_)
        ));
        assert!(matches!(
            refused("use = \"decision\"\nact = \"bnak.\"\nmax_age_seconds = 1"),
            FreshnessPolicyError::Act(_)
        ));
        assert!(matches!(
            refused("use = \"decision\"\nact = \"bank.\"\nmax_age_seconds = 0"),
            FreshnessPolicyError::Zero(_)
        ));
        let alone = row(
            "x",
            "use = \"decision\"\nact = \"bank.\"\nmax_age_seconds = 9",
        )
        .replace("[\"a\", \"b\"]", "[\"a\", \"a\"]");
        assert!(matches!(
            policy(&[alone]),
            Err(FreshnessPolicyError::Unreviewed(_))
        ));
        assert_eq!(
            FreshnessPolicy::read("version = \"1\"\nrow = []").unwrap_err(),
            FreshnessPolicyError::Floor("decision")
        );
    }

    #[test]
    fn an_age_is_told_in_two_units_and_both_languages() {
        let text = Staleness::TooOld {
            age: Duration::from_secs(2 * 3_600 + 5 * 60 + 59),
            limit: Duration::from_secs(900),
        }
        .text();
        assert!(
            text.en.contains("2 h 5 min old, 15 min are allowed"),
            "{}",
            text.en
        );
        assert!(text.th.contains("2 ชั่วโมง 5 นาที") && text.th.contains("15 นาที"));
        assert_eq!(words(Duration::from_millis(3)).en, "less than 1 s");
    }
}
