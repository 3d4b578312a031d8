//! Pages, searches and lookups.

use std::time::{Duration, Instant};

use model::{
    MessageId, ProposalId, TicketId,
    conversation::Delivery,
    customer::{Customer, Handle, HandleKind},
    event::{Payload, StreamId},
    field::FieldValue,
    proposal::{Change, Fate, Proposal, Settled},
    quality::{Finding, Severity},
    ticket::{Stage, Ticket},
};
use switchboard_store::Store;

use crate::write::{
    ACCOUNT, AGENT, at, commit, conversation, create, customer, message, opened, received, reply, say,
};

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn delivered(message: u128, delivery: Delivery, remote_id: Option<&str>) -> Payload {
    Payload::DeliveryChanged {
        message: MessageId::from_u128(message),
        delivery,
        remote_id: remote_id.map(str::to_owned),
        attempts: 1,
    }
}

#[test]
fn a_thread_is_paged_by_what_it_shows() {
    let (_folder, mut store) = open();
    say(&mut store, 1, [opened(1)]);
    for number in 0..10 {
        say(
            &mut store,
            1,
            [
                received(100 + number, &format!("第 {number} 条")),
                reply(200 + number, "好的"),
                delivered(200 + number, Delivery::Sending, None),
                delivered(200 + number, Delivery::Sent, Some("r")),
                Payload::Seen { up_to: 1 },
            ],
        );
    }
    let text = |page: &switchboard_store::ThreadPage| -> Vec<String> {
        page.events.iter().filter_map(|event| event.payload.message()).map(|m| m.text.clone()).collect()
    };
    let last = store.thread(conversation(1), None, 4).unwrap();
    assert_eq!(text(&last), ["第 8 条", "好的", "第 9 条", "好的"]);
    assert!(last.more_before);
    assert_eq!(last.deliveries[&MessageId::from_u128(209)].delivery, Delivery::Sent);
    assert_eq!(last.deliveries[&MessageId::from_u128(209)].remote_id.as_deref(), Some("r"));

    let mut before = Some(last.events[0].sequence);
    let mut seen = last.events.len();
    loop {
        let page = store.thread(conversation(1), before, 4).unwrap();
        assert!(page.events.is_sorted_by_key(|event| event.sequence));
        seen += page.events.len();
        before = page.events.first().map(|event| event.sequence).or(before);
        if !page.more_before {
            assert!(matches!(page.events[0].payload, Payload::ConversationOpened { .. }));
            break;
        }
    }
    assert_eq!(seen, 21);
    assert_eq!(store.thread(conversation(2), None, 4).unwrap(), switchboard_store::ThreadPage::default());
}

#[test]
fn a_page_says_what_became_of_its_entries() {
    let (_folder, mut store) = open();
    let proposal = Proposal {
        id: ProposalId::from_u128(1),
        key: "reply".to_owned(),
        plugin: "hints".into(),
        conversation: conversation(1),
        change: Change::Reply("请先关闭燃气阀。".to_owned()),
        confidence: 0.75,
        because: String::new(),
        sources: Vec::new(),
        at: at(0),
        expires: None,
    };
    let finding = Finding {
        id: model::FindingId::from_u128(1),
        plugin: "courtesy".into(),
        conversation: conversation(1),
        criterion: "greeting".to_owned(),
        title: "问候".to_owned(),
        severity: Severity::Hint,
        score: 0.0,
        because: "没有问候".to_owned(),
        advice: String::new(),
        evidence: Vec::new(),
        at: at(0),
    };
    say(
        &mut store,
        1,
        [
            opened(1),
            received(1, "错字"),
            received(2, "发错了"),
            Payload::MessageEdited { message: MessageId::from_u128(1), text: "改正".to_owned() },
            Payload::MessageRedacted { message: MessageId::from_u128(2) },
            Payload::MessageEdited { message: MessageId::from_u128(2), text: "又来".to_owned() },
            Payload::ProposalMade(proposal.clone()),
        ],
    );
    assert_eq!(store.open_proposals(conversation(1)).unwrap(), std::slice::from_ref(&proposal));
    assert_eq!(store.directory().unwrap().proposals[&conversation(1)].len(), 1);
    let settled = Settled { fate: Fate::Edited, agent: Some(AGENT) };
    say(
        &mut store,
        1,
        [
            Payload::ProposalSettled { proposal: proposal.id, plugin: "hints".into(), settled },
            Payload::FindingRaised(finding.clone()),
            Payload::FindingAnswered { finding: finding.id, disputed: true, words: "已问候".to_owned() },
        ],
    );
    let page = store.thread(conversation(1), None, 100).unwrap();
    assert_eq!(page.edits[&MessageId::from_u128(1)].as_deref(), Some("改正"));
    assert_eq!(page.edits[&MessageId::from_u128(2)], None);
    assert_eq!(page.proposals[&proposal.id], proposal);
    assert!(page.answers[&finding.id]);
    assert!(store.open_proposals(conversation(1)).unwrap().is_empty());
    let (plugin, counts) = store.proposal_counts().unwrap().remove(0);
    assert_eq!((plugin.as_str(), counts.made, counts.edited, counts.accepted), ("hints", 1, 1, 0));
    let found = store.findings(conversation(1)).unwrap().remove(0);
    assert_eq!((found.finding, found.answer), (finding, Some((true, "已问候".to_owned()))));
    assert_eq!(store.conversation_of(MessageId::from_u128(2)).unwrap(), Some(conversation(1)));
}

