//! What the commands do, one function for each noun.

use model::{
    command::{AgentCommand, Command, ConversationCommand, FormCommand},
    presence::{BreakReason, Presence},
};

use crate::{
    Action, Console, Place, ShellState,
    command::CommandId,
    composer::{Mode, field_id},
    console::context_of,
    derived::Section,
    overlay::Dialog,
    panel::proposal,
    settings,
    shell::ShellRequest,
};

/// Steps of the scale, in per cent.
const SCALE_STEP: u32 = 10;

/// Runs a command.
pub fn run(console: &mut Console, ctx: &egui::Context, shell: &ShellState, time: f64, command: CommandId) {
    match command.noun() {
        "conversation" | "queue" => conversation(console, ctx, command),
        "proposal" => decide(console, shell, time, command),
        "ticket" => ticket(console, command),
        "knowledge" => {
            console.open.place = Place::Knowledge;
            console.places.focus_search();
        }
        "presence" => presence(console, command),
        _ => window(console, ctx, command),
    }
}

fn later(console: &Console, action: Action) {
    console.outgoing.actions.borrow_mut().push(action);
}

fn conversation(console: &mut Console, ctx: &egui::Context, command: CommandId) {
    let active = console.open.active();
    match command {
        CommandId::ConversationTakeNext => take_next(console),
        CommandId::ConversationTake => console.conversation(ConversationCommand::Take),
        CommandId::ConversationResume => console.conversation(ConversationCommand::Resume),
        CommandId::ConversationReopen => console.conversation(ConversationCommand::Reopen),
        CommandId::ConversationPark => console.conversation(ConversationCommand::Park(None)),
        CommandId::ConversationTransfer => {
            if let Some(id) = active {
                later(console, Action::Show(Dialog::Transfer(id)));
            }
        }
        CommandId::ConversationClose => {
            if let Some(id) = active {
                later(console, Action::Show(Dialog::WrapUp(id)));
            }
        }
        CommandId::ConversationTag => {
            if let Some(id) = active {
                later(console, Action::Show(Dialog::Tag(id)));
            }
        }
        CommandId::ConversationNext | CommandId::ConversationPrevious => {
            let step = if command == CommandId::ConversationNext { 1 } else { -1 };
            if let Some(next) = console.queue.neighbour(&console.received.view, active, step) {
                console.queue.reveal(&console.received.view, next);
                console.open_conversation(next);
            }
        }
        CommandId::ConversationNote => {
            if let Some(id) = active {
                let draft = console.composer.draft(id);
                draft.mode = if draft.mode == Mode::Note { Mode::Reply } else { Mode::Note };
                console.composer.focus();
            }
        }
        CommandId::ConversationAttach => {
            if let Some(id) = active {
                console.outgoing.requests.push(ShellRequest::PickFiles(id));
            }
        }
        CommandId::QueueFilter => console.queue.focus_filter(),
        // Sending belongs to the composer, which knows what stands in the way: it gets the keyboard.
        _ => {
            if let Some(id) = active {
                ctx.memory_mut(|memory| memory.request_focus(field_id(id, Mode::Reply)));
            }
            console.composer.focus();
        }
    }
}

fn take_next(console: &mut Console) {
    let Some(index) = console.received.derived.section(Section::Waiting).first() else { return };
    let Some(id) = console.received.view.queue.get(*index).map(|row| row.id) else { return };
    console.open_conversation(id);
    console.conversation(ConversationCommand::Take);
}

fn decide(console: &mut Console, shell: &ShellState, time: f64, command: CommandId) {
    let actions = std::cell::RefCell::new(Vec::new());
    {
        let ctx = context_of(console, shell, time, &actions);
        let Some(thread) = ctx.thread() else { return };
        let Some(best) = proposal::best(thread) else { return };
        match command {
            CommandId::ProposalDismiss => proposal::dismiss(&ctx, thread, best),
            CommandId::ProposalAccept => proposal::accept(&ctx, thread, best, true),
            _ => proposal::accept(&ctx, thread, best, false),
        }
    }
    console.outgoing.actions.borrow_mut().extend(actions.into_inner());
}

fn ticket(console: &mut Console, command: CommandId) {
    let Some(id) = console.open.active() else { return };
    let form = match command {
        CommandId::TicketSubmit => FormCommand::Submit,
        CommandId::TicketAcceptFields => FormCommand::AcceptAllFilled,
        _ => {
            let Some(first) = console.received.view.ticket_types.first() else { return };
            FormCommand::Open { plugin: first.plugin.clone(), kind: first.kind.clone() }
        }
    };
    console.send(Command::Form(id, form));
}

fn presence(console: &mut Console, command: CommandId) {
    let presence = match command {
        CommandId::PresenceReady => Presence::Ready,
        CommandId::PresenceBusy => Presence::Busy,
        CommandId::PresenceBreak => Presence::Break(BreakReason::Rest),
        _ => Presence::Offline,
    };
    console.send(Command::Agent(AgentCommand::SetPresence(presence)));
}

fn window(console: &mut Console, ctx: &egui::Context, command: CommandId) {
    match command {
        CommandId::WindowPalette => {
            console.overlays.palette.open();
            // At once, so that a quick hand's next letters do not land in the reply.
            ctx.memory_mut(|memory| memory.request_focus(crate::overlay::palette_field()));
        }
        CommandId::WindowDesk => console.open.place = Place::Desk,
        CommandId::WindowTickets => console.open.place = Place::Tickets,
        CommandId::WindowKnowledge => console.open.place = Place::Knowledge,
        CommandId::WindowQuality => console.open.place = Place::Quality,
        CommandId::WindowPlugins => console.open.place = Place::Plugins,
        CommandId::WindowSettings => console.open.place = Place::Settings,
        CommandId::WindowTheme => {
            let dark = ctx.theme() == egui::Theme::Dark;
            console.set(settings::THEME, if dark { "light" } else { "dark" });
        }
        CommandId::WindowLanguage => {
            let other = console.look.locale.language().other();
            console.set(settings::LANGUAGE, other.tag());
        }
        CommandId::WindowScaleUp | CommandId::WindowScaleDown => {
            let scale = settings::scale(&console.received.view);
            let up = command == CommandId::WindowScaleUp;
            let next = if up { scale + SCALE_STEP } else { scale.saturating_sub(SCALE_STEP) };
            let next = next.clamp(*settings::SCALE_RANGE.start(), *settings::SCALE_RANGE.end());
            console.set(settings::SCALE, &next.to_string());
        }
        CommandId::WindowNextTab => {
            console.open.step(1);
            console.composer.focus();
        }
        CommandId::WindowCloseTab => {
            if let Some(active) = console.open.active() {
                console.open.close(active, &*console.desk);
            }
        }
        CommandId::WindowDock => {
            let closed = settings::value(&console.received.view, settings::DOCK) == "closed";
            console.set(settings::DOCK, if closed { "open" } else { "closed" });
        }
        CommandId::WindowShortcuts => later(console, Action::Show(Dialog::Shortcuts)),
        _ => {}
    }
}
