"""What the call logic needs of the world, as Protocols: `sip/`, `audio/`, `store/` give the real ones,
`testing/` gives fakes that behave alike.

Everything here is called on the event loop's thread and, unless it is a coroutine, returns at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from softswitch.mailboxes import Draft, Message
from softswitch.routing import Lookup
from softswitch.rules import Known
from softswitch.sound import Clip, Hear, Media, Recorder, Source
from softswitch.types import (
    AgentName,
    CallId,
    LegEnd,
    LegId,
    LegState,
    MailboxName,
    Messages,
    Origin,
    Party,
    Quality,
    TrunkName,
    Way,
)


@dataclass(frozen=True, slots=True)
class Referral:
    """A REFER within a leg's dialog (RFC 3515): its other side wants its partner to talk to somebody else."""

    number: str
    """Whom: the user part of Refer-To."""

    told: Callable[[int], None]
    """Tells how it goes on: a final status is the last word. Nothing is sent to who is gone, or would not
    hear of it (RFC 4488).
    """

    replaces: Leg | None = None
    """Whom: the partner of another leg of this switch, in place of whom the partner gets (RFC 3891)."""


class Caller(Protocol):
    """A call that came in, as far as its INVITE says who calls: an incoming leg, or one that never was."""

    sip_call_id: str
    remote: Party
    origin: Origin
    dialled: str
    transport: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class RefusedCall:
    """A call of somebody who may call, refused for what the INVITE offers before there was a leg."""

    sip_call_id: str
    remote: Party
    origin: Origin
    dialled: str
    transport: str
    headers: Mapping[str, str]
    status: int
    """The SIP status that it was refused with."""
    why: str
    """What was wrong or missing; may be empty."""


class Leg(Source, Protocol):
    """One SIP dialog with one party. Verbs are the trade's: ring, answer, hear, hangup.

    Verbs on a leg that has ended do nothing: the other side may hang up at any moment, so that is no
    error. Only `answered` raises.
    """

    id: LegId
    sip_call_id: str
    """The Call-ID header."""

    remote: Party
    """An incoming leg: the caller; without a number, somebody who hides. An outgoing leg: whom we ring."""

    origin: Origin
    """An incoming leg: who sent it, as far as that was proven. An outgoing one: its carrier, if any."""

    replaces: Leg | None
    """An incoming leg: the one of this switch in whose place it wants to be, and may (RFC 3891)."""

    dialled: str
    """An incoming leg: the user part of the request URI."""

    transport: str
    """What carries it: udp or tcp, as far as this switch knows; empty for an outgoing leg."""

    headers: Mapping[str, str]
    """An incoming leg: the INVITE's headers that the switch knows, by their lower-case long names."""

    state: LegState

    digits: asyncio.Queue[str]
    """Digits pressed, in order, one character each of 0-9*#A-D, by RFC 4733 or INFO, or as tones while
    keys are awaited; a menu begins without those of before."""

    ended: asyncio.Future[LegEnd]
    """Done when the dialog is over, from either side. Never cancel it: await it behind `asyncio.shield`."""

    held: bool
    """The other side has put us on hold (sendonly, inactive or 0.0.0.0)."""

    @property
    def responded(self) -> bool:
        """An outgoing leg: anything at all has come back, 100 Trying too."""

    on_hold: Callable[[bool], None] | None
    """Called with True when the other side holds, False when it resumes."""

    on_progress: Callable[[int], None] | None
    """Called with 180 or 183 when an outgoing leg rings, and with 183 again when its early sound begins."""

    sounds_early: bool
    """An outgoing leg that is not answered yet can be heard (RFC 3960)."""

    on_refer: Callable[[Referral], int] | None
    """Called when the other side wants to transfer; returns the status to answer with, 202 when that is going
    to be tried. None: it may not (403).
    """

    def ring(self) -> None:
        """Send 180 Ringing on an incoming leg."""

    def progress(self) -> None:
        """Send 183 on an incoming leg, with an SDP where there was an offer: it hears before the answer."""

    def answer(self) -> None:
        """Send 200 OK on an incoming leg."""

    async def answered(self) -> None:
        """Wait until the leg is answered and its media runs (incoming: until the ACK).

        Raises LegRefused(status) when it was refused or cancelled, LegGone when it ended otherwise.
        """

    def hear(self, *sources: Hear) -> None:
        """Declare all that this leg hears from now on; what is not named falls silent.

        The declaration holds until the next one, whatever re-INVITEs do to the stream beneath.
        """

    def overlay(self, *sources: Hear, ducked: float = 1.0) -> None:
        """Declare what is heard over all that `hear` declares, now and from now on; players beneath are heard
        at `ducked` times their level, people as they are. Nothing: no more.
        """

    def await_keys(self, awaited: bool, *, tones: bool = False) -> None:
        """Whether somebody reads `digits` now. Only then is the sound of a phone that cannot tell its keys
        otherwise listened to for tones; with `tones` that of any, and a key that comes both ways counts once.
        """

    def identify(self, partner: Party) -> None:
        """Tell an answered phone, if it takes UPDATE, that it talks to `partner` from now on."""

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """End it: CANCEL while it rings, BYE once answered, `status` (default 603) to an unanswered caller.

        `reason` goes into a Reason header (RFC 3326) where one is sent.
        """

    def quality(self) -> Quality:
        """What its RTP looks like so far; after the end, what it looked like at the end."""


