//! The plugin as the desk calls it, against the kit's pretended desk.

use plugin_kit::{
    channel::{
        Channel, Ingress, Item, Outcome, Outgoing, OutgoingSignal, ReceiptState, SentState, WebEvent,
        WebReply,
    },
    testing::{self, Desk},
    types::{BlobRef, Pair, Party},
};
use serde_json::{Value, json};

use super::*;

struct Setup {
    desk: Desk,
    chat: WebChat,
    now_ms: u64,
}

struct Who {
    visitor: String,
    credential: String,
}

impl Setup {
    fn new() -> Self {
        let desk = Desk::new();
        desk.secret("visitor");
        Self { desk, chat: WebChat::default(), now_ms: testing::NOW_MS }
    }

    fn ctx(&self) -> Ctx {
        Ctx { account: "acc-1".to_owned(), now_ms: self.now_ms, ..testing::ctx() }
    }

    fn ask(
        &mut self,
        method: &str,
        target: &str,
        credential: Option<&str>,
        body: &[u8],
    ) -> (Vec<Item>, WebReply) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| Pair::new(name, value));
        let event = WebEvent {
            path: path.to_owned(),
            method: method.to_owned(),
            query: query.collect(),
            headers: credential
                .map(|it| Pair::new("authorization", format!("Bearer {it}")))
                .into_iter()
                .collect(),
            body: body.to_vec(),
            client: "127.0.0.1".to_owned(),
        };
        let ctx = self.ctx();
        let batch = self.chat.ingest(&ctx, Ingress::Webhook(event)).unwrap();
        (batch.items, batch.reply.unwrap())
    }

    fn post(&mut self, path: &str, who: &Who, body: &Value) -> (Vec<Item>, WebReply) {
        self.ask("POST", path, Some(&who.credential), body.to_string().as_bytes())
    }

    fn visitor(&mut self) -> Who {
        let (items, reply) = self.ask("POST", "hello", None, b"{\"language\":\"zh-CN\"}");
        assert!(items.is_empty());
        let welcome = read(&reply);
        let visitor = welcome["visitor"].as_str().unwrap().to_owned();
        let credential = format!("{visitor}.{}", welcome["token"].as_str().unwrap());
        Who { visitor, credential }
    }

    fn write(&mut self, who: &Who, id: &str, text: &str) -> (Vec<Item>, WebReply) {
        self.post("messages", who, &json!({ "id": id, "text": text }))
    }

    fn send(&mut self, who: &Who, key: &str, text: &str) -> Outcome {
        let ctx = self.ctx();
        self.chat.send(&ctx, outgoing(&who.visitor, key, text))
    }

    fn log(&mut self, who: &Who, after: u64) -> Value {
        let (_, reply) = self.ask("GET", &format!("messages?after={after}"), Some(&who.credential), b"");
        read(&reply)
    }
}

fn outgoing(thread: &str, key: &str, text: &str) -> Outgoing {
    Outgoing {
        key: key.to_owned(),
        thread: thread.to_owned(),
        recipients: vec![],
        sender: Party::new("agent-1", "王敏"),
        subject: None,
        text: text.to_owned(),
        html: None,
        files: vec![],
        in_reply_to: None,
        template: None,
    }
}

fn read(reply: &WebReply) -> Value {
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

fn seqs(log: &Value) -> Vec<u64> {
    log["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect()
}

#[test]
fn a_message_reaches_the_desk_once() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    let (items, reply) = setup.write(&who, "client-id-1", "热水器显示 E4");
    let [Item::Message(message)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(message.remote_id, format!("{}:client-id-1", who.visitor));
    assert_eq!(message.thread, who.visitor);
    assert_eq!(message.text, "热水器显示 E4");
    assert_eq!(message.sender.name, format!("访客 {}", who.visitor[1..5].to_uppercase()));
    assert_eq!(read(&reply)["seq"], 1);

    setup.now_ms += 5000;
    let (again, reply) = setup.write(&who, "client-id-1", "热水器显示 E4");
    assert_eq!(again, items, "the same item, so that the desk knows it again");
    assert_eq!(read(&reply)["seq"], 1);
    assert_eq!(seqs(&setup.log(&who, 0)), [1]);
}

#[test]
fn an_answer_is_sent_once_and_pushed() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    setup.write(&who, "client-id-1", "hi");
    let sent = setup.send(&who, "key-1", "您好");
    assert_eq!(sent, Outcome::Sent(format!("{}#2", who.visitor)));
    assert_eq!(setup.send(&who, "key-1", "您好"), sent);
    assert_eq!(seqs(&setup.log(&who, 0)), [1, 2]);
    let (topic, event) = setup.desk.pushed().last().unwrap().clone();
    assert_eq!(topic, who.visitor);
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(
        (&event["id"], &event["entry"]["text"], &event["entry"]["name"]),
        (&json!(2), &json!("您好"), &json!("王敏"))
    );
    let ctx = setup.ctx();
    assert_eq!(setup.chat.reconcile(&ctx, "key-1"), SentState::WasSent(format!("{}#2", who.visitor)));
    assert_eq!(setup.chat.reconcile(&ctx, "key-2"), SentState::NotSent);
}

#[test]
fn answers_to_nobody_are_rejected() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    for thread in ["", "x", "../../etc", &who.visitor] {
        let ctx = setup.ctx();
        let outcome = setup.chat.send(&ctx, outgoing(thread, "key-1", "hi"));
        assert!(matches!(outcome, Outcome::Rejected(_)), "{thread}: {outcome:?}");
    }
    setup.write(&who, "client-id-1", "hi");
    assert!(matches!(setup.send(&who, "key-1", &"长".repeat(4001)), Outcome::Rejected(_)));
    assert!(matches!(setup.send(&who, "key-2", &"长".repeat(4000)), Outcome::Sent(_)));
}

