"""What else the file says of a box, and what holds where it says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from softswitch.config.build_hours import schedule
from softswitch.config.chart.boxes import Fact
from softswitch.config.checks.scene import Scene
from softswitch.config.describe import spans
from softswitch.config.phrases import SECRET
from softswitch.config.schema import json_schema
from softswitch.config.tree import Node

MODELS = {"menus": "Menu", "queues": "Queue", "agents": "Agent", "voicemail": "Voicemail"}

WAYS = {
    "menus": frozenset({"choices", "otherwise", "closed"}),
    "queues": frozenset({"full", "timeout", "no_agents", "closed", "closes", "keys", "rules"}),
}
"""Keys that the picture shows as ways."""

SHOWN = 600
"""Characters of a value."""


def facts_of(scene: Scene, section: str, name: str) -> Iterator[Fact]:
    """Every setting of a section's entry but its ways, in the order of the reference."""
    entry = scene.tree.at(section, name)
    for key, default in _defaults(MODELS[section]).items():
        if key in SECRET or key in WAYS.get(section, ()):
            continue
        node = entry.child(key)
        if node is not None:
            yield Fact(key, flow(node), str(node.place))
            yield from _opening(scene, key, node)
        elif default is not None:
            yield Fact(key, default)
    if section == "queues" and name in scene.configuration.teams:
        team = scene.tree.at("teams", name, "agents")
        yield Fact("team", flow(team), str(team.place))


def _opening(scene: Scene, key: str, node: Node) -> Iterator[Fact]:
    """When those hours are open."""
    name = str(node.value)
    hours = scene.configuration.hours.get(name) if key in ("open", "hours") else None
    if hours is not None:
        known = schedule(name, hours)
        off = [f"holidays {known.holidays}"] if known.holidays else []
        off += [day.isoformat() for day in sorted(known.closed)]
        says = "; ".join(spans(known)) + f" ({known.timezone})" + (f", not {', '.join(off)}" if off else "")
        yield Fact(f"hours.{name}", says, str(scene.tree.key_place("hours", name)))


def words_of(say: str | Mapping[str, str] | None, play: Path | None) -> str:
    """What is heard: the first text, or the file's name."""
    if play is not None:
        return play.name
    text = say if isinstance(say, str) else next(iter((say or {}).values()), "")
    return cut(" ".join(text.split()), 80)


def flow(node: Node) -> str:
    """A value on one line, as YAML's flow style has it; values of the environment stand as `${NAME}`."""
    return cut(_flow(node), SHOWN)


def _flow(node: Node) -> str:
    if isinstance(node.value, dict):
        inner = (f"{key}: {_flow(child)}" for key, child in node.value.items() if key not in SECRET)
        return "{" + ", ".join(inner) + "}"
    if isinstance(node.value, list):
        return "[" + ", ".join(map(_flow, node.value)) + "]"
    return " ".join(node.raw.split())


def cut(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


@cache
def _defaults(model: str) -> dict[str, str | None]:
    """Of each key; None: nothing is said of it."""
    properties: dict[str, dict[str, Any]] = json_schema()["$defs"][model]["properties"]
    return {
        key: _written(field["default"]) if "default" in field else None for key, field in properties.items()
    }


def _written(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)
