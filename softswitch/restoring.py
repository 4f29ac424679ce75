"""What goes on after a restart, also after a crash: agents' pauses and sign-outs, the places of those who
were cut off, and the figures of the day; told to the queue engine before the first call.

Everything comes off the record. It is read in a thread, within a time limit: a database that is away costs
what is no more in files, and a start all the same.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from softswitch.acd.estimate import Foreseen, Outcome
from softswitch.acd.events import (
    AgentMemory,
    AgentPaused,
    AgentSignedIn,
    AgentSignedOut,
    Event,
    FiguresRestored,
    MemoryRestored,
    Notes,
    PlaceKept,
    QueueMemory,
    Wait,
)
from softswitch.acd.stats import AgentFigures
from softswitch.calls.acquaintances import REMEMBERED, Acquaintances
from softswitch.calls.amending import restore_amendments
from softswitch.calls.switch import Switch
from softswitch.config.settings import SwitchSettings
from softswitch.errors import StoreError
from softswitch.hours import midnight
from softswitch.ports import Recorded
from softswitch.store.attendance import Attendance
from softswitch.store.database import why
from softswitch.store.journal import Journal
from softswitch.store.looking_back import faces, read_back
from softswitch.store.remembering import Remembered
from softswitch.store.standing import Standing, StandingFold
from softswitch.types import AgentName, CallId, QueueName, Seconds

PATIENCE: Seconds = 10.0
"""How long a start waits for the record's past."""

KEPT_EVERY: Seconds = 3600.0
"""Between two `StateKept`."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Past:
    """What the record says."""

    standing: Standing
    acquaintances: Acquaintances
    read: int = 0
    problem: str = ""
    took: Seconds = 0.0


class Memory:
    """What the next start will want to know."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._attendance = Attendance()
        journal.subscribe(self._attendance.hear)

    async def keep(self) -> None:
        """Note agents' states now and then, so that the next start finds them near. Until cancelled."""
        while True:
            await asyncio.sleep(KEPT_EVERY)
            self._journal.note("StateKept", **self._attendance.to_json())


