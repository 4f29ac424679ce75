"""`softswitch callbacks`: who is to be called back by the running switch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from softswitch.commands.table import console, duration, foreign, print_json
from softswitch.control.client import ask
from softswitch.fitting import Cell, Fitting

CALLBACKS = ("queue", "customer", "class", "state", ">waits", ">attempts", ">again in", "callback")
LESS_OF_CALLBACKS = ("class", ">again in", ">attempts")
"""What goes below its row on a narrow terminal, the first first."""

COLOURS = {"waiting": "yellow", "resting": "dim", "held": "red", "calling": "cyan", "talking": "green"}


def print_callbacks(socket: Path, as_json: bool) -> None:
    """Ask the running switch and show it."""
    answer = ask(socket, "callbacks")
    if as_json:
        print_json(answer)
        return
    console().print(callbacks(answer))


def callbacks(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each."""
    if not answer:
        return "nobody is to be called back"
    return Fitting(CALLBACKS, [_callback(one) for one in answer], LESS_OF_CALLBACKS)


def cancel_callback(socket: Path, callback: str) -> None:
    """Call somebody back no more. Raises ControlError: there is no such callback, or they talk already."""
    answer = ask(socket, "cancel_callback", callback=callback)
    print(f"{answer['number']} is called back no more")


def _state(one: Mapping[str, Any]) -> str:
    """With what keeps the switch from calling, if anything does."""
    return f"{one['state']} ({one['problem']})" if one.get("problem") else str(one["state"])


def _callback(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        one["queue"],
        foreign(f"{one['name']} {one['number']}".strip()),
        one["priority"],
        Text(_state(one), style=COLOURS.get(one["state"], "")),
        duration(one["waits"]),
        str(one["attempts"]),
        "-" if one["again"] is None else duration(one["again"]),
        one["callback"],
    )
