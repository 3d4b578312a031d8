use std::collections::BTreeSet;

use super::*;

fn demo() -> Company {
    company().unwrap()
}

/// Fails for each value that is there twice.
fn unique<T: Ord + std::fmt::Debug>(what: &str, values: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    for value in values {
        assert!(!seen.contains(&value), "{what} {value:?} is there twice");
        seen.insert(value);
    }
    seen
}

fn ids(list: &[Named]) -> BTreeSet<&str> {
    unique("id", list.iter().map(|named| named.id.as_str()))
}

#[test]
fn there_is_enough_to_show() {
    let demo = demo();
    assert!(demo.customers.len() >= 40, "{} customers", demo.customers.len());
    assert!(demo.snippets.len() >= 20, "{} snippets", demo.snippets.len());
    assert!(demo.history.len() >= 15, "{} past conversations", demo.history.len());
    assert!(demo.queue.len() >= 12, "{} open conversations", demo.queue.len());
    assert_eq!(demo.agents.len(), 5);
    assert_eq!(demo.agents.iter().filter(|agent| agent.desk).count(), 1);
    for state in [State::Waiting, State::Assigned, State::Parked] {
        assert!(demo.queue.iter().any(|conversation| conversation.state == state), "{state:?}");
    }
    assert!(demo.history.iter().all(|conversation| conversation.messages.len() >= 2));
}

#[test]
fn ids_and_numbers_are_unique() {
    let demo = demo();
    for list in [&demo.skills, &demo.tiers, &demo.tags, &demo.order_states, &demo.ticket_kinds] {
        ids(list);
    }
    unique("agent", demo.agents.iter().map(|agent| &agent.id));
    unique("engineer", demo.engineers.iter().map(|engineer| &engineer.id));
    unique("customer", demo.customers.iter().map(|customer| &customer.id));
    unique("snippet", demo.snippets.iter().map(|snippet| &snippet.id));
    unique("snippet key", demo.snippets.iter().flat_map(|snippet| &snippet.keys));
    unique("model", demo.catalogue.products.iter().map(|product| &product.model));
    unique("code", demo.catalogue.codes.iter().map(|code| (&code.category, &code.code)));
    unique("policy", demo.catalogue.policies.iter().map(|policy| &policy.id));
    let conversations = demo.history.iter().map(|conversation| &conversation.id);
    unique("conversation", conversations.chain(demo.queue.iter().map(|conversation| &conversation.id)));
    let customers = || demo.customers.iter();
    let visitors = demo.queue.iter().filter_map(|conversation| conversation.handle.as_ref());
    unique("handle", customers().flat_map(|customer| &customer.handles).chain(visitors));
    unique("serial", customers().flat_map(|customer| &customer.devices).map(|device| &device.serial));
    unique("order", customers().flat_map(|customer| &customer.orders).map(|order| &order.number));
    unique("ticket", customers().flat_map(|customer| &customer.tickets).map(|ticket| &ticket.number));
}

