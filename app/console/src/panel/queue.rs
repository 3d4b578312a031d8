//! The queue at the left: sections with counts, filters, and rows of which only those in sight are drawn.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Galley, Id, Key, Rect, ScrollArea, Sense, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};
use model::{
    ConversationId,
    command::ConversationCommand,
    conversation::Status,
    view::{QueueRow, View},
};

use crate::{
    Action, Ctx,
    derived::{Derived, Section, waiting_limits_s},
    theme::Type,
    widget::{Field, Icon, IconButton, Segment, badge, elided, empty_state, line, space_x, text},
};

/// Height of a heading between rows.
const HEADING: f32 = 32.0;

/// How the queue stands in the window.
#[derive(Default)]
pub struct Queue {
    section: Section,
    filter: String,
    filter_open: bool,
    unread_only: bool,
    cursor: Option<ConversationId>,
    built: Option<Built>,
    items: Vec<Item>,
    tops: Vec<f32>,
    scroll_to: Option<usize>,
    focus_filter: bool,
    drawn: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Built {
    order: u64,
    /// The view's revision, where a filter looks into the rows.
    revision: Option<u64>,
    section: Section,
    filter: String,
    unread_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Row(usize),
    WaitingHeading(usize),
}

impl Queue {
    /// Rows drawn in the last frame.
    pub fn rows_drawn(&self) -> usize {
        self.drawn
    }

    /// Shows a section.
    pub fn show_section(&mut self, section: Section) {
        self.section = section;
    }

    /// Opens the filter and puts the keyboard into it.
    pub fn focus_filter(&mut self) {
        (self.filter_open, self.focus_filter) = (true, true);
    }

    /// The conversation before or after another in the list as it is shown.
    pub fn neighbour(
        &self,
        view: &View,
        from: Option<ConversationId>,
        step: isize,
    ) -> Option<ConversationId> {
        let rows: Vec<ConversationId> = self.rows(view).map(|row| row.id).collect();
        let at = from.and_then(|from| rows.iter().position(|row| *row == from));
        let next = match at {
            Some(at) => at.checked_add_signed(step)?,
            None if step > 0 => 0,
            None => rows.len().checked_sub(1)?,
        };
        rows.get(next).copied()
    }

    fn rows<'a>(&'a self, view: &'a View) -> impl Iterator<Item = &'a Arc<QueueRow>> + 'a {
        self.items.iter().filter_map(|item| match item {
            Item::Row(index) => view.queue.get(*index),
            Item::WaitingHeading(_) => None,
        })
    }

    /// Works out what is listed, when the view, the section or the filter is another one.
    pub fn update(&mut self, view: &View, derived: &Derived, row_height: f32) {
        let filter = self.filter.trim().to_lowercase();
        let filtered = self.unread_only || !filter.is_empty();
        let built = Built {
            order: derived.order(),
            revision: filtered.then_some(view.revision),
            section: self.section,
            filter,
            unread_only: self.unread_only,
        };
        if self.built.as_ref() == Some(&built) {
            return;
        }
        let fits = |index: &usize| {
            !filtered
                || view
                    .queue
                    .get(*index)
                    .is_some_and(|row| matches(row, &built.filter) && (!built.unread_only || row.unread > 0))
        };
        let row = |index: &usize| Item::Row(*index);
        self.items.clear();
        self.items.extend(derived.section(self.section).iter().filter(|index| fits(index)).map(row));
        if self.section == Section::Mine {
            let waiting: Vec<Item> =
                derived.section(Section::Waiting).iter().filter(|index| fits(index)).map(row).collect();
            if !waiting.is_empty() {
                self.items.push(Item::WaitingHeading(waiting.len()));
                self.items.extend(waiting);
            }
        }
        self.tops.clear();
        let mut top = 0.0;
        for item in &self.items {
            self.tops.push(top);
            top += if matches!(item, Item::Row(_)) { row_height } else { HEADING };
        }
        self.tops.push(top);
        self.built = Some(built);
    }

