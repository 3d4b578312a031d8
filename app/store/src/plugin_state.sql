-- From version 1 to 2: what is known about a plugin is one value, spelled as the projection spells it.
CREATE TABLE plugin_before AS SELECT * FROM plugin;
DROP TABLE plugin;
CREATE TABLE plugin (name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO plugin (name, state)
SELECT name, json_object(
    'version', version,
    'serial', serial,
    'sha256', sha256,
    'granted', json(granted),
    'paused', json(iif(paused, 'true', 'false')),
    'quarantined', json(iif(quarantined, 'true', 'false'))
) FROM plugin_before;
DROP TABLE plugin_before;
