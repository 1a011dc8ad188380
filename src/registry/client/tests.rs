//! A register that misbehaves in every way there is.

use super::*;
use crate::kernel::id::SeededRandomness;
use crate::kernel::time::FixedClock;
use crate::registry::service::tests::{Extension, house, identity_settings};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Moment;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const ENTRY: &str = r#"{"JuristicID":"0105569999999","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"ร้าง"}"#;

/// What a stub says to one request.
#[derive(Clone)]
enum Reply {
    /// This, in full.
    Says(String),
    /// This, after a while.
    Slow(Duration, String),
    /// Half of it, then silence and the end.
    BreaksOff,
}

fn with(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Says(format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    ))
}

fn page(entries: &[&str]) -> String {
    format!(r#"{{"ResultList":[{}]}}"#, entries.join(","))
}

fn fine() -> Reply {
    with("200 OK", "", &page(&[ENTRY]))
}

/// A register that answers by the number of the request (from 0) and its text.
struct Stub {
    url: Url,
    asked: Arc<AtomicUsize>,
    answering: tokio::task::JoinHandle<()>,
}

impl Stub {
    async fn new(reply: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, reply) = (asked.clone(), Arc::new(reply));
        let answering = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (count, reply) = (count.clone(), reply.clone());
                tokio::spawn(async move {
                    let mut request = vec![0; 8_192];
                    let read = stream.read(&mut request).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&request[..read]).into_owned();
                    let reply = reply(count.fetch_add(1, Ordering::SeqCst), &text);
                    let text = match reply {
                        Reply::Says(text) => text,
                        Reply::Slow(time, text) => {
                            tokio::time::sleep(time).await;
                            text
                        }
                        Reply::BreaksOff => {
                            "HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"ResultList\":["
                                .to_owned()
                        }
                    };
                    // The client may have gone away already.
                    drop(stream.write_all(text.as_bytes()).await);
                });
            }
        });
        Self {
            url: url.parse().unwrap(),
            asked,
            answering,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn client(&self, change: impl Fn(&mut ClientSettings)) -> (RegisterClient, Arc<FixedClock>) {
        let mut settings = ClientSettings::new(self.url.clone());
        settings.connect = Duration::from_secs(5);
        settings.retry = RetryLimits {
            tries: 3,
            first_pause: Duration::from_millis(20),
            longest_pause: Duration::from_millis(40),
            deadline: Duration::from_secs(10),
            each: Duration::from_secs(5),
        };
        change(&mut settings);
        let clock = Arc::new(FixedClock::at("2026-11-24T03:00:00Z".parse().unwrap()));
        let randomness = Arc::new(SeededRandomness::new(1));
        let client = RegisterClient::new(&settings, clock.clone(), randomness).unwrap();
        (client, clock)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

fn number() -> RegistrationNumber {
    "0105569999999".parse().unwrap()
}

async fn fetch(client: &RegisterClient) -> Result<Option<Fetched>, SourceFailure> {
    client.fetch(&number()).await
}

#[tokio::test]
async fn what_surely_did_nothing_is_tried_again_and_nothing_else_is() {
    for (status, tries) in [
        ("502 Bad Gateway", 2),
        ("503 Service Unavailable", 2),
        ("504 Gateway Timeout", 2),
        ("429 Too Many Requests", 2),
        ("500 Internal Server Error", 1),
        ("404 Not Found", 1),
        ("301 Moved Permanently", 1),
        ("304 Not Modified", 1),
    ] {
        let stub = Stub::new(move |count, _| match count {
            0 => with(status, "location: http://127.0.0.1:9/\r\n", ""),
            _ => fine(),
        })
        .await;
        let (client, _) = stub.client(|_| {});
        assert_eq!(fetch(&client).await.is_ok(), tries == 2, "{status}");
        assert_eq!(stub.asked(), tries, "{status}");
    }
}

#[tokio::test]
async fn tries_end_and_the_last_failure_is_told() {
    let stub = Stub::new(|_, _| with("503 Service Unavailable", "", "")).await;
    let (client, _) = stub.client(|_| {});
    assert!(matches!(
        fetch(&client).await,
        Err(SourceFailure::Status(503))
    ));
    assert_eq!(stub.asked(), 3);
}

#[tokio::test]
async fn all_tries_together_keep_the_deadline() {
    let slow = Reply::Slow(Duration::from_secs(30), String::new());
    let stub = Stub::new(move |_, _| slow.clone()).await;
    let (client, _) = stub.client(|settings| {
        settings.retry.deadline = Duration::from_millis(600);
    });
    let began = Moment::now();
    assert!(matches!(
        fetch(&client).await,
        Err(SourceFailure::Unreachable(_))
    ));
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        stub.asked(),
        1,
        "an answer that may still come is not asked for again"
    );

    let stub = Stub::new(|_, _| with("503 Service Unavailable", "", "")).await;
    let (client, _) = stub.client(|settings| {
        settings.retry.tries = 10;
        settings.retry.first_pause = Duration::from_millis(400);
        settings.retry.longest_pause = Duration::from_millis(400);
        settings.retry.deadline = Duration::from_millis(900);
    });
    let began = Moment::now();
    assert!(fetch(&client).await.is_err());
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert!(stub.asked() <= 5, "{}", stub.asked());
}

#[tokio::test]
async fn a_register_that_asks_for_patience_gets_it_or_is_left() {
    let stub = Stub::new(|count, _| match count {
        0 => with("429 Too Many Requests", "retry-after: 1\r\n", ""),
        _ => fine(),
    })
    .await;
    let (client, _) = stub.client(|_| {});
    let began = Moment::now();
    assert!(fetch(&client).await.unwrap().is_some());
    assert!(began.elapsed() >= Duration::from_secs(1));
    for patience in ["3600", "Tue, 24 Nov 2026 03:30:00 GMT"] {
        let headers = format!("retry-after: {patience}\r\n");
        let stub = Stub::new(move |_, _| with("503 Service Unavailable", &headers, "")).await;
        let (client, _) = stub.client(|_| {});
        let began = Moment::now();
        assert!(fetch(&client).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(stub.asked(), 1, "{patience}");
    }
}

#[tokio::test]
async fn garbage_halves_crowds_and_floods_are_no_answer() {
    let flood = "x".repeat(MAX_BYTES + 1);
    type Is = fn(&SourceFailure) -> bool;
    let cases: [(Reply, Is); 6] = [
        (with("200 OK", "", "<html>maintenance</html>"), |f| {
            matches!(f, SourceFailure::Shape(_))
        }),
        (with("200 OK", "", r#"{"ResultList":7}"#), |f| {
            matches!(f, SourceFailure::Shape(_))
        }),
        (with("200 OK", "", &page(&[ENTRY, ENTRY])), |f| {
            matches!(f, SourceFailure::Several(2))
        }),
        (with("200 OK", "", &flood), |f| {
            matches!(f, SourceFailure::TooLarge(MAX_BYTES))
        }),
        (
            Reply::Says(format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{flood}"
            )),
            |f| matches!(f, SourceFailure::TooLarge(MAX_BYTES)),
        ),
        (Reply::BreaksOff, |f| {
            matches!(f, SourceFailure::Unreachable(_))
        }),
    ];
    for (place, (reply, is)) in cases.into_iter().enumerate() {
        let stub = Stub::new(move |_, _| reply.clone()).await;
        let (client, _) = stub.client(|_| {});
        let failure = fetch(&client).await.err().unwrap();
        assert!(is(&failure), "{place}: {failure}");
        assert!(
            !chain(&failure).contains("0105569999999"),
            "the number that was asked for is not in the failure"
        );
    }
}

#[tokio::test]
async fn a_register_that_keeps_failing_is_left_alone_and_tried_again_later() {
    let well = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let now = well.clone();
    let stub = Stub::new(move |_, _| match now.load(Ordering::SeqCst) {
        true => fine(),
        false => with("500 Internal Server Error", "", ""),
    })
    .await;
    let (client, clock) = stub.client(|settings| {
        settings.breaker = BreakerLimits {
            least_calls: 4,
            probes: 2,
            ..BreakerLimits::default()
        };
    });
    for _ in 0..4 {
        assert!(matches!(
            fetch(&client).await,
            Err(SourceFailure::Status(500))
        ));
    }
    // Now it is answered at once, without asking.
    let Err(SourceFailure::Open { after }) = fetch(&client).await else {
        panic!("the breaker did not open");
    };
    assert_eq!(after, Duration::from_secs(15));
    assert_eq!(stub.asked(), 4);
    // The first probe fails: open for another pause.
    clock.advance(Duration::from_secs(15));
    assert!(matches!(
        fetch(&client).await,
        Err(SourceFailure::Status(500))
    ));
    assert!(matches!(
        fetch(&client).await,
        Err(SourceFailure::Open { .. })
    ));
    assert_eq!(stub.asked(), 5);
    // Well again: the probes close it.
    well.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(15));
    for _ in 0..6 {
        assert!(fetch(&client).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn one_record_of_another_shape_shuts_nobody_out() {
    let stub = Stub::new(|_, request| match request.contains("0105569999999") {
        true => with("200 OK", "", r#"{"ResultList":7}"#),
        false => fine(),
    })
    .await;
    let (client, _) = stub.client(|_| {});
    for _ in 0..30 {
        assert!(matches!(fetch(&client).await, Err(SourceFailure::Shape(_))));
    }
    let other = "0107568999997".parse().unwrap();
    assert!(client.fetch(&other).await.is_ok());
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_probe_behind() {
    let stub = Stub::new(|count, _| match count {
        0..4 => with("500 Internal Server Error", "", ""),
        4..6 => Reply::Slow(Duration::from_secs(30), String::new()),
        _ => fine(),
    })
    .await;
    let (client, clock) = stub.client(|settings| {
        settings.breaker = BreakerLimits {
            least_calls: 4,
            probes: 2,
            ..BreakerLimits::default()
        };
    });
    for _ in 0..4 {
        assert!(fetch(&client).await.is_err());
    }
    clock.advance(Duration::from_secs(15));
    for _ in 0..2 {
        let gone = tokio::time::timeout(Duration::from_millis(300), fetch(&client)).await;
        assert!(gone.is_err());
    }
    assert!(fetch(&client).await.unwrap().is_some());
}

#[tokio::test]
async fn a_known_answer_is_asked_for_by_its_tag() {
    let changed = page(&[&ENTRY.replace("ร้าง", "เลิก")]);
    let stub = Stub::new(move |count, request| match count {
        0 => with("200 OK", "etag: \"one\"\r\n", &page(&[ENTRY])),
        1 | 2 if request.contains("if-none-match: \"one\"\r\n") => {
            with("304 Not Modified", "etag: \"one\"\r\n", "")
        }
        // Weak: another answer may stand for it.
        3 => with("200 OK", "etag: W/\"two\"\r\n", &changed),
        _ if request.contains("if-none-match") => with("500 Internal Server Error", "", ""),
        _ => fine(),
    })
    .await;
    let (client, _) = stub.client(|_| {});
    let status = |fetched: Option<Fetched>| fetched.unwrap().entry.juristic_status.0;
    for expected in ["ร้าง", "ร้าง", "ร้าง", "เลิก", "ร้าง"]
    {
        assert_eq!(status(fetch(&client).await.unwrap()), expected);
    }
    assert_eq!(stub.asked(), 5);
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_again_and_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(listener);
    let clock = Arc::new(FixedClock::at("2026-11-24T03:00:00Z".parse().unwrap()));
    let settings = ClientSettings {
        breaker: BreakerLimits {
            least_calls: 6,
            ..BreakerLimits::default()
        },
        ..ClientSettings::new(url)
    };
    let randomness = Arc::new(SeededRandomness::new(1));
    let client = RegisterClient::new(&settings, clock, randomness).unwrap();
    for _ in 0..2 {
        assert!(matches!(
            fetch(&client).await,
            Err(SourceFailure::Unreachable(_))
        ));
    }
    assert!(matches!(
        fetch(&client).await,
        Err(SourceFailure::Open { .. })
    ));
}

#[tokio::test]
async fn plain_http_is_never_spoken_where_mutual_tls_is_set() {
    let stub = Stub::new(|_, _| fine()).await;
    let house = house(Extension::NotOffered).await;
    let tls = identity_settings(&house.sandbox, Extension::Offered)
        .await
        .tls;
    let (client, _) = stub.client(|settings| settings.exchange_tls = Some(tls.clone()));
    assert!(fetch(&client).await.is_err());
    assert_eq!(stub.asked(), 0);
}
