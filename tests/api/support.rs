//! A running service with its sandbox peers, and those who call it.
//!
//! A [`World`] is a directory with peers and settings; an [`App`] is the service started on it. Cases that change
//! nothing others look at share one service ([`shared`]); it lives as long as a case holds it.

use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use amnat::access::NewClient;
use amnat::app::{self, Listeners, Services};
use amnat::config::Config;
use amnat::crypto::key::{Algorithm, FileKey, OsRandomness};
use amnat::crypto::x509::{Certificate, Name, SigningRequest};
use amnat::kernel::id::Randomness;
use amnat::kernel::lang::Bilingual;
use amnat::kernel::time::{Clock, Instant, SystemClock};
use amnat::sandbox::demo::browser::{Browser, BrowserError, Page};
use amnat::sandbox::demo::provision::{Place, provision};
use amnat::sandbox::{self, Addresses, Ports, SandboxSettings};
use amnat::web::caller::{SESSION_COOKIE, scope};
use reqwest::header::HeaderMap;
use reqwest::{Client, Identity, Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// The company of most cases: Kla signs with Khwan or Khom.
pub const COMPANY: &str = "0105569999999";
/// A company of Kla and Thana where Thana signs alone.
pub const OTHER_COMPANY: &str = "0105566999947";
/// Directors of [`COMPANY`], and one more person who is none anywhere.
pub const KLA: &str = "1100100000018";
pub const KHWAN: &str = "3100500000020";
pub const CHAN: &str = "1600600000047";

/// The machine's clock, moved forward on demand.
#[derive(Default)]
pub struct MovedClock(AtomicU64);

impl MovedClock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        SystemClock
            .now()
            .plus(Duration::from_secs(self.0.load(Ordering::SeqCst)))
    }
}

/// A thread with an actix system of its own, which ends when this is dropped.
struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    fn run<T: Send + 'static, F: Future<Output = ()>>(
        work: impl FnOnce(mpsc::Sender<T>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> (Self, T) {
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(work(ready, stopped));
        });
        let value = started
            .recv()
            .expect("the background thread says what went wrong");
        let background = Self {
            stop: Some(stop),
            thread: Some(thread),
        };
        (background, value)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

/// A directory with settings, peers that answer, and a clock that all of them read.
pub struct World {
    pub place: Place,
    pub config: Config,
    pub addresses: Addresses,
    pub clock: Arc<MovedClock>,
    listeners: Mutex<Option<Listeners>>,
    _peers: Background,
    _directory: tempfile::TempDir,
}

