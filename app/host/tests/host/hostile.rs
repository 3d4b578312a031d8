//! Guests that misbehave, each as a real component. The host survives every one of them, says what happened, and a
//! well-behaved plugin beside them still answers.

use crate::{
    desk::{Bench, lane},
    guest::{Guest, IMPORT_KV_GET, IMPORT_LOG, IMPORT_TIMER, with_section},
};
use host::{Answer, CallError, HostEvent, LoadError, Package, PostError, Request, Tag, policy};
use model::plugin::PluginState;

const GOOD: &str = "good";
const BAD: &str = "bad";

/// Loads a good and a bad plugin, asks the bad one, and makes sure that the good one still answers.
async fn misbehave(bench: &mut Bench, bad: Guest) -> Result<Answer, CallError> {
    bench.load(Guest::default().package(GOOD), true);
    bench.load(bad.package(BAD), true);
    let result = bench.rubric(BAD).await;
    assert_eq!(
        bench.rubric(GOOD).await,
        Ok(Answer::Rubric(Vec::new())),
        "the good plugin answers after {result:?}"
    );
    result
}

/// How a call ends that misbehaves in some way.
type Expected = Box<dyn Fn(&CallError) -> bool>;

fn traps_with(words: &'static str) -> Expected {
    Box::new(move |error| matches!(error, CallError::Trap(text) if text.contains(words)))
}

fn invalid_with(words: &'static str) -> Expected {
    Box::new(move |error| matches!(error, CallError::Invalid(text) if text.contains(words)))
}

fn misbehaviours() -> Vec<(&'static str, Guest, Expected)> {
    vec![
        (
            "loops forever",
            Guest { rubric: "(loop $again (br $again)) (unreachable)", ..Guest::default() },
            Box::new(|error| *error == CallError::CpuTime),
        ),
        ("traps", Guest { rubric: "(unreachable)", ..Guest::default() }, traps_with("unreachable")),
        (
            "says why before it traps",
            Guest {
                imports: IMPORT_LOG,
                extra: r#"(data (i32.const 16) "the shelf is empty")"#,
                rubric: "(call $emit (i32.const 4) (i32.const 16) (i32.const 18) (i32.const 0) (i32.const 0)) (unreachable)",
                ..Guest::default()
            },
            traps_with("the shelf is empty"),
        ),
        (
            "recurses without end",
            Guest {
                extra: "(func $deeper (param i64) (result i64) (i64.add (call $deeper (local.get 0)) (i64.const 1)))",
                rubric: "(drop (call $deeper (i64.const 1))) (unreachable)",
                ..Guest::default()
            },
            traps_with("stack"),
        ),
        (
            "eats memory",
            Guest {
                rubric: "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)",
                ..Guest::default()
            },
            Box::new(|error| *error == CallError::Memory),
        ),
        (
            "grows a table",
            Guest {
                extra: "(table $t 1 funcref)",
                rubric: "(drop (table.grow $t (ref.null func) (i32.const 1000000))) (unreachable)",
                ..Guest::default()
            },
            Box::new(|error| *error == CallError::Memory),
        ),
        (
            "waits in the host for too long",
            Guest {
                imports: IMPORT_KV_GET,
                extra: r#"(data (i32.const 16) "stuck")"#,
                rubric: "(call $get (i32.const 16) (i32.const 5) (i32.const 2048)) (i32.const 1024)",
                manifest: "capabilities = [\"kv\"]",
                ..Guest::default()
            },
            Box::new(|error| *error == CallError::WallTime),
        ),
        (
            "answers with too long a list",
            Guest {
                rubric: "(i32.store (i32.const 2048) (i32.const 4096)) (i32.store (i32.const 2052) (i32.const 200))
                         (i32.const 2048)",
                ..Guest::default()
            },
            invalid_with("200 entries"),
        ),
        (
            "answers with what is not a number",
            Guest {
                // One criterion at 4096: id of one byte, empty title and help, weight NaN.
                rubric: "(i32.store (i32.const 4096) (i32.const 8)) (i32.store (i32.const 4100) (i32.const 1))
                         (f32.store (i32.const 4120) (f32.const nan))
                         (i32.store (i32.const 2048) (i32.const 4096)) (i32.store (i32.const 2052) (i32.const 1))
                         (i32.const 2048)",
                ..Guest::default()
            },
            invalid_with("weight"),
        ),
        (
            "points outside its memory",
            Guest {
                rubric: "(i32.store (i32.const 2048) (i32.const 4096)) (i32.store (i32.const 2052) (i32.const 100000000))
                         (i32.const 2048)",
                ..Guest::default()
            },
            Box::new(|error| matches!(error, CallError::Trap(_))),
        ),
        (
            "hands over more than a call may carry",
            Guest {
                // 40 MiB of memory, all of it as the title of one criterion.
                rubric: "(drop (memory.grow (i32.const 640)))
                         (i32.store (i32.const 4104) (i32.const 65536)) (i32.store (i32.const 4108) (i32.const 41943040))
                         (i32.store (i32.const 2048) (i32.const 4096)) (i32.store (i32.const 2052) (i32.const 1))
                         (i32.const 2048)",
                ..Guest::default()
            },
            Box::new(|error| matches!(error, CallError::Trap(_))),
        ),
    ]
}

