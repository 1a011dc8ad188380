//! `POST /tsa` (RFC 3161 s. 3.4).

use super::TimeStamps;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::Arc;

pub(in crate::sandbox) fn routes(
    time_stamps: Arc<TimeStamps>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(time_stamps.clone()))
            .route("/tsa", web::post().to(stamp));
    }
}

async fn stamp(
    time_stamps: web::Data<TimeStamps>,
    http: HttpRequest,
    query: web::Bytes,
) -> HttpResponse {
    let kind = http
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if kind != Some("application/timestamp-query") {
        return HttpResponse::UnsupportedMediaType().finish();
    }
    match time_stamps.answer(&query) {
        Ok(answer) => HttpResponse::Ok()
            .content_type("application/timestamp-reply")
            .body(answer),
        Err(cause) => {
            tracing::error!(%cause, "the sandbox's time-stamp authority cannot answer");
            HttpResponse::InternalServerError().finish()
        }
    }
}
