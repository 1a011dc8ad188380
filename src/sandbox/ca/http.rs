//! The authority's paths.

use super::{Authority, IssueRefusal, profile_named};
use crate::crypto::x509::{Certificate, SigningRequest};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use std::sync::Arc;

const PEM: &str = "application/x-pem-file";

pub(in crate::sandbox) fn routes(
    authority: Arc<Authority>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(authority.clone()))
            .route("/certificates", web::post().to(issue))
            .route("/root.pem", web::get().to(root))
            .route("/issuing.pem", web::get().to(issuing))
            .route("/crl", web::get().to(revocation_list));
    }
}

/// `?profile=seal|tls-server|tls-client|time-stamping`, for a server with one `san` for each of its names.
async fn issue(
    authority: web::Data<Authority>,
    http: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let pairs: Vec<_> = url::form_urlencoded::parse(http.query_string().as_bytes())
        .into_owned()
        .collect();
    let profile = pairs
        .iter()
        .find(|(name, _)| name == "profile")
        .map(|(_, word)| word.as_str());
    let names = pairs
        .iter()
        .filter(|(name, _)| name == "san")
        .map(|(_, san)| san.clone())
        .collect();
    let issued = profile_named(profile.unwrap_or_default(), names).and_then(|profile| {
        let request = SigningRequest::from_pem(&body)?;
        authority.issue(&request, &profile)
    });
    match issued {
        Ok(chain) => HttpResponse::Created()
            .content_type(PEM)
            .body(chain.iter().map(Certificate::to_pem).collect::<String>()),
        Err(IssueRefusal::Authority(cause)) => {
            HttpResponse::UnprocessableEntity().json(json!({"error": cause.to_string()}))
        }
        Err(refusal) => HttpResponse::BadRequest().json(json!({"error": refusal.to_string()})),
    }
}

async fn root(authority: web::Data<Authority>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(PEM)
        .body(authority.root().to_pem())
}

async fn issuing(authority: web::Data<Authority>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(PEM)
        .body(authority.issuing().to_pem())
}

async fn revocation_list(authority: web::Data<Authority>) -> HttpResponse {
    match authority.revocation_list() {
        Ok(list) => HttpResponse::Ok()
            .content_type("application/pkix-crl")
            .body(list),
        Err(cause) => HttpResponse::InternalServerError().json(json!({"error": cause.to_string()})),
    }
}
