//! The office's paths: its service, and the sandbox's control of it.

use super::Office;
use crate::identity::person::Passport;
use crate::linkage::foreigner::ForeignerStatus;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(in crate::sandbox) fn routes(
    office: Arc<Office>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(office.clone()))
            .route("/foreigner-status/v1/passports", web::post().to(status))
            .route("/sandbox-control/v1/passports", web::post().to(set));
    }
}

async fn status(office: web::Data<Office>, asked: web::Json<Passport>) -> HttpResponse {
    let (status, as_of) = office.status(&asked);
    HttpResponse::Ok().json(json!({"status": status.as_str(), "as_of": as_of}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    number: String,
    status: String,
}

async fn set(office: web::Data<Office>, change: web::Json<Change>) -> HttpResponse {
    match ForeignerStatus::find(&change.status) {
        Some(status) => {
            office.set(&change.number, status);
            HttpResponse::NoContent().finish()
        }
        None => HttpResponse::BadRequest().json(json!({"error": "no_such_status"})),
    }
}
