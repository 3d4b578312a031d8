//! A company to begin with: taken in as ordinary inputs with their own moments, so that the journal tells
//! it like any other past.

use model::{
    AccountId, ConversationId, MessageId, Timestamp,
    command::{AgentCommand, Command, ConversationCommand},
    conversation::{Channel, Delivery},
    input::{Input, Received},
    presence::Presence,
};
use store::{Commit, ExternalRef, RefKind, Store};

use crate::{
    config::{Seed, SeedAuthor, SeedState, SeedThread},
    core::{Core, InputError, fresh},
};

impl Core {
    /// Takes in a company. Open conversations need a channel account to be answered over; without one they
    /// are left out.
    pub(crate) fn plant(&mut self, store: &mut Store, seed: Seed) -> Result<(), InputError> {
        for (profile, presence) in seed.agents {
            let agent = profile.id;
            self.input(store, &Input::AgentAdded(profile))?;
            self.presence(store, agent, presence)?;
        }
        for customer in seed.customers {
            self.input(store, &Input::CustomerImported(Box::new(customer)))?;
        }
        for ticket in seed.tickets {
            self.input(store, &Input::TicketImported(Box::new(ticket)))?;
        }
        let account = self.demo_account();
        for thread in seed.threads {
            let Some(account) = account else { break };
            self.plant_thread(store, account, thread)?;
        }
        Ok(())
    }

    fn presence(
        &mut self,
        store: &mut Store,
        agent: model::AgentId,
        presence: Presence,
    ) -> Result<(), InputError> {
        let command = Box::new(Command::Agent(AgentCommand::SetPresence(presence)));
        self.input(store, &Input::Command { agent, command, fresh: fresh() })?;
        Ok(())
    }

    /// The account that simulated customers write on.
    fn demo_account(&self) -> Option<AccountId> {
        self.directory.accounts.values().find(|account| self.is_simulated(account)).map(|account| account.id)
    }

    fn plant_thread(
        &mut self,
        store: &mut Store,
        account: AccountId,
        seed: SeedThread,
    ) -> Result<(), InputError> {
        let id = ConversationId::new(fresh());
        let mut owner = None;
        let mut last = Timestamp::UNIX_EPOCH;
        for (number, entry) in seed.entries.iter().enumerate() {
            last = entry.at;
            match entry.by {
                SeedAuthor::Customer => self.plant_message(store, account, id, &seed, number)?,
                SeedAuthor::Agent(agent) => {
                    if owner != Some(agent) {
                        owner = Some(agent);
                        self.at(store, agent, id, ConversationCommand::Take, entry.at)?;
                    }
                    let text = entry.text.clone();
                    let reply = ConversationCommand::Reply { text, files: Vec::new(), from: None };
                    let message = self.at(store, agent, id, reply, entry.at)?;
                    self.planted_read(store, id, message, entry.at)?;
                }
                SeedAuthor::Note(agent) => {
                    self.at(store, agent, id, ConversationCommand::Note(entry.text.clone()), entry.at)?;
                }
            }
        }
        for tag in &seed.tags {
            self.at(store, self.me, id, ConversationCommand::Tag(tag.clone()), last)?;
        }
        self.settle_thread(store, id, seed.state, owner, last)
    }

    fn settle_thread(
        &mut self,
        store: &mut Store,
        id: ConversationId,
        state: SeedState,
        owner: Option<model::AgentId>,
        at: Timestamp,
    ) -> Result<(), InputError> {
        let (agent, then) = match state {
            SeedState::Waiting => return Ok(()),
            SeedState::Assigned(agent) => (agent, None),
            SeedState::Parked(agent, until) => {
                let until = until.filter(|until| *until > self.now());
                (agent, Some(ConversationCommand::Park(until)))
            }
            SeedState::Closed(agent, wrap_up) => (agent, Some(ConversationCommand::Close(wrap_up))),
        };
        if owner != Some(agent) {
            self.at(store, agent, id, ConversationCommand::Take, at)?;
        }
        if let Some(command) = then {
            self.at(store, agent, id, command, at)?;
        }
        Ok(())
    }

    fn at(
        &mut self,
        store: &mut Store,
        agent: model::AgentId,
        id: ConversationId,
        command: ConversationCommand,
        at: Timestamp,
    ) -> Result<MessageId, InputError> {
        let fresh = fresh();
        let command = Box::new(Command::Conversation(id, command));
        self.input_at(store, &Input::Command { agent, command, fresh }, at, Commit::new(at))?;
        Ok(MessageId::new(fresh))
    }

    fn planted_read(
        &mut self,
        store: &mut Store,
        conversation: ConversationId,
        message: MessageId,
        at: Timestamp,
    ) -> Result<(), InputError> {
        let input =
            Input::Delivery { conversation, message, delivery: Delivery::Read, remote_id: None, attempts: 1 };
        self.input_at(store, &input, at, Commit::new(at))?;
        Ok(())
    }

    fn plant_message(
        &mut self,
        store: &mut Store,
        account: AccountId,
        id: ConversationId,
        seed: &SeedThread,
        number: usize,
    ) -> Result<(), InputError> {
        let entry = &seed.entries[number];
        let remote_id = format!("{}-{number}", seed.thread);
        let message = MessageId::new(fresh());
        let plugin = self
            .directory
            .accounts
            .get(&account)
            .map_or_else(|| "desk".into(), |account| account.plugin.clone());
        let name = store
            .customer(seed.customer)
            .map_err(store::AppendError::from)?
            .map_or_else(String::new, |customer| customer.name);
        let received = Received {
            conversation: id,
            customer: seed.customer,
            message,
            plugin,
            channel: Channel { account, kind: seed.kind.clone(), title: seed.title.clone() },
            thread: seed.thread.clone(),
            subject: seed.subject.clone(),
            sender: name,
            handle: None,
            language: None,
            remote_id: remote_id.clone(),
            text: entry.text.clone(),
            files: Vec::new(),
            customer_known: true,
            skill: seed.skill.clone(),
            from_us: false,
        };
        let mut commit = Commit::new(entry.at);
        commit.refs.push(ExternalRef { account, kind: RefKind::Message, key: remote_id, id: message.uuid() });
        if number == 0 {
            let key = seed.thread.clone();
            commit.refs.push(ExternalRef { account, kind: RefKind::Thread, key, id: id.uuid() });
        }
        self.input_at(store, &Input::Received(Box::new(received)), entry.at, commit)?;
        Ok(())
    }
}
