//! What lets a window rest in which nothing happens: it is drawn again when the words of a clock in sight change, and
//! the cursor of a field does not blink for ever.

use std::{cell::Cell, time::Duration};

use jiff::Timestamp;

/// Clocks that show minutes, hours or days step together, at whole multiples of this: a full queue would else have
/// the window drawn for every row by itself.
const COARSE_STEP_S: i64 = 10;
/// The window is drawn at least this often, for the words that hang on the calendar, such as the one for today.
const SLOWEST_S: i64 = 60;
/// Drawn this long after the moment, so that the moment has surely passed.
const MARGIN_MS: i64 = 5;
/// How long after the last input the cursor of a field still blinks.
const BLINK_FOR_S: f64 = 10.0;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// The clocks of one frame: when the words of the first of them will be other ones.
#[derive(Debug, Default)]
pub struct Clocks {
    /// In seconds of the engine's clock.
    next_s: Cell<Option<i64>>,
}

impl Clocks {
    /// A frame begins, and nothing is in sight yet.
    pub fn begin(&self) {
        self.next_s.set(None);
    }

    /// A clock in sight that counts seconds.
    pub fn seconds(&self, now: Timestamp) {
        self.at(now.as_second() + 1);
    }

    /// A clock in sight that counts up from a moment and shows the largest unit: minutes, hours or days.
    pub fn coarse(&self, since: Timestamp, now: Timestamp) {
        let passed = (now.as_second() - since.as_second()).max(0);
        let unit = unit_s(passed);
        let next = since.as_second() + (passed / unit + 1) * unit;
        self.at(coarse_step(next));
    }

    /// The same that counts down to a moment.
    pub fn down_to(&self, until: Timestamp, now: Timestamp) {
        let left = (until.as_second() - now.as_second()).max(0);
        if left < 2 * MINUTE_S {
            return self.seconds(now);
        }
        let next = until.as_second() - left / unit_s(left) * unit_s(left) + 1;
        self.at(coarse_step(next.max(now.as_second() + 1)));
    }

    fn at(&self, second: i64) {
        let next = self.next_s.get();
        self.next_s.set(Some(next.map_or(second, |next| next.min(second))));
    }

    /// How long the window may rest.
    pub fn rest(&self, now: Timestamp) -> Duration {
        let latest = now.as_second() + SLOWEST_S;
        let next = self.next_s.get().map_or(latest, |next| next.min(latest));
        let wait = next.saturating_mul(1000) - now.as_millisecond() + MARGIN_MS;
        Duration::from_millis(u64::try_from(wait).unwrap_or(0))
    }
}

/// The largest unit in which so many seconds are shown.
fn unit_s(seconds: i64) -> i64 {
    match seconds {
        ..HOUR_S => MINUTE_S,
        HOUR_S..DAY_S => HOUR_S,
        _ => DAY_S,
    }
}

/// The common step at or after a second.
fn coarse_step(second: i64) -> i64 {
    -(-second).div_euclid(COARSE_STEP_S) * COARSE_STEP_S
}

/// Whether the cursor of a field blinks: while somebody is there, and a moment longer.
#[derive(Debug, Default)]
pub struct Blinking {
    last_input: f64,
    stopped: bool,
}

impl Blinking {
    /// Follows the input.
    pub fn update(&mut self, ctx: &egui::Context, time: f64) {
        if ctx.input(|input| !input.events.is_empty()) {
            self.last_input = time;
        }
        let stop = time - self.last_input > BLINK_FOR_S;
        if stop != self.stopped {
            self.stopped = stop;
            ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = !stop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_window_rests_until_the_first_words_change() {
        let now = at(1_000_003);
        let rest = |note: &dyn Fn(&Clocks)| {
            let clocks = Clocks::default();
            note(&clocks);
            clocks.rest(now).as_millis()
        };
        let margin = MARGIN_MS as u128;
        // Nothing in sight that runs.
        assert_eq!(rest(&|_| {}), 60_000 + margin);
        assert_eq!(rest(&|clocks| clocks.seconds(now)), 1_000 + margin);
        // 23 s ago: “1 minute” is due in 37 s, at 1,000,040.
        assert_eq!(rest(&|clocks| clocks.coarse(at(999_980), now)), 37_000 + margin);
        // 21 s ago: due at 1,000,042, shown with the common step at 1,000,050.
        assert_eq!(rest(&|clocks| clocks.coarse(at(999_982), now)), 47_000 + margin);
        // Hours and days change so seldom that the slowest pace comes first.
        assert_eq!(rest(&|clocks| clocks.coarse(at(980_000), now)), 60_000 + margin);
        assert_eq!(rest(&|clocks| clocks.down_to(at(1_000_030), now)), 1_000 + margin);
        // 10 min 7 s left: “9 minutes” begins 8 s from now, at 1,000,011, and is shown at 1,000,020.
        assert_eq!(rest(&|clocks| clocks.down_to(at(1_000_610), now)), 17_000 + margin);
        // The first of several counts.
        assert_eq!(
            rest(&|clocks| {
                clocks.coarse(at(999_982), now);
                clocks.seconds(now);
                clocks.coarse(at(999_980), now);
            }),
            1_000 + margin
        );
    }

    #[test]
    fn the_cursor_stops_blinking_a_while_after_the_last_input() {
        let context = egui::Context::default();
        let mut blinking = Blinking::default();
        let mut frame = |time: f64, events: Vec<egui::Event>| {
            let input = egui::RawInput { time: Some(time), events, ..egui::RawInput::default() };
            let mut blinks = false;
            let mut output = context.run_ui(input, |ui| {
                blinking.update(ui.ctx(), time);
                blinks = ui.ctx().global_style().visuals.text_cursor.blink;
            });
            output.textures_delta.clear();
            blinks
        };
        let key = || vec![egui::Event::Text("a".to_owned())];
        assert!(frame(1.0, key()));
        assert!(frame(10.0, Vec::new()));
        assert!(!frame(12.0, Vec::new()));
        assert!(frame(20.0, key()));
        assert!(!frame(31.0, Vec::new()));
    }
}
