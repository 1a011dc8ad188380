//! PostgreSQL's binary copy: the rows of each table as bytes, made by whoever has the time and sent as they are.

use crate::db::StoreError;
use crate::db::schema::{juristic_person_version, officer, register_seen};
use crate::registry::store::rows::{SeenRow, VersionRows};
use chrono::NaiveDateTime;
use diesel::PgConnection;
use diesel::pg::CopyFormat;
use diesel::prelude::*;
use std::io::Write;

/// Before the rows: a signature, no flags, no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// After them.
const TRAILER: &[u8] = &(-1i16).to_be_bytes();

/// Bytes handed to the connection at once.
const PIECE: usize = 64 * 1024;

/// Rows of the three tables.
#[derive(Default)]
pub(super) struct Copies {
    versions: Copy,
    people: Copy,
    seen: Copy,
}

impl Copies {
    /// The rows of one version.
    pub(super) fn of(rows: &VersionRows, fresh: &SeenRow) -> Self {
        let mut copies = Self::default();
        let version = &rows.version;
        let versions = &mut copies.versions;
        versions.row(11);
        versions.integer(version.registration_number);
        versions.integer(version.version);
        versions.time(version.valid_from);
        match version.valid_to {
            Some(time) => versions.time(time),
            None => versions.null(),
        }
        versions.time(version.recorded_at);
        versions.time(version.data_as_of);
        versions.bytes(version.source.as_bytes());
        versions.bytes(&version.digest);
        versions.bytes(version.identities.as_bytes());
        versions.bytes(&version.data_key);
        versions.bytes(&version.record);
        let people = &mut copies.people;
        for person in &rows.people {
            people.row(9);
            people.integer(person.registration_number);
            people.integer(person.version);
            people.integer(person.place);
            people.integer(person.reference);
            people.bytes(&[u8::from(person.former)]);
            match &person.kind {
                Some(kind) => people.bytes(kind.as_bytes()),
                None => people.null(),
            }
            match &person.blind_index {
                Some(index) => people.bytes(index),
                None => people.null(),
            }
            people.bytes(&person.data_key);
            people.bytes(&person.person);
        }
        let seen = &mut copies.seen;
        seen.row(8);
        seen.integer(fresh.registration_number);
        seen.integer(fresh.version);
        seen.integer(fresh.latest);
        seen.integer(fresh.highest_officer);
        seen.bytes(&fresh.stated);
        seen.time(fresh.data_as_of);
        seen.time(fresh.seen_at);
        seen.bytes(fresh.source.as_bytes());
        copies
    }

    /// Put others behind these.
    pub(super) fn append(&mut self, others: &Self) {
        self.versions.0.extend_from_slice(&others.versions.0);
        self.people.0.extend_from_slice(&others.people.0);
        self.seen.0.extend_from_slice(&others.seen.0);
    }

    /// Forget them, and keep their room for the next.
    pub(super) fn clear(&mut self) {
        self.versions.0.clear();
        self.people.0.clear();
        self.seen.0.clear();
    }

    /// One `COPY` for each table.
    pub(super) fn send(&self, postgres: &mut PgConnection) -> Result<(), StoreError> {
        diesel::copy_from(juristic_person_version::table)
            .from_raw_data(juristic_person_version::table, |sink| {
                self.versions.write(sink)
            })
            .with_format(CopyFormat::Binary)
            .execute(postgres)?;
        diesel::copy_from(officer::table)
            .from_raw_data(officer::table, |sink| self.people.write(sink))
            .with_format(CopyFormat::Binary)
            .execute(postgres)?;
        diesel::copy_from(register_seen::table)
            .from_raw_data(register_seen::table, |sink| self.seen.write(sink))
            .with_format(CopyFormat::Binary)
            .execute(postgres)?;
        Ok(())
    }
}

/// Rows in the binary format: fields in network order, each behind its length.
#[derive(Default)]
struct Copy(Vec<u8>);

impl Copy {
    fn row(&mut self, fields: i16) {
        self.0.extend(fields.to_be_bytes());
    }

    fn null(&mut self) {
        self.0.extend((-1i32).to_be_bytes());
    }

    fn integer(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    fn bytes(&mut self, value: &[u8]) {
        // Every field is far below 2 GiB; one that is not would be refused as a negative length.
        let length = i32::try_from(value.len()).unwrap_or(i32::MIN);
        self.0.extend(length.to_be_bytes());
        self.0.extend_from_slice(value);
    }

    /// Microseconds since the beginning of 2000.
    fn time(&mut self, value: NaiveDateTime) {
        const FROM_1970_TO_2000: i64 = 946_684_800_000_000;
        self.integer(value.and_utc().timestamp_micros() - FROM_1970_TO_2000);
    }

    fn write(&self, sink: &mut dyn Write) -> Result<(), StoreError> {
        // A piece is copied on its way out and then sent: small ones go while they are still in the processor's cache.
        let pieces = self.0.chunks(PIECE);
        for part in [HEADER].into_iter().chain(pieces).chain([TRAILER]) {
            sink.write_all(part)
                .map_err(|error| StoreError::Unavailable {
                    cause: error.to_string(),
                })?;
        }
        Ok(())
    }
}
