//! The register's two doors over HTTP.

use super::{Change, ChangeRefusal, Register, wire};
use crate::kernel::id::RegistrationNumber;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The exchange, the bulk feed and the control of the sandbox: all in clear.
pub(in crate::sandbox) fn exchange(
    register: Arc<Register>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(register.clone()))
            .route("/juristic/v4/profile/information", web::get().to(profile))
            .route("/feed/register.jsonl", web::get().to(feed))
            .route("/feed/manifest.json", web::get().to(manifest))
            .route("/sandbox-control/v1/resign", web::post().to(resign));
    }
}

/// The extension that tells whose numbers stand behind the officers: behind mutual TLS.
pub(in crate::sandbox) fn extension(
    register: Arc<Register>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config.app_data(web::Data::from(register.clone())).route(
            "/sandbox-extension/v1/officer-identities",
            web::get().to(officer_identities),
        );
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "JuristicID")]
    juristic_id: String,
}

async fn profile(register: web::Data<Register>, asked: web::Query<Asked>) -> HttpResponse {
    // A number that does not check is answered like one nobody has: so does the exchange.
    let found = asked
        .juristic_id
        .parse::<RegistrationNumber>()
        .ok()
        .and_then(|id| register.profile(&id));
    match wire::Profile::of(found.into_iter().collect()) {
        Ok(profile) => HttpResponse::Ok().json(profile),
        Err(cause) => failed(&cause.to_string()),
    }
}

async fn feed(register: web::Data<Register>) -> HttpResponse {
    match register.feed() {
        Ok((lines, _)) => HttpResponse::Ok()
            .content_type("application/jsonl; charset=utf-8")
            .body(lines),
        Err(cause) => failed(&cause.to_string()),
    }
}

async fn manifest(register: web::Data<Register>) -> HttpResponse {
    match register.feed() {
        Ok((_, manifest)) => HttpResponse::Ok().json(manifest),
        Err(cause) => failed(&cause.to_string()),
    }
}

async fn officer_identities(
    register: web::Data<Register>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let Ok(id) = asked.juristic_id.parse::<RegistrationNumber>() else {
        return HttpResponse::BadRequest().json(json!({"error": "not_a_registration_number"}));
    };
    match register.officer_identities(&id) {
        Some(identities) => HttpResponse::Ok().json(identities),
        None => HttpResponse::NotFound().json(json!({"error": "no_such_juristic_person"})),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resignation {
    juristic_id: RegistrationNumber,
    sequence: u32,
    date: NaiveDate,
}

async fn resign(register: web::Data<Register>, body: web::Json<Resignation>) -> HttpResponse {
    let Resignation {
        juristic_id,
        sequence,
        date,
    } = body.into_inner();
    match register.change(&Change::Resign {
        juristic_id,
        sequence,
        date,
    }) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(ChangeRefusal::NotKept(cause)) => failed(&cause.to_string()),
        Err(refusal @ ChangeRefusal::NoSuchCompany) => {
            HttpResponse::NotFound().json(json!({"error": refusal.to_string()}))
        }
        Err(refusal) => HttpResponse::Conflict().json(json!({"error": refusal.to_string()})),
    }
}

fn failed(detail: &str) -> HttpResponse {
    HttpResponse::InternalServerError()
        .content_type(ContentType::json())
        .json(json!({"error": detail}))
}
