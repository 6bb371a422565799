-- Rows that no picture keeps and no log repeats, and by what else than their key they are found.
-- `seq` is that of the command that last wrote the row.
CREATE TABLE IF NOT EXISTS archive (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE TABLE IF NOT EXISTS archive_label (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key, label)
);

CREATE INDEX IF NOT EXISTS archive_label_value ON archive_label (kind, label, value, key);
