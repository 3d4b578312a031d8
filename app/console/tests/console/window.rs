//! A window over the hand-made desk.

use std::sync::Arc;

use assets::Language;
use egui::{Event, Key, Modifiers, Vec2, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use model::port::Desk;
use switchboard_console::{Console, Options, ShellRequest, ShellState, fixture::Fixture};

/// The ordinary size, in points.
pub const SIZE: Vec2 = vec2(1440.0, 900.0);

/// The console, what the shell tells it and what it asked of the shell.
pub struct Window {
    pub console: Console,
    pub shell: ShellState,
    pub requests: Vec<ShellRequest>,
}

/// A console over a desk, in a zone of its own.
pub fn console(desk: &Arc<Fixture>, language: Language) -> Console {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Console::new(Arc::clone(desk) as Arc<dyn Desk>, Options { language, zone })
}

/// Shows it until it stands still.
pub fn show(console: Console, size: Vec2) -> Harness<'static, Window> {
    let shell = ShellState { focused: true, ..ShellState::default() };
    let window = Window { console, shell, requests: Vec::new() };
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        |ui, window: &mut Window| {
            window.console.logic(ui.ctx(), &window.shell);
            window.console.ui(ui, &window.shell);
            let requests = window.console.take_requests();
            window.requests.extend(requests);
        },
        window,
    );
    harness.run_steps(6);
    harness
}

pub fn click(harness: &mut Harness<'_, Window>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(4);
}

pub fn press(harness: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

pub fn type_text(harness: &mut Harness<'_, Window>, text: &str) {
    harness.event(Event::Text(text.to_owned()));
    harness.run_steps(2);
}
