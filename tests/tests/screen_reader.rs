//! The real window as a screen reader hears it, over AT-SPI: what can be acted on has a name in the desk's language,
//! a customer who writes and types is told, and a reply is sent by pressing the button that the reader names.

use anyhow::{Result, ensure};
use switchboard_tests::{
    desk::{Place, Wish},
    reader::{Node, Reader, role},
    screen::Screen,
    visitor::{Caller, post},
    wait::until,
    words::Seeded,
};

/// Words of the desk in one language, as its user hears them.
struct Heard {
    language: &'static str,
    typing: &'static str,
    send: &'static str,
    reply: &'static str,
}

/// Roles that a person acts on: without a name they could not be used by ear.
const ACTED_ON: [u32; 6] =
    [role::BUTTON, role::CHECK_BOX, role::COMBO_BOX, role::LIST_ITEM, role::PAGE_TAB, role::ENTRY];

fn heard(words: &Heard) -> Result<()> {
    let reader = Reader::start()?;
    let environment = vec![reader.environment()];
    let place = Place::new(Wish { language: words.language, environment, ..Wish::default() })?;
    let screen = Screen::start(1440, 900)?;
    let desk = place.window(&screen)?;
    let mut random = Seeded::by_chance();
    let customer = Caller::new(desk.address)?;

    let question = random.plain_sentence();
    ensure!(customer.say("customer0001", &question)?.status == 200, "the customer writes");
    let row = reader.until(role::LIST_ITEM, &question)?;
    let typing = || {
        post(desk.address, "typing", Some(&customer.credential()), br#"{"active":true}"#).map(|it| it.status)
    };
    ensure!(typing()? == 204, "the customer types");
    reader.until(role::LIST_ITEM, words.typing)?;

    reader.press(&row)?;
    reader.until(role::LABEL, &question)?;
    reader.focus(&reader.until(role::ENTRY, words.reply)?)?;
    let answer = random.plain_sentence();
    screen.write(&answer)?;
    until("the draft is stored", || Ok(place.drafts()?.values().any(|it| *it == answer).then_some(())))?;
    reader.press(&reader.until(role::BUTTON, words.send)?)?;
    until("the customer has the answer", || {
        Ok(customer.log()?.iter().any(|entry| entry["text"] == answer.as_str()).then_some(()))
    })?;
    reader.until(role::LABEL, &answer)?;

    let nameless: Vec<Node> = reader
        .nodes()?
        .into_iter()
        .filter(|node| ACTED_ON.contains(&node.role) && node.name.trim().is_empty())
        .collect();
    ensure!(nameless.is_empty(), "without a name: {nameless:#?}");
    Ok(())
}

#[test]
fn a_reply_is_heard_written_and_sent_in_chinese() -> Result<()> {
    heard(&Heard { language: "zh-CN", typing: "正在输入", send: "发送", reply: "回复" })
}

#[test]
fn a_reply_is_heard_written_and_sent_in_english() -> Result<()> {
    heard(&Heard { language: "en", typing: "typing", send: "Send", reply: "Reply" })
}
