//! The question over HTTP.

use super::answer::{
    Answer, AsOfPart, BasisPart, CompletionPart, CountedPart, ExcludedPart, MorePart, ReasonPart,
    StepUpPart, WouldPermitPart,
};
use super::question::{CompanySeal, MAX_SIGNATORIES, Question, Signatory};
use super::service::{AskError, AuthorityService, StoreError};
use crate::identity::policy::Sector;
use crate::identity::service::IdentityError;
use crate::kernel::act::ActCode;
use crate::kernel::digest::Digest;
use crate::kernel::id::{NationalId, RegistrationNumber, SignInId, VerificationId};
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use crate::registry::service::ConsultError;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, scope};
use crate::web::json::Json;
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// The authority room's part of the API document.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(ask, read_verification, read_receipt),
    components(schemas(
        VerificationRequest,
        ActRequest,
        AmountRequest,
        SignatoryRequest,
        PersonRequest,
        AssertedAssurance,
        SealRequest,
        VerificationView,
        BasisView,
        CountedView,
        ReasonView,
        CompletionView,
        MoreView,
        StepUpView,
        ExcludedView,
        WouldPermitView,
        AsOfView,
        ReceiptView,
        ProblemDocument
    ))
)]
pub struct AuthorityApi;

/// Mount the paths. The application's data holds a `web::Data<AuthorityService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/v1/verifications").route(web::post().to(ask)))
        .service(web::resource("/v1/verifications/{id}").route(web::get().to(read_verification)))
        .service(
            web::resource("/v1/verifications/{id}/receipt").route(web::get().to(read_receipt)),
        );
}

/// The question: may these people bind this juristic person for this act?
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationRequest {
    /// Registration number, 13 digits with a right check digit.
    #[schema(value_type = String, example = "0105569999999")]
    juristic_person: RegistrationNumber,
    /// The act; without it the question is about every act, and sign-ins, which are bound to an act, do not count.
    #[serde(default)]
    act: Option<ActRequest>,
    /// Who signs, 1 to 64.
    #[schema(min_items = 1, max_items = 64)]
    signatories: Vec<SignatoryRequest>,
    /// The company seal as applied, or null.
    #[serde(default)]
    seal: Option<SealRequest>,
    /// The kind of business that asks.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "banking")]
    sector: Option<Sector>,
    /// What it is for; part of what a sign-in is bound to. 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "account-opening")]
    purpose: String,
    /// The moment asked about (RFC 3339 with an offset); null is now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_at: Option<Instant>,
    /// As known at this moment; null is now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    known_at: Option<Instant>,
}

/// An act with its amount.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    /// Act code of the catalogue.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "bank.account.open")]
    kind: ActCode,
    /// Amount, where the act has one.
    #[serde(default)]
    amount: Option<AmountRequest>,
}

/// An amount of money.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountRequest {
    /// Decimal string with at most two places.
    #[schema(value_type = String, example = "5000000.00", pattern = r"^\d{1,15}(\.\d{1,2})?$")]
    value: Baht,
    /// `THB`.
    currency: Currency,
}

/// Currencies that registered statements speak of.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum Currency {
    /// Thai baht.
    #[serde(rename = "THB")]
    Thb,
}

/// One natural person: by a completed sign-in, or as asserted by the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum SignatoryRequest {
    /// A sign-in made for exactly this question.
    SignIn(SignInRequest),
    /// A person the caller vouches for; recorded as asserted, not enough by itself.
    Asserted(PersonRequest),
}

/// A sign-in by its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// `si_…`
    #[schema(value_type = String, example = "si_0123456789abcdefghjkmnpqrs")]
    sign_in: SignInId,
}

/// A person the caller vouches for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonRequest {
    /// Who.
    person: NamedPerson,
    /// What the caller says about the authentication; recorded, never relied on.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "accepted from callers and deliberately not relied on"
    )]
    asserted_assurance: Option<AssertedAssurance>,
}

/// A natural person by number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NamedPerson {
    /// 13-digit ID.
    #[schema(value_type = String, example = "3100500000020")]
    national_id: NationalId,
}

/// Levels as the caller knows them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "accepted from callers and deliberately not relied on"
)]
struct AssertedAssurance {
    /// Identity assurance level.
    #[serde(default)]
    ial: Option<String>,
    /// Authenticator assurance level.
    #[serde(default)]
    aal: Option<String>,
}

/// The company seal as its own electronic act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Which registered seal.
    seal_version: String,
    /// How it was applied.
    method: String,
    /// By whom.
    applied_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// SHA-256 of the document, hexadecimal.
    #[schema(value_type = String)]
    document_digest: Digest,
}

fn field(pointer: &str, thai: &str, english: &str) -> Problem {
    Problem::field(Code::InvalidValue, pointer, Bilingual::new(thai, english))
}

