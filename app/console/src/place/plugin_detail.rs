//! One plugin beside the list: what it is, how it is, what it may do, what it costs, what went wrong, its log.

use egui::{Align, Align2, Frame, Layout, Margin, Sense, Ui, pos2, vec2};
use model::{
    PluginId,
    command::{Command, PluginCommand},
    plugin::{CallKind, Fault, FaultCause, LogLevel, LogLine, PluginState},
    port::{Answer, Question},
    view::PluginRow,
};

use super::{
    configure::{Settings, Wish},
    control,
    egress::Sent,
    grant,
    load::Load,
    plugins,
    secrets::Secrets,
};
use crate::{
    Action, Ctx, Place, Slot,
    theme::{Tone, Type},
    widget::{Button, Card, Icon, dot, label, text},
};

/// How often the log is asked for while it is open, in seconds.
const LOG_EVERY_S: f64 = 2.0;
/// Lines of the log shown, the newest.
const LOG_LINES_MAX: usize = 200;

/// What is remembered of the plugin beside the list.
#[derive(Default)]
pub struct Detail {
    of: Option<PluginId>,
    removing: bool,
    settings: Settings,
    secrets: Secrets,
    sent: Sent,
    log_open: bool,
    log: Slot,
    log_asked_s: f64,
}

impl Detail {
    /// Draws a plugin.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        row: &PluginRow,
        load: &Load,
        granting: &mut Option<PluginId>,
    ) {
        let id = &row.manifest.id;
        if self.of.as_ref() != Some(id) {
            self.of = Some(id.clone());
            self.removing = false;
            self.settings.clear();
            self.secrets.clear(ui.ctx());
            self.log.clear();
            self.sent.clear();
        }
        let theme = ctx.theme;
        control::page(ui, ("plugin", id.as_str()), |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            self.head(ui, ctx, row, granting);
            state(ui, ctx, row, granting);
            self.settings(ui, ctx, row);
            self.secrets(ui, ctx, row);
            permissions(ui, ctx, row);
            budgets(ui, ctx, row, load);
            Card::new(ctx.t("plugin-faults")).show(
                ui,
                theme,
                |ui| {
                    let counts = ctx.tw(
                        "plugin-fault-counts",
                        &[("faults", row.signals.faults.into()), ("restarts", row.signals.restarts.into())],
                    );
                    label(ui, theme, &counts, Type::Small, theme.muted);
                },
                |ui| faults(ui, ctx, row),
            );
            self.sent.show(ui, ctx, id);
            self.log(ui, ctx, id);
        });
    }

    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow, granting: &mut Option<PluginId>) {
        let theme = ctx.theme;
        let id = &row.manifest.id;
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, 32.0), Layout::right_to_left(Align::Center), |ui| {
            self.buttons(ui, ctx, row, granting);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                label(ui, theme, &text::inert(&ctx.plugin_name(id)), Type::Heading, theme.text);
            });
        });
        let mut about = vec![ctx.tw("plugin-version", &[("version", (&row.manifest.version).into())])];
        about.push(plugins::roles(ctx, row));
        let (origin, tone) = grant::origin(ctx, row);
        label(ui, theme, &text::inert(&about.join(" · ")), Type::Small, theme.muted);
        label(ui, theme, &text::inert(&origin), Type::Small, theme.ink(tone));
        let description = ctx.author_text(id, &row.manifest.description);
        if !description.is_empty() {
            text::paragraph(ui, theme, &text::inert(&description), Type::Body, theme.text);
        }
    }

    fn buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow, granting: &mut Option<PluginId>) {
        let theme = ctx.theme;
        let id = &row.manifest.id;
        let send = |command| ctx.send(Command::Plugin(id.clone(), command));
        if self.removing {
            if Button::new(ctx.t("plugin-remove-yes")).danger().show(ui, theme).clicked() {
                send(PluginCommand::Remove);
                self.removing = false;
            }
            if Button::new(ctx.t("plugin-remove-no")).show(ui, theme).clicked() {
                self.removing = false;
            }
            return;
        }
        let remove = Button::new(ctx.t("plugin-remove")).quiet();
        if remove.show(ui, theme).on_hover_text(ctx.t("plugin-remove-hint")).clicked() {
            self.removing = true;
        }
        match row.state {
            PluginState::Starting | PluginState::Healthy | PluginState::Restarting { .. } => {
                if Button::new(ctx.t("plugin-pause")).icon(Icon::Pause).show(ui, theme).clicked() {
                    send(PluginCommand::Pause);
                }
            }
            PluginState::Paused | PluginState::Quarantined => {
                if Button::new(ctx.t("plugin-resume")).icon(Icon::Play).primary().show(ui, theme).clicked() {
                    send(PluginCommand::Resume);
                }
            }
            PluginState::NeedsGrant => {
                let look = Button::new(ctx.t("plugin-grant-look")).icon(Icon::Lock).primary();
                if look.show(ui, theme).clicked() {
                    *granting = Some(id.clone());
                }
            }
            PluginState::Broken(_) => {}
        }
    }

    /// What a company can set about it, or where, when its accounts have the settings.
    fn settings(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow) {
        let (manifest, theme) = (&row.manifest, ctx.theme);
        if manifest.settings.is_empty() {
            return;
        }
        Card::new(ctx.t("plugin-settings")).show(
            ui,
            theme,
            |_| {},
            |ui| {
                if manifest.is_configured_by_account() {
                    text::paragraph(ui, theme, ctx.t("plugin-settings-by-account"), Type::Body, theme.muted);
                    let accounts = Button::new(ctx.t("plugin-settings-accounts")).icon(Icon::Gear);
                    if accounts.show(ui, theme).clicked() {
                        ctx.push(Action::Go(Place::Settings));
                    }
                    return;
                }
                self.settings.load(&manifest.settings, &row.settings);
                if let Wish::Save(values) = self.settings.show(ui, ctx, &manifest.id, &manifest.settings) {
                    ctx.send(Command::Plugin(manifest.id.clone(), PluginCommand::Configure(values)));
                }
            },
        );
    }

    /// Secrets that a person types for the plugin as a whole.
    fn secrets(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow) {
        if row.manifest.typed_secrets().next().is_none() {
            return;
        }
        let theme = ctx.theme;
        Card::new(ctx.t("plugin-secrets")).show(
            ui,
            theme,
            |_| {},
            |ui| {
                text::paragraph(ui, theme, ctx.t("plugin-secrets-hint"), Type::Small, theme.muted);
                if row.manifest.is_configured_by_account() {
                    let words = ctx.t("plugin-secrets-all-accounts");
                    text::paragraph(ui, theme, words, Type::Small, theme.muted);
                }
                self.secrets.show(ui, ctx, row, None);
            },
        );
    }

    fn log(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, id: &PluginId) {
        let theme = ctx.theme;
        if self.log_open {
            let time = ui.input(|input| input.time);
            self.log.ask(ctx.desk, Question::PluginLog(id.clone()));
            if time - self.log_asked_s >= LOG_EVERY_S {
                self.log_asked_s = time;
                self.log.refresh(ctx.desk);
            }
            self.log.poll(ctx.desk);
            control::await_answer(ui, &self.log);
        }
        let mut toggled = false;
        Card::new(ctx.t("plugin-log")).show(
            ui,
            theme,
            |ui| {
                let words = ctx.t(if self.log_open { "app-hide" } else { "app-show" });
                let name = ctx.t(if self.log_open { "plugin-log-hide" } else { "plugin-log-show" });
                toggled = Button::new(words).name(name).quiet().small().show(ui, theme).clicked();
            },
            |ui| {
                if !self.log_open {
                    text::paragraph(ui, theme, ctx.t("plugin-log-hint"), Type::Small, theme.muted);
                    return;
                }
                match self.log.answer() {
                    Some(Answer::Log(lines)) if !lines.is_empty() => {
                        for line in lines.iter().rev().take(LOG_LINES_MAX) {
                            log_line(ui, ctx, line);
                        }
                    }
                    Some(_) => {
                        label(ui, theme, ctx.t("plugin-log-empty"), Type::Small, theme.muted);
                    }
                    None => control::missing(ui, ctx, &self.log),
                }
            },
        );
        if toggled {
            self.log_open = !self.log_open;
        }
    }
}

