//! The client against engines that answer, fail, stall and lie.

use super::*;
use crate::face::comparison::{ConsentReference, FaceImage, ImageFormat, PURPOSE};
use crate::kernel::digest::Digest;
use crate::kernel::time::FixedClock;
use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Stopwatch;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nface";

fn now() -> Instant {
    "2026-11-24T02:30:00Z".parse().unwrap()
}

fn request() -> FaceRequest {
    let image = FaceImage::new(ImageFormat::Png, Zeroizing::new(PNG.to_vec()), now()).unwrap();
    let consent = ConsentReference {
        consent_id: "cns_1".to_owned(),
        purpose: PURPOSE.to_owned(),
        given_at: now(),
        expires_at: now().plus(Duration::from_secs(600)),
        withdrawn: false,
        text_digest: Digest::of("words"),
    };
    FaceRequest::new(
        "tx-1",
        "1101700230708".parse().unwrap(),
        image,
        consent,
        now(),
    )
    .unwrap()
}

/// An engine that gives one answer, and counts how often it was asked.
struct Engine {
    client: HttpFaceEngine,
    clock: Arc<FixedClock>,
    asked: Arc<AtomicUsize>,
    last: Arc<Mutex<serde_json::Value>>,
    handle: actix_web::dev::ServerHandle,
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

#[derive(Clone)]
struct Behaviour {
    status: u16,
    body: String,
    pause: Duration,
    last: Arc<Mutex<serde_json::Value>>,
    asked: Arc<AtomicUsize>,
}

async fn act(behaviour: web::Data<Behaviour>, body: web::Bytes) -> HttpResponse {
    behaviour.asked.fetch_add(1, Ordering::SeqCst);
    *behaviour.last.lock().unwrap() = serde_json::from_slice(&body).unwrap();
    tokio::time::sleep(behaviour.pause).await;
    let mut answer = HttpResponse::build(StatusCode::from_u16(behaviour.status).unwrap());
    answer.insert_header(("Retry-After", "7"));
    answer.insert_header(("Location", "http://127.0.0.1:9/"));
    answer.body(behaviour.body.clone())
}

async fn engine(status: u16, body: &str, pause: Duration) -> Engine {
    let behaviour = Behaviour {
        status,
        body: body.to_owned(),
        pause,
        last: Arc::default(),
        asked: Arc::default(),
    };
    let (asked, last) = (behaviour.asked.clone(), behaviour.last.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(behaviour.clone()))
            .route("/fvs/v1/verify", web::post().to(act))
    })
    .workers(1)
    .bind(("127.0.0.1", 0))
    .unwrap();
    let url = format!("http://{}/", server.addrs()[0]).parse().unwrap();
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let clock = Arc::new(FixedClock::at(now()));
    let client = HttpFaceEngine::new(&url, clock.clone()).unwrap();
    Engine {
        client,
        clock,
        asked,
        last,
        handle,
    }
}

fn body(result: &str, score: &str) -> String {
    format!(
        r#"{{"transaction_id":"tx-1","result":"{result}",{score}"engine":"E 1","checked_at":"2026-11-24T02:30:01Z"}}"#
    )
}

async fn ask(status: u16, body: &str) -> Result<FaceAnswer, FaceFailure> {
    let engine = engine(status, body, Duration::ZERO).await;
    engine.client.compare(request()).await
}

#[actix_web::test]
async fn a_comparison_carries_consent_and_picture_and_comes_back_in_hundredths() {
    let engine = engine(
        200,
        &body(
            "MATCHED",
            r#""score_percent":93.41,"reference_date":"2019-05-02","#,
        ),
        Duration::ZERO,
    )
    .await;
    let answer = engine.client.compare(request()).await.unwrap();
    assert_eq!(
        answer.outcome,
        FaceOutcome::Matched(Score::from_hundredths(9341).unwrap())
    );
    assert_eq!(answer.engine, "E 1");
    assert_eq!(answer.reference_date, NaiveDate::from_ymd_opt(2019, 5, 2));
    let asked = engine.last.lock().unwrap().clone();
    assert_eq!(asked["face"]["data"], STANDARD.encode(PNG));
    assert_eq!(asked["consent"]["consent_id"], "cns_1");
    assert_eq!(
        asked["consent"]["text_sha256"],
        Digest::of("words").to_hex()
    );
    assert_eq!(asked["pid"], "1101700230708");
}

