"""`menus:`, what callers are asked and where their keys lead."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import (
    AnyChoice,
    AnyDestination,
    Closed,
    Otherwise,
    PhoneKey,
    Say,
    Sound,
)
from softswitch.config.quantities import Duration, FilePath, Name, matching, wrong

_ASK = "[a-z][a-z0-9_]{0,40}"

AskName = Annotated[
    str,
    BeforeValidator(matching(_ASK, "a name of small letters, digits and _, as customer_number")),
    WithJsonSchema(
        {"title": "name", "type": "string", "pattern": f"^{_ASK}$", "examples": ["customer_number"]}
    ),
]


class Ask(Section):
    """A number that the caller keys in before the menu is heard."""

    say: Say | None = None
    """The question, by language."""
    play: FilePath | None = None
    """A sound file instead."""
    digits: Annotated[int, Field(ge=1, le=32)] | None = None
    """Exactly so many; left out: any number up to 32, ended by the hash key."""
    optional: bool = False
    """Whether the hash key alone, or silence, goes on without an answer."""
    then: AnyDestination | None = None
    """Where an answer leads at once, as `{agent: entered}`; left out: on to the menu."""

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if (self.say is None) == (self.play is None):
            raise wrong("expected either `say` or `play`")
        return self


class Menu(Section):
    """One menu: a prompt, and keys that lead somewhere."""

    say: Say | None = None
    """The prompt: one text for each language, or one in the default language."""
    play: FilePath | None = None
    """A sound file instead, in every language."""
    choices: dict[PhoneKey, AnyChoice] = Field(default={})
    """What the keys lead to: a destination, `{language: en}`, repeat, back or hangup. A key is 0-9, star,
    hash or several digits; `2xx: {agent: entered}` is every agent's extension of that form. A key that
    begins a longer one waits for the rest of it, or for the hash key. None at all: the prompt is played
    once, then `otherwise` follows."""
    wait: Duration = 5.0
    """How long to wait for a key after the prompt."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """Wrong keys and silences together, before `otherwise`."""
    otherwise: Otherwise = "hangup"
    """Where the call goes when the attempts are used up: a destination, back or hangup."""
    wrong: Sound | None = None
    """What is heard after a wrong key; left out: a built-in sentence."""
    ask: dict[AskName, Ask] = Field(default={})
    """Numbers to be keyed in before the menu is heard. `customer_number` is shown to the agent in the header
    X-Customer-Number, and stands in the record."""
    open: Name | None = None
    """A name in `hours`, outside of which `closed` applies."""
    closed: Closed | None = None
    """Where the call goes when it is closed: a destination, back or hangup."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.say is not None and self.play is not None:
            raise wrong("`say` and `play` exclude each other; keep one")
        if self.say is None and self.play is None and (self.choices or not self.ask):
            raise wrong("a menu needs a prompt: `say` or `play`")
        if self.open is not None and self.closed is None:
            raise wrong("`open` needs `closed`: where calls go outside those hours")
        if self.closed is not None and self.open is None:
            raise wrong("`closed` needs `open`: the name of the hours")
        return self
