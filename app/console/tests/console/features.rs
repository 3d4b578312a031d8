//! Pictures, mentions, keys, settings and note drafts, driven by accessible names and input events.

use std::sync::Arc;

use assets::Language;
use egui::{Event, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable};
use model::{
    command::{Command, ConversationCommand, DeskCommand, FindingCommand, PluginCommand},
    field::{FieldValue, Origin},
    port::Desk,
    view::{EntryKind, Notice, NoticeLevel, Upload},
};
use switchboard_console::{
    Place, ShellRequest,
    fixture::{self, Fixture},
    shell::DecodedPicture,
};

use crate::window::{self, SIZE, Window, click, press, type_text};

fn window(desk: &Arc<Fixture>, open: usize, place: Place) -> Harness<'static, Window> {
    let mut console = window::console(desk, Language::English);
    console.open_conversation(desk.conversations()[open]);
    console.go(place);
    window::show(console, SIZE)
}

fn write_into(harness: &mut Harness<'_, Window>, name: &str, text: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name).focus();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
    type_text(harness, text);
}

fn conversation_commands(desk: &Fixture) -> Vec<ConversationCommand> {
    let commands = desk.sent().into_iter().filter_map(|command| match command {
        Command::Conversation(_, command) => Some(command),
        _ => None,
    });
    commands.collect()
}

fn settings_sent(desk: &Fixture) -> Vec<(String, String)> {
    let commands = desk.sent().into_iter().filter_map(|command| match command {
        Command::Desk(DeskCommand::SetSetting { key, value }) => Some((key, value)),
        _ => None,
    });
    commands.filter(|(key, _)| key.starts_with("shortcut.")).collect()
}

/// Hands a picture that was asked for back as the shell would.
fn decode(harness: &mut Harness<'_, Window>, result: Result<DecodedPicture, String>) {
    let asked = harness.state().requests.iter().rev().find_map(|request| match request {
        ShellRequest::DecodePicture { file, side, .. } => Some((file.clone(), *side)),
        _ => None,
    });
    let (file, side) = asked.expect("a picture was asked for");
    let ctx = harness.ctx.clone();
    harness.state_mut().console.picture_decoded(&ctx, file, side, result);
    harness.run_steps(3);
}

fn picture() -> DecodedPicture {
    let image = egui::ColorImage::filled([40, 30], egui::Color32::RED);
    DecodedPicture { image: Arc::new(image), size: [4000, 3000] }
}

#[test]
fn a_picture_is_seen_opened_and_closed() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 0, Place::Desk);
    decode(&mut harness, Ok(picture()));
    harness.get_by_label("Picture: display.jpg").click_accesskit();
    harness.run_steps(4);
    decode(&mut harness, Ok(picture()));
    assert!(harness.query_by_label_contains("4000 × 3000").is_some(), "the large view says how large it is");
    click(&mut harness, "Save as…");
    let saved = |request: &ShellRequest| matches!(request, ShellRequest::SaveFile { name, .. } if name == "display.jpg");
    assert!(harness.state().requests.iter().any(saved));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label_contains("4000 × 3000").is_none());
}

#[test]
fn a_picture_that_cannot_be_shown_says_why() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 0, Place::Desk);
    decode(&mut harness, Err("picture-broken".to_owned()));
    assert!(harness.query_by_label_contains("The picture is damaged").is_some());
}

#[test]
fn a_picture_on_the_clipboard_goes_with_the_reply() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Desk);
    harness.event(Event::PasteImage(Arc::clone(&picture().image)));
    harness.run_steps(2);
    let conversation = desk.conversations()[1];
    let stored = harness.state().requests.iter().find_map(|request| match request {
        ShellRequest::StorePicture { conversation, name, image } => {
            Some((*conversation, name.clone(), image.size))
        }
        _ => None,
    });
    let (of, name, size) = stored.expect("it is to be stored");
    assert_eq!((of, size), (conversation, [40, 30]));
    assert!(
        name.starts_with("Pasted ")
            && std::path::Path::new(&name).extension().is_some_and(|end| end == "png")
    );
    let file = model::conversation::Attachment {
        file: model::FileId::new("ab".repeat(32)),
        name: name.clone(),
        media_type: "image/png".into(),
        bytes: 900,
    };
    desk.change_thread(conversation, |thread| {
        thread.uploads = Arc::new(vec![Upload { name: name.clone(), result: Ok(file) }]);
    });
    harness.run_steps(4);
    decode(&mut harness, Ok(picture()));
    assert!(harness.query_by_label(&format!("Picture: {name}")).is_some(), "it is seen before it is sent");
}

