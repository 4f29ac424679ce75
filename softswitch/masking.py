"""Telephone numbers with their last three digits alone, for logs; and which fields are numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SHOWN = 3
"""Digits at the end that stay: enough to tell callers apart who wait at the same time."""

STARS = "***"

_WRITTEN = re.compile(r"(?:(?<!\w)\+|%2[bB]|(?<![\w./-]))([0-9]{6,})(?!\w|\.[0-9])")
"""A number in a text: six digits or more, in one piece. Digits behind / or - are those of names of files."""

_SEPARATORS = str.maketrans("", "", "+-.() ")
"""What may stand before and between the digits of a number (RFC 3966 section 5.1.1)."""

_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")

NUMBERS = frozenset({"number", "dialled", "number_as", "dialled_as", "diverted", "from", "caller", "outside"})
"""Fields of events and of log lines that are numbers, however short."""

KEYS = frozenset({"digits", "entered", "keys"})
"""Fields that are keys which somebody pressed: a card's number, perhaps."""

IDS = frozenset(
    {"call", "callback", "into", "offer", "leg", "file", "files", "sip_call_id", "pid", "seq", "folder"}
)
"""Fields that are no numbers of anybody, whatever they look like."""


def masked_text(text: str) -> str:
    """A sentence in which every number is masked."""
    return _WRITTEN.sub(lambda found: STARS + found[1][-SHOWN:], text)


def without_numbers(text: str) -> str:
    """A sentence without its numbers: nothing of them is left."""
    return _WRITTEN.sub(STARS, text)


def masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a log line, each as its name says."""
    return {name: _masked(name, value) for name, value in fields.items()}


def _masked(name: str, value: Any) -> Any:
    if name in IDS or value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {key: _masked(key if _is_plain(key, name) else name, each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(name, each) for each in value]
    text = str(value)
    if name in KEYS:
        return "*" * len(text) if len(text) > 2 else text
    hidden = _short(text) if name in NUMBERS else masked_text(text)
    return value if hidden == text else hidden


def _is_plain(key: object, outer: str) -> bool:
    """Whether a field within a field has a name of its own; what a caller entered is under any."""
    return isinstance(key, str) and outer not in KEYS


def _short(text: str) -> str:
    """A field that is a number; a name, or a SIP address with a name, is masked as a text."""
    digits = text if _ADDRESS.fullmatch(text) else text.translate(_SEPARATORS)
    if digits.isascii() and digits.isdigit():
        return STARS + digits[-SHOWN:] if len(digits) > SHOWN else text
    return masked_text(text)
