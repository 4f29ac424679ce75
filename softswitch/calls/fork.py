"""All phones of one agent ring at once; one answer wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from softswitch.errors import LegError, LegGone, LegRefused
from softswitch.ports import Endpoint, Leg
from softswitch.types import Party, Way

COMPLETED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
"""RFC 3326: a phone that sees it counts no missed call."""


class Rung(Protocol):
    """One phone that rings."""

    @property
    def leg(self) -> Leg:
        """The leg to it; a number outside may get another one until it is answered."""

    def on_progress(self, told: Callable[[int], None]) -> None:
        """Hear when it rings."""

    async def answered(self) -> Leg:
        """The leg, answered and ready to talk. Raises LegRefused, LegGone."""

    def hangup(self, reason: str = "") -> None:
        """Stop it, whatever has become of it."""


class Phone:
    """A phone that is one leg."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg

    def on_progress(self, told: Callable[[int], None]) -> None:
        """See `Rung`."""
        self.leg.on_progress = told

    async def answered(self) -> Leg:
        """See `Rung`."""
        await self.leg.answered()
        return self.leg

    def hangup(self, reason: str = "") -> None:
        """See `Rung`."""
        self.leg.hangup(reason=reason)


class Fork:
    """Phones that ring for one call (RFC 3261 section 16.7, as a B2BUA)."""

    def __init__(
        self,
        endpoint: Endpoint,
        ways: Sequence[Way],
        caller: Party,
        headers: Mapping[str, str],
        others: Sequence[Callable[[], Rung]] = (),
        dress: Callable[[Rung], Rung] = lambda rung: rung,
    ) -> None:
        """Ring every way, as `dress` makes it, and whatever `others` make.

        Raises LegRefused when none can even be tried.
        """
        self._rung: list[Rung] = []
        self._refusals: list[LegRefused] = []
        for way in ways:
            try:
                self._rung.append(dress(Phone(endpoint.dial(way, caller=caller, headers=headers))))
            except LegRefused as refusal:
                self._refusals.append(refusal)
        for other in others:
            try:
                self._rung.append(other())
            except LegRefused as refusal:
                self._refusals.append(refusal)
        if not self._rung:
            raise best(self._refusals)

    @property
    def legs(self) -> list[Leg]:
        """A leg of each phone; there is one at least."""
        return [one.leg for one in self._rung]

    def on_progress(self, told: Callable[[int], None]) -> None:
        """Hear when any of them rings."""
        for one in self._rung:
            one.on_progress(told)

    async def answered(self) -> Leg:
        """The leg that answers first; the others stop ringing.

        Raises LegRefused with the best of the refusals once all have refused, LegGone when one answered and
        was gone in the same moment.
        """
        if len(self._rung) == 1:
            try:
                return await self._rung[0].answered()
            except LegRefused as refusal:
                raise best([*self._refusals, refusal]) from None
        tasks = [asyncio.ensure_future(one.answered()) for one in self._rung]
        try:
            return await self._first(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _first(self, tasks: Sequence[asyncio.Task[Leg]]) -> Leg:
        waiting, gone = set(tasks), False
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task not in done:
                    continue
                error = task.exception()
                if error is None:
                    self.hangup(COMPLETED_ELSEWHERE, but=task.result())
                    return task.result()
                if isinstance(error, LegRefused):
                    self._refusals.append(error)
                elif isinstance(error, LegError):
                    gone = True
                else:
                    raise error
        if gone:
            raise LegGone("answered, and gone in the same moment")
        raise best(self._refusals)

    def hangup(self, reason: str = "", *, but: Leg | None = None) -> None:
        """Stop all, also those that answered in the same moment."""
        for one in self._rung:
            if one.leg is not but:
                one.hangup(reason)


def best(refusals: Sequence[LegRefused]) -> LegRefused:
    """What all refusals together mean (RFC 3261 section 16.7 step 6): 6xx, else a busy phone, which says more
    than one that could not be reached, else the lowest class.
    """
    if not refusals:
        return LegRefused(480, "no phone can be reached")
    return min(refusals, key=_rank)


def _rank(refusal: LegRefused) -> tuple[bool, bool, int]:
    status = refusal.status
    return status < 600, status not in (486, 600), status // 100