#[test]
fn a_channel_without_files_says_so_when_one_is_pasted() {
    let desk = fixture::desk(Language::English);
    let conversation = desk.conversations()[1];
    desk.change_thread(conversation, |thread| thread.abilities.attachments = false);
    let mut harness = window(&desk, 1, Place::Desk);
    harness.event(Event::PasteImage(picture().image));
    harness.run_steps(4);
    assert!(harness.query_by_label("This channel cannot send files").is_some());
}

#[test]
fn a_file_that_cannot_be_read_is_told_of() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Desk);
    let name = vec![("name".to_owned(), "plan.pdf".to_owned())];
    harness.state_mut().console.tell("file-not-read", name);
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("plan.pdf").is_some());
}

#[test]
fn a_finding_is_disputed_where_it_stands() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 0, Place::Desk);
    let open: Vec<_> = harness.query_all_by_label("Dispute").collect();
    open.first().expect("a finding that can be disputed").click();
    drop(open);
    harness.run_steps(4);
    type_text(&mut harness, "The customer asked for it");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let disputed = desk.sent().into_iter().find_map(|command| match command {
        Command::Finding(_, _, FindingCommand::Dispute(words)) => Some(words),
        _ => None,
    });
    assert_eq!(disputed.as_deref(), Some("The customer asked for it"));
}

#[test]
fn at_lists_colleagues_and_puts_a_mention_into_the_note() {
    let desk = fixture::desk(Language::English);
    let colleague = {
        let view = desk.view();
        let other = view.agents.values().find(|row| row.profile.id != view.me).expect("a colleague");
        other.profile.name.clone()
    };
    let mut harness = window(&desk, 1, Place::Desk);
    press(&mut harness, Modifiers::ALT, Key::M);
    type_text(&mut harness, &format!("Please look @{}", &colleague[..2]));
    harness.run_steps(2);
    assert!(harness.query_by_label(&colleague).is_some(), "{colleague} is in the list");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    type_text(&mut harness, "now");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let notes = conversation_commands(&desk).into_iter().filter_map(|command| match command {
        ConversationCommand::Note(text) => Some(text),
        _ => None,
    });
    assert_eq!(notes.collect::<Vec<_>>(), [format!("Please look @{colleague} now")]);
}

#[test]
fn who_is_mentioned_is_told_and_sees_it_in_the_queue() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Desk);
    harness.state_mut().shell.focused = false;
    let conversation = desk.conversations()[2];
    desk.change(|view| {
        let notice = Notice {
            number: 900,
            level: NoticeLevel::Info,
            code: "mentioned".into(),
            arguments: vec![("agent".into(), "Wu Kong".into())],
            conversation: Some(conversation),
            at: view.now,
        };
        let mut notices = view.notices.to_vec();
        notices.push(notice);
        view.notices = Arc::new(notices);
    });
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("Wu Kong mentioned you in a note").is_some());
    let notified = |request: &ShellRequest| matches!(request, ShellRequest::Notify { title, .. } if title == "Wu Kong mentioned you in a note");
    assert_eq!(harness.state().requests.iter().filter(|request| notified(request)).count(), 1);
}

#[test]
fn what_is_written_for_colleagues_is_saved_and_comes_back() {
    let desk = fixture::desk(Language::English);
    let conversation = desk.conversations()[1];
    desk.change_thread(conversation, |thread| "from before".clone_into(&mut thread.note_draft));
    let mut harness = window(&desk, 1, Place::Desk);
    press(&mut harness, Modifiers::ALT, Key::M);
    press(&mut harness, Modifiers::COMMAND, Key::End);
    type_text(&mut harness, ", and more");
    harness.run_steps(60);
    let saved = conversation_commands(&desk).into_iter().filter_map(|command| match command {
        ConversationCommand::SaveNoteDraft(text) => Some(text),
        _ => None,
    });
    assert_eq!(saved.last().as_deref(), Some("from before, and more"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let kept =
        |kind: &EntryKind| matches!(kind, EntryKind::Note { text, .. } if text == "from before, and more");
    assert!(desk.view().threads[&conversation].entries.iter().any(|entry| kept(&entry.kind)));
}

#[test]
fn keys_are_changed_by_pressing_them_and_put_back() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Settings);
    click(&mut harness, "Keyboard shortcuts");
    click(&mut harness, "Change the keys of Transfer conversation");
    press(&mut harness, Modifiers::COMMAND | Modifiers::CTRL, Key::J);
    let name = "shortcut.conversation-transfer".to_owned();
    assert_eq!(settings_sent(&desk), [(name.clone(), "Ctrl+J".to_owned())]);
    assert!(harness.query_by_label("Transfer conversation: Ctrl+J").is_some());
    click(&mut harness, "Reset the keys of Transfer conversation");
    assert_eq!(settings_sent(&desk).last(), Some(&(name, "default".to_owned())));
    assert!(harness.query_by_label("Transfer conversation: Alt+T").is_some());
}