/// Letters that a person can read on a page, within a bound.
fn readable(text: &str, most: usize) -> bool {
    let length = text.chars().count();
    length > 0 && length <= most && !text.chars().any(char::is_control)
}

impl VerificationRequest {
    fn into_question(self) -> Result<Question, Problem> {
        if self.signatories.is_empty() || self.signatories.len() > MAX_SIGNATORIES {
            return Err(field(
                "/signatories",
                "ต้องมีผู้ลงลายมือชื่อ 1 ถึง 64 คน",
                "1 to 64 signatories are needed",
            ));
        }
        if !readable(&self.purpose, 200) {
            return Err(field(
                "/purpose",
                "วัตถุประสงค์ต้องมี 1 ถึง 200 ตัวอักษร",
                "a purpose has 1 to 200 characters",
            ));
        }
        if let Some(seal) = &self.seal {
            for (pointer, text) in [
                ("/seal/seal_version", &seal.seal_version),
                ("/seal/method", &seal.method),
                ("/seal/applied_by", &seal.applied_by),
            ] {
                if !readable(text, 200) {
                    return Err(field(
                        pointer,
                        "ต้องมี 1 ถึง 200 ตัวอักษร",
                        "1 to 200 characters are needed",
                    ));
                }
            }
        }
        let (act, amount) = match self.act {
            None => (None, None),
            Some(act) => (
                Some(act.kind),
                act.amount.map(|amount| match amount.currency {
                    Currency::Thb => amount.value,
                }),
            ),
        };
        Ok(Question {
            juristic_person: self.juristic_person,
            act,
            amount,
            signatories: self
                .signatories
                .into_iter()
                .map(|signatory| match signatory {
                    SignatoryRequest::SignIn(request) => Signatory::SignIn(request.sign_in),
                    SignatoryRequest::Asserted(request) => Signatory::Asserted {
                        national_id: request.person.national_id,
                    },
                })
                .collect(),
            company_seal: self.seal.map(|seal| CompanySeal {
                seal_version: seal.seal_version,
                method: seal.method,
                applied_by: seal.applied_by,
                at: seal.at,
                document_digest: seal.document_digest,
            }),
            sector: self.sector,
            purpose: self.purpose,
            valid_at: self.valid_at,
            known_at: self.known_at,
        })
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $view:ident from $part:ident { $($(#[$item:meta])* $name:ident: $type:ty = $value:expr;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, ToSchema)]
        pub struct $view { $($(#[$item])* $name: $type,)* }

        impl From<$part> for $view {
            fn from(part: $part) -> Self {
                $(let $name: $type = { let take: fn(&$part) -> $type = $value; take(&part) };)*
                Self { $($name,)* }
            }
        }
    )*};
}

views! {
    /// A code with its meaning.
    ReasonView from ReasonPart {
        /// Stable code.
        code: String = |part| part.code.clone();
        /// English.
        detail: String = |part| part.detail.clone();
        /// Thai.
        detail_th: String = |part| part.detail_th.clone();
    }
    /// One signatory who fills a seat.
    CountedView from CountedPart {
        /// Your reference of this person; another client has another one.
        person: String = |part| part.person.clone();
        /// Officer on record.
        officer: String = |part| part.officer.clone();
        /// Name as registered.
        name: String = |part| part.name.clone();
        /// The sign-in that proves the person.
        sign_in: Option<String> = |part| part.sign_in.clone();
        /// Identity assurance level.
        ial: Option<String> = |part| part.ial.clone();
        /// Authenticator assurance level.
        aal: Option<String> = |part| part.aal.clone();
        /// Whether that level is assumed by a reviewed policy row, not stated by the provider.
        aal_assumed: bool = |part| part.aal_assumed;
        /// The policy row that accepts the levels.
        policy_row: Option<String> = |part| part.policy_row.clone();
    }
    /// One ground of a permit.
    BasisView from BasisPart {
        /// `signing_rule`.
        kind: String = |part| part.kind.clone();
        /// `reviewed` when two registry officers confirmed what the statement means; absent for a statement read with
        /// certainty, or what the law settles.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String> = |part| part.rule.clone();
        /// SHA-256 of the reviewed rule.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule_sha256: Option<String> = |part| part.rule_sha256.clone();
        /// Clause of the rule.
        clause: usize = |part| part.clause;
        /// Where its words stand in the registered statement (Unicode scalar values, end exclusive).
        span: [usize; 2] = |part| part.span;
        /// Those words.
        text: String = |part| part.text.clone();
        /// Who fills its seats.
        signatories: Vec<CountedView> = |part| part.signatories.iter().cloned().map(Into::into).collect();
    }
    /// So many more of these people.
    MoreView from MorePart {
        /// How many.
        n: usize = |part| part.n;
        /// Names as registered.
        of: Vec<String> = |part| part.of.clone();
        /// The same people by officer reference.
        officers: Vec<String> = |part| part.officers.clone();
    }
    /// A stronger sign-in that would make somebody count.
    StepUpView from StepUpPart {
        /// Reference of the signatory.
        person: String = |part| part.person.clone();
        /// What to do, English.
        detail: String = |part| part.detail.clone();
        /// What to do, Thai.
        detail_th: String = |part| part.detail_th.clone();
    }
    /// One way to a permit; its people must differ from one another and from those who signed.
    CompletionView from CompletionPart {
        /// Who must still sign.
        add: Vec<MoreView> = |part| part.add.iter().cloned().map(Into::into).collect();
        /// Whether the company seal must still be applied.
        seal: bool = |part| part.seal;
        /// Signatories who must sign in more strongly.
        step_up: Vec<StepUpView> = |part| part.step_up.iter().cloned().map(Into::into).collect();
    }
    /// A signatory that does not count.
    ExcludedView from ExcludedPart {
        /// Reference of the signatory.
        person: String = |part| part.person.clone();
        /// Stable code.
        code: String = |part| part.code.clone();
        /// English.
        detail: String = |part| part.detail.clone();
        /// Thai.
        detail_th: String = |part| part.detail_th.clone();
        /// Since when (date), where that is known.
        since: Option<String> = |part| part.since.map(|since| since.to_string());
        /// Officer on record that it is about, if that much is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        officer: Option<String> = |part| part.officer.clone();
        /// Name of that officer as registered.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String> = |part| part.name.clone();
    }
    /// What the same people could do.
    WouldPermitView from WouldPermitPart {
        /// Greatest amount in baht.
        max_amount: Option<String> = |part| part.max_amount.clone();
        /// Act codes.
        acts: Vec<String> = |part| part.acts.clone();
        /// Stronger sign-ins.
        step_up: Vec<StepUpView> = |part| part.step_up.iter().cloned().map(Into::into).collect();
    }
    /// Moments and versions the answer was decided on.
    AsOfView from AsOfPart {
        /// Moment asked about.
        valid_at: String = |part| part.valid_at.to_string();
        /// Knowledge asked about.
        known_at: String = |part| part.known_at.to_string();
        /// Version of the company's record.
        registry_version: u64 = |part| part.registry_version;
        /// Version of the policies.
        policy_version: String = |part| part.policy_version.clone();
        /// SHA-256 of the rule that two registry officers confirmed, when it was decided on.
        #[serde(skip_serializing_if = "Option::is_none")]
        reviewed_rule: Option<String> = |part| part.reviewed_rule.clone();
    }
}

/// An answer with its receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationView {
    /// Identifier.
    id: String,
    /// `permit`, `deny` or `indeterminate`. The last is never a permit.
    #[schema(example = "permit")]
    decision: String,
    /// What a permit rests on; empty otherwise.
    basis: Vec<BasisView>,
    /// Why; never empty.
    reasons: Vec<ReasonView>,
    /// What is notable beside the decision.
    notices: Vec<ReasonView>,
    /// What is missing, fewest people first.
    completions: Vec<CompletionView>,
    /// Whether completions were left out because of a bound.
    completions_truncated: bool,
    /// Signatories that do not count.
    excluded: Vec<ExcludedView>,
    /// What the same people could do.
    would_permit_if: WouldPermitView,
    /// Moments and versions.
    as_of: AsOfView,
    /// The register's data as of.
    data_as_of: Option<String>,
    /// Until when the answer may be relied on without asking again.
    valid_until: String,
    /// The signed form of this answer: a JWS, to be filed.
    receipt: String,
}

impl VerificationView {
    fn new(answer: Answer, receipt: String) -> Self {
        Self {
            id: answer.id,
            decision: answer.decision,
            basis: answer.basis.into_iter().map(Into::into).collect(),
            reasons: answer.reasons.into_iter().map(Into::into).collect(),
            notices: answer.notices.into_iter().map(Into::into).collect(),
            completions: answer.completions.into_iter().map(Into::into).collect(),
            completions_truncated: answer.completions_truncated,
            excluded: answer.excluded.into_iter().map(Into::into).collect(),
            would_permit_if: answer.would_permit_if.into(),
            as_of: answer.as_of.into(),
            data_as_of: answer.data_as_of.map(|at| at.to_string()),
            valid_until: answer.valid_until.to_string(),
            receipt,
        }
    }
}

/// A receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The JWS in compact form; its keys are at `/.well-known/jwks.json`.
    receipt: String,
}

/// May these people bind this juristic person for this act?
#[utoipa::path(
    post, path = "/v1/verifications", tag = "authority", operation_id = "ask",
    description = "Answers permit, deny or indeterminate, with the clause that decides, who or what is missing, and a signed receipt. \
                   A denial is an answer (200). A sign-in counts only for the question it was made for and supports one permit.",
    request_body = VerificationRequest,
    responses(
        (status = 200, description = "The answer", body = VerificationView),
        (status = 400, description = "Malformed question or a value that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope authority.evaluate is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Two requests used the same sign-in at once", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "Too many people were named by number within a minute", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["authority.evaluate"]))
)]
async fn ask(
    caller: Authorised<scope::AuthorityEvaluate>,
    service: web::Data<AuthorityService>,
    body: Result<Json<VerificationRequest>, Problem>,
) -> Result<HttpResponse, Problem> {
    let question = body?.0.into_question()?;
    let answered = service
        .into_inner()
        .ask(&caller.client_id, question)
        .await
        .map_err(ask_problem)?;
    Ok(HttpResponse::Ok().json(VerificationView::new(answered.answer, answered.receipt)))
}

fn ask_problem(error: AskError) -> Problem {
    if let Some(store) = error.of_the_store() {
        return store_problem(store);
    }
    match &error {
        AskError::Registry(ConsultError::Unknown) | AskError::UnknownThen => {
            Problem::plain(Code::UnknownJuristicPerson)
        }
        AskError::Registry(ConsultError::Refresh(_)) => {
            tracing::warn!(error = %error, "the register did not answer");
            Problem::plain(Code::PeerUnavailable)
        }
        AskError::Future { member } => field(
            &format!("/{member}"),
            "เวลาที่ถามอยู่ในอนาคต",
            "the moment asked about lies in the future",
        ),
        AskError::TooManyLookups(refusal) => {
            // A part of a second is a second.
            Problem::plain(Code::TooManyLookups).retry_after(refusal.after.as_secs() + 1)
        }
        AskError::Identity(identity) if identity.is_contention() => Problem::plain(Code::Changed),
        AskError::Identity(identity) if identity.is_passing() => Problem::plain(Code::Unavailable),
        AskError::Identity(IdentityError::Refused(_)) => Problem::plain(Code::Changed),
        AskError::Identity(_)
        | AskError::Receipt(_)
        | AskError::Store(_)
        | AskError::Ledger(_)
        | AskError::Canonical(_) => Problem::internal(&error),
    }
}

fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Unavailable { .. } => {
            tracing::warn!(error = %error, "the database is out of reach");
            Problem::plain(Code::Unavailable)
        }
        StoreError::Stale { .. } | StoreError::Conflict { .. } | StoreError::Contended { .. } => {
            Problem::plain(Code::Changed)
        }
        StoreError::Inconsistent { .. } | StoreError::Statement(_) => Problem::internal(error),
    }
}

