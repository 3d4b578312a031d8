//! One ticket beside the list: where it stands, its values, its comments.

use egui::{Align, Layout, Sense, Ui, vec2};
use model::{
    TicketId,
    command::{Command, TicketCommand},
    field::{FieldKind, Origin},
    ticket::{Comment, Stage, Ticket},
};

use super::{
    control,
    tickets::{stage_key, stage_tone},
};
use crate::{
    Action, Ctx,
    theme::Type,
    widget::{Area, Button, Card, Icon, chip, facts_row, label, text},
};

/// What is being written about the ticket beside the list.
#[derive(Default)]
pub struct Detail {
    of: Option<TicketId>,
    comment: String,
}

impl Detail {
    /// Draws a ticket.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, ticket: &Ticket, customer: &str) {
        if self.of != Some(ticket.id) {
            self.of = Some(ticket.id);
            self.comment.clear();
        }
        let theme = ctx.theme;
        control::page(ui, ("ticket", ticket.id), |ui| {
            head(ui, ctx, ticket);
            stages(ui, ctx, ticket);
            ui.add_space(4.0);
            Card::new(ctx.t("ticket-facts")).show(
                ui,
                theme,
                |_| {},
                |ui| {
                    let customer = if customer.is_empty() { ctx.t("app-unknown") } else { customer };
                    fact(ui, ctx, ctx.t("ticket-customer"), customer);
                    fact(ui, ctx, ctx.t("ticket-opened-by"), &ctx.agent_name(ticket.opened_by));
                    fact(ui, ctx, ctx.t("ticket-column-opened"), &ctx.moment(ticket.opened));
                    fact(ui, ctx, ctx.t("ticket-column-changed"), &ctx.moment(ticket.changed));
                },
            );
            Card::new(ctx.t("ticket-form")).show(
                ui,
                theme,
                |ui| {
                    // The id of a plugin that is not here says nothing to an agent.
                    if ctx.view.plugins.iter().any(|row| row.manifest.id == ticket.plugin) {
                        let name = ctx.plugin_name(&ticket.plugin);
                        label(ui, theme, &name, Type::Small, theme.muted);
                    }
                },
                |ui| values(ui, ctx, ticket),
            );
            self.comments(ui, ctx, ticket);
        });
    }

    fn comments(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, ticket: &Ticket) {
        let theme = ctx.theme;
        Card::new(ctx.t("ticket-comment")).show(
            ui,
            theme,
            |_| {},
            |ui| {
                if ticket.comments.is_empty() {
                    text::paragraph(ui, theme, ctx.t("ticket-comment-none"), Type::Small, theme.muted);
                }
                for comment in &ticket.comments {
                    comment_line(ui, ctx, comment);
                }
                ui.add_space(2.0);
                Area::new(&mut self.comment, ctx.t("ticket-comment-add"), 2)
                    .hint(ctx.t("ticket-comment-hint"))
                    .show(ui, theme);
                let words = self.comment.trim().to_owned();
                // As high as the button: a layout that may grow would put it into the middle of what is left.
                let line = vec2(ui.available_width(), theme.tokens.size.control);
                ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
                    let add = Button::new(ctx.t("ticket-comment-add")).enabled(!words.is_empty());
                    if add.show(ui, theme).clicked() {
                        ctx.send(Command::Ticket(ticket.id, TicketCommand::Comment(words)));
                        self.comment.clear();
                    }
                });
            },
        );
    }
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, ticket: &Ticket) {
    let theme = ctx.theme;
    ui.horizontal(|ui| {
        label(ui, theme, &ticket.number, Type::Small, theme.muted);
        chip(ui, theme, ctx.t(stage_key(ticket.stage)), stage_tone(ticket.stage));
        let Some(conversation) = ticket.conversation else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let open = Button::new(ctx.t("ticket-open-conversation")).icon(Icon::Chat).quiet();
            if open.show(ui, theme).clicked() {
                ctx.push(Action::Go(crate::Place::Desk));
                ctx.push(Action::Open(conversation));
            }
        });
    });
    let title = ctx.author_text(&ticket.plugin, &ticket.title);
    text::paragraph(ui, theme, &text::inert(&title), Type::Heading, theme.text);
}

