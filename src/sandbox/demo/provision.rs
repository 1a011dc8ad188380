//! Keys, certificates and the configuration file of the demonstration's service. Made once; a second start uses them again.

use crate::config::Config;
use crate::crypto::key::{Algorithm, FileKey, KeyError};
use crate::crypto::x509::{Name, RequestError, SigningRequest};
use crate::sandbox::{Addresses, Sandbox};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The registry's voice in the demonstration.
const ORGANISATION: &str = "SANDBOX Registration Office";

/// Why the demonstration's service could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A file.
    #[error("cannot write {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A port.
    #[error("cannot read the port: {0}")]
    Port(io::Error),
    /// A key.
    #[error("key: {0}")]
    Key(#[from] KeyError),
    /// A certification request.
    #[error("certification request: {0}")]
    Request(#[from] RequestError),
    /// The sandbox's certificate authority.
    #[error("the sandbox's certificate authority: {0}")]
    Authority(reqwest::Error),
    /// The configuration that was written cannot be read back.
    #[error("configuration: {0}")]
    Config(#[from] crate::config::ConfigError),
}

/// Where the demonstration lives.
#[derive(Debug, Clone)]
pub struct Place {
    /// Directory of everything.
    pub directory: PathBuf,
    /// Address for browsers.
    pub public_url: String,
    /// Address for machine clients.
    pub api_url: String,
}

impl Place {
    /// From the directory and the ports that were taken.
    pub fn new(
        directory: &Path,
        plain: &TcpListener,
        tls: &TcpListener,
    ) -> Result<Self, ProvisionError> {
        let port = |listener: &TcpListener| {
            listener
                .local_addr()
                .map(|a| a.port())
                .map_err(ProvisionError::Port)
        };
        Ok(Self {
            directory: directory.to_owned(),
            public_url: format!("http://127.0.0.1:{}", port(plain)?),
            api_url: format!("https://127.0.0.1:{}", port(tls)?),
        })
    }

    /// Where the provider may send browsers back to.
    pub fn redirect_uris(&self) -> Vec<String> {
        ["thaid", "foreigner"]
            .map(|name| format!("{}/sign-in/callback/{name}", self.public_url))
            .to_vec()
    }

    /// A file of this name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Write a file of this name.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ProvisionError> {
        let path = self.file(name);
        std::fs::write(&path, bytes).map_err(|cause| ProvisionError::File { path, cause })
    }

    /// `addresses.json`: where everything answers.
    pub fn write_addresses(&self, peers: &Addresses) -> Result<(), ProvisionError> {
        let addresses = serde_json::json!({
            "service_url": self.public_url,
            "service_tls_url": self.api_url,
            "register_url": peers.register_url,
            "register_identity_url": peers.register_identity_url,
            "openid_issuer": peers.openid_issuer,
            "foreigner_status_url": peers.foreigner_status_url,
            "face_url": peers.face_url,
            "ca_url": peers.ca_url,
            "tsa_url": peers.tsa_url,
        });
        self.write("addresses.json", format!("{addresses:#}\n").as_bytes())
    }
}

/// Everything the service needs; its configuration, read back from the file that was written.
pub async fn provision(place: &Place, peers: &Sandbox) -> Result<Config, ProvisionError> {
    let keys = place.file("keys");
    std::fs::create_dir_all(&keys).map_err(|cause| ProvisionError::File {
        path: keys.clone(),
        cause,
    })?;
    let authority = Authority {
        url: &peers.addresses().ca_url,
        client: reqwest::Client::new(),
    };

    place.write("sandbox-root.pem", authority.root().await?.as_bytes())?;
    for (key, certificate, profile, name) in [
        (
            "keys/seal.key",
            "keys/seal.pem",
            "seal",
            "SANDBOX Seal of the Registration Office",
        ),
        (
            "keys/tls.key",
            "keys/tls.pem",
            "tls-server&san=127.0.0.1&san=localhost",
            "127.0.0.1",
        ),
        (
            "keys/register-client.key",
            "keys/register-client.pem",
            "tls-client",
            "SANDBOX Amnat at the register",
        ),
        (
            "bank-client.key",
            "bank-client.pem",
            "tls-client",
            "SANDBOX Bank",
        ),
        (
            "agency-client.key",
            "agency-client.pem",
            "tls-client",
            "SANDBOX Agency",
        ),
    ] {
        let path = place.file(certificate);
        if path.exists() && place.file(key).exists() {
            continue;
        }
        let signer = FileKey::load_or_create(&place.file(key), Algorithm::Es256)?;
        let request = SigningRequest::create(&signer, &Name::thai(ORGANISATION, name))?;
        let chain = authority.issue(profile, &request.to_pem()?).await?;
        place.write(certificate, chain.as_bytes())?;
    }
    let secret = place.file("keys/thaid-client.secret");
    write_secret(&secret, &peers.openid_client().client_secret)?;

    let text = configuration(place, peers);
    let path = place.file("amnat.toml");
    place.write("amnat.toml", text.as_bytes())?;
    // The demonstration plays what the file says; variables of the caller's shell stay out of it.
    Ok(Config::read(&path, &text, |_| None)?)
}

fn write_secret(path: &Path, text: &str) -> Result<(), ProvisionError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|cause| ProvisionError::File {
        path: path.to_owned(),
        cause,
    })
}

