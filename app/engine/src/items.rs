//! What channels bring, item by item: messages, changes, receipts, and what is known of the other side.

use host::{Incoming, Item, LaneKey, ReceiptState};
use model::{
    AccountId, ConversationId, CustomerId, MessageId,
    conversation::{Channel, Conversation, Delivery},
    customer::{Handle, HandleKind},
    event::Account,
    input::{Input, Received},
};
use store::{Commit, ExternalRef, RefKind, Store};
use uuid::Uuid;

use crate::{
    core::{Core, InputError, fresh},
    outbox::plus_ms,
    timers::Due,
    view::TYPING_FOR_MS,
};

impl Core {
    /// Takes one item of a batch in.
    pub(crate) fn item(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        account: &Account,
        item: Item,
    ) -> Result<(), InputError> {
        match item {
            Item::Message(incoming) => self.message(store, lane, account, *incoming),
            Item::Edit { remote_id, text, .. } => self.edit(store, account, &remote_id, Some(text)),
            Item::Redaction { remote_id, .. } => self.edit(store, account, &remote_id, None),
            Item::Receipt { remote_id, state, reason, .. } => {
                self.receipt(store, account, &remote_id, state, reason)
            }
            Item::Typing { thread, active, .. } => {
                self.typing(store, account, &thread, active);
                Ok(())
            }
            Item::Facts { thread, facts, .. } => {
                let Some(conversation) = self.conversation_of_thread(store, account, &thread)? else {
                    return Ok(());
                };
                let facts = facts.into_iter().collect();
                self.input(store, &Input::FactsNoted { conversation, facts })?;
                Ok(())
            }
            Item::Closed { thread, reason, .. } => {
                let Some(conversation) = self.conversation_of_thread(store, account, &thread)? else {
                    return Ok(());
                };
                self.shown.typing.remove(&conversation);
                self.input(store, &Input::CustomerLeft { conversation, reason })?;
                Ok(())
            }
        }
    }

    fn message(
        &mut self,
        store: &mut Store,
        lane: &LaneKey,
        account: &Account,
        incoming: Incoming,
    ) -> Result<(), InputError> {
        let known = external(store, account.id, RefKind::Message, &incoming.remote_id)?;
        // A reply from this desk comes back under the id that its channel gave when it went out.
        if known.is_some() {
            return Ok(());
        }
        let conversation = external(store, account.id, RefKind::Thread, &incoming.thread)?;
        let sender = if incoming.from_us {
            // Whoever wrote it, it was not the customer.
            None
        } else {
            external(store, account.id, RefKind::Sender, &incoming.sender.id)?
        };
        let conversation_id = ConversationId::new(conversation.unwrap_or_else(fresh));
        let present = self.conversation(store, conversation_id);
        if let Some(ours) = present.as_ref().and_then(|present| self.on_its_way(store, present, &incoming)) {
            return self.came_back(store, account, ours, incoming.remote_id);
        }
        // A thread keeps its customer, whoever writes in it.
        let customer = present.as_ref().map(|present| present.customer);
        let customer = customer.unwrap_or_else(|| CustomerId::new(sender.unwrap_or_else(fresh)));
        let customer_known = present.is_some() || sender.is_some();
        let message = MessageId::new(fresh());
        let handle = if incoming.from_us { None } else { handle_of(account, &incoming) };
        let received = Received {
            conversation: conversation_id,
            customer,
            message,
            plugin: lane.plugin.clone(),
            channel: Channel {
                account: account.id,
                kind: account.kind.clone(),
                title: account.title.clone(),
            },
            thread: incoming.thread.clone(),
            subject: incoming.subject.unwrap_or_default(),
            sender: incoming.sender.name,
            handle,
            language: None,
            remote_id: incoming.remote_id.clone(),
            text: incoming.text,
            files: incoming.files,
            customer_known,
            skill: account.skill.clone(),
            from_us: incoming.from_us,
        };
        let now = self.now();
        let mut commit = Commit::new(now);
        let reference = |kind, key: String, id: Uuid| ExternalRef { account: account.id, kind, key, id };
        commit.refs.push(reference(RefKind::Message, incoming.remote_id, message.uuid()));
        if conversation.is_none() {
            commit.refs.push(reference(RefKind::Thread, incoming.thread, conversation_id.uuid()));
        }
        if sender.is_none() && !incoming.from_us && !incoming.sender.id.is_empty() {
            commit.refs.push(reference(RefKind::Sender, incoming.sender.id, customer.uuid()));
        }
        self.shown.typing.remove(&conversation_id);
        self.input_at(store, &Input::Received(Box::new(received)), now, commit)?;
        Ok(())
    }

    /// A channel was told of a reply from this desk before it had answered the desk itself.
    fn came_back(
        &mut self,
        store: &mut Store,
        account: &Account,
        ours: MessageId,
        remote_id: String,
    ) -> Result<(), InputError> {
        let mut commit = Commit::new(self.now());
        let (kind, id) = (RefKind::Message, ours.uuid());
        commit.refs.push(ExternalRef { account: account.id, kind, key: remote_id, id });
        self.append(store, commit).map(drop)
    }

