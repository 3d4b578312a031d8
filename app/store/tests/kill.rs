//! A process that writes is killed at seeded random moments, again and again: what it was told to be stored is there
//! once, what it was not told may be there once, and everything holds together.
//!
//! The program runs itself as the process to be killed, with the data folder and the first number as arguments.
#![allow(clippy::cast_possible_wrap, reason = "numbers of tests are small")]

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use model::{
    AccountId, AgentId, ConversationId, CustomerId, EventId, MessageId, Timestamp,
    conversation::{Author, Channel, Delivery, Message},
    event::{Actor, NewEvent, Payload, StreamId},
};
use switchboard_store::{
    AppendError, Commit, DraftKey, ExternalRef, NewRaw, OpenError, RawOutcome, RefKind, Store,
};

const ROUNDS: u64 = 5;
const SEED: u64 = 20_261_124;
const ACCOUNT: AccountId = AccountId::from_u128(1);
/// Acknowledged writes of one round before the kill, at most.
const ACKNOWLEDGED_MAX: u64 = 400;
const CONVERSATIONS: u64 = 7;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let [_, word, folder, first] = arguments.as_slice()
        && word == "--write"
    {
        write(Path::new(folder), first.parse().expect("a number"));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(SEED);
    let mut first = 0;
    for round in 0..ROUNDS {
        let acknowledged = run_and_kill(folder.path(), first, &mut random);
        first = check(folder.path(), acknowledged);
        println!("round {round}: {acknowledged} acknowledged, {first} stored");
    }
    assert!(first > ROUNDS, "the rounds wrote nothing");
    println!("test kill ... ok");
}

