//! Attacks that take more than one call, or bytes written by hand.

use std::{future::Future, path::Path, pin::Pin, time::Instant};

use host::{
    Answer, CallError, Guard, Guards, HostEvent, Ingress, LoadError, Package, Request, RunMode,
    package::MANIFEST_SECTION,
};
use model::plugin::{PluginState, Role};

use crate::{
    arena::{Arena, BAD, GOOD, World, lane},
    component,
    guest::{Guest, with_section},
    table::{Row, outcome},
};

type Tried<'a> = Pin<Box<dyn Future<Output = Came> + 'a>>;

/// What came of it.
pub struct Came {
    won: bool,
    outcome: String,
}

/// One attack.
pub struct Special {
    pub name: &'static str,
    guard: Guard,
    attempt: for<'a> fn(&'a World, &'a [Guard]) -> Tried<'a>,
}

pub const ALL: &[Special] = &[
    Special {
        name: "grows a table",
        guard: Guard::Tables,
        attempt: |world, off| Box::pin(table(world, off)),
    },
    Special {
        name: "crashes at every start",
        guard: Guard::Quarantine,
        attempt: |world, off| Box::pin(crash_loop(world, off)),
    },
    Special {
        name: "is brought down by one message",
        guard: Guard::FreshInstance,
        attempt: |world, off| Box::pin(poison(world, off)),
    },
    Special {
        name: "replaces itself by an older version",
        guard: Guard::Serial,
        attempt: |world, off| at_once(older(world, off)),
    },
    Special {
        name: "plants its code in the cache",
        guard: Guard::CodeAuthenticity,
        attempt: |world, off| Box::pin(planted(world, off)),
    },
    Special {
        name: "sets a timer that never rests",
        guard: Guard::Timers,
        attempt: |world, off| Box::pin(storm(world, off)),
    },
    package("promises a role that it does not have", Guard::Interfaces, |_, off| at_once(promise(off))),
    package("imports what nobody offers", Guard::Interfaces, |_, off| at_once(import(off))),
    package("puts a file outside its place", Guard::PackageContent, |_, off| {
        at_once(files(off, "../../autostart", 1))
    }),
    package("brings 3 MiB of files", Guard::PackageContent, |_, off| {
        at_once(files(off, "large", 3 * 1024 * 1024))
    }),
    package("has a second manifest", Guard::PackageContent, |_, off| at_once(two_manifests(off))),
    // The last one: from here on, packages are compiled by children of the desk's own program.
    Special {
        name: "takes all memory to compile",
        guard: Guard::Compiler,
        attempt: |world, off| Box::pin(bomb(world, off)),
    },
];

/// A trick of a package, which must fail before anything of it runs.
const fn package(
    name: &'static str,
    guard: Guard,
    attempt: for<'a> fn(&'a World, &'a [Guard]) -> Tried<'a>,
) -> Special {
    Special { name, guard, attempt }
}

/// Runs an attack with all guards and without its own.
pub async fn run(world: &World, special: &Special) -> Row {
    eprintln!("{}", special.name);
    let mut complaints = Vec::new();
    let began = Instant::now();
    let held = (special.attempt)(world, &[]).await;
    let took = began.elapsed();
    if held.won {
        complaints.push("it succeeded".to_owned());
    }
    let lost = (special.attempt)(world, &[special.guard]).await;
    if !lost.won {
        complaints.push(format!("it failed without its guard: {}", lost.outcome));
    }
    let guard = format!("{:?}", special.guard);
    Row { name: special.name, guard, held: held.outcome, took, memory_bytes: 0, complaints }
}

fn live(world: &World, off: &[Guard]) -> Arena {
    Arena::new(&world.cache, RunMode::Live, off)
}

fn at_once<'a>(came: Came) -> Tried<'a> {
    Box::pin(std::future::ready(came))
}

fn came(won: bool, outcome: impl Into<String>) -> Came {
    Came { won, outcome: outcome.into() }
}

