"""Callbacks: times that leave no time for what they promise."""

from __future__ import annotations

from softswitch.config.build_hours import schedule
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.durations import written
from softswitch.hours import longest_closed


def check(scene: Scene) -> None:
    """All of this file."""
    wanted = {use.to.callback for use in scene.uses()}
    for name, queue in scene.configuration.queues.items():
        rule, loc = queue.callback, ("queues", name, "callback", "expires")
        if rule.expires <= rule.ring:
            _warn(scene, loc, f"the customer's phone alone may ring for {written(rule.ring)} (`ring`)")
        elif rule.attempts > 1 and rule.expires <= (rule.attempts - 1) * rule.pause:
            needed = written((rule.attempts - 1) * rule.pause)
            _warn(
                scene, loc, f"{rule.attempts} `attempts` with a `pause` between them take {needed} at least"
            )
        hours = scene.configuration.hours.get(queue.hours or "")
        if name in wanted and hours is not None:
            closed = longest_closed(schedule(queue.hours or "", hours))
            if rule.expires <= closed:
                _warn(scene, loc, f"in a common week {queue.hours} is closed for up to {written(closed)}")


def _warn(scene: Scene, loc: Loc, why: str) -> None:
    scene.warn(loc, f"callbacks expire before that: {why}")
