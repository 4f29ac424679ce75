"""`rules:`, who enters a queue and as what."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import PhoneKey, Status
from softswitch.config.models.sip import LanguageName
from softswitch.config.models.teams import Skills
from softswitch.config.quantities import Name, NumberPattern, Words, wrong


def _listed(value: object) -> object:
    """One value stands for a list of it."""
    return value if isinstance(value, list) else [value]


_ONE = {"type": ["string", "integer"]}
_LIST = WithJsonSchema({"oneOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]})
_SOME = Field(min_length=1)
NumberPatterns = Annotated[list[NumberPattern], _SOME, BeforeValidator(_listed), _LIST]
Names = Annotated[list[Name], _SOME, BeforeValidator(_listed), _LIST]
Classes = Annotated[list[Words], _SOME, BeforeValidator(_listed), _LIST]
Languages = Annotated[list[LanguageName], _SOME, BeforeValidator(_listed), _LIST]
Keys = Annotated[list[PhoneKey], _SOME, BeforeValidator(_listed), _LIST]
Texts = Annotated[list[Words], _SOME, BeforeValidator(_listed), _LIST]


class When(Section):
    """When a rule holds: all of these must be so; of a list one is enough; `{}` is always."""

    number: NumberPatterns | None = None
    """The caller's number."""
    dialled: NumberPatterns | None = None
    """What was dialled."""
    hours: Name | None = None
    """These `hours` are open."""
    outside: Name | None = None
    """These `hours` are closed."""
    queue: Names | None = None
    """The queue to be joined; for `rules` at the top level."""
    caller: Classes | None = None
    """The caller's class, a name in `callers`."""
    menu: Names | None = None
    """The caller came through this menu."""
    pressed: dict[Name, Keys] = Field(default={})
    """The key that was pressed last, by menu, as `{welcome: [2, 3]}`."""
    entered: dict[Name, NumberPatterns] = Field(default={})
    """Numbers that were keyed in, as `{customer_number: "1*"}`."""
    language: Languages | None = None
    """The call's language."""
    data: dict[Name, Texts] = Field(default={})
    """What the `lookup` of the caller's class says in `data`, as `{plan: gold}`."""


class Then(Section):
    """What follows from a rule."""

    priority: Name | None = None
    """The priority class."""
    needs: Skills = Field(default={})
    """The least level of each skill that an agent must have, beside what the queue needs."""
    preferred: Name | None = None
    """The agent who is rung first; how long the caller waits for that one alone says the queue's
    `preferred`."""
    queue: Name | None = None
    """Into this queue instead, whose rules are asked then."""
    menu: Name | None = None
    """Into this menu instead."""
    reject: Status | None = None
    """Refuse the call with a SIP status; one that is answered is told so."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        goals = [key for key in ("queue", "menu", "reject") if getattr(self, key) is not None]
        if len(goals) > 1:
            raise wrong(f"a call can go to one place only, here are {' and '.join(goals)}")
        if not any(getattr(self, key) for key in type(self).model_fields):
            raise wrong("expected what follows: priority, needs, preferred, queue, menu or reject")
        return self


class Rule(Section):
    """A rule about who joins a queue. The queue's own rules are asked first, then those at the top level; the
    first that holds decides, and no other. A rule sends a call elsewhere once only.
    """

    name: Words
    """For people and the record."""
    when: When = When()
    """When it holds; left out: always."""
    then: Then
    """What follows."""
