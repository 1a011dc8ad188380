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

diesel::table! {
    /// Owner: `document`.
    document_series (series, year) {
        series -> Text,
        year -> BigInt,
        last_number -> BigInt,
    }
}

diesel::table! {
    /// Owner: `document`.
    issued_document (id) {
        id -> Text,
        kind -> Text,
        number -> Text,
        token -> Text,
        registration_number -> Text,
        client_id -> Text,
        state -> Text,
        content -> Text,
        content_digest -> Text,
        reserved_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        file_digest -> Nullable<Text>,
        file -> Nullable<Binary>,
        void_reason -> Nullable<Text>,
    }
}

diesel::table! {
    /// Owner: `authority`.
    verification (id) {
        id -> Text,
        client_id -> Text,
        registration_number -> Text,
        decision -> Text,
        registry_version -> BigInt,
        asked_at -> Timestamp,
        question -> Text,
        answer -> Text,
        receipt -> Text,
    }
}
