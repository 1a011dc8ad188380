//! The source files of the house, each with its place in it.

use crate::scan::{self, Token, WrittenPath};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The rooms that answer business questions.
pub(crate) const CAPABILITIES: [&str; 12] = [
    "signing_rule",
    "identity",
    "registry",
    "linkage",
    "delegation",
    "authority",
    "document",
    "consent",
    "face",
    "ledger",
    "notification",
    "access",
];

/// The rooms that know no business.
pub(crate) const WORKSHOPS: [&str; 4] = ["web", "db", "pdf", "crypto"];

/// What a file is for, told by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    /// `mod.rs` of a room: the front door.
    Door,
    /// Pure rules and values, and the seams towards the outside.
    Core,
    /// Rows: `store.rs`.
    Store,
    /// Use cases: `service.rs`, `layout.rs`.
    Service,
    /// Endpoints: `http.rs`.
    Http,
    /// The real thing behind a seam: `client.rs`, `providers/`.
    Client,
}

/// One source file, read.
pub(crate) struct SourceFile {
    /// Path from the repository's root, with `/`.
    pub(crate) path: String,
    /// The room, or the file's stem at the top of `src` (`app`, `cli`, `main`, …).
    pub(crate) room: String,
    pub(crate) layer: Layer,
    /// The module path below the crate: `registry::history`.
    pub(crate) module: Vec<String>,
    pub(crate) source: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) paths: Vec<WrittenPath>,
}

/// A broken rule: where, and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) place: String,
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl SourceFile {
    /// Reads a file's text as if it stood at this path (`src/registry/store.rs`).
    pub(crate) fn new(path: &str, source: &str) -> Self {
        let code = scan::code(source);
        let paths = scan::paths(&code.tokens);
        let mut module: Vec<String> = path
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        Self {
            room: module.first().cloned().unwrap_or_default(),
            layer: layer(&module),
            path: path.to_owned(),
            module,
            source: source.to_owned(),
            tokens: code.tokens,
            paths,
        }
    }

    /// A finding on a line of this file.
    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            place: format!("{}:{line}", self.path),
            what: what.into(),
        }
    }

    /// A path below this crate (`crate::`, `self::`, `super::` resolved), or `None` for a path
    /// that starts elsewhere.
    pub(crate) fn inside(&self, written: &WrittenPath) -> Option<Vec<String>> {
        let mut base: Vec<String> = match written.segments.first()?.as_str() {
            "crate" | "amnat" => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.parent(&self.module),
            _ => return None,
        };
        for segment in written.segments.iter().skip(1) {
            if segment == "super" {
                base = self.parent(&base);
            } else {
                base.push(segment.clone());
            }
        }
        Some(base)
    }

    fn parent(&self, module: &[String]) -> Vec<String> {
        let mut parent = module.to_vec();
        parent.pop();
        parent
    }
}

fn layer(module: &[String]) -> Layer {
    if module.len() <= 1 {
        return Layer::Door;
    }
    module
        .iter()
        .skip(1)
        .map(|part| outer(part))
        .find(|layer| *layer != Layer::Core)
        .unwrap_or(Layer::Core)
}

/// The layer that a module of this name belongs to.
pub(crate) fn outer(name: &str) -> Layer {
    match name {
        "store" => Layer::Store,
        "service" | "layout" => Layer::Service,
        "http" => Layer::Http,
        "client" | "providers" => Layer::Client,
        _ => Layer::Core,
    }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the repository; a missing file fails the test that needs it.
pub(crate) fn read(path: &str) -> String {
    let full = root().join(path);
    fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder of the repository, as paths from the root, sorted.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(next) = open.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(relative(&path));
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let below = path.strip_prefix(root()).expect("a path below the root");
    below.to_string_lossy().replace('\\', "/")
}

/// All of `src` except modules compiled only for tests, read once.
pub(crate) fn house() -> &'static [SourceFile] {
    static HOUSE: OnceLock<Vec<SourceFile>> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let files: Vec<SourceFile> = files_below("src")
            .iter()
            .filter(|path| path.ends_with(".rs"))
            .map(|path| SourceFile::new(path, &read(path)))
            .collect();
        let for_tests: BTreeSet<Vec<String>> = files.iter().flat_map(only_for_tests).collect();
        files
            .into_iter()
            .filter(|file| {
                let inside = |module: &Vec<String>| file.module.starts_with(module);
                !for_tests.iter().any(inside)
            })
            .collect()
    })
}

/// The modules that a file declares for tests alone.
fn only_for_tests(file: &SourceFile) -> Vec<Vec<String>> {
    let below = if file.module == ["lib"] {
        Vec::new()
    } else {
        file.module.clone()
    };
    // `#[path]` counts from the folder of the file that says so.
    let beside = if file.path.ends_with("/mod.rs") {
        below.clone()
    } else {
        file.parent(&below)
    };
    let child = |parent: &[String], name: &str| [parent, &[name.to_owned()]].concat();
    let code = scan::code(&file.source);
    code.test_modules
        .iter()
        .map(|name| child(&below, name))
        .chain(
            code.test_files
                .iter()
                .map(|name| child(&beside, name.trim_end_matches(".rs"))),
        )
        .collect()
}

/// Fails with every finding on its own line.
pub(crate) fn assert_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} broken:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_placed_by_its_name() {
        let placed = [
            ("src/registry/mod.rs", "registry", Layer::Door),
            ("src/registry/history.rs", "registry", Layer::Core),
            ("src/registry/store.rs", "registry", Layer::Store),
            ("src/registry/store/rows.rs", "registry", Layer::Store),
            ("src/identity/providers/ndid.rs", "identity", Layer::Client),
            ("src/document/layout.rs", "document", Layer::Service),
            ("src/authority/http/batch.rs", "authority", Layer::Http),
            (
                "src/signing_rule/interpret/mod.rs",
                "signing_rule",
                Layer::Core,
            ),
            ("src/app.rs", "app", Layer::Door),
        ];
        for (path, room, layer) in placed {
            let file = SourceFile::new(path, "");
            assert_eq!((file.room.as_str(), file.layer), (room, layer), "{path}");
        }
    }

    #[test]
    fn relative_paths_are_resolved_from_the_file() {
        let file = SourceFile::new(
            "src/registry/history.rs",
            "use super::store::Row; use self::inner::X; use super::super::kernel::id; use serde::A;",
        );
        let resolved: Vec<Option<String>> = file
            .paths
            .iter()
            .map(|path| file.inside(path).map(|inside| inside.join("::")))
            .collect();
        assert_eq!(
            resolved,
            [
                Some("registry::store::Row".to_owned()),
                Some("registry::history::inner::X".to_owned()),
                Some("kernel::id".to_owned()),
                None
            ]
        );
    }

    #[test]
    fn files_for_tests_alone_are_no_part_of_the_house() {
        let declared = "#[cfg(test)] mod tests; #[cfg(test)] #[path = \"x_tests.rs\"] mod more;";
        let of = |path: &str| -> Vec<String> {
            only_for_tests(&SourceFile::new(path, declared))
                .iter()
                .map(|module| module.join("::"))
                .collect()
        };
        assert_eq!(of("src/a/mod.rs"), ["a::tests", "a::x_tests"]);
        assert_eq!(of("src/a/b.rs"), ["a::b::tests", "a::x_tests"]);
        assert_eq!(of("src/lib.rs"), ["tests", "x_tests"]);
    }

    #[test]
    fn the_house_is_found() {
        let house = house();
        assert!(house.iter().any(|file| file.path == "src/kernel/time.rs"));
        assert!(house.iter().any(|file| file.path == "src/lib.rs"));
    }
}
