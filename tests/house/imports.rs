//! Who may import whom.

use crate::source::{self, CAPABILITIES, Finding, Layer, SourceFile, WORKSHOPS};

/// Cores a core may import besides its own room and the kernel, nearest first.
///
/// ```text
/// kernel -> signing_rule, identity -> registry -> linkage -> delegation -> authority -> document, consent
/// kernel -> face, ledger, notification, access
/// ```
fn earlier_cores(room: &str) -> &'static [&'static str] {
    const ORDER: [&str; 6] = [
        "signing_rule",
        "identity",
        "registry",
        "linkage",
        "delegation",
        "authority",
    ];
    let before = match room {
        "registry" => 2,
        "linkage" => 3,
        "delegation" => 4,
        "authority" => 5,
        "document" | "consent" => 6,
        _ => 0,
    };
    ORDER.split_at(before).0
}

/// Libraries that live in one kind of place: the names, where, and the rule in words.
type Home = (
    &'static [&'static str],
    fn(&SourceFile) -> bool,
    &'static str,
);

const HOMES: [Home; 5] = [
    (
        &[
            "diesel",
            "diesel_migrations",
            "r2d2",
            "libsqlite3_sys",
            "pq_sys",
        ],
        |file| file.room == "db" || (is_capability(file) && file.layer == Layer::Store),
        "the database is spoken to in db and in store.rs",
    ),
    (
        &["openssl", "openssl_sys", "x509_parser"],
        |file| file.room == "crypto",
        "keys, hashes and certificates are read in crypto",
    ),
    (
        &["lopdf"],
        |file| file.room == "pdf",
        "PDF objects are read in pdf",
    ),
    (
        &[
            "actix_web",
            "actix_multipart",
            "utoipa",
            "utoipa_swagger_ui",
        ],
        |file| {
            file.layer == Layer::Http
                || matches!(
                    file.room.as_str(),
                    "web" | "portal" | "sandbox" | "app" | "cli" | "main" | "telemetry"
                )
        },
        "requests and answers are shaped in http.rs, web, portal and app",
    ),
    (
        &["reqwest", "openidconnect"],
        |file| {
            file.layer == Layer::Client
                || matches!(file.room.as_str(), "sandbox" | "app" | "cli" | "telemetry")
        },
        "the network is spoken to in client.rs and providers",
    ),
];

/// What a pure file never names: the outside world.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::SystemTime",
    "tokio",
    "tracing",
    "rand",
    "getrandom",
];

fn is_capability(file: &SourceFile) -> bool {
    CAPABILITIES.contains(&file.room.as_str())
}

fn is_pure(file: &SourceFile) -> bool {
    file.room == "kernel"
        || (is_capability(file) && matches!(file.layer, Layer::Door | Layer::Core))
}

/// Every import this file may not have.
fn forbidden_imports(file: &SourceFile) -> Vec<Finding> {
    file.paths
        .iter()
        .filter_map(|written| {
            let reason = match file.inside(written) {
                Some(inside) => inside_reason(file, &inside),
                None => outside_reason(file, &written.segments),
            }?;
            Some(file.finding(written.line, format!("{}: {reason}", written.text())))
        })
        .collect()
}

fn outside_reason(file: &SourceFile, segments: &[String]) -> Option<String> {
    let first = segments.first()?.as_str();
    for (names, lives_here, rule) in HOMES {
        if names.contains(&first) && !lives_here(file) {
            return Some(rule.to_owned());
        }
    }
    let impure = IMPURE.iter().any(|name| {
        let parts: Vec<&str> = name.split("::").collect();
        segments.len() >= parts.len() && segments.iter().zip(&parts).all(|(a, b)| a == b)
    });
    if is_pure(file) && impure {
        return Some("a core knows no files, network, machine, clock or chance".to_owned());
    }
    let synchronous = is_capability(file) && file.layer == Layer::Store;
    if synchronous && first == "tokio" {
        return Some("a store is plain synchronous code".to_owned());
    }
    None
}

