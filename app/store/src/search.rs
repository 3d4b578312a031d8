//! Finding conversations by words. Chinese has no spaces, so a run of Chinese is indexed as its overlapping pairs
//! of characters and its last character; other words are indexed as they are, in lower case.
//!
//! # Invariants
//!
//! - The index runs behind the journal up to a mark in the same database and is caught up before every search, so
//!   that storing a message costs nothing here and a search still misses none.

use std::fmt::Write;

use model::{
    MessageId,
    conversation::Conversation,
    event::{Event, Payload},
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, error::StorageError, read::rows};

/// Events read between two writes of the mark.
const EVENTS_PER_STEP: i64 = 2000;
/// Most words of a query that are looked at; the rest is ignored.
const QUERY_WORDS_MAX: usize = 16;
/// Longest word that is indexed, in characters. Longer runs of letters are keys and addresses of pictures.
const WORD_MAX_CHARS: usize = 64;

impl Store {
    /// Conversations whose messages hold all these words, Chinese without spaces too, the one with the newest such
    /// message first. A word may be the beginning of a longer one.
    pub fn search_conversations(
        &mut self,
        words: &str,
        limit: usize,
    ) -> Result<Vec<Conversation>, StorageError> {
        let Some(query) = query(words) else { return Ok(Vec::new()) };
        while self.index_messages(usize::MAX)? {}
        self.settle()?;
        self.states(
            "conversation",
            "SELECT c.stream, c.state FROM (
                 SELECT j.stream, max(j.position) AS newest FROM message_words w JOIN journal j ON j.position = w.rowid
                 WHERE message_words MATCH ?1 GROUP BY j.stream ORDER BY newest DESC LIMIT ?2
             ) found JOIN conversation c ON c.stream = found.stream ORDER BY found.newest DESC",
            params![query, limit.min(i64::MAX as usize) as i64],
        )
    }

    /// Takes up to `limit` more events into the index of words; answers whether more are waiting. A search catches up
    /// by itself; calling this in quiet moments keeps searches fast.
    pub fn index_messages(&mut self, limit: usize) -> Result<bool, StorageError> {
        let last = self.heads.end(&self.db)?.position;
        self.write(|store| {
            let mark = mark(&store.db)?;
            let up_to = mark.saturating_add(limit.min(EVENTS_PER_STEP as usize) as i64).min(last);
            if up_to > mark {
                index(&store.db, &store.db, mark, up_to)?;
            }
            Ok(up_to < last)
        })
    }
}

/// Up to where the index reaches.
pub fn mark(db: &Connection) -> Result<i64, StorageError> {
    Ok(db.prepare_cached("SELECT position FROM message_words_mark")?.query_row([], |row| row.get(0))?)
}

/// Indexes the messages of some events of the journal in one database into the index in another.
pub fn index(journal: &Connection, to: &Connection, after: i64, up_to: i64) -> Result<(), StorageError> {
    rows(journal, after, up_to, &mut |row| {
        // Most events say nothing; they need not be read.
        if !matches!(
            row.header.kind,
            "message-received" | "reply-queued" | "note-added" | "message-edited" | "message-redacted"
        ) {
            return Ok(());
        }
        index_event(to, &row.event()?)
    })?;
    to.prepare_cached("UPDATE message_words_mark SET position = ?1")?.execute([up_to])?;
    Ok(())
}

fn index_event(db: &Connection, event: &Event) -> Result<(), StorageError> {
    if let Some(message) = event.payload.message() {
        let mut text = message.text.clone();
        for file in &message.files {
            text.push('\n');
            text.push_str(&file.name);
        }
        return insert(db, event.position as i64, &text);
    }
    let (message, text) = match &event.payload {
        Payload::MessageEdited { message, text } => (message, text.as_str()),
        Payload::MessageRedacted { message } => (message, ""),
        _ => return Ok(()),
    };
    // What is said about a message before it exists changes nothing in the index, whether or not it exists by now.
    let before = |position: &i64| *position < event.position as i64;
    let Some(position) = position_of(db, *message)?.filter(before) else { return Ok(()) };
    db.prepare_cached("DELETE FROM message_words WHERE rowid = ?1")?.execute([position])?;
    // Taken back for good, whatever is said about it later.
    let is_gone: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM edit WHERE message = ?1 AND text IS NULL)")?
        .query_row([message.uuid().as_bytes()], |row| row.get(0))?;
    if is_gone { Ok(()) } else { insert(db, position, text) }
}

