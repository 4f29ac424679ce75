"""Somebody is being reached for whoever is to talk to them: the task that waits for the answer."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine

import structlog

from softswitch.calls.call import Call
from softswitch.calls.music import RINGBACK
from softswitch.calls.switch import Switch
from softswitch.errors import LegError, LegRefused
from softswitch.ports import Leg
from softswitch.types import AgentName

log = structlog.get_logger(__name__)

Settled = Callable[[LegError | TimeoutError | None], None]
"""Hears once what came of an attempt; None: somebody has answered."""


class Attempt(ABC):
    """What all attempts have in common (`onward.NextParty`). Whoever has one closes it."""

    agent: AgentName | None = None
    number: str = ""

    def __init__(self, switch: Switch, call: Call, hearer: Leg | None = None) -> None:
        """`hearer`: who hears it ring; None: the caller."""
        self._switch = switch
        self._call = call
        self._hearer = hearer or call.leg
        self._task: asyncio.Task[Leg] | None = None
        self._answer: asyncio.Future[Leg] = asyncio.get_running_loop().create_future()

    @abstractmethod
    def start(self) -> None:
        """Begin. Raises LegRefused when nothing can even be tried."""

    @abstractmethod
    def status_of(self, error: LegError | TimeoutError) -> int:
        """What a caller is answered who was not refused by the switch, but by whom was to be reached."""

    def when_settled(self, settled: Settled) -> None:
        """Tell, as soon as it is known, what came of it; not when it is closed before that."""
        self._answer.add_done_callback(lambda each: None if each.cancelled() else settled(_failure(each)))

    async def answered(self) -> Leg:
        """See `NextParty.answered`."""
        if not self._answer.done():
            self._sound()
        return await asyncio.shield(self._answer)

    def moved_to(self, call: Call) -> None:
        """See `NextParty.moved_to`."""
        self._call = call

    def close(self, but: Leg | None = None) -> None:
        """See `NextParty.close`."""
        if self._task is not None:
            self._task.cancel()
        self._answer.cancel()

    def _wait(self, until_answered: Coroutine[None, None, Leg]) -> None:
        self._task = asyncio.ensure_future(until_answered)
        self._task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[Leg]) -> None:
        """The task's end is the answer, unless that came from elsewhere."""
        error = None if task.cancelled() else task.exception()
        if self._answer.done() or task.cancelled():
            return
        if error is None:
            self._answer.set_result(task.result())
        else:
            self._answer.set_exception(error)
            self._answer.exception()  # nobody may be left who would ask

    def _sound(self) -> None:
        """What is heard meanwhile, by somebody who has been answered."""
        if self._hearer is not self._call.leg or self._call.is_answered:
            self._hearer.hear(*self._switch.music.hear(RINGBACK))


def _failure(answer: asyncio.Future[Leg]) -> LegError | TimeoutError | None:
    """Why nobody answered; a mistake of the switch's own is logged, and must not leave anybody waiting."""
    error = answer.exception()
    if error is None or isinstance(error, LegError | TimeoutError):
        return error
    log.error("an attempt to reach somebody failed", exc_info=error)
    return LegRefused(500, "a mistake of the switch")
