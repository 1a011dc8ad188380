//! The time-stamp authority over HTTP (RFC 3161 §3.4).

use super::timestamp::{TimestampAuthority, TimestampFailure, TimestampToken};
use crate::crypto::timestamp::{self, Nonce};
use crate::crypto::x509::Certificate;
use crate::kernel::digest::Digest;
use crate::kernel::id::Randomness;
use crate::kernel::time::Clock;
use reqwest::{Client, header};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long one answer may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// An authority at an address.
pub struct TimestampClient {
    client: Client,
    url: Url,
    roots: Vec<Certificate>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl TimestampClient {
    /// The roots are those that the authority's certificate must lead to.
    pub fn new(
        client: Client,
        url: Url,
        roots: Vec<Certificate>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Self {
        Self {
            client,
            url,
            roots,
            clock,
            randomness,
        }
    }

    async fn ask(&self, imprint: Digest) -> Result<TimestampToken, TimestampFailure> {
        let nonce = Nonce::generate(self.randomness.as_ref());
        let unavailable = |error: reqwest::Error| TimestampFailure::Unavailable {
            cause: error.without_url().to_string(),
        };
        let mut answer = self
            .client
            .post(self.url.clone())
            .timeout(DEADLINE)
            .header(header::CONTENT_TYPE, "application/timestamp-query")
            .body(timestamp::request(&imprint, &nonce))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(unavailable)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unavailable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(TimestampFailure::NotAccepted {
                    cause: "the answer is too long".to_owned(),
                });
            }
        }
        let token =
            timestamp::read_response(&body, &imprint, &nonce, None, &self.roots, self.clock.now())
                .map_err(|refusal| TimestampFailure::NotAccepted {
                    cause: refusal.to_string(),
                })?;
        Ok(TimestampToken(token.der))
    }
}

impl TimestampAuthority for TimestampClient {
    fn stamp<'a>(
        &'a self,
        imprint: Digest,
    ) -> Pin<Box<dyn Future<Output = Result<TimestampToken, TimestampFailure>> + Send + 'a>> {
        Box::pin(self.ask(imprint))
    }
}
