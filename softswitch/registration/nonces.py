"""Nonces of our own: known again without being kept, and good for every count once (RFC 7616 sections 3.3 and
5).

A nonce is the time and number of its making with a keyed hash over both and over whom it was made for: who
comes with one has been sent it, so over UDP too the source is no invention. Only one that a phone has
answered rightly is remembered, so a flood of made-up ones costs no memory.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from softswitch.types import Seconds

LIFETIME: Seconds = 300.0
"""How long a nonce is good, unless said otherwise."""

CAPACITY = 65_536
"""Nonces in use that are remembered at once, unless said otherwise; beyond it the oldest become stale."""

WINDOW = 64
"""So far below the highest count a lower one may still come: UDP can reorder."""

_TIME, _NUMBER, _MAC = 12, 10, 32
"""Hexadecimal digits of each part of a nonce."""


class Standing(StrEnum):
    """What a nonce is worth."""

    GOOD = "good"
    OLD = "old"
    """Ours, and too old, or its counts are forgotten."""
    REPLAYED = "replayed"
    """Ours, and this count was used already."""
    FOREIGN = "foreign"
    """Not ours, or another source's, or from before a restart."""


@dataclass(slots=True)
class _Use:
    made: Seconds
    highest: int
    """The highest count so far."""
    seen: int
    """Bit n: the count `highest - n` was used."""
    mark: str
    """Of the request with the highest count."""


class Nonces:
    """Makes nonces and knows them again."""

    def __init__(self, key: bytes, lifetime: Seconds = LIFETIME, capacity: int = CAPACITY) -> None:
        """`key`: 16 to 64 random bytes, new at every start; nobody else may know it."""
        if not 16 <= len(key) <= 64:
            raise ValueError(f"the key of nonces needs 16 to 64 bytes; it has {len(key)}")
        self._key = key
        self._lifetime = lifetime
        self._capacity = capacity
        self._number = 0
        self._uses: dict[int, _Use] = {}
        """By number, in the order of first use."""
        self._forgotten = 0
        """Of nonces up to this number that are not in the table, it is not known whether they were used."""

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._uses)

    def make(self, now: Seconds, source: str = "") -> str:
        """A new nonce, for this source alone."""
        self._number += 1
        text = f"{int(now * 1000):0{_TIME}x}{self._number:0{_NUMBER}x}"
        return text + self._mac(text, source)

    def knows(self, nonce: str, now: Seconds, source: str = "") -> bool:
        """Whether it was made for this source, and not too long ago."""
        text = nonce[: _TIME + _NUMBER]
        return self._is_ours(text, nonce, source) and now - int(text[:_TIME], 16) / 1000 <= self._lifetime

    def use(self, nonce: str, count: int | None, now: Seconds, mark: str = "", source: str = "") -> Standing:
        """Judge a nonce that came with a right response, and remember the count if it is good.

        `count` None is the form without counts (RFC 2069): good once. `mark` tells a request from all others:
        the newest count with the same mark again is a retransmission, and as good as before.
        """
        text = nonce[: _TIME + _NUMBER]
        if not self._is_ours(text, nonce, source):
            return Standing.FOREIGN
        made, number = int(text[:_TIME], 16) / 1000, int(text[_TIME:], 16)
        if now - made > self._lifetime:
            self._uses.pop(number, None)
            return Standing.OLD
        use = self._uses.get(number)
        if use is None:
            if number <= self._forgotten:
                return Standing.OLD
            self._remember(number, _Use(made, count or 1, 1, mark), now)
            return Standing.GOOD
        return _count(use, count or 1, mark)

    def _remember(self, number: int, use: _Use, now: Seconds) -> None:
        while self._uses:
            oldest = next(iter(self._uses))
            if len(self._uses) < self._capacity and now - self._uses[oldest].made <= self._lifetime:
                break
            del self._uses[oldest]
            self._forgotten = max(self._forgotten, oldest)
        self._uses[number] = use

    def _is_ours(self, text: str, nonce: str, source: str) -> bool:
        if len(nonce) != _TIME + _NUMBER + _MAC or not nonce.isascii():
            return False
        return hmac.compare_digest(self._mac(text, source), nonce[_TIME + _NUMBER :])

    def _mac(self, text: str, source: str) -> str:
        # Keyed BLAKE2 (RFC 7693): a fifth of what HMAC costs, which every request would pay twice.
        return blake2b(f"{text} {source}".encode(), key=self._key, digest_size=_MAC // 2).hexdigest()


def _count(use: _Use, count: int, mark: str) -> Standing:
    ahead = count - use.highest
    if ahead > 0:
        use.seen = ((use.seen << ahead) | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
        use.highest, use.mark = count, mark
        return Standing.GOOD
    if ahead == 0 and mark and mark == use.mark:
        return Standing.GOOD
    if -ahead >= WINDOW or use.seen >> -ahead & 1:
        return Standing.REPLAYED
    use.seen |= 1 << -ahead
    return Standing.GOOD
