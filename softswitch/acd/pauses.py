"""Agents who take no offers: because they said so, or because they are away from the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd import presence
from softswitch.acd.actions import ReportPause, ReportResume
from softswitch.acd.agents import Agent
from softswitch.acd.offers import Offer
from softswitch.types import Seconds

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor

NO_ANSWER = "no-answer"
"""The reason of a pause that nobody asked for."""


def pause(floor: Floor, agent: Agent, reason: str, since: Seconds | None = None) -> None:
    """No offers, for as long as that reason allows, from now on or from `since`."""
    floor.deadlines.cancel(agent.pause_end)
    limit, begun = floor.pauses.get(reason), floor.now if since is None else since
    agent.pause_end = None if limit is None else floor.deadlines.set(begun + limit, _over, floor, agent)
    agent.paused, agent.missed = reason, 0
    presence.recount(floor, agent)


def resume(floor: Floor, agent: Agent) -> None:
    """Offers again."""
    floor.deadlines.cancel(agent.pause_end)
    agent.paused = agent.pause_end = None
    agent.idle_since = floor.now
    presence.recount(floor, agent)


def _over(floor: Floor, agent: Agent) -> None:
    floor.out.append(ReportResume(agent.name, agent.paused or ""))
    resume(floor, agent)


def miss(floor: Floor, offer: Offer) -> None:
    """Nobody answered: who misses too many offers in a row is away."""
    agent, most = offer.agent, offer.queue.settings.pause_after
    agent.missed += 1
    if most is not None and agent.missed >= most and agent.paused is None:
        floor.out.append(ReportPause(agent.name, NO_ANSWER))
        pause(floor, agent, NO_ANSWER)
