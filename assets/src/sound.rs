//! Alert sounds, made by `sounds/make.py`: WAV, mono, 16 bits, 48 kHz.

/// A new conversation waits.
pub const CHAT: &[u8] = include_bytes!("../sounds/chat.wav");

/// A message in an open conversation.
pub const MESSAGE: &[u8] = include_bytes!("../sounds/message.wav");

/// The telephone rings; three seconds that can be looped.
pub const RING: &[u8] = include_bytes!("../sounds/ring.wav");

/// A customer has waited too long.
pub const WARNING: &[u8] = include_bytes!("../sounds/warning.wav");

/// Something failed.
pub const ERROR: &[u8] = include_bytes!("../sounds/error.wav");

/// A reply has gone out.
pub const SENT: &[u8] = include_bytes!("../sounds/sent.wav");

/// Every sound with its name.
pub const ALL: [(&str, &[u8]); 6] = [
    ("chat", CHAT),
    ("message", MESSAGE),
    ("ring", RING),
    ("warning", WARNING),
    ("error", ERROR),
    ("sent", SENT),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The samples of a WAV file with one format and one data chunk, as Python writes them.
    fn samples(wav: &[u8]) -> Vec<i16> {
        assert_eq!((&wav[..4], &wav[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
        let half = |at: usize| u16::from_le_bytes([wav[at], wav[at + 1]]);
        let word = |at: usize| u32::from_le_bytes([wav[at], wav[at + 1], wav[at + 2], wav[at + 3]]);
        assert_eq!(
            (half(20), half(22), word(24), half(34)),
            (1, 1, 48_000, 16),
            "PCM, mono, 48 kHz, 16 bits"
        );
        assert_eq!((&wav[36..40], word(40) as usize), (&b"data"[..], wav.len() - 44));
        wav[44..].as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
    }

    #[test]
    fn sounds_are_heard_do_not_clip_and_end_in_silence() {
        for (name, wav) in ALL {
            let samples = samples(wav);
            let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!((2_000..20_000).contains(&loudest), "{name} peaks at {loudest}");
            for edge in [&samples[..4], &samples[samples.len() - 4..]] {
                assert!(edge.iter().all(|sample| sample.unsigned_abs() < 200), "{name} clicks: {edge:?}");
            }
            let seconds = samples.len() as f64 / 48_000.0;
            assert!((0.1..=3.0).contains(&seconds), "{name} lasts {seconds} s");
        }
    }

    #[test]
    fn a_reply_that_went_out_is_quieter_than_a_customer_who_writes() {
        let loudness = |wav: &[u8]| samples(wav).iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        assert!(loudness(SENT) < loudness(MESSAGE) && loudness(MESSAGE) < loudness(CHAT));
    }
}
