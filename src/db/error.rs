use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a statement or a row could not be used. Absence is not among them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique constraint refused the row: it exists already.
    #[error("the row exists already ({constraint})")]
    Conflict {
        /// The constraint or columns named by the engine.
        constraint: String,
    },
    /// The row changed since it was read, or was not in the expected state.
    #[error("the row in {table} changed since it was read")]
    Stale {
        /// Table of the row.
        table: &'static str,
    },
    /// Other transactions stood in the way, time after time; trying again may help.
    #[error("other transactions stood in the way: {cause}")]
    Contended {
        /// What the engine said.
        cause: String,
    },
    /// The database did not answer; trying again may help.
    #[error("the database is unavailable: {cause}")]
    Unavailable {
        /// What the pool or engine said.
        cause: String,
    },
    /// A stored row cannot be what the product wrote.
    #[error("row {id} of {table} is inconsistent in column {column}: {cause}")]
    Inconsistent {
        /// Table of the row.
        table: &'static str,
        /// Column that cannot be read.
        column: &'static str,
        /// Primary key of the row, as text.
        id: String,
        /// Why it cannot be read.
        cause: String,
    },
    /// Any other failure of the engine.
    #[error("the database refused a statement: {0}")]
    Statement(DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Conflict {
                    constraint: info.constraint_name().unwrap_or(info.message()).to_owned(),
                }
            }
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable {
                    cause: info.message().to_owned(),
                }
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Self::Contended {
                    cause: info.message().to_owned(),
                }
            }
            DieselError::DatabaseError(_, ref info) if is_lock_failure(info.message()) => {
                Self::Contended {
                    cause: info.message().to_owned(),
                }
            }
            other => Self::Statement(other),
        }
    }
}

/// SQLite and PostgreSQL have no error kind in diesel for these; the engines' wording is stable.
fn is_lock_failure(message: &str) -> bool {
    message.contains("database is locked") || message.contains("deadlock detected")
}

impl StoreError {
    /// Whether the same transaction may succeed when it is run again.
    pub fn may_be_retried(&self) -> bool {
        matches!(self, Self::Contended { .. } | Self::Unavailable { .. })
    }
}

/// The error for a column that cannot be converted.
pub fn bad_row(
    table: &'static str,
    column: &'static str,
    id: &str,
    cause: impl std::fmt::Display,
) -> StoreError {
    StoreError::Inconsistent {
        table,
        column,
        id: id.to_owned(),
        cause: cause.to_string(),
    }
}

/// A column of text as what it stands for.
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    table: &'static str,
    column: &'static str,
    id: &str,
    text: &str,
) -> Result<T, StoreError> {
    text.parse()
        .map_err(|error| bad_row(table, column, id, error))
}

/// Demands that a conditional update touched exactly one row: anything else means that the row changed meanwhile.
pub fn one_row(table: &'static str, affected: usize) -> Result<(), StoreError> {
    if affected == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale { table })
    }
}
