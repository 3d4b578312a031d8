//! What `new` makes builds, passes its own tests and lives through its own world; and a world that is wrong says where.
//! All plugins share one target folder for guests and one for this machine, so that the kit is compiled once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use plugin_tool::{
    build::{self, Options},
    scaffold::{self, Kit, TEMPLATES, Template},
};
use switchboard_plugin_trial::{Plugin, bench, run};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn target(name: &str) -> PathBuf {
    root().join("target").join(name)
}

/// A new plugin for a role, with the versions that the workspace uses, so that nothing has to be fetched.
fn project(outer: &Path, template: &Template) -> PathBuf {
    let folder = outer.join(format!("my-{}", template.role));
    scaffold::new(&folder, &Kit::Folder(root().join("plugin-sdk/rust")), template).unwrap();
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

fn built(folder: &Path) -> Plugin {
    let options = Options {
        target_folder: Some(target("guest")),
        offline: true,
        ..Options::into_folder(folder.join("out"))
    };
    Plugin::read(&build::build_folder(folder, &options).unwrap().file).unwrap()
}

fn template(role: &str) -> &'static Template {
    scaffold::template("rust", role).unwrap()
}

/// Where `node_modules` with the pinned `componentize-qjs` is, which npm puts there once.
fn javascript_modules() -> &'static Path {
    static MODULES: OnceLock<PathBuf> = OnceLock::new();
    MODULES.get_or_init(|| {
        let folder = target("js");
        let modules = folder.join("node_modules");
        if !modules.join("componentize-qjs/package.json").is_file() {
            std::fs::create_dir_all(&folder).unwrap();
            for file in ["package.json", "package-lock.json"] {
                std::fs::copy(root().join("plugin-sdk/js").join(file), folder.join(file)).unwrap();
            }
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
            let output = npm.output().expect("npm (Debian package npm)");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        modules
    })
}

#[test]
fn what_is_new_in_javascript_lives_through_the_same_worlds() {
    let modules = javascript_modules();
    for template in TEMPLATES.iter().filter(|template| template.language == "js") {
        let outer = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(modules, outer.path().join("node_modules")).unwrap();
        let folder = outer.path().join(format!("my-{}", template.role));
        scaffold::new(&folder, &Kit::Version(String::new()), template).unwrap();
        let outcome = run(&built(&folder), &folder.join("tests/first.toml")).unwrap();
        assert!(outcome.failures.is_empty(), "{}: {:#?}", template.role, outcome.failures);
        assert!(outcome.steps > 0 && outcome.signals.calls > 0, "{}: {outcome:?}", template.role);
    }
}

#[test]
fn a_mistake_in_javascript_is_told_with_its_place() {
    let outer = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(javascript_modules(), outer.path().join("node_modules")).unwrap();
    let folder = outer.path().join("my-assist");
    let template = scaffold::template("js", "assist").unwrap();
    scaffold::new(&folder, &Kit::Version(String::new()), template).unwrap();
    std::fs::write(folder.join("plugin.js"), "export const lifecycle = {\n  init( {\n};\n").unwrap();
    let error = build::build_folder(&folder, &Options::into_folder(folder.join("out"))).unwrap_err();
    assert!(format!("{error:#}").contains("plugin.js:3:"), "{error:#}");
}

#[test]
fn what_is_new_passes_its_own_tests_for_every_role() {
    for template in TEMPLATES.iter().filter(|template| template.language == "rust") {
        let outer = tempfile::tempdir().unwrap();
        let folder = project(outer.path(), template);
        let output = Command::new(env!("CARGO"))
            .args(["test", "--quiet", "--offline"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", target("guest"))
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {}", template.role, String::from_utf8_lossy(&output.stderr));

        let outcome = run(&built(&folder), &folder.join("tests/first.toml")).unwrap();
        assert!(outcome.failures.is_empty(), "{}: {:#?}", template.role, outcome.failures);
        assert!(outcome.steps > 0 && outcome.signals.calls > 0, "{}: {outcome:?}", template.role);
    }
}

/// Runs a world and answers what it complains about, each as `line: what`.
fn complaints(plugin: &Plugin, folder: &Path, world: &str) -> Vec<String> {
    let file = folder.join("tests/other.toml");
    std::fs::write(&file, world).unwrap();
    match run(plugin, &file) {
        Ok(outcome) => outcome
            .failures
            .iter()
            .map(|failure| {
                assert!(failure.to_string().starts_with(&format!("{}:", file.display())), "{failure}");
                format!("{}: {}", failure.line, failure.what)
            })
            .collect(),
        Err(error) => vec![format!("{error:#}").replace(&format!("{}:", file.display()), "")],
    }
}

#[test]
fn what_is_wrong_in_a_world_is_told_with_its_line() {
    let outer = tempfile::tempdir().unwrap();
    let folder = project(outer.path(), template("panel"));
    let plugin = built(&folder);
    let table = [
        ("[[steps]]\npanel = \"customer-side\"\nexpect = { effects = [] }\n", "3: step 1: effects is 1"),
        (
            "[[steps]]\npanel = \"customer-side\"\nexpect = { effects = [{ lines = [\"...\", \"no\"] }] }\n",
            "3: step 1: effects[0].lines",
        ),
        ("[[steps]]\npanel = \"customer-side\"\nerror = \"x\"\n", "3: step 1: it answered"),
        ("[[steps]]\nclick = \"a\"\ntick = true\n", "1: step 1: 2 things happen"),
        ("[[steps]]\nmessage = \"Hi\"\n", "1: step 1: the plugin does not have this role"),
        ("about = \"nothing\"\n", "1: nothing happens in this world"),
        ("[[steps]]\npanel = \"elsewhere\"\n", "2: unknown variant"),
        ("[[steps]]\npannel = \"customer-side\"\n", "unknown field `pannel`"),
        (
            "granted = []\n[[steps]]\npanel = \"customer-side\"\n",
            "2: step 1: not granted: capabilities = [\"kv\"]",
        ),
        (
            "[[steps]]\nclick = \"more\"\n[after]\nkv = { count = \"2\" }\n",
            "4: after.kv: count is \"1\", not \"2\"",
        ),
        ("[[steps]]\nclick = \"more\"\n[after.budget]\nmemory_mib = 0.01\n", "4: after.budget.memory_mib: "),
        (
            "[[steps]]\nclick = \"more\"\n[after]\ndenials = [\"capabilities = [\\\"blobs\\\"]\"]\n",
            "4: after.denials: nothing was denied",
        ),
        ("[[steps]]\nlater_ms = 5\n", "unknown field `later_ms`"),
    ];
    for (world, part) in table {
        let found = complaints(&plugin, &folder, world);
        assert!(found.iter().any(|complaint| complaint.contains(part)), "{world}\n{part}\n{found:#?}");
    }
    let denied = "granted = []\n[[steps]]\npanel = \"customer-side\"\nerror = \"~not granted\"\n[after]\ndenials = [\"capabilities = [\\\"kv\\\"]\"]\n";
    assert!(complaints(&plugin, &folder, denied).is_empty());
}

#[test]
fn a_bench_tells_times_and_memory() {
    let outer = tempfile::tempdir().unwrap();
    let folder = project(outer.path(), template("assist"));
    let table = bench(&built(&folder), &folder.join("tests/first.toml"), 20).unwrap().table();
    for part in ["assist-observe", "20", "500 ms", "MiB of 64 MiB", "bytes"] {
        assert!(table.contains(part), "{part} in\n{table}");
    }
}
