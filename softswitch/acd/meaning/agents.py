"""Events about agents, their phones and their notes."""

from __future__ import annotations

from softswitch.acd import pauses, presence
from softswitch.acd.agents import AgentState
from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    PhonesReachable,
    PhonesUnreachable,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.acd.floor import Floor
from softswitch.acd.meaning.known import agent_of, caller_of
from softswitch.acd.meaning.table import Meaning


def call_started(floor: Floor, event: AgentCallStarted) -> None:
    """One call more in hand."""
    agent = agent_of(floor, event.agent)
    if event.call not in agent.outside:
        agent.outside[event.call] = None
        agent.load += 1
        presence.refresh(floor, agent)


def call_ended(floor: Floor, event: AgentCallEnded) -> None:
    """One call less."""
    agent = agent_of(floor, event.agent)
    if event.call in agent.outside:
        del agent.outside[event.call]
        agent.load -= 1
        agent.idle_since = floor.now
        floor.calls_over.add(event.call, True)
        presence.refresh(floor, agent)
    else:
        caller_of(floor, event.call)


def paused(floor: Floor, event: AgentPaused) -> None:
    """No offers, for as long as that reason allows."""
    agent = agent_of(floor, event.agent)
    pauses.pause(floor, agent, event.reason, event.since)
    if event.since is not None and agent.state is AgentState.PAUSED:
        agent.since = event.since


def resumed(floor: Floor, event: AgentResumed) -> None:
    """Offers again."""
    agent = agent_of(floor, event.agent)
    if agent.paused is not None:
        pauses.resume(floor, agent)


def wrap_up_ended(floor: Floor, event: WrapUpEnded) -> None:
    """Of every call that the agent still writes notes on."""
    for offer in agent_of(floor, event.agent).wrap_ups():
        floor.wrapped_up(offer)


def wrap_up_extended(floor: Floor, event: WrapUpExtended) -> None:
    """As far as the queue allows, and never less than before."""
    for offer in agent_of(floor, event.agent).wrap_ups():
        assert offer.timer is not None
        most, end = offer.queue.settings.wrap_up_most, offer.timer.at + event.by
        if most is not None:
            end = min(end, offer.ended + most)
        floor.wrap_up(offer, max(end, offer.timer.at))


def phones_reachable(floor: Floor, event: PhonesReachable) -> None:
    """The agent is there."""
    presence.reach(floor, agent_of(floor, event.agent), True)


def phones_unreachable(floor: Floor, event: PhonesUnreachable) -> None:
    """The agent is gone."""
    presence.reach(floor, agent_of(floor, event.agent), False)


def signed_in(floor: Floor, event: AgentSignedIn) -> None:
    """Serves that queue, or all, again."""
    agent = agent_of(floor, event.agent)
    agent.idle_since = floor.now
    presence.sign(floor, agent, set() if event.queue is None else agent.signed_out - {event.queue})


def signed_out(floor: Floor, event: AgentSignedOut) -> None:
    """Serves that queue, or all, no more."""
    agent = agent_of(floor, event.agent)
    served, was_out = {each.home for each in agent.memberships}, agent.state is AgentState.SIGNED_OUT
    presence.sign(floor, agent, agent.signed_out | (served if event.queue is None else {event.queue}))
    if event.since is not None and not was_out and agent.state is AgentState.SIGNED_OUT:
        agent.since = event.since


MEANING: Meaning = {
    AgentCallStarted: call_started,
    AgentCallEnded: call_ended,
    AgentPaused: paused,
    AgentResumed: resumed,
    WrapUpEnded: wrap_up_ended,
    WrapUpExtended: wrap_up_extended,
    PhonesReachable: phones_reachable,
    PhonesUnreachable: phones_unreachable,
    AgentSignedIn: signed_in,
    AgentSignedOut: signed_out,
}
