//! The side dock beside the conversation: cards that each borrow a [`Ctx`] and the thread.

mod customer;
mod edit;
mod form;
mod knowledge;
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
        self.folds.begin(ui, ctx);
        ScrollArea::vertical().id_salt(("dock", thread.row.id)).auto_shrink([false, false]).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(10)).show(ui, |ui| {
                crate::widget::space_y(ui, 10.0);
                let (customers, edits) = (&mut self.customers, &mut self.edits);
                self.folds.card(ui, "customer", |ui, folds| customers.show(ui, ctx, thread, folds));
                offer::show(ui, ctx, thread);
                self.folds.card(ui, "form", |ui, folds| form::show(ui, ctx, thread, edits, folds));
                self.panels(ui, ctx, thread, Slot::TicketSide);
                let composing = self.edits.is_composing();
                let knowledge = &mut self.knowledge;
                knowledge.receive(ctx, thread);
                self.folds.card(ui, "knowledge", |ui, folds| {
                    knowledge.show(ui, ctx, thread, folds, composing);
                });
                customer::lookups(ui, ctx, thread, &mut self.folds);
                self.panels(ui, ctx, thread, Slot::CustomerSide);
                self.panels(ui, ctx, thread, Slot::AboveComposer);
            });
        });
    }

    fn panels(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, slot: Slot) {
        for view in thread.panels.iter().filter(|view| view.slot == slot) {
            let edits = &mut self.edits;
            self.folds.card(ui, &plugin_panel::name(view), |ui, folds| {
                plugin_panel::show(ui, ctx, view, Some(thread.row.id), edits, folds);
            });
        }
    }
}
