"""Who or what an event speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from softswitch.acd.agents import Agent
from softswitch.acd.floor import Floor
from softswitch.acd.offers import Offer
from softswitch.acd.queues import Queue
from softswitch.acd.waiting import Caller
from softswitch.errors import EngineError
from softswitch.types import AgentName, CallId, OfferId, QueueName

V = TypeVar("V")


def caller_of(floor: Floor, call: CallId) -> Caller | None:
    """None: this call's stay is over. Raises EngineError for a call never heard of."""
    caller = floor.callers.get(call)
    if caller is None and floor.calls_over.get(call) is None:
        raise EngineError(f"call '{call}' never joined a queue; say CallerJoined first")
    return caller


def offer_of(floor: Floor, offer: OfferId) -> Offer | None:
    """None: the offer is over. Raises EngineError for one that was never made."""
    found = floor.offers.get(offer)
    if found is None and not _was_made(floor, offer):
        raise EngineError(f"offer '{offer}' was never made; give the id that came with Ring")
    return found


def _was_made(floor: Floor, offer: OfferId) -> bool:
    number = offer[1:]
    return number.isdecimal() and offer == f"o{int(number)}" and 1 <= int(number) <= floor.rings


def queue_of(floor: Floor, name: QueueName) -> Queue:
    """Raises EngineError for one never heard of."""
    return _known("queue", name, floor.queues)


def agent_of(floor: Floor, name: AgentName) -> Agent:
    """Raises EngineError for one never heard of."""
    return _known("agent", name, floor.agents)


def _known(what: str, name: str, things: Mapping[Any, V]) -> V:
    try:
        return things[name]
    except KeyError:
        nearest = get_close_matches(name, things, n=1)
        hint = f"did you mean '{nearest[0]}'?" if nearest else "SettingsChanged must name it first"
        raise EngineError(f"unknown {what} '{name}': {hint}") from None
