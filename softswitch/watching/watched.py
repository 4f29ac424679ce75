"""What can be watched, and by whom: agents' extensions, one's own pause code, one's own mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from softswitch.routing import normalise
from softswitch.types import AgentName
from softswitch.watching.request import MESSAGES


class Lamp(StrEnum):
    """A kind of lamp."""

    CALLS = "calls"
    """Whether an agent is rung or talks."""
    PAUSE = "pause"
    """Whether the watcher is paused."""
    MAILBOX = "mailbox"
    """Whether there are messages for the watcher."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One lamp, as many phones may have it."""

    lamp: Lamp
    agent: AgentName


@dataclass(frozen=True, slots=True)
class Watchable:
    """What there is, by the settings in force."""

    numbers: Mapping[str, AgentName] = field(default_factory=dict)
    """Extensions and logins."""
    pause: str = ""
    """The code that begins a pause; empty: there is none."""

    def find(self, package: str, user: str, watcher: AgentName) -> Watched | int:
        """What the user part of a request URI means to a watcher, or the status to refuse with."""
        number = normalise(user)
        if package != MESSAGES and number == self.pause:
            return Watched(Lamp.PAUSE, watcher)
        agent = self.numbers.get(number)
        if agent is None:
            return 404
        if package != MESSAGES:
            return Watched(Lamp.CALLS, agent)
        return Watched(Lamp.MAILBOX, agent) if agent == watcher else 403
