//! One peer: a connection, its breaker, and calls that are tried again.

use super::conditional::Kept;
use crate::kernel::id::Randomness;
use crate::kernel::time::Clock;
use crate::registry::breaker::{
    Admission, Breaker, BreakerLimits, BreakerPhase, Health, Ticket, Transition,
};
use crate::registry::retry::RetryLimits;
use crate::registry::source::SourceFailure;
use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant as Moment;
use url::Url;

/// A peer and how it has been doing.
pub(super) struct Door {
    peer: &'static str,
    client: reqwest::Client,
    retry: RetryLimits,
    breaker: Mutex<Breaker>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

/// What a call brought.
pub(super) enum Asked<T> {
    /// An answer, and what to keep of it, if anything.
    New { value: T, keep: Option<Kept> },
    /// The same as the kept answer, read again.
    Same(T),
}

/// One try that brought nothing.
struct Failed {
    failure: SourceFailure,
    /// Whether trying again is safe and may help.
    again: bool,
    /// How long the peer asked to be left alone.
    wanted: Option<Duration>,
    health: Health,
}

impl Failed {
    fn new(failure: SourceFailure, health: Health) -> Self {
        Self {
            failure,
            again: false,
            wanted: None,
            health,
        }
    }

    fn unreachable(error: reqwest::Error) -> Self {
        let again = error.is_connect();
        // The address holds the number that was asked for; logs must not (KEY-51).
        let failure = SourceFailure::Unreachable(Box::new(error.without_url()));
        Self {
            again,
            ..Self::new(failure, Health::Failed)
        }
    }
}

/// Leave for one try. Dropped without an outcome (the caller went away), it tells the breaker nothing.
struct Leave<'a> {
    door: &'a Door,
    ticket: Option<Ticket>,
}

impl Leave<'_> {
    fn end(mut self, health: Health) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.door.clock.now();
            let transition = self.door.breaker().record(ticket, health, now);
            self.door.tell(transition);
        }
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.door.breaker().abandon(ticket);
        }
    }
}

