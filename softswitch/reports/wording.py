"""What a report says, in English, Polish and Hebrew: its words, and how numbers, times and days are written.

The words are in `words/`, a file for each language with the same keys. matplotlib sets them from right to
left where they are so (UAX #9, by libraqm, which is in its wheels from 3.11 on).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from softswitch.acd.service import Service, Services

LANGUAGES = ("en", "pl", "he")
"""Those that reports are written in; the first for who speaks none of them."""

_FILES = Path(__file__).with_name("words")
_HEBREW = re.compile("[\u0590-\u08ff]")
_FROM, _TO = "\u2068", "\u2069"
"""FSI and PDI of UAX #9: a name between them keeps its direction, and that of its sentence."""

_RIGHT_TO_LEFT = "\u200f"
_NAMES = frozenset({"queue"})
"""Gaps that people's own words fill."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    words: Mapping[str, str]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return Locale(self.language).text_direction

    @property
    def leftward(self) -> bool:
        """Whether it is read from right to left."""
        return self.direction == "rtl"

    def say(self, key: str, **values: str) -> str:
        """A word or a sentence, with its gaps filled. Raises KeyError."""
        names = {name: self._isolated(values[name]) for name in _NAMES & values.keys()}
        return self.words[key].format_map(values | names)

    def drawn(self, text: str) -> str:
        """A text for a picture, where nothing but the text tells its direction."""
        if not self.leftward:
            return text
        return "\n".join(_RIGHT_TO_LEFT + line for line in text.split("\n"))

    def count(self, value: int) -> str:
        """As 12,345."""
        grouped = abs(value) >= int(self.words["grouped_from"])
        return format_decimal(value, locale=self.language, group_separator=grouped)

    def number(self, value: float, digits: int = 1) -> str:
        """As 4.5."""
        return format_decimal(round(value, digits), f"0.{'0' * digits}", locale=self.language)

    def share(self, value: float | None, digits: int = 1) -> str:
        """In per cent; - where there is nothing."""
        if value is None:
            return "-"
        places = f".{'0' * digits}" if digits else ""
        return format_percent(value, f"0{places}%", locale=self.language)

    def spelt(self, seconds: float) -> str:
        """A step of waiting: 45 s, 3 min."""
        unit, value = ("seconds", seconds) if seconds < 60 else ("minutes", seconds / 60)
        return self.words[unit].format(count=format_decimal(value, "0.###", locale=self.language))

    def day(self, day: date) -> str:
        """As 2026-03-31, in English."""
        return format_date(day, self.words["date"], locale=self.language)

    def days(self, first: date, last: date) -> str:
        """One day, or the first and the last of several."""
        return (
            self.day(first) if first == last else self.say("days", first=self.day(first), last=self.day(last))
        )

    def tick(self, day: date, *, months: bool) -> str:
        """A day on an axis; `months`: of an axis so long that the year matters more than the day."""
        return format_date(day, self.words["axis.month" if months else "axis.day"], locale=self.language)

    def weekdays(self) -> list[tuple[int, str]]:
        """In the order of a week there: each with its place in a week that begins on Monday, and its name."""
        names = Locale(self.language).days["stand-alone"]["abbreviated"]
        first = int(self.words["week"])
        return [(day, names[day]) for day in ((first + more) % 7 for more in range(7))]

    def ways(self, services: Services, queue: str | None) -> list[str]:
        """How the service level is counted, of one queue, or of all with those that differ."""
        first = self._way("way", services.of(queue))
        if queue is not None:
            return [first]
        return [first] + [
            self._way("way_of", way, queue=name) for name, way in sorted(services.queues.items())
            if way != services.common
        ]  # fmt: skip

    def _way(self, key: str, way: Service, **whose: str) -> str:
        known = {
            "formula": self.words[f"formula.{way.formula}"],
            "within": self._seconds(way.within),
            **whose,
        }
        if not way.short_abandon:
            return self.say(key, **known)
        return self.say(f"{key}.short", **known, short=self._seconds(way.short_abandon))

    def _seconds(self, value: float) -> str:
        return self.words["seconds"].format(count=format_decimal(value, "0.###", locale=self.language))

    def _isolated(self, value: str) -> str:
        return f"{_FROM}{value}{_TO}" if self.leftward or _HEBREW.search(value) else value


@cache
def words_of(language: str) -> Words:
    """One of `LANGUAGES`; of any other, English."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    return Words(known, MappingProxyType(json.loads((_FILES / f"{known}.json").read_text())))


ENGLISH = words_of("en")
