//! What is remembered of tokens and clients between requests, within bounds of number and age.

use crate::access::api_client::{ApiClient, ClientId};
use crate::access::token::AccessClaims;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Tokens remembered at most. Each is verified again when it was forgotten.
const TOKENS: usize = 4096;

/// What is known of a client is at most this old, so that a revocation elsewhere works in time (SEC-10).
const CLIENT_AGE: Duration = Duration::from_secs(30);

/// The memory of one process.
#[derive(Debug, Default)]
pub(super) struct Memory {
    tokens: Mutex<HashMap<Digest, Arc<AccessClaims>>>,
    clients: Mutex<HashMap<ClientId, (Arc<ApiClient>, Instant)>>,
}

/// A panic elsewhere cannot leave a map half changed: every change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lives(claims: &AccessClaims, now: Instant) -> bool {
    (claims.iat..claims.exp).contains(&now.seconds())
}

impl Memory {
    /// The claims of a token that was verified before and has not expired.
    pub(super) fn token(&self, digest: &Digest, now: Instant) -> Option<Arc<AccessClaims>> {
        let tokens = lock(&self.tokens);
        tokens
            .get(digest)
            .filter(|claims| lives(claims, now))
            .cloned()
    }

    /// Remember a token that was just verified.
    pub(super) fn keep_token(&self, digest: Digest, claims: Arc<AccessClaims>, now: Instant) {
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= TOKENS {
            tokens.retain(|_, claims| lives(claims, now));
        }
        if tokens.len() >= TOKENS {
            tokens.clear();
        }
        tokens.insert(digest, claims);
    }

    /// What is known of a client, if it is young enough.
    pub(super) fn client(&self, client_id: &ClientId, now: Instant) -> Option<Arc<ApiClient>> {
        let clients = lock(&self.clients);
        clients
            .get(client_id)
            // A clock that went back makes everything old.
            .filter(|(_, read_at)| (*read_at..read_at.plus(CLIENT_AGE)).contains(&now))
            .map(|(client, _)| client.clone())
    }

    /// Remember a client that was just read.
    pub(super) fn keep_client(&self, client: Arc<ApiClient>, now: Instant) {
        // Only clients that exist come here: the map is no longer than the table.
        lock(&self.clients).insert(client.client_id.clone(), (client, now));
    }

    /// Read this client anew next time.
    pub(super) fn forget_client(&self, client_id: &ClientId) {
        lock(&self.clients).remove(client_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::api_client::Scopes;
    use crate::access::token::Confirmation;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1000).unwrap()
    }

    fn claims(given: Instant) -> Arc<AccessClaims> {
        Arc::new(AccessClaims::new(
            "https://api.amnat.example",
            &"bank-a".parse().unwrap(),
            &Scopes::trusted("log.read"),
            Confirmation::of(&Digest::of(b"c")),
            [0; 16],
            given,
        ))
    }

    #[test]
    fn an_expired_token_is_not_remembered_and_the_memory_is_bounded() {
        let memory = Memory::default();
        let digest = Digest::of(b"token");
        memory.keep_token(digest, claims(at(1000)), at(1000));
        assert!(memory.token(&digest, at(1299)).is_some());
        assert!(memory.token(&digest, at(1300)).is_none());
        assert!(memory.token(&digest, at(999)).is_none());
        for n in 0..3 * TOKENS {
            memory.keep_token(Digest::of(n.to_be_bytes()), claims(at(1300)), at(1301));
        }
        assert!(lock(&memory.tokens).len() <= TOKENS);
    }
}
