//! Budgets: how long each call may take and how much a plugin may use. Defaults of the product; a manifest may ask
//! for more memory and storage.

use std::time::Duration;

use model::plugin::{BudgetAsk, CallKind};

/// Largest package, in bytes. A Python guest has about 18 MB.
pub const PACKAGE_MAX_BYTES: usize = 48 * 1024 * 1024;
/// Largest assets of a package, in bytes, all together.
pub const ASSETS_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most assets of a package.
pub const ASSETS_MAX: usize = 256;
/// Memory that compiling any package may take, in bytes.
pub const COMPILE_MEMORY_BASE_BYTES: u64 = 640 * 1024 * 1024;
/// Memory that compiling may take for each byte of a package, in bytes.
pub const COMPILE_MEMORY_FACTOR: u64 = 64;
/// Processor time that compiling any package may take, in seconds.
pub const COMPILE_TIME_BASE_S: u64 = 20;
/// Processor time that compiling may take for each MiB of a package, in seconds.
pub const COMPILE_TIME_PER_MIB_S: u64 = 6;
/// Requests that may wait for one lane.
pub const MAILBOX_MAX: usize = 64;
/// Linear memory without asking, in bytes.
pub const MEMORY_DEFAULT_BYTES: usize = 64 * 1024 * 1024;
/// Linear memory a manifest may ask for, in bytes.
pub const MEMORY_MAX_BYTES: usize = 256 * 1024 * 1024;
/// Elements of all tables of one instance.
pub const TABLE_ELEMENTS_MAX: usize = 20_000;
/// Bytes that one call may carry out of the guest.
pub const TRANSFER_MAX_BYTES: usize = 36 * 1024 * 1024;
/// Storage without asking, in bytes.
pub const KV_DEFAULT_BYTES: u64 = 10 * 1024 * 1024;
/// Storage a manifest may ask for, in bytes.
pub const KV_MAX_BYTES: u64 = 100 * 1024 * 1024;
/// Longest key of the storage, in bytes.
pub const KV_KEY_MAX_BYTES: usize = 512;
/// Largest value of the storage, in bytes.
pub const KV_VALUE_MAX_BYTES: usize = 1024 * 1024;
/// Most keys of one scan.
pub const KV_SCAN_MAX: usize = 1000;
/// Log lines a plugin may write in a second; the rest is counted.
pub const LOG_LINES_PER_SECOND: u32 = 50;
/// Longest log line, in bytes; the rest is cut.
pub const LOG_LINE_MAX_BYTES: usize = 2048;
/// Log lines kept for the Plugins page.
pub const LOG_RING_LINES: usize = 500;
/// Lines of the ledger kept at hand; the engine has all of them.
pub const LEDGER_RING_LINES: usize = 500;
/// Notifications a plugin may post in a minute.
pub const NOTIFICATIONS_PER_MINUTE: u32 = 6;
/// Shortest timer, in milliseconds.
pub const TIMER_MIN_MS: u32 = 1000;
/// Most timers of one lane.
pub const TIMERS_MAX: usize = 32;
/// Requests to the network at once, for one plugin.
pub const HTTP_AT_ONCE_MAX: usize = 8;
/// Largest body of a request or a response, in bytes.
pub const HTTP_BODY_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Most and largest headers of a request or response.
pub const HTTP_HEADERS_MAX: usize = 64;
/// Longest header value, in bytes.
pub const HTTP_HEADER_MAX_BYTES: usize = 8 * 1024;
/// Longest time for one request, in milliseconds.
pub const HTTP_TIMEOUT_MAX_MS: u32 = 60_000;
/// Redirects that one request follows.
pub const HTTP_REDIRECTS_MAX: usize = 5;
/// Responses a guest may hold open.
pub const HTTP_RESPONSES_MAX: usize = 16;
/// Streams that one instance may hold open.
pub const STREAMS_PER_INSTANCE_MAX: usize = 4;
/// Streams that one plugin may hold open, over all its instances.
pub const STREAMS_PER_PLUGIN_MAX: usize = 32;
/// Streams that a plugin may open in a minute.
pub const STREAMS_PER_MINUTE: u32 = 60;
/// Most bytes that one stream carries, both ways together.
pub const STREAM_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Longest piece of a stream that is read at once, in bytes.
pub const STREAM_READ_MAX_BYTES: usize = 256 * 1024;
/// Most bytes of a stream that are written at once.
pub const STREAM_WRITE_MAX_BYTES: usize = 1024 * 1024;
/// Longest line before a login, and longest name in it, in bytes.
pub const STREAM_LOGIN_MAX_BYTES: usize = 1024;
/// Longest time to find and connect to a host.
pub const STREAM_CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Longest time until both sides speak TLS.
pub const STREAM_HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Longest time that one read waits, in milliseconds.
pub const STREAM_WAIT_MAX_MS: u32 = 30_000;
/// Longest time until the other side takes what is written.
pub const STREAM_WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Longest time for a goodbye.
pub const STREAM_CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// Largest event pushed to web clients, in bytes.
pub const PUSH_EVENT_MAX_BYTES: usize = 64 * 1024;
/// Proposals and prompts in one call.
pub const ADVICE_ITEMS_MAX: usize = 32;
/// Random bytes in one call.
pub const RANDOM_MAX_BYTES: u32 = 64 * 1024;
/// Longest piece of a blob read at once, in bytes.
pub const BLOB_READ_MAX_BYTES: u32 = 4 * 1024 * 1024;
/// Messages of a conversation that one read gives.
pub const CONVERSATION_MESSAGES_MAX: u32 = 500;
/// First pause before a restart; doubled after every further fault.
pub const RESTART_FIRST: Duration = Duration::from_millis(250);
/// Longest pause before a restart.
pub const RESTART_LONGEST: Duration = Duration::from_secs(30);
/// Faults within [`QUARANTINE_WINDOW`] that stop a plugin.
pub const QUARANTINE_FAULTS: usize = 5;
/// See [`QUARANTINE_FAULTS`].
pub const QUARANTINE_WINDOW: Duration = Duration::from_mins(10);
/// How often the epoch advances while a guest runs.
pub const EPOCH_TICK: Duration = Duration::from_millis(5);
/// Longest pause between two parts of a generated text.
pub const GENERATION_PAUSE: Duration = Duration::from_secs(5);
/// Most parts of a generated text.
pub const GENERATION_PARTS_MAX: usize = 4096;

