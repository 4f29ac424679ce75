"""The steps of a walk, and the keys that the caller presses on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

SILENCE = "-"
"""The key that is none: the caller waits until the menu loses patience."""

_NAMED = {"star": "*", "hash": "#"}


class Kind(StrEnum):
    """What a step is about."""

    NUMBER = "number"
    CALLER = "caller"
    RULE = "rule"
    HOURS = "hours"
    MENU = "menu"
    SAYS = "says"
    KEY = "key"
    SILENCE = "silence"
    MISTAKE = "mistake"
    NUMBER_ENTERED = "entered"
    LANGUAGE = "language"
    OTHERWISE = "otherwise"
    ADVICE = "advice"
    HEARD = "heard"
    SENT_ON = "sent on"
    UNUSED = "unused"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the walk."""

    kind: Kind
    text: str
    note: str = ""
    """Why, or what follows from it."""


def parse_keys(text: str) -> list[str]:
    """The keys of `--keys 2,1`: between commas one key, several in a row (`123456#`), or `-` for silence.

    `star` and `hash` are * and #, which shells have their own ideas about.

    A comma is a pause long enough to end an entry. Raises ValueError, which says what to write.
    """
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    keys = [_NAMED.get(word, word) for word in words]
    for key in keys:
        if not re.fullmatch(r"-|[0-9*#A-D]+", key):
            raise ValueError(
                f'"{key}" is no key: write digits, * and #, a comma between two menus, and - for silence,'
                " as 2,1 or 2,123456#,-,1"
            )
    return keys
