//! Names of the person's settings as the view carries them, and how they are read.

use model::view::View;

/// `zh-CN` or `en`.
pub const LANGUAGE: &str = "language";
/// `system`, `light` or `dark`.
pub const THEME: &str = "theme";
/// Per cent, 100 to 200.
pub const SCALE: &str = "scale";
/// `on` or `off`: desktop notifications.
pub const NOTIFY_DESKTOP: &str = "notify.desktop";
/// `on` or `off`: alert sounds.
pub const NOTIFY_SOUND: &str = "notify.sound";
/// Name of the microphone; empty for the system's choice.
pub const AUDIO_INPUT: &str = "audio.input";
/// Name of the speaker; empty for the system's choice.
pub const AUDIO_OUTPUT: &str = "audio.output";
/// Name of the device that rings; empty for the system's choice.
pub const AUDIO_RINGER: &str = "audio.ringer";
/// `open` or `closed`: the side dock.
pub const DOCK: &str = "dock";

/// The smallest and the largest scale, in per cent.
pub const SCALE_RANGE: std::ops::RangeInclusive<u32> = 100..=200;

/// A switch that is on unless it was put off.
pub fn is_on(view: &View, key: &str) -> bool {
    view.settings.get(key).is_none_or(|value| value != "off")
}

/// A setting's value, or nothing.
pub fn value<'a>(view: &'a View, key: &str) -> &'a str {
    view.settings.get(key).map_or("", String::as_str)
}

/// The scale in per cent.
pub fn scale(view: &View) -> u32 {
    value(view, SCALE)
        .parse::<u32>()
        .map_or(100, |scale| scale.clamp(*SCALE_RANGE.start(), *SCALE_RANGE.end()))
}
