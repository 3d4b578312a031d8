//! The ledger of what left this machine for plugins. It is kept beside the journal, bounded by count and age, and
//! erased with the person whose conversation it was about.

use model::{ConversationId, CustomerId, PluginId, Timestamp, plugin::Egress};
use rusqlite::{OptionalExtension, params};

use crate::{EGRESS_KEEP_MS, EGRESS_PER_PLUGIN_MAX, Store, codec, error::StorageError};

/// Lines between two looks at whether a plugin has too many.
const LINES_BETWEEN_CUTS: i64 = 64;

impl Store {
    /// Keeps a line. A denial like the one before it counts that one up: a plugin that asks in a loop fills no table.
    pub fn keep_egress(&mut self, entry: &Egress) -> Result<(), StorageError> {
        self.write(|store| {
            let plugin = entry.plugin.as_str();
            if entry.denied.is_some()
                && let Some((id, before)) = store.newest_egress(&entry.plugin)?
                && (&before.denied, &before.target, before.conversation)
                    == (&entry.denied, &entry.target, entry.conversation)
            {
                store
                    .db
                    .prepare_cached("UPDATE egress SET times = times + 1, at_ms = ?2 WHERE id = ?1")?
                    .execute(params![id, codec::millis(entry.at)])?;
                return Ok(());
            }
            let json = serde_json::to_string(entry)
                .map_err(|error| StorageError::unreadable("egress", 0, error))?;
            store
                .db
                .prepare_cached(
                    "INSERT INTO egress (plugin, number, at_ms, conversation, customer, times, received, entry)
                     VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)",
                )?
                .execute(params![
                    plugin,
                    entry.number as i64,
                    codec::millis(entry.at),
                    entry.conversation.map(|id| *id.uuid().as_bytes()),
                    entry.customer.map(|id| *id.uuid().as_bytes()),
                    entry.received as i64,
                    json,
                ])?;
            if store.db.last_insert_rowid() % LINES_BETWEEN_CUTS == 0 {
                store.cut_egress(plugin)?;
            }
            Ok(())
        })
    }

    /// More of an answer has come than was known when its line was kept.
    pub fn egress_received(
        &mut self,
        plugin: &PluginId,
        number: u64,
        more_bytes: u64,
    ) -> Result<(), StorageError> {
        self.write(|store| {
            store
                .db
                .prepare_cached(
                    "UPDATE egress SET received = received + ?3
                     WHERE id = (SELECT max(id) FROM egress WHERE plugin = ?1 AND number = ?2)",
                )?
                .execute(params![plugin.as_str(), number as i64, more_bytes as i64])?;
            Ok(())
        })
    }

    /// The newest lines of a plugin, newest first.
    pub fn egress(&self, plugin: &PluginId, limit: usize) -> Result<Vec<Egress>, StorageError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, at_ms, times, received, entry FROM egress WHERE plugin = ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let mut rows = statement.query(params![plugin.as_str(), limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(line(row)?.1);
        }
        Ok(found)
    }

    fn newest_egress(&self, plugin: &PluginId) -> Result<Option<(i64, Egress)>, StorageError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, at_ms, times, received, entry FROM egress WHERE plugin = ?1 ORDER BY id DESC LIMIT 1",
        )?;
        let found = statement.query_row([plugin.as_str()], |row| Ok(line(row))).optional()?;
        found.transpose()
    }

    fn cut_egress(&self, plugin: &str) -> Result<(), StorageError> {
        self.db
            .prepare_cached(
                "DELETE FROM egress WHERE plugin = ?1 AND id <=
                 (SELECT id FROM egress WHERE plugin = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![plugin, EGRESS_PER_PLUGIN_MAX as i64])?;
        Ok(())
    }

    /// Deletes what has had its time.
    pub(crate) fn tidy_egress(&mut self, now: Timestamp) -> Result<(), StorageError> {
        let before_ms = codec::millis(now).saturating_sub(EGRESS_KEEP_MS);
        self.db.prepare_cached("DELETE FROM egress WHERE at_ms < ?1")?.execute([before_ms])?;
        Ok(())
    }

    /// Deletes what was about a customer or one of these conversations.
    pub(crate) fn erase_egress(
        &mut self,
        customer: CustomerId,
        conversations: &[ConversationId],
    ) -> Result<(), StorageError> {
        self.db.execute("DELETE FROM egress WHERE customer = ?1", [customer.uuid().as_bytes()])?;
        for id in conversations {
            self.db.execute("DELETE FROM egress WHERE conversation = ?1", [id.uuid().as_bytes()])?;
        }
        Ok(())
    }
}