fn inside_reason(file: &SourceFile, inside: &[String]) -> Option<String> {
    let target = inside.first()?.as_str();
    let part = inside.get(1).map_or("", String::as_str);
    let own = target == file.room;
    let a_capability = CAPABILITIES.contains(&target);
    let a_workshop = WORKSHOPS.contains(&target);
    let outermost = matches!(target, "app" | "cli" | "portal" | "sandbox" | "main");

    if file.room == "kernel" {
        return (!own).then(|| "the kernel imports no room".to_owned());
    }
    if WORKSHOPS.contains(&file.room.as_str()) {
        // The address book mounts every room's endpoints; nothing else in a workshop knows a room.
        let mounted = target == "portal" || (a_capability && matches!(part, "http"));
        if file.path == "src/web/routes.rs" && mounted {
            return None;
        }
        let refused = a_capability || outermost || (a_workshop && !own);
        return refused.then(|| "a workshop knows no business and no other workshop".to_owned());
    }
    if !is_capability(file) {
        return None;
    }
    // Pages are drawn with the contexts of the portal.
    if outermost && !(file.layer == Layer::Http && matches!(target, "app" | "portal")) {
        return Some("a capability does not know who composes it".to_owned());
    }
    match file.layer {
        Layer::Door | Layer::Core => {
            if own {
                let outward = file.layer == Layer::Core && source::outer(part) != Layer::Core;
                return outward.then(|| "a core does not look outwards".to_owned());
            }
            if a_workshop || matches!(target, "telemetry" | "config") {
                return Some("a core imports cores alone".to_owned());
            }
            if a_capability && !earlier_cores(&file.room).contains(&target) {
                return Some(format!("the core of {} comes before it", file.room));
            }
            (a_capability && source::outer(part) != Layer::Core)
                .then(|| "a core imports cores alone".to_owned())
        }
        Layer::Store => {
            let others = !own && a_capability && source::outer(part) != Layer::Core;
            let refused = others || (a_workshop && target != "db");
            refused.then(|| "a store knows its own rows, cores and db".to_owned())
        }
        Layer::Service => {
            let refused = target == "web" || source::outer(part) == Layer::Http;
            refused.then(|| "a service speaks no HTTP".to_owned())
        }
        Layer::Http => {
            let refused = target == "db" || source::outer(part) == Layer::Store;
            refused.then(|| "an endpoint asks its service, never the database".to_owned())
        }
        Layer::Client => {
            let refused = matches!(target, "db" | "pdf") || source::outer(part) == Layer::Store;
            refused.then(|| "a client speaks to the outside, never to the database".to_owned())
        }
    }
}