/// How it is, and why, where that is not simply well.
fn state(ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow, granting: &mut Option<PluginId>) {
    let theme = ctx.theme;
    let (words, tone) = plugins::state_words(ctx, row);
    let why = match &row.state {
        PluginState::Quarantined => {
            ctx.tw("plugin-quarantined-hint", &[("count", row.signals.faults.into())])
        }
        PluginState::Broken(reason) => reason.clone(),
        PluginState::Paused => ctx.t("plugin-paused-hint").to_owned(),
        PluginState::NeedsGrant => ctx.t("plugin-needs-grant-hint").to_owned(),
        PluginState::Restarting { .. } => {
            row.faults.first().map(|fault| cause_words(ctx, &fault.cause)).unwrap_or_default()
        }
        PluginState::Starting | PluginState::Healthy => String::new(),
    };
    let frame = Frame::new().fill(theme.ground(tone)).corner_radius(theme.card_radius());
    frame.inner_margin(Margin::symmetric(14, 9)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 20.0), Sense::hover());
            dot(ui.painter(), rect.center(), plugins::lamp(theme, tone));
            label(ui, theme, &words, Type::Strong, theme.ink(tone));
            if row.state == PluginState::Healthy {
                let calls = ctx.tw("plugin-calls", &[("count", row.signals.calls.into())]);
                label(ui, theme, &calls, Type::Small, theme.muted);
            } else if !why.is_empty() {
                text::paragraph(ui, theme, &text::inert(&why), Type::Body, theme.text);
            }
        });
        if row.state == PluginState::NeedsGrant {
            let id = &row.manifest.id;
            let name = ctx.tw("plugin-grant-title", &[("plugin", ctx.plugin_name(id).into())]);
            let asked = ctx.tw("plugin-grant-count", &[("count", grant::asked(row).len().into())]);
            if Button::new(&asked).name(&name).small().show(ui, theme).clicked() {
                *granting = Some(id.clone());
            }
        }
    });
}

