"""`softswitch trunks`: the carriers of the running switch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from softswitch.commands.table import console, duration, foreign, print_json
from softswitch.control.client import ask
from softswitch.fitting import Cell, Fitting

TRUNKS = (
    "trunk",
    "server",
    "state",
    ">for",
    "registered",
    ">answers in",
    ">calls",
    ">channels",
    "last problem",
)
LESS_OF_TRUNKS = ("last problem", ">channels", ">answers in", "registered", ">calls", ">for")
"""What goes below its row on a narrow terminal, the first first."""

_STYLES = {"up": "green", "down": "red"}


def print_trunks(socket: Path, as_json: bool) -> None:
    """Ask the running switch and show it."""
    answer = ask(socket, "trunks")
    if as_json:
        print_json(answer)
        return
    console().print(trunks(answer))


def trunks(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each server."""
    if not answer:
        return "no trunk is configured"
    return Fitting(TRUNKS, [_server(server) for server in answer], LESS_OF_TRUNKS)


def _server(server: Mapping[str, Any]) -> tuple[Cell, ...]:
    latency = server["latency"]
    return (
        server["trunk"],
        server["server"],
        Text(server["state"], style=_STYLES.get(server["state"], "yellow")),
        duration(server["seconds"]),
        {True: "yes", False: "no", None: "-"}[server["registered"]],
        "-" if latency is None else f"{latency * 1000:.1f} ms",
        str(server["calls"]),
        str(server["channels"] or "unlimited"),
        foreign(server["problem"]),
    )
