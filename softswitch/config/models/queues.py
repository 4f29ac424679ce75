"""`queues:`, where callers wait, and for whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from softswitch.acd.strategies import known_strategies
from softswitch.config.models.base import Section
from softswitch.config.models.destinations import (
    MAPPING,
    WORD,
    AnyDestination,
    Destination,
    QueueKey,
    Sound,
    is_word,
    word,
)
from softswitch.config.models.rules import Rule
from softswitch.config.models.teams import Skills
from softswitch.config.quantities import (
    Ageing,
    Days,
    Duration,
    Name,
    Percent,
    PublicNumber,
    Share,
    Words,
    parse_duration,
    parse_text,
    wrong,
)
from softswitch.config.unsupported import BESIDE, ELSEWHERE, STRATEGIES, not_yet

DISPOSITION_MOST = 64
"""Characters."""


def _parse_strategy(value: object) -> str:
    text = parse_text(value)
    known = known_strategies()
    if text in known:
        return text
    if text in STRATEGIES:
        raise not_yet(text, "strategy")
    if text in BESIDE:
        raise wrong(f"{text} is no strategy here, it goes with any of them: {BESIDE[text]}")
    message = f"unknown strategy; known are {', '.join(known)}"
    if text in ELSEWHERE:
        message = f"unknown strategy; here that is called {ELSEWHERE[text]!r}"
    raise PydanticCustomError("word", "{message}", {"message": message, "words": known})


def _parse_points(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("expected points, as 0, 50 or 100")
    return float(value)


def _strategy_schema() -> dict[str, Any]:
    return {"title": "strategy", "type": "string", "enum": list(known_strategies())}


Strategy = Annotated[str, BeforeValidator(_parse_strategy), WithJsonSchema(_strategy_schema())]
Points = Annotated[
    float, BeforeValidator(_parse_points), WithJsonSchema({"title": "points", "type": "number"})
]


def _parse_overdue(value: object) -> float | None:
    return None if value == "never" else parse_duration(value)


Overdue = Annotated[
    float | None,
    BeforeValidator(_parse_overdue),
    WithJsonSchema({"title": "duration, or never", "type": "string", "examples": ["15m", "never"]}),
]


class Priority(Section):
    """Points by class; who has more is served first, then who came first. Any name but `ageing`, `weight`
    and `overdue` may be a class.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Points]

    ageing: Ageing = 0.0
    """Points that every caller gains by waiting, so that nobody waits for ever: `1 per 30s`."""
    weight: Points = 0.0
    """Points of every caller here, against those of other queues that the same agents serve."""
    overdue: Overdue = 900.0
    """Who has waited so long goes before everybody who has not, whatever the class, in all queues; never:
    nobody does."""

    @property
    def classes(self) -> dict[str, float]:
        """Points by class."""
        return self.__pydantic_extra__


def _not_all_the_time(value: float) -> float:
    if value < 5:
        raise wrong("expected 5s or more between announcements")
    return value


class Announce(Section):
    """What a waiting caller is told, spoken over the music."""

    position: bool = False
    """The place in the queue."""
    callers: bool = False
    """How many wait, the caller too."""
    wait: bool = False
    """The estimated wait, rounded up as people speak, while the estimate is reliable; it never rises unless
    somebody comes before the caller."""
    max_error: Percent = 0.5
    """The wait is not told while the estimates were further off than this: the mean distance between what
    was estimated on joining and the wait that came of it, as a part of the mean wait, over the last 50
    callers of the queue who waited. Nor is it before five have."""
    first: Duration = 0.0
    """How long after joining; 0 is at once."""
    every: Annotated[Duration, AfterValidator(_not_all_the_time)] | None = None
    """From then on; left out: only once."""


class Message(Sound):
    """Something that callers hear while they wait, over the music: never into an announcement, and cut when
    an agent answers.
    """

    every: Annotated[Duration, AfterValidator(_not_all_the_time)] | None = None
    """How often; left out: only once."""
    first: Duration | None = None
    """How long after joining for the first time; left out: as `every`, or else 30s."""


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


