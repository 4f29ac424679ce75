"""Chance that can be replayed: the engine's only source of randomness is a number generator of its own.

A callable such as `random.random` would hide its state from the engine; a seed, told once, lets a replay or
a second node repeat every choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

_MASK = 0xFFFF_FFFF_FFFF_FFFF


class SplitMix64:
    """A 64-bit generator: one addition and three xor-shifts for each number.

    Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. Not for secrets.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + 0x9E37_79B9_7F4A_7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
        return z ^ (z >> 31)

    def fraction(self) -> float:
        """A float in [0, 1), all multiples of 2**-53 equally likely."""
        return (self.bits() >> 11) * 2.0**-53

    def below(self, limit: int) -> int:
        """An integer in [0, limit), each equally likely: what would tilt the division is drawn again."""
        fair = (_MASK + 1) - (_MASK + 1) % limit
        while (drawn := self.bits()) >= fair:
            pass
        return drawn % limit

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """A new list in random order (Fisher and Yates)."""
        deck = list(items)
        for last in range(len(deck) - 1, 0, -1):
            other = self.below(last + 1)
            deck[last], deck[other] = deck[other], deck[last]
        return deck
