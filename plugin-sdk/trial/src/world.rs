//! The form of a world's file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use model::{CustomerId, Timestamp, customer::Customer, plugin::Capability};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::step::Step;

/// Largest file of a world, in bytes.
const FILE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// The customer of every world.
pub(crate) const CUSTOMER: CustomerId = CustomerId::from_u128(2);

/// A world's file cannot be used.
#[derive(Debug, Error)]
#[error("{file}:{line}: {what}\n    {fix}", file = file.display())]
pub struct WorldError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub fix: String,
}

/// What the desk knows, what happens, and what has to come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// A sentence for people.
    #[serde(default)]
    pub about: String,
    /// The clock at the beginning.
    #[serde(default = "first_moment")]
    pub now: Timestamp,
    /// Minutes from UTC to the desk's local time.
    #[serde(default)]
    pub utc_offset_minutes: i16,
    /// The desk's language, BCP 47.
    #[serde(default = "english")]
    pub locale: String,
    /// The same seed gives the same randomness.
    #[serde(default)]
    pub seed: u64,
    /// What a person granted; everything the manifest asks for where nothing is said.
    #[serde(default)]
    pub granted: Option<Vec<Capability>>,
    /// Settings of the plugin; those that are left out have the manifest's default.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Secrets by slot.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// What the plugin has stored before.
    #[serde(default)]
    pub kv: BTreeMap<String, String>,
    /// The customer, with the fields of the desk's own customers.
    #[serde(default)]
    pub customer: Option<Spanned<toml::Table>>,
    /// The conversation that is open.
    #[serde(default)]
    pub conversation: ConversationFacts,
    /// What other hosts answer.
    #[serde(default)]
    pub http: Vec<Exchange>,
    /// The knowledge base.
    #[serde(default)]
    pub articles: Vec<ArticleFacts>,
    /// What happens, in order.
    #[serde(default)]
    pub steps: Vec<Spanned<Step>>,
    /// What must hold in the end.
    #[serde(default)]
    pub after: After,
}

/// The conversation that is open.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConversationFacts {
    /// Kind of the channel.
    pub channel: String,
    /// Subject.
    pub subject: String,
    /// Tags.
    pub tags: Vec<String>,
    /// What was said before.
    pub messages: Vec<Said>,
}

impl Default for ConversationFacts {
    fn default() -> Self {
        Self { channel: "chat".to_owned(), subject: String::new(), tags: Vec::new(), messages: Vec::new() }
    }
}

/// A message: one of the two.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// By the customer.
    Customer(String),
    /// By the agent.
    Agent(String),
}

/// A request to another host and its answer. The same request again gets the same answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// `METHOD address`.
    pub request: String,
    /// HTTP status.
    #[serde(default = "ok_status")]
    pub status: u16,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of the answer.
    #[serde(default)]
    pub body: String,
}

/// An article of the knowledge base.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleFacts {
    /// Its id.
    pub id: String,
    /// Its language.
    #[serde(default = "english")]
    pub language: String,
    /// Its title.
    pub title: String,
    /// Its text in Markdown.
    #[serde(default)]
    pub text: String,
}

/// What must hold in the end.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Lines of the log.
    pub log: Option<Spanned<toml::Value>>,
    /// Denied calls, by the manifest line that would allow them. None are allowed where nothing is said.
    pub denials: Option<Spanned<Vec<String>>>,
    /// What is stored, as text.
    pub kv: Option<Spanned<toml::Value>>,
    /// Proposals and prompts that the plugin put by itself.
    pub put: Option<Spanned<toml::Value>>,
    /// Notifications.
    pub notified: Option<Spanned<toml::Value>>,
    /// What was pushed, as `{ topic, event }`.
    pub pushed: Option<Spanned<toml::Value>>,
    /// Requests to other hosts, as `{ request, headers, body }`.
    pub requests: Option<Spanned<toml::Value>>,
    /// Counters of the plugin.
    pub counts: Option<Spanned<toml::Value>>,
    /// How much it may have used.
    #[serde(default)]
    pub budget: Allowance,
}

/// How much a plugin may have used.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Wall time of 99 in 100 calls, in milliseconds.
    pub p99_ms: Option<Spanned<f64>>,
    /// Processor time of all calls together, in milliseconds.
    pub cpu_ms: Option<Spanned<f64>>,
    /// Linear memory at its largest, in MiB.
    pub memory_mib: Option<Spanned<f64>>,
}

/// 2026-11-24 10:00 in Shanghai, a Tuesday.
fn first_moment() -> Timestamp {
    Timestamp::from_second(1_795_485_600).unwrap_or_default()
}

fn ok_status() -> u16 {
    200
}

fn english() -> String {
    "en".to_owned()
}

/// A world and where it stands, for messages that name lines.
pub(crate) struct Located {
    pub file: PathBuf,
    pub text: String,
    pub world: World,
}

impl Located {
    /// Reads a world's file.
    pub(crate) fn read(file: &Path) -> Result<Self, WorldError> {
        let failed = |line, what: String, fix: &str| WorldError {
            file: file.to_owned(),
            line,
            what,
            fix: fix.to_owned(),
        };
        let too_large = std::fs::metadata(file).is_ok_and(|facts| facts.len() > FILE_MAX_BYTES);
        if too_large {
            return Err(failed(1, format!("more than {FILE_MAX_BYTES} bytes"), "make several worlds of it"));
        }
        let text = std::fs::read_to_string(file)
            .map_err(|error| failed(1, error.to_string(), "is the name right?"))?;
        let world: World = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            failed(
                line,
                error.message().trim().to_owned(),
                "look for a typing error; the book lists the names",
            )
        })?;
        if world.steps.is_empty() {
            return Err(failed(1, "nothing happens in this world".to_owned(), "add a [[steps]] table"));
        }
        let located = Self { file: file.to_owned(), text, world };
        located
            .customer()
            .map_err(|(line, what)| failed(line, what, "write it as the desk's customers are written"))?;
        Ok(located)
    }

    /// The line of a place in the file.
    pub(crate) fn line(&self, at: usize) -> usize {
        line_of(&self.text, at)
    }

    /// The customer of this world.
    pub(crate) fn customer(&self) -> Result<Customer, (usize, String)> {
        let mut table = self.world.customer.as_ref().map(|table| table.get_ref().clone()).unwrap_or_default();
        let line = self.world.customer.as_ref().map_or(1, |table| self.line(table.span().start));
        let text = |text: String| toml::Value::String(text);
        table.entry("id").or_insert_with(|| text(CUSTOMER.to_string()));
        table.entry("name").or_insert_with(|| text("Customer".to_owned()));
        table.entry("since").or_insert_with(|| text(self.world.now.to_string()));
        table.try_into().map_err(|error| (line, error.message().trim().to_owned()))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}
