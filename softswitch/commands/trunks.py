"""`softswitch trunks`: the carriers of the running switch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from softswitch.commands.table import console, duration, fitting, foreign, print_json
from softswitch.control.client import ask

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
LESS_OF_TRUNKS = (">channels", ">answers in", "registered", ">calls", ">for")
"""What a narrow terminal does without, the least first; --json has it all. A problem matters most; where
nobody has one, its column goes before all of these.
"""

_STYLES = {"up": "green", "down": "red"}


def print_trunks(socket: Path, as_json: bool) -> None:
    """Ask the running switch and show it."""
    answer = ask(socket, "trunks")
    if as_json:
        print_json(answer)
        return
    screen = console()
    screen.print(trunks(answer, screen))


def trunks(answer: list[Mapping[str, Any]], screen: Console) -> RenderableType:
    """One line for each server."""
    if not answer:
        return "no trunk is configured"
    sound = not any(server["problem"] for server in answer)
    expendable = ("last problem", *LESS_OF_TRUNKS) if sound else LESS_OF_TRUNKS
    return fitting(screen, TRUNKS, [_server(server) for server in answer], expendable, "last problem")


def _server(server: Mapping[str, Any]) -> tuple[RenderableType, ...]:
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
