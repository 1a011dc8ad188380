use crate::sandbox::tests::{Fresh, REDIRECT, client, fresh};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::time::Duration;

const KLA: &str = "1100100000018";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SCOPE: &str = "openid pid name name_en title given_name family_name ial version";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn request(fresh: &Fresh) -> HashMap<&'static str, String> {
    HashMap::from([
        ("client_id", fresh.sandbox.openid_client().client_id.clone()),
        ("redirect_uri", REDIRECT.to_owned()),
        ("response_type", "code".to_owned()),
        ("scope", SCOPE.to_owned()),
        ("state", "st+a te&".to_owned()),
        ("nonce", "n-1".to_owned()),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256".to_owned()),
    ])
}

fn with(url: &str, query: &HashMap<&'static str, String>) -> url::Url {
    url::Url::parse_with_params(url, query).unwrap()
}

async fn sign_in(
    fresh: &Fresh,
    mut form: HashMap<&'static str, String>,
    choice: &str,
) -> reqwest::Response {
    form.insert("national_id", KLA.to_owned());
    form.insert("choice", choice.to_owned());
    let url = format!(
        "{}/sandbox/sign-in",
        fresh.sandbox.addresses().openid_issuer
    );
    client().post(url).form(&form).send().await.unwrap()
}

fn returned(answer: &reqwest::Response) -> HashMap<String, String> {
    assert_eq!(answer.status(), 303);
    let location = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(REDIRECT));
    location.query_pairs().into_owned().collect()
}

async fn code(fresh: &Fresh) -> String {
    returned(&sign_in(fresh, request(fresh), "allow").await)["code"].clone()
}

async fn redeem(
    fresh: &Fresh,
    changes: &[(&'static str, Option<&str>)],
    code: &str,
) -> (u16, Value) {
    let mut form = HashMap::from([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]);
    for (name, value) in changes {
        match value {
            Some(value) => form.insert(name, value),
            None => form.remove(name),
        };
    }
    let credentials = fresh.sandbox.openid_client();
    let url = format!(
        "{}/api/v2/oauth2/token/",
        fresh.sandbox.addresses().openid_issuer
    );
    let answer = client()
        .post(url)
        .basic_auth(&credentials.client_id, Some(&credentials.client_secret))
        .form(&form)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn payload(token: &str) -> Value {
    let middle = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
}

#[tokio::test]
async fn discovery_names_the_issuer_exactly_and_the_paths_keep_their_slash() {
    let fresh = fresh().await;
    let issuer = &fresh.sandbox.addresses().openid_issuer;
    let url = format!("{issuer}/.well-known/openid-configuration");
    let document: Value = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(document["issuer"], **issuer);
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "introspection_endpoint",
    ] {
        let address = document[name].as_str().unwrap();
        assert!(
            address.starts_with(&**issuer) && address.ends_with('/'),
            "{address}"
        );
    }
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["ES256"])
    );
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
}

#[tokio::test]
async fn the_login_page_names_the_client_and_the_scopes_and_needs_no_script() {
    let fresh = fresh().await;
    let url = format!(
        "{}/api/v2/oauth2/auth/",
        fresh.sandbox.addresses().openid_issuer
    );
    let page = async |query: &HashMap<&'static str, String>| {
        let answer = client().get(with(&url, query)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    let mut query = request(&fresh);
    query.insert("state", "\"><script>alert(1)</script>".to_owned());
    let everybody = page(&query).await;
    assert!(everybody.contains("SANDBOX") && everybody.contains("127.0.0.1:9</b>"));
    assert!(everybody.contains("<li>family_name</li>"));
    assert!(!everybody.contains("<script"));
    assert_eq!(
        everybody.matches("type=\"radio\"").count(),
        fresh.sandbox.world().people().len()
    );
    query.insert("q", "khwan".to_owned());
    let one = page(&query).await;
    assert_eq!(one.matches("type=\"radio\"").count(), 1);
    assert!(one.contains("นางสาวขวัญ สมมติไทย") && one.contains("checked"));
    query.insert("q", "nobody at all".to_owned());
    assert!(page(&query).await.contains("Nobody found"));
}

#[tokio::test]
async fn a_visitor_who_agrees_comes_back_with_a_code_the_state_and_the_issuer() {
    let fresh = fresh().await;
    let answer = returned(&sign_in(&fresh, request(&fresh), "allow").await);
    assert_eq!(answer["state"], "st+a te&");
    assert_eq!(answer["iss"], fresh.sandbox.addresses().openid_issuer);
    let (status, body) = redeem(&fresh, &[], &answer["code"]).await;
    assert_eq!(status, 200, "{body}");
    for place in [&body, &payload(body["id_token"].as_str().unwrap())] {
        assert_eq!(place["pid"], KLA);
        assert_eq!(place["name"], "นายกล้า ทดลองดี");
        assert_eq!(place["name_en"], "Mr. Kla Thotlongdee");
        assert_eq!(place["given_name"], "กล้า");
        assert_eq!(place["family_name"], "ทดลองดี");
        assert_eq!(place["title"], "นาย");
        assert_eq!(place["ial"], "2.3");
    }
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(300))
    );
    let claims = payload(body["id_token"].as_str().unwrap());
    let now = 1_795_521_600;
    assert_eq!(claims["iss"], fresh.sandbox.addresses().openid_issuer);
    assert_eq!(claims["aud"], fresh.sandbox.openid_client().client_id);
    assert_eq!(
        (&claims["iat"], &claims["exp"], &claims["auth_time"]),
        (&json!(now), &json!(now + 300), &json!(now))
    );
    assert_eq!(claims["nonce"], "n-1");
    assert!(!claims["sub"].as_str().unwrap().contains(KLA));
    assert_eq!(claims["version"], "2.0");
}

