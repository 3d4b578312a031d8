//! What a scenario is: what somebody wants, knows, and how long the patience lasts.

use plugin_kit::language::Language;

/// One kind of customer.
#[derive(Debug)]
pub struct Scenario {
    /// Stable name.
    pub id: &'static str,
    /// The customer's language.
    pub language: Language,
    /// Ways to begin; each is one or more messages.
    pub openings: &'static [&'static [&'static str]],
    /// What can be asked and what is answered then.
    pub topics: &'static [Topic],
    /// Words that settle the matter, once [`least_turns`](Self::least_turns) answers were given.
    pub settles: &'static [&'static str],
    /// Answers of the agent before the matter can be settled.
    pub least_turns: u8,
    /// Said when it is settled.
    pub thanks: &'static [&'static str],
    /// Said when an answer was of no use.
    pub unsure: &'static [&'static str],
    /// Said when nobody answers.
    pub nudges: &'static [&'static str],
    /// Said when the patience is at its end.
    pub leaves: &'static [&'static str],
    /// How long somebody waits before asking again, in seconds.
    pub patience_s: u32,
    /// From -2 (furious) to 2 (glad), at the beginning.
    pub mood: i8,
}

/// Something that can be asked.
#[derive(Debug)]
pub struct Topic {
    /// Words in the agent's question, in lower case.
    pub asked: &'static [&'static str],
    /// Ways to answer.
    pub answers: &'static [&'static str],
}

/// What an agent's message does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Answers, by topic.
    Answer(Vec<usize>),
    /// It is settled.
    Settled,
    /// The agent asks to wait.
    Waits,
    /// It was of no use.
    Unsure,
}

/// Topics answered to one message.
const ANSWERS_MAX: usize = 2;

impl Scenario {
    /// How a customer takes a message, who has answered the topics in `told` and heard `turns` answers before.
    pub fn react(&self, text: &str, told: u32, turns: u8, mood: i8) -> Reaction {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let asked = self
            .topics
            .iter()
            .enumerate()
            .filter(|(index, topic)| told & (1 << index) == 0 && has(topic.asked));
        let asked: Vec<usize> = asked.map(|(index, _)| index).take(ANSWERS_MAX).collect();
        // Who is furious wants to hear that somebody is sorry before anything is settled.
        let calm = mood > -2 || is_apology(&text);
        if has(self.settles) && turns + 1 >= self.least_turns && calm {
            return Reaction::Settled;
        }
        if !asked.is_empty() {
            return Reaction::Answer(asked);
        }
        if has(&HOLDS) { Reaction::Waits } else { Reaction::Unsure }
    }
}

/// Words that ask to wait.
const HOLDS: [&str; 10] = [
    "稍等",
    "请稍候",
    "我查一下",
    "帮您查",
    "核实一下",
    "one moment",
    "let me check",
    "bear with me",
    "please wait",
    "looking into",
];

/// Whether a message says sorry. The text is in lower case.
pub fn is_apology(text: &str) -> bool {
    ["抱歉", "对不起", "不好意思", "给您添麻烦", "sorry", "apolog"].iter().any(|word| text.contains(word))
}

/// Every scenario, Chinese first.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    crate::scenarios_zh::SCENARIOS.iter().chain(crate::scenarios_en::SCENARIOS)
}

/// A scenario by name.
pub fn named(id: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.id == id)
}