/// The stages it may move to, and only those.
fn stages(ui: &mut Ui, ctx: &Ctx<'_>, ticket: &Ticket) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for stage in Stage::ALL.into_iter().filter(|stage| ticket.stage.may_move_to(*stage)) {
            let words = ctx.t(move_key(stage));
            let button = Button::new(words);
            let button = if stage == Stage::Done { button.primary() } else { button };
            if button.show(ui, ctx.theme).clicked() {
                ctx.send(Command::Ticket(ticket.id, TicketCommand::Move(stage)));
            }
        }
    });
}

fn move_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "ticket-move-open",
        Stage::InProgress => "ticket-move-in-progress",
        Stage::WaitingForCustomer => "ticket-move-waiting",
        Stage::Done => "ticket-move-done",
        Stage::Cancelled => "ticket-move-cancelled",
    }
}

fn fact(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, value: &str) {
    facts_row(ui, ctx.theme, name, |ui| {
        text::paragraph(ui, ctx.theme, &text::inert(value), Type::Body, ctx.theme.text);
    });
}

fn values(ui: &mut Ui, ctx: &Ctx<'_>, ticket: &Ticket) {
    let theme = ctx.theme;
    let mut any = false;
    for (id, value) in ticket.values.iter().filter(|(_, value)| !value.text.is_empty()) {
        any = true;
        facts_row(ui, theme, &field_name(ctx, ticket, id), |ui| {
            let words = value_words(ctx, ticket, id, &value.text);
            text::paragraph(ui, theme, &text::inert(&words), Type::Body, theme.text);
            if let Origin::Filled(from) = &value.origin {
                let from = ctx.author_text(&ticket.plugin, from);
                label(ui, theme, &from, Type::Small, theme.muted);
            }
        });
    }
    if !any {
        text::paragraph(ui, theme, ctx.t("ticket-no-values"), Type::Small, theme.muted);
    }
}

/// The field of the same form as it is open beside some conversation, which knows labels and choices.
fn known_field<'a>(ctx: &Ctx<'a>, ticket: &Ticket, id: &str) -> Option<&'a model::field::Field> {
    let forms = ctx.view.threads.values().filter_map(|thread| thread.form.as_deref());
    let same = forms.filter(|form| form.plugin == ticket.plugin && form.kind == ticket.kind);
    same.flat_map(|form| &form.fields).find(|field| field.id == id)
}

/// What a field is called: as its form says where one is open, otherwise by the plugin's own texts.
fn field_name(ctx: &Ctx<'_>, ticket: &Ticket, id: &str) -> String {
    if let Some(field) = known_field(ctx, ticket, id) {
        return ctx.author_text(&ticket.plugin, &field.label);
    }
    let key = id.replace('_', "-");
    let row = ctx.view.plugins.iter().find(|row| row.manifest.id == ticket.plugin);
    let texts = row.and_then(|row| row.texts.get(ctx.locale.language().tag()));
    let found = texts.and_then(|texts| [format!("{key}-field"), key].iter().find_map(|key| texts.get(key)));
    found.cloned().unwrap_or_else(|| id.to_owned())
}

fn value_words(ctx: &Ctx<'_>, ticket: &Ticket, id: &str, value: &str) -> String {
    if let Some(field) = known_field(ctx, ticket, id)
        && let FieldKind::Choice(options) = &field.kind
        && let Some(option) = options.iter().find(|option| option.value == value)
    {
        return ctx.author_text(&ticket.plugin, &option.label);
    }
    match value {
        "true" => ctx.t("app-yes").to_owned(),
        "false" => ctx.t("app-no").to_owned(),
        words => words.to_owned(),
    }
}

fn comment_line(ui: &mut Ui, ctx: &Ctx<'_>, comment: &Comment) {
    let theme = ctx.theme;
    ui.horizontal(|ui| {
        label(ui, theme, &ctx.agent_name(comment.agent), Type::SmallStrong, theme.text);
        label(ui, theme, &ctx.moment(comment.at), Type::Small, theme.muted);
    });
    text::paragraph(ui, theme, &text::inert(&comment.text), Type::Body, theme.text);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 5.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, theme.hairline());
}
