//! The customer's card: who it is, devices with warranty, service, orders, and what lookups found.

use egui::{CornerRadius, Layout, Rect, Sense, Ui, vec2};
use jiff::civil::Date;
use model::{
    CustomerId,
    command::{Command, CustomerCommand},
    customer::{Customer, Device, HandleKind, mask_middle},
    view::{CustomerCard, LookupCard, Thread},
};

use super::section::{Folds, Section};
use crate::{
    Action, Ctx, ShellRequest,
    theme::{Tone, Type},
    widget::{Button, Icon, IconButton, chip, facts_row, label, paragraph, space, text},
};

/// Devices, orders and tickets that are shown before a person asks for the rest.
const SHOWN_FIRST: usize = 2;
/// Handles that are shown.
const HANDLES_MAX: usize = 4;

/// What the card remembers.
#[derive(Default)]
pub struct Customers {
    /// The customer all of whose devices, orders and tickets are shown.
    unfolded: Option<CustomerId>,
}

impl Customers {
    /// Draws the card.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, folds: &mut Folds) {
        let theme = ctx.theme;
        let card = &*thread.customer;
        let arguments =
            [("devices", card.customer.devices.len().into()), ("tickets", card.tickets.len().into())];
        let summary = ctx.tw("customer-summary", &arguments);
        Section::new("customer", ctx.t("customer-title")).show(
            ui,
            ctx,
            folds,
            |ui| {
                label(ui, theme, &summary, Type::Small, theme.muted);
            },
            |ui| self.content(ui, ctx, card),
        );
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, card: &CustomerCard) {
        let customer = &card.customer;
        who(ui, ctx, customer);
        handles(ui, ctx, card);
        if !customer.address.is_empty() {
            let shown = is_revealed(card, "address");
            let address = if shown { customer.address.clone() } else { mask_middle(&customer.address, 3, 3) };
            let name = ctx.t("customer-address");
            facts_row(ui, ctx.theme, name, |ui| {
                secret(ui, ctx, customer, ("address", name), &address, shown);
            });
        }
        for (name, value) in &card.facts {
            facts_row(ui, ctx.theme, &text::one_line(name), |ui| {
                paragraph(ui, ctx.theme, &text::inert(value), Type::Body, ctx.theme.text);
            });
        }
        let all = self.unfolded == Some(customer.id);
        let most = if all { usize::MAX } else { SHOWN_FIRST };
        for device in customer.devices.iter().take(most) {
            device_rows(ui, ctx, device);
        }
        history(ui, ctx, card, most);
        let longest = customer.devices.len().max(customer.orders.len()).max(card.tickets.len());
        if longest > SHOWN_FIRST {
            let key = if all { "customer-show-less" } else { "customer-show-all" };
            if Button::new(ctx.t(key)).quiet().small().show(ui, ctx.theme).clicked() {
                self.unfolded = (!all).then_some(customer.id);
            }
        }
    }
}

/// Name, tier and tags.
fn who(ui: &mut Ui, ctx: &Ctx<'_>, customer: &Customer) {
    let theme = ctx.theme;
    ui.horizontal_wrapped(|ui| {
        space(ui, vec2(6.0, 4.0));
        // `李桂芳 女士`, but `Ms Guifang Li`.
        let before = customer.title.is_ascii();
        let (first, last) =
            if before { (&customer.title, &customer.name) } else { (&customer.name, &customer.title) };
        let name = format!("{first} {last}");
        label(ui, theme, &text::one_line(&name), Type::Strong, theme.text);
        if !customer.tier.is_empty() {
            chip(ui, theme, &text::one_line(&customer.tier), Tone::Accent);
        }
        for tag in &customer.tags {
            chip(ui, theme, &text::one_line(tag), Tone::Muted);
        }
    });
    let known = !customer.devices.is_empty() || !customer.orders.is_empty() || !customer.address.is_empty();
    if !known {
        paragraph(ui, theme, ctx.t("customer-unknown-hint"), Type::Small, theme.muted);
    }
}

fn is_revealed(card: &CustomerCard, what: &str) -> bool {
    card.revealed.iter().any(|revealed| revealed == what)
}

