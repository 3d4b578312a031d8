//! Decisions as tables: what an input gives in a state, by the names of the events, and what holds over
//! every sequence of inputs.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    EventId, MessageId, ProposalId,
    command::{AgentCommand, ConversationCommand, ProposalCommand},
    conversation::{Channel, Delivery, Status},
    event::{Event, TransferTarget},
    id::{AccountId, PluginId},
    input::Received,
    limits::{MESSAGE_TEXT_MAX_BYTES, OUTBOX_PER_CONVERSATION_MAX, PROPOSALS_OPEN_MAX},
    presence::{AgentProfile, Presence},
    proposal::{Change, Fate, Proposal, WrapUp},
};

const ME: AgentId = AgentId::from_u128(1);
const COLLEAGUE: AgentId = AgentId::from_u128(2);
const TALK: ConversationId = ConversationId::from_u128(7);

/// A journal in memory: decides, numbers the events and takes them in.
struct World {
    directory: Directory,
    events: Vec<Event>,
    second: i64,
}

impl World {
    fn new() -> Self {
        let mut world = Self { directory: Directory::default(), events: Vec::new(), second: 1_000 };
        for id in [ME, COLLEAGUE] {
            let profile = AgentProfile {
                id,
                name: format!("agent {id}"),
                public_name: None,
                skills: std::collections::BTreeSet::new(),
                capacity: std::collections::BTreeMap::new(),
            };
            world.input(&Input::AgentAdded(profile)).unwrap();
        }
        world
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.second).unwrap()
    }

    fn input(&mut self, input: &Input) -> Result<Vec<String>, Refusal> {
        self.second += 1;
        let decided = decide(&self.directory, input, self.now())?;
        let names = decided.iter().map(|event| name(&event.payload)).collect();
        for event in decided {
            let sequence = self.events.iter().filter(|have| have.stream == event.stream).count() as u64 + 1;
            let position = self.events.len() as u64 + 1;
            let event = Event {
                id: EventId::from_u128(u128::from(position)),
                stream: event.stream,
                sequence,
                position,
                at: self.now(),
                actor: event.actor,
                payload: event.payload,
            };
            self.directory.apply(&event);
            self.events.push(event);
        }
        Ok(names)
    }

    fn command(&mut self, agent: AgentId, command: ConversationCommand) -> Result<Vec<String>, Refusal> {
        let fresh = Uuid::from_u128(10_000 + self.events.len() as u128);
        let command = Box::new(Command::Conversation(TALK, command));
        self.input(&Input::Command { agent, command, fresh })
    }

    fn receive(&mut self, text: &str) -> Result<Vec<String>, Refusal> {
        let number = self.events.len() as u128;
        let known = self.directory.conversations.contains_key(&TALK);
        self.input(&Input::Received(Box::new(Received {
            conversation: TALK,
            customer: CustomerId::from_u128(3),
            message: MessageId::from_u128(20_000 + number),
            plugin: PluginId::from("chat"),
            channel: Channel { account: AccountId::from_u128(4), kind: "chat".into(), title: "web".into() },
            thread: "t".into(),
            subject: String::new(),
            sender: "Li".into(),
            handle: None,
            language: None,
            remote_id: number.to_string(),
            text: text.into(),
            files: Vec::new(),
            customer_known: known,
            skill: String::new(),
            from_us: false,
        })))
    }

    fn propose(&mut self, id: u128, key: &str, text: &str) -> Result<Vec<String>, Refusal> {
        self.input(&Input::Proposed(Box::new(Proposal {
            id: ProposalId::from_u128(id),
            key: key.into(),
            plugin: PluginId::from("hints"),
            conversation: TALK,
            change: Change::Reply(text.into()),
            confidence: 0.5,
            because: String::new(),
            sources: Vec::new(),
            at: self.now(),
            expires: None,
        })))
    }

    fn talk(&self) -> &crate::conversation::Conversation {
        &self.directory.conversations[&TALK]
    }

    fn last_fate(&self) -> Option<Fate> {
        self.events.iter().rev().find_map(|event| match &event.payload {
            Payload::ProposalSettled { settled, .. } => Some(settled.fate),
            _ => None,
        })
    }
}

