//! From the desk to a plugin.

use model::{
    conversation::{Attachment, Author, Message, Status},
    customer::{Customer, HandleKind},
    field::{Origin, Values},
    panel::{PanelEvent, Slot},
    proposal::Fate,
};

use crate::{
    bindings::{
        exports::switchboard::plugin::{assist, channel, panel},
        switchboard::plugin::{advice, forms, types as wit},
    },
    contract::{Contact, ContactEvent, Ingress, Outgoing, Pairs, Party, Place, Signal, Task},
    convert::{Sight, to_ms},
};

pub(crate) fn blob(file: &Attachment) -> wit::BlobRef {
    wit::BlobRef {
        id: file.file.to_string(),
        mime: file.media_type.clone(),
        name: file.name.clone(),
        bytes: file.bytes,
    }
}

pub(crate) fn pairs(pairs: &Pairs) -> Vec<wit::Pair> {
    pairs.iter().map(|(name, value)| wit::Pair { name: name.clone(), value: value.clone() }).collect()
}

fn party(party: &Party) -> wit::Party {
    wit::Party { id: party.id.clone(), name: party.name.clone(), handle: party.handle.clone(), avatar: None }
}

fn handle_kind(kind: HandleKind) -> &'static str {
    match kind {
        HandleKind::Phone => "phone",
        HandleKind::Mail => "mail",
        HandleKind::Web => "web",
        HandleKind::Social => "social",
        HandleKind::User => "user",
    }
}

pub(crate) fn customer(customer: &Customer, sight: Sight) -> wit::Customer {
    let clear = sight == Sight::Clear;
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    wit::Customer {
        id: customer.id.to_string(),
        name: customer.name.clone(),
        title: customer.title.clone(),
        language: customer.language.clone().unwrap_or_default(),
        handles: customer
            .handles
            .iter()
            .map(|handle| wit::Handle {
                kind: handle_kind(handle.kind).to_owned(),
                value: if clear { handle.value.clone() } else { handle.masked() },
                masked: !clear,
            })
            .collect(),
        tier: customer.tier.clone(),
        tags: customer.tags.clone(),
        address: if clear { customer.address.clone() } else { String::new() },
        devices: customer
            .devices
            .iter()
            .map(|device| wit::Device {
                name: device.name.clone(),
                model: device.model.clone(),
                serial: device.serial.clone(),
                place: if clear { device.place.clone() } else { String::new() },
                bought: day(device.bought),
                installed: day(device.installed),
                warranty_until: day(device.warranty_until),
                warranty_extended: device.warranty_extended,
            })
            .collect(),
        orders: customer
            .orders
            .iter()
            .map(|order| wit::Order {
                number: order.number.clone(),
                title: order.title.clone(),
                ordered: order.ordered.to_string(),
                state: order.state.clone(),
                amount: order.amount.clone(),
            })
            .collect(),
        services: customer
            .services
            .iter()
            .map(|service| wit::Service {
                day: service.day.to_string(),
                title: service.title.clone(),
                rating: service.rating,
            })
            .collect(),
        marketing_consent: customer.marketing_consent,
        attributes: customer
            .attributes
            .iter()
            .map(|(name, value)| wit::Pair { name: name.clone(), value: value.clone() })
            .collect(),
        since_ms: to_ms(customer.since),
    }
}

pub(crate) fn contact(contact: &Contact, sight: Sight) -> wit::Conversation {
    let conversation = &contact.conversation;
    wit::Conversation {
        id: conversation.id.to_string(),
        channel: conversation.channel.kind.clone(),
        account: conversation.channel.account.to_string(),
        subject: conversation.subject.clone(),
        state: match conversation.status {
            Status::Waiting => wit::ConversationState::Waiting,
            Status::Assigned(_) => wit::ConversationState::Assigned,
            Status::Parked { .. } => wit::ConversationState::Parked,
            Status::Closed => wit::ConversationState::Closed,
        },
        tags: conversation.tags.clone(),
        customer: customer(&contact.customer, sight),
        messages: contact.messages.iter().map(message).collect(),
        more: contact.more,
    }
}

pub(crate) fn message(message: &Message) -> wit::Message {
    let (dir, id, name) = match &message.author {
        Author::Customer(name) => (wit::Direction::Inbound, String::new(), name.clone()),
        Author::Agent(agent) => (wit::Direction::Outbound, agent.to_string(), String::new()),
        Author::Elsewhere(name) => (wit::Direction::Outbound, String::new(), name.clone()),
    };
    wit::Message {
        id: message.id.to_string(),
        at_ms: to_ms(message.at),
        dir,
        sender: wit::Party { id, name, handle: String::new(), avatar: None },
        text: message.text.clone(),
        files: message.files.iter().map(blob).collect(),
    }
}

