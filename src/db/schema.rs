//! The tables, as both migration directories make them. Owners are named beside each table.
#![expect(
    missing_docs,
    reason = "the columns are described by the owners' rows and by the migrations"
)]

diesel::table! {
    /// Owner: `db`.
    write_turn (id) {
        id -> BigInt,
        turn -> BigInt,
    }
}