#[test]
fn every_reference_leads_somewhere() {
    let demo = demo();
    let (skills, tags, tiers) = (ids(&demo.skills), ids(&demo.tags), ids(&demo.tiers));
    let categories = ids(&demo.catalogue.categories);
    let (states, kinds) = (ids(&demo.order_states), ids(&demo.ticket_kinds));
    for product in &demo.catalogue.products {
        assert!(categories.contains(product.category.as_str()), "{}", product.model);
        assert!(
            !product.facts.is_empty() && product.warranty.part >= product.warranty.whole,
            "{}",
            product.model
        );
    }
    for code in &demo.catalogue.codes {
        assert!(categories.contains(code.category.as_str()), "{}", code.code);
    }
    for (name, listed) in demo
        .agents
        .iter()
        .map(|agent| (&agent.id, &agent.skills))
        .chain(demo.engineers.iter().map(|engineer| (&engineer.id, &engineer.skills)))
    {
        assert!(listed.iter().all(|skill| skills.contains(skill.as_str())), "{name}: {listed:?}");
    }
    for customer in &demo.customers {
        let id = &customer.id;
        assert!(tiers.contains(customer.tier.as_str()), "{id}: {}", customer.tier);
        assert!(customer.tags.iter().all(|tag| tags.contains(tag.as_str())), "{id}: {:?}", customer.tags);
        assert!(Language::from_tag(&customer.language).is_some(), "{id}: {}", customer.language);
        assert!(customer.devices.iter().all(|device| demo.product(&device.model).is_some()), "{id}");
        assert!(customer.orders.iter().all(|order| states.contains(order.state.as_str())), "{id}");
        assert!(customer.tickets.iter().all(|ticket| kinds.contains(ticket.kind.as_str())), "{id}");
    }
    let listed = demo.queue.iter().map(|open| (&open.id, &open.skill, &open.tags));
    let past = demo.history.iter().map(|past| (&past.id, &past.skill, &past.tags));
    for (id, skill, labels) in listed.chain(past) {
        assert!(skills.contains(skill.as_str()), "{id}: {skill}");
        assert!(labels.iter().all(|tag| tags.contains(tag.as_str())), "{id}: {labels:?}");
    }
    // Each skill that is asked for is somebody's, else the conversation would wait for ever.
    for skill in &skills {
        assert!(demo.agents.iter().any(|agent| agent.skills.iter().any(|own| own == skill)), "{skill}");
    }
}

#[test]
fn open_conversations_make_sense() {
    let demo = demo();
    for open in &demo.queue {
        let id = &open.id;
        assert_eq!(open.customer.is_some(), open.visitor.is_none() && open.handle.is_none(), "{id}");
        if let Some(customer) = &open.customer {
            let customer = demo.customer(customer).unwrap_or_else(|| panic!("{id}: {customer}"));
            let kind = match open.channel {
                Channel::Chat => HandleKind::Web,
                Channel::Phone => HandleKind::Phone,
                Channel::Mail => HandleKind::Mail,
                Channel::Social => HandleKind::Social,
            };
            assert!(customer.handles.iter().any(|handle| handle.kind == kind), "{id} lacks a handle");
        }
        assert_eq!(open.agent.is_some(), open.state != State::Waiting, "{id}");
        assert!(open.agent.iter().all(|agent| demo.agent(agent).is_some()), "{id}");
        assert!(open.park_minutes.is_none() || open.state == State::Parked, "{id}");
        assert_eq!(open.channel == Channel::Mail, !open.subject.is_empty(), "{id}");
        assert!(open.messages.is_sorted_by(|earlier, later| earlier.ago_s > later.ago_s), "{id}");
        let unseen = open.messages.iter().rev().take_while(|message| message.by == Author::Customer).count();
        assert!(open.unread as usize <= unseen, "{id}: {} unread, {unseen} at the end", open.unread);
        for message in &open.messages {
            assert!(message.agent.iter().all(|agent| demo.agent(agent).is_some()), "{id}");
        }
    }
    let desk = demo.desk_agent().unwrap();
    let mine = |channel: Channel| {
        demo.queue
            .iter()
            .filter(|open| open.state == State::Assigned && open.agent.as_ref() == Some(&desk.id))
            .filter(|open| open.channel == channel)
            .count()
    };
    for channel in [Channel::Chat, Channel::Mail] {
        assert!(mine(channel) <= desk.capacity[channel.kind()] as usize, "{channel:?} is over capacity");
    }
}

#[test]
fn past_conversations_make_sense() {
    let demo = demo();
    for past in &demo.history {
        let id = &past.id;
        let customer = demo.customer(&past.customer).unwrap_or_else(|| panic!("{id}: {}", past.customer));
        assert!(past.day >= 1 && past.day <= customer.since_days, "{id} is older than the customer");
        assert!(demo.agent(&past.agent).is_some(), "{id}: {}", past.agent);
        assert!(past.time_of_day().is_some(), "{id}: {}", past.time);
        assert!(past.messages.is_sorted_by(|earlier, later| earlier.after_s < later.after_s), "{id}");
        assert_eq!(past.messages[0].after_s, 0, "{id}");
    }
}

