//! The commands of the desk as a table: one entry each, which feeds the palette, the shortcuts, the tooltips
//! and the list of shortcuts. Names and hints stand in the locales under the same key.

use egui::{Key, KeyboardShortcut, Modifiers};
use model::conversation::Status;

use crate::Ctx;

/// When a command makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// A conversation is in the foreground.
    Open,
    /// It is mine.
    Mine,
    /// It is not mine and not closed.
    NotMine,
    /// It is parked by me.
    Parked,
    /// It is closed.
    Closed,
    /// There is a proposal above the composer.
    Proposal,
    /// A ticket form is open beside it.
    Form,
    /// A ticket form could be opened.
    TicketTypes,
    /// Somebody waits in the queue.
    Waiting,
}

struct Spec {
    id: CommandId,
    key: &'static str,
    shortcut: Option<KeyboardShortcut>,
    /// The key as it is shown where it works only in its own surroundings, such as `Tab` in the composer.
    shown: &'static str,
    when: When,
}

#[expect(clippy::unnecessary_wraps, reason = "it fills a column that is empty for some commands")]
const fn keys(modifiers: Modifiers, key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(modifiers, key))
}

const CTRL: Modifiers = Modifiers::COMMAND;
const ALT: Modifiers = Modifiers::ALT;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
const CTRL_ALT: Modifiers = Modifiers { alt: true, ..Modifiers::COMMAND };
const NONE: Modifiers = Modifiers::NONE;

macro_rules! commands {
    ($($name:ident, $key:literal, $shortcut:expr, $shown:literal, $when:ident;)*) => {
        /// A command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "described by their keys in the locales")]
        pub enum CommandId { $($name,)* }

        static TABLE: &[Spec] = &[
            $(Spec { id: CommandId::$name, key: $key, shortcut: $shortcut, shown: $shown, when: When::$when },)*
        ];
    };
}

commands! {
    ConversationSend, "command-conversation-send", None, "Enter", Mine;
    ConversationTakeNext, "command-conversation-take-next", keys(NONE, Key::F2), "", Waiting;
    ConversationTake, "command-conversation-take", keys(ALT, Key::G), "", NotMine;
    ConversationTransfer, "command-conversation-transfer", keys(ALT, Key::T), "", Mine;
    ConversationPark, "command-conversation-park", keys(ALT, Key::P), "", Mine;
    ConversationResume, "command-conversation-resume", keys(ALT, Key::R), "", Parked;
    ConversationClose, "command-conversation-close", keys(ALT, Key::W), "", Mine;
    ConversationReopen, "command-conversation-reopen", None, "", Closed;
    ConversationNext, "command-conversation-next", keys(ALT, Key::J), "", Always;
    ConversationPrevious, "command-conversation-previous", keys(ALT, Key::K), "", Always;
    ConversationNote, "command-conversation-note", keys(ALT, Key::M), "", Open;
    ConversationTag, "command-conversation-tag", keys(ALT, Key::L), "", Open;
    ConversationAttach, "command-conversation-attach", keys(ALT, Key::F), "", Mine;
    ConversationFocusComposer, "command-conversation-focus-composer", keys(ALT, Key::I), "", Open;
    ProposalAccept, "command-proposal-accept", None, "Tab", Proposal;
    ProposalEdit, "command-proposal-edit", keys(CTRL, Key::E), "", Proposal;
    ProposalDismiss, "command-proposal-dismiss", None, "Esc", Proposal;
    TicketNew, "command-ticket-new", keys(ALT, Key::N), "", TicketTypes;
    TicketSubmit, "command-ticket-submit", keys(CTRL_SHIFT, Key::Enter), "", Form;
    TicketAcceptFields, "command-ticket-accept-fields", keys(ALT, Key::A), "", Form;
    KnowledgeSearch, "command-knowledge-search", keys(CTRL_SHIFT, Key::K), "", Always;
    QueueFilter, "command-queue-filter", keys(CTRL, Key::F), "", Always;
    PresenceReady, "command-presence-ready", keys(CTRL_ALT, Key::Num1), "", Always;
    PresenceBusy, "command-presence-busy", keys(CTRL_ALT, Key::Num2), "", Always;
    PresenceBreak, "command-presence-break", keys(CTRL_ALT, Key::Num3), "", Always;
    PresenceOffline, "command-presence-offline", keys(CTRL_ALT, Key::Num0), "", Always;
    WindowPalette, "command-window-palette", keys(CTRL, Key::K), "", Always;
    WindowDesk, "command-window-desk", keys(CTRL, Key::Num1), "", Always;
    WindowTickets, "command-window-tickets", keys(CTRL, Key::Num2), "", Always;
    WindowKnowledge, "command-window-knowledge", keys(CTRL, Key::Num3), "", Always;
    WindowQuality, "command-window-quality", keys(CTRL, Key::Num4), "", Always;
    WindowPlugins, "command-window-plugins", keys(CTRL, Key::Num5), "", Always;
    WindowSettings, "command-window-settings", keys(CTRL, Key::Num6), "", Always;
    WindowTheme, "command-window-theme", keys(CTRL_SHIFT, Key::L), "", Always;
    WindowLanguage, "command-window-language", keys(CTRL_SHIFT, Key::E), "", Always;
    WindowScaleUp, "command-window-scale-up", keys(CTRL, Key::Plus), "", Always;
    WindowScaleDown, "command-window-scale-down", keys(CTRL, Key::Minus), "", Always;
    WindowNextTab, "command-window-next-tab", keys(CTRL, Key::Tab), "", Open;
    WindowCloseTab, "command-window-close-tab", keys(CTRL, Key::W), "", Open;
    WindowDock, "command-window-dock", keys(CTRL, Key::B), "", Always;
    WindowShortcuts, "command-window-shortcuts", keys(NONE, Key::F1), "", Always;
}

