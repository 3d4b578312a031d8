//! The peer of the frame measure: bare egui with the panes of the desk at their sizes and what is to be seen in them:
//! the same texts, icons, fields, buttons, marks and grounds of bubbles, as plain labels, buttons, frames and fields.
//! Only rows, entries and cards in sight are laid out, of which places are known beforehand; nothing is sorted, filtered,
//! measured or translated.

use std::ops::Range;

use console::widget::{Icon, icon::icon_family};
use egui::{
    CentralPanel, ComboBox, Frame, Label, Layout, Panel, ProgressBar, Rect, RichText, ScrollArea, TextEdit,
    Ui, UiBuilder, Vec2, pos2, vec2,
};
use model::{
    ConversationId, Timestamp,
    customer::Device,
    field::FieldKind,
    panel::NodeKind,
    proposal::Change,
    view::{Entry, EntryKind, Form, QueueRow, Thread, View},
};

// Sizes of the desk, in points.
const TOP: f32 = 44.0;
const STATUS: f32 = 26.0;
const RAIL: f32 = 48.0;
const QUEUE: f32 = 288.0;
const DOCK: f32 = 360.0;
const TAB: f32 = 36.0;
const HEADER: f32 = 44.0;
const COMPOSER: f32 = 120.0;
const ROW: f32 = 60.0;
const AVATAR: f32 = 36.0;
const RADIUS: f32 = 10.0;
/// Points of an entry beside its text, of a line, and characters of a line.
const ENTRY: f32 = 26.0;
const LINE: f32 = 20.0;
const LINE_CHARS: usize = 40;
const TEXT_WIDTH: f32 = 540.0;

/// The panes.
pub struct Bare {
    open: ConversationId,
    draft: String,
    query: String,
    values: Vec<String>,
    /// Where every entry begins, and the end.
    tops: Vec<f32>,
}

impl Bare {
    /// Panes around this conversation.
    pub fn new(open: ConversationId) -> Self {
        Self { open, draft: String::new(), query: String::new(), values: Vec::new(), tops: vec![0.0] }
    }

    /// Draws them.
    pub fn show(&mut self, ui: &mut Ui, view: &View) {
        let thread = &view.threads[&self.open];
        let fixed = |panel: Panel, size: f32| panel.exact_size(size).resizable(false);
        fixed(Panel::top("top"), TOP).show(ui, |ui| top(ui, view));
        fixed(Panel::bottom("status"), STATUS).show(ui, |ui| status(ui, view));
        fixed(Panel::left("rail"), RAIL).show(ui, |ui| {
            for place in [Icon::Chat, Icon::Ticket, Icon::Book, Icon::Shield, Icon::Plug, Icon::Gear] {
                let _same = ui.button(glyph(place));
            }
        });
        Panel::left("queue").default_size(QUEUE).resizable(true).show(ui, |ui| queue(ui, view));
        Panel::right("dock").default_size(DOCK).resizable(true).show(ui, |ui| self.dock(ui, view, thread));
        CentralPanel::default().show(ui, |ui| self.centre(ui, view, thread));
    }

