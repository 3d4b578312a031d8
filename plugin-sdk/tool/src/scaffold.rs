//! Makes the folder of a new plugin: about thirty lines that work, to be changed from there.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::manifest;

/// Files of a new plugin: where they go, and what is in them with `{{placeholders}}`.
const FILES: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("../template/Cargo.toml.in")),
    (manifest::FILE_NAME, include_str!("../template/plugin.toml.in")),
    ("src/lib.rs", include_str!("../template/src/lib.rs.in")),
    ("locales/en.ftl", include_str!("../template/locales/en.ftl")),
    ("locales/zh-CN.ftl", include_str!("../template/locales/zh-CN.ftl")),
];

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
pub fn new(folder: &Path, kit: &Kit) -> Result<Vec<PathBuf>> {
    let id = folder.file_name().and_then(|name| name.to_str()).context("the folder has no name")?;
    ensure!(
        manifest::is_id(id),
        "`{id}` is no id: use 2 to 64 lower-case letters, digits and hyphens, beginning with a letter"
    );
    ensure!(!folder.exists(), "{} is there already", folder.display());
    let inside = is_inside_workspace(folder);
    let (kit, outside) =
        if inside { ("{ workspace = true }".to_owned(), "") } else { (kit_line(kit)?, OUTSIDE) };
    let mut made = vec![];
    for (name, template) in FILES {
        let text = template.replace("{{id}}", id).replace("{{kit}}", &kit).replace("{{outside}}", outside);
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
    fn a_new_plugin_is_complete() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("my-thanks");
        new(&folder, &Kit::Version("0.1".to_owned())).unwrap();
        let (manifest, _) = manifest::read(&folder).unwrap();
        assert_eq!(manifest.id.as_str(), "my-thanks");
        let cargo: toml::Table = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        assert_eq!(cargo["package"]["name"].as_str(), Some("plugin-my-thanks"));
        assert_eq!(cargo["dependencies"]["plugin-kit"]["version"].as_str(), Some("0.1"));
        assert!(cargo.contains_key("workspace"));
        let code = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let without_tests = code.split("#[cfg(test)]").next().unwrap();
        assert!(without_tests.lines().count() <= 32, "{}", without_tests.lines().count());
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
        new(&folder, &Kit::Version("9".to_owned())).unwrap();
        let cargo: toml::Table = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        assert_eq!(cargo["dependencies"]["plugin-kit"]["workspace"].as_bool(), Some(true));
        assert!(!cargo.contains_key("workspace"));
    }

    #[test]
    fn nothing_is_overwritten_and_names_are_checked() {
        let outer = tempfile::tempdir().unwrap();
        let kit = Kit::Version("0.1".to_owned());
        for name in ["Thanks", "x", "with space"] {
            assert!(new(&outer.path().join(name), &kit).is_err(), "{name}");
        }
        new(&outer.path().join("thanks"), &kit).unwrap();
        assert!(new(&outer.path().join("thanks"), &kit).unwrap_err().to_string().contains("already"));
    }
}
