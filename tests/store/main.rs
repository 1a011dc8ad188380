//! The store suite: every case runs on SQLite, and on PostgreSQL when `AMNAT_TEST_POSTGRES_URL` names a database.
//!
//! A case is a public function `fn(&Database)` over a fresh, migrated database of its own: a file in a temporary
//! directory, or a schema of its own. Where `CI` is set, a missing PostgreSQL fails the suite.
//!
//! To add a case: a public function in the module of its room, and its name in [`cases`] below.

mod engines;
mod migrations;
mod registry;

/// Make two tests of every case, one for each engine.
macro_rules! cases {
    ($($room:ident { $($case:ident,)* })*) => {
        mod sqlite {
            $(mod $room { $(
                #[test]
                fn $case() {
                    crate::engines::on_sqlite(crate::$room::$case);
                }
            )* })*
        }
        mod postgres {
            $(mod $room { $(
                #[test]
                fn $case() {
                    crate::engines::on_postgres(stringify!($case), crate::$room::$case);
                }
            )* })*
        }
    };
}

cases! {
    migrations {
        they_go_forward_back_and_forward_again,
    }
    registry {
        the_same_record_again_makes_no_version,
        what_was_stated_and_what_was_known_are_kept_apart,
        a_stored_version_cannot_be_changed_or_dropped,
        a_person_is_found_by_number_in_the_version_that_holds,
        changes_are_counted_once_a_version,
    }
}
