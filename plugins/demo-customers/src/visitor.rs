//! One simulated customer.

use plugin_kit::{channel::Party, desk::random::Seeded, language::Language};
use serde::{Deserialize, Serialize};

use crate::scenario::{self, Reaction, Scenario};

/// Time between two messages of one thought, in milliseconds.
const NEXT_THOUGHT_MS: (u64, u64) = (2_000, 5_000);
/// Time until an agent's message is delivered, and then read, in milliseconds.
const DELIVERED_MS: (u64, u64) = (400, 1_200);
const READ_MS: (u64, u64) = (1_500, 6_000);
/// Time to think before typing begins, in milliseconds.
const THINK_MS: (u64, u64) = (1_000, 5_000);
/// Typing time for one character, in milliseconds.
const TYPE_CHINESE_MS: u64 = 160;
const TYPE_ENGLISH_MS: u64 = 55;
const TYPE_LONGEST_MS: u64 = 12_000;
/// Times somebody asks again before leaving.
const NUDGES_MAX: u8 = 3;
/// Answers of no use, one after the other, before somebody gives up.
const UNSURE_MAX: u8 = 3;
/// How long somebody stays after the last word, for receipts and for one more question.
const LINGER_MS: u64 = 90_000;
/// Keys of messages remembered, so that the same message is told once.
const KEYS_MAX: usize = 40;

const NAMES_ZH: [&str; 16] = [
    "苏晴",
    "贺知远",
    "钱宇航",
    "沈梦溪",
    "万里",
    "邱丽娟",
    "程一帆",
    "江雪梅",
    "严松",
    "温晓岚",
    "白杨",
    "祝家豪",
    "乔安",
    "柳青青",
    "段宏",
    "施明月",
];
const NAMES_EN: [&str; 8] = [
    "Emma Clarke",
    "Liam Novak",
    "Sofia Marin",
    "Noah Fischer",
    "Olivia Brandt",
    "Ethan Walsh",
    "Clara Jensen",
    "Lucas Moreau",
];

/// What is to happen with a customer at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plan {
    /// Begins to type.
    Type,
    /// Says this.
    Say(String),
    /// The message with this remote id arrives.
    Deliver(String),
    /// The message with this remote id is read.
    Read(String),
}

/// How far it has come with a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Wants something.
    #[default]
    Talking,
    /// Has it, and thanks.
    Settled,
    /// Has given up.
    Left,
}

/// One customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Counts customers from 1; makes ids.
    pub number: u32,
    scenario: String,
    name: String,
    phase: Phase,
    /// From -2 (furious) to 2 (glad).
    mood: i8,
    nudges: u8,
    /// Answers of no use, one after the other.
    unsure: u8,
    /// Bits of the topics that were answered.
    told: u32,
    /// Answers heard.
    turns: u8,
    said: u32,
    /// Since when the customer waits for an answer; 0 for not.
    waiting_ms: u64,
    /// When the customer is gone for good; 0 for not yet.
    gone_ms: u64,
    plans: Vec<(u64, Plan)>,
    keys: Vec<String>,
    seed: u64,
}

impl Visitor {
    /// A customer who comes now.
    pub fn new(number: u32, scenario: &Scenario, seed: u64, now_ms: u64) -> Self {
        let mut random = Seeded::new(seed ^ (u64::from(number) << 32));
        let names: &[&str] = if scenario.language == Language::Chinese { &NAMES_ZH } else { &NAMES_EN };
        let name = random.pick(names).copied().unwrap_or_default().to_owned();
        let opening = random.pick(scenario.openings).copied().unwrap_or_default();
        let mut visitor = Self {
            number,
            scenario: scenario.id.to_owned(),
            name,
            phase: Phase::Talking,
            mood: scenario.mood,
            nudges: 0,
            unsure: 0,
            told: 0,
            turns: 0,
            said: 0,
            waiting_ms: 0,
            gone_ms: 0,
            plans: vec![],
            keys: vec![],
            seed: random.number(),
        };
        visitor.say(now_ms, opening.iter().copied());
        visitor
    }

