"""What can be asked of the record, answered in ready JSON as `web/models.py` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from softswitch.jsontext import dumps
from softswitch.ports import Recorded
from softswitch.store.call_notes import CallNotes
from softswitch.store.call_record import CallRecord
from softswitch.store.history import History
from softswitch.store.reading import reasoning
from softswitch.web import panel_models, record_models
from softswitch.web.lines import Line, written


class Desk:
    """`web.operations.Pages`, in this process. Every method raises StoreError when there is no database."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def find(
        self,
        *,
        since: float | None,
        until: float | None,
        before: int | None,
        limit: int,
        wanted: Mapping[str, str | None],
    ) -> bytes:
        """A page of calls that ended, the newest first: `record_models.CallRecords`."""
        found = await self._history.find(limit=limit, since=since, until=until, before=before, equal=wanted)
        after = found[-1].seq if len(found) == limit else None
        notes = await self._history.notes_of([record.id for record in found])
        page = [_with_notes(record, notes.get(record.id, [])) for record in found]
        return _page(record_models.CallRecords, {"calls": page, "next": after})

    async def call(self, id: str) -> bytes | None:
        """One call's `record_models.CallRecord`; None: none of that id has ended."""
        found = await self._history.call(id)
        if found is None:
            return None
        notes = await self._history.notes_of([id])
        return _page(record_models.CallRecord, _with_notes(found, notes.get(id, [])))

    async def events_of(self, id: str) -> bytes | None:
        """One call's `record_models.Events`; None: there is no such call."""
        found = await self._history.events_of(id)
        return _events(found) if found else None

    async def why(self, id: str) -> bytes | None:
        """One call's `record_models.Why`; None: there is no such call."""
        found = await self._history.events_of(id)
        return _page(record_models.Why, {"steps": reasoning(found)}) if found else None

    async def events(self, after: int, limit: int) -> bytes:
        """The `record_models.Events` that follow one, in order."""
        return _events(await self._history.events(after, limit))

    async def lines(self, after: int, limit: int) -> list[Line]:
        """The same as server-sent events."""
        return [written(event) for event in await self._history.events(after, limit)]

    async def talked(self, call: str) -> bytes | None:
        """Who talked in a call, as JSON: `agents`, each with the queue, and `ended`; None: there is none."""
        found = await self._history.talked(call)
        return None if found is None else dumps(found)

    async def earlier(self, call: str, number: str | None, limit: int) -> bytes:
        """`panel_models.Contacts` of who is in a call; `number`: who that is, None: as the record says."""
        return _page(panel_models.Contacts, {"contacts": await self._history.earlier(number, call, limit)})

    async def day(self, agent: str, since: float) -> bytes:
        """`panel_models.Day` of an agent."""
        return _page(panel_models.Day, {"since": since, **await self._history.day_of(agent, since)})


def _with_notes(record: CallRecord, notes: Sequence[CallNotes]) -> record_models.CallRecord:
    made = record_models.CallRecord.model_validate(record, from_attributes=True)
    made.notes = [record_models.Notes.model_validate(one, from_attributes=True) for one in notes]
    return made


def _events(found: Iterable[Recorded]) -> bytes:
    return _page(record_models.Events, {"events": found})


def _page(model: type[BaseModel], found: object) -> bytes:
    return model.model_validate(found, from_attributes=True).model_dump_json().encode(errors="replace")
