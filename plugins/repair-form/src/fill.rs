//! Fills the form from the conversation and the customer's record.

use plugin_kit::{civil, prelude::*, ticket_form::Value, types::Device};

use crate::{
    ADDRESS, CODE, DESCRIPTION, DEVICE, PHONE, TEXTS, URGENT, URGENT_REASON, WINDOW, read, window::Window,
};

/// Messages of the customer in the description.
const DESCRIPTION_MESSAGES: usize = 2;
const DESCRIPTION_MAX_CHARS: usize = 300;

/// Who at home makes it urgent, and by which words that is known.
const URGENT_WORDS: [(&str, &[&str]); 4] = [
    (
        "elderly",
        &[
            "老人",
            "老妈",
            "老爸",
            "奶奶",
            "爷爷",
            "外婆",
            "外公",
            "岁的母亲",
            "elderly",
            "old mother",
            "old father",
            "grandmother",
            "grandfather",
        ],
    ),
    ("infant", &["宝宝", "婴儿", "小孩", "孩子", "两岁", "一岁", "baby", "infant", "toddler"]),
    ("pregnant", &["孕妇", "怀孕", "pregnant", "expecting"]),
    ("hurry", &["加急", "急用", "很急", "着急", "今天就要", "urgent", "as soon as possible", "asap"]),
];
/// What a customer says about a fault.
const FAULT_WORDS: [&str; 34] = [
    "显示",
    "故障",
    "坏",
    "漏",
    "打不着",
    "不着火",
    "不制",
    "不转",
    "不动",
    "不能用",
    "响",
    "噪",
    "异味",
    "报警",
    "停",
    "跳闸",
    "没热水",
    "点火",
    "渗",
    "闪",
    "shows",
    "broken",
    "leak",
    "noise",
    "not work",
    "will not",
    "won't",
    "does not",
    "doesn't",
    "stops",
    "error",
    "alarm",
    "smell",
    "drip",
];
/// Words for kinds of devices, each the same in a customer's message and in the record.
const KINDS: [&[&str]; 3] = [
    &["热水器", "heater"],
    &["洗衣机", "洗烘", "波轮", "滚筒", "washing machine", "washer", "top loader", "front loader"],
    &["空调", "挂机", "柜机", "air condition", "wall unit", "floor unit"],
];

/// Everything that can be filled in, each with where it came from.
pub fn values(ctx: &Ctx, conversation: &Conversation) -> Vec<Value> {
    let mut values = vec![];
    let from_message = |message: &Message| {
        let time = civil::clock_time(ctx, message.at_ms);
        TEXTS.format(&ctx.locale, "from-message", &[("time", &time)])
    };
    // The newest word counts: a customer may correct himself.
    let find = |read: &dyn Fn(&Message) -> Option<String>| {
        conversation.inbound().rev().find_map(|message| Some((read(message)?, message)))
    };
    if let Some((code, message)) = find(&|message| read::code(&message.text)) {
        values.push(Value::filled(CODE, code, from_message(message)));
    }
    values.extend(device(ctx, conversation, &from_message));
    values.extend(description(conversation, &from_message));
    let customer = &conversation.customer;
    if let Some((address, message)) = find(&|message| read::address(&message.text)) {
        values.push(Value::filled(ADDRESS, address, from_message(message)));
    } else if !customer.address.is_empty() {
        values.push(Value::filled(ADDRESS, &customer.address, "@from-record"));
    }
    if let Some((phone, message)) = find(&|message| read::phone(&message.text)) {
        values.push(Value::filled(PHONE, phone, from_message(message)));
    } else if let Some(handle) = customer.handle("phone") {
        values.push(Value::filled(PHONE, &handle.value, "@from-record"));
    }
    let wished =
        |message: &Message| Window::find(ctx, message.at_ms, &message.text).filter(|_| wishes(&message.text));
    if let Some((window, message)) = find(&|message| wished(message).map(|window| window.to_string())) {
        values.push(Value::filled(WINDOW, window, from_message(message)));
    }
    values.extend(urgent(ctx, conversation, &from_message));
    values
}

/// Whether a text that names a time wishes something for it, and does not tell what happened then.
fn wishes(text: &str) -> bool {
    let lower = text.to_lowercase();
    let past = ["昨天", "前天", "上周", "开始的", "以来", "yesterday", "since", "last week", "ago"];
    !past.iter().any(|word| lower.contains(word))
}

fn device(
    ctx: &Ctx,
    conversation: &Conversation,
    from_message: &dyn Fn(&Message) -> String,
) -> Option<Value> {
    let devices = &conversation.customer.devices;
    for message in conversation.inbound().rev() {
        if let Some(model) = read::model(&message.text) {
            return Some(Value::filled(DEVICE, model, from_message(message)));
        }
    }
    let spoken_of = |device: &Device| {
        let name = device.name.to_lowercase();
        let kind = KINDS.iter().find(|words| words.iter().any(|word| name.contains(word)));
        kind.is_some_and(|words| {
            conversation.inbound().any(|message| {
                let text = message.text.to_lowercase();
                words.iter().any(|word| text.contains(word))
            })
        })
    };
    let mut matching = devices.iter().filter(|device| spoken_of(device));
    match (matching.next(), matching.next(), devices.as_slice()) {
        (Some(device), None, _) => Some(Value::filled(DEVICE, name(device), "@from-record")),
        (None, _, [only]) => {
            Some(Value::filled(DEVICE, name(only), TEXTS.get(&ctx.locale, "from-only-device")))
        }
        // Two that fit: the agent must ask.
        _ => None,
    }
}

fn name(device: &Device) -> String {
    if device.model.is_empty() { device.name.clone() } else { device.model.clone() }
}

fn description(conversation: &Conversation, from_message: &dyn Fn(&Message) -> String) -> Option<Value> {
    let tells = |message: &&Message| {
        let text = message.text.to_lowercase();
        FAULT_WORDS.iter().any(|word| text.contains(word)) || read::code(&message.text).is_some()
    };
    let told: Vec<&Message> = conversation.inbound().filter(tells).take(DESCRIPTION_MESSAGES).collect();
    let first = told.first()?;
    let text: Vec<&str> = told.iter().map(|message| message.text.trim()).collect();
    let text: String = text.join(" ").chars().take(DESCRIPTION_MAX_CHARS).collect();
    Some(Value::filled(DESCRIPTION, text, from_message(first)))
}

fn urgent(ctx: &Ctx, conversation: &Conversation, from_message: &dyn Fn(&Message) -> String) -> Vec<Value> {
    for (reason, words) in URGENT_WORDS {
        let says = |message: &&Message| {
            let text = message.text.to_lowercase();
            words.iter().any(|word| text.contains(word))
        };
        if let Some(message) = conversation.inbound().find(says) {
            let from = from_message(message);
            return vec![
                Value::filled(URGENT, "true", from.clone()),
                Value::filled(URGENT_REASON, TEXTS.get(&ctx.locale, reason), from),
            ];
        }
    }
    vec![]
}
