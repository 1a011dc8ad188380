//! Certificates: one number for one order, the same file for ever, and what is said of files that come back.

use crate::support::{Answer, COMPANY, Machine, OTHER_COMPANY, World, is_thai, shared};
use amnat::app::Services;
use amnat::kernel::digest::Digest;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn number(record: &Value) -> String {
    record["number"].as_str().unwrap().to_owned()
}

/// The running number at the end of a printed one.
pub fn sequence(number: &str) -> u64 {
    number.split_once('-').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn the_same_order_twice_gives_the_same_bytes_and_one_number() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    issue_and_replay(&agency, &shared.app.services).await;
}

/// The core of issuing, on whichever database the service runs.
pub async fn issue_and_replay(agency: &Machine, services: &Services) {
    let key = "the-same-order-0001";
    let first = agency.order(COMPANY, key).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let record = first.json();
    let number = number(&record);
    assert_eq!(record["state"], "issued");
    assert_eq!(
        first.header("location"),
        format!("/v1/certificates/{number}")
    );
    assert_eq!(first.header("idempotency-replayed"), "");

    let again = agency.order(COMPANY, key).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(again.header("idempotency-replayed"), "true");

    agency
        .order(OTHER_COMPANY, key)
        .await
        .problem(422, "idempotency_key_reused");
    let body = json!({ "juristic_person": COMPANY });
    agency
        .post("/v1/certificates", &body)
        .await
        .problem(400, "idempotency_key_missing");
    for key in ["short", &"x".repeat(65), "with\"quote-0123456789"] {
        agency
            .order(COMPANY, key)
            .await
            .problem(400, "malformed_request");
    }

    let pdf = agency.get(&format!("/v1/certificates/{number}/pdf")).await;
    assert_eq!(pdf.status, 200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-1.7"));
    assert_eq!(Digest::of(&pdf.body).to_hex(), record["sha256"]);
    let read = agency.get(&format!("/v1/certificates/{number}")).await;
    assert_eq!(read.json(), record);
    let leaves = services.ledger.proof(&number.parse().unwrap()).unwrap();
    assert_eq!(leaves.len(), 1);
}

#[tokio::test]
async fn twenty_orders_at_once_with_one_key_are_one_certificate() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    let orders = (0..20).map(|_| agency.order(COMPANY, "twenty-at-once-0001"));
    let mut issued = BTreeSet::new();
    let mut bodies = BTreeSet::new();
    for answer in join_all(orders).await {
        match answer.status {
            201 => {
                issued.insert(number(&answer.json()));
                bodies.insert(answer.body);
            }
            // Still being carried out for another one of the twenty.
            409 => {
                answer.problem(409, "changed");
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!((issued.len(), bodies.len()), (1, 1), "{issued:?}");
    let afterwards = agency.order(COMPANY, "twenty-at-once-0001").await;
    assert_eq!(afterwards.header("idempotency-replayed"), "true");
    assert_eq!(Some(&afterwards.body), bodies.first());
}

#[tokio::test]
async fn numbers_of_orders_at_once_have_no_gap_and_no_double() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    let keys: Vec<String> = (0..10).map(|n| format!("orders-at-once-{n:04}")).collect();
    let orders = keys.iter().map(|key| agency.order(OTHER_COMPANY, key));
    let mut numbers = BTreeSet::new();
    for answer in join_all(orders).await {
        assert_eq!(answer.status, 201, "{}", answer.text());
        numbers.insert(number(&answer.json()));
    }
    assert_eq!(numbers.len(), 10, "{numbers:?}");
    let last = numbers.last().unwrap();
    let (year, _) = last.split_once('-').unwrap();
    for n in 1..=sequence(last) {
        let number = format!("{year}-{n:06}");
        let record = agency.get(&format!("/v1/certificates/{number}")).await;
        assert_eq!(record.status, 200, "{number} was left out");
        assert_ne!(record.json()["state"], "void", "{number}");
    }
}

#[tokio::test]
async fn a_file_that_the_client_has_already_is_not_sent_again() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    let ordered = agency.order(COMPANY, "download-order-0001").await.json();
    let path = format!("/v1/certificates/{}/pdf", number(&ordered));
    let file = agency.get(&path).await;
    let etag = file.header("etag").to_owned();
    assert_eq!(etag, format!("\"{}\"", ordered["sha256"].as_str().unwrap()));
    let asked = |held: String| {
        Answer::of(
            agency
                .request(Method::GET, &path)
                .header("if-none-match", held),
        )
    };
    for held in [etag.clone(), format!("\"other\", {etag}")] {
        let answer = asked(held).await;
        assert_eq!(answer.status, 304);
        assert_eq!(answer.header("etag"), etag);
        assert!(answer.body.is_empty());
    }
    let answer = asked("\"other\"".to_owned()).await;
    assert_eq!((answer.status, answer.body), (200, file.body));

    let xml = agency.get(ordered["xml"].as_str().unwrap()).await;
    assert_eq!(xml.status, 200);
    assert!(xml.header("content-type").starts_with("text/xml"));
    assert!(xml.text().contains(COMPANY), "{}", xml.text());
    for absent in ["2569-999999", "2569-1", "x"] {
        for part in ["", "/pdf", "/xml"] {
            agency
                .get(&format!("/v1/certificates/{absent}{part}"))
                .await
                .problem(404, "not_found");
        }
    }
}

async fn upload(agency: &Machine, file: Vec<u8>) -> Answer {
    let request = agency
        .request(Method::POST, "/v1/documents/verification")
        .header("content-type", "application/pdf")
        .body(file);
    Answer::of(request).await
}

#[tokio::test]
async fn only_the_very_bytes_that_were_issued_are_genuine() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    let ordered = agency.order(COMPANY, "upload-order-000001").await.json();
    let number = number(&ordered);
    let file = agency.get(ordered["pdf"].as_str().unwrap()).await.body;

    let genuine = upload(&agency, file.clone()).await.json();
    assert_eq!(genuine["finding"], "genuine", "{genuine:#}");
    assert_eq!(genuine["number"], number);
    assert_eq!(genuine["sha256"], ordered["sha256"]);
    assert_eq!(genuine["register_changed_since"], false);

    let mut appended = file.clone();
    appended.extend_from_slice(b"\n% one line more\n");
    for position in [file.len() / 2, file.len() - 20, 700] {
        let mut altered = file.clone();
        altered[position] ^= 1;
        let found = upload(&agency, altered).await;
        assert_eq!(found.status, 200, "{}", found.text());
        let found = found.json();
        println!("byte {position}: {}", found["finding"]);
        assert_ne!(found["finding"], "genuine", "{found:#}");
        assert!(
            found["checks"]
                .as_array()
                .unwrap()
                .iter()
                .any(|check| check["outcome"] == "failed"),
            "{found:#}"
        );
    }
    let found = upload(&agency, appended).await.json();
    assert_eq!(found["finding"], "not_what_we_issued", "{found:#}");
    assert_eq!(found["number"], number);

    for other in [
        b"%PDF-1.7\n%%EOF\n".to_vec(),
        b"hello".to_vec(),
        vec![0; 4096],
        file[..file.len() / 3].to_vec(),
    ] {
        let found = upload(&agency, other).await;
        assert_eq!(found.status, 200, "{}", found.text());
        let found = found.json();
        assert_ne!(found["finding"], "genuine");
        assert!(is_thai(found["detail_th"].as_str().unwrap()));
    }
    upload(&agency, Vec::new())
        .await
        .problem(400, "malformed_request");
    upload(&agency, vec![b'%'; 10 * 1024 * 1024 + 1])
        .await
        .problem(413, "too_large");
    let request = agency
        .request(Method::POST, "/v1/documents/verification")
        .header("content-type", "text/plain")
        .body(file);
    Answer::of(request)
        .await
        .problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn the_page_behind_the_code_tells_what_is_known_in_both_languages() {
    let shared = shared();
    let agency = shared.world.machine("agency").await;
    let ordered = agency.order(COMPANY, "page-order-00000001").await.json();
    let url = ordered["verification_url"].as_str().unwrap();
    for (language, number_first) in [("th", "เลขที่"), ("en", "Number")] {
        let page = shared.world.page(&format!("{url}?lang={language}")).await;
        assert_eq!(page.status, 200);
        let html = page.text();
        assert!(html.contains(&format!("lang=\"{language}\"")), "{html}");
        assert!(html.contains(&number(&ordered)), "{html}");
        assert!(html.contains("SANDBOX"), "{html}");
        assert!(html.contains(number_first), "{html}");
    }
    let known = url.rsplit_once('/').unwrap().1;
    let mut unknown = known.to_owned();
    let last = unknown.pop().unwrap();
    unknown.push(if last == '0' { '1' } else { '0' });
    for token in [unknown.as_str(), "x", "0123456789"] {
        for language in ["th", "en"] {
            let page = shared
                .world
                .page(&format!("/verify/{token}?lang={language}"))
                .await;
            assert_eq!(page.status, 404);
            assert!(page.header("content-type").starts_with("text/html"));
            let words = match language {
                "th" => "ไม่พบเอกสารนี้",
                _ => "This document is not known",
            };
            assert!(page.text().contains(words), "{}", page.text());
        }
    }
}

#[tokio::test]
async fn facts_that_cannot_be_printed_take_no_number() {
    let world = World::start();
    // A register that writes one company's name with a letter the typeface lacks.
    let register = crate::support::Garbled::start(
        &world.addresses.register_url,
        "กรุงสมมติ",
        "กรุงสมมติ漢",
        OTHER_COMPANY,
    );
    let mut config = world.config.clone();
    config.peers.register.url = register.url.parse().unwrap();
    let app = world.app(config);
    let agency = world.machine("agency").await;
    let key = "cannot-be-printed-01";
    agency
        .order(OTHER_COMPANY, key)
        .await
        .problem(422, "cannot_be_certified");
    // The key is free, and the number that follows is the first.
    let first = agency.order(COMPANY, key).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(sequence(&number(&first.json())), 1);
    drop(app);
}