fn permissions(ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow) {
    let theme = ctx.theme;
    Card::new(ctx.t("plugin-grants")).show(
        ui,
        theme,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            if row.manifest.capabilities.is_empty() {
                label(ui, theme, ctx.t("plugin-grants-none"), Type::Body, theme.muted);
            }
            for capability in &row.manifest.capabilities {
                let mark = if row.granted.contains(capability) {
                    (ctx.t("plugin-granted"), Tone::Good)
                } else {
                    (ctx.t("plugin-asked"), Tone::Warn)
                };
                grant::line(ui, ctx, &row.manifest, capability, Some(mark));
            }
        },
    );
}

fn budgets(ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow, load: &Load) {
    let theme = ctx.theme;
    let signals = &row.signals;
    Card::new(ctx.t("plugin-budgets")).show(
        ui,
        theme,
        |_| {},
        |ui| {
            let memory = (signals.memory_peak_bytes, signals.memory_budget_bytes);
            budget(ui, ctx, ctx.t("plugin-budget-memory"), memory);
            let storage = (signals.kv_bytes, signals.kv_budget_bytes);
            budget(ui, ctx, ctx.t("plugin-budget-storage"), storage);
            ui.add_space(4.0);
            let figures = [
                ("plugin-median", plugins::duration(ctx, signals.wall_p50_us)),
                ("plugin-p95", plugins::duration(ctx, signals.wall_p95_us)),
                ("plugin-p99", plugins::duration(ctx, signals.wall_p99_us)),
                ("plugin-budget-cpu", plugins::duration(ctx, signals.guest_cpu_us)),
                ("plugin-calls-name", ctx.locale.count_short(signals.calls)),
                ("plugin-denials", ctx.locale.count_short(signals.denials)),
                ("plugin-budget-network", ctx.locale.file_size(signals.network_bytes)),
                ("plugin-acceptance-name", acceptance(ctx, row)),
            ];
            tiles(ui, ctx, &figures);
            load.show(ui, ctx, row);
        },
    );
}

/// The share of its proposals that were accepted, also after changes, among those that were answered.
fn acceptance(ctx: &Ctx<'_>, row: &PluginRow) -> String {
    let counts = row.proposals;
    let good = counts.accepted + counts.edited;
    match good + counts.dismissed {
        0 => "—".to_owned(),
        answered => ctx.locale.percent(good as f64 / answered as f64),
    }
}

fn budget(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, (used, budget): (u64, u64)) {
    let theme = ctx.theme;
    let share = if budget == 0 { 0.0 } else { used as f32 / budget as f32 };
    let ink = match share {
        share if share > 0.9 => theme.bad,
        share if share > 0.7 => theme.warn,
        _ => theme.accent,
    };
    let used = ctx.locale.file_size(used);
    let words = if budget == 0 {
        used
    } else {
        ctx.tw("plugin-used", &[("used", used.into()), ("budget", ctx.locale.file_size(budget).into())])
    };
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 20.0),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.allocate_ui_with_layout(vec2(88.0, 20.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(88.0);
                label(ui, theme, name, Type::Small, theme.muted);
            });
            let width = (ui.available_width() - 150.0).max(40.0);
            control::meter(ui, theme, &format!("{name} {words}"), share, ink, width);
            label(ui, theme, &words, Type::Small, theme.text);
        },
    );
}

