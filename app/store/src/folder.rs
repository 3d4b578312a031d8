//! The data folder: its owner's alone, and one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use crate::error::OpenError;

const LOCK_FILE: &str = "lock";
/// More than the digits of any process id.
const PID_MAX_BYTES: u64 = 16;

/// Makes the folder where there is none, closes it to everybody but its owner and takes its lock. The lock ends
/// with the file handle, also when the process is killed.
pub fn take(folder: &Path) -> Result<File, OpenError> {
    let failed = |cause| OpenError::Folder { folder: folder.to_owned(), cause };
    fs::create_dir_all(folder).map_err(failed)?;
    protect_folder(folder).map_err(failed)?;
    let path = folder.join(LOCK_FILE);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError::InUse { folder: folder.to_owned(), pid: read_pid(&mut file) });
        }
        Err(TryLockError::Error(cause)) => return Err(failed(cause)),
    }
    protect_file(&path).map_err(failed)?;
    file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(failed)?;
    Ok(file)
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(PID_MAX_BYTES).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Makes a folder for the owner alone.
pub fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    protect_folder(path)
}

/// Closes a folder to everybody but its owner.
#[cfg(unix)]
fn protect_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// Closes a file to everybody but its owner.
#[cfg(unix)]
pub fn protect_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

// Elsewhere a person's own folders are closed to others by the system already.
#[cfg(not(unix))]
fn protect_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Closes a file to everybody but its owner.
#[cfg(not(unix))]
pub fn protect_file(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a small file so that after a crash either the old or the new content is there.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh: PathBuf = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    protect_file(&fresh)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes names in a folder durable.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Folders can be opened as files, and need to be synced, only on Unix.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// The process that holds a folder, if any holds it.
#[cfg(test)]
pub fn holder(folder: &Path) -> Option<u32> {
    match take(folder) {
        Err(OpenError::InUse { pid, .. }) => pid,
        _ => None,
    }
}
