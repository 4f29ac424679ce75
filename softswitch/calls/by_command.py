"""What is done to callers, conversations, queues and agents over the control socket, as supervisors do it by
the API.

Answers are as the API gives them. Everything raises NoSuch, NotNow and ControlError as what it calls does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from softswitch.access import COMMAND_LINE
from softswitch.acd.amendments import PLACES
from softswitch.calls.amending import described
from softswitch.calls.amendments import Of
from softswitch.calls.moving import Place
from softswitch.calls.operator import Operator
from softswitch.calls.originator import Then, known
from softswitch.calls.supervising import Mode
from softswitch.errors import ControlError
from softswitch.ports import JsonValue
from softswitch.promises import reads
from softswitch.types import QueueName

RING = 30.0
"""Seconds within which a supervisor's phone must be answered."""

KINDS = ("queue", "menu", "agent", "number")
"""Where callers go, as `queue sales`."""


class ByCommand:
    """The commands; `COMMAND_LINE` is on record for who did it."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._by = COMMAND_LINE.name

    def handlers(self) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
        """By name."""
        every = (self.move, self.pull, self.supervise, self.supervision, self.supervisions)
        return {each.__name__: each for each in (*every, self.changes, self.change, self.undo_change)}

    async def move(
        self, call: str, queue: str | None = None, priority: str | None = None, first: bool = False
    ) -> JsonValue:
        """Another place for a caller who waits, from wherever that is."""
        usher = self._operator.usher
        usher.move(call, usher.queue_of(call), Place(queue, priority, first), self._by)
        return {"call": call, "queue": usher.queue_of(call) if queue is None else queue}

    async def pull(self, call: str, agent: str) -> JsonValue:
        """To one agent's phone."""
        usher = self._operator.usher
        usher.pull(call, usher.queue_of(call), agent, self._by)
        return {"call": call, "agent": agent}

    async def supervise(self, call: str, to: str, mode: str) -> JsonValue:
        """Ring a phone, which then takes part in a conversation."""
        known("mode", mode, tuple(Mode))
        return {"supervision": self._operator.overseer.supervise(call, Mode(mode), to, RING, self._by)}

    async def supervision(self, supervision: str, do: str) -> JsonValue:
        """A mode, take-over or end."""
        overseer = self._operator.overseer
        match do:
            case "take-over":
                overseer.take_over(supervision, self._by)
            case "end":
                overseer.end(supervision, self._by)
            case _:
                known("mode", do, (*Mode, "take-over", "end"))
                overseer.change(supervision, Mode(do), self._by)
        return {"supervision": supervision, "done": do}

    @reads
    async def supervisions(self) -> JsonValue:
        """Who takes part in conversations of others."""
        return cast(JsonValue, self._operator.overseer.describe())

    @reads
    async def changes(self) -> JsonValue:
        """Every queue and agent that is not as configured."""
        return [described(one) for one in self._operator.amending.all]

    async def change(
        self, of: str, name: str, given: Mapping[str, Any], until: float | None = None
    ) -> JsonValue:
        """Change a queue or an agent, from whatever it is; `given` as the API takes it, but destinations as
        `queue sales`.
        """
        amending, kind = self._operator.amending, Of(of)
        wanted = {field: self._value(field, value) for field, value in given.items()}
        return described(
            amending.change(kind, name, wanted, until, amending.find(kind, name).version, self._by)
        )

    async def undo_change(self, of: str, name: str) -> JsonValue:
        """As configured."""
        amending, kind = self._operator.amending, Of(of)
        amending.undo(kind, name, amending.find(kind, name).version, self._by)
        return described(amending.find(kind, name))

    def _value(self, field: str, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(dict.fromkeys(map(QueueName, value)))
        if value is None or field not in PLACES:
            return value
        kind, _, name = str(value).partition(" ")
        if kind not in KINDS or not name:
            kinds = ", ".join(KINDS)
            raise ControlError(f"{value!r} is no destination; write it as 'queue NAME', one of {kinds}")
        return self._operator.destination(Then(**{kind: name}))
