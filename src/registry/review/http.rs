//! The review queue over HTTP: machine clients with the scope `registry.read` and registry officers read it; officers
//! alone, signed in with their Digital ID, propose, confirm and reject.
//!
//! A body of JSON cannot be sent by a form of another site, and the session's cookie does not travel with its scripts.

use super::case::Refusal;
use super::draft::Choice;
use super::queue::QueuePlace;
use super::service::{Done, Order, ReviewError, ReviewService, Shown, StoreError, Wish};
use crate::access::idempotency::{IdempotencyScope, KeptAnswer, UnwrittenAnswer};
use crate::kernel::digest::{Digest, canonical_json};
use crate::kernel::id::{ProposalId, ReviewId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::registry::http::{PageQuery, invalid, query};
use crate::signing_rule::Clause;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, SESSION_COOKIE, Visitor, scope};
use crate::web::idempotency::{self, IdempotencyKey};
use crate::web::json::Json;
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

mod views;

use views::{QueueView, ReviewView, review_view};

/// Reviews on one page of the queue at most.
const MAX_PAGE: usize = 100;
/// Reviews on a page when nothing is asked.
const PAGE: usize = 20;
/// Longest reason of an officer, in characters.
const MAX_REASON: usize = 1_000;

/// Mount the endpoints. The application's data holds a `web::Data<ReviewService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    let base = "/v1/review/statements";
    let at = |path: &str| web::resource(format!("{base}{path}"));
    config
        .service(at("").route(web::get().to(list)))
        .service(at("/{id}").route(web::get().to(read)))
        .service(at("/{id}/proposals").route(web::post().to(propose)))
        .service(at("/{id}/proposals/{proposal}/confirmation").route(web::post().to(confirm)))
        .service(at("/{id}/proposals/{proposal}/rejection").route(web::post().to(reject)));
}

/// The API document of the review queue.
#[derive(OpenApi)]
#[openapi(
    paths(list, read, propose, confirm, reject),
    components(schemas(
        QueueView,
        ReviewView,
        ProposalBody,
        ConfirmationBody,
        RejectionBody,
        ProblemDocument
    ))
)]
pub struct ReviewApi;

/// What an officer reads a sentence to mean: one of its readings, or a rule of the officer's own.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalBody {
    /// Place of the reading among `readings`, from 0; without `clauses`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reading: Option<usize>,
    /// A rule in the form that `signing-rule` shows, its people named by officer reference; without `reading`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    clauses: Option<Vec<Clause>>,
    /// Why. 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A second officer's confirmation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationBody {
    /// `rule_sha256` of the proposal, as the officer saw it.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    rule_sha256: Digest,
    /// A remark, at most 1,000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: String,
}

/// A rejection: of another's proposal, of one's own (a withdrawal), or of a confirmed one (a revocation).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectionBody {
    /// Why. 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Who may read the queue.
#[derive(Debug)]
pub enum Reader {
    /// A machine client with the scope `registry.read`.
    Client(String),
    /// A person with a session, who must be a registry officer.
    Person(String),
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let has_token = request.headers().contains_key(header::AUTHORIZATION);
            if !has_token && request.cookie(SESSION_COOKIE).is_some() {
                let visitor = Visitor::extract(&request).await?;
                return Ok(Self::Person(visitor.0.person));
            }
            let caller = Authorised::<scope::RegistryRead>::extract(&request).await?;
            Ok(Self::Client(caller.client_id.clone()))
        })
    }
}

impl Reader {
    /// By which name officers are told to this reader; a person who is no officer is turned away.
    async fn admitted(self, service: &web::Data<ReviewService>) -> Result<String, Problem> {
        match self {
            Self::Client(client) => Ok(client),
            Self::Person(person) => {
                officer(service, &person).await?;
                Ok(person)
            }
        }
    }
}

async fn officer(service: &web::Data<ReviewService>, person: &str) -> Result<(), Problem> {
    let (service, person) = (service.clone(), person.to_owned());
    blocking(move || service.officer(&person))
        .await?
        .map_err(review_problem)?;
    Ok(())
}

