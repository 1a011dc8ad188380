//! Disputes over HTTP: the person concerned or a fellow officer opens one; registry officers, signed in with their
//! Digital ID, read and settle them.
//!
//! What is answered to an act holds no name and no words of anybody: such answers are kept under their key. Names and
//! reasons are shown to registry officers only, when they read.

use super::dispute::{Claim, OpenedAs, Refusal, Verdict};
use super::matching::UsedLink;
use super::service::{Done, LinkageError, LinkageService, Order, Ruling, Shown, Wish};
use crate::access::idempotency::{IdempotencyScope, KeptAnswer, UnwrittenAnswer};
use crate::kernel::digest::{Digest, canonical_json};
use crate::kernel::id::{DisputeId, RegistrationNumber};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::registry::http::views::CodeView;
use crate::registry::http::{PageQuery, invalid, query};
use crate::registry::model::OfficerRef;
use crate::registry::review::http::{expected_version, reason, version_tag};
use crate::telemetry::blocking;
use crate::web::caller::Visitor;
use crate::web::idempotency::{self, IdempotencyKey};
use crate::web::json::Json;
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Disputes on one page at most.
const MAX_PAGE: usize = 100;
/// Disputes on a page when nothing is asked.
const PAGE: usize = 20;

/// The API document of disputes.
#[derive(OpenApi)]
#[openapi(
    paths(open, list, read, settle),
    components(schemas(
        DisputeBody,
        SettlementBody,
        DisputeView,
        DisputeCaseView,
        DisputeQueueView,
        UsedLinkView,
        ProblemDocument
    ))
)]
pub struct LinkageApi;

/// Mount the paths. The application's data holds a `web::Data<LinkageService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    let base = "/v1/review/link-disputes";
    let at = |path: &str| web::resource(format!("{base}{path}"));
    config
        .service(
            web::resource("/v1/me/representations/{registration_number}/dispute")
                .route(web::post().to(open)),
        )
        .service(at("").route(web::get().to(list)))
        .service(at("/{id}").route(web::get().to(read)))
        .service(at("/{id}/settlement").route(web::post().to(settle)));
}

/// What somebody says of a link.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeBody {
    /// `never`: the person never was this officer. `no_longer`: the person has left, and the register does not say so.
    #[schema(value_type = String, example = "never")]
    claim: ClaimWord,
    /// Which officer. Without it the person's own place on the register is meant; another officer of the same juristic
    /// person may be named by an officer in office, and any officer by a registry officer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "off_2")]
    officer: Option<OfficerRef>,
    /// Why. 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A claim as it is spoken.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClaimWord {
    Never,
    NoLonger,
}

impl From<ClaimWord> for Claim {
    fn from(word: ClaimWord) -> Self {
        match word {
            ClaimWord::Never => Self::Never,
            ClaimWord::NoLonger => Self::NoLonger,
        }
    }
}

/// How a registry officer settles a dispute.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementBody {
    /// `upheld`: the link counts no more. `rejected`: it counts again.
    #[schema(value_type = String, example = "upheld")]
    verdict: VerdictWord,
    /// Why. 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A verdict as it is spoken.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictWord {
    Upheld,
    Rejected,
}

impl From<VerdictWord> for Verdict {
    fn from(word: VerdictWord) -> Self {
        match word {
            VerdictWord::Upheld => Self::Upheld,
            VerdictWord::Rejected => Self::Rejected,
        }
    }
}

/// A dispute without anybody's name or words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkDispute)]
pub struct DisputeView {
    /// Identifier.
    #[schema(example = "dsp_0123456789abcdefghjkmnpqrs")]
    id: String,
    /// Counts what happened to it; the `ETag` holds it.
    version: u64,
    /// `open`, `upheld` or `rejected`.
    state: &'static str,
    /// 13 digits.
    registration_number: String,
    /// The officer, as the register called them when it was opened.
    #[schema(example = "off_2")]
    officer: String,
    /// What is said: `never` or `no_longer`.
    claim: CodeView,
    /// As what it was opened: `person`, `fellow_officer` or `registry_officer`.
    opened_as: CodeView,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// Version of the record it was opened on.
    registry_version: u64,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Instant>,
}

