-- Rows that no picture keeps and no log repeats. `seq` is that of the command that last wrote the row.
-- `labels` is all it was ever labelled with, each as `label=value` and a line feed.
CREATE TABLE IF NOT EXISTS archive (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    labels TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);

-- By what else than their key rows are found. It is all index, so it is kept as one and nothing else.
CREATE TABLE IF NOT EXISTS archive_label (
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (kind, label, value, key)
) WITHOUT ROWID;
