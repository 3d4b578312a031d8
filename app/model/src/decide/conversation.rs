//! Decisions about conversations.

use super::{by, desk, limit_name, on, proposal::settled, valid_tag};
use crate::{
    Timestamp,
    command::ConversationCommand,
    conversation::{Attachment, Author, Conversation, Delivery, Message, Status},
    event::{NewEvent, Payload, TransferTarget},
    id::{AgentId, ConversationId, MessageId, ProposalId},
    input::Refusal,
    limits::{ATTACHMENTS_MAX, MESSAGE_TEXT_MAX_BYTES, OUTBOX_PER_CONVERSATION_MAX, TAGS_MAX},
    mention,
    proposal::{Change, Fate, WrapUp},
    state::Directory,
};

pub(super) fn decide(
    directory: &Directory,
    agent: AgentId,
    id: ConversationId,
    command: &ConversationCommand,
    fresh: uuid::Uuid,
    now: Timestamp,
) -> Result<Vec<NewEvent>, Refusal> {
    let conversation = directory.conversations.get(&id).ok_or(Refusal::NoConversation)?;
    let payloads = match command {
        ConversationCommand::Reply { text, files, from } => {
            let reply = Reply { text, files, from: *from, id: MessageId::new(fresh), now };
            reply.decide(directory, conversation, agent)?
        }
        ConversationCommand::Note(text) => {
            let mut payloads = vec![note(agent, text, MessageId::new(fresh), now)?];
            let profiles = directory.agents.values().map(|agent| &agent.profile);
            let agents = mention::colleagues(text, agent, &profiles);
            if !agents.is_empty() {
                payloads.push(Payload::Mentioned { agents });
            }
            payloads
        }
        ConversationCommand::MarkSeen(up_to) => {
            let up_to = (*up_to).min(conversation.sequence);
            let unread = up_to > conversation.seen && conversation.unread > 0;
            let news = unread || conversation.mentioned.contains(&agent);
            if news { vec![Payload::Seen { up_to }] } else { Vec::new() }
        }
        ConversationCommand::Retry(message) => outbox(conversation, *message, Delivery::Queued)?,
        ConversationCommand::CancelSend(message) => outbox(conversation, *message, Delivery::Cancelled)?,
        ConversationCommand::Settle { message, sent } => {
            outbox(conversation, *message, if *sent { Delivery::Sent } else { Delivery::Queued })?
        }
        ConversationCommand::Tag(tag) => tag_added(conversation, tag)?,
        ConversationCommand::Untag(tag) => vec![Payload::TagRemoved(tag.clone())],
        ConversationCommand::Take
        | ConversationCommand::Transfer { .. }
        | ConversationCommand::Release
        | ConversationCommand::Park(_)
        | ConversationCommand::Resume
        | ConversationCommand::Close(_)
        | ConversationCommand::Reopen => movement(directory, agent, conversation, command, now)?,
        // These ask for something to be shown or computed; nothing has happened yet.
        ConversationCommand::Show
        | ConversationCommand::Hide
        | ConversationCommand::ShowEarlier
        | ConversationCommand::SaveDraft(_)
        | ConversationCommand::SaveNoteDraft(_)
        | ConversationCommand::PrepareClose
        | ConversationCommand::Typing
        | ConversationCommand::AskForReply
        | ConversationCommand::CheckQuality => Vec::new(),
    };
    Ok(payloads.into_iter().map(|payload| by(agent, on(id), payload)).collect())
}

/// A reply about to be queued.
struct Reply<'a> {
    text: &'a str,
    files: &'a [Attachment],
    from: Option<ProposalId>,
    id: MessageId,
    now: Timestamp,
}

