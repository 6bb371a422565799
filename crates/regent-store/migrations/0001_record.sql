-- Every entity: who owns it, what it is, what it is called, and its body as JSON.
-- `version` is the seq of the command that last wrote it.
CREATE TABLE IF NOT EXISTS record (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, kind, key)
);
