//! Measures appended messages a second against plain SQLite inserting the same rows with the same durability, one by
//! one and in groups, and how long pages and searches take. `cargo run -p switchboard-store --example throughput`.
#![allow(clippy::cast_possible_wrap, reason = "numbers of measurements are small")]

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use model::{
    AccountId, ConversationId, CustomerId, EventId, MessageId, Timestamp,
    conversation::{Author, Channel, Message},
    customer::{Customer, Handle, HandleKind},
    event::{Actor, NewEvent, Payload, StreamId},
};
use rusqlite::{Connection, params};
use switchboard_store::{Commit, ExternalRef, RefKind, Store};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ACCOUNT: AccountId = AccountId::from_u128(1);
const SINGLE: u128 = 2000;
const GROUPED: u128 = 20_000;
const GROUP: usize = 64;
const CONVERSATIONS: u128 = 200;
const CUSTOMERS: u128 = 100_000;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    println!("{:<34} {:>9} {:>9} {:>6}", "messages a second", "ours", "plain", "ratio");
    for (name, count, group) in [("one by one", SINGLE, 1), ("in groups of 64", GROUPED, GROUP)] {
        // By turns, so that neither has the warmer disk; the best of three for each.
        let (mut ours, mut theirs) = (0.0_f64, 0.0_f64);
        for round in 0..3 {
            ours =
                ours.max(count as f64 / append(&folder.path().join(format!("{name}{round}")), count, group)?);
            theirs = theirs
                .max(count as f64 / plain(&folder.path().join(format!("{name}{round}.db")), count, group)?);
        }
        println!("{name:<34} {ours:>9.0} {theirs:>9.0} {:>6.2}", ours / theirs);
    }
    reading(&folder.path().join("reading"))
}

fn message(number: u128) -> Commit {
    let stream = StreamId::Conversation(ConversationId::from_u128(number % CONVERSATIONS));
    let id = MessageId::from_u128(number << 64 | 7);
    let text = format!("您好，我家的燃气热水器一打开就显示 E4，已经第 {number} 次了，请问怎么办？");
    let message = Message {
        id,
        author: Author::Customer("王女士".to_owned()),
        text,
        files: Vec::new(),
        at: Timestamp::default(),
        remote_id: Some(format!("remote-{number}")),
    };
    let payload = Payload::MessageReceived(message);
    let event = NewEvent { stream, actor: Actor::Customer, payload };
    Commit {
        events: vec![(EventId::from_u128(number << 64), event)],
        refs: vec![ExternalRef {
            account: ACCOUNT,
            kind: RefKind::Message,
            key: format!("remote-{number}"),
            id: id.uuid(),
        }],
        cursor: Some((ACCOUNT, number.to_string())),
        ..Commit::default()
    }
}

fn open(number: u128) -> Commit {
    let payload = Payload::ConversationOpened {
        customer: CustomerId::from_u128(number),
        channel: Channel { account: ACCOUNT, kind: "chat".to_owned(), title: "官网".to_owned() },
        thread: format!("thread-{number}"),
        subject: String::new(),
        skill: String::new(),
        priority: 0,
    };
    let stream = StreamId::Conversation(ConversationId::from_u128(number));
    let event = NewEvent { stream, actor: Actor::Customer, payload };
    Commit { events: vec![(EventId::from_u128(number), event)], ..Commit::default() }
}

fn append(folder: &Path, count: u128, group: usize) -> Result<f64> {
    let mut store = Store::open(folder)?;
    for done in store.append_all((0..CONVERSATIONS).map(open).collect()) {
        done?;
    }
    let commits: Vec<Commit> = (0..count).map(message).collect();
    let start = Instant::now();
    for chunk in commits.chunks(group) {
        for done in store.append_all(chunk.to_vec()) {
            done?;
        }
    }
    Ok(start.elapsed().as_secs_f64())
}

