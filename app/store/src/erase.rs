//! Erasing a person's data: payloads are emptied, headers stay, and the chain still verifies, because it covers a
//! payload only through the hash of what it once was.

use std::collections::BTreeMap;

use model::{
    CustomerId, FileId, Timestamp,
    conversation::{Author, Delivery, Message},
    customer::{Customer, Device, Handle},
    event::{Payload, StreamId},
    field::Values,
    proposal::{Change, Prompt, Proposal, WrapUp},
    quality::Finding,
    ticket::Ticket,
};
use rusqlite::params;

use crate::{Store, append::stream_number, codec, error::StorageError, record::EraseReport};

/// Shorter names of customers are not looked for in raw items: they would be found in everybody's.
const RAW_NAME_MIN_BYTES: usize = 4;

impl Store {
    /// Empties what the journal, the drafts and the names at providers say about a customer, deletes files that only
    /// those events named, and makes the projections again. Raw items that wait, were refused or were put aside are
    /// deleted where they name the customer as a provider does: by the thread, the sender or an address. What plugins
    /// have stored is not known to be anybody's and stays.
    pub fn erase(&mut self, customer: CustomerId, at: Timestamp) -> Result<EraseReport, StorageError> {
        let (report, files) = self.write(|store| store.erase_in_transaction(customer, at))?;
        for file in files {
            if !self.is_file_used(&file)? {
                self.files.delete(&file)?;
            }
        }
        // The old bytes still lie in free pages and in the write-ahead log until both are written anew.
        self.db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(report)
    }

    fn erase_in_transaction(
        &mut self,
        customer: CustomerId,
        at: Timestamp,
    ) -> Result<(EraseReport, Vec<FileId>), StorageError> {
        let mut report = EraseReport { customer: Some(customer), ..EraseReport::default() };
        let mut files = Vec::new();
        let conversations = self.streams_of("conversation", customer)?;
        let tickets = self.streams_of("ticket", customer)?;
        let own = stream_number(&self.db, &StreamId::Customer(customer))?;
        for (number, stream) in &conversations {
            report.payloads += self.erase_stream(*number, at, &mut files)?;
            if let StreamId::Conversation(id) = stream {
                self.delete_drafts_of(*id)?;
                report.conversations.push(*id);
            }
        }
        for (number, stream) in &tickets {
            report.payloads += self.erase_stream(*number, at, &mut files)?;
            if let StreamId::Ticket(id) = stream {
                report.tickets.push(*id);
            }
        }
        if let Some(number) = own {
            report.payloads += self.erase_stream(number, at, &mut files)?;
        }
        report.raw_items = self.erase_raw(customer, &conversations)?;
        for (_, stream) in &conversations {
            if let StreamId::Conversation(id) = stream {
                self.delete_names_of(id.uuid())?;
            }
        }
        self.delete_names_of(customer.uuid())?;
        self.erase_egress(customer, &report.conversations)?;
        self.rebuild_in_transaction()?;
        Ok((report, files))
    }