/// How long one call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// From the call to the answer, host functions included.
    pub wall: Duration,
    /// In the guest alone.
    pub guest: Duration,
}

const fn budget(wall_ms: u64, guest_ms: u64) -> Budget {
    Budget { wall: Duration::from_millis(wall_ms), guest: Duration::from_millis(guest_ms) }
}

/// The budget of a call.
pub const fn budget_of(call: CallKind) -> Budget {
    match call {
        CallKind::Init => budget(5000, 1000),
        CallKind::Timer | CallKind::Outcome => budget(2000, 200),
        CallKind::Shutdown => budget(1000, 100),
        CallKind::SettingsCheck | CallKind::ChannelReconcile | CallKind::LookupAct | CallKind::FormSubmit => {
            budget(10_000, 200)
        }
        CallKind::ChannelIngest => budget(2000, 500),
        CallKind::ChannelSend => budget(15_000, 500),
        CallKind::ChannelSignal => budget(2000, 100),
        CallKind::LookupSearch => budget(3000, 200),
        CallKind::AssistObserve => budget(500, 50),
        CallKind::AssistStart => budget(30_000, 100),
        CallKind::AssistNext => budget(5000, 100),
        CallKind::QualityRubric | CallKind::FormFields | CallKind::FormList => budget(300, 50),
        CallKind::QualityScore => budget(30_000, 5000),
        CallKind::FormCheck => budget(100, 50),
        CallKind::PanelEvent => budget(3000, 20),
    }
}

/// Linear memory a plugin gets, in bytes.
pub fn memory_bytes(ask: &BudgetAsk) -> usize {
    ask.memory_mib.map_or(MEMORY_DEFAULT_BYTES, |mib| {
        usize::try_from(mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024).min(MEMORY_MAX_BYTES)
    })
}

/// Storage a plugin gets, in bytes.
pub fn kv_bytes(ask: &BudgetAsk) -> u64 {
    ask.kv_mib.map_or(KV_DEFAULT_BYTES, |mib| u64::from(mib).saturating_mul(1024 * 1024).min(KV_MAX_BYTES))
}
