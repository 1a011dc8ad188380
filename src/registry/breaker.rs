//! When a peer is no longer asked because it keeps failing, and when it is tried again (REL-23).
//!
//! ```text
//! closed --(enough calls, too many of them failed)--> open --(a pause)--> half-open --(every probe went well)--> closed
//!                                                       ^                     |
//!                                                       +---(a probe failed)--+
//! ```
//!
//! Nothing here looks at a clock: the present moment is an argument. A ticket belongs to the state it was given in; what
//! became of it says nothing about a later state.

use crate::kernel::time::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// Most outcomes that are remembered of the latest calls.
const MOST_OUTCOMES: usize = 1_024;

/// When the breaker opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// It opens when this share of the calls failed, in percent (1 to 100).
    pub failed_percent: u32,
    /// Fewer calls than this within the window tell nothing.
    pub least_calls: usize,
    /// How far back calls count.
    pub window: Duration,
    /// How long it stays open before the peer is tried again.
    pub pause: Duration,
    /// Trial calls at a time; when so many went well, it closes.
    pub probes: u32,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            failed_percent: 50,
            least_calls: 10,
            window: Duration::from_secs(30),
            pause: Duration::from_secs(15),
            probes: 3,
        }
    }
}

/// What the breaker does with calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakerState {
    /// The peer is asked.
    Closed {
        /// When each of the latest calls ended, and whether it failed; oldest first.
        outcomes: VecDeque<(Instant, bool)>,
    },
    /// The peer is left alone.
    Open {
        /// Since when.
        since: Instant,
    },
    /// The peer is tried.
    HalfOpen {
        /// Trial calls under way.
        under_way: u32,
        /// Trial calls that went well.
        succeeded: u32,
    },
}

/// The state without its contents, for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreakerPhase {
    /// The peer is asked.
    Closed,
    /// The peer is left alone.
    Open,
    /// The peer is tried.
    HalfOpen,
}

impl BreakerPhase {
    /// The word in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// Leave for one call. What became of it is told to [`Breaker::record`], or [`Breaker::abandon`] when nobody knows.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Ticket {
    epoch: u64,
}

/// Whether a call may be made.
#[derive(Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Granted(Ticket),
    /// Not for so long.
    Refused {
        /// After this the peer is tried again.
        after: Duration,
    },
}

/// How a call ended, as far as the peer's health goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// The peer answered as it should, whatever the answer was.
    Well,
    /// It did not.
    Failed,
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Before.
    pub from: BreakerPhase,
    /// After.
    pub to: BreakerPhase,
}

/// One peer's breaker.
#[derive(Debug, Clone)]
pub struct Breaker {
    limits: BreakerLimits,
    state: BreakerState,
    /// Counts changes of state: a ticket of an earlier one is void.
    epoch: u64,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(limits: BreakerLimits) -> Self {
        Self {
            limits,
            state: BreakerState::Closed {
                outcomes: VecDeque::new(),
            },
            epoch: 0,
        }
    }

    /// What it does now.
    pub fn phase(&self) -> BreakerPhase {
        match self.state {
            BreakerState::Closed { .. } => BreakerPhase::Closed,
            BreakerState::Open { .. } => BreakerPhase::Open,
            BreakerState::HalfOpen { .. } => BreakerPhase::HalfOpen,
        }
    }

    /// Whether a call may be made now; with the change of state that asking brought about.
    pub fn admit(&mut self, now: Instant) -> (Admission, Option<Transition>) {
        let mut transition = None;
        if let BreakerState::Open { since } = &mut self.state {
            // A clock that was set back must not keep the peer shut out for the difference.
            *since = (*since).min(now);
            let until = since.plus(self.limits.pause);
            if now < until {
                return (
                    Admission::Refused {
                        after: between(now, until),
                    },
                    None,
                );
            }
            transition = Some(self.become_state(BreakerState::HalfOpen {
                under_way: 0,
                succeeded: 0,
            }));
        }
        if let BreakerState::HalfOpen {
            under_way,
            succeeded,
        } = &mut self.state
        {
            if *under_way + *succeeded >= self.limits.probes {
                let after = self.limits.pause;
                return (Admission::Refused { after }, transition);
            }
            *under_way += 1;
        }
        (Admission::Granted(Ticket { epoch: self.epoch }), transition)
    }

