//! Groups, failures of the disk, files, export and erasure.

use std::{collections::BTreeMap, fs};

use model::{
    CustomerId, MessageId,
    conversation::{Attachment, Author},
    customer::{Customer, Handle, HandleKind},
    event::{Payload, StreamId},
};
use switchboard_store::{
    AppendError, Commit, DraftKey, ExternalRef, FILE_UNUSED_KEEP_MS, NewRaw, RawOutcome, RefKind, Store,
};

use crate::write::{
    ACCOUNT, at, commit, conversation, create, customer, message, opened, received, reply, say,
};

fn stream(number: u128) -> StreamId {
    StreamId::Conversation(conversation(number))
}

fn message_ref(key: &str, id: u128) -> ExternalRef {
    ExternalRef {
        account: ACCOUNT,
        kind: RefKind::Message,
        key: key.to_owned(),
        id: MessageId::from_u128(id).uuid(),
    }
}

#[test]
fn a_commit_is_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let raw = store
        .raw_put(NewRaw { account: ACCOUNT, at: at(0), meta: "{}".to_owned(), body: b"hook".to_vec() })
        .unwrap();
    let draft = DraftKey::Reply(conversation(1));
    store.save_draft(&draft, "正在写", at(0)).unwrap();
    let first = Commit {
        expected: vec![(stream(1), 0)],
        refs: vec![message_ref("m-1", 1)],
        cursor: Some((ACCOUNT, "17".to_owned())),
        drafts_done: vec![draft.clone()],
        raw: vec![(raw, RawOutcome::Done)],
        ..commit(1, &stream(1), [opened(1), received(1, "你好")])
    };

    for (wrong, why) in [
        (Commit { expected: vec![(stream(1), 3)], ..first.clone() }, "conflict"),
        (Commit { refs: vec![message_ref("m-1", 1), message_ref("m-1", 2)], ..first.clone() }, "duplicate"),
        (commit(1, &stream(1), [received(1, &"\u{1}".repeat(500_000))]), "size"),
        (commit(1, &stream(1), [Payload::Unknown { kind: "later".to_owned() }]), "kind"),
    ] {
        store.append(wrong).expect_err(why);
        assert_eq!(store.last_position().unwrap(), 0, "{why}");
        assert_eq!(store.draft(&draft).unwrap().unwrap().text, "正在写");
        assert_eq!(store.cursor(ACCOUNT).unwrap(), None);
        assert!(store.raw(raw).unwrap().is_some());
        assert_eq!(store.external(ACCOUNT, RefKind::Message, "m-1").unwrap(), None);
    }

    let events = store.append(first.clone()).unwrap();
    assert_eq!(
        events.iter().map(|event| (event.position, event.sequence)).collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
    assert_eq!(store.draft(&draft).unwrap(), None);
    assert_eq!(store.cursor(ACCOUNT).unwrap().as_deref(), Some("17"));
    assert_eq!(store.raw(raw).unwrap(), None);

    // The provider delivers the same message once more, under a fresh id of ours; the same name for the same thing is fine.
    let again = Commit { expected: vec![], refs: vec![message_ref("m-1", 9)], ..first.clone() };
    let duplicate = store.append(again).unwrap_err();
    let known = MessageId::from_u128(1).uuid();
    assert!(matches!(duplicate, AppendError::Duplicate { existing, .. } if existing == known), "{duplicate}");
    let repeated = Commit { refs: vec![message_ref("m-1", 1)], ..commit(3, &stream(1), [Payload::Resumed]) };
    store.append(repeated).unwrap();
    assert!(matches!(store.append(first).unwrap_err(), AppendError::Conflict { expected: 0, found: 3, .. }));
}

#[test]
fn commits_of_a_group_are_refused_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let one = |id, key: &str| Commit {
        refs: vec![message_ref(key, id)],
        ..commit(id, &stream(1), [received(id, key)])
    };
    let done = store.append_all(vec![one(1, "a"), one(2, "a"), one(3, "b")]);
    assert_eq!(done[0].as_ref().unwrap()[0].position, 1);
    assert!(matches!(done[1], Err(AppendError::Duplicate { .. })));
    assert_eq!(done[2].as_ref().unwrap()[0].position, 2);
    let both = store
        .group(|store| {
            store.save_draft(&DraftKey::Reply(conversation(1)), "稍等", at(0)).unwrap();
            store.append(one(4, "c")).unwrap()[0].position
        })
        .unwrap();
    assert_eq!(both, 3);
    drop(store);
    let mut store = Store::open(folder.path()).unwrap();
    assert_eq!(store.last_position().unwrap(), 3);
    assert_eq!(store.drafts().unwrap().len(), 1);
}