fn handles(ui: &mut Ui, ctx: &Ctx<'_>, card: &CustomerCard) {
    for handle in card.customer.handles.iter().take(HANDLES_MAX) {
        let (key, what) = match handle.kind {
            HandleKind::Phone => ("customer-phone", "phone"),
            HandleKind::Mail => ("customer-mail", "mail"),
            HandleKind::Web | HandleKind::Social | HandleKind::User => ("customer-web", "web"),
        };
        let shown = is_revealed(card, what);
        let words = match (handle.kind, shown) {
            (HandleKind::Phone, true) => ctx.locale.phone(&handle.value),
            (HandleKind::Phone, false) => mask_middle(handle.value.trim_start_matches("+86"), 3, 4),
            (_, true) => handle.value.clone(),
            (_, false) => handle.masked(),
        };
        // A short id that was never masked has nothing to show.
        let shown = shown || words == handle.value;
        let name = ctx.t(key);
        facts_row(ui, ctx.theme, name, |ui| secret(ui, ctx, &card.customer, (what, name), &words, shown));
    }
}

/// Personal data, masked until a person asks for it; that is recorded.
fn secret(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    customer: &Customer,
    (what, name): (&str, &str),
    words: &str,
    shown: bool,
) {
    let theme = ctx.theme;
    if shown {
        paragraph(ui, theme, &text::inert(words), Type::Body, theme.text);
        return;
    }
    let size = vec2(ui.available_width(), 20.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
        let reveal = ctx.tw("customer-reveal", &[("what", name.into())]);
        if IconButton::new(Icon::Eye, &reveal).size(20.0).show(ui, theme).clicked() {
            ctx.send(Command::Customer(customer.id, CustomerCommand::Reveal(what.to_owned())));
        }
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            label(ui, theme, &text::inert(words), Type::Body, theme.text);
        });
    });
}

fn device_rows(ui: &mut Ui, ctx: &Ctx<'_>, device: &Device) {
    let theme = ctx.theme;
    facts_row(ui, theme, ctx.t("customer-device"), |ui| {
        let name = format!("{} {}", device.name, device.model);
        label(ui, theme, &text::one_line(&name), Type::Strong, theme.text);
        let (key, day) = match (device.installed, device.bought) {
            (Some(installed), _) => ("customer-installed", Some(installed)),
            (None, bought) => ("customer-bought", bought),
        };
        if let Some(day) = day {
            let mut words = ctx.tw(key, &[("date", ctx.locale.date(day).into())]);
            if !device.place.is_empty() {
                words = format!("{words} · {}", text::one_line(&device.place));
            }
            label(ui, theme, &words, Type::Small, theme.muted);
        }
        let Some(until) = device.warranty_until else { return };
        if let Some(from) = device.installed.or(device.bought) {
            warranty_bar(ui, ctx, from, until);
        }
        let (key, tone) = match (until >= ctx.today(), device.warranty_extended) {
            (true, true) => ("customer-warranty-extended", Tone::Good),
            (true, false) => ("customer-warranty-until", Tone::Good),
            (false, _) => ("customer-warranty-over", Tone::Warn),
        };
        let words = ctx.tw(key, &[("date", ctx.locale.date(until).into())]);
        paragraph(ui, theme, &words, Type::Small, theme.ink(tone));
    });
}

/// How much of the warranty has passed.
fn warranty_bar(ui: &mut Ui, ctx: &Ctx<'_>, from: Date, until: Date) {
    let days = |to: Date| from.until(to).map_or(0, |span| span.get_days()).max(0) as f32;
    let share = (days(ctx.today()) / days(until).max(1.0)).clamp(0.0, 1.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    let percent = ctx.locale.percent(f64::from(share));
    let words = ctx.tw("customer-warranty-passed", &[("percent", percent.into())]);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::ProgressIndicator, true, &words));
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    ui.painter().rect_filled(bar, CornerRadius::same(2), ctx.theme.sunken);
    let done = Rect::from_min_size(bar.min, vec2(bar.width() * share, bar.height()));
    let ink = if share < 1.0 { ctx.theme.good } else { ctx.theme.warn };
    ui.painter().rect_filled(done, CornerRadius::same(2), ink);
    response.on_hover_text(words);
}