fn name(payload: &Payload) -> String {
    let text = format!("{payload:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn reply(text: &str) -> ConversationCommand {
    ConversationCommand::Reply { text: text.into(), files: Vec::new(), from: None }
}

/// Runs commands of one agent after a customer has written once, and compares what the last one gives.
fn check(case: &str, agent: AgentId, commands: &[ConversationCommand], expect: Result<&[&str], Refusal>) {
    let mut world = World::new();
    world.receive("hello").unwrap();
    let (last, before) = commands.split_last().unwrap();
    for command in before {
        world.command(ME, command.clone()).unwrap();
    }
    let got = world.command(agent, last.clone());
    let expect = expect.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(got, expect, "{case}");
}

#[test]
fn commands_about_conversations() {
    use ConversationCommand as C;
    let close = || C::Close(WrapUp::default());
    let to = |agent| C::Transfer { to: TransferTarget::Agent(agent), note: String::new() };
    let later = Some(Timestamp::from_second(5_000).unwrap());
    let past = Timestamp::from_second(5).unwrap();
    check("a reply takes what waits", ME, &[reply("hi")], Ok(&["Assigned", "ReplyQueued"]));
    check("a second reply only replies", ME, &[reply("hi"), reply("ho")], Ok(&["ReplyQueued"]));
    check("nothing to say", ME, &[reply(" \n ")], Err(Refusal::Empty));
    let long = "x".repeat(MESSAGE_TEXT_MAX_BYTES + 1);
    let too_long = Refusal::TooLong { what: "message", limit: MESSAGE_TEXT_MAX_BYTES };
    check("too long", ME, &[reply(&long)], Err(too_long));
    check("a colleague's", COLLEAGUE, &[C::Take, reply("hi")], Err(Refusal::NotYours));
    check("taking over", COLLEAGUE, &[C::Take, C::Take], Ok(&["Assigned"]));
    check("taking twice", ME, &[C::Take, C::Take], Ok(&[]));
    check("closed", ME, &[close(), reply("hi")], Err(Refusal::ConversationClosed));
    check("closing what waits", ME, &[close()], Ok(&["Closed"]));
    check("closing twice", ME, &[close(), close()], Err(Refusal::ConversationClosed));
    check("reopening", ME, &[close(), C::Reopen], Ok(&["Reopened", "Assigned"]));
    check("reopening what is open", ME, &[C::Reopen], Ok(&[]));
    check("parking what waits", ME, &[C::Park(later)], Ok(&["Assigned", "Parked"]));
    check("parking until yesterday", ME, &[C::Park(Some(past))], Err(Refusal::InThePast(past)));
    check("a parked one answers again", ME, &[C::Park(later), reply("hi")], Ok(&["Resumed", "ReplyQueued"]));
    check("resuming what runs", ME, &[C::Take, C::Resume], Ok(&[]));
    check("handing over", ME, &[C::Take, to(COLLEAGUE)], Ok(&["Transferred"]));
    check("to nobody", ME, &[C::Take, to(AgentId::from_u128(99))], Err(Refusal::NoAgent));
    check("handing over another's", COLLEAGUE, &[C::Take, to(ME)], Err(Refusal::NotYours));
    check("giving back", ME, &[C::Take, C::Release], Ok(&["Unassigned"]));
    check("a tag", ME, &[C::Tag(" vip ".into())], Ok(&["TagAdded"]));
    check("the same tag", ME, &[C::Tag("vip".into()), C::Tag("vip".into())], Ok(&[]));
    check("an empty tag", ME, &[C::Tag(" ".into())], Err(Refusal::Empty));
    check("a note", ME, &[C::Note("look".into())], Ok(&["NoteAdded"]));
    let mention = C::Note(format!("look @agent {COLLEAGUE}"));
    check("a note that mentions", ME, std::slice::from_ref(&mention), Ok(&["NoteAdded", "Mentioned"]));
    check("a note that mentions its author", COLLEAGUE, &[mention], Ok(&["NoteAdded"]));
    check("seen", ME, &[C::MarkSeen(99)], Ok(&["Seen"]));
    check("seen twice", ME, &[C::MarkSeen(99), C::MarkSeen(99)], Ok(&[]));
    check("drafts are no events", ME, &[C::SaveDraft("x".into())], Ok(&[]));
    let nothing = C::Retry(MessageId::from_u128(5));
    check("retrying nothing", ME, &[nothing], Err(Refusal::NoMessage));
}

#[test]
fn messages_open_and_reopen() {
    let mut world = World::new();
    let first = world.receive("hello").unwrap();
    assert_eq!(first, ["CustomerCreated", "ConversationOpened", "MessageReceived"]);
    assert_eq!(world.receive("more").unwrap(), ["MessageReceived"]);
    assert_eq!(world.talk().unread, 2);
    assert_eq!(world.talk().waiting_since, Some(Timestamp::from_second(1_003).unwrap()));
    world.command(ME, ConversationCommand::Close(WrapUp::default())).unwrap();
    assert_eq!(world.receive("again").unwrap(), ["Reopened", "MessageReceived"]);
    assert_eq!(world.talk().status, Status::Waiting);
    world.command(ME, ConversationCommand::Park(None)).unwrap();
    assert_eq!(world.receive("still there?").unwrap(), ["Resumed", "MessageReceived"]);
    assert_eq!(world.talk().status, Status::Assigned(ME));
    assert_eq!(world.receive(""), Err(Refusal::Empty));
}

#[test]
fn delivery_never_goes_backwards() {
    let mut world = World::new();
    world.receive("hello").unwrap();
    world.command(ME, reply("hi")).unwrap();
    let message = world.talk().outbox[0].message;
    let mut report = |delivery: Delivery, attempts| {
        world.input(&Input::Delivery { conversation: TALK, message, delivery, remote_id: None, attempts })
    };
    assert_eq!(report(Delivery::Sending, 1).unwrap().len(), 1);
    assert_eq!(report(Delivery::Sending, 1).unwrap().len(), 0, "the same again is no news");
    assert_eq!(report(Delivery::Sent, 1).unwrap().len(), 1);
    assert_eq!(report(Delivery::Sending, 2).unwrap().len(), 0);
    assert_eq!(report(Delivery::Failed("late".into()), 2).unwrap().len(), 0);
    assert_eq!(report(Delivery::Read, 0).unwrap().len(), 1);
    assert!(world.talk().outbox.is_empty());
}

#[test]
fn the_agent_decides_about_failed_and_unknown() {
    for (delivery, command, allowed) in [
        (Delivery::Unknown, true, true),
        (Delivery::Failed("no".into()), true, true),
        (Delivery::Queued, true, false),
        (Delivery::Sending, false, false),
        (Delivery::Queued, false, true),
    ] {
        let mut world = World::new();
        world.receive("hello").unwrap();
        world.command(ME, reply("hi")).unwrap();
        let message = world.talk().outbox[0].message;
        let report = Input::Delivery {
            conversation: TALK,
            message,
            delivery: delivery.clone(),
            remote_id: None,
            attempts: 1,
        };
        world.input(&report).unwrap();
        let command = if command {
            ConversationCommand::Retry(message)
        } else {
            ConversationCommand::CancelSend(message)
        };
        assert_eq!(world.command(ME, command).is_ok(), allowed, "{delivery:?}");
    }
}

#[test]
fn an_outbox_has_an_end() {
    let mut world = World::new();
    world.receive("hello").unwrap();
    for _ in 0..OUTBOX_PER_CONVERSATION_MAX {
        world.command(ME, reply("hi")).unwrap();
    }
    let full = Refusal::TooMany { what: "messages waiting", limit: OUTBOX_PER_CONVERSATION_MAX };
    assert_eq!(world.command(ME, reply("hi")), Err(full));
}

#[test]
fn proposals_and_their_fates() {
    let from = |id, text: &str| ConversationCommand::Reply {
        text: text.into(),
        files: Vec::new(),
        from: Some(ProposalId::from_u128(id)),
    };
    let mut world = World::new();
    world.receive("hello").unwrap();
    assert_eq!(world.propose(1, "a", "good day").unwrap(), ["ProposalMade"]);
    assert_eq!(world.propose(2, "a", "good day").unwrap(), [] as [&str; 0], "the same again");
    assert_eq!(world.propose(3, "a", "good evening").unwrap(), ["ProposalSettled", "ProposalMade"]);
    assert_eq!(world.last_fate(), Some(Fate::Expired));
    world.command(ME, from(3, "good evening")).unwrap();
    assert_eq!(world.last_fate(), Some(Fate::Accepted));
    world.propose(4, "b", "goodbye").unwrap();
    world.command(ME, from(4, "goodbye, Ms Li")).unwrap();
    assert_eq!(world.last_fate(), Some(Fate::Edited));
    world.propose(5, "c", "x").unwrap();
    let dismiss = Command::Proposal(TALK, ProposalId::from_u128(5), ProposalCommand::Dismiss);
    let dismissed = Input::Command { agent: ME, command: Box::new(dismiss), fresh: Uuid::from_u128(9) };
    world.input(&dismissed).unwrap();
    assert_eq!(world.last_fate(), Some(Fate::Dismissed));
    assert_eq!(world.input(&dismissed), Err(Refusal::NoProposal));
    for id in 100..120 {
        world.propose(id, &format!("k{id}"), &format!("text {id}")).unwrap();
    }
    assert_eq!(world.directory.proposals[&TALK].len(), PROPOSALS_OPEN_MAX);
    world.command(ME, ConversationCommand::Close(WrapUp::default())).unwrap();
    assert!(!world.directory.proposals.contains_key(&TALK));
    assert_eq!(world.propose(200, "late", "late"), Err(Refusal::ConversationClosed));
}

#[test]
fn routing_gives_work_to_who_is_ready() {
    let mut world = World::new();
    world.receive("hello").unwrap();
    assert_eq!(world.directory.route(), []);
    let ready = Command::Agent(AgentCommand::SetPresence(Presence::Ready));
    let ready = Input::Command { agent: COLLEAGUE, command: Box::new(ready), fresh: Uuid::from_u128(1) };
    assert_eq!(world.input(&ready).unwrap(), ["PresenceChanged"]);
    assert_eq!(world.input(&ready).unwrap(), [] as [&str; 0]);
    assert_eq!(world.directory.route(), [(TALK, COLLEAGUE)]);
    world.command(ME, ConversationCommand::Take).unwrap();
    let late = Input::Routed { conversation: TALK, agent: COLLEAGUE };
    assert_eq!(world.input(&late).unwrap(), [] as [&str; 0], "taken meanwhile");
    assert_eq!(world.talk().status, Status::Assigned(ME));
}

#[test]
fn nobody_unknown_commands_the_desk() {
    let mut world = World::new();
    world.receive("hello").unwrap();
    assert_eq!(world.command(AgentId::from_u128(77), ConversationCommand::Take), Err(Refusal::NoAgent));
}

fn any_command() -> impl Strategy<Value = ConversationCommand> {
    use ConversationCommand as C;
    prop_oneof![
        "[a-z ]{0,12}".prop_map(|text| reply(&text)),
        "[a-z ]{0,12}".prop_map(C::Note),
        Just(C::Take),
        Just(C::Release),
        Just(C::Resume),
        Just(C::Reopen),
        Just(C::Park(None)),
        Just(C::Close(WrapUp::default())),
        (0u64..40).prop_map(C::MarkSeen),
        Just(C::Transfer { to: TransferTarget::Agent(COLLEAGUE), note: "n".into() }),
        Just(C::Transfer { to: TransferTarget::Queue(String::new()), note: String::new() }),
        "[a-c]{0,2}".prop_map(C::Tag),
        "[a-c]{0,2}".prop_map(C::Untag),
    ]
}

proptest! {
    /// Whatever people do: sequences have no gaps, the state replayed from the events is the state that was
    /// decided on, and a closed conversation has no agent.
    #[test]
    fn any_sequence_of_commands(steps in proptest::collection::vec((any::<bool>(), any::<bool>(), any_command()), 1..40)) {
        let mut world = World::new();
        world.receive("hello").unwrap();
        for (mine, customer_writes, command) in steps {
            if customer_writes {
                world.receive("and another thing").unwrap();
            }
            // A refusal is an answer too; what matters is the state after it.
            let _refused = world.command(if mine { ME } else { COLLEAGUE }, command);
            let talk = world.talk();
            prop_assert!(!talk.is_closed() || talk.agent().is_none());
            prop_assert!(talk.tags.iter().all(|tag| !tag.is_empty()));
        }
        let mut replayed = Directory::default();
        let mut last = std::collections::BTreeMap::new();
        for event in &world.events {
            let sequence = last.entry(event.stream.clone()).or_insert(0_u64);
            *sequence += 1;
            prop_assert_eq!(event.sequence, *sequence);
            replayed.apply(event);
        }
        prop_assert_eq!(&replayed.conversations, &world.directory.conversations);
        prop_assert_eq!(&replayed.proposals, &world.directory.proposals);
    }
}
