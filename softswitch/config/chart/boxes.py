"""The plain data of a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a box."""

    key: str
    """What opens it: a key of the phone, or a word of the file, as `otherwise`; empty: the only way."""
    place: str
    """Where it stands: `switch.yaml:12`."""
    to: str | None = None
    """The id of the box it leads to; None: it ends, as `end` says."""
    end: str = ""
    """hangup, busy, refused, message, reject, back, repeat, again, extension, missing, broken (there is a
    mistake in what it leads to)."""
    text: str = ""
    """More of it: a status, a text, a language, a priority, the name of what is missing."""
    callback: bool = False
    """Who takes it is called back."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One setting of a box."""

    key: str
    """As the file has it."""
    text: str
    """As the file has it, or would."""
    place: str | None = None
    """None: it is not in the file, and this is what holds then."""


@dataclass(frozen=True, slots=True)
class Box:
    """A number, a menu, a queue, or what is behind them."""

    id: str
    """`menus/welcome`."""
    kind: str
    """numbers, rules, menus, queues, agents, voicemail, dial."""
    name: str
    place: str
    label: str = ""
    """For people, where it has another name."""
    ways: tuple[Way, ...] = ()
    facts: tuple[Fact, ...] = ()
    column: int = 0
    """From 0: calls come in there."""
    marks: tuple[str, ...] = ()
    """unreached: no number leads there. nobody: no way from it leads to anybody."""


@dataclass(frozen=True, slots=True)
class Chart:
    """All of it: boxes by column, and in each from top to bottom."""

    boxes: tuple[Box, ...] = ()
