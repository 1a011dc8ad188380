//! Which assurance an act asks for: reviewed rows of data, not code (SEC-45).

use super::assurance::{Aal, Ial, Requirement};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

const ROWS: &str = include_str!("policy.toml");

/// The kind of business that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sector {
    /// Banks and payment services.
    Banking,
    /// Telephone and internet services.
    Telecom,
    /// Securities and digital assets.
    Securities,
    /// Insurance.
    Insurance,
    /// Agencies of the state.
    Government,
    /// Everything else.
    Commercial,
}

/// Why policy rows cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, an unknown member, or a level that does not exist.
    #[error("the policy cannot be read: {0}")]
    Form(String),
    /// No row, or more than one, is the floor.
    #[error("exactly one row has neither act nor sector")]
    Floor,
    /// Two rows for the same acts and sector, or with the same id.
    #[error("row {0} stands twice")]
    Twice(String),
    /// A row that fewer than two offices reviewed.
    #[error("row {0} needs two reviewers")]
    Unreviewed(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    requirement: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    version: u32,
    #[serde(default)]
    act: Option<String>,
    #[serde(default)]
    sector: Option<Sector>,
    reviewers: Vec<String>,
    ial: Ial,
    aal: Aal,
    accept_assumed_aal: bool,
    max_auth_age_seconds: u64,
}

#[derive(Debug, Clone)]
struct Rule {
    act: Option<String>,
    sector: Option<Sector>,
    requirement: Requirement,
}

/// The rows in force.
#[derive(Debug, Clone)]
pub struct Policy {
    version: String,
    floor: Requirement,
    rules: Vec<Rule>,
}

impl Policy {
    /// The rows that are part of this program.
    pub fn embedded() -> Result<Self, PolicyError> {
        Self::read(ROWS)
    }

    /// Rows from TOML text.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        let file: File =
            toml::from_str(text).map_err(|error| PolicyError::Form(error.to_string()))?;
        let mut floor = None;
        let mut rules = Vec::new();
        let mut ids = BTreeSet::new();
        let mut places = BTreeSet::new();
        for row in file.requirement {
            let offices: BTreeSet<&String> = row.reviewers.iter().collect();
            if offices.len() < 2 {
                return Err(PolicyError::Unreviewed(row.id));
            }
            if !ids.insert(row.id.clone()) || !places.insert((row.act.clone(), row.sector)) {
                return Err(PolicyError::Twice(row.id));
            }
            let requirement = Requirement {
                id: row.id,
                version: row.version,
                reviewers: row.reviewers,
                ial: row.ial,
                aal: row.aal,
                accept_assumed_aal: row.accept_assumed_aal,
                max_auth_age: Duration::from_secs(row.max_auth_age_seconds),
            };
            if row.act.is_none() && row.sector.is_none() {
                floor = Some(requirement);
            } else {
                rules.push(Rule {
                    act: row.act,
                    sector: row.sector,
                    requirement,
                });
            }
        }
        Ok(Self {
            version: file.version,
            floor: floor.ok_or(PolicyError::Floor)?,
            rules,
        })
    }

    /// Version of the whole set, for receipts.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What an act asks for in a sector: the narrowest row that speaks of it.
    pub fn required(&self, act: &str, sector: Option<Sector>) -> &Requirement {
        self.rules
            .iter()
            .filter_map(|rule| rule.narrowness(act, sector).map(|rank| (rank, rule)))
            .max_by_key(|(rank, _)| *rank)
            .map_or(&self.floor, |(_, rule)| &rule.requirement)
    }
}

impl Rule {
    /// How narrowly the row speaks of this act: length of the matching code, exact before family, sector last.
    fn narrowness(&self, act: &str, sector: Option<Sector>) -> Option<(bool, usize, bool)> {
        if self.sector.is_some() && self.sector != sector {
            return None;
        }
        let by_sector = self.sector.is_some();
        match self.act.as_deref() {
            None => Some((false, 0, by_sector)),
            Some(code) if code == act => Some((true, code.len(), by_sector)),
            Some(family) if family.ends_with('.') && act.starts_with(family) => {
                Some((false, family.len(), by_sector))
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, place: &str, ial: &str) -> String {
        format!(
            "[[requirement]]\nid = \"{id}\"\nversion = 1\n{place}\nreviewers = [\"a\", \"b\"]\nial = \"{ial}\"\n\
             aal = \"2.1\"\naccept_assumed_aal = true\nmax_auth_age_seconds = 900\n"
        )
    }

    fn policy(rows: &[String]) -> Result<Policy, PolicyError> {
        Policy::read(&format!("version = \"t\"\n{}", rows.concat()))
    }

    #[test]
    fn the_embedded_rows_can_be_used_and_the_floor_accepts_an_assumed_level() {
        let policy = Policy::embedded().unwrap();
        let floor = policy.required("bank.account.open", Some(Sector::Banking));
        assert_eq!((floor.ial, floor.aal), (Ial::L2_3, Aal::L2_1));
        assert!(floor.accept_assumed_aal);
        let sale = policy.required("property.sale.immovable", None);
        assert_eq!(sale.aal, Aal::L2_2);
        assert!(!sale.accept_assumed_aal);
        assert!(!policy.version().is_empty());
    }

    #[test]
    fn the_narrowest_row_wins() {
        let policy = policy(&[
            row("floor", "", "1.1"),
            row("sector", "sector = \"banking\"", "1.2"),
            row("family", "act = \"credit.\"", "1.3"),
            row(
                "family-sector",
                "act = \"credit.\"\nsector = \"banking\"",
                "2.1",
            ),
            row("act", "act = \"credit.loan\"", "2.2"),
            row(
                "act-sector",
                "act = \"credit.loan\"\nsector = \"banking\"",
                "2.3",
            ),
        ])
        .unwrap();
        let id = |act: &str, sector| policy.required(act, sector).id.clone();
        assert_eq!(id("tax.efile", None), "floor");
        assert_eq!(id("tax.efile", Some(Sector::Banking)), "sector");
        assert_eq!(id("credit.guarantee", Some(Sector::Telecom)), "family");
        assert_eq!(
            id("credit.guarantee", Some(Sector::Banking)),
            "family-sector"
        );
        assert_eq!(id("credit.loan", None), "act");
        assert_eq!(id("credit.loan", Some(Sector::Banking)), "act-sector");
        assert_eq!(id("credit", Some(Sector::Telecom)), "floor");
    }

    #[test]
    fn rows_that_contradict_or_were_not_reviewed_are_refused() {
        assert_eq!(
            policy(&[row("x", "act = \"a.\"", "1.1")]).unwrap_err(),
            PolicyError::Floor
        );
        assert_eq!(
            policy(&[row("floor", "", "1.1"), row("again", "", "1.2")]).unwrap_err(),
            PolicyError::Twice("again".to_owned())
        );
        let alone = row("floor", "", "1.1").replace("\"b\"", "\"a\"");
        assert_eq!(
            policy(&[alone]).unwrap_err(),
            PolicyError::Unreviewed("floor".to_owned())
        );
        assert!(matches!(
            policy(&[row("floor", "", "2.9")]).unwrap_err(),
            PolicyError::Form(_)
        ));
    }
}
