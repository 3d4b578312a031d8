//! Why the customer came and what came of it, judged by the words that were used.

use plugin_kit::types::Conversation;
use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident $all:ident $prefix:literal: $($(#[$variant_doc:meta])* $variant:ident $word:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        /// Every choice, in the order of menus.
        pub const $all: &[$name] = &[$($name::$variant,)+];

        impl $name {
            /// Stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Key of its text.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => concat!($prefix, $word),)+ }
            }

            /// By its stable name.
            pub fn named(name: &str) -> Option<Self> {
                $all.iter().copied().find(|choice| choice.name() == name)
            }
        }
    };
}

choices! {
    /// Why the customer came.
    Reason REASONS "reason-":
    /// Something is broken.
    Repair "repair",
    /// Something is to be installed.
    Installation "installation",
    /// Something is to be cleaned.
    Cleaning "cleaning",
    /// An invoice is wanted or wrong.
    Invoice "invoice",
    /// Something goes back.
    Return "return",
    /// An old device for a new one.
    TradeIn "trade-in",
    /// Something is on its way, late or wrong.
    Delivery "delivery",
    /// The customer is not content with us.
    Complaint "complaint",
    /// Anything else.
    Question "question",
}

choices! {
    /// What came of it.
    Outcome OUTCOMES "outcome-":
    /// Nothing is left to do.
    Solved "solved",
    /// Somebody comes.
    Visit "visit",
    /// The customer is to do something.
    Waiting "waiting",
    /// We are to do something.
    FollowUp "follow-up",
    /// Somebody else has it now.
    HandedOver "handed-over",
    /// The customer went without an answer.
    Gone "gone",
}

impl Reason {
    /// The desk's label for it.
    pub fn tag(self) -> Option<&'static str> {
        Some(match self {
            Self::Repair => "repair",
            Self::Installation => "installation",
            Self::Cleaning => "cleaning",
            Self::Invoice => "invoice",
            Self::Return => "returns",
            Self::TradeIn => "trade-in",
            Self::Complaint => "complaint",
            Self::Delivery | Self::Question => return None,
        })
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Repair => &[
                "坏了",
                "故障",
                "报修",
                "维修",
                "漏水",
                "打不着",
                "不制冷",
                "不制热",
                "不转",
                "异响",
                "显示 e",
                "显示e",
                "e4",
                "修",
                "broken",
                "fault",
                "repair",
                "leak",
                "not working",
                "will not light",
                "won't",
                "noise",
            ],
            Self::Installation => &["安装", "装机", "移机", "install", "fitter", "relocat"],
            Self::Cleaning => &["清洗", "除垢", "保养", "cleaning", "clean", "descal"],
            Self::Invoice => &["发票", "抬头", "税号", "报销", "invoice", "tax number"],
            Self::Return => {
                &["退货", "换货", "退款", "退掉", "能退", "return", "refund", "exchange", "send back"]
            }
            Self::TradeIn => &["以旧换新", "旧机", "补贴", "换新", "trade-in", "trade in", "old heater"],
            Self::Delivery => &[
                "送货",
                "物流",
                "快递",
                "送错",
                "发货",
                "还没到",
                "delivery",
                "shipment",
                "shipped",
                "wrong item",
            ],
            Self::Complaint => &[
                "投诉",
                "什么服务",
                "态度",
                "太差",
                "迟到",
                "消协",
                "没人管",
                "complain",
                "poor service",
                "unacceptable",
                "late again",
            ],
            Self::Question => &[],
        }
    }
}

/// Why the customer came, and the words that say so with their messages. What is said first weighs more.
pub fn reason(contact: &Conversation) -> (Reason, Vec<(String, String)>) {
    let mut best = (Reason::Question, vec![], 0);
    for reason in REASONS.iter().copied() {
        let mut words = vec![];
        let mut weight = 0;
        for (index, message) in contact.inbound().enumerate() {
            let text = message.text.to_lowercase();
            for word in reason.words().iter().filter(|word| text.contains(**word)) {
                weight += if index == 0 { 3 } else { 1 };
                words.push((message.id.clone(), (*word).to_owned()));
            }
        }
        if weight > best.2 {
            best = (reason, words, weight);
        }
    }
    (best.0, best.1)
}

const VISIT: [&str; 9] =
    ["上门", "师傅", "派单", "预约", "安排", "engineer", "technician", "visit", "appointment"];
const HANDED_OVER: [&str; 6] = ["转给", "转接", "主管会", "转到", "transfer you", "hand you over"];
const FOLLOW_UP: [&str; 8] =
    ["给您回电", "回复您", "跟进", "联系您", "核实后", "get back to you", "call you back", "follow up"];
const ASKS: [&str; 8] =
    ["请提供", "发我", "请您", "麻烦您", "could you", "please send", "please try", "let me know"];

/// A customer whom nobody answered and who was silent for so long has gone.
const GONE_AFTER_MS: u64 = 10 * 60_000;

/// What came of it by `now_ms`, and the words that say so. The last turns decide.
pub fn outcome(contact: &Conversation, now_ms: u64) -> (Outcome, String) {
    const LAST: usize = 4;
    let last: Vec<_> = contact
        .messages
        .iter()
        .rev()
        .filter(|message| message.is_inbound() || message.is_outbound())
        .take(LAST)
        .collect();
    let farewell = last.iter().any(|message| message.is_inbound() && is_farewell(&message.text));
    if contact.outbound().next().is_none() {
        let silent_ms = last.first().map_or(0, |message| now_ms.saturating_sub(message.at_ms));
        let outcome = if silent_ms >= GONE_AFTER_MS { Outcome::Gone } else { Outcome::FollowUp };
        return (outcome, String::new());
    }
    let said = |words: &[&str]| {
        let mut texts =
            last.iter().filter(|message| message.is_outbound()).map(|message| message.text.to_lowercase());
        texts.find_map(|text| words.iter().find(|word| text.contains(**word)).map(|word| (*word).to_owned()))
    };
    if let Some(word) = said(&HANDED_OVER) {
        return (Outcome::HandedOver, word);
    }
    if let Some(word) = said(&VISIT) {
        return (Outcome::Visit, word);
    }
    if let Some(word) = said(&FOLLOW_UP) {
        return (Outcome::FollowUp, word);
    }
    if farewell {
        return (Outcome::Solved, String::new());
    }
    match said(&ASKS) {
        Some(word) => (Outcome::Waiting, word),
        None => (Outcome::FollowUp, String::new()),
    }
}

/// Short words of somebody who has what was wanted.
const FAREWELLS: [&str; 19] = [
    "谢谢",
    "多谢",
    "感谢",
    "辛苦了",
    "再见",
    "没有了",
    "没事了",
    "就这样",
    "好的麻烦",
    "解决了",
    "可以了",
    "thank",
    "thanks",
    "bye",
    "that's all",
    "that is all",
    "perfect",
    "cheers",
    "solved",
];
/// A longer message says more than goodbye.
const FAREWELL_MAX_CHARS: usize = 60;

/// Whether a message sounds like the end of the conversation.
pub fn is_farewell(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let asks = text.contains(['?', '？'])
        || ["吗", "怎么", "什么时候", "能不能", "how", "when"].iter().any(|word| text.contains(word));
    text.chars().count() <= FAREWELL_MAX_CHARS && !asks && FAREWELLS.iter().any(|word| text.contains(word))
}
