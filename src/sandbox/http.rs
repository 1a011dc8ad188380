//! How every stand-in listens: this machine only, one worker, small bodies, no signal handling.

use super::SandboxError;
use crate::crypto::tls::SslAcceptorBuilder;
use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use tokio::task::JoinHandle;

/// Largest body a stand-in reads unless it says otherwise.
const BODY_LIMIT: usize = 64 * 1024;

/// A port that is taken but not yet answered: the address is known before the application is built,
/// because an issuer's name contains it.
pub(super) struct Bound {
    peer: &'static str,
    listener: TcpListener,
    address: SocketAddr,
}

/// One running stand-in.
pub(super) struct Running {
    peer: &'static str,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

/// The server's type cannot be written down (it holds a closure), so this is no function.
macro_rules! server {
    ($configure:expr) => {
        HttpServer::new(move || App::new().configure(limits).configure($configure.clone()))
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
    };
}

impl Bound {
    /// Take a port on the loopback address; 0 takes any free one.
    pub(super) fn open(peer: &'static str, port: u16) -> Result<Self, SandboxError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|cause| match cause.kind() {
                io::ErrorKind::AddrInUse => SandboxError::PortBusy { peer, port },
                _ => SandboxError::Listen { peer, port, cause },
            })?;
        let address = listener
            .local_addr()
            .map_err(|cause| SandboxError::Listen { peer, port, cause })?;
        Ok(Self {
            peer,
            listener,
            address,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `https://127.0.0.1:PORT`: the address is in its certificate.
    pub(super) fn tls_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Answer in clear.
    pub(super) fn serve<F>(self, configure: F) -> Result<Running, SandboxError>
    where
        F: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    {
        let (peer, port) = (self.peer, self.address.port());
        let server = server!(configure)
            .listen(self.listener)
            .map_err(|cause| SandboxError::Listen { peer, port, cause })?;
        Ok(Running::spawn(peer, server.run()))
    }

    /// Answer over TLS.
    pub(super) fn serve_tls<F>(
        self,
        acceptor: SslAcceptorBuilder,
        configure: F,
    ) -> Result<Running, SandboxError>
    where
        F: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    {
        let (peer, port) = (self.peer, self.address.port());
        let server = server!(configure)
            .listen_openssl(self.listener, acceptor)
            .map_err(|cause| SandboxError::Listen { peer, port, cause })?;
        Ok(Running::spawn(peer, server.run()))
    }
}

impl Running {
    fn spawn(peer: &'static str, server: Server) -> Self {
        let handle = server.handle();
        Self {
            peer,
            handle,
            task: tokio::spawn(server),
        }
    }

    /// Stop accepting, let running answers end, free the port.
    pub(super) async fn stop(self) {
        self.handle.stop(true).await;
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => {
                tracing::warn!(peer = self.peer, %cause, "a stand-in ended with an error")
            }
            Err(cause) => tracing::warn!(peer = self.peer, %cause, "a stand-in ended early"),
        }
    }
}

fn limits(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(BODY_LIMIT))
        .app_data(web::JsonConfig::default().limit(BODY_LIMIT))
        .app_data(web::FormConfig::default().limit(BODY_LIMIT));
}
