//! Around the field: why something is not sent, files on their way, and the buttons below.

use crate::widget::space_x;

use super::{
    Button, Composer, ConversationCommand, Ctx, Draft, Gate, Hold, Icon, IconButton, Layout, Mode, Rect,
    Sense, ShellRequest, Thread, Tone, Type, Ui, Vec2, chip, gate, label, limits, picture, state_words, text,
    vec2,
};

/// How large a picture is shown that will go with the reply.
const PENDING_PICTURE: Vec2 = vec2(64.0, 48.0);

/// Room below the field from which its buttons have words.
const WORDS_LEAST: f32 = 420.0;

impl Composer {
    /// Above the field: why Enter did not send, or what arrived meanwhile.
    pub(super) fn hold_line(ui: &mut Ui, ctx: &Ctx<'_>, draft: &Draft, thread: &Thread) {
        let arrived = if draft.is_empty() || draft.mode == Mode::Note { 0 } else { draft.arrived(thread) };
        let words = match &draft.hold {
            Some(Hold::Arrived(count)) => {
                format!(
                    "{} · {}",
                    ctx.tw("composer-changed", &[("count", (*count).into())]),
                    ctx.t("composer-again")
                )
            }
            Some(Hold::Variable(name)) => {
                let name = name.as_str();
                format!(
                    "{} · {}",
                    ctx.tw("composer-fill-variable", &[("name", name.into())]),
                    ctx.t("composer-again")
                )
            }
            None if arrived > 0 => ctx.tw("composer-changed", &[("count", arrived.into())]),
            None => return,
        };
        ui.horizontal(|ui| {
            let (mark, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
            Icon::Info.paint(ui.painter(), mark, ctx.theme.warn);
            label(ui, ctx.theme, &words, Type::Small, ctx.theme.warn);
        });
    }

    /// Files that will go with the reply.
    pub(super) fn uploads(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, draft: &mut Draft) {
        if draft.mode == Mode::Note || (thread.uploads.is_empty() && ctx.shell.reading_files == 0) {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            for upload in thread.uploads.iter() {
                let name = text::one_line(&upload.name);
                match &upload.result {
                    Ok(file) if draft.removed.contains(&file.file) => {}
                    Ok(file) => {
                        let size = ctx.locale.file_size(file.bytes);
                        if picture::is_picture(file) {
                            let (rect, _) = ui.allocate_exact_size(PENDING_PICTURE, Sense::hover());
                            let id = ui.scope_id().with(("pending", file.file.as_str()));
                            if picture::tile(ui, ctx, file, rect, id).clicked() {
                                ctx.push(crate::Action::ShowPicture(file.clone()));
                            }
                        }
                        chip(ui, ctx.theme, &format!("{name} · {size}"), Tone::Accent);
                        let remove = ctx.tw("composer-attachment-remove", &[("name", name.as_str().into())]);
                        if IconButton::new(Icon::Close, &remove).size(20.0).show(ui, ctx.theme).clicked() {
                            draft.removed.insert(file.file.clone());
                        }
                    }
                    Err(code) => {
                        let limit = ctx.locale.file_size(limits::ATTACHMENT_MAX_BYTES);
                        let what = ctx.locale.error(code, &[("limit", limit.into())]).what;
                        chip(ui, ctx.theme, &format!("{name} · {what}"), Tone::Bad);
                    }
                }
            }
            if ctx.shell.reading_files > 0 {
                ui.spinner();
            }
        });
    }

