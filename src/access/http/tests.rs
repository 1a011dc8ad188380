//! Tokens, metadata and protected paths over real HTTP. The certificate of a connection is put where TLS puts it.

use super::*;
use crate::access::service::{AccessKeys, AccessParts};
use crate::access::{ClientId, NewClient};
use crate::crypto::jws::Jwk;
use crate::crypto::key::{Algorithm, FileKey};
use crate::db::Database;
use crate::kernel::digest::Digest;
use crate::kernel::id::SeededRandomness;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::FixedClock;
use crate::ledger::{FileKeeper, LedgerService, NoteError, NoteSigner};
use crate::web::caller::scope;
use actix_web::{App, HttpServer};
use reqwest::{Client, Response};
use serde_json::{Value, json};

const ISSUER: &str = "https://api.amnat.example";

/// Signs nothing that anybody else would believe.
struct Signer;

impl NoteSigner for Signer {
    fn sign(&self, body: &str) -> Result<String, NoteError> {
        Ok(format!("{body}\n— signed\n"))
    }

    fn open(&self, note: &str) -> Result<String, NoteError> {
        Ok(note.trim_end_matches("\n— signed\n").to_owned() + "\n")
    }
}

/// One service behind three doors: connections with the certificate of bank-a, of bank-b, and without any.
struct House {
    a: String,
    b: String,
    none: String,
    ledger: LedgerService,
    access: web::Data<AccessService>,
    handles: Vec<actix_web::dev::ServerHandle>,
    _directory: tempfile::TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        for handle in &self.handles {
            drop(handle.stop(false));
        }
    }
}

fn key() -> Arc<FileKey> {
    Arc::new(FileKey::generate(Algorithm::Es256).unwrap())
}

fn house() -> House {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("db").display());
    let database = Arc::new(Database::open(&url.parse().unwrap(), 2).unwrap());
    database.migrate().unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-24T02:30:00Z".parse().unwrap()));
    let randomness = Arc::new(SeededRandomness::new(5));
    let ledger = LedgerService::new(
        database.clone(),
        clock.clone(),
        randomness.clone(),
        Arc::new(Signer),
        Arc::new(FileKeeper::new(directory.path().join("kept"))),
        "amnat.example/log",
    );
    let receipts = Jwk::of_signer(key().as_ref()).unwrap();
    let access = web::Data::new(AccessService::new(AccessParts {
        database,
        clock,
        randomness,
        keys: AccessKeys::new(key(), Vec::new(), vec![receipts]).unwrap(),
        ledger: ledger.clone(),
        issuer: ISSUER.to_owned(),
        known_scopes: scope::ALL,
    }));
    for (id, scopes) in [
        ("bank-a", "log.read registry.read"),
        ("bank-b", "registry.read"),
    ] {
        access
            .add_client(&NewClient {
                client_id: id.parse().unwrap(),
                name: Bilingual::new("ธนาคาร", "Bank"),
                certificate_thumbprint: Digest::of(id),
                scopes: scopes.to_owned(),
            })
            .unwrap();
    }
    let mut handles = Vec::new();
    let mut door = |certificate: Option<&'static str>| {
        let (access, ledger) = (access.clone(), web::Data::new(ledger.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(access.clone())
                .app_data(web::Data::new(authenticator(access.clone().into_inner())))
                .app_data(ledger.clone())
                .configure(configure)
                .configure(crate::ledger::http::configure)
        })
        .on_connect(move |_, extensions| {
            if let Some(certificate) = certificate {
                extensions.insert(PeerCertificate {
                    thumbprint: Digest::of(certificate),
                });
            }
        })
        .workers(1)
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        handles.push(server.handle());
        actix_web::rt::spawn(server);
        url
    };
    let (a, b, none) = (door(Some("bank-a")), door(Some("bank-b")), door(None));
    House {
        a,
        b,
        none,
        ledger,
        access,
        handles,
        _directory: directory,
    }
}

