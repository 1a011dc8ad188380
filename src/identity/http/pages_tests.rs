//! The whole way over real HTTP: a client asks, a person signs in at the sandbox's provider, the client reads the result.

use super::*;
use crate::db::{Database, DatabaseUrl};
use crate::identity::http::{CompanyNames, IdentityWeb, NamesUnavailable, configure};
use crate::identity::person::Passport;
use crate::identity::policy::Policy;
use crate::identity::providers::oidc::{ClientSecret, OidcProvider, OidcSettings, Profile};
use crate::identity::service::IdentityService;
use crate::identity::vault::{Vault, VaultError};
use crate::kernel::id::{NationalId, RegistrationNumber, SeededRandomness};
use crate::kernel::time::FixedClock;
use crate::sandbox::{Ports, Sandbox, SandboxSettings};
use crate::web::caller::{
    Authenticator, Caller, CredentialRefusal, PeerCertificate, SessionReader,
};
use actix_web::{App, HttpServer};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

const KLA: &str = "1100100000018";

/// Keeps bytes as they are: what is sealed is the store suite's question.
struct OpenVault;

impl Vault for OpenVault {
    fn seal(&self, _: &str, _: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(plain.to_vec())
    }

    fn open(&self, _: &str, _: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(sealed.to_vec())
    }

    fn national_id_index(&self, national_id: &NationalId) -> Result<[u8; 32], VaultError> {
        Ok(*Digest::of(national_id.expose()).as_bytes())
    }

    fn passport_index(&self, passport: &Passport) -> Result<[u8; 32], VaultError> {
        let Passport {
            number,
            country,
            birth_date,
        } = passport;
        Ok(*Digest::of(format!("{number}|{country}|{birth_date}")).as_bytes())
    }

    fn person_index(&self, issuer: &str, subject: &str) -> Result<[u8; 32], VaultError> {
        Ok(*Digest::of(format!("{issuer}|{subject}")).as_bytes())
    }
}

struct OneCompany;

impl CompanyNames for OneCompany {
    fn company(&self, number: &RegistrationNumber) -> Result<Option<Bilingual>, NamesUnavailable> {
        match number.as_str() {
            "0105569999999" => Ok(Some(Bilingual::new(
                "บริษัท ตัวอย่างไทย จำกัด",
                "Tuayang Thai Company Limited",
            ))),
            _ => Err(NamesUnavailable {
                cause: "nobody is there".to_owned(),
            }),
        }
    }
}

/// Takes the client's name for its token.
struct NameIsToken;

impl Authenticator for NameIsToken {
    fn authenticate(
        &self,
        token: &str,
        _: Option<&PeerCertificate>,
    ) -> Result<Caller, CredentialRefusal> {
        if !matches!(token, "bank" | "other" | "reader") {
            return Err(CredentialRefusal::NotAccepted);
        }
        let scope = match token {
            "reader" => "registry.read",
            _ => "authority.evaluate",
        };
        Ok(Caller {
            client_id: token.to_owned(),
            name: Bilingual::new("ธนาคารตัวอย่าง <ทดสอบ>", "Example Bank <test>"),
            scopes: [scope.to_owned()].into(),
        })
    }
}

