use super::error::StoreError;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, MultiConnection, PgConnection, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use r2d2::Pool;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long a caller waits for a connection or for SQLite's write lock (REL-32).
const WAIT: Duration = Duration::from_secs(5);
/// How often a transaction that the engine turned away is run again: about two seconds in all.
const RETRIES: u32 = 10;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Tickets for those who wait, so that transactions turned away together do not come back together.
static WAITERS: AtomicU32 = AtomicU32::new(0);

/// The pause before a try: it grows from try to try, and differs among those who wait at one time.
fn pause(tries: u32) -> Duration {
    let ticket = WAITERS.fetch_add(1, Ordering::Relaxed) % 16;
    let step = Duration::from_millis(2 << tries.min(7));
    (step + step * ticket / 8).min(LONGEST_PAUSE + Duration::from_millis(u64::from(ticket) * 4))
}

/// A connection to either engine. The variant is chosen by URL scheme when the database is opened.
#[derive(MultiConnection)]
pub enum AnyConnection {
    /// The embedded engine.
    Sqlite(SqliteConnection),
    /// The engine of production.
    Postgres(PgConnection),
}

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one node.
    Sqlite,
    /// Server.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Where the data is: `sqlite:PATH`, or `postgres://…` as libpq reads it. The password, if any, is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// Path of the SQLite file.
    Sqlite(String),
    /// Connection URL for libpq.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(OpenError::Scheme);
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(OpenError::Scheme)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(_) => f.write_str("postgres://(hidden)"),
        }
    }
}

/// Why a database could not be opened or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names neither engine.
    #[error("a database URL starts with sqlite: (then a path) or postgres://")]
    Scheme,
    /// The file or server could not be reached.
    #[error("cannot open the database {url:?}: {cause}")]
    Connect {
        /// Where (without a password).
        url: DatabaseUrl,
        /// What the engine said.
        cause: String,
    },
    /// A migration failed; the ones before it stay applied.
    #[error("cannot bring the database up to date: {cause}")]
    Migrate {
        /// What the engine said.
        cause: String,
    },
}

/// An open database: connections, transactions, migrations.
pub struct Database {
    store: Store,
}

enum Store {
    Sqlite {
        writer: Mutex<AnyConnection>,
        readers: Pool<Manager>,
    },
    Postgres {
        pool: Pool<Manager>,
    },
}

/// Opens connections of the variant that the URL names. The derived `establish` would try each engine in turn and
/// so hide why the right one failed.
struct Manager {
    url: DatabaseUrl,
    /// Statements that every new connection runs first.
    session: &'static str,
}

const SQLITE_WRITING: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                              PRAGMA foreign_keys = ON;";
// A look-up goes down trees whose upper pages are few: 16 MB of them stay with each connection.
// (Mapping the file into memory would be faster still, but a failing disk would then end the process.)
const SQLITE_READING: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON; \
                              PRAGMA cache_size = -16384;";
// REL-32: nothing waits for ever.
const POSTGRES_SESSION: &str = "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'; \
                                SET lock_timeout = '5s'; SET TIME ZONE 'UTC';";

impl Manager {
    fn open(&self) -> Result<AnyConnection, String> {
        let mut connection = match &self.url {
            DatabaseUrl::Sqlite(path) => SqliteConnection::establish(path)
                .map(AnyConnection::Sqlite)
                .map_err(|error| error.to_string())?,
            DatabaseUrl::Postgres(url) => PgConnection::establish(url)
                .map(AnyConnection::Postgres)
                .map_err(|error| error.to_string())?,
        };
        connection
            .batch_execute(self.session)
            .map_err(|error| error.to_string())?;
        Ok(connection)
    }
}

/// A connection that could not be made or is no longer usable.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct ManagerError(String);

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = ManagerError;

    fn connect(&self) -> Result<AnyConnection, ManagerError> {
        self.open().map_err(ManagerError)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), ManagerError> {
        connection
            .batch_execute("SELECT 1")
            .map_err(|error| ManagerError(error.to_string()))
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        use diesel::connection::{AnsiTransactionManager, TransactionManager};
        // A connection left inside a transaction (its use case panicked) must not be lent again.
        match connection {
            AnyConnection::Sqlite(inner) => <AnsiTransactionManager as TransactionManager<
                SqliteConnection,
            >>::is_broken_transaction_manager(inner),
            AnyConnection::Postgres(inner) => <AnsiTransactionManager as TransactionManager<
                PgConnection,
            >>::is_broken_transaction_manager(inner),
        }
    }
}

impl Database {
    /// Open the database; on SQLite the file is made when it is missing.
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, OpenError> {
        let connect_error = |cause: &dyn fmt::Display| OpenError::Connect {
            url: url.clone(),
            cause: cause.to_string(),
        };
        let pool = |session: &'static str, size: u32| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(WAIT)
                .build(Manager {
                    url: url.clone(),
                    session,
                })
                .map_err(|error| connect_error(&error))
        };
        let writing = if matches!(url, DatabaseUrl::Sqlite(_)) {
            SQLITE_WRITING
        } else {
            POSTGRES_SESSION
        };
        // Opened once by itself: a pool would hide the reason behind a time-out.
        let first = Manager {
            url: url.clone(),
            session: writing,
        }
        .open()
        .map_err(|cause| connect_error(&cause))?;
        let store = match url {
            DatabaseUrl::Sqlite(_) => Store::Sqlite {
                writer: Mutex::new(first),
                readers: pool(SQLITE_READING, connections.max(1))?,
            },
            DatabaseUrl::Postgres(_) => Store::Postgres {
                pool: pool(POSTGRES_SESSION, connections.max(2))?,
            },
        };
        Ok(Self { store })
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.store {
            Store::Sqlite { .. } => Engine::Sqlite,
            Store::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Apply what is missing; the names of the migrations that were applied.
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        self.with_writer(|connection| {
            let applied = match connection {
                AnyConnection::Sqlite(inner) => {
                    inner.run_pending_migrations(SQLITE_MIGRATIONS).map(names)
                }
                AnyConnection::Postgres(inner) => {
                    inner.run_pending_migrations(POSTGRES_MIGRATIONS).map(names)
                }
            };
            applied.map_err(|error| OpenError::Migrate {
                cause: error.to_string(),
            })
        })
        .unwrap_or_else(|error| {
            Err(OpenError::Migrate {
                cause: error.to_string(),
            })
        })
    }

