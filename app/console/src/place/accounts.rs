//! Accounts of channels: how each is, its address, its name and settings; adding one and removing one.

use egui::{Align, Frame, Layout, Margin, Ui, vec2};
use model::{
    AccountId, PluginId,
    command::{AccountWish, Command, DeskCommand},
    field::Values,
    plugin::{PluginState, Role},
    view::{AccountRow, PluginRow},
};

use super::{configure::Settings, control, secrets::Secrets};
use crate::{
    Ctx, ShellRequest,
    theme::{Tone, Type},
    widget::{Button, Card, Field, Icon, IconButton, chip, label, text},
};

/// What is being changed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    New(PluginId),
    Account(AccountId),
}

/// What the card remembers.
#[derive(Default)]
pub struct Accounts {
    open: Option<Of>,
    title: String,
    /// The name as it is stored, perhaps a key of the plugin's texts, and as it is shown.
    named: (String, String),
    skill: String,
    settings: Settings,
    secrets: Secrets,
    /// The account whose removal is to be confirmed.
    removing: Option<AccountId>,
}

impl Accounts {
    /// Draws the card.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        let plugins: Vec<&PluginRow> = channels(ctx).collect();
        let mut adding = None;
        Card::new(ctx.t("settings-channels")).show(
            ui,
            theme,
            |ui| {
                if plugins.is_empty() {
                    return;
                }
                let add = Button::new(ctx.t("account-add")).icon(Icon::Plus).quiet().small().show(ui, theme);
                egui::Popup::menu(&add).frame(theme.popover()).show(|ui| {
                    ui.set_min_width(180.0);
                    for row in &plugins {
                        let name = text::one_line(&ctx.plugin_name(&row.manifest.id));
                        if ui.button(name).clicked() {
                            adding = Some(row.manifest.id.clone());
                        }
                    }
                });
            },
            |ui| {
                if let Some(Of::New(plugin)) = self.open.clone() {
                    self.editor(ui, ctx, &plugin, None);
                    ui.add_space(8.0);
                }
                if ctx.view.accounts.is_empty() {
                    text::paragraph(ui, theme, ctx.t("settings-channels-none"), Type::Small, theme.muted);
                }
                for (number, row) in ctx.view.accounts.iter().enumerate() {
                    if number > 0 {
                        let (rect, _) =
                            ui.allocate_exact_size(vec2(ui.available_width(), 5.0), egui::Sense::hover());
                        ui.painter().hline(rect.x_range(), rect.center().y, theme.hairline());
                    }
                    self.account(ui, ctx, row);
                }
            },
        );
        if let Some(plugin) = adding {
            self.begin(Of::New(plugin), (String::new(), String::new()), "");
        }
    }

    fn begin(&mut self, of: Of, named: (String, String), skill: &str) {
        let title = named.1.clone();
        *self = Self { open: Some(of), title, named, skill: skill.to_owned(), ..Self::default() };
    }

    fn account(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &AccountRow) {
        let theme = ctx.theme;
        let account = &row.account;
        let title = ctx.author_text(&account.plugin, &account.title);
        let title = text::one_line(&title);
        let open = self.open == Some(Of::Account(account.id));
        let line = vec2(ui.available_width(), 30.0);
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            ui.set_min_height(30.0);
            let name = ctx.tw("settings-channel-switch", &[("name", (&title).into())]);
            if control::switch(ui, theme, &name, !account.paused, true) {
                ctx.send(Command::Desk(DeskCommand::PauseAccount(account.id, !account.paused)));
            }
            let name = ctx.tw("account-edit", &[("name", (&title).into())]);
            if IconButton::new(Icon::Gear, &name).size(26.0).selected(open).show(ui, theme).clicked() {
                if open {
                    self.open = None;
                } else {
                    let named = (account.title.clone(), title.clone());
                    self.begin(Of::Account(account.id), named, &account.skill);
                }
            }
            let (key, tone) = match (account.paused, &row.trouble) {
                (true, _) => ("settings-channel-paused", Tone::Muted),
                (false, Some(_)) => ("settings-channel-trouble", Tone::Bad),
                (false, None) => ("settings-channel-works", Tone::Good),
            };
            chip(ui, theme, ctx.t(key), tone);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(18.0), egui::Sense::hover());
                Icon::of_channel(&account.kind).paint(ui.painter(), rect.shrink(1.0), theme.muted);
                label(ui, theme, &title, Type::Strong, theme.text);
                let plugin = ctx.plugin_name(&account.plugin);
                if plugin != title {
                    label(ui, theme, &plugin, Type::Small, theme.muted);
                }
            });
        });
        if let Some(url) = &row.public_url {
            address(ui, ctx, url, &title);
        }
        trouble(ui, ctx, row);
        if open {
            self.editor(ui, ctx, &account.plugin, Some((account.id, &account.settings)));
        }
    }

    /// Name, skill and settings of an account, or of one that is to be added.
    fn editor(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        plugin: &PluginId,
        account: Option<(AccountId, &Values)>,
    ) {
        let theme = ctx.theme;
        let frame = Frame::new()
            .fill(theme.background)
            .stroke(theme.hairline())
            .corner_radius(theme.control_radius())
            .inner_margin(Margin::same(12));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            let key = if account.is_some() { "account-edit" } else { "account-new" };
            let words = ctx.tw(key, &[("name", ctx.plugin_name(plugin).into())]);
            if account.is_none() {
                label(ui, theme, &words, Type::Strong, theme.text);
            }
            label(ui, theme, ctx.t("account-title"), Type::Body, theme.text);
            let empty = self.title.trim().is_empty();
            Field::new(&mut self.title, ctx.t("account-title")).error(empty).show(ui, theme);
            ui.add_space(4.0);
            label(ui, theme, ctx.t("account-skill"), Type::Body, theme.text);
            text::paragraph(ui, theme, ctx.t("account-skill-hint"), Type::Small, theme.muted);
            Field::new(&mut self.skill, ctx.t("account-skill")).show(ui, theme);
            ui.add_space(4.0);
            let row = ctx.view.plugins.iter().find(|row| row.manifest.id == *plugin);
            let schema = row.map_or(&[][..], |row| row.manifest.settings.as_slice());
            let none = Values::new();
            self.settings.load(schema, account.map_or(&none, |(_, settings)| settings));
            self.settings.fields(ui, ctx, plugin, schema);
            if let (Some(row), Some((id, _))) = (row, account)
                && row.manifest.typed_secrets().next().is_some()
            {
                label(ui, theme, ctx.t("plugin-secrets"), Type::Strong, theme.text);
                text::paragraph(ui, theme, ctx.t("plugin-secrets-hint"), Type::Small, theme.muted);
                self.secrets.show(ui, ctx, row, Some(id));
                ui.add_space(4.0);
            }
            let fits = !empty && self.settings.fits(schema);
            self.buttons(
                ui,
                ctx,
                plugin,
                account.map(|(id, _)| id),
                fits.then(|| self.settings.values(schema)),
            );
        });
    }

    /// Save with these values, cancel, remove. Nothing to save where something does not fit.
    fn buttons(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        plugin: &PluginId,
        account: Option<AccountId>,
        settings: Option<Values>,
    ) {
        let theme = ctx.theme;
        if let Some(account) = account.filter(|account| self.removing == Some(*account)) {
            text::paragraph(ui, theme, ctx.t("account-remove-ask"), Type::Body, theme.text);
            ui.horizontal(|ui| {
                if Button::new(ctx.t("account-remove-yes")).danger().show(ui, theme).clicked() {
                    ctx.send(Command::Desk(DeskCommand::RemoveAccount(account)));
                    *self = Self::default();
                }
                if Button::new(ctx.t("account-remove-no")).show(ui, theme).clicked() {
                    self.removing = None;
                }
            });
            return;
        }
        let line = vec2(ui.available_width(), theme.tokens.size.control);
        ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
            let words = ctx.t(if account.is_some() { "plugin-settings-save" } else { "account-add" });
            let fits = settings.is_some();
            let save = Button::new(words).primary().enabled(fits).show(ui, theme).clicked();
            let cancel = Button::new(ctx.t("app-cancel")).show(ui, theme).clicked();
            let hint = if fits { "plugin-settings-at-once" } else { "plugin-settings-wrong" };
            let ink = if fits { theme.muted } else { theme.bad };
            let mut remove = false;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if account.is_some() {
                    remove = Button::new(ctx.t("account-remove")).quiet().show(ui, theme).clicked();
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    label(ui, theme, ctx.t(hint), Type::Small, ink);
                });
            });
            if let Some(settings) = settings.filter(|_| save) {
                let (stored, shown) = &self.named;
                let wish = AccountWish {
                    title: if self.title == *shown { stored.clone() } else { self.title.trim().to_owned() },
                    skill: self.skill.trim().to_owned(),
                    settings,
                };
                ctx.send(Command::Desk(match account {
                    Some(account) => DeskCommand::ChangeAccount(account, wish),
                    None => DeskCommand::AddAccount { plugin: plugin.clone(), wish },
                }));
            }
            if remove {
                self.removing = account;
            }
            if save || cancel {
                *self = Self::default();
            }
        });
    }
}

