"""What can be asked of the record, answered in ready JSON as `web/models.py` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from softswitch.ports import Recorded
from softswitch.store.history import History
from softswitch.store.reading import reasoning
from softswitch.web import record_models
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
        return _page(record_models.CallRecords, {"calls": found, "next": after})

    async def call(self, id: str) -> bytes | None:
        """One call's `record_models.CallRecord`; None: none of that id has ended."""
        found = await self._history.call(id)
        return None if found is None else _page(record_models.CallRecord, found)

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


def _events(found: Iterable[Recorded]) -> bytes:
    return _page(record_models.Events, {"events": found})


def _page(model: type[BaseModel], found: object) -> bytes:
    return model.model_validate(found, from_attributes=True).model_dump_json().encode(errors="replace")
