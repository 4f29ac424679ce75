"""What was dialled and who calls -> where the call goes: pure."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.types import Destination, Language


@dataclass(frozen=True, slots=True)
class NumberRule:
    """One line of `numbers`; the first match wins. `x` is one digit, `*` is the rest (also nothing)."""

    pattern: str
    then: Destination


@dataclass(frozen=True, slots=True)
class CallerRule:
    """One line of `callers`; the first match wins."""

    name: str
    patterns: tuple[str, ...]
    priority: str | None = None
    language: Language | None = None
    reject: int | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Numbers and callers, in the order of the file."""

    numbers: tuple[NumberRule, ...] = ()
    callers: tuple[CallerRule, ...] = ()
