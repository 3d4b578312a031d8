//! The look of the desk: the design tokens as egui colours, fonts and styles.
//!
//! Everything drawn takes its colours and measures from a [`Theme`]; nothing names a colour of its own.

use std::sync::{Arc, LazyLock};

use assets::{Colour, Language, Palette, TextStyle as TokenStyle, Tokens, tokens};
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, TextFormat,
    Vec2, style::WidgetVisuals,
};

/// What a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl ThemeChoice {
    /// Reads the value of the setting.
    pub fn from_setting(value: &str) -> Self {
        match value {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value as the setting keeps it.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A size and weight of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the type scale in the tokens")]
pub enum Type {
    Small,
    SmallStrong,
    Body,
    Strong,
    Title,
    Heading,
    Display,
}

/// What something says by its colour, always together with a word or an icon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Tone {
    #[default]
    Plain,
    Muted,
    Accent,
    Good,
    Warn,
    Bad,
}

impl From<model::panel::Tone> for Tone {
    fn from(tone: model::panel::Tone) -> Self {
        match tone {
            model::panel::Tone::Plain => Self::Plain,
            model::panel::Tone::Muted => Self::Muted,
            model::panel::Tone::Good => Self::Good,
            model::panel::Tone::Warn => Self::Warn,
            model::panel::Tone::Bad => Self::Bad,
        }
    }
}

/// The colours and measures in use.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the colours are documented in the tokens")]
pub struct Theme {
    pub dark: bool,
    /// Measures, which both themes share.
    pub tokens: &'static Tokens,
    pub background: Color32,
    pub surface: Color32,
    pub sunken: Color32,
    pub line: Color32,
    pub text: Color32,
    pub muted: Color32,
    pub faint: Color32,
    pub accent: Color32,
    pub accent_soft: Color32,
    pub on_accent: Color32,
    pub good: Color32,
    pub good_soft: Color32,
    pub warn: Color32,
    pub warn_soft: Color32,
    pub bad: Color32,
    pub bad_soft: Color32,
    pub lamp: Color32,
    pub lamp_soft: Color32,
    pub note: Color32,
    pub shadow: Color32,
    pub backdrop: Color32,
}

/// A token colour for egui.
fn colour(colour: Colour) -> Color32 {
    let [red, green, blue, opacity] = colour.0;
    Color32::from_rgba_unmultiplied(red, green, blue, opacity)
}

impl Theme {
    /// The light or the dark theme.
    pub fn new(dark: bool) -> Self {
        let tokens = tokens();
        let palette: &Palette = tokens.palette(dark);
        Self {
            dark,
            tokens,
            background: colour(palette.background),
            surface: colour(palette.surface),
            sunken: colour(palette.sunken),
            line: colour(palette.line),
            text: colour(palette.text),
            muted: colour(palette.muted),
            faint: colour(palette.faint),
            accent: colour(palette.accent),
            accent_soft: colour(palette.accent_soft),
            on_accent: colour(palette.on_accent),
            good: colour(palette.good),
            good_soft: colour(palette.good_soft),
            warn: colour(palette.warn),
            warn_soft: colour(palette.warn_soft),
            bad: colour(palette.bad),
            bad_soft: colour(palette.bad_soft),
            lamp: colour(palette.lamp),
            lamp_soft: colour(palette.lamp_soft),
            note: colour(palette.note),
            shadow: colour(palette.shadow),
            backdrop: colour(palette.backdrop),
        }
    }

    /// The token behind a size and weight.
    pub fn type_token(&self, style: Type) -> TokenStyle {
        let scale = self.tokens.text;
        match style {
            Type::Small => scale.small,
            Type::SmallStrong => TokenStyle { strong: true, ..scale.small },
            Type::Body => scale.body,
            Type::Strong => scale.strong,
            Type::Title => scale.title,
            Type::Heading => scale.heading,
            Type::Display => scale.display,
        }
    }

    /// The font of a size and weight.
    pub fn font(&self, style: Type) -> FontId {
        let token = self.type_token(style);
        let family = if token.strong { bold_family() } else { FontFamily::Proportional };
        FontId::new(token.size, family)
    }

    /// Font, line height and colour for a layout job.
    pub fn format(&self, style: Type, colour: Color32) -> TextFormat {
        TextFormat {
            line_height: Some(self.type_token(style).line),
            ..TextFormat::simple(self.font(style), colour)
        }
    }

    /// The colour of text with a tone.
    pub fn ink(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Plain => self.text,
            Tone::Muted => self.muted,
            Tone::Accent => self.accent,
            Tone::Good => self.good,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
        }
    }

    /// The ground under text with a tone.
    pub fn ground(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Plain | Tone::Muted => self.sunken,
            Tone::Accent => self.accent_soft,
            Tone::Good => self.good_soft,
            Tone::Warn => self.warn_soft,
            Tone::Bad => self.bad_soft,
        }
    }

    /// The ground of something pointed at.
    pub fn hovered(&self, ground: Color32) -> Color32 {
        let towards = if self.dark { Color32::WHITE } else { Color32::BLACK };
        ground.lerp_to_gamma(towards, if self.dark { 0.06 } else { 0.04 })
    }

    /// The one line weight.
    pub fn hairline(&self) -> Stroke {
        Stroke::new(self.tokens.size.line, self.line)
    }

    /// Corners of buttons and fields.
    pub fn control_radius(&self) -> CornerRadius {
        CornerRadius::same(self.tokens.radius.control as u8)
    }

    /// Corners of cards and bubbles.
    pub fn card_radius(&self) -> CornerRadius {
        CornerRadius::same(self.tokens.radius.card as u8)
    }

    /// The frame of a popover or menu.
    pub fn popover(&self) -> egui::Frame {
        egui::Frame::new()
            .fill(self.surface)
            .stroke(self.hairline())
            .corner_radius(self.card_radius())
            .inner_margin(Margin::same(8))
            .shadow(Shadow { offset: [0, 6], blur: 24, spread: 0, color: self.shadow })
    }

    /// The style that egui's own widgets follow.
    pub fn style(&self) -> egui::Style {
        let mut style = egui::Style { visuals: self.visuals(), ..egui::Style::default() };
        let body = self.font(Type::Body);
        style.text_styles = [
            (egui::TextStyle::Small, self.font(Type::Small)),
            (egui::TextStyle::Body, body.clone()),
            (egui::TextStyle::Button, body.clone()),
            (egui::TextStyle::Heading, self.font(Type::Heading)),
            (egui::TextStyle::Monospace, body),
        ]
        .into();
        style.animation_time = self.tokens.motion.quick_ms as f32 / 1000.0;
        style.spacing.item_spacing = Vec2::new(8.0, 4.0);
        style.spacing.button_padding = Vec2::new(10.0, 4.0);
        style.spacing.interact_size = Vec2::new(28.0, self.tokens.size.control);
        style.spacing.menu_margin = Margin::same(6);
        style.spacing.window_margin = Margin::same(16);
        style.spacing.scroll = egui::style::ScrollStyle::floating();
        style.spacing.scroll.bar_width = 8.0;
        style.spacing.scroll.floating_width = 4.0;
        style.spacing.scroll.floating_allocated_width = 0.0;
        style.spacing.scroll.foreground_color = true;
        style.spacing.scroll.active_background_opacity = 0.0;
        style.spacing.scroll.interact_background_opacity = 0.0;
        style.spacing.scroll.active_handle_opacity = 0.22;
        style.spacing.scroll.interact_handle_opacity = 0.4;
        style.spacing.scroll.kinetic.rubber_band = false;
        style.spacing.scroll.fade.strength = 0.0;
        style.interaction.tooltip_delay = 0.35;
        style.interaction.selectable_labels = false;
        style
    }

    fn visuals(&self) -> egui::Visuals {
        let mut visuals = if self.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
        visuals.override_text_color = None;
        visuals.weak_text_color = Some(self.muted);
        visuals.hyperlink_color = self.accent;
        visuals.faint_bg_color = self.sunken;
        visuals.extreme_bg_color = self.surface;
        visuals.text_edit_bg_color = Some(self.surface);
        visuals.code_bg_color = self.sunken;
        visuals.warn_fg_color = self.warn;
        visuals.error_fg_color = self.bad;
        visuals.panel_fill = self.surface;
        visuals.window_fill = self.surface;
        visuals.window_stroke = self.hairline();
        visuals.window_corner_radius = self.card_radius();
        visuals.menu_corner_radius = self.card_radius();
        let shadow = Shadow { offset: [0, 6], blur: 24, spread: 0, color: self.shadow };
        visuals.window_shadow = shadow;
        visuals.popup_shadow = shadow;
        visuals.selection.bg_fill =
            if self.dark { self.accent.gamma_multiply(0.35) } else { self.accent.gamma_multiply(0.22) };
        visuals.selection.stroke = Stroke::new(1.0, self.accent);
        visuals.text_cursor.stroke = Stroke::new(2.0, self.accent);
        let widget = |fill: Color32, edge: Color32, ink: Color32| WidgetVisuals {
            bg_fill: fill,
            weak_bg_fill: fill,
            bg_stroke: Stroke::new(1.0, edge),
            corner_radius: self.control_radius(),
            fg_stroke: Stroke::new(1.0, ink),
            expansion: 0.0,
        };
        visuals.widgets.noninteractive = widget(self.surface, self.line, self.text);
        visuals.widgets.inactive = widget(self.surface, self.line, self.text);
        visuals.widgets.hovered = widget(self.hovered(self.surface), self.line, self.text);
        visuals.widgets.active = widget(self.accent_soft, self.accent, self.text);
        visuals.widgets.open = widget(self.sunken, self.line, self.text);
        visuals.disabled_alpha = 0.55;
        visuals
    }
}

