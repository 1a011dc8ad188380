//! A person's session at our own pages: a random value in a cookie, known here by its digest alone (SEC-48).

use crate::kernel::digest::Digest;
use crate::kernel::id::{Randomness, crockford};
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::time::Duration;

/// A session unused for this long is over.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// A session is over after this long, used or not.
pub const ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);
/// Uses closer together than this are noted once, so that reading a page does not mean writing a row.
pub const TOUCH_AFTER: Duration = Duration::from_secs(60);

/// The value in the cookie: `ses_` and 256 random bits. A secret: its `Debug` prints a fixed word.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionValue(String);

impl SessionValue {
    /// A fresh value.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0u8; 32];
        randomness.fill(&mut bytes);
        Self(format!("ses_{}", crockford(&bytes)))
    }

    /// A value as it came in a cookie; what does not have its form belongs to no session.
    pub fn read(cookie: &str) -> Option<Self> {
        let rest = cookie.strip_prefix("ses_")?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        (rest.len() == 52 && rest.bytes().all(plain)).then(|| Self(cookie.to_owned()))
    }

    /// The value for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The token that every form of this session carries. Whoever cannot read the cookie cannot make it.
    pub fn form_token(&self) -> String {
        let digest = Digest::of_parts([b"amnat-session-form/1".as_slice(), self.0.as_bytes()]);
        URL_SAFE_NO_PAD.encode(digest.as_bytes())
    }
}

impl fmt::Debug for SessionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionValue(hidden)")
    }
}

/// Times of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// When it was last used.
    pub last_seen_at: Instant,
    /// When it is over at the latest.
    pub ends_at: Instant,
    /// When it was ended on purpose.
    pub revoked_at: Option<Instant>,
}

impl Session {
    /// A session that starts now.
    pub fn start(now: Instant) -> Self {
        Self {
            last_seen_at: now,
            ends_at: now.plus(ABSOLUTE),
            revoked_at: None,
        }
    }

    /// Whether it may still be used.
    pub fn is_live(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.ends_at && now < self.last_seen_at.plus(IDLE)
    }

    /// Whether its use now should be noted.
    pub fn needs_touch(&self, now: Instant) -> bool {
        now >= self.last_seen_at.plus(TOUCH_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::SeededRandomness;

    fn now() -> Instant {
        "2026-11-24T02:30:00Z".parse().unwrap()
    }

    #[test]
    fn a_session_ends_idle_or_old_or_revoked() {
        let session = Session::start(now());
        assert!(session.is_live(now()));
        assert!(session.is_live(now().plus(IDLE).minus(Duration::from_millis(1))));
        assert!(!session.is_live(now().plus(IDLE)));
        let end = now().plus(ABSOLUTE);
        let used = Session {
            last_seen_at: end.minus(Duration::from_secs(1)),
            ..session
        };
        assert!(used.is_live(end.minus(Duration::from_millis(1))));
        assert!(!used.is_live(end));
        let revoked = Session {
            revoked_at: Some(now()),
            ..session
        };
        assert!(!revoked.is_live(now()));
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let session = Session::start(now());
        assert!(!session.needs_touch(now().plus(Duration::from_secs(59))));
        assert!(session.needs_touch(now().plus(TOUCH_AFTER)));
    }

    #[test]
    fn only_values_of_the_right_form_are_looked_up() {
        let value = SessionValue::generate(&SeededRandomness::new(2));
        assert_eq!(SessionValue::read(value.expose()), Some(value.clone()));
        assert_ne!(value.form_token(), value.expose());
        assert_eq!(format!("{value:?}"), "SessionValue(hidden)");
        for bad in ["", "ses_", "ses_short", "x", &value.expose().to_uppercase()] {
            assert_eq!(SessionValue::read(bad), None, "{bad}");
        }
    }
}