/// The service and the sandbox, running.
struct House {
    url: String,
    clock: Arc<FixedClock>,
    sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-24T02:30:00Z".parse().unwrap()));
        let sandbox = crate::sandbox::start(SandboxSettings {
            dir: directory.path().join("sandbox"),
            ports: Ports::default(),
            clock: clock.clone(),
            randomness: Arc::new(SeededRandomness::new(1)),
            redirect_uris: Vec::new(),
        })
        .await
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let callback = format!("{url}/sign-in/callback/thaid");
        sandbox.set_redirect_uris(vec![callback.clone()]);
        let path = directory.path().join("house.sqlite");
        let database: DatabaseUrl = format!("sqlite:{}", path.display()).parse().unwrap();
        let database = Arc::new(Database::open(&database, 2).unwrap());
        database.migrate().unwrap();
        let credentials = sandbox.openid_client();
        let provider = OidcProvider::new(OidcSettings {
            name: "thaid".to_owned(),
            label: Bilingual::new("ThaiD (ระบบทดลอง)", "ThaiD (sandbox)"),
            issuer: sandbox.addresses().openid_issuer.clone(),
            client_id: credentials.client_id.clone(),
            client_secret: ClientSecret::new(credentials.client_secret.clone()),
            redirect_uri: callback,
            profile: Profile::thaid(),
        })
        .unwrap();
        let service = Arc::new(IdentityService::new(
            database,
            Arc::new(OpenVault),
            clock.clone(),
            Arc::new(SeededRandomness::new(2)),
            Policy::embedded().unwrap(),
            vec![Arc::new(provider)],
        ));
        serve(listener, service, url.clone());
        Self {
            url,
            clock,
            sandbox,
            _directory: directory,
        }
    }

    fn browser(&self) -> Browser {
        Browser {
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    async fn ask(&self, client: &str, body: &Value) -> (u16, Value) {
        let answer = reqwest::Client::new()
            .post(format!("{}/v1/sign-ins", self.url))
            .bearer_auth(client)
            .json(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn read(&self, client: &str, id: &str) -> (u16, Value) {
        let answer = reqwest::Client::new()
            .get(format!("{}/v1/sign-ins/{id}", self.url))
            .bearer_auth(client)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn sign_in(&self) -> (String, String) {
        let (status, document) = self.ask("bank", &question()).await;
        assert_eq!(status, 201, "{document}");
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        (text("id"), text("url"))
    }
}

fn serve(listener: TcpListener, service: Arc<IdentityService>, url: String) {
    let web = web::Data::new(IdentityWeb {
        service: service.clone(),
        names: Arc::new(OneCompany),
        public_url: url,
        sandbox: true,
    });
    let reader: web::Data<Arc<dyn SessionReader>> = web::Data::new(service);
    let authenticator: web::Data<Arc<dyn Authenticator>> = web::Data::new(Arc::new(NameIsToken));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web.clone())
            .app_data(reader.clone())
            .app_data(authenticator.clone())
            .configure(configure)
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .unwrap();
    actix_web::rt::spawn(server.run());
}

fn question() -> Value {
    json!({
        "juristic_person": "0105569999999",
        "act": {"type": "credit.loan", "amount": {"value": "5000000.00", "currency": "THB"}},
        "purpose": "สินเชื่อ & <b>loan</b>", "sector": "banking",
    })
}

/// Keeps cookies and follows nothing by itself.
struct Browser {
    client: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: Option<String>,
    cookies: Vec<String>,
    html: String,
}

impl Browser {
    async fn get(&mut self, url: &str) -> Page {
        let request = self.client.get(url);
        self.send(request).await
    }

    async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        let request = self.client.post(url).form(form);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let answer = request
            .header("cookie", cookies.join("; "))
            .send()
            .await
            .unwrap();
        let set: Vec<String> = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().unwrap().to_owned())
            .collect();
        for line in &set {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Page {
            status: answer.status().as_u16(),
            location: answer
                .headers()
                .get("location")
                .map(|value| value.to_str().unwrap().to_owned()),
            cookies: set,
            html: answer.text().await.unwrap(),
        }
    }

    /// From the page with the buttons to the provider's address.
    async fn set_out(&mut self, house: &House, url: &str) -> String {
        let page = self.get(url).await;
        assert_eq!(page.status, 200, "{}", page.html);
        let action = format!("{}{}", house.url, page.action());
        let token = page.field("form_token");
        let form = [
            ("form_token", token.as_str()),
            ("provider", "thaid"),
            ("lang", "th"),
        ];
        let sent = self.post(&action, &form).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        sent.location.unwrap()
    }

    /// At the provider: this person says yes. The address of the callback.
    async fn confirm(&mut self, house: &House, address: &str, choice: &str) -> String {
        let mut form: Vec<(String, String)> = url::Url::parse(address)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
        form.push(("national_id".to_owned(), KLA.to_owned()));
        form.push(("choice".to_owned(), choice.to_owned()));
        let issuer = &house.sandbox.addresses().openid_issuer;
        let request = self
            .client
            .post(format!("{issuer}/sandbox/sign-in"))
            .form(&form);
        let page = self.send(request).await;
        assert_eq!(page.status, 303, "{}", page.html);
        page.location.unwrap()
    }
}

impl Page {
    fn field(&self, name: &str) -> String {
        let after = self.html.split(&format!("name=\"{name}\" value=\"")).nth(1);
        after.unwrap().split('"').next().unwrap().to_owned()
    }

    fn action(&self) -> String {
        let after = self
            .html
            .split("<form method=\"post\" action=\"")
            .nth(1)
            .unwrap();
        after.split('"').next().unwrap().replace("&#x2f;", "/")
    }
}

#[actix_web::test]
async fn a_person_signs_in_for_a_question_and_the_client_learns_the_level_alone() {
    let house = House::open().await;
    let (id, url) = house.sign_in().await;
    assert_eq!(url, format!("{}/sign-in/{id}", house.url));
    let (_, before) = house.read("bank", &id).await;
    assert_eq!(before["status"], "requested");
    assert_eq!(before["expires_at"], "2026-11-24T02:45:00.000Z");
    assert!(before.get("assurance").is_none());

    let mut browser = house.browser();
    let page = browser.get(&url).await;
    for words in [
        "ธนาคารตัวอย่าง &lt;ทดสอบ&gt;",
        "บริษัท ตัวอย่างไทย จำกัด",
        "0-1055-69999-99-9",
        "กู้ยืมเงินและรับสินเชื่อ",
        "5,000,000.00 บาท (ห้าล้านบาทถ้วน)",
        "สินเชื่อ &amp; &lt;b&gt;loan",
        "ประมาณ 15 นาที",
        "ThaiD (ระบบทดลอง)",
        "SANDBOX",
    ] {
        assert!(page.html.contains(words), "{words}");
    }
    assert!(!page.html.contains("<script"));
    let english = browser.get(&format!("{url}?lang=en")).await;
    assert!(english.html.contains("THB 5,000,000.00") && english.html.contains("Tuayang Thai"));

    let address = browser.set_out(&house, &url).await;
    assert_eq!(house.read("bank", &id).await.1["status"], "redirected");
    let callback = browser.confirm(&house, &address, "allow").await;
    let back = browser.get(&callback).await;
    assert_eq!(back.status, 303, "{}", back.html);
    let done = back.location.unwrap();
    assert_eq!(done, format!("/sign-in/{id}/done?lang=th"));
    let shown = browser.get(&format!("{}{done}", house.url)).await;
    assert_eq!(shown.status, 200);
    for words in [
        "ยืนยันตัวตนเรียบร้อยแล้ว",
        "นายกล้า ทดลองดี",
        "IAL2.3",
        "AAL2.1",
        "ปิดหน้าต่างนี้",
    ] {
        assert!(shown.html.contains(words), "{words}");
    }
    assert!(!shown.html.contains("ต้องการระดับที่สูงกว่า"));

    let (status, after) = house.read("bank", &id).await;
    assert_eq!(status, 200);
    assert_eq!(after["status"], "completed");
    assert_eq!(after["assurance"]["ial"], "2.3");
    assert_eq!(after["assurance"]["aal_assumed"], true);
    assert_eq!(after["assurance"]["ial_standard"], "ETDA-19-2564");
    let text = after.to_string();
    for personal in [KLA, "กล้า", "per_"] {
        assert!(!text.contains(personal), "{personal}");
    }
    let again = browser.get(&url).await;
    assert_eq!((again.status, again.location), (303, Some(done.clone())));
    let stranger = house.browser().get(&format!("{}{done}", house.url)).await;
    assert_eq!(stranger.status, 409);
    assert!(!stranger.html.contains("กล้า"));
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn a_callback_is_good_once_and_in_its_own_browser() {
    let house = House::open().await;
    let (id, url) = house.sign_in().await;
    let mut browser = house.browser();
    let address = browser.set_out(&house, &url).await;
    let callback = browser.confirm(&house, &address, "allow").await;

    let mut stranger = house.browser();
    stranger.get(&url).await;
    let stolen = stranger.get(&callback).await;
    assert_eq!(stolen.status, 409);
    assert!(stolen.html.contains("เบราว์เซอร์เดียวกัน"));
    assert_eq!(house.browser().get(&callback).await.status, 409);
    let doubled = browser.get(&format!("{callback}&code=x")).await;
    assert_eq!(doubled.status, 409);
    let elsewhere = browser
        .get(&callback.replace("/callback/thaid", "/callback/other"))
        .await;
    assert_eq!(elsewhere.status, 409);
    assert_eq!(house.read("bank", &id).await.1["status"], "redirected");

    assert_eq!(browser.get(&callback).await.status, 303);
    let replayed = browser.get(&callback).await;
    assert_eq!(replayed.status, 409);
    assert!(replayed.html.contains("ยังไม่ได้ยืนยันตัวตน"));
    assert_eq!(house.read("bank", &id).await.1["status"], "completed");
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn turning_back_leaves_another_try_and_a_wrong_issuer_leaves_none() {
    let house = House::open().await;
    let (id, url) = house.sign_in().await;
    let mut browser = house.browser();
    let address = browser.set_out(&house, &url).await;
    let callback = browser.confirm(&house, &address, "deny").await;
    let page = browser.get(&callback).await;
    assert_eq!(page.status, 502);
    assert!(page.html.contains("ลองใหม่ได้"));
    assert_eq!(house.read("bank", &id).await.1["status"], "requested");

    let address = browser.set_out(&house, &url).await;
    let callback = browser.confirm(&house, &address, "allow").await;
    let mut forged = url::Url::parse(&callback).unwrap();
    let kept: Vec<(String, String)> = forged
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| name != "iss")
        .collect();
    forged.query_pairs_mut().clear().extend_pairs(kept);
    let page = browser.get(forged.as_str()).await;
    assert_eq!(page.status, 409);
    assert_eq!(house.read("bank", &id).await.1["status"], "failed");
    assert_eq!(browser.get(&callback).await.status, 409);
    assert_eq!(browser.get(&url).await.status, 409);
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn a_form_that_was_not_shown_to_this_browser_sets_nothing_out() {
    let house = House::open().await;
    let (_, url) = house.sign_in().await;
    let (other, _) = house.sign_in().await;
    let mut browser = house.browser();
    let page = browser.get(&url).await;
    let cookie = page.cookies.first().unwrap();
    for part in [
        "__Host-amnat_flow=",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let token = page.field("form_token");
    let action = format!("{}{}", house.url, page.action());
    let with = |token: &str| {
        vec![
            ("form_token", token.to_owned()),
            ("provider", "thaid".to_owned()),
        ]
    };
    let send = async |browser: &mut Browser, action: &str, form: Vec<(&str, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser.post(action, &form).await.status
    };
    assert_eq!(send(&mut browser, &action, with("x")).await, 403);
    assert_eq!(send(&mut browser, &action, Vec::new()).await, 403);
    let other_action = format!("{}/sign-in/{other}/start", house.url);
    assert_eq!(send(&mut browser, &other_action, with(&token)).await, 403);
    assert_eq!(send(&mut house.browser(), &action, with(&token)).await, 403);
    let unknown = vec![
        ("form_token", token.clone()),
        ("provider", "nobody".to_owned()),
    ];
    assert_eq!(send(&mut browser, &action, unknown).await, 404);
    assert_eq!(send(&mut browser, &action, with(&token)).await, 303);
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn clients_see_their_own_sign_ins_and_bad_requests_name_the_member() {
    let house = House::open().await;
    let (id, url) = house.sign_in().await;
    assert_eq!(house.read("other", &id).await.0, 404);
    assert_eq!(house.read("bank", "si_nonsense").await.0, 404);
    assert_eq!(house.read("reader", &id).await.0, 403);
    assert_eq!(house.read("nobody", &id).await.0, 401);
    for (pointer, value, code, named) in [
        (
            "/juristic_person",
            json!("0105569999990"),
            "invalid_registration_number",
            "/juristic_person",
        ),
        (
            "/act/type",
            json!("credit.nothing"),
            "invalid_value",
            "/act/type",
        ),
        (
            "/act/amount/value",
            json!("-1"),
            "malformed_request",
            "/act/amount/value",
        ),
        (
            "/act/amount/currency",
            json!("USD"),
            "malformed_request",
            "/act/amount/currency",
        ),
        ("/purpose", json!(" "), "invalid_value", "/purpose"),
        ("/purpose", json!("a\nb"), "invalid_value", "/purpose"),
        ("/sector", json!("space"), "malformed_request", "/sector"),
    ] {
        let mut body = question();
        *body.pointer_mut(pointer).unwrap() = value;
        let (status, problem) = house.ask("bank", &body).await;
        assert_eq!(status, 400, "{pointer}");
        assert_eq!(problem["code"], code, "{pointer}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], named, "{problem}");
    }
    let mut body = question();
    body["provider"] = json!("nobody");
    assert_eq!(
        house.ask("bank", &body).await.1["errors"][0]["pointer"],
        "/provider"
    );
    body["unknown"] = json!(1);
    assert_eq!(
        house.ask("bank", &body).await.1["code"],
        "malformed_request"
    );

    let mut browser = house.browser();
    let address = browser.set_out(&house, &url).await;
    let callback = browser.confirm(&house, &address, "allow").await;
    house.clock.advance(Duration::from_secs(15 * 60));
    let late = browser.get(&callback).await;
    assert_eq!(late.status, 409);
    assert!(late.html.contains("หมดเวลา"));
    assert_eq!(browser.get(&url).await.status, 409);
    assert_eq!(house.read("bank", &id).await.1["status"], "expired");
    assert_eq!(
        browser
            .get(&format!("{}/sign-in/si_x", house.url))
            .await
            .status,
        404
    );
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn an_act_that_asks_for_a_stated_level_says_so_after_the_sign_in() {
    let house = House::open().await;
    let mut body = question();
    body["act"]["type"] = json!("property.sale.immovable");
    body["juristic_person"] = json!("0105556058490");
    let (status, document) = house.ask("bank", &body).await;
    assert_eq!(status, 201);
    let url = document["url"].as_str().unwrap();
    let mut browser = house.browser();
    let page = browser.get(url).await;
    assert!(
        page.html.contains("0-1055-56058-49-0"),
        "the number stands in for a missing name"
    );
    let address = browser.set_out(&house, url).await;
    let callback = browser.confirm(&house, &address, "allow").await;
    let done = browser.get(&callback).await.location.unwrap();
    let shown = browser.get(&format!("{}{done}", house.url)).await;
    assert!(
        shown.html.contains("ต้องยืนยันตัวตนที่ระดับ AAL2.2 ขึ้นไป"),
        "{}",
        shown.html
    );
    house.sandbox.stop().await;
}

#[actix_web::test]
async fn a_person_has_a_session_at_our_own_pages_until_they_sign_out() {
    let house = House::open().await;
    let mut browser = house.browser();
    let me = format!("{}/v1/me", house.url);
    assert_eq!(browser.get(&me).await.status, 401);
    let started = browser
        .get(&format!("{}/me/sign-in?lang=en", house.url))
        .await;
    let url = format!("{}{}", house.url, started.location.unwrap());
    let address = browser.set_out(&house, &url).await;
    let callback = browser.confirm(&house, &address, "allow").await;
    let back = browser.get(&callback).await;
    let cookie = back
        .cookies
        .iter()
        .find(|line| line.starts_with(SESSION_COOKIE))
        .unwrap();
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let document = browser.get(&me).await;
    assert_eq!(document.status, 200);
    let document: Value = serde_json::from_str(&document.html).unwrap();
    assert_eq!(document["name"], "นายกล้า ทดลองดี");
    assert_eq!(document["assurance"]["ial"], "2.3");
    assert!(document["person"].as_str().unwrap().starts_with("per_"));
    assert!(!document.to_string().contains(KLA));

    let out = format!("{}/me/sign-out", house.url);
    assert_eq!(browser.post(&out, &[("form_token", "x")]).await.status, 403);
    assert_eq!(browser.get(&me).await.status, 200);
    let value = browser.cookies.get(SESSION_COOKIE).unwrap().clone();
    let token = crate::identity::session::SessionValue::read(&value)
        .unwrap()
        .form_token();
    assert_eq!(
        browser.post(&out, &[("form_token", &token)]).await.status,
        303
    );
    browser.cookies.insert(SESSION_COOKIE.to_owned(), value);
    assert_eq!(browser.get(&me).await.status, 401);
    house.sandbox.stop().await;
}