#[test]
fn drafts_survive_a_rebuild_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let text = "您好 👩‍🔧 שלום\u{202e}abc\u{0}完";
    let key = DraftKey::Form {
        conversation: conversation(1),
        plugin: "repair-form".into(),
        kind: "repair".to_owned(),
    };
    assert_eq!(store.save_draft(&key, "a", at(0)).unwrap(), 1);
    assert_eq!(store.save_draft(&key, text, at(7)).unwrap(), 2);
    store.rebuild().unwrap();
    drop(store);
    let mut store = Store::open(folder.path()).unwrap();
    let draft = store.draft(&key).unwrap().unwrap();
    assert_eq!((draft.text.as_str(), draft.revision, draft.at), (text, 2, at(7)));
    assert_eq!(store.drafts().unwrap(), [draft]);
    store.save_draft(&key, "", at(8)).unwrap();
    assert_eq!(store.drafts().unwrap(), []);
}

#[test]
fn text_of_every_script_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let text = "𠮷野家 ﷽ é\u{0301} \u{200d}👨‍👩‍👧 \u{feff}\"\\\u{0}\r\n';--";
    say(&mut store, 1, [opened(1), received(1, text)]);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let page = store.thread(conversation(1), None, 10).unwrap();
    assert_eq!(page.events[1].payload, received(1, text));
}

#[test]
fn files_live_as_long_as_an_event_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let files = store.files();
    let (used, bytes) = files.put(&mut &b"a photograph"[..], 100).unwrap();
    let (unused, _) = files.put(&mut &b"a draft's attachment"[..], 100).unwrap();
    let mut with_file = message(1, Author::Customer(String::new()), "");
    with_file.files.push(Attachment {
        file: used.clone(),
        name: "照片.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes,
    });
    say(&mut store, 1, [opened(1), Payload::MessageReceived(with_file)]);
    let now = model::Timestamp::try_from(std::time::SystemTime::now()).unwrap();
    assert_eq!(store.collect_files(now).unwrap(), 0);
    let later =
        model::Timestamp::from_millisecond(now.as_millisecond() + FILE_UNUSED_KEEP_MS + 60_000).unwrap();
    assert_eq!(store.collect_files(later).unwrap(), 1);
    assert!(files.path(&used).is_some());
    assert!(files.path(&unused).is_none());
    assert_eq!(store.search_conversations("照片", 10).unwrap().len(), 1);
    assert!(store.verify().unwrap().holds());
    fs::remove_file(files.path(&used).unwrap()).unwrap();
    let problems = store.verify().unwrap().problems;
    assert!(
        matches!(&problems[..], [switchboard_store::Problem::FileMissing { position: 2, .. }]),
        "{problems:?}"
    );
}

#[test]
fn an_export_has_every_event_with_its_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    say(&mut store, 1, [opened(1), received(1, "你好\n\"E4\""), Payload::Unassigned]);
    let mut bytes = Vec::new();
    assert_eq!(store.export(&mut bytes).unwrap(), 3);
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<BTreeMap<String, serde_json::Value>> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let payload: Payload = serde_json::from_value(lines[1]["payload"].clone()).unwrap();
    assert_eq!(payload, received(1, "你好\n\"E4\""));
    assert_eq!(lines[2]["kind"], "unassigned");
    assert_eq!(lines[2]["chain"].as_str().unwrap(), store.verify().unwrap().head);
    assert_eq!(lines[1]["sequence"], 2);
}

/// Every file of the data folder in one piece.
fn everything_on_disk(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(everything_on_disk(&path));
        } else {
            bytes.extend(fs::read(path).unwrap());
        }
    }
    bytes
}

