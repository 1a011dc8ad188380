//! The register's two doors over HTTP.

use super::{Change, ChangeRefusal, NoSuchPlace, Register, wire};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The exchange, the bulk feed, the changes, and the control of the sandbox: all in clear.
pub(in crate::sandbox) fn exchange(
    register: Arc<Register>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config.app_data(web::Data::from(register.clone()));
        asked(config);
        config
            .route("/sandbox-control/v1/resign", web::post().to(resign))
            .route("/sandbox-control/v1/change", web::post().to(change));
    }
}

/// The exchange once more, and the extension that tells whose numbers stand behind the officers: behind mutual TLS.
pub(in crate::sandbox) fn extension(
    register: Arc<Register>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config.app_data(web::Data::from(register.clone()));
        asked(config);
        config.route(
            "/sandbox-extension/v1/officer-identities",
            web::get().to(officer_identities),
        );
    }
}

/// What the exchange is asked.
fn asked(config: &mut web::ServiceConfig) {
    config
        .route("/juristic/v4/profile/information", web::get().to(profile))
        .route("/feed/register.jsonl", web::get().to(feed))
        .route("/feed/manifest.json", web::get().to(manifest))
        .route("/feed/changes", web::get().to(changes));
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "JuristicID")]
    juristic_id: String,
}

async fn profile(
    request: HttpRequest,
    register: web::Data<Register>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    // A number that does not check is answered like one nobody has: so does the exchange.
    let found = asked
        .juristic_id
        .parse::<RegistrationNumber>()
        .ok()
        .and_then(|id| register.profile(&id));
    let body = wire::Profile::of(found.into_iter().collect())
        .and_then(|profile| serde_json::to_vec(&profile));
    let body = match body {
        Ok(body) => body,
        Err(cause) => return failed(&cause.to_string()),
    };
    let tag = format!("\"{}\"", Digest::of(&body).to_hex());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if known {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish();
    }
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((header::ETAG, tag))
        .body(body)
}

/// Most changes on one page.
const MOST_CHANGES: usize = 1_000;

#[derive(Deserialize)]
struct AskedChanges {
    #[serde(default)]
    after: String,
    #[serde(default)]
    limit: Option<usize>,
}

async fn changes(register: web::Data<Register>, asked: web::Query<AskedChanges>) -> HttpResponse {
    let limit = asked.limit.unwrap_or(100).clamp(1, MOST_CHANGES);
    match register.changes(&asked.after, limit) {
        Ok(page) => HttpResponse::Ok().json(page),
        Err(NoSuchPlace) => HttpResponse::Gone().json(json!({"error": "no_such_place"})),
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
    changed(
        &register,
        &Change::Resign {
            juristic_id,
            sequence,
            date,
        },
    )
}

async fn change(register: web::Data<Register>, body: web::Json<Change>) -> HttpResponse {
    changed(&register, &body)
}

fn changed(register: &Register, change: &Change) -> HttpResponse {
    match register.change(change) {
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
