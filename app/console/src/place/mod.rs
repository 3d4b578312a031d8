//! The places beside the desk: tickets, knowledge, quality, plugins and settings.
//!
//! Each is drawn from the view and from answers in slots, and leaves commands; none keeps anything the engine
//! would have to know.

mod accounts;
mod audio;
mod configure;
mod control;
mod egress;
mod grant;
mod knowledge;
mod load;
mod plugin_detail;
mod plugins;
mod quality;
mod secrets;
mod settings;
mod shortcuts;
mod ticket_detail;
mod tickets;

use egui::Ui;
use model::{ArticleId, TicketId};

use crate::{Ctx, Place};

/// What the places remember.
#[derive(Default)]
pub struct Places {
    tickets: tickets::Tickets,
    knowledge: knowledge::Knowledge,
    quality: quality::Quality,
    plugins: plugins::Plugins,
    settings: settings::Settings,
}

impl Places {
    /// Shows an article with the next frame.
    pub fn open_article(&mut self, article: ArticleId) {
        self.knowledge.open(article);
    }

    /// Shows a ticket with the next frame.
    pub fn open_ticket(&mut self, ticket: TicketId) {
        self.tickets.open(ticket);
    }

    /// Whether the next keys are meant for a setting and not for the desk.
    pub fn takes_keys(&self) -> bool {
        self.settings.takes_keys()
    }

    /// Opens the editor of keys in Settings.
    pub fn open_shortcuts(&mut self) {
        self.settings.open_shortcuts();
    }

    /// Puts the keyboard into the search of the Knowledge place.
    pub fn focus_search(&mut self) {
        self.knowledge.focus_search();
    }

    /// Follows what plugins cost, whichever place is shown.
    pub fn observe(&mut self, ctx: &Ctx<'_>, time_s: f64) {
        self.plugins.observe(ctx, time_s);
    }

    /// Another place may be shown now: outside Settings the microphone is let go.
    pub fn leave(&mut self, ctx: &Ctx<'_>, now_at: Place) {
        if now_at != Place::Settings {
            self.settings.leave(ctx);
        }
    }

    /// Draws a place into the room right of the rail.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, place: Place) {
        match place {
            Place::Desk => {}
            Place::Tickets => self.tickets.show(ui, ctx),
            Place::Knowledge => self.knowledge.show(ui, ctx),
            Place::Quality => self.quality.show(ui, ctx),
            Place::Plugins => self.plugins.show(ui, ctx),
            Place::Settings => self.settings.show(ui, ctx),
        }
    }
}
