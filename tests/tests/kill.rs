//! The headless desk killed at random moments while customers write: nothing it has acknowledged is lost, nothing is
//! there twice, drafts and outbox are as they were. Between the rounds an agent's draft and an agent's reply are put into
//! the data, as the desk stores them; the replies go out while kills happen, and each reaches its customer once.
//!
//! 20 rounds; 200 with `SWITCHBOARD_LONG`, or as many as `SWITCHBOARD_KILL_ROUNDS` says. `SWITCHBOARD_SEED` repeats a run.

#![allow(clippy::disallowed_methods, reason = "threads of a test need no names")]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use model::{
    AgentId, ConversationId, EventId, MessageId, Timestamp,
    conversation::{Author, Message},
    event::{Actor, Event, NewEvent, Payload, StreamId},
};
use store::{Commit, DraftKey, Store};
use switchboard_tests::{
    desk::{Place, Wish},
    visitor::Caller,
    wait::until,
    words::Seeded,
};

/// Customers who write at the same time.
const CUSTOMERS: u64 = 3;
/// Earliest and latest moment of a kill, after the first customers write, in milliseconds.
const KILL_AFTER_MS: (u64, u64) = (20, 900);
const EVENTS_AT_ONCE: usize = 1000;
/// Pause between two messages of one customer; the channel takes two a second for long and thirty at once.
const PAUSE: Duration = Duration::from_millis(60);

/// What one customer was told: ids the desk has acknowledged, and all that were sent at all.
#[derive(Debug, Default)]
struct Said {
    acknowledged: BTreeMap<String, String>,
    sent: BTreeMap<String, String>,
}

/// What the agent left in the data while the desk was down.
#[derive(Debug, Default)]
struct Agent {
    /// Replies by visitor, oldest first.
    replies: BTreeMap<String, Vec<String>>,
    drafts: BTreeMap<String, String>,
    /// Customers who got a reply.
    customers: BTreeMap<String, Caller>,
}

impl Agent {
    /// Stores a reply to this customer for sending, and a draft beside it.
    fn write(&mut self, place: &Place, caller: &Caller, random: &mut Seeded) -> Result<()> {
        let mut store = Store::open(&place.data())?;
        let mut events = Vec::new();
        loop {
            let more =
                store.since(events.last().map_or(0, |event: &Event| event.position), EVENTS_AT_ONCE)?;
            if more.is_empty() {
                break;
            }
            events.extend(more);
        }
        let agent = events.iter().find_map(|event| match &event.payload {
            Payload::AgentProfiled(profile) => Some(profile.id),
            _ => None,
        });
        let conversation = events.iter().find_map(|event| match (&event.payload, &event.stream) {
            (Payload::ConversationOpened { thread, .. }, StreamId::Conversation(id)) => {
                (*thread == caller.visitor).then_some(*id)
            }
            _ => None,
        });
        // Killed before the customer's first message was stored: there is nobody to answer.
        let (Some(agent), Some(conversation)) = (agent, conversation) else { return Ok(()) };
        let text = random.sentence();
        store.append(reply(agent, conversation, &text))?;
        self.replies.entry(caller.visitor.clone()).or_default().push(text);
        self.customers.insert(caller.visitor.clone(), caller.clone());
        let draft = random.sentence();
        store.save_draft(&DraftKey::Reply(conversation), &draft, Timestamp::now())?;
        self.drafts.insert(format!("reply/{conversation}"), draft);
        Ok(())
    }

    /// Holds a customer's log, and the states of the replies, against what the agent wrote.
    fn check(&self, place: &Place, desk: SocketAddr) -> Result<()> {
        for (visitor, replies) in &self.replies {
            let caller = Caller { desk, ..self.customers[visitor].clone() };
            until("every reply arrives", || {
                let log = caller.log()?;
                let arrived: Vec<&str> = log
                    .iter()
                    .filter(|entry| entry["from"] == "agent")
                    .filter_map(|entry| entry["text"].as_str())
                    .collect();
                ensure!(arrived.len() <= replies.len(), "{visitor} got {arrived:?} for {replies:?}");
                Ok((arrived == *replies).then_some(()))
            })?;
            for text in replies {
                until("the reply is known to be sent", || {
                    let states = place.journal()?.deliveries(text);
                    Ok((states.last().map(String::as_str) == Some("sent")).then_some(()))
                })?;
            }
        }
        Ok(())
    }
}

/// A reply as it is stored when an agent presses Enter.
fn reply(agent: AgentId, conversation: ConversationId, text: &str) -> Commit {
    let at = Timestamp::now();
    let id = MessageId::new(uuid::Uuid::now_v7());
    let message = Message {
        id,
        author: Author::Agent(agent),
        text: text.to_owned(),
        files: Vec::new(),
        at,
        remote_id: None,
    };
    let event = NewEvent {
        stream: StreamId::Conversation(conversation),
        actor: Actor::Agent(agent),
        payload: Payload::ReplyQueued { message, key: id.to_string() },
    };
    Commit { events: vec![(EventId::new(uuid::Uuid::now_v7()), event)], ..Commit::new(at) }
}

type Record = Arc<Mutex<BTreeMap<String, Said>>>;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One customer writes until the desk is gone. What was not acknowledged is sent again in the next round by the
/// same customer under the same id, as the widget does.
fn write(caller: &Caller, record: &Record, gone: &AtomicBool, round: u64, random: &mut Seeded) {
    let mut count = 0;
    while !gone.load(Ordering::SeqCst) {
        let unanswered = with(record, &caller.visitor, |said| {
            said.sent.iter().find(|(id, _)| !said.acknowledged.contains_key(*id)).map(own)
        });
        let (id, text) = unanswered.unwrap_or_else(|| {
            count += 1;
            (format!("m{round:04}{count:06}"), random.sentence())
        });
        with(record, &caller.visitor, |said| said.sent.insert(id.clone(), text.clone()));
        match caller.say(&id, &text) {
            Ok(answer) if answer.status == 200 => {
                with(record, &caller.visitor, |said| said.acknowledged.insert(id, text));
            }
            // Too fast, or it went down: tried again.
            Ok(_) | Err(_) => {}
        }
        thread::sleep(PAUSE);
    }
}

