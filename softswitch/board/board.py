"""What viewers have been sent, and what has changed since: numbered, encoded once for each audience. Pure.

`now` is the moment in seconds since the epoch, as all moments of entries are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from softswitch.board.entries import Entry
from softswitch.jsontext import dumps

PRIVATE = frozenset({"calls"})
"""Sections for supervisors alone."""


class Audience(StrEnum):
    """Who sees the same."""

    ALL = "all"
    SUPERVISORS = "supervisors"

    def sees(self, section: str) -> bool:
        """Whether a section is for them."""
        return self is Audience.SUPERVISORS or section not in PRIVATE


class Board:
    """Sections of entries, as they are; and what has changed since `take` was called last."""

    def __init__(self, boot: str, version: str) -> None:
        """`boot` tells this run of the switch from every other."""
        self._head = {"boot": boot, "version": version}
        self._sections: dict[str, dict[str, Entry]] = {}
        self._set: dict[str, dict[str, Entry]] = {}
        self._gone: dict[str, set[str]] = {}
        self._numbers = dict.fromkeys(Audience, 0)
        self._wholes: dict[Audience, bytes] = {}

    def section(self, name: str) -> Mapping[str, Entry]:
        """All that it has now."""
        return self._sections.get(name, {})

    def replace(self, name: str, entries: Mapping[str, Entry]) -> None:
        """All that a section has from now on."""
        before = self._sections.setdefault(name, {})
        for key, entry in entries.items():
            known = before.get(key)
            if known is not entry and known != entry:
                self.put(name, key, entry)
        if len(before) > len(entries):
            for key in [key for key in before if key not in entries]:
                self.drop(name, key)
        self._sections[name] = dict(entries)  # in their order

    def put(self, name: str, key: str, entry: Entry) -> None:
        """One entry is new, or another one."""
        self._sections.setdefault(name, {})[key] = entry
        self._set.setdefault(name, {})[key] = entry
        self._gone.get(name, set()).discard(key)

    def drop(self, name: str, key: str) -> None:
        """There is no such entry any more."""
        if self._sections.get(name, {}).pop(key, None) is not None:
            self._set.get(name, {}).pop(key, None)
            self._gone.setdefault(name, set()).add(key)

    def take(self, now: float, wanted: Callable[[Audience], bool]) -> dict[Audience, bytes]:
        """What has changed, as JSON, for those audiences that are `wanted` and see anything of it; the next
        call begins anew.
        """
        changes: dict[Audience, bytes] = {}
        for audience in Audience:
            change = self._change(audience)
            if change is None:
                continue
            self._numbers[audience] += 1
            self._wholes.pop(audience, None)
            if wanted(audience):
                changes[audience] = dumps({"n": self._numbers[audience], "now": now, **change})
        self._set, self._gone = {}, {}
        return changes

    def _change(self, audience: Audience) -> dict[str, Any] | None:
        some = {name: entries for name, entries in self._set.items() if entries and audience.sees(name)}
        gone = {name: sorted(keys) for name, keys in self._gone.items() if keys and audience.sees(name)}
        if not some and not gone:
            return None
        return {"set": some, "gone": gone}

    def whole(self, audience: Audience, now: float) -> bytes:
        """All of it, as JSON, as `take` has left it."""
        found = self._wholes.get(audience)
        if found is None:
            seen = {name: entries for name, entries in self._sections.items() if audience.sees(name)}
            found = self._wholes[audience] = dumps({"sections": seen})[1:]
        head = {**self._head, "n": self._numbers[audience], "now": now}
        return dumps(head)[:-1] + b"," + found

    def beat(self, audience: Audience, now: float) -> bytes:
        """That nothing has changed."""
        return dumps({"n": self._numbers[audience], "now": now})
