//! State: what events add up to. Each `apply_*` function takes the state before and one event and gives
//! the state after; the store uses the same functions for its projections, so a rebuild gives the same.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    Timestamp,
    conversation::{Conversation, Delivery, OutboxEntry, Status},
    customer::Customer,
    event::{Account, Event, Payload, StreamId, TransferTarget},
    field::Values,
    id::{AccountId, AgentId, ConversationId, PluginId, ProposalId},
    limits::FACTS_MAX,
    mention::MENTIONED_MAX,
    plugin::Capability,
    presence::{AgentProfile, Presence, PresenceSince},
    proposal::Proposal,
    ticket::{Comment, Ticket},
};
use serde::{Deserialize, Serialize};

/// Longest preview of a message in lists, in characters.
const PREVIEW_MAX_CHARS: usize = 80;

/// What decisions need to know: agents, accounts, plugins and open work. Closed conversations are looked up
/// in the store and put in before a decision about them.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Everybody who works here.
    pub agents: BTreeMap<AgentId, AgentState>,
    /// Channel accounts.
    pub accounts: BTreeMap<AccountId, Arc<Account>>,
    /// Plugins that a person has decided about.
    pub plugins: BTreeMap<PluginId, PluginRecord>,
    /// Open conversations, and closed ones that were looked up.
    pub conversations: HashMap<ConversationId, Arc<Conversation>>,
    /// Open proposals by conversation, oldest first.
    pub proposals: HashMap<ConversationId, Vec<Arc<Proposal>>>,
}

/// An agent as decisions see one.
#[derive(Clone, Debug)]
pub struct AgentState {
    /// Who.
    pub profile: AgentProfile,
    /// Presence and since when.
    pub presence: PresenceSince,
    /// When the agent last got or finished something.
    pub idle_since: Timestamp,
}

/// What a person decided about a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginRecord {
    /// Version installed.
    pub version: String,
    /// Serial of the release.
    pub serial: u32,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The key of who signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// What was granted.
    pub granted: Vec<Capability>,
    /// Stopped by a person.
    pub paused: bool,
    /// Stopped by the host.
    pub quarantined: bool,
    /// What a person set about it as a whole. Accounts of channels have their own.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub settings: Values,
}

