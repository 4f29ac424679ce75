"""Rules about who joins a queue, and classes of callers: every name in them is there, and can come true."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from softswitch.config.checks.names import known, language, priorities
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.destinations import KEYS
from softswitch.config.models.rules import Rule, Then, When


def check(scene: Scene) -> None:
    """All of this file."""
    file = scene.configuration
    classes = {name for queue in file.queues.values() for name in priorities(queue)}
    for index, caller in enumerate(file.callers):
        loc: Loc = ("callers", index)
        _priority(scene, loc, caller.priority, classes)
        _named(scene, loc, hours=caller.hours, outside=caller.outside, agent=caller.preferred)
        if caller.language is not None:
            language(scene, (*loc, "language"), caller.language)
    seen: dict[str, Loc] = {}
    for loc, rule in scene.rules():
        if seen.setdefault(rule.name, loc) != loc:
            scene.wrong((*loc, "name"), f"another rule is called {rule.name!r} already")
        _rule(scene, loc, rule, classes)
    for name, queue in file.queues.items():
        _keys(scene, name, queue.keys)


def _rule(scene: Scene, loc: Loc, rule: Rule, classes: Collection[str]) -> None:
    _when(scene, (*loc, "when"), rule.when, of_queue=loc[0] == "queues")
    then: Then = rule.then
    if loc[0] == "queues" and (queue := scene.configuration.queues.get(str(loc[1]))) is not None:
        classes = priorities(queue)
    _priority(scene, (*loc, "then"), then.priority, classes)
    _named(scene, (*loc, "then"), agent=then.preferred)
    for kind in ("queue", "menu"):
        if (name := getattr(then, kind)) is not None:
            known(scene, (*loc, "then", kind), kind, name, scene.root.names(f"{kind}s"))


def _when(scene: Scene, loc: Loc, when: When, *, of_queue: bool) -> None:
    file = scene.configuration
    _named(scene, loc, hours=when.hours, outside=when.outside)
    if of_queue and when.queue is not None:
        scene.wrong((*loc, "queue"), "this is a queue's own rule; `queue` is for `rules` at the top level")
    _all_known(scene, (*loc, "queue"), "queue", when.queue, scene.root.names("queues"))
    _all_known(scene, (*loc, "menu"), "menu", when.menu, scene.root.names("menus"))
    _all_known(scene, (*loc, "caller"), "class of callers", when.caller, [one.name for one in file.callers])
    for one in when.language or ():
        language(scene, (*loc, "language"), one)
    for menu, keys in when.pressed.items():
        place: Loc = (*loc, "pressed", menu)
        if not known(scene, place, "menu", menu, scene.root.names("menus")) or menu not in file.menus:
            continue
        choices = {KEYS.get(key, key) for key in file.menus[menu].choices}
        missing = next((key for key in keys if KEYS.get(key, key) not in choices), None)
        if missing is not None and not any("x" in key for key in choices):
            scene.wrong(place, f"menu {menu!r} has no key {missing}, so this never holds")
    asks = {ask for menu in file.menus.values() for ask in menu.ask}
    for name in when.entered:
        known(scene, (*loc, "entered", name), "`ask` of any menu", name, asks)
    if when.data and not any(caller.lookup for caller in file.callers):
        scene.wrong_key((*loc, "data"), "no class in `callers` has a `lookup`, so nothing fills `data`")


def _keys(scene: Scene, queue: str, keys: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for text in keys:
        key = KEYS.get(text, text)
        if key in seen:
            scene.wrong_key(
                ("queues", queue, "keys", text),
                f"the key {key} is given twice, as {seen[key]!r} and as {text!r}",
            )
        seen[key] = text


def _priority(scene: Scene, loc: Loc, priority: str | None, classes: Collection[str]) -> None:
    if priority is not None and classes:
        known(scene, (*loc, "priority"), "priority class of any queue", priority, classes)


def _named(
    scene: Scene, loc: Loc, *, hours: str | None = None, outside: str | None = None, agent: str | None = None
) -> None:
    for key, name in (("hours", hours), ("outside", outside)):
        if name is not None:
            known(scene, (*loc, key), "set of hours", name, scene.root.names("hours"))
    if agent is not None:
        known(scene, (*loc, "preferred"), "agent", agent, scene.root.names("agents"))


def _all_known(
    scene: Scene, loc: Loc, kind: str, names: Iterable[str] | None, there: Collection[str]
) -> None:
    for name in names or ():
        known(scene, loc, kind, name, there)
