//! A greeting in the agent's first turn.

use plugin_kit::{
    quality::{Severity, TextRange},
    types::{Conversation, Message},
};

use crate::{Checked, finding};

/// The criterion.
pub const ID: &str = "greeting";

const GREETINGS: [&str; 20] = [
    "您好",
    "你好",
    "早上好",
    "上午好",
    "中午好",
    "下午好",
    "晚上好",
    "欢迎",
    "很高兴为您",
    "亲，",
    "hello",
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "welcome",
    "dear ",
    "greetings",
    "thank you for contacting",
    "thanks for reaching",
];
/// Words that greet only at the beginning, since they are parts of others.
const OPENERS: [&str; 3] = ["hi", "hey", "hi there"];

/// Checks it.
pub fn check(conversation: &Conversation) -> Checked {
    // Without the beginning of the conversation nobody can say how it began.
    let turn: Vec<&Message> = conversation
        .messages
        .iter()
        .skip_while(|message| !message.is_outbound())
        .take_while(|message| !message.is_inbound())
        .filter(|message| message.is_outbound())
        .collect();
    let (Some(first), false) = (turn.first(), conversation.more) else {
        return Checked { criterion: ID, score: None, because: String::new(), findings: vec![] };
    };
    if turn.iter().any(|message| greets(&message.text)) {
        return Checked {
            criterion: ID,
            score: Some(1.0),
            because: "@greeting-good".to_owned(),
            findings: vec![],
        };
    }
    let evidence = TextRange::whole(first);
    let because = "@greeting-because".to_owned();
    let finding =
        finding(ID, Severity::Hint, "@greeting-missing", because.clone(), "@greeting-advice", evidence);
    Checked { criterion: ID, score: Some(0.0), because, findings: vec![finding] }
}

fn greets(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    GREETINGS.iter().any(|greeting| text.contains(greeting)) || OPENERS.contains(&first)
}
