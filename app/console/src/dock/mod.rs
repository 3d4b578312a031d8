//! The side dock beside the conversation: cards that each borrow a [`Ctx`] and the thread.

mod customer;
mod edit;
mod form;
mod knowledge;
pub mod markdown;
mod offer;
pub mod plugin_panel;
mod section;

use egui::{Frame, Margin, ScrollArea, Ui};
use model::{panel::Slot, view::Thread};

pub use edit::Edits;
pub use section::Folds;

use crate::Ctx;

/// What the dock's cards remember.
#[derive(Default)]
pub struct Dock {
    edits: Edits,
    folds: Folds,
    customers: customer::Customers,
    knowledge: knowledge::Knowledge,
}

impl Dock {
    /// Draws the dock for the conversation in the foreground.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
        self.edits.begin(ui, ctx);
        self.folds.load(ctx);
        ScrollArea::vertical().id_salt(("dock", thread.row.id)).auto_shrink([false, false]).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(10)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 10.0;
                self.customers.show(ui, ctx, thread, &mut self.folds);
                offer::show(ui, ctx, thread);
                form::show(ui, ctx, thread, &mut self.edits, &mut self.folds);
                self.panels(ui, ctx, thread, Slot::TicketSide);
                let composing = self.edits.is_composing();
                self.knowledge.show(ui, ctx, thread, &mut self.folds, composing);
                customer::lookups(ui, ctx, thread, &mut self.folds);
                self.panels(ui, ctx, thread, Slot::CustomerSide);
                self.panels(ui, ctx, thread, Slot::AboveComposer);
            });
        });
    }

    fn panels(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, slot: Slot) {
        for view in thread.panels.iter().filter(|view| view.slot == slot) {
            plugin_panel::show(ui, ctx, view, Some(thread.row.id), &mut self.edits, &mut self.folds);
        }
    }
}
