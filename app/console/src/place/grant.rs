//! What a plugin may do, in plain words, and the desk's own dialog that asks a person to allow it.

use egui::{Align, Align2, Frame, Id, Layout, Margin, Modal, ScrollArea, Ui, vec2};
use model::{
    PluginId,
    command::{Command, PluginCommand},
    plugin::{Capability, Manifest, PackageOrigin, SecretManifest},
    view::PluginRow,
};

use crate::{
    Ctx,
    theme::{Tone, Type},
    widget::{Button, Icon, label, text},
};

/// What a capability lets a plugin do, in one plain sentence.
pub fn words(ctx: &Ctx<'_>, manifest: &Manifest, capability: &Capability) -> String {
    let key = match capability {
        Capability::Http(host) => return ctx.tw("capability-http", &[("host", host.into())]),
        Capability::HttpPrivate(host) => {
            return ctx.tw("capability-http-private", &[("host", host.into())]);
        }
        Capability::Tcp(host) => return ctx.tw("capability-tcp", &[("host", host.into())]),
        Capability::TcpPrivate(host) => {
            return ctx.tw("capability-tcp-private", &[("host", host.into())]);
        }
        Capability::Secret(slot) => {
            let secret = manifest.secrets.iter().find(|secret| secret.slot == *slot);
            return secret_words(ctx, slot, secret);
        }
        Capability::Redirects => "capability-redirects",
        Capability::Kv => "capability-kv",
        Capability::Blobs => "capability-blobs",
        Capability::Webhook => "capability-webhook",
        Capability::Push => "capability-push",
        Capability::Timers => "capability-timers",
        Capability::Notify => "capability-notify",
        Capability::Conversations => "capability-conversations",
        Capability::Customers => "capability-customers",
        Capability::CustomersClear => "capability-customers-clear",
        Capability::Knowledge => "capability-knowledge",
        Capability::Proposals => "capability-proposals",
    };
    ctx.t(key).to_owned()
}

fn secret_words(ctx: &Ctx<'_>, slot: &str, secret: Option<&SecretManifest>) -> String {
    match secret {
        // A slot that only signs goes nowhere.
        Some(secret) if !secret.host.is_empty() => {
            ctx.tw("capability-secret-host", &[("name", slot.into()), ("host", (&secret.host).into())])
        }
        _ => ctx.tw("capability-secret", &[("name", slot.into())]),
    }
}

/// The icon of a capability, and whether it reaches further than most and deserves a second look.
pub fn look(capability: &Capability) -> (Icon, Tone) {
    match capability {
        Capability::Http(_) | Capability::Tcp(_) | Capability::Redirects => (Icon::Network, Tone::Warn),
        Capability::HttpPrivate(_) | Capability::TcpPrivate(_) => (Icon::Network, Tone::Bad),
        Capability::Kv => (Icon::Disk, Tone::Muted),
        Capability::Blobs => (Icon::Clip, Tone::Muted),
        Capability::Secret(_) => (Icon::Key, Tone::Warn),
        Capability::Webhook => (Icon::Download, Tone::Muted),
        Capability::Push => (Icon::Upload, Tone::Muted),
        Capability::Timers => (Icon::Timer, Tone::Muted),
        Capability::Notify => (Icon::Bell, Tone::Muted),
        Capability::Conversations => (Icon::Chat, Tone::Muted),
        Capability::Customers => (Icon::Person, Tone::Muted),
        Capability::CustomersClear => (Icon::Eye, Tone::Bad),
        Capability::Knowledge => (Icon::Book, Tone::Muted),
        Capability::Proposals => (Icon::Spark, Tone::Muted),
    }
}

