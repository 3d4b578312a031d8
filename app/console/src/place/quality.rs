//! Quality: what the checks found in the conversations being shown, the worst first.

use std::sync::Arc;

use egui::{Align, Frame, Layout, Margin, ScrollArea, Ui, vec2};
use model::{
    ConversationId, FindingId,
    command::{Command, FindingCommand},
    quality::{Finding, Severity},
    view::{Entry, EntryKind, View},
};

use super::control;
use crate::{
    Action, Ctx, Place,
    theme::{Tone, Type},
    timeline,
    widget::{Button, Field, Icon, Segment, chip, empty_state, label, text},
};

/// The severities, the worst first.
const ORDER: [Severity; 4] = [Severity::Breach, Severity::Warning, Severity::Hint, Severity::Good];
/// The widest the list gets.
const LIST_MAX: f32 = 960.0;

/// What the Quality place remembers.
#[derive(Default)]
pub struct Quality {
    only: Option<Severity>,
    disputing: Option<FindingId>,
    reason: String,
    built: Option<u64>,
    found: Vec<(ConversationId, Arc<Entry>)>,
}

impl Quality {
    /// Draws the place.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.update(ctx.view);
        let theme = ctx.theme;
        Frame::new().fill(theme.surface).show(ui, |ui| {
            let count = ctx.tw("quality-count", &[("count", self.found.len().into())]);
            control::bar(ui, ctx, ctx.t("place-quality"), &count, |ui| self.filters(ui, ctx));
        });
        let found = std::mem::take(&mut self.found);
        let shown = |severity| self.only.is_none_or(|only| only == severity);
        if !ORDER.into_iter().any(|severity| shown(severity) && count(&found, severity) > 0) {
            empty_state(ui, theme, Icon::Shield, ctx.t("quality-empty"), ctx.t("quality-empty-place-hint"));
            self.found = found;
            return;
        }
        ScrollArea::vertical().id_salt("findings").auto_shrink(false).show(ui, |ui| {
            let width = ui.available_width().min(LIST_MAX);
            ui.set_max_width(width);
            Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
                ui.set_width(width - 32.0);
                ui.spacing_mut().item_spacing.y = 8.0;
                for severity in ORDER {
                    let count = count(&found, severity);
                    if count > 0 && self.only.is_none_or(|only| only == severity) {
                        let (_, _, key) = timeline::severity_look(ctx, severity);
                        control::heading(ui, theme, &format!("{} {count}", ctx.t(key)));
                        for (conversation, entry) in &found {
                            self.finding(ui, ctx, *conversation, entry, severity);
                        }
                    }
                }
            });
        });
        self.found = found;
    }

    /// Gathers the findings once for each view, the newest first.
    fn update(&mut self, view: &View) {
        if self.built == Some(view.revision) {
            return;
        }
        self.built = Some(view.revision);
        self.found.clear();
        for (conversation, thread) in view.threads.iter() {
            let findings =
                thread.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Finding { .. }));
            self.found.extend(findings.map(|entry| (*conversation, Arc::clone(entry))));
        }
        self.found.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.at));
    }

    fn filters(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        for severity in ORDER.into_iter().rev() {
            let (_, _, key) = timeline::severity_look(ctx, severity);
            let count = count(&self.found, severity);
            let selected = self.only == Some(severity);
            if Segment::new(ctx.t(key), Some(count), selected).show(ui, ctx.theme).clicked() {
                self.only = Some(severity);
            }
        }
        if Segment::new(ctx.t("app-all"), None, self.only.is_none()).show(ui, ctx.theme).clicked() {
            self.only = None;
        }
    }

    fn finding(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        conversation: ConversationId,
        entry: &Entry,
        severity: Severity,
    ) {
        let EntryKind::Finding { finding, answered } = &entry.kind else { return };
        if finding.severity != severity {
            return;
        }
        let theme = ctx.theme;
        let frame =
            Frame::new().fill(theme.surface).stroke(theme.hairline()).corner_radius(theme.card_radius());
        frame.inner_margin(Margin::symmetric(14, 10)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            head(ui, ctx, conversation, entry, finding);
            let because = ctx.author_text(&finding.plugin, &finding.because);
            if !because.is_empty() {
                text::paragraph(ui, theme, &text::inert(&because), Type::Body, theme.text);
            }
            if !finding.advice.is_empty() {
                let advice = ctx.author_text(&finding.plugin, &finding.advice);
                let advice = ctx.tw("quality-advice", &[("words", text::inert(&advice).into_owned().into())]);
                text::paragraph(ui, theme, &advice, Type::Small, theme.muted);
            }
            ui.add_space(2.0);
            ui.allocate_ui_with_layout(
                vec2(ui.available_width(), 28.0),
                Layout::left_to_right(Align::Center),
                |ui| self.answer(ui, ctx, conversation, finding, *answered),
            );
            if self.disputing == Some(finding.id) {
                self.dispute(ui, ctx, conversation, finding);
            }
        });
    }

    fn answer(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        conversation: ConversationId,
        finding: &Finding,
        answered: Option<bool>,
    ) {
        let theme = ctx.theme;
        match answered {
            Some(true) => {
                chip(ui, theme, ctx.t("quality-disputed"), Tone::Warn);
            }
            Some(false) => {
                chip(ui, theme, ctx.t("quality-acknowledged"), Tone::Good);
            }
            None if finding.severity > Severity::Good => {
                if Button::new(ctx.t("quality-understood")).small().show(ui, theme).clicked() {
                    ctx.send(Command::Finding(conversation, finding.id, FindingCommand::Understood));
                }
                let open = self.disputing == Some(finding.id);
                let dispute = Button::new(ctx.t("quality-dispute")).small().selected(open);
                if dispute.show(ui, theme).clicked() {
                    self.disputing = (!open).then_some(finding.id);
                    self.reason.clear();
                }
            }
            None => {}
        }
        let by = ctx.tw("quality-by", &[("plugin", ctx.plugin_name(&finding.plugin).into())]);
        label(ui, theme, &by, Type::Small, theme.muted);
    }

    fn dispute(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId, finding: &Finding) {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 120.0).max(120.0);
            Field::new(&mut self.reason, ctx.t("quality-dispute-reason"))
                .hint(ctx.t("quality-dispute-reason"))
                .width(width)
                .show(ui, ctx.theme);
            let words = self.reason.trim().to_owned();
            let send = Button::new(ctx.t("quality-dispute-send")).primary().enabled(!words.is_empty());
            if send.show(ui, ctx.theme).clicked() {
                ctx.send(Command::Finding(conversation, finding.id, FindingCommand::Dispute(words)));
                self.disputing = None;
                self.reason.clear();
            }
        });
    }
}

