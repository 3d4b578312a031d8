//! The console: receives in [`Console::logic`], draws in [`Console::ui`], and hands out what the system has to
//! do in [`Console::take_requests`].

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use assets::Language;
use egui::{Frame, Panel, Ui};
use jiff::{Timestamp, tz::TimeZone};
use model::{
    ConversationId,
    command::{Command, ConversationCommand, DeskCommand, FileBytes},
    port::{Answer, Desk, Question},
    view::View,
};

use crate::{
    Action, Ctx, Place, ShellRequest, ShellState, Slot,
    attention::Attention,
    command::{self, CommandId},
    composer::{Composer, put_from_elsewhere},
    derived::Derived,
    dock::Dock,
    handle,
    idle::{Blinking, Clocks},
    look::Look,
    open::OpenWork,
    overlay::Overlays,
    panel::{self, header, queue::Queue},
    picture::Pictures,
    place::Places,
    settings,
    shell::DecodedPicture,
    theme::ThemeChoice,
    timeline::Timeline,
    widget,
};

/// Timelines that are kept for tabs that were closed again.
const TIMELINES_MAX: usize = 256;

/// Commands that found no room and drafts are looked after again after this long.
const AGAIN_AFTER_S: f32 = 0.1;

/// How a console begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// The language until a setting says otherwise.
    pub language: Language,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

impl Default for Options {
    fn default() -> Self {
        Self { language: Language::default(), zone: TimeZone::system() }
    }
}

/// The newest view, what is worked out from it, and the engine's clock running on.
pub(crate) struct Received {
    pub view: Arc<View>,
    pub derived: Derived,
    pictures: RefCell<Pictures>,
    zone: TimeZone,
    /// egui's time when the view came.
    at: f64,
}

impl Received {
    fn now(&self, time: f64) -> Timestamp {
        let passed = jiff::SignedDuration::from_secs_f64((time - self.at).max(0.0));
        self.view.now.checked_add(passed).unwrap_or(self.view.now)
    }
}

/// Everything the window remembers. It owns how things look, never what they are.
pub struct Console {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) received: Received,
    pub(crate) look: Look,
    pub(crate) open: OpenWork,
    pub(crate) queue: Queue,
    pub(crate) composer: Composer,
    pub(crate) timelines: HashMap<ConversationId, Timeline>,
    pub(crate) overlays: Overlays,
    pub(crate) dock: Dock,
    pub(crate) places: Places,
    pub(crate) attention: Attention,
    pub(crate) idle: Idle,
    pub(crate) outgoing: Outgoing,
}

/// What lets the window rest.
#[derive(Default)]
pub(crate) struct Idle {
    clocks: Clocks,
    blinking: Blinking,
}

/// What waits to be done after the frame.
#[derive(Default)]
pub(crate) struct Outgoing {
    pub requests: Vec<ShellRequest>,
    pub actions: RefCell<Vec<Action>>,
    /// Commands the engine had no room for; they are tried again with the next frame.
    pub commands: Vec<Command>,
    transcripts: Vec<Slot>,
}

impl Console {
    /// A console over a desk.
    pub fn new(desk: Arc<dyn Desk>, options: Options) -> Self {
        let view = desk.view();
        Self {
            desk,
            received: Received {
                view,
                derived: Derived::default(),
                pictures: RefCell::default(),
                zone: options.zone,
                at: 0.0,
            },
            look: Look::new(options.language),
            open: OpenWork::default(),
            queue: Queue::default(),
            composer: Composer::default(),
            timelines: HashMap::new(),
            overlays: Overlays::default(),
            dock: Dock::default(),
            places: Places::default(),
            attention: Attention::default(),
            idle: Idle::default(),
            outgoing: Outgoing::default(),
        }
    }

