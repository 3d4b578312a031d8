//! All simulated customers of one account, and when the next one comes.

use plugin_kit::{Result, Settings, channel::Party, desk::random::Seeded, language::Language};
use serde::{Deserialize, Serialize};

use crate::{
    scenario::{self, Scenario},
    visitor::{Plan, Visitor},
};

/// When the first customer comes, in milliseconds after the first look.
const FIRST_MS: u64 = 8_000;
/// Customers remembered, those who linger included.
const VISITORS_MAX: usize = 40;
/// Scenarios that do not come again before others did.
const RECENT_MAX: usize = 6;
/// Happenings kept until the desk shows that it has them; more come about only if it keeps nothing for long.
const UNTOLD_MAX: usize = 200;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Most customers at the same time.
    pub at_once: usize,
    every_s: u64,
    languages: Vec<Language>,
    seed: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { at_once: 2, every_s: 150, languages: vec![Language::Chinese, Language::English], seed: 1 }
    }
}

impl Rules {
    /// Reads and checks the settings.
    pub fn read(settings: &Settings) -> Result<Self> {
        let usual = Self::default();
        let languages = match settings.text("languages") {
            Some("zh") => vec![Language::Chinese],
            Some("en") => vec![Language::English],
            _ => usual.languages,
        };
        Ok(Self {
            at_once: settings.number("at_once", usual.at_once, 0..=10)?,
            every_s: settings.number("every_s", usual.every_s, 20..=3600)?,
            languages,
            seed: settings.number("seed", usual.seed, 0..=u64::MAX)?,
        })
    }

    /// The scenarios that may come.
    pub fn scenarios(&self) -> Vec<&'static Scenario> {
        scenario::all().filter(|scenario| self.languages.contains(&scenario.language)).collect()
    }
}

/// Something the desk is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// The thread it happens in.
    pub thread: String,
    /// Who does it.
    #[serde(with = "party")]
    pub who: Party,
    /// When.
    pub at_ms: u64,
    /// What.
    pub said: Said,
}

/// What a customer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// Writes.
    Text {
        /// The message's id on the channel.
        remote_id: String,
        /// The message.
        text: String,
    },
    /// Types, or stops.
    Typing(bool),
    /// The agent's message has arrived.
    Delivered(String),
    /// The agent's message was read.
    Read(String),
}

/// Everybody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crowd {
    visitors: Vec<Visitor>,
    /// Customers so far.
    count: u32,
    /// When the next one comes; 0 before the first look.
    arrival_ms: u64,
    /// Scenarios played last.
    recent: Vec<String>,
    /// Counts the times that something happened.
    #[serde(default)]
    step: u64,
    /// What the desk was told and has not yet shown to have kept, with the step it happened in.
    #[serde(default)]
    untold: Vec<(u64, Happening)>,
}

/// The channel's id of an agent's message.
pub fn remote_id(key: &str) -> String {
    format!("agent-{key}")
}

impl Crowd {
    /// Lets time pass until now and says what happened.
    pub fn advance(&mut self, now_ms: u64, rules: &Rules) -> Vec<Happening> {
        self.arrive(now_ms, rules);
        let mut happenings = vec![];
        for visitor in &mut self.visitors {
            let (thread, who) = (visitor.thread(), visitor.party());
            for (at_ms, plan) in visitor.advance(now_ms) {
                let said = match plan {
                    Plan::Type => Said::Typing(true),
                    Plan::Say(text) => Said::Text { remote_id: String::new(), text },
                    Plan::Deliver(id) => Said::Delivered(id),
                    Plan::Read(id) => Said::Read(id),
                };
                happenings.push(Happening { thread: thread.clone(), who: who.clone(), at_ms, said });
            }
            number(&mut happenings, visitor);
        }
        self.visitors.retain(|visitor| !visitor.is_gone(now_ms));
        happenings.sort_by_key(|happening| happening.at_ms);
        happenings
    }

    /// Lets time pass and answers what to tell the desk, and the step that it has kept once this is kept.
    ///
    /// A batch may be lost after it was made: the desk may die between the plugin's storage and its own. `kept` is
    /// the step that the desk kept last, where it says so. Everything later is told again, with the same ids, so that
    /// what it has after all is nothing new to it.
    pub fn tell(&mut self, now_ms: u64, rules: &Rules, kept: Option<u64>) -> (Vec<Happening>, u64) {
        let mut told = vec![];
        if let Some(kept) = kept {
            self.untold.retain(|(step, _)| *step > kept);
            told.extend(self.untold.iter().map(|(_, happening)| happening.clone()));
        }
        let happenings = self.advance(now_ms, rules);
        let lasting: Vec<_> = happenings
            .iter()
            .filter(|happening| !matches!(happening.said, Said::Typing(_)))
            .cloned()
            .collect();
        if !lasting.is_empty() {
            self.step += 1;
            self.untold.extend(lasting.into_iter().map(|happening| (self.step, happening)));
            let over = self.untold.len().saturating_sub(UNTOLD_MAX);
            self.untold.drain(..over);
        }
        told.extend(happenings);
        (told, self.step)
    }

