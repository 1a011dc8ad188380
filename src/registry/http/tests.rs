//! The endpoints over the sandbox's register.

use super::*;
use crate::registry::service::tests::{Extension, House, MAX_AGE, house, resign};
use crate::web::caller::{Authenticator, Caller, CredentialRefusal, PeerCertificate};
use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::{App, test};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Knows two tokens: `reader`, and `other` without the scope.
struct TwoTokens;

impl Authenticator for TwoTokens {
    fn authenticate(
        &self,
        token: &str,
        _: Option<&PeerCertificate>,
    ) -> Result<Caller, CredentialRefusal> {
        let scopes = match token {
            "reader" => [scope::ALL[1].to_owned()].into(),
            "other" => [scope::ALL[0].to_owned()].into(),
            _ => return Err(CredentialRefusal::NotAccepted),
        };
        Ok(Caller {
            client_id: "bank".to_owned(),
            name: Bilingual::new("ธนาคาร", "Bank"),
            scopes,
        })
    }
}

const DEMO: &str = "/v1/juristic-persons/0105569999999";

async fn get(
    house: &House,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, Option<String>, Value) {
    let authenticator: Arc<dyn Authenticator> = Arc::new(TwoTokens);
    let app = test::init_service(
        App::new()
            .app_data(web::Data::new(house.service.clone()))
            .app_data(web::Data::new(authenticator))
            .configure(configure),
    )
    .await;
    let mut request = test::TestRequest::get().uri(path);
    if !headers.iter().any(|(name, _)| *name == "authorization") {
        request = request.insert_header(("authorization", "Bearer reader"));
    }
    for header in headers {
        request = request.insert_header(*header);
    }
    let response = test::call_service(&app, request.to_request()).await;
    let status = response.status();
    let tag = response
        .headers()
        .get("etag")
        .map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body()).await.unwrap();
    let value = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body).unwrap()
    };
    (status, tag, value)
}

