//! Audio devices, the microphone check and alert sounds, on cpal and rodio.
