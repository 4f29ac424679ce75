"""The index of messages, read off the events: `VoicemailLeft`, `VoicemailHeard`, `VoicemailDeleted`.

All of it is idempotent, as after a crash a message may be told twice: a row stays as it is when it is left
again, and it is heard and deleted for the first time only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from softswitch.kinds import Kind
from softswitch.mailboxes import Message
from softswitch.ports import Recorded
from softswitch.store.tables import voicemails
from softswitch.types import CallId, MailboxName

KINDS = frozenset({Kind.VOICEMAIL_LEFT, Kind.VOICEMAIL_HEARD, Kind.VOICEMAIL_DELETED})


def write(connection: Connection, events: Iterable[Recorded]) -> None:
    """Bring events of these `KINDS` into the table, in their order."""
    column = voicemails.c
    for event in events:
        data: Any = event.data
        file = _clean(data.get("file", ""))
        match event.kind:
            case Kind.VOICEMAIL_LEFT:
                if connection.execute(select(column.file).where(column.file == file)).first() is None:
                    connection.execute(insert(voicemails).values(_row(event, file)))
            case Kind.VOICEMAIL_HEARD if data.get("own"):
                first = (column.file == file, column.heard.is_(None))
                connection.execute(update(voicemails).where(*first).values(heard=event.at))
            case Kind.VOICEMAIL_DELETED:
                first = (column.file == file, column.deleted.is_(None))
                connection.execute(update(voicemails).where(*first).values(deleted=event.at))


def _row(event: Recorded, file: str) -> dict[str, Any]:
    data: Any = event.data
    texts = {name: _clean(data.get(name) or "") for name in ("mailbox", "number", "name", "queue")}
    return {
        **texts,
        "file": file,
        "seq": event.seq,
        "call": event.call or "",
        "began": float(data.get("began") or event.at),
        "seconds": float(data.get("seconds") or 0.0),
        "bytes": int(data.get("bytes") or 0),
    }


def _clean(value: object) -> str:
    """What every database holds: no lone surrogates, and no NUL."""
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "")


def message_of(event: Recorded) -> Message:
    """The message that an event of `VOICEMAIL_LEFT` tells of."""
    data: Any = event.data
    return Message(
        file=str(data.get("file", "")),
        mailbox=MailboxName(str(data.get("mailbox", ""))),
        call=CallId(event.call or ""),
        began=float(data.get("began") or event.at),
        number=str(data.get("number") or ""),
        name=str(data.get("name") or ""),
        queue=str(data.get("queue") or ""),
        seconds=float(data.get("seconds") or 0.0),
        seq=event.seq,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages; None: whichever."""

    mailboxes: tuple[str, ...] | None = None
    since: float | None = None
    """That were left then or later, seconds since the epoch."""
    until: float | None = None
    number: str | None = None
    """The caller's."""
    queue: str | None = None
    new: bool | None = None
    before: int | None = None
    """That were left before this event."""


def find(connection: Connection, wanted: Wanted, limit: int | None = None) -> list[Message]:
    """Messages that are there, the newest first."""
    query = _query(wanted).order_by(voicemails.c.seq.desc()).limit(limit)
    return [_message(row) for row in connection.execute(query)]


def there(connection: Connection) -> list[Message]:
    """All that are there."""
    return [_message(row) for row in connection.execute(_query(Wanted()))]


def left_between(
    connection: Connection, since: float, until: float, queue: str | None = None
) -> list[tuple[str, float]]:
    """Messages of callers who came from a queue, from any or that one, that were left in [since, until),
    deleted ones too: the queue, and when.
    """
    column = voicemails.c
    query = select(column.queue, column.began).where(column.began >= since, column.began < until)
    query = query.where(column.queue != "" if queue is None else column.queue == queue)
    return [(row.queue, row.began) for row in connection.execute(query.order_by(column.began))]


def _query(wanted: Wanted) -> Select[Any]:
    column = voicemails.c
    query = select(voicemails).where(column.deleted.is_(None))
    if wanted.mailboxes is not None:
        query = query.where(column.mailbox.in_(wanted.mailboxes))
    if wanted.since is not None:
        query = query.where(column.began >= wanted.since)
    if wanted.until is not None:
        query = query.where(column.began < wanted.until)
    if wanted.before is not None:
        query = query.where(column.seq < wanted.before)
    if wanted.new is not None:
        query = query.where(column.heard.is_(None) if wanted.new else column.heard.is_not(None))
    for of, value in ((column.number, wanted.number), (column.queue, wanted.queue)):
        if value is not None:
            query = query.where(of == value)
    return query


def _message(row: Row[Any]) -> Message:
    return Message(
        file=row.file,
        mailbox=MailboxName(row.mailbox),
        call=CallId(row.call),
        began=row.began,
        number=row.number,
        name=row.name,
        queue=row.queue,
        seconds=row.seconds,
        seq=row.seq,
        heard=row.heard,
    )
