//! Attachments and recordings: files under their SHA-256 in the data folder.
//!
//! # Invariants
//!
//! - A file that has a name is whole and on the disk: it is written beside, synced, and only then named.
//! - Bytes come from outside, names never do: a path is made only from a name of 64 hexadecimal digits.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use model::{FileId, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    FILE_UNUSED_KEEP_MS, Store, chain, codec,
    error::{FileError, StorageError},
    folder,
};

const FILES_FOLDER: &str = "files";
const INCOMING_FOLDER: &str = "incoming";
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Attachments and recordings. Cheap to clone; usable from any thread.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
    incoming: PathBuf,
    // Tells files on their way in apart.
    next: Arc<AtomicU64>,
}

impl Files {
    /// Makes the folders and clears away what a crash left on its way in.
    pub(crate) fn open_folder(data: &Path) -> io::Result<Self> {
        let folder = data.join(FILES_FOLDER);
        let incoming = folder.join(INCOMING_FOLDER);
        folder::make_folder(&folder)?;
        folder::make_folder(&incoming)?;
        for left in fs::read_dir(&incoming)? {
            fs::remove_file(left?.path())?;
        }
        Ok(Self { folder, incoming, next: Arc::default() })
    }

    /// The files of a data folder that is only read.
    pub(crate) fn of_folder(data: &Path) -> Self {
        let folder = data.join(FILES_FOLDER);
        Self { incoming: folder.join(INCOMING_FOLDER), folder, next: Arc::default() }
    }

    /// Stores what the reader gives, durably, and answers its name and size. The same bytes are stored once.
    pub fn put(&self, from: &mut dyn Read, limit_bytes: u64) -> Result<(FileId, u64), FileError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let incoming = self.incoming.join(number.to_string());
        let stored = self.receive(&incoming, from, limit_bytes);
        if stored.is_err() {
            // The next start clears the folder where this fails too.
            let _ = fs::remove_file(&incoming);
        }
        stored
    }

    fn receive(
        &self,
        incoming: &Path,
        from: &mut dyn Read,
        limit_bytes: u64,
    ) -> Result<(FileId, u64), FileError> {
        let mut file = File::create_new(incoming).map_err(StorageError::from)?;
        folder::protect_file(incoming).map_err(StorageError::from)?;
        let mut hash = Sha256::new();
        let mut size = 0_u64;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(FileError::Source(error)),
            };
            size += read as u64;
            if size > limit_bytes {
                return Err(FileError::TooLarge { limit: limit_bytes });
            }
            hash.update(&chunk[..read]);
            file.write_all(&chunk[..read]).map_err(StorageError::from)?;
        }
        file.sync_all().map_err(StorageError::from)?;
        drop(file);
        let name = chain::hexadecimal(&hash.finalize());
        self.give_name(incoming, &name).map_err(StorageError::from)?;
        Ok((FileId::new(name), size))
    }

    fn give_name(&self, incoming: &Path, name: &str) -> io::Result<()> {
        let place = self.folder.join(&name[..2]);
        if !place.is_dir() {
            folder::make_folder(&place)?;
            folder::sync_folder(&self.folder)?;
        }
        // Where the same bytes lie there already this puts equal bytes in their place and makes them young again.
        fs::rename(incoming, place.join(&name[2..]))?;
        folder::sync_folder(&place)
    }

    /// Opens a file for reading.
    pub fn open(&self, id: &FileId) -> Result<File, FileError> {
        let path = self.place(id).ok_or(FileError::Missing)?;
        File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Storage(error.into()),
        })
    }

    /// Reads up to `max_bytes` from `offset`; fewer only at the end.
    pub fn read(&self, id: &FileId, offset: u64, max_bytes: usize) -> Result<Vec<u8>, FileError> {
        let mut file = self.open(id)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(max_bytes as u64).read_to_end(&mut bytes))
            .map_err(StorageError::from)?;
        Ok(bytes)
    }

    /// Where the file lies, if it is there.
    pub fn path(&self, id: &FileId) -> Option<PathBuf> {
        self.place(id).filter(|path| path.is_file())
    }

    /// Reads the file through and compares it with its name.
    pub fn check(&self, id: &FileId) -> Result<(), FileError> {
        let mut file = self.open(id)?;
        let mut hash = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match file.read(&mut chunk).map_err(StorageError::from)? {
                0 => break,
                read => hash.update(&chunk[..read]),
            }
        }
        if chain::hexadecimal(&hash.finalize()) == id.as_str() { Ok(()) } else { Err(FileError::Changed) }
    }

    /// Deletes a file, where it is there.
    pub(crate) fn delete(&self, id: &FileId) -> Result<(), StorageError> {
        let Some(path) = self.place(id) else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn place(&self, id: &FileId) -> Option<PathBuf> {
        let name = id.as_str();
        let is_hash =
            name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        is_hash.then(|| self.folder.join(&name[..2]).join(&name[2..]))
    }

    /// Every file with the moment it was last stored.
    fn all(&self) -> io::Result<Vec<(FileId, SystemTime)>> {
        let mut files = Vec::new();
        for part in fs::read_dir(&self.folder)? {
            let part = part?;
            let head = part.file_name().to_string_lossy().into_owned();
            if head.len() != 2 || !part.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(part.path())? {
                let file = file?;
                let name = format!("{head}{}", file.file_name().to_string_lossy());
                files.push((FileId::new(name), file.metadata()?.modified()?));
            }
        }
        Ok(files)
    }
}

