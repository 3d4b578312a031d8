//! What the window needs of the system: dialogs, notifications, sounds, devices. Slow things run on threads
//! of their own and come back through channels that are read before each frame.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use assets::sound;
use console::shell::{DecodedPicture, Loopback, ShellRequest, ShellState, Sound};
use model::{ConversationId, FileId, command::FileBytes, limits::ATTACHMENT_MAX_BYTES};
use voice::{Heard, Microphone, Ringer};

use crate::picture;

/// Results that may wait for the next frame.
const NEWS_MAX: usize = 64;

/// Something a thread of the shell has found out.
enum News {
    File(ConversationId, String, FileBytes),
    Picture(FileId, u32, Result<DecodedPicture, String>),
    FilesDone(usize),
    Devices(voice::Devices),
    Loopback(Loopback),
    Clicked(ConversationId),
    /// Sound does not work; the code of an error.
    SoundTrouble(String),
    /// A file could not be read or written; the code of an error, and its name.
    FileTrouble(&'static str, String),
}

/// The system's side of the window.
pub struct Shell {
    context: egui::Context,
    state: ShellState,
    news: Receiver<News>,
    sender: SyncSender<News>,
    files: Vec<(ConversationId, String, FileBytes)>,
    clicked: Vec<ConversationId>,
    file_troubles: Vec<(&'static str, String)>,
    pictures: Vec<(FileId, u32, Result<DecodedPicture, String>)>,
    microphone: Option<Microphone>,
    ringer: SyncSender<RingerJob>,
    quitting: bool,
}

enum RingerJob {
    Play(&'static [u8]),
    Ring(bool),
}

impl Shell {
    /// A shell for a window.
    pub fn new(context: egui::Context, data_folder: PathBuf) -> Self {
        let (sender, news) = sync_channel(NEWS_MAX);
        let mut state = ShellState::default();
        state.platform.data_folder = data_folder;
        state.platform.system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let session_bus =
            std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() || cfg!(not(target_os = "linux"));
        state.platform.notifications = session_bus;
        state.platform.file_dialogs = session_bus;
        let ringer = start_ringer(sender.clone(), context.clone());
        Self {
            context,
            state,
            news,
            sender,
            files: Vec::new(),
            clicked: Vec::new(),
            file_troubles: Vec::new(),
            pictures: Vec::new(),
            microphone: None,
            ringer,
            quitting: false,
        }
    }

    /// What the console may know.
    pub fn state(&self) -> &ShellState {
        &self.state
    }

    /// The person has decided what to do with open work; the window may close.
    pub fn quitting(&self) -> bool {
        self.quitting
    }

