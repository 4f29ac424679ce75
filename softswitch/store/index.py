"""The index of recordings, folded from the events of calls and of the files, and from nothing else.

A file is in it from RecordingStarted on. How long it is and how many bytes it has says RecordingEnded or,
where a crash cut it, RecordingsRepaired; when it is gone, RecordingsDeleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, Seconds

KINDS = frozenset(
    (
        *(Kind.CALL_ARRIVED, Kind.CONNECTED, Kind.RECORDING_STARTED, Kind.RECORDING_ENDED, Kind.CALL_ENDED),
        *(Kind.RECORDINGS_DELETED, Kind.RECORDINGS_REPAIRED),
    )
)
"""Of the events that tell of files."""


@dataclass(slots=True)
class Tape:
    """One file."""

    file: str
    """Within the folder of recordings."""
    seq: int
    """The number of the event that began it."""
    call: CallId
    queue: str
    """By which the two came together; empty: by none."""
    number: str
    """The caller's."""
    start: float
    """Seconds since the epoch, UTC."""
    agents: list[str] = field(default_factory=list)
    """Everybody of the house who talks in it, in order."""
    own: set[str] = field(default_factory=set)
    """Those of them who talk in all of it: nothing in it is new to them."""
    seconds: Seconds | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file later; None: nothing new."""

    file: str
    seconds: Seconds | None = None
    bytes: int | None = None
    deleted: float | None = None


@dataclass(slots=True)
class _Open:
    number: str
    caller: str
    """The agent who calls; empty: somebody else."""
    queue: str = ""
    party: list[str] = field(default_factory=list)
    """Agents who talk now, or talked last."""
    tape: Tape | None = None


class TapeFold:
    """Turns events, in their order, into files as they are known by then."""

    def __init__(self) -> None:
        self._open: dict[CallId, _Open] = {}

    def apply(self, event: Recorded) -> Sequence[Tape | Change]:
        """Take an event; what it says anew of files."""
        if event.call is None:
            return _changes(event)
        data: Any = event.data
        if event.kind == Kind.CALL_ARRIVED:
            number, agent = str(data.get("number", "")), str(data.get("agent") or "")
            self._open[event.call] = _Open(number, agent, party=[agent] * bool(agent))
            return ()
        state = self._open.get(event.call)
        if state is None:
            return ()
        match event.kind:
            case Kind.CONNECTED:
                return _connect(state, data)
            case Kind.RECORDING_STARTED:
                state.tape = _tape(event, state, data)
                return (state.tape,)
            case Kind.RECORDING_ENDED if state.tape is not None:
                tape, state.tape = state.tape, None
                tape.seconds, tape.bytes = data.get("seconds"), data.get("bytes")
                return (tape,)
            case Kind.CALL_ENDED:
                del self._open[event.call]
        return ()


def _connect(state: _Open, data: Any) -> Sequence[Tape]:
    agent = str(data.get("agent") or "")
    state.party = [name for name in (state.caller, agent) if name]
    state.queue = str(data.get("queue") or "")
    if state.tape is None:
        return ()
    state.tape.agents = list(dict.fromkeys((*state.tape.agents, *state.party)))
    state.tape.own.intersection_update(state.party)
    return (state.tape,)


def _tape(event: Recorded, state: _Open, data: Any) -> Tape:
    queue, call = str(data.get("queue", state.queue) or ""), CallId(str(event.call))
    file, party = str(data.get("file", "")), state.party
    return Tape(file, event.seq, call, queue, state.number, event.at, list(party), set(party))


def _changes(event: Recorded) -> Sequence[Change]:
    data: Any = event.data
    match event.kind:
        case Kind.RECORDINGS_DELETED:
            return [Change(str(file), deleted=event.at) for file in data.get("files", ())]
        case Kind.RECORDINGS_REPAIRED:
            lengths = zip(data.get("files", ()), data.get("seconds", ()), data.get("bytes", ()), strict=False)
            return [
                Change(str(file), seconds, size, None if size else event.at)
                for file, seconds, size in lengths
            ]
    return ()
