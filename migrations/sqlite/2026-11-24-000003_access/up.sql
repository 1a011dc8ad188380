-- Machine clients. A client is never deleted, only revoked: its name stands in the evidence of what it asked.
CREATE TABLE api_client (
    client_id TEXT NOT NULL PRIMARY KEY,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    -- SHA-256 over the DER of the one certificate the client authenticates with, hexadecimal.
    certificate_thumbprint TEXT NOT NULL UNIQUE,
    -- Scopes it can be given, separated by single spaces, in alphabetical order.
    scopes TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);

-- Answers kept under an Idempotency-Key, written in the transaction of the act itself (INT-22).
CREATE TABLE idempotency_record (
    -- SHA-256 over who asked, method, path and key, hexadecimal: the key itself is not kept.
    scope_key TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 over the request, hexadecimal.
    request_digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    -- Grows when an attempt that never ended is taken over; only the newest attempt may finish.
    attempt BIGINT NOT NULL,
    status BIGINT,
    content_type TEXT,
    body BLOB,
    created_at TIMESTAMP NOT NULL,
    -- Running: until when the attempt is believed to be alive. Done: until when the answer is kept; null for ever.
    expires_at TIMESTAMP
);
CREATE INDEX idempotency_record_expires_at ON idempotency_record (expires_at);
