"""Callbacks: times that leave no time for what they promise."""

from __future__ import annotations

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.durations import written


def check(scene: Scene) -> None:
    """All of this file."""
    for name, queue in scene.configuration.queues.items():
        rule, loc = queue.callback, ("queues", name, "callback", "expires")
        if rule.expires <= rule.ring:
            _warn(scene, loc, f"the customer's phone alone may ring for {written(rule.ring)} (`ring`)")
        elif rule.attempts > 1 and rule.expires <= (rule.attempts - 1) * rule.pause:
            needed = written((rule.attempts - 1) * rule.pause)
            _warn(
                scene, loc, f"{rule.attempts} `attempts` with a `pause` between them take {needed} at least"
            )


def _warn(scene: Scene, loc: Loc, why: str) -> None:
    scene.warn(loc, f"callbacks expire before that: {why}")
