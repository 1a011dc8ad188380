//! The demonstration: sandbox peers and the service on this machine, and the whole story over real HTTP.
//!
//! Nothing in the story takes a short cut: the bank and the agency are clients with TLS certificates, people sign in
//! through the provider's pages, documents are checked by the program itself and through the page behind the QR code.

pub mod browser;
mod narration;
pub mod provision;
mod story;

use crate::app::{self, Listeners, RunningApp};
use crate::cli::Failure;
use crate::config::{Log, LogFormat};
use crate::crypto::key::OsRandomness;
use crate::kernel::id::Randomness;
use crate::kernel::time::{Clock, SystemClock};
use crate::sandbox::{self, Ports, Sandbox, SandboxSettings};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the demonstration was asked for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Directory for everything it leaves behind.
    pub directory: PathBuf,
    /// Stay up for the browser afterwards.
    pub stay: bool,
    /// Port for browsers; `None` takes 8080 or a free one.
    pub port: Option<u16>,
    /// Port for machine clients; `None` takes 8443 or a free one.
    pub tls_port: Option<u16>,
}

const USUAL_PORT: u16 = 8080;
const USUAL_TLS_PORT: u16 = 8443;

/// Play the story.
pub async fn run(settings: Settings) -> Result<(), Failure> {
    start_logging("warn")?;
    let directory = usable(&settings.directory)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);

    let plain = listen(settings.port, USUAL_PORT)?;
    let tls = listen(settings.tls_port, USUAL_TLS_PORT)?;
    let narrator = narration::Narrator::new();
    narrator.title();

    let peers = start_peers(directory.join("sandbox"), Vec::new(), &clock, &randomness).await?;
    let place = provision::Place::new(&directory, &plain, &tls).map_err(Failure::dependency)?;
    peers.set_redirect_uris(place.redirect_uris());
    let config = provision::provision(&place, &peers)
        .await
        .map_err(Failure::dependency)?;
    let app = app::start(
        config,
        Listeners {
            plain,
            tls: Some(tls),
        },
        Arc::clone(&clock),
        Arc::clone(&randomness),
    )
    .await?;
    place
        .write_addresses(peers.addresses())
        .map_err(Failure::dependency)?;

    let outcome = tokio::select! {
        outcome = story::play(&narrator, &place, &peers, &app) => outcome.map_err(Failure::dependency),
        () = interrupted() => {
            narrator.interrupted();
            shut_down(app, peers).await;
            return Ok(());
        }
    };
    if outcome.is_ok() && settings.stay {
        narrator.invitation(&place);
        interrupted().await;
    }
    shut_down(app, peers).await;
    outcome
}

/// Run the peers alone until interrupted.
pub async fn peers_only(directory: PathBuf, redirect_uris: Vec<String>) -> Result<(), Failure> {
    start_logging("info")?;
    let directory = usable(&directory)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let peers = start_peers(directory.clone(), redirect_uris, &clock, &randomness).await?;
    narration::Narrator::new().peers(peers.addresses(), &directory);
    interrupted().await;
    peers.stop().await;
    Ok(())
}

fn start_logging(filter: &str) -> Result<(), Failure> {
    let log = Log {
        format: LogFormat::Human,
        filter: filter.to_owned(),
    };
    crate::telemetry::start_logging(&log).map_err(Failure::wrong_use)
}

async fn start_peers(
    dir: PathBuf,
    redirect_uris: Vec<String>,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> Result<Sandbox, Failure> {
    sandbox::start(SandboxSettings {
        dir,
        ports: Ports::default(),
        clock: Arc::clone(clock),
        randomness: Arc::clone(randomness),
        redirect_uris,
    })
    .await
    .map_err(|error| Failure::dependency(narration::with_causes(&error)))
}

async fn shut_down(app: RunningApp, peers: Sandbox) {
    app.stop().await;
    peers.stop().await;
}

/// Ctrl-C, or a polite request to end from the system.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            // Without a handler for the polite request the system's own ends us; Ctrl-C still works.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The directory, made if it is missing, and proven writable before anything is started.
fn usable(path: &Path) -> Result<PathBuf, Failure> {
    let refuse = |error: std::io::Error| {
        Failure::wrong_use(format!(
            "cannot write into the directory {}: {error}",
            path.display()
        ))
    };
    std::fs::create_dir_all(path).map_err(refuse)?;
    let probe = path.join(".amnat-probe");
    std::fs::write(&probe, b"").map_err(refuse)?;
    std::fs::remove_file(&probe).map_err(refuse)?;
    std::fs::canonicalize(path).map_err(refuse)
}

/// The port asked for, or else the usual one, or else a free one.
fn listen(asked: Option<u16>, usual: u16) -> Result<TcpListener, Failure> {
    let open = |port: u16| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    match asked {
        Some(port) => open(port).map_err(|error| {
            Failure::dependency(format!("cannot listen on 127.0.0.1:{port}: {error}"))
        }),
        None => open(usual).or_else(|_| open(0)).map_err(|error| {
            Failure::dependency(format!("cannot listen on the loopback interface: {error}"))
        }),
    }
}
