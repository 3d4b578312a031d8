//! The log of one visitor: entries with sequence numbers, in the plugin's storage.
//!
//! Two instances append to a log, one that receives and one that sends. An entry is put where nothing is yet, so
//! neither can overwrite the other's and there is never a gap. A key (the widget's id of a message, the desk's of an
//! answer) is first noted with the place where its entry will go; a repetition looks there, so a crash between any two
//! steps neither loses a message nor doubles it.

use plugin_kit::{Failure, Result, desk::kv, types::BlobRef};
use serde::{Deserialize, Serialize};

use crate::{
    identity::Visitor,
    limits::{APPEND_TRIES, ENTRIES_KEPT, KEPT_S},
};

/// Who an entry is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Author {
    Visitor,
    Agent,
    Desk,
}

/// An entry that is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Happening {
    Joined,
    Closed,
}

/// A file as the widget sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) mime: String,
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl From<BlobRef> for File {
    fn from(blob: BlobRef) -> Self {
        Self { id: blob.id, mime: blob.mime, name: blob.name, bytes: blob.bytes }
    }
}

impl From<File> for BlobRef {
    fn from(file: File) -> Self {
        Self { id: file.id, mime: file.mime, name: file.name, bytes: file.bytes }
    }
}

/// One entry, as stored and as the widget gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) at: u64,
    pub(crate) from: Author,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<File>,
    /// The widget's id of a message, or the desk's key of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) what: Option<Happening>,
}

/// An entry before it has a place.
pub(crate) struct NewEntry {
    pub(crate) from: Author,
    pub(crate) text: String,
    pub(crate) name: String,
    pub(crate) files: Vec<File>,
    pub(crate) key: Option<String>,
    pub(crate) what: Option<Happening>,
}

impl NewEntry {
    pub(crate) fn by(from: Author) -> Self {
        Self { from, text: String::new(), name: String::new(), files: vec![], key: None, what: None }
    }
}

/// How far a visitor's browser has come, in sequence numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    #[serde(default)]
    pub(crate) delivered: u64,
    #[serde(default)]
    pub(crate) read: u64,
}

/// The log of one visitor of one account.
pub(crate) struct Thread {
    prefix: String,
    visitor: Visitor,
}

impl Thread {
    pub(crate) fn of(account: &str, visitor: &Visitor) -> Self {
        Self { prefix: format!("{account}/{}/", visitor.as_str()), visitor: visitor.clone() }
    }

    fn key(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }

    fn place(&self, seq: u64) -> String {
        self.key(&format!("e/{seq:012}"))
    }

    /// Number of the last entry; 0 where there is none.
    pub(crate) fn head(&self) -> Result<u64> {
        // What is stored may lag behind after a crash, never run ahead.
        let mut head = kv::get_json::<u64>(&self.key("head"))?.unwrap_or(0);
        while kv::get(&self.place(head + 1))?.is_some() {
            head += 1;
        }
        Ok(head)
    }

    /// Number of the oldest entry that is still kept.
    pub(crate) fn first(head: u64) -> u64 {
        head.saturating_sub(ENTRIES_KEPT) + 1
    }

