//! Says what is in a package: for people, and for the checks of the build.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use model::plugin::{Capability, Manifest};
use plugin_package::{PublisherKey, to_hex};
use sha2::{Digest as _, Sha256};

use crate::{
    manifest::{self, interface_of, role_name},
    package::{self, Contents},
};

const CONTRACT: &str = "switchboard:plugin/";
/// The contract itself.
pub(crate) const CONTRACT_TEXT: &str = include_str!("../../wit/plugin.wit");
/// Interfaces of types and of what every plugin may do without asking.
pub(crate) const FREE_IMPORTS: [&str; 6] = ["types", "forms", "advice", "log", "clock", "random"];

/// A package file, read and checked.
pub struct Inspected {
    /// What its manifest says.
    pub manifest: Manifest,
    /// The manifest's own text.
    pub text: String,
    /// What is in it.
    pub contents: Contents,
    /// Who signed it; none where nobody did.
    pub publisher: Option<PublisherKey>,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Inspected {
    /// Reads a file. A signature that does not hold is an error.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let contents = package::read(&bytes).with_context(|| format!("reading {}", file.display()))?;
        let text = contents
            .manifest
            .clone()
            .context("there is no manifest in it; build it with `switchboard plugin build`")?;
        let manifest = manifest::parse(&text, Path::new(manifest::FILE_NAME))?;
        let publisher = plugin_package::verify(&bytes, &manifest)
            .with_context(|| format!("the signature of {} cannot be trusted", file.display()))?;
        ensure!(
            contents.signatures == usize::from(publisher.is_some()),
            "the signature of {} cannot be trusted: {}",
            file.display(),
            plugin_package::SignatureError::Misplaced
        );
        Ok(Self { manifest, text, contents, publisher, bytes })
    }
}

/// A report on a package file, and on what is different from another one.
pub fn describe(file: &Path, against: Option<&Path>) -> Result<String> {
    let inspected = Inspected::read(file)?;
    let mut out = report(&inspected);
    if let Some(other) = against {
        let before = Inspected::read(other)?;
        let _ = write!(out, "\ncompared with {}:\n{}", other.display(), difference(&before, &inspected));
    }
    Ok(out)
}

/// What is different, in lines that begin with the thing.
fn difference(before: &Inspected, now: &Inspected) -> String {
    let capabilities = |inspected: &Inspected| -> BTreeSet<String> {
        inspected.manifest.capabilities.iter().map(Capability::manifest_entry).collect()
    };
    let (had, has) = (capabilities(before), capabilities(now));
    let facts = |inspected: &Inspected| {
        [
            ("id", inspected.manifest.id.to_string()),
            ("version", inspected.manifest.version.clone()),
            ("serial", inspected.manifest.serial.to_string()),
            ("signed by", signer(inspected)),
            ("sha256", to_hex(&Sha256::digest(&inspected.bytes))),
        ]
    };
    let mut out = String::new();
    for ((name, old), (_, new)) in facts(before).into_iter().zip(facts(now)) {
        if old != new {
            let _ = writeln!(out, "{name:<13}{old} -> {new}");
        }
    }
    for entry in has.difference(&had) {
        let _ = writeln!(out, "asks anew    {entry}");
    }
    for entry in had.difference(&has) {
        let _ = writeln!(out, "no longer    {entry}");
    }
    if out.is_empty() {
        out.push_str("nothing is different\n");
    }
    out
}

fn signer(inspected: &Inspected) -> String {
    inspected.publisher.map_or_else(|| "nobody (unsigned)".to_owned(), |key| key.to_string())
}

fn report(inspected: &Inspected) -> String {
    let Inspected { manifest, contents, bytes, .. } = inspected;
    let list = |items: Vec<String>| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    // The encoder's order means nothing to a reader.
    let names = |full: &[String]| {
        let mut names: Vec<String> = full.iter().map(|name| short(name)).collect();
        names.sort();
        names
    };
    let mut out = String::new();
    let assets: Vec<String> =
        contents.assets.iter().map(|(name, data)| format!("{name} ({} bytes)", data.len())).collect();
    let lines = [
        ("plugin", format!("{} {} (serial {})", manifest.id, manifest.version, manifest.serial)),
        ("roles", list(manifest.roles.iter().map(|role| role_name(*role).to_owned()).collect())),
        ("capabilities", list(manifest.capabilities.iter().map(Capability::manifest_entry).collect())),
        ("settings", list(manifest.settings.iter().map(|field| field.id.clone()).collect())),
        ("imports", list(names(&contents.imports))),
        ("exports", list(names(&contents.exports))),
        ("assets", list(assets)),
        ("size", format!("{} bytes", bytes.len())),
        ("sha256", to_hex(&Sha256::digest(bytes))),
        ("signed by", signer(inspected)),
    ];
    for (name, value) in lines {
        let _ = writeln!(out, "{name:<13}{value}");
    }
    out
}

