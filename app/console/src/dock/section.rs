//! A card of the dock: a title line that folds the card away, what belongs at its right end, and the content.

use std::collections::{BTreeSet, HashMap};

use egui::{
    Align, Color32, CursorIcon, Event, Frame, Id, Key, Layout, Margin, Rect, Sense, Stroke, Ui, UiBuilder,
    Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};
use model::command::{Command, DeskCommand};

use crate::{
    Ctx, settings,
    theme::Type,
    widget::{Icon, paint_elided, space, space_x, space_y},
};

/// Height of the title line.
const TITLE_HEIGHT: f32 = 36.0;
/// Space at the left and right of title and content.
const PADDING: f32 = 12.0;
/// Names of folded cards are kept in one setting; there cannot be more of them.
const FOLDED_MAX: usize = 64;
/// Cards whose heights are remembered.
const HEIGHTS_MAX: usize = 1024;
/// The setting that holds the names of folded cards, separated by commas.
const FOLDED: &str = "dock.folded";

/// Which cards are folded away, remembered with the person's settings, and which are in sight.
#[derive(Default)]
pub struct Folds {
    folded: Option<BTreeSet<String>>,
    /// Width and height of every card when it was last drawn.
    sizes: HashMap<Id, Vec2>,
    /// Cards out of sight are drawn as well in this frame.
    whole: bool,
}

impl Folds {
    /// A frame begins: takes the person's setting over, once it is known.
    pub fn begin(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        // Who goes from field to field by keys or listens to the window finds all of it.
        let by_keys = ui.input(|input| input.events.iter().any(is_key_for_focus));
        self.whole = by_keys || ui.ctx().has_accesskit_node(egui::accesskit_root_id());
        if self.folded.is_none() {
            let names = settings::value(ctx.view, FOLDED).split(',').filter(|name| !name.is_empty());
            self.folded = Some(names.take(FOLDED_MAX).map(str::to_owned).collect());
        }
    }

    /// Draws a card where it can be seen. Out of sight only its room is kept: a dock of many plugins is mostly out of
    /// sight, and costs what is seen of it.
    pub fn card(&mut self, ui: &mut Ui, name: &str, draw: impl FnOnce(&mut Ui, &mut Self)) {
        let key = ui.scope_id().with(name);
        let width = ui.available_width();
        if let Some(size) = self.sizes.get(&key).filter(|size| (size.x - width).abs() < 0.5 && !self.whole) {
            let room = Rect::from_min_size(ui.cursor().min, *size);
            if !ui.is_rect_visible(room) && !has_focus_in(ui, room) {
                ui.allocate_space(*size);
                return;
            }
        }
        let drawn = ui.push_id(name, |ui| draw(ui, self)).response.rect;
        if self.sizes.len() >= HEIGHTS_MAX {
            self.sizes.clear();
        }
        self.sizes.insert(key, vec2(width, drawn.height()));
    }

    fn is_folded(&self, name: &str) -> bool {
        self.folded.as_ref().is_some_and(|folded| folded.contains(name))
    }

    fn turn(&mut self, ctx: &Ctx<'_>, name: &str) {
        let folded = self.folded.get_or_insert_default();
        if !folded.remove(name) && folded.len() < FOLDED_MAX {
            folded.insert(name.to_owned());
        }
        let value = folded.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        ctx.send(Command::Desk(DeskCommand::SetSetting { key: FOLDED.to_owned(), value }));
    }
}

/// Whether a key moves the keyboard from one control to another.
fn is_key_for_focus(event: &Event) -> bool {
    let keys = [Key::Tab, Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];
    matches!(event, Event::Key { key, pressed: true, .. } if keys.contains(key))
}

/// Whether something in a place has the keyboard: it would lose it if it was not drawn.
fn has_focus_in(ui: &Ui, room: Rect) -> bool {
    let focused = ui.memory(egui::Memory::focused);
    let response = focused.and_then(|focused| ui.ctx().read_response(focused));
    response.is_some_and(|response| room.intersects(response.rect))
}

/// A card that can be folded.
#[must_use = "call `show`"]
pub struct Section<'a> {
    name: &'a str,
    title: &'a str,
    icon: Option<Icon>,
}

impl<'a> Section<'a> {
    /// A card by its lasting name and the title in the person's language.
    pub fn new(name: &'a str, title: &'a str) -> Self {
        Self { name, title, icon: None }
    }

