//! Reads `plugin.toml` and says what is wrong with it: file, line and what to write instead.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

use model::{
    field::{Field, FieldKind},
    plugin::{Capability, Manifest, Role},
};

/// Name of the file.
pub const FILE_NAME: &str = "plugin.toml";
/// Largest manifest, in bytes.
pub const MANIFEST_MAX_BYTES: usize = 64 * 1024;
/// Most memory a manifest may ask for, in MiB.
pub const MEMORY_MAX_MIB: u32 = 256;
/// Most storage a manifest may ask for, in MiB.
pub const KV_MAX_MIB: u32 = 100;

/// One thing that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)?;
        if !self.fix.is_empty() {
            write!(f, "\n    {}", self.fix)?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Reads and checks the manifest of a plugin's folder, and hands back its text as well.
pub fn read(folder: &Path) -> Result<(Manifest, String), Problems> {
    let file = folder.join(FILE_NAME);
    let text = std::fs::read_to_string(&file).map_err(|error| {
        Problems(vec![Problem {
            file: file.clone(),
            line: 1,
            what: format!("the manifest cannot be read: {error}"),
            fix: "make one with `switchboard plugin new NAME`".to_owned(),
        }])
    })?;
    let manifest = parse(&text, &file)?;
    Ok((manifest, text))
}

/// Parses and checks a manifest.
pub fn parse(text: &str, file: &Path) -> Result<Manifest, Problems> {
    let mut check = Check { text, file, problems: vec![] };
    if text.len() > MANIFEST_MAX_BYTES {
        check.add("", format!("more than {MANIFEST_MAX_BYTES} bytes"), "move long texts into locales/*.ftl");
        return Err(Problems(check.problems));
    }
    let manifest = match toml::from_str::<Manifest>(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let what = error.message().trim().to_owned();
            let fix = fix_for(&what);
            return Err(Problems(vec![Problem { file: file.to_owned(), line, what, fix }]));
        }
    };
    check.identity(&manifest);
    check.roles(&manifest);
    check.secrets(&manifest);
    check.settings(&manifest.settings);
    check.budget(&manifest);
    if check.problems.is_empty() { Ok(manifest) } else { Err(Problems(check.problems)) }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn fix_for(what: &str) -> String {
    let known = [
        ("missing field `id`", "add a line such as `id = \"my-plugin\"`"),
        ("missing field `version`", "add a line such as `version = \"0.1.0\"`"),
        ("missing field `name`", "add a line such as `name = \"@name\"` and the text to locales/*.ftl"),
        ("missing field `roles`", "add a line such as `roles = [\"assist\"]`"),
        ("missing field `kind`", "say what kind it is, such as `kind = \"line\"`"),
        ("missing field", "add it; perhaps there is a typing error in its name"),
        ("unknown field", "the names that are allowed are listed above; look for a typing error"),
        ("unknown variant", "the values that are allowed are listed above"),
    ];
    known.iter().find(|(part, _)| what.contains(part)).map_or(String::new(), |(_, fix)| (*fix).to_owned())
}

struct Check<'a> {
    text: &'a str,
    file: &'a Path,
    problems: Vec<Problem>,
}