    /// How a call ended; with the change of state that this brought about.
    pub fn record(&mut self, ticket: Ticket, health: Health, now: Instant) -> Option<Transition> {
        if ticket.epoch != self.epoch {
            return None;
        }
        let failed = health == Health::Failed;
        let limits = self.limits;
        let next = match &mut self.state {
            BreakerState::Closed { outcomes } => {
                outcomes.push_back((now, failed));
                let start = now.minus(limits.window);
                while outcomes.len() > MOST_OUTCOMES
                    || outcomes.front().is_some_and(|(at, _)| *at < start)
                {
                    outcomes.pop_front();
                }
                let calls = outcomes.len();
                let failures = outcomes.iter().filter(|(_, failed)| *failed).count();
                let too_many = failures.saturating_mul(100)
                    >= calls.saturating_mul(limits.failed_percent.max(1) as usize);
                (failed && calls >= limits.least_calls && too_many)
                    .then_some(BreakerState::Open { since: now })
            }
            // No ticket is given while it is open.
            BreakerState::Open { .. } => None,
            BreakerState::HalfOpen { .. } if failed => Some(BreakerState::Open { since: now }),
            BreakerState::HalfOpen {
                under_way,
                succeeded,
            } => {
                *under_way = under_way.saturating_sub(1);
                *succeeded += 1;
                (*succeeded >= limits.probes).then_some(BreakerState::Closed {
                    outcomes: VecDeque::new(),
                })
            }
        };
        next.map(|state| self.become_state(state))
    }

    /// A call was given up by its caller: it tells nothing, and its place is free again.
    pub fn abandon(&mut self, ticket: Ticket) {
        if ticket.epoch == self.epoch
            && let BreakerState::HalfOpen { under_way, .. } = &mut self.state
        {
            *under_way = under_way.saturating_sub(1);
        }
    }

    fn become_state(&mut self, state: BreakerState) -> Transition {
        let from = self.phase();
        self.state = state;
        self.epoch += 1;
        Transition {
            from,
            to: self.phase(),
        }
    }
}