#[test]
fn a_crash_between_the_steps_of_an_append_heals() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    setup.write(&who, "client-id-1", "one");
    let prefix = format!("acc-1/{}/", who.visitor);
    // The place was noted, the entry not yet written; meanwhile the other instance took the place.
    plugin_kit::desk::kv::set_json(&format!("{prefix}k/client-id-2"), &2_u64, None).unwrap();
    setup.send(&who, "key-1", "answer");
    let (_, reply) = setup.write(&who, "client-id-2", "two");
    assert_eq!(read(&reply)["seq"], 3);
    // The entry was written, the end of the log not yet moved.
    plugin_kit::desk::kv::set_json(&format!("{prefix}head"), &1_u64, None).unwrap();
    let (_, reply) = setup.write(&who, "client-id-3", "three");
    assert_eq!(read(&reply)["seq"], 4);
    assert_eq!(seqs(&setup.log(&who, 1)), [2, 3, 4]);
}

#[test]
fn receipts_come_back_for_answers() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    setup.write(&who, "client-id-1", "hi");
    setup.send(&who, "key-1", "one");
    setup.send(&who, "key-2", "two");
    let told = |items: &[Item]| -> Vec<(String, ReceiptState)> {
        items
            .iter()
            .map(|item| match item {
                Item::Receipt(receipt) => {
                    (receipt.remote_id.rsplit_once('#').unwrap().1.to_owned(), receipt.state)
                }
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let pair = |seq: &str, state| (seq.to_owned(), state);
    let (items, _) = setup.post("receipts", &who, &json!({ "delivered": 3 }));
    assert_eq!(told(&items), [pair("2", ReceiptState::Delivered), pair("3", ReceiptState::Delivered)]);
    let (items, _) = setup.post("receipts", &who, &json!({ "delivered": 3, "read": 2 }));
    assert_eq!(told(&items), [pair("2", ReceiptState::Read)]);
    let (items, _) = setup.post("receipts", &who, &json!({ "delivered": 3, "read": 2 }));
    assert_eq!(told(&items).len(), 3, "told again, in case the desk went down before it kept them");
    // What a client claims beyond the log counts only up to its end.
    let (items, _) = setup.post("receipts", &who, &json!({ "read": u64::MAX }));
    assert_eq!(told(&items), [pair("3", ReceiptState::Read)]);
    let (_, reply) = setup.ask("POST", "hello", Some(&who.credential), b"{}");
    assert_eq!(super::tests::read(&reply)["read"], 3);
}

#[test]
fn the_agent_has_read_it() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    setup.write(&who, "client-id-1", "hi");
    let ctx = setup.ctx();
    let seen = OutgoingSignal::Seen(format!("{}:client-id-1", who.visitor));
    setup.chat.signal(&ctx, &who.visitor, seen.clone()).unwrap();
    assert_eq!(setup.desk.pushed().last().unwrap().1, r#"{"kind":"seen","seen":1}"#);
    let pushed = setup.desk.pushed().len();
    setup.chat.signal(&ctx, &who.visitor, seen).unwrap();
    assert_eq!(setup.desk.pushed().len(), pushed, "no news the second time");
    assert_eq!(setup.log(&who, 0)["seen"], 1);
}

#[test]
fn joining_and_closing_stand_in_the_log_once() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    let ctx = setup.ctx();
    setup.chat.signal(&ctx, &who.visitor, OutgoingSignal::Closed).unwrap();
    assert!(seqs(&setup.log(&who, 0)).is_empty(), "nobody wrote yet");
    setup.write(&who, "client-id-1", "hi");
    for _ in 0..2 {
        setup.chat.signal(&ctx, &who.visitor, OutgoingSignal::Joined(Party::new("a", "王敏"))).unwrap();
    }
    setup.chat.signal(&ctx, &who.visitor, OutgoingSignal::Closed).unwrap();
    let log = setup.log(&who, 0);
    let what: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["what"].clone()).collect();
    assert_eq!(what, [Value::Null, json!("joined"), json!("closed")]);
}

