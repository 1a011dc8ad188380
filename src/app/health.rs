//! Probes and metrics for whoever operates the service.

use crate::db::Database;
use crate::web::problem::{Code, Problem};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Answer of a probe.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; anything else is a problem document.
    status: &'static str,
}

/// The process lives.
#[utoipa::path(
    get, path = "/healthz", tag = "operation", operation_id = "read_health",
    responses((status = 200, description = "The process lives", body = Health))
)]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// The database is reachable and up to date.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", operation_id = "read_readiness",
    responses(
        (status = 200, description = "Requests can be answered", body = Health),
        (status = 503, description = "The database is out of reach or not up to date", body = crate::web::problem::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn ready(database: web::Data<Database>) -> Result<HttpResponse, Problem> {
    match crate::telemetry::blocking(move || database.is_current()).await? {
        Ok(true) => Ok(HttpResponse::Ok().json(Health { status: "ok" })),
        Ok(false) => Err(Problem::plain(Code::Unavailable)),
        Err(error) => {
            tracing::warn!(error = %error, "the database is out of reach");
            Err(Problem::plain(Code::Unavailable))
        }
    }
}

/// Counters and histograms in the text form Prometheus reads. Labels are routes and statuses, never identities.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", operation_id = "read_metrics",
    responses((status = 200, description = "Metrics", body = String, content_type = "text/plain"))
)]
pub async fn metrics() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .body(crate::telemetry::metrics().render())
}
