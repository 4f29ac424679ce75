"""Which agents are paused, which signed out of what, and what supervisors have changed: folded from events,
live and after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded

CHANGING = frozenset(
    (
        *(Kind.AGENT_PAUSED, Kind.AGENT_RESUMED, Kind.AGENT_SIGNED_IN, Kind.AGENT_SIGNED_OUT),
        *(Kind.QUEUE_AMENDED, Kind.QUEUE_AMENDMENT_ENDED, Kind.AGENT_AMENDED, Kind.AGENT_AMENDMENT_ENDED),
        Kind.STATE_KEPT,
    )
)


@dataclass(slots=True)
class Attendance:
    """As of the last event."""

    paused: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The reason, and since when, in seconds since the epoch, by agent."""
    signed: dict[str, list[tuple[bool, str | None]]] = field(default_factory=dict)
    """By agent, in their order: what makes somebody who is signed in everywhere stand as they do. True: out;
    None: of all queues.
    """

    out_since: dict[str, float] = field(default_factory=dict)
    """Since when who is signed out of anything is, in seconds since the epoch."""

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
                self._sign(agent, False, data.get("queue"))
            case Kind.AGENT_SIGNED_OUT:
                self._sign(agent, True, data.get("queue"))
                self.out_since.setdefault(agent, event.at - float(data.get("ago") or 0.0))
            case Kind.QUEUE_AMENDED:
                self.amended["queue", str(data.get("queue"))] = data
            case Kind.QUEUE_AMENDMENT_ENDED:
                self.amended.pop(("queue", str(data.get("queue"))), None)
            case Kind.AGENT_AMENDED:
                self.amended["agent", agent] = data
            case Kind.AGENT_AMENDMENT_ENDED:
                self.amended.pop(("agent", agent), None)
            case Kind.STATE_KEPT:
                self._read(data)

    def _sign(self, agent: str, out: bool, queue: str | None) -> None:
        steps = [] if queue is None else [one for one in self.signed.get(agent, ()) if one[1] != queue]
        steps.append((out, queue))
        if any(left for left, _ in steps):
            self.signed[agent] = steps
        else:
            self.signed.pop(agent, None)
            self.out_since.pop(agent, None)

    def to_json(self) -> dict[str, JsonValue]:
        """As `StateKept` has it."""
        return {
            "paused": {agent: [reason, since] for agent, (reason, since) in self.paused.items()},
            "signed_out": {
                agent: [[out, queue] for out, queue in steps] for agent, steps in self.signed.items()
            },
            "out_since": dict(self.out_since),
            "amended": [dict(one) for one in self.amended.values()],
        }

    def _read(self, data: Mapping[str, Any]) -> None:
        self.paused = {agent: (str(one[0]), float(one[1])) for agent, one in data["paused"].items()}
        self.signed = {
            agent: [(bool(out), queue) for out, queue in steps] for agent, steps in data["signed_out"].items()
        }
        self.out_since = {agent: float(at) for agent, at in (data.get("out_since") or {}).items()}
        kept = [("queue" if "queue" in one else "agent", one) for one in data.get("amended") or ()]
        self.amended = {(of, str(one[of])): one for of, one in kept}
