//! Rules about single lines and files: no skipped tests, no unfinished code, nothing of one machine, and documents that
//! tell the truth about the commands.

use crate::expect_none;
use crate::source::{files, folder_names, has_extension, root, rust_files};

/// Attributes and macros that mean unfinished work. Put together here, so that this file does not name them.
fn unfinished() -> [String; 4] {
    [
        ["#[", "ignore"].concat(),
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["FIX", "ME"].concat(),
    ]
}

/// Hosts of package registries; a mirror may serve their packages, so no file depends on one.
fn registry_hosts() -> Vec<String> {
    [
        ("crates", "io"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("debian", "org"),
    ]
    .map(|(name, end)| format!("{name}.{end}"))
    .to_vec()
}

/// Where one machine keeps things.
fn machine_paths() -> [String; 3] {
    ["work", "root", "home"].map(|folder| format!("/{folder}/"))
}

/// The one file that cargo writes with a registry's address in it.
const LOCK_FILE: &str = "Cargo.lock";

fn complaints(path: &str, text: &str, words: &[String], what: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(word) = words.iter().find(|word| holds(line, word)) {
            found.push(format!("{path}:{}: {what} {word}", index + 1));
        }
    }
    found
}

/// Whether a line holds a word. A path counts only where it begins, not as the end of another (`./work/`).
fn holds(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !word.starts_with('/') || before.is_none_or(|character| " \"'`=(:".contains(character))
    })
}

#[test]
fn no_test_is_skipped_and_no_code_is_unfinished() {
    let words = unfinished();
    let found: Vec<String> = rust_files("")
        .iter()
        .flat_map(|file| complaints(&file.path, &file.text, &words, "unfinished:"))
        .collect();
    expect_none("unfinished code", &found);
}

#[test]
fn nothing_depends_on_one_machine_or_one_registry() {
    let words: Vec<String> = machine_paths().into_iter().chain(registry_hosts()).collect();
    let mut found = Vec::new();
    for file in files("").iter().filter(|file| file.path != LOCK_FILE) {
        found.extend(complaints(
            &file.path,
            &file.text,
            &words,
            "names a place that other machines do not have:",
        ));
    }
    expect_none("machine paths and registries", &found);
}

#[test]
fn single_lines_are_judged_rightly() {
    let paths: Vec<String> = machine_paths().to_vec();
    let begin = |rest: &str| ["/wo", rest].concat();
    for (line, expected) in [
        (format!("let path = \"{}\";", begin("rk/x")), 1),
        (format!("cp {} .", begin("rk/x")), 1),
        (format!("a relative folder .{}", begin("rk/x")), 0),
        ("nothing".to_owned(), 0),
    ] {
        assert_eq!(complaints("sample", &line, &paths, "names").len(), expected, "{line}");
    }
    let unfinished = unfinished();
    assert_eq!(complaints("sample", &["#[ig", "nore]\nfn test() {}"].concat(), &unfinished, "").len(), 1);
    assert_eq!(complaints("sample", "// ignore what follows", &unfinished, "").len(), 0);
    assert_eq!(complaints("sample", &["see docs.crates", ".io"].concat(), &registry_hosts(), "").len(), 1);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let manifests = files("").into_iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let found: Vec<String> = manifests.filter_map(|file| lint_complaint(&file.path, &file.text)).collect();
    expect_none("workspace lints", &found);
}

/// Templates for plugins stand outside the workspace and cannot inherit from it.
fn lint_complaint(path: &str, text: &str) -> Option<String> {
    let manifest: toml::Table = text.parse().ok()?;
    let package = manifest.get("package")?;
    let is_member = package.get("version").is_some_and(|version| version.get("workspace").is_some());
    let inherits =
        manifest.get("lints").and_then(|lints| lints.get("workspace")) == Some(&toml::Value::Boolean(true));
    (is_member && !inherits).then(|| format!("{path} has no `[lints] workspace = true`"))
}

#[test]
fn a_crate_without_lints_is_seen() {
    let member = "[package]\nname = \"x\"\nversion.workspace = true\n";
    assert!(lint_complaint("x", member).is_some());
    assert!(lint_complaint("x", &format!("{member}[lints]\nworkspace = true\n")).is_none());
    assert!(lint_complaint("x", "[package]\nname = \"outside\"\nversion = \"0.1.0\"\n").is_none());
}

