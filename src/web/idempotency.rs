//! The `Idempotency-Key` field of a request, and the answers that only it can bring about (INT-20, INT-21).

use super::problem::{Code, Problem};
use crate::kernel::lang::Bilingual;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError as _};
use std::future::{Ready, ready};

/// Name of the field.
pub const FIELD: &str = "idempotency-key";

/// A caller's name for one act: 16 to 64 visible characters. A request without one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// Text that is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is a quoted string or a token of 16 to 64 characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// Read the field's value: a quoted string (RFC 9651 §3.3.3), or a bare token, which means the same.
    pub fn read(value: &str) -> Result<Self, IdempotencyKeyError> {
        let value = value.trim_matches([' ', '\t']);
        let key = match value.strip_prefix('"') {
            Some(rest) => unquoted(rest.strip_suffix('"').ok_or(IdempotencyKeyError)?)?,
            None if value.bytes().all(is_token_byte) => value.to_owned(),
            None => return Err(IdempotencyKeyError),
        };
        if (16..=64).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(IdempotencyKeyError)
        }
    }

    /// The key without quotation marks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte)
}

fn unquoted(inside: &str) -> Result<String, IdempotencyKeyError> {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => text.push(escaped),
                _ => return Err(IdempotencyKeyError),
            },
            '"' => return Err(IdempotencyKeyError),
            ' '..='~' => text.push(character),
            _ => return Err(IdempotencyKeyError),
        }
    }
    Ok(text)
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all(FIELD);
        let malformed = || {
            Problem::new(
                Code::MalformedRequest,
                Bilingual::new(
                    "Idempotency-Key ต้องเป็นข้อความ 16 ถึง 64 ตัวอักษร และมีได้เพียงค่าเดียว",
                    "Idempotency-Key is one value of 16 to 64 characters",
                ),
            )
        };
        ready(match (values.next(), values.next()) {
            (None, _) => Err(Problem::plain(Code::IdempotencyKeyMissing)),
            (Some(value), None) => match value.to_str().map(Self::read) {
                Ok(Ok(key)) => Ok(key),
                _ => Err(malformed()),
            },
            _ => Err(malformed()),
        })
    }
}

/// An answer that was given before, byte for byte.
pub fn replayed(status: u16, content_type: &str, body: Vec<u8>) -> HttpResponse {
    let Ok(status) = StatusCode::from_u16(status) else {
        tracing::error!(
            answer.status = status,
            "a kept answer has no possible status"
        );
        return Problem::plain(Code::Internal).error_response();
    };
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("Idempotency-Replayed", "true"))
        .insert_header((header::CONTENT_TYPE, content_type))
        .body(body)
}

/// The key was used for another request.
pub fn used_for_another() -> Problem {
    Problem::plain(Code::IdempotencyKeyReused)
}

/// A request with the same key is at work: ask again in a moment.
pub fn still_running() -> HttpResponse {
    let problem = Problem::new(
        Code::Changed,
        Bilingual::new(
            "คำขอที่ใช้ Idempotency-Key นี้กำลังดำเนินการอยู่ โปรดลองใหม่",
            "a request with this Idempotency-Key is at work; ask again",
        ),
    );
    let mut answer = problem.error_response();
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn extract(values: &[&str]) -> Result<IdempotencyKey, Code> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((FIELD, *value));
        }
        let request = request.to_http_request();
        IdempotencyKey::extract(&request)
            .into_inner()
            .map_err(|problem| problem.code())
    }

    #[test]
    fn quoted_and_bare_keys_mean_the_same() {
        let bare = extract(&["0123456789abcdef"]).unwrap();
        assert_eq!(extract(&["\"0123456789abcdef\""]).unwrap(), bare);
        assert_eq!(bare.as_str(), "0123456789abcdef");
        assert_eq!(
            extract(&["\"a quoted \\\"key\\\" here\""])
                .unwrap()
                .as_str(),
            "a quoted \"key\" here"
        );
    }

    #[test]
    fn other_values_are_refused() {
        assert_eq!(extract(&[]), Err(Code::IdempotencyKeyMissing));
        let long = "x".repeat(65);
        for values in [
            &["short"][..],
            &[long.as_str()],
            &["two words of sixteen"],
            &["\"0123456789abcdef"],
            &["\"0123456789\"abcdef\""],
            &["\"0123456789abcde\\\""],
            &["0123456789abcdef", "0123456789abcdef"],
            &["กขคงจฉชซฌญฎฏฐฑฒณด"],
        ] {
            assert_eq!(extract(values), Err(Code::MalformedRequest), "{values:?}");
        }
    }

    #[test]
    fn a_replayed_answer_says_so_and_a_running_one_says_when_to_ask_again() {
        let answer = replayed(201, "application/json", b"{}".to_vec());
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(
            answer.headers().get("Idempotency-Replayed").unwrap(),
            "true"
        );
        let running = still_running();
        assert_eq!(running.status(), StatusCode::CONFLICT);
        assert!(running.headers().contains_key(header::RETRY_AFTER));
    }
}
