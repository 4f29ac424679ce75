"""A desk to try the engine at: virtual time, short verbs, and the last Ring of each agent at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from softswitch.acd.actions import Action, ReportWrapUp, Ring
from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    CallerJoined,
    CallerLeft,
    ConnectFailed,
    ConversationEnded,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferPickedUp,
    SettingsChanged,
    TimerExpired,
)
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.acd.snapshot import AgentView, QueueView
from softswitch.types import AgentName, CallId, OfferFailure, OfferId, QueueName

A = TypeVar("A", bound=Action)


def queue(name: str = "q", agents: str = "ann bob cid", **settings: Any) -> QueueSettings:
    """A queue; the team is written in one string."""
    settings = {"overdue": None} | settings
    return QueueSettings(QueueName(name), tuple(map(AgentName, agents.split())), **settings)


def agent(name: str, **settings: Any) -> AgentSettings:
    """An agent."""
    return AgentSettings(AgentName(name), **settings)


def floor_of(
    *things: QueueSettings | AgentSettings, pauses: Mapping[str, float] = MappingProxyType({})
) -> EngineSettings:
    """Settings of these queues and agents; agents who are only named by a team have default settings."""
    queues = {each.name: each for each in things if isinstance(each, QueueSettings)}
    agents = {name: AgentSettings(name) for each in queues.values() for name in each.agents}
    agents |= {each.name: each for each in things if isinstance(each, AgentSettings)}
    return EngineSettings(queues, agents, pauses)


def only(kind: type[A], actions: Sequence[Action]) -> list[A]:
    """The actions of that kind."""
    return [action for action in actions if isinstance(action, kind)]


class Desk:
    """One engine, told in short words."""

    def __init__(self, *things: QueueSettings | AgentSettings, seed: int = 0, now: float = 1000.0) -> None:
        self.engine = Engine(seed=seed)
        self.now = now
        self.rings: dict[str, Ring] = {}
        self.all: list[Action] = []
        self.reload(*things)

    def tell(self, event: Event) -> list[Action]:
        done = self.engine.receive(event, self.now)
        actions = [action for action in done if not isinstance(action, ReportWrapUp)]
        deadline = self.engine.next_deadline()
        assert deadline is None or deadline > self.now
        self.rings.update((ring.agent, ring) for ring in only(Ring, actions))
        self.all += actions
        return actions

    def reload(self, *things: QueueSettings | AgentSettings) -> list[Action]:
        return self.tell_settings(floor_of(*things))

    def tell_settings(self, settings: EngineSettings) -> list[Action]:
        return self.tell(SettingsChanged(settings))

    def join(self, call: str, queue: str = "q", priority: str = "default", **more: Any) -> list[Action]:
        more = {"number": f"+48{call}"} | more
        return self.tell(CallerJoined(CallId(call), QueueName(queue), priority, **more))

    def leave(self, call: str) -> list[Action]:
        return self.tell(CallerLeft(CallId(call)))

    def answer(self, name: str) -> list[Action]:
        """The agent answers what rang there last."""
        return self.tell(OfferAnswered(self.rings[name].offer))

    def answer_offer(self, offer: str) -> list[Action]:
        return self.tell(OfferAnswered(OfferId(offer)))

    def pick_up(self, name: str, by: str) -> list[Action]:
        """Another agent takes what rang there last."""
        return self.tell(OfferPickedUp(self.rings[name].offer, AgentName(by)))

    def fail(self, name: str, failure: OfferFailure = OfferFailure.REJECTED) -> list[Action]:
        return self.tell(OfferFailed(self.rings[name].offer, failure))

    def connect_failed(self, call: str) -> list[Action]:
        return self.tell(ConnectFailed(CallId(call)))

    def end(self, call: str) -> list[Action]:
        return self.tell(ConversationEnded(CallId(call)))

    def outside(self, name: str, call: str) -> list[Action]:
        return self.tell(AgentCallStarted(AgentName(name), CallId(call)))

    def outside_over(self, name: str, call: str) -> list[Action]:
        return self.tell(AgentCallEnded(AgentName(name), CallId(call)))

    def pause(self, *names: str) -> list[Action]:
        return [action for name in names for action in self.tell(AgentPaused(AgentName(name), "lunch"))]

    def resume(self, *names: str) -> list[Action]:
        return [action for name in names for action in self.tell(AgentResumed(AgentName(name)))]

    def serve(self, call: str, name: str, talk: float = 0.0) -> list[Action]:
        """The agent answers this caller and talks."""
        assert self.rings[name].call == call
        actions = self.answer(name)
        actions += self.wait(talk)
        return actions + self.end(call)

    def foretell(self, name: str, talk: float, callers: int = 6) -> None:
        """One agent alone serves callers who came together, each as long as the others: from then on the wait
        can be estimated, and the estimates have come true.
        """
        for number in range(6):
            self.join(f"before-{number}")
            self.serve(f"before-{number}", name, talk)
        self.join("talks-before")
        self.answer(name)
        for number in range(callers):
            self.join(f"waits-{number}")
        self.wait(talk)
        self.end("talks-before")
        for number in range(callers):
            self.serve(f"waits-{number}", name, talk)

    def wait(self, seconds: float) -> list[Action]:
        """Let time pass, telling each deadline when it comes."""
        end = self.now + seconds
        actions: list[Action] = []
        while (deadline := self.engine.next_deadline()) is not None and deadline <= end:
            self.now = deadline
            actions += self.tell(TimerExpired())
        self.now = end
        return actions

    def ringing(self) -> dict[str, str]:
        """Which caller rings at each agent now."""
        return {
            name: caller.call
            for view in self.engine.snapshot(self.now).queues.values()
            for caller in view.callers
            for name in caller.ringing
        }

    def line(self, name: str = "q") -> list[str]:
        """The callers who wait, in order."""
        return [caller.call for caller in self.queue(name).callers]

    def queue(self, name: str = "q") -> QueueView:
        return self.engine.snapshot(self.now).queues[QueueName(name)]

    def agent(self, name: str) -> AgentView:
        return self.engine.snapshot(self.now).agents[AgentName(name)]
