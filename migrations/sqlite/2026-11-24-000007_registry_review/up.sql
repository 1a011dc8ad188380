-- Owner: registry. People who may review statements, found by the keyed digest of their 13-digit number.
CREATE TABLE registry_officer (
    id TEXT NOT NULL PRIMARY KEY,
    blind_index BLOB NOT NULL UNIQUE CHECK (length(blind_index) = 32),
    added_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);

-- Owner: registry. One row for each registered sentence of a juristic person that was not read with certainty. The sentence
-- names people: it is sealed.
CREATE TABLE statement_review (
    id TEXT NOT NULL PRIMARY KEY,
    registration_number TEXT NOT NULL,
    juristic_type TEXT NOT NULL,
    statement_digest TEXT NOT NULL,
    statement BLOB NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    queued BOOLEAN NOT NULL,
    queued_since TIMESTAMP NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    UNIQUE (registration_number, juristic_type, statement_digest)
);
CREATE INDEX statement_review_queue ON statement_review (queued, queued_since, id);

-- Owner: registry. What officers proposed that a sentence means. Rows are only ever added.
CREATE TABLE review_proposal (
    id TEXT NOT NULL PRIMARY KEY,
    review_id TEXT NOT NULL REFERENCES statement_review (id),
    registration_number TEXT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 1),
    digest TEXT NOT NULL,
    rule TEXT NOT NULL,
    binding TEXT NOT NULL,
    reading BIGINT,
    reason TEXT NOT NULL,
    officer_id TEXT NOT NULL REFERENCES registry_officer (id),
    proposed_at TIMESTAMP NOT NULL,
    UNIQUE (review_id, place)
);
CREATE INDEX review_proposal_company ON review_proposal (registration_number);

-- Owner: registry. What became of a proposal, step by step. Rows are only ever added.
CREATE TABLE review_decision (
    proposal_id TEXT NOT NULL REFERENCES review_proposal (id),
    step BIGINT NOT NULL CHECK (step IN (1, 2)),
    kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'rejected', 'withdrawn', 'superseded', 'revoked')),
    officer_id TEXT NOT NULL REFERENCES registry_officer (id),
    decided_at TIMESTAMP NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (proposal_id, step),
    CHECK ((kind = 'revoked') = (step = 2))
);

CREATE TRIGGER review_proposal_stays BEFORE UPDATE ON review_proposal
BEGIN
    SELECT RAISE(ABORT, 'proposals and decisions are only ever added');
END;
CREATE TRIGGER review_proposal_is_kept BEFORE DELETE ON review_proposal
BEGIN
    SELECT RAISE(ABORT, 'proposals and decisions are only ever added');
END;
CREATE TRIGGER review_decision_stays BEFORE UPDATE ON review_decision
BEGIN
    SELECT RAISE(ABORT, 'proposals and decisions are only ever added');
END;
CREATE TRIGGER review_decision_is_kept BEFORE DELETE ON review_decision
BEGIN
    SELECT RAISE(ABORT, 'proposals and decisions are only ever added');
END;
