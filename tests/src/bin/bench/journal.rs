//! `bench journal`: durable inbound messages a second through decide, route and commit, against plain `SQLite`
//! inserting the same rows in the same transactions with the same durability.
//!
//! Messages go the way of the engine's loop: up to 256 share a turn, and so one sync of the disk; each is looked up
//! under the provider's names, decided on the directory, appended with its names and applied; at the end of the
//! turn the waiting conversations are routed. One message in twenty comes from somebody new. The network and the
//! plugin before it are `bench roundtrip`'s.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use model::{
    AccountId, AgentId, ConversationId, CustomerId, EventId, MessageId, PluginId, Timestamp,
    command::{AgentCommand, Command},
    conversation::Channel,
    customer::{Handle, HandleKind},
    event::Account,
    input::{Input, Received},
    presence::{AgentProfile, Presence},
    state::Directory,
};
use store::{Commit, ExternalRef, RefKind, Store};
use switchboard_tests::report::{Better, Report};

use crate::{
    plain::Plan,
    statistics::{median, millis, percentile},
};

/// Messages that share a turn under load, as in the engine.
const TURN: usize = 256;
/// Turns of a run.
const TURNS: usize = 40;
/// Turns of a run with one message each.
const SINGLES: usize = 1000;
/// Conversations before the clock starts.
const CONVERSATIONS: usize = 200;
/// One message in so many is somebody's first.
const NEW_EVERY: usize = 20;
const AGENTS: u128 = 5;
/// What an agent takes, so that some conversations are routed during a run and others stay in the queue.
const CAPACITY: u32 = 60;
const ACCOUNT: AccountId = AccountId::from_u128(0xacc0);
/// At least half of what plain `SQLite` does.
const RATIO: f64 = 0.5;

/// Runs it. The first run of each kind gives the rows and is not counted; the others go by turns.
pub fn run(long: bool) -> Result<Report> {
    let mut report = Report::new("journal");
    let rounds = if long { 15 } else { 5 };
    for (turn, turns) in [(TURN, TURNS), (1, SINGLES)] {
        let folder = crate::folder()?;
        let first = folder.path().join("first");
        let plan = Plan::of(&first, &desk_run(&first, turn, turns)?)?;
        let (mut ours, mut theirs) = (Figures::default(), Figures::default());
        for round in 0..rounds {
            let data = folder.path().join(format!("desk-{round}"));
            let database = folder.path().join(format!("plain-{round}.sqlite"));
            // Neither is always the one after the other.
            if round % 2 == 0 {
                ours.add(turn, desk_run(&data, turn, turns)?.times);
                theirs.add(turn, plan.run(&database)?);
            } else {
                theirs.add(turn, plan.run(&database)?);
                ours.add(turn, desk_run(&data, turn, turns)?.times);
            }
        }
        let each = if turn == 1 { "one a turn".to_owned() } else { format!("{turn} a turn") };
        report.ratio(
            &format!("durable messages, {each}"),
            median(&ours.rates),
            "1/s",
            "plain SQLite",
            median(&theirs.rates),
            RATIO,
            Better::Higher,
        );
        for (who, figures) in [("p99", &ours), ("p99 of plain SQLite", &theirs)] {
            report.measure(
                &format!("turn until durable, {each}, {who}"),
                percentile(&figures.turns, 0.99),
                "ms",
            );
        }
    }
    report.measure("runs, by turns, of which medians are taken", f64::from(rounds), "runs");
    Ok(report)
}

/// What the runs of one side gave.
#[derive(Default)]
struct Figures {
    rates: Vec<f64>,
    turns: Vec<f64>,
}

impl Figures {
    fn add(&mut self, turn: usize, times: Vec<Duration>) {
        let all: Duration = times.iter().sum();
        self.rates.push((turn * times.len()) as f64 / all.as_secs_f64());
        self.turns.extend(times.into_iter().map(millis));
    }
}

/// One run: how long each turn took, and where in the journal commits and turns ended.
pub struct Run {
    /// Time of each measured turn.
    times: Vec<Duration>,
    /// Position of the last event of every commit, in order.
    pub commits: Vec<u64>,
    /// Commits before the clock started.
    pub before: usize,
    /// How many commits there were at the end of each measured turn.
    pub turns: Vec<usize>,
}

fn desk_run(data: &Path, turn: usize, turns: usize) -> Result<Run> {
    let mut desk = Desk::open(data)?;
    let total = turn * turns;
    for chunk in incoming(0..CONVERSATIONS, |number| number).chunks(TURN) {
        desk.turn(chunk)?;
    }
    let before = desk.commits.len();
    // Everybody who is known writes by turns; now and then somebody new does.
    let messages = incoming(CONVERSATIONS..CONVERSATIONS + total, |number| {
        if number % NEW_EVERY == 0 { number } else { number * 7 % CONVERSATIONS }
    });
    let mut run = Run { times: Vec::new(), commits: Vec::new(), before, turns: Vec::new() };
    for chunk in messages.chunks(turn) {
        let begun = Instant::now();
        desk.turn(chunk)?;
        run.times.push(begun.elapsed());
        run.turns.push(desk.commits.len());
    }
    run.commits = desk.commits;
    let kept = desk.store.directory()?;
    ensure!(
        kept.conversations.len() == desk.directory.conversations.len(),
        "the journal holds other conversations than were decided about"
    );
    Ok(run)
}

