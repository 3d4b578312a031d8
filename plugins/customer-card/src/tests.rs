use plugin_kit::{
    panel::{Kind, Slot, View},
    testing::{self, Desk, customer, device},
    types::{Device, Order, Service},
};

use super::*;

fn li() -> Customer {
    Customer {
        title: "女士".to_owned(),
        tier: "gold".to_owned(),
        devices: vec![Device {
            bought: "2017-08-08".to_owned(),
            warranty_until: "2027-08-14".to_owned(),
            warranty_extended: true,
            ..device("燃气热水器", "JSQ30-W5", "2017-08-14")
        }],
        orders: vec![Order {
            number: "D20318".to_owned(),
            title: "1.5 匹变频挂机".to_owned(),
            ordered: "2023-06-08".to_owned(),
            state: "done".to_owned(),
            amount: "¥2699".to_owned(),
        }],
        services: vec![Service {
            day: "2025-11-19".to_owned(),
            title: "热水器清洗除垢".to_owned(),
            rating: Some(5),
        }],
        ..customer("li", "李桂芳")
    }
}

fn view(customer: Customer) -> View {
    let desk = Desk::new();
    let place = Place {
        slot: Slot::CustomerSide,
        conversation: None,
        customer: Some(customer.id.clone()),
        ticket: None,
    };
    desk.customer(customer);
    let effects = CustomerCard.handle(&testing::ctx(), &place, 4, Event::Shown).unwrap();
    match effects.as_slice() {
        [Effect::Replace(view)] => view.clone(),
        other => panic!("{other:?}"),
    }
}

fn texts(view: &View) -> String {
    format!("{:#?}", view.nodes)
}

#[test]
fn the_card_shows_what_the_record_has() {
    let view = view(li());
    let all = texts(&view);
    for part in [
        "李桂芳 女士",
        "金卡",
        "燃气热水器 JSQ30-W5",
        "9 年",
        "延保内，至 2027-08-14",
        "热水器清洗除垢 · 满意 5/5",
        "D20318",
        "已完成",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    assert_eq!(view.rev, 5);
    let progress = view.nodes.iter().find(|node| matches!(node.kind, Kind::Progress(_))).unwrap();
    assert!(matches!(progress.kind, Kind::Progress(used) if (0.9..0.95).contains(&used)), "{progress:?}");
    assert_eq!(progress.a11y, "质保已用 93%");
}

#[test]
fn a_new_customer_has_a_card_too() {
    let all = texts(&view(customer("new", "访客 7F2A")));
    assert!(all.contains("@unknown"), "{all}");
    assert!(!all.contains("Progress"), "{all}");
}

#[test]
fn the_largest_record_fits_a_panel() {
    let mut large = li();
    large.devices = vec![large.devices[0].clone(); 200];
    large.orders = vec![large.orders[0].clone(); 200];
    large.services = vec![large.services[0].clone(); 200];
    large.attributes = (0..200).map(|number| Pair::new(format!("a{number}"), "x")).collect();
    let view = view(large);
    assert!(view.nodes.len() <= 512, "{}", view.nodes.len());
}

#[test]
fn warranties_by_day() {
    let ctx = testing::ctx();
    let table = [
        ("2027-08-14", false, Standing::In, "保内，至 2027-08-14"),
        ("2027-08-14", true, Standing::Extended, "延保内，至 2027-08-14"),
        ("2026-12-24", false, Standing::Soon, "还剩 30 天，至 2026-12-24"),
        ("2026-11-24", true, Standing::Soon, "还剩 0 天，至 2026-11-24"),
        ("2026-11-23", true, Standing::Out, "已过保，2026-11-23 到期"),
        ("", false, Standing::Unknown, "未登记"),
    ];
    for (until, extended, standing, text) in table {
        let device = Device {
            warranty_until: until.to_owned(),
            warranty_extended: extended,
            ..device("空调", "KFR", "2024-01-01")
        };
        let warranty = Warranty::of(&ctx, &device);
        assert_eq!((warranty.standing, warranty.text(&ctx).as_str()), (standing, text), "{until}");
    }
}

#[test]
fn searches_find_cards() {
    let customer = li();
    let search = |query: &str| -> Vec<String> {
        let cards = CustomerCard.search(&testing::ctx(), Some(&customer), query).unwrap();
        cards.into_iter().map(|card| card.kind).collect()
    };
    assert_eq!(search(""), ["customer", "device", "order"]);
    assert_eq!(search("jsq30"), ["device"]);
    assert_eq!(search("D20318"), ["order"]);
    assert!(search("nothing of that").is_empty());
    assert!(CustomerCard.search(&testing::ctx(), None, "x").unwrap().is_empty());
}

#[test]
fn events_that_change_nothing_draw_nothing() {
    let desk = Desk::new();
    desk.customer(li());
    let place =
        Place { slot: Slot::CustomerSide, conversation: None, customer: Some("li".to_owned()), ticket: None };
    assert_eq!(CustomerCard.handle(&testing::ctx(), &place, 1, Event::Clicked("x".to_owned())), Ok(vec![]));
    let gone = Place { customer: Some("gone".to_owned()), ..place };
    assert_eq!(CustomerCard.handle(&testing::ctx(), &gone, 1, Event::Shown), Err(Failure::NotFound));
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
}
