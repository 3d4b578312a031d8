//! Shows the console over its hand-made desk and saves a picture, for looking at it while working on it:
//!
//! ```text
//! xvfb-run -a -s "-screen 0 1600x1000x24" cargo run -p switchboard-console --example gallery -- \
//!     --lang zh-CN --theme dark --size 1440x900 --place desk --out target/desk.png
//! ```
//!
//! `--keys` types keys and words before the picture, separated by commas: `Ctrl+K,text:jsb`. `--rows` and `--entries`
//! fill the queue and the first thread. `--frames N` draws N frames and prints what they cost.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use assets::Language;
use eframe::egui;
use model::port::Desk;
use switchboard_console::{Console, Options, Place, ShellState, command::parse_shortcut, fixture};

/// Frames before the picture, so that everything has found its size.
const SETTLE_FRAMES: u32 = 12;

struct Arguments {
    language: Language,
    dark: bool,
    size: [f32; 2],
    place: Place,
    out: PathBuf,
    keys: Vec<String>,
    rows: usize,
    entries: usize,
    frames: u32,
    open: Vec<usize>,
    scale: u32,
}

fn arguments() -> anyhow::Result<Arguments> {
    let mut found = Arguments {
        language: Language::Chinese,
        dark: false,
        size: [1440.0, 900.0],
        place: Place::Desk,
        out: PathBuf::from("target/gallery.png"),
        keys: Vec::new(),
        rows: 0,
        entries: 0,
        frames: 0,
        open: vec![1, 0],
        scale: 100,
    };
    let mut rest = std::env::args().skip(1);
    while let Some(name) = rest.next() {
        let value = rest.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--lang" => found.language = Language::from_tag(&value).context("zh-CN or en")?,
            "--theme" => found.dark = value == "dark",
            "--size" => {
                let (width, height) = value.split_once('x').context("WIDTHxHEIGHT")?;
                found.size = [width.parse()?, height.parse()?];
            }
            "--place" => {
                let key = format!("place-{value}");
                found.place =
                    Place::ALL.into_iter().find(|place| place.key() == key).context("no such place")?;
            }
            "--out" => found.out = value.into(),
            "--keys" => found.keys = value.split(',').map(str::to_owned).collect(),
            "--rows" => found.rows = value.parse()?,
            "--entries" => found.entries = value.parse()?,
            "--frames" => found.frames = value.parse()?,
            "--scale" => found.scale = value.parse()?,
            "--open" => found.open = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
            _ => bail!("unknown argument {name}"),
        }
    }
    Ok(found)
}

struct Gallery {
    console: Console,
    shell: ShellState,
    arguments: Arguments,
    frame: u32,
    typed: usize,
    costs: Vec<Duration>,
    picture: Arc<Mutex<Option<Arc<egui::ColorImage>>>>,
}

impl eframe::App for Gallery {
    fn raw_input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        // A virtual display has nobody who gives a window the keyboard.
        input.focused = true;
        if self.frame < 5 || !self.frame.is_multiple_of(3) {
            return;
        }
        let Some(keys) = self.arguments.keys.get(self.typed) else { return };
        self.typed += 1;
        if let Some(text) = keys.strip_prefix("text:") {
            input.events.push(egui::Event::Text(text.to_owned()));
        } else if let Some(at) = keys.strip_prefix("click:") {
            let (x, y) = at.split_once(':').unwrap_or(("0", "0"));
            let pos = egui::pos2(x.parse().unwrap_or(0.0), y.parse().unwrap_or(0.0));
            input.events.push(egui::Event::PointerMoved(pos));
            for pressed in [true, false] {
                let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
                input.events.push(egui::Event::PointerButton { pos, button, pressed, modifiers });
            }
        } else if let Some(shortcut) = parse_shortcut(keys) {
            let modifiers = if shortcut.modifiers.command {
                egui::Modifiers { ctrl: true, ..shortcut.modifiers }
            } else {
                shortcut.modifiers
            };
            input.events.push(egui::Event::ModifiersChanged(modifiers));
            let (key, repeat) = (shortcut.logical_key, false);
            for pressed in [true, false] {
                input.events.push(egui::Event::Key { key, physical_key: None, pressed, repeat, modifiers });
            }
            input.events.push(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
        }
    }

    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let started = Instant::now();
        self.console.logic(ctx, &self.shell);
        self.costs.push(started.elapsed());
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let started = Instant::now();
        self.console.ui(ui, &self.shell);
        if let Some(cost) = self.costs.last_mut() {
            *cost += started.elapsed();
        }
        self.console.take_requests();
        self.frame += 1;
        ui.ctx().request_repaint();
        let settle = SETTLE_FRAMES + 3 * self.arguments.keys.len() as u32 + self.arguments.frames;
        if self.frame == settle {
            let picture = Arc::clone(&self.picture);
            ui.ctx().request_screenshot(move |image| {
                *picture.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(image);
            });
        }
        let image = self.picture.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(image) = image {
            if let Err(error) = save(&image, &self.arguments.out) {
                eprintln!("{error:#}");
            }
            self.print_costs();
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }
}

impl Gallery {
    fn print_costs(&mut self) {
        if self.arguments.frames == 0 {
            return;
        }
        let mut costs = self.costs.split_off(SETTLE_FRAMES.min(self.costs.len() as u32) as usize);
        costs.sort();
        let at = |share: f64| costs[((costs.len() - 1) as f64 * share) as usize];
        println!("frames {} p50 {:?} p99 {:?} max {:?}", costs.len(), at(0.5), at(0.99), at(1.0));
    }
}

fn save(image: &egui::ColorImage, out: &std::path::Path) -> anyhow::Result<()> {
    let [width, height] = image.size;
    let bytes: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_array).collect();
    let picture = image::RgbaImage::from_raw(width as u32, height as u32, bytes)
        .context("the picture has no pixels")?;
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    picture.save(out).with_context(|| out.display().to_string())?;
    println!("{}", out.display());
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let arguments = arguments()?;
    let desk = if arguments.rows > 0 || arguments.entries > 0 {
        fixture::large(arguments.language, arguments.rows, arguments.entries)
    } else {
        fixture::desk(arguments.language)
    };
    desk.change(|view| {
        let mut settings = (*view.settings).clone();
        settings.insert("theme".into(), if arguments.dark { "dark" } else { "light" }.into());
        settings.insert("scale".into(), arguments.scale.to_string());
        view.settings = Arc::new(settings);
    });
    let conversations = desk.conversations();
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let options = Options { language: arguments.language, zone };
    let mut console = Console::new(Arc::clone(&desk) as Arc<dyn Desk>, options);
    for index in &arguments.open {
        if let Some(conversation) = conversations.get(*index) {
            console.open_conversation(*conversation);
        }
    }
    console.go(arguments.place);
    let viewport = egui::ViewportBuilder::default().with_inner_size(arguments.size).with_position([0.0, 0.0]);
    let native = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let gallery = Gallery {
        console,
        shell: ShellState { focused: true, ..ShellState::default() },
        arguments,
        frame: 0,
        typed: 0,
        costs: Vec::new(),
        picture: Arc::default(),
    };
    eframe::run_native("gallery", native, Box::new(|_| Ok(Box::new(gallery))))
        .map_err(|error| anyhow::anyhow!("the window does not open: {error}"))
}
