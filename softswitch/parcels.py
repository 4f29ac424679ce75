"""What goes out to other systems, as `outbound/` sends it and `store/` keeps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NO_SERVER = (
    "the configuration names no mail server; write `mail: {server: smtp.office.example, from: ...}` into it, "
    "and `softswitch reload`"
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event on its way to a receiver."""

    seq: int
    kind: str
    body: bytes
    """JSON."""
    attempts: int = 0
    """Those that failed."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What a receiver gets next."""

    parcels: tuple[Parcel, ...]
    since: int
    """The last event that was looked at for it before."""
    upto: int
    """The last one now."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A parcel that was not taken."""

    parcel: Parcel
    again: float | None
    """When to try again, seconds since the epoch; None: never."""
    why: str


class Outbox(Protocol):
    """How far each receiver of events is. Its methods block, and raise what its database raises."""

    def begin(self, name: str) -> None:
        """A receiver; a new one gets what happens from now on."""

    def next(self, name: str, kinds: Collection[str] | None, most: int, now: float) -> Lot:
        """What it gets next: what failed before and is due, and new events of these kinds (None: all)."""

    def settle(self, name: str, lot: Lot, failed: Sequence[Undelivered]) -> None:
        """The lot was sent; all of it was taken but these."""

    def amend(self, name: str, parcel: Parcel, failed: Undelivered | None) -> None:
        """A parcel that was settled as undelivered, as its answer took long, was taken after all, or not."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail: its bytes, or where they are when it is sent."""

    name: str
    data: bytes | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address."""

    key: str
    """What it is about, as `voicemail 1234`: two mails to an address with the same key are one."""
    to: str
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail on its way."""

    id: str
    mail: Mail
    attempts: int = 0
    """Those that failed."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A mail that is not out, for people."""

    id: str
    made: float
    """When, in seconds since the epoch."""
    to: str
    subject: str
    attempts: int
    again: float | None
    """When it is tried next; None: it was given up."""
    why: str


@dataclass(frozen=True, slots=True)
class Post:
    """How the mails are."""

    waiting: int = 0
    dead: int = 0
    eldest: float | None = None
    """Since when the one waits that waits longest, in seconds since the epoch; None: none does."""
    why: str = ""
    """Why that one is not out yet."""


class Mailbox(Protocol):
    """Mails that are to go out, and how far each is. Its methods block, and raise what its database does."""

    def due(self, most: int, now: float) -> Sequence[Posted]:
        """Those to be tried by now, the eldest first."""

    def sent(self, id: str, now: float) -> None:
        """The server has taken it."""

    def later(self, id: str, again: float, why: str) -> None:
        """It was not taken; `again`: when to try next, in seconds since the epoch."""

    def give_up(self, id: str, why: str) -> None:
        """It is refused for good."""

    def put_off(self, again: float, why: str, now: float) -> None:
        """The server is not there: all that are due wait for it, until `again` at most."""

    def resume(self, now: float) -> None:
        """It is there again: all that wait for it are due."""

    def state(self) -> Post:
        """How they are."""
