//! The one registry of problems (RFC 9457): code, status, title, in Thai and English.

use crate::kernel::lang::Bilingual;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $th:literal, $en:literal;)*) => {
        /// Every code a problem document can carry. The list is closed: a new one is a reviewed line here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The fixed title.
            pub fn title(self) -> Bilingual {
                match self { $(Self::$name => Bilingual::new($th, $en),)* }
            }
        }
    };
}

problems! {
    /// The body or a parameter does not have the form asked for.
    MalformedRequest = "malformed_request", BAD_REQUEST, "คำขอไม่ถูกต้อง", "The request is malformed";
    /// A value has the right form but cannot be right.
    InvalidValue = "invalid_value", BAD_REQUEST, "ค่าที่ส่งมาไม่ถูกต้อง", "A value is not valid";
    /// A 13-digit number is wrong.
    InvalidRegistrationNumber = "invalid_registration_number", BAD_REQUEST, "เลขทะเบียนนิติบุคคลไม่ถูกต้อง", "The registration number is not valid";
    /// `Idempotency-Key` is missing where it is required.
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST, "ต้องส่ง Idempotency-Key", "An Idempotency-Key is required";
    /// The same key came with another body.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "Idempotency-Key นี้ใช้กับคำขออื่นไปแล้ว", "This Idempotency-Key was used for another request";
    /// No credential, or one that cannot be accepted.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "ต้องยืนยันตัวตนก่อน", "Authentication is required";
    /// The credential does not reach this far.
    InsufficientScope = "insufficient_scope", FORBIDDEN, "สิทธิ์ไม่เพียงพอ", "The credential lacks the scope";
    /// The person is not on the list of registry officers.
    NotARegistryOfficer = "not_a_registry_officer", FORBIDDEN, "เฉพาะนายทะเบียนที่ได้รับมอบหมายเท่านั้น", "Only a registry officer may do this";
    /// What one officer proposed must be confirmed by another.
    SameOfficer = "same_officer", FORBIDDEN, "ผู้เสนอยืนยันข้อเสนอของตนเองไม่ได้", "The officer who proposed it cannot confirm it";
    /// Who opened a dispute, or is the person it is about, cannot settle it.
    OwnDispute = "own_dispute", FORBIDDEN, "ผู้โต้แย้งหรือผู้ที่ถูกโต้แย้งวินิจฉัยข้อโต้แย้งของตนเองไม่ได้", "Who opened a dispute, or is the person it is about, cannot settle it";
    /// The form carries no or a wrong anti-forgery token.
    ForgedForm = "forged_form", FORBIDDEN, "แบบฟอร์มหมดอายุหรือไม่ได้มาจากหน้านี้", "The form has expired or does not come from this page";
    /// Nothing at this address.
    NotFound = "not_found", NOT_FOUND, "ไม่พบข้อมูล", "Not found";
    /// The register has no such juristic person.
    UnknownJuristicPerson = "unknown_juristic_person", NOT_FOUND, "ไม่พบนิติบุคคลนี้ในทะเบียน", "The register has no such juristic person";
    /// The address exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "ไม่รองรับวิธีเรียกนี้", "The method is not allowed here";
    /// None of the offered forms is acceptable to the caller.
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "ไม่มีรูปแบบที่ขอ", "The form asked for is not offered";
    /// The state of the thing forbids the act.
    WrongState = "wrong_state", CONFLICT, "สถานะปัจจุบันไม่อนุญาตให้ทำรายการนี้", "The present state does not allow this";
    /// Another request changed the thing at the same time.
    Changed = "changed", CONFLICT, "ข้อมูลถูกเปลี่ยนแปลงพร้อมกัน โปรดลองใหม่", "The data changed at the same time; try again";
    /// The statement, the type, a person named or the board is not what was proposed on.
    ReviewOutdated = "review_outdated", CONFLICT, "ข้อมูลทะเบียนเปลี่ยนไปหลังจากเสนอ", "The register has changed since the proposal";
    /// The digest sent is not that of the proposal.
    OtherDigest = "other_digest", CONFLICT, "ค่าแฮชที่ส่งมาไม่ใช่ของข้อเสนอนี้", "The digest is not that of this proposal";
    /// `If-Match` names a state that is over.
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "ข้อมูลเปลี่ยนไปจากที่อ่านไว้", "The data is no longer what was read";
    /// `If-Match` is missing where it is required.
    PreconditionMissing = "precondition_missing", PRECONDITION_REQUIRED, "ต้องส่ง If-Match", "An If-Match is required";
    /// A rule that cannot stand for this juristic person.
    RuleNotAcceptable = "rule_not_acceptable", UNPROCESSABLE_ENTITY, "เงื่อนไขที่เสนอใช้กับนิติบุคคลนี้ไม่ได้", "The rule cannot be used for this juristic person";
    /// The body is larger than this endpoint reads.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "ข้อมูลมีขนาดใหญ่เกินไป", "The request is too large";
    /// The body is not of the media type this endpoint reads.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "ไม่รองรับชนิดข้อมูลนี้", "The media type is not supported";
    /// More people were named by number than one caller may name in a minute.
    TooManyLookups = "too_many_lookups", TOO_MANY_REQUESTS, "ระบุบุคคลด้วยเลขประจำตัวบ่อยเกินไป โปรดลองใหม่ภายหลัง", "Too many people named by number; try again later";
    /// The register or another outside system did not answer in time or sensibly.
    PeerUnavailable = "peer_unavailable", SERVICE_UNAVAILABLE, "ระบบภายนอกไม่ตอบสนอง โปรดลองใหม่", "An outside system does not answer; try again";
    /// Our own database or signer is out of reach for the moment.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "ระบบไม่พร้อมให้บริการชั่วคราว", "Temporarily unavailable";
    /// The content of a document cannot be printed (a character the fonts lack, a fact that is missing).
    CannotBeCertified = "cannot_be_certified", UNPROCESSABLE_ENTITY, "ไม่สามารถออกเอกสารสำหรับข้อมูลนี้ได้", "No document can be made for these facts";
    /// Anything unforeseen. The cause is in the log only.
    Internal = "internal", INTERNAL_SERVER_ERROR, "เกิดข้อผิดพลาดภายในระบบ", "Internal error";
}

