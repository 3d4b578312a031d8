//! The side dock beside the conversation: cards that each borrow a [`Ctx`](crate::Ctx) and the thread.

use egui::{Frame, Margin, ScrollArea, Ui};
use model::view::Thread;

use crate::Ctx;

/// What the dock's cards remember.
#[derive(Default)]
pub struct Dock {}

impl Dock {
    /// Draws the dock for the conversation in the foreground.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
        let _ = (ctx, thread);
        ScrollArea::vertical().id_salt("dock").auto_shrink([false, false]).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(12)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 12.0;
            });
        });
    }
}
