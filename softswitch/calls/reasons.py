"""The engine's reasoning as the record keeps it: plain, small, and no moment of the engine's clock."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.acd.explain import Rival, Skipped, Why
from softswitch.ports import JsonValue
from softswitch.types import Seconds


def reasons(why: Why, now: Seconds) -> dict[str, JsonValue]:
    """Of an offer at `now`. Written out, as it is made for every one: `asdict` takes 20 times as long. What
    goes without saying is left out.
    """
    said: dict[str, JsonValue] = {
        "strategy": why.strategy,
        "position": why.position,
        "score": round(why.score, 3),
        "considered": why.considered,
        "skipped": [_skipped(each, now) for each in why.skipped],
        "uncounted": why.uncounted,
        "waiting": why.waiting,
        "waited": round(why.waited, 3),
    }
    if why.next_score is not None:
        said["next_score"] = round(why.next_score, 3)
    if why.regained > 0:
        said["regained"] = round(why.regained, 3)
    if why.overdue:
        said["overdue"] = True
    if why.rivals or why.weight:
        said["weight"] = why.weight
        said["rivals"] = [_rival(each) for each in why.rivals]
    if why.helping:
        said["helping"] = {str(agent): home for agent, home in why.helping.items()}
    if why.preferred is not None:
        said["preferred"] = why.preferred
        said["held"] = round(why.held, 3)
    if why.figures:
        said["figures"] = [_figures(each, now) for each in why.figures]
    return said


def why_nobody(why: Why | None, now: Seconds) -> dict[str, JsonValue]:
    """Of leaving while no phone rings."""
    return {} if why is None else {"why": reasons(why, now)}


def _skipped(each: Skipped, now: Seconds) -> dict[str, JsonValue]:
    left = None if each.until is None else round(each.until - now, 3)
    said: dict[str, JsonValue] = {"agent": each.agent, "reason": each.reason, "left": left}
    if each.skill:
        said |= {"skill": each.skill, "level": each.level, "has": each.has}
    return said


def _figures(each: Mapping[str, float], now: Seconds) -> dict[str, JsonValue]:
    """Of an agent; `idle` is for how long."""
    return {
        "idle" if name == "idle_since" else name: round(now - value if name == "idle_since" else value, 3)
        for name, value in each.items()
    }


def _rival(each: Rival) -> dict[str, JsonValue]:
    return {
        "queue": each.queue,
        "score": round(each.score, 3),
        "weight": each.weight,
        "waiting": each.waiting,
        "overdue": each.overdue,
    }
