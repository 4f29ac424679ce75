"""Mails on their way: `parcels.Mailbox` in the record's database.

A mail is in here before anybody tries to send it, in the transaction of what it tells of, and is out of here
only when the server has taken it or refused it for good. A crash between the server's answer and its note
here has that one mail sent again, under the same Message-ID.

| state | `sent` | `again` |
|---|---|---|
| waiting | NULL | when it is tried next |
| dead | NULL | NULL |
| sent, or dropped by somebody | when | NULL; the body is gone, and the rest after `KEPT` |
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from softswitch.parcels import Attachment, Mail, Post, Posted, Unsent
from softswitch.store.projections import clean
from softswitch.store.tables import mails
from softswitch.types import Seconds

KEPT: Seconds = 60 * 86400.0
"""How long it is known that a mail was sent, so that it is not sent twice."""

HELD = "no mail gets through: "
"""How the reason begins for which a mail waits, if that is the server and not the mail."""

WAITING = and_(mails.c.sent.is_(None), mails.c.again.is_not(None))
DEAD = and_(mails.c.sent.is_(None), mails.c.again.is_(None))


def post(connection: Connection, mail: Mail, now: float) -> bool:
    """Put a mail in, in the connection's transaction: it goes out once that is committed. False: it is there
    already, sent or not.
    """
    id = id_of(mail)
    if connection.execute(select(mails.c.id).where(mails.c.id == id)).scalar() is not None:
        return False
    connection.execute(
        insert(mails).values(
            id=id, made=now, to=clean(mail.to), subject=clean(mail.subject), body=clean(_body(mail)),
            attempts=0, again=now, why="", sent=None,
        )
    )  # fmt: skip
    return True


def id_of(mail: Mail) -> str:
    """Short, and the same for the same mail: people name it on the command line."""
    return id_by(mail.key, mail.to)


def id_by(key: str, to: str) -> str:
    """The same, of a mail of which this is known."""
    return hashlib.sha256(f"{key}\0{to}".encode("utf-8", "backslashreplace")).hexdigest()[:12]


class Mails:
    """Of one database; for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def post(self, mail: Mail, now: float) -> bool:
        """As the function `post`, in a transaction of its own."""
        with self._engine.begin() as connection:
            return post(connection, mail, now)

    def due(self, most: int, now: float) -> Sequence[Posted]:
        """See `parcels.Mailbox`."""
        query = select(mails).where(WAITING, mails.c.again <= now).order_by(mails.c.made, mails.c.id)
        with self._engine.connect() as connection:
            return [_posted(row) for row in connection.execute(query.limit(most))]

    def sent(self, id: str, now: float) -> None:
        """See `parcels.Mailbox`. What was sent long ago is forgotten."""
        with self._engine.begin() as connection:
            connection.execute(delete(mails).where(mails.c.sent < now - KEPT))
            taken = update(mails).where(mails.c.id == id)
            connection.execute(taken.values(sent=now, again=None, body="", why=""))

    def later(self, id: str, again: float, why: str) -> None:
        """See `parcels.Mailbox`."""
        self._fail(mails.c.id == id, again, why)

    def give_up(self, id: str, why: str) -> None:
        """See `parcels.Mailbox`."""
        self._fail(mails.c.id == id, None, why)

    def put_off(self, again: float, why: str, now: float) -> None:
        """See `parcels.Mailbox`."""
        self._fail(and_(WAITING, mails.c.again <= now), again, HELD + why)

    def resume(self, now: float) -> None:
        """See `parcels.Mailbox`."""
        held = and_(WAITING, mails.c.again > now, mails.c.why.startswith(HELD))
        with self._engine.begin() as connection:
            connection.execute(update(mails).where(held).values(again=now))

    def _fail(self, which: Any, again: float | None, why: str) -> None:
        with self._engine.begin() as connection:
            failed = {"attempts": mails.c.attempts + 1, "again": again, "why": clean(why)[:500]}
            connection.execute(update(mails).where(which).values(failed))

    def state(self) -> Post:
        """See `parcels.Mailbox`."""
        with self._engine.connect() as connection:
            waiting = connection.execute(select(func.count()).where(WAITING)).scalar_one()
            dead = connection.execute(select(func.count()).where(DEAD)).scalar_one()
            query = select(mails.c.made, mails.c.why).where(WAITING).order_by(mails.c.made).limit(1)
            first = connection.execute(query).first()
        return Post(waiting, dead, first.made if first else None, first.why if first else "")

    def listed(self, most: int = 200) -> list[Unsent]:
        """Those that wait and those that were given up, the newest first."""
        shown = (mails.c[each.name] for each in fields(Unsent))  # not the body, which is large
        query = select(*shown).where(mails.c.sent.is_(None)).order_by(mails.c.made.desc()).limit(most)
        with self._engine.connect() as connection:
            return [Unsent(*row) for row in connection.execute(query)]

    def revive(self, id: str | None, now: float) -> int:
        """Try those again that were given up, and those that wait at once; `id`: this one alone. Returns how
        many that is.
        """
        which = [mails.c.sent.is_(None), *([mails.c.id == id] if id is not None else [])]
        with self._engine.begin() as connection:
            return connection.execute(update(mails).where(*which).values(again=now, attempts=0)).rowcount

    def drop(self, id: str, now: float) -> bool:
        """Send one no more. It is kept as those that were sent, so that it is not posted again. False: there
        is none that waits or was given up.
        """
        which = (mails.c.id == id, mails.c.sent.is_(None))
        gone = {"sent": now, "again": None, "body": "", "why": "dropped"}
        with self._engine.begin() as connection:
            return connection.execute(update(mails).where(*which).values(gone)).rowcount > 0


def _body(mail: Mail) -> str:
    files = [
        {"name": one.name, "path": str(one.path)}
        if one.data is None
        else {"name": one.name, "data": base64.b64encode(one.data).decode()}
        for one in mail.attachments
    ]
    return json.dumps({"key": mail.key, "text": mail.text, "html": mail.html, "files": files})


def _posted(row: Any) -> Posted:
    body = json.loads(row.body)
    files = tuple(
        Attachment(one["name"], base64.b64decode(one["data"]))
        if "data" in one
        else Attachment(one["name"], path=Path(one["path"]))
        for one in body["files"]
    )
    mail = Mail(body["key"], row.to, row.subject, body["text"], body["html"], files)
    return Posted(row.id, mail, row.attempts)