/// One capability as a line: its icon, its words, and a mark where it reaches far.
pub fn line(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    manifest: &Manifest,
    capability: &Capability,
    mark: Option<(&str, Tone)>,
) {
    let theme = ctx.theme;
    let (icon, tone) = look(capability);
    let width = ui.available_width();
    ui.allocate_ui_with_layout(vec2(width, 24.0), Layout::right_to_left(Align::Center), |ui| {
        if let Some((words, tone)) = mark {
            label(ui, theme, words, Type::Small, theme.ink(tone));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(18.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect.shrink(1.5), theme.ink(tone));
            let words = words(ctx, manifest, capability);
            text::paragraph(ui, theme, &text::inert(&words), Type::Body, theme.text);
        });
    });
}

/// What it asks for and does not have yet.
pub fn asked(row: &PluginRow) -> Vec<Capability> {
    let missing = row.manifest.capabilities.iter().filter(|asked| !row.granted.contains(asked));
    missing.cloned().collect()
}

/// Who vouches for it, in words. What a package calls its publisher is not repeated: anybody can write that.
pub fn origin(ctx: &Ctx<'_>, row: &PluginRow) -> (String, Tone) {
    let words = |key, arguments: &[(&str, &String)]| {
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, (*value).into())).collect();
        ctx.tw(key, &arguments)
    };
    match &row.origin {
        PackageOrigin::Desk => (ctx.t("plugin-origin-desk").to_owned(), Tone::Muted),
        PackageOrigin::Signed { name: Some(name), fingerprint } => {
            (words("plugin-origin-signed", &[("name", name), ("key", fingerprint)]), Tone::Muted)
        }
        PackageOrigin::Signed { name: None, fingerprint } => {
            (words("plugin-origin-unknown", &[("key", fingerprint)]), Tone::Warn)
        }
        PackageOrigin::Unsigned => (ctx.t("plugin-origin-unsigned").to_owned(), Tone::Warn),
    }
}

/// The dialog that asks. False when it was answered or closed.
pub fn dialog(ui: &Ui, ctx: &Ctx<'_>, row: &PluginRow) -> bool {
    let theme = ctx.theme;
    let id = Id::unique("plugin-grant");
    let area = Modal::default_area(id).anchor(Align2::CENTER_CENTER, vec2(0.0, -20.0));
    let frame = theme.popover().inner_margin(20);
    let plugin: &PluginId = &row.manifest.id;
    let mut open = true;
    let modal = Modal::new(id).area(area).frame(frame).backdrop_color(theme.backdrop);
    let response = modal.show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let name = ctx.plugin_name(plugin);
        let title = ctx.tw("plugin-grant-title", &[("plugin", text::inert(&name).into_owned().into())]);
        text::paragraph(ui, theme, &title, Type::Title, theme.text);
        text::paragraph(ui, theme, ctx.t("plugin-grant-hint"), Type::Small, theme.muted);
        let well = Frame::new().fill(theme.sunken).corner_radius(theme.card_radius());
        well.inner_margin(Margin::symmetric(14, 10)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            let capabilities = &row.manifest.capabilities;
            if capabilities.is_empty() {
                label(ui, theme, ctx.t("plugin-grants-none"), Type::Body, theme.text);
            }
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for capability in capabilities {
                    let had = row.granted.contains(capability);
                    let mark = had.then(|| (ctx.t("plugin-grant-had"), Tone::Good));
                    line(ui, ctx, &row.manifest, capability, mark);
                }
            });
        });
        let (words, tone) = origin(ctx, row);
        text::paragraph(ui, theme, &text::inert(&words), Type::Small, theme.ink(tone));
        ui.add_space(4.0);
        let line = vec2(ui.available_width(), 30.0);
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            if Button::new(ctx.t("plugin-grant-allow")).primary().show(ui, theme).clicked() {
                let granted = row.manifest.capabilities.iter().cloned().collect();
                ctx.send(Command::Plugin(plugin.clone(), PluginCommand::Grant(granted)));
                open = false;
            }
            if Button::new(ctx.t("plugin-grant-later")).keycap("Esc").show(ui, theme).clicked() {
                open = false;
            }
        });
    });
    open && !response.should_close()
}
