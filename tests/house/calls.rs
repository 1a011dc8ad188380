//! Calls that belong in one place, or nowhere.

use crate::scan;
use crate::source::{self, CAPABILITIES, Finding, Layer, SourceFile};

/// The end of a path, where it may stand, and the rule in words.
type Call = (
    &'static [&'static str],
    fn(&SourceFile) -> bool,
    &'static str,
);

const TIME: &str = "time is an argument: kernel::time::Clock";
const CHANCE: &str = "chance is an argument: kernel::id::Randomness";

const CALLS: [Call; 10] = [
    (
        &["SystemTime::now", "Utc::now", "Local::now"],
        |file| file.path == "src/kernel/time.rs",
        TIME,
    ),
    (&["Instant::now"], may_measure, TIME),
    (
        &["SystemClock", "OsRandomness"],
        makes_the_machine,
        "the machine's clock and generator are made where everything is put together",
    ),
    (
        &[
            "thread_rng",
            "OsRng",
            "rand::random",
            "rand::rng",
            "getrandom::fill",
            "getrandom::getrandom",
            "Uuid::new_v4",
        ],
        |_| false,
        CHANCE,
    ),
    (
        &["rand::rand_bytes", "rand_priv_bytes"],
        |file| file.room == "crypto",
        CHANCE,
    ),
    (
        &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        |file| matches!(file.room.as_str(), "config" | "cli"),
        "settings are read in config.rs",
    ),
    (
        &["env::set_var", "env::remove_var", "env::set_current_dir"],
        |_| false,
        "the process's surroundings are not changed",
    ),
    (
        &["process::exit"],
        |file| file.room == "main",
        "only main ends the process",
    ),
    (
        &["process::abort"],
        has_no_way_back,
        "only main ends the process",
    ),
    (
        &["block_in_place"],
        |_| false,
        "it panics on the web server's workers; use the blocking pool through telemetry",
    ),
];

fn may_measure(file: &SourceFile) -> bool {
    let pure = matches!(file.layer, Layer::Core | Layer::Store | Layer::Door)
        && CAPABILITIES.contains(&file.room.as_str());
    !pure && !matches!(file.room.as_str(), "kernel" | "pdf" | "crypto")
}

/// Where the operating system's generator is read: without chance there is no safe answer, and
/// the trait has no error to give.
fn has_no_way_back(file: &SourceFile) -> bool {
    file.path.starts_with("src/crypto/key")
}

fn makes_the_machine(file: &SourceFile) -> bool {
    matches!(file.room.as_str(), "app" | "cli" | "main" | "sandbox")
        || matches!(file.path.as_str(), "src/kernel/time.rs")
        || file.room == "crypto"
}

/// Every call that stands where it may not.
fn forbidden_calls(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    for (endings, may_stand, rule) in CALLS {
        if may_stand(file) {
            continue;
        }
        for written in &file.paths {
            let named = endings.iter().any(|ending| {
                let parts: Vec<&str> = ending.split("::").collect();
                written
                    .segments
                    .windows(parts.len())
                    .any(|part| part == parts)
            });
            // `kernel::time::Instant` is a value, and has no `now`.
            if named {
                found.push(file.finding(written.line, format!("{}: {rule}", written.text())));
            }
        }
    }
    if file.layer == Layer::Store {
        for line in scan::method_calls(&file.tokens, "ok") {
            found.push(file.finding(line, ".ok(): a failure is not an absence"));
        }
    }
    let speaks = matches!(file.room.as_str(), "cli" | "main")
        || file.path.starts_with("src/sandbox/demo")
        || has_no_way_back(file);
    if !speaks {
        for name in ["println", "eprintln", "print", "eprint"] {
            for line in scan::macro_calls(&file.tokens, name) {
                found.push(file.finding(line, format!("{name}!: only the command line prints")));
            }
        }
    }
    found
}

#[test]
fn no_forbidden_call_is_made() {
    let findings: Vec<Finding> = source::house().iter().flat_map(forbidden_calls).collect();
    source::assert_none(&findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str, source: &str) -> bool {
        !forbidden_calls(&SourceFile::new(path, source)).is_empty()
    }

    #[test]
    fn planted_calls_are_found() {
        let planted = [
            ("src/registry/service.rs", "let t = SystemTime::now();"),
            ("src/registry/service.rs", "let t = chrono::Utc::now();"),
            ("src/web/mod.rs", "chrono::Local::now();"),
            ("src/pdf/write.rs", "std::time::Instant::now();"),
            ("src/access/token.rs", "use rand::thread_rng;"),
            ("src/crypto/key.rs", "rand::random();"),
            ("src/identity/service.rs", "openssl::rand::rand_bytes(x);"),
            (
                "src/identity/service.rs",
                "use crate::kernel::time::SystemClock;",
            ),
            ("src/db/mod.rs", "std::env::var(x);"),
            ("src/cli.rs", "std::process::exit(1);"),
            ("src/crypto/key.rs", "std::process::exit(1);"),
            ("src/crypto/jws.rs", "std::process::abort();"),
            ("src/app.rs", "tokio::task::block_in_place(x);"),
            ("src/registry/store.rs", "let row = query.first(c).ok();"),
            ("src/registry/store/rows.rs", "x\n.ok()\n.y();"),
            ("src/registry/service.rs", "println!(x);"),
            ("src/app.rs", "eprintln!(x);"),
        ];
        for (path, source) in planted {
            assert!(refused(path, source), "{path}: {source}");
        }
    }

    #[test]
    fn calls_in_their_place_are_left_alone() {
        let fine = [
            ("src/kernel/time.rs", "Utc::now();"),
            ("src/config.rs", "std::env::var(x);"),
            ("src/main.rs", "std::process::exit(1); println!(x);"),
            ("src/cli/mod.rs", "eprintln!(x);"),
            ("src/sandbox/demo/story.rs", "println!(x);"),
            ("src/registry/service.rs", "text.parse().ok();"),
            (
                "src/registry/history.rs",
                "use crate::kernel::time::Instant; clock.now();",
            ),
            ("src/app.rs", "SystemClock; OsRandomness::new();"),
            (
                "src/crypto/key/file.rs",
                "eprintln!(x); std::process::abort();",
            ),
            ("src/telemetry.rs", "std::time::Instant::now();"),
        ];
        for (path, source) in fine {
            source::assert_none(&forbidden_calls(&SourceFile::new(path, source)));
        }
    }
}
