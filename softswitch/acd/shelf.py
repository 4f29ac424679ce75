"""Callers who want a phone rung and have none ringing, of whom only the next one is ever asked for.

A heap. Who goes is not looked for: the entry stays, dead, until it surfaces, as a cancelled timer does
(`deadlines.py`). Most go from the front, and to find one of the others costs more than all else here.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from softswitch.acd.place import Place
    from softswitch.acd.waiting import Caller

_SWEEP_FROM: Final = 64
"""Below so many dead entries a sweep is not worth it; from there on they are swept out when most are dead."""


class Shelf:
    """Callers by place. Whose `shelf` this is stands here, with the `place` of today."""

    __slots__ = ("_heap", "size")

    def __init__(self) -> None:
        self._heap: list[Place] = []
        self.size = 0
        """How many stand here."""

    def __iter__(self) -> Iterator[Caller]:
        # Who went and came back at the same place has two entries.
        return iter(dict.fromkeys(place[4] for place in sorted(self._heap) if self._lives(place)))

    def first(self) -> Caller | None:
        """Who is next; None when nobody wants a phone rung."""
        heap = self._heap
        while heap:
            place = heap[0]
            caller = place[4]
            if caller.shelf is self and caller.place is place:
                return caller
            heappop(heap)
        return None

    def add(self, caller: Caller) -> None:
        """Put a caller where `caller.place` belongs."""
        heappush(self._heap, caller.place)
        self.size += 1

    def remove(self, caller: Caller) -> None:
        """Take a caller out who stands here, and who says so no more once this is done."""
        self.size = size = self.size - 1
        if len(self._heap) > 2 * size + _SWEEP_FROM:
            self._heap = [each.place for each in self if each is not caller]  # sorted: a heap

    def _lives(self, place: Place) -> bool:
        caller = place[4]
        return caller.shelf is self and caller.place is place