class NoAnswer(Section):
    """Agents who leave phones unanswered."""

    pause_after: Annotated[int, Field(ge=1)] | None = None
    """Pause an agent after so many offers in a row that were not answered; left out: never."""


class Relax(Section):
    """From a moment of waiting on, callers need no more than this."""

    after: Annotated[Duration, Field(gt=0)]
    """How long a caller must have waited."""
    needs: Skills
    """The most that is asked for; a skill that is not here is needed no more, `{}` is everybody."""


NO_AGENTS = "(no agents)"


class NoAgents(Section):
    """What becomes of callers whom nobody is there to serve: all agents of the team are signed out, offline
    or paused. A destination alone is that of `joining` and `waiting`.
    """

    joining: AnyDestination | None = None
    """Where those go who come then; left out: they wait."""
    waiting: AnyDestination | None = None
    """Where those go who wait when the last agent goes; left out: they wait on."""
    after: Duration = 30.0
    """For how long nobody must have been there before those who wait go."""
    paused: Literal["away", "there"] = "away"
    """Whether an agent who pauses is there."""


def _no_agents_kind(value: object) -> str:
    if isinstance(value, dict):
        return NO_AGENTS if value.keys() & NoAgents.model_fields.keys() else MAPPING
    return NO_AGENTS if isinstance(value, NoAgents) else is_word(value)


AnyNoAgents = Annotated[
    Annotated[Literal["hangup"], word("hangup"), Tag(WORD)]
    | Annotated[Destination, Tag(MAPPING)]
    | Annotated[NoAgents, Tag(NO_AGENTS)],
    Discriminator(_no_agents_kind),
]


class Overflow(Section):
    """When the agents of other teams help. They are rung after the queue's own agents."""

    to: Annotated[list[Name], Field(min_length=1)]
    """The queues whose teams help."""
    callers: Annotated[int, Field(ge=1)] | None = None
    """From so many waiting callers on."""
    wait: Annotated[Duration, Field(gt=0)] | None = None
    """While a new caller's estimated wait is longer than this; with `callers` too, both must be so.
    Nobody can estimate it before five have been served since the start."""
    until: Annotated[int, Field(ge=0)] = 0
    """They help until no more than so many callers wait."""


def _whisper_kind(value: object) -> str:
    return MAPPING if isinstance(value, dict | Section) else "(bool)"


