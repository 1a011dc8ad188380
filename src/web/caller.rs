//! Who is asking: a machine client with a sender-constrained token, or a person with a session.
//!
//! The demand stands in a handler's signature: `Authorised<scope::CertificateIssue>` cannot be made without the
//! scope, and `Visitor` not without a live session.

use super::problem::{Code, Problem};
use crate::kernel::digest::Digest;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// Name of the cookie that holds a person's session (`__Host-`: bound to this host, never sent in clear).
pub const SESSION_COOKIE: &str = "__Host-amnat_session";

/// The client certificate seen on this connection, put there when the connection was made.
#[derive(Debug, Clone)]
pub struct PeerCertificate {
    /// SHA-256 over the DER of the leaf (RFC 8705 §3.1).
    pub thumbprint: Digest,
}

/// An authenticated machine client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its client identifier.
    pub client_id: String,
    /// Its name as shown to people.
    pub name: Bilingual,
    /// What it may do.
    pub scopes: BTreeSet<String>,
}

/// A person with a live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInPerson {
    /// Our reference of the person: issuer and subject, never a 13-digit ID.
    pub person: String,
    /// Name to greet with.
    pub display_name: String,
    /// When the person authenticated.
    pub authenticated_at: Instant,
    /// Anti-forgery token that every form of this session carries.
    pub form_token: String,
}

/// Why a credential is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialRefusal {
    /// Unknown, expired, revoked, for somebody else, or bound to another certificate. Callers cannot tell which.
    NotAccepted,
    /// It could not be checked (the database is out of reach).
    CannotCheck,
}

/// Checks access tokens; `access` implements it.
pub trait Authenticator: Send + Sync {
    /// The client behind this token, provided that it came over the connection it is bound to.
    fn authenticate(
        &self,
        token: &str,
        peer: Option<&PeerCertificate>,
    ) -> Result<Caller, CredentialRefusal>;
}

/// Checks session cookies; `identity` implements it.
pub trait SessionReader: Send + Sync {
    /// The person behind this session value.
    fn session(&self, cookie: &str) -> Result<SignedInPerson, CredentialRefusal>;
}

/// A scope as a type, so that a handler's signature can demand it.
pub trait Scope: 'static {
    /// The scope as it stands in tokens.
    const NAME: &'static str;
}

/// The scopes of machine clients: verbs on one kind of resource (SEC-26).
pub mod scope {
    macro_rules! scopes {
        ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
            $($(#[$doc])*
            #[derive(Debug)]
            pub struct $name;
            impl super::Scope for $name {
                const NAME: &'static str = $text;
            })*
            /// All scopes that a client can be given.
            pub const ALL: &[&str] = &[$($text,)*];
        };
    }
    scopes! {
        /// Ask whether people may bind a juristic person, and start sign-ins for that question.
        AuthorityEvaluate = "authority.evaluate";
        /// Read a juristic person's facts, officers, statements and history.
        RegistryRead = "registry.read";
        /// Order certificates.
        CertificateIssue = "certificate.issue";
        /// Download certificates.
        CertificateRead = "certificate.read";
        /// Verify uploaded documents.
        DocumentVerify = "document.verify";
        /// Read the tamper-evident log.
        LogRead = "log.read";
    }
}

/// A caller that holds the scope `S`.
#[derive(Debug)]
pub struct Authorised<S: Scope> {
    caller: Caller,
    scope: PhantomData<S>,
}

impl<S: Scope> Deref for Authorised<S> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<S: Scope> FromRequest for Authorised<S> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            if caller.scopes.contains(S::NAME) {
                Ok(Self {
                    caller,
                    scope: PhantomData,
                })
            } else {
                Err(Problem::insufficient_scope(S::NAME))
            }
        })
    }
}

async fn authenticate(request: &HttpRequest) -> Result<Caller, Problem> {
    if request
        .query_string()
        .split('&')
        .any(|pair| pair.starts_with("access_token="))
    {
        // SEC-20: a token in an address ends up in logs.
        return Err(Problem::new(
            Code::MalformedRequest,
            Bilingual::new(
                "ห้ามส่งโทเคนในที่อยู่เว็บ",
                "a token must not stand in the address",
            ),
        ));
    }
    let token = bearer(request).ok_or_else(|| {
        Problem::unauthenticated(
            "Bearer",
            Bilingual::new("ต้องมีโทเคนของระบบผู้เรียก", "a client's access token is needed"),
        )
    })?;
    let authenticator = request
        .app_data::<web::Data<Arc<dyn Authenticator>>>()
        .cloned()
        .ok_or_else(|| Problem::plain(Code::Unavailable))?;
    let peer = request.conn_data::<PeerCertificate>().cloned();
    crate::telemetry::blocking(move || authenticator.authenticate(&token, peer.as_ref()))
        .await?
        .map_err(|refusal| match refusal {
            CredentialRefusal::NotAccepted => Problem::unauthenticated(
                "Bearer error=\"invalid_token\"",
                Bilingual::new("โทเคนใช้ไม่ได้", "the access token is not accepted"),
            ),
            CredentialRefusal::CannotCheck => Problem::plain(Code::Unavailable),
        })
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        .then(|| token.trim().to_owned())
}

/// A person with a live session.
#[derive(Debug)]
pub struct Visitor(pub SignedInPerson);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let refusal = || {
                Problem::unauthenticated(
                    "Cookie",
                    Bilingual::new(
                        "กรุณาเข้าสู่ระบบด้วย Digital ID",
                        "please sign in with your Digital ID",
                    ),
                )
            };
            let cookie = request
                .cookie(SESSION_COOKIE)
                .ok_or_else(refusal)?
                .value()
                .to_owned();
            let reader = request
                .app_data::<web::Data<Arc<dyn SessionReader>>>()
                .cloned()
                .ok_or_else(|| Problem::plain(Code::Unavailable))?;
            match crate::telemetry::blocking(move || reader.session(&cookie)).await? {
                Ok(person) => Ok(Self(person)),
                Err(CredentialRefusal::NotAccepted) => Err(refusal()),
                Err(CredentialRefusal::CannotCheck) => Err(Problem::plain(Code::Unavailable)),
            }
        })
    }
}
