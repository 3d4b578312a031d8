use plugin_kit::{
    testing::{self, conversation, customer, device, inbound},
    ticket_form::Origin,
    types::Handle,
};

use super::*;

fn li() -> Customer {
    Customer {
        address: "苏州市姑苏区平安路 18 号 402 室".to_owned(),
        handles: vec![Handle { kind: "phone".to_owned(), value: "138****6027".to_owned(), masked: true }],
        devices: vec![
            device("燃气热水器", "JSQ30-W5", "2017-08-14"),
            device("洗衣机", "XQB90-M3", "2020-03-20"),
        ],
        ..customer("li", "李桂芳")
    }
}

fn fields(customer: Customer, texts: &[&str], values: &[Value]) -> Vec<Field> {
    let messages =
        texts.iter().enumerate().map(|(index, text)| inbound(&format!("m{index}"), index as u64 * 60, text));
    let conversation = conversation("c", customer, messages.collect());
    RepairForm.fields(&testing::ctx(), "repair", Some(&conversation), values).unwrap()
}

fn value<'a>(fields: &'a [Field], id: &str) -> Option<(&'a str, &'a str)> {
    let value = fields.iter().find(|field| field.id == id)?.value.as_ref()?;
    let from = match &value.came_from {
        Origin::Filled(from) => from.as_str(),
        Origin::Agent => "agent",
        Origin::Unset => "unset",
    };
    Some((value.text.as_str(), from))
}

#[test]
fn the_form_comes_half_filled() {
    let fields = fields(
        li(),
        &[
            "热水器一打开就显示 E4，火打不着，昨天晚上开始的。",
            "在阳台，家里有老人，洗澡很不方便，今天下午能来修吗？",
        ],
        &[],
    );
    assert_eq!(value(&fields, "code"), Some(("E4", "对话 10:00")));
    assert_eq!(value(&fields, "device"), Some(("JSQ30-W5", "@from-record")));
    assert_eq!(value(&fields, "address"), Some(("苏州市姑苏区平安路 18 号 402 室", "@from-record")));
    assert_eq!(value(&fields, "phone"), Some(("138****6027", "@from-record")));
    assert_eq!(value(&fields, "window"), Some(("2026-11-24 14:00-18:00", "对话 10:01")));
    assert_eq!(value(&fields, "urgent"), Some(("true", "对话 10:01")));
    assert_eq!(value(&fields, "urgent-reason").unwrap().0, "家有老人");
    assert!(value(&fields, "description").unwrap().0.contains("打不着"));
}

#[test]
fn the_agents_values_stay_and_the_customers_last_word_counts() {
    let typed =
        Value { field: "address".to_owned(), text: "平安路 20 号".to_owned(), came_from: Origin::Agent };
    let fields = fields(
        li(),
        &["洗衣机漏水，电话 15400007731", "打 154-0000-4480 吧，地址是园区星塘街 118 号 8 幢 1202"],
        &[typed],
    );
    assert_eq!(value(&fields, "address"), Some(("平安路 20 号", "agent")));
    assert_eq!(value(&fields, "phone"), Some(("15400004480", "对话 10:01")));
    assert_eq!(value(&fields, "device").unwrap().0, "XQB90-M3");
    // An agent who empties a field wants it empty.
    let emptied = Value { field: "phone".to_owned(), text: String::new(), came_from: Origin::Agent };
    let fields = self::fields(li(), &["电话 15400007731"], &[emptied]);
    assert_eq!(value(&fields, "phone"), Some(("", "agent")));
}

#[test]
fn two_devices_that_fit_are_not_guessed() {
    let mut customer = li();
    customer.devices.push(device("燃气热水器", "JSQ25-W3", "2019-01-01"));
    assert_eq!(value(&fields(customer, &["热水器坏了"], &[]), "device"), None);
    let only = Customer { devices: vec![device("空调", "KFR-35GW/Q3", "2023-01-01")], ..li() };
    assert_eq!(value(&fields(only, &["坏了"], &[]), "device"), Some(("KFR-35GW/Q3", "客户档案（唯一设备）")));
}

#[test]
fn codes_and_models() {
    let table = [
        ("显示E4，打不着", Some("E4"), None),
        ("屏幕上 e10 一直闪", Some("E10"), None),
        ("报 UE", Some("UE"), None),
        ("工单 R-20914 订单 D31955", None, None),
        ("JSQ30-W5 坏了", None, Some("JSQ30-W5")),
        ("型号kfr-35gw/q3", None, Some("KFR-35GW/Q3")),
        ("XHG120-H8 shows E21", Some("E21"), Some("XHG120-H8")),
        ("hello there", None, None),
        ("E-mail me", None, None),
        ("company", None, None),
    ];
    for (text, code, model) in table {
        assert_eq!(read::code(text).as_deref(), code, "{text}");
        assert_eq!(read::model(text).as_deref(), model, "{text}");
    }
}

#[test]
fn phones_and_addresses() {
    for (text, phone) in [
        ("15400007731", Some("15400007731")),
        ("打 154 0000 7731 吧", Some("15400007731")),
        ("+49 30 23125123", Some("+493023125123")),
        ("138****6027", Some("138****6027")),
        ("订单 20931", None),
        ("91320594123456789012", None),
        ("2026-11-24 14:00", None),
    ] {
        assert_eq!(read::phone(text).as_deref(), phone, "{text}");
    }
    for (text, address) in [
        ("地址是园区星塘街 118 号 8 幢 1202", Some("园区星塘街 118 号 8 幢 1202")),
        ("好的，姑苏区桐泾路 66 号 3 幢 501", Some("姑苏区桐泾路 66 号 3 幢 501")),
        (
            "I live at Apartment 904, Building 5, 88 Suzhou Avenue West",
            Some("Apartment 904, Building 5, 88 Suzhou Avenue West"),
        ),
        ("明天 3 号可以吗", None),
        ("一路上堵车", None),
    ] {
        assert_eq!(read::address(text).as_deref(), address, "{text}");
    }
}

