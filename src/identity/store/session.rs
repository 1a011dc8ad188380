//! Sessions of people.

use super::{open, seal};
use crate::db::schema::person_session;
use crate::db::{AnyConnection, StoreError, bad_row};
use crate::identity::assurance::Assurance;
use crate::identity::person::{PersonName, PersonRef};
use crate::identity::session::Session;
use crate::identity::vault::Vault;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use diesel::prelude::*;

const TABLE: &str = "person_session";

/// A session with the person it belongs to.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// Times.
    pub session: Session,
    /// The person.
    pub person: PersonRef,
    /// Name to greet with.
    pub name: PersonName,
    /// Assurance of the sign-in that opened it.
    pub assurance: Assurance,
}

type Row = (
    String,
    Vec<u8>,
    String,
    chrono::NaiveDateTime,
    chrono::NaiveDateTime,
    Option<chrono::NaiveDateTime>,
);

/// The session with this digest, live or not.
pub fn session(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    digest: Digest,
) -> Result<Option<StoredSession>, StoreError> {
    let id = digest.to_hex();
    let row: Option<Row> = person_session::table
        .find(&id)
        .select((
            person_session::person_id,
            person_session::name,
            person_session::assurance,
            person_session::last_seen_at,
            person_session::ends_at,
            person_session::revoked_at,
        ))
        .first(connection)
        .optional()?;
    let Some((person, name, assurance, last_seen_at, ends_at, revoked_at)) = row else {
        return Ok(None);
    };
    Ok(Some(StoredSession {
        session: Session {
            last_seen_at: Instant::from_naive(last_seen_at),
            ends_at: Instant::from_naive(ends_at),
            revoked_at: revoked_at.map(Instant::from_naive),
        },
        person: person
            .parse()
            .map_err(|error| bad_row(TABLE, "person_id", &id, error))?,
        name: open(vault, TABLE, "name", &id, &name)?,
        assurance: serde_json::from_str(&assurance)
            .map_err(|error| bad_row(TABLE, "assurance", &id, error))?,
    }))
}

/// Write a fresh session.
pub fn add_session(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    digest: Digest,
    stored: &StoredSession,
) -> Result<(), StoreError> {
    let id = digest.to_hex();
    let assurance = serde_json::to_string(&stored.assurance)
        .map_err(|error| bad_row(TABLE, "assurance", &id, error))?;
    let name = seal(vault, TABLE, "name", &id, &stored.name)?;
    diesel::insert_into(person_session::table)
        .values((
            person_session::digest.eq(&id),
            person_session::person_id.eq(stored.person.as_str()),
            person_session::name.eq(name),
            person_session::assurance.eq(assurance),
            person_session::created_at.eq(stored.session.last_seen_at.to_naive()),
            person_session::last_seen_at.eq(stored.session.last_seen_at.to_naive()),
            person_session::ends_at.eq(stored.session.ends_at.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Note that the session was used. A session revoked meanwhile stays as it is.
pub fn touch_session(
    connection: &mut AnyConnection,
    digest: Digest,
    now: Instant,
) -> Result<(), StoreError> {
    diesel::update(
        person_session::table
            .filter(person_session::digest.eq(digest.to_hex()))
            .filter(person_session::revoked_at.is_null()),
    )
    .set(person_session::last_seen_at.eq(now.to_naive()))
    .execute(connection)?;
    Ok(())
}

/// End the session. Ending it twice is ending it once.
pub fn revoke_session(
    connection: &mut AnyConnection,
    digest: Digest,
    now: Instant,
) -> Result<(), StoreError> {
    diesel::update(
        person_session::table
            .filter(person_session::digest.eq(digest.to_hex()))
            .filter(person_session::revoked_at.is_null()),
    )
    .set(person_session::revoked_at.eq(Some(now.to_naive())))
    .execute(connection)?;
    Ok(())
}
