//! The engine: the one loop in which everything the desk knows changes, and the threads around it.
//!
//! [`Engine::start`] opens the data folder, loads the plugins, starts the gateway and the loop, and hands out
//! a [`Desk`](model::port::Desk) for the window. See `app/ARCHITECTURE.md` for how things flow.

mod advice;
mod commands;
mod config;
mod configure;
mod core;
mod dev;
mod figures;
mod forms;
mod fresh;
mod inbound;
mod ingest;
mod items;
mod job;
mod outbox;
mod panels;
mod plugins;
mod questions;
mod react;
mod secrets;
mod seed;
mod services;
#[cfg(test)]
mod testing;
mod timers;
mod view;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::SyncSender,
    },
    thread::JoinHandle,
    time::Duration,
};

use arc_swap::ArcSwap;
use gateway::{Gateway, PushHub};
use host::{Host, HostConfig, HostEvent, RunMode};
use knowledge::Knowledge;
use model::{
    QuestionId, Timestamp,
    command::Command,
    input::Input,
    port::{Answer, Desk, Question, QueueFull},
    presence::Presence,
    view::View,
};
use store::{OpenError, Store};
use tokio::runtime::Runtime;

pub use config::{EngineConfig, PluginFile, Seed, SeedAuthor, SeedEntry, SeedState, SeedThread};
pub use fresh::fresh_id;

use crate::{
    core::{Core, Outside},
    inbound::EngineInbound,
    job::{JOB_QUEUE_MAX, Job},
    questions::Answers,
    services::{EngineServices, Facts},
    timers::Due,
};

/// Events of the host that may wait for the engine.
const HOST_EVENTS_MAX: usize = 1024;
/// How long what is on its way in the background is waited for at the end.
const IO_ENDS_WITHIN: Duration = Duration::from_secs(2);
/// Name of the setting that remembers that a company was planted.
const SEEDED: &str = "seeded";

/// A running engine. Dropping it without [`Engine::stop`] stops it as well, without waiting for plugins.
pub struct Engine {
    handle: Arc<Handle>,
    loop_thread: Option<JoinHandle<()>>,
    gateway: Option<Gateway>,
    gateway_address: Option<SocketAddr>,
    io: Option<Runtime>,
    host: Option<Arc<Host>>,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder could not be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The plugin host could not be started.
    #[error(transparent)]
    Host(#[from] host::HostError),
    /// The knowledge index could not be opened.
    #[error("the knowledge index cannot be used: {0}")]
    Knowledge(String),
    /// The system gave no threads.
    #[error("the system gave no threads: {0}")]
    Threads(std::io::Error),
    /// The journal could not be read or written at the start.
    #[error("the journal cannot be used: {0}")]
    Journal(String),
}

impl StartError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Host(_) => "start-host",
            Self::Knowledge(_) => "start-knowledge",
            Self::Threads(_) => "start-threads",
            Self::Journal(_) => "store-damaged",
        }
    }
}

/// The window's end of the engine.
struct Handle {
    jobs: SyncSender<Job>,
    published: Arc<ArcSwap<View>>,
    answers: Arc<Answers>,
    next_question: AtomicU64,
}

impl Desk for Handle {
    fn view(&self) -> Arc<View> {
        self.published.load_full()
    }

    fn send(&self, command: Command) -> Result<(), QueueFull> {
        self.jobs.try_send(Job::Command(command)).map_err(|_| QueueFull)
    }

    fn ask(&self, question: Question) -> Result<QuestionId, QueueFull> {
        let id = QuestionId(self.next_question.fetch_add(1, Ordering::Relaxed));
        self.jobs.try_send(Job::Ask(id, question)).map_err(|_| QueueFull)?;
        Ok(id)
    }

    fn answer(&self, id: QuestionId) -> Option<Answer> {
        self.answers.take(id)
    }
}