impl World {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap();
        let clock = Arc::new(MovedClock::default());
        let shared: Arc<dyn Clock> = clock.clone();
        let (peers, (place, config, addresses, listeners)) =
            Background::run(move |ready, stopped| async move {
                let settings = SandboxSettings {
                    dir: path.join("sandbox"),
                    ports: Ports::default(),
                    clock: shared,
                    randomness: Arc::new(OsRandomness),
                    redirect_uris: Vec::new(),
                };
                let peers = sandbox::start(settings).await.unwrap();
                let listeners = Listeners {
                    plain: TcpListener::bind("127.0.0.1:0").unwrap(),
                    tls: Some(TcpListener::bind("127.0.0.1:0").unwrap()),
                };
                let tls = listeners.tls.as_ref().unwrap();
                let place = Place::new(&path, &listeners.plain, tls).unwrap();
                peers.set_redirect_uris(place.redirect_uris());
                let config = provision(&place, &peers).await.unwrap();
                let told = (place, config, peers.addresses().clone(), listeners);
                ready.send(told).ok().unwrap();
                assert!(stopped.await.is_err());
            });
        Self {
            place,
            config,
            addresses,
            clock,
            listeners: Mutex::new(Some(listeners)),
            _peers: peers,
            _directory: directory,
        }
    }

    /// The ports of this world; taken again when the service that had them is gone.
    fn listeners(&self) -> Listeners {
        let kept = self.listeners.lock().unwrap().take();
        kept.unwrap_or_else(|| {
            let port = |address: SocketAddr| {
                (0..200)
                    .find_map(|_| {
                        TcpListener::bind(address)
                            .inspect_err(|_| std::thread::sleep(Duration::from_millis(25)))
                            .ok()
                    })
                    .unwrap_or_else(|| panic!("{address} is not free again"))
            };
            Listeners {
                plain: port(self.config.server.bind),
                tls: self.config.server.bind_tls.map(port),
            }
        })
    }

    /// Give the ports up, for a service in a process of its own.
    pub fn leave_ports(&self) {
        drop(self.listeners.lock().unwrap().take());
    }

    /// Start the service as these settings say; the bank and the agency are its clients, with every scope.
    pub fn app(&self, config: Config) -> App {
        let listeners = self.listeners();
        let clock: Arc<dyn Clock> = self.clock.clone();
        let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
        let (server, services) = Background::run(move |ready, stopped| async move {
            let app = app::start(config, listeners, clock, randomness)
                .await
                .unwrap();
            ready.send(Arc::clone(&app.services)).ok().unwrap();
            assert!(stopped.await.is_err());
            app.stop().await;
        });
        let app = App {
            services,
            _server: server,
        };
        for id in ["bank", "agency"] {
            let pem = std::fs::read(self.place.file(&format!("{id}-client.pem"))).unwrap();
            app.add_client(id, &pem);
        }
        app
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.place.file(name)).unwrap()
    }

    /// A connection with the certificate of this client, or with none.
    pub fn connection(&self, certificate: Option<&str>) -> Client {
        let root = reqwest::Certificate::from_pem(&self.file("sandbox-root.pem")).unwrap();
        let builder = Client::builder()
            .tls_certs_only([root])
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .no_proxy();
        let builder = match certificate {
            Some(id) => {
                let certificate = self.file(&format!("{id}-client.pem"));
                let key = self.file(&format!("{id}-client.key"));
                builder.identity(Identity::from_pkcs8_pem(&certificate, &key).unwrap())
            }
            None => builder,
        };
        builder.build().unwrap()
    }

    /// A client with a token for all its scopes.
    pub async fn machine(&self, id: &str) -> Machine {
        self.machine_with(id, None).await
    }

    /// A client with a token for these scopes only.
    pub async fn machine_with(&self, id: &str, scopes: Option<&str>) -> Machine {
        let client = self.connection(Some(id));
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", id)];
        form.extend(scopes.map(|scopes| ("scope", scopes)));
        let request = client
            .post(format!("{}/oauth2/token", self.place.api_url))
            .form(&form);
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Machine {
            client,
            base: self.place.api_url.clone(),
            token,
        }
    }

    /// What anybody gets at this path of the pages.
    pub async fn page(&self, path_or_url: &str) -> Answer {
        let url = match path_or_url.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.place.public_url),
            None => path_or_url.to_owned(),
        };
        Answer::of(self.connection(None).get(url).header("accept", "text/html")).await
    }

    /// A certificate of the sandbox's authority and its key, as a third client would have them.
    pub async fn certificate(&self, id: &str) -> PathBuf {
        let key = self.place.file(&format!("{id}-client.key"));
        let signer = FileKey::load_or_create(&key, Algorithm::Es256).unwrap();
        let name = Name::thai("SANDBOX", format!("SANDBOX {id}"));
        let request = SigningRequest::create(&signer, &name).unwrap();
        let url = format!("{}/certificates?profile=tls-client", self.addresses.ca_url);
        let answer = Answer::of(
            Client::new()
                .post(url)
                .header("content-type", "application/pkcs10")
                .body(request.to_pem().unwrap()),
        )
        .await;
        let path = self.place.file(&format!("{id}-client.pem"));
        std::fs::write(&path, &answer.body).unwrap();
        path
    }
}

/// The service, running; stopped gracefully when dropped.
pub struct App {
    pub services: Arc<Services>,
    _server: Background,
}

impl App {
    /// Register a client with every scope; one that is there already stays.
    pub fn add_client(&self, id: &str, certificate: &[u8]) {
        let leaf = Certificate::from_pem(certificate).unwrap().remove(0);
        let new = NewClient {
            client_id: id.parse().unwrap(),
            name: Bilingual::new(format!("ตัวอย่าง {id}"), format!("Sample {id}")),
            certificate_thumbprint: leaf.thumbprint(),
            scopes: scope::ALL.join(" "),
        };
        let added = self.services.access.add_client(&new);
        let known = added
            .as_ref()
            .is_err_and(|error| error.to_string().contains("already"));
        assert!(added.is_ok() || known, "{added:?}");
    }
}

/// The service that cases share.
pub struct Shared {
    // Dropped in this order: the service before its peers.
    pub app: App,
    pub world: World,
}