impl CommandId {
    /// Every command, in the order of the list of shortcuts.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|spec| spec.id)
    }

    fn spec(self) -> &'static Spec {
        &TABLE[self as usize]
    }

    /// The key of its name; the hint is the attribute `hint` of the same key.
    pub fn key(self) -> &'static str {
        self.spec().key
    }

    /// The noun it belongs to, as it stands in its key.
    pub fn noun(self) -> &'static str {
        self.key().split('-').nth(1).unwrap_or_default()
    }

    /// Its keys: the person's own, or those it comes with.
    pub fn shortcut(self, ctx: &Ctx<'_>) -> Option<KeyboardShortcut> {
        match ctx.view.settings.get(&setting_name(self)).map(String::as_str) {
            Some(OWN_DEFAULT) | None => self.spec().shortcut,
            Some(own) => parse_shortcut(own),
        }
    }

    /// Whether a person has given it other keys than it comes with.
    pub fn is_changed(self, ctx: &Ctx<'_>) -> bool {
        self.shortcut(ctx) != self.spec().shortcut
    }

    /// Its keys in words, or nothing.
    pub fn shortcut_text(self, ctx: &Ctx<'_>) -> String {
        self.shortcut(ctx).map_or_else(|| self.spec().shown.to_owned(), shortcut_words)
    }

    /// Its name with its keys, for tooltips.
    pub fn tooltip(self, ctx: &Ctx<'_>) -> String {
        let keys = self.shortcut_text(ctx);
        let name = ctx.t(self.key());
        if keys.is_empty() { name.to_owned() } else { format!("{name}  {keys}") }
    }

    /// Whether it makes sense now.
    pub fn is_enabled(self, ctx: &Ctx<'_>) -> bool {
        let row = ctx.active.and_then(|active| ctx.row(active));
        let status = row.map(|row| &row.status);
        let thread = ctx.thread();
        let me = ctx.view.me;
        match self.spec().when {
            When::Always => true,
            When::Open => row.is_some(),
            When::Mine => matches!(status,
                Some(Status::Assigned(agent) | Status::Parked { agent, .. }) if *agent == me),
            When::NotMine => match status {
                Some(Status::Waiting) => true,
                Some(Status::Assigned(agent) | Status::Parked { agent, .. }) => *agent != me,
                _ => false,
            },
            When::Parked => matches!(status, Some(Status::Parked { agent, .. }) if *agent == me),
            When::Closed => matches!(status, Some(Status::Closed)),
            When::Proposal => thread.is_some_and(|thread| crate::panel::proposal::best(thread).is_some()),
            When::Form => thread.is_some_and(|thread| thread.form.is_some()),
            When::TicketTypes => row.is_some() && !ctx.view.ticket_types.is_empty(),
            When::Waiting => !ctx.derived.section(crate::derived::Section::Waiting).is_empty(),
        }
    }
}

