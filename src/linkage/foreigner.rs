//! Is this passport good today? A passport links only while its issuer or the immigration office says so (cabinet
//! resolution of 6 December 2022, 1.2 to 1.4).
//!
//! | what is known | the link |
//! |---|---|
//! | asked in time, `valid` | counts |
//! | asked in time, `expired` or `lost_or_stolen` | is no link: `passport_not_valid` |
//! | asked in time, `unknown` | doubt: `foreigner_status_unavailable` |
//! | not asked, too long ago, or no answer | doubt: `foreigner_status_unavailable` |

use crate::identity::person::Passport;
use crate::kernel::time::Instant;
use futures_util::future::BoxFuture;
use std::time::Duration;

/// What the status service says of a passport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForeignerStatus {
    /// In force, and its holder may be in the country.
    Valid,
    /// Past its date, or its visa ended.
    Expired,
    /// Reported lost or stolen: whoever shows it is perhaps not its holder.
    LostOrStolen,
    /// The service does not know this passport.
    Unknown,
}

impl ForeignerStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [
        Self::Valid,
        Self::Expired,
        Self::LostOrStolen,
        Self::Unknown,
    ];

    /// The word that is spoken and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::LostOrStolen => "lost_or_stolen",
            Self::Unknown => "unknown",
        }
    }

    /// Back from that word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// An answer of the status service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusAnswer {
    /// What it says.
    pub status: ForeignerStatus,
    /// As of when.
    pub as_of: Instant,
}

/// Why the status service gave no answer. Trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum StatusFailure {
    /// No connection, no answer in time, or it broke off.
    #[error("the status service cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answered with this HTTP status.
    #[error("the status service answered with status {0}")]
    Status(u16),
    /// What it sent is not of the agreed shape.
    #[error("the status service sent something of another shape")]
    Shape,
}

/// The seam towards the status service. `client` speaks to a real one.
pub trait ForeignerStatusSource: Send + Sync {
    /// What is known of this passport now.
    fn status<'a>(
        &'a self,
        passport: &'a Passport,
    ) -> BoxFuture<'a, Result<StatusAnswer, StatusFailure>>;
}

/// Whether a passport may link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassportStanding {
    /// It may.
    Good,
    /// It may not.
    NotValid,
    /// The service knows nothing of it.
    Unknown,
    /// Nobody has asked lately.
    NotAsked,
}

/// How a passport stands now, by the last answer about it; answers older than `max_age` say nothing any more, and one
/// about the future nothing yet.
pub fn standing(last: Option<StatusAnswer>, max_age: Duration, now: Instant) -> PassportStanding {
    let Some(answer) = last.filter(|answer| now <= answer.as_of.plus(max_age)) else {
        return PassportStanding::NotAsked;
    };
    if now.plus(CLOCK_AHEAD) < answer.as_of {
        return PassportStanding::NotAsked;
    }
    match answer.status {
        ForeignerStatus::Valid => PassportStanding::Good,
        ForeignerStatus::Expired | ForeignerStatus::LostOrStolen => PassportStanding::NotValid,
        ForeignerStatus::Unknown => PassportStanding::Unknown,
    }
}

/// How far the other clock may be ahead of ours.
const CLOCK_AHEAD: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_young_word_that_it_is_valid_lets_a_passport_link() {
        let now: Instant = "2026-11-24T03:00:00Z".parse().unwrap();
        let hour = Duration::from_secs(3600);
        let said = |status, as_of| Some(StatusAnswer { status, as_of });
        let young = now.minus(hour);
        let old = young.minus(Duration::from_millis(1));
        for (status, expected) in [
            (ForeignerStatus::Valid, PassportStanding::Good),
            (ForeignerStatus::Expired, PassportStanding::NotValid),
            (ForeignerStatus::LostOrStolen, PassportStanding::NotValid),
            (ForeignerStatus::Unknown, PassportStanding::Unknown),
        ] {
            assert_eq!(standing(said(status, now), hour, now), expected);
            assert_eq!(standing(said(status, young), hour, now), expected);
            let not_asked = PassportStanding::NotAsked;
            assert_eq!(standing(said(status, old), hour, now), not_asked);
            assert_eq!(standing(said(status, now.plus(hour)), hour, now), not_asked);
        }
        assert_eq!(standing(None, hour, now), PassportStanding::NotAsked);
    }

    #[test]
    fn every_status_is_found_by_its_word() {
        for status in ForeignerStatus::ALL {
            assert_eq!(ForeignerStatus::find(status.as_str()), Some(status));
        }
        assert_eq!(ForeignerStatus::find("VALID"), None);
    }
}
