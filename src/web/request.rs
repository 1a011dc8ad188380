//! What every request gets: an id, a span, a log line, counters, and headers that keep browsers careful.

use super::problem::{Code, Problem};
use crate::kernel::id::{Randomness, RequestId};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{ResponseError as _, web};
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
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = given_id(&request)
        .or_else(|| {
            let randomness = request.app_data::<web::Data<Arc<dyn Randomness>>>()?;
            Some(RequestId::generate(randomness.as_ref().as_ref()).to_string())
        })
        .unwrap_or_default();
    // The route and never the path: paths hold numbers and tokens (KEY-51).
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        http.route = %route,
    );
    let started = Stopwatch::now();
    let id_header = HeaderValue::from_str(&id).ok();
    let mut response = REQUEST_ID
        .scope(id, async {
            let response = next.call(request).await?.map_into_boxed_body();
            // The router's own refusals have no body; ours always explain themselves (INT-10).
            Ok::<_, actix_web::Error>(match response.status() {
                StatusCode::METHOD_NOT_ALLOWED
                    if !response.headers().contains_key(header::CONTENT_TYPE) =>
                {
                    let allowed = response.headers().get(header::ALLOW).cloned();
                    let mut problem = Problem::plain(Code::MethodNotAllowed).error_response();
                    if let Some(allowed) = allowed {
                        problem.headers_mut().insert(header::ALLOW, allowed);
                    }
                    response.into_response(problem)
                }
                _ => response,
            })
        })
        .instrument(span.clone())
        .await?;
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    metrics::counter!("amnat_http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("amnat_http_request_seconds", "route" => route)
        .record(elapsed.as_secs_f64());
    span.in_scope(|| {
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(http.status = status, elapsed_us, "answered");
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
