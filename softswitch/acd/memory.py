"""What is remembered over a restart beside figures: whose turn it is, who writes notes, how waits were."""

from __future__ import annotations

from softswitch.acd import presence
from softswitch.acd.agents import Agent, AgentState
from softswitch.acd.events import AgentMemory, Notes, QueueMemory
from softswitch.acd.floor import Floor
from softswitch.acd.offers import Offer
from softswitch.acd.queues import Queue
from softswitch.acd.states import OfferState
from softswitch.acd.waiting import Caller


def remember_queue(queue: Queue, before: QueueMemory) -> None:
    """The turn of round-robin, and what estimates are made of and judged by."""
    last = before.offered_last
    if last is not None and last in queue.places and "round-robin" not in queue.memories:
        queue.memories["round-robin"] = {"last": last, "place": queue.places[last]}
    for taken in before.handle_times:
        queue.handle_times.add(taken)
    for wait in before.waits:
        queue.impatience.note(wait.waited, wait.gave_up)
    for outcome in before.outcomes:
        queue.calibration.note(outcome.foreseen, outcome.waited)


def remember_agent(floor: Floor, agent: Agent, before: AgentMemory) -> None:
    """Since when idle, and the rest of the notes."""
    for notes in before.notes:
        if notes.until > floor.now and notes.queue in floor.queues:
            _write_on(floor, agent, notes)
    if before.idle_since is not None:
        agent.idle_since = min(before.idle_since, floor.now)
        presence.refresh(floor, agent)
        if agent.state is AgentState.FREE:
            agent.since = agent.idle_since


def _write_on(floor: Floor, agent: Agent, notes: Notes) -> None:
    """An agent goes on with notes as if the conversation had been of this run."""
    queue = floor.queues[notes.queue]
    caller = Caller(notes.call, "", "default", queue, notes.ended, 0)
    offer = Offer(floor.next_offer(), caller, agent, queue, notes.ended, state=OfferState.WRAP_UP)
    offer.ended = notes.ended
    floor.offers[offer.id] = offer
    agent.take(offer)
    floor.wrap_up(offer, notes.until)
    agent.since = notes.ended
