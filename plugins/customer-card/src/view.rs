//! The card as a panel.

use plugin_kit::{
    panel::{Element, Tone, badge, column, fact, grid, heading, progress, row, section, toned},
    prelude::*,
    types::Device,
};

use crate::{
    TEXTS,
    facts::{self, Standing, Warranty},
};

/// Rows shown of each list; the desk's other places have the rest.
const DEVICES_MAX: usize = 6;
const ORDERS_MAX: usize = 5;
const SERVICES_MAX: usize = 4;
const ATTRIBUTES_MAX: usize = 6;

/// The whole card.
pub fn card(ctx: &Ctx, customer: &Customer) -> Element {
    let mut parts = vec![head(ctx, customer)];
    let is_known =
        !(customer.devices.is_empty() && customer.orders.is_empty() && customer.services.is_empty());
    if is_known {
        parts.push(toned(summary(ctx, customer), Tone::Muted));
    } else {
        parts.push(toned("@unknown", Tone::Muted));
    }
    if !customer.devices.is_empty() {
        let devices = customer.devices.iter().take(DEVICES_MAX).map(|device| self::device(ctx, device));
        parts.push(section("@devices", devices));
    }
    parts.extend(services(ctx, customer));
    parts.extend(orders(ctx, customer));
    parts.push(contact(ctx, customer));
    parts.extend(attributes(customer));
    column(parts)
}

fn head(ctx: &Ctx, customer: &Customer) -> Element {
    let name = if customer.title.is_empty() {
        customer.name.clone()
    } else {
        format!("{} {}", customer.name, customer.title)
    };
    let mut head = row([heading(name)]);
    if !customer.tier.is_empty() {
        // The company's own word for the lowest tier may be the usual one in either language.
        let name = facts::tier(ctx, customer);
        let tone = if name == TEXTS.get(&ctx.locale, "tier-standard") { Tone::Plain } else { Tone::Good };
        head.push(badge(name, tone));
    }
    for tag in &customer.tags {
        head.push(badge(tag.clone(), Tone::Plain));
    }
    if !customer.marketing_consent {
        head.push(badge("@consent-no", Tone::Muted));
    }
    head
}

fn summary(ctx: &Ctx, customer: &Customer) -> String {
    let (devices, orders) = (customer.devices.len().to_string(), customer.orders.len().to_string());
    TEXTS.format(&ctx.locale, "summary", &[("devices", &devices), ("orders", &orders)])
}

fn device(ctx: &Ctx, device: &Device) -> Element {
    let warranty = Warranty::of(ctx, device);
    let tone = match warranty.standing {
        Standing::In | Standing::Extended => Tone::Good,
        Standing::Soon => Tone::Warn,
        Standing::Out => Tone::Bad,
        Standing::Unknown => Tone::Muted,
    };
    let name = format!("{} {}", device.name, device.model);
    let mut lines = vec![row([heading(name.trim().to_owned()), toned(facts::age(ctx, device), Tone::Muted)])];
    if !device.installed.is_empty() {
        lines.push(fact("@installed", device.installed.clone()));
    }
    if let Some(used) = warranty.used {
        let percent = format!("{:.0}", used * 100.0);
        let spoken = TEXTS.format(&ctx.locale, "warranty-a11y", &[("percent", &percent)]);
        lines.push(progress(used).a11y(spoken));
    }
    lines.push(row([toned("@warranty", Tone::Muted), toned(warranty.text(ctx), tone)]));
    column(lines)
}

fn services(ctx: &Ctx, customer: &Customer) -> Option<Element> {
    let mut services = customer.services.iter().take(SERVICES_MAX);
    let last = services.next()?;
    let last = fact("@last-service", facts::service(ctx, last));
    let earlier = services.map(|service| toned(facts::service(ctx, service), Tone::Muted));
    Some(section("@services", std::iter::once(last).chain(earlier)))
}

fn orders(ctx: &Ctx, customer: &Customer) -> Option<Element> {
    if customer.orders.is_empty() {
        return None;
    }
    let rows = customer.orders.iter().take(ORDERS_MAX).map(|order| {
        vec![
            order.number.clone(),
            order.title.clone(),
            order.ordered.clone(),
            facts::state(ctx, &order.state),
            order.amount.clone(),
        ]
    });
    Some(section("@orders", [grid(vec![], rows.collect())]))
}

fn contact(ctx: &Ctx, customer: &Customer) -> Element {
    let handles =
        customer.handles.iter().map(|handle| fact(facts::handle_label(ctx, handle), handle.value.clone()));
    let since = fact("@since", facts::since(ctx, customer));
    section("@contact", handles.chain(std::iter::once(since)))
}

fn attributes(customer: &Customer) -> Option<Element> {
    let attributes = customer.attributes.iter().filter(|pair| !pair.value.is_empty()).take(ATTRIBUTES_MAX);
    let facts: Vec<Element> = attributes
        .map(|pair| {
            let label = if pair.name == "note" { "@note" } else { pair.name.as_str() };
            fact(label, pair.value.clone())
        })
        .collect();
    (!facts.is_empty()).then(|| section("@more", facts))
}