/// The value of a setting that stands for the keys a command comes with.
pub const OWN_DEFAULT: &str = "default";
/// The value of a setting for a command that a person took the keys from.
pub const OWN_NONE: &str = "none";

/// The command that has these keys.
pub fn holder(ctx: &Ctx<'_>, shortcut: KeyboardShortcut) -> Option<CommandId> {
    CommandId::all().find(|command| command.shortcut(ctx) == Some(shortcut))
}

/// Why keys may not be given to a command, as a key of the locales.
///
/// Input methods: fcitx5 and `IBus` switch with Ctrl+Space and Shift+Space, fcitx5 opens its clipboard with Ctrl+; and
/// changes punctuation with Ctrl+. as it comes.
pub fn refusal(shortcut: KeyboardShortcut) -> Option<&'static str> {
    let KeyboardShortcut { modifiers, logical_key: key } = shortcut;
    let (ctrl, alt, shift) = (modifiers.command || modifiers.ctrl, modifiers.alt, modifiers.shift);
    let function_key = matches!(key.name().as_bytes(), [b'F', b'1'..=b'9', ..]);
    let moves = matches!(
        key,
        Key::ArrowLeft
            | Key::ArrowRight
            | Key::ArrowUp
            | Key::ArrowDown
            | Key::Home
            | Key::End
            | Key::Backspace
            | Key::Delete
            | Key::Insert
    );
    let edits = matches!(key, Key::A | Key::C | Key::V | Key::X | Key::Z | Key::Y);
    if alt && matches!(key, Key::F4 | Key::Tab | Key::Escape | Key::Space) || ctrl && alt && function_key {
        Some("shortcut-reason-system")
    } else if key == Key::Space && (ctrl || shift)
        || ctrl && matches!(key, Key::Semicolon | Key::Period)
        // fcitx5 changes between simplified and traditional characters with it.
        || ctrl && shift && key == Key::F
    {
        Some("shortcut-reason-input-method")
    } else if alt && !ctrl && !shift && TAB_KEYS.contains(&key) || ctrl && shift && key == Key::Tab {
        Some("shortcut-reason-tabs")
    } else if ctrl && !alt && (edits || moves) {
        Some("shortcut-reason-editing")
    } else if !ctrl && !alt && !function_key {
        Some("shortcut-reason-typing")
    } else {
        None
    }
}

/// With Alt they go to the tabs of open conversations.
pub const TAB_KEYS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// The setting that holds a person's own keys for a command.
pub fn setting_name(command: CommandId) -> String {
    format!("shortcut.{}", command.key().trim_start_matches("command-"))
}

/// Keys in words: `Ctrl+K`.
pub fn shortcut_words(shortcut: KeyboardShortcut) -> String {
    let mut words = String::new();
    let modifiers = shortcut.modifiers;
    for (held, name) in
        [(modifiers.command || modifiers.ctrl, "Ctrl+"), (modifiers.alt, "Alt+"), (modifiers.shift, "Shift+")]
    {
        if held {
            words.push_str(name);
        }
    }
    words.push_str(match shortcut.logical_key {
        Key::Plus => "+",
        Key::Minus => "-",
        key => key.name(),
    });
    words
}

/// Reads keys as [`shortcut_words`] writes them.
pub fn parse_shortcut(words: &str) -> Option<KeyboardShortcut> {
    let mut rest = words.trim();
    let mut modifiers = Modifiers::NONE;
    loop {
        let (held, tail) = match rest.split_once('+') {
            Some((held, tail)) if !held.is_empty() && !tail.is_empty() => (held, tail),
            _ => break,
        };
        match held {
            "Ctrl" => modifiers.command = true,
            "Alt" => modifiers.alt = true,
            "Shift" => modifiers.shift = true,
            _ => return None,
        }
        rest = tail;
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(rest)?))
}

