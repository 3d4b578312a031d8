//! The ticket form beside the conversation: half filled by its plugin, every value with where it came from.

use egui::{Layout, Sense, Ui, vec2};
use jiff::{ToSpan, civil::Date};
use model::{
    ConversationId, PluginId, TicketId,
    command::{Command, FormCommand},
    customer::Device,
    field::{Field as FormField, FieldKind, Origin},
    view::{Form, FormState, Thread},
};

use super::{
    edit::{Edits, Target},
    section::{Choose, Folds, Section, choose, switch},
};
use crate::{
    Action, Ctx,
    command::CommandId,
    theme::Type,
    widget::{
        Area, Button, Field, Icon, IconButton, chip_with, keycap, label, paragraph, space_x, space_y, text,
    },
};

/// Width of the labels left of the fields.
const LABEL_WIDTH: f32 = 80.0;
/// Widest a chip may be that says where a value came from.
const SOURCE_MAX_WIDTH: f32 = 96.0;
/// Visits that are offered for a click, as first and last hour; anything else can be typed.
const VISIT_HOURS: [(i8, i8); 3] = [(9, 12), (14, 16), (16, 18)];
/// Days for which visits are offered.
const VISIT_DAYS: i64 = 3;

/// Draws the form, or the buttons that open one.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, edits: &mut Edits, folds: &mut Folds) {
    match &thread.form {
        Some(form) => card(ui, ctx, thread, form, edits, folds),
        None => openers(ui, ctx, thread, folds),
    }
}

fn send(ctx: &Ctx<'_>, conversation: ConversationId, command: FormCommand) {
    ctx.send(Command::Form(conversation, command));
}

/// The menu of ticket types.
fn openers(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, folds: &mut Folds) {
    let theme = ctx.theme;
    Section::new("ticket", ctx.t("ticket-title")).show(
        ui,
        ctx,
        folds,
        |_| {},
        |ui| {
            if ctx.view.ticket_types.is_empty() {
                label(ui, theme, ctx.t("ticket-no-form"), Type::Body, theme.text);
                paragraph(ui, theme, ctx.t("ticket-no-form-hint"), Type::Small, theme.muted);
                return;
            }
            paragraph(ui, theme, ctx.t("ticket-open-hint"), Type::Small, theme.muted);
            ui.horizontal_wrapped(|ui| open_buttons(ui, ctx, thread));
        },
    );
}

fn open_buttons(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
    let key = CommandId::TicketNew.shortcut_text(ctx);
    for (index, kind) in ctx.view.ticket_types.iter().enumerate() {
        let title = text::one_line(&ctx.author_text(&kind.plugin, &kind.title));
        let name = format!("{}: {title}", ctx.t("ticket-new"));
        let mut button = Button::new(&title).name(&name).icon(Icon::Plus);
        if index == 0 && !key.is_empty() {
            button = button.keycap(&key);
        }
        if button.show(ui, ctx.theme).clicked() {
            let (plugin, kind) = (kind.plugin.clone(), kind.kind.clone());
            send(ctx, thread.row.id, FormCommand::Open { plugin, kind });
        }
    }
}

fn is_visible(form: &Form, field: &FormField) -> bool {
    field.show_if.as_ref().is_none_or(|condition| {
        form.values.get(&condition.field).is_some_and(|value| value.text == condition.equals)
    })
}

fn card(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, form: &Form, edits: &mut Edits, folds: &mut Folds) {
    let theme = ctx.theme;
    let title = text::one_line(&ctx.author_text(&form.plugin, &form.title));
    let editing = matches!(form.state, FormState::Editing | FormState::Failed(_));
    let to_accept = form.values.values().any(|value| matches!(value.origin, Origin::Filled(_)));
    let mut closed = false;
    Section::new("ticket", &title).show(
        ui,
        ctx,
        folds,
        |ui| {
            closed =
                IconButton::new(Icon::Close, ctx.t("ticket-put-away")).size(22.0).show(ui, theme).clicked();
            if editing && to_accept {
                let key = CommandId::TicketAcceptFields.shortcut_text(ctx);
                if keycap(ui, theme, &key, ctx.t("ticket-accept-all")).clicked() {
                    send(ctx, thread.row.id, FormCommand::AcceptAllFilled);
                }
            }
        },
        |ui| match &form.state {
            FormState::Loading if form.fields.is_empty() => loading(ui, ctx),
            FormState::Submitted(ticket, number) => submitted(ui, ctx, thread, *ticket, number),
            _ => fields(ui, ctx, thread, form, edits),
        },
    );
    if closed {
        edits.send_all(ctx, ui.input(|input| input.time));
        send(ctx, thread.row.id, FormCommand::Close);
    }
}

