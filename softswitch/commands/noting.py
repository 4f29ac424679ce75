"""What commands put on record: by the switch that runs, or on its record where none does."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import NobodyAnswers
from softswitch.store.journal import Journal
from softswitch.store.reading import URL_FILE
from softswitch.store.record import Record
from softswitch.store.telling import changed, exported


def note_export(folder: Path, form: str, first: str, last: str) -> None:
    """Somebody takes the calls of some days. Raises ControlError, StoreError."""
    try:
        ask(folder / SOCKET, "record_exported", format=form, first=first, last=last)
    except NobodyAnswers:
        with quiet_journal(folder) as journal:
            exported(journal, form, first, last)


def note_change(folder: Path, what: str, of: str, how: str = "") -> None:
    """Something was done to the database; `what`: of `telling.WHATS`. Raises ControlError, StoreError."""
    try:
        ask(folder / SOCKET, "record_changed", what=what, of=of, how=how)
    except NobodyAnswers:
        with quiet_journal(folder) as journal:
            changed(journal, what, of, how)


@contextmanager
def quiet_journal(folder: Path) -> Iterator[Journal]:
    """Of a record that no switch writes; what it notes is not shown, as standard output may be a file's.

    Raises StoreError.
    """
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    record = Record(folder, (folder / URL_FILE).read_text().strip() or None)
    try:
        yield Journal(record)
    finally:
        record.close()