    /// Takes in what is new: the view, answers, time. Also runs while the window is minimised.
    pub fn logic(&mut self, ctx: &egui::Context, shell: &ShellState) {
        let time = ctx.input(|input| input.time);
        let view = self.desk.view();
        if !Arc::ptr_eq(&view, &self.received.view) || self.received.at == 0.0 {
            self.received.view = view;
            self.received.at = time;
        }
        self.received.derived.update(&self.received.view);
        if self.look.update(ctx, &self.received.view) {
            self.outgoing.requests.push(ShellRequest::SetTheme(self.look.choice()));
        }
        self.send_waiting();
        self.composer.save(&*self.desk, time, false);
        self.open.send(&*self.desk);
        let toast_s = f64::from(self.look.theme.tokens.motion.toast_ms) / 1000.0;
        self.overlays.toasts.receive(&self.received.view, time, toast_s);
        self.finish_transcripts();
        let actions = RefCell::new(Vec::new());
        let mut attention = std::mem::take(&mut self.attention);
        attention.update(&context_of(self, shell, time, &actions), time);
        self.attention = attention;
        if shell.focused && !shell.minimised {
            self.mark_seen();
        }
        self.outgoing.actions.borrow_mut().extend(actions.into_inner());
        self.idle.blinking.update(ctx, time);
        self.come_back(ctx, time);
    }

    /// What is to be done although nothing happens.
    fn come_back(&self, ctx: &egui::Context, time: f64) {
        if self.composer.has_unsaved() || !self.outgoing.commands.is_empty() {
            ctx.request_repaint_after_secs(AGAIN_AFTER_S);
        }
        if let Some(left) = self.attention.rings_for(time) {
            ctx.request_repaint_after_secs(left);
        }
    }

    fn mark_seen(&mut self) {
        let Some(active) = self.open.active().filter(|_| self.open.place == Place::Desk) else { return };
        let at_bottom = self.timelines.get(&active).is_some_and(Timeline::is_at_bottom);
        let sequence = self.received.view.threads.get(&active).map(|thread| thread.sequence);
        if let Some(sequence) = sequence
            && at_bottom
        {
            self.open.mark_seen(&*self.desk, active, sequence);
        }
    }