#[test]
fn a_page_of_a_long_thread_is_quick() {
    let (_folder, mut store) = open();
    say(&mut store, 1, [opened(1)]);
    for batch in 0..10_u128 {
        say(
            &mut store,
            1,
            (0..1000).map(|n| received(1 + batch * 1000 + n, "热水器一打开就报 E4，怎么办？")),
        );
    }
    let middle = Some(5000);
    let quickest = (0..20)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(store.thread(conversation(1), middle, 200).unwrap().events.len(), 200);
            start.elapsed()
        })
        .min()
        .unwrap();
    assert!(quickest < Duration::from_millis(5), "{quickest:?}");
}

#[test]
fn words_find_conversations_in_chinese_and_english() {
    let (_folder, mut store) = open();
    for (number, text) in [
        (1, "燃气热水器显示E4，打不着火"),
        (2, "The water heater shows error e4"),
        (3, "洗衣机漏水，水很多"),
        (4, "张伟的热水壶"),
    ] {
        say(&mut store, number, [opened(number), received(number, text)]);
    }
    say(
        &mut store,
        4,
        [Payload::NoteAdded(message(50, model::conversation::Author::Agent(AGENT), "已转热水器组"))],
    );
    let mut find = |words: &str| -> Vec<u128> {
        let found = store.search_conversations(words, 10).unwrap();
        found.iter().map(|found| found.id.uuid().as_u128() - 0xc000).collect()
    };
    for (words, expected) in [
        ("热水器", vec![4, 1]),
        ("热水", vec![4, 1]),
        ("水", vec![4, 3, 1]),
        ("火", vec![1]),
        ("E4", vec![2, 1]),
        ("e4 热水器", vec![1]),
        ("heat err", vec![2]),
        ("器热", vec![]),
        ("\"; DROP TABLE journal; --", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(find(words), expected, "{words}");
    }

    let edit =
        Payload::MessageEdited { message: MessageId::from_u128(3), text: "冰箱不制冷".to_owned() };
    say(&mut store, 3, [edit, received(60, "谢谢")]);
    say(&mut store, 1, [Payload::MessageRedacted { message: MessageId::from_u128(1) }]);
    let mut find = |words: &str| store.search_conversations(words, 10).unwrap().len();
    assert_eq!((find("洗衣机"), find("制冷"), find("打不着火")), (0, 1, 0));
    assert!(store.verify().unwrap().holds());
}

#[test]
fn fragments_find_customers() {
    let (_folder, mut store) = open();
    for (number, name, kind, value) in [
        (1, "张伟", HandleKind::Phone, "+86 138-1234-6027"),
        (2, "王小伟", HandleKind::Mail, "Xiaowei@example.com"),
        (3, "Anna Berg", HandleKind::Web, "v-6027"),
        (4, "伟大客户", HandleKind::User, "U-9"),
    ] {
        let mut who = Customer::named(customer(number), name, at(0));
        who.handles.push(Handle { kind, value: value.to_owned() });
        create(&mut store, who);
    }
    for (fragment, expected) in [
        ("张伟", vec![1]),
        ("伟", vec![4, 2, 1]),
        ("138 1234", vec![1]),
        ("6027", vec![3, 1]),
        ("XIAOWEI@", vec![2]),
        ("berg", vec![3]),
        ("%", vec![]),
        (" ", vec![]),
    ] {
        let found = store.find_customers(fragment, 10).unwrap();
        let found: Vec<u128> = found.iter().map(|found| found.id.uuid().as_u128() - 0xd000).collect();
        assert_eq!(found, expected, "{fragment}");
    }
    let by = |kind, value: &str| store.customer_by_handle(&Handle { kind, value: value.to_owned() }).unwrap();
    assert_eq!(by(HandleKind::Phone, "+8613812346027"), Some(customer(1)));
    assert_eq!(by(HandleKind::Mail, "xiaowei@EXAMPLE.com"), Some(customer(2)));
    assert_eq!(by(HandleKind::Mail, "+8613812346027"), None);
}

fn ticket(number: u128, name: &str, title: &str) -> Ticket {
    Ticket {
        id: TicketId::from_u128(number),
        number: name.to_owned(),
        plugin: "repair-form".into(),
        kind: "repair".to_owned(),
        title: title.to_owned(),
        customer: customer(1),
        conversation: None,
        opened_by: AGENT,
        values: [(
            "address".to_owned(),
            FieldValue { text: "杭州市西湖区".to_owned(), ..FieldValue::default() },
        )]
        .into(),
        stage: Stage::Open,
        sequence: 0,
        opened: at(0),
        changed: at(number as i64),
        comments: Vec::new(),
    }
}

#[test]
fn tickets_are_numbered_paged_and_found() {
    let (_folder, mut store) = open();
    assert_eq!(store.take_ticket_number(20_000).unwrap(), 20_000);
    assert_eq!(store.take_ticket_number(20_000).unwrap(), 20_001);
    for (number, name, title) in
        [(1, "R-20931", "热水器 E4"), (2, "R-20002", "洗衣机漏水"), (3, "R-20003", "空调不制冷")]
    {
        let stream = StreamId::Ticket(TicketId::from_u128(number));
        store.append(commit(number, &stream, [Payload::TicketOpened(ticket(number, name, title))])).unwrap();
    }
    assert_eq!(store.take_ticket_number(20_000).unwrap(), 20_932);
    let titles = |(page, count): (Vec<Ticket>, usize)| -> (Vec<String>, usize) {
        (page.into_iter().map(|ticket| ticket.title).collect(), count)
    };
    for (filter, offset, limit, expected, count) in [
        ("", 0, 2, vec!["空调不制冷", "洗衣机漏水"], 3),
        ("", 2, 2, vec!["热水器 E4"], 3),
        ("r-20931", 0, 9, vec!["热水器 E4"], 1),
        ("西湖 e4", 0, 9, vec!["热水器 E4"], 1),
        ("冰箱", 0, 9, vec![], 0),
    ] {
        let found = titles(store.tickets(filter, offset, limit).unwrap());
        assert_eq!(found, (expected.into_iter().map(str::to_owned).collect(), count), "{filter}");
    }
    let moved = commit(9, &StreamId::Ticket(TicketId::from_u128(1)), [Payload::TicketMoved(Stage::Done)]);
    store.append(moved).unwrap();
    assert_eq!(store.ticket(TicketId::from_u128(1)).unwrap().unwrap().stage, Stage::Done);
    assert_eq!(store.tickets("", 0, 1).unwrap().0[0].number, "R-20931");
    assert_eq!(store.tickets_of(customer(1), 10).unwrap().len(), 3);
    assert_eq!(store.tickets_of(customer(2), 10).unwrap(), []);
}

#[test]
fn the_outbox_holds_what_is_not_through() {
    let (_folder, mut store) = open();
    say(&mut store, 1, [opened(1), reply(1, "一"), reply(2, "二"), reply(3, "三"), reply(4, "四")]);
    say(
        &mut store,
        1,
        [
            delivered(1, Delivery::Sent, Some("p-1")),
            delivered(2, Delivery::RetryAt(at(5000)), None),
            delivered(3, Delivery::Failed("blocked".to_owned()), None),
        ],
    );
    let outbox = store.outbox().unwrap();
    let texts: Vec<_> = outbox.iter().map(|item| (item.message.text.as_str(), item.key.as_str())).collect();
    assert_eq!(texts, [("二", "key-2"), ("三", "key-3"), ("四", "key-4")]);
    assert_eq!(outbox[0].delivery, Delivery::RetryAt(at(5000)));
    assert_eq!((outbox[2].account, outbox[2].thread.as_str()), (ACCOUNT, "thread-1"));
    let through = store.outbox_item(MessageId::from_u128(1)).unwrap().unwrap();
    assert_eq!((through.delivery, through.attempts), (Delivery::Sent, 1));
    assert_eq!(store.outbox_item(MessageId::from_u128(9)).unwrap(), None);
}

#[test]
fn moments_lead_to_positions() {
    let (_folder, mut store) = open();
    assert_eq!(store.position_at(at(0)).unwrap(), 1);
    for number in 1..=5 {
        let stream = StreamId::Conversation(conversation(1));
        store.append(commit(number * 10, &stream, [Payload::TagAdded(number.to_string())])).unwrap();
    }
    for (ms, position) in [(0, 1), (10, 1), (11, 2), (30, 3), (50, 5), (51, 6)] {
        assert_eq!(store.position_at(at(ms)).unwrap(), position, "{ms}");
    }
    let tail = store.since(3, 10).unwrap();
    assert_eq!(tail.iter().map(|event| event.position).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(tail[0].at, at(40));
}