/// A link of the officer that decisions used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsedLink)]
pub struct UsedLinkView {
    /// Your reference of the person who signed in.
    person: String,
    /// What proved it: `national_id` or `passport`.
    basis: &'static str,
    /// The name on the register.
    registered_name: String,
    /// The name of the sign-in that agreed with it.
    agreed_name: String,
    /// The version of the record that was compared with.
    registry_version: u64,
    /// When a decision first used it on that version.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

/// A dispute as a registry officer reads it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkDisputeCase)]
pub struct DisputeCaseView {
    #[serde(flatten)]
    dispute: DisputeView,
    /// Thai name of the juristic person.
    company: String,
    /// Name of the officer as registered now; null when no such officer is on record any more.
    name: Option<String>,
    /// Whether the register still puts the disputed number behind the officer.
    still_registered: bool,
    /// Your reference of whoever opened it.
    opener: String,
    /// Why it was opened.
    reason: String,
    /// Your reference of the registry officer who settled it.
    settled_by: Option<String>,
    /// Why it was settled so.
    settlement_reason: Option<String>,
    /// Links of this officer that decisions used, newest first, at most 20.
    links: Vec<UsedLinkView>,
}

/// A page of open disputes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkDisputeQueue)]
pub struct DisputeQueueView {
    /// The disputes of this page, longest waiting first.
    disputes: Vec<DisputeCaseView>,
    /// Where the next page starts; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

fn code(word: &'static str, text: Bilingual) -> CodeView {
    CodeView::new(word, text)
}

impl DisputeView {
    fn new(shown: &Shown) -> Self {
        let dispute = &shown.dispute;
        let (claim, opened_as): (Claim, OpenedAs) = (dispute.claim, dispute.opened_as);
        Self {
            id: dispute.id.to_string(),
            version: dispute.version(),
            state: shown.state().as_str(),
            registration_number: dispute.registration_number.to_string(),
            officer: dispute.officer.to_string(),
            claim: code(claim.as_str(), claim.text()),
            opened_as: code(opened_as.as_str(), opened_as.text()),
            opened_at: dispute.opened_at,
            registry_version: dispute.registry_version,
            settled_at: dispute.settlement.as_ref().map(|end| end.at),
        }
    }
}

impl DisputeCaseView {
    fn new(shown: Shown) -> Self {
        let settlement = shown.dispute.settlement.as_ref();
        Self {
            dispute: DisputeView::new(&shown),
            settlement_reason: settlement.map(|end| end.reason.clone()),
            company: shown.company,
            name: shown.name,
            still_registered: shown.still_registered,
            opener: shown.opener,
            reason: shown.dispute.reason,
            settled_by: shown.settled_by,
            links: shown.links.into_iter().map(UsedLinkView::new).collect(),
        }
    }
}

impl UsedLinkView {
    fn new((person, used): (String, UsedLink)) -> Self {
        Self {
            person,
            basis: used.link.basis.as_str(),
            registered_name: used.link.evidence.registered_name,
            agreed_name: used.link.evidence.agreed_name,
            registry_version: used.link.evidence.registry_version,
            at: used.at,
        }
    }
}

/// Say that a person is not, or no longer, the officer they are linked to.
///
/// From this moment on the link does not count, also for sign-ins made before, until a registry officer settles the
/// dispute. The person concerned, another officer in office of the same juristic person, or a registry officer may.
#[utoipa::path(
    post,
    path = "/v1/me/representations/{registration_number}/dispute",
    tag = "linkage",
    operation_id = "dispute_link",
    request_body = DisputeBody,
    params(
        ("registration_number" = String, Path, description = "13-digit registration number"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token"),
    ),
    responses(
        (status = 201, description = "Opened", body = DisputeView),
        (status = 400, description = "Malformed request, no key, or which officer must be said", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no link that this person may dispute", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The link is disputed already, or was in vain and nothing has changed since", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The key was used for another request", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn open(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<LinkageService>,
    number: web::Path<String>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Json<DisputeBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    let (key, Json(body)) = (key?, body?);
    let registration_number: RegistrationNumber =
        number.parse().map_err(|_| Problem::plain(Code::NotFound))?;
    let order = order(&visitor, &request, &key, &body)?;
    let wish = Wish {
        registration_number,
        officer: body.officer,
        claim: body.claim.into(),
        reason: reason(&body.reason, 1)?,
    };
    answer(service.into_inner().open(order, wish).await, 1)
}

/// Open disputes of links, for registry officers. Longest waiting first.
#[utoipa::path(
    get,
    path = "/v1/review/link-disputes",
    tag = "linkage",
    operation_id = "list_link_disputes",
    params(PageQuery),
    responses(
        (status = 200, description = "The open disputes", body = DisputeQueueView),
        (status = 400, description = "A parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn list(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<LinkageService>,
) -> Result<HttpResponse, Problem> {
    let person = visitor.0.person;
    admit(&service, &person).await?;
    let page: PageQuery = query(&request)?;
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(invalid("limit", "ต้องเป็น 1 ถึง 100", "it is 1 to 100"));
    }
    let after = page.cursor.as_deref().map(place).transpose()?;
    let page = blocking(move || service.queue(&person, after.as_ref(), limit))
        .await?
        .map_err(linkage_problem)?;
    let next_cursor = page
        .next
        .as_ref()
        .map(|(since, id)| format!("{}.{id}", since.millis()));
    let disputes = page.disputes.into_iter().map(DisputeCaseView::new);
    Ok(HttpResponse::Ok().json(DisputeQueueView {
        disputes: disputes.collect(),
        next_cursor,
    }))
}

fn place(cursor: &str) -> Result<(Instant, DisputeId), Problem> {
    let unknown = || invalid("cursor", "ไม่ใช่ตำแหน่งที่ระบบให้ไว้", "it was not given by us");
    let (since, id) = cursor.split_once('.').ok_or_else(unknown)?;
    let since = since
        .parse()
        .map(Instant::from_millis)
        .map_err(|_| unknown())?
        .ok_or_else(unknown)?;
    Ok((since, id.parse().map_err(|_| unknown())?))
}

/// One dispute with the links that decisions used, open or settled, for registry officers.
///
/// The `ETag` is the version that `If-Match` of the settlement names.
#[utoipa::path(
    get,
    path = "/v1/review/link-disputes/{id}",
    tag = "linkage",
    operation_id = "read_link_dispute",
    params(("id" = String, Path, description = "Identifier of the dispute")),
    responses(
        (status = 200, description = "The dispute", body = DisputeCaseView),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such dispute", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn read(
    visitor: Visitor,
    service: web::Data<LinkageService>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let person = visitor.0.person;
    admit(&service, &person).await?;
    let id: DisputeId = id.parse().map_err(|_| Problem::plain(Code::NotFound))?;
    let shown = blocking(move || service.find(&person, &id))
        .await?
        .map_err(linkage_problem)?;
    Ok(HttpResponse::Ok()
        .insert_header(header::ETag(version_tag(shown.dispute.version())))
        .json(DisputeCaseView::new(shown)))
}

/// Settle a dispute: the link counts no more, or counts again. It holds from this moment on.
///
/// Not by whoever opened it, nor by the person it is about.
#[utoipa::path(
    post,
    path = "/v1/review/link-disputes/{id}/settlement",
    tag = "linkage",
    operation_id = "settle_link_dispute",
    request_body = SettlementBody,
    params(
        ("id" = String, Path, description = "Identifier of the dispute"),
        ("If-Match" = String, Header, description = "The version that was read, as its ETag"),
        ("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token"),
    ),
    responses(
        (status = 201, description = "Settled", body = DisputeView),
        (status = 400, description = "Malformed request or no key", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The person is no registry officer, or a party of the dispute", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such dispute", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It is settled already", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The dispute has moved on since it was read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The key was used for another request", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("person" = []))
)]
pub async fn settle(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<LinkageService>,
    id: web::Path<String>,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Json<SettlementBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    admit(&service, &visitor.0.person).await?;
    let (key, Json(body)) = (key?, body?);
    let order = order(&visitor, &request, &key, &body)?;
    let ruling = Ruling {
        dispute: id.parse().map_err(|_| Problem::plain(Code::NotFound))?,
        version: expected_version(&request)?,
        verdict: body.verdict.into(),
        reason: reason(&body.reason, 1)?,
    };
    let version = ruling.version + 1;
    let done = blocking(move || service.settle(&order, &ruling)).await?;
    answer(done, version)
}

async fn admit(service: &web::Data<LinkageService>, person: &str) -> Result<(), Problem> {
    let (service, person) = (service.clone(), person.to_owned());
    blocking(move || service.admit(&person))
        .await?
        .map_err(linkage_problem)
}

fn order<B: Serialize>(
    visitor: &Visitor,
    request: &HttpRequest,
    key: &IdempotencyKey,
    body: &B,
) -> Result<Order, Problem> {
    let person = visitor.0.person.clone();
    let canonical = canonical_json(body).map_err(|error| Problem::internal(&error))?;
    Ok(Order {
        key: IdempotencyScope::new(&person, "POST", request.path(), key.as_str()),
        request: Digest::of(canonical),
        answer: kept_answer,
        person,
    })
}

/// The answer to an act, kept under its key byte for byte.
fn kept_answer(shown: &Shown) -> Result<KeptAnswer, UnwrittenAnswer> {
    Ok(KeptAnswer {
        status: StatusCode::CREATED.as_u16(),
        content_type: "application/json".to_owned(),
        body: serde_json::to_vec(&DisputeView::new(shown))
            .map_err(|error| UnwrittenAnswer(error.to_string()))?,
    })
}

fn answer(done: Result<Done, LinkageError>, version: u64) -> Result<HttpResponse, Problem> {
    match done {
        Ok(Done::Now(kept)) => Ok(HttpResponse::Created()
            .insert_header(header::ETag(version_tag(version)))
            .content_type(kept.content_type)
            .body(kept.body)),
        Ok(Done::Before(kept)) => Ok(idempotency::replayed(
            kept.status,
            &kept.content_type,
            kept.body,
        )),
        Err(LinkageError::KeyRunning) => Ok(idempotency::still_running()),
        Err(error) => Err(linkage_problem(error)),
    }
}

fn linkage_problem(error: LinkageError) -> Problem {
    match error {
        LinkageError::Unknown => Problem::plain(Code::NotFound),
        LinkageError::WhichOfficer => Problem::field(
            Code::InvalidValue,
            "/officer",
            Bilingual::new(
                "ท่านมีชื่อในทะเบียนมากกว่าหนึ่งรายการ โปรดระบุรายการที่โต้แย้ง",
                "you stand on the register more than once: say which officer is meant",
            ),
        ),
        LinkageError::RegisterUnavailable => Problem::plain(Code::PeerUnavailable),
        LinkageError::NotAnOfficer => Problem::plain(Code::NotARegistryOfficer),
        LinkageError::MovedOn => Problem::plain(Code::PreconditionFailed),
        LinkageError::Refused(refusal) => Problem::new(
            match refusal {
                Refusal::AlreadyDisputed | Refusal::RejectedBefore | Refusal::Settled => {
                    Code::WrongState
                }
                Refusal::Party => Code::OwnDispute,
            },
            refusal.words(),
        ),
        LinkageError::KeyUsed => idempotency::used_for_another(),
        LinkageError::KeyRunning => Problem::plain(Code::Changed),
        LinkageError::Store(ref store) if store.may_be_retried() => {
            tracing::warn!(error = %error, "the database is out of reach");
            Problem::plain(Code::Unavailable)
        }
        ref changed if changed.is_contention() => Problem::plain(Code::Changed),
        LinkageError::Answer(_) | LinkageError::Ledger(_) | LinkageError::Store(_) => {
            Problem::internal(&error)
        }
    }
}
