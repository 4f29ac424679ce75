"""What goes out to other systems, as `outbound/` sends it and `store/` keeps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


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