#[tokio::test]
async fn the_id_token_is_signed_with_the_published_key() {
    let fresh = fresh().await;
    let (_, body) = redeem(&fresh, &[], &code(&fresh).await).await;
    let token = body["id_token"].as_str().unwrap();
    let url = format!(
        "{}/api/v2/oauth2/jwks/",
        fresh.sandbox.addresses().openid_issuer
    );
    let keys: Value = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let header: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').next().unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(header["alg"], "ES256");
    assert_eq!(header["kid"], keys["keys"][0]["kid"]);
    let jwk = crate::crypto::jws::Jwk::from_json(keys["keys"][0].as_object().unwrap()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let algorithm = crate::crypto::key::Algorithm::Es256;
    assert!(jwk.key.verify(algorithm, signed.as_bytes(), &signature));
    assert!(!jwk.key.verify(algorithm, b"something else", &signature));
}

#[tokio::test]
async fn only_the_scopes_asked_for_become_claims() {
    let fresh = fresh().await;
    let mut form = request(&fresh);
    form.insert("scope", "openid pid".to_owned());
    let code = returned(&sign_in(&fresh, form.clone(), "allow").await)["code"].clone();
    let (_, body) = redeem(&fresh, &[], &code).await;
    let claims = payload(body["id_token"].as_str().unwrap());
    assert_eq!(claims["pid"], KLA);
    assert!(claims.get("name").is_none() && body.get("name").is_none());
    form.insert("scope", "pid".to_owned());
    let code = returned(&sign_in(&fresh, form, "allow").await)["code"].clone();
    let (_, body) = redeem(&fresh, &[], &code).await;
    assert_eq!(body["pid"], KLA);
    assert!(
        body.get("id_token").is_none(),
        "without the scope openid there is no ID token"
    );
}

#[tokio::test]
async fn a_code_works_once_within_a_minute_for_its_address_and_verifier() {
    let fresh = fresh().await;
    let invalid = (400, json!({"error": "invalid_grant"}));
    let once = code(&fresh).await;
    let (status, body) = redeem(&fresh, &[], &once).await;
    assert_eq!(status, 200);
    assert!(introspect(&fresh, &body).await["active"].as_bool().unwrap());
    assert_eq!(redeem(&fresh, &[], &once).await, invalid);
    assert_eq!(
        introspect(&fresh, &body).await,
        json!({"active": false}),
        "reuse ends the token"
    );

    for change in [
        ("redirect_uri", Some("http://127.0.0.1:9/callback/")),
        (
            "code_verifier",
            Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX"),
        ),
        ("code_verifier", None),
    ] {
        assert_eq!(
            redeem(&fresh, &[change], &code(&fresh).await).await,
            invalid,
            "{change:?}"
        );
    }
    let late = code(&fresh).await;
    fresh.clock.advance(Duration::from_secs(60));
    assert_eq!(redeem(&fresh, &[], &late).await, invalid);
    let unsupported = (400, json!({"error": "unsupported_grant_type"}));
    assert_eq!(
        redeem(&fresh, &[("grant_type", Some("password"))], "x").await,
        unsupported
    );
}

async fn introspect(fresh: &Fresh, body: &Value) -> Value {
    let credentials = fresh.sandbox.openid_client();
    let url = format!(
        "{}/api/v2/oauth2/introspect/",
        fresh.sandbox.addresses().openid_issuer
    );
    let request = client()
        .post(url)
        .basic_auth(&credentials.client_id, Some(&credentials.client_secret));
    let form = [("token", body["access_token"].as_str().unwrap())];
    request
        .form(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_wrong_secret_or_none_is_an_unknown_client() {
    let fresh = fresh().await;
    let id = fresh.sandbox.openid_client().client_id.clone();
    let url = format!(
        "{}/api/v2/oauth2/token/",
        fresh.sandbox.addresses().openid_issuer
    );
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", REDIRECT),
    ];
    for request in [
        client().post(&url),
        client().post(&url).basic_auth(&id, Some("guess")),
    ] {
        let answer = request.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({"error": "invalid_client"})
        );
    }
}

#[tokio::test]
async fn a_browser_is_never_sent_to_an_address_that_is_not_registered() {
    let fresh = fresh().await;
    let url = format!(
        "{}/api/v2/oauth2/auth/",
        fresh.sandbox.addresses().openid_issuer
    );
    let changes = [
        ("client_id", "somebody"),
        ("redirect_uri", "http://127.0.0.1:9/callback/"),
        ("redirect_uri", "http://127.0.0.1:9/callback?x"),
        ("redirect_uri", ""),
    ];
    for (name, value) in changes {
        let mut query = request(&fresh);
        query.insert(name, value.to_owned());
        let page = client().get(with(&url, &query)).send().await.unwrap();
        assert_eq!(page.status(), 400, "{name}={value}");
        assert!(!page.headers().contains_key("location"));
        assert_eq!(
            sign_in(&fresh, query, "allow").await.status(),
            400,
            "{name}={value}"
        );
    }
    fresh
        .sandbox
        .set_redirect_uris(vec!["http://127.0.0.1:10/other".to_owned()]);
    assert_eq!(
        sign_in(&fresh, request(&fresh), "allow").await.status(),
        400
    );
}

#[tokio::test]
async fn other_faults_of_a_request_go_back_to_the_client() {
    let fresh = fresh().await;
    let url = format!(
        "{}/api/v2/oauth2/auth/",
        fresh.sandbox.addresses().openid_issuer
    );
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "openid salary", "invalid_scope"),
        ("scope", "", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
    ] {
        let mut query = request(&fresh);
        query.insert(name, value.to_owned());
        let answer = returned(&client().get(with(&url, &query)).send().await.unwrap());
        assert_eq!(answer["error"], error, "{name}={value}");
        assert_eq!(answer["iss"], fresh.sandbox.addresses().openid_issuer);
    }
    let answer = returned(&sign_in(&fresh, request(&fresh), "deny").await);
    assert_eq!(
        (answer["error"].as_str(), answer["state"].as_str()),
        ("access_denied", "st+a te&")
    );
    assert!(!answer.contains_key("code"));
}