#[tokio::test]
async fn every_kind_of_misbehaviour_has_its_name() {
    for (name, bad, expected) in misbehaviours() {
        let mut bench = Bench::new();
        let error = misbehave(&mut bench, bad).await.expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
        let fault = bench.wait_for(|event| matches!(event, HostEvent::Fault(_))).await;
        let HostEvent::Fault(fault) = fault else { unreachable!() };
        assert_eq!(Some(fault.cause), error.fault(), "{name}");
        assert_eq!(fault.plugin.as_str(), BAD, "{name}");
    }
}

#[tokio::test]
async fn an_instance_is_started_again_after_a_fault() {
    let mut bench = Bench::new();
    let bad = Guest { rubric: "(unreachable)", ..Guest::default() };
    misbehave(&mut bench, bad).await.expect_err("a trap");
    bench.state(BAD, |state| matches!(state, PluginState::Restarting { .. })).await;
    bench.state(BAD, |state| *state == PluginState::Healthy).await;
    let bad = bench.status(BAD);
    assert_eq!((bad.signals.faults, bad.signals.restarts), (1, 1));
    assert_eq!(bad.faults["trap"], 1);
}

#[tokio::test]
async fn a_crash_loop_ends_in_quarantine_and_a_person_can_try_again() {
    let mut bench = Bench::new();
    bench.load(Guest::default().package(GOOD), true);
    bench.load(Guest { init: "(unreachable)", ..Guest::default() }.package(BAD), true);
    bench.host.open(&lane(BAD)).expect("opened");
    bench.state(BAD, |state| *state == PluginState::Quarantined).await;
    assert_eq!(bench.status(BAD).signals.faults, policy::QUARANTINE_FAULTS as u64);
    assert_eq!(bench.host.post(&lane(BAD), Request::Rubric, Tag(1)), Err(PostError::NotRunning));
    assert_eq!(bench.rubric(GOOD).await, Ok(Answer::Rubric(Vec::new())));

    bench.host.retry(&BAD.into());
    bench.state(BAD, |state| *state == PluginState::Healthy).await;
    assert!(matches!(bench.rubric(BAD).await, Err(CallError::Start(_))), "it is tried again");
}

#[tokio::test]
async fn a_flood_of_log_lines_is_cut_and_counted() {
    let mut bench = Bench::new();
    let bad = Guest {
        imports: IMPORT_LOG,
        extra: r#"(data (i32.const 16) "again") (global $left (mut i32) (i32.const 2000))"#,
        rubric: "(loop $again
                   (call $emit (i32.const 2) (i32.const 16) (i32.const 5) (i32.const 0) (i32.const 0))
                   (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                   (br_if $again (global.get $left)))
                 (i32.const 1024)",
        ..Guest::default()
    };
    misbehave(&mut bench, bad).await.expect("an answer");
    let kept = bench.host.log(&BAD.into()).len();
    let bad = bench.status(BAD);
    assert!(kept <= 2 * policy::LOG_LINES_PER_SECOND as usize, "{kept} lines");
    assert_eq!(bad.counters["log lines left out"] + kept as u64, 2000);
}