async fn table(world: &World, off: &[Guard]) -> Came {
    let mut arena = live(world, off);
    let guest = Guest {
        extra: "(table $t 1 funcref)",
        rubric: "(if (i32.eq (table.grow $t (ref.null func) (i32.const 500000)) (i32.const -1)) (then (unreachable)))
                 (i32.const 1024)",
        ..Guest::default()
    };
    arena.load(&guest.package(BAD), true);
    let result = arena.call(&lane(BAD, Role::Quality), Request::Rubric).await;
    came(result.is_ok(), outcome(&result))
}

async fn crash_loop(world: &World, off: &[Guard]) -> Came {
    let mut arena = live(world, off);
    arena.desk.orders.lock().expect("orders").push(("init".to_owned(), "panic".to_owned()));
    arena.load(&world.bad, true);
    arena.host().open(&lane(BAD, Role::Quality)).expect("opened");
    for _ in 0..=host::policy::QUARANTINE_FAULTS {
        let over = |event: &HostEvent| {
            matches!(
                event,
                HostEvent::Fault(_) | HostEvent::StatusChanged { state: PluginState::Quarantined, .. }
            )
        };
        if !matches!(arena.wait_for(over).await, HostEvent::Fault(_)) {
            return came(false, "quarantine after five faults");
        }
    }
    came(true, "it goes on")
}

async fn poison(world: &World, off: &[Guard]) -> Came {
    let mut arena = live(world, off);
    arena.load(&world.bad, true);
    let lane = lane(BAD, Role::Channel);
    let bad = arena.call(&lane, Request::Ingest(Ingress::Wire(b"poison".to_vec()))).await;
    assert!(matches!(&bad, Err(CallError::Trap(words)) if words.contains("poison")), "{bad:?}");
    let good = arena.call(&lane, Request::Ingest(Ingress::Wire(b"fine".to_vec()))).await;
    let words =
        if good.is_ok() { "held after two tries; the next is delivered" } else { "the next is lost too" };
    came(good.is_err(), words)
}

fn older(world: &World, off: &[Guard]) -> Came {
    let arena = live(world, off);
    let version = |manifest| Guest { manifest, ..Guest::default() }.package(BAD);
    arena.load(&version("serial = 7"), true);
    let grants = std::collections::BTreeSet::new();
    let result = arena.host().load(version("serial = 6"), &grants);
    let words = match &result {
        Err(LoadError::OlderSerial { .. }) => "refused: older serial".to_owned(),
        other => format!("{other:?}"),
    };
    came(result.is_ok(), words)
}

/// Code that stands in the cache under another component's name.
async fn planted(_world: &World, off: &[Guard]) -> Came {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let harmless = Guest { rubric: "(unreachable)", ..Guest::default() }.package(GOOD);
    let planted = Guest::default().package(BAD);
    let code_of = |package: &Package, cache: &Path| compiled(package.clone(), cache.to_owned());
    let theirs = code_of(&planted, &cache).await;
    let ours = code_of(&harmless, &cache).await;
    let ours: Vec<_> = ours.into_iter().filter(|file| !theirs.contains(file)).collect();
    let ([from], [to]) = (&theirs[..], &ours[..]) else { panic!("one file each: {theirs:?} {ours:?}") };
    std::fs::copy(from, to).expect("planted");
    let mut arena = Arena::new(&cache, RunMode::Live, off);
    arena.load(&harmless, true);
    let result = arena.call(&lane(GOOD, Role::Quality), Request::Rubric).await;
    // The harmless one traps; an answer is the planted one's.
    let words = if result.is_err() { "compiled again, its own code runs" } else { "the planted code runs" };
    came(result == Ok(Answer::Rubric(vec![])), words)
}

/// Loads a package, and tells the files of the cache afterwards.
async fn compiled(package: Package, cache: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let mut arena = Arena::new(&cache, RunMode::Live, &[]);
    let id = package.manifest.id.to_string();
    arena.load(&package, true);
    let _either_way = arena.call(&lane(&id, Role::Quality), Request::Rubric).await;
    let files = std::fs::read_dir(&cache).expect("the cache").map(|entry| entry.expect("an entry").path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "code")).collect()
}