    /// The thread on the channel.
    pub fn thread(&self) -> String {
        format!("demo-{}", self.number)
    }

    /// Who it is, for the desk.
    pub fn party(&self) -> Party {
        Party::new(format!("demo-customer-{}", self.number), self.name.clone())
    }

    /// The name of the scenario.
    #[cfg(test)]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Whether the customer still counts as present.
    pub fn is_present(&self) -> bool {
        self.phase == Phase::Talking
    }

    /// Whether nothing more will come.
    pub fn is_gone(&self, now_ms: u64) -> bool {
        self.gone_ms > 0 && now_ms >= self.gone_ms && self.plans.is_empty()
    }

    /// Whether a message with this key was told already.
    pub fn heard(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    /// Leaves without a word, as when the agent closes the conversation.
    pub fn dismiss(&mut self, now_ms: u64) {
        self.plans.retain(|(_, plan)| matches!(plan, Plan::Deliver(_) | Plan::Read(_)));
        self.phase = Phase::Settled;
        self.waiting_ms = 0;
        self.gone_ms = now_ms.max(1);
    }

    /// Sees that an answer is on its way.
    pub fn hope(&mut self, now_ms: u64) -> bool {
        let waits = self.waiting_ms > 0 && self.waiting_ms < now_ms;
        if waits {
            self.waiting_ms = now_ms;
        }
        waits
    }

    fn kind(&self) -> Option<&'static Scenario> {
        scenario::named(&self.scenario)
    }

    fn between(&mut self, range: (u64, u64)) -> u64 {
        let mut random = Seeded::new(self.seed);
        self.seed = random.number();
        random.between(range.0, range.1)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let last = from.len().saturating_sub(1) as u64;
        let index = self.between((0, last)) as usize;
        from.get(index).copied().unwrap_or_default()
    }

