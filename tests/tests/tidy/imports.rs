//! Who may import whom, read from `cargo metadata`.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::expect_none;
use crate::source::root;

/// The crates of this repository that a crate may import. Those in [`FREE`] may import anything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("switchboard-model", &[]),
    ("switchboard-store", &["switchboard-model"]),
    ("switchboard-knowledge", &["switchboard-model"]),
    ("switchboard-gateway", &["switchboard-model"]),
    ("switchboard-voice", &["switchboard-model"]),
    ("switchboard-host", &["switchboard-model", "switchboard-plugin-package"]),
    (
        "switchboard-engine",
        &[
            "switchboard-model",
            "switchboard-store",
            "switchboard-knowledge",
            "switchboard-host",
            "switchboard-gateway",
            "switchboard-voice",
        ],
    ),
    ("switchboard-console", &["switchboard-model", "switchboard-assets"]),
    (
        "switchboard",
        &[
            "switchboard-model",
            "switchboard-store",
            "switchboard-knowledge",
            "switchboard-host",
            "switchboard-gateway",
            "switchboard-voice",
            "switchboard-engine",
            "switchboard-console",
            "switchboard-assets",
            "switchboard-plugin-package",
            "switchboard-plugin-tool",
            "switchboard-plugin-trial",
        ],
    ),
    ("switchboard-assets", &[]),
    ("switchboard-plugin", &[]),
    ("switchboard-plugin-package", &["switchboard-model"]),
    ("switchboard-plugin-tool", &["switchboard-model", "switchboard-plugin-package"]),
    (
        "switchboard-plugin-trial",
        &["switchboard-host", "switchboard-model", "switchboard-plugin-package", "switchboard-plugin-tool"],
    ),
];

const FREE: [&str; 2] = ["xtask", "switchboard-tests"];
const PLUGIN_PREFIX: &str = "plugin-";
const PLUGIN_MAY_IMPORT: &[&str] = &["switchboard-plugin"];

/// Each foreign technology, and the only crates that may import it by themselves.
const TECHNOLOGY: &[(&str, &[&str])] = &[
    ("rusqlite", &["switchboard-store"]),
    ("tantivy", &["switchboard-knowledge"]),
    ("wasmtime", &["switchboard-host"]),
    ("reqwest", &["switchboard-host"]),
    ("axum", &["switchboard-gateway"]),
    ("cpal", &["switchboard-voice"]),
    ("rodio", &["switchboard-voice"]),
    ("egui", &["switchboard-console", "switchboard"]),
    ("egui_extras", &["switchboard-console"]),
    ("eframe", &["switchboard"]),
    ("rfd", &["switchboard"]),
    ("notify-rust", &["switchboard"]),
    (
        "tokio",
        &[
            "switchboard-host",
            "switchboard-gateway",
            "switchboard-engine",
            "switchboard-voice",
            "switchboard-plugin-trial",
            "switchboard",
        ],
    ),
];

/// What must not come in even through others: the pure crate, and the crate whose tests need only a view.
const NEVER_REACHES: &[(&str, &[&str])] = &[
    (
        "switchboard-model",
        &["tokio", "egui", "eframe", "wasmtime", "rusqlite", "tantivy", "reqwest", "axum", "rand"],
    ),
    ("switchboard-console", &["tokio", "wasmtime", "rusqlite", "tantivy", "reqwest", "axum", "cpal"]),
    ("switchboard-store", &["egui", "wasmtime"]),
    ("switchboard-knowledge", &["egui", "wasmtime"]),
    ("switchboard-gateway", &["egui", "wasmtime"]),
    ("switchboard-voice", &["egui", "wasmtime"]),
    ("switchboard-host", &["egui", "rusqlite"]),
    ("switchboard-engine", &["egui", "eframe"]),
    ("switchboard-plugin-package", &["tokio", "egui", "wasmtime"]),
    ("switchboard-plugin-tool", &["egui", "wasmtime", "tokio"]),
    ("switchboard-plugin-trial", &["egui", "rusqlite"]),
    ("xtask", &["wasmtime", "tokio", "egui"]),
];

