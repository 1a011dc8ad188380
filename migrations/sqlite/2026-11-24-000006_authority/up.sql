-- Owner: authority. Every answered question, as it was asked and answered; never changed afterwards.
CREATE TABLE verification (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    registration_number TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('permit', 'deny', 'indeterminate')),
    registry_version BIGINT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    receipt TEXT NOT NULL
);
CREATE INDEX verification_client ON verification (client_id, asked_at);
