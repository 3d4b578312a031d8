//! The peer of the frame measure: bare egui with the panes of the desk at their sizes and what stands in them as
//! plain labels, buttons and one text field. Only rows and entries in sight are laid out, of which places are known
//! beforehand; nothing is sorted, filtered, measured or painted by hand.

use std::ops::Range;

use egui::{CentralPanel, Label, Panel, Rect, ScrollArea, TextEdit, Ui, UiBuilder, pos2, vec2};
use model::{
    ConversationId,
    panel::NodeKind,
    view::{EntryKind, QueueRow, Thread, View},
};

// Sizes of the desk, in points.
const TOP: f32 = 44.0;
const STATUS: f32 = 26.0;
const RAIL: f32 = 48.0;
const QUEUE: f32 = 288.0;
const DOCK: f32 = 360.0;
const TAB: f32 = 36.0;
const HEADER: f32 = 56.0;
const COMPOSER: f32 = 120.0;
const ROW: f32 = 60.0;
/// Points of an entry beside its text, of a line, and characters of a line.
const ENTRY: f32 = 26.0;
const LINE: f32 = 20.0;
const LINE_CHARS: usize = 40;
const TEXT_WIDTH: f32 = 540.0;

/// The panes.
pub struct Bare {
    open: ConversationId,
    draft: String,
    /// Where every entry begins, and the end.
    tops: Vec<f32>,
}

impl Bare {
    /// Panes around this conversation.
    pub fn new(open: ConversationId) -> Self {
        Self { open, draft: String::new(), tops: vec![0.0] }
    }

    /// Draws them.
    pub fn show(&mut self, ui: &mut Ui, view: &View) {
        let thread = &view.threads[&self.open];
        let fixed = |panel: Panel, size: f32| panel.exact_size(size).resizable(false);
        fixed(Panel::top("top"), TOP).show(ui, |ui| {
            ui.horizontal(|ui| {
                for agent in view.agents.values() {
                    ui.label(&agent.profile.name);
                }
                for figure in [view.figures.waiting, view.figures.closed_today] {
                    ui.label(figure.to_string());
                }
            });
        });
        fixed(Panel::bottom("status"), STATUS).show(ui, |ui| {
            ui.horizontal(|ui| {
                for plugin in view.plugins.iter() {
                    ui.label(&plugin.manifest.name);
                }
            });
        });
        fixed(Panel::left("rail"), RAIL).show(ui, |ui| {
            for place in ["台", "单", "知", "件", "设"] {
                let _same = ui.button(place);
            }
        });
        Panel::left("queue").default_size(QUEUE).resizable(true).show(ui, |ui| queue(ui, view));
        Panel::right("dock").default_size(DOCK).resizable(true).show(ui, |ui| dock(ui, thread));
        CentralPanel::default().show(ui, |ui| self.centre(ui, thread));
    }

    fn centre(&mut self, ui: &mut Ui, thread: &Thread) {
        let fixed = |panel: Panel, size: f32| panel.exact_size(size).resizable(false);
        fixed(Panel::top("tabs"), TAB).show(ui, |ui| {
            let _same = ui.button(&thread.row.name);
        });
        fixed(Panel::top("header"), HEADER).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(&thread.row.name);
                ui.label(&thread.row.channel.title);
                for tag in &thread.row.tags {
                    ui.label(tag);
                }
                for word in ["转接", "搁置", "结束"] {
                    let _same = ui.button(word);
                }
            });
        });
        fixed(Panel::bottom("composer"), COMPOSER).show(ui, |ui| {
            ui.add(TextEdit::multiline(&mut self.draft).desired_width(f32::INFINITY).desired_rows(3));
            ui.horizontal(|ui| {
                for word in ["发送", "附件", "便签"] {
                    let _same = ui.button(word);
                }
            });
        });
        for proposal in thread.proposals.iter().take(1) {
            Panel::bottom("proposal").resizable(false).show(ui, |ui| {
                ui.label(&proposal.because);
                for word in ["采用", "修改", "忽略"] {
                    let _same = ui.button(word);
                }
            });
        }
        self.timeline(ui, thread);
    }

    fn timeline(&mut self, ui: &mut Ui, thread: &Thread) {
        for entry in thread.entries.iter().skip(self.tops.len() - 1) {
            let lines = text_of(&entry.kind).chars().count().div_ceil(LINE_CHARS).max(1);
            self.tops.push(self.tops.last().copied().unwrap_or(0.0) + ENTRY + lines as f32 * LINE);
        }
        let tops = &self.tops;
        let area =
            ScrollArea::vertical().id_salt("timeline").auto_shrink([false, false]).stick_to_bottom(true);
        area.show_viewport(ui, |ui, viewport| {
            ui.set_height(tops.last().copied().unwrap_or(0.0));
            let origin = ui.min_rect().min;
            for index in in_sight(tops, viewport) {
                let Some(entry) = thread.entries.get(index) else { continue };
                let left = if matches!(entry.kind, EntryKind::FromAgent { .. }) { 120.0 } else { 0.0 };
                let at = pos2(origin.x + left, origin.y + tops[index]);
                let rect = Rect::from_min_size(at, vec2(TEXT_WIDTH, tops[index + 1] - tops[index]));
                ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                    ui.label(entry.at.strftime("%H:%M").to_string());
                    ui.add(Label::new(text_of(&entry.kind)).wrap());
                });
            }
        });
    }
}

