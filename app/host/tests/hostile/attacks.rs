//! The attacks that one call makes: what is ordered, which guard holds it, and how it shows that it succeeded.

use std::{sync::atomic::Ordering, time::Duration};

use host::{
    Answer, CallError, ContactEvent, Guard, HostEvent, Ingress, Outgoing, Party, Place, Request, RunMode,
    Task,
};
use model::{
    panel::{PanelEvent, Slot},
    plugin::{CallKind, Role},
};

use crate::{
    arena::{Arena, BAD, GOOD, Seen, World, lane},
    desk::{ADDRESS, ID, PHONE, SECRET, contact, customer},
    server::Server,
    table::{Row, outcome},
};

/// A login as `me` with [`SECRET`], as it goes over the wire.
const SECRET_LOGIN: &str = "AUTH AG1lAHA0c3N3MHJkLW9mLXRoZS1kZXNr";

/// The call that carries an order into the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Search,
    /// A search for a customer whose card is handed over.
    Tell,
    Init,
    Ingest,
    Send,
    Observe,
    Next,
    Rubric,
    Fields,
    Check,
    Panel,
}

/// How an attack shows that it succeeded.
#[derive(Clone, Copy, Debug)]
pub enum Won {
    /// The call answers.
    Answered,
    /// A lookup's card says this.
    Says(&'static str),
    /// The server that nobody may reach was reached.
    Reached,
    /// The server that may be reached saw this.
    OpenSaw(&'static str),
    /// More notifications were shown.
    Shown(u32),
    /// More lines are in the log.
    Lines(usize),
    /// More counters are kept.
    Counters(usize),
    /// The secret is in the plugin's hands.
    Secret,
    /// Hidden marks reach the screen: more than so many.
    Marks(usize),
}

/// One attack.
pub struct Attack {
    pub name: &'static str,
    pub by: By,
    pub order: &'static str,
    pub guard: Guard,
    /// Guards that stand before or behind this one and are off both times, so that this one is what is tested.
    pub beside: &'static [Guard],
    /// Whether the plugin is granted what it asks for.
    pub granted: bool,
    pub mode: RunMode,
    pub won: Won,
}

const fn attack(name: &'static str, by: By, order: &'static str, guard: Guard, won: Won) -> Attack {
    Attack { name, by, order, guard, beside: &[], granted: true, mode: RunMode::Live, won }
}

#[allow(clippy::needless_pass_by_value, reason = "the attack is made of the one that is given")]
const fn beside(guards: &'static [Guard], attack: Attack) -> Attack {
    Attack { beside: guards, ..attack }
}

#[allow(clippy::needless_pass_by_value, reason = "the attack is made of the one that is given")]
const fn ungranted(attack: Attack) -> Attack {
    Attack { granted: false, ..attack }
}

/// All of them, by number.
pub fn all() -> Vec<Attack> {
    [loops(), weights(), answers(), panels(), rights(), network(), secrets(), floods(), streams()]
        .into_iter()
        .flatten()
        .collect()
}

fn loops() -> Vec<Attack> {
    use By::{Check, Fields, Ingest, Init, Next, Observe, Panel, Rubric, Search, Send};
    // Elapsed time is no limit here: a busy machine gives a guest only part of it.
    let cpu = |name, by, order| {
        beside(&[Guard::WallTime], attack(name, by, order, Guard::ProcessorTime, Won::Answered))
    };
    let wall = |name, by, order| attack(name, by, order, Guard::WallTime, Won::Answered);
    vec![
        cpu("computes on and on at the start", Init, "spin 5000"),
        cpu("computes on and on in a search", Search, "spin 1500"),
        cpu("computes on and on in an incoming message", Ingest, "spin 3000"),
        cpu("computes on and on in an outgoing message", Send, "spin 3000"),
        cpu("computes on and on when it follows a conversation", Observe, "spin 500"),
        cpu("computes on and on between two parts of a text", Next, "spin 700"),
        cpu("computes on and on in a rubric", Rubric, "spin 500"),
        cpu("computes on and on in a form", Fields, "spin 500"),
        cpu("computes on and on in a panel", Panel, "spin 400"),
        cpu("calls the clock on and on", Search, "calls 1500"),
        cpu("asks for randomness on and on", Search, "random 1500"),
        wall("sleeps in the host while a form is checked", Check, "wait slow:400"),
        wall("sleeps in the host while a form is filled", Fields, "wait slow:600"),
        wall("sleeps in the host when it follows a conversation", Observe, "wait slow:900"),
        wall("waits for a slow server while a form is filled", Fields, "fetch http://127.0.0.1:OPEN/slow"),
        attack("writes a text of 10,000 parts", Next, "parts 10000", Guard::Answers, Won::Answered),
    ]
}

fn weights() -> Vec<Attack> {
    use By::{Init, Search};
    vec![
        attack("eats memory", Search, "eat 100", Guard::Memory, Won::Says("ate 100 MiB")),
        attack("eats memory at the start", Init, "eat 100", Guard::Memory, Won::Answered),
        attack("recurses deeply", Search, "recurse 20000", Guard::Stack, Won::Says("20000 deep")),
        attack("logs a line of 40 MiB", Search, "log 40", Guard::Transfer, Won::Says("logged")),
        attack("keeps a value of 2 MiB", Search, "value 2", Guard::Storage, Won::Says("kept")),
        attack("fills the storage", Search, "fill 12", Guard::Storage, Won::Says("12 MiB kept")),
        attack("sets timers without end", Search, "timers 500", Guard::Timers, Won::Says("500 timers")),
        attack(
            "holds responses open without end",
            Search,
            "hoard http://127.0.0.1:OPEN/ 20",
            Guard::OpenHandles,
            Won::Says("20 open"),
        ),
    ]
}

fn answers() -> Vec<Attack> {
    use By::{Fields, Ingest, Observe, Rubric, Search, Send};
    let says = |name, by, order| attack(name, by, order, Guard::Answers, Won::Answered);
    vec![
        says("answers with 5,000 cards", Search, "cards: many"),
        says("answers with a title of 1 MiB", Search, "cards: long title"),
        says("gives a link that is a script", Search, "cards: script"),
        says("gives a link that looks like another site", Search, "cards: credentials"),
        attack("reverses text to disguise a file", Search, "cards: reversed", Guard::Answers, Won::Marks(64)),
        attack("hides control characters in text", Search, "cards: control", Guard::Answers, Won::Marks(0)),
        says("brings a note as if from outside", Ingest, "batch: note"),
        says("brings 5,000 messages at once", Ingest, "batch: many"),
        says("brings a message without an id", Ingest, "batch: no id"),
        says("brings a receipt for no thread", Ingest, "batch: no thread"),
        says("brings a message of 2 MiB", Ingest, "batch: long text"),
        says("answers a web request with no status", Ingest, "batch: status"),
        says("splits the answer to a web request", Ingest, "batch: split reply"),
        says("claims to have sent and gives no id", Send, "claim nothing"),
        says("is more than sure of a proposal", Observe, "advice: sure"),
        says("is sure of a proposal by what is no number", Observe, "advice: not a number"),
        says("makes 500 proposals at once", Observe, "advice: many"),
        says("takes back a proposal without an id", Observe, "advice: no id"),
        says("weighs a criterion without limit", Rubric, "rubric: infinite"),
        says("weighs a criterion less than nothing", Rubric, "rubric: negative"),
        says("has the same field twice", Fields, "fields: twice"),
        says("has 5,000 fields", Fields, "fields: many"),
    ]
}

fn panels() -> Vec<Attack> {
    let says = |name, order| attack(name, By::Panel, order, Guard::Answers, Won::Answered);
    vec![
        says("draws a panel that contains itself", "panel: cycle"),
        says("draws a part of a panel twice", "panel: shared child"),
        says("draws a part that is not there", "panel: outside"),
        says("draws a panel 500 levels deep", "panel: deep"),
        says("draws a panel of 5,000 parts", "panel: wide"),
        says("draws a panel of 600,000 letters", "panel: heavy"),
        says("draws progress that is no number", "panel: not a number"),
        says("draws a link to a file of this machine", "panel: script link"),
        says("writes into the composer without a click", "panel: draft"),
        says("opens a page without a click", "panel: open"),
        says("fills the clipboard without a click", "panel: copy"),
    ]
}

fn rights() -> Vec<Attack> {
    use By::{Search, Tell};
    vec![
        ungranted(attack(
            "reads storage without a grant",
            Search,
            "get key",
            Guard::Grants,
            Won::Says("None"),
        )),
        ungranted(attack(
            "reads a conversation without a grant",
            Search,
            "conversation 00000000-0000-0000-0000-000000000007",
            Guard::Grants,
            Won::Says("Chen"),
        )),
        ungranted(attack(
            "signs with a secret without a grant",
            Search,
            "mac token",
            Guard::Grants,
            Won::Says("signed"),
        )),
        ungranted(beside(
            &[Guard::Addresses],
            attack(
                "calls a host without a grant",
                Search,
                "fetch http://127.0.0.1:CLOSED/",
                Guard::Grants,
                Won::Reached,
            ),
        )),
        attack(
            "reads a phone number of a customer's card",
            Search,
            "customer 00000000-0000-0000-0000-000000000007",
            Guard::Masking,
            Won::Says(PHONE),
        ),
        attack(
            "reads the address of a customer it is asked about",
            Tell,
            "",
            Guard::Masking,
            Won::Says(ADDRESS),
        ),
        Attack {
            mode: RunMode::Drill { seed: 1 },
            ..attack(
                "calls out of a drill",
                Search,
                "fetch http://127.0.0.1:OPEN/",
                Guard::Drill,
                Won::OpenSaw("GET / HTTP/1.1"),
            )
        },
    ]
}

fn network() -> Vec<Attack> {
    let reaches = |name, order| attack(name, By::Search, order, Guard::Addresses, Won::Reached);
    let sends = |name, order, text| attack(name, By::Search, order, Guard::Headers, Won::OpenSaw(text));
    vec![
        reaches("reaches this machine by its address", "fetch http://127.0.0.1:CLOSED/"),
        reaches("reaches this machine in decimal", "fetch http://2130706433:CLOSED/"),
        reaches("reaches this machine in octal", "fetch http://0177.0.0.1:CLOSED/"),
        reaches("reaches this machine in hexadecimal", "fetch http://0x7f000001:CLOSED/"),
        reaches("reaches this machine in short", "fetch http://127.1:CLOSED/"),
        reaches("reaches this machine in wide digits", "fetch http://１２７.0.0.1:CLOSED/"),
        reaches("reaches this machine by IPv6", "fetch http://[::1]:CLOSED/"),
        reaches("reaches this machine by IPv4 within IPv6", "fetch http://[::ffff:127.0.0.1]:CLOSED/"),
        reaches("reaches this machine by zero", "fetch http://0:CLOSED/"),
        reaches("reaches this machine by IPv6's zero", "fetch http://[::]:CLOSED/"),
        reaches("reaches this machine by name", "fetch http://localhost:CLOSED/"),
        reaches("reaches this machine by name in circled letters", "fetch http://ⓛocalhost:CLOSED/"),
        reaches("reaches this machine by a name of its own", "fetch http://rebind.test:CLOSED/"),
        reaches("hides this machine among public addresses", "fetch http://mixed.test:CLOSED/"),
        beside(
            &[Guard::Addresses],
            attack(
                "writes another host before an @",
                By::Search,
                "fetch http://other.test@127.0.0.1:CLOSED/",
                Guard::Credentials,
                Won::Reached,
            ),
        ),
        attack(
            "is led to this machine by a redirect",
            By::Search,
            "fetch http://127.0.0.1:OPEN/elsewhere",
            Guard::Redirects,
            Won::Reached,
        ),
        sends(
            "names another host in its header",
            "header http://127.0.0.1:OPEN/ host evil.test",
            "host: evil.test",
        ),
        sends("keeps a connection for itself", "header http://127.0.0.1:OPEN/ te trailers", "te: trailers"),
        sends("asks for a tunnel", "header http://127.0.0.1:OPEN/ upgrade h2c", "upgrade: h2c"),
        attack(
            "reads a body without an end",
            By::Search,
            "read http://127.0.0.1:OPEN/endless 40",
            Guard::BodySize,
            Won::Says("40 MiB read"),
        ),
    ]
}

fn secrets() -> Vec<Attack> {
    let place = |name, order| attack(name, By::Search, order, Guard::SecretPlace, Won::OpenSaw(SECRET));
    let comes_back = |name, order| attack(name, By::Search, order, Guard::Scrubbing, Won::Secret);
    vec![
        place("sends a secret to another host", "secret http://other.test:OPEN/ token authorization"),
        place("sends a secret in another header", "secret http://127.0.0.1:OPEN/ token x-log"),
        place("sends a secret where anybody can listen", "secret http://plain.test:OPEN/ plain x-token"),
        comes_back(
            "has a secret told by the server",
            "secret http://127.0.0.1:OPEN/echo token authorization",
        ),
        comes_back(
            "has a secret told in a header",
            "secret http://127.0.0.1:OPEN/echo-header token authorization",
        ),
        comes_back(
            "has a secret told backwards",
            "secret http://127.0.0.1:OPEN/echo-reversed token authorization",
        ),
    ]
}

fn floods() -> Vec<Attack> {
    use By::Search;
    vec![
        attack("floods its log", Search, "lines 400", Guard::LogRate, Won::Lines(150)),
        attack("invents counters without end", Search, "count 2000", Guard::CounterNames, Won::Counters(100)),
        attack(
            "floods the agent with notifications",
            Search,
            "notify 50",
            Guard::Notifications,
            Won::Shown(6),
        ),
    ]
}

fn streams() -> Vec<Attack> {
    use By::Search;
    let reaches = |name, order| attack(name, Search, order, Guard::Addresses, Won::Reached);
    vec![
        ungranted(beside(
            &[Guard::Addresses],
            attack(
                "opens a stream without a grant",
                Search,
                "stream plain 127.0.0.1 CLOSED say:x",
                Guard::Grants,
                Won::Reached,
            ),
        )),
        reaches("opens a stream to this machine", "stream plain 127.0.0.1 CLOSED say:x"),
        reaches("opens a stream to this machine in hexadecimal", "stream plain 0x7f000001 CLOSED say:x"),
        reaches("opens a stream to this machine by IPv6", "stream plain [::1] CLOSED say:x"),
        reaches(
            "opens a stream to a name that leads to this machine",
            "stream plain rebind.test CLOSED say:x",
        ),
        reaches(
            "opens a stream to this machine among public addresses",
            "stream plain mixed.test CLOSED say:x",
        ),
        Attack {
            mode: RunMode::Drill { seed: 1 },
            ..attack(
                "opens a stream out of a drill",
                Search,
                "stream plain 127.0.0.1 OPEN say:hello read",
                Guard::Drill,
                Won::OpenSaw("hello"),
            )
        },
        attack(
            "holds streams open without end",
            Search,
            "streams plain 127.0.0.1 OPEN 20",
            Guard::OpenHandles,
            Won::Says("20 open"),
        ),
        beside(
            &[Guard::ProcessorTime, Guard::WallTime],
            attack(
                "reads a stream without an end",
                Search,
                "stream plain 127.0.0.1 OPEN say:GET_/endless_x flood:300",
                Guard::BodySize,
                Won::Says("300 MiB read"),
            ),
        ),
        attack(
            "opens and closes streams without end",
            Search,
            "often plain 127.0.0.1 OPEN 70",
            Guard::OpenHandles,
            Won::Says("70 opened"),
        ),
        attack(
            "sends a secret over a stream where anybody can listen",
            Search,
            "stream plain 127.0.0.1 OPEN login:token read",
            Guard::SecretPlace,
            Won::OpenSaw(SECRET_LOGIN),
        ),
        attack(
            "waits for a stream while a form is filled",
            By::Fields,
            "stream plain 127.0.0.1 OPEN wait:600 read",
            Guard::WallTime,
            Won::Answered,
        ),
    ]
}

fn request(by: By, order: String) -> (Role, Request) {
    let conversation = ID.parse().expect("an id");
    match by {
        By::Search => (Role::Lookup, Request::Search { who: None, query: order }),
        By::Tell => {
            (Role::Lookup, Request::Search { who: Some(Box::new(customer())), query: "tell".to_owned() })
        }
        By::Ingest => (Role::Channel, Request::Ingest(Ingress::Poll(None))),
        By::Send => (Role::Channel, Request::Send(Box::new(outgoing()))),
        By::Observe => (Role::Assist, Request::Observe { conversation, event: ContactEvent::Closing }),
        By::Next => {
            let contact = Box::new(contact());
            let (draft, wish) = (String::new(), String::new());
            (Role::Assist, Request::Generate { task: Task::Reply, contact, draft, wish })
        }
        By::Rubric | By::Init => (Role::Quality, Request::Rubric),
        By::Fields => {
            let form = "form".to_owned();
            (Role::TicketForm, Request::Fields { form, contact: None, values: model::field::Values::new() })
        }
        By::Check => {
            let form = "form".to_owned();
            (Role::TicketForm, Request::CheckForm { form, values: model::field::Values::new() })
        }
        By::Panel => {
            let place = Place { slot: Slot::CustomerSide, conversation: None, customer: None, ticket: None };
            (Role::Panel, Request::Panel { place, revision: 0, event: PanelEvent::Opened })
        }
    }
}

fn outgoing() -> Outgoing {
    let sender = Party { id: "1".to_owned(), name: "agent".to_owned(), handle: String::new() };
    Outgoing {
        key: "key".to_owned(),
        thread: "thread".to_owned(),
        recipients: vec![],
        sender,
        subject: None,
        text: "text".to_owned(),
        html: None,
        files: vec![],
        in_reply_to: None,
    }
}

fn export(by: By) -> &'static str {
    match by {
        By::Search | By::Tell => "",
        By::Init => "init",
        By::Ingest => "ingest",
        By::Send => "send",
        By::Observe => "observe",
        By::Next => "next",
        By::Rubric => "rubric",
        By::Fields => "fields",
        By::Check => "check",
        By::Panel => "panel",
    }
}

/// Runs an attack with all guards and without its own.
pub async fn run(world: &World, attack: &Attack) -> Row {
    eprintln!("{}", attack.name);
    let mut complaints = Vec::new();
    let (held, seen) = run_once(world, attack, attack.beside, &mut complaints, true).await;
    if held.won {
        complaints.push(format!("it succeeded: {:.300?}", seen.result));
    }
    let off: Vec<Guard> = attack.beside.iter().copied().chain([attack.guard]).collect();
    let (lost, unguarded) = run_once(world, attack, &off, &mut complaints, false).await;
    if !lost.won {
        complaints.push(format!("it failed without its guard: {:.300?}", unguarded.result));
    }
    Row {
        name: attack.name,
        guard: format!("{:?}", attack.guard),
        held: held.outcome,
        took: seen.took,
        memory_bytes: seen.memory_bytes,
        complaints,
    }
}

struct Judged {
    won: bool,
    outcome: String,
}

async fn run_once(
    world: &World,
    attack: &Attack,
    off: &[Guard],
    complaints: &mut Vec<String>,
    guarded: bool,
) -> (Judged, Seen) {
    let mut arena = Arena::new(&world.cache, attack.mode, off);
    let order = world.with_ports(attack.order);
    if attack.by != By::Search {
        arena.desk.orders.lock().expect("orders").push((export(attack.by).to_owned(), order.clone()));
    }
    arena.load(&world.good, true);
    arena.load(&world.bad, attack.granted);
    world.open.take();
    world.closed.take();
    let (role, request) = request(attack.by, order);
    let kind = request.kind();
    let seen = arena.attack(&lane(BAD, role), request).await;
    let (open, closed) = (requests(&world.open), requests(&world.closed));
    let won = won(attack, &arena, &seen, &open, &closed);
    if guarded {
        complaints.extend(oracle(&mut arena, &seen, kind));
    }
    (Judged { won, outcome: outcome(&seen.result) }, seen)
}

/// What reached a server, after what is on its way has arrived.
fn requests(server: &Server) -> Vec<String> {
    server.take()
}

fn won(attack: &Attack, arena: &Arena, seen: &Seen, open: &[String], closed: &[String]) -> bool {
    let host = arena.host();
    let card = match &seen.result {
        Ok(Answer::Cards(cards)) => cards.first(),
        _ => None,
    };
    let said = card.map_or("", |card| card.title.as_str());
    let bad = BAD.into();
    match attack.won {
        Won::Answered => seen.result.is_ok(),
        Won::Says(text) => said.contains(text),
        Won::Reached => !closed.is_empty(),
        Won::OpenSaw(text) => open.iter().any(|request| request.contains(text)),
        Won::Shown(most) => arena.desk.shown.load(Ordering::Relaxed) > most,
        Won::Lines(most) => host.log(&bad).len() > most,
        Won::Counters(most) => {
            host.status().iter().any(|status| status.manifest.id == bad && status.counters.len() > most)
        }
        Won::Secret => has_secret(said) || host.log(&bad).iter().any(|line| has_secret(&line.text)),
        Won::Marks(most) => {
            let shown = card.map_or_else(String::new, |card| format!("{}{}", card.title, facts(card)));
            shown.chars().filter(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(c)).count() > most
        }
    }
}

fn facts(card: &host::Card) -> String {
    card.facts.iter().flat_map(|fact| [fact.label.as_str(), fact.value.as_str()]).collect()
}

fn has_secret(text: &str) -> bool {
    let reversed: String = SECRET.chars().rev().collect();
    text.contains(SECRET) || text.contains(&reversed)
}

/// What must hold after every attack, with all guards on.
fn oracle(arena: &mut Arena, seen: &Seen, kind: CallKind) -> Vec<String> {
    let mut complaints = Vec::new();
    if !seen.neighbour_is_well() {
        complaints.push(format!(
            "the neighbour's p95 went from {:?} to {:?}",
            seen.neighbour[0], seen.neighbour[1]
        ));
    }
    let most = (host::policy::MEMORY_DEFAULT_BYTES + 64 * 1024 * 1024) as u64;
    if seen.memory_bytes > most {
        complaints.push(format!("{} bytes of memory", seen.memory_bytes));
    }
    if let Err(error) = &seen.result
        && error.fault().is_some()
    {
        match arena.fault(error) {
            Some(fault) if fault.plugin.as_str() == BAD && fault_names(fault.call, kind) => {}
            other => complaints.push(format!("the fault does not name plugin and call: {other:?}")),
        }
    }
    if matches!(seen.result, Err(CallError::NotRunning)) {
        let named = |event: &HostEvent| matches!(event, HostEvent::Fault(fault) if fault.plugin.as_str() == BAD && fault.call == CallKind::Init);
        arena.drain();
        if !arena.seen.iter().any(named) {
            complaints.push("no fault says why it does not run".to_owned());
        }
    }
    let secret_kept = arena.desk.keeps(SECRET);
    let sinks = arena.sinks();
    if has_secret(&sinks) || secret_kept || has_secret(&format!("{:?}", seen.result)) {
        complaints.push("the secret is where it should not be".to_owned());
    }
    if sinks.contains(PHONE) || sinks.contains(ADDRESS) {
        complaints.push("personal data is where it should not be".to_owned());
    }
    if seen.took > Duration::from_secs(10) {
        complaints.push(format!("it took {:?}", seen.took));
    }
    let good = GOOD.into();
    if arena.host().status().iter().any(|status| status.manifest.id == good && status.signals.faults > 0) {
        complaints.push("the neighbour has faults".to_owned());
    }
    complaints
}

/// Starting happens within the first call, and pulling within writing.
fn fault_names(call: CallKind, asked: CallKind) -> bool {
    use CallKind::{AssistNext, AssistStart, Init};
    call == asked || call == Init || (call, asked) == (AssistNext, AssistStart)
}