/// Sentences that were not read with certainty and wait for registry officers.
///
/// Longest waiting first. Officers are told by a reference that is the caller's own.
#[utoipa::path(
    get,
    path = "/v1/review/statements",
    tag = "review",
    operation_id = "list_reviews",
    params(PageQuery),
    responses(
        (status = 200, description = "The queue", body = QueueView),
        (status = 400, description = "A parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read, or a registry officer's session, is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]), ("person" = []))
)]
pub async fn list(
    reader: Reader,
    request: HttpRequest,
    service: web::Data<ReviewService>,
) -> Result<HttpResponse, Problem> {
    let caller = reader.admitted(&service).await?;
    let page: PageQuery = query(&request)?;
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(invalid("limit", "ต้องเป็น 1 ถึง 100", "it is 1 to 100"));
    }
    let after = page.cursor.as_deref().map(place).transpose()?;
    let page = blocking(move || service.queue(after.as_ref(), limit))
        .await?
        .map_err(review_problem)?;
    let reviews = page
        .reviews
        .iter()
        .map(|shown| review_view(shown, &caller))
        .collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(QueueView {
        reviews,
        next_cursor: page.next.as_ref().map(cursor),
    }))
}

/// A place in the queue as callers hold it.
fn cursor(place: &QueuePlace) -> String {
    format!("{}.{}", place.since.millis(), place.review)
}

fn place(cursor: &str) -> Result<QueuePlace, Problem> {
    let unknown = || invalid("cursor", "ไม่ใช่ตำแหน่งที่ระบบให้ไว้", "it was not given by us");
    let (since, review) = cursor.split_once('.').ok_or_else(unknown)?;
    let since = since
        .parse()
        .map(Instant::from_millis)
        .map_err(|_| unknown())?
        .ok_or_else(unknown)?;
    let review = review.parse().map_err(|_| unknown())?;
    Ok(QueuePlace { since, review })
}

/// One review with everything that was ever proposed, in the queue or not.
///
/// The `ETag` is the version that `If-Match` of the acts names.
#[utoipa::path(
    get,
    path = "/v1/review/statements/{id}",
    tag = "review",
    operation_id = "read_review",
    params(("id" = String, Path, description = "Identifier of the review")),
    responses(
        (status = 200, description = "The review", body = ReviewView),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read, or a registry officer's session, is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such review", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]), ("person" = []))
)]
pub async fn read(
    reader: Reader,
    service: web::Data<ReviewService>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = reader.admitted(&service).await?;
    let id: ReviewId = id.parse().map_err(|_| Problem::plain(Code::NotFound))?;
    let shown = blocking(move || service.find(&id))
        .await?
        .map_err(review_problem)?;
    Ok(HttpResponse::Ok()
        .insert_header(header::ETag(version_tag(shown.case.version)))
        .json(review_view(&shown, &caller)?))
}

pub(crate) fn version_tag(version: u64) -> header::EntityTag {
    header::EntityTag::new_strong(version.to_string())
}

