//! Copies the register's rows from one SQLite file into a new one with prepared inserts in one transaction, without
//! indexes, and prints how many seconds the inserts and the end of the transaction took. Reading is not counted.
//!
//!     amnat-bare-inserts FROM TO

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::time::{Duration, Instant};

/// Rows read before they are inserted.
const AT_ONCE: usize = 20_000;

const TABLES: [&str; 3] = ["juristic_person_version", "officer", "register_seen"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("usage: amnat-bare-inserts FROM TO".into());
    };
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut target = Connection::open(to)?;
    // As the product's one writing connection has it.
    target.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    for table in TABLES {
        let made: String = source.query_row(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?",
            [table],
            |row| row.get(0),
        )?;
        target.execute_batch(&made)?;
    }
    let transaction = target.transaction()?;
    let mut spent = Duration::ZERO;
    let mut count = 0u64;
    for table in TABLES {
        let mut all = source.prepare(&format!("SELECT * FROM {table} ORDER BY rowid"))?;
        let columns = all.column_count();
        let places = vec!["?"; columns].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        let mut rows = all.query([])?;
        loop {
            let mut batch: Vec<Vec<Value>> = Vec::with_capacity(AT_ONCE);
            while batch.len() < AT_ONCE
                && let Some(row) = rows.next()?
            {
                batch.push((0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?);
            }
            if batch.is_empty() {
                break;
            }
            count += batch.len() as u64;
            let began = Instant::now();
            for row in &batch {
                insert.execute(params_from_iter(row))?;
            }
            spent += began.elapsed();
        }
    }
    let began = Instant::now();
    transaction.commit()?;
    spent += began.elapsed();
    println!("{count} {:.3}", spent.as_secs_f64());
    Ok(())
}
