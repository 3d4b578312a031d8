//! Plugins: manifest, roles, grants, budgets and what the desk shows about them. The host parses
//! `plugin.toml` into [`Manifest`]; nothing here knows WebAssembly.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    field::{AuthorText, Field},
    id::{AccountId, ConversationId, CustomerId, PluginId},
    panel::Slot,
};

/// An extension point of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Brings messages in and out.
    Channel,
    /// Looks customers up in other systems.
    Lookup,
    /// Suggests, summarises, proposes.
    Assist,
    /// Checks contacts against a rubric.
    Quality,
    /// Brings articles from other systems.
    KnowledgeSource,
    /// Describes, checks and submits a ticket form.
    TicketForm,
    /// Plays a customer in drills.
    DrillActor,
    /// Turns speech into text.
    Transcriber,
    /// Shows a panel of plain data.
    Panel,
}

/// Something a plugin asks for in its manifest and a person grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Network requests to exactly this host and port, `host:port`.
    Http(String),
    /// The same for an address of a private or loopback range.
    HttpPrivate(String),
    /// Streams of bytes, with TLS or without, to exactly this host and port, `host:port`.
    Tcp(String),
    /// The same for an address of a private or loopback range.
    TcpPrivate(String),
    /// Following redirects to hosts that are granted.
    Redirects,
    /// Its own key-value storage.
    Kv,
    /// Reading and storing attachments of the conversations it serves.
    Blobs,
    /// Using the secret in this slot, without ever reading it.
    Secret(String),
    /// Receiving web requests under its own path.
    Webhook,
    /// Pushing events to web clients that it admitted.
    Push,
    /// Timers.
    Timers,
    /// Desktop notifications.
    Notify,
    /// Reading the conversation it is called for.
    Conversations,
    /// Reading the customer's card, with personal data masked.
    Customers,
    /// Reading personal data of customers in clear.
    CustomersClear,
    /// Searching the knowledge base.
    Knowledge,
    /// Making proposals to the agent.
    Proposals,
}

impl Capability {
    /// How an author writes it into the `capabilities` list of a `plugin.toml`.
    pub fn manifest_entry(&self) -> String {
        let word = match self {
            Self::Http(target) => return format!("{{ http = \"{target}\" }}"),
            Self::HttpPrivate(target) => return format!("{{ http-private = \"{target}\" }}"),
            Self::Tcp(target) => return format!("{{ tcp = \"{target}\" }}"),
            Self::TcpPrivate(target) => return format!("{{ tcp-private = \"{target}\" }}"),
            Self::Secret(slot) => return format!("{{ secret = \"{slot}\" }}"),
            Self::Redirects => "redirects",
            Self::Kv => "kv",
            Self::Blobs => "blobs",
            Self::Webhook => "webhook",
            Self::Push => "push",
            Self::Timers => "timers",
            Self::Notify => "notify",
            Self::Conversations => "conversations",
            Self::Customers => "customers",
            Self::CustomersClear => "customers-clear",
            Self::Knowledge => "knowledge",
            Self::Proposals => "proposals",
        };
        format!("\"{word}\"")
    }

    /// The line of a `plugin.toml` that asks for it alone, as denials name it.
    pub fn manifest_line(&self) -> String {
        format!("capabilities = [{}]", self.manifest_entry())
    }
}

/// Who vouches for a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PackageOrigin {
    /// It came with the desk.
    Desk,
    /// A publisher signed it.
    Signed {
        /// What a person at this desk knows the publisher as; none where nobody decided to trust it.
        name: Option<String>,
        /// The short form of the key.
        fingerprint: String,
    },
    /// Nobody: it is from a folder.
    #[default]
    Unsigned,
}

