"""Who hears whom: declarations kept apart from the bridge, and re-applied when the ground beneath moves.

A re-INVITE that changes a stream's direction gives the leg another place in the bridge, and every connection
from and to the old one is gone. So a listener declares its sources once; this file compares what was declared
with what is connected, and asks the bridge for the difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from softswitch.sound import Hear


class Bridge(Protocol):
    """The native conference bridge. Everything is queued for its next tick and may fail without harm: the
    other side hung up a moment ago.
    """

    def connect(self, source: int, sink: int, level: float) -> None:
        """Let `sink` hear `source`."""

    def disconnect(self, source: int, sink: int) -> None:
        """End that."""

    def adjust(self, source: int, sink: int, level: float) -> None:
        """Change the level of a connection that is there."""


class Sounding:
    """Something that can be heard. It knows who wants to, also while it has no place in the bridge."""

    is_player = False
    """What it plays is quieter under what is laid over it."""

    def __init__(self) -> None:
        self.slot: int | None = None
        """Its place in the bridge; None: no sound yet, or no more."""
        self.listeners: set[Listening] = set()

    def sounds_at(self, slot: int | None) -> None:
        """It has another place, where nothing is connected yet; None: none at all."""
        self.slot = slot
        for listener in tuple(self.listeners):
            listener.source_moved(self)

    def fall_silent(self) -> None:
        """For good: whoever declared it hears the rest of the declaration."""
        self.slot = None
        for listener in tuple(self.listeners):
            listener.forget(self)


class Listening:
    """The ear of a leg: what it should hear, and what it is connected to."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._slot: int | None = None
        self._beneath: dict[Sounding, float] = {}
        self._over: dict[Sounding, float] = {}
        self._ducked = 1.0
        self._declared: dict[Sounding, float] = {}
        """Both, at the levels in which they are heard together."""
        self._connected: dict[Sounding, float] = {}

    def declare(self, *sources: Hear) -> None:
        """All that is heard from now on. A source that does not sound yet is connected when it does."""
        self._beneath = _levels(sources)
        self._declare()

    def overlay(self, *sources: Hear, ducked: float) -> None:
        """What is heard over that, and how loud players are beneath; see `ports.Leg.overlay`."""
        self._over, self._ducked = _levels(sources), ducked
        self._declare()

    def _declare(self) -> None:
        ducked = self._ducked if self._over else 1.0
        wanted = {
            source: level * ducked if source.is_player else level for source, level in self._beneath.items()
        } | self._over
        for source in self._declared.keys() - wanted.keys():
            source.listeners.discard(self)
        for source in wanted:
            source.listeners.add(self)
        self._declared = wanted
        self._apply()

    def listens_at(self, slot: int | None) -> None:
        """The leg has another place in the bridge, where nothing is connected yet; None: none at all."""
        self._slot = slot
        self._connected.clear()
        self._apply()

    def source_moved(self, source: Sounding) -> None:
        """The source's old connections are gone."""
        self._connected.pop(source, None)
        self._apply()

    def forget(self, source: Sounding) -> None:
        """The source is gone for good."""
        self._beneath.pop(source, None)
        self._over.pop(source, None)
        self._declared.pop(source, None)
        self._connected.pop(source, None)
        source.listeners.discard(self)

    def close(self) -> None:
        """The leg has ended, and its place in the bridge with it."""
        for source in self._declared:
            source.listeners.discard(self)
        self._beneath, self._over, self._declared, self._connected = {}, {}, {}, {}
        self._slot = None

    def _apply(self) -> None:
        """Old connections go before new ones come: all of it lands on the same tick."""
        sink = self._slot
        if sink is None:
            return
        for source in self._connected.keys() - self._declared.keys():
            del self._connected[source]
            if source.slot is not None:
                self._bridge.disconnect(source.slot, sink)
        for source, level in self._declared.items():
            before = self._connected.get(source)
            if source.slot is None or before == level:
                continue
            if before is None:
                self._bridge.connect(source.slot, sink, level)
            else:
                self._bridge.adjust(source.slot, sink, level)
            self._connected[source] = level


def _levels(sources: Iterable[Hear]) -> dict[Sounding, float]:
    levels: dict[Sounding, float] = {}
    for hear in sources:
        if not isinstance(hear.source, Sounding):
            raise TypeError(f"{hear.source!r} is no source of this switch's bridge")
        levels[hear.source] = hear.level
    return levels