/// A crate of the repository and what it imports outside its tests.
struct Crate<'a> {
    name: &'a str,
    imports: BTreeSet<&'a str>,
}

fn complaints(crates: &[Crate]) -> Vec<String> {
    let ours: BTreeSet<&str> = crates.iter().map(|member| member.name).collect();
    let mut complaints = Vec::new();
    for member in crates.iter().filter(|member| !FREE.contains(&member.name)) {
        let Some(allowed) = may_import(member.name) else {
            complaints.push(format!("{} is not in the table of imports: add it there", member.name));
            continue;
        };
        for import in member.imports.iter().filter(|import| ours.contains(*import)) {
            if !allowed.contains(import) {
                complaints.push(format!("{} may not import {import}", member.name));
            }
        }
        for (technology, owners) in TECHNOLOGY {
            if member.imports.contains(technology) && !owners.contains(&member.name) {
                complaints.push(format!(
                    "{} imports {technology}, which belongs to {}",
                    member.name,
                    owners.join(" and ")
                ));
            }
        }
    }
    complaints
}

fn may_import(name: &str) -> Option<&'static [&'static str]> {
    if name.starts_with(PLUGIN_PREFIX) {
        return Some(PLUGIN_MAY_IMPORT);
    }
    MAY_IMPORT.iter().find(|(member, _)| *member == name).map(|(_, allowed)| *allowed)
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap()
}

fn crates(metadata: &Metadata) -> Vec<Crate<'_>> {
    let imports = |package: &Package| -> BTreeSet<&str> {
        let dependencies =
            package.dependencies.iter().filter(|import| import.kind != DependencyKind::Development);
        // The names live as long as the metadata; `package` is only a view of it.
        let names: BTreeSet<String> = dependencies.map(|import| import.name.clone()).collect();
        metadata
            .packages
            .iter()
            .map(|known| known.name.as_str())
            .filter(|known| names.contains(*known))
            .collect()
    };
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| Crate { name: package.name.as_str(), imports: imports(package) })
        .collect()
}

/// Everything that a crate's build links, as cargo sees it with the features in use.
fn reached(name: &str) -> BTreeSet<String> {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(root())
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--package",
            name,
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_crate_imports_only_what_the_table_allows() {
    let metadata = metadata();
    let crates = crates(&metadata);
    assert!(crates.len() > MAY_IMPORT.len(), "the workspace was not read");
    expect_none("import table", &complaints(&crates));
}

#[test]
fn the_pure_crates_reach_no_technology_through_others() {
    let mut complaints = Vec::new();
    for (name, never) in NEVER_REACHES {
        let reached = reached(name);
        assert!(reached.contains(*name), "{name} was not read");
        complaints.extend(
            never
                .iter()
                .filter(|technology| reached.contains(**technology))
                .map(|technology| format!("{name} reaches {technology}")),
        );
    }
    expect_none("transitive imports", &complaints);
}

#[test]
fn forbidden_imports_are_seen() {
    let sample = |name, imports: &[&'static str]| Crate { name, imports: imports.iter().copied().collect() };
    let table: &[(&'static str, &[&'static str], usize)] = &[
        ("switchboard-console", &["switchboard-model", "egui"], 0),
        ("switchboard-console", &["switchboard-engine"], 1),
        ("switchboard-model", &["rusqlite"], 1),
        ("switchboard-store", &["switchboard-knowledge", "wasmtime"], 2),
        ("plugin-sample", &["switchboard-model"], 1),
        ("switchboard-unheard-of", &[], 1),
        ("xtask", &["switchboard-engine"], 0),
    ];
    let members = ["switchboard-model", "switchboard-engine", "switchboard-knowledge"];
    for (name, imports, expected) in table {
        let mut crates: Vec<Crate> =
            members.iter().filter(|member| *member != name).map(|member| sample(member, &[])).collect();
        crates.push(sample(name, imports));
        let found = complaints(&crates);
        assert_eq!(found.len(), *expected, "{name} {imports:?}: {found:?}");
    }
    assert!(reached("switchboard-store").contains("rusqlite"));
}
