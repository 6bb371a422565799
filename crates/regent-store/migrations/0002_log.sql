-- One row: the seq of the newest command, and the random id of the commit that wrote it.
-- Every write locks this row first, so commits happen one after another.
CREATE TABLE IF NOT EXISTS head (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    commit_id BIGINT NOT NULL
);

INSERT INTO head (id, seq, commit_id) VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING;

-- What each command changed, in order. No body means that the record was removed.
CREATE TABLE IF NOT EXISTS change (
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL,
    commit_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (seq, position)
);
