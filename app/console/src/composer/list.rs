//! The list above the field: snippets and articles to take over.

use super::{
    Composer, Ctx, Draft, Layout, Mode, Sense, Snippet, Thread, Type, Ui, completion, elided, field_id, fill,
    in_language, keycap, label, move_cursor_to_end, paint_elided, text, vec2,
};

impl Composer {
    /// The list above the field.
    #[expect(clippy::too_many_arguments, reason = "borrows of one frame, used only here")]
    pub(super) fn list(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        thread: &Thread,
        draft: &mut Draft,
        completion: &Completion,
        field: egui::Pos2,
        insert: bool,
    ) {
        if !completion.is_open() {
            return;
        }
        let mut picked = insert.then_some(draft.chosen);
        let rows = completion.rows(ctx);
        let height = 34.0 + 44.0 * rows.len().max(1) as f32 + 8.0;
        let width = 440.0_f32.min(ui.available_width().max(240.0));
        let at = field - vec2(0.0, height + 14.0);
        let area =
            egui::Area::new(ui.scope_id().with("completion")).order(egui::Order::Foreground).fixed_pos(at);
        area.show(ui.ctx(), |ui| {
            ctx.theme.popover().inner_margin(4).show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                completion.head(ui, ctx);
                if rows.is_empty() {
                    ui.add_space(8.0);
                    label(ui, ctx.theme, completion.empty_words(ctx), Type::Small, ctx.theme.muted);
                    ui.add_space(8.0);
                }
                for (index, (title, preview)) in rows.iter().enumerate() {
                    let response = list_row(ui, ctx, title, preview, index == draft.chosen);
                    if response.hovered() && ui.input(|input| input.pointer.is_moving()) {
                        draft.chosen = index;
                    }
                    if response.clicked() {
                        picked = Some(index);
                    }
                }
            });
        });
        if let Some(replacement) = picked.and_then(|index| completion.replacement(ctx, thread, index)) {
            let now = ui.input(|input| input.time);
            if draft.mode == Mode::Note {
                let text = completion::replace_mention(draft.words(), &replacement);
                draft.put_note(&text, now);
            } else {
                let text = completion::replace_trigger(draft.settled(), &replacement);
                draft.put(&text, None, true, now);
            }
            let words = draft.words().to_owned();
            move_cursor_to_end(ui, field_id(thread.row.id, draft.mode), &words);
            draft.closed_for = Some(words);
            self.focus_wanted = true;
        }
    }
}

/// What the list above the field offers.
pub(super) enum Completion {
    None,
    Snippets(Vec<Snippet>),
    Articles(Vec<model::knowledge::Hit>, String),
    /// Names with a word on each, for a mention in a note.
    Colleagues(Vec<(String, String)>),
}

impl Completion {
    pub(super) fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Snippets(snippets) => snippets.len(),
            Self::Articles(hits, _) => hits.len(),
            Self::Colleagues(names) => names.len(),
        }
    }

    pub(super) fn head(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let key = match self {
            Self::Snippets(_) => "composer-snippets",
            Self::Colleagues(_) => "composer-mention",
            Self::None | Self::Articles(..) => "composer-knowledge",
        };
        ui.horizontal(|ui| {
            ui.set_height(28.0);
            ui.add_space(8.0);
            label(ui, ctx.theme, ctx.t(key), Type::SmallStrong, ctx.theme.muted);
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(6.0);
                keycap(ui, ctx.theme, "Enter", ctx.t("composer-insert"));
            });
        });
    }

    pub(super) fn empty_words<'a>(&self, ctx: &'a Ctx<'_>) -> &'a str {
        match self {
            Self::Articles(_, query) if query.is_empty() => ctx.t("knowledge-pick-hint"),
            Self::Articles(..) => ctx.t("composer-knowledge-empty"),
            _ => ctx.t("composer-snippets-empty"),
        }
    }

    /// Title and preview of each line.
    pub(super) fn rows(&self, ctx: &Ctx<'_>) -> Vec<(String, String)> {
        let language = ctx.locale.language();
        match self {
            Self::None => Vec::new(),
            Self::Snippets(snippets) => snippets
                .iter()
                .map(|snippet| {
                    let keys = snippet.keys.first().map(|key| format!("/{key}  ")).unwrap_or_default();
                    let title = format!("{keys}{}", in_language(&snippet.title, language));
                    (title, text::one_line(in_language(&snippet.text, language)))
                })
                .collect(),
            Self::Articles(hits, _) => hits
                .iter()
                .map(|hit| (format!("{}  {}", hit.id, hit.title), text::one_line(&hit.snippet)))
                .collect(),
            Self::Colleagues(names) => names.clone(),
        }
    }

    /// What goes into the draft for a line.
    pub(super) fn replacement(&self, ctx: &Ctx<'_>, thread: &Thread, index: usize) -> Option<String> {
        match self {
            Self::None => None,
            Self::Snippets(snippets) => {
                Some(fill(ctx, thread, in_language(&snippets.get(index)?.text, ctx.locale.language())))
            }
            Self::Articles(hits, _) => Some(hits.get(index)?.snippet.trim().to_owned()),
            Self::Colleagues(names) => Some(names.get(index)?.0.clone()),
        }
    }
}

fn list_row(ui: &mut Ui, ctx: &Ctx<'_>, title: &str, preview: &str, chosen: bool) -> egui::Response {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::click());
    let role = egui::accesskit::Role::ListBoxOption;
    response.widget_info(|| egui::WidgetInfo::selected(role, true, chosen, title));
    if chosen {
        ui.painter().rect_filled(rect, theme.control_radius(), theme.accent_soft);
    }
    let left = rect.left() + 8.0;
    let width = rect.width() - 16.0;
    paint_elided(
        ui.painter(),
        theme,
        egui::pos2(left, rect.top() + 13.0),
        title,
        Type::Strong,
        theme.text,
        width,
    );
    let galley = elided(ui.painter(), theme, preview, Type::Small, theme.muted, width);
    ui.painter().galley(egui::pos2(left, rect.top() + 23.0), galley, theme.muted);
    response
}
