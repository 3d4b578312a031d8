//! Identifiers. Ours are `UUIDv7`, minted at the engine's edge and carried in inputs, one newtype each, so
//! that a customer can never be passed where a conversation is meant. Plugins and articles are named by
//! their authors, so their ids are text.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an identifier that was minted at the edge or read back from the journal.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// An identifier for tests and examples; the same number gives the same id.
            pub const fn from_u128(number: u128) -> Self {
                Self(Uuid::from_u128(number))
            }

            /// The identifier as a plain UUID, for the edges that store or send it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// One thread with a customer on one channel.
    ConversationId;
    /// One message, note or call entry in a conversation.
    MessageId;
    /// One person or household the company serves.
    CustomerId;
    /// One configured account of a channel plugin (a mailbox, a web-chat site).
    AccountId;
    /// One human who works at a desk.
    AgentId;
    /// One ticket.
    TicketId;
    /// One proposal or prompt of a plugin.
    ProposalId;
    /// One finding of a quality check.
    FindingId;
    /// One event in the journal.
    EventId;
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name given by its author.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    )*};
}

text_id! {
    /// A plugin, as its manifest names it: lower-case letters, digits and hyphens.
    PluginId;
    /// A knowledge article, such as `K-118`.
    ArticleId;
    /// An attachment or recording: the SHA-256 of its bytes in lower-case hexadecimal.
    FileId;
}

/// A question that the window asked through the [port](crate::port) and will poll for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(pub u64);