#[tokio::test]
async fn client_key_and_subjects_are_the_same_after_a_restart() {
    let fresh = fresh().await;
    let before = fresh.sandbox.openid_client().clone();
    let (_, body) = redeem(&fresh, &[], &code(&fresh).await).await;
    let subject = payload(body["id_token"].as_str().unwrap())["sub"].clone();
    let fresh = fresh.restarted().await;
    assert_eq!(
        fresh.sandbox.openid_client().client_secret,
        before.client_secret
    );
    let (_, again) = redeem(&fresh, &[], &code(&fresh).await).await;
    assert_eq!(payload(again["id_token"].as_str().unwrap())["sub"], subject);
    let kid = |body: &Value| {
        body["id_token"]
            .as_str()
            .unwrap()
            .split('.')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(kid(&body), kid(&again));
}

#[tokio::test]
async fn an_independent_client_signs_in_and_verifies_the_id_token() {
    use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
    use openidconnect::{
        AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
        RedirectUrl, Scope, TokenResponse as _,
    };
    let http = async |request: openidconnect::HttpRequest| {
        let request = reqwest::Request::try_from(request)?;
        let answer = client().execute(request).await?;
        let mut copied = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            copied = copied.header(name, value);
        }
        Ok::<_, reqwest::Error>(copied.body(answer.bytes().await?.to_vec()).unwrap())
    };
    let clock = crate::kernel::time::SystemClock;
    let fresh = crate::sandbox::tests::fresh_at(crate::kernel::time::Clock::now(&clock)).await;
    let credentials = fresh.sandbox.openid_client();
    let issuer = IssuerUrl::new(fresh.sandbox.addresses().openid_issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .unwrap();
    let relying = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(credentials.client_id.clone()),
        Some(ClientSecret::new(credentials.client_secret.clone())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (url, state, nonce) = relying
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("pid".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    assert_eq!(
        client().get(url.clone()).send().await.unwrap().status(),
        200
    );
    let mut form: HashMap<String, String> = url.query_pairs().into_owned().collect();
    form.extend([
        ("national_id".to_owned(), KLA.to_owned()),
        ("choice".to_owned(), "allow".to_owned()),
    ]);
    let login = format!(
        "{}/sandbox/sign-in",
        fresh.sandbox.addresses().openid_issuer
    );
    let answer = returned(&client().post(login).form(&form).send().await.unwrap());
    assert_eq!(answer["state"], *state.secret());
    let exchange = relying
        .exchange_code(AuthorizationCode::new(answer["code"].clone()))
        .unwrap();
    let tokens = exchange
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .unwrap();
    let claims = tokens
        .id_token()
        .unwrap()
        .claims(&relying.id_token_verifier(), &nonce)
        .unwrap();
    assert!(claims.subject().as_str().len() > 40);
    let wrong = Nonce::new("another".to_owned());
    assert!(
        tokens
            .id_token()
            .unwrap()
            .claims(&relying.id_token_verifier(), &wrong)
            .is_err()
    );
}
