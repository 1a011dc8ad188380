//! Ordering, downloading and verifying documents; the page behind a QR code.

use super::content::DocumentKind;
use super::record::{DocumentRecord, DocumentState};
use super::service::{DocumentService, IssueError, Order, Ordered, StoreError};
use super::timestamp::TimestampFailure;
use super::verification::{AtIssuer, Check, CheckOutcome};
use super::xml;
use crate::access::idempotency::{IdempotencyScope, KeptAnswer};
use crate::kernel::digest::{Digest, canonical_json};
use crate::kernel::id::{RegistrationNumber, VerificationToken};
use crate::kernel::lang::Bilingual;
use crate::portal::{
    CheckTone, KnownDocument, MAX_UPLOAD_MEGABYTES, UploadCheck, UploadPage, VerifyPage,
    VerifyState,
};
use crate::registry::service::ConsultError;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, scope};
use crate::web::idempotency::{self, IdempotencyKey};
use crate::web::json::Json;
use crate::web::page;
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_multipart::form::bytes::Bytes as Upload;
use actix_multipart::form::{MultipartForm, MultipartFormConfig};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

const MAX_UPLOAD: usize = MAX_UPLOAD_MEGABYTES as usize * 1024 * 1024;

/// The document room's part of the API document.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        order_certificate,
        read_certificate,
        download_certificate,
        download_certificate_xml,
        verify_document
    ),
    components(schemas(
        CertificateOrder,
        CertificateView,
        DocumentCheck,
        DocumentFinding,
        ProblemDocument
    ))
)]
pub struct DocumentApi;

/// Mount the paths. The application's data holds a `web::Data<DocumentService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(
            MultipartFormConfig::default()
                .total_limit(MAX_UPLOAD + 64 * 1024)
                .memory_limit(MAX_UPLOAD),
        )
        .service(web::resource("/v1/certificates").route(web::post().to(order_certificate)))
        .service(web::resource("/v1/certificates/{number}").route(web::get().to(read_certificate)))
        .service(
            web::resource("/v1/certificates/{number}/pdf")
                .route(web::get().to(download_certificate)),
        )
        .service(
            web::resource("/v1/certificates/{number}/xml")
                .route(web::get().to(download_certificate_xml)),
        )
        .service(
            web::resource("/v1/documents/verification")
                .app_data(web::PayloadConfig::new(MAX_UPLOAD))
                .route(web::post().to(verify_document)),
        )
        .service(
            web::resource("/verify")
                .route(web::get().to(upload_form))
                .route(web::post().to(check_upload)),
        )
        .service(web::resource("/verify/{token}").route(web::get().to(show_document)));
}

/// An order for a certificate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateOrder {
    /// Registration number, 13 digits with a right check digit.
    #[schema(value_type = String, example = "0105569999999")]
    juristic_person: RegistrationNumber,
}

/// A certificate's record.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateView {
    /// Printed number, unique within the issuer.
    #[schema(example = "2569-000001")]
    number: String,
    /// `certificate`.
    kind: &'static str,
    /// `reserved`, `issued` or `void`.
    state: &'static str,
    /// Registration number.
    juristic_person: String,
    /// Name as certified.
    name: String,
    /// When it was issued.
    issued_at: String,
    /// The register's data as of.
    data_as_of: String,
    /// Version of the company's record.
    registry_version: u64,
    /// SHA-256 of the file; null unless issued.
    sha256: Option<String>,
    /// Why there will never be a file; null unless void.
    void_reason: Option<String>,
    /// The page behind the QR code.
    verification_url: String,
    /// Where the file is.
    pdf: String,
    /// Where the facts are as XML.
    xml: String,
}