    fn centre(&mut self, ui: &mut Ui, view: &View, thread: &Thread) {
        let fixed = |panel: Panel, size: f32| panel.exact_size(size).resizable(false);
        fixed(Panel::top("tabs"), TAB).show(ui, |ui| {
            ui.horizontal(|ui| {
                let _same = ui.selectable_label(true, &thread.row.name);
                let _same = ui.button(glyph(Icon::Close));
            });
        });
        fixed(Panel::top("header"), HEADER).show(ui, |ui| header(ui, thread));
        fixed(Panel::bottom("composer"), COMPOSER).show(ui, |ui| {
            let hint = "回复客户，Enter 发送，Shift+Enter 换行";
            let field = TextEdit::multiline(&mut self.draft).hint_text(hint);
            ui.add(field.desired_width(f32::INFINITY).desired_rows(3));
            ui.horizontal(|ui| {
                for (shown, word) in [(Icon::Clip, "附件"), (Icon::Note, "备注"), (Icon::Keyboard, "快捷语")]
                {
                    let _same = ui.button(glyph(shown));
                    ui.label(word);
                }
                let _same = ui.button("/");
                ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                    let _same = ui.add_enabled(false, egui::Button::new("发送"));
                    ui.label("Enter");
                });
            });
        });
        Panel::bottom("proposal").resizable(false).show(ui, |ui| proposal(ui, view, thread));
        self.timeline(ui, view, thread);
    }

    fn timeline(&mut self, ui: &mut Ui, view: &View, thread: &Thread) {
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
                bubble(ui, view, entry, rect);
            }
        });
    }

    fn dock(&mut self, ui: &mut Ui, view: &View, thread: &Thread) {
        ScrollArea::vertical().id_salt("dock").auto_shrink([false, false]).show(ui, |ui| {
            card(ui, "客户", |ui| customer(ui, view.now, thread));
            for proposal in thread.proposals.iter() {
                let Change::Offer { title, words, .. } = &proposal.change else { continue };
                card(ui, title, |ui| {
                    ui.label(&proposal.because);
                    ui.add(Label::new(words).wrap());
                    ui.horizontal(|ui| {
                        let _same = ui.button("放入回复");
                        let _same = ui.button("忽略");
                    });
                });
            }
            if let Some(open) = &thread.form {
                card(ui, &open.title, |ui| form(ui, open, &mut self.values));
            }
            card(ui, "知识", |ui| {
                ui.add(TextEdit::singleline(&mut self.query).hint_text("在知识库中查找"));
                for hit in &thread.knowledge.hits {
                    ui.horizontal(|ui| {
                        ui.label(&hit.title);
                        let _same = ui.button(glyph(Icon::Reply));
                    });
                    ui.add(Label::new(&hit.snippet).wrap());
                }
            });
            for lookup in &thread.customer.lookups {
                card(ui, &lookup.title, |ui| {
                    for (label, value) in &lookup.rows {
                        fact(ui, label, value);
                    }
                });
            }
            for panel in thread.panels.iter() {
                card(ui, &panel.title, |ui| {
                    ui.label(panel.plugin.as_str());
                    panel.panel.nodes.iter().for_each(|node| plugin_node(ui, &node.kind));
                });
            }
        });
    }
}

fn glyph(icon: Icon) -> RichText {
    RichText::new(icon.glyph()).family(icon_family())
}

fn top(ui: &mut Ui, view: &View) {
    ui.horizontal(|ui| {
        if let Some(me) = view.agents.get(&view.me) {
            Frame::new().fill(ui.visuals().faint_bg_color).corner_radius(RADIUS).show(ui, |ui| {
                ui.label("●");
                ui.label("就绪");
                ui.label(age(view.now, me.presence.since));
                ui.label(glyph(Icon::ChevronDown));
            });
        }
        if let Some(row) = view.queue.first() {
            ui.label("等得最久");
            ui.label(&row.name);
            ui.label(age(view.now, row.waiting_since.unwrap_or(row.last_at)));
        }
        let _same = ui.button(format!("等待 {}", view.figures.waiting));
        let _same = ui.button(format!("今天完成 {}", view.figures.closed_today));
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label("自检正常");
            ui.label("●");
            let _same = ui.button("Ctrl+K");
            ui.label("查找命令、会话、客户和知识");
            ui.label(glyph(Icon::Search));
        });
    });
}

fn status(ui: &mut Ui, view: &View) {
    ui.horizontal(|ui| {
        for (shown, words) in [
            (Icon::CheckCircle, "已同步".to_owned()),
            (Icon::Send, format!("发件 {}", view.outbox.waiting)),
            (Icon::Plug, format!("插件 {}", view.plugins.len())),
        ] {
            ui.label(glyph(shown));
            ui.label(words);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label("队列中最久的已等待 4 分");
        });
    });
}

