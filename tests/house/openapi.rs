//! The API document says what the service does: fresh, complete, and with its refusals.

use crate::source::{self, Finding};
use serde_json::Value;
use std::collections::BTreeSet;

/// What anybody may ask below `/v1`: is this file what you issued, and what does the log hold?
/// This list may only shrink.
const OPEN: [&str; 2] = ["/v1/documents/verification", "/v1/log/"];

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// One operation of the document.
struct Operation<'a> {
    name: String,
    path: &'a str,
    body: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                item.get(method).map(|body| Operation {
                    name: format!("{} {path}", method.to_uppercase()),
                    path,
                    body,
                })
            })
        })
        .collect()
}

fn id(operation: &Operation<'_>) -> Option<String> {
    let id = operation.body.get("operationId")?.as_str()?;
    Some(id.to_owned())
}

/// Operations without a name of their own, without a credential, or silent about refusals.
fn unfinished(document: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for operation in operations(document) {
        let mut say = |what: &str| {
            found.push(Finding {
                place: operation.name.clone(),
                what: what.to_owned(),
            });
        };
        match id(&operation) {
            None => say("has no operationId"),
            Some(id) => {
                if !seen.insert(id) {
                    say("shares its operationId with another");
                }
            }
        }
        let responses = operation.body.get("responses").and_then(Value::as_object);
        let documents = |status: &str| responses.is_some_and(|all| all.contains_key(status));
        let open = OPEN.iter().any(|prefix| operation.path.starts_with(prefix));
        if operation.path.starts_with("/v1/") && !open {
            let secured = operation
                .body
                .get("security")
                .and_then(Value::as_array)
                .is_some_and(|ways| !ways.is_empty() && !ways.contains(&serde_json::json!({})));
            if !secured {
                say("asks for no credential");
            }
            if !documents("401") {
                say("does not document 401");
            }
        }
        for (status, response) in responses.into_iter().flatten() {
            let refusal = status.starts_with('4') || status.starts_with('5');
            let content = response.get("content").and_then(Value::as_object);
            let problem =
                content.is_some_and(|kinds| kinds.contains_key("application/problem+json"));
            if refusal && operation.path.starts_with("/v1/") && !problem {
                say(&format!("answers {status} without a problem document"));
            }
        }
    }
    found
}

/// Operation ids written beside handlers: `operation_id = "read_health"`.
fn written_ids(source: &str) -> Vec<String> {
    source
        .split("operation_id = \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

fn document() -> Value {
    serde_json::from_str(&source::read("openapi/amnat.json")).expect("JSON in openapi/amnat.json")
}

#[test]
fn the_api_document_is_fresh() {
    assert!(
        source::read("openapi/amnat.json") == amnat::app::routes::openapi_json(),
        "openapi/amnat.json is not what the service says: amnat openapi > openapi/amnat.json"
    );
}

#[test]
fn every_operation_is_named_guarded_and_documents_its_refusals() {
    let document = document();
    assert!(!operations(&document).is_empty());
    source::assert_none(&unfinished(&document));
}

#[test]
fn every_endpoint_with_a_name_is_mounted() {
    let document = document();
    let mounted: BTreeSet<String> = operations(&document).iter().filter_map(id).collect();
    let written: BTreeSet<String> = source::house()
        .iter()
        .filter(|file| file.room != "sandbox")
        .flat_map(|file| written_ids(&file.source))
        .collect();
    let missing: Vec<&String> = written.difference(&mounted).collect();
    assert!(missing.is_empty(), "written and not served: {missing:?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with(operation: Value) -> Vec<String> {
        let document = json!({"paths": {"/v1/things": {"get": operation}}});
        unfinished(&document).into_iter().map(|f| f.what).collect()
    }

    #[test]
    fn a_finished_operation_is_left_alone() {
        let problem = json!({"content": {"application/problem+json": {}}});
        let good = json!({
            "operationId": "list_things",
            "security": [{"token": []}],
            "responses": {"200": {}, "401": problem}
        });
        assert_eq!(with(good), [] as [&str; 0]);
    }

    #[test]
    fn planted_gaps_are_found() {
        assert_eq!(
            with(json!({"responses": {"404": {}}})),
            [
                "has no operationId",
                "asks for no credential",
                "does not document 401",
                "answers 404 without a problem document"
            ]
        );
        let optional = json!({
            "operationId": "a",
            "security": [{"token": []}, {}],
            "responses": {"401": {"content": {"application/problem+json": {}}}}
        });
        assert_eq!(with(optional), ["asks for no credential"]);
        assert_eq!(
            written_ids("(get, operation_id = \"a_b\")\noperation_id = \"c\""),
            ["a_b", "c"]
        );
    }
}
