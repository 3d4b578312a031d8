//! What a frame costs: the console over a hand-made desk with 10,000 conversations, a thread of 10,000 entries and the
//! panels of ten plugins, against bare egui laying out the same panes. Layout and tessellation in this process,
//! without a window; the time is this thread's on the processor, so that others on the machine do not count. All the
//! while ten plugins are loaded in the real host, on threads of this process, and one of them spins.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use assets::Language;
use console::{Console, Options, ShellState, fixture, fixture::Fixture, theme};
use egui::{
    Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, Shape, TouchPhase, Ui,
    pos2, vec2,
};
use model::{ConversationId, PluginId, panel::Slot, port::Desk, view::PanelView};
use rustix::time::{ClockId, clock_gettime};
use switchboard_tests::report::{Better, Report};

use crate::{
    bare::Bare,
    spinner::Spinner,
    statistics::{median, millis, percentile},
};

const ROWS: usize = 10_000;
const ENTRIES: usize = 10_000;
const PLUGINS: usize = 10;
const SIZE: egui::Vec2 = vec2(1440.0, 900.0);
const FRAMES_PER_SECOND: usize = 60;
/// Frames before anything counts: fonts are set and everything finds its size.
const SETTLE: usize = 30;
/// Frames of one turn; the desk and bare egui go by turns.
const TURN: usize = 120;
const TURNS: usize = 10;
const TURNS_LONG: usize = 60;
/// A customer writes every so many frames: twice a second.
const NEWS_EVERY: usize = 30;
/// Frames between two changes of what is scrolled.
const SCROLL_FOR: usize = 40;
const LIMIT_MS: f64 = 6.0;
const RATIO: f64 = 1.5;

/// Measures it.
pub fn measure(report: &mut Report, long: bool) -> Result<()> {
    let spinner = Spinner::start(PLUGINS)?;
    let desk = fixture::large(Language::Chinese, ROWS, ENTRIES);
    let open = desk.conversations()[0];
    desk.change_thread(open, |thread| {
        let first = thread.panels.first().cloned();
        let panels =
            first.into_iter().flat_map(|panel| (0..PLUGINS).map(move |number| panel_of(number, &panel)));
        thread.panels = Arc::new(panels.collect());
    });
    assert_eq!(desk.view().threads[&open].panels.len(), PLUGINS, "the hand-made desk has a panel");
    let mut ours = Ours::new(&desk, open);
    let mut bare = Side::new();
    let mut layout = Bare::new(open);
    let mut times = Times::default();
    let mut number = 0;
    for turn in 0..if long { TURNS_LONG } else { TURNS } {
        for frame in 0..TURN {
            let counts = turn > 0 || frame >= SETTLE;
            let news = number % NEWS_EVERY == NEWS_EVERY - 1;
            if news {
                // By turns into the open conversation and into one further down.
                let whose = desk.conversations()[if number % (2 * NEWS_EVERY) < NEWS_EVERY { 0 } else { 3 }];
                desk.customer_writes(whose, &format!("第 {number} 帧：热水器又报警了，请帮忙看看。"));
            }
            let began = Instant::now();
            let one = ours.frame(number);
            let by_the_clock = millis(began.elapsed());
            let other = bare.frame(number, |ui| layout.show(ui, &desk.view()));
            number += 1;
            if counts {
                times.console.push(one);
                times.by_the_clock.push(by_the_clock);
                times.bare.push(other);
                if news {
                    times.news.push(one);
                    times.bare_news.push(other);
                }
            }
        }
    }
    let texts = ours.texts(number);
    let bare_texts = bare.texts(number, |ui| layout.show(ui, &desk.view()));
    let spun = spinner.stop()?;
    times.report(report);
    report.measure("time in which a plugin was spinning", spun * 100.0, "%");
    report.measure("pieces of text in sight", texts as f64, "pieces");
    report.measure("the same of bare egui", bare_texts as f64, "pieces");
    report.measure("rows drawn, of 10,000", ours.console.queue_rows_drawn() as f64, "rows");
    let measured = ours.console.timeline_measured(open).map_or(f64::NAN, |(_, measured)| measured as f64);
    report.measure("entries ever laid out, of 10,000", measured, "entries");
    Ok(())
}

/// What frames took, in milliseconds.
#[derive(Default)]
struct Times {
    console: Vec<f64>,
    by_the_clock: Vec<f64>,
    bare: Vec<f64>,
    /// Of the same, those in which somebody wrote.
    news: Vec<f64>,
    bare_news: Vec<f64>,
}

