//! Rows of sign-ins. Every step is one conditional update: a row that is not where the step starts is left alone.

use super::{open, seal};
use crate::db::schema::sign_in;
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::identity::assurance::Assurance;
use crate::identity::person::{Evidence, PersonName};
use crate::identity::policy::Sector;
use crate::identity::signin::{
    Established, FailureReason, Redirected, SignIn, SignInPurpose, SignInState,
};
use crate::identity::vault::Vault;
use crate::kernel::digest::Digest;
use crate::kernel::id::{SignInId, VerificationId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

const TABLE: &str = "sign_in";

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_in)]
struct Row {
    id: String,
    purpose: String,
    asked_by_th: String,
    asked_by_en: String,
    sector: Option<String>,
    only_provider: Option<String>,
    requested_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    state: String,
    provider: Option<String>,
    redirected_at: Option<NaiveDateTime>,
    flow: Option<Vec<u8>>,
    browser: Option<String>,
    claimed: bool,
    person_id: Option<String>,
    assurance: Option<String>,
    evidence_digest: Option<String>,
    completed_at: Option<NaiveDateTime>,
    verification_id: Option<String>,
    ended_at: Option<NaiveDateTime>,
    failure: Option<String>,
}

impl Row {
    fn bad(&self, column: &'static str, cause: impl std::fmt::Display) -> StoreError {
        bad_row(TABLE, column, &self.id, cause)
    }

    fn need<'a, T>(&self, column: &'static str, value: &'a Option<T>) -> Result<&'a T, StoreError> {
        value
            .as_ref()
            .ok_or_else(|| self.bad(column, format!("missing in state {}", self.state)))
    }

    fn redirected(&self, vault: &dyn Vault) -> Result<Redirected, StoreError> {
        let flow = self.need("flow", &self.flow)?;
        Ok(Redirected {
            provider: self.need("provider", &self.provider)?.clone(),
            at: Instant::from_naive(*self.need("redirected_at", &self.redirected_at)?),
            flow: open(vault, TABLE, "flow", &self.id, flow)?,
            browser: self.browser()?,
            claimed: self.claimed,
        })
    }

    fn browser(&self) -> Result<Digest, StoreError> {
        self.need("browser", &self.browser)?
            .parse()
            .map_err(|error| self.bad("browser", error))
    }

    fn established(&self) -> Result<Established, StoreError> {
        let person = self.need("person_id", &self.person_id)?;
        let assurance = self.need("assurance", &self.assurance)?;
        let assurance: Assurance =
            serde_json::from_str(assurance).map_err(|error| self.bad("assurance", error))?;
        Ok(Established {
            provider: self.need("provider", &self.provider)?.clone(),
            person: person
                .parse()
                .map_err(|error| self.bad("person_id", error))?,
            assurance,
            evidence: self
                .need("evidence_digest", &self.evidence_digest)?
                .parse()
                .map_err(|error| self.bad("evidence_digest", error))?,
            at: Instant::from_naive(*self.need("completed_at", &self.completed_at)?),
            browser: self.browser()?,
        })
    }

    fn state(&self, vault: &dyn Vault) -> Result<SignInState, StoreError> {
        let ended_at = || {
            self.need("ended_at", &self.ended_at)
                .map(|at| Instant::from_naive(*at))
        };
        match self.state.as_str() {
            "requested" => Ok(SignInState::Requested),
            "redirected" => Ok(SignInState::Redirected(self.redirected(vault)?)),
            "completed" => Ok(SignInState::Completed(self.established()?)),
            "used" => Ok(SignInState::Used {
                established: self.established()?,
                verification: self
                    .need("verification_id", &self.verification_id)?
                    .parse()
                    .map_err(|error| self.bad("verification_id", error))?,
                at: ended_at()?,
            }),
            "failed" => {
                let code = self.need("failure", &self.failure)?;
                Ok(SignInState::Failed {
                    reason: FailureReason::from_stored(code)
                        .ok_or_else(|| self.bad("failure", code))?,
                    at: ended_at()?,
                })
            }
            other => Err(self.bad("state", other)),
        }
    }

    fn into_sign_in(self, vault: &dyn Vault) -> Result<SignIn, StoreError> {
        let sector: Option<Sector> = self
            .sector
            .as_ref()
            .map(|code| serde_json::from_value(serde_json::Value::String(code.clone())))
            .transpose()
            .map_err(|error| self.bad("sector", error))?;
        let purpose: SignInPurpose =
            serde_json::from_str(&self.purpose).map_err(|error| self.bad("purpose", error))?;
        let state = self.state(vault)?;
        let id: SignInId = self.id.parse().map_err(|error| self.bad("id", error))?;
        Ok(SignIn {
            id,
            purpose,
            asked_by: Bilingual::new(self.asked_by_th, self.asked_by_en),
            sector,
            only_provider: self.only_provider,
            requested_at: Instant::from_naive(self.requested_at),
            expires_at: Instant::from_naive(self.expires_at),
            state,
        })
    }
}

