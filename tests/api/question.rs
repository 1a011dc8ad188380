//! The question and its answers: who is missing, what a sign-in proves, what is never a permit.

use crate::support::{
    CHAN, COMPANY, KHWAN, KLA, Machine, OTHER_COMPANY, Subject, World, asserted, codes, shared,
    signed,
};
use amnat::app::Services;
use amnat::authority::service::{receipt_keys, verify_receipt};
use amnat::kernel::digest::{Digest, canonical_json};
use amnat::kernel::time::{Clock as _, SystemClock};
use amnat::registry::service::Refreshed;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

/// Every name of the first completion.
fn missing(answer: &Value) -> Vec<&str> {
    let parts = answer["completions"][0]["add"].as_array().unwrap();
    assert_eq!(parts.len(), 1, "{answer:#}");
    let names = parts[0]["of"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_denial_names_who_is_missing_and_a_permit_quotes_the_statement() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    deny_and_permit(&bank, &shared.world, &shared.app.services).await;
}

/// The core of the product, on whichever database the service runs.
pub async fn deny_and_permit(bank: &Machine, world: &World, services: &Services) {
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    let chan = bank.sign_in(&subject, CHAN).await;
    let denied = bank.ask(&subject, &[signed(&kla), signed(&chan)]).await;
    assert_eq!(denied["decision"], "deny", "{denied:#}");
    assert_eq!(denied["basis"], json!([]));
    assert_eq!(missing(&denied), ["นางสาวขวัญ สมมติไทย", "นายคม ตัวอย่างชัย"]);
    assert_eq!(denied["completions"][0]["add"][0]["n"], 1);
    assert_eq!(denied["completions"][0]["seal"], false);

    let khwan = bank.sign_in(&subject, KHWAN).await;
    let both = [signed(&kla), signed(&khwan)];
    let permitted = bank.ask(&subject, &both).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    let words = permitted["basis"][0]["text"].as_str().unwrap();
    assert!(words.contains("ลงลายมือชื่อร่วมกับ"), "{words}");
    let seats = permitted["basis"][0]["signatories"].as_array().unwrap();
    assert_eq!(seats.len(), 2, "{permitted:#}");
    for seat in seats {
        let sign_in = seat["sign_in"].as_str().unwrap();
        assert!(sign_in == kla || sign_in == khwan);
        assert!(seat["ial"].is_string() && seat["aal"].is_string());
    }
    assert_eq!(permitted["completions"], json!([]));

    // A sign-in supports one permit.
    let again = bank.ask(&subject, &both).await;
    assert_eq!(again["decision"], "deny", "{again:#}");
    assert_eq!(codes(&again, "excluded"), ["sign_in_used", "sign_in_used"]);
    let state = bank.get(&format!("/v1/sign-ins/{kla}")).await.json();
    assert_eq!(state["status"], "used");
    // The bystander's sign-in filled no seat, so it stays good.
    let state = bank.get(&format!("/v1/sign-ins/{chan}")).await.json();
    assert_eq!(state["status"], "completed");

    for answer in [&denied, &permitted, &again] {
        kept_with_its_receipt(bank, world, services, answer).await;
    }
}

/// The answer is read again by its client as it was given; its receipt proves exactly it.
async fn kept_with_its_receipt(bank: &Machine, world: &World, services: &Services, answer: &Value) {
    let id = answer["id"].as_str().unwrap();
    let path = format!("/v1/verifications/{id}");
    assert_eq!(&bank.get(&path).await.json(), answer);
    let receipt = bank.get(&format!("{path}/receipt")).await.json();
    assert_eq!(receipt["receipt"], answer["receipt"]);
    let agency = world.machine("agency").await;
    for path in [path.clone(), format!("{path}/receipt")] {
        agency.get(&path).await.problem(404, "not_found");
    }

    let keys = world.page("/.well-known/jwks.json").await;
    let keys = receipt_keys(&keys.body).unwrap();
    let receipt = receipt["receipt"].as_str().unwrap();
    let claims = verify_receipt(receipt, &keys).unwrap();
    assert_eq!(claims.aud, "bank");
    assert_eq!(claims.jti, id);
    assert_eq!(claims.iss, world.place.api_url);
    assert_eq!(claims.juristic_person, COMPANY);
    assert_eq!(claims.decision, answer["decision"]);
    assert_eq!(claims.reason_codes, codes(answer, "reasons"));
    // Whoever holds the answer can compute what the receipt signed: the answer without the receipt.
    let mut bare = answer.clone();
    bare.as_object_mut().unwrap().remove("receipt");
    let answer_sha256 = Digest::of(canonical_json(&bare).unwrap()).to_hex();
    assert_eq!(claims.answer_sha256, answer_sha256);
    let stored = services
        .authority
        .find("bank", &id.parse().unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(
        claims.question_sha256,
        Digest::of(&stored.question).to_hex()
    );
    let question: Value = serde_json::from_str(&stored.question).unwrap();
    assert_eq!(question["juristic_person"], COMPANY);
    assert_eq!(question["amount"], "5000000.00");
    assert!(
        !stored.question.contains(KLA) && !stored.answer.contains(KLA),
        "a 13-digit number is kept in clear"
    );

    let (header, rest) = receipt.split_once('.').unwrap();
    let changed = format!("{header}.A{}", rest.get(1..).unwrap());
    assert!(verify_receipt(&changed, &keys).is_err());
}

#[tokio::test]
async fn of_many_questions_at_once_with_the_same_sign_ins_one_is_permitted() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    permit_once(&bank).await;
}

/// Sign-ins support one permit, however many questions race for it.
pub async fn permit_once(bank: &Machine) {
    let subject = Subject::of(COMPANY);
    let both = [
        signed(&bank.sign_in(&subject, KLA).await),
        signed(&bank.sign_in(&subject, KHWAN).await),
    ];
    let question = subject.question(&both);
    let asked = (0..8).map(|_| bank.post("/v1/verifications", &question));
    let mut permits = 0;
    for answer in join_all(asked).await {
        match answer.status {
            200 => {
                let answer = answer.json();
                if answer["decision"] == "permit" {
                    permits += 1;
                } else {
                    assert_eq!(codes(&answer, "excluded"), ["sign_in_used", "sign_in_used"]);
                }
            }
            _ => {
                answer.problem(409, "changed");
            }
        }
    }
    assert_eq!(permits, 1);
}

#[tokio::test]
async fn a_sign_in_counts_for_nothing_but_its_own_question() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    let khwan = bank.sign_in(&subject, KHWAN).await;
    let both = [signed(&kla), signed(&khwan)];
    let others = [
        Subject {
            act: "credit.loan",
            ..subject.clone()
        },
        Subject {
            amount: Some("5000000.01"),
            ..subject.clone()
        },
        Subject {
            amount: None,
            ..subject.clone()
        },
        Subject {
            purpose: "account-closing",
            ..subject.clone()
        },
        Subject {
            company: OTHER_COMPANY,
            ..subject.clone()
        },
    ];
    for other in &others {
        let answer = bank.ask(other, &both).await;
        assert_eq!(answer["decision"], "deny", "{answer:#}");
        assert_eq!(
            codes(&answer, "excluded"),
            ["sign_in_not_for_this", "sign_in_not_for_this"],
            "{answer:#}"
        );
    }
    // A question about every act is none that a sign-in was made for.
    let mut every_act = subject.question(&both);
    every_act.as_object_mut().unwrap().remove("act");
    let answer = bank.post("/v1/verifications", &every_act).await.json();
    assert_ne!(answer["decision"], "permit");
    assert_eq!(
        codes(&answer, "excluded"),
        ["sign_in_not_for_this", "sign_in_not_for_this"]
    );
    // Another client's sign-in looks like none, and so does one that never was.
    let agency = shared.world.machine("agency").await;
    let answer = agency.ask(&subject, &both).await;
    assert_eq!(
        codes(&answer, "excluded"),
        ["sign_in_unknown", "sign_in_unknown"]
    );
    let never = signed("si_0123456789abcdefghjkmnpqrs");
    let answer = bank.ask(&subject, &[never]).await;
    assert_eq!(codes(&answer, "excluded"), ["sign_in_unknown"]);
    // One that was begun and not ended.
    let begun = bank.request_sign_in(&subject).await;
    let answer = bank
        .ask(&subject, &[signed(begun["id"].as_str().unwrap())])
        .await;
    assert_eq!(codes(&answer, "excluded"), ["sign_in_not_completed"]);
    // One person twice is one person.
    let second = bank.sign_in(&subject, KLA).await;
    let answer = bank.ask(&subject, &[signed(&kla), signed(&second)]).await;
    assert_eq!(answer["decision"], "deny");
    assert_eq!(codes(&answer, "excluded"), ["repeated"]);
    // After all that the two are still good for what they were made for.
    let answer = bank.ask(&subject, &both).await;
    assert_eq!(answer["decision"], "permit", "{answer:#}");
}