/// Takes the shortcuts that were pressed. Those without a modifier are function keys, which no text field uses.
pub fn pressed(ctx: &Ctx<'_>, input: &mut egui::InputState) -> Vec<CommandId> {
    if !input.events.iter().any(|event| matches!(event, egui::Event::Key { pressed: true, .. })) {
        return Vec::new();
    }
    let table: Vec<(CommandId, KeyboardShortcut)> =
        CommandId::all().filter_map(|id| id.shortcut(ctx).map(|shortcut| (id, shortcut))).collect();
    table
        .into_iter()
        .filter(|(id, shortcut)| id.is_enabled(ctx) && take(input, *shortcut))
        .map(|(id, _)| id)
        .collect()
}

/// Takes a key that was pressed with exactly these modifiers; egui would ignore Shift and Alt held in addition.
pub fn take(input: &mut egui::InputState, shortcut: KeyboardShortcut) -> bool {
    let wanted = shortcut.modifiers;
    let before = input.events.len();
    input.events.retain(|event| {
        let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
        // `+` needs Shift on many keyboards.
        let shift = modifiers.shift == wanted.shift || shortcut.logical_key == Key::Plus;
        let fits = shift && modifiers.alt == wanted.alt && modifiers.command == wanted.command;
        *key != shortcut.logical_key || !fits
    });
    let taken = input.events.len() < before;
    if taken && wanted.alt {
        // The letter of a key held with Alt arrives as text too.
        input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text.len() == 1));
    }
    taken
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_command_stands_at_its_own_place_with_its_own_keys() {
        let mut seen = HashSet::new();
        for (index, spec) in TABLE.iter().enumerate() {
            assert_eq!(spec.id as usize, index);
            if let Some(shortcut) = spec.shortcut {
                assert!(seen.insert(shortcut), "{}: {shortcut:?} is taken", spec.key);
            }
        }
    }

    #[test]
    fn no_command_comes_with_keys_that_would_be_refused() {
        for spec in TABLE {
            assert_eq!(spec.shortcut.and_then(refusal), None, "{}", spec.key);
        }
    }

    #[test]
    fn keys_that_typing_needs_are_refused_with_the_reason() {
        let cases = [
            (NONE, Key::J, Some("shortcut-reason-typing")),
            (Modifiers::SHIFT, Key::J, Some("shortcut-reason-typing")),
            (NONE, Key::Enter, Some("shortcut-reason-typing")),
            (NONE, Key::F7, None),
            (CTRL, Key::V, Some("shortcut-reason-editing")),
            (CTRL_SHIFT, Key::F, Some("shortcut-reason-input-method")),
            (CTRL_SHIFT, Key::K, None),
            (CTRL_SHIFT, Key::Z, Some("shortcut-reason-editing")),
            (CTRL, Key::ArrowLeft, Some("shortcut-reason-editing")),
            (CTRL, Key::Space, Some("shortcut-reason-input-method")),
            (Modifiers::SHIFT, Key::Space, Some("shortcut-reason-input-method")),
            (CTRL, Key::Period, Some("shortcut-reason-input-method")),
            (ALT, Key::Num3, Some("shortcut-reason-tabs")),
            (ALT, Key::F4, Some("shortcut-reason-system")),
            (CTRL_ALT, Key::F2, Some("shortcut-reason-system")),
            (CTRL, Key::J, None),
            (ALT, Key::V, None),
            (CTRL_ALT, Key::V, None),
        ];
        for (modifiers, key, expected) in cases {
            assert_eq!(refusal(KeyboardShortcut::new(modifiers, key)), expected, "{modifiers:?} {key:?}");
        }
    }

    #[test]
    fn every_command_has_a_name_and_a_hint_in_both_languages() {
        for language in assets::Language::both() {
            let locale = assets::Locale::new(language);
            for spec in TABLE {
                assert!(locale.has(spec.key), "{}", spec.key);
                assert!(locale.has(&format!("{}.hint", spec.key)), "{}", spec.key);
            }
        }
    }

    #[test]
    fn keys_in_words_can_be_read_back() {
        for spec in TABLE {
            if let Some(shortcut) = spec.shortcut {
                let words = shortcut_words(shortcut);
                assert_eq!(parse_shortcut(&words), Some(shortcut), "{words}");
            }
        }
        assert_eq!(parse_shortcut("Hyper+K"), None);
        assert_eq!(parse_shortcut(""), None);
    }
}
