"""Bulletins: what supervisors tell agents, for them to read and confirm. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from softswitch.kinds import Kind


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One of them."""

    id: str
    at: float
    """When it was written, seconds since the epoch."""
    by: str
    text: str
    queues: tuple[str, ...] = ()
    """Whose teams it is for; empty: for everybody."""
    until: float | None = None
    """When it is over; None: when it is withdrawn."""
    read: tuple[str, ...] = ()
    """The agents who have read it."""

    def is_over(self, now: float) -> bool:
        """Whether its time is over."""
        return self.until is not None and self.until <= now

    def is_for(self, queues: Iterable[str]) -> bool:
        """Whether it is for an agent of these queues."""
        return not self.queues or not set(self.queues).isdisjoint(queues)


class Bulletins:
    """Those in force. What a database says of before, and what happens meanwhile, may come in any order."""

    def __init__(self) -> None:
        self._there: dict[str, Bulletin] = {}
        self._gone: set[str] = set()
        self._read: dict[str, dict[str, None]] = {}

    def hear(self, kind: str, at: float, data: Mapping[str, Any]) -> bool:
        """Something happened; whether it was about bulletins."""
        id = str(data.get("bulletin", ""))
        match kind:
            case Kind.BULLETIN_WRITTEN:
                until: Any = data.get("until")
                queues = tuple(map(str, data.get("queues") or ()))
                by, text = str(data.get("by", "")), str(data.get("text", ""))
                self._add(Bulletin(id, at, by, text, queues, None if until is None else float(until)))
            case Kind.BULLETIN_READ:
                self._read.setdefault(id, {})[str(data.get("agent", ""))] = None
                if id in self._there:
                    self._add(self._there.pop(id))
            case Kind.BULLETIN_WITHDRAWN:
                self._gone.add(id)
                self._there.pop(id, None)
            case _:
                return False
        return True

    def load(self, before: Iterable[Bulletin]) -> None:
        """What the database has."""
        for bulletin in before:
            self._add(bulletin)

    def in_force(self, now: float) -> list[Bulletin]:
        """The newest first; what is over is forgotten."""
        for id in [id for id, bulletin in self._there.items() if bulletin.is_over(now)]:
            del self._there[id]
            self._read.pop(id, None)
        return sorted(self._there.values(), key=lambda one: (-one.at, one.id))

    def get(self, id: str, now: float) -> Bulletin | None:
        """The one of that id, if it is in force."""
        found = self._there.get(id)
        return None if found is None or found.is_over(now) else found

    def _add(self, bulletin: Bulletin) -> None:
        if bulletin.id in self._gone:
            return
        known = self._there.get(bulletin.id, bulletin)
        read = dict.fromkeys((*known.read, *bulletin.read, *self._read.get(bulletin.id, ())))
        self._there[bulletin.id] = replace(bulletin, read=tuple(read))
