//! The register over HTTP: the government exchange's juristic service v4, its changes, and the officer-identity extension
//! behind mutual TLS.
//!
//! Every answer has a deadline and a size; redirects are not followed. A call is tried again when it surely did nothing
//! (no connection, 429, 502, 503, 504), within one deadline over all tries (REL-06, REL-31). A register that keeps failing
//! is left alone for a while (REL-23). An answer that carries a strong entity tag is kept, within bounds, and asked for
//! with `If-None-Match`: 304 stands for the same answer again, so that only the freshness of what we hold moves.

mod conditional;
mod door;

use super::breaker::BreakerLimits;
use super::exchange::Profile;
use super::follow::{ChangePage, Cursor};
use super::retry::RetryLimits;
use super::source::{
    ChangeFeed, Feed, FeedManifest, Fetched, IdentityAnswer, RegisterSource, SourceFailure,
};
use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, RegistrationNumber};
use crate::kernel::time::Clock;
use conditional::Conditional;
use door::{Asked, Door};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// How long a whole feed may take.
const FEED_DEADLINE: Duration = Duration::from_secs(300);
/// Largest answer about one juristic person, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Largest page of changes, in bytes.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;
/// Largest feed, in bytes.
const MAX_FEED_BYTES: usize = 512 * 1024 * 1024;

/// Where the register is, how we prove who we are, and how long we are patient.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Base URL of the exchange; paths are put below it.
    pub exchange: Url,
    /// Mutual TLS with the exchange, whose URL is `https` then. `None`: plain HTTP, or TLS under the machine's roots.
    pub exchange_tls: Option<MutualTls>,
    /// The identity extension, if the operator has it.
    pub identities: Option<IdentitySettings>,
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// Tries and deadline of one call.
    pub retry: RetryLimits,
    /// When a peer that keeps failing is left alone.
    pub breaker: BreakerLimits,
}

impl ClientSettings {
    /// The exchange alone, with the default patience.
    pub fn new(exchange: Url) -> Self {
        Self {
            exchange,
            exchange_tls: None,
            identities: None,
            connect: Duration::from_millis(500),
            retry: RetryLimits::default(),
            breaker: BreakerLimits::default(),
        }
    }
}

/// What we show, and under which roots we believe. The key is a secret: `Debug` prints a fixed word.
#[derive(Clone)]
pub struct MutualTls {
    /// Our certificate chain, PEM, own certificate first.
    pub certificate: Vec<u8>,
    /// Its key, PKCS#8 PEM.
    pub key: Vec<u8>,
    /// The only roots the peer's certificate may be issued under, PEM.
    pub roots: Vec<u8>,
}

impl std::fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MutualTls(hidden)")
    }
}

/// How to reach the identity extension.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// Base URL, `https`.
    pub url: Url,
    /// How we prove who we are.
    pub tls: MutualTls,
}

/// Settings that give no usable client.
#[derive(Debug, thiserror::Error)]
#[error("the register's client cannot be made: {part}")]
pub struct ClientError {
    part: &'static str,
    #[source]
    cause: reqwest::Error,
}

/// The register over HTTP. Cheap to share.
#[derive(Clone)]
pub struct RegisterClient {
    inner: Arc<Inner>,
}

struct Inner {
    exchange: (Url, Door),
    identities: Option<(Url, Door)>,
    kept: Mutex<Conditional>,
}

impl std::fmt::Debug for RegisterClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegisterClient({})", self.inner.exchange.0)
    }
}

