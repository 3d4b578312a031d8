//! The peer of `bench journal`: the rows that a run of the desk left behind, inserted again by plain `SQLite` into
//! the same tables in the same transactions, everything ready made and every statement prepared.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::journal::Run;

/// Statements kept prepared; more than there are.
const STATEMENTS_CACHED: usize = 64;

const STREAM: &str = "INSERT INTO stream VALUES (?1, ?2, ?3)";
const JOURNAL: &str = "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const PAYLOAD: &str = "INSERT INTO payload VALUES (?1, ?2, ?3)";
const MESSAGE: &str = "INSERT INTO message VALUES (?1, ?2, ?3)";
const EXTERNAL: &str = "INSERT INTO external_ref VALUES (?1, ?2, ?3, ?4)";
const CONVERSATION: &str = "INSERT INTO conversation VALUES (?1, ?2, ?3, ?4, ?5)";
const CONVERSATION_AGAIN: &str = "UPDATE conversation SET last_at_ms = ?2, state = ?3 WHERE stream = ?1";
const CUSTOMER: &str = "INSERT INTO customer VALUES (?1, ?2)";
const CUSTOMER_SEARCH: &str = "INSERT INTO customer_search VALUES (?1, ?2)";
const HANDLE: &str = "INSERT INTO handle VALUES (?1, ?2, ?3)";
const AGENT: &str = "INSERT INTO agent VALUES (?1, ?2, ?3, ?4, ?5)";
const AGENT_IDLE: &str = "UPDATE agent SET idle_since_ms = ?2 WHERE id = ?1";
const ACCOUNT: &str = "INSERT INTO account VALUES (?1, ?2)";

type Row = Vec<Value>;

struct Statement {
    sql: &'static str,
    values: Row,
}

/// Everything that is inserted, transaction by transaction.
pub struct Plan {
    schema: String,
    before: Vec<Statement>,
    turns: Vec<Vec<Statement>>,
}

impl Plan {
    /// Reads the rows that a run left in a data folder.
    pub fn of(data: &Path, run: &Run) -> Result<Self> {
        let database = Connection::open(data.join("desk.sqlite"))?;
        let schema = rows(
            &database,
            "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
             AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'message_words%'",
        )?;
        let schema = schema.iter().map(|row| text(&row[0])).collect();
        let mut left = Left::read(&database)?;
        let mut before = Vec::new();
        for (sql, from) in [(AGENT, "SELECT * FROM agent"), (ACCOUNT, "SELECT * FROM account")] {
            before.extend(rows(&database, from)?.into_iter().map(|values| Statement { sql, values }));
        }
        let mut turns = Vec::new();
        let mut commits = run.commits.iter();
        for _ in 0..run.before {
            left.commit(*commits.next().context("a commit")?, &mut before)?;
        }
        left.end_of_turn(&mut before);
        let mut done = run.before;
        for end in &run.turns {
            let mut turn = Vec::new();
            while done < *end {
                left.commit(*commits.next().context("a commit")?, &mut turn)?;
                done += 1;
            }
            left.end_of_turn(&mut turn);
            turns.push(turn);
        }
        ensure!(left.is_empty(), "rows of the run are left over: the peer would insert less");
        Ok(Self { schema, before, turns })
    }

    /// Inserts everything into a new database; how long each measured transaction took.
    pub fn run(&self, path: &Path) -> Result<Vec<Duration>> {
        let mut database = Connection::open(path)?;
        database.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
        database.execute_batch(&self.schema)?;
        insert(&mut database, &self.before)?;
        let mut times = Vec::with_capacity(self.turns.len());
        for turn in &self.turns {
            let begun = Instant::now();
            insert(&mut database, turn)?;
            times.push(begun.elapsed());
        }
        Ok(times)
    }
}

fn insert(database: &mut Connection, statements: &[Statement]) -> Result<()> {
    let transaction = database.transaction()?;
    for Statement { sql, values } in statements {
        transaction.prepare_cached(sql)?.execute(params_from_iter(values))?;
    }
    Ok(transaction.commit()?)
}

/// Rows of a run that have not found their place yet.
struct Left {
    position: u64,
    now: Value,
    agent: Value,
    journal: HashMap<i64, Row>,
    payloads: HashMap<i64, Row>,
    streams: HashMap<i64, Row>,
    messages: HashMap<i64, Row>,
    refs: HashMap<Vec<u8>, Vec<Row>>,
    conversations: HashMap<i64, Row>,
    stored: BTreeSet<i64>,
    /// Streams that the turn so far has touched.
    touched: BTreeSet<i64>,
    customers: HashMap<i64, (Row, Row)>,
    handles: HashMap<Vec<u8>, Vec<Row>>,
}