    fn send_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.outgoing.commands);
        for command in waiting {
            self.send(command);
        }
    }

    /// Sends a command; one that finds no room is kept for the next frame.
    pub(crate) fn send(&mut self, command: Command) {
        if self.desk.send(command.clone()).is_err() {
            self.outgoing.commands.push(command);
        }
    }

    /// Draws the whole window.
    pub fn ui(&mut self, ui: &mut Ui, shell: &ShellState) {
        let time = ui.input(|input| input.time);
        self.idle.clocks.begin();
        widget::galleys::begin(ui.ctx());
        self.shortcuts(ui, shell, time);
        self.draw(ui, shell, time);
        self.carry_out(ui.ctx(), shell, time);
        if !shell.minimised {
            ui.ctx().request_repaint_after(self.idle.clocks.rest(self.received.now(time)));
        }
    }

    fn shortcuts(&mut self, ui: &Ui, shell: &ShellState, time: f64) {
        if self.overlays.is_open() || self.composer.is_composing() || self.places.takes_keys() {
            return;
        }
        let actions = RefCell::new(Vec::new());
        let ctx = context_of(self, shell, time, &actions);
        let pressed = ui.input_mut(|input| command::pressed(&ctx, input));
        let (number, back) = ui.input_mut(|input| {
            let keys = |modifiers, key| egui::KeyboardShortcut::new(modifiers, key);
            let number = (0..9)
                .find(|index| command::take(input, keys(egui::Modifiers::ALT, command::TAB_KEYS[*index])));
            let shift = egui::Modifiers { shift: true, ..egui::Modifiers::COMMAND };
            (number, command::take(input, keys(shift, egui::Key::Tab)))
        });
        self.outgoing.actions.borrow_mut().extend(pressed.into_iter().map(Action::Run));
        if let Some(number) = number {
            self.open.number(number);
            self.composer.focus();
        }
        if back {
            self.open.step(-1);
            self.composer.focus();
        }
    }

    fn draw(&mut self, ui: &mut Ui, shell: &ShellState, time: f64) {
        let actions = RefCell::new(Vec::new());
        // What panels write to is taken out, so that they can borrow all the rest.
        let mut queue = std::mem::take(&mut self.queue);
        let mut composer = std::mem::take(&mut self.composer);
        let mut timelines = std::mem::take(&mut self.timelines);
        let mut overlays = std::mem::take(&mut self.overlays);
        let mut dock = std::mem::take(&mut self.dock);
        let mut places = std::mem::take(&mut self.places);
        {
            let ctx = context_of(self, shell, time, &actions);
            let theme = ctx.theme;
            ui.painter().rect_filled(ui.max_rect(), 0.0, theme.background);
            let bar = Frame::new().fill(theme.surface);
            let sizes = &theme.tokens.size;
            let fixed = |panel: Panel, size: f32| panel.exact_size(size).resizable(false).frame(bar);
            fixed(Panel::top("top"), sizes.top_bar)
                .show(ui, |ui| panel::top_bar::show(ui, &ctx, overlays.palette.is_open()));
            fixed(Panel::bottom("status"), sizes.status_bar)
                .show(ui, |ui| panel::status_line::show(ui, &ctx));
            fixed(Panel::left("rail"), sizes.rail)
                .show(ui, |ui| panel::rail::show(ui, &ctx, self.open.place));
            places.leave(&ctx, self.open.place);
            places.observe(&ctx, time);
            if self.open.place == Place::Desk {
                desk_place(
                    ui,
                    &ctx,
                    self.open.tabs(),
                    &mut Parts {
                        queue: &mut queue,
                        composer: &mut composer,
                        timelines: &mut timelines,
                        dock: &mut dock,
                    },
                );
            } else {
                let centre = egui::CentralPanel::default().frame(Frame::new().fill(theme.background));
                centre.show(ui, |ui| places.show(ui, &ctx, self.open.place));
            }
            overlays.show(ui, &ctx, self.attention.missed());
        }
        self.queue = queue;
        self.composer = composer;
        self.timelines = timelines;
        self.overlays = overlays;
        self.dock = dock;
        self.places = places;
        self.outgoing.actions.borrow_mut().extend(actions.into_inner());
    }

    /// Carries out what the panels want.
    fn carry_out(&mut self, ctx: &egui::Context, shell: &ShellState, time: f64) {
        let actions = std::mem::take(&mut *self.outgoing.actions.borrow_mut());
        let any = !actions.is_empty();
        for action in actions {
            self.act(ctx, shell, time, action);
        }
        let fresh =
            self.open.active().is_some_and(|active| !self.received.view.threads.contains_key(&active));
        self.open.send(&*self.desk);
        if any || fresh {
            ctx.request_repaint();
        }
        if self.timelines.len() > TIMELINES_MAX {
            let tabs = self.open.tabs().to_vec();
            self.timelines.retain(|conversation, _| tabs.contains(conversation));
        }
    }

    fn act(&mut self, ctx: &egui::Context, shell: &ShellState, time: f64, action: Action) {
        match action {
            Action::Send(command) => self.send(command),
            Action::Request(request) => self.outgoing.requests.push(request),
            Action::Run(command) => handle::run(self, ctx, shell, time, command),
            Action::Go(place) => self.open.place = place,
            Action::Open(conversation) => self.open_conversation(conversation),
            Action::OpenAt(conversation, sequence) => {
                self.open_conversation(conversation);
                self.timelines.entry(conversation).or_default().jump_to(sequence);
            }
            Action::CloseTab(conversation) => self.open.close(conversation, &*self.desk),
            Action::OpenArticle(article) => {
                self.open.place = Place::Knowledge;
                self.places.open_article(article);
            }
            Action::OpenTicket(ticket) => {
                self.open.place = Place::Tickets;
                self.places.open_ticket(ticket);
            }
            Action::Show(dialog) => {
                let actions = RefCell::new(Vec::new());
                let mut overlays = std::mem::take(&mut self.overlays);
                overlays.open(dialog, &context_of(self, shell, time, &actions));
                self.overlays = overlays;
            }
            Action::OpenShortcuts => {
                self.open.place = Place::Settings;
                self.places.open_shortcuts();
            }
            Action::ShowPicture(file) => self.overlays.viewer.open(file),
            Action::Tell(code) => self.tell(code, Vec::new()),
            Action::CloseDialog => {
                self.overlays.close();
                self.attention.clear_missed();
            }
            Action::CopyTranscript(conversation) => {
                let mut slot = Slot::default();
                slot.ask(&*self.desk, Question::Transcript(conversation));
                self.outgoing.transcripts.push(slot);
            }
            action @ Action::Draft { .. } => put_from_elsewhere(&mut self.composer, ctx, &action),
            Action::FocusComposer => self.composer.focus(),
            Action::FocusFilter => self.queue.focus_filter(),
        }
    }

    fn finish_transcripts(&mut self) {
        let requests = &mut self.outgoing.requests;
        let desk = &*self.desk;
        self.outgoing.transcripts.retain_mut(|slot| {
            slot.poll(desk);
            match slot.answer() {
                Some(Answer::Text(text)) => {
                    requests.push(ShellRequest::CopyText(text.clone()));
                    false
                }
                Some(_) => false,
                None => slot.is_loading(),
            }
        });
    }

    /// What the system has to do.
    pub fn take_requests(&mut self) -> Vec<ShellRequest> {
        std::mem::take(&mut self.outgoing.requests)
    }

    /// Opens a conversation in a tab, for instance because its notification was clicked.
    pub fn open_conversation(&mut self, conversation: ConversationId) {
        self.open.open(conversation);
        self.composer.focus();
    }

    /// Goes to a place.
    pub fn go(&mut self, place: Place) {
        self.open.place = place;
    }

    /// Runs a command as if its keys had been pressed.
    pub fn run(&mut self, command: CommandId) {
        self.outgoing.actions.borrow_mut().push(Action::Run(command));
    }

    /// A file that was picked or dropped has been read.
    pub fn file_read(&mut self, conversation: ConversationId, name: String, bytes: FileBytes) {
        self.send(Command::Desk(DeskCommand::StoreFile { conversation, name, bytes }));
    }

    /// A picture has been decoded, or the code of the reason why it cannot be.
    pub fn picture_decoded(
        &mut self,
        ctx: &egui::Context,
        file: model::FileId,
        side: u32,
        result: Result<DecodedPicture, String>,
    ) {
        self.received.pictures.get_mut().decoded(ctx, file, side, result);
        ctx.request_repaint();
    }

    /// Tells the person of something the system could not do: the code of an error and its arguments.
    pub fn tell(&mut self, code: &str, arguments: Vec<(String, String)>) {
        self.overlays.toasts.tell(code, arguments, self.received.view.now);
    }

    /// The person wants to close the window. True when it may close at once: with nothing open. Otherwise it
    /// is asked what to do with the work, and [`ShellRequest::Quit`] follows.
    pub fn may_close(&mut self) -> bool {
        let mine = self.received.derived.section(crate::derived::Section::Mine).len();
        let unsent = self.received.view.outbox.waiting as usize + self.received.view.outbox.trouble.len();
        if mine + unsent == 0 && !self.composer.has_unsaved() {
            return true;
        }
        self.outgoing.actions.borrow_mut().push(Action::Show(crate::overlay::Dialog::Quit));
        false
    }

    /// Saves every draft at once, before the program ends.
    pub fn flush(&mut self) {
        self.composer.save(&*self.desk, f64::MAX, true);
        self.send_waiting();
    }

    /// The theme the person chose.
    pub fn theme_choice(&self) -> ThemeChoice {
        self.look.choice()
    }

    /// The conversation in the foreground tab.
    pub fn active(&self) -> Option<ConversationId> {
        self.open.active()
    }

    /// Rows of the queue drawn in the last frame, for the bench and the tests.
    pub fn queue_rows_drawn(&self) -> usize {
        self.queue.rows_drawn()
    }

    /// Items of a timeline and how many of them were ever laid out, for the bench and the tests.
    pub fn timeline_measured(&self, conversation: ConversationId) -> Option<(usize, usize)> {
        self.timelines.get(&conversation).map(Timeline::measured)
    }

    /// What is being written in a conversation, without letters an input method is still composing.
    pub fn draft(&self, conversation: ConversationId) -> Option<&str> {
        self.composer.peek(conversation).map(crate::composer::Draft::settled)
    }

    /// Keys that were drawn although the locale has no text for them, for the tests.
    pub fn missing_texts(&self) -> Vec<String> {
        self.look.locale.missing_keys().into_iter().map(|(key, _)| key).collect()
    }

    /// Changes one of the person's settings.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.send(Command::Desk(DeskCommand::SetSetting { key, value }));
    }

    pub(crate) fn conversation(&mut self, command: ConversationCommand) {
        if let Some(active) = self.open.active() {
            self.send(Command::Conversation(active, command));
        }
    }
}

