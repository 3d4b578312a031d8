//! Answers of guests may be anything that the types allow: they are thrown away, or what reaches the desk holds to its
//! rules. Values of the types are read from bytes, so that the bytes can be changed.

#[path = "../../tests/fuzz/mutate.rs"]
mod mutate;

use model::{
    limits::{PANEL_DEPTH_MAX, PANEL_NODES_MAX},
    panel::{NodeKind, Panel, PanelEvent},
};

use super::{advice, batch, cards, effects, fields, inward::is_direction_mark, scorecard};
use crate::{
    bindings::{
        exports::switchboard::plugin::{channel, lookup, panel, quality},
        switchboard::plugin::{advice as wit_advice, forms as wit_forms, types as wit},
    },
    contract::{Advice, Item, PanelEffect},
};

/// Reads values from bytes; zeros and nothing where they end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn number(&mut self) -> f32 {
        f32::from_bits(self.word())
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Mostly short; one in sixteen far too long.
    fn text(&mut self) -> String {
        let length = self.byte();
        let repeat = if length & 0xf0 == 0xf0 { 4096 } else { 1 };
        let bytes: Vec<u8> = (0..length & 0x0f).map(|_| self.byte()).collect();
        String::from_utf8_lossy(&bytes).repeat(repeat)
    }

    fn list<T>(&mut self, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.byte();
        let count = if length > 250 { usize::from(length) * 8 } else { usize::from(length & 7) };
        (0..count).map(|_| value(self)).collect()
    }

    fn pair(&mut self) -> wit::Pair {
        wit::Pair { name: self.text(), value: self.text() }
    }

    fn party(&mut self) -> wit::Party {
        wit::Party { id: self.text(), name: self.text(), handle: self.text(), avatar: None }
    }

    fn moment(&mut self) -> u64 {
        u64::from(self.word()) << (self.byte() & 31)
    }
}

fn node(bytes: &mut Bytes<'_>) -> panel::Node {
    let tone = panel::Tone::Plain;
    let kind = match bytes.byte() % 12 {
        0 => panel::Kind::Row,
        1 => panel::Kind::Column,
        2 => panel::Kind::Section(bytes.text()),
        3 => panel::Kind::Text(panel::Toned { text: bytes.text(), tone }),
        4 => panel::Kind::Fact(panel::Fact { label: bytes.text(), value: bytes.text() }),
        5 => panel::Kind::Grid(panel::Grid {
            columns: bytes.list(Bytes::text),
            rows: bytes.list(|bytes| bytes.list(Bytes::text)),
        }),
        6 => panel::Kind::Button(panel::Toned { text: bytes.text(), tone }),
        7 => panel::Kind::Link(panel::Link { label: bytes.text(), url: bytes.text() }),
        8 => panel::Kind::Progress(bytes.number()),
        9 => panel::Kind::Spark(bytes.list(Bytes::number)),
        10 => panel::Kind::Toggle(panel::Toggle { label: bytes.text(), on: bytes.flag() }),
        _ => panel::Kind::Divider,
    };
    let children = bytes.list(|bytes| u32::from(bytes.byte() % 24));
    panel::Node { id: bytes.text(), kind, children, a11y: bytes.text() }
}

fn effect(bytes: &mut Bytes<'_>) -> panel::Effect {
    match bytes.byte() % 6 {
        0 => panel::Effect::Notice(panel::Toned { text: bytes.text(), tone: panel::Tone::Bad }),
        1 => panel::Effect::DraftText(bytes.text()),
        2 => panel::Effect::OpenUrl(bytes.text()),
        _ => panel::Effect::Replace(panel::View {
            rev: u64::from(bytes.word()),
            root: u32::from(bytes.byte() % 24),
            nodes: bytes.list(node),
        }),
    }
}

/// What the desk draws and shows can be drawn and shown.
fn assert_clean(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
    assert!(text.chars().filter(|c| is_direction_mark(*c)).count() <= 64, "{text:?}");
}

fn assert_tree(panel: &Panel) {
    assert!(panel.nodes.len() <= PANEL_NODES_MAX);
    let mut visited = vec![false; panel.nodes.len()];
    let mut waiting = vec![(panel.root, 1)];
    while let Some((index, depth)) = waiting.pop() {
        assert!(!std::mem::replace(&mut visited[index], true), "node {index} twice");
        assert!(depth <= PANEL_DEPTH_MAX);
        waiting.extend(panel.nodes[index].children.iter().map(|child| (*child, depth + 1)));
    }
    for node in &panel.nodes {
        assert_clean(&node.id);
        match &node.kind {
            NodeKind::Progress(done) => assert!((0.0..=1.0).contains(done)),
            NodeKind::Spark(values) => assert!(values.iter().all(|value| value.is_finite())),
            NodeKind::Link { url, .. } => assert!(url.starts_with("https:"), "{url}"),
            NodeKind::Text { text, .. } => assert_clean(text),
            _ => {}
        }
    }
}

#[test]
fn panels_are_thrown_away_or_drawable() {
    mutate::run("panel", vec![], |input| {
        let mut bytes = Bytes(input);
        let event = if bytes.flag() { PanelEvent::Clicked("a".to_owned()) } else { PanelEvent::Opened };
        let clicked = matches!(event, PanelEvent::Clicked(_));
        let Ok(kept) = effects(bytes.list(effect), &event) else { return };
        for effect in kept {
            match effect {
                PanelEffect::Replace(panel) => assert_tree(&panel),
                PanelEffect::Notice { text, .. } => assert_clean(&text),
                PanelEffect::DraftText(text) | PanelEffect::Copy(text) => {
                    assert!(clicked);
                    assert_clean(&text);
                }
                PanelEffect::OpenUrl(url) => assert!(clicked && url.starts_with("https:"), "{url}"),
            }
        }
    });
}

