//! Offers that plugins propose, on the ground of the lamp: what, why, and the words to say.

use egui::{Sense, Ui, vec2};
use model::{proposal::Change, view::Thread};

use crate::{
    Action, Ctx,
    panel::proposal::{accept, dismiss},
    theme::Type,
    widget::{Button, Card, dot, label, paragraph, text},
};

/// Offers shown at once; the rest waits behind them.
const OFFERS_MAX: usize = 2;

/// Draws a card for each offer.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let theme = ctx.theme;
    let offers = thread.proposals.iter().filter_map(|proposal| match &proposal.change {
        Change::Offer { title, words, .. } => Some((proposal, title, words)),
        _ => None,
    });
    for (proposal, title, words) in offers.take(OFFERS_MAX) {
        let title = ctx.author_text(&proposal.plugin, title);
        let name = text::one_line(&format!("{} · {title}", ctx.t("proposal-offer")));
        ui.push_id(proposal.id, |ui| {
            Card::new(&name).colours(theme.lamp_soft, theme.lamp, theme.warn).show(
                ui,
                theme,
                |ui| {
                    let (mark, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                    dot(ui.painter(), mark.center(), theme.lamp);
                    let plugin = ctx.plugin_name(&proposal.plugin);
                    label(ui, theme, &plugin, Type::Small, theme.muted);
                },
                |ui| {
                    let reason = ctx.author_text(&proposal.plugin, &proposal.because);
                    if !reason.is_empty() {
                        paragraph(ui, theme, &text::inert(&reason), Type::Small, theme.muted);
                    }
                    paragraph(ui, theme, &text::inert(words), Type::Body, theme.text);
                    ui.horizontal(|ui| {
                        let insert = ctx.t("proposal-offer-insert");
                        if Button::new(insert).small().show(ui, theme).clicked() {
                            ctx.push(Action::Draft {
                                conversation: thread.row.id,
                                text: words.clone(),
                                from: None,
                                replace: false,
                            });
                            accept(ctx, thread, proposal, false);
                        }
                        let away =
                            Button::new(ctx.t("proposal-dismiss")).name(ctx.t("proposal-offer-dismiss"));
                        if away.quiet().small().show(ui, theme).clicked() {
                            dismiss(ctx, thread, proposal);
                        }
                    });
                },
            );
        });
    }
}