/// `kv` for `switchboard:plugin/kv@0.1.0`, anything else as it is.
pub fn short(name: &str) -> String {
    let inside = name.strip_prefix(CONTRACT).and_then(|rest| rest.split('@').next());
    inside.unwrap_or(name).to_owned()
}

/// What does not fit between a component and its manifest.
pub fn disagreements(manifest: &Manifest, contents: &Contents) -> Vec<String> {
    // What a language's own runtime exports besides is nothing that the desk would call.
    let own = contents.exports.iter().filter(|name| name.starts_with(CONTRACT));
    let exports: Vec<String> = own.map(|name| short(name)).collect();
    let mut found = vec![];
    for role in &manifest.roles {
        if interface_of(*role).is_some_and(|interface| !exports.iter().any(|export| export == interface)) {
            found.push(format!(
                "the manifest has the role `{0}`, but the code does not export it: export it (in Rust: add it to `plugin!(...)`)",
                role_name(*role)
            ));
        }
    }
    for export in exports.iter().filter(|export| export.as_str() != "lifecycle") {
        if !manifest.roles.iter().any(|role| interface_of(*role) == Some(export)) {
            found.push(format!(
                "the code exports `{export}`, but the manifest does not list it: add \"{export}\" to `roles`"
            ));
        }
    }
    for import in &contents.imports {
        if !import.starts_with(CONTRACT) {
            found.push(format!("the code imports `{import}`, which the desk does not offer"));
            continue;
        }
        let import = short(import);
        if !FREE_IMPORTS.contains(&import.as_str())
            && !manifest.capabilities.iter().any(|it| grants(it, &import))
        {
            found.push(format!("the code uses `{import}`: add {} to `capabilities`", example(&import)));
        }
    }
    found
}

/// The interfaces that a manifest's capabilities open.
pub(crate) fn asked_interfaces(manifest: &Manifest) -> impl Iterator<Item = &'static str> {
    let opens =
        |interface: &&str| manifest.capabilities.iter().any(|capability| grants(capability, interface));
    offered().filter(opens)
}

/// Every interface that the desk offers, as the contract lists them.
fn offered() -> impl Iterator<Item = &'static str> {
    let base = CONTRACT_TEXT.split_once("world base {").and_then(|(_, rest)| rest.split_once('}'));
    let lines = base.map_or("", |(lines, _)| lines).lines();
    lines.filter_map(|line| line.trim().strip_prefix("import ")?.strip_suffix(';'))
}

/// Whether a capability lets a plugin use an interface at all.
fn grants(capability: &Capability, interface: &str) -> bool {
    matches!(
        (capability, interface),
        (Capability::Http(_) | Capability::HttpPrivate(_), "http")
            | (Capability::Tcp(_) | Capability::TcpPrivate(_), "net")
            | (Capability::Kv, "kv")
            | (Capability::Blobs, "blobs")
            | (Capability::Secret(_), "secrets")
            | (Capability::Webhook, "webhook")
            | (Capability::Push, "push")
            | (Capability::Timers, "timers")
            | (Capability::Notify, "notify")
            | (Capability::Conversations, "conversations")
            | (Capability::Customers | Capability::CustomersClear, "customers")
            | (Capability::Knowledge, "knowledge")
            | (Capability::Proposals, "proposals")
    )
}

