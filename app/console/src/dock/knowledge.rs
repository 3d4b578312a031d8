//! Knowledge that belongs to what the customer asks, and a search in it.

use std::sync::Arc;

use egui::{Id, Key, Sense, Stroke, Ui, text::LayoutJob, vec2};
use model::{
    ArticleId, ConversationId,
    knowledge::{Article, Hit, SearchQuery},
    port::{Answer, Question},
    view::Thread,
};

use super::section::{Folds, Section};
use crate::{
    Action, Ctx, Slot,
    markdown::{self, Block, Room},
    theme::{Theme, Type},
    widget::{Button, Field, Icon, IconButton, label, paragraph, space_y, text},
};

/// Articles shown at once.
const HITS_MAX: usize = 5;
/// Longest question beside the card's title, in characters.
const ASKED_MAX_CHARS: usize = 14;

/// What the card remembers.
#[derive(Default)]
pub struct Knowledge {
    conversation: Option<ConversationId>,
    /// What is typed into the search.
    query: String,
    hits: Slot,
    /// The article that is unfolded.
    open: Option<(ArticleId, String)>,
    article: Slot,
    /// It, read into blocks.
    read: Option<(Arc<Article>, Vec<Block>)>,
    /// The article whose words go into the composer once it has come.
    inserting: Option<(ArticleId, ConversationId)>,
    insert: Slot,
    /// An article that has no words for the customer.
    wordless: Option<ArticleId>,
}

/// What was asked, short enough to stand beside the card's title.
fn shortened(asked: &str) -> String {
    match asked.char_indices().nth(ASKED_MAX_CHARS) {
        Some((end, _)) => format!("{}…", asked[..end].trim_end()),
        None => asked.to_owned(),
    }
}

impl Knowledge {
    /// Takes in what has been found, whether or not the card is in sight.
    pub fn receive(&mut self, ctx: &Ctx<'_>, thread: &Thread) {
        if self.conversation != Some(thread.row.id) {
            *self = Self { conversation: Some(thread.row.id), ..Self::default() };
        }
        self.article.poll(ctx.desk);
        self.finish_insert(ctx);
    }

