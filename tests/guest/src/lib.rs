//! A plugin that does whatever harm it is told to. Its settings say what it does in which of its exports, one order a
//! setting: `panel = "spin 100"`. A lookup takes its order from the query, and answers with one card that says what
//! came of it.

mod answers;
mod deeds;

use std::collections::BTreeMap;

use plugin_kit::{
    assist::{Assist, ContactEvent, Delta, Generation, Ready, Task},
    channel::{self, Channel},
    forms::{Field, Remark, Value},
    lookup::{Card, Lookup},
    panel::{self, Panel},
    prelude::*,
    quality::{Criterion, Quality, Scorecard},
    ticket_form::{Form, Submitted, TicketForm},
};

/// The exports that orders are for.
const EXPORTS: [&str; 11] =
    ["init", "timer", "ingest", "send", "observe", "next", "rubric", "fields", "check", "panel", "shutdown"];

#[derive(Default)]
struct Hostile {
    /// Orders by export.
    orders: BTreeMap<String, String>,
}

impl Hostile {
    fn order(&self, export: &str) -> &str {
        self.orders.get(export).map_or("", String::as_str)
    }

    /// Does what was ordered for this export.
    fn obey(&self, export: &str) -> Result<String> {
        deeds::act(self.order(export))
    }
}

impl Plugin for Hostile {
    fn init(&mut self, _ctx: &Ctx, settings: &Settings) -> Result<()> {
        for export in EXPORTS {
            if let Some(order) = settings.text(export) {
                self.orders.insert(export.to_owned(), order.to_owned());
            }
        }
        self.obey("init").map(drop)
    }

    fn timer(&mut self, _ctx: &Ctx, _id: &str) -> Result<()> {
        self.obey("timer").map(drop)
    }
}

impl Lookup for Hostile {
    fn search(&mut self, _ctx: &Ctx, who: Option<&Customer>, query: &str) -> Result<Vec<Card>> {
        if query == "tell" {
            let told = who.map(|who| format!("{} {:?}", who.address, who.handles)).unwrap_or_default();
            return Ok(vec![Card::new("told", "customer", told)]);
        }
        if let Some(cards) = answers::cards(query) {
            return Ok(cards);
        }
        Ok(vec![Card::new("done", "order", deeds::act(query)?)])
    }
}

impl Channel for Hostile {
    fn features(&self) -> channel::Feature {
        channel::Feature::empty()
    }

    fn limits(&self) -> channel::MessageLimits {
        channel::MessageLimits {
            text_chars: u32::MAX,
            html_bytes: u32::MAX,
            files: u32::MAX,
            file_bytes: u64::MAX,
            reply_window_s: None,
        }
    }

    fn ingest(&mut self, _ctx: &Ctx, raw: channel::Ingress) -> Result<channel::Batch> {
        if let channel::Ingress::Wire(bytes) = &raw {
            assert!(bytes != b"poison", "poison");
        }
        if let Some(batch) = answers::batch(self.order("ingest")) {
            return Ok(batch);
        }
        self.obey("ingest").map(|_| channel::Batch::empty())
    }

    fn send(&mut self, _ctx: &Ctx, _message: channel::Outgoing) -> channel::Outcome {
        match self.order("send") {
            "claim nothing" => channel::Outcome::Sent(String::new()),
            _ => self.obey("send").map_or(channel::Outcome::Unknown, channel::Outcome::Sent),
        }
    }
}

impl Assist for Hostile {
    fn observe(&mut self, _ctx: &Ctx, conversation: &str, _event: ContactEvent) -> Result<Vec<Item>> {
        if let Some(items) = answers::advice(self.order("observe"), conversation) {
            return Ok(items);
        }
        self.obey("observe").map(|_| vec![])
    }

    fn start(
        &mut self,
        _ctx: &Ctx,
        _task: Task,
        _conversation: &Conversation,
        _draft: &str,
        _wish: &str,
    ) -> Result<Box<dyn Generation>> {
        match self.order("next") {
            "" => Ok(Ready::boxed("text", vec![])),
            order => Ok(Box::new(Writer(order.to_owned()))),
        }
    }
}

/// Writes only after its deed.
struct Writer(String);

impl Generation for Writer {
    fn next(&mut self, _ctx: &Ctx) -> Result<Delta> {
        if let Some(left) = self.0.strip_prefix("parts ").and_then(|left| left.parse::<u32>().ok()) {
            self.0 = format!("parts {}", left.saturating_sub(1));
            return Ok(if left == 0 { Delta::Done } else { Delta::Text("again ".to_owned()) });
        }
        deeds::act(&self.0).map(|_| Delta::Done)
    }
}

impl Quality for Hostile {
    fn rubric(&mut self, _ctx: &Ctx) -> Vec<Criterion> {
        answers::rubric(self.order("rubric")).unwrap_or_else(|| {
            // What it says does not matter, only whether it comes to saying it.
            let _ = self.obey("rubric");
            vec![]
        })
    }

    fn score(&mut self, _ctx: &Ctx, _conversation: &Conversation) -> Result<Scorecard> {
        Ok(Scorecard { marks: vec![], findings: vec![] })
    }
}

impl TicketForm for Hostile {
    fn forms(&mut self, _ctx: &Ctx) -> Vec<Form> {
        vec![]
    }

    fn fields(
        &mut self,
        _ctx: &Ctx,
        _form: &str,
        _conversation: Option<&Conversation>,
        _values: &[Value],
    ) -> Result<Vec<Field>> {
        if let Some(fields) = answers::fields(self.order("fields")) {
            return Ok(fields);
        }
        self.obey("fields").map(|_| vec![])
    }

    fn check(&mut self, _ctx: &Ctx, _form: &str, _values: &[Value]) -> Vec<Remark> {
        let _ = self.obey("check");
        vec![]
    }

    fn submit(&mut self, _ctx: &Ctx, _form: &str, _key: &str, _values: &[Value]) -> Result<Submitted> {
        Ok(Submitted { title: "title".to_owned(), summary: String::new(), values: vec![] })
    }
}

impl Panel for Hostile {
    fn handle(
        &mut self,
        _ctx: &Ctx,
        _at: &panel::Place,
        _rev: u64,
        _event: panel::Event,
    ) -> Result<Vec<panel::Effect>> {
        if let Some(effects) = answers::effects(self.order("panel")) {
            return Ok(effects);
        }
        self.obey("panel").map(|_| vec![])
    }
}

plugin!(Hostile: Channel, Lookup, Assist, Quality, TicketForm, Panel);