    /// Deletes raw items in which one of the customer's names occurs.
    fn erase_raw(
        &mut self,
        customer: CustomerId,
        conversations: &[(i64, StreamId)],
    ) -> Result<u64, StorageError> {
        let mut names = self.names_of(customer.uuid())?;
        for (_, stream) in conversations {
            if let StreamId::Conversation(id) = stream {
                names.extend(self.names_of(id.uuid())?);
            }
        }
        let known = self.customer(customer)?;
        names.extend(known.into_iter().flat_map(|known| known.handles).map(|handle| handle.value));
        let names: Vec<_> = names.into_iter().filter(|name| name.len() >= RAW_NAME_MIN_BYTES).collect();
        let mut found = Vec::new();
        {
            let mut statement = self.db.prepare("SELECT id, meta, body FROM raw")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text =
                    |index| row.get_ref(index).map(|value| value.as_bytes().unwrap_or_default().to_vec());
                let (meta, body) = (text(1)?, text(2)?);
                if names.iter().any(|name| holds(&meta, name) || holds(&body, name)) {
                    found.push(crate::RawId(row.get(0)?));
                }
            }
        }
        for id in &found {
            self.settle_raw(*id, &crate::RawOutcome::Done)?;
        }
        Ok(found.len() as u64)
    }

    /// What providers call a thread or a sender.
    fn names_of(&self, id: uuid::Uuid) -> Result<Vec<String>, StorageError> {
        let mut statement =
            self.db.prepare_cached("SELECT key FROM external_ref WHERE id = ?1 AND kind IN (1, 2)")?;
        let keys = statement.query_map([id.as_bytes()], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    fn streams_of(&self, table: &str, customer: CustomerId) -> Result<Vec<(i64, StreamId)>, StorageError> {
        self.settle()?;
        let mut statement = self.db.prepare(&format!(
            "SELECT s.number, s.kind, s.key FROM {table} t JOIN stream s ON s.number = t.stream
             WHERE t.customer = ?1 ORDER BY s.number"
        ))?;
        let mut rows = statement.query([customer.uuid().as_bytes()])?;
        let mut streams = Vec::new();
        while let Some(row) = rows.next()? {
            let (kind, key): (String, Vec<u8>) = (row.get(1)?, row.get(2)?);
            streams.extend(codec::stream(&kind, &key).map(|stream| (row.get_unwrap(0), stream)));
        }
        Ok(streams)
    }

    fn erase_stream(&self, number: i64, at: Timestamp, files: &mut Vec<FileId>) -> Result<u64, StorageError> {
        let mut statement = self.db.prepare_cached(
            "SELECT j.position, j.kind, p.json FROM journal j JOIN payload p USING (position)
             WHERE j.stream = ?1 AND p.erased_ms IS NULL",
        )?;
        let found = statement
            .query_map([number], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let mut erased = 0;
        for (position, kind, json) in found {
            let payload = codec::payload(&kind, &json);
            files.extend(payload.files().iter().map(|file| file.file.clone()));
            let Some(emptied) = emptied(payload) else { continue };
            let json = match emptied {
                // Nothing is known about its form.
                Payload::Unknown { .. } => "null".to_owned(),
                known => serde_json::to_string(&known)
                    .map_err(|error| StorageError::unreadable("payload", position, error))?,
            };
            self.db
                .prepare_cached("UPDATE payload SET json = ?2, erased_ms = ?3 WHERE position = ?1")?
                .execute(params![position, json, codec::millis(at)])?;
            erased += 1;
        }
        Ok(erased)
    }

    /// Deletes a provider's names for a thread or a sender.
    fn delete_names_of(&self, id: uuid::Uuid) -> Result<(), StorageError> {
        self.names.borrow_mut().forget();
        self.db
            .prepare_cached("DELETE FROM external_ref WHERE id = ?1 AND kind IN (1, 2)")?
            .execute([id.as_bytes()])?;
        Ok(())
    }
}

/// Whether a name stands in bytes of a provider, as it is or as JSON or an address on the web spell it.
fn holds(bytes: &[u8], name: &str) -> bool {
    let in_json = serde_json::to_string(name).unwrap_or_default();
    let in_url: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    [name, in_json.trim_matches('"'), &in_url]
        .iter()
        .any(|wanted| bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()))
}

/// A payload without what could tell about a person; nothing where it says nothing. Every kind is listed, here or in
/// the functions by noun, so that a new one has to be decided about.
fn emptied(payload: Payload) -> Option<Payload> {
    Some(match payload {
        Payload::MessageReceived(message) => Payload::MessageReceived(emptied_message(message)),
        Payload::ReplyQueued { message, key } => {
            Payload::ReplyQueued { message: emptied_message(message), key }
        }
        Payload::NoteAdded(message) => Payload::NoteAdded(emptied_message(message)),
        Payload::SentElsewhere(message) => Payload::SentElsewhere(emptied_message(message)),
        Payload::FactsNoted(_) => Payload::FactsNoted(BTreeMap::new()),
        Payload::CustomerLeft { .. } => Payload::CustomerLeft { reason: String::new() },
        Payload::MessageEdited { message, .. } => Payload::MessageEdited { message, text: String::new() },
        Payload::ConversationOpened { .. }
        | Payload::DeliveryChanged { .. }
        | Payload::Mentioned { .. }
        | Payload::Transferred { .. }
        | Payload::Closed(_)
        | Payload::TagAdded(_)
        | Payload::TagRemoved(_) => emptied_conversation(payload),
        Payload::ProposalMade(_)
        | Payload::PromptShown(_)
        | Payload::FindingRaised(_)
        | Payload::FindingAnswered { .. } => emptied_advice(payload),
        Payload::CustomerCreated(_)
        | Payload::CustomerNamed { .. }
        | Payload::HandleAdded(_)
        | Payload::CustomerTagged(_)
        | Payload::CustomerUntagged(_)
        | Payload::DeviceRecorded(_) => emptied_customer(payload),
        Payload::TicketOpened(ticket) => Payload::TicketOpened(Ticket {
            title: String::new(),
            values: Values::new(),
            comments: Vec::new(),
            ..ticket
        }),
        Payload::TicketChanged(_) => Payload::TicketChanged(Values::new()),
        Payload::TicketCommented(_) => Payload::TicketCommented(String::new()),
        // Nothing is known about it, so nothing of it stays.
        Payload::Unknown { .. } => payload,
        Payload::MessageRedacted { .. }
        | Payload::Assigned { .. }
        | Payload::Unassigned
        | Payload::Parked { .. }
        | Payload::Resumed
        | Payload::Reopened
        | Payload::Seen { .. }
        | Payload::ProposalSettled { .. }
        | Payload::Linked(_)
        | Payload::TicketLinked(_)
        | Payload::PersonalDataRevealed { .. }
        | Payload::TicketMoved(_)
        | Payload::AgentProfiled(_)
        | Payload::PresenceChanged(_)
        | Payload::PluginInstalled { .. }
        | Payload::PluginGranted(_)
        | Payload::PluginPaused
        | Payload::PluginResumed
        | Payload::PluginQuarantined
        | Payload::PluginFaulted(_)
        | Payload::PluginRemoved
        | Payload::PluginConfigured(_)
        | Payload::AccountSet(_)
        | Payload::AccountRemoved(_)
        | Payload::DeadLettered { .. } => return None,
    })
}

fn emptied_conversation(payload: Payload) -> Payload {
    match payload {
        Payload::ConversationOpened { customer, channel, skill, priority, .. } => {
            Payload::ConversationOpened {
                customer,
                channel,
                thread: String::new(),
                subject: String::new(),
                skill,
                priority,
            }
        }
        Payload::DeliveryChanged { message, delivery, attempts, .. } => {
            let delivery = match delivery {
                Delivery::Failed(_) => Delivery::Failed(String::new()),
                other => other,
            };
            Payload::DeliveryChanged { message, delivery, remote_id: None, attempts }
        }
        Payload::Transferred { to, .. } => Payload::Transferred { to, note: String::new() },
        Payload::Closed(_) => Payload::Closed(WrapUp::default()),
        Payload::TagAdded(_) => Payload::TagAdded(String::new()),
        Payload::TagRemoved(_) => Payload::TagRemoved(String::new()),
        other => other,
    }
}

fn emptied_advice(payload: Payload) -> Payload {
    match payload {
        Payload::ProposalMade(proposal) => Payload::ProposalMade(Proposal {
            key: String::new(),
            change: Change::Note(String::new()),
            because: String::new(),
            sources: Vec::new(),
            ..proposal
        }),
        Payload::PromptShown(prompt) => Payload::PromptShown(Prompt {
            key: String::new(),
            title: String::new(),
            text: String::new(),
            ..prompt
        }),
        Payload::FindingRaised(finding) => {
            Payload::FindingRaised(Finding { because: String::new(), advice: String::new(), ..finding })
        }
        Payload::FindingAnswered { finding, disputed, .. } => {
            Payload::FindingAnswered { finding, disputed, words: String::new() }
        }
        other => other,
    }
}

fn emptied_customer(payload: Payload) -> Payload {
    match payload {
        Payload::CustomerCreated(customer) => {
            Payload::CustomerCreated(Customer::named(customer.id, "", customer.since))
        }
        Payload::CustomerNamed { .. } => Payload::CustomerNamed { name: String::new(), title: String::new() },
        Payload::HandleAdded(handle) => {
            Payload::HandleAdded(Handle { kind: handle.kind, value: String::new() })
        }
        Payload::CustomerTagged(_) => Payload::CustomerTagged(String::new()),
        Payload::CustomerUntagged(_) => Payload::CustomerUntagged(String::new()),
        Payload::DeviceRecorded(device) => {
            Payload::DeviceRecorded(Device { serial: String::new(), place: String::new(), ..device })
        }
        other => other,
    }
}

fn emptied_message(message: Message) -> Message {
    let author = match message.author {
        Author::Customer(_) => Author::Customer(String::new()),
        Author::Elsewhere(_) => Author::Elsewhere(String::new()),
        agent @ Author::Agent(_) => agent,
    };
    Message { author, text: String::new(), files: Vec::new(), remote_id: None, ..message }
}
