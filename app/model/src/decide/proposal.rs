//! Decisions about proposals, prompts and findings of plugins.

use super::{by, on, valid_tag};
use crate::{
    command::{FindingCommand, ProposalCommand},
    conversation::{Author, Message},
    event::{Actor, NewEvent, Payload, TransferTarget},
    id::{AgentId, ConversationId, FindingId, MessageId, ProposalId},
    input::Refusal,
    limits::{MESSAGE_TEXT_MAX_BYTES, PROPOSALS_OPEN_MAX},
    proposal::{Change, Fate, Prompt, Proposal, Settled},
    quality::Finding,
    state::Directory,
};

/// A new proposal replaces an older one of the same plugin with the same key; when there are too many, the
/// oldest expires.
pub(super) fn decide_proposed(directory: &Directory, proposal: &Proposal) -> Result<Vec<NewEvent>, Refusal> {
    let conversation = directory.conversations.get(&proposal.conversation).ok_or(Refusal::NoConversation)?;
    if conversation.is_closed() {
        return Err(Refusal::ConversationClosed);
    }
    let open = directory.proposals.get(&proposal.conversation).map_or(&[][..], Vec::as_slice);
    let same = |have: &Proposal| have.plugin == proposal.plugin && have.key == proposal.key;
    if open.iter().any(|have| same(have) && have.change == proposal.change) {
        return Ok(Vec::new());
    }
    let kept = open.iter().filter(|have| !same(have)).count();
    let surplus = (kept + 1).saturating_sub(PROPOSALS_OPEN_MAX);
    let crowded_out = open.iter().filter(|have| !same(have)).take(surplus);
    let mut events: Vec<_> =
        open.iter().filter(|have| same(have)).chain(crowded_out).map(|have| expired(have)).collect();
    events.push(NewEvent {
        stream: on(proposal.conversation),
        actor: Actor::Plugin(proposal.plugin.clone()),
        payload: Payload::ProposalMade(proposal.clone()),
    });
    Ok(events)
}

pub(super) fn decide_expired(
    directory: &Directory,
    conversation: ConversationId,
    id: ProposalId,
) -> Result<Vec<NewEvent>, Refusal> {
    let proposal = directory.proposal(conversation, id).ok_or(Refusal::NoProposal)?;
    Ok(vec![expired(proposal)])
}

fn expired(proposal: &Proposal) -> NewEvent {
    NewEvent {
        stream: on(proposal.conversation),
        actor: Actor::Desk,
        payload: settled(proposal, Fate::Expired, None),
    }
}

/// The payload that settles a proposal.
pub(super) fn settled(proposal: &Proposal, fate: Fate, agent: Option<AgentId>) -> Payload {
    Payload::ProposalSettled {
        proposal: proposal.id,
        plugin: proposal.plugin.clone(),
        settled: Settled { fate, agent },
    }
}

/// Accepting does what was proposed, in the agent's name. Replies are accepted by sending them, and fields
/// and wrap-ups by the forms that take them over; here only the outcome is recorded for those.
pub(super) fn decide(
    directory: &Directory,
    agent: AgentId,
    conversation: ConversationId,
    id: ProposalId,
    command: ProposalCommand,
) -> Result<Vec<NewEvent>, Refusal> {
    let proposal = directory.proposal(conversation, id).ok_or(Refusal::NoProposal)?;
    let fate = match command {
        ProposalCommand::Accept => Fate::Accepted,
        ProposalCommand::Dismiss => Fate::Dismissed,
    };
    let mut events = vec![by(agent, on(conversation), settled(proposal, fate, Some(agent)))];
    if command == ProposalCommand::Accept {
        events.extend(carry_out(agent, conversation, proposal)?);
    }
    Ok(events)
}

fn carry_out(
    agent: AgentId,
    conversation: ConversationId,
    proposal: &Proposal,
) -> Result<Option<NewEvent>, Refusal> {
    let payload = match &proposal.change {
        Change::Tag(tag) => Payload::TagAdded(valid_tag(tag)?),
        Change::Transfer(skill) => {
            Payload::Transferred { to: TransferTarget::Queue(skill.clone()), note: proposal.because.clone() }
        }
        Change::Note(text) if text.len() > MESSAGE_TEXT_MAX_BYTES => {
            return Err(Refusal::TooLong { what: "note", limit: MESSAGE_TEXT_MAX_BYTES });
        }
        Change::Note(text) => Payload::NoteAdded(Message {
            // The note takes the proposal's id, which is unique as well.
            id: MessageId::new(proposal.id.uuid()),
            author: Author::Agent(agent),
            text: text.clone(),
            files: Vec::new(),
            at: proposal.at,
            remote_id: None,
        }),
        Change::Reply(_)
        | Change::Fields(_)
        | Change::Offer { .. }
        | Change::NextStep(_)
        | Change::WrapUp(_) => {
            return Ok(None);
        }
    };
    Ok(Some(by(agent, on(conversation), payload)))
}

pub(super) fn decide_prompted(directory: &Directory, prompt: &Prompt) -> Result<Vec<NewEvent>, Refusal> {
    if !directory.conversations.contains_key(&prompt.conversation) {
        return Err(Refusal::NoConversation);
    }
    Ok(vec![NewEvent {
        stream: on(prompt.conversation),
        actor: Actor::Plugin(prompt.plugin.clone()),
        payload: Payload::PromptShown(prompt.clone()),
    }])
}

pub(super) fn decide_found(directory: &Directory, finding: &Finding) -> Result<Vec<NewEvent>, Refusal> {
    if !directory.conversations.contains_key(&finding.conversation) {
        return Err(Refusal::NoConversation);
    }
    Ok(vec![NewEvent {
        stream: on(finding.conversation),
        actor: Actor::Plugin(finding.plugin.clone()),
        payload: Payload::FindingRaised(finding.clone()),
    }])
}

pub(super) fn decide_finding(
    directory: &Directory,
    agent: AgentId,
    conversation: ConversationId,
    finding: FindingId,
    command: &FindingCommand,
) -> Result<Vec<NewEvent>, Refusal> {
    if !directory.conversations.contains_key(&conversation) {
        return Err(Refusal::NoConversation);
    }
    let (disputed, words) = match command {
        FindingCommand::Understood => (false, String::new()),
        FindingCommand::Dispute(words) if words.trim().is_empty() => return Err(Refusal::Empty),
        FindingCommand::Dispute(words) => (true, words.trim().to_owned()),
    };
    Ok(vec![by(agent, on(conversation), Payload::FindingAnswered { finding, disputed, words })])
}
