//! Timeline entries out of events.

use std::{collections::HashMap, sync::Arc};

use model::{
    MessageId, ProposalId,
    conversation::{Author, Delivery},
    event::{Event, Payload},
    proposal::Proposal,
    view::{Entry, EntryKind},
};
use store::ThreadPage;

/// Everything an entry needs beside its event.
pub(crate) struct Context<'a> {
    /// Proposals by id, for the entry that settles one.
    pub proposals: &'a HashMap<ProposalId, Proposal>,
    /// A ticket's number and title, for the entry that links one.
    pub ticket: &'a dyn Fn(model::TicketId) -> Option<(String, String)>,
}

/// The entry an event makes, or nothing where the timeline does not show it.
pub(crate) fn entry(event: &Event, context: &Context<'_>) -> Option<Entry> {
    Some(Entry { sequence: event.sequence, at: event.at, kind: kind(&event.payload, context)? })
}

/// The entry of a message, whoever wrote it.
fn message_kind(payload: &Payload) -> Option<EntryKind> {
    Some(match payload {
        Payload::MessageReceived(message) => {
            let name = match &message.author {
                Author::Customer(name) => name.clone(),
                Author::Agent(_) | Author::Elsewhere(_) => String::new(),
            };
            EntryKind::FromCustomer {
                message: message.id,
                name,
                text: message.text.clone(),
                files: message.files.clone(),
                edited: false,
            }
        }
        Payload::ReplyQueued { message, .. } => {
            let Author::Agent(agent) = message.author else { return None };
            EntryKind::FromAgent {
                message: message.id,
                agent,
                text: message.text.clone(),
                files: message.files.clone(),
                delivery: Delivery::Queued,
            }
        }
        Payload::SentElsewhere(message) => {
            let Author::Elsewhere(name) = &message.author else { return None };
            EntryKind::FromElsewhere {
                message: message.id,
                name: name.clone(),
                text: message.text.clone(),
                files: message.files.clone(),
            }
        }
        Payload::NoteAdded(message) => {
            let Author::Agent(agent) = message.author else { return None };
            EntryKind::Note { message: message.id, agent, text: message.text.clone() }
        }
        _ => return None,
    })
}

fn kind(payload: &Payload, context: &Context<'_>) -> Option<EntryKind> {
    Some(match payload {
        Payload::MessageReceived(_)
        | Payload::ReplyQueued { .. }
        | Payload::SentElsewhere(_)
        | Payload::NoteAdded(_) => message_kind(payload)?,
        Payload::FactsNoted(facts) => EntryKind::Facts(facts.clone()),
        Payload::CustomerLeft { reason } => EntryKind::CustomerLeft(reason.clone()),
        Payload::ConversationOpened { channel, .. } => EntryKind::Opened(channel.clone()),
        Payload::Assigned { agent } => EntryKind::Assigned(*agent),
        Payload::Unassigned => EntryKind::Unassigned,
        Payload::Transferred { to, note } => {
            let to = match to {
                model::event::TransferTarget::Agent(agent) => Some(*agent),
                model::event::TransferTarget::Queue(_) => None,
            };
            EntryKind::Transferred { to, note: note.clone() }
        }
        Payload::Parked { until } => EntryKind::Parked(*until),
        Payload::Resumed => EntryKind::Resumed,
        Payload::Closed(wrap_up) => EntryKind::Closed(wrap_up.clone()),
        Payload::Reopened => EntryKind::Reopened,
        Payload::FindingRaised(finding) => {
            EntryKind::Finding { finding: Box::new(finding.clone()), answered: None }
        }
        Payload::PromptShown(prompt) => EntryKind::Prompt(Box::new(prompt.clone())),
        Payload::ProposalSettled { proposal, settled, .. } => {
            // What nobody decided about is not worth a line.
            settled.agent?;
            let proposal = context.proposals.get(proposal)?;
            EntryKind::Proposal { proposal: Box::new(proposal.clone()), settled: *settled }
        }
        Payload::TicketLinked(ticket) => {
            let (number, title) = (context.ticket)(*ticket)?;
            EntryKind::Ticket { ticket: *ticket, number, title }
        }
        Payload::Linked(other) => EntryKind::Linked(*other),
        _ => return None,
    })
}

/// The entries of a page, with what later events said about them.
pub(crate) fn of_page(page: &ThreadPage, context: &Context<'_>) -> Vec<Arc<Entry>> {
    let entries = page.events.iter().filter_map(|event| entry(event, context));
    entries
        .map(|mut entry| {
            match &mut entry.kind {
                EntryKind::FromAgent { message, delivery, .. } => {
                    if let Some(record) = page.deliveries.get(message) {
                        *delivery = record.delivery.clone();
                    }
                }
                EntryKind::Finding { finding, answered } => {
                    *answered = page.answers.get(&finding.id).copied();
                }
                EntryKind::FromCustomer { message, .. } | EntryKind::FromElsewhere { message, .. } => {
                    if let Some(edit) = page.edits.get(message) {
                        change_text(&mut entry, edit.clone());
                    }
                }
                _ => {}
            }
            Arc::new(entry)
        })
        .collect()
}

/// The customer changed a message (a new text) or took it back (nothing).
pub(crate) fn change_text(entry: &mut Entry, new_text: Option<String>) {
    match (&mut entry.kind, new_text) {
        (EntryKind::FromCustomer { text, edited, .. }, Some(new_text)) => {
            *text = new_text;
            *edited = true;
        }
        (EntryKind::FromElsewhere { text, .. }, Some(new_text)) => *text = new_text,
        (EntryKind::FromCustomer { message, .. } | EntryKind::FromElsewhere { message, .. }, None) => {
            entry.kind = EntryKind::Redacted { message: *message };
        }
        _ => {}
    }
}

/// Changes the entry of a message in place; entries are shared with views already published, so the one
/// entry is copied.
pub(crate) fn with_message(
    entries: &mut [Arc<Entry>],
    wanted: MessageId,
    change: impl FnOnce(&mut Entry),
) -> bool {
    // Changes concern recent messages, so look from the end.
    let found = entries.iter_mut().rev().find(|entry| match &entry.kind {
        EntryKind::FromCustomer { message, .. }
        | EntryKind::FromAgent { message, .. }
        | EntryKind::FromElsewhere { message, .. }
        | EntryKind::Note { message, .. }
        | EntryKind::Redacted { message } => *message == wanted,
        _ => false,
    });
    let Some(entry) = found else { return false };
    change(Arc::make_mut(entry));
    true
}
