"""The ways of calls: what is never reached, and what can never match."""

from __future__ import annotations

from collections.abc import Sequence

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.destinations import Destination
from softswitch.config.models.rules import Then
from softswitch.routing import Patterns, normalise

Stop = tuple[str, str]
"""A station on a call's way: ("menus", name) or ("queues", name)."""


def check(scene: Scene) -> None:
    """All of this file."""
    _shadowed(scene)
    if scene.complete:
        _unreached(scene)
        _unused_agents(scene)
        _nobody_dialled(scene)


def covers(earlier: str, later: str) -> bool:
    """Whether every number that the later pattern matches is one that the earlier pattern matches."""
    wide, narrow = _steps(earlier), _steps(later)
    open_end = wide[-1:] == ["*"]
    if open_end:
        wide.pop()
    elif narrow[-1:] == ["*"]:
        return False
    if narrow[-1:] == ["*"]:
        narrow.pop()
    if len(narrow) < len(wide) or (len(narrow) > len(wide) and not open_end):
        return False
    return all(
        a in (b, "any digit") and (a == b or b in "0123456789") for a, b in zip(wide, narrow, strict=False)
    )


def _steps(pattern: str) -> list[str]:
    """A pattern as single characters; in a number (not in a SIP user's name) an x is any digit."""
    is_number = all(char in "+0123456789#*xX" for char in pattern)
    rest = pattern.endswith("*")
    steps = [
        "any digit" if is_number and char in "xX" else char for char in pattern.removesuffix("*") if char
    ]
    return [f"key {step}" if step == "*" else step for step in steps] + ["*"] * rest


def _shadowed(scene: Scene) -> None:
    lines: list[tuple[Loc, str]] = [(("numbers", number), number) for number in scene.configuration.numbers]
    _shadowed_among(scene, lines)
    emergency = scene.configuration.numbering.emergency
    _shadowed_among(
        scene,
        [
            (("outbound", index, "match", place), pattern)
            for index, line in enumerate(scene.configuration.outbound)
            for place, pattern in enumerate(line.match)
            if pattern not in emergency  # lines that refuse do not stand before these
        ],
    )
    _shadowed_among(
        scene,
        [
            (("callers", index, "match", place), pattern)
            for index, caller in enumerate(scene.configuration.callers)
            if caller.dialled is None and caller.hours is None and caller.outside is None
            for place, pattern in enumerate(caller.match)
            if ("match" in caller.model_fields_set)
        ],
    )


def _shadowed_among(scene: Scene, lines: Sequence[tuple[Loc, str]]) -> None:
    patterns = [pattern for _, pattern in lines]
    wide = [
        (place, pattern) for place, pattern in enumerate(patterns) if pattern.endswith("*") or "x" in pattern
    ]
    plain = Patterns(patterns)
    for place, (loc, pattern) in enumerate(lines):
        if pattern.endswith("*") or "x" in pattern:
            before = next((other for at, other in wide if at < place and covers(other, pattern)), None)
        else:
            first = plain.first(normalise(pattern))
            before = patterns[first] if first is not None and first < place else None
        if before is not None:
            scene.warn_key(
                loc, f"{pattern!r} can never match: {before!r} stands before it and takes all of its numbers"
            )


def _stops(to: Destination | Then) -> list[Stop]:
    stops: list[Stop] = []
    if to.menu is not None:
        stops.append(("menus", to.menu))
    if to.queue is not None:
        stops.append(("queues", to.queue))
    if isinstance(to, Destination) and to.callback is not None:
        stops.append(("queues", to.callback))
    return stops


def _unreached(scene: Scene) -> None:
    """Menus and queues to which no number leads, by whichever way."""
    uses = list(scene.uses())
    ways: dict[Stop, set[Stop]] = {}
    todo: list[Stop] = []
    for use in uses:
        if use.section == "numbers":
            todo += _stops(use.to)
        else:
            ways.setdefault((str(use.section), str(use.loc[1])), set()).update(_stops(use.to))
    for loc, rule in scene.rules():
        stops = _stops(rule.then)
        if loc[0] == "rules":
            todo += stops
        else:
            ways.setdefault(("queues", str(loc[1])), set()).update(stops)
    if not scene.root.names("numbers"):
        scene.warn((), 'no `numbers`: every call gets 404; add a line as `"*": {queue: support}`')
        return
    reached: set[Stop] = set()
    while todo:
        stop = todo.pop()
        if stop not in reached:
            reached.add(stop)
            todo += ways.get(stop, ())
    for section, kind, names in (
        ("menus", "menu", scene.configuration.menus),
        ("queues", "queue", scene.configuration.queues),
    ):
        for name in names:
            if (section, name) not in reached:
                scene.warn_key((section, name), f"no number leads to {kind} {name!r}, by whichever way")


def _unused_agents(scene: Scene) -> None:
    """Agents that no caller can come to."""
    file = scene.configuration
    in_teams = {agent for team in file.teams.values() for agent in team.members}
    named = {use.to.agent for use in scene.uses() if use.to.agent is not None}
    logins = {name for name, agent in file.agents.items() if agent.login is not None}
    by_extension = bool(named & {"dialled", "entered"})
    for name, agent in file.agents.items():
        dialled = by_extension or logins - {name}  # colleagues' phones dial each extension
        if name not in in_teams | named and not (dialled and agent.number is not None):
            scene.warn_key(
                ("agents", name), f"agent {name!r} is in no team, and no number or key leads there"
            )


def _nobody_dialled(scene: Scene) -> None:
    """`{agent: dialled}` for numbers that are nobody's extension."""
    extensions = [agent.extension for agent in scene.configuration.agents.values() if agent.extension]
    for use in scene.uses():
        if use.section == "numbers" and use.to.agent == "dialled":
            pattern = str(use.loc[1])
            if not any(covers(pattern, extension) for extension in extensions):
                scene.warn((*use.loc, "agent"), f"no agent has an `extension` that {pattern!r} matches")
