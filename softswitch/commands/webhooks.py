"""Receivers of events: how far they are, and what was given up."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Group
from rich.text import Text

from softswitch.commands.noting import note_change
from softswitch.commands.table import console, foreign, print_json
from softswitch.errors import StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.store.outbox import Outbox
from softswitch.store.reading import engine_of

RECEIVERS = ("webhook", ">events behind", ">to be tried again", ">given up")
DEAD = ("webhook", ">event", ">attempts", "why")


def print_webhooks(folder: Path, retry: str | None, as_json: bool) -> None:
    """`softswitch webhooks`. Raises StoreError: no such receiver."""
    with engine_of(folder) as engine:
        outbox = Outbox(engine)
        states = outbox.states()
        if retry is not None:
            if retry not in states:
                known = ", ".join(sorted(states)) or "none yet"
                raise StoreError(f"nothing was ever sent to a webhook {retry!r}; there are: {known}")
            again = outbox.revive(retry, time.time())
            note_change(folder, "webhook-retry", retry, str(again))
            print(f"{again} events are tried again")
            return
        dead = outbox.dead()
    if as_json:
        fields = ("webhook", "seq", "attempts", "why")
        print_json({"webhooks": states, "dead": [dict(zip(fields, one, strict=True)) for one in dead]})
        return
    console().print(receivers(states, dead) if states else "no webhook has been told of anything yet")


def receivers(states: Mapping[str, Mapping[str, int]], dead: Sequence[tuple[str, int, int, str]]) -> Group:
    """One line for each, and below one for each event that was given up."""
    rows: list[tuple[Cell, ...]] = [
        (name, str(state["behind"]), str(state["waiting"]), Text(str(state["dead"]), _colour(state["dead"])))
        for name, state in sorted(states.items())
    ]
    given_up = [(name, str(seq), str(attempts), foreign(why)) for name, seq, attempts, why in dead]
    parts = [Fitting(RECEIVERS, rows)]
    if given_up:
        parts.append(Fitting(DEAD, given_up, sentences="why"))
    return Group(*parts)


def _colour(count: int) -> str:
    return "bold red" if count else ""