fn header(ui: &mut Ui, thread: &Thread) {
    ui.horizontal(|ui| {
        ui.label(&thread.row.name);
        for words in std::iter::once(&thread.row.tier).chain(&thread.row.tags) {
            let _same = ui.button(words);
        }
        ui.label(&thread.row.channel.title);
        if let Some(handle) = thread.customer.customer.handles.first() {
            ui.label(handle.masked());
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            for word in ["结束", "搁置", "转接"] {
                let _same = ui.button(word);
            }
            let _same = ui.button(glyph(Icon::More));
        });
    });
}

fn proposal(ui: &mut Ui, view: &View, thread: &Thread) {
    let best = thread.proposals.iter().find(|proposal| matches!(proposal.change, Change::Reply(_)));
    let Some(best) = best else { return };
    Frame::group(ui.style()).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(glyph(Icon::Spark));
            ui.label("建议回复");
            for source in best.sources.iter().take(3) {
                let _same = ui.button(&source.title);
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(format!("把握 {:.0}%", best.confidence * 100.0));
                ui.label(format!("还有 {} 条", view.figures.waiting));
            });
        });
        if let Change::Reply(words) = &best.change {
            ui.add(Label::new(words).wrap());
        }
        ui.label(&best.because);
        ui.horizontal(|ui| {
            for (key, word) in [("Tab", "采用"), ("Ctrl E", "修改"), ("Esc", "忽略")] {
                let _same = ui.button(key);
                ui.label(word);
            }
        });
    });
}

fn bubble(ui: &mut Ui, view: &View, entry: &Entry, rect: Rect) {
    let said = matches!(entry.kind, EntryKind::FromCustomer { .. } | EntryKind::FromAgent { .. });
    if said {
        ui.painter().rect_filled(rect, RADIUS, ui.visuals().faint_bg_color);
    }
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        // The words of a message can be marked with the pointer, as in the desk.
        ui.add(Label::new(text_of(&entry.kind)).wrap().selectable(said));
        ui.horizontal(|ui| {
            ui.label(entry.at.strftime("%H:%M").to_string());
            if let EntryKind::FromAgent { agent, .. } = &entry.kind {
                ui.label(view.agents.get(agent).map_or("", |row| row.profile.name.as_str()));
                ui.label("已送达");
                ui.label(glyph(Icon::CheckDouble));
            }
        });
    });
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

fn age(now: Timestamp, since: Timestamp) -> String {
    format!("{} 分", now.duration_since(since).as_secs() / 60)
}

fn queue(ui: &mut Ui, view: &View) {
    ui.horizontal(|ui| {
        for word in ["我的", "等待", "搁置", "团队"] {
            let _same = ui.button(word);
        }
        let _same = ui.button(glyph(Icon::Filter));
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
            row(ui, &view.queue[index], view, rect);
        }
    });
}

fn row(ui: &mut Ui, row: &QueueRow, view: &View, rect: Rect) {
    let response = ui.interact(rect, ui.scope_id().with(row.id), egui::Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, ui.visuals().faint_bg_color);
    }
    let avatar = Rect::from_min_size(rect.min + vec2(14.0, 12.0), Vec2::splat(AVATAR));
    ui.painter().rect_filled(avatar, RADIUS, ui.visuals().faint_bg_color);
    ui.put(avatar, Label::new(glyph(Icon::of_channel(&row.channel.kind))));
    let words = Rect::from_min_max(pos2(avatar.right() + RADIUS, rect.top() + RADIUS), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(words), |ui| {
        ui.horizontal(|ui| {
            ui.label(&row.name);
            ui.label(&row.tier);
            ui.label(age(view.now, row.waiting_since.unwrap_or(row.last_at)));
        });
        ui.horizontal(|ui| {
            if row.send_trouble {
                ui.label(glyph(Icon::Warning));
            } else if row.unread > 0 {
                ui.label(row.unread.to_string());
            } else if row.waiting_since.is_none() {
                ui.label("等客户");
            }
            ui.add(Label::new(&row.preview).truncate());
        });
    });
}

