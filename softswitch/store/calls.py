"""Call records: one line for each call, folded from its events, and from nothing else.

The fold is pure: the same events give the same records, so `calls.jsonl` can be thrown away and rebuilt.
Durations that an event states (waited, talked) are taken from it, since they come from a steady clock;
the others are differences of wall-clock times.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded
from softswitch.store.call_record import CallRecord, Offer, Talk, Transfer
from softswitch.types import CallId, Quality


@dataclass(slots=True)
class _Open:
    """A call in progress: its record so far, and what only matters until it ends."""

    record: CallRecord
    since: int = 0
    """The number of its first event."""
    joined: float | None = None
    rung: dict[str, tuple[Offer, float]] = field(default_factory=dict)
    """Offers still open, with the moment of their INVITE, by offer id."""
    connected: float | None = None
    holds: dict[str, float] = field(default_factory=dict)
    """Since when, by who holds."""
    failed: int = 0
    """The status by which a call came to nothing that was asked for, and whose first party had answered."""


class CallFold:
    """Turns events, in their order, into call records."""

    def __init__(self) -> None:
        self._open: dict[CallId, _Open] = {}

    @property
    def open(self) -> tuple[CallId, ...]:
        """Calls that have not ended."""
        return tuple(self._open)

    @property
    def since(self) -> int | None:
        """The number of the first event of the eldest call that has not ended; None: there is none."""
        return next((state.since for state in self._open.values()), None)

    def apply(self, event: Recorded) -> CallRecord | None:
        """Take an event; the call's record when this event ended it. Unknown calls are passed over."""
        if event.call is None:
            return None
        state = self._open.get(event.call)
        if state is None:
            if event.kind != Kind.CALL_ARRIVED:
                return None
            state = self._open[event.call] = _Open(CallRecord(event.call, start=event.at), event.seq)
        note = _NOTES.get(event.kind)
        if note is not None:
            note(state, event.at, event.data)
        if event.kind != Kind.CALL_ENDED:
            return None
        del self._open[event.call]
        state.record.seq = event.seq
        return state.record


def rebuild(events: Iterable[Recorded]) -> Iterator[CallRecord]:
    """The records of all calls that ended, in the order of their ends."""
    fold = CallFold()
    for event in events:
        record = fold.apply(event)
        if record is not None:
            yield record


# What each kind adds to a record. ------------------------------------------------------------------

Data = Mapping[str, Any]


def _arrived(state: _Open, at: float, data: Data) -> None:
    record = state.record
    record.number = str(data.get("number", ""))
    record.name = str(data.get("name", ""))
    record.dialled = str(data.get("dialled", ""))
    record.sip_call_id = str(data.get("sip_call_id", ""))
    record.transport = str(data.get("transport", ""))
    record.transferred_from = str(data.get("transferred_from") or "")
    record.by_agent = str(data.get("agent") or "")
    record.originated_by = str(data.get("originated_by") or "")
    record.trunk = str(data.get("trunk", ""))
    record.callback = str(data.get("callback") or "")
    record.diverted = [str(one.get("number", "")) for one in data.get("diverted", ())]


def _answered(state: _Open, at: float, data: Data) -> None:
    state.record.sip_call_id = str(data.get("sip_call_id") or state.record.sip_call_id)


def _came_to_nothing(state: _Open, at: float, data: Data) -> None:
    state.failed = int(data.get("status") or 0)


def _callback_wanted(state: _Open, at: float, data: Data) -> None:
    state.record.wants_callback = True


def _callback_tried(state: _Open, at: float, data: Data) -> None:
    state.record.queues.append(str(data.get("queue", "")))


def _menu(state: _Open, at: float, data: Data) -> None:
    state.record.menus.append(str(data.get("menu", "")))


def _digits(state: _Open, at: float, data: Data) -> None:
    state.record.digits += str(data.get("digits", ""))


def _language(state: _Open, at: float, data: Data) -> None:
    state.record.language = str(data.get("language", ""))


def _entered(state: _Open, at: float, data: Data) -> None:
    state.record.entered[str(data.get("name", ""))] = str(data.get("digits", ""))


def _joined(state: _Open, at: float, data: Data) -> None:
    state.joined = at
    state.record.left = ""
    state.record.queues.append(str(data.get("queue", "")))
    state.record.priority = str(data.get("priority", ""))


def _left(state: _Open, at: float, data: Data) -> None:
    state.record.left = str(data.get("reason", ""))
    _waited(state, at, data)


def _waited(state: _Open, at: float, data: Data) -> None:
    if state.joined is not None:
        waited = float(data.get("waited", at - state.joined))
        state.record.wait = round(state.record.wait + waited, 3)
    state.joined = None


