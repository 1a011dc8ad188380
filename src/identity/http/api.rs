//! What clients and a person's own page ask in JSON.

use super::{IdentityWeb, problem};
use crate::identity::assurance::Assurance;
use crate::identity::policy::Sector;
use crate::identity::service::SignInRequest;
use crate::identity::signin::{SignIn, SignInStatus, SignInSubject};
use crate::kernel::act::ActCode;
use crate::kernel::id::{RegistrationNumber, SignInId};
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, SESSION_COOKIE, Visitor, scope};
use crate::web::json::Json;
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Addresses of this room in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(request_sign_in, read_sign_in, read_me),
    components(schemas(
        SignInBody,
        ActBody,
        AmountBody,
        SignInDocument,
        AssuranceDocument,
        MeDocument,
        ProblemDocument
    ))
)]
pub struct IdentityApi;

/// What a sign-in is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    /// 13-digit registration number of the juristic person to be bound.
    #[schema(example = "0105569999999")]
    juristic_person: String,
    /// The act.
    act: ActBody,
    /// What you need it for, in your own code; shown to the person. 1 to 100 characters.
    #[schema(
        example = "loan application 2026-118",
        min_length = 1,
        max_length = 100
    )]
    purpose: String,
    /// Kind of business: `banking`, `telecom`, `securities`, `insurance`, `government` or `commercial`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "banking")]
    sector: Option<Sector>,
    /// The only Digital ID provider to offer.
    #[serde(default)]
    #[schema(example = "thaid")]
    provider: Option<String>,
}

/// An act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    /// Code of the act.
    #[serde(rename = "type")]
    #[schema(example = "credit.loan")]
    kind: String,
    /// Amount, if the act has one.
    #[serde(default)]
    amount: Option<AmountBody>,
}

/// An amount of money.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountBody {
    /// Decimal string with at most two decimals.
    #[schema(value_type = String, example = "5000000.00")]
    value: Baht,
    /// ISO 4217 code: `THB`.
    #[schema(value_type = String, example = "THB")]
    currency: Currency,
}

/// Currencies that are understood.
#[derive(Debug, Deserialize)]
enum Currency {
    #[serde(rename = "THB")]
    Baht,
}

/// A sign-in as its client sees it. No personal data.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInDocument {
    /// Identifier.
    #[schema(value_type = String, example = "si_01h2xcejqtf2nbrexx3vqjhp41")]
    id: SignInId,
    /// `requested`, `redirected`, `completed`, `used`, `expired` or `failed`.
    #[schema(value_type = String, example = "requested")]
    status: SignInStatus,
    /// Where to send the person.
    url: String,
    /// When it ends, whatever happens.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Instant,
    /// With which assurance the person signed in, once it is completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<AssuranceDocument>,
}

/// With which assurance somebody signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssuranceDocument {
    /// Identity assurance level.
    #[schema(example = "2.3")]
    ial: &'static str,
    /// Authenticator assurance level.
    #[schema(example = "2.1")]
    aal: &'static str,
    /// Whether the AAL is assumed because the provider does not state one.
    aal_assumed: bool,
    /// Standard that the IAL is of.
    #[schema(example = "ETDA-19-2564")]
    ial_standard: &'static str,
    /// Standard that the AAL is of.
    #[schema(example = "ETDA-20-2564")]
    aal_standard: &'static str,
    /// When the person authenticated at the provider.
    #[schema(value_type = String, format = DateTime)]
    auth_time: Instant,
}

impl From<&Assurance> for AssuranceDocument {
    fn from(assurance: &Assurance) -> Self {
        Self {
            ial: assurance.ial.as_str(),
            aal: assurance.aal.as_str(),
            aal_assumed: assurance.aal_assumed,
            ial_standard: assurance.framework.ial_standard(),
            aal_standard: assurance.framework.aal_standard(),
            auth_time: assurance.auth_time,
        }
    }
}

/// The person behind a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeDocument {
    /// Our reference of the person.
    person: String,
    /// Name, Thai.
    name: String,
    /// Name in Latin letters, if known.
    name_en: Option<String>,
    /// With which assurance the person signed in.
    assurance: AssuranceDocument,
}

impl SignInDocument {
    fn new(sign_in: &SignIn, public_url: &str, now: Instant) -> Self {
        Self {
            url: format!("{public_url}/sign-in/{}", sign_in.id),
            id: sign_in.id.clone(),
            status: sign_in.status(now),
            expires_at: sign_in.expires_at,
            assurance: sign_in
                .established()
                .map(|established| AssuranceDocument::from(&established.assurance)),
        }
    }
}

