"""What the shell should do for a caller in the menus, or write down: frozen, one sentence each.

Order matters. At most one `Play` sounds at a time: the next one comes after its end or after `StopPrompt`.
After `Go` nothing follows, and no prompt is sounding then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from softswitch.ivr.settings import Choice
from softswitch.types import Destination, Language, MenuName, Prompt

# To do. --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Let the caller hear these prompts, one after the other; then comes one `PromptEnded`."""

    prompts: tuple[Prompt, ...]
    """At least one; none of them is empty."""

    language: Language
    """The call's language at this moment."""


@dataclass(frozen=True, slots=True)
class StopPrompt:
    """Silence the last `Play` at once, whether it sounds already or is still being rendered."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """From now on all speech of this call is in this language, also in queues."""

    language: Language


@dataclass(frozen=True, slots=True)
class Go:
    """The menus are done with: lead the call there. Never a `ToMenu`; `ToAgent(None)` is the dialled one."""

    destination: Destination


# To write down. ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MenuEntered:
    """A menu began: the next station of the menu path."""

    menu: MenuName


@dataclass(frozen=True, slots=True)
class MenuClosed:
    """A menu was outside its opening hours and sent the caller elsewhere; it was not entered."""

    menu: MenuName


@dataclass(frozen=True, slots=True)
class Collected:
    """An entry is complete: the header X-Customer-Number for `customer_number`, and a field of the record."""

    name: str
    digits: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An optional entry was left out; it is not asked for again in this call."""

    name: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A key of the menu was pressed."""

    menu: MenuName
    key: str
    choice: Choice


class Mistake(StrEnum):
    """What counts as an attempt."""

    WRONG_KEY = "wrong key"
    SILENCE = "silence"
    INCOMPLETE = "incomplete number"
    """An entry with too few digits, or none where one is needed."""
    UNKNOWN_EXTENSION = "unknown extension"


@dataclass(frozen=True, slots=True)
class Mistaken:
    """The caller pressed something wrong, or nothing."""

    menu: MenuName
    mistake: Mistake
    entry: str
    """What was pressed; empty after silence."""
    attempt: int
    """1 for the first mistake."""
    attempts: int
    """At this many the menu gives up."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The menu gave up, or has nothing to choose: the call follows its `otherwise`."""

    menu: MenuName


Note = MenuEntered | MenuClosed | Collected | Skipped | Chosen | Mistaken | Otherwise
Action = Play | StopPrompt | SetLanguage | Go | Note
