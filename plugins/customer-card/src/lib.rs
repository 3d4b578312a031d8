//! Customer card: who is on the other side, at a glance, beside every conversation, and as cards for a search.
//!
//! Everything comes from the desk's own record of the customer; personal data stays masked as the desk masks it.

mod facts;
mod view;

use plugin_kit::{
    desk::customers,
    lookup::{Card, Lookup, Tone as CardTone},
    panel::{Effect, Event, Panel, Place},
    prelude::*,
};

use crate::facts::{Standing, Warranty};

/// Texts with arguments.
pub(crate) static TEXTS: Texts =
    Texts::new(&[("zh-CN", include_str!("../locales/zh-CN.ftl")), ("en", include_str!("../locales/en.ftl"))]);

/// Cards of one search.
const CARDS_MAX: usize = 20;

/// The plugin.
#[derive(Default)]
pub struct CustomerCard;

impl Plugin for CustomerCard {}

impl Panel for CustomerCard {
    fn handle(&mut self, ctx: &Ctx, at: &Place, rev: u64, event: Event) -> Result<Vec<Effect>> {
        if !matches!(event, Event::Shown | Event::Tick) {
            return Ok(vec![]);
        }
        let Some(id) = &at.customer else { return Ok(vec![]) };
        let customer = customers::get(id)?;
        Ok(vec![Effect::Replace(view::card(ctx, &customer).into_view(rev + 1))])
    }
}

impl Lookup for CustomerCard {
    fn search(&mut self, ctx: &Ctx, who: Option<&Customer>, query: &str) -> Result<Vec<Card>> {
        let Some(customer) = who else { return Ok(vec![]) };
        let query = query.trim().to_lowercase();
        let cards =
            std::iter::once(person(ctx, customer)).chain(devices(ctx, customer)).chain(orders(ctx, customer));
        Ok(cards.filter(|card| query.is_empty() || mentions(card, &query)).take(CARDS_MAX).collect())
    }
}

fn mentions(card: &Card, query: &str) -> bool {
    let facts = card.facts.iter().map(|fact| fact.value.as_str());
    let mut texts = [card.title.as_str(), card.subtitle.as_str()].into_iter().chain(facts);
    texts.any(|text| text.to_lowercase().contains(query))
}

fn person(ctx: &Ctx, customer: &Customer) -> Card {
    let text = |key| TEXTS.get(&ctx.locale, key);
    let mut card = Card::new(format!("customer/{}", customer.id), "customer", &customer.name)
        .subtitle(facts::tier(ctx, customer))
        .fact(text("since"), facts::since(ctx, customer), CardTone::Plain);
    for handle in &customer.handles {
        card = card.fact(facts::handle_label(ctx, handle), &handle.value, CardTone::Plain);
    }
    if let Some(service) = customer.services.first() {
        card = card.fact(text("last-service"), facts::service(ctx, service), CardTone::Plain);
    }
    card
}

fn devices<'a>(ctx: &'a Ctx, customer: &'a Customer) -> impl Iterator<Item = Card> + 'a {
    customer.devices.iter().enumerate().map(move |(index, device)| {
        let text = |key| TEXTS.get(&ctx.locale, key);
        let warranty = Warranty::of(ctx, device);
        let tone = match warranty.standing {
            Standing::In | Standing::Extended => CardTone::Good,
            Standing::Soon => CardTone::Warn,
            Standing::Out => CardTone::Bad,
            Standing::Unknown => CardTone::Muted,
        };
        Card::new(format!("device/{}/{index}", customer.id), "device", &device.name)
            .subtitle(&device.model)
            .fact(text("installed"), &device.installed, CardTone::Plain)
            .fact(text("age"), facts::age(ctx, device), CardTone::Plain)
            .fact(text("warranty"), warranty.text(ctx), tone)
            .fact(text("serial"), &device.serial, CardTone::Muted)
            .fact(text("place"), &device.place, CardTone::Muted)
    })
}

fn orders<'a>(ctx: &'a Ctx, customer: &'a Customer) -> impl Iterator<Item = Card> + 'a {
    customer.orders.iter().map(move |order| {
        Card::new(format!("order/{}", order.number), "order", &order.title)
            .subtitle(format!("{} · {}", order.number, order.ordered))
            .fact(facts::state(ctx, &order.state), &order.amount, CardTone::Plain)
    })
}

plugin!(CustomerCard: Lookup, Panel);

#[cfg(test)]
mod tests;
