//! Plugins: which there are, whether they run, and what they cost. The list answers “what is slowing my desk”
//! when it is sorted by processor time or by the time of slow answers.

use std::sync::Arc;

use egui::{Align2, Frame, Panel, Rect, ScrollArea, Sense, Ui, pos2, vec2};
use model::{
    PluginId,
    plugin::{PluginState, Role},
    view::PluginRow,
};

use super::{
    control, grant,
    load::{self, Load},
    plugin_detail::Detail,
};
use crate::{
    Ctx,
    theme::{Theme, Tone, Type},
    widget::{Icon, Segment, dot, empty_state, name_splitter, text},
};

/// Height of a row.
const ROW: f32 = 60.0;

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Name,
    Processor,
    Slow,
}

impl Order {
    const ALL: [Self; 3] = [Self::Name, Self::Processor, Self::Slow];

    const fn key(self) -> &'static str {
        match self {
            Self::Name => "plugin-order-name",
            Self::Processor => "plugin-order-cpu",
            Self::Slow => "plugin-order-slow",
        }
    }
}

/// What the Plugins place remembers.
#[derive(Default)]
pub struct Plugins {
    order: Order,
    chosen: Option<PluginId>,
    granting: Option<PluginId>,
    detail: Detail,
    load: Load,
}

impl Plugins {
    /// Follows what plugins cost.
    pub fn observe(&mut self, ctx: &Ctx<'_>, time_s: f64) {
        self.load.observe(ctx.view, time_s);
    }

    /// Draws the place.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        let rows = self.sorted(ctx);
        if self.chosen.is_none() {
            // What needs a hand comes first when the place is opened.
            let needs = rows.iter().find(|row| needs_hand(&row.state)).or(rows.first());
            self.chosen = needs.map(|row| row.manifest.id.clone());
        }
        let step = control::steps(ui);
        if step != 0 {
            let at = rows.iter().position(|row| Some(&row.manifest.id) == self.chosen.as_ref());
            let next = control::stepped(at, step, rows.len()).and_then(|next| rows.get(next));
            self.chosen = next.map(|row| row.manifest.id.clone());
        }
        let room = ui.available_width();
        let width = (room * 0.36).clamp(240.0, 440.0);
        Panel::left("plugin-list")
            .default_size(width)
            .size_range(240.0..=520.0_f32.min(room * 0.5).max(240.0))
            .resizable(true)
            .frame(Frame::new().fill(theme.surface))
            .show(ui, |ui| self.list(ui, ctx, &rows));
        name_splitter(ui, "plugin-list", ctx.t("app-resize"));
        let ground = Frame::new().fill(theme.background);
        egui::CentralPanel::default().frame(ground).show(ui, |ui| {
            match rows.iter().find(|row| Some(&row.manifest.id) == self.chosen.as_ref()) {
                Some(row) => self.detail.show(ui, ctx, row, &self.load, &mut self.granting),
                None => empty_state(ui, theme, Icon::Plug, ctx.t("plugin-empty"), ctx.t("plugin-empty-hint")),
            }
        });
        if let Some(granting) = &self.granting {
            let row = rows.iter().find(|row| &row.manifest.id == granting);
            if !row.is_some_and(|row| grant::dialog(ui, ctx, row)) {
                self.granting = None;
            }
        }
    }

    fn sorted(&self, ctx: &Ctx<'_>) -> Vec<Arc<PluginRow>> {
        let mut rows: Vec<Arc<PluginRow>> = ctx.view.plugins.to_vec();
        match self.order {
            Order::Name => rows.sort_by_cached_key(|row| ctx.plugin_name(&row.manifest.id).to_lowercase()),
            Order::Processor => rows.sort_by_key(|row| std::cmp::Reverse(row.signals.guest_cpu_us)),
            Order::Slow => rows.sort_by_key(|row| std::cmp::Reverse(row.signals.wall_p95_us)),
        }
        rows
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[Arc<PluginRow>]) {
        let theme = ctx.theme;
        ui.spacing_mut().item_spacing.y = 0.0;
        let count = ctx.tw("plugin-count", &[("count", rows.len().into())]);
        control::bar(ui, ctx, ctx.t("place-plugins"), &count, |_| {});
        ui.add_space(6.0);
        let time_s = ui.input(|input| input.time);
        load::verdict_line(ui, ctx, &self.load.verdict(ctx, rows, time_s));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            ui.spacing_mut().item_spacing.x = 2.0;
            for order in Order::ALL {
                let segment = Segment::new(ctx.t(order.key()), None, self.order == order);
                if segment.show(ui, theme).clicked() {
                    self.order = order;
                }
            }
        });
        ui.add_space(8.0);
        ScrollArea::vertical().id_salt("plugins").auto_shrink(false).show_rows(
            ui,
            ROW,
            rows.len(),
            |ui, range| {
                for row in &rows[range] {
                    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                    let selected = Some(&row.manifest.id) == self.chosen.as_ref();
                    let id = ui.scope_id().with(row.manifest.id.as_str());
                    let name = ctx.plugin_name(&row.manifest.id);
                    let (state, _) = state_words(ctx, row);
                    let spoken = format!("{name}{}{state}", ctx.t("app-separator"));
                    if control::row(ui, theme, rect, id, selected, &spoken).clicked() {
                        self.chosen = Some(row.manifest.id.clone());
                    }
                    self.paint(ui, ctx, rect, row, &name);
                }
            },
        );
    }

    fn paint(&self, ui: &Ui, ctx: &Ctx<'_>, rect: Rect, row: &PluginRow, name: &str) {
        let theme = ctx.theme;
        let painter = ui.painter();
        let (upper, lower) = (rect.center().y - 10.5, rect.center().y + 10.5);
        let (state, tone) = state_words(ctx, row);
        dot(painter, pos2(rect.left() + 20.0, upper), lamp(theme, tone));
        let left = rect.left() + 34.0;
        let figure = match self.order {
            Order::Name => ctx.tw("plugin-version", &[("version", (&row.manifest.version).into())]),
            Order::Processor => duration(ctx, row.signals.guest_cpu_us),
            Order::Slow => duration(ctx, row.signals.wall_p95_us),
        };
        let style = if self.order == Order::Name { Type::Small } else { Type::SmallStrong };
        let ink = if self.order == Order::Name { theme.muted } else { theme.text };
        let end = pos2(rect.right() - 16.0, upper);
        let placed = text::paint_line(painter, theme, end, Align2::RIGHT_CENTER, &figure, style, ink);
        let room = placed.left() - left - 12.0;
        let name = text::inert(name);
        text::paint_elided(painter, theme, pos2(left, upper), &name, Type::Strong, theme.text, room);
        let words = text::paint_line(
            painter,
            theme,
            pos2(left, lower),
            Align2::LEFT_CENTER,
            &state,
            Type::Small,
            theme.ink(tone),
        );
        let roles = roles(ctx, row);
        let room = rect.right() - 16.0 - words.right() - 10.0;
        let at = pos2(words.right() + 10.0, lower);
        text::paint_elided(painter, theme, at, &roles, Type::Small, theme.muted, room);
        painter.hline(left..=rect.right(), rect.bottom() - 0.5, theme.hairline());
    }
}

