//! Rows of the place in the register's changes, of changes that could not be taken in, and of juristic persons that must
//! be asked for again.

use super::{ChangeRefusal, Cursor};
use crate::db::schema::{register_follow, register_follow_due, register_follow_refusal};
use crate::db::{AnyConnection, StoreError, bad_row};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

const FOLLOW: &str = "register_follow";
const DUE: &str = "register_follow_due";

/// Up to where the changes were taken in.
pub fn place(connection: &mut AnyConnection) -> Result<Cursor, StoreError> {
    let cursor: String = register_follow::table
        .filter(register_follow::id.eq(1))
        .select(register_follow::cursor)
        .first(connection)?;
    if cursor.is_empty() {
        return Ok(Cursor::start());
    }
    cursor
        .parse()
        .map_err(|error| bad_row(FOLLOW, "cursor", "1", error))
}

/// Move the place, if it is still where the changes were asked from. `false`: another instance took them in.
pub fn advance(
    connection: &mut AnyConnection,
    from: &Cursor,
    to: &Cursor,
    changes: usize,
    now: Instant,
) -> Result<bool, StoreError> {
    let changes = i64::try_from(changes).map_err(|error| bad_row(FOLLOW, "changes", "1", error))?;
    let moved = diesel::update(register_follow::table)
        .filter(register_follow::id.eq(1))
        .filter(register_follow::cursor.eq(from.as_str()))
        .set((
            register_follow::cursor.eq(to.as_str()),
            register_follow::moved_at.eq(Some(now.to_naive())),
            register_follow::changes.eq(register_follow::changes + changes),
        ))
        .execute(connection)?;
    Ok(moved == 1)
}

/// How many changes were read since the first, those that could not be taken in included.
pub fn changes_read(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let changes: i64 = register_follow::table
        .filter(register_follow::id.eq(1))
        .select(register_follow::changes)
        .first(connection)?;
    u64::try_from(changes).map_err(|error| bad_row(FOLLOW, "changes", "1", error))
}

/// Write down that a change was not taken in. The same one again changes nothing.
pub fn refuse(
    connection: &mut AnyConnection,
    refusal: &ChangeRefusal,
    now: Instant,
) -> Result<(), StoreError> {
    let id = refusal.digest.to_hex();
    let known: Option<String> = register_follow_refusal::table
        .filter(register_follow_refusal::digest.eq(&id))
        .select(register_follow_refusal::digest)
        .first(connection)
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    let (code, field) = refusal.reason.code();
    diesel::insert_into(register_follow_refusal::table)
        .values((
            register_follow_refusal::digest.eq(id),
            register_follow_refusal::cursor
                .eq(refusal.cursor.as_ref().map(|cursor| cursor.as_str())),
            register_follow_refusal::registration_number
                .eq(refusal.number.as_ref().map(RegistrationNumber::as_str)),
            register_follow_refusal::code.eq(code),
            register_follow_refusal::field.eq(field),
            register_follow_refusal::refused_at.eq(now.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}

/// A change that was not taken in, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The place behind it, if it named one.
    pub cursor: Option<String>,
    /// Whom it was about, if it said so.
    pub number: Option<String>,
    /// Why, in one word.
    pub code: String,
    /// Member at fault.
    pub field: String,
}

/// The latest changes that were not taken in, newest first.
pub fn refusals(connection: &mut AnyConnection, most: u32) -> Result<Vec<Refused>, StoreError> {
    let rows: Vec<(Option<String>, Option<String>, String, String)> =
        register_follow_refusal::table
            .order((
                register_follow_refusal::refused_at.desc(),
                register_follow_refusal::digest.asc(),
            ))
            .limit(i64::from(most))
            .select((
                register_follow_refusal::cursor,
                register_follow_refusal::registration_number,
                register_follow_refusal::code,
                register_follow_refusal::field,
            ))
            .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(cursor, number, code, field)| Refused {
            cursor,
            number,
            code,
            field,
        })
        .collect())
}

/// Why a juristic person is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueFor {
    /// What we hold may be wrong: nothing may rest on it until then.
    Doubt,
    /// Something more can be learnt: what we hold is right.
    More,
}

/// See to it that a juristic person is asked for again. Doubt stays doubt.
pub fn mark(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
    reason: DueFor,
    now: Instant,
) -> Result<(), StoreError> {
    let known: Option<bool> = register_follow_due::table
        .filter(register_follow_due::registration_number.eq(number.as_str()))
        .select(register_follow_due::doubt)
        .first(connection)
        .optional()?;
    let doubt = reason == DueFor::Doubt || known == Some(true);
    if known.is_some() {
        diesel::update(register_follow_due::table)
            .filter(register_follow_due::registration_number.eq(number.as_str()))
            .set((
                register_follow_due::since.eq(now.to_naive()),
                register_follow_due::doubt.eq(doubt),
                register_follow_due::tries.eq(0),
            ))
            .execute(connection)?;
    } else {
        diesel::insert_into(register_follow_due::table)
            .values((
                register_follow_due::registration_number.eq(number.as_str()),
                register_follow_due::since.eq(now.to_naive()),
                register_follow_due::doubt.eq(doubt),
                register_follow_due::tries.eq(0),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Since when, and why, a juristic person must be asked for again; `None` when it need not be.
pub fn due(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<Option<(Instant, DueFor)>, StoreError> {
    let row: Option<(NaiveDateTime, bool)> = register_follow_due::table
        .filter(register_follow_due::registration_number.eq(number.as_str()))
        .select((register_follow_due::since, register_follow_due::doubt))
        .first(connection)
        .optional()?;
    Ok(row.map(|(since, doubt)| {
        let reason = if doubt { DueFor::Doubt } else { DueFor::More };
        (Instant::from_naive(since), reason)
    }))
}

/// It was asked for at this moment: what was due before then is settled. When not everything was learnt, the doubt is
/// gone and the rest stays due.
pub fn settle(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
    asked_at: Instant,
    complete: bool,
) -> Result<(), StoreError> {
    let asked_at = asked_at.to_naive();
    if complete {
        diesel::delete(register_follow_due::table)
            .filter(register_follow_due::registration_number.eq(number.as_str()))
            .filter(register_follow_due::since.le(asked_at))
            .execute(connection)?;
    } else {
        diesel::update(register_follow_due::table)
            .filter(register_follow_due::registration_number.eq(number.as_str()))
            .filter(register_follow_due::since.le(asked_at))
            .set((
                register_follow_due::doubt.eq(false),
                register_follow_due::tries.eq(register_follow_due::tries + 1),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Asking for it failed: others go first the next time.
pub fn tried(
    connection: &mut AnyConnection,
    number: &RegistrationNumber,
) -> Result<(), StoreError> {
    diesel::update(register_follow_due::table)
        .filter(register_follow_due::registration_number.eq(number.as_str()))
        .set(register_follow_due::tries.eq(register_follow_due::tries + 1))
        .execute(connection)?;
    Ok(())
}

/// Whom to ask for again next: the least tried first, then the longest due.
pub fn next_due(
    connection: &mut AnyConnection,
    most: u32,
) -> Result<Vec<RegistrationNumber>, StoreError> {
    let numbers: Vec<String> = register_follow_due::table
        .order((
            register_follow_due::tries.asc(),
            register_follow_due::since.asc(),
            register_follow_due::registration_number.asc(),
        ))
        .limit(i64::from(most))
        .select(register_follow_due::registration_number)
        .load(connection)?;
    numbers
        .into_iter()
        .map(|number| {
            number
                .parse()
                .map_err(|error| bad_row(DUE, "registration_number", &number, error))
        })
        .collect()
}
