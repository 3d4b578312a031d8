//! What the plugin says that nobody should believe.

use plugin_kit::{
    channel::{Batch, Direction, Incoming, Item as ChannelItem, Receipt, ReceiptState, WebReply},
    forms::{Field, Widget},
    lookup::{Card, Tone},
    panel::{self, Effect, Kind, Node, View},
    prelude::*,
    quality::Criterion,
};

const MIB: usize = 1024 * 1024;

/// Cards for a query that asks for bad ones.
pub fn cards(query: &str) -> Option<Vec<Card>> {
    let card = || Card::new("card", "order", "title");
    Some(match query {
        "cards: many" => (0..5000).map(|number| Card::new(number.to_string(), "order", "title")).collect(),
        "cards: long title" => vec![Card::new("card", "order", "x".repeat(MIB))],
        "cards: script" => vec![Card { link: Some("javascript:alert(1)".to_owned()), ..card() }],
        "cards: credentials" => {
            vec![Card { link: Some("https://bank.example@evil.example/".to_owned()), ..card() }]
        }
        "cards: reversed" => {
            let title = "\u{202e}".repeat(100) + "fdp.exe";
            vec![card().fact("file", title, Tone::Good)]
        }
        "cards: control" => vec![card().fact("line\u{1b}[2J\u{0}", "value", Tone::Good)],
        _ => return None,
    })
}

/// A batch of a channel that lies.
pub fn batch(order: &str) -> Option<Batch> {
    let message = || Incoming::text("1", "thread", 1, Party::new("1", "name"), "text");
    Some(match order {
        "batch: note" => Batch::of([Incoming { dir: Direction::Note, ..message() }.into()]),
        "batch: many" => Batch::of((0..5000).map(|_| ChannelItem::Message(message()))),
        "batch: no id" => Batch::of([Incoming { remote_id: String::new(), ..message() }.into()]),
        "batch: no thread" => Batch::of([Receipt {
            remote_id: "1".to_owned(),
            thread: String::new(),
            state: ReceiptState::Read,
            at_ms: 1,
            reason: String::new(),
        }
        .into()]),
        "batch: long text" => Batch::of([Incoming { text: "x".repeat(2 * MIB), ..message() }.into()]),
        "batch: status" => Batch::reply(WebReply::status(42)),
        "batch: split reply" => Batch::reply(WebReply::status(200).header("x-a", "1\r\nset-cookie: b=2")),
        _ => return None,
    })
}

/// Advice that asks for more than an agent should see.
pub fn advice(order: &str, conversation: &str) -> Option<Vec<Item>> {
    let proposal = |id: String| Proposal::reply(id, conversation, "reply");
    Some(match order {
        "advice: sure" => vec![Proposal { confidence: 7.0, ..proposal("1".to_owned()) }.into()],
        "advice: not a number" => vec![Proposal { confidence: f32::NAN, ..proposal("1".to_owned()) }.into()],
        "advice: many" => (0..500).map(|id| proposal(id.to_string()).into()).collect(),
        "advice: no id" => vec![Item::Clear(String::new())],
        _ => return None,
    })
}

/// Criteria that do not weigh what they say.
pub fn rubric(order: &str) -> Option<Vec<Criterion>> {
    let criterion =
        |weight| Criterion { id: "1".to_owned(), title: "title".to_owned(), help: String::new(), weight };
    Some(match order {
        "rubric: infinite" => vec![criterion(f32::INFINITY)],
        "rubric: negative" => vec![criterion(-1.0)],
        _ => return None,
    })
}

/// Fields that stand on each other's feet.
pub fn fields(order: &str) -> Option<Vec<Field>> {
    let field = |id: &str| Field::new(id, "label", Widget::Line);
    Some(match order {
        "fields: twice" => vec![field("1"), field("1")],
        "fields: many" => (0..5000).map(|id| field(&id.to_string())).collect(),
        _ => return None,
    })
}

/// Panels that are no trees, or that act without a click.
pub fn effects(order: &str) -> Option<Vec<Effect>> {
    let column =
        |children: Vec<u32>| Node { id: String::new(), kind: Kind::Column, children, a11y: String::new() };
    let replace = |nodes: Vec<Node>| vec![Effect::Replace(View { rev: 1, root: 0, nodes })];
    Some(match order {
        "panel: cycle" => replace(vec![column(vec![1]), column(vec![0])]),
        "panel: shared child" => replace(vec![column(vec![1, 1]), column(vec![])]),
        "panel: outside" => replace(vec![column(vec![7])]),
        "panel: deep" => {
            replace((1..=500).map(|next| column(if next == 500 { vec![] } else { vec![next] })).collect())
        }
        "panel: wide" => {
            let mut nodes = vec![column((1..=5000).collect())];
            nodes.extend((1..=5000).map(|_| column(vec![])));
            replace(nodes)
        }
        "panel: heavy" => {
            let text = |_| panel::text("x".repeat(15_000));
            vec![panel::replace(panel::column((0..40).map(text)), 1)]
        }
        "panel: not a number" => {
            let bar = Node { kind: Kind::Progress(f32::NAN), ..column(vec![]) };
            replace(vec![column(vec![1]), bar])
        }
        "panel: script link" => {
            vec![panel::replace(panel::column([panel::link("l", "open", "file:///etc/passwd")]), 1)]
        }
        "panel: draft" => vec![Effect::DraftText("I quit".to_owned())],
        "panel: open" => vec![Effect::OpenUrl("https://evil.example/".to_owned())],
        "panel: copy" => vec![Effect::Copy("rm -rf /".to_owned())],
        _ => return None,
    })
}