    fn arrive(&mut self, now_ms: u64, rules: &Rules) {
        if self.arrival_ms == 0 {
            self.arrival_ms = now_ms + FIRST_MS;
        }
        let present = self.visitors.iter().filter(|visitor| visitor.is_present()).count();
        if now_ms < self.arrival_ms {
            return;
        }
        let mut random =
            Seeded::new(rules.seed.wrapping_mul(0x9e37_79b9).wrapping_add(u64::from(self.count)));
        let usual_ms = rules.every_s * 1000;
        self.arrival_ms = now_ms + random.between(usual_ms / 2, usual_ms * 3 / 2);
        if present >= rules.at_once || self.visitors.len() >= VISITORS_MAX {
            return;
        }
        let mut scenarios = rules.scenarios();
        let fresh = |scenario: &&&Scenario| !self.recent.iter().any(|id| id == scenario.id);
        let others: Vec<&Scenario> = scenarios.iter().filter(fresh).copied().collect();
        if !others.is_empty() {
            scenarios = others;
        }
        let Some(scenario) = random.pick(&scenarios) else { return };
        self.count += 1;
        if self.recent.len() >= RECENT_MAX {
            self.recent.remove(0);
        }
        self.recent.push(scenario.id.to_owned());
        self.visitors.push(Visitor::new(self.count, scenario, rules.seed, now_ms));
    }

    /// The agent says something; answers the channel's id of the message.
    pub fn told(&mut self, now_ms: u64, thread: &str, key: &str, text: &str, rules: &Rules) -> String {
        let remote_id = remote_id(key);
        if let Some(visitor) = self.visitors.iter_mut().find(|visitor| visitor.thread() == thread) {
            let was_present = visitor.is_present();
            visitor.hear(now_ms, key, &remote_id, text);
            // Somebody was helped: the next one may come a little sooner.
            if was_present && !visitor.is_present() {
                self.arrival_ms = self.arrival_ms.min(now_ms + rules.every_s * 500);
            }
        }
        remote_id
    }

    /// Whether a message with this key was told to anybody.
    pub fn knows(&self, key: &str) -> bool {
        self.visitors.iter().any(|visitor| visitor.heard(key))
    }

    /// The agent closes a conversation.
    pub fn dismiss(&mut self, thread: &str) -> bool {
        let visitor = self.visitors.iter_mut().find(|visitor| visitor.thread() == thread);
        visitor.map(|visitor| visitor.dismiss(1)).is_some()
    }

    /// The agent types.
    pub fn hope(&mut self, now_ms: u64, thread: &str) -> bool {
        let visitor = self.visitors.iter_mut().find(|visitor| visitor.thread() == thread);
        visitor.is_some_and(|visitor| visitor.hope(now_ms))
    }

    /// When to look again.
    pub fn next_ms(&self, now_ms: u64, rules: &Rules) -> u64 {
        let arrival =
            (rules.at_once > 0).then_some(if self.arrival_ms == 0 { now_ms } else { self.arrival_ms });
        let visitors = self.visitors.iter().filter_map(Visitor::next_ms);
        visitors.chain(arrival).min().unwrap_or(u64::MAX)
    }

    /// How many messages everybody who is there has written, by thread.
    #[cfg(test)]
    pub fn said(&self) -> Vec<(String, u32)> {
        self.visitors.iter().map(|visitor| (visitor.thread(), visitor.said())).collect()
    }

    /// The scenarios of everybody who is there.
    #[cfg(test)]
    pub fn scenarios(&self) -> Vec<&str> {
        self.visitors.iter().map(Visitor::scenario).collect()
    }
}

/// Gives the visitor's new messages their ids: they were counted while time passed, the last one last.
fn number(happenings: &mut [Happening], visitor: &Visitor) {
    let (thread, mut count) = (visitor.thread(), visitor.said());
    for happening in happenings.iter_mut().rev().filter(|happening| happening.thread == thread) {
        if let Said::Text { remote_id, .. } = &mut happening.said {
            *remote_id = format!("{thread}-{count}");
            count -= 1;
        }
    }
}

/// How a customer's party is stored: its id and name are all it has.
mod party {
    use plugin_kit::channel::Party;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(who: &Party, to: S) -> Result<S::Ok, S::Error> {
        (&who.id, &who.name).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Party, D::Error> {
        let (id, name) = <(String, String)>::deserialize(from)?;
        Ok(Party::new(id, name))
    }
}
