"""A traffic file, with every mistake at its line and column -> plain traffic."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from softswitch.acd.settings import EngineSettings
from softswitch.config.files import read
from softswitch.config.nearest import did_you_mean
from softswitch.config.tree import Node
from softswitch.config.validate import validated
from softswitch.errors import Problem, SimulationError
from softswitch.simulation.profile_file import day
from softswitch.simulation.traffic import (
    DAY,
    HOUR,
    Break,
    Callbacks,
    Profile,
    QueueTraffic,
    Redial,
    Shift,
    Traffic,
)
from softswitch.simulation.traffic_models import QueueSection, ShiftSection, TrafficFile
from softswitch.types import AgentName, QueueName, Seconds

Ends = tuple[Seconds, Seconds]
"""From when until when, from midnight."""


def traffic_of(path: Path, settings: EngineSettings, environ: Mapping[str, str] = os.environ) -> Traffic:
    """What a file says of the queues and agents of some settings. Raises SimulationError with every mistake,
    as file:line:column.
    """
    source = read(path, environ)
    problems = source.problems
    sound = validated(TrafficFile, source.root, source.whole, problems)
    _stop(problems)
    file, tree = sound.configuration, sound.tree
    start, end = _ends(file, tree, problems)
    problems += _strangers(file, tree, settings)
    _stop(problems)
    traffic = Traffic(
        span=end - start,
        queues=tuple(_queue(name, each, (start, end), tree, problems) for name, each in file.queues.items()),
        answer=file.agents.answer,
        missed=file.agents.missed,
        shifts=_shifts(file, settings, start),
        clock=start,
        day=file.day,
    )
    _stop(problems)
    return traffic


def _stop(problems: list[Problem]) -> None:
    if problems:
        raise SimulationError("\n".join(map(str, sorted(set(problems)))))


def _ends(file: TrafficFile, tree: Node, problems: list[Problem]) -> tuple[Seconds, Seconds]:
    """From when until when."""
    top = {"from": file.start, "to": file.end, "queues": file.queues or None}
    for key, value in top.items():
        if value is None:
            problems.append(tree.place.problem(f"the key {key!r} is missing here"))
    start, end = file.start or 0.0, file.end or DAY
    if end <= start:
        problems.append(tree.place_of("to").problem("it ends before it begins"))
    return start, end


def _strangers(file: TrafficFile, tree: Node, settings: EngineSettings) -> Iterator[Problem]:
    """Names that the configuration does not have."""
    for name, section in file.queues.items():
        place = tree.key_place("queues", name)
        if name not in settings.queues:
            near = did_you_mean(name, settings.queues)
            yield place.problem(f"the configuration has no queue {name!r}{near}")
            continue
        known = settings.queues[QueueName(name)].priority
        for each in section.classes:
            if each not in known:
                place = tree.key_place("queues", name, "classes", each)
                yield place.problem(f"queue {name} has no priority class {each!r}{did_you_mean(each, known)}")
    for number, shift in enumerate(file.shifts):
        for place_of, each in enumerate(shift.agents):
            if not _named(each, settings):
                place = tree.place_of("shifts", number, "agents", place_of)
                near = did_you_mean(each, settings.agents)
                yield place.problem(f"the configuration has no agent {each!r}{near}")


def _named(name: str, settings: EngineSettings) -> list[AgentName]:
    """The agents that a name of a shift stands for."""
    if name.endswith("*"):
        return [each for each in settings.agents if each.startswith(name[:-1])]
    return [AgentName(name)] if name in settings.agents else []


def _queue(
    name: str, section: QueueSection, day_of: Ends, tree: Node, problems: list[Problem]
) -> QueueTraffic:
    redial, callback = section.redial, section.callback
    return QueueTraffic(
        queue=QueueName(name),
        talk=section.talk,
        profile=_profile(name, section, day_of, tree, problems),
        patience=section.patience,
        wrap_up=section.wrap_up,
        classes=section.classes,
        redial=None if redial is None else Redial(redial.share, redial.after, redial.most),
        callbacks=None
        if callback is None
        else Callbacks(callback.share, callback.after, callback.answer, callback.reached),
    )


def _profile(
    name: str, section: QueueSection, day_of: Ends, tree: Node, problems: list[Problem]
) -> Profile | None:
    start, end = day_of
    ways = [way for way in ("calls", "calls_per_hour", "profile") if getattr(section, way) is not None]
    if len(ways) > 1:
        problems.append(
            tree.key_place("queues", name, ways[1]).problem(f"{ways[0]} says already how many call")
        )
        return None
    if section.calls_per_hour is not None:
        return Profile.constant(section.calls_per_hour, end - start)
    if section.profile is not None:
        found = day(section.profile)
        return _shifted(found.profile, found.opens - start)
    if not section.calls:
        return None
    times = list(section.calls)
    if len(times) < 2 or any(after <= before for before, after in pairwise(times)):
        what = 'expected at least two times, ascending, as {"08:00": 40, "08:30": 55}'
        problems.append(tree.key_place("queues", name, "calls").problem(what))
        return None
    edges = (*times, 2 * times[-1] - times[-2])
    rates = [
        calls * HOUR / (after - before)
        for calls, (before, after) in zip(section.calls.values(), pairwise(edges), strict=True)
    ]
    return _shifted(Profile(edges, tuple(rates)), -start)


def _shifted(profile: Profile, by: Seconds) -> Profile:
    """The same from the start of the file's day on: what is before it does not happen."""
    edges = [edge + by for edge in profile.edges]
    kept = [
        (start, end, rate)
        for (start, end), rate in zip(pairwise(edges), profile.rates, strict=True)
        if end > 0
    ]
    if not kept:
        return Profile((0.0, 1.0), (0.0,))
    first = kept[0][0]
    starts = [max(start, 0.0) for start, _, _ in kept]
    quiet = ((0.0, 0.0),) if first > 0 else ()
    points = [*quiet, *zip(starts, (rate for _, _, rate in kept), strict=True)]
    return Profile((*(at for at, _ in points), kept[-1][1]), tuple(rate for _, rate in points))


def _shifts(
    file: TrafficFile, settings: EngineSettings, start: Seconds
) -> dict[AgentName, tuple[Shift, ...]]:
    found: dict[AgentName, list[Shift]] = {}
    for section in file.shifts:
        for each in section.agents:
            for name in _named(each, settings):
                found.setdefault(name, []).append(_shift(section, start))
    return {name: tuple(sorted(shifts, key=lambda shift: shift.start)) for name, shifts in found.items()}


def _shift(section: ShiftSection, zero: Seconds) -> Shift:
    breaks = tuple(Break(each.at - zero, each.length, each.reason) for each in section.breaks)
    return Shift(max(section.start - zero, 0.0), section.end - zero, breaks)
