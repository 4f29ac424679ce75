"""A word on standard error where the database lags behind: what is shown then is not all there is."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from softswitch.commands.table import when
from softswitch.store.behind import Behind, behind

LATE = 5.0
"""Seconds that events may be on their way to the database before it is worth a word."""


def say_behind(connection: Connection, folder: Path) -> Behind:
    """What waits; printed, if it has done so for longer than usual."""
    found = behind(connection, folder)
    if found.since is not None and time.time() - found.since > LATE:
        print(f"note: {words(found)}", file=sys.stderr)
    return found


def words(found: Behind) -> str:
    """What waits, and what to do."""
    assert found.since is not None
    many = "1 event waits" if found.events == 1 else f"{found.events:,} events wait"
    since = when(found.since, datetime.now().astimezone())
    return (
        f"{many} since {since} to be written to the database, and {'is' if found.events == 1 else 'are'} not "
        "here yet; `softswitch status` says why, and where no switch runs the next start writes them"
    )