impl CertificateView {
    fn of(record: &DocumentRecord) -> Self {
        let (state, sha256, void_reason) = match &record.state {
            DocumentState::Reserved => ("reserved", None, None),
            DocumentState::Issued { file_digest, .. } => {
                ("issued", Some(file_digest.to_hex()), None)
            }
            DocumentState::Void { reason, .. } => ("void", None, Some(reason.clone())),
        };
        Self {
            number: record.number.clone(),
            kind: record.kind.as_str(),
            state,
            juristic_person: record.content.registration_number.to_string(),
            name: record.content.name.clone(),
            issued_at: record.content.issued_at.to_string(),
            data_as_of: record.content.data_as_of.to_string(),
            registry_version: record.content.registry_version,
            sha256,
            void_reason,
            verification_url: record.content.verification_url.clone(),
            pdf: format!("/v1/certificates/{}/pdf", record.number),
            xml: format!("/v1/certificates/{}/xml", record.number),
        }
    }
}

/// The answer to an order, kept under its idempotency key byte for byte.
fn order_answer(record: &DocumentRecord) -> KeptAnswer {
    KeptAnswer {
        status: StatusCode::CREATED.as_u16(),
        content_type: "application/json".to_owned(),
        body: serde_json::to_vec(&CertificateView::of(record)).unwrap_or_default(),
    }
}

/// Order a certificate: number, facts and seal in one go.
#[utoipa::path(
    post, path = "/v1/certificates", tag = "certificates", operation_id = "order_certificate",
    description = "Issues the certificate of a juristic person as a sealed, time-stamped PDF/A-3 with the same facts as XML inside. \
                   The same Idempotency-Key with the same body gives the same certificate again and issues nothing.",
    request_body = CertificateOrder,
    params(("Idempotency-Key" = String, Header, description = "16 to 64 characters, a quoted string or a token")),
    responses(
        (status = 201, description = "Issued", body = CertificateView),
        (status = 400, description = "Malformed request, wrong number or no key", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope certificate.issue is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The same order is still being carried out", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The key was used for another order, or the facts cannot be printed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register, the time-stamp authority or the signer does not answer", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["certificate.issue"]))
)]
async fn order_certificate(
    caller: Authorised<scope::CertificateIssue>,
    key: Result<IdempotencyKey, Problem>,
    service: web::Data<DocumentService>,
    body: Result<Json<CertificateOrder>, Problem>,
) -> Result<HttpResponse, Problem> {
    let (key, body) = (key?, body?);
    let canonical = canonical_json(&body.0).map_err(|error| Problem::internal(&error))?;
    let order = Order {
        client_id: caller.client_id.clone(),
        juristic_person: body.0.juristic_person,
        key: IdempotencyScope::new(&caller.client_id, "POST", "/v1/certificates", key.as_str()),
        request: Digest::of(canonical),
        answer: order_answer,
    };
    match service.into_inner().issue_certificate(order).await {
        Ok(Ordered::Issued(record, kept)) => Ok(HttpResponse::Created()
            .insert_header((
                header::LOCATION,
                format!("/v1/certificates/{}", record.number),
            ))
            .content_type(kept.content_type)
            .body(kept.body)),
        Ok(Ordered::Replayed(kept)) => Ok(idempotency::replayed(
            kept.status,
            &kept.content_type,
            kept.body,
        )),
        Err(IssueError::KeyRunning) => Ok(idempotency::still_running()),
        Err(error) => Err(issue_problem(error)),
    }
}

fn issue_problem(error: IssueError) -> Problem {
    let facts = |cause: String| {
        Problem::new(
            Code::CannotBeCertified,
            Bilingual::new(
                format!("ไม่สามารถพิมพ์ข้อมูลของนิติบุคคลนี้ลงเอกสารได้: {cause}"),
                format!("the facts of this juristic person cannot be printed: {cause}"),
            ),
        )
    };
    match error {
        IssueError::Registry(ConsultError::Unknown) => Problem::plain(Code::UnknownJuristicPerson),
        IssueError::Registry(error @ ConsultError::Refresh(_)) => peer(&error),
        IssueError::Stale => peer(&error),
        IssueError::Layout(error) => facts(error.to_string()),
        IssueError::Pages(error) => facts(error.to_string()),
        IssueError::Timestamp(
            TimestampFailure::Unavailable { .. } | TimestampFailure::NotAccepted { .. },
        ) => peer(&error),
        IssueError::KeyUsed => idempotency::used_for_another(),
        IssueError::KeyRunning => Problem::plain(Code::Changed),
        IssueError::Store(ref store) if store.may_be_retried() => {
            tracing::warn!(error = %error, "the database is out of reach");
            Problem::plain(Code::Unavailable)
        }
        IssueError::Seal(_)
        | IssueError::Ledger(_)
        | IssueError::Canonical(_)
        | IssueError::Store(_) => Problem::internal(&error),
    }
}

