//! What is wrong with a request is said by member, in both languages, and is never the service's own failure.

use crate::support::{Answer, COMPANY, KLA, Machine, Subject, asserted, shared};
use reqwest::Method;
use serde_json::{Value, json};

/// Send this text as a question.
async fn raw(bank: &Machine, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = bank
        .request(Method::POST, path)
        .header("content-type", kind)
        .header("Idempotency-Key", "bad-input-0123456789")
        .body(body);
    Answer::of(request).await
}

const JSON: &str = "application/json";
/// Every path that reads a JSON body, with a body that is right.
fn readers() -> [(&'static str, Value); 3] {
    let sign_in = json!({
        "juristic_person": COMPANY, "act": { "type": "bank.account.open" }, "purpose": "test",
    });
    [
        (
            "/v1/verifications",
            Subject::of(COMPANY).question(&[asserted(KLA)]),
        ),
        (
            "/v1/certificates",
            json!({ "juristic_person": "0105566999947" }),
        ),
        ("/v1/sign-ins", sign_in),
    ]
}

#[tokio::test]
async fn a_member_that_cannot_be_right_is_named() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let right = Subject::of(COMPANY).question(&[asserted(KLA)]);
    let with = |pointer: &str, value: Value| {
        let mut question = right.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = question.pointer_mut(parent).unwrap();
        parent[member] = value;
        question
    };
    let long = "ก".repeat(201);
    for (pointer, value, code, named) in [
        (
            "/juristic_person",
            json!("0105569999998"),
            "malformed_request",
            "/juristic_person",
        ),
        (
            "/juristic_person",
            json!("0105569999999\0"),
            "malformed_request",
            "/juristic_person",
        ),
        (
            "/juristic_person",
            json!(105_569_999_999_u64),
            "malformed_request",
            "/juristic_person",
        ),
        (
            "/act/type",
            json!("bank.account.explode"),
            "malformed_request",
            "/act/type",
        ),
        (
            "/act/amount/value",
            json!("-1.00"),
            "malformed_request",
            "/act/amount/value",
        ),
        (
            "/act/amount/value",
            json!(5.5),
            "malformed_request",
            "/act/amount/value",
        ),
        (
            "/act/amount/currency",
            json!("USD"),
            "malformed_request",
            "/act/amount/currency",
        ),
        ("/signatories", json!([]), "invalid_value", "/signatories"),
        (
            "/signatories",
            json!(vec![asserted(KLA); 65]),
            "invalid_value",
            "/signatories",
        ),
        (
            "/signatories",
            json!([{ "person": { "national_id": "1100100000019" } }]),
            "malformed_request",
            "/signatories/0",
        ),
        (
            "/signatories",
            json!([{ "sign_in": "si_\u{0}" }]),
            "malformed_request",
            "/signatories/0",
        ),
        ("/purpose", json!(""), "invalid_value", "/purpose"),
        ("/purpose", json!(long), "invalid_value", "/purpose"),
        (
            "/purpose",
            json!("account\0opening"),
            "invalid_value",
            "/purpose",
        ),
        (
            "/sector",
            json!("astrology"),
            "malformed_request",
            "/sector",
        ),
        (
            "/valid_at",
            json!("2026-13-01"),
            "malformed_request",
            "/valid_at",
        ),
        (
            "/valid_at",
            json!("2026-01-01T00:00:00"),
            "malformed_request",
            "/valid_at",
        ),
        ("/oracle", json!(true), "malformed_request", "/oracle"),
        (
            "/act/oracle",
            json!(true),
            "malformed_request",
            "/act/oracle",
        ),
    ] {
        println!("{pointer} = {value}");
        let answer = bank.post("/v1/verifications", &with(pointer, value)).await;
        answer.wrong_member(400, code, named);
    }
    for missing in ["juristic_person", "signatories", "purpose"] {
        let mut question = right.clone();
        question.as_object_mut().unwrap().remove(missing);
        let answer = bank.post("/v1/verifications", &question).await;
        let problem = answer.problem(400, "malformed_request");
        assert!(
            problem["detail"].as_str().unwrap().contains(missing),
            "{problem:#}"
        );
    }
}

