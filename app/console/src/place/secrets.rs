//! Secrets that a person types for a plugin: where each may go, whether it is set, and a field to type it in. What is
//! typed stays in this field until it is saved, and is wiped with it.

use std::collections::BTreeMap;

use egui::{Align, Id, Layout, Ui, text_edit::TextEditState, vec2};
use model::{
    AccountId, PluginId,
    command::{Command, PluginCommand, SecretText},
    limits::SECRET_MAX_BYTES,
    plugin::{Capability, SecretManifest},
    view::{PluginRow, SecretState},
};
use zeroize::Zeroizing;

use crate::{
    Ctx,
    theme::{Tone, Type},
    widget::{Button, Field, label, text},
};

/// What stands in the form where the secret goes.
const HIDDEN: &str = "••••";

/// What is being typed, by account and slot.
#[derive(Default)]
pub struct Secrets {
    typing: BTreeMap<(Option<AccountId>, String), Zeroizing<String>>,
    fields: Vec<Id>,
}

impl Secrets {
    /// Wipes what was typed and not saved.
    pub fn clear(&mut self, ctx: &egui::Context) {
        self.typing.clear();
        for id in self.fields.drain(..) {
            forget_field(ctx, id);
        }
    }

    /// Draws the slots of a plugin that a person fills, for one of its accounts or for the plugin as a whole.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &PluginRow, account: Option<AccountId>) {
        for rule in row.manifest.typed_secrets() {
            ui.add_space(4.0);
            let state =
                row.secrets.iter().find(|secret| secret.account == account && secret.slot == rule.slot);
            let state = state.map_or(SecretState::Missing, |secret| secret.state);
            let name = name(ctx, &row.manifest.id, rule);
            heading(ui, ctx, &name, state);
            let place = text::inert(&place(ctx, rule)).into_owned();
            text::paragraph(ui, ctx.theme, &place, Type::Small, ctx.theme.muted);
            if row.granted.contains(&Capability::Secret(rule.slot.clone())) {
                self.editor(ui, ctx, &row.manifest.id, (account, &rule.slot), &name, state);
            } else {
                let words = ctx.t("plugin-secret-grant-first");
                text::paragraph(ui, ctx.theme, words, Type::Small, ctx.theme.warn);
            }
        }
    }

    fn editor(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        plugin: &PluginId,
        (account, slot): (Option<AccountId>, &str),
        name: &str,
        state: SecretState,
    ) {
        let theme = ctx.theme;
        let id = Id::unique(("plugin-secret", plugin.as_str(), account, slot));
        if !self.fields.contains(&id) {
            self.fields.push(id);
        }
        let typed = self.typing.entry((account, slot.to_owned()));
        // Room for the longest, so that no copy is left behind where a shorter text would have grown.
        let typed = typed.or_insert_with(|| Zeroizing::new(String::with_capacity(SECRET_MAX_BYTES)));
        let (mut save, mut clear) = (false, false);
        let line = vec2(ui.available_width(), theme.tokens.size.control);
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            if state != SecretState::Missing {
                let spoken = ctx.tw("plugin-secret-clear-name", &[("name", name.into())]);
                clear = Button::new(ctx.t("plugin-secret-clear")).name(&spoken).show(ui, theme).clicked();
            }
            let fits = (1..=SECRET_MAX_BYTES).contains(&typed.len());
            let spoken = ctx.tw("plugin-secret-save", &[("name", name.into())]);
            let button = Button::new(ctx.t("plugin-settings-save")).name(&spoken).primary().enabled(fits);
            save = button.show(ui, theme).clicked();
            let spoken = ctx.tw("plugin-secret-value", &[("name", name.into())]);
            let field = Field::new(typed, &spoken).hint(ctx.t("plugin-secret-type")).password(true).id(id);
            field.limit(SECRET_MAX_BYTES).width(ui.available_width()).show(ui, theme);
        });
        let slot = slot.to_owned();
        if save {
            let secret = SecretText::new(std::mem::take(typed));
            self.typing.remove(&(account, slot.clone()));
            forget_field(ui.ctx(), id);
            ctx.send(Command::Plugin(plugin.clone(), PluginCommand::KeepSecret { account, slot, secret }));
        } else if clear {
            ctx.send(Command::Plugin(plugin.clone(), PluginCommand::ForgetSecret { account, slot }));
        }
    }
}

/// What was typed can be undone as long as the field remembers it.
fn forget_field(ctx: &egui::Context, id: Id) {
    TextEditState::default().store(ctx, id);
}

fn name(ctx: &Ctx<'_>, plugin: &PluginId, rule: &SecretManifest) -> String {
    let label = ctx.author_text(plugin, &rule.label);
    text::one_line(if label.is_empty() { &rule.slot } else { &label })
}

/// Where it may go and in what form, from the manifest that was approved.
fn place(ctx: &Ctx<'_>, rule: &SecretManifest) -> String {
    if rule.host.is_empty() {
        return ctx.t("plugin-secret-sign").to_owned();
    }
    let form = rule.template.replacen("{}", HIDDEN, 1);
    let arguments = [
        ("host", rule.host.as_str().into()),
        ("header", rule.header.as_str().into()),
        ("form", form.as_str().into()),
    ];
    ctx.tw("plugin-secret-to", &arguments)
}

fn heading(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, state: SecretState) {
    let theme = ctx.theme;
    let (words, tone) = match state {
        SecretState::Missing => (ctx.t("plugin-secret-missing").to_owned(), Tone::Muted),
        SecretState::Set(at) => (ctx.tw("plugin-secret-set", &[("time", ctx.moment(at).into())]), Tone::Good),
        SecretState::Unreadable => (ctx.t("plugin-secret-unreadable").to_owned(), Tone::Bad),
        SecretState::Moved => (ctx.t("plugin-secret-moved").to_owned(), Tone::Warn),
    };
    let line = vec2(ui.available_width(), 22.0);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        label(ui, theme, &words, Type::Small, theme.ink(tone));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            label(ui, theme, name, Type::Strong, theme.text);
        });
    });
}
