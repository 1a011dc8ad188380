//! Persons and their accounts at providers.

use super::{open, seal};
use crate::db::schema::{person, person_account, person_passport};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::identity::person::{Passport, PersonRef};
use crate::identity::vault::Vault;
use crate::kernel::time::Instant;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

const TABLE: &str = "person_account";
const PASSPORT: &str = "person_passport";

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

/// The person who was proved to hold the passport with this index.
pub fn passport_holder(
    connection: &mut AnyConnection,
    index: &[u8; 32],
) -> Result<Option<PersonRef>, StoreError> {
    let row: Option<String> = person_passport::table
        .find(index.as_slice())
        .select(person_passport::person_id)
        .first(connection)
        .optional()?;
    row.map(|id| person_ref(PASSPORT, &id)).transpose()
}

/// Write down that a person was proved to hold a passport.
pub fn add_passport(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    index: &[u8; 32],
    person: &PersonRef,
    passport: &Passport,
    now: Instant,
) -> Result<(), StoreError> {
    let document = seal(vault, PASSPORT, "document", &hex::encode(index), passport)?;
    diesel::insert_into(person_passport::table)
        .values((
            person_passport::passport_index.eq(index.as_slice()),
            person_passport::person_id.eq(person.as_str()),
            person_passport::document.eq(document),
            person_passport::first_seen_at.eq(now.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The passport with this index, opened: for the status service.
pub fn passport(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    index: &[u8; 32],
) -> Result<Option<Passport>, StoreError> {
    let row: Option<Vec<u8>> = person_passport::table
        .find(index.as_slice())
        .select(person_passport::document)
        .first(connection)
        .optional()?;
    let id = hex::encode(index);
    row.map(|sealed| open(vault, PASSPORT, "document", &id, &sealed))
        .transpose()
}

/// Indexes of every passport that was ever proved to be this person's.
pub fn passports_of(
    connection: &mut AnyConnection,
    person: &PersonRef,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows: Vec<Vec<u8>> = person_passport::table
        .filter(person_passport::person_id.eq(person.as_str()))
        .order(person_passport::passport_index)
        .select(person_passport::passport_index)
        .load(connection)?;
    rows.iter()
        .map(|bytes| {
            <[u8; 32]>::try_from(bytes.as_slice())
                .map_err(|error| bad_row(PASSPORT, "passport_index", person.as_str(), error))
        })
        .collect()
}

/// Who is known to stand behind these indexes, of 13-digit IDs or passports. Indexes of nobody known are left out.
pub fn people_behind(
    connection: &mut AnyConnection,
    indexes: &[[u8; 32]],
) -> Result<Vec<([u8; 32], PersonRef)>, StoreError> {
    let wanted: Vec<&[u8]> = indexes.iter().map(<[u8; 32]>::as_slice).collect();
    let mut rows: Vec<(Vec<u8>, String)> = person_passport::table
        .filter(person_passport::passport_index.eq_any(wanted.clone()))
        .select((person_passport::passport_index, person_passport::person_id))
        .load(connection)?;
    let by_number: Vec<(Option<Vec<u8>>, String)> = person::table
        .filter(person::national_id_index.eq_any(wanted))
        .select((person::national_id_index, person::id))
        .load(connection)?;
    rows.extend(
        by_number
            .into_iter()
            .filter_map(|(index, id)| Some((index?, id))),
    );
    rows.into_iter()
        .map(|(index, id)| {
            let index = <[u8; 32]>::try_from(index.as_slice())
                .map_err(|error| bad_row("person", "national_id_index", &id, error))?;
            Ok((index, person_ref("person", &id)?))
        })
        .collect()
}

fn person_ref(table: &'static str, id: &str) -> Result<PersonRef, StoreError> {
    id.parse()
        .map_err(|error| bad_row(table, "person_id", id, error))
}