/// The heavier of the two weights. egui's `strong` changes only the colour.
pub fn bold_family() -> FontFamily {
    static FAMILY: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("bold".into()));
    FAMILY.clone()
}

/// The embedded fonts as egui takes them, for a language. System fonts fill in what they lack.
///
/// Quotation marks, ellipsis and dash have one number each for Chinese, which sets them in a square, and for English,
/// which does not: in English a small font with only those comes first.
pub fn fonts(language: Language) -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let embedded = [
        ("regular", assets::font::REGULAR),
        ("bold", assets::font::STRONG),
        ("marks", assets::font::MARKS_REGULAR),
        ("marks-bold", assets::font::MARKS_STRONG),
        ("icons", assets::icon::FONT),
    ];
    for (name, bytes) in embedded {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let order = |marks: &str, rest: &[&str]| -> Vec<String> {
        let marks = (language == Language::English).then_some(marks);
        marks.into_iter().chain(rest.iter().copied()).map(str::to_owned).collect()
    };
    let regular = order("marks", &["regular", "icons"]);
    fonts.families.insert(FontFamily::Proportional, regular.clone());
    fonts.families.insert(FontFamily::Monospace, regular);
    fonts.families.insert(bold_family(), order("marks-bold", &["bold", "regular", "icons"]));
    fonts.families.insert(crate::widget::icon::icon_family(), vec!["icons".to_owned()]);
    fonts
}
