//! Settings that are refused, and what stands where none is given.

use super::*;

fn read(environment: &str, register: &str) -> Result<Config, ConfigError> {
    let text = format!(
        r#"
environment = "{environment}"
server = {{ public_url = "http://127.0.0.1:1", api_url = "https://127.0.0.1:2" }}
database = {{ url = "sqlite:x" }}
issuer = {{ office_th = "ก", office_en = "a", officer_th = "ก", officer_en = "a", number_prefix = "ก" }}
[keys]
directory = "k"
seal_certificate = "k"
seal_key = "k"
trusted_roots = "k"
[peers]
timestamp_url = "http://127.0.0.1:3"
[peers.register]
{register}
"#
    );
    Config::read(Path::new("amnat.toml"), &text, |_| None)
}

fn refused(environment: &str, register: &str) -> &'static str {
    match read(environment, register) {
        Err(ConfigError::Refused { setting, .. }) => setting,
        other => panic!("{register}: {other:?}"),
    }
}

#[test]
fn a_register_is_asked_with_patience_and_not_for_changes_by_default() {
    let peer = read("sandbox", "url = \"http://a\"")
        .unwrap()
        .peers
        .register;
    assert_eq!(
        (peer.calls.tries, peer.calls.deadline_milliseconds),
        (3, 2_000)
    );
    assert_eq!((peer.breaker.least_calls, peer.breaker.probes), (10, 3));
    assert_eq!((peer.follow_seconds, peer.follow_page), (None, 200));
    let register =
        "url = \"https://a\"\nfollow_seconds = 9\n[peers.register.breaker]\npause_seconds = 60";
    let peer = read("sandbox", register).unwrap().peers.register;
    assert_eq!((peer.breaker.pause_seconds, peer.breaker.probes), (60, 3));
}

#[test]
fn plain_http_with_the_register_is_for_the_sandbox_only() {
    assert_eq!(
        refused("production", "url = \"http://a\""),
        "peers.register.url"
    );
    assert_eq!(refused("production", "url = \"https://a\""), "environment");
}

#[test]
fn settings_of_the_register_that_cannot_be_right_are_refused() {
    let own = "client_certificate = \"c\"\nclient_key = \"k\"\nroots = \"r\"\n";
    let cases = [
        ("url = \"ftp://a\"".to_owned(), "peers.register.url"),
        (
            "url = \"https://a\"\nroots = \"r\"".to_owned(),
            "peers.register.client_certificate",
        ),
        (
            "url = \"http://a\"\nidentity_url = \"https://b\"".to_owned(),
            "peers.register.identity_url",
        ),
        (
            format!("url = \"http://a\"\nidentity_url = \"http://b\"\n{own}"),
            "peers.register.identity_url",
        ),
        (
            "url = \"http://a\"\nmax_age_seconds = 0".to_owned(),
            "peers.register.max_age_seconds",
        ),
        (
            "url = \"http://a\"\nfollow_seconds = 0".to_owned(),
            "peers.register.follow_seconds",
        ),
        (
            "url = \"http://a\"\nfollow_page = 1001".to_owned(),
            "peers.register.follow_seconds",
        ),
        (
            "url = \"http://a\"\ncalls = { tries = 11 }".to_owned(),
            "peers.register.calls",
        ),
        (
            "url = \"http://a\"\nbreaker = { failed_percent = 101 }".to_owned(),
            "peers.register.breaker",
        ),
        (
            "url = \"http://a\"\nbreaker = { probes = 0 }".to_owned(),
            "peers.register.breaker",
        ),
    ];
    for (register, setting) in cases {
        assert_eq!(refused("sandbox", &register), setting, "{register}");
    }
    assert!(
        read(
            "sandbox",
            &format!("url = \"https://a\"\nidentity_url = \"https://b\"\n{own}")
        )
        .is_ok()
    );
}
