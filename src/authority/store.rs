//! Rows of answered questions: written once, never changed.

use crate::db::schema::verification;
use crate::db::{AnyConnection, StoreError, bad_row};
use crate::kernel::id::VerificationId;
use crate::kernel::time::Instant;
use diesel::prelude::*;

/// One stored answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVerification {
    /// Identifier.
    pub id: VerificationId,
    /// Who asked.
    pub client_id: String,
    /// When.
    pub asked_at: Instant,
    /// The question in its recorded form, canonical JSON.
    pub question: String,
    /// The answer as it was given, JSON.
    pub answer: String,
    /// The receipt, compact JWS.
    pub receipt: String,
}

/// What is stored beside the texts, to be found by.
#[derive(Debug, Clone, Copy)]
pub struct Index<'a> {
    /// Registration number.
    pub registration_number: &'a str,
    /// `permit`, `deny` or `indeterminate`.
    pub decision: &'a str,
    /// Version of the company's record.
    pub registry_version: u64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = verification)]
struct VerificationRow {
    id: String,
    client_id: String,
    asked_at: chrono::NaiveDateTime,
    question: String,
    answer: String,
    receipt: String,
}

impl VerificationRow {
    fn into_stored(self) -> Result<StoredVerification, StoreError> {
        Ok(StoredVerification {
            id: self
                .id
                .parse()
                .map_err(|error| bad_row("verification", "id", &self.id, error))?,
            client_id: self.client_id,
            asked_at: Instant::from_naive(self.asked_at),
            question: self.question,
            answer: self.answer,
            receipt: self.receipt,
        })
    }
}

/// Keep an answer.
pub fn insert(
    connection: &mut AnyConnection,
    stored: &StoredVerification,
    index: Index<'_>,
) -> Result<(), StoreError> {
    let version = i64::try_from(index.registry_version).map_err(|error| {
        bad_row(
            "verification",
            "registry_version",
            stored.id.as_str(),
            error,
        )
    })?;
    diesel::insert_into(verification::table)
        .values((
            verification::id.eq(stored.id.as_str()),
            verification::client_id.eq(&stored.client_id),
            verification::registration_number.eq(index.registration_number),
            verification::decision.eq(index.decision),
            verification::registry_version.eq(version),
            verification::asked_at.eq(stored.asked_at.to_naive()),
            verification::question.eq(&stored.question),
            verification::answer.eq(&stored.answer),
            verification::receipt.eq(&stored.receipt),
        ))
        .execute(connection)?;
    Ok(())
}

/// The answer of this id, if this client asked for it: another client's answers look absent.
pub fn find(
    connection: &mut AnyConnection,
    client_id: &str,
    id: &VerificationId,
) -> Result<Option<StoredVerification>, StoreError> {
    verification::table
        .filter(verification::id.eq(id.as_str()))
        .filter(verification::client_id.eq(client_id))
        .select(VerificationRow::as_select())
        .first(connection)
        .optional()?
        .map(VerificationRow::into_stored)
        .transpose()
}
