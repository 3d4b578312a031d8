//! The form of what can be set about a plugin or an account, made from the manifest's fields.
//!
//! Nothing leaves it before Save, which is possible only while every value fits its field; what equals the default is
//! left out, so that a later version of the plugin may bring a better one.

use std::collections::BTreeMap;

use egui::{Align, Layout, Ui, vec2};
use model::{
    PluginId,
    field::{Field, FieldKind, FieldValue, Origin, Values, settings_complaints, with_defaults},
};

use super::control;
use crate::{
    Ctx,
    theme::Type,
    widget::{self, Area, Button, Icon, IconButton, label, text},
};

/// Values that are being changed.
#[derive(Default)]
pub struct Settings {
    /// The values as they stand in the view.
    stored: Option<Values>,
    texts: BTreeMap<String, String>,
    /// Whether Save was pressed and the view has not followed yet.
    saving: bool,
    /// Whether what was saved is in effect.
    saved: bool,
}

/// What a person wants of the form.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Nothing yet.
    None,
    /// To save these values.
    Save(Values),
}

impl Settings {
    /// Follows the view, unless something here has not been saved.
    pub fn load(&mut self, schema: &[Field], stored: &Values) {
        let stored = with_defaults(schema, stored);
        let same = self.stored.as_ref().is_some_and(|before| same_texts(before, &stored));
        if same {
            if self.saving && same_texts(&with_defaults(schema, &self.values(schema)), &stored) {
                (self.saving, self.saved) = (false, true);
            }
            return;
        }
        let dirty = self.stored.is_some() && self.is_dirty(schema) && !self.saving;
        if self.saving {
            self.saved = true;
        }
        self.saving = false;
        if !dirty {
            self.texts = stored.iter().map(|(id, value)| (id.clone(), value.text.clone())).collect();
        }
        self.stored = Some(stored);
    }

    /// Forgets what was typed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether something was changed and not saved.
    pub fn is_dirty(&self, schema: &[Field]) -> bool {
        let values = with_defaults(schema, &self.values(schema));
        self.stored.as_ref().is_some_and(|stored| !same_texts(stored, &values))
    }

    /// The values that differ from their defaults.
    pub fn values(&self, schema: &[Field]) -> Values {
        let own = schema.iter().filter_map(|field| {
            let text = self.texts.get(&field.id)?;
            (*text != field.default)
                .then(|| (field.id.clone(), FieldValue { text: text.clone(), origin: Origin::Agent }))
        });
        own.collect()
    }

    /// Whether every value fits its field.
    pub fn fits(&self, schema: &[Field]) -> bool {
        settings_complaints(schema, &self.values(schema)).is_empty()
    }

    /// Draws the fields that are shown beside these values.
    pub fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, plugin: &PluginId, schema: &[Field]) {
        let values = self.values(schema);
        let whole = with_defaults(schema, &values);
        let complaints = settings_complaints(schema, &values);
        for field in schema.iter().filter(|field| field.is_shown(&whole)) {
            let complaint = complaints.get(&field.id).copied();
            let text = self.texts.entry(field.id.clone()).or_insert_with(|| field.default.clone());
            let before = text.clone();
            row(ui, ctx, plugin, field, text, complaint);
            if *text != before {
                self.saved = false;
            }
            ui.add_space(6.0);
        }
    }

    /// Draws the fields and the line below them: Save, all defaults, and how it stands.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, plugin: &PluginId, schema: &[Field]) -> Wish {
        self.fields(ui, ctx, plugin, schema);
        let theme = ctx.theme;
        let (dirty, fits) = (self.is_dirty(schema), self.fits(schema));
        let mut wish = Wish::None;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), theme.tokens.size.control),
            Layout::left_to_right(Align::Center),
            |ui| {
                let save = Button::new(ctx.t("plugin-settings-save")).primary().enabled(dirty && fits);
                if save.show(ui, theme).clicked() {
                    (self.saving, self.saved) = (true, false);
                    wish = Wish::Save(self.values(schema));
                }
                let own = !self.values(schema).is_empty();
                let reset = Button::new(ctx.t("plugin-settings-defaults")).icon(Icon::Undo).quiet();
                if reset.enabled(own).show(ui, theme).clicked() {
                    self.texts.clear();
                    self.saved = false;
                }
                let (words, ink) = if !fits {
                    ("plugin-settings-wrong", theme.bad)
                } else if dirty {
                    ("plugin-settings-unsaved", theme.warn)
                } else if self.saved {
                    ("plugin-settings-saved", theme.good)
                } else {
                    ("plugin-settings-at-once", theme.muted)
                };
                label(ui, theme, ctx.t(words), Type::Small, ink);
            },
        );
        wish
    }
}

fn same_texts(one: &Values, other: &Values) -> bool {
    one.len() == other.len()
        && one.iter().all(|(id, value)| other.get(id).is_some_and(|other| other.text == value.text))
}