    /// Draws the card.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, folds: &mut Folds, composing: bool) {
        let strip = &thread.knowledge;
        let asked = shortened(&text::one_line(&strip.query));
        let asked = if asked.is_empty() || !self.query.is_empty() {
            String::new()
        } else {
            ctx.tw("knowledge-asked", &[("query", asked.into())])
        };
        Section::new("knowledge", ctx.t("knowledge-title")).show(
            ui,
            ctx,
            folds,
            |ui| {
                label(ui, ctx.theme, &asked, Type::Small, ctx.theme.muted);
            },
            |ui| self.content(ui, ctx, thread, composing),
        );
        let waiting = self.hits.is_loading() || self.article.is_loading() || self.insert.is_loading();
        if waiting {
            ui.ctx().request_repaint_after_secs(0.05);
        }
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, composing: bool) {
        let theme = ctx.theme;
        let id = Id::unique("dock-knowledge");
        let name = ctx.t("knowledge-search");
        let field = Field::new(&mut self.query, name).hint(name).icon(Icon::Search).sunken().id(id);
        let response = field.show(ui, theme);
        let entered = response.lost_focus() && !composing && ui.input(|input| input.key_pressed(Key::Enter));
        if !composing {
            self.ask(ctx);
        }
        let searching = !self.query.trim().is_empty();
        let hits: Vec<Hit> = match (searching, self.hits.answer()) {
            (true, Some(Answer::Hits(hits))) => hits.iter().take(HITS_MAX).cloned().collect(),
            (true, _) => Vec::new(),
            (false, _) => thread.knowledge.hits.iter().take(HITS_MAX).cloned().collect(),
        };
        if let Some(code) = self.hits.failure().filter(|_| searching) {
            let error = ctx.locale.error(code, &[]);
            paragraph(ui, theme, &error.what, Type::Small, theme.bad);
        } else if hits.is_empty() && !self.hits.is_loading() {
            if searching {
                let words = ctx.tw("knowledge-empty", &[("query", self.query.trim().into())]);
                paragraph(ui, theme, &words, Type::Body, theme.text);
            }
            paragraph(ui, theme, ctx.t("knowledge-empty-hint"), Type::Small, theme.muted);
        }
        if entered && let Some(first) = hits.first() {
            self.start_insert(ctx, thread.row.id, first);
            ctx.push(Action::FocusComposer);
        }
        for (index, hit) in hits.iter().enumerate() {
            if index > 0 {
                let at = ui.cursor().top();
                ui.painter().hline(ui.max_rect().x_range(), at - 2.0, theme.hairline());
            }
            self.hit(ui, ctx, thread, hit);
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>) {
        let words = self.query.trim();
        if words.is_empty() {
            self.hits.clear();
            return;
        }
        let query = SearchQuery {
            text: words.to_owned(),
            limit: HITS_MAX,
            language: Some(ctx.locale.language().tag().to_owned()),
            typing: true,
            ..SearchQuery::default()
        };
        self.hits.ask(ctx.desk, Question::Knowledge(query));
    }

    fn hit(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, hit: &Hit) {
        let open = self.open.as_ref().is_some_and(|(id, _)| *id == hit.id);
        let (turned, inserted) = hit_row(ui, ctx, hit, open);
        if inserted {
            self.start_insert(ctx, thread.row.id, hit);
        } else if turned {
            self.open = (!open).then(|| (hit.id.clone(), hit.language.clone()));
            self.article.clear();
        }
        if self.wordless.as_ref() == Some(&hit.id) {
            label(ui, ctx.theme, ctx.t("knowledge-no-reply"), Type::Small, ctx.theme.warn);
        }
        if self.open.as_ref().is_none_or(|(id, _)| *id != hit.id) {
            return;
        }
        self.article.ask(ctx.desk, Question::Article(hit.id.clone(), hit.language.clone()));
        match self.article.answer() {
            Some(Answer::Article(Some(article))) => {
                let article = Arc::clone(article);
                self.unfolded(ui, ctx, thread, hit, &article);
            }
            Some(_) => {
                label(ui, ctx.theme, ctx.t("knowledge-gone"), Type::Small, ctx.theme.muted);
            }
            None => {
                label(ui, ctx.theme, ctx.t("app-loading"), Type::Small, ctx.theme.muted);
            }
        }
    }

    fn unfolded(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, hit: &Hit, article: &Arc<Article>) {
        let theme = ctx.theme;
        let frame = egui::Frame::new()
            .fill(theme.background)
            .stroke(Stroke::new(1.0, theme.line))
            .corner_radius(theme.control_radius())
            .inner_margin(egui::Margin::symmetric(10, 8));
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                let words = ctx.t("knowledge-insert");
                if Button::new(words).small().icon(Icon::Reply).show(ui, theme).clicked() {
                    self.start_insert(ctx, thread.row.id, hit);
                }
                let words = ctx.t("knowledge-open");
                if Button::new(words).quiet().small().icon(Icon::Book).show(ui, theme).clicked() {
                    ctx.push(Action::OpenArticle(hit.id.clone()));
                }
            });
            space_y(ui, 4.0);
            if self.read.as_ref().is_none_or(|(read, _)| !Arc::ptr_eq(read, article)) {
                self.read = Some((Arc::clone(article), markdown::parse(&article.markdown)));
            }
            if let Some((article, blocks)) = &self.read {
                markdown::show(ui, ctx, blocks, &article.title, Room::Card);
            }
        });
    }

    fn start_insert(&mut self, ctx: &Ctx<'_>, conversation: ConversationId, hit: &Hit) {
        self.wordless = None;
        self.insert.clear();
        self.insert.ask(ctx.desk, Question::Article(hit.id.clone(), hit.language.clone()));
        self.inserting = Some((hit.id.clone(), conversation));
        self.finish_insert(ctx);
    }

    fn finish_insert(&mut self, ctx: &Ctx<'_>) {
        self.insert.poll(ctx.desk);
        let Some((id, conversation)) = self.inserting.clone() else { return };
        let headings = [ctx.locale, ctx.other_locale].map(|locale| locale.text("knowledge-reply-heading"));
        let reply = match self.insert.answer() {
            Some(Answer::Article(Some(article))) => {
                markdown::section(&markdown::parse(&article.markdown), &headings)
            }
            Some(_) => None,
            None if self.insert.failure().is_some() => None,
            None => return,
        };
        self.inserting = None;
        match reply {
            Some(text) => ctx.push(Action::Draft { conversation, text, from: None, replace: false }),
            None => self.wordless = Some(id),
        }
    }
}

