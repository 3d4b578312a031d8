//! What plugins cost of late: processor time over the last ten minutes, from the counters in the view.

use std::collections::{HashMap, VecDeque};

use egui::{CornerRadius, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use model::{
    PluginId,
    view::{PluginRow, View},
};

use crate::{
    Ctx,
    theme::{Tone, Type},
    widget::{label, text},
};

/// Shortest time between two samples, in seconds.
const EVERY_S: f64 = 10.0;
/// Ten minutes of them.
const SAMPLES_MAX: usize = 61;
/// A plugin that takes more of a core than this is named as one that slows the desk.
const HEAVY: f64 = 0.05;
/// So is one whose slow answers take longer than this, in microseconds: about when waiting is felt.
const SLOW_US: u64 = 200_000;
/// Height of the drawn history.
const HEIGHT: f32 = 36.0;

/// Samples of the plugins' processor time, the oldest first. While nothing is drawn none are taken, and the next one
/// stands for the time between.
#[derive(Default)]
pub struct Load {
    samples: VecDeque<Sample>,
}

struct Sample {
    time_s: f64,
    cpu_us: HashMap<PluginId, u64>,
}

impl Sample {
    fn of(&self, id: &PluginId) -> u64 {
        self.cpu_us.get(id).copied().unwrap_or_default()
    }
}

impl Load {
    /// Takes a sample, when one is due.
    pub fn observe(&mut self, view: &View, time_s: f64) {
        if self.samples.back().is_some_and(|last| time_s - last.time_s < EVERY_S) {
            return;
        }
        if self.samples.len() == SAMPLES_MAX {
            self.samples.pop_front();
        }
        let cpu_us =
            view.plugins.iter().map(|row| (row.manifest.id.clone(), row.signals.guest_cpu_us)).collect();
        self.samples.push_back(Sample { time_s, cpu_us });
    }

    /// The share of a core that a plugin took since the first sample.
    pub fn share(&self, row: &PluginRow, time_s: f64) -> f64 {
        let Some(first) = self.samples.front() else { return 0.0 };
        let cpu_us = row.signals.guest_cpu_us.saturating_sub(first.of(&row.manifest.id));
        // Within the first seconds a single call would look like a load.
        cpu_us as f64 / 1e6 / (time_s - first.time_s).max(EVERY_S)
    }

    /// The share of a core between each two samples.
    fn history(&self, id: &PluginId) -> Vec<f64> {
        let pairs = self.samples.iter().zip(self.samples.iter().skip(1));
        let share = |(before, after): (&Sample, &Sample)| {
            let cpu_us = after.of(id).saturating_sub(before.of(id));
            cpu_us as f64 / 1e6 / (after.time_s - before.time_s).max(EVERY_S)
        };
        pairs.map(share).collect()
    }

    /// What slows the desk, in a sentence, and whether that is worth a look.
    pub fn verdict(&self, ctx: &Ctx<'_>, rows: &[std::sync::Arc<PluginRow>], time_s: f64) -> (String, Tone) {
        let share = |row: &&std::sync::Arc<PluginRow>| self.share(row, time_s);
        let heaviest = rows.iter().max_by(|one, other| share(one).total_cmp(&share(other)));
        if let Some(row) = heaviest.filter(|row| share(row) > HEAVY) {
            let (name, share) = (ctx.plugin_name(&row.manifest.id), ctx.locale.percent(share(&row)));
            let words = ctx.tw("plugin-load-heavy", &[("plugin", name.into()), ("share", share.into())]);
            return (words, Tone::Warn);
        }
        let slowest = rows.iter().max_by_key(|row| row.signals.wall_p95_us);
        if let Some(row) = slowest.filter(|row| row.signals.wall_p95_us > SLOW_US) {
            let name = ctx.plugin_name(&row.manifest.id);
            let time = super::plugins::duration(ctx, row.signals.wall_p95_us);
            let words = ctx.tw("plugin-load-slow", &[("plugin", name.into()), ("time", time.into())]);
            return (words, Tone::Warn);
        }
        let all: f64 = rows.iter().map(|row| self.share(row, time_s)).sum();
        (ctx.tw("plugin-load-none", &[("share", ctx.locale.percent(all).into())]), Tone::Muted)
    }

    /// Draws the last ten minutes of a plugin.
    pub fn show(&self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow) {
        let theme = ctx.theme;
        let time_s = ui.input(|input| input.time);
        let share = ctx.locale.percent(self.share(row, time_s));
        let words = ctx.tw("plugin-load-of", &[("share", share.into())]);
        label(ui, theme, &words, Type::Small, theme.muted);
        let history = self.history(&row.manifest.id);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        // At least a twentieth of a core high, so that next to nothing looks like next to nothing.
        let top = history.iter().copied().fold(HEAVY, f64::max);
        let width = rect.width() / (SAMPLES_MAX - 1) as f32;
        let first = rect.right() - history.len() as f32 * width;
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
        for (index, share) in history.iter().enumerate() {
            let height = ((share / top) as f32 * (HEIGHT - 2.0)).max(0.0);
            let left = first + index as f32 * width;
            let bar = Rect::from_min_max(
                pos2(left + 0.5, rect.bottom() - 1.0 - height),
                pos2(left + width - 0.5, rect.bottom() - 1.0),
            );
            let ink = if *share > HEAVY { theme.warn } else { theme.accent };
            ui.painter().rect_filled(bar, CornerRadius::same(1), ink);
        }
    }
}

/// The verdict as a line under the title.
pub fn verdict_line(ui: &mut Ui, ctx: &Ctx<'_>, (words, tone): &(String, Tone)) {
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        label(ui, ctx.theme, &text::inert(words), Type::Small, ctx.theme.ink(*tone));
    });
}