fn loading(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.horizontal(|ui| {
        ui.add(egui::Spinner::new().size(16.0).color(ctx.theme.accent));
        label(ui, ctx.theme, ctx.t("app-loading"), Type::Small, ctx.theme.muted);
    });
}

fn submitted(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, ticket: TicketId, number: &str) {
    let theme = ctx.theme;
    ui.horizontal(|ui| {
        let (mark, _) = ui.allocate_exact_size(vec2(16.0, 20.0), Sense::hover());
        let mark = egui::Rect::from_center_size(mark.center(), egui::Vec2::splat(16.0));
        Icon::CheckCircle.paint(ui.painter(), mark, theme.good);
        let words = ctx.tw("ticket-submitted", &[("number", number.into())]);
        label(ui, theme, &words, Type::Strong, theme.text);
    });
    ui.horizontal(|ui| {
        if Button::new(ctx.t("ticket-look")).icon(Icon::Ticket).show(ui, theme).clicked() {
            ctx.push(Action::OpenTicket(ticket));
        }
    });
    label(ui, theme, ctx.t("ticket-another"), Type::Small, theme.muted);
    ui.horizontal_wrapped(|ui| open_buttons(ui, ctx, thread));
}

fn fields(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, form: &Form, edits: &mut Edits) {
    let theme = ctx.theme;
    let visible: Vec<&FormField> = form.fields.iter().filter(|field| is_visible(form, field)).collect();
    let filled = visible.iter().filter(|field| {
        form.values.get(&field.id).is_some_and(|value| matches!(value.origin, Origin::Filled(_)))
    });
    let count = filled.count();
    if count > 0 {
        let arguments = [("filled", count.into()), ("total", visible.len().into())];
        label(ui, theme, &ctx.tw("ticket-filled", &arguments), Type::Small, theme.muted);
    }
    let submitting = form.state == FormState::Submitting;
    ui.add_enabled_ui(!submitting, |ui| {
        space_y(ui, 8.0);
        for field in &visible {
            let mut row = Row { ctx, thread, form, field, edits: &mut *edits, enabled: !submitting };
            row.show(ui);
        }
    });
    if let Some(complaint) = form.errors.get("") {
        paragraph(ui, theme, &complaint_text(ctx, &form.plugin, complaint), Type::Small, theme.bad);
    }
    if let FormState::Failed(code) = &form.state {
        failure(ui, ctx, form, code);
    }
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        let key = if submitting { "ticket-submitting" } else { "ticket-submit" };
        let shortcut = CommandId::TicketSubmit.shortcut_text(ctx);
        let mut button = Button::new(ctx.t(key)).primary().enabled(!submitting && !form.fields.is_empty());
        if !submitting && !shortcut.is_empty() {
            button = button.keycap(&shortcut);
        }
        if button.show(ui, theme).clicked() {
            edits.send_all(ctx, ui.input(|input| input.time));
            send(ctx, thread.row.id, FormCommand::Submit);
        }
        if submitting {
            ui.add(egui::Spinner::new().size(16.0).color(theme.accent));
        }
    });
}

/// What happened, what was kept and what to do.
fn failure(ui: &mut Ui, ctx: &Ctx<'_>, form: &Form, code: &str) {
    let theme = ctx.theme;
    let error = ctx.locale.error(code, &[("plugin", ctx.plugin_name(&form.plugin).into())]);
    let frame = egui::Frame::new()
        .fill(theme.bad_soft)
        .corner_radius(theme.control_radius())
        .inner_margin(egui::Margin::symmetric(10, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        space_y(ui, 2.0);
        paragraph(ui, theme, &error.what, Type::SmallStrong, theme.bad);
        for words in [&error.kept, &error.advice] {
            if !words.is_empty() {
                paragraph(ui, theme, words, Type::Small, theme.text);
            }
        }
    });
}

/// A complaint is a code of the desk or the plugin's own text.
fn complaint_text(ctx: &Ctx<'_>, plugin: &PluginId, complaint: &str) -> String {
    let key = format!("ticket-{complaint}");
    if ctx.locale.has(&key) {
        ctx.t(&key).to_owned()
    } else {
        text::inert(&ctx.author_text(plugin, complaint)).into_owned()
    }
}

/// One field of one frame.
struct Row<'a, 'c> {
    ctx: &'a Ctx<'c>,
    thread: &'a Thread,
    form: &'a Form,
    field: &'a FormField,
    edits: &'a mut Edits,
    enabled: bool,
}

