//! Files a reader counts on: sizes, lints, licences, the README's commands, frozen wording.

use crate::scan;
use crate::source::{self, Finding};
use amnat::kernel::digest::Digest;
use std::collections::BTreeMap;
use std::fs;

const LONGEST: usize = 800;

fn too_long(path: &str, source: &str) -> Option<Finding> {
    let lines = source.lines().count();
    (lines > LONGEST).then(|| Finding {
        place: path.to_owned(),
        what: format!("{lines} lines; a file is split before {LONGEST}"),
    })
}

/// Marks of unfinished work: they belong in no commit.
fn unfinished(path: &str, source: &str) -> Vec<Finding> {
    let ignored = source::SourceFile::new(path, source);
    let attribute: Vec<usize> = ignored
        .tokens
        .windows(3)
        .filter(|part| {
            part.iter()
                .map(|t| t.text.as_str())
                .eq(["#", "[", "ignore"])
        })
        .filter_map(|part| part.first().map(|token| token.line))
        .collect();
    let marks = ["TODO", "FIXME", "XXX"];
    let blanked = scan::without_comments_and_strings(source);
    let comments = source
        .lines()
        .zip(blanked.lines())
        .enumerate()
        .filter(|(_, (line, code))| {
            let comment = line.find("//").filter(|at| {
                !code.contains("//") && code.get(*at..).is_none_or(|rest| rest.trim().is_empty())
            });
            comment
                .and_then(|at| line.get(at..))
                .is_some_and(|comment| {
                    comment
                        .split(|c: char| !c.is_alphanumeric())
                        .any(|word| marks.contains(&word))
                })
        })
        .map(|(number, _)| number + 1);
    attribute
        .into_iter()
        .map(|line| ignored.finding(line, "a test is run or removed, never ignored"))
        .chain(comments.map(|line| ignored.finding(line, "unfinished work is marked here")))
        .collect()
}