/// Whether a person has to do something about it.
fn needs_hand(state: &PluginState) -> bool {
    matches!(state, PluginState::NeedsGrant | PluginState::Quarantined | PluginState::Broken(_))
}

/// The state in a word or two, and its tone.
pub fn state_words(ctx: &Ctx<'_>, row: &PluginRow) -> (String, Tone) {
    let (key, tone) = match &row.state {
        PluginState::Restarting { until } => {
            let time = ctx.time_until(*until);
            return (ctx.tw("plugin-restarting", &[("time", time.into())]), Tone::Warn);
        }
        PluginState::Starting => ("plugin-starting", Tone::Muted),
        PluginState::Healthy => ("plugin-healthy", Tone::Good),
        PluginState::Quarantined => ("plugin-quarantined", Tone::Bad),
        PluginState::Paused => ("plugin-paused", Tone::Muted),
        PluginState::NeedsGrant => ("plugin-needs-grant", Tone::Accent),
        PluginState::Broken(_) => ("plugin-broken", Tone::Bad),
    };
    (ctx.t(key).to_owned(), tone)
}

/// The colour of the dot of a state.
pub fn lamp(theme: &Theme, tone: Tone) -> egui::Color32 {
    if tone == Tone::Muted { theme.faint } else { theme.ink(tone) }
}

/// What it is there for.
pub fn roles(ctx: &Ctx<'_>, row: &PluginRow) -> String {
    row.manifest.roles.iter().map(|role| ctx.t(role_key(*role))).collect::<Vec<_>>().join(" · ")
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Channel => "role-channel",
        Role::Lookup => "role-lookup",
        Role::Assist => "role-assist",
        Role::Quality => "role-quality",
        Role::KnowledgeSource => "role-knowledge",
        Role::TicketForm => "role-ticket-form",
        Role::DrillActor => "role-drill-actor",
        Role::Transcriber => "role-transcriber",
        Role::Panel => "role-panel",
    }
}

/// A duration of machines: `0.8 ms`, `42 ms`, `2.1 s`.
pub fn duration(ctx: &Ctx<'_>, us: u64) -> String {
    let ms = us as f64 / 1000.0;
    let (key, value, places) = match ms {
        ms if ms < 10.0 => ("plugin-ms", ms, 1),
        ms if ms < 1000.0 => ("plugin-ms", ms, 0),
        ms => ("plugin-s", ms / 1000.0, 1),
    };
    ctx.tw(key, &[("count", ctx.locale.decimal(value, places).into())])
}
