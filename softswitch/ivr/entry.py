"""How single key presses become a choice or a number: two small readers without any notion of time.

A reader is told each key by `press`, and by `pause` that no further key came. It answers with a reading.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from softswitch.ivr.settings import Ask

LONGEST_NUMBER = 32
"""Digits that an entry of any length takes at most; it is complete then."""


@dataclass(frozen=True, slots=True)
class More:
    """It can go on: wait for the next key."""


@dataclass(frozen=True, slots=True)
class Complete:
    """Something valid was keyed in."""

    value: str
    rest: str = ""
    """A key that belongs to whatever comes next."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The entry was ended before it began (# alone)."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """The caller wants to start the number again."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """It means nothing here."""

    entry: str


Reading = More | Complete | Nothing | Cleared | Invalid


class Reader(Protocol):
    """Reads keys until they mean something."""

    digits: str
    """What was pressed so far of an entry that is not over."""

    def press(self, key: str) -> Reading:
        """One more key."""

    def pause(self) -> Reading:
        """No key came for as long as one waits between two of them."""


class ChoiceReader:
    """Reads one of the menu's keys; while a longer one is possible, it is awaited.

    With choices 1 and 12: `1` waits, `1` and a pause or `1 #` is 1, `1 2` is 12, and `1 3` is 1, with the 3
    left for the next menu. With 2 and 201: `2 0 3` is no choice, since `2 0` is none either.
    """

    def __init__(self, keys: Collection[str]) -> None:
        self.digits = ""
        self._keys = keys

    def press(self, key: str) -> Reading:
        """One more key."""
        before, entry = self.digits, self.digits + key
        if any(len(other) > len(entry) and other.startswith(entry) for other in self._keys):
            self.digits = entry
            return More()
        self.digits = ""
        if entry in self._keys:
            return Complete(entry)
        if before in self._keys:
            return Complete(before, rest="" if key == "#" else key)
        return Invalid(entry)

    def pause(self) -> Reading:
        """The longest match so far, if it is one."""
        entry, self.digits = self.digits, ""
        return Complete(entry) if entry in self._keys else Invalid(entry)


class NumberReader:
    """Reads a number of fixed length, or of any length up to # (or a pause); star clears it."""

    def __init__(self, ask: Ask) -> None:
        self.digits = ""
        self._length = ask.digits
        self._most = ask.digits or LONGEST_NUMBER

    def press(self, key: str) -> Reading:
        """One more key; A to D are not part of numbers and pass unheard."""
        if key == "*":
            self.digits = ""
            return Cleared()
        if key == "#":
            return self.pause()
        if key in "0123456789":
            self.digits += key
        return self._ended() if len(self.digits) == self._most else More()

    def pause(self) -> Reading:
        """As if # had been pressed."""
        return self._ended() if self.digits else Nothing()

    def _ended(self) -> Reading:
        entry, self.digits = self.digits, ""
        return Complete(entry) if self._length in (None, len(entry)) else Invalid(entry)
