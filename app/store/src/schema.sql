-- Version 1. What stands under "projections" is made from the journal and can be dropped at any time.

CREATE TABLE stream (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    UNIQUE (kind, key)
) STRICT;

CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    stream INTEGER NOT NULL REFERENCES stream (number),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    payload_sha256 BLOB NOT NULL,
    chain BLOB NOT NULL,
    UNIQUE (stream, sequence)
) STRICT;

CREATE TABLE payload (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    json TEXT NOT NULL,
    erased_ms INTEGER
) STRICT;

-- Kept beside the journal: not derived from it, untouched by a rebuild.

CREATE TABLE external_ref (
    account BLOB NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ref_name ON external_ref (id) WHERE kind IN (1, 2);

CREATE TABLE cursor (account BLOB PRIMARY KEY, cursor TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- Ids are never given twice, since dead letters in the journal name them.
CREATE TABLE raw (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    because TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    meta TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX raw_state ON raw (state, account, id);

CREATE TABLE kv (
    plugin TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    expires_ms INTEGER,
    PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kv_expires ON kv (expires_ms) WHERE expires_ms IS NOT NULL;

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
