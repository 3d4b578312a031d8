//! What opens over the desk: the palette, dialogs, the list of shortcuts and toasts.

mod dialogs;
mod palette;
mod toasts;
mod viewer;

use egui::{Align2, Id, Modal, Ui, vec2};
use model::ConversationId;

pub use palette::{Found, Palette, field_id as palette_field};
pub use toasts::{Toasts, words as notice_words};
pub use viewer::Viewer;

use crate::{Action, Ctx, attention::Missed, theme::Type, widget::text};

/// A dialog of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Hand a conversation over.
    Transfer(ConversationId),
    /// Finish a conversation on one page.
    WrapUp(ConversationId),
    /// Add a tag to a conversation.
    Tag(ConversationId),
    /// The list of shortcuts.
    Shortcuts,
    /// Alerts that came while nobody looked.
    Missed,
    /// Close the window with work open.
    Quit,
}

/// What is open over the desk.
#[derive(Default)]
pub struct Overlays {
    /// The palette.
    pub palette: Palette,
    /// Toasts.
    pub toasts: Toasts,
    /// The picture that is shown by itself.
    pub viewer: Viewer,
    dialog: Option<Dialog>,
    form: dialogs::Form,
}

impl Overlays {
    /// Opens a dialog, with what can be filled in already.
    pub fn open(&mut self, dialog: Dialog, ctx: &Ctx<'_>) {
        self.palette.close();
        self.form = dialogs::Form::begin(dialog, ctx);
        self.dialog = Some(dialog);
    }

    /// Closes whatever is open.
    pub fn close(&mut self) {
        self.palette.close();
        self.viewer.close();
        self.dialog = None;
    }

    /// The dialog that is open.
    pub fn dialog(&self) -> Option<Dialog> {
        self.dialog
    }

    /// Whether anything takes the keyboard away from the desk.
    pub fn is_open(&self) -> bool {
        self.dialog.is_some() || self.palette.is_open() || self.viewer.is_open()
    }

    /// Draws everything.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, missed: &[Missed]) {
        self.palette.show(ui, ctx);
        self.viewer.show(ui, ctx);
        if let Some(dialog) = self.dialog
            && !self.show_dialog(ui, ctx, dialog, missed)
        {
            self.dialog = None;
        }
        self.toasts.show(ui, ctx);
    }

    /// False when it was closed.
    fn show_dialog(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, dialog: Dialog, missed: &[Missed]) -> bool {
        let (title, width) = match dialog {
            Dialog::Transfer(_) => ("conversation-transfer", 440.0),
            Dialog::WrapUp(_) => ("conversation-close", 520.0),
            Dialog::Tag(_) => ("conversation-tag-add", 340.0),
            Dialog::Shortcuts => ("settings-keys", 720.0),
            Dialog::Missed => ("notice-missed", 460.0),
            Dialog::Quit => ("app-quit-title", 420.0),
        };
        let frame = ctx.theme.popover().inner_margin(20);
        let area = Modal::default_area(Id::unique("dialog")).anchor(Align2::CENTER_CENTER, vec2(0.0, -20.0));
        let modal =
            Modal::new(Id::unique("dialog")).area(area).frame(frame).backdrop_color(ctx.theme.backdrop);
        let mut open = true;
        let response = modal.show(ui.ctx(), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 8.0;
            text::label(ui, ctx.theme, ctx.t(title), Type::Title, ctx.theme.text);
            match dialog {
                Dialog::Transfer(conversation) => open = self.form.transfer(ui, ctx, conversation),
                Dialog::WrapUp(conversation) => open = self.form.wrap_up(ui, ctx, conversation),
                Dialog::Tag(conversation) => open = self.form.tag(ui, ctx, conversation),
                Dialog::Shortcuts => open = dialogs::shortcuts(ui, ctx),
                Dialog::Missed => open = dialogs::missed(ui, ctx, missed),
                Dialog::Quit => open = dialogs::quit(ui, ctx),
            }
        });
        if dialog == Dialog::Missed && !open {
            ctx.push(Action::CloseDialog);
        }
        open && !response.should_close()
    }
}
