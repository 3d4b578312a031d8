//! Tickets: every one in pages, with a filter, and one of them beside the list.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use egui::{Align2, Frame, Key, Panel, Rect, ScrollArea, Sense, Ui, pos2, vec2};
use model::{
    CustomerId, TicketId,
    port::{Answer, Question},
    ticket::{Stage, Ticket},
};

use super::{control, ticket_detail::Detail};
use crate::{
    Ctx, Slot,
    theme::{Tone, Type},
    widget::{Field, Icon, empty_state, name_splitter, text},
};

/// Tickets asked for at once.
const PAGE_ROWS: usize = 50;
/// Pages kept; those farthest from what is in sight are forgotten.
const PAGES_MAX: usize = 24;
/// Names of customers kept.
const NAMES_MAX: usize = 512;
/// Height of a row.
const ROW: f32 = 44.0;

/// What the Tickets place remembers.
#[derive(Default)]
pub struct Tickets {
    filter: String,
    asked: String,
    pages: BTreeMap<usize, Slot>,
    total: Option<usize>,
    seen: Option<Arc<Vec<Arc<Ticket>>>>,
    chosen: Option<TicketId>,
    cursor: Option<usize>,
    reveal: bool,
    names: HashMap<CustomerId, Slot>,
    detail: Detail,
}

impl Tickets {
    /// Shows a ticket with the next frame.
    pub fn open(&mut self, ticket: TicketId) {
        self.chosen = Some(ticket);
        self.filter.clear();
        self.cursor = None;
    }