/// Write a fresh sign-in.
pub fn add(connection: &mut AnyConnection, fresh: &SignIn) -> Result<(), StoreError> {
    let id = fresh.id.as_str();
    let purpose = serde_json::to_string(&fresh.purpose)
        .map_err(|error| bad_row(TABLE, "purpose", id, error))?;
    let sector = fresh
        .sector
        .map(|sector| match serde_json::to_value(sector) {
            Ok(serde_json::Value::String(code)) => Ok(code),
            Ok(other) => Err(bad_row(TABLE, "sector", id, other)),
            Err(error) => Err(bad_row(TABLE, "sector", id, error)),
        })
        .transpose()?;
    let client = match &fresh.purpose {
        SignInPurpose::Question(subject) => Some(subject.client_id.as_str()),
        SignInPurpose::Portal => None,
    };
    diesel::insert_into(sign_in::table)
        .values((
            sign_in::id.eq(id),
            sign_in::client_id.eq(client),
            sign_in::purpose.eq(purpose),
            sign_in::asked_by_th.eq(&fresh.asked_by.th),
            sign_in::asked_by_en.eq(&fresh.asked_by.en),
            sign_in::sector.eq(sector),
            sign_in::only_provider.eq(&fresh.only_provider),
            sign_in::requested_at.eq(fresh.requested_at.to_naive()),
            sign_in::expires_at.eq(fresh.expires_at.to_naive()),
            sign_in::state.eq("requested"),
            sign_in::claimed.eq(false),
        ))
        .execute(connection)?;
    Ok(())
}

/// The sign-in with this id.
pub fn find(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &SignInId,
) -> Result<Option<SignIn>, StoreError> {
    let row = sign_in::table
        .find(id.as_str())
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(|row| row.into_sign_in(vault)).transpose()
}

/// The sign-in whose open journey has this `state` value.
pub fn find_by_state(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    state: &str,
) -> Result<Option<SignIn>, StoreError> {
    let row = sign_in::table
        .filter(sign_in::flow_state.eq(Digest::of(state).to_hex()))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    row.map(|row| row.into_sign_in(vault)).transpose()
}

/// A person sets out for a provider; an earlier journey of the same sign-in is forgotten.
pub fn set_out(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &SignInId,
    redirected: &Redirected,
) -> Result<(), StoreError> {
    let flow = seal(vault, TABLE, "flow", id.as_str(), &redirected.flow)?;
    let affected = diesel::update(
        sign_in::table
            .filter(sign_in::id.eq(id.as_str()))
            .filter(sign_in::state.eq_any(["requested", "redirected"])),
    )
    .set((
        sign_in::state.eq("redirected"),
        sign_in::provider.eq(Some(&redirected.provider)),
        sign_in::redirected_at.eq(Some(redirected.at.to_naive())),
        sign_in::flow_state.eq(Some(Digest::of(&redirected.flow.state).to_hex())),
        sign_in::flow.eq(Some(flow)),
        sign_in::browser.eq(Some(redirected.browser.to_hex())),
        sign_in::claimed.eq(false),
    ))
    .execute(connection)?;
    one_row(TABLE, affected)
}

/// A browser came back: from now on this journey cannot be finished by another one.
pub fn claim(connection: &mut AnyConnection, id: &SignInId, state: &str) -> Result<(), StoreError> {
    let affected = diesel::update(
        sign_in::table
            .filter(sign_in::id.eq(id.as_str()))
            .filter(sign_in::state.eq("redirected"))
            .filter(sign_in::claimed.eq(false))
            .filter(sign_in::flow_state.eq(Digest::of(state).to_hex())),
    )
    .set(sign_in::claimed.eq(true))
    .execute(connection)?;
    one_row(TABLE, affected)
}

/// The claimed journey came to nothing; the person may set out again.
pub fn put_back(
    connection: &mut AnyConnection,
    id: &SignInId,
    state: &str,
) -> Result<(), StoreError> {
    let affected = diesel::update(claimed(id, state))
        .set((
            sign_in::state.eq("requested"),
            sign_in::flow.eq(None::<Vec<u8>>),
            sign_in::flow_state.eq(None::<String>),
            sign_in::claimed.eq(false),
        ))
        .execute(connection)?;
    one_row(TABLE, affected)
}

type Claimed<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Filter<
            diesel::dsl::Filter<sign_in::table, diesel::dsl::Eq<sign_in::id, &'a str>>,
            diesel::dsl::Eq<sign_in::state, &'static str>,
        >,
        diesel::dsl::Eq<sign_in::claimed, bool>,
    >,
    diesel::dsl::Eq<sign_in::flow_state, String>,
>;