def _offered(state: _Open, at: float, data: Data) -> None:
    offer = Offer(str(data.get("agent", "")))
    state.record.offers.append(offer)
    state.rung[str(data.get("offer", ""))] = (offer, at)


def _offer_ended(state: _Open, at: float, data: Data) -> None:
    offer, since = state.rung.pop(str(data.get("offer", "")), (None, at))
    if offer is not None:
        offer.result = str(data.get("result", ""))
        offer.seconds = round(at - since, 3)


def _dialled_out(state: _Open, at: float, data: Data) -> None:
    if not data.get("agent"):
        state.record.outside = str(data.get("number", ""))


def _connected(state: _Open, at: float, data: Data) -> None:
    record = state.record
    _waited(state, at, data)
    record.agent = str(data.get("agent", ""))
    record.outside = str(data.get("number") or record.outside)
    record.answered = at if record.answered is None else record.answered
    record.left = ""
    record.talks.append(Talk(record.agent, str(data.get("number") or "")))
    state.connected = at
    rung = state.rung.pop(str(data.get("offer", "")), None)
    if rung is not None:
        rung[0].result, rung[0].seconds = "answered", round(at - rung[1], 3)


def _connect_failed(state: _Open, at: float, data: Data) -> None:
    state.record.agent = ""
    state.record.talks.pop()
    if not state.record.talks:
        state.record.answered = None
    state.connected = None
    state.joined = at


def _talked(state: _Open, at: float, data: Data) -> None:
    if state.connected is not None:
        talked = float(data.get("talked", at - state.connected))
        state.record.talk = round((state.record.talk or 0.0) + talked, 3)
        if state.record.talks:
            last = state.record.talks[-1]
            last.seconds, last.ended_by = round(talked, 3), str(data.get("ended_by") or "")
    state.connected = None
    for by in list(state.holds):
        _resumed(state, at, {"by": by})


def _transferred(state: _Open, at: float, data: Data) -> None:
    by, number = str(data.get("by", "")), str(data.get("number", ""))
    attended, into = bool(data.get("attended")), str(data.get("into") or "")
    state.record.transfers.append(Transfer(by, number, attended, into))


def _recorded(state: _Open, at: float, data: Data) -> None:
    state.record.recordings.append(str(data.get("file", "")))


def _held(state: _Open, at: float, data: Data) -> None:
    state.holds.setdefault(str(data.get("by", "")), at)


def _resumed(state: _Open, at: float, data: Data) -> None:
    since = state.holds.pop(str(data.get("by", "")), None)
    if since is not None:
        state.record.held = round(state.record.held + at - since, 3)


def _ended(state: _Open, at: float, data: Data) -> None:
    record = state.record
    record.end = float(data.get("last_seen") or at)
    record.ended_by = str(data.get("ended_by", ""))
    record.status = state.failed or int(data.get("status") or 0)
    record.reason = str(data.get("reason") or "")
    record.caller_media = _quality(data.get("caller"))
    record.agent_media = _quality(data.get("agent"))
    _waited(state, record.end, {})
    cut = state.connected is not None and "last_seen" in data
    _talked(state, record.end, {})
    if cut:  # the last event before a crash tells nothing of how long they went on
        record.talk = record.talks[-1].seconds = None


def _quality(data: JsonValue) -> Quality:
    if not isinstance(data, Mapping):
        return Quality()
    return Quality(**{name: value for name, value in data.items() if name in _MEASURED})  # type: ignore[arg-type]


_MEASURED = frozenset(each.name for each in dataclasses.fields(Quality))

_NOTES: Mapping[str, Callable[[_Open, float, Data], None]] = {
    Kind.CALL_ARRIVED: _arrived,
    Kind.CALL_ANSWERED: _answered,
    Kind.ORIGINATE_FAILED: _came_to_nothing,
    Kind.MENU_ENTERED: _menu,
    Kind.DIGITS_PRESSED: _digits,
    Kind.LANGUAGE_SET: _language,
    Kind.NUMBER_ENTERED: _entered,
    Kind.CALLER_JOINED: _joined,
    Kind.CALLER_LEFT: _left,
    Kind.CALLBACK_WANTED: _callback_wanted,
    Kind.CALLBACK_TRIED: _callback_tried,
    Kind.OFFER_MADE: _offered,
    Kind.OFFER_ENDED: _offer_ended,
    Kind.DIALLED_OUT: _dialled_out,
    Kind.CONNECTED: _connected,
    Kind.CONNECT_FAILED: _connect_failed,
    Kind.CONVERSATION_ENDED: _talked,
    Kind.TRANSFERRED: _transferred,
    Kind.RECORDING_STARTED: _recorded,
    Kind.HELD: _held,
    Kind.RESUMED: _resumed,
    Kind.CALL_ENDED: _ended,
}

KINDS = frozenset(_NOTES)
"""Of the events that tell of them."""