/// A card with its title, where it is in sight; below the sight nothing is laid out.
fn card(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    if ui.cursor().top() > ui.clip_rect().bottom() {
        return;
    }
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(title);
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(glyph(Icon::ChevronDown));
            });
        });
        ui.separator();
        content(ui);
    });
}

fn fact(ui: &mut Ui, label: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.label(label);
        ui.add(Label::new(value).wrap());
    });
}

fn customer(ui: &mut Ui, now: Timestamp, thread: &Thread) {
    let card = &thread.customer;
    let customer = &card.customer;
    ui.horizontal(|ui| {
        ui.label(&customer.name);
        for words in std::iter::once(&customer.tier).chain(&customer.tags) {
            let _same = ui.button(words);
        }
    });
    for handle in &customer.handles {
        ui.horizontal(|ui| {
            ui.label("电话");
            ui.label(handle.masked());
            let _same = ui.button(glyph(Icon::Eye));
        });
    }
    fact(ui, "地址", &customer.address);
    customer.devices.iter().for_each(|device| device_rows(ui, now, device));
    for service in &customer.services {
        fact(ui, "上次服务", &format!("{} {}", service.day, service.title));
    }
    for order in &customer.orders {
        fact(ui, "订单", &order.title);
        ui.label(format!("{} · {} · {}", order.number, order.state, order.amount));
    }
    for ticket in &card.tickets {
        ui.horizontal(|ui| {
            ui.label("工单");
            let _same = ui.link(format!("{} {}", ticket.number, ticket.title));
        });
    }
    fact(ui, "历史", &format!("{} 次会话", card.conversations));
}

fn device_rows(ui: &mut Ui, now: Timestamp, device: &Device) {
    fact(ui, "设备", &format!("{} {}", device.name, device.model));
    if let Some(installed) = device.installed {
        ui.label(format!("{installed} 安装 · {}", device.place));
    }
    if let (Some(from), Some(until)) = (device.installed, device.warranty_until) {
        let today = now.strftime("%Y").to_string().parse().unwrap_or(from.year());
        let years = f32::from(until.year() - from.year()).max(1.0);
        ui.add(ProgressBar::new(f32::from(today - from.year()) / years).desired_height(4.0));
        ui.label(format!("保修至 {until}"));
    }
}

fn form(ui: &mut Ui, form: &Form, values: &mut Vec<String>) {
    values.resize(form.fields.len(), String::new());
    for (field, value) in form.fields.iter().zip(values) {
        let stored = form.values.get(&field.id).map_or("", |value| value.text.as_str());
        if value.is_empty() {
            stored.clone_into(value);
        }
        ui.horizontal(|ui| {
            ui.label(&field.label);
            if field.required {
                ui.label("*");
            }
            match &field.kind {
                FieldKind::Choice(_) | FieldKind::Device => {
                    ComboBox::from_id_salt(&field.id).selected_text(value.as_str()).show_ui(ui, |_| {});
                }
                FieldKind::Toggle => {
                    let mut on = value == "true";
                    ui.checkbox(&mut on, "");
                }
                FieldKind::Area => {
                    ui.add(TextEdit::multiline(value).desired_rows(3));
                }
                _ => {
                    ui.add(TextEdit::singleline(value).desired_width(150.0));
                }
            }
            if !stored.is_empty() {
                let _same = ui.button("对话");
            }
        });
    }
    let _same = ui.button("提交工单");
}

fn plugin_node(ui: &mut Ui, kind: &NodeKind) {
    match kind {
        NodeKind::Text { text, .. } | NodeKind::Badge { text, .. } => drop(ui.label(text)),
        NodeKind::Fact { label, value } => fact(ui, label, value),
        NodeKind::Button { text, .. } => drop(ui.button(text)),
        NodeKind::Progress(share) => drop(ui.add(ProgressBar::new(*share))),
        _ => {}
    }
}
