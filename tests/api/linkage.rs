//! Who is that officer: disputes and what they do to a decision, names that do not agree, references, numbers named.

use crate::support::{
    Answer, App, CHAN, COMPANY, KLA, Machine, Session, Subject, World, asserted, codes, is_thai,
    shared, signed,
};
use amnat::registry::review::service::OfficerError;
use reqwest::Method;
use serde_json::{Value, json};

/// Registry officers, on record of none of the companies below.
pub const FIRST: &str = "3102000000413";
const SECOND: &str = "1500100000421";

/// Song Mueang and Mr. Tan Ah Mock sign together; a third director does not sign.
pub const PAIR: &str = "0105565999790";
pub const SONG_MUEANG: &str = "3400100000216";
pub const THIRD: &str = "1900100000223";
pub const TAN: &str = "K0000033Z";

/// One director signs; one of them has another family name since.
pub const RENAMED: &str = "0105558999721";
pub const RENAMED_DIRECTOR: &str = "3300100000110";

pub fn appoint(app: &App) {
    for person in [FIRST, SECOND] {
        let added = app.services.review.add_officer(&person.parse().unwrap());
        assert!(
            matches!(added, Ok(_) | Err(OfficerError::Listed(_))),
            "{added:?}"
        );
    }
}

pub async fn dispute(session: &Session, company: &str, key: &str, body: Value) -> Answer {
    let path = format!("/v1/me/representations/{company}/dispute");
    let request = session
        .request(Method::POST, &path)
        .header("Idempotency-Key", key)
        .json(&body);
    Answer::of(request).await
}

pub async fn settle(officer: &Session, opened: &Value, key: &str, verdict: &str) -> Answer {
    let path = format!(
        "/v1/review/link-disputes/{}/settlement",
        opened["id"].as_str().unwrap()
    );
    let body = json!({ "verdict": verdict, "reason": "the papers were seen" });
    let version = opened["version"].as_u64().unwrap();
    officer.act(&path, key, version, &body).await
}

fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let value = answer.json();
    assert_eq!(
        answer.header("etag"),
        format!("\"{}\"", value["version"].as_u64().unwrap())
    );
    value
}

/// The pair signs in and the bank asks about both.
pub async fn both(bank: &Machine) -> [Value; 2] {
    let subject = Subject::of(PAIR);
    [
        signed(&bank.sign_in(&subject, SONG_MUEANG).await),
        signed(&bank.sign_in_at("foreigner", &subject, TAN).await),
    ]
}