impl Engine {
    /// Starts an engine. Returns once the journal is open and the first view is published; plugins compile
    /// behind.
    pub fn start(config: EngineConfig) -> Result<Self, StartError> {
        let mut store = Store::open(&config.data)?;
        let settings = store.settings().map_err(journal)?;
        let language = settings.get("language").cloned().unwrap_or_else(|| config.language.clone());
        let language = Arc::new(ArcSwap::from_pointee(language));
        let io = background().map_err(StartError::Threads)?;
        let knowledge = open_knowledge(&config)?;
        let (jobs, job_queue) = std::sync::mpsc::sync_channel(JOB_QUEUE_MAX);
        let (host_events, host_inbox) = tokio::sync::mpsc::channel(HOST_EVENTS_MAX);
        let (hub, facts) = (PushHub::new(), Arc::new(Facts::default()));
        let services = EngineServices {
            jobs: jobs.clone(),
            knowledge: Arc::clone(&knowledge),
            language: Arc::clone(&language),
            hub: hub.clone(),
            files: store.files(),
            facts: Arc::clone(&facts),
        };
        let cache_folder = config.data.join("cache");
        let host =
            Host::new(&HostConfig { cache_folder, mode: RunMode::Live }, Arc::new(services), host_events)?;
        let host = Arc::new(host);
        io.spawn(pump_host_events(host_inbox, jobs.clone()));

        let published = Arc::new(ArcSwap::from_pointee(View::empty(config.me.id, Timestamp::now())));
        let answers = Arc::new(Answers::default());
        let outside = Outside {
            host: Arc::clone(&host),
            knowledge,
            published: Arc::clone(&published),
            wake: Arc::clone(&config.wake),
            answers: Arc::clone(&answers),
            language,
            jobs: jobs.clone(),
            io: io.handle().clone(),
            facts: Arc::clone(&facts),
        };
        let directory = store.directory().map_err(journal)?;
        let mut core = Core::new(config.me.id, directory, outside);
        core.settings = Arc::new(settings);
        let inbound = EngineInbound {
            jobs: jobs.clone(),
            host: Arc::clone(&host),
            facts: Arc::clone(&facts),
            files: store.files(),
        };
        let gateway =
            io.block_on(Gateway::bind(config.listen, Arc::new(inbound), hub, gateway::Limits::default()));
        let gateway = core.note_gateway(gateway);
        let gateway_address = gateway.as_ref().map(Gateway::local_addr);
        let data = config.data.clone();
        core.begin(&mut store, config)?;
        io.spawn(dev::watch(data, jobs.clone()));
        let loop_thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || core.run(&mut store, &job_queue))
            .map_err(StartError::Threads)?;
        let handle = Arc::new(Handle { jobs, published, answers, next_question: AtomicU64::new(1) });
        Ok(Self {
            handle,
            loop_thread: Some(loop_thread),
            gateway,
            gateway_address,
            io: Some(io),
            host: Some(host),
        })
    }

    /// The window's end.
    pub fn desk(&self) -> Arc<dyn Desk> {
        Arc::clone(&self.handle) as Arc<dyn Desk>
    }

    /// Where the gateway listens, if it does.
    pub fn gateway_address(&self) -> Option<SocketAddr> {
        self.gateway_address
    }

    /// Stops in good order: no new requests, everything in the queue done and on the disk, plugins told.
    pub fn stop(mut self) {
        let host = self.host.take();
        self.end();
        // The loop, the gateway and the background are gone, and with them everybody else who held it.
        if let Some(host) = host.and_then(Arc::into_inner) {
            host.close();
        } else {
            tracing::warn!("somebody still holds the plugins; they were not waited for");
        }
    }

    fn end(&mut self) {
        if let (Some(gateway), Some(io)) = (self.gateway.take(), &self.io) {
            io.block_on(gateway.close());
        }
        if let Some(thread) = self.loop_thread.take() {
            // The loop drains what is before it in the queue.
            let _stopped_already = self.handle.jobs.send(Job::Stop);
            if thread.join().is_err() {
                tracing::error!("the engine's thread panicked");
            }
        }
        if let Some(io) = self.io.take() {
            // A search that is still on its way holds the index, which the next engine on this folder needs.
            io.shutdown_timeout(IO_ENDS_WITHIN);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where gateway and searches run.
fn background() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("io").enable_all().build()
}

fn open_knowledge(config: &EngineConfig) -> Result<Arc<Knowledge>, StartError> {
    let failed = |error: knowledge::KnowledgeError| StartError::Knowledge(error.to_string());
    let (knowledge, _) = Knowledge::open(&config.data, || config.articles.clone()).map_err(failed)?;
    knowledge.sync(&config.articles).map_err(failed)?;
    Ok(Arc::new(knowledge))
}

/// Passes the host's events on. When the engine is behind, the host waits here, not the engine.
async fn pump_host_events(mut inbox: tokio::sync::mpsc::Receiver<HostEvent>, jobs: SyncSender<Job>) {
    while let Some(event) = inbox.recv().await {
        let mut job = Job::Host(event);
        loop {
            match jobs.try_send(job) {
                Ok(()) => break,
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return,
                Err(std::sync::mpsc::TrySendError::Full(back)) => {
                    job = back;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn journal(error: store::StorageError) -> StartError {
    StartError::Journal(error.to_string())
}

impl Core {
    fn note_gateway(&mut self, gateway: Result<Gateway, gateway::BindError>) -> Option<Gateway> {
        match gateway {
            Ok(gateway) => {
                let address = gateway.local_addr().to_string();
                self.outside.facts.set_gateway(&address);
                self.health.gateway = Some(address);
                Some(gateway)
            }
            Err(error) => {
                tracing::warn!(%error, "the gateway does not listen");
                self.health.gateway_trouble = Some("gateway-not-listening".to_owned());
                None
            }
        }
    }

    /// Everything before the loop: who works here, plugins, the first company, what was left behind.
    fn begin(&mut self, store: &mut Store, config: EngineConfig) -> Result<(), StartError> {
        let refused = |error: core::InputError| StartError::Journal(error.to_string());
        self.shown.snippets = Arc::new(config.snippets);
        self.begin_memory(store).map_err(journal)?;
        self.input(store, &Input::AgentAdded(config.me)).map_err(refused)?;
        self.load_packages(store, config.packages, &config.publishers);
        let planted = self.settings.contains_key(SEEDED);
        if let Some(seed) = config.seed.filter(|_| !planted) {
            let grown = store.group(|store| self.plant(store, seed)).map_err(journal)?;
            grown.map_err(refused)?;
            store.set_setting(SEEDED, Some("1")).map_err(journal)?;
            // What was said long ago needs no reaction now.
            self.reactions.clear();
            self.effects.clear();
            self.begin_memory(store).map_err(journal)?;
        }
        self.health.demo = self.settings.contains_key(SEEDED) || self.has_simulated_customers();
        self.greet_agent(store).map_err(refused)?;
        self.resume_raw(store, None);
        self.resume_outbox(store);
        let now = self.now();
        self.timers.at(now, Due::Tidy);
        self.refresh_plugins();
        self.publish();
        Ok(())
    }

    /// What is kept in memory beside the directory, read from the store.
    fn begin_memory(&mut self, store: &mut Store) -> Result<(), store::StorageError> {
        self.directory = store.directory()?;
        self.proposal_counts = store.proposal_counts()?.into_iter().collect();
        for draft in store.drafts()? {
            if let store::DraftKey::Reply(id) = draft.key {
                self.shown.drafts.insert(id);
            }
        }
        let (tickets, _) = store.tickets("", 0, view::TICKETS_SHOWN)?;
        self.shown.tickets = Arc::new(tickets.into_iter().map(Arc::new).collect());
        let open: Vec<_> = self.directory.conversations.values().cloned().collect();
        for conversation in open {
            self.know_customer(store, conversation.customer);
            self.shown.touch(conversation.id);
            if let model::conversation::Status::Parked { until: Some(until), .. } = conversation.status {
                self.timers.at(until, Due::ParkEnded(conversation.id));
            }
        }
        for proposal in self.directory.proposals.values().flatten() {
            if let Some(expires) = proposal.expires {
                self.timers.at(expires, Due::ProposalExpires(proposal.conversation, proposal.id));
            }
        }
        self.remember_faults(store);
        Ok(())
    }

    /// The agent at this desk is ready when the desk opens, unless something else was said before.
    fn greet_agent(&mut self, store: &mut Store) -> Result<(), core::InputError> {
        let offline = self
            .directory
            .agents
            .get(&self.me)
            .is_none_or(|state| state.presence.presence == Presence::Offline);
        if offline {
            let command =
                Box::new(Command::Agent(model::command::AgentCommand::SetPresence(Presence::Ready)));
            self.input(store, &Input::Command { agent: self.me, command, fresh: core::fresh() })?;
        }
        Ok(())
    }
}