/// What panels borrow.
pub(crate) fn context_of<'a>(
    console: &'a Console,
    shell: &'a ShellState,
    time: f64,
    actions: &'a RefCell<Vec<Action>>,
) -> Ctx<'a> {
    Ctx {
        view: &console.received.view,
        derived: &console.received.derived,
        desk: &*console.desk,
        locale: &console.look.locale,
        other_locale: &console.look.other,
        theme: &console.look.theme,
        shell,
        now: console.received.now(time),
        zone: &console.received.zone,
        active: console.open.active(),
        missed: console.attention.missed().len(),
        pictures: &console.received.pictures,
        clocks: &console.idle.clocks,
        actions,
    }
}

/// The parts of the Desk place that keep state of their own.
struct Parts<'a> {
    queue: &'a mut Queue,
    composer: &'a mut Composer,
    timelines: &'a mut HashMap<ConversationId, Timeline>,
    dock: &'a mut Dock,
}

fn desk_place(ui: &mut Ui, ctx: &Ctx<'_>, tabs: &[ConversationId], parts: &mut Parts<'_>) {
    let theme = ctx.theme;
    let sizes = &theme.tokens.size;
    let surface = Frame::new().fill(theme.surface);
    Panel::left("queue")
        .default_size(sizes.queue.min(ui.available_width() * 0.35))
        .size_range(232.0..=420.0)
        .resizable(true)
        .frame(surface)
        .show(ui, |ui| parts.queue.show(ui, ctx));
    widget::name_splitter(ui, "queue", ctx.t("app-resize"));
    let roomy = ui.available_width() > 760.0;
    let open = settings::value(ctx.view, settings::DOCK) != "closed";
    if let Some(thread) = ctx.thread().filter(|_| roomy && open) {
        Panel::right("dock")
            .default_size(sizes.dock.min(ui.available_width() * 0.36))
            .size_range(280.0..=520.0)
            .resizable(true)
            .frame(Frame::new().fill(theme.background))
            .show(ui, |ui| parts.dock.show(ui, ctx, thread));
        widget::name_splitter(ui, "dock", ctx.t("app-resize"));
    }
    egui::CentralPanel::default().frame(surface).show(ui, |ui| centre(ui, ctx, tabs, parts));
}

