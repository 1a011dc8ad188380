//! OpenID Connect providers: discovery, code flow with PKCE, state and nonce, and ID tokens read strictly (SEC-40…48).
//!
//! Only the signed ID token is taken as fact. ThaiD also puts claims beside it in the token endpoint's answer; they are not
//! looked at. Access and refresh tokens are dropped where they arrive.

use super::id_token::{self, Algorithm, Expected, TokenRefusal};
use super::{IdentityProvider, ProviderAnswer, ProviderFailure};
use crate::identity::assurance::{Aal, Assurance, Framework, Ial};
use crate::identity::person::{Evidence, Passport, PersonName, ProvenIdentity};
use crate::identity::signin::Flow;
use crate::kernel::id::NationalId;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use futures_util::future::LocalBoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken,
    DiscoveryError, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySet, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, http,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// Largest answer of a provider that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Everything a provider is asked ends within this.
const DEADLINE: Duration = Duration::from_secs(5);
/// A connection is there within this, or not at all.
const CONNECT: Duration = Duration::from_secs(2);
/// What was discovered is asked for again after this.
const DISCOVERY_AGE: Duration = Duration::from_secs(3600);
/// An unknown key makes the keys be fetched again, but not more often than this.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);
/// The person must have authenticated at the provider within this many seconds of being sent there.
const MAX_AUTH_AGE: Duration = Duration::from_secs(60);

/// Our secret at a provider. Its `Debug` prints a fixed word.
#[derive(Clone)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// The secret as the provider gave it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(hidden)")
    }
}

/// What is peculiar to a provider (SEC-46).
#[derive(Debug, Clone)]
pub struct Profile {
    /// Scopes to ask for: no more than is used.
    pub scopes: Vec<String>,
    /// Claim with the 13-digit ID; `None` when the provider is not trusted for it (SEC-44).
    pub national_id: Option<String>,
    /// Claims with the passport; `None` when the provider is not trusted for it.
    pub passport: Option<PassportClaims>,
    /// Claim with the title.
    pub title: String,
    /// Claim with the given name.
    pub given_name: String,
    /// Claim with the family name.
    pub family_name: String,
    /// Claim with the whole name in Latin letters.
    pub name_en: String,
    /// Claim with the identity assurance level; without it the level is the lowest.
    pub ial: String,
    /// Authenticator assurance level to assume, because the provider does not state one.
    pub assumed_aal: Aal,
    /// Edition of the standards that its levels are of.
    pub framework: Framework,
    /// Allowed signature algorithms.
    pub algorithms: Vec<Algorithm>,
    /// Whether HTTP Basic carries our identifier and secret as they are, instead of form-encoded (RFC 6749 §2.3.1).
    pub plain_basic: bool,
}

/// Claims that name a passport.
#[derive(Debug, Clone)]
pub struct PassportClaims {
    /// Claim with its number.
    pub number: String,
    /// Claim with its issuing country, ISO 3166-1 alpha-3.
    pub country: String,
    /// Claim with its holder's date of birth, common era.
    pub birth_date: String,
}

impl Profile {
    /// A Digital ID of foreigners who live in Thailand (cabinet resolution of 6 December 2022, 1.3): the passport
    /// instead of the 13-digit number, otherwise as ThaiD.
    pub fn foreigner() -> Self {
        let scopes = "openid passport_number passport_country birthdate title given_name family_name name_en ial";
        Self {
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            national_id: None,
            passport: Some(PassportClaims {
                number: "passport_number".to_owned(),
                country: "passport_country".to_owned(),
                birth_date: "birthdate".to_owned(),
            }),
            ..Self::thaid()
        }
    }

    /// ThaiD (DOPA-Digital ID). It states no AAL and documents plain Basic credentials.
    pub fn thaid() -> Self {
        let scopes = "openid pid title given_name family_name name_en ial";
        Self {
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            national_id: Some("pid".to_owned()),
            passport: None,
            title: "title".to_owned(),
            given_name: "given_name".to_owned(),
            family_name: "family_name".to_owned(),
            name_en: "name_en".to_owned(),
            ial: "ial".to_owned(),
            assumed_aal: Aal::L2_1,
            framework: Framework::Etda2564,
            algorithms: vec![Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256],
            plain_basic: true,
        }
    }
}

/// One provider as configured.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Short name, used in paths.
    pub name: String,
    /// Name on the button.
    pub label: Bilingual,
    /// Issuer identifier, byte for byte as the provider writes it: a trailing slash matters.
    pub issuer: String,
    /// Our client identifier there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: ClientSecret,
    /// Where the browser comes back to, byte for byte as registered there.
    pub redirect_uri: String,
    /// What is peculiar to it.
    pub profile: Profile,
}

