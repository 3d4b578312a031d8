//! `bench roundtrip`: from an HTTP client over the gateway, the sandboxed web-chat plugin and the journal into the
//! view that the window draws.
//!
//! The engine runs in this process as the desk starts it: real packages (those that come with the desk, without the
//! simulated customers), a real listening port, a data folder on the disk. Many visitors write over keep-alive
//! connections from several addresses of the loopback network, so that the limits for one visitor and one address hold
//! as ever. Messages leave at fixed moments, however slow the answers are, and a message's time runs from the
//! moment it was due until a published view shows it in the queue.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use engine::{Engine, EngineConfig, PluginFile};
use model::{
    AgentId, ConversationId,
    port::Desk,
    presence::AgentProfile,
    view::{QueueRow, View},
};
use reqwest::Client;
use serde_json::{Value, json};
use switchboard_tests::{
    desk::workspace,
    http,
    report::{Better, Report},
    wait::until,
};
use tempfile::TempDir;

use crate::statistics::{median, millis, percentile};

/// Messages a second, and for how many seconds, briefly and at length.
const LOADS: [(usize, usize, usize); 2] = [(1, 20, 120), (200, 12, 60)];
/// Visitors; at the highest rate each writes once a second, half of what one may.
const VISITORS: usize = 200;
/// Addresses that the visitors share; at the highest rate each sends 12.5 requests a second of 50.
const ADDRESSES: usize = 16;
const LIMIT_MS: f64 = 100.0;
/// Longest time after the last message until everything must have been seen.
const SETTLE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Left out: its simulated customers write by themselves.
const SIMULATED: &str = "demo-customers.wasm";

/// Runs it.
pub fn run(long: bool) -> Result<Report> {
    // The same provider as the desk's; only the first to say so is heard.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let mut report = Report::new("roundtrip");
    let mut floor = Floor::open()?;
    for (rate, seconds, seconds_long) in LOADS {
        let count = rate * if long { seconds_long } else { seconds };
        let load = floor.load(rate, count)?;
        let name = format!("{rate} a second");
        report.bar(
            &format!("message until in the view, {name}, p99"),
            percentile(&load.seen, 0.99),
            "ms",
            LIMIT_MS,
            Better::Lower,
        );
        report.measure(&format!("message until in the view, {name}, median"), median(&load.seen), "ms");
        report.measure(
            &format!("request until its answer, {name}, p99"),
            percentile(&load.answered, 0.99),
            "ms",
        );
        report.measure(&format!("messages, {name}"), count as f64, "messages");
        report.measure(&format!("of these refused, {name}"), load.refused as f64, "messages");
        report.measure(&format!("of these taken and not shown, {name}"), load.lost as f64, "messages");
    }
    floor.close()?;
    Ok(report)
}

/// When messages came into view: by visitor and number.
type Arrivals = Arc<Mutex<HashMap<(usize, usize), Instant>>>;

/// The engine, everybody who writes to it, and somebody who watches the view.
struct Floor {
    engine: Option<Engine>,
    watcher: Option<JoinHandle<()>>,
    arrivals: Arrivals,
    clients: tokio::runtime::Runtime,
    address: SocketAddr,
    visitors: Vec<Visitor>,
    _data: TempDir,
}

/// What became of the messages of a load.
#[derive(Default)]
struct Load {
    /// Milliseconds until each was in view; endless for those that never were.
    seen: Vec<f64>,
    /// Milliseconds until each request was answered.
    answered: Vec<f64>,
    refused: usize,
    lost: usize,
}

#[derive(Clone)]
struct Visitor {
    client: Client,
    credential: String,
    written: usize,
}

impl Floor {
    fn open() -> Result<Self> {
        let data = crate::folder()?;
        // One waiting signal is enough: the watcher takes the newest view.
        let (wake, news) = sync_channel(1);
        let engine = Engine::start(EngineConfig {
            data: data.path().join("data"),
            packages: packages()?,
            publishers: std::collections::BTreeMap::new(),
            me: AgentProfile {
                id: AgentId::from_u128(1),
                name: "周敏".to_owned(),
                public_name: None,
                skills: std::collections::BTreeSet::default(),
                capacity: std::collections::BTreeMap::default(),
            },
            articles: Vec::new(),
            snippets: Vec::new(),
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            language: "zh-CN".to_owned(),
            seed: None,
            wake: Arc::new(move || {
                let _one_waits_already = wake.try_send(());
            }),
        })?;
        let port = engine.gateway_address().context("the gateway listens")?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let arrivals = Arrivals::default();
        let watcher = std::thread::Builder::new().name("watcher".to_owned()).spawn({
            let (desk, arrivals) = (engine.desk(), Arc::clone(&arrivals));
            move || watch(&*desk, &news, &arrivals)
        })?;
        until("the web-chat plugin answers", || {
            let answer = http::ask(address, "GET", "/c/webchat/widget.js", &[], &[])?;
            Ok((answer.status == 200).then_some(()))
        })?;
        let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let visitors = clients.block_on(arrive(address))?;
        let (engine, watcher) = (Some(engine), Some(watcher));
        Ok(Self { engine, watcher, arrivals, clients, address, visitors, _data: data })
    }