#[test]
fn hostile_requests_are_refused() {
    type Case<'a> = (&'a str, &'a str, Option<&'a str>, &'a [u8], u16);
    let mut setup = Setup::new();
    let (who, other) = (setup.visitor(), setup.visitor());
    setup.write(&other, "client-id-1", "secret");
    let forged = format!("{}.{}", other.visitor, who.credential.split_once('.').unwrap().1);
    let long = json!({ "id": "client-id-1", "text": "长".repeat(4001) }).to_string();
    let huge = vec![b' '; 65 * 1024];
    let own = Some(who.credential.as_str());
    let peek = format!("messages?visitor={}", other.visitor);
    let cases: Vec<Case<'_>> = vec![
        ("GET", "messages", None, b"", 401),
        ("GET", "messages", Some(&forged), b"", 401),
        ("GET", "messages", Some("x"), b"", 401),
        ("POST", "messages", Some(&forged), b"{}", 401),
        ("SUBSCRIBE", "events", Some(&forged), b"", 401),
        ("SUBSCRIBE", "events", None, b"", 401),
        ("UPLOAD", "file", Some(&forged), b"{}", 401),
        ("POST", "hello", Some(&forged), b"{}", 401),
        ("GET", &peek, own, b"", 403),
        ("GET", "files/blob-0", own, b"", 404),
        ("GET", "files/../x", own, b"", 404),
        ("GET", "nothing", own, b"", 404),
        ("DELETE", "messages", own, b"", 405),
        ("POST", "messages", own, b"", 400),
        ("POST", "messages", own, b"\xff\xfe{}", 400),
        ("POST", "messages", own, b"{\"id\":\"client-id-9\",\"text\":\"\xc3\x28\"}", 400),
        ("POST", "messages", own, b"{\"id\":\"short\",\"text\":\"x\"}", 400),
        ("POST", "messages", own, b"{\"id\":\"../../../../x\",\"text\":\"x\"}", 400),
        ("POST", "messages", own, b"{\"id\":\"client-id-9\",\"text\":\"  \"}", 400),
        ("POST", "messages", own, b"{\"id\":\"client-id-9\",\"text\":\"x\",\"files\":[\"blob-7\"]}", 400),
        ("POST", "messages", own, long.as_bytes(), 413),
        ("POST", "messages", own, &huge, 413),
        ("GET", "messages?after=-1", own, b"", 400),
        ("POST", "typing", own, b"[]", 400),
        ("POST", "receipts", own, b"{\"read\":-1}", 400),
        ("UPLOAD", "file", own, b"{\"bytes\":99999999999}", 413),
    ];
    for (method, target, credential, body, status) in cases {
        let (items, reply) = setup.ask(method, target, credential, body);
        assert_eq!(reply.status, status, "{method} {target}");
        assert!(items.is_empty(), "{method} {target}");
    }
    let big: (Vec<Item>, WebReply) = setup.ask("GET", "messages?after=18446744073709551615", own, b"");
    assert!(seqs(&read(&big.1)).is_empty());
}

#[test]
fn odd_texts_are_kept_as_they_are() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    for (index, text) in
        ["\u{202e}evil", "<script>alert(1)</script>", "a\u{0}b", "👩‍👩‍👧", "\u{feff}x"].iter().enumerate()
    {
        let (items, _) = setup.write(&who, &format!("client-id-{index}"), text);
        let [Item::Message(message)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(message.text, *text);
    }
}

#[test]
fn a_flood_is_slowed_and_its_neighbour_is_not() {
    let mut setup = Setup::new();
    let (who, other) = (setup.visitor(), setup.visitor());
    let statuses: Vec<u16> =
        (0..100).map(|index| setup.write(&who, &format!("client-id-{index}"), "x").1.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 30);
    assert!(statuses[30..].iter().all(|status| *status == 429));
    assert_eq!(setup.write(&other, "client-id-0", "x").1.status, 200);
    setup.now_ms += 1000;
    assert_eq!(setup.write(&who, "client-id-99", "x").1.status, 200);
}