fn peer(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::warn!(error = %error, "an outside system did not answer");
    Problem::plain(Code::PeerUnavailable)
}

/// Numbers are `YYYY-NNNNNN`, longer from the millionth of a year on; anything else is absent without asking the database.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, sequence)| {
        year.len() == 4 && (6..=18).contains(&sequence.len()) && digits(year) && digits(sequence)
    })
}

async fn find(
    service: &web::Data<DocumentService>,
    number: String,
) -> Result<DocumentRecord, Problem> {
    let absent = || Problem::plain(Code::NotFound);
    if !is_number(&number) {
        return Err(absent());
    }
    let service = service.clone();
    let found = blocking(move || service.by_number(&number)).await?;
    found
        .map_err(|error| store_problem(&error))?
        .ok_or_else(absent)
}

fn store_problem(error: &StoreError) -> Problem {
    if error.may_be_retried() {
        Problem::plain(Code::Unavailable)
    } else {
        Problem::internal(error)
    }
}

/// A certificate's record.
#[utoipa::path(
    get, path = "/v1/certificates/{number}", tag = "certificates", operation_id = "read_certificate",
    params(("number" = String, Path, description = "Printed number", example = "2569-000001")),
    responses(
        (status = 200, description = "The record", body = CertificateView),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope certificate.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No certificate has this number", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["certificate.read"]))
)]
async fn read_certificate(
    _caller: Authorised<scope::CertificateRead>,
    service: web::Data<DocumentService>,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let record = find(&service, number.into_inner()).await?;
    Ok(HttpResponse::Ok().json(CertificateView::of(&record)))
}

/// A PDF file, byte for byte. It stands in the API document only: the bytes go out and come in as they are.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PdfFile(
    /// The bytes.
    pub Vec<u8>,
);

/// The sealed file.
#[utoipa::path(
    get, path = "/v1/certificates/{number}/pdf", tag = "certificates", operation_id = "download_certificate",
    params(("number" = String, Path, description = "Printed number", example = "2569-000001")),
    responses(
        (status = 200, description = "The file, byte for byte as issued", body = PdfFile, content_type = "application/pdf"),
        (status = 304, description = "The file you have is the file"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope certificate.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No certificate has this number", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "There is no file: the number is void or not sealed yet", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["certificate.read"]))
)]
async fn download_certificate(
    _caller: Authorised<scope::CertificateRead>,
    request: HttpRequest,
    service: web::Data<DocumentService>,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let record = find(&service, number.into_inner()).await?;
    let DocumentState::Issued { file_digest, .. } = record.state else {
        return Err(no_file(&record));
    };
    let etag = format!("\"{}\"", file_digest.to_hex());
    let held = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if held.is_some_and(|held| held.split(',').any(|tag| tag.trim() == etag)) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, etag))
            .finish());
    }
    let (service, id) = (service.clone(), record.id.clone());
    let file = blocking(move || service.file(&id))
        .await?
        .map_err(|error| store_problem(&error))?;
    let file = file.ok_or_else(|| no_file(&record))?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::ETAG, etag))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"certificate-{}.pdf\"", record.number),
        ))
        .body(file))
}

