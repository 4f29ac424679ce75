"""Circles of destinations: where a call would be sent round for ever, or more often than anybody wants.

All that sends a call on by itself is one graph over menus and queues. A way takes some time, and may be open
only while some hours are, or are not: a day queue and a night queue that send callers to each other when
closed are no circle, for one of them is always open.

| a circle | is |
|---|---|
| of ways that take less than a second each | wrong: nothing happens in it, for ever |
| on which a caller who presses nothing stays, without waiting for anybody | a warning |
| that is through within `SHORT` | a warning |
| of a queue's `timeout` to itself | a warning: the place in line is lost |
| of which a rule is a part | none: a rule sends a call elsewhere once |
| of which a key is a part, or `closes` | none: somebody wants it so, or hours must pass |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from softswitch.config.build_hours import schedule
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.durations import written
from softswitch.config.models.menus import Menu
from softswitch.config.models.queues import Queue
from softswitch.hours import changes, is_open
from softswitch.rounds import AT_ONCE
from softswitch.types import Seconds

SHORT: Seconds = 10.0
"""Whoever comes by the same place more often hears the beginning of things, and phones ring in bursts."""

PROMPT: Seconds = 1.0
"""What is heard takes at least so long."""

EFFORT = 50_000
"""Steps of a search for circles; more than a file of thousands of lines needs."""

Stop = Loc
"""("menus", name) or ("queues", name)."""


@dataclass(frozen=True, slots=True)
class Way:
    """From a stop to the next one, taken by itself."""

    start: Stop
    goal: Stop
    loc: Loc
    when: str
    """For people."""
    takes: Seconds
    opened: str | None = None
    """Hours that must be open; None: at any time."""
    closed: str | None = None
    """Hours that must be closed."""
    silent: bool = False
    """Taken by who presses nothing."""


def check(scene: Scene) -> None:
    """All of this file."""
    calendar, ways = _Calendar(scene), sorted(_ways(scene), key=lambda way: _place(scene, way))
    for circle in _circles(calendar, [way for way in ways if way.takes < AT_ONCE]):
        scene.wrong(circle[0].loc, f"calls would go round for ever: {_told(scene, circle)}")
    for circle in _circles(calendar, [way for way in ways if way.takes < AT_ONCE or way.silent]):
        if any(way.silent for way in circle):
            scene.warn(circle[0].loc, f"a silent caller goes round for ever: {_told(scene, circle)}")
    for circle in _circles(calendar, [way for way in ways if not way.silent], within=SHORT):
        if any(way.takes >= AT_ONCE for way in circle):
            took = written(round(sum(way.takes for way in circle), 3))
            scene.warn(circle[0].loc, f"a caller would go round every {took}: {_told(scene, circle)}")
    for way in ways:
        if way.start == way.goal and way.loc[2] == "timeout" and way.takes >= SHORT:
            scene.warn(
                way.loc,
                f"after {written(way.takes)} the caller begins anew at the end of the same line;"
                " leave `max_wait` out for a wait without limit",
            )


def _told(scene: Scene, circle: Sequence[Way]) -> str:
    """The whole way, with the line of every step but the first, which is where the problem stands."""
    file, _, _ = _place(scene, circle[0])
    steps = [f"{_name(circle[0].start)}, {circle[0].when}"]
    for way in circle[1:]:
        other, line, _ = _place(scene, way)
        place = f"line {line}" if other == file else f"{other} line {line}"
        steps.append(f"{_name(way.start)}, {way.when} ({place})")
    return " -> ".join([*steps, _name(circle[0].start)])


def _place(scene: Scene, way: Way) -> tuple[str, int, int]:
    """File, line and column."""
    problem = scene.tree.place_of(*way.loc).problem("")
    return problem.file, problem.line, problem.column


def _name(stop: Stop) -> str:
    section, name = stop
    return f"{str(section).removesuffix('s')} {name}"


class _Calendar:
    """When hours are open, and others not."""

    def __init__(self, scene: Scene) -> None:
        self._now = scene.now
        self._hours = scene.configuration.hours

    def walkable(self, circle: Sequence[Way]) -> bool:
        """Whether all ways of a circle are there at one moment of the year to come."""
        opened = {way.opened for way in circle if way.opened in self._hours}
        closed = {way.closed for way in circle if way.closed in self._hours}
        if opened & closed:
            return False
        hours = {name: schedule(name, one) for name, one in self._hours.items() if name in opened | closed}
        moments = chain([self._now], *(changes(one, self._now) for one in hours.values()))
        return any(all(is_open(hours[name], at) == (name in opened) for name in hours) for at in moments)


def _ways(scene: Scene) -> Iterator[Way]:
    file = scene.configuration
    for use in scene.uses():
        found = None
        if use.section == "menus":
            found = _of_menu(file.menus[str(use.loc[1])], use.loc[2])
        elif use.section == "queues":
            found = _of_queue(file.queues[str(use.loc[1])], use.loc[2:])
        for section, goal in (("menus", use.to.menu), ("queues", use.to.queue)):
            if found is not None and goal is not None:
                loc = (*use.loc, section.removesuffix("s"))
                yield replace(found, start=use.loc[:2], goal=(section, goal), loc=loc)


def _way(when: str, takes: Seconds = 0.0, opened: str | None = None, closed: str | None = None) -> Way:
    """What is known of one before it is known where it leads."""
    return Way((), (), (), when, takes, opened, closed)


def _of_menu(menu: Menu, key: str | int) -> Way | None:
    match key:
        case "closed":
            return _way("when closed", closed=menu.open)
        case "otherwise":
            asks = bool(menu.choices or menu.ask)
            takes = menu.attempts * (menu.wait + PROMPT) if asks else PROMPT
            way = _way("when no key is pressed" if asks else "at its end", takes, opened=menu.open)
            return replace(way, silent=True)
        case _:
            return None


def _of_queue(queue: Queue, loc: Loc) -> Way | None:
    match loc:
        case ("closed",) if queue.hours is not None:
            return _way("when closed", closed=queue.hours)
        case ("full",) if queue.max_callers is not None:
            return _way("when full", opened=queue.hours)
        case ("no_agents",) | ("no_agents", "joining"):
            return _way("when nobody is there", opened=queue.hours)
        case ("no_agents", "waiting"):
            after = queue.nobody.after
            return _way(f"when nobody has been there for {written(after)}", after, opened=queue.hours)
        case ("timeout",) if queue.max_wait is not None:
            return _way(f"after {written(queue.max_wait)}", queue.max_wait, opened=queue.hours)
        case _:
            return None


# Circles in a graph --------------------------------------------------------------------------------


def _circles(calendar: _Calendar, ways: Sequence[Way], within: Seconds = float("inf")) -> Iterator[list[Way]]:
    """Circles that can be walked at some moment, in less than `within`: so many that each way on one of them
    is on one of these. Each begins at the stop of it that comes first in the file.
    """
    order = {stop: place for place, stop in enumerate(dict.fromkeys(way.start for way in ways))}
    from_: dict[Stop, list[Way]] = {}
    for way in ways:
        if way.goal in order:
            from_.setdefault(way.start, []).append(way)
    seen: set[Loc] = set()
    effort = [EFFORT]
    for stop in order:
        for circle in _from(stop, from_, order, within, effort):
            if not seen.issuperset(way.loc for way in circle) and calendar.walkable(circle):
                seen.update(way.loc for way in circle)
                yield circle


def _from(
    first: Stop,
    from_: Mapping[Stop, Sequence[Way]],
    order: Mapping[Stop, int],
    within: Seconds,
    effort: list[int],
) -> Iterator[list[Way]]:
    """Circles through one stop and stops after it. `effort`: what is left of it."""
    back = _leads_to(first, from_, order)
    path: list[Way] = []
    todo = [iter(from_.get(first, ()))]
    while todo and effort[0]:
        effort[0] -= 1
        way = next(todo[-1], None)
        if way is None:
            todo.pop()
            if path:
                path.pop()
            continue
        took = way.takes + sum(before.takes for before in path)
        if took >= within or way.goal not in back:
            continue
        if way.goal == first:
            yield [*path, way]
        elif all(way.goal != before.start for before in (*path, way)):
            path.append(way)
            todo.append(iter(from_.get(way.goal, ())))


def _leads_to(goal: Stop, from_: Mapping[Stop, Sequence[Way]], order: Mapping[Stop, int]) -> set[Stop]:
    """The stops after it in the file from which there is a way there, itself too."""
    into: dict[Stop, list[Stop]] = {}
    for start, ways in from_.items():
        for way in ways:
            into.setdefault(way.goal, []).append(start)
    found, todo = {goal}, [goal]
    while todo:
        for start in into.get(todo.pop(), ()):
            if start not in found and order[start] >= order[goal]:
                found.add(start)
                todo.append(start)
    return found
