-- Owner: identity. Passports that a trusted provider proved to be a person's, by keyed index; the document is sealed.
-- Two passports of one row's person are one person's.
CREATE TABLE person_passport (
    passport_index BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(passport_index) = 32),
    person_id TEXT NOT NULL REFERENCES person (id),
    document BYTEA NOT NULL,
    first_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX person_passport_person ON person_passport (person_id);

-- Owner: identity. The passport that this sign-in proved.
ALTER TABLE sign_in ADD COLUMN passport_index BYTEA;

-- Owner: linkage. What the status service said of a passport, each time it was asked. Rows are only ever added.
CREATE TABLE passport_status (
    passport_index BYTEA NOT NULL CHECK (octet_length(passport_index) = 32),
    checked_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('valid', 'expired', 'lost_or_stolen', 'unknown')),
    as_of TIMESTAMP NOT NULL,
    PRIMARY KEY (passport_index, checked_at)
);

-- Owner: linkage. Every link that a decision used, once for each version of the record; the names compared are sealed.
CREATE TABLE link_evidence (
    person_id TEXT NOT NULL,
    registration_number TEXT NOT NULL,
    officer BIGINT NOT NULL CHECK (officer >= 1),
    registry_version BIGINT NOT NULL CHECK (registry_version >= 1),
    basis TEXT NOT NULL CHECK (basis IN ('national_id', 'passport')),
    linked_at TIMESTAMP NOT NULL,
    evidence BYTEA NOT NULL,
    PRIMARY KEY (person_id, registration_number, officer, registry_version)
);
CREATE INDEX link_evidence_officer ON link_evidence (registration_number, officer, linked_at);

-- Owner: linkage. Disputed links: an officer of a juristic person under one number. Rows are only ever added.
CREATE TABLE link_dispute (
    id TEXT NOT NULL PRIMARY KEY,
    registration_number TEXT NOT NULL,
    officer BIGINT NOT NULL CHECK (officer >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('national_id', 'passport')),
    blind_index BYTEA NOT NULL CHECK (octet_length(blind_index) = 32),
    registry_version BIGINT NOT NULL CHECK (registry_version >= 1),
    claim TEXT NOT NULL CHECK (claim IN ('never', 'no_longer')),
    opened_as TEXT NOT NULL CHECK (opened_as IN ('person', 'fellow_officer', 'registry_officer')),
    opener TEXT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    reason BYTEA NOT NULL
);
CREATE INDEX link_dispute_company ON link_dispute (registration_number);
CREATE INDEX link_dispute_queue ON link_dispute (opened_at, id);

-- Owner: linkage. How a dispute was settled; at most once.
CREATE TABLE link_settlement (
    dispute_id TEXT NOT NULL PRIMARY KEY REFERENCES link_dispute (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('upheld', 'rejected')),
    officer_id TEXT NOT NULL REFERENCES registry_officer (id),
    settled_at TIMESTAMP NOT NULL,
    reason BYTEA NOT NULL
);

CREATE FUNCTION links_are_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'links, disputes and settlements are only ever added';
END;
$$;
CREATE TRIGGER passport_status_stays BEFORE UPDATE OR DELETE ON passport_status
    FOR EACH ROW EXECUTE FUNCTION links_are_only_added_to();
CREATE TRIGGER link_evidence_stays BEFORE UPDATE OR DELETE ON link_evidence
    FOR EACH ROW EXECUTE FUNCTION links_are_only_added_to();
CREATE TRIGGER link_dispute_stays BEFORE UPDATE OR DELETE ON link_dispute
    FOR EACH ROW EXECUTE FUNCTION links_are_only_added_to();
CREATE TRIGGER link_settlement_stays BEFORE UPDATE OR DELETE ON link_settlement
    FOR EACH ROW EXECUTE FUNCTION links_are_only_added_to();
