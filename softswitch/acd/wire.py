"""Events and actions as JSON, for the record and for other nodes: `{"v": 1, "type": "CallerJoined", ...}`.

The form follows the dataclasses: a field is a key, a tuple a list, a mapping an object, an enum its value, a
path its text; a dataclass carries its name as `type`. A reader of version 1 takes a missing key as the
field's default, so fields with defaults may be added; any other change needs a new version.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from softswitch.acd.actions import Action
from softswitch.acd.events import Event
from softswitch.errors import EngineError

VERSION = 1

V = TypeVar("V")


def to_json(what: Event | Action) -> str:
    """One line of JSON. Raises ValueError for a time that is infinite or no number."""
    return json.dumps({"v": VERSION, **_plain(what)}, ensure_ascii=False, allow_nan=False)


def event_from_json(line: str) -> Event:
    """The event of one line. Raises EngineError, saying what is wrong with it."""
    event: Event = _read(line, Event)
    return event


def action_from_json(line: str) -> Action:
    """The action of one line. Raises EngineError, saying what is wrong with it."""
    action: Action = _read(line, Action)
    return action


def plain_of(value: Any) -> Any:
    """One value in that form, without the version."""
    return _plain(value)


def value_of(kind: type[V], data: Any) -> V:
    """The value of what `plain_of` has made. Raises EngineError, saying what is wrong with it."""
    reader: Callable[[Any], Callable[[Any], V]] = _reader
    try:
        value = reader(kind)(data)
    except (KeyError, TypeError, ValueError) as fault:
        raise EngineError(f"no {kind.__name__}: {fault}") from fault
    return value


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        rest = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"type": type(value).__name__, **rest}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _read(line: str, kind: Any) -> Any:
    try:
        data = json.loads(line)
        if not isinstance(data, dict) or data.pop("v", None) != VERSION:
            raise ValueError(f'expected an object with "v": {VERSION}')
        return _reader(kind)(data)
    except (KeyError, TypeError, ValueError) as fault:
        raise EngineError(f"not an event or action of version {VERSION}: {fault}: {line[:200]}") from fault


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of type `kind` out of plain JSON; made once per type."""
    if get_origin(kind) in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if get_origin(kind) is tuple:
        each = _reader(get_args(kind)[0])
        return lambda data: tuple(each(item) for item in _expected(list, data))
    if isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping):
        each = _reader(get_args(kind)[1])
        return lambda data: {key: each(item) for key, item in _expected(dict, data).items()}
    if isinstance(kind, type) and issubclass(kind, Enum | Path):
        return kind
    return _scalar_reader(getattr(kind, "__supertype__", kind))


def _union_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    members = [kind for kind in kinds if kind is not types.NoneType]
    named = {kind.__name__: _reader(kind) for kind in members if hasattr(kind, "__dataclass_fields__")}
    others = [_reader(kind) for kind in members if not hasattr(kind, "__dataclass_fields__")]

    def read(data: Any) -> Any:
        if data is None and types.NoneType in kinds:
            return None
        if isinstance(data, dict) and named:
            if data.get("type") not in named:
                raise ValueError(f"type is {data.get('type')!r}; expected one of {', '.join(named)}")
            return named[data["type"]](data)
        if len(others) != 1:
            raise TypeError(f"{data!r} where one of {', '.join(named)} was expected")
        return others[0](data)

    return read


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def read(data: Any) -> Any:
        given = {key: value for key, value in _expected(dict, data).items() if key != "type"}
        if data.get("type") != kind.__name__:
            raise ValueError(f"type is {data.get('type')!r}; expected {kind.__name__}")
        if unknown := given.keys() - readers.keys():
            raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        if missing := needed - given.keys():
            raise ValueError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
        return kind(**{key: readers[key](value) for key, value in given.items()})

    return read


def _scalar_reader(kind: type) -> Callable[[Any], Any]:
    def read(data: Any) -> Any:
        if kind is float and type(data) is int:
            return float(data)
        return _expected(kind, data)

    return read


def _expected(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{data!r} where {kind.__name__} was expected")
    return data
