//! Keeping facts as fresh as their use asks: asking the register, taking in what it says, saying what must not be relied on.

use super::{RegistryService, blocking};
use crate::db::{AnyConnection, StoreError};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use crate::registry::exchange::{RowRefusal, read_entry};
use crate::registry::follow::store::{self as follow_store, DueFor};
use crate::registry::follow::{CLOCK_SKEW, Change};
use crate::registry::freshness::{FactsUse, Staleness};
use crate::registry::history::Incoming;
use crate::registry::identities::join;
use crate::registry::model::{
    Facts, IdentityState, JuristicPerson, OfficerIdentity, VersionSource,
};
use crate::registry::source::{Fetched, IdentityAnswer, SourceFailure};
use crate::registry::store::{self, Seen, Upsert};
use std::time::Duration;

/// How soon the extension is asked again after it did not answer.
pub(super) const IDENTITY_RETRY: Duration = Duration::from_secs(30);
/// Facts are asked for this much before they are too old, or a tenth of what they may be old: what is young enough when a
/// question is taken on must still be so when it is decided.
const MARGIN: Duration = Duration::from_secs(30);

/// What asking the register brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// What we have is young enough; nobody was asked.
    Fresh,
    /// The register was asked.
    Asked(Upsert),
    /// The register has no such juristic person.
    NotOnRegister,
    /// There is no register to ask: facts come from feeds alone.
    NoSource,
}

/// Why the register could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// It did not answer, or not as agreed.
    #[error(transparent)]
    Source(#[from] SourceFailure),
    /// Its answer cannot be used.
    #[error("the register's answer cannot be used: {0}")]
    Row(#[from] RowRefusal),
    /// Its answer is about another number.
    #[error("the register answered about another juristic person")]
    OtherNumber,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off.
    #[error("the work was cut off")]
    Interrupted,
}

impl RefreshError {
    /// Whether the register answered, and what it said cannot be used: what we hold may be wrong then, however young.
    fn leaves_doubt(&self) -> bool {
        match self {
            Self::Row(_) | Self::OtherNumber => true,
            Self::Source(failure) => matches!(
                failure,
                SourceFailure::Shape(_) | SourceFailure::Several(_) | SourceFailure::TooLarge(_)
            ),
            Self::Store(_) | Self::Interrupted => false,
        }
    }
}

/// How young the facts of a consultation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Not older than the longest age that is allowed.
    Fresh,
    /// Older, or doubtful, because the register could not be asked. Whoever decides must not permit on them.
    Stale(Staleness),
}

impl Freshness {
    /// Whether they must not be relied on.
    pub fn is_stale(self) -> bool {
        self != Self::Fresh
    }
}

/// Facts as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consulted {
    /// What the register states.
    pub facts: Facts,
    /// How young it is.
    pub freshness: Freshness,
}

/// Why a consultation failed.
#[derive(Debug, thiserror::Error)]
pub enum ConsultError {
    /// Neither we nor the register know the number.
    #[error("the register has no such juristic person")]
    Unknown,
    /// We know nothing yet, and the register could not be asked.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
}

impl RegistryService {
    /// How old facts may be for this use: what the policy says, and never more than the operator's ceiling.
    pub fn limit(&self, asked: FactsUse<'_>) -> Duration {
        self.freshness.limit(asked).min(self.max_age)
    }

    /// How old facts may be of a moment in the past, and at most ever.
    pub fn max_age(&self) -> Duration {
        self.max_age
    }

    /// Version of the policy on ages, for answers and receipts.
    pub fn freshness_version(&self) -> &str {
        self.freshness.version()
    }

    /// Whether the register was seen to state these facts recently enough, not more than `limit` before `at`, to decide
    /// about that instant.
    ///
    /// Of a time between two looks nobody knows when the change fell, nor what the register has learnt of it since.
    pub fn freshness(&self, facts: &Facts, at: Instant, limit: Duration) -> Freshness {
        let seen = facts.version.data_as_of;
        if seen.plus(limit) >= at {
            return Freshness::Fresh;
        }
        let age = at.millis().saturating_sub(seen.millis());
        let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
        Freshness::Stale(Staleness::TooOld { age, limit })
    }

    /// As [`RegistryService::freshness`], in the transaction that decides on it: a change that the register told of and
    /// that could not be taken in makes facts doubtful, however young they are.
    pub fn freshness_in(
        &self,
        connection: &mut AnyConnection,
        facts: &Facts,
        at: Instant,
        limit: Duration,
    ) -> Result<Freshness, StoreError> {
        let number = &facts.record.registration_number;
        if let Some((_, DueFor::Doubt)) = follow_store::due(connection, number)? {
            return Ok(Freshness::Stale(Staleness::Changed));
        }
        Ok(self.freshness(facts, at, limit))
    }

