//! Makes the folder of a new plugin: about thirty lines that work and a world that tests them, to be changed from there.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use crate::{javascript, manifest};

/// What a new plugin begins with.
#[derive(Debug)]
pub struct Template {
    /// The language it is written in.
    pub language: &'static str,
    /// The role it fills.
    pub role: &'static str,
    /// What the role needs in `plugin.toml` besides the `roles` line.
    manifest: &'static str,
    /// Further lines under `[dependencies]`.
    dependencies: &'static str,
    files: [(&'static str, &'static str); 4],
}

macro_rules! rust {
    ($role:literal, $manifest:expr, $dependencies:expr) => {
        Template {
            language: "rust",
            role: $role,
            manifest: $manifest,
            dependencies: $dependencies,
            files: [
                ("src/lib.rs", include_str!(concat!("../template/rust/", $role, "/lib.rs.in"))),
                ("locales/en.ftl", include_str!(concat!("../template/rust/", $role, "/en.ftl"))),
                ("locales/zh-CN.ftl", include_str!(concat!("../template/rust/", $role, "/zh-CN.ftl"))),
                ("tests/first.toml", include_str!(concat!("../template/rust/", $role, "/first.toml"))),
            ],
        }
    };
}

macro_rules! javascript {
    ($role:literal, $manifest:expr) => {
        Template {
            language: "js",
            role: $role,
            manifest: $manifest,
            dependencies: "",
            files: [
                (javascript::ENTRY, include_str!(concat!("../template/js/", $role, ".js"))),
                ("locales/en.ftl", include_str!(concat!("../template/rust/", $role, "/en.ftl"))),
                ("locales/zh-CN.ftl", include_str!(concat!("../template/rust/", $role, "/zh-CN.ftl"))),
                ("tests/first.toml", include_str!(concat!("../template/rust/", $role, "/first.toml"))),
            ],
        }
    };
}

const CHANNEL: &str =
    "capabilities = [\"webhook\", \"push\"]\n\n[channel]\nkind = \"chat\"\nidempotent_send = true\n";
const TICKET_FORM: &str = "\n[[ticket_types]]\nid = \"call-back\"\ntitle = \"@form\"\n";
const PANEL: &str = "capabilities = [\"kv\"]\n\n[[panels]]\nslot = \"customer-side\"\ntitle = \"@name\"\n";

/// One for each role that the contract has, in each language. A role's world of tests is the same in all languages.
pub const TEMPLATES: [Template; 12] = [
    rust!("assist", "", ""),
    rust!("channel", CHANNEL, "serde = { version = \"1\", features = [\"derive\"] }\n"),
    rust!("lookup", "", ""),
    rust!("quality", "", ""),
    rust!("ticket-form", TICKET_FORM, ""),
    rust!("panel", PANEL, ""),
    javascript!("assist", ""),
    javascript!("channel", CHANNEL),
    javascript!("lookup", ""),
    javascript!("quality", ""),
    javascript!("ticket-form", TICKET_FORM),
    javascript!("panel", PANEL),
];

/// The template for a role in a language.
pub fn template(language: &str, role: &str) -> Result<&'static Template> {
    let languages: BTreeSet<&str> = TEMPLATES.iter().map(|template| template.language).collect();
    ensure!(
        languages.contains(language),
        "there is no language `{language}`: there are {}",
        languages.into_iter().collect::<Vec<_>>().join(", ")
    );
    let roles = TEMPLATES.iter().filter(|template| template.language == language);
    let found = roles.clone().find(|template| template.role == role);
    let names: Vec<&str> = roles.map(|template| template.role).collect();
    found.with_context(|| format!("there is no role `{role}` in {language}: there are {}", names.join(", ")))
}

/// What a package outside the desk's workspace needs besides: a workspace of its own, so that cargo does not look
/// for one above it, and the small profile.
const OUTSIDE: &str = "
[workspace]

[profile.guest]
inherits = \"release\"
opt-level = \"s\"
lto = true
codegen-units = 1
panic = \"abort\"
strip = true
";

/// Where a new plugin finds the kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kit {
    /// In this folder.
    Folder(PathBuf),
    /// In the registry, by version.
    Version(String),
}

