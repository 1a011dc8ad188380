//! What happened to a company since the full feed: one change, made of its place, the seed and the day.

use super::cells::Slot;
use super::companies::{Making, company, firm, in_order};
use super::dice::Dice;
use super::people::Pool;
use super::places::address;
use crate::kernel::time::{Instant, thai_date};
use crate::registry::feed::FeedRow;
use crate::registry::kind::Status;
use crate::registry::model::{OfficerRole, Statement, StatementKind};
use chrono::NaiveDate;

const WHAT: u64 = 0x4348_414e;
/// Sentences that are tried for one that differs.
const TRIES: usize = 8;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Somebody left; the statement is registered anew without them.
    Resignation,
    /// Somebody came.
    Appointment,
    /// Another statement.
    Statement,
    /// Dissolved: liquidators act from now on.
    Dissolution,
    /// The head office moved.
    Address,
}

const SHARES: &[(u64, Change)] = &[
    (28, Change::Resignation),
    (27, Change::Appointment),
    (20, Change::Statement),
    (7, Change::Dissolution),
    (18, Change::Address),
];

/// The company of a slot as it stands after one change on the day of `as_of`. Each change of the same seed starts
/// from the full feed; two deltas of different instants change it differently.
pub fn changed(seed: u64, pool: Pool, slot: &Slot, as_of: Instant) -> (FeedRow, Change) {
    let mut row = company(seed, pool, slot);
    let day = as_of.thai_date();
    let which = slot.number.as_str().parse().unwrap_or_default();
    let mut dice = Dice::of(seed, WHAT ^ as_of.millis().unsigned_abs(), which);
    let wanted = dice.weighted(SHARES).unwrap_or(Change::Address);
    let change = possible(&row, wanted);
    let mut making = Making {
        dice,
        pool,
        kind: slot.kind,
        registered_on: row.record.registered_on,
        people: row.people.take().unwrap_or_default(),
    };
    match change {
        Change::Resignation => resign(&mut making, &mut row, day),
        Change::Appointment => appoint(&mut making, &mut row, day),
        Change::Statement => {
            let before = row.record.statements.clone();
            // Some boards have few sentences to choose from; what stays the same is no change.
            for _ in 0..TRIES {
                restate(&mut making, &mut row);
                if row.record.statements != before {
                    break;
                }
            }
            if row.record.statements == before {
                move_away(&mut making, &mut row, slot);
            }
        }
        Change::Dissolution => dissolve(&mut making, &mut row, day),
        Change::Address => move_away(&mut making, &mut row, slot),
    }
    row.people = Some(in_order(making.people));
    (row, change)
}

/// Only a company in operation with enough people changes its board; every company can move.
fn possible(row: &FeedRow, wanted: Change) -> Change {
    let record = &row.record;
    let running = matches!(record.status, Status::Active | Status::Restored);
    let spare = match record.officers.last() {
        Some(last) => record.officers.len() > 1 && !last.is(OfficerRole::ManagingPartner),
        None => false,
    };
    match wanted {
        Change::Address => wanted,
        _ if !running || record.officers.is_empty() => Change::Address,
        Change::Resignation if !spare => Change::Appointment,
        _ => wanted,
    }
}

fn resign(making: &mut Making, row: &mut FeedRow, day: NaiveDate) {
    if let Some(mut officer) = row.record.officers.pop() {
        officer.ended = Some(day);
        row.record.former_officers.push(officer);
    }
    restate(making, row);
}

fn appoint(making: &mut Making, row: &mut FeedRow, day: NaiveDate) {
    let role = if making.kind.is_partnership() {
        OfficerRole::Partner
    } else {
        OfficerRole::Director
    };
    let taken = places(row);
    let pool = making.pool;
    let who = pool.pick(&mut making.dice, 1).into_iter().next();
    row.record
        .officers
        .extend(who.and_then(|who| making.officer(pool.person(who), taken, vec![role], day)));
    restate(making, row);
}

/// The places on the list that were ever given away.
fn places(row: &FeedRow) -> usize {
    let record = &row.record;
    let last = record
        .officers
        .iter()
        .chain(&record.former_officers)
        .map(|officer| officer.sequence)
        .max();
    usize::try_from(last.unwrap_or_default()).unwrap_or_default()
}

fn restate(making: &mut Making, row: &mut FeedRow) {
    let statements = making.statements(&row.record.officers, false);
    replace(row, statements);
}

/// The texts about who may bind it are replaced; notes stay.
fn replace(row: &mut FeedRow, mut statements: Vec<Statement>) {
    let kept = std::mem::take(&mut row.record.statements);
    statements.extend(kept.into_iter().filter(|statement| {
        !matches!(
            statement.kind,
            StatementKind::Authority | StatementKind::Restriction
        )
    }));
    row.record.statements = statements;
}

fn dissolve(making: &mut Making, row: &mut FeedRow, day: NaiveDate) {
    let taken = places(row);
    for mut officer in std::mem::take(&mut row.record.officers) {
        officer.ended = Some(day);
        row.record.former_officers.push(officer);
    }
    row.record.officers = making.liquidators(taken, day);
    row.record.status = Status::DissolvedLiquidating;
    row.record.status_text = "เลิก(ไม่เสร็จการชำระบัญชี)".to_owned();
    row.record.dissolved_on = Some(day);
    let statements = making.statements(&row.record.officers, true);
    replace(row, statements);
    row.record.statements.push(Statement {
        kind: StatementKind::Note,
        text: format!(
            "{}นี้ได้จดทะเบียนเลิก เมื่อวันที่ {}/",
            firm(making.kind),
            thai_date(day)
        ),
    });
}

fn move_away(making: &mut Making, row: &mut FeedRow, slot: &Slot) {
    let moved = address(&mut making.dice, "สำนักงานแห่งใหญ่", slot.province.1);
    match row.record.addresses.first_mut() {
        Some(office) => *office = moved,
        None => row.record.addresses.push(moved),
    }
}