fn claimed<'a>(id: &'a SignInId, state: &str) -> Claimed<'a> {
    sign_in::table
        .filter(sign_in::id.eq(id.as_str()))
        .filter(sign_in::state.eq("redirected"))
        .filter(sign_in::claimed.eq(true))
        .filter(sign_in::flow_state.eq(Digest::of(state).to_hex()))
}

/// The person of the claimed journey was proved. The journey's own values are forgotten.
pub fn complete(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &SignInId,
    state: &str,
    established: &Established,
    snapshot: &Snapshot,
    evidence: &Evidence,
) -> Result<(), StoreError> {
    let name = seal(vault, TABLE, "name", id.as_str(), &snapshot.name)?;
    let evidence = seal(vault, TABLE, "evidence", id.as_str(), evidence)?;
    let assurance = serde_json::to_string(&established.assurance)
        .map_err(|error| bad_row(TABLE, "assurance", id.as_str(), error))?;
    let index = snapshot.national_id_index.map(|index| index.to_vec());
    let passport = snapshot.passport_index.map(|index| index.to_vec());
    let affected = diesel::update(claimed(id, state))
        .set((
            sign_in::state.eq("completed"),
            sign_in::flow.eq(None::<Vec<u8>>),
            sign_in::flow_state.eq(None::<String>),
            sign_in::person_id.eq(Some(established.person.as_str())),
            sign_in::assurance.eq(Some(assurance)),
            sign_in::name.eq(Some(name)),
            sign_in::national_id_index.eq(index),
            sign_in::passport_index.eq(passport),
            sign_in::evidence.eq(Some(evidence)),
            sign_in::evidence_digest.eq(Some(established.evidence.to_hex())),
            sign_in::completed_at.eq(Some(established.at.to_naive())),
        ))
        .execute(connection)?;
    one_row(TABLE, affected)
}

/// The claimed journey ended badly; the sign-in cannot be taken up again.
pub fn fail(
    connection: &mut AnyConnection,
    id: &SignInId,
    state: &str,
    reason: FailureReason,
    at: Instant,
) -> Result<(), StoreError> {
    let affected = diesel::update(claimed(id, state))
        .set((
            sign_in::state.eq("failed"),
            sign_in::flow.eq(None::<Vec<u8>>),
            sign_in::flow_state.eq(None::<String>),
            sign_in::failure.eq(Some(reason.as_str())),
            sign_in::ended_at.eq(Some(at.to_naive())),
        ))
        .execute(connection)?;
    one_row(TABLE, affected)
}

/// The sign-in supports a permit and no other afterwards.
pub fn use_once(
    connection: &mut AnyConnection,
    id: &SignInId,
    verification: &VerificationId,
    at: Instant,
) -> Result<(), StoreError> {
    let affected = diesel::update(
        sign_in::table
            .filter(sign_in::id.eq(id.as_str()))
            .filter(sign_in::state.eq("completed")),
    )
    .set((
        sign_in::state.eq("used"),
        sign_in::verification_id.eq(Some(verification.as_str())),
        sign_in::ended_at.eq(Some(at.to_naive())),
    ))
    .execute(connection)?;
    one_row(TABLE, affected)
}

/// The person as they were at a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Name as signed by the provider.
    pub name: PersonName,
    /// Keyed index of the 13-digit ID, when a trusted provider named it.
    pub national_id_index: Option<[u8; 32]>,
    /// Keyed index of the passport, when a trusted provider named one.
    pub passport_index: Option<[u8; 32]>,
}

type SealedNameAndIndexes = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// The person as they were at a completed sign-in.
pub fn snapshot(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &SignInId,
) -> Result<Option<Snapshot>, StoreError> {
    let row: Option<SealedNameAndIndexes> = sign_in::table
        .find(id.as_str())
        .select((
            sign_in::name,
            sign_in::national_id_index,
            sign_in::passport_index,
        ))
        .first(connection)
        .optional()?;
    let Some((Some(name), national_id, passport)) = row else {
        return Ok(None);
    };
    let whole = |column, bytes: Option<Vec<u8>>| {
        bytes
            .map(|bytes| {
                <[u8; 32]>::try_from(bytes.as_slice())
                    .map_err(|error| bad_row(TABLE, column, id.as_str(), error))
            })
            .transpose()
    };
    Ok(Some(Snapshot {
        name: open(vault, TABLE, "name", id.as_str(), &name)?,
        national_id_index: whole("national_id_index", national_id)?,
        passport_index: whole("passport_index", passport)?,
    }))
}

/// The sealed evidence of a completed sign-in, opened.
pub fn evidence(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &SignInId,
) -> Result<Option<Evidence>, StoreError> {
    let row: Option<Option<Vec<u8>>> = sign_in::table
        .find(id.as_str())
        .select(sign_in::evidence)
        .first(connection)
        .optional()?;
    row.flatten()
        .map(|sealed| open(vault, TABLE, "evidence", id.as_str(), &sealed))
        .transpose()
}
