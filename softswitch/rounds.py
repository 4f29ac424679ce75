"""Callers who would be sent round and round: what counts as being sent on at once, and when it is enough.

A call that is answered by a menu, waits, or hears something stays somewhere. One that a queue sends on as
nobody is there, into another that does the same, stays nowhere, and would go round for ever, taking all the
time that there is. The check of a configuration looks for such circles; this is for those that it cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from softswitch.types import Seconds

AT_ONCE: Seconds = 1.0
"""Who was at a place for less than this has not been there: nobody hears or says anything in it."""

MOST = 30
"""So many places in a row where a caller was not is a circle; chains of queues are shorter."""


@dataclass(slots=True)
class Rounds:
    """The places to which one caller was sent, from the last one where the caller stayed."""

    way: list[str] = field(default_factory=list)

    def go(self, place: str, stayed: Seconds) -> bool:
        """On to a place, after so long at the one before. False: enough, the caller goes round."""
        if stayed >= AT_ONCE:
            self.way.clear()
        self.way.append(place)
        return len(self.way) <= MOST

    @property
    def circle(self) -> list[str]:
        """The last round, from a place to the same place; all of the way where there is none."""
        last = self.way[-1]
        before = next((at for at in range(len(self.way) - 2, -1, -1) if self.way[at] == last), 0)
        return self.way[before:]
