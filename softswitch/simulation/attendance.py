"""Agents who come, pause and go as they did on a day of the record, whatever they have in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
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
from softswitch.acd.settings import EngineSettings
from softswitch.simulation.ledger import Account, work_of
from softswitch.simulation.traffic import Presence, Span
from softswitch.types import AgentName, QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.simulation.world import World


class AtWork:
    """When agents were there, for figures of a day that is over: by a presence, and also while they talked or
    wrote notes after they had gone. So nobody is busy who is not there.
    """

    def __init__(
        self,
        settings: EngineSettings,
        accounts: Mapping[QueueName, Account],
        presence: Presence,
        span: Seconds,
    ) -> None:
        """`accounts` may be filled later; `span`: of the day, in which those are there of whom nothing is
        known.
        """
        self._names = tuple(settings.agents)
        self._accounts = accounts
        self._presence = presence
        self._span = span

    @cached_property
    def _spans(self) -> dict[AgentName, list[Span]]:
        found = {name: [*spans] for name, spans in self._presence.there.items()}
        work = work_of([*self._accounts.values()])
        rows = zip(work.agent.tolist(), work.start.tolist(), work.end.tolist(), strict=True)
        for place, start, end in rows:
            name = self._names[place] if place >= 0 else None
            if name is not None and name in found:
                found[name].append((start, end))
        return {name: united(spans) for name, spans in found.items()}

    def there(self, name: AgentName, start: Seconds, end: Seconds) -> Seconds:
        """For how long an agent was there between two moments."""
        found = self._spans.get(name)
        if found is None:
            return end - start
        return sum(max(min(until, end) - max(since, start), 0.0) for since, until in found)

    def spans(self, name: AgentName) -> list[tuple[Seconds, Seconds, int]]:
        """When an agent was there, as spans that add (1)."""
        found = self._spans.get(name, [(0.0, self._span)])
        return [(start, end, 1) for start, end in found]


def united(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not touch each other, ascending."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


class Attendance(AtWork):
    """What `Rota` is, by a presence."""

    def __init__(self, world: World, presence: Presence) -> None:
        super().__init__(world.settings, world.accounts, presence, world.traffic.span)
        self._world = world

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
