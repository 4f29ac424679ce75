"""`softswitch erase`: the end of what the record knows of one caller; asked of the running switch."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.progress import Progress

from softswitch.commands.table import console, many
from softswitch.control.client import stream
from softswitch.control.wire import SOCKET
from softswitch.errors import ControlError
from softswitch.fitting import Fitting

WHAT = {
    "calls": "calls, by which nobody knows any more who they were",
    "events": "events without numbers, names and keys",
    "recordings": "files of recordings, deleted",
    "voicemails": "messages that were left, deleted",
    "deliveries": "events that webhooks will not send any more",
}

ONE = {
    "calls": ("call", "calls"),
    "events": ("event", "events"),
    "recordings": ("recording", "recordings"),
    "voicemails": ("message", "messages"),
    "deliveries": ("delivery", "deliveries"),
}
"""What one of them is called, and several."""


def erase_caller(folder: Path, number: str, *, sure: bool) -> None:
    """Count, ask, erase. Raises ControlError."""
    found = _ordered(folder, number, only_count=True)
    if not any(found[name] for name in WHAT):
        print(f"the record knows nothing of {number}{_going_on(found)}")
        return
    console().print(counts(found))
    if not sure and not _is_sure():
        print("nothing was erased")
        return
    done = _ordered(folder, number, only_count=False)
    print(f"erased: {', '.join(many(done[name], *ONE[name]) for name in WHAT)}{_going_on(done)}")


def counts(found: Mapping[str, int]) -> Fitting:
    """How much there is, a line for each kind."""
    return Fitting((">how many", "what"), [(f"{found[name]:,}", says) for name, says in WHAT.items()])


def _ordered(folder: Path, number: str, *, only_count: bool) -> dict[str, Any]:
    with (
        closing(stream(folder / SOCKET, "erase", number=number, only_count=only_count)) as told,
        Progress(console=console(), transient=True) as progress,
    ):
        bar = progress.add_task("looking for it", total=None)
        for said in told:
            if said and "of" in said:
                progress.update(bar, total=said["of"], completed=said["done"])
            if said and "over" in said:
                return dict(said["over"])
    raise ControlError("the switch stopped before that was over; do it again to finish it")


def _is_sure() -> bool:
    if not sys.stdin.isatty():
        raise ControlError("this erases for good; say --yes where nobody can be asked")
    return input("Erase all of it, for good? Type yes: ").strip().lower() == "yes"


def _going_on(counts: dict[str, Any]) -> str:
    count = counts["going_on"]
    if not count:
        return ""
    callbacks = "callbacks too (`softswitch callbacks --cancel`)"
    are, they = ("is", "it is") if count == 1 else ("are", "they are")
    return f"; {many(count, *ONE['calls'])} {are} in progress: do it again when {they} over, {callbacks}"
