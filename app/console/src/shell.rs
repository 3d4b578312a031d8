//! What the window needs of the system and learns from it. The console never touches the system itself: it
//! leaves [`ShellRequest`]s that the binary carries out, and reads a [`ShellState`] that the binary keeps.

use std::{path::PathBuf, sync::Arc};

use model::ConversationId;

use crate::theme::ThemeChoice;

/// What the binary tells the console with every frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShellState {
    /// The window has the keyboard.
    pub focused: bool,
    /// The window cannot be seen.
    pub minimised: bool,
    /// Sound devices, once listed.
    pub audio: AudioState,
    /// Scripts for which the system has no font, such as `한글`; empty when all is well.
    pub missing_scripts: Vec<String>,
    /// What this system can do.
    pub platform: Platform,
    /// The bytes a person may still have to wait for: files being read for upload.
    pub reading_files: usize,
}

/// What the system can do; what it cannot is left out of menus, with a sentence in Settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Name and version of the system, for `about`.
    pub system: String,
    /// Desktop notifications can be shown.
    pub notifications: bool,
    /// Files can be picked in a dialog.
    pub file_dialogs: bool,
    /// Where the data lies.
    pub data_folder: PathBuf,
    /// The program's version.
    pub version: String,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            system: String::new(),
            notifications: true,
            file_dialogs: true,
            data_folder: PathBuf::new(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Sound devices and the microphone check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioState {
    /// Names of microphones.
    pub inputs: Vec<String>,
    /// Names of speakers and headsets.
    pub outputs: Vec<String>,
    /// Whether the lists have been filled, even if with nothing.
    pub listed: bool,
    /// The microphone's level from 0 to 1 while it is being checked.
    pub microphone_level: Option<f32>,
    /// Where the loop-back test stands.
    pub loopback: Loopback,
    /// Why sound does not work, as a code for the locales.
    pub trouble: Option<String>,
}

/// The loop-back test: a tone out of the speaker that the microphone must hear.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Loopback {
    /// Not tried.
    #[default]
    NotTried,
    /// Being played.
    Running,
    /// Heard, after so many milliseconds.
    Heard(f32),
    /// Not heard.
    Silent,
    /// The devices could not be used.
    Failed,
}

/// A sound of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say when they are played")]
pub enum Sound {
    Message,
    NewConversation,
    Warning,
    Sent,
}

/// A picture as it can be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedPicture {
    /// The picture, made smaller where it was too large.
    pub image: Arc<egui::ColorImage>,
    /// Width and height before.
    pub size: [u32; 2],
}

/// Something the console wants of the system.
#[derive(Clone, Debug, PartialEq)]
pub enum ShellRequest {
    /// Let a person pick files and hand them back through [`Console::file_read`](crate::Console::file_read).
    PickFiles(ConversationId),
    /// Read these files, which were dropped on the window, and hand them back the same way.
    ReadFiles(ConversationId, Vec<PathBuf>),
    /// Decode a picture on another thread, no longer at either side than so many pixels, and hand it back through
    /// [`Console::picture_decoded`](crate::Console::picture_decoded).
    DecodePicture {
        /// The file it is.
        file: model::FileId,
        /// Its bytes.
        bytes: model::command::FileBytes,
        /// Longest side, in pixels.
        side: u32,
    },
    /// Make a file of a picture that was pasted, and hand it back like one that was picked.
    StorePicture {
        /// The conversation it will be attached to.
        conversation: ConversationId,
        /// The name it gets.
        name: String,
        /// What was on the clipboard.
        image: Arc<egui::ColorImage>,
    },
    /// Let a person choose where to save these bytes.
    SaveFile {
        /// The name to propose.
        name: String,
        /// What to write.
        bytes: model::command::FileBytes,
    },
    /// Open a web, mail or telephone address in the system's own program.
    OpenUrl(String),
    /// Put text on the clipboard.
    CopyText(String),
    /// Show a desktop notification; a click on it comes back through
    /// [`Console::open_conversation`](crate::Console::open_conversation).
    Notify {
        /// Its title.
        title: String,
        /// Its text.
        body: String,
        /// The conversation it is about.
        conversation: Option<ConversationId>,
    },
    /// Ring until told to stop.
    Ring(bool),
    /// Play a sound once on the ringer device.
    PlaySound(Sound),
    /// Ask the window manager to point at the window.
    RequestAttention,
    /// The window's title changed.
    SetTitle(String),
    /// The person chose a theme, which also goes for the window's own border.
    SetTheme(ThemeChoice),
    /// Fill the lists of sound devices.
    ListAudioDevices,
    /// Measure the microphone's level until stopped; the device's name, or nothing for the system's choice.
    StartMicrophoneCheck(Option<String>),
    /// Stop measuring.
    StopMicrophoneCheck,
    /// Run the loop-back test on these devices.
    Loopback {
        /// The microphone, or nothing for the system's choice.
        input: Option<String>,
        /// The speaker, or nothing for the system's choice.
        output: Option<String>,
    },
    /// Bring the window to the front.
    Raise,
    /// End the program; work that is open has been dealt with.
    Quit,
}