impl Directory {
    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        match &event.stream {
            StreamId::Conversation(id) => self.apply_conversation(*id, event),
            StreamId::Agent(id) => self.apply_agent(*id, event),
            StreamId::Plugin(id) => {
                if event.payload == Payload::PluginRemoved {
                    self.plugins.remove(id);
                } else {
                    apply_plugin(self.plugins.entry(id.clone()).or_default(), &event.payload);
                }
            }
            StreamId::Desk => match &event.payload {
                Payload::AccountSet(account) => {
                    self.accounts.insert(account.id, Arc::new(account.clone()));
                }
                Payload::AccountRemoved(id) => {
                    self.accounts.remove(id);
                }
                _ => {}
            },
            StreamId::Customer(_) | StreamId::Ticket(_) => {}
        }
    }

    fn apply_conversation(&mut self, id: ConversationId, event: &Event) {
        let before = self.conversations.remove(&id).map(Arc::unwrap_or_clone);
        if let (Some(agent), Payload::Assigned { .. } | Payload::Closed(_)) =
            (assigned_agent(before.as_ref(), &event.payload), &event.payload)
            && let Some(state) = self.agents.get_mut(&agent)
        {
            state.idle_since = event.at;
        }
        if let Some(after) = apply_conversation(before, event) {
            self.conversations.insert(id, Arc::new(after));
        }
        match &event.payload {
            Payload::ProposalMade(proposal) => {
                self.proposals.entry(id).or_default().push(Arc::new(proposal.clone()));
            }
            Payload::ProposalSettled { proposal, .. } => {
                if let Some(open) = self.proposals.get_mut(&id) {
                    open.retain(|candidate| candidate.id != *proposal);
                    if open.is_empty() {
                        self.proposals.remove(&id);
                    }
                }
            }
            _ => {}
        }
    }

    fn apply_agent(&mut self, id: AgentId, event: &Event) {
        match &event.payload {
            Payload::AgentProfiled(profile) => {
                let state = self.agents.entry(id).or_insert_with(|| AgentState {
                    profile: profile.clone(),
                    presence: PresenceSince { presence: Presence::Offline, since: event.at },
                    idle_since: event.at,
                });
                state.profile = profile.clone();
            }
            Payload::PresenceChanged(presence) => {
                if let Some(state) = self.agents.get_mut(&id) {
                    state.presence = PresenceSince { presence: *presence, since: event.at };
                }
            }
            _ => {}
        }
    }

    /// An open proposal.
    pub fn proposal(&self, conversation: ConversationId, id: ProposalId) -> Option<&Arc<Proposal>> {
        self.proposals.get(&conversation)?.iter().find(|proposal| proposal.id == id)
    }

    /// Assigned conversations of an agent by channel kind.
    pub fn load(&self, agent: AgentId) -> BTreeMap<String, u32> {
        let mut load = BTreeMap::new();
        for conversation in self.conversations.values() {
            if conversation.status == Status::Assigned(agent) {
                *load.entry(conversation.channel.kind.clone()).or_default() += 1;
            }
        }
        load
    }

    /// Lets the next waiting conversations find their agents.
    pub fn route(&self) -> Vec<(ConversationId, AgentId)> {
        let mut loads: HashMap<AgentId, BTreeMap<&str, u32>> = HashMap::new();
        let mut waiting = Vec::new();
        for conversation in self.conversations.values() {
            match conversation.status {
                Status::Assigned(agent) => {
                    *loads.entry(agent).or_default().entry(&conversation.channel.kind).or_default() += 1;
                }
                Status::Waiting => waiting.push(conversation),
                Status::Parked { .. } | Status::Closed => {}
            }
        }
        // Usually nobody is ready for more: then nothing needs to be copied and sorted.
        let kinds: std::collections::BTreeSet<&str> =
            waiting.iter().map(|conversation| conversation.channel.kind.as_str()).collect();
        let has_room = |(id, state): (&AgentId, &AgentState)| {
            let load = |kind: &str| loads.get(id).and_then(|load| load.get(kind)).copied().unwrap_or(0);
            state.presence.presence == Presence::Ready
                && kinds.iter().any(|kind| load(kind) < state.profile.capacity_for(kind))
        };
        if !self.agents.iter().any(has_room) {
            return Vec::new();
        }
        let waiting = waiting
            .into_iter()
            .map(|conversation| crate::route::Waiting {
                conversation: conversation.id,
                kind: conversation.channel.kind.clone(),
                skill: conversation.skill.clone(),
                priority: conversation.priority,
                since: conversation.waiting_since.unwrap_or(conversation.opened),
            })
            .collect();
        let agents = self
            .agents
            .iter()
            .map(|(id, state)| crate::route::Candidate {
                profile: state.profile.clone(),
                presence: state.presence.presence,
                load: loads
                    .remove(id)
                    .into_iter()
                    .flatten()
                    .map(|(kind, count)| (kind.to_owned(), count))
                    .collect(),
                idle_since: state.idle_since,
            })
            .collect();
        crate::route::route(waiting, agents)
    }
}

fn assigned_agent(before: Option<&Conversation>, payload: &Payload) -> Option<AgentId> {
    match payload {
        Payload::Assigned { agent } => Some(*agent),
        _ => before.and_then(Conversation::agent),
    }
}

/// A conversation after one event of its stream; nothing while it has not been opened.
pub fn apply_conversation(before: Option<Conversation>, event: &Event) -> Option<Conversation> {
    if let Payload::ConversationOpened { customer, channel, thread, subject, skill, priority } =
        &event.payload
    {
        let StreamId::Conversation(id) = event.stream else { return before };
        return Some(Conversation {
            id,
            customer: *customer,
            channel: channel.clone(),
            thread: thread.clone(),
            subject: subject.clone(),
            status: Status::Waiting,
            priority: *priority,
            skill: skill.clone(),
            tags: Vec::new(),
            sequence: event.sequence,
            seen: 0,
            unread: 0,
            waiting_since: None,
            preview: String::new(),
            last_from_customer: true,
            last_at: event.at,
            opened: event.at,
            outbox: Vec::new(),
            linked: Vec::new(),
            tickets: Vec::new(),
            findings: 0,
            transfer_note: None,
            wrap_up: None,
            facts: BTreeMap::new(),
            mentioned: Vec::new(),
            customer_left: false,
        });
    }
    let mut conversation = before?;
    conversation.sequence = event.sequence;
    change_conversation(&mut conversation, event);
    Some(conversation)
}

