//! Rows of issued documents and of their number series.

use super::content::DocumentKind;
use super::record::{DocumentRecord, DocumentState};
use crate::access::idempotency::{IdempotencyScope, Ticket};
use crate::db::schema::{document_series, issued_document};
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::id::{CertificateId, VerificationToken};
use crate::kernel::time::Instant;
use diesel::prelude::*;

const TABLE: &str = "issued_document";

#[derive(Queryable, Selectable)]
#[diesel(table_name = issued_document)]
struct DocumentRow {
    id: String,
    kind: String,
    number: String,
    token: String,
    client_id: String,
    state: String,
    content: String,
    content_digest: String,
    reserved_at: chrono::NaiveDateTime,
    ended_at: Option<chrono::NaiveDateTime>,
    file_digest: Option<String>,
    void_reason: Option<String>,
    key_scope: String,
    key_attempt: i64,
}

impl DocumentRow {
    fn ticket(&self) -> Result<Ticket, StoreError> {
        let scope: Digest = self
            .key_scope
            .parse()
            .map_err(|error| bad_row(TABLE, "key_scope", &self.id, error))?;
        Ok(Ticket {
            scope: IdempotencyScope::from_digest(scope),
            attempt: self.key_attempt,
        })
    }

    fn into_record(self) -> Result<DocumentRecord, StoreError> {
        let bad = |column: &'static str, cause: &dyn std::fmt::Display| {
            bad_row(TABLE, column, &self.id, cause)
        };
        let state = match (
            self.state.as_str(),
            self.ended_at,
            self.file_digest.as_deref(),
            self.void_reason.as_deref(),
        ) {
            ("reserved", None, None, None) => DocumentState::Reserved,
            ("issued", Some(at), Some(digest), None) => DocumentState::Issued {
                at: Instant::from_naive(at),
                file_digest: digest.parse().map_err(|error| bad("file_digest", &error))?,
            },
            ("void", Some(at), None, Some(reason)) => DocumentState::Void {
                at: Instant::from_naive(at),
                reason: reason.to_owned(),
            },
            (state, ..) => return Err(bad("state", &format!("{state} with the wrong companions"))),
        };
        Ok(DocumentRecord {
            kind: DocumentKind::from_stored(&self.kind).ok_or_else(|| bad("kind", &self.kind))?,
            token: self.token.parse().map_err(|error| bad("token", &error))?,
            content: serde_json::from_str(&self.content).map_err(|error| bad("content", &error))?,
            content_digest: self
                .content_digest
                .parse()
                .map_err(|error| bad("content_digest", &error))?,
            reserved_at: Instant::from_naive(self.reserved_at),
            state,
            id: self
                .id
                .parse()
                .map_err(|error| bad_row(TABLE, "id", &self.id, error))?,
            number: self.number,
            client_id: self.client_id,
        })
    }
}

/// Take the next number of a series in a year. Gap-free, because the counter row and the document's row commit together.
pub fn next_number(
    connection: &mut AnyConnection,
    series: &str,
    year: i32,
) -> Result<i64, StoreError> {
    let year = i64::from(year);
    let row = document_series::table
        .filter(document_series::series.eq(series))
        .filter(document_series::year.eq(year));
    let current: Option<i64> = row
        .select(document_series::last_number)
        .first(connection)
        .optional()?;
    match current {
        Some(last) => {
            let affected = diesel::update(row.filter(document_series::last_number.eq(last)))
                .set(document_series::last_number.eq(last + 1))
                .execute(connection)?;
            one_row("document_series", affected)?;
            Ok(last + 1)
        }
        None => {
            diesel::insert_into(document_series::table)
                .values((
                    document_series::series.eq(series),
                    document_series::year.eq(year),
                    document_series::last_number.eq(1i64),
                ))
                .execute(connection)?;
            Ok(1)
        }
    }
}