fn web_reply(bytes: &mut Bytes<'_>) -> channel::WebReply {
    channel::WebReply {
        status: bytes.word() as u16,
        headers: bytes.list(Bytes::pair),
        body: bytes.list(Bytes::byte),
        topic: bytes.flag().then(|| bytes.text()),
    }
}

fn channel_item(bytes: &mut Bytes<'_>) -> channel::Item {
    match bytes.byte() % 4 {
        0 => channel::Item::Receipt(channel::Receipt {
            remote_id: bytes.text(),
            thread: bytes.text(),
            state: channel::ReceiptState::Read,
            at_ms: bytes.moment(),
            reason: bytes.text(),
        }),
        1 => channel::Item::Facts(channel::Facts {
            thread: bytes.text(),
            who: bytes.party(),
            facts: bytes.list(Bytes::pair),
        }),
        _ => channel::Item::Message(channel::Incoming {
            remote_id: bytes.text(),
            thread: bytes.text(),
            subject: bytes.flag().then(|| bytes.text()),
            at_ms: bytes.moment(),
            dir: if bytes.flag() { wit::Direction::Inbound } else { wit::Direction::Note },
            sender: bytes.party(),
            text: bytes.text(),
            html: bytes.flag().then(|| bytes.text()),
            files: bytes.list(|bytes| wit::BlobRef {
                id: bytes.text(),
                mime: bytes.text(),
                name: bytes.text(),
                bytes: u64::from(bytes.word()),
            }),
            in_reply_to: bytes.flag().then(|| bytes.text()),
        }),
    }
}

#[test]
fn answers_to_web_requests_are_thrown_away_or_can_be_sent() {
    mutate::run("webhook", vec![], |input| {
        let mut bytes = Bytes(input);
        let given = channel::Batch {
            items: bytes.list(channel_item),
            cursor: bytes.flag().then(|| bytes.text()),
            poll_again_ms: None,
            reply: bytes.flag().then(|| web_reply(&mut bytes)),
        };
        let Ok(kept) = batch(given) else { return };
        if let Some(reply) = kept.reply {
            assert!((200..=599).contains(&reply.status));
            for (name, value) in reply.headers {
                assert!(!value.contains(['\r', '\n', '\0']) && !name.is_empty(), "{name:?}: {value:?}");
                assert!(!matches!(name.as_str(), "connection" | "transfer-encoding" | "content-length"));
            }
        }
        for item in kept.items {
            if let Item::Message(message) = item {
                assert!(!message.remote_id.is_empty() && !message.thread.is_empty());
                assert_clean(&message.text);
            }
        }
    });
}

fn advice_item(bytes: &mut Bytes<'_>) -> wit_advice::Item {
    let conversation = "00000000-0000-0000-0000-000000000007".to_owned();
    if bytes.flag() {
        return wit_advice::Item::Clear(bytes.text());
    }
    wit_advice::Item::Proposal(wit_advice::Proposal {
        id: bytes.text(),
        conversation: if bytes.byte() > 250 { bytes.text() } else { conversation },
        change: wit_advice::Change::Reply(bytes.text()),
        confidence: bytes.number(),
        because: bytes.text(),
        sources: bytes.list(|bytes| wit_advice::Source {
            title: bytes.text(),
            uri: bytes.text(),
            quote: bytes.text(),
        }),
        expires_ms: None,
    })
}

fn field(bytes: &mut Bytes<'_>) -> wit_forms::Field {
    wit_forms::Field {
        id: bytes.text(),
        label: bytes.text(),
        help: bytes.text(),
        required: bytes.flag(),
        widget: wit_forms::Widget::Line,
        value: bytes.flag().then(|| wit_forms::Value {
            field: bytes.text(),
            text: bytes.text(),
            came_from: wit_forms::Origin::Unset,
        }),
        show_if: None,
    }
}

fn card(bytes: &mut Bytes<'_>) -> lookup::Card {
    lookup::Card {
        id: bytes.text(),
        kind: bytes.text(),
        title: bytes.text(),
        subtitle: bytes.text(),
        facts: bytes.list(|bytes| lookup::Fact {
            label: bytes.text(),
            value: bytes.text(),
            tone: lookup::Tone::Good,
        }),
        link: bytes.flag().then(|| bytes.text()),
        actions: vec![],
    }
}

#[test]
fn answers_are_thrown_away_or_sound() {
    mutate::run("answers", vec![], |input| {
        let mut bytes = Bytes(input);
        for kept in advice(bytes.list(advice_item)).unwrap_or_default() {
            if let Advice::Proposal { confidence, because, .. } = kept {
                assert!((0.0..=1.0).contains(&confidence));
                assert_clean(&because);
            }
        }
        for kept in cards(bytes.list(card)).unwrap_or_default() {
            assert!(!kept.id.is_empty());
            assert_clean(&kept.title);
            assert!(kept.link.is_none_or(|link| link.starts_with("https:")));
        }
        if let Ok((fields, values)) = fields(bytes.list(field)) {
            let ids: std::collections::BTreeSet<_> = fields.iter().map(|field| &field.id).collect();
            assert_eq!(ids.len(), fields.len());
            assert!(values.keys().all(|id| ids.contains(id)));
        }
        let marks = bytes.list(|bytes| quality::Mark {
            criterion: bytes.text(),
            score: bytes.flag().then(|| bytes.number()),
            because: bytes.text(),
            evidence: vec![],
        });
        let kept =
            scorecard(quality::Scorecard { marks, findings: vec![] }, &std::collections::BTreeMap::new());
        for mark in kept.map(|kept| kept.marks).unwrap_or_default() {
            assert!(mark.score.is_none_or(|score| (0.0..=1.0).contains(&score)));
        }
    });
}
