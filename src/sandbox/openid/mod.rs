//! An OpenID provider in the manner of ThaiD, the state's digital identity.
//!
//! What it copies: discovery, the `/api/v2/oauth2/…/` paths with their trailing slash, one scope for
//! each claim, the claims repeated in the body of the token answer, HTTP Basic for the client, `ial`
//! as text, no `acr` and no `amr`. What it adds, because the product sends it and a good provider
//! honours it: PKCE with S256, `nonce`, and the `iss` parameter of RFC 9207. Instead of scanning a code
//! with a telephone, the visitor picks one of the invented people.
//!
//! Words: a *request* is what the browser brings; a *grant* is a code that was handed out and not yet
//! redeemed; a *token* lives five minutes and can be introspected.
//!
//! Invariants: a redirect goes only to an address registered for the client, letter by letter; a code
//! works once, for 60 seconds, for the client and address it was made for, and its reuse also ends the
//! tokens made from it; `sub` is a random-looking name that differs from client to client and says
//! nothing about the 13-digit ID.
//!
//! Whoever asks for a passport is shown the foreigners instead: the same provider stands in for their Digital ID.
//!
//! To add a claim: its scope in `SCOPES` and its value in `claims`.

pub(super) mod http;
mod page;

use super::world::{Foreigner, Person, PersonName, World};
use super::{SandboxError, read_if_present, write_private};
use crate::crypto::jws::{self, Jwk, JwkSet};
use crate::crypto::key::Signer;
use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, crockford};
use crate::kernel::time::{Clock, Instant};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a code may wait for its redemption.
const CODE_LIFE: Duration = Duration::from_secs(60);

/// How long tokens live.
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// Assurance of every identity here: self-enrolment with a face comparison (ETDA IAL 2.3).
const IAL: &str = "2.3";

/// Grants and tokens kept at one time; beyond it new ones are refused until old ones lapse.
const KEPT: usize = 10_000;

/// Scopes the provider knows; each but `openid` is one claim.
const SCOPES: [&str; 15] = [
    "openid",
    "pid",
    "passport_number",
    "passport_country",
    "title",
    "given_name",
    "family_name",
    "name",
    "title_en",
    "given_name_en",
    "family_name_en",
    "name_en",
    "birthdate",
    "ial",
    "version",
];

/// The client the provider knows: the product itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentials {
    /// Public name.
    pub client_id: String,
    /// The secret sent by HTTP Basic.
    pub client_secret: String,
}

/// What the browser brings to the authorization endpoint, as far as it is known.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Request {
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub redirect_uri: String,
    #[serde(default)]
    pub response_type: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub nonce: String,
    #[serde(default)]
    pub code_challenge: String,
    #[serde(default)]
    pub code_challenge_method: String,
}

/// Why a request is not answered with a login page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RequestRefusal {
    /// Nobody to send the browser back to: shown on a page.
    #[error("this client is not registered here")]
    UnknownClient,
    /// Likewise.
    #[error("this address is not registered for the client")]
    UnknownRedirect,
    /// Sent back to the client with this code.
    #[error("{0}")]
    Returned(&'static str),
}

/// Why the token endpoint refuses, by its code in RFC 6749 s. 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenRefusal {
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    UnsupportedGrantType,
    ServerError,
}

impl TokenRefusal {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::ServerError => "server_error",
        }
    }
}

struct Grant {
    request: Request,
    /// 13-digit ID or passport number.
    number: String,
    authenticated_at: Instant,
    expires: Instant,
    /// Digest of the access token made from it; a second redemption ends that token.
    redeemed: Option<Digest>,
}

struct Token {
    subject: String,
    scope: String,
    client_id: String,
    expires: Instant,
}

#[derive(Default)]
struct Kept {
    redirect_uris: Vec<String>,
    grants: HashMap<Digest, Grant>,
    tokens: HashMap<Digest, Token>,
}

/// The provider.
pub(super) struct Provider {
    issuer: String,
    world: Arc<World>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    signer: Arc<dyn Signer>,
    keys: JwkSet,
    client: ClientCredentials,
    subject_secret: [u8; 32],
    kept: Mutex<Kept>,
}

