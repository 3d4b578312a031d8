-- Projections: made from the journal.

CREATE TABLE conversation (
    stream INTEGER PRIMARY KEY,
    customer BLOB NOT NULL,
    is_open INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX conversation_customer ON conversation (customer);
CREATE INDEX conversation_open ON conversation (stream) WHERE is_open = 1;

CREATE TABLE message (
    id BLOB PRIMARY KEY,
    stream INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE edit (message BLOB PRIMARY KEY, text TEXT) STRICT, WITHOUT ROWID;

-- waiting: 0 through, 1 on its way, 2 an agent has to look.
CREATE TABLE delivery (
    message BLOB PRIMARY KEY,
    stream INTEGER NOT NULL,
    position INTEGER NOT NULL,
    delivery TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    remote_id TEXT,
    waiting INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (position) WHERE waiting > 0;

CREATE TABLE proposal (
    id BLOB PRIMARY KEY,
    stream INTEGER NOT NULL,
    position INTEGER NOT NULL,
    is_open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_open ON proposal (stream) WHERE is_open = 1;

CREATE TABLE proposal_count (
    plugin TEXT PRIMARY KEY,
    made INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    edited INTEGER NOT NULL,
    dismissed INTEGER NOT NULL,
    expired INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    id BLOB PRIMARY KEY,
    stream INTEGER NOT NULL,
    position INTEGER NOT NULL,
    disputed INTEGER,
    words TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_stream ON finding (stream);

CREATE TABLE customer (stream INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT;
-- Apart from the state, so that a search reads little.
CREATE TABLE customer_search (stream INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE handle (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    customer BLOB NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket (
    stream INTEGER PRIMARY KEY,
    customer BLOB NOT NULL,
    number INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_customer ON ticket (customer);
CREATE INDEX ticket_number ON ticket (number);
CREATE INDEX ticket_changed ON ticket (changed_ms);
CREATE TABLE ticket_search (stream INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE agent (
    id BLOB PRIMARY KEY,
    profile TEXT NOT NULL,
    presence TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    idle_since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (id BLOB PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE plugin (name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE file_use (
    file TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;

-- Words of messages. Filled behind the journal up to the mark, and caught up before every search.
CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE message_words_mark (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER NOT NULL) STRICT;
INSERT INTO message_words_mark VALUES (1, 0);