#[test]
fn wished_times() {
    // A Tuesday.
    let ctx = testing::ctx();
    let table = [
        ("今天下午", Some("2026-11-24 14:00-18:00")),
        ("明天上午可以吗", Some("2026-11-25 08:30-12:00")),
        ("后天 14:00-16:00", Some("2026-11-26 14:00-16:00")),
        ("明天下午3点", Some("2026-11-25 15:00-17:00")),
        ("明天下午2点到4点", Some("2026-11-25 14:00-16:00")),
        ("明天下午三点以后我都在家", Some("2026-11-25 14:00-18:00")),
        ("周六上午", Some("2026-11-28 08:30-12:00")),
        ("下周一下午", Some("2026-11-30 14:00-18:00")),
        ("周二", Some("2026-11-24 08:30-20:00")),
        ("11月26日上午", Some("2026-11-26 08:30-12:00")),
        ("今天 14：00-16：00", Some("2026-11-24 14:00-16:00")),
        ("今天14:00–16:00", Some("2026-11-24 14:00-16:00")),
        ("2026-12-01 10:00-12:00", Some("2026-12-01 10:00-12:00")),
        ("明天10点半", Some("2026-11-25 10:30-12:30")),
        ("tomorrow morning", Some("2026-11-25 08:30-12:00")),
        ("this afternoon would be great", Some("2026-11-24 14:00-18:00")),
        ("on Friday at 3pm", Some("2026-11-27 15:00-17:00")),
        ("tomorrow after 10:00", Some("2026-11-25 10:00-20:00")),
        ("越快越好", None),
        ("as soon as possible", None),
    ];
    for (text, window) in table {
        let found = Window::find(&ctx, ctx.now_ms, text).map(|window| window.to_string());
        assert_eq!(found.as_deref(), window, "{text}");
    }
}

fn good() -> Vec<Value> {
    [
        ("code", " e4 "),
        ("device", "JSQ30-W5"),
        ("description", "打不着火。"),
        ("address", "平安路  18 号"),
        ("phone", "154 0000 6027"),
        ("window", "明天上午"),
        ("urgent", "false"),
        ("urgent-reason", "left over"),
    ]
    .map(|(field, text)| Value { field: field.to_owned(), text: text.to_owned(), came_from: Origin::Agent })
    .to_vec()
}

#[test]
fn what_is_wrong_is_said() {
    let ctx = testing::ctx();
    assert_eq!(RepairForm.check(&ctx, "repair", &good()), []);
    let table = [
        ("device", "", "@remark-device", true),
        ("phone", "12", "@remark-phone-form", true),
        ("code", "坏了", "@remark-code-form", false),
        ("window", "2026-11-23 10:00-12:00", "@remark-window-past", true),
        ("window", "2026-11-24 08:30-10:00", "@remark-window-past", true),
        ("window", "2026-11-25 22:00-23:00", "@remark-window-hours", true),
        ("window", "越快越好", "@remark-window-loose", false),
    ];
    for (field, text, remark, blocks) in table {
        let mut values = good();
        values.iter_mut().find(|value| value.field == field).unwrap().text = text.to_owned();
        let remarks = RepairForm.check(&ctx, "repair", &values);
        assert_eq!(remarks.len(), 1, "{text}: {remarks:?}");
        assert_eq!(
            (remarks[0].field.as_str(), remarks[0].text.as_str(), remarks[0].blocks),
            (field, remark, blocks)
        );
        assert_eq!(RepairForm.submit(&ctx, "repair", "k", &values).is_err(), blocks, "{text}");
    }
    let urgent: Vec<Value> = good()
        .into_iter()
        .filter(|value| value.field != "urgent-reason")
        .map(|value| if value.field == "urgent" { Value { text: "true".to_owned(), ..value } } else { value })
        .collect();
    assert_eq!(RepairForm.check(&ctx, "repair", &urgent)[0].field, "urgent-reason");
}

#[test]
fn submitted_values_have_one_form() {
    let submitted = RepairForm.submit(&testing::ctx(), "repair", "k", &good()).unwrap();
    assert_eq!(submitted.title, "JSQ30-W5 E4");
    assert_eq!(
        submitted.summary,
        "JSQ30-W5，E4 打不着火。2026-11-25 08:30-12:00，平安路 18 号，15400006027。"
    );
    let texts: Vec<(&str, &str)> =
        submitted.values.iter().map(|value| (value.field.as_str(), value.text.as_str())).collect();
    assert!(texts.contains(&("phone", "15400006027")) && texts.contains(&("code", "E4")), "{texts:?}");
    assert!(!texts.iter().any(|(field, _)| *field == "urgent-reason"), "{texts:?}");
    assert_eq!(RepairForm.submit(&testing::ctx(), "other", "k", &good()), Err(Failure::NotFound));
}

#[test]
fn a_ticket_without_a_conversation_is_empty() {
    let fields = RepairForm.fields(&testing::ctx(), "repair", None, &[]).unwrap();
    assert!(fields.iter().all(|field| field.value.is_none()));
    assert_eq!(fields.iter().filter(|field| field.required).count(), 6);
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = TEXTS.keys();
    assert_eq!(keys[0].1, keys[1].1);
}
