//! One schema, two databases: every step exists in both, and can be taken back or says why not.

use crate::source::{self, Finding};
use std::collections::{BTreeMap, BTreeSet};

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// Checks a set of migration files, given as path and text.
fn incomplete(files: &BTreeMap<String, String>) -> Vec<Finding> {
    let names = |engine: &str| -> BTreeSet<&str> {
        let folder = format!("migrations/{engine}/");
        files
            .keys()
            .filter_map(|path| path.strip_prefix(folder.as_str())?.split_once('/'))
            .map(|(name, _)| name)
            .collect()
    };
    let of_each = ENGINES.map(|engine| (engine, names(engine)));
    let all: BTreeSet<&str> = of_each
        .iter()
        .flat_map(|(_, names)| names)
        .copied()
        .collect();
    let mut found = Vec::new();
    let mut say = |place: String, what: &str| {
        found.push(Finding {
            place,
            what: what.to_owned(),
        });
    };
    if all.is_empty() {
        say("migrations".to_owned(), "there is none");
    }
    for (engine, names) in &of_each {
        for name in &all {
            let folder = format!("migrations/{engine}/{name}");
            if !names.contains(name) {
                say(folder, "exists for the other database alone");
                continue;
            }
            for step in ["up.sql", "down.sql"] {
                let place = format!("{folder}/{step}");
                match files.get(&place) {
                    None => say(place, "is missing"),
                    Some(text) if step == "up.sql" && !has_statement(text) => {
                        say(place, "changes nothing");
                    }
                    Some(text) if !has_statement(text) && !has_reason(text) => {
                        say(place, "takes nothing back and gives no reason");
                    }
                    Some(_) => {}
                }
            }
        }
    }
    found
}

fn has_statement(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with("--"))
}

fn has_reason(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("--"))
        .any(|reason| reason.trim().chars().count() >= 20)
}

fn files() -> BTreeMap<String, String> {
    source::files_below("migrations")
        .into_iter()
        .filter(|path| path.ends_with(".sql"))
        .map(|path| {
            let text = source::read(&path);
            (path, text)
        })
        .collect()
}

#[test]
fn every_migration_exists_for_both_databases_and_goes_back() {
    source::assert_none(&incomplete(&files()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries
            .iter()
            .map(|(path, text)| (format!("migrations/{path}"), (*text).to_owned()))
            .collect()
    }

    fn whole() -> BTreeMap<String, String> {
        set(&[
            ("sqlite/01_a/up.sql", "CREATE TABLE a (b TEXT);"),
            ("sqlite/01_a/down.sql", "DROP TABLE a;"),
            ("postgres/01_a/up.sql", "CREATE TABLE a (b TEXT);"),
            (
                "postgres/01_a/down.sql",
                "-- the rows it split cannot be joined again\n",
            ),
        ])
    }

    #[test]
    fn a_whole_set_is_left_alone() {
        source::assert_none(&incomplete(&whole()));
    }

    #[test]
    fn planted_gaps_are_found() {
        let places = |change: &dyn Fn(&mut BTreeMap<String, String>)| -> Vec<String> {
            let mut files = whole();
            change(&mut files);
            incomplete(&files).into_iter().map(|f| f.place).collect()
        };
        assert_eq!(
            places(&|files| {
                files.remove("migrations/sqlite/01_a/down.sql");
            }),
            ["migrations/sqlite/01_a/down.sql"]
        );
        assert_eq!(
            places(&|files| files.retain(|path, _| !path.contains("postgres"))),
            ["migrations/postgres/01_a"]
        );
        assert_eq!(
            places(&|files| {
                files.insert(
                    "migrations/sqlite/01_a/up.sql".to_owned(),
                    "-- x\n".to_owned(),
                );
                files.insert(
                    "migrations/postgres/01_a/down.sql".to_owned(),
                    "\n".to_owned(),
                );
            }),
            [
                "migrations/sqlite/01_a/up.sql",
                "migrations/postgres/01_a/down.sql"
            ]
        );
        assert_eq!(places(&BTreeMap::clear), ["migrations"]);
    }
}
