//! What is out of sight is not drawn; what is in sight must not tell.

use std::sync::Arc;

use egui::{
    Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, Shape, TouchPhase,
    epaint::ClippedShape, pos2, vec2,
};
use model::{PluginId, panel::Slot, port::Desk, view::PanelView};
use switchboard_console::{Console, Options, ShellState, fixture};

const SIZE: egui::Vec2 = vec2(1440.0, 900.0);
const PANELS: usize = 8;
/// Over the dock.
const POINTER: Pos2 = pos2(1300.0, 500.0);

/// Words in sight and where they stand, to the point.
type Seen = Vec<(i32, i32, String)>;

fn texts(shapes: &[ClippedShape]) -> Seen {
    fn collect(shape: &Shape, clip: Rect, found: &mut Seen) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, found)),
            Shape::Text(text) if text.visual_bounding_rect().intersects(clip) => {
                let at = text.pos.round();
                found.push((at.x as i32, at.y as i32, text.galley.text().to_owned()));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for shape in shapes {
        collect(&shape.shape, shape.clip_rect, &mut found);
    }
    found.sort();
    found
}

/// Scrolls the dock down and up again; what each frame shows, and how many shapes all of them take.
fn frames(everything: bool) -> (Vec<Seen>, usize) {
    let desk = fixture::desk(assets::Language::Chinese);
    let open = desk.conversations()[0];
    desk.change_thread(open, |thread| {
        let first = Arc::clone(&thread.panels[0]);
        let panel = |number: usize| {
            let plugin = PluginId::from(format!("plugin-{number}").as_str());
            let title = format!("{} {number}", first.title);
            Arc::new(PanelView { plugin, title, slot: Slot::CustomerSide, ..(*first).clone() })
        };
        thread.panels = Arc::new((0..PANELS).map(panel).collect());
    });
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let options = Options { language: assets::Language::Chinese, zone };
    let mut console = Console::new(Arc::clone(&desk) as Arc<dyn Desk>, options);
    console.open_conversation(open);
    let shell = ShellState { focused: true, ..ShellState::default() };
    let context = Context::default();
    if everything {
        // Who listens to the window gets all of it.
        context.enable_accesskit();
    }
    let (mut seen, mut drawn) = (Vec::new(), 0);
    for frame in 0..120 {
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, if frame < 70 { -60.0 } else { 60.0 }),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        };
        let events = if frame < 10 { Vec::new() } else { vec![Event::PointerMoved(POINTER), wheel] };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(1.0 + f64::from(frame) / 60.0),
            focused: true,
            events,
            ..RawInput::default()
        };
        let mut output = context.run_ui(input, |ui| {
            console.logic(ui.ctx(), &shell);
            console.ui(ui, &shell);
        });
        output.textures_delta.clear();
        drawn += output.shapes.len();
        seen.push(texts(&output.shapes));
    }
    (seen, drawn)
}

#[test]
fn the_dock_looks_the_same_whether_or_not_what_is_out_of_sight_is_drawn() {
    let ((whole, all), (in_sight, few)) = (frames(true), frames(false));
    assert!(few < all, "{few} shapes in sight, {all} in all");
    let last = format!("{}", PANELS - 1);
    let shows_last = |frame: &[(i32, i32, String)]| frame.iter().any(|(_, _, text)| text.ends_with(&last));
    assert!(whole.iter().any(|frame| shows_last(frame)), "the dock was scrolled to its end");
    for (number, (whole, in_sight)) in whole.iter().zip(&in_sight).enumerate() {
        assert_eq!(whole, in_sight, "frame {number}");
    }
}
