//! Stand-ins of every outside system, so that the whole product runs on one machine.
//!
//! | stand-in | for | speaks |
//! |---|---|---|
//! | [`register`] | the company register's exchange | the government exchange's JSON, version 4; a bulk feed; mutual TLS for the extension |
//! | [`openid`] | the state's digital identity (ThaiD) | OpenID Connect, code flow |
//! | [`immigration`] | an immigration office | JSON, the status of a passport |
//! | [`face`] | the state's face verification | JSON, a percentage for an answer |
//! | [`ca`] | a certification authority | PKCS #10 in, a chain out |
//! | [`tsa`] | a time-stamp authority | RFC 3161 over HTTP |
//!
//! They answer over real HTTP on the loopback address and nothing but it, and share one invented
//! country ([`world`]). Whoever talks to them talks the real protocol; only the address tells them apart from the real
//! thing, and the word SANDBOX in everything a person sees and in every certificate.
//!
//! Words: a *peer* is one stand-in on its port; the *directory* holds what must survive a restart (keys, the provider's
//! client, serial numbers, what happened on the register).
//!
//! Invariants: all ports are taken before any peer answers, so that a busy one leaves nothing running; time and
//! randomness come from the settings; nothing here is used when the product runs for real.
//!
//! To add a peer: a directory with `mod.rs` (what it knows) and `http.rs` (its paths), a port in [`Ports`], an address
//! in [`Addresses`], and its lines in [`start`].

pub mod ca;
pub mod demo;
pub mod face;
mod http;
mod immigration;
pub mod openid;
pub mod register;
pub mod tsa;

pub mod world;

use crate::crypto::jws::JwkError;
use crate::crypto::key::{Algorithm, FileKey, KeyError};
use crate::crypto::timestamp::AnswerError;
use crate::crypto::tls::{self, Clients, TlsError};
use crate::crypto::x509::{AuthorityError, Name, Profile};
use crate::kernel::id::Randomness;
use crate::kernel::time::Clock;
use openid::ClientCredentials;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use world::World;

/// A port for every peer; 0 takes any free one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// The exchange, the feed and the sandbox's control.
    pub register: u16,
    /// The extension behind mutual TLS.
    pub register_identity: u16,
    /// The OpenID provider.
    pub openid: u16,
    /// The status service for foreigners' passports.
    pub foreigner_status: u16,
    /// The face engine.
    pub face: u16,
    /// The certification authority.
    pub ca: u16,
    /// The time-stamp authority.
    pub tsa: u16,
}

/// What the stand-ins are started with.
pub struct SandboxSettings {
    /// Where keys and changes are kept; made if it is missing.
    pub dir: PathBuf,
    /// Where they listen.
    pub ports: Ports,
    /// What time it is for them.
    pub clock: Arc<dyn Clock>,
    /// Where codes, secrets and serial numbers come from.
    pub randomness: Arc<dyn Randomness>,
    /// Addresses the provider may send browsers back to; [`Sandbox::set_redirect_uris`] sets them later.
    pub redirect_uris: Vec<String>,
}

/// Where everything answers. No address ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Base of `/juristic/v4/profile/information` and `/sandbox-control/v1/…`.
    pub register_url: String,
    /// Base of `/sandbox-extension/v1/officer-identities`; `https`, wants a client certificate.
    pub register_identity_url: String,
    /// The manifest of the bulk feed; the file lies beside it.
    pub feed_manifest_url: String,
    /// Issuer; discovery lies below it.
    pub openid_issuer: String,
    /// Base of `/foreigner-status/v1/passports` and `/sandbox-control/v1/passports`.
    pub foreigner_status_url: String,
    /// Base of `/fvs/v1/verify` and `/sandbox/portraits/{national_id}.png`.
    pub face_url: String,
    /// Base of `/certificates`, `/root.pem`, `/issuing.pem`, `/crl`.
    pub ca_url: String,
    /// Where time-stamp queries are posted.
    pub tsa_url: String,
}

