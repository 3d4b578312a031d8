//! Commands: everything a person may ask of the desk, by noun. The window sends them through the
//! [port](crate::port); the engine turns them into inputs.

use zeroize::Zeroizing;

use crate::{
    Timestamp,
    conversation::Attachment,
    event::{Account, TransferTarget},
    field::Values,
    id::{AccountId, ConversationId, CustomerId, FindingId, MessageId, PluginId, ProposalId, TicketId},
    panel::{PanelEvent, Slot},
    plugin::Capability,
    presence::Presence,
    proposal::WrapUp,
    ticket::Stage,
};

/// Something a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// About one conversation.
    Conversation(ConversationId, ConversationCommand),
    /// About one proposal on a conversation.
    Proposal(ConversationId, ProposalId, ProposalCommand),
    /// About the ticket form that is open beside a conversation.
    Form(ConversationId, FormCommand),
    /// About a ticket.
    Ticket(TicketId, TicketCommand),
    /// About a customer.
    Customer(CustomerId, CustomerCommand),
    /// About the agent who gives the command.
    Agent(AgentCommand),
    /// About a plugin.
    Plugin(PluginId, PluginCommand),
    /// About a panel of a plugin.
    Panel {
        /// The plugin.
        plugin: PluginId,
        /// Which of its panels.
        slot: Slot,
        /// The conversation it is shown beside.
        conversation: Option<ConversationId>,
        /// What was done.
        event: PanelEvent,
    },
    /// About a finding of a quality check.
    Finding(ConversationId, FindingId, FindingCommand),
    /// About the desk.
    Desk(DeskCommand),
}

/// Commands about one conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum ConversationCommand {
    /// Show it: publish its thread, draft, customer, proposals and panels in the view until it is hidden.
    Show,
    /// Stop publishing its thread.
    Hide,
    /// Publish an earlier page of its thread.
    ShowEarlier,
    /// The agent has seen it up to this sequence number.
    MarkSeen(u64),
    /// Send a reply.
    Reply {
        /// What to say.
        text: String,
        /// Files to send with it, already stored.
        files: Vec<Attachment>,
        /// The proposal it began as; whether it was changed decides between accepted and edited.
        from: Option<ProposalId>,
    },
    /// Keep a note for colleagues.
    Note(String),
    /// Keep the draft as typed so far. Sent within 250 ms of the last change, never during an
    /// input-method composition.
    SaveDraft(String),
    /// The same for a note to colleagues.
    SaveNoteDraft(String),
    /// The agent is about to finish it: assist plugins propose how it ended.
    PrepareClose,
    /// The agent is typing, for channels that show it.
    Typing,
    /// Send a failed or unknown message again, with the same key.
    Retry(MessageId),
    /// Take back a message that has not gone out.
    CancelSend(MessageId),
    /// Say what became of an unknown message: it went out, or it did not.
    Settle {
        /// The message.
        message: MessageId,
        /// Whether the customer has it.
        sent: bool,
    },
    /// Take it from the queue by hand, or from a colleague.
    Take,
    /// Hand it over.
    Transfer {
        /// To whom.
        to: TransferTarget,
        /// What the next agent should know.
        note: String,
    },
    /// Put it back into the queue.
    Release,
    /// Set it aside.
    Park(Option<Timestamp>),
    /// Bring it back.
    Resume,
    /// Finish it.
    Close(WrapUp),
    /// Take it up again.
    Reopen,
    /// Add a label.
    Tag(String),
    /// Remove a label.
    Untag(String),
    /// Ask assist plugins for a reply now.
    AskForReply,
    /// Run the quality checks now.
    CheckQuality,
}

/// Commands about one proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalCommand {
    /// Do it. Replies are accepted by sending them, see [`ConversationCommand::Reply`].
    Accept,
    /// Turn it down.
    Dismiss,
}

