//! What a plugin sent out of this machine, and what it was not allowed to send, newest first.

use egui::{Ui, vec2};
use model::{
    PluginId,
    plugin::Egress,
    port::{Answer, Question},
};

use super::control;
use crate::{
    Ctx, Slot,
    theme::{Tone, Type},
    widget::{Button, Card, Icon, label, text},
};

/// How often it is asked for while it is open, in seconds.
const ASK_EVERY_S: f64 = 2.0;
/// Lines drawn, the newest.
const LINES_MAX: usize = 100;

/// The card of what a plugin sent.
#[derive(Default)]
pub struct Sent {
    open: bool,
    lines: Slot,
    asked_s: f64,
}

impl Sent {
    /// Forgets what was of another plugin.
    pub fn clear(&mut self) {
        self.lines.clear();
    }

    /// Draws the card.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, plugin: &PluginId) {
        let theme = ctx.theme;
        if self.open {
            let time = ui.input(|input| input.time);
            self.lines.ask(ctx.desk, Question::PluginEgress(plugin.clone()));
            if time - self.asked_s >= ASK_EVERY_S {
                self.asked_s = time;
                self.lines.refresh(ctx.desk);
            }
            self.lines.poll(ctx.desk);
            control::await_answer(ui, &self.lines);
        }
        let mut toggled = false;
        Card::new(ctx.t("plugin-sent")).show(
            ui,
            theme,
            |ui| {
                let words = ctx.t(if self.open { "app-hide" } else { "app-show" });
                let name = ctx.t(if self.open { "plugin-sent-hide" } else { "plugin-sent-show" });
                toggled = Button::new(words).name(name).quiet().small().show(ui, theme).clicked();
            },
            |ui| {
                if !self.open {
                    text::paragraph(ui, theme, ctx.t("plugin-sent-hint"), Type::Small, theme.muted);
                    return;
                }
                match self.lines.answer() {
                    Some(Answer::Egress(lines)) if !lines.is_empty() => {
                        lines.iter().take(LINES_MAX).for_each(|line| entry(ui, ctx, line));
                    }
                    Some(_) => {
                        label(ui, theme, ctx.t("plugin-sent-empty"), Type::Small, theme.muted);
                    }
                    None => control::missing(ui, ctx, &self.lines),
                }
            },
        );
        if toggled {
            self.open = !self.open;
        }
    }
}

/// One request: when, where to and what came of it; below it how much, with what and about whom.
fn entry(ui: &mut Ui, ctx: &Ctx<'_>, line: &Egress) {
    let theme = ctx.theme;
    let (outcome, tone) = match (&line.denied, line.status) {
        (Some(_), _) => (ctx.t("plugin-sent-denied").to_owned(), Tone::Bad),
        (None, None) => (ctx.t("plugin-sent-silent").to_owned(), Tone::Warn),
        (None, Some(status)) => {
            let tone = if (200..400).contains(&status) { Tone::Good } else { Tone::Warn };
            (ctx.tw("plugin-sent-status", &[("status", status.to_string().into())]), tone)
        }
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 20.0), egui::Sense::hover());
        let square = egui::Rect::from_center_size(rect.center(), egui::Vec2::splat(14.0));
        let icon = if line.denied.is_some() { Icon::Lock } else { Icon::Upload };
        icon.paint(ui.painter(), square, theme.ink(tone));
        label(ui, theme, &ctx.moment(line.at), Type::Small, theme.muted);
        let what = format!("{} {}", line.method, line.target);
        label(ui, theme, &text::inert(&what), Type::Body, theme.text);
        label(ui, theme, &outcome, Type::Small, theme.ink(tone));
        if line.times > 1 {
            let times = ctx.tw("plugin-sent-times", &[("count", line.times.into())]);
            label(ui, theme, &times, Type::Small, theme.muted);
        }
    });
    let below = details(ctx, line).join(" · ");
    if !below.is_empty() {
        text::paragraph(ui, theme, &text::inert(&below), Type::Small, theme.muted);
    }
}

fn details(ctx: &Ctx<'_>, line: &Egress) -> Vec<String> {
    if let Some(needs) = &line.denied {
        return vec![ctx.tw("plugin-sent-needs", &[("line", needs.into())])];
    }
    let (out, back) = (ctx.locale.file_size(line.bytes), ctx.locale.file_size(line.received));
    let mut details = vec![ctx.tw("plugin-sent-bytes", &[("out", out.into()), ("back", back.into())])];
    if !line.secrets.is_empty() {
        let names = line.secrets.join(ctx.t("app-separator"));
        details.push(ctx.tw("plugin-sent-secrets", &[("names", names.into())]));
    }
    if let Some(row) = line.conversation.and_then(|conversation| ctx.row(conversation)) {
        details.push(ctx.tw("plugin-sent-about", &[("name", (&row.name).into())]));
    }
    details
}