    /// Lets `count` messages be written at this rate.
    fn load(&mut self, rate: usize, count: usize) -> Result<Load> {
        let begun = Instant::now() + Duration::from_millis(200);
        let mut writing = Vec::with_capacity(count);
        for index in 0..count {
            let due = begun + Duration::from_secs_f64(index as f64 / rate as f64);
            let who = index % VISITORS;
            let visitor = &mut self.visitors[who];
            let number = visitor.written;
            visitor.written += 1;
            let (visitor, address) = (visitor.clone(), self.address);
            let task = self.clients.spawn(async move {
                tokio::time::sleep_until(due.into()).await;
                let taken = visitor.say(address, who, number).await?;
                anyhow::Ok((taken, due.elapsed()))
            });
            writing.push((who, number, due, task));
        }
        let mut load = Load::default();
        let mut taken = Vec::with_capacity(count);
        for (who, number, due, task) in writing {
            let (is_taken, answered) = self.clients.block_on(task)??;
            load.answered.push(millis(answered));
            if is_taken {
                taken.push((who, number, due));
            } else {
                load.refused += 1;
            }
        }
        let arrivals = &self.arrivals;
        let at = |who, number| {
            arrivals.lock().unwrap_or_else(PoisonError::into_inner).get(&(who, number)).copied()
        };
        let deadline = Instant::now() + SETTLE;
        while Instant::now() < deadline && taken.iter().any(|(who, number, _)| at(*who, *number).is_none()) {
            std::thread::sleep(LOOK_EVERY);
        }
        let time = |(who, number, due): &(usize, usize, Instant)| {
            at(*who, *number).map(|at| millis(at.saturating_duration_since(*due)))
        };
        let seen: Vec<f64> = taken.iter().filter_map(time).collect();
        load.lost = taken.len() - seen.len();
        load.seen = seen;
        // What was refused or never came has taken longer than anything.
        load.seen.resize(count, f64::INFINITY);
        Ok(load)
    }

    fn close(mut self) -> Result<()> {
        if let Some(engine) = self.engine.take() {
            engine.stop();
        }
        // The engine was the only one to wake it.
        let watched = self.watcher.take().is_none_or(|watcher| watcher.join().is_ok());
        ensure!(watched, "the watcher panicked");
        Ok(())
    }
}

fn packages() -> Result<Vec<PluginFile>> {
    let folder = workspace().join("target/plugins");
    let listed = std::fs::read_dir(&folder)
        .with_context(|| format!("{}: build the plugins first (cargo xtask build)", folder.display()))?;
    let mut files = Vec::new();
    for entry in listed {
        let path = entry?.path();
        let wasm = path.extension().is_some_and(|ending| ending == "wasm");
        if wasm && path.file_name().is_some_and(|name| name != SIMULATED) {
            files.push(PluginFile { bytes: std::fs::read(&path)?.into(), path, bundled: true, pinned: None });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Lets everybody say hello, as the widget does when it opens.
async fn arrive(address: SocketAddr) -> Result<Vec<Visitor>> {
    let clients = (0..ADDRESSES)
        .map(|number| {
            let from = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1 + number as u8));
            Ok(Client::builder().no_proxy().local_address(from).build()?)
        })
        .collect::<Result<Vec<Client>>>()?;
    let mut visitors = Vec::with_capacity(VISITORS);
    for number in 0..VISITORS {
        let client = clients[number % ADDRESSES].clone();
        let request = client
            .post(format!("http://{address}/c/webchat/hook/hello"))
            .header("content-type", "application/json")
            .body(r#"{"language":"zh"}"#);
        let welcome = request.send().await?.error_for_status()?.bytes().await?;
        let welcome: Value = serde_json::from_slice(&welcome)?;
        let word = |name: &str| welcome[name].as_str().context("a welcome with visitor and token");
        let credential = format!("{}.{}", word("visitor")?, word("token")?);
        visitors.push(Visitor { client, credential, written: 0 });
    }
    Ok(visitors)
}

impl Visitor {
    /// Writes a message; whether the desk took it.
    async fn say(&self, address: SocketAddr, who: usize, number: usize) -> Result<bool> {
        let text = format!("{who}-{number} 您好，热水器一打开就显示 E4，请问怎么办？");
        let body = json!({ "id": format!("bench-{who:04}-{number:06}"), "text": text });
        let request = self
            .client
            .post(format!("http://{address}/c/webchat/hook/messages"))
            .bearer_auth(&self.credential)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        answer.bytes().await?;
        Ok(status.is_success())
    }
}

/// Notes for every new view which messages it shows. A visitor's message is also in view once a later one is.
fn watch(desk: &dyn Desk, news: &Receiver<()>, arrivals: &Arrivals) {
    let mut rows: HashMap<ConversationId, Arc<QueueRow>> = HashMap::new();
    let mut counted: HashMap<usize, usize> = HashMap::new();
    while news.recv().is_ok() {
        let view: Arc<View> = desk.view();
        let now = Instant::now();
        let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        for row in view.queue.iter() {
            if rows.get(&row.id).is_some_and(|known| Arc::ptr_eq(known, row)) {
                continue;
            }
            rows.insert(row.id, Arc::clone(row));
            let Some((who, number)) = written_by(&row.preview) else { continue };
            let next = counted.entry(who).or_default();
            for number in *next..=number {
                arrivals.insert((who, number), now);
            }
            *next = (*next).max(number + 1);
        }
    }
}

/// Who wrote a message and which of theirs it is, from its first word.
fn written_by(preview: &str) -> Option<(usize, usize)> {
    let (who, number) = preview.split(' ').next()?.split_once('-')?;
    Some((who.parse().ok()?, number.parse().ok()?))
}
