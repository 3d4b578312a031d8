use plugin_kit::{
    language::Language,
    testing::{self, Desk},
};

use super::*;
use crate::{
    scenario::{Reaction, all, named},
    visitor::Visitor,
};

const START_MS: u64 = testing::NOW_MS;

/// Lets a crowd run for a while, answering every message by `agent`, and returns what happened.
fn run(rules: &Rules, seconds: u64, mut agent: impl FnMut(&str) -> Option<String>) -> Vec<Happening> {
    let mut crowd = Crowd::default();
    let mut all = vec![];
    for second in 0..seconds {
        let now_ms = START_MS + second * 1000;
        for happening in crowd.advance(now_ms, rules) {
            if let Said::Text { remote_id, text } = &happening.said
                && let Some(answer) = agent(text)
            {
                crowd.told(now_ms, &happening.thread, &format!("re-{remote_id}"), &answer, rules);
            }
            all.push(happening);
        }
    }
    all
}

fn texts(happenings: &[Happening]) -> Vec<(&str, &str)> {
    happenings
        .iter()
        .filter_map(|happening| match &happening.said {
            Said::Text { text, .. } => Some((happening.thread.as_str(), text.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_customers() {
    let rules = Rules::default();
    let answer = |_: &str| Some("请问您的型号和地址？".to_owned());
    let first = run(&rules, 900, answer);
    assert_eq!(first, run(&rules, 900, answer));
    let settings = Settings::new([Pair::new("seed", "7")]);
    assert_ne!(texts(&first), texts(&run(&Rules::read(&settings).unwrap(), 900, answer)));
}

#[test]
fn ids_are_unique_and_moments_do_not_go_back() {
    let happenings = run(&Rules::default(), 1800, |_| None);
    let mut ids: Vec<&String> =
        happenings
            .iter()
            .filter_map(|happening| {
                if let Said::Text { remote_id, .. } = &happening.said { Some(remote_id) } else { None }
            })
            .collect();
    assert!(ids.len() > 10, "{}", ids.len());
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn never_more_at_once_than_allowed() {
    for (at_once, most) in [("0", 0), ("1", 1), ("3", 3)] {
        let rules =
            Rules::read(&Settings::new([Pair::new("at_once", at_once), Pair::new("every_s", "20")])).unwrap();
        let mut crowd = Crowd::default();
        let mut seen = 0;
        for second in 0..200 {
            crowd.advance(START_MS + second * 1000, &rules);
            seen = seen.max(crowd.scenarios().len());
        }
        assert_eq!(seen, most, "{at_once}");
    }
}

#[test]
fn customers_who_get_no_answer_ask_again_and_leave() {
    let happenings =
        run(&Rules::read(&Settings::new([Pair::new("languages", "zh")])).unwrap(), 1500, |_| None);
    let texts: Vec<&str> = texts(&happenings)
        .into_iter()
        .filter(|(thread, _)| *thread == "demo-1")
        .map(|(_, text)| text)
        .collect();
    assert!((5..=7).contains(&texts.len()), "an opening, three nudges and a last word: {texts:?}");
}

#[test]
fn customers_who_are_helped_thank_and_are_quiet() {
    let rules =
        Rules::read(&Settings::new([Pair::new("languages", "zh"), Pair::new("at_once", "1")])).unwrap();
    let mut turn = 0;
    let happenings = run(&rules, 120, |_| {
        turn += 1;
        Some(
            if turn < 2 {
                "抱歉，请问您的型号和订单号？"
            } else {
                "抱歉让您久等，已为您登记退货申请，也安排师傅明天 10 点到 12 点上门，发票已重开"
            }
            .to_owned(),
        )
    });
    let first: Vec<&str> = texts(&happenings)
        .into_iter()
        .filter(|(thread, _)| *thread == "demo-1")
        .map(|(_, text)| text)
        .collect();
    let scenario = all().find(|scenario| scenario.thanks.contains(first.last().unwrap()));
    assert!(scenario.is_some(), "the last word is thanks: {first:?}");
    let receipts = happenings.iter().filter(|happening| matches!(happening.said, Said::Read(_))).count();
    assert!(receipts >= 2, "{receipts}");
    assert!(happenings.iter().any(|happening| happening.said == Said::Typing(true)));
}

#[test]
fn receipts_come_in_order() {
    let happenings = run(&Rules::default(), 300, |_| Some("您好".to_owned()));
    let mut delivered = vec![];
    for happening in &happenings {
        match &happening.said {
            Said::Delivered(id) => delivered.push(id.clone()),
            Said::Read(id) => assert!(delivered.contains(id), "{id} was read before it was delivered"),
            _ => {}
        }
    }
    assert!(!delivered.is_empty());
}

#[test]
fn reactions_of_scenarios() {
    let table = [
        ("heater-e4", "请问装在阳台还是厨房？型号是什么？", 0, 0, Reaction::Answer(vec![0, 1])),
        ("heater-e4", "请问装在阳台还是厨房？", 0b1, 1, Reaction::Unsure),
        ("heater-e4", "请稍等，我查一下", 0, 0, Reaction::Waits),
        ("heater-e4", "今天 14:00-16:00 师傅上门可以吗", 0, 0, Reaction::Unsure),
        ("heater-e4", "今天 14:00-16:00 师傅上门可以吗", 0b1, 2, Reaction::Settled),
        ("late-technician", "师傅 30 分钟到", 0, 1, Reaction::Unsure),
        ("late-technician", "非常抱歉，师傅 30 分钟内到", 0, 1, Reaction::Settled),
        ("en-invoice", "Which ORDER is it?", 0, 0, Reaction::Answer(vec![0])),
        ("en-invoice", "It will be reissued within 3 working days", 0b1, 2, Reaction::Settled),
    ];
    for (id, text, told, turns, reaction) in table {
        let scenario = named(id).unwrap();
        assert_eq!(scenario.react(text, told, turns, scenario.mood), reaction, "{id}: {text}");
    }
}

#[test]
fn scenarios_are_complete() {
    let count = |language| all().filter(|scenario| scenario.language == language).count();
    assert!(count(Language::Chinese) >= 8);
    assert!(count(Language::English) >= 4);
    let mut ids: Vec<&str> = all().map(|scenario| scenario.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all().count(), "a name twice");
    for scenario in all() {
        assert!(scenario.topics.len() <= 32, "{}: the topics are counted in 32 bits", scenario.id);
        for (name, texts) in [
            ("thanks", scenario.thanks),
            ("unsure", scenario.unsure),
            ("nudges", scenario.nudges),
            ("leaves", scenario.leaves),
        ] {
            assert!(!texts.is_empty(), "{} {name}", scenario.id);
        }
        assert!(scenario.openings.iter().all(|opening| !opening.is_empty()), "{}", scenario.id);
        let lower = |words: &[&str]| words.iter().all(|word| *word == word.to_lowercase());
        assert!(
            lower(scenario.settles) && scenario.topics.iter().all(|topic| lower(topic.asked)),
            "{}",
            scenario.id
        );
    }
}

#[test]
fn a_message_told_twice_is_heard_once() {
    let scenario = named("invoice").unwrap();
    let mut visitor = Visitor::new(1, scenario, 1, START_MS);
    visitor.advance(START_MS + 60_000);
    visitor.hear(START_MS + 61_000, "k", "agent-k", "请问订单号？");
    let once = visitor.clone();
    visitor.hear(START_MS + 62_000, "k", "agent-k", "请问订单号？");
    assert_eq!(visitor, once);
    assert!(visitor.heard("k"));
}

#[test]
fn the_channel_keeps_its_customers_over_a_restart() {
    let desk = Desk::new();
    let mut ctx = testing::ctx();
    let mut channel = DemoCustomers::default();
    channel.init(&ctx, &Settings::default()).unwrap();
    assert_eq!(desk.timers().len(), 1);
    let mut messages = vec![];
    for _ in 0..40 {
        ctx.now_ms += 1000;
        let batch = channel.ingest(&ctx, Ingress::Timer("next".to_owned())).unwrap();
        messages.extend(
            batch
                .items
                .into_iter()
                .filter_map(|item| if let Item::Message(message) = item { Some(message) } else { None }),
        );
    }
    let message = messages.first().expect("somebody wrote");
    // A new instance knows the thread, and the same key is the same message.
    let mut channel = DemoCustomers::default();
    channel.init(&ctx, &Settings::default()).unwrap();
    let outgoing = Outgoing {
        key: "key-1".to_owned(),
        thread: message.thread.clone(),
        recipients: vec![],
        sender: Party::new("a", "Lin"),
        subject: None,
        text: "您好".to_owned(),
        html: None,
        files: vec![],
        in_reply_to: None,
        template: None,
    };
    assert_eq!(channel.send(&ctx, outgoing), Outcome::Sent("agent-key-1".to_owned()));
    assert_eq!(channel.reconcile(&ctx, "key-1"), SentState::WasSent("agent-key-1".to_owned()));
    assert_eq!(channel.reconcile(&ctx, "key-2"), SentState::NotSent);
    ctx.now_ms += 10_000;
    let batch = channel.ingest(&ctx, Ingress::Poll(None)).unwrap();
    let is_receipt =
        |item: &Item| matches!(item, Item::Receipt(receipt) if receipt.remote_id == "agent-key-1");
    assert_eq!(batch.items.iter().filter(|item| is_receipt(item)).count(), 2, "{:?}", batch.items);
}

#[test]
fn what_the_desk_lost_is_told_again_and_nothing_twice() {
    let _desk = Desk::new();
    let mut ctx = testing::ctx();
    let mut channel = DemoCustomers::default();
    channel.init(&ctx, &Settings::default()).unwrap();
    // The desk as far as it matters here: it keeps a message once, and the cursor in the same commit.
    let (mut kept, mut cursor, mut told, mut deaths) = (std::collections::BTreeMap::new(), None, 0, 0);
    for second in 0..600_u64 {
        ctx.now_ms += 1000;
        let raw =
            if second % 10 == 0 { Ingress::Poll(cursor.clone()) } else { Ingress::Timer("next".to_owned()) };
        let batch = channel.ingest(&ctx, raw).unwrap();
        let messages: Vec<_> = batch
            .items
            .into_iter()
            .filter_map(|item| if let Item::Message(message) = item { Some(message) } else { None })
            .collect();
        told += messages.len();
        // Every third batch that says something dies with the desk, after the plugin's storage was written.
        let dies = !messages.is_empty() && told % 3 == 0;
        if dies {
            deaths += 1;
            channel = DemoCustomers::default();
            channel.init(&ctx, &Settings::default()).unwrap();
            continue;
        }
        for message in messages {
            let before = kept.insert(message.remote_id.clone(), message.text.clone());
            assert!(before.is_none_or(|before| before == message.text), "an id means one message");
        }
        cursor = batch.cursor.or(cursor);
    }
    assert!(deaths > 2, "{deaths}");
    ctx.now_ms += 1000;
    let batch = channel.ingest(&ctx, Ingress::Poll(cursor)).unwrap();
    for item in batch.items {
        if let Item::Message(message) = item {
            kept.insert(message.remote_id, message.text);
        }
    }
    let crowd = load(&ctx).unwrap();
    for (thread, said) in crowd.said() {
        let there = kept.keys().filter(|id| id.starts_with(&format!("{thread}-"))).count();
        assert_eq!(there, said as usize, "{thread}: {kept:?}");
    }
}

#[test]
fn a_closed_conversation_is_quiet() {
    let rules = Rules::default();
    let mut crowd = Crowd::default();
    for second in 0..30 {
        crowd.advance(START_MS + second * 1000, &rules);
    }
    assert!(crowd.dismiss("demo-1"));
    let later = crowd.advance(START_MS + 31_000, &rules);
    assert!(
        later
            .iter()
            .all(|happening| happening.thread != "demo-1" || !matches!(happening.said, Said::Text { .. }))
    );
    assert!(!crowd.dismiss("demo-1"), "gone for good");
}

#[test]
fn settings_are_checked() {
    for (name, value) in [("at_once", "11"), ("every_s", "5"), ("seed", "x")] {
        assert!(Rules::read(&Settings::new([Pair::new(name, value)])).is_err(), "{name}");
    }
    let found = DemoCustomers::default().check_settings(&testing::ctx(), &Settings::default()).unwrap();
    assert!(found.contains('2') && found.contains("14"), "{found}");
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
}

#[test]
fn customers_whom_nothing_helps_give_up() {
    let rules = Rules::read(&Settings::new([Pair::new("at_once", "1")])).unwrap();
    let happenings = run(&rules, 400, |_| Some("。".to_owned()));
    let first: Vec<&str> = texts(&happenings)
        .into_iter()
        .filter(|(thread, _)| *thread == "demo-1")
        .map(|(_, text)| text)
        .collect();
    assert!(all().any(|scenario| scenario.leaves.contains(first.last().unwrap())), "{first:?}");
    assert!(first.len() <= 7, "{first:?}");
}
