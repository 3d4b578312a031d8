//! What the journal adds up to, read from the projections.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use model::{
    AccountId, AgentId, ConversationId, CustomerId, MessageId, PluginId, ProposalId, TicketId,
    conversation::Conversation,
    customer::{Customer, Handle},
    event::{Account, Payload, StreamId},
    presence::PresenceSince,
    proposal::Proposal,
    state::{AgentState, Directory, PluginRecord},
    ticket::Ticket,
    view::ProposalCounts,
};
use rusqlite::{OptionalExtension, Params, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    Store,
    append::stream_number,
    codec,
    error::StorageError,
    project::{handle_kind, handle_value, load, parse, phone_digits},
    read::{EVENT_COLUMNS, collect, event_at},
    record::FindingRecord,
};

/// Most words of a search that are looked at; the rest is ignored.
const FILTER_WORDS_MAX: usize = 8;

impl Store {
    /// Agents, accounts, plugins, open conversations and open proposals, to begin with.
    pub fn directory(&self) -> Result<Directory, StorageError> {
        let mut directory = Directory {
            agents: self.agents()?,
            accounts: self.accounts()?,
            plugins: self.plugins()?,
            ..Directory::default()
        };
        self.settle()?;
        let open: Vec<Conversation> = self.states(
            "conversation",
            "SELECT stream, state FROM conversation WHERE is_open = 1 ORDER BY stream",
            [],
        )?;
        directory.conversations =
            open.into_iter().map(|conversation| (conversation.id, Arc::new(conversation))).collect();
        for (conversation, proposal) in self.all_open_proposals()? {
            directory.proposals.entry(conversation).or_default().push(Arc::new(proposal));
        }
        Ok(directory)
    }