pub fn shared() -> Arc<Shared> {
    static RUNNING: Mutex<Weak<Shared>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.upgrade().unwrap_or_else(|| {
        let world = World::start();
        let app = world.app(world.config.clone());
        let shared = Arc::new(Shared { app, world });
        *running = Arc::downgrade(&shared);
        shared
    })
}

/// A machine client: TLS with its own certificate, and a token bound to it.
pub struct Machine {
    pub client: Client,
    pub base: String,
    pub token: String,
}

impl Machine {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Order a certificate under this key.
    pub async fn order(&self, company: &str, key: &str) -> Answer {
        Answer::of(
            self.request(Method::POST, "/v1/certificates")
                .header("Idempotency-Key", format!("\"{key}\""))
                .json(&json!({ "juristic_person": company })),
        )
        .await
    }

    /// Ask a question and get the answer, whichever it is.
    pub async fn ask(&self, subject: &Subject, signatories: &[Value]) -> Value {
        let answer = self
            .post("/v1/verifications", &subject.question(signatories))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Start a sign-in: its document.
    pub async fn request_sign_in(&self, subject: &Subject) -> Value {
        let body = json!({
            "juristic_person": subject.company,
            "act": subject.act(),
            "purpose": subject.purpose,
            "sector": "banking",
        });
        let created = self.post("/v1/sign-ins", &body).await;
        assert_eq!(created.status, 201, "{}", created.text());
        created.json()
    }

    /// A person signs in for this question, page by page; the id of the sign-in.
    pub async fn sign_in(&self, subject: &Subject, person: &str) -> String {
        self.sign_in_at("thaid", subject, person).await
    }

    /// The same, at this provider.
    pub async fn sign_in_at(&self, provider: &str, subject: &Subject, person: &str) -> String {
        let body = json!({
            "juristic_person": subject.company,
            "act": subject.act(),
            "purpose": subject.purpose,
            "sector": "banking",
            "provider": provider,
        });
        let created = self.post("/v1/sign-ins", &body).await;
        assert_eq!(created.status, 201, "{}", created.text());
        let created = created.json();
        let id = created["id"].as_str().unwrap().to_owned();
        walk(created["url"].as_str().unwrap(), person, "allow")
            .await
            .unwrap();
        let state = self.get(&format!("/v1/sign-ins/{id}")).await.json();
        assert_eq!(state["status"], "completed", "{state}");
        id
    }
}

/// A client as a browser has one.
fn plain_client() -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// Walk through our page and the provider's as this person; the last page.
pub async fn walk(url: &str, person: &str, choice: &str) -> Result<Page, BrowserError> {
    walk_in(&mut Browser::new(plain_client()), url, person, choice).await
}

async fn walk_in(
    browser: &mut Browser,
    url: &str,
    person: &str,
    choice: &str,
) -> Result<Page, BrowserError> {
    let page = browser.open(&url.parse().unwrap()).await.unwrap();
    let start = page.first_post_form().unwrap();
    let with: Vec<(&str, &str)> = start
        .choices
        .first()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .into_iter()
        .collect();
    let login = browser.submit(&page, &start, &with).await.unwrap();
    let offered = login.forms().into_iter().find_map(|form| {
        let field = form.choices.iter().find(|(_, value)| value == person)?;
        Some((form.clone(), field.0.clone()))
    });
    let (form, field) =
        offered.unwrap_or_else(|| panic!("{person} is not offered: {}", login.html));
    browser
        .submit(
            &login,
            &form,
            &[(field.as_str(), person), ("choice", choice)],
        )
        .await
}

/// A person signed in to our own pages.
pub struct Session {
    client: Client,
    base: String,
    cookie: String,
}

impl Session {
    /// Sign in as this person.
    pub async fn open(world: &World, person: &str) -> Self {
        let base = world.place.public_url.clone();
        let mut browser = Browser::new(plain_client());
        walk_in(&mut browser, &format!("{base}/me/sign-in"), person, "allow")
            .await
            .unwrap();
        let value = browser
            .cookie(&base.parse().unwrap(), SESSION_COOKIE)
            .unwrap();
        Self {
            client: plain_client(),
            cookie: format!("{SESSION_COOKIE}={value}"),
            base,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .header("cookie", &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Send a body under a key, about this version.
    pub async fn act(&self, path: &str, key: &str, version: u64, body: &Value) -> Answer {
        Answer::of(
            self.request(Method::POST, path)
                .header("If-Match", format!("\"{version}\""))
                .header("Idempotency-Key", key)
                .json(body),
        )
        .await
    }
}

/// What a question is about, and what a sign-in is bound to.
#[derive(Clone)]
pub struct Subject {
    pub company: &'static str,
    pub act: &'static str,
    pub amount: Option<&'static str>,
    pub purpose: &'static str,
    pub seal: Value,
}

impl Subject {
    pub fn of(company: &'static str) -> Self {
        Self {
            company,
            act: "bank.account.open",
            amount: Some("5000000.00"),
            purpose: "account-opening",
            seal: Value::Null,
        }
    }

    fn act(&self) -> Value {
        match self.amount {
            Some(amount) => {
                json!({ "type": self.act, "amount": { "value": amount, "currency": "THB" } })
            }
            None => json!({ "type": self.act }),
        }
    }

    pub fn question(&self, signatories: &[Value]) -> Value {
        json!({
            "juristic_person": self.company,
            "act": self.act(),
            "signatories": signatories,
            "seal": self.seal,
            "sector": "banking",
            "purpose": self.purpose,
            "valid_at": null,
            "known_at": null,
        })
    }
}

/// A signatory by sign-in.
pub fn signed(id: &str) -> Value {
    json!({ "sign_in": id })
}

/// A signatory whom the caller vouches for.
pub fn asserted(person: &str) -> Value {
    json!({ "person": { "national_id": person }, "asserted_assurance": { "ial": "2.3", "aal": "2.2" } })
}

/// The codes of a list of an answer: reasons or excluded signatories.
pub fn codes(answer: &Value, list: &str) -> Vec<String> {
    answer[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {answer:#}"))
        .iter()
        .map(|item| item["code"].as_str().unwrap().to_owned())
        .collect()
}

/// An answer over HTTP, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request
            .timeout(Duration::from_secs(30))
            .send()
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// A problem document of this status and code, told in both languages.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem:#}");
        assert_eq!(problem["type"], format!("urn:amnat:problem:{code}"));
        assert_eq!(problem["status"], status);
        for english in ["title", "detail"] {
            let thai = problem[format!("{english}_th")].as_str().unwrap();
            let text = problem[english].as_str().unwrap();
            assert!(!text.is_empty(), "{problem:#}");
            assert!(is_thai(thai), "{english}_th of {problem:#}");
        }
        assert!(!problem["instance"].as_str().unwrap().is_empty());
        problem
    }

    /// As [`Answer::problem`], with one wrong member at this pointer.
    pub fn wrong_member(&self, status: u16, code: &str, pointer: &str) {
        let problem = self.problem(status, code);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        assert!(
            errors.iter().any(|error| error["pointer"] == pointer),
            "{pointer} is not named in {problem:#}"
        );
        for error in &errors {
            assert!(is_thai(error["detail_th"].as_str().unwrap()), "{error:#}");
            assert!(!error["detail"].as_str().unwrap().is_empty());
        }
    }
}

pub fn is_thai(text: &str) -> bool {
    text.chars()
        .any(|character| ('ก'..='๛').contains(&character))
}

/// A register in front of the sandbox's that writes one company's entry with other letters.
pub struct Garbled {
    pub url: String,
    _server: Background,
}

impl Garbled {
    pub fn start(
        register: &str,
        from: &'static str,
        to: &'static str,
        company: &'static str,
    ) -> Self {
        let upstream = register.to_owned();
        let (server, url) = Background::run(move |ready, stopped| async move {
            let answer = move |request: HttpRequest| {
                let (upstream, query) = (upstream.clone(), request.query_string().to_owned());
                async move {
                    let url = format!("{upstream}{}?{query}", request.path());
                    let answer = reqwest::get(url).await.unwrap();
                    let text = answer.text().await.unwrap();
                    let text = match query.contains(company) {
                        true => text.replace(from, to),
                        false => text,
                    };
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .body(text)
                }
            };
            let server =
                HttpServer::new(move || ActixApp::new().default_service(web::to(answer.clone())))
                    .workers(1)
                    .disable_signals()
                    .bind("127.0.0.1:0")
                    .unwrap();
            let url = format!("http://{}", server.addrs()[0]);
            let server = server.run();
            let handle = server.handle();
            actix_web::rt::spawn(server);
            ready.send(url).unwrap();
            assert!(stopped.await.is_err());
            handle.stop(false).await;
        });
        Self {
            url,
            _server: server,
        }
    }
}
