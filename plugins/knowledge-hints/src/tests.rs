use plugin_kit::testing::{self, Desk, conversation, customer, inbound, outbound};

use super::*;

const E4_ZH: &str = "E4 是风压异常。\n\n## 排查步骤\n\n1. 关机\n\n## 可以这样说\n\n您好，E4 一般是**风压**或排烟不畅，请先关掉热水器，参看[安全](article:K-120)。\n\n## 客户会这样问\n\n- 打不着火\n";
const E4_EN: &str = "E4 is an air pressure fault.\n\n## What to say\n\nHello, E4 usually means that the exhaust cannot get out. Please switch the heater off.\n\n## How customers ask\n\n- will not light\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.article("K-118", "燃气热水器 E4 故障处理 打不着火", E4_ZH);
    desk.article("K-118", "Gas water heater E4 will not light", E4_EN);
    desk.article("K-115", "发票开具与重开", "发票。\n\n## 可以这样说\n\n您好，请把抬头和税号发给我。\n");
    desk.article("K-999", "没有话术的洗衣机漏水说明", "先断电。\n");
    desk
}

fn li() -> Customer {
    Customer { title: "女士".to_owned(), ..customer("c", "李桂芳") }
}

fn message(text: &str) -> ContactEvent {
    ContactEvent::Message(inbound("m", 10, text))
}

fn replies(items: &[Item]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Proposal(proposal) => proposal.change.as_reply(),
            _ => None,
        })
        .collect()
}

#[test]
fn the_words_of_the_article_are_proposed_with_their_source() {
    let _desk = desk();
    let mut hints = Hints::default();
    let opened = conversation("c1", li(), vec![]);
    assert_eq!(hints.observe(&testing::ctx(), "c1", ContactEvent::Opened(opened)), Ok(vec![]));
    let items = hints.observe(&testing::ctx(), "c1", message("热水器显示 E4，打不着火")).unwrap();
    let Some(Item::Proposal(proposal)) = items.last() else { panic!("{items:?}") };
    assert_eq!(
        proposal.change.as_reply(),
        Some("李女士，上午好！E4 一般是风压或排烟不畅，请先关掉热水器，参看安全。")
    );
    assert_eq!(proposal.sources[0].uri, "article:K-118");
    assert!((0.6..=0.95).contains(&proposal.confidence), "{}", proposal.confidence);
    assert!(proposal.because.contains("E4"), "{}", proposal.because);
}

#[test]
fn the_customers_language_decides() {
    let _desk = desk();
    let mut hints = Hints::default();
    let items =
        hints.observe(&testing::ctx(), "c1", message("My water heater shows E4 and will not light")).unwrap();
    let replies = replies(&items);
    assert_eq!(
        replies,
        ["Hello. E4 usually means that the exhaust cannot get out. Please switch the heater off."]
    );
}

#[test]
fn greetings_come_first_only_and_never_guess() {
    let table = [
        ("李桂芳", "女士", Language::Chinese, Some("李女士")),
        ("欧阳明月", "先生", Language::Chinese, Some("欧阳先生")),
        ("李桂芳", "", Language::Chinese, None),
        ("访客 7F2A", "女士", Language::Chinese, None),
        ("Anna Keller", "Ms", Language::English, Some("Ms Keller")),
        ("Anna Keller", "女士", Language::English, None),
        ("", "女士", Language::Chinese, None),
    ];
    for (name, title, language, address) in table {
        let person = Person::of(&Customer { title: title.to_owned(), ..customer("c", name) });
        assert_eq!(person.address(language).as_deref(), address, "{name} {title}");
    }
    let _desk = desk();
    let mut hints = Hints::default();
    let opened = conversation("c1", li(), vec![inbound("m1", 0, "在吗"), outbound("m2", 5, "在的")]);
    hints.observe(&testing::ctx(), "c1", ContactEvent::Opened(opened)).unwrap();
    let items = hints.observe(&testing::ctx(), "c1", message("热水器显示 E4")).unwrap();
    assert!(replies(&items)[0].starts_with("E4 一般"), "{items:?}");
}

#[test]
fn nothing_is_proposed_twice_and_stale_things_go() {
    let _desk = desk();
    let mut hints = Hints::default();
    let ctx = testing::ctx();
    assert_eq!(replies(&hints.observe(&ctx, "c1", message("热水器显示 E4 打不着火")).unwrap()).len(), 1);
    assert_eq!(hints.observe(&ctx, "c1", message("热水器 E4 打不着火，怎么办")), Ok(vec![]));
    let answered = ContactEvent::Message(outbound("m9", 20, "请先关机"));
    let cleared = hints.observe(&ctx, "c1", answered.clone()).unwrap();
    assert_eq!(cleared, [Item::Clear("reply".to_owned()), Item::Clear("article".to_owned())]);
    assert_eq!(hints.observe(&ctx, "c1", answered), Ok(vec![]));
    // Another conversation starts anew.
    assert_eq!(replies(&hints.observe(&ctx, "c2", message("热水器显示 E4 打不着火")).unwrap()).len(), 1);
}

#[test]
fn nothing_good_enough_means_nothing() {
    let _desk = desk();
    let mut hints = Hints::default();
    for text in ["你好", "今天天气真不错，适合出去走走", "What a lovely garden you have"] {
        let items = hints.observe(&testing::ctx(), "c1", message(text)).unwrap();
        assert!(replies(&items).is_empty(), "{text}: {items:?}");
    }
}

#[test]
fn an_article_without_words_becomes_a_step() {
    let _desk = desk();
    let mut hints = Hints::default();
    let items = hints.observe(&testing::ctx(), "c1", message("洗衣机漏水")).unwrap();
    let Some(Item::Proposal(proposal)) = items.last() else { panic!("{items:?}") };
    assert!(
        matches!(&proposal.change, Change::NextStep(text) if text.contains("洗衣机漏水")),
        "{proposal:?}"
    );
}

#[test]
fn an_open_question_is_answered_when_the_conversation_opens() {
    let _desk = desk();
    let mut hints = Hints::default();
    let opened = conversation(
        "c1",
        li(),
        vec![outbound("m1", 0, "您好"), inbound("m2", 5, "发票怎么重开，发票抬头错了")],
    );
    let items = hints.observe(&testing::ctx(), "c1", ContactEvent::Opened(opened)).unwrap();
    assert_eq!(replies(&items), ["请把抬头和税号发给我。"]);
}

#[test]
fn replies_can_be_asked_for() {
    let _desk = desk();
    let mut hints = Hints::default();
    let open = conversation("c1", li(), vec![inbound("m2", 5, "热水器 E4 打不着火")]);
    let mut generation = hints.start(&testing::ctx(), Task::Reply, &open, "", "").unwrap();
    let first = generation.next(&testing::ctx()).unwrap();
    assert!(matches!(&first, plugin_kit::assist::Delta::Text(text) if text.contains("E4 一般")), "{first:?}");
    assert!(hints.start(&testing::ctx(), Task::Summarise, &open, "", "").is_err());
}

#[test]
fn conversations_that_are_quiet_are_forgotten() {
    let _desk = desk();
    let mut hints = Hints::default();
    let mut ctx = testing::ctx();
    for number in 0..CONVERSATIONS_MAX + 10 {
        ctx.now_ms += 1000;
        hints.observe(&ctx, &format!("c{number}"), message("热水器 E4")).unwrap();
    }
    assert_eq!(hints.contacts.len(), CONVERSATIONS_MAX);
    assert!(!hints.contacts.contains_key("c0"));
}