    /// Draws the place.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.update(ctx);
        let theme = ctx.theme;
        let room = ui.available_width();
        let width = (room * 0.36).clamp(280.0, 560.0);
        let chosen = self.ticket(ctx);
        Panel::right("ticket-detail")
            .default_size(width)
            .size_range(280.0..=640.0_f32.min(room * 0.56).max(280.0))
            .resizable(true)
            .frame(Frame::new().fill(theme.background))
            .show(ui, |ui| {
                if let Some(ticket) = &chosen {
                    let name = self.name(ctx, ticket.customer);
                    self.detail.show(ui, ctx, ticket, &name);
                } else {
                    let hint = ctx.t("ticket-pick-hint");
                    empty_state(ui, theme, Icon::Ticket, ctx.t("ticket-pick"), hint);
                }
            });
        name_splitter(ui, "ticket-detail", ctx.t("app-resize"));
        let surface = Frame::new().fill(theme.surface);
        egui::CentralPanel::default().frame(surface).show(ui, |ui| self.list(ui, ctx));
    }

    /// Follows the filter and what changed in the view.
    fn update(&mut self, ctx: &Ctx<'_>) {
        let filter = self.filter.trim();
        if filter != self.asked {
            filter.clone_into(&mut self.asked);
            self.pages.clear();
            self.cursor = None;
        }
        let changed = self.seen.as_ref().is_none_or(|seen| !Arc::ptr_eq(seen, &ctx.view.tickets));
        if changed {
            self.seen = Some(Arc::clone(&ctx.view.tickets));
            for slot in self.pages.values_mut() {
                slot.refresh(ctx.desk);
            }
        }
        self.load(ctx, 0);
        for slot in self.pages.values_mut() {
            slot.poll(ctx.desk);
            if let Some(Answer::Tickets(_, total)) = slot.answer() {
                self.total = Some(*total);
            }
        }
        if self.names.len() > NAMES_MAX {
            self.names.clear();
        }
    }

    fn load(&mut self, ctx: &Ctx<'_>, page: usize) {
        let question =
            Question::Tickets { filter: self.asked.clone(), offset: page * PAGE_ROWS, limit: PAGE_ROWS };
        self.pages.entry(page).or_default().ask(ctx.desk, question);
        if self.pages.len() > PAGES_MAX {
            let (first, last) = (self.pages.keys().next().copied(), self.pages.keys().next_back().copied());
            let farthest = match (first, last) {
                (Some(first), Some(last)) if page.abs_diff(first) > page.abs_diff(last) => first,
                (_, Some(last)) => last,
                _ => return,
            };
            self.pages.remove(&farthest);
        }
    }

    fn at(&self, index: usize) -> Option<Arc<Ticket>> {
        match self.pages.get(&(index / PAGE_ROWS))?.answer()? {
            Answer::Tickets(tickets, _) => tickets.get(index % PAGE_ROWS).cloned(),
            _ => None,
        }
    }

    /// The ticket beside the list: the view's own copy where it has one, since that is the newest.
    fn ticket(&mut self, ctx: &Ctx<'_>) -> Option<Arc<Ticket>> {
        if self.chosen.is_none() {
            self.chosen = self.at(0).map(|ticket| ticket.id);
        }
        let chosen = self.chosen?;
        let fresh = ctx.view.tickets.iter().find(|ticket| ticket.id == chosen).cloned();
        fresh.or_else(|| {
            self.pages.values().find_map(|slot| match slot.answer() {
                Some(Answer::Tickets(tickets, _)) => {
                    tickets.iter().find(|ticket| ticket.id == chosen).cloned()
                }
                _ => None,
            })
        })
    }

    fn name(&mut self, ctx: &Ctx<'_>, customer: CustomerId) -> String {
        if let Some(row) = ctx.view.queue.iter().find(|row| row.customer == customer) {
            return row.name.clone();
        }
        let slot = self.names.entry(customer).or_default();
        slot.ask(ctx.desk, Question::Customer(customer));
        match slot.answer() {
            Some(Answer::Customer(Some(card))) => card.customer.name.clone(),
            _ => String::new(),
        }
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let total = self.total.unwrap_or(0);
        let count = ctx.tw("ticket-count", &[("count", total.into())]);
        control::bar(ui, ctx, ctx.t("place-tickets"), &count, |ui| {
            let width = (ui.available_width() * 0.5).clamp(140.0, 260.0);
            let response = Field::new(&mut self.filter, ctx.t("ticket-filter"))
                .hint(ctx.t("ticket-filter"))
                .icon(Icon::Search)
                .sunken()
                .width(width)
                .show(ui, ctx.theme);
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
                self.filter.clear();
            }
        });
        if let Some(first) = self.pages.get(&0) {
            control::await_answer(ui, first);
            if total == 0 {
                if first.is_loading() || first.failure().is_some() {
                    control::missing(ui, ctx, first);
                } else {
                    self.empty(ui, ctx);
                }
                return;
            }
        }
        let columns = Columns::of(ui.available_width());
        if let Some(columns) = &columns {
            head(ui, ctx, columns);
        }
        self.keys(ui, total);
        let mut scroll = ScrollArea::vertical().id_salt("tickets").auto_shrink(false);
        if std::mem::take(&mut self.reveal)
            && let Some(cursor) = self.cursor
        {
            let room = ui.available_height();
            scroll = scroll.vertical_scroll_offset((cursor as f32 * ROW - room / 2.0).max(0.0));
        }
        scroll.show_rows(ui, ROW, total, |ui, rows| self.rows(ui, ctx, columns.as_ref(), rows));
    }

    fn rows(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, columns: Option<&Columns>, rows: Range<usize>) {
        for page in rows.start / PAGE_ROWS..=rows.end.saturating_sub(1) / PAGE_ROWS {
            self.load(ctx, page);
        }
        for index in rows {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let Some(ticket) = self.at(index) else { continue };
            let name = self.name(ctx, ticket.customer);
            let selected = self.chosen == Some(ticket.id);
            let spoken = [&ticket.number, &ticket.title, &name, ctx.t(stage_key(ticket.stage))]
                .map(String::from)
                .join(ctx.t("app-separator"));
            let id = ui.scope_id().with(ticket.id);
            if control::row(ui, ctx.theme, rect, id, selected, &spoken).clicked() {
                (self.chosen, self.cursor) = (Some(ticket.id), Some(index));
            }
            match columns {
                Some(columns) => paint(ui, ctx, columns, rect, &ticket, &name),
                None => paint_narrow(ui, ctx, rect, &ticket, &name),
            }
        }
    }

    fn keys(&mut self, ui: &Ui, total: usize) {
        let step = control::steps(ui);
        if step == 0 {
            return;
        }
        let at = self.cursor.or_else(|| {
            (0..total.min(PAGE_ROWS)).find(|index| self.at(*index).map(|ticket| ticket.id) == self.chosen)
        });
        self.cursor = control::stepped(at, step, total);
        if let Some(ticket) = self.cursor.and_then(|cursor| self.at(cursor)) {
            (self.chosen, self.reveal) = (Some(ticket.id), true);
        }
    }

    fn empty(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.asked.is_empty() {
            let key = crate::command::CommandId::TicketNew.shortcut_text(ctx);
            let hint = ctx.tw("ticket-empty-hint", &[("key", key.into())]);
            empty_state(ui, ctx.theme, Icon::Ticket, ctx.t("ticket-empty"), &hint);
        } else {
            let title = ctx.tw("ticket-empty-filter", &[("query", self.asked.as_str().into())]);
            empty_state(ui, ctx.theme, Icon::Search, &title, ctx.t("ticket-empty-filter-hint"));
        }
    }
}

/// The key of a stage's name.
pub fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "stage-open",
        Stage::InProgress => "stage-in-progress",
        Stage::WaitingForCustomer => "stage-waiting-for-customer",
        Stage::Done => "stage-done",
        Stage::Cancelled => "stage-cancelled",
    }
}

