-- High-rate observations outside the log. The newest `recorded_us` wins; `flushed_us` says what
-- another node has not read yet.
CREATE TABLE IF NOT EXISTS fact (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    recorded_us BIGINT NOT NULL,
    flushed_us BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, kind, key)
);

CREATE INDEX IF NOT EXISTS fact_flushed_us ON fact (flushed_us);