/// What `plugin.toml` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Lower-case letters, digits and hyphens, 2 to 64 of them.
    pub id: PluginId,
    /// Semantic version.
    pub version: String,
    /// Counts up with every release and never down.
    #[serde(default)]
    pub serial: u32,
    /// Who makes it.
    #[serde(default)]
    pub publisher: String,
    /// Name in lists.
    pub name: AuthorText,
    /// One sentence for the person who decides about it.
    #[serde(default)]
    pub description: AuthorText,
    /// Extension points it fills.
    pub roles: BTreeSet<Role>,
    /// What it asks for.
    #[serde(default)]
    pub capabilities: BTreeSet<Capability>,
    /// For channels: what the account is and can do.
    #[serde(default)]
    pub channel: Option<ChannelManifest>,
    /// For panels: where they appear.
    #[serde(default)]
    pub panels: Vec<PanelManifest>,
    /// For ticket forms: the types of ticket it describes.
    #[serde(default)]
    pub ticket_types: Vec<TicketTypeManifest>,
    /// What can be configured, with the same schema as forms.
    #[serde(default)]
    pub settings: Vec<Field>,
    /// Where the secrets it asks for may go, and in what form.
    #[serde(default)]
    pub secrets: Vec<SecretManifest>,
    /// Budgets it asks for where the defaults do not do.
    #[serde(default)]
    pub budget: BudgetAsk,
}

impl Manifest {
    /// Whether its settings belong to the accounts of its channel. Then there are none for the plugin as a whole.
    pub fn is_configured_by_account(&self) -> bool {
        self.roles.contains(&Role::Channel)
    }

    /// Secrets that a person types.
    pub fn typed_secrets(&self) -> impl Iterator<Item = &SecretManifest> {
        self.secrets.iter().filter(|rule| rule.typed)
    }
}

/// Where one secret may go, and whether a person types it. A slot without an entry holds a key that the desk makes and
/// can only be used for message authentication codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretManifest {
    /// The slot, as in [`Capability::Secret`].
    pub slot: String,
    /// The only `host:port` it is sent to, over TLS. Empty, together with the header, where it is never sent and only
    /// makes and checks message authentication codes.
    #[serde(default)]
    pub host: String,
    /// The only header it is sent in.
    #[serde(default)]
    pub header: String,
    /// The header's value, with `{}` where the secret goes.
    #[serde(default = "bare_secret")]
    pub template: String,
    /// Whether a person types it. Otherwise the desk makes it.
    #[serde(default)]
    pub typed: bool,
    /// What the person who types it knows it as; the slot's name where it is empty.
    #[serde(default)]
    pub label: AuthorText,
}

impl SecretManifest {
    /// Where it goes and in what form, as one text that changes when any of it does.
    pub fn place(&self) -> String {
        [self.host.as_str(), self.header.as_str(), self.template.as_str()].join("\n")
    }
}

fn bare_secret() -> String {
    "{}".to_owned()
}

/// The channel part of a manifest.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a line of plugin.toml that an author can leave out"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelManifest {
    /// `chat`, `mail`, `social`, ...: counts against an agent's capacity for that kind and picks the icon.
    pub kind: String,
    /// Whether sending twice with one key is safe, so that an unknown outcome may be resent by itself.
    #[serde(default)]
    pub idempotent_send: bool,
    /// Whether the plugin can find out later what became of a message.
    #[serde(default)]
    pub reconcile: bool,
    /// Whether delivery and read receipts come back.
    #[serde(default)]
    pub receipts: bool,
    /// Whether the customer's client shows that the agent is typing.
    #[serde(default)]
    pub typing: bool,
    /// Whether attachments can be sent.
    #[serde(default)]
    pub attachments: bool,
    /// Longest text of one outgoing message, in characters; 0 for the desk's own limit.
    #[serde(default)]
    pub text_max_chars: u32,
    /// How often the host polls, in milliseconds; 0 for never (webhooks only).
    #[serde(default)]
    pub poll_every_ms: u32,
    /// What the provider is told when the plugin's answer to a webhook is late: an HTTP status.
    #[serde(default = "late_status")]
    pub late_status: u16,
    /// Whether an account of it is made at installation without asking.
    #[serde(default)]
    pub automatic_account: bool,
}

fn late_status() -> u16 {
    202
}

/// One panel of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelManifest {
    /// Where it appears.
    pub slot: Slot,
    /// Its title.
    pub title: AuthorText,
}

/// One type of ticket of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketTypeManifest {
    /// Stable name, such as `repair`.
    pub id: String,
    /// Name in menus.
    pub title: AuthorText,
}

/// Budgets a manifest may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetAsk {
    /// Linear memory, in MiB.
    #[serde(default)]
    pub memory_mib: Option<u32>,
    /// Key-value storage, in MiB.
    #[serde(default)]
    pub kv_mib: Option<u32>,
}

