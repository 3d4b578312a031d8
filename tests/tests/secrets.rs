//! Secrets that people type, in the real engine with a plugin that sends what it is told to: they reach the one header
//! that the manifest names and nothing else of the desk.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use anyhow::{Context as _, Result, ensure};
use engine::Engine;
use model::{
    PluginId,
    command::{Command, ConversationCommand, PluginCommand, SecretText},
    field::{FieldValue, Origin},
    plugin::Egress,
    port::{Answer, Desk, Question},
    view::{SecretState, View},
};
use switchboard_tests::{guest, in_process, visitor::Caller, wait::until};
use zeroize::Zeroizing;

const SECRET: &str = "sk-typed-7f31c09e";
const PLUGIN: &str = "hostile";

/// Everything that was logged, at every level.
static LOG: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
    let log: Arc<Mutex<Vec<u8>>> = Arc::default();
    let writer = Arc::clone(&log);
    // Only the first one to ask can be the subscriber of the process.
    let _already = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("trace"))
        .with_writer(move || Logged(Arc::clone(&writer)))
        .try_init();
    log
});

struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server that answers every request, and what it was asked.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&heads);
        std::thread::Builder::new().name("server".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Ok(reading) = stream.try_clone() else { return };
                let lines = BufReader::new(reading).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(head.join("\n"));
                // Whoever asked may have gone.
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
            }
        })?;
        Ok(Self { address, heads })
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The heads of requests that carry the secret.
    fn with_secret(&self) -> Vec<String> {
        self.heads().into_iter().filter(|head| head.contains(SECRET)).collect()
    }
}

fn manifest(port: u16, template: &str) -> String {
    format!(
        r#"id = "{PLUGIN}"
version = "1.0.0"
name = "{PLUGIN}"
roles = ["assist"]
capabilities = [{{ http-private = "127.0.0.1:{port}" }}, {{ secret = "token" }}, "conversations"]
[[secrets]]
slot = "token"
host = "127.0.0.1:{port}"
header = "authorization"
template = "{template}"
typed = true
label = "Token"
[[settings]]
id = "observe"
label = "What it does"
kind = "line"
default = "secret http://127.0.0.1:{port}/answer token authorization"
"#
    )
}

struct Running {
    engine: Engine,
    desk: Arc<dyn Desk>,
    address: SocketAddr,
}

impl Running {
    fn start(data: &Path, component: &[u8], manifest: &str) -> Result<Self> {
        LazyLock::force(&LOG);
        let hostile = guest::package_bytes(component, manifest);
        let packages =
            vec![in_process::built("webchat")?, in_process::bundled(Path::new("hostile.wasm"), hostile)];
        let (engine, desk, address) = in_process::start(data, "en", packages)?;
        let running = Self { engine, desk, address };
        // Looks for the secret in the view that a restart begins with.
        running.until("the view is there", |_| Some(()))?;
        Ok(running)
    }

    fn until<T>(&self, what: &str, look: impl Fn(&View) -> Option<T>) -> Result<T> {
        until(what, || {
            let view = self.desk.view();
            ensure!(!format!("{view:?}").contains(SECRET), "the view has the secret");
            Ok(look(&view))
        })
    }

    fn send(&self, command: Command) -> Result<()> {
        ensure!(!format!("{command:?}").contains(SECRET), "the command shows the secret");
        self.desk.send(command).map_err(|_| anyhow::anyhow!("the engine's queue is full"))
    }

    fn plugin(&self, command: PluginCommand) -> Result<()> {
        self.send(Command::Plugin(PluginId::new(PLUGIN), command))
    }

    fn state(&self) -> Option<SecretState> {
        state(&self.desk.view())
    }

    fn keep(&self) -> Result<()> {
        let secret = SecretText::new(Zeroizing::new(SECRET.to_owned()));
        self.plugin(PluginCommand::KeepSecret { account: None, slot: "token".to_owned(), secret })?;
        self.until("the secret is set", |view| matches!(state(view), Some(SecretState::Set(_))).then_some(()))
    }

    /// A customer writes, so that the plugin looks on and does what it does.
    fn customer_writes(&self, words: &str) -> Result<()> {
        Caller::new(self.address)?.say("m-0000000001", words)?;
        let id = self.until("the conversation is in the queue", |view| {
            view.queue.iter().find(|row| row.preview == words).map(|row| row.id)
        })?;
        self.send(Command::Conversation(id, ConversationCommand::Show))?;
        self.send(Command::Conversation(id, ConversationCommand::Take))
    }

