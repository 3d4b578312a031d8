//! Signatures on their way into their own modules.
#![allow(clippy::todo, clippy::unused_self, clippy::needless_pass_by_value, unused_variables)]

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use model::{
    AccountId, ConversationId, CustomerId, FileId, MessageId, PluginId, ProposalId, TicketId, Timestamp,
    conversation::Conversation,
    customer::{Customer, Handle},
    event::{Event, StreamId},
    proposal::Proposal,
    state::Directory,
    ticket::Ticket,
    view::ProposalCounts,
};
use uuid::Uuid;

use crate::*;

type Result<T, E = StorageError> = std::result::Result<T, E>;

/// The data folder of one desk, opened by this process alone.
#[derive(Debug)]
pub struct Store(());

impl Store {
    /// Opens or creates the data folder: takes its lock, brings the schema up to date and checks the end of the journal.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        todo!()
    }
    /// The data folder.
    pub fn folder(&self) -> &Path {
        todo!()
    }
    /// Runs several calls as one durable transaction (one sync of the disk for all of them). Each call inside checks for
    /// itself and may be refused alone; a failure of the storage undoes all of them and is returned here.
    pub fn group<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T> {
        todo!()
    }

    // The journal.
    /// Appends one commit, durably.
    pub fn append(&mut self, commit: Commit) -> Result<Vec<Event>, AppendError> {
        todo!()
    }
    /// Appends several commits with one sync; each is refused alone, and a failure of the storage refuses all.
    pub fn append_all(&mut self, commits: Vec<Commit>) -> Vec<Result<Vec<Event>, AppendError>> {
        todo!()
    }
    /// Sequence number of a stream's last event; 0 for an empty one.
    pub fn sequence(&mut self, stream: &StreamId) -> Result<u64> {
        todo!()
    }
    /// Position of the last event; 0 for an empty journal.
    pub fn last_position(&self) -> u64 {
        todo!()
    }
    /// Position of the first event at or after a moment (positions follow the clock); one past the last if there is none.
    pub fn position_at(&self, at: Timestamp) -> Result<u64> {
        todo!()
    }
    /// Events after a position, oldest first.
    pub fn since(&self, position: u64, limit: usize) -> Result<Vec<Event>> {
        todo!()
    }
    /// Events of one stream after a sequence number, oldest first.
    pub fn events(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Event>> {
        todo!()
    }

    // Providers.
    /// What a provider's key stands for.
    pub fn external(&self, account: AccountId, kind: RefKind, key: &str) -> Result<Option<Uuid>> {
        todo!()
    }
    /// The provider's key of something of ours, the newest where there are several.
    pub fn external_key(&self, account: AccountId, kind: RefKind, id: Uuid) -> Result<Option<String>> {
        todo!()
    }
    /// The provider's cursor as of the last commit that moved it.
    pub fn cursor(&self, account: AccountId) -> Result<Option<String>> {
        todo!()
    }

    // What the journal adds up to.
    /// Agents, accounts, plugins, open conversations and open proposals, to begin with.
    pub fn directory(&self) -> Result<Directory> {
        todo!()
    }
    /// One conversation.
    pub fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>> {
        todo!()
    }
    /// Conversations of a customer, newest first.
    pub fn conversations_of(&self, customer: CustomerId, limit: usize) -> Result<Vec<Conversation>> {
        todo!()
    }
    /// How many conversations a customer has.
    pub fn conversation_count(&self, customer: CustomerId) -> Result<u32> {
        todo!()
    }
    /// The conversation that a message belongs to.
    pub fn conversation_of(&self, message: MessageId) -> Result<Option<ConversationId>> {
        todo!()
    }
    /// Conversations whose messages hold all these words (Chinese without spaces too), newest message first.
    pub fn search_conversations(&mut self, words: &str, limit: usize) -> Result<Vec<Conversation>> {
        todo!()
    }
    /// Takes up to `limit` new messages into the search index; answers whether more are waiting. A search catches up by
    /// itself; calling this in quiet moments keeps searches fast.
    pub fn index_messages(&mut self, limit: usize) -> Result<bool> {
        todo!()
    }
    /// One page of a conversation's timeline: the newest `limit` entries before a sequence number.
    pub fn thread(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<ThreadPage> {
        todo!()
    }
    /// One customer.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        todo!()
    }
    /// Whose address this is.
    pub fn customer_by_handle(&self, handle: &Handle) -> Result<Option<CustomerId>> {
        todo!()
    }
    /// Customers whose name or handle holds this fragment, best first.
    pub fn find_customers(&self, fragment: &str, limit: usize) -> Result<Vec<Customer>> {
        todo!()
    }
    /// One ticket.
    pub fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        todo!()
    }
    /// One page of tickets whose number, title or values hold all these words, last changed first, and how many there are in all.
    pub fn tickets(&self, filter: &str, offset: usize, limit: usize) -> Result<(Vec<Ticket>, usize)> {
        todo!()
    }
    /// Tickets of a customer, newest first.
    pub fn tickets_of(&self, customer: CustomerId, limit: usize) -> Result<Vec<Ticket>> {
        todo!()
    }
    /// Takes the next ticket number, at least `first` and above the number at the end of every known ticket's name.
    /// Never handed out twice.
    pub fn take_ticket_number(&mut self, first: u64) -> Result<u64> {
        todo!()
    }
    /// Outgoing messages that wait or need the agent, oldest first: read after a start.
    pub fn outbox(&self) -> Result<Vec<OutboxItem>> {
        todo!()
    }
    /// One outgoing message with its key and state.
    pub fn outbox_item(&self, message: MessageId) -> Result<Option<OutboxItem>> {
        todo!()
    }
    /// Proposals of a conversation that nobody has decided, oldest first.
    pub fn open_proposals(&self, conversation: ConversationId) -> Result<Vec<Proposal>> {
        todo!()
    }
    /// One proposal, decided or not.
    pub fn proposal(&self, id: ProposalId) -> Result<Option<Proposal>> {
        todo!()
    }
    /// How each plugin's proposals were received.
    pub fn proposal_counts(&self) -> Result<Vec<(PluginId, ProposalCounts)>> {
        todo!()
    }
    /// Findings on a conversation, oldest first.
    pub fn findings(&self, conversation: ConversationId) -> Result<Vec<FindingRecord>> {
        todo!()
    }

    // Drafts.
    /// Saves a draft, durably; an empty text removes it. Answers the draft's revision.
    pub fn save_draft(&mut self, key: &DraftKey, text: &str, at: Timestamp) -> Result<u64> {
        todo!()
    }
    /// One draft.
    pub fn draft(&self, key: &DraftKey) -> Result<Option<Draft>> {
        todo!()
    }
    /// All drafts.
    pub fn drafts(&self) -> Result<Vec<Draft>> {
        todo!()
    }

    // Raw inbound items.
    /// Keeps an item, durably, before its plugin sees it.
    pub fn raw_put(&mut self, item: NewRaw) -> Result<RawId, RawError> {
        todo!()
    }
    /// Items that wait for their plugin, oldest first: read after a start.
    pub fn raw_pending(&self, account: Option<AccountId>, limit: usize) -> Result<Vec<RawItem>> {
        todo!()
    }
    /// One item.
    pub fn raw(&self, id: RawId) -> Result<Option<RawItem>> {
        todo!()
    }
    /// Settles an item that makes no events; with events it belongs into their [`Commit`].
    pub fn raw_settle(&mut self, id: RawId, outcome: RawOutcome) -> Result<(), RawError> {
        todo!()
    }
    /// Items the plugin could not take, newest first.
    pub fn dead_letters(&self, account: Option<AccountId>, limit: usize) -> Result<Vec<RawItem>> {
        todo!()
    }
    /// How many items of each account were put aside.
    pub fn dead_letter_counts(&self) -> Result<Vec<(AccountId, u32)>> {
        todo!()
    }
    /// Lets a dead item wait for its plugin again.
    pub fn raw_retry(&mut self, id: RawId) -> Result<(), RawError> {
        todo!()
    }
    /// Discards an item.
    pub fn raw_discard(&mut self, id: RawId) -> Result<(), RawError> {
        todo!()
    }

    // Storage of plugins.
    /// A value that has not expired.
    pub fn kv_get(&self, plugin: &PluginId, key: &str, now: Timestamp) -> Result<Option<Vec<u8>>> {
        todo!()
    }
    /// Stores a value, perhaps until a moment, within the plugin's share of `limit_bytes`.
    pub fn kv_set(
        &mut self,
        plugin: &PluginId,
        key: &str,
        value: &[u8],
        expires: Option<Timestamp>,
        now: Timestamp,
        limit_bytes: u64,
    ) -> Result<(), KvError> {
        todo!()
    }
    /// Stores a value where the present one is as expected; answers whether it did.
    pub fn kv_swap(
        &mut self,
        plugin: &PluginId,
        key: &str,
        expect: Option<&[u8]>,
        value: &[u8],
        now: Timestamp,
        limit_bytes: u64,
    ) -> Result<bool, KvError> {
        todo!()
    }
    /// Deletes a value.
    pub fn kv_delete(&mut self, plugin: &PluginId, key: &str) -> Result<()> {
        todo!()
    }
    /// Keys with this prefix that have not expired, in order, after `after`.
    pub fn kv_scan(
        &self,
        plugin: &PluginId,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<String>> {
        todo!()
    }
    /// Bytes of keys and values a plugin has stored.
    pub fn kv_bytes(&self, plugin: &PluginId) -> Result<u64> {
        todo!()
    }
    /// Deletes everything a plugin has stored.
    pub fn kv_clear(&mut self, plugin: &PluginId) -> Result<()> {
        todo!()
    }

    // The person's settings, and keys made by the host.
    /// All settings, by name.
    pub fn settings(&self) -> Result<std::collections::BTreeMap<String, String>> {
        todo!()
    }
    /// Sets one; nothing removes it.
    pub fn set_setting(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        todo!()
    }
    /// The key in a slot that the host makes itself. The first call keeps `fresh`, random bytes that the caller drew, in a
    /// file of its own that only the owner can read; later calls answer the same.
    pub fn host_secret(
        &mut self,
        plugin: &PluginId,
        account: Option<AccountId>,
        slot: &str,
        fresh: &[u8],
    ) -> Result<Vec<u8>> {
        todo!()
    }

    // Files.
    /// Attachments and recordings; the handle can be cloned and used from any thread.
    pub fn files(&self) -> Files {
        todo!()
    }
    /// Deletes files that no event names and that are older than [`FILE_UNUSED_KEEP_MS`]; answers how many.
    pub fn collect_files(&mut self, now: Timestamp) -> Result<u64> {
        todo!()
    }

    // Care.
    /// Deletes what has had its time: refused raw items, expired values of plugins. Call now and then.
    pub fn tidy(&mut self, now: Timestamp) -> Result<()> {
        todo!()
    }
    /// Reads the whole journal and compares the projections with what it says. Writes nothing.
    pub fn verify(&mut self) -> Result<VerifyReport> {
        todo!()
    }
    /// Drops the projections and makes them again from the journal, in one transaction; answers the number of events.
    pub fn rebuild(&mut self) -> Result<u64> {
        todo!()
    }
    /// Writes the journal as lines of JSON, oldest first; answers the number of events.
    pub fn export(&self, to: &mut dyn Write) -> Result<u64> {
        todo!()
    }
    /// Empties what the journal, the drafts and the references say about a customer and keeps the headers, so that
    /// [`Store::verify`] still passes.
    pub fn erase(&mut self, customer: CustomerId, at: Timestamp) -> Result<EraseReport> {
        todo!()
    }
}

/// Attachments and recordings: files under their SHA-256 in the data folder. Cheap to clone; usable from any thread.
#[derive(Clone, Debug)]
pub struct Files(PathBuf);

impl Files {
    /// Stores what the reader gives, durably, and answers its name and size. The same bytes are stored once.
    pub fn put(&self, from: &mut dyn Read, limit_bytes: u64) -> Result<(FileId, u64), FileError> {
        todo!()
    }
    /// Opens a file for reading.
    pub fn open(&self, id: &FileId) -> Result<File, FileError> {
        todo!()
    }
    /// Reads up to `max_bytes` from `offset`.
    pub fn read(&self, id: &FileId, offset: u64, max_bytes: usize) -> Result<Vec<u8>, FileError> {
        todo!()
    }
    /// Where the file lies, if it is there.
    pub fn path(&self, id: &FileId) -> Option<PathBuf> {
        todo!()
    }
}
