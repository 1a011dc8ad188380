//! How often one caller may name people by number (KEY-22): often enough for a counter, too seldom to try numbers out.

use crate::kernel::time::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Too many numbers in too short a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people named by number; try again after {after:?}")]
pub struct TooMany {
    /// When as many can be named.
    pub after: Duration,
}

/// Counts for each caller. A caller may use a minute's allowance at once; it comes back evenly.
///
/// Each process counts for itself: with several of them a caller has as many allowances.
#[derive(Debug)]
pub struct LookupLimit {
    per_minute: u32,
    /// For each caller the moment up to which its allowance is spent, in milliseconds since 1970.
    spent: Mutex<HashMap<String, i64>>,
}

const MINUTE: i64 = 60_000;

impl LookupLimit {
    /// A limit of so many numbers a minute, one at least.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            spent: Mutex::default(),
        }
    }

    /// Count `numbers` that this caller names now; refused, nothing is counted.
    pub fn take(&self, caller: &str, numbers: usize, now: Instant) -> Result<(), TooMany> {
        if numbers == 0 {
            return Ok(());
        }
        let numbers = i64::try_from(numbers).unwrap_or(i64::MAX);
        let cost = MINUTE.saturating_mul(numbers) / i64::from(self.per_minute);
        let now = now.millis();
        // A number is put in or taken out whole: whoever panicked with the lock held left the map sound.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.retain(|_, until| *until > now);
        let until = spent.get(caller).copied().unwrap_or(now).max(now);
        let then = until.saturating_add(cost);
        let over = then.saturating_sub(now.saturating_add(MINUTE));
        if over > 0 {
            let after = Duration::from_millis(u64::try_from(over).unwrap_or(u64::MAX));
            return Err(TooMany { after });
        }
        spent.insert(caller.to_owned(), then);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Instant {
        let start: Instant = "2026-11-24T03:00:00Z".parse().unwrap();
        start.plus(Duration::from_secs(second))
    }

    #[test]
    fn a_minutes_allowance_may_be_used_at_once_and_comes_back_evenly() {
        let limit = LookupLimit::new(6);
        for _ in 0..6 {
            limit.take("bank", 1, at(0)).unwrap();
        }
        let refused = limit.take("bank", 1, at(0)).unwrap_err();
        assert_eq!(refused.after, Duration::from_secs(10));
        assert!(limit.take("bank", 1, at(9)).is_err());
        limit.take("bank", 1, at(10)).unwrap();
        assert!(limit.take("bank", 1, at(11)).is_err());
        limit.take("bank", 6, at(200)).unwrap();
    }

    #[test]
    fn one_callers_numbers_are_not_anothers_and_a_question_without_any_is_free() {
        let limit = LookupLimit::new(2);
        limit.take("bank", 2, at(0)).unwrap();
        assert!(limit.take("bank", 1, at(0)).is_err());
        limit.take("bank", 0, at(0)).unwrap();
        limit.take("agency", 2, at(0)).unwrap();
        assert!(limit.take("other", 3, at(0)).is_err());
    }
}