impl Check<'_> {
    /// Adds a problem at the first line that begins with `key`, or at the first line of all.
    fn add(&mut self, key: &str, what: impl Into<String>, fix: impl Into<String>) {
        let at = self.text.lines().position(|line| !key.is_empty() && line.trim_start().starts_with(key));
        let (file, line) = (self.file.to_owned(), at.map_or(1, |index| index + 1));
        self.problems.push(Problem { file, line, what: what.into(), fix: fix.into() });
    }

    fn identity(&mut self, manifest: &Manifest) {
        let id = manifest.id.as_str();
        if !is_id(id) {
            self.add(
                "id",
                format!("`{id}` is no id"),
                "use 2 to 64 lower-case letters, digits and hyphens, beginning with a letter",
            );
        }
        if !is_version(&manifest.version) {
            let what = format!("`{}` is no version", manifest.version);
            self.add("version", what, "write three numbers, such as `version = \"0.1.0\"`");
        }
        if manifest.name.trim().is_empty() {
            self.add("name", "the name is empty", "write `name = \"@name\"` and the text into locales/*.ftl");
        }
    }

    fn roles(&mut self, manifest: &Manifest) {
        if manifest.roles.is_empty() {
            self.add("roles", "no role is listed", "add a line such as `roles = [\"assist\"]`");
        }
        for role in &manifest.roles {
            if interface_of(*role).is_none() {
                self.add("roles", format!("the contract has no role {role:?} yet"), "leave it out");
            }
        }
        let tables = [
            (Role::Channel, manifest.channel.is_some(), "[channel]", "a [channel] table", "kind = \"chat\""),
            (
                Role::Panel,
                !manifest.panels.is_empty(),
                "[[panels]]",
                "a [[panels]] table",
                "slot = \"customer-side\"",
            ),
            (
                Role::TicketForm,
                !manifest.ticket_types.is_empty(),
                "[[ticket_types]]",
                "a [[ticket_types]] table",
                "id = \"repair\"",
            ),
        ];
        for (role, is_there, table, name, first_line) in tables {
            match (manifest.roles.contains(&role), is_there) {
                (true, false) => {
                    self.add(
                        "roles",
                        format!("this role needs {name}"),
                        format!("add `{table}` with `{first_line}`"),
                    );
                }
                (false, true) => {
                    let fix = "add the role to the `roles` line or take the table away";
                    self.add(table, format!("{name} without its role"), fix);
                }
                _ => {}
            }
        }
    }

    fn secrets(&mut self, manifest: &Manifest) {
        let slots: BTreeSet<&str> = manifest
            .capabilities
            .iter()
            .filter_map(|capability| match capability {
                Capability::Secret(slot) => Some(slot.as_str()),
                _ => None,
            })
            .collect();
        for secret in manifest.secrets.iter().filter(|secret| !slots.contains(secret.slot.as_str())) {
            let fix = format!("add `{{ secret = \"{}\" }}` to `capabilities`", secret.slot);
            self.add("[[secrets]]", format!("the slot `{}` is not asked for", secret.slot), fix);
        }
        for secret in &manifest.secrets {
            let same = manifest.secrets.iter().filter(|other| other.slot == secret.slot).count();
            if same > 1 {
                let what = format!("the slot `{}` stands there {same} times", secret.slot);
                self.add("[[secrets]]", what, "keep one entry for each slot");
            }
            if secret.host.is_empty() != secret.header.is_empty() || (secret.host.is_empty() && !secret.typed)
            {
                self.add(
                    "[[secrets]]",
                    format!("the slot `{}` does not say where its secret goes", secret.slot),
                    "write `host` and `header`, or neither and `typed = true` for a key that only signs",
                );
            }
        }
        for capability in &manifest.capabilities {
            if let Capability::Http(target)
            | Capability::HttpPrivate(target)
            | Capability::Tcp(target)
            | Capability::TcpPrivate(target) = capability
                && !is_host_and_port(target)
            {
                self.add(
                    "capabilities",
                    format!("`{target}` is no host and port"),
                    "write `host:port`, such as `crm.example.com:443`",
                );
            }
        }
    }

    fn settings(&mut self, settings: &[Field]) {
        let mut seen = BTreeSet::new();
        for field in settings {
            let line = format!("id = \"{}\"", field.id);
            if !seen.insert(field.id.as_str()) {
                self.add(&line, format!("two settings are called `{}`", field.id), "give each its own id");
            }
            if field.kind == FieldKind::Secret {
                self.add(
                    &line,
                    format!("`{}` is a secret, and settings are kept in the journal", field.id),
                    "make it a slot: [[secrets]] with typed = true",
                );
            }
            if let Some(what) = default_problem(field) {
                self.add(
                    &line,
                    format!("the default of `{}` {what}", field.id),
                    "change the default or the kind",
                );
            }
            if let Some(condition) = &field.show_if
                && !settings.iter().any(|other| other.id == condition.field)
            {
                self.add(
                    &line,
                    format!("`{}` depends on `{}`, which is not there", field.id, condition.field),
                    "name another setting",
                );
            }
        }
    }

    fn budget(&mut self, manifest: &Manifest) {
        let asks = [
            ("memory_mib", manifest.budget.memory_mib, MEMORY_MAX_MIB),
            ("kv_mib", manifest.budget.kv_mib, KV_MAX_MIB),
        ];
        for (name, ask, most) in asks {
            if ask.is_some_and(|ask| ask == 0 || ask > most) {
                self.add(name, format!("`{name}` is out of range"), format!("write 1 to {most}"));
            }
        }
    }
}

fn default_problem(field: &Field) -> Option<&'static str> {
    let text = field.default.as_str();
    match &field.kind {
        _ if text.is_empty() => None,
        FieldKind::Number if text.parse::<f64>().is_err() => Some("is no number"),
        FieldKind::Toggle if text != "true" && text != "false" => Some("is neither `true` nor `false`"),
        FieldKind::Choice(options) if !options.iter().any(|option| option.value == text) => {
            Some("is none of its choices")
        }
        FieldKind::Secret => Some("would be a secret in the open"),
        _ => None,
    }
}

/// Whether a text can be a plugin's id.
pub fn is_id(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    !host.is_empty() && !host.contains(['/', '*', ' ']) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// The interface of the contract that a role is called through; none for roles that are not offered yet.
pub fn interface_of(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Channel => "channel",
        Role::Lookup => "lookup",
        Role::Assist => "assist",
        Role::Quality => "quality",
        Role::TicketForm => "ticket-form",
        Role::Panel => "panel",
        Role::KnowledgeSource | Role::DrillActor | Role::Transcriber => return None,
    })
}

/// How a role is written in `plugin.toml`.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::KnowledgeSource => "knowledge-source",
        Role::DrillActor => "drill-actor",
        Role::Transcriber => "transcriber",
        offered => interface_of(offered).unwrap_or_default(),
    }
}