/// Write the reserved row: from here on the number is taken for ever.
pub fn reserve(
    connection: &mut AnyConnection,
    record: &DocumentRecord,
    ticket: &Ticket,
) -> Result<(), StoreError> {
    let content = serde_json::to_string(&record.content)
        .map_err(|error| bad_row(TABLE, "content", record.id.as_str(), error))?;
    diesel::insert_into(issued_document::table)
        .values((
            issued_document::id.eq(record.id.as_str()),
            issued_document::kind.eq(record.kind.as_str()),
            issued_document::number.eq(&record.number),
            issued_document::token.eq(record.token.as_str()),
            issued_document::registration_number.eq(record.content.registration_number.as_str()),
            issued_document::client_id.eq(&record.client_id),
            issued_document::state.eq("reserved"),
            issued_document::content.eq(content),
            issued_document::content_digest.eq(record.content_digest.to_hex()),
            issued_document::reserved_at.eq(record.reserved_at.to_naive()),
            issued_document::key_scope.eq(ticket.scope.digest().to_hex()),
            issued_document::key_attempt.eq(ticket.attempt),
        ))
        .execute(connection)?;
    Ok(())
}

/// The sealed file joins its reserved row; a row that is no longer reserved is left alone ([`StoreError::Stale`]).
pub fn complete(
    connection: &mut AnyConnection,
    id: &CertificateId,
    file: &[u8],
    file_digest: Digest,
    at: Instant,
) -> Result<(), StoreError> {
    let affected = diesel::update(
        issued_document::table
            .filter(issued_document::id.eq(id.as_str()))
            .filter(issued_document::state.eq("reserved")),
    )
    .set((
        issued_document::state.eq("issued"),
        issued_document::file.eq(Some(file)),
        issued_document::file_digest.eq(Some(file_digest.to_hex())),
        issued_document::ended_at.eq(Some(at.to_naive())),
    ))
    .execute(connection)?;
    one_row(TABLE, affected)
}

/// Give a reserved number up; it stays visible with its reason.
pub fn void(
    connection: &mut AnyConnection,
    id: &CertificateId,
    reason: &str,
    at: Instant,
) -> Result<(), StoreError> {
    let affected = diesel::update(
        issued_document::table
            .filter(issued_document::id.eq(id.as_str()))
            .filter(issued_document::state.eq("reserved")),
    )
    .set((
        issued_document::state.eq("void"),
        issued_document::void_reason.eq(Some(reason)),
        issued_document::ended_at.eq(Some(at.to_naive())),
    ))
    .execute(connection)?;
    one_row(TABLE, affected)
}

/// Reserved rows older than this instant, with the keys they were ordered with: somebody was interrupted.
pub fn abandoned(
    connection: &mut AnyConnection,
    before: Instant,
) -> Result<Vec<(DocumentRecord, Ticket)>, StoreError> {
    let rows: Vec<DocumentRow> = issued_document::table
        .filter(issued_document::state.eq("reserved"))
        .filter(issued_document::reserved_at.lt(before.to_naive()))
        .order(issued_document::reserved_at.asc())
        .select(DocumentRow::as_select())
        .load(connection)?;
    let mut abandoned = Vec::new();
    for row in rows {
        let ticket = row.ticket()?;
        abandoned.push((row.into_record()?, ticket));
    }
    Ok(abandoned)
}

/// The document of this printed number.
pub fn by_number(
    connection: &mut AnyConnection,
    number: &str,
) -> Result<Option<DocumentRecord>, StoreError> {
    let row = issued_document::table
        .filter(issued_document::number.eq(number))
        .select(DocumentRow::as_select())
        .first(connection)
        .optional()?;
    row.map(DocumentRow::into_record).transpose()
}

/// The document behind this QR code.
pub fn by_token(
    connection: &mut AnyConnection,
    token: &VerificationToken,
) -> Result<Option<DocumentRecord>, StoreError> {
    let row = issued_document::table
        .filter(issued_document::token.eq(token.as_str()))
        .select(DocumentRow::as_select())
        .first(connection)
        .optional()?;
    row.map(DocumentRow::into_record).transpose()
}

/// The document whose file has exactly this digest.
pub fn by_file_digest(
    connection: &mut AnyConnection,
    digest: Digest,
) -> Result<Option<DocumentRecord>, StoreError> {
    let row = issued_document::table
        .filter(issued_document::file_digest.eq(digest.to_hex()))
        .select(DocumentRow::as_select())
        .first(connection)
        .optional()?;
    row.map(DocumentRow::into_record).transpose()
}

/// The sealed file of an issued document.
pub fn file(
    connection: &mut AnyConnection,
    id: &CertificateId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let file: Option<Option<Vec<u8>>> = issued_document::table
        .filter(issued_document::id.eq(id.as_str()))
        .select(issued_document::file)
        .first(connection)
        .optional()?;
    Ok(file.flatten())
}