/// Figures in a grid of four columns: the number above what it counts.
fn tiles(ui: &mut Ui, ctx: &Ctx<'_>, figures: &[(&str, String)]) {
    let theme = ctx.theme;
    let columns = if ui.available_width() > 460.0 { 4 } else { 2 };
    for line in figures.chunks(columns) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
        let width = rect.width() / columns as f32;
        for (column, (key, figure)) in line.iter().enumerate() {
            let left = rect.left() + column as f32 * width;
            let tile = egui::Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
            let response = ui.interact(tile, ui.scope_id().with(*key), Sense::hover());
            let name = ctx.t(key);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, format!("{name} {figure}"))
            });
            let top = pos2(left, rect.top() + 10.0);
            let painter = ui.painter();
            text::paint_line(painter, theme, top, Align2::LEFT_CENTER, figure, Type::Strong, theme.text);
            let below = pos2(left, rect.top() + 31.0);
            text::paint_elided(painter, theme, below, name, Type::Small, theme.muted, width - 8.0);
        }
    }
}

fn faults(ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow) {
    let theme = ctx.theme;
    if row.faults.is_empty() {
        label(ui, theme, ctx.t("plugin-no-faults"), Type::Small, theme.muted);
    }
    for fault in &row.faults {
        fault_line(ui, ctx, fault);
    }
}

fn fault_line(ui: &mut Ui, ctx: &Ctx<'_>, fault: &Fault) {
    let theme = ctx.theme;
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 20.0), Sense::hover());
        let square = egui::Rect::from_center_size(rect.center(), egui::Vec2::splat(14.0));
        Icon::Warning.paint(ui.painter(), square, theme.warn);
        label(ui, theme, &ctx.moment(fault.at), Type::Small, theme.muted);
        label(ui, theme, ctx.t(call_key(fault.call)), Type::Small, theme.muted);
        text::paragraph(ui, theme, &text::inert(&cause_words(ctx, &fault.cause)), Type::Body, theme.text);
    });
}

fn cause_words(ctx: &Ctx<'_>, cause: &FaultCause) -> String {
    let (key, own) = match cause {
        FaultCause::Trap(words) => ("plugin-fault-trap", words.as_str()),
        FaultCause::CpuTime => ("plugin-fault-cpu", ""),
        FaultCause::WallTime => ("plugin-fault-timeout", ""),
        FaultCause::Memory => ("plugin-fault-memory", ""),
        FaultCause::Invalid(words) => ("plugin-fault-invalid", words.as_str()),
        FaultCause::Failure(words) => ("plugin-fault-failure", words.as_str()),
        FaultCause::Start(words) => ("plugin-fault-start", words.as_str()),
        FaultCause::Overloaded => ("plugin-fault-overloaded", ""),
    };
    if own.is_empty() {
        ctx.t(key).to_owned()
    } else {
        format!("{}{}{own}", ctx.t(key), ctx.t("quality-joint"))
    }
}

fn call_key(call: CallKind) -> &'static str {
    match call {
        CallKind::Init => "plugin-call-init",
        CallKind::Timer => "plugin-call-timer",
        CallKind::Outcome => "plugin-call-outcome",
        CallKind::SettingsCheck => "plugin-call-settings",
        CallKind::Shutdown => "plugin-call-shutdown",
        CallKind::ChannelIngest => "plugin-call-receive",
        CallKind::ChannelSend => "plugin-call-send",
        CallKind::ChannelReconcile => "plugin-call-reconcile",
        CallKind::ChannelSignal => "plugin-call-signal",
        CallKind::LookupSearch => "plugin-call-lookup",
        CallKind::LookupAct => "plugin-call-lookup-act",
        CallKind::AssistObserve => "plugin-call-observe",
        CallKind::AssistStart | CallKind::AssistNext => "plugin-call-assist",
        CallKind::QualityRubric | CallKind::QualityScore => "plugin-call-quality",
        CallKind::FormList | CallKind::FormFields => "plugin-call-form",
        CallKind::FormCheck => "plugin-call-form-check",
        CallKind::FormSubmit => "plugin-call-form-submit",
        CallKind::PanelEvent => "plugin-call-panel",
    }
}

fn log_line(ui: &mut Ui, ctx: &Ctx<'_>, line: &LogLine) {
    let theme = ctx.theme;
    let (key, tone) = match line.level {
        LogLevel::Trace | LogLevel::Debug => ("plugin-log-debug", Tone::Muted),
        LogLevel::Info => ("plugin-log-info", Tone::Muted),
        LogLevel::Warn => ("plugin-log-warn", Tone::Warn),
        LogLevel::Error => ("plugin-log-error", Tone::Bad),
    };
    ui.horizontal_top(|ui| {
        let time = ctx.locale.time_exact(ctx.local(line.at).time());
        label(ui, theme, &time, Type::Small, theme.muted);
        label(ui, theme, ctx.t(key), Type::Small, theme.ink(tone));
        text::paragraph(ui, theme, &text::inert(&line.text), Type::Small, theme.text);
    });
}
