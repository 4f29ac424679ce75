"""The floor as interfaces show it: plain data, with its moments on people's clock.

The engine's clock begins anywhere and says nothing to whoever is not in this process; what leaves the switch
has moments in seconds since the epoch (UTC), as the record has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from softswitch.acd.snapshot import AgentView, CallerView, QueueView, Snapshot
from softswitch.ports import JsonValue
from softswitch.types import Seconds

_MOMENTS = ("joined", "since", "until", "told_at")


def queues(seen: Snapshot, ahead: Seconds) -> JsonValue:
    """Every queue with the callers that `seen` has; `ahead`: by how much people's clock is ahead."""
    return {"at": _moment(seen.at, ahead), "queues": [_queue(one, ahead) for one in seen.queues.values()]}


def callers(some: Iterable[CallerView], ahead: Seconds) -> JsonValue:
    """Callers in their order."""
    return [_plain(one, ahead) for one in some]


def agents(seen: Snapshot, ahead: Seconds) -> JsonValue:
    """Every agent."""
    return {"at": _moment(seen.at, ahead), "agents": [_plain(one, ahead) for one in seen.agents.values()]}


def _queue(view: QueueView, ahead: Seconds) -> dict[str, JsonValue]:
    return asdict(view) | {"callers": callers(view.callers, ahead)}


def _plain(view: CallerView | AgentView, ahead: Seconds) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = asdict(view)
    for name in _MOMENTS:
        if isinstance(at := fields.get(name), float):
            fields[name] = _moment(at, ahead)
    return fields


def _moment(at: Seconds, ahead: Seconds) -> float:
    return round(at + ahead, 3)