    /// Draws the queue.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.head(ui, ctx);
        self.update(ctx.view, ctx.derived, ctx.theme.tokens.size.row);
        self.keys(ui, ctx);
        if self.items.is_empty() {
            self.empty(ui, ctx);
            self.drawn = 0;
            return;
        }
        let total = self.tops.last().copied().unwrap_or(0.0);
        let mut area = ScrollArea::vertical().id_salt("queue").auto_shrink([false, false]);
        if let Some(index) = self.scroll_to.take() {
            let (top, bottom) = (self.tops[index], self.tops[index + 1]);
            let id = ui.make_persistent_id("queue");
            let offset =
                egui::scroll_area::State::load(ui.ctx(), id).map_or(0.0, |state| state.clamped_offset().y);
            let height = ui.available_height();
            if top < offset {
                area = area.vertical_scroll_offset(top);
            } else if bottom > offset + height {
                area = area.vertical_scroll_offset(bottom - height);
            }
        }
        area.show_viewport(ui, |ui, viewport| {
            ui.set_height(total);
            let first = self.tops.partition_point(|top| *top <= viewport.top()).saturating_sub(1);
            let last = self.tops.partition_point(|top| *top < viewport.bottom()).min(self.items.len());
            let origin = ui.min_rect().min;
            let width = ui.available_width();
            self.drawn = last - first;
            for index in first..last {
                let rect = Rect::from_min_size(
                    pos2(origin.x, origin.y + self.tops[index]),
                    vec2(width, self.tops[index + 1] - self.tops[index]),
                );
                match self.items[index] {
                    Item::Row(row) => self.row(ui, ctx, &ctx.view.queue[row], rect),
                    Item::WaitingHeading(count) => heading(ui, ctx, count, rect),
                }
            }
        });
    }

    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let bar =
            Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ctx.theme.tokens.size.tab + 6.0));
        ui.allocate_ui_with_layout(bar.size(), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            space_x(ui, 0.0);
            ui.add_space(8.0);
            let roomy = ui.available_width() > 250.0
                && Section::ALL.iter().all(|section| ctx.derived.section(*section).len() < 1000);
            for section in Section::ALL {
                let count = ctx.derived.section(section).len();
                let selected = section == self.section;
                let counted = selected || (roomy && section != Section::Team);
                if Segment::new(ctx.t(section.key()), counted.then_some(count), selected)
                    .show(ui, ctx.theme)
                    .clicked()
                {
                    self.section = section;
                }
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(6.0);
                let open = self.filter_open || self.unread_only || !self.filter.is_empty();
                let button = IconButton::new(Icon::Filter, ctx.t("queue-filter")).selected(open);
                if button.show(ui, ctx.theme).clicked() {
                    if open {
                        (self.filter_open, self.unread_only) = (false, false);
                        self.filter.clear();
                    } else {
                        self.focus_filter();
                    }
                }
            });
        });
        if self.filter_open || !self.filter.is_empty() {
            self.filter_line(ui, ctx);
        }
    }

    fn filter_line(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            let id = Id::unique("queue-filter");
            let unread = ctx.t("queue-filter-unread");
            let words = line(ui.painter(), ctx.theme, unread, Type::Body, Color32::PLACEHOLDER).size().x;
            let width = ui.available_width() - words - 16.0 - 24.0;
            let field = Field::new(&mut self.filter, ctx.t("queue-filter"))
                .hint(ctx.t("queue-filter-hint"))
                .icon(Icon::Search)
                .sunken()
                .id(id)
                .width(width.max(80.0));
            let response = field.show(ui, ctx.theme);
            if std::mem::take(&mut self.focus_filter) {
                response.request_focus();
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
                self.filter.clear();
                self.filter_open = false;
            }
            if Segment::new(unread, None, self.unread_only).show(ui, ctx.theme).clicked() {
                self.unread_only = !self.unread_only;
            }
        });
        ui.add_space(8.0);
    }

    /// Up and down when nothing else has the keyboard.
    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if ui.ctx().egui_wants_keyboard_input() && ui.memory(|memory| memory.focused().is_some()) {
            return;
        }
        let (step, enter) = ui.input_mut(|input| {
            if input.modifiers.any() {
                return (0, false);
            }
            let down = input.count_and_consume_key(egui::Modifiers::NONE, Key::ArrowDown).cast_signed();
            let up = input.count_and_consume_key(egui::Modifiers::NONE, Key::ArrowUp).cast_signed();
            (down - up, input.consume_key(egui::Modifiers::NONE, Key::Enter))
        });
        if step != 0 {
            let from = self.cursor.or(ctx.active);
            if let Some(next) = self.neighbour(ctx.view, from, step) {
                self.cursor = Some(next);
                self.reveal(ctx.view, next);
            }
        }
        if enter && let Some(conversation) = self.cursor {
            ctx.push(Action::Open(conversation));
        }
    }

    /// Scrolls a conversation into sight.
    pub fn reveal(&mut self, view: &View, conversation: ConversationId) {
        self.scroll_to = self.items.iter().position(
            |item| matches!(item, Item::Row(index) if view.queue.get(*index).is_some_and(|row| row.id == conversation)),
        );
    }

    fn row(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &QueueRow, rect: Rect) {
        let theme = ctx.theme;
        let response = ui.interact(rect, ui.scope_id().with(row.id), Sense::click());
        let selected = ctx.active == Some(row.id);
        let clock = clock(ctx, row);
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, selected, spoken(ctx, row, &clock))
        });
        let cursor = self.cursor == Some(row.id) && !selected;
        if selected {
            ui.painter().rect_filled(rect, 0.0, theme.accent_soft);
            let bar = Rect::from_min_size(rect.min, vec2(theme.tokens.size.selection, rect.height()));
            ui.painter().rect_filled(bar, 0.0, theme.accent);
        } else if response.hovered() || cursor || response.has_focus() {
            ui.painter().rect_filled(rect, 0.0, theme.hovered(theme.surface));
        }
        paint_row(ui, ctx, row, rect, &clock, selected);
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        if response.clicked() {
            self.cursor = Some(row.id);
            ctx.push(Action::Open(row.id));
        }
        response.context_menu(|ui| row_menu(ui, ctx, row));
    }

    fn empty(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let key = crate::command::CommandId::ConversationTakeNext.shortcut_text(ctx);
        let (icon, title, advice) = if !self.filter.trim().is_empty() || self.unread_only {
            (Icon::Filter, "queue-empty-filter", String::new())
        } else {
            match self.section {
                Section::Mine => {
                    (Icon::Chat, "queue-empty-mine", ctx.tw("queue-empty-mine-hint", &[("key", key.into())]))
                }
                Section::Waiting => {
                    (Icon::Check, "queue-empty-waiting", ctx.t("queue-empty-waiting-hint").to_owned())
                }
                Section::Parked => {
                    (Icon::Clock, "queue-empty-parked", ctx.t("queue-empty-parked-hint").to_owned())
                }
                Section::Team => {
                    (Icon::People, "queue-empty-team", ctx.t("queue-empty-team-hint").to_owned())
                }
            }
        };
        empty_state(ui, ctx.theme, icon, ctx.t(title), &advice);
    }
}

