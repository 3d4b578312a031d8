//! Sound devices: which to use, a check of the microphone and the loop-back test with its result explained.

use egui::{ComboBox, Ui};
use model::command::{Command, DeskCommand};

use super::control;
use crate::{
    Ctx, ShellRequest, settings,
    shell::{AudioState, Loopback},
    theme::{Tone, Type},
    widget::{Button, Card, Icon, IconButton, text},
};

/// Below this nothing was said.
const SILENT: f32 = 0.02;
/// Below this a customer would ask to speak up.
const QUIET: f32 = 0.12;
/// Above this the voice is cut off.
const LOUD: f32 = 0.97;

/// What is remembered of the check.
#[derive(Default)]
pub struct Audio {
    listed: bool,
    checking: bool,
    /// The loudest so far.
    peak: f32,
}

impl Audio {
    /// Lets the microphone go.
    pub fn leave(&mut self, ctx: &Ctx<'_>) {
        self.listed = false;
        if std::mem::take(&mut self.checking) {
            ctx.request(ShellRequest::StopMicrophoneCheck);
        }
    }

    /// Draws the card.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if !std::mem::replace(&mut self.listed, true) {
            ctx.request(ShellRequest::ListAudioDevices);
        }
        let theme = ctx.theme;
        let audio = &ctx.shell.audio;
        Card::new(ctx.t("settings-audio")).show(
            ui,
            theme,
            |ui| {
                let list = IconButton::new(Icon::Retry, ctx.t("audio-list")).size(24.0);
                if list.show(ui, theme).clicked() {
                    ctx.request(ShellRequest::ListAudioDevices);
                }
            },
            |ui| {
                if let Some(code) = &audio.trouble {
                    let error = ctx.locale.error(code, &[]);
                    control::marked(ui, theme, Icon::Warning, theme.warn, &error.what);
                    text::paragraph(ui, theme, &error.advice, Type::Small, theme.muted);
                } else if audio.listed && audio.inputs.is_empty() && audio.outputs.is_empty() {
                    control::marked(ui, theme, Icon::Info, theme.muted, ctx.t("audio-none"));
                }
                device(ui, ctx, "audio-input", settings::AUDIO_INPUT, &audio.inputs);
                device(ui, ctx, "audio-output", settings::AUDIO_OUTPUT, &audio.outputs);
                device(ui, ctx, "audio-ringer", settings::AUDIO_RINGER, &audio.outputs);
                ui.add_space(4.0);
                self.check(ui, ctx, audio);
                loopback(ui, ctx, audio);
            },
        );
    }

    fn check(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, audio: &AudioState) {
        let theme = ctx.theme;
        let help = if self.checking { ctx.t("audio-speak") } else { ctx.t("audio-check-hint") };
        control::setting(ui, theme, ctx.t("audio-check"), help, |ui| {
            let words = ctx.t(if self.checking { "audio-stop" } else { "audio-start" });
            let icon = if self.checking { Icon::Stop } else { Icon::Microphone };
            let name = ctx.t(if self.checking { "audio-check-stop" } else { "audio-check" });
            if Button::new(words).name(name).icon(icon).selected(self.checking).show(ui, theme).clicked() {
                self.checking = !self.checking;
                self.peak = 0.0;
                ctx.request(if self.checking {
                    ShellRequest::StartMicrophoneCheck(chosen(ctx, settings::AUDIO_INPUT))
                } else {
                    ShellRequest::StopMicrophoneCheck
                });
            }
        });
        if !self.checking {
            return;
        }
        let level = audio.microphone_level.unwrap_or(0.0);
        self.peak = self.peak.max(level);
        let (key, tone) = verdict(self.peak);
        let width = ui.available_width();
        control::meter(ui, theme, ctx.t("audio-level"), level, theme.ink(tone), width);
        let icon = if tone == Tone::Good { Icon::CheckCircle } else { Icon::Info };
        control::marked(ui, theme, icon, theme.ink(tone), ctx.t(key));
        ui.ctx().request_repaint_after_secs(0.05);
    }
}

