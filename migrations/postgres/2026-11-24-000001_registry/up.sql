-- Owner: registry. What the register stated of a juristic person, one row per version. Rows are only ever added.
CREATE TABLE juristic_person_version (
    registration_number TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    valid_from TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    data_as_of TIMESTAMP NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('feed', 'exchange')),
    digest TEXT NOT NULL,
    identities TEXT NOT NULL CHECK (identities IN ('known', 'unavailable', 'conflicting')),
    record TEXT NOT NULL,
    PRIMARY KEY (registration_number, version)
);
CREATE FUNCTION register_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of the register are only ever added';
END;
$$;
CREATE TRIGGER juristic_person_version_stays BEFORE UPDATE OR DELETE ON juristic_person_version
    FOR EACH ROW EXECUTE FUNCTION register_is_only_added_to();

-- Owner: registry. Which version still holds and when the register was last seen to state it: the one row that moves.
CREATE TABLE register_seen (
    registration_number TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    data_as_of TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('feed', 'exchange')),
    FOREIGN KEY (registration_number, version) REFERENCES juristic_person_version (registration_number, version)
);

-- Owner: registry. The numbers behind the officers of a version as keyed digests. No number is ever stored.
CREATE TABLE officer_identity (
    registration_number TEXT NOT NULL,
    version BIGINT NOT NULL,
    officer BIGINT NOT NULL CHECK (officer >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('national_id', 'passport')),
    blind_index BYTEA NOT NULL CHECK (octet_length(blind_index) = 32),
    PRIMARY KEY (registration_number, version, officer),
    FOREIGN KEY (registration_number, version) REFERENCES juristic_person_version (registration_number, version)
);
CREATE INDEX officer_identity_person ON officer_identity (blind_index);
CREATE TRIGGER officer_identity_stays BEFORE UPDATE ON officer_identity
    FOR EACH ROW EXECUTE FUNCTION register_is_only_added_to();

-- Owner: registry. One row per feed file that was taken in.
CREATE TABLE register_import (
    id TEXT NOT NULL PRIMARY KEY,
    file_digest TEXT NOT NULL,
    as_of TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    read_lines BIGINT NOT NULL,
    imported BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    older BIGINT NOT NULL,
    rejected BIGINT NOT NULL
);

-- Owner: registry. Counts every new version, so that one read tells whether anything changed since.
CREATE TABLE register_change (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    changes BIGINT NOT NULL
);
INSERT INTO register_change (id, changes) VALUES (1, 0);
