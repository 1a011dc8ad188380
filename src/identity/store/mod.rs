//! Rows of this room: sign-ins, persons with their accounts, sessions.
//!
//! Everything personal goes in and comes out through the vault here, so that no caller can forget to seal it.

mod person;
mod session;
mod sign_in;

pub use person::{
    Account, account, add_account, add_passport, add_person, index_of, passport, passport_holder,
    passports_of, people_behind, person_with, see_again, set_index,
};
pub use session::{StoredSession, add_session, revoke_session, session, touch_session};
pub use sign_in::{
    Snapshot, add, claim, complete, evidence, fail, find, find_by_state, put_back, set_out,
    snapshot, use_once,
};

use super::vault::{Vault, VaultError};
use crate::db::{StoreError, bad_row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The error of a sealed column: changed bytes are an inconsistent row, a vault out of reach is no fault of the row.
fn sealed_error(
    table: &'static str,
    column: &'static str,
    id: &str,
    error: VaultError,
) -> StoreError {
    match error {
        VaultError::CannotOpen { .. } => bad_row(table, column, id, error),
        VaultError::Unavailable { cause } => StoreError::Unavailable { cause },
    }
}

/// A value as JSON, sealed for one column of one row.
fn seal<T: Serialize>(
    vault: &dyn Vault,
    table: &'static str,
    column: &'static str,
    id: &str,
    value: &T,
) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(value).map_err(|error| bad_row(table, column, id, error))?;
    vault
        .seal(&format!("{table}.{column}"), id, &plain)
        .map_err(|error| sealed_error(table, column, id, error))
}

/// Back from [`seal`].
fn open<T: DeserializeOwned>(
    vault: &dyn Vault,
    table: &'static str,
    column: &'static str,
    id: &str,
    sealed: &[u8],
) -> Result<T, StoreError> {
    let plain = vault
        .open(&format!("{table}.{column}"), id, sealed)
        .map_err(|error| sealed_error(table, column, id, error))?;
    // The cause of a wrong form may quote the plain text: only its category is kept.
    serde_json::from_slice(&plain)
        .map_err(|error| bad_row(table, column, id, format!("{:?}", error.classify())))
}
