"""The figures of the day in steps, folded from the events of before a start: what the board shows of the last
hours goes on over it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from softswitch.acd.stats import Tally
from softswitch.board.history import STEP, Step
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, QueueName


class TrendFold:
    """Beside the fold that counts: `before` and `hear` for each event, in their order."""

    def __init__(self, today: float) -> None:
        """`today`: the moment of midnight."""
        self.steps: dict[QueueName, list[Step]] = defaultdict(list)
        """Of each queue: counts since midnight as they were at the end of the step, and the most who waited
        in it; the step that goes on is not among them.
        """
        self._end = today + STEP
        self._waiting: dict[str, set[CallId]] = defaultdict(set)
        self._most: dict[str, int] = defaultdict(int)
        self._queue_of: dict[CallId, str] = {}

    def before(self, at: float, tallies: Mapping[str, Tally]) -> None:
        """The next event is of that moment, and these are the counts until then."""
        while at >= self._end:
            for name, tally in tallies.items():
                step = Step(self._end - STEP, tally.counts(), self._most[name])
                self.steps[QueueName(name)].append(step)
                self._most[name] = len(self._waiting[name])
            self._end += STEP

    def hear(self, event: Recorded) -> None:
        """What happened."""
        call = event.call
        if event.kind == Kind.SWITCH_STARTING:
            self._waiting.clear()
        elif call is None:
            return
        elif event.kind == Kind.CALLER_JOINED:
            self._wait(call, str(event.data.get("queue", "")))
        elif event.kind == Kind.CONNECT_FAILED and call in self._queue_of:
            self._wait(call, self._queue_of[call])
        elif event.kind in (Kind.CALLER_LEFT, Kind.CONNECTED, Kind.CALL_ENDED):
            self._waiting[self._queue_of.get(call, "")].discard(call)
            if event.kind == Kind.CALL_ENDED:
                self._queue_of.pop(call, None)

    def _wait(self, call: CallId, queue: str) -> None:
        self._queue_of[call] = queue
        self._waiting[queue].add(call)
        self._most[queue] = max(self._most[queue], len(self._waiting[queue]))
