//! What every panel borrows while it draws.

use std::cell::RefCell;

use assets::{Arg, Locale};
use jiff::{Timestamp, ZonedDateTime, civil, tz::TimeZone};
use model::{
    AgentId, PluginId,
    command::{Command, ConversationCommand},
    conversation::Channel,
    port::Desk,
    view::{QueueRow, Thread, View},
};

use crate::{
    Action, ShellRequest, ShellState, Theme,
    derived::{Derived, waiting_limits_s},
    idle::Clocks,
    picture::Pictures,
};

/// Customers of a channel on which more than this is too long are not counted by seconds.
const BY_SECONDS_S: u64 = 120;

/// What every panel borrows while it draws: the newest view, texts, theme and time, and a place to leave
/// [`Action`]s. Panels own only how they look.
pub struct Ctx<'a> {
    /// The newest view.
    pub view: &'a View,
    /// What is worked out from the view once for each revision.
    pub derived: &'a Derived,
    /// For questions, by way of [`Slot`](crate::Slot).
    pub desk: &'a dyn Desk,
    /// Texts in the person's language.
    pub locale: &'a Locale,
    /// Texts of the other language, for finding things by either.
    pub other_locale: &'a Locale,
    /// Colours and measures.
    pub theme: &'a Theme,
    /// What the system says.
    pub shell: &'a ShellState,
    /// The engine's clock, running on since the view was published.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: &'a TimeZone,
    /// The conversation in the foreground tab.
    pub active: Option<model::ConversationId>,
    /// Alerts that came while nobody looked.
    pub missed: usize,
    pub(crate) clocks: &'a Clocks,
    /// Pictures among the attachments.
    pub(crate) pictures: &'a RefCell<Pictures>,
    pub(crate) actions: &'a RefCell<Vec<Action>>,
}

impl<'a> Ctx<'a> {
    /// Leaves an action for after the frame.
    pub fn push(&self, action: Action) {
        self.actions.borrow_mut().push(action);
    }

    /// Leaves a command for the engine.
    pub fn send(&self, command: Command) {
        self.push(Action::Send(command));
    }

    /// Leaves a command about one conversation.
    pub fn send_to(&self, conversation: model::ConversationId, command: ConversationCommand) {
        self.send(Command::Conversation(conversation, command));
    }

    /// Leaves a request for the system.
    pub fn request(&self, request: ShellRequest) {
        self.push(Action::Request(request));
    }

    /// A text without arguments.
    pub fn t<'k>(&'k self, key: &'k str) -> &'k str {
        self.locale.text(key)
    }

    /// A text with arguments.
    pub fn tw(&self, key: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        self.locale.text_with(key, arguments).into_owned()
    }

    /// Text by a plugin's author: a literal, or `@key` into its own texts.
    pub fn author_text(&self, plugin: &PluginId, text: &str) -> String {
        let Some(key) = text.strip_prefix('@') else { return text.to_owned() };
        let Some(row) = self.view.plugins.iter().find(|row| &row.manifest.id == plugin) else {
            return key.to_owned();
        };
        let language = self.locale.language();
        [language, language.other()]
            .into_iter()
            .find_map(|language| row.texts.get(language.tag())?.get(key))
            .cloned()
            .unwrap_or_else(|| key.to_owned())
    }

    /// A plugin's name as its author wrote it.
    pub fn plugin_name(&self, plugin: &PluginId) -> String {
        match self.view.plugins.iter().find(|row| &row.manifest.id == plugin) {
            Some(row) => self.author_text(plugin, &row.manifest.name),
            None => plugin.as_str().to_owned(),
        }
    }

    /// A channel's name: as a person named the account, or as its plugin does in the person's language.
    pub fn channel_title(&self, channel: &Channel) -> String {
        let account = self.view.accounts.iter().find(|row| row.account.id == channel.account);
        match account {
            Some(row) => self.author_text(&row.account.plugin, &channel.title),
            None => channel.title.clone(),
        }
    }

    /// The thread in the foreground tab, once the engine publishes it.
    pub fn thread(&self) -> Option<&'a Thread> {
        self.view.threads.get(&self.active?).map(|thread| &**thread)
    }

    /// The queue's row of a conversation.
    pub fn row(&self, conversation: model::ConversationId) -> Option<&'a QueueRow> {
        if let Some(index) = self.derived.row_index(conversation) {
            return self.view.queue.get(index).map(|row| &**row);
        }
        self.view.threads.get(&conversation).map(|thread| &*thread.row)
    }

    /// An agent's name as colleagues see it.
    pub fn agent_name(&self, agent: AgentId) -> String {
        self.view.agents.get(&agent).map_or_else(|| "?".to_owned(), |row| row.profile.name.clone())
    }

    /// A moment in the person's zone.
    pub fn local(&self, at: Timestamp) -> ZonedDateTime {
        at.to_zoned_datetime(self.zone.clone())
    }

    /// Today's date in the person's zone.
    pub fn today(&self) -> civil::Date {
        self.local(self.now).date()
    }

    /// Seconds since a moment, never less than zero.
    pub fn seconds_since(&self, at: Timestamp) -> u64 {
        u64::try_from(self.now.as_second() - at.as_second()).unwrap_or(0)
    }

    /// How long ago something in sight was: `刚刚`, `4 分`. The window is drawn again when that changes.
    pub fn age(&self, at: Timestamp) -> String {
        self.clocks.coarse(at, self.now);
        self.locale.age(self.seconds_since(at))
    }

    /// How long a customer in sight has waited on this kind of channel: `0:22` where seconds count, else as an age.
    pub fn waiting(&self, since: Timestamp, kind: &str) -> String {
        let seconds = self.seconds_since(since);
        if seconds >= BY_SECONDS_S || waiting_limits_s(kind).1 > BY_SECONDS_S {
            return self.age(since);
        }
        self.clocks.seconds(self.now);
        self.locale.clock(seconds)
    }

    /// How long it is until a moment that is in sight.
    pub fn time_until(&self, at: Timestamp) -> String {
        self.clocks.down_to(at, self.now);
        self.locale.rough(u64::try_from(at.as_second() - self.now.as_second()).unwrap_or(0))
    }

    /// For how long the first in the queue has been waiting, in seconds, and the words for it.
    pub fn longest_wait(&self) -> (u64, String) {
        let at_publishing = self.view.figures.longest_wait_s;
        let seconds = at_publishing + self.seconds_since(self.view.now);
        if seconds < BY_SECONDS_S / 2 {
            self.clocks.seconds(self.now);
        } else if let Ok(since) = self.now.checked_sub(jiff::SignedDuration::from_secs(seconds.cast_signed()))
        {
            self.clocks.coarse(since, self.now);
        }
        (seconds, self.locale.rough(seconds))
    }

    /// A moment as `10:23`, with the day when it is not today.
    pub fn moment(&self, at: Timestamp) -> String {
        self.locale.moment(self.local(at).datetime(), self.today())
    }

    /// A moment as `10:23`.
    pub fn time(&self, at: Timestamp) -> String {
        self.locale.time(self.local(at).time())
    }
}