#[tokio::test]
async fn what_is_not_granted_is_denied_with_the_line_that_would_allow_it() {
    for (manifest, granted, expected) in
        [("capabilities = [\"kv\"]", true, 0), ("capabilities = [\"kv\"]", false, 1), ("", true, 1)]
    {
        let mut bench = Bench::new();
        let guest = Guest {
            imports: IMPORT_KV_GET,
            extra: r#"(data (i32.const 16) "some key")"#,
            rubric: "(call $get (i32.const 16) (i32.const 8) (i32.const 2048)) (i32.const 1024)",
            manifest,
            ..Guest::default()
        };
        bench.load(guest.package(BAD), granted);
        bench.rubric(BAD).await.expect("an answer");
        let status = bench.status(BAD);
        assert_eq!(status.signals.denials, expected, "{manifest}, granted: {granted}");
        assert_eq!(status.denials.get("capabilities = [\"kv\"]").copied().unwrap_or(0), expected);
    }
}

#[tokio::test]
async fn a_full_mailbox_is_said_at_once() {
    let mut bench = Bench::new();
    let slow = Guest {
        imports: IMPORT_KV_GET,
        extra: r#"(data (i32.const 16) "stuck")"#,
        rubric: "(call $get (i32.const 16) (i32.const 5) (i32.const 2048)) (i32.const 1024)",
        manifest: "capabilities = [\"kv\"]",
        ..Guest::default()
    };
    bench.load(slow.package(BAD), true);
    let most = policy::MAILBOX_MAX as u64 + 2;
    let posted: Vec<_> =
        (0..most).map(|tag| bench.host.post(&lane(BAD), Request::Rubric, Tag(tag))).collect();
    assert_eq!(posted.iter().rev().take(1).collect::<Vec<_>>(), [&Err(PostError::Overloaded)]);
    // Every accepted request is answered, whatever becomes of the plugin.
    for (tag, result) in posted.iter().enumerate() {
        if result.is_ok() {
            bench.reply(Tag(tag as u64)).await.expect_err("late, or not running");
        }
    }
}

#[tokio::test]
async fn requests_are_answered_when_a_plugin_is_unloaded() {
    let mut bench = Bench::new();
    let slow = Guest {
        imports: IMPORT_KV_GET,
        extra: r#"(data (i32.const 16) "stuck")"#,
        rubric: "(call $get (i32.const 16) (i32.const 5) (i32.const 2048)) (i32.const 1024)",
        manifest: "capabilities = [\"kv\"]",
        ..Guest::default()
    };
    bench.load(slow.package(BAD), true);
    for tag in 0..3 {
        bench.host.post(&lane(BAD), Request::Rubric, Tag(tag)).expect("posted");
    }
    assert!(bench.host.unload(&BAD.into()));
    for tag in 0..3 {
        bench.reply(Tag(tag)).await.expect_err("cancelled");
    }
    assert_eq!(bench.host.post(&lane(BAD), Request::Rubric, Tag(9)), Err(PostError::NoSuchPlugin));
}

#[tokio::test]
async fn timers_run_out_and_their_faults_are_told() {
    let mut bench = Bench::new();
    let guest = Guest {
        imports: IMPORT_TIMER,
        extra: r#"(data (i32.const 16) "tick")"#,
        init: "(call $set (i32.const 16) (i32.const 4) (i32.const 1) (i32.const 0) (i32.const 2048)) (i32.const 1024)",
        manifest: "capabilities = [\"timers\"]",
        ..Guest::default()
    };
    bench.load(guest.package(GOOD), true);
    bench.host.open(&lane(GOOD)).expect("opened");
    let HostEvent::Timer { id, result, .. } =
        bench.wait_for(|event| matches!(event, HostEvent::Timer { .. })).await
    else {
        unreachable!()
    };
    assert_eq!((id.as_str(), result), ("tick", Ok(Answer::Done)));
}

