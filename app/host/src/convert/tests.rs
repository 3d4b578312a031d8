//! What guests may not say.

use std::collections::BTreeMap;

use model::{
    MessageId, Timestamp,
    customer::{Customer, Handle, HandleKind},
    limits::{MESSAGE_TEXT_MAX_BYTES, PANEL_DEPTH_MAX, PANEL_NODES_MAX},
    panel::PanelEvent,
};

use super::{Sight, advice, batch, customer, effects, scorecard};
use crate::{
    bindings::{
        exports::switchboard::plugin::{channel, panel, quality},
        switchboard::plugin::{advice as wit_advice, types as wit},
    },
    contract::{Advice, Item, PanelEffect},
};

const CONVERSATION: &str = "00000000-0000-0000-0000-000000000007";

fn proposal(confidence: f32, conversation: &str) -> wit_advice::Item {
    wit_advice::Item::Proposal(wit_advice::Proposal {
        id: "p1".to_owned(),
        conversation: conversation.to_owned(),
        change: wit_advice::Change::Reply("好的".to_owned()),
        confidence,
        because: "the article says so".to_owned(),
        sources: Vec::new(),
        expires_ms: None,
    })
}

#[test]
fn confidence_is_a_number_from_0_to_1_and_a_conversation_is_an_id() {
    for (confidence, conversation, holds) in [
        (0.0, CONVERSATION, true),
        (1.0, CONVERSATION, true),
        (f32::NAN, CONVERSATION, false),
        (f32::INFINITY, CONVERSATION, false),
        (1.01, CONVERSATION, false),
        (-0.01, CONVERSATION, false),
        (0.5, "the one that is open", false),
    ] {
        let result = advice(vec![proposal(confidence, conversation)]);
        assert_eq!(result.is_ok(), holds, "{confidence} for {conversation}: {result:?}");
    }
}

#[test]
fn a_list_that_is_too_long_is_an_error_and_never_cut() {
    let items = |count: usize| (0..count).map(|_| wit_advice::Item::Clear("p".to_owned())).collect();
    assert_eq!(advice(items(32)).map(|items: Vec<Advice>| items.len()), Ok(32));
    assert!(advice(items(33)).is_err());
}

fn incoming(text: String) -> channel::Incoming {
    channel::Incoming {
        remote_id: "r1".to_owned(),
        thread: "t1".to_owned(),
        subject: None,
        at_ms: 1_764_000_000_000,
        dir: wit::Direction::Inbound,
        sender: wit::Party {
            id: "v1".to_owned(),
            name: "王".to_owned(),
            handle: String::new(),
            avatar: None,
        },
        text,
        html: None,
        files: Vec::new(),
        in_reply_to: None,
    }
}

fn one(message: channel::Incoming) -> channel::Batch {
    channel::Batch {
        items: vec![channel::Item::Message(message)],
        cursor: None,
        poll_again_ms: None,
        reply: None,
    }
}

#[test]
fn messages_need_ids_times_and_files_that_the_desk_keeps() {
    let plain = || incoming("你好".to_owned());
    let file =
        |id: &str| wit::BlobRef { id: id.to_owned(), mime: String::new(), name: String::new(), bytes: 1 };
    let hash = "a".repeat(64);
    for (name, message, holds) in [
        ("plain", plain(), true),
        ("no remote id", channel::Incoming { remote_id: String::new(), ..plain() }, false),
        ("no thread", channel::Incoming { thread: String::new(), ..plain() }, false),
        ("a note", channel::Incoming { dir: wit::Direction::Note, ..plain() }, false),
        ("no such time", channel::Incoming { at_ms: u64::MAX, ..plain() }, false),
        ("as long as may be", incoming("x".repeat(MESSAGE_TEXT_MAX_BYTES)), true),
        ("longer", incoming("x".repeat(MESSAGE_TEXT_MAX_BYTES + 1)), false),
        ("a kept file", channel::Incoming { files: vec![file(&hash)], ..plain() }, true),
        ("a path", channel::Incoming { files: vec![file("../../etc/passwd")], ..plain() }, false),
    ] {
        let result = batch(one(message));
        assert_eq!(result.is_ok(), holds, "{name}: {result:?}");
    }
}

#[test]
fn marks_of_direction_are_kept_but_few_and_control_characters_go() {
    let text = |given: String| {
        let Ok(batch) = batch(one(incoming(given))) else { panic!("not converted") };
        let [Item::Message(message)] = &batch.items[..] else { panic!("one message") };
        message.text.clone()
    };
    assert_eq!(text("שלום \u{202b}abc\u{202c}".to_owned()), "שלום \u{202b}abc\u{202c}");
    assert_eq!(text("a\0b\u{7}c\nd\te\r".to_owned()), "abc\nd\te");
    assert_eq!(text(format!("{}x", "\u{202e}".repeat(1000))), format!("{}x", "\u{202e}".repeat(64)));
}

#[test]
fn answers_to_web_requests_cannot_smuggle_headers() {
    let reply = |status, name: &str, value: &str| {
        let headers = vec![wit::Pair { name: name.to_owned(), value: value.to_owned() }];
        let reply = Some(channel::WebReply { status, headers, body: Vec::new(), topic: None });
        batch(channel::Batch { items: Vec::new(), cursor: None, poll_again_ms: None, reply })
    };
    let kept = |name, value| reply(200, name, value).map(|batch| batch.reply.map(|reply| reply.headers));
    assert_eq!(
        kept("Content-Type", "text/html"),
        Ok(Some(vec![("content-type".into(), "text/html".into())]))
    );
    assert_eq!(kept("Transfer-Encoding", "chunked"), Ok(Some(Vec::new())));
    assert!(kept("x-a", "1\r\nset-cookie: b").is_err());
    assert!(kept("x a", "1").is_err());
    assert!(reply(101, "x-a", "1").is_err());
    assert!(reply(600, "x-a", "1").is_err());
}

