use plugin_kit::{
    panel::{Kind, Slot},
    testing::{self, Desk, conversation, customer, inbound, outbound},
};

use super::*;

fn heater() -> Conversation {
    conversation(
        "c1",
        customer("k", "李桂芳"),
        vec![
            inbound("m1", 0, "热水器一打开就显示 E4，火打不着，昨天晚上开始的。"),
            outbound("m2", 60, "您好李女士，E4 一般是风压或排烟不畅。请问机器装在哪里？"),
            inbound("m3", 90, "在阳台。能不能今天来修？"),
            outbound("m4", 120, "已为您安排师傅今天 14:00-16:00 上门，出发前会电话联系。"),
            inbound("m5", 150, "好的，谢谢"),
        ],
    )
}

fn place() -> Place {
    Place { slot: Slot::TicketSide, conversation: Some("c1".to_owned()), customer: None, ticket: None }
}

fn wrap_up(items: &[Item]) -> &WrapUp {
    match items {
        [Item::Proposal(Proposal { change: Change::WrapUp(wrap_up), .. })] => wrap_up,
        other => panic!("{other:?}"),
    }
}

#[test]
fn thanks_bring_a_proposal() {
    let desk = Desk::new();
    desk.conversation(heater());
    let mut plugin = WrapUps::default();
    let items = plugin
        .observe(&testing::ctx(), "c1", ContactEvent::Message(inbound("m5", 150, "好的，谢谢")))
        .unwrap();
    let wrap_up = wrap_up(&items);
    assert_eq!((wrap_up.reason.as_str(), wrap_up.outcome.as_str()), ("报修", "已安排上门"));
    assert!(
        wrap_up.summary.contains("显示 E4") && wrap_up.summary.contains("14:00-16:00"),
        "{}",
        wrap_up.summary
    );
    assert!(!wrap_up.summary.contains("谢谢"), "{}", wrap_up.summary);
    assert_eq!(wrap_up.follow_ups, ["已为您安排师傅今天 14:00-16:00 上门，出发前会电话联系。"]);
    assert_eq!(wrap_up.tags, ["repair"]);
    // Whoever goes on asking is not about to leave.
    let more = ContactEvent::Message(inbound("m6", 160, "对了，费用怎么算？"));
    assert_eq!(
        plugin.observe(&testing::ctx(), "c1", more.clone()),
        Ok(vec![Item::Clear("wrap-up".to_owned())])
    );
    assert_eq!(plugin.observe(&testing::ctx(), "c1", more), Ok(vec![]));
}

#[test]
fn closing_brings_a_proposal_even_without_thanks() {
    let desk = Desk::new();
    let mut contact = heater();
    contact.messages.truncate(3);
    desk.conversation(contact);
    let items = WrapUps::default().observe(&testing::ctx(), "c1", ContactEvent::Closing).unwrap();
    assert_eq!(wrap_up(&items).outcome, "需要跟进");
    desk.conversation(conversation("c2", customer("k", "x"), vec![outbound("m1", 0, "您好")]));
    assert_eq!(WrapUps::default().observe(&testing::ctx(), "c2", ContactEvent::Closing), Ok(vec![]));
}

#[test]
fn reasons_and_outcomes() {
    let table = [
        (
            "发票抬头开错了，能重开吗",
            "已为您登记重开，3 个工作日内发到邮箱",
            "谢谢",
            Reason::Invoice,
            Outcome::Solved,
        ),
        ("洗衣机漏水", "请您先断电，拍张照片发我", "好", Reason::Repair, Outcome::Waiting),
        ("空调清洗怎么收费", "我帮您转接预约专员", "好", Reason::Cleaning, Outcome::HandedOver),
        (
            "师傅迟到，什么服务！我要投诉",
            "非常抱歉，核实后 1 小时内给您回电",
            "快点",
            Reason::Complaint,
            Outcome::FollowUp,
        ),
        ("以旧换新补贴怎么算", "旧机满 8 年补贴 20%", "明白了，谢谢", Reason::TradeIn, Outcome::Solved),
        (
            "My order was the wrong item",
            "An engineer will visit tomorrow",
            "ok",
            Reason::Delivery,
            Outcome::Visit,
        ),
        ("你们几点下班", "晚上 10 点", "谢谢", Reason::Question, Outcome::Solved),
    ];
    for (asks, answers, last, reason, outcome) in table {
        let contact = conversation(
            "c",
            customer("k", "x"),
            vec![inbound("1", 0, asks), outbound("2", 9, answers), inbound("3", 19, last)],
        );
        assert_eq!(
            (judge::reason(&contact).0, judge::outcome(&contact, testing::ctx().now_ms).0),
            (reason, outcome),
            "{asks}"
        );
    }
    let contact = conversation("c", customer("k", "x"), vec![inbound("1", 0, "在吗")]);
    let asked_ms = contact.messages[0].at_ms;
    assert_eq!(judge::outcome(&contact, asked_ms + 9 * 60_000).0, Outcome::FollowUp);
    assert_eq!(judge::outcome(&contact, asked_ms + 11 * 60_000).0, Outcome::Gone);
}