/// How a stage looks.
pub fn stage_tone(stage: Stage) -> Tone {
    match stage {
        Stage::Open => Tone::Plain,
        Stage::InProgress => Tone::Accent,
        Stage::WaitingForCustomer => Tone::Warn,
        Stage::Done => Tone::Good,
        Stage::Cancelled => Tone::Muted,
    }
}

/// Where the columns begin, from the left edge of a row, and whether there is room for all.
struct Columns {
    number: f32,
    title: f32,
    customer: f32,
    stage: f32,
    opened: Option<f32>,
    changed: f32,
}

/// Room for a moment, the longest being a day of another year with its time.
const MOMENT: f32 = 132.0;
/// Room for a stage, the longest being that it waits for the customer.
const STAGE: f32 = 148.0;
/// Narrower lists show each ticket on two lines instead of in columns.
const COLUMNS_LEAST: f32 = 640.0;

impl Columns {
    /// Nothing where the list is too narrow for columns.
    fn of(width: f32) -> Option<Self> {
        if width < COLUMNS_LEAST {
            return None;
        }
        let changed = width - 16.0 - MOMENT;
        let opened = (width > 820.0).then_some(changed - MOMENT - 12.0);
        let stage = opened.unwrap_or(changed) - STAGE;
        let customer = stage - if width > 760.0 { 128.0 } else { 96.0 };
        Some(Self { number: 16.0, title: 100.0, customer, stage, opened, changed })
    }
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, columns: &Columns) {
    let theme = ctx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.background);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let mut heads = vec![
        (columns.number, "ticket-column-number"),
        (columns.title, "ticket-column-title"),
        (columns.customer, "ticket-customer"),
        (columns.stage, "ticket-stage"),
        (columns.changed, "ticket-column-changed"),
    ];
    heads.extend(columns.opened.map(|at| (at, "ticket-column-opened")));
    for (at, key) in heads {
        let place = pos2(rect.left() + at, rect.center().y);
        let words = ctx.t(key);
        text::paint_line(ui.painter(), theme, place, Align2::LEFT_CENTER, words, Type::Small, theme.muted);
    }
}

fn paint(ui: &Ui, ctx: &Ctx<'_>, columns: &Columns, rect: Rect, ticket: &Ticket, name: &str) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let at = |x: f32| pos2(rect.left() + x, rect.center().y);
    let cell = |x: f32, words: &str, style: Type, ink, width: f32| {
        text::paint_elided(painter, theme, at(x), &text::inert(words), style, ink, width);
    };
    cell(columns.number, &ticket.number, Type::Small, theme.muted, columns.title - columns.number - 8.0);
    let title = text::one_line(&ctx.author_text(&ticket.plugin, &ticket.title));
    cell(columns.title, &title, Type::Strong, theme.text, columns.customer - columns.title - 12.0);
    cell(columns.customer, name, Type::Body, theme.text, columns.stage - columns.customer - 12.0);
    let (words, tone) = (ctx.t(stage_key(ticket.stage)), stage_tone(ticket.stage));
    control::paint_chip(painter, theme, at(columns.stage), words, tone, STAGE - 10.0);
    let changed = ctx.moment(ticket.changed);
    cell(columns.changed, &changed, Type::Small, theme.muted, MOMENT);
    if let Some(opened) = columns.opened {
        cell(opened, &ctx.moment(ticket.opened), Type::Small, theme.muted, MOMENT);
    }
    painter.hline(rect.left() + 16.0..=rect.right(), rect.bottom() - 0.5, theme.hairline());
}

/// A ticket on two lines: what it is about and when it changed, then its number, customer and stage.
fn paint_narrow(ui: &Ui, ctx: &Ctx<'_>, rect: Rect, ticket: &Ticket, name: &str) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let (left, right) = (rect.left() + 16.0, rect.right() - 12.0);
    let (upper, lower) = (rect.top() + 13.0, rect.top() + 31.0);
    let end = |y: f32, words: &str, ink| {
        let at = pos2(right, y);
        text::paint_line(painter, theme, at, Align2::RIGHT_CENTER, words, Type::Small, ink).left()
    };
    let start = |y: f32, words: &str, style: Type, ink, until: f32| {
        text::paint_elided(painter, theme, pos2(left, y), words, style, ink, until - left - 10.0);
    };
    let until = end(upper, &ctx.moment(ticket.changed), theme.muted);
    let title = text::one_line(&ctx.author_text(&ticket.plugin, &ticket.title));
    start(upper, &title, Type::Strong, theme.text, until);
    let until = end(lower, ctx.t(stage_key(ticket.stage)), theme.ink(stage_tone(ticket.stage)));
    start(lower, &format!("{} · {}", ticket.number, text::inert(name)), Type::Small, theme.muted, until);
    painter.hline(left..=rect.right(), rect.bottom() - 0.5, theme.hairline());
}
