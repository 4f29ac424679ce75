"""Where a queue sends a caller on, as the engine would: closed, nobody there, full.

What a file cannot say is said by whoever asks; without it agents are there, and there is room.
"""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.acd.settings import QueueSettings
from softswitch.config.durations import written
from softswitch.types import Destination, HangUp, Reject, Seconds


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is so at the moment."""

    nobody: bool = False
    """No agent is signed in, anywhere."""
    full: bool = False
    """As many callers wait in each queue as may."""


AS_USUAL = Circumstances()


@dataclass(frozen=True, slots=True)
class SentOn:
    """A queue's caller goes elsewhere."""

    why: str
    to: Destination
    after: Seconds | None = None
    """Having waited so long; None: never was in the line."""


def sent_on(queue: QueueSettings, circumstances: Circumstances, *, is_open: bool) -> SentOn | None:
    """Whether, and where; None: the caller waits, and is served."""
    nobody, rule = circumstances.nobody or not queue.agents, queue.no_agents
    if not is_open:
        return SentOn("is closed", queue.closed or HangUp())
    if nobody and rule.joining is not None:
        return SentOn("has nobody there", rule.joining)
    if circumstances.full and queue.max_callers is not None:
        return SentOn("is full", queue.full or Reject(486))
    ends = [(queue.max_wait, "is waited in", queue.timeout)]
    if rule.waiting is not None:
        ends.append((rule.grace, "has nobody there", rule.waiting))
    timed = [(after, why, to or HangUp()) for after, why, to in ends if after is not None]
    if not nobody or not timed:
        return None
    after, why, to = min(timed, key=lambda one: one[0])
    return SentOn(f"{why} for {written(after)}", to, after)
