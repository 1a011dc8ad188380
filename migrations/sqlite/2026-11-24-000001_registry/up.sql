-- Owner: registry. What the register stated of a juristic person, one row per version. Rows are only ever added.
-- A number is stored as an integer; the record is sealed with a data key of its own, the key wrapped by the vault.
-- There are no foreign keys between these tables: a whole register is loaded at once, and its one owner keeps them in step.
CREATE TABLE juristic_person_version (
    registration_number BIGINT NOT NULL CHECK (registration_number BETWEEN 0 AND 999999999999),
    version BIGINT NOT NULL CHECK (version >= 1),
    valid_from TIMESTAMP NOT NULL,
    valid_to TIMESTAMP,
    recorded_at TIMESTAMP NOT NULL,
    data_as_of TIMESTAMP NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('feed', 'exchange')),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    identities TEXT NOT NULL CHECK (identities IN ('known', 'unavailable', 'conflicting')),
    data_key BLOB NOT NULL,
    record BLOB NOT NULL,
    CHECK (valid_to IS NULL OR valid_from < valid_to)
);
CREATE UNIQUE INDEX juristic_person_version_key ON juristic_person_version (registration_number, version);
CREATE TRIGGER juristic_person_version_stays BEFORE UPDATE ON juristic_person_version
BEGIN
    SELECT RAISE(ABORT, 'versions of the register are only ever added');
END;
CREATE TRIGGER juristic_person_version_is_kept BEFORE DELETE ON juristic_person_version
BEGIN
    SELECT RAISE(ABORT, 'versions of the register are only ever added');
END;

-- Owner: registry. The people of a version in the register's order: who they are is sealed with a data key for each, the
-- number behind them is a keyed digest. No number is ever stored.
CREATE TABLE officer (
    registration_number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 1),
    reference BIGINT NOT NULL CHECK (reference >= 1),
    former BOOLEAN NOT NULL,
    kind TEXT CHECK (kind IN ('national_id', 'passport')),
    blind_index BLOB CHECK (length(blind_index) = 32),
    data_key BLOB NOT NULL,
    person BLOB NOT NULL,
    CHECK ((kind IS NULL) = (blind_index IS NULL))
);
CREATE UNIQUE INDEX officer_key ON officer (registration_number, version, place);
CREATE INDEX officer_person ON officer (blind_index);
CREATE TRIGGER officer_stays BEFORE UPDATE ON officer
BEGIN
    SELECT RAISE(ABORT, 'versions of the register are only ever added');
END;
CREATE TRIGGER officer_is_kept BEFORE DELETE ON officer
BEGIN
    SELECT RAISE(ABORT, 'versions of the register are only ever added');
END;

-- Owner: registry. The one row that moves: which version holds now and when the register was last seen to state it
-- (`stated` is the digest of what it said then), the latest version, and the highest number an officer ever had.
CREATE TABLE register_seen (
    registration_number INTEGER NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    highest_officer BIGINT NOT NULL,
    stated BLOB NOT NULL CHECK (length(stated) = 32),
    data_as_of TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('feed', 'exchange')),
    CHECK (version <= latest)
);

-- Owner: registry. One row per feed file that was taken in.
CREATE TABLE register_import (
    id TEXT NOT NULL PRIMARY KEY,
    file_digest TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('full', 'delta')),
    as_of TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    read_lines BIGINT NOT NULL,
    imported BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    older BIGINT NOT NULL,
    rejected BIGINT NOT NULL
);
CREATE INDEX register_import_file ON register_import (file_digest);

-- Owner: registry. Counts every new version, so that one read tells whether anything changed since.
CREATE TABLE register_change (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    changes BIGINT NOT NULL
);
INSERT INTO register_change (id, changes) VALUES (1, 0);