fn no_file(record: &DocumentRecord) -> Problem {
    let detail = match &record.state {
        DocumentState::Void { .. } => Bilingual::new(
            "เลขที่นี้ถูกยกเลิก ไม่มีเอกสาร",
            "the number is void: there is no file",
        ),
        _ => Bilingual::new("เอกสารยังไม่เสร็จ", "the document is not sealed yet"),
    };
    Problem::new(Code::WrongState, detail)
}

/// The facts as XML.
#[utoipa::path(
    get, path = "/v1/certificates/{number}/xml", tag = "certificates", operation_id = "download_certificate_xml",
    params(("number" = String, Path, description = "Printed number", example = "2569-000001")),
    responses(
        (status = 200, description = "The XML file that is embedded in the certificate", body = String, content_type = "text/xml"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope certificate.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No certificate has this number", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "There is no file: the number is void or not sealed yet", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["certificate.read"]))
)]
async fn download_certificate_xml(
    _caller: Authorised<scope::CertificateRead>,
    service: web::Data<DocumentService>,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let record = find(&service, number.into_inner()).await?;
    if !matches!(record.state, DocumentState::Issued { .. }) {
        return Err(no_file(&record));
    }
    let xml = xml::certificate(&record.content).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .body(xml))
}

/// One thing that was looked at in an uploaded file.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentCheck {
    /// Stable code.
    code: String,
    /// `passed`, `failed` or `not_checked`.
    outcome: String,
    /// What was seen.
    detail: String,
}

/// What we say of an uploaded file.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentFinding {
    /// `genuine`, `not_what_we_issued` or `unknown`.
    finding: String,
    /// The same in words, English.
    detail: String,
    /// The same in words, Thai.
    detail_th: String,
    /// SHA-256 of the file.
    sha256: String,
    /// Number of the document it is or claims to be.
    number: Option<String>,
    /// Whether the register has changed since it was issued; null when that is not known.
    register_changed_since: Option<bool>,
    /// What the file itself shows; empty when it is genuine.
    checks: Vec<DocumentCheck>,
}

/// Verify a file: genuine means byte for byte what was issued.
#[utoipa::path(
    post, path = "/v1/documents/verification", tag = "certificates", operation_id = "verify_document",
    request_body(content = PdfFile, content_type = "application/pdf", description = "The PDF, at most 10 MiB"),
    responses(
        (status = 200, description = "What we say of it", body = DocumentFinding),
        (status = 400, description = "The body is empty or cannot be read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope document.verify is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not a PDF by its media type", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Temporarily unavailable", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["document.verify"]))
)]
async fn verify_document(
    _caller: Authorised<scope::DocumentVerify>,
    request: HttpRequest,
    service: web::Data<DocumentService>,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    if !request
        .content_type()
        .eq_ignore_ascii_case("application/pdf")
    {
        return Err(Problem::plain(Code::UnsupportedMediaType));
    }
    let body = body.map_err(|error| match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::plain(Code::TooLarge),
        _ => Problem::plain(Code::MalformedRequest),
    })?;
    if body.is_empty() {
        return Err(Problem::new(
            Code::MalformedRequest,
            Bilingual::new("ไม่มีแฟ้มในคำขอ", "the request holds no file"),
        ));
    }
    let checked = check(&service, body).await?;
    let words = checked.finding.words();
    let (finding, number, checks) = match &checked.finding {
        AtIssuer::Genuine { number } => ("genuine", Some(number.clone()), &[][..]),
        AtIssuer::NotWhatWeIssued { number, findings } => (
            "not_what_we_issued",
            Some(number.clone()),
            findings.as_slice(),
        ),
        AtIssuer::Unknown { findings } => ("unknown", None, findings.as_slice()),
    };
    Ok(HttpResponse::Ok().json(DocumentFinding {
        finding: finding.to_owned(),
        detail: words.en,
        detail_th: words.th,
        sha256: checked.sha256.to_hex(),
        number,
        register_changed_since: checked.changed_since,
        checks: checks
            .iter()
            .map(|check| DocumentCheck {
                code: code_of(check),
                outcome: outcome_of(check).to_owned(),
                detail: check.detail.clone(),
            })
            .collect(),
    }))
}

