-- From version 2 to 3: what left this machine for plugins, and what was not let out.
CREATE TABLE IF NOT EXISTS egress (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    conversation BLOB,
    customer BLOB,
    times INTEGER NOT NULL,
    received INTEGER NOT NULL,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS egress_plugin ON egress (plugin, id);
CREATE INDEX IF NOT EXISTS egress_at ON egress (at_ms);