#[test]
fn what_is_erased_is_gone_and_the_chain_still_holds() {
    const SECRET: &str = "secret-of-this-person";
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let mut who = Customer::named(customer(1), SECRET, at(0));
    who.handles.push(Handle { kind: HandleKind::Mail, value: format!("{SECRET}@example.com") });
    create(&mut store, who);
    create(&mut store, Customer::named(customer(2), "another", at(0)));
    let (file, bytes) = store.files().put(&mut SECRET.as_bytes(), 1000).unwrap();
    let mut with_file = message(1, Author::Customer(SECRET.to_owned()), SECRET);
    with_file.files.push(Attachment {
        file,
        name: SECRET.to_owned(),
        media_type: "text/plain".to_owned(),
        bytes,
    });
    let thread = ExternalRef {
        account: ACCOUNT,
        kind: RefKind::Thread,
        key: format!("{SECRET}-thread"),
        id: conversation(1).uuid(),
    };
    let first = commit(10, &stream(1), [opened(1), Payload::MessageReceived(with_file), reply(2, SECRET)]);
    store.append(Commit { refs: vec![thread], ..first }).unwrap();
    say(&mut store, 2, [opened(2), received(3, "somebody else")]);
    store.save_draft(&DraftKey::Reply(conversation(1)), SECRET, at(0)).unwrap();
    assert_eq!(store.search_conversations(SECRET, 10).unwrap().len(), 1);

    let report = store.erase(customer(1), at(99)).unwrap();
    assert_eq!((report.payloads, report.conversations.as_slice()), (4, &[conversation(1)][..]));
    let verified = store.verify().unwrap();
    assert!(verified.holds(), "{:?}", verified.problems);
    assert_eq!(verified.erased, 4);
    assert!(store.search_conversations(SECRET, 10).unwrap().is_empty());
    assert_eq!(store.find_customers("another", 10).unwrap().len(), 1);
    assert_eq!(store.thread(conversation(1), None, 10).unwrap().events.len(), 3);
    drop(store);
    let left = everything_on_disk(folder.path());
    assert!(!left.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    let mut store = Store::open(folder.path()).unwrap();
    assert_eq!(store.append(commit(50, &stream(1), [received(9, "again")])).unwrap()[0].sequence, 4);
    assert!(store.verify().unwrap().holds());
    assert_eq!(store.erase(CustomerId::from_u128(404), at(100)).unwrap().payloads, 0);
}

#[test]
fn raw_items_that_name_an_erased_customer_go_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let mut who = Customer::named(customer(1), "王女士", at(0));
    who.handles.push(Handle { kind: HandleKind::Phone, value: "+8613812346027".to_owned() });
    create(&mut store, who);
    create(&mut store, Customer::named(customer(2), "another", at(0)));
    say(&mut store, 1, [opened(1), received(1, "您好")]);
    let account = model::AccountId::from_u128(5);
    let name = |key: &str, kind, id: uuid::Uuid| ExternalRef { account, kind, key: key.to_owned(), id };
    let refs = vec![
        name("visitor-王/1", RefKind::Thread, conversation(1).uuid()),
        name("sender-1", RefKind::Sender, customer(1).uuid()),
    ];
    store.append(Commit { refs, ..Commit::default() }).unwrap();
    let put = |store: &mut Store, meta: &str, body: &str| {
        let item = NewRaw { account, at: at(1), meta: meta.to_owned(), body: body.as_bytes().to_vec() };
        store.raw_put(item).unwrap()
    };
    let theirs = [
        put(&mut store, "{}", r#"{"from":"sender-1","text":"secret"}"#),
        put(&mut store, r#"{"query":"visitor-%E7%8E%8B%2F1"}"#, ""),
        put(&mut store, "{}", r#"{"phone":"+8613812346027"}"#),
        put(&mut store, "{}", r#"{"thread":"visitor-王/1"}"#),
    ];
    store.raw_settle(theirs[0], RawOutcome::Dead("trap".to_owned())).unwrap();
    let other = put(&mut store, "{}", r#"{"from":"sender-2","text":"keep"}"#);
    assert_eq!(store.erase(customer(1), at(99)).unwrap().raw_items, 4);
    for id in theirs {
        assert_eq!(store.raw(id).unwrap(), None);
    }
    assert!(store.raw(other).unwrap().is_some());
    assert!(store.dead_letters(None, 10).unwrap().is_empty());
    let file = std::fs::read(folder.path().join("desk.sqlite")).unwrap();
    assert!(!file.windows(6).any(|window| window == b"secret"), "nor in free pages of the file");
}
