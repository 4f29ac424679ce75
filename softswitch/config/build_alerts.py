"""`alerts:` as the switch runs on it."""

from __future__ import annotations

from softswitch.alerts.settings import AlertSettings, Level, Measure, Threshold
from softswitch.config.models.alerts import TooFewAgents, TooLongWait, TooLowLevel, TooManyCallers, Watched
from softswitch.config.models.root import Configuration
from softswitch.types import QueueName

Limits = TooManyCallers | TooLongWait | TooLowLevel | TooFewAgents


def alert_settings(file: Configuration) -> AlertSettings:
    """Thresholds of every queue that has some."""
    section = file.alerts
    queues = {QueueName(name): _of(section.all, section.queues.get(name)) for name in file.queues}
    return AlertSettings(
        queues={name: thresholds for name, thresholds in queues.items() if thresholds},
        after=section.after,
        calm=section.calm,
        mail_to=tuple(dict.fromkeys(section.email)),
        mail_from=Level(section.email_from),
    )


def _of(common: Watched, own: Watched | None) -> tuple[Threshold, ...]:
    found = []
    for measure in Measure:
        limits: Limits | None = (own and getattr(own, measure)) or getattr(common, measure)
        if limits is not None:
            found.append(_threshold(measure, limits))
    return tuple(found)


def _threshold(measure: Measure, limits: Limits) -> Threshold:
    given = {Level.WARN: limits.warn, Level.ALARM: limits.alarm}
    known = {level: float(limit) for level, limit in given.items() if limit is not None}
    first = next(iter(known.values()))
    until = _good(measure, first) if limits.until is None else limits.until
    return Threshold(measure, known, until, limits.calls if isinstance(limits, TooLowLevel) else 0)


def _good(measure: Measure, first: float) -> float:
    """Where all is well again, when nothing is said of it."""
    match measure:
        case Measure.LONGEST_WAIT:
            return 0.8 * first
        case Measure.SERVICE_LEVEL:
            return min(1.0, first + 0.05)
        case Measure.FREE_AGENTS:
            return first + 1
        case _:
            return first - 1
