"""Which agents are paused, which signed out of what, and what supervisors have changed: folded from events,
live and after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded

CHANGING = frozenset(
    (
        *(Kind.AGENT_PAUSED, Kind.AGENT_RESUMED, Kind.AGENT_SIGNED_IN, Kind.AGENT_SIGNED_OUT),
        *(Kind.QUEUE_AMENDED, Kind.QUEUE_AMENDMENT_ENDED, Kind.AGENT_AMENDED, Kind.AGENT_AMENDMENT_ENDED),
        Kind.STATE_KEPT,
    )
)


class Step(NamedTuple):
    """Somebody signs in or out."""

    out: bool
    queue: str | None
    """None: of all queues."""
    at: float
    """In seconds since the epoch."""


@dataclass(slots=True)
class Attendance:
    """As of the last event."""

    paused: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The reason, and since when, in seconds since the epoch, by agent."""
    signed: dict[str, list[Step]] = field(default_factory=dict)
    """By agent, in their order: what makes somebody who is signed in everywhere stand as they do."""

    amended: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """What supervisors have changed, as their events say it, by kind (`queue`, `agent`) and name."""

    def hear(self, event: Recorded) -> None:
        """Take the next event; returns at once."""
        if event.kind not in CHANGING:
            return
        data: Any = event.data
        agent = str(data.get("agent", ""))
        match event.kind:
            case Kind.AGENT_PAUSED:
                self.paused[agent] = str(data.get("reason") or ""), event.at - float(data.get("ago") or 0.0)
            case Kind.AGENT_RESUMED:
                self.paused.pop(agent, None)
            case Kind.AGENT_SIGNED_IN:
                self._sign(agent, Step(False, data.get("queue"), event.at))
            case Kind.AGENT_SIGNED_OUT:
                self._sign(agent, Step(True, data.get("queue"), event.at - float(data.get("ago") or 0.0)))
            case Kind.QUEUE_AMENDED:
                self.amended["queue", str(data.get("queue"))] = data
            case Kind.QUEUE_AMENDMENT_ENDED:
                self.amended.pop(("queue", str(data.get("queue"))), None)
            case Kind.AGENT_AMENDED:
                self.amended["agent", agent] = data
            case Kind.AGENT_AMENDMENT_ENDED:
                self.amended.pop(("agent", agent), None)
            case Kind.STATE_KEPT:
                self._read(data, event.at)

    def _sign(self, agent: str, step: Step) -> None:
        before = self.signed.get(agent, ()) if step.queue is not None else ()
        steps = [*(one for one in before if one.queue != step.queue), step]
        if any(one.out for one in steps):
            self.signed[agent] = steps
        else:
            self.signed.pop(agent, None)

    def to_json(self) -> dict[str, JsonValue]:
        """As `StateKept` has it."""
        return {
            "paused": {agent: [reason, since] for agent, (reason, since) in self.paused.items()},
            "signed_out": {agent: [list(one) for one in steps] for agent, steps in self.signed.items()},
            "amended": [dict(one) for one in self.amended.values()],
        }

    def _read(self, data: Mapping[str, Any], at: float) -> None:
        """`at`: stands for moments that were not kept once."""
        self.paused = {agent: (str(one[0]), float(one[1])) for agent, one in data["paused"].items()}
        self.signed = {
            agent: [Step(bool(out), queue, float(when[0] if when else at)) for out, queue, *when in steps]
            for agent, steps in data["signed_out"].items()
        }
        kept = [("queue" if "queue" in one else "agent", one) for one in data.get("amended") or ()]
        self.amended = {(of, str(one[of])): one for of, one in kept}
