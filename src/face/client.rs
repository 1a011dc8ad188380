//! The engine over HTTP.

use super::breaker::Breaker;
use super::comparison::{FaceAnswer, FaceOutcome, FaceRequest, Score};
use super::engine::{Comparing, FaceEngine, FaceFailure};
use crate::kernel::time::{Clock, Instant};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::NaiveDate;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Everything together: waiting for a place, connecting, answering (REL-22).
const DEADLINE: Duration = Duration::from_secs(5);
/// Until a connection stands.
const CONNECT: Duration = Duration::from_millis(500);
/// Calls in flight at most: our share of the national engine (REL-21).
const IN_FLIGHT: usize = 48;
/// How long a call waits for a place.
const PATIENCE: Duration = Duration::from_secs(2);
/// Largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024;
/// What is told to callers when the engine does not say when to come again.
const COME_AGAIN: Duration = Duration::from_secs(2);

/// An engine behind `POST {base}/fvs/v1/verify`.
pub struct HttpFaceEngine {
    http: reqwest::Client,
    url: url::Url,
    clock: Arc<dyn Clock>,
    places: Semaphore,
    breaker: Mutex<Breaker>,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FaceClientError {
    /// The network library.
    #[error("the client of the face engine could not be made")]
    Client(#[from] reqwest::Error),
    /// The address.
    #[error("the address of the face engine cannot be used")]
    Address(#[from] url::ParseError),
}

impl std::fmt::Debug for HttpFaceEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpFaceEngine").finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Question<'a> {
    transaction_id: &'a str,
    pid: &'a str,
    face: Face<'a>,
    consent: Consent<'a>,
}

#[derive(Serialize)]
struct Face<'a> {
    format: &'a str,
    data: &'a str,
    captured_at: Instant,
}

#[derive(Serialize)]
struct Consent<'a> {
    consent_id: &'a str,
    purpose: &'a str,
    given_at: Instant,
    text_sha256: String,
}

#[derive(Deserialize)]
struct Answer {
    transaction_id: String,
    result: String,
    #[serde(default)]
    score_percent: Option<serde_json::Number>,
    #[serde(default)]
    reference_date: Option<NaiveDate>,
    engine: String,
    checked_at: Instant,
}

/// The question's bytes, wiped when they are dropped; the network library's own buffers are beyond our reach.
fn question(request: &FaceRequest) -> Result<Zeroizing<Vec<u8>>, FaceFailure> {
    let image = request.image();
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut data = Zeroizing::new(String::with_capacity(image.expose().len() * 4 / 3 + 4));
    STANDARD.encode_string(image.expose(), &mut data);
    let consent = request.consent();
    let question = Question {
        transaction_id: request.transaction(),
        pid: request.person().expose(),
        face: Face {
            format: image.format().name(),
            data: &data,
            captured_at: image.captured_at(),
        },
        consent: Consent {
            consent_id: &consent.consent_id,
            purpose: &consent.purpose,
            given_at: consent.given_at,
            text_sha256: consent.text_digest.to_hex(),
        },
    };
    let mut body = Zeroizing::new(Vec::with_capacity(data.len() + 2048));
    serde_json::to_writer(&mut *body, &question).map_err(|error| unreadable(&error))?;
    Ok(body)
}

fn unreadable(cause: &dyn std::fmt::Display) -> FaceFailure {
    FaceFailure::Unreadable {
        cause: cause.to_string(),
    }
}