/// Small, seeded, and enough for picking moments (the constants are Knuth's).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Runs the writer until it has acknowledged some writes and kills it a little later; answers how many numbers have
/// been acknowledged since the beginning.
fn run_and_kill(folder: &Path, first: u64, random: &mut Random) -> u64 {
    let mut child = Command::new(env::current_exe().expect("own path"))
        .args(["--write", &folder.to_string_lossy(), &first.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let target = first + 1 + random.below(ACKNOWLEDGED_MAX);
    let mut acknowledged = first;
    while acknowledged < target {
        let line = lines.next().expect("the writer goes on").expect("text");
        acknowledged = line.parse().expect("a number");
        if acknowledged == first + 1 {
            refused_while_in_use(folder, &child);
        }
    }
    // So that the kill falls anywhere in a write, and not always after an acknowledgement was read.
    std::thread::sleep(Duration::from_micros(random.below(5000)));
    child.kill().expect("the writer is killed");
    child.wait().expect("the writer is gone");
    // What it said before it was killed counts too. The last line may be cut.
    lines.map_while(Result::ok).filter_map(|line| line.parse().ok()).fold(acknowledged, u64::max)
}

fn refused_while_in_use(folder: &Path, child: &Child) {
    match Store::open(folder) {
        Err(OpenError::InUse { pid, .. }) => assert_eq!(pid, Some(child.id())),
        other => panic!("{other:?} while another process has the folder"),
    }
}

/// What number `n` writes; every number is one commit.
fn commit(number: u64) -> Commit {
    let id = u128::from(number);
    let conversation = ConversationId::from_u128(u128::from(number % CONVERSATIONS));
    let stream = StreamId::Conversation(conversation);
    let message = Message {
        id: MessageId::from_u128(id),
        author: if is_reply(number) {
            Author::Agent(AgentId::from_u128(1))
        } else {
            Author::Customer("王女士".to_owned())
        },
        text: format!("第 {number} 条"),
        files: Vec::new(),
        at: at(number),
        remote_id: None,
    };
    let mut payloads = Vec::new();
    if number < CONVERSATIONS {
        payloads.push(Payload::ConversationOpened {
            customer: CustomerId::from_u128(id),
            channel: Channel { account: ACCOUNT, kind: "chat".to_owned(), title: "官网".to_owned() },
            thread: number.to_string(),
            subject: String::new(),
            skill: String::new(),
            priority: 0,
        });
    }
    if is_reply(number) {
        payloads.push(Payload::ReplyQueued { message, key: number.to_string() });
    } else {
        payloads.push(Payload::MessageReceived(message));
    }
    let events = payloads.into_iter().enumerate().map(|(index, payload)| {
        let event = NewEvent { stream: stream.clone(), actor: Actor::Customer, payload };
        (EventId::from_u128(id * 10 + index as u128), event)
    });
    Commit {
        events: events.collect(),
        refs: vec![ExternalRef {
            account: ACCOUNT,
            kind: RefKind::Message,
            key: number.to_string(),
            id: MessageId::from_u128(id).uuid(),
        }],
        cursor: Some((ACCOUNT, number.to_string())),
        drafts_done: if is_reply(number) { vec![DraftKey::Reply(conversation)] } else { Vec::new() },
        ..Commit::new(at(number))
    }
}

fn is_reply(number: u64) -> bool {
    number >= CONVERSATIONS && number.is_multiple_of(3)
}

fn at(number: u64) -> Timestamp {
    Timestamp::from_millisecond(1_795_500_000_000 + number as i64).expect("a moment of this century")
}

/// Writes number after number, and says each when it is stored. A draft goes before every commit that uses it up, a
/// raw item before every message.
fn write(folder: &Path, first: u64) {
    let mut store = Store::open(folder).expect("the writer opens the store");
    redelivered(&mut store, first);
    let mut number = first;
    loop {
        let conversation = ConversationId::from_u128(u128::from(number % CONVERSATIONS));
        store.save_draft(&DraftKey::Reply(conversation), &number.to_string(), at(number)).expect("draft");
        if number.is_multiple_of(4) {
            // Three numbers with one sync.
            for done in store.append_all((number..number + 3).map(commit).collect()) {
                done.expect("group");
            }
            number += 3;
        } else {
            let item =
                NewRaw { account: ACCOUNT, at: at(number), meta: String::new(), body: vec![b'x'; 300] };
            let raw = store.raw_put(item).expect("raw");
            let with_raw = Commit { raw: vec![(raw, RawOutcome::Done)], ..commit(number) };
            store.append(with_raw).expect("append");
            number += 1;
        }
        println!("{number}");
        std::io::stdout().flush().expect("the pipe");
    }
}

/// The provider delivers the last messages once more, as it would after a crash: they are known.
fn redelivered(store: &mut Store, first: u64) {
    for number in first.saturating_sub(3)..first {
        let mut again = commit(number);
        again.refs[0].id = MessageId::from_u128(u128::MAX).uuid();
        match store.append(again) {
            Err(AppendError::Duplicate { .. }) => {}
            other => panic!("{other:?} for a message that is known"),
        }
    }
}

/// Opens what is left and holds it against what was acknowledged; answers how many numbers are stored.
fn check(folder: &Path, acknowledged: u64) -> u64 {
    let mut store = Store::open(folder).expect("the store opens after the kill");
    let report = store.verify().expect("it can be read");
    assert!(report.holds(), "{:?}", report.problems);
    let events = store.since(0, 10_000).expect("events");
    let numbers: Vec<u64> = events
        .iter()
        .filter_map(|event| event.payload.message())
        .map(|message| message.id.uuid().as_u128() as u64)
        .collect();
    // In order from the first, so nothing is lost and nothing is there twice.
    let stored = numbers.len() as u64;
    assert_eq!(numbers, (0..stored).collect::<Vec<_>>());
    assert!(stored >= acknowledged, "{acknowledged} were acknowledged, {stored} are stored");
    assert!(stored <= acknowledged + 3, "{stored} are stored where only {acknowledged} were asked for");
    assert_eq!(store.cursor(ACCOUNT).expect("cursor"), Some((stored - 1).to_string()));

    let replies: Vec<u64> = numbers.iter().copied().filter(|number| is_reply(*number)).collect();
    let outbox = store.outbox().expect("outbox");
    let waiting: Vec<u64> = outbox.iter().map(|item| item.key.parse().expect("a number")).collect();
    assert_eq!(waiting, replies);
    assert!(outbox.iter().all(|item| item.delivery == Delivery::Queued));

    // A draft is as it was saved, for a number that is stored or was about to be.
    for draft in store.drafts().expect("drafts") {
        let number: u64 = draft.text.parse().expect("a number");
        let used_up =
            (number..stored).any(|later| is_reply(later) && later % CONVERSATIONS == number % CONVERSATIONS);
        assert!(number <= stored && !used_up, "draft {number} of {stored}");
    }
    // At most the item whose commit did not come.
    assert!(store.raw_pending(None, 100).expect("raw").len() <= ROUNDS as usize);
    stored
}