/// Why the stand-ins do not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Somebody else listens there.
    #[error(
        "port {port} of the sandbox's {peer} is in use: stop the other program or choose another port"
    )]
    PortBusy {
        /// Which stand-in.
        peer: &'static str,
        /// Its port.
        port: u16,
    },
    /// The port cannot be listened on for another reason.
    #[error("the sandbox's {peer} cannot listen on port {port}")]
    Listen {
        /// Which stand-in.
        peer: &'static str,
        /// Its port.
        port: u16,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file of the directory cannot be read or written.
    #[error("the sandbox cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file of the directory is not what the sandbox wrote.
    #[error(
        "{path} is not what the sandbox wrote there ({cause}): remove the directory to start anew"
    )]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The embedded data are unusable.
    #[error(transparent)]
    World(#[from] world::WorldError),
    /// A key cannot be made or read.
    #[error("a key of the sandbox cannot be used")]
    Key(#[from] KeyError),
    /// The provider's key cannot be published.
    #[error("the provider's key cannot be published")]
    KeySet(#[from] JwkError),
    /// The certification authority cannot be made.
    #[error("the sandbox's certification authority cannot be set up")]
    Authority(#[from] AuthorityError),
    /// A stand-in does not get its own certificate.
    #[error("a certificate of the sandbox is refused")]
    Certificate(#[from] ca::IssueRefusal),
    /// The time-stamp authority cannot be made.
    #[error("the sandbox's time-stamp authority cannot be set up")]
    TimeStamps(#[from] AnswerError),
    /// The register's door behind mutual TLS cannot be opened.
    #[error("the sandbox's register cannot speak TLS")]
    Tls(#[from] TlsError),
}

/// The running stand-ins.
pub struct Sandbox {
    addresses: Addresses,
    provider: Arc<openid::Provider>,
    authority: Arc<ca::Authority>,
    world: Arc<World>,
    running: Vec<http::Running>,
}

impl Sandbox {
    /// Where everything answers.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The name and secret the product signs in to the provider with; the same after a restart.
    pub fn openid_client(&self) -> &ClientCredentials {
        self.provider.client()
    }

    /// Register the addresses browsers may be sent back to, replacing earlier ones: for a product whose own port is
    /// known only after the sandbox runs.
    pub fn set_redirect_uris(&self, uris: Vec<String>) {
        self.provider.set_redirect_uris(uris);
    }

    /// The root of every certificate here, PEM: what a sandbox product is told to trust.
    pub fn root_pem(&self) -> String {
        self.authority.root().to_pem()
    }

    /// The invented country.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Stop every peer; running answers end first.
    pub async fn stop(self) {
        for peer in self.running {
            peer.stop().await;
        }
    }
}

/// Start every stand-in. Must be called within a Tokio runtime, which then carries them.
pub async fn start(settings: SandboxSettings) -> Result<Sandbox, SandboxError> {
    let SandboxSettings {
        dir,
        ports,
        clock,
        randomness,
        redirect_uris,
    } = settings;
    std::fs::create_dir_all(&dir).map_err(|cause| SandboxError::File {
        path: dir.clone(),
        cause,
    })?;
    let world = Arc::new(World::load()?);

    let register_port = http::Bound::open("company register", ports.register)?;
    let identity_port =
        http::Bound::open("register of officers' identities", ports.register_identity)?;
    let openid_port = http::Bound::open("OpenID provider", ports.openid)?;
    let office_port = http::Bound::open("immigration office", ports.foreigner_status)?;
    let face_port = http::Bound::open("face engine", ports.face)?;
    let ca_port = http::Bound::open("certification authority", ports.ca)?;
    let tsa_port = http::Bound::open("time-stamp authority", ports.tsa)?;

    let companies = world.juristic_persons().to_vec();
    let register = Arc::new(register::Register::open(companies, &dir, clock.clone())?);
    let signer = Arc::new(FileKey::load_or_create(
        &dir.join("openid-key.pem"),
        Algorithm::Es256,
    )?);
    let parts = openid::Parts {
        issuer: openid_port.url(),
        world: world.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
        signer,
    };
    let provider = Arc::new(openid::Provider::open(parts, &dir)?);
    provider.set_redirect_uris(redirect_uris);
    let office = Arc::new(immigration::Office::new(world.clone(), clock.clone()));
    let engine = Arc::new(face::http::Engine::new(world.clone(), clock.clone()));

    let crl_url = format!("{}/crl", ca_port.url());
    let authority = ca::Authority::open(&dir, crl_url, clock.clone(), randomness.clone())?;
    let authority = Arc::new(authority);
    let door = identity_certificate(&dir, &authority)?;
    let time_stamps = Arc::new(tsa::TimeStamps::open(&dir, &authority, clock)?);

    let addresses = Addresses {
        register_url: register_port.url(),
        register_identity_url: identity_port.tls_url(),
        feed_manifest_url: format!("{}/feed/manifest.json", register_port.url()),
        openid_issuer: openid_port.url(),
        foreigner_status_url: office_port.url(),
        face_url: face_port.url(),
        ca_url: ca_port.url(),
        tsa_url: format!("{}/tsa", tsa_port.url()),
    };
    let running = vec![
        register_port.serve(register::http::exchange(register.clone()))?,
        identity_port.serve_tls(door, register::http::extension(register))?,
        openid_port.serve(openid::http::routes(provider.clone()))?,
        office_port.serve(immigration::http::routes(office))?,
        face_port.serve(face::http::routes(engine))?,
        ca_port.serve(ca::http::routes(authority.clone()))?,
        tsa_port.serve(tsa::http::routes(time_stamps))?,
    ];
    Ok(Sandbox {
        addresses,
        provider,
        authority,
        world,
        running,
    })
}

/// What the register's second door listens with: only clients that this sandbox's authority knows come in.
fn identity_certificate(
    dir: &Path,
    authority: &ca::Authority,
) -> Result<tls::SslAcceptorBuilder, SandboxError> {
    let name = Name::thai("Amnat SANDBOX", "Amnat SANDBOX Company Register");
    let profile = Profile::TlsServer(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]);
    let (key, chain) = authority.certify(&dir.join("register-tls-key.pem"), &name, &profile)?;
    let roots = [authority.root().clone()];
    Ok(tls::acceptor(
        &key,
        &chain,
        Clients::MustAuthenticate(&roots),
    )?)
}

/// The text of a file, or `None` if there is none.
fn read_if_present(path: &Path) -> Result<Option<String>, SandboxError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SandboxError::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// A new file that only its owner can read.
fn write_private(path: &Path, text: &str) -> Result<(), SandboxError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let write = || -> io::Result<()> {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|cause| SandboxError::File {
        path: path.to_owned(),
        cause,
    })
}

#[cfg(test)]
mod tests;
