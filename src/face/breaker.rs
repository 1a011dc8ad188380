//! A circuit breaker: an engine that fails is left alone for a while (REL-23). Pure: the time is an argument.

use crate::kernel::time::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// Calls of this long are looked back on.
const WINDOW: Duration = Duration::from_secs(10);
/// Fewer calls than this in the window say nothing.
const LEAST_CALLS: usize = 20;
/// How long a failing engine is left alone.
const PAUSE: Duration = Duration::from_secs(15);
/// How many calls try it afterwards.
const PROBES: u32 = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Closed,
    Open {
        until: Instant,
    },
    HalfOpen {
        sent: u32,
        succeeded: u32,
        since: Instant,
    },
}

/// Looks at how calls end and says whether another may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    calls: VecDeque<(Instant, bool)>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed,
            calls: VecDeque::new(),
        }
    }
}

impl Breaker {
    /// Whether a call may be made now; otherwise how long to wait. Every call that may be made must be reported.
    pub fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match &mut self.state {
            State::Closed => Ok(()),
            State::Open { until } if now < *until => Err(between(now, *until)),
            State::Open { .. } => {
                self.state = State::HalfOpen {
                    sent: 1,
                    succeeded: 0,
                    since: now,
                };
                Ok(())
            }
            State::HalfOpen { sent, .. } if *sent < PROBES => {
                *sent += 1;
                Ok(())
            }
            // Probes whose end was never reported must not keep the engine shut out for ever.
            State::HalfOpen { since, .. } if now >= since.plus(PAUSE) => {
                self.state = State::HalfOpen {
                    sent: 1,
                    succeeded: 0,
                    since: now,
                };
                Ok(())
            }
            State::HalfOpen { since, .. } => Err(between(now, since.plus(PAUSE))),
        }
    }

    /// How a call ended. An answer is a success whatever it says; only the lack of one is a failure.
    pub fn report(&mut self, now: Instant, success: bool) {
        match &mut self.state {
            State::Closed => {
                self.calls.push_back((now, success));
                while self
                    .calls
                    .front()
                    .is_some_and(|(at, _)| at.plus(WINDOW) <= now)
                {
                    self.calls.pop_front();
                }
                let failures = self.calls.iter().filter(|(_, success)| !success).count();
                if self.calls.len() >= LEAST_CALLS && failures * 2 >= self.calls.len() {
                    self.open(now);
                }
            }
            State::HalfOpen { succeeded, .. } if success => {
                *succeeded += 1;
                if *succeeded >= PROBES {
                    *self = Self::default();
                }
            }
            State::HalfOpen { .. } => self.open(now),
            // A call from before it opened.
            State::Open { .. } => {}
        }
    }

    fn open(&mut self, now: Instant) {
        self.calls.clear();
        self.state = State::Open {
            until: now.plus(PAUSE),
        };
    }
}

fn between(now: Instant, until: Instant) -> Duration {
    let millis = until.millis().saturating_sub(now.millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(1_800_000_000_000 + millis).unwrap()
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for n in 0..20 {
            assert_eq!(breaker.admit(at(n)), Ok(()));
            breaker.report(at(n), n % 2 == 0);
        }
        breaker
    }

    #[test]
    fn half_of_twenty_calls_failing_opens_it_for_fifteen_seconds() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(at(19)), Err(Duration::from_secs(15)));
        assert!(breaker.admit(at(19 + 14_999)).is_err());
        assert!(breaker.admit(at(19 + 15_000)).is_ok());
    }

    #[test]
    fn nineteen_failures_or_failures_long_ago_do_not_open_it() {
        let mut breaker = Breaker::default();
        for n in 0..19 {
            breaker.report(at(n), false);
        }
        assert!(breaker.admit(at(19)).is_ok());
        for n in 0..30 {
            breaker.report(at(20_000 + n), n % 3 != 0);
        }
        assert!(breaker.admit(at(20_100)).is_ok());
    }

    #[test]
    fn three_probes_that_succeed_close_it_and_one_that_fails_opens_it_again() {
        let mut breaker = opened();
        let later = at(20_000);
        for _ in 0..3 {
            assert!(breaker.admit(later).is_ok());
        }
        assert!(breaker.admit(later).is_err(), "three probes at most");
        for _ in 0..3 {
            breaker.report(later, true);
        }
        assert_eq!(breaker, Breaker::default());

        let mut breaker = opened();
        assert!(breaker.admit(later).is_ok());
        breaker.report(later, false);
        assert_eq!(breaker.admit(later), Err(Duration::from_secs(15)));
    }

    #[test]
    fn probes_that_never_end_do_not_shut_it_for_ever() {
        let mut breaker = opened();
        for _ in 0..3 {
            assert!(breaker.admit(at(20_000)).is_ok());
        }
        assert!(breaker.admit(at(34_999)).is_err());
        assert!(breaker.admit(at(35_000)).is_ok());
    }

    proptest! {
        /// However calls come and end: whoever is told to wait for a time may come after that time.
        #[test]
        fn a_wait_is_never_longer_than_it_says(
            steps in prop::collection::vec((0i64..3_000, any::<bool>(), any::<bool>()), 1..300),
        ) {
            let mut breaker = Breaker::default();
            let mut now = 0;
            for (pause, success, reported) in steps {
                now += pause;
                match breaker.admit(at(now)) {
                    Ok(()) if reported => breaker.report(at(now), success),
                    Ok(()) => {}
                    Err(wait) => {
                        prop_assert!(wait <= PAUSE && !wait.is_zero());
                        let millis = i64::try_from(wait.as_millis()).unwrap();
                        prop_assert!(breaker.clone().admit(at(now + millis)).is_ok());
                    }
                }
            }
        }
    }
}
