"""What no model of a single section can see: names, ways and sounds across the whole file.

Every check takes a `Scene` and tells it what it finds; none stops at the first.
"""

from __future__ import annotations

from softswitch.config.checks import (
    alerting,
    callbacks,
    circles,
    codes,
    dialling,
    limits,
    listening,
    mailing,
    names,
    networks,
    queues,
    rules,
    sentences,
    skills,
    sounds,
    trunks,
    ways,
)
from softswitch.config.checks.scene import Scene


def check_all(scene: Scene) -> None:
    """Every check there is."""
    for room in (
        *(names, rules, ways, circles, sounds, sentences, limits, callbacks),
        *(dialling, codes, listening, mailing, networks, trunks, queues, skills, alerting),
    ):
        room.check(scene)
