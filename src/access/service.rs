//! Giving tokens, accepting them, and looking after clients.

use super::api_client::{ApiClient, ClientId, ClientStatus, NewClient, Scopes, UnknownScope};
use super::grant::{self, GrantRefusal, GrantRequest, Proof};
use super::store::{self, idempotency};
use super::token::{AccessClaims, Confirmation, LIFETIME, TYPE};
use crate::crypto::jws::{
    self, Claim, ClaimRules, Expectation, Jwk, JwkError, JwkSet, JwsAlgorithm, JwsError, Typ,
};
use crate::crypto::key::{KeyError, Signer};
use crate::db::{AnyConnection, Database, RetryHint, StoreError};
use crate::kernel::digest::Digest;
use crate::kernel::id::Randomness;
use crate::kernel::time::Clock;
use crate::ledger::{LeafKind, LedgerService, RecordError};
use serde::Serialize;
use std::sync::Arc;

mod memory;

use memory::Memory;

/// The keys of tokens, and those that others need.
#[derive(Clone)]
pub struct AccessKeys {
    signer: Arc<dyn Signer>,
    accepted: JwkSet,
    published: JwkSet,
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessKeysError {
    /// The signer's public key.
    #[error("the key of access tokens cannot be used")]
    Key(#[from] KeyError),
    /// Two keys with one identifier.
    #[error("the keys cannot be published together")]
    Set(#[from] JwkError),
}

impl AccessKeys {
    /// `signer` signs access tokens and nothing else (ES256). `previous` are its predecessors whose tokens may still
    /// live; `others` are published beside them for other uses, receipts first of all, and never accept a token.
    pub fn new(
        signer: Arc<dyn Signer>,
        previous: Vec<Jwk>,
        others: Vec<Jwk>,
    ) -> Result<Self, AccessKeysError> {
        let mut accepted = vec![Jwk::of_signer(signer.as_ref())?];
        accepted.extend(previous);
        let mut published = accepted.clone();
        published.extend(others);
        Ok(Self {
            signer,
            accepted: JwkSet::new(accepted)?,
            published: JwkSet::new(published)?,
        })
    }
}

/// What the authorisation server works with.
pub struct AccessParts {
    /// Where clients are.
    pub database: Arc<Database>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where token identifiers come from.
    pub randomness: Arc<dyn Randomness>,
    /// Keys.
    pub keys: AccessKeys,
    /// Where changes of clients are recorded.
    pub ledger: LedgerService,
    /// The address machines use, without a trailing slash: issuer and audience in one.
    pub issuer: String,
    /// Every scope there is.
    pub known_scopes: &'static [&'static str],
}

/// A token, as the endpoint gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenToken {
    /// The signed token.
    pub token: String,
    /// How long it lives, in seconds.
    pub expires_in: u64,
    /// What it is good for.
    pub scopes: Scopes,
}

/// Why no token was given.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The request or the client.
    #[error(transparent)]
    Refused(#[from] GrantRefusal),
    /// The signer.
    #[error(transparent)]
    Signing(#[from] JwsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A client whose token was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedClient {
    /// The client.
    pub client: ApiClient,
    /// What it may do now: what the token says, as far as the client still has it.
    pub scopes: Scopes,
}

/// Why a token is not accepted. The first kind is told to callers in one way whatever the reason was.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token, its binding, or its client.
    #[error("the token is not accepted: {0}")]
    Refused(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a client was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The identifier is taken, perhaps by a revoked client.
    #[error("there is a client {0} already")]
    Exists(ClientId),
    /// Nobody has this identifier.
    #[error("there is no client {0}")]
    Unknown(ClientId),
    /// It was revoked, which cannot be undone.
    #[error("the client {0} is revoked; add a new one instead")]
    Revoked(ClientId),
    /// A certificate belongs to one client only.
    #[error("the certificate is that of the client {0}")]
    CertificateTaken(ClientId),
    /// A scope that does not exist.
    #[error(transparent)]
    Scope(#[from] UnknownScope),
    /// A client without any scope could do nothing.
    #[error("a client needs at least one scope")]
    NoScope,
    /// A name is shown to people in both languages.
    #[error("a client needs a name in Thai and in English")]
    NoName,
    /// The log.
    #[error(transparent)]
    Log(#[from] RecordError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for ClientError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) => error.may_be_retried(),
            Self::Log(error) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// What the log keeps of a change.
#[derive(Serialize)]
struct ClientRecord<'a> {
    change: &'static str,
    client_id: &'a ClientId,
    certificate_thumbprint: Digest,
    scopes: String,
    status: ClientStatus,
    version: i64,
}

/// The authorisation server.
pub struct AccessService {
    parts: AccessParts,
    memory: Memory,
}

impl std::fmt::Debug for AccessService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessService")
            .field("issuer", &self.parts.issuer)
            .finish_non_exhaustive()
    }
}

impl AccessService {
    /// Put together. One in a process: it remembers accepted tokens.
    pub fn new(mut parts: AccessParts) -> Self {
        // An issuer is compared letter by letter, and a URL type prints a slash behind the host.
        let bare = parts.issuer.trim_end_matches('/').len();
        parts.issuer.truncate(bare);
        Self {
            parts,
            memory: Memory::default(),
        }
    }

    /// Issuer and audience of tokens.
    pub fn issuer(&self) -> &str {
        &self.parts.issuer
    }

    /// Every scope there is.
    pub fn known_scopes(&self) -> &'static [&'static str] {
        self.parts.known_scopes
    }

    /// The public keys of everything we sign as JSON Web Signatures.
    pub fn published_keys(&self) -> &JwkSet {
        &self.parts.keys.published
    }

    /// Give a token to a client that proves itself.
    pub fn give_token(
        &self,
        request: &GrantRequest,
        proof: Option<Proof>,
    ) -> Result<GivenToken, GrantError> {
        let client = self
            .parts
            .database
            .read(|connection| store::client(connection, &request.client_id))?;
        let scopes = grant::decide(request, client.as_ref(), proof, self.parts.known_scopes)?;
        let Some(Proof::Certificate { thumbprint }) = proof else {
            return Err(GrantRefusal::InvalidClient.into());
        };
        let mut random = [0; 16];
        self.parts.randomness.fill(&mut random);
        let claims = AccessClaims::new(
            &self.parts.issuer,
            &request.client_id,
            &scopes,
            Confirmation::of(&thumbprint),
            random,
            self.parts.clock.now(),
        );
        let token = jws::sign(self.parts.keys.signer.as_ref(), TYPE, None, &claims)?;
        Ok(GivenToken {
            token,
            expires_in: LIFETIME.as_secs(),
            scopes,
        })
    }

    /// The client behind a token that came over a connection made with this certificate.
    pub fn accept_token(
        &self,
        token: &str,
        thumbprint: Option<&Digest>,
    ) -> Result<AcceptedClient, TokenError> {
        let now = self.parts.clock.now();
        let digest = Digest::of(token);
        let claims = match self.memory.token(&digest, now) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify(token)?);
                self.memory.keep_token(digest, claims.clone(), now);
                claims
            }
        };
        // The binding is compared on every request, remembered token or not.
        if !claims.is_bound_to(thumbprint) {
            return Err(TokenError::Refused("it is bound to another connection"));
        }
        let client_id: ClientId = claims
            .client_id
            .parse()
            .map_err(|_| TokenError::Refused("its client cannot be"))?;
        let client = match self.memory.client(&client_id, now) {
            Some(client) => client,
            None => {
                let stored = self
                    .parts
                    .database
                    .read(|connection| store::client(connection, &client_id))?
                    .ok_or(TokenError::Refused("its client is unknown"))?;
                let client = Arc::new(stored);
                self.memory.keep_client(client.clone(), now);
                client
            }
        };
        if !client.is_proven_by(thumbprint) {
            return Err(TokenError::Refused(
                "its client is revoked or has another certificate",
            ));
        }
        Ok(AcceptedClient {
            scopes: Scopes::trusted(&claims.scope).common(&client.scopes),
            client: client.as_ref().clone(),
        })
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let expected = Expectation::of(Typ::Exactly(TYPE)).signed_with(&[JwsAlgorithm::Es256]);
        let rules = ClaimRules::new(&self.parts.issuer, &self.parts.issuer)
            .without(Claim::NotBefore)
            .living_at_most(LIFETIME);
        let claims = jws::verify_claims(
            token,
            &self.parts.keys.accepted,
            &expected,
            &rules,
            self.parts.clock.now(),
        );
        let claims = claims.map_err(|_| TokenError::Refused("signature or claims"))?;
        claims
            .parse()
            .map_err(|_| TokenError::Refused("its claims are not those of an access token"))
    }

    /// Add a client.
    pub fn add_client(&self, new: &NewClient) -> Result<ApiClient, ClientError> {
        let scopes = Scopes::read(&new.scopes, self.parts.known_scopes)?;
        if scopes.is_empty() {
            return Err(ClientError::NoScope);
        }
        if new.name.th.trim().is_empty() || new.name.en.trim().is_empty() {
            return Err(ClientError::NoName);
        }
        let client = ApiClient {
            client_id: new.client_id.clone(),
            name: new.name.clone(),
            certificate_thumbprint: new.certificate_thumbprint,
            scopes,
            status: ClientStatus::Active,
            created_at: self.parts.clock.now(),
            version: 1,
        };
        self.parts.database.write(|connection| {
            if store::client(connection, &client.client_id)?.is_some() {
                return Err(ClientError::Exists(client.client_id.clone()));
            }
            demand_free(connection, &client.certificate_thumbprint)?;
            store::add(connection, &client)?;
            self.record(connection, "added", &client)
        })?;
        Ok(client)
    }

    /// Give a client another certificate. Tokens bound to the old one stop working.
    pub fn rotate_client(
        &self,
        client_id: &ClientId,
        certificate_thumbprint: Digest,
    ) -> Result<ApiClient, ClientError> {
        self.change("rotated", client_id, |connection, client| {
            demand_free(connection, &certificate_thumbprint)?;
            client.certificate_thumbprint = certificate_thumbprint;
            Ok(())
        })
    }

    /// Turn a client away for good.
    pub fn revoke_client(&self, client_id: &ClientId) -> Result<ApiClient, ClientError> {
        self.change("revoked", client_id, |_, client| {
            client.status = ClientStatus::Revoked;
            Ok(())
        })
    }

    /// Delete the answers kept for repeated requests whose time is over; how many.
    pub fn forget_old_answers(&self) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        self.parts
            .database
            .write(|connection| idempotency::purge(connection, now))
    }

    /// All clients, by identifier.
    pub fn clients(&self) -> Result<Vec<ApiClient>, StoreError> {
        self.parts.database.read(store::clients)
    }

    fn change(
        &self,
        change: &'static str,
        client_id: &ClientId,
        alter: impl Fn(&mut AnyConnection, &mut ApiClient) -> Result<(), ClientError>,
    ) -> Result<ApiClient, ClientError> {
        let changed = self.parts.database.write(|connection| {
            let mut client = store::client(connection, client_id)?
                .ok_or_else(|| ClientError::Unknown(client_id.clone()))?;
            if client.status == ClientStatus::Revoked {
                return Err(ClientError::Revoked(client_id.clone()));
            }
            alter(connection, &mut client)?;
            client.version += 1;
            store::change(connection, &client)?;
            self.record(connection, change, &client)?;
            Ok(client)
        })?;
        self.memory.forget_client(client_id);
        Ok(changed)
    }

    fn record(
        &self,
        connection: &mut AnyConnection,
        change: &'static str,
        client: &ApiClient,
    ) -> Result<(), ClientError> {
        let record = ClientRecord {
            change,
            client_id: &client.client_id,
            certificate_thumbprint: client.certificate_thumbprint,
            scopes: client.scopes.to_string(),
            status: client.status,
            version: client.version,
        };
        self.parts.ledger.record(
            connection,
            LeafKind::ClientChanged,
            client.client_id.as_str(),
            &record,
        )?;
        Ok(())
    }
}

fn demand_free(connection: &mut AnyConnection, thumbprint: &Digest) -> Result<(), ClientError> {
    match store::client_with_certificate(connection, thumbprint)? {
        Some(holder) => Err(ClientError::CertificateTaken(holder.client_id)),
        None => Ok(()),
    }
}
