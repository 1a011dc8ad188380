//! JSON bodies that are read strictly: media type, size, depth, unknown and repeated members.

use super::problem::{Code, Problem};
use crate::kernel::lang::Bilingual;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::ops::Deref;

/// Largest JSON body that is read, in bytes (INT-05).
pub const MAX_BYTES: usize = 64 * 1024;

/// A JSON body of a type that refuses unknown members. Wrong bodies become problems that name the member.
///
/// Behind a credential a handler takes `Result<Json<T>, Problem>`: arguments are made at the same time, and who may not
/// ask is told so before anything is said of the body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .content_type()
            .eq_ignore_ascii_case("application/json");
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem::new(
                    Code::UnsupportedMediaType,
                    Bilingual::new(
                        "ต้องส่งเป็น application/json",
                        "the body must be application/json",
                    ),
                ));
            }
            let body = body.await.map_err(|error| body_problem(&error))?;
            if body.len() > MAX_BYTES {
                return Err(Problem::plain(Code::TooLarge));
            }
            parse(&body).map(Self)
        })
    }
}

/// A body that could not be read at all.
fn body_problem(error: &actix_web::Error) -> Problem {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::plain(Code::TooLarge)
    } else {
        Problem::plain(Code::MalformedRequest)
    }
}

/// Read a JSON text into a type, naming the member that is wrong.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.inner().to_string();
        Problem::field(
            Code::MalformedRequest,
            pointer.clone(),
            Bilingual::new(
                format!("ข้อมูลที่ตำแหน่ง {pointer} ไม่ถูกต้อง: {cause}"),
                format!("the member at {pointer} cannot be read: {cause}"),
            ),
        )
    })?;
    reader.end().map_err(|_| {
        Problem::new(
            Code::MalformedRequest,
            Bilingual::new(
                "มีข้อมูลเกินหลังจบ JSON",
                "there is more text after the JSON value",
            ),
        )
    })?;
    Ok(value)
}

/// The path in the form of RFC 6901; the whole document is written as `/`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path.iter() {
        text.push('/');
        match segment {
            Segment::Seq { index } => text.push_str(&index.to_string()),
            Segment::Map { key } => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => text.push_str(variant),
            Segment::Unknown => text.push('?'),
        }
    }
    if text.is_empty() {
        "/".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing is tested")]
        list: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing is tested")]
        n: u8,
    }

    #[test]
    fn a_wrong_member_is_named_by_its_pointer() {
        let problem = parse::<Outer>(br#"{"list":[{"n":1},{"n":300}]}"#).unwrap_err();
        assert_eq!(problem.errors()[0].pointer, "/list/1/n");
        assert!(problem.errors()[0].detail.contains("300"));
    }

    #[test]
    fn unknown_repeated_and_trailing_members_are_refused() {
        for body in [
            r#"{"list":[],"x":1}"#,
            r#"{"list":[],"list":[]}"#,
            r#"{"list":[]} 1"#,
            "",
            "[",
            "\u{feff}{}",
        ] {
            assert_eq!(
                parse::<Outer>(body.as_bytes()).unwrap_err().code(),
                Code::MalformedRequest,
                "{body}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let body = "[".repeat(100_000);
        assert!(parse::<serde_json::Value>(body.as_bytes()).is_err());
    }
}
