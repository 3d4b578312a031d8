//! Random commits against a model in memory: lists of events and the model's own folds over them.

use std::collections::{BTreeMap, HashMap};

use model::{
    CustomerId, MessageId, ProposalId, TicketId,
    conversation::{Author, Conversation, Delivery},
    customer::{Customer, Handle, HandleKind},
    event::{Account, Event, Payload, StreamId, TransferTarget},
    field::Values,
    plugin::Capability,
    presence::{AgentProfile, Presence},
    proposal::{Change, Fate, Proposal, Settled, WrapUp},
    state::{self, Directory},
    ticket::{Stage, Ticket},
};
use proptest::prelude::*;
use switchboard_store::{AppendError, Commit, DraftKey, ExternalRef, RefKind, Store};

use crate::write::{ACCOUNT, AGENT, at, commit, conversation, customer, message, opened, received, reply};

/// One thing done to the store.
#[derive(Clone, Debug)]
enum Step {
    /// Append to a conversation, a customer, a ticket or another stream.
    Append(Vec<(u8, u8, u8)>),
    /// Append under a wrong expectation.
    Conflict(u8),
    /// A provider delivers a message that it may have delivered before.
    Deliver { conversation: u8, key: u8 },
    /// Several deliveries with one sync.
    DeliverAll(Vec<(u8, u8)>),
    /// Save a draft; 0 removes it.
    Draft(u8, u8),
    /// Send what is in a draft.
    Send(u8),
    /// Close and open the store.
    Restart,
    /// Make the projections again.
    Rebuild,
    /// Take some events into the index of words.
    Index(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let place = 0..4_u8;
    prop_oneof![
        6 => prop::collection::vec((place.clone(), 0..25_u8, 0..6_u8), 1..5).prop_map(Step::Append),
        1 => place.clone().prop_map(Step::Conflict),
        4 => (place.clone(), 0..12_u8).prop_map(|(conversation, key)| Step::Deliver { conversation, key }),
        2 => prop::collection::vec((place.clone(), 0..12_u8), 1..6).prop_map(Step::DeliverAll),
        2 => (place.clone(), 0..4_u8).prop_map(|(place, text)| Step::Draft(place, text)),
        2 => place.prop_map(Step::Send),
        1 => Just(Step::Restart),
        1 => Just(Step::Rebuild),
        1 => (0..9_u8).prop_map(Step::Index),
    ]
}

/// A stream and a payload from three small numbers.
fn payload(place: u8, kind: u8, value: u8, fresh: u128) -> (StreamId, Payload) {
    let number = u128::from(place);
    let about = MessageId::from_u128(u128::from(value) + 1);
    let in_conversation = |payload| (StreamId::Conversation(conversation(number)), payload);
    let of_customer = |payload| (StreamId::Customer(customer(number)), payload);
    let of_ticket = |payload| (StreamId::Ticket(TicketId::from_u128(number)), payload);
    match kind {
        0 => in_conversation(opened(number)),
        1 => in_conversation(received(fresh, &format!("第 {value} 句 words {fresh}"))),
        2 => in_conversation(reply(u128::from(value) + 1, "好的")),
        3 => in_conversation(Payload::DeliveryChanged {
            message: about,
            delivery: [Delivery::Sending, Delivery::Sent, Delivery::Failed("x".to_owned()), Delivery::Read]
                [usize::from(value) % 4]
                .clone(),
            remote_id: (value > 2).then(|| format!("p{value}")),
            attempts: u32::from(value),
        }),
        4 => in_conversation(Payload::NoteAdded(message(fresh, Author::Agent(AGENT), "备注"))),
        5 => in_conversation(Payload::Assigned { agent: AGENT }),
        6 => in_conversation(Payload::Transferred {
            to: TransferTarget::Queue("gas".to_owned()),
            note: "急".to_owned(),
        }),
        7 => in_conversation(Payload::Closed(WrapUp::default())),
        8 => in_conversation(Payload::Reopened),
        9 => in_conversation(Payload::TagAdded(value.to_string())),
        10 => in_conversation(Payload::MessageEdited { message: about, text: "改".to_owned() }),
        11 => in_conversation(Payload::MessageRedacted { message: about }),
        12 | 13 => in_conversation(proposal(number, kind == 12, value)),
        14 => {
            let mut who = Customer::named(customer(number), format!("客户{value}"), at(0));
            who.handles.push(Handle { kind: HandleKind::Phone, value: format!("138{value}") });
            of_customer(Payload::CustomerCreated(who))
        }
        15 => {
            of_customer(Payload::HandleAdded(Handle { kind: HandleKind::Mail, value: format!("{value}@x") }))
        }
        16 => of_customer(Payload::CustomerTagged(value.to_string())),
        17 => of_ticket(Payload::TicketOpened(ticket(number, value))),
        18 => of_ticket(Payload::TicketMoved(Stage::ALL[usize::from(value) % 5])),
        19 => of_ticket(Payload::TicketCommented("评论".to_owned())),
        _ => elsewhere(kind, value),
    }
}

/// A proposal made or accepted.
fn proposal(number: u128, is_made: bool, value: u8) -> Payload {
    let id = ProposalId::from_u128(u128::from(value));
    if !is_made {
        let settled = Settled { fate: Fate::Accepted, agent: Some(AGENT) };
        return Payload::ProposalSettled { proposal: id, plugin: "hints".into(), settled };
    }
    Payload::ProposalMade(Proposal {
        id,
        key: value.to_string(),
        plugin: "hints".into(),
        conversation: conversation(number),
        change: Change::Tag(value.to_string()),
        confidence: 0.5,
        because: String::new(),
        sources: Vec::new(),
        at: at(0),
        expires: None,
    })
}

/// Something about agents, plugins and the desk.
fn elsewhere(kind: u8, value: u8) -> (StreamId, Payload) {
    match kind {
        20 => (
            StreamId::Agent(AGENT),
            Payload::AgentProfiled(AgentProfile {
                id: AGENT,
                name: format!("林{value}"),
                public_name: None,
                skills: [].into(),
                capacity: [].into(),
            }),
        ),
        21 => (
            StreamId::Agent(AGENT),
            Payload::PresenceChanged(if value > 2 { Presence::Ready } else { Presence::Busy }),
        ),
        22 => (
            StreamId::Plugin("hints".into()),
            match value {
                0 => Payload::PluginRemoved,
                1 => Payload::PluginPaused,
                2 => Payload::PluginQuarantined,
                _ => Payload::PluginGranted(vec![Capability::Kv, Capability::Secret(value.to_string())]),
            },
        ),
        23 => (StreamId::Desk, Payload::AccountSet(account(value))),
        _ => (StreamId::Desk, Payload::AccountRemoved(account(value).id)),
    }
}

fn ticket(number: u128, value: u8) -> Ticket {
    Ticket {
        id: TicketId::from_u128(number),
        number: format!("R-{value}"),
        plugin: "repair-form".into(),
        kind: "repair".to_owned(),
        title: "E4".to_owned(),
        customer: CustomerId::from_u128(u128::from(value)),
        conversation: None,
        opened_by: AGENT,
        values: Values::new(),
        stage: Stage::Open,
        sequence: 0,
        opened: at(0),
        changed: at(0),
        comments: Vec::new(),
    }
}

fn account(value: u8) -> Account {
    Account {
        id: model::AccountId::from_u128(u128::from(value)),
        plugin: "webchat".into(),
        kind: "chat".to_owned(),
        title: value.to_string(),
        slug: value.to_string(),
        settings: Values::new(),
        skill: String::new(),
        paused: false,
    }
}

/// What the store should hold.
#[derive(Default)]
struct Expected {
    events: Vec<Event>,
    refs: BTreeMap<String, MessageId>,
    drafts: BTreeMap<u8, (String, u64)>,
    cursor: Option<String>,
}

impl Expected {
    fn sequence(&self, stream: &StreamId) -> u64 {
        self.events.iter().filter(|event| event.stream == *stream).count() as u64
    }