/// Each line `digest  path` of the ledger against the files it names, and each versioned wording
/// (`company.v1.th.md`) against the ledger.
fn unfrozen(ledger: &str, wordings: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let listed: BTreeMap<&str, &str> = ledger
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(digest, path)| (path.trim(), digest))
        .collect();
    let say = |place: &str, what: &str| Finding {
        place: place.to_owned(),
        what: what.to_owned(),
    };
    let mut found = Vec::new();
    for (path, digest) in &listed {
        match wordings.get(*path) {
            None => found.push(say(path, "is in the ledger and not in templates")),
            Some(bytes) if Digest::of(bytes).to_hex() != *digest => {
                found.push(say(
                    path,
                    "was changed after it was published; add a version",
                ));
            }
            Some(_) => {}
        }
    }
    for path in wordings.keys() {
        let name = path.rsplit('/').next().unwrap_or_default();
        let version = name.split('.').any(|part| {
            let number = part.strip_prefix('v').unwrap_or_default();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if version && !listed.contains_key(path.as_str()) {
            found.push(say(
                path,
                "is wording that somebody signs and is not in the ledger",
            ));
        }
    }
    found
}

fn rust_files() -> Vec<(String, String)> {
    ["src", "tests", "benches", "fuzz"]
        .iter()
        .flat_map(|folder| source::files_below(folder))
        .filter(|path| path.ends_with(".rs") && !path.contains("/target/"))
        .map(|path| {
            let text = source::read(&path);
            (path, text)
        })
        .collect()
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let findings: Vec<Finding> = rust_files()
        .iter()
        .filter_map(|(path, text)| too_long(path, text))
        .collect();
    source::assert_none(&findings);
}

#[test]
fn nothing_is_left_unfinished() {
    let findings: Vec<Finding> = rust_files()
        .iter()
        .flat_map(|(path, text)| unfinished(path, text))
        .collect();
    source::assert_none(&findings);
}

#[test]
fn panics_and_unsafe_code_are_refused_by_lints() {
    let manifest: toml::Value = toml::from_str(&source::read("Cargo.toml")).expect("a manifest");
    let level = |tool: &str, lint: &str| {
        manifest
            .get("lints")
            .and_then(|lints| lints.get(tool)?.get(lint)?.as_str())
            .unwrap_or("missing")
            .to_owned()
    };
    assert_eq!(level("rust", "unsafe_code"), "forbid");
    assert_eq!(level("rust", "missing_docs"), "warn");
    for lint in [
        "unwrap_used",
        "expect_used",
        "panic",
        "indexing_slicing",
        "todo",
        "unimplemented",
        "dbg_macro",
        "allow_attributes",
        "allow_attributes_without_reason",
    ] {
        assert_eq!(level("clippy", lint), "deny", "{lint}");
    }
    let checks = manifest
        .get("profile")
        .and_then(|profile| profile.get("release")?.get("overflow-checks")?.as_bool());
    assert_eq!(checks, Some(true), "release checks overflow");
}

#[test]
fn both_licences_are_at_the_top() {
    assert!(source::read("LICENSE-APACHE").contains("Version 2.0, January 2004"));
    assert!(source::read("LICENSE-MIT").contains("The Amnat authors"));
    assert!(source::read("Cargo.toml").contains("license = \"Apache-2.0 OR MIT\""));
}

#[test]
fn the_readme_names_both_commands() {
    let readme = source::read("README.md");
    assert!(readme.contains("demo"), "the command that shows it running");
    assert!(readme.contains("tests/run"), "the command that proves it");
}

#[test]
fn wording_that_somebody_signs_is_frozen() {
    let wordings: BTreeMap<String, Vec<u8>> = source::files_below("templates")
        .into_iter()
        .map(|path| {
            let bytes = fs::read(source::root().join(&path)).expect("a readable template");
            (path.trim_start_matches("templates/").to_owned(), bytes)
        })
        .collect();
    // Before the first release there is no ledger, and wording is still free.
    if let Some(ledger) = wordings.get("LEDGER") {
        source::assert_none(&unfrozen(&String::from_utf8_lossy(ledger), &wordings));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_long_file_is_found() {
        assert!(too_long("src/a.rs", &"x\n".repeat(LONGEST)).is_none());
        assert!(too_long("src/a.rs", &"x\n".repeat(LONGEST + 1)).is_some());
    }

    #[test]
    fn planted_marks_are_found_and_words_in_strings_are_not() {
        let mark = ["TO", "DO"].concat();
        assert_eq!(
            unfinished("src/a.rs", &format!("x(); // {mark}: y\n")).len(),
            1
        );
        assert_eq!(
            unfinished("src/a.rs", &format!("let a = \"{mark}\";\n")).len(),
            0
        );
        assert_eq!(unfinished("src/a.rs", "#[ignore] fn a() {}\n").len(), 1);
        assert_eq!(
            unfinished("src/a.rs", "// mastodons\nfn ignore() {}\n").len(),
            0
        );
    }

    #[test]
    fn planted_changes_of_frozen_wording_are_found() {
        let wordings = BTreeMap::from([
            ("consent/face.v1.th.md".to_owned(), b"one".to_vec()),
            ("pages/home.html".to_owned(), b"free".to_vec()),
        ]);
        let line = |text: &str| format!("{}  consent/face.v1.th.md\n", Digest::of(text).to_hex());
        assert_eq!(unfrozen(&line("one"), &wordings), []);
        assert_eq!(unfrozen(&line("two"), &wordings).len(), 1, "changed");
        assert_eq!(unfrozen("", &wordings).len(), 1, "not listed");
        let gone = format!(
            "{}{}  consent/face.v0.th.md\n",
            line("one"),
            Digest::of("x")
        );
        assert_eq!(unfrozen(&gone, &wordings).len(), 1, "vanished");
    }
}