/// Plugins that an account can be added for.
fn channels<'a>(ctx: &Ctx<'a>) -> impl Iterator<Item = &'a PluginRow> {
    let works = |row: &&PluginRow| {
        row.manifest.roles.contains(&Role::Channel) && !matches!(row.state, PluginState::Broken(_))
    };
    ctx.view.plugins.iter().map(|row| &**row).filter(works)
}

fn trouble(ui: &mut Ui, ctx: &Ctx<'_>, row: &AccountRow) {
    let theme = ctx.theme;
    if let Some(code) = &row.trouble {
        let error = ctx.locale.error(code, &[]);
        control::marked(ui, theme, Icon::Warning, theme.bad, &error.what);
        text::paragraph(ui, theme, &error.advice, Type::Small, theme.muted);
    }
    if row.dead_letters > 0 {
        let words = ctx.tw("settings-channel-dead", &[("count", row.dead_letters.into())]);
        control::marked(ui, theme, Icon::Warning, theme.warn, &words);
    }
}

fn address(ui: &mut Ui, ctx: &Ctx<'_>, url: &str, title: &str) {
    let theme = ctx.theme;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 26.0),
        Layout::right_to_left(Align::Center),
        |ui| {
            let name = ctx.tw("settings-channel-open", &[("name", title.into())]);
            if IconButton::new(Icon::External, &name).size(24.0).show(ui, theme).clicked() {
                ctx.request(ShellRequest::OpenUrl(url.to_owned()));
            }
            let name = ctx.tw("settings-channel-copy", &[("name", title.into())]);
            if IconButton::new(Icon::Copy, &name).size(24.0).show(ui, theme).clicked() {
                ctx.request(ShellRequest::CopyText(url.to_owned()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add_space(26.0);
                label(ui, theme, &text::inert(url), Type::Small, theme.muted);
            });
        },
    );
}