    /// Adds what a commit appends and answers it.
    fn append(&mut self, commit: &Commit) -> Vec<Event> {
        let first = self.events.len();
        for (id, event) in &commit.events {
            let sequence = self.sequence(&event.stream) + 1;
            self.events.push(Event {
                id: *id,
                stream: event.stream.clone(),
                sequence,
                position: self.events.len() as u64 + 1,
                at: commit.at,
                actor: event.actor.clone(),
                payload: event.payload.clone(),
            });
        }
        self.events[first..].to_vec()
    }

    /// What a delivery of a message should do.
    fn deliver(&mut self, place: u8, key: u8, fresh: u128) -> (Commit, Result<Vec<Event>, MessageId>) {
        let name = format!("m{key}");
        let id = MessageId::from_u128(fresh);
        let stream = StreamId::Conversation(conversation(u128::from(place)));
        let commit = Commit {
            expected: Vec::new(),
            refs: vec![ExternalRef {
                account: ACCOUNT,
                kind: RefKind::Message,
                key: name.clone(),
                id: id.uuid(),
            }],
            cursor: Some((ACCOUNT, fresh.to_string())),
            ..commit(fresh, &stream, [received(fresh, "送达 delivered")])
        };
        if let Some(known) = self.refs.get(&name) {
            return (commit, Err(*known));
        }
        self.refs.insert(name, id);
        self.cursor = Some(fresh.to_string());
        let events = self.append(&commit);
        (commit, Ok(events))
    }
}

fn check_delivery(done: Result<Vec<Event>, AppendError>, due: Result<Vec<Event>, MessageId>) {
    match (done, due) {
        (Ok(done), Ok(due)) => assert_eq!(done, due),
        (Err(AppendError::Duplicate { existing, .. }), Err(known)) => assert_eq!(existing, known.uuid()),
        (done, due) => panic!("{done:?} where {due:?} was due"),
    }
}

fn draft_key(place: u8) -> DraftKey {
    DraftKey::Reply(conversation(u128::from(place)))
}

struct World {
    folder: tempfile::TempDir,
    store: Option<Store>,
    expected: Expected,
    // Ids are never used twice, also where a commit is refused.
    fresh: u128,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Some(Store::open(folder.path()).unwrap());
        Self { folder, store, expected: Expected::default(), fresh: 1000 }
    }

