"""Reads the `.notes` files of this folder: our own transcriptions, written to be checked against a score.

A file opens with `name value` lines (title, composer, key, beats per bar, tempo), then parts and motifs.
Inside those, words are notes in time:

    f#4      a note: letter, accidental, octave (c4 is middle C); c4+e4+g4 is a chord, r a rest
    =1/2     from here on every note lasts half a quarter note; f#4:3/2 sets it for one note
    -        the notes before last on for another such time (a tie)
    |        the end of a bar: an error anywhere else, so that no bar can be a note short
    { }      pedal down, pedal up
    !70      from here on this loud (MIDI velocity)
    *name    a motif, *name*28 as often
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_PITCH = re.compile(r"([a-g])(#|b|)(\d)")


@dataclass
class Note:
    """One tone; times are in quarter notes from the beginning."""

    start: Fraction
    length: Fraction
    pitch: int
    """MIDI number; 60 is middle C."""
    velocity: int


@dataclass
class Part:
    """One line of the score, played by one or more instruments at once."""

    name: str
    programs: tuple[int, ...]
    """General MIDI program numbers from 0, each with its share of the level."""
    levels: tuple[int, ...]
    pan: int
    """0 left, 64 middle, 127 right."""
    notes: list[Note] = field(default_factory=list)
    pedal: list[tuple[Fraction, bool]] = field(default_factory=list)


@dataclass
class Score:
    """A piece."""

    title: str
    composer: str
    key: str
    tempo: list[tuple[Fraction, float]]
    """Quarter notes a minute at a moment; in between it changes evenly."""
    parts: list[Part]

    @property
    def end(self) -> Fraction:
        """Where the last note ends, in quarter notes."""
        return max(note.start + note.length for part in self.parts for note in part.notes)


class NotesError(ValueError):
    """A `.notes` file that does not add up; says where."""


def read(path: Path) -> Score:
    """Read one file. Raises NotesError."""
    heads: dict[str, str] = {}
    motifs: dict[str, list[str]] = {}
    parts: list[tuple[str, list[str]]] = []
    words: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        content = line.split("//")[0].strip()
        name, _, rest = content.partition(" ")
        if name == "motif":
            words = motifs[rest] = []
        elif name == "part":
            words = []
            parts.append((rest, words))
        elif words is None and content:
            heads[name] = rest.strip()
        elif words is not None:
            words.extend(content.split())
    bar, pickup = Fraction(heads["beats"]), Fraction(heads.get("pickup", "0"))
    tempo = [
        (Fraction(at), float(speed)) for at, _, speed in (w.partition("=") for w in heads["tempo"].split())
    ]
    return Score(
        heads["title"],
        heads["composer"],
        heads["key"],
        tempo,
        [_part(head, list(_unfolded(words, motifs)), bar, pickup) for head, words in parts],
    )


def _unfolded(words: list[str], motifs: dict[str, list[str]]) -> Iterator[str]:
    for word in words:
        if word.startswith("*"):
            name, _, times = word[1:].partition("*")
            for _ in range(int(times or 1)):
                yield from _unfolded(motifs[name], motifs)
        else:
            yield word


def _part(head: str, words: list[str], bar: Fraction, pickup: Fraction) -> Part:
    name, *options = head.split()
    given = dict(option.split("=") for option in options)
    part = Part(
        name,
        tuple(map(int, given["program"].split(","))),
        tuple(map(int, given["level"].split(","))),
        int(given.get("pan", 64)),
    )
    now, length, velocity = Fraction(0), Fraction(1), 80
    sounding: list[Note] = []
    for word in words:
        if word == "|":
            if (now - pickup) % bar:
                raise NotesError(f"{name}: the bar that should end at beat {now} is too long or too short")
        elif word in "{}":
            part.pedal.append((now, word == "{"))
        elif word[0] == "=":
            length = Fraction(word[1:])
        elif word[0] == "!":
            velocity = int(word[1:])
        elif word == "-":
            for note in sounding:
                note.length += length
            now += length
        else:
            pitches, _, own = word.partition(":")
            lasts = Fraction(own) if own else length
            sounding = [
                Note(now, lasts, _pitch(pitch, name, now), velocity)
                for pitch in pitches.split("+")
                if pitch != "r"
            ]
            part.notes.extend(sounding)
            now += lasts
    return part


def _pitch(text: str, part: str, now: Fraction) -> int:
    match = _PITCH.fullmatch(text)
    if not match:
        raise NotesError(f"{part}, beat {now}: {text!r} is no note; expected as c#4")
    letter, accidental, octave = match.groups()
    return 12 * (int(octave) + 1) + _STEPS[letter] + {"#": 1, "b": -1, "": 0}[accidental]