    fn agents(&self) -> Result<BTreeMap<AgentId, AgentState>, StorageError> {
        let mut statement =
            self.db.prepare_cached("SELECT id, profile, presence, since_ms, idle_since_ms FROM agent")?;
        let mut rows = statement.query([])?;
        let mut agents = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let profile: String = row.get(1)?;
            let presence: String = row.get(2)?;
            let state = AgentState {
                profile: parse("agent", 0, &profile)?,
                presence: PresenceSince {
                    presence: parse("agent", 0, &presence)?,
                    since: codec::moment(row.get(3)?),
                },
                idle_since: codec::moment(row.get(4)?),
            };
            agents.insert(AgentId::new(Uuid::from_bytes(row.get(0)?)), state);
        }
        Ok(agents)
    }

    fn accounts(&self) -> Result<BTreeMap<AccountId, Arc<Account>>, StorageError> {
        let accounts: Vec<Account> = self.states("account", "SELECT 0, state FROM account", [])?;
        Ok(accounts.into_iter().map(|account| (account.id, Arc::new(account))).collect())
    }

    fn plugins(&self) -> Result<BTreeMap<PluginId, PluginRecord>, StorageError> {
        let mut statement = self.db.prepare_cached("SELECT name, state FROM plugin")?;
        let mut rows = statement.query([])?;
        let mut plugins = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (name, state): (String, String) = (row.get(0)?, row.get(1)?);
            plugins.insert(PluginId::new(name), parse("plugin", 0, &state)?);
        }
        Ok(plugins)
    }

    /// One conversation.
    pub fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StorageError> {
        self.settle()?;
        self.state("conversation", &StreamId::Conversation(id))
    }

    /// Conversations of a customer, newest first.
    pub fn conversations_of(
        &self,
        customer: CustomerId,
        limit: usize,
    ) -> Result<Vec<Conversation>, StorageError> {
        self.settle()?;
        self.states(
            "conversation",
            "SELECT stream, state FROM conversation WHERE customer = ?1 ORDER BY last_at_ms DESC, stream DESC LIMIT ?2",
            params![customer.uuid().as_bytes(), limit as i64],
        )
    }

    /// How many conversations a customer has.
    pub fn conversation_count(&self, customer: CustomerId) -> Result<u32, StorageError> {
        self.settle()?;
        Ok(self
            .db
            .prepare_cached("SELECT count(*) FROM conversation WHERE customer = ?1")?
            .query_row([customer.uuid().as_bytes()], |row| row.get(0))?)
    }

    /// The conversation that a message belongs to.
    pub fn conversation_of(&self, message: MessageId) -> Result<Option<ConversationId>, StorageError> {
        let key: Option<[u8; 16]> = self
            .db
            .prepare_cached(
                "SELECT s.key FROM message m JOIN stream s ON s.number = m.stream WHERE m.id = ?1",
            )?
            .query_row([message.uuid().as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(key.map(|key| ConversationId::new(Uuid::from_bytes(key))))
    }

    /// One customer.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>, StorageError> {
        self.state("customer", &StreamId::Customer(id))
    }

    /// Whose address this is.
    pub fn customer_by_handle(&self, handle: &Handle) -> Result<Option<CustomerId>, StorageError> {
        let id: Option<[u8; 16]> = self
            .db
            .prepare_cached("SELECT customer FROM handle WHERE kind = ?1 AND value = ?2")?
            .query_row(params![handle_kind(handle.kind), handle_value(handle)], |row| row.get(0))
            .optional()?;
        Ok(id.map(|id| CustomerId::new(Uuid::from_bytes(id))))
    }

    /// Customers whose name or handle holds this fragment: names that begin with it first, the newest customer
    /// first among equals.
    pub fn find_customers(&self, fragment: &str, limit: usize) -> Result<Vec<Customer>, StorageError> {
        let mut fragment = fragment.trim().to_lowercase();
        if fragment.is_empty() {
            return Ok(Vec::new());
        }
        let digits = phone_digits(&fragment);
        if digits.chars().all(|c| c.is_ascii_digit() || c == '+') {
            fragment = digits;
        }
        self.states(
            "customer",
            "SELECT c.stream, c.state FROM (
                 SELECT stream, instr(text, ?1) AS place FROM customer_search WHERE place > 0
                 ORDER BY place > 1, stream DESC LIMIT ?2
             ) found JOIN customer c ON c.stream = found.stream ORDER BY found.place > 1, c.stream DESC",
            params![fragment, limit as i64],
        )
    }

    /// One ticket.
    pub fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StorageError> {
        self.state("ticket", &StreamId::Ticket(id))
    }

    /// One page of tickets whose number, title or values hold all these words, last changed first, and how many
    /// there are in all.
    pub fn tickets(
        &self,
        filter: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<Ticket>, usize), StorageError> {
        let words: Vec<String> =
            filter.split_whitespace().take(FILTER_WORDS_MAX).map(str::to_lowercase).collect();
        let mut condition = String::from("1");
        for index in 0..words.len() {
            let _ = write!(condition, " AND instr(w.text, ?{}) > 0", index + 1);
        }
        let count: i64 = self
            .db
            .prepare_cached(&format!("SELECT count(*) FROM ticket_search w WHERE {condition}"))?
            .query_row(rusqlite::params_from_iter(&words), |row| row.get(0))?;
        let (offset, limit) = (offset.min(i64::MAX as usize), limit.min(i64::MAX as usize));
        let page = format!(
            "SELECT t.stream, t.state FROM ticket t JOIN ticket_search w ON w.stream = t.stream WHERE {condition}
             ORDER BY t.changed_ms DESC, t.stream DESC LIMIT {limit} OFFSET {offset}"
        );
        Ok((self.states("ticket", &page, rusqlite::params_from_iter(&words))?, count as usize))
    }

    /// Tickets of a customer, newest first.
    pub fn tickets_of(&self, customer: CustomerId, limit: usize) -> Result<Vec<Ticket>, StorageError> {
        self.states(
            "ticket",
            "SELECT stream, state FROM ticket WHERE customer = ?1 ORDER BY stream DESC LIMIT ?2",
            params![customer.uuid().as_bytes(), limit as i64],
        )
    }

    /// Takes the next ticket number, at least `first` and above the number at the end of every known ticket's name.
    /// No number is given twice; one that is taken and not used leaves a gap.
    pub fn take_ticket_number(&mut self, first: u64) -> Result<u64, StorageError> {
        self.write(|store| {
            let number: i64 = store
                .db
                .prepare_cached(
                    "SELECT max(?1, coalesce((SELECT value FROM counter WHERE name = 'ticket'), 0) + 1,
                                coalesce((SELECT max(number) FROM ticket), 0) + 1)",
                )?
                .query_row([first as i64], |row| row.get(0))?;
            store
                .db
                .prepare_cached("INSERT OR REPLACE INTO counter (name, value) VALUES ('ticket', ?1)")?
                .execute([number])?;
            Ok(number as u64)
        })
    }

    /// Proposals of a conversation that nobody has decided, oldest first.
    pub fn open_proposals(&self, conversation: ConversationId) -> Result<Vec<Proposal>, StorageError> {
        let Some(stream) = stream_number(&self.db, &StreamId::Conversation(conversation))? else {
            return Ok(Vec::new());
        };
        let found = self.proposals_where("o.is_open = 1 AND o.stream = ?1", [stream])?;
        Ok(found.into_iter().map(|(_, proposal)| proposal).collect())
    }

    fn all_open_proposals(&self) -> Result<Vec<(ConversationId, Proposal)>, StorageError> {
        self.proposals_where("o.is_open = 1", [])
    }

    /// One proposal, decided or not.
    pub fn proposal(&self, id: ProposalId) -> Result<Option<Proposal>, StorageError> {
        let position: Option<i64> = self
            .db
            .prepare_cached("SELECT position FROM proposal WHERE id = ?1")?
            .query_row([id.uuid().as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(position) = position else { return Ok(None) };
        match event_at(&self.db, position)?.payload {
            Payload::ProposalMade(proposal) => Ok(Some(proposal)),
            _ => Err(StorageError::unreadable("proposal", position, "its event is none of a proposal")),
        }
    }

    fn proposals_where(
        &self,
        condition: &str,
        params: impl Params,
    ) -> Result<Vec<(ConversationId, Proposal)>, StorageError> {
        let sql = format!(
            "SELECT {EVENT_COLUMNS} FROM proposal o JOIN journal j USING (position) JOIN payload p USING (position)
             JOIN stream s ON s.number = j.stream WHERE {condition} ORDER BY o.position"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let events = collect(&mut statement.query(params)?)?;
        Ok(events
            .into_iter()
            .filter_map(|event| match (event.stream, event.payload) {
                (StreamId::Conversation(id), Payload::ProposalMade(proposal)) => Some((id, proposal)),
                _ => None,
            })
            .collect())
    }

    /// How each plugin's proposals were received.
    pub fn proposal_counts(&self) -> Result<Vec<(PluginId, ProposalCounts)>, StorageError> {
        let mut statement = self.db.prepare_cached(
            "SELECT plugin, made, accepted, edited, dismissed, expired FROM proposal_count ORDER BY plugin",
        )?;
        let rows = statement.query_map([], |row| {
            let name: String = row.get(0)?;
            let count = |index| row.get::<_, i64>(index).map(|count| count as u64);
            let counts = ProposalCounts {
                made: count(1)?,
                accepted: count(2)?,
                edited: count(3)?,
                dismissed: count(4)?,
                expired: count(5)?,
            };
            Ok((PluginId::new(name), counts))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Findings on a conversation, oldest first.
    pub fn findings(&self, conversation: ConversationId) -> Result<Vec<FindingRecord>, StorageError> {
        let Some(stream) = stream_number(&self.db, &StreamId::Conversation(conversation))? else {
            return Ok(Vec::new());
        };
        let mut statement = self.db.prepare_cached(
            "SELECT position, disputed, words FROM finding WHERE stream = ?1 ORDER BY position",
        )?;
        let mut rows = statement.query([stream])?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            let disputed: Option<bool> = row.get(1)?;
            let words: Option<String> = row.get(2)?;
            if let Payload::FindingRaised(finding) = event_at(&self.db, row.get(0)?)?.payload {
                findings.push(FindingRecord { finding, answer: disputed.zip(words) });
            }
        }
        Ok(findings)
    }

    fn state<T: DeserializeOwned>(
        &self,
        table: &'static str,
        stream: &StreamId,
    ) -> Result<Option<T>, StorageError> {
        match stream_number(&self.db, stream)? {
            Some(number) => load(&self.db, table, number),
            None => Ok(None),
        }
    }

    /// States from rows of a stream's number and its state.
    pub(crate) fn states<T: DeserializeOwned>(
        &self,
        table: &'static str,
        sql: &str,
        params: impl Params,
    ) -> Result<Vec<T>, StorageError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut states = Vec::new();
        while let Some(row) = rows.next()? {
            let json = row.get_ref(1)?;
            let number = row.get(0)?;
            let json = json.as_str().map_err(|error| StorageError::unreadable(table, number, error))?;
            states.push(parse(table, number, json)?);
        }
        Ok(states)
    }
}
