//! Tokens, metadata and protected paths over real connections: TLS with certificates of a small authority.

use super::*;
use crate::access::service::{AccessKeys, AccessParts};
use crate::access::{ClientId, NewClient};
use crate::crypto::jws::Jwk;
use crate::crypto::key::{Algorithm, FileKey};
use crate::crypto::note::{self, NoteVerifier};
use crate::crypto::tls::{self, Clients};
use crate::crypto::x509::{
    Certificate, CertificateAuthority, Name, Profile, SigningRequest, Validity,
};
use crate::db::Database;
use crate::kernel::id::SeededRandomness;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::{Clock as _, FixedClock, SystemClock};
use crate::ledger::{FileKeeper, LedgerService, NoteError, NoteSigner};
use crate::web::caller::scope;
use actix_tls::accept::openssl::TlsStream;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::Duration;

const ISSUER: &str = "https://api.amnat.example";

/// Signs notes with a key of its own.
struct LogSigner(FileKey, NoteVerifier);

impl LogSigner {
    fn new() -> Self {
        let key = FileKey::generate(Algorithm::Ed25519).unwrap();
        let verifier = NoteVerifier::of("amnat.example/log", &key).unwrap();
        Self(key, verifier)
    }
}

impl NoteSigner for LogSigner {
    fn sign(&self, body: &str) -> Result<String, NoteError> {
        Ok(note::sign(body, "amnat.example/log", &self.0).unwrap())
    }

    fn open(&self, note: &str) -> Result<String, NoteError> {
        match note::open(note, std::slice::from_ref(&self.1)) {
            Ok(opened) => Ok(opened.text.to_owned()),
            Err(error) => Err(NoteError::NotOurs {
                cause: error.to_string(),
            }),
        }
    }
}

/// One client's way to the service: its certificate, and the address.
struct Door {
    client: Client,
    url: String,
}

/// One service with TLS, and four who come: bank-a, bank-b, somebody without a certificate, and somebody whose
/// certificate is from an authority nobody trusts.
struct House {
    a: Door,
    b: Door,
    none: Door,
    stranger: Door,
    ledger: LedgerService,
    access: web::Data<AccessService>,
    handle: actix_web::dev::ServerHandle,
    _directory: tempfile::TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

fn key() -> Arc<FileKey> {
    Arc::new(FileKey::generate(Algorithm::Es256).unwrap())
}

/// TLS reads the machine's clock: certificates for it begin yesterday and end tomorrow.
fn today() -> Validity {
    let day = Duration::from_secs(86_400);
    let now = SystemClock.now();
    Validity {
        not_before: now.minus(day),
        not_after: now.plus(day),
    }
}

fn authority(seed: u64) -> CertificateAuthority {
    let randomness = SeededRandomness::new(seed);
    let mut validity = today();
    // What it issues a moment later must not outlive it.
    validity.not_after = validity.not_after.plus(Duration::from_secs(3600));
    CertificateAuthority::create_root(key(), &Name::common("Test root"), validity, &randomness)
        .unwrap()
}

struct Party {
    key: Arc<FileKey>,
    certificate: Certificate,
}

fn party(authority: &CertificateAuthority, name: &str, profile: &Profile) -> Party {
    let key = key();
    let request = SigningRequest::create(key.as_ref(), &Name::common(name)).unwrap();
    let randomness = SeededRandomness::new(u64::from(name.as_bytes()[name.len() - 1]));
    let certificate = authority
        .issue(&request, profile, today(), &randomness)
        .unwrap();
    Party { key, certificate }
}

fn door(url: &str, root: &Certificate, party: Option<&Party>) -> Door {
    let root = reqwest::Certificate::from_pem(root.to_pem().as_bytes()).unwrap();
    let mut builder = Client::builder()
        .no_proxy()
        .add_root_certificate(root)
        .redirect(reqwest::redirect::Policy::none());
    if let Some(party) = party {
        let key = party.key.private_key_pem().unwrap();
        let certificate = party.certificate.to_pem();
        let identity = reqwest::Identity::from_pkcs8_pem(certificate.as_bytes(), &key).unwrap();
        builder = builder.identity(identity);
    }
    Door {
        client: builder.build().unwrap(),
        url: url.to_owned(),
    }
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
        Arc::new(LogSigner::new()),
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
    let root = authority(1);
    let [a, b] = [
        ("bank-a", "log.read registry.read"),
        ("bank-b", "registry.read"),
    ]
    .map(|(id, scopes)| {
        let party = party(&root, id, &Profile::TlsClient);
        access
            .add_client(&NewClient {
                client_id: id.parse().unwrap(),
                name: Bilingual::new("ธนาคาร", "Bank"),
                certificate_thumbprint: party.certificate.thumbprint(),
                scopes: scopes.to_owned(),
            })
            .unwrap();
        party
    });
    let stranger = party(&authority(2), "bank-a", &Profile::TlsClient);
    let here = Profile::TlsServer(vec!["127.0.0.1".to_owned()]);
    let server = party(&root, "server", &here);
    let trusted = [root.certificate().clone()];
    let tls = tls::acceptor(
        &server.key,
        &[server.certificate],
        Clients::MayAuthenticate(&trusted),
    )
    .unwrap();
    let (shared, log) = (access.clone(), web::Data::new(ledger.clone()));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::Data::new(authenticator(shared.clone().into_inner())))
            .app_data(log.clone())
            .configure(configure)
            .configure(crate::ledger::http::configure)
    })
    .on_connect(|connection, extensions| {
        let stream: &TlsStream<TcpStream> = connection.downcast_ref().unwrap();
        if let Some(certificate) = tls::peer_certificate(stream.ssl()).unwrap() {
            extensions.insert(PeerCertificate {
                thumbprint: certificate.thumbprint(),
            });
        }
    })
    .workers(1)
    .bind_openssl(("127.0.0.1", 0), tls)
    .unwrap();
    let url = format!("https://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let of = |party: Option<&Party>| door(&url, root.certificate(), party);
    House {
        a: of(Some(&a)),
        b: of(Some(&b)),
        none: of(None),
        stranger: of(Some(&stranger)),
        ledger,
        access,
        handle,
        _directory: directory,
    }
}

