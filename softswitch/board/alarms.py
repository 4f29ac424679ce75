"""Alerts of the running switch: figures off the engine every second, changes into the record, and onto the
board.
"""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.acd.snapshot import QueueView
from softswitch.acd.stats import RATIOS
from softswitch.alerts.alerts import Alerts, Ended, Figures, Raised
from softswitch.alerts.settings import AlertSettings, Level
from softswitch.board.entries import Entry, Shown
from softswitch.board.history import History, level
from softswitch.ports import Journal, JsonValue
from softswitch.types import QueueName, Seconds


class Alarms:
    """`apply` and `look` are called on the loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._alerts = Alerts(AlertSettings())
        self._language = "en"

    def apply(self, settings: AlertSettings, language: str) -> None:
        """The settings in force; those that run go on. `language`: of mails."""
        self._alerts.settings, self._language = settings, language

    @property
    def watching(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._alerts.settings.queues or self._alerts.running())

    def look(
        self,
        queues: Mapping[QueueName, QueueView],
        eldest: Mapping[QueueName, Seconds],
        history: History,
        now: Seconds,
        wall: float,
    ) -> None:
        """What the figures are at `now`; `eldest`: since when those wait who wait longest."""
        figures = {
            name: _figures(view, now - eldest[name] if name in eldest else 0.0, history, wall)
            for name, view in queues.items()
            if name in self._alerts.settings.queues and not view.closed
        }
        for change in self._alerts.look(figures, now):
            if isinstance(change, Raised):
                self._raised(change)
            else:
                self._ended(change)

    def entries(self, shown: Shown) -> dict[str, Entry]:
        """Those that go on, for the board."""
        return {
            f"{queue} {measure}": {
                "queue": queue,
                "measure": measure.value,
                "level": running.level.value,
                "limit": running.limit,
                "since": shown.moment(running.since),
            }
            for (queue, measure), running in self._alerts.running().items()
        }

    def _raised(self, change: Raised) -> None:
        self._journal.note(
            "AlertRaised",
            queue=change.queue,
            measure=change.measure.value,
            level=change.level.value,
            was=change.was and change.was.value,
            value=None if change.value is None else round(change.value, 3),
            limit=change.limit,
            **self._mailed(change.level if change.was is not Level.ALARM else Level.ALARM),
        )

    def _ended(self, change: Ended) -> None:
        self._journal.note(
            "AlertEnded",
            queue=change.queue,
            measure=change.measure.value,
            was=change.was.value,
            worst=change.worst.value,
            value=None if change.value is None else round(change.value, 3),
            lasted=round(change.lasted, 1),
            unwatched=change.unwatched,
            **self._mailed(change.worst),
        )

    def _mailed(self, level: Level) -> dict[str, JsonValue]:
        """Who gets a mail of a change of that level."""
        settings = self._alerts.settings
        if not settings.mail_to or (level is Level.WARN and settings.mail_from is Level.ALARM):
            return {}
        return {"to": list(settings.mail_to), "language": self._language}


def _figures(view: QueueView, longest: Seconds, history: History, wall: float) -> Figures:
    lately = history.lately(view.name, wall)
    under = RATIOS[view.formula].under
    return Figures(
        waiting=view.waiting,
        longest_wait=longest,
        service_level=level(lately, view.formula),
        calls=sum(getattr(lately, name) for name in under),
        free_agents=view.free,
        abandoned=lately.abandoned,
    )
