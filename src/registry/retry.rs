//! How often and how soon a call is tried again: exponential back-off with jitter, within one deadline over all tries.
//!
//! Time that has passed and chance are arguments.

use std::time::Duration;

/// The bounds of one call with all its tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryLimits {
    /// Tries at most, the first included.
    pub tries: u32,
    /// The pause before the second try, before jitter; it doubles from try to try.
    pub first_pause: Duration,
    /// The longest pause, before jitter.
    pub longest_pause: Duration,
    /// How long all tries and pauses may take together.
    pub deadline: Duration,
    /// How long one try may take.
    pub each: Duration,
}

impl Default for RetryLimits {
    /// The deadline is what a question may spend on a peer (REL-31).
    fn default() -> Self {
        Self {
            tries: 3,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_millis(800),
            deadline: Duration::from_millis(2_000),
            each: Duration::from_millis(1_500),
        }
    }
}

impl RetryLimits {
    /// How long the next try may take when this much has passed since the first began; `None` when nothing is left.
    pub fn time_for_a_try(&self, passed: Duration) -> Option<Duration> {
        let left = self.deadline.saturating_sub(passed);
        (!left.is_zero()).then(|| left.min(self.each))
    }

    /// The pause before another try; `None` when there is none.
    ///
    /// `tried` is how many tries were made, `passed` how long since the first began, `wanted` how long the peer asked to
    /// be left alone, `chance` any number: it spreads the pause over its upper half, so that those who failed together do
    /// not come back together.
    pub fn pause(
        &self,
        tried: u32,
        passed: Duration,
        wanted: Option<Duration>,
        chance: u64,
    ) -> Option<Duration> {
        if tried >= self.tries {
            return None;
        }
        let doubled = 1u32
            .checked_shl(tried.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let whole = self
            .first_pause
            .saturating_mul(doubled)
            .min(self.longest_pause);
        let half = whole / 2;
        let spread = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
        let jitter = Duration::from_micros(chance % spread.saturating_add(1));
        let pause = (half + jitter).max(wanted.unwrap_or_default());
        // A pause that leaves no time to try is time wasted.
        (passed.saturating_add(pause) < self.deadline).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn pauses_grow_and_end() {
        let limits = RetryLimits {
            tries: 5,
            deadline: MS(60_000),
            ..RetryLimits::default()
        };
        let pauses: Vec<_> = (1..6)
            .map(|tried| limits.pause(tried, MS(0), None, 0))
            .collect();
        let expected = [
            Some(MS(50)),
            Some(MS(100)),
            Some(MS(200)),
            Some(MS(400)),
            None,
        ];
        assert_eq!(pauses, expected);
    }

    #[test]
    fn what_the_peer_asks_for_is_kept_or_nothing_is_tried() {
        let limits = RetryLimits::default();
        let asked = |wanted| limits.pause(1, MS(500), Some(MS(wanted)), 7);
        assert_eq!(asked(1_000), Some(MS(1_000)));
        assert_eq!(asked(1_500), None);
        assert_eq!(asked(120_000), None);
    }

    proptest! {
        #[test]
        fn all_tries_and_pauses_fit_into_the_deadline(
            tries in 1u32..12, first in 0u64..500, longest in 0u64..2_000, deadline in 1u64..5_000, each in 1u64..3_000,
            chances in proptest::collection::vec(any::<u64>(), 12), wanted in proptest::option::of(0u64..3_000),
        ) {
            let limits = RetryLimits {
                tries,
                first_pause: MS(first),
                longest_pause: MS(longest),
                deadline: MS(deadline),
                each: MS(each),
            };
            let (mut passed, mut tried) = (Duration::ZERO, 0);
            for chance in chances {
                let Some(time) = limits.time_for_a_try(passed) else { break };
                tried += 1;
                passed += time;
                prop_assert!(passed <= limits.deadline);
                let Some(pause) = limits.pause(tried, passed, wanted.map(MS), chance) else { break };
                prop_assert!(wanted.is_none_or(|wanted| pause >= MS(wanted)));
                passed += pause;
                prop_assert!(passed < limits.deadline);
            }
            prop_assert!(tried <= tries);
        }
    }
}
