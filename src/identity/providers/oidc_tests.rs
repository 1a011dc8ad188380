//! Every way an answer of a provider can be wrong, over real HTTP: each must end without a person.

use super::*;
use crate::crypto::jws::Jwk;
use crate::crypto::key::{Algorithm as KeyAlgorithm, FileKey, Signer as _};
use crate::identity::signin::SignInPurpose;
use crate::kernel::id::SeededRandomness;
use crate::kernel::lang::Language;
use actix_web::{
    App, HttpRequest as ServerRequest, HttpResponse as ServerResponse, HttpServer, web,
};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

#[derive(Default)]
struct Script {
    discovery: Value,
    keys: Value,
    token: Value,
    token_status: u16,
    /// Authorization header and body of every token request.
    redeemed: Vec<(String, String)>,
    key_requests: usize,
}

type Shared = web::Data<Mutex<Script>>;

/// A provider that says what the test tells it to say.
struct Stand {
    issuer: String,
    script: Shared,
    key: FileKey,
}

impl Stand {
    async fn start() -> Self {
        let script: Shared = web::Data::new(Mutex::new(Script::default()));
        let shared = script.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(discovery),
                )
                .route("/jwks/", web::get().to(keys))
                .route("/token/", web::post().to(token))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let issuer = format!("http://127.0.0.1:{}", server.addrs()[0].port());
        actix_web::rt::spawn(server.run());
        let key = FileKey::generate(KeyAlgorithm::Es256).unwrap().named("k1");
        let stand = Self {
            issuer,
            script,
            key,
        };
        stand.script().discovery = stand.metadata();
        stand.script().keys = stand.published(&[&stand.key]);
        stand.script().token_status = 200;
        stand
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    fn metadata(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": format!("{}/auth/", self.issuer),
            "token_endpoint": format!("{}/token/", self.issuer),
            "jwks_uri": format!("{}/jwks/", self.issuer),
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn published(&self, keys: &[&FileKey]) -> Value {
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| serde_json::to_value(Jwk::of_signer(*key).unwrap()).unwrap())
            .collect();
        json!({ "keys": keys })
    }

    fn provider(&self) -> OidcProvider {
        self.provider_with(Profile::thaid())
    }

    fn provider_with(&self, profile: Profile) -> OidcProvider {
        OidcProvider::new(OidcSettings {
            name: "stand".to_owned(),
            label: Bilingual::new("ทดสอบ", "Test"),
            issuer: self.issuer.clone(),
            client_id: "client=".to_owned(),
            client_secret: ClientSecret::new("se/cret"),
            redirect_uri: "http://127.0.0.1:9/sign-in/callback/stand".to_owned(),
            profile,
        })
        .unwrap()
    }

    fn claims(&self) -> Value {
        let at = now().seconds();
        json!({
            "iss": self.issuer, "aud": "client=", "sub": "s-1", "iat": at, "exp": at + 300, "auth_time": at - 5,
            "nonce": flow().nonce, "pid": "1100100000018", "title": "นาย", "given_name": "กล้า",
            "family_name": "ทดลองดี", "name_en": "Mr Kla Thotlongdi", "ial": "2.3",
        })
    }

    fn signed(&self, key: &FileKey, header: &Value, claims: &Value) -> String {
        self.signed_text(key, &header.to_string(), &claims.to_string())
    }