    /// Undo every migration, newest first. For the store suite; no command offers it.
    pub fn revert_all(&self) -> Result<Vec<String>, OpenError> {
        self.with_writer(|connection| {
            let reverted = match connection {
                AnyConnection::Sqlite(inner) => {
                    inner.revert_all_migrations(SQLITE_MIGRATIONS).map(names)
                }
                AnyConnection::Postgres(inner) => {
                    inner.revert_all_migrations(POSTGRES_MIGRATIONS).map(names)
                }
            };
            reverted.map_err(|error| OpenError::Migrate {
                cause: error.to_string(),
            })
        })
        .unwrap_or_else(|error| {
            Err(OpenError::Migrate {
                cause: error.to_string(),
            })
        })
    }

    /// Whether migrations are missing: a service must not answer from tables it does not know.
    pub fn is_current(&self) -> Result<bool, StoreError> {
        self.with_writer(|connection| {
            let pending = match connection {
                AnyConnection::Sqlite(inner) => inner.has_pending_migration(SQLITE_MIGRATIONS),
                AnyConnection::Postgres(inner) => inner.has_pending_migration(POSTGRES_MIGRATIONS),
            };
            pending
                .map(|pending| !pending)
                .map_err(|error| StoreError::Unavailable {
                    cause: error.to_string(),
                })
        })?
    }

    /// Run queries outside any writing transaction. Every statement sees committed data only; several statements
    /// that must agree with each other belong into [`Database::write`] or into one query.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.store {
            Store::Sqlite { readers, .. } => work(&mut *borrow(readers)?),
            Store::Postgres { pool } => work(&mut *borrow(pool)?),
        }
    }

    /// Run one use case (load, decide, write) in one transaction: all of it is kept, or nothing.
    ///
    /// The closure may run several times (see the module documentation) and must only touch the connection.
    pub fn write<T, E: From<StoreError> + RetryHint>(
        &self,
        mut work: impl FnMut(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tries = 0;
        loop {
            let outcome = self.with_writer(|connection| {
                connection.transaction::<T, Rollback<E>, _>(|connection| {
                    begin(connection).map_err(Rollback::Engine)?;
                    work(connection).map_err(Rollback::Work)
                })
            })?;
            let error = match outcome {
                Ok(value) => return Ok(value),
                Err(Rollback::Work(error)) if error.may_be_retried() && tries < RETRIES => error,
                Err(Rollback::Work(error)) => return Err(error),
                Err(Rollback::Engine(error)) if error.may_be_retried() && tries < RETRIES => {
                    E::from(error)
                }
                Err(Rollback::Engine(error)) => return Err(E::from(error)),
            };
            tries += 1;
            drop(error);
            std::thread::sleep(pause(tries));
        }
    }

    /// Run one long piece of work in one transaction: all of it is kept, or nothing. It runs once, sees what is
    /// committed while it runs, and is not proven to fit with transactions beside it: whoever uses it takes the locks that
    /// it needs.
    pub fn bulk<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = self.with_writer(|connection| {
            connection.transaction::<T, Rollback<E>, _>(|connection| {
                if matches!(connection, AnyConnection::Sqlite(_)) {
                    begin(connection).map_err(Rollback::Engine)?;
                }
                work(connection).map_err(Rollback::Work)
            })
        })?;
        outcome.map_err(|error| match error {
            Rollback::Work(error) => error,
            Rollback::Engine(error) => E::from(error),
        })
    }

    fn with_writer<T>(&self, work: impl FnOnce(&mut AnyConnection) -> T) -> Result<T, StoreError> {
        match &self.store {
            // A panic in another use case rolled its transaction back; the connection itself is sound.
            Store::Sqlite { writer, .. } => Ok(work(
                &mut writer.lock().unwrap_or_else(PoisonError::into_inner),
            )),
            Store::Postgres { pool } => Ok(work(&mut *borrow(pool)?)),
        }
    }
}

/// Lets [`Database::write`] see whether an error of the use case is one that running again may cure.
pub trait RetryHint {
    /// Whether the whole transaction may be run again.
    fn may_be_retried(&self) -> bool;
}

impl RetryHint for StoreError {
    fn may_be_retried(&self) -> bool {
        Self::may_be_retried(self)
    }
}

enum Rollback<E> {
    Work(E),
    Engine(StoreError),
}

impl<E> From<diesel::result::Error> for Rollback<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Engine(StoreError::from(error))
    }
}

fn begin(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let first = match connection {
        AnyConnection::Sqlite(_) => "UPDATE write_turn SET turn = turn + 1 WHERE id = 1",
        AnyConnection::Postgres(_) => "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    };
    diesel::sql_query(first).execute(connection)?;
    Ok(())
}

fn borrow(pool: &Pool<Manager>) -> Result<r2d2::PooledConnection<Manager>, StoreError> {
    pool.get().map_err(|error| StoreError::Unavailable {
        cause: error.to_string(),
    })
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