fn own(pair: (&String, &String)) -> (String, String) {
    (pair.0.clone(), pair.1.clone())
}

fn with<T>(record: &Record, visitor: &str, act: impl FnOnce(&mut Said) -> T) -> T {
    act(record.lock().unwrap_or_else(PoisonError::into_inner).entry(visitor.to_owned()).or_default())
}

/// Holds the journal against what customers were told.
fn check(place: &Place, record: &Record, agent: &Agent) -> Result<usize> {
    let verified = place.verify()?;
    ensure!(verified.contains("the journal holds"), "{verified}");
    let messages = place.export()?.messages();
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let mut answers = Vec::new();
    for message in messages {
        if !message.by_customer {
            answers.push(message.text);
            continue;
        }
        let before = kept.insert(message.remote_id.clone(), message.text);
        ensure!(before.is_none(), "{} is there twice", message.remote_id);
    }
    let mut written: Vec<_> = agent.replies.values().flatten().cloned().collect();
    answers.sort();
    written.sort();
    ensure!(answers == written, "the agent wrote {written:?}, kept is {answers:?}");
    ensure!(place.drafts()? == agent.drafts, "drafts were {:?} and are {:?}", agent.drafts, place.drafts()?);
    let record = record.lock().unwrap_or_else(PoisonError::into_inner);
    let mut known = BTreeSet::new();
    for (visitor, said) in record.iter() {
        for (id, text) in &said.acknowledged {
            let name = format!("{visitor}:{id}");
            let found = kept.get(&name).with_context(|| format!("{name} was acknowledged and is lost"))?;
            ensure!(found == text, "{name} was {text:?} and is {found:?}");
        }
        known.extend(said.sent.keys().map(|id| format!("{visitor}:{id}")));
    }
    for name in kept.keys() {
        ensure!(known.contains(name), "nobody wrote {name}");
    }
    Ok(kept.len())
}

/// A desk on this data, customers who write to it, and a kill in the middle.
fn run_and_kill(
    place: &Place,
    callers: &mut Vec<Caller>,
    record: &Record,
    round: u64,
    random: &mut Seeded,
) -> Result<()> {
    let desk = place.headless()?;
    // One customer comes back, and new ones come.
    callers.truncate(1);
    for caller in callers.iter_mut() {
        caller.desk = desk.address;
    }
    while (callers.len() as u64) < CUSTOMERS {
        callers.insert(0, Caller::new(desk.address)?);
    }
    let gone = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = callers
        .iter()
        .map(|caller| {
            let (caller, record, gone) = (caller.clone(), Arc::clone(record), Arc::clone(&gone));
            let mut own = Seeded::new(random.below(u64::MAX));
            thread::spawn(move || write(&caller, &record, &gone, round, &mut own))
        })
        .collect();
    let (least, most) = KILL_AFTER_MS;
    thread::sleep(Duration::from_millis(least + random.below(most - least)));
    desk.kill()?;
    gone.store(true, Ordering::SeqCst);
    for writer in writers {
        ensure!(writer.join().is_ok(), "a customer panicked");
    }
    Ok(())
}

/// What was sent but never acknowledged arrives with the next try, once.
fn send_again(callers: &[Caller], record: &Record, desk: SocketAddr) -> Result<()> {
    for caller in callers {
        let caller = Caller { desk, ..caller.clone() };
        let open: Vec<_> = with(record, &caller.visitor, |said| {
            said.sent.iter().filter(|(id, _)| !said.acknowledged.contains_key(*id)).map(own).collect()
        });
        for (id, text) in open {
            let answer = caller.say(&id, &text)?;
            ensure!(answer.status == 200, "{id} again: {}", answer.status);
            with(record, &caller.visitor, |said| said.acknowledged.insert(id, text));
        }
    }
    Ok(())
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_twice() -> Result<()> {
    let long = std::env::var_os("SWITCHBOARD_LONG").is_some();
    let rounds = number("SWITCHBOARD_KILL_ROUNDS").unwrap_or(if long { 200 } else { 20 });
    let seed = number("SWITCHBOARD_SEED").unwrap_or(20_261_124);
    println!("{rounds} rounds, seed {seed}");
    let place = Place::new(Wish::default())?;
    let record: Record = Arc::default();
    let (mut random, mut callers, mut agent) = (Seeded::new(seed), Vec::new(), Agent::default());
    for round in 0..rounds {
        let went = run_and_kill(&place, &mut callers, &record, round, &mut random);
        went.and_then(|()| check(&place, &record, &agent))
            .with_context(|| format!("round {round}, seed {seed}"))?;
        agent.write(&place, &callers[0], &mut random)?;
    }
    let desk = place.headless()?;
    send_again(&callers, &record, desk.address)?;
    agent.check(&place, desk.address)?;
    desk.end()?;
    let kept = check(&place, &record, &agent)?;
    ensure!(kept as u64 >= rounds, "only {kept} messages in {rounds} rounds: that is no load");
    let answered: usize = agent.replies.values().map(Vec::len).sum();
    ensure!(answered > 0, "no reply was written");
    println!("{kept} messages and {answered} replies kept");
    Ok(())
}
