"""Renders the notes of this folder to the OGG files beside them: `python media/music/render.py [piece ...]`.

Needs fluidsynth and the FluidR3 sound font (Debian: fluidsynth, fluid-soundfont-gm). The notes become a MIDI
file, a little uneven in time and touch as hands are, always in the same way; fluidsynth plays it; the result
is levelled with the switch's own meter. The OGG files are shipped, so nobody needs this to run the switch.
"""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import score
import soundfile

from softswitch.audio.render import MUSIC_LOUDNESS, finished
from softswitch.audio.render import read as read_sound

HERE = Path(__file__).parent
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
ROOM = ["-R", "1", "-C", "0", "-o", "synth.reverb.room-size=0.5", "-o", "synth.reverb.level=0.4"]
FLUIDSYNTH = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "48000", *ROOM]
RATE = 24000
TICKS = 480
"""MIDI ticks in a quarter note."""
TAIL = 2.5
"""Seconds for the last chord and the room to fade."""


def main() -> None:
    """Render the pieces named, or all."""
    wanted = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.notes"))
    if not SOUND_FONT.exists():
        sys.exit(f"{SOUND_FONT} is missing: apt-get install fluidsynth fluid-soundfont-gm")
    for name in wanted:
        piece = score.read(HERE / f"{name}.notes")
        with tempfile.TemporaryDirectory() as folder:
            midi, wav = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
            midi.write_bytes(midi_file(piece))
            subprocess.run([*FLUIDSYNTH, "-F", str(wav), str(SOUND_FONT), str(midi)], check=True)
            pcm = np.frombuffer(finished(trimmed(read_sound(wav, RATE)), RATE, MUSIC_LOUDNESS), dtype="<i2")
        write_ogg(HERE / f"{name}.ogg", pcm)
        print(f"{name}.ogg: {piece.title}, {len(pcm) / RATE:.0f} s")


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence around the music, the last echo faded out."""
    heard = np.flatnonzero(np.abs(samples) > 10 ** (-55 / 20) * np.abs(samples).max())
    kept = samples[max(0, heard[0] - RATE // 20) : heard[-1] + RATE // 4].copy()
    fade = min(RATE, len(kept))
    kept[-fade:] *= np.linspace(1, 0, fade, dtype=kept.dtype) ** 2
    return kept


def write_ogg(path: Path, pcm: np.ndarray) -> None:
    """In one-second blocks: libsndfile crashes when it encodes minutes of Vorbis in one call."""
    with soundfile.SoundFile(path, "w", RATE, 1, format="OGG", subtype="VORBIS") as file:
        for start in range(0, len(pcm), RATE):
            file.write(pcm[start : start + RATE])


def midi_file(piece: score.Score) -> bytes:
    """A standard MIDI file of format 1: the tempo's track, then one track for each instrument."""
    hand = random.Random(piece.title)
    tracks = [_tempo_track(piece)]
    channels = iter([*range(9), *range(10, 16)])  # channel 9 is the drums
    for part in piece.parts:
        events = _played(part, hand)
        for program, level in zip(part.programs, part.levels, strict=True):
            channel = next(channels)
            setup = [
                (0, 0, bytes([0xC0 | channel, program])),
                (0, 0, bytes([0xB0 | channel, 7, level])),
                (0, 0, bytes([0xB0 | channel, 10, part.pan])),
            ]
            tracks.append(setup + [(t, rank, bytes([e[0] | channel, *e[1:]])) for t, rank, e in events])
    seconds_after = int(TAIL * TICKS * piece.tempo[-1][1] / 60)
    end = int(piece.end * TICKS) + seconds_after
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(tracks), TICKS) + b"".join(
        _chunk(track, end) for track in tracks
    )


def _played(part: score.Part, hand: random.Random) -> list[tuple[int, int, bytes]]:
    """Ticks, order within a tick, and the message for channel 0."""
    events: list[tuple[int, int, bytes]] = [
        (int(at * TICKS), 1 if down else 0, bytes([0xB0, 64, 127 if down else 0])) for at, down in part.pedal
    ]
    lowest = min(note.pitch for note in part.notes)
    highest = max(note.pitch for note in part.notes)
    for note in part.notes:
        # A line leans a little towards its high notes and its strong beats.
        height = (note.pitch - lowest) / max(1, highest - lowest)
        strong = 3 if note.start.denominator == 1 else 0
        velocity = round(note.velocity + 8 * height - 4 + strong + hand.uniform(-3, 3))
        start = max(0, int(note.start * TICKS) + round(hand.gauss(0, 4)))
        end = max(start + 20, int((note.start + note.length) * TICKS) - 6)
        events.append((start, 3, bytes([0x90, note.pitch, min(127, max(1, velocity))])))
        events.append((end, 2, bytes([0x80, note.pitch, 0])))
    return events


def _tempo_track(piece: score.Score) -> list[tuple[int, int, bytes]]:
    """A tempo for every half quarter note, so that a ritardando is even."""
    track = []
    beats = [float(at) for at, _ in piece.tempo]
    speeds = [speed for _, speed in piece.tempo]
    for step in range(int(piece.end * 2) + 1):
        at = Fraction(step, 2)
        microseconds = round(60e6 / float(np.interp(float(at), beats, speeds)))
        track.append((int(at * TICKS), 0, b"\xff\x51\x03" + microseconds.to_bytes(3, "big")))
    return track


def _chunk(events: list[tuple[int, int, bytes]], end: int) -> bytes:
    body, now = b"", 0
    for tick, _, message in [*sorted(events, key=lambda e: (e[0], e[1])), (end, 9, b"\xff\x2f\x00")]:
        body += _varying(max(0, tick - now)) + message
        now = max(now, tick)
    return struct.pack(">4sI", b"MTrk", len(body)) + body


def _varying(number: int) -> bytes:
    """A variable-length quantity: seven bits a byte, all but the last marked."""
    result = bytes([number & 0x7F])
    while number := number >> 7:
        result = bytes([number & 0x7F | 0x80]) + result
    return result


if __name__ == "__main__":
    main()