    /// What stands in the ledger about the plugin, once it is as wanted.
    fn ledger(&self, what: &str, wanted: impl Fn(&[Egress]) -> bool) -> Result<Vec<Egress>> {
        until(what, || {
            let asked = self.desk.ask(Question::PluginEgress(PluginId::new(PLUGIN)))?;
            match until("the ledger", || Ok(self.desk.answer(asked)))? {
                Answer::Egress(lines) => Ok(Some(lines).filter(|lines| wanted(lines))),
                other => anyhow::bail!("{other:?}"),
            }
        })
    }

    /// What the plugin logged: it logs every answer that it gets.
    fn plugin_log(&self) -> Result<String> {
        let asked = self.desk.ask(Question::PluginLog(PluginId::new(PLUGIN)))?;
        match until("the log", || Ok(self.desk.answer(asked)))? {
            Answer::Log(lines) => Ok(lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")),
            other => anyhow::bail!("{other:?}"),
        }
    }
}

fn state(view: &View) -> Option<SecretState> {
    let row = view.plugins.iter().find(|row| row.manifest.id.as_str() == PLUGIN)?;
    row.secrets.iter().find(|secret| secret.account.is_none() && secret.slot == "token").map(|it| it.state)
}

/// Everything that lies in the data folder, and the export of the journal.
fn written(data: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.display().to_string(), std::fs::read(&path)?));
            }
        }
    }
    ensure!(found.iter().any(|(name, _)| name.ends_with("desk.sqlite")), "the database is among them");
    let mut export = Vec::new();
    let events = store::Store::open(data)?.export(&mut export)?;
    ensure!(events > 0, "the export has something in it");
    found.push(("the export".to_owned(), export));
    Ok(found)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn nothing_holds_the_secret(data: &Path) -> Result<()> {
    // In hexadecimal as well: that is how bytes stand in the sealed file.
    let hexadecimal = SECRET.bytes().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    for (name, bytes) in written(data)? {
        ensure!(!holds(&bytes, SECRET) && !holds(&bytes, &hexadecimal), "{name} holds the secret");
    }
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(!log.is_empty(), "something was logged");
    ensure!(!holds(&log, SECRET), "the log holds the secret");
    Ok(())
}

#[test]
fn a_typed_secret_reaches_its_header_and_nothing_else() -> Result<()> {
    let component = guest::component()?;
    let (server, data) = (Server::start()?, tempfile::tempdir()?);
    let manifest = |template: &str| manifest(server.address.port(), template);
    let bearer = manifest("Bearer {}");

    // Before it is typed nothing leaves.
    let desk = Running::start(data.path(), &component, &bearer)?;
    ensure!(desk.state() == Some(SecretState::Missing), "{:?}", desk.state());
    desk.plugin(PluginCommand::KeepSecret {
        account: None,
        slot: "other".to_owned(),
        secret: SecretText::new(Zeroizing::new(SECRET.to_owned())),
    })?;
    desk.until("a slot that is not there is refused", |view| {
        view.notices.iter().any(|notice| notice.code == "not-configurable").then_some(())
    })?;

    // Typed, it is with the host at once, in the form of the manifest.
    desk.keep()?;
    desk.customer_writes("您好")?;
    let heads = until("the request", || Ok(Some(server.with_secret()).filter(|heads| !heads.is_empty())))?;
    let line = format!("authorization: Bearer {SECRET}");
    ensure!(heads.iter().all(|head| head.matches(SECRET).count() == 1 && head.contains(&line)), "{heads:?}");
    let log =
        until(
            "the plugin has its answer",
            || Ok(Some(desk.plugin_log()?).filter(|log| log.contains("200"))),
        )?;
    ensure!(!log.contains(SECRET), "{log}");
    desk.engine.stop();
    nothing_holds_the_secret(data.path())?;

    // It is there again after a restart, until it is cleared.
    let desk = Running::start(data.path(), &component, &bearer)?;
    ensure!(matches!(desk.state(), Some(SecretState::Set(_))), "{:?}", desk.state());
    let before = server.with_secret().len();
    desk.customer_writes("还在吗")?;
    until("the request after the restart", || Ok((server.with_secret().len() > before).then_some(())))?;
    desk.engine.stop();

    // A version that sends it in another form does not get it.
    let desk = Running::start(data.path(), &component, &manifest("Key {}"))?;
    ensure!(desk.state() == Some(SecretState::Moved), "{:?}", desk.state());
    desk.plugin(PluginCommand::ForgetSecret { account: None, slot: "token".to_owned() })?;
    desk.until("it is cleared", |view| (state(view)? == SecretState::Missing).then_some(()))?;
    desk.engine.stop();
    ensure!(server.heads().iter().all(|head| !head.contains("Key ")), "nothing was sent in the new form");
    Ok(())
}

