//! Licences and bans of everything that is linked, from the lists in .cargo/deny.toml that cargo deny reads as well.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::expect_none;
use crate::source::root;

#[derive(Deserialize)]
struct Lists {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

fn lists() -> Lists {
    toml::from_str(&std::fs::read_to_string(root().join(".cargo/deny.toml")).unwrap()).unwrap()
}

/// A dependency and the licence that it declares.
type Linked = (String, String);

/// All that is linked on any system, with the features in use.
fn linked() -> BTreeSet<Linked> {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(root())
        .args([
            "tree",
            "--locked",
            "--workspace",
            "--target",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}\t{l}",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read_tree(&String::from_utf8(output.stdout).unwrap())
}

/// Reads lines such as `serde v1.0.229<tab>MIT OR Apache-2.0 (*)`, where the star marks a repetition.
fn read_tree(text: &str) -> BTreeSet<Linked> {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(package, licence)| {
            let name = package.split_whitespace().next()?;
            Some((name.to_owned(), licence.trim_end_matches("(*)").trim().to_owned()))
        })
        .collect()
}

fn complaints(linked: &BTreeSet<Linked>, lists: &Lists) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, licence) in linked {
        if !allows(&lists.licenses.allow, licence) {
            complaints
                .push(format!("{name} has the licence {licence:?}, which .cargo/deny.toml does not allow"));
        }
        if let Some(ban) = lists.bans.deny.iter().find(|ban| ban.name == *name) {
            complaints.push(format!("{name} is banned: {}", ban.reason));
        }
    }
    complaints
}

/// Whether a licence expression can be met with allowed licences alone: one side of each OR, both sides of each AND.
fn allows(allowed: &BTreeSet<String>, expression: &str) -> bool {
    // Older manifests write a slash for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any_of(allowed, &mut rest);
    met && rest.is_empty()
}

fn any_of(allowed: &BTreeSet<String>, rest: &mut &[&str]) -> bool {
    let mut met = all_of(allowed, rest);
    while take(rest, "OR") {
        met |= all_of(allowed, rest);
    }
    met
}

fn all_of(allowed: &BTreeSet<String>, rest: &mut &[&str]) -> bool {
    let mut met = one_of(allowed, rest);
    while take(rest, "AND") {
        met &= one_of(allowed, rest);
    }
    met
}

fn one_of(allowed: &BTreeSet<String>, rest: &mut &[&str]) -> bool {
    if take(rest, "(") {
        let met = any_of(allowed, rest);
        return take(rest, ")") && met;
    }
    let Some((name, after)) = rest.split_first() else { return false };
    *rest = after;
    let mut licence = (*name).to_owned();
    if take(rest, "WITH") {
        let Some((exception, after)) = rest.split_first() else { return false };
        *rest = after;
        licence = format!("{licence} WITH {exception}");
    }
    allowed.contains(&licence)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if *first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[test]
fn all_that_is_linked_is_allowed() {
    let linked = linked();
    assert!(linked.len() > 100, "the tree was not read: {linked:?}");
    expect_none("licences and bans", &complaints(&linked, &lists()));
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed: BTreeSet<String> =
        ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("(MIT OR GPL-2.0-only) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND OpenSSL", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH LLVM-exception", false),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 / MIT / MPL-2.0", true),
        ("", false),
        ("(MIT", false),
        ("MIT MIT", false),
    ] {
        assert_eq!(allows(&allowed, expression), expected, "{expression:?}");
    }
}

#[test]
fn a_bad_licence_and_a_banned_crate_are_seen() {
    let tree = "good v1.0.0\tMIT OR Apache-2.0 (*)\nviral v2.0.0 (proc-macro)\tGPL-3.0-or-later\nopenssl-sys v0.9.0\tMIT\nbare v0.1.0\t\n";
    let found = complaints(&read_tree(tree), &lists());
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|complaint| complaint.starts_with("openssl-sys is banned")), "{found:?}");
}