/// The same rows (journal, payload, message, reference, cursor, conversation) in the same tables and indexes, ready made:
/// no hashing, no checks, no projection.
fn plain(path: &Path, count: u128, group: usize) -> Result<f64> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch(include_str!("../src/schema.sql"))?;
    db.execute_batch(include_str!("../src/projections.sql"))?;
    let state = "x".repeat(650);
    for number in 0..CONVERSATIONS as i64 {
        db.execute(
            "INSERT INTO stream VALUES (?1, 'conversation', ?2)",
            params![number, number.to_le_bytes()],
        )?;
        db.execute("INSERT INTO conversation VALUES (?1, x'00', 1, 0, ?2)", params![number, state])?;
    }
    let payloads = (0..count)
        .map(|number| serde_json::to_string(&message(number).events[0].1.payload))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let numbers: Vec<usize> = (0..count as usize).collect();
    let start = Instant::now();
    for chunk in numbers.chunks(group) {
        let transaction = db.transaction()?;
        for number in chunk {
            insert(&transaction, *number, &payloads[*number], &state)?;
        }
        transaction.commit()?;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn insert(db: &Connection, number: usize, payload: &str, state: &str) -> Result<()> {
    let position = number as i64 + 1;
    let stream = number as i64 % CONVERSATIONS as i64;
    let id = (number as u128).to_be_bytes();
    let hash = [7_u8; 32];
    db.prepare_cached(
        "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, 'message-received', 1, 0, 'customer', ?5, ?5)",
    )?
    .execute(params![position, id, stream, position, hash])?;
    db.prepare_cached("INSERT INTO payload VALUES (?1, ?2, NULL)")?.execute(params![position, payload])?;
    db.prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3)")?.execute(params![id, stream, position])?;
    db.prepare_cached("INSERT INTO external_ref VALUES (?1, 0, ?2, ?3)")?.execute(params![
        [0_u8; 16],
        format!("remote-{number}"),
        id
    ])?;
    db.prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?1, ?2)")?
        .execute(params![[0_u8; 16], number.to_string()])?;
    db.prepare_cached("UPDATE conversation SET last_at_ms = ?2, state = ?3 WHERE stream = ?1")?
        .execute(params![stream, position, state])?;
    Ok(())
}

fn reading(folder: &Path) -> Result<()> {
    let mut store = Store::open(folder)?;
    store.append(open(0))?;
    let messages = (0..10_000).map(|number| message(number * CONVERSATIONS)).collect();
    for done in store.append_all(messages) {
        done?;
    }
    let customers = (0..CUSTOMERS).map(|number| {
        let mut customer = Customer::named(CustomerId::from_u128(number), name(number), Timestamp::default());
        customer.handles.push(Handle { kind: HandleKind::Phone, value: format!("1{:010}", number * 99_991) });
        let stream = StreamId::Customer(customer.id);
        let event = NewEvent { stream, actor: Actor::Desk, payload: Payload::CustomerCreated(customer) };
        Commit { events: vec![(EventId::from_u128(number), event)], ..Commit::default() }
    });
    for done in store.append_all(customers.collect()) {
        done?;
    }
    let conversation = ConversationId::from_u128(0);
    println!("\nmedian of 21, milliseconds");
    show("page of 200 in a thread of 10,000", || {
        store.thread(conversation, Some(5000), 200).map(|page| page.events.len())
    })?;
    show("2 characters among 100,000 names", || store.find_customers("欧阳", 20).map(|found| found.len()))?;
    show("4 digits among 100,000 numbers", || store.find_customers("6027", 20).map(|found| found.len()))?;
    let start = Instant::now();
    store.search_conversations("热水器", 20)?;
    println!(
        "{:<34} {:>9.2}",
        "first search, 10,000 messages behind",
        start.elapsed().as_secs_f64() * 1000.0
    );
    show("热水器 among 10,000 messages", || {
        store.search_conversations("热水器", 20).map(|found| found.len())
    })?;
    let start = Instant::now();
    store.rebuild()?;
    println!("{:<34} {:>9.2}", "rebuild of 110,000 events", start.elapsed().as_secs_f64() * 1000.0);
    let start = Instant::now();
    assert!(store.verify()?.holds());
    println!("{:<34} {:>9.2}", "verification of the same", start.elapsed().as_secs_f64() * 1000.0);
    drop(store);
    let start = Instant::now();
    drop(Store::open(folder)?);
    println!("{:<34} {:>9.2}", "opening the same", start.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

fn name(number: u128) -> String {
    const FAMILY: [&str; 8] = ["王", "李", "张", "刘", "陈", "欧阳", "司马", "杨"];
    const GIVEN: [&str; 10] = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋"];
    let family = FAMILY[number as usize % FAMILY.len()];
    let first = GIVEN[number as usize / 8 % GIVEN.len()];
    let second = GIVEN[number as usize / 80 % GIVEN.len()];
    format!("{family}{first}{second}")
}

fn show<E: Error + 'static>(
    what: &str,
    mut run: impl FnMut() -> std::result::Result<usize, E>,
) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        assert!(run()? > 0, "{what} found nothing");
        times.push(start.elapsed());
    }
    times.sort();
    let median: Duration = times[times.len() / 2];
    println!("{what:<34} {:>9.2}", median.as_secs_f64() * 1000.0);
    Ok(())
}
