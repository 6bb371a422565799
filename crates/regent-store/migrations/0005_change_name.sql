-- Where the log last tells of a record that belongs to no account. Those of accounts are many, and nobody asks for them.
CREATE INDEX IF NOT EXISTS change_name ON change (kind, key, seq, position) WHERE account = '';