/// One field: its name and help, its editor, its complaint.
fn row(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    plugin: &PluginId,
    field: &Field,
    value: &mut String,
    complaint: Option<&str>,
) {
    let theme = ctx.theme;
    let name = text::one_line(&ctx.author_text(plugin, &field.label));
    let help = ctx.author_text(plugin, &field.help);
    if matches!(field.kind, FieldKind::Toggle) {
        control::setting(ui, theme, &name, &text::inert(&help), |ui| {
            let on = value == "true";
            if control::switch(ui, theme, &name, on, true) {
                *value = (!on).to_string();
            }
            reset(ui, ctx, field, &name, value);
        });
    } else {
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), 22.0),
            Layout::right_to_left(Align::Center),
            |ui| {
                reset(ui, ctx, field, &name, value);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 3.0;
                    label(ui, theme, &name, Type::Body, theme.text);
                    if field.required {
                        label(ui, theme, "*", Type::Body, theme.bad).on_hover_text(ctx.t("ticket-required"));
                    }
                });
            },
        );
        if !help.is_empty() {
            text::paragraph(ui, theme, &text::inert(&help), Type::Small, theme.muted);
        }
        editor(ui, ctx, plugin, field, &name, value, complaint.is_some());
    }
    if let Some(code) = complaint {
        let words = ctx.t(match code {
            "field-required" => "ticket-field-required",
            "too-long" => "plugin-settings-too-long",
            _ => match field.kind {
                FieldKind::Number => "plugin-settings-number",
                _ => "ticket-field-invalid",
            },
        });
        text::paragraph(ui, theme, words, Type::Small, theme.bad);
    }
}

/// Back to the default, where the value is another one.
fn reset(ui: &mut Ui, ctx: &Ctx<'_>, field: &Field, name: &str, value: &mut String) {
    if *value == field.default {
        return;
    }
    let spoken = ctx.tw("plugin-settings-default", &[("name", name.into())]);
    if IconButton::new(Icon::Undo, &spoken).size(22.0).show(ui, ctx.theme).clicked() {
        value.clone_from(&field.default);
    }
}

fn editor(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    plugin: &PluginId,
    field: &Field,
    name: &str,
    value: &mut String,
    error: bool,
) {
    let theme = ctx.theme;
    match &field.kind {
        FieldKind::Choice(options) => {
            let words = |option: &str| {
                let found = options.iter().find(|other| other.value == option);
                found.map_or_else(String::new, |found| text::one_line(&ctx.author_text(plugin, &found.label)))
            };
            let shown = words(value);
            let width = ui.available_width().min(280.0);
            let combo = egui::ComboBox::from_id_salt((plugin.as_str(), &field.id));
            let response = combo.width(width).truncate().selected_text(&shown).show_ui(ui, |ui| {
                for option in options {
                    if ui.selectable_label(*value == option.value, words(&option.value)).clicked() {
                        value.clone_from(&option.value);
                    }
                }
            });
            response.response.accessible_name(format!("{name}{}{shown}", ctx.t("app-separator")));
        }
        FieldKind::Area => {
            Area::new(value, name, 3).error(error).show(ui, theme);
        }
        kind => {
            let narrow = matches!(kind, FieldKind::Number | FieldKind::Date | FieldKind::Phone);
            let width = if narrow { ui.available_width().min(200.0) } else { ui.available_width() };
            let secret = matches!(kind, FieldKind::Secret);
            widget::Field::new(value, name).width(width).error(error).password(secret).show(ui, theme);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: &str, kind: FieldKind, default: &str) -> Field {
        Field {
            id: id.into(),
            label: String::new(),
            help: String::new(),
            kind,
            required: false,
            show_if: None,
            default: default.into(),
        }
    }

    #[test]
    fn what_equals_the_default_is_left_out_and_what_is_typed_survives_a_new_view() {
        let schema = [field("minutes", FieldKind::Number, "3"), field("words", FieldKind::Area, "")];
        let stored = |minutes: &str| -> Values {
            [("minutes".to_owned(), FieldValue { text: minutes.to_owned(), origin: Origin::Agent })].into()
        };
        let mut settings = Settings::default();
        settings.load(&schema, &stored("5"));
        assert!(!settings.is_dirty(&schema) && settings.values(&schema) == stored("5"));
        settings.texts.insert("minutes".into(), "soon".into());
        assert!(settings.is_dirty(&schema) && !settings.fits(&schema));
        settings.load(&schema, &stored("6"));
        assert_eq!(settings.texts["minutes"], "soon", "a view does not overwrite what is typed");
        settings.texts.insert("minutes".into(), "3".into());
        assert!(settings.fits(&schema) && settings.values(&schema).is_empty(), "the default is left out");
        settings.saving = true;
        settings.load(&schema, &Values::new());
        assert!(settings.saved && !settings.is_dirty(&schema));
    }
}