def _parse_whisper(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong("expected true, false, or a mapping with `say` or `play`")
    return value


AnyWhisper = Annotated[
    Annotated[bool, BeforeValidator(_parse_whisper), Tag("(bool)")] | Annotated[Sound, Tag(MAPPING)],
    Discriminator(_whisper_kind),
]


class LastAgent(Section):
    """Who talked to a caller last is that caller's preferred agent."""

    within: Days
    """If it was within this time, as `7 days`."""


class Callback(Section):
    """Callers who are called back instead of waiting on the line (`{callback: QUEUE}` as a destination). They
    are called by the lines of `outbound`.
    """

    first: Literal["agent", "customer"] = "agent"
    """Whom to ring first when the turn has come: the agent, who hears whom it is about and waits while the
    customer is called; or the customer, for whom an agent is reserved meanwhile."""
    number: Literal["confirm", "ask", "caller"] = "confirm"
    """Which number: confirm, the caller's own, to be confirmed by key, or another one; ask, one that is keyed
    in; caller, the caller's own without a question. Who hides, or calls from a number that may not be called,
    must key one in."""
    attempts: Annotated[int, Field(ge=1)] = 3
    """How often the customer is tried: busy, no answer, and hanging up at once are each an attempt. What a
    carrier cannot do before it comes to the customer is none, and is tried again until `expires`."""
    pause: Annotated[Duration, Field(gt=0)] = 300.0
    """Between two attempts; twice as long after each that a carrier could not do, up to an hour."""
    ring: Annotated[Duration, Field(gt=0)] = 45.0
    """How long the customer's phone rings."""
    early: Duration = 5.0
    """A connection that is over within this time was a mailbox, and counts as an attempt; 0: none was."""
    expires: Annotated[Duration, Field(gt=0)] = 86400.0
    """After so long, counted from when the callback was wanted, nobody calls back any more; longer than the
    queue is closed in a row, or those who ask on Friday evening are not called."""
    caller_id: PublicNumber | None = None
    """The number that customers see; left out: the trunk's."""
    may_dial: list[Name] = Field(default=[])
    """Classes of numbers that may be called back although they are expensive, as international; emergency
    numbers and short ones never are."""


def _parse_disposition(value: object) -> str:
    text = parse_text(value).strip()
    if len(text) > DISPOSITION_MOST or not text.isprintable():
        raise wrong(f"expected a word or two, up to {DISPOSITION_MOST} characters, as call again")
    return text


def _each_once(value: list[str]) -> list[str]:
    for place, text in enumerate(value):
        if text in value[:place]:
            raise wrong(f"{text!r} is there twice")
    return value


Disposition = Annotated[
    str,
    BeforeValidator(_parse_disposition),
    WithJsonSchema({"title": "text", "type": ["string", "integer"], "examples": ["call again"]}),
]


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
    no_answer: NoAnswer = NoAnswer()
    """What becomes of agents who do not answer."""
    wrap_up: Duration = 0.0
    """Time for notes after a conversation, before the next call."""
    wrap_up_most: Duration | None = None
    """How far agents may extend it; left out: as far as they want."""
    needs: Skills = Field(default={})
    """The least level of each skill that an agent must have to be rung, as `{billing: 3}`."""
    relax: list[Relax] = Field(default=[])
    """How needs get less with waiting."""
    preferred: Duration = 20.0
    """How long a caller waits for the preferred agent alone, if that one is signed in and not paused."""
    priority: Priority = Priority()
    """Points by class, and `ageing`; left out: default 0, urgent 50, vip 100."""
    music: Name = "classical"
    """What waiting callers hear: a name in `music`, or the built-in classical or silence."""
    announce: Announce = Announce()
    """What waiting callers are told."""
    messages: list[Message] = Field(default=[])
    """What callers hear while they wait, each at its own times."""
    whisper: AnyWhisper = False
    """What an agent who answers hears before being connected, while the caller still has music: true is the
    queue and how long the caller has waited, or `say` or `play`. Hanging up meanwhile is to decline."""
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
    no_agents: AnyNoAgents | None = None
    """Where callers go while nobody is there to serve them: a destination, or more exactly; left out: they
    wait."""
    hours: Name | None = None
    """Its opening hours, a name in `hours`; left out: always open."""
    closed: AnyDestination | None = None
    """Where those go who come when it is closed; left out: refused."""
    closes: AnyDestination | None = None
    """Where those go who wait when it closes; left out: they are served still."""
    overflow: Overflow | None = None
    """When the teams of other queues help; left out: never."""
    keep_place: Duration = 0.0
    """A caller who is cut off and calls again within this time has the old place, also after a restart of
    the switch; 0: a new one."""
    last_agent: LastAgent | None = None
    """Prefer the agent who talked to the caller last; left out: no."""
    rules: list[Rule] = Field(default=[])
    """Who joins it as what; asked before `rules` at the top level."""
    keys: dict[QueueKey, AnyDestination] = Field(default={})
    """Where a key leads that a waiting caller presses, as `{0: {menu: welcome}}`; with another key nothing
    happens."""
    callback: Callback = Callback()
    """How callers are called back."""
    dispositions: Annotated[list[Disposition], Field(min_length=1), AfterValidator(_each_once)] = Field(
        default=[]
    )
    """How conversations come out, for agents to choose from in their panel, as [sold, call again]; left out:
    they write a word of their own."""
    record: Share | None = None
    """Which conversations are recorded: always, a part of the calls (25%), or on-demand, when the agent
    presses the key `record` of `features`; left out: none. A part is chosen by chance, and the agent may
    record the others on demand."""

    @property
    def nobody(self) -> NoAgents:
        """What `no_agents` says, in full."""
        if self.no_agents is None or isinstance(self.no_agents, NoAgents):
            return self.no_agents or NoAgents()
        return NoAgents(joining=self.no_agents, waiting=self.no_agents)
