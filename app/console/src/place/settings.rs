//! Settings: language, look, alerts, sound, channel accounts, and what this program is.

use assets::Language;
use egui::{Frame, Margin, ScrollArea, Ui, vec2};

use super::{
    accounts::Accounts,
    audio::{Audio, set},
    control,
    shortcuts::Shortcuts,
};
use crate::{
    Ctx, ShellRequest, settings,
    shell::Sound,
    theme::{ThemeChoice, Type},
    widget::{Button, Card, Icon, Segment, facts_row, text},
};

/// Width from which the cards stand in two columns.
const TWO_COLUMNS: f32 = 900.0;
/// The widest the page gets.
const PAGE_MAX: f32 = 1240.0;
/// Scales offered, in per cent.
const SCALES: [u32; 5] = [100, 125, 150, 175, 200];

/// What the Settings place remembers.
#[derive(Default)]
pub struct Settings {
    audio: Audio,
    accounts: Accounts,
    shortcuts: Shortcuts,
    /// Whether the keys are shown instead of the rest.
    keys: bool,
}

impl Settings {
    /// Lets the microphone go when another place is shown.
    pub fn leave(&mut self, ctx: &Ctx<'_>) {
        self.audio.leave(ctx);
        self.shortcuts.leave();
        self.keys = false;
    }

    /// Whether the next keys are meant for a command's new shortcut.
    pub fn takes_keys(&self) -> bool {
        self.shortcuts.is_recording()
    }

    /// Shows the editor of keys.
    pub fn open_shortcuts(&mut self) {
        self.keys = true;
    }

    /// Draws the place.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        Frame::new().fill(theme.surface).show(ui, |ui| {
            control::bar(ui, ctx, ctx.t("place-settings"), "", |ui| {
                for (keys, name) in [(true, "shortcut-title"), (false, "settings-general")] {
                    if Segment::new(ctx.t(name), None, self.keys == keys).show(ui, theme).clicked() {
                        self.keys = keys;
                        self.shortcuts.leave();
                    }
                }
            });
        });
        if self.keys {
            control::page(ui, "shortcuts", |ui| self.shortcuts.show(ui, ctx));
            return;
        }
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
            let width = ui.available_width().min(PAGE_MAX);
            ui.set_max_width(width);
            Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| {
                ui.set_width(width - 32.0);
                ui.spacing_mut().item_spacing = vec2(16.0, 12.0);
                if width < TWO_COLUMNS {
                    Self::left(ui, ctx);
                    self.right(ui, ctx);
                } else {
                    ui.columns(2, |columns| {
                        Self::left(&mut columns[0], ctx);
                        self.right(&mut columns[1], ctx);
                    });
                }
            });
        });
    }

    fn left(ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = 12.0;
        look(ui, ctx);
        alerts(ui, ctx);
        about(ui, ctx);
    }

    fn right(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = 12.0;
        self.accounts.show(ui, ctx);
        self.audio.show(ui, ctx);
    }
}

fn look(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    Card::new(ctx.t("settings-appearance")).show(
        ui,
        theme,
        |_| {},
        |ui| {
            control::setting(ui, theme, ctx.t("settings-language"), "", |ui| {
                for language in Language::both().into_iter().rev() {
                    let selected = ctx.locale.language() == language;
                    if Segment::new(language.own_name(), None, selected).show(ui, theme).clicked() {
                        set(ctx, settings::LANGUAGE, language.tag());
                    }
                }
            });
            control::setting(ui, theme, ctx.t("settings-theme"), "", |ui| {
                let now = ThemeChoice::from_setting(settings::value(ctx.view, settings::THEME));
                for (choice, key) in [
                    (ThemeChoice::Dark, "settings-theme-dark"),
                    (ThemeChoice::Light, "settings-theme-light"),
                    (ThemeChoice::System, "settings-theme-system"),
                ] {
                    if Segment::new(ctx.t(key), None, now == choice).show(ui, theme).clicked() {
                        set(ctx, settings::THEME, choice.setting());
                    }
                }
            });
            control::setting(ui, theme, ctx.t("settings-scale"), "", |ui| {
                let now = settings::scale(ctx.view);
                for scale in SCALES.into_iter().rev() {
                    let words = format!("{scale}%");
                    if Segment::new(&words, None, now == scale).show(ui, theme).clicked() {
                        set(ctx, settings::SCALE, &scale.to_string());
                    }
                }
            });
            if !ctx.shell.missing_scripts.is_empty() {
                let scripts = ctx.shell.missing_scripts.join(" ");
                let words = ctx.tw("settings-scripts-missing", &[("scripts", scripts.into())]);
                control::marked(ui, theme, Icon::Info, theme.warn, &words);
            }
        },
    );
}

fn alerts(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let toggle = |ui: &mut Ui, name: &str, key: &str, enabled: bool| {
        let on = settings::is_on(ctx.view, key) && enabled;
        if control::switch(ui, theme, ctx.t(name), on, enabled) {
            set(ctx, key, if on { "off" } else { "on" });
        }
    };
    Card::new(ctx.t("settings-notifications")).show(
        ui,
        theme,
        |_| {},
        |ui| {
            let can = ctx.shell.platform.notifications;
            let help =
                ctx.t(if can { "settings-notify-desktop-hint" } else { "settings-notify-desktop-none" });
            control::setting(ui, theme, ctx.t("settings-notify-desktop"), help, |ui| {
                toggle(ui, "settings-notify-desktop", settings::NOTIFY_DESKTOP, can);
            });
            ui.add_space(4.0);
            let help = ctx.t("settings-notify-sound-hint");
            control::setting(ui, theme, ctx.t("settings-notify-sound"), help, |ui| {
                toggle(ui, "settings-notify-sound", settings::NOTIFY_SOUND, true);
                let hear = Button::new(ctx.t("settings-notify-try")).icon(Icon::Play).quiet();
                if hear.show(ui, theme).clicked() {
                    ctx.request(ShellRequest::PlaySound(Sound::NewConversation));
                }
            });
        },
    );
}

fn about(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = ctx.theme;
    let platform = &ctx.shell.platform;
    Card::new(ctx.t("settings-about")).show(
        ui,
        theme,
        |_| {},
        |ui| {
            let fact = |ui: &mut Ui, key: &str, value: &str| {
                if !value.is_empty() {
                    facts_row(ui, theme, ctx.t(key), |ui| {
                        text::paragraph(ui, theme, value, Type::Body, theme.text);
                    });
                }
            };
            fact(ui, "settings-version", &format!("{} {}", ctx.t("app-name"), platform.version));
            fact(ui, "settings-system", &platform.system);
            let folder = platform.data_folder.display().to_string();
            fact(ui, "settings-data-folder", &folder);
            if !folder.is_empty() {
                let copy = Button::new(ctx.t("settings-data-copy")).icon(Icon::Copy).small();
                if copy.show(ui, theme).clicked() {
                    ctx.request(ShellRequest::CopyText(folder));
                }
            }
            fact(ui, "settings-licences", ctx.t("settings-licences-note"));
        },
    );
}
