-- Owner: registry. Up to where the register's changes were taken in. One row; the empty place is before the first change.
CREATE TABLE register_follow (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    cursor TEXT NOT NULL,
    moved_at TIMESTAMP,
    changes BIGINT NOT NULL CHECK (changes >= 0)
);
INSERT INTO register_follow (id, cursor, moved_at, changes) VALUES (1, '', NULL, 0);

-- Owner: registry. Changes that could not be taken in: place, number and reason, never what they said.
CREATE TABLE register_follow_refusal (
    digest TEXT NOT NULL PRIMARY KEY,
    cursor TEXT,
    registration_number TEXT,
    code TEXT NOT NULL,
    field TEXT NOT NULL,
    refused_at TIMESTAMP NOT NULL
);
CREATE INDEX register_follow_refusal_time ON register_follow_refusal (refused_at);

-- Owner: registry. Juristic persons that must be asked for again. With doubt, nothing may rest on what is held until then.
CREATE TABLE register_follow_due (
    registration_number TEXT NOT NULL PRIMARY KEY,
    since TIMESTAMP NOT NULL,
    doubt BOOLEAN NOT NULL,
    tries BIGINT NOT NULL CHECK (tries >= 0)
);
CREATE INDEX register_follow_due_order ON register_follow_due (tries, since);
