//! A desk for the widget alone: the real gateway in front of this plugin running natively, and an agent who does as told.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use gateway::{
    Asset, BoxFuture, Download, Gateway, Inbound, Limits, NewFile, PushHub, StoredFile, UploadBody,
    UploadError, WebEvent, WebReply,
};
use plugin_kit::{
    Ctx,
    channel::{Channel as _, Ingress, Item, Outcome, Outgoing, OutgoingSignal, WebEvent as PluginEvent},
    testing::{self, Desk},
    types::{BlobRef, Pair, Party},
};
use plugin_webchat::WebChat;
use tokio::sync::oneshot;

/// Slug of the one account.
pub const SLUG: &str = "webchat";
const AGENT: &str = "王敏";
/// Requests that may wait for the plugin.
const QUEUE_MAX: usize = 64;

/// What the plugin's thread is asked.
enum Job {
    Web(WebEvent, oneshot::Sender<WebReply>),
    Line(String),
}

struct StandIn {
    jobs: mpsc::SyncSender<Job>,
    files: Files,
}

type Files = Arc<Mutex<HashMap<String, (NewFile, Vec<u8>)>>>;

fn keep(files: &Files, file: NewFile, bytes: Vec<u8>) -> StoredFile {
    let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
    let stored = StoredFile { id: format!("file-{}", files.len() + 1), bytes: bytes.len() as u64 };
    files.insert(stored.id.clone(), (file, bytes));
    stored
}

impl Inbound for StandIn {
    fn asset<'a>(&'a self, slug: &'a str, path: &'a str) -> BoxFuture<'a, Option<Asset>> {
        Box::pin(async move {
            let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web").join(path);
            let bytes = (slug == SLUG).then(|| std::fs::read(web).ok())??;
            Some(Asset { media_type: media_type(path).to_owned(), bytes: bytes.into() })
        })
    }

    fn web_event<'a>(&'a self, slug: &'a str, event: WebEvent) -> BoxFuture<'a, WebReply> {
        Box::pin(async move {
            if slug != SLUG {
                return WebReply::status(404);
            }
            let (answer, answered) = oneshot::channel();
            if self.jobs.try_send(Job::Web(event, answer)).is_err() {
                return WebReply::status(503);
            }
            answered.await.unwrap_or_else(|_| WebReply::status(503))
        })
    }

    fn upload<'a>(
        &'a self,
        _slug: &'a str,
        file: NewFile,
        mut body: UploadBody,
    ) -> BoxFuture<'a, Result<StoredFile, UploadError>> {
        Box::pin(async move {
            let mut bytes = Vec::new();
            while let Some(part) = body.next().await {
                bytes.extend_from_slice(&part?);
            }
            Ok(keep(&self.files, file, bytes))
        })
    }

    fn download<'a>(&'a self, _slug: &'a str, id: &'a str) -> BoxFuture<'a, Option<Download>> {
        Box::pin(async move {
            let (file, bytes) = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()?;
            let length = bytes.len() as u64;
            let body = Box::new(std::io::Cursor::new(bytes));
            Some(Download { media_type: file.media_type, name: file.name, bytes: length, body })
        })
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// The plugin and the agent, on the one thread that the kit's pretended desk lives on.
struct Agent {
    desk: Desk,
    chat: WebChat,
    hub: PushHub,
    files: Files,
    told: Box<dyn Fn(&Item)>,
    pushed: usize,
    calls: u64,
    last: Option<(String, String)>,
}

impl Agent {
    fn ctx(&mut self) -> Ctx {
        self.calls += 1;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let now_ms = now.as_millis() as u64;
        self.desk.set_now_ms(now_ms);
        Ctx { call: self.calls, now_ms, account: SLUG.to_owned(), ..testing::ctx() }
    }

    fn web(&mut self, event: WebEvent) -> WebReply {
        let pairs = |pairs: Vec<(String, String)>| {
            pairs.into_iter().map(|(name, value)| Pair::new(name, value)).collect()
        };
        let event = PluginEvent {
            path: event.path,
            method: event.method,
            query: pairs(event.query),
            headers: pairs(event.headers),
            body: event.body,
            client: event.remote.to_string(),
        };
        let ctx = self.ctx();
        let Ok(batch) = self.chat.ingest(&ctx, Ingress::Webhook(event)) else { return WebReply::status(503) };
        for item in batch.items {
            (self.told)(&item);
            if let Item::Message(message) = item {
                self.last = Some((message.thread, message.remote_id));
            }
        }
        self.pass_on();
        let Some(reply) = batch.reply else { return WebReply::status(202) };
        WebReply {
            status: reply.status,
            headers: reply.headers.into_iter().map(|pair| (pair.name, pair.value)).collect(),
            body: reply.body,
            subscribe: reply.topic,
        }
    }

