"""What is to be simulated: who calls when, and how callers and agents behave. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from softswitch.acd.events import Event
from softswitch.acd.settings import EngineSettings
from softswitch.simulation.draws import AT_ONCE, ENDLESS, Draws
from softswitch.types import AgentName, QueueName, Seconds

HOUR: Seconds = 3600.0
DAY: Seconds = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Profile:
    """Calls per hour, which may change at some moments."""

    edges: tuple[Seconds, ...]
    """From the start of the day, ascending; one more than rates."""
    rates: tuple[float, ...]
    """Calls per hour from each edge to the next."""

    @classmethod
    def constant(cls, calls_per_hour: float, span: Seconds) -> Profile:
        """The same all the time."""
        return cls((0.0, span), (calls_per_hour,))

    @property
    def calls(self) -> float:
        """How many are to be expected."""
        spans = zip(self.edges, self.edges[1:], self.rates, strict=False)
        return sum((end - start) / HOUR * rate for start, end, rate in spans)


@dataclass(frozen=True, slots=True)
class Redial:
    """Who gave up and calls again."""

    share: float
    """Of those who give up, each time: 0 to 1."""
    after: Draws
    most: int = 3
    """So often at most."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callers who need not wait on the line."""

    share: float
    """Of all callers who wait so long: 0 to 1."""
    after: Seconds
    """From joining until the offer is taken."""
    answer: Draws
    """How long a customer takes to answer."""
    reached: float = 1.0
    """The share of attempts that reach somebody."""


@dataclass(frozen=True, slots=True)
class QueueTraffic:
    """The callers of one queue."""

    queue: QueueName
    talk: Draws
    profile: Profile | None = None
    """None: they are listed, or are sent on from other queues."""
    patience: Draws = ENDLESS
    wrap_up: Draws | None = None
    """How long agents take for notes; None: as long as the queue's settings say."""
    classes: Mapping[str, float] = field(default_factory=dict)
    """The share of each priority class but the default: 0 to 1."""
    redial: Redial | None = None
    callbacks: Callbacks | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One call of a list."""

    at: Seconds
    queue: QueueName
    priority: str = "default"
    number: str = ""
    talk: Seconds | None = None
    """None: to be drawn."""
    patience: Seconds | None = None
    """None: to be drawn."""
    waited: Seconds = 0.0
    """Patience that is drawn is longer than this, as this one is known to have waited so long."""
    wants_callback: Seconds | None = None
    """After so long on the line; None: never."""
    notes: Seconds | None = None
    """Of the agent after it; None: as for everybody."""
    needs: Mapping[str, int] = field(default_factory=dict)
    """Levels of skills beside those of the queue."""
    preferred: AgentName | None = None
    """Who is to be rung first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The hours of a queue begin or end."""

    at: Seconds
    queue: QueueName
    closed: bool


@dataclass(frozen=True, slots=True)
class Break:
    """An agent goes away for a while; a conversation is finished first, and the break no shorter."""

    at: Seconds
    length: Seconds
    reason: str = "break"


@dataclass(frozen=True, slots=True)
class Shift:
    """An agent is there from `start` to `end`; a conversation is finished after that."""

    start: Seconds
    end: Seconds
    breaks: tuple[Break, ...] = ()


Span = tuple[Seconds, Seconds]


@dataclass(frozen=True, slots=True)
class Presence:
    """Agents as they came, paused and went on a day of the record."""

    told: tuple[tuple[Seconds, Event], ...]
    """What the engine is told, and when; before 0: at once."""
    there: Mapping[AgentName, tuple[Span, ...]]
    """When each could take calls. Of agents who are not here nothing is known, and they are there all day."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A day, or any other span, from 0 on."""

    span: Seconds
    """Callers come until then; those who are there then are still served."""
    queues: tuple[QueueTraffic, ...]
    listed: tuple[Listed, ...] = ()
    """By time."""
    answer: Draws = AT_ONCE
    """How long agents let the phone ring."""
    missed: float = 0.0
    """The share of rings that they do not answer at all: 0 to 1."""
    shifts: Mapping[AgentName, tuple[Shift, ...]] = field(default_factory=dict)
    """Who is not here is there all the time."""
    presence: Presence | None = None
    """In place of shifts."""
    clock: Seconds | None = None
    """What the clock shows at 0, from midnight; None: it is no time of day."""
    day: date | None = None
    """Of the opening hours; None: queues are open all the time."""
    turns: tuple[Turn, ...] = ()
    """When they open and close."""
    warm_up: Seconds = 0.0
    """Who comes before this counts in no figure."""
    step: Seconds | None = None
    """Of figures over the day; None: whichever suits a picture."""


def with_wrap_ups(settings: EngineSettings, traffic: Traffic) -> EngineSettings:
    """The wrap-up of queues for which the traffic says another: its mean, which agents shorten and extend."""
    queues = dict(settings.queues)
    for each in traffic.queues:
        if each.wrap_up is not None:
            queues[each.queue] = replace(queues[each.queue], wrap_up=each.wrap_up.mean, wrap_up_most=None)
    return replace(settings, queues=queues)