/// Service, orders, tickets and earlier conversations.
fn history(ui: &mut Ui, ctx: &Ctx<'_>, card: &CustomerCard, most: usize) {
    let theme = ctx.theme;
    let customer = &card.customer;
    let line = |ui: &mut Ui, words: &str| {
        paragraph(ui, theme, &text::inert(words), Type::Body, theme.text);
    };
    if let Some(service) = customer.services.first() {
        facts_row(ui, theme, ctx.t("customer-last-service"), |ui| {
            let mut words = format!("{} {}", ctx.locale.date(service.day), service.title);
            if let Some(rating) = service.rating {
                let score = ctx.tw("customer-satisfaction", &[("score", u32::from(rating).into())]);
                words = format!("{words} · {score}");
            }
            line(ui, &words);
        });
    }
    if !customer.orders.is_empty() {
        facts_row(ui, theme, ctx.t("customer-orders"), |ui| {
            for order in customer.orders.iter().take(most) {
                line(ui, &order.title);
                let parts = [order.number.as_str(), &order.state, &order.amount];
                let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                label(ui, theme, &text::one_line(&parts.join(" · ")), Type::Small, theme.muted);
            }
        });
    }
    if !card.tickets.is_empty() {
        facts_row(ui, theme, ctx.t("customer-tickets"), |ui| {
            for ticket in card.tickets.iter().take(most) {
                let words = text::one_line(&format!("{} {}", ticket.number, ticket.title));
                let words = egui::RichText::new(words).color(theme.accent);
                if ui.add(egui::Link::new(words)).clicked() {
                    ctx.push(Action::OpenTicket(ticket.id));
                }
            }
        });
    }
    facts_row(ui, theme, ctx.t("customer-history"), |ui| {
        if card.conversations == 0 {
            label(ui, theme, ctx.t("customer-no-history"), Type::Body, theme.muted);
        } else {
            line(ui, &ctx.tw("customer-conversations", &[("count", card.conversations.into())]));
        }
    });
}

/// Draws what lookups found, a card for each.
pub fn lookups(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, folds: &mut Folds) {
    for lookup in &thread.customer.lookups {
        let name = format!("lookup-{}", lookup.plugin);
        folds.card(ui, &name, |ui, folds| lookup_card(ui, ctx, lookup, folds, &name));
    }
}

fn lookup_card(ui: &mut Ui, ctx: &Ctx<'_>, lookup: &LookupCard, folds: &mut Folds, name: &str) {
    let theme = ctx.theme;
    let title = text::one_line(&ctx.author_text(&lookup.plugin, &lookup.title));
    let plugin = ctx.plugin_name(&lookup.plugin);
    let age = ctx.age(lookup.at);
    Section::new(name, &title).icon(Icon::Puzzle).show(
        ui,
        ctx,
        folds,
        |ui| {
            if lookup.stale {
                chip(ui, theme, ctx.t("panel-stale"), Tone::Warn)
                    .on_hover_text(ctx.tw("customer-stale", &[("age", (&age).into())]));
            }
        },
        |ui| {
            for (name, value) in &lookup.rows {
                let value = ctx.author_text(&lookup.plugin, value);
                let name = text::one_line(&ctx.author_text(&lookup.plugin, name));
                facts_row(ui, theme, &name, |ui| {
                    paragraph(ui, theme, &text::inert(&value), Type::Body, theme.text);
                });
            }
            let foot = ctx.tw("customer-lookup-from", &[("plugin", plugin.into()), ("age", (&age).into())]);
            label(ui, theme, &foot, Type::Small, theme.muted);
            let safe = |link: &&String| link.starts_with("https://") || link.starts_with("http://");
            if let Some(link) = lookup.link.as_ref().filter(safe) {
                let words = egui::RichText::new(ctx.t("app-details")).color(theme.accent);
                if ui.add(egui::Link::new(words)).on_hover_text(text::inert(link)).clicked() {
                    ctx.request(ShellRequest::OpenUrl(link.clone()));
                }
            }
        },
    );
}