impl Times {
    fn report(&self, report: &mut Report) {
        let (ours, peer) = (percentile(&self.console, 0.99), percentile(&self.bare, 0.99));
        report.bar("frame, p99, one of ten plugins spinning", ours, "ms", LIMIT_MS, Better::Lower);
        let name = "the same against bare egui, p99";
        report.ratio(name, ours, "ms", "bare egui", peer, RATIO, Better::Lower);
        report.measure("frame, median", median(&self.console), "ms");
        report.measure("frame of bare egui, median", median(&self.bare), "ms");
        report.measure("frame in which somebody wrote, median", median(&self.news), "ms");
        report.measure("the same of bare egui, median", median(&self.bare_news), "ms");
        report.measure("frame by the clock on the wall, median", median(&self.by_the_clock), "ms");
        report.measure("frames", self.console.len() as f64, "frames");
    }
}

fn panel_of(number: usize, panel: &PanelView) -> Arc<PanelView> {
    let (plugin, slot) = (PluginId::from(format!("plugin-{number}").as_str()), Slot::CustomerSide);
    Arc::new(PanelView { plugin, slot, title: format!("{} {number}", panel.title), ..panel.clone() })
}

/// The console with what it draws into.
struct Ours {
    console: Console,
    shell: ShellState,
    side: Side,
}

impl Ours {
    fn new(desk: &Arc<Fixture>, open: ConversationId) -> Self {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let desk = Arc::clone(desk) as Arc<dyn Desk>;
        let mut console = Console::new(desk, Options { language: Language::Chinese, zone });
        console.open_conversation(open);
        Self { console, shell: ShellState { focused: true, ..ShellState::default() }, side: Side::new() }
    }

    fn frame(&mut self, number: usize) -> f64 {
        let (console, shell) = (&mut self.console, &self.shell);
        self.side.frame(number, |ui| draw(console, ui, shell))
    }

    fn texts(&mut self, number: usize) -> usize {
        let (console, shell) = (&mut self.console, &self.shell);
        self.side.texts(number, |ui| draw(console, ui, shell))
    }
}

fn draw(console: &mut Console, ui: &mut Ui, shell: &ShellState) {
    console.logic(ui.ctx(), shell);
    console.ui(ui, shell);
    console.take_requests();
}

/// One of the two egui contexts, with the same fonts and styles.
struct Side(Context);

impl Side {
    fn new() -> Self {
        let context = Context::default();
        context.set_fonts(theme::fonts(Language::Chinese));
        context.set_theme(egui::Theme::Light);
        context.set_style_of(egui::Theme::Light, console::Theme::new(false).style());
        Self(context)
    }

    /// Draws one frame; milliseconds on the processor.
    fn frame(&mut self, number: usize, draw: impl FnMut(&mut Ui)) -> f64 {
        let input = input(number);
        let begun = processor_time();
        let mut output = self.0.run_ui(input, draw);
        output.textures_delta.clear();
        let triangles = self.0.tessellate(output.shapes, output.pixels_per_point);
        let time = processor_time().saturating_sub(begun);
        assert!(!triangles.is_empty(), "a frame shows something");
        millis(time)
    }

    /// How many pieces of text a frame shows.
    fn texts(&mut self, number: usize, draw: impl FnMut(&mut Ui)) -> usize {
        let mut output = self.0.run_ui(input(number), draw);
        output.textures_delta.clear();
        output.shapes.iter().map(|shape| texts_of(&shape.shape, shape.clip_rect)).sum()
    }
}

/// How many pieces of text of some shapes are in sight.
fn texts_of(shape: &Shape, clip: Rect) -> usize {
    match shape {
        Shape::Vec(shapes) => shapes.iter().map(|shape| texts_of(shape, clip)).sum(),
        Shape::Text(text) => {
            let shown = !text.galley.is_empty() && text.visual_bounding_rect().intersects(clip);
            usize::from(shown)
        }
        _ => 0,
    }
}

/// This thread's time on the processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// What a hand on the wheel gives: it scrolls the queue and the timeline by turns, up and down.
fn input(number: usize) -> RawInput {
    let phase = number / SCROLL_FOR;
    let over: Pos2 = if phase.is_multiple_of(2) { pos2(180.0, 500.0) } else { pos2(700.0, 400.0) };
    let delta =
        vec2(0.0, if (phase / 2).is_multiple_of(2) == phase.is_multiple_of(2) { -90.0 } else { 90.0 });
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta,
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    // The hand never lies quite still.
    let at = over + vec2((number % 7) as f32, (number % 5) as f32);
    RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
        time: Some(number as f64 / FRAMES_PER_SECOND as f64 + 1.0),
        focused: true,
        events: vec![Event::PointerMoved(at), wheel],
        ..RawInput::default()
    }
}