#[actix_web::test]
async fn every_agreed_result_is_understood() {
    let low = Score::from_hundredths(1250).unwrap();
    for (result, outcome) in [
        ("NOT_MATCHED", FaceOutcome::NotMatched(low)),
        ("NO_REFERENCE", FaceOutcome::NoReference),
        ("QUALITY_REJECTED", FaceOutcome::QualityRejected),
        ("PERSON_INACTIVE", FaceOutcome::PersonInactive),
    ] {
        let answer = ask(200, &body(result, r#""score_percent":12.5,"#)).await;
        assert_eq!(answer.unwrap().outcome, outcome);
    }
    assert_eq!(ask(200, &body("ERROR", "")).await, Err(FaceFailure::Engine));
}

#[actix_web::test]
async fn busy_broken_and_refusing_engines_give_no_result() {
    let busy = FaceFailure::Busy {
        retry_after: Duration::from_secs(7),
    };
    let matched = body("MATCHED", r#""score_percent":99.0,"#);
    assert_eq!(ask(429, &matched).await, Err(busy.clone()));
    assert_eq!(ask(503, &matched).await, Err(busy));
    assert_eq!(ask(500, &matched).await, Err(FaceFailure::Engine));
    for status in [302, 400, 401, 404] {
        assert_eq!(
            ask(status, &matched).await,
            Err(FaceFailure::Refused { status })
        );
    }
}

#[actix_web::test]
async fn answers_that_cannot_be_used_give_no_result() {
    for answer in [
        String::new(),
        "{}".to_owned(),
        "<html>".to_owned(),
        body("MATCHED", ""),
        body("MATCHED", r#""score_percent":100.5,"#),
        body("MATCHED", r#""score_percent":-1,"#),
        body("MATCHED", r#""score_percent":1e-7,"#),
        body("matched", r#""score_percent":99,"#),
        body("MATCHED", r#""score_percent":99,"#).replace("tx-1", "tx-2"),
        format!(
            "{}{}",
            body("MATCHED", r#""score_percent":99,"#),
            " ".repeat(LARGEST_ANSWER)
        ),
    ] {
        assert!(
            matches!(ask(200, &answer).await, Err(FaceFailure::Unreadable { .. })),
            "{answer}"
        );
    }
}

#[actix_web::test]
async fn an_engine_that_stalls_is_given_up_after_five_seconds() {
    let matched = body("MATCHED", r#""score_percent":99.0,"#);
    let engine = engine(200, &matched, Duration::from_secs(8)).await;
    let started = Stopwatch::now();
    let outcome = engine.client.compare(request()).await;
    assert_eq!(outcome, Err(FaceFailure::TimedOut));
    assert!((4..7).contains(&started.elapsed().as_secs()));
}

#[actix_web::test]
async fn an_engine_that_is_not_there_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let clock = Arc::new(FixedClock::at(now()));
    let client = HttpFaceEngine::new(&url.parse().unwrap(), clock).unwrap();
    let failure = client.compare(request()).await.unwrap_err();
    assert!(
        matches!(failure, FaceFailure::Unreachable { .. }),
        "{failure:?}"
    );
}

#[actix_web::test]
async fn a_failing_engine_is_left_alone_and_tried_again_later() {
    let engine = engine(500, "", Duration::ZERO).await;
    for _ in 0..20 {
        assert_eq!(
            engine.client.compare(request()).await,
            Err(FaceFailure::Engine)
        );
    }
    let failure = engine.client.compare(request()).await.unwrap_err();
    assert!(matches!(failure, FaceFailure::LeftAlone { .. }));
    assert_eq!(engine.asked.load(Ordering::SeqCst), 20);
    engine.clock.advance(Duration::from_secs(15));
    assert_eq!(
        engine.client.compare(request()).await,
        Err(FaceFailure::Engine)
    );
}