const PLAIN: &str = "grant_type=client_credentials&client_id=bank-a";

async fn post(door: &str, form: &str) -> Response {
    Client::new()
        .post(format!("{door}/oauth2/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

async fn token_for(door: &str, form: &str) -> String {
    let answer: Value = post(door, form).await.json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn get(url: &str, token: &str) -> Response {
    Client::new()
        .get(url)
        .header("Authorization", format!("Bearer {token}"))
        .send()
        .await
        .unwrap()
}

async fn refusal(answer: Response) -> (u16, String) {
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    assert_eq!(
        answer.headers().contains_key("www-authenticate"),
        status == 401
    );
    let body: Value = answer.json().await.unwrap();
    (status, body["error"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_client_gets_a_token_over_its_own_connection_only() {
    let house = house();
    let answer = post(&house.a, PLAIN).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["scope"], "log.read registry.read");
    assert!(body.get("refresh_token").is_none());
    let invalid = (401, "invalid_client".to_owned());
    assert_eq!(refusal(post(&house.b, PLAIN).await).await, invalid);
    assert_eq!(refusal(post(&house.none, PLAIN).await).await, invalid);
    let nobody = "grant_type=client_credentials&client_id=bank-x";
    assert_eq!(refusal(post(&house.a, nobody).await).await, invalid);
}

#[actix_web::test]
async fn other_grants_proofs_and_forms_are_refused_in_oauth_words() {
    let house = house();
    for (form, status, error) in [
        (
            "grant_type=password&client_id=bank-a&username=u&password=p",
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=refresh_token&client_id=bank-a&refresh_token=x",
            400,
            "unsupported_grant_type",
        ),
        ("client_id=bank-a", 400, "invalid_request"),
        (
            "grant_type=client_credentials&client_id=bank-a&client_secret=s",
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=bank-a&client_assertion=s",
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=bank-a&scope=certificate.issue",
            400,
            "invalid_scope",
        ),
        (
            "grant_type=client_credentials&client_id=bank-a&scope=log.read&scope=log.read",
            400,
            "invalid_request",
        ),
    ] {
        let expected = (status, error.to_owned());
        assert_eq!(
            refusal(post(&house.a, form).await).await,
            expected,
            "{form}"
        );
    }
    let url = format!("{}/oauth2/token", house.a);
    let http = Client::new();
    let form = || {
        http.post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded")
    };
    let basic = form()
        .header("Authorization", "Basic YmFuay1hOnM=")
        .body(PLAIN);
    assert_eq!(
        refusal(basic.send().await.unwrap()).await,
        (401, "invalid_client".to_owned())
    );
    let malformed = (400, "invalid_request".to_owned());
    let json = http
        .post(&url)
        .json(&json!({"grant_type": "client_credentials"}));
    assert_eq!(refusal(json.send().await.unwrap()).await, malformed);
    let query = http
        .post(format!("{url}?{PLAIN}"))
        .header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(refusal(query.send().await.unwrap()).await, malformed);
    let long = form().body(format!("{PLAIN}&x={}", "x".repeat(MAX_FORM)));
    assert_eq!(refusal(long.send().await.unwrap()).await, malformed);
}

#[actix_web::test]
async fn the_metadata_names_what_exists_and_nothing_else() {
    let house = house();
    let read = |path: &str| {
        let url = format!("{}{path}", house.none);
        async move { Client::new().get(url).send().await.unwrap() }
    };
    let answer = read("/.well-known/oauth-authorization-server").await;
    assert_eq!(
        answer.json::<Value>().await.unwrap(),
        json!({
            "issuer": ISSUER,
            "token_endpoint": "https://api.amnat.example/oauth2/token",
            "jwks_uri": "https://api.amnat.example/.well-known/jwks.json",
            "scopes_supported": scope::ALL,
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["tls_client_auth"],
            "tls_client_certificate_bound_access_tokens": true,
            "service_documentation": "https://api.amnat.example/docs",
        })
    );
    let answer = read("/.well-known/oauth-protected-resource").await;
    let resource: Value = answer.json().await.unwrap();
    assert_eq!(resource["resource"], ISSUER);
    assert_eq!(resource["authorization_servers"], json!([ISSUER]));
    assert_eq!(resource["bearer_methods_supported"], json!(["header"]));
    let answer = read("/.well-known/jwks.json").await;
    assert_eq!(answer.headers()["content-type"], "application/jwk-set+json");
    let keys: Value = answer.json().await.unwrap();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert!(
        keys.iter()
            .all(|key| key.get("d").is_none() && key["use"] == "sig")
    );
}

#[actix_web::test]
async fn a_token_opens_what_its_scopes_say_over_its_own_connection() {
    let house = house();
    let path = "/v1/log/checkpoint";
    let token = token_for(&house.a, PLAIN).await;
    let ours = format!("{}{path}", house.a);
    assert_eq!(
        get(&ours, &token).await.status(),
        404,
        "nothing is signed yet"
    );
    for door in [&house.b, &house.none] {
        let answer = get(&format!("{door}{path}"), &token).await;
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("invalid_token"));
        assert_eq!(
            answer.json::<Value>().await.unwrap()["code"],
            "unauthenticated"
        );
    }
    let narrow = token_for(&house.a, &format!("{PLAIN}&scope=registry.read")).await;
    let answer = get(&ours, &narrow).await;
    assert_eq!(answer.status(), 403);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("log.read"));
    let open = Client::new().get(&ours).send().await.unwrap();
    assert_eq!(open.status(), 401);
    let query = format!("{ours}?access_token={token}");
    assert_eq!(get(&query, &token).await.status(), 400);

    house
        .access
        .revoke_client(&"bank-a".parse::<ClientId>().unwrap())
        .unwrap();
    assert_eq!(get(&ours, &token).await.status(), 401);
}

#[actix_web::test]
async fn the_log_shows_its_checkpoint_and_the_proofs_of_a_record() {
    let house = house();
    let token = token_for(&house.a, PLAIN).await;
    let of_client = format!("{}/v1/log/proof/bank-b", house.a);
    let waiting: Value = get(&of_client, &token).await.json().await.unwrap();
    assert_eq!(waiting["entries"][0]["tree_size"], Value::Null);
    house.ledger.checkpoint().unwrap();
    let answer = get(&format!("{}/v1/log/checkpoint", house.a), &token).await;
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let note = answer.text().await.unwrap();
    assert!(note.starts_with("amnat.example/log\n2\n"), "{note}");
    let proofs: Value = get(&of_client, &token).await.json().await.unwrap();
    let entry = &proofs["entries"][0];
    assert_eq!(entry["tree_size"], 2);
    assert_eq!(entry["leaf"]["kind"], "client_changed");
    assert_eq!(entry["inclusion"].as_array().unwrap().len(), 1);
    let file = entry["tlog_proof"].as_str().unwrap();
    assert!(file.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n") && file.ends_with(&note));
    for reference in ["ver_none", "1101700230708", "%2e%2e"] {
        let url = format!("{}/v1/log/proof/{reference}", house.a);
        assert_eq!(get(&url, &token).await.status(), 404, "{reference}");
    }
}

#[actix_web::test]
async fn every_documented_path_is_served() {
    let house = house();
    let documents = [
        AccessApi::openapi(),
        crate::ledger::http::LedgerApi::openapi(),
    ];
    let mut paths = 0;
    for path in documents
        .iter()
        .flat_map(|document| document.paths.paths.keys())
    {
        paths += 1;
        let url = format!("{}{}", house.none, path.replace("{reference}", "ver_x"));
        let answer = Client::new().get(url).send().await.unwrap();
        assert_ne!(answer.status(), 404, "{path}");
    }
    assert_eq!(paths, 6);
}
