//! The microphone check: a level meter, and a tone out of the speaker that the microphone must hear.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use cpal::{
    BufferSize, Sample, SampleFormat, StreamConfig,
    traits::{DeviceTrait, StreamTrait},
};
use rodio::{DeviceSinkBuilder, Source, source::SineWave};

use crate::{AudioError, input, output, refused};

/// Frequency of the tone of the loop-back test, in hertz: well inside what every headset can do.
const TONE_HZ: f32 = 1_000.0;
/// Length of the tone.
const TONE: Duration = Duration::from_millis(400);
/// How long the room is listened to before the tone.
const QUIET: Duration = Duration::from_millis(300);
/// How long the tone may take to arrive.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How much more of the tone there must be than before it was played.
const HEARD_RATIO: f32 = 4.0;
/// Least strength of the tone to count at all, where 1 is full scale.
const HEARD_LEAST: f32 = 0.003;

/// An open microphone that measures its level.
pub struct Microphone {
    _stream: cpal::Stream,
    meter: Arc<Meter>,
}

/// Written by the callback, read by anybody: bit patterns of numbers.
#[derive(Debug, Default)]
struct Meter {
    peak: AtomicU32,
    tone: AtomicU32,
    samples: AtomicU64,
}

impl Microphone {
    /// Opens a microphone, or the system's choice.
    pub fn open(device: Option<&str>) -> Result<Self, AudioError> {
        let device = input(device)?;
        let default = device.default_input_config().map_err(refused)?;
        let mut config: StreamConfig = default.into();
        // A tenth of a second at most, whatever the system's default is.
        config.buffer_size = BufferSize::Fixed(config.sample_rate / 100);
        let meter = Arc::new(Meter::default());
        let stream = match default.sample_format() {
            SampleFormat::I16 => stream::<i16>(&device, config, &meter),
            SampleFormat::I32 => stream::<i32>(&device, config, &meter),
            SampleFormat::U16 => stream::<u16>(&device, config, &meter),
            SampleFormat::U8 => stream::<u8>(&device, config, &meter),
            _ => stream::<f32>(&device, config, &meter),
        }
        .map_err(refused)?;
        stream.play().map_err(refused)?;
        Ok(Self { _stream: stream, meter })
    }

    /// Level of the last hundredths of a second, from 0 to 1; 1 is full scale, so it is clipped.
    pub fn level(&self) -> f32 {
        f32::from_bits(self.meter.peak.load(Ordering::Relaxed)).clamp(0.0, 1.0)
    }

    /// Whether any sound has arrived from the device at all, silence included.
    pub fn is_delivering(&self) -> bool {
        self.meter.samples.load(Ordering::Relaxed) > 0
    }

    fn tone(&self) -> f32 {
        f32::from_bits(self.meter.tone.load(Ordering::Relaxed))
    }
}

fn stream<T>(
    device: &cpal::Device,
    config: StreamConfig,
    meter: &Arc<Meter>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: cpal::SizedSample,
    f32: cpal::FromSample<T>,
{
    let meter = Arc::clone(meter);
    let channels = usize::from(config.channels.max(1));
    let mut probe = Goertzel::new(TONE_HZ, config.sample_rate as f32);
    device.build_input_stream(
        config,
        move |data: &[T], _: &cpal::InputCallbackInfo| {
            let mut peak = 0.0_f32;
            for frame in data.chunks(channels) {
                let sample = frame.first().map_or(0.0, |sample| f32::from_sample(*sample));
                peak = peak.max(sample.abs());
                if let Some(strength) = probe.push(sample) {
                    meter.tone.store(strength.to_bits(), Ordering::Relaxed);
                }
            }
            meter.peak.store(peak.to_bits(), Ordering::Relaxed);
            meter.samples.fetch_add(data.len() as u64, Ordering::Relaxed);
        },
        // A device that went away stops delivering; the meter shows it.
        |_gone| {},
        None,
    )
}

/// How strong one frequency is in blocks of 20 ms. Goertzel, "An Algorithm for the Evaluation of Finite
/// Trigonometric Series", The American Mathematical Monthly 65 (1958).
struct Goertzel {
    coefficient: f32,
    block: usize,
    count: usize,
    last: f32,
    before: f32,
}

impl Goertzel {
    fn new(hertz: f32, sample_rate: f32) -> Self {
        let coefficient = 2.0 * (std::f32::consts::TAU * hertz / sample_rate).cos();
        Self { coefficient, block: (sample_rate / 50.0) as usize, count: 0, last: 0.0, before: 0.0 }
    }

    /// Takes one sample; at the end of a block, the amplitude of the tone in it.
    fn push(&mut self, sample: f32) -> Option<f32> {
        let next = sample + self.coefficient * self.last - self.before;
        self.before = self.last;
        self.last = next;
        self.count += 1;
        if self.count < self.block {
            return None;
        }
        let power =
            self.last * self.last + self.before * self.before - self.coefficient * self.last * self.before;
        let amplitude = 2.0 * power.max(0.0).sqrt() / self.block as f32;
        (self.count, self.last, self.before) = (0, 0.0, 0.0);
        Some(amplitude)
    }
}

/// What came of a loop-back test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// The tone arrived after this time.
    After(Duration),
    /// It did not arrive.
    Nothing,
}

/// Plays a tone on a speaker and listens for it on a microphone. Blocks for up to two seconds.
pub fn loopback(input_device: Option<&str>, output_device: Option<&str>) -> Result<Heard, AudioError> {
    let microphone = Microphone::open(input_device)?;
    let speaker = DeviceSinkBuilder::from_device(output(output_device)?).map_err(refused)?;
    let mut speaker = speaker.open_sink_or_fallback().map_err(refused)?;
    speaker.log_on_drop(false);
    std::thread::sleep(QUIET);
    let before = microphone.tone();
    let began = Instant::now();
    speaker.mixer().add(SineWave::new(TONE_HZ).amplify(0.5).take_duration(TONE));
    while began.elapsed() < PATIENCE {
        let tone = microphone.tone();
        if tone >= HEARD_LEAST && tone >= before * HEARD_RATIO {
            return Ok(Heard::After(began.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Heard::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_tells_its_tone_from_others() {
        let strength = |hertz: f32, amplitude: f32| {
            let mut probe = Goertzel::new(TONE_HZ, 48_000.0);
            let samples =
                (0..960).map(|n| (std::f32::consts::TAU * hertz * n as f32 / 48_000.0).sin() * amplitude);
            samples.filter_map(|sample| probe.push(sample)).last().unwrap()
        };
        assert!((strength(TONE_HZ, 0.5) - 0.5).abs() < 0.01);
        assert!(strength(400.0, 0.5) < 0.02);
        assert!(strength(3_000.0, 0.5) < 0.02);
    }

    #[test]
    fn a_device_that_is_not_there_is_an_error() {
        assert_eq!(Microphone::open(Some("no such microphone")).err(), Some(AudioError::NoDevice));
        let mut ringer = Ringer::new(Some("no such speaker".to_owned()));
        assert_eq!(ringer.play(WAV), Err(AudioError::NoDevice));
    }

    /// Sixteen samples of silence, 8 kHz, mono, 8 bit.
    static WAV: &[u8] = b"RIFF\x34\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x10\0\0\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80";

    use crate::Ringer;
}
