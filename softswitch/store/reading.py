"""What the record says of past calls, read from its database, whether a switch runs or not.

The switch leaves the database's URL in the folder of its record, in a file that its owner alone can read: so
every command finds it by the folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, inspect, or_, select
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded
from softswitch.store.call_record import CallRecord
from softswitch.store.callbacks import case_of
from softswitch.store.database import database_url, default_url, open_database, shown, why
from softswitch.store.encoding import of_row
from softswitch.store.tables import calls, events
from softswitch.types import CallId

URL_FILE = "record.url"


def note_url(folder: Path, url: URL) -> None:
    """Leave the URL for who reads later. Raises StoreError."""
    file = folder / URL_FILE
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            plain = url.set(drivername=url.get_backend_name())  # as people write it
            out.write(plain.render_as_string(hide_password=False))
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error


def open_of(folder: Path) -> Engine:
    """The database of a data folder; nothing is opened yet. Raises StoreError: there is none."""
    file = folder / URL_FILE
    if not file.exists():
        raise StoreError(
            f"there is no record of calls in {folder}; name the switch's data folder with --data DIR"
        )
    try:
        return open_database(database_url(file.read_text().strip() or default_url(folder)))
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}; the user of the switch can read it") from error


@contextmanager
def reading(folder: Path) -> Iterator[Connection]:
    """A connection to the record of a data folder. Raises StoreError, as `engine_of`."""
    with engine_of(folder) as engine, engine.connect() as connection:
        yield connection


@contextmanager
def engine_of(folder: Path) -> Iterator[Engine]:
    """The record of a data folder. Raises StoreError: there is none, or its database cannot be read."""
    engine = open_of(folder)
    try:
        yield engine
    except SQLAlchemyError as error:
        if _is_new(engine):
            raise StoreError(
                f"{shown(engine.url)} has no tables yet; a switch makes them in its first seconds"
            ) from None
        raise StoreError(
            f"the record in {shown(engine.url)} cannot be read: {why(error)}; what happens meanwhile "
            "waits in files, and `softswitch status` says how much that is"
        ) from None
    finally:
        engine.dispose()


def _is_new(engine: Engine) -> bool:
    try:
        return not inspect(engine).has_table(events.name)
    except SQLAlchemyError:
        return False


def last_calls(connection: Connection, count: int) -> list[CallRecord]:
    """The calls that ended last, the newest last."""
    query = select(calls.c.record).order_by(calls.c.seq.desc()).limit(count)
    return [CallRecord.from_json(json.loads(text)) for text in connection.execute(query).scalars()][::-1]


def find_call(connection: Connection, wanted: str) -> CallId | None:
    """The call whose id begins with `wanted`, or the last one from that number, ended or in progress."""
    ended = select(calls.c.id).where(
        or_(calls.c.id.startswith(wanted, autoescape=True), calls.c.number == wanted)
    )
    found = connection.execute(ended.order_by(calls.c.seq.desc()).limit(1)).scalar()
    if found is None:
        found = connection.execute(select(events.c.call).where(events.c.call == wanted).limit(1)).scalar()
    return None if found is None else CallId(found)


def events_of(connection: Connection, call: CallId) -> list[Recorded]:
    """Every event of one call in order."""
    query = select(events).where(events.c.call == call).order_by(events.c.seq)
    found = [of_row(row) for row in connection.execute(query)]
    arrivals = [place for place, event in enumerate(found) if event.kind == Kind.CALL_ARRIVED]
    return found[arrivals[-1] :] if arrivals else found


def story_of(connection: Connection, call: CallId) -> tuple[CallId, list[CallId]]:
    """The call in which a callback was wanted, and the attempts to call back, if this is one of them."""
    found = connection.execute(
        select(events.c.data).where(events.c.call == call, events.c.kind == Kind.CALLBACK_TRIED)
    ).scalar()
    wanted = CallId(json.loads(found)["callback"]) if found is not None else call
    case = case_of(connection, wanted)
    return wanted, [] if case is None else [CallId(each) for each in case.calls]


REASONING = (
    *(Kind.CALLER_LOOKED_UP, Kind.RULE_APPLIED, Kind.CALL_WENT_ROUND),
    *(Kind.CALLER_JOINED, Kind.CALLER_LEFT, Kind.CALLER_HOPELESS, Kind.CALLER_MOVED, Kind.CALLER_PULLED),
    *(Kind.OFFER_MADE, Kind.OFFER_ENDED, Kind.CONNECTED, Kind.DIALLED_OUT, Kind.DIAL_ENDED),
    *(Kind.CONFIRMED, Kind.NOT_CONFIRMED, Kind.ORIGINATE_FAILED),
    *(Kind.TRANSFER_ASKED, Kind.TRANSFER_FAILED, Kind.TRANSFERRED),
    *(Kind.CALLBACK_WANTED, Kind.CALLBACK_TRIED, Kind.CALLBACK_NOT_REACHED, Kind.CALLBACK_RESTING),
    *(Kind.CALLBACK_HELD, Kind.CALLBACK_RELEASED, Kind.CALLBACK_ENDED, Kind.CALLBACK_RESTORED),
)
"""Events that say why a call came to whom it came."""


def reasoning(events: Iterable[Recorded]) -> list[dict[str, JsonValue]]:
    """`softswitch why` for machines."""
    return [
        {"at": event.at, "kind": event.kind, **_dated(event)} for event in events if event.kind in REASONING
    ]


def _dated(event: Recorded) -> dict[str, JsonValue]:
    why: Any = event.data.get("why")
    if not isinstance(why, dict) or "skipped" not in why:
        return dict(event.data)
    return {**event.data, "why": dated(why, event.at)}


def dated(why: Mapping[str, Any], at: float) -> dict[str, JsonValue]:
    """The engine's reasons of a moment (seconds since the epoch); what ends by itself has `until`, such
    another.
    """
    skipped = [
        {**each, "until": None if each.get("left") is None else round(at + each["left"], 3)}
        for each in why["skipped"]
    ]
    return {**why, "skipped": skipped}