/// One call across the contract, as budgets, faults and signals name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the functions of the contract")]
pub enum CallKind {
    Init,
    Timer,
    Outcome,
    SettingsCheck,
    Shutdown,
    ChannelIngest,
    ChannelSend,
    ChannelReconcile,
    ChannelSignal,
    LookupSearch,
    LookupAct,
    AssistObserve,
    AssistStart,
    AssistNext,
    QualityRubric,
    QualityScore,
    FormList,
    FormFields,
    FormCheck,
    FormSubmit,
    PanelEvent,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultCause {
    /// The guest trapped or panicked; the text is its own last words or the trap's.
    Trap(String),
    /// It used up its processor time.
    CpuTime,
    /// It did not answer in time.
    WallTime,
    /// It wanted more memory than its budget.
    Memory,
    /// It answered with something that is not allowed; the text says what.
    Invalid(String),
    /// It returned an error of its own.
    Failure(String),
    /// It could not be started.
    Start(String),
    /// Its mailbox was full.
    Overloaded,
}

/// One fault of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The plugin.
    pub plugin: PluginId,
    /// The account, for channels.
    pub account: Option<AccountId>,
    /// The call that failed.
    pub call: CallKind,
    /// Why.
    pub cause: FaultCause,
    /// When.
    pub at: Timestamp,
}

/// Whether a plugin runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PluginState {
    /// Being compiled or started.
    Starting,
    /// Answering.
    Healthy,
    /// Restarting after a fault, waiting until the moment given.
    Restarting {
        /// When the next start is tried.
        until: Timestamp,
    },
    /// Stopped by the host after too many faults, with its last good state on screen.
    Quarantined,
    /// Stopped by a person.
    Paused,
    /// Waiting for a person to grant what it asks for.
    NeedsGrant,
    /// The file cannot be used; the text says why.
    Broken(String),
}

/// What the host has counted about a plugin, for the Plugins page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginSignals {
    /// Calls since the desk started.
    pub calls: u64,
    /// Median of the wall time of recent calls, in microseconds.
    pub wall_p50_us: u64,
    /// 95th percentile of the same.
    pub wall_p95_us: u64,
    /// 99th percentile of the same.
    pub wall_p99_us: u64,
    /// Processor time in the guest since the desk started, in microseconds.
    pub guest_cpu_us: u64,
    /// Largest linear memory so far, in bytes.
    pub memory_peak_bytes: u64,
    /// Memory budget, in bytes.
    pub memory_budget_bytes: u64,
    /// Storage used, in bytes.
    pub kv_bytes: u64,
    /// Storage budget, in bytes.
    pub kv_budget_bytes: u64,
    /// Faults since the desk started.
    pub faults: u64,
    /// Restarts since the desk started.
    pub restarts: u64,
    /// Calls to the desk that were denied.
    pub denials: u64,
    /// Bytes sent to and received from the network.
    pub network_bytes: u64,
}

/// One line of the ledger: something left this machine for a plugin, or was not let out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Egress {
    /// Counts up with what a plugin sends while the desk runs.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The plugin.
    pub plugin: PluginId,
    /// The account, for channels.
    pub account: Option<AccountId>,
    /// The conversation that the plugin was called for, where it is known.
    pub conversation: Option<ConversationId>,
    /// The customer that it was called for, where it is known.
    pub customer: Option<CustomerId>,
    /// Where to, `host:port`.
    pub target: String,
    /// How, such as `POST`.
    pub method: String,
    /// How many bytes: address, headers and body.
    pub bytes: u64,
    /// How many bytes came back: headers, and as much of the body as the plugin read.
    pub received: u64,
    /// Slots of the secrets that went along.
    pub secrets: Vec<String>,
    /// What the other side answered; none where it did not.
    pub status: Option<u16>,
    /// The line of a `plugin.toml` that would have allowed it, where it was denied and nothing left.
    pub denied: Option<String>,
    /// How often in a row, for denials.
    pub times: u32,
}

/// One line of a plugin's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// How important.
    pub level: LogLevel,
    /// What it said.
    pub text: String,
}

/// How important a line of a plugin's log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the usual five")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}
