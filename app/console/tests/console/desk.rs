//! The console over its hand-made desk, driven through input events and accessibility queries.

use std::sync::Arc;

use assets::Language;
use egui::{Event, ImeEvent, Key, Modifiers, vec2};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable},
};
use model::{
    ConversationId, ProposalId,
    command::{Command, ConversationCommand, ProposalCommand},
    conversation::Delivery,
    port::Desk,
    view::EntryKind,
};
use switchboard_console::{
    Place, ShellRequest, ShellState,
    command::CommandId,
    fixture::{self, Fixture},
};

use crate::window::{self, SIZE, Window, press, type_text};

/// A window over a desk, with some of its conversations open, the last one in front.
fn window(desk: &Arc<Fixture>, language: Language, open: &[usize]) -> Harness<'static, Window> {
    let mut console = window::console(desk, language);
    for index in open {
        console.open_conversation(desk.conversations()[*index]);
    }
    window::show(console, SIZE)
}

fn replies(desk: &Fixture) -> Vec<(String, Option<ProposalId>)> {
    let sent = desk.sent().into_iter();
    sent.filter_map(|command| match command {
        Command::Conversation(_, ConversationCommand::Reply { text, from, .. }) => Some((text, from)),
        _ => None,
    })
    .collect()
}

fn saved_drafts(desk: &Fixture) -> Vec<String> {
    let sent = desk.sent().into_iter();
    sent.filter_map(|command| match command {
        Command::Conversation(_, ConversationCommand::SaveDraft(text)) => Some(text),
        _ => None,
    })
    .collect()
}

/// Events that arrive within one frame.
fn together<const N: usize>(harness: &mut Harness<'_, Window>, events: [Event; N]) {
    harness.input_mut().events.extend(events);
    harness.run_steps(3);
}

fn key(modifiers: Modifiers, key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

fn compose(harness: &mut Harness<'_, Window>, event: ImeEvent) {
    harness.event(Event::Ime(event));
    harness.run_steps(2);
}

fn preedit(text: &str) -> ImeEvent {
    ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None }
}

#[test]
fn enter_sends_and_shift_enter_begins_a_line() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[1]);
    type_text(&mut harness, "师傅十点到");
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    type_text(&mut harness, "请放心");
    assert!(replies(&desk).is_empty());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk), [("师傅十点到\n请放心".to_owned(), None)]);
    assert_eq!(harness.state().console.draft(desk.conversations()[1]), Some(""));
}

#[test]
fn nothing_half_typed_is_sent_or_saved() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[1]);
    let conversation = desk.conversations()[1];
    compose(&mut harness, preedit("ni"));
    compose(&mut harness, preedit("nihao"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(60);
    assert!(replies(&desk).is_empty(), "Enter in a composition");
    assert!(saved_drafts(&desk).is_empty(), "half-typed pinyin was saved: {:?}", saved_drafts(&desk));
    assert_eq!(harness.state().console.draft(conversation), Some(""));
    // The Enter that chooses a candidate comes together with the words.
    together(&mut harness, [Event::Ime(ImeEvent::Commit("你好".into())), key(Modifiers::NONE, Key::Enter)]);
    assert!(replies(&desk).is_empty(), "Enter that ended a composition");
    assert_eq!(harness.state().console.draft(conversation), Some("你好"));
    harness.run_steps(60);
    assert_eq!(saved_drafts(&desk), ["你好"]);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk), [("你好".to_owned(), None)]);
}

#[test]
fn leaving_in_the_middle_of_a_composition_keeps_what_was_there_before() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[2, 1]);
    let conversation = desk.conversations()[1];
    type_text(&mut harness, "您好");
    compose(&mut harness, preedit("shifu"));
    harness.state_mut().console.open_conversation(desk.conversations()[2]);
    harness.run_steps(4);
    harness.state_mut().console.open_conversation(conversation);
    harness.run_steps(4);
    assert_eq!(harness.state().console.draft(conversation), Some("您好"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk), [("您好".to_owned(), None)]);
}

#[test]
fn tab_takes_the_proposed_reply_and_enter_sends_it_as_that() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    let proposal = desk.view().threads[&desk.conversations()[0]].proposals[0].id;
    press(&mut harness, Modifiers::NONE, Key::Tab);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let sent = replies(&desk);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].0.starts_with("李女士，今天"), "{sent:?}");
    assert_eq!(sent[0].1, Some(proposal));
}

#[test]
fn tab_does_not_replace_what_is_written_and_escape_dismisses() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    let conversation = desk.conversations()[0];
    type_text(&mut harness, "马上");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(harness.state().console.draft(conversation), Some("马上"));
    harness.state_mut().console.open_conversation(conversation);
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    let dismissed = desk.sent().into_iter().any(
        |command| matches!(command, Command::Proposal(id, _, ProposalCommand::Dismiss) if id == conversation),
    );
    assert!(dismissed);
}

