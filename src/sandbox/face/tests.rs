use super::portrait::{SIDE, encode, png};
use super::*;
use crate::sandbox::world::World;

fn pixels(bytes: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

#[test]
fn a_portrait_is_the_same_every_time_and_matches_itself_completely() {
    let portrait = png("1100100000018").unwrap();
    assert_eq!(portrait, png("1100100000018").unwrap());
    assert_eq!(
        compare(&portrait, &portrait),
        Comparison {
            outcome: Outcome::Matched,
            score: Some(10_000)
        }
    );
}

#[test]
fn nobody_is_taken_for_somebody_else() {
    let world = World::load().unwrap();
    let thumbnails: Vec<_> = world
        .people()
        .iter()
        .map(|person| thumbnail(&png(person.national_id.expose()).unwrap()).unwrap())
        .collect();
    let mut highest = 0;
    for (index, one) in thumbnails.iter().enumerate() {
        for other in thumbnails.iter().skip(index + 1) {
            highest = highest.max(correlation(one, other).unwrap());
        }
    }
    assert!(highest < MATCH_FROM - 500, "{highest}");
}

#[test]
fn a_darker_noisier_picture_lit_from_one_side_still_matches() {
    let portrait = png("3100500000020").unwrap();
    let noisy: Vec<u8> = pixels(&portrait)
        .into_iter()
        .enumerate()
        .map(|(index, value)| {
            let (noise, column) = ((index * 7919) % 31, index / 3 % SIDE as usize);
            (f32::from(value) * 0.6 + noise as f32 + 0.2 * column as f32) as u8
        })
        .collect();
    let score = compare(&encode(SIDE, SIDE, &noisy).unwrap(), &portrait)
        .score
        .unwrap();
    assert!((8_800..10_000).contains(&score), "{score}");
}

#[test]
fn what_is_not_a_usable_picture_is_rejected_for_its_quality() {
    let portrait = png("3100500000020").unwrap();
    let small = encode(32, 32, &[120; 32 * 32 * 3]).unwrap();
    let blank = encode(128, 128, &[120; 128 * 128 * 3]).unwrap();
    for bytes in [
        &b"\xff\xd8\xff\xe0 a photograph"[..],
        b"",
        &small,
        &blank,
        &portrait[..200],
    ] {
        assert_eq!(
            compare(bytes, &portrait),
            Comparison {
                outcome: Outcome::QualityRejected,
                score: None
            }
        );
    }
}

use crate::sandbox::tests::{Fresh, client, fresh};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn request(pid: &str, picture: &[u8]) -> Value {
    json!({
        "transaction_id": "4b1c", "pid": pid,
        "face": {"format": "png", "data": STANDARD.encode(picture), "captured_at": "2026-11-24T11:59:00Z"},
        "consent": {"consent_id": "cns_1", "purpose": "identity_verification", "given_at": "2026-11-24T11:58:00Z",
                    "text_sha256": "00"},
    })
}

async fn verify(fresh: &Fresh, body: &Value) -> reqwest::Response {
    let url = format!("{}/fvs/v1/verify", fresh.sandbox.addresses().face_url);
    client().post(url).json(body).send().await.unwrap()
}

#[tokio::test]
async fn the_engine_answers_with_a_percentage_over_http() {
    let fresh = fresh().await;
    let url = format!(
        "{}/sandbox/portraits/1100100000018.png",
        fresh.sandbox.addresses().face_url
    );
    let portrait = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let answer = verify(&fresh, &request("1100100000018", &portrait)).await;
    assert_eq!(answer.headers()["ratelimit-limit"], "60");
    assert_eq!(answer.headers()["ratelimit-remaining"], "59");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(
        (&answer["result"], &answer["score_percent"]),
        (&json!("MATCHED"), &json!(100.0))
    );
    assert_eq!(answer["transaction_id"], "4b1c");
    let cases = [
        (request("3100500000020", &portrait), "NOT_MATCHED"),
        (request("1101700203450", &portrait), "NO_REFERENCE"),
        (
            request("1100100000018", b"not a picture"),
            "QUALITY_REJECTED",
        ),
    ];
    for (body, result) in cases {
        let answer: Value = verify(&fresh, &body).await.json().await.unwrap();
        assert_eq!(answer["result"], result);
        assert_eq!(
            answer.get("score_percent").is_some(),
            result == "NOT_MATCHED"
        );
    }
}

#[tokio::test]
async fn without_consent_nothing_is_compared() {
    let fresh = fresh().await;
    let portrait = png("1100100000018").unwrap();
    let mut absent = request("1100100000018", &portrait);
    absent.as_object_mut().unwrap().remove("consent");
    let mut empty = request("1100100000018", &portrait);
    empty["consent"]["consent_id"] = json!("");
    let mut later = request("1100100000018", &portrait);
    later["consent"]["given_at"] = json!("2026-11-24T12:00:01Z");
    for body in [absent, empty, later] {
        let answer = verify(&fresh, &body).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({"error": "consent_missing"})
        );
    }
}

#[tokio::test]
async fn the_sixty_first_request_in_a_second_is_put_off() {
    let fresh = fresh().await;
    let body = request("1100100000018", b"small");
    for _ in 0..60 {
        assert_eq!(verify(&fresh, &body).await.status(), 200);
    }
    let answer = verify(&fresh, &body).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "1");
    fresh.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(verify(&fresh, &body).await.status(), 200);
}