    /// Facts as of now, asking the register when ours are older than `limit`. Old facts are given, and called stale, when
    /// it does not answer.
    pub async fn consult(
        &self,
        number: &RegistrationNumber,
        limit: Duration,
    ) -> Result<Consulted, ConsultError> {
        let refreshed = self.refresh_within(number, limit).await;
        let Some((facts, freshness)) = self.held(number, limit).await? else {
            return Err(match refreshed {
                Ok(_) => ConsultError::Unknown,
                Err(error) => error.into(),
            });
        };
        let freshness = match refreshed {
            Ok(Refreshed::Fresh | Refreshed::Asked(_) | Refreshed::NoSource) => freshness,
            Ok(Refreshed::NotOnRegister) => {
                tracing::warn!("the register no longer has a juristic person that it had");
                Freshness::Stale(Staleness::Gone)
            }
            Err(error) => {
                tracing::warn!(error.chain = %error, "the register could not be asked; what is held is used as far as it is young enough");
                match freshness {
                    Freshness::Fresh if error.leaves_doubt() => {
                        Freshness::Stale(Staleness::Unreadable)
                    }
                    other => other,
                }
            }
        };
        Ok(Consulted { facts, freshness })
    }

    /// Ask the register when what we have is older than ever allowed, or lacks the officers' numbers.
    pub async fn refresh(&self, number: &RegistrationNumber) -> Result<Refreshed, RefreshError> {
        self.refresh_within(number, self.max_age).await
    }

    /// As [`RegistryService::refresh`], for facts that may be so old.
    pub async fn refresh_within(
        &self,
        number: &RegistrationNumber,
        limit: Duration,
    ) -> Result<Refreshed, RefreshError> {
        let Some(source) = &self.source else {
            return Ok(Refreshed::NoSource);
        };
        let tells_identities = source.tells_identities();
        let (service, asked) = (self.clone(), number.clone());
        let due = blocking(move || service.due(&asked, tells_identities, limit)).await??;
        if due {
            self.refresh_now(number).await
        } else {
            Ok(Refreshed::Fresh)
        }
    }

    /// Ask the register, however young our facts are.
    pub async fn refresh_now(
        &self,
        number: &RegistrationNumber,
    ) -> Result<Refreshed, RefreshError> {
        let Some(source) = &self.source else {
            return Ok(Refreshed::NoSource);
        };
        // Before asking: what changes while the answer travels is younger than it.
        let data_as_of = self.clock.now();
        let Some(fetched) = source.fetch(number).await? else {
            return Ok(Refreshed::NotOnRegister);
        };
        let tells_identities = source.tells_identities();
        let incoming = self.incoming(number, fetched, data_as_of)?;
        let service = self.clone();
        let outcome = blocking(move || service.take_in(&incoming, tells_identities)).await??;
        Ok(Refreshed::Asked(outcome))
    }

    /// Ask again for at most `most` juristic persons that changes left doubtful or incomplete; how many were asked for
    /// with success. Ends early when the register is not asked at all.
    pub async fn refresh_due(&self, most: u32) -> Result<usize, RefreshError> {
        if self.source.is_none() {
            return Ok(0);
        }
        let service = self.clone();
        let numbers = blocking(move || {
            service
                .database
                .read(|connection| follow_store::next_due(connection, most))
        })
        .await??;
        let mut done = 0;
        for number in numbers {
            match self.refresh_now(&number).await {
                Ok(Refreshed::Asked(Upsert::New { .. } | Upsert::Unchanged { .. })) => done += 1,
                Err(error @ RefreshError::Source(SourceFailure::Open { .. })) => return Err(error),
                Ok(_) | Err(_) => {
                    let service = self.clone();
                    blocking(move || {
                        service
                            .database
                            .write(|connection| follow_store::tried(connection, &number))
                    })
                    .await??;
                }
            }
        }
        Ok(done)
    }

    /// Take in a change that the register told of, in the caller's transaction.
    ///
    /// The register tells a change without the officers' numbers: where they can be asked for, it is asked. A change that
    /// seems to be older than what we hold, by no more than clocks may differ, may be younger: it leaves doubt.
    pub(in crate::registry) fn take_change(
        &self,
        connection: &mut AnyConnection,
        change: &Change,
        now: Instant,
    ) -> Result<Upsert, StoreError> {
        let number = &change.record.registration_number;
        let held = store::seen(connection, number)?;
        let incoming = self.stated(
            change.record.clone(),
            Vec::new(),
            IdentityState::Unavailable,
            change.stated_at,
            VersionSource::Feed,
        );
        let outcome = self.put(connection, &incoming)?;
        let tells = self
            .source
            .as_ref()
            .is_some_and(|source| source.tells_identities());
        match outcome {
            Upsert::New { .. } if tells => {
                follow_store::mark(connection, number, DueFor::More, now)?;
            }
            Upsert::Older
                if held
                    .is_some_and(|held| change.stated_at.plus(CLOCK_SKEW) >= held.data_as_of) =>
            {
                follow_store::mark(connection, number, DueFor::Doubt, now)?;
            }
            Upsert::New { .. } | Upsert::Unchanged { .. } | Upsert::Older => {}
        }
        Ok(outcome)
    }

