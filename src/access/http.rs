//! The token endpoint and what is published beside it.

use super::grant::{self, GrantRefusal, Proof};
use super::service::{AccessService, GrantError, TokenError};
use crate::telemetry::blocking;
use crate::web::caller::{Authenticator, Caller, CredentialRefusal, PeerCertificate};
use crate::web::problem::Problem;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{OpenApi, ToSchema};

/// The authorisation server's part of the API document.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(token, server_metadata, resource_metadata, keys),
    components(schemas(TokenForm, TokenAnswer, OAuthError))
)]
pub struct AccessApi;

/// Largest form that is read, in bytes.
const MAX_FORM: usize = 8 * 1024;

/// How long clients may keep the public keys, in seconds.
const KEYS_MAX_AGE: &str = "public, max-age=900";

/// Mount the paths. The application's data holds a `web::Data<AccessService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/oauth2/token").route(web::post().to(token)))
        .service(
            web::resource("/.well-known/oauth-authorization-server")
                .route(web::get().to(server_metadata)),
        )
        .service(
            web::resource("/.well-known/oauth-protected-resource")
                .route(web::get().to(resource_metadata)),
        )
        .service(web::resource("/.well-known/jwks.json").route(web::get().to(keys)));
}

impl Authenticator for AccessService {
    fn authenticate(
        &self,
        token: &str,
        peer: Option<&PeerCertificate>,
    ) -> Result<Caller, CredentialRefusal> {
        match self.accept_token(token, peer.map(|peer| &peer.thumbprint)) {
            Ok(accepted) => Ok(Caller {
                client_id: accepted.client.client_id.to_string(),
                name: accepted.client.name,
                scopes: accepted.scopes.names().clone(),
            }),
            Err(TokenError::Refused(reason)) => {
                tracing::info!(refusal.reason = reason, "an access token was refused");
                Err(CredentialRefusal::NotAccepted)
            }
            Err(TokenError::Store(error)) => {
                tracing::error!(error.chain = %error, "an access token could not be checked");
                Err(CredentialRefusal::CannotCheck)
            }
        }
    }
}

/// What the token endpoint reads.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the form is described here and read in grant.rs")]
pub struct TokenForm {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// The client's identifier.
    #[schema(example = "bank-a")]
    client_id: String,
    /// Scopes, separated by spaces; without it the token gets all the client may have.
    #[schema(example = "authority.evaluate registry.read")]
    scope: Option<String>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// The token, for the `Authorization` field.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How long it lives, in seconds.
    #[schema(example = 300)]
    expires_in: u64,
    /// What it is good for.
    scope: String,
}

/// A refusal in the form of RFC 6749 §5.2.
#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthError {
    /// `invalid_request`, `invalid_client`, `unsupported_grant_type`, `invalid_scope` or `temporarily_unavailable`.
    #[schema(example = "invalid_client")]
    error: &'static str,
    /// For the developer who reads it, in English as RFC 6749 asks.
    error_description: String,
}

fn unkept(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"));
    answer
}

