"""`softswitch voicemails`: lists messages, copies and deletes them; what is done is on record."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.text import Text

from softswitch.access import COMMAND_LINE
from softswitch.commands.noting import quiet_journal
from softswitch.commands.recordings import INDEX, iso
from softswitch.commands.sheets import inert
from softswitch.commands.table import console, duration, foreign, print_json, when
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import NobodyAnswers, NoSuch, StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.mailboxes import Message
from softswitch.store.erasing import MESSAGES
from softswitch.store.reading import reading
from softswitch.store.voicemails import Wanted, find
from softswitch.voicemail.files import Files
from softswitch.voicemail.shelf import MOST

COLUMNS = ("when", "mailbox", "from", "queue", ">length", "state", "file")

BELOW = ("queue", ">length", "state")
"""What goes below its row on a narrow terminal, the first first."""

FIELDS = ("file", "mailbox", "call", "queue", "number", "name", "began", "seconds", "heard")


def wanted(mailbox: str | None, number: str | None, new: bool) -> Wanted:
    """Which messages an order is about."""
    mailboxes = None if mailbox is None else (mailbox,)
    return Wanted(mailboxes=mailboxes, number=number, new=True if new else None)


def print_messages(folder: Path, which: Wanted, as_json: bool) -> None:
    """Raises StoreError: there is no record."""
    found = _found(folder, which)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    none = "there is no message" if which == Wanted() else "there is no such message"
    console().print(messages(found) if found else none)


def messages(found: Sequence[Message]) -> Fitting:
    """One line for each."""
    now = datetime.now().astimezone()
    return Fitting(COLUMNS, [_row(one, now) for one in found], BELOW)


def _found(folder: Path, which: Wanted) -> list[Message]:
    """The newest last."""
    with reading(folder) as connection:
        return find(connection, which)[::-1]


def _row(one: Message, now: datetime) -> tuple[Cell, ...]:
    caller = f"{one.name} <{one.number}>" if one.name and one.number else one.number or one.name
    return (
        when(one.began, now),
        one.mailbox,
        foreign(caller or "anonymous"),
        one.queue or "-",
        duration(one.seconds),
        Text("new", style="bold") if one.is_new else Text("heard", style="dim"),
        Text(one.file),
    )


def copy_messages(folder: Path, which: Wanted, out: Path) -> None:
    """Copy them. Raises StoreError: there is nothing to copy, or it cannot be written; ControlError."""
    files, there = Files(folder / MESSAGES), []
    for one in _found(folder, which):
        try:
            there.append((one, files.place_of(one.file)))
        except NoSuch:
            continue
    if not there:
        raise StoreError(
            "there is no such message to copy; `softswitch voicemails` lists those that there are"
        )
    _note(folder, [one for one, _ in there])
    try:
        _copy(there, out)
    except OSError as error:
        raise StoreError(f"{error.filename or out}: {error.strerror}") from None
    print(f"{out}: {len(there)} messages and {INDEX}")


def _copy(some: Sequence[tuple[Message, Path]], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / INDEX).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for one, place in some:
            target = out / one.file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, target)
            heard = "" if one.heard is None else iso(one.heard)
            cells = {**asdict(one), "began": iso(one.began), "heard": heard}
            rows.writerow([inert(cells[name]) for name in FIELDS])


def _note(folder: Path, some: Sequence[Message]) -> None:
    """Put on record, before they are taken, that copies are. Raises ControlError, StoreError."""
    try:
        for first in range(0, len(some), MOST):
            ask(folder / SOCKET, "voicemails_copied", files=[one.file for one in some[first : first + MOST]])
    except NobodyAnswers:
        with quiet_journal(folder) as journal:
            for one in some:
                about = {"file": one.file, "mailbox": one.mailbox}
                by, how = COMMAND_LINE.name, "exported"
                journal.note("VoicemailHeard", one.call or None, **about, by=by, how=how, own=False)


def delete_message(folder: Path, file: str) -> None:
    """Raises ControlError: no switch runs, or there is no such message."""
    ask(folder / SOCKET, "voicemail_delete", file=file)
    print(f"{file} is deleted")
