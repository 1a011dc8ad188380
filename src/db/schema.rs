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
    /// Owner: `identity`.
    person (id) {
        id -> Text,
        national_id_index -> Nullable<Binary>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `identity`.
    person_account (subject_index) {
        subject_index -> Binary,
        person_id -> Text,
        issuer -> Text,
        profile -> Binary,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `identity`.
    sign_in (id) {
        id -> Text,
        client_id -> Nullable<Text>,
        purpose -> Text,
        asked_by_th -> Text,
        asked_by_en -> Text,
        sector -> Nullable<Text>,
        only_provider -> Nullable<Text>,
        requested_at -> Timestamp,
        expires_at -> Timestamp,
        state -> Text,
        provider -> Nullable<Text>,
        redirected_at -> Nullable<Timestamp>,
        flow_state -> Nullable<Text>,
        flow -> Nullable<Binary>,
        browser -> Nullable<Text>,
        claimed -> Bool,
        person_id -> Nullable<Text>,
        assurance -> Nullable<Text>,
        name -> Nullable<Binary>,
        national_id_index -> Nullable<Binary>,
        evidence -> Nullable<Binary>,
        evidence_digest -> Nullable<Text>,
        completed_at -> Nullable<Timestamp>,
        verification_id -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        passport_index -> Nullable<Binary>,
    }
}

diesel::table! {
    /// Owner: `identity`.
    person_passport (passport_index) {
        passport_index -> Binary,
        person_id -> Text,
        document -> Binary,
        first_seen_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `identity`.
    person_session (digest) {
        digest -> Text,
        person_id -> Text,
        name -> Binary,
        assurance -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        ends_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
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
        key_scope -> Text,
        key_attempt -> BigInt,
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

diesel::table! {
    /// Owner: `access`.
    api_client (client_id) {
        client_id -> Text,
        name_th -> Text,
        name_en -> Text,
        certificate_thumbprint -> Text,
        scopes -> Text,
        status -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    /// Owner: `access`.
    idempotency_record (scope_key) {
        scope_key -> Text,
        request_digest -> Text,
        state -> Text,
        attempt -> BigInt,
        status -> Nullable<BigInt>,
        content_type -> Nullable<Text>,
        body -> Nullable<Binary>,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Owner: `ledger`.
    ledger_size (id) {
        id -> BigInt,
        size -> BigInt,
    }
}

diesel::table! {
    /// Owner: `ledger`.
    ledger_leaf (leaf_index) {
        leaf_index -> BigInt,
        kind -> Text,
        reference -> Text,
        recorded_at -> Timestamp,
        commitment -> Text,
        leaf_hash -> Text,
    }
}

diesel::table! {
    /// Owner: `ledger`.
    ledger_opening (leaf_index) {
        leaf_index -> BigInt,
        salt -> Binary,
        record -> Binary,
        record_digest -> Text,
    }
}

diesel::table! {
    /// Owner: `ledger`.
    ledger_node (level, position) {
        level -> BigInt,
        position -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    /// Owner: `ledger`.
    ledger_checkpoint (sequence) {
        sequence -> BigInt,
        size -> BigInt,
        root -> Text,
        note -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `registry`.
    juristic_person_version (registration_number, version) {
        registration_number -> BigInt,
        version -> BigInt,
        valid_from -> Timestamp,
        valid_to -> Nullable<Timestamp>,
        recorded_at -> Timestamp,
        data_as_of -> Timestamp,
        source -> Text,
        digest -> Binary,
        identities -> Text,
        data_key -> Binary,
        record -> Binary,
    }
}

diesel::table! {
    /// Owner: `registry`.
    officer (registration_number, version, place) {
        registration_number -> BigInt,
        version -> BigInt,
        place -> BigInt,
        reference -> BigInt,
        former -> Bool,
        kind -> Nullable<Text>,
        blind_index -> Nullable<Binary>,
        data_key -> Binary,
        person -> Binary,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_seen (registration_number) {
        registration_number -> BigInt,
        version -> BigInt,
        latest -> BigInt,
        highest_officer -> BigInt,
        stated -> Binary,
        data_as_of -> Timestamp,
        seen_at -> Timestamp,
        source -> Text,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_import (id) {
        id -> Text,
        file_digest -> Text,
        kind -> Text,
        as_of -> Timestamp,
        recorded_at -> Timestamp,
        read_lines -> BigInt,
        imported -> BigInt,
        unchanged -> BigInt,
        older -> BigInt,
        rejected -> BigInt,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_change (id) {
        id -> BigInt,
        changes -> BigInt,
    }
}

diesel::table! {
    /// Owner: `registry`.
    registry_officer (id) {
        id -> Text,
        blind_index -> Binary,
        added_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Owner: `registry`.
    statement_review (id) {
        id -> Text,
        registration_number -> Text,
        juristic_type -> Text,
        statement_digest -> Text,
        statement -> Binary,
        opened_at -> Timestamp,
        queued -> Bool,
        queued_since -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    /// Owner: `registry`.
    review_proposal (id) {
        id -> Text,
        review_id -> Text,
        registration_number -> Text,
        place -> BigInt,
        digest -> Text,
        rule -> Text,
        binding -> Text,
        reading -> Nullable<BigInt>,
        reason -> Text,
        officer_id -> Text,
        proposed_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `registry`.
    review_decision (proposal_id, step) {
        proposal_id -> Text,
        step -> BigInt,
        kind -> Text,
        officer_id -> Text,
        decided_at -> Timestamp,
        reason -> Text,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_follow (id) {
        id -> BigInt,
        cursor -> Text,
        moved_at -> Nullable<Timestamp>,
        changes -> BigInt,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_follow_refusal (digest) {
        digest -> Text,
        cursor -> Nullable<Text>,
        registration_number -> Nullable<Text>,
        code -> Text,
        field -> Text,
        refused_at -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `registry`.
    register_follow_due (registration_number) {
        registration_number -> Text,
        since -> Timestamp,
        doubt -> Bool,
        tries -> BigInt,
    }
}

diesel::table! {
    /// Owner: `linkage`.
    passport_status (passport_index, checked_at) {
        passport_index -> Binary,
        checked_at -> Timestamp,
        status -> Text,
        as_of -> Timestamp,
    }
}

diesel::table! {
    /// Owner: `linkage`.
    link_evidence (person_id, registration_number, officer, registry_version) {
        person_id -> Text,
        registration_number -> Text,
        officer -> BigInt,
        registry_version -> BigInt,
        basis -> Text,
        linked_at -> Timestamp,
        evidence -> Binary,
    }
}

diesel::table! {
    /// Owner: `linkage`.
    link_dispute (id) {
        id -> Text,
        registration_number -> Text,
        officer -> BigInt,
        kind -> Text,
        blind_index -> Binary,
        registry_version -> BigInt,
        claim -> Text,
        opened_as -> Text,
        opener -> Text,
        opened_at -> Timestamp,
        reason -> Binary,
    }
}

diesel::table! {
    /// Owner: `linkage`.
    link_settlement (dispute_id) {
        dispute_id -> Text,
        verdict -> Text,
        officer_id -> Text,
        settled_at -> Timestamp,
        reason -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(link_dispute, link_settlement);
diesel::allow_tables_to_appear_in_same_query!(officer, register_seen);
diesel::allow_tables_to_appear_in_same_query!(review_proposal, review_decision);
