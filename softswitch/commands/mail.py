"""Mails on their way: what waits, what was given up, and a test of the server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.text import Text

from softswitch.commands.noting import note_change
from softswitch.commands.table import console, duration, foreign, print_json, when
from softswitch.control.client import stream
from softswitch.control.wire import SOCKET
from softswitch.errors import StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.parcels import Unsent
from softswitch.store.mails import Mails
from softswitch.store.reading import engine_of

COLUMNS = ("mail", "since", "to", "subject", ">attempts", "next", "why")
BELOW = (">attempts", "since", "subject")
"""What goes below its row on a narrow terminal, the first first."""


def print_mails(folder: Path, as_json: bool) -> None:
    """`softswitch mail`."""
    with engine_of(folder) as engine:
        found = Mails(engine).listed()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    screen = console()
    if not found:
        screen.print("no mail waits, and none was given up")
        return
    screen.print(mails(found, time.time()))
    if any(one.again is None for one in found):
        screen.print("[dim]`softswitch mail retry [MAIL]` sends again what was given up.[/]")


def mails(found: Sequence[Unsent], now: float) -> Fitting:
    """One line for each."""
    return Fitting(COLUMNS, [_row(one, now) for one in found], BELOW, "why")


def _row(one: Unsent, now: float) -> tuple[Cell, ...]:
    if one.again is None:
        following = Text("given up", "bold red")
    else:
        following = Text(f"in {duration(one.again - now)}" if one.again > now else "now", "yellow")
    since = when(one.made, datetime.now().astimezone())
    texts = map(foreign, (one.id, since, one.to, one.subject, str(one.attempts)))
    return (*texts, following, foreign(one.why))


def probe_server(folder: Path, address: str) -> int:
    """`softswitch mail test`: 0, or 1 when it was not taken. Raises ControlError."""
    *_, answer, _ = stream(folder / SOCKET, "mail_test", to=address)
    console().print(Text("taken:" if answer["taken"] else "not taken:", "bold"), foreign(answer["said"]))
    return 0 if answer["taken"] else 1


def retry_mails(folder: Path, mail: str | None) -> None:
    """`softswitch mail retry`. Raises StoreError: there is none of that id."""
    with engine_of(folder) as engine:
        count = Mails(engine).revive(mail, time.time())
    if mail is not None and not count:
        raise StoreError(f"no mail {mail!r} waits or was given up; `softswitch mail` lists those that do")
    note_change(folder, "mail-retry", mail or "all", str(count))
    print(f"{count} mails are tried now" if count != 1 else "one mail is tried now")


def drop_mail(folder: Path, mail: str) -> None:
    """`softswitch mail drop`. Raises StoreError: there is none of that id."""
    with engine_of(folder) as engine:
        if not Mails(engine).drop(mail, time.time()):
            raise StoreError(f"no mail {mail!r} waits or was given up; `softswitch mail` lists those that do")
    note_change(folder, "mail-drop", mail)
    print(f"mail {mail} is not sent any more")