const PLAIN: &str = "grant_type=client_credentials&client_id=bank-a";

async fn post(door: &Door, form: &str) -> Response {
    door.client
        .post(format!("{}/oauth2/token", door.url))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

async fn token_for(door: &Door, form: &str) -> String {
    let answer: Value = post(door, form).await.json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn get(door: &Door, path: &str, token: &str) -> Response {
    door.client
        .get(format!("{}{path}", door.url))
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
    let stranger = house
        .stranger
        .client
        .post(format!("{}/oauth2/token", house.stranger.url));
    assert!(
        stranger.body(PLAIN).send().await.is_err(),
        "a certificate of another authority ends the connection"
    );
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
    let url = format!("{}/oauth2/token", house.a.url);
    let http = &house.a.client;
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
        let asked = house.none.client.get(format!("{}{path}", house.none.url));
        async move { asked.send().await.unwrap() }
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
    assert_eq!(
        get(&house.a, path, &token).await.status(),
        404,
        "nothing is signed yet"
    );
    for door in [&house.b, &house.none] {
        let answer = get(door, path, &token).await;
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("invalid_token"));
        assert_eq!(
            answer.json::<Value>().await.unwrap()["code"],
            "unauthenticated"
        );
    }
    let narrow = token_for(&house.a, &format!("{PLAIN}&scope=registry.read")).await;
    let answer = get(&house.a, path, &narrow).await;
    assert_eq!(answer.status(), 403);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("log.read"));
    let ours = format!("{}{path}", house.a.url);
    let open = house.a.client.get(&ours).send().await.unwrap();
    assert_eq!(open.status(), 401);
    let query = format!("{path}?access_token={token}");
    assert_eq!(get(&house.a, &query, &token).await.status(), 400);

    house
        .access
        .revoke_client(&"bank-a".parse::<ClientId>().unwrap())
        .unwrap();
    assert_eq!(get(&house.a, path, &token).await.status(), 401);
}

#[actix_web::test]
async fn the_log_shows_its_checkpoint_and_the_proofs_of_a_record() {
    let house = house();
    let token = token_for(&house.a, PLAIN).await;
    let of_client = "/v1/log/proof/bank-b";
    let waiting: Value = get(&house.a, of_client, &token).await.json().await.unwrap();
    assert_eq!(waiting["entries"][0]["tree_size"], Value::Null);
    house.ledger.checkpoint().unwrap();
    let answer = get(&house.a, "/v1/log/checkpoint", &token).await;
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let note = answer.text().await.unwrap();
    assert!(note.starts_with("amnat.example/log\n2\n"), "{note}");
    let proofs: Value = get(&house.a, of_client, &token).await.json().await.unwrap();
    let entry = &proofs["entries"][0];
    assert_eq!(entry["tree_size"], 2);
    assert_eq!(entry["leaf"]["kind"], "client_changed");
    assert_eq!(entry["inclusion"].as_array().unwrap().len(), 1);
    let file = entry["tlog_proof"].as_str().unwrap();
    assert!(file.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n") && file.ends_with(&note));
    for reference in ["ver_none", "1101700230708", "%2e%2e"] {
        let path = format!("/v1/log/proof/{reference}");
        assert_eq!(
            get(&house.a, &path, &token).await.status(),
            404,
            "{reference}"
        );
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
        let answer = get(&house.none, &path.replace("{reference}", "ver_x"), "x").await;
        assert_ne!(answer.status(), 404, "{path}");
    }
    assert_eq!(paths, 6);
}