#[test]
fn no_view_takes_a_draft_away() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, &[1]);
    let conversation = desk.conversations()[1];
    type_text(&mut harness, "The fitter is on his way");
    for number in 0..5 {
        desk.customer_writes(conversation, &format!("Hello? {number}"));
        desk.change_thread(conversation, |thread| thread.draft = String::new());
        harness.run_steps(3);
    }
    assert_eq!(harness.state().console.draft(conversation), Some("The fitter is on his way"));
    // Closing the tab and coming back keeps it too.
    harness.state_mut().console.run(CommandId::WindowCloseTab);
    harness.run_steps(3);
    harness.state_mut().console.open_conversation(conversation);
    harness.run_steps(4);
    assert_eq!(harness.state().console.draft(conversation), Some("The fitter is on his way"));
}

#[test]
fn a_draft_is_saved_soon_after_the_first_change() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, &[1]);
    type_text(&mut harness, "On my way");
    let mut waited_s = 0.0;
    while saved_drafts(&desk).is_empty() && waited_s < 1.0 {
        let before = harness.ctx.input(|input| input.time);
        harness.step();
        waited_s += harness.ctx.input(|input| input.time) - before;
    }
    assert_eq!(saved_drafts(&desk), ["On my way"]);
    assert!(waited_s <= 0.26, "{waited_s}");
}

#[test]
fn a_message_that_has_just_arrived_is_shown_before_the_reply_goes_out() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, &[1]);
    let conversation = desk.conversations()[1];
    type_text(&mut harness, "He comes at ten");
    desk.customer_writes(conversation, "I cancelled it, forget it");
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(replies(&desk).is_empty());
    assert!(harness.query_by_label_contains("press Enter again").is_some());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk).len(), 1);
}

#[test]
fn a_thread_that_is_not_complete_cannot_be_answered() {
    let desk = fixture::desk(Language::English);
    let conversation = desk.conversations()[1];
    desk.change_thread(conversation, |thread| thread.complete = false);
    let mut harness = window(&desk, Language::English, &[1]);
    type_text(&mut harness, "Hello");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(replies(&desk).is_empty());
    desk.change_thread(conversation, |thread| thread.complete = true);
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk).len(), 1);
}

#[test]
fn a_busy_engine_loses_no_reply() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, &[1]);
    let conversation = desk.conversations()[1];
    type_text(&mut harness, "Hello");
    desk.set_full(true);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().console.draft(conversation), Some("Hello"));
    desk.set_full(false);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(replies(&desk).len(), 1);
}

#[test]
fn ten_thousand_rows_and_entries_cost_only_what_is_in_sight() {
    let desk = fixture::large(Language::Chinese, 10_000, 10_000);
    let harness = window(&desk, Language::Chinese, &[0]);
    let console = &harness.state().console;
    let drawn = console.queue_rows_drawn();
    assert!((10..=16).contains(&drawn), "{drawn} rows drawn");
    let (items, measured) = console.timeline_measured(desk.conversations()[0]).unwrap();
    assert!(items >= 10_000, "{items}");
    assert!((5..200).contains(&measured), "{measured} items laid out");
    let newest = (9900..10_000).rev().find(|number| {
        let words = format!("第 {number} 条");
        harness.query_by_label_contains(&words).is_some()
    });
    assert!(newest.is_some_and(|number| number >= 9997), "the newest entry in sight is {newest:?}");
}

#[test]
fn the_palette_finds_a_command_by_pinyin_initials() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "sslt");
    assert!(harness.query_all_by_label("筛选队列").next().is_none());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "sxdl");
    assert!(harness.query_all_by_label("筛选队列").next().is_some());
}

#[test]
fn a_snippet_is_inserted_with_its_variables_filled() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    type_text(&mut harness, "/mp");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(replies(&desk).is_empty());
    let draft = harness.state().console.draft(desk.conversations()[0]).unwrap().to_owned();
    assert_eq!(draft, "麻烦您拍一张机身铭牌的照片，方便我们核对型号 JSQ30-16。");
}

#[test]
fn an_alt_shortcut_types_nothing() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    // X11 delivers the letter as text together with the key.
    together(&mut harness, [key(Modifiers::ALT, Key::M), Event::Text("m".into())]);
    assert_eq!(harness.state().console.draft(desk.conversations()[0]), Some(""));
    let field = harness.query_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "备注");
    assert!(field.is_some(), "the field is that of a note");
}