    /// The reply of this desk that a channel has now and that says the same.
    fn on_its_way(
        &self,
        store: &Store,
        conversation: &Conversation,
        incoming: &Incoming,
    ) -> Option<MessageId> {
        let id = *self.in_flight.get(&conversation.id).filter(|_| incoming.from_us)?;
        let item = store.outbox_item(id).ok().flatten()?;
        (item.message.text == incoming.text).then_some(id)
    }

    fn edit(
        &mut self,
        store: &mut Store,
        account: &Account,
        remote_id: &str,
        text: Option<String>,
    ) -> Result<(), InputError> {
        let Some((conversation, message)) = self.remote_message(store, account, remote_id)? else {
            return Ok(());
        };
        self.input(store, &Input::Edited { conversation, message, text })?;
        Ok(())
    }

    fn receipt(
        &mut self,
        store: &mut Store,
        account: &Account,
        remote_id: &str,
        state: ReceiptState,
        reason: String,
    ) -> Result<(), InputError> {
        let Some((conversation, message)) = self.remote_message(store, account, remote_id)? else {
            return Ok(());
        };
        let delivery = match state {
            ReceiptState::Delivered => Delivery::Delivered,
            ReceiptState::Read => Delivery::Read,
            ReceiptState::Failed => Delivery::Failed(reason),
        };
        // Receipts repeat and overtake each other; only what is further along is news.
        let have = store.outbox_item(message).map_err(store::AppendError::from)?.map(|item| item.delivery);
        if have.is_some_and(|have| have.rank() >= delivery.rank()) {
            return Ok(());
        }
        self.input(
            store,
            &Input::Delivery { conversation, message, delivery, remote_id: None, attempts: 0 },
        )?;
        Ok(())
    }

    fn remote_message(
        &mut self,
        store: &Store,
        account: &Account,
        remote_id: &str,
    ) -> Result<Option<(ConversationId, MessageId)>, InputError> {
        let Some(message) = external(store, account.id, RefKind::Message, remote_id)?.map(MessageId::new)
        else {
            return Ok(None);
        };
        let conversation = store.conversation_of(message).map_err(store::AppendError::from)?;
        let Some(conversation) = conversation.filter(|id| self.conversation(store, *id).is_some()) else {
            return Ok(None);
        };
        Ok(Some((conversation, message)))
    }

    /// The conversation of a provider's thread.
    fn conversation_of_thread(
        &mut self,
        store: &Store,
        account: &Account,
        thread: &str,
    ) -> Result<Option<ConversationId>, InputError> {
        let id = external(store, account.id, RefKind::Thread, thread)?.map(ConversationId::new);
        Ok(id.filter(|id| self.conversation(store, *id).is_some()))
    }

    fn typing(&mut self, store: &Store, account: &Account, thread: &str, active: bool) {
        let Ok(Some(id)) = store.external(account.id, RefKind::Thread, thread) else { return };
        let conversation = ConversationId::new(id);
        if active {
            let until = plus_ms(self.now(), TYPING_FOR_MS);
            self.shown.typing.insert(conversation, until);
            self.timers.only_at(until, Due::TypingEnds(conversation));
        } else {
            self.shown.typing.remove(&conversation);
        }
        self.shown.touch(conversation);
    }

    /// Something that is shown for a while may have had its time.
    pub(crate) fn end_of(&mut self, conversation: ConversationId) {
        let now = self.now();
        if self.shown.typing.get(&conversation).is_some_and(|until| *until <= now) {
            self.shown.typing.remove(&conversation);
        }
        if let Some(thread) = self.shown.threads.get_mut(&conversation) {
            thread.prompts.retain(|prompt| prompt.expires.is_none_or(|expires| expires > now));
        }
        self.shown.touch(conversation);
    }
}

fn external(store: &Store, account: AccountId, kind: RefKind, key: &str) -> Result<Option<Uuid>, InputError> {
    Ok(store.external(account, kind, key).map_err(store::AppendError::from)?)
}

