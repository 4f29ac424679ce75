"""What happened so far, as spans of time for each caller and agent: a pure fold of events.

Everything the demo shows is read off it, the live view as well as the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from softswitch.acd.settings import EngineSettings
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, QueueName, Seconds


class Doing(StrEnum):
    """What a caller or an agent is at."""

    ARRIVING = "arriving"
    MENU = "menu"
    WAITING = "waiting"
    RINGING = "ringing"
    """An agent's phone rings; the caller still hears music."""
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    FREE = "free"


BLINK: Seconds = 0.01
"""What is shorter is only the gap between two events of one moment."""


@dataclass(slots=True)
class Span:
    """One stretch of doing one thing."""

    doing: Doing
    start: float
    """Seconds since the epoch."""
    end: float | None = None
    """None: still going on."""
    note: str = ""
    """The other one: the agent's name for a caller who talks, the caller's for an agent."""


@dataclass(slots=True)
class CallerLine:
    """One caller's way."""

    call: CallId
    name: str
    number: str
    arrived: float
    spans: list[Span] = field(default_factory=list)
    queue: str = ""
    priority: str = ""
    joined: float | None = None
    """Since when the caller waits; None: not in a queue."""
    rung: dict[str, str] = field(default_factory=dict)
    """Agents whose phones ring for this caller, by offer."""
    agent: str = ""
    ended: float | None = None
    end: str = ""
    """answered, abandoned, refused ... once it is over."""

    @property
    def doing(self) -> Doing:
        """What the caller is at now."""
        return self.spans[-1].doing if self.spans else Doing.ARRIVING

    def begin(self, doing: Doing, at: float, note: str = "") -> None:
        """End what went on and begin something else."""
        last = self.spans[-1] if self.spans else None
        if last is not None and last.end is None:
            if (last.doing, last.note) == (doing, note):
                return
            last.end = at
            if at - last.start < BLINK:
                self.spans.pop()
                if self.spans and (self.spans[-1].doing, self.spans[-1].note) == (doing, note):
                    self.spans[-1].end = None
                    return
        self.spans.append(Span(doing, at, note=note))


@dataclass(slots=True)
class AgentLine:
    """One agent's time."""

    name: str
    spans: list[Span] = field(default_factory=list)
    rings: dict[str, Span] = field(default_factory=dict)
    """Open offers."""
    talk: Span | None = None
    taken: int = 0

    def doing(self, at: float) -> Span | None:
        """What the agent is at; None: free."""
        if self.talk is not None:
            return self.talk
        if self.rings:
            return next(iter(self.rings.values()))
        last = self.spans[-1] if self.spans else None
        return last if last and last.doing is Doing.WRAP_UP and at < (last.end or at) else None


class Story:
    """Callers by call, agents by name, in the order of their coming."""

    def __init__(self, settings: EngineSettings) -> None:
        """`settings`: for priorities and wrap-up times."""
        self.settings = settings
        self.callers: dict[CallId, CallerLine] = {}
        self.agents = {str(name): AgentLine(str(name)) for name in settings.agents}
        self.start: float | None = None

    def apply(self, event: Recorded) -> None:
        """Take an event, in order."""
        if event.kind == Kind.CALL_ARRIVED and event.call is not None:
            self.start = event.at if self.start is None else self.start
            name, number = str(event.data.get("name") or ""), str(event.data.get("number") or "")
            line = CallerLine(event.call, name or number, number, event.at)
            line.begin(Doing.ARRIVING, event.at)
            self.callers[event.call] = line
            return
        tell = _TELL.get(event.kind)
        caller = self.callers.get(event.call) if event.call is not None else None
        if tell is not None and caller is not None:
            tell(self, caller, event.at, event.data)

    def waiting(self, queue: str, at: float) -> list[CallerLine]:
        """A queue's line, the next one first: by points with ageing, then by the time of joining."""
        settings = self.settings.queues.get(QueueName(queue))
        line = [each for each in self.callers.values() if each.queue == queue and each.joined is not None]
        if settings is None:
            return line

        def points(caller: CallerLine) -> float:
            waited: Seconds = at - (caller.joined or at)
            base = settings.priority.get(caller.priority, settings.priority.get("default", 0.0))
            return base + settings.ageing * waited

        return sorted(line, key=lambda caller: (-points(caller), caller.joined))

    # What each kind of event changes. --------------------------------------------------------------

    def _menu(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        caller.begin(Doing.MENU, at)

    def _joined(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        caller.queue, caller.joined = str(data["queue"]), at
        caller.priority = str(data.get("priority") or "default")
        caller.begin(Doing.WAITING, at, caller.queue)

    def _offered(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        agent = self._agent(data)
        span = Span(Doing.RINGING, at, note=caller.name)
        agent.spans.append(span)
        agent.rings[str(data["offer"])] = span
        caller.rung[str(data["offer"])] = agent.name
        caller.begin(Doing.RINGING, at, caller.queue)

    def _offer_ended(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        offer = str(data["offer"])
        caller.rung.pop(offer, None)
        span = self._agent(data).rings.pop(offer, None)
        if span is not None:
            span.end = at
        if not caller.rung and caller.doing is Doing.RINGING:
            caller.begin(Doing.WAITING, at, caller.queue)

    def _connected(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        agent = self._agent(data)
        caller.joined, caller.agent = None, agent.name
        caller.begin(Doing.TALKING, at, agent.name)
        agent.talk = Span(Doing.TALKING, at, note=caller.name)
        agent.spans.append(agent.talk)
        agent.taken += 1

    def _connect_failed(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        self._hang_up_agent(caller, at)
        caller.agent, caller.joined = "", at
        caller.begin(Doing.WAITING, at, caller.queue)

    def _talked(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        self._hang_up_agent(caller, at)

    def _hang_up_agent(self, caller: CallerLine, at: float) -> None:
        agent = self.agents.get(caller.agent)
        if agent is None or agent.talk is None:
            return
        agent.talk.end, agent.talk = at, None
        queue = self.settings.queues.get(QueueName(caller.queue))
        if queue is not None and queue.wrap_up:
            agent.spans.append(Span(Doing.WRAP_UP, at, at + queue.wrap_up))

    def _left(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        caller.joined = None
        caller.end = "abandoned" if data.get("reason") == "hung-up" else str(data.get("reason", ""))

    def _refused(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        caller.end = f"refused {data.get('status', '')}".strip()

    def _ended(self, caller: CallerLine, at: float, data: Mapping[str, Any]) -> None:
        self._hang_up_agent(caller, at)
        caller.joined, caller.ended = None, at
        caller.spans[-1].end = at
        caller.end = "answered" if caller.agent else caller.end or "ended"

    def _agent(self, data: Mapping[str, Any]) -> AgentLine:
        name = str(data["agent"])
        return self.agents.setdefault(name, AgentLine(name))


_TELL: Mapping[str, Callable[[Story, CallerLine, float, Mapping[str, Any]], None]] = {
    Kind.MENU_ENTERED: Story._menu,
    Kind.CALLER_JOINED: Story._joined,
    Kind.OFFER_MADE: Story._offered,
    Kind.OFFER_ENDED: Story._offer_ended,
    Kind.CONNECTED: Story._connected,
    Kind.CONNECT_FAILED: Story._connect_failed,
    Kind.CONVERSATION_ENDED: Story._talked,
    Kind.CALLER_LEFT: Story._left,
    Kind.CALL_REFUSED: Story._refused,
    Kind.CALL_ENDED: Story._ended,
}
