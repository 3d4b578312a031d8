//! The desk's limits, each with its unit and its reason. A full queue or an oversized value is a visible
//! state with an error of its own, never a silent cut and never a block.

/// Longest text of one message, in bytes. Mail bodies are the largest thing customers write by hand.
pub const MESSAGE_TEXT_MAX_BYTES: usize = 256 * 1024;
/// Largest attachment, in bytes.
pub const ATTACHMENT_MAX_BYTES: u64 = 25 * 1024 * 1024;
/// Most attachments on one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// Longest name of a customer, file, tag or subject, in bytes.
pub const NAME_MAX_BYTES: usize = 512;
/// Most facts of a channel kept for one conversation, and in one report of them.
pub const FACTS_MAX: usize = 32;
/// Most accounts of channels.
pub const ACCOUNTS_MAX: usize = 64;
/// Most tags on one conversation.
pub const TAGS_MAX: usize = 32;
/// Most open proposals and prompts kept for one conversation; the oldest expires first.
pub const PROPOSALS_OPEN_MAX: usize = 16;
/// Most messages that may wait in one conversation's outbox.
pub const OUTBOX_PER_CONVERSATION_MAX: usize = 64;
/// Automatic attempts for one outgoing message before it waits for the agent.
pub const SEND_ATTEMPTS_MAX: u32 = 8;
/// Timeline entries handed to the window in one page.
pub const THREAD_PAGE_ENTRIES: usize = 200;
/// Most results of one knowledge search.
pub const SEARCH_RESULTS_MAX: usize = 20;
/// Longest search query in characters; the rest is ignored.
pub const SEARCH_QUERY_MAX_CHARS: usize = 256;
/// Longest value of one setting of a plugin, in bytes: room for a list of words.
pub const SETTING_MAX_BYTES: usize = 16 * 1024;
/// Longest secret that a person types, in bytes: with its form it has to fit into a header.
pub const SECRET_MAX_BYTES: usize = 4 * 1024;
/// Fields in one form.
pub const FORM_FIELDS_MAX: usize = 200;
/// Commands from the window that may wait for the engine.
pub const COMMAND_QUEUE_MAX: usize = 1024;
/// Nodes in one panel of a plugin.
pub const PANEL_NODES_MAX: usize = 512;
/// Depth of one panel of a plugin.
pub const PANEL_DEPTH_MAX: usize = 12;
/// Bytes of one panel of a plugin.
pub const PANEL_MAX_BYTES: usize = 64 * 1024;
