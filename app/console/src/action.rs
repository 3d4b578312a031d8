//! What panels want to happen. They push [`Action`]s while drawing; the console carries them out after the
//! frame is drawn, so that nothing changes under a panel that is being drawn.

use model::{ArticleId, ConversationId, ProposalId, TicketId, command::Command, conversation::Attachment};

use crate::{command::CommandId, overlay::Dialog, shell::ShellRequest};

/// A place of the desk, switched from the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the places by their names")]
pub enum Place {
    #[default]
    Desk,
    Tickets,
    Knowledge,
    Quality,
    Plugins,
    Settings,
}

impl Place {
    /// Every place, in the rail's order.
    pub const ALL: [Self; 6] =
        [Self::Desk, Self::Tickets, Self::Knowledge, Self::Quality, Self::Plugins, Self::Settings];

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Desk => "place-desk",
            Self::Tickets => "place-tickets",
            Self::Knowledge => "place-knowledge",
            Self::Quality => "place-quality",
            Self::Plugins => "place-plugins",
            Self::Settings => "place-settings",
        }
    }
}

/// Something a panel wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send a command to the engine.
    Send(Command),
    /// Ask the system for something.
    Request(ShellRequest),
    /// Run a command of the desk's table.
    Run(CommandId),
    /// Go to a place.
    Go(Place),
    /// Open a conversation in a tab and show it.
    Open(ConversationId),
    /// Open a conversation and scroll to an entry of its timeline.
    OpenAt(ConversationId, u64),
    /// Close a tab; the conversation stays as it is.
    CloseTab(ConversationId),
    /// Go to an article in the Knowledge place.
    OpenArticle(ArticleId),
    /// Go to a ticket in the Tickets place.
    OpenTicket(TicketId),
    /// Go to the editor of keys in Settings.
    OpenShortcuts,
    /// Open a dialog.
    Show(Dialog),
    /// Show a picture by itself, as large as the window.
    ShowPicture(Attachment),
    /// Tell the person of an error of the window's own, by its code.
    Tell(&'static str),
    /// Close whatever dialog, palette or list is open.
    CloseDialog,
    /// Copy the whole thread as text.
    CopyTranscript(ConversationId),
    /// Put words into the draft of a conversation.
    Draft {
        /// Which conversation.
        conversation: ConversationId,
        /// The words.
        text: String,
        /// The proposal they come from.
        from: Option<ProposalId>,
        /// Whether they replace what is there or are added behind it.
        replace: bool,
    },
    /// Put the keyboard into the composer.
    FocusComposer,
    /// Put the keyboard into the queue's filter.
    FocusFilter,
}
