#!/usr/bin/env python3
"""Makes the desk's alert sounds: python3 make.py. Needs nothing but Python.

Each sound is a few notes of a soft mallet: sine partials that fade, a short rise so that nothing clicks, all
notes from one pentatonic scale, so that two alerts at once still agree. Written as 16-bit mono WAV at
48 kHz beside this script. The same script writes the same bytes.
"""

import math
import struct
import wave
from pathlib import Path

RATE = 48_000
PEAK = 0.5  # Of full scale: alerts are loud enough in a headset at half volume.

# Note names of the scale of D: frequency in hertz.
D4, A4, B4, D5, E5, FS5, A5, D6 = 293.66, 440.00, 493.88, 587.33, 659.26, 739.99, 880.00, 1174.66

# Partials of the mallet: multiple of the note, loudness, how much faster it fades.
MALLET = [(1.0, 1.0, 1.0), (2.0, 0.35, 1.6), (3.01, 0.12, 2.6), (5.4, 0.05, 5.0)]
# A rounder voice for what must not alarm.
SOFT = [(1.0, 1.0, 1.0), (2.0, 0.15, 2.0)]
# A reedy voice for what must not be overheard.
REED = [(1.0, 1.0, 0.6), (2.0, 0.6, 0.8), (3.0, 0.45, 1.0), (4.0, 0.2, 1.4)]


def note(frequency, start, length, voice, loudness=1.0, fade=5.0):
    return frequency, start, length, voice, loudness, fade


SOUNDS = {
    # A new conversation waits: two rising notes.
    "chat": (0.75, [note(D5, 0.0, 0.7, MALLET), note(A5, 0.13, 0.6, MALLET)]),
    # A message in an open conversation: one light note.
    "message": (0.35, [note(A5, 0.0, 0.35, SOFT, 0.7, 9.0)]),
    # The telephone: a rising figure, twice, then a rest; made to be looped.
    "ring": (
        3.0,
        [
            note(frequency, base + step * 0.16, 0.6, MALLET, 0.9, 4.0)
            for base in (0.0, 0.8)
            for step, frequency in enumerate((D5, FS5, A5, D6))
        ],
    ),
    # Somebody has waited too long: two equal notes, asking.
    "warning": (0.8, [note(E5, 0.0, 0.5, REED, 0.7, 6.0), note(E5, 0.22, 0.55, REED, 0.7, 6.0)]),
    # Something failed: falling, low.
    "error": (0.7, [note(B4, 0.0, 0.45, REED, 0.8, 6.0), note(D4, 0.16, 0.54, REED, 0.9, 5.0)]),
    # A reply has gone out: barely there.
    "sent": (0.22, [note(D5, 0.0, 0.2, SOFT, 0.35, 16.0), note(A5, 0.05, 0.17, SOFT, 0.35, 16.0)]),
}


def render(seconds, notes):
    samples = [0.0] * int(RATE * seconds)
    for frequency, start, length, voice, loudness, fade in notes:
        first, count = int(start * RATE), int(length * RATE)
        for index in range(min(count, len(samples) - first)):
            time = index / RATE
            rise = min(1.0, time / 0.006)
            # The last 40 ms go to exact silence.
            end = min(1.0, (count - index) / (0.040 * RATE))
            value = sum(
                level * math.exp(-fade * faster * time) * math.sin(2 * math.pi * frequency * multiple * time)
                for multiple, level, faster in voice
            )
            samples[first + index] += loudness * rise * end * value
    return samples


def main():
    here = Path(__file__).resolve().parent
    for name, (seconds, notes) in SOUNDS.items():
        samples = render(seconds, notes)
        loudest = max(abs(sample) for sample in samples)
        # Keep the notes' own loudness: only what would be above the peak is brought down.
        scale = min(PEAK, PEAK / loudest) * 32_767
        with wave.open(str(here / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(b"".join(struct.pack("<h", round(sample * scale)) for sample in samples))


if __name__ == "__main__":
    main()
