"""Looks at the switch when something has happened, and tells all who look on, each audience the same bytes.

What happens comes from the journal; several events within `PAUSE` are one look, and the first one after
quiet is looked at before the loop turns again. What happens without an event (an agent's back-off ends) is
seen within `TICK`. While nobody looks on there are only the readings of `History`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import structlog

from softswitch import __version__
from softswitch.acd.engine import Engine
from softswitch.acd.snapshot import AgentView, Known, QueueView, Snapshot
from softswitch.acd.stats import QueueCounts
from softswitch.board.alarms import Alarms
from softswitch.board.board import Audience, Board
from softswitch.board.entries import (
    Entry,
    Shown,
    agent_entry,
    call_entry,
    caller_entry,
    queue_entries,
    trend_entry,
)
from softswitch.board.history import History, Step
from softswitch.board.zone import machine_zone
from softswitch.calls.call import Call
from softswitch.config.settings import SwitchSettings
from softswitch.ports import Clock, Journal, Recorded
from softswitch.types import CallId, QueueName, Seconds

PAUSE: Seconds = 0.25
"""Between two messages of what has happened, at least."""

BREATH: Seconds = 0.05
"""Between two looks, at least, where the one before found nothing."""

TICK: Seconds = 1.0
"""Between two looks, at most."""

BEAT: Seconds = 1.0
"""When nothing was sent for so long, that is said: a page that hears nothing for a few of them knows that its
connection is lost, though nobody has ended it.
"""

LINE, LINES = 20, 160
"""Callers of one queue that are shown, and of all queues together."""

FEWEST = 3
"""Of each queue, however many there are."""

CALLS = 500
"""Calls in progress that are shown."""

JUMP: Seconds = 1.0
"""When people's clock was set by so much, all moments are others."""

log = structlog.get_logger(__name__)

Listener = Callable[[str, bytes], None]
"""Gets each message: its name (`board`, `change`, `beat`) and its JSON; returns at once, raises nothing."""


class Calls(Protocol):
    """The calls in progress."""

    @property
    def calls(self) -> list[Call]:
        """The eldest first."""

    def find(self, id: CallId) -> Call | None:
        """The one of that id."""


