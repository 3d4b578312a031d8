//! The head of a conversation: who it is, and what can be done with the conversation as a whole.

use egui::{Align, Layout, Popup, PopupCloseBehavior, Sense, Ui, vec2};
use model::{
    command::ConversationCommand,
    conversation::Status,
    customer::{HandleKind, mask_middle},
    view::Thread,
};

use crate::{
    Action, Ctx,
    command::CommandId,
    overlay::Dialog,
    theme::{Tone, Type},
    widget::{Button, Icon, IconButton, chip, chip_with, elided, space, space_x, text},
};

/// Height of the head.
pub const HEIGHT: f32 = 44.0;

/// Draws the head.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let theme = ctx.theme;
    let rect = ui.max_rect();
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    ui.allocate_ui_with_layout(rect.size(), Layout::right_to_left(Align::Center), |ui| {
        space_x(ui, 8.0);
        ui.add_space(20.0);
        buttons(ui, ctx, thread);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(20.0);
            who(ui, ctx, thread);
        });
    });
}

fn who(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let theme = ctx.theme;
    let row = &thread.row;
    let name =
        elided(ui.painter(), theme, &row.name, Type::Title, theme.text, ui.available_width().min(220.0));
    let (rect, response) = ui.allocate_exact_size(name.size(), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Heading, true, &row.name));
    ui.painter().galley(rect.min, name, theme.text);
    if !row.tier.is_empty() {
        chip(ui, theme, &row.tier, Tone::Accent);
    }
    for tag in row.tags.iter().take(3) {
        if ui.available_width() < 90.0 {
            return;
        }
        let response = chip_with(ui, theme, tag, theme.muted, theme.sunken, Sense::click());
        let response = response.on_hover_text(ctx.t("conversation-tag-remove"));
        if response.clicked() {
            ctx.send_to(row.id, ConversationCommand::Untag(tag.clone()));
        }
    }
    if ui.available_width() > 140.0 {
        let handle = thread.customer.customer.handles.first().map(|handle| match handle.kind {
            // The country says nothing here and would hide the digits that do.
            HandleKind::Phone => mask_middle(handle.value.trim_start_matches("+86"), 3, 4),
            _ => handle.masked(),
        });
        let channel = channel_name(ctx, thread);
        let words = handle.map_or_else(|| channel.clone(), |handle| format!("{channel} {handle}"));
        text::label(ui, theme, &words, Type::Body, theme.muted);
    }
}

fn channel_name(ctx: &Ctx<'_>, thread: &Thread) -> String {
    let title = ctx.channel_title(&thread.row.channel);
    if !title.is_empty() {
        return title;
    }
    let key = match thread.row.channel.kind.as_str() {
        "mail" => "channel-mail",
        "phone" => "channel-phone",
        "social" => "channel-social",
        _ => "channel-chat",
    };
    ctx.t(key).to_owned()
}

/// Buttons from right to left.
fn buttons(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let theme = ctx.theme;
    let id = thread.row.id;
    let send = |command| ctx.send_to(id, command);
    let tip = |command: CommandId| command.tooltip(ctx);
    match &thread.row.status {
        Status::Closed => {
            if Button::new(ctx.t("conversation-reopen")).primary().show(ui, theme).clicked() {
                send(ConversationCommand::Reopen);
            }
            return;
        }
        Status::Waiting => {
            if Button::new(ctx.t("queue-take")).primary().show(ui, theme).clicked() {
                send(ConversationCommand::Take);
            }
        }
        Status::Assigned(agent) | Status::Parked { agent, .. } if *agent != ctx.view.me => {
            if Button::new(ctx.t("conversation-take-over")).show(ui, theme).clicked() {
                send(ConversationCommand::Take);
            }
        }
        status => {
            let close = Button::new(ctx.t("conversation-close")).primary().show(ui, theme);
            if close.on_hover_text(tip(CommandId::ConversationClose)).clicked() {
                ctx.push(Action::Show(Dialog::WrapUp(id)));
            }
            if matches!(status, Status::Parked { .. }) {
                if Button::new(ctx.t("conversation-resume")).show(ui, theme).clicked() {
                    send(ConversationCommand::Resume);
                }
            } else {
                let park = Button::new(ctx.t("conversation-park")).show(ui, theme);
                let park = park.on_hover_text(tip(CommandId::ConversationPark));
                Popup::menu(&park).frame(theme.popover()).gap(6.0).show(|ui| park_menu(ui, ctx, thread));
            }
            let transfer = Button::new(ctx.t("conversation-transfer")).show(ui, theme);
            if transfer.on_hover_text(tip(CommandId::ConversationTransfer)).clicked() {
                ctx.push(Action::Show(Dialog::Transfer(id)));
            }
        }
    }
    more(ui, ctx, thread);
}

/// When a parked conversation comes back.
pub fn park_menu(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    ui.set_width(200.0);
    text::label(ui, ctx.theme, ctx.t("conversation-park-until"), Type::Small, ctx.theme.muted);
    for (key, until) in park_choices(ctx) {
        let words = match until {
            Some(until) => format!("{}  {}", ctx.t(key), ctx.moment(until)),
            None => ctx.t(key).to_owned(),
        };
        if ui.button(words).clicked() {
            ctx.send_to(thread.row.id, ConversationCommand::Park(until));
            ui.close();
        }
    }
}

/// The moments that are offered for parking.
pub fn park_choices(ctx: &Ctx<'_>) -> [(&'static str, Option<jiff::Timestamp>); 4] {
    let hours = |hours: i64| ctx.now.checked_add(jiff::SignedDuration::from_hours(hours)).ok();
    let tomorrow = ctx
        .today()
        .tomorrow()
        .ok()
        .and_then(|day| day.at(9, 0, 0, 0).to_zoned_datetime(ctx.zone.clone()).ok())
        .map(|moment| moment.timestamp());
    [
        ("conversation-park-reply", None),
        ("conversation-park-quarter", ctx.now.checked_add(jiff::SignedDuration::from_mins(15)).ok()),
        ("conversation-park-hour", hours(1)),
        ("conversation-park-tomorrow", tomorrow),
    ]
}

fn more(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let id = thread.row.id;
    let button = IconButton::new(Icon::More, ctx.t("app-more")).show(ui, ctx.theme);
    let popup = Popup::menu(&button)
        .frame(ctx.theme.popover())
        .gap(6.0)
        .close_behavior(PopupCloseBehavior::CloseOnClick);
    popup.show(|ui| {
        ui.set_width(200.0);
        space(ui, vec2(0.0, 2.0));
        let mut entry = |key: &str, action: Action| {
            if ui.button(ctx.t(key)).clicked() {
                ctx.push(action);
            }
        };
        let command = |command| Action::Send(model::command::Command::Conversation(id, command));
        entry("conversation-tag-add", Action::Show(Dialog::Tag(id)));
        entry("conversation-ask-reply", command(ConversationCommand::AskForReply));
        entry("conversation-check-quality", command(ConversationCommand::CheckQuality));
        entry("conversation-copy-transcript", Action::CopyTranscript(id));
        if matches!(thread.row.status, Status::Assigned(agent) if agent == ctx.view.me) {
            entry("conversation-release", command(ConversationCommand::Release));
        }
    });
}