class Endpoint(Protocol):
    """The SIP stack, as far as the call logic needs it."""

    @property
    def media(self) -> Media:
        """The bridge that its legs hang on."""

    @property
    def recorder(self) -> Recorder:
        """What records its legs."""

    def dial(
        self,
        way: Way,
        *,
        caller: Party,
        asserted: Party | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Leg:
        """Ring somebody. From shows `caller`, P-Asserted-Identity `asserted`, or the caller again. A caller
        without a number is anonymous.

        Raises LegRefused: 503 when no slot is free, 484 for an address that does not parse.
        """


class Directory(Protocol):
    """Where agents can be reached at the moment."""

    def ways(self, agent: AgentName) -> Sequence[Way]:
        """Every phone of an agent, all of which are rung at once; empty: there is none now."""


class Mailboxes(Protocol):
    """What lights the message lamps of agents' phones."""

    def messages(self, agent: AgentName) -> Messages:
        """What the agent's mailbox holds; nothing where there is none.

        Whoever keeps the mailboxes says when that changes (`sip.watching.Watching.mailbox_changed`).
        """


class Desk(Protocol):
    """Where messages of callers are taken, kept and given out. Only coroutines wait for a disk."""

    async def open(self, draft: Draft) -> Path:
        """Where the sound of a new message is to be recorded. Raises StoreError: there is no room for it.

        `take` or `drop` must follow.
        """

    def drop(self, draft: Draft) -> None:
        """There was no message."""

    def take(self, draft: Draft) -> asyncio.Future[bool]:
        """The recording was ended. Tells whether there is a message: its silence is cut, and what is left is
        on record and mailed, whatever becomes of the caller, or of the switch.
        """

    def found(self, agent: AgentName) -> Sequence[Message]:
        """The messages that an agent may hear: new ones first, and of these the eldest first."""

    async def clip(self, message: Message) -> Clip:
        """Its sound. Raises AudioError."""

    def heard(self, message: Message, by: str, how: str) -> None:
        """An agent whose it is has heard it; on record."""

    def delete(self, message: Message, by: str) -> None:
        """It is gone; on record."""

    def counts(self) -> Mapping[MailboxName, Messages]:
        """How many messages each mailbox holds."""

    @property
    def problem(self) -> str:
        """Why messages cannot be put into their places at the moment; empty: all is well."""


class Carriers(Protocol):
    """The trunks, as far as the call logic needs them."""

    def ways(self, trunk: TrunkName, number: str) -> Sequence[Way]:
        """How a number, in the carrier's form, is called: by each server, in the order to try them."""

    def has_room(self, trunk: TrunkName) -> bool:
        """Whether one more call is within the trunk's channels; false for a trunk that is not there."""

    def is_up(self, trunk: TrunkName) -> bool:
        """Whether a server of the trunk is there, as far as is known; false for a trunk that is not there."""

    def unheard(self, way: Way) -> None:
        """A call by this way met with silence."""


class Enquiry(Protocol):
    """Servers of others that know who callers are."""

    async def ask(self, rule: str, lookup: Lookup, number: str) -> Known:
        """What the server of a caller class says of a number, within `lookup.timeout`; raises nothing."""


class NoEnquiry:
    """There are no such servers."""

    async def ask(self, rule: str, lookup: Lookup, number: str) -> Known:
        """Nobody knows."""
        return Known(problem="nobody can be asked")


JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


class Journal(Protocol):
    """The record of what happened: numbers events, appends them, logs them. Never blocks, never raises."""

    def note(self, kind: str, call: CallId | None = None, /, **data: JsonValue) -> None:
        """Append an event. `kind` is past tense, as `CallArrived`; the words are in store/records.py."""


class Recorded(NamedTuple):
    """One event as the record keeps it."""

    seq: int
    """1, 2, 3 ... in the order of happening, on over restarts; a gap means events that could not be kept."""

    at: float
    """When, in seconds since the epoch, UTC."""

    kind: str
    """A word of `store/records.py`, as `CallArrived`."""

    call: CallId | None
    """The call it belongs to; None: it concerns the switch as a whole."""

    data: Mapping[str, JsonValue]
    """What is to be known about it, by the names in `store/records.py`."""

    version: int = 1
    """Of the shape of `data`; raised when a field changes its meaning."""


BEHIND = 1000
"""Events not yet in the database that are worth a word: more than a moment's worth."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether the record is being kept."""

    last: int
    """The highest sequence number taken."""

    waiting: int = 0
    """Lines in memory that are not written yet."""

    lost: int = 0
    """Events that found no place in memory while the store was failing, since the start."""

    problem: str | None = None
    """Why nothing can be written at the moment; None: all is well."""

    loaded: int = 0
    """The highest sequence number that has come into the database."""

    database_problem: str | None = None
    """Why the database takes nothing at the moment; None: all is well."""

    @property
    def written(self) -> int:
        """Events up to this number are in files, which survive a killed switch; perhaps some more are."""
        return self.last - self.waiting

    @property
    def behind(self) -> int:
        """Events that are on record, and not in the database yet."""
        return self.last - self.loaded


class Store(Protocol):
    """Where events are kept: in files first, and from there in a database."""

    @property
    def last(self) -> int:
        """The highest sequence number it holds; 0 when it is empty. The next event is `last + 1`."""

    def append(self, event: Recorded) -> None:
        """Take an event, in the order of `seq`. Never blocks or raises: a full disk is the store's worry."""

    def health(self) -> StoreHealth:
        """How writing goes."""

    def close(self) -> None:
        """Write what is waiting, within a limited time, and let go of the files. Blocks."""


class Clock(Protocol):
    """Time for people; durations are measured on the loop's own clock."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""


class Tracing(Protocol):
    """A place where the log's call id is bound, since PJSIP's callbacks know no context of ours."""

    def bound(self, call: CallId) -> AbstractContextManager[None]:
        """Every log line inside carries the call id."""
