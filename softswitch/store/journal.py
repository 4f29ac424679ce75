"""Where everything that happens is noted: numbered, kept, logged, and shown to whoever looks on live."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from softswitch.ports import JsonValue, Recorded, Store
from softswitch.store.records import VOCABULARY
from softswitch.types import CallId

Subscriber = Callable[[Recorded], None]

log = structlog.get_logger("softswitch.journal")

_ALARMING = frozenset(kind for kind, word in VOCABULARY.items() if word.alarming)


class Journal:
    """`ports.Journal` over a store. Belongs to the loop's thread."""

    def __init__(self, store: Store, *, now: Callable[[], float] = time.time) -> None:
        """`now`: seconds since the epoch, UTC."""
        self._store = store
        self._now = now
        self._seq = store.last
        self._subscribers: list[Subscriber] = []

    def note(self, kind: str, call: CallId | None = None, /, **data: JsonValue) -> None:
        """See `ports.Journal`."""
        self._seq += 1
        event = Recorded(self._seq, self._now(), kind, call, data)
        self._store.append(event)
        write = log.warning if kind in _ALARMING else log.info
        if call is None:
            write(kind, **_printable(data))
        else:
            write(kind, call=call, **_printable(data))
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception:
                log.exception("SubscriberFailed", kind=kind, subscriber=repr(subscriber))

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Hand each event from now on to `subscriber`, which returns at once; call the result to end it."""
        self._subscribers = [*self._subscribers, subscriber]

        def unsubscribe() -> None:
            self._subscribers = [each for each in self._subscribers if each is not subscriber]

        return unsubscribe


def _printable(data: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The fields as log fields: `event` and `call` are the log's own words; what people write of callers is
    for the record alone.
    """
    if "notes" in data:
        data = {**data, "notes": f"{len(str(data['notes']))} characters"}
    if "event" in data or "call" in data:
        return {f"{key}_" if key in ("event", "call") else key: value for key, value in data.items()}
    return data