/// Propose what the sentence means.
///
/// The rule is bound to the sentence, the type, the people it names, and the whole board where it counts it. It decides
/// nothing until another officer confirms it.
#[utoipa::path(
    post,
    path = "/v1/review/statements/{id}/proposals",
    tag = "review",
    operation_id = "propose_rule",
    request_body = ProposalBody,
    params(
        ("id" = String, Path, description = "Identifier of the review"),
        ("If-Match" = String, Header, description = "The version that was read, as its ETag"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token"),
    ),
    responses(
        (status = 201, description = "Proposed", body = ReviewView),
        (status = 400, description = "Malformed request or no key", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such review", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "A proposal waits already, or the sentence is no longer registered", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The review has moved on since it was read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The rule cannot be used (its member is named), or the key was used for another request", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn propose(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<ReviewService>,
    id: web::Path<String>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Json<ProposalBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    officer(&service, &visitor.0.person).await?;
    let (key, Json(body)) = (key?, body?);
    let order = order(&visitor, &request, &id, &key, &body)?;
    let reason = reason(&body.reason, 1)?;
    let choice = match (body.reading, body.clauses) {
        (Some(reading), None) => Choice::Reading(reading),
        (None, Some(clauses)) => Choice::Rule(clauses),
        _ => {
            return Err(Problem::field(
                Code::InvalidValue,
                "/clauses",
                Bilingual::new(
                    "ระบุ reading หรือ clauses อย่างใดอย่างหนึ่ง",
                    "either reading or clauses is given, and not both",
                ),
            ));
        }
    };
    carry_out(service, order, Wish::Propose { choice, reason }).await
}

/// Confirm another officer's proposal: from now on its rule decides, as long as nothing it is bound to changes.
#[utoipa::path(
    post,
    path = "/v1/review/statements/{id}/proposals/{proposal}/confirmation",
    tag = "review",
    operation_id = "confirm_rule",
    request_body = ConfirmationBody,
    params(
        ("id" = String, Path, description = "Identifier of the review"),
        ("proposal" = String, Path, description = "Identifier of the proposal"),
        ("If-Match" = String, Header, description = "The version that was read, as its ETag"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token"),
    ),
    responses(
        (status = 201, description = "Confirmed", body = ReviewView),
        (status = 400, description = "Malformed request or no key", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer, or the one who proposed it", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such review or proposal", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The proposal does not wait, another digest, or the register has changed since", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The review has moved on since it was read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The key was used for another request", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn confirm(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<ReviewService>,
    path: web::Path<(String, String)>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Json<ConfirmationBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    officer(&service, &visitor.0.person).await?;
    let (key, Json(body)) = (key?, body?);
    let order = order(&visitor, &request, &path.0, &key, &body)?;
    let wish = Wish::Confirm {
        proposal: proposal(&path.1)?,
        digest: body.rule_sha256,
        reason: reason(&body.reason, 0)?,
    };
    carry_out(service, order, wish).await
}

/// Turn a proposal down, take one's own back, or revoke a confirmed one. Any registry officer may.
#[utoipa::path(
    post,
    path = "/v1/review/statements/{id}/proposals/{proposal}/rejection",
    tag = "review",
    operation_id = "reject_rule",
    request_body = RejectionBody,
    params(
        ("id" = String, Path, description = "Identifier of the review"),
        ("proposal" = String, Path, description = "Identifier of the proposal"),
        ("If-Match" = String, Header, description = "The version that was read, as its ETag"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token"),
    ),
    responses(
        (status = 201, description = "Rejected, withdrawn or revoked", body = ReviewView),
        (status = 400, description = "Malformed request or no key", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such review or proposal", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The proposal has ended already", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The review has moved on since it was read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The key was used for another request", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn reject(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<ReviewService>,
    path: web::Path<(String, String)>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Json<RejectionBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    officer(&service, &visitor.0.person).await?;
    let (key, Json(body)) = (key?, body?);
    let order = order(&visitor, &request, &path.0, &key, &body)?;
    let wish = Wish::Reject {
        proposal: proposal(&path.1)?,
        reason: reason(&body.reason, 1)?,
    };
    carry_out(service, order, wish).await
}

fn proposal(text: &str) -> Result<ProposalId, Problem> {
    text.parse().map_err(|_| Problem::plain(Code::NotFound))
}

/// An officer's reason: kept for ever and shown to others, so it is text that a person can read.
pub(crate) fn reason(text: &str, least: usize) -> Result<String, Problem> {
    let trimmed = text.trim();
    let plain = |character: char| character == '\n' || !character.is_control();
    if (least..=MAX_REASON).contains(&trimmed.chars().count()) && trimmed.chars().all(plain) {
        return Ok(trimmed.to_owned());
    }
    Err(Problem::field(
        Code::InvalidValue,
        "/reason",
        Bilingual::new(
            format!("เหตุผลต้องเป็นข้อความ {least} ถึง {MAX_REASON} ตัวอักษร"),
            format!("a reason is text of {least} to {MAX_REASON} characters"),
        ),
    ))
}

/// The version that the caller read, from `If-Match`: one strong tag.
pub(crate) fn expected_version(request: &HttpRequest) -> Result<u64, Problem> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Err(Problem::plain(Code::PreconditionMissing));
    }
    match <header::IfMatch as header::Header>::parse(request) {
        Ok(header::IfMatch::Items(tags)) => match tags.as_slice() {
            [tag] if !tag.weak => tag
                .tag()
                .parse()
                .map_err(|_| Problem::plain(Code::PreconditionFailed)),
            _ => Err(Problem::plain(Code::PreconditionFailed)),
        },
        // Whatever state it is in: nobody confirms a rule without having read it.
        Ok(header::IfMatch::Any) => Err(Problem::plain(Code::PreconditionMissing)),
        Err(_) => Err(Problem::new(
            Code::MalformedRequest,
            Bilingual::new("อ่าน If-Match ไม่ได้", "If-Match cannot be read"),
        )),
    }
}

fn order<B: Serialize>(
    visitor: &Visitor,
    request: &HttpRequest,
    id: &str,
    key: &IdempotencyKey,
    body: &B,
) -> Result<Order, Problem> {
    let person = visitor.0.person.clone();
    let canonical = canonical_json(body).map_err(|error| Problem::internal(&error))?;
    Ok(Order {
        review: id.parse().map_err(|_| Problem::plain(Code::NotFound))?,
        version: expected_version(request)?,
        key: IdempotencyScope::new(&person, "POST", request.path(), key.as_str()),
        request: Digest::of(canonical),
        answer: kept_answer,
        person,
    })
}

/// The answer to an act, kept under its key byte for byte.
fn kept_answer(shown: &Shown, person: &str) -> Result<KeptAnswer, UnwrittenAnswer> {
    // Whoever made the problem has written its cause to the log already.
    let view =
        review_view(shown, person).map_err(|problem| UnwrittenAnswer(problem.to_string()))?;
    Ok(KeptAnswer {
        status: StatusCode::CREATED.as_u16(),
        content_type: "application/json".to_owned(),
        body: serde_json::to_vec(&view).map_err(|error| UnwrittenAnswer(error.to_string()))?,
    })
}

async fn carry_out(
    service: web::Data<ReviewService>,
    order: Order,
    wish: Wish,
) -> Result<HttpResponse, Problem> {
    let (version, review) = (order.version, order.review.clone());
    match blocking(move || service.act(&order, &wish)).await? {
        Ok(Done::Now(kept)) => Ok(HttpResponse::Created()
            .insert_header(header::ETag(version_tag(version + 1)))
            .insert_header((header::LOCATION, format!("/v1/review/statements/{review}")))
            .content_type(kept.content_type)
            .body(kept.body)),
        Ok(Done::Before(kept)) => Ok(idempotency::replayed(
            kept.status,
            &kept.content_type,
            kept.body,
        )),
        Err(ReviewError::KeyRunning) => Ok(idempotency::still_running()),
        Err(error) => Err(review_problem(error)),
    }
}

fn review_problem(error: ReviewError) -> Problem {
    match error {
        ReviewError::Unknown => Problem::plain(Code::NotFound),
        ReviewError::NotAnOfficer => Problem::plain(Code::NotARegistryOfficer),
        ReviewError::MovedOn => Problem::plain(Code::PreconditionFailed),
        ReviewError::PastTheBounds => Problem::new(
            Code::WrongState,
            Bilingual::new(
                "มีกรรมการหรือเงื่อนไขมากเกินกว่าที่ระบบพิจารณาได้",
                "there are more people or clauses than can be decided about",
            ),
        ),
        ReviewError::Refused(refusal) => Problem::new(
            match &refusal {
                Refusal::UnknownProposal => Code::NotFound,
                Refusal::AlreadyProposed | Refusal::WrongState(_) | Refusal::ProposerLeft => {
                    Code::WrongState
                }
                Refusal::SameOfficer => Code::SameOfficer,
                Refusal::OtherDigest => Code::OtherDigest,
                Refusal::Outdated(_) => Code::ReviewOutdated,
            },
            refusal.words(),
        ),
        ReviewError::Rule(fault) => {
            Problem::field(Code::RuleNotAcceptable, fault.pointer, fault.detail)
        }
        ReviewError::KeyUsed => idempotency::used_for_another(),
        ReviewError::KeyRunning => Problem::plain(Code::Changed),
        ReviewError::Store(StoreError::Stale { .. } | StoreError::Conflict { .. }) => {
            Problem::plain(Code::Changed)
        }
        ReviewError::Store(ref store) if store.may_be_retried() => {
            tracing::warn!(error = %error, "the database is out of reach");
            Problem::plain(Code::Unavailable)
        }
        ReviewError::Answer(_)
        | ReviewError::Ledger(_)
        | ReviewError::Canonical(_)
        | ReviewError::Store(_) => Problem::internal(&error),
    }
}