fn matches(row: &QueueRow, filter: &str) -> bool {
    filter.is_empty()
        || row.name.to_lowercase().contains(filter)
        || row.preview.to_lowercase().contains(filter)
        || row.subject.to_lowercase().contains(filter)
        || row.tags.iter().any(|tag| tag.to_lowercase().contains(filter))
}

fn heading(ui: &Ui, ctx: &Ctx<'_>, count: usize, rect: Rect) {
    let theme = ctx.theme;
    let words = format!("{} {count}", ctx.t("queue-waiting-section"));
    let galley = line(ui.painter(), theme, &words, Type::Small, theme.muted);
    ui.painter().galley(pos2(rect.left() + 14.0, rect.bottom() - 24.0), galley, theme.muted);
}

/// A clock and how urgent it is.
struct Clock {
    words: String,
    ink: Color32,
    strong: bool,
    waiting: bool,
}

fn clock(ctx: &Ctx<'_>, row: &QueueRow) -> Clock {
    let theme = ctx.theme;
    let Some(since) = row.waiting_since else {
        let words = ctx.age(row.last_at);
        return Clock { words, ink: theme.muted, strong: false, waiting: false };
    };
    let seconds = ctx.seconds_since(since);
    let (warn, bad) = waiting_limits_s(&row.channel.kind);
    let (ink, strong) = if seconds >= bad {
        (theme.bad, true)
    } else if seconds >= warn {
        (theme.warn, true)
    } else {
        (theme.muted, false)
    };
    Clock { words: ctx.waiting(since, &row.channel.kind), ink, strong, waiting: true }
}

