//! Knowledge: every article of the language, a search as one types, and one article to read.

use std::{ops::Range, sync::Arc};

use egui::{Frame, Id, Key, Panel, ScrollArea, Sense, Ui, text::LayoutJob, vec2};
use model::{
    ArticleId,
    knowledge::{Article, SearchQuery},
    port::{Answer, Question},
};

use super::control;
use crate::{
    Action, Ctx, Place, ShellRequest, Slot,
    markdown::{self, Block, Room},
    theme::{Theme, Tone, Type},
    widget::{Button, Field, Icon, empty_state, label, name_splitter, text},
};

/// Results shown of a search.
const HITS_MAX: usize = 40;
/// Height of a row without a passage and with one.
const ROWS: [f32; 2] = [48.0, 68.0];

/// What the Knowledge place remembers.
#[derive(Default)]
pub struct Knowledge {
    words: String,
    search: Slot,
    all: Slot,
    article: Slot,
    chosen: Option<ArticleId>,
    read: Option<(Arc<Article>, Vec<Block>)>,
    focus: bool,
}

/// A row of the list: an article of the language or a result of the search.
struct Row {
    id: ArticleId,
    title: String,
    title_marks: Vec<Range<usize>>,
    below: String,
    below_marks: Vec<Range<usize>>,
}

impl Knowledge {
    /// Shows an article with the next frame.
    pub fn open(&mut self, article: ArticleId) {
        self.chosen = Some(article);
    }

    /// Puts the keyboard into the search.
    pub fn focus_search(&mut self) {
        self.focus = true;
    }

