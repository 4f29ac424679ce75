"""A report: everything that is told of a range, made of columns once and shown in many ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from softswitch.acd.service import Services
from softswitch.reports.agents import AgentFigures
from softswitch.reports.callbacks import Wanted
from softswitch.reports.figures import (
    Figures,
    Ints,
    Visits,
    clock,
    columns,
    figures,
    grouped,
    heat,
    impatience,
)
from softswitch.reports.wording import ENGLISH, Words

WAIT_STEPS = (
    0.0,
    10.0,
    20.0,
    30.0,
    45.0,
    60.0,
    90.0,
    120.0,
    180.0,
    240.0,
    300.0,
    420.0,
    600.0,
    900.0,
    1800.0,
)
"""Seconds: the steps of abandonment by waiting time."""


@dataclass(frozen=True, slots=True)
class Report:
    """Of one range, and of one queue or all."""

    title: str
    total: Figures
    groups: Mapping[str, list[Figures]]
    """By `hour`, `day`, `queue`."""
    agents: list[AgentFigures]
    heat: Ints
    """Visits by weekday, Monday first, and hour."""
    impatience: list[tuple[float, float, int]]
    """From which wait on, share that hung up before the next step, of how many."""
    ways: tuple[str, ...] = ()
    """How the service level is counted, of all queues and of those that differ, in sentences."""
    callbacks: tuple[Wanted, ...] = ()
    """Every one that was wanted."""
    words: Words = ENGLISH
    """What it is written in."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How all of it is counted, in sentences."""
        return (*self.ways, self.words.say("note.in_time"), self.words.say("note.counts"))


def make(
    title: str,
    visits: Visits,
    agents: Sequence[AgentFigures],
    services: Services | None = None,
    queue: str | None = None,
    local: Callable[[float], datetime] = datetime.fromtimestamp,
    messages: Sequence[tuple[str, float]] = (),
    words: Words = ENGLISH,
) -> Report:
    """All figures, by the ways in which the queues count; `queue`: the one that it tells of, None: all;
    `messages`: the queue and the moment of each message that was left; `words`: of its language.
    """
    ways = services or Services()
    common = ways.of(queue).formula
    when = clock(visits.joined, local)
    groups = {
        "hour": grouped(visits, when.hour, lambda hour: f"{hour:02}:00", lambda _: common),
        "day": grouped(visits, when.day, lambda day: date.fromordinal(day).isoformat(), lambda _: common),
        "queue": grouped(
            visits, visits.queue, lambda code: visits.names[code], lambda name: ways.of(name).formula
        ),
    }
    total = replace(figures(visits, "total", common), voicemails=len(messages))
    groups = {by: _with_voicemails(lines, by, messages, local) for by, lines in groups.items()}
    lost, told = impatience(visits, WAIT_STEPS), tuple(words.ways(ways, queue))
    return Report(title, total, groups, list(agents), heat(when), lost, told, words=words)


def _with_voicemails(
    lines: list[Figures], by: str, messages: Sequence[tuple[str, float]], local: Callable[[float], datetime]
) -> list[Figures]:
    """Each line with its messages, by the line's label; a line for messages of a time or a queue in which
    nobody began to wait, so that the lines add up to the total.
    """

    def label(queue: str, began: float) -> str:
        if by == "queue":
            return queue
        return f"{local(began):%H:00}" if by == "hour" else local(began).date().isoformat()

    counts = Counter(label(*message) for message in messages)
    others = [figures(NO_VISITS, name) for name in counts.keys() - {line.label for line in lines}]
    made = [replace(line, voicemails=counts[line.label]) for line in (*lines, *others)]
    return sorted(made, key=lambda line: line.label)


NO_VISITS = columns(())