/// What the loudest moment says.
fn verdict(peak: f32) -> (&'static str, Tone) {
    match peak {
        peak if peak < SILENT => ("audio-silent", Tone::Muted),
        peak if peak < QUIET => ("audio-quiet", Tone::Warn),
        peak if peak > LOUD => ("audio-loud", Tone::Warn),
        _ => ("audio-good", Tone::Good),
    }
}

/// A device by name, or nothing for the system's choice.
fn chosen(ctx: &Ctx<'_>, key: &str) -> Option<String> {
    let name = settings::value(ctx.view, key);
    (!name.is_empty()).then(|| name.to_owned())
}

fn device(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, key: &str, devices: &[String]) {
    let theme = ctx.theme;
    let now = settings::value(ctx.view, key);
    let name = ctx.t(name);
    // A device that was pulled out stays chosen, and comes back when it is plugged in again.
    let gone = !now.is_empty() && ctx.shell.audio.listed && !devices.iter().any(|device| device == now);
    let help = if gone { ctx.tw("audio-device-lost", &[("name", now.into())]) } else { String::new() };
    control::setting(ui, theme, name, &help, |ui| {
        let shown = if now.is_empty() { ctx.t("audio-default") } else { now };
        let width = (ui.available_width() * 0.6).clamp(120.0, 280.0);
        let combo = ComboBox::from_id_salt(key).width(width).truncate().selected_text(shown);
        let response = combo.show_ui(ui, |ui| {
            let choice = |ui: &mut Ui, words: &str, value: &str| {
                if ui.selectable_label(now == value, words).clicked() && now != value {
                    set(ctx, key, value);
                }
            };
            choice(ui, ctx.t("audio-default"), "");
            for device in devices {
                choice(ui, device, device);
            }
        });
        response.response.accessible_name(format!("{name}{}{shown}", ctx.t("app-separator")));
    });
}

fn loopback(ui: &mut Ui, ctx: &Ctx<'_>, audio: &AudioState) {
    let theme = ctx.theme;
    control::setting(ui, theme, ctx.t("audio-loopback"), ctx.t("audio-loopback-hint"), |ui| {
        let running = audio.loopback == Loopback::Running;
        let words = ctx.t(if running { "audio-loopback-running" } else { "audio-loopback-start" });
        let button = Button::new(words).name(ctx.t("audio-loopback")).icon(Icon::Speaker).enabled(!running);
        if button.show(ui, theme).clicked() {
            ctx.request(ShellRequest::Loopback {
                input: chosen(ctx, settings::AUDIO_INPUT),
                output: chosen(ctx, settings::AUDIO_OUTPUT),
            });
        }
    });
    let (icon, tone, words) = match audio.loopback {
        Loopback::NotTried => return,
        Loopback::Running => {
            ui.ctx().request_repaint_after_secs(0.1);
            (Icon::Clock, Tone::Muted, ctx.t("audio-loopback-wait").to_owned())
        }
        Loopback::Heard(ms) => {
            let time = ctx.locale.decimal(f64::from(ms), 0);
            (Icon::CheckCircle, Tone::Good, ctx.tw("audio-loopback-heard", &[("ms", time.into())]))
        }
        Loopback::Silent => (Icon::Warning, Tone::Warn, ctx.t("audio-loopback-silent").to_owned()),
        Loopback::Failed => (Icon::Warning, Tone::Bad, ctx.t("audio-loopback-failed").to_owned()),
    };
    control::marked(ui, theme, icon, theme.ink(tone), &words);
}

/// Changes one of the person's settings.
pub fn set(ctx: &Ctx<'_>, key: &str, value: &str) {
    let (key, value) = (key.to_owned(), value.to_owned());
    ctx.send(Command::Desk(DeskCommand::SetSetting { key, value }));
}
