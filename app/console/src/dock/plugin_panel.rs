//! Panels of plugins: plain data drawn by the desk, inside a frame that carries the plugin's name.

use egui::{Layout, ProgressBar, Ui, vec2};
use model::{
    ConversationId,
    command::Command,
    panel::{Node, NodeKind, PanelEvent},
    view::PanelView,
};

use super::{
    edit::{Edits, Target},
    section::{Choose, Folds, Section, choose, switch},
};
use crate::{
    Ctx, ShellRequest,
    theme::{Tone, Type},
    widget::{Button, Field, Icon, chip, facts_row, label, paragraph, space, space_x, space_y, text},
};

/// Deeper nodes are not drawn; the host refuses such panels already.
const DEPTH_MAX: usize = model::limits::PANEL_DEPTH_MAX;
/// Space between the parts of a panel.
const GAP: f32 = 6.0;

/// What a node needs to be drawn.
struct Draw<'a, 'c> {
    ctx: &'a Ctx<'c>,
    view: &'a PanelView,
    conversation: Option<ConversationId>,
    edits: &'a mut Edits,
}

impl Draw<'_, '_> {
    fn event(&self, event: PanelEvent) {
        self.ctx.send(Command::Panel {
            plugin: self.view.plugin.clone(),
            slot: self.view.slot,
            conversation: self.conversation,
            event,
        });
    }

    fn words(&self, text: &str) -> String {
        text::inert(&self.ctx.author_text(&self.view.plugin, text)).into_owned()
    }
}

/// The lasting name of a panel's card.
pub fn name(view: &PanelView) -> String {
    format!("panel-{}-{:?}", view.plugin, view.slot)
}

/// Draws a panel in its frame.
pub fn show(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    view: &PanelView,
    conversation: Option<ConversationId>,
    edits: &mut Edits,
    folds: &mut Folds,
) {
    let theme = ctx.theme;
    let title = text::one_line(&ctx.author_text(&view.plugin, &view.title));
    let plugin = text::one_line(&ctx.plugin_name(&view.plugin));
    let name = name(view);
    ui.push_id((&name, conversation), |ui| {
        Section::new(&name, &title).icon(Icon::Puzzle).show(
            ui,
            ctx,
            folds,
            |ui| {
                label(ui, theme, &plugin, Type::Small, theme.muted)
                    .on_hover_text(ctx.tw("plugin-panel-title", &[("plugin", (&plugin).into())]));
            },
            |ui| {
                if view.stale {
                    chip(ui, theme, ctx.t("panel-stale"), Tone::Warn);
                }
                Draw { ctx, view, conversation, edits }.node(ui, view.panel.root, 0);
            },
        );
    });
}