impl HttpFaceEngine {
    /// The engine below this address.
    pub fn new(base: &url::Url, clock: Arc<dyn Clock>) -> Result<Self, FaceClientError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let base = base.as_str().trim_end_matches('/');
        Ok(Self {
            http,
            url: url::Url::parse(&format!("{base}/fvs/v1/verify"))?,
            clock,
            places: Semaphore::new(IN_FLIGHT),
            breaker: Mutex::new(Breaker::default()),
        })
    }

    fn breaker<T>(&self, work: impl FnOnce(&mut Breaker, Instant) -> T) -> T {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut breaker, self.clock.now())
    }

    async fn ask(&self, request: FaceRequest) -> Result<FaceAnswer, FaceFailure> {
        let busy = FaceFailure::Busy {
            retry_after: COME_AGAIN,
        };
        let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, self.places.acquire()).await else {
            return Err(busy);
        };
        self.breaker(Breaker::admit)
            .map_err(|retry_after| FaceFailure::LeftAlone { retry_after })?;
        let outcome = self.exchange(&request).await;
        self.breaker(|breaker, now| breaker.report(now, is_alive(&outcome)));
        outcome
    }

    async fn exchange(&self, request: &FaceRequest) -> Result<FaceAnswer, FaceFailure> {
        // Shared and not copied: both attempts send the same bytes, and the last owner wipes them.
        let body = Bytes::from_owner(question(request)?);
        let first = self.send(body.clone()).await;
        let response = match first {
            // No connection stood: the engine surely saw nothing (REL-24).
            Err(error) if error.is_connect() => self.send(body).await,
            other => other,
        };
        let response = response.map_err(|error| {
            if error.is_timeout() {
                FaceFailure::TimedOut
            } else {
                FaceFailure::Unreachable {
                    cause: error.without_url().to_string(),
                }
            }
        })?;
        read(response, request.transaction()).await
    }

    async fn send(&self, body: Bytes) -> Result<reqwest::Response, reqwest::Error> {
        self.http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await
    }
}

impl FaceEngine for HttpFaceEngine {
    fn compare(&self, request: FaceRequest) -> Comparing<'_> {
        Box::pin(async move {
            match tokio::time::timeout(DEADLINE, self.ask(request)).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    self.breaker(|breaker, now| breaker.report(now, false));
                    Err(FaceFailure::TimedOut)
                }
            }
        })
    }
}

/// Whether the engine did its work, whatever it found, or rightly refused ours.
fn is_alive(outcome: &Result<FaceAnswer, FaceFailure>) -> bool {
    matches!(outcome, Ok(_) | Err(FaceFailure::Refused { .. }))
}

async fn read(
    mut response: reqwest::Response,
    transaction: &str,
) -> Result<FaceAnswer, FaceFailure> {
    match response.status().as_u16() {
        200 => {}
        429 | 503 => {
            return Err(FaceFailure::Busy {
                retry_after: retry_after(&response),
            });
        }
        500.. => return Err(FaceFailure::Engine),
        status => return Err(FaceFailure::Refused { status }),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreadable(&error.without_url()))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(unreadable(&"it is longer than 16 KiB"));
        }
    }
    let answer: Answer = serde_json::from_slice(&body).map_err(|error| unreadable(&error))?;
    if answer.transaction_id != transaction {
        return Err(unreadable(&"it is for another transaction"));
    }
    Ok(FaceAnswer {
        outcome: outcome(&answer.result, answer.score_percent.as_ref())?,
        engine: answer.engine,
        reference_date: answer.reference_date,
        checked_at: answer.checked_at,
    })
}

fn outcome(result: &str, percent: Option<&serde_json::Number>) -> Result<FaceOutcome, FaceFailure> {
    let score = || {
        let percent = percent.ok_or_else(|| unreadable(&"the score is missing"))?;
        Score::read(&percent.to_string()).map_err(|error| unreadable(&error))
    };
    match result {
        "MATCHED" => Ok(FaceOutcome::Matched(score()?)),
        "NOT_MATCHED" => Ok(FaceOutcome::NotMatched(score()?)),
        "NO_REFERENCE" => Ok(FaceOutcome::NoReference),
        "QUALITY_REJECTED" => Ok(FaceOutcome::QualityRejected),
        "PERSON_INACTIVE" => Ok(FaceOutcome::PersonInactive),
        "ERROR" => Err(FaceFailure::Engine),
        _ => Err(unreadable(&"the result is none of those agreed")),
    }
}

fn retry_after(response: &reqwest::Response) -> Duration {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(COME_AGAIN, |seconds: u16| {
        Duration::from_secs(u64::from(seconds))
    })
}

#[cfg(test)]
mod tests;
