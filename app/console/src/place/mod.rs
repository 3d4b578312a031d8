//! The places beside the desk: tickets, knowledge, quality, plugins and settings.

use egui::Ui;
use model::{ArticleId, TicketId};

use crate::{Ctx, Place, widget};

/// What the places remember.
#[derive(Default)]
pub struct Places {}

impl Places {
    /// Shows an article with the next frame.
    pub fn open_article(&mut self, article: ArticleId) {
        let _ = article;
    }

    /// Shows a ticket with the next frame.
    pub fn open_ticket(&mut self, ticket: TicketId) {
        let _ = ticket;
    }

    /// Puts the keyboard into the search of the Knowledge place.
    pub fn focus_search(&mut self) {}

    /// Draws a place into the room right of the rail.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, place: Place) {
        widget::empty_state(ui, ctx.theme, widget::Icon::Inbox, ctx.t(place.key()), ctx.t("app-empty-place"));
    }
}