/// What belongs to the provider and must be the same after a restart.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    client: ClientCredentials,
    subject_secret: Digest,
}

/// What the provider is made of besides its own files.
pub(super) struct Parts {
    pub issuer: String,
    pub world: Arc<World>,
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    pub signer: Arc<dyn Signer>,
}

impl Provider {
    /// The provider with the client and subject secret kept in `dir`, made on the first start.
    pub(super) fn open(parts: Parts, dir: &Path) -> Result<Self, SandboxError> {
        let path = dir.join("openid-provider.json");
        let unusable = |cause: serde_json::Error| SandboxError::State {
            path: path.clone(),
            cause: cause.to_string(),
        };
        let stored: Stored = match read_if_present(&path)? {
            Some(text) => serde_json::from_str(&text).map_err(unusable)?,
            None => {
                let random = |buffer: &mut [u8]| parts.randomness.fill(buffer);
                let (mut id, mut secret, mut subject) = ([0; 16], [0; 32], [0; 32]);
                random(&mut id);
                random(&mut secret);
                random(&mut subject);
                let client_id = format!("sandbox-{}", crockford(&id));
                let client = ClientCredentials {
                    client_id,
                    client_secret: crockford(&secret),
                };
                let stored = Stored {
                    client,
                    subject_secret: Digest::from_bytes(subject),
                };
                write_private(
                    &path,
                    &serde_json::to_string_pretty(&stored).map_err(unusable)?,
                )?;
                stored
            }
        };
        let keys = JwkSet::new(vec![Jwk::of_signer(&*parts.signer)?])?;
        Ok(Self {
            keys,
            issuer: parts.issuer,
            world: parts.world,
            clock: parts.clock,
            randomness: parts.randomness,
            signer: parts.signer,
            client: stored.client,
            subject_secret: *stored.subject_secret.as_bytes(),
            kept: Mutex::new(Kept::default()),
        })
    }

    /// The registered client.
    pub(super) fn client(&self) -> &ClientCredentials {
        &self.client
    }

    /// The issuer, exactly as in tokens.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys tokens are signed with, for those who verify them.
    pub(super) fn keys(&self) -> &JwkSet {
        &self.keys
    }

