//! The side dock over the hand-made desk, driven through input events and accessibility queries.

use std::sync::Arc;

use assets::Language;
use egui::{Event, ImeEvent, Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use model::{
    ProposalId,
    command::{Command, CustomerCommand, FormCommand, ProposalCommand},
    panel::{PanelEvent, Slot},
    port::Desk,
};
use switchboard_console::fixture::{self, Fixture};

use crate::window::{self, Window};

/// A window over a desk with its first conversation open, high enough for the whole dock.
fn window(desk: &Arc<Fixture>) -> Harness<'static, Window> {
    let mut console = window::console(desk, Language::Chinese);
    console.open_conversation(desk.conversations()[0]);
    window::show(console, vec2(1440.0, 2000.0))
}

fn form_commands(desk: &Fixture) -> Vec<FormCommand> {
    let sent = desk.sent().into_iter();
    sent.filter_map(|command| match command {
        Command::Form(_, command) => Some(command),
        _ => None,
    })
    .collect()
}

#[test]
fn what_is_typed_into_a_field_is_sent_once_and_never_half_composed() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    harness.get_by_role_and_label(Role::MultilineTextInput, "补充说明").focus();
    harness.run_steps(3);
    let preedit = ImeEvent::Preedit { text: "bangong".to_owned(), active_range_chars: None };
    harness.event(Event::Ime(preedit));
    harness.run_steps(60);
    assert!(form_commands(&desk).is_empty(), "half-typed pinyin was sent: {:?}", form_commands(&desk));
    harness.event(Event::Ime(ImeEvent::Commit("办公室".into())));
    harness.run_steps(60);
    let expected = FormCommand::Set { field: "remark".into(), text: "办公室".into() };
    assert_eq!(form_commands(&desk), [expected]);
}

#[test]
fn a_key_accepts_every_filled_value_and_a_button_submits() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    harness.key_press_modifiers(Modifiers::ALT, Key::A);
    harness.run_steps(3);
    assert_eq!(form_commands(&desk), [FormCommand::AcceptAllFilled]);
    harness.get_by_role_and_label(Role::Button, "提交工单").click();
    harness.run_steps(3);
    assert_eq!(form_commands(&desk), [FormCommand::AcceptAllFilled, FormCommand::Submit]);
}

#[test]
fn a_plugins_button_is_heard_by_its_plugin() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    harness.get_by_role_and_label(Role::Button, "记录意向").click();
    harness.run_steps(3);
    let pressed = desk.sent().into_iter().any(|command| {
        matches!(&command, Command::Panel { plugin, slot: Slot::CustomerSide, conversation, event }
            if plugin.as_str() == "wrap-up"
                && *conversation == Some(desk.conversations()[0])
                && *event == PanelEvent::Clicked("offer".into()))
    });
    assert!(pressed, "{:?}", desk.sent());
}

#[test]
fn knowledge_is_found_and_its_words_go_into_the_reply() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    harness.get_by_role_and_label(Role::TextInput, "搜索知识").focus();
    harness.run_steps(3);
    harness.event(Event::Text("烟管安装".into()));
    harness.run_steps(4);
    assert!(harness.query_by_label("K-131 强排机型烟管安装规范").is_some());
    assert!(harness.query_by_label("K-207 老人家庭加急上门政策").is_none());
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    let conversation = desk.conversations()[0];
    assert_eq!(harness.state().console.draft(conversation), Some("您好，我帮您查一下。"));
}

#[test]
fn personal_data_is_masked_until_it_is_asked_for() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    assert!(harness.query_by_label("苏州市姑苏区平江路 18 号 402").is_none());
    harness.get_by_label("显示完整内容：地址").click();
    harness.run_steps(3);
    let asked = desk.sent().into_iter().any(
        |command| matches!(command, Command::Customer(_, CustomerCommand::Reveal(what)) if what == "address"),
    );
    assert!(asked);
}

#[test]
fn an_offer_puts_its_words_into_the_reply_or_goes_away() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk);
    let conversation = desk.conversations()[0];
    harness.get_by_role_and_label(Role::Button, "加入回复").click();
    harness.run_steps(3);
    let draft = harness.state().console.draft(conversation).unwrap_or_default().to_owned();
    assert!(draft.starts_with("维修师傅上门时"), "{draft}");
    let offer = desk.view().threads[&conversation].proposals[1].id;
    harness.get_by_role_and_label(Role::Button, "忽略这个推荐").click();
    harness.run_steps(3);
    let decided: Vec<(ProposalId, ProposalCommand)> = desk
        .sent()
        .into_iter()
        .filter_map(|command| match command {
            Command::Proposal(_, proposal, decision) => Some((proposal, decision)),
            _ => None,
        })
        .collect();
    assert_eq!(decided, [(offer, ProposalCommand::Accept), (offer, ProposalCommand::Dismiss)]);
}