fn line(row: &rusqlite::Row<'_>) -> Result<(i64, Egress), StorageError> {
    let (id, json): (i64, String) = (row.get(0)?, row.get(4)?);
    let entry: Egress =
        serde_json::from_str(&json).map_err(|error| StorageError::unreadable("egress", id, error))?;
    let (times, received): (i64, i64) = (row.get(2)?, row.get(3)?);
    let entry = Egress {
        at: codec::moment(row.get(1)?),
        times: u32::try_from(times).unwrap_or(u32::MAX),
        received: received as u64,
        ..entry
    };
    Ok((id, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, at_ms: i64) -> Egress {
        Egress {
            number,
            at: codec::moment(at_ms),
            plugin: PluginId::from("crm"),
            account: None,
            conversation: None,
            customer: None,
            target: "crm.example.com:443".to_owned(),
            method: "POST".to_owned(),
            bytes: 120,
            received: 10,
            secrets: vec!["token".to_owned()],
            status: Some(200),
            denied: None,
            times: 1,
        }
    }

    fn numbers(store: &Store) -> Vec<u64> {
        store.egress(&PluginId::from("crm"), 1000).unwrap().iter().map(|line| line.number).collect()
    }

    #[test]
    fn lines_come_back_newest_first_with_what_was_received_later() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        store.keep_egress(&entry(1, 1000)).unwrap();
        store.keep_egress(&entry(2, 2000)).unwrap();
        store.egress_received(&PluginId::from("crm"), 1, 990).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        let wanted = [entry(2, 2000), Egress { received: 1000, ..entry(1, 1000) }];
        assert_eq!(store.egress(&PluginId::from("crm"), 10).unwrap(), wanted);
        assert!(store.egress(&PluginId::from("other"), 10).unwrap().is_empty());
    }

    #[test]
    fn the_same_denial_again_is_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let denied =
            |line: &str, at_ms| Egress { denied: Some(line.to_owned()), status: None, ..entry(0, at_ms) };
        for at_ms in 1..=500 {
            store.keep_egress(&denied("one", at_ms)).unwrap();
        }
        store.keep_egress(&denied("other", 501)).unwrap();
        let found = store.egress(&PluginId::from("crm"), 10).unwrap();
        let told: Vec<_> = found.iter().map(|line| (line.denied.as_deref(), line.times)).collect();
        assert_eq!(told, [(Some("other"), 1), (Some("one"), 500)]);
        assert_eq!(found[1].at, codec::moment(500), "the last time it was tried");
    }

    #[test]
    fn it_is_bounded_by_count_and_by_age() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let count = (EGRESS_PER_PLUGIN_MAX as i64 / LINES_BETWEEN_CUTS + 2) * LINES_BETWEEN_CUTS;
        let keep_all = |store: &mut Store| {
            for number in 1..=count {
                store.keep_egress(&entry(number as u64, number)).unwrap();
            }
        };
        store.group(keep_all).unwrap();
        let kept = store.egress(&PluginId::from("crm"), count as usize).unwrap();
        assert_eq!((kept.len(), kept[0].number), (EGRESS_PER_PLUGIN_MAX, count as u64));
        store.tidy(codec::moment(EGRESS_KEEP_MS + count)).unwrap();
        assert_eq!(numbers(&store), [count as u64], "only what is younger");
    }

    #[test]
    fn it_is_erased_with_the_person() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let of = |number, conversation, customer| Egress {
            conversation: Option::map(conversation, ConversationId::from_u128),
            customer: Option::map(customer, CustomerId::from_u128),
            ..entry(number, 1)
        };
        for line in [of(1, None, None), of(2, Some(5), None), of(3, None, Some(6)), of(4, Some(7), Some(8))] {
            store.keep_egress(&line).unwrap();
        }
        store.erase_egress(CustomerId::from_u128(6), &[ConversationId::from_u128(5)]).unwrap();
        assert_eq!(numbers(&store), [4, 1]);
        store.erase(CustomerId::from_u128(8), codec::moment(2)).unwrap();
        assert_eq!(numbers(&store), [1], "also by the way that people are erased");
    }
}
