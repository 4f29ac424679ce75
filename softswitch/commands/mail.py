"""Mails on their way: what waits, what was given up, and a test of the server."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.text import Text

from softswitch.commands.table import console, duration, fitting, foreign, print_json, when
from softswitch.control.client import stream
from softswitch.control.wire import SOCKET
from softswitch.errors import StoreError
from softswitch.store.mails import Listed, Mails
from softswitch.store.reading import engine_of

COLUMNS = ("mail", "since", "to", "subject", ">attempts", "next", "why")
EXPENDABLE = (">attempts", "since")


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
    rows = [_row(one, time.time()) for one in found]
    screen.print(fitting(screen, COLUMNS, rows, EXPENDABLE, "why"))
    if any(one.again is None for one in found):
        screen.print("[dim]`softswitch mail retry [MAIL]` sends again what was given up.[/]")


def _row(one: Listed, now: float) -> tuple[Text, ...]:
    if one.again is None:
        following = Text("given up", "bold red")
    else:
        following = Text(f"in {duration(one.again - now)}" if one.again > now else "now", "yellow")
    since = when(one.made, datetime.now().astimezone())
    subject = one.subject if len(one.subject) <= 40 else one.subject[:39] + "…"
    texts = map(foreign, (one.id, since, one.to, subject, str(one.attempts)))
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
    print(f"{count} mails are tried now" if count != 1 else "one mail is tried now")
