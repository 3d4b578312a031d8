//! Salvage out of folders that are really damaged: what is before the damage is there again, byte for byte.

use std::{fs, path::Path};

use model::AccountId;
use rusqlite::Connection;
use switchboard_store::{Commit, DraftKey, ExternalRef, OpenError, RefKind, SalvageError, Store};

use crate::write::{opened, received, say};

const ACCOUNT: AccountId = AccountId::from_u128(0xacc);
const EVENTS: u64 = 601;

fn name(number: u128, id: u128) -> ExternalRef {
    let id = uuid::Uuid::from_u128(id);
    ExternalRef { account: ACCOUNT, kind: RefKind::Message, key: format!("remote-{number}"), id }
}

/// A data folder with a conversation of many messages, each under a provider's name, a draft and a file.
fn filled(folder: &Path) {
    let mut store = Store::open(folder).unwrap();
    say(&mut store, 1, [opened(1)]);
    for number in 0..600_u128 {
        say(&mut store, 1, [received(10 + number, "您好，热水器打不着火")]);
        let commit = Commit { refs: vec![name(number, 10 + number)], ..Commit::default() };
        store.append(commit).unwrap();
    }
    let cursor = Some((ACCOUNT, "page-600".to_owned()));
    store.append(Commit { cursor, ..Commit::default() }).unwrap();
    let conversation = model::ConversationId::from_u128(1);
    store.save_draft(&DraftKey::Reply(conversation), "写到一半", model::Timestamp::UNIX_EPOCH).unwrap();
    store.set_setting("language", Some("en")).unwrap();
}

fn lines(store: &Store) -> Vec<String> {
    let mut bytes = Vec::new();
    store.export(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_journal_damaged_near_its_end_is_kept_up_to_there() {
    let old = tempfile::tempdir().unwrap();
    filled(old.path());
    let whole = lines(&Store::open(old.path()).unwrap());
    let database = Connection::open(old.path().join("desk.sqlite")).unwrap();
    database.execute("UPDATE payload SET json = '\"unassigned\"' WHERE position = 500", []).unwrap();
    drop(database);
    assert!(matches!(Store::open(old.path()), Err(OpenError::Damaged { .. })), "the desk does not open");

    let place = tempfile::tempdir().unwrap();
    let new = place.path().join("rescued");
    let report = Store::salvage(old.path(), &new).unwrap();
    assert_eq!((report.events, report.lost), (499, Some(EVENTS - 499)));
    let (position, why) = report.damage.unwrap();
    assert_eq!(position, 500);
    assert!(why.contains("payload"), "{why}");
    assert!(report.partial.is_empty(), "{:?}", report.partial);

    let mut store = Store::open(&new).unwrap();
    let found = store.verify().unwrap();
    assert!(found.holds(), "{:?}", found.problems);
    assert_eq!((found.events, &found.head), (499, &report.head));
    assert_eq!(lines(&store), whole[..499], "byte for byte");
    // A message that was lost may be brought again; one that was kept may not.
    let known =
        |number: u128| store.external(ACCOUNT, RefKind::Message, &format!("remote-{number}")).unwrap();
    assert!(known(497).is_some() && known(498).is_none());
    assert_eq!(store.cursor(ACCOUNT).unwrap(), None, "its provider is asked from the beginning");
    assert_eq!(store.drafts().unwrap().len(), 1);
    assert_eq!(store.settings().unwrap()["language"], "en");
    // It goes on from there.
    say(&mut store, 1, [received(9999, "还在吗")]);
    assert!(store.verify().unwrap().holds());
}

#[test]
fn pages_overwritten_in_the_file_cost_what_lies_on_them() {
    let old = tempfile::tempdir().unwrap();
    filled(old.path());
    let path = old.path().join("desk.sqlite");
    let pages = fs::metadata(&path).unwrap().len() / 4096;
    let (mut salvaged, mut refused) = (0, 0);
    for page in (1..pages).step_by(3) {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[page as usize * 4096..(page as usize + 1) * 4096].fill(0x5a);
        fs::write(folder.path().join("desk.sqlite"), bytes).unwrap();
        let place = tempfile::tempdir().unwrap();
        let new = place.path().join("rescued");
        match Store::salvage(folder.path(), &new) {
            Ok(report) => {
                salvaged += 1;
                assert!(report.events == EVENTS || report.damage.is_some(), "page {page}: {report:?}");
                let found = Store::open(&new).unwrap().verify().unwrap();
                assert!(found.holds(), "page {page}: {:?}", found.problems);
                assert_eq!(found.events, report.events, "page {page}");
            }
            Err(SalvageError::Storage(_)) => refused += 1,
            Err(error) => panic!("page {page}: {error}"),
        }
    }
    assert!(salvaged > 10, "{salvaged} salvaged, {refused} refused");
}

#[test]
fn nothing_is_written_over() {
    let old = tempfile::tempdir().unwrap();
    filled(old.path());
    let before = fs::read(old.path().join("desk.sqlite")).unwrap();
    let error = Store::salvage(old.path(), old.path()).unwrap_err();
    assert!(matches!(error, SalvageError::NotEmpty(_)), "{error}");
    let place = tempfile::tempdir().unwrap();
    let report = Store::salvage(old.path(), &place.path().join("copy")).unwrap();
    assert_eq!((report.events, report.lost, report.damage), (EVENTS, Some(0), None));
    assert_eq!(fs::read(old.path().join("desk.sqlite")).unwrap(), before);
    let store = Store::open(&place.path().join("copy")).unwrap();
    assert_eq!(store.cursor(ACCOUNT).unwrap().as_deref(), Some("page-600"), "nothing was lost");
}
