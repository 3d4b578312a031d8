//! A picture by itself, as large as the window.

use egui::{Align, Align2, Id, Layout, Modal, Sense, Ui, vec2};
use model::{
    conversation::Attachment,
    port::{Answer, Question},
};

use crate::{
    Ctx, ShellRequest, Slot,
    picture::{LARGE_SIDE, Shown},
    theme::Type,
    widget::{Button, Icon, IconButton, label, text},
};

/// Space between the picture's card and the window's edge.
const AROUND: f32 = 48.0;
/// Smallest card.
const LEAST: egui::Vec2 = vec2(360.0, 160.0);

/// The picture that is open.
#[derive(Default)]
pub struct Viewer {
    file: Option<Attachment>,
    saving: Slot,
}

impl Viewer {
    /// Opens a picture.
    pub fn open(&mut self, file: Attachment) {
        *self = Self { file: Some(file), saving: Slot::default() };
    }

    /// Whether one is open.
    pub fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Closes it.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// Draws it.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let Some(file) = self.file.clone() else { return };
        let theme = ctx.theme;
        let screen = ui.ctx().content_rect().size();
        let id = Id::unique("picture");
        let area = Modal::default_area(id).anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO);
        let frame = theme.popover().inner_margin(12);
        let modal = Modal::new(id).area(area).frame(frame).backdrop_color(theme.backdrop);
        let shown = ctx.pictures.borrow_mut().get(ui, ctx, &file, LARGE_SIDE);
        let room = (screen - egui::Vec2::splat(2.0 * AROUND) - vec2(24.0, 60.0)).max(LEAST);
        let size = match &shown {
            Shown::Ready(_, [width, height]) => {
                let whole = vec2(*width as f32, *height as f32).max(egui::Vec2::splat(1.0));
                whole * (room.x / whole.x).min(room.y / whole.y).min(1.0)
            }
            Shown::Waiting | Shown::Failed(_) => LEAST,
        };
        let mut closed = false;
        let response = modal.show(ui.ctx(), |ui| {
            ui.set_width(size.x.max(LEAST.x));
            closed = self.head(ui, ctx, &file, &shown);
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), size.y.max(40.0)), Sense::hover());
            match &shown {
                Shown::Ready(texture, _) => {
                    let place = Align2::CENTER_CENTER.align_size_within_rect(size, rect);
                    let sized = egui::load::SizedTexture::from_handle(texture);
                    let image = egui::Image::from_texture(sized).corner_radius(theme.control_radius());
                    image.paint_at(ui, place);
                }
                Shown::Waiting => {
                    ui.put(rect, egui::Spinner::new().size(24.0).color(theme.accent));
                }
                Shown::Failed(code) => {
                    let error = ctx.locale.error(code, &[]);
                    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                        text::paragraph(ui, theme, &error.what, Type::Strong, theme.text);
                        text::paragraph(ui, theme, &error.advice, Type::Small, theme.muted);
                    });
                }
            }
        });
        self.save(ui, ctx, &file);
        if closed || response.should_close() {
            self.close();
            ctx.pictures.borrow_mut().forget_large();
        }
    }

    /// Name and size, saving and closing. True when it is to be closed.
    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, file: &Attachment, shown: &Shown) -> bool {
        let theme = ctx.theme;
        let line = vec2(ui.available_width(), 32.0);
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            let closed = IconButton::new(Icon::Close, ctx.t("app-close")).show(ui, theme).clicked();
            if Button::new(ctx.t("conversation-save-as")).icon(Icon::Download).show(ui, theme).clicked() {
                self.saving.ask(ctx.desk, Question::File(file.file.clone()));
            }
            let mut facts = ctx.locale.file_size(file.bytes);
            if let Shown::Ready(_, [width, height]) = shown {
                facts = format!("{width} × {height} · {facts}");
            }
            label(ui, theme, &facts, Type::Small, theme.muted);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                label(ui, theme, &text::one_line(&file.name), Type::Strong, theme.text);
            });
            closed
        })
        .inner
    }

    fn save(&mut self, ui: &Ui, ctx: &Ctx<'_>, file: &Attachment) {
        self.saving.poll(ctx.desk);
        if let Some(Answer::File(Some(bytes))) = self.saving.answer() {
            let (name, bytes) = (file.name.clone(), bytes.clone());
            ctx.request(ShellRequest::SaveFile { name, bytes });
            self.saving.clear();
        } else if self.saving.is_loading() {
            ui.ctx().request_repaint_after_secs(0.03);
        }
    }
}