/// Commands about the ticket form beside a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum FormCommand {
    /// Open the form of this type.
    Open {
        /// The plugin that describes it.
        plugin: PluginId,
        /// The type within the plugin.
        kind: String,
    },
    /// Set one value as the agent's own.
    Set {
        /// The field.
        field: String,
        /// The value.
        text: String,
    },
    /// Take one filled-in value as it is.
    AcceptFilled(String),
    /// Take every filled-in value as it is.
    AcceptAllFilled,
    /// Submit the form.
    Submit,
    /// Put the form away; what was typed is kept.
    Close,
}

/// Commands about one ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum TicketCommand {
    /// Move it to a stage.
    Move(Stage),
    /// Comment on it.
    Comment(String),
}

/// Commands about one customer.
#[derive(Clone, Debug, PartialEq)]
pub enum CustomerCommand {
    /// Show personal data in clear; recorded.
    Reveal(String),
    /// Set the name and form of address.
    Name {
        /// Name.
        name: String,
        /// Form of address.
        title: String,
    },
    /// Add a label.
    Tag(String),
    /// Remove a label.
    Untag(String),
}

/// Commands about the agent at this desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentCommand {
    /// Change presence.
    SetPresence(Presence),
}

/// Commands about one plugin.
#[derive(Clone, Debug, PartialEq)]
pub enum PluginCommand {
    /// Grant these capabilities.
    Grant(Vec<Capability>),
    /// Stop it.
    Pause,
    /// Start it again, also out of quarantine.
    Resume,
    /// Remove it.
    Remove,
    /// Set what can be configured about it as a whole, held against its manifest. It takes effect at once. Fields
    /// that are left out have their defaults.
    Configure(Values),
    /// Keep what a person typed for a secret slot. It is sealed and handed to the host; no event comes of it.
    KeepSecret {
        /// For this account only; otherwise wherever an account has none of its own.
        account: Option<AccountId>,
        /// The slot.
        slot: String,
        /// What was typed.
        secret: SecretText,
    },
    /// Forget what was typed for a secret slot.
    ForgetSecret {
        /// Of this account; otherwise of the plugin as a whole.
        account: Option<AccountId>,
        /// The slot.
        slot: String,
    },
}

/// Commands about one finding.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingCommand {
    /// The agent has understood.
    Understood,
    /// The agent disagrees, in these words.
    Dispute(String),
}

/// Commands about the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskCommand {
    /// Change one of the person's settings.
    SetSetting {
        /// Name of the setting.
        key: String,
        /// Its value.
        value: String,
    },
    /// Add or change a channel account as it stands here, without holding it against a manifest.
    SetAccount(Account),
    /// Add an account of a channel plugin, held against its manifest.
    AddAccount {
        /// The plugin.
        plugin: PluginId,
        /// What is wanted.
        wish: AccountWish,
    },
    /// Rename an account or change its settings, held against its plugin's manifest. It takes effect at once.
    ChangeAccount(AccountId, AccountWish),
    /// Remove an account. Its conversations are kept; nothing more comes in or goes out over it.
    RemoveAccount(AccountId),
    /// Switch a channel account off or on.
    PauseAccount(AccountId, bool),
    /// Store a file so that it can be attached; answered in the view's uploads.
    StoreFile {
        /// The conversation it will be attached to.
        conversation: ConversationId,
        /// Its name.
        name: String,
        /// Its bytes.
        bytes: FileBytes,
    },
    /// Put a dismissed notice away.
    DismissNotice(u64),
}

/// What a person may say about a channel account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountWish {
    /// Name in lists.
    pub title: String,
    /// Skill that conversations on it ask for, or empty.
    pub skill: String,
    /// Values of the plugin's settings for it; fields that are left out have their defaults.
    pub settings: Values,
}

/// A secret on its way from the person's hands to where it is sealed: never shown, in no format of the desk, and wiped
/// when the last copy of the command is gone.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(std::sync::Arc<Zeroizing<String>>);

impl SecretText {
    /// Takes what was typed.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(std::sync::Arc::new(text))
    }

    /// The secret itself, for sealing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// Bytes of a file on their way into the store, cheap to clone and quiet in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct FileBytes(pub std::sync::Arc<[u8]>);

impl std::fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
