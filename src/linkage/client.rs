//! The status service over HTTP: `POST /foreigner-status/v1/passports`. The document travels in the body; an address
//! would be written to logs on the way (KEY-51).

use super::foreigner::{ForeignerStatus, ForeignerStatusSource, StatusAnswer, StatusFailure};
use crate::identity::person::Passport;
use crate::kernel::time::Instant;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// How long one answer may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// Largest answer, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The status service over HTTP.
#[derive(Debug, Clone)]
pub struct StatusClient {
    endpoint: Url,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct WireAnswer {
    status: String,
    as_of: Instant,
}

impl StatusClient {
    /// A client for the service below this base URL.
    pub fn new(base: &Url) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(DEADLINE)
            .timeout(DEADLINE)
            .no_proxy()
            .build()?;
        let mut endpoint = base.clone();
        let folder = base.path().trim_end_matches('/');
        endpoint.set_path(&format!("{folder}/foreigner-status/v1/passports"));
        Ok(Self { endpoint, client })
    }

    async fn ask(&self, passport: &Passport) -> Result<StatusAnswer, StatusFailure> {
        let send = || {
            self.client
                .post(self.endpoint.clone())
                .json(passport)
                .send()
        };
        let unreachable = |error: reqwest::Error| StatusFailure::Unreachable(Box::new(error));
        // A connection that cannot be made is tried once more (REL-06).
        let sent = match send().await {
            Err(error) if error.is_connect() => send().await,
            other => other,
        };
        let mut response = sent.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(StatusFailure::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(StatusFailure::Shape);
            }
            body.extend_from_slice(&chunk);
        }
        let answer: WireAnswer = serde_json::from_slice(&body).map_err(|_| StatusFailure::Shape)?;
        Ok(StatusAnswer {
            status: ForeignerStatus::find(&answer.status).ok_or(StatusFailure::Shape)?,
            as_of: answer.as_of,
        })
    }
}

impl ForeignerStatusSource for StatusClient {
    fn status<'a>(
        &'a self,
        passport: &'a Passport,
    ) -> BoxFuture<'a, Result<StatusAnswer, StatusFailure>> {
        Box::pin(self.ask(passport))
    }
}
