//! Damaged files and changed rows: reported, never passed over.

use std::{fs, path::Path};

use model::event::Payload;
use rusqlite::Connection;
use switchboard_store::{OpenError, Problem, Store};

use crate::write::{opened, received, say};

const FIRST_WORDS: &str = "first-words-of-all";

/// A data folder with enough events that the first is not among those checked at every start.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    say(&mut store, 1, [opened(1), received(1, FIRST_WORDS)]);
    for number in 0..300 {
        say(&mut store, 2, [received(10 + number, "后面还有很多话")]);
    }
    folder
}

fn database(folder: &Path) -> std::path::PathBuf {
    folder.join("desk.sqlite")
}

/// Changes the data behind the store's back.
fn tamper(folder: &Path, sql: &str) {
    let db = Connection::open(database(folder)).unwrap();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    assert!(db.execute(sql, []).unwrap() > 0, "{sql}");
}

fn problems(folder: &Path) -> Vec<Problem> {
    Store::open(folder).unwrap().verify().unwrap().problems
}

#[test]
fn a_file_that_is_no_database_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(database(folder.path()), b"not a database at all, but long enough to be asked about").unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[test]
fn a_file_with_its_pages_overwritten_is_reported() {
    let folder = filled();
    let mut bytes = fs::read(database(folder.path())).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..200].fill(0xff);
    }
    fs::write(database(folder.path()), bytes).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[test]
fn one_changed_byte_in_a_payload_is_found() {
    let folder = filled();
    let path = database(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<usize> = bytes
        .windows(FIRST_WORDS.len())
        .enumerate()
        .filter(|(_, window)| *window == FIRST_WORDS.as_bytes())
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    let found = problems(folder.path());
    assert!(found.contains(&Problem::Payload { position: 2 }), "{found:?}");
}

#[test]
fn every_kind_of_tampering_has_its_problem() {
    for (sql, expected) in [
        ("UPDATE payload SET json = '\"unassigned\"' WHERE position = 2", Problem::Payload { position: 2 }),
        ("DELETE FROM payload WHERE position = 2", Problem::PayloadMissing { position: 2 }),
        ("UPDATE journal SET actor = 'customer' WHERE position = 2", Problem::Chain { position: 2 }),
        ("UPDATE journal SET at_ms = at_ms + 1 WHERE position = 1", Problem::Chain { position: 1 }),
        ("DELETE FROM journal WHERE position = 3", Problem::PositionGap { from: 3, to: 3 }),
        (
            "UPDATE conversation SET state = replace(state, 'chat', 'mail') WHERE stream = 1",
            Problem::Projection { table: "conversation", rows: 1 },
        ),
        ("DELETE FROM message WHERE position = 2", Problem::Projection { table: "message", rows: 1 }),
    ] {
        let folder = filled();
        tamper(folder.path(), sql);
        let found = problems(folder.path());
        assert!(found.contains(&expected), "{sql}: {found:?}");
    }
}

#[test]
fn a_change_in_the_newest_events_is_found_at_the_start() {
    let folder = filled();
    tamper(folder.path(), "UPDATE payload SET json = '\"unassigned\"' WHERE position = 300");
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(&error, OpenError::Damaged { why, .. } if why.contains("300")), "{error}");
}

#[test]
fn a_rebuild_mends_projections() {
    let folder = filled();
    tamper(folder.path(), "DELETE FROM message");
    let mut store = Store::open(folder.path()).unwrap();
    assert!(!store.verify().unwrap().holds());
    assert_eq!(store.rebuild().unwrap(), 302);
    let report = store.verify().unwrap();
    assert!(report.holds(), "{:?}", report.problems);
    assert_eq!((report.events, report.streams), (302, 2));
}

#[test]
fn a_kind_from_a_newer_version_is_kept() {
    let folder = filled();
    // As a newer version would have written it, without a chain of ours: only reading is at stake here.
    tamper(folder.path(), "UPDATE journal SET kind = 'call-started' WHERE position = 2");
    tamper(folder.path(), "UPDATE payload SET json = '{\"call-started\":{\"line\":2}}' WHERE position = 2");
    let mut store = Store::open(folder.path()).unwrap();
    let event = store.since(1, 1).unwrap().remove(0);
    assert_eq!(event.payload, Payload::Unknown { kind: "call-started".to_owned() });
    let sequence = store.since(0, 1000).unwrap().len();
    store.rebuild().unwrap();
    assert_eq!(store.since(0, 1000).unwrap().len(), sequence);
    let mut lines = Vec::new();
    store.export(&mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains(r#""payload":{"call-started":{"line":2}}"#));
}