#[test]
fn a_minimised_desk_still_calls() {
    let desk = fixture::desk(Language::Chinese);
    let mut harness = window(&desk, Language::Chinese, &[0]);
    harness.state_mut().shell = ShellState { focused: false, minimised: true, ..ShellState::default() };
    harness.run_steps(2);
    harness.state_mut().requests.clear();
    desk.customer_writes(desk.conversations()[1], "还有人吗");
    harness.run_steps(2);
    let requests = &harness.state().requests;
    assert!(requests.contains(&ShellRequest::RequestAttention), "{requests:?}");
    assert!(requests.iter().any(|request| matches!(request, ShellRequest::PlaySound(_))));
    let told = requests
        .iter()
        .any(|request| matches!(request, ShellRequest::Notify { body, .. } if body == "还有人吗"));
    assert!(told, "{requests:?}");
    assert!(requests.iter().any(|request| matches!(request, ShellRequest::SetTitle(_))));
}

#[test]
fn a_failed_message_offers_what_can_be_done() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, &[3]);
    harness.get_by_label("Send again").click();
    harness.run_steps(3);
    let retried = desk
        .sent()
        .into_iter()
        .any(|command| matches!(command, Command::Conversation(_, ConversationCommand::Retry(_))));
    assert!(retried);
}

#[test]
fn every_place_and_dialog_has_its_texts_and_names_in_both_languages() {
    for language in Language::both() {
        let desk = fixture::desk(language);
        let mut harness = window(&desk, language, &[3, 0]);
        let dialogs = [
            CommandId::WindowPalette,
            CommandId::ConversationTransfer,
            CommandId::ConversationClose,
            CommandId::ConversationTag,
            CommandId::WindowShortcuts,
        ];
        for dialog in dialogs {
            harness.state_mut().console.run(dialog);
            harness.run_steps(3);
            harness.check_accessibility();
            press(&mut harness, Modifiers::NONE, Key::Escape);
        }
        for place in Place::ALL {
            harness.state_mut().console.go(place);
            harness.run_steps(3);
            harness.check_accessibility();
        }
        assert_eq!(harness.state().console.missing_texts(), Vec::<String>::new(), "{language:?}");
    }
}

#[test]
fn what_is_read_does_not_move_when_the_customer_writes_below() {
    let desk = fixture::large(Language::English, 20, 400);
    let mut harness = window(&desk, Language::English, &[0]);
    let conversation: ConversationId = desk.conversations()[0];
    harness.hover_at(egui::pos2(700.0, 400.0));
    for _ in 0..8 {
        let (unit, delta) = (egui::MouseWheelUnit::Point, vec2(0.0, 120.0));
        let phase = egui::TouchPhase::Move;
        let modifiers = Modifiers::NONE;
        let source = egui::MouseWheelSource::Wheel;
        harness.event(Event::MouseWheel { unit, delta, phase, modifiers, source });
        harness.run_steps(8);
    }
    harness.run_steps(30);
    let seen = |harness: &Harness<'_, Window>| {
        (300..400).find_map(|number| {
            let words = format!("Number {number}:");
            let top = harness.query_by_label_contains(&words)?.rect().top();
            Some((number, top))
        })
    };
    let before = seen(&harness).expect("an entry is in sight");
    assert!(before.0 < 396, "it scrolled up: {before:?}");
    for _ in 0..3 {
        desk.customer_writes(conversation, "one more line");
        harness.run_steps(4);
    }
    let after = seen(&harness).expect("an entry is in sight");
    assert_eq!(before.0, after.0);
    assert!((before.1 - after.1).abs() < 1.0, "{before:?} {after:?}");
    assert!(harness.query_by_label_contains("New messages").is_some());
}

#[test]
fn the_state_of_a_reply_is_shown_in_words() {
    let desk = fixture::desk(Language::English);
    let harness = window(&desk, Language::English, &[3]);
    let thread = desk.view().threads[&desk.conversations()[3]].clone();
    let failed = thread
        .entries
        .iter()
        .any(|entry| matches!(&entry.kind, EntryKind::FromAgent { delivery: Delivery::Failed(_), .. }));
    assert!(failed);
    assert!(harness.query_by_label("Not sent: connection timed out").is_some());
}

#[test]
fn a_customer_who_left_is_told_in_the_queue() {
    let desk = fixture::desk(Language::English);
    desk.change(|view| {
        let mut row = (*view.queue[0]).clone();
        row.customer_left = true;
        let mut rows = view.queue.to_vec();
        rows[0] = Arc::new(row);
        view.queue = Arc::new(rows);
    });
    let harness = window(&desk, Language::English, &[]);
    let name = desk.view().queue[0].name.clone();
    let told = harness
        .query_all_by_label_contains(&name)
        .any(|node| node.accesskit_node().label().is_some_and(|label| label.ends_with("Left")));
    assert!(told, "{name}");
}
