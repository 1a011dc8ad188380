//! Kept answers, used inside other rooms' transactions.

use crate::access::idempotency::{
    ALIVE_FOR, Begun, IdempotencyScope, KEPT_FOR, KeptAnswer, Retention, Ticket,
};
use crate::db::schema::idempotency_record;
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_record)]
struct Row {
    request_digest: String,
    state: String,
    attempt: i64,
    status: Option<i64>,
    content_type: Option<String>,
    body: Option<Vec<u8>>,
    expires_at: Option<NaiveDateTime>,
}

/// Whether this is the first request with its key. `request` is the digest of the canonical body.
///
/// The row is part of the caller's transaction: if that is not kept, neither is the row.
pub fn begin(
    connection: &mut AnyConnection,
    scope: &IdempotencyScope,
    request: &Digest,
    now: Instant,
) -> Result<Begun, StoreError> {
    let key = scope.digest().to_hex();
    let row: Option<Row> = idempotency_record::table
        .filter(idempotency_record::scope_key.eq(&key))
        .select(Row::as_select())
        .first(connection)
        .optional()?;
    let Some(row) = row else {
        return insert(connection, scope, request, now);
    };
    let expired = row
        .expires_at
        .is_some_and(|expires_at| Instant::from_naive(expires_at) <= now);
    if expired {
        return take_over(connection, scope, request, row.attempt, now);
    }
    if row.request_digest != request.to_hex() {
        return Ok(Begun::OtherBody);
    }
    match row.state.as_str() {
        "running" => Ok(Begun::Running),
        "done" => kept(&key, row).map(Begun::Replay),
        other => Err(bad_row("idempotency_record", "state", &key, other)),
    }
}

fn insert(
    connection: &mut AnyConnection,
    scope: &IdempotencyScope,
    request: &Digest,
    now: Instant,
) -> Result<Begun, StoreError> {
    // Of two first requests at once one waits here. On PostgreSQL it is then turned away by a unique violation, which
    // ends its transaction: to the caller that is a row in the way, and running again finds the other's answer.
    let inserted = diesel::insert_into(idempotency_record::table)
        .values((
            idempotency_record::scope_key.eq(scope.digest().to_hex()),
            idempotency_record::request_digest.eq(request.to_hex()),
            idempotency_record::state.eq("running"),
            idempotency_record::attempt.eq(1_i64),
            idempotency_record::created_at.eq(now.to_naive()),
            idempotency_record::expires_at.eq(Some(now.plus(ALIVE_FOR).to_naive())),
        ))
        .execute(connection);
    match inserted.map_err(StoreError::from) {
        Ok(_) => Ok(Begun::Fresh(Ticket {
            scope: *scope,
            attempt: 1,
        })),
        Err(StoreError::Conflict { constraint }) => Err(StoreError::Unavailable {
            cause: format!("another request with the same key came first ({constraint})"),
        }),
        Err(error) => Err(error),
    }
}

/// The row's time is over: the answer need not be kept any longer, or the attempt is dead.
fn take_over(
    connection: &mut AnyConnection,
    scope: &IdempotencyScope,
    request: &Digest,
    attempt: i64,
    now: Instant,
) -> Result<Begun, StoreError> {
    let affected = diesel::update(
        idempotency_record::table
            .filter(idempotency_record::scope_key.eq(scope.digest().to_hex()))
            .filter(idempotency_record::attempt.eq(attempt)),
    )
    .set((
        idempotency_record::request_digest.eq(request.to_hex()),
        idempotency_record::state.eq("running"),
        idempotency_record::attempt.eq(attempt + 1),
        idempotency_record::status.eq(None::<i64>),
        idempotency_record::content_type.eq(None::<String>),
        idempotency_record::body.eq(None::<Vec<u8>>),
        idempotency_record::created_at.eq(now.to_naive()),
        idempotency_record::expires_at.eq(Some(now.plus(ALIVE_FOR).to_naive())),
    ))
    .execute(connection)?;
    one_row("idempotency_record", affected)?;
    Ok(Begun::Fresh(Ticket {
        scope: *scope,
        attempt: attempt + 1,
    }))
}

fn kept(key: &str, row: Row) -> Result<KeptAnswer, StoreError> {
    let missing = |column| bad_row("idempotency_record", column, key, "it is missing");
    let status = row.status.ok_or_else(|| missing("status"))?;
    Ok(KeptAnswer {
        status: u16::try_from(status)
            .map_err(|error| bad_row("idempotency_record", "status", key, error))?,
        content_type: row.content_type.ok_or_else(|| missing("content_type"))?,
        body: row.body.ok_or_else(|| missing("body"))?,
    })
}

/// Keep the answer of the act that was done. Refused as stale when another attempt took over meanwhile: the act must
/// then not be kept either.
pub fn finish(
    connection: &mut AnyConnection,
    ticket: &Ticket,
    answer: &KeptAnswer,
    retention: Retention,
    now: Instant,
) -> Result<(), StoreError> {
    let expires_at = match retention {
        Retention::Day => Some(now.plus(KEPT_FOR).to_naive()),
        Retention::ForEver => None,
    };
    let affected = diesel::update(running(ticket))
        .set((
            idempotency_record::state.eq("done"),
            idempotency_record::status.eq(Some(i64::from(answer.status))),
            idempotency_record::content_type.eq(Some(answer.content_type.as_str())),
            idempotency_record::body.eq(Some(answer.body.as_slice())),
            idempotency_record::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    one_row("idempotency_record", affected)
}

/// Give the key back: the act came to nothing, and the same request may be sent again at once. Whether the key was
/// still this attempt's: another one may have taken it over, which is no fault of an act that ends here anyway.
pub fn abandon(connection: &mut AnyConnection, ticket: &Ticket) -> Result<bool, StoreError> {
    let affected = diesel::delete(running(ticket)).execute(connection)?;
    Ok(affected == 1)
}

/// Delete what need not be kept any longer; how many rows.
pub fn purge(connection: &mut AnyConnection, now: Instant) -> Result<usize, StoreError> {
    let deleted = diesel::delete(
        idempotency_record::table.filter(idempotency_record::expires_at.le(now.to_naive())),
    )
    .execute(connection)?;
    Ok(deleted)
}

/// The row, as long as this ticket's attempt is the newest and has not ended.
#[diesel::dsl::auto_type]
fn running(ticket: &Ticket) -> _ {
    let key: String = ticket.scope.digest().to_hex();
    let attempt: i64 = ticket.attempt;
    idempotency_record::table
        .filter(idempotency_record::scope_key.eq(key))
        .filter(idempotency_record::attempt.eq(attempt))
        .filter(idempotency_record::state.eq("running"))
}
