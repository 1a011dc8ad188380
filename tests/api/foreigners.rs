//! Foreigners: linked by passport, country and birth date, and only while somebody says that the passport is good.

use crate::support::{Answer, Machine, Subject, World, codes, is_thai, signed};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;

/// One director signs; one of the two is known by a passport.
const COMPANY: &str = "0105558999721";
const LI: &str = "E00000055";

async fn said(world: &World, status: &str) {
    let control = format!(
        "{}/sandbox-control/v1/passports",
        world.addresses.foreigner_status_url
    );
    let change = reqwest::Client::new()
        .post(control)
        .json(&json!({ "number": LI, "status": status }));
    assert_eq!(Answer::of(change).await.status, 204);
}

async fn asks(bank: &Machine) -> Value {
    let subject = Subject::of(COMPANY);
    let sign_in = bank.sign_in_at("foreigner", &subject, LI).await;
    bank.ask(&subject, &[signed(&sign_in)]).await
}

#[tokio::test]
async fn a_passport_counts_while_it_is_good_and_is_asked_about_again_when_the_word_is_old() {
    let world = World::start();
    let app = world.app(world.config.clone());
    let bank = world.machine("bank").await;
    let permitted = asks(&bank).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    assert_eq!(permitted["basis"][0]["signatories"][0]["officer"], "off_2");
    assert!(!permitted.to_string().contains(LI));

    for (status, decision, code) in [
        ("expired", "deny", "passport_not_valid"),
        ("lost_or_stolen", "deny", "passport_not_valid"),
        ("unknown", "indeterminate", "foreigner_status_unavailable"),
    ] {
        said(&world, status).await;
        world.clock.advance(Duration::from_secs(3601));
        let bank = world.machine("bank").await;
        let answer = asks(&bank).await;
        assert_eq!(answer["decision"], decision, "{status}: {answer:#}");
        assert_eq!(codes(&answer, "excluded"), [code]);
        assert_eq!(answer["excluded"][0]["officer"], "off_2");
        assert!(codes(&answer, "reasons").contains(&code.to_owned()));
        assert!(is_thai(
            answer["excluded"][0]["detail_th"].as_str().unwrap()
        ));
    }
    said(&world, "valid").await;
    world.clock.advance(Duration::from_secs(3601));
    let bank = world.machine("bank").await;
    assert_eq!(asks(&bank).await["decision"], "permit");

    // The word of a moment ago is still good.
    said(&world, "expired").await;
    assert_eq!(asks(&bank).await["decision"], "permit");
    drop(app);
}

#[tokio::test]
async fn a_status_service_that_is_gone_or_missing_is_a_doubt() {
    let world = World::start();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    for broken in [true, false] {
        let mut config = world.config.clone();
        match &mut config.peers.foreigner_status {
            Some(peer) if broken => peer.url = address.parse().unwrap(),
            other => *other = None,
        }
        let app = world.app(config);
        let bank = world.machine("bank").await;
        let answer = asks(&bank).await;
        assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
        let code = "foreigner_status_unavailable";
        assert_eq!(codes(&answer, "excluded"), [code]);
        assert!(codes(&answer, "reasons").contains(&code.to_owned()));
        drop(app);
    }
}