#[tokio::test]
async fn the_register_is_asked_before_a_company_is_called_unknown() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let unknown = "0105530000001";
    let number = (0..10)
        .map(|check| format!("{}{check}", unknown.get(..12).unwrap()))
        .find(|number| {
            number
                .parse::<amnat::kernel::id::RegistrationNumber>()
                .is_ok()
        })
        .unwrap();
    let mut question = Subject::of(COMPANY).question(&[asserted(KLA)]);
    question["juristic_person"] = json!(number);
    bank.post("/v1/verifications", &question)
        .await
        .problem(404, "unknown_juristic_person");
    bank.order(&number, "unknown-company-0123")
        .await
        .problem(404, "unknown_juristic_person");
    for path in [
        "",
        "/officers",
        "/statements",
        "/signing-rule",
        "/signing-combinations",
        "/history",
    ] {
        bank.get(&format!("/v1/juristic-persons/{number}{path}"))
            .await
            .problem(404, "unknown_juristic_person");
        bank.get(&format!("/v1/juristic-persons/0105569999998{path}"))
            .await
            .problem(400, "invalid_registration_number");
    }
}

#[tokio::test]
async fn bodies_that_are_not_such_json_are_refused_by_every_reader() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    for (path, right) in readers() {
        let text = right.to_string();
        let doubled = text.replacen('{', "{\"juristic_person\":\"0105569999999\",", 1);
        let unknown = text.replacen('{', "{\"zzz\":1,", 1);
        let deep = format!("{{\"juristic_person\":{}", "[".repeat(30_000));
        let deep_object = "{\"a\":".repeat(10_000);
        let truncated = text.get(..text.len() - 1).unwrap().to_owned();
        for body in [
            String::new(),
            "{".to_owned(),
            "null".to_owned(),
            "[]".to_owned(),
            "\u{feff}{}".to_owned(),
            format!("{text} {text}"),
            doubled,
            unknown,
            deep,
            deep_object,
            truncated,
        ] {
            let shown: String = body.chars().take(60).collect();
            println!("{path}: {shown}");
            raw(&bank, path, JSON, body.into_bytes())
                .await
                .problem(400, "malformed_request");
        }
        raw(&bank, path, JSON, b"{\"purpose\":\"\xff\xfe\"}".to_vec())
            .await
            .problem(400, "malformed_request");
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json",
        ] {
            raw(&bank, path, kind, text.clone().into_bytes())
                .await
                .problem(415, "unsupported_media_type");
        }
        let spaces = " ".repeat(65 * 1024);
        raw(&bank, path, JSON, format!("{spaces}{text}").into_bytes())
            .await
            .problem(413, "too_large");
    }
}

#[tokio::test]
async fn odd_addresses_find_nothing_and_break_nothing() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let long = "9".repeat(2000);
    for odd in [
        "%00",
        "..%2f..",
        "%ff%fe",
        "'%20OR%201=1--",
        "%E0%B8%81",
        long.as_str(),
    ] {
        for path in [
            "/v1/verifications/",
            "/v1/sign-ins/",
            "/v1/certificates/",
            "/v1/log/proof/",
            "/v1/juristic-persons/",
        ] {
            let answer = bank.get(&format!("{path}{odd}")).await;
            println!(
                "{path}{} -> {}",
                odd.get(..10.min(odd.len())).unwrap(),
                answer.status
            );
            assert!((400..500).contains(&answer.status), "{}", answer.text());
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        let page = shared.world.page(&format!("/verify/{odd}")).await;
        assert!((400..500).contains(&page.status), "{}", page.text());
    }
    for query in [
        "valid_at=yesterday",
        "valid_at=",
        "known_at=%00",
        "nothing=1",
    ] {
        let answer = bank
            .get(&format!("/v1/juristic-persons/{COMPANY}?{query}"))
            .await;
        println!("{query} -> {}", answer.status);
        assert!(answer.status < 500, "{}", answer.text());
    }
    for query in [
        "cursor=x",
        "limit=-1",
        "limit=0",
        "limit=99999999999999999999",
    ] {
        let answer = bank
            .get(&format!("/v1/juristic-persons/{COMPANY}/history?{query}"))
            .await;
        println!("{query} -> {}", answer.status);
        assert_eq!(answer.status, 400, "{}", answer.text());
        answer.problem(400, answer.json()["code"].as_str().unwrap());
    }
}
