use super::*;
use crate::crypto::timestamp::{Nonce, TimestampRefusal, Token, read_response, request};
use crate::crypto::x509::Certificate;
use crate::kernel::digest::Digest;
use crate::kernel::id::SeededRandomness;
use crate::sandbox::tests::{Fresh, client, fresh};
use std::time::Duration;

async fn post(fresh: &Fresh, kind: &str, query: Vec<u8>) -> reqwest::Response {
    let request = client().post(&fresh.sandbox.addresses().tsa_url);
    request
        .header("content-type", kind)
        .body(query)
        .send()
        .await
        .unwrap()
}

fn root(fresh: &Fresh) -> Certificate {
    Certificate::from_pem(fresh.sandbox.root_pem().as_bytes())
        .unwrap()
        .remove(0)
}

async fn stamp(fresh: &Fresh, subject: &str) -> Token {
    let (imprint, nonce) = (
        Digest::of(subject),
        Nonce::generate(&SeededRandomness::new(7)),
    );
    let answer = post(
        fresh,
        "application/timestamp-query",
        request(&imprint, &nonce),
    )
    .await;
    assert_eq!(
        answer.headers()["content-type"],
        "application/timestamp-reply"
    );
    let answer = answer.bytes().await.unwrap();
    read_response(
        &answer,
        &imprint,
        &nonce,
        Some(POLICY),
        &[root(fresh)],
        fresh.clock.now(),
    )
    .unwrap()
}

fn number(token: &Token) -> u128 {
    token
        .serial
        .iter()
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[tokio::test]
async fn a_token_names_the_sandboxs_time_and_verifies_to_its_root() {
    let fresh = fresh().await;
    fresh.clock.advance(Duration::from_millis(1_250));
    let token = stamp(&fresh, "a document").await;
    assert_eq!(token.time.to_string(), "2026-11-24T12:00:01.250Z");
    assert_eq!(
        token.tsa.facts().subject_common_name.as_deref(),
        Some("Amnat SANDBOX Time-Stamp Authority")
    );
    assert!(token.tsa.facts().extended_key_usage_critical);
    assert_eq!(token.policy, POLICY);
}

#[tokio::test]
async fn serial_numbers_rise_and_go_on_rising_after_a_restart() {
    let mut fresh = fresh().await;
    let mut last = 0;
    for _ in 0..3 {
        for _ in 0..4 {
            let serial = number(&stamp(&fresh, "again").await);
            assert!(serial > last, "{serial} after {last}");
            last = serial;
        }
        fresh = fresh.restarted().await;
    }
}

#[tokio::test]
async fn a_refused_query_is_answered_with_the_reason() {
    let fresh = fresh().await;
    let answer = post(&fresh, "application/timestamp-query", b"no query".to_vec()).await;
    assert_eq!(answer.status(), 200);
    let answer = answer.bytes().await.unwrap();
    let (imprint, nonce) = (
        Digest::of("one"),
        Nonce::generate(&SeededRandomness::new(7)),
    );
    let read = read_response(
        &answer,
        &imprint,
        &nonce,
        None,
        &[root(&fresh)],
        fresh.clock.now(),
    );
    assert!(
        matches!(read, Err(TimestampRefusal::Rejected { status: 2, .. })),
        "{read:?}"
    );
    assert_eq!(post(&fresh, "text/plain", Vec::new()).await.status(), 415);
}

#[test]
fn numbers_are_set_aside_before_they_are_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("serial");
    let mut serials = Serials::open(path.clone()).unwrap();
    for expected in 1..=BLOCK + 5 {
        let serial = serials.take().unwrap();
        assert_eq!(serial, expected);
        let on_disk: u64 = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        assert!(on_disk > serial);
    }
    assert_eq!(
        Serials::open(path.clone()).unwrap().take().unwrap(),
        2 * BLOCK + 1
    );
    std::fs::write(&path, "many").unwrap();
    assert!(matches!(
        Serials::open(path),
        Err(SandboxError::State { .. })
    ));
}
