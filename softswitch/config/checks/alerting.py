"""Alerts are about queues that are there, can be reached, and go to somebody."""

from __future__ import annotations

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.alerts import Watched
from softswitch.config.models.queues import Queue
from softswitch.config.nearest import did_you_mean


def check(scene: Scene) -> None:
    """All of this file."""
    file = scene.configuration
    alerts, queues = file.alerts, scene.root.names("queues")
    for name in alerts.queues:
        if name not in queues:
            message = f"no queue is called {name!r}{did_you_mean(name, queues)}"
            scene.wrong_key(("alerts", "queues", name), message)
        elif name in file.queues:
            _reachable(scene, ("alerts", "queues", name), alerts.queues[name], file.queues[name], name)
    if alerts.email and file.mail is None and scene.root.child("mail") is None:
        scene.wrong_key(
            ("alerts", "email"),
            "nobody takes these mails: add `mail: {server: smtp.office.example, from: ...}`",
        )
    some = [alerts.all, *alerts.queues.values()]
    if scene.root.child("alerts") is not None and scene.complete and not any(map(_watches, some)):
        scene.warn_key(("alerts",), "nothing is watched: name a figure in `all` or of one of the `queues`")


def _watches(watched: Watched) -> bool:
    return any(getattr(watched, name) is not None for name in type(watched).model_fields)


def _reachable(scene: Scene, loc: Loc, watched: Watched, queue: Queue, name: str) -> None:
    """A limit that the queue's own limits keep its figure from."""
    for figure, limits, most, setting in (
        ("waiting", watched.waiting, queue.max_callers, "max_callers"),
        ("longest_wait", watched.longest_wait, queue.max_wait, "max_wait"),
    ):
        for level in ("warn", "alarm"):
            limit = None if limits is None else getattr(limits, level)
            if limit is not None and most is not None and limit > most:
                message = f"this is never reached: {name!r} has a lower `{setting}`"
                scene.warn((*loc, figure, level), message)