/// Why a provider cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum OidcSettingsError {
    /// Not a URL, or plain HTTP to another machine.
    #[error(
        "provider {provider}: {setting} must be an https URL (http only on the loopback interface)"
    )]
    Address {
        /// Name of the provider.
        provider: String,
        /// Which setting.
        setting: &'static str,
    },
    /// The HTTP client cannot be made.
    #[error("provider {provider}: no HTTP client: {cause}")]
    Client {
        /// Name of the provider.
        provider: String,
        /// What the library said.
        cause: reqwest::Error,
    },
}

/// Metadata that the library does not name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Additional {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Additional {}

type Metadata = ProviderMetadata<
    Additional,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known of the provider, and since when.
struct Known {
    metadata: Metadata,
    since: Instant,
}

/// An OpenID provider.
pub struct OidcProvider {
    settings: OidcSettings,
    http: reqwest::Client,
    known: Mutex<Option<Arc<Known>>>,
}

/// Why a request to the provider came to nothing.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("{0}")]
    Transport(#[source] reqwest::Error),
    #[error("the answer is larger than {MAX_ANSWER} bytes")]
    TooLarge,
    #[error("the answer cannot be put together: {0}")]
    Form(#[from] http::Error),
    #[error("the address is not one we speak to")]
    Address,
}

impl OidcProvider {
    /// The provider as configured; nothing is asked of it yet.
    pub fn new(settings: OidcSettings) -> Result<Self, OidcSettingsError> {
        let address = |setting| OidcSettingsError::Address {
            provider: settings.name.clone(),
            setting,
        };
        if !is_acceptable(&settings.issuer) {
            return Err(address("issuer"));
        }
        if !is_acceptable(&settings.redirect_uri) {
            return Err(address("redirect_uri"));
        }
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .connect_timeout(CONNECT)
            .no_proxy()
            .build()
            .map_err(|cause| OidcSettingsError::Client {
                provider: settings.name.clone(),
                cause,
            })?;
        Ok(Self {
            settings,
            http,
            known: Mutex::new(None),
        })
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if !is_acceptable(&request.uri().to_string()) {
            return Err(HttpError::Address);
        }
        let basic = http::header::AUTHORIZATION;
        if self.settings.profile.plain_basic && request.headers().contains_key(&basic) {
            let credentials = format!(
                "{}:{}",
                self.settings.client_id, self.settings.client_secret.0
            );
            let mut value =
                http::HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
                    .map_err(http::Error::from)?;
            value.set_sensitive(true);
            request.headers_mut().insert(basic, value);
        }
        let without_address = |error: reqwest::Error| HttpError::Transport(error.without_url());
        let request = reqwest::Request::try_from(request).map_err(without_address)?;
        let mut response = self.http.execute(request).await.map_err(without_address)?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            *headers = response.headers().clone();
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(without_address)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }

    /// What is known, asked for when it is old or missing.
    async fn known(&self, now: Instant) -> Result<Arc<Known>, ProviderFailure> {
        let present = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match present {
            Some(known) if now < known.since.plus(DISCOVERY_AGE) && known.since <= now => Ok(known),
            _ => self.discover(now).await,
        }
    }

    async fn discover(&self, now: Instant) -> Result<Arc<Known>, ProviderFailure> {
        let issuer =
            IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| unavailable(&error))?;
        let send = |request| self.send(request);
        let metadata: Metadata = ProviderMetadata::discover_async(issuer, &send)
            .await
            .map_err(discovery_failure)?;
        // The library compares parsed addresses; a slash more or less is another issuer.
        if metadata.issuer().as_str() != self.settings.issuer {
            return Err(TokenRefusal::Issuer.into());
        }
        let known = Arc::new(Known {
            metadata,
            since: now,
        });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    async fn authorization_url(&self, flow: &Flow, now: Instant) -> Result<Url, ProviderFailure> {
        let known = self.known(now).await?;
        let client = CoreClient::from_provider_metadata(
            known.metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            None,
        )
        .set_redirect_uri(self.redirect_uri()?);
        let (state, nonce) = (flow.state.clone(), flow.nonce.clone());
        let verifier = PkceCodeVerifier::new(flow.pkce_verifier.clone());
        // `openid` is added by the library.
        let scopes = self.settings.profile.scopes.iter();
        let scopes = scopes
            .filter(|scope| *scope != "openid")
            .cloned()
            .map(Scope::new);
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .set_max_age(MAX_AUTH_AGE)
            .url();
        if is_acceptable(url.as_str()) {
            Ok(url)
        } else {
            Err(unavailable(&HttpError::Address))
        }
    }

    fn redirect_uri(&self) -> Result<RedirectUrl, ProviderFailure> {
        RedirectUrl::new(self.settings.redirect_uri.clone()).map_err(|error| unavailable(&error))
    }

    async fn redeem(
        &self,
        flow: &Flow,
        answer: &ProviderAnswer,
        now: Instant,
    ) -> Result<ProvenIdentity, ProviderFailure> {
        let known = self.known(now).await?;
        let promised = known
            .metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match &answer.issuer {
            Some(issuer) if *issuer == self.settings.issuer => {}
            None if !promised => {}
            _ => return Err(TokenRefusal::IssuerParameter.into()),
        }
        if let Some(error) = &answer.error {
            return Err(ProviderFailure::TurnedBack {
                error: plain(error),
            });
        }
        let code = answer.code.clone().ok_or(TokenRefusal::NoCode)?;
        let id_token = self.id_token(&known, flow, code).await?;
        self.read(known, flow, id_token, now).await
    }

    async fn id_token(
        &self,
        known: &Known,
        flow: &Flow,
        code: String,
    ) -> Result<CoreIdToken, ProviderFailure> {
        let client = CoreClient::from_provider_metadata(
            known.metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(openidconnect::ClientSecret::new(
                self.settings.client_secret.0.clone(),
            )),
        )
        .set_redirect_uri(self.redirect_uri()?);
        let send = |request| self.send(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| unavailable(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.pkce_verifier.clone()))
            .request_async(&send)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => unavailable(&error),
                RequestTokenError::ServerResponse(answer) => ProviderFailure::TurnedBack {
                    error: plain(answer.error().as_ref()),
                },
                RequestTokenError::Parse(..) => {
                    TokenRefusal::TokenResponse("not in its form").into()
                }
                RequestTokenError::Other(_) => unavailable(&"no token came"),
            })?;
        // Everything else in the answer, the access token first, ends here.
        answer
            .extra_fields()
            .id_token()
            .cloned()
            .ok_or_else(|| TokenRefusal::TokenResponse("no ID token").into())
    }

    async fn read(
        &self,
        known: Arc<Known>,
        flow: &Flow,
        id_token: CoreIdToken,
        now: Instant,
    ) -> Result<ProvenIdentity, ProviderFailure> {
        let raw = id_token.to_string();
        let claims = id_token::unverified_claims(
            &raw,
            &Expected {
                issuer: &self.settings.issuer,
                client_id: &self.settings.client_id,
                nonce: &flow.nonce,
                algorithms: &self.settings.profile.algorithms,
                now,
            },
        )?;
        let jwk = match self.verify(known.metadata.jwks(), &id_token, flow, now) {
            Err(TokenRefusal::Signature(UNKNOWN_KEY)) if now >= known.since.plus(REFRESH_PAUSE) => {
                // The provider may have changed its key just before it signed.
                let fresh = self.discover(now).await?;
                self.verify(fresh.metadata.jwks(), &id_token, flow, now)?
            }
            outcome => outcome?,
        };
        let evidence = Evidence {
            id_token: raw,
            jwk,
            nonce_random: flow.nonce_random.clone(),
        };
        Ok(self.proven(&claims, evidence)?)
    }

    /// The key that verifies the token's signature.
    fn verify(
        &self,
        keys: &CoreJsonWebKeySet,
        id_token: &CoreIdToken,
        flow: &Flow,
        now: Instant,
    ) -> Result<Value, TokenRefusal> {
        let issuer =
            IssuerUrl::new(self.settings.issuer.clone()).map_err(|_| TokenRefusal::Issuer)?;
        let algorithms = self.settings.profile.algorithms.iter();
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.settings.client_id.clone()),
            issuer,
            JsonWebKeySet::new(keys.keys().clone()),
        )
        .set_allowed_algs(algorithms.map(|algorithm| match algorithm {
            Algorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            Algorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Algorithm::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        }))
        .set_time_fn(move || now.to_utc());
        id_token
            .claims(&verifier, &Nonce::new(flow.nonce.clone()))
            .map_err(|error| signature_refusal(&error))?;
        let key = id_token
            .signing_key(&verifier)
            .map_err(|_| TokenRefusal::Signature("no key"))?;
        serde_json::to_value(key).map_err(|_| TokenRefusal::Signature("the key has no JSON form"))
    }

    fn proven(
        &self,
        claims: &Map<String, Value>,
        evidence: Evidence,
    ) -> Result<ProvenIdentity, TokenRefusal> {
        let profile = &self.settings.profile;
        let malformed = |claim: &str| TokenRefusal::Claim(claim.to_owned());
        let optional = |claim: &str| match claims.get(claim) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(malformed(claim)),
        };
        let national_id = match &profile.national_id {
            Some(claim) => optional(claim)?
                .map(|digits| digits.parse::<NationalId>())
                .transpose()
                .map_err(|_| malformed(claim))?,
            None => None,
        };
        let passport = match &profile.passport {
            Some(names) => passport(names, &optional)?,
            None => None,
        };
        let ial = match claims.get(&profile.ial) {
            // Silence is the lowest level, not the usual one (SEC-45).
            None | Some(Value::Null) => Ial::L1_1,
            Some(level) => Ial::deserialize(level).map_err(|_| malformed(&profile.ial))?,
        };
        let given = optional(&profile.given_name)?.unwrap_or_default();
        if given.is_empty() {
            return Err(malformed(&profile.given_name));
        }
        Ok(ProvenIdentity {
            issuer: self.settings.issuer.clone(),
            subject: id_token::text(claims, "sub")?.to_owned(),
            national_id,
            passport,
            name: PersonName {
                title: optional(&profile.title)?.unwrap_or_default(),
                given,
                family: optional(&profile.family_name)?.unwrap_or_default(),
                english: optional(&profile.name_en)?.filter(|name| !name.is_empty()),
            },
            assurance: Assurance {
                ial,
                aal: profile.assumed_aal,
                aal_assumed: true,
                framework: profile.framework,
                auth_time: id_token::instant(claims, "auth_time")?,
            },
            evidence,
        })
    }
}

