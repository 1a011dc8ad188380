//! Who is let in: every operation of the API document asks for a credential, and for the scope it names.

use crate::support::{Answer, Machine, shared};
use amnat::app::routes::openapi_json;
use amnat::web::caller::scope;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// Below `/v1`, but for people with a session instead of a machine's token.
fn for_people(operation: &Operation) -> bool {
    let reviewing =
        operation.method == Method::POST && operation.path.starts_with("/v1/review/statements/");
    let own = operation.path == "/v1/me" || operation.path.starts_with("/v1/me/");
    own || reviewing || operation.path.starts_with("/v1/review/link-disputes")
}

struct Operation {
    method: Method,
    path: String,
    scope: Option<String>,
    body: Option<&'static str>,
}

/// Every operation below `/v1`, with a value for every parameter of its path.
fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/") {
            continue;
        }
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let security = operation["security"].as_array().unwrap();
            let scope = security[0]
                .as_object()
                .and_then(|way| way.values().next())
                .and_then(|scopes| scopes[0].as_str())
                .map(str::to_owned);
            let content = operation["requestBody"]["content"].as_object();
            let body =
                content
                    .and_then(|kinds| kinds.keys().next())
                    .map(|kind| match kind.as_str() {
                        "application/json" => "application/json",
                        _ => "application/pdf",
                    });
            let path = path
                .replace("{registration_number}", "0105569999999")
                .replace("{number}", "2569-000001")
                .replace("{id}", "ver_0123456789abcdefghjkmnpqrs")
                .replace("{proposal}", "prp_0123456789abcdefghjkmnpqrs")
                .replace("{reference}", "ver_0123456789abcdefghjkmnpqrs");
            assert!(!path.contains('{'), "{path}: give its parameter a value");
            found.push(Operation {
                method,
                path,
                scope,
                body,
            });
        }
    }
    found
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn request(&self, client: &Client, base: &str) -> RequestBuilder {
        let request = client
            .request(self.method.clone(), format!("{base}{}", self.path))
            .header("Idempotency-Key", "refused-0123456789");
        match self.body {
            Some("application/json") => request.json(&json!({})),
            Some(kind) => request.header("content-type", kind).body("%PDF-1.7"),
            None => request,
        }
    }
}

#[tokio::test]
async fn every_operation_wants_a_credential_and_says_how_to_get_in() {
    let shared = shared();
    let anonymous = shared.world.connection(None);
    let operations = operations();
    assert!(operations.len() >= 17, "{}", operations.len());
    for operation in &operations {
        for base in [&shared.world.place.api_url, &shared.world.place.public_url] {
            let answer = Answer::of(operation.request(&anonymous, base)).await;
            println!("{} -> {}", operation.name(), answer.status);
            answer.problem(401, "unauthenticated");
            let wanted = if for_people(operation) {
                "Cookie"
            } else {
                "Bearer"
            };
            assert!(
                answer.header("www-authenticate").starts_with(wanted),
                "{}",
                operation.name()
            );
        }
    }
}

#[tokio::test]
async fn every_operation_wants_its_scope_and_names_it() {
    let shared = shared();
    for scope in scope::ALL {
        let others: Vec<&str> = scope::ALL
            .iter()
            .copied()
            .filter(|other| other != scope)
            .collect();
        let lacking = shared
            .world
            .machine_with("bank", Some(&others.join(" ")))
            .await;
        let guarded: Vec<Operation> = operations()
            .into_iter()
            .filter(|operation| operation.scope.as_deref() == Some(scope))
            .collect();
        assert!(!guarded.is_empty(), "nothing asks for {scope}");
        for operation in guarded {
            let request = operation
                .request(&lacking.client, &lacking.base)
                .bearer_auth(&lacking.token);
            let answer = Answer::of(request).await;
            let problem = answer.problem(403, "insufficient_scope");
            assert!(
                problem["detail"].as_str().unwrap().contains(scope),
                "{}",
                operation.name()
            );
            assert_eq!(
                answer.header("www-authenticate"),
                format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")
            );
        }
    }
    for operation in operations() {
        assert_eq!(
            operation.scope.is_none(),
            for_people(&operation),
            "{}",
            operation.name()
        );
    }
}

#[tokio::test]
async fn a_token_works_only_over_the_certificate_it_is_bound_to() {
    let shared = shared();
    let world = &shared.world;
    let bank = world.machine("bank").await;
    let path = "/v1/log/checkpoint";
    assert_eq!(bank.get(path).await.status, 200);
    let stolen = |client: Client, base: &str| Machine {
        client,
        base: base.to_owned(),
        token: bank.token.clone(),
    };
    let api = &world.place.api_url;
    for thief in [
        stolen(world.connection(Some("agency")), api),
        stolen(world.connection(None), api),
        // Plain HTTP carries no certificate at all.
        stolen(world.connection(Some("bank")), &world.place.public_url),
    ] {
        let answer = thief.get(path).await;
        answer.problem(401, "unauthenticated");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
    }
    let mut altered = bank.token.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'Q' } else { 'A' });
    for token in [altered, "x".to_owned(), "a.b.c".to_owned()] {
        let forged = Machine {
            token,
            ..stolen(world.connection(Some("bank")), api)
        };
        forged.get(path).await.problem(401, "unauthenticated");
    }
    let in_address = format!("{path}?access_token={}", bank.token);
    let request = bank.client.get(format!("{api}{in_address}"));
    Answer::of(request).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn a_client_gets_no_token_without_its_own_certificate() {
    let shared = shared();
    let world = &shared.world;
    let stranger = world.certificate("stranger").await;
    assert!(stranger.exists());
    let ask = |client: Client, base: &str, id: &str| {
        let request = client
            .post(format!("{base}/oauth2/token"))
            .form(&[("grant_type", "client_credentials"), ("client_id", id)]);
        Answer::of(request)
    };
    let api = &world.place.api_url;
    for (client, base, id) in [
        (world.connection(Some("stranger")), api, "bank"),
        (world.connection(Some("stranger")), api, "stranger"),
        (world.connection(Some("agency")), api, "bank"),
        (world.connection(None), api, "bank"),
        (
            world.connection(Some("bank")),
            &world.place.public_url,
            "bank",
        ),
    ] {
        let answer = ask(client, base, id).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert_eq!(answer.json()["error"], "invalid_client");
        assert!(!answer.header("www-authenticate").is_empty());
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let shared = shared();
    let world = &shared.world;
    let bank = world.machine("bank").await;
    for path in ["/v1/nothing", "/v1/", "/nothing", "/v1/juristic-persons"] {
        bank.get(path).await.problem(404, "not_found");
    }
    for operation in operations() {
        let answer = Answer::of(bank.request(Method::DELETE, &operation.path)).await;
        println!("DELETE {} -> {}", operation.path, answer.status);
        answer.problem(405, "method_not_allowed");
        assert!(
            answer.header("allow").contains(operation.method.as_str()),
            "{}: {:?}",
            operation.name(),
            answer.header("allow")
        );
    }
    // A person with a browser gets a page instead.
    let page = world.page("/nothing").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
}
