//! The story: a bank, three directors, an agency, a certificate and a forger.

use super::browser::{Browser, BrowserError};
use super::narration::Narrator;
use super::provision::{Place, ProvisionError};
use crate::access::service::ClientError;
use crate::access::{ClientId, NewClient};
use crate::app::RunningApp;
use crate::authority::service::{receipt_keys, verify_receipt};
use crate::cli::thumbprint_of;
use crate::crypto::key::OsRandomness;
use crate::kernel::id::{Randomness as _, crockford};
use crate::kernel::lang::Bilingual;
use crate::sandbox::Sandbox;
use reqwest::{Client, Identity, Response, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant as Stopwatch;
use url::Url;

/// The company of the story.
const COMPANY: &str = "0105569999999";
const ACT: &str = "bank.account.open";
const AMOUNT: &str = "5000000.00";
const PURPOSE: &str = "account-opening";

/// Who signs in, as the sandbox's people know themselves.
const FIRST: &str = "นายกล้า ทดลองดี";
const BYSTANDER: &str = "นางจันทร์ ลองงาม";
const MISSING: &str = "นางสาวขวัญ สมมติไทย";

/// Why the story ended early.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// A page.
    #[error("page: {0}")]
    Browser(#[from] BrowserError),
    /// A call.
    #[error("call: {0}")]
    Http(reqwest::Error),
    /// An answer that the story does not expect.
    #[error("{step}: {found}")]
    Unexpected {
        /// Which step.
        step: &'static str,
        /// What was found.
        found: String,
    },
    /// A file.
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    /// A client could not be registered.
    #[error("client: {0}")]
    Client(#[from] ClientError),
    /// The register could not be imported.
    #[error("import: {0}")]
    Import(#[from] crate::registry::service::ImportError),
    /// The log could not be written out.
    #[error("log: {0}")]
    Log(String),
    /// The program could not be run again.
    #[error("amnat verify: {0}")]
    Program(std::io::Error),
}

impl From<reqwest::Error> for StoryError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

fn unexpected(step: &'static str, found: impl Into<String>) -> StoryError {
    StoryError::Unexpected {
        step,
        found: found.into(),
    }
}

/// A machine client of the service: TLS with its own certificate, and a token bound to it.
struct Machine {
    client: Client,
    base: String,
    token: String,
}

impl Machine {
    /// Connect and get a token.
    async fn connect(place: &Place, name: &'static str) -> Result<Self, StoryError> {
        let file = |name: String| {
            let path = place.file(&name);
            std::fs::read(&path).map_err(|cause| ProvisionError::File { path, cause })
        };
        let (certificate, key) = (
            file(format!("{name}-client.pem"))?,
            file(format!("{name}-client.key"))?,
        );
        let root = reqwest::Certificate::from_pem(&file("sandbox-root.pem".to_owned())?)?;
        let client = Client::builder()
            .identity(Identity::from_pkcs8_pem(&certificate, &key)?)
            .tls_certs_only([root])
            .no_proxy()
            .build()?;
        let answer = client
            .post(format!("{}/oauth2/token", place.api_url))
            .form(&[("grant_type", "client_credentials"), ("client_id", name)])
            .send()
            .await?;
        let body = expect(answer, StatusCode::OK, "token").await?;
        let token =
            text(&body, &["access_token"]).ok_or_else(|| unexpected("token", body.to_string()))?;
        Ok(Self {
            client,
            base: place.api_url.clone(),
            token,
        })
    }

    async fn get(&self, path: &str) -> Result<Response, StoryError> {
        Ok(self
            .client
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await?)
    }

    async fn post(
        &self,
        path: &str,
        body: &Value,
        key: Option<&str>,
    ) -> Result<Response, StoryError> {
        let mut request = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", format!("\"{key}\""));
        }
        Ok(request.send().await?)
    }
}

async fn expect(
    response: Response,
    status: StatusCode,
    step: &'static str,
) -> Result<Value, StoryError> {
    let found = response.status();
    let body = response.text().await?;
    if found != status {
        return Err(unexpected(step, format!("{found}: {body}")));
    }
    serde_json::from_str(&body).map_err(|error| unexpected(step, format!("{error}: {body}")))
}

/// The text at a path of members; numbers are places in a list.
fn text(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path)?.as_str().map(str::to_owned)
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(list) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
        other => other.get(*step),
    })
}

