use super::*;
use crate::kernel::id::SeededRandomness;
use crate::kernel::time::FixedClock;
use tempfile::TempDir;

/// A sandbox on free ports in a directory of its own, with a clock that stands at noon (UTC) of 24 November 2026.
pub(super) struct Fresh {
    pub sandbox: Sandbox,
    pub clock: Arc<FixedClock>,
    pub dir: TempDir,
}

pub(super) const REDIRECT: &str = "http://127.0.0.1:9/callback";

fn settings(dir: &Path, clock: Arc<FixedClock>, seed: u64) -> SandboxSettings {
    SandboxSettings {
        dir: dir.to_owned(),
        ports: Ports::default(),
        clock,
        randomness: Arc::new(SeededRandomness::new(seed)),
        redirect_uris: vec![REDIRECT.to_owned()],
    }
}

pub(super) async fn fresh() -> Fresh {
    fresh_at("2026-11-24T12:00:00Z".parse().unwrap()).await
}

pub(super) async fn fresh_at(now: crate::kernel::time::Instant) -> Fresh {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(now));
    let sandbox = start(settings(dir.path(), clock.clone(), 1)).await.unwrap();
    Fresh {
        sandbox,
        clock,
        dir,
    }
}

impl Fresh {
    /// Stop and start again on the same directory, with other random numbers.
    pub(super) async fn restarted(self) -> Self {
        let Self {
            sandbox,
            clock,
            dir,
        } = self;
        sandbox.stop().await;
        let sandbox = start(settings(dir.path(), clock.clone(), 2)).await.unwrap();
        Self {
            sandbox,
            clock,
            dir,
        }
    }
}

/// A client that shows every answer as it is.
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_busy_port_is_named_with_its_peer_and_leaves_nothing_running() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-24T12:00:00Z".parse().unwrap()));
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut settings = settings(dir.path(), clock, 1);
    settings.ports.register = free;
    settings.ports.face = port;
    let refusal = start(settings).await.err().unwrap();
    assert!(refusal.to_string().contains(&format!(
        "port {port} of the sandbox's face engine is in use"
    )));
    assert!(
        std::net::TcpListener::bind(("127.0.0.1", free)).is_ok(),
        "the register must not have started"
    );
}

#[tokio::test]
async fn a_stopped_sandbox_answers_no_more_and_frees_its_ports() {
    let fresh = fresh().await;
    let url = fresh.sandbox.addresses().register_url.clone();
    assert!(
        client()
            .get(format!("{url}/feed/manifest.json"))
            .send()
            .await
            .is_ok()
    );
    fresh.sandbox.stop().await;
    assert!(
        client()
            .get(format!("{url}/feed/manifest.json"))
            .send()
            .await
            .is_err()
    );
    assert!(std::net::TcpListener::bind(url.trim_start_matches("http://")).is_ok());
}

#[tokio::test]
async fn everything_listens_on_the_loopback_address_only() {
    let fresh = fresh().await;
    let addresses = fresh.sandbox.addresses();
    for url in [
        &addresses.register_url,
        &addresses.openid_issuer,
        &addresses.face_url,
    ] {
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        assert!(!url.ends_with('/'), "{url}");
    }
}
