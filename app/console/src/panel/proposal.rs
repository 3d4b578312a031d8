//! The strip above the composer: the best proposal, its sources and the keys that decide about it.

use egui::{Frame, Layout, Margin, Sense, Stroke, Ui, vec2};
use model::{
    ArticleId, MessageId,
    command::{Command, ProposalCommand},
    proposal::{Change, Proposal, Source},
    view::{EntryKind, Thread},
};

use crate::{
    Action, Ctx,
    theme::Type,
    timeline::SIDE_MARGIN,
    widget::{Icon, chip_with, keycap, label, paragraph, space, space_x, text},
};

/// The best proposal that this strip shows. Fields belong to the form and wrap-ups to the closing page.
pub fn best(thread: &Thread) -> Option<&Proposal> {
    strip(thread).next()
}

fn strip(thread: &Thread) -> impl Iterator<Item = &Proposal> {
    let shown = |proposal: &&Proposal| {
        !matches!(proposal.change, Change::Fields(_) | Change::WrapUp(_) | Change::Offer { .. })
    };
    thread.proposals.iter().map(|proposal| &**proposal).filter(shown)
}

/// The best proposed reply and its words.
pub fn reply_of(thread: &Thread) -> Option<(&Proposal, &str)> {
    let best = best(thread)?;
    match &best.change {
        Change::Reply(text) => Some((best, text)),
        _ => None,
    }
}

/// Turns a proposal down.
pub fn dismiss(ctx: &Ctx<'_>, thread: &Thread, proposal: &Proposal) {
    ctx.send(Command::Proposal(thread.row.id, proposal.id, ProposalCommand::Dismiss));
}

/// Takes a proposal: replies go into the draft, everything else is done.
pub fn accept(ctx: &Ctx<'_>, thread: &Thread, proposal: &Proposal, replace: bool) {
    match &proposal.change {
        Change::Reply(text) => ctx.push(Action::Draft {
            conversation: thread.row.id,
            text: text.clone(),
            from: Some(proposal.id),
            replace,
        }),
        _ => ctx.send(Command::Proposal(thread.row.id, proposal.id, ProposalCommand::Accept)),
    }
}

/// Key of a proposal's kind, and its words.
fn words_of<'a>(ctx: &Ctx<'_>, proposal: &'a Proposal) -> (&'static str, std::borrow::Cow<'a, str>) {
    match &proposal.change {
        Change::Reply(words) => ("proposal-reply", text::inert(words)),
        Change::Tag(words) => ("proposal-tag", text::inert(words)),
        Change::Transfer(words) => ("proposal-transfer", text::inert(words)),
        Change::NextStep(words) => ("proposal-next-step", text::inert(words)),
        Change::Note(words) => ("proposal-note", text::inert(words)),
        Change::Offer { title, words, .. } => {
            let title = ctx.author_text(&proposal.plugin, title);
            ("proposal-offer", format!("{title} · {}", text::inert(words)).into())
        }
        Change::Fields(_) => ("proposal-fields", "".into()),
        Change::WrapUp(wrap_up) => ("proposal-wrap-up", text::inert(&wrap_up.summary)),
    }
}

/// Room a chip needs that names a source.
const SOURCE_LEAST: f32 = 84.0;
/// Windows lower than this, in points, keep what was said in sight before anything else.
const SHORT: f32 = 560.0;

/// Whether the window is low, as at 200 % on a small screen.
pub fn is_short(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < SHORT
}

/// Draws the prompt that is let through now and the best proposal.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, draft_empty: bool) {
    if let Some(prompt) = &thread.prompt {
        let frame = Frame::new().inner_margin(Margin {
            left: SIDE_MARGIN as i8,
            right: SIDE_MARGIN as i8,
            top: 0,
            bottom: 8,
        });
        frame.show(ui, |ui| {
            let mut job = crate::timeline::prompt_job(ctx, prompt);
            job.wrap.max_width = ui.available_width() - 28.0;
            if is_short(ui) {
                job.wrap.max_rows = 1;
            }
            let galley = ui.painter().layout_job(job);
            let (rect, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y + 16.0), Sense::hover());
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Alert, true, galley.text()));
            crate::timeline::prompt_frame(ui, ctx, rect);
            ui.painter().galley(rect.min + vec2(14.0, 8.0), galley, ctx.theme.text);
        });
    }
    if let Some(proposal) = best(thread) {
        card(ui, ctx, thread, proposal, draft_empty);
    }
}

