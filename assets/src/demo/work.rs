//! Conversations, open and past, and the snippets they are answered with.

use serde::Deserialize;

use super::{Handle, Text};
use crate::Language;

/// What a conversation runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Web chat.
    Chat,
    /// Telephone.
    Phone,
    /// Mail.
    Mail,
    /// A social network.
    Social,
}

impl Channel {
    /// The kind as the model and the keys of locales name it (`channel-chat`).
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Social => "social",
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// The customer.
    Customer,
    /// An agent, to the customer.
    Agent,
    /// An agent, for colleagues only.
    Note,
}

/// Where an open conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In the queue.
    Waiting,
    /// An agent works on it.
    Assigned,
    /// Set aside.
    Parked,
}

/// A conversation that is open at the start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenConversation {
    /// Id.
    pub id: String,
    /// The customer's id, where known.
    pub customer: Option<String>,
    /// Name of a visitor who is not known.
    pub visitor: Option<Text>,
    /// Address of a visitor who is not known; a customer's own address for the channel otherwise.
    pub handle: Option<Handle>,
    /// What it runs over.
    pub channel: Channel,
    /// Skill it asks for.
    pub skill: String,
    /// Subject of a mail, or empty.
    #[serde(default)]
    pub subject: Text,
    /// Labels' ids.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Higher goes first; usually 0.
    #[serde(default)]
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// Whose it is.
    pub agent: Option<String>,
    /// Minutes until a parked one comes back by itself.
    pub park_minutes: Option<u32>,
    /// Last messages of the customer that nobody has seen.
    #[serde(default)]
    pub unread: u32,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
}

/// A message of an open conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who wrote it.
    pub by: Author,
    /// Which agent, where it is not whose conversation it is.
    pub agent: Option<String>,
    /// Seconds before the start.
    pub ago_s: u64,
    /// The words in Chinese, or in the language of the customer.
    pub zh: String,
    /// The words in English, where they differ.
    pub en: Option<String>,
}

impl Message {
    /// The words in a language.
    pub fn text(&self, language: Language) -> &str {
        words(&self.zh, self.en.as_deref(), language)
    }
}

/// A closed conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastConversation {
    /// Id.
    pub id: String,
    /// The customer's id.
    pub customer: String,
    /// What it ran over.
    pub channel: Channel,
    /// Skill it asked for.
    pub skill: String,
    /// Subject of a mail, or empty.
    #[serde(default)]
    pub subject: Text,
    /// Who handled it.
    pub agent: String,
    /// Labels' ids.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Days before the start.
    pub day: u32,
    /// Local time of day at which it began, `HH:MM`.
    pub time: String,
    /// What came of it.
    pub summary: Text,
    /// Messages, oldest first.
    pub messages: Vec<PastMessage>,
}

impl PastConversation {
    /// The time of day at which it began.
    pub fn time_of_day(&self) -> Option<jiff::civil::Time> {
        let (hour, minute) = self.time.split_once(':')?;
        jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    }
}

/// A message of a closed conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastMessage {
    /// Who wrote it.
    pub by: Author,
    /// Seconds after the conversation began.
    pub after_s: u64,
    /// The words in Chinese, or in the language of the customer.
    pub zh: String,
    /// The words in English, where they differ.
    pub en: Option<String>,
}

impl PastMessage {
    /// The words in a language.
    pub fn text(&self, language: Language) -> &str {
        words(&self.zh, self.en.as_deref(), language)
    }
}

fn words<'a>(chinese: &'a str, english: Option<&'a str>, language: Language) -> &'a str {
    match language {
        Language::Chinese => chinese,
        Language::English => english.unwrap_or(chinese),
    }
}

/// A snippet for `/` in the composer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// Id.
    pub id: String,
    /// What may be typed after the slash, besides the title and its pinyin initials.
    pub keys: Vec<String>,
    /// Title.
    pub title: Text,
    /// Words with variables such as `{customer.name}`.
    pub text: Text,
}