#[test]
fn a_long_log_is_resumed_in_parts_and_forgets_its_beginning() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    setup.write(&who, "client-id-0", "x");
    for index in 0..320 {
        setup.send(&who, &format!("key-{index}"), "y");
    }
    let log = setup.log(&who, 30);
    assert_eq!((log["head"].as_u64(), log["first"].as_u64()), (Some(321), Some(22)));
    assert_eq!(seqs(&log), (31..=130).collect::<Vec<_>>());
    assert_eq!(seqs(&setup.log(&who, 5)).first(), Some(&22), "what is forgotten is skipped");
    assert_eq!(seqs(&setup.log(&who, 0)), (222..=321).collect::<Vec<_>>(), "newest part first");
    assert!(seqs(&setup.log(&who, 321)).is_empty());
}

#[test]
fn files_belong_to_their_visitor() {
    let mut setup = Setup::new();
    let (who, other) = (setup.visitor(), setup.visitor());
    let question = br#"{"mime":"image/png","name":"a.png","bytes":10}"#;
    assert_eq!(setup.ask("UPLOAD", "file", Some(&who.credential), question).1.status, 204);
    let stored = br#"{"id":"f-1","mime":"image/png","name":"a.png","bytes":10}"#;
    assert_eq!(setup.ask("UPLOADED", "file", Some(&who.credential), stored).1.status, 200);
    let (items, _) = setup.post("messages", &who, &json!({ "id": "client-id-1", "files": ["f-1"] }));
    let [Item::Message(message)] = items.as_slice() else { panic!("{items:?}") };
    let file =
        BlobRef { id: "f-1".to_owned(), mime: "image/png".to_owned(), name: "a.png".to_owned(), bytes: 10 };
    assert_eq!(message.files, std::slice::from_ref(&file));
    let (_, reply) = setup.ask("GET", "files/f-1", Some(&who.credential), b"");
    assert!(reply.headers.contains(&Pair::new("x-switchboard-blob", "f-1")));
    assert_eq!(setup.ask("GET", "files/f-1", Some(&other.credential), b"").1.status, 404);
    let (_, reply) = setup.post("messages", &other, &json!({ "id": "client-id-1", "files": ["f-1"] }));
    assert_eq!(reply.status, 400);

    setup.write(&other, "client-id-2", "x");
    let ctx = setup.ctx();
    let answer = Outgoing {
        files: vec![BlobRef { id: "f-2".to_owned(), ..file }],
        ..outgoing(&other.visitor, "k", "")
    };
    assert!(matches!(setup.chat.send(&ctx, answer), Outcome::Sent(_)));
    assert_eq!(setup.ask("GET", "files/f-2", Some(&other.credential), b"").1.status, 200);
    assert_eq!(setup.ask("GET", "files/f-2", Some(&who.credential), b"").1.status, 404);
}

#[test]
fn typing_and_facts_reach_the_desk() {
    let mut setup = Setup::new();
    let who = setup.visitor();
    let page = json!({ "title": "热水器", "address": "https://shop.example/heater" });
    let message = json!({ "id": "client-id-1", "text": "hi", "language": "zh-CN", "page": page });
    let (items, _) = setup.post("messages", &who, &message);
    let [Item::Message(_), Item::Facts(facts)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(facts.facts[0], Pair::new("正在浏览", "热水器"));
    let (items, reply) = setup.post("typing", &who, &json!({ "active": true }));
    assert_eq!(reply.status, 204);
    assert!(
        matches!(items.as_slice(), [Item::Typing(typing)] if typing.active && typing.thread == who.visitor)
    );
    let body = json!({ "language": "en", "page": page }).to_string();
    let (items, _) = setup.ask("POST", "hello", Some(&who.credential), body.as_bytes());
    assert!(matches!(items.as_slice(), [Item::Facts(_)]));
}

#[test]
fn without_its_key_it_says_so() {
    let _empty = Desk::new();
    let mut chat = WebChat::default();
    let event = WebEvent {
        path: "hello".to_owned(),
        method: "POST".to_owned(),
        query: vec![],
        headers: vec![],
        body: b"{}".to_vec(),
        client: "127.0.0.1".to_owned(),
    };
    let batch = chat.ingest(&testing::ctx(), Ingress::Webhook(event)).unwrap();
    assert_eq!(batch.reply.unwrap().status, 503);
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
}