/// A message as a channel's batch has it.
struct Incoming {
    sender: String,
    remote_id: String,
    text: String,
}

fn incoming(numbers: std::ops::Range<usize>, sender: impl Fn(usize) -> usize) -> Vec<Incoming> {
    numbers
        .map(|number| Incoming {
            sender: format!("visitor-{}", sender(number)),
            remote_id: format!("remote-{number}"),
            text: format!("您好，我家的燃气热水器一打开就显示 E4，已经第 {number} 次了，请问怎么办？"),
        })
        .collect()
}

/// The part of the engine's loop between a channel's batch and the disk.
struct Desk {
    store: Store,
    directory: Directory,
    commits: Vec<u64>,
}

impl Desk {
    fn open(data: &Path) -> Result<Self> {
        let mut desk =
            Self { store: Store::open(data)?, directory: Directory::default(), commits: Vec::new() };
        let mut inputs = vec![Input::AccountMade(Account {
            id: ACCOUNT,
            plugin: PluginId::from("bench"),
            kind: "chat".to_owned(),
            title: "官网".to_owned(),
            slug: "bench".to_owned(),
            settings: model::field::Values::default(),
            skill: String::new(),
            paused: false,
        })];
        for number in 1..=AGENTS {
            let agent = AgentId::from_u128(number);
            inputs.push(Input::AgentAdded(AgentProfile {
                id: agent,
                name: format!("agent {number}"),
                public_name: None,
                skills: std::collections::BTreeSet::default(),
                capacity: [("chat".to_owned(), CAPACITY)].into(),
            }));
            let command = Box::new(Command::Agent(AgentCommand::SetPresence(Presence::Ready)));
            inputs.push(Input::Command { agent, command, fresh: engine::fresh_id() });
        }
        let (directory, commits) = (&mut desk.directory, &mut desk.commits);
        desk.store.group(|store| -> Result<()> {
            for input in &inputs {
                decide_and_append(store, directory, commits, input, Vec::new())?;
            }
            Ok(())
        })??;
        Ok(desk)
    }

    /// One turn: everything in it becomes durable together.
    fn turn(&mut self, messages: &[Incoming]) -> Result<()> {
        let (directory, commits) = (&mut self.directory, &mut self.commits);
        self.store.group(|store| -> Result<()> {
            for message in messages {
                receive(store, directory, commits, message)?;
            }
            for (conversation, agent) in directory.route() {
                let input = Input::Routed { conversation, agent };
                decide_and_append(store, directory, commits, &input, Vec::new())?;
            }
            Ok(())
        })?
    }
}

fn receive(
    store: &mut Store,
    directory: &mut Directory,
    commits: &mut Vec<u64>,
    message: &Incoming,
) -> Result<()> {
    let known = store.external(ACCOUNT, RefKind::Message, &message.remote_id)?;
    ensure!(known.is_none(), "the messages of a run are all different");
    let conversation = store.external(ACCOUNT, RefKind::Thread, &message.sender)?;
    let sender = store.external(ACCOUNT, RefKind::Sender, &message.sender)?;
    let conversation_id = ConversationId::new(conversation.unwrap_or_else(engine::fresh_id));
    let customer = CustomerId::new(sender.unwrap_or_else(engine::fresh_id));
    let id = MessageId::new(engine::fresh_id());
    let reference = |kind, key: &str, id| ExternalRef { account: ACCOUNT, kind, key: key.to_owned(), id };
    let mut refs = vec![reference(RefKind::Message, &message.remote_id, id.uuid())];
    if conversation.is_none() {
        refs.push(reference(RefKind::Thread, &message.sender, conversation_id.uuid()));
        refs.push(reference(RefKind::Sender, &message.sender, customer.uuid()));
    }
    let received = Received {
        conversation: conversation_id,
        customer,
        message: id,
        plugin: PluginId::from("bench"),
        channel: Channel { account: ACCOUNT, kind: "chat".to_owned(), title: "官网".to_owned() },
        thread: message.sender.clone(),
        subject: String::new(),
        sender: message.sender.clone(),
        handle: Some(Handle { kind: HandleKind::Web, value: message.sender.clone() }),
        language: None,
        remote_id: message.remote_id.clone(),
        text: message.text.clone(),
        files: Vec::new(),
        customer_known: sender.is_some(),
        skill: String::new(),
        from_us: false,
    };
    decide_and_append(store, directory, commits, &Input::Received(Box::new(received)), refs)
}

fn decide_and_append(
    store: &mut Store,
    directory: &mut Directory,
    commits: &mut Vec<u64>,
    input: &Input,
    refs: Vec<ExternalRef>,
) -> Result<()> {
    let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond())?;
    let mut commit = Commit::new(now);
    let events = model::decide::decide(directory, input, now)?;
    commit.events.extend(events.into_iter().map(|event| (EventId::new(engine::fresh_id()), event)));
    commit.refs = refs;
    let appended = store.append(commit)?;
    for event in &appended {
        directory.apply(event);
    }
    commits.extend(appended.last().map(|event| event.position));
    Ok(())
}
