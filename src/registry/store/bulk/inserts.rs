//! Prepared inserts of many rows at once, for SQLite.
//!
//! The mapper's own insert of one row spends more on finding its statement and walking its tree than SQLite does on the
//! row. Here one prepared statement takes [`AT_ONCE`] rows; what is left goes in one by one.

use crate::db::StoreError;
use crate::registry::store::rows::{OfficerRow, SeenRow, VersionRow};
use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;

/// Rows of one statement: eleven values each at most, far below the 32,766 that SQLite binds.
const AT_ONCE: usize = 32;

/// A row that can be inserted.
pub(super) trait Row: Sized + 'static {
    /// The statement up to its values.
    const INTO: &'static str;

    /// Its values, in the statement's order.
    fn values<'b>(&'b self, values: &mut Values<'_, 'b>) -> QueryResult<()>;
}

/// The values of one row on their way into a statement.
pub(super) struct Values<'a, 'b> {
    pass: AstPass<'a, 'b, Sqlite>,
    first: bool,
}

impl<'b> Values<'_, 'b> {
    fn value<T, U>(&mut self, value: &'b U) -> QueryResult<()>
    where
        Sqlite: diesel::sql_types::HasSqlType<T>,
        U: diesel::serialize::ToSql<T, Sqlite>,
    {
        self.pass.push_sql(if std::mem::take(&mut self.first) {
            "("
        } else {
            ", "
        });
        self.pass.push_bind_param::<T, U>(value)
    }
}

/// So many rows in one statement.
struct Insert<'a, R, const N: usize>(&'a [R; N]);

impl<R: Row, const N: usize> QueryId for Insert<'_, R, N> {
    // The text depends on the kind of row and on how many they are.
    type QueryId = Insert<'static, R, N>;
}

impl<R: Row, const N: usize> QueryFragment<Sqlite> for Insert<'_, R, N> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql(R::INTO);
        for (place, row) in self.0.iter().enumerate() {
            if place > 0 {
                pass.push_sql(", ");
            }
            let mut values = Values {
                pass: pass.reborrow(),
                first: true,
            };
            row.values(&mut values)?;
            pass.push_sql(")");
        }
        Ok(())
    }
}

impl<R: Row, const N: usize> RunQueryDsl<SqliteConnection> for Insert<'_, R, N> {}

/// Insert all of them.
pub(super) fn insert<R: Row>(sqlite: &mut SqliteConnection, rows: &[R]) -> Result<(), StoreError> {
    let (many, rest) = rows.as_chunks::<AT_ONCE>();
    for rows in many {
        Insert(rows).execute(sqlite)?;
    }
    for row in rest {
        Insert(std::array::from_ref(row)).execute(sqlite)?;
    }
    Ok(())
}

impl Row for VersionRow {
    const INTO: &'static str = "INSERT INTO juristic_person_version (registration_number, version, valid_from, valid_to, \
                                recorded_at, data_as_of, source, digest, identities, data_key, record) VALUES ";

    fn values<'b>(&'b self, values: &mut Values<'_, 'b>) -> QueryResult<()> {
        values.value::<BigInt, _>(&self.registration_number)?;
        values.value::<BigInt, _>(&self.version)?;
        values.value::<Timestamp, _>(&self.valid_from)?;
        values.value::<Nullable<Timestamp>, _>(&self.valid_to)?;
        values.value::<Timestamp, _>(&self.recorded_at)?;
        values.value::<Timestamp, _>(&self.data_as_of)?;
        values.value::<Text, _>(&self.source)?;
        values.value::<Binary, _>(&self.digest)?;
        values.value::<Text, _>(&self.identities)?;
        values.value::<Binary, _>(&self.data_key)?;
        values.value::<Binary, _>(&self.record)
    }
}

impl Row for OfficerRow {
    const INTO: &'static str = "INSERT INTO officer (registration_number, version, place, reference, former, kind, \
                                blind_index, data_key, person) VALUES ";

    fn values<'b>(&'b self, values: &mut Values<'_, 'b>) -> QueryResult<()> {
        values.value::<BigInt, _>(&self.registration_number)?;
        values.value::<BigInt, _>(&self.version)?;
        values.value::<BigInt, _>(&self.place)?;
        values.value::<BigInt, _>(&self.reference)?;
        values.value::<Bool, _>(&self.former)?;
        values.value::<Nullable<Text>, _>(&self.kind)?;
        values.value::<Nullable<Binary>, _>(&self.blind_index)?;
        values.value::<Binary, _>(&self.data_key)?;
        values.value::<Binary, _>(&self.person)
    }
}

impl Row for SeenRow {
    const INTO: &'static str = "INSERT INTO register_seen (registration_number, version, latest, highest_officer, stated, \
                                data_as_of, seen_at, source) VALUES ";

    fn values<'b>(&'b self, values: &mut Values<'_, 'b>) -> QueryResult<()> {
        values.value::<BigInt, _>(&self.registration_number)?;
        values.value::<BigInt, _>(&self.version)?;
        values.value::<BigInt, _>(&self.latest)?;
        values.value::<BigInt, _>(&self.highest_officer)?;
        values.value::<Binary, _>(&self.stated)?;
        values.value::<Timestamp, _>(&self.data_as_of)?;
        values.value::<Timestamp, _>(&self.seen_at)?;
        values.value::<Text, _>(&self.source)
    }
}
