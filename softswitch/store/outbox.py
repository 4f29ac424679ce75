"""What goes out to others, as far as it has come: `parcels.Outbox` in the record's database.

Only what is in the database goes out, so whatever anybody was told is on record. A crash between an answer
and its note here has the same thing sent again: receivers tell by its number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from softswitch.parcels import Lot, Parcel, Undelivered
from softswitch.store.encoding import utc
from softswitch.store.tables import calls, deliveries, events, notes


class Outbox:
    """Of one database; for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, name: str) -> None:
        """See `parcels.Outbox`."""
        with self._engine.begin() as connection:
            if _position(connection, name) is None:
                last = connection.execute(select(func.max(events.c.seq))).scalar() or 0
                connection.execute(insert(notes).values(name=_key(name), value=str(last)))

    def next(self, name: str, kinds: Collection[str] | None, most: int, now: float) -> Lot:
        """See `parcels.Outbox`."""
        with self._engine.connect() as connection:
            position = _position(connection, name) or 0
            late = self._late(connection, name, most // 2, now)
            fresh = select(events).where(events.c.seq > position).order_by(events.c.seq).limit(SCANNED)
            rows = connection.execute(fresh).all()
            wanted = [row for row in rows if kinds is None or row.kind in kinds][: most - len(late)]
            whole = len(wanted) < most - len(late)
            upto = rows[-1].seq if rows and whole else wanted[-1].seq if wanted else position
            return Lot((*late, *(_parcel(connection, row, 0) for row in wanted)), position, upto)

    def settle(self, name: str, lot: Lot, failed: Sequence[Undelivered]) -> None:
        """See `parcels.Outbox`."""
        with self._engine.begin() as connection:
            connection.execute(update(notes).where(notes.c.name == _key(name)).values(value=str(lot.upto)))
            numbers = [parcel.seq for parcel in lot.parcels]
            mine = deliveries.c.receiver == name
            connection.execute(delete(deliveries).where(mine, deliveries.c.seq.in_(numbers)))
            if failed:
                connection.execute(insert(deliveries), [_row(name, one) for one in failed])

    def amend(self, name: str, parcel: Parcel, failed: Undelivered | None) -> None:
        """See `parcels.Outbox`."""
        mine = (deliveries.c.receiver == name, deliveries.c.seq == parcel.seq)
        with self._engine.begin() as connection:
            connection.execute(delete(deliveries).where(*mine))
            if failed is not None:
                connection.execute(insert(deliveries), [_row(name, failed)])

    def states(self) -> Mapping[str, Mapping[str, int]]:
        """Of each receiver: `behind` so many events, `waiting` to be tried again, `dead`."""
        with self._engine.connect() as connection:
            last = connection.execute(select(func.max(events.c.seq))).scalar() or 0
            positions = connection.execute(select(notes).where(notes.c.name.startswith(PREFIX)))
            found = {
                row.name.removeprefix(PREFIX): {"behind": last - int(row.value), "waiting": 0, "dead": 0}
                for row in positions
            }
            for name, again, count in connection.execute(
                select(deliveries.c.receiver, deliveries.c.again.is_(None), func.count()).group_by(
                    deliveries.c.receiver, deliveries.c.again.is_(None)
                )
            ):
                found.setdefault(name, {"behind": 0, "waiting": 0, "dead": 0})[
                    "dead" if again else "waiting"
                ] = count
            return found

    def dead(self, most: int = 100) -> list[tuple[str, int, int, str]]:
        """What was given up, the newest first: the receiver, the event, how many attempts, why."""
        query = select(deliveries).where(deliveries.c.again.is_(None)).order_by(deliveries.c.seq.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(most)).all()
        return [(row.receiver, row.seq, row.attempts, row.why) for row in rows]

    def revive(self, name: str, now: float) -> int:
        """Try everything again that was given up; returns how many that is."""
        mine = (deliveries.c.receiver == name, deliveries.c.again.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(update(deliveries).where(*mine).values(again=now, attempts=0)).rowcount

    def _late(self, connection: Connection, name: str, most: int, now: float) -> list[Parcel]:
        """What failed before, and is to be tried again by now."""
        mine = (deliveries.c.receiver == name, deliveries.c.again <= now)
        query = (
            select(events, deliveries.c.attempts)
            .join(events, events.c.seq == deliveries.c.seq)
            .where(*mine)
            .order_by(deliveries.c.again)
            .limit(most)
        )
        return [_parcel(connection, row, row.attempts) for row in connection.execute(query).all()]


SCANNED = 1000
"""Events looked through at a time for those that a receiver wants."""

PREFIX = "receiver:"
"""Before a receiver's name in `notes`."""


def _key(name: str) -> str:
    return PREFIX + name


def _position(connection: Connection, name: str) -> int | None:
    found = connection.execute(select(notes.c.value).where(notes.c.name == _key(name))).scalar()
    return None if found is None else int(found)


def _parcel(connection: Connection, row: Row[tuple[object, ...]], attempts: int) -> Parcel:
    """An event as receivers get it; with the end of a call comes its record."""
    body = {
        "seq": row.seq,
        "at": row.at,
        "time": utc(row.at),
        "kind": row.kind,
        "call": row.call,
        "data": json.loads(row.data),
    }
    if row.kind == "CallEnded":
        record = connection.execute(select(calls.c.record).where(calls.c.id == row.call)).scalar()
        body["record"] = json.loads(record) if record else None
    return Parcel(row.seq, row.kind, json.dumps(body, separators=(",", ":")).encode(), attempts)


def _row(name: str, one: Undelivered) -> dict[str, object]:
    attempts = one.parcel.attempts + 1
    return {
        "receiver": name,
        "seq": one.parcel.seq,
        "attempts": attempts,
        "again": one.again,
        "why": one.why[:500],
    }