#[test]
fn farewells() {
    for (text, farewell) in [
        ("好的，谢谢", true),
        ("Thanks, bye!", true),
        ("谢谢，那发票什么时候开？", false),
        ("没有了", true),
        ("好的", false),
        ("Thank you for the quick reply, but how do I switch it off?", false),
    ] {
        assert_eq!(judge::is_farewell(text), farewell, "{text}");
    }
}

#[test]
fn a_word_said_twice_is_shown_once() {
    let said = [
        inbound("1", 0, "今天约了安装"),
        inbound("2", 9, "安装师傅几点到"),
        inbound("3", 19, "预约的是上午"),
    ];
    let contact = conversation("c1", customer("k", "x"), said.to_vec());
    let desk = Desk::new();
    desk.conversation(contact.clone());
    let shown = format!("{:?}", view(&testing::ctx(), &contact, &Choices::default()));
    assert!(!shown.contains("安装、安装"), "{shown}");
    assert!(shown.contains("安装"), "{shown}");
}

#[test]
fn the_panel_keeps_the_agents_choices() {
    let desk = Desk::new();
    desk.conversation(heater());
    let ctx = testing::ctx();
    let mut plugin = WrapUps::default();
    let changed = Event::Changed(Pair::new("outcome", "solved"));
    plugin.handle(&ctx, &place(), 1, changed).unwrap();
    // Another instance, as after a restart.
    let mut plugin = WrapUps::default();
    let effects = plugin.handle(&ctx, &place(), 2, Event::Shown).unwrap();
    let [Effect::Replace(view)] = effects.as_slice() else { panic!("{effects:?}") };
    let chosen = view.nodes.iter().find_map(|node| match &node.kind {
        Kind::Selector(selector) if node.id == "outcome" => Some(selector.value.as_str()),
        _ => None,
    });
    assert_eq!(chosen, Some("solved"));
    let effects = plugin.handle(&ctx, &place(), 3, Event::Clicked("propose".to_owned())).unwrap();
    assert!(matches!(effects.as_slice(), [Effect::Replace(_), Effect::Notice(_)]), "{effects:?}");
    assert_eq!(wrap_up(&desk.proposals()).outcome, "已解决");
    plugin.handle(&ctx, &place(), 4, Event::Clicked("again".to_owned())).unwrap();
    assert_eq!(Choices::load("c1"), Ok(Choices::default()));
    assert_eq!(plugin.handle(&ctx, &place(), 5, Event::Clicked("nothing".to_owned())), Ok(vec![]));
}

#[test]
fn an_empty_conversation_has_nothing_to_wrap_up() {
    let desk = Desk::new();
    desk.conversation(conversation("c1", customer("k", "x"), vec![]));
    let effects = WrapUps::default()
        .handle(&testing::ctx(), &place(), 0, Event::Clicked("propose".to_owned()))
        .unwrap();
    assert!(effects.iter().any(|effect| *effect == notice("@nothing", Tone::Warn)), "{effects:?}");
    assert!(desk.proposals().is_empty());
}

#[test]
fn every_choice_has_its_text() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
    for key in REASONS.iter().map(|reason| reason.key()).chain(OUTCOMES.iter().map(|outcome| outcome.key())) {
        assert!(keys[0].1.contains(&key), "{key}");
    }
    for reason in REASONS {
        assert_eq!(Reason::named(reason.name()), Some(*reason));
    }
}
