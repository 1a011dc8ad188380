//! What every request gets: an id, a span, a log line, counters, and headers that keep browsers careful.

use crate::kernel::id::{Randomness, RequestId};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use std::sync::Arc;
use std::time::Instant as Stopwatch;
use tracing::Instrument as _;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request that is being answered; empty outside of one.
pub fn current_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A caller may give its own id; it comes back unchanged if it is short and plain, so that it cannot forge log lines.
fn given_id(request: &ServiceRequest) -> Option<String> {
    let text = request.headers().get(REQUEST_ID_HEADER)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((8..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// Middleware around every request.
pub async fn accompany(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = given_id(&request)
        .or_else(|| {
            let randomness = request.app_data::<web::Data<Arc<dyn Randomness>>>()?;
            Some(RequestId::generate(randomness.as_ref().as_ref()).to_string())
        })
        .unwrap_or_default();
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        // The route and never the path: paths hold numbers and tokens (KEY-51).
        http.route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned()),
    );
    let started = Stopwatch::now();
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let id_header = HeaderValue::from_str(&id).ok();
    let answer = REQUEST_ID
        .scope(id, next.call(request).instrument(span.clone()))
        .await;
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => return Err(error),
    };
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    metrics::counter!("amnat_http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("amnat_http_request_seconds", "route" => route)
        .record(elapsed.as_secs_f64());
    span.in_scope(|| {
        tracing::info!(
            http.status = status,
            elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    });
    let headers = response.headers_mut();
    if let Some(value) = id_header {
        headers.insert(REQUEST_ID_HEADER, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}