impl Left {
    fn read(database: &Connection) -> Result<Self> {
        let by_number = |table: &str, column: usize| -> Result<HashMap<i64, Row>> {
            rows(database, &format!("SELECT * FROM {table}"))?
                .into_iter()
                .map(|row| Ok((number(&row[column])?, row)))
                .collect()
        };
        let by_blob = |table: &str, column: usize| -> Result<HashMap<Vec<u8>, Vec<Row>>> {
            let mut found: HashMap<Vec<u8>, Vec<Row>> = HashMap::new();
            for row in rows(database, &format!("SELECT * FROM {table}"))? {
                found.entry(blob(&row[column])).or_default().push(row);
            }
            Ok(found)
        };
        let mut searches = by_number("customer_search", 0)?;
        let customers = by_number("customer", 0)?.into_iter().map(|(stream, row)| {
            let search = searches.remove(&stream).context("what a customer is found by")?;
            Ok((stream, (row, search)))
        });
        let agents = rows(database, "SELECT id, idle_since_ms FROM agent")?;
        let [agent, now] =
            agents.first().context("an agent")?.clone().try_into().ok().context("two columns")?;
        Ok(Self {
            position: 0,
            now,
            agent,
            journal: by_number("journal", 0)?,
            payloads: by_number("payload", 0)?,
            streams: by_number("stream", 0)?,
            messages: by_number("message", 2)?,
            refs: by_blob("external_ref", 3)?,
            conversations: by_number("conversation", 0)?,
            stored: BTreeSet::new(),
            touched: BTreeSet::new(),
            customers: customers.collect::<Result<_>>()?,
            handles: by_blob("handle", 2)?,
        })
    }

    /// Adds what belongs to the next commit, up to this position.
    fn commit(&mut self, end: u64, to: &mut Vec<Statement>) -> Result<()> {
        let mut add = |sql, values| to.push(Statement { sql, values });
        let mut customers = BTreeSet::new();
        while self.position < end {
            self.position += 1;
            let position = self.position.cast_signed();
            let event = self.journal.remove(&position).context("an event")?;
            let stream = number(&event[2])?;
            self.touched.insert(stream);
            customers.insert(stream);
            let assigned = text(&event[4]) == "assigned";
            if let Some(new) = self.streams.remove(&stream) {
                let key = blob(&new[2]);
                add(STREAM, new);
                self.refs.remove(&key).into_iter().flatten().for_each(|row| add(EXTERNAL, row));
                self.handles.remove(&key).into_iter().flatten().for_each(|row| add(HANDLE, row));
            }
            add(JOURNAL, event);
            add(PAYLOAD, self.payloads.remove(&position).context("a payload")?);
            if assigned {
                add(AGENT_IDLE, vec![self.agent.clone(), self.now.clone()]);
            }
            if let Some(message) = self.messages.remove(&position) {
                self.refs.remove(&blob(&message[0])).into_iter().flatten().for_each(|row| add(EXTERNAL, row));
                add(MESSAGE, message);
            }
        }
        for stream in customers {
            if let Some((customer, search)) = self.customers.remove(&stream) {
                add(CUSTOMER, customer);
                add(CUSTOMER_SEARCH, search);
            }
        }
        Ok(())
    }

    /// The desk writes a conversation's row once a turn, in the state it has come to.
    fn end_of_turn(&mut self, to: &mut Vec<Statement>) {
        for stream in std::mem::take(&mut self.touched) {
            let Some(row) = self.conversations.get(&stream) else { continue };
            if self.stored.insert(stream) {
                to.push(Statement { sql: CONVERSATION, values: row.clone() });
            } else {
                let values = vec![row[0].clone(), row[3].clone(), row[4].clone()];
                to.push(Statement { sql: CONVERSATION_AGAIN, values });
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.journal.is_empty()
            && self.payloads.is_empty()
            && self.streams.is_empty()
            && self.messages.is_empty()
            && self.refs.is_empty()
            && self.customers.is_empty()
            && self.handles.is_empty()
            && self.stored.len() == self.conversations.len()
    }
}

fn rows(database: &Connection, sql: &str) -> Result<Vec<Row>> {
    let mut statement = database.prepare(sql)?;
    let columns = statement.column_count();
    let found = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn number(value: &Value) -> Result<i64> {
    match value {
        Value::Integer(number) => Ok(*number),
        other => anyhow::bail!("{other:?} is no number"),
    }
}

fn text(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { String::new() }
}

fn blob(value: &Value) -> Vec<u8> {
    if let Value::Blob(bytes) = value { bytes.clone() } else { Vec::new() }
}