fn handle_of(account: &Account, incoming: &Incoming) -> Option<Handle> {
    let value = if incoming.sender.handle.is_empty() { &incoming.sender.id } else { &incoming.sender.handle };
    if value.is_empty() {
        return None;
    }
    let kind = match account.kind.as_str() {
        "mail" => HandleKind::Mail,
        "phone" | "sms" => HandleKind::Phone,
        "chat" => HandleKind::Web,
        _ => HandleKind::Social,
    };
    Some(Handle { kind, value: value.clone() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use host::{Answer, Party, SendOutcome};
    use model::{
        Timestamp,
        command::{Command, ConversationCommand},
        conversation::Status,
        view::{Entry, EntryKind},
    };

    use super::*;
    use crate::{
        outbox::Sending,
        testing::{ACCOUNT, Trial, lane, message},
    };

    fn shown(trial: &mut Trial) -> Vec<Arc<Entry>> {
        let id = trial.conversation();
        let show = Command::Conversation(id, ConversationCommand::Show);
        trial.core.command(&mut trial.store, show);
        trial.settle();
        trial.view().threads[&id].entries.to_vec()
    }

    fn elsewhere(entries: &[Arc<Entry>]) -> Vec<(&str, &str)> {
        let words = entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::FromElsewhere { name, text, .. } => Some((name.as_str(), text.as_str())),
            _ => None,
        });
        words.collect()
    }

    #[test]
    fn what_the_owner_wrote_elsewhere_is_shown_and_never_sent() {
        let mut trial = Trial::new();
        trial.bring(vec![message("m-1", "Is it in stock?", false)]);
        trial.bring(vec![
            message("m-2", "Yes, two of them.", true),
            message("m-2", "Yes, two of them.", true),
        ]);
        let entries = shown(&mut trial);
        assert_eq!(elsewhere(&entries), [("Shop owner", "Yes, two of them.")]);
        let conversation = &trial.core.directory.conversations[&trial.conversation()];
        assert_eq!(conversation.waiting_since, None, "somebody has answered");
        assert!(conversation.outbox.is_empty() && trial.store.outbox().unwrap().is_empty());
        let customer = trial.store.customer(conversation.customer).unwrap().unwrap();
        assert_eq!(customer.name, "Ms Wang", "the owner is not the customer");
        assert!(trial.store.verify().unwrap().holds());
    }

    #[test]
    fn a_thread_that_the_owner_began_is_the_customers_all_the_same() {
        let mut trial = Trial::new();
        trial.bring(vec![message("m-1", "Your heater is ready.", true)]);
        trial.bring(vec![message("m-2", "Thank you!", false)]);
        let conversation = trial.conversation();
        assert_eq!(trial.core.directory.conversations[&conversation].unread, 1);
        assert_eq!(trial.store.external(ACCOUNT, RefKind::Sender, "owner").unwrap(), None);
        assert_eq!(elsewhere(&shown(&mut trial)).len(), 1);
    }

    #[test]
    fn a_reply_of_this_desk_that_comes_back_is_not_another_one() {
        let mut trial = Trial::new();
        trial.bring(vec![message("m-1", "Is it in stock?", false)]);
        let id = trial.conversation();
        let text = "Yes, two of them.".to_owned();
        let reply = ConversationCommand::Reply { text: text.clone(), files: Vec::new(), from: None };
        trial.core.command(&mut trial.store, Command::Conversation(id, reply));
        trial.settle();
        let ours = trial.core.in_flight[&id];
        // The provider tells of it before it has answered, and once more afterwards.
        trial.bring(vec![message("m-2", &text, true)]);
        let sending = Sending { conversation: id, message: ours, attempts: 1 };
        let sent = Ok(Answer::Sent(SendOutcome::Sent("m-2".to_owned())));
        trial.core.sent(&mut trial.store, &lane(), &sending, sent);
        trial.bring(vec![message("m-2", &text, true)]);
        let entries = shown(&mut trial);
        assert!(elsewhere(&entries).is_empty(), "{entries:?}");
        let deliveries = entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::FromAgent { delivery, .. } => Some(delivery.clone()),
            _ => None,
        });
        assert_eq!(deliveries.collect::<Vec<_>>(), [Delivery::Sent]);
    }

    #[test]
    fn a_customer_who_left_is_marked_until_the_next_word() {
        let mut trial = Trial::new();
        let left = || Item::Closed {
            thread: "t-1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            reason: "tab closed".to_owned(),
        };
        // Nobody knows the thread yet.
        trial.bring(vec![left()]);
        trial.bring(vec![message("m-1", "Is it in stock?", false), left(), left()]);
        let entries = shown(&mut trial);
        let lines = entries
            .iter()
            .filter(|entry| matches!(&entry.kind, EntryKind::CustomerLeft(why) if why == "tab closed"));
        assert_eq!(lines.count(), 1, "told once");
        assert!(trial.view().queue[0].customer_left);
        assert_ne!(trial.view().queue[0].status, Status::Closed, "the agent decides when it is finished");
        trial.bring(vec![message("m-2", "I am back.", false)]);
        assert!(!trial.view().queue[0].customer_left);
    }

    #[test]
    fn facts_are_told_once_for_each_news() {
        let mut trial = Trial::new();
        let facts = |page: &str| Item::Facts {
            thread: "t-1".to_owned(),
            who: Party::default(),
            facts: vec![("page".to_owned(), page.to_owned()), ("language".to_owned(), "en".to_owned())],
        };
        trial.bring(vec![message("m-1", "Hello", false), facts("/a"), facts("/a"), facts("/b")]);
        let entries = shown(&mut trial);
        let told: Vec<_> = entries
            .iter()
            .filter_map(|entry| match &entry.kind {
                EntryKind::Facts(facts) => Some(facts.len()),
                _ => None,
            })
            .collect();
        assert_eq!(told, [2, 1], "only what is new");
        let id = trial.conversation();
        assert_eq!(trial.view().threads[&id].customer.facts["page"], "/b");
    }
}