#[tokio::test]
async fn compiled_code_is_used_again_and_never_when_changed() {
    let bytes = Guest::default().bytes(GOOD);
    let mut bench = Bench::new();
    bench.load(Package::read(bytes.clone()).expect("a package"), true);
    bench.rubric(GOOD).await.expect("an answer");
    let Bench { host, folder, .. } = bench;
    tokio::task::spawn_blocking(move || host.close()).await.expect("closed");
    let cached: Vec<_> = std::fs::read_dir(folder.path().join("cache"))
        .expect("the cache")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "code"))
        .collect();
    let [code] = &cached[..] else { panic!("one file of code, not {cached:?}") };

    let whole = std::fs::read(code).expect("the code");
    for damage in [0, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[damage] ^= 1;
        std::fs::write(code, &damaged).expect("written");
        let other = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(other.path().join("cache")).expect("a folder");
        for entry in std::fs::read_dir(folder.path().join("cache")).expect("the cache") {
            let path = entry.expect("an entry").path();
            std::fs::copy(&path, other.path().join("cache").join(path.file_name().expect("a name")))
                .expect("copied");
        }
        let mut bench = Bench::in_folder(other);
        bench.load(Package::read(bytes.clone()).expect("a package"), true);
        assert_eq!(bench.rubric(GOOD).await, Ok(Answer::Rubric(Vec::new())), "damaged at {damage}");
        let name = code.file_name().expect("a name");
        let again = std::fs::read(bench.folder.path().join("cache").join(name)).expect("the code");
        assert_ne!(again, damaged, "it was compiled and written again");
    }
}

#[test]
fn packages_that_promise_what_they_do_not_have_are_refused() {
    let good = Guest::default();
    let read = |bytes: Vec<u8>| Package::read(bytes).map(|_| ()).expect_err("refused");
    assert!(matches!(read(b"\0asm\x01\0\0\0".to_vec()), LoadError::NotAComponent(_)));
    assert!(matches!(read(b"not wasm".to_vec()), LoadError::NotAComponent(_)));
    assert_eq!(read(b"\0asm\x0d\0\x01\0".to_vec()), LoadError::NoManifest);

    let manifest = "id = \"empty\"\nversion = \"1.0.0\"\nname = \"empty\"\nroles = [\"quality\"]\n";
    let empty =
        with_section(b"\0asm\x0d\0\x01\0".to_vec(), host::package::MANIFEST_SECTION, manifest.as_bytes());
    assert_eq!(read(empty), LoadError::MissingExport("lifecycle".to_owned()));

    let assets = host::package::encode_assets([("../outside", &b"x"[..])]);
    let outside = with_section(good.bytes(GOOD), host::package::ASSETS_SECTION, &assets);
    assert!(matches!(read(outside), LoadError::Assets(_)));

    let assets =
        host::package::encode_assets([("web/widget.js", &b"let x"[..]), ("locales/en.ftl", &b"a = b"[..])]);
    let whole = with_section(good.bytes(GOOD), host::package::ASSETS_SECTION, &assets);
    let package = Package::read(whole.clone()).expect("a package");
    assert_eq!(&*package.assets["web/widget.js"], b"let x");
    assert_eq!(package.manifest.id.as_str(), GOOD);

    for id in ["X", "a", "has space", "../up"] {
        assert!(matches!(read(good.bytes(id)), LoadError::Manifest(_)), "{id}");
    }
}

#[tokio::test]
async fn an_older_serial_never_replaces_a_newer_one() {
    let bench = Bench::new();
    bench.load(Guest { manifest: "serial = 7", ..Guest::default() }.package(GOOD), true);
    let older = Guest { manifest: "serial = 6", ..Guest::default() }.package(GOOD);
    let refused = bench.host.load(older, &std::collections::BTreeSet::new());
    assert_eq!(refused, Err(LoadError::OlderSerial { offered: 6, present: 7 }));
    bench.load(Guest { manifest: "serial = 8", ..Guest::default() }.package(GOOD), true);
}