fn refused(refusal: GrantRefusal) -> HttpResponse {
    let status = match refusal {
        GrantRefusal::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut answer = unkept(status);
    if status == StatusCode::UNAUTHORIZED {
        // Every 401 names a way in; this one is the TLS handshake itself.
        answer.insert_header((header::WWW_AUTHENTICATE, "TLS-Client-Certificate"));
    }
    answer.json(OAuthError {
        error: refusal.code(),
        error_description: refusal.to_string(),
    })
}

fn unavailable(error: &GrantError) -> HttpResponse {
    tracing::error!(error.chain = %error, "a token could not be given");
    unkept(StatusCode::SERVICE_UNAVAILABLE)
        .insert_header((header::RETRY_AFTER, "5"))
        .json(OAuthError {
            error: "temporarily_unavailable",
            error_description: "the authorisation server cannot answer for the moment".to_owned(),
        })
}

/// Get an access token.
///
/// The client proves itself with the certificate of the TLS connection; there is no client secret. The token works for
/// five minutes and only over connections made with the same certificate.
#[utoipa::path(
    post, path = "/oauth2/token", tag = "access",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenAnswer),
        (status = 400, description = "The request cannot be granted", body = OAuthError),
        (status = 401, description = "The client is not accepted", body = OAuthError),
        (status = 503, description = "For the moment no token can be given", body = OAuthError),
    )
)]
pub async fn token(
    request: HttpRequest,
    body: web::Bytes,
    access: web::Data<AccessService>,
) -> Result<HttpResponse, Problem> {
    let malformed = |reason| Ok(refused(GrantRefusal::InvalidRequest(reason)));
    let is_form = request
        .content_type()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded");
    if !is_form {
        return malformed("the body must be application/x-www-form-urlencoded");
    }
    if body.len() > MAX_FORM {
        return malformed("the form is too long");
    }
    if !request.query_string().is_empty() {
        return malformed("parameters stand in the body only");
    }
    let authorization = request.headers().contains_key(header::AUTHORIZATION);
    let form = url::form_urlencoded::parse(&body).into_owned();
    let asked = match grant::read(form, authorization) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let proof = request
        .conn_data::<PeerCertificate>()
        .map(|peer| Proof::Certificate {
            thumbprint: peer.thumbprint,
        });
    let given = blocking(move || access.give_token(&asked, proof)).await?;
    Ok(match given {
        Ok(given) => unkept(StatusCode::OK).json(TokenAnswer {
            access_token: given.token,
            token_type: "Bearer",
            expires_in: given.expires_in,
            scope: given.scopes.to_string(),
        }),
        Err(GrantError::Refused(refusal)) => refused(refusal),
        Err(error) => unavailable(&error),
    })
}

/// What the authorisation server can do (RFC 8414). What it cannot do is absent.
#[derive(Debug, Serialize)]
struct ServerMetadata<'a> {
    issuer: &'a str,
    token_endpoint: String,
    jwks_uri: String,
    scopes_supported: &'a [&'a str],
    /// None: nobody is redirected here.
    response_types_supported: [&'a str; 0],
    grant_types_supported: [&'a str; 1],
    token_endpoint_auth_methods_supported: [&'a str; 1],
    tls_client_certificate_bound_access_tokens: bool,
    service_documentation: String,
}

/// What the authorisation server can do.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "access",
    responses((status = 200, description = "Metadata (RFC 8414)", body = Object))
)]
pub async fn server_metadata(access: web::Data<AccessService>) -> HttpResponse {
    let issuer = access.issuer();
    public(&ServerMetadata {
        issuer,
        token_endpoint: format!("{issuer}/oauth2/token"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        scopes_supported: access.known_scopes(),
        response_types_supported: [],
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["tls_client_auth"],
        tls_client_certificate_bound_access_tokens: true,
        service_documentation: format!("{issuer}/docs"),
    })
}

/// What this API demands of a caller (RFC 9728).
#[derive(Debug, Serialize)]
struct ResourceMetadata<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    jwks_uri: String,
    scopes_supported: &'a [&'a str],
    bearer_methods_supported: [&'a str; 1],
    tls_client_certificate_bound_access_tokens: bool,
    resource_documentation: String,
}

/// What this API demands of a caller.
#[utoipa::path(
    get, path = "/.well-known/oauth-protected-resource", tag = "access",
    responses((status = 200, description = "Metadata (RFC 9728)", body = Object))
)]
pub async fn resource_metadata(access: web::Data<AccessService>) -> HttpResponse {
    let issuer = access.issuer();
    public(&ResourceMetadata {
        resource: issuer,
        authorization_servers: [issuer],
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        scopes_supported: access.known_scopes(),
        bearer_methods_supported: ["header"],
        tls_client_certificate_bound_access_tokens: true,
        resource_documentation: format!("{issuer}/docs"),
    })
}

/// The public keys of tokens and receipts (RFC 7517).
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "access",
    responses((status = 200, description = "Key set", body = Object, content_type = "application/jwk-set+json"))
)]
pub async fn keys(access: web::Data<AccessService>) -> HttpResponse {
    match serde_json::to_vec(access.published_keys()) {
        Ok(body) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, KEYS_MAX_AGE))
            .content_type("application/jwk-set+json")
            .body(body),
        Err(error) => actix_web::ResponseError::error_response(&Problem::internal(&error)),
    }
}

fn public(metadata: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, KEYS_MAX_AGE))
        .json(metadata)
}

/// The service as the seam that extractors ask.
pub fn authenticator(access: Arc<AccessService>) -> Arc<dyn Authenticator> {
    access
}

#[cfg(test)]
mod tests;
