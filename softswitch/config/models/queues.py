"""`queues:` and `teams:`, who waits for whom."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from softswitch.acd.strategies import known_strategies
from softswitch.config.models.base import Section
from softswitch.config.models.destinations import AnyDestination
from softswitch.config.quantities import (
    NAME_PATTERN,
    Ageing,
    Duration,
    Name,
    Share,
    Words,
    matching,
    parse_text,
    wrong,
)
from softswitch.config.unsupported import KEYS, STRATEGIES, not_yet


def _parse_strategy(value: object) -> str:
    text = parse_text(value)
    known = known_strategies()
    if text in known:
        return text
    if text in STRATEGIES:
        raise not_yet(text, "strategy")
    message = f"unknown strategy; known are {', '.join(known)}"
    raise PydanticCustomError("word", "{message}", {"message": message, "words": known})


def _parse_points(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("expected points, as 0, 50 or 100")
    return float(value)


def _parse_member(value: object) -> str:
    if isinstance(value, dict) and len(value) == 1:
        (settings,) = value.values()
        for key in settings if isinstance(settings, dict) else ():
            if feature := KEYS.get(("TeamMember", key)):
                raise not_yet(key, feature)
    return matching(NAME_PATTERN, "the name of an agent")(value)


def _strategy_schema() -> dict[str, Any]:
    return {"title": "strategy", "type": "string", "enum": list(known_strategies())}


Strategy = Annotated[str, BeforeValidator(_parse_strategy), WithJsonSchema(_strategy_schema())]
Points = Annotated[
    float, BeforeValidator(_parse_points), WithJsonSchema({"title": "points", "type": "number"})
]
Member = Annotated[
    str, BeforeValidator(_parse_member), WithJsonSchema({"title": "agent", "type": ["string", "integer"]})
]


class Priority(Section):
    """Points by class; who has more is served first, then who came first. Any name may be a class."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Points]

    ageing: Ageing = 0.0
    """Points that every caller gains by waiting, so that nobody waits for ever: `1 per 30s`."""

    @property
    def classes(self) -> dict[str, float]:
        """Points by class."""
        return self.__pydantic_extra__


class Announce(Section):
    """What a waiting caller is told, spoken over the music."""

    position: bool = False
    """The place in the queue."""
    wait: bool = False
    """The estimated wait, while the estimate is reliable."""
    first: Duration = 0.0
    """How long after joining; 0 is at once."""
    every: Duration | None = None
    """From then on; left out: only once."""

    @field_validator("every")
    @classmethod
    def _not_all_the_time(cls, value: float | None) -> float | None:
        if value is not None and value < 5:
            raise wrong("expected 5s or more between announcements")
        return value


class ServiceLevel(Section):
    """What counts as good service, for all queues at the top level, and for one in its own section; what a
    queue leaves out is as at the top level. Live figures and reports count the same way.
    """

    within: Duration | None = None
    """An answer within this wait is in time; left out: 20s."""
    formula: Literal["service-level", "service-level-2", "service-level-offered"] | None = None
    """service-level: answered in time, of those answered; service-level-2: answered or abandoned in time, of
    those answered or abandoned; service-level-offered: answered in time, of all who joined. Left out:
    service-level."""
    short_abandon: Duration | None = None
    """Who hangs up before this wait counts neither as abandoned nor for the service level; left out: 0,
    everybody counts."""


class Queue(Section):
    """One queue."""

    label: Words | None = None
    """What an agent's phone shows for it; left out: its name."""
    strategy: Strategy = "longest-idle"
    """Who is rung first."""
    ring: Annotated[Duration, Field(gt=0)] = 20.0
    """How long one agent rings before the next one does."""
    retry: Duration = 5.0
    """How long an agent who rejected or did not answer is left in peace."""
    wrap_up: Duration = 0.0
    """Time for notes after a conversation, before the next call."""
    priority: Priority = Priority()
    """Points by class, and `ageing`; left out: default 0, urgent 50, vip 100."""
    music: Name = "classical"
    """What waiting callers hear: a name in `music`, or the built-in classical or silence."""
    announce: Announce = Announce()
    """What waiting callers are told."""
    service_level: ServiceLevel = ServiceLevel()
    """How the service level is counted; what is left out is as at the top level."""
    max_callers: Annotated[int, Field(ge=1)] | None = None
    """Waiting callers at once; left out: no limit."""
    full: AnyDestination | None = None
    """Where a caller goes who finds it full; left out: busy."""
    max_wait: Annotated[Duration, Field(gt=0)] | None = None
    """The longest wait; left out: no limit."""
    timeout: AnyDestination | None = None
    """Where a caller goes after `max_wait`; left out: the call ends."""
    record: Share | None = None
    """Which conversations are recorded: always, a part of the calls (25%), or on-demand, when the agent
    presses the key `record` of `features`; left out: none. A part is chosen by chance, and the agent may
    record the others on demand."""


def _once_each(names: list[str]) -> list[str]:
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise wrong(f"agent {twice!r} is in this team twice")
    return names


class Team(Section):
    """The agents of the queue that has the same name."""

    agents: Annotated[list[Member], AfterValidator(_once_each)]
    """Their names, in the order that hunt follows; an empty list is a queue that nobody serves."""
