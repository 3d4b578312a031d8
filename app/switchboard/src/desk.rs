//! The desk with its window.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use console::{Console, Options, ShellState};
use engine::Engine;

use crate::{arguments::DeskArguments, shell::Shell, start};

/// Smallest window, in points: the design's smallest screen still fits.
const WINDOW_LEAST: [f32; 2] = [960.0, 600.0];

/// Runs the window until it is closed.
pub fn run(arguments: &DeskArguments) -> anyhow::Result<()> {
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        anyhow::bail!(
            "There is no display. Start it with --headless, or on a virtual display with `xvfb-run`."
        );
    }
    // The engine may have news before the window is there.
    let window: Arc<OnceLock<egui::Context>> = Arc::default();
    let wake = {
        let window = Arc::clone(&window);
        Arc::new(move || {
            if let Some(context) = window.get() {
                context.request_repaint();
            }
        })
    };
    let engine = start::engine(arguments, wake)?;
    let options = Options { language: arguments.language(), ..Options::default() };
    let data = arguments.data();
    let viewport = egui::ViewportBuilder::default()
        .with_title("Switchboard")
        .with_app_id("switchboard")
        .with_inner_size(arguments.window_size())
        .with_min_inner_size(WINDOW_LEAST);
    let native = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    let ended = Arc::new(ArcSwap::from_pointee(None));
    let kept = Arc::clone(&ended);
    eframe::run_native(
        "switchboard",
        native,
        Box::new(move |creation| {
            // Set once; the window is made once.
            let _already = window.set(creation.egui_ctx.clone());
            let console = Console::new(engine.desk(), options);
            let shell = Shell::new(creation.egui_ctx.clone(), data);
            Ok(Box::new(App { console, shell, engine: Some(engine), kept }))
        }),
    )
    .map_err(|error| anyhow::anyhow!("the window could not be opened: {error}"))?;
    // The engine is stopped here and not while the window is being torn down.
    if let Some(engine) = ended.swap(Arc::new(None)).as_ref().as_ref().and_then(take) {
        engine.stop();
    }
    Ok(())
}

/// An engine on its way out of the window.
type Leaving = std::sync::Mutex<Option<Engine>>;

fn take(leaving: &Leaving) -> Option<Engine> {
    leaving.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
}

struct App {
    console: Console,
    shell: Shell,
    engine: Option<Engine>,
    kept: Arc<ArcSwap<Option<Leaving>>>,
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.shell.observe(ctx);
        for (conversation, name, bytes) in self.shell.files_read() {
            self.console.file_read(conversation, name, bytes);
        }
        for (file, side, result) in self.shell.pictures_decoded() {
            self.console.picture_decoded(ctx, file, side, result);
        }
        for (code, name) in self.shell.file_troubles() {
            self.console.tell(code, vec![("name".to_owned(), name)]);
        }
        for conversation in self.shell.clicked_notifications() {
            self.console.open_conversation(conversation);
        }
        self.console.logic(ctx, self.shell.state());
        if ctx.input(|input| input.viewport().close_requested())
            && !self.shell.quitting()
            && !self.console.may_close()
        {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
        self.carry_out();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let state: &ShellState = self.shell.state();
        self.console.ui(ui, state);
        self.carry_out();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.console.flush();
        if let Some(engine) = self.engine.take() {
            self.kept.store(Arc::new(Some(Leaving::new(Some(engine)))));
        }
    }
}

impl App {
    fn carry_out(&mut self) {
        for request in self.console.take_requests() {
            self.shell.carry_out(request);
        }
    }
}
