"""Skills that are needed and that nobody has: such callers wait for ever, and no phone rings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from softswitch.acd.reach import needs_of, skilled_after
from softswitch.acd.settings import Relaxation
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.durations import written

Skills = Mapping[str, int]


def check(scene: Scene) -> None:
    """All of this file."""
    if not scene.complete:
        return
    for name, queue in scene.configuration.queues.items():
        if queue.needs:
            _check(scene, name, ("queues", name, "needs"), {})
    for loc, queue_name, needs in _others(scene):
        for each in (queue_name,) if queue_name is not None else tuple(scene.configuration.queues):
            if needs and each in scene.configuration.queues and _check(scene, each, loc, needs):
                break


def _others(scene: Scene) -> Iterator[tuple[Loc, str | None, Skills]]:
    """What callers need beside their queue, where that stands, and of which queue; None: of any."""
    for use in scene.uses():
        if use.to.queue is not None:
            yield (*use.loc, "needs"), use.to.queue, use.to.needs
    for loc, rule in scene.rules():
        then = rule.then
        if loc[0] == "queues":
            queues: list[str] | list[None] = [then.queue or str(loc[1])]
        else:
            queues = [then.queue] if then.queue else list(rule.when.queue or ()) or [None]
        for queue in queues:
            yield (*loc, "then", "needs"), queue, then.needs
    for place, caller in enumerate(scene.configuration.callers):
        yield ("callers", place, "needs"), None, caller.needs


def _check(scene: Scene, name: str, loc: Loc, needs: Skills) -> bool:
    """Whether something was said of these callers in that queue."""
    queue, who = scene.configuration.queues[name], _team(scene, name)
    if not who:
        return False
    relax = [Relaxation(step.after, step.needs) for step in queue.relax]
    both = needs_of(queue.needs, needs)
    soonest = min(skilled_after(both, relax, skills) for skills in who.values())
    if soonest == 0:
        return False
    why = _lacking(dict(both), who)
    if soonest == float("inf"):
        scene.warn_key(loc, f"nobody of queue {name} can ever take such a caller, and no phone rings: {why}")
    else:
        scene.warn_key(loc, f"no phone of queue {name} rings for the first {written(soonest)}: {why}")
    return True


def _team(scene: Scene, name: str) -> dict[str, Skills]:
    """Skills by agent, of its own team and of those that help."""
    file = scene.configuration
    over = file.queues[name].overflow
    names = (name, *(over.to if over is not None else ()))
    return {
        agent: file.agents[agent].skills
        for each in names
        if each in file.teams
        for agent in file.teams[each].members
        if agent in file.agents
    }


def _lacking(needs: Skills, who: Mapping[str, Skills]) -> str:
    for skill, level in needs.items():
        best = max(who, key=lambda agent: who[agent].get(skill, 0))
        most = who[best].get(skill, 0)
        if not most:
            return f"none of its agents has the skill {skill!r}"
        if most < level:
            return f"{skill} {level} is needed, and the most that any of its agents has is {most} ({best})"
    return f"no one agent has {' and '.join(f'{skill} {level}' for skill, level in needs.items())} together"