    pub(super) fn footer(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        thread: &Thread,
        draft: &mut Draft,
        send: bool,
    ) {
        let theme = ctx.theme;
        let mut send = send;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), 30.0),
            Layout::left_to_right(egui::Align::Center),
            |ui| {
                space_x(ui, 2.0);
                // Icons alone where the words would reach under Send.
                let roomy = ui.available_width() > WORDS_LEAST;
                let words = |key| if roomy { ctx.t(key) } else { "" };
                if thread.abilities.attachments
                    && Button::new(words("composer-attach"))
                        .name(ctx.t("composer-attach"))
                        .icon(Icon::Clip)
                        .quiet()
                        .show(ui, theme)
                        .clicked()
                {
                    ctx.request(ShellRequest::PickFiles(thread.row.id));
                }
                let note = draft.mode == Mode::Note;
                if Button::new(words("composer-note"))
                    .name(ctx.t("composer-note"))
                    .icon(Icon::Note)
                    .quiet()
                    .selected(note)
                    .show(ui, theme)
                    .clicked()
                {
                    draft.mode = if note { Mode::Reply } else { Mode::Note };
                    self.focus_wanted = true;
                }
                if Button::new(words("composer-snippets"))
                    .name(ctx.t("composer-snippets"))
                    .icon(Icon::Keyboard)
                    .quiet()
                    .keycap("/")
                    .show(ui, theme)
                    .clicked()
                {
                    draft.mode = Mode::Reply;
                    let now = ui.input(|input| input.time);
                    draft.put("/", None, false, now);
                    draft.closed_for = None;
                    self.focus_wanted = true;
                }
                send |= Self::send_side(ui, ctx, thread, draft);
            },
        );
        if send {
            self.send(ui, ctx, thread, draft);
        }
    }

    /// At the right: Send, or Take where nobody has it, and how the draft stands. True when Send was pressed.
    fn send_side(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, draft: &Draft) -> bool {
        let theme = ctx.theme;
        let mut send = false;
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            space_x(ui, 10.0);
            let gate = gate(ctx, thread, draft);
            let note = draft.mode == Mode::Note;
            let words = if note { ctx.t("composer-send-note") } else { ctx.t("composer-send") };
            let open = gate == Gate::Open && !draft.is_composing();
            if gate == Gate::Waiting {
                if Button::new(ctx.t("queue-take")).primary().show(ui, theme).clicked() {
                    ctx.send_to(thread.row.id, ConversationCommand::Take);
                }
            } else {
                send = Button::new(words).primary().enabled(open).keycap("Enter").show(ui, theme).clicked();
            }
            let (words, ink) = state_words(ctx, draft, &gate);
            label(ui, theme, &words, Type::Small, ink);
        });
        send
    }

    /// Files dropped on the window or pasted belong to the conversation in the foreground.
    pub(super) fn take_files(ui: &Ui, ctx: &Ctx<'_>, thread: &Thread) {
        let pasted = pasted_picture(ui);
        let dropped = ui.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect::<Vec<_>>()
        });
        if !thread.abilities.attachments {
            if pasted.is_some() || !dropped.is_empty() {
                ctx.push(crate::Action::Tell("no-attachments"));
            }
            return;
        }
        let conversation = thread.row.id;
        if let Some(image) = pasted {
            let time = ctx.local(ctx.now).strftime("%Y-%m-%d %H.%M.%S").to_string();
            let name = ctx.tw("composer-pasted", &[("time", time.into())]);
            ctx.request(ShellRequest::StorePicture { conversation, name, image });
        }
        if !dropped.is_empty() {
            ctx.request(ShellRequest::ReadFiles(conversation, dropped));
        }
        if ui.input(|input| !input.raw.hovered_files.is_empty()) {
            let screen = ui.ctx().content_rect();
            let painter =
                ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("drop")));
            painter.rect_filled(screen, 0.0, ctx.theme.backdrop);
            let card = Rect::from_center_size(screen.center(), vec2(280.0, 96.0));
            painter.rect_filled(card, ctx.theme.card_radius(), ctx.theme.surface);
            text::paint_line(
                &painter,
                ctx.theme,
                card.center(),
                egui::Align2::CENTER_CENTER,
                ctx.t("composer-drop"),
                Type::Title,
                ctx.theme.text,
            );
        }
    }
}

/// A picture from the clipboard; egui hands it out where there is no text on it.
fn pasted_picture(ui: &Ui) -> Option<std::sync::Arc<egui::ColorImage>> {
    ui.input_mut(|input| {
        let at = input.events.iter().position(|event| matches!(event, egui::Event::PasteImage(_)))?;
        match input.events.remove(at) {
            egui::Event::PasteImage(image) => Some(image),
            _ => None,
        }
    })
}