/// A purpose is shown to the person: one short line of visible characters.
fn purpose(text: &str) -> Result<String, Problem> {
    let trimmed = text.trim();
    let length = trimmed.chars().count();
    if (1..=100).contains(&length) && !trimmed.chars().any(char::is_control) {
        Ok(trimmed.to_owned())
    } else {
        Err(Problem::field(
            Code::InvalidValue,
            "/purpose",
            Bilingual::new(
                "วัตถุประสงค์ต้องเป็นข้อความหนึ่งบรรทัด 1 ถึง 100 ตัวอักษร",
                "the purpose is one line of 1 to 100 characters",
            ),
        ))
    }
}

/// Ask for a sign-in of a person, bound to one question.
#[utoipa::path(
    post,
    path = "/v1/sign-ins",
    tag = "sign-ins",
    request_body = SignInBody,
    responses(
        (status = 201, description = "Send the person to `url`", body = SignInDocument),
        (status = 400, description = "The body is not acceptable", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No acceptable credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope `authority.evaluate` is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Out of reach for the moment", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("client" = ["authority.evaluate"]))
)]
pub(super) async fn request_sign_in(
    caller: Authorised<scope::AuthorityEvaluate>,
    state: web::Data<IdentityWeb>,
    body: Result<Json<SignInBody>, Problem>,
) -> Result<HttpResponse, Problem> {
    let Json(body) = body?;
    let registration_number: RegistrationNumber =
        body.juristic_person.parse().map_err(|error| {
            Problem::field(
                Code::InvalidRegistrationNumber,
                "/juristic_person",
                Bilingual::new(
                    "เลขทะเบียนนิติบุคคลไม่ถูกต้อง",
                    format!("the registration number is not valid: {error}"),
                ),
            )
        })?;
    let act: ActCode = body.act.kind.parse().map_err(|_| {
        Problem::field(
            Code::InvalidValue,
            "/act/type",
            Bilingual::new("ไม่มีประเภทธุรกรรมนี้", "there is no act of this code"),
        )
    })?;
    let amount = body
        .act
        .amount
        .map(|AmountBody { value, currency }| match currency {
            Currency::Baht => value,
        });
    let request = SignInRequest {
        subject: SignInSubject {
            client_id: caller.client_id.clone(),
            registration_number,
            act,
            amount,
            purpose: purpose(&body.purpose)?,
        },
        asked_by: caller.name.clone(),
        sector: body.sector,
        only_provider: body.provider,
    };
    let worker = state.clone();
    let fresh = blocking(move || worker.service.request(request))
        .await?
        .map_err(problem)?;
    let document = SignInDocument::new(&fresh, &state.public_url, state.service.now());
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/sign-ins/{}", fresh.id)))
        .json(document))
}

/// Where a sign-in stands. Only the client that asked for it can see it.
#[utoipa::path(
    get,
    path = "/v1/sign-ins/{id}",
    tag = "sign-ins",
    params(("id" = String, Path, description = "Identifier of the sign-in")),
    responses(
        (status = 200, description = "Where it stands", body = SignInDocument),
        (status = 401, description = "No acceptable credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope `authority.evaluate` is missing", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "None of this client's sign-ins has this id", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Out of reach for the moment", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("client" = ["authority.evaluate"]))
)]
pub(super) async fn read_sign_in(
    caller: Authorised<scope::AuthorityEvaluate>,
    state: web::Data<IdentityWeb>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: SignInId = path
        .into_inner()
        .parse()
        .map_err(|_| Problem::plain(Code::NotFound))?;
    let (worker, client_id) = (state.clone(), caller.client_id.clone());
    let found = blocking(move || worker.service.find_for(&id, &client_id))
        .await?
        .map_err(problem)?;
    let document = SignInDocument::new(&found, &state.public_url, state.service.now());
    Ok(HttpResponse::Ok().json(document))
}

/// Who am I, with which assurance?
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "me",
    responses(
        (status = 200, description = "The person behind the session", body = MeDocument),
        (status = 401, description = "No live session", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Out of reach for the moment", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("session" = []))
)]
pub(super) async fn read_me(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
) -> Result<HttpResponse, Problem> {
    let cookie = request
        .cookie(SESSION_COOKIE)
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default();
    let live = blocking(move || state.service.live_session(&cookie))
        .await?
        .map_err(problem)?;
    // The session may have ended since the visitor was let in.
    let live =
        live.ok_or_else(|| Problem::unauthenticated("Cookie", Code::Unauthenticated.title()))?;
    Ok(HttpResponse::Ok().json(MeDocument {
        person: live.person.to_string(),
        name: live.name.thai(),
        name_en: live.name.english.clone(),
        assurance: AssuranceDocument::from(&live.assurance),
    }))
}
