//! Panels of plugins: a tree of plain data that the desk draws. No colours, sizes or frame callbacks, so
//! that every panel looks like the desk and none can look like the desk's own dialogs.

use serde::{Deserialize, Serialize};

use crate::field::AuthorText;

/// Where a panel may appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// Beside the conversation, with the customer.
    CustomerSide,
    /// Beside the conversation, with the ticket.
    TicketSide,
    /// Above the composer.
    AboveComposer,
    /// On the Quality page.
    QualitySide,
    /// On the Drills page.
    DrillSide,
    /// On the plugin's own settings page.
    Settings,
}

/// What a text is, in place of a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Tone {
    #[default]
    Plain,
    Muted,
    Good,
    Warn,
    Bad,
}

/// One panel: nodes in an arena. The host has checked that it is a tree within the limits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Counts up with every change.
    pub revision: u64,
    /// Index of the root.
    pub root: usize,
    /// Every node.
    pub nodes: Vec<Node>,
}

/// One node of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name for events, unique within the panel; empty for nodes that have none.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Children, as indices into the arena.
    pub children: Vec<usize>,
    /// What a screen reader says, where the content alone does not.
    pub accessible_name: AuthorText,
}

/// What a node of a panel is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each variant's fields are what it shows")]
pub enum NodeKind {
    Row,
    Column,
    Section(AuthorText),
    Heading(AuthorText),
    Text {
        text: AuthorText,
        tone: Tone,
    },
    Fact {
        label: AuthorText,
        value: AuthorText,
    },
    Badge {
        text: AuthorText,
        tone: Tone,
    },
    Divider,
    Grid {
        columns: Vec<AuthorText>,
        rows: Vec<Vec<AuthorText>>,
    },
    Input {
        label: AuthorText,
        value: String,
        hint: AuthorText,
    },
    Choice {
        label: AuthorText,
        selected: String,
        options: Vec<(String, AuthorText)>,
    },
    Toggle {
        label: AuthorText,
        on: bool,
    },
    Button {
        text: AuthorText,
        tone: Tone,
    },
    Link {
        text: AuthorText,
        url: String,
    },
    /// A share from 0 to 1.
    Progress(f32),
    /// A few numbers as a small line.
    Spark(Vec<f32>),
}

/// What a person did in a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PanelEvent {
    /// It came into view; for conversation panels with the conversation shown.
    Opened,
    /// A button or link was pressed.
    Clicked(String),
    /// An input, choice or toggle was changed.
    Changed {
        /// The node.
        node: String,
        /// Its new value.
        value: String,
    },
    /// Something about the conversation changed.
    Tick,
}
