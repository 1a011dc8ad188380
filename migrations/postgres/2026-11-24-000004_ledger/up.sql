-- The tamper-evident log. Leaves, nodes and checkpoints are only ever added (LOG-10): the triggers refuse anything else.
-- How many leaves there are: the next index. Changed in the transaction that adds the leaf, so that indices have no gap.
CREATE TABLE ledger_size (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL CHECK (size >= 0)
);
INSERT INTO ledger_size (id, size) VALUES (1, 0);

CREATE TABLE ledger_leaf (
    leaf_index BIGINT NOT NULL PRIMARY KEY CHECK (leaf_index >= 0),
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    commitment TEXT NOT NULL,
    leaf_hash TEXT NOT NULL
);
CREATE INDEX ledger_leaf_reference ON ledger_leaf (reference, leaf_index);

-- What a leaf commits to. Deleting a row here makes its leaf meaningless and leaves the tree whole (LOG-02).
CREATE TABLE ledger_opening (
    leaf_index BIGINT NOT NULL PRIMARY KEY REFERENCES ledger_leaf (leaf_index),
    salt BYTEA NOT NULL,
    record BYTEA NOT NULL,
    record_digest TEXT NOT NULL
);

-- Hashes of complete subtrees: level 0 repeats the leaf hashes, a node at level n covers 2^n leaves.
CREATE TABLE ledger_node (
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, position)
);

CREATE TABLE ledger_checkpoint (
    sequence BIGINT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    root TEXT NOT NULL,
    note TEXT NOT NULL,
    signed_at TIMESTAMP NOT NULL
);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE FUNCTION ledger_size_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size THEN
        RAISE EXCEPTION 'ledger_size only grows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_leaf_kept BEFORE UPDATE OR DELETE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_opening_kept BEFORE UPDATE ON ledger_opening FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_node_kept BEFORE UPDATE OR DELETE ON ledger_node FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_checkpoint_kept BEFORE UPDATE OR DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_size_grows BEFORE UPDATE ON ledger_size FOR EACH ROW EXECUTE FUNCTION ledger_size_only_grows();
CREATE TRIGGER ledger_size_not_deleted BEFORE DELETE ON ledger_size FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
