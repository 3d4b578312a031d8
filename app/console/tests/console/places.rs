//! The places beside the desk, driven by their accessible names.

use std::sync::Arc;

use assets::Language;
use egui::vec2;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable},
};
use model::{
    PluginId, TicketId,
    command::{Command, DeskCommand, FindingCommand, PluginCommand, SecretText, TicketCommand},
    plugin::Capability,
    port::Desk,
    ticket::Stage,
    view::SecretState,
};
use switchboard_console::{
    Place, ShellRequest,
    fixture::{self, Fixture},
};

use crate::window::{self, SIZE, Window, click};

fn window(desk: &Arc<Fixture>, language: Language, place: Place) -> Harness<'static, Window> {
    let mut console = window::console(desk, language);
    console.open_conversation(desk.conversations()[0]);
    console.go(place);
    window::show(console, SIZE)
}

fn plugin_commands(desk: &Fixture) -> Vec<(PluginId, PluginCommand)> {
    let sent = desk.sent().into_iter();
    sent.filter_map(|command| match command {
        Command::Plugin(plugin, command) => Some((plugin, command)),
        _ => None,
    })
    .collect()
}

#[test]
fn allowing_grants_exactly_what_was_asked_for() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Plugins);
    click(&mut harness, "Translation, Needs permission");
    click(&mut harness, "Review permissions");
    assert!(harness.query_all_by_label("Connect to api.example.com:443").count() >= 1);
    click(&mut harness, "Allow");
    let asked =
        vec![Capability::Http("api.example.com:443".into()), Capability::Kv, Capability::Conversations];
    let granted = (PluginId::from("translate"), PluginCommand::Grant(asked));
    assert_eq!(plugin_commands(&desk), [granted]);
    assert!(harness.query_by_label("Not now").is_none(), "the dialog is closed");
}

#[test]
fn not_now_and_escape_grant_nothing() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Plugins);
    click(&mut harness, "Translation, Needs permission");
    click(&mut harness, "Review permissions");
    click(&mut harness, "Not now");
    click(&mut harness, "Review permissions");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(4);
    assert!(harness.query_by_label("Not now").is_none(), "Escape closes the dialog");
    assert!(plugin_commands(&desk).is_empty());
}

#[test]
fn a_plugin_is_paused_resumed_and_removed_only_when_meant() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Plugins);
    click(&mut harness, "Courtesy check, Healthy");
    click(&mut harness, "Pause");
    click(&mut harness, "Membership, Quarantined");
    click(&mut harness, "Resume");
    click(&mut harness, "Remove");
    click(&mut harness, "Keep it");
    click(&mut harness, "Remove");
    click(&mut harness, "Remove it");
    let crm = PluginId::from("crm-rest");
    let expected = [
        (PluginId::from("courtesy"), PluginCommand::Pause),
        (crm.clone(), PluginCommand::Resume),
        (crm, PluginCommand::Remove),
    ];
    assert_eq!(plugin_commands(&desk), expected);
}

#[test]
fn a_ticket_moves_only_where_its_stage_allows() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Tickets);
    assert!(harness.query_by_label("Start work").is_none(), "it is in progress already");
    click(&mut harness, "Done");
    let moved = Command::Ticket(TicketId::from_u128(20931), TicketCommand::Move(Stage::Done));
    assert_eq!(desk.sent().last(), Some(&moved));
    let done = desk.view().tickets.iter().find(|ticket| ticket.stage == Stage::Done).cloned().unwrap();
    harness.get_by_label_contains(&done.number).click();
    harness.run_steps(4);
    assert!(harness.query_by_label("Start work").is_some());
    assert!(
        harness.query_by_label("Cancel ticket").is_none(),
        "a finished ticket can only be taken up again"
    );
}

#[test]
fn the_language_switches_at_once() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Settings);
    assert!(harness.query_by_label("Channel accounts").is_some());
    click(&mut harness, "简体中文");
    let key = "language".to_owned();
    let chosen = Command::Desk(DeskCommand::SetSetting { key, value: "zh-CN".into() });
    assert_eq!(desk.sent().last(), Some(&chosen));
    assert!(harness.query_by_label("渠道账号").is_some());
    assert!(harness.query_by_label("Channel accounts").is_none());
}

#[test]
fn the_microphone_is_let_go_when_settings_are_left() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Settings);
    assert!(harness.state().requests.contains(&ShellRequest::ListAudioDevices));
    harness.get_by_role_and_label(egui::accesskit::Role::Button, "Check microphone").click();
    harness.run_steps(4);
    assert!(harness.state().requests.contains(&ShellRequest::StartMicrophoneCheck(None)));
    harness.state_mut().console.go(Place::Desk);
    harness.run_steps(3);
    let stops = |request: &&ShellRequest| matches!(request, ShellRequest::StopMicrophoneCheck);
    assert_eq!(harness.state().requests.iter().filter(stops).count(), 1);
}

#[test]
fn a_finding_is_acknowledged_from_the_list() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Quality);
    click(&mut harness, "Understood");
    let answered = desk.sent().into_iter().any(|command| {
        matches!(command, Command::Finding(id, _, FindingCommand::Understood) if id == desk.conversations()[0])
    });
    assert!(answered, "{:?}", desk.sent());
}

