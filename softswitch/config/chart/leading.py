"""Which way leads where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from softswitch.config.chart.boxes import Box, Fact, Way
from softswitch.config.chart.facts import facts_of, flow, words_of
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.destinations import Choice, Destination
from softswitch.config.models.queues import Queue
from softswitch.config.models.rules import Rule

GOALS = ("menu", "queue", "callback", "agent", "voicemail")
"""Keys of a destination that name something in the file."""

SECTIONS = {
    "menu": "menus",
    "queue": "queues",
    "callback": "queues",
    "agent": "agents",
    "voicemail": "voicemail",
}

RULES = "rules"
"""The id of the one box of those rules that hold for all queues."""


def boxes_of(scene: Scene) -> list[Box]:
    """All boxes, in the order of the file; columns and marks are to come."""
    ways = _ways(scene)
    file = scene.configuration
    boxes = [_numbers(scene, number, ways) for number in file.numbers]
    if any(way.to or way.end for way in ways.get(("rules",), ())):
        boxes.append(
            Box(RULES, "rules", RULES, str(scene.tree.key_place("rules")), ways=_some(ways, ("rules",)))
        )
    for section, names in (("menus", file.menus), ("queues", file.queues)):
        boxes += [_named(scene, section, name, _some(ways, (section, name))) for name in names]
    led_to = dict.fromkeys(way.to for group in ways.values() for way in group if way.to is not None)
    boxes += [_agent(scene, id.partition("/")[2]) for id in led_to if id.startswith("agents/")]
    boxes += [_named(scene, "voicemail", name, ()) for name in file.voicemail]
    return boxes + list(_outside(scene))


def _some(ways: dict[Loc, list[Way]], start: Loc) -> tuple[Way, ...]:
    return tuple(ways.get(start, ()))


def _numbers(scene: Scene, number: str, ways: dict[Loc, list[Way]]) -> Box:
    place = str(scene.tree.key_place("numbers", number))
    return Box(f"numbers/{number}", "numbers", number, place, ways=_some(ways, ("numbers", number)))


def _named(scene: Scene, section: str, name: str, ways: Iterable[Way]) -> Box:
    queue = scene.configuration.queues.get(name) if section == "queues" else None
    label = queue.label if queue is not None and queue.label is not None else ""
    place = str(scene.tree.key_place(section, name))
    return Box(
        f"{section}/{name}", section, name, place, label, tuple(ways), tuple(facts_of(scene, section, name))
    )


def _agent(scene: Scene, name: str) -> Box:
    agent = scene.configuration.agents[name]
    ways = []
    if agent.voicemail in scene.configuration.voicemail:
        place = str(scene.tree.place_of("agents", name, "voicemail"))
        ways = [Way("voicemail", place, f"voicemail/{agent.voicemail}")]
    box = _named(scene, "agents", name, ways)
    return Box(box.id, box.kind, box.name, box.place, agent.name or "", box.ways, box.facts)


def _outside(scene: Scene) -> Iterator[Box]:
    """A box for each number outside."""
    seen: set[str] = set()
    for loc, to in scene.targets():
        if isinstance(to, Destination) and to.dial is not None and to.dial not in seen:
            seen.add(to.dial)
            via = [Fact("via", flow(scene.tree.at(*loc, "via")), str(scene.tree.place_of(*loc, "via")))]
            facts = via if to.via is not None else []
            place = str(scene.tree.place_of(*loc, "dial"))
            yield Box(f"dial/{to.dial}", "dial", to.dial, place, facts=tuple(facts))


def _ways(scene: Scene) -> dict[Loc, list[Way]]:
    """By where they begin: ("numbers", number), ("menus", name), ("queues", name) or ("rules",)."""
    found: dict[Loc, list[Way]] = {}
    for loc, to in scene.targets():
        start, key = (
            loc[:2],
            " ".join(str(part) for part in loc[2:] if part not in ("choices", "keys", "then")),
        )
        way = _implied(scene, loc, key) if to is None else _way(scene, loc, key, to)
        if way is not None:
            found.setdefault(start, []).append(way)
    for loc, rule in scene.rules():
        if (way := _of_rule(scene, loc, rule)) is not None:
            found.setdefault(loc[:-2] if len(loc) > 2 else loc[:1], []).append(way)
    return found


def _way(scene: Scene, loc: Loc, key: str, to: object) -> Way:
    place = str(scene.tree.key_place(*loc))
    if isinstance(to, str):
        return Way(key, place, end=to)
    assert isinstance(to, Destination)
    language = to.language if isinstance(to, Choice) else None
    for goal in GOALS:
        if (name := getattr(to, goal)) is not None:
            return _to(
                scene, Way(key, place, text=_more(to, language), callback=goal == "callback"), goal, name
            )
    if to.dial is not None:
        return Way(key, place, f"dial/{to.dial}", text=_more(to, language))
    if to.reject is not None:
        return Way(key, place, end="reject", text=str(to.reject))
    if to.say is not None or to.play is not None:
        return Way(key, place, end="message", text=words_of(to.say, to.play))
    return Way(key, place, end="again", text=language or "")


def _to(scene: Scene, way: Way, goal: str, name: str) -> Way:
    """That way, to something of that name."""
    section = SECTIONS[goal]
    if section == "agents" and name in ("dialled", "entered"):
        return Way(way.key, way.place, end="extension", text=name)
    if name in getattr(scene.configuration, section):
        return Way(way.key, way.place, f"{section}/{name}", text=way.text, callback=way.callback)
    end = "broken" if name in scene.root.names(section) else "missing"
    return Way(way.key, way.place, end=end, text=name)


def _more(to: Destination, language: str | None) -> str:
    skills = [f"{skill} {level}" for skill, level in to.needs.items()]
    return ", ".join(filter(None, [language, to.priority, *skills]))


def _implied(scene: Scene, loc: Loc, key: str) -> Way | None:
    """What the file does not say, and happens all the same."""
    queue = scene.configuration.queues.get(str(loc[1])) if loc[0] == "queues" else None
    if queue is None or (end := _end_of(queue, key)) is None:
        return None
    return Way(
        key,
        str(scene.tree.key_place(*loc[:2], {"full": "max_callers", "timeout": "max_wait"}.get(key, key))),
        end=end,
    )


def _end_of(queue: Queue, key: str) -> str | None:
    if key == "full" and queue.max_callers is not None:
        return "busy"
    if key == "timeout" and queue.max_wait is not None:
        return "hangup"
    return "refused" if key == "closed" and queue.hours is not None else None


def _of_rule(scene: Scene, loc: Loc, rule: Rule) -> Way | None:
    """None: it sends nobody elsewhere."""
    way = Way(rule.name, str(scene.tree.place_of(*loc)))
    for goal in ("queue", "menu"):
        if (name := getattr(rule.then, goal)) is not None:
            return _to(scene, way, goal, name)
    return (
        None
        if rule.then.reject is None
        else Way(way.key, way.place, end="reject", text=str(rule.then.reject))
    )
