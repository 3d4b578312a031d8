//! Raw inbound items: kept before a plugin sees them, gone once it has taken them.
//!
//! # Invariants
//!
//! - An account's items never take more than [`RAW_MAX_BYTES`]: refused ones make room for new ones, oldest first;
//!   what waits or was put aside is never dropped, so that a full share refuses the new item instead.

use std::collections::HashMap;

use model::{AccountId, Timestamp};
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    RAW_MAX_BYTES, RAW_REJECTED_KEEP_MS, Store, codec,
    error::{RawError, StorageError},
    record::{NewRaw, RawId, RawItem, RawOutcome, RawState},
};

const PENDING: i64 = 0;
const DEAD: i64 = 1;
const REJECTED: i64 = 2;

const COLUMNS: &str = "id, account, at_ms, state, because, meta, body";

impl Store {
    /// Keeps an item, durably, before its plugin sees it.
    #[allow(clippy::needless_pass_by_value, reason = "the caller is done with the bytes")]
    pub fn raw_put(&mut self, item: NewRaw) -> Result<RawId, RawError> {
        self.write(|store| store.put_raw(&item, RAW_MAX_BYTES))
    }

    /// Items that wait for their plugin, oldest first: read after a start.
    pub fn raw_pending(
        &self,
        account: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<RawItem>, StorageError> {
        self.raw_in(PENDING, account, "ASC", limit)
    }

    /// Items the plugin could not take, newest first.
    pub fn dead_letters(
        &self,
        account: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<RawItem>, StorageError> {
        self.raw_in(DEAD, account, "DESC", limit)
    }

    /// How many items of each account were put aside.
    pub fn dead_letter_counts(&self) -> Result<Vec<(AccountId, u32)>, StorageError> {
        let mut statement =
            self.db.prepare_cached("SELECT account, count(*) FROM raw WHERE state = ?1 GROUP BY account")?;
        let rows = statement
            .query_map([DEAD], |row| Ok((AccountId::new(Uuid::from_bytes(row.get(0)?)), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One item, unless it was taken or had its time.
    pub fn raw(&self, id: RawId) -> Result<Option<RawItem>, StorageError> {
        Ok(self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM raw WHERE id = ?1"))?
            .query_row([id.0], raw_item)
            .optional()?)
    }

    /// Settles an item that makes no events; with events it belongs into their [`Commit`](crate::Commit).
    #[allow(clippy::needless_pass_by_value, reason = "said once, like the outcomes in a commit")]
    pub fn raw_settle(&mut self, id: RawId, outcome: RawOutcome) -> Result<(), RawError> {
        self.write(|store| if store.settle_raw(id, &outcome)? { Ok(()) } else { Err(RawError::Missing(id)) })
    }

    /// Lets an item that was put aside or refused wait for its plugin again.
    pub fn raw_retry(&mut self, id: RawId) -> Result<(), RawError> {
        self.write(
            |store| if store.set_raw_state(id, PENDING, "")? { Ok(()) } else { Err(RawError::Missing(id)) },
        )
    }

    /// Discards an item.
    pub fn raw_discard(&mut self, id: RawId) -> Result<(), RawError> {
        self.raw_settle(id, RawOutcome::Done)
    }

    /// Settles an item within a transaction; answers whether it is there.
    pub(crate) fn settle_raw(&mut self, id: RawId, outcome: &RawOutcome) -> Result<bool, StorageError> {
        match outcome {
            RawOutcome::Done => self.delete_raw("id = ?1", id.0).map(|deleted| deleted > 0),
            RawOutcome::Dead(because) => self.set_raw_state(id, DEAD, because),
            RawOutcome::Rejected(because) => self.set_raw_state(id, REJECTED, because),
        }
    }

    /// Deletes refused items that have had their time.
    pub(crate) fn tidy_raw(&mut self, now: Timestamp) -> Result<(), StorageError> {
        let before_ms = codec::millis(now).saturating_sub(RAW_REJECTED_KEEP_MS);
        self.delete_raw("state = 2 AND at_ms < ?1", before_ms)?;
        Ok(())
    }

    fn put_raw(&mut self, item: &NewRaw, limit_bytes: u64) -> Result<RawId, RawError> {
        let size = (item.body.len() + item.meta.len()) as u64;
        self.make_room(item.account, size, limit_bytes)?;
        self.db
            .prepare_cached(
                "INSERT INTO raw (account, at_ms, state, because, bytes, meta, body)
                 VALUES (?1, ?2, 0, '', ?3, ?4, ?5)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    item.account.uuid().as_bytes(),
                    codec::millis(item.at),
                    size as i64,
                    item.meta,
                    item.body,
                ])
            })
            .map_err(StorageError::from)?;
        let id = RawId(self.db.last_insert_rowid());
        *self.raw_bytes()?.entry(item.account).or_default() += size;
        Ok(id)
    }

    /// Drops refused items of an account, oldest first, until `size` more bytes fit.
    fn make_room(&mut self, account: AccountId, size: u64, limit_bytes: u64) -> Result<(), RawError> {
        let used = self.raw_bytes()?.get(&account).copied().unwrap_or(0);
        if used + size <= limit_bytes {
            return Ok(());
        }
        let kept: i64 = self
            .db
            .prepare_cached("SELECT coalesce(sum(bytes), 0) FROM raw WHERE account = ?1 AND state IN (0, 1)")
            .and_then(|mut statement| statement.query_row([account.uuid().as_bytes()], |row| row.get(0)))
            .map_err(StorageError::from)?;
        if kept as u64 + size > limit_bytes {
            return Err(RawError::QuotaFull { account, bytes: kept as u64 + size, limit: limit_bytes });
        }
        while self.raw_bytes()?.get(&account).copied().unwrap_or(0) + size > limit_bytes {
            let oldest: Option<i64> = self
                .db
                .prepare_cached("SELECT id FROM raw WHERE account = ?1 AND state = 2 ORDER BY id LIMIT 1")
                .and_then(|mut statement| {
                    statement.query_row([account.uuid().as_bytes()], |row| row.get(0)).optional()
                })
                .map_err(StorageError::from)?;
            match oldest {
                Some(id) => self.delete_raw("id = ?1", id)?,
                None => break,
            };
        }
        Ok(())
    }

    /// Deletes the rows a condition of ours names and takes them off the count.
    fn delete_raw(&mut self, condition: &str, value: i64) -> Result<usize, StorageError> {
        let deleted = {
            let mut statement = self
                .db
                .prepare_cached(&format!("DELETE FROM raw WHERE {condition} RETURNING account, bytes"))?;
            let rows = statement.query_map([value], |row| {
                Ok((AccountId::new(Uuid::from_bytes(row.get(0)?)), row.get::<_, i64>(1)? as u64))
            })?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        // Nothing counted yet: the count will be made from what is left.
        if let Some(counted) = &mut self.raw_bytes {
            for (account, bytes) in &deleted {
                if let Some(used) = counted.get_mut(account) {
                    *used = used.saturating_sub(*bytes);
                }
            }
        }
        Ok(deleted.len())
    }

    fn set_raw_state(&mut self, id: RawId, state: i64, because: &str) -> Result<bool, StorageError> {
        let changed = self
            .db
            .prepare_cached("UPDATE raw SET state = ?2, because = ?3 WHERE id = ?1")?
            .execute(params![id.0, state, because])?;
        Ok(changed > 0)
    }

    fn raw_in(
        &self,
        state: i64,
        account: Option<AccountId>,
        order: &str,
        limit: usize,
    ) -> Result<Vec<RawItem>, StorageError> {
        let limit = limit.min(i64::MAX as usize) as i64;
        let items = if let Some(account) = account {
            let sql = format!(
                "SELECT {COLUMNS} FROM raw WHERE state = ?1 AND account = ?2 ORDER BY id {order} LIMIT ?3"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![state, account.uuid().as_bytes(), limit], raw_item)?;
            rows.collect::<Result<Vec<_>, _>>()?
        } else {
            let sql = format!("SELECT {COLUMNS} FROM raw WHERE state = ?1 ORDER BY id {order} LIMIT ?2");
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map([state, limit], raw_item)?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        Ok(items)
    }

    fn raw_bytes(&mut self) -> Result<&mut HashMap<AccountId, u64>, StorageError> {
        if self.raw_bytes.is_none() {
            let mut statement =
                self.db.prepare_cached("SELECT account, sum(bytes) FROM raw GROUP BY account")?;
            let rows = statement.query_map([], |row| {
                Ok((AccountId::new(Uuid::from_bytes(row.get(0)?)), row.get::<_, i64>(1)? as u64))
            })?;
            self.raw_bytes = Some(rows.collect::<Result<_, _>>()?);
        }
        Ok(self.raw_bytes.get_or_insert_default())
    }
}

fn raw_item(row: &Row<'_>) -> rusqlite::Result<RawItem> {
    let because: String = row.get(4)?;
    let state = match row.get(3)? {
        DEAD => RawState::Dead(because),
        REJECTED => RawState::Rejected(because),
        _ => RawState::Pending,
    };
    Ok(RawItem {
        id: RawId(row.get(0)?),
        state,
        item: NewRaw {
            account: AccountId::new(Uuid::from_bytes(row.get(1)?)),
            at: codec::moment(row.get(2)?),
            meta: row.get(5)?,
            body: row.get(6)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(account: u128, body: &[u8]) -> NewRaw {
        NewRaw {
            account: AccountId::from_u128(account),
            at: Timestamp::UNIX_EPOCH,
            meta: String::new(),
            body: body.to_vec(),
        }
    }

    #[test]
    fn refused_items_make_room_and_waiting_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let put = |store: &mut Store, account, body: &[u8]| {
            store.write(|store| store.put_raw(&item(account, body), 10))
        };
        let waiting = put(&mut store, 1, b"1234").unwrap();
        let refused = put(&mut store, 1, b"5678").unwrap();
        store.raw_settle(refused, RawOutcome::Rejected("bad signature".to_owned())).unwrap();
        // Another account has a share of its own.
        put(&mut store, 2, b"123456789").unwrap();

        let third = put(&mut store, 1, b"90ab").unwrap();
        assert_eq!(store.raw(refused).unwrap(), None);
        assert!(store.raw(waiting).unwrap().is_some());
        let full = put(&mut store, 1, b"cde").unwrap_err();
        assert!(matches!(full, RawError::QuotaFull { bytes: 11, limit: 10, .. }), "{full}");

        store.raw_settle(third, RawOutcome::Done).unwrap();
        put(&mut store, 1, b"fghijk").unwrap();
        assert_eq!(store.raw_settle(third, RawOutcome::Done), Err(RawError::Missing(third)));
    }

    #[test]
    fn refused_items_live_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let refused = store.raw_put(item(1, b"x")).unwrap();
        let dead = store.raw_put(item(1, b"y")).unwrap();
        store.raw_settle(refused, RawOutcome::Rejected(String::new())).unwrap();
        store.raw_settle(dead, RawOutcome::Dead("trap".to_owned())).unwrap();
        store.tidy(codec::moment(RAW_REJECTED_KEEP_MS)).unwrap();
        assert!(store.raw(refused).unwrap().is_some());
        store.tidy(codec::moment(RAW_REJECTED_KEEP_MS + 1)).unwrap();
        assert_eq!(store.raw(refused).unwrap(), None);
        assert_eq!(store.dead_letter_counts().unwrap(), [(AccountId::from_u128(1), 1)]);
        store.raw_retry(dead).unwrap();
        assert_eq!(store.raw_pending(None, 10).unwrap()[0].id, dead);
    }
}