#[test]
fn without_its_key_file_a_secret_is_asked_for_again() -> Result<()> {
    let component = guest::component()?;
    let (server, data) = (Server::start()?, tempfile::tempdir()?);
    let manifest = manifest(server.address.port(), "Bearer {}");
    let desk = Running::start(data.path(), &component, &manifest)?;
    desk.keep()?;
    desk.engine.stop();
    let key = data.path().join(store::SECRETS_KEY_FILE);
    let wrong: [Option<&[u8]>; 2] = [Some(&[5; 32]), None];
    for bytes in wrong {
        match bytes {
            Some(bytes) => std::fs::write(&key, bytes)?,
            None => std::fs::remove_file(&key)?,
        }
        let desk = Running::start(data.path(), &component, &manifest)?;
        ensure!(desk.state() == Some(SecretState::Unreadable), "{:?}", desk.state());
        desk.until("it is told", |view| {
            view.notices.iter().any(|notice| notice.code == "plugin-secret-again").then_some(())
        })?;
        let before = server.with_secret().len();
        desk.keep()?;
        desk.customer_writes(&format!("您好 {}", bytes.is_some()))?;
        until("the request", || Ok((server.with_secret().len() > before).then_some(())))?;
        desk.engine.stop();
    }
    nothing_holds_the_secret(data.path())
}

#[test]
fn what_a_plugin_sent_and_what_it_may_not_send_stand_in_the_ledger() -> Result<()> {
    let component = guest::component()?;
    let (server, data) = (Server::start()?, tempfile::tempdir()?);
    let manifest = manifest(server.address.port(), "Bearer {}");
    let desk = Running::start(data.path(), &component, &manifest)?;
    desk.keep()?;
    desk.customer_writes("您好")?;
    let conversation = desk.desk.view().queue.first().context("a conversation")?.id;
    let target = server.address.to_string();
    let read = |line: &Egress| line.status == Some(200) && line.received > 0;
    let lines = desk.ledger("the request is written down", |lines| lines.iter().any(read))?;
    let line = lines.iter().find(|line| read(line)).context("the line")?;
    ensure!((line.target.as_str(), line.method.as_str()) == (target.as_str(), "GET"), "{line:?}");
    ensure!(line.secrets == ["token"] && line.bytes > 0 && line.denied.is_none(), "{line:?}");
    ensure!(line.conversation == Some(conversation) && line.customer.is_some(), "{line:?}");

    // Where it may not go, the line says what would have allowed it.
    let order = FieldValue { text: "fetch http://elsewhere.test:81/x".to_owned(), origin: Origin::Agent };
    desk.plugin(PluginCommand::Configure([("observe".to_owned(), order)].into()))?;
    desk.customer_writes("在吗")?;
    let denied = |line: &Egress| line.denied.is_some();
    let lines = desk.ledger("the denial is written down", |lines| lines.first().is_some_and(denied))?;
    let needs = "capabilities = [{ http = \"elsewhere.test:81\" }]";
    ensure!(lines[0].denied.as_deref() == Some(needs), "{:?}", lines[0]);
    ensure!(lines[0].target == "elsewhere.test:81" && lines[0].bytes == 0, "{:?}", lines[0]);
    desk.engine.stop();

    // It is there after a restart, and gone with the customer.
    let desk = Running::start(data.path(), &component, &manifest)?;
    desk.ledger("it is kept", |lines| lines.iter().any(read) && lines.iter().any(denied))?;
    desk.engine.stop();
    let customer = line.customer.context("a customer")?;
    let mut store = store::Store::open(data.path())?;
    store.erase(customer, jiff::Timestamp::now())?;
    let left = store.egress(&PluginId::new(PLUGIN), 100)?;
    ensure!(!left.is_empty() && left.iter().all(|line| line.customer != Some(customer)), "{left:?}");
    Ok(())
}