impl Draw<'_, '_> {
    fn node(&mut self, ui: &mut Ui, index: usize, depth: usize) {
        let Some(node) = self.view.panel.nodes.get(index).filter(|_| depth < DEPTH_MAX) else { return };
        let theme = self.ctx.theme;
        match &node.kind {
            NodeKind::Row => {
                ui.horizontal_wrapped(|ui| {
                    space(ui, vec2(8.0, GAP));
                    self.children(ui, node, depth);
                });
            }
            NodeKind::Column => {
                ui.vertical(|ui| {
                    space_y(ui, GAP);
                    self.children(ui, node, depth);
                });
            }
            NodeKind::Section(title) => {
                label(ui, theme, &self.words(title), Type::SmallStrong, theme.muted);
                self.children(ui, node, depth);
            }
            NodeKind::Heading(words) => {
                label(ui, theme, &self.words(words), Type::Strong, theme.text);
            }
            NodeKind::Text { text, tone } => {
                paragraph(ui, theme, &self.words(text), Type::Body, theme.ink(Tone::from(*tone)));
            }
            NodeKind::Fact { label: name, value } => {
                let value = self.words(value);
                facts_row(ui, theme, &self.words(name), |ui| {
                    paragraph(ui, theme, &value, Type::Body, theme.text);
                });
            }
            NodeKind::Badge { text, tone } => {
                chip(ui, theme, &self.words(text), Tone::from(*tone));
            }
            NodeKind::Divider => {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 5.0), egui::Sense::hover());
                ui.painter().hline(rect.x_range(), rect.center().y, theme.hairline());
            }
            NodeKind::Grid { columns, rows } => grid(ui, self, columns, rows),
            NodeKind::Progress(share) => {
                let bar = ProgressBar::new(share.clamp(0.0, 1.0)).desired_height(6.0).fill(theme.accent);
                ui.add(bar).accessible_name(self.words(&node.accessible_name));
            }
            NodeKind::Spark(values) => spark(ui, self, values),
            _ => self.control(ui, node),
        }
    }

    fn children(&mut self, ui: &mut Ui, node: &Node, depth: usize) {
        for child in &node.children {
            self.node(ui, *child, depth + 1);
        }
    }

    fn control(&mut self, ui: &mut Ui, node: &Node) {
        let theme = self.ctx.theme;
        let changed =
            |draw: &Self, value: String| draw.event(PanelEvent::Changed { node: node.id.clone(), value });
        match &node.kind {
            NodeKind::Button { text, tone } => {
                let words = self.words(text);
                let button = Button::new(&words);
                let button = match tone {
                    model::panel::Tone::Good => button.primary(),
                    model::panel::Tone::Bad => button.danger(),
                    _ => button,
                };
                if button.show(ui, theme).clicked() {
                    self.event(PanelEvent::Clicked(node.id.clone()));
                }
            }
            NodeKind::Link { text, url } => {
                let words = egui::RichText::new(self.words(text)).color(theme.accent);
                let safe = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
                let link = ui.add_enabled(safe, egui::Link::new(words));
                if link.on_hover_text(text::inert(url)).clicked() {
                    self.event(PanelEvent::Clicked(node.id.clone()));
                    self.ctx.request(ShellRequest::OpenUrl(url.clone()));
                }
            }
            NodeKind::Input { label: name, value, hint } => {
                let (name, hint) = (self.words(name), self.words(hint));
                label(ui, theme, &name, Type::Small, theme.muted);
                let target = Target::Node {
                    plugin: self.view.plugin.clone(),
                    slot: self.view.slot,
                    conversation: self.conversation,
                    node: node.id.clone(),
                };
                self.edits.field(ui, target, value, |ui, typed| {
                    Field::new(typed, &name).hint(&hint).show(ui, theme)
                });
            }
            NodeKind::Choice { label: name, selected, options } => {
                let name = self.words(name);
                label(ui, theme, &name, Type::Small, theme.muted);
                let choices: Vec<(String, String)> =
                    options.iter().map(|(value, words)| (value.clone(), self.words(words))).collect();
                let spec = Choose {
                    salt: &node.id,
                    name: &name,
                    selected,
                    hint: self.ctx.t("ticket-choose"),
                    choices: &choices,
                    filled: false,
                    error: false,
                };
                if let Some(value) = choose(ui, self.ctx, &spec) {
                    changed(self, value);
                }
            }
            NodeKind::Toggle { label: name, on } => {
                let name = self.words(name);
                ui.horizontal(|ui| {
                    if switch(ui, self.ctx, &name, *on, true) {
                        changed(self, (!on).to_string());
                    }
                    label(ui, theme, &name, Type::Body, theme.text);
                });
            }
            _ => {}
        }
    }
}

fn grid(ui: &mut Ui, draw: &Draw<'_, '_>, columns: &[String], rows: &[Vec<String>]) {
    let theme = draw.ctx.theme;
    let count = columns.len().max(1);
    let width = ui.available_width() / count as f32;
    let line = |ui: &mut Ui, cells: &[String], style: Type, ink: egui::Color32| {
        ui.horizontal(|ui| {
            space_x(ui, 0.0);
            for cell in cells.iter().take(count) {
                ui.allocate_ui_with_layout(
                    vec2(width, 20.0),
                    Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_width(width);
                        label(ui, theme, &draw.words(cell), style, ink);
                    },
                );
            }
        });
    };
    line(ui, columns, Type::Small, theme.muted);
    for row in rows {
        line(ui, row, Type::Body, theme.text);
    }
}

/// A few numbers as a small line.
fn spark(ui: &mut Ui, draw: &Draw<'_, '_>, values: &[f32]) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), egui::Sense::hover());
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let count = finite().count();
    if count < 2 {
        return;
    }
    let span = (high - low).max(f32::EPSILON);
    let points = finite().enumerate().map(|(index, value)| {
        let x = rect.left() + rect.width() * index as f32 / (count - 1) as f32;
        egui::pos2(x, rect.bottom() - 2.0 - (rect.height() - 4.0) * (value - low) / span)
    });
    ui.painter().line(points.collect(), egui::Stroke::new(1.5, draw.ctx.theme.accent));
}
