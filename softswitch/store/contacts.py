"""What agents look up: earlier contacts of a caller, and their own day."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from softswitch.kinds import Kind
from softswitch.store.call_notes import CallNotes, of_calls
from softswitch.store.call_record import CallRecord
from softswitch.store.reading import events_of
from softswitch.store.tables import call_notes, calls, events, offers, talks
from softswitch.types import CallId, OfferFailure

MOST = 100
"""Calls of one agent's day that are listed, the newest first; the figures are of all."""

Found = dict[str, Any]

NOBODY: Found = {"number": "", "name": "", "outgoing": False}
"""Whom an agent talked to of whom nothing is known."""


def talked(connection: Connection, call: str) -> Found | None:
    """Who of the house talked in a call or made it: `agents`, each with the queue (empty: none); `ended`:
    when, None: it goes on. None: there is no such call.
    """
    agents: dict[str, str] = {}
    ended, told = None, events_of(connection, CallId(call))
    for event in told:
        data: Any = event.data
        if event.kind in (Kind.CALL_ARRIVED, Kind.CONNECTED) and data.get("agent"):
            agents[str(data["agent"])] = str(data.get("queue") or "")
        elif event.kind == Kind.CALL_ENDED:
            ended = float(data.get("last_seen") or event.at)
    return {"agents": agents, "ended": ended} if told else None


def earlier(connection: Connection, number: str, but: str, limit: int) -> list[Found]:
    """Calls from and to a number that ended, the newest first, but for one; who hides has none."""
    if not number:
        return []
    found: dict[CallId, CallRecord] = {}
    for column in (calls.c.number, calls.c.outside):  # each by its own index
        query = select(calls.c.record).where(column == number, calls.c.id != but)
        for text in connection.execute(query.order_by(calls.c.seq.desc()).limit(limit)).scalars():
            record = CallRecord.from_json(json.loads(text))
            found[record.id] = record
    records = sorted(found.values(), key=lambda record: -record.seq)[:limit]
    notes = of_calls(connection, [record.id for record in records])
    return [
        {
            "call": record.id,
            "at": record.start,
            "queue": record.queues[-1] if record.queues else "",
            "agents": _agents(record),
            "outcome": record.outcome,
            "outgoing": record.number != number,
            "callback": bool(record.callback),
            "wait": record.wait,
            "talk": record.talk,
            "notes": notes.get(record.id, []),
        }
        for record in records
    ]


def _agents(record: CallRecord) -> list[str]:
    """Who of the house was in it, in order."""
    return list(dict.fromkeys(filter(None, (record.by_agent, *(talk.agent for talk in record.talks)))))


def number_of(connection: Connection, call: str) -> str:
    """Whom an agent talked to in a call that ended: the caller, or who was called; empty: nobody knows."""
    text = connection.execute(select(calls.c.record).where(calls.c.id == call)).scalar()
    if text is None:
        return ""
    record = CallRecord.from_json(json.loads(text))
    return record.outside if _is_outgoing(record) else record.number


def _is_outgoing(record: CallRecord) -> bool:
    return bool(record.outside and (record.by_agent or record.originated_by))


def day_of(connection: Connection, agent: str, since: float) -> Found:
    """An agent's day: figures as reports define them, `missed` (phones that rang until the ring time was
    over), and the calls of the day, those on which the agent wrote notes too.
    """
    column = talks.c
    own = (column.agent == agent, column.start >= since)
    sums = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(column.talk), 0.0),
            func.coalesce(func.sum(column.held), 0.0),
            func.coalesce(func.sum(column.wrap_up), 0.0),
            func.count(column.talk),
        ).where(*own)
    ).one()
    rung = (offers.c.agent == agent, offers.c.at >= since)
    rings = select(func.count()).where(*rung, offers.c.result == OfferFailure.NO_ANSWER)
    taken, talk, held, wrap_up, known = sums
    return {
        "taken": taken,
        "talk": talk,
        "talk_mean": talk / known if known else None,
        "held": held,
        "wrap_up": wrap_up,
        "missed": connection.execute(rings).scalar_one(),
        "calls": _calls(connection, agent, since),
    }


def _calls(connection: Connection, agent: str, since: float) -> list[Found]:
    column, noted = talks.c, call_notes.c
    talked_in = select(column.call, column.queue, column.start, column.talk, column.wrap_up).where(
        column.agent == agent, column.start >= since
    )
    found: dict[str, Found] = {}
    for row in connection.execute(talked_in.order_by(column.start.desc()).limit(MOST)):
        known = {"queue": row.queue, "at": row.start, "talk": row.talk, "wrap_up": row.wrap_up}
        found.setdefault(row.call, {"call": row.call, **known})
    wrote_on = select(noted.call, noted.queue, noted.at).where(noted.agent == agent, noted.at >= since)
    for call, queue, at in connection.execute(wrote_on.order_by(noted.at.desc()).limit(MOST)):
        found.setdefault(call, {"call": call, "queue": queue, "at": at, "talk": None, "wrap_up": 0.0})
    about = select(calls.c.id, calls.c.record).where(calls.c.id.in_(list(found)))
    records = {row.id: CallRecord.from_json(json.loads(row.record)) for row in connection.execute(about)}
    going_on = _going_on(connection, [call for call in found if call not in records])
    notes = of_calls(connection, list(found))
    for call, one in found.items():
        own = next((each for each in notes.get(call, ()) if each.agent == agent), None)
        record = records.get(call)
        one.update((going_on.get(call, NOBODY) if record is None else _partner(record)) | _own(own))
    return sorted(found.values(), key=lambda one: -one["at"])[:MOST]


def _partner(record: CallRecord) -> Found:
    """Whom the agent talked to."""
    if _is_outgoing(record):
        return {"number": record.outside, "name": "", "outgoing": True}
    return {"number": record.number, "name": record.name, "outgoing": False}


def _going_on(connection: Connection, some: list[str]) -> dict[str, Found]:
    """The same of calls that have no record yet, as they arrived."""
    column, found = events.c, dict[str, Found]()
    query = select(column.call, column.data).where(column.call.in_(some), column.kind == Kind.CALL_ARRIVED)
    for call, text in connection.execute(query.order_by(column.seq)):
        said = json.loads(text)
        outgoing = bool(said.get("agent"))
        number = said.get("dialled" if outgoing else "number")
        name = "" if outgoing else said.get("name")
        found[call] = {"number": number or "", "name": name or "", "outgoing": outgoing}
    return found


def _own(notes: CallNotes | None) -> Found:
    if notes is None:
        return {"notes": "", "disposition": "", "written": None}
    return {"notes": notes.notes, "disposition": notes.disposition, "written": notes.at}