fn card(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, proposal: &Proposal, draft_empty: bool) {
    let theme = ctx.theme;
    let (kind, words) = words_of(ctx, proposal);
    let outer = Margin { left: SIDE_MARGIN as i8, right: SIDE_MARGIN as i8, top: 0, bottom: 10 };
    Frame::new().inner_margin(outer).show(ui, |ui| {
        let frame = Frame::new()
            .fill(theme.surface)
            .stroke(Stroke::new(1.0, theme.accent))
            .corner_radius(theme.card_radius())
            .inner_margin(Margin { left: 14, right: 14, top: 8, bottom: 8 });
        frame.show(ui, |ui| {
            space(ui, vec2(8.0, 4.0));
            ui.set_min_width(ui.available_width());
            head(ui, ctx, thread, proposal, kind);
            let height = if is_short(ui) { 42.0 } else { 100.0 };
            egui::ScrollArea::vertical().id_salt("proposal").max_height(height).show(ui, |ui| {
                paragraph(ui, theme, &words, Type::Body, theme.text);
            });
            if !proposal.because.is_empty() {
                let reason = ctx.author_text(&proposal.plugin, &proposal.because);
                label(
                    ui,
                    theme,
                    &ctx.tw("proposal-because", &[("reason", reason.into())]),
                    Type::Small,
                    theme.muted,
                );
            }
            keys(ui, ctx, thread, proposal, draft_empty);
        });
    });
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, proposal: &Proposal, kind: &str) {
    let theme = ctx.theme;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 22.0),
        Layout::right_to_left(egui::Align::Center),
        |ui| {
            let percent = ctx.locale.percent(f64::from(proposal.confidence));
            let from = ctx.tw("proposal-from", &[("plugin", ctx.plugin_name(&proposal.plugin).into())]);
            let sure = ctx.tw("proposal-confidence", &[("percent", percent.into())]);
            label(ui, theme, &sure, Type::Small, theme.muted).on_hover_text(from);
            let more = strip(thread).count() - 1;
            if more > 0 {
                label(
                    ui,
                    theme,
                    &ctx.tw("proposal-more", &[("count", more.into())]),
                    Type::Small,
                    theme.muted,
                );
            }
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                let (mark, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
                Icon::Spark.paint(ui.painter(), mark, theme.accent);
                label(ui, theme, ctx.t(kind), Type::SmallStrong, theme.accent);
                for source in proposal.sources.iter().take(3) {
                    // Half a chip says nothing, and would lie over how sure the proposal is.
                    if ui.available_width() < SOURCE_LEAST {
                        break;
                    }
                    let response = chip_with(
                        ui,
                        theme,
                        &text::one_line(&source.title),
                        theme.muted,
                        theme.sunken,
                        Sense::click(),
                    );
                    let response = if source.quote.is_empty() {
                        response
                    } else {
                        response.on_hover_text(text::inert(&source.quote))
                    };
                    if response.clicked() {
                        open_source(ctx, thread, source);
                    }
                }
            });
        },
    );
}

/// Goes to what a proposal rests on.
fn open_source(ctx: &Ctx<'_>, thread: &Thread, source: &Source) {
    if let Some(article) = source.uri.strip_prefix("article:") {
        ctx.push(Action::OpenArticle(ArticleId::new(article)));
    } else if let Some(message) = source.uri.strip_prefix("message:") {
        let Ok(message) = message.parse::<MessageId>() else { return };
        let entry = thread.entries.iter().find(|entry| {
            matches!(&entry.kind,
                EntryKind::FromCustomer { message: id, .. } | EntryKind::FromAgent { message: id, .. } if *id == message)
        });
        if let Some(entry) = entry {
            ctx.push(Action::OpenAt(thread.row.id, entry.sequence));
        }
    } else if source.uri.starts_with("https://") || source.uri.starts_with("http://") {
        ctx.request(crate::ShellRequest::OpenUrl(source.uri.clone()));
    }
}

fn keys(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, proposal: &Proposal, draft_empty: bool) {
    let reply = matches!(proposal.change, Change::Reply(_));
    let edit = crate::command::CommandId::ProposalEdit.shortcut_text(ctx);
    ui.horizontal(|ui| {
        space_x(ui, 16.0);
        // Tab belongs to the text once there is some; then only adding behind it makes sense.
        if !reply || draft_empty {
            let key = if reply { "Tab" } else { &edit };
            if keycap(ui, ctx.theme, key, ctx.t("proposal-accept")).clicked() {
                accept(ctx, thread, proposal, true);
            }
        }
        if reply {
            let words = if draft_empty { "proposal-edit" } else { "proposal-append" };
            if keycap(ui, ctx.theme, &edit, ctx.t(words)).clicked() {
                accept(ctx, thread, proposal, false);
            }
        }
        if keycap(ui, ctx.theme, "Esc", ctx.t("proposal-dismiss")).clicked() {
            dismiss(ctx, thread, proposal);
        }
    });
}
