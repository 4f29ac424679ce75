"""When each of many ends, of which most are put off again and again before that."""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace

from softswitch.types import Seconds


class Deadlines:
    """Moments by number. Putting one off leaves the heap alone until it comes to the moment of before."""

    def __init__(self) -> None:
        self._ends: dict[int, Seconds] = {}
        self._heap: list[tuple[Seconds, int]] = []
        """At least one entry (when to look, number) for each, at its end or before."""
        self._looked_at: dict[int, Seconds] = {}
        """The entry that counts, by number."""

    def __len__(self) -> int:
        """How many entries the heap has, dead ones too."""
        return len(self._heap)

    def set(self, number: int, end: Seconds) -> None:
        """It ends then, and not when it would have."""
        self._ends[number] = end
        look = self._looked_at.get(number)
        if look is None or end < look:
            self._looked_at[number] = end
            heappush(self._heap, (end, number))

    def drop(self, number: int) -> None:
        """It ends no more; nothing if there is no such number."""
        self._ends.pop(number, None)
        self._looked_at.pop(number, None)

    def look(self) -> Seconds | None:
        """A moment that is not after the earliest one; None: there is none."""
        return self._heap[0][0] if self._heap else None

    def next(self) -> tuple[Seconds, int] | None:
        """The earliest moment, and whose it is; None: there is none."""
        while self._heap:
            look, number = self._heap[0]
            if self._looked_at.get(number) != look:
                heappop(self._heap)
                continue
            end = self._ends[number]
            if end <= look:
                return look, number
            heapreplace(self._heap, (end, number))
            self._looked_at[number] = end
        return None