impl Reply<'_> {
    /// Replying to a waiting conversation takes it; a closed one has to be taken up again first, so that
    /// nobody writes into a finished contact by accident.
    fn decide(
        &self,
        directory: &Directory,
        conversation: &Conversation,
        agent: AgentId,
    ) -> Result<Vec<Payload>, Refusal> {
        let text = self.text.trim();
        if text.is_empty() && self.files.is_empty() {
            return Err(Refusal::Empty);
        }
        if text.len() > MESSAGE_TEXT_MAX_BYTES {
            return Err(Refusal::TooLong { what: "message", limit: MESSAGE_TEXT_MAX_BYTES });
        }
        if self.files.len() > ATTACHMENTS_MAX {
            return Err(Refusal::TooMany { what: "attachments", limit: ATTACHMENTS_MAX });
        }
        if conversation.outbox.len() >= OUTBOX_PER_CONVERSATION_MAX {
            return Err(Refusal::TooMany { what: "messages waiting", limit: OUTBOX_PER_CONVERSATION_MAX });
        }
        let mut payloads = Vec::new();
        match &conversation.status {
            Status::Assigned(owner) if *owner == agent => {}
            Status::Parked { agent: owner, .. } if *owner == agent => payloads.push(Payload::Resumed),
            Status::Waiting => payloads.push(Payload::Assigned { agent }),
            Status::Closed => return Err(Refusal::ConversationClosed),
            Status::Assigned(_) | Status::Parked { .. } => return Err(Refusal::NotYours),
        }
        payloads.extend(self.outcome(directory, conversation.id, agent));
        payloads.push(Payload::ReplyQueued {
            message: Message {
                id: self.id,
                author: Author::Agent(agent),
                text: text.to_owned(),
                files: self.files.to_vec(),
                at: self.now,
                remote_id: None,
            },
            key: self.id.to_string(),
        });
        Ok(payloads)
    }

    /// What became of the proposal this reply began as.
    fn outcome(
        &self,
        directory: &Directory,
        conversation: ConversationId,
        agent: AgentId,
    ) -> Option<Payload> {
        let proposal = directory.proposal(conversation, self.from?)?;
        let Change::Reply(proposed) = &proposal.change else { return None };
        let same = proposed.trim() == self.text.trim();
        Some(settled(proposal, if same { Fate::Accepted } else { Fate::Edited }, Some(agent)))
    }
}

fn note(agent: AgentId, text: &str, id: MessageId, now: Timestamp) -> Result<Payload, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.len() > MESSAGE_TEXT_MAX_BYTES {
        return Err(Refusal::TooLong { what: "note", limit: MESSAGE_TEXT_MAX_BYTES });
    }
    Ok(Payload::NoteAdded(Message {
        id,
        author: Author::Agent(agent),
        text: text.to_owned(),
        files: Vec::new(),
        at: now,
        remote_id: None,
    }))
}

/// What an agent may do to a message in the outbox: send it again or take it back while the adapter does
/// not have it, and say what became of an unknown one.
fn outbox(
    conversation: &Conversation,
    message: MessageId,
    wanted: Delivery,
) -> Result<Vec<Payload>, Refusal> {
    let entry =
        conversation.outbox.iter().find(|entry| entry.message == message).ok_or(Refusal::NoMessage)?;
    let allowed = matches!(
        (&entry.delivery, &wanted),
        (Delivery::Failed(_) | Delivery::Unknown, _)
            | (Delivery::RetryAt(_), Delivery::Queued | Delivery::Cancelled)
            | (Delivery::Queued, Delivery::Cancelled)
    );
    if !allowed {
        return Err(Refusal::NoMessage);
    }
    Ok(vec![Payload::DeliveryChanged { message, delivery: wanted, remote_id: None, attempts: 0 }])
}

fn tag_added(conversation: &Conversation, tag: &str) -> Result<Vec<Payload>, Refusal> {
    let tag = valid_tag(tag)?;
    if conversation.tags.contains(&tag) {
        return Ok(Vec::new());
    }
    if conversation.tags.len() >= TAGS_MAX {
        return Err(Refusal::TooMany { what: "tags", limit: TAGS_MAX });
    }
    Ok(vec![Payload::TagAdded(tag)])
}