#[tokio::test]
async fn people_the_caller_vouches_for_are_never_enough() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let answer = bank.ask(&subject, &[asserted(KLA), asserted(KHWAN)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    assert!(codes(&answer, "reasons").contains(&"asserted_only".to_owned()));
    assert_eq!(
        codes(&answer, "excluded"),
        ["asserted_only", "asserted_only"]
    );
    // Directors and strangers look alike: the answer is no oracle.
    let strangers = bank
        .ask(&subject, &[asserted("3200100000081"), asserted(CHAN)])
        .await;
    for (one, other) in [(&answer, &strangers)] {
        for member in ["decision", "reasons", "completions", "would_permit_if"] {
            assert_eq!(one[member], other[member], "{member}");
        }
    }
    // Beside a proven signatory an asserted one is doubt, not a seat.
    let kla = bank.sign_in(&subject, KLA).await;
    let answer = bank.ask(&subject, &[signed(&kla), asserted(KHWAN)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
}

#[tokio::test]
async fn somebody_who_resigned_no_longer_counts_and_the_answer_says_since_when() {
    let shared = shared();
    let world = &shared.world;
    let bank = world.machine("bank").await;
    // Either of two directors signs alone.
    let subject = Subject::of("0105567999908");
    let (phonthip, arunee) = ("1101200000151", "5500100000181");
    let before = bank.sign_in(&subject, phonthip).await;
    let permitted = bank.ask(&subject, &[signed(&before)]).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    let ordered = bank
        .order(subject.company, "before-the-resignation")
        .await
        .json();
    let url = ordered["verification_url"].as_str().unwrap();
    let newer = "a newer version of this juristic person";
    let page = world.page(&format!("{url}?lang=en")).await.text();
    assert!(
        page.contains("lang=\"en\"") && !page.contains(newer),
        "{page}"
    );

    let today = SystemClock.now().thai_date();
    let control = format!("{}/sandbox-control/v1/resign", world.addresses.register_url);
    let change = json!({ "juristic_id": subject.company, "sequence": 1, "date": today });
    let changed = reqwest::Client::new()
        .post(control)
        .json(&change)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), 204);
    let number = subject.company.parse().unwrap();
    let refreshed = shared.app.services.registry.refresh_now(&number).await;
    assert!(
        matches!(refreshed, Ok(Refreshed::Asked(_))),
        "{refreshed:?}"
    );

    let after = bank.sign_in(&subject, phonthip).await;
    let denied = bank.ask(&subject, &[signed(&after)]).await;
    assert_eq!(denied["decision"], "deny", "{denied:#}");
    assert_eq!(codes(&denied, "excluded"), ["resigned"], "{denied:#}");
    assert_eq!(denied["excluded"][0]["since"], today.to_string());
    assert!(
        denied["as_of"]["registry_version"].as_u64()
            > permitted["as_of"]["registry_version"].as_u64()
    );
    // The certificate of before is genuine still, and its page says that the register moved on.
    let page = world.page(&format!("{url}?lang=en")).await.text();
    assert!(page.contains(newer), "{page}");
    let other = bank.sign_in(&subject, arunee).await;
    let answer = bank.ask(&subject, &[signed(&other)]).await;
    println!("the one who stays: {}", answer["decision"]);
    assert_ne!(answer["decision"], "deny", "{answer:#}");
}

#[tokio::test]
async fn a_company_that_was_struck_off_binds_itself_to_nothing() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of("0105552999567");
    let director = bank.sign_in(&subject, "3300100000471").await;
    let answer = bank.ask(&subject, &[signed(&director)]).await;
    assert_eq!(answer["decision"], "deny", "{answer:#}");
    assert!(codes(&answer, "reasons").contains(&"struck_off".to_owned()));
    assert_eq!(answer["completions"], json!([]));
}