impl RegisterClient {
    /// A client for these addresses.
    pub fn new(
        settings: &ClientSettings,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, ClientError> {
        let door = |peer, tls: Option<&MutualTls>| {
            let client = connection(settings.connect, tls)?;
            let (clock, randomness) = (Arc::clone(&clock), Arc::clone(&randomness));
            let (retry, breaker) = (settings.retry, settings.breaker);
            Ok(Door::new(peer, client, retry, breaker, clock, randomness))
        };
        let exchange = door("exchange", settings.exchange_tls.as_ref())?;
        let identities = match &settings.identities {
            None => None,
            Some(own) => Some((own.url.clone(), door("identities", Some(&own.tls))?)),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                exchange: (settings.exchange.clone(), exchange),
                identities,
                kept: Mutex::new(Conditional::default()),
            }),
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Conditional> {
        // An entry is put in and taken out whole.
        self.inner
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn profile(&self, number: &RegistrationNumber) -> Result<Profile, SourceFailure> {
        let (base, door) = &self.inner.exchange;
        let url = asked(base, "juristic/v4/profile/information", number);
        let known = self.kept().get(number);
        let answer = door.ask(&url, known.as_ref(), MAX_BYTES, json).await?;
        match answer {
            Asked::Same(profile) => Ok(profile),
            Asked::New { value, keep } => {
                self.kept().put(number.clone(), keep);
                Ok(value)
            }
        }
    }

    async fn identities(&self, number: &RegistrationNumber) -> IdentityAnswer {
        let Some((base, door)) = &self.inner.identities else {
            return IdentityAnswer::NotOffered;
        };
        let url = asked(base, "sandbox-extension/v1/officer-identities", number);
        // People's numbers are not kept, so that there is nothing to ask conditionally for.
        match door.ask(&url, None, MAX_BYTES, json).await {
            Ok(Asked::New { value, .. } | Asked::Same(value)) => IdentityAnswer::Given(value),
            Err(failure) => {
                tracing::warn!(error.chain = %chain(&failure), "the officers' numbers could not be asked for");
                IdentityAnswer::Failed(failure)
            }
        }
    }
}

/// A connection that follows no redirect and knows no proxy.
fn connection(connect: Duration, tls: Option<&MutualTls>) -> Result<reqwest::Client, ClientError> {
    let failed = |part: &'static str| move |cause| ClientError { part, cause };
    let base = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect)
        // The register is addressed by the operator's settings, never through a proxy of the environment.
        .no_proxy();
    let Some(own) = tls else {
        return base.build().map_err(failed("connection"));
    };
    let identity = reqwest::Identity::from_pkcs8_pem(&own.certificate, &own.key)
        .map_err(failed("client certificate and key"))?;
    let roots =
        reqwest::Certificate::from_pem_bundle(&own.roots).map_err(failed("trusted roots"))?;
    base.identity(identity)
        .tls_certs_only(roots)
        .https_only(true)
        .build()
        .map_err(failed("mutual TLS"))
}

impl RegisterSource for RegisterClient {
    fn fetch<'a>(
        &'a self,
        number: &'a RegistrationNumber,
    ) -> BoxFuture<'a, Result<Option<Fetched>, SourceFailure>> {
        Box::pin(async move {
            let (profile, identities) =
                futures_util::future::join(self.profile(number), self.identities(number)).await;
            let mut results = profile?.results;
            if results.len() > 1 {
                return Err(SourceFailure::Several(results.len()));
            }
            Ok(results.pop().map(|entry| Fetched { entry, identities }))
        })
    }

    fn feed(&self) -> BoxFuture<'_, Result<Feed, SourceFailure>> {
        Box::pin(async move {
            let (base, door) = &self.inner.exchange;
            let url = below(base, "feed/manifest.json");
            let manifest: FeedManifest = match door.ask(&url, None, MAX_BYTES, json).await? {
                Asked::New { value, .. } | Asked::Same(value) => value,
            };
            let url = below(base, "feed/register.jsonl");
            let lines = door.download(&url, FEED_DEADLINE, MAX_FEED_BYTES).await?;
            if Digest::of(&lines) != manifest.sha256 {
                return Err(SourceFailure::Manifest);
            }
            Ok(Feed { manifest, lines })
        })
    }

    fn tells_identities(&self) -> bool {
        self.inner.identities.is_some()
    }
}

impl ChangeFeed for RegisterClient {
    fn changes<'a>(
        &'a self,
        after: &'a Cursor,
        limit: u32,
    ) -> BoxFuture<'a, Result<ChangePage, SourceFailure>> {
        Box::pin(async move {
            let (base, door) = &self.inner.exchange;
            let mut url = below(base, "feed/changes");
            url.query_pairs_mut()
                .append_pair("after", after.as_str())
                .append_pair("limit", &limit.to_string());
            match door.ask(&url, None, MAX_PAGE_BYTES, json).await? {
                Asked::New { value, .. } | Asked::Same(value) => Ok(value),
            }
        })
    }
}

/// An address below a base, whether or not the base ends with a slash.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let folder = base.path().trim_end_matches('/');
    url.set_path(&format!("{folder}/{path}"));
    url
}

fn asked(base: &Url, path: &str, number: &RegistrationNumber) -> Url {
    let mut url = below(base, path);
    url.query_pairs_mut()
        .append_pair("JuristicID", number.as_str());
    url
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
