-- Kept so that both databases have the same tables; only SQLite takes its turn here (PostgreSQL decides by SERIALIZABLE).
CREATE TABLE write_turn (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    turn BIGINT NOT NULL
);
INSERT INTO write_turn (id, turn) VALUES (1, 0);