#[test]
fn the_changelog_has_a_place_for_what_comes() {
    let text = std::fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        has_unreleased_entry(&text),
        "CHANGELOG.md needs a section `## Unreleased` with at least one entry"
    );
}

fn has_unreleased_entry(text: &str) -> bool {
    let Some((_, after)) = text.split_once("\n## Unreleased\n") else { return false };
    after.lines().take_while(|line| !line.starts_with("## ")).any(|line| line.starts_with("- "))
}

#[test]
fn an_empty_changelog_is_seen() {
    assert!(has_unreleased_entry("# Changes\n\n## Unreleased\n\n- The desk opens.\n"));
    assert!(!has_unreleased_entry("# Changes\n\n## Unreleased\n\n## 0.1.0\n\n- The desk opens.\n"));
    assert!(!has_unreleased_entry("# Changes\n\n## 0.1.0\n\n- The desk opens.\n"));
}

#[test]
fn the_commands_in_the_documents_exist() {
    let source = std::fs::read_to_string(root().join("app/xtask/src/main.rs")).unwrap();
    let tasks = tasks(&syn::parse_file(&source).unwrap());
    assert!(tasks.contains(&"run".to_owned()), "the tasks were not read: {tasks:?}");
    let mut found = Vec::new();
    for file in files("").iter().filter(|file| has_extension(&file.path, "md")) {
        found.extend(unknown_commands(&file.path, &file.text, &tasks));
    }
    expect_none("commands in documents", &found);
}

/// The names of the variants of `enum Task`, as clap writes them.
fn tasks(file: &syn::File) -> Vec<String> {
    let mut names = Vec::new();
    for item in &file.items {
        if let syn::Item::Enum(item) = item
            && item.ident == "Task"
        {
            names.extend(item.variants.iter().map(|variant| kebab(&variant.ident.to_string())));
        }
    }
    names
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(character.to_lowercase());
    }
    text
}

fn unknown_commands(path: &str, text: &str, tasks: &[String]) -> Vec<String> {
    let calls = text.match_indices("cargo xtask ").map(|(at, call)| &text[at + call.len()..]);
    let names = calls.map(|rest| {
        rest.chars()
            .take_while(|character| character.is_ascii_lowercase() || *character == '-')
            .collect::<String>()
    });
    names
        .filter(|name| !name.is_empty() && !tasks.contains(name))
        .map(|name| format!("{path}: there is no `cargo xtask {name}`"))
        .collect()
}

#[test]
fn a_command_that_does_not_exist_is_seen() {
    let tasks = ["run".to_owned(), "clean-check".to_owned()];
    assert_eq!(kebab("CleanCheck"), "clean-check");
    assert_eq!(
        unknown_commands("x", "first `cargo xtask run`, then `cargo xtask clean-check`", &tasks).len(),
        0
    );
    assert_eq!(unknown_commands("x", "`cargo xtask fly`", &tasks).len(), 1);
}

#[test]
fn what_documents_show_and_link_to_exists() {
    let mut found = Vec::new();
    for file in files("").iter().filter(|file| has_extension(&file.path, "md")) {
        let folder = root().join(&file.path).parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        for target in link_targets(&file.text) {
            if !folder.join(target).exists() {
                found.push(format!("{} points to {target}, which does not exist", file.path));
            }
        }
    }
    expect_none("links and pictures", &found);
}

/// The files that Markdown links and pictures point to, `[text](target)`, without addresses and places inside a page.
fn link_targets(text: &str) -> Vec<&str> {
    let targets =
        text.match_indices("](").filter_map(|(at, opening)| text[at + opening.len()..].split_once(')'));
    targets
        .map(|(target, _)| target.split('#').next().unwrap_or(target))
        .filter(|target| !target.is_empty() && !target.contains(':') && !target.contains(char::is_whitespace))
        .collect()
}

#[test]
fn links_are_found() {
    let text = "![desk](assets/x.png) [a link](b.md#part) [here](#part) [there](https://example.com/c.md) [mail](mailto:a@b.c)";
    assert_eq!(link_targets(text), ["assets/x.png", "b.md"]);
}

#[test]
fn every_plugin_stands_in_a_crate() {
    let bare: Vec<String> = folder_names("plugins")
        .into_iter()
        .filter(|name| !root().join("plugins").join(name).join("Cargo.toml").is_file())
        .filter(|name| !root().join("plugins").join(name).join("plugin.toml").is_file())
        .collect();
    expect_none("folders in plugins/ that are no plugin", &bare);
}
