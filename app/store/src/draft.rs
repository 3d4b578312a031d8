//! Drafts: a table, not events. Only the agent's own hand and the commit that uses a draft up take it away.

use model::{ConversationId, PluginId, Timestamp};
use rusqlite::{OptionalExtension, Row, params};

use crate::{
    Store, codec,
    error::StorageError,
    record::{Draft, DraftKey},
};

impl Store {
    /// Saves a draft, durably; an empty text removes it. Answers the draft's revision, which counts up with every
    /// save and begins anew after a removal.
    pub fn save_draft(&mut self, key: &DraftKey, text: &str, at: Timestamp) -> Result<u64, StorageError> {
        self.write(|store| {
            if text.is_empty() {
                store.delete_draft(key)?;
                return Ok(0);
            }
            let revision: i64 = store
                .db
                .prepare_cached(
                    "INSERT INTO draft (key, text, revision, at_ms) VALUES (?1, ?2, 1, ?3)
                     ON CONFLICT (key) DO UPDATE
                     SET text = excluded.text, revision = revision + 1, at_ms = excluded.at_ms
                     RETURNING revision",
                )?
                .query_row(params![key_text(key), text, codec::millis(at)], |row| row.get(0))?;
            Ok(revision as u64)
        })
    }

    /// One draft.
    pub fn draft(&self, key: &DraftKey) -> Result<Option<Draft>, StorageError> {
        let found = self
            .db
            .prepare_cached("SELECT key, text, revision, at_ms FROM draft WHERE key = ?1")?
            .query_row([key_text(key)], draft)
            .optional()?;
        Ok(found.flatten())
    }

    /// All drafts, the one saved last first.
    pub fn drafts(&self) -> Result<Vec<Draft>, StorageError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT key, text, revision, at_ms FROM draft ORDER BY at_ms DESC, key")?;
        let drafts = statement.query_map([], draft)?.collect::<Result<Vec<_>, _>>()?;
        Ok(drafts.into_iter().flatten().collect())
    }

    pub(crate) fn delete_draft(&self, key: &DraftKey) -> Result<(), StorageError> {
        self.db.prepare_cached("DELETE FROM draft WHERE key = ?1")?.execute([key_text(key)])?;
        Ok(())
    }

    /// Removes every draft that belongs to a conversation.
    pub(crate) fn delete_drafts_of(&self, conversation: ConversationId) -> Result<(), StorageError> {
        self.db.prepare_cached("DELETE FROM draft WHERE key IN (?1, ?2) OR key LIKE ?3")?.execute(
            params![
                format!("reply/{conversation}"),
                format!("note/{conversation}"),
                format!("form/{conversation}/%")
            ],
        )?;
        Ok(())
    }
}

/// A draft, unless its key was written by a newer version; such a row is left alone.
fn draft(row: &Row<'_>) -> rusqlite::Result<Option<Draft>> {
    let text: String = row.get(0)?;
    let Some(key) = key(&text) else { return Ok(None) };
    let revision: i64 = row.get(2)?;
    Ok(Some(Draft { key, text: row.get(1)?, revision: revision as u64, at: codec::moment(row.get(3)?) }))
}

fn key_text(key: &DraftKey) -> String {
    match key {
        DraftKey::Reply(conversation) => format!("reply/{conversation}"),
        DraftKey::Note(conversation) => format!("note/{conversation}"),
        DraftKey::Form { conversation, plugin, kind } => format!("form/{conversation}/{plugin}/{kind}"),
    }
}

fn key(text: &str) -> Option<DraftKey> {
    let mut parts = text.splitn(4, '/');
    let (place, conversation) = (parts.next()?, parts.next()?.parse().ok()?);
    match (place, parts.next(), parts.next()) {
        ("reply", None, None) => Some(DraftKey::Reply(conversation)),
        ("note", None, None) => Some(DraftKey::Note(conversation)),
        ("form", Some(plugin), Some(kind)) => {
            Some(DraftKey::Form { conversation, plugin: PluginId::new(plugin), kind: kind.to_owned() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        let conversation = ConversationId::from_u128(5);
        for draft in [
            DraftKey::Reply(conversation),
            DraftKey::Note(conversation),
            DraftKey::Form { conversation, plugin: "repair-form".into(), kind: "repair/indoor".to_owned() },
        ] {
            assert_eq!(key(&key_text(&draft)), Some(draft));
        }
        assert_eq!(key("reply/x"), None);
        assert_eq!(key("memo/00000000-0000-0000-0000-000000000005"), None);
    }
}