#[actix_web::test]
async fn facts_are_told_and_not_sent_twice() {
    let house = house(Extension::NotOffered).await;
    let (status, tag, facts) = get(&house, "/v1/juristic-persons/0-1055-69999-99-9", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(facts["name_th"], "บริษัท ตัวอย่างไทย จำกัด");
    assert_eq!(facts["juristic_type"]["code"], "limited_company");
    assert_eq!(facts["capital"]["value"], "10000000.00");
    assert_eq!(facts["registered_on"], "2026-04-03");
    assert_eq!(facts["as_of"]["registry_version"], 1);
    assert_eq!(facts["as_of"]["stale"], false);
    let tag = tag.unwrap();
    let (status, _, body) = get(&house, DEMO, &[("if-none-match", &tag)]).await;
    assert_eq!((status, body), (StatusCode::NOT_MODIFIED, Value::Null));
    let (status, ..) = get(&house, DEMO, &[("if-none-match", "W/\"other\"")]).await;
    assert_eq!(status, StatusCode::OK);
}

#[actix_web::test]
async fn officers_and_statements_are_told() {
    let house = house(Extension::NotOffered).await;
    let (_, _, officers) = get(&house, &format!("{DEMO}/officers"), &[]).await;
    let people = officers["officers"].as_array().unwrap();
    assert_eq!(people.len(), 4);
    assert_eq!(people[0]["name"], "นายกล้า ทดลองดี");
    assert_eq!(people[0]["reference"], "off_1");
    assert_eq!(people[0]["linkable"], false);
    assert_eq!(officers["identities"], "unavailable");
    let (_, _, statements) = get(&house, &format!("{DEMO}/statements"), &[]).await;
    assert_eq!(statements["statements"][0]["kind"], "authority");
    assert_eq!(
        statements["statements"][0]["text"],
        "นายกล้า ทดลองดี ลงลายมือชื่อร่วมกับ นางสาวขวัญ สมมติไทย หรือ นายคม ตัวอย่างชัย รวมเป็นสองคน/"
    );
}

#[actix_web::test]
async fn the_rule_is_told_with_the_words_it_was_read_from() {
    let house = house(Extension::NotOffered).await;
    let (status, _, rule) = get(&house, &format!("{DEMO}/signing-rule"), &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(rule["outcome"], "complete", "{rule}");
    assert_eq!(rule["decided_by"], "statement");
    let clause = &rule["clauses"][0];
    assert_eq!(clause["rule"]["all_of"][0]["person"], "off_1");
    assert_eq!(clause["seal"], "not_required");
    let statement: Vec<char> = rule["statement"].as_str().unwrap().chars().collect();
    let at = |index: usize| usize::try_from(clause["span"][index].as_u64().unwrap()).unwrap();
    let words: String = statement[at(0)..at(1)].iter().collect();
    assert!(words.starts_with("นายกล้า"), "{words}");
}

#[actix_web::test]
async fn the_past_is_told_as_it_was_and_history_says_what_changed() {
    let house = house(Extension::NotOffered).await;
    get(&house, DEMO, &[]).await;
    resign(&house.sandbox, 2, "2026-11-24").await;
    house.clock.advance(MAX_AGE + Duration::from_secs(1));
    let officers = format!("{DEMO}/officers");
    let (_, _, now) = get(&house, &officers, &[]).await;
    assert_eq!(now["officers"].as_array().unwrap().len(), 3);
    assert_eq!(now["former_officers"][0]["reference"], "off_2");
    let then = format!("{officers}?valid_at=2026-11-24T10:00:00%2B07:00");
    let (_, _, then) = get(&house, &then, &[]).await;
    assert_eq!(then["officers"].as_array().unwrap().len(), 4);
    let (_, _, first) = get(&house, &format!("{DEMO}/history?limit=1"), &[]).await;
    assert_eq!(first["versions"][0]["changed"], serde_json::json!([]));
    assert_eq!(first["next_cursor"], "1");
    let (_, _, second) = get(&house, &format!("{DEMO}/history?cursor=1"), &[]).await;
    assert_eq!(
        second["versions"][0]["changed"],
        serde_json::json!(["former_officers", "officers"])
    );
    assert_eq!(second["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn refusals_say_why() {
    let house = house(Extension::NotOffered).await;
    let bearer = |token: &'static str| [("authorization", token)];
    for (path, headers, status, code) in [
        (
            DEMO,
            bearer("Bearer nobody").as_slice(),
            401,
            "unauthenticated",
        ),
        (
            DEMO,
            bearer("Bearer other").as_slice(),
            403,
            "insufficient_scope",
        ),
        (
            "/v1/juristic-persons/0105569999998",
            &[],
            400,
            "invalid_registration_number",
        ),
        (
            "/v1/juristic-persons/1100100000018",
            &[],
            400,
            "invalid_registration_number",
        ),
        (
            "/v1/juristic-persons/0105548000007/history",
            &[],
            404,
            "unknown_juristic_person",
        ),
        (
            &format!("{DEMO}?valid_at=yesterday"),
            &[],
            400,
            "invalid_value",
        ),
        (
            &format!("{DEMO}?valid_at=2027-01-01T00:00:00Z"),
            &[],
            400,
            "invalid_value",
        ),
        (
            &format!("{DEMO}?valid_at=2026-01-01T00:00:00Z"),
            &[],
            404,
            "unknown_juristic_person",
        ),
        (&format!("{DEMO}?when=now"), &[], 400, "malformed_request"),
        (
            &format!("{DEMO}/history?limit=0"),
            &[],
            400,
            "invalid_value",
        ),
        (
            &format!("{DEMO}/history?cursor=x"),
            &[],
            400,
            "invalid_value",
        ),
    ] {
        let path = path.replace(
            "0105548000007",
            &format!(
                "010554800000{}",
                crate::kernel::id::check_digit("010554800000").unwrap()
            ),
        );
        let (answered, _, problem) = get(&house, &path, headers).await;
        assert_eq!(
            (answered.as_u16(), &problem["code"]),
            (status, &Value::from(code)),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_silent_register_is_told_apart_from_an_unknown_company() {
    let house = house(Extension::NotOffered).await;
    let other = "/v1/juristic-persons/0835565999963";
    get(&house, DEMO, &[]).await;
    house.clock.advance(MAX_AGE + Duration::from_secs(1));
    let house = house.cut_off();
    let (status, _, facts) = get(&house, DEMO, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(facts["as_of"]["stale"], true);
    let (status, _, problem) = get(&house, other, &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["code"], "peer_unavailable");
}
