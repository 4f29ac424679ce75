"""Menus as the interpreter sees them: plain, frozen, validated before they come here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from softswitch.types import Destination, HangUp, Language, MenuName, Prompt, Seconds

HANG_UP: Final = HangUp()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Play the menu again (`star: repeat`); it costs no attempt."""


@dataclass(frozen=True, slots=True)
class Back:
    """Return to the menu that led here (`star: back`); in the first menu: play it again.

    As the first menu's `otherwise` it hangs up.
    """


@dataclass(frozen=True, slots=True)
class ToEntered:
    """Ring the agent whose extension was entered in this menu's ask of that name (`{agent: entered}`)."""

    ask: str = "extension"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a key leads to; a language is set first and rules all speech of the call from then on."""

    then: Destination | Repeat | Back | ToEntered | None
    """None: stay in this menu and play it again (a choice that only sets the language)."""

    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A number that the caller keys in before the menu's prompt, as a customer number."""

    name: str
    """Its key: `customer_number` becomes the header X-Customer-Number and a field of the record."""

    prompt: Prompt
    digits: int | None = None
    """Exactly so many; None: any number of them up to 32, ended by #."""

    optional: bool = False
    """True: # alone or silence goes on without it; False: attempts, then the menu's `otherwise`."""

    then: Destination | ToEntered | None = None
    """Where a complete entry leads at once (`{agent: entered}`); None: on to the menu's prompt and choices.
    An entry that leads somewhere is asked for each time, any other one once per call."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu."""

    name: MenuName
    prompt: Prompt
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """By key: one of 0-9, * and #, or several digits (an extension): the longest possible match is awaited.
    None at all: the prompt is played once, then `otherwise` follows without any wait."""

    wait: Seconds = 5.0
    """How long to wait for a key after the prompt; between two digits of an entry 3 seconds at most."""

    attempts: int = 3
    """Wrong keys and silences together; then `otherwise`."""

    otherwise: Destination | Back = HANG_UP
    wrong: Prompt | None = None
    """Heard after a wrong key; None: a built-in sentence in the call's language."""

    asks: tuple[Ask, ...] = ()
    open: str | None = None
    """A name in `hours`; None: always open."""

    closed: Choice | None = None
    """Where to go while it is closed."""


@dataclass(frozen=True, slots=True)
class MenuTree:
    """All menus; every name that they mention is there."""

    menus: Mapping[MenuName, Menu] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Agent name by extension, for entries (`{agent: entered}`)."""
