//! Alert sounds, on a device of their own choice.

use std::io::Cursor;

use rodio::{Decoder, DeviceSinkBuilder, MixerDeviceSink, Player};

use crate::{AudioError, output, refused};

/// Plays alert sounds. The device is opened with the first sound and opened anew after it has gone.
#[derive(Default)]
pub struct Ringer {
    device: Option<String>,
    sink: Option<MixerDeviceSink>,
    ringing: Option<Player>,
}

impl Ringer {
    /// A ringer on this device, or on the system's choice.
    pub fn new(device: Option<String>) -> Self {
        Self { device, sink: None, ringing: None }
    }

    /// Plays a sound once; WAV bytes.
    pub fn play(&mut self, wav: &'static [u8]) -> Result<(), AudioError> {
        let sound =
            Decoder::new_wav(Cursor::new(wav)).map_err(|error| AudioError::Sound(error.to_string()))?;
        let player = Player::connect_new(self.sink()?.mixer());
        player.append(sound);
        player.detach();
        Ok(())
    }

    /// Rings until [`Ringer::stop`]; WAV bytes, repeated. Ringing already, it goes on.
    pub fn ring(&mut self, wav: &'static [u8]) -> Result<(), AudioError> {
        if self.ringing.is_some() {
            return Ok(());
        }
        let sound =
            Decoder::new_looped(Cursor::new(wav)).map_err(|error| AudioError::Sound(error.to_string()))?;
        let player = Player::connect_new(self.sink()?.mixer());
        player.append(sound);
        self.ringing = Some(player);
        Ok(())
    }

    /// Stops ringing.
    pub fn stop(&mut self) {
        if let Some(player) = self.ringing.take() {
            player.stop();
        }
    }

    fn sink(&mut self) -> Result<&MixerDeviceSink, AudioError> {
        let sink = if let Some(sink) = self.sink.take() {
            sink
        } else {
            let device = output(self.device.as_deref())?;
            let builder = DeviceSinkBuilder::from_device(device).map_err(refused)?;
            let mut sink = builder.open_sink_or_fallback().map_err(refused)?;
            sink.log_on_drop(false);
            sink
        };
        Ok(self.sink.insert(sink))
    }
}
