//! Log, clock, randomness, webhooks, push, timers, notifications and proposals.

use std::{sync::PoisonError, time::Duration};

use model::plugin::{Capability, LogLevel, LogLine};

use crate::{
    bindings::switchboard::plugin::{
        advice, clock, forms,
        log::{self, Level},
        notify::{self, Urgency as WitUrgency},
        proposals, push, random, timers, types,
        types::{Failure, Pair},
        webhook,
    },
    convert,
    error::Failure as HostFailure,
    event::HostEvent,
    guard::{self, Guard},
    host::RunMode,
    policy::{
        LOG_LINE_MAX_BYTES, NOTIFICATIONS_PER_MINUTE, PUSH_EVENT_MAX_BYTES, RANDOM_MAX_BYTES, TIMERS_MAX,
    },
    services::Urgency,
    state::{LaneState, cut},
};

/// Longest name of a timer, topic, path or metric, in bytes.
const NAME_MAX_BYTES: usize = 256;
/// Longest title and text of a notification, in bytes.
const NOTICE_MAX_BYTES: usize = 1024;

impl types::Host for LaneState {}
impl forms::Host for LaneState {}
impl advice::Host for LaneState {}

impl log::Host for LaneState {
    async fn emit(&mut self, level: Level, text: String, fields: Vec<Pair>) {
        let mut line = text;
        for field in &fields {
            if line.len() > LOG_LINE_MAX_BYTES {
                break;
            }
            line.extend([" ", &field.name, "=", &field.value]);
        }
        let line = cut(&line, LOG_LINE_MAX_BYTES);
        let level = match level {
            Level::Trace => LogLevel::Trace,
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        if level == LogLevel::Error {
            self.remember_words(line);
        }
        let line = LogLine { at: self.shared.services.now(), level, text: line.to_owned() };
        if self.plugin.signals.logged(line.clone()) {
            let event = HostEvent::Log { plugin: self.plugin.manifest.id.clone(), line };
            // A log line must not hold a lane up: the ring has it.
            let _ = self.shared.events.try_send(event);
        }
    }

    async fn count(&mut self, metric: String, by: u32) {
        self.plugin.signals.counted(cut(&metric, NAME_MAX_BYTES), by);
    }
}

impl clock::Host for LaneState {
    async fn now_ms(&mut self) -> u64 {
        convert::to_ms(self.shared.services.now())
    }
}

impl random::Host for LaneState {
    async fn bytes(&mut self, count: u32) -> Vec<u8> {
        let mut bytes = vec![0; count.min(RANDOM_MAX_BYTES) as usize];
        self.random.fill(&mut bytes);
        bytes
    }

    async fn next(&mut self) -> u64 {
        self.random.number()
    }
}

impl webhook::Host for LaneState {
    async fn public_url(&mut self, path: String) -> Result<String, Failure> {
        let answer = self.plugin.allow(&Capability::Webhook).and_then(|()| {
            let url = self.shared.services.public_url(&self.plugin.manifest.id, self.lane.account, &path);
            url.ok_or(HostFailure::Unavailable(0))
        });
        answer.map_err(convert::failure)
    }
}

impl push::Host for LaneState {
    async fn send(&mut self, topic: String, event_json: String) -> Result<u32, Failure> {
        self.plugin.allow(&Capability::Push).map_err(convert::failure)?;
        if topic.len() > NAME_MAX_BYTES || event_json.len() > PUSH_EVENT_MAX_BYTES {
            let what = format!("a topic has {NAME_MAX_BYTES} bytes at most, an event {PUSH_EVENT_MAX_BYTES}");
            return Err(Failure::TooLarge(what));
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&event_json).is_err() {
            return Err(Failure::Invalid("the event is not JSON".to_owned()));
        }
        Ok(self.shared.services.push(&self.plugin.manifest.id, self.lane.account, &topic, &event_json))
    }
}

impl timers::Host for LaneState {
    async fn set(&mut self, id: String, after_ms: u32, repeat: bool) -> Result<(), Failure> {
        self.plugin.allow(&Capability::Timers).map_err(convert::failure)?;
        if id.len() > NAME_MAX_BYTES {
            return Err(Failure::TooLarge(format!("a timer's name has {NAME_MAX_BYTES} bytes at most")));
        }
        if self.timers.set(id, after_ms, repeat, self.shared.guards) {
            Ok(())
        } else {
            Err(Failure::TooLarge(format!("there are {TIMERS_MAX} timers already")))
        }
    }

    async fn cancel(&mut self, id: String) {
        self.timers.cancel(&id);
    }
}

impl notify::Host for LaneState {
    async fn post(&mut self, urgency: WitUrgency, title: String, text: String) -> bool {
        if self.plugin.allow(&Capability::Notify).is_err() || self.shared.mode != RunMode::Live {
            return false;
        }
        let allowed = self
            .plugin
            .notifications
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .allows(NOTIFICATIONS_PER_MINUTE, Duration::from_mins(1))
            || !self.shared.guards.on(Guard::Notifications);
        let urgency = match urgency {
            WitUrgency::Quiet => Urgency::Quiet,
            WitUrgency::Normal => Urgency::Normal,
            WitUrgency::Urgent => Urgency::Urgent,
        };
        let (title, text) = (cut(&title, NOTICE_MAX_BYTES), cut(&text, NOTICE_MAX_BYTES));
        allowed && self.shared.services.notify(&self.plugin.manifest.id, urgency, title, text)
    }
}

impl proposals::Host for LaneState {
    async fn put(&mut self, items: Vec<advice::Item>) -> Result<(), Failure> {
        self.plugin.allow(&Capability::Proposals).map_err(convert::failure)?;
        let items = guard::checked(self.shared.guards, || convert::advice(items))
            .map_err(|invalid| Failure::Invalid(invalid.0))?;
        let event = HostEvent::Advice { lane: self.lane.clone(), items };
        // A closed channel means that the engine is gone.
        self.shared.events.send(event).await.map_err(|_| Failure::Unavailable(0))
    }
}