    /// Addresses the browser may be sent back to, replacing earlier ones.
    pub(super) fn set_redirect_uris(&self, uris: Vec<String>) {
        self.kept().redirect_uris = uris;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every change below is one insertion or removal: a panic elsewhere leaves nothing half made.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document at `/.well-known/openid-configuration`.
    pub(super) fn discovery(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/api/v2/oauth2/auth/"),
            "token_endpoint": at("/api/v2/oauth2/token/"),
            "introspection_endpoint": at("/api/v2/oauth2/introspect/"),
            "jwks_uri": at("/api/v2/oauth2/jwks/"),
            "scopes_supported": SCOPES,
            "claims_supported": SCOPES.iter().skip(1).chain(&["sub", "auth_time", "nonce"]).collect::<Vec<_>>(),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// Whether a request may go on to the login page.
    pub(super) fn admit(&self, request: &Request) -> Result<(), RequestRefusal> {
        if request.client_id != self.client.client_id {
            return Err(RequestRefusal::UnknownClient);
        }
        if !self.kept().redirect_uris.contains(&request.redirect_uri) {
            return Err(RequestRefusal::UnknownRedirect);
        }
        if request.response_type != "code" {
            return Err(RequestRefusal::Returned("unsupported_response_type"));
        }
        let mut scopes = request
            .scope
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .peekable();
        if scopes.peek().is_none() || scopes.any(|scope| !SCOPES.contains(&scope)) {
            return Err(RequestRefusal::Returned("invalid_scope"));
        }
        let challenge = (
            request.code_challenge.len(),
            request.code_challenge_method.as_str(),
        );
        match challenge {
            (0, "") | (43, "S256") => Ok(()),
            _ => Err(RequestRefusal::Returned("invalid_request")),
        }
    }

    /// A code for this person, or `None` if the provider holds too many at once.
    pub(super) fn grant(&self, request: Request, holder: Holder<'_>) -> Option<String> {
        let now = self.clock.now();
        let code = self.fresh();
        let mut kept = self.kept();
        kept.grants
            .retain(|_, grant| now < grant.expires.plus(TOKEN_LIFE));
        if kept.grants.len() >= KEPT {
            return None;
        }
        let number = holder.number().to_owned();
        let expires = now.plus(CODE_LIFE);
        let grant = Grant {
            request,
            number,
            authenticated_at: now,
            expires,
            redeemed: None,
        };
        kept.grants.insert(Digest::of(&code), grant);
        Some(code)
    }

    fn fresh(&self) -> String {
        let mut bytes = [0; 32];
        self.randomness.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether these are the client's credentials.
    pub(super) fn authenticates(&self, id: &str, secret: &str) -> bool {
        // Digests are compared so that the time taken says nothing about the secret.
        id == self.client.client_id && Digest::of(secret) == Digest::of(&self.client.client_secret)
    }

    /// Redeem a code: the body of the token answer.
    pub(super) fn redeem(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Value, TokenRefusal> {
        let now = self.clock.now();
        let access_token = self.fresh();
        let (request, number, authenticated_at) = {
            let mut kept = self.kept();
            let grant = kept
                .grants
                .get_mut(&Digest::of(code))
                .ok_or(TokenRefusal::InvalidGrant)?;
            if let Some(earlier) = grant.redeemed {
                kept.tokens.remove(&earlier);
                return Err(TokenRefusal::InvalidGrant);
            }
            grant.redeemed = Some(Digest::of(&access_token));
            if now >= grant.expires
                || grant.request.redirect_uri != redirect_uri
                || !proves_possession(&grant.request.code_challenge, verifier)
            {
                return Err(TokenRefusal::InvalidGrant);
            }
            (
                grant.request.clone(),
                grant.number.clone(),
                grant.authenticated_at,
            )
        };
        let holder = self.holder(&number).ok_or(TokenRefusal::ServerError)?;
        let subject = self.subject(&number);
        let claims = claims(holder, &request.scope);
        let mut body = Map::new();
        if request.scope.split(' ').any(|scope| scope == "openid") {
            let id_token = self.id_token(&request, &subject, authenticated_at, &claims)?;
            body.insert("id_token".to_owned(), Value::String(id_token));
        }
        body.insert("access_token".to_owned(), json!(access_token));
        body.insert("token_type".to_owned(), json!("Bearer"));
        body.insert("expires_in".to_owned(), json!(TOKEN_LIFE.as_secs()));
        body.insert("scope".to_owned(), json!(request.scope));
        body.extend(claims);
        let token = Token {
            subject,
            scope: request.scope,
            client_id: request.client_id,
            expires: now.plus(TOKEN_LIFE),
        };
        let mut kept = self.kept();
        kept.tokens.retain(|_, token| now < token.expires);
        kept.tokens.insert(Digest::of(&access_token), token);
        Ok(Value::Object(body))
    }

    fn id_token(
        &self,
        request: &Request,
        subject: &str,
        authenticated_at: Instant,
        claims: &Map<String, Value>,
    ) -> Result<String, TokenRefusal> {
        let now = self.clock.now();
        let mut payload = Map::new();
        payload.insert("iss".to_owned(), json!(self.issuer));
        payload.insert("sub".to_owned(), json!(subject));
        payload.insert("aud".to_owned(), json!(request.client_id));
        payload.insert("exp".to_owned(), json!(now.plus(TOKEN_LIFE).seconds()));
        payload.insert("iat".to_owned(), json!(now.seconds()));
        payload.insert("auth_time".to_owned(), json!(authenticated_at.seconds()));
        if !request.nonce.is_empty() {
            payload.insert("nonce".to_owned(), json!(request.nonce));
        }
        payload.extend(claims.clone());
        jws::sign(&*self.signer, "JWT", None, &payload).map_err(|cause| {
            tracing::error!(%cause, "the sandbox provider cannot sign");
            TokenRefusal::ServerError
        })
    }

    /// What RFC 7662 says about a token; an unknown or lapsed one is only inactive.
    pub(super) fn introspect(&self, token: &str) -> Value {
        let now = self.clock.now();
        match self.kept().tokens.get(&Digest::of(token)) {
            Some(token) if now < token.expires => json!({
                "active": true,
                "iss": self.issuer,
                "sub": token.subject,
                "client_id": token.client_id,
                "scope": token.scope,
                "exp": token.expires.seconds(),
            }),
            _ => json!({"active": false}),
        }
    }

    /// The pairwise name of a person towards the client.
    fn subject(&self, number: &str) -> String {
        let parts = [
            &self.subject_secret[..],
            self.client.client_id.as_bytes(),
            b"/",
            number.as_bytes(),
        ];
        crockford(Digest::of_parts(parts).as_bytes())
    }
}

fn proves_possession(challenge: &str, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        ("", None) => true,
        ("", Some(_)) | (_, None) => false,
        (challenge, Some(verifier)) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
        }
    }
}

/// Somebody who can sign in here: with a 13-digit ID, or with a passport only.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'a> {
    /// Of the identity card.
    Person(&'a Person),
    /// Of a foreign passport.
    Foreigner(&'a Foreigner),
}

impl<'a> Holder<'a> {
    /// 13-digit ID or passport number.
    pub(super) fn number(self) -> &'a str {
        match self {
            Self::Person(person) => person.national_id.expose(),
            Self::Foreigner(foreigner) => &foreigner.passport.number,
        }
    }

    /// The number as a page shows it.
    pub(super) fn masked(self) -> String {
        match self {
            Self::Person(person) => person.national_id.masked(),
            Self::Foreigner(foreigner) => foreigner.passport.country.clone(),
        }
    }

    /// Thai and English name.
    pub(super) fn names(self) -> (&'a PersonName, &'a PersonName) {
        match self {
            Self::Person(person) => (&person.name, &person.name_en),
            Self::Foreigner(foreigner) => (&foreigner.name, &foreigner.name_en),
        }
    }
}

impl Provider {
    /// Who holds this number.
    pub(super) fn holder(&self, number: &str) -> Option<Holder<'_>> {
        let person = self.world.person(number).map(Holder::Person);
        person.or_else(|| self.world.foreigner(number).map(Holder::Foreigner))
    }

    /// Who can sign in for this request and is found by this text: whoever has what it asks for.
    pub(super) fn holders(&self, request: &Request, searched: &str) -> Vec<Holder<'_>> {
        if !request
            .scope
            .split(' ')
            .any(|scope| scope == "passport_number")
        {
            let people = self.world.search_people(searched);
            return people.into_iter().map(Holder::Person).collect();
        }
        let wanted = searched.trim().to_lowercase();
        let foreigners = self.world.foreigners().iter().map(Holder::Foreigner);
        foreigners
            .filter(|holder| {
                let (thai, english) = holder.names();
                [thai.full(), english.full(), holder.number().to_owned()]
                    .iter()
                    .any(|field| field.to_lowercase().contains(&wanted))
            })
            .collect()
    }
}