fn movement(
    directory: &Directory,
    agent: AgentId,
    conversation: &Conversation,
    command: &ConversationCommand,
    now: Timestamp,
) -> Result<Vec<Payload>, Refusal> {
    let closed = conversation.is_closed();
    let mine = conversation.agent() == Some(agent);
    match command {
        ConversationCommand::Take if closed => Err(Refusal::ConversationClosed),
        ConversationCommand::Take if conversation.status == Status::Assigned(agent) => Ok(Vec::new()),
        ConversationCommand::Take => Ok(vec![Payload::Assigned { agent }]),
        ConversationCommand::Reopen if closed => Ok(vec![Payload::Reopened, Payload::Assigned { agent }]),
        ConversationCommand::Reopen => Ok(Vec::new()),
        _ if closed => Err(Refusal::ConversationClosed),
        // A waiting conversation can be handed on or finished without taking it first.
        _ if !mine && conversation.agent().is_some() => Err(Refusal::NotYours),
        ConversationCommand::Transfer { to, note } => transfer(directory, to, note),
        ConversationCommand::Release => Ok(vec![Payload::Unassigned]),
        ConversationCommand::Park(Some(until)) if *until <= now => Err(Refusal::InThePast(*until)),
        ConversationCommand::Park(until) => {
            let take = (!mine).then_some(Payload::Assigned { agent });
            Ok(take.into_iter().chain([Payload::Parked { until: *until }]).collect())
        }
        ConversationCommand::Resume => {
            let parked = matches!(conversation.status, Status::Parked { .. });
            Ok(parked.then_some(Payload::Resumed).into_iter().collect())
        }
        ConversationCommand::Close(wrap_up) => close(directory, agent, conversation.id, wrap_up),
        _ => Ok(Vec::new()),
    }
}

fn transfer(directory: &Directory, to: &TransferTarget, note: &str) -> Result<Vec<Payload>, Refusal> {
    if let TransferTarget::Agent(colleague) = to
        && !directory.agents.contains_key(colleague)
    {
        return Err(Refusal::NoAgent);
    }
    if note.len() > MESSAGE_TEXT_MAX_BYTES {
        return Err(Refusal::TooLong { what: "note", limit: MESSAGE_TEXT_MAX_BYTES });
    }
    Ok(vec![Payload::Transferred { to: to.clone(), note: note.trim().to_owned() }])
}

/// Closing settles what is still proposed: the wrap-up that was taken over counts as accepted or edited,
/// everything else has expired.
fn close(
    directory: &Directory,
    agent: AgentId,
    id: ConversationId,
    wrap_up: &WrapUp,
) -> Result<Vec<Payload>, Refusal> {
    for (what, text) in [("reason", &wrap_up.reason), ("outcome", &wrap_up.outcome)] {
        limit_name(what, text)?;
    }
    if wrap_up.summary.len() > MESSAGE_TEXT_MAX_BYTES {
        return Err(Refusal::TooLong { what: "summary", limit: MESSAGE_TEXT_MAX_BYTES });
    }
    let open = directory.proposals.get(&id).map_or(&[][..], Vec::as_slice);
    let mut payloads: Vec<_> = open
        .iter()
        .map(|proposal| match &proposal.change {
            Change::WrapUp(proposed) if proposed == wrap_up => settled(proposal, Fate::Accepted, Some(agent)),
            Change::WrapUp(proposed) if !wrap_up.summary.is_empty() && proposed.reason == wrap_up.reason => {
                settled(proposal, Fate::Edited, Some(agent))
            }
            _ => settled(proposal, Fate::Expired, None),
        })
        .collect();
    payloads.push(Payload::Closed(wrap_up.clone()));
    Ok(payloads)
}

/// Routing found somebody; by now the conversation may have been taken or closed.
pub(super) fn decide_routed(
    directory: &Directory,
    id: ConversationId,
    agent: AgentId,
) -> Result<Vec<NewEvent>, Refusal> {
    let conversation = directory.conversations.get(&id).ok_or(Refusal::NoConversation)?;
    if conversation.status != Status::Waiting {
        return Ok(Vec::new());
    }
    Ok(vec![desk(on(id), Payload::Assigned { agent })])
}

/// A parked conversation's time has come.
pub(super) fn decide_park_ended(directory: &Directory, id: ConversationId) -> Result<Vec<NewEvent>, Refusal> {
    let conversation = directory.conversations.get(&id).ok_or(Refusal::NoConversation)?;
    let parked = matches!(conversation.status, Status::Parked { .. });
    Ok(parked.then(|| desk(on(id), Payload::Resumed)).into_iter().collect())
}