/// The texts of a manifest that a person reads, for checking `@key`s against the locales.
pub fn author_texts(manifest: &Manifest) -> Vec<&str> {
    let mut texts = vec![manifest.name.as_str(), manifest.description.as_str()];
    texts.extend(manifest.panels.iter().map(|panel| panel.title.as_str()));
    texts.extend(manifest.ticket_types.iter().map(|ticket| ticket.title.as_str()));
    for field in &manifest.settings {
        texts.extend([field.label.as_str(), field.help.as_str()]);
        if let FieldKind::Choice(options) = &field.kind {
            texts.extend(options.iter().map(|option| option.label.as_str()));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"id = "hints"
version = "0.1.0"
name = "@name"
roles = ["assist"]
capabilities = ["knowledge", { http = "crm.example.com:443" }, { secret = "token" }, { tcp = "imap.example.com:993" }]

[[settings]]
id = "least"
label = "Least"
kind = "number"
default = "0.5"
"#;

    #[test]
    fn a_good_manifest_is_read() {
        let manifest = parse(GOOD, Path::new("plugin.toml")).unwrap();
        assert_eq!(manifest.id.as_str(), "hints");
        assert!(manifest.capabilities.contains(&Capability::Http("crm.example.com:443".to_owned())));
        for capability in &manifest.capabilities {
            let text = format!(
                "id = \"ab\"\nversion = \"0.1.0\"\nname = \"n\"\nroles = [\"assist\"]\ncapabilities = [{}]\n",
                capability.manifest_entry()
            );
            assert!(parse(&text, Path::new("p")).unwrap().capabilities.contains(capability), "{text}");
        }
    }

    #[test]
    fn problems_name_line_and_fix() {
        let table = [
            ("id = \"hints\"", "id = \"Hints!\"", 1, "is no id", "lower-case"),
            ("version = \"0.1.0\"", "version = \"1\"", 2, "is no version", "three numbers"),
            ("version = \"0.1.0\"\n", "", 1, "missing field `version`", "version = "),
            ("roles = [\"assist\"]", "roles = []", 4, "no role", "roles = "),
            ("roles = [\"assist\"]", "roles = [\"asist\"]", 4, "unknown variant", "allowed"),
            ("roles = [\"assist\"]", "roles = [\"panel\"]", 4, "needs a [[panels]]", "customer-side"),
            ("roles = [\"assist\"]", "roles = [\"drill-actor\"]", 4, "no role DrillActor", "leave it out"),
            ("crm.example.com:443", "https://crm.example.com", 5, "no host and port", "host:port"),
            ("imap.example.com:993", "imap.example.com", 5, "no host and port", "host:port"),
            ("default = \"0.5\"", "default = \"half\"", 8, "is no number", "change"),
            ("kind = \"number\"", "kind = \"slider\"", 10, "unknown variant", "allowed"),
            ("label = \"Least\"", "lable = \"Least\"", 7, "missing field `label`", "typing error"),
            ("version =", "verison =", 2, "unknown field", "typing error"),
        ];
        for (from, to, line, what, fix) in table {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from}");
            let problems = parse(&text, Path::new("some/plugin.toml")).unwrap_err();
            let problem = &problems.0[0];
            assert!(problem.what.contains(what), "{to}: {problem}");
            assert!(problem.fix.contains(fix), "{to}: {problem}");
            assert!(problem.to_string().starts_with("some/plugin.toml:"), "{problem}");
            // Where a line is missing or a table is meant, the parser points at the table's beginning.
            assert!(problem.line.abs_diff(line) <= 2, "{to}: {problem}");
        }
    }

    #[test]
    fn settings_are_checked_together() {
        let twice = format!("{GOOD}\n[[settings]]\nid = \"least\"\nlabel = \"Again\"\nkind = \"line\"\n");
        assert!(parse(&twice, Path::new("p")).unwrap_err().to_string().contains("two settings"));
        let dangling = format!(
            "{GOOD}\n[[settings]]\nid = \"more\"\nlabel = \"More\"\nkind = \"line\"\nshow_if = {{ field = \"nowhere\", equals = \"x\" }}\n"
        );
        assert!(parse(&dangling, Path::new("p")).unwrap_err().to_string().contains("depends on `nowhere`"));
    }

    #[test]
    fn a_secret_is_no_setting() {
        let secret = format!("{GOOD}\n[[settings]]\nid = \"key\"\nlabel = \"Key\"\nkind = \"secret\"\n");
        let told = parse(&secret, Path::new("p")).unwrap_err().to_string();
        assert!(told.contains("[[secrets]] with typed = true"), "{told}");
    }

    #[test]
    fn ids_and_versions() {
        for (id, good) in [
            ("ab", true),
            ("a-1", true),
            ("a", false),
            ("1a", false),
            ("a-", false),
            ("A-b", false),
            ("a_b", false),
        ] {
            assert_eq!(is_id(id), good, "{id}");
        }
        for (version, good) in
            [("0.1.0", true), ("1.2.3-dev", true), ("1.2", false), ("1.2.x", false), ("", false)]
        {
            assert_eq!(is_version(version), good, "{version}");
        }
    }
}