/// The claims about somebody that these scopes ask for; what somebody does not have is no claim.
fn claims(holder: Holder<'_>, scope: &str) -> Map<String, Value> {
    let (thai, english) = holder.names();
    scope
        .split(' ')
        .filter_map(|scope| {
            let value = match (scope, holder) {
                ("pid", Holder::Person(person)) => person.national_id.expose().to_owned(),
                ("passport_number", Holder::Foreigner(foreigner)) => {
                    foreigner.passport.number.clone()
                }
                ("passport_country", Holder::Foreigner(foreigner)) => {
                    foreigner.passport.country.clone()
                }
                ("title", _) => thai.title.clone(),
                ("given_name", _) => thai.first.clone(),
                ("family_name", _) => thai.last.clone(),
                ("name", _) => thai.full(),
                ("title_en", _) => english.title.clone(),
                ("given_name_en", _) => english.first.clone(),
                ("family_name_en", _) => english.last.clone(),
                ("name_en", _) => english.full(),
                ("birthdate", Holder::Person(person)) => person.birth_date.to_string(),
                ("birthdate", Holder::Foreigner(foreigner)) => {
                    foreigner.passport.birth_date.to_string()
                }
                ("ial", _) => IAL.to_owned(),
                ("version", _) => "2.0".to_owned(),
                _ => return None,
            };
            Some((scope.to_owned(), Value::String(value)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