fn count(found: &[(ConversationId, Arc<Entry>)], severity: Severity) -> usize {
    let fits = |entry: &Entry| matches!(&entry.kind, EntryKind::Finding { finding, .. } if finding.severity == severity);
    found.iter().filter(|(_, entry)| fits(entry)).count()
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, conversation: ConversationId, entry: &Entry, finding: &Finding) {
    let theme = ctx.theme;
    let (icon, ink, key) = timeline::severity_look(ctx, finding.severity);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 26.0),
        Layout::right_to_left(Align::Center),
        |ui| {
            let customer = ctx.row(conversation).map_or("", |row| row.name.as_str());
            let open = ctx.tw("quality-open", &[("name", customer.into())]);
            if Button::new(ctx.t("quality-evidence")).name(&open).quiet().small().show(ui, theme).clicked() {
                ctx.push(Action::Go(Place::Desk));
                ctx.push(Action::OpenAt(conversation, entry.sequence));
            }
            label(ui, theme, &ctx.moment(entry.at), Type::Small, theme.muted);
            label(ui, theme, customer, Type::Small, theme.text);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (rect, mark) = ui.allocate_exact_size(egui::Vec2::splat(16.0), egui::Sense::hover());
                icon.paint(ui.painter(), rect.shrink(1.0), ink);
                mark.on_hover_text(ctx.t(key));
                let title = ctx.author_text(&finding.plugin, &finding.title);
                let title = if title.is_empty() { finding.criterion.clone() } else { title };
                label(ui, theme, &text::inert(&title), Type::Strong, theme.text);
            });
        },
    );
}
