"""`alerts:`, the figures of queues that somebody must hear of when they become alarming."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.mail import Address
from softswitch.config.quantities import Duration, Name, Percent, wrong

Count = Annotated[int, Field(ge=1)]
Free = Annotated[int, Field(ge=0)]
Wait = Annotated[Duration, Field(gt=0)]
Share = Annotated[Percent, Field(gt=0, le=1)]


def _in_order(warn: float | None, alarm: float | None, until: float | None, *, falls: bool) -> None:
    """Raises PydanticCustomError: an alarm comes before its warning, or what is good is bad as well."""
    if warn is None and alarm is None:
        raise wrong("expected `warn`, `alarm` or both")
    sign = -1 if falls else 1
    if warn is not None and alarm is not None and sign * alarm <= sign * warn:
        raise wrong(f"`alarm` must be worse than `warn`, so {'less' if falls else 'more'} than it")
    first = alarm if warn is None else warn
    if first is not None and until is not None and sign * until >= sign * first:
        raise wrong(f"`until`, from where on all is well, must be {'more' if falls else 'less'} than that")


class TooManyCallers(Section):
    """A number of callers: so many or more."""

    warn: Count | None = None
    """From here on it is a warning."""
    alarm: Count | None = None
    """From here on it is an alarm."""
    until: Free | None = None
    """All is well again here, and below; left out: one less than the first of the two."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.warn, self.alarm, self.until, falls=False)
        return self


class TooLongWait(Section):
    """How long the one has waited who waits longest: so long or longer."""

    warn: Wait | None = None
    """From here on it is a warning."""
    alarm: Wait | None = None
    """From here on it is an alarm."""
    until: Duration | None = None
    """All is well again here, and below; left out: 80% of the first of the two."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.warn, self.alarm, self.until, falls=False)
        return self


class TooLowLevel(Section):
    """The service level of the last half hour, by the queue's formula: below this."""

    warn: Share | None = None
    """Below this it is a warning."""
    alarm: Share | None = None
    """Below this it is an alarm."""
    until: Share | None = None
    """All is well again here, and above; left out: five points more than the first of the two."""
    calls: Count = 10
    """With fewer callers in that half hour it says nothing."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.warn, self.alarm, self.until, falls=True)
        return self


class TooFewAgents(Section):
    """Agents who can be offered a call: so many or fewer."""

    warn: Free | None = None
    """Here and below it is a warning."""
    alarm: Free | None = None
    """Here and below it is an alarm."""
    until: Count | None = None
    """All is well again here, and above; left out: one more than the first of the two."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.warn, self.alarm, self.until, falls=True)
        return self


class Watched(Section):
    """What is alarming about a queue."""

    waiting: TooManyCallers | None = None
    """Callers who wait."""
    longest_wait: TooLongWait | None = None
    """How long the one has waited who waits longest."""
    service_level: TooLowLevel | None = None
    """The service level of the last half hour."""
    free_agents: TooFewAgents | None = None
    """Agents who can be offered a call; while the queue is open."""
    abandoned: TooManyCallers | None = None
    """Callers who gave up within the last half hour."""


class Alerts(Section):
    """When the figures of queues become alarming. An alert changes colours on the wallboard, is an event
    (AlertRaised, AlertEnded), so webhooks hear of it, and a mail. Queues that are closed alarm nobody.
    """

    all: Watched = Watched()
    """Of every queue."""
    queues: dict[Name, Watched] = Field(default={})
    """Of some queues, by name; what stands here goes before `all`."""
    after: Duration = 20.0
    """For how long a figure must have been there without a break."""
    calm: Duration = 60.0
    """For how long all must have been well again without a break."""
    email: list[Address] = Field(default=[])
    """Who gets a mail when an alert begins, gets worse, and ends."""
    email_from: Literal["warn", "alarm"] = "alarm"
    """From which level on; with alarm, warnings are seen on the wallboard and by webhooks alone."""