    async fn held(
        &self,
        number: &RegistrationNumber,
        limit: Duration,
    ) -> Result<Option<(Facts, Freshness)>, RefreshError> {
        let (service, number) = (self.clone(), number.clone());
        let read = move || {
            service.database.read(|connection| {
                let Some(facts) = store::current(connection, service.vault(), &number)? else {
                    return Ok(None);
                };
                let now = service.clock.now();
                let freshness = service.freshness_in(connection, &facts, now, limit)?;
                Ok::<_, StoreError>(Some((facts, freshness)))
            })
        };
        Ok(blocking(read).await??)
    }

    fn due(
        &self,
        number: &RegistrationNumber,
        tells_identities: bool,
        limit: Duration,
    ) -> Result<bool, StoreError> {
        let held = self.database.read(|connection| {
            let Some(seen) = store::seen(connection, number)? else {
                return Ok(None);
            };
            let facts = store::current(connection, self.vault(), number)?;
            let marked = follow_store::due(connection, number)?;
            Ok::<_, StoreError>(facts.map(|facts| (seen, facts.version.identities, marked)))
        })?;
        let Some((seen, identities, marked)) = held else {
            return Ok(true);
        };
        let lacking = tells_identities
            && identities != IdentityState::Known
            && (seen.source == VersionSource::Feed || self.retry_due(&seen));
        let doubted = matches!(marked, Some((_, DueFor::Doubt)));
        let soon = limit.saturating_sub(MARGIN.min(limit / 10));
        let old = seen.data_as_of.plus(soon) < self.clock.now();
        Ok(lacking || doubted || old)
    }

    fn retry_due(&self, seen: &Seen) -> bool {
        seen.seen_at.plus(IDENTITY_RETRY) <= self.clock.now()
    }

    fn incoming(
        &self,
        number: &RegistrationNumber,
        fetched: Fetched,
        data_as_of: Instant,
    ) -> Result<Incoming, RefreshError> {
        let record = read_entry(&fetched.entry)?;
        if record.registration_number != *number {
            return Err(RefreshError::OtherNumber);
        }
        let (record, identities, state) = match fetched.identities {
            IdentityAnswer::NotOffered | IdentityAnswer::Failed(_) => {
                (record, Vec::new(), IdentityState::Unavailable)
            }
            IdentityAnswer::Given(answer) => {
                let today = data_as_of.thai_date();
                match join(&record, &answer, self.index.as_ref(), today) {
                    Ok((joined, identities)) => (joined, identities, IdentityState::Known),
                    Err(conflict) => {
                        tracing::warn!(error.chain = %conflict, "the officers' numbers are not used");
                        (record, Vec::new(), IdentityState::Conflicting)
                    }
                }
            }
        };
        let source = VersionSource::Exchange;
        Ok(self.stated(record, identities, state, data_as_of, source))
    }

    /// What the register states, ready to be taken in.
    fn stated(
        &self,
        record: JuristicPerson,
        identities: Vec<OfficerIdentity>,
        state: IdentityState,
        data_as_of: Instant,
        source: VersionSource,
    ) -> Incoming {
        Incoming {
            record,
            identities,
            state,
            data_as_of,
            recorded_at: self.clock.now(),
            source,
            validity: crate::registry::history::Validity::AsSeen,
        }
    }

    /// Take in, and bring the review queue up to date, in the caller's transaction.
    fn put(
        &self,
        connection: &mut AnyConnection,
        incoming: &Incoming,
    ) -> Result<Upsert, StoreError> {
        let outcome = store::upsert(connection, self.vault(), incoming.clone())?;
        if matches!(outcome, Upsert::New { .. }) {
            self.requeue(connection, &incoming.record.registration_number)?;
        }
        Ok(outcome)
    }

    fn take_in(&self, incoming: &Incoming, tells_identities: bool) -> Result<Upsert, StoreError> {
        let number = &incoming.record.registration_number;
        let complete = !tells_identities || incoming.state == IdentityState::Known;
        let write = || {
            self.database.write(|connection| {
                let outcome = self.put(connection, incoming)?;
                // What tells less than we know, or is older, settles nothing.
                if outcome != Upsert::Older {
                    follow_store::settle(connection, number, incoming.data_as_of, complete)?;
                }
                Ok(outcome)
            })
        };
        match write() {
            // Another request took the same number in at the same time: now it is there to be compared with.
            Err(StoreError::Conflict { .. }) => write(),
            other => other,
        }
    }
}