async def look_back(folder: Path, settings: SwitchSettings) -> Past:
    """Read what the record says, in a thread, while nobody can call yet."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(PATIENCE):
            past = await asyncio.to_thread(partial(_read, folder, settings, time.time()))
    except TimeoutError:
        past = Past(Standing(), Acquaintances(), problem=f"the record was not read within {PATIENCE:.0f} s")
    except Exception as error:  # whatever it is, it must not keep calls out
        log.exception("what the record says of before the start is not known")
        past = Past(Standing(), Acquaintances(), problem=str(error))
    past.took = loop.time() - began
    return past


def restore(past: Past, switch: Switch, journal: Journal) -> Memory:
    """Tell the engine what it knew, and the calls who talked to whom last."""
    loop, settings, memory = asyncio.get_running_loop(), switch.settings, Memory(journal)
    now, told = time.time(), 0
    for event in restored(past.standing, settings, now, loop.time() - now):
        switch.dispatcher.feed(event)
        told += isinstance(event, PlaceKept)
    standing = past.standing
    amended = restore_amendments(switch, standing.attendance.amended.values())
    journal.note(
        "StateRestored",
        agents=len(standing.attendance.paused.keys() | standing.attendance.signed.keys()),
        places=told,
        queues=len(standing.queues),
        amended=amended,
        read=past.read,
        took=round(past.took, 3),
        **({"problem": past.problem} if past.problem else {}),
    )
    switch.acquaintances = past.acquaintances
    journal.subscribe(switch.acquaintances.hear)
    return memory


def restored(standing: Standing, settings: SwitchSettings, now: float, shift: Seconds) -> list[Event]:
    """The events that bring an engine there. `now` in seconds since the epoch; `shift`: from there to the
    engine's clock. Queues and agents that are no more are left out.
    """
    queues, agents, events = settings.engine.queues, settings.engine.agents, list[Event]()
    counts = {QueueName(name): tally.counts() for name, tally in standing.queues.items() if name in queues}
    figures = {
        AgentName(name): AgentFigures(done.taken, done.talk_time)
        for name, done in standing.agents.items()
        if name in agents
    }
    if counts or figures:
        events.append(FiguresRestored(counts, figures))
    for name, steps in standing.attendance.signed.items():
        for out, queue, at in steps if name in agents else ():
            if queue is None or queue in queues:
                whose, of_queue = AgentName(name), None if queue is None else QueueName(queue)
                signed_out = AgentSignedOut(whose, of_queue, min(at, now) + shift)
                events.append(signed_out if out else AgentSignedIn(whose, of_queue))
    for name, (reason, since) in standing.attendance.paused.items():
        if name in agents:
            events.append(AgentPaused(AgentName(name), reason, min(since, now) + shift))
    if memory := remembered(standing.remembered, settings, now, shift):
        events.append(memory)
    for (queue_name, number), place in standing.places.items():
        queue_settings = queues.get(QueueName(queue_name))
        until = place.left + (queue_settings.keep_place if queue_settings is not None else 0.0)
        if until > now and queue_settings is not None and queue_settings.keep_place > 0:
            standing_at, name_of = place.standing + shift, QueueName(queue_name)
            events.append(PlaceKept(name_of, number, standing_at, until + shift, place.priority))
    return events


def remembered(
    before: Remembered, settings: SwitchSettings, now: float, shift: Seconds
) -> MemoryRestored | None:
    """Whose turn it is, who writes notes, and how waits turned out; None: nothing of it is known."""
    queues, agents = settings.engine.queues, settings.engine.agents
    lines = {
        QueueName(name): QueueMemory(
            AgentName(line.offered_last) if line.offered_last in agents else None,
            tuple(line.handle_times),
            tuple(Outcome(Foreseen(raw, said), waited) for raw, said, waited in line.outcomes),
            tuple(Wait(waited, gave_up) for waited, gave_up in line.waits),
        )
        for name, line in before.lines.items()
        if name in queues
    }
    desks = {
        AgentName(name): AgentMemory(min(idle, now) + shift, _notes(before, name, settings, shift))
        for name, idle in before.idle_since.items()
        if name in agents
    }
    return MemoryRestored(lines, desks) if lines or desks else None


def _notes(before: Remembered, agent: str, settings: SwitchSettings, shift: Seconds) -> tuple[Notes, ...]:
    """Those of one agent, no longer than the queue lets them be."""
    found: list[Notes] = []
    for (whose, call), notes in before.notes.items():
        queue = settings.engine.queues.get(QueueName(notes.queue))
        if whose == agent and queue is not None:
            most = notes.until if queue.wrap_up_most is None else notes.ended + queue.wrap_up_most
            until = min(notes.until, max(most, notes.ended + queue.wrap_up))
            found.append(Notes(CallId(call), queue.name, notes.ended + shift, until + shift))
    return tuple(found)


def _read(folder: Path, settings: SwitchSettings, now: float) -> Past:
    """For a thread."""
    today = midnight(now, settings.zone)
    events, problem = read_back(folder, today)
    past = Past(StandingFold(today).finish(events), Acquaintances(), len(events), problem)
    longest = max((one.last_agent or 0.0 for one in settings.entrances.values()), default=0.0)
    if longest:
        _remember(folder, past, events, now - longest)
    return past


def _remember(folder: Path, past: Past, events: list[Recorded], since: float) -> None:
    try:
        for number, agent, at in faces(folder, since, REMEMBERED):
            past.acquaintances.talked(number, AgentName(agent), at)
    except (SQLAlchemyError, StoreError, OSError) as error:
        past.problem = past.problem or f"who talked to whom last is not all known: {why(error)}"
    for event in events:
        past.acquaintances.hear(event)