/// Makes the folder of a new plugin, named like the folder, and answers what it made. Inside the desk's workspace the
/// kit is taken from there, whatever `kit` says.
pub fn new(folder: &Path, kit: &Kit, template: &Template) -> Result<Vec<PathBuf>> {
    let id = folder.file_name().and_then(|name| name.to_str()).context("the folder has no name")?;
    ensure!(
        manifest::is_id(id),
        "`{id}` is no id: use 2 to 64 lower-case letters, digits and hyphens, beginning with a letter"
    );
    ensure!(!folder.exists(), "{} is there already", folder.display());
    let in_rust = template.language == "rust";
    let (kit, outside) = match kit {
        _ if !in_rust => (String::new(), ""),
        _ if is_inside_workspace(folder) => ("{ workspace = true }".to_owned(), ""),
        kit => (kit_line(kit)?, OUTSIDE),
    };
    let mut made = vec![];
    let mut common = vec![(manifest::FILE_NAME, include_str!("../template/plugin.toml.in"))];
    if in_rust {
        common.push(("Cargo.toml", include_str!("../template/rust/Cargo.toml.in")));
    } else {
        common.push(("package.json", include_str!("../template/js/package.json.in")));
        common.push(("kit/switchboard.js", javascript::KIT));
        common.push((".gitignore", "node_modules\n"));
    }
    for (name, text) in common.iter().chain(&template.files) {
        let text = [
            ("id", id),
            ("kit", &kit),
            ("outside", outside),
            ("role", template.role),
            ("more", template.manifest),
            ("dependencies", template.dependencies),
        ]
        .iter()
        .fold((*text).to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value));
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        std::fs::write(&path, text.trim_end().to_owned() + "\n")
            .with_context(|| format!("writing {}", path.display()))?;
        made.push(path);
    }
    Ok(made)
}

fn kit_line(kit: &Kit) -> Result<String> {
    Ok(match kit {
        Kit::Folder(folder) => {
            let folder = std::fs::canonicalize(folder)
                .with_context(|| format!("the kit is not at {}", folder.display()))?;
            format!("{{ package = \"switchboard-plugin\", path = {:?} }}", folder.display().to_string())
        }
        Kit::Version(version) => format!("{{ package = \"switchboard-plugin\", version = \"{version}\" }}"),
    })
}

/// Whether a workspace above the folder offers the kit under its short name.
fn is_inside_workspace(folder: &Path) -> bool {
    let Ok(folder) = std::path::absolute(folder) else { return false };
    folder.ancestors().skip(1).any(|above| {
        let text = std::fs::read_to_string(above.join("Cargo.toml")).unwrap_or_default();
        let table: toml::Table = text.parse().unwrap_or_default();
        let dependencies = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
        dependencies.is_some_and(|dependencies| dependencies.get("plugin-kit").is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_plugin_is_complete_for_every_role() {
        for template in &TEMPLATES {
            let outer = tempfile::tempdir().unwrap();
            let folder = outer.path().join("my-first");
            new(&folder, &Kit::Version("0.1".to_owned()), template).unwrap();
            let (manifest, text) = manifest::read(&folder).unwrap();
            assert_eq!(manifest.id.as_str(), "my-first");
            assert!(!text.contains("{{"), "{text}");
            let role = manifest.roles.first().copied().unwrap();
            assert_eq!(manifest::role_name(role), template.role);
            if template.language == "js" {
                for file in [javascript::ENTRY, "package.json", "kit/switchboard.js"] {
                    assert!(folder.join(file).is_file(), "{}: {file}", template.role);
                }
                continue;
            }
            let cargo: toml::Table =
                std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
            assert_eq!(cargo["package"]["name"].as_str(), Some("plugin-my-first"));
            assert_eq!(cargo["dependencies"]["plugin-kit"]["version"].as_str(), Some("0.1"));
            assert!(cargo.contains_key("workspace"));
            let code = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
            let without_tests = code.split("#[cfg(test)]").next().unwrap();
            assert!(
                without_tests.lines().count() <= 60,
                "{}: {}",
                template.role,
                without_tests.lines().count()
            );
        }
    }

    #[test]
    fn every_role_of_the_contract_has_a_template() {
        use model::plugin::Role;
        let roles = [
            Role::Channel,
            Role::Lookup,
            Role::Assist,
            Role::Quality,
            Role::KnowledgeSource,
            Role::TicketForm,
            Role::DrillActor,
            Role::Transcriber,
            Role::Panel,
        ];
        for role in roles.into_iter().filter(|role| manifest::interface_of(*role).is_some()) {
            template("rust", manifest::role_name(role)).unwrap();
        }
    }

    #[test]
    fn inside_the_workspace_the_kit_comes_from_there() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(
            outer.path().join("Cargo.toml"),
            "[workspace.dependencies]\nplugin-kit = { path = \"kit\" }\n",
        )
        .unwrap();
        let folder = outer.path().join("plugins/thanks");
        new(&folder, &Kit::Version("9".to_owned()), &TEMPLATES[0]).unwrap();
        let cargo: toml::Table = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        assert_eq!(cargo["dependencies"]["plugin-kit"]["workspace"].as_bool(), Some(true));
        assert!(!cargo.contains_key("workspace"));
    }

    #[test]
    fn nothing_is_overwritten_and_names_are_checked() {
        let outer = tempfile::tempdir().unwrap();
        let kit = Kit::Version("0.1".to_owned());
        for name in ["Thanks", "x", "with space"] {
            assert!(new(&outer.path().join(name), &kit, &TEMPLATES[0]).is_err(), "{name}");
        }
        new(&outer.path().join("thanks"), &kit, &TEMPLATES[0]).unwrap();
        let again = new(&outer.path().join("thanks"), &kit, &TEMPLATES[0]).unwrap_err();
        assert!(again.to_string().contains("already"));
    }
}
