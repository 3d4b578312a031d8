//! The desk's icons, drawn with the icon font of the assets.

use std::sync::LazyLock;

use assets::icon;
use egui::{Align2, Color32, FontFamily, FontId, Painter, Rect};

use super::galleys::{self, Look, Wrap};

/// The font family that holds nothing but icons.
pub fn icon_family() -> FontFamily {
    static FAMILY: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("icons".into()));
    FAMILY.clone()
}

macro_rules! icons {
    ($($name:ident = $glyph:ident;)*) => {
        /// An icon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "they show what they are called")]
        pub enum Icon { $($name,)* }

        impl Icon {
            /// Its character in the icon font.
            pub const fn glyph(self) -> &'static str {
                match self { $(Self::$name => icon::$glyph,)* }
            }
        }
    };
}

icons! {
    Activity = ACTIVITY;
    ArrowDown = ARROW_DOWN;
    Badge = BADGE;
    Bell = BELL;
    Book = BOOK;
    Bug = BUG;
    Calendar = CALENDAR;
    Chat = CHAT;
    Check = CHECK;
    CheckCircle = CHECK_CIRCLE;
    CheckDouble = CHECK_DOUBLE;
    ChevronDown = CHEVRON_DOWN;
    ChevronLeft = CHEVRON_LEFT;
    ChevronRight = CHEVRON_RIGHT;
    ChevronUp = CHEVRON_UP;
    Clip = PAPERCLIP;
    Clock = CLOCK;
    Close = CLOSE;
    CloseCircle = CLOSE_CIRCLE;
    Coffee = COFFEE;
    Compose = COMPOSE;
    Copy = COPY;
    Cpu = CPU;
    Device = WASHER;
    Disk = DISK;
    Download = DOWNLOAD;
    Edit = EDIT;
    Error = ERROR;
    External = EXTERNAL;
    Eye = EYE;
    EyeOff = EYE_OFF;
    File = FILE;
    Filter = FILTER_LIST;
    Forward = TRANSFER;
    Gear = SETTINGS;
    Gift = GIFT;
    Headset = HEADSET;
    Help = HELP;
    History = HISTORY;
    Image = IMAGE;
    Inbox = INBOX;
    Info = INFO;
    Key = KEY;
    Keyboard = KEYBOARD;
    Lamp = LAMP;
    Language = LANGUAGE;
    Link = LINK;
    List = LIST;
    Lock = LOCK;
    Log = LOG;
    Mail = MAIL;
    Memory = MEMORY;
    Mention = MENTION;
    Microphone = MIC;
    Monitor = MONITOR;
    Moon = MOON;
    More = MENU;
    Network = NETWORK;
    Note = NOTE;
    Package = PACKAGE;
    Pause = PAUSE;
    People = USERS;
    Person = USER;
    Phone = PHONE;
    Pin = PLACE;
    Play = PLAY;
    Plug = PLUG;
    Plus = PLUS;
    Power = POWER;
    Puzzle = PUZZLE;
    Question = HELP;
    Receipt = RECEIPT;
    Reply = REPLY;
    Retry = REFRESH;
    Search = SEARCH;
    Send = SEND;
    Shield = SHIELD_CHECK;
    Snippet = CHAT_REPLY;
    Social = SOCIAL;
    Spark = SPARKLES;
    Speaker = SPEAKER;
    Star = STAR;
    Stop = STOP;
    Sun = SUN;
    Tag = TAG;
    ThumbsDown = THUMBS_DOWN;
    ThumbsUp = THUMBS_UP;
    Ticket = TICKET;
    Timer = TIMER;
    Trash = TRASH;
    Truck = TRUCK;
    Undo = UNDO;
    Upload = UPLOAD;
    Warning = WARNING;
    Wrench = WRENCH;
}

impl Icon {
    /// The icon of a channel's kind.
    pub fn of_channel(kind: &str) -> Self {
        match kind {
            "mail" => Self::Mail,
            "phone" => Self::Phone,
            "social" => Self::Social,
            _ => Self::Chat,
        }
    }

    /// Paints it into a square.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        // Glyphs of icons stand where no text does, so that the size alone is the look.
        let look = Look { style: rect.height().to_bits(), colour, wrap: Wrap::Never };
        let galley = galleys::galley(painter, self.glyph(), look, || {
            let font = FontId::new(rect.height(), icon_family());
            painter.layout_no_wrap(self.glyph().to_owned(), font, colour)
        });
        // By what is seen of it, since the line around an icon is higher than wide.
        let ink = galley.mesh_bounds;
        let at = if ink.is_finite() && ink.is_positive() {
            rect.center() - ink.center().to_vec2()
        } else {
            Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size()).min
        };
        painter.galley(at, galley, colour);
    }
}