fn centre(ui: &mut Ui, ctx: &Ctx<'_>, tabs: &[ConversationId], parts: &mut Parts<'_>) {
    let theme = ctx.theme;
    widget::space_y(ui, 0.0);
    if tabs.is_empty() {
        let key = CommandId::ConversationTakeNext.shortcut_text(ctx);
        let advice = ctx.tw("conversation-empty-hint", &[("key", key.into())]);
        widget::empty_state(ui, theme, widget::Icon::Chat, ctx.t("conversation-empty-title"), &advice);
        return;
    }
    let fixed = |panel: Panel, size: f32| {
        panel.exact_size(size).resizable(false).show_separator_line(false).frame(Frame::NONE)
    };
    fixed(Panel::top("tabs"), theme.tokens.size.tab).show(ui, |ui| panel::tabs::show(ui, ctx, tabs));
    let Some(thread) = ctx.thread() else {
        ui.centered_and_justified(egui::Ui::spinner);
        return;
    };
    fixed(Panel::top("header"), header::HEIGHT).show(ui, |ui| header::show(ui, ctx, thread));
    let line = Frame::new().fill(theme.surface);
    Panel::bottom("composer")
        .resizable(false)
        .frame(line)
        .show(ui, |ui| parts.composer.show(ui, ctx, thread));
    let draft_empty = parts.composer.peek(thread.row.id).is_none_or(crate::composer::Draft::is_empty);
    if thread.prompt.is_some() || panel::proposal::best(thread).is_some() {
        let strip = Frame::new().fill(theme.surface);
        Panel::bottom("proposal")
            .resizable(false)
            .show_separator_line(false)
            .frame(strip)
            .show(ui, |ui| panel::proposal::show(ui, ctx, thread, draft_empty));
    }
    let timeline = parts.timelines.entry(thread.row.id).or_default();
    egui::CentralPanel::default().frame(Frame::NONE).show(ui, |ui| timeline.show(ui, ctx, thread));
}
