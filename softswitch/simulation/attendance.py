"""Agents who come, pause and go as they did on a day of the record, whatever they have in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from softswitch.acd.events import (
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    Event,
    PhonesReachable,
    PhonesUnreachable,
)
from softswitch.simulation.traffic import Presence, Span
from softswitch.types import AgentName, Seconds

if TYPE_CHECKING:
    from softswitch.simulation.world import World


class Attendance:
    """What `Rota` is, by a presence."""

    def __init__(self, world: World, presence: Presence) -> None:
        self._world = world
        self._presence = presence

    def comes_by_itself(self, name: AgentName) -> bool:
        """Whether nothing is known of an agent, who is there then."""
        return name not in self._presence.there

    def begin(self) -> None:
        """Tell what was before, and plan what will be; of agents that are configured no more, nothing."""
        world = self._world
        for at, event in self._presence.told:
            if agent_of(event) not in world.settings.agents:
                continue
            if at <= 0.0:
                world.tell(event)
            else:
                world.plan(at, world.tell, event)

    def took(self, name: AgentName) -> None:
        """An agent has a call more in hand: nothing follows from it here."""

    def has_done(self, name: AgentName) -> None:
        """An agent has a call less in hand: nothing follows from it here."""

    def there(self, name: AgentName, start: Seconds, end: Seconds) -> Seconds:
        """For how long an agent was there between two moments."""
        return there(self._presence.there, name, start, end)

    def spans(self, name: AgentName) -> list[tuple[Seconds, Seconds, int]]:
        """When an agent was there, as spans that add (1)."""
        found = self._presence.there.get(name, ((0.0, self._world.traffic.span),))
        return [(start, end, 1) for start, end in found]


def there(
    spans: Mapping[AgentName, Sequence[Span]], name: AgentName, start: Seconds, end: Seconds
) -> Seconds:
    """For how long an agent was there between two moments; all the time, if nothing is known."""
    found = spans.get(name)
    if found is None:
        return end - start
    return sum(max(min(until, end) - max(since, start), 0.0) for since, until in found)


def agent_of(event: Event) -> AgentName:
    """Whom an event of agents is about."""
    return event.agent  # type: ignore[union-attr]


def presence(
    told: Iterable[tuple[Seconds, Event]], always: Iterable[AgentName], never: Iterable[AgentName]
) -> Presence:
    """By what the record says. Of whom it first says anything but that a phone came, of that one it is known
    that the phone was there before; `always` are agents without registration, `never` those whom the record
    does not mention.
    """
    events = sorted(told, key=lambda each: each[0])
    states: dict[AgentName, _State] = {name: _State(True) for name in always}
    first: list[tuple[Seconds, Event]] = []
    for at, event in events:
        name = agent_of(event)
        if name not in states:
            was = not isinstance(event, PhonesReachable)
            states[name] = _State(was)
            if was:
                first.append((0.0, PhonesReachable(name)))
        states[name].take(at, event)
    spans = {name: state.close() for name, state in states.items()}
    spans |= {name: () for name in never if name not in spans}
    return Presence((*first, *events), spans)


class _State:
    """One agent, event by event."""

    def __init__(self, online: bool) -> None:
        self._online, self._paused, self._out = online, False, False
        self._since: Seconds | None = 0.0 if online else None
        self._spans: list[Span] = []

    def take(self, at: Seconds, event: Event) -> None:
        match event:
            case PhonesReachable():
                self._online = True
            case PhonesUnreachable():
                self._online = False
            case AgentPaused():
                self._paused = True
            case AgentResumed():
                self._paused = False
            case AgentSignedIn():
                self._out = False
            case AgentSignedOut() if event.queue is None:
                self._out = True
            case AgentCallStarted():
                return
        there = self._online and not self._paused and not self._out
        if there and self._since is None:
            self._since = max(at, 0.0)
        elif not there and self._since is not None:
            if at > self._since:
                self._spans.append((self._since, at))
            self._since = None

    def close(self) -> tuple[Span, ...]:
        """All of it; who is still there stays."""
        if self._since is not None:
            self._spans.append((self._since, float("inf")))
            self._since = None
        return tuple(self._spans)
