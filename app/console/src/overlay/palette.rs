//! The palette: commands, conversations, customers and articles behind one field, found by Chinese words,
//! pinyin initials or English.

use assets::pinyin;
use egui::{
    Align2, Id, Key, Modal, Modifiers, ScrollArea, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};
use model::{
    ArticleId, ConversationId,
    knowledge::SearchQuery,
    port::{Answer, Question},
};

use crate::{
    Action, Ctx, Slot,
    command::CommandId,
    theme::Type,
    widget::{Field, Icon, keycap_width, label, paint_keycap, text},
};

/// Most entries of one kind.
const KIND_MAX: usize = 6;
/// Height of one entry.
const ROW: f32 = 36.0;

/// What an entry does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they open")]
pub enum Found {
    Command(CommandId),
    Conversation(ConversationId),
    Article(ArticleId),
}

struct Entry {
    found: Found,
    icon: Icon,
    title: String,
    detail: String,
    keys: String,
}

/// The palette.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    chosen: usize,
    focus: bool,
    entries: Vec<Entry>,
    built: Option<(String, u64, usize)>,
    customers: Slot,
    articles: Slot,
    conversations: Slot,
}

/// The palette's field, so that the keyboard can be given to it before it is drawn.
pub fn field_id() -> Id {
    Id::unique("palette-field")
}

impl Palette {
    /// Opens it with an empty field.
    pub fn open(&mut self) {
        *self = Self { open: true, focus: true, ..Self::default() };
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Titles of what is found, best first, for tests and the tour.
    pub fn titles(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.title.as_str()).collect()
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if !self.open {
            return;
        }
        self.ask(ctx);
        self.build(ctx);
        let enter = self.keys(ui);
        let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, 72.0));
        let modal = Modal::new(Id::unique("palette"))
            .area(area)
            .frame(ctx.theme.popover())
            .backdrop_color(ctx.theme.backdrop);
        let mut picked = enter.then_some(self.chosen);
        let response = modal.show(ui.ctx(), |ui| {
            ui.set_width(560.0_f32.min(ui.ctx().content_rect().width() - 64.0));
            ui.spacing_mut().item_spacing.y = 4.0;
            let field = Field::new(&mut self.query, ctx.t("app-search"))
                .hint(ctx.t("palette-hint"))
                .icon(Icon::Search)
                .sunken()
                .id(field_id())
                .show(ui, ctx.theme);
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            if field.changed() {
                self.chosen = 0;
            }
            if self.entries.is_empty() {
                ui.add_space(8.0);
                let query = self.query.as_str();
                label(
                    ui,
                    ctx.theme,
                    &ctx.tw("palette-empty", &[("query", query.into())]),
                    Type::Body,
                    ctx.theme.text,
                );
                label(ui, ctx.theme, ctx.t("palette-empty-hint"), Type::Small, ctx.theme.muted);
                ui.add_space(8.0);
            }
            if let Some(index) = self.rows(ui, ctx) {
                picked = Some(index);
            }
        });
        if let Some(entry) = picked.and_then(|index| self.entries.get(index)) {
            ctx.push(match &entry.found {
                Found::Command(command) => Action::Run(*command),
                Found::Conversation(conversation) => Action::Open(*conversation),
                Found::Article(article) => Action::OpenArticle(article.clone()),
            });
            self.open = false;
        } else if response.should_close() {
            self.open = false;
        }
    }

    fn rows(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> Option<usize> {
        let mut picked = None;
        ScrollArea::vertical().max_height(ROW * 13.0).min_scrolled_height(ROW * 11.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut kind = "";
            for (index, entry) in self.entries.iter().enumerate() {
                let now = match entry.found {
                    Found::Command(_) => "palette-commands",
                    Found::Conversation(_) => "palette-conversations",
                    Found::Article(_) => "palette-articles",
                };
                if now != kind {
                    kind = now;
                    ui.add_space(6.0);
                    label(ui, ctx.theme, ctx.t(now), Type::Small, ctx.theme.muted);
                    ui.add_space(2.0);
                }
                let response = row(ui, ctx, entry, index == self.chosen);
                if response.hovered() && ui.input(|input| input.pointer.is_moving()) {
                    self.chosen = index;
                }
                if response.clicked() {
                    picked = Some(index);
                }
            }
        });
        picked
    }

    fn keys(&mut self, ui: &Ui) -> bool {
        let composing =
            ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Ime(_))));
        if composing {
            return false;
        }
        let count = self.entries.len().max(1);
        ui.input_mut(|input| {
            let down = input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown);
            let up = input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp);
            self.chosen = (self.chosen + down + count * (up + 1) - up) % count;
            input.consume_key(Modifiers::NONE, Key::Enter)
        })
    }

    fn ask(&mut self, ctx: &Ctx<'_>) {
        let query = self.query.trim();
        // One letter finds everything; the first Chinese character already says something.
        if query.is_empty() || (query.is_ascii() && query.len() < 2) {
            return;
        }
        self.customers.ask(ctx.desk, Question::Customers(query.to_owned()));
        self.conversations.ask(ctx.desk, Question::Conversations(query.to_owned()));
        let search = SearchQuery {
            text: query.to_owned(),
            limit: KIND_MAX,
            language: Some(ctx.locale.language().tag().to_owned()),
            typing: true,
            ..SearchQuery::default()
        };
        self.articles.ask(ctx.desk, Question::Knowledge(search));
    }

    fn build(&mut self, ctx: &Ctx<'_>) {
        let answers = [&self.customers, &self.conversations, &self.articles];
        let ready = answers.iter().filter(|slot| !slot.is_loading()).count();
        let built = (self.query.trim().to_lowercase(), ctx.view.revision, ready);
        if self.built.as_ref() == Some(&built) {
            return;
        }
        let query = built.0.clone();
        self.entries = commands(ctx, &query);
        if !query.is_empty() {
            self.entries.extend(conversations(ctx, &query, &self.conversations, &self.customers));
            self.entries.extend(articles(&self.articles));
        }
        self.built = Some(built);
        self.chosen = self.chosen.min(self.entries.len().saturating_sub(1));
    }
}