fn change_conversation(conversation: &mut Conversation, event: &Event) {
    match &event.payload {
        Payload::MessageReceived(message) => {
            conversation.unread += 1;
            conversation.waiting_since.get_or_insert(message.at);
            say(conversation, &message.text, message.files.first().map(|file| file.name.as_str()), event.at);
            conversation.last_from_customer = true;
            conversation.customer_left = false;
        }
        // Somebody has answered, if not from here.
        Payload::SentElsewhere(message) => {
            conversation.waiting_since = None;
            conversation.unread = 0;
            say(conversation, &message.text, message.files.first().map(|file| file.name.as_str()), event.at);
            conversation.last_from_customer = false;
        }
        Payload::FactsNoted(facts) => {
            conversation.facts.extend(facts.iter().map(|(name, value)| (name.clone(), value.clone())));
            while conversation.facts.len() > FACTS_MAX {
                conversation.facts.pop_last();
            }
        }
        Payload::CustomerLeft { .. } => conversation.customer_left = true,
        Payload::Mentioned { agents } => {
            let news = agents.iter().filter(|agent| !conversation.mentioned.contains(agent));
            let news: Vec<_> = news.copied().collect();
            conversation.mentioned.extend(news);
            conversation.mentioned.truncate(MENTIONED_MAX);
        }
        Payload::ReplyQueued { message, .. } => {
            conversation.waiting_since = None;
            conversation.unread = 0;
            say(conversation, &message.text, message.files.first().map(|file| file.name.as_str()), event.at);
            conversation.last_from_customer = false;
            conversation.outbox.push(OutboxEntry {
                message: message.id,
                delivery: Delivery::Queued,
                attempts: 0,
            });
        }
        Payload::DeliveryChanged { message, delivery, attempts, .. } => {
            change_outbox(conversation, *message, delivery, *attempts);
        }
        Payload::Seen { up_to } => {
            conversation.seen = conversation.seen.max(*up_to);
            conversation.unread = 0;
            conversation.transfer_note = None;
            if let crate::event::Actor::Agent(agent) = event.actor {
                conversation.mentioned.retain(|mentioned| *mentioned != agent);
            }
        }
        Payload::TagAdded(tag) if !conversation.tags.contains(tag) => conversation.tags.push(tag.clone()),
        Payload::TagRemoved(tag) => conversation.tags.retain(|have| have != tag),
        Payload::FindingRaised(_) => conversation.findings += 1,
        Payload::Linked(other) if !conversation.linked.contains(other) => conversation.linked.push(*other),
        Payload::TicketLinked(ticket) => conversation.tickets.push(*ticket),
        _ => change_status(conversation, event),
    }
}

fn change_status(conversation: &mut Conversation, event: &Event) {
    match &event.payload {
        Payload::Assigned { agent } => conversation.status = Status::Assigned(*agent),
        Payload::Unassigned => conversation.status = Status::Waiting,
        Payload::Transferred { to, note } => {
            conversation.transfer_note = Some(note.clone()).filter(|note| !note.is_empty());
            conversation.status = match to {
                TransferTarget::Agent(agent) => Status::Assigned(*agent),
                TransferTarget::Queue(skill) => {
                    conversation.skill.clone_from(skill);
                    Status::Waiting
                }
            };
            // The new agent has not seen it, whatever the old one has.
            conversation.unread = conversation.unread.max(1);
        }
        Payload::Parked { until } => {
            if let Some(agent) = conversation.agent() {
                conversation.status = Status::Parked { agent, until: *until };
            }
        }
        Payload::Resumed => {
            if let Some(agent) = conversation.agent() {
                conversation.status = Status::Assigned(agent);
            }
        }
        Payload::Closed(wrap_up) => {
            conversation.status = Status::Closed;
            conversation.wrap_up = Some(wrap_up.clone());
            conversation.unread = 0;
            conversation.waiting_since = None;
        }
        Payload::Reopened => {
            conversation.status = Status::Waiting;
            conversation.wrap_up = None;
        }
        _ => {}
    }
}

