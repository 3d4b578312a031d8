//! Who listens to which topic, and the way events take to them.

use std::{
    collections::HashMap,
    fmt::Write as _,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use tokio::sync::mpsc;

use crate::limits::{EVENT_MAX_BYTES, Limits, TOPIC_MAX_BYTES};

/// Longest id of an event that is passed on as such.
const EVENT_ID_MAX_BYTES: usize = 64;

/// Hands events to the streams of web clients. Clones share everything.
#[derive(Clone, Default)]
pub struct PushHub {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    next_id: u64,
    topics: HashMap<(String, String), Vec<Subscriber>>,
    per_remote: HashMap<IpAddr, usize>,
    per_slug: HashMap<String, usize>,
}

struct Subscriber {
    id: u64,
    sender: mpsc::Sender<Bytes>,
}

/// Why a stream was not attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttachError {
    /// The topic is empty or too long.
    Topic,
    /// Too many streams from this address or for this account.
    Full,
}

impl PushHub {
    /// A hub without any listener.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends an event to every stream attached to a topic and answers how many took it. Where the JSON is an object with
    /// an `id` (text or number), clients get that back to resume from. A stream whose queue is full ends instead.
    pub fn publish(&self, slug: &str, topic: &str, event_json: &str) -> usize {
        if event_json.len() > EVENT_MAX_BYTES {
            return 0;
        }
        let frame = frame(event_json);
        let mut state = self.lock();
        let Some(subscribers) = state.topics.get_mut(&(slug.to_owned(), topic.to_owned())) else {
            return 0;
        };
        // A dropped sender ends the stream after what is already queued; its guard then takes it off the counts.
        subscribers.retain(|subscriber| subscriber.sender.try_send(frame.clone()).is_ok());
        subscribers.len()
    }

    /// How many streams are attached to a topic.
    pub fn listeners(&self, slug: &str, topic: &str) -> usize {
        self.lock().topics.get(&(slug.to_owned(), topic.to_owned())).map_or(0, Vec::len)
    }

    /// How many streams are open, all together.
    pub fn streams(&self) -> usize {
        self.lock().per_slug.values().sum()
    }

    /// Ends every stream; clients come back and resume.
    pub fn close_all(&self) {
        self.lock().topics.clear();
    }

    pub(crate) fn attach(
        &self,
        slug: &str,
        topic: &str,
        remote: IpAddr,
        limits: &Limits,
    ) -> Result<Attachment, AttachError> {
        if topic.is_empty() || topic.len() > TOPIC_MAX_BYTES {
            return Err(AttachError::Topic);
        }
        let mut state = self.lock();
        let from_remote = state.per_remote.get(&remote).copied().unwrap_or(0);
        let for_slug = state.per_slug.get(slug).copied().unwrap_or(0);
        if from_remote >= limits.streams_per_remote_max || for_slug >= limits.streams_per_slug_max {
            return Err(AttachError::Full);
        }
        state.per_remote.insert(remote, from_remote + 1);
        state.per_slug.insert(slug.to_owned(), for_slug + 1);
        state.next_id += 1;
        let id = state.next_id;
        let (sender, receiver) = mpsc::channel(limits.stream_queue_max);
        let key = (slug.to_owned(), topic.to_owned());
        state.topics.entry(key.clone()).or_default().push(Subscriber { id, sender });
        Ok(Attachment { receiver, _seat: Seat { hub: self.clone(), id, key, remote } })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attached stream. Dropping it detaches.
pub(crate) struct Attachment {
    pub(crate) receiver: mpsc::Receiver<Bytes>,
    _seat: Seat,
}

struct Seat {
    hub: PushHub,
    id: u64,
    key: (String, String),
    remote: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.hub.lock();
        if let Some(subscribers) = state.topics.get_mut(&self.key) {
            subscribers.retain(|subscriber| subscriber.id != self.id);
            if subscribers.is_empty() {
                state.topics.remove(&self.key);
            }
        }
        count_down(&mut state.per_remote, &self.remote);
        count_down(&mut state.per_slug, &self.key.0);
    }
}

fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The event in the wire form of server-sent events.
fn frame(event_json: &str) -> Bytes {
    let mut text = String::with_capacity(event_json.len() + 48);
    if let Some(id) = event_id(event_json) {
        let _infallible = writeln!(text, "id: {id}");
    }
    // Line breaks are mere white space between the tokens of JSON, but would end a field here.
    for line in event_json.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        let _infallible = writeln!(text, "data: {line}");
    }
    text.push('\n');
    Bytes::from(text)
}

