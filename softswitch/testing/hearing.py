"""What a fake leg heard, and when: declared wiring, cut to the times when its sources really sounded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol, cast

from softswitch.sound import Hear
from softswitch.types import Seconds

Spell = tuple[Seconds, Seconds]
"""A start and an end on the loop's clock; an end of `inf` is not over yet."""


def now() -> Seconds:
    """The running loop's time."""
    return asyncio.get_running_loop().time()


class Audible(Protocol):
    """A fake source, which knows its name and when it sounds."""

    @property
    def label(self) -> str:
        """What tests call it: a clip's label, a leg's number."""

    def sounding(self) -> Spell:
        """From when to when it can be heard at all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One source, heard at one level without a break."""

    label: str
    level: float
    start: Seconds
    end: Seconds
    """`inf` while it goes on."""

    @property
    def duration(self) -> Seconds:
        """How long, in seconds."""
        return self.end - self.start


class Hearing:
    """The memory of one leg's ear."""

    def __init__(self) -> None:
        self._declared: list[tuple[Seconds, tuple[tuple[Audible, float], ...]]] = []

    def declare(self, now: Seconds, sources: Iterable[Hear]) -> None:
        """From `now` on these are wired to the leg. Raises TypeError for a source that is no fake."""
        audible = []
        for hear in sources:
            if not hasattr(hear.source, "sounding"):
                raise TypeError(f"{hear.source!r} is no fake source; a fake leg hears fakes only")
            audible.append((cast(Audible, hear.source), hear.level))
        self._declared.append((now, tuple(audible)))

    def spans(self, leg: Spell, now: Seconds) -> list[Heard]:
        """Everything heard so far, by start; what is still heard at `now` ends at `inf`."""
        spans: list[tuple[Audible, Heard]] = []
        for index, (since, sources) in enumerate(self._declared):
            until = self._declared[index + 1][0] if index + 1 < len(self._declared) else inf
            for source, level in sources:
                begun, ended = source.sounding()
                start, end = max(since, begun, leg[0]), min(until, ended, leg[1])
                if start < end and start <= now:
                    spans.append((source, Heard(source.label, level, start, end if end <= now else inf)))
        return sorted(_joined(spans), key=lambda heard: heard.start)


def _joined(spans: Sequence[tuple[Audible, Heard]]) -> list[Heard]:
    """Spans of the same source at the same level that touch are one: declaring a thing again is no break."""
    joined: list[tuple[Audible, Heard]] = []
    for source, heard in spans:
        for index, (other, before) in enumerate(joined):
            if other is source and before.level == heard.level and before.end == heard.start:
                joined[index] = (source, Heard(heard.label, heard.level, before.start, heard.end))
                break
        else:
            joined.append((source, heard))
    return [heard for _, heard in joined]
