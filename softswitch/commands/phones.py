"""`softswitch phones`: what has registered at the running switch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from softswitch.commands.table import console, duration, foreign, print_json
from softswitch.control.client import ask
from softswitch.fitting import Cell, Fitting

PHONES = (
    "agent",
    "state",
    ">answers in",
    "address",
    "came from",
    "NAT",
    ">registered for",
    ">expires in",
    ">lamps",
    "phone",
)
LESS_OF_PHONES = (">lamps", "phone", "NAT", ">registered for", "came from")
"""What goes below its row on a narrow terminal, the first first."""


def print_phones(socket: Path, as_json: bool) -> None:
    """Ask the running switch and show it."""
    answer = ask(socket, "phones")
    if as_json:
        print_json(answer)
        return
    console().print(phones(answer))


def phones(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each phone."""
    if not answer:
        return "no phone is registered"
    return Fitting(PHONES, [_phone(phone) for phone in answer], LESS_OF_PHONES)


def _phone(phone: Mapping[str, Any]) -> tuple[Cell, ...]:
    there = phone["state"] == "there"
    latency = phone["latency"]
    return (
        phone["agent"],
        Text(phone["state"], style="green" if there else "red"),
        "-" if latency is None else f"{latency * 1000:.1f} ms",
        foreign(phone["contact"]),
        f"{phone['transport']}:{phone['source']}",
        "path" if phone["path"] else "yes" if phone["nat"] else "no",
        duration(phone["registered"]),
        duration(phone["expires"]),
        str(phone["lamps"]),
        foreign(phone["phone"]),
    )