#[test]
fn every_import_goes_the_permitted_way() {
    let findings: Vec<Finding> = source::house().iter().flat_map(forbidden_imports).collect();
    source::assert_none(&findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str, source: &str) -> bool {
        !forbidden_imports(&SourceFile::new(path, source)).is_empty()
    }

    #[test]
    fn a_library_outside_its_home_is_found() {
        let planted = [
            ("src/registry/history.rs", "use diesel::prelude::*;"),
            ("src/registry/service.rs", "diesel::sql_query(x);"),
            ("src/registry/http.rs", "use diesel::Connection;"),
            ("src/app.rs", "use openssl::pkey::PKey;"),
            ("src/document/service.rs", "use lopdf::Document;"),
            ("src/pdf/read.rs", "use openssl::sha::sha256;"),
            ("src/authority/service.rs", "use actix_web::web;"),
            (
                "src/authority/decision.rs",
                "#[derive(utoipa::ToSchema)] struct A;",
            ),
            ("src/face/service.rs", "reqwest::Client::new();"),
            ("src/sandbox/register.rs", "use x509_parser::prelude::*;"),
        ];
        for (path, source) in planted {
            assert!(refused(path, source), "{path}: {source}");
        }
    }

    #[test]
    fn a_library_at_home_is_left_alone() {
        let fine = [
            (
                "src/registry/store.rs",
                "use diesel::prelude::*; use crate::db::Pool;",
            ),
            ("src/db/mod.rs", "use diesel::r2d2;"),
            (
                "src/crypto/x509.rs",
                "use openssl::x509::X509; use x509_parser::der;",
            ),
            ("src/pdf/read.rs", "use lopdf::Document;"),
            (
                "src/authority/http.rs",
                "use actix_web::web; use super::service::ask;",
            ),
            ("src/face/client.rs", "use reqwest::Client;"),
            (
                "src/registry/mod.rs",
                "pub use service::import; pub mod store;",
            ),
        ];
        for (path, source) in fine {
            let file = SourceFile::new(path, source);
            source::assert_none(&forbidden_imports(&file));
        }
    }

    #[test]
    fn the_outside_world_in_a_core_is_found() {
        let planted = [
            "use std::fs;",
            "use std::fs::File;",
            "std::env::var(x);",
            "use std::{net::TcpStream, fmt};",
            "use std::time::SystemTime;",
            "tokio::spawn(x);",
            "tracing::info!(x);",
            "use rand::Rng;",
            "use super::store::Row;",
            "use crate::registry::client::Client;",
            "use crate::db::Pool;",
            "use crate::crypto::jws;",
            "use crate::telemetry::blocking;",
        ];
        for source in planted {
            assert!(refused("src/registry/history.rs", source), "{source}");
        }
        assert!(!refused(
            "src/registry/history.rs",
            "use std::{fmt, str::FromStr}; use crate::kernel::time::Instant; use super::officer::Officer;"
        ));
    }

    #[test]
    fn a_core_that_imports_against_the_order_is_found() {
        let pairs = [
            ("signing_rule", "identity"),
            ("signing_rule", "registry"),
            ("identity", "registry"),
            ("registry", "linkage"),
            ("linkage", "delegation"),
            ("delegation", "authority"),
            ("authority", "document"),
            ("document", "consent"),
            ("face", "identity"),
            ("ledger", "authority"),
        ];
        for (room, other) in pairs {
            let path = format!("src/{room}/rule.rs");
            assert!(
                refused(&path, &format!("use crate::{other}::rule::A;")),
                "{room} -> {other}"
            );
        }
        assert!(!refused(
            "src/authority/decision.rs",
            "use crate::signing_rule::rule::Rule; use crate::delegation::chain::Chain;"
        ));
        assert!(refused(
            "src/authority/decision.rs",
            "use crate::registry::store::Rows;"
        ));
    }

    #[test]
    fn rooms_do_not_reach_past_their_doors() {
        let planted = [
            ("src/kernel/time.rs", "use crate::registry::mod_a::A;"),
            ("src/pdf/write.rs", "use crate::document::certificate::A;"),
            ("src/pdf/write.rs", "use crate::crypto::cms;"),
            ("src/web/problem.rs", "use crate::db::Pool;"),
            (
                "src/web/problem.rs",
                "use crate::registry::http::configure;",
            ),
            ("src/web/routes.rs", "use crate::registry::service::read;"),
            ("src/db/mod.rs", "use crate::app::App;"),
            ("src/linkage/store.rs", "use crate::registry::store::Rows;"),
            ("src/linkage/store.rs", "use crate::web::problem;"),
            (
                "src/linkage/service.rs",
                "use crate::web::problem::Problem;",
            ),
            ("src/linkage/service.rs", "use crate::portal::pages;"),
            ("src/linkage/http.rs", "use crate::db::Pool;"),
            ("src/linkage/http.rs", "use super::store;"),
            ("src/face/client.rs", "use super::store::Row;"),
        ];
        for (path, source) in planted {
            assert!(refused(path, source), "{path}: {source}");
        }
        assert!(!refused(
            "src/web/routes.rs",
            "use crate::registry::http; crate::authority::http::configure(x); use crate::portal;"
        ));
        assert!(!refused(
            "src/linkage/service.rs",
            "use crate::registry::store::read; use crate::db::Transaction; use crate::crypto::jws;"
        ));
    }

    #[test]
    fn imports_of_test_modules_are_free() {
        assert!(!refused(
            "src/registry/history.rs",
            "#[cfg(test)] mod tests { use diesel::prelude::*; use std::fs; }"
        ));
    }
}