#[test]
fn edges_of_panels_have_a_name_in_the_desks_language() {
    for place in [Place::Desk, Place::Tickets, Place::Knowledge, Place::Plugins] {
        let desk = fixture::desk(Language::Chinese);
        let harness = window(&desk, Language::Chinese, place);
        let edges = harness.get_all_by_role(egui::accesskit::Role::Splitter);
        let names: Vec<_> = edges.map(|edge| edge.accesskit_node().label().unwrap_or_default()).collect();
        assert!(!names.is_empty() && names.iter().all(|name| name == "调整面板宽度"), "{place:?}: {names:?}");
    }
}

#[test]
fn the_plugin_that_slows_the_desk_is_named() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Plugins);
    assert!(harness.query_by_label_contains("Nothing slows the desk").is_some());
    let row = Arc::clone(&desk.view().plugins[0]);
    // Half a core for as long as the window has been open.
    desk.change(|view| {
        let mut busy = (*view.plugins[0]).clone();
        busy.signals.guest_cpu_us += 30_000_000;
        let mut rows = view.plugins.to_vec();
        rows[0] = Arc::new(busy);
        view.plugins = Arc::new(rows);
    });
    harness.run_steps(4);
    let words = format!("{} slows the desk", row.manifest.name);
    assert!(harness.query_by_label_contains(&words).is_some(), "{words}");
}

#[test]
fn a_secret_is_typed_masked_saved_and_cleared() {
    let desk = fixture::desk(Language::English);
    let slot_is = |state: SecretState| {
        desk.change(|view| {
            let plugins = Arc::make_mut(&mut view.plugins);
            let row = plugins.iter_mut().find(|row| row.manifest.id.as_str() == "crm-rest").unwrap();
            let secrets = &mut Arc::make_mut(row).secrets;
            secrets.iter_mut().find(|secret| secret.slot == "token").unwrap().state = state;
        });
    };
    let mut harness = window(&desk, Language::English, Place::Plugins);
    click(&mut harness, "Membership, Quarantined");
    let place = "Goes only to crm.example.com:443, in the header “authorization”, as “Bearer ••••”";
    assert!(harness.query_by_label(place).is_some(), "where it goes, from the manifest");
    assert!(harness.query_by_label("Only for signatures; it is never sent").is_some());
    assert!(
        harness.query_by_label("Sign with the secret “signing” without seeing it").is_some(),
        "it goes nowhere"
    );
    assert_eq!(harness.query_all_by_label("Not set").count(), 2);
    assert!(harness.query_by_label("Clear Membership token").is_none(), "there is nothing to clear");
    let field = harness.get_by_label("New value of Membership token");
    assert_eq!(field.accesskit_node().role(), egui::accesskit::Role::PasswordInput);
    field.click();
    harness.run_steps(2);
    harness.get_by_label("New value of Membership token").type_text("sk-1");
    harness.run_steps(2);
    let shown = harness.get_by_label("New value of Membership token").accesskit_node().value();
    assert!(!shown.unwrap_or_default().contains("sk-1"), "a screen reader does not read it out");
    click(&mut harness, "Save Membership token");
    let crm = PluginId::from("crm-rest");
    let slot = || "token".to_owned();
    let secret = SecretText::new("sk-1".to_owned().into());
    let kept = PluginCommand::KeepSecret { account: None, slot: slot(), secret };
    assert_eq!(plugin_commands(&desk), [(crm.clone(), kept)]);
    let left = harness.get_by_label("New value of Membership token").accesskit_node().value();
    assert_eq!(left.unwrap_or_default(), "", "the field is empty again");

    slot_is(SecretState::Unreadable);
    harness.run_steps(4);
    assert!(harness.query_by_label("Cannot be opened any more; please type it again").is_some());
    slot_is(SecretState::Set(desk.view().now));
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("Set ").is_some());
    click(&mut harness, "Clear Membership token");
    let cleared = PluginCommand::ForgetSecret { account: None, slot: slot() };
    assert_eq!(plugin_commands(&desk).last(), Some(&(crm, cleared)));
}

#[test]
fn what_a_plugin_sent_is_listed_with_what_was_denied() {
    let desk = fixture::desk(Language::English);
    let mut harness = window(&desk, Language::English, Place::Plugins);
    click(&mut harness, "Membership, Quarantined");
    assert!(
        harness.query_by_label("POST crm.example.com:443").is_none(),
        "it is asked for when it is opened"
    );
    // It stands far down the page.
    harness.set_size(vec2(1440.0, 2400.0));
    harness.run_steps(6);
    click(&mut harness, "Show what it sent");
    let denied = harness.get_by_label("POST tracker.example.net:443").rect();
    let sent = harness.get_by_label("POST crm.example.com:443").rect();
    assert!(denied.top() < sent.top(), "the newest first");
    assert!(harness.query_by_label("Denied").is_some());
    let needs = "Would be allowed by: capabilities = [{ http = \"tracker.example.net:443\" }]";
    assert!(harness.query_by_label(needs).is_some());
    assert!(harness.query_by_label("3 times").is_some());
    assert!(harness.query_by_label("Answered 200").is_some());
    let name = desk.view().queue[0].name.clone();
    let about = format!("With the secret token · About {name}");
    assert!(harness.query_by_label_contains(&about).is_some());
    click(&mut harness, "Hide what it sent");
    assert!(harness.query_by_label("Denied").is_none());
}
