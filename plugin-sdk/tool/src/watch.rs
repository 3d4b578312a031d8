//! Sees when something in a plugin's folder changes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Folders that the build writes to, and what belongs to other tools.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];
/// Most files that are looked at.
const FILES_MAX: usize = 4096;
/// How deep folders are looked into.
const DEPTH_MAX: usize = 8;

/// What the files of a folder look like.
pub type Look = BTreeMap<PathBuf, (SystemTime, u64)>;

/// Looks at a folder. Two looks differ when a file was written, added or taken away.
pub fn look(folder: &Path) -> Look {
    let mut found = Look::new();
    collect(folder, 0, &mut found);
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Look) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(facts) = entry.metadata() else { continue };
        if found.len() >= FILES_MAX || name.starts_with('.') || LEFT_OUT.contains(&&*name) {
            continue;
        }
        if facts.is_dir() && depth < DEPTH_MAX {
            collect(&entry.path(), depth + 1, found);
        } else if facts.is_file() && !name.ends_with(".wasm") && name != "Cargo.lock" {
            let written = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.insert(entry.path(), (written, facts.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_seen_and_the_builds_own_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "one");
        let first = look(folder.path());
        assert_eq!(first.len(), 1);
        for (name, seen) in [
            ("target/debug/a", false),
            ("mine.wasm", false),
            (".hidden", false),
            ("Cargo.lock", false),
            ("src/lib.rs", true),
            ("plugin.toml", true),
        ] {
            let before = look(folder.path());
            write(name, "something longer");
            assert_eq!(look(folder.path()) != before, seen, "{name}");
        }
    }
}