/// What a screen reader says of a row.
fn spoken(ctx: &Ctx<'_>, row: &QueueRow, clock: &Clock) -> String {
    let mut words = vec![row.name.clone()];
    if row.unread > 0 {
        words.push(ctx.tw("queue-unread", &[("count", row.unread.into())]));
    }
    // As it is drawn: the sign of typing stands in the preview's place.
    words.push(if row.typing { ctx.t("queue-typing").to_owned() } else { text::one_line(&row.preview) });
    if clock.waiting {
        words.push(ctx.tw("queue-waits", &[("time", clock.words.as_str().into())]));
    }
    if row.send_trouble {
        words.push(ctx.t("queue-trouble").to_owned());
    }
    if row.customer_left {
        words.push(ctx.t("queue-customer-left").to_owned());
    }
    words.join(ctx.t("app-separator"))
}

fn paint_row(ui: &Ui, ctx: &Ctx<'_>, row: &QueueRow, rect: Rect, clock: &Clock, selected: bool) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let avatar = Rect::from_center_size(
        pos2(rect.left() + 14.0 + theme.tokens.size.avatar / 2.0, rect.center().y),
        Vec2::splat(theme.tokens.size.avatar),
    );
    let ground = if selected { theme.surface } else { theme.sunken };
    painter.rect_filled(avatar, CornerRadius::same(9), ground);
    let ink = if row.waiting_since.is_some() { theme.text } else { theme.muted };
    let icon = Icon::of_channel(&row.channel.kind);
    icon.paint(painter, Rect::from_center_size(avatar.center(), Vec2::splat(theme.tokens.size.icon)), ink);
    let left = avatar.right() + 10.0;
    let right = rect.right() - 14.0;
    let (upper, lower) = (rect.center().y - 10.5, rect.center().y + 10.5);
    let style = if clock.strong { Type::SmallStrong } else { Type::Small };
    let time = text::paint_line(
        painter,
        theme,
        pos2(right, upper),
        Align2::RIGHT_CENTER,
        &clock.words,
        style,
        clock.ink,
    );
    paint_name(painter, ctx, row, pos2(left, upper), time.left() - left - 10.0);
    let mark = paint_mark(painter, ctx, row, pos2(right, lower));
    paint_preview(painter, ctx, row, pos2(left, lower), mark - left - 8.0);
}

fn paint_name(painter: &egui::Painter, ctx: &Ctx<'_>, row: &QueueRow, at: egui::Pos2, width: f32) {
    let theme = ctx.theme;
    let tier: Option<Arc<Galley>> = (!row.tier.is_empty())
        .then(|| elided(painter, theme, &row.tier, Type::Small, theme.accent, 64.0))
        .filter(|tier| tier.size().x + 60.0 < width);
    let room = width - tier.as_ref().map_or(0.0, |tier| tier.size().x + 8.0);
    let name = text::paint_elided(painter, theme, at, &row.name, Type::Strong, theme.text, room);
    if let Some(tier) = tier {
        let place = Align2::LEFT_CENTER.anchor_size(pos2(name.right() + 8.0, at.y), tier.size());
        painter.galley(place.min, tier, theme.accent);
    }
}