/// An answer that was given to this client.
#[utoipa::path(
    get, path = "/v1/verifications/{id}", tag = "authority", operation_id = "read_verification",
    params(("id" = String, Path, description = "Identifier of the answer")),
    responses(
        (status = 200, description = "The answer as it was given", body = VerificationView),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope authority.evaluate is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "You were given no such answer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["authority.evaluate"]))
)]
async fn read_verification(
    caller: Authorised<scope::AuthorityEvaluate>,
    service: web::Data<AuthorityService>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let stored = find(&caller.client_id, service, &id).await?;
    let answer: Answer =
        serde_json::from_str(&stored.0).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().json(VerificationView::new(answer, stored.1)))
}

/// The receipt of an answer that was given to this client.
#[utoipa::path(
    get, path = "/v1/verifications/{id}/receipt", tag = "authority", operation_id = "read_receipt",
    params(("id" = String, Path, description = "Identifier of the answer")),
    responses(
        (status = 200, description = "The receipt", body = ReceiptView),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope authority.evaluate is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "You were given no such answer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["authority.evaluate"]))
)]
async fn read_receipt(
    caller: Authorised<scope::AuthorityEvaluate>,
    service: web::Data<AuthorityService>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (_, receipt) = find(&caller.client_id, service, &id).await?;
    Ok(HttpResponse::Ok().json(ReceiptView { receipt }))
}

/// Answer and receipt as stored. Malformed ids and other clients' answers look absent.
async fn find(
    client_id: &str,
    service: web::Data<AuthorityService>,
    id: &str,
) -> Result<(String, String), Problem> {
    let absent = || Problem::plain(Code::NotFound);
    let id: VerificationId = id.parse().map_err(|_| absent())?;
    let client_id = client_id.to_owned();
    let stored = blocking(move || service.find(&client_id, &id)).await?;
    let stored = stored
        .map_err(|error| store_problem(&error))?
        .ok_or_else(absent)?;
    Ok((stored.answer, stored.receipt))
}