    /// Reads what threads have found out and how the window is.
    pub fn observe(&mut self, ctx: &egui::Context) {
        let (focused, minimised) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.focused.unwrap_or(true), viewport.minimized.unwrap_or(false))
        });
        self.state.focused = focused;
        self.state.minimised = minimised;
        if let Some(microphone) = &self.microphone {
            self.state.audio.microphone_level = microphone.is_delivering().then(|| microphone.level());
            ctx.request_repaint_after(std::time::Duration::from_millis(33));
        }
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::File(conversation, name, bytes) => self.files.push((conversation, name, bytes)),
                News::Picture(file, side, result) => self.pictures.push((file, side, result)),
                News::FilesDone(count) => {
                    self.state.reading_files = self.state.reading_files.saturating_sub(count);
                }
                News::Devices(devices) => {
                    let audio = &mut self.state.audio;
                    (audio.inputs, audio.outputs, audio.listed) = (devices.inputs, devices.outputs, true);
                }
                News::Loopback(loopback) => self.state.audio.loopback = loopback,
                News::Clicked(conversation) => self.clicked.push(conversation),
                News::SoundTrouble(code) => self.state.audio.trouble = Some(code),
                News::FileTrouble(code, name) => self.file_troubles.push((code, name)),
            }
        }
    }

    /// Files that were picked or dropped and have been read.
    pub fn files_read(&mut self) -> Vec<(ConversationId, String, FileBytes)> {
        std::mem::take(&mut self.files)
    }

    /// Pictures that have been decoded, or the codes of why they cannot be.
    pub fn pictures_decoded(&mut self) -> Vec<(FileId, u32, Result<DecodedPicture, String>)> {
        std::mem::take(&mut self.pictures)
    }

    /// Files that could not be read or written: the code of an error, and the file's name.
    pub fn file_troubles(&mut self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut self.file_troubles)
    }

    /// Conversations whose notification was clicked.
    pub fn clicked_notifications(&mut self) -> Vec<ConversationId> {
        std::mem::take(&mut self.clicked)
    }

    /// Carries out a request of the console.
    pub fn carry_out(&mut self, request: ShellRequest) {
        match request {
            ShellRequest::PickFiles(conversation) => self.pick_files(conversation),
            ShellRequest::ReadFiles(conversation, paths) => self.read_files(conversation, paths),
            ShellRequest::DecodePicture { file, bytes, side } => self.spawn("picture", move |news| {
                let result = picture::decode(&bytes.0, side).map_err(|error| error.code().to_owned());
                send(news, News::Picture(file, side, result));
            }),
            ShellRequest::StorePicture { conversation, name, image } => {
                self.store_picture(conversation, name, image);
            }
            ShellRequest::SaveFile { name, bytes } => self.save_file(name, bytes),
            ShellRequest::OpenUrl(url) => self.context.open_url(egui::OpenUrl::new_tab(url)),
            ShellRequest::CopyText(text) => self.context.copy_text(text),
            ShellRequest::Notify { title, body, conversation } => self.notify(title, body, conversation),
            ShellRequest::Ring(on) => self.ringer(RingerJob::Ring(on)),
            ShellRequest::PlaySound(played) => self.ringer(RingerJob::Play(match played {
                Sound::Message => sound::MESSAGE,
                Sound::NewConversation => sound::CHAT,
                Sound::Warning => sound::WARNING,
                Sound::Sent => sound::SENT,
            })),
            ShellRequest::RequestAttention => {
                let kind = egui::UserAttentionType::Informational;
                self.context.send_viewport_cmd(egui::ViewportCommand::RequestUserAttention(kind));
            }
            ShellRequest::SetTitle(title) => {
                self.context.send_viewport_cmd(egui::ViewportCommand::Title(title));
            }
            ShellRequest::SetTheme(choice) => {
                let theme = match choice {
                    console::theme::ThemeChoice::System => egui::SystemTheme::SystemDefault,
                    console::theme::ThemeChoice::Light => egui::SystemTheme::Light,
                    console::theme::ThemeChoice::Dark => egui::SystemTheme::Dark,
                };
                self.context.send_viewport_cmd(egui::ViewportCommand::SetTheme(theme));
            }
            ShellRequest::ListAudioDevices => self.spawn("devices", |news| {
                send(news, News::Devices(voice::devices()));
            }),
            ShellRequest::StartMicrophoneCheck(device) => self.open_microphone(device.as_deref()),
            ShellRequest::StopMicrophoneCheck => {
                self.microphone = None;
                self.state.audio.microphone_level = None;
            }
            ShellRequest::Loopback { input, output } => self.loopback(input, output),
            ShellRequest::Raise => {
                self.context.send_viewport_cmd(egui::ViewportCommand::Minimized(false));
                self.context.send_viewport_cmd(egui::ViewportCommand::Focus);
            }
            ShellRequest::Quit => {
                self.quitting = true;
                self.context.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
    }

    fn store_picture(&mut self, conversation: ConversationId, name: String, image: Arc<egui::ColorImage>) {
        self.state.reading_files += 1;
        self.spawn("paste", move |news| {
            match picture::encode(&image) {
                Ok(bytes) => send(news, News::File(conversation, name, FileBytes(bytes.into()))),
                Err(error) => {
                    tracing::warn!(%error, "a pasted picture could not be stored");
                    send(news, News::FileTrouble("picture-not-pasted", name));
                }
            }
            send(news, News::FilesDone(1));
        });
    }

    fn open_microphone(&mut self, device: Option<&str>) {
        match Microphone::open(device) {
            Ok(microphone) => {
                self.microphone = Some(microphone);
                self.state.audio.trouble = None;
            }
            Err(error) => self.state.audio.trouble = Some(error.code().to_owned()),
        }
    }

    fn loopback(&mut self, input: Option<String>, output: Option<String>) {
        self.state.audio.loopback = Loopback::Running;
        self.spawn("loopback", move |news| {
            let result = match voice::loopback(input.as_deref(), output.as_deref()) {
                Ok(Heard::After(time)) => Loopback::Heard(time.as_secs_f32() * 1000.0),
                Ok(Heard::Nothing) => Loopback::Silent,
                Err(error) => {
                    send(news, News::SoundTrouble(error.code().to_owned()));
                    Loopback::Failed
                }
            };
            send(news, News::Loopback(result));
        });
    }

    fn pick_files(&mut self, conversation: ConversationId) {
        self.state.reading_files += 1;
        self.spawn("files", move |news| {
            let picked = rfd::FileDialog::new().pick_files().unwrap_or_default();
            read_all(news, conversation, &picked);
            send(news, News::FilesDone(1));
        });
    }

    fn read_files(&mut self, conversation: ConversationId, paths: Vec<PathBuf>) {
        self.state.reading_files += 1;
        self.spawn("files", move |news| {
            read_all(news, conversation, &paths);
            send(news, News::FilesDone(1));
        });
    }

    fn save_file(&self, name: String, bytes: FileBytes) {
        self.spawn("save", move |news| {
            let Some(path) = rfd::FileDialog::new().set_file_name(name).save_file() else { return };
            if let Err(error) = std::fs::write(&path, &bytes.0) {
                tracing::warn!(%error, "a file could not be saved");
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                send(news, News::FileTrouble("file-not-saved", name.unwrap_or_default()));
            }
        });
    }

    fn notify(&self, title: String, body: String, conversation: Option<ConversationId>) {
        self.spawn("notify", move |news| {
            let mut notification = notify_rust::Notification::new();
            notification.appname("Switchboard").summary(&title).body(&body).action("default", "open");
            match notification.show() {
                Ok(shown) => {
                    #[cfg(all(unix, not(target_os = "macos")))]
                    shown.wait_for_action(|action| {
                        if action == "default"
                            && let Some(conversation) = conversation
                        {
                            send(news, News::Clicked(conversation));
                        }
                    });
                    #[cfg(not(all(unix, not(target_os = "macos"))))]
                    let _shown = (shown, conversation, news);
                }
                Err(error) => tracing::debug!(%error, "a notification was not shown"),
            }
        });
    }

    fn ringer(&self, job: RingerJob) {
        // A sound that comes too late is no use: when the queue is full it is left out.
        let _full = self.ringer.try_send(job);
    }

    fn spawn(&self, name: &str, work: impl FnOnce(&Outlet) + Send + 'static) {
        let outlet = Outlet { news: self.sender.clone(), context: self.context.clone() };
        let started = thread::Builder::new().name(format!("shell-{name}")).spawn(move || work(&outlet));
        if let Err(error) = started {
            tracing::warn!(%error, "the system gave no thread");
        }
    }
}

/// A thread's way back to the window.
struct Outlet {
    news: SyncSender<News>,
    context: egui::Context,
}

fn send(outlet: &Outlet, news: News) {
    // The window may have been closed meanwhile.
    let _closed = outlet.news.send(news);
    outlet.context.request_repaint();
}

fn read_all(outlet: &Outlet, conversation: ConversationId, paths: &[PathBuf]) {
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match read(path) {
            Ok(bytes) => send(outlet, News::File(conversation, name, bytes)),
            Err(error) => {
                tracing::warn!(%error, "a file could not be read");
                send(outlet, News::FileTrouble("file-not-read", name));
            }
        }
    }
}

/// Reads a file, but never more than one byte over the limit, so that the engine can refuse it with words.
fn read(path: &Path) -> std::io::Result<FileBytes> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(ATTACHMENT_MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(FileBytes(bytes.into()))
}

/// The ringer has a thread of its own, since opening a device can take long.
fn start_ringer(news: SyncSender<News>, context: egui::Context) -> SyncSender<RingerJob> {
    let (sender, jobs) = sync_channel::<RingerJob>(8);
    let outlet = Outlet { news, context };
    let started = thread::Builder::new().name("shell-ringer".to_owned()).spawn(move || {
        let mut ringer = Ringer::new(None);
        while let Ok(job) = jobs.recv() {
            let result = match job {
                RingerJob::Play(wav) => ringer.play(wav),
                RingerJob::Ring(true) => ringer.ring(sound::RING),
                RingerJob::Ring(false) => {
                    ringer.stop();
                    Ok(())
                }
            };
            if let Err(error) = result {
                send(&outlet, News::SoundTrouble(error.code().to_owned()));
            }
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "the system gave no thread for sounds");
    }
    sender
}