    /// Draws the place.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.ask(ctx);
        let rows = self.rows();
        // What is read stays in the list: a search that does not find it shows its best result.
        let listed = self.chosen.as_ref().is_some_and(|chosen| rows.iter().any(|row| row.id == *chosen));
        if !listed && let Some(first) = rows.first() {
            self.chosen = Some(first.id.clone());
        }
        self.keys(ui, &rows);
        let room = ui.available_width();
        let width = (room * 0.32).clamp(240.0, 420.0);
        Panel::left("knowledge-list")
            .default_size(width)
            .size_range(240.0..=520.0_f32.min(room * 0.5).max(240.0))
            .resizable(true)
            .frame(Frame::new().fill(ctx.theme.surface))
            .show(ui, |ui| self.list(ui, ctx, &rows));
        name_splitter(ui, "knowledge-list", ctx.t("app-resize"));
        let surface = Frame::new().fill(ctx.theme.surface);
        egui::CentralPanel::default().frame(surface).show(ui, |ui| self.reading(ui, ctx));
    }

    fn ask(&mut self, ctx: &Ctx<'_>) {
        let language = ctx.locale.language().tag().to_owned();
        self.all.ask(ctx.desk, Question::Articles(language.clone()));
        let words = self.words.trim();
        if words.is_empty() {
            self.search.clear();
        } else {
            let query = SearchQuery {
                text: words.to_owned(),
                limit: HITS_MAX,
                language: Some(language.clone()),
                typing: true,
                ..SearchQuery::default()
            };
            self.search.ask(ctx.desk, Question::Knowledge(query));
        }
        let Some(chosen) = &self.chosen else { return };
        self.article.ask(ctx.desk, Question::Article(chosen.clone(), language));
        if let Some(Answer::Article(Some(article))) = self.article.answer()
            && self.read.as_ref().is_none_or(|(read, _)| !Arc::ptr_eq(read, article))
        {
            self.read = Some((Arc::clone(article), markdown::parse(&article.markdown)));
        }
    }

    fn rows(&self) -> Vec<Row> {
        match (self.words.trim().is_empty(), self.search.answer(), self.all.answer()) {
            (false, Some(Answer::Hits(hits)), _) => hits
                .iter()
                .map(|hit| Row {
                    id: hit.id.clone(),
                    title: hit.title.clone(),
                    title_marks: hit.title_highlights.clone(),
                    below: hit.snippet.clone(),
                    below_marks: hit.snippet_highlights.clone(),
                })
                .collect(),
            (true, _, Some(Answer::Articles(articles))) => articles
                .iter()
                .map(|article| Row {
                    id: article.id.clone(),
                    title: article.title.clone(),
                    title_marks: Vec::new(),
                    below: std::iter::once(article.id.as_str())
                        .chain(article.tags.iter().map(String::as_str))
                        .collect::<Vec<_>>()
                        .join(" · "),
                    below_marks: Vec::new(),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn keys(&mut self, ui: &Ui, rows: &[Row]) {
        let step = control::steps(ui);
        if step != 0 {
            let at = rows.iter().position(|row| Some(&row.id) == self.chosen.as_ref());
            let next = control::stepped(at, step, rows.len());
            self.chosen = next.and_then(|next| rows.get(next)).map(|row| row.id.clone());
        }
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[Row]) {
        let theme = ctx.theme;
        ui.spacing_mut().item_spacing.y = 0.0;
        let count = ctx.tw("knowledge-results", &[("count", rows.len().into())]);
        control::bar(ui, ctx, ctx.t("place-knowledge"), &count, |_| {});
        self.search_field(ui, ctx, rows);
        let searching = !self.words.trim().is_empty();
        let slot = if searching { &self.search } else { &self.all };
        control::await_answer(ui, slot);
        if rows.is_empty() {
            if slot.is_loading() || slot.failure().is_some() {
                control::missing(ui, ctx, slot);
            } else {
                let title = ctx.tw("knowledge-empty", &[("query", self.words.trim().into())]);
                let title = if searching { title } else { ctx.t("knowledge-none").to_owned() };
                empty_state(ui, theme, Icon::Book, &title, ctx.t("knowledge-empty-hint"));
            }
            return;
        }
        let height = ROWS[usize::from(searching)];
        let mut chosen = None;
        ScrollArea::vertical().id_salt("articles").auto_shrink(false).show_rows(
            ui,
            height,
            rows.len(),
            |ui, range| {
                for row in &rows[range] {
                    let (rect, _) =
                        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
                    let selected = Some(&row.id) == self.chosen.as_ref();
                    let id = ui.scope_id().with(row.id.as_str());
                    if control::row(ui, theme, rect, id, selected, &row.title).clicked() {
                        chosen = Some(row.id.clone());
                    }
                    paint(ui, theme, rect, row);
                }
            },
        );
        if chosen.is_some() {
            self.chosen = chosen;
        }
    }

    fn search_field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[Row]) {
        Frame::new().inner_margin(egui::Margin::symmetric(12, 10)).show(ui, |ui| {
            let response = Field::new(&mut self.words, ctx.t("knowledge-search"))
                .hint(ctx.t("knowledge-search"))
                .icon(Icon::Search)
                .sunken()
                .id(Id::unique("knowledge-search"))
                .show(ui, ctx.theme);
            if std::mem::take(&mut self.focus) {
                response.request_focus();
            }
            if response.lost_focus() {
                if ui.input(|input| input.key_pressed(Key::Escape)) {
                    self.words.clear();
                } else if ui.input(|input| input.key_pressed(Key::Enter))
                    && let Some(first) = rows.first()
                {
                    self.chosen = Some(first.id.clone());
                }
            }
        });
    }

    fn reading(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        control::await_answer(ui, &self.article);
        let fits = |read: &&(Arc<Article>, Vec<Block>)| Some(&read.0.id) == self.chosen.as_ref();
        let Some((article, blocks)) = self.read.as_ref().filter(fits) else {
            if self.article.is_loading() || self.article.failure().is_some() {
                control::missing(ui, ctx, &self.article);
            } else {
                empty_state(ui, theme, Icon::Book, ctx.t("knowledge-pick"), ctx.t("knowledge-pick-hint"));
            }
            return;
        };
        control::page(ui, ("article", article.id.as_str()), |ui| {
            ui.horizontal(|ui| {
                label(ui, theme, article.id.as_str(), Type::Small, theme.muted);
                let version = ctx.tw("knowledge-version", &[("number", article.version.into())]);
                label(ui, theme, &version, Type::Small, theme.muted);
                if article.language != ctx.locale.language().tag() {
                    label(ui, theme, ctx.t("knowledge-other-language"), Type::Small, theme.warn);
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    actions(ui, ctx, article);
                });
            });
            text::paragraph(ui, theme, &text::inert(&article.title), Type::Heading, theme.text);
            let products = article.products.iter().map(|words| (words.as_str(), Tone::Accent));
            let tags = article.tags.iter().map(|words| (words.as_str(), Tone::Muted));
            control::chips(ui, theme, products.chain(tags));
            ui.add_space(4.0);
            markdown::show(ui, ctx, blocks, &article.title, Room::Page);
        });
    }
}

fn actions(ui: &mut Ui, ctx: &Ctx<'_>, article: &Article) {
    let copy = Button::new(ctx.t("app-copy")).icon(Icon::Copy).quiet();
    if copy.show(ui, ctx.theme).clicked() {
        ctx.request(ShellRequest::CopyText(article.markdown.clone()));
    }
    let Some(conversation) = ctx.active else { return };
    let Some(reply) = reply_of(ctx, &article.markdown) else { return };
    if Button::new(ctx.t("knowledge-insert")).icon(Icon::Reply).show(ui, ctx.theme).clicked() {
        ctx.push(Action::Go(Place::Desk));
        ctx.push(Action::Draft { conversation, text: reply, from: None, replace: false });
        ctx.push(Action::FocusComposer);
    }
}

/// The words an article offers for the customer: those below the heading that says so, in either language.
fn reply_of(ctx: &Ctx<'_>, markdown: &str) -> Option<String> {
    let heads = [ctx.t("knowledge-reply-heading"), ctx.other_locale.text("knowledge-reply-heading")];
    markdown::section(&markdown::parse(markdown), &heads)
}

fn paint(ui: &Ui, theme: &Theme, rect: egui::Rect, row: &Row) {
    let left = rect.left() + 16.0;
    let width = rect.width() - 32.0;
    let title = marked(theme, &row.title, &row.title_marks, Type::Strong, theme.text, width, 1);
    let title = ui.painter().layout_job(title);
    ui.painter().galley(egui::pos2(left, rect.top() + 5.0), title, theme.text);
    let lines = if rect.height() > ROWS[0] { 2 } else { 1 };
    let below = marked(theme, &row.below, &row.below_marks, Type::Small, theme.muted, width, lines);
    let below = ui.painter().layout_job(below);
    ui.painter().galley(egui::pos2(left, rect.top() + 25.0), below, theme.muted);
    ui.painter().hline(left..=rect.right(), rect.bottom() - 0.5, theme.hairline());
}

/// Words with what was searched for on a ground of its own.
fn marked(
    theme: &Theme,
    words: &str,
    marks: &[Range<usize>],
    style: Type,
    ink: egui::Color32,
    width: f32,
    lines: usize,
) -> LayoutJob {
    let wrap = egui::text::TextWrapping {
        max_rows: lines,
        break_anywhere: lines == 1,
        ..egui::text::TextWrapping::wrap_at_width(width)
    };
    let mut job = LayoutJob { wrap, ..LayoutJob::default() };
    let plain = theme.format(style, ink);
    let mut lit = plain.clone();
    (lit.background, lit.color) = (theme.lamp_soft, theme.text);
    let clean = |part: &str| part.replace(['\n', '\r', '\t'], " ");
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(found)) = (words.get(at..mark.start), words.get(mark.clone())) else {
            continue;
        };
        job.append(&text::inert(&clean(before)), 0.0, plain.clone());
        job.append(&text::inert(&clean(found)), 0.0, lit.clone());
        at = mark.end;
    }
    job.append(&text::inert(&clean(words.get(at..).unwrap_or_default())), 0.0, plain);
    job
}
