"""Supervision, changes for a while, bulletins and notes on the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from softswitch.acd.amendments import PLACES
from softswitch.commands.behind import say_behind
from softswitch.commands.table import console, duration, foreign, print_json, when
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import ControlError, StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.ports import JsonValue
from softswitch.store.call_notes import CallNotes, of_calls
from softswitch.store.reading import find_call, reading

SUPERVISIONS = ("supervision", "at", "as", "call", "of agent", "by")
CHANGES = ("of", "name", "change", "by", "until")
BULLETINS = ("bulletin", "since", "by", "for", "until", "read by", "text")
NOTES = ("agent", "written", "came out", "notes")


def do(folder: Path, command: str, **arguments: JsonValue) -> Any:
    """Ask the running switch. Raises ControlError."""
    return ask(folder / SOCKET, command, **arguments)


def moment(at: datetime | None) -> float | None:
    """Of this machine's local time, in seconds since the epoch."""
    return None if at is None else at.astimezone().timestamp()


def of_queue(settings: Sequence[str]) -> dict[str, JsonValue]:
    """Of `strategy=hunt` and the like, as the API has it, destinations as `queue sales`; None: as
    configured. Raises ControlError.
    """
    known: dict[str, Callable[[str], JsonValue]] = {
        "strategy": str, "opened": _truth, "max_wait": _seconds, "overflow": _names,
        **dict.fromkeys(PLACES, str),
    }  # fmt: skip
    return _given(settings, known)


def of_agent(settings: Sequence[str]) -> dict[str, JsonValue]:
    """Of `queues=sales,support` and `skills=polish 2`; None: as configured. Raises ControlError."""
    return _given(settings, {"queues": _names, "skills": _levels})


def _given(settings: Sequence[str], known: Mapping[str, Callable[[str], JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for one in settings:
        key, equals, value = one.partition("=")
        if not equals or key not in known:
            raise ControlError(f"{one!r} is none of {', '.join(f'{name}=...' for name in known)}")
        found[key] = known[key](value) if value else None
    return found


def _truth(value: str) -> JsonValue:
    if value not in ("yes", "no"):
        raise ControlError(f"opened is yes or no, not {value!r}")
    return value == "yes"


def _seconds(value: str) -> JsonValue:
    if not value.isdecimal() or not 1 <= int(value) <= 86400:
        raise ControlError(f"max_wait is seconds, from 1 to 86400, not {value!r}")
    return float(value)


def _names(value: str) -> JsonValue:
    return [] if value == "nobody" else [name.strip() for name in value.split(",")]


def _levels(value: str) -> JsonValue:
    found: dict[str, JsonValue] = {}
    for one in value.split(","):
        name, _, level = one.strip().rpartition(" ")
        if not name or not level.isdecimal() or not 1 <= int(level) <= 100:
            raise ControlError(f"{one.strip()!r} is no skill with a level from 1 to 100, as 'polish 2'")
        found[name] = int(level)
    return found


def change(folder: Path, of: str, name: str, given: JsonValue, until: datetime | None) -> None:
    """Change what is given. Raises ControlError."""
    answer = do(folder, "change", of=of, name=name, given=given, until=moment(until))
    console().print(changes([answer]) if answer["change"] else f"{of} {name} is as configured")


def print_supervisions(folder: Path, as_json: bool) -> None:
    """`softswitch supervisions`."""
    _print(do(folder, "supervisions"), as_json, supervisions)


def print_changes(folder: Path, as_json: bool) -> None:
    """`softswitch changes`."""
    _print(do(folder, "changes"), as_json, changes)


def print_bulletins(folder: Path, as_json: bool) -> None:
    """`softswitch bulletins`."""
    _print(do(folder, "bulletins"), as_json, bulletins)


def print_notes(folder: Path, wanted: str, as_json: bool) -> None:
    """`softswitch notes`. Raises StoreError: no such call."""
    with reading(folder) as connection:
        call, _ = find_call(connection, wanted), say_behind(connection, folder)
        if call is None:
            raise StoreError(f"no call {wanted!r} in the record of {folder}; `softswitch calls` lists them")
        found = of_calls(connection, [call]).get(call, [])
    _print([asdict(one) for one in found] if as_json else found, as_json, notes)


def write_notes(
    folder: Path, wanted: str, agent: str | None, notes: str | None, disposition: str | None
) -> str:
    """`softswitch notes --write`: what is None stays as it is. A call in progress is named by its whole id.
    Raises ControlError.
    """
    with reading(folder) as connection:
        call = find_call(connection, wanted) or wanted
        there = [one for one in of_calls(connection, [call]).get(call, []) if agent in (None, one.agent)]
    before = there[0] if len(there) == 1 else None
    given: dict[str, JsonValue] = {
        "notes": notes if notes is not None else "" if before is None else before.notes,
        "disposition": disposition
        if disposition is not None
        else ""
        if before is None
        else before.disposition,
    }
    written = do(folder, "notes_write", call=call, agent=agent, **given)
    return f"notes of {written['agent']} on call {call} are written"


def _print(answer: Any, as_json: bool, shown: Any) -> None:
    if as_json:
        print_json(answer)
    else:
        console().print(shown(answer))


def supervisions(answer: Sequence[Mapping[str, Any]]) -> RenderableType:
    """One line for each."""
    if not answer:
        return "nobody listens to a conversation"
    rows = [
        (
            one["supervision"],
            foreign(one["agent"] or one["number"]),
            one["as"] if one["state"] == "on" else one["state"],
            one["call"],
            one["of"],
            foreign(one["by"]),
        )
        for one in answer
    ]
    return Fitting(SUPERVISIONS, rows, ("by", "of agent"))


def changes(answer: Sequence[Mapping[str, Any]]) -> RenderableType:
    """One line for each."""
    if not answer:
        return "every queue and agent is as configured"
    return Fitting(CHANGES, [_change(one) for one in answer], ("by",), "change")


def _change(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    of = "queue" if one.get("queue") else "agent"
    said = "; ".join(f"{key} {_value(value)}" for key, value in (one["change"] or {}).items())
    return of, foreign(one[of]), foreign(said), foreign(one["by"]), _until(one["until"])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {level}" for name, level in value.items()) or "none"
    return (", ".join(map(str, value)) or "nobody") if isinstance(value, list) else str(value)


def _until(at: float | None) -> str:
    return "-" if at is None else f"{when(at, datetime.now().astimezone())} ({duration(at - time.time())})"


def bulletins(answer: Sequence[Mapping[str, Any]]) -> RenderableType:
    """One line for each."""
    if not answer:
        return "no bulletin is in force"
    now = datetime.now().astimezone()
    rows = [
        (
            one["id"],
            when(one["at"], now),
            foreign(one["by"]),
            ", ".join(one["queues"]) or "all",
            _until(one["until"]),
            ", ".join(one["read"]) or "-",
            foreign(one["text"]),
        )
        for one in answer
    ]
    return Fitting(BULLETINS, rows, ("since", "by", "read by"), "text")


def notes(found: Sequence[CallNotes]) -> RenderableType:
    """One line for each agent who wrote some."""
    if not found:
        return "nobody wrote on that call"
    now = datetime.now().astimezone()
    rows = [(one.agent, when(one.at, now), foreign(one.disposition), foreign(one.notes)) for one in found]
    return Fitting(NOTES, rows, ("written",), "notes")
