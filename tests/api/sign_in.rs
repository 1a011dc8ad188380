//! A person signs in for one question, page by page.

use crate::support::{COMPANY, KLA, Subject, World, codes, shared, signed, walk};

#[tokio::test]
async fn a_sign_in_is_seen_by_the_client_that_asked_for_it_alone() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let agency = shared.world.machine("agency").await;
    let subject = Subject::of(COMPANY);
    let created = bank.request_sign_in(&subject).await;
    assert_eq!(created["status"], "requested");
    let id = created["id"].as_str().unwrap();
    let path = format!("/v1/sign-ins/{id}");
    assert_eq!(bank.get(&path).await.json(), created);
    agency.get(&path).await.problem(404, "not_found");
    bank.get("/v1/sign-ins/si_0123456789abcdefghjkmnpqrs")
        .await
        .problem(404, "not_found");

    let page = shared.world.page(created["url"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    for shown in ["ตัวอย่าง bank", "5,000,000.00", "SANDBOX", "account-opening"] {
        assert!(page.text().contains(shown), "{shown} in {}", page.text());
    }

    walk(created["url"].as_str().unwrap(), KLA, "allow")
        .await
        .unwrap();
    let done = bank.get(&path).await;
    assert_eq!(done.json()["status"], "completed");
    assert!(done.json()["assurance"]["ial"].is_string());
    // No personal data goes to the client.
    assert!(!done.text().contains(KLA) && !done.text().contains("กล้า"));
}

#[tokio::test]
async fn who_says_no_at_the_provider_has_not_signed_in() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let created = bank.request_sign_in(&subject).await;
    let id = created["id"].as_str().unwrap();
    let url = created["url"].as_str().unwrap();
    let turned_back = walk(url, KLA, "deny").await;
    assert!(turned_back.is_err(), "{turned_back:?}");
    let answer = bank.ask(&subject, &[signed(id)]).await;
    assert_eq!(codes(&answer, "excluded"), ["sign_in_not_completed"]);
    // Who changes her mind can, until the time is over.
    walk(url, KLA, "allow").await.unwrap();
    let state = bank.get(&format!("/v1/sign-ins/{id}")).await.json();
    assert_eq!(state["status"], "completed", "{state:#}");
}

#[tokio::test]
async fn a_sign_in_of_a_quarter_of_an_hour_ago_is_too_old() {
    let world = World::start();
    let app = world.app(world.config.clone());
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    world.clock.advance(std::time::Duration::from_secs(15 * 60));
    // Tokens live shorter than that.
    bank.get(&format!("/v1/sign-ins/{kla}"))
        .await
        .problem(401, "unauthenticated");
    let bank = world.machine("bank").await;
    let answer = bank.ask(&subject, &[signed(&kla)]).await;
    assert_ne!(answer["decision"], "permit");
    assert_eq!(codes(&answer, "excluded"), ["sign_in_expired"]);
    let state = bank.get(&format!("/v1/sign-ins/{kla}")).await.json();
    assert_eq!(state["status"], "expired");
    drop(app);
}
