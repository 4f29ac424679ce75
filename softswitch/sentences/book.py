"""What the switch says by itself in one language: the sentences, and how numbers are said in them.

Three books are built in, YAML files in `catalogue/`; further ones, or other words for these, are `sentences`
in the configuration, of the same form (`config/models/sentences.py` says what each key means).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from softswitch.types import Language

_CATALOGUE = Path(__file__).parent / "catalogue"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That in C where there is one: every command reads the catalogue."""
ENGLISH = Language("en")

SECTIONS = ("position", "callers", "wait", "introduction")
"""The sentences that a book has."""

OF_MESSAGES = ("new_messages", "old_messages")
"""Those of mailboxes, which a book may lack."""

PHRASES = ("menus", "calls", "callbacks", "voicemail", "mailbox", "agents")
"""Groups of what has no number in it, which a book may lack too."""

DIGITS = "digits"
"""The way that digits are said one by one, if a book names it; else the usual one."""


@dataclass(frozen=True, slots=True)
class NumberWay:
    """A way to say numbers: a gender, a case."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What num2words is given, beside the language."""
    exactly: Mapping[int, str] = field(default_factory=dict)
    """Numbers that are said otherwise than num2words says them."""
    last: Mapping[str, str] = field(default_factory=dict)
    """Words that are others where they come last."""
    each: Mapping[str, str] = field(default_factory=dict)
    """Words that are others wherever they come."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One sentence for every number."""

    forms: Mapping[str, str]
    """By the plural category of the number (CLDR: one, two, few, many, other), with `{number}` in it."""
    number: str = ""
    """The way that the number is said; empty: the usual one."""
    exactly: Mapping[int, str] = field(default_factory=dict)
    """For some numbers a sentence of its own."""
    least: str = ""
    """For what is less than the first number."""
    most: str = ""
    """For what is more than the last."""
    ahead: bool = False
    """Of a position: it is not that which is counted, but those before it."""


@dataclass(frozen=True, slots=True)
class Book:
    """One language."""

    language: Language
    position: Counted
    """The caller's place in the queue; `least` is that of who is next."""
    callers: Counted
    """How many wait."""
    wait: Counted
    """How long it will take, in minutes; `least` is under a minute, `most` above two hours."""
    introduction: Counted
    """Who comes, to an agent: `{queue}`, and for how many minutes it was waited; `most`: above an hour."""
    new_messages: Counted | None = None
    """How many messages nobody has heard."""
    old_messages: Counted | None = None
    """How many others there are."""
    no_messages: str = ""
    """There is none."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """What has no number in it, by group and key: `menus.wrong_key`."""
    plus: str = "+"
    """The sign before an international number."""
    numbers: Mapping[str, NumberWay] = field(default_factory=dict)
    """The ways that the sentences name."""
    phonemes: Mapping[str, str] = field(default_factory=dict)
    """How espeak-ng should say words that it reads wrongly."""


def book_of(language: Language, data: Mapping[str, Any]) -> Book:
    """A book of plain data, as the YAML has it. What a built-in language leaves out is as it is built in."""
    old = built_in().get(language)
    sections = _sections(data)
    numbers = {name: _way(way or {}) for name, way in (data.get("numbers") or {}).items()}
    phonemes, phrases = dict(data.get("phonemes") or {}), phrases_of(data)
    if old is None:
        return Book(language=language, numbers=numbers, phonemes=phonemes, phrases=phrases, **sections)
    numbers, phonemes = {**old.numbers, **numbers}, {**old.phonemes, **phonemes}
    phrases = {**old.phrases, **phrases}
    return replace(old, numbers=numbers, phonemes=phonemes, phrases=phrases, **sections)


def _sections(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a book's sentences is there."""
    names = (*SECTIONS, *OF_MESSAGES)
    sections: dict[str, Any] = {name: counted(name, data[name]) for name in names if data.get(name)}
    return sections | {name: data[name] for name in ("no_messages", "plus") if data.get(name)}


def phrases_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What of a book has no number in it, by group and key."""
    return {
        f"{group}.{key}": text for group in PHRASES for key, text in (data.get(group) or {}).items() if text
    }


def counted(section: str, data: Mapping[str, Any]) -> Counted:
    """One section's sentences."""
    least, most = ("next", "") if section == "position" else ("under_a_minute", "more")
    return Counted(
        forms=dict(data["forms"]),
        number=data.get("number") or "",
        exactly={int(number): text for number, text in (data.get("exactly") or {}).items()},
        least=data.get(least) or "",
        most=data.get(most) or "" if most else "",
        ahead=data.get("counts") == "ahead",
    )


def _way(data: Mapping[str, Any]) -> NumberWay:
    exactly = {int(number): text for number, text in (data.get("exactly") or {}).items()}
    return NumberWay(data.get("arguments") or {}, exactly, data.get("last") or {}, data.get("each") or {})


@cache
def built_in() -> Mapping[Language, Book]:
    """The languages that need no `sentences`."""
    books: dict[Language, Book] = {}
    for path in sorted(_CATALOGUE.glob("*.yaml")):
        language, data = Language(path.stem), yaml.load(path.read_bytes(), _LOADER)
        numbers = {name: _way(way or {}) for name, way in data.get("numbers", {}).items()}
        phonemes = data.get("phonemes", {})
        phrases, sections = phrases_of(data), _sections(data)
        books[language] = Book(
            language=language, numbers=numbers, phonemes=phonemes, phrases=phrases, **sections
        )
    return books
