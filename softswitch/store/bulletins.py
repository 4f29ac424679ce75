"""Bulletins and who has read them, read off the events. Told twice, each happens once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from softswitch.bulletins import Bulletin
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.personal import forgotten
from softswitch.store.rows import put
from softswitch.store.tables import bulletin_reads, bulletins

KINDS = frozenset({Kind.BULLETIN_WRITTEN, Kind.BULLETIN_READ, Kind.BULLETIN_WITHDRAWN})


def write(connection: Connection, events: Iterable[Recorded]) -> None:
    """Bring events of these `KINDS` into the tables, in their order."""
    column = bulletins.c
    for event in events:
        data: Any = event.data
        id = _clean(data.get("bulletin", ""))
        match event.kind:
            case Kind.BULLETIN_WRITTEN:
                if connection.execute(select(column.id).where(column.id == id)).first() is None:
                    connection.execute(insert(bulletins).values(_row(event, id)))
            case Kind.BULLETIN_READ:
                put(connection, bulletin_reads, [(id, _clean(data.get("agent", "")), event.at)])
            case Kind.BULLETIN_WITHDRAWN:
                first = (column.id == id, column.withdrawn.is_(None))
                connection.execute(update(bulletins).where(*first).values(withdrawn=event.at))


def _row(event: Recorded, id: str) -> dict[str, Any]:
    data: Any = event.data
    return {
        "id": id,
        "seq": event.seq,
        "at": event.at,
        "by": _clean(data.get("by", "")),
        "text": _clean(data.get("text", "")),
        "queues": json.dumps([_clean(queue) for queue in data.get("queues") or ()]),
        "until": data.get("until"),
    }


def forget(connection: Connection, events: Iterable[Recorded]) -> None:
    """Take numbers out of those that these events began."""
    for event in events:
        if event.kind == Kind.BULLETIN_WRITTEN:
            text = _clean(forgotten(event.kind, event.data)["text"])
            connection.execute(update(bulletins).where(bulletins.c.seq == event.seq).values(text=text))


def in_force(connection: Connection, now: float) -> list[Bulletin]:
    """Those that are not over, the eldest first, with who has read them."""
    column = bulletins.c
    query = select(bulletins).where(
        column.withdrawn.is_(None), or_(column.until.is_(None), column.until > now)
    )
    rows = connection.execute(query.order_by(column.seq)).all()
    read: dict[str, list[str]] = {row.id: [] for row in rows}
    reads = select(bulletin_reads).where(bulletin_reads.c.bulletin.in_(list(read)))
    for row in connection.execute(reads.order_by(bulletin_reads.c.at)) if read else ():
        read[row.bulletin].append(row.agent)
    return [
        Bulletin(
            row.id, row.at, row.by, row.text, tuple(json.loads(row.queues)), row.until, tuple(read[row.id])
        )
        for row in rows
    ]


def _clean(value: object) -> str:
    """What every database holds: no lone surrogates, and no NUL."""
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "")
