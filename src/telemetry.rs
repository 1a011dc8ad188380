//! Logs, metrics, and the one way from an async handler to blocking work.
//!
//! A log line is one event with fields named `noun.noun` and a unit in the name; it never holds a name, a number of a
//! person, a token or a body (KEY-40, KEY-50).

use crate::config::{Log, LogFormat};
use crate::web::problem::{Code, Problem};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("setting log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
}

/// Start writing log lines to standard error. A second call changes nothing: tests start several services.
pub fn start_logging(log: &Log) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&log.filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr)
        .with_target(false);
    let outcome = match log.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .try_init(),
        LogFormat::Human => builder
            .compact()
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
    if outcome.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}

/// The process's metrics, in the text form Prometheus reads.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::debug!("another metrics recorder was installed before");
        }
        handle
    })
}

/// Run blocking work (a whole use case) on the blocking pool, inside the span of the request.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let span = tracing::Span::current();
    actix_web::web::block(move || span.in_scope(work))
        .await
        .map_err(|_| {
            tracing::error!("blocking work was cancelled");
            Problem::plain(Code::Unavailable)
        })
}