fn say(conversation: &mut Conversation, text: &str, file: Option<&str>, at: Timestamp) {
    // A mail begins with a greeting; what it is about comes behind it.
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() >= PREVIEW_MAX_CHARS * 4 {
            break;
        }
    }
    let line = if line.is_empty() { file.unwrap_or_default() } else { &line };
    let end = line.char_indices().nth(PREVIEW_MAX_CHARS).map_or(line.len(), |(end, _)| end);
    line[..end].clone_into(&mut conversation.preview);
    conversation.last_at = at;
}

/// The outbox keeps what is not through: a message leaves it when it was sent or taken back.
fn change_outbox(
    conversation: &mut Conversation,
    message: crate::id::MessageId,
    delivery: &Delivery,
    attempts: u32,
) {
    let through = delivery.rank() >= Delivery::Sent.rank() || *delivery == Delivery::Cancelled;
    if through {
        conversation.outbox.retain(|entry| entry.message != message);
    } else if let Some(entry) = conversation.outbox.iter_mut().find(|entry| entry.message == message) {
        entry.delivery = delivery.clone();
        entry.attempts = attempts;
    } else {
        conversation.outbox.push(OutboxEntry { message, delivery: delivery.clone(), attempts });
    }
}

/// A customer after one event of the stream; nothing while nobody created one.
pub fn apply_customer(before: Option<Customer>, event: &Event) -> Option<Customer> {
    if let Payload::CustomerCreated(customer) = &event.payload {
        return Some(customer.clone());
    }
    let mut customer = before?;
    match &event.payload {
        Payload::CustomerNamed { name, title } => {
            customer.name.clone_from(name);
            customer.title.clone_from(title);
        }
        Payload::HandleAdded(handle) if !customer.handles.contains(handle) => {
            customer.handles.push(handle.clone());
        }
        Payload::CustomerTagged(tag) if !customer.tags.contains(tag) => customer.tags.push(tag.clone()),
        Payload::CustomerUntagged(tag) => customer.tags.retain(|have| have != tag),
        Payload::DeviceRecorded(device) => {
            let same = customer.devices.iter_mut().find(|have| {
                if device.serial.is_empty() {
                    have.model == device.model
                } else {
                    have.serial == device.serial
                }
            });
            match same {
                Some(have) => *have = device.clone(),
                None => customer.devices.push(device.clone()),
            }
        }
        _ => {}
    }
    Some(customer)
}

/// A ticket after one event of its stream; nothing while it has not been opened.
pub fn apply_ticket(before: Option<Ticket>, event: &Event) -> Option<Ticket> {
    if let Payload::TicketOpened(ticket) = &event.payload {
        return Some(Ticket { sequence: event.sequence, ..ticket.clone() });
    }
    let mut ticket = before?;
    ticket.sequence = event.sequence;
    ticket.changed = event.at;
    match &event.payload {
        Payload::TicketMoved(stage) => ticket.stage = *stage,
        Payload::TicketChanged(values) => ticket.values.extend(values.clone()),
        Payload::TicketCommented(text) => {
            if let crate::event::Actor::Agent(agent) = event.actor {
                ticket.comments.push(Comment { agent, at: event.at, text: text.clone() });
            }
        }
        _ => {}
    }
    Some(ticket)
}

/// What is known about a plugin after one payload of its stream.
pub fn apply_plugin(record: &mut PluginRecord, payload: &Payload) {
    match payload {
        Payload::PluginInstalled { version, serial, sha256, publisher } => {
            record.publisher.clone_from(publisher);
            record.version.clone_from(version);
            record.serial = *serial;
            record.sha256.clone_from(sha256);
            record.quarantined = false;
        }
        Payload::PluginGranted(capabilities) => record.granted.clone_from(capabilities),
        Payload::PluginPaused => record.paused = true,
        Payload::PluginResumed => {
            record.paused = false;
            record.quarantined = false;
        }
        Payload::PluginQuarantined => record.quarantined = true,
        Payload::PluginConfigured(settings) => record.settings.clone_from(settings),
        _ => {}
    }
}