fn example(interface: &str) -> String {
    match interface {
        "http" => "{ http = \"crm.example.com:443\" }".to_owned(),
        "net" => "{ tcp = \"imap.example.com:993\" }".to_owned(),
        "secrets" => "{ secret = \"token\" }".to_owned(),
        other => format!("\"{other}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(roles: &str, capabilities: &str) -> Manifest {
        let text = format!(
            "id = \"hints\"\nversion = \"0.1.0\"\nname = \"n\"\nroles = [{roles}]\ncapabilities = [{capabilities}]\n"
        );
        manifest::parse(&text, Path::new("plugin.toml")).unwrap()
    }

    fn contents(imports: &[&str], exports: &[&str]) -> Contents {
        let full = |names: &[&str]| names.iter().map(|name| format!("{CONTRACT}{name}@0.1.0")).collect();
        Contents { imports: full(imports), exports: full(exports), ..Contents::default() }
    }

    #[test]
    fn the_contract_says_what_is_offered() {
        let offered: Vec<&str> = offered().collect();
        assert!(FREE_IMPORTS.iter().all(|name| offered.contains(name)), "{offered:?}");
        let manifest = manifest("\"assist\"", "\"kv\", \"knowledge\"");
        assert_eq!(asked_interfaces(&manifest).collect::<Vec<_>>(), ["kv", "knowledge"]);
    }

    #[test]
    fn manifest_and_component_must_agree() {
        let table = [
            (
                "\"assist\"",
                "\"knowledge\"",
                &["types", "log", "knowledge"][..],
                &["lifecycle", "assist"][..],
                None,
            ),
            (
                "\"assist\"",
                "",
                &["knowledge"],
                &["lifecycle", "assist"],
                Some("add \"knowledge\" to `capabilities`"),
            ),
            ("\"assist\"", "", &["http"], &["lifecycle", "assist"], Some("{ http = ")),
            ("\"assist\"", "", &["net"], &["lifecycle", "assist"], Some("{ tcp = ")),
            ("\"assist\"", "{ tcp-private = \"a:1\" }", &["net"], &["lifecycle", "assist"], None),
            ("\"assist\"", "", &[], &["lifecycle"], Some("does not export it")),
            ("\"assist\"", "", &[], &["lifecycle", "assist", "quality"], Some("add \"quality\" to `roles`")),
            ("\"assist\"", "{ secret = \"a\" }", &["secrets"], &["lifecycle", "assist"], None),
            ("\"assist\"", "\"customers-clear\"", &["customers"], &["lifecycle", "assist"], None),
        ];
        for (roles, capabilities, imports, exports, complaint) in table {
            let found = disagreements(&manifest(roles, capabilities), &contents(imports, exports));
            match complaint {
                None => assert!(found.is_empty(), "{found:?}"),
                Some(part) => assert!(found.len() == 1 && found[0].contains(part), "{found:?}"),
            }
        }
    }

    #[test]
    fn imports_from_elsewhere_are_named() {
        let mut contents = contents(&[], &["lifecycle", "assist"]);
        contents.imports.push("wasi:sockets/tcp@0.2.0".to_owned());
        let found = disagreements(&manifest("\"assist\"", ""), &contents);
        assert!(found[0].contains("wasi:sockets/tcp@0.2.0"), "{found:?}");
    }

    fn inspected(capabilities: &str, publisher: Option<PublisherKey>) -> Inspected {
        Inspected {
            manifest: manifest("\"assist\"", capabilities),
            text: String::new(),
            contents: contents(&["kv"], &["lifecycle", "assist"]),
            publisher,
            bytes: b"bytes".to_vec(),
        }
    }

    #[test]
    fn the_report_names_everything() {
        let key = plugin_package::SecretKey::from_seed(&[1; 32]).public();
        let text = report(&inspected("\"kv\"", Some(key)));
        for part in ["hints 0.1.0", "assist", "\"kv\"", "lifecycle", "5 bytes", "sha256", &key.to_string()] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(report(&inspected("", None)).contains("nobody (unsigned)"));
    }

    #[test]
    fn the_difference_names_what_is_asked_for_anew() {
        let before = inspected("\"kv\"", None);
        assert_eq!(difference(&before, &before), "nothing is different\n");
        let key = plugin_package::SecretKey::from_seed(&[1; 32]).public();
        let text = difference(&before, &inspected("{ http = \"crm.example.com:443\" }", Some(key)));
        for part in ["asks anew    { http = \"crm", "no longer    \"kv\"", "nobody (unsigned) -> ed25519:"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