fn event_id(event_json: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Head {
        id: serde_json::Value,
    }
    let id = match serde_json::from_str::<Head>(event_json).ok()?.id {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let plain = !id.is_empty() && id.len() <= EVENT_ID_MAX_BYTES && id.chars().all(|c| c.is_ascii_graphic());
    plain.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOTE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn frames() {
        let cases = [
            (r#"{"a":1}"#, "data: {\"a\":1}\n\n"),
            (r#"{"id":7}"#, "id: 7\ndata: {\"id\":7}\n\n"),
            (r#"{"id":"x-1"}"#, "id: x-1\ndata: {\"id\":\"x-1\"}\n\n"),
            ("{\"id\":\"a\\nb\"}", "data: {\"id\":\"a\\nb\"}\n\n"),
            ("{\n\"a\":\r\n1}", "data: {\ndata: \"a\":\ndata: 1}\n\n"),
            ("not json", "data: not json\n\n"),
            (r#"{"id":null}"#, "data: {\"id\":null}\n\n"),
        ];
        for (event, expect) in cases {
            assert_eq!(frame(event), expect, "{event}");
        }
    }

    #[test]
    fn a_full_queue_ends_only_its_own_stream() {
        let hub = PushHub::new();
        let limits = Limits { stream_queue_max: 2, ..Limits::default() };
        let mut slow = hub.attach("s", "t", REMOTE, &limits).unwrap();
        let roomy = Limits { stream_queue_max: 8, ..Limits::default() };
        let _quick = hub.attach("s", "t", REMOTE, &roomy).unwrap();
        assert_eq!(hub.publish("s", "t", "1"), 2);
        assert_eq!(hub.publish("s", "t", "2"), 2);
        assert_eq!(hub.publish("s", "t", "3"), 1);
        assert_eq!(hub.listeners("s", "t"), 1);
        assert!(slow.receiver.try_recv().is_ok());
        assert!(slow.receiver.try_recv().is_ok());
        assert_eq!(slow.receiver.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
        drop(slow);
        assert_eq!(hub.streams(), 1);
    }

    #[test]
    fn seats_are_limited_and_given_back() {
        let hub = PushHub::new();
        let limits = Limits { streams_per_remote_max: 1, streams_per_slug_max: 2, ..Limits::default() };
        let first = hub.attach("s", "t", REMOTE, &limits).unwrap();
        assert_eq!(hub.attach("s", "t", REMOTE, &limits).err(), Some(AttachError::Full));
        let other = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
        let _second = hub.attach("s", "u", other, &limits).unwrap();
        let third = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));
        assert_eq!(hub.attach("s", "u", third, &limits).err(), Some(AttachError::Full));
        drop(first);
        assert_eq!(hub.listeners("s", "t"), 0);
        assert!(hub.attach("s", "t", REMOTE, &limits).is_ok());
        assert_eq!(hub.attach("s", "", REMOTE, &limits).err(), Some(AttachError::Topic));
    }

    #[test]
    fn topics_of_another_account_stay_apart() {
        let hub = PushHub::new();
        let _here = hub.attach("s", "t", REMOTE, &Limits::default()).unwrap();
        assert_eq!(hub.publish("other", "t", "1"), 0);
        assert_eq!(hub.publish("s", "other", "1"), 0);
        assert_eq!(hub.publish("s", "t", &"x".repeat(EVENT_MAX_BYTES + 1)), 0);
    }
}