    fn fresh(&mut self) -> u128 {
        self.fresh += 10;
        self.fresh
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn apply(&mut self, step: Step) {
        match step {
            Step::Append(parts) => {
                let fresh = self.fresh();
                let mut commit = Commit::new(at(fresh as i64));
                for ((place, kind, value), id) in parts.into_iter().zip(fresh..) {
                    let (stream, payload) = payload(place, kind, value, id);
                    let sequence = self.expected.sequence(&stream);
                    commit.expected.push((stream.clone(), sequence));
                    commit.events.extend(crate::write::commit(id, &stream, [payload]).events);
                }
                let due = self.expected.append(&commit);
                assert_eq!(self.store().append(commit).unwrap(), due);
            }
            Step::Conflict(place) => {
                let fresh = self.fresh();
                let stream = StreamId::Conversation(conversation(u128::from(place)));
                let found = self.expected.sequence(&stream);
                let wrong = Commit {
                    expected: vec![(stream.clone(), found + 1)],
                    ..commit(fresh, &stream, [Payload::Resumed])
                };
                let refused = self.store().append(wrong).unwrap_err();
                assert_eq!(refused, AppendError::Conflict { stream, expected: found + 1, found });
            }
            Step::Deliver { conversation, key } => {
                let fresh = self.fresh();
                let (commit, due) = self.expected.deliver(conversation, key, fresh);
                check_delivery(self.store().append(commit), due);
            }
            Step::DeliverAll(parts) => {
                let mut commits = Vec::new();
                let mut dues = Vec::new();
                for (place, key) in parts {
                    let fresh = self.fresh();
                    let (commit, due) = self.expected.deliver(place, key, fresh);
                    commits.push(commit);
                    dues.push(due);
                }
                for (done, due) in self.store().append_all(commits).into_iter().zip(dues) {
                    check_delivery(done, due);
                }
            }
            Step::Draft(place, value) => self.draft(place, value),
            Step::Send(place) => self.send(place),
            Step::Restart => {
                self.store = None;
                self.store = Some(Store::open(self.folder.path()).unwrap());
            }
            Step::Rebuild => {
                let events = self.store().rebuild().unwrap();
                assert_eq!(events, self.expected.events.len() as u64);
            }
            Step::Index(limit) => {
                self.store().index_messages(usize::from(limit)).unwrap();
            }
        }
    }

    fn draft(&mut self, place: u8, value: u8) {
        let text = "稿".repeat(usize::from(value));
        let revision = self.store().save_draft(&draft_key(place), &text, at(0)).unwrap();
        if text.is_empty() {
            self.expected.drafts.remove(&place);
            assert_eq!(revision, 0);
        } else {
            let draft = self.expected.drafts.entry(place).or_default();
            *draft = (text, draft.1 + 1);
            assert_eq!(revision, draft.1);
        }
    }

    fn send(&mut self, place: u8) {
        let fresh = self.fresh();
        let text = self.store().draft(&draft_key(place)).unwrap().map(|draft| draft.text).unwrap_or_default();
        let stream = StreamId::Conversation(conversation(u128::from(place)));
        let sent =
            Commit { drafts_done: vec![draft_key(place)], ..commit(fresh, &stream, [reply(fresh, &text)]) };
        let due = self.expected.append(&sent);
        self.expected.drafts.remove(&place);
        assert_eq!(self.store().append(sent).unwrap(), due);
    }

    /// Holds everything against the lists.
    fn check(&mut self) {
        let Self { store, expected, .. } = self;
        let store = store.as_mut().unwrap();
        assert_eq!(store.since(0, 10_000).unwrap(), expected.events);
        let mut directory = Directory::default();
        let mut conversations: HashMap<StreamId, Conversation> = HashMap::new();
        for event in &expected.events {
            directory.apply(event);
            if let StreamId::Conversation(_) = event.stream
                && let Some(after) = state::apply_conversation(conversations.remove(&event.stream), event)
            {
                conversations.insert(event.stream.clone(), after);
            }
        }
        for place in 0..4 {
            let id = conversation(place);
            let due = conversations.get(&StreamId::Conversation(id));
            assert_eq!(store.conversation(id).unwrap().as_ref(), due);
            let stream = StreamId::Conversation(id);
            assert_eq!(store.sequence(&stream).unwrap(), expected.sequence(&stream));
            let own: Vec<Event> =
                expected.events.iter().filter(|event| event.stream == stream).cloned().collect();
            assert_eq!(store.events(&stream, 0, 10_000).unwrap(), own);
        }
        check_directory(&store.directory().unwrap(), &directory);
        for (key, id) in &expected.refs {
            assert_eq!(store.external(ACCOUNT, RefKind::Message, key).unwrap(), Some(id.uuid()));
        }
        assert_eq!(store.cursor(ACCOUNT).unwrap(), expected.cursor);
        let drafts: BTreeMap<_, _> = store
            .drafts()
            .unwrap()
            .into_iter()
            .map(|draft| (draft.key, (draft.text, draft.revision)))
            .collect();
        let due: BTreeMap<_, _> =
            expected.drafts.iter().map(|(place, draft)| (draft_key(*place), draft.clone())).collect();
        assert_eq!(drafts, due);
        let report = store.verify().unwrap();
        assert!(report.holds(), "{:?}", report.problems);
    }
}

fn check_directory(found: &Directory, due: &Directory) {
    let agents = |directory: &Directory| -> Vec<_> {
        directory
            .agents
            .values()
            .map(|agent| (agent.profile.clone(), agent.presence, agent.idle_since))
            .collect()
    };
    assert_eq!(agents(found), agents(due));
    assert_eq!(found.accounts, due.accounts);
    assert_eq!(found.plugins, due.plugins);
    let open: HashMap<_, _> =
        due.conversations.clone().into_iter().filter(|(_, conversation)| !conversation.is_closed()).collect();
    assert_eq!(found.conversations, open);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_holds_what_was_appended(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.apply(step);
        }
        world.check();
        world.apply(Step::Restart);
        world.check();
        world.apply(Step::Rebuild);
        world.check();
    }
}
