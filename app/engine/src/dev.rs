//! Plugins under development: a file that `switchboard plugin dev` drops into the data folder takes the place of the
//! plugin that runs, which keeps its storage, its accounts and what it was granted.
//!
//! The data folder is its owner's alone; a file that anybody else could have written is not looked at.

use std::{
    collections::BTreeMap,
    fs::Metadata,
    path::{Path, PathBuf},
    sync::mpsc::SyncSender,
    time::{Duration, Instant, SystemTime},
};

use host::{LoadError, Package};
use model::plugin::PackageOrigin;
use store::Store;

use crate::{core::Core, job::Job};

/// The folder, below the data folder.
pub(crate) const FOLDER: &str = "dev";
/// Ending of a file that says what came of a drop.
const SAID: &str = "said";
/// How often the folder is looked at. A swap is to be seen within a second.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Most files that are looked at; a folder of one's own work has a few.
const FILES_MAX: usize = 64;
/// Largest file that is read at all, in bytes.
const FILE_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What a file looked like when it was last taken in.
type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

/// Looks for dropped files until the engine is gone. What lies there at the start is left alone: it is from another day.
pub(crate) fn watch(data: PathBuf, jobs: SyncSender<Job>) -> impl Future<Output = ()> + Send {
    // Before anybody hears that the desk is there: what is dropped from then on counts.
    let seen: Seen = found(&data).into_iter().map(|(path, at, bytes)| (path, (at, bytes))).collect();
    keep_looking(data, jobs, seen)
}

async fn keep_looking(data: PathBuf, jobs: SyncSender<Job>, mut seen: Seen) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        for (path, at, bytes) in found(&data) {
            if seen.get(&path) == Some(&(at, bytes)) {
                continue;
            }
            let Ok(content) = std::fs::read(&path) else { continue };
            let said = path.with_extension(SAID);
            let work = Box::new(move |core: &mut Core, store: &mut Store| {
                let text = core.swap_in(store, content).unwrap_or_else(|error| format!("refused: {error}"));
                if let Err(error) = std::fs::write(&said, text) {
                    tracing::warn!(%error, "what came of a dropped plugin could not be written");
                }
            });
            match jobs.try_send(Job::Run(work)) {
                Ok(()) => {
                    seen.insert(path, (at, bytes));
                }
                // The engine has more to do than it can take: the next look finds the file again.
                Err(std::sync::mpsc::TrySendError::Full(_)) => {}
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return,
            }
        }
    }
}

/// Packages in the folder that only its owner can have written.
fn found(data: &Path) -> Vec<(PathBuf, SystemTime, u64)> {
    let folder = data.join(FOLDER);
    let Ok(facts) = std::fs::symlink_metadata(&folder) else { return Vec::new() };
    let Ok(owner) = std::fs::metadata(data) else { return Vec::new() };
    if !facts.is_dir() || !is_private(&facts, &owner) {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten().take(FILES_MAX) {
        let path = entry.path();
        let Ok(facts) = std::fs::symlink_metadata(&path) else { continue };
        let named = path.extension().is_some_and(|ending| ending == "wasm");
        if named && facts.is_file() && facts.len() <= FILE_MAX_BYTES && is_private(&facts, &owner) {
            files.push((path, facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len()));
        }
    }
    files
}

/// Whether nobody but the owner of the data folder can write there.
#[cfg(unix)]
fn is_private(facts: &Metadata, data: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    const OTHERS_WRITE: u32 = 0o022;
    facts.uid() == data.uid() && facts.mode() & OTHERS_WRITE == 0
}

#[cfg(not(unix))]
fn is_private(_facts: &Metadata, _data: &Metadata) -> bool {
    true
}

impl Core {
    /// Puts a package in the place of the one that runs, and says so.
    fn swap_in(&mut self, store: &mut Store, bytes: Vec<u8>) -> Result<String, LoadError> {
        let began = Instant::now();
        let package = Package::read(bytes)?;
        let (id, version) = (package.manifest.id.clone(), package.manifest.version.clone());
        self.origins.insert(id.clone(), PackageOrigin::Unsigned);
        self.broken.retain(|row| row.manifest.id != id);
        self.install(store, package, false);
        let accounts: Vec<_> =
            self.directory.accounts.values().filter(|account| account.plugin == id).cloned().collect();
        for account in accounts {
            self.open_account(&account);
        }
        self.refresh_plugins();
        self.shown.changed = true;
        tracing::info!(plugin = %id, version, "a plugin under development was swapped in");
        Ok(format!("swapped in {id} {version} in {} ms", began.elapsed().as_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn only_what_nobody_else_can_write_is_looked_at() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join(FOLDER);
        assert!(found(data.path()).is_empty());
        std::fs::create_dir(&folder).expect("made");
        let file = folder.join("mine.wasm");
        std::fs::write(&file, "x").expect("written");
        std::fs::write(folder.join("mine.txt"), "x").expect("written");
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
        };
        for (of_folder, of_file, count) in
            [(0o700, 0o600, 1), (0o755, 0o644, 1), (0o777, 0o600, 0), (0o700, 0o622, 0)]
        {
            mode(&folder, of_folder);
            mode(&file, of_file);
            assert_eq!(found(data.path()).len(), count, "{of_folder:o} {of_file:o}");
        }
        mode(&folder, 0o700);
        let link = folder.join("link.wasm");
        std::os::unix::fs::symlink(&file, link).expect("linked");
        mode(&file, 0o600);
        assert_eq!(found(data.path()).len(), 1, "a link leads elsewhere");
    }
}
