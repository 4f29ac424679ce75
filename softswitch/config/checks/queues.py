"""What in a queue has no effect, or is at odds with the rest: nothing is wrong, and yet nobody means it."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.durations import written
from softswitch.config.models.queues import Queue, Relax
from softswitch.config.models.rules import When


def check(scene: Scene) -> None:
    """All of a file in which nothing is wrong: what is left out for a mistake would be missed."""
    if not scene.complete:
        return
    for name, queue in scene.configuration.queues.items():
        loc: Loc = ("queues", name)
        for key, message in (*_idle(queue), *_contrary(queue), *_too_late(queue)):
            scene.warn_key((*loc, *key), message)
        for place, message in _relaxing(queue):
            scene.warn((*loc, "relax", place), message)
        _tiers(scene, name, queue)
        _callback(scene, name, queue)
    _rules(scene)


Found = Iterator[tuple[tuple[str | int, ...], str]]
"""A key within the queue, and what is odd about it."""


def _idle(queue: Queue) -> Found:
    """Keys that do nothing for want of another."""
    for key, other in (
        ("timeout", "max_wait"),
        ("full", "max_callers"),
        ("closed", "hours"),
        ("closes", "hours"),
    ):
        if getattr(queue, key) is not None and getattr(queue, other) is None:
            yield (key,), f"`{key}` has no effect without `{other}`"
    announce = queue.announce
    if announce.model_fields_set and not (announce.position or announce.callers or announce.wait):
        yield (
            ("announce",),
            "`announce` has no effect without `position`, `callers` or `wait`; `messages` are for your own"
            " texts",
        )
    if queue.overflow is not None and queue.overflow.callers is None and queue.overflow.wait is None:
        yield (
            ("overflow",),
            "without `callers` or `wait` the others help from"
            f" {queue.overflow.until + 1} waiting caller{'s' * (queue.overflow.until > 0)} on; say when, as"
            " `callers: 5`",
        )
    if queue.nobody.model_fields_set & {"after"} and queue.nobody.waiting is None:
        yield ("no_agents", "after"), "`after` has no effect without `waiting`"


def _contrary(queue: Queue) -> Found:
    """Keys at odds with each other."""
    over = queue.overflow
    if over is not None and over.callers is not None and over.until >= over.callers:
        yield (
            ("overflow", "until"),
            f"`until` is to be less than `callers`: as it is nobody helps before {over.until + 1} callers"
            f" wait, not {over.callers}",
        )
    if queue.wrap_up_most is not None and queue.wrap_up_most < queue.wrap_up:
        yield (
            ("wrap_up_most",),
            f"`wrap_up` is {written(queue.wrap_up)}, longer than `wrap_up_most`: nobody can extend it",
        )


def _too_late(queue: Queue) -> Found:
    """What would come after the wait is over."""
    most = queue.max_wait
    if most is None:
        return
    but = f"`max_wait` is {written(most)}"
    if "ring" in queue.model_fields_set and queue.ring > most:
        yield ("ring",), f"{but}: no phone rings for as long as `ring`, {written(queue.ring)}"
    for place, step in enumerate(queue.relax):
        if step.after >= most:
            yield ("relax", place), f"{but}: nobody waits for {written(step.after)}"
    if queue.announce.first >= most:
        yield ("announce", "first"), f"{but}: nobody hears it after {written(queue.announce.first)}"
    for place, message in enumerate(queue.messages):
        if message.first is not None and message.first >= most:
            yield ("messages", place, "first"), f"{but}: nobody hears it after {written(message.first)}"


def _relaxing(queue: Queue) -> Iterator[tuple[int, str]]:
    """Steps, by their place, that come out of turn or ask for more than before."""
    before: Relax | None = None
    for place, step in enumerate(queue.relax):
        if before is not None and step.after <= before.after:
            yield (
                place,
                f"the step before is at {written(before.after)}: put them in the order of `after`, for the"
                " first that lets an agent in counts",
            )
        least = queue.needs if before is None else before.needs
        for skill, level in step.needs.items():
            if level > least.get(skill, 0) and (before is not None or skill in least):
                was = least.get(skill, 0) or "nothing"
                yield (
                    place,
                    f"needs {skill} {level}, and {was} before: waiting only ever lowers what is needed",
                )
        before = step


def _tiers(scene: Scene, name: str, queue: Queue) -> None:
    """Agents who open when nobody waits any more."""
    team, most = scene.configuration.teams.get(name), queue.max_wait
    for place, one in enumerate(team.agents if team is not None and most is not None else ()):
        for agent, member in () if isinstance(one, str) else one.items():
            if most is not None and member.after >= most:
                scene.warn(
                    ("teams", name, "agents", place),
                    f"{agent} is never rung: nobody waits for {written(member.after)}, for `max_wait` of the"
                    f" queue is {written(most)}",
                )


def _callback(scene: Scene, name: str, queue: Queue) -> None:
    """Callbacks that nobody can ask for."""
    if "callback" not in queue.model_fields_set or not scene.complete:
        return
    if not any(use.to.callback == name for use in scene.uses()):
        scene.warn_key(
            ("queues", name, "callback"),
            f"nobody can ask for a callback: no key, `timeout` or other way leads to {{callback: {name}}}",
        )


def _rules(scene: Scene) -> None:
    """Rules behind one that always holds, and preferred agents whom the queue never rings."""
    always: dict[str | None, str] = {}
    for loc, rule in scene.rules():
        queue = str(loc[1]) if loc[0] == "queues" else None
        if before := always.get(queue):
            scene.warn((*loc, "name"), f"never asked: the rule {before!r} before it holds always")
        elif rule.when == When() and rule.then.queue is None and rule.then.menu is None:
            always[queue] = rule.name
        if rule.then.preferred is not None:
            queues = [queue] if queue is not None else rule.when.queue
            _preferred(scene, (*loc, "then"), rule.then.preferred, queues)
    for place, caller in enumerate(scene.configuration.callers):
        if caller.preferred is not None:
            _preferred(scene, ("callers", place), caller.preferred, None)


def _preferred(scene: Scene, loc: Loc, agent: str, queues: list[str] | None) -> None:
    """`queues`: those that the wish is for; None: any."""
    file = scene.configuration
    serving = {name for name, team in file.teams.items() if agent in team.members}
    serving |= {
        name
        for name, queue in file.queues.items()
        if queue.overflow is not None and serving & set(queue.overflow.to)
    }
    if agent not in file.agents or not scene.complete or serving & set(queues or serving):
        return
    whose = f"of queue {', '.join(queues)}" if queues else "of any queue"
    scene.warn((*loc, "preferred"), f"agent {agent!r} is not in the team {whose}, and so is never rung there")