    /// Plans to type and say these, one after the other.
    fn say<'a>(&mut self, from_ms: u64, texts: impl IntoIterator<Item = &'a str>) {
        let mut at_ms = from_ms;
        for text in texts {
            let each_ms = if text.is_ascii() { TYPE_ENGLISH_MS } else { TYPE_CHINESE_MS };
            let typing_ms = (text.chars().count() as u64 * each_ms).min(TYPE_LONGEST_MS);
            self.plans.push((at_ms, Plan::Type));
            at_ms += typing_ms;
            self.plans.push((at_ms, Plan::Say(text.to_owned())));
            at_ms += self.between(NEXT_THOUGHT_MS);
        }
        self.plans.sort_by_key(|(at_ms, _)| *at_ms);
    }

    /// Hears a message of the agent.
    pub fn hear(&mut self, now_ms: u64, key: &str, remote_id: &str, text: &str) {
        if self.heard(key) {
            return;
        }
        if self.keys.len() >= KEYS_MAX {
            self.keys.remove(0);
        }
        self.keys.push(key.to_owned());
        let delivered_ms = now_ms + self.between(DELIVERED_MS);
        self.plans.push((delivered_ms, Plan::Deliver(remote_id.to_owned())));
        if self.phase == Phase::Left {
            // Gone: it arrives, but nobody reads it.
            self.plans.sort_by_key(|(at_ms, _)| *at_ms);
            return;
        }
        let read_ms = delivered_ms + self.between(READ_MS);
        self.plans.push((read_ms, Plan::Read(remote_id.to_owned())));
        self.waiting_ms = 0;
        self.nudges = 0;
        if self.phase == Phase::Talking {
            self.answer(read_ms, text);
        }
        self.plans.sort_by_key(|(at_ms, _)| *at_ms);
    }

    fn answer(&mut self, read_ms: u64, text: &str) {
        let Some(scenario) = self.kind() else { return };
        if scenario::is_apology(&text.to_lowercase()) {
            self.mood = (self.mood + 1).min(2);
        }
        let reaction = scenario.react(text, self.told, self.turns, self.mood);
        self.turns = self.turns.saturating_add(1);
        let at_ms = read_ms + self.between(THINK_MS);
        match reaction {
            Reaction::Answer(topics) => {
                self.unsure = 0;
                let mut answers = vec![];
                for index in topics {
                    self.told |= 1 << index;
                    answers.extend(scenario.topics.get(index).map(|topic| self.pick(topic.answers)));
                }
                self.say(at_ms, answers);
            }
            Reaction::Settled => {
                // Whatever was still to be said has no object now.
                self.plans.retain(|(_, plan)| matches!(plan, Plan::Deliver(_) | Plan::Read(_)));
                self.phase = Phase::Settled;
                let thanks = self.pick(scenario.thanks);
                self.say(at_ms, [thanks]);
                self.gone_ms = at_ms + LINGER_MS;
            }
            // Somebody who was asked to wait does so, from then on.
            Reaction::Waits => self.waiting_ms = at_ms,
            Reaction::Unsure if self.is_about_to_speak() => {}
            Reaction::Unsure if self.unsure >= UNSURE_MAX => self.leave(at_ms, scenario),
            Reaction::Unsure => {
                // One after the other: nobody asks the same thing again and again.
                let next = usize::from(self.unsure) % scenario.unsure.len().max(1);
                self.mood = (self.mood - 1).max(-2);
                self.unsure += 1;
                self.say(at_ms, scenario.unsure.get(next).copied());
            }
        }
    }

    /// Gives up, with a last word.
    fn leave(&mut self, at_ms: u64, scenario: &Scenario) {
        self.phase = Phase::Left;
        self.waiting_ms = 0;
        self.gone_ms = at_ms + LINGER_MS;
        let last = self.pick(scenario.leaves);
        self.say(at_ms, [last]);
    }

    fn is_about_to_speak(&self) -> bool {
        self.plans.iter().any(|(_, plan)| matches!(plan, Plan::Say(_)))
    }

    /// What is due by now, with its moment. Patience ends here as well.
    pub fn advance(&mut self, now_ms: u64) -> Vec<(u64, Plan)> {
        self.grow_impatient(now_ms);
        let due = self.plans.iter().take_while(|(at_ms, _)| *at_ms <= now_ms).count();
        let due: Vec<(u64, Plan)> = self.plans.drain(..due).collect();
        for (at_ms, plan) in &due {
            if matches!(plan, Plan::Say(_)) {
                self.said += 1;
                if self.phase == Phase::Talking {
                    self.waiting_ms = *at_ms;
                }
            }
        }
        due
    }

    /// Messages said so far.
    pub fn said(&self) -> u32 {
        self.said
    }

    fn patience_ms(&self) -> u64 {
        let patience_s = self.kind().map_or(60, |scenario| scenario.patience_s);
        // Glad people wait longer; the second time is longer than the first.
        let factor = 100 + i64::from(self.mood) * 20 + i64::from(self.nudges) * 40;
        u64::from(patience_s) * factor.unsigned_abs() * 10
    }

    fn grow_impatient(&mut self, now_ms: u64) {
        let waits = self.phase == Phase::Talking && self.waiting_ms > 0 && !self.is_about_to_speak();
        if !waits || now_ms < self.waiting_ms + self.patience_ms() {
            return;
        }
        let Some(scenario) = self.kind() else { return };
        self.mood = (self.mood - 1).max(-2);
        if self.nudges >= NUDGES_MAX {
            self.leave(now_ms, scenario);
        } else {
            self.nudges += 1;
            let nudge = self.pick(scenario.nudges);
            self.say(now_ms, [nudge]);
        }
    }

    /// When there is something to do next; none where only the agent can change anything.
    pub fn next_ms(&self) -> Option<u64> {
        let planned = self.plans.first().map(|(at_ms, _)| *at_ms);
        let patience = (self.phase == Phase::Talking && self.waiting_ms > 0)
            .then(|| self.waiting_ms + self.patience_ms());
        let gone = (self.gone_ms > 0).then_some(self.gone_ms);
        [planned, patience, gone].into_iter().flatten().min()
    }
}
