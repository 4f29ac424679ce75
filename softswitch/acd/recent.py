"""What is over and may still be spoken of: networks deliver late."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last so many things, with a word on each; older ones are forgotten, so memory stays bounded."""

    __slots__ = ("_kept", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()  # a dict is slow at losing its oldest

    def add(self, key: K, word: V) -> None:
        """Remember; the oldest gives way."""
        kept = self._kept
        if key in kept:
            del kept[key]
        kept[key] = word
        if len(kept) > self._most:
            kept.popitem(last=False)

    def pop(self, key: K) -> V | None:
        """The word on it, once; None when it never was or is forgotten."""
        return self._kept.pop(key, None)

    def get(self, key: K) -> V | None:
        """The word on it; None when it never was or is forgotten."""
        return self._kept.get(key)
