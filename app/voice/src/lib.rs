//! Audio devices, the microphone check and alert sounds, on cpal and rodio.
//!
//! # Invariants
//!
//! - A desk without any sound device starts and works; what does not work is an error with a code.
//! - Device callbacks take no lock, allocate nothing and log nothing: they write one atomic number.
//! - Devices are named by their description; nothing means the system's choice.

mod microphone;
mod ringer;

use cpal::traits::{DeviceTrait, HostTrait};

pub use microphone::{Heard, Microphone, loopback};
pub use ringer::Ringer;

/// Sound devices of this machine, by the names people know them by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// Microphones.
    pub inputs: Vec<String>,
    /// Speakers and headsets.
    pub outputs: Vec<String>,
}

/// Why sound does not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// There is no such device, or none at all.
    #[error("no such sound device")]
    NoDevice,
    /// The device does not do what is wanted of it.
    #[error("the sound device refused: {0}")]
    Refused(String),
    /// The sound cannot be decoded.
    #[error("the sound cannot be played: {0}")]
    Sound(String),
}

impl AudioError {
    /// The code under which the locales explain it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDevice => "audio-no-device",
            Self::Refused(_) => "audio-refused",
            Self::Sound(_) => "audio-sound",
        }
    }
}

/// A device did not do what is wanted. The system names a default even where there is nothing behind it; opening that
/// fails like a device that is taken, and is told apart here.
fn refused(reason: impl std::fmt::Display) -> AudioError {
    if has_hardware() { AudioError::Refused(reason.to_string()) } else { AudioError::NoDevice }
}

/// Whether sound can come out anywhere: a card of this machine, or a sound server, which may have one elsewhere.
#[cfg(target_os = "linux")]
fn has_hardware() -> bool {
    let cards = std::fs::read_to_string("/proc/asound/cards");
    let server = || {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
        let socket = |name: &str| folder.as_ref().is_some_and(|folder| folder.join(name).exists());
        std::env::var_os("PULSE_SERVER").is_some() || socket("pulse/native") || socket("pipewire-0")
    };
    cards.is_ok_and(|cards| lists_a_card(&cards)) || server()
}

/// Other systems name no default where there is no device.
#[cfg(not(target_os = "linux"))]
fn has_hardware() -> bool {
    true
}

/// Whether the kernel's list of sound cards has one: each begins with its number.
#[cfg(target_os = "linux")]
fn lists_a_card(cards: &str) -> bool {
    cards.lines().any(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()))
}

/// Lists the devices. Takes up to a second on some systems, so not on the window's thread.
pub fn devices() -> Devices {
    if !has_hardware() {
        return Devices::default();
    }
    let host = cpal::default_host();
    let names = |devices: Option<Vec<cpal::Device>>| {
        let mut names: Vec<_> = devices.unwrap_or_default().iter().filter_map(name).collect();
        names.sort();
        names.dedup();
        names
    };
    Devices {
        inputs: names(host.input_devices().ok().map(Iterator::collect)),
        outputs: names(host.output_devices().ok().map(Iterator::collect)),
    }
}

fn name(device: &cpal::Device) -> Option<String> {
    device.description().ok().map(|description| description.name().to_owned())
}

fn input(wanted: Option<&str>) -> Result<cpal::Device, AudioError> {
    let host = cpal::default_host();
    let found = match wanted {
        None => host.default_input_device(),
        Some(wanted) => host
            .input_devices()
            .ok()
            .and_then(|mut devices| devices.find(|device| name(device).as_deref() == Some(wanted))),
    };
    found.ok_or(AudioError::NoDevice)
}

fn output(wanted: Option<&str>) -> Result<cpal::Device, AudioError> {
    let host = cpal::default_host();
    let found = match wanted {
        None => host.default_output_device(),
        Some(wanted) => host
            .output_devices()
            .ok()
            .and_then(|mut devices| devices.find(|device| name(device).as_deref() == Some(wanted))),
    };
    found.ok_or(AudioError::NoDevice)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::lists_a_card;

    #[test]
    fn a_list_without_cards_is_no_hardware() {
        let cases = [
            ("", false),
            ("--- no soundcards ---\n", false),
            (
                " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      HDA at 0xdf240000 irq 133\n",
                true,
            ),
        ];
        for (cards, expected) in cases {
            assert_eq!(lists_a_card(cards), expected, "{cards:?}");
        }
    }
}