impl Store {
    /// Deletes files that no event names and that were stored longer ago than
    /// [`FILE_UNUSED_KEEP_MS`](crate::FILE_UNUSED_KEEP_MS); answers how many.
    pub fn collect_files(&mut self, now: Timestamp) -> Result<u64, StorageError> {
        let keep_ms = codec::millis(now).saturating_sub(FILE_UNUSED_KEEP_MS);
        let Ok(keep_ms) = u64::try_from(keep_ms) else { return Ok(0) };
        let keep_after = SystemTime::UNIX_EPOCH + Duration::from_millis(keep_ms);
        let mut deleted = 0;
        for (id, stored) in self.files.all()? {
            if stored < keep_after && !self.is_file_used(&id)? {
                self.files.delete(&id)?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }

    pub(crate) fn is_file_used(&self, id: &FileId) -> Result<bool, StorageError> {
        Ok(self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM file_use WHERE file = ?1)")?
            .query_row([id.as_str()], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open_folder(folder.path()).unwrap();
        (folder, files)
    }

    #[test]
    fn a_file_is_named_by_its_bytes() {
        let (_folder, files) = files();
        let (id, size) = files.put(&mut &b"abc"[..], 3).unwrap();
        assert_eq!(id.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(size, 3);
        assert_eq!(files.put(&mut &b"abc"[..], 3).unwrap().0, id);
        assert_eq!(files.read(&id, 1, 10).unwrap(), b"bc");
        files.check(&id).unwrap();
        fs::write(files.path(&id).unwrap(), b"abd").unwrap();
        assert!(matches!(files.check(&id), Err(FileError::Changed)));
    }

    #[test]
    fn what_is_too_large_or_breaks_off_leaves_nothing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the line went down"))
            }
        }
        let (_folder, files) = files();
        assert!(matches!(files.put(&mut &b"abcd"[..], 3), Err(FileError::TooLarge { limit: 3 })));
        assert!(matches!(files.put(&mut Broken, 3), Err(FileError::Source(_))));
        assert_eq!(files.all().unwrap(), []);
        assert_eq!(fs::read_dir(&files.incoming).unwrap().count(), 0);
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let (_folder, files) = files();
        for name in ["", "..", "../../etc/passwd", &"A".repeat(64), &format!("../{}", "0".repeat(61))] {
            assert!(matches!(files.open(&FileId::from(name)), Err(FileError::Missing)), "{name}");
        }
    }
}
