//! Icons as private-use characters of one font, cut from [Lucide](https://lucide.dev).
//!
//! Each constant is a string of one character that is drawn with the font [`FONT`]. Written by
//! `icons/cut.py`; change the list there.

/// The icon font (TrueType). Line metrics are those of Noto Sans SC, so icons sit on the middle of the text.
pub const FONT: &[u8] = include_bytes!("../icons/icons.ttf");

/// Licence of the icons.
pub const LICENCE: &str = include_str!("../icons/LICENSE.txt");

macro_rules! icons {
    ($($(#[$meaning:meta])* $name:ident = $glyph:literal;)+) => {
        $($(#[$meaning])* pub const $name: &str = $glyph;)+

        /// Every icon with its constant's name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

icons! {
    /// A conversation, web chat.
    CHAT = "\u{e117}";
    /// Written conversations.
    CHAT_TEXT = "\u{e575}";
    /// A new conversation.
    CHAT_ADD = "\u{e40c}";
    /// A snippet or canned reply.
    CHAT_REPLY = "\u{e573}";
    /// A social account.
    SOCIAL = "\u{e116}";
    /// The phone channel.
    PHONE = "\u{e133}";
    /// A running call.
    CALL = "\u{e134}";
    /// A call comes in.
    CALL_INCOMING = "\u{e136}";
    /// A call going out.
    CALL_OUTGOING = "\u{e139}";
    /// A missed call.
    CALL_MISSED = "\u{e137}";
    /// Ends a call.
    HANG_UP = "\u{e138}";
    /// Answers a call.
    ANSWER = "\u{e133}";
    /// Puts a call on hold.
    HOLD = "\u{e07f}";
    /// Mail.
    MAIL = "\u{e10f}";
    /// The web.
    WEB = "\u{e0e8}";
    /// A ticket.
    TICKET = "\u{e20f}";
    /// Knowledge.
    BOOK = "\u{e05f}";
    /// An article.
    ARTICLE = "\u{e0cc}";
    /// Done; quality.
    CHECK = "\u{e06c}";
    /// Delivered or read.
    CHECK_DOUBLE = "\u{e38e}";
    /// All is well.
    CHECK_CIRCLE = "\u{e226}";
    /// Plays.
    PLAY = "\u{e13c}";
    /// Drills.
    PLAY_CIRCLE = "\u{e080}";
    /// Pauses.
    PAUSE = "\u{e12e}";
    /// Stops.
    STOP = "\u{e167}";
    /// Plugins.
    PLUG = "\u{e37f}";
    /// One plugin.
    PUZZLE = "\u{e29c}";
    /// Reports.
    CHART = "\u{e2a3}";
    /// A measure.
    GAUGE = "\u{e1bf}";
    /// Health.
    ACTIVITY = "\u{e038}";
    /// Sound.
    WAVEFORM = "\u{e55a}";
    /// Settings.
    SETTINGS = "\u{e154}";
    /// Fine tuning.
    SLIDERS = "\u{e29a}";
    /// Search.
    SEARCH = "\u{e151}";
    /// Search within texts.
    SEARCH_TEXT = "\u{e5ad}";
    /// Sends.
    SEND = "\u{e152}";
    /// Attaches.
    PAPERCLIP = "\u{e12d}";
    /// Emoji.
    SMILE = "\u{e164}";
    /// An internal note.
    NOTE = "\u{e303}";
    /// A person.
    USER = "\u{e19f}";
    /// A team.
    USERS = "\u{e1a4}";
    /// Adds a person.
    USER_ADD = "\u{e1a2}";
    /// A person who is verified.
    USER_CHECK = "\u{e1a0}";
    /// Alerts.
    BELL = "\u{e059}";
    /// Alerts are off.
    BELL_OFF = "\u{e05a}";
    /// Time.
    CLOCK = "\u{e087}";
    /// A running limit.
    TIMER = "\u{e1e0}";
    /// A reminder.
    ALARM = "\u{e03a}";
    /// A date.
    CALENDAR = "\u{e063}";
    /// An appointment.
    CALENDAR_CLOCK = "\u{e304}";
    /// Closes.
    CLOSE = "\u{e1b2}";
    /// Failed, clears.
    CLOSE_CIRCLE = "\u{e084}";
    /// Adds.
    PLUS = "\u{e13d}";
    /// Removes.
    MINUS = "\u{e11c}";
    /// Opens downwards.
    CHEVRON_DOWN = "\u{e06d}";
    /// Closes upwards.
    CHEVRON_UP = "\u{e070}";
    /// Back.
    CHEVRON_LEFT = "\u{e06e}";
    /// Forward.
    CHEVRON_RIGHT = "\u{e06f}";
    /// Up.
    ARROW_UP = "\u{e04a}";
    /// Down.
    ARROW_DOWN = "\u{e042}";
    /// Left.
    ARROW_LEFT = "\u{e048}";
    /// Right.
    ARROW_RIGHT = "\u{e049}";
    /// Hands over.
    TRANSFER = "\u{e24a}";
    /// Forwards.
    FORWARD = "\u{e229}";
    /// Replies.
    REPLY = "\u{e22a}";
    /// Quotes.
    QUOTE = "\u{e239}";
    /// The Enter key.
    ENTER = "\u{e0a1}";
    /// A warning.
    WARNING = "\u{e193}";
    /// Information.
    INFO = "\u{e0f9}";
    /// An error.
    ERROR = "\u{e077}";
    /// Help.
    HELP = "\u{e082}";
    /// Safety.
    SHIELD = "\u{e158}";
    /// Checked, permitted.
    SHIELD_CHECK = "\u{e1ff}";
    /// The lit lamp: an offer.
    LAMP = "\u{e1c2}";
    /// A proposal.
    SPARKLES = "\u{e412}";
    /// Rewrites.
    WAND = "\u{e357}";
    /// Quick, urgent.
    LIGHTNING = "\u{e1b4}";
    /// A present.
    GIFT = "\u{e0e1}";
    /// A valued customer.
    CROWN = "\u{e1d6}";
    /// Verified.
    BADGE = "\u{e241}";
    /// A favourite, a rating.
    STAR = "\u{e176}";
    /// A label.
    TAG = "\u{e17f}";
    /// A number.
    HASH = "\u{e0ef}";
    /// Mentions a colleague.
    MENTION = "\u{e04e}";
    /// Pinned.
    PIN = "\u{e259}";
    /// No longer pinned.
    PIN_OFF = "\u{e2b6}";
    /// A place.
    PLACE = "\u{e111}";
    /// The microphone.
    MIC = "\u{e118}";
    /// The microphone is muted.
    MIC_OFF = "\u{e119}";
    /// The speaker.
    SPEAKER = "\u{e1ab}";
    /// The speaker is silent.
    SPEAKER_OFF = "\u{e1ac}";
    /// The headset, an agent.
    HEADSET = "\u{e5bd}";
    /// Again.
    REFRESH = "\u{e145}";
    /// Downloads.
    DOWNLOAD = "\u{e0b2}";
    /// Uploads.
    UPLOAD = "\u{e19e}";
    /// Saves.
    SAVE = "\u{e14d}";
    /// Deletes.
    TRASH = "\u{e18e}";
    /// Edits.
    EDIT = "\u{e1f9}";
    /// Writes.
    COMPOSE = "\u{e172}";
    /// Copies.
    COPY = "\u{e09e}";
    /// A link.
    LINK = "\u{e102}";
    /// Opens elsewhere.
    EXTERNAL = "\u{e0b9}";
    /// Filters.
    FILTER = "\u{e0dc}";
    /// Narrows a list.
    FILTER_LIST = "\u{e460}";
    /// Sorts.
    SORT = "\u{e37d}";
    /// More.
    MENU = "\u{e0b6}";
    /// More, in a row.
    MENU_VERTICAL = "\u{e0b7}";
    /// Drags.
    GRIP = "\u{e0eb}";
    /// A list.
    LIST = "\u{e106}";
    /// A log.
    LOG = "\u{e45f}";
    /// The past.
    HISTORY = "\u{e1f5}";
    /// Undoes.
    UNDO = "\u{e2a1}";
    /// Does again.
    REDO = "\u{e2a0}";
    /// The light theme.
    SUN = "\u{e178}";
    /// The dark theme.
    MOON = "\u{e11e}";
    /// The display; follows the system.
    MONITOR = "\u{e11d}";
    /// Language.
    LANGUAGE = "\u{e0fe}";
    /// Shortcuts.
    KEYBOARD = "\u{e284}";
    /// Commands.
    COMMAND = "\u{e09a}";
    /// Command line.
    TERMINAL = "\u{e181}";
    /// Shows.
    EYE = "\u{e0ba}";
    /// Hides.
    EYE_OFF = "\u{e0bb}";
    /// Locked, secret.
    LOCK = "\u{e10b}";
    /// Unlocked.
    LOCK_OPEN = "\u{e10c}";
    /// A secret or permission.
    KEY = "\u{e0fd}";
    /// Processor time.
    CPU = "\u{e0a9}";
    /// Memory.
    MEMORY = "\u{e445}";
    /// Network.
    NETWORK = "\u{e125}";
    /// Disk.
    DISK = "\u{e0ed}";
    /// Data.
    DATABASE = "\u{e0ad}";
    /// A fault.
    BUG = "\u{e20c}";
    /// An image.
    IMAGE = "\u{e0f6}";
    /// A file.
    FILE = "\u{e0c0}";
    /// A folder.
    FOLDER = "\u{e0d7}";
    /// Takes a picture.
    CAMERA = "\u{e064}";
    /// What comes in.
    INBOX = "\u{e0f7}";
    /// Closed.
    ARCHIVE = "\u{e041}";
    /// Connected.
    WIFI = "\u{e1ae}";
    /// Not connected.
    WIFI_OFF = "\u{e1af}";
    /// Presence, on and off.
    POWER = "\u{e140}";
    /// On a break.
    COFFEE = "\u{e096}";
    /// Signs out.
    LOG_OUT = "\u{e10e}";
    /// Waiting.
    LOADER = "\u{e10a}";
    /// Not chosen.
    CIRCLE = "\u{e076}";
    /// Chosen, recording.
    CIRCLE_DOT = "\u{e345}";
    /// The side dock.
    SIDEBAR = "\u{e431}";
    /// The queue.
    PANEL_LEFT = "\u{e12a}";
    /// The layout.
    LAYOUT = "\u{e1c1}";
    /// Larger.
    MAXIMIZE = "\u{e112}";
    /// Smaller.
    MINIMIZE = "\u{e11a}";
    /// Zooms in.
    ZOOM_IN = "\u{e1b6}";
    /// Zooms out.
    ZOOM_OUT = "\u{e1b7}";
    /// Good.
    THUMBS_UP = "\u{e18a}";
    /// Bad.
    THUMBS_DOWN = "\u{e189}";
    /// Training.
    GRADUATION = "\u{e234}";
    /// Repair.
    WRENCH = "\u{e1b1}";
    /// Delivery.
    TRUCK = "\u{e194}";
    /// An order.
    PACKAGE = "\u{e129}";
    /// An invoice.
    RECEIPT = "\u{e3d3}";
    /// Payment.
    CARD = "\u{e0aa}";
    /// An address.
    HOUSE = "\u{e0f5}";
    /// A washing machine.
    WASHER = "\u{e590}";
    /// Gas, a water heater.
    FLAME = "\u{e0d2}";
    /// An air conditioner.
    AIR = "\u{e34d}";
    /// Water, a leak.
    DROPLET = "\u{e0b4}";
}
