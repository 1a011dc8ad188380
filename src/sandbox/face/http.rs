//! `POST /fvs/v1/verify`, and the portraits themselves, which no real engine would hand out.

use super::{Comparison, Outcome, compare, portrait};
use crate::kernel::id::NationalId;
use crate::kernel::time::{Clock, Instant};
use crate::sandbox::world::World;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// Verifications answered in one second: the national peak the cabinet resolution of 2022 names.
const PER_SECOND: u32 = 60;

/// Largest request: a picture of a few megabytes in base 64.
const REQUEST_LIMIT: usize = 8 * 1024 * 1024;

/// What the engine's paths share.
pub(in crate::sandbox) struct Engine {
    world: Arc<World>,
    clock: Arc<dyn Clock>,
    /// The second being counted and how many were answered in it.
    answered: Mutex<(i64, u32)>,
}

impl Engine {
    pub(in crate::sandbox) fn new(world: Arc<World>, clock: Arc<dyn Clock>) -> Self {
        Self {
            world,
            clock,
            answered: Mutex::new((0, 0)),
        }
    }

    /// How many more this second allows after this one; `None` if this one is already too many.
    fn admit(&self) -> Option<u32> {
        let second = self.clock.now().seconds();
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.0 != second {
            *answered = (second, 0);
        }
        answered.1 = answered.1.saturating_add(1);
        PER_SECOND.checked_sub(answered.1)
    }
}

pub(in crate::sandbox) fn routes(
    engine: Arc<Engine>,
) -> impl Fn(&mut web::ServiceConfig) + Clone + Send {
    move |config| {
        config
            .app_data(web::Data::from(engine.clone()))
            .app_data(web::JsonConfig::default().limit(REQUEST_LIMIT))
            .route("/fvs/v1/verify", web::post().to(verify))
            .route("/sandbox/portraits/{file}", web::get().to(reference));
    }
}

#[derive(Deserialize)]
struct Request {
    transaction_id: String,
    pid: NationalId,
    face: Face,
    consent: Option<Consent>,
}

#[derive(Deserialize)]
struct Face {
    format: String,
    data: String,
}

#[derive(Deserialize)]
struct Consent {
    consent_id: String,
    purpose: String,
    given_at: Instant,
}

#[derive(Serialize)]
struct Answer {
    transaction_id: String,
    result: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_percent: Option<f64>,
    engine: &'static str,
    checked_at: Instant,
}

async fn verify(engine: web::Data<Engine>, body: web::Json<Request>) -> HttpResponse {
    let Some(remaining) = engine.admit() else {
        return HttpResponse::TooManyRequests()
            .insert_header((RETRY_AFTER, "1"))
            .insert_header(("RateLimit-Limit", PER_SECOND.to_string()))
            .insert_header(("RateLimit-Remaining", "0"))
            .json(json!({"error": "too_many_requests"}));
    };
    let request = body.into_inner();
    let checked_at = engine.clock.now();
    let consented = request.consent.as_ref().is_some_and(|consent| {
        !consent.consent_id.is_empty()
            && !consent.purpose.is_empty()
            && consent.given_at <= checked_at
    });
    if !consented {
        return HttpResponse::BadRequest().json(json!({"error": "consent_missing"}));
    }
    let comparison = examine(&engine.world, &request);
    HttpResponse::Ok()
        .insert_header(("RateLimit-Limit", PER_SECOND.to_string()))
        .insert_header(("RateLimit-Remaining", remaining.to_string()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Answer {
            transaction_id: request.transaction_id,
            result: comparison.outcome,
            score_percent: comparison.score.map(|score| f64::from(score) / 100.0),
            engine: "SANDBOX drawn-portrait comparison 1",
            checked_at,
        })
}

fn examine(world: &World, request: &Request) -> Comparison {
    let none = |outcome| Comparison {
        outcome,
        score: None,
    };
    if world.person(request.pid.expose()).is_none() {
        return none(Outcome::NoReference);
    }
    let captured = match (
        request.face.format.as_str(),
        STANDARD.decode(&request.face.data),
    ) {
        ("png", Ok(captured)) => captured,
        _ => return none(Outcome::QualityRejected),
    };
    match portrait::png(request.pid.expose()) {
        Ok(held) => compare(&captured, &held),
        Err(_) => none(Outcome::Error),
    }
}

async fn reference(engine: web::Data<Engine>, file: web::Path<String>) -> HttpResponse {
    let known = file
        .strip_suffix(".png")
        .filter(|id| engine.world.person(id).is_some());
    match known.map(portrait::png) {
        Some(Ok(png)) => HttpResponse::Ok().content_type("image/png").body(png),
        Some(Err(cause)) => HttpResponse::InternalServerError().body(cause.to_string()),
        None => HttpResponse::NotFound().finish(),
    }
}