    fn line(&mut self, line: &str) {
        let Some((thread, remote_id)) = self.last.clone() else {
            return eprintln!("nobody wrote yet");
        };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let ctx = self.ctx();
        let signal = match word {
            "type" => OutgoingSignal::Typing(true),
            "seen" => OutgoingSignal::Seen(remote_id),
            "join" => OutgoingSignal::Joined(Party::new("agent", rest)),
            "close" => OutgoingSignal::Closed,
            _ => {
                let answer = self.answer(word, rest, thread);
                if !matches!(self.chat.send(&ctx, answer), Outcome::Sent(_)) {
                    eprintln!("not sent");
                }
                return self.pass_on();
            }
        };
        if let Err(failure) = self.chat.signal(&ctx, &thread, signal) {
            eprintln!("{failure:?}");
        }
        self.pass_on();
    }

    fn answer(&self, word: &str, rest: &str, thread: String) -> Outgoing {
        let mut files = Vec::new();
        if word == "file"
            && let Ok(bytes) = std::fs::read(rest)
        {
            let name = Path::new(rest).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let file = NewFile { media_type: media_type(rest).to_owned(), name: name.clone(), bytes: None };
            let stored = keep(&self.files, file, bytes);
            files.push(BlobRef {
                id: stored.id,
                mime: media_type(rest).to_owned(),
                name,
                bytes: stored.bytes,
            });
        }
        Outgoing {
            key: format!("key-{}", self.calls),
            thread,
            recipients: vec![],
            sender: Party::new("agent", AGENT),
            subject: None,
            text: if word == "say" { rest.replace("\\n", "\n") } else { String::new() },
            html: None,
            files,
            in_reply_to: None,
            template: None,
        }
    }

    fn pass_on(&mut self) {
        let pushed = self.desk.pushed();
        for (topic, event) in &pushed[self.pushed..] {
            self.hub.publish(SLUG, topic, event);
        }
        self.pushed = pushed.len();
    }

    fn run(&mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                // A client that went away needs no answer.
                Job::Web(event, answer) => drop(answer.send(self.web(event))),
                Job::Line(line) if line == "quit" => return,
                Job::Line(line) => self.line(&line),
            }
        }
    }
}

/// A running stand-in.
pub struct Running {
    gateway: Gateway,
    jobs: mpsc::SyncSender<Job>,
    agent: thread::JoinHandle<()>,
}

impl Running {
    /// Begins on this port of the loopback address, 0 for any. `told` gets what the plugin tells the desk.
    pub async fn start(
        port: u16,
        told: impl Fn(&Item) + Send + 'static,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let (jobs, waiting) = mpsc::sync_channel(QUEUE_MAX);
        let (hub, files) = (PushHub::new(), Files::default());
        let inbound = Arc::new(StandIn { jobs: jobs.clone(), files: Arc::clone(&files) });
        let limits = Limits { requests_per_remote_per_second: 1000.0, ..Limits::default() };
        let gateway = Gateway::bind(([127, 0, 0, 1], port).into(), inbound, hub.clone(), limits).await?;
        let agent = thread::Builder::new().name("agent".to_owned()).spawn(move || {
            let desk = Desk::new();
            desk.secret("visitor");
            let chat = WebChat::default();
            Agent { desk, chat, hub, files, told: Box::new(told), pushed: 0, calls: 0, last: None }
                .run(&waiting);
        })?;
        Ok(Self { gateway, jobs, agent })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.gateway.local_addr()
    }

    /// What takes lines for the agent: `say TEXT`, `file PATH`, `type`, `seen`, `join NAME`, `close`, `quit`.
    pub fn lines(&self) -> impl Fn(&str) -> bool + Send + use<> {
        let jobs = self.jobs.clone();
        move |line| jobs.send(Job::Line(line.to_owned())).is_ok()
    }

    /// Waits for `quit` and closes.
    pub async fn end(self) -> Result<(), Box<dyn std::error::Error>> {
        tokio::task::spawn_blocking(move || self.agent.join()).await?.map_err(|_| "the plugin panicked")?;
        self.gateway.close().await;
        Ok(())
    }
}