    pub(crate) fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        kv::get_json(&self.place(seq))
    }

    /// Entries after a number, up to another.
    pub(crate) fn entries(&self, after: u64, last: u64) -> Result<Vec<Entry>> {
        (after + 1..=last).filter_map(|seq| self.entry(seq).transpose()).collect()
    }

    /// Where the entry with this key is, if it is there.
    pub(crate) fn find(&self, key: &str) -> Result<Option<Entry>> {
        let Some(seq) = kv::get_json::<u64>(&self.key(&format!("k/{key}")))? else { return Ok(None) };
        Ok(self.entry(seq)?.filter(|entry| entry.key.as_deref() == Some(key)))
    }

    /// Puts an entry at the end, unless one with its key is there already; answers the one that is there.
    pub(crate) fn append(&self, now_ms: u64, new: NewEntry) -> Result<Entry> {
        if let Some(key) = &new.key
            && let Some(there) = self.find(key)?
        {
            return Ok(there);
        }
        let mut entry = Entry {
            seq: self.head()? + 1,
            at: now_ms,
            from: new.from,
            text: new.text,
            name: new.name,
            files: new.files,
            key: new.key,
            what: new.what,
        };
        for _ in 0..APPEND_TRIES {
            if let Some(key) = &entry.key {
                kv::set_json(&self.key(&format!("k/{key}")), &entry.seq, Some(KEPT_S))?;
            }
            let bytes = serde_json::to_vec(&entry).map_err(|error| Failure::Internal(error.to_string()))?;
            let place = self.place(entry.seq);
            if kv::compare_and_set(&place, None, &bytes)? {
                // The swap cannot carry a time to live.
                kv::set(&place, &bytes, Some(KEPT_S))?;
                self.tidy(entry.seq)?;
                return Ok(entry);
            }
            entry.seq += 1;
        }
        Err(Failure::Unavailable(0))
    }

    fn tidy(&self, head: u64) -> Result<()> {
        // Kept for good: numbers go on where they ended, even after every entry has been forgotten.
        kv::set_json(&self.key("head"), &head, None)?;
        match head.checked_sub(ENTRIES_KEPT) {
            Some(old) if old > 0 => kv::delete(&self.place(old)),
            _ => Ok(()),
        }
    }

    /// The id by which the desk knows an entry.
    pub(crate) fn remote_id(&self, entry: &Entry) -> String {
        match (&entry.from, &entry.key) {
            (Author::Visitor, Some(key)) => format!("{}:{key}", self.visitor.as_str()),
            _ => format!("{}#{}", self.visitor.as_str(), entry.seq),
        }
    }

    /// Notes that the agent has read up to this message of the visitor; answers its number where that is news.
    pub(crate) fn mark_seen(&self, remote_id: &str) -> Result<Option<u64>> {
        let key = remote_id.strip_prefix(self.visitor.as_str()).and_then(|rest| rest.strip_prefix(':'));
        let Some(entry) = key.map(|key| self.find(key)).transpose()?.flatten() else { return Ok(None) };
        if entry.seq <= self.seen()? {
            return Ok(None);
        }
        kv::set_json(&self.key("seen"), &entry.seq, Some(KEPT_S))?;
        Ok(Some(entry.seq))
    }

    /// How far the agent has read.
    pub(crate) fn seen(&self) -> Result<u64> {
        Ok(kv::get_json(&self.key("seen"))?.unwrap_or(0))
    }

    pub(crate) fn progress(&self) -> Result<Progress> {
        Ok(kv::get_json(&self.key("progress"))?.unwrap_or_default())
    }

    pub(crate) fn set_progress(&self, progress: Progress) -> Result<()> {
        kv::set_json(&self.key("progress"), &progress, Some(KEPT_S))
    }

    /// Lets this visitor have a file.
    pub(crate) fn keep_file(&self, file: &BlobRef) -> Result<()> {
        kv::set_json(&self.key(&format!("f/{}", file.id)), &File::from(file.clone()), Some(KEPT_S))
    }

    /// A file that this visitor sent or was sent.
    pub(crate) fn file(&self, id: &str) -> Result<Option<File>> {
        let named_well = !id.is_empty()
            && id.len() <= 128
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte));
        if named_well { kv::get_json(&self.key(&format!("f/{id}"))) } else { Ok(None) }
    }
}

/// Remembers under which id an answer went out.
pub(crate) fn note_sent(account: &str, key: &str, remote_id: &str) -> Result<()> {
    kv::set_json(&format!("{account}/sent/{key}"), &remote_id, Some(KEPT_S))
}

/// Under which id the answer with this key went out.
pub(crate) fn sent_with(account: &str, key: &str) -> Result<Option<String>> {
    kv::get_json(&format!("{account}/sent/{key}"))
}
