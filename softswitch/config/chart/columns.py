"""Which box stands where, and what is never reached. Calls come in at the left and go to the right:

| column | has |
|---|---|
| first | numbers, and rules for all queues |
| then | menus, each a column behind the nearest that leads there |
| then | queues |
| then | menus to which only queues lead |
| last | agents, mailboxes, numbers outside |

In each column a box stands about as high as those that lead to it, so that few ways cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from softswitch.config.chart.boxes import Box
from softswitch.config.checks.scene import Scene

ENTRIES = ("numbers", "rules")
ENDS = ("agents", "voicemail", "dial")


def arranged(scene: Scene, boxes: Sequence[Box]) -> list[Box]:
    """The same boxes with columns and marks, by column and from top to bottom."""
    known = {box.id: box for box in boxes}
    marked = [replace(box, marks=tuple(marks)) for box, marks in _marks(scene, known)]
    columns = _columns(known)
    return _ordered([replace(box, column=columns[box.id]) for box in marked])


# Marks ---------------------------------------------------------------------------------------------


def _marks(scene: Scene, boxes: Mapping[str, Box]) -> Iterable[tuple[Box, list[str]]]:
    starts = [box.id for box in boxes.values() if box.kind in ENTRIES]
    own = [f"voicemail/{agent.voicemail}" for agent in scene.configuration.agents.values() if agent.voicemail]
    reached = _reached([*starts, *own], {box.id: _goals(box, boxes) for box in boxes.values()})
    back: dict[str, list[str]] = {}
    for box in boxes.values():
        for goal in _goals(box, boxes):
            back.setdefault(goal, []).append(box.id)
    served = _reached([box.id for box in boxes.values() if _has_somebody(scene, box)], back)
    for box in boxes.values():
        marks = [] if box.id in reached or box.kind not in ("menus", "queues", "voicemail") else ["unreached"]
        if box.kind in ("menus", "queues") and box.id not in served:
            marks.append("nobody")
        yield box, marks


def _has_somebody(scene: Scene, box: Box) -> bool:
    """Whether a caller can come to somebody, or leave a message, right there."""
    if box.kind == "queues":
        team = scene.configuration.teams.get(box.name)
        return team is None or bool(team.agents)  # none: that is a mistake, which is told
    return box.kind in ENDS or any(way.end == "extension" for way in box.ways)


def _goals(box: Box, boxes: Mapping[str, Box]) -> list[str]:
    return [way.to for way in box.ways if way.to is not None and way.to in boxes]


def _reached(starts: Iterable[str], ways: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(starts)
    while todo:
        id = todo.pop()
        if id not in found:
            found.add(id)
            todo += ways.get(id, ())
    return found


# Columns -------------------------------------------------------------------------------------------


def _columns(boxes: Mapping[str, Box]) -> dict[str, int]:
    entries = [box for box in boxes.values() if box.kind in ENTRIES]
    before = _depths(entries, boxes, {})
    queues = [box for box in boxes.values() if box.kind == "queues"]
    after = _depths(queues, boxes, before)
    left = [box for box in boxes.values() if box.kind == "menus" and box.id not in before | after]
    before |= dict.fromkeys((box.id for box in left), 1) | _depths(left, boxes, before | after, first=2)
    first_queues = 1 + max(before.values(), default=0)
    ends = first_queues + 1 + max(after.values(), default=0)
    columns = {box.id: 0 for box in entries} | before
    columns |= {box.id: first_queues for box in queues}
    columns |= {id: first_queues + depth for id, depth in after.items()}
    return columns | {box.id: ends for box in boxes.values() if box.kind in ENDS}


def _depths(
    starts: Iterable[Box], boxes: Mapping[str, Box], placed: Mapping[str, int], first: int = 1
) -> dict[str, int]:
    """How many ways it takes from these to each menu that has no place yet."""
    found: dict[str, int] = {}
    todo, depth = list(starts), first
    while todo:
        goals = dict.fromkeys(goal for box in todo for goal in _goals(box, boxes))
        todo = [
            boxes[goal]
            for goal in goals
            if boxes[goal].kind == "menus" and goal not in found and goal not in placed
        ]
        todo = [box for box in todo if found.setdefault(box.id, depth) == depth]
        depth += 1
    return found


def _ordered(boxes: Sequence[Box]) -> list[Box]:
    """By column; within each by the mean height of what leads there from the columns before."""
    heights: dict[str, float] = {}
    leading: dict[str, list[tuple[str, float]]] = {}
    for box in boxes:
        for place, way in enumerate(box.ways):
            if way.to is not None:
                leading.setdefault(way.to, []).append((box.id, (place + 1) / (len(box.ways) + 1)))
    found: list[Box] = []
    for column in range(1 + max((box.column for box in boxes), default=0)):
        here = [box for box in boxes if box.column == column]
        means = {box.id: _mean(heights, leading.get(box.id, ())) for box in here}
        here.sort(key=lambda box: ("unreached" in box.marks, means[box.id]) if column else (False, 0.0))
        for place, box in enumerate(here):
            heights[box.id] = (place + 0.5) / len(here)
        found += here
    return found


def _mean(heights: Mapping[str, float], leading: Sequence[tuple[str, float]]) -> float:
    known = [heights[id] + 0.01 * place for id, place in leading if id in heights]
    return sum(known) / len(known) if known else 1.0
