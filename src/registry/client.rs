//! The register over HTTP: the government exchange's juristic service v4, and the officer-identity extension behind
//! mutual TLS.
//!
//! Every answer has a deadline and a size; redirects are not followed; a connection that cannot be made is tried
//! once more (REL-06).

use super::exchange::Profile;
use super::identities::WireIdentities;
use super::source::{Feed, FeedManifest, Fetched, IdentityAnswer, RegisterSource, SourceFailure};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// How long one answer may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a whole feed may take.
const FEED_DEADLINE: Duration = Duration::from_secs(300);
/// Largest answer about one juristic person, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Largest feed, in bytes.
const MAX_FEED_BYTES: usize = 512 * 1024 * 1024;

/// Where the register is and how we prove who we are.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Base URL of the exchange; paths are put below it.
    pub exchange: Url,
    /// The identity extension, if the operator has it.
    pub identities: Option<IdentitySettings>,
}

/// How to reach the identity extension. The key is a secret: `Debug` prints a fixed word.
#[derive(Clone)]
pub struct IdentitySettings {
    /// Base URL, `https`.
    pub url: Url,
    /// Our certificate chain, PEM, own certificate first.
    pub certificate: Vec<u8>,
    /// Its key, PKCS#8 PEM.
    pub key: Vec<u8>,
    /// The only roots the peer's certificate may be issued under, PEM.
    pub roots: Vec<u8>,
}

impl std::fmt::Debug for IdentitySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdentitySettings({}, hidden)", self.url)
    }
}

/// Settings that give no usable client.
#[derive(Debug, thiserror::Error)]
#[error("the register's client cannot be made: {part}")]
pub struct ClientError {
    part: &'static str,
    #[source]
    cause: reqwest::Error,
}

/// The register over HTTP.
#[derive(Debug, Clone)]
pub struct RegisterClient {
    exchange: Url,
    plain: reqwest::Client,
    identities: Option<(Url, reqwest::Client)>,
}

impl RegisterClient {
    /// A client for these addresses.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        let failed = |part: &'static str| move |cause| ClientError { part, cause };
        let base = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(DEADLINE)
                // The register is addressed by the operator's settings, never through a proxy of the environment.
                .no_proxy()
        };
        let plain = base()
            .build()
            .map_err(failed("connection to the exchange"))?;
        let identities = match &settings.identities {
            None => None,
            Some(own) => {
                let identity = reqwest::Identity::from_pkcs8_pem(&own.certificate, &own.key)
                    .map_err(failed("client certificate and key"))?;
                let roots = reqwest::Certificate::from_pem_bundle(&own.roots)
                    .map_err(failed("trusted roots"))?;
                let client = base()
                    .identity(identity)
                    .tls_certs_only(roots)
                    .https_only(true)
                    .build()
                    .map_err(failed("mutual TLS"))?;
                Some((own.url.clone(), client))
            }
        };
        Ok(Self {
            exchange: settings.exchange.clone(),
            plain,
            identities,
        })
    }

    async fn identities(&self, number: &RegistrationNumber) -> IdentityAnswer {
        let Some((base, client)) = &self.identities else {
            return IdentityAnswer::NotOffered;
        };
        let url = asked(base, "sandbox-extension/v1/officer-identities", number);
        match get_json::<WireIdentities>(client, url).await {
            Ok(answer) => IdentityAnswer::Given(answer),
            Err(failure) => {
                tracing::warn!(error.chain = %chain(&failure), "the officers' numbers could not be asked for");
                IdentityAnswer::Failed(failure)
            }
        }
    }
}

impl RegisterSource for RegisterClient {
    fn fetch<'a>(
        &'a self,
        number: &'a RegistrationNumber,
    ) -> BoxFuture<'a, Result<Option<Fetched>, SourceFailure>> {
        Box::pin(async move {
            let url = asked(&self.exchange, "juristic/v4/profile/information", number);
            let (profile, identities) = futures_util::future::join(
                get_json::<Profile>(&self.plain, url),
                self.identities(number),
            )
            .await;
            let mut results = profile?.results;
            if results.len() > 1 {
                return Err(SourceFailure::Several(results.len()));
            }
            Ok(results.pop().map(|entry| Fetched { entry, identities }))
        })
    }

    fn feed(&self) -> BoxFuture<'_, Result<Feed, SourceFailure>> {
        Box::pin(async move {
            let manifest: FeedManifest =
                get_json(&self.plain, below(&self.exchange, "feed/manifest.json")).await?;
            let lines = get(
                &self.plain,
                below(&self.exchange, "feed/register.jsonl"),
                FEED_DEADLINE,
                MAX_FEED_BYTES,
            )
            .await?;
            if Digest::of(&lines) != manifest.sha256 {
                return Err(SourceFailure::Manifest);
            }
            Ok(Feed { manifest, lines })
        })
    }

    fn tells_identities(&self) -> bool {
        self.identities.is_some()
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

async fn get_json<T: DeserializeOwned>(
    client: &reqwest::Client,
    url: Url,
) -> Result<T, SourceFailure> {
    let body = get(client, url, DEADLINE, MAX_BYTES).await?;
    serde_json::from_slice(&body).map_err(SourceFailure::Shape)
}

async fn get(
    client: &reqwest::Client,
    url: Url,
    deadline: Duration,
    limit: usize,
) -> Result<Vec<u8>, SourceFailure> {
    let send = || client.get(url.clone()).timeout(deadline).send();
    let sent = match send().await {
        Err(error) if error.is_connect() => send().await,
        other => other,
    };
    let unreachable = |error: reqwest::Error| {
        // The address holds the number that was asked for; logs must not (KEY-51).
        SourceFailure::Unreachable(Box::new(error.without_url()))
    };
    let mut response = sent.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(SourceFailure::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > limit {
            return Err(SourceFailure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
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