#[test]
fn keys_that_are_needed_or_taken_say_why() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Settings);
    click(&mut harness, "Keyboard shortcuts");
    click(&mut harness, "Change the keys of Transfer conversation");
    press(&mut harness, Modifiers::COMMAND | Modifiers::CTRL, Key::Z);
    assert!(harness.query_by_label_contains("Ctrl+Z cannot be used: text fields need it").is_some());
    click(&mut harness, "Change the keys of Transfer conversation");
    press(&mut harness, Modifiers::ALT, Key::P);
    assert!(harness.query_by_label_contains("Alt+P already runs").is_some());
    assert!(settings_sent(&desk).is_empty(), "nothing is taken without being asked");
    click(&mut harness, "Use it here instead");
    let expected = [("shortcut.conversation-park", "none"), ("shortcut.conversation-transfer", "Alt+P")];
    assert_eq!(settings_sent(&desk), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn a_plugin_is_set_up_and_a_value_that_does_not_fit_is_marked() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Plugins);
    click(&mut harness, "Courtesy check, Healthy");
    write_into(&mut harness, "Silence after (minutes)", "soon");
    assert!(harness.query_by_label("Please enter a number").is_some());
    click(&mut harness, "Save");
    let configured = |desk: &Fixture| {
        let commands = desk.sent().into_iter().filter_map(|command| match command {
            Command::Plugin(_, PluginCommand::Configure(values)) => Some(values),
            _ => None,
        });
        commands.collect::<Vec<_>>()
    };
    assert!(configured(&desk).is_empty(), "what does not fit is not saved");
    write_into(&mut harness, "Silence after (minutes)", "5");
    click(&mut harness, "Save");
    let value = FieldValue { text: "5".into(), origin: Origin::Agent };
    assert_eq!(configured(&desk), [[("minutes".to_owned(), value)].into()]);
    assert!(harness.query_by_label("Saved and in effect").is_some());
    click(&mut harness, "Back to the default of Silence after (minutes)");
    click(&mut harness, "Save");
    assert_eq!(configured(&desk).len(), 2);
    assert!(configured(&desk)[1].is_empty(), "defaults are left out");
}

#[test]
fn accounts_are_renamed_added_and_removed_only_when_confirmed() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, 1, Place::Settings);
    let commands = |desk: &Fixture| {
        let commands = desk.sent().into_iter().filter_map(|command| match command {
            Command::Desk(
                command @ (DeskCommand::ChangeAccount(..)
                | DeskCommand::AddAccount { .. }
                | DeskCommand::RemoveAccount(_)),
            ) => Some(command),
            _ => None,
        });
        commands.collect::<Vec<_>>()
    };
    click(&mut harness, "Settings of Web chat");
    write_into(&mut harness, "Name", "Shop");
    click(&mut harness, "Save");
    assert!(matches!(&commands(&desk)[..], [DeskCommand::ChangeAccount(_, wish)] if wish.title == "Shop"));
    click(&mut harness, "Settings of Web chat");
    click(&mut harness, "Remove account");
    assert_eq!(commands(&desk).len(), 1, "removing asks first");
    click(&mut harness, "Keep it");
    click(&mut harness, "Remove account");
    click(&mut harness, "Remove this account");
    assert!(matches!(commands(&desk).last(), Some(DeskCommand::RemoveAccount(_))));
    click(&mut harness, "Add account");
    harness.get_by_role_and_label(egui::accesskit::Role::Button, "Web chat").click();
    harness.run_steps(4);
    write_into(&mut harness, "Name", "Second shop");
    let add: Vec<_> = harness.query_all_by_label("Add account").collect();
    add.last().expect("a button that adds it").click();
    drop(add);
    harness.run_steps(4);
    let added = matches!(commands(&desk).last(),
        Some(DeskCommand::AddAccount { wish, .. }) if wish.title == "Second shop");
    assert!(added, "{:?}", commands(&desk).last());
}
