//! What goes to a plugin and what comes back, in the desk's own types. The WIT types stay behind `convert`.

use std::collections::BTreeMap;

use model::{
    AccountId, ConversationId, CustomerId, MessageId, PluginId, TicketId, Timestamp,
    conversation::{Attachment, Conversation, Message},
    customer::Customer,
    field::{AuthorText, Field, Values},
    panel::{Panel, PanelEvent, Slot, Tone},
    plugin::{CallKind, Role},
    proposal::{Change, Fate, PromptClass, Source},
    quality::{Evidence, Severity},
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
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug)]
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

/// What a channel gets; the caller has kept it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingress {
    /// A web request below the plugin's path.
    Web(WebEvent),
    /// Raw bytes of a connection.
    Wire(Vec<u8>),
    /// Time to ask the provider, with the cursor of the last batch.
    Poll(Option<String>),
    /// A timer the plugin set. Posted by the host itself.
    Timer(String),
}

/// A web request for a channel. Method `SUBSCRIBE` asks whether a client may attach to a push stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebEvent {
    /// Path below the plugin's own, without the query.
    pub path: String,
    /// In capitals.
    pub method: String,
    /// Query, decoded.
    pub query: Pairs,
    /// Headers, names in lower case.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// The client's address as the desk saw it.
    pub client: String,
}

/// Answer to a web request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebReply {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// Headers; hop-by-hop ones are left out.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// For `SUBSCRIBE` with status 200: the topic to attach the stream to.
    pub topic: Option<String>,
}

/// Somebody on a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The provider's id within the account.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address as people write it.
    pub handle: String,
}

/// What a channel made of one ingress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Items, in order.
    pub items: Vec<Item>,
    /// Kept with the items in one commit.
    pub cursor: Option<String>,
    /// When to poll again; none to wait.
    pub poll_again_ms: Option<u32>,
    /// Answer to a web request, sent after the commit.
    pub reply: Option<WebReply>,
}

/// One item of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A message.
    Message(Box<Incoming>),
    /// A message was changed by its sender.
    Edit {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
        /// New text.
        text: String,
    },
    /// A message was taken back by its sender.
    Redaction {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
    },
    /// How far one of our messages has come.
    Receipt {
        /// The provider's id of the message.
        remote_id: String,
        /// The provider's name for the thread.
        thread: String,
        /// How far.
        state: ReceiptState,
        /// When.
        at: Timestamp,
        /// The provider's words, for failures.
        reason: String,
    },
    /// Somebody types or stopped typing.
    Typing {
        /// The provider's name for the thread.
        thread: String,
        /// Who.
        who: Party,
        /// Whether they type now.
        active: bool,
    },
    /// What is known of somebody, such as the page they look at.
    Facts {
        /// The provider's name for the thread.
        thread: String,
        /// Who.
        who: Party,
        /// Names and values.
        facts: Pairs,
    },
    /// The customer's side closed the thread.
    Closed {
        /// The provider's name for the thread.
        thread: String,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// A message that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The provider's id, unique in the account.
    pub remote_id: String,
    /// The provider's name for the thread.
    pub thread: String,
    /// Subject, on channels that have one.
    pub subject: Option<String>,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// Whether the owner of the account sent it from elsewhere.
    pub from_us: bool,
    /// Who wrote it.
    pub sender: Party,
    /// Plain text.
    pub text: String,
    /// HTML as sent, not made safe.
    pub html: Option<String>,
    /// Files, kept before through `blobs.put`.
    pub files: Vec<Attachment>,
    /// The provider's id of the message it answers.
    pub in_reply_to: Option<String>,
}

/// How far a message has come, as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum ReceiptState {
    Delivered,
    Read,
    Failed,
}

/// A message to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The same key means the same message.
    pub key: String,
    /// The provider's name for the thread.
    pub thread: String,
    /// Who gets it, where the thread alone does not say.
    pub recipients: Vec<Party>,
    /// The agent, by the name customers may see.
    pub sender: Party,
    /// Subject, on channels that have one.
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// HTML, on channels that take it.
    pub html: Option<String>,
    /// Files.
    pub files: Vec<Attachment>,
    /// The provider's id of the message it answers.
    pub in_reply_to: Option<String>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Accepted, with the provider's id.
    Sent(String),
    /// Try again after so many milliseconds.
    RetryAfterMs(u32),
    /// Refused, with the provider's words.
    Rejected(String),
    /// Nobody can say.
    Unknown,
}

/// What was found out about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentState {
    /// It went out, with the provider's id.
    WasSent(String),
    /// It did not.
    NotSent,
    /// Nobody can say.
    CannotTell,
}

/// What the customer's side is told without keeping it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The agent types, or stopped.
    Typing(bool),
    /// The agent has read up to this remote id.
    Seen(String),
    /// An agent took the conversation.
    Joined(Party),
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
}

