"""`softswitch recordings`: lists them, or copies them into a folder; every copy is on record."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.text import Text

from softswitch.access import COMMAND_LINE
from softswitch.commands.noting import quiet_journal
from softswitch.commands.sheets import inert
from softswitch.commands.table import console, duration, foreign, many, print_json, when
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import NobodyAnswers, NoSuch, NotNow, StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.store.listening import Wanted, find, place_of
from softswitch.store.reading import reading
from softswitch.store.recordings import folder_of
from softswitch.store.shelf import MOST, note_copies

COLUMNS = ("when", "from", "queue", "agents", ">length", ">size", "file")

BELOW = (">size", "queue", "from", ">length")
"""What goes below its row on a narrow terminal, the first first."""

INDEX = "index.csv"
FIELDS = ("file", "call", "queue", "agents", "number", "start", "seconds", "bytes")


def print_recordings(folder: Path, wanted: Wanted, last: int | None, as_json: bool) -> None:
    """Raises StoreError: there is no record."""
    with reading(folder) as connection:
        found = find(connection, wanted, last)[::-1]
    if as_json:
        print_json(found)
        return
    if not found:
        if wanted == Wanted():
            print("no recording is on record")
        else:
            print("the index has no such recording; `softswitch recordings` lists all of them")
        print("after an update from a version without an index `softswitch rebuild` fills it")
        return
    console().print(recordings(found))


def recordings(found: Sequence[dict[str, Any]]) -> Fitting:
    """One line for each."""
    now = datetime.now().astimezone()
    return Fitting(COLUMNS, [_row(one, now) for one in found], BELOW)


def _row(one: dict[str, Any], now: datetime) -> tuple[Cell, ...]:
    length = "goes on" if one["seconds"] is None else duration(one["seconds"])
    return (
        when(one["start"], now),
        foreign(one["number"] or "anonymous"),
        one["queue"] or "-",
        Text(" > ".join(one["agents"]) or "-"),
        length if one["deleted"] is None else Text("deleted", style="dim"),
        "-" if one["bytes"] is None else f"{one['bytes'] / 1e6:.1f} MB",
        Text(one["file"], style="" if one["deleted"] is None else "dim"),
    )


def copy_recordings(folder: Path, wanted: Wanted, out: Path) -> None:
    """Copy files into a folder, with a list of them in `index.csv`.

    Raises StoreError: there is nothing to copy, or it cannot be written; ControlError.
    """
    with reading(folder) as connection:
        found = find(connection, wanted)[::-1]
    top, there, missing = folder_of(folder), [], 0
    for one in found:
        try:
            there.append((one, place_of(top, one)))
        except (NoSuch, NotNow):
            missing += 1
    if not there:
        raise StoreError(f"there is no whole recording to copy: the index has {len(found)} such, {top} none")
    note(folder, [one["file"] for one, _ in there])
    try:
        _copy(there, out)
    except OSError as error:
        raise StoreError(f"{error.filename or out}: {error.strerror}") from None
    more = f"; {missing} are gone, or still being written" if missing else ""
    print(f"{out}: {many(len(there), 'recording', 'recordings')} and {INDEX}{more}")


def _copy(some: Sequence[tuple[dict[str, Any], Path]], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / INDEX).open("w", newline="") as file, Progress(console=console(), transient=True) as progress:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for one, place in progress.track(some, description="copying"):
            target = out / one["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, target)
            cells = {**one, "agents": " ".join(one["agents"]), "start": iso(one["start"])}
            rows.writerow([inert(cells[name]) for name in FIELDS])


def iso(at: float) -> str:
    """A moment in local time."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds")


def note(folder: Path, files: Sequence[str]) -> None:
    """Put on record, before they are taken, that copies are. Raises ControlError, StoreError."""
    try:
        for first in range(0, len(files), MOST):
            ask(folder / SOCKET, "recordings_copied", files=files[first : first + MOST])
    except NobodyAnswers:
        with quiet_journal(folder) as journal:
            note_copies(journal, files, COMMAND_LINE.name)