/// Play it from start to end.
pub async fn play(
    narrator: &Narrator,
    place: &Place,
    peers: &Sandbox,
    app: &RunningApp,
) -> Result<(), StoryError> {
    let started = Stopwatch::now();
    register_clients(place, app)?;

    let step = narrator.begin(1);
    let report = app.services.registry.import_from_source().await?;
    narrator.end(
        &step,
        format_args!(
            "นำเข้าทะเบียนนิติบุคคล {} ราย (ใหม่ {} ไม่เปลี่ยน {}) อ่านข้อความอำนาจได้แน่ชัด {} ราย",
            report.lines, report.imported, report.unchanged, report.interpreted.complete
        ),
        format_args!(
            "the register's feed is imported: {} juristic persons ({} new, {} unchanged); authority statements: {} read with certainty, {} ambiguous, {} for review",
            report.lines,
            report.imported,
            report.unchanged,
            report.interpreted.complete,
            report.interpreted.ambiguous,
            report.interpreted.unresolved
        ),
    );

    let bank = Machine::connect(place, "bank").await?;
    let step = narrator.begin(2);
    let first = sign_in(&bank, peers, FIRST).await?;
    let bystander = sign_in(&bank, peers, BYSTANDER).await?;
    narrator.end(
        &step,
        format_args!("{FIRST} และ{BYSTANDER} ยืนยันตัวตนผ่าน ThaiD (SANDBOX) ตามคำขอของธนาคาร"),
        "two people sign in with their Digital ID for the bank's question (OpenID Connect, pages as in a browser)",
    );

    let step = narrator.begin(3);
    let denied = ask(&bank, &[&first, &bystander]).await?;
    decided(&denied, "deny")?;
    let missing = missing_names(&denied);
    narrator.end(
        &step,
        format_args!("ธนาคารถาม: สองคนนี้เปิดบัญชีแทนบริษัทได้หรือไม่ → ไม่ได้ (deny) ยังขาด {missing}"),
        format_args!("the bank asks whether these two may open an account for the company → deny; missing: {missing}"),
    );
    place.write("answer-deny.json", pretty(&denied).as_bytes())?;

    let step = narrator.begin(4);
    let joined = sign_in(&bank, peers, MISSING).await?;
    narrator.end(
        &step,
        format_args!("{MISSING} กรรมการที่ยังขาด ยืนยันตัวตนผ่าน ThaiD (SANDBOX)"),
        "the missing director signs in with her Digital ID",
    );

    let step = narrator.begin(5);
    let permitted = ask(&bank, &[&first, &joined]).await?;
    decided(&permitted, "permit")?;
    let words = text(&permitted, &["basis", "0", "text"]).unwrap_or_default();
    narrator.end(
        &step,
        format_args!("ถามอีกครั้ง → ได้ (permit) ตามข้อความ «{words}»"),
        "asked again → permit, by the words of the registered statement quoted above",
    );
    for counted in at(&permitted, &["basis", "0", "signatories"])
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let say = |name: &str| text(counted, &[name]).unwrap_or_default();
        let assumed = counted
            .get("aal_assumed")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let note = if assumed {
            format!(" (assumed, accepted by policy row {})", say("policy_row"))
        } else {
            String::new()
        };
        narrator.detail(format_args!(
            "{}: IAL {}, AAL {}{note}",
            say("name"),
            say("ial"),
            say("aal")
        ));
    }
    place.write("answer-permit.json", pretty(&permitted).as_bytes())?;
    receipt(narrator, place, &permitted).await?;

    let agency = Machine::connect(place, "agency").await?;
    let certificate = order(narrator, place, &agency).await?;
    check(narrator, place, &certificate).await?;
    forge(narrator, place, &certificate).await?;
    log(narrator, place, app).await?;

    let files: Vec<String> = [
        "certificate.pdf",
        "certificate.xml",
        "certificate-altered.pdf",
        "receipt.jws",
        "answer-permit.json",
        "answer-deny.json",
        "log.jsonl",
        "checkpoint.txt",
    ]
    .map(str::to_owned)
    .into();
    narrator.finish(&place.directory, &files, started.elapsed());
    Ok(())
}

