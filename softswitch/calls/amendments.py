"""What supervisors have changed of queues and agents for a while: by whom, and until when.

Each change has a number, one more than the one before of the same queue or agent: whoever changes says which
they have seen, so that of two at once the later is told what is there now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from softswitch.acd.actions import ReportAmendmentOver
from softswitch.acd.amendments import AgentAmended, AgentChange, QueueAmended, QueueChange
from softswitch.acd.wire import plain_of, value_of
from softswitch.ports import JsonValue
from softswitch.types import AgentName, QueueName, Seconds

Change = QueueChange | AgentChange


class Of(StrEnum):
    """What is changed."""

    QUEUE = "queue"
    AGENT = "agent"


BEGAN = {Of.QUEUE: "QueueAmended", Of.AGENT: "AgentAmended"}
ENDED = {Of.QUEUE: "QueueAmendmentEnded", Of.AGENT: "AgentAmendmentEnded"}
"""Kinds of events."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change, or after it none."""

    of: Of
    name: str
    version: int = 0
    """0: nobody has ever changed it."""
    change: Change | None = None
    """None: as configured."""
    by: str = ""
    at: float = 0.0
    """When it was made; this and the next in seconds since the epoch."""
    until: float | None = None

    def event(self, shift: Seconds) -> QueueAmended | AgentAmended:
        """For the engine; `shift`: from the epoch to its clock."""
        until = None if self.until is None else self.until + shift
        if self.of is Of.QUEUE:
            assert not isinstance(self.change, AgentChange)
            return QueueAmended(QueueName(self.name), self.change or QueueChange(), until)
        assert not isinstance(self.change, QueueChange)
        return AgentAmended(AgentName(self.name), self.change or AgentChange(), until)

    def data(self) -> dict[str, JsonValue]:
        """As the record has it."""
        shown: dict[str, JsonValue] = {
            self.of.value: self.name,
            "version": self.version,
            "by": self.by,
            "at": self.at,
            "until": self.until,
        }
        return shown | ({} if self.change is None else {"change": plain_of(self.change)})

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Amendment:
        """What `data` has made. Raises EngineError."""
        of = Of.QUEUE if Of.QUEUE in data else Of.AGENT
        kind: type[QueueChange] | type[AgentChange] = QueueChange if of is Of.QUEUE else AgentChange
        change = value_of(kind, data["change"]) if data.get("change") else None
        until = data.get("until")
        return cls(
            of,
            str(data[of]),
            int(data["version"]),
            change,
            str(data.get("by") or ""),
            float(data.get("at") or 0.0),
            None if until is None else float(until),
        )


class AmendmentBook:
    """All of them, and the numbers of those that are over."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Of, str], Amendment] = {}

    def find(self, of: Of, name: str) -> Amendment:
        """How it is with one queue or agent."""
        return self._kept.get((of, name)) or Amendment(of, name)

    def put(self, amendment: Amendment) -> None:
        """It is so now."""
        self._kept[amendment.of, amendment.name] = amendment

    @property
    def all(self) -> list[Amendment]:
        """Those that are in force."""
        return [one for one in self._kept.values() if one.change is not None]

    def over(self, action: ReportAmendmentOver) -> tuple[str, dict[str, JsonValue]]:
        """The engine has ended one; returns what the record says of it."""
        of, name = (Of.AGENT, action.agent or "") if action.queue is None else (Of.QUEUE, action.queue)
        return self.end(of, name, "gone" if action.gone else "over", "")

    def end(self, of: Of, name: str, why: str, by: str) -> tuple[str, dict[str, JsonValue]]:
        """As configured again; returns what the record says of it."""
        before = self.find(of, name)
        self.put(Amendment(of, name, before.version + 1, by=by))
        told: dict[str, JsonValue] = {of.value: name, "version": before.version + 1, "why": why, "by": by}
        return ENDED[of], told
