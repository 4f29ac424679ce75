"""What of an event is about a person outside, and what is left of the event without it. Pure.

| forgotten | stays |
|---|---|
| numbers, names, what was dialled, diversions, Call-IDs | moments, queues, menus, agents, outcomes |
| keys that were pressed, numbers that were keyed in | that they were, and in which menu |
| what a CRM says of a caller | who asked it, and that it knew |
| whatever else in a text looks like a number | the rest of the text |

What stays is all that reports are made of, so a call that is folded again from what is left of its events has
the same figures. Kinds that plug-ins or later versions bring are treated alike: fields have their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from softswitch.kinds import Kind
from softswitch.masking import IDS, KEYS, NUMBERS, without_numbers

PERSONAL = (NUMBERS | KEYS | {"name", "sip_call_id", "text", "subject", "note", "notes", "data"}) - {"caller"}
"""Fields of which nothing stays but that they were there; `caller` of an event is how its sound was."""

_KEPT = {(Kind.NUMBER_ENTERED, "name")}
"""Fields of these names that mean something else: of what a menu asked for."""

LONE = (Kind.CHANGED, Kind.ORIGINATE_FAILED)
"""Kinds that may name a person outside of any call."""

SEARCHED = (*LONE, Kind.BULLETIN_WRITTEN)
"""Those in which one person is looked for. Bulletins are the team's, and stay otherwise."""

_WHOM = {
    "transfer": "how",
    "dial": "how",
    "call": "of",
    "play": "how",
    "cancel-callback": "how",
    "take-callback": "how",
}
"""Changes that say whom somebody called, or what was said: in which field."""

Data = Mapping[str, Any]


def forgotten(kind: str, data: Data) -> Data:
    """The fields of an event of a call, or of a change, without the person; a second time changes nothing."""
    if kind == Kind.CHANGED:
        field = _WHOM.get(str(data.get("what")))
        return {**data, field: ""} if field is not None else data
    if kind == Kind.BULLETIN_WRITTEN:
        return {**data, "text": without_numbers(str(data.get("text", "")))}
    return {
        name: value if (kind, name) in _KEPT else _without_person(name, value) for name, value in data.items()
    }


def _without_person(name: str, value: Any) -> Any:
    if name in PERSONAL:
        return _blank(value)
    if name in IDS:
        return value
    return _changed(value, _without_person, without_numbers, name)


def _blank(value: Any) -> Any:
    return _changed(value, lambda _, each: _blank(each), lambda _: "", "")


def _changed(value: Any, field: Callable[[str, Any], Any], text: Callable[[str], str], name: str) -> Any:
    """A value with every text and every field in it changed."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {key: field(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [field(name, each) for each in value]
    return value


def texts(data: Data) -> Iterator[str]:
    """Every text of an event in which a number may stand."""
    for name, value in data.items():
        if name not in IDS or name == "sip_call_id":
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts(value)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