/// One member of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, or the name of a parameter.
    pub pointer: String,
    /// What is wrong, in English.
    pub detail: String,
    /// What is wrong, in Thai.
    pub detail_th: String,
}

/// An answer that is not a success.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Bilingual,
    errors: Vec<FieldError>,
    challenge: Option<String>,
    retry_after: Option<u64>,
}

/// The document as it goes out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Stable URI of the kind of problem: `urn:amnat:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// Stable code.
    code: &'static str,
    /// Fixed title, English.
    title: String,
    /// Fixed title, Thai.
    title_th: String,
    /// HTTP status.
    status: u16,
    /// What happened this time, English.
    detail: String,
    /// What happened this time, Thai.
    detail_th: String,
    /// Id of the request.
    instance: String,
    /// Members that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    /// A problem whose detail is said for this occasion. No internals, no personal data.
    pub fn new(code: Code, detail: Bilingual) -> Self {
        Self {
            code,
            detail,
            errors: Vec::new(),
            challenge: None,
            retry_after: None,
        }
    }

    /// The same, saying after how many seconds another try may succeed.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// A problem that says no more than its title.
    pub fn plain(code: Code) -> Self {
        Self::new(code, code.title())
    }

    /// One member of the request is wrong.
    pub fn field(code: Code, pointer: impl Into<String>, detail: Bilingual) -> Self {
        let error = FieldError {
            pointer: pointer.into(),
            detail: detail.en.clone(),
            detail_th: detail.th.clone(),
        };
        Self {
            errors: vec![error],
            ..Self::new(code, detail)
        }
    }

    /// A 401 with its challenge (RFC 9110 §11.6.1, RFC 6750 §3).
    pub fn unauthenticated(challenge: impl Into<String>, detail: Bilingual) -> Self {
        Self {
            challenge: Some(challenge.into()),
            ..Self::new(Code::Unauthenticated, detail)
        }
    }

    /// A 403 that names the scope (RFC 6750 §3.1).
    pub fn insufficient_scope(scope: &str) -> Self {
        Self {
            challenge: Some(format!(
                "Bearer error=\"insufficient_scope\", scope=\"{scope}\""
            )),
            ..Self::new(
                Code::InsufficientScope,
                Bilingual::new(
                    format!("ต้องมีสิทธิ์ {scope}"),
                    format!("the scope {scope} is needed"),
                ),
            )
        }
    }

    /// Something unforeseen: logged here with its chain of causes, told to nobody.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = cause.to_string();
        let mut source = cause.source();
        while let Some(inner) = source {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            source = inner.source();
        }
        tracing::error!(error.chain = %chain, "a request failed for an unforeseen reason");
        Self::plain(Code::Internal)
    }

    /// The members that are wrong.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail.en)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let title = self.code.title();
        let document = ProblemDocument {
            kind: format!("urn:amnat:problem:{}", self.code.as_str()),
            code: self.code.as_str(),
            title: title.en,
            title_th: title.th,
            status: self.status_code().as_u16(),
            detail: self.detail.en.clone(),
            detail_th: self.detail.th.clone(),
            instance: super::request::current_id(),
            errors: self.errors.clone(),
        };
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(challenge) = &self.challenge {
            response.insert_header((header::WWW_AUTHENTICATE, challenge.as_str()));
        }
        let unavailable = (self.status_code() == StatusCode::SERVICE_UNAVAILABLE).then_some(5);
        if let Some(seconds) = self.retry_after.or(unavailable) {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let body = serde_json::to_vec(&document).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_told_in_both_languages() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            let title = code.title();
            assert!(!title.en.is_empty());
            assert!(
                title.th.chars().any(|c| ('ก'..='๛').contains(&c)),
                "{}",
                code.as_str()
            );
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