/// What stands at the right end of the lower line: trouble, unread count or “with customer”. Returns its left.
fn paint_mark(painter: &egui::Painter, ctx: &Ctx<'_>, row: &QueueRow, right: egui::Pos2) -> f32 {
    let theme = ctx.theme;
    if row.send_trouble {
        let rect = Rect::from_center_size(right - vec2(8.0, 0.0), Vec2::splat(16.0));
        Icon::Warning.paint(painter, rect, theme.bad);
        return rect.left();
    }
    let mut right = right;
    if row.mentioned {
        let galley = painter.layout_job(text::job(theme, "@", Type::SmallStrong, theme.on_accent));
        let rect = Align2::RIGHT_CENTER.anchor_size(right, vec2(18.0, 18.0));
        painter.rect_filled(rect, CornerRadius::same(9), theme.accent);
        let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
        painter.galley(at.min, galley, theme.on_accent);
        if row.unread == 0 {
            return rect.left();
        }
        right.x = rect.left() - 4.0;
    }
    if row.unread > 0 {
        return badge(painter, theme, right, row.unread).left();
    }
    let chip = match &row.status {
        Status::Parked { until: Some(until), .. } => Some(ctx.moment(*until)),
        Status::Assigned(agent) if *agent != ctx.view.me => Some(ctx.agent_name(*agent)),
        Status::Assigned(_) if row.customer_left => Some(ctx.t("queue-customer-left").to_owned()),
        Status::Assigned(_) if row.waiting_since.is_none() && !row.last_from_customer => {
            Some(ctx.t("queue-awaiting-customer").to_owned())
        }
        _ => None,
    };
    let Some(words) = chip else { return right.x };
    let galley = elided(painter, theme, &words, Type::Small, theme.muted, 96.0);
    let rect = Align2::RIGHT_CENTER.anchor_size(right, galley.size() + vec2(14.0, 0.0));
    painter.rect_filled(rect, CornerRadius::same(9), theme.sunken);
    painter.galley(rect.min + vec2(7.0, 0.0), galley, theme.muted);
    rect.left()
}

fn paint_preview(painter: &egui::Painter, ctx: &Ctx<'_>, row: &QueueRow, at: egui::Pos2, width: f32) {
    let theme = ctx.theme;
    let mut left = at.x;
    let (lead, ink) = if row.typing {
        (ctx.t("queue-typing"), theme.accent)
    } else if row.has_draft {
        (ctx.t("queue-draft"), theme.warn)
    } else {
        ("", theme.muted)
    };
    if !lead.is_empty() {
        let rect = text::paint_elided(painter, theme, at, lead, Type::SmallStrong, ink, width);
        left = rect.right() + 6.0;
    }
    let room = width - (left - at.x);
    if room > 12.0 && !row.typing {
        let preview = if row.preview.is_empty() { &row.subject } else { &row.preview };
        text::paint_elided(
            painter,
            theme,
            pos2(left, at.y),
            &text::inert(preview),
            Type::Small,
            // What nobody read yet stands out from what was read.
            if row.unread > 0 { theme.text } else { theme.muted },
            room,
        );
    }
}

fn row_menu(ui: &mut Ui, ctx: &Ctx<'_>, row: &QueueRow) {
    ui.set_min_width(160.0);
    let mut entry = |words: &str, command: Option<ConversationCommand>| {
        if ui.button(words).clicked() {
            match command {
                Some(command) => ctx.send_to(row.id, command),
                None => ctx.push(Action::Open(row.id)),
            }
            ui.close();
        }
    };
    entry(ctx.t("app-open"), None);
    match &row.status {
        Status::Assigned(agent) if *agent == ctx.view.me => {
            entry(ctx.t("conversation-park"), Some(ConversationCommand::Park(None)));
            entry(ctx.t("conversation-release"), Some(ConversationCommand::Release));
        }
        Status::Parked { agent, .. } if *agent == ctx.view.me => {
            entry(ctx.t("conversation-resume"), Some(ConversationCommand::Resume));
        }
        _ => entry(ctx.t("queue-take"), Some(ConversationCommand::Take)),
    }
}