#[tokio::test]
async fn a_disputed_link_is_never_permitted_on_and_counts_again_when_the_dispute_is_rejected() {
    let world = World::start();
    let app = world.app(world.config.clone());
    appoint(&app);
    let bank = world.machine("bank").await;
    let subject = Subject::of(PAIR);
    let before = both(&bank).await;
    let third = Session::open(&world, THIRD).await;
    let what = json!({ "claim": "no_longer", "officer": "off_1", "reason": "ลาออกแล้วเมื่อเดือนก่อน" });
    let opened = made(&dispute(&third, PAIR, "the-third-says-so-01", what.clone()).await);
    assert_eq!(opened["state"], "open");
    assert_eq!(opened["opened_as"]["code"], "fellow_officer");
    assert_eq!(opened["claim"]["code"], "no_longer");

    // Also for those who signed in before.
    let answer = bank.ask(&subject, &before).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    let out = &answer["excluded"][0];
    assert_eq!(
        (&out["code"], &out["officer"]),
        (&json!("link_disputed"), &json!("off_1"))
    );
    assert_eq!(out["name"], "นายสองเมือง นามสมมติ");
    assert!(codes(&answer, "reasons").contains(&"link_disputed".to_owned()));
    assert!(is_thai(out["detail_th"].as_str().unwrap()));
    let alone = bank.ask(&subject, &before[..1]).await;
    assert_eq!(alone["decision"], "deny", "{alone:#}");

    // The same once more; under the same key it is the same answer; another key finds it disputed.
    let again = dispute(&third, PAIR, "the-third-says-so-01", what.clone()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json(), opened);
    let other = dispute(&third, PAIR, "the-third-says-so-02", what.clone()).await;
    other.problem(409, "wrong_state");

    // Only registry officers read it, with its words and its links.
    let first = Session::open(&world, FIRST).await;
    third
        .get("/v1/review/link-disputes")
        .await
        .problem(403, "not_a_registry_officer");
    let queue = first.get("/v1/review/link-disputes").await.json();
    let case = &queue["disputes"][0];
    assert_eq!(case["id"], opened["id"], "{queue:#}");
    assert_eq!(case["reason"], what["reason"]);
    assert_eq!(case["name"], "นายสองเมือง นามสมมติ");
    assert_eq!(case["still_registered"], true);
    assert!(case["opener"].as_str().unwrap().starts_with("psn_"));
    let path = format!(
        "/v1/review/link-disputes/{}",
        opened["id"].as_str().unwrap()
    );
    let read = first.get(&path).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(&read.json(), case);

    // Settled on what was read, once.
    let stale = json!({ "id": opened["id"], "version": 2 });
    settle(&first, &stale, "read-something-else-1", "rejected")
        .await
        .problem(412, "precondition_failed");
    let unread = first
        .request(Method::POST, &format!("{path}/settlement"))
        .header("Idempotency-Key", "read-nothing-at-all-1")
        .json(&json!({ "verdict": "rejected", "reason": "no" }));
    Answer::of(unread)
        .await
        .problem(428, "precondition_missing");
    let settled = made(&settle(&first, &opened, "settles-the-first-01", "rejected").await);
    assert_eq!(
        (&settled["state"], &settled["version"]),
        (&json!("rejected"), &json!(2))
    );
    settle(&first, &opened, "settles-the-first-02", "upheld")
        .await
        .problem(412, "precondition_failed");
    let queue = first.get("/v1/review/link-disputes").await.json();
    assert_eq!(queue["disputes"], json!([]));

    // It counts again, for the same sign-ins.
    let permitted = bank.ask(&subject, &before).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    let history = first.get(&path).await.json();
    assert_eq!(history["settlement_reason"], "the papers were seen");
    assert!(history["settled_by"].as_str().unwrap().starts_with("ofc_"));
    let link = &history["links"][0];
    assert_eq!(link["basis"], "national_id", "{history:#}");
    assert_eq!(link["registered_name"], "นายสองเมือง นามสมมติ");
    // The registry officer has another reference of the person than the bank.
    assert_ne!(
        link["person"],
        permitted["basis"][0]["signatories"][0]["person"]
    );
    // Nothing has changed since: the same person cannot say the same again.
    dispute(&third, PAIR, "the-third-says-so-03", what)
        .await
        .problem(409, "wrong_state");
    drop(app);
}

#[tokio::test]
async fn an_upheld_dispute_is_a_reason_to_deny() {
    let world = World::start();
    let app = world.app(world.config.clone());
    appoint(&app);
    let bank = world.machine("bank").await;
    let before = both(&bank).await;
    let song_mueang = Session::open(&world, SONG_MUEANG).await;
    let body = json!({ "claim": "never", "reason": "somebody used my name" });
    let opened = made(&dispute(&song_mueang, PAIR, "it-is-not-me-at-all-1", body).await);
    assert_eq!(opened["opened_as"]["code"], "person");
    assert_eq!(opened["officer"], "off_1");
    let second = Session::open(&world, SECOND).await;
    let settled = made(&settle(&second, &opened, "settles-as-upheld-01", "upheld").await);
    assert_eq!(settled["state"], "upheld");
    for signers in [before, both(&bank).await] {
        let answer = bank.ask(&Subject::of(PAIR), &signers).await;
        assert_eq!(answer["decision"], "deny", "{answer:#}");
        assert_eq!(codes(&answer, "excluded"), ["link_disputed"]);
        assert_eq!(codes(&answer, "reasons")[0], "link_disputed");
        assert!(is_thai(answer["reasons"][0]["detail_th"].as_str().unwrap()));
    }
    let again = json!({ "claim": "never", "reason": "once more" });
    dispute(&song_mueang, PAIR, "it-is-not-me-at-all-2", again)
        .await
        .problem(409, "wrong_state");
    // It is kept over a restart.
    drop(app);
    let app = world.app(world.config.clone());
    let answer = bank.ask(&Subject::of(PAIR), &both(&bank).await).await;
    assert_eq!(answer["decision"], "deny", "{answer:#}");
    drop(app);
}