fn code_of(check: &Check) -> String {
    serde_json::to_value(check.code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn outcome_of(check: &Check) -> &'static str {
    match check.outcome {
        CheckOutcome::Passed => "passed",
        CheckOutcome::Failed => "failed",
        CheckOutcome::NotChecked => "not_checked",
    }
}

/// An uploaded file with what we know of it.
struct Checked {
    finding: AtIssuer,
    sha256: Digest,
    record: Option<DocumentRecord>,
    changed_since: Option<bool>,
}

async fn check(service: &web::Data<DocumentService>, file: web::Bytes) -> Result<Checked, Problem> {
    let service = service.clone();
    blocking(move || {
        let finding = service.check(&file)?;
        let number = match &finding {
            AtIssuer::Genuine { number } | AtIssuer::NotWhatWeIssued { number, .. } => Some(number),
            AtIssuer::Unknown { .. } => None,
        };
        let record = number
            .map(|number| service.by_number(number))
            .transpose()?
            .flatten();
        let changed_since = record.as_ref().and_then(|record| changed(&service, record));
        Ok::<_, StoreError>(Checked {
            finding,
            sha256: Digest::of(&file),
            record,
            changed_since,
        })
    })
    .await?
    .map_err(|error| store_problem(&error))
}

/// Whether the register changed; what cannot be told is not guessed.
fn changed(service: &DocumentService, record: &DocumentRecord) -> Option<bool> {
    match service.changed_since(record) {
        Ok(changed) => Some(changed),
        Err(error) => {
            tracing::warn!(error = %error, "whether the register changed since cannot be told");
            None
        }
    }
}

// --- pages -------------------------------------------------------------------------------------------------------------

/// `GET /verify`: the form to upload a file.
async fn upload_form(
    request: HttpRequest,
    service: web::Data<DocumentService>,
) -> Result<HttpResponse, Problem> {
    let lang = page::language(&request);
    page::answer(
        StatusCode::OK,
        "verify-upload.html",
        &UploadPage::new(lang, service.is_sandbox(), None),
    )
}

/// The upload form's field.
#[derive(Debug, MultipartForm)]
struct UploadForm {
    #[multipart(limit = "10MB")]
    file: Upload,
}

/// `POST /verify`: check an uploaded file.
async fn check_upload(
    request: HttpRequest,
    service: web::Data<DocumentService>,
    form: Result<MultipartForm<UploadForm>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let lang = page::language(&request);
    let sandbox = service.is_sandbox();
    let refuse = |code: Code, words: Bilingual| {
        page::answer(
            code.status(),
            "verify-upload.html",
            &UploadPage::new(lang, sandbox, Some(words)),
        )
    };
    let form = match form {
        Ok(form) => form.into_inner(),
        Err(error) if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE => {
            return refuse(
                Code::TooLarge,
                Bilingual::new(
                    format!("แฟ้มใหญ่เกิน {MAX_UPLOAD_MEGABYTES} เมกะไบต์"),
                    format!("The file is larger than {MAX_UPLOAD_MEGABYTES} MB."),
                ),
            );
        }
        Err(_) => {
            return refuse(
                Code::MalformedRequest,
                Bilingual::new(
                    "อ่านแฟ้มที่ส่งมาไม่ได้ โปรดเลือกแฟ้ม PDF แล้วลองใหม่",
                    "The upload could not be read. Choose the PDF and try again.",
                ),
            );
        }
    };
    if form.file.data.is_empty() {
        return refuse(
            Code::MalformedRequest,
            Bilingual::new("โปรดเลือกแฟ้ม PDF ก่อน", "Please choose a PDF first."),
        );
    }
    let checked = check(&service, form.file.data).await?;
    let checks = match &checked.finding {
        AtIssuer::Genuine { .. } => Vec::new(),
        AtIssuer::NotWhatWeIssued { findings, .. } | AtIssuer::Unknown { findings } => {
            findings.iter().map(upload_check).collect()
        }
    };
    let state = match &checked.finding {
        AtIssuer::Genuine { .. } => VerifyState::Genuine,
        AtIssuer::NotWhatWeIssued { .. } => VerifyState::Altered,
        AtIssuer::Unknown { findings } => {
            let unreadable = findings
                .iter()
                .all(|check| check.outcome == CheckOutcome::Failed);
            if unreadable {
                VerifyState::Unreadable
            } else {
                VerifyState::Unknown
            }
        }
    };
    let document = checked.record.as_ref().map(known);
    let shown = VerifyPage::new(
        lang,
        sandbox,
        state,
        document.as_ref(),
        changes(checked.changed_since),
    )
    .with_upload(checked.sha256, checks);
    page::answer(StatusCode::OK, "verify.html", &shown)
}

/// What a page says of the register since a document was issued.
fn changes(changed: Option<bool>) -> Vec<Bilingual> {
    match changed {
        Some(false) => Vec::new(),
        Some(true) => vec![Bilingual::new(
            "ข้อมูลทะเบียนของนิติบุคคลนี้มีฉบับใหม่กว่าที่เอกสารแสดง",
            "The register holds a newer version of this juristic person's record than the document states.",
        )],
        None => vec![Bilingual::new(
            "ยังตรวจไม่ได้ว่าข้อมูลทะเบียนเปลี่ยนแปลงหรือไม่",
            "Whether the register has changed since could not be told.",
        )],
    }
}

fn upload_check(check: &Check) -> UploadCheck {
    UploadCheck {
        label: check.code.words(),
        tone: match check.outcome {
            CheckOutcome::Passed => CheckTone::Good,
            CheckOutcome::Failed => CheckTone::Bad,
            CheckOutcome::NotChecked => CheckTone::Open,
        },
        detail: None,
    }
}

fn known(record: &DocumentRecord) -> KnownDocument {
    let content = &record.content;
    KnownDocument {
        kind: match record.kind {
            DocumentKind::Certificate => record.kind.title(),
        },
        number: format!("{} {}", content.number_prefix, record.number),
        juristic_person: Bilingual::new(
            content.name.clone(),
            content
                .name_en
                .clone()
                .unwrap_or_else(|| content.name.clone()),
        ),
        registration_number: content.registration_number.clone(),
        issued_at: content.issued_at,
        data_as_of: content.data_as_of,
        sha256: match record.state {
            DocumentState::Issued { file_digest, .. } => Some(file_digest),
            _ => None,
        },
    }
}

/// `GET /verify/{token}`: what is known about the document behind a QR code. Unknown and malformed tokens look alike.
async fn show_document(
    request: HttpRequest,
    service: web::Data<DocumentService>,
    token: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let lang = page::language(&request);
    let sandbox = service.is_sandbox();
    let found = match token.parse::<VerificationToken>() {
        Err(_) => None,
        Ok(token) => {
            let asked = service.clone();
            blocking(move || {
                let record = asked.by_token(&token)?;
                Ok::<_, StoreError>(record.map(|record| {
                    let changed = changed(&asked, &record);
                    (record, changed)
                }))
            })
            .await?
            .map_err(|error| store_problem(&error))?
        }
    };
    let Some((record, changed)) = found else {
        let shown = VerifyPage::new(lang, sandbox, VerifyState::Unknown, None, Vec::new());
        return page::answer(StatusCode::NOT_FOUND, "verify.html", &shown);
    };
    let state = match record.state {
        DocumentState::Reserved => VerifyState::Pending,
        DocumentState::Issued { .. } => VerifyState::Issued,
        DocumentState::Void { .. } => VerifyState::Void,
    };
    let shown = VerifyPage::new(
        lang,
        sandbox,
        state,
        Some(&known(&record)),
        changes(changed),
    );
    page::answer(StatusCode::OK, "verify.html", &shown)
}