pub(crate) fn ingress(ingress: &Ingress) -> channel::Ingress {
    match ingress {
        Ingress::Web(event) => channel::Ingress::Webhook(channel::WebEvent {
            path: event.path.clone(),
            method: event.method.clone(),
            query: pairs(&event.query),
            headers: pairs(&event.headers),
            body: event.body.clone(),
            client: event.client.clone(),
        }),
        Ingress::Wire(bytes) => channel::Ingress::Wire(bytes.clone()),
        Ingress::Poll(cursor) => channel::Ingress::Poll(cursor.clone()),
        Ingress::Timer(id) => channel::Ingress::Timer(id.clone()),
    }
}

pub(crate) fn outgoing(outgoing: &Outgoing) -> channel::Outgoing {
    channel::Outgoing {
        key: outgoing.key.clone(),
        thread: outgoing.thread.clone(),
        recipients: outgoing.recipients.iter().map(party).collect(),
        sender: party(&outgoing.sender),
        subject: outgoing.subject.clone(),
        text: outgoing.text.clone(),
        html: outgoing.html.clone(),
        files: outgoing.files.iter().map(blob).collect(),
        in_reply_to: outgoing.in_reply_to.clone(),
        template: None,
    }
}

pub(crate) fn signal(signal: &Signal) -> channel::OutgoingSignal {
    match signal {
        Signal::Typing(active) => channel::OutgoingSignal::Typing(*active),
        Signal::Seen(remote_id) => channel::OutgoingSignal::Seen(remote_id.clone()),
        Signal::Joined(agent) => channel::OutgoingSignal::Joined(party(agent)),
        Signal::Closed => channel::OutgoingSignal::Closed,
        Signal::Reopened => channel::OutgoingSignal::Reopened,
    }
}

pub(crate) fn contact_event(event: &ContactEvent, sight: Sight) -> assist::ContactEvent {
    match event {
        ContactEvent::Opened(opened) => assist::ContactEvent::Opened(contact(opened, sight)),
        ContactEvent::Message(new) => assist::ContactEvent::Message(message(new)),
        ContactEvent::Field { field, value } => {
            assist::ContactEvent::Field(wit::Pair { name: field.clone(), value: value.clone() })
        }
        ContactEvent::Draft(draft) => assist::ContactEvent::Draft(draft.clone()),
        ContactEvent::Closing => assist::ContactEvent::Closing,
        ContactEvent::Closed => assist::ContactEvent::Closed,
    }
}

pub(crate) fn task(task: Task) -> assist::Task {
    match task {
        Task::Reply => assist::Task::Reply,
        Task::Summarise => assist::Task::Summarise,
        Task::Rewrite => assist::Task::Rewrite,
        Task::Offer => assist::Task::Offer,
        Task::NextStep => assist::Task::NextStep,
        Task::WrapUp => assist::Task::WrapUp,
    }
}

pub(crate) fn fate(fate: Fate) -> advice::Fate {
    match fate {
        Fate::Accepted => advice::Fate::Accepted,
        Fate::Edited => advice::Fate::Edited,
        Fate::Dismissed => advice::Fate::Dismissed,
        Fate::Expired => advice::Fate::Expired,
    }
}

pub(crate) fn values(values: &Values) -> Vec<forms::Value> {
    values
        .iter()
        .map(|(field, value)| forms::Value {
            field: field.clone(),
            text: value.text.clone(),
            came_from: match &value.origin {
                Origin::Default => forms::Origin::Unset,
                Origin::Agent => forms::Origin::Agent,
                Origin::Filled(source) => forms::Origin::Filled(source.clone()),
            },
        })
        .collect()
}

pub(crate) fn place(place: &Place) -> panel::Place {
    panel::Place {
        slot: match place.slot {
            Slot::CustomerSide => panel::Slot::CustomerSide,
            Slot::TicketSide => panel::Slot::TicketSide,
            Slot::AboveComposer => panel::Slot::AboveComposer,
            Slot::QualitySide => panel::Slot::QualitySide,
            Slot::DrillSide => panel::Slot::DrillSide,
            Slot::Settings => panel::Slot::Settings,
        },
        conversation: place.conversation.map(|id| id.to_string()),
        customer: place.customer.map(|id| id.to_string()),
        ticket: place.ticket.map(|id| id.to_string()),
    }
}

pub(crate) fn panel_event(event: &PanelEvent) -> panel::Event {
    match event {
        PanelEvent::Opened => panel::Event::Shown,
        PanelEvent::Clicked(node) => panel::Event::Clicked(node.clone()),
        PanelEvent::Changed { node, value } => {
            panel::Event::Changed(wit::Pair { name: node.clone(), value: value.clone() })
        }
        PanelEvent::Tick => panel::Event::Tick,
    }
}