/// A hit's title and passage. Returns whether it was clicked, and whether its words are wanted.
fn hit_row(ui: &mut Ui, ctx: &Ctx<'_>, hit: &Hit, open: bool) -> (bool, bool) {
    let theme = ctx.theme;
    let width = ui.available_width();
    let mut title = highlighted(theme, &hit.title, &hit.title_highlights, Type::Strong, theme.text);
    title.wrap = egui::text::TextWrapping {
        break_anywhere: true,
        ..egui::text::TextWrapping::truncate_at_width(width - 34.0)
    };
    let title = ui.painter().layout_job(title);
    let mut passage = highlighted(theme, &hit.snippet, &hit.snippet_highlights, Type::Small, theme.muted);
    passage.wrap =
        egui::text::TextWrapping { max_width: width, max_rows: 2, ..egui::text::TextWrapping::default() };
    let passage = ui.painter().layout_job(passage);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0 + passage.size().y), Sense::click());
    let name = format!("{} {}", hit.id, hit.title);
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::accesskit::Role::DisclosureTriangle, true, open, &name)
    });
    let ground = rect.expand2(vec2(6.0, 2.0));
    if response.hovered() {
        ui.painter().rect_filled(ground, theme.control_radius(), theme.sunken);
    }
    if response.has_focus() {
        let ring = Stroke::new(theme.tokens.size.focus, theme.accent);
        ui.painter().rect_stroke(ground, theme.control_radius(), ring, egui::StrokeKind::Inside);
    }
    ui.painter().galley(rect.min + vec2(0.0, 2.0), title, theme.text);
    ui.painter().galley(rect.min + vec2(0.0, 24.0), passage, theme.muted);
    let corner = egui::Rect::from_min_size(rect.right_top() - vec2(24.0, 1.0), vec2(24.0, 24.0));
    let mut button = ui.new_child(egui::UiBuilder::new().max_rect(corner).id_salt(&hit.id));
    let insert = format!("{}: {}", ctx.t("knowledge-insert"), hit.title);
    let inserted = IconButton::new(Icon::Reply, &insert).size(24.0).show(&mut button, theme).clicked();
    (response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked(), inserted)
}

/// Text with what matched on a soft ground; ranges are bytes.
pub fn highlighted(
    theme: &Theme,
    words: &str,
    ranges: &[std::ops::Range<usize>],
    style: Type,
    ink: egui::Color32,
) -> LayoutJob {
    let plain = theme.format(style, ink);
    let mut marked = plain.clone();
    marked.background = theme.warn_soft;
    marked.color = theme.text;
    let mut job = LayoutJob::default();
    let mut at = 0;
    for range in ranges {
        if range.start < at || range.end > words.len() || range.is_empty() {
            continue;
        }
        if let (Some(before), Some(hit)) = (words.get(at..range.start), words.get(range.clone())) {
            job.append(&text::inert(before), 0.0, plain.clone());
            job.append(&text::inert(hit), 0.0, marked.clone());
            at = range.end;
        }
    }
    job.append(&text::inert(words.get(at..).unwrap_or_default()), 0.0, plain);
    job
}
