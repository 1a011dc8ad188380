-- Owner: document. One row per series and year; the number is taken in the same transaction as the document's row.
CREATE TABLE document_series (
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    last_number BIGINT NOT NULL CHECK (last_number >= 0),
    PRIMARY KEY (series, year)
);

-- Owner: document. A row is reserved before the seal is asked for, and ends as issued or void. Numbers are never reused.
CREATE TABLE issued_document (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL UNIQUE,
    registration_number TEXT NOT NULL,
    client_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'issued', 'void')),
    content TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    reserved_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    file_digest TEXT UNIQUE,
    file BLOB,
    void_reason TEXT,
    -- The idempotency key it was ordered with, to give back when the order comes to nothing.
    key_scope TEXT NOT NULL,
    key_attempt BIGINT NOT NULL,
    CHECK (state <> 'issued' OR (file IS NOT NULL AND file_digest IS NOT NULL AND ended_at IS NOT NULL)),
    CHECK (state <> 'void' OR (void_reason IS NOT NULL AND ended_at IS NOT NULL))
);
CREATE INDEX issued_document_state ON issued_document (state, reserved_at);
CREATE INDEX issued_document_company ON issued_document (registration_number, reserved_at);