    fn signed_text(&self, key: &FileKey, header: &str, claims: &str) -> String {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn answer_with(&self, id_token: &str) {
        self.script().token = json!({
            "access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 1795488600,
            "id_token": id_token, "pid": "3100500000020", "name": "somebody else",
        });
    }

    fn answer(&self, claims: &Value) {
        let token = self.signed(&self.key, &header(), claims);
        self.answer_with(&token);
    }

    async fn finish(&self) -> Result<ProvenIdentity, ProviderFailure> {
        self.finish_with(&self.provider(), Some(&self.issuer)).await
    }

    async fn finish_with(
        &self,
        provider: &OidcProvider,
        issuer: Option<&str>,
    ) -> Result<ProvenIdentity, ProviderFailure> {
        let answer = ProviderAnswer {
            code: Some("code".to_owned()),
            error: None,
            issuer: issuer.map(str::to_owned),
        };
        provider.finish(&flow(), &answer, now()).await
    }

    async fn refusal(&self) -> TokenRefusal {
        match self.finish().await {
            Err(ProviderFailure::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }
}

async fn discovery(script: Shared) -> ServerResponse {
    ServerResponse::Ok().json(&script.lock().unwrap().discovery)
}

async fn keys(script: Shared) -> ServerResponse {
    let mut script = script.lock().unwrap();
    script.key_requests += 1;
    ServerResponse::Ok().json(&script.keys)
}

async fn token(script: Shared, request: ServerRequest, body: String) -> ServerResponse {
    let mut script = script.lock().unwrap();
    let basic = request
        .headers()
        .get("authorization")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    script.redeemed.push((basic, body));
    let status = actix_web::http::StatusCode::from_u16(script.token_status).unwrap();
    ServerResponse::build(status).json(&script.token)
}

fn now() -> Instant {
    "2026-11-24T02:30:00Z".parse().unwrap()
}

fn flow() -> Flow {
    Flow::begin(
        &SignInPurpose::Portal,
        Language::Th,
        &SeededRandomness::new(8),
    )
    .unwrap()
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "JWT", "kid": "k1"})
}

#[actix_web::test]
async fn a_right_answer_proves_the_person_from_the_signed_token_alone() {
    let stand = Stand::start().await;
    stand.answer(&stand.claims());
    let proven = stand.finish().await.unwrap();
    assert_eq!(proven.subject, "s-1");
    assert_eq!(proven.issuer, stand.issuer);
    assert_eq!(proven.national_id, Some("1100100000018".parse().unwrap()));
    assert_eq!(proven.name.thai(), "นายกล้า ทดลองดี");
    assert_eq!(proven.assurance.ial, Ial::L2_3);
    assert_eq!(proven.assurance.aal, Aal::L2_1);
    assert!(proven.assurance.aal_assumed);
    assert_eq!(
        proven.assurance.auth_time,
        now().minus(Duration::from_secs(5))
    );
    assert_eq!(proven.evidence.jwk["kid"], "k1");
    assert_eq!(proven.evidence.nonce_random, flow().nonce_random);
    let said = format!("{proven:?} {:?}", stand.provider().settings);
    for secret in ["1100100000018", "กล้า", "eyJ", "se/cret"] {
        assert!(!said.contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn the_code_is_redeemed_with_the_verifier_and_plain_basic_credentials() {
    let stand = Stand::start().await;
    stand.answer(&stand.claims());
    stand.finish().await.unwrap();
    let mut profile = Profile::thaid();
    profile.plain_basic = false;
    let provider = stand.provider_with(profile);
    stand
        .finish_with(&provider, Some(&stand.issuer))
        .await
        .unwrap();
    let redeemed = std::mem::take(&mut stand.script().redeemed);
    assert_eq!(
        redeemed[0].0,
        format!("Basic {}", STANDARD.encode("client=:se/cret"))
    );
    assert_eq!(
        redeemed[1].0,
        format!("Basic {}", STANDARD.encode("client%3D:se%2Fcret"))
    );
    let body: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(redeemed[0].1.as_bytes())
            .into_owned()
            .collect();
    assert_eq!(body["grant_type"], "authorization_code");
    assert_eq!(body["code_verifier"], flow().pkce_verifier);
    assert_eq!(
        body["redirect_uri"],
        "http://127.0.0.1:9/sign-in/callback/stand"
    );
    assert!(!body.contains_key("client_secret"));
}

#[actix_web::test]
async fn the_browser_is_sent_with_state_nonce_and_challenge_to_the_address_as_it_is_written() {
    let stand = Stand::start().await;
    let url = stand.provider().begin(&flow(), now()).await.unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/auth/?", stand.issuer))
    );
    let query: std::collections::BTreeMap<String, String> =
        url.query_pairs().into_owned().collect();
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], "client=");
    assert_eq!(query["state"], flow().state);
    assert_eq!(query["nonce"], flow().nonce);
    assert_eq!(query["code_challenge_method"], "S256");
    let challenge = crate::kernel::digest::Digest::of(flow().pkce_verifier);
    assert_eq!(
        query["code_challenge"],
        URL_SAFE_NO_PAD.encode(challenge.as_bytes())
    );
    assert_eq!(
        query["scope"],
        "openid pid title given_name family_name name_en ial"
    );
    assert_eq!(query["max_age"], "60");
}

type Change = fn(&mut Value, &mut Value);

#[actix_web::test]
async fn a_token_that_is_wrong_in_one_thing_is_refused() {
    let stand = Stand::start().await;
    let at = now().seconds();
    let cases: Vec<(&str, Change, TokenRefusal)> = vec![
        (
            "issuer wrong",
            |_, c| c["iss"] = json!("http://127.0.0.1:1"),
            TokenRefusal::Issuer,
        ),
        ("issuer missing", |_, c| gone(c, "iss"), missing("iss")),
        (
            "audience wrong",
            |_, c| c["aud"] = json!("other"),
            TokenRefusal::Audience,
        ),
        ("audience missing", |_, c| gone(c, "aud"), missing("aud")),
        (
            "second audience",
            |_, c| c["aud"] = json!(["client=", "other"]),
            TokenRefusal::Audience,
        ),
        (
            "audience no text",
            |_, c| c["aud"] = json!([1]),
            TokenRefusal::Audience,
        ),
        (
            "other party",
            |_, c| c["azp"] = json!("other"),
            TokenRefusal::Audience,
        ),
        ("expiry missing", |_, c| gone(c, "exp"), missing("exp")),
        (
            "expiry as text",
            |_, c| c["exp"] = json!("1795488600"),
            missing("exp"),
        ),
        ("issue missing", |_, c| gone(c, "iat"), missing("iat")),
        ("subject missing", |_, c| gone(c, "sub"), missing("sub")),
        ("subject empty", |_, c| c["sub"] = json!(""), missing("sub")),
        ("nonce missing", |_, c| gone(c, "nonce"), missing("nonce")),
        (
            "nonce wrong",
            |_, c| c["nonce"] = json!("n"),
            TokenRefusal::Nonce,
        ),
        (
            "authentication time missing",
            |_, c| gone(c, "auth_time"),
            missing("auth_time"),
        ),
        (
            "13-digit ID wrong",
            |_, c| c["pid"] = json!("1100100000019"),
            missing("pid"),
        ),
        (
            "13-digit ID a number",
            |_, c| c["pid"] = json!(1100100000018u64),
            missing("pid"),
        ),
        (
            "level unknown",
            |_, c| c["ial"] = json!("2.9"),
            missing("ial"),
        ),
        (
            "name missing",
            |_, c| gone(c, "given_name"),
            missing("given_name"),
        ),
        (
            "algorithm none",
            |h, _| h["alg"] = json!("none"),
            TokenRefusal::Algorithm,
        ),
        (
            "algorithm HS256",
            |h, _| h["alg"] = json!("HS256"),
            TokenRefusal::Algorithm,
        ),
        (
            "algorithm ES384",
            |h, _| h["alg"] = json!("ES384"),
            TokenRefusal::Algorithm,
        ),
        (
            "critical extension",
            |h, _| h["crit"] = json!(["x"]),
            TokenRefusal::Header("an unknown or repeated member"),
        ),
        (
            "key in header",
            |h, _| h["jwk"] = json!({}),
            TokenRefusal::Header("an unknown or repeated member"),
        ),
        (
            "key address",
            |h, _| h["jku"] = json!("http://127.0.0.1:1"),
            TokenRefusal::Header("an unknown or repeated member"),
        ),
        (
            "type of an access token",
            |h, _| h["typ"] = json!("at+jwt"),
            TokenRefusal::Header("another type of token"),
        ),
        (
            "unknown key",
            |h, _| h["kid"] = json!("k2"),
            TokenRefusal::Signature(UNKNOWN_KEY),
        ),
    ];
    for (name, change, expected) in cases {
        let (mut header, mut claims) = (header(), stand.claims());
        change(&mut header, &mut claims);
        let token = stand.signed(&stand.key, &header, &claims);
        stand.answer_with(&token);
        match stand.finish().await {
            Err(ProviderFailure::Refused(refusal)) => {
                // The library reads the token before we do; what it cannot read at all it calls a wrong answer.
                let unread = refusal == TokenRefusal::TokenResponse("not in its form");
                assert!(refusal == expected || unread, "{name}: {refusal:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    for (name, claim, seconds, accepted) in [
        ("expired now", "exp", at, false),
        ("expires in a second", "exp", at + 1, true),
        ("issued 10 s ahead", "iat", at + 10, true),
        ("issued 11 s ahead", "iat", at + 11, false),
        ("issued 10 min ago", "iat", at - 600, true),
        ("issued longer ago", "iat", at - 601, false),
        ("valid 10 s from now", "nbf", at + 10, true),
        ("valid later", "nbf", at + 11, false),
        ("authenticated in the future", "auth_time", at + 11, false),
    ] {
        let mut claims = stand.claims();
        claims[claim] = json!(seconds);
        stand.answer(&claims);
        let outcome = stand.finish().await;
        assert_eq!(outcome.is_ok(), accepted, "{name}: {outcome:?}");
    }
}

fn gone(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name);
}

fn missing(claim: &str) -> TokenRefusal {
    TokenRefusal::Claim(claim.to_owned())
}

#[actix_web::test]
async fn repeated_members_forged_signatures_and_torn_tokens_are_refused() {
    let stand = Stand::start().await;
    let claims = stand.claims().to_string();
    let twice = claims.replacen('{', "{\"pid\":\"3100500000020\",", 1);
    stand.answer_with(&stand.signed_text(&stand.key, &header().to_string(), &twice));
    assert!(matches!(
        stand.refusal().await,
        TokenRefusal::Form(_) | TokenRefusal::TokenResponse(_)
    ));
    let twice = r#"{"alg":"ES256","alg":"ES256","kid":"k1"}"#;
    stand.answer_with(&stand.signed_text(&stand.key, twice, &claims));
    assert!(matches!(
        stand.refusal().await,
        TokenRefusal::Header(_) | TokenRefusal::TokenResponse(_)
    ));

    let stranger = FileKey::generate(KeyAlgorithm::Es256).unwrap().named("k1");
    stand.answer_with(&stand.signed(&stranger, &header(), &stand.claims()));
    assert_eq!(
        stand.refusal().await,
        TokenRefusal::Signature("wrong signature")
    );

    let good = stand.signed(&stand.key, &header(), &stand.claims());
    let mut torn = good.clone();
    torn.truncate(good.rfind('.').unwrap() + 1);
    let changed = {
        let mut other = stand.claims();
        other["pid"] = json!("3100500000020");
        let payload = URL_SAFE_NO_PAD.encode(other.to_string());
        let parts: Vec<&str> = good.split('.').collect();
        format!("{}.{payload}.{}", parts[0], parts[2])
    };
    let long = stand.signed_text(
        &stand.key,
        &header().to_string(),
        &claims.replace("s-1", &"s".repeat(20_000)),
    );
    for bad in [
        torn,
        changed,
        long,
        "a.b".to_owned(),
        String::new(),
        format!("{good}.x"),
    ] {
        stand.answer_with(&bad);
        stand.refusal().await;
    }
    stand.answer_with(&good);
    assert!(stand.finish().await.is_ok());
}

#[actix_web::test]
async fn a_key_changed_just_before_signing_is_fetched_once_a_minute_and_two_equal_names_are_refused()
 {
    let stand = Stand::start().await;
    let provider = stand.provider();
    stand.answer(&stand.claims());
    stand
        .finish_with(&provider, Some(&stand.issuer))
        .await
        .unwrap();
    let fresh = FileKey::generate(KeyAlgorithm::Es256).unwrap().named("k2");
    stand.script().keys = stand.published(&[&fresh]);
    let claims = |at: i64| {
        let mut claims = stand.claims();
        claims["iat"] = json!(at);
        claims["exp"] = json!(at + 300);
        claims
    };
    let header = json!({"alg": "ES256", "kid": "k2"});
    let answer = ProviderAnswer {
        code: Some("code".to_owned()),
        error: None,
        issuer: Some(stand.issuer.clone()),
    };
    stand.answer_with(&stand.signed(&fresh, &header, &claims(now().seconds())));
    assert!(provider.finish(&flow(), &answer, now()).await.is_err());
    assert_eq!(stand.script().key_requests, 1);
    let later = now().plus(REFRESH_PAUSE);
    stand.answer_with(&stand.signed(&fresh, &header, &claims(later.seconds())));
    provider.finish(&flow(), &answer, later).await.unwrap();
    assert_eq!(stand.script().key_requests, 2);

    let twin = FileKey::generate(KeyAlgorithm::Es256).unwrap().named("k1");
    stand.script().keys = stand.published(&[&stand.key, &twin]);
    stand.answer(&stand.claims());
    assert_eq!(
        stand.refusal().await,
        TokenRefusal::Signature("several keys fit")
    );
}

#[actix_web::test]
async fn the_answer_of_another_issuer_is_refused_before_the_code_is_used() {
    let stand = Stand::start().await;
    stand.answer(&stand.claims());
    let slash = format!("{}/", stand.issuer);
    for issuer in [None, Some("http://127.0.0.1:1"), Some(slash.as_str())] {
        let outcome = stand.finish_with(&stand.provider(), issuer).await;
        assert!(matches!(
            outcome,
            Err(ProviderFailure::Refused(TokenRefusal::IssuerParameter))
        ));
    }
    assert!(stand.script().redeemed.is_empty());
    stand.script().discovery["authorization_response_iss_parameter_supported"] = json!(false);
    assert!(stand.finish_with(&stand.provider(), None).await.is_ok());
}

#[actix_web::test]
async fn a_discovery_document_of_another_issuer_is_refused_to_the_slash() {
    let stand = Stand::start().await;
    for issuer in [
        "http://127.0.0.1:1".to_owned(),
        format!("{}/", stand.issuer),
    ] {
        stand.script().discovery["issuer"] = json!(issuer);
        let outcome = stand.provider().begin(&flow(), now()).await;
        assert!(
            matches!(outcome, Err(ProviderFailure::Refused(TokenRefusal::Issuer))),
            "{outcome:?}"
        );
    }
    stand.script().discovery = stand.metadata();
    stand.script().discovery["token_endpoint"] = json!("http://192.0.2.1/token/");
    stand.answer(&stand.claims());
    assert!(matches!(
        stand.finish().await,
        Err(ProviderFailure::Unavailable { .. })
    ));
}

#[actix_web::test]
async fn a_person_who_turns_back_and_a_provider_that_fails_are_not_refusals() {
    let stand = Stand::start().await;
    let answer = ProviderAnswer {
        code: None,
        error: Some("access_denied\n".to_owned()),
        issuer: Some(stand.issuer.clone()),
    };
    let outcome = stand.provider().finish(&flow(), &answer, now()).await;
    assert!(
        matches!(outcome, Err(ProviderFailure::TurnedBack { error }) if error == "access_denied")
    );
    let silent = ProviderAnswer {
        error: None,
        ..answer
    };
    let outcome = stand.provider().finish(&flow(), &silent, now()).await;
    assert!(matches!(
        outcome,
        Err(ProviderFailure::Refused(TokenRefusal::NoCode))
    ));
    stand.script().token_status = 400;
    stand.script().token = json!({"error": "invalid_grant"});
    assert!(matches!(
        stand.finish().await,
        Err(ProviderFailure::TurnedBack { .. })
    ));
    stand.script().token_status = 200;
    stand.script().token = json!({"access_token": "a", "token_type": "Bearer"});
    assert_eq!(
        stand.refusal().await,
        TokenRefusal::TokenResponse("no ID token")
    );
    stand.script().token = json!({"access_token": "a".repeat(70_000), "token_type": "Bearer"});
    assert!(matches!(
        stand.finish().await,
        Err(ProviderFailure::Unavailable { .. })
    ));
}

#[actix_web::test]
async fn silence_about_the_level_is_the_lowest_and_an_untrusted_provider_names_no_13_digit_id() {
    let stand = Stand::start().await;
    let mut claims = stand.claims();
    gone(&mut claims, "ial");
    stand.answer(&claims);
    let mut profile = Profile::thaid();
    profile.national_id = None;
    let provider = stand.provider_with(profile);
    let proven = stand
        .finish_with(&provider, Some(&stand.issuer))
        .await
        .unwrap();
    assert_eq!(proven.assurance.ial, Ial::L1_1);
    assert_eq!(proven.national_id, None);
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    for good in [
        "https://imauth.bora.dopa.go.th",
        "http://127.0.0.1:9/",
        "http://localhost:1",
        "http://[::1]/",
    ] {
        assert!(is_acceptable(good), "{good}");
    }
    for bad in [
        "http://192.0.2.1/",
        "http://example.com",
        "ftp://127.0.0.1",
        "file:///etc",
        "",
        "http://localhost.example",
    ] {
        assert!(!is_acceptable(bad), "{bad}");
    }
}
