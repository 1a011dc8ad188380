//! Persons and their accounts at providers.

use super::{open, seal};
use crate::db::schema::{person, person_account};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::identity::person::PersonRef;
use crate::identity::vault::Vault;
use crate::kernel::time::Instant;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

const TABLE: &str = "person_account";

/// What is sealed beside an account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    subject: String,
    national_id: Option<String>,
}

/// One account at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person it belongs to.
    pub person: PersonRef,
    /// Issuer identifier of the provider.
    pub issuer: String,
}

/// The account with this keyed index. Its sealed profile must open: a changed one is an error, never a person.
pub fn account(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    index: &[u8; 32],
) -> Result<Option<Account>, StoreError> {
    let row: Option<(String, String, Vec<u8>)> = person_account::table
        .find(index.as_slice())
        .select((
            person_account::person_id,
            person_account::issuer,
            person_account::profile,
        ))
        .first(connection)
        .optional()?;
    let Some((person, issuer, profile)) = row else {
        return Ok(None);
    };
    let id = hex::encode(index);
    let Profile { .. } = open(vault, TABLE, "profile", &id, &profile)?;
    Ok(Some(Account {
        person: person
            .parse()
            .map_err(|error| bad_row(TABLE, "person_id", &id, error))?,
        issuer,
    }))
}

/// Write an account of a person.
pub fn add_account(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    index: &[u8; 32],
    account: &Account,
    subject: &str,
    national_id: Option<&str>,
    now: Instant,
) -> Result<(), StoreError> {
    let profile = Profile {
        subject: subject.to_owned(),
        national_id: national_id.map(str::to_owned),
    };
    let profile = seal(vault, TABLE, "profile", &hex::encode(index), &profile)?;
    diesel::insert_into(person_account::table)
        .values((
            person_account::subject_index.eq(index.as_slice()),
            person_account::person_id.eq(account.person.as_str()),
            person_account::issuer.eq(&account.issuer),
            person_account::profile.eq(profile),
            person_account::first_seen_at.eq(now.to_naive()),
            person_account::last_seen_at.eq(now.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Note that the account signed in again.
pub fn see_again(
    connection: &mut AnyConnection,
    index: &[u8; 32],
    now: Instant,
) -> Result<(), StoreError> {
    let affected = diesel::update(person_account::table.find(index.as_slice()))
        .set(person_account::last_seen_at.eq(now.to_naive()))
        .execute(connection)?;
    one_row(TABLE, affected)
}

/// Write a person.
pub fn add_person(
    connection: &mut AnyConnection,
    id: &PersonRef,
    national_id_index: Option<&[u8; 32]>,
    now: Instant,
) -> Result<(), StoreError> {
    diesel::insert_into(person::table)
        .values((
            person::id.eq(id.as_str()),
            person::national_id_index.eq(national_id_index.map(<[u8; 32]>::as_slice)),
            person::created_at.eq(now.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The person whose 13-digit ID has this index.
pub fn person_with(
    connection: &mut AnyConnection,
    national_id_index: &[u8; 32],
) -> Result<Option<PersonRef>, StoreError> {
    let row: Option<String> = person::table
        .filter(person::national_id_index.eq(national_id_index.as_slice()))
        .select(person::id)
        .first(connection)
        .optional()?;
    row.map(|id| {
        id.parse()
            .map_err(|error| bad_row("person", "id", &id, error))
    })
    .transpose()
}

/// The index of a person's 13-digit ID, if one is on record.
pub fn index_of(
    connection: &mut AnyConnection,
    id: &PersonRef,
) -> Result<Option<[u8; 32]>, StoreError> {
    let row: Option<Vec<u8>> = person::table
        .find(id.as_str())
        .select(person::national_id_index)
        .first(connection)?;
    row.map(|bytes| {
        <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|error| bad_row("person", "national_id_index", id.as_str(), error))
    })
    .transpose()
}

/// Note the index of a person who had none.
pub fn set_index(
    connection: &mut AnyConnection,
    id: &PersonRef,
    national_id_index: &[u8; 32],
) -> Result<(), StoreError> {
    let affected = diesel::update(
        person::table
            .filter(person::id.eq(id.as_str()))
            .filter(person::national_id_index.is_null()),
    )
    .set(person::national_id_index.eq(Some(national_id_index.as_slice())))
    .execute(connection)?;
    one_row("person", affected)
}
