//! The SQL workshop: one connection type over SQLite and PostgreSQL, transactions, migrations, errors.
//!
//! Words: a *database* is opened once from a URL whose scheme chooses the engine; a *read* borrows a
//! connection outside any writing transaction; a *write* runs one closure in one transaction.
//!
//! Invariants:
//! * SQLite has exactly one writing connection in a process, and every writing transaction starts by taking a
//!   turn (see `migrations/`), so that it waits for other processes instead of failing half way. It is a single-node
//!   engine; production runs on PostgreSQL.
//! * On PostgreSQL every write is SERIALIZABLE and is tried again, whole, when the engine asks for it (SQLSTATE 40001
//!   and 40P01); the closure must therefore have no effect outside the transaction.
//! * Rows hold primitives. One fallible conversion beside each row; a bad row names its table, column and id.
//! * Absence is `Option`, failure is [`StoreError`]; they are never exchanged.
//!
//! To add a table: a migration in both directories, its `table!` in [`schema`], and the owner's `store.rs`.

mod connection;
mod error;
pub mod schema;

pub use connection::{AnyConnection, Database, DatabaseUrl, Engine, OpenError, RetryHint};
pub use error::{StoreError, bad_row, one_row, parsed};
