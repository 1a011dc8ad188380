//! Every room has a front door that teaches.

use crate::source::{self, Finding, SourceFile};
use std::collections::BTreeSet;

/// The least a front door says: lines with words, and how to add one more of the same.
const LEAST_LINES: usize = 5;

/// `src/ROOM/mod.rs`; the command line and the composition root are no rooms.
fn is_front_door(file: &SourceFile) -> bool {
    let composition = matches!(file.room.as_str(), "app" | "cli");
    file.module.len() == 1 && file.path.ends_with("/mod.rs") && !composition
}

/// The opening `//!` lines that have words.
fn opening(source: &str) -> Vec<&str> {
    source
        .lines()
        .map_while(|line| line.trim_start().strip_prefix("//!"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

fn thin_doors(file: &SourceFile) -> Vec<Finding> {
    let lines = opening(&file.source);
    let mut found = Vec::new();
    if is_front_door(file) {
        if lines.len() < LEAST_LINES {
            found.push(file.finding(1, format!("the front door says {} lines", lines.len())));
        }
        let teaches = lines
            .iter()
            .flat_map(|line| line.split(|c: char| !c.is_alphanumeric()))
            .any(|word| matches!(word.to_lowercase().as_str(), "add" | "adding"));
        if !teaches {
            found.push(file.finding(1, "the front door does not say how to add one more"));
        }
    }
    if lines.iter().any(|line| line.contains("to be written)")) {
        found.push(file.finding(1, "the room is empty"));
    }
    found
}

#[test]
fn every_room_has_a_front_door_that_teaches() {
    let findings: Vec<Finding> = source::house().iter().flat_map(thin_doors).collect();
    source::assert_none(&findings);
}

#[test]
fn every_room_stands_on_the_map() {
    let map = source::read("src/lib.rs");
    let rooms: BTreeSet<String> = source::house()
        .iter()
        .filter(|file| is_front_door(file))
        .map(|file| file.room.clone())
        .collect();
    assert!(rooms.contains("kernel"));
    let text = opening(&map).join("\n");
    let missing: Vec<&String> = rooms
        .iter()
        .filter(|room| !text.contains(&format!("[`{room}`]")))
        .collect();
    assert!(
        missing.is_empty(),
        "not on the map of src/lib.rs: {missing:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_thin_doors_are_found() {
        let count = |path: &str, source: &str| thin_doors(&SourceFile::new(path, source)).len();
        assert_eq!(count("src/registry/mod.rs", "//! Companies.\n"), 2);
        assert_eq!(count("src/registry/mod.rs", "//! (to be written)\n"), 3);
        assert_eq!(count("src/registry/history.rs", "//! (to be written)\n"), 1);
        assert_eq!(count("src/registry/history.rs", "//! Versions.\n"), 0);
        assert_eq!(count("src/cli/mod.rs", "//! Arguments to use cases.\n"), 0);
        let door = "//! One.\n//! Two.\n//!\n//! Three.\n//! Four.\n//! To add a company: five.\n";
        assert_eq!(count("src/registry/mod.rs", door), 0);
    }
}