fn in_sight(tops: &[f32], viewport: Rect) -> Range<usize> {
    let first = tops.partition_point(|top| *top <= viewport.top()).saturating_sub(1);
    let last = tops.partition_point(|top| *top < viewport.bottom()).min(tops.len() - 1);
    first..last
}

fn text_of(kind: &EntryKind) -> &str {
    match kind {
        EntryKind::FromCustomer { text, .. }
        | EntryKind::FromAgent { text, .. }
        | EntryKind::Note { text, .. } => text,
        _ => "周敏接手了会话",
    }
}

fn queue(ui: &mut Ui, view: &View) {
    ui.horizontal(|ui| {
        for word in ["我的", "等待", "搁置", "全部"] {
            let _same = ui.button(word);
        }
    });
    let area = ScrollArea::vertical().id_salt("queue").auto_shrink([false, false]);
    area.show_viewport(ui, |ui, viewport| {
        ui.set_height(view.queue.len() as f32 * ROW);
        let origin = ui.min_rect().min;
        let width = ui.available_width();
        let first = (viewport.top() / ROW).max(0.0) as usize;
        let last = ((viewport.bottom() / ROW).ceil() as usize).min(view.queue.len());
        for index in first..last {
            let at = pos2(origin.x, origin.y + index as f32 * ROW);
            let rect = Rect::from_min_size(at, vec2(width, ROW));
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| row(ui, &view.queue[index], view));
        }
    });
}

fn row(ui: &mut Ui, row: &QueueRow, view: &View) {
    ui.horizontal(|ui| {
        ui.label(row.name.chars().take(1).collect::<String>());
        ui.label(&row.name);
        ui.label(&row.tier);
        let since = row.waiting_since.unwrap_or(row.last_at);
        ui.label(format!("{} 秒", view.now.duration_since(since).as_secs()));
        if row.unread > 0 {
            ui.label(row.unread.to_string());
        }
    });
    ui.add(Label::new(&row.preview).truncate());
}

fn dock(ui: &mut Ui, thread: &Thread) {
    ScrollArea::vertical().id_salt("dock").auto_shrink([false, false]).show(ui, |ui| {
        let customer = &thread.customer.customer;
        ui.group(|ui| {
            ui.label(&customer.name);
            ui.label(&customer.address);
            for handle in &customer.handles {
                ui.label(handle.masked());
            }
            for device in &customer.devices {
                ui.label(format!("{} {} {}", device.name, device.model, device.place));
            }
            for ticket in &thread.customer.tickets {
                ui.label(&ticket.title);
            }
            for (label, value) in thread.customer.lookups.iter().flat_map(|lookup| &lookup.rows) {
                ui.label(format!("{label} {value}"));
            }
        });
        if let Some(form) = &thread.form {
            ui.group(|ui| {
                for field in &form.fields {
                    ui.label(&field.label);
                    let _same = ui.button(&field.help);
                }
            });
        }
        ui.group(|ui| {
            for hit in &thread.knowledge.hits {
                ui.label(&hit.title);
                ui.add(Label::new(&hit.snippet).wrap());
            }
        });
        for view in thread.panels.iter() {
            ui.group(|ui| {
                ui.label(&view.title);
                view.panel.nodes.iter().for_each(|node| plugin_node(ui, &node.kind));
            });
        }
    });
}

fn plugin_node(ui: &mut Ui, kind: &NodeKind) {
    match kind {
        NodeKind::Text { text, .. } | NodeKind::Badge { text, .. } => drop(ui.label(text)),
        NodeKind::Fact { label, value } => {
            ui.horizontal(|ui| {
                ui.label(label);
                ui.label(value);
            });
        }
        NodeKind::Button { text, .. } => drop(ui.button(text)),
        NodeKind::Progress(share) => drop(ui.add(egui::ProgressBar::new(*share))),
        _ => {}
    }
}