#[test]
fn customers_are_plausible_and_cannot_be_reached() {
    let demo = demo();
    for customer in &demo.customers {
        let id = &customer.id;
        for handle in &customer.handles {
            // No real person: an unassigned prefix, numbers kept for fiction, domains kept for examples.
            let fictional = match handle.kind {
                HandleKind::Phone => ["+861540000", "+493023125", "+120255501", "+39061234500"]
                    .iter()
                    .any(|prefix| handle.value.starts_with(prefix)),
                HandleKind::Mail => ["@example.com", "@example.net", "@example.org"]
                    .iter()
                    .any(|domain| handle.value.ends_with(domain)),
                HandleKind::Web => handle.value.starts_with("visitor-"),
                HandleKind::Social => !handle.value.contains('@'),
            };
            assert!(fictional, "{id}: {handle:?}");
        }
        for device in &customer.devices {
            assert!(device.installed_days.unwrap_or(0) <= device.bought_days, "{id}: {}", device.serial);
            assert!(device.bought_days <= customer.since_days + 30, "{id}: {}", device.serial);
        }
        let newest_first = |days: Vec<u32>| days.is_sorted();
        assert!(newest_first(customer.orders.iter().map(|order| order.days).collect()), "{id}: orders");
        assert!(
            newest_first(customer.services.iter().map(|service| service.days).collect()),
            "{id}: services"
        );
        assert!(newest_first(customer.tickets.iter().map(|ticket| ticket.days).collect()), "{id}: tickets");
        assert!(customer.services.iter().all(|service| matches!(service.rating, None | Some(1..=5))), "{id}");
    }
}

#[test]
fn warranty_and_names_of_devices() {
    let demo = demo();
    let customer = demo.customer("li-guifang").unwrap();
    let heater = &customer.devices[0];
    assert_eq!(demo.warranty_months(heater), EXTENDED_WARRANTY_MONTHS);
    assert_eq!(demo.warranty_months(&customer.devices[1]), 36);
    assert_eq!(demo.device_name(heater, Language::Chinese), "燃气热水器");
    assert_eq!(demo.device_name(heater, Language::English), "Gas water heater");
    assert_eq!(demo.tier(&customer.tier, Language::Chinese), "金卡");
    assert_eq!(demo.tag("no-such-tag", Language::English), "no-such-tag");
}

#[test]
fn snippets_have_the_same_variables_in_both_languages_and_only_known_ones() {
    let known = BTreeSet::from([
        "customer.name",
        "customer.title",
        "customer.address",
        "agent.name",
        "device.name",
        "device.model",
        "ticket.number",
        // Left for the agent to fill in.
        "visit.time",
    ]);
    for snippet in snippets().unwrap() {
        for language in Language::both() {
            let used = variables(snippet.text.get(language));
            assert!(used.is_subset(&known), "{}: {used:?}", snippet.id);
            assert!(!snippet.title.get(language).is_empty());
        }
        let id = &snippet.id;
        let (chinese, english) = (variables(&snippet.text.zh), variables(&snippet.text.en));
        // Chinese often needs no name where English addresses the person by it.
        let differing: Vec<_> =
            chinese.symmetric_difference(&english).filter(|name| **name != "customer.name").collect();
        assert!(differing.is_empty(), "{id}: {differing:?}");
    }
}

fn variables(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn english_reads_as_english() {
    let demo = demo();
    let han = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let english = Language::English;
    let open = demo.queue.iter().flat_map(|open| &open.messages).map(|message| message.text(english));
    let past = demo.history.iter().flat_map(|past| &past.messages).map(|message| message.text(english));
    let snippets = demo.snippets.iter().map(|snippet| snippet.text.get(english));
    let customers = demo
        .customers
        .iter()
        .flat_map(|customer| [customer.name.get(english), customer.address.get(english)]);
    for text in open.chain(past).chain(snippets).chain(customers) {
        assert!(!text.is_empty() && !han(text), "{text}");
    }
}