/// The sandbox's certificate authority.
struct Authority<'a> {
    url: &'a str,
    client: reqwest::Client,
}

impl Authority<'_> {
    async fn root(&self) -> Result<String, ProvisionError> {
        let answer = self
            .client
            .get(format!("{}/root.pem", self.url))
            .send()
            .await;
        text(answer).await
    }

    async fn issue(&self, profile: &str, request: &str) -> Result<String, ProvisionError> {
        let answer = self
            .client
            .post(format!("{}/certificates?profile={profile}", self.url))
            .header("content-type", "application/pkcs10")
            .body(request.to_owned())
            .send()
            .await;
        text(answer).await
    }
}

async fn text(answer: Result<reqwest::Response, reqwest::Error>) -> Result<String, ProvisionError> {
    let failure = ProvisionError::Authority;
    answer
        .and_then(reqwest::Response::error_for_status)
        .map_err(failure)?
        .text()
        .await
        .map_err(failure)
}

fn configuration(place: &Place, peers: &Sandbox) -> String {
    let addresses = peers.addresses();
    // Paths as TOML literal strings: no escape can change them.
    let path = |name: &str| format!("'{}'", place.file(name).display());
    format!(
        r#"# Written by the demonstration. Everything here can be used with `amnat serve --config amnat.toml` while
# `amnat sandbox` (or the demonstration) runs its peers; their ports change with every start.

# No default: a service must say what it is run for. Keys in files are for "sandbox" only.
environment = "sandbox"

[server]
bind = "{bind}"                 # plain HTTP, loopback only
bind_tls = "{bind_tls}"         # HTTPS for machine clients
public_url = "{public}"         # printed in QR codes
api_url = "{api}"               # issuer and audience of access tokens
workers = 2

[database]
url = {database}                # or postgres://…, or AMNAT_DATABASE_URL
connections = 8

[keys]
directory = {keys}              # receipts, access tokens, log, stored personal data
seal_certificate = {seal}
seal_key = {seal_key}
trusted_roots = {root}
tls_certificate = {tls}
tls_key = {tls_key}
client_roots = {root}

[issuer]
is_registrar = true             # only the registrar certifies the register
office_th = "สำนักงานทะเบียนตัวอย่าง (SANDBOX)"
office_en = "Sample Registration Office (SANDBOX)"
officer_th = "นางสาวนทีทิพย์ ทะเบียนตัวอย่าง"
officer_en = "Ms. Nateethip Tabian-tuayang"
number_prefix = "สจก."

[peers]
timestamp_url = "{tsa}"
face_url = "{face}"

[peers.register]
url = "{register}"
identity_url = "{identity}"     # mutual TLS; without it no officer is ever linked
client_certificate = {register_client}
client_key = {register_key}
roots = {root}
max_age_seconds = 3600          # the ceiling over the policy on ages (15 minutes for most acts at a bank)
follow_seconds = 30             # how often the register is asked for its changes

[peers.register.calls]
deadline_milliseconds = 5000    # default 2000; one machine runs everything here
try_milliseconds = 4000

[[peers.identity_provider]]
name = "thaid"
issuer = "{issuer}"
client_id = "{client_id}"
client_secret_file = {secret}
label_th = "ThaiD (SANDBOX)"
label_en = "ThaiD (SANDBOX)"

[[peers.identity_provider]]
name = "foreigner"
issuer = "{issuer}"
client_id = "{client_id}"
client_secret_file = {secret}
profile = "foreigner"           # passports instead of 13-digit numbers
label_th = "Digital ID สำหรับคนต่างด้าว (SANDBOX)"
label_en = "Digital ID for foreigners (SANDBOX)"

[peers.foreigner_status]
url = "{foreigner_status}"      # without it nobody is linked by a passport
max_age_seconds = 3600

[log]
format = "human"
filter = "warn"
"#,
        bind = place.public_url.trim_start_matches("http://"),
        bind_tls = place.api_url.trim_start_matches("https://"),
        public = place.public_url,
        api = place.api_url,
        database = format_args!("'sqlite:{}'", place.file("amnat.sqlite").display()),
        keys = path("keys"),
        seal = path("keys/seal.pem"),
        seal_key = path("keys/seal.key"),
        root = path("sandbox-root.pem"),
        tls = path("keys/tls.pem"),
        tls_key = path("keys/tls.key"),
        tsa = addresses.tsa_url,
        face = addresses.face_url,
        foreigner_status = addresses.foreigner_status_url,
        register = addresses.register_url,
        identity = addresses.register_identity_url,
        register_client = path("keys/register-client.pem"),
        register_key = path("keys/register-client.key"),
        issuer = addresses.openid_issuer,
        client_id = peers.openid_client().client_id,
        secret = path("keys/thaid-client.secret"),
    )
}
