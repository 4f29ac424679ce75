"""How figures are written for people: durations as m:ss, shares in per cent, - where there is nothing."""

from __future__ import annotations

from softswitch.reports.agents import AgentFigures
from softswitch.reports.callbacks import CallbackFigures
from softswitch.reports.figures import Figures

HEADS = (
    *(
        "offered",
        "answered",
        "abandoned",
        "short",
        "turned away",
        "abandonment",
        "service level",
        "service level 2",
    ),
    *(
        "wait mean",
        "median",
        "p95",
        "talk mean",
        "talk",
        "hold",
        "wrap-up",
        "estimate off by",
        "estimate error",
        "voicemails",
    ),
)

AGENT_HEADS = (
    *("offered", "answered", "missed", "declined", "calls"),
    *("talk mean", "talk", "hold", "wrap-up", "there", "paused", "occupancy"),
)


def cells(one: Figures) -> tuple[str, ...]:
    """The label, and a cell for each of `HEADS`."""
    return (
        one.label,
        *(f"{count:,}" for count in (one.offered, one.answered, one.abandoned, one.short, one.turned_away)),
        *(share(part) for part in (one.abandonment, one.service_level, one.service_level_2)),
        *(clocked(wait) for wait in (one.wait_mean, one.wait_median, one.wait_p95, one.talk_mean)),
        *(clocked(time) for time in (one.talk, one.held, one.wrap_up, one.estimate_error)),
        share(one.estimate_error_share),
        f"{one.voicemails:,}",
    )


def agent_cells(one: AgentFigures) -> tuple[str, ...]:
    """The name, and a cell for each of `AGENT_HEADS`."""
    times = (one.talk_mean, one.talk, one.held, one.wrap_up, one.online, one.paused)
    counts = (one.offered, one.answered, one.missed, one.declined, one.calls)
    return (one.agent, *(f"{count:,}" for count in counts), *map(clocked, times), share(one.occupancy))


def callback_cells(one: CallbackFigures) -> tuple[str, ...]:
    """The label, and a cell for each of `callbacks.HEADS`."""
    counts = (one.wanted, one.reached, one.not_reached, one.withdrawn, one.waiting, one.attempts)
    return (one.label, *(f"{count:,}" for count in counts), clocked(one.wait_mean))


def spelt(seconds: float) -> str:
    """A step of waiting: 45 s, 3 min."""
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} min"


def share(value: float | None) -> str:
    """In per cent."""
    return "-" if value is None else f"{value:.1%}"


def clocked(seconds: float | None) -> str:
    """As 0:07 or 12:03:00."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