    /// With an icon before the title.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Draws it.
    pub fn show(
        self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        folds: &mut Folds,
        trailing: impl FnOnce(&mut Ui),
        content: impl FnOnce(&mut Ui),
    ) {
        let theme = ctx.theme;
        let mut frame = Frame::new()
            .fill(theme.surface)
            .stroke(Stroke::new(1.0, theme.line))
            .corner_radius(theme.card_radius());
        if !theme.dark {
            frame = frame.shadow(egui::Shadow { offset: [0, 1], blur: 3, spread: 0, color: theme.shadow });
        }
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            space_y(ui, 0.0);
            let folded = folds.is_folded(self.name);
            if self.title_line(ui, ctx, folded, trailing) {
                folds.turn(ctx, self.name);
            }
            if folded {
                return;
            }
            let at = ui.cursor().top();
            ui.painter().hline(ui.max_rect().x_range(), at, theme.hairline());
            let margin = Margin { left: PADDING as i8, right: PADDING as i8, top: 10, bottom: 12 };
            Frame::new().inner_margin(margin).show(ui, |ui| {
                space(ui, vec2(8.0, 6.0));
                content(ui);
            });
        });
    }

    /// The title line; true when it was pressed.
    fn title_line(&self, ui: &mut Ui, ctx: &Ctx<'_>, folded: bool, trailing: impl FnOnce(&mut Ui)) -> bool {
        let theme = ctx.theme;
        let size = vec2(ui.available_width(), TITLE_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, !folded, self.title));
        let icon = |centre_x: f32, size: f32| {
            Rect::from_center_size(pos2(centre_x, rect.center().y), Vec2::splat(size))
        };
        let chevron = if folded { Icon::ChevronRight } else { Icon::ChevronDown };
        let ink = if response.hovered() { theme.text } else { theme.faint };
        chevron.paint(ui.painter(), icon(rect.right() - PADDING - 6.0, 14.0), ink);
        if response.has_focus() {
            let ring = Stroke::new(theme.tokens.size.focus, theme.accent);
            let ring_rect = rect.shrink(2.0);
            ui.painter().rect_stroke(ring_rect, theme.control_radius(), ring, egui::StrokeKind::Inside);
        }
        let mut left = rect.left() + PADDING;
        if let Some(shown) = self.icon {
            shown.paint(ui.painter(), icon(left + 7.0, 14.0), theme.muted);
            left += 20.0;
        }
        let row =
            Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right() - PADDING - 18.0, rect.bottom()));
        let layout = Layout::right_to_left(Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(row).layout(layout));
        space_x(&mut child, 8.0);
        trailing(&mut child);
        let room = (child.available_width() - 8.0).max(24.0);
        paint_elided(
            ui.painter(),
            theme,
            pos2(left, rect.center().y),
            self.title,
            Type::SmallStrong,
            theme.text,
            room,
        );
        response.on_hover_cursor(CursorIcon::PointingHand).clicked()
    }
}

/// A switch that is on or off. True when it was turned.
pub fn switch(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, on: bool, enabled: bool) -> bool {
    let theme = ctx.theme;
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(36.0, 28.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, on, name));
    let track = Rect::from_center_size(rect.center(), vec2(34.0, 18.0));
    let (fill, edge, knob) = if on {
        (theme.accent, theme.accent, theme.on_accent)
    } else {
        (theme.sunken, theme.faint, theme.muted)
    };
    let dim = |colour: Color32| if enabled { colour } else { colour.gamma_multiply(0.55) };
    let stroke = Stroke::new(1.0, dim(edge));
    ui.painter().rect(track, 9.0, dim(fill), stroke, egui::StrokeKind::Inside);
    let x = if on { track.right() - 9.0 } else { track.left() + 9.0 };
    ui.painter().circle_filled(pos2(x, track.center().y), 6.0, dim(knob));
    if response.has_focus() {
        let ring = Stroke::new(theme.tokens.size.focus, theme.accent);
        ui.painter().rect_stroke(track.expand(2.0), 11.0, ring, egui::StrokeKind::Outside);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// A list that opens below the field, of `(value, words)`. Returns what was chosen.
pub fn choose(ui: &mut Ui, ctx: &Ctx<'_>, spec: &Choose<'_>) -> Option<String> {
    let theme = ctx.theme;
    let chosen = spec.choices.iter().find(|(value, _)| value == spec.selected);
    let shown = chosen.map_or(spec.hint, |(_, words)| words.as_str());
    let ink = if chosen.is_some() { theme.text } else { theme.muted };
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for look in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.open] {
            if spec.filled {
                (look.weak_bg_fill, look.bg_fill) = (theme.accent_soft, theme.accent_soft);
                look.bg_stroke = Stroke::new(1.0, theme.accent);
            }
            if spec.error {
                look.bg_stroke = Stroke::new(1.0, theme.bad);
            }
        }
        let mut answer = None;
        let muted = theme.muted;
        let combo = egui::ComboBox::from_id_salt(spec.salt)
            .selected_text(egui::RichText::new(shown).color(ink))
            .width(ui.available_width())
            .truncate()
            .icon(move |ui, rect, _, _| {
                let place = Rect::from_center_size(rect.center(), Vec2::splat(14.0));
                Icon::ChevronDown.paint(ui.painter(), place, muted);
            });
        let response = combo.show_ui(ui, |ui| {
            for (value, words) in spec.choices {
                if ui.selectable_label(value == spec.selected, words).clicked() {
                    answer = Some(value.clone());
                }
            }
        });
        let _ = response.response.accessible_name(spec.name);
        answer
    })
    .inner
}

/// What [`choose`] draws.
pub struct Choose<'a> {
    /// Tells it from other lists.
    pub salt: &'a str,
    /// What a screen reader says.
    pub name: &'a str,
    /// The value that is chosen.
    pub selected: &'a str,
    /// What stands there while nothing is chosen.
    pub hint: &'a str,
    /// Values and the words for them.
    pub choices: &'a [(String, String)],
    /// Filled in by a plugin and not yet looked at.
    pub filled: bool,
    /// With the outline of something wrong.
    pub error: bool,
}
