//! Language, theme and scale as the person's settings say, put into egui when they change.

use assets::{Language, Locale};
use model::view::View;

use crate::{
    settings,
    theme::{Theme, ThemeChoice, fonts},
};

/// Language, theme and scale in use.
pub struct Look {
    /// Texts of the language in use.
    pub locale: Locale,
    /// Texts of the other one, for finding commands by either.
    pub other: Locale,
    /// Colours and measures in use.
    pub theme: Theme,
    choice: ThemeChoice,
    scale: u32,
    installed: bool,
    fallback: Language,
    themes: [Theme; 2],
}

impl Look {
    /// A look in a language that holds until a setting says otherwise.
    pub fn new(fallback: Language) -> Self {
        Self {
            locale: Locale::new(fallback),
            other: Locale::new(fallback.other()),
            theme: Theme::new(false),
            choice: ThemeChoice::System,
            scale: 100,
            installed: false,
            fallback,
            themes: [Theme::new(false), Theme::new(true)],
        }
    }

    /// The theme as it was chosen.
    pub fn choice(&self) -> ThemeChoice {
        self.choice
    }

    /// Follows the settings. True when the theme's choice changed.
    pub fn update(&mut self, ctx: &egui::Context, view: &View) -> bool {
        if !self.installed {
            self.installed = true;
            ctx.set_fonts(fonts(self.locale.language()));
            ctx.set_style_of(egui::Theme::Light, self.themes[0].style());
            ctx.set_style_of(egui::Theme::Dark, self.themes[1].style());
            ctx.options_mut(|options| options.zoom_with_keyboard = false);
        }
        let language = Language::from_tag(settings::value(view, settings::LANGUAGE)).unwrap_or(self.fallback);
        if language != self.locale.language() {
            std::mem::swap(&mut self.locale, &mut self.other);
            ctx.set_fonts(fonts(language));
        }
        let scale = settings::scale(view);
        if scale != self.scale {
            self.scale = scale;
            ctx.set_zoom_factor(scale as f32 / 100.0);
        }
        let choice = ThemeChoice::from_setting(settings::value(view, settings::THEME));
        let changed = choice != self.choice;
        self.choice = choice;
        ctx.set_theme(match choice {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Light => egui::ThemePreference::Light,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
        });
        let dark = ctx.theme() == egui::Theme::Dark;
        if dark != self.theme.dark {
            self.theme = self.themes[usize::from(dark)].clone();
        }
        changed
    }
}
