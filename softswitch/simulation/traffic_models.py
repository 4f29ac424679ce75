"""The language of traffic files: who calls on a day, and how callers and agents behave."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator

from softswitch.config.models.base import Section
from softswitch.config.quantities import NAME_PATTERN, Day, Duration, FilePath, Name, matching, wrong
from softswitch.config.tree import Text
from softswitch.errors import SimulationError
from softswitch.simulation.draws import AT_ONCE, ENDLESS, Draws, Exponential, parse
from softswitch.simulation.traffic import Break
from softswitch.types import Seconds


def parse_draws(value: object) -> Draws:
    """`180s`, `lognormal 180s 120s`, `file talk.csv`; files are relative to the file that names them."""
    if value == 0 and not isinstance(value, bool):
        return AT_ONCE
    if not isinstance(value, str):
        raise wrong("expected how long it takes, as 180s, lognormal 180s 120s or file talk.csv")
    folder = Path(value.place.file).parent if isinstance(value, Text) else Path()
    try:
        return parse(value, folder)
    except SimulationError as error:
        raise wrong(str(error)) from None


def parse_patience(value: object) -> Draws:
    """The same, or `endless`."""
    return parse_draws(value)


def _ends(value: object) -> Draws:
    made = parse_draws(value)
    if made == ENDLESS:
        raise wrong("it must end some time; only patience may be endless")
    return made


def parse_clock(value: object) -> Seconds:
    """Seconds from midnight of `08:30`; 24:00 is the end of the day."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", value) if isinstance(value, str) else None
    if not found or int(found[1]) > 24 or (int(found[1]) == 24 and found[2] != "00"):
        raise wrong("expected a time of day, as 08:30")
    return int(found[1]) * 3600.0 + int(found[2]) * 60.0


def parse_break(value: object) -> Break:
    """When and how long: `12:00 30m`, and perhaps why: `12:00 30m lunch`."""
    words = value.split(maxsplit=2) if isinstance(value, str) else []
    if len(words) < 2:
        raise wrong("expected when and for how long, as 12:00 30m, or 12:00 30m lunch")
    length = _ends(f"constant {words[1]}").mean
    return Break(parse_clock(words[0]), length, words[2] if len(words) == 3 else "break")


def parse_part(value: object) -> float:
    """A percentage from 0 % to 100 %."""
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?)%", value) if isinstance(value, str) else None
    if not found or float(found[1]) > 100:
        raise wrong("expected a percentage from 0% to 100%, as 30%")
    return float(found[1]) / 100


AnyDraws = Annotated[Draws, PlainValidator(_ends)]
Patience = Annotated[Draws, PlainValidator(parse_patience)]
Clock = Annotated[float, BeforeValidator(parse_clock)]
AnyBreak = Annotated[Break, PlainValidator(parse_break)]
Part = Annotated[float, BeforeValidator(parse_part)]
Agents = Annotated[
    str,
    BeforeValidator(matching(NAME_PATTERN + r"\*?", "the name of an agent, or how names begin, as claims-*")),
]
Count = Annotated[float, Field(ge=0, strict=False)]


class Behaviour(Section):
    """A section whose values may be distributions."""

    model_config = ConfigDict(arbitrary_types_allowed=True)


class RedialSection(Behaviour):
    """Who gave up and calls again."""

    share: Part
    """Of those who give up, each time."""
    after: AnyDraws
    """How long after."""
    most: Annotated[int, Field(ge=1, le=100)] = 3
    """So often at most."""


class CallbackSection(Behaviour):
    """Callers who let themselves be called back."""

    share: Part
    """Of those who wait so long."""
    after: Duration
    """From joining on."""
    answer: AnyDraws = Exponential(10.0)
    """How long the customer's phone rings."""
    reached: Part = 1.0
    """The part of attempts that reach somebody."""


class QueueSection(Behaviour):
    """The callers of one queue, and the notes of its agents."""

    calls: dict[Clock, Count] | None = None
    """Calls by time: so many come from then on until the next line; the last one takes as long as the one
    before it. By half-hours, as `"08:30": 120`."""
    calls_per_hour: Annotated[float, Field(gt=0, strict=False)] | None = None
    """Or the same rate all day."""
    profile: FilePath | None = None
    """Or a CSV file with `time` and `calls`."""
    talk: AnyDraws = Exponential(180.0)
    """How long caller and agent talk."""
    patience: Patience = ENDLESS
    """How long callers wait at most."""
    wrap_up: AnyDraws | None = None
    """How long agents take for notes; left out: as the queue has it."""
    classes: dict[Name, Part] = Field(default={})
    """The part of callers of each priority class; the others are of the default one."""
    redial: RedialSection | None = None
    """Left out: who gave up does not call again."""
    callback: CallbackSection | None = None
    """Left out: everybody waits on the line."""


class AgentsSection(Behaviour):
    """How agents answer."""

    answer: AnyDraws = AT_ONCE
    """How long they let the phone ring."""
    missed: Part = 0.0
    """The part of rings that they do not answer at all."""


class ShiftSection(Behaviour):
    """When some agents are there."""

    agents: Annotated[list[Agents], Field(min_length=1)]
    """Their names; a * at the end stands for all that begin so, as `claims-*`."""
    start: Annotated[Clock, Field(alias="from")]
    """From when on."""
    end: Annotated[Clock, Field(alias="to")]
    """Until when; a conversation is finished first."""
    breaks: list[AnyBreak] = Field(default=[])
    """As `12:00 30m`: when, and how long. A conversation is finished first, and the break no shorter."""


class TrafficFile(Behaviour):
    """One day, or a part of it."""

    day: Day | None = None
    """Its date, for opening hours; left out: the queues are open."""
    start: Annotated[Clock | None, Field(alias="from")] = None
    """When it begins; required."""
    end: Annotated[Clock | None, Field(alias="to")] = None
    """Until when callers come; those who are there are still served. Required."""
    queues: dict[Name, QueueSection] = Field(default={})
    """Who calls, by queue; required."""
    agents: AgentsSection = AgentsSection()
    """How agents behave."""
    shifts: list[ShiftSection] = Field(default=[])
    """Who is there when. Agents in none of them are there all the time."""