class Producer:
    """One for the whole switch; belongs to the loop's thread, from `start` to `close`."""

    def __init__(
        self,
        engine: Engine,
        calls: Calls,
        settings: Callable[[], SwitchSettings],
        clock: Clock,
        journal: Journal,
    ) -> None:
        """`settings`: those of the moment."""
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.board = Board(secrets.token_hex(6), __version__)
        self.history = History(settings().zone)
        self.draining = False
        self.bulletins: Callable[[], dict[str, Entry]] = dict
        """What agents are to read, at the moment."""
        self._alarms = Alarms(journal)
        self._engine = engine
        self._calls = calls
        self._settings = settings
        self._applied = settings()
        self._loaded = self._clock.now()
        self._shown = _shown(settings(), self._ahead())
        self._watch(settings())
        self._listeners: dict[Audience, dict[int, Listener]] = {audience: {} for audience in Audience}
        self._joined = 0
        self._dirty: set[CallId] = set()
        """Calls of which something has been heard since the last look."""
        self._before: set[CallId] = set()
        """And before it: an event may be a moment before what it tells of."""
        self._agents: dict[str, tuple[AgentView, QueueName | None, Entry]] = {}
        self._known: Known = {}
        self._looked = self._told = self._changed = float("-inf")
        self._sent = dict.fromkeys(Audience, self._looked)
        self._soon: asyncio.Handle | None = None
        self._ticking: asyncio.TimerHandle | None = None
        self._beating: asyncio.TimerHandle | None = None
        self._anew = True
        """Trends, names and all calls are to be looked at anew."""

    def start(self, past: Mapping[QueueName, Iterable[Step]] | None = None) -> None:
        """Keep the board from now on; `past`: what was counted today before the switch started."""
        self.history.restore(past or {}, self._clock.now())
        self._tick()
        self._beat()

    def close(self) -> None:
        """No more."""
        for timer in (self._soon, self._ticking, self._beating):
            if timer is not None:
                timer.cancel()

    @property
    def zone(self) -> str | None:
        """In which people are told what time it is; None: nobody knows its name."""
        return self._applied.zone or machine_zone()

    @property
    def viewers(self) -> int:
        """How many look on."""
        return sum(map(len, self._listeners.values()))

    def join(self, audience: Audience, listener: Listener) -> Callable[[], None]:
        """Tell a listener the whole board, and then what changes; call the result to end it."""
        self.refresh()
        self._joined += 1
        ours, key = self._listeners[audience], self._joined
        ours[key] = listener
        self._begin(audience, listener)

        def leave() -> None:
            ours.pop(key, None)

        return leave

    def refresh(self) -> None:
        """Let the board be as the switch is; while somebody looks on, it is so within `PAUSE` anyway."""
        if not self.viewers and self._loop.time() - self._looked >= PAUSE:
            self._anew = True
            self._look()

    def hear(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`)."""
        if not self.viewers:
            self._anew = True  # nobody notes which calls have changed
            return
        if event.call is not None:
            self._dirty.add(event.call)
        if self._soon is None:
            wait = max(self._changed + PAUSE, self._looked + BREATH) - self._loop.time()
            self._soon = (
                self._loop.call_soon(self._try_to_look)
                if wait <= 0
                else self._loop.call_later(wait, self._try_to_look)
            )

    def apply(self, settings: SwitchSettings) -> None:
        """Changed settings are in force: everybody gets the whole board."""
        if settings is not self._applied:
            self._applied, self._loaded = settings, self._clock.now()
        self._shown = _shown(settings, self._ahead())
        self._watch(settings)
        self._agents.clear()
        self._known.clear()
        self._anew = True
        if self.viewers:
            self._try_to_look()
            for audience, listeners in self._listeners.items():
                for listener in list(listeners.values()):
                    self._begin(audience, listener)

    def whole(self, audience: Audience) -> bytes:
        """The board as it is, as JSON."""
        self.refresh()
        return self.board.whole(audience, self._now())

    def _ahead(self) -> Seconds:
        """By how much people's clock is ahead of the loop's."""
        return self._clock.now() - self._loop.time()

    def _now(self) -> float:
        """On the clock of all moments, which is people's as it was when the settings came into force."""
        return round(self._loop.time() + self._shown.ahead, 3)

    def _watch(self, settings: SwitchSettings) -> None:
        self._alarms.apply(settings.alerts, settings.media.languages[0])

    def _begin(self, audience: Audience, listener: Listener) -> None:
        listener("board", self.board.whole(audience, self._now()))

    def _tick(self) -> None:
        self._ticking = self._loop.call_later(TICK, self._tick)
        if abs(self._ahead() - self._shown.ahead) > JUMP:
            self.apply(self._settings())
        if not self.viewers:
            self._read()
        elif self._loop.time() - self._looked >= TICK / 2:
            self._try_to_look()

    def _beat(self) -> None:
        """Say so where nothing has been sent for so long; not when looks fail, which might be a lie."""
        now = self._loop.time()
        due = now + BEAT
        try:
            for audience, listeners in self._listeners.items():
                if not listeners or now - self._told > 2 * TICK:
                    continue
                if now - self._sent[audience] > BEAT - BREATH:
                    self._send(audience, "beat", self.board.beat(audience, self._now()))
                due = min(due, self._sent[audience] + BEAT)
        finally:
            self._beating = self._loop.call_at(due, self._beat)

    def _try_to_look(self) -> None:
        try:
            self._look()
        except Exception:  # whatever it is, the next look may go better
            log.exception("BoardFailed")

    def _read(self) -> None:
        """One reading, for the history and alerts."""
        now, wall = self._loop.time(), self._clock.now()
        queues = self._engine.queues(now)
        self._anew |= self.history.note(wall, _counts(queues))
        if self._alarms.watching:
            self._alarms.look(queues, self._engine.eldest(), self.history, now, wall)

    def _look(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        now = self._looked = self._loop.time()
        most = max(FEWEST, min(LINE, LINES // max(1, len(self._shown.queues))))
        seen = self._engine.snapshot(now, most=most, known=self._known)
        wall = self._clock.now()
        anew = self.history.note(wall, _counts(seen.queues)) or self._anew
        eldest = self._engine.eldest()
        if self._alarms.watching:
            self._alarms.look(seen.queues, eldest, self.history, now, wall)
        self._write(seen, eldest, wall)
        self._write_calls(anew=anew)
        if anew:
            self._write_trends(seen)
        self._anew = False
        self._tell(now)

    def _write(self, seen: Snapshot, eldest: Mapping[QueueName, Seconds], wall: float) -> None:
        board = self.board
        shown = self._shown
        queues = dict(queue_entries(seen, eldest, self.history, shown, wall))
        board.replace("queues", _in_order(shown.queues, queues))
        lines = ((queue, caller) for queue in seen.queues.values() for caller in queue.callers)
        board.replace("callers", {caller.call: caller_entry(queue, caller, shown) for queue, caller in lines})
        serving = {one.call: one.queue for one in seen.conversations}
        for name, view in seen.agents.items():
            queue = None
            if view.calls:
                queue = next((serving[call] for call in view.calls if call in serving), None)
            known = self._agents.get(name)
            if known is None or known[0] is not view or known[1] != queue:
                self._agents[name] = view, queue, agent_entry(view, shown, queue)
        agents: dict[str, Entry] = {name: self._agents[name][2] for name in seen.agents}
        board.replace("agents", _in_order(shown.agents, agents))
        whole: Entry = {
            **{"draining": self.draining, "calls": len(self._calls.calls)},
            **{"loaded": round(self._loaded, 2), "zone": self.zone},
        }
        board.replace("bulletins", self.bulletins())
        board.replace("alerts", self._alarms.entries(shown))
        board.replace("switch", {"switch": whole})

    def _write_calls(self, *, anew: bool) -> None:
        known, board = self.board.section("calls"), self.board
        if anew or len(known) < min(CALLS, len(self._calls.calls)) // 2:
            some = self._calls.calls[:CALLS]
            board.replace("calls", {call.id: call_entry(call, self._shown) for call in some})
            return
        dirty, self._before, self._dirty = self._dirty | self._before, self._dirty, set()
        for id in dirty:
            call = self._calls.find(id)
            if call is None:
                board.drop("calls", id)
            elif id in known or len(known) < CALLS:
                entry = call_entry(call, self._shown)
                if known.get(id) != entry:
                    board.put("calls", id, entry)

    def _write_trends(self, seen: Snapshot) -> None:
        trends: dict[str, Entry] = {
            name: trend_entry(self.history.steps(name), view.formula) for name, view in seen.queues.items()
        }
        self.board.replace("trends", trends)

    def _tell(self, now: Seconds) -> None:
        self._told = now
        changes = self.board.take(self._now(), lambda audience: bool(self._listeners[audience]))
        for audience, change in changes.items():
            self._changed = now
            self._send(audience, "change", change)

    def _send(self, audience: Audience, name: str, body: bytes) -> None:
        self._sent[audience] = self._loop.time()
        for listener in list(self._listeners[audience].values()):
            listener(name, body)


def _shown(settings: SwitchSettings, ahead: Seconds) -> Shown:
    agents = {name: phone.name for name, phone in settings.phones.items()}
    within = {name: queue.service_within for name, queue in settings.engine.queues.items()}
    classes = {
        name: sorted(queue.priority, key=queue.priority.__getitem__, reverse=True)
        for name, queue in settings.engine.queues.items()
    }
    return Shown(settings.queue_labels, agents, within, classes, ahead)


def _counts(queues: Mapping[QueueName, QueueView]) -> dict[QueueName, tuple[QueueCounts, int]]:
    """For the history."""
    return {name: (view.counts, view.waiting) for name, view in queues.items()}


def _in_order(names: Iterable[str], entries: dict[str, Entry]) -> dict[str, Entry]:
    """Those of the configuration as it has them, then others."""
    return {name: entries[name] for name in (*names, *entries) if name in entries}