/// A card of another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The plugin's id for it.
    pub id: String,
    /// `customer`, `order`, `device`, ...
    pub kind: String,
    /// Title.
    pub title: AuthorText,
    /// Second line, or empty.
    pub subtitle: AuthorText,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Where it can be opened, `https` only.
    pub link: Option<String>,
    /// What can be done with it.
    pub actions: Vec<Action>,
}

/// One fact of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: AuthorText,
    /// Its value.
    pub value: AuthorText,
    /// How it reads.
    pub tone: Tone,
}

/// One action of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The plugin's id for it.
    pub id: String,
    /// On the button.
    pub label: AuthorText,
    /// Whether to ask once more.
    pub danger: bool,
    /// What to ask for before.
    pub fields: Vec<Field>,
}

/// An event of an open conversation.
#[derive(Clone, Debug)]
pub enum ContactEvent {
    /// An agent opened it.
    Opened(Box<Contact>),
    /// A message came or went.
    Message(Box<Message>),
    /// A field of the ticket form changed.
    Field {
        /// The field.
        field: String,
        /// Its value.
        value: String,
    },
    /// What the agent has written so far, once the typing pauses.
    Draft(String),
    /// The agent is about to wrap up.
    Closing,
    /// It was closed.
    Closed,
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Task {
    Reply,
    Summarise,
    Rewrite,
    Offer,
    NextStep,
    WrapUp,
}

/// A part of what a plugin writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// What it rests on.
    Source(Source),
    /// A proposal or prompt.
    Advice(Box<Advice>),
}

/// What a plugin says to the agent. The engine mints the id and adds plugin and time.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// A change to accept, edit or dismiss.
    Proposal {
        /// The plugin's own key: a newer one with the same key replaces it.
        key: String,
        /// For which conversation.
        conversation: ConversationId,
        /// What should change.
        change: Change,
        /// 0 to 1.
        confidence: f32,
        /// Why.
        because: AuthorText,
        /// What it rests on.
        sources: Vec<Source>,
        /// How long it is useful, in milliseconds.
        expires_ms: Option<u32>,
    },
    /// A hint.
    Prompt {
        /// The plugin's own key.
        key: String,
        /// For which conversation.
        conversation: ConversationId,
        /// How urgent.
        class: PromptClass,
        /// In a few words.
        title: AuthorText,
        /// In a sentence.
        text: AuthorText,
        /// How long it is useful, in milliseconds.
        expires_ms: Option<u32>,
    },
    /// Takes a proposal or prompt back, by key.
    Clear(String),
}

/// One criterion of a rubric.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The plugin's id for it.
    pub id: String,
    /// Title.
    pub title: AuthorText,
    /// What is asked for.
    pub help: AuthorText,
    /// Weight in the total, 0 or more.
    pub weight: f32,
}

/// Marks and findings of one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scorecard {
    /// One for each criterion that was looked at.
    pub marks: Vec<Mark>,
    /// What was found.
    pub findings: Vec<FindingDraft>,
}

/// A mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The criterion.
    pub criterion: String,
    /// 0 to 1; none where the criterion does not apply.
    pub score: Option<f32>,
    /// Why.
    pub because: AuthorText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// A finding without what only the engine knows. Its score is the mark of its criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingDraft {
    /// The criterion.
    pub criterion: String,
    /// In a few words.
    pub title: AuthorText,
    /// How bad.
    pub severity: Severity,
    /// What was found.
    pub because: AuthorText,
    /// How it could have been said, or empty.
    pub advice: AuthorText,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// A form a plugin has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The plugin's id for it.
    pub id: String,
    /// Title.
    pub title: AuthorText,
    /// One sentence, or empty.
    pub help: AuthorText,
}

/// Something wrong with one field, or with the form where `field` is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The field.
    pub field: String,
    /// What.
    pub text: AuthorText,
    /// Whether the form cannot be submitted with it.
    pub blocks: bool,
}

/// What the desk keeps as the ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// One line for lists.
    pub title: String,
    /// A few sentences.
    pub summary: String,
    /// The values, normalised.
    pub values: BTreeMap<String, model::field::FieldValue>,
}

/// Where a panel stands and what it stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The place.
    pub slot: Slot,
    /// Beside this conversation.
    pub conversation: Option<ConversationId>,
    /// Beside this customer.
    pub customer: Option<CustomerId>,
    /// Beside this ticket.
    pub ticket: Option<TicketId>,
}

/// What a panel asks the desk to do.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelEffect {
    /// Draw this.
    Replace(Panel),
    /// Say this, for a moment.
    Notice {
        /// What.
        text: AuthorText,
        /// How it reads.
        tone: Tone,
    },
    /// Put this into the composer. Only after a click.
    DraftText(String),
    /// Open this address, `https` only. Only after a click.
    OpenUrl(String),
    /// Copy this. Only after a click.
    Copy(String),
}

/// Finds a message's length in characters, so that evidence can be checked against it.
pub(crate) fn message_lengths(contact: &Contact) -> BTreeMap<MessageId, u32> {
    contact
        .messages
        .iter()
        .map(|message| (message.id, u32::try_from(message.text.chars().count()).unwrap_or(u32::MAX)))
        .collect()
}