/// How well a text fits a query; smaller is better.
fn rank(text: &str, query: &str) -> Option<u8> {
    let text = text.to_lowercase();
    let initials = pinyin::initials(&text);
    let words = || text.split(|letter: char| !letter.is_alphanumeric());
    if text.starts_with(query) {
        Some(0)
    } else if initials.starts_with(query) {
        Some(1)
    } else if words().any(|word| word.starts_with(query)) {
        Some(2)
    } else if text.contains(query) {
        Some(3)
    } else {
        (query.len() > 1 && initials.contains(query)).then_some(4)
    }
}

fn commands(ctx: &Ctx<'_>, query: &str) -> Vec<Entry> {
    let other = ctx.other_locale;
    let mut found: Vec<(u8, CommandId)> = CommandId::all()
        .filter(|command| *command != CommandId::WindowPalette && command.is_enabled(ctx))
        .filter_map(|command| {
            let own = rank(ctx.t(command.key()), query);
            // Whoever works in Chinese may still know the English name, and the other way round.
            let foreign = rank(other.text(command.key()), query).map(|rank| rank + 5);
            own.or(foreign).map(|rank| (rank, command))
        })
        .collect();
    found.sort_by_key(|(rank, command)| (*rank, *command as usize));
    let limit = if query.is_empty() { 12 } else { KIND_MAX };
    found
        .into_iter()
        .take(limit)
        .map(|(_, command)| Entry {
            found: Found::Command(command),
            icon: icon_of(command),
            title: ctx.t(command.key()).to_owned(),
            detail: ctx.t(&format!("{}.hint", command.key())).to_owned(),
            keys: command.shortcut_text(ctx),
        })
        .collect()
}