/// The bank and the agency become clients, as an operator's `amnat clients add` would make them. A second run finds them.
fn register_clients(place: &Place, app: &RunningApp) -> Result<(), StoryError> {
    for (id, thai, english, scopes) in [
        (
            "bank",
            "ธนาคารตัวอย่าง (SANDBOX)",
            "Sample Bank (SANDBOX)",
            "authority.evaluate registry.read log.read document.verify",
        ),
        (
            "agency",
            "หน่วยงานตัวอย่าง (SANDBOX)",
            "Sample Agency (SANDBOX)",
            "certificate.issue certificate.read document.verify registry.read",
        ),
    ] {
        let client_id: ClientId = id.parse().map_err(|_| unexpected("client", id))?;
        let path = place.file(&format!("{id}-client.pem"));
        let new = NewClient {
            client_id,
            name: Bilingual::new(thai, english),
            certificate_thumbprint: thumbprint_of(&path)
                .map_err(|refusal| unexpected("client", refusal))?,
            scopes: scopes.to_owned(),
        };
        match app.services.access.add_client(&new) {
            Ok(_) | Err(ClientError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A person signs in for the bank's question, page by page.
async fn sign_in(bank: &Machine, peers: &Sandbox, person: &str) -> Result<String, StoryError> {
    const STEP: &str = "sign-in";
    let body = json!({
        "juristic_person": COMPANY,
        "act": { "type": ACT, "amount": { "value": AMOUNT, "currency": "THB" } },
        "purpose": PURPOSE,
        "sector": "banking",
    });
    let created = expect(
        bank.post("/v1/sign-ins", &body, None).await?,
        StatusCode::CREATED,
        STEP,
    )
    .await?;
    let id = text(&created, &["id"]).ok_or_else(|| unexpected(STEP, created.to_string()))?;
    let url = text(&created, &["url"])
        .and_then(|url| url.parse::<Url>().ok())
        .ok_or_else(|| unexpected(STEP, created.to_string()))?;

    let number = peers
        .world()
        .people()
        .iter()
        .find(|known| known.name.full() == person)
        .map(|known| known.national_id.expose().to_owned())
        .ok_or_else(|| unexpected(STEP, format!("nobody is called {person}")))?;
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let mut browser = Browser::new(client);
    let page = browser.open(&url).await?;
    let start = page.first_post_form()?;
    let provider = start.choices.first().cloned();
    let with: Vec<(&str, &str)> = provider
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let login = browser.submit(&page, &start, &with).await?;
    let (form, field) = login
        .forms()
        .into_iter()
        .find_map(|form| {
            let field = form
                .choices
                .iter()
                .find(|(_, value)| *value == number)
                .map(|(name, _)| name.clone())?;
            Some((form, field))
        })
        .ok_or_else(|| {
            unexpected(
                STEP,
                format!("{person} is not offered on the provider's page"),
            )
        })?;
    browser
        .submit(
            &login,
            &form,
            &[(field.as_str(), number.as_str()), ("choice", "allow")],
        )
        .await?;

    let state = expect(
        bank.get(&format!("/v1/sign-ins/{id}")).await?,
        StatusCode::OK,
        STEP,
    )
    .await?;
    match text(&state, &["status"]).as_deref() {
        Some("completed") => Ok(id),
        _ => Err(unexpected(STEP, state.to_string())),
    }
}

async fn ask(bank: &Machine, sign_ins: &[&str]) -> Result<Value, StoryError> {
    let signatories: Vec<Value> = sign_ins.iter().map(|id| json!({ "sign_in": id })).collect();
    let question = json!({
        "juristic_person": COMPANY,
        "act": { "type": ACT, "amount": { "value": AMOUNT, "currency": "THB" } },
        "signatories": signatories,
        "seal": null,
        "sector": "banking",
        "purpose": PURPOSE,
        "valid_at": null,
        "known_at": null,
    });
    expect(
        bank.post("/v1/verifications", &question, None).await?,
        StatusCode::OK,
        "question",
    )
    .await
}

fn decided(answer: &Value, decision: &str) -> Result<(), StoryError> {
    if text(answer, &["decision"]).as_deref() == Some(decision) {
        Ok(())
    } else {
        Err(unexpected("decision", pretty(answer)))
    }
}

/// Who is missing, as the answer says: "one of A, B".
fn missing_names(answer: &Value) -> String {
    let parts = at(answer, &["completions", "0", "add"]).and_then(Value::as_array);
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| {
            let n = part.get("n").and_then(Value::as_u64).unwrap_or_default();
            let of = part.get("of").and_then(Value::as_array);
            let names: Vec<&str> = of.into_iter().flatten().filter_map(Value::as_str).collect();
            format!("{n} × {{{}}}", names.join(", "))
        })
        .collect();
    parts.join(" + ")
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// File the receipt, and check it the way its reader would years later.
async fn receipt(narrator: &Narrator, place: &Place, answer: &Value) -> Result<(), StoryError> {
    const STEP: &str = "receipt";
    let step = narrator.begin(6);
    let token = text(answer, &["receipt"]).ok_or_else(|| unexpected(STEP, "there is none"))?;
    place.write("receipt.jws", token.as_bytes())?;
    let client = Client::builder().no_proxy().build()?;
    let keys = client
        .get(format!("{}/.well-known/jwks.json", place.public_url))
        .send()
        .await?
        .bytes()
        .await?;
    place.write("jwks.json", &keys)?;
    let keys = receipt_keys(&keys).map_err(|error| unexpected(STEP, error.to_string()))?;
    let claims =
        verify_receipt(&token, &keys).map_err(|error| unexpected(STEP, error.to_string()))?;
    let shown =
        serde_json::to_value(&claims).map_err(|error| unexpected(STEP, error.to_string()))?;
    place.write("receipt.json", pretty(&shown).as_bytes())?;
    narrator.end(
        &step,
        format_args!("ใบตอบลงลายมือชื่อ ({}) ตรวจแล้วถูกต้อง", claims.jti),
        format_args!(
            "the signed receipt {} verifies with the published keys: {} for {}",
            claims.jti, claims.decision, claims.aud
        ),
    );
    Ok(())
}

/// What the agency got.
struct Certificate {
    number: String,
    bytes: Vec<u8>,
    verification_url: Url,
}

async fn order(
    narrator: &Narrator,
    place: &Place,
    agency: &Machine,
) -> Result<Certificate, StoryError> {
    const STEP: &str = "certificate";
    let step = narrator.begin(7);
    // A fresh key for every run: the same key would give the same certificate again.
    let mut bytes = [0u8; 20];
    OsRandomness.fill(&mut bytes);
    let key = crockford(&bytes);
    let body = json!({ "juristic_person": COMPANY });
    let answer = agency.post("/v1/certificates", &body, Some(&key)).await?;
    let record = expect(answer, StatusCode::CREATED, STEP).await?;
    let again = expect(
        agency.post("/v1/certificates", &body, Some(&key)).await?,
        StatusCode::CREATED,
        STEP,
    )
    .await?;
    if again != record {
        return Err(unexpected(STEP, "the same order twice gave two answers"));
    }
    let number = text(&record, &["number"]).ok_or_else(|| unexpected(STEP, record.to_string()))?;
    let verification_url = text(&record, &["verification_url"])
        .and_then(|url| url.parse().ok())
        .ok_or_else(|| unexpected(STEP, record.to_string()))?;
    let download = agency
        .get(&format!("/v1/certificates/{number}/pdf"))
        .await?;
    if download.status() != StatusCode::OK {
        return Err(unexpected(STEP, download.status().to_string()));
    }
    let bytes = download.bytes().await?.to_vec();
    let xml = agency
        .get(&format!("/v1/certificates/{number}/xml"))
        .await?
        .bytes()
        .await?;
    place.write("certificate.pdf", &bytes)?;
    place.write("certificate.xml", &xml)?;
    place.write("certificate.json", pretty(&record).as_bytes())?;
    narrator.end(
        &step,
        format_args!("หน่วยงานขอหนังสือรับรอง ได้เลขที่ {number} เป็น PDF/A-3 มีข้อมูล XML ลงลายมือชื่อ PAdES และประทับเวลา ({} กิโลไบต์)", bytes.len() / 1024),
        format_args!("an agency orders the company's certificate: number {number}, PDF/A-3 with XML inside, PAdES seal and time-stamp, {} kB", bytes.len() / 1024),
    );
    Ok(Certificate {
        number,
        bytes,
        verification_url,
    })
}

/// `amnat verify` as anybody would run it: this program, in a process of its own. Its exit status, and its last line.
async fn run_verify(place: &Place, file: &str) -> Result<(i32, String), StoryError> {
    let program = std::env::current_exe().map_err(StoryError::Program)?;
    let (file, root) = (place.file(file), place.file("sandbox-root.pem"));
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new(program)
            .arg("verify")
            .arg(&file)
            .arg("--trust")
            .arg(&root)
            .output()
    })
    .await
    .map_err(|error| unexpected("amnat verify", error.to_string()))?
    .map_err(StoryError::Program)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let last = printed.lines().last().unwrap_or_default().trim().to_owned();
    Ok((output.status.code().unwrap_or(-1), last))
}

async fn check(
    narrator: &Narrator,
    place: &Place,
    certificate: &Certificate,
) -> Result<(), StoryError> {
    const STEP: &str = "verification";
    let step = narrator.begin(8);
    let (status, last) = run_verify(place, "certificate.pdf").await?;
    if status != 0 {
        return Err(unexpected(
            STEP,
            format!("amnat verify ended with {status}: {last}"),
        ));
    }
    let client = Client::builder().no_proxy().build()?;
    let page = client
        .get(certificate.verification_url.clone())
        .send()
        .await?;
    let found = page.status();
    let html = page.text().await?;
    if found != StatusCode::OK || !html.contains(&certificate.number) {
        return Err(unexpected(
            STEP,
            format!("the page behind the QR code answered {found}"),
        ));
    }
    let html = upload(place, &certificate.bytes).await?;
    if !html.contains("This document is genuine") {
        return Err(unexpected(
            STEP,
            "the upload page does not call the certificate genuine",
        ));
    }
    narrator.end(
        &step,
        "ตรวจด้วย amnat verify (แฟ้มครบถ้วน เชื่อถือได้) และหน้าเว็บตามคิวอาร์โค้ด (เป็นฉบับจริง ข้อมูลยังเป็นปัจจุบัน)",
        "verified by `amnat verify` (intact and trusted) and by the page behind its QR code (genuine, still current)",
    );
    narrator.detail(&certificate.verification_url);
    Ok(())
}

/// Send a file to the public upload form, as a browser would.
async fn upload(place: &Place, bytes: &[u8]) -> Result<String, StoryError> {
    let boundary = "amnat-demonstration-0123456789";
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"certificate.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let client = Client::builder().no_proxy().build()?;
    let answer = client
        .post(format!("{}/verify?lang=en", place.public_url))
        .header(
            "content-type",
            format!("multipart/form-data; boundary={boundary}"),
        )
        .body(body)
        .send()
        .await?;
    let status = answer.status();
    let html = answer.text().await?;
    if status == StatusCode::OK {
        Ok(html)
    } else {
        Err(unexpected("upload", format!("{status}")))
    }
}

/// One byte in the middle is changed, as a forger would start.
async fn forge(
    narrator: &Narrator,
    place: &Place,
    certificate: &Certificate,
) -> Result<(), StoryError> {
    const STEP: &str = "altered copy";
    let step = narrator.begin(9);
    let mut altered = certificate.bytes.clone();
    let middle = altered.len() / 2;
    if let Some(byte) = altered.get_mut(middle) {
        *byte ^= 0x01;
    }
    place.write("certificate-altered.pdf", &altered)?;
    let (status, last) = run_verify(place, "certificate-altered.pdf").await?;
    if status != 1 {
        return Err(unexpected(
            STEP,
            format!("amnat verify ended with {status}: {last}"),
        ));
    }
    let html = upload(place, &altered).await?;
    if !html.contains("This is not the file that was issued") {
        return Err(unexpected(
            STEP,
            "the upload page does not refuse an altered copy",
        ));
    }
    narrator.end(
        &step,
        format_args!("สำเนาที่ถูกแก้ไข 1 ไบต์ (ตำแหน่ง {middle}) ถูกปฏิเสธทั้งสองทาง"),
        format_args!("a copy with one changed byte (at {middle}) is refused both ways"),
    );
    Ok(())
}

/// Sign a checkpoint over everything above and write the log out.
async fn log(narrator: &Narrator, place: &Place, app: &RunningApp) -> Result<(), StoryError> {
    let step = narrator.begin(10);
    let services = std::sync::Arc::clone(&app.services);
    let path = place.file("log.jsonl");
    let (leaves, findings, note) = tokio::task::spawn_blocking(move || write_log(&services, &path))
        .await
        .map_err(|error| StoryError::Log(error.to_string()))??;
    place.write("checkpoint.txt", note.as_bytes())?;
    place.write(
        "log-key.txt",
        format!("{}\n", app.services.log_verifier).as_bytes(),
    )?;
    if findings > 0 {
        return Err(StoryError::Log(format!("{findings} findings")));
    }
    narrator.end(
        &step,
        format_args!("ทุกเหตุการณ์อยู่ในบันทึกที่แก้ไขย้อนหลังไม่ได้ {leaves} รายการ ลงลายมือชื่อกำกับแล้ว"),
        format_args!("everything stands in the tamper-evident log: {leaves} entries, recomputed without a finding, checkpoint signed"),
    );
    Ok(())
}

fn write_log(
    services: &crate::app::Services,
    path: &Path,
) -> Result<(u64, usize, String), StoryError> {
    let failure =
        |error: &dyn std::error::Error| StoryError::Log(super::narration::with_causes(error));
    services
        .ledger
        .checkpoint()
        .map_err(|error| failure(&error))?;
    let note = services
        .ledger
        .latest()
        .map_err(|error| failure(&error))?
        .map(|signed| signed.note)
        .unwrap_or_default();
    let mut file = std::fs::File::create(path).map_err(|cause| ProvisionError::File {
        path: path.to_owned(),
        cause,
    })?;
    let leaves = services
        .ledger
        .export(&mut file)
        .map_err(|error| failure(&error))?;
    let findings = services.ledger.fsck().map_err(|error| failure(&error))?;
    Ok((leaves, findings.len(), note))
}
