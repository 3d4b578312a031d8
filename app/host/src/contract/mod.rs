//! What goes to a plugin and what comes back, in the desk's own types. The WIT types stay behind `convert`.

mod channel;
mod roles;

use model::{
    AccountId, ConversationId, PluginId,
    conversation::{Conversation, Message},
    customer::Customer,
    field::{Field, Values},
    panel::PanelEvent,
    plugin::{CallKind, Role},
    proposal::Fate,
};
use serde::{Deserialize, Serialize};

pub use channel::{
    Batch, Incoming, Ingress, Item, Outgoing, Party, ReceiptState, SendOutcome, SentState, Signal, WebEvent,
    WebReply,
};
pub(crate) use roles::message_lengths;
pub use roles::{
    Action, Advice, Card, ContactEvent, Criterion, Delta, Fact, FindingDraft, Form, Mark, PanelEffect, Place,
    Remark, Scorecard, Submitted, Task,
};

/// One actor: a plugin in one of its roles, for one account where the role has accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneKey {
    /// The plugin.
    pub plugin: PluginId,
    /// The role it is called in.
    pub role: Role,
    /// The account, for channels.
    pub account: Option<AccountId>,
}

/// The caller's own number for a request; it comes back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u64);

/// Names and values that mean something to the plugin or the provider only.
pub type Pairs = Vec<(String, String)>;

/// A conversation with its customer and newest messages, as plugins read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The conversation.
    pub conversation: Conversation,
    /// Its customer; the host masks what the plugin may not see.
    pub customer: Customer,
    /// Newest messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
}

/// One call to a plugin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Turn raw bytes of a provider into items. Answer: [`Answer::Batch`].
    Ingest(Ingress),
    /// Send a message. Answer: [`Answer::Sent`].
    Send(Box<Outgoing>),
    /// Ask what became of a message. Answer: [`Answer::Reconciled`].
    Reconcile {
        /// The key it was sent with.
        key: String,
    },
    /// Tell the customer's side something that is not kept. Answer: [`Answer::Done`].
    Signal {
        /// The provider's name for the thread.
        thread: String,
        /// What.
        signal: Signal,
    },
    /// Find cards. Answer: [`Answer::Cards`].
    Search {
        /// The customer they should belong to.
        who: Option<Box<Customer>>,
        /// What to look for.
        query: String,
    },
    /// Do what a card offers; the agent has confirmed. Answer: [`Answer::Card`].
    Act {
        /// The card.
        card: String,
        /// The action.
        action: String,
        /// What was filled in.
        args: Pairs,
        /// The same key means the same act.
        key: String,
    },
    /// An event of an open conversation. Answer: [`Answer::Advice`].
    Observe {
        /// The conversation.
        conversation: ConversationId,
        /// What happened.
        event: ContactEvent,
    },
    /// Write something. Parts come as [`HostEvent::Delta`](crate::HostEvent::Delta), then [`Answer::Done`].
    Generate {
        /// What to write.
        task: Task,
        /// For which conversation.
        contact: Box<Contact>,
        /// What stands in the composer.
        draft: String,
        /// What the agent asks for, such as "shorter".
        wish: String,
    },
    /// The criteria of a quality check. Answer: [`Answer::Rubric`].
    Rubric,
    /// Score a conversation. Answer: [`Answer::Scorecard`].
    Score(Box<Contact>),
    /// The forms a plugin has. Answer: [`Answer::Forms`].
    Forms,
    /// The fields of a form. Answer: [`Answer::Fields`].
    Fields {
        /// The form.
        form: String,
        /// The conversation to fill it from.
        contact: Option<Box<Contact>>,
        /// Present values.
        values: Values,
    },
    /// What is wrong with these values. Answer: [`Answer::Remarks`].
    CheckForm {
        /// The form.
        form: String,
        /// The values.
        values: Values,
    },
    /// Submit the form. Answer: [`Answer::Submitted`].
    Submit {
        /// The form.
        form: String,
        /// The same key means the same ticket.
        key: String,
        /// The values.
        values: Values,
    },
    /// Something happened in a panel. Answer: [`Answer::Effects`].
    Panel {
        /// Where the panel stands.
        place: Place,
        /// Revision on the screen, 0 for none.
        revision: u64,
        /// What happened.
        event: PanelEvent,
    },
    /// What became of a proposal. Answer: [`Answer::Done`].
    Outcome {
        /// The plugin's own key for it.
        key: String,
        /// What became of it.
        fate: Fate,
    },
    /// Try these settings. Answer: [`Answer::Checked`].
    CheckSettings(Pairs),
}

impl Request {
    /// The call this is, for budgets, faults and signals.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::Ingest(_) => CallKind::ChannelIngest,
            Self::Send(_) => CallKind::ChannelSend,
            Self::Reconcile { .. } => CallKind::ChannelReconcile,
            Self::Signal { .. } => CallKind::ChannelSignal,
            Self::Search { .. } => CallKind::LookupSearch,
            Self::Act { .. } => CallKind::LookupAct,
            Self::Observe { .. } => CallKind::AssistObserve,
            Self::Generate { .. } => CallKind::AssistStart,
            Self::Rubric => CallKind::QualityRubric,
            Self::Score(_) => CallKind::QualityScore,
            Self::Forms => CallKind::FormList,
            Self::Fields { .. } => CallKind::FormFields,
            Self::CheckForm { .. } => CallKind::FormCheck,
            Self::Submit { .. } => CallKind::FormSubmit,
            Self::Panel { .. } => CallKind::PanelEvent,
            Self::Outcome { .. } => CallKind::Outcome,
            Self::CheckSettings(_) => CallKind::SettingsCheck,
        }
    }

    /// The role whose lane takes this request; none where any role's lane does.
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Ingest(_) | Self::Send(_) | Self::Reconcile { .. } | Self::Signal { .. } => {
                Some(Role::Channel)
            }
            Self::Search { .. } | Self::Act { .. } => Some(Role::Lookup),
            Self::Observe { .. } | Self::Generate { .. } => Some(Role::Assist),
            Self::Rubric | Self::Score(_) => Some(Role::Quality),
            Self::Forms | Self::Fields { .. } | Self::CheckForm { .. } | Self::Submit { .. } => {
                Some(Role::TicketForm)
            }
            Self::Panel { .. } => Some(Role::Panel),
            Self::Outcome { .. } | Self::CheckSettings(_) => None,
        }
    }
}

/// What a plugin answered, checked and converted.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Items of a channel.
    Batch(Batch),
    /// What became of a message.
    Sent(SendOutcome),
    /// What was found out about a message.
    Reconciled(SentState),
    /// Nothing to say.
    Done,
    /// Cards found.
    Cards(Vec<Card>),
    /// The card after an action.
    Card(Box<Card>),
    /// Proposals, prompts and withdrawals.
    Advice(Vec<Advice>),
    /// Criteria of a quality check.
    Rubric(Vec<Criterion>),
    /// Marks and findings.
    Scorecard(Scorecard),
    /// Forms.
    Forms(Vec<Form>),
    /// Fields of a form and the values the plugin filled in.
    Fields {
        /// The fields, in order.
        fields: Vec<Field>,
        /// Values, each with where it came from.
        values: Values,
    },
    /// What is wrong with a form.
    Remarks(Vec<Remark>),
    /// A submitted form.
    Submitted(Submitted),
    /// What a panel should do.
    Effects(Vec<PanelEffect>),
    /// What a check of settings found, in words.
    Checked(String),
}