async fn storm(world: &World, off: &[Guard]) -> Came {
    const TICKS: usize = 5;
    let mut arena = live(world, off);
    arena.desk.orders.lock().expect("orders").push(("init".to_owned(), "storm".to_owned()));
    arena.load(&world.bad, true);
    let began = Instant::now();
    arena.host().open(&lane(BAD, Role::Quality)).expect("opened");
    for _ in 0..TICKS {
        arena.wait_for(|event| matches!(event, HostEvent::Timer { .. })).await;
    }
    let fast = began.elapsed().as_millis() < u128::from(host::policy::TIMER_MIN_MS) * TICKS as u128;
    came(fast, if fast { "as often as it likes" } else { "once a second" })
}

/// The smallest component.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
const QUALITY: &str = "id = \"bad\"\nversion = \"1.0.0\"\nname = \"bad\"\nroles = [\"quality\"]\n";

fn reading(bytes: Vec<u8>, off: &[Guard]) -> Came {
    match Package::read_in_trial(bytes, Guards::without(off)) {
        Ok(_) => came(true, "taken"),
        Err(LoadError::MissingExport(_)) => came(false, "refused: a missing interface"),
        Err(LoadError::Import(_)) => came(false, "refused: an unknown interface"),
        Err(LoadError::Assets(_)) => came(false, "refused: its files"),
        Err(LoadError::Manifest(_)) => came(false, "refused: its manifest"),
        Err(other) => came(false, format!("{other:?}")),
    }
}

fn promise(off: &[Guard]) -> Came {
    reading(with_section(EMPTY.to_vec(), MANIFEST_SECTION, QUALITY.as_bytes()), off)
}

fn import(off: &[Guard]) -> Came {
    let component = wat::parse_str("(component (import \"wasi:filesystem/preopens@0.2.0\" (instance)))");
    reading(with_section(component.expect("a component"), MANIFEST_SECTION, QUALITY.as_bytes()), off)
}

fn files(off: &[Guard], name: &str, bytes: usize) -> Came {
    let content = vec![0; bytes];
    let section = host::package::encode_assets([(name, &content[..])]);
    reading(with_section(Guest::default().bytes(BAD), host::package::ASSETS_SECTION, &section), off)
}

fn two_manifests(off: &[Guard]) -> Came {
    let second = QUALITY.replace("bad", "good");
    reading(with_section(Guest::default().bytes(BAD), MANIFEST_SECTION, second.as_bytes()), off)
}

/// A small package with a function that takes hundreds of megabytes to compile.
async fn bomb(world: &World, off: &[Guard]) -> Came {
    const BLOCKS: usize = 8000;
    const LOCALS: usize = 1000;
    let program = component::root().expect("the workspace").join("target/debug/switchboard");
    assert!(program.is_file(), "build the workspace first: {} compiles", program.display());
    host::compiler::use_program(program);
    let mut text = format!("(func {}", "(local i32)".repeat(LOCALS));
    for block in 0..BLOCKS {
        let (one, other) = (block % LOCALS, block * 7 % LOCALS);
        let sum = format!("(i32.add (local.get {other}) (local.get {one}))");
        text.extend([&format!("(if (local.get {one}) (then (local.set {other} ")[..], &sum, ")))"]);
    }
    text += ")";
    let mut arena = live(world, off);
    arena.load(&Guest { extra: text.leak(), ..Guest::default() }.package(BAD), true);
    let settled = |event: &HostEvent| {
        matches!(event, HostEvent::StatusChanged { state: PluginState::Healthy | PluginState::Broken(_), .. })
    };
    match arena.wait_for(settled).await {
        HostEvent::StatusChanged { state: PluginState::Broken(why), .. } => {
            came(!why.contains("than its size allows"), "broken: takes more than its size allows")
        }
        _ => came(true, "compiled"),
    }
}
