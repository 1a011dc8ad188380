-- Owner: identity. One row per person. The index is keyed (HMAC) and made only from what a trusted issuer says.
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    national_id_index BYTEA UNIQUE,
    created_at TIMESTAMP NOT NULL
);

-- Owner: identity. One row per account at a provider; the index is keyed over issuer and subject, the profile is sealed.
CREATE TABLE person_account (
    subject_index BYTEA NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    issuer TEXT NOT NULL,
    profile BYTEA NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX person_account_person ON person_account (person_id);

-- Owner: identity. One row per sign-in; flow, name and evidence are sealed. Expiry follows from expires_at.
CREATE TABLE sign_in (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT,
    purpose TEXT NOT NULL,
    asked_by_th TEXT NOT NULL,
    asked_by_en TEXT NOT NULL,
    sector TEXT,
    only_provider TEXT,
    requested_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('requested', 'redirected', 'completed', 'used', 'failed')),
    provider TEXT,
    redirected_at TIMESTAMP,
    flow_state TEXT UNIQUE,
    flow BYTEA,
    browser TEXT,
    claimed BOOLEAN NOT NULL,
    person_id TEXT REFERENCES person (id),
    assurance TEXT,
    name BYTEA,
    national_id_index BYTEA,
    evidence BYTEA,
    evidence_digest TEXT,
    completed_at TIMESTAMP,
    verification_id TEXT,
    ended_at TIMESTAMP,
    failure TEXT,
    CHECK (state <> 'redirected' OR (provider IS NOT NULL AND flow IS NOT NULL AND browser IS NOT NULL)),
    CHECK (state NOT IN ('completed', 'used') OR (person_id IS NOT NULL AND assurance IS NOT NULL
        AND evidence IS NOT NULL AND evidence_digest IS NOT NULL AND flow IS NULL)),
    CHECK ((state = 'used') = (verification_id IS NOT NULL)),
    CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX sign_in_client ON sign_in (client_id, requested_at);
CREATE INDEX sign_in_person ON sign_in (person_id, completed_at);

-- Owner: identity. Sessions of people, found by the SHA-256 of a random 256-bit value.
CREATE TABLE person_session (
    digest TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    name BYTEA NOT NULL,
    assurance TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX person_session_person ON person_session (person_id);