impl Row<'_, '_> {
    fn words(&self, words: &str) -> String {
        text::one_line(&self.ctx.author_text(&self.form.plugin, words))
    }

    fn set(&self, text: String) {
        send(self.ctx, self.thread.row.id, FormCommand::Set { field: self.field.id.clone(), text });
    }

    fn source(&self) -> Option<String> {
        match &self.form.values.get(&self.field.id)?.origin {
            Origin::Filled(source) => Some(self.words(source)),
            _ => None,
        }
    }

    fn show(&mut self, ui: &mut Ui) {
        let name = self.words(&self.field.label);
        let source = self.source();
        let tall = matches!(self.field.kind, FieldKind::Area | FieldKind::Address);
        ui.vertical(|ui| {
            space_y(ui, 3.0);
            if tall {
                let size = vec2(ui.available_width(), 20.0);
                ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
                    self.source_chip(ui, &name, source.as_deref());
                    ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| self.name(ui, &name));
                });
                self.editor(ui, &name, source.is_some());
            } else {
                ui.horizontal(|ui| {
                    space_x(ui, 0.0);
                    let size = vec2(LABEL_WIDTH, 28.0);
                    ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.set_min_size(size);
                        self.name(ui, &name);
                    });
                    let size = vec2(ui.available_width(), 28.0);
                    ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
                        if source.is_some() {
                            self.source_chip(ui, &name, source.as_deref());
                            ui.add_space(6.0);
                        }
                        let size = vec2(ui.available_width(), 28.0);
                        let layout = Layout::left_to_right(egui::Align::Center);
                        ui.allocate_ui_with_layout(size, layout, |ui| {
                            ui.set_min_width(size.x);
                            self.editor(ui, &name, source.is_some());
                        });
                    });
                });
            }
            self.below(ui, tall);
        });
    }

    fn name(&self, ui: &mut Ui, name: &str) {
        let theme = self.ctx.theme;
        let room = ui.available_width() - if self.field.required { 14.0 } else { 4.0 };
        space_x(ui, 0.0);
        ui.scope(|ui| {
            ui.set_max_width(room.max(16.0));
            paragraph(ui, theme, name, Type::Small, theme.muted);
        });
        if self.field.required {
            ui.add_space(2.0);
            label(ui, theme, "*", Type::Small, theme.bad).on_hover_text(self.ctx.t("ticket-required"));
        }
    }

    /// Where a value came from; a click takes it as it is.
    fn source_chip(&self, ui: &mut Ui, name: &str, source: Option<&str>) {
        let Some(source) = source else { return };
        let theme = self.ctx.theme;
        let arguments = [("field", name.into()), ("source", source.into())];
        let words = self.ctx.tw("ticket-accept-one", &arguments);
        // Beside a whole chip, a window of time would be cut.
        let response = if matches!(self.field.kind, FieldKind::TimeWindow) {
            IconButton::new(Icon::Chat, &words).size(24.0).show(ui, theme)
        } else {
            self.chip(ui, source)
        };
        let response = response.accessible_name(words.as_str()).on_hover_text(&words);
        if response.clicked() {
            send(self.ctx, self.thread.row.id, FormCommand::AcceptFilled(self.field.id.clone()));
        }
    }

    fn chip(&self, ui: &mut Ui, source: &str) -> egui::Response {
        let theme = self.ctx.theme;
        let show = |ui: &mut Ui| {
            ui.set_max_width(SOURCE_MAX_WIDTH);
            let short: String = source.chars().take(40).collect();
            chip_with(ui, theme, &short, theme.muted, theme.sunken, Sense::click())
        };
        ui.scope(show).inner
    }

    /// The complaint or the help under a field.
    fn below(&self, ui: &mut Ui, tall: bool) {
        let theme = self.ctx.theme;
        let complaint = self.form.errors.get(&self.field.id);
        let empty = self.form.values.get(&self.field.id).is_none_or(|value| value.text.is_empty());
        let (words, ink) = match complaint {
            Some(complaint) => (complaint_text(self.ctx, &self.form.plugin, complaint), theme.bad),
            None if empty && !self.field.help.is_empty() => (self.words(&self.field.help), theme.muted),
            None => return,
        };
        ui.horizontal_top(|ui| {
            space_x(ui, 0.0);
            ui.add_space(if tall { 0.0 } else { LABEL_WIDTH });
            paragraph(ui, theme, &words, Type::Small, ink);
        });
    }

    fn editor(&mut self, ui: &mut Ui, name: &str, filled: bool) {
        let stored = self.form.values.get(&self.field.id);
        let stored = stored.map_or(self.field.default.as_str(), |value| value.text.as_str());
        let error = self.form.errors.contains_key(&self.field.id);
        match &self.field.kind {
            FieldKind::Choice(options) => {
                let choices: Vec<(String, String)> =
                    options.iter().map(|option| (option.value.clone(), self.words(&option.label))).collect();
                self.choice(ui, name, stored, &choices, filled, error);
            }
            FieldKind::Device => {
                let devices = &self.thread.customer.customer.devices;
                let fits = |device: &&Device| device.serial == stored || device.model == stored;
                let known = devices.iter().find(fits);
                if devices.is_empty() || (known.is_none() && !stored.is_empty()) {
                    self.line(ui, name, stored, filled, error);
                    return;
                }
                // The value keeps the form it has, by serial number or by model.
                let key = |device: &Device| {
                    let by_model = device.serial.is_empty() || device.model == stored;
                    if by_model { device.model.clone() } else { device.serial.clone() }
                };
                let words = |device: &Device| text::one_line(&format!("{} {}", device.name, device.model));
                let choices: Vec<(String, String)> =
                    devices.iter().map(|device| (key(device), words(device))).collect();
                self.choice(ui, name, stored, &choices, filled, error);
            }
            FieldKind::Toggle => {
                let on = stored == "true";
                if switch(ui, self.ctx, name, on, self.enabled) {
                    self.set((!on).to_string());
                }
            }
            FieldKind::TimeWindow => self.time_window(ui, name, stored, filled, error),
            _ => self.line(ui, name, stored, filled, error),
        }
    }

    fn choice(
        &self,
        ui: &mut Ui,
        name: &str,
        stored: &str,
        choices: &[(String, String)],
        filled: bool,
        error: bool,
    ) {
        let hint = self.ctx.t("ticket-choose");
        let spec = Choose { salt: &self.field.id, name, selected: stored, hint, choices, filled, error };
        if let Some(value) = choose(ui, self.ctx, &spec) {
            self.set(value);
        }
    }

    /// Text, and a list of visits for a click.
    fn time_window(&mut self, ui: &mut Ui, name: &str, stored: &str, filled: bool, error: bool) {
        let theme = self.ctx.theme;
        let right = Layout::right_to_left(egui::Align::Center);
        ui.with_layout(right, |ui| {
            space_x(ui, 2.0);
            let button = IconButton::new(Icon::Calendar, self.ctx.t("ticket-visits")).show(ui, theme);
            let mut chosen = None;
            egui::Popup::menu(&button).frame(theme.popover()).show(|ui| {
                ui.set_min_width(180.0);
                for (value, words) in visits(self.ctx) {
                    if ui.selectable_label(value == stored, words).clicked() {
                        chosen = Some(value);
                    }
                }
            });
            if let Some(value) = chosen {
                self.set(value);
            }
            self.line(ui, name, stored, filled, error);
        });
    }

    fn line(&mut self, ui: &mut Ui, name: &str, stored: &str, filled: bool, error: bool) {
        let (theme, kind) = (self.ctx.theme, &self.field.kind);
        let hint = match kind {
            FieldKind::Date => self.ctx.t("ticket-hint-date"),
            FieldKind::TimeWindow => self.ctx.t("ticket-hint-window"),
            _ => "",
        };
        let target = Target::Field(self.thread.row.id, self.field.id.clone());
        self.edits.field(ui, target, stored, |ui, typed| {
            if matches!(kind, FieldKind::Area) {
                Area::new(typed, name, 3).hint(hint).filled(filled).error(error).show(ui, theme)
            } else {
                let secret = matches!(kind, FieldKind::Secret);
                let field = Field::new(typed, name).hint(hint).filled(filled).error(error);
                field.password(secret).show(ui, theme)
            }
        });
    }
}

/// Visits that can be offered now, as values and words.
fn visits(ctx: &Ctx<'_>) -> Vec<(String, String)> {
    let (today, hour) = (ctx.today(), ctx.local(ctx.now).hour());
    let mut visits = Vec::new();
    for later in 0..VISIT_DAYS {
        let Ok(day) = today.checked_add(later.days()) else { break };
        for (from, to) in VISIT_HOURS {
            if later > 0 || from > hour {
                visits.push(visit(ctx, day, today, from, to));
            }
        }
    }
    visits
}

fn visit(ctx: &Ctx<'_>, day: Date, today: Date, from: i8, to: i8) -> (String, String) {
    let hours = format!("{from:02}:00-{to:02}:00");
    let words = format!("{} {from:02}:00–{to:02}:00", ctx.locale.day(day, today));
    (format!("{day} {hours}"), words)
}