fn position_of(db: &Connection, message: MessageId) -> Result<Option<i64>, StorageError> {
    Ok(db
        .prepare_cached("SELECT position FROM message WHERE id = ?1")?
        .query_row([message.uuid().as_bytes()], |row| row.get(0))
        .optional()?)
}

fn insert(db: &Connection, position: i64, text: &str) -> Result<(), StorageError> {
    db.prepare_cached("INSERT INTO message_words (rowid, words) VALUES (?1, ?2)")?
        .execute(params![position, pieces(text).join(" ")])?;
    Ok(())
}

/// A run of characters that are indexed in the same way.
#[derive(Debug, PartialEq, Eq)]
enum Run {
    Word(String),
    Chinese(Vec<char>),
}

/// Cuts a text into words and runs of Chinese; everything else divides.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut joins = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if is_pairwise(c) {
            match runs.last_mut() {
                Some(Run::Chinese(run)) if joins => run.push(c),
                _ => runs.push(Run::Chinese(vec![c])),
            }
            joins = true;
        } else if c.is_alphanumeric() {
            match runs.last_mut() {
                Some(Run::Word(word)) if joins => word.push(c),
                _ => runs.push(Run::Word(c.to_string())),
            }
            joins = true;
        } else {
            joins = false;
        }
    }
    runs
}

/// Characters of scripts that are written without spaces: Chinese, and the syllables of Japanese.
fn is_pairwise(c: char) -> bool {
    matches!(c,
        '\u{3005}' | '\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What a text is indexed as.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => pieces.push(word.chars().take(WORD_MAX_CHARS).collect()),
            Run::Chinese(run) => {
                pieces.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
                // So that one character finds every place where it stands, as the beginning of a piece.
                pieces.extend(run.last().map(char::to_string));
            }
        }
    }
    pieces
}

/// The words as a query of the index: all of them, each perhaps the beginning of more.
fn query(words: &str) -> Option<String> {
    let mut query = String::new();
    for run in runs(words).into_iter().take(QUERY_WORDS_MAX) {
        // Letters, digits and Chinese only, so that nothing needs escaping inside the quotes.
        let term = match run {
            Run::Word(word) => format!("\"{}\"*", word.chars().take(WORD_MAX_CHARS).collect::<String>()),
            Run::Chinese(run) if run.len() == 1 => format!("\"{}\"*", run[0]),
            Run::Chinese(run) => {
                let pairs: Vec<String> = run.windows(2).map(|pair| pair.iter().collect()).collect();
                format!("\"{}\"", pairs.join(" "))
            }
        };
        let _ = write!(query, "{}{term}", if query.is_empty() { "" } else { " AND " });
    }
    (!query.is_empty()).then_some(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fall_into_pieces() {
        for (text, expected) in [
            ("热水器E4", vec!["热水", "水器", "器", "e4"]),
            ("Water  Heater!", vec!["water", "heater"]),
            ("好", vec!["好"]),
            ("不热，不响", vec!["不热", "热", "不响", "响"]),
            ("R-20931", vec!["r", "20931"]),
            ("😀 — ", vec![]),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }

    #[test]
    fn queries_are_never_syntax() {
        for (words, expected) in [
            ("热水器", Some("\"热水 水器\"")),
            ("水 e4", Some("\"水\"* AND \"e4\"*")),
            ("\" OR NEAR(*) -", Some("\"or\"* AND \"near\"*")),
            ("  …", None),
        ] {
            assert_eq!(query(words).as_deref(), expected, "{words}");
        }
    }
}
