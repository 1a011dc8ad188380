-- The first statement of every writing transaction takes a turn here. On SQLite that takes the write lock before
-- anything is read, so that "load, decide, write" waits for its turn instead of failing with "database is locked".
CREATE TABLE write_turn (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    turn BIGINT NOT NULL
);
INSERT INTO write_turn (id, turn) VALUES (1, 0);
