//! The register's changes, and its silence, as a bank sees them.

use crate::support::{COMPANY, KHWAN, KLA, Subject, World, codes, is_thai, signed};
use amnat::kernel::time::{Clock as _, SystemClock};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_resignation_that_arrives_by_the_changes_turns_permit_into_deny() {
    let world = World::start();
    let mut config = world.config.clone();
    config.peers.register.follow_seconds = Some(1);
    let app = world.app(config);
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    let khwan = bank.sign_in(&subject, KHWAN).await;
    let permitted = bank.ask(&subject, &[signed(&kla), signed(&khwan)]).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    let policies = permitted["as_of"]["policy_version"].as_str().unwrap();
    assert!(policies.contains("freshness"), "{policies}");

    let today = SystemClock.now().thai_date();
    let control = format!("{}/sandbox-control/v1/change", world.addresses.register_url);
    let leaves =
        json!({ "change": "resign", "juristic_id": COMPANY, "sequence": 2, "date": today });
    let client = reqwest::Client::new();
    let changed = client.post(control).json(&leaves).send().await.unwrap();
    assert_eq!(changed.status(), 204);
    // What is held is minutes old at most: without the change it would be answered from for a quarter of an hour.
    let number = COMPANY.parse().unwrap();
    let registry = &app.services.registry;
    for _ in 0..200 {
        if registry.history(&number).unwrap().len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let kla = bank.sign_in(&subject, KLA).await;
    let khwan = bank.sign_in(&subject, KHWAN).await;
    let denied = bank.ask(&subject, &[signed(&kla), signed(&khwan)]).await;
    assert_eq!(denied["decision"], "deny", "{denied:#}");
    assert_eq!(codes(&denied, "excluded"), ["resigned"], "{denied:#}");
    assert_eq!(denied["excluded"][0]["since"], today.to_string());
}

#[tokio::test]
async fn old_facts_and_a_silent_register_are_indeterminate_and_the_reason_names_age_and_limit() {
    let world = World::start();
    let app = world.app(world.config.clone());
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    let asked = bank.ask(&subject, &[signed(&kla)]).await;
    assert_eq!(asked["decision"], "deny", "{asked:#}");
    drop(app);

    let mut config = world.config.clone();
    config.peers.register.url = "http://127.0.0.1:9".parse().unwrap();
    config.peers.register.identity_url = Some("https://127.0.0.1:9".parse().unwrap());
    config.peers.register.follow_seconds = None;
    let app = world.app(config);
    let ordinary = Subject {
        act: "contract.general",
        ..subject.clone()
    };
    world.clock.advance(Duration::from_secs(20 * 60));
    let bank = world.machine("bank").await;
    let sign_in = async |subject: &Subject| {
        let kla = bank.sign_in(subject, KLA).await;
        let khwan = bank.sign_in(subject, KHWAN).await;
        [signed(&kla), signed(&khwan)]
    };
    let answer = bank.ask(&subject, &sign_in(&subject).await).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    assert_eq!(codes(&answer, "reasons"), ["data_stale"]);
    let reason = &answer["reasons"][0];
    let (detail, thai) = (
        reason["detail"].as_str().unwrap(),
        reason["detail_th"].as_str().unwrap(),
    );
    assert!(
        detail.contains("20 min") && detail.contains("15 min are allowed"),
        "{detail}"
    );
    assert!(is_thai(thai) && thai.contains("15 นาที"), "{thai}");
    assert_eq!(answer["data_as_of"], asked["data_as_of"]);
    // An act at which less is at stake may rest on them: the ceiling is an hour.
    let answer = bank.ask(&ordinary, &sign_in(&ordinary).await).await;
    assert_eq!(answer["decision"], "permit", "{answer:#}");
    drop(app);
}
