//! The register's client and what follows its changes, as the settings say.

use super::{AppError, read};
use crate::config::RegisterPeer;
use crate::kernel::id::Randomness;
use crate::kernel::time::Clock;
use crate::registry::breaker::BreakerLimits;
use crate::registry::client::{ClientSettings, IdentitySettings, MutualTls, RegisterClient};
use crate::registry::follow::service::{Followed, Follower};
use crate::registry::freshness::FreshnessPolicy;
use crate::registry::retry::RetryLimits;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn client(
    peer: &RegisterPeer,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> Result<RegisterClient, AppError> {
    let tls = match (&peer.client_certificate, &peer.client_key, &peer.roots) {
        (Some(certificate), Some(key), Some(roots)) => Some(MutualTls {
            certificate: read(certificate)?,
            key: read(key)?,
            roots: read(roots)?,
        }),
        _ => None,
    };
    let (calls, breaker) = (&peer.calls, &peer.breaker);
    let settings = ClientSettings {
        exchange: peer.url.clone(),
        exchange_tls: tls.clone().filter(|_| peer.url.scheme() == "https"),
        identities: peer
            .identity_url
            .clone()
            .zip(tls)
            .map(|(url, tls)| IdentitySettings { url, tls }),
        connect: Duration::from_millis(calls.connect_milliseconds),
        retry: RetryLimits {
            tries: calls.tries,
            first_pause: Duration::from_millis(calls.first_pause_milliseconds),
            longest_pause: Duration::from_millis(calls.longest_pause_milliseconds),
            deadline: Duration::from_millis(calls.deadline_milliseconds),
            each: Duration::from_millis(calls.try_milliseconds),
        },
        breaker: BreakerLimits {
            failed_percent: breaker.failed_percent,
            least_calls: breaker.least_calls,
            window: Duration::from_secs(breaker.window_seconds),
            pause: Duration::from_secs(breaker.pause_seconds),
            probes: breaker.probes,
        },
    };
    Ok(RegisterClient::new(
        &settings,
        Arc::clone(clock),
        Arc::clone(randomness),
    )?)
}

pub(super) fn freshness_policy(peer: &RegisterPeer) -> Result<FreshnessPolicy, AppError> {
    Ok(match &peer.freshness_policy {
        None => FreshnessPolicy::embedded()?,
        Some(path) => FreshnessPolicy::read(&String::from_utf8_lossy(&read(path)?))?,
    })
}

/// Take in the register's changes, turn after turn.
pub(super) async fn follow(follower: Follower, every: Duration) {
    loop {
        match follower.turn().await {
            Ok(followed) => {
                metrics::gauge!("amnat_register_follow_failing").set(0.0);
                if followed != Followed::default() {
                    tracing::info!(
                        changes.new = followed.new,
                        changes.unchanged = followed.unchanged,
                        changes.older = followed.older,
                        changes.refused = followed.refused,
                        "the register's changes were taken in"
                    );
                }
            }
            Err(error) => {
                metrics::gauge!("amnat_register_follow_failing").set(1.0);
                tracing::warn!(error.chain = %error, "the register's changes cannot be followed");
            }
        }
        actix_web::rt::time::sleep(every).await;
    }
}