#[test]
fn evidence_lies_within_the_messages_that_were_given() {
    let known = MessageId::from_u128(5);
    let lengths = BTreeMap::from([(known, 10)]);
    let card = |message: MessageId, first, last| {
        let evidence = vec![quality::TextRange { message: message.to_string(), first, last }];
        let because = String::new();
        let mark = quality::Mark { criterion: "greeting".to_owned(), score: None, because, evidence };
        scorecard(quality::Scorecard { marks: vec![mark], findings: Vec::new() }, &lengths)
    };
    for (message, first, last, holds) in [
        (known, 0, 10, true),
        (known, 3, 3, true),
        (known, 0, 11, false),
        (known, 4, 3, false),
        (MessageId::from_u128(6), 0, 1, false),
    ] {
        assert_eq!(card(message, first, last).is_ok(), holds, "{message} {first}..{last}");
    }
}

fn node(kind: panel::Kind, children: Vec<u32>) -> panel::Node {
    panel::Node { id: String::new(), kind, children, a11y: String::new() }
}

fn shown(nodes: Vec<panel::Node>) -> Result<Vec<PanelEffect>, super::Invalid> {
    effects(vec![panel::Effect::Replace(panel::View { rev: 1, root: 0, nodes })], &PanelEvent::Opened)
}

#[test]
fn panels_are_trees_within_limits() {
    let column = |children: Vec<u32>| node(panel::Kind::Column, children);
    let chain = |depth: usize| {
        let link = |index: usize| column(if index + 1 < depth { vec![index as u32 + 1] } else { Vec::new() });
        (0..depth).map(link).collect::<Vec<_>>()
    };
    let wide = |count: usize| {
        let mut nodes = vec![column((1..count as u32).collect())];
        nodes.extend((1..count).map(|_| node(panel::Kind::Divider, Vec::new())));
        nodes
    };
    let text =
        |text: String| node(panel::Kind::Text(panel::Toned { text, tone: panel::Tone::Plain }), Vec::new());
    let link = |url: &str| {
        vec![node(panel::Kind::Link(panel::Link { label: "x".to_owned(), url: url.to_owned() }), Vec::new())]
    };
    let grid = |rows: Vec<Vec<String>>| {
        vec![node(panel::Kind::Grid(panel::Grid { columns: vec!["a".to_owned()], rows }), Vec::new())]
    };
    for (name, nodes, holds) in [
        ("a tree", vec![column(vec![1, 2]), text("a".to_owned()), text("b".to_owned())], true),
        ("nothing", Vec::new(), false),
        ("itself", vec![column(vec![0])], false),
        ("a cycle", vec![column(vec![1]), column(vec![0])], false),
        ("one child twice", vec![column(vec![1, 1]), text("a".to_owned())], false),
        ("no such child", vec![column(vec![7])], false),
        ("as deep as may be", chain(PANEL_DEPTH_MAX), true),
        ("deeper", chain(PANEL_DEPTH_MAX + 1), false),
        ("as many as may be", wide(PANEL_NODES_MAX), true),
        ("more", wide(PANEL_NODES_MAX + 1), false),
        ("too many bytes", (0..8).map(|_| text("x".repeat(9000))).collect(), false),
        ("a link", link("https://example.com/a"), true),
        ("a script", link("javascript:alert(1)"), false),
        ("a file", link("file:///etc/passwd"), false),
        ("a disguise", link("https://bank.example@evil.example/"), false),
        ("a ragged grid", grid(vec![vec!["1".to_owned(), "2".to_owned()]]), false),
        ("no number", vec![node(panel::Kind::Progress(f32::NAN), Vec::new())], false),
        ("no numbers", vec![node(panel::Kind::Spark(vec![1.0, f32::INFINITY]), Vec::new())], false),
    ] {
        let result = shown(nodes);
        assert_eq!(result.is_ok(), holds, "{name}: {result:?}");
    }
}

#[test]
fn effects_outside_a_panel_need_a_click() {
    let asked = |event| effects(vec![panel::Effect::DraftText("hello".to_owned())], &event).is_ok();
    assert!(asked(PanelEvent::Clicked("use".to_owned())));
    assert!(!asked(PanelEvent::Opened));
    assert!(!asked(PanelEvent::Tick));
}

#[test]
fn personal_data_is_masked_unless_granted() {
    let mut known = Customer::named(model::CustomerId::from_u128(1), "王丽", Timestamp::UNIX_EPOCH);
    known.address = "北京路 1 号".to_owned();
    known.handles.push(Handle { kind: HandleKind::Phone, value: "13812346027".to_owned() });
    let masked = customer(&known, Sight::Masked);
    assert_eq!((masked.handles[0].value.as_str(), masked.handles[0].masked), ("138****6027", true));
    assert_eq!(masked.address, "");
    let clear = customer(&known, Sight::Clear);
    assert_eq!((clear.handles[0].value.as_str(), clear.handles[0].masked), ("13812346027", false));
    assert_eq!(clear.address, "北京路 1 号");
}
