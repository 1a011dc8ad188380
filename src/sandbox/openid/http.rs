//! The provider's endpoints.

use super::{Provider, Request, RequestRefusal, TokenRefusal, page};
use crate::sandbox::face::portrait;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, HeaderName, LOCATION, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(in crate::sandbox) fn routes(
    provider: Arc<Provider>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(provider.clone()))
            .route(
                "/.well-known/openid-configuration",
                web::get().to(discovery),
            )
            .route("/api/v2/oauth2/auth/", web::get().to(authorize))
            .route("/api/v2/oauth2/token/", web::post().to(token))
            .route("/api/v2/oauth2/introspect/", web::post().to(introspect))
            .route("/api/v2/oauth2/jwks/", web::get().to(jwks))
            .route("/sandbox/sign-in", web::post().to(sign_in))
            .route("/sandbox/portraits/{file}", web::get().to(reference))
            .route("/sandbox/fonts/regular.ttf", web::get().to(regular))
            .route("/sandbox/fonts/bold.ttf", web::get().to(bold));
    }
}

async fn discovery(provider: web::Data<Provider>) -> HttpResponse {
    HttpResponse::Ok().json(provider.discovery())
}

async fn jwks(provider: web::Data<Provider>) -> HttpResponse {
    HttpResponse::Ok().json(provider.keys())
}

#[derive(Deserialize)]
struct Searched {
    #[serde(flatten)]
    request: Request,
    #[serde(default)]
    q: String,
}

async fn authorize(provider: web::Data<Provider>, asked: web::Query<Searched>) -> HttpResponse {
    let Searched { request, q } = asked.into_inner();
    if let Err(refusal) = provider.admit(&request) {
        return refused(&provider, &request, refusal);
    }
    html(
        HttpResponse::Ok(),
        page::sign_in(&request, &q, &provider.holders(&request, &q)),
    )
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(flatten)]
    request: Request,
    national_id: Option<String>,
    choice: String,
}

async fn sign_in(provider: web::Data<Provider>, chosen: web::Form<Chosen>) -> HttpResponse {
    let Chosen {
        request,
        national_id,
        choice,
    } = chosen.into_inner();
    // The form is the visitor's: everything it carries is checked again.
    if let Err(refusal) = provider.admit(&request) {
        return refused(&provider, &request, refusal);
    }
    let holder = national_id.and_then(|number| provider.holder(&number));
    let answer = match (choice.as_str(), holder) {
        ("allow", Some(holder)) => match provider.grant(request.clone(), holder) {
            Some(code) => ("code", code),
            None => ("error", "temporarily_unavailable".to_owned()),
        },
        _ => ("error", "access_denied".to_owned()),
    };
    back(&provider, &request, answer)
}

fn refused(provider: &Provider, request: &Request, refusal: RequestRefusal) -> HttpResponse {
    match refusal {
        RequestRefusal::Returned(code) => back(provider, request, ("error", code.to_owned())),
        shown => html(HttpResponse::BadRequest(), page::refusal(shown)),
    }
}

/// Send the browser back to the registered address with an answer, the state and the issuer.
fn back(provider: &Provider, request: &Request, (name, value): (&str, String)) -> HttpResponse {
    let Ok(mut uri) = url::Url::parse(&request.redirect_uri) else {
        return html(
            HttpResponse::BadRequest(),
            page::refusal(RequestRefusal::UnknownRedirect),
        );
    };
    {
        let mut query = uri.query_pairs_mut();
        query.append_pair(name, &value);
        if !request.state.is_empty() {
            query.append_pair("state", &request.state);
        }
        query.append_pair("iss", provider.issuer());
    }
    HttpResponse::SeeOther()
        .insert_header((LOCATION, uri.as_str()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(REFERRER)
        .finish()
}

/// The letters of the sealed documents, for machines that have no Thai ones of their own.
const REGULAR: &[u8] = include_bytes!("../../pdf/fonts/Sarabun-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../pdf/fonts/Sarabun-Bold.ttf");

async fn regular() -> HttpResponse {
    HttpResponse::Ok().content_type("font/ttf").body(REGULAR)
}

async fn bold() -> HttpResponse {
    HttpResponse::Ok().content_type("font/ttf").body(BOLD)
}

const REFERRER: (HeaderName, &str) = (HeaderName::from_static("referrer-policy"), "no-referrer");

fn html(
    mut builder: actix_web::HttpResponseBuilder,
    page: Result<String, minijinja::Error>,
) -> HttpResponse {
    match page {
        Ok(page) => builder
            .content_type("text/html; charset=utf-8")
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header(REFERRER)
            .insert_header(("X-Frame-Options", "DENY"))
            .insert_header((
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; font-src 'self'",
            ))
            .body(page),
        Err(cause) => HttpResponse::InternalServerError().body(cause.to_string()),
    }
}

#[derive(Deserialize)]
struct Redemption {
    grant_type: String,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

async fn token(
    provider: web::Data<Provider>,
    http: HttpRequest,
    form: web::Form<Redemption>,
) -> HttpResponse {
    if !authenticated(&provider, &http) {
        return declined(TokenRefusal::InvalidClient);
    }
    let form = form.into_inner();
    if form.grant_type != "authorization_code" {
        return declined(TokenRefusal::UnsupportedGrantType);
    }
    let (Some(code), Some(redirect_uri)) = (form.code, form.redirect_uri) else {
        return declined(TokenRefusal::InvalidRequest);
    };
    match provider.redeem(&code, &redirect_uri, form.code_verifier.as_deref()) {
        Ok(body) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(body),
        Err(refusal) => declined(refusal),
    }
}

fn declined(refusal: TokenRefusal) -> HttpResponse {
    let mut builder = match refusal {
        TokenRefusal::InvalidClient => HttpResponse::Unauthorized(),
        TokenRefusal::ServerError => HttpResponse::InternalServerError(),
        _ => HttpResponse::BadRequest(),
    };
    if refusal == TokenRefusal::InvalidClient {
        builder.insert_header((WWW_AUTHENTICATE, "Basic realm=\"SANDBOX\""));
    }
    builder
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({"error": refusal.code()}))
}

/// HTTP Basic, with the name and secret as they are or percent-encoded (RFC 6749 s. 2.3.1): neither
/// contains a character that the two would write differently.
fn authenticated(provider: &Provider, http: &HttpRequest) -> bool {
    let header = http
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let Some(encoded) = header.and_then(|value| value.strip_prefix("Basic ")) else {
        return false;
    };
    let Ok(decoded) = STANDARD.decode(encoded) else {
        return false;
    };
    let Ok(text) = String::from_utf8(decoded) else {
        return false;
    };
    text.split_once(':')
        .is_some_and(|(id, secret)| provider.authenticates(id, secret))
}

#[derive(Deserialize)]
struct Introspection {
    token: String,
}

async fn introspect(
    provider: web::Data<Provider>,
    http: HttpRequest,
    form: web::Form<Introspection>,
) -> HttpResponse {
    if !authenticated(&provider, &http) {
        return declined(TokenRefusal::InvalidClient);
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(provider.introspect(&form.token))
}

async fn reference(provider: web::Data<Provider>, file: web::Path<String>) -> HttpResponse {
    let known = file
        .strip_suffix(".png")
        .filter(|number| provider.holder(number).is_some());
    match known.map(portrait::png) {
        Some(Ok(png)) => HttpResponse::Ok().content_type("image/png").body(png),
        Some(Err(cause)) => HttpResponse::InternalServerError().body(cause.to_string()),
        None => HttpResponse::NotFound().finish(),
    }
}