#[tokio::test]
async fn who_is_a_party_does_not_settle_and_who_is_nobody_disputes_nothing() {
    let shared = shared();
    let world = &shared.world;
    appoint(&shared.app);
    let bank = world.machine("bank").await;
    // So that the company is known.
    bank.ask(&Subject::of(RENAMED), &[asserted(KLA)]).await;
    let (first, second) = (
        Session::open(world, FIRST).await,
        Session::open(world, SECOND).await,
    );
    let body = json!({ "claim": "never", "officer": "off_1", "reason": "a letter came in" });
    let opened = made(&dispute(&first, RENAMED, "a-registry-officer-01", body.clone()).await);
    assert_eq!(opened["opened_as"]["code"], "registry_officer");
    settle(&first, &opened, "settles-what-is-own-1", "rejected")
        .await
        .problem(403, "own_dispute");
    let chan = Session::open(world, CHAN).await;
    settle(&chan, &opened, "settles-as-a-nobody-1", "rejected")
        .await
        .problem(403, "not_a_registry_officer");
    made(&settle(&second, &opened, "settles-what-is-not-1", "rejected").await);

    // Who is no officer there learns nothing of who is.
    for (company, officer) in [
        (RENAMED, "off_1"),
        (RENAMED, "off_2"),
        (RENAMED, "off_77"),
        ("0105556058490", "off_1"),
        ("no-number", "off_1"),
    ] {
        let body = json!({ "claim": "never", "officer": officer, "reason": "because" });
        dispute(
            &chan,
            company,
            &format!("disputes-{company}-{officer}"),
            body,
        )
        .await
        .problem(404, "not_found");
    }
    let own = json!({ "claim": "never", "reason": "because" });
    dispute(&chan, RENAMED, "disputes-own-nothing", own)
        .await
        .problem(404, "not_found");
    for (body, pointer) in [
        (json!({ "claim": "never", "reason": "" }), "/reason"),
        (json!({ "claim": "never", "reason": "\u{7}" }), "/reason"),
    ] {
        dispute(&chan, RENAMED, "disputes-with-no-words", body)
            .await
            .wrong_member(400, "invalid_value", pointer);
    }
    let body = json!({ "claim": "perhaps", "reason": "because" });
    dispute(&chan, RENAMED, "disputes-a-little-bit", body)
        .await
        .wrong_member(400, "malformed_request", "/claim");
}

#[tokio::test]
async fn a_name_that_does_not_agree_is_a_reason_in_both_languages_and_says_which_officer() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of(RENAMED);
    let sign_in = bank.sign_in(&subject, RENAMED_DIRECTOR).await;
    let answer = bank.ask(&subject, &[signed(&sign_in)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    let out = &answer["excluded"][0];
    assert_eq!(out["code"], "name_mismatch");
    assert_eq!(out["officer"], "off_1");
    assert!(out["name"].as_str().unwrap().contains("ลองของ"), "{out:#}");
    assert!(!out["detail"].as_str().unwrap().is_empty());
    assert!(is_thai(out["detail_th"].as_str().unwrap()));
    let reason = answer["reasons"].as_array().unwrap().iter();
    let reason = reason
        .filter(|reason| reason["code"] == "name_mismatch")
        .count();
    assert_eq!(reason, 1, "{answer:#}");
    assert!(!answer.to_string().contains(RENAMED_DIRECTOR));
}

#[tokio::test]
async fn two_clients_have_two_references_of_one_person_and_keep_them_over_a_restart() {
    let world = World::start();
    let subject = Subject::of(RENAMED);
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..2 {
        let app = world.app(world.config.clone());
        let mut told = Vec::new();
        for client in ["bank", "agency"] {
            let machine = world.machine(client).await;
            let sign_in = machine.sign_in(&subject, RENAMED_DIRECTOR).await;
            let signers = [signed(&sign_in), asserted(KLA)];
            let answer = machine.ask(&subject, &signers).await;
            for place in [0, 1] {
                let person = answer["excluded"][place]["person"].as_str().unwrap();
                assert!(person.starts_with("psn_"), "{answer:#}");
                told.push(person.to_owned());
            }
        }
        let mut different = told.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 4, "{told:?}");
        seen.push(told);
        drop(app);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_client_that_names_too_many_people_by_number_waits() {
    let world = World::start();
    let mut config = world.config.clone();
    config.server.number_lookups_per_minute = 3;
    let app = world.app(config);
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    bank.ask(&subject, &[asserted(KLA), asserted(CHAN)]).await;
    bank.ask(&subject, &[asserted(KLA)]).await;
    let question = subject.question(&[asserted(KLA)]);
    let refused = bank.post("/v1/verifications", &question).await;
    refused.problem(429, "too_many_lookups");
    let after: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&after), "{after}");
    // Another client has its own allowance, and a sign-in names nobody by number.
    let agency = world.machine("agency").await;
    agency.ask(&subject, &[asserted(KLA)]).await;
    let sign_in = bank.sign_in(&subject, KLA).await;
    bank.ask(&subject, &[signed(&sign_in)]).await;
    drop(app);
}