fn between(from: Instant, until: Instant) -> Duration {
    Duration::from_millis(u64::try_from(until.millis().saturating_sub(from.millis())).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: BreakerLimits = BreakerLimits {
        failed_percent: 50,
        least_calls: 4,
        window: Duration::from_secs(10),
        pause: Duration::from_secs(15),
        probes: 2,
    };

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_800_000_000_000 + seconds * 1_000).unwrap()
    }

    fn granted(breaker: &mut Breaker, now: Instant) -> Ticket {
        match breaker.admit(now).0 {
            Admission::Granted(ticket) => ticket,
            refused @ Admission::Refused { .. } => panic!("{refused:?}"),
        }
    }

    fn call(breaker: &mut Breaker, health: Health, now: Instant) -> Option<Transition> {
        let ticket = granted(breaker, now);
        breaker.record(ticket, health, now)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(LIMITS);
        for second in 0..3 {
            assert_eq!(call(&mut breaker, Health::Failed, at(second)), None);
        }
        let opened = call(&mut breaker, Health::Failed, at(3)).unwrap();
        assert_eq!(
            (opened.from, opened.to),
            (BreakerPhase::Closed, BreakerPhase::Open)
        );
        breaker
    }

    #[test]
    fn too_many_failures_open_it_and_few_calls_tell_nothing() {
        opened();
        let mut breaker = Breaker::new(LIMITS);
        for (second, health) in [Health::Well, Health::Well, Health::Well, Health::Failed]
            .into_iter()
            .enumerate()
        {
            assert_eq!(call(&mut breaker, health, at(second as i64)), None);
        }
        // Failures of long ago do not count with those of now.
        let mut breaker = Breaker::new(LIMITS);
        for second in [0, 5, 11, 17, 23] {
            assert_eq!(call(&mut breaker, Health::Failed, at(second)), None);
        }
    }

    #[test]
    fn while_open_nobody_asks_and_it_is_said_for_how_long() {
        let mut breaker = opened();
        let (admission, transition) = breaker.admit(at(8));
        let after = Duration::from_secs(10);
        assert_eq!(admission, Admission::Refused { after });
        assert_eq!(transition, None);
    }

    #[test]
    fn after_the_pause_a_few_probes_decide() {
        let mut breaker = opened();
        let first = granted(&mut breaker, at(18));
        let second = granted(&mut breaker, at(18));
        assert_eq!(breaker.phase(), BreakerPhase::HalfOpen);
        assert!(matches!(breaker.admit(at(18)).0, Admission::Refused { .. }));
        assert_eq!(breaker.record(first, Health::Well, at(19)), None);
        let closed = breaker.record(second, Health::Well, at(19)).unwrap();
        assert_eq!(closed.to, BreakerPhase::Closed);
        let mut breaker = opened();
        let first = granted(&mut breaker, at(18));
        let second = granted(&mut breaker, at(18));
        let opened_again = breaker.record(first, Health::Failed, at(19)).unwrap();
        assert_eq!(opened_again.to, BreakerPhase::Open);
        // The other probe belongs to a state that is over.
        assert_eq!(breaker.record(second, Health::Well, at(20)), None);
        assert_eq!(breaker.phase(), BreakerPhase::Open);
    }

    #[test]
    fn a_probe_that_was_given_up_frees_its_place() {
        let mut breaker = opened();
        let first = granted(&mut breaker, at(18));
        let _second = granted(&mut breaker, at(18));
        breaker.abandon(first);
        let _third = granted(&mut breaker, at(18));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let mut breaker = opened();
        assert!(matches!(
            breaker.admit(at(-3_600)).0,
            Admission::Refused { .. }
        ));
        let _ticket = granted(&mut breaker, at(-3_600 + 15));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Ask,
        End { which: usize, failed: bool },
        GiveUp { which: usize },
        Wait { seconds: i64 },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Ask),
            4 => (any::<usize>(), any::<bool>()).prop_map(|(which, failed)| Step::End { which, failed }),
            1 => any::<usize>().prop_map(|which| Step::GiveUp { which }),
            2 => (0i64..20).prop_map(|seconds| Step::Wait { seconds }),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_an_open_breaker_waits_a_half_open_one_tries_little_and_a_healthy_peer_closes_it(
            steps in proptest::collection::vec(step(), 0..200),
        ) {
            let mut breaker = Breaker::new(LIMITS);
            let (mut now, mut opened, mut out) = (0i64, None::<i64>, Vec::new());
            let mut probing = 0usize;
            for step in steps {
                match step {
                    Step::Wait { seconds } => now += seconds,
                    Step::Ask => {
                        let before = breaker.phase();
                        let (admission, _) = breaker.admit(at(now));
                        if before == BreakerPhase::Open && breaker.phase() == BreakerPhase::HalfOpen {
                            out.clear();
                            probing = 0;
                        }
                        if let Admission::Granted(ticket) = admission {
                            if let Some(since) = opened {
                                prop_assert!(breaker.phase() == BreakerPhase::HalfOpen && now >= since + 15);
                            }
                            if breaker.phase() == BreakerPhase::HalfOpen {
                                probing += 1;
                                prop_assert!(probing <= LIMITS.probes as usize);
                            }
                            out.push(ticket);
                        }
                    }
                    Step::End { which, failed } if !out.is_empty() => {
                        let ticket = out.swap_remove(which % out.len());
                        let health = if failed { Health::Failed } else { Health::Well };
                        if let Some(transition) = breaker.record(ticket, health, at(now)) {
                            prop_assert_eq!(transition.to == BreakerPhase::Open, failed);
                            opened = (transition.to == BreakerPhase::Open).then_some(now);
                            out.clear();
                        }
                    }
                    Step::GiveUp { which } if !out.is_empty() => {
                        let ticket = out.swap_remove(which % out.len());
                        if breaker.phase() == BreakerPhase::HalfOpen {
                            probing -= 1;
                        }
                        breaker.abandon(ticket);
                    }
                    Step::End { .. } | Step::GiveUp { .. } => {}
                }
            }
            // However it stands: when the peer is well again, it closes after one pause.
            for ticket in out {
                breaker.abandon(ticket);
            }
            now += 15;
            for _ in 0..LIMITS.probes {
                call(&mut breaker, Health::Well, at(now));
            }
            prop_assert_eq!(breaker.phase(), BreakerPhase::Closed);
        }
    }
}