impl IdentityProvider for OidcProvider {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn label(&self) -> &Bilingual {
        &self.settings.label
    }

    fn begin<'a>(
        &'a self,
        flow: &'a Flow,
        now: Instant,
    ) -> LocalBoxFuture<'a, Result<Url, ProviderFailure>> {
        Box::pin(self.authorization_url(flow, now))
    }

    fn finish<'a>(
        &'a self,
        flow: &'a Flow,
        answer: &'a ProviderAnswer,
        now: Instant,
    ) -> LocalBoxFuture<'a, Result<ProvenIdentity, ProviderFailure>> {
        Box::pin(self.redeem(flow, answer, now))
    }
}

/// The passport that these claims name: all of it, or none of it.
fn passport(
    names: &PassportClaims,
    claim: &dyn Fn(&str) -> Result<Option<String>, TokenRefusal>,
) -> Result<Option<Passport>, TokenRefusal> {
    let Some(number) = claim(&names.number)? else {
        return Ok(None);
    };
    let needed = |name: &str| claim(name)?.ok_or_else(|| TokenRefusal::Claim(name.to_owned()));
    let birth_date: NaiveDate = needed(&names.birth_date)?
        .parse()
        .map_err(|_| TokenRefusal::Claim(names.birth_date.clone()))?;
    Passport::new(&number, &needed(&names.country)?, birth_date)
        .map(Some)
        .map_err(|_| TokenRefusal::Claim(names.number.clone()))
}

const UNKNOWN_KEY: &str = "no such key";

fn signature_refusal(error: &ClaimsVerificationError) -> TokenRefusal {
    match error {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        ) => TokenRefusal::Signature(UNKNOWN_KEY),
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::AmbiguousKeyId(_),
        ) => TokenRefusal::Signature("several keys fit"),
        ClaimsVerificationError::SignatureVerification(_) => {
            TokenRefusal::Signature("wrong signature")
        }
        // Our own checks came first: what is left is the library's reading of the same claims.
        _ => TokenRefusal::Signature("the claims do not verify"),
    }
}

fn discovery_failure(error: DiscoveryError<HttpError>) -> ProviderFailure {
    match error {
        DiscoveryError::Validation(_) => TokenRefusal::Issuer.into(),
        other => unavailable(&other),
    }
}

fn unavailable(cause: &dyn fmt::Display) -> ProviderFailure {
    ProviderFailure::Unavailable {
        cause: plain(&cause.to_string()),
    }
}

/// Text of another party, fit for a log line.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

/// HTTPS, or HTTP to this machine.
fn is_acceptable(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

#[cfg(test)]
#[path = "oidc_tests.rs"]
mod tests;