#[tokio::test]
async fn a_seal_is_missed_when_absent_and_unproven_when_given() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    // One director signs, with the seal.
    let subject = Subject::of("0835565999963");
    let director = bank.sign_in(&subject, CHAN).await;
    let answer = bank.ask(&subject, &[signed(&director)]).await;
    assert_eq!(answer["decision"], "deny", "{answer:#}");
    assert_eq!(answer["completions"][0]["seal"], true, "{answer:#}");
    assert_eq!(answer["completions"][0]["add"], json!([]));

    let at = |at: String| Subject {
        seal: json!({
            "seal_version": "1", "method": "stamp", "applied_by": "bank teller",
            "at": at, "document_digest": "0".repeat(64),
        }),
        ..subject.clone()
    };
    let now = SystemClock.now();
    let given = at(now.minus(Duration::from_secs(60)).to_string());
    let answer = bank.ask(&given, &[signed(&director)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    assert!(codes(&answer, "reasons").contains(&"seal_unproven".to_owned()));

    let too_late = at(now.plus(Duration::from_secs(3600)).to_string());
    let answer = bank.ask(&too_late, &[signed(&director)]).await;
    assert_eq!(answer["decision"], "deny", "{answer:#}");
}

#[tokio::test]
async fn a_statement_that_needs_review_is_never_a_permit() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    // Signatories "as the articles say".
    let subject = Subject::of("0105559999767");
    let director = bank.sign_in(&subject, "1102000000531").await;
    let answer = bank.ask(&subject, &[signed(&director)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    assert_eq!(codes(&answer, "reasons"), ["statement_needs_review"]);
}

#[tokio::test]
async fn the_future_is_not_answered_and_the_past_is_not_invented() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let hour = Duration::from_secs(3600);
    let now = SystemClock.now();
    for member in ["valid_at", "known_at"] {
        let mut question = subject.question(&[asserted(KLA)]);
        question[member] = json!(now.plus(hour).to_string());
        bank.post("/v1/verifications", &question)
            .await
            .wrong_member(400, "invalid_value", &format!("/{member}"));
    }
    // Before we first heard of the company there is nothing to answer from.
    let mut question = subject.question(&[asserted(KLA)]);
    question["known_at"] = json!("2001-01-01T00:00:00+07:00");
    bank.post("/v1/verifications", &question)
        .await
        .problem(404, "unknown_juristic_person");
}

#[tokio::test]
async fn without_the_officers_numbers_nobody_is_matched_and_nothing_permitted() {
    let world = World::start();
    let mut config = world.config.clone();
    config.peers.register.identity_url = None;
    let app = world.app(config);
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let kla = bank.sign_in(&subject, KLA).await;
    let khwan = bank.sign_in(&subject, KHWAN).await;
    let answer = bank.ask(&subject, &[signed(&kla), signed(&khwan)]).await;
    assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
    assert!(codes(&answer, "reasons").contains(&"officer_identity_unavailable".to_owned()));
    drop(app);
}