fn icon_of(command: CommandId) -> Icon {
    match command.noun() {
        "conversation" | "queue" => Icon::Chat,
        "proposal" => Icon::Spark,
        "ticket" => Icon::Ticket,
        "knowledge" => Icon::Book,
        "presence" => Icon::Person,
        "plugin" => Icon::Plug,
        _ => Icon::Monitor,
    }
}

fn conversations(ctx: &Ctx<'_>, query: &str, asked: &Slot, customers: &Slot) -> Vec<Entry> {
    let mut rows: Vec<(u8, &model::view::QueueRow)> = ctx
        .view
        .queue
        .iter()
        .filter_map(|row| {
            rank(&row.name, query)
                .or_else(|| rank(&row.preview, query).map(|rank| rank + 5))
                .map(|rank| (rank, &**row))
        })
        .collect();
    if let Some(Answer::Conversations(found)) = asked.answer() {
        rows.extend(found.iter().map(|row| (9, &**row)));
    }
    if let Some(Answer::Customers(found)) = customers.answer() {
        for card in found {
            rows.extend(
                ctx.view.queue.iter().filter(|row| row.customer == card.customer.id).map(|row| (8, &**row)),
            );
        }
    }
    rows.sort_by_key(|(rank, _)| *rank);
    let mut seen = std::collections::HashSet::new();
    rows.into_iter()
        .filter(|(_, row)| seen.insert(row.id))
        .take(KIND_MAX)
        .map(|(_, row)| Entry {
            found: Found::Conversation(row.id),
            icon: Icon::of_channel(&row.channel.kind),
            title: row.name.clone(),
            detail: text::one_line(&row.preview),
            keys: String::new(),
        })
        .collect()
}

fn articles(asked: &Slot) -> Vec<Entry> {
    let Some(Answer::Hits(hits)) = asked.answer() else { return Vec::new() };
    hits.iter()
        .take(KIND_MAX)
        .map(|hit| Entry {
            found: Found::Article(hit.id.clone()),
            icon: Icon::Book,
            title: hit.title.clone(),
            detail: text::one_line(&hit.snippet),
            keys: String::new(),
        })
        .collect()
}

fn row(ui: &mut Ui, ctx: &Ctx<'_>, entry: &Entry, chosen: bool) -> egui::Response {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &entry.title));
    let painter = ui.painter();
    if chosen {
        painter.rect_filled(rect, theme.control_radius(), theme.accent_soft);
        response.scroll_to_me(None);
    }
    let icon = egui::Rect::from_center_size(rect.left_center() + vec2(18.0, 0.0), Vec2::splat(16.0));
    entry.icon.paint(painter, icon, if chosen { theme.accent } else { theme.muted });
    let mut right = rect.right() - 8.0;
    if !entry.keys.is_empty() {
        right -= keycap_width(painter, theme, &entry.keys);
        paint_keycap(
            painter,
            theme,
            pos2(right, rect.center().y),
            &entry.keys,
            theme.muted,
            Some(theme.surface),
        );
        right -= 12.0;
    }
    let at = pos2(rect.left() + 38.0, rect.center().y);
    let title =
        text::paint_elided(painter, theme, at, &entry.title, Type::Body, theme.text, (right - at.x) * 0.6);
    let at = pos2(title.right() + 12.0, rect.center().y);
    if right - at.x > 30.0 {
        text::paint_elided(painter, theme, at, &entry.detail, Type::Small, theme.muted, right - at.x);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn chinese_initials_and_english_find_the_same_thing() {
        let cases = [
            ("结束并小结", "结束", Some(0)),
            ("结束并小结", "jsb", Some(1)),
            ("结束并小结", "xj", Some(4)),
            ("Close and wrap up", "wrap", Some(2)),
            ("Close and wrap up", "close", Some(0)),
            ("结束并小结", "zz", None),
            ("anything", "", Some(0)),
        ];
        for (text, query, expected) in cases {
            assert_eq!(rank(text, query), expected, "{text} {query}");
        }
    }
}