impl Door {
    pub(super) fn new(
        peer: &'static str,
        client: reqwest::Client,
        retry: RetryLimits,
        breaker: BreakerLimits,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Self {
        let breaker = Mutex::new(Breaker::new(breaker));
        Self {
            peer,
            client,
            retry,
            breaker,
            clock,
            randomness,
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        // Nothing that panics runs with the lock held.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Result<Leave<'_>, SourceFailure> {
        let (admission, transition) = self.breaker().admit(self.clock.now());
        self.tell(transition);
        match admission {
            Admission::Granted(ticket) => Ok(Leave {
                door: self,
                ticket: Some(ticket),
            }),
            Admission::Refused { after } => {
                self.count("left_alone");
                Err(SourceFailure::Open { after })
            }
        }
    }

    fn tell(&self, transition: Option<Transition>) {
        let Some(Transition { from, to }) = transition else {
            return;
        };
        let (peer, from_word, to_word) = (self.peer, from.as_str(), to.as_str());
        if to == BreakerPhase::Open {
            tracing::warn!(
                peer.name = peer,
                breaker.from = from_word,
                breaker.to = to_word,
                "the register keeps failing and is left alone"
            );
        } else {
            tracing::info!(
                peer.name = peer,
                breaker.from = from_word,
                breaker.to = to_word,
                "the register is tried again"
            );
        }
        metrics::counter!("amnat_register_breaker_transitions_total", "peer" => peer, "to" => to_word)
            .increment(1);
        let level = match to {
            BreakerPhase::Closed => 0.0,
            BreakerPhase::HalfOpen => 1.0,
            BreakerPhase::Open => 2.0,
        };
        metrics::gauge!("amnat_register_breaker_state", "peer" => peer).set(level);
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("amnat_register_calls_total", "peer" => self.peer, "outcome" => outcome)
            .increment(1);
    }

    /// Ask, and ask again where that is safe, until the deadline. `read` reads a body of at most `limit` bytes.
    pub(super) async fn ask<T>(
        &self,
        url: &Url,
        known: Option<&Kept>,
        limit: usize,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<Asked<T>, SourceFailure> {
        let began = Moment::now();
        let mut tried = 0;
        let mut last = None;
        while let Some(time) = self.retry.time_for_a_try(began.elapsed()) {
            let leave = match self.enter() {
                Ok(leave) => leave,
                // What went wrong before tells more than that nothing more is tried.
                Err(open) => return Err(last.unwrap_or(open)),
            };
            tried += 1;
            let failed = match self.once(url, known, time, limit, read).await {
                Ok(asked) => {
                    leave.end(Health::Well);
                    self.count(match asked {
                        Asked::New { .. } => "answered",
                        Asked::Same(_) => "not_modified",
                    });
                    return Ok(asked);
                }
                Err(failed) => failed,
            };
            leave.end(failed.health);
            self.count("failed");
            let pause = failed
                .again
                .then(|| {
                    self.retry
                        .pause(tried, began.elapsed(), failed.wanted, self.chance())
                })
                .flatten();
            let Some(pause) = pause else {
                return Err(failed.failure);
            };
            last = Some(failed.failure);
            tokio::time::sleep(pause).await;
        }
        Err(last.unwrap_or(SourceFailure::Deadline))
    }

    fn chance(&self) -> u64 {
        let mut bytes = [0; 8];
        self.randomness.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    async fn once<T>(
        &self,
        url: &Url,
        known: Option<&Kept>,
        time: Duration,
        limit: usize,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<Asked<T>, Failed> {
        let mut request = self.client.get(url.clone()).timeout(time);
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, &known.tag);
        }
        let response = request.send().await.map_err(Failed::unreachable)?;
        let status = response.status();
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            return read(&known.body).map(Asked::Same).map_err(unreadable);
        }
        if status != StatusCode::OK {
            return Err(self.refused(status, response.headers()));
        }
        let tag = response
            .headers()
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok())
            .map(str::to_owned);
        let body = body(response, limit).await?;
        let value = read(&body).map_err(unreadable)?;
        let keep = tag.and_then(|tag| Kept::of(&tag, &body));
        Ok(Asked::New { value, keep })
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap) -> Failed {
        let overloaded = status == StatusCode::TOO_MANY_REQUESTS;
        let again = overloaded
            || matches!(
                status,
                StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            );
        // That it refuses this one question says nothing of its health.
        let health = if overloaded || status.is_server_error() {
            Health::Failed
        } else {
            Health::Well
        };
        let wanted = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| self.retry_after(text));
        Failed {
            again,
            wanted,
            ..Failed::new(SourceFailure::Status(status.as_u16()), health)
        }
    }

    /// RFC 9110 section 10.2.3: seconds, or a date.
    fn retry_after(&self, text: &str) -> Option<Duration> {
        if let Ok(seconds) = text.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = chrono::DateTime::parse_from_rfc2822(text.trim()).ok()?;
        let left = until.timestamp_millis() - self.clock.now().millis();
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    /// A file of up to `limit` bytes, with one more try when no connection could be made.
    pub(super) async fn download(
        &self,
        url: &Url,
        deadline: Duration,
        limit: usize,
    ) -> Result<Vec<u8>, SourceFailure> {
        let send = || self.client.get(url.clone()).timeout(deadline).send();
        let sent = match send().await {
            Err(error) if error.is_connect() => send().await,
            other => other,
        };
        let response = sent.map_err(|error| Failed::unreachable(error).failure)?;
        if response.status() != StatusCode::OK {
            return Err(SourceFailure::Status(response.status().as_u16()));
        }
        body(response, limit).await.map_err(|failed| failed.failure)
    }
}

/// A body that is not JSON is no answer of this register (an error page, half an answer); JSON of another shape is a
/// matter of one juristic person, and must not shut the register out for all.
fn unreadable(error: serde_json::Error) -> Failed {
    let health = if error.is_data() {
        Health::Well
    } else {
        Health::Failed
    };
    Failed::new(SourceFailure::Shape(error), health)
}

async fn body(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    // A length that is told already tells enough.
    if response
        .content_length()
        .is_some_and(|told| told > limit as u64)
    {
        return Err(Failed::new(SourceFailure::TooLarge(limit), Health::Well));
    }
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(Failed::new(SourceFailure::TooLarge(limit), Health::Well));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            // Part of an answer came: whether to ask again is for the caller's next question.
            Err(error) => {
                return Err(Failed {
                    again: false,
                    ..Failed::unreachable(error)
                });
            }
        }
    }
}
